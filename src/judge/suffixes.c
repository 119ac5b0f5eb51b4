/* suffixes.c - see suffixes.h. */
#include "judge/suffixes.h"

#include "base/json.h"
#include "model/domain.h"
#include "model/observable.h"

enum { LEVELS_MAX = 4 };

static status vouches(arena *a, const claim *c, bool *ret, err *why)
{
    json *detail = NULL;
    arena_mark mark = arena_here(a);
    status st = json_parse(a, c->detail, NULL, &detail, why);
    slice polarity = st == OK ? json_text(json_get(detail, S("polarity"))) : S("");
    *ret = st != OK || slice_eq(polarity, S("benign")) || slice_eq(polarity, S("good"));
    arena_back(a, mark);
    return st == ERR_LIMIT ? st
                           : OK; /* a detail that is no JSON vouches for nothing we could use */
}

static status add_lists(lens *l, arena *a, slice suffix, claim **out, size_t *n, err *why)
{
    claim_list list;
    status st =
        claims_of(l, a, (node_ref){KIND_DOMAIN, suffix}, PRED_LISTED, SUFFIX_LISTS_MAX, &list, why);
    if (st == OK && list.count && !*out &&
        !(*out = arena_array(a, (size_t)SUFFIX_LISTS_MAX * LEVELS_MAX, sizeof **out)))
        return ARENA_SPENT(a, why);
    for (size_t i = 0; st == OK && i < list.count; i++) {
        bool good;
        if ((st = vouches(a, &list.at[i], &good, why)) == OK && !good)
            (*out)[(*n)++] = list.at[i];
    }
    return st;
}

status suffix_lists(lens *l, arena *a, node_ref value, claim_list *ret, err *why)
{
    slice host = observable_host(value.kind, value.text);
    size_t n = 0;
    status st = OK;
    *ret = (claim_list){0};
    if (!host.len)
        return OK;
    slice owner = domain_registrable_icann(host), suffix = domain_suffix(host);
    if (!owner.len || suffix.len < owner.len || suffix.len == host.len)
        return OK; /* a suffix of a registry, or the suffix itself */
    claim *out = NULL;
    for (int level = 0; st == OK && level < LEVELS_MAX && suffix.len >= owner.len; level++) {
        st = add_lists(l, a, suffix, &out, &n, why);
        size_t dot = slice_find_byte(suffix, '.', 0);
        if (dot == SIZE_MAX)
            break;
        suffix = slice_from(suffix, dot + 1);
    }
    if (st == OK)
        *ret = (claim_list){.at = out, .count = n};
    return st;
}
