/* mapping.c - what analysts mapped a vulnerability to: the technique by which it is exploited, and
 * what follows; and of a technique, the vulnerabilities that lead to it. */
#include "answer/ask/job.h"

#include <stdlib.h>

enum {
    MAPPED_MAX = 64,        /* techniques of a CVE */
    POINTING_MAX = 10000,   /* mappings to one technique */
    MAPPING_WORDS_MAX = 8,  /* how one is mapped to the other */
    MAPPING_SOURCES_MAX = 8 /* by whom */
};

/* How it is exploited before what follows; words we do not know stand last. */
static int rank_of(const slice *words, size_t n)
{
    static const char *const order[] = {MAPPING_EXPLOITATION, MAPPING_PRIMARY, MAPPING_SECONDARY};
    int best = COUNT_OF(order);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < best; k++)
            if (slice_eq(words[i], slice_str(order[k])))
                best = k;
    return best;
}

static status mapping_word(job *j, const claim *c, slice *ret, err *why)
{
    const json *detail;
    status st = detail_read(j->a, c->detail, &detail, why);
    if (st == OK)
        *ret = detail_str(detail, "mapping");
    see_marking(j->w, c->marking);
    return st;
}

/* --- of a vulnerability ----------------------------------------------------------------------- */

static int by_rank(const void *x, const void *y)
{
    const answer_technique *a = x, *b = y;
    int c = rank_of(a->mapping, a->mapping_count) - rank_of(b->mapping, b->mapping_count);
    c = c ? c : slice_cmp(a->id, b->id);
    return c ? c : slice_cmp(a->node.text, b->node.text);
}

/* The mapping knows a technique by its id only; ATT&CK's own object, which is the same thing, knows
 * the tactics. */
static status tactics_of(job *j, answer_technique *t, err *why)
{
    name_group group;
    const face *f;
    status st = name_group_of(j->k->l, j->a, t->node, &group, why);
    if (st == ERR_NOT_FOUND)
        return OK;
    for (size_t m = 0; st == OK && m < group.member_count && !t->tactic_count; m++) {
        st = recall_face(j->k, group.members[m].entity, &f, why);
        if (st != OK || f->revoked)
            continue;
        t->tactics = f->tactics;
        t->tactic_count = f->tactic_count;
        t->name = f->tactic_count ? f->name : t->name;
    }
    return st;
}

/* The row of the technique, new if there is none; NULL: left out. */
static status technique_row(job *j, answer_technique *list, const claim *c, answer_technique **ret,
                            err *why)
{
    const face *f;
    status st = recall_face(j->k, c->object, &f, why);
    *ret = NULL;
    if (st != OK)
        return st;
    for (size_t i = 0; i < j->w->technique_count && !*ret; i++)
        if (f->id.len ? slice_eq(list[i].id, f->id) : slice_eq(list[i].node.text, c->object.text))
            *ret = &list[i];
    if (*ret || j->w->technique_count == MAPPED_MAX)
        return OK;
    *ret = &list[j->w->technique_count++];
    **ret = (answer_technique){.node = c->object,
                               .id = f->id,
                               .name = f->name,
                               .tactics = f->tactics,
                               .tactic_count = f->tactic_count,
                               .group = GROUP_OTHER,
                               .basis = "mapped"};
    return f->tactic_count ? OK : tactics_of(j, *ret, why);
}

status step_mapped_to(job *j, node_ref cve, err *why)
{
    claim_list said;
    status st = claims_of(j->k->l, j->a, cve, PRED_MAPPED_TO, CLAIMS_MAX, &said, why);
    if (st != OK || !said.count)
        return st;
    answer_technique *list = job_alloc(j, MAPPED_MAX * sizeof *list);
    for (size_t i = 0; list && st == OK && i < said.count; i++) {
        answer_technique *t;
        slice word;
        if ((st = mapping_word(j, &said.at[i], &word, why)) != OK ||
            (st = technique_row(j, list, &said.at[i], &t, why)) != OK || !t)
            continue;
        add_text_once(j, &t->mapping, &t->mapping_count, MAPPING_WORDS_MAX, word);
        add_text_once(j, &t->mapped_by, &t->mapped_by_count, MAPPING_SOURCES_MAX,
                      said.at[i].source);
        if (said.at[i].value.len > t->procedure.len) {
            t->procedure = said.at[i].value;
            t->procedure_source = said.at[i].source;
            t->reports = said.at[i].origin_count;
        }
    }
    if (st != OK || !list)
        return st == OK ? job_status(j, why) : st;
    qsort(list, j->w->technique_count, sizeof *list, by_rank);
    j->w->techniques = list;
    j->w->technique_total = j->w->technique_count;
    return job_status(j, why);
}

/* --- of a technique --------------------------------------------------------------------------- */

/* CVE-2024-10001 is newer than CVE-2024-9999: by the length of the number, then by its digits. */
static int newer_first(slice a, slice b)
{
    int c = slice_cmp(slice_sub(b, 0, 9), slice_sub(a, 0, 9));
    if (c)
        return c;
    return a.len != b.len ? (a.len > b.len ? -1 : 1) : slice_cmp(b, a);
}

static int newest_first(const void *x, const void *y)
{
    const answer_relation *a = x, *b = y;
    int c = rank_of(a->mapping, a->mapping_count) - rank_of(b->mapping, b->mapping_count);
    return c ? c : newer_first(a->node.text, b->node.text);
}

static status note_cve(job *j, answer_card *card, memo *seen, const claim *c, err *why)
{
    slice word;
    status st = mapping_word(j, c, &word, why);
    if (st != OK)
        return st;
    size_t *at = memo_get(seen, c->subject);
    if (!at) {
        answer_relation *p =
            job_more(j, card->vulnerabilities.at, card->vulnerabilities.count, sizeof *p);
        if (!p || !(at = job_alloc(j, sizeof *at)))
            return job_status(j, why);
        card->vulnerabilities.at = p;
        *at = card->vulnerabilities.count++;
        card->vulnerabilities.total++;
        p[*at] = (answer_relation){.node = c->subject,
                                   .name = c->subject.text,
                                   .predicate = PRED_MAPPED_TO,
                                   .pointing = true,
                                   .first_seen = WHEN_NONE,
                                   .last_seen = WHEN_NONE,
                                   .text = c->value,
                                   .text_source = c->source};
        j->spent |= !memo_put(seen, c->subject, at);
    }
    answer_relation *row = &card->vulnerabilities.at[*at];
    add_text_once(j, &row->mapping, &row->mapping_count, MAPPING_WORDS_MAX, word);
    add_text_once(j, &row->sources, &row->source_count, MAPPING_SOURCES_MAX, c->source);
    return job_status(j, why);
}

status step_mapped_from(job *j, answer_card *card, err *why)
{
    memo *seen = memo_new(j->a);
    status st = seen ? OK : ARENA_SPENT(j->a, why);
    for (size_t m = 0; st == OK && m < card->group.member_count; m++) {
        claim_list said;
        if (card->group.members[m].revoked)
            continue;
        st = claims_to_bare(j->k->l, j->a, card->group.members[m].entity, PRED_MAPPED_TO,
                            POINTING_MAX, &said, why);
        for (size_t i = 0; st == OK && i < said.count; i++)
            st = note_cve(j, card, seen, &said.at[i], why);
    }
    if (st == OK && card->vulnerabilities.count)
        qsort(card->vulnerabilities.at, card->vulnerabilities.count,
              sizeof *card->vulnerabilities.at, newest_first);
    return st;
}
