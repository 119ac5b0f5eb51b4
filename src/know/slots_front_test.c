/* slots_front_test.c - filters in front of tables: the same answers with and without, damage,
 * tables that they are not of, disks that fail. */
#include "base/test.h"
#include "know/slots/front.h"
#include "know/slots_build.h"
#include "know/slots/table.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TABLES = 5, KEYS = 6000 };

typedef struct world {
    char dir[64], path[96], front[96];
    slots *tables[TABLES];
    uint64_t seed;
    char room[KEYS][32];
    slots_key keys[KEYS];
    err why;
} world;

static int unlink_one(const char *path, const struct stat *s, int type, struct FTW *f)
{
    (void)s, (void)type, (void)f;
    return remove(path);
}

static void done(world *w)
{
    for (size_t i = 0; w && i < TABLES; i++)
        slots_close(w->tables[i]);
    if (w)
        nftw(w->dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
    free(w);
}

/* Table t has the keys whose numbers modulo 7 are t, so that two of seven are in none, and the
 * largest ones some of those of others; key 3 of a table is said to be gone. */
static bool has(size_t table, uint32_t key)
{
    return key % 7 == table || (table == TABLES - 1 && key % 3 == 0 && key % 7 < TABLES);
}

static slots *make_table(world *w, size_t table)
{
    slots *t = NULL;
    slots_counts c;
    slots_builder *b = NULL;
    uint32_t id = 0;
    slots_profile p = {.text = S("family"), .until = SLOTS_DAY_NONE};
    slots_build_options o = {.disk = fs_system(),
                             .folder = w->dir,
                             .random = random_seeded(&w->seed),
                             .seed = w->tables[0] ? slots_seed(w->tables[0]) : NULL};
    if (slots_builder_new(&o, &b, &w->why) != OK)
        return NULL;
    status st = slots_profile_add(b, &p, &id, &w->why);
    for (uint32_t i = 0; st == OK && i < KEYS; i++)
        if (has(table, i))
            st = i % 11 == 3 ? slots_remove(b, KIND_SHA256, w->keys[i].bytes, &w->why)
                             : slots_add(b, KIND_SHA256, w->keys[i].bytes, -1, id, &w->why);
    if (st == OK)
        st = slots_build(b, w->path, &c, &w->why);
    slots_builder_free(b);
    if (st == OK)
        st = slots_open(w->path, &t, &w->why);
    unlink(w->path);
    return t;
}

static world *begin(void)
{
    world *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->seed = 5;
    random_source keys = random_seeded(&w->seed);
    snprintf(w->dir, sizeof w->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    bool fine = mkdtemp(w->dir) != NULL;
    snprintf(w->path, sizeof w->path, "%s/table", w->dir);
    snprintf(w->front, sizeof w->front, "%s/front", w->dir);
    for (size_t i = 0; i < KEYS; i++) {
        keys.fill(keys.ctx, w->room[i], sizeof w->room[i]);
        w->keys[i] = (slots_key){KIND_SHA256, slice_of(w->room[i], sizeof w->room[i])};
    }
    for (size_t i = 0; fine && i < TABLES; i++)
        fine = (w->tables[i] = make_table(w, i)) != NULL;
    if (fine)
        return w;
    done(w);
    return NULL;
}

static const slots *const *tables_of(const world *w)
{
    return (const slots *const *)(const void *)w->tables;
}

static size_t differ(const world *w, const slots_probe *probes, size_t count, size_t step)
{
    static slots_found with[KEYS], without[KEYS];
    size_t wrong = 0;
    slots_find_first(tables_of(w), TABLES, w->keys, KEYS, without);
    for (size_t at = 0; at < KEYS; at += step) {
        size_t n = KEYS - at < step ? KEYS - at : step;
        slots_find_behind(tables_of(w), TABLES, probes, count, w->keys + at, n, with + at);
    }
    for (size_t i = 0; i < KEYS; i++)
        wrong += with[i].record != without[i].record || with[i].table != without[i].table;
    return wrong;
}

TEST(answers_are_the_same_with_a_filter_in_front_and_without)
{
    world *w = begin();
    REQUIRE(w);
    for (uint32_t first = 0; first + 1 < TABLES; first++)
        for (uint32_t count = 2; first + count <= TABLES; count++) {
            slots_front *f = NULL;
            slots_probe probes[TABLES];
            uint32_t n = 0;
            REQUIRE(slots_front_write(fs_system(), w->front, tables_of(w) + first, count,
                                      &w->why) == OK);
            REQUIRE(slots_front_open(w->front, &f, &w->why) == OK);
            CHECK_OK(slots_front_verify(f, tables_of(w) + first, &w->why));
            CHECK_EQ(slots_front_covers(f, tables_of(w) + first, TABLES - first), count);
            for (uint32_t i = 0; i < TABLES; i += probes[n++].count)
                probes[n] = i == first ? (slots_probe){f, i, count} : (slots_probe){NULL, i, 1};
            for (size_t step = 1; step <= KEYS; step = step * 3 + 1)
                CHECK_EQ(differ(w, probes, n, step), 0);
            slots_front_close(f);
        }
    done(w);
}

/* The property that all depends on: whatever is in a table is let through; most else is not. */
TEST(a_filter_in_front_lets_every_key_through_and_few_others)
{
    world *w = begin();
    slots_front *f = NULL;
    size_t others = 0, through = 0;
    REQUIRE(w);
    REQUIRE(slots_front_write(fs_system(), w->front, tables_of(w), TABLES, &w->why) == OK);
    REQUIRE(slots_front_open(w->front, &f, &w->why) == OK);
    for (uint32_t i = 0; i < KEYS; i++) {
        bool in = false;
        slots_hash h = slots_hash_of(&w->tables[0]->secret, KIND_SHA256, w->keys[i].bytes);
        const uint32_t *block = f->filter + slots_scale(h.place, f->t.filter_blocks) * 8;
        bool maybe = true;
        for (size_t t = 0; t < TABLES; t++)
            in = in || has(t, i);
        for (unsigned k = 0; k < 8; k++)
            maybe = maybe && block[k] >> (h.rest * slots_salt[k] >> 27) & 1;
        if (in && !maybe)
            TEST_FAIL("key %u is lost", i);
        others += !in;
        through += !in && maybe;
    }
    CHECK(others > KEYS / 5 && through < others / 10);
    slots_front_close(f);
    done(w);
}

TEST(a_filter_of_other_tables_is_not_used)
{
    world *w = begin();
    slots_front *f = NULL;
    REQUIRE(w);
    REQUIRE(slots_front_write(fs_system(), w->front, tables_of(w), 3, &w->why) == OK);
    REQUIRE(slots_front_open(w->front, &f, &w->why) == OK);
    CHECK_EQ(slots_front_covers(f, tables_of(w), TABLES), 3);
    CHECK_EQ(slots_front_covers(f, tables_of(w), 2), 0);
    CHECK_EQ(slots_front_covers(f, tables_of(w) + 1, TABLES - 1), 0);
    const slots *turned[] = {w->tables[0], w->tables[2], w->tables[1]};
    CHECK_EQ(slots_front_covers(f, turned, 3), 0);
    CHECK_EQ(slots_front_verify(f, tables_of(w) + 2, &w->why), ERR_INPUT);
    slots_front_close(f);
    done(w);
}

TEST(it_is_made_where_it_spares_more_than_it_costs)
{
    world *w = begin();
    REQUIRE(w);
    CHECK(!slots_front_due(tables_of(w), 1, 1));
    CHECK(slots_front_due(tables_of(w), 2, 1));
    CHECK(!slots_front_due(tables_of(w), 2, SLOTS_FRONT_LEAST));
    uint64_t bytes = w->tables[0]->t.filter_blocks * SLOTS_FILTER;
    CHECK(slots_front_due(tables_of(w), 2, bytes));
    w->tables[1]->t.keys = bytes * 8; /* more than it has bits for */
    CHECK(!slots_front_due(tables_of(w), 2, 1));
    w->tables[1]->t.keys = 1;
    w->tables[1]->t.filter_blocks = /* more than the newest table is worth */
        slots_bytes(w->tables[0]) * (SLOTS_FRONT_TIMES + 1) / SLOTS_FILTER;
    CHECK(!slots_front_due(tables_of(w), 2, 1));
    done(w);
}

static status full(void *ctx, int handle, const void *from, size_t n, err *why)
{
    (void)ctx, (void)handle, (void)from, (void)n;
    return err_set(why, ERR_IO, ERR_NOWHERE, "disk full");
}

TEST(a_full_disk_and_damaged_files_are_errors)
{
    world *w = begin();
    slots_front *f = NULL;
    fs disk = *fs_system();
    REQUIRE(w);
    disk.write = full;
    CHECK_EQ(slots_front_write(&disk, w->front, tables_of(w), TABLES, &w->why), ERR_IO);
    CHECK_EQ(slots_front_open(w->front, &f, &w->why), ERR_INPUT); /* empty */
    CHECK_EQ(slots_front_open("/nowhere/front", &f, &w->why), ERR_NOT_FOUND);
    REQUIRE(slots_front_write(fs_system(), w->front, tables_of(w), 2, &w->why) == OK);
    int fd = open(w->front, O_RDWR | O_CLOEXEC);
    REQUIRE(fd >= 0);
    off_t size = lseek(fd, 0, SEEK_END);
    size_t unseen = 0;
    for (off_t at = 0; at < size; at++) {
        uint8_t was, is;
        REQUIRE(pread(fd, &was, 1, at) == 1);
        is = was ^ (uint8_t)(1u << at % 8);
        REQUIRE(pwrite(fd, &is, 1, at) == 1);
        f = NULL;
        bool noticed = slots_front_open(w->front, &f, &w->why) != OK ||
                       slots_front_verify(f, tables_of(w), &w->why) != OK;
        unseen += !noticed;
        slots_front_close(f);
        REQUIRE(pwrite(fd, &was, 1, at) == 1);
    }
    CHECK_EQ(unseen, 0);
    REQUIRE(ftruncate(fd, size - 8) == 0);
    CHECK_EQ(slots_front_open(w->front, &f, &w->why), ERR_INPUT);
    close(fd);
    done(w);
}
