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

typedef struct looking {
    lens *l;
    arena *a;
    slice host, owner; /* owner: empty until it is asked for */
    claim *out;
    size_t n;
} looking;

/* Is `suffix`, or what is above it, one of a registry? Asked only where a list has it: the list of
 * suffixes takes longer to ask than the index. */
static bool of_registry(looking *k, slice suffix)
{
    if (!k->owner.len)
        k->owner = domain_registrable_icann(k->host);
    return !k->owner.len || suffix.len < k->owner.len;
}

/* *ret_over: no list above matters. */
static status add_lists(looking *k, slice suffix, bool *ret_over, err *why)
{
    claim_list list;
    status st = claims_of(k->l, k->a, (node_ref){KIND_DOMAIN, suffix}, PRED_LISTED,
                          SUFFIX_LISTS_MAX, &list, why);
    *ret_over = st == OK && list.count && of_registry(k, suffix);
    if (st != OK || *ret_over)
        return st;
    if (list.count && !k->out &&
        !(k->out = arena_array(k->a, (size_t)SUFFIX_LISTS_MAX * LEVELS_MAX, sizeof *k->out)))
        return ARENA_SPENT(k->a, why);
    for (size_t i = 0; st == OK && i < list.count; i++) {
        bool good;
        if ((st = vouches(k->a, &list.at[i], &good, why)) == OK && !good)
            k->out[k->n++] = list.at[i];
    }
    return st;
}

status suffix_lists(lens *l, domain_memo *m, arena *a, node_ref value, claim_list *ret, err *why)
{
    looking k = {.l = l, .a = a, .host = observable_host(value.kind, value.text)};
    bool over = false;
    status st = OK;
    *ret = (claim_list){0};
    if (!k.host.len)
        return OK;
    slice suffix = domain_suffix_by(m, k.host);
    if (suffix.len == k.host.len)
        return OK; /* the suffix itself */
    for (int level = 0; st == OK && !over && level < LEVELS_MAX; level++) {
        st = add_lists(&k, suffix, &over, why);
        size_t dot = slice_find_byte(suffix, '.', 0);
        if (dot == SIZE_MAX)
            break;
        suffix = slice_from(suffix, dot + 1);
    }
    if (st == OK)
        *ret = (claim_list){.at = k.out, .count = k.n};
    return st;
}
