/* slots_cut_test.c - tables of keys that are cut off while they are mapped: an error, and nothing
 * of them gets into another file. */
#include "know/cut_fixture.h"
#include "know/slots/table.h"
#include "know/slots_build.h"
#include "know/slots_fold.h"
#include "know/slots_front.h"

enum { KEYS = 5000 };

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
