/* series.c - packed days: see series.h.
 *
 * Layout of data (little endian): "NSD1", u32 points, u32 pairs, u8 width; the distinct pairs of
 * (value, rank), sorted, u24 each; for each point the number of its pair, `width` bytes; for each
 * point its key less the one before, LEB128. A key is year * 2^40 + number, ascending. */
#include "know/series.h"

#include "base/hash.h"
#include "base/json.h"
#include "know/write_private.h"

#include <stdlib.h>

enum { HEAD_BYTES = 13, NAME_MAX_BYTES = 32, MODEL_MAX = 64, MILLION = 1000000, PAIR_BYTES = 6 };
#define NUMBER_BITS 40

typedef struct point {
    uint64_t key;
    uint64_t pair; /* value << 24 | rank */
} point;

struct series_sum {
    char name[NAME_MAX_BYTES + 1], model[MODEL_MAX + 1];
    int64_t day;
    point *at;
    size_t count, cap;
};

static bool key_of(slice cve, uint64_t *ret)
{
    uint64_t year, number;
    if (cve.len < 10 || !slice_starts(cve, S("CVE-")) || cve.ptr[8] != '-' ||
        !slice_u64(slice_sub(cve, 4, 8), &year) || !slice_u64(slice_from(cve, 9), &number) ||
        number >> NUMBER_BITS)
        return false;
    *ret = year << NUMBER_BITS | number;
    return true;
}

/* --- writing -------------------------------------------------------------------------------- */

void series_forget(writer *w)
{
    if (w->series)
        free(w->series->at);
    free(w->series);
    w->series = NULL;
}

static int64_t day_of(when t)
{
    return t == WHEN_NONE || t < 0 ? -1 : t / WHEN_DAY;
}

/* "epss 430 123450" */
static status read_value(slice value, slice *name, uint64_t *score, uint64_t *rank, err *why)
{
    slice a, b;
    if (!slice_cut(&value, ' ', name) || !slice_cut(&value, ' ', &a) ||
        !slice_cut(&value, ' ', &b) || value.len || !name->len || name->len > NAME_MAX_BYTES ||
        !slice_u64(a, score) || !slice_u64(b, rank) || *score > MILLION || *rank > MILLION)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no point of a series");
    return OK;
}

static status begin_sum(writer *w, const fact_claim *c, slice name, err *why)
{
    json *d = NULL;
    status st = c->detail.len ? json_parse(&w->scratch, c->detail, NULL, &d, why) : OK;
    slice model = json_text(json_get(d, S("model")));
    if (st != OK)
        return st;
    struct series_sum *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    memcpy(s->name, name.ptr, name.len);
    if (model.len && model.len <= MODEL_MAX)
        memcpy(s->model, model.ptr, model.len);
    s->day = day_of(c->valid_from);
    w->series = s;
    return OK;
}

static status room_for_one(struct series_sum *s, err *why)
{
    if (s->count < s->cap)
        return OK;
    if (s->count >= SERIES_POINTS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d points", SERIES_POINTS_MAX);
    size_t cap = s->cap ? s->cap * 2 : 1024;
    point *p = realloc(s->at, cap * sizeof *p);
    if (!p)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    s->at = p;
    s->cap = cap;
    return OK;
}

status series_point_add(writer *w, const fact_claim *c, err *why)
{
    slice name;
    uint64_t score, rank, key;
    status st = read_value(c->value, &name, &score, &rank, why);
    if (st == OK && (c->subject.kind != KIND_VULNERABILITY || !key_of(c->subject.text, &key)))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "a series of something other than a CVE id");
    if (st == OK && !w->series)
        st = begin_sum(w, c, name, why);
    if (st != OK)
        return st;
    if (!slice_eq(name, slice_str(w->series->name)) || day_of(c->valid_from) != w->series->day)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "two series in one document");
    if ((st = room_for_one(w->series, why)) == OK)
        w->series->at[w->series->count++] = (point){key, score << 24 | rank};
    return st;
}

static int by_key(const void *x, const void *y)
{
    const point *a = x, *b = y;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->pair < b->pair ? -1 : a->pair > b->pair;
}

static int by_number(const void *x, const void *y)
{
    const uint64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

static void put_number(buf *out, uint64_t n, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++, n >>= 8)
        buf_byte(out, (char)(n & 0xff));
}

static void put_leb(buf *out, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        buf_byte(out, (char)((n & 0x7f) | 0x80));
    buf_byte(out, (char)n);
}

static size_t pair_number(const uint64_t *pairs, size_t n, uint64_t pair)
{
    const uint64_t *at = bsearch(&pair, pairs, n, sizeof pair, by_number);
    return at ? (size_t)(at - pairs) : 0; /* it is there */
}

/* Sorted, each key once (of two the smaller), packed. */
static status pack(struct series_sum *s, buf *out, err *why)
{
    uint64_t *pairs = malloc(s->count * sizeof *pairs + 1), last = 0;
    size_t n = 0, count = 0;
    if (!pairs)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    qsort(s->at, s->count, sizeof *s->at, by_key);
    for (size_t i = 0; i < s->count; i++)
        if (!count || s->at[i].key != s->at[count - 1].key)
            s->at[count++] = s->at[i];
    s->count = count;
    for (size_t i = 0; i < count; i++)
        pairs[i] = s->at[i].pair;
    qsort(pairs, count, sizeof *pairs, by_number);
    for (size_t i = 0; i < count; i++)
        if (!n || pairs[i] != pairs[n - 1])
            pairs[n++] = pairs[i];
    size_t width = n > 1 << 16 ? 3 : n > 1 << 8 ? 2 : 1;
    buf_put(out, S("NSD1"));
    put_number(out, count, 4);
    put_number(out, n, 4);
    put_number(out, width, 1);
    for (size_t i = 0; i < n; i++) {
        put_number(out, pairs[i] >> 24, 3);
        put_number(out, pairs[i] & 0xffffff, 3);
    }
    for (size_t i = 0; i < count; i++)
        put_number(out, pair_number(pairs, n, s->at[i].pair), width);
    for (size_t i = 0; i < count; last = s->at[i++].key)
        put_leb(out, s->at[i].key - last);
    free(pairs);
    return buf_status(out, why);
}

/* The row that this source has for the day; 0: none. */
static status row_before(writer *w, slice sha, int64_t *ret, bool *ret_same, err *why)
{
    bool row;
    db_stmt *q = db_query(w->d, Q_SERIES_SAME);
    db_bind_text(q, 1, slice_str(w->series->name));
    db_bind_int(q, 2, w->series->day);
    db_bind_int(q, 3, w->doc.source);
    db_bind_int(q, 4, w->doc.vc);
    status st = db_step(q, &row, why);
    *ret = st == OK && row ? db_int(q, 0) : 0;
    *ret_same = *ret && slice_eq(db_text(q, 1), sha);
    db_reset(q);
    return st;
}

static status add_row(writer *w, slice sha, slice data, err *why)
{
    const struct series_sum *s = w->series;
    db_stmt *q = db_query(w->d, Q_SERIES_ADD);
    db_bind_text(q, 1, slice_str(s->name));
    db_bind_int(q, 2, s->day);
    db_bind_int(q, 3, w->doc.source);
    db_bind_int(q, 4, w->doc.vc);
    db_bind_int(q, 5, w->doc.id);
    db_bind_int(q, 6, (int64_t)s->count);
    db_bind_text(q, 7, slice_str(s->model));
    db_bind_blob(q, 8, sha);
    db_bind_blob(q, 9, data);
    db_bind_int(q, 10, w->doc.tx);
    return db_run(q, why);
}

static status replace_row(writer *w, slice data, uint64_t *ret_fresh, err *why)
{
    uint8_t digest[SHA256_BYTES];
    slice sha = slice_of((const char *)digest, sizeof digest);
    int64_t before;
    bool same;
    hash_update(w->h, data);
    hash_final(w->h, digest);
    status st = row_before(w, sha, &before, &same, why);
    if (st != OK || same)
        return st;
    if (before) {
        db_stmt *q = db_query(w->d, Q_SERIES_END);
        db_bind_int(q, 1, before);
        db_bind_int(q, 2, w->doc.tx);
        if ((st = db_run(q, why)) != OK)
            return st;
    }
    *ret_fresh = w->series->count;
    return add_row(w, sha, data, why);
}

status series_write(writer *w, uint64_t *ret_fresh, err *why)
{
    buf data;
    *ret_fresh = 0;
    if (!w->series)
        return OK;
    buf_init(&data, 64 << 20);
    status st = pack(w->series, &data, why);
    if (st == OK)
        st = replace_row(w, buf_slice(&data), ret_fresh, why);
    buf_done(&data);
    series_forget(w);
    return st;
}

/* --- reading -------------------------------------------------------------------------------- */

static uint64_t number_at(slice s, size_t at, size_t bytes)
{
    uint64_t n = 0;
    for (size_t i = bytes; i-- > 0;)
        n = n << 8 | (uint8_t)s.ptr[at + i];
    return n;
}

/* Walks the keys. The checksum was right, so what is wrong is ours; nothing is read outside. */
static bool find_pair(slice data, uint64_t key, uint64_t *value, uint64_t *rank)
{
    if (data.len < HEAD_BYTES || !slice_starts(data, S("NSD1")))
        return false;
    size_t count = number_at(data, 4, 4), pairs = number_at(data, 8, 4);
    size_t width = number_at(data, 12, 1), keys = HEAD_BYTES + pairs * PAIR_BYTES + count * width;
    uint64_t now = 0;
    if (width < 1 || width > 3 || count > SERIES_POINTS_MAX || pairs > count || keys > data.len)
        return false;
    for (size_t i = 0, at = keys; i < count && at < data.len && now < key; i++) {
        uint64_t step = 0;
        for (unsigned shift = 0; at < data.len && shift < 63; shift += 7) {
            uint8_t b = (uint8_t)data.ptr[at++];
            step |= (uint64_t)(b & 0x7f) << shift;
            if (!(b & 0x80))
                break;
        }
        now += step;
        if (now != key)
            continue;
        size_t pair = number_at(data, HEAD_BYTES + pairs * PAIR_BYTES + i * width, width);
        if (pair >= pairs)
            return false;
        *value = number_at(data, HEAD_BYTES + pair * PAIR_BYTES, 3);
        *rank = number_at(data, HEAD_BYTES + pair * PAIR_BYTES + 3, 3);
        return true;
    }
    return false;
}

/* What the day of this row says of the key. */
static status read_data(lens *l, int64_t id, slice sha, uint64_t key, uint64_t *value,
                        uint64_t *rank, bool *ret_found, err *why)
{
    uint8_t digest[SHA256_BYTES];
    bool row;
    db_stmt *q = db_query(l->d, Q_SERIES_DATA);
    db_bind_int(q, 1, id);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    slice data = row ? db_text(q, 0) : S("");
    hash_update(l->h, data);
    hash_final(l->h, digest);
    if (slice_eq(sha, slice_of((const char *)digest, sizeof digest)))
        *ret_found = find_pair(data, key, value, rank);
    else
        st = err_set(why, ERR_IO, ERR_NOWHERE, "a day of a series is damaged in the store");
    db_reset(q);
    return st;
}

/* The row the query stands at: false when it has no such point. */
static status read_row(lens *l, arena *a, db_stmt *q, uint64_t key, series_point *p,
                       bool *ret_found, err *why)
{
    uint64_t value = 0, rank = 0;
    int64_t day = db_int(q, 0);
    status st = read_data(l, db_int(q, 5), db_text(q, 4), key, &value, &rank, ret_found, why);
    if (st != OK || !*ret_found)
        return st;
    *p = (series_point){.day = day < 0 ? WHEN_NONE : day * WHEN_DAY,
                        .value = (uint32_t)value,
                        .rank = (uint32_t)rank};
    if (!arena_copy(a, db_text(q, 3), &p->model))
        return ARENA_SPENT(a, why);
    st = lens_marking(l, db_int(q, 2), &p->marking, why);
    return st == OK ? lens_source(l, db_int(q, 1), &p->source, why) : st;
}

/* `most` points of at most `max` days. */
static status read_points(lens *l, arena *a, slice name, slice cve, when until, size_t max,
                          size_t most, series_points *ret, err *why)
{
    uint64_t key;
    size_t n = 0;
    bool row, found = false;
    status st = OK;
    if (!key_of(cve, &key))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no CVE id");
    series_point *points = arena_array(a, most, sizeof *points);
    if (!points)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(l->d, Q_SERIES_DAYS);
    db_bind_text(q, 1, name);
    db_bind_int(q, 2, until == WHEN_NONE ? INT64_MAX : day_of(until));
    db_bind_int(q, 3, (int64_t)max);
    while (n < most && (st = db_step(q, &row, why)) == OK && row &&
           (st = read_row(l, a, q, key, &points[n], &found, why)) == OK)
        n += found;
    db_reset(q);
    if (st == OK)
        *ret = (series_points){points, n};
    return st;
}

status series_at(lens *l, arena *a, slice name, slice cve, when until, series_point *ret, err *why)
{
    enum { DAYS_LOOKED_AT = 8 }; /* a CVE may be missing from the newest */
    series_points one;
    status st = read_points(l, a, name, cve, until, DAYS_LOOKED_AT, 1, &one, why);
    if (st != OK)
        return st;
    if (!one.count)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no point");
    *ret = one.at[0];
    return OK;
}

status series_history(lens *l, arena *a, slice name, slice cve, when until, size_t max,
                      series_points *ret, err *why)
{
    assert(max <= SERIES_DAYS_MAX);
    return read_points(l, a, name, cve, until, max ? max : 1, max ? max : 1, ret, why);
}
