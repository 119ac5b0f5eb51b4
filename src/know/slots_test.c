/* slots_test.c - tables of keys against a plain sorted array; damage; disks that fail. */
#include "base/test.h"
#include "know/slots_build.h"
#include "know/slots/table.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct folder {
    char dir[64], path[96];
    uint64_t seed;
    err why;
} folder;

static int unlink_one(const char *path, const struct stat *s, int type, struct FTW *f)
{
    (void)s, (void)type, (void)f;
    return remove(path);
}

static void folder_done(folder *f)
{
    nftw(f->dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static bool folder_make(folder *f)
{
    *f = (folder){.seed = 7};
    snprintf(f->dir, sizeof f->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    bool made = mkdtemp(f->dir) != NULL;
    snprintf(f->path, sizeof f->path, "%s/table", f->dir);
    return made;
}

static slots_builder *begin(folder *f, const fs *disk, uint64_t memory, unsigned spill_max)
{
    slots_builder *b = NULL;
    slots_build_options o = {.disk = disk,
                             .folder = f->dir,
                             .random = random_seeded(&f->seed),
                             .memory_bytes = memory,
                             .spill_max = spill_max};
    CHECK_OK(slots_builder_new(&o, &b, &f->why));
    return b;
}

static uint32_t plain(slots_builder *b)
{
    uint32_t id = 0;
    slots_profile p = {.first = SLOTS_DAY_NONE, .last = SLOTS_DAY_NONE, .until = SLOTS_DAY_NONE};
    CHECK_OK(slots_profile_add(b, &p, &id, NULL));
    return id;
}

/* A digest made from a number. */
static slice digest(uint64_t n, char out[32])
{
    const uint8_t key[16] = {1};
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t both[2] = {n, i}, h = siphash(key, slice_of((const char *)both, sizeof both));
        memcpy(out + 8 * i, &h, 8);
    }
    return slice_of(out, 32);
}

static slots *finish(folder *f, slots_builder *b, slots_counts *ret)
{
    slots *t = NULL;
    status st = slots_build(b, f->path, ret, &f->why);
    if (st != OK)
        TEST_FAIL("build: %s", f->why.msg);
    slots_builder_free(b);
    if (st == OK && slots_open(f->path, &t, &f->why) != OK)
        TEST_FAIL("open: %s", f->why.msg);
    if (t && slots_verify(t, &f->why) != OK)
        TEST_FAIL("verify: %s", f->why.msg);
    return t;
}

static uint32_t find_one(const slots *t, kind k, slice bytes)
{
    uint32_t r = 77;
    slots_find(t, &(slots_key){k, bytes}, 1, &r);
    return r;
}

/* Every key is found, no other is; in runs and in memory alike. */
static void check_plain(uint64_t count, uint64_t memory)
{
    folder f;
    char room[32];
    slots_counts c = {0};
    REQUIRE(folder_make(&f));
    slots_builder *b = begin(&f, fs_system(), memory, 0);
    REQUIRE(b);
    uint32_t id = plain(b);
    for (uint64_t i = 0; i < count; i++)
        CHECK_OK(slots_add(b, KIND_SHA256, digest(i, room), -1, id, &f.why));
    for (uint64_t i = 0; i < count; i += 3) /* again */
        CHECK_OK(slots_add(b, KIND_SHA256, digest(i, room), -1, id, &f.why));
    slots *t = finish(&f, b, &c);
    if (t) {
        CHECK_EQ(c.keys, count);
        CHECK_EQ(slots_count(t), count);
        CHECK_EQ(slots_of_kind(t, KIND_SHA256), count);
        CHECK_EQ(slots_of_kind(t, KIND_SHA1), 0);
        uint64_t missing = 0, wrong = 0;
        for (uint64_t i = 0; i < count; i++)
            missing += find_one(t, KIND_SHA256, digest(i, room)) != id;
        for (uint64_t i = 0; i < 1000; i++)
            wrong += find_one(t, KIND_SHA256, digest(count + i, room)) != 0;
        CHECK_EQ(missing, 0);
        CHECK_EQ(wrong, 0);
        if (count)
            CHECK_EQ(find_one(t, KIND_SHA1, digest(0, room)), 0); /* another kind, another key */
    }
    slots_close(t);
    folder_done(&f);
}

TEST(every_key_is_found_and_no_other)
{
    static const uint64_t counts[] = {0, 1, 2, 63, 64, 65, 1000, 20000};
    static const uint64_t memories[] = {0, 1, 64 << 10};
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        for (size_t m = 0; m < COUNT_OF(memories); m++)
            check_plain(counts[i], memories[m]);
}

TEST(entries_cost_what_they_should)
{
    folder f;
    char room[32];
    slots_counts c = {0};
    REQUIRE(folder_make(&f));
    slots_builder *b = begin(&f, fs_system(), 1 << 20, 0);
    uint32_t id = plain(b);
    for (uint64_t i = 0; i < 100000; i++)
        CHECK_OK(slots_add(b, KIND_SHA256, digest(i, room), -1, id, &f.why));
    slots *t = finish(&f, b, &c);
    CHECK(c.runs > 1);
    CHECK(t && slots_bytes(t) < 23 * 100000 + 16384);
    slots_close(t);
    folder_done(&f);
}

/* --- against a sorted array ----------------------------------------------------------------- */

typedef struct model_row {
    uint32_t key, profile;
} model_row;

static int by_row(const void *a, const void *b)
{
    const model_row *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->profile > y->profile) - (x->profile < y->profile);
}

enum { MODEL_PROFILES = 7 };

/* Keys of three kinds, of lengths from nothing to long. */
static slots_key model_key(uint32_t n, char room[2048])
{
    static const kind kinds[] = {KIND_SHA1, KIND_DOMAIN, KIND_URL};
    kind k = kinds[n % 3];
    char bytes[32];
    digest(n, bytes);
    if (k == KIND_SHA1) {
        memcpy(room, bytes, 20);
        return (slots_key){k, slice_of(room, 20)};
    }
    size_t len = k == KIND_DOMAIN ? n % 40 : 500 + n % 30;
    snprintf(room, 64, "%u.example", n);
    size_t used = strlen(room);
    for (; used < len; used++)
        room[used] = (char)('a' + bytes[used % 32] % 26);
    return (slots_key){k, slice_of(room, used)};
}

static void check_against(const slots *t, const model_row *rows, size_t count, uint32_t span)
{
    size_t at = 0, bad = 0;
    for (uint32_t n = 0; n < 2 * span; n++) {
        char room[2048];
        slots_profile p[MODEL_PROFILES + 1];
        slots_key key = model_key(n, room);
        uint32_t r;
        slots_find(t, &key, 1, &r);
        size_t got = r ? slots_records(t, r, p, COUNT_OF(p)) : 0, want = 0;
        for (; at < count && rows[at].key == n; at++)
            if (want == 0 || rows[at].profile != rows[at - 1].profile) {
                bad += want >= got || p[want].first != (int32_t)rows[at].profile ||
                       p[want].text.len != rows[at].profile;
                want++;
            }
        bad += got != want;
    }
    CHECK_EQ(bad, 0);
}

static void run_model(uint64_t seed, size_t count, uint32_t span, uint64_t memory)
{
    folder f;
    slots_counts c = {0};
    uint32_t ids[MODEL_PROFILES];
    random_source r = random_seeded(&seed);
    model_row *rows = calloc(count + 1, sizeof *rows);
    REQUIRE(rows && folder_make(&f));
    slots_builder *b = begin(&f, fs_system(), memory, 0);
    for (uint32_t p = 0; p < MODEL_PROFILES; p++) {
        slots_profile made = {slice_of("abcdefgh", p), (int32_t)p, SLOTS_DAY_NONE, 0};
        CHECK_OK(slots_profile_add(b, &made, &ids[p], &f.why));
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t dice[2];
        char room[2048];
        r.fill(r.ctx, dice, sizeof dice);
        rows[i] = (model_row){dice[0] % span, dice[1] % MODEL_PROFILES};
        slots_key key = model_key(rows[i].key, room);
        CHECK_OK(slots_add(b, key.kind, key.bytes, -1, ids[rows[i].profile], &f.why));
    }
    qsort(rows, count, sizeof *rows, by_row);
    slots *t = finish(&f, b, &c);
    if (t)
        check_against(t, rows, count, span);
    slots_close(t);
    free(rows);
    folder_done(&f);
}

TEST(a_table_is_a_sorted_array)
{
    static const struct {
        size_t count;
        uint32_t span;
        uint64_t memory;
    } rows[] = {{100, 10, 0},
                {5000, 5000, 0},
                {5000, 50, 4096},
                {20000, 3000, 16 << 10},
                {60000, 60000, 256 << 10},
                {30000, 1, 8192}};
    for (uint64_t seed = 1; seed <= 4; seed++)
        for (size_t i = 0; i < COUNT_OF(rows); i++)
            run_model(seed * 100 + i, rows[i].count, rows[i].span, rows[i].memory);
}

TEST(batches_answer_the_same_in_every_way)
{
    enum { COUNT = 5000 };
    folder f;
    slots_counts c = {0};
    static char room[COUNT][32];
    static slots_key keys[COUNT];
    static uint32_t fast[COUNT], slow[COUNT];
    REQUIRE(folder_make(&f));
    slots_builder *b = begin(&f, fs_system(), 1 << 20, 0);
    uint32_t id = plain(b);
    for (uint64_t i = 0; i < COUNT; i++) {
        bool longer = i / 20 % 3; /* in rows that begin and end anywhere in a batch */
        keys[i] = (slots_key){longer ? KIND_SHA256 : KIND_SHA1, digest(i, room[i])};
        keys[i].bytes.len = longer ? 32 : 20;
        if (i % 3)
            CHECK_OK(slots_add(b, keys[i].kind, keys[i].bytes, -1, id, &f.why));
    }
    slots *t = finish(&f, b, &c);
    REQUIRE(t);
    for (size_t n = 0; n < COUNT; n += 1 + n / 3) {
        slots_find(t, keys, n, fast);
        for (slots_way way = SLOTS_PLAIN; way <= SLOTS_AVX512; way++) {
            bool here = slots_find_by(way, t, keys, n, slow);
            for (size_t i = 0; here && i < n; i++)
                if (fast[i] != slow[i] || fast[i] != (i % 3 ? id : 0))
                    TEST_FAIL("way %d, key %zu of %zu: %u, %u", (int)way, i, n, fast[i], slow[i]);
        }
    }
    slots_close(t);
    folder_done(&f);
}

/* Key n is in every table whose number divides it; the first one answers. */
TEST(of_many_tables_the_first_that_has_a_key_answers)
{
    enum { TABLES = 19, COUNT = 700 };
    folder f;
    slots *t[TABLES] = {NULL};
    const slots *asked[TABLES];
    static char room[COUNT][32];
    static slots_key keys[COUNT];
    static slots_found found[COUNT];
    REQUIRE(folder_make(&f));
    for (uint64_t i = 0; i < COUNT; i++)
        keys[i] = (slots_key){KIND_SHA256, digest(i, room[i])};
    for (uint64_t n = 0; n < TABLES; n++) {
        slots_counts c = {0};
        slots_builder *b = NULL;
        slots_build_options o = {.disk = fs_system(),
                                 .folder = f.dir,
                                 .random = random_seeded(&f.seed),
                                 .seed = n ? slots_seed(t[0]) : NULL};
        REQUIRE(slots_builder_new(&o, &b, &f.why) == OK);
        uint32_t id = plain(b);
        for (uint64_t i = 0; i < COUNT; i += n + 2)
            CHECK_OK(slots_add(b, KIND_SHA256, keys[i].bytes, -1, id, &f.why));
        t[n] = finish(&f, b, &c);
        REQUIRE(t[n] && unlink(f.path) == 0); /* it is mapped: the next one has the name */
        asked[n] = t[n];
    }
    for (size_t count = 1; count <= TABLES; count++) {
        size_t wrong = 0;
        slots_find_first(asked, count, keys, COUNT, found);
        for (size_t i = 0; i < COUNT; i++) {
            size_t want = 0;
            while (want < count && i % (want + 2) != 0)
                want++;
            bool there = want < count;
            wrong += (found[i].record != 0) != there || found[i].table != (there ? want : 0);
        }
        CHECK_EQ(wrong, 0);
    }
    for (size_t n = 0; n < TABLES; n++)
        slots_close(t[n]);
    folder_done(&f);
}

/* Pages of a table's lines that a look-up touches when its filter says maybe. */
static uint64_t pages_read(const slots *t, slots_hash h, bool *ret_there)
{
    enum { PAGE = 4096 };
    uint64_t line = slots_scale(h.place, t->t.lines), first = line * SLOTS_LINE / PAGE;
    *ret_there = false;
    if (!slots_filter_has(t, h))
        return 0;
    for (unsigned n = 0; n <= t->t.spill && !*ret_there; n++, line++) {
        const slot *e = &t->lines[line * SLOTS_PER_LINE];
        for (unsigned i = 0; i < SLOTS_PER_LINE; i++)
            *ret_there |= e[i].place == h.place && e[i].rest == h.rest && e[i].record;
        if (*ret_there || !e[SLOTS_PER_LINE - 1].record)
            break;
    }
    return line * SLOTS_LINE / PAGE - first + 1;
}

/* With nothing but the filters in memory a look-up reads what it touches of the lines: over all
 * tables of a version at most once in 50 misses, and twice for a hit. Larger tables have fewer bits
 * a key: bench/tiers counts what the kernel reads of those. */
TEST(look_ups_touch_few_pages_beside_the_filters)
{
    enum { TABLES = 4, LARGEST = 60000 };
    folder f;
    slots *t[TABLES] = {NULL};
    char room[32];
    uint64_t keys = 0, misses = 0, hits = 0, found = 0;
    REQUIRE(folder_make(&f));
    for (uint64_t n = 0; n < TABLES; n++) {
        slots_counts c = {0};
        slots_builder *b = NULL;
        slots_build_options o = {.disk = fs_system(),
                                 .folder = f.dir,
                                 .random = random_seeded(&f.seed),
                                 .seed = n ? slots_seed(t[0]) : NULL};
        REQUIRE(slots_builder_new(&o, &b, &f.why) == OK);
        uint32_t id = plain(b);
        for (uint64_t i = LARGEST >> (3 * n); i; i--)
            CHECK_OK(slots_add(b, KIND_SHA256, digest(keys++, room), -1, id, &f.why));
        t[n] = finish(&f, b, &c);
        REQUIRE(t[n] && unlink(f.path) == 0); /* it is mapped: the next one has the name */
    }
    for (uint64_t i = 0; i < 2 * keys; i++) {
        slots_hash h = slots_hash_of(&t[0]->secret, KIND_SHA256, digest(i, room));
        uint64_t read = 0;
        bool there = false;
        for (size_t n = TABLES; n-- > 0 && !there;) /* the newest first */
            read += pages_read(t[n], h, &there);
        CHECK(there == (i < keys));
        *(there ? &hits : &misses) += read;
        found += there;
    }
    CHECK_EQ(found, keys);
    CHECK(misses * 50 <= keys);
    CHECK(hits <= 2 * keys);
    for (size_t n = 0; n < TABLES; n++)
        slots_close(t[n]);
    folder_done(&f);
}

/* --- limits --------------------------------------------------------------------------------- */

/* One key with more profiles than are kept: the first are, the rest is counted. */
TEST(profiles_of_one_key_are_bounded)
{
    folder f;
    slots_counts c = {0};
    REQUIRE(folder_make(&f));
    slots_builder *b = begin(&f, fs_system(), 1, 0);
    for (int32_t i = 0; i < SLOTS_LIST_MAX + 3; i++) {
        uint32_t id;
        CHECK_OK(slots_profile_add(b, &(slots_profile){S("x"), i, i, i}, &id, &f.why));
        CHECK_OK(slots_add(b, KIND_DOMAIN, S("a.example"), -1, id, &f.why));
    }
    slots *t = finish(&f, b, &c);
    slots_profile p[SLOTS_LIST_MAX + 3];
    CHECK_EQ(c.left_out, 3);
    CHECK_EQ(c.keys, 1);
    if (t)
        CHECK_EQ(slots_records(t, find_one(t, KIND_DOMAIN, S("a.example")), p, COUNT_OF(p)),
                 SLOTS_LIST_MAX);
    slots_close(t);
    folder_done(&f);
}

TEST(labels_are_bounded)
{
    folder f;
    char label[SLOTS_PROFILE_TEXT_MAX + 1];
    uint32_t id = 0, again = 0;
    memset(label, 'x', sizeof label);
    REQUIRE(folder_make(&f));
    slots_builder *b = begin(&f, fs_system(), 1, 0);
    slots_profile p = {slice_of(label, SLOTS_PROFILE_TEXT_MAX), 0, 0, 0};
    CHECK_OK(slots_profile_add(b, &p, &id, &f.why));
    CHECK_OK(slots_profile_add(b, &p, &again, &f.why));
    CHECK_EQ(id, again);
    p.text.len++;
    again = 0;
    CHECK_EQ(slots_profile_add(b, &p, &again, &f.why), ERR_LIMIT);
    CHECK_EQ(again, 0);
    slots_builder_free(b);
    folder_done(&f);
}

/* Keys that crowd get more lines; what spills is found where it spilt to. */
TEST(crowded_keys_get_more_lines)
{
    folder f;
    char room[32];
    slots_counts c = {0};
    REQUIRE(folder_make(&f));
    slots_builder *b = begin(&f, fs_system(), 1 << 20, 3);
    uint32_t id = plain(b);
    for (uint64_t i = 0; i < 50000; i++)
        CHECK_OK(slots_add(b, KIND_SHA256, digest(i, room), -1, id, &f.why));
    slots *t = finish(&f, b, &c);
    CHECK(t && slots_bytes(t) > 23 * 50000 + 16384);
    for (uint64_t i = 0; t && i < 50000; i++)
        if (!find_one(t, KIND_SHA256, digest(i, room))) {
            TEST_FAIL("key %llu is not found", (unsigned long long)i);
            break;
        }
    slots_close(t);
    folder_done(&f);
}

TEST(networks_are_announced)
{
    folder f;
    slots_counts c = {0};
    REQUIRE(folder_make(&f));
    slots_builder *b = begin(&f, fs_system(), 1, 0);
    uint32_t id = plain(b);
    CHECK_OK(slots_add(b, KIND_CIDR, S("192.0.2.0/24"), 96 + 24, id, &f.why));
    CHECK_OK(slots_add(b, KIND_CIDR, S("::/0"), 0, id, &f.why));
    CHECK_OK(slots_add(b, KIND_CIDR, S("x"), 128, id, &f.why));
    slots *t = finish(&f, b, &c);
    for (unsigned n = 0; t && n <= 130; n++)
        CHECK_EQ(slots_has_prefix(t, n), n == 0 || n == 120 || n == 128);
    slots_close(t);
    folder_done(&f);
}

/* --- keys chosen by somebody ---------------------------------------------------------------- */

enum { CHOSEN = 60000 };

/* Digests that somebody would choose who knows the code and not the seed. */
static slice chosen(unsigned how, uint64_t n, char out[32])
{
    memset(out, 0, 32);
    switch (how) {
    case 0: /* one beginning, counting up at the end */
        memset(out, 0xab, 24);
        memcpy(out + 24, &n, 8);
        break;
    case 1: /* counting up at the beginning */ memcpy(out, &n, 8); break;
    case 2: /* steps as large as a word has room for */
        n *= 0xffffffffffffffffu / CHOSEN;
        memcpy(out + 8, &n, 8);
        break;
    case 3: /* the same number in every word: sums of factors */
        for (size_t w = 0; w < 4; w++)
            memcpy(out + 8 * w, &n, 8);
        break;
    case 4: /* few bits, anywhere */
        for (unsigned b = 0; b < 2; b++) {
            unsigned bit = (unsigned)(b ? n / 256 : n % 256);
            out[bit / 8] = (char)(out[bit / 8] ^ 1 << bit % 8);
        }
        break;
    default: /* one word up, the next one down: what a plain sum does not see */
        memcpy(out, &n, 8);
        n = ~n;
        memcpy(out + 8, &n, 8);
        break;
    }
    return slice_of(out, 32);
}

/* However they are chosen, lines and filter are as even as with random ones. */
TEST(chosen_keys_crowd_nothing)
{
    for (unsigned how = 0; how < 7; how++) {
        folder f;
        char room[32];
        slots_counts c = {0};
        uint64_t false_hits = 0, count = how == 4 ? 256 * 200 : CHOSEN;
        REQUIRE(folder_make(&f));
        slots_builder *b = begin(&f, fs_system(), 1 << 20, 24); /* 24 lines of spill, not 64 */
        uint32_t id = plain(b);
        for (uint64_t i = 0; i < count; i++)
            CHECK_OK(slots_add(b, KIND_SHA256, how < 6 ? chosen(how, i, room) : digest(i, room), -1,
                               id, &f.why));
        slots *t = finish(&f, b, &c);
        REQUIRE(t);
        /* laid out once: where keys crowd, lines are added */
        CHECK(c.bytes < 23 * count + 16384);
        slots_trailer end;
        int fd = open(f.path, O_RDONLY | O_CLOEXEC);
        REQUIRE(pread(fd, &end, sizeof end, (off_t)(c.bytes - SLOTS_TRAILER)) == sizeof end);
        close(fd);
        CHECK(end.spill < 24);
        slots_secret x;
        slots_secret_of(end.seed, &x);
        for (uint64_t i = count; i < 2 * count && how != 4; i++) {
            slots_hash h =
                slots_hash_of(&x, KIND_SHA256, how < 6 ? chosen(how, i, room) : digest(i, room));
            false_hits += slots_filter_has(t, h);
        }
        CHECK(false_hits < count / 500); /* 20 bits a key: one of 2,400 or so */
        slots_close(t);
        folder_done(&f);
    }
}

/* What is chosen for the seed of one table is nothing to another's. */
TEST(keys_of_one_line_are_of_many_in_another_table)
{
    enum { LINES = 1000, WANTED = 300 };
    slots_secret known, other;
    uint8_t seeds[2][SLOTS_SEED] = {{1}, {2}};
    uint32_t count[LINES] = {0}, most = 0;
    char room[32];
    slots_secret_of(seeds[0], &known);
    slots_secret_of(seeds[1], &other);
    for (uint64_t n = 0, found = 0; found < WANTED; n++) {
        slice key = digest(n, room);
        if (slots_scale(slots_hash_of(&known, KIND_SHA256, key).place, LINES) != 7)
            continue;
        uint32_t *line = &count[slots_scale(slots_hash_of(&other, KIND_SHA256, key).place, LINES)];
        most = ++*line > most ? *line : most;
        found++;
    }
    CHECK(most < 8); /* of 300 balls in 1,000 bins */
}

/* Zeros of every length and kind are told apart. */
TEST(kind_and_length_are_part_of_a_key)
{
    static const kind kinds[] = {KIND_MD5, KIND_SHA1, KIND_SHA256, KIND_DOMAIN};
    static const size_t lens[] = {0, 1, 7, 8, 15, 16, 20, 24, 31, 32, 63, 64, 65, 66, 600};
    char zeros[600] = {0};
    slots_hash seen[COUNT_OF(kinds) * COUNT_OF(lens)];
    size_t n = 0;
    slots_secret x;
    slots_secret_of((const uint8_t[SLOTS_SEED]){9}, &x);
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (size_t l = 0; l < COUNT_OF(lens); l++) {
            slots_hash h = slots_hash_of(&x, kinds[k], slice_of(zeros, lens[l]));
            for (size_t i = 0; i < n; i++)
                CHECK(seen[i].place != h.place && seen[i].rest != h.rest);
            seen[n++] = h;
        }
}

/* --- stopped and taken up ------------------------------------------------------------------- */

static void rename_in(const char *from, const char *to, const char *name)
{
    char a[128], b[128];
    snprintf(a, sizeof a, "%s/%s", from, name);
    snprintf(b, sizeof b, "%s/%s", to, name);
    if (rename(a, b) != 0 && errno != ENOENT)
        TEST_FAIL("renaming %s", a);
}

static slots_builder *begin_again(folder *f, uint64_t memory)
{
    slots_builder *b = NULL;
    slots_build_options o = {.disk = fs_system(),
                             .folder = f->dir,
                             .random = random_seeded(&f->seed),
                             .resume = true,
                             .memory_bytes = memory};
    CHECK_OK(slots_builder_new(&o, &b, &f->why));
    return b;
}

static status add_until(slots_builder *b, uint64_t count, uint64_t odd, err *why)
{
    char room[32];
    uint32_t ids[2];
    status st = OK;
    for (int32_t i = 0; i < 2; i++)
        CHECK_OK(slots_profile_add(b, &(slots_profile){S("x"), i, i, i}, &ids[i], NULL));
    for (uint64_t i = 0; i < count && st == OK; i++)
        st = slots_add(b, KIND_SHA256, digest(i == odd ? 1u << 30 : i % 5000, room), -1,
                       ids[i / 3 % 2], why);
    return st;
}

/* A builder that is killed after so many keys: what it left goes to another folder before it can
 * tidy up. */
static void kill_after(folder *f, folder *left, uint64_t count)
{
    REQUIRE(folder_make(f) && folder_make(left));
    f->seed = 1000 + count;
    slots_builder *b = begin_again(f, 48 * 300);
    CHECK_OK(add_until(b, count, UINT64_MAX, &f->why));
    rename_in(f->dir, left->dir, "checkpoint");
    for (unsigned i = 0; i < 64; i++) {
        char name[16];
        snprintf(name, sizeof name, "run-%u", i);
        rename_in(f->dir, left->dir, name);
    }
    slots_builder_free(b);
    folder_done(f);
}

static bool is_file(const folder *f, const char *name)
{
    char path[128];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    return stat(path, &info) == 0;
}

enum { TAKEN_UP = 9000 };

TEST(a_build_that_was_stopped_is_taken_up)
{
    static const uint64_t stops[] = {0, 10, 300, 301, 601, 1000, 4000, 8999, 9000};
    for (size_t i = 0; i < COUNT_OF(stops); i++) {
        folder f, left;
        slots_counts c = {0};
        kill_after(&f, &left, stops[i]);
        bool any = is_file(&left, "checkpoint");
        CHECK(any == (stops[i] > 600));
        slots_builder *b = begin_again(&left, 48 * 300);
        CHECK_OK(add_until(b, TAKEN_UP, UINT64_MAX, &left.why));
        slots *t = finish(&left, b, &c);
        CHECK(any ? c.resumed >= 300 && c.resumed <= stops[i] : c.resumed == 0);
        CHECK_EQ(c.added, TAKEN_UP); /* nothing doubled, */
        CHECK_EQ(c.keys, 5000);
        char room[32];
        for (uint64_t n = 0; t && n < 5000; n++) { /* and nothing lost */
            slots_profile p[3];
            uint32_t r = find_one(t, KIND_SHA256, digest(n, room));
            size_t want = n + 5000 >= TAKEN_UP || n / 3 % 2 == (n + 5000) / 3 % 2 ? 1 : 2;
            if (slots_records(t, r, p, COUNT_OF(p)) != want)
                TEST_FAIL("key %llu", (unsigned long long)n);
        }
        slots_close(t);
        folder_done(&left);
    }
}

TEST(other_keys_than_before_are_noticed)
{
    folder f, left;
    slots_counts c = {0};
    kill_after(&f, &left, 5000);
    slots_builder *b = begin_again(&left, 48 * 300);
    CHECK_EQ(add_until(b, TAKEN_UP, 17, &left.why), ERR_INPUT);
    slots_builder_free(b);
    folder_done(&left);
    kill_after(&f, &left, 5000);
    b = begin_again(&left, 48 * 300);
    CHECK_OK(add_until(b, 100, UINT64_MAX, &left.why));
    CHECK_EQ(slots_build(b, left.path, &c, &left.why), ERR_INPUT); /* fewer than there were */
    CHECK_EQ(c.added, 0);
    slots_builder_free(b);
    folder_done(&left);
}

/* A run or a checkpoint that lost a byte is not taken up. */
TEST(what_was_left_and_is_damaged_is_not_taken_up)
{
    static const char *const names[] = {"checkpoint", "run-0", "run-1"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        for (int cut = 0; cut < 2; cut++) {
            folder f, left;
            char path[128];
            slots_counts c = {0};
            struct stat info;
            kill_after(&f, &left, 2000);
            snprintf(path, sizeof path, "%s/%s", left.dir, names[i]);
            REQUIRE(stat(path, &info) == 0 && info.st_size > 100);
            int fd = open(path, O_RDWR | O_CLOEXEC);
            char byte = 0x55;
            if (cut)
                CHECK(ftruncate(fd, info.st_size - 16) == 0);
            else
                CHECK(pwrite(fd, &byte, 1, 77) == 1);
            close(fd);
            slots_builder *b = begin_again(&left, 48 * 300);
            CHECK_OK(add_until(b, TAKEN_UP, UINT64_MAX, &left.why));
            slots_close(finish(&left, b, &c));
            CHECK(c.resumed == 0 && c.keys == 5000 && c.added == TAKEN_UP);
            folder_done(&left);
        }
}

/* --- damage --------------------------------------------------------------------------------- */

static size_t small_table(folder *f)
{
    char room[32];
    struct stat info;
    slots_counts c;
    slots_builder *b = begin(f, fs_system(), 1, 0);
    for (int32_t i = 0; i < 5; i++) {
        uint32_t id;
        CHECK_OK(slots_profile_add(b, &(slots_profile){S("family"), i, i, i}, &id, &f->why));
        for (uint64_t k = 0; k < 60; k++)
            CHECK_OK(
                slots_add(b, KIND_SHA256, digest(k % (uint64_t)(50 + i), room), -1, id, &f->why));
    }
    slots_close(finish(f, b, &c));
    return stat(f->path, &info) == 0 ? (size_t)info.st_size : 0;
}

/* A reader of a damaged file says so or answers something; verify always says so. */
static bool survives(folder *f)
{
    slots *t = NULL;
    char room[32];
    if (slots_open(f->path, &t, &f->why) != OK)
        return true;
    for (uint64_t k = 0; k < 80; k++) {
        slots_profile p[8];
        uint32_t r = find_one(t, KIND_SHA256, digest(k, room));
        size_t n = slots_records(t, r, p, COUNT_OF(p));
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < p[i].text.len; c++)
                CHECK(p[i].text.ptr[c] != 1); /* read it all: a sanitizer looks on */
    }
    bool noticed = slots_verify(t, &f->why) != OK;
    slots_close(t);
    return noticed;
}

static void put_byte(int fd, size_t at, uint8_t byte)
{
    if (pwrite(fd, &byte, 1, (off_t)at) != 1)
        TEST_FAIL("cannot damage the file");
}

TEST(a_flipped_bit_in_any_byte_is_detected)
{
    folder f;
    REQUIRE(folder_make(&f));
    size_t size = small_table(&f), unseen = 0;
    REQUIRE(size > SLOTS_TRAILER);
    int fd = open(f.path, O_RDWR | O_CLOEXEC);
    for (size_t at = 0; at < size; at++) {
        uint8_t byte;
        REQUIRE(pread(fd, &byte, 1, (off_t)at) == 1);
        put_byte(fd, at, byte ^ (uint8_t)(1u << at % 8));
        unseen += !survives(&f);
        put_byte(fd, at, byte);
    }
    CHECK_EQ(unseen, 0);
    CHECK(!survives(&f)); /* whole again */
    close(fd);
    folder_done(&f);
}

TEST(a_file_that_is_cut_off_is_refused)
{
    folder f;
    slots *t = NULL;
    REQUIRE(folder_make(&f));
    size_t size = small_table(&f);
    CHECK_EQ(slots_open("/nonexistent/table", &t, &f.why), ERR_NOT_FOUND);
    for (size_t n = size; n-- > 0; n -= n > 64 ? 61 : 0) {
        REQUIRE(truncate(f.path, (off_t)n) == 0);
        if (slots_open(f.path, &t, &f.why) != ERR_INPUT)
            TEST_FAIL("%zu bytes of %zu were opened", n, size);
    }
    CHECK(t == NULL);
    folder_done(&f);
}

/* --- a disk that fails ---------------------------------------------------------------------- */

typedef struct failing {
    fs table;
    long writes_left, syncs_left;
} failing;

static status fail_write(void *ctx, int handle, const void *from, size_t n, err *why)
{
    failing *d = ctx;
    if (d->writes_left-- <= 0)
        return err_set(why, ERR_IO, ERR_NOWHERE, "disk full");
    return fs_system()->write(fs_system()->ctx, handle, from, n, why);
}

static status fail_sync(void *ctx, int handle, err *why)
{
    failing *d = ctx;
    if (d->syncs_left-- <= 0)
        return err_set(why, ERR_IO, ERR_NOWHERE, "disk lost");
    return fs_system()->sync(fs_system()->ctx, handle, why);
}

static status try_build(folder *f, failing *d)
{
    char room[32];
    slots_counts c = {0}, untouched = {0};
    slots_builder *b = begin(f, &d->table, 3000, 0);
    uint32_t id = plain(b);
    status st = OK;
    for (uint64_t i = 0; st == OK && i < 6000; i++)
        st = slots_add(b, KIND_SHA256, digest(i, room), -1, id, &f->why);
    if (st == OK)
        st = slots_build(b, f->path, &c, &f->why);
    if (st != OK)
        CHECK(memcmp(&c, &untouched, sizeof c) == 0);
    slots_builder_free(b);
    return st;
}

TEST(a_disk_that_fails_anywhere_is_an_error)
{
    folder f;
    failing d = {.table = *fs_system(), .syncs_left = 1000};
    REQUIRE(folder_make(&f));
    d.table.ctx = &d;
    d.table.write = fail_write;
    d.table.sync = fail_sync;
    status st = ERR_IO;
    long n = 0;
    for (; n < 1000 && st != OK; n += n < 4 ? 1 : 7) {
        d.writes_left = n;
        st = try_build(&f, &d);
        if (st != OK && (st != ERR_IO || !f.why.msg[0]))
            TEST_FAIL("write %ld: %s", n, status_name(st));
    }
    CHECK_EQ(st, OK);
    CHECK(n > 100); /* the runs were merged in more than one round */
    d.writes_left = 1000000;
    d.syncs_left = 0;
    CHECK_EQ(try_build(&f, &d), ERR_IO);
    folder_done(&f);
}
