/* sightings_fold.c - fewer files that say the same: see sightings_write.h.
 *
 * Files are of classes by their buckets, each eight times as large as the one before; four of a
 * class, and all that are smaller, become one. What a value was on a day adds up, so the order of
 * files does not matter. Those of over half of SIGHT_SEGMENT_MAX stay; one of which a third is
 * forgotten is written again without. */
#include "know/sightings/writer.h"

#include <stdio.h>
#include <stdlib.h>

enum { INPUTS_MAX = 64, SAMPLED_FROM = 1 << 20, SAMPLE_SHIFT = 4 };

struct sightings_job {
    const fs *disk;
    char path[SIGHT_PATH_ROOM];
    uint8_t seed[SLOTS_SEED];
    sight_segment *in[INPUTS_MAX];
    uint8_t ids[INPUTS_MAX][SIGHT_ID];
    size_t count;
    int32_t expired;
    sight_row made;
    bool done;
};

/* --- which ---------------------------------------------------------------------------------- */

static unsigned class_of(uint64_t buckets)
{
    unsigned c = 0;
    for (uint64_t most = SIGHT_CLASS_MIN; buckets >= most; most *= SIGHT_CLASS_RATIO)
        c++;
    return c;
}

static bool stays(const sight_row *r)
{
    return r->buckets >= SIGHT_SEGMENT_MAX / 2;
}

static int by_day(const void *a, const void *b)
{
    const sight_row *const *x = a, *const *y = b;
    if ((*x)->day_last != (*y)->day_last)
        return (*x)->day_last < (*y)->day_last ? -1 : 1;
    return memcmp((*x)->id, (*y)->id, SIGHT_ID);
}

/* Four of a class and what is smaller, those of near days first. */
static size_t choose_class(const sight_manifest *m, const sight_row *ret[INPUTS_MAX])
{
    const sight_row *some[SIGHTINGS_SEGMENTS_MAX];
    for (unsigned c = 0; c <= class_of(SIGHT_SEGMENT_MAX); c++) {
        size_t n = 0, of_class = 0, taken = 0;
        uint64_t sum = 0;
        for (uint32_t i = 0; i < m->h.segments; i++) {
            if (stays(&m->rows[i]) || class_of(m->rows[i].buckets) > c)
                continue;
            of_class += class_of(m->rows[i].buckets) == c;
            some[n++] = &m->rows[i];
        }
        if (of_class < SIGHT_CLASS_SEGMENTS)
            continue;
        qsort(some, n, sizeof *some, by_day);
        for (size_t i = 0; i < n && taken < INPUTS_MAX; i++)
            if (sum + some[i]->buckets <= SIGHT_SEGMENT_MAX) {
                sum += some[i]->buckets;
                ret[taken++] = some[i];
            }
        return taken;
    }
    return 0;
}

/* One of which more than a third is forgotten. */
static status choose_expired(const sightings_writer *w, const sight_row **ret, err *why)
{
    status st = OK;
    *ret = NULL;
    for (uint32_t i = 0; st == OK && !*ret && i < w->m.h.segments; i++) {
        char path[SIGHT_PATH_ROOM];
        sight_segment *s;
        const sight_row *r = &w->m.rows[i];
        if (r->day_first >= w->m.h.expired)
            continue;
        sight_segment_path(w->folder, r->id, path);
        st = sight_segment_open(path, sight_seed_check(w->m.h.seed), &s, why);
        if (st != OK)
            break;
        if (sight_segment_before(s, w->m.h.expired) > r->buckets / 3)
            *ret = r;
        sight_segment_close(s);
    }
    return st;
}

static void job_free(sightings_job *j)
{
    for (size_t i = 0; i < j->count; i++)
        sight_segment_close(j->in[i]);
    free(j);
}

static status job_new(sightings_writer *w, const sight_row *const *rows, size_t count,
                      sightings_job **ret, err *why)
{
    sightings_job *j = calloc(1, sizeof *j);
    status st = OK;
    if (!j)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    j->disk = w->o.disk;
    j->expired = w->m.h.expired;
    memcpy(j->seed, w->m.h.seed, sizeof j->seed);
    for (size_t i = 0; st == OK && i < count; i++) {
        sight_segment_path(w->folder, rows[i]->id, j->path);
        st = sight_segment_open(j->path, sight_seed_check(j->seed), &j->in[i], why);
        memcpy(j->ids[i], rows[i]->id, SIGHT_ID);
        j->count += st == OK;
    }
    if (st != OK) {
        job_free(j);
        return st;
    }
    w->o.random.fill(w->o.random.ctx, j->made.id, SIGHT_ID);
    sight_segment_path(w->folder, j->made.id, j->path);
    w->job = true;
    *ret = j;
    return OK;
}

status sightings_fold_plan(sightings_writer *w, sightings_job **ret, err *why)
{
    const sight_row *rows[INPUTS_MAX];
    size_t n = 1;
    assert(!w->job);
    status st = choose_expired(w, rows, why);
    if (st != OK)
        return st;
    if (!rows[0])
        n = choose_class(&w->m, rows);
    if (n == 0) {
        *ret = NULL;
        return OK;
    }
    return job_new(w, rows, n, ret, why);
}

/* --- merging -------------------------------------------------------------------------------- */

typedef struct merging {
    const sightings_job *j;
    sight_walk walks[INPUTS_MAX];
    bool live[INPUTS_MAX];
    sight_key key;
    sight_bucket bucket;
} merging;

static status step(merging *m, size_t i, err *why)
{
    sight_walk *w = &m->walks[i];
    do
        m->live[i] = sight_walk_next(w);
    while (m->live[i] && w->bucket.day < m->j->expired);
    return w->c.bad ? sight_damaged((uint64_t)i, "a file that was to be folded", why) : OK;
}

static status merge_begin(merging *m, const sightings_job *j, err *why)
{
    status st = OK;
    m->j = j;
    for (size_t i = 0; st == OK && i < j->count; i++) {
        sight_walk_begin(&m->walks[i], j->in[i]);
        st = step(m, i, why);
    }
    return st;
}

static int walk_cmp(const sight_walk *a, const sight_walk *b)
{
    int c = sight_key_cmp(a->key, b->key);
    if (c)
        return c;
    return (a->bucket.day > b->bucket.day) - (a->bucket.day < b->bucket.day);
}

/* The next key and day of all. */
static status merge_next(merging *m, bool *ret_more, err *why)
{
    size_t first = m->j->count;
    for (size_t i = 0; i < m->j->count; i++)
        if (m->live[i] && (first == m->j->count || walk_cmp(&m->walks[i], &m->walks[first]) < 0))
            first = i;
    *ret_more = first < m->j->count;
    if (!*ret_more)
        return OK;
    m->key = m->walks[first].key;
    sight_bucket_copy(&m->bucket, &m->walks[first].bucket);
    status st = step(m, first, why);
    for (size_t i = first; st == OK && i < m->j->count; i++)
        while (st == OK && m->live[i] && m->walks[i].bucket.day == m->bucket.day &&
               sight_key_cmp(m->walks[i].key, m->key) == 0) {
            sight_bucket_add(&m->bucket, &m->walks[i].bucket);
            st = step(m, i, why);
        }
    return st;
}

/* Keys are spread evenly: of many, a sixteenth says how many will be left, and how long. */
static status plan_of(merging *m, sight_plan *ret, err *why)
{
    uint64_t keys = 0;
    bool more = true;
    sight_plan p = {.day_first = INT32_MAX, .source_first = UINT32_MAX};
    for (size_t i = 0; i < m->j->count; i++) {
        const sight_segment *s = m->j->in[i];
        keys += s->t.keys;
        p.day_first = s->t.day_first < p.day_first ? s->t.day_first : p.day_first;
        p.day_last = s->t.day_last > p.day_last ? s->t.day_last : p.day_last;
        p.source_first = s->t.source_first < p.source_first ? s->t.source_first : p.source_first;
    }
    p.day_first = p.day_first < m->j->expired ? m->j->expired : p.day_first;
    p.day_first = p.day_first < SIGHT_DAY_MAX ? p.day_first : SIGHT_DAY_MAX - 1;
    p.day_last = p.day_last < p.day_first ? p.day_first : p.day_last;
    unsigned shift = keys > SAMPLED_FROM ? SAMPLE_SHIFT : 0;
    sight_frame f = {p.day_first, p.day_last, p.source_first, 0};
    sight_key last = {0};
    status st = merge_begin(m, m->j, why);
    while (st == OK && (st = merge_next(m, &more, why)) == OK && more) {
        uint8_t bytes[SIGHT_BUCKET_BYTES];
        if (shift && m->key.place >> (64 - shift))
            break;
        p.bytes += sight_bucket_put(&m->bucket, &f, f.day_first - 1, false, bytes);
        p.keys += p.keys == 0 || sight_key_cmp(last, m->key) != 0;
        last = m->key;
    }
    p.bytes <<= shift;
    p.keys <<= shift;
    *ret = p;
    return st;
}

static status write_merged(sightings_job *j, merging *m, const sight_plan *plan, err *why)
{
    sight_maker out;
    sight_row made = j->made;
    bool more = true;
    status st = sight_maker_open(&out, j->disk, j->path, j->seed, plan, why);
    if (st == OK)
        st = merge_begin(m, j, why);
    while (st == OK && (st = merge_next(m, &more, why)) == OK && more)
        st = sight_maker_put(&out, m->key, &m->bucket, why);
    if (st == OK)
        st = sight_maker_finish(&out, &made, why);
    sight_maker_close(&out);
    for (size_t i = 0; st == OK && i < j->count; i++)
        st = mapping_whole(j->in[i]->map, why);
    if (st == OK) {
        memcpy(made.id, j->made.id, SIGHT_ID);
        j->made = made;
        j->done = true;
    }
    return st;
}

/* Read as a whole first, so that damage is not carried on under new sums. */
status sightings_fold_run(sightings_job *j, err *why)
{
    sight_plan plan = {0};
    status st = OK;
    merging *m = calloc(1, sizeof *m);
    if (!m)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    m->j = j;
    for (size_t i = 0; st == OK && i < j->count; i++)
        st = sight_segment_sums(j->in[i], j->seed, why);
    if (st == OK)
        st = plan_of(m, &plan, why);
    if (st == OK)
        st = write_merged(j, m, &plan, why);
    free(m);
    return st;
}

/* --- in its place --------------------------------------------------------------------------- */

static bool was_input(const sightings_job *j, const uint8_t id[SIGHT_ID])
{
    bool found = false;
    for (size_t i = 0; i < j->count && !found; i++)
        found = memcmp(j->ids[i], id, SIGHT_ID) == 0;
    return found;
}

static status put_in_place(sightings_writer *w, const sightings_job *j, sight_row *rows, err *why)
{
    sight_manifest next = w->m;
    next.bytes = NULL;
    next.rows = rows;
    next.h.segments = 0;
    for (uint32_t i = 0; i < w->m.h.segments; i++)
        if (!was_input(j, w->m.rows[i].id))
            rows[next.h.segments++] = w->m.rows[i];
    if (j->made.buckets)
        rows[next.h.segments++] = j->made;
    return sight_writer_replace(w, &next, why);
}

status sightings_fold_end(sightings_writer *w, sightings_job *j, err *why)
{
    status st = OK;
    assert(w->job);
    w->job = false;
    if (j->done) {
        sight_row *rows = calloc(w->m.h.segments + 1, sizeof *rows);
        st = rows ? put_in_place(w, j, rows, why)
                  : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        free(rows);
    }
    /* after an error the manifest on the disk may be the one that names it */
    if (!j->done || (st == OK && !j->made.buckets)) {
        status gone = fs_remove(w->o.disk, j->path, NULL);
        (void)gone; /* the next start sweeps it */
    } else if (st == OK) {
        w->folded++;
        w->written_bytes += j->made.bytes;
    }
    job_free(j);
    return st;
}

status sightings_fold(sightings_writer *w, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < 2 * SIGHTINGS_SEGMENTS_MAX; i++) {
        sightings_job *j;
        st = sightings_fold_plan(w, &j, why);
        if (st != OK || !j)
            return st;
        st = sightings_fold_run(j, why);
        status end = sightings_fold_end(w, j, st == OK ? why : NULL);
        st = st == OK ? end : st;
    }
    return st;
}
