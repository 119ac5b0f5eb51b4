/* index_cut_test.c - files of the index of values that are cut off while they are mapped: an error,
 * or what the store says; and nothing of them gets into another file. */
#include "know/cut_fixture.h"
#include "know/index.h"
#include "know/index/segment.h"
#include "know/test_store.h"

enum { KEYS = 5000, VALUES = 9000 };

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
