/* recall.c - what is remembered for the length of a look: see job.h. Everything here lives in
 * k->look and was read through the look's view, so it never outlives what the view may see. */
#include "answer/ask/job.h"

enum {
    FACE_CLAIMS_MAX = 200,
    FACE_LIST_MAX = 32,
    TIES_MAX = 200,
    DETECTIONS_MAX = 200,
    SHARES_MAX = 5000,
    SHARE_TIES_MAX = 100
};

status detail_read(arena *a, slice text, const json **ret, err *why)
{
    json *v = NULL;
    *ret = NULL;
    if (text.len == 0)
        return OK;
    status st = json_parse(a, text, NULL, &v, why);
    if (st == OK)
        *ret = v;
    return st == ERR_LIMIT ? st : OK;
}

slice detail_str(const json *detail, const char *key)
{
    const json *v = json_get(detail, slice_str(key));
    return json_is(v, JSON_STRING) || json_is(v, JSON_NUMBER) ? v->text : S("");
}

/* --- sources -------------------------------------------------------------------------------- */

status recall_source(asker *k, slice source, const source_info **ret, err *why)
{
    node_ref key = {KIND_NONE, source};
    source_info *s = memo_get(k->sources, key);
    if (!s) {
        if (!(s = arena_new(&k->look, source_info)))
            return ARENA_SPENT(&k->look, why);
        status st = source_get(k->l, &k->look, source, s, why);
        if (st == ERR_NOT_FOUND)
            *s = (source_info){.reliability = 'F', .newest = WHEN_NONE, .fresh = WHEN_NONE};
        else if (st != OK)
            return st;
        if (!memo_put(k->sources, key, s))
            return ARENA_SPENT(&k->look, why);
    }
    *ret = s;
    return OK;
}

status recall_trust(void *ctx, slice source, source_trust *ret, err *why)
{
    const source_info *s;
    status st = recall_source(ctx, source, &s, why);
    if (st == OK)
        *ret = (source_trust){s->reliability, s->derives_from};
    return st;
}

status recall_held(asker *k, kind of, const held_list **ret, err *why)
{
    node_ref key = {of, S("")};
    held_list *list = memo_get(k->helds, key);
    if (!list) {
        if (!(list = arena_new(&k->look, held_list)))
            return ARENA_SPENT(&k->look, why);
        status st = held_of(k->l, &k->look, of, list, why);
        if (st != OK)
            return st;
        if (!memo_put(k->helds, key, list))
            return ARENA_SPENT(&k->look, why);
    }
    *ret = list;
    return OK;
}

status recall_share(asker *k, node_ref property, const share **ret, err *why)
{
    share *s = memo_get(k->shares, property);
    if (!s) {
        claim_list ties;
        if (!(s = arena_new(&k->look, share)))
            return ARENA_SPENT(&k->look, why);
        status st = claims_count_to(k->l, property, PRED_PROPERTY, SHARES_MAX, &s->values, why);
        if (st == OK)
            st = claims_of(k->l, &k->look, property, PRED_RELATED_TO, SHARE_TIES_MAX, &ties, why);
        if (st != OK)
            return st;
        s->at_least = s->values == SHARES_MAX;
        for (size_t i = 0; i < ties.count; i++) {
            bool again = false;
            for (size_t m = 0; m < i; m++)
                again |= slice_eq(ties.at[m].object.text, ties.at[i].object.text);
            s->others += !again && ties.at[i].object.kind == KIND_PROPERTY;
        }
        if (!memo_put(k->shares, property, s))
            return ARENA_SPENT(&k->look, why);
    }
    *ret = s;
    return OK;
}

status recall_lists(asker *k, uint64_t *ret, err *why)
{
    status st = k->lists_known ? OK : held_lists(k->l, &k->lists, why);
    k->lists_known |= st == OK;
    if (st == OK)
        *ret = k->lists;
    return st;
}

/* --- evidence ------------------------------------------------------------------------------- */

enum { EVIDENCE_KEPT_ROWS = 32 };

static uint64_t hash_of_value(node_ref value)
{
    static const uint8_t key[16] = {3};
    return siphash(key, value.text) ^ (uint64_t)value.kind << 56;
}

/* Kept from the second time on: most values are asked about once. It depends on the look alone, as
 * nothing in it is about now. */
static status gather_kept(asker *k, const evidence_from *from, node_ref value, evidence_set *ret,
                          err *why)
{
    node_ref own = value;
    evidence_set *set = arena_new(&k->kept, evidence_set);
    if (!set || !arena_copy(&k->kept, value.text, &own.text))
        return ARENA_SPENT(&k->kept, why);
    status st = evidence_gather(from, &k->kept, own, set, why);
    if (st == OK && !memo_put(k->evidence, own, set))
        st = ARENA_SPENT(&k->kept, why);
    if (st == OK)
        *ret = *set;
    return st;
}

/* Small, and not only what is built in, which is as soon made as found. */
static bool worth_keeping(const evidence_set *set)
{
    return set->count && set->count <= EVIDENCE_KEPT_ROWS &&
           (set->count > 1 || set->evidence->rule != EV_RESERVED);
}

status recall_evidence(job *j, node_ref value, evidence_set *ret, err *why)
{
    asker *k = j->k;
    const evidence_from from = {
        .l = k->l, .ix = k->ix, .trust = {k, recall_trust}, .patterns = &k->patterns};
    uint64_t hash = hash_of_value(value), *met = &k->met[hash % ASKED_MET];
    if (j->brief && *met == hash) {
        const evidence_set *known = memo_get(k->evidence, value);
        if (known) {
            *ret = *known;
            return OK;
        }
        if (k->kept.spent < ASK_KEPT_MAX / 2 && gather_kept(k, &from, value, ret, why) == OK)
            return OK; /* else there was no room, or it is said again */
    }
    status st = evidence_gather(&from, j->a, value, ret, why);
    if (st == OK && worth_keeping(ret))
        *met = hash;
    return st;
}

/* --- faces ---------------------------------------------------------------------------------- */

typedef struct face_lists {
    slice tactics[FACE_LIST_MAX], platforms[FACE_LIST_MAX];
} face_lists;

static bool add_once(slice *list, size_t *n, slice text)
{
    for (size_t i = 0; i < *n; i++)
        if (slice_eq(list[i], text))
            return true;
    if (*n < FACE_LIST_MAX)
        list[(*n)++] = text;
    return true;
}

static void read_named(face *f, const claim *c, const json *detail, int *best)
{
    static const struct {
        const char *how;
        int rank; /* the name that is shown: primary, then anything else */
    } ways[] = {{"primary", 3}, {"vendor", 2}, {"alias", 2}, {"title", 1}};
    slice how = detail_str(detail, "kind");
    if (slice_eq(how, S("id"))) {
        if (!f->id.len || slice_cmp(c->value, f->id) < 0)
            f->id = c->value;
        return;
    }
    int rank = 2;
    for (size_t i = 0; i < COUNT_OF(ways); i++)
        rank = slice_eq(how, slice_str(ways[i].how)) ? ways[i].rank : rank;
    if (rank > *best || (rank == *best && slice_cmp(c->value, f->name) < 0)) {
        f->name = c->value;
        *best = rank;
    }
}

static bool is_yes(const json *v)
{
    return v && (v->type == JSON_TRUE || slice_eq(json_text(v), S("true")));
}

/* STIX gives an object's properties in one claim, by name; others one claim a property. */
static void read_property(face *f, const claim *c, const json *detail, face_lists *lists)
{
    static const char *const gone[] = {"revoked", "deprecated"};
    slice name = detail_str(detail, "name");
    for (size_t i = 0; i < COUNT_OF(gone); i++)
        if (is_yes(json_get(detail, slice_str(gone[i]))) ||
            (slice_eq(name, slice_str(gone[i])) && is_yes(json_get(detail, S("value")))))
            f->revoked = true;
    if (slice_eq(name, S("active"))) {
        f->first_seen = c->first_seen;
        f->last_seen = c->last_seen;
    }
    const json *list = json_get(detail, S("platforms"));
    if (!list && (slice_eq(name, S("platforms")) || slice_eq(name, S("mitre_platforms"))))
        list = json_get(detail, S("value"));
    if (json_is(list, JSON_STRING))
        add_once(lists->platforms, &f->platform_count, json_text(list));
    for (const json *p = json_is(list, JSON_ARRAY) ? list->first : NULL; p; p = p->next)
        add_once(lists->platforms, &f->platform_count, json_text(p));
}

/* "credential-access", whoever spells it: the node's key has only its letters. */
static slice tactic_name(const claim *c)
{
    size_t colon = slice_find_byte(c->object.text, ':', 0);
    slice key = colon == SIZE_MAX ? c->object.text : slice_from(c->object.text, colon + 1);
    const tactic_row *row = tactic_of(key);
    return row ? slice_str(row->name) : c->value.len ? c->value : key;
}

/* A copy is silent where the source it copies speaks for itself: it may be older, or newer. */
static status is_silent(asker *k, const claim_list *said, slice source, bool *ret, err *why)
{
    const source_info *info;
    status st = recall_source(k, source, &info, why);
    *ret = false;
    for (size_t i = 0; st == OK && info->derives_from.len && i < said->count && !*ret; i++)
        *ret = slice_eq(said->at[i].source, info->derives_from);
    return st;
}

static status read_face(asker *k, face *f, const claim_list *said, face_lists *lists, err *why)
{
    int best = 0;
    status st = OK;
    slice last = S("");
    bool silent = false;
    for (size_t i = 0; st == OK && i < said->count; i++) {
        const claim *c = &said->at[i];
        const json *detail;
        if (i == 0 || !slice_eq(c->source, last))
            st = is_silent(k, said, c->source, &silent, why);
        last = c->source;
        if (st != OK || silent)
            continue;
        if ((st = detail_read(&k->look, c->detail, &detail, why)) != OK)
            break;
        f->marking.tlp = c->marking.tlp > f->marking.tlp ? c->marking.tlp : f->marking.tlp;
        f->marking.pap = c->marking.pap > f->marking.pap ? c->marking.pap : f->marking.pap;
        if (c->predicate == PRED_NAMED)
            read_named(f, c, detail, &best);
        else if (c->predicate == PRED_PROPERTY)
            read_property(f, c, detail, lists);
        else if (c->predicate == PRED_IN_TACTIC)
            add_once(lists->tactics, &f->tactic_count, tactic_name(c));
        else if (c->predicate == PRED_SUBTECHNIQUE_OF)
            f->parent = c->object;
        else
            f->revoked = true;
    }
    return st;
}

static bool keep_list(arena *a, const slice *list, size_t n, const slice **ret)
{
    slice *copy = n ? arena_array(a, n, sizeof *copy) : NULL;
    if (n && !copy)
        return false;
    if (n)
        memcpy(copy, list, n * sizeof *copy);
    *ret = copy;
    return true;
}

/* Texts that the face does not use are not kept: they are read into a scratch arena. */
static status make_face(asker *k, node_ref node, face **ret, err *why)
{
    claim_list said;
    face_lists lists = {0};
    face *f = arena_new(&k->look, face);
    if (!f || !arena_copy(&k->look, node.text, &f->node.text))
        return ARENA_SPENT(&k->look, why);
    f->node.kind = node.kind;
    f->first_seen = f->last_seen = WHEN_NONE;
    status st = claims_face(k->l, &k->look, node, FACE_CLAIMS_MAX, &said, why);
    if (st == OK)
        st = read_face(k, f, &said, &lists, why);
    if (st != OK)
        return st;
    if (!f->name.len)
        f->name = f->node.text;
    if (!keep_list(&k->look, lists.tactics, f->tactic_count, &f->tactics) ||
        !keep_list(&k->look, lists.platforms, f->platform_count, &f->platforms) ||
        !memo_put(k->faces, node, f))
        return ARENA_SPENT(&k->look, why);
    *ret = f;
    return OK;
}

status recall_face(asker *k, node_ref node, const face **ret, err *why)
{
    face *f = memo_get(k->faces, node);
    status st = f ? OK : make_face(k, node, &f, why);
    if (st == OK)
        *ret = f;
    return st;
}

status recall_ties(asker *k, node_ref node, const face **ret, err *why)
{
    face *f = memo_get(k->faces, node);
    status st = f ? OK : make_face(k, node, &f, why);
    claim_list said;
    if (st != OK || f->ties_loaded) {
        *ret = st == OK ? f : *ret;
        return st;
    }
    if ((st = claims_to_bare(k->l, &k->look, node, PRED_MITIGATES, TIES_MAX, &said, why)) != OK ||
        (st = claims_count_to(k->l, node, PRED_DETECTS, DETECTIONS_MAX, &f->detections, why)) != OK)
        return st;
    node_ref *list = arena_array(&k->look, said.count + 1, sizeof *list);
    if (!list)
        return ARENA_SPENT(&k->look, why);
    for (size_t i = 0; i < said.count; i++)
        list[i] = said.at[i].subject;
    f->mitigations = list;
    f->mitigation_count = said.count;
    f->ties_loaded = true;
    *ret = f;
    return OK;
}

static status find_group(asker *k, arena *a, node_ref node, name_group *ret, err *why)
{
    status st = name_group_of(k->l, a, node, ret, why);
    if (st != ERR_NOT_FOUND && st != ERR_INPUT)
        return st;
    *ret = (name_group){.id = node, .kind = node.kind, .name = node.text};
    return OK;
}

/* Where there is no room for many more, a group is the question's own. */
status recall_group(asker *k, arena *a, node_ref node, name_group *ret, err *why)
{
    const name_group *known = memo_get(k->groups, node);
    if (known || k->look.spent > ASK_REMEMBERED_MAX / 2) {
        *ret = known ? *known : *ret;
        return known ? OK : find_group(k, a, node, ret, why);
    }
    node_ref own = node;
    name_group *g = arena_new(&k->look, name_group);
    if (!g || !arena_copy(&k->look, node.text, &own.text))
        return ARENA_SPENT(&k->look, why);
    status st = find_group(k, &k->look, own, g, why);
    if (st == OK && !memo_put(k->groups, node, g))
        st = ARENA_SPENT(&k->look, why);
    if (st == OK)
        *ret = *g;
    return st;
}

status recall_name(asker *k, node_ref node, slice *ret, err *why)
{
    slice *name = memo_get(k->names, node);
    name_group g;
    if (name) {
        *ret = *name;
        return OK;
    }
    if (!(name = arena_new(&k->look, slice)))
        return ARENA_SPENT(&k->look, why);
    status st = name_group_of(k->l, &k->look, node, &g, why);
    if (st == ERR_NOT_FOUND || st == ERR_INPUT)
        st = arena_copy(&k->look, node.text, name) ? OK : ARENA_SPENT(&k->look, why);
    else if (st == OK)
        st = name_shown(k->l, &k->look, &g, name, why);
    if (st == OK && !memo_put(k->names, node, name))
        st = ARENA_SPENT(&k->look, why);
    if (st == OK)
        *ret = *name;
    return st;
}
