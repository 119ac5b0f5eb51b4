/* site.c - see site.h. */
#include "watch/site.h"
#include "format/rows.h"
#include "model/ip.h"

#include <stdlib.h>

enum { COLUMNS = 5, KEY_MAX = 1024 };

typedef struct entry {
    bool is_net;
    ip_net net;
    slice key; /* in lower case; of what is no network */
    slice host;
    slice name, contact;
    when from, to; /* from <= t < to */
    asset_weight weight;
    uint64_t line;
} entry;

typedef struct table {
    arena a;
    entry *at;
    size_t count;
    bool prefix[129]; /* lengths of networks there are */
} table;

struct site {
    long fail_after;
    table t[SITE_TABLE_COUNT_];
};

status site_new(long fail_after, site **ret, err *why)
{
    site *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    for (size_t i = 0; i < SITE_TABLE_COUNT_; i++)
        arena_init(&s->t[i].a, SITE_MEMORY_MAX);
    s->fail_after = fail_after;
    *ret = s;
    return OK;
}

site *site_free(site *s)
{
    for (size_t i = 0; s && i < SITE_TABLE_COUNT_; i++)
        arena_done(&s->t[i].a);
    free(s);
    return NULL;
}

/* --- order: networks by length and address, then names ---------------------------------------- */

static int order(const entry *x, const entry *y)
{
    if (x->is_net != y->is_net)
        return x->is_net ? -1 : 1;
    if (!x->is_net)
        return slice_cmp(x->key, y->key);
    if (x->net.prefix != y->net.prefix)
        return x->net.prefix < y->net.prefix ? -1 : 1;
    return memcmp(x->net.addr.b, y->net.addr.b, sizeof x->net.addr.b);
}

static int by_order(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    int c = order(x, y);
    return c ? c : x->line < y->line ? -1 : x->line > y->line;
}

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct column {
    const char *name;
    bool needed; /* the header must have it */
} column;
static const column columns[SITE_TABLE_COUNT_][COLUMNS] = {
    [SITE_ASSETS] = {{"asset", true}, {"weight", true}, {"name", false}},
    [SITE_EXERCISES] =
        {{"value", true}, {"from", true}, {"to", true}, {"contact", true}, {"name", false}},
    [SITE_SILENCES] = {{"indicator", true}, {"host", false}, {"until", true}, {"reason", true}},
};

typedef struct reading {
    site_table which;
    table t;
    size_t room;
    bool begun;
    size_t place[COLUMNS]; /* of each column; SIZE_MAX: not there */
} reading;

static status read_header(reading *r, const row *x, err *why)
{
    const column *wanted = columns[r->which];
    for (size_t c = 0; c < COLUMNS && wanted[c].name; c++) {
        r->place[c] = SIZE_MAX;
        for (size_t i = 0; i < x->count; i++)
            if (slice_eq_nocase(slice_trim(x->field[i]), slice_str(wanted[c].name)))
                r->place[c] = i;
        if (r->place[c] == SIZE_MAX && wanted[c].needed)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "the header has no column \"%s\"",
                           wanted[c].name);
    }
    r->begun = true;
    return OK;
}

static slice cell(const reading *r, const row *x, size_t c)
{
    size_t i = columns[r->which][c].name ? r->place[c] : SIZE_MAX;
    return i < x->count ? slice_trim(x->field[i]) : S("");
}

static bool fold(arena *a, slice text, slice *ret)
{
    char *p = arena_alloc(a, text.len + 1);
    for (size_t i = 0; p && i < text.len; i++)
        p[i] = to_lower(text.ptr[i]);
    *ret = slice_of(p, text.len);
    return p != NULL;
}

/* An address, a network or a name. */
static status read_who(reading *r, slice text, entry *e, err *why)
{
    ip address;
    unsigned changed;
    err none;
    if (text.len > KEY_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d bytes", KEY_MAX);
    e->is_net = true;
    if (ip4_read(text, &address) || ip6_read(text, &address))
        e->net = ip_net_of(&address, 128);
    else if (ip_net_parse(text, &e->net, &changed, &none) != OK)
        e->is_net = false;
    return fold(&r->t.a, text, &e->key) ? OK : ARENA_SPENT(&r->t.a, why);
}

/* A day without a time is the whole day. */
static status read_date(slice text, bool end, when *ret, err *why)
{
    char shown[ERR_QUOTE_MAX];
    if (when_parse(text, ret) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "\"%s\" is no date", err_quote(text, shown));
    if (end)
        *ret += text.len <= 10 ? WHEN_DAY : 1;
    return OK;
}

static status read_weight(slice text, asset_weight *ret, err *why)
{
    char shown[ERR_QUOTE_MAX];
    for (unsigned w = ASSET_LOW; w < ASSET_WEIGHT_COUNT_; w++)
        if (slice_eq_nocase(text, slice_str(asset_weight_name((asset_weight)w)))) {
            *ret = (asset_weight)w;
            return OK;
        }
    return err_set(why, ERR_INPUT, ERR_NOWHERE,
                   "weight \"%s\" is none of low, normal, high, critical", err_quote(text, shown));
}

static status read_cells(reading *r, const row *x, entry *e, err *why)
{
    arena *a = &r->t.a;
    slice host = S(""), name, contact = S("");
    status st = read_who(r, cell(r, x, 0), e, why);
    if (st == OK && r->which == SITE_ASSETS)
        st = read_weight(cell(r, x, 1), &e->weight, why);
    if (st == OK && r->which == SITE_EXERCISES &&
        (st = read_date(cell(r, x, 1), false, &e->from, why)) == OK)
        st = read_date(cell(r, x, 2), true, &e->to, why);
    if (st == OK && r->which == SITE_SILENCES)
        st = read_date(cell(r, x, 2), true, &e->to, why);
    if (st != OK)
        return st;
    name = cell(r, x, r->which == SITE_ASSETS ? 2 : r->which == SITE_EXERCISES ? 4 : 3);
    if (r->which == SITE_EXERCISES)
        contact = cell(r, x, 3);
    if (r->which == SITE_SILENCES)
        host = cell(r, x, 1);
    if (r->which == SITE_SILENCES ? !e->key.len && !host.len : !e->key.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "it says of whom by nothing");
    if (e->from >= e->to && r->which == SITE_EXERCISES)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "it ends before it begins");
    return fold(a, host, &e->host) && arena_copy(a, name, &e->name) &&
                   arena_copy(a, contact, &e->contact)
               ? OK
               : ARENA_SPENT(a, why);
}

static status add(reading *r, const row *x, err *why)
{
    entry e = {.from = WHEN_FIRST, .to = WHEN_LAST, .line = x->line};
    status st = read_cells(r, x, &e, why);
    if (st != OK)
        return st;
    if (r->t.count == SITE_ROWS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d rows", SITE_ROWS_MAX);
    if (r->t.count == r->room) {
        entry *more = arena_array(&r->t.a, r->room = r->room ? 2 * r->room : 64, sizeof e);
        if (!more)
            return ARENA_SPENT(&r->t.a, why);
        if (r->t.count)
            memcpy(more, r->t.at, r->t.count * sizeof e);
        r->t.at = more;
    }
    if (e.is_net)
        r->t.prefix[e.net.prefix] = true;
    r->t.at[r->t.count++] = e;
    return OK;
}

static status take(reading *r, const row *x, err *why)
{
    slice text = slice_trim(x->raw);
    status st = OK;
    if (!text.len || text.ptr[0] == '#')
        return OK;
    if (x->bad)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "%s", x->bad);
    else
        st = r->begun ? add(r, x, why) : read_header(r, x, why);
    if (st == OK)
        return OK;
    why->at = x->at;
    return err_wrap(why, st, "line %llu", (unsigned long long)x->line);
}

status site_read(site *s, site_table which, reader *in, size_t *ret_rows, err *why)
{
    reading r = {.which = which};
    CLEANUP(arena_done) arena a;
    CLEANUP(rows_close) rows lines = {0};
    bool more = false;
    row x;
    arena_init(&a, 8 << 20);
    arena_init(&r.t.a, SITE_MEMORY_MAX);
    r.t.a.fail_after = s->fail_after;
    status st = rows_open(&lines, in, &a, ',', 0, why);
    while (st == OK && (st = rows_next(&lines, &x, &more, why)) == OK && more)
        if (x.at > SITE_FILE_MAX)
            st = err_set(why, ERR_LIMIT, x.at, "over %d bytes", SITE_FILE_MAX);
        else
            st = take(&r, &x, why);
    if (st != OK) {
        arena_done(&r.t.a);
        return st;
    }
    if (r.t.count)
        qsort(r.t.at, r.t.count, sizeof *r.t.at, by_order);
    arena_done(&s->t[which].a);
    s->t[which] = r.t;
    *ret_rows = r.t.count;
    return OK;
}

/* --- asking ----------------------------------------------------------------------------------- */

typedef struct question {
    when at;
    slice host;
} question;

static bool fits(const entry *e, const question *q)
{
    return q->at >= e->from && q->at < e->to && (!e->host.len || slice_eq_nocase(e->host, q->host));
}

/* The first entry like `like` that fits. */
static const entry *find_like(const table *t, const entry *like, const question *q)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (order(&t->at[mid], like) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < t->count && order(&t->at[low], like) == 0; low++)
        if (fits(&t->at[low], q))
            return &t->at[low];
    return NULL;
}

static const entry *find_address(const table *t, const ip *address, unsigned prefix,
                                 const question *q)
{
    const entry *e = NULL;
    for (unsigned p = prefix + 1; !e && p-- > 0;)
        if (t->prefix[p]) {
            entry like = {.is_net = true, .net = ip_net_of(address, (uint8_t)p)};
            e = find_like(t, &like, q);
        }
    return e;
}

/* A name, and with `parents` the domains above it. */
static const entry *find_name(const table *t, slice name, bool parents, const question *q)
{
    char lower[KEY_MAX];
    if (name.len > sizeof lower)
        return NULL;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = to_lower(name.ptr[i]);
    slice rest = slice_of(lower, name.len);
    for (;;) {
        entry like = {.key = rest};
        const entry *e = find_like(t, &like, q);
        size_t dot = e || !parents ? SIZE_MAX : slice_find_byte(rest, '.', 0);
        if (dot == SIZE_MAX)
            return e;
        rest = slice_from(rest, dot + 1);
    }
}

static const entry *find(const table *t, slice who, bool parents, const question *q)
{
    ip address;
    ip_net net;
    unsigned changed;
    err none;
    if (!t->count)
        return NULL;
    if (ip4_read(who, &address) || ip6_read(who, &address))
        return find_address(t, &address, 128, q);
    if (ip_net_parse(who, &net, &changed, &none) == OK)
        return find_address(t, &net.addr, net.prefix, q);
    return find_name(t, who, parents, q);
}

bool site_asset(const site *s, slice who, site_asset_info *ret)
{
    const entry *e = find(&s->t[SITE_ASSETS], who, false, &(question){.at = 0});
    if (e)
        *ret = (site_asset_info){e->weight, e->name};
    return e != NULL;
}

bool site_exercise(const site *s, const slice *values, size_t count, when at,
                   site_exercise_info *ret)
{
    const entry *e = NULL;
    for (size_t i = 0; !e && i < count; i++)
        e = values[i].len ? find(&s->t[SITE_EXERCISES], values[i], true, &(question){.at = at})
                          : NULL;
    if (e)
        *ret = (site_exercise_info){e->contact, e->name};
    return e != NULL;
}

bool site_silenced(const site *s, slice indicator, slice host, when at, slice *ret_reason)
{
    const table *t = &s->t[SITE_SILENCES];
    question q = {.at = at, .host = host};
    const entry *e = find(t, indicator, true, &q);
    if (!e && t->count)
        e = find_name(t, S(""), false, &q);
    if (e)
        *ret_reason = e->name;
    return e != NULL;
}
