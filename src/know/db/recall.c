/* recall.c - see recall.h. */
#include "know/db/recall.h"

#include <stdlib.h>

enum { BUCKET_BITS = 15, BUCKETS = 1 << BUCKET_BITS, RECALL_BYTES_MAX = 256 << 20 };

const recall_lane recall_lanes[RECALL_LANES] = {
    {Q_NODE_ADD, "it", true},
    {Q_NODE_KEY_ADD, "ii", false},
    {Q_ORIGIN_ADD, "b", true},
    {Q_ORIGIN_REPORT_ADD, "ii", false},
    {Q_CLAIM_ADD, "iiiiittiiiiiiiiiiiiii", true},
    {Q_OBJECT_ADD, "ititiibiiiiii", true},
};

enum { LANE_NODE, LANE_NODE_KEY, LANE_ORIGIN, LANE_ORIGIN_REPORT, LANE_CLAIM, LANE_OBJECT };

/* What is known under a key: that it was asked for, and the rows there are. */
typedef struct recall_row {
    recall_about about;
    bool has_object, has_gone;
    uint64_t key; /* node_key.h, the first bytes of origin.h, claim.h, object.h */
    int64_t id, subject, life, document, predicate, object, tx, gone; /* node: predicate is kind */
    slice text;                                                       /* node; origin: its h */
} recall_row;

typedef struct entry {
    struct entry *next, *before; /* in its bucket; the one that was remembered before it */
    uint64_t key;
    recall_about about;
    bool is_row; /* else: was asked for, so that all rows are here, and what follows is not there */
    struct entry *next_id, *next_added;
    recall_row row;
} entry;

/* Of fewer the buckets are emptied one by one: all of them are half a megabyte. */
enum { EMPTIED_SINGLY = 4096 };

struct db_recall {
    bool begun, open; /* the memo is true */
    entry *bucket[BUCKETS];
    entry *claim_id[BUCKETS]; /* rows of claims by id */
    entry *added;             /* rows that the store did not have when it was asked */
    entry *last;              /* what was remembered last, ... */
    size_t count;             /* ... of so many */
    arena memo;
    recall_row last_node; /* added, its key not yet */
    int64_t next_id[RECALL_LANES];
};

/* --- lanes ------------------------------------------------------------------------------------ */

size_t recall_columns(size_t lane)
{
    return strlen(recall_lanes[lane].types) + recall_lanes[lane].numbered;
}

char recall_type(size_t lane, size_t column)
{
    if (!recall_lanes[lane].numbered)
        return recall_lanes[lane].types[column];
    return column ? recall_lanes[lane].types[column - 1] : 'i';
}

/* INSERT INTO t (a, b) VALUES (?1, ?2) x */
void recall_insert(size_t lane, const char *sql, buf *out, slice *ret_rest)
{
    slice all = slice_str(sql);
    size_t open = slice_find_byte(all, '(', 0), close = slice_find_byte(all, ')', 0);
    buf_put(out, slice_sub(all, 0, open + 1));
    if (recall_lanes[lane].numbered)
        buf_put(out, S("id, "));
    buf_put(out, slice_sub(all, open + 1, close + 1));
    *ret_rest = slice_from(all, slice_find_byte(all, ')', close + 1) + 1);
}

/* --- remembering ------------------------------------------------------------------------------ */

static size_t spread(uint64_t key)
{
    return (size_t)(key * 0x9e3779b97f4a7c15u >> (64 - BUCKET_BITS));
}

static size_t bucket_of(recall_about about, uint64_t key)
{
    return spread(key ^ (uint64_t)about << 61);
}

db_recall *recall_new(void)
{
    db_recall *a = calloc(1, sizeof *a);
    if (a)
        arena_init(&a->memo, RECALL_BYTES_MAX);
    return a;
}

db_recall *recall_free(db_recall *a)
{
    if (a) {
        arena_done(&a->memo);
        free(a);
    }
    return NULL;
}

void recall_forget(db_recall *a)
{
    if (a->count > EMPTIED_SINGLY) {
        memset(a->bucket, 0, sizeof a->bucket);
        memset(a->claim_id, 0, sizeof a->claim_id);
    }
    for (const entry *e = a->count > EMPTIED_SINGLY ? NULL : a->last; e; e = e->before) {
        a->bucket[bucket_of(e->about, e->key)] = NULL;
        if (e->is_row && e->about == RECALL_CLAIM)
            a->claim_id[spread((uint64_t)e->row.id)] = NULL;
    }
    a->last = a->added = NULL;
    a->count = 0;
    a->last_node = (recall_row){0};
    a->begun = a->open = false;
    arena_reset(&a->memo);
}

void recall_begin(db_recall *a)
{
    a->begun = a->open = true;
}

bool recall_is_begun(const db_recall *a)
{
    return a->begun;
}

bool recall_is_open(const db_recall *a)
{
    return a->open;
}

/* A full memo is none: everything goes to the engine. */
static entry *remember_bytes(db_recall *a, recall_about about, uint64_t key, size_t bytes)
{
    entry *e = arena_alloc(&a->memo, bytes);
    if (!e) {
        a->open = false;
        return NULL;
    }
    entry **bucket = &a->bucket[bucket_of(about, key)];
    e->key = key;
    e->about = about;
    e->is_row = false;
    e->next = *bucket;
    *bucket = e;
    e->before = a->last;
    a->last = e;
    a->count++;
    return e;
}

/* That a key was asked for. */
static void remember_question(db_recall *a, recall_about about, uint64_t key)
{
    entry *e = remember_bytes(a, about, key, offsetof(entry, next_id));
    (void)e; /* without it, the memo is not open any more */
}

static entry *remember(db_recall *a, const recall_row *row)
{
    slice text;
    entry *e = arena_copy(&a->memo, row->text, &text)
                   ? remember_bytes(a, row->about, row->key, sizeof *e)
                   : NULL;
    if (!e) {
        a->open = false;
        return NULL;
    }
    e->is_row = true;
    e->row = *row;
    e->row.text = text;
    e->next_id = e->next_added = NULL;
    if (row->about == RECALL_CLAIM) {
        entry **bucket = &a->claim_id[spread((uint64_t)row->id)];
        e->next_id = *bucket;
        *bucket = e;
    }
    return e;
}

static void remember_added(db_recall *a, const recall_row *row)
{
    entry *e = remember(a, row);
    if (e) {
        e->next_added = a->added;
        a->added = e;
    }
}

static bool known(const db_recall *a, recall_about about, uint64_t key)
{
    for (const entry *e = a->bucket[bucket_of(about, key)]; e; e = e->next)
        if (!e->is_row && e->about == about && e->key == key)
            return true;
    return false;
}

/* The rows of a key, one after another: start with NULL. */
static const recall_row *next_row(const db_recall *a, recall_about about, uint64_t key,
                                  const recall_row *after)
{
    const entry *e =
        after ? ((const entry *)(const void *)((const char *)after - offsetof(entry, row)))->next
              : a->bucket[bucket_of(about, key)];
    for (; e; e = e->next)
        if (e->is_row && e->about == about && e->key == key)
            return &e->row;
    return NULL;
}

static uint64_t origin_key(slice origin)
{
    uint64_t key = 0;
    memcpy(&key, origin.ptr, origin.len < sizeof key ? origin.len : sizeof key);
    return key;
}

bool recall_follow(db_recall *next, const db_recall *now)
{
    if (!now->open || !next->open)
        return false;
    memcpy(next->next_id, now->next_id, sizeof next->next_id);
    for (const entry *e = now->added; e; e = e->next_added)
        if (known(next, e->row.about, e->row.key))
            remember(next, &e->row);
    return next->open;
}

/* --- finding out ------------------------------------------------------------------------------ */

/* False: it was asked about already. */
static bool ask(db_recall *a, recall_about about, uint64_t key)
{
    if (known(a, about, key))
        return false;
    remember_question(a, about, key);
    return true;
}

static status put_pair(recall_pairs *to, int64_t a, int64_t b, err *why)
{
    if (to->count == to->cap) {
        size_t cap = to->cap ? to->cap * 2 : 256;
        recall_pair *p = realloc(to->at, cap * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
        to->at = p;
        to->cap = cap;
    }
    to->at[to->count++] = (recall_pair){a, b};
    return OK;
}

static status ask_numbers(db_recall *a, recall_about about, const int64_t *keys, size_t count,
                          recall_pairs *ret, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < count; i++)
        if (ask(a, about, (uint64_t)keys[i]))
            st = put_pair(ret, keys[i], 0, why);
    return st;
}

static status ask_origins(db_recall *a, const db_coming *c, recall_pairs *ret, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < c->origin_count; i++) {
        recall_pair h;
        memcpy(&h, c->origins[i], sizeof h);
        if (ask(a, RECALL_ORIGIN, origin_key(slice_of((const char *)&h, sizeof h))))
            st = put_pair(ret, h.a, h.b, why);
    }
    return st;
}

static status ask_claims(db_recall *a, const db_coming *c, recall_pairs *ret, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < c->claim_count; i++) {
        const db_claim_key *k = &c->claims[i];
        const recall_row *node = NULL;
        ask(a, RECALL_CLAIM, (uint64_t)k->h); /* another subject may have the same hash */
        while (st == OK && (node = next_row(a, RECALL_NODE, (uint64_t)k->subject_h, node)))
            st = put_pair(ret, node->id, k->h, why);
    }
    return st;
}

static int cmp_pairs(const void *a, const void *b)
{
    const recall_pair *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

void recall_in_order(recall_pairs *p)
{
    size_t n = 0;
    if (p->count)
        qsort(p->at, p->count, sizeof *p->at, cmp_pairs);
    for (size_t i = 0; i < p->count; i++)
        if (!n || cmp_pairs(&p->at[i], &p->at[n - 1]) != 0)
            p->at[n++] = p->at[i];
    p->count = n;
}

status recall_questions(db_recall *a, recall_about about, const db_coming *c, recall_pairs *ret,
                        err *why)
{
    status st;
    ret->count = 0;
    if (about == RECALL_NODE)
        st = ask_numbers(a, about, c->nodes, c->node_count, ret, why);
    else if (about == RECALL_OBJECT)
        st = ask_numbers(a, about, c->objects, c->object_count, ret, why);
    else if (about == RECALL_ORIGIN)
        st = ask_origins(a, c, ret, why);
    else
        st = ask_claims(a, c, ret, why);
    return st;
}

void recall_take(db_recall *a, recall_about about, const recall_source *row)
{
    recall_row r = {.about = about, .id = row->number(row->ctx, 1)};
    r.key = about == RECALL_ORIGIN ? origin_key(row->bytes(row->ctx, 0))
                                   : (uint64_t)row->number(row->ctx, 0);
    if (about == RECALL_NODE) {
        r.predicate = row->number(row->ctx, 2);
        r.text = row->bytes(row->ctx, 3);
    } else if (about == RECALL_ORIGIN) {
        r.text = row->bytes(row->ctx, 0);
    } else if (about == RECALL_CLAIM) {
        r.subject = row->number(row->ctx, 2);
        r.life = row->number(row->ctx, 3);
        r.has_gone = !row->is_null(row->ctx, 4);
        r.gone = r.has_gone ? row->number(row->ctx, 4) : 0;
        r.document = row->number(row->ctx, 5);
        r.predicate = row->number(row->ctx, 6);
        r.has_object = !row->is_null(row->ctx, 7);
        r.object = r.has_object ? row->number(row->ctx, 7) : 0;
        r.tx = row->number(row->ctx, 8);
    }
    remember(a, &r);
}

void recall_take_highest(db_recall *a, const recall_source *row)
{
    int column = 0;
    for (size_t i = 0; i < RECALL_LANES; i++)
        if (recall_lanes[i].numbered)
            a->next_id[i] = row->number(row->ctx, column++) + 1;
}

/* --- answering -------------------------------------------------------------------------------- */

static int lane_of(query q)
{
    for (int i = 0; i < RECALL_LANES; i++)
        if (recall_lanes[i].q == q)
            return i;
    return -1;
}

bool recall_wants(query q)
{
    return q == Q_NODE_FIND || q == Q_ORIGIN_FIND || q == Q_CLAIM_SAME || q == Q_OBJECT_VERSIONS ||
           lane_of(q) >= 0;
}

bool recall_stands_apart(query q)
{
    static const query apart[] = {
        Q_AGAIN_MINE,     Q_AGAIN_ADD,         Q_AGAIN_OTHERS,       Q_AGAIN_ENDED,
        Q_AGAIN_END,      Q_AGAIN_OF_FEED_ANY, Q_VIEW_CLASS_ALL,     Q_VIEW_CLASS_ADD,
        Q_SOURCE_FIND,    Q_SOURCE_NAME,       Q_SOURCE_ADD,         Q_TX_ADD,
        Q_TX_LAST_AT,     Q_TX_HIGHEST,        Q_TX_LOWEST_PENDING,  Q_TX_PUBLISH,
        Q_TX_RANGE_ADD,   Q_FEED_FIND,         Q_FEED_ADD,           Q_DOCUMENT_FIND,
        Q_DOCUMENT_ADD,   Q_DOCUMENT_FEED,     Q_DOCUMENT_FEEDS,     Q_DOCUMENT_OF_FEED,
        Q_DELIVERY_LAST,  Q_DELIVERY_ADD,      Q_FEED_DELIVERY_NEXT, Q_DOCUMENT_CLASS_ADD,
        Q_CONTAINER_FIND, Q_HELD_ADD,          Q_DOCUMENT_FINISH,
    };
    for (size_t i = 0; i < COUNT_OF(apart); i++)
        if (apart[i] == q)
            return true;
    return false;
}

static void give(recall_reply *ret, const int64_t *values, size_t count, unsigned nulls)
{
    memcpy(ret->values, values, count * sizeof *values);
    ret->nulls = nulls;
    ret->row = true;
}

static bool find_node(const db_recall *a, const recall_value *given, recall_reply *ret)
{
    uint64_t h = (uint64_t)given[0].n;
    const recall_row *r = NULL;
    if (!known(a, RECALL_NODE, h))
        return false;
    while ((r = next_row(a, RECALL_NODE, h, r)))
        if (r->predicate == given[1].n && slice_eq(r->text, given[2].text)) {
            give(ret, &r->id, 1, 0);
            break;
        }
    return true;
}

static bool find_origin(const db_recall *a, const recall_value *given, recall_reply *ret)
{
    uint64_t key = origin_key(given[0].text);
    const recall_row *r = NULL;
    if (!known(a, RECALL_ORIGIN, key))
        return false;
    while ((r = next_row(a, RECALL_ORIGIN, key, r)))
        if (slice_eq(r->text, given[0].text)) {
            give(ret, &r->id, 1, 0);
            break;
        }
    return true;
}

/* The newest life of a claim; or the one that is asked for. */
static const recall_row *claim_of(const db_recall *a, int64_t subject, int64_t h, int64_t life)
{
    const recall_row *r = NULL, *best = NULL;
    while ((r = next_row(a, RECALL_CLAIM, (uint64_t)h, r)))
        if (r->subject == subject && (life < 0 ? !best || r->life > best->life : r->life == life))
            best = r;
    return best;
}

static bool find_same(const db_recall *a, const recall_value *given, recall_reply *ret)
{
    if (!known(a, RECALL_CLAIM, (uint64_t)given[1].n))
        return false;
    const recall_row *r = claim_of(a, given[0].n, given[1].n, -1);
    if (r) {
        const int64_t row[] = {r->id,        r->life,   r->gone, r->document,
                               r->predicate, r->object, r->tx};
        give(ret, row, COUNT_OF(row), (r->has_gone ? 0 : 4u) | (r->has_object ? 0 : 32u));
    }
    return true;
}

static void gather(db_recall *a, size_t lane, recall_reply *ret)
{
    ret->lane = (int)lane;
    ret->changes = 1;
    if (recall_lanes[lane].numbered)
        ret->id = a->next_id[lane]++;
}

static bool add_claim(db_recall *a, const recall_value *v, recall_reply *ret)
{
    enum { SUBJECT, H, LIFE, PREDICATE, THING, DOCUMENT = 8, TX = 19 };
    if (!known(a, RECALL_CLAIM, (uint64_t)v[H].n))
        return false;
    if (claim_of(a, v[SUBJECT].n, v[H].n, v[LIFE].n))
        return true; /* ON CONFLICT DO NOTHING: no changes */
    gather(a, LANE_CLAIM, ret);
    remember_added(a, &(recall_row){.about = RECALL_CLAIM,
                                    .key = (uint64_t)v[H].n,
                                    .id = ret->id,
                                    .subject = v[SUBJECT].n,
                                    .life = v[LIFE].n,
                                    .document = v[DOCUMENT].n,
                                    .predicate = v[PREDICATE].n,
                                    .has_object = v[THING].type != 0,
                                    .object = v[THING].type ? v[THING].n : 0,
                                    .tx = v[TX].n});
    return true;
}

/* An INSERT of one of the other lanes; what it adds is known from here on. */
static bool add_row(db_recall *a, size_t lane, const recall_value *v, recall_reply *ret)
{
    gather(a, lane, ret);
    if (lane == LANE_NODE) {
        a->last_node = (recall_row){
            .about = RECALL_NODE, .id = ret->id, .predicate = v[0].n, .text = v[1].text};
        if (!arena_copy(&a->memo, v[1].text, &a->last_node.text))
            a->open = false;
    } else if (lane == LANE_NODE_KEY && a->last_node.id == v[1].n) {
        a->last_node.key = (uint64_t)v[0].n;
        remember_added(a, &a->last_node);
    } else if (lane == LANE_ORIGIN) {
        remember_added(a, &(recall_row){.about = RECALL_ORIGIN,
                                        .id = ret->id,
                                        .key = origin_key(v[0].text),
                                        .text = v[0].text});
    } else if (lane == LANE_OBJECT) {
        remember_added(a, &(recall_row){.about = RECALL_OBJECT, .key = (uint64_t)v[0].n});
    }
    return true;
}

bool recall_answer(db_recall *a, query q, const recall_value *given, recall_reply *ret)
{
    *ret = (recall_reply){.lane = -1};
    if (!a->open)
        return false;
    if (q == Q_NODE_FIND)
        return find_node(a, given, ret);
    if (q == Q_ORIGIN_FIND)
        return find_origin(a, given, ret);
    if (q == Q_CLAIM_SAME)
        return find_same(a, given, ret);
    if (q == Q_OBJECT_VERSIONS) /* that there is none is what can be said here */
        return known(a, RECALL_OBJECT, (uint64_t)given[0].n) &&
               !next_row(a, RECALL_OBJECT, (uint64_t)given[0].n, NULL);
    if (q == Q_CLAIM_ADD)
        return add_claim(a, given, ret);
    int lane = lane_of(q);
    return lane >= 0 && add_row(a, (size_t)lane, given, ret);
}

void recall_changed(db_recall *a, query q, const recall_value *given)
{
    static const query harmless[] = {Q_AGAIN_ADD,  Q_AGAIN_ENDED,       Q_AGAIN_END,
                                     Q_SOURCE_ADD, Q_VIEW_CLASS_ADD,    Q_OBJECT_WITHDRAW,
                                     Q_SOURCE_SET, Q_DOCUMENT_CLASS_ADD};
    if (!a->open)
        return;
    if (q == Q_CLAIM_WITHDRAW) {
        for (entry *e = a->claim_id[spread((uint64_t)given[0].n)]; e; e = e->next_id)
            if (e->row.id == given[0].n) {
                e->row.has_gone = true;
                e->row.gone = given[1].n;
            }
        return;
    }
    for (size_t i = 0; i < COUNT_OF(harmless); i++)
        if (harmless[i] == q)
            return;
    a->open = false;
}
