/* slots.c - a table of keys: opening, checking, looking up. See slots.h. */
#include "know/slots/four.h"
#include "know/slots/front.h"
#include "know/slots/table.h"
#include "know/slots/wide.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* In the innermost loop, and filled before it is read: not zeroed first as all else is. */
#define RAW __attribute__((uninitialized))
#define INLINE static inline __attribute__((always_inline))

/* --- opening -------------------------------------------------------------------------------- */

slots *slots_close(slots *t)
{
    if (t)
        mapping_free(t->map);
    free(t);
    return NULL;
}

/* Numbers so large that sums of them could wrap are no table of ours. */
static bool sane(const slots_trailer *t, uint64_t size)
{
    const uint64_t most = (uint64_t)1 << 40;
    return memcmp(t->magic, "NRSLOTS2", 8) == 0 && t->version == SLOTS_VERSION &&
           t->block_bytes == SLOTS_BLOCK && t->lines > 0 && t->lines < most &&
           t->filter_blocks > 0 && t->filter_blocks < most && t->text_bytes < most &&
           t->block_sums < most && t->spill < SLOTS_SPILL_MAX && t->file_bytes == size;
}

static bool check_trailer(slots *s)
{
    const char *base = s->map->at, *end = base + s->map->size - SLOTS_TRAILER;
    uint64_t sum;
    memcpy(&s->t, end, sizeof s->t);
    memcpy(&sum, end + SLOTS_TRAILER - 8, 8);
    if (!sane(&s->t, s->map->size) || siphash(s->t.seed, slice_of(end, SLOTS_TRAILER - 8)) != sum)
        return false;
    slots_layout l = slots_place(&s->t);
    if (l.end + SLOTS_TRAILER != s->map->size ||
        s->t.block_sums != (l.sums + SLOTS_BLOCK - 1) / SLOTS_BLOCK)
        return false;
    s->lines = (const slot *)(const void *)base;
    s->filter = (const uint32_t *)(const void *)(base + l.filter);
    s->profiles = (const slots_profile_row *)(const void *)(base + l.profiles);
    s->lists = (const uint32_t *)(const void *)(base + l.lists);
    s->list_ids = (const uint32_t *)(const void *)(base + l.list_ids);
    s->texts = base + l.texts;
    s->sums = (const uint64_t *)(const void *)(base + l.sums);
    slots_secret_of(s->t.seed, &s->secret);
    /* a look-up wants one page: reading ahead would read 32 for it */
    madvise(s->map->at, s->map->size, MADV_RANDOM);
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
    status st = mapping_new(fd, (size_t)info.st_size, path, &s->map, why);
    close(fd);
    return st;
}

status slots_open(const char *path, slots **ret, err *why)
{
    slots *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = map_file(s, path, why);
    if (st == OK && !check_trailer(s))
        st = err_set(why, ERR_INPUT, s->map->size - SLOTS_TRAILER, "%s is damaged", path);
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
    const char *base = s->map->at;
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

static bool record_fits(const slots *s, uint32_t record)
{
    if (record == SLOTS_REMOVED)
        return true;
    return record < SLOTS_LISTED ? record && record <= s->t.profiles
                                 : record - SLOTS_LISTED < s->t.lists;
}

/* Every key where it is looked for: in order, at its line or not far behind it. */
static status verify_keys(const slots *s, err *why)
{
    uint64_t removed = 0, keys = 0, kinds[SLOTS_KINDS] = {0};
    uint64_t n = slots_lines_written(s->t.lines) * SLOTS_PER_LINE;
    const slot *last = NULL;
    for (uint64_t i = 0; i < n; i++) {
        const slot *e = &s->lines[i];
        if (!e->record)
            continue;
        uint64_t line = slots_scale(e->place, s->t.lines), at = i / SLOTS_PER_LINE;
        bool ordered =
            !last || last->place < e->place || (last->place == e->place && last->rest < e->rest);
        if (!ordered || at < line || at - line > s->t.spill)
            return damaged(i * sizeof *e, "a key out of its place", why);
        if (!record_fits(s, slot_record(e->record)))
            return damaged(i * sizeof *e, "a record that there is not", why);
        last = e;
        keys++;
        removed += slot_record(e->record) == SLOTS_REMOVED;
        kinds[slot_kind(e->record)]++;
    }
    bool counted = keys == s->t.keys && removed == s->t.removed &&
                   memcmp(kinds, s->t.kinds, sizeof kinds) == 0;
    return counted ? OK : damaged(0, "the number of keys", why);
}

/* The check sums say that the bytes are as they were written; this, that they make sense. */
static status verify_meaning(const slots *s, err *why)
{
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
    return verify_keys(s, why);
}

status slots_verify(const slots *s, err *why)
{
    madvise(s->map->at, s->map->size, MADV_SEQUENTIAL);
    status st = verify_sums(s, why);
    if (st == OK)
        st = verify_meaning(s, why);
    if (st == OK)
        st = slots_whole(s, why);
    madvise(s->map->at, s->map->size, MADV_RANDOM);
    return st;
}

/* --- looking up ----------------------------------------------------------------------------- */

enum {
    GROUP = 8,  /* tables that a key is asked of at once */
    SOME = 8,   /* keys that are hashed before their memory is asked for */
    AHEAD = 32, /* keys whose filters are on their way: more would not fit the first cache */
    RING = 64,
    FEW = 8 /* keys for which memory is read before it is known to be needed */
};

/* Tables, and filters in front of several of them, if there are any. */
typedef struct layers {
    const slots *const *tables;
    size_t count;
    const slots_probe *probes; /* cover all tables; NULL: each has its own */
    size_t probe_count;
} layers;

/* What a look-up needs of a table, or of a filter in front of some: that has no lines. */
typedef struct asked {
    const uint32_t *filter;
    const slot *lines;
    uint64_t blocks, line_count;
    unsigned spill;
} asked;

/* Tables that are asked together, and where their filters are read for key i: in at[i % RING]. */
typedef struct group {
    asked t[GROUP];
    uint64_t blocks[GROUP], filters[GROUP]; /* of t; what is not used is like the first */
    uint64_t blocks_max;
    size_t count;
    const layers *behind; /* these are filters in front of its tables; NULL: the tables' own */
    const uint32_t *at[RING][GROUP];
} group;

/* A key that filters said maybe to, and a bit for each of these. */
typedef struct likely {
    uint32_t key;
    uint32_t tables;
} likely;

/* Says where the filters are read for keys number `from` to `to`, and has that fetched. */
typedef void filter_spots(group *g, const slots_hash *h, size_t from, size_t to);
/* Asks the filters for these keys, and puts those that may be there behind the `n` of `ret`;
 * returns how many these are then. What is read next of them is on its way. */
typedef size_t filter_pass(const group *g, const slots_hash *h, size_t from, size_t to, likely *ret,
                           size_t n);

INLINE const uint32_t *filter_block(const asked *t, slots_hash h)
{
    return t->filter + slots_scale(h.place, t->blocks) * (SLOTS_FILTER / 4);
}

INLINE const slot *first_line(const asked *t, slots_hash h)
{
    return t->lines + slots_scale(h.place, t->line_count) * SLOTS_PER_LINE;
}

INLINE asked asked_of(const slots *s)
{
    return (asked){s->filter, s->lines, s->t.filter_blocks, s->t.lines, s->t.spill};
}

INLINE void plain_spots(group *g, size_t count, const slots_hash *h, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        for (size_t f = 0; f < count; f++) {
            g->at[i % RING][f] = filter_block(&g->t[f], h[i]);
            __builtin_prefetch(g->at[i % RING][f], 0, 3);
        }
}

static void spots_plain(group *g, const slots_hash *h, size_t from, size_t to)
{
    plain_spots(g, g->count, h, from, to);
}

/* All that may be read for a key. */
INLINE void fetch_all(const layers *of, slots_hash h)
{
    for (size_t i = 0; i < of->count; i++) {
        const asked one = asked_of(of->tables[i]);
        __builtin_prefetch(filter_block(&one, h), 0, 3);
        __builtin_prefetch(first_line(&one, h), 0, 3);
    }
}

/* Behind fronts, what is read for few keys is waited for alone. */
INLINE size_t note_likely(const group *g, size_t key, slots_hash h, unsigned maybe, likely *ret,
                          size_t n)
{
    if (!g->behind)
        __builtin_prefetch(first_line(&g->t[__builtin_ctz(maybe)], h), 0, 3);
    else if (n < FEW)
        fetch_all(g->behind, h);
    ret[n] = (likely){(uint32_t)key, maybe};
    return n + 1;
}

static size_t filters_plain(const group *g, const slots_hash *h, size_t from, size_t to,
                            likely *ret, size_t n)
{
    for (size_t i = from; i < to; i++) {
        const uint32_t *const *at = g->at[i % RING];
        unsigned maybe = 0;
        for (size_t f = 0; f < g->count; f++) {
            uint32_t missing = 0;
            for (unsigned k = 0; k < SLOTS_FILTER / 4; k++)
                missing |= ~at[f][k] & (uint32_t)1 << (h[i].rest * slots_salt[k] >> 27);
            maybe |= (unsigned)(missing == 0) << f;
        }
        if (maybe)
            n = note_likely(g, i, h[i], maybe, ret, n);
    }
    return n;
}

#ifdef __x86_64__
#define AVX2 __attribute__((target("avx2")))

/* slots_scale for four tables at once, of less than 2^32 blocks. */
AVX2 INLINE void four_spots(group *g, size_t first, size_t count, const slots_hash *h, size_t from,
                            size_t to)
{
    const __m256i n = four_load(&g->blocks[first]), base = four_load(&g->filters[first]);
    for (size_t i = from; i < to; i++) {
        const __m256i place = four_number(h[i].place);
        __m256i low = _mm256_srli_epi64(_mm256_mul_epu32(place, n), 32),
                at = _mm256_mul_epu32(_mm256_srli_epi64(place, 32), n);
        at = _mm256_srli_epi64(_mm256_add_epi64(at, low), 32);
        at = _mm256_add_epi64(base, _mm256_slli_epi64(at, 5));
        _mm256_storeu_si256((__m256i *)(void *)&g->at[i % RING][first], at);
#pragma GCC unroll 4
        for (size_t f = 0; f < count; f++)
            __builtin_prefetch(g->at[i % RING][first + f], 0, 3);
    }
}

AVX2 static void spots_avx2(group *g, const slots_hash *h, size_t from, size_t to)
{
    if (g->blocks_max > UINT32_MAX) {
        spots_plain(g, h, from, to);
        return;
    }
    switch (g->count) {
    case 1: plain_spots(g, 1, h, from, to); break;
    case 2: four_spots(g, 0, 2, h, from, to); break;
    case 3: four_spots(g, 0, 3, h, from, to); break;
    case 4: four_spots(g, 0, 4, h, from, to); break;
    default: four_spots(g, 0, 4, h, from, to); four_spots(g, 4, g->count - 4, h, from, to);
    }
}

/* The same with a block in one vector. Most filters say no: each is a branch that is foreseen. */
AVX2 INLINE size_t avx2_pass(const group *g, size_t count, const slots_hash *h, size_t from,
                             size_t to, likely *ret, size_t n)
{
    const __m256i one = _mm256_set1_epi32(1),
                  salt = _mm256_loadu_si256((const __m256i *)(const void *)slots_salt);
    for (size_t i = from; i < to; i++) {
        const uint32_t *const *at = g->at[i % RING];
        __m256i bits = _mm256_mullo_epi32(salt, _mm256_set1_epi32((int)h[i].rest));
        unsigned maybe = 0;
        bits = _mm256_sllv_epi32(one, _mm256_srli_epi32(bits, 27));
#pragma GCC unroll 4
        for (size_t f = 0; f < count; f++) {
            const void *block = at[f];
            if (__builtin_expect(_mm256_testc_si256(_mm256_loadu_si256(block), bits), 0))
                maybe |= 1u << f;
        }
        if (__builtin_expect(maybe != 0, 0))
            n = note_likely(g, i, h[i], maybe, ret, n);
    }
    return n;
}

/* Most sets have few tables: of so many the loop over them is none. */
AVX2 static size_t filters_avx2(const group *g, const slots_hash *h, size_t from, size_t to,
                                likely *ret, size_t n)
{
    switch (g->count) {
    case 1: return avx2_pass(g, 1, h, from, to, ret, n);
    case 2: return avx2_pass(g, 2, h, from, to, ret, n);
    case 3: return avx2_pass(g, 3, h, from, to, ret, n);
    case 4: return avx2_pass(g, 4, h, from, to, ret, n);
    default: return avx2_pass(g, g->count, h, from, to, ret, n);
    }
}
#endif

/* A line that is not full ends the search: whatever spilt, spilt over full lines. */
INLINE uint32_t find_in_lines(const asked *t, slots_hash h)
{
    const slot *line = first_line(t, h);
    for (unsigned n = 0; n <= t->spill; n++, line += SLOTS_PER_LINE) {
        for (unsigned i = 0; i < SLOTS_PER_LINE; i++)
            if (line[i].place == h.place && line[i].rest == h.rest && line[i].record)
                return slot_record(line[i].record);
        if (line[SLOTS_PER_LINE - 1].record == 0)
            return 0;
    }
    return 0;
}

/* The likely ones of a group, whose first table has the number `first`, are looked for. */
INLINE void ask_lines(const group *g, size_t first, const slots_hash *h, const likely *some,
                      size_t count, const uint32_t *left, slots_found *ret)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t key = some[i].key, record = 0;
        for (unsigned more = some[i].tables; more && !record; more &= more - 1) {
            unsigned one = (unsigned)__builtin_ctz(more);
            record = find_in_lines(&g->t[one], h[key]);
            ret[left[key]] = (slots_found){record, record ? (uint32_t)first + one : 0};
        }
    }
}

/* Of few keys the lines, too: there is time, and they are waited for alone. */
INLINE void fetch_lines(const group *g, const slots_hash *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < g->count; f++)
            __builtin_prefetch(first_line(&g->t[f], h[i]), 0, 3);
}

/* t[0 .. count) are there. */
INLINE void group_end(group *g, size_t count)
{
    g->count = count;
    g->blocks_max = 0;
    for (size_t i = 0; i < GROUP; i++) {
        const asked *one = &g->t[i < count ? i : 0];
        g->blocks[i] = one->blocks;
        g->filters[i] = (uint64_t)(uintptr_t)one->filter;
        g->blocks_max = one->blocks > g->blocks_max ? one->blocks : g->blocks_max;
    }
}

INLINE void group_at(group *g, const layers *of, size_t first)
{
    size_t count = of->count - first < GROUP ? of->count - first : GROUP;
    for (size_t i = 0; i < count; i++)
        g->t[i] = asked_of(of->tables[first + i]);
    g->behind = NULL;
    group_end(g, count);
}

INLINE void group_in_front(group *g, const layers *of)
{
    for (size_t i = 0; i < of->probe_count; i++) {
        const slots_probe *p = &of->probes[i];
        g->t[i] = asked_of(of->tables[p->first]);
        if (p->front) {
            g->t[i].filter = p->front->filter;
            g->t[i].blocks = p->front->t.filter_blocks;
        }
    }
    g->behind = of;
    group_end(g, of->probe_count);
}

/* Hashes of SHA-256s, of one kind. */
typedef void sha256_hasher(const slots_secret *secret, slots_sum begun, const slots_key *keys,
                           size_t n, slots_hash *ret);

/* The length is known, the loop is none. Apart from what surrounds it, so that its sums stay in
 * registers. */
static __attribute__((noinline)) void hash_sha256s(const slots_secret *secret, slots_sum begun,
                                                   const slots_key *keys, size_t n, slots_hash *ret)
{
    for (size_t i = 0; i < n; i++)
        ret[i] = slots_hash_short(secret, begun, slice_of(keys[i].bytes.ptr, SHA256_BYTES));
}

#ifdef __x86_64__
AVX2 static __attribute__((noinline)) void hash_sha256s_four(const slots_secret *secret,
                                                             slots_sum begun, const slots_key *keys,
                                                             size_t n, slots_hash *ret)
{
    size_t i = 0;
    for (; i + FOUR_KEYS <= n; i += FOUR_KEYS) {
        /* its numbers are read where they are needed: registers are few */
        __asm__("" : "+r"(secret) : : "memory");
        four_hash(secret, keys + i, ret + i);
    }
    if (i < n)
        hash_sha256s(secret, begun, keys + i, n - i, ret + i);
}

WIDE static void hash_sha256s_wide(const slots_secret *secret, slots_sum begun,
                                   const slots_key *keys, size_t n, slots_hash *ret)
{
    size_t i = 0;
    for (; i + WIDE_KEYS <= n; i += WIDE_KEYS)
        wide_hash(secret, &begun, keys + i, ret + i);
    if (i < n)
        hash_sha256s(secret, begun, keys + i, n - i, ret + i);
}
#endif

/* Keys of one kind and length. */
static void hash_alike(const slots_secret *secret, const slots_key *keys, size_t n,
                       sha256_hasher *sha256s, slots_hash *ret)
{
    size_t len = keys->bytes.len;
    slots_sum begun = slots_sum_begin(secret, keys->kind, len);
    bool sha256 = keys->kind == KIND_SHA256 && len == SHA256_BYTES;
    if (sha256)
        sha256s(secret, begun, keys, n, ret);
    for (size_t i = 0; !sha256 && i < n; i++)
        ret[i] = len > SLOTS_SHORT ? slots_hash_long(secret, keys[i].kind, keys[i].bytes)
                                   : slots_hash_short(secret, begun, keys[i].bytes);
}

static void hash_keys(const slots_secret *secret, const slots_key *keys, size_t n,
                      sha256_hasher *sha256s, slots_hash *ret)
{
    for (size_t at = 0, to; at < n; at = to) {
        const slots_key *first = &keys[at];
        for (to = at + 1;
             to < n && keys[to].kind == first->kind && keys[to].bytes.len == first->bytes.len;)
            to++;
        hash_alike(secret, first, to - at, sha256s, ret + at);
    }
}

/* How this processor does it. */
typedef struct slots_means {
    sha256_hasher *sha256s;
    filter_spots *spots;
    filter_pass *pass;
} slots_means;

/* Asks the filters of a group for all keys, which are hashed first unless `keys` is NULL. The
 * memory of the next ones is on its way while those before are read. */
INLINE size_t ask_filters(group *g, const slots_secret *secret, const slots_key *keys,
                          slots_hash *h, size_t n, slots_means by, likely *ret)
{
    size_t found = 0, read = 0;
    for (size_t at = 0; at < n; at += SOME) {
        size_t to = n - at < SOME ? n : at + SOME;
        if (keys)
            hash_keys(secret, keys + at, to - at, by.sha256s, h + at);
        by.spots(g, h, at, to);
        if (to > read + AHEAD) {
            found = by.pass(g, h, read, to - AHEAD, ret, found);
            read = to - AHEAD;
        }
    }
    if (n <= FEW)
        fetch_lines(g, h, n);
    return by.pass(g, h, read, n, ret, found);
}

/* Those that filters in front let through, of which there are few: the others are in no table. */
INLINE size_t ask_fronts(group *g, const layers *of, const slots_key *keys, slots_hash *h, size_t n,
                         slots_means by, uint32_t *left)
{
    RAW likely some[SLOTS_BATCH];
    group_in_front(g, of);
    n = ask_filters(g, &of->tables[0]->secret, keys, h, n, by, some);
    for (size_t i = 0; i < n; i++) {
        left[i] = some[i].key;
        h[i] = h[some[i].key];
    }
    return n;
}

/* `h` are the hashes of the keys, or room for them: it is used up. Each group of tables is asked
 * for what those before lack. */
INLINE void find_batch(const layers *of, const slots_key *keys, slots_hash *h, size_t n,
                       slots_means by, slots_found *ret)
{
    RAW uint32_t left[SLOTS_BATCH];
    RAW likely some[SLOTS_BATCH];
    RAW group g;
    for (size_t i = 0; i < n; i++) {
        left[i] = (uint32_t)i;
        ret[i] = (slots_found){0};
    }
    if (of->probes) {
        n = ask_fronts(&g, of, keys, h, n, by, left);
        keys = NULL;
    }
    for (size_t first = 0; first < of->count && n; first += GROUP) {
        group_at(&g, of, first);
        size_t count = ask_filters(&g, &of->tables[0]->secret, first ? NULL : keys, h, n, by, some);
        ask_lines(&g, first, h, some, count, left, ret);
        size_t kept = 0;
        for (size_t i = 0; first + GROUP < of->count && i < n; i++) {
            left[kept] = left[i];
            h[kept] = h[i];
            kept += ret[left[i]].record == 0;
        }
        n = kept;
    }
}

typedef void finder(const layers *of, const slots_key *keys, size_t n, slots_found *ret);

static void find_plain(const layers *of, const slots_key *keys, size_t n, slots_found *ret)
{
    RAW slots_hash h[SLOTS_BATCH];
    find_batch(of, keys, h, n, (slots_means){hash_sha256s, spots_plain, filters_plain}, ret);
}

#ifdef __x86_64__
AVX2 static void find_avx2(const layers *of, const slots_key *keys, size_t n, slots_found *ret)
{
    RAW slots_hash h[SLOTS_BATCH];
    find_batch(of, keys, h, n, (slots_means){hash_sha256s_four, spots_avx2, filters_avx2}, ret);
}

AVX2 static void find_avx512(const layers *of, const slots_key *keys, size_t n, slots_found *ret)
{
    RAW slots_hash h[SLOTS_BATCH];
    find_batch(of, keys, h, n, (slots_means){hash_sha256s_wide, spots_avx2, filters_avx2}, ret);
}
#endif

/* The quickest first; NULL: this processor cannot. */
static finder *finder_of(slots_way way)
{
#ifdef __x86_64__
    if (way == SLOTS_AVX512 && __builtin_cpu_supports("avx2") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512ifma"))
        return find_avx512;
    if (way == SLOTS_AVX2 && __builtin_cpu_supports("avx2"))
        return find_avx2;
#endif
    return way == SLOTS_PLAIN ? find_plain : NULL;
}

static finder *finder_here(void)
{
    finder *f = finder_of(SLOTS_AVX512);
    f = f ? f : finder_of(SLOTS_AVX2);
    return f ? f : find_plain;
}

static void find_all(const layers *of, const slots_key *keys, size_t count, slots_found *ret,
                     finder *find)
{
    assert(of->count && of->count <= SLOTS_TABLES_MAX);
    for (size_t at = 0; at < count; at += SLOTS_BATCH) {
        size_t n = count - at < SLOTS_BATCH ? count - at : SLOTS_BATCH;
        find(of, keys + at, n, ret + at);
    }
}

void slots_find_first(const slots *const *tables, size_t table_count, const slots_key *keys,
                      size_t count, slots_found *ret)
{
    const layers of = {tables, table_count, NULL, 0};
    find_all(&of, keys, count, ret, finder_here());
}

void slots_find_behind(const slots *const *tables, size_t table_count, const slots_probe *probes,
                       size_t probe_count, const slots_key *keys, size_t count, slots_found *ret)
{
    bool spares = probe_count < table_count && probe_count <= GROUP;
    const layers of = {tables, table_count, spares ? probes : NULL, probe_count};
    find_all(&of, keys, count, ret, finder_here());
}

void slots_find_hashes(const slots *const *tables, size_t table_count, const slots_hash *h,
                       size_t count, slots_found *ret)
{
    const layers of = {tables, table_count, NULL, 0};
    for (size_t at = 0; at < count; at += SLOTS_BATCH) {
        RAW slots_hash some[SLOTS_BATCH];
        size_t n = count - at < SLOTS_BATCH ? count - at : SLOTS_BATCH;
        memcpy(some, h + at, n * sizeof *h);
        find_batch(&of, NULL, some, n, (slots_means){NULL, spots_plain, filters_plain}, ret + at);
    }
}

static void find_one_table(const slots *s, const slots_key *keys, size_t count, uint32_t *ret,
                           finder *find)
{
    RAW slots_found found[SLOTS_BATCH];
    const layers of = {&s, 1, NULL, 0};
    for (size_t at = 0; at < count; at += SLOTS_BATCH) {
        size_t n = count - at < SLOTS_BATCH ? count - at : SLOTS_BATCH;
        find(&of, keys + at, n, found);
        for (size_t i = 0; i < n; i++)
            ret[at + i] = found[i].record;
    }
}

void slots_find(const slots *s, const slots_key *keys, size_t count, uint32_t *ret)
{
    find_one_table(s, keys, count, ret, finder_here());
}

bool slots_find_by(slots_way way, const slots *s, const slots_key *keys, size_t count,
                   uint32_t *ret)
{
    finder *find = finder_of(way);
    if (find)
        find_one_table(s, keys, count, ret, find);
    return find != NULL;
}

bool slots_filter_has(const slots *s, slots_hash h)
{
    RAW group g;
    likely one;
    const layers of = {&s, 1, NULL, 0};
    group_at(&g, &of, 0);
    spots_plain(&g, &h, 0, 1);
    return filters_plain(&g, &h, 0, 1, &one, 0) != 0;
}

/* --- records -------------------------------------------------------------------------------- */

bool slots_profile_at(const slots *s, uint32_t id, slots_profile *ret)
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

size_t slots_profile_ids(const slots *s, uint32_t record, uint32_t ret[SLOTS_LIST_MAX])
{
    size_t n = 0;
    if (record < SLOTS_LISTED) {
        ret[0] = record;
        return record && record <= s->t.profiles;
    }
    uint32_t list = record - SLOTS_LISTED;
    if (list >= s->t.lists)
        return 0;
    uint32_t from = s->lists[list], to = s->lists[list + 1];
    for (uint32_t i = from; i < to && i < s->t.list_ids && n < SLOTS_LIST_MAX; i++)
        if (s->list_ids[i] && s->list_ids[i] <= s->t.profiles)
            ret[n++] = s->list_ids[i];
    return n;
}

bool slots_ended(const slots *s, uint32_t record, int32_t day)
{
    RAW uint32_t ids[SLOTS_LIST_MAX];
    size_t n = slots_profile_ids(s, record, ids);
    bool ended = n != 0; /* damaged: let whoever asks see that nothing is said */
    for (size_t i = 0; i < n && ended; i++) {
        int32_t until = s->profiles[ids[i] - 1].until;
        ended = until != SLOTS_DAY_NONE && until < day;
    }
    return ended;
}

size_t slots_records(const slots *s, uint32_t record, slots_profile *ret, size_t room)
{
    uint32_t ids[SLOTS_LIST_MAX];
    size_t count = slots_profile_ids(s, record, ids), n = 0;
    for (size_t i = 0; i < count && n < room; i++)
        n += slots_profile_at(s, ids[i], &ret[n]);
    return n;
}

/* --- what is in it -------------------------------------------------------------------------- */

const uint8_t *slots_seed(const slots *s)
{
    return s->t.seed;
}

int32_t slots_until_min(const slots *s)
{
    return s->t.until_min;
}

uint64_t slots_count(const slots *s)
{
    return s->t.keys;
}

status slots_whole(const slots *s, err *why)
{
    return mapping_whole(s->map, why);
}

slice slots_file(const slots *s)
{
    return slice_of(s->map->at, s->map->size);
}

uint64_t slots_bytes(const slots *s)
{
    return s->map->size;
}

uint64_t slots_of_kind(const slots *s, kind k)
{
    return (unsigned)k < SLOTS_KINDS ? s->t.kinds[k] : 0;
}

bool slots_has_prefix(const slots *s, unsigned bits)
{
    return bits <= 128 && s->t.prefixes[bits / 64] >> (bits % 64) & 1;
}
