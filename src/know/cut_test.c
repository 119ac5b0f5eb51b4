/* cut_test.c - files of the index, of sets and of sightings that are cut off while they are mapped:
 * an error, or what the store says; and nothing of them gets into another file. */
#include "base/mapping.h"
#include "know/index.h"
#include "know/index/segment.h"
#include "know/sightings.h"
#include "know/sightings_fixture.h"
#include "know/slots/table.h"
#include "know/slots_build.h"
#include "know/slots_fold.h"
#include "know/slots_front.h"
#include "know/test_store.h"

#include <fcntl.h>
#include <glob.h>

enum { KEYS = 5000, VALUES = 9000 };

/* What is left of a file of that many bytes: nothing, a page, half, all but the last four. (Bytes
 * that are zeros anyway may be cut off unnoticed, and change nothing.) */
enum { CUTS = 4 };
static off_t left_of(uint64_t bytes, int cut)
{
    const uint64_t left[CUTS] = {0, 4096, bytes / 2, bytes - 4};
    return (off_t)(left[cut] < bytes ? left[cut] : bytes - 4);
}

/* --- tables of keys ------------------------------------------------------------------------- */

typedef struct folder {
    char dir[64], path[96], other[96];
    err why;
} folder;

static void folder_done(folder *f)
{
    nftw(f->dir, scratch_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

static bool folder_make(folder *f)
{
    *f = (folder){.dir = "/tmp/noroshi-test-XXXXXX"};
    bool made = mkdtemp(f->dir) != NULL;
    snprintf(f->path, sizeof f->path, "%s/table", f->dir);
    snprintf(f->other, sizeof f->other, "%s/other", f->dir);
    return made;
}

static slots_key key_of(uint64_t n, uint64_t room[4])
{
    for (uint64_t i = 0; i < 4; i++)
        room[i] = (n * 4 + i) * 0x9e3779b97f4a7c15u;
    return (slots_key){KIND_SHA256, slice_of((const char *)room, SHA256_BYTES)};
}

static slots *table(folder *f, const char *path, uint64_t first, const uint8_t *seed)
{
    uint32_t id = 0;
    uint64_t dice = first + 1, room[4];
    slots *t = NULL;
    slots_builder *b = NULL;
    slots_counts c;
    slots_profile p = {.first = SLOTS_DAY_NONE, .last = SLOTS_DAY_NONE, .until = SLOTS_DAY_NONE};
    slots_build_options o = {
        .disk = fs_system(), .folder = f->dir, .random = random_seeded(&dice), .seed = seed};
    CHECK_OK(slots_builder_new(&o, &b, &f->why));
    CHECK_OK(slots_profile_add(b, &p, &id, &f->why));
    for (uint64_t i = 0; i < KEYS; i++)
        CHECK_OK(slots_add(b, KIND_SHA256, key_of(first + i, room).bytes, -1, id, &f->why));
    CHECK_OK(slots_build(b, path, &c, &f->why));
    slots_builder_free(b);
    CHECK_OK(slots_open(path, &t, &f->why));
    return t;
}

/* How many of a table's own keys are found, and of others. */
static void find_all(const slots *t, uint64_t ret[2])
{
    uint64_t room[4];
    ret[0] = ret[1] = 0;
    for (uint64_t i = 0; i < 2 * KEYS; i++) {
        uint32_t record;
        slots_profile p[4];
        slots_key k = key_of(i, room);
        slots_find(t, &k, 1, &record);
        ret[i >= KEYS] += record != 0;
        CHECK(slots_records(t, record, p, COUNT_OF(p)) <= 1);
    }
}

/* segment_truncate_live */
TEST(a_table_that_is_cut_off_says_so)
{
    mapping_guard();
    for (int cut = 0; cut < CUTS; cut++) {
        folder f;
        uint64_t found[2];
        REQUIRE(folder_make(&f));
        slots *t = table(&f, f.path, 0, NULL);
        REQUIRE(t);
        find_all(t, found);
        CHECK_OK(slots_whole(t, &f.why));
        CHECK_EQ(found[0], KEYS);
        REQUIRE(truncate(f.path, left_of(slots_bytes(t), cut)) == 0);
        find_all(t, found);
        CHECK_EQ(found[1], 0);
        CHECK_EQ(slots_whole(t, &f.why), ERR_IO);
        CHECK(strstr(f.why.msg, f.path) != NULL);
        CHECK(slots_verify(t, &f.why) != OK);
        slots_close(t);
        CHECK_EQ(slots_open(f.path, &t, &f.why), ERR_INPUT);
        folder_done(&f);
    }
}

/* A disk on which a file is cut off when the first byte of another is written. */
typedef struct cutting {
    fs disk;
    const char *path;
} cutting;

static status cut_and_write(void *ctx, int handle, const void *from, size_t n, err *why)
{
    cutting *c = ctx;
    const fs *real = fs_system();
    if (c->path && truncate(c->path, 0) != 0)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "not cut");
    c->path = NULL;
    return real->write(real->ctx, handle, from, n, why);
}

static cutting cutting_of(const char *path)
{
    cutting c = {*fs_system(), path};
    c.disk.write = cut_and_write;
    return c;
}

/* What was whole when it was verified, and is not when it was merged. */
TEST(what_is_cut_while_it_is_merged_is_merged_into_nothing)
{
    folder f;
    char path[128];
    slots_fold_counts made;
    mapping_guard();
    REQUIRE(folder_make(&f));
    snprintf(path, sizeof path, "%s/made", f.dir);
    slots *above = table(&f, f.path, 0, NULL), *below = NULL;
    REQUIRE(above);
    below = table(&f, f.other, KEYS / 2, slots_seed(above));
    REQUIRE(below);
    const slots *tables[] = {above, below};
    cutting c = cutting_of(f.other);
    c.disk.ctx = &c;
    slots_fold_options o = {.disk = &c.disk,
                            .folder = f.dir,
                            .tables = tables,
                            .count = 2,
                            .oldest = true,
                            .expired = SLOTS_DAY_NONE};
    CHECK_EQ(slots_fold(&o, path, &made, &f.why), ERR_IO);
    CHECK(strstr(f.why.msg, f.other) != NULL);
    CHECK_EQ(slots_front_write(fs_system(), path, tables, 2, &f.why), ERR_IO);
    slots_close(above);
    slots_close(below);
    folder_done(&f);
}

/* --- the index of values -------------------------------------------------------------------- */

TEST(a_file_of_the_index_that_is_cut_off_says_so)
{
    folder f;
    char temp[128];
    const uint8_t key[16] = {0};
    segment s = {0};
    mapping_guard();
    REQUIRE(folder_make(&f));
    snprintf(temp, sizeof temp, "%s/new", f.dir);
    seg_key *keys = calloc(2 * KEYS, sizeof *keys);
    REQUIRE(keys);
    for (uint64_t i = 0; i < 2 * KEYS; i++)
        keys[i] = (seg_key){i << 40, i + 1};
    seg_delta d = {.keys = keys, .key_count = KEYS, .covers = KEYS};
    seg_delta more = {
        .keys = keys + KEYS, .key_count = KEYS, .from = KEYS, .covers = (uint64_t)2 * KEYS};
    for (int cut = 0; cut < CUTS; cut++) {
        CHECK_OK(segment_write(fs_system(), f.path, temp, key, NULL, 0, &d, &f.why));
        REQUIRE(segment_open(f.path, key, &s, &f.why) == OK);
        CHECK_OK(segment_whole(&s, &f.why));
        REQUIRE(truncate(f.path, left_of(s.map->size, cut)) == 0);
        for (uint64_t i = 0; i < 2 * KEYS; i++)
            if (segment_may_have(&s, key, i << 40))
                CHECK(segment_lower(&s, i << 40) <= s.key_count);
        CHECK_EQ(segment_whole(&s, &f.why), ERR_IO);
        CHECK_EQ(segment_write(fs_system(), f.other, temp, key, &s, 1, &more, &f.why), ERR_IO);
        CHECK(access(f.other, F_OK) != 0 && access(temp, F_OK) != 0);
        segment_close(&s);
    }
    CHECK_OK(segment_write(fs_system(), f.path, temp, key, NULL, 0, &d, &f.why));
    REQUIRE(segment_open(f.path, key, &s, &f.why) == OK);
    cutting c = cutting_of(f.path);
    c.disk.ctx = &c;
    CHECK_EQ(segment_write(&c.disk, f.other, temp, key, &s, 1, &more, &f.why), ERR_IO);
    CHECK(access(f.other, F_OK) != 0);
    segment_close(&s);
    free(keys);
    folder_done(&f);
}

static const char *value_of(int i, char out[32])
{
    snprintf(out, 32, "198.%d.%d.%d", 18 + i / 65536, i / 256 % 256, i % 256);
    return out;
}

/* How many of the first and the last values are found; -1: it cannot be said. */
static int found_in(index_t *ix, err *why)
{
    CLEANUP(arena_done) arena a;
    index_probe p[200];
    index_hits hits;
    char room[COUNT_OF(p)][32];
    arena_init(&a, 8 << 20);
    for (int i = 0; i < (int)COUNT_OF(p); i++) {
        const char *text = value_of(i % 2 ? VALUES - i : i, room[i]);
        p[i] = (index_probe){KIND_IPV4, slice_str(text)};
    }
    status st = index_find(ix, p, COUNT_OF(p), INDEX_EXACT, &a, &hits, why);
    if (st != OK)
        CHECK_EQ(st, ERR_IO);
    return st == OK ? (int)hits.count : -1;
}

TEST(an_index_goes_on_from_the_store)
{
    mapping_guard();
    for (int cut = 0; cut < CUTS; cut++) {
        scratch t;
        char room[32], path[128];
        index_t *ix = NULL;
        bool behind = true;
        REQUIRE(scratch_open(&t));
        doc(&t, "lab", "feed/list.csv", 'F', TLP_CLEAR);
        for (int i = 0; i < VALUES; i++)
            say(&t, KIND_IPV4, value_of(i, room), PRED_INDICATES, KIND_MALWARE, "name:thing");
        doc_end(&t);
        REQUIRE(index_open(t.s, &ix, &t.why) == OK);
        CHECK_OK(index_settle(ix, &t.why));
        snprintf(path, sizeof path, "%s/index/values%s", t.dir, t.engine.room[0] ? "-server" : "");
        REQUIRE(access(path, F_OK) == 0);
        CHECK_EQ(found_in(ix, &t.why), 200);
        uint64_t values, bytes;
        index_size(ix, &values, &bytes);
        REQUIRE(truncate(path, left_of(bytes, cut)) == 0);
        CHECK_EQ(found_in(ix, &t.why), -1);
        CHECK(strstr(t.why.msg, path) != NULL);
        CHECK_EQ(index_whole(ix, &t.why), ERR_IO);
        for (int i = 0; i < VALUES; i += 7)
            CHECK(!index_lacks(ix, (node_ref){KIND_IPV4, slice_str(value_of(i, room))}));
        if (cut % 2)
            CHECK_OK(index_refresh(ix, &t.why));
        for (int i = 0; i < VALUES && behind && cut % 2 == 0; i++)
            CHECK_OK(index_refresh_some(ix, &behind, &t.why));
        CHECK_OK(index_whole(ix, &t.why));
        CHECK_EQ(found_in(ix, &t.why), 200);
        CHECK(index_lacks(ix, (node_ref){KIND_IPV4, S("203.0.113.77")}));
        CHECK_OK(index_settle(ix, &t.why)); /* and puts a whole one in its place */
        index_close(ix);
        REQUIRE(index_open(t.s, &ix, &t.why) == OK);
        CHECK_EQ(found_in(ix, &t.why), 200);
        index_size(ix, &values, &bytes);
        CHECK(bytes > VALUES * 12);
        index_close(ix);
        scratch_close(&t);
    }
}

/* --- sightings ------------------------------------------------------------------------------ */

static status seen(const sightings *s, const char *value, uint64_t *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    sightings_probe p = {KIND_IPV4, slice_str(value)};
    sightings_found f = {0};
    arena_init(&a, 1 << 20);
    status st = sightings_find(s, &p, 1, &a, &f, why);
    *ret = f.itself.count;
    return st;
}

/* The same bytes as a file of their own. */
static bool copy(const char *from, const char *to)
{
    char bytes[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ssize_t n = 0;
    bool good = in >= 0 && out >= 0;
    while (good && (n = read(in, bytes, sizeof bytes)) > 0)
        good = write(out, bytes, (size_t)n) == n;
    close(in);
    close(out);
    return good && n == 0;
}

TEST(sightings_that_are_cut_off_are_an_error_until_they_are_whole)
{
    mapping_guard();
    for (int cut = 0; cut < CUTS; cut++) {
        CLEANUP(site_done) site t;
        sightings *s = NULL;
        char room[32], name[140], good[140];
        uint64_t n = 0;
        uint32_t id = 0;
        bool changed = false;
        glob_t files;
        struct stat info;
        REQUIRE(site_make(&t, 3) && site_write(&t, 0));
        CHECK_OK(sightings_source_add(t.w, S("a.log"), S("zeek-dns"), &id, &t.why));
        for (int i = 0; i < KEYS; i++)
            CHECK_OK(sightings_add(t.w, KIND_IPV4, slice_str(value_of(i, room)),
                                   site_time(SITE_TODAY, 1), id, (uint64_t)i, &t.why));
        CHECK_OK(sightings_commit(t.w, S("here"), &t.why));
        REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
        CHECK_OK(seen(s, "198.18.0.9", &n, &t.why));
        CHECK_EQ(n, 1);
        snprintf(name, sizeof name, "%s/*.seen", t.folder);
        REQUIRE(glob(name, 0, NULL, &files) == 0 && files.gl_pathc >= 1);
        snprintf(name, sizeof name, "%s", files.gl_pathv[0]);
        globfree(&files);
        snprintf(good, sizeof good, "%s/good", t.dir);
        REQUIRE(copy(name, good) && stat(name, &info) == 0);
        REQUIRE(truncate(name, left_of((uint64_t)info.st_size, cut)) == 0);
        CHECK_EQ(seen(s, "198.18.0.9", &n, &t.why), ERR_IO);
        CHECK(strstr(t.why.msg, name) != NULL);
        CHECK_EQ(sightings_refresh(s, &changed, &t.why), ERR_INPUT);
        CHECK_EQ(seen(s, "198.18.0.9", &n, &t.why), ERR_IO);
        REQUIRE(rename(good, name) == 0);
        CHECK_OK(sightings_refresh(s, &changed, &t.why));
        CHECK(changed);
        CHECK_OK(seen(s, "198.18.0.9", &n, &t.why));
        CHECK_EQ(n, 1);
        sightings_close(s);
    }
}
