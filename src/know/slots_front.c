/* slots_front.c - see slots_front.h. */
#include "know/slots_front.h"

#include "know/slots/front.h"
#include "know/slots/table.h"
#include "know/slots_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOCK_WORDS = SLOTS_FILTER / 4,
    SUM_BLOCKS = SLOTS_BLOCK / SLOTS_FILTER /* blocks of the filter under one check sum */
};

/* What a table holds is in the check sum of its trailer, by way of those of its blocks. */
static uint64_t content_of(const slots *t)
{
    uint64_t sum;
    memcpy(&sum, (const char *)t->map->at + t->map->size - sizeof sum, sizeof sum);
    return sum;
}

static size_t largest(const slots *const *tables, size_t count)
{
    size_t ret = 0;
    for (size_t i = 1; i < count; i++)
        if (tables[i]->t.filter_blocks > tables[ret]->t.filter_blocks)
            ret = i;
    return ret;
}

bool slots_front_due(const slots *const *tables, size_t count, uint64_t least)
{
    uint64_t keys = 0;
    if (count < 2 || count > SLOTS_FRONT_TABLES)
        return false;
    for (size_t i = 0; i < count; i++)
        keys += tables[i]->t.keys;
    uint64_t blocks = tables[largest(tables, count)]->t.filter_blocks,
             bytes = blocks * SLOTS_FILTER;
    return bytes >= least && bytes / SLOTS_FRONT_TIMES <= slots_bytes(tables[0]) &&
           bytes * 8 / SLOTS_FRONT_BITS >= keys;
}

/* --- making --------------------------------------------------------------------------------- */

typedef struct making {
    const slots *const *tables;
    size_t count, base;
    uint64_t blocks;
    uint64_t at[SLOTS_FRONT_TABLES];      /* of each table: the slot behind */
    const slot *next[SLOTS_FRONT_TABLES]; /* its first key that is not in the filter; NULL: none */
    uint32_t room[SUM_BLOCKS][BLOCK_WORDS]; /* blocks of the filter, from one on */
} making;

/* Slots are in the order of blocks. */
static void add_keys(making *m, size_t table, uint64_t first, uint64_t count)
{
    const slot *e;
    for (; (e = m->next[table]); m->next[table] = slots_next(m->tables[table], &m->at[table])) {
        uint64_t block = slots_scale(e->place, m->blocks);
        if (block < first || block >= first + count)
            break; /* in order, if it is not damaged */
        for (unsigned i = 0; i < BLOCK_WORDS; i++)
            m->room[block - first][i] |= (uint32_t)1 << (e->rest * slots_salt[i] >> 27);
    }
}

static status put_filter(making *m, slots_stream *out, err *why)
{
    status st = OK;
    for (uint64_t first = 0; st == OK && first < m->blocks; first += SUM_BLOCKS) {
        uint64_t count = m->blocks - first < SUM_BLOCKS ? m->blocks - first : SUM_BLOCKS;
        memcpy(m->room, m->tables[m->base]->filter + first * BLOCK_WORDS, count * SLOTS_FILTER);
        for (size_t i = 0; i < m->count; i++)
            if (i != m->base)
                add_keys(m, i, first, count);
        st = slots_stream_put(out, m->room, count * SLOTS_FILTER, why);
    }
    for (size_t i = 0; st == OK && i < m->count; i++)
        if (m->next[i] && i != m->base)
            st = err_set(why, ERR_INPUT, ERR_NOWHERE, "a table's keys are not in their order");
    return st == OK ? slots_stream_flush(out, why) : st;
}

static status put_trailer(const making *m, slots_stream *out, err *why)
{
    char end[SLOTS_TRAILER] = {0};
    slice sums = slice_of((const char *)out->sums, out->sum_count * sizeof *out->sums);
    slots_front_trailer t = {.version = SLOTS_FRONT_VERSION,
                             .block_bytes = SLOTS_BLOCK,
                             .filter_blocks = m->blocks,
                             .block_sums = out->sum_count,
                             .sums_sum = siphash(out->seed, sums),
                             .file_bytes = m->blocks * SLOTS_FILTER + sums.len + SLOTS_TRAILER,
                             .tables = m->count};
    memcpy(t.magic, "NRFRONT1", sizeof t.magic);
    memcpy(t.seed, out->seed, sizeof t.seed);
    for (size_t i = 0; i < m->count; i++)
        t.contents[i] = content_of(m->tables[i]);
    memcpy(end, &t, sizeof t);
    uint64_t sum = siphash(t.seed, slice_of(end, SLOTS_TRAILER - 8));
    memcpy(end + SLOTS_TRAILER - 8, &sum, 8);
    status st = file_write(&out->out, sums, why);
    if (st == OK)
        st = file_write(&out->out, slice_of(end, sizeof end), why);
    return st == OK ? file_sync(&out->out, why) : st;
}

status slots_front_write(const fs *disk, const char *path, const slots *const *tables, size_t count,
                         err *why)
{
    slots_stream out = {.out.handle = -1};
    assert(count && count <= SLOTS_FRONT_TABLES);
    making *m = calloc(1, sizeof *m);
    if (!m)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    m->tables = tables;
    m->count = count;
    m->base = largest(tables, count);
    m->blocks = tables[m->base]->t.filter_blocks;
    for (size_t i = 0; i < count; i++)
        m->next[i] = slots_next(tables[i], &m->at[i]);
    status st = slots_stream_open(&out, disk, path, tables[0]->t.seed, why);
    if (st == OK)
        st = put_filter(m, &out, why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = slots_whole(tables[i], why);
    if (st == OK)
        st = put_trailer(m, &out, why);
    slots_stream_close(&out);
    free(m);
    return st;
}

/* --- opening -------------------------------------------------------------------------------- */

slots_front *slots_front_close(slots_front *f)
{
    if (f)
        mapping_free(f->map);
    free(f);
    return NULL;
}

static bool check_trailer(slots_front *f)
{
    const uint64_t most = (uint64_t)1 << 40;
    const char *base = f->map->at, *end = base + f->map->size - SLOTS_TRAILER;
    uint64_t sum;
    memcpy(&f->t, end, sizeof f->t);
    memcpy(&sum, end + SLOTS_TRAILER - 8, 8);
    const slots_front_trailer *t = &f->t;
    if (memcmp(t->magic, "NRFRONT1", 8) != 0 || t->version != SLOTS_FRONT_VERSION ||
        t->block_bytes != SLOTS_BLOCK || t->filter_blocks == 0 || t->filter_blocks >= most ||
        t->tables == 0 || t->tables > SLOTS_FRONT_TABLES ||
        siphash(t->seed, slice_of(end, SLOTS_TRAILER - 8)) != sum)
        return false;
    uint64_t filter = t->filter_blocks * SLOTS_FILTER;
    if (t->block_sums != (filter + SLOTS_BLOCK - 1) / SLOTS_BLOCK ||
        t->file_bytes != f->map->size ||
        t->file_bytes != filter + t->block_sums * sizeof sum + SLOTS_TRAILER)
        return false;
    f->filter = (const uint32_t *)(const void *)base;
    f->sums = (const uint64_t *)(const void *)(base + filter);
    madvise(f->map->at, f->map->size, MADV_RANDOM); /* as in slots.c */
    return true;
}

static status map_file(slots_front *f, const char *path, err *why)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "%s is not there", path)
                               : err_os(why, errno, "opening %s", path);
    bool sized = fstat(fd, &info) == 0 && info.st_size > SLOTS_TRAILER && info.st_size % 8 == 0;
    status st = sized ? mapping_new(fd, (size_t)info.st_size, path, &f->map, why)
                      : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is cut off", path);
    close(fd);
    return st;
}

status slots_front_open(const char *path, slots_front **ret, err *why)
{
    slots_front *f = calloc(1, sizeof *f);
    if (!f)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = map_file(f, path, why);
    if (st == OK && !check_trailer(f))
        st = err_set(why, ERR_INPUT, f->map->size - SLOTS_TRAILER, "%s is damaged", path);
    if (st != OK)
        slots_front_close(f);
    else
        *ret = f;
    return st;
}

size_t slots_front_covers(const slots_front *f, const slots *const *tables, size_t count)
{
    if (f->t.tables > count || memcmp(f->t.seed, slots_seed(tables[0]), SLOTS_SEED) != 0)
        return 0;
    for (size_t i = 0; i < f->t.tables; i++)
        if (f->t.contents[i] != content_of(tables[i]))
            return 0;
    return (size_t)f->t.tables;
}

uint64_t slots_front_bytes(const slots_front *f)
{
    return f->map->size;
}

status slots_front_whole(const slots_front *f, err *why)
{
    return mapping_whole(f->map, why);
}

/* --- checking ------------------------------------------------------------------------------- */

static status damaged(uint64_t at, const char *what, err *why)
{
    return err_set(why, ERR_INPUT, at, "damaged at byte %llu: %s", (unsigned long long)at, what);
}

static bool lets_through(const slots_front *f, const slot *e)
{
    const uint32_t *block = f->filter + slots_scale(e->place, f->t.filter_blocks) * BLOCK_WORDS;
    uint32_t missing = 0;
    for (unsigned i = 0; i < BLOCK_WORDS; i++)
        missing |= ~block[i] & (uint32_t)1 << (e->rest * slots_salt[i] >> 27);
    return missing == 0;
}

status slots_front_verify(const slots_front *f, const slots *const *tables, err *why)
{
    const uint64_t filter = f->t.filter_blocks * SLOTS_FILTER;
    slice sums = slice_of((const char *)f->sums, f->t.block_sums * sizeof *f->sums);
    if (siphash(f->t.seed, sums) != f->t.sums_sum)
        return damaged(filter, "the table of check sums of a filter", why);
    for (uint64_t b = 0; b < f->t.block_sums; b++) {
        uint64_t at = b * SLOTS_BLOCK, n = filter - at < SLOTS_BLOCK ? filter - at : SLOTS_BLOCK;
        if (siphash(f->t.seed, slice_of((const char *)f->filter + at, n)) != f->sums[b])
            return damaged(at, "a check sum of a filter differs", why);
    }
    for (size_t i = 0; i < f->t.tables; i++) {
        uint64_t at = 0;
        for (const slot *e; (e = slots_next(tables[i], &at));)
            if (!lets_through(f, e))
                return damaged(0, "a filter lacks a key of its tables", why);
    }
    return OK;
}
