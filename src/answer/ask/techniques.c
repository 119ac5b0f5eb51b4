/* techniques.c - how an actor or a software works: its techniques, what helps against them, what
 * detects them. Counted as ATT&CK counts: what the group itself is said to use, each technique
 * once, none that is revoked; a copy of a source adds nothing to what the source says now. */
#include "answer/ask/job.h"

#include <stdlib.h>

static const tactic_row tactics[] = {
    {"reconnaissance", "reconnaissance", GROUP_GET_IN},
    {"resource-development", "resourcedevelopment", GROUP_OTHER},
    {"initial-access", "initialaccess", GROUP_GET_IN},
    {"execution", "execution", GROUP_OTHER},
    {"persistence", "persistence", GROUP_STAY},
    {"privilege-escalation", "privilegeescalation", GROUP_STAY},
    {"stealth", "stealth", GROUP_STAY},
    {"defense-evasion", "defenseevasion", GROUP_STAY},
    {"defense-impairment", "defenseimpairment", GROUP_STAY},
    {"credential-access", "credentialaccess", GROUP_OTHER},
    {"discovery", "discovery", GROUP_OTHER},
    {"lateral-movement", "lateralmovement", GROUP_OTHER},
    {"collection", "collection", GROUP_TAKE_OUT},
    {"command-and-control", "commandandcontrol", GROUP_OTHER},
    {"exfiltration", "exfiltration", GROUP_TAKE_OUT},
    {"impact", "impact", GROUP_TAKE_OUT},
    {"inhibit-response-function", "inhibitresponsefunction", GROUP_TAKE_OUT},
    {"impair-process-control", "impairprocesscontrol", GROUP_TAKE_OUT},
};

const tactic_row *tactic_of(slice text)
{
    for (size_t i = 0; i < COUNT_OF(tactics); i++)
        if (slice_eq_nocase(text, slice_str(tactics[i].name)) ||
            slice_eq_nocase(text, slice_str(tactics[i].folded)))
            return &tactics[i];
    return NULL;
}

/* Where the technique stands in an attack: its first tactic. */
static size_t stage_of(const answer_technique *t)
{
    size_t first = COUNT_OF(tactics);
    for (size_t i = 0; i < t->tactic_count; i++) {
        const tactic_row *row = tactic_of(t->tactics[i]);
        if (row && (size_t)(row - tactics) < first)
            first = (size_t)(row - tactics);
    }
    return first;
}

/* Getting in and taking out are asked for first, so a technique that does both stands there. */
static technique_group group_of(const answer_technique *t)
{
    technique_group best = GROUP_OTHER;
    static const int order[] = {
        [GROUP_GET_IN] = 0, [GROUP_TAKE_OUT] = 1, [GROUP_STAY] = 2, [GROUP_OTHER] = 3};
    for (size_t i = 0; i < t->tactic_count; i++) {
        const tactic_row *row = tactic_of(t->tactics[i]);
        if (row && order[row->group] < order[best])
            best = row->group;
    }
    /* guessing passwords is a way in, other ways to credentials are not */
    if (best == GROUP_OTHER && slice_starts(t->id, S("T1110")))
        best = GROUP_GET_IN;
    return best;
}

/* --- gathering ------------------------------------------------------------------------------ */

typedef struct used {
    node_ref node;
    const claim *best; /* the claim with the most to say */
    slice sources[8];
    size_t source_count;
} used;

typedef struct usage {
    memo *by_node;
    used *list;
    size_t count;
    const slice *sources; /* who says anything about what the thing uses */
    size_t source_count;
} usage;

static void note_source(used *u, slice source)
{
    for (size_t i = 0; i < u->source_count; i++)
        if (slice_eq(u->sources[i], source))
            return;
    if (u->source_count < COUNT_OF(u->sources))
        u->sources[u->source_count++] = source;
}

static void note_use(job *j, usage *all, const claim *c, size_t room)
{
    size_t *at = memo_get(all->by_node, c->object);
    see_marking(j->w, c->marking);
    add_text_once(j, &all->sources, &all->source_count, 64, c->source);
    if (!at) {
        if (all->count == room || !(at = job_alloc(j, sizeof *at)))
            return;
        *at = all->count++;
        all->list[*at] = (used){.node = c->object, .best = c};
        j->spent |= !memo_put(all->by_node, c->object, at);
    }
    used *u = &all->list[*at];
    note_source(u, c->source);
    if (c->value.len > u->best->value.len)
        u->best = c;
}

/* Is every source that says so a copy of one that was heard here and does not? */
static status only_copies(job *j, const usage *all, const used *u, bool *ret, err *why)
{
    *ret = true;
    for (size_t i = 0; i < u->source_count && *ret; i++) {
        status st = is_copy(j, u->sources[i], all->sources, all->source_count, ret, why);
        if (st != OK)
            return st;
    }
    return OK;
}

static status add_technique(job *j, answer_technique *list, const used *u, const face *f, err *why)
{
    (void)why;
    answer_technique *t = &list[j->w->technique_count++];
    kind whose = j->w->card->group.kind; /* what software can do, or what was seen of people */
    *t = (answer_technique){.node = u->node,
                            .id = f->id,
                            .name = f->name,
                            .tactics = f->tactics,
                            .tactic_count = f->tactic_count,
                            .basis = whose == KIND_MALWARE || whose == KIND_TOOL ? "capability"
                                                                                 : "observed",
                            .procedure = u->best->value,
                            .procedure_source = u->best->source,
                            .reports = u->best->origin_count};
    t->group = group_of(t);
    return OK;
}

static int by_stage(const void *x, const void *y)
{
    const answer_technique *a = x, *b = y;
    size_t s = stage_of(a), t = stage_of(b);
    if (s != t)
        return s < t ? -1 : 1;
    int c = slice_cmp(a->id, b->id);
    return c ? c : slice_cmp(a->node.text, b->node.text);
}

/* --- what helps, what detects --------------------------------------------------------------- */

static int by_count(const void *x, const void *y)
{
    const answer_relation *a = x, *b = y;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int c = !a->id.len - !b->id.len; /* what is of no catalogue stands last */
    c = c ? c : slice_cmp(a->id, b->id);
    return c ? c : slice_cmp(a->node.text, b->node.text);
}

static status note_mitigations(job *j, answer_card *card, memo *seen, const face *f, err *why)
{
    for (size_t i = 0; i < f->mitigation_count; i++) {
        const face *m;
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= slice_eq(f->mitigations[k].text, f->mitigations[i].text);
        if (again)
            continue;
        status st = recall_face(j->k, f->mitigations[i], &m, why);
        if (st != OK)
            return st;
        if (m->revoked)
            continue;
        size_t *at = memo_get(seen, f->mitigations[i]);
        if (!at) {
            answer_relation *p =
                job_more(j, card->mitigations.at, card->mitigations.count, sizeof *p);
            if (!p || !(at = job_alloc(j, sizeof *at)))
                return job_status(j, why);
            card->mitigations.at = p;
            *at = card->mitigations.count++;
            card->mitigations.total++;
            p[*at] = (answer_relation){.node = f->mitigations[i],
                                       .name = m->name,
                                       .id = m->id,
                                       .predicate = PRED_MITIGATES,
                                       .pointing = true,
                                       .first_seen = WHEN_NONE,
                                       .last_seen = WHEN_NONE};
            j->spent |= !memo_put(seen, f->mitigations[i], at);
        }
        card->mitigations.at[*at].count++;
    }
    return job_status(j, why);
}

static status ties_of_all(job *j, answer_card *card, err *why)
{
    memo *seen = memo_new(j->a);
    status st = seen ? OK : ARENA_SPENT(j->a, why);
    for (size_t i = 0; st == OK && i < j->w->technique_count; i++) {
        const face *f;
        if ((st = recall_ties(j->k, j->w->techniques[i].node, &f, why)) != OK)
            break;
        card->detected += f->detections > 0;
        st = note_mitigations(j, card, seen, f, why);
    }
    if (st == OK && card->mitigations.count)
        qsort(card->mitigations.at, card->mitigations.count, sizeof *card->mitigations.at,
              by_count);
    return st;
}

/* --- the whole ------------------------------------------------------------------------------ */

enum { USES_MAX = 3000 };

static status gather(job *j, answer_card *card, usage *all, err *why)
{
    for (size_t m = 0; m < card->group.member_count && m < 32; m++) {
        claim_list said;
        if (card->group.members[m].revoked)
            continue;
        status st = claims_of(j->k->l, j->a, card->group.members[m].entity, PRED_USES, USES_MAX,
                              &said, why);
        if (st != OK)
            return st;
        for (size_t i = 0; i < said.count; i++)
            if (said.at[i].object.kind == KIND_TECHNIQUE ||
                said.at[i].object.kind == KIND_MALWARE || said.at[i].object.kind == KIND_TOOL)
                note_use(j, all, &said.at[i], USES_MAX);
    }
    return job_status(j, why);
}

static int by_name(const void *x, const void *y)
{
    const answer_relation *a = x, *b = y;
    int c = slice_cmp(a->name, b->name);
    return c ? c : slice_cmp(a->node.text, b->node.text);
}

status step_techniques(job *j, answer_card *card, err *why)
{
    usage all = {.by_node = memo_new(j->a), .list = job_alloc(j, USES_MAX * sizeof(used))};
    if (!all.by_node || !all.list)
        return ARENA_SPENT(j->a, why);
    status st = gather(j, card, &all, why);
    answer_technique *list = st == OK ? job_alloc(j, (all.count + 1) * sizeof *list) : NULL;
    if (!list)
        return st == OK ? job_status(j, why) : st;
    for (size_t i = 0; st == OK && i < all.count; i++) {
        const used *u = &all.list[i];
        const face *f;
        bool copied = false;
        if ((st = only_copies(j, &all, u, &copied, why)) != OK || copied)
            continue;
        if ((st = recall_face(j->k, u->node, &f, why)) != OK)
            break;
        if (f->revoked)
            continue;
        if (u->node.kind == KIND_TECHNIQUE)
            st = add_technique(j, list, u, f, why);
        else
            st = add_relation(j, &card->software, u->node, u->best, false, why);
    }
    if (st != OK)
        return st;
    qsort(list, j->w->technique_count, sizeof *list, by_stage);
    if (card->software.count)
        qsort(card->software.at, card->software.count, sizeof *card->software.at, by_name);
    j->w->techniques = list;
    j->w->technique_total = j->w->technique_count;
    return ties_of_all(j, card, why);
}
