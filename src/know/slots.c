/* slots.c - a table of keys: opening, checking, looking up. See slots.h. */
#include "know/slots/table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

/* In the innermost loop, and filled before it is read: not zeroed first as all else is. */
#define RAW __attribute__((uninitialized))
#define INLINE static inline __attribute__((always_inline))

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
    return memcmp(t->magic, "NRSLOTS2", 8) == 0 && t->version == SLOTS_VERSION &&
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
    slots_secret_of(s->t.seed, &s->secret);
    /* a look-up wants one page: reading ahead would read 32 for it */
    madvise(s->map, s->map_size, MADV_RANDOM);
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
    madvise(s->map, s->map_size, MADV_SEQUENTIAL);
    status st = verify_sums(s, why);
    if (st == OK)
        st = verify_meaning(s, why);
    madvise(s->map, s->map_size, MADV_RANDOM);
    return st;
}

/* --- looking up ----------------------------------------------------------------------------- */

enum {
    GROUP = 8,          /* tables that a key is asked of at once */
    NEAR_BLOCKS = 4096, /* a filter that small is in the processor's cache */
    FEW = 8             /* keys for which memory is read before it is known to be needed */
};

/* What a look-up needs of a table. */
typedef struct asked {
    const uint32_t *filter;
    const slot *lines;
    uint64_t blocks, line_count;
    unsigned spill;
} asked;

/* ret[i]: a bit for each of `count` filters that says maybe to key left[i]. */
typedef void filter_pass(const asked *t, size_t count, const slots_hash *h, const uint32_t *left,
                         size_t n, uint8_t *ret);

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

static void filters_plain(const asked *t, size_t count, const slots_hash *h, const uint32_t *left,
                          size_t n, uint8_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        slots_hash one = h[left[i]];
        unsigned maybe = 0;
        for (size_t f = 0; f < count; f++) {
            const uint32_t *block = filter_block(&t[f], one);
            uint32_t missing = 0;
            for (unsigned k = 0; k < SLOTS_FILTER / 4; k++)
                missing |= ~block[k] & (uint32_t)1 << (one.rest * slots_salt[k] >> 27);
            maybe |= (unsigned)(missing == 0) << f;
        }
        ret[i] = (uint8_t)maybe;
    }
}

#ifdef __x86_64__
/* The same with a block in one vector. */
__attribute__((target("avx2,bmi2"))) static void filters_avx2(const asked *t, size_t count,
                                                              const slots_hash *h,
                                                              const uint32_t *left, size_t n,
                                                              uint8_t *ret)
{
    const __m256i one = _mm256_set1_epi32(1),
                  salt = _mm256_loadu_si256((const __m256i *)(const void *)slots_salt);
    for (size_t i = 0; i < n; i++) {
        slots_hash key = h[left[i]];
        __m256i bits = _mm256_mullo_epi32(salt, _mm256_set1_epi32((int)key.rest));
        unsigned maybe = 0;
        bits = _mm256_sllv_epi32(one, _mm256_srli_epi32(bits, 27));
        for (size_t f = 0; f < count; f++) {
            const void *block = filter_block(&t[f], key);
            maybe |= (unsigned)_mm256_testc_si256(_mm256_loadu_si256(block), bits) << f;
        }
        ret[i] = (uint8_t)maybe;
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

/* `count` tables, the first of them number `first`, are asked for the keys whose numbers are in
 * `left`: the first one that has a key answers, the others stay. Each pass goes over all keys, so
 * that the memory reads of the next one overlap. `last`: nobody asks who stays. */
INLINE size_t ask_group(const asked *t, size_t count, size_t first, const slots_hash *h,
                        uint32_t *left, size_t n, bool last, filter_pass *pass, slots_found *ret)
{
    RAW uint8_t maybe[SLOTS_BATCH];
    RAW uint32_t hits[SLOTS_BATCH];
    size_t hit_count = 0, kept = 0;
    pass(t, count, h, left, n, maybe);
    for (size_t i = 0; i < n; i++) {
        hits[hit_count] = (uint32_t)i;
        hit_count += maybe[i] != 0;
    }
    for (size_t i = 0; i < hit_count; i++) {
        unsigned one = (unsigned)__builtin_ctz(maybe[hits[i]]);
        __builtin_prefetch(first_line(&t[one], h[left[hits[i]]]), 0, 3);
    }
    for (size_t i = 0; i < hit_count; i++) {
        uint32_t key = left[hits[i]], record = 0;
        for (unsigned more = maybe[hits[i]]; more && !record; more &= more - 1) {
            unsigned one = (unsigned)__builtin_ctz(more);
            record = find_in_lines(&t[one], h[key]);
            ret[key] = (slots_found){record, record ? (uint32_t)first + one : 0};
        }
    }
    for (size_t i = 0; !last && i < n; i++) {
        left[kept] = left[i];
        kept += ret[left[i]].record == 0;
    }
    return kept;
}

/* Tables whose filter is not in the processor's cache anyway. */
INLINE size_t far_ones(const asked *t, size_t count, asked ret[GROUP])
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (t[i].blocks > NEAR_BLOCKS)
            ret[n++] = t[i];
    return n;
}

INLINE void fetch(const asked *far, size_t count, slots_hash h, bool few)
{
    for (size_t i = 0; i < count; i++) {
        __builtin_prefetch(filter_block(&far[i], h), 0, 3);
        if (few)
            __builtin_prefetch(first_line(&far[i], h), 0, 3);
    }
}

INLINE size_t group_at(const slots *const *tables, size_t table_count, size_t first,
                       asked ret[GROUP])
{
    size_t count = table_count - first < GROUP ? table_count - first : GROUP;
    for (size_t i = 0; i < count; i++)
        ret[i] = asked_of(tables[first + i]);
    return count;
}

/* `t`: the first tables, whose filters are on their way. */
INLINE void ask_all(const slots *const *tables, size_t table_count, asked t[GROUP],
                    const slots_hash *h, size_t n, filter_pass *pass, slots_found *ret)
{
    RAW uint32_t left[SLOTS_BATCH];
    for (size_t i = 0; i < n; i++) {
        left[i] = (uint32_t)i;
        ret[i] = (slots_found){0};
    }
    for (size_t first = 0; first < table_count && n; first += GROUP) {
        RAW asked far[GROUP];
        size_t count = group_at(tables, table_count, first, t);
        size_t far_count = first ? far_ones(t, count, far) : 0;
        for (size_t i = 0; far_count && i < n; i++)
            fetch(far, far_count, h[left[i]], n <= FEW);
        n = ask_group(t, count, first, h, left, n, first + GROUP >= table_count, pass, ret);
    }
}

/* Hashes of all; the filters of `far` are on their way meanwhile. */
INLINE void hash_batch(const slots_secret *secret, const asked *far, size_t count,
                       const slots_key *keys, size_t n, slots_hash *ret)
{
    slots_sum begun = {0};
    size_t len = SIZE_MAX;
    kind k = 0;
    for (size_t i = 0; i < n; i++) {
        const slots_key *key = &keys[i];
        if (key->bytes.len > SLOTS_SHORT) {
            ret[i] = slots_hash_long(secret, key->kind, key->bytes);
        } else {
            if (key->bytes.len != len || key->kind != k) {
                len = key->bytes.len;
                k = key->kind;
                begun = slots_sum_begin(secret, k, len);
            }
            ret[i] = len == SHA256_BYTES /* the length is known, the loop is none */
                         ? slots_hash_short(secret, begun, slice_of(key->bytes.ptr, SHA256_BYTES))
                         : slots_hash_short(secret, begun, key->bytes);
        }
        fetch(far, count, ret[i], n <= FEW);
    }
}

INLINE void find_batch(const slots *const *tables, size_t table_count, const slots_key *keys,
                       size_t n, slots_found *ret, filter_pass *pass)
{
    RAW slots_hash h[SLOTS_BATCH];
    RAW asked t[GROUP], far[GROUP];
    size_t count = group_at(tables, table_count, 0, t), far_count = far_ones(t, count, far);
    hash_batch(&tables[0]->secret, far, far_count, keys, n, h);
    ask_all(tables, table_count, t, h, n, pass, ret);
}

typedef void finder(const slots *const *tables, size_t table_count, const slots_key *keys, size_t n,
                    slots_found *ret);

static void find_plain(const slots *const *tables, size_t table_count, const slots_key *keys,
                       size_t n, slots_found *ret)
{
    find_batch(tables, table_count, keys, n, ret, filters_plain);
}

#ifdef __x86_64__
__attribute__((target("avx2,bmi2"))) static void find_avx2(const slots *const *tables,
                                                           size_t table_count,
                                                           const slots_key *keys, size_t n,
                                                           slots_found *ret)
{
    find_batch(tables, table_count, keys, n, ret, filters_avx2);
}
#endif

static finder *finder_here(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return find_avx2;
#endif
    return find_plain;
}

static void find_all(const slots *const *tables, size_t table_count, const slots_key *keys,
                     size_t count, slots_found *ret, finder *find)
{
    for (size_t at = 0; at < count; at += SLOTS_BATCH) {
        size_t n = count - at < SLOTS_BATCH ? count - at : SLOTS_BATCH;
        find(tables, table_count, keys + at, n, ret + at);
    }
}

void slots_find_hashes(const slots *const *tables, size_t table_count, const slots_hash *h,
                       size_t count, slots_found *ret)
{
    for (size_t at = 0; at < count; at += SLOTS_BATCH) {
        RAW asked t[GROUP], far[GROUP];
        size_t n = count - at < SLOTS_BATCH ? count - at : SLOTS_BATCH;
        size_t far_count = far_ones(t, group_at(tables, table_count, 0, t), far);
        for (size_t i = 0; i < n; i++)
            fetch(far, far_count, h[at + i], false);
        ask_all(tables, table_count, t, h + at, n, filters_plain, ret + at);
    }
}

void slots_find_first(const slots *const *tables, size_t table_count, const slots_key *keys,
                      size_t count, slots_found *ret)
{
    assert(table_count && table_count <= SLOTS_TABLES_MAX);
    find_all(tables, table_count, keys, count, ret, finder_here());
}

static void find_one_table(const slots *s, const slots_key *keys, size_t count, uint32_t *ret,
                           finder *find)
{
    RAW slots_found found[SLOTS_BATCH];
    for (size_t at = 0; at < count; at += SLOTS_BATCH) {
        size_t n = count - at < SLOTS_BATCH ? count - at : SLOTS_BATCH;
        find(&s, 1, keys + at, n, found);
        for (size_t i = 0; i < n; i++)
            ret[at + i] = found[i].record;
    }
}

void slots_find(const slots *s, const slots_key *keys, size_t count, uint32_t *ret)
{
    find_one_table(s, keys, count, ret, finder_here());
}

void slots_find_plain(const slots *s, const slots_key *keys, size_t count, uint32_t *ret)
{
    find_one_table(s, keys, count, ret, find_plain);
}

bool slots_filter_has(const slots *s, slots_hash h)
{
    const asked t = asked_of(s);
    const uint32_t first = 0;
    uint8_t maybe = 0;
    filters_plain(&t, 1, &h, &first, 1, &maybe);
    return maybe != 0;
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

slice slots_file(const slots *s)
{
    return slice_of(s->map, s->map_size);
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
