/* patterns.c - see patterns.h. */
#include "judge/patterns.h"

#include "base/json.h"
#include "model/regex.h"

typedef struct looking {
    arena *a;
    node_ref value;
    slice lower; /* the value in lower case, for substrings; ptr NULL: not yet */
    pattern_hits hits;
    uint64_t steps;
} looking;

/* "list.json#/list/2000" and 17 lines further: "list.json#/list/2017". */
static slice place_of(arena *a, slice first, uint64_t further)
{
    size_t cut = first.len;
    uint64_t n;
    while (cut && is_digit(first.ptr[cut - 1]))
        cut--;
    if (!slice_u64(slice_from(first, cut), &n))
        return first;
    return arena_printf(a, "%.*s%llu", SLICE_FMT(slice_sub(first, 0, cut)),
                        (unsigned long long)(n + further));
}

static status add_hit(looking *k, const claim *list, slice entry, uint64_t further, err *why)
{
    if (k->hits.count == PATTERNS_HITS_MAX) {
        k->hits.more = true;
        return OK;
    }
    if (!k->hits.at && !(k->hits.at = arena_array(k->a, PATTERNS_HITS_MAX, sizeof *k->hits.at)))
        return ARENA_SPENT(k->a, why);
    claim *c = &k->hits.at[k->hits.count];
    *c = *list;
    c->subject = k->value;
    c->object = (node_ref){KIND_NONE, {NULL, 0}};
    c->value = entry;
    c->place = place_of(k->a, list->place, further);
    if (!c->place.ptr && list->place.len)
        return ARENA_SPENT(k->a, why);
    k->hits.count++;
    return OK;
}

static bool lower(looking *k)
{
    char *text = arena_alloc(k->a, k->value.text.len + 1);
    for (size_t i = 0; text && i < k->value.text.len; i++)
        text[i] = to_lower(k->value.text.ptr[i]);
    k->lower = slice_of(text, k->value.text.len);
    return text != NULL;
}

static status is_in(looking *k, slice entry, bool regexes, bool *ret, err *why)
{
    const regex *r;
    *ret = false;
    if (!regexes) {
        if (!k->lower.ptr && !lower(k))
            return ARENA_SPENT(k->a, why);
        *ret = entry.len >= PATTERNS_SUBSTRING_MIN && slice_find(k->lower, entry, 0) != SIZE_MAX;
        return OK;
    }
    k->steps += (uint64_t)(entry.len + 1) * (k->value.text.len + 1);
    if (!entry.len || k->steps > PATTERNS_STEPS_MAX) {
        k->hits.more |= entry.len > 0;
        return OK;
    }
    arena_mark mark = arena_here(k->a);
    err own = {0};
    status st = regex_compile(k->a, entry, &r, &own);
    if (st == OK)
        st = regex_search(r, k->value.text, k->a, ret, &own);
    arena_back(k->a, mark);
    /* the codec took it; what an older one took, or another program wrote, is passed over */
    if (st == ERR_INPUT || (st == ERR_LIMIT && own.at != ERR_NOWHERE))
        return OK;
    if (st != OK && why)
        *why = own;
    return st;
}

static status look(looking *k, const claim *list, err *why)
{
    slice rest = list->value, entry;
    json *detail = NULL;
    status st = json_parse(k->a, list->detail, NULL, &detail, why);
    if (st != OK)
        return st == ERR_LIMIT ? st : OK;
    bool regexes = slice_eq(json_text(json_get(detail, S("type"))), S("regex"));
    for (uint64_t line = 0; st == OK && slice_cut(&rest, '\n', &entry); line++) {
        bool hit;
        st = is_in(k, entry, regexes, &hit, why);
        if (st == OK && hit)
            st = add_hit(k, list, entry, line, why);
    }
    return st;
}

/* of: KIND_NONE for the lists of any kind. */
static status look_in_lists(looking *k, lens *l, pattern_memo *m, kind of_kind, err *why)
{
    static const slice before = S_INIT("list-patterns:");
    const char *of = of_kind == KIND_NONE ? "any" : kind_name(of_kind);
    claim_list lists;
    if (m && m->none >> of_kind & 1)
        return OK;
    char key_text[64];
    size_t len = strlen(of);
    assert(before.len + len <= sizeof key_text);
    memcpy(key_text, before.ptr, before.len);
    memcpy(key_text + before.len, of, len);
    slice key = slice_of(key_text, before.len + len);
    status st = claims_to(l, k->a, (node_ref){KIND_OTHER, key}, PRED_LISTED, 0, PATTERNS_CLAIMS_MAX,
                          &lists, why);
    if (st != OK)
        return st;
    if (m && !lists.count && !lists.more)
        m->none |= (uint64_t)1 << of_kind;
    k->hits.more |= lists.more;
    for (size_t i = 0; st == OK && i < lists.count; i++)
        st = look(k, &lists.at[i], why);
    return st;
}

status patterns_in(lens *l, pattern_memo *m, arena *a, node_ref value, pattern_hits *ret, err *why)
{
    looking k = {.a = a, .value = value};
    if (value.text.len > PATTERNS_TEXT_MAX) {
        *ret = (pattern_hits){.more = true};
        return OK;
    }
    m = kind_is_observable(value.kind) ? m : NULL;
    if (m && m->look != lens_looks(l))
        *m = (pattern_memo){.look = lens_looks(l)};
    status st = value.kind != KIND_NONE ? look_in_lists(&k, l, m, value.kind, why) : OK;
    if (st == OK)
        st = look_in_lists(&k, l, m, KIND_NONE, why);
    if (st == OK)
        *ret = k.hits;
    return st;
}
