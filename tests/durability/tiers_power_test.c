/* tiers_power_test.c - keys that come and go, when the power goes at any operation: every version
 * that was acknowledged is there, whole, and says what it said; what was not is swept. */
#include "disk.h"
#include "know/slots_build.h"
#include "know/tiers.h"

#include <dirent.h>

enum { VERSIONS = 9, SPAN = 40, NAMED = 32 };

typedef struct bench {
    char root[32], live[40], sets[48], scratch[48];
    disk d;
    uint64_t seed;
    err why;
} bench;

static void name_of(unsigned version, char out[NAMED + 1])
{
    snprintf(out, NAMED + 1, "%032u", version);
}

/* Version v: each adds six keys and takes two older ones out. */
static bool has(unsigned version, unsigned key)
{
    bool there = false;
    for (unsigned v = 1; v <= version; v++) {
        there = there || (key >= 4 * v && key < 4 * v + 6);
        if (v > 2 && (key == 4 * v - 7 || key == 4 * v - 6))
            there = false;
    }
    return there;
}

static slots_key key_of(const unsigned *n)
{
    return (slots_key){KIND_DOMAIN, slice_of((const char *)n, sizeof *n)};
}

/* The table of version v. */
static status build(bench *b, unsigned v, const tiers *below, const char *path)
{
    slots_builder *made = NULL;
    slots_counts c;
    uint32_t id;
    slots_profile p = {S("x"), SLOTS_DAY_NONE, SLOTS_DAY_NONE, SLOTS_DAY_NONE};
    slots_build_options o = {.disk = &b->d.files,
                             .folder = b->scratch,
                             .random = random_seeded(&b->seed),
                             .seed = below ? tiers_seed(below) : NULL,
                             .memory_bytes = 1};
    status st = slots_builder_new(&o, &made, &b->why);
    if (st == OK)
        st = slots_profile_add(made, &p, &id, &b->why);
    for (unsigned n = 0; n < SPAN + 8 && st == OK; n++) {
        bool adds = n >= 4 * v && n < 4 * v + 6;
        if (adds)
            st = slots_add(made, KIND_DOMAIN, key_of(&n).bytes, -1, id, &b->why);
        else if (v > 2 && (n == 4 * v - 7 || n == 4 * v - 6))
            st = slots_remove(made, KIND_DOMAIN, key_of(&n).bytes, &b->why);
    }
    if (st == OK)
        st = slots_build(made, path, &c, &b->why);
    slots_builder_free(made);
    return st;
}

static status fold(bench *b, const tiers_options *o, const char *name, const char *path)
{
    tiers *t = NULL;
    tiers_folded made;
    size_t n = 0;
    status st = tiers_open(b->sets, name, &t, &b->why);
    if (st == OK && tiers_due(t, &n)) {
        st = tiers_fold(&b->d.files, t, n, b->scratch, path, &made, &b->why);
        if (st == OK)
            st = tiers_swap(o, t, n, path, &made, &b->why);
        if (st == OK)
            st = tiers_sweep(o, &b->why);
    }
    tiers_close(t);
    return st;
}

/* What happens: versions, each acknowledged, folds between them. */
static status history(bench *b)
{
    char path[128], name[NAMED + 1];
    tiers *t = NULL;
    tiers_options o = {.disk = &b->d.files, .folder = b->sets, .random = random_seeded(&b->seed)};
    snprintf(path, sizeof path, "%s/table", b->scratch);
    status st = fs_mkdir(&b->d.files, b->sets, &b->why);
    if (st == OK)
        st = fs_mkdir(&b->d.files, b->scratch, &b->why);
    if (st == OK)
        st = fs_sync_dir(&b->d.files, b->live, &b->why);
    for (unsigned v = 1; v <= VERSIONS && st == OK; v++) {
        name_of(v, name);
        st = build(b, v, t, path);
        if (st == OK)
            st = t ? tiers_above(&o, t, path, name, 0, &b->why)
                   : tiers_first(&o, path, name, &b->why);
        if (st == OK)
            disk_note(&b->d, (int)v);
        if (st == OK)
            st = fold(b, &o, name, path);
        tiers_close(t);
        t = NULL;
        if (st == OK)
            st = tiers_open(b->sets, name, &t, &b->why);
    }
    tiers_close(t);
    return st;
}

static void check_version(bench *b, const char *sets, unsigned version)
{
    char name[NAMED + 1];
    tiers *t = NULL;
    size_t wrong = 0;
    name_of(version, name);
    if (tiers_open(sets, name, &t, &b->why) != OK || tiers_verify(t, &b->why) != OK) {
        TEST_FAIL("version %u: %s", version, b->why.msg);
        tiers_close(t);
        return;
    }
    for (unsigned n = 0; n < SPAN + 8; n++) {
        slots_found f;
        slots_key key = key_of(&n);
        tiers_find(t, &key, 1, &f);
        wrong += (f.record != 0) != has(version, n);
    }
    CHECK_EQ(wrong, 0);
    tiers_close(t);
}

/* The next process: names that nobody was told go, then tables that nobody names. */
static void after(bench *b, const char *root, int acked)
{
    char sets[128];
    snprintf(sets, sizeof sets, "%s/sets", root);
    DIR *d = opendir(sets);
    const struct dirent *e;
    while (d && (e = readdir(d)))
        if (strlen(e->d_name) == NAMED && strtol(e->d_name, NULL, 10) > acked) {
            char path[256];
            snprintf(path, sizeof path, "%.120s/%.32s", sets, e->d_name);
            unlink(path);
        }
    if (d)
        closedir(d);
    tiers_options o = {.disk = fs_system(), .folder = sets, .random = random_seeded(&b->seed)};
    CHECK_OK(tiers_sweep(&o, &b->why));
    for (int v = 1; v <= acked; v++)
        check_version(b, sets, (unsigned)v);
}

TEST(what_was_acknowledged_outlives_a_loss_of_power)
{
    static bench b; /* large */
    size_t cuts = 0;
    b.seed = 3;
    snprintf(b.root, sizeof b.root, "%s", "/tmp/noroshi-test-XXXXXX");
    REQUIRE(mkdtemp(b.root));
    snprintf(b.live, sizeof b.live, "%s/live", b.root);
    snprintf(b.sets, sizeof b.sets, "%s/sets", b.live);
    snprintf(b.scratch, sizeof b.scratch, "%s/build", b.live);
    REQUIRE(mkdir(b.live, 0700) == 0);
    disk_start(&b.d, b.live);
    status st = history(&b);
    if (st != OK)
        TEST_FAIL("recording: %s", b.why.msg);
    b.d.quiet = true;
    size_t stride = getenv("NOROSHI_TEST_LONG") ? 1 : 5;
    for (size_t at = 0; at <= b.d.count; at += stride)
        for (int how = 0; how < DISK_HOWS; how++) {
            char into[80];
            int acked = 0;
            uint64_t seed = at * 7 + (uint64_t)how;
            for (size_t i = 0; i < at; i++)
                if (b.d.ops[i].kind == OP_NOTE)
                    acked = b.d.ops[i].inode;
            snprintf(into, sizeof into, "%s/after", b.root);
            disk_survivor(&b.d, at, (disk_how)how, &seed, into);
            after(&b, into, acked);
            disk_rm(into);
            cuts++;
        }
    CHECK(cuts > 100);
    disk_end(&b.d);
    disk_rm(b.root);
}
