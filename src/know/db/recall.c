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
typedef struct entry {
    struct entry *next, *next_id;
    bool is_row; /* else: was asked for, so that all rows are here */
    recall_row row;
} entry;

struct db_recall {
    bool open; /* the memo is true */
    entry *bucket[BUCKETS];
    entry *claim_id[BUCKETS]; /* rows of claims by id */
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
    memset(a->bucket, 0, sizeof a->bucket);
    memset(a->claim_id, 0, sizeof a->claim_id);
    a->last_node = (recall_row){0};
    a->open = false;
    arena_reset(&a->memo);
}

void recall_begin(db_recall *a)
{
    a->open = true;
}

bool recall_is_open(const db_recall *a)
{
    return a->open;
}

/* A full memo is none: everything goes to the engine. */
static void remember(db_recall *a, const recall_row *row, bool is_row)
{
    entry *e = arena_new(&a->memo, entry);
    if (!e) {
        a->open = false;
        return;
    }
    *e = (entry){.is_row = is_row, .row = *row};
    if (!arena_copy(&a->memo, row->text, &e->row.text)) {
        a->open = false;
        return;
    }
    entry **bucket = &a->bucket[bucket_of(row->about, row->key)];
    e->next = *bucket;
    *bucket = e;
    if (is_row && row->about == RECALL_CLAIM) {
        bucket = &a->claim_id[spread((uint64_t)row->id)];
        e->next_id = *bucket;
        *bucket = e;
    }
}

static bool known(const db_recall *a, recall_about about, uint64_t key)
{
    for (const entry *e = a->bucket[bucket_of(about, key)]; e; e = e->next)
        if (!e->is_row && e->row.about == about && e->row.key == key)
            return true;
    return false;
}

bool recall_asked(db_recall *a, recall_about about, uint64_t key)
{
    if (known(a, about, key))
        return false;
    remember(a, &(recall_row){.about = about, .key = key}, false);
    return true;
}

void recall_found(db_recall *a, const recall_row *row)
{
    remember(a, row, true);
}

void recall_numbered(db_recall *a, size_t lane, int64_t highest)
{
    a->next_id[lane] = highest + 1;
}

const recall_row *recall_next(const db_recall *a, recall_about about, uint64_t key,
                              const recall_row *after)
{
    const entry *e =
        after ? ((const entry *)(const void *)((const char *)after - offsetof(entry, row)))->next
              : a->bucket[bucket_of(about, key)];
    for (; e; e = e->next)
        if (e->is_row && e->row.about == about && e->row.key == key)
            return &e->row;
    return NULL;
}

uint64_t recall_key(slice origin)
{
    uint64_t key = 0;
    memcpy(&key, origin.ptr, origin.len < sizeof key ? origin.len : sizeof key);
    return key;
}

/* --- answering -------------------------------------------------------------------------------- */

bool recall_wants(query q)
{
    static const bool wanted[QUERY_COUNT_ + 1] = {
        [Q_NODE_FIND] = true,  [Q_ORIGIN_FIND] = true,       [Q_CLAIM_SAME] = true,
        [Q_NODE_ADD] = true,   [Q_OBJECT_VERSIONS] = true,   [Q_NODE_KEY_ADD] = true,
        [Q_ORIGIN_ADD] = true, [Q_ORIGIN_REPORT_ADD] = true, [Q_CLAIM_ADD] = true,
        [Q_OBJECT_ADD] = true,
    };
    return wanted[q];
}

bool recall_stands_apart(query q)
{
    static const bool apart[QUERY_COUNT_ + 1] = {
        [Q_AGAIN_MINE] = true,       [Q_AGAIN_ADD] = true,      [Q_AGAIN_OTHERS] = true,
        [Q_AGAIN_ENDED] = true,      [Q_AGAIN_END] = true,      [Q_VIEW_CLASS_ALL] = true,
        [Q_DOCUMENT_OF_FEED] = true, [Q_VIEW_CLASS_ADD] = true,
    };
    return apart[q];
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
    while ((r = recall_next(a, RECALL_NODE, h, r)))
        if (r->predicate == given[1].n && slice_eq(r->text, given[2].text)) {
            give(ret, &r->id, 1, 0);
            break;
        }
    return true;
}

static bool find_origin(const db_recall *a, const recall_value *given, recall_reply *ret)
{
    uint64_t key = recall_key(given[0].text);
    const recall_row *r = NULL;
    if (!known(a, RECALL_ORIGIN, key))
        return false;
    while ((r = recall_next(a, RECALL_ORIGIN, key, r)))
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
    while ((r = recall_next(a, RECALL_CLAIM, (uint64_t)h, r)))
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
    recall_found(a, &(recall_row){.about = RECALL_CLAIM,
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
        recall_found(a, &a->last_node);
    } else if (lane == LANE_ORIGIN) {
        recall_found(a, &(recall_row){.about = RECALL_ORIGIN,
                                      .id = ret->id,
                                      .key = recall_key(v[0].text),
                                      .text = v[0].text});
    } else if (lane == LANE_OBJECT) {
        recall_found(a, &(recall_row){.about = RECALL_OBJECT, .key = (uint64_t)v[0].n});
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
               !recall_next(a, RECALL_OBJECT, (uint64_t)given[0].n, NULL);
    if (q == Q_CLAIM_ADD)
        return add_claim(a, given, ret);
    for (size_t i = 0; i < RECALL_LANES; i++)
        if (recall_lanes[i].q == q)
            return add_row(a, i, given, ret);
    return false;
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
