/* segment.c - see segment.h. */
#include "know/sightings/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- opening -------------------------------------------------------------------------------- */

uint64_t sight_seed_check(const uint8_t seed[SLOTS_SEED])
{
    return siphash(seed, S("sightings"));
}

sight_layout sight_place_parts(const sight_trailer *t)
{
    sight_layout l;
    l.directory = slots_pad(t->data_bytes);
    l.filter = slots_pad(l.directory + (((uint64_t)1 << t->bits) + 1) * t->wide);
    l.days = slots_pad(l.filter + t->filter_blocks * SLOTS_FILTER);
    l.sums = slots_pad(l.days + (uint64_t)t->days * sizeof(sight_day));
    l.end = slots_pad(l.sums + t->block_sums * 8);
    return l;
}

sight_segment *sight_segment_close(sight_segment *s)
{
    if (s)
        mapping_free(s->map);
    free(s);
    return NULL;
}

/* Numbers so large that sums of them could wrap are none of ours. */
static bool sane(const sight_trailer *t, uint64_t size)
{
    const uint64_t most = (uint64_t)1 << 40;
    return memcmp(t->magic, "NRSIGHT1", 8) == 0 && t->version == SIGHT_VERSION &&
           t->bits <= SIGHT_BITS_MAX && t->data_bytes < most && t->filter_blocks > 0 &&
           t->filter_blocks < most && t->block_sums < most && t->day_first >= 0 &&
           t->day_last >= t->day_first && t->day_last < SIGHT_DAY_MAX && t->days <= SIGHT_DAY_MAX &&
           (t->wide == 4 || t->wide == 8) && t->file_bytes == size;
}

static bool check_trailer(sight_segment *s, uint64_t seed_check)
{
    const uint8_t zeros[16] = {0}, *base = s->map->at;
    const uint8_t *end = base + s->map->size - sizeof s->t;
    memcpy(&s->t, end, sizeof s->t);
    uint64_t sum = siphash(zeros, slice_of((const char *)end, sizeof s->t - sizeof s->t.sum));
    if (sum != s->t.sum || !sane(&s->t, s->map->size) || s->t.seed_check != seed_check)
        return false;
    sight_layout l = sight_place_parts(&s->t);
    if (l.end + sizeof s->t != s->map->size ||
        s->t.block_sums != (l.sums + SLOTS_BLOCK - 1) / SLOTS_BLOCK)
        return false;
    s->frame = (sight_frame){s->t.day_first, s->t.day_last, s->t.source_first, s->t.bits};
    s->data = base;
    s->directory = base + l.directory;
    s->filter = (const uint32_t *)(const void *)(base + l.filter);
    s->days = (const sight_day *)(const void *)(base + l.days);
    s->sums = (const uint64_t *)(const void *)(base + l.sums);
    /* a look-up wants a page, not those behind it */
    madvise(s->map->at, s->map->size, MADV_RANDOM);
    return true;
}

status sight_segment_open(const char *path, uint64_t seed_check, sight_segment **ret, err *why)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "%s is not there", path)
                               : err_os(why, errno, "opening %s", path);
    bool sized = fstat(fd, &info) == 0 && info.st_size >= (off_t)sizeof(sight_trailer) &&
                 info.st_size % 8 == 0;
    size_t size = sized ? (size_t)info.st_size : 0;
    mapping *map = NULL;
    status st = sized ? mapping_new(fd, size, path, &map, why)
                      : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is cut off", path);
    close(fd);
    if (st != OK)
        return st;
    sight_segment *s = calloc(1, sizeof *s);
    if (!s) {
        mapping_free(map);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    s->map = map;
    if (!check_trailer(s, seed_check)) {
        sight_segment_close(s);
        return err_set(why, ERR_INPUT, size - sizeof(sight_trailer), "%s is damaged", path);
    }
    *ret = s;
    return OK;
}

status sight_damaged(uint64_t at, const char *what, err *why)
{
    return err_set(why, ERR_INPUT, at, "sightings are damaged at byte %llu: %s",
                   (unsigned long long)at, what);
}

uint64_t sight_segment_before(const sight_segment *s, int32_t day)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->t.days; i++)
        n += s->days[i].day < day ? s->days[i].buckets : 0;
    return n;
}

/* --- looking up ----------------------------------------------------------------------------- */

bool sight_filter_has(const sight_segment *s, sight_key k)
{
    const uint32_t *block = sight_filter_block(s, k);
    uint32_t missing = 0;
    for (unsigned i = 0; i < 8; i++)
        missing |= ~block[i] & (uint32_t)1 << ((uint32_t)k.place * slots_salt[i] >> 27);
    return missing == 0;
}

static uint64_t place_begins(const sight_segment *s, uint64_t place)
{
    const char *p = s->directory;
    uint32_t narrow;
    uint64_t wide;
    if (s->t.wide == 4) {
        memcpy(&narrow, p + 4 * place, 4);
        return narrow;
    }
    memcpy(&wide, p + 8 * place, 8);
    return wide;
}

/* `place` is below 2^bits. */
static void cursor_at(const sight_segment *s, uint64_t place, sight_cursor *ret)
{
    uint64_t from = place_begins(s, place), to = place_begins(s, place + 1);
    bool bad = from > to || to > s->t.data_bytes;
    *ret = bad ? (sight_cursor){.bad = true}
               : (sight_cursor){s->data + from, s->data + to, place, false};
}

static void expect(const void *from, size_t len)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)from,
              first = at / page * page;
    /* advice: what fails costs time later */
    (void)posix_madvise((void *)first, len + (at - first), POSIX_MADV_WILLNEED);
}

void sight_segment_expect(const sight_segment *s, sight_key key, sight_part part)
{
    uint64_t place = sight_place(key, s->t.bits);
    sight_cursor c;
    switch (part) {
    case SIGHT_PART_FILTER: expect(sight_filter_block(s, key), SLOTS_FILTER); return;
    case SIGHT_PART_PLACE:
        expect((const char *)s->directory + s->t.wide * place, 2 * (size_t)s->t.wide);
        return;
    case SIGHT_PART_DATA:
        cursor_at(s, place, &c);
        if (!c.bad && c.p < c.end)
            expect(c.p, (size_t)(c.end - c.p));
    }
}

status sight_segment_find(const sight_segment *s, sight_key key,
                          status (*on_bucket)(void *ctx, const sight_bucket *b, err *why),
                          void *ctx, err *why)
{
    sight_cursor c;
    sight_key k;
    sight_bucket b;
    status st = OK;
    int order = -1;
    cursor_at(s, sight_place(key, s->t.bits), &c);
    while (st == OK && order < 0 && sight_key_get(&c, s->t.bits, &k)) {
        int32_t before = s->t.day_first - 1;
        bool more = true;
        order = sight_key_cmp(k, key);
        while (st == OK && order <= 0 && more &&
               sight_bucket_get(&c, &s->frame, before, &b, &more)) {
            before = b.day;
            st = order == 0 ? on_bucket(ctx, &b, why) : OK;
        }
    }
    return st == OK && c.bad ? sight_damaged(place_begins(s, sight_place(key, s->t.bits)),
                                             "what stands with a value", why)
                             : st;
}

/* --- all of it ------------------------------------------------------------------------------ */

void sight_walk_begin(sight_walk *w, const sight_segment *s)
{
    *w = (sight_walk){.s = s, .end_place = (uint64_t)1 << s->t.bits};
}

bool sight_walk_next(sight_walk *w)
{
    int32_t before = w->bucket.day;
    if (w->c.bad)
        return false;
    if (!w->more) {
        before = w->s->t.day_first - 1;
        while (w->c.p == w->c.end && !w->c.bad) {
            if (w->next_place == w->end_place)
                return false;
            cursor_at(w->s, w->next_place++, &w->c);
        }
        if (!sight_key_get(&w->c, w->s->t.bits, &w->key))
            return false;
    }
    return sight_bucket_get(&w->c, &w->s->frame, before, &w->bucket, &w->more);
}

/* --- checking ------------------------------------------------------------------------------- */

status sight_segment_sums(const sight_segment *s, const uint8_t seed[SLOTS_SEED], err *why)
{
    sight_layout l = sight_place_parts(&s->t);
    const char *base = s->map->at;
    slice table = slice_of(base + l.sums, s->t.block_sums * 8);
    if (siphash(seed, table) != s->t.sums_sum)
        return sight_damaged(l.sums, "the table of check sums", why);
    for (uint64_t b = 0; b < s->t.block_sums; b++) {
        uint64_t at = b * SLOTS_BLOCK, n = l.sums - at < SLOTS_BLOCK ? l.sums - at : SLOTS_BLOCK;
        if (siphash(seed, slice_of(base + at, n)) != s->sums[b])
            return sight_damaged(at, "a check sum differs", why);
    }
    for (uint64_t at = l.sums + table.len; at < l.end; at++)
        if (base[at])
            return sight_damaged(at, "a byte between two parts", why);
    return OK;
}

/* Every bucket where it is looked for, and as many as are said. */
static status verify_buckets(const sight_segment *s, uint64_t *by_day, err *why)
{
    sight_walk w;
    sight_key last = {0};
    uint64_t keys = 0, buckets = 0;
    sight_walk_begin(&w, s);
    for (bool again = false; sight_walk_next(&w); buckets++) {
        if (!again) {
            if ((keys && sight_key_cmp(last, w.key) >= 0) || !sight_filter_has(s, w.key))
                return sight_damaged((uint64_t)(w.c.p - s->data), "a value out of its place", why);
            last = w.key;
            keys++;
        }
        again = w.more;
        by_day[w.bucket.day - s->t.day_first]++;
    }
    if (w.c.bad || w.more || keys != s->t.keys || buckets != s->t.buckets ||
        place_begins(s, 0) != 0 || place_begins(s, w.end_place) != s->t.data_bytes)
        return sight_damaged(0, "the buckets", why);
    return OK;
}

static status verify_days(const sight_segment *s, const uint64_t *by_day, err *why)
{
    uint32_t row = 0;
    for (int32_t d = s->t.day_first; d <= s->t.day_last; d++) {
        uint64_t n = by_day[d - s->t.day_first];
        if (n && (row == s->t.days || s->days[row].day != d || s->days[row].buckets != n ||
                  s->days[row].zero))
            return sight_damaged(row, "the days", why);
        row += n != 0;
    }
    return row == s->t.days ? OK : sight_damaged(row, "the days", why);
}

status sight_segment_verify(const sight_segment *s, const uint8_t seed[SLOTS_SEED], err *why)
{
    uint64_t *by_day = calloc((size_t)(s->t.day_last - s->t.day_first) + 1, sizeof *by_day);
    if (!by_day)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    madvise(s->map->at, s->map->size, MADV_SEQUENTIAL);
    status st = sight_segment_sums(s, seed, why);
    if (st == OK)
        st = verify_buckets(s, by_day, why);
    if (st == OK)
        st = verify_days(s, by_day, why);
    madvise(s->map->at, s->map->size, MADV_RANDOM);
    free(by_day);
    return st;
}
