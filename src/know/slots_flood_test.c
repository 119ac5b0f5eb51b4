/* slots_flood_test.c - keys made for the seed of a table by somebody who knows it: in that one they
 * all want one line, in another they are keys like any.
 *
 * The hash of a SHA-256 is the upper 64 bits of a sum of its four words times factors of the seed,
 * mixed one to one. So for a place the sum is known, three words may be anything, and the fourth is
 * found as the multiple of its factor that comes nearest to what is missing: by Euclid's algorithm,
 * whose remainders are what multiples leave. */
#include "base/test.h"
#include "know/slots/table.h"
#include "know/slots_build.h"

#include <ftw.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FEW = 20000, MANY = 1000000, STEPS_MAX = 128 };

/* --- the flood ------------------------------------------------------------------------------ */

typedef struct flood {
    slots_secret known;
    slots_sum begun;
    size_t steps;
    struct {
        uint64_t times;  /* so many times the first factor */
        slots_wide left; /* leave so much, modulo 2^128 */
    } step[STEPS_MAX];
    uint64_t dice;
    random_source random;
} flood;

static uint64_t inverse(uint64_t odd)
{
    uint64_t x = odd;
    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x;
    return x;
}

/* slots_sum_end backwards. */
static uint64_t sum_of_place(uint64_t place)
{
    uint64_t x = place;
    x ^= x >> 32;
    x *= inverse(0xa0761d6478bd642fu);
    x ^= x >> 32;
    x *= inverse(0xd6e8feb86659fd93u);
    return x ^ x >> 32;
}

static void flood_for(flood *f, const uint8_t seed[SLOTS_SEED])
{
    *f = (flood){.dice = 99};
    f->random = random_seeded(&f->dice);
    slots_secret_of(seed, &f->known);
    f->begun = slots_sum_begin(&f->known, KIND_SHA256, SHA256_BYTES);
    slots_wide factor = (slots_wide)f->known.factor[0][2] << 64 | f->known.factor[0][1];
    slots_wide over = factor, under = -factor, over_times = 1, under_times = 1;
    while (over > 1 && under > 1 && over_times >> 62 == 0 && f->steps < STEPS_MAX) {
        if (over <= under) {
            slots_wide n = (under - 1) / over;
            under -= n * over;
            under_times += n * over_times;
            continue;
        }
        slots_wide n = (over - 1) / under;
        over -= n * under;
        over_times += n * under_times;
        if (over_times >> 63)
            break;
        f->step[f->steps].times = (uint64_t)over_times;
        f->step[f->steps++].left = over;
    }
}

/* A digest whose place is that one. */
static slice made_for(flood *f, uint64_t place, char out[SHA256_BYTES])
{
    for (int tries = 0; tries < 10000; tries++) {
        uint64_t word[4];
        slots_sum s = f->begun;
        f->random.fill(f->random.ctx, word, sizeof word);
        for (size_t i = 1; i < 4; i++)
            slots_sum_word(&s, f->known.factor[i], word[i]);
        slots_wide now = (slots_wide)s.part[2] << 64 | s.part[1],
                   missing = ((slots_wide)sum_of_place(place) << 64 | UINT64_MAX) - now, times = 0;
        for (size_t i = 0; i < f->steps; i++) {
            slots_wide n = missing / f->step[i].left;
            missing -= n * f->step[i].left;
            times += n * f->step[i].times;
        }
        word[0] = (uint64_t)times;
        memcpy(out, word, sizeof word);
        slice key = slice_of(out, SHA256_BYTES);
        if (times >> 64 == 0 && slots_hash_of(&f->known, KIND_SHA256, key).place == place)
            return key;
    }
    TEST_FAIL("no key for a place");
    return slice_of(out, SHA256_BYTES);
}

static char *flood_keys(const uint8_t seed[SLOTS_SEED], size_t count)
{
    const uint64_t first = (uint64_t)0x7351 << 48; /* all in one line, however many there are */
    char *keys = malloc(count * SHA256_BYTES);
    flood *f = malloc(sizeof *f);
    if (keys && f) {
        flood_for(f, seed);
        for (size_t i = 0; i < count; i++)
            made_for(f, first + i, keys + i * SHA256_BYTES);
    }
    free(f);
    return keys;
}

static char *random_keys(size_t count)
{
    uint64_t dice = 4;
    random_source r = random_seeded(&dice);
    char *keys = malloc(count * SHA256_BYTES);
    if (keys)
        r.fill(r.ctx, keys, count * SHA256_BYTES);
    return keys;
}

/* --- tables of them ------------------------------------------------------------------------- */

typedef struct measured {
    char dir[64], path[96];
    uint64_t bytes, lines_read, others; /* others: that are not in it, and pass its filter */
    unsigned spill;
    double seconds;
} measured;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int unlink_one(const char *path, const struct stat *s, int type, struct FTW *w)
{
    (void)s, (void)type, (void)w;
    return remove(path);
}

static slots_key key_at(const char *keys, size_t i)
{
    return (slots_key){KIND_SHA256, slice_of(keys + i * SHA256_BYTES, SHA256_BYTES)};
}

static status build(measured *m, const uint8_t seed[SLOTS_SEED], const char *keys, size_t count)
{
    uint32_t id = 0;
    uint64_t dice = 1234; /* the table's own seed */
    slots_builder *b = NULL;
    slots_counts c = {0};
    slots_profile p = {.first = SLOTS_DAY_NONE, .last = SLOTS_DAY_NONE, .until = SLOTS_DAY_NONE};
    slots_build_options o = {
        .disk = fs_system(), .folder = m->dir, .random = random_seeded(&dice), .seed = seed};
    status st = slots_builder_new(&o, &b, NULL);
    st = st == OK ? slots_profile_add(b, &p, &id, NULL) : st;
    for (size_t i = 0; st == OK && i < count; i++)
        st = slots_add(b, KIND_SHA256, key_at(keys, i).bytes, -1, id, NULL);
    st = st == OK ? slots_build(b, m->path, &c, NULL) : st;
    slots_builder_free(b);
    m->bytes = c.bytes;
    return st;
}

/* Half of the keys go into a table; all are looked up. */
static void measure(measured *m, const char *keys, size_t count)
{
    slots *t = NULL;
    size_t half = count / 2, wrong = 0;
    snprintf(m->dir, sizeof m->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    REQUIRE(mkdtemp(m->dir));
    snprintf(m->path, sizeof m->path, "%s/table", m->dir);
    double begun = now();
    CHECK_OK(build(m, NULL, keys, half));
    REQUIRE(slots_open(m->path, &t, NULL) == OK);
    for (size_t i = 0; i < count; i += SLOTS_BATCH) {
        slots_key asked[SLOTS_BATCH];
        uint32_t found[SLOTS_BATCH];
        size_t n = count - i < SLOTS_BATCH ? count - i : SLOTS_BATCH;
        for (size_t k = 0; k < n; k++)
            asked[k] = key_at(keys, i + k);
        slots_find(t, asked, n, found);
        for (size_t k = 0; k < n; k++)
            wrong += (found[k] != 0) != (i + k < half);
    }
    m->seconds = now() - begun;
    CHECK_EQ(wrong, 0);
    uint64_t at = 0;
    for (const slot *e; (e = slots_next(t, &at));)
        m->lines_read += 1 + (at - 1) / SLOTS_PER_LINE - slots_scale(e->place, t->t.lines);
    for (size_t i = half; i < count; i++)
        m->others +=
            slots_filter_has(t, slots_hash_of(&t->secret, KIND_SHA256, key_at(keys, i).bytes));
    m->spill = t->t.spill;
    slots_close(t);
    nftw(m->dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void compare(size_t count, bool timed)
{
    const uint8_t known[SLOTS_SEED] = {1, 2, 3};
    char *made = flood_keys(known, count), *any = random_keys(count);
    measured flooded = {.bytes = 0}, plain = {.bytes = 0};
    REQUIRE(made && any);
    measure(&plain, any, count);
    measure(&flooded, made, count);
    CHECK_EQ(flooded.bytes, plain.bytes); /* laid out once, and as wide */
    CHECK(flooded.lines_read <= plain.lines_read + plain.lines_read / 20);
    CHECK(flooded.spill < 24 && plain.spill < 24);
    CHECK(flooded.others <= count / 500);
    if (timed && flooded.seconds > 2 * plain.seconds)
        TEST_FAIL("%.2f s, random keys %.2f s", flooded.seconds, plain.seconds);
    free(made);
    free(any);
}

/* index_flood */
TEST(keys_made_for_one_seed_are_any_keys_to_another)
{
    compare(FEW, false);
}

TEST(a_million_of_them_take_no_longer)
{
    if (!getenv("NOROSHI_TEST_LONG"))
        TEST_SKIP("NOROSHI_TEST_LONG is not set");
    compare(MANY, true);
}

/* The flood is what it says: to the seed that it is made for there is no table of it, and that is
 * found out soon, not tried for ever. */
TEST(where_the_seed_is_known_they_all_want_one_line)
{
    const uint8_t known[SLOTS_SEED] = {1, 2, 3};
    slots_secret x;
    char *keys = flood_keys(known, FEW);
    measured m = {.dir = "/tmp/noroshi-test-XXXXXX"};
    REQUIRE(keys && mkdtemp(m.dir));
    snprintf(m.path, sizeof m.path, "%s/table", m.dir);
    slots_secret_of(known, &x);
    uint64_t line =
        slots_scale(slots_hash_of(&x, KIND_SHA256, key_at(keys, 0).bytes).place, (uint64_t)1 << 30);
    for (size_t i = 0; i < FEW; i++)
        CHECK_EQ(slots_scale(slots_hash_of(&x, KIND_SHA256, key_at(keys, i).bytes).place,
                             (uint64_t)1 << 30),
                 line);
    CHECK_EQ(build(&m, known, keys, FEW), ERR_INTERNAL);
    CHECK_OK(build(&m, NULL, keys, FEW));
    nftw(m.dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
    free(keys);
}
