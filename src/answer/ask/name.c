/* name.c - names and identifiers: one thing, several, or nothing. An ambiguous name gets all its
 * candidates and whatever a source says to equate them; nothing is guessed. */
#include "answer/ask/job.h"

enum { NOTES_MAX = 4, EQUATION_NAMES = 12 };

status step_nothing(job *j, slice text, err *why)
{
    answer *w = j->w;
    slice word = shell_word(j, text);
    answer_unknown *u = job_alloc(j, sizeof *u);
    w->type = ANSWER_NOTHING;
    w->question.kind = S("name");
    w->question.value = text;
    w->summary = phrase_one(j, msg_ask_sum_no_name());
    w->ask_a_person = job_text(j, "noroshi request new --type actor-ttp %.*s", SLICE_FMT(word));
    if (u) {
        *u =
            (answer_unknown){phrase_one(j, msg_ask_unk_spelling()), "attribution", w->ask_a_person};
        w->unknown = u;
        w->unknown_count = 1;
    }
    return job_status(j, why);
}

/* --- several -------------------------------------------------------------------------------- */

static status candidate_row(job *j, const name_candidate *c, answer_entity *e, err *why)
{
    *e = (answer_entity){.id = c->group.id,
                         .kind = c->group.kind,
                         .name = c->group.name,
                         .names = c->group.names,
                         .name_count = c->group.name_count,
                         .uses = c->uses,
                         .use_of = c->use_of,
                         .use_count = c->use_count,
                         .relation = "called",
                         .basis = "name",
                         .confidence = -1};
    for (size_t i = 0; i < c->use_count; i++)
        add_text_once(j, &e->sources, &e->source_count, 16, c->uses[i].source);
    for (size_t m = 0; m < c->group.member_count && m < 32; m++) {
        const face *f;
        status st = recall_face(j->k, c->group.members[m].entity, &f, why);
        if (st != OK)
            return st;
        see_marking(j->w, f->marking);
    }
    return job_status(j, why);
}

/* Is one of the member's names, as its source gives it, the name of another candidate? */
static bool names_other(const name_candidates *all, size_t own, const name_said *said)
{
    for (size_t c = 0; c < all->count; c++)
        for (size_t m = 0; c != own && m < all->at[c].group.member_count; m++) {
            const name_member *other = &all->at[c].group.members[m];
            for (size_t n = 0; n < other->name_count; n++)
                if (other->names[n].use == NAME_PRIMARY &&
                    slice_eq(other->names[n].folded, said->folded))
                    return true;
        }
    return false;
}

/* "microsoft: Midnight Blizzard = NOBELIUM = ...": said when the list ties candidates together. */
static bool equation(job *j, const name_candidates *all, size_t c, const name_member *m,
                     slice source, phrase *ret)
{
    slice *names = job_alloc(j, EQUATION_NAMES * sizeof *names);
    size_t n = 0;
    bool ties = false;
    for (size_t i = 0; names && i < m->name_count && n < EQUATION_NAMES; i++) {
        if (!slice_eq(m->names[i].source, source) || m->names[i].use == NAME_ID)
            continue;
        names[n++] = m->names[i].name;
        ties |= names_other(all, c, &m->names[i]);
    }
    if (!ties || n < 2)
        return false;
    slice text = names[0];
    for (size_t i = 1; i < n; i++)
        text = job_text(j, "%.*s = %.*s", SLICE_FMT(text), SLICE_FMT(names[i]));
    *ret = phrase_one(j, msg_ask_equation(source, text));
    return true;
}

static status see_equations(job *j, const name_candidates *all, err *why)
{
    phrase *notes = job_alloc(j, NOTES_MAX * sizeof *notes);
    for (size_t c = 0; notes && c < all->count; c++)
        for (size_t u = 0; u < all->at[c].use_count && j->w->note_count < NOTES_MAX; u++) {
            const source_info *info;
            status st = recall_source(j->k, all->at[c].uses[u].source, &info, why);
            if (st != OK)
                return st;
            for (size_t m = 0; !info->derives_from.len && m < all->at[c].group.member_count; m++) {
                const name_member *member = &all->at[c].group.members[m];
                if (slice_eq(member->entity.text, all->at[c].use_of[u].text) &&
                    j->w->note_count < NOTES_MAX &&
                    equation(j, all, c, member, all->at[c].uses[u].source,
                             &notes[j->w->note_count]))
                    j->w->note_count++;
            }
        }
    j->w->notes = notes;
    return job_status(j, why);
}

static status several(job *j, const name_candidates *all, slice text, err *why)
{
    answer *w = j->w;
    answer_entity *list = job_alloc(j, all->count * sizeof *list);
    answer_unknown *u = job_alloc(j, sizeof *u);
    answer_action *actions = job_alloc(j, 5 * sizeof *actions);
    if (!list || !u || !actions)
        return job_status(j, why);
    for (size_t i = 0; i < all->count; i++) {
        status st = candidate_row(j, &all->at[i], &list[i], why);
        if (st != OK)
            return st;
        if (i >= 5)
            continue;
        slice id = shell_word(j, list[i].id.text);
        actions[w->action_count++] =
            (answer_action){.todo = phrase_one(j, msg_ask_do_ask_candidate(list[i].name)),
                            .run = {job_text(j, "noroshi ask %.*s", SLICE_FMT(id))},
                            .run_count = 1,
                            .until = WHEN_NONE,
                            .because_kind = "rule",
                            .because_id = S("ambiguous-name")};
    }
    w->type = ANSWER_AMBIGUOUS;
    w->question.kind = S("name");
    w->question.value = text;
    w->entities = list;
    w->entity_count = all->count;
    w->entity_total = all->count + all->more;
    w->actions = actions;
    w->summary = phrase_one(j, msg_ask_sum_ambiguous((int64_t)all->count));
    slice word = shell_word(j, text);
    w->ask_a_person = job_text(j, "noroshi request new --type actor-ttp %.*s", SLICE_FMT(word));
    *u = (answer_unknown){phrase_one(j, msg_ask_unk_which()), "attribution", w->ask_a_person};
    w->unknown = u;
    w->unknown_count = 1;
    w->known = true;
    return see_equations(j, all, why);
}

/* --- one ------------------------------------------------------------------------------------ */

/* The CVE id of a vulnerability that was asked by another name; empty: it has none, or several. */
static slice cve_of(const name_group *g)
{
    slice found = S("");
    for (size_t m = 0; m < g->member_count; m++) {
        slice key = g->members[m].entity.text;
        if (g->members[m].entity.kind != KIND_VULNERABILITY || !slice_starts(key, S("CVE-")))
            continue;
        if (found.len)
            return S("");
        found = key;
    }
    return found;
}

static status one(job *j, const name_candidate *c, slice text, err *why)
{
    answer *w = j->w;
    slice cve = cve_of(&c->group);
    if (cve.len)
        return step_vulnerability(j, cve, why);
    w->type = ANSWER_ENTITY;
    w->question.kind = slice_str(kind_name(c->group.kind));
    w->question.value = text;
    w->known = true;
    return step_card(j, c, why);
}

/* An entity by its own key: "intrusion-set--...", "name:thing". */
static status by_key(job *j, slice text, bool *ret_known, err *why)
{
    node_ref node;
    name_candidate c = {0};
    *ret_known = false;
    if (slice_find(text, S("--"), 0) == SIZE_MAX && slice_find_byte(text, ':', 0) == SIZE_MAX)
        return OK;
    status st = name_resolve(j->k->l, j->a, text, &node, why);
    if (st == ERR_NOT_FOUND || st == ERR_INPUT)
        return OK;
    if (st == OK)
        st = name_group_of(j->k->l, j->a, node, &c.group, why);
    if (st != OK)
        return st;
    *ret_known = true;
    return one(j, &c, text, why);
}

status step_name(job *j, slice text, bool *ret_known, err *why)
{
    name_candidates all;
    *ret_known = false;
    if (text.len > NAME_TEXT_MAX)
        return OK;
    status st = name_lookup(j->k->l, j->a, text, KIND_NONE, &all, why);
    if (st != OK)
        return st;
    if (all.count == 0)
        return by_key(j, text, ret_known, why);
    *ret_known = true;
    return all.count == 1 ? one(j, &all.at[0], text, why) : several(j, &all, text, why);
}

/* An id says what sort of thing it is: of several that have it (mitigations of old had the id of
 * their technique) the only one of that sort is meant. */
static status by_sort(job *j, kind id_kind, slice id, bool *ret_known, err *why)
{
    name_candidates all;
    *ret_known = false;
    if (id_kind == KIND_NONE || id.len > NAME_TEXT_MAX)
        return OK;
    status st = name_lookup(j->k->l, j->a, id, kind_class(id_kind), &all, why);
    if (st != OK || all.count != 1 || all.more)
        return st;
    *ret_known = true;
    return one(j, &all.at[0], id, why);
}

/* "JVNDB-2024-000123", "JVN#12345678": a vulnerability of its own, what somebody else's number
 * stands for, or a note about some. */
static status by_number(job *j, slice id, bool *ret_known, err *why)
{
    bool own;
    *ret_known = false;
    if (slice_starts(id, S("CVE-")))
        return OK;
    status st = node_known(j->k->l, (node_ref){KIND_VULNERABILITY, id}, &own, why);
    if (st != OK || own)
        return st;
    st = by_sort(j, KIND_VULNERABILITY, id, ret_known, why);
    return st == OK && !*ret_known ? step_name(j, id, ret_known, why) : st;
}

status step_identifier(job *j, kind id_kind, slice id, err *why)
{
    bool known;
    if (id_kind == KIND_VULNERABILITY) {
        status found = by_number(j, id, &known, why);
        return found != OK || known ? found : step_vulnerability(j, id, why);
    }
    status st = by_sort(j, id_kind, id, &known, why);
    if (st == OK && !known)
        st = step_name(j, id, &known, why);
    if (st != OK || known)
        return st;
    return step_nothing(j, id, why);
}
