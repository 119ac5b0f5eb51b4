/* segment_make.c - writing a segment, from front to back: see segment.h. */
#include "know/sightings/segment.h"

#include <stdlib.h>

/* A key's bytes and its place's entry of the directory: more places make shorter keys. */
static unsigned bits_for(const sight_plan *p)
{
    unsigned least = 0, best;
    uint64_t cost = UINT64_MAX;
    while (least < SIGHT_BITS_MAX && (p->bytes + p->keys * 8) >> least > SIGHT_PLACE_BYTES)
        least++;
    best = least;
    for (unsigned bits = least; bits <= least + 8 && bits <= SIGHT_BITS_MAX; bits++) {
        uint64_t now = p->keys * sight_key_bytes(bits) + ((uint64_t)4 << bits);
        if (now < cost) {
            cost = now;
            best = bits;
        }
    }
    return best;
}

status sight_maker_open(sight_maker *m, const fs *disk, const char *path,
                        const uint8_t seed[SLOTS_SEED], const sight_plan *plan, err *why)
{
    assert(plan->day_first >= 0 && plan->day_last >= plan->day_first &&
           plan->day_last < SIGHT_DAY_MAX);
    *m = (sight_maker){.out.out.handle = -1, .seed_check = sight_seed_check(seed)};
    m->frame = (sight_frame){plan->day_first, plan->day_last, plan->source_first, bits_for(plan)};
    m->filter_blocks = plan->keys * SIGHT_FILTER_BITS / (SLOTS_FILTER * 8) + 1;
    m->places = calloc(((size_t)1 << m->frame.bits) + 1, sizeof *m->places);
    m->filter = calloc(m->filter_blocks, SLOTS_FILTER);
    m->days = calloc((size_t)(plan->day_last - plan->day_first) + 1, sizeof *m->days);
    if (!m->places || !m->filter || !m->days)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    return slots_stream_open(&m->out, disk, path, seed, why);
}

void sight_maker_close(sight_maker *m)
{
    slots_stream_close(&m->out);
    free(m->places);
    free(m->filter);
    free(m->days);
    m->places = NULL;
    m->filter = NULL;
    m->days = NULL;
}

static status put_key(sight_maker *m, sight_key key, err *why)
{
    uint8_t bytes[SIGHT_KEY];
    uint64_t place = sight_place(key, m->frame.bits);
    while (m->place < place)
        m->places[++m->place] = m->out.at;
    uint32_t *block = m->filter + slots_scale(key.place, m->filter_blocks) * (SLOTS_FILTER / 4);
    for (unsigned i = 0; i < 8; i++)
        block[i] |= (uint32_t)1 << ((uint32_t)key.place * slots_salt[i] >> 27);
    m->keys++;
    return slots_stream_put(&m->out, bytes, sight_key_put(key, m->frame.bits, bytes), why);
}

static status put_waiting(sight_maker *m, bool more, err *why)
{
    uint8_t bytes[SIGHT_BUCKET_BYTES];
    size_t n = sight_bucket_put(&m->waiting, &m->frame, m->before, more, bytes);
    sight_day *d = &m->days[m->waiting.day - m->frame.day_first];
    d->day = m->waiting.day;
    d->buckets++;
    m->before = m->waiting.day;
    m->buckets++;
    return slots_stream_put(&m->out, bytes, n, why);
}

status sight_maker_put(sight_maker *m, sight_key key, const sight_bucket *b, err *why)
{
    assert(b->day >= m->frame.day_first && b->day <= m->frame.day_last);
    bool same = m->any && sight_key_cmp(m->key, key) == 0;
    assert(!m->any || (same ? m->waiting.day < b->day : sight_key_cmp(m->key, key) < 0));
    status st = m->any ? put_waiting(m, same, why) : OK;
    if (st == OK && !same) {
        m->before = m->frame.day_first - 1;
        m->key = key;
        st = put_key(m, key, why);
    }
    sight_bucket_copy(&m->waiting, b);
    m->any = true;
    return st;
}

/* --- the rest of the file ------------------------------------------------------------------- */

static status pad(sight_maker *m, err *why)
{
    return slots_stream_put(&m->out, NULL, slots_pad(m->out.at) - m->out.at, why);
}

static status put_directory(sight_maker *m, uint32_t wide, err *why)
{
    uint64_t end = (uint64_t)1 << m->frame.bits;
    status st = pad(m, why);
    if (wide == 8)
        return st == OK ? slots_stream_put(&m->out, m->places, (end + 1) * 8, why) : st;
    char *narrow = (char *)m->places; /* in its place, from the front */
    for (uint64_t i = 0; i <= end; i++) {
        uint32_t at = (uint32_t)m->places[i];
        memcpy(narrow + 4 * i, &at, sizeof at);
    }
    return st == OK ? slots_stream_put(&m->out, narrow, (end + 1) * 4, why) : st;
}

static status put_days(sight_maker *m, uint32_t *ret_rows, err *why)
{
    status st = pad(m, why);
    *ret_rows = 0;
    for (int32_t d = 0; st == OK && d <= m->frame.day_last - m->frame.day_first; d++)
        if (m->days[d].buckets) {
            st = slots_stream_put(&m->out, &m->days[d], sizeof m->days[d], why);
            ++*ret_rows;
        }
    return st == OK ? pad(m, why) : st;
}

static status put_end(sight_maker *m, sight_trailer *t, err *why)
{
    const uint8_t zeros[16] = {0};
    char none[SLOTS_ALIGN] = {0};
    slice sums = slice_of((const char *)m->out.sums, m->out.sum_count * sizeof *m->out.sums);
    t->block_sums = m->out.sum_count;
    t->sums_sum = siphash(m->out.seed, sums);
    t->file_bytes = sight_place_parts(t).end + sizeof *t;
    t->sum = siphash(zeros, slice_of((const char *)t, sizeof *t - sizeof t->sum));
    status st = file_write(&m->out.out, sums, why);
    if (st == OK)
        st = file_write(&m->out.out, slice_of(none, slots_pad(sums.len) - sums.len), why);
    if (st == OK)
        st = file_write(&m->out.out, slice_of((const char *)t, sizeof *t), why);
    return st == OK ? file_sync(&m->out.out, why) : st;
}

status sight_maker_finish(sight_maker *m, sight_row *ret, err *why)
{
    status st = m->any ? put_waiting(m, false, why) : OK;
    sight_trailer t = {.version = SIGHT_VERSION,
                       .bits = m->frame.bits,
                       .data_bytes = m->out.at,
                       .filter_blocks = m->filter_blocks,
                       .seed_check = m->seed_check,
                       .day_first = m->frame.day_first,
                       .day_last = m->frame.day_last,
                       .source_first = m->frame.source_first,
                       .wide = m->out.at > UINT32_MAX ? 8 : 4};
    memcpy(t.magic, "NRSIGHT1", sizeof t.magic);
    while (m->place < (uint64_t)1 << m->frame.bits)
        m->places[++m->place] = m->out.at;
    if (st == OK)
        st = put_directory(m, t.wide, why);
    if (st == OK)
        st = pad(m, why);
    if (st == OK)
        st = slots_stream_put(&m->out, m->filter, m->filter_blocks * SLOTS_FILTER, why);
    if (st == OK)
        st = put_days(m, &t.days, why);
    if (st == OK)
        st = slots_stream_flush(&m->out, why);
    t.keys = m->keys;
    t.buckets = m->buckets;
    if (st == OK)
        st = put_end(m, &t, why);
    if (st == OK)
        *ret = (sight_row){.keys = t.keys,
                           .buckets = t.buckets,
                           .bytes = t.file_bytes,
                           .day_first = t.day_first,
                           .day_last = t.day_last};
    return st;
}
