/* card.c - what is known of a thing with a name: who says where it comes from, whom it is after,
 * what it uses and who uses it. Everything is read from the claims of the group's members. */
#include "answer/ask/job.h"

#include <stdlib.h>

enum {
    MEMBERS_MAX = 32,
    CLAIMS_OF_MEMBER = 1000, /* of one predicate */
    POINTING_MAX = 500,
    OBSERVABLES_MAX = 10000,
    SAMPLE_MAX = 5,
    SOURCES_MAX = 16
};

/* --- lists ---------------------------------------------------------------------------------- */

void add_text_once(job *j, const slice **list, size_t *count, size_t most, slice text)
{
    slice *own = (slice *)(uintptr_t)*list; /* the job's until the answer is done */
    for (size_t i = 0; i < *count; i++)
        if (slice_eq(own[i], text))
            return;
    if (*count == most || !(own = job_more(j, own, *count, sizeof *own)))
        return;
    own[(*count)++] = text;
    *list = own;
}

status is_copy(job *j, slice source, const slice *others, size_t count, bool *ret, err *why)
{
    const source_info *info;
    status st = recall_source(j->k, source, &info, why);
    *ret = false;
    for (size_t i = 0; st == OK && info->derives_from.len && i < count; i++)
        *ret |= !slice_eq(others[i], source) && slice_eq(others[i], info->derives_from);
    return st;
}

static bool same_node(node_ref a, node_ref b)
{
    return a.kind == b.kind && slice_eq(a.text, b.text);
}

status add_saying(job *j, answer_sayings *list, node_ref node, slice name, const claim *c, err *why)
{
    answer_saying *row = NULL;
    for (size_t i = 0; i < list->count && !row; i++)
        if (node.kind != KIND_NONE ? same_node(list->at[i].node, node)
                                   : slice_eq(list->at[i].name, name))
            row = &list->at[i];
    if (!row) {
        list->total++;
        if (list->count == ANSWER_KEEP)
            return OK;
        answer_saying *p = job_more(j, list->at, list->count, sizeof *p);
        if (!p)
            return job_status(j, why);
        list->at = p;
        row = &p[list->count++];
        *row = (answer_saying){.node = node, .name = name, .confidence = -1, .claim = c};
    }
    add_text_once(j, &row->sources, &row->source_count, SOURCES_MAX, c->source);
    row->confidence = c->confidence > row->confidence ? c->confidence : row->confidence;
    const json *detail;
    status st = detail_read(j->a, c->detail, &detail, why);
    if (st == OK && !row->note.len)
        row->note = detail_str(detail, "basis");
    return st == OK ? job_status(j, why) : st;
}

status add_relation(job *j, answer_relations *list, node_ref node, const claim *c, bool pointing,
                    err *why)
{
    const face *f;
    for (size_t i = 0; i < list->count; i++)
        if (same_node(list->at[i].node, node) && list->at[i].predicate == c->predicate) {
            add_text_once(j, &list->at[i].sources, &list->at[i].source_count, SOURCES_MAX,
                          c->source);
            return job_status(j, why);
        }
    const json *detail;
    status st = recall_face(j->k, node, &f, why);
    if (st == OK)
        st = detail_read(j->a, c->detail, &detail, why);
    if (st != OK)
        return st;
    if (f->revoked)
        return OK;
    list->total++;
    if (list->count == ANSWER_KEEP)
        return OK;
    answer_relation *p = job_more(j, list->at, list->count, sizeof *p);
    if (!p)
        return job_status(j, why);
    list->at = p;
    p[list->count] = (answer_relation){.node = node,
                                       .name = f->name,
                                       .id = f->id,
                                       .predicate = c->predicate,
                                       .pointing = pointing,
                                       .first_seen = f->first_seen,
                                       .last_seen = f->last_seen,
                                       .text = c->value,
                                       .text_source = c->source,
                                       .basis = detail_str(detail, "basis")};
    answer_relation *row = &p[list->count++];
    add_text_once(j, &row->sources, &row->source_count, SOURCES_MAX, c->source);
    return job_status(j, why);
}

/* --- sources and names for people ----------------------------------------------------------- */

static slice source_label(slice source)
{
    static const struct {
        const char *source, *label;
        bool prefix;
    } rows[] = {{"The MITRE Corporation", "MITRE", false},
                {"microsoft", "Microsoft", false},
                {"misp-galaxy/", "MISP", true},
                {"analyst:", "a person here", true}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].prefix ? slice_starts(source, slice_str(rows[i].source))
                           : slice_eq(source, slice_str(rows[i].source)))
            return slice_str(rows[i].label);
    return source;
}

status source_labels(job *j, const slice *sources, size_t count, const slice **ret,
                     size_t *ret_count, err *why)
{
    *ret = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool copy;
        status st = is_copy(j, sources[i], sources, count, &copy, why);
        if (st != OK)
            return st;
        if (!copy)
            add_text_once(j, ret, ret_count, SOURCES_MAX, source_label(sources[i]));
    }
    return job_status(j, why);
}

static bool same_texts(const slice *a, size_t n, const slice *b, size_t m)
{
    bool same = n == m;
    for (size_t i = 0; same && i < n; i++)
        same = slice_eq(a[i], b[i]);
    return same;
}

static void sort_texts(slice *list, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k && slice_cmp(list[k - 1], list[k]) > 0; k--) {
            slice t = list[k];
            list[k] = list[k - 1];
            list[k - 1] = t;
        }
}

static status add_name(job *j, answer_card *card, const name_entry *e, err *why)
{
    const slice *labels;
    size_t n;
    status st = source_labels(j, e->sources, e->source_count, &labels, &n, why);
    if (st != OK)
        return st;
    sort_texts((slice *)(uintptr_t)labels, n);
    answer_names *list = (answer_names *)(uintptr_t)card->names, *row = NULL;
    for (size_t i = 0; i < card->names_count && !row; i++)
        if (same_texts(list[i].sources, list[i].source_count, labels, n))
            row = &list[i];
    if (!row) {
        if (!(list = job_more(j, list, card->names_count, sizeof *list)))
            return job_status(j, why);
        card->names = list;
        row = &list[card->names_count++];
        *row = (answer_names){.sources = labels, .source_count = n};
    }
    add_text_once(j, &row->names, &row->name_count, 200, e->name);
    return job_status(j, why);
}

static int more_sources_first(const void *x, const void *y)
{
    const answer_names *a = x, *b = y;
    if (a->source_count != b->source_count)
        return a->source_count > b->source_count ? -1 : 1;
    if (a->name_count != b->name_count)
        return a->name_count > b->name_count ? -1 : 1;
    return slice_cmp(a->sources[0], b->sources[0]);
}

/* "Careful: that name also means ..." */
static status see_shared(job *j, answer_card *card, const name_entry *e, err *why)
{
    enum { SHARED_MAX = 3 };
    slice other;
    if (!e->shared || !e->other_count || card->shared_count == SHARED_MAX)
        return OK;
    status st = recall_name(j->k, e->others[0], &other, why);
    if (st != OK || slice_eq(other, card->group.name))
        return st;
    answer_shared_name *p =
        job_more(j, (void *)(uintptr_t)card->shared, card->shared_count, sizeof *p);
    if (!p)
        return job_status(j, why);
    p[card->shared_count++] = (answer_shared_name){e->name, other};
    card->shared = p;
    return OK;
}

static status see_names(job *j, answer_card *card, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < card->group.name_count; i++) {
        const name_entry *e = &card->group.names[i];
        if (e->use == NAME_ID || e->use == NAME_TITLE)
            continue;
        st = add_name(j, card, e, why);
        if (st == OK)
            st = see_shared(j, card, e, why);
    }
    if (card->names_count)
        qsort((answer_names *)(uintptr_t)card->names, card->names_count, sizeof *card->names,
              more_sources_first);
    return st;
}

static status label_sayings(job *j, answer_sayings *list, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < list->count; i++)
        st = source_labels(j, list->at[i].sources, list->at[i].source_count, &list->at[i].labels,
                           &list->at[i].label_count, why);
    return st;
}

/* --- what its own claims say ---------------------------------------------------------------- */

static status name_of(job *j, node_ref node, slice *ret, err *why)
{
    const face *f;
    status st = recall_face(j->k, node, &f, why);
    if (st == OK)
        *ret = f->name;
    return st;
}

/* "since at least 2004", "since 2007", "active since early 2012": the year, if there is one. */
static int year_since(slice text)
{
    for (size_t at = slice_find(text, S("since "), 0); at != SIZE_MAX;
         at = slice_find(text, S("since "), at + 1)) {
        slice rest = slice_sub(text, at + 6, at + 40), word;
        for (int i = 0; i < 5 && slice_cut(&rest, ' ', &word); i++) {
            uint64_t year;
            if (word.len >= 4 && slice_u64(slice_sub(word, 0, 4), &year) && year >= 1980 &&
                year < 2100)
                return (int)year;
            if (slice_find_byte(word, '.', 0) != SIZE_MAX)
                break;
        }
    }
    return 0;
}

static status on_described(job *j, answer_card *card, const claim *c, err *why)
{
    bool copy = false;
    const source_info *info;
    status st = recall_source(j->k, c->source, &info, why);
    if (st != OK)
        return st;
    copy = info->derives_from.len > 0;
    int year = year_since(c->value);
    if (year && (!card->since_year || year < card->since_year))
        card->since_year = year;
    /* an original goes before a copy; among equals the longer says more */
    bool had_copy = card->description_claim && card->description_is_copy;
    if (card->description_claim && !(had_copy && !copy) &&
        (copy != had_copy || c->value.len <= card->description.len))
        return OK;
    card->description = c->value;
    card->description_claim = c;
    card->description_is_copy = copy;
    return OK;
}

static status on_property(job *j, answer_card *card, const claim *c, err *why)
{
    static const char *const motives[] = {"cfr-type-of-incident", "motive", "motivation",
                                          "origin_threat"};
    const json *detail;
    status st = detail_read(j->a, c->detail, &detail, why);
    if (st != OK)
        return st;
    slice name = detail_str(detail, "name");
    for (size_t i = 0; st == OK && i < COUNT_OF(motives); i++) {
        slice value = slice_eq(name, slice_str(motives[i])) ? detail_str(detail, "value")
                                                            : detail_str(detail, motives[i]);
        if (value.len)
            st = add_saying(j, &card->motives, (node_ref){0}, value, c, why);
    }
    if (slice_eq(name, S("active"))) {
        if (c->first_seen != WHEN_NONE &&
            (card->first_seen == WHEN_NONE || c->first_seen < card->first_seen))
            card->first_seen = c->first_seen;
        card->last_seen = c->last_seen > card->last_seen ? c->last_seen : card->last_seen;
    }
    return st;
}

static status on_targets(job *j, answer_card *card, const claim *c, err *why)
{
    slice name;
    if (c->object.kind == KIND_VULNERABILITY)
        return add_relation(j, &card->exploits, c->object, c, false, why);
    status st = name_of(j, c->object, &name, why);
    return st == OK ? add_saying(j, &card->targets, c->object, name, c, why) : st;
}

static status on_origin(job *j, answer_card *card, const claim *c, err *why)
{
    slice name;
    status st = name_of(j, c->object, &name, why);
    return st == OK ? add_saying(j, &card->origins, c->object, name, c, why) : st;
}

static status on_exploits(job *j, answer_card *card, const claim *c, err *why)
{
    return add_relation(j, &card->exploits, c->object, c, false, why);
}

static status on_attributed(job *j, answer_card *card, const claim *c, err *why)
{
    return add_relation(j, &card->actors, c->object, c, false, why);
}

static status on_relation(job *j, answer_card *card, const claim *c, err *why)
{
    if (!kind_is_entity(c->object.kind))
        return OK;
    return add_relation(j, &card->relations, c->object, c, false, why);
}

/* One line a predicate; what is not here is not shown. Uses are read by step_techniques. */
static const struct {
    predicate predicate;
    status (*on)(job *, answer_card *, const claim *, err *);
} own[] = {
    {PRED_DESCRIBED, on_described},      {PRED_PROPERTY, on_property},
    {PRED_ORIGINATES_FROM, on_origin},   {PRED_LOCATED_AT, on_origin},
    {PRED_TARGETS, on_targets},          {PRED_EXPLOITS, on_exploits},
    {PRED_ATTRIBUTED_TO, on_attributed}, {PRED_RELATED_TO, on_relation},
    {PRED_VARIANT_OF, on_relation},      {PRED_DERIVED_FROM, on_relation},
    {PRED_SIMILAR_TO, on_relation},      {PRED_DROPS, on_relation},
    {PRED_BELONGS_TO, on_relation},
};

static status own_claims(job *j, answer_card *card, node_ref member, err *why)
{
    for (size_t p = 0; p < COUNT_OF(own); p++) {
        claim_list said;
        status st =
            claims_of(j->k->l, j->a, member, own[p].predicate, CLAIMS_OF_MEMBER, &said, why);
        for (size_t i = 0; st == OK && i < said.count; i++) {
            see_marking(j->w, said.at[i].marking);
            st = own[p].on(j, card, &said.at[i], why);
        }
        if (st != OK)
            return st;
    }
    return OK;
}

/* --- what others say with it ---------------------------------------------------------------- */

static answer_relations *list_for(answer_card *card, kind mine, const claim *c)
{
    kind k = c->subject.kind;
    if (c->predicate == PRED_SUBTECHNIQUE_OF)
        return &card->subtechniques;
    if (c->predicate == PRED_MITIGATES)
        return &card->mitigations;
    if (c->predicate == PRED_DETECTS)
        return &card->detections;
    if (c->predicate == PRED_EXPLOITS ||
        (mine == KIND_VULNERABILITY && c->predicate == PRED_TARGETS))
        return &card->exploited_by;
    if (k == KIND_CAMPAIGN || k == KIND_INCIDENT)
        return &card->campaigns;
    if (k == KIND_MALWARE || k == KIND_TOOL)
        return &card->software;
    return k == KIND_ACTOR ? &card->actors : &card->relations;
}

static status pointing_claims(job *j, answer_card *card, node_ref member, err *why)
{
    static const predicate pointing[] = {PRED_ATTRIBUTED_TO,   PRED_USES,           PRED_MITIGATES,
                                         PRED_DETECTS,         PRED_EXPLOITS,       PRED_TARGETS,
                                         PRED_SUBTECHNIQUE_OF, PRED_ORIGINATES_FROM};
    for (size_t p = 0; p < COUNT_OF(pointing); p++) {
        claim_list said;
        status st = claims_to(j->k->l, j->a, member, pointing[p], 0, POINTING_MAX, &said, why);
        for (size_t i = 0; st == OK && i < said.count; i++) {
            see_marking(j->w, said.at[i].marking);
            answer_relations *list = list_for(card, card->group.kind, &said.at[i]);
            st = add_relation(j, list, said.at[i].subject, &said.at[i], true, why);
        }
        if (st != OK)
            return st;
    }
    return OK;
}

static status count_observables(job *j, answer_card *card, node_ref member, err *why)
{
    uint64_t n = 0;
    claim_list some;
    status st = claims_count_to(j->k->l, member, PRED_INDICATES, OBSERVABLES_MAX, &n, why);
    if (st != OK || n == 0)
        return st;
    card->observables += n;
    card->observables_at_least |= n == OBSERVABLES_MAX;
    if ((st = claims_to(j->k->l, j->a, member, PRED_INDICATES, 0, SAMPLE_MAX, &some, why)) != OK)
        return st;
    node_ref *list = job_alloc(j, (card->sample_count + some.count + 1) * sizeof *list);
    if (!list)
        return job_status(j, why);
    if (card->sample_count)
        memcpy(list, card->sample, card->sample_count * sizeof *list);
    for (size_t i = 0; i < some.count && card->sample_count < SAMPLE_MAX; i++)
        list[card->sample_count++] = some.at[i].subject;
    card->sample = list;
    return OK;
}

/* --- order ---------------------------------------------------------------------------------- */

static int newest_first(const void *x, const void *y)
{
    const answer_relation *a = x, *b = y;
    if (a->last_seen != b->last_seen)
        return a->last_seen > b->last_seen ? -1 : 1;
    int c = slice_cmp(a->name, b->name);
    return c ? c : slice_cmp(a->node.text, b->node.text);
}

/* What has an id is of a catalogue that people know: it stands before what has none. */
static int by_name(const void *x, const void *y)
{
    const answer_relation *a = x, *b = y;
    int c = !a->id.len - !b->id.len;
    c = c ? c : slice_cmp(a->id, b->id);
    c = c ? c : slice_cmp(a->name, b->name);
    return c ? c : slice_cmp(a->node.text, b->node.text);
}

static int most_said_first(const void *x, const void *y)
{
    const answer_saying *a = x, *b = y;
    if (a->source_count != b->source_count)
        return a->source_count > b->source_count ? -1 : 1;
    int c = slice_cmp(a->name, b->name);
    return c ? c : slice_cmp(a->node.text, b->node.text);
}

static void order_lists(answer_card *card)
{
    answer_relations *named[] = {&card->software,      &card->actors,   &card->mitigations,
                                 &card->detections,    &card->exploits, &card->exploited_by,
                                 &card->subtechniques, &card->relations};
    answer_sayings *said[] = {&card->origins, &card->targets, &card->motives};
    for (size_t i = 0; i < COUNT_OF(named); i++)
        if (named[i]->count)
            qsort(named[i]->at, named[i]->count, sizeof *named[i]->at, by_name);
    for (size_t i = 0; i < COUNT_OF(said); i++)
        if (said[i]->count)
            qsort(said[i]->at, said[i]->count, sizeof *said[i]->at, most_said_first);
    if (card->campaigns.count)
        qsort(card->campaigns.at, card->campaigns.count, sizeof *card->campaigns.at, newest_first);
}

/* --- the whole ------------------------------------------------------------------------------ */

static status own_face(job *j, answer_card *card, err *why)
{
    for (size_t m = 0; m < card->group.member_count && m < MEMBERS_MAX; m++) {
        const face *f, *up;
        status st = recall_face(j->k, card->group.members[m].entity, &f, why);
        if (st != OK)
            return st;
        see_marking(j->w, f->marking);
        if (f->revoked)
            continue;
        if (f->id.len && !card->external_id.len)
            card->external_id = f->id;
        for (size_t i = 0; i < f->tactic_count; i++)
            add_text_once(j, &card->tactics, &card->tactic_count, 32, f->tactics[i]);
        for (size_t i = 0; i < f->platform_count; i++)
            add_text_once(j, &card->platforms, &card->platform_count, 32, f->platforms[i]);
        if (f->parent.kind == KIND_NONE || card->parent.kind != KIND_NONE)
            continue;
        if ((st = recall_face(j->k, f->parent, &up, why)) != OK)
            return st;
        card->parent = f->parent;
        card->parent_name = up->name;
        card->parent_id = up->id;
    }
    return job_status(j, why);
}

static slice primary_by(const name_group *g, node_ref member, slice source)
{
    for (size_t m = 0; m < g->member_count; m++)
        for (size_t n = 0; same_node(g->members[m].entity, member) && n < g->members[m].name_count;
             n++) {
            const name_said *said = &g->members[m].names[n];
            if (said->use == NAME_PRIMARY && slice_eq(said->source, source))
                return said->name;
        }
    return S("");
}

/* What those who use the asked name call the thing first; copies are left out. */
static status see_match(job *j, answer_card *card, err *why)
{
    enum { MATCHED_MAX = 3 };
    const slice *users = NULL;
    size_t user_count = 0;
    for (size_t i = 0; i < card->use_count; i++)
        add_text_once(j, &users, &user_count, 64, card->uses[i].source);
    for (size_t i = 0; i < card->use_count && card->matched_count < MATCHED_MAX; i++) {
        bool copy;
        slice first = primary_by(&card->group, card->use_of[i], card->uses[i].source);
        status st = is_copy(j, card->uses[i].source, users, user_count, &copy, why);
        if (st != OK)
            return st;
        if (copy || !first.len || card->uses[i].use == NAME_ID)
            continue;
        slice label = source_label(card->uses[i].source);
        add_text_once(j, &card->matched, &card->matched_count, MATCHED_MAX,
                      job_text(j, "%.*s: %.*s", SLICE_FMT(label), SLICE_FMT(first)));
    }
    return job_status(j, why);
}

status step_card(job *j, const name_candidate *c, err *why)
{
    answer_card *card = job_alloc(j, sizeof *card);
    if (!card)
        return job_status(j, why);
    *card = (answer_card){.group = c->group,
                          .uses = c->uses,
                          .use_of = c->use_of,
                          .use_count = c->use_count,
                          .first_seen = WHEN_NONE,
                          .last_seen = WHEN_NONE};
    j->w->card = card;
    status st = own_face(j, card, why);
    for (size_t m = 0; st == OK && m < card->group.member_count && m < MEMBERS_MAX; m++) {
        node_ref member = card->group.members[m].entity;
        if (card->group.members[m].revoked)
            continue;
        st = own_claims(j, card, member, why);
        if (st == OK)
            st = pointing_claims(j, card, member, why);
        if (st == OK)
            st = count_observables(j, card, member, why);
    }
    if (st != OK)
        return st;
    order_lists(card);
    st = see_match(j, card, why);
    if (st == OK)
        st = see_names(j, card, why);
    answer_sayings *said[] = {&card->origins, &card->targets, &card->motives};
    for (size_t i = 0; st == OK && i < COUNT_OF(said); i++)
        st = label_sayings(j, said[i], why);
    if (st != OK)
        return st;
    st = step_techniques(j, card, why);
    if (st == OK && card->group.kind == KIND_TECHNIQUE)
        st = step_mapped_from(j, card, why);
    return st == OK ? step_card_actions(j, why) : st;
}
