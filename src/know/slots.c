/* slots.c - a table of keys: opening, checking, looking up. See slots.h. */
#include "know/slots/lanes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct slots {
    void *map;
    size_t map_size;
    slots_trailer t;
    const slot *lines;
    const uint32_t *filter;
    const slots_profile_row *profiles;
    const uint32_t *lists, *list_ids;
    const char *texts;
    const uint64_t *sums;
};

/* --- opening -------------------------------------------------------------------------------- */

slots *slots_close(slots *t)
{
    if (t && t->map)
        munmap(t->map, t->map_size);
    free(t);
    return NULL;
}

/* Numbers so large that sums of them could wrap are no table of ours. */
static bool sane(const slots_trailer *t, uint64_t size)
{
    const uint64_t most = (uint64_t)1 << 40;
    return memcmp(t->magic, "NRSLOTS1", 8) == 0 && t->version == SLOTS_VERSION &&
           t->block_bytes == SLOTS_BLOCK && t->lines > 0 && t->lines < most &&
           t->filter_blocks > 0 && t->filter_blocks < most && t->text_bytes < most &&
           t->block_sums < most && t->spill < SLOTS_SPILL_MAX && t->file_bytes == size;
}

static bool check_trailer(slots *s)
{
    const char *end = (const char *)s->map + s->map_size - SLOTS_TRAILER;
    uint64_t sum;
    memcpy(&s->t, end, sizeof s->t);
    memcpy(&sum, end + SLOTS_TRAILER - 8, 8);
    if (!sane(&s->t, s->map_size) || siphash(s->t.seed, slice_of(end, SLOTS_TRAILER - 8)) != sum)
        return false;
    slots_layout l = slots_place(&s->t);
    if (l.end + SLOTS_TRAILER != s->map_size ||
        s->t.block_sums != (l.sums + SLOTS_BLOCK - 1) / SLOTS_BLOCK)
        return false;
    const char *base = s->map;
    s->lines = (const slot *)(const void *)base;
    s->filter = (const uint32_t *)(const void *)(base + l.filter);
    s->profiles = (const slots_profile_row *)(const void *)(base + l.profiles);
    s->lists = (const uint32_t *)(const void *)(base + l.lists);
    s->list_ids = (const uint32_t *)(const void *)(base + l.list_ids);
    s->texts = base + l.texts;
    s->sums = (const uint64_t *)(const void *)(base + l.sums);
    return true;
}

static status map_file(slots *s, const char *path, err *why)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "%s is not there", path)
                               : err_os(why, errno, "opening %s", path);
    if (fstat(fd, &info) != 0 || info.st_size < SLOTS_TRAILER || info.st_size % SLOTS_ALIGN) {
        close(fd);
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is cut off", path);
    }
    void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
    int os = errno;
    close(fd);
    if (map == MAP_FAILED)
        return err_os(why, os, "mapping %s", path);
    s->map = map;
    s->map_size = (size_t)info.st_size;
    return OK;
}

status slots_open(const char *path, slots **ret, err *why)
{
    slots *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = map_file(s, path, why);
    if (st == OK && !check_trailer(s))
        st = err_set(why, ERR_INPUT, s->map_size - SLOTS_TRAILER, "%s is damaged", path);
    if (st != OK) {
        slots_close(s);
        return st;
    }
    *ret = s;
    return OK;
}

/* --- checking ------------------------------------------------------------------------------- */

static status damaged(uint64_t at, const char *what, err *why)
{
    return err_set(why, ERR_INPUT, at, "damaged at byte %llu: %s", (unsigned long long)at, what);
}

static status verify_sums(const slots *s, err *why)
{
    slots_layout l = slots_place(&s->t);
    const char *base = s->map;
    slice table = slice_of(base + l.sums, s->t.block_sums * 8);
    if (siphash(s->t.seed, table) != s->t.sums_sum)
        return damaged(l.sums, "the table of check sums", why);
    for (uint64_t b = 0; b < s->t.block_sums; b++) {
        uint64_t at = b * SLOTS_BLOCK, n = l.sums - at < SLOTS_BLOCK ? l.sums - at : SLOTS_BLOCK;
        if (siphash(s->t.seed, slice_of(base + at, n)) != s->sums[b])
            return damaged(at, "a check sum differs", why);
    }
    for (uint64_t at = l.sums + table.len; at < l.end; at++)
        if (base[at])
            return damaged(at, "a byte between two sections", why);
    return OK;
}

/* The check sums say that the bytes are as they were written; this, that they make sense. */
static status verify_meaning(const slots *s, err *why)
{
    uint64_t keys = 0, kinds = 0, n = slots_lines_written(s->t.lines) * SLOTS_PER_LINE;
    uint64_t most = (uint64_t)s->t.profiles + s->t.lists;
    for (uint64_t i = 0; i < n; i++) {
        keys += s->lines[i].record != 0;
        if (s->lines[i].record > most)
            return damaged(i * sizeof(slot), "a record that there is not", why);
    }
    for (size_t k = 0; k < SLOTS_KINDS; k++)
        kinds += s->t.kinds[k];
    if (keys != s->t.keys || kinds != s->t.keys)
        return damaged(0, "the number of keys", why);
    for (uint32_t i = 0; i < s->t.lists; i++)
        if (s->lists[i] >= s->lists[i + 1] || s->lists[i + 1] > s->t.list_ids)
            return damaged(i, "a list of profiles", why);
    for (uint32_t i = 0; i < s->t.list_ids; i++)
        if (s->list_ids[i] == 0 || s->list_ids[i] > s->t.profiles)
            return damaged(i, "a profile in a list", why);
    for (uint32_t i = 0; i < s->t.profiles; i++)
        if (s->profiles[i].text_at > s->t.text_bytes ||
            s->profiles[i].text_len > s->t.text_bytes - s->profiles[i].text_at)
            return damaged(i, "a profile", why);
    return OK;
}

status slots_verify(const slots *s, err *why)
{
    status st = verify_sums(s, why);
    return st == OK ? verify_meaning(s, why) : st;
}

/* --- looking up ----------------------------------------------------------------------------- */

static const uint32_t *filter_block(const slots *s, slots_hash h)
{
    return s->filter + slots_scale(h.high, s->t.filter_blocks) * (SLOTS_FILTER / 4);
}

static bool filter_says_no(const uint32_t *block, slots_hash h)
{
    uint32_t missing = 0;
    for (unsigned i = 0; i < 8; i++)
        missing |= ~block[i] & (uint32_t)1 << ((uint32_t)h.low * slots_salt[i] >> 27);
    return missing != 0;
}

/* A line that is not full ends the search: whatever spilt, spilt over full lines. */
static uint32_t find_in_lines(const slots *s, slots_hash h)
{
    const slot *line = s->lines + slots_scale(h.high, s->t.lines) * SLOTS_PER_LINE;
    for (unsigned n = 0; n <= s->t.spill; n++, line += SLOTS_PER_LINE) {
        for (unsigned i = 0; i < SLOTS_PER_LINE; i++)
            if (line[i].low == h.low && line[i].high == (uint32_t)h.high && line[i].record)
                return line[i].record;
        if (line[SLOTS_PER_LINE - 1].record == 0)
            return 0;
    }
    return 0;
}

/* Three passes, each over the whole batch, so that the memory reads of the next overlap. `wide`:
 * keys are hashed eight at once and filtered in one vector. */
LANES_INLINE void find_batch(const slots *s, const slots_key *keys, size_t n, uint32_t *ret,
                             bool wide)
{
    LANES_RAW slots_hash h[SLOTS_BATCH];
    LANES_RAW size_t open[SLOTS_BATCH];
    size_t left = 0;
    for (size_t i = 0; i < n;) {
        size_t step = wide && i + LANES <= n && lanes_fit(keys + i) ? LANES : 1;
        if (step == LANES)
            lanes_hash(s->t.seed, keys + i, h + i);
        else
            h[i] = slots_hash_of(s->t.seed, keys[i].kind, keys[i].bytes);
        for (size_t end = i + step; i < end; i++)
            __builtin_prefetch(filter_block(s, h[i]), 0, 3);
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t *block = filter_block(s, h[i]);
        ret[i] = 0;
        if (wide ? lanes_filter_says_no(block, (uint32_t)h[i].low) : filter_says_no(block, h[i]))
            continue;
        open[left++] = i;
        __builtin_prefetch(s->lines + slots_scale(h[i].high, s->t.lines) * SLOTS_PER_LINE, 0, 3);
    }
    for (size_t k = 0; k < left; k++)
        ret[open[k]] = find_in_lines(s, h[open[k]]);
}

typedef void finder(const slots *s, const slots_key *keys, size_t n, uint32_t *ret);

static void find_plain(const slots *s, const slots_key *keys, size_t n, uint32_t *ret)
{
    find_batch(s, keys, n, ret, false);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void find_avx2(const slots *s, const slots_key *keys,
                                                      size_t n, uint32_t *ret)
{
    find_batch(s, keys, n, ret, true);
}
#endif

static finder *finder_here(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return find_avx2;
#endif
    return find_plain;
}

static void find_all(const slots *s, const slots_key *keys, size_t count, uint32_t *ret,
                     finder *find)
{
    for (size_t at = 0; at < count; at += SLOTS_BATCH) {
        size_t n = count - at < SLOTS_BATCH ? count - at : SLOTS_BATCH;
        find(s, keys + at, n, ret + at);
    }
}

void slots_find(const slots *s, const slots_key *keys, size_t count, uint32_t *ret)
{
    find_all(s, keys, count, ret, finder_here());
}

void slots_find_plain(const slots *s, const slots_key *keys, size_t count, uint32_t *ret)
{
    find_all(s, keys, count, ret, find_plain);
}

static bool read_profile(const slots *s, uint32_t id, slots_profile *ret)
{
    if (id == 0 || id > s->t.profiles)
        return false;
    const slots_profile_row *p = &s->profiles[id - 1];
    slots_profile made = {.first = p->first, .last = p->last, .until = p->until};
    if (p->text_at <= s->t.text_bytes && p->text_len <= s->t.text_bytes - p->text_at)
        made.text = slice_of(s->texts + p->text_at, p->text_len);
    *ret = made;
    return true;
}

size_t slots_records(const slots *s, uint32_t record, slots_profile *ret, size_t room)
{
    size_t n = 0;
    if (record <= s->t.profiles)
        return room && read_profile(s, record, ret) ? 1 : 0;
    uint32_t list = record - s->t.profiles - 1;
    if (list >= s->t.lists)
        return 0;
    uint32_t from = s->lists[list], to = s->lists[list + 1];
    for (uint32_t i = from; i < to && i < s->t.list_ids && n < room; i++)
        n += read_profile(s, s->list_ids[i], &ret[n]);
    return n;
}

/* --- what is in it -------------------------------------------------------------------------- */

uint64_t slots_count(const slots *s)
{
    return s->t.keys;
}

uint64_t slots_bytes(const slots *s)
{
    return s->map_size;
}

uint64_t slots_of_kind(const slots *s, kind k)
{
    return (unsigned)k < SLOTS_KINDS ? s->t.kinds[k] : 0;
}

bool slots_has_prefix(const slots *s, unsigned bits)
{
    return bits <= 128 && s->t.prefixes[bits / 64] >> (bits % 64) & 1;
}
