/* sightings_bucket_test.c - what is remembered of a value and day: adding up in any order, bytes
 * and back; the memory they gather in; files of them. */
#include "know/sightings/segment.h"
#include "know/sightings/table.h"
#include "know/sightings_fixture.h"

#include <fcntl.h>

static sight_at random_at(site *t, uint32_t seconds, uint32_t sources)
{
    sight_at at = {site_roll(t, 1000), site_roll(t, seconds), 5 + site_roll(t, sources)};
    if (site_roll(t, 10) == 0)
        at.offset |= (uint64_t)site_roll(t, UINT32_MAX) << 32;
    return at;
}

static bool same(const sight_bucket *a, const sight_bucket *b)
{
    bool equal = a->day == b->day && a->n == b->n && a->count == b->count &&
                 a->source_count == b->source_count && a->more_sources == b->more_sources;
    for (size_t i = 0; equal && i < a->n; i++)
        equal = sight_at_cmp(&a->at[i], &b->at[i]) == 0;
    for (size_t i = 0; equal && i < a->source_count; i++)
        equal = a->sources[i] == b->sources[i];
    return equal;
}

/* One after the other. */
static void add_all(sight_bucket *b, const sight_at *at, size_t n)
{
    sight_bucket one;
    sight_bucket_one(b, 7, &at[0]);
    for (size_t i = 1; i < n; i++) {
        sight_bucket_one(&one, 7, &at[i]);
        sight_bucket_add(b, &one);
    }
}

TEST(parts_add_up_to_the_whole_in_any_order)
{
    CLEANUP(site_done) site t;
    REQUIRE(site_make(&t, 1));
    for (int round = 0; round < 3000; round++) {
        sight_at at[40];
        sight_bucket whole, parts[4], sum;
        size_t n = 4 + site_roll(&t, 36);
        for (size_t i = 0; i < n; i++)
            at[i] = random_at(&t, 20, 1 + (uint32_t)round % 14);
        add_all(&whole, at, n);
        for (size_t i = n; i-- > 1;) { /* shuffled */
            size_t k = site_roll(&t, (uint32_t)i + 1);
            sight_at x = at[i];
            at[i] = at[k];
            at[k] = x;
        }
        size_t cut = 1 + site_roll(&t, (uint32_t)n - 3);
        add_all(&parts[0], at, cut);
        add_all(&parts[1], at + cut, 1);
        add_all(&parts[2], at + cut + 1, n - cut - 1);
        sum = parts[2];
        sight_bucket_add(&sum, &parts[0]);
        sight_bucket_add(&sum, &parts[1]);
        if (!same(&sum, &whole)) {
            TEST_FAIL("round %d, %zu sightings", round, n);
            return;
        }
    }
}

TEST(bytes_and_back)
{
    CLEANUP(site_done) site t;
    REQUIRE(site_make(&t, 2));
    size_t longest = 0;
    for (int round = 0; round < 20000; round++) {
        sight_at at[40];
        uint8_t bytes[SIGHT_BUCKET_BYTES];
        sight_bucket b, back;
        bool more = site_roll(&t, 2), got_more;
        size_t n = 1 + site_roll(&t, round % 3 ? 9 : 40);
        for (size_t i = 0; i < n; i++)
            at[i] = random_at(&t, SIGHT_SECONDS, 1 + (uint32_t)round % 14);
        if (round % 50 == 0)
            at[0] = (sight_at){UINT64_MAX, SIGHT_SECONDS - 1, UINT32_MAX};
        add_all(&b, at, n);
        if (round % 7 == 0 && b.count > SIGHT_ALL)
            b.count += (uint64_t)1 << 50;
        sight_frame f = {7 - round % 3, 7 + round % 5, round % 2 ? 5 : 0, 0};
        size_t len = sight_bucket_put(&b, &f, f.day_first - 1, more, bytes);
        longest = len > longest ? len : longest;
        REQUIRE(len <= sizeof bytes);
        sight_cursor c = {bytes, bytes + len, 0, false};
        if (!sight_bucket_get(&c, &f, f.day_first - 1, &back, &got_more) || c.p != c.end ||
            got_more != more || !same(&b, &back)) {
            TEST_FAIL("round %d, %zu sightings in %zu bytes", round, n, len);
            return;
        }
        for (size_t cut = 0; cut < len; cut++) { /* cut off, it is bad and ends inside */
            sight_cursor half = {bytes, bytes + cut, 0, false};
            REQUIRE(!sight_bucket_get(&half, &f, f.day_first - 1, &back, &got_more));
            REQUIRE(half.bad && half.p <= half.end);
        }
    }
    CHECK(longest > 64);
    sight_at one = {1234567, 80000, 1};
    sight_frame f = {7, 7, 0, 16};
    sight_bucket b;
    uint8_t bytes[SIGHT_BUCKET_BYTES];
    sight_bucket_one(&b, 7, &one);
    CHECK_EQ(sight_bucket_put(&b, &f, 6, false, bytes) + sight_key_bytes(f.bits), 13);
}

TEST(keys_are_as_long_as_their_place_leaves)
{
    CLEANUP(site_done) site t;
    REQUIRE(site_make(&t, 3));
    for (unsigned bits = 0; bits <= SIGHT_BITS_MAX; bits++)
        for (int i = 0; i < 50; i++) {
            uint8_t bytes[SIGHT_KEY];
            sight_key k, back;
            t.test.fill(t.test.ctx, &k.place, sizeof k.place);
            k.rest = (uint8_t)site_roll(&t, 256);
            size_t n = sight_key_put(k, bits, bytes);
            CHECK_EQ(n, 9 - bits / 8);
            sight_cursor c = {bytes, bytes + n, sight_place(k, bits), false};
            REQUIRE(sight_key_get(&c, bits, &back) && sight_key_cmp(k, back) == 0);
            CHECK(!sight_key_get(&c, bits, &back) && !c.bad); /* the end */
            if (bits % 8) {                                   /* another place's */
                c = (sight_cursor){bytes, bytes + n, sight_place(k, bits) ^ 1, false};
                CHECK(!sight_key_get(&c, bits, &back) && c.bad);
            }
        }
}

/* --- the table in memory -------------------------------------------------------------------- */

enum { SPAN = 60, DAYS = 6, EACH = 20 };

typedef struct model {
    sight_bucket at[SPAN][DAYS];
    bool there[SPAN][DAYS];
} model;

static sight_key nth_key(uint32_t n)
{
    /* some share all but the last byte */
    uint64_t x = (n / 2 + 1) * 0x9e3779b97f4a7c15u;
    return (sight_key){x ^ x >> 29, (uint8_t)(n % 2)};
}

static size_t wrong_in_table(const sight_table *t, const model *m, size_t n)
{
    size_t wrong = 0, want = 0;
    sight_key last = {0}, key;
    int32_t day = -1;
    sight_bucket b;
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        sight_table_get(t, i, &key, &b);
        int order = sight_key_cmp(last, key);
        wrong += i && (order > 0 || (order == 0 && day >= b.day));
        for (uint32_t k = 0; k < SPAN; k++)
            if (sight_key_cmp(nth_key(k), key) == 0)
                found = m->there[k][b.day] && same(&m->at[k][b.day], &b);
        wrong += !found;
        last = key;
        day = b.day;
    }
    for (uint32_t k = 0; k < SPAN * DAYS; k++)
        want += m->there[k / DAYS][k % DAYS];
    return wrong + (want != n);
}

TEST(memory_keeps_what_the_model_keeps)
{
    CLEANUP(site_done) site t;
    static model m;
    sight_table *table = NULL;
    size_t fills = 0;
    REQUIRE(site_make(&t, 4));
    REQUIRE(sight_table_new(20000, &table, NULL) == OK);
    for (int round = 0; round < 30; round++) {
        memset(&m, 0, sizeof m);
        for (uint32_t i = 0; i < SPAN * EACH * 3; i++) {
            uint32_t k = site_roll(&t, site_roll(&t, SPAN) + 1), d = site_roll(&t, DAYS);
            sight_at at = random_at(&t, SIGHT_SECONDS, 14);
            sight_bucket one;
            if (!sight_table_add(table, nth_key(k), (int32_t)d, &at)) {
                fills++;
                break;
            }
            sight_bucket_one(&one, (int32_t)d, &at);
            if (m.there[k][d])
                sight_bucket_add(&m.at[k][d], &one);
            else
                m.at[k][d] = one;
            m.there[k][d] = true;
            if (i % 100 == 50) {
                CHECK_EQ(wrong_in_table(table, &m, sight_table_sort(table)), 0);
                sight_table_reopen(table);
            }
        }
        CHECK_EQ(wrong_in_table(table, &m, sight_table_sort(table)), 0);
        sight_table_clear(table);
    }
    CHECK(fills > 0);
    sight_table_free(table);
}

TEST(one_value_on_very_many_days_is_sorted)
{
    sight_table *table = NULL;
    sight_key key = {77, 7}, got;
    sight_bucket b;
    sight_at at = {1, 1, 1};
    REQUIRE(sight_table_new(1 << 20, &table, NULL) == OK);
    for (int32_t d = 0; d < 5000; d++)
        REQUIRE(sight_table_add(table, key, d * 7919 % 5000, &at));
    CHECK_EQ(sight_table_sort(table), 5000);
    for (int32_t d = 0; d < 5000; d++) {
        sight_table_get(table, (size_t)d, &got, &b);
        REQUIRE(b.day == d);
    }
    sight_table_free(table);
}

/* --- files ---------------------------------------------------------------------------------- */

typedef struct wanted {
    sight_bucket b[DAYS];
    size_t n;
    size_t wrong;
} wanted;

static status look(void *ctx, const sight_bucket *b, err *why)
{
    wanted *w = ctx;
    (void)why;
    w->wrong += w->n >= DAYS || !same(b, &w->b[w->n]);
    w->n++;
    return OK;
}

static int key_order(const void *a, const void *b)
{
    const sight_key *x = a, *y = b;
    return sight_key_cmp(*x, *y);
}

/* `count` keys, the i-th with 1 + i % days buckets. */
static void make_file(site *t, const char *path, const sight_key *keys, size_t count, int32_t days,
                      sight_row *ret)
{
    sight_maker m;
    uint8_t seed[SLOTS_SEED] = {1};
    sight_plan plan = {count, count * 12, 100, 100 + days - 1, 3};
    CHECK_OK(sight_maker_open(&m, fs_system(), path, seed, &plan, &t->why));
    for (size_t i = 0; i < count; i++)
        for (int32_t d = 0; d <= (int32_t)i % days; d++) {
            sight_bucket b;
            sight_at at = {i * 1000, (uint32_t)d, 3 + (uint32_t)i % 5};
            sight_bucket_one(&b, 100 + d, &at);
            CHECK_OK(sight_maker_put(&m, keys[i], &b, &t->why));
        }
    CHECK_OK(sight_maker_finish(&m, ret, &t->why));
    sight_maker_close(&m);
}

static void check_file(site *t, const char *path, const sight_key *keys, size_t count, int32_t days)
{
    uint8_t seed[SLOTS_SEED] = {1}, other[SLOTS_SEED] = {2};
    sight_segment *s = NULL;
    size_t filtered = 0;
    CHECK_EQ(sight_segment_open(path, sight_seed_check(other), &s, &t->why), ERR_INPUT);
    REQUIRE(sight_segment_open(path, sight_seed_check(seed), &s, &t->why) == OK);
    CHECK_OK(sight_segment_verify(s, seed, &t->why));
    for (size_t i = 0; i < count; i++) {
        wanted w = {0};
        for (int32_t d = 0; d <= (int32_t)i % days; d++) {
            sight_at at = {i * 1000, (uint32_t)d, 3 + (uint32_t)i % 5};
            sight_bucket_one(&w.b[d], 100 + d, &at);
        }
        CHECK_OK(sight_segment_find(s, keys[i], look, &w, &t->why));
        CHECK_EQ(w.n, 1 + i % (size_t)days);
        CHECK_EQ(w.wrong, 0);
        CHECK(sight_filter_has(s, keys[i]));
        wanted none = {0};
        sight_key near = {keys[i].place, keys[i].rest ^ 0x80}, far = {~keys[i].place, 1};
        CHECK_OK(sight_segment_find(s, near, look, &none, &t->why));
        CHECK_OK(sight_segment_find(s, far, look, &none, &t->why));
        CHECK_EQ(none.n, 0);
        filtered += !sight_filter_has(s, far);
    }
    if (filtered + count / 50 + 1 < count) /* some 0.5 % get through */
        TEST_FAIL("of %zu keys the filter stops %zu", count, filtered);
    CHECK_EQ(sight_segment_before(s, 100), 0);
    CHECK_EQ(sight_segment_before(s, 101), count);
    sight_segment_close(s);
}

TEST(files_of_any_size)
{
    CLEANUP(site_done) site t;
    static const size_t sizes[] = {0, 1, 2, 100, 5000, 60000};
    sight_key *keys = calloc(60000, sizeof *keys);
    char path[96];
    sight_row row;
    REQUIRE(keys && site_make(&t, 5));
    snprintf(path, sizeof path, "%s/file", t.dir);
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        for (int32_t days = 1; days <= 3; days += 2) {
            for (size_t k = 0; k < sizes[i]; k++) {
                t.test.fill(t.test.ctx, &keys[k].place, sizeof keys[k].place);
                keys[k].rest = (uint8_t)site_roll(&t, 128);
            }
            if (sizes[i])
                qsort(keys, sizes[i], sizeof *keys, key_order);
            make_file(&t, path, keys, sizes[i], days, &row);
            CHECK_EQ(row.keys, sizes[i]);
            check_file(&t, path, keys, sizes[i], days);
            if (sizes[i] == 60000 && days == 1)
                CHECK(row.bytes / row.buckets <= 17);
        }
    free(keys);
}

TEST(a_file_of_which_a_bit_is_turned_is_found_out)
{
    CLEANUP(site_done) site t;
    sight_key keys[40];
    uint8_t seed[SLOTS_SEED] = {1};
    char path[96], *bytes;
    sight_row row;
    size_t missed = 0;
    REQUIRE(site_make(&t, 6));
    snprintf(path, sizeof path, "%s/file", t.dir);
    for (size_t k = 0; k < COUNT_OF(keys); k++)
        keys[k] = (sight_key){k * 0x0539782900000000u, (uint8_t)k};
    make_file(&t, path, keys, COUNT_OF(keys), 3, &row);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    bytes = malloc(row.bytes);
    REQUIRE(bytes && read(fd, bytes, row.bytes) == (ssize_t)row.bytes);
    for (size_t at = 0; at < row.bytes; at++) {
        sight_segment *s = NULL;
        char x = (char)(bytes[at] ^ 1 << at % 8);
        REQUIRE(pwrite(fd, &x, 1, (off_t)at) == 1);
        missed += sight_segment_open(path, sight_seed_check(seed), &s, &t.why) == OK &&
                  sight_segment_verify(s, seed, &t.why) == OK;
        sight_segment_close(s);
        REQUIRE(pwrite(fd, &bytes[at], 1, (off_t)at) == 1);
    }
    CHECK_EQ(missed, 0);
    free(bytes);
    close(fd);
}
