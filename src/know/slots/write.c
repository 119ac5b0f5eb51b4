/* write.c - see write.h. */
#include "know/slots/write.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    LOAD_PERCENT = 80,
    TRIES = 8 /* more lines each time, should keys crowd */
};

typedef struct writing {
    const slots_write_options *o;
    char filter_path[SLOTS_PATH_ROOM];
    uint64_t lines, filter_blocks;
    unsigned spill_max;
    const slots_intern *n;
    slots_stream out;
    file filter;
    char *room; /* SLOTS_BLOCK bytes of the filter */
    size_t filter_fill;
    uint32_t bits[SLOTS_FILTER / 4]; /* the filter's block under way, */
    uint64_t bits_at;                /* its number */
    uint64_t slot;                   /* the next one that is free */
    uint32_t spill;
    slots_counts counts;
} writing;

static status no_memory(err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

/* --- bytes ---------------------------------------------------------------------------------- */

static status put(writing *w, const void *bytes, uint64_t count, err *why)
{
    return slots_stream_put(&w->out, bytes, count, why);
}

static status pad(writing *w, err *why)
{
    return put(w, NULL, slots_pad(w->out.at) - w->out.at, why);
}

/* --- the filter ----------------------------------------------------------------------------- */

static status put_filter(writing *w, err *why)
{
    memcpy(w->room + w->filter_fill, w->bits, SLOTS_FILTER);
    memset(w->bits, 0, sizeof w->bits);
    w->filter_fill += SLOTS_FILTER;
    w->bits_at++;
    if (w->filter_fill < SLOTS_BLOCK)
        return OK;
    w->filter_fill = 0;
    return file_write(&w->filter, slice_of(w->room, SLOTS_BLOCK), why);
}

static status add_to_filter(writing *w, const slot *e, err *why)
{
    uint64_t block = slots_scale(e->place, w->filter_blocks);
    status st = OK;
    while (st == OK && w->bits_at < block)
        st = put_filter(w, why);
    for (unsigned i = 0; i < 8; i++)
        w->bits[i] |= (uint32_t)1 << (e->rest * slots_salt[i] >> 27);
    return st;
}

/* Its rest to its file, and all of that behind the lines. */
static status copy_filter(writing *w, err *why)
{
    char *room = w->room;
    status st = OK;
    while (st == OK && w->bits_at < w->filter_blocks)
        st = put_filter(w, why);
    if (st == OK)
        st = file_write(&w->filter, slice_of(room, w->filter_fill), why);
    file_close(&w->filter);
    if (st == OK)
        st = fs_open(w->o->disk, w->filter_path, FILE_READ, &w->filter, why);
    for (uint64_t at = 0; st == OK;) {
        size_t got;
        st = file_pread(&w->filter, room, SLOTS_BLOCK, at, &got, why);
        if (st != OK || !got)
            break;
        st = put(w, room, got, why);
        at += got;
    }
    file_close(&w->filter);
    return st;
}

/* --- keys ----------------------------------------------------------------------------------- */

static uint64_t lines_for(uint64_t keys)
{
    return keys * 100 / (LOAD_PERCENT * SLOTS_PER_LINE) + 1;
}

static uint64_t filter_for(uint64_t keys)
{
    return keys * slots_filter_bits(keys) / (SLOTS_FILTER * 8) + 1;
}

static status put_slot(writing *w, const slot *e, bool *ret_fits, err *why)
{
    uint64_t line = slots_scale(e->place, w->lines), first = line * SLOTS_PER_LINE;
    status st = OK;
    if (w->slot < first) {
        st = put(w, NULL, (first - w->slot) * sizeof(slot), why);
        w->slot = first;
    }
    uint64_t spill = w->slot / SLOTS_PER_LINE - line;
    if (spill >= w->spill_max) {
        *ret_fits = false;
        return st;
    }
    w->spill = spill > w->spill ? (uint32_t)spill : w->spill;
    if (st == OK)
        st = put(w, e, sizeof *e, why);
    w->slot++;
    w->counts.keys++;
    w->counts.removed += slot_record(e->record) == SLOTS_REMOVED;
    w->counts.kinds[slot_kind(e->record)]++;
    return st == OK ? add_to_filter(w, e, why) : st;
}

static status put_keys(writing *w, const slots_feed *from, bool *ret_fits, err *why)
{
    slot e;
    bool more = true;
    status st = OK;
    *ret_fits = true;
    while (st == OK && *ret_fits && (st = from->next(from->ctx, &e, &more, why)) == OK && more)
        st = put_slot(w, &e, ret_fits, why);
    uint64_t all = slots_lines_written(w->lines) * SLOTS_PER_LINE;
    return st == OK && *ret_fits ? put(w, NULL, (all - w->slot) * sizeof(slot), why) : st;
}

/* --- the rest of the file ------------------------------------------------------------------- */

static status put_tables(writing *w, err *why)
{
    const slots_intern *n = w->n;
    const uint32_t none = 0;
    status st = pad(w, why);
    if (st == OK)
        st = put(w, n->profiles, n->profile_count * sizeof *n->profiles, why);
    if (st == OK)
        st = pad(w, why);
    if (st == OK)
        st = put(w, n->list_count ? n->lists : &none, (n->list_count + 1) * sizeof none, why);
    if (st == OK)
        st = pad(w, why);
    if (st == OK)
        st = put(w, n->ids, n->id_count * sizeof *n->ids, why);
    if (st == OK)
        st = pad(w, why);
    if (st == OK)
        st = put(w, n->bytes.ptr, n->bytes.len, why);
    if (st == OK)
        st = pad(w, why);
    return st == OK ? slots_stream_flush(&w->out, why) : st;
}

static int32_t until_min(const slots_intern *n)
{
    int32_t least = INT32_MAX;
    for (size_t i = 0; i < n->profile_count; i++)
        if (n->profiles[i].until != SLOTS_DAY_NONE && n->profiles[i].until < least)
            least = n->profiles[i].until;
    return least;
}

static status put_trailer(writing *w, err *why)
{
    char end[SLOTS_TRAILER] = {0};
    slice sums = slice_of((const char *)w->out.sums, w->out.sum_count * sizeof *w->out.sums);
    slots_trailer t = {
        .version = SLOTS_VERSION,
        .block_bytes = SLOTS_BLOCK,
        .keys = w->counts.keys,
        .lines = w->lines,
        .filter_blocks = w->filter_blocks,
        .spill = w->spill,
        .profiles = (uint32_t)w->n->profile_count,
        .lists = (uint32_t)w->n->list_count,
        .list_ids = (uint32_t)w->n->id_count,
        .text_bytes = w->n->bytes.len,
        .block_sums = w->out.sum_count,
        .sums_sum = siphash(w->o->seed, sums),
        .removed = w->counts.removed,
        .until_min = until_min(w->n),
    };
    memcpy(t.magic, "NRSLOTS2", sizeof t.magic);
    memcpy(t.seed, w->o->seed, sizeof t.seed);
    memcpy(t.prefixes, w->o->prefixes, sizeof t.prefixes);
    memcpy(t.kinds, w->counts.kinds, sizeof t.kinds);
    t.file_bytes = slots_place(&t).end + SLOTS_TRAILER;
    w->counts.bytes = t.file_bytes;
    memcpy(end, &t, sizeof t);
    uint64_t sum = siphash(t.seed, slice_of(end, SLOTS_TRAILER - 8));
    memcpy(end + SLOTS_TRAILER - 8, &sum, 8);
    char zeros[SLOTS_ALIGN] = {0};
    status st = file_write(&w->out.out, sums, why);
    if (st == OK)
        st = file_write(&w->out.out, slice_of(zeros, slots_pad(sums.len) - sums.len), why);
    if (st == OK)
        st = file_write(&w->out.out, slice_of(end, sizeof end), why);
    return st == OK ? file_sync(&w->out.out, why) : st;
}

static status write_once(writing *w, const slots_feed *from, bool *ret_fits, err *why)
{
    status st = slots_stream_open(&w->out, w->o->disk, w->o->path, w->o->seed, why);
    if (st == OK)
        st = fs_open(w->o->disk, w->filter_path, FILE_WRITE | FILE_CREATE, &w->filter, why);
    if (st == OK)
        st = from->begin(from->ctx, why);
    if (st == OK)
        st = put_keys(w, from, ret_fits, why);
    if (st == OK && *ret_fits) {
        st = copy_filter(w, why);
        if (st == OK)
            st = put_tables(w, why);
        if (st == OK)
            st = put_trailer(w, why);
    }
    slots_stream_close(&w->out);
    file_close(&w->filter);
    return st;
}

/* How many keys are different is known only when they have been merged: a file that was laid out
 * for many more is laid out once more. */
status slots_write(const slots_write_options *o, const slots_feed *from, const slots_intern *n,
                   slots_counts *ret_counts, err *why)
{
    writing w = {0};
    uint64_t expected = o->expected, lines = lines_for(expected);
    bool fits = false;
    char *room = malloc(SLOTS_BLOCK);
    status st = room ? OK : no_memory(why);
    for (unsigned i = 0; st == OK && !fits && i < TRIES; i++) {
        w = (writing){.o = o, .n = n, .filter.handle = -1, .room = room};
        w.lines = lines;
        w.filter_blocks = filter_for(expected);
        w.spill_max = o->spill_max ? o->spill_max : SLOTS_SPILL_MAX;
        snprintf(w.filter_path, sizeof w.filter_path, "%s/filter", o->folder);
        st = write_once(&w, from, &fits, why);
        if (st == OK && fits && w.counts.keys < expected - expected / 10) {
            expected = w.counts.keys;
            lines = lines_for(expected);
            fits = false;
        } else if (st == OK && !fits) {
            lines += lines / 4 + 1;
        }
    }
    if (room) {
        status gone = fs_remove(o->disk, w.filter_path, NULL);
        (void)gone; /* whoever owns the folder removes it */
    }
    free(room);
    if (st == OK && !fits)
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "keys of a set crowd in spite of their hash");
    if (st == OK)
        *ret_counts = w.counts;
    return st;
}
