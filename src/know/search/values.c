/* values.c - finding values: see values.h. */
#include "know/search/values.h"
#include "base/text.h"
#include "model/observable.h"

#include <stdlib.h>

/* --- what was asked --------------------------------------------------------------------------- */

static status add_exact(arena *a, slice text, value_query *q, err *why)
{
    for (kind k = KIND_IPV4; k < KIND_OBSERVABLE_END_; k++) {
        observable o;
        status st = observable_parse(a, text, k, &o, NULL);
        if (st == ERR_LIMIT) /* no query is too long to be a value */
            return ARENA_SPENT(a, why);
        if (st != OK || o.kind != k)
            continue;
        q->exact[q->exact_count++] = (node_ref){k, o.value};
        if (k == KIND_DOMAIN)
            q->under = o.value;
    }
    return OK;
}

static status add_begins(arena *a, slice text, bool star, value_query *q, err *why)
{
    static const char signs[] = ".-/@:_\\";
    if (text.len < VALUE_BEGINS_MIN)
        return OK;
    if (star) {
        q->begins[q->begins_count++] = text;
        return OK;
    }
    for (const char *sign = signs; *sign; sign++) {
        slice more = arena_printf(a, "%.*s%c", SLICE_FMT(text), *sign);
        if (!more.ptr)
            return ARENA_SPENT(a, why);
        q->begins[q->begins_count++] = more;
    }
    return OK;
}

_Static_assert(VALUE_BEGINS_MAX >= 3 * 7, "as typed, plain and small, with each sign");

status values_parse(arena *a, slice text, value_query *ret, err *why)
{
    value_query q = {0};
    slice plain, small;
    bool changed, star;
    text = slice_trim(text);
    star = slice_ends(text, S("*"));
    if (star)
        text = slice_sub(text, 0, text.len - 1);
    if (text.len > 2 && slice_starts(text, S("\"")) && slice_ends(text, S("\"")))
        text = slice_sub(text, 1, text.len - 1);
    if (!text.len) {
        *ret = q;
        return OK;
    }
    status st = star ? OK : add_exact(a, text, &q, why);
    if (st == OK)
        st = text_nfkc(a, text, &plain, why);
    if (st == OK)
        st = observable_refang(a, plain, &plain, &changed, why);
    if (st == OK)
        st = add_begins(a, plain, star, &q, why);
    if (st == OK && !slice_eq(text, plain))
        st = add_begins(a, text, star, &q, why);
    if (st == OK)
        st = text_fold(a, plain, &small, why);
    if (st == OK && !slice_eq(small, plain))
        st = add_begins(a, small, star, &q, why);
    if (st == OK)
        *ret = q;
    return st;
}

/* --- what there is ---------------------------------------------------------------------------- */

bool value_begins(node_ref value, slice begins)
{
    if (slice_starts(index_face(value.kind, value.text), begins))
        return true; /* "http" alone is no beginning of a URL: all of them begin so */
    return slice_find(begins, S("://"), 0) != SIZE_MAX && slice_starts(value.text, begins);
}

bool value_under(node_ref value, slice domain)
{
    slice host = observable_host(value.kind, value.text);
    if (!slice_ends(host, domain))
        return false;
    return host.len == domain.len ? value.kind != KIND_DOMAIN
                                  : host.ptr[host.len - domain.len - 1] == '.';
}

static int by_face(const void *a, const void *b)
{
    const match *x = a, *y = b;
    int c = slice_cmp(index_face(x->ref.kind, x->ref.text), index_face(y->ref.kind, y->ref.text));
    if (!c)
        c = slice_cmp(x->ref.text, y->ref.text);
    return c ? c : (int)x->ref.kind - (int)y->ref.kind;
}

/* One walk under way. */
typedef struct finder {
    lens *l;
    arena *a;
    const match_filter *filter;
    match_list *list, group;
    size_t left; /* how many this walk may still add */
} finder;

static status is_seen(finder *f, int64_t node, bool *ret, err *why)
{
    db_stmt *q = db_query(f->l->d, Q_VALUE_SEEN);
    db_bind_int(q, 1, node);
    match_bind(q, 2, f->filter);
    status st = db_step(q, ret, why);
    db_reset(q);
    return st;
}

/* Takes a node into the group if it is as asked and something visible is said of it. */
static status take(finder *f, int64_t node, search_part part, slice asked, err *why)
{
    bool row, seen = false;
    match m = {.subject = node, .part = part};
    db_stmt *q = db_query(f->l->d, Q_NODE_GET);
    db_bind_int(q, 1, node);
    status st = db_step(q, &row, why);
    if (st == OK && row) {
        node_ref ref = {(kind)db_int(q, 0), db_text(q, 1)};
        seen = match_takes(f->filter, ref.kind) && kind_is_observable(ref.kind) &&
               (part == SEARCH_VALUE_UNDER ? value_under(ref, asked) : value_begins(ref, asked));
        m.ref.kind = ref.kind;
        if (seen && !arena_copy(f->a, ref.text, &m.ref.text))
            st = ARENA_SPENT(f->a, why);
    }
    db_reset(q);
    if (st == OK && seen)
        st = is_seen(f, node, &seen, why);
    return st == OK && seen ? match_add(f->a, &f->group, &m, why) : st;
}

/* What of the group there is room for, in order. */
static status end_group(finder *f, err *why)
{
    status st = OK;
    if (f->group.count)
        qsort(f->group.at, f->group.count, sizeof *f->group.at, by_face);
    for (size_t i = 0; st == OK && i < f->group.count; i++) {
        if (!f->left) {
            f->list->capped = true;
            break;
        }
        f->left--;
        st = match_add(f->a, f->list, &f->group.at[i], why);
    }
    f->group.count = 0;
    return st;
}

static status find_along(finder *f, index_walk w, search_part part, slice asked, err *why)
{
    int64_t node;
    uint64_t group, last = 0;
    status st = OK;
    f->left = SEARCH_MATCHES_MAX; /* each walk has its own room */
    bool capped = f->list->capped;
    f->list->capped = false;
    while (st == OK && !f->list->capped && index_next(&w, &node, &group)) {
        if (group != last)
            st = end_group(f, why);
        last = group;
        if (st == OK)
            st = take(f, node, part, asked, why);
    }
    if (st == OK)
        st = end_group(f, why);
    if (st == OK)
        st = index_whole(w.ix, why);
    f->list->capped |= capped;
    return st;
}

static status find_exact(finder *f, node_ref n, err *why)
{
    match m = {.part = SEARCH_VALUE, .ref = n};
    bool seen = false;
    status st = node_find(f->l->d, f->l->h, n, &m.subject, why);
    if (st == OK && m.subject && match_takes(f->filter, n.kind))
        st = is_seen(f, m.subject, &seen, why);
    return st == OK && seen ? match_add(f->a, f->list, &m, why) : st;
}

/* URLs stand where their text goes on behind the scheme, everything else by all of its text. */
static status find_begins(finder *f, const index_t *ix, slice begins, err *why)
{
    slice face = index_face(KIND_URL, begins);
    status st = find_along(f, index_values(ix, begins), SEARCH_VALUE_BEGINS, begins, why);
    if (st == OK && face.len != begins.len && face.len >= VALUE_BEGINS_MIN)
        st = find_along(f, index_values(ix, face), SEARCH_VALUE_BEGINS, begins, why);
    return st;
}

status values_find(lens *l, arena *a, const index_t *ix, const value_query *q,
                   const match_filter *filter, match_list *list, err *why)
{
    finder f = {.l = l, .a = a, .filter = filter, .list = list};
    status st = OK;
    for (size_t i = 0; st == OK && i < q->exact_count; i++)
        st = find_exact(&f, q->exact[i], why);
    for (size_t i = 0; st == OK && ix && i < q->begins_count; i++)
        st = find_begins(&f, ix, q->begins[i], why);
    if (st == OK && ix && q->under.len)
        st = find_along(&f, index_under(ix, q->under), SEARCH_VALUE_UNDER, q->under, why);
    return st;
}
