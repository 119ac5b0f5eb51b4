/* sightings_power_test.c - sightings and the checkpoint of who reads logs, when the power goes at
 * any operation, or the disk fails or is full: what was acknowledged is there, all of a commit or
 * nothing, and reading on from the checkpoint ends where it would have ended. */
#include "disk.h"
#include "know/sightings_write.h"

enum { LINES = 120, HOSTS = 11, EVERY = 10, FOLD_EVERY = 30, EXPIRE_AT = 80, TODAY = 20000 };

typedef struct bench {
    char root[32], live[40], folder[56];
    disk d;
    uint64_t seed;
    int64_t now_us;
    err why;
} bench;

static sightings_writer *open_writer(bench *b, const fs *files, const char *folder)
{
    sightings_writer *w = NULL;
    sightings_writer_options o = {.disk = files,
                                  .folder = folder,
                                  .random = random_seeded(&b->seed),
                                  .clock = clock_fixed(&b->now_us),
                                  .memory_bytes = 1 << 12};
    return sightings_writer_new(&o, &w, &b->why) == OK ? w : NULL;
}

static int32_t day_of(uint32_t line)
{
    return TODAY - 3 + (int32_t)(line / 40);
}

static status add_line(bench *b, sightings_writer *w, uint32_t line, uint32_t id)
{
    char host[32];
    snprintf(host, sizeof host, "h%u.example", line % HOSTS);
    return sightings_add(w, KIND_DOMAIN, slice_str(host), day_of(line) * WHEN_DAY + line * 1000, id,
                         line, &b->why);
}

/* Lines from the checkpoint to the end; with a disk, each commit is acknowledged by a note, without
 * there is one commit. */
static status follow(bench *b, sightings_writer *w, disk *d)
{
    uint32_t line = 0, id;
    slice from = sightings_checkpoint(w);
    if (from.len == sizeof line)
        memcpy(&line, from.ptr, sizeof line);
    status st = sightings_source_add(w, S("a.log"), S("json"), &id, &b->why);
    for (; st == OK && line < LINES; line++) {
        uint32_t done = line + 1;
        st = add_line(b, w, line, id);
        if (st == OK && (d ? done % EVERY == 0 : done == LINES)) {
            st = sightings_commit(w, slice_of((const char *)&done, sizeof done), &b->why);
            if (st == OK && d)
                disk_note(d, (int)done);
        }
        if (st == OK && done % FOLD_EVERY == 0)
            st = sightings_fold(w, &b->why);
        if (st == OK && done == EXPIRE_AT)
            st = sightings_expire(w, TODAY - 2, &b->why);
    }
    return st;
}

/* Sightings of all hosts say the lines below `lines`, those of days that are forgotten perhaps. */
static void check_counts(bench *b, const char *folder, uint32_t lines)
{
    CLEANUP(arena_done) arena a;
    sightings *s = NULL;
    arena_init(&a, 4 << 20);
    if (sightings_open(folder, &s, &b->why) != OK || sightings_verify(s, &b->why) != OK) {
        TEST_FAIL("%u lines: %s", (unsigned)lines, b->why.msg);
        sightings_close(s);
        return;
    }
    sightings_coverage c;
    CHECK_OK(sightings_covered(s, &a, &c, &b->why));
    for (uint32_t h = 0; h < HOSTS; h++) {
        char host[32];
        sightings_found f;
        uint64_t want = 0;
        snprintf(host, sizeof host, "h%u.example", h);
        sightings_probe p = {KIND_DOMAIN, slice_str(host)};
        CHECK_OK(sightings_find(s, &p, 1, &a, &f, &b->why));
        for (uint32_t line = h; line < lines; line += HOSTS)
            want += day_of(line) >= c.expired;
        CHECK_EQ(f.itself.count, want);
    }
    sightings_close(s);
}

static status no_sync(void *ctx, int handle, err *why)
{
    (void)ctx, (void)handle, (void)why;
    return OK;
}

static status no_sync_dir(void *ctx, const char *path, err *why)
{
    (void)ctx, (void)path, (void)why;
    return OK;
}

/* The next process: what is found, then reading on, with no power lost any more. */
static void after(bench *b, const char *root, uint32_t acked)
{
    char folder[128];
    uint32_t line = 0;
    fs calm = *fs_system();
    calm.sync = no_sync;
    calm.sync_dir = no_sync_dir;
    snprintf(folder, sizeof folder, "%s/sightings", root);
    sightings_writer *w = open_writer(b, &calm, folder);
    if (!w) {
        TEST_FAIL("after %u lines: %s", (unsigned)acked, b->why.msg);
        return;
    }
    slice from = sightings_checkpoint(w);
    if (from.len == sizeof line)
        memcpy(&line, from.ptr, sizeof line);
    CHECK(line == acked || line == acked + EVERY); /* one under way may have got there */
    if (from.len)
        check_counts(b, folder, line);
    CHECK_OK(follow(b, w, NULL));
    sightings_writer_free(w);
    check_counts(b, folder, LINES);
}

static bool bench_begin(bench *b, uint64_t seed)
{
    *b = (bench){.seed = seed, .now_us = TODAY * WHEN_DAY * 1000};
    snprintf(b->root, sizeof b->root, "%s", "/tmp/noroshi-test-XXXXXX");
    if (!mkdtemp(b->root))
        return false;
    snprintf(b->live, sizeof b->live, "%s/live", b->root);
    snprintf(b->folder, sizeof b->folder, "%s/sightings", b->live);
    return mkdir(b->live, 0700) == 0;
}

TEST(what_was_committed_outlives_a_loss_of_power)
{
    static bench b; /* large */
    size_t cuts = 0;
    REQUIRE(bench_begin(&b, 3));
    disk_start(&b.d, b.live);
    sightings_writer *w = open_writer(&b, &b.d.files, b.folder);
    REQUIRE(w != NULL);
    if (follow(&b, w, &b.d) != OK)
        TEST_FAIL("recording: %s", b.why.msg);
    sightings_writer_free(w);
    b.d.quiet = true;
    size_t stride = getenv("NOROSHI_TEST_LONG") ? 1 : 3;
    for (size_t at = 0; at <= b.d.count; at += stride)
        for (int how = 0; how < DISK_HOWS; how++) {
            char into[80];
            uint32_t acked = 0;
            uint64_t seed = at * 7 + (uint64_t)how;
            for (size_t i = 0; i < at; i++)
                if (b.d.ops[i].kind == OP_NOTE)
                    acked = (uint32_t)b.d.ops[i].inode;
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

/* Which operation fails, how, and whether from then on all do. */
static bool run_with_fault(bench *b, disk_fault fault, size_t at, bool stays)
{
    uint32_t acked = 0;
    disk_rm(b->live);
    if (mkdir(b->live, 0700) != 0)
        return false;
    disk_start(&b->d, b->live);
    b->d.fault = fault;
    b->d.fault_at = at;
    b->d.stays = stays;
    sightings_writer *w = open_writer(b, &b->d.files, b->folder);
    status st = w ? follow(b, w, &b->d) : ERR_IO;
    sightings_writer_free(w);
    for (size_t i = 0; i < b->d.count; i++)
        if (b->d.ops[i].kind == OP_NOTE)
            acked = (uint32_t)b->d.ops[i].inode;
    bool tripped = b->d.tripped;
    if (st == OK)
        acked = LINES; /* what failed was not needed */
    else
        CHECK(tripped);
    disk_end(&b->d);
    after(b, b->live, acked);
    return tripped;
}

TEST(a_disk_that_fails_or_is_full)
{
    static bench b; /* large */
    static const disk_fault faults[] = {FAULT_IO, FAULT_FULL, FAULT_SHORT, FAULT_READ};
    size_t runs = 0, stride = getenv("NOROSHI_TEST_LONG") ? 1 : 7;
    REQUIRE(bench_begin(&b, 5));
    for (size_t i = 0; i < COUNT_OF(faults); i++)
        for (int stays = 0; stays < 2; stays++)
            for (size_t at = 0; run_with_fault(&b, faults[i], at, stays); at += stride)
                runs++;
    CHECK(runs > 50);
    disk_rm(b.root);
}
