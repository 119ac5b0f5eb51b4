/* power_test.c - the power goes, the disk fails or is full, at every operation of an import.
 *
 * A real import (real worker, real codec) runs once on a disk that remembers (disk.h). Then, for
 * many operations, what would have survived is opened again: the store is in order, every
 * acknowledged document is there with its claims and its bytes, nothing is there in part, a feed is
 * old or new, a word that replaces another did so or did not, the index finds what the store holds.
 * Acknowledged is what the importer gave a summary of, or what a curation returned OK for. */
#include "disk.h"
#include "format/format.h"
#include "intake/import.h"
#include "know/claims.h"
#include "know/index.h"
#include "know/search.h"
#include "publish/export.h"
#include "sandbox/worker.h"

#include <zlib.h>

enum {
    SMALL_DOCS = 14,
    SMALL_LINES = 12,
    FEED_LINES = 40,
    FEED_SHIFT = 15,
    LARGE_LINES = WRITER_BATCH_CLAIMS * 2 + 1000, /* three batches, and an index file */
    DOCS_MAX = 32,
    LAST_WORDS = 2,
    NOTE_STORE = 100, /* notes below are documents' numbers */
    NOTE_WORD = 101
};

typedef struct doc {
    char name[32];
    slice bytes;
    uint8_t sha[SHA256_BYTES];
    size_t lines;
    bool feed;
} doc;

typedef struct bench {
    disk d;
    char root[64], dir[96];
    doc docs[DOCS_MAX];       /* 0 and 1: the feed, before and after */
    size_t doc_count, packed; /* the last ones come in one .gz each */
    bool large;
    bool acked[128];
    size_t failed; /* summaries that were errors */
    sandbox *jail;
    int64_t now;
    uint64_t seed;
    err why;
} bench;

/* The test program is its own worker. */
__attribute__((constructor(101))) static void maybe_worker(int argc, char **argv)
{
    if (argc < 4 || strcmp(argv[1], "worker") != 0)
        return;
    err why = {0};
    worker_options o = {.formats = {format_named, format_sniff}};
    if (worker_class_parse(slice_str(argv[3]), &o.class) != OK)
        _exit(3);
    (void)!worker_run(&o, &why);
    _exit(4);
}

/* --- documents ------------------------------------------------------------------------------ */

static void add_doc(bench *b, const char *name, int net, size_t first, size_t lines)
{
    assert(b->doc_count < DOCS_MAX);
    doc *d = &b->docs[b->doc_count++];
    buf text;
    buf_init(&text, 4 << 20);
    snprintf(d->name, sizeof d->name, "%s", name);
    d->lines = lines;
    d->feed = net == 0;
    for (size_t i = first; i < first + lines; i++)
        buf_printf(&text, "45.%zu.%zu.%zu\n", (size_t)net + (i >> 16), i >> 8 & 255, i & 255);
    assert(!text.failed);
    d->bytes = slice_of(text.ptr, text.len); /* kept to the end */
    hash_state *h = hash_new(HASH_SHA256);
    hash_update(h, d->bytes);
    hash_final(h, d->sha);
    hash_free(h);
}

static slice packed(const doc *d, char *room, size_t size)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)d->bytes.ptr,
                  .avail_in = (uInt)d->bytes.len,
                  .next_out = (Bytef *)room,
                  .avail_out = (uInt)size};
    int good = deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
    assert(good == Z_OK);
    good = deflate(&z, Z_FINISH);
    assert(good == Z_STREAM_END);
    size_t n = z.total_out;
    deflateEnd(&z);
    return slice_of(room, n);
}

static int64_t tick(void *ctx)
{
    return ((bench *)ctx)->now += 40000; /* so that some small documents wait together */
}

static bool start(bench *b, bool large)
{
    memset(b, 0, sizeof *b);
    b->large = large;
    b->seed = 7;
    add_doc(b, "list.txt", 0, 0, FEED_LINES);
    add_doc(b, "list.txt", 0, FEED_SHIFT, FEED_LINES);
    for (int i = 0; i < SMALL_DOCS; i++) {
        char name[32];
        snprintf(name, sizeof name, "doc%02d.txt", i);
        add_doc(b, name, 10 + i, 0, SMALL_LINES);
    }
    if (large)
        add_doc(b, "large.txt", 100, 0, LARGE_LINES);
    add_doc(b, "late.txt", 90, 0, SMALL_LINES);
    b->packed = b->doc_count;
    add_doc(b, "packed.txt", 91, 0, SMALL_LINES);
    sandbox_options o = sandbox_defaults(clock_system());
    /* nothing here needs a real disk, and one that syncs is slow */
    snprintf(b->root, sizeof b->root, "%s/noroshi-power-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(b->root) && sandbox_new(&o, &b->jail, &b->why) == OK;
}

static void end(bench *b)
{
    sandbox_free(b->jail);
    for (size_t i = 0; i < b->doc_count; i++)
        free((void *)(uintptr_t)b->docs[i].bytes.ptr);
    disk_rm(b->root);
}

static int doc_of(const bench *b, const uint8_t *sha)
{
    for (size_t i = 0; i < b->doc_count; i++)
        if (memcmp(b->docs[i].sha, sha, SHA256_BYTES) == 0)
            return (int)i;
    return -1;
}

/* --- the work ------------------------------------------------------------------------------- */

static void acknowledge(bench *b, int number)
{
    b->acked[number] = true;
    if (b->d.ops)
        disk_note(&b->d, number);
}

static status on_summary(void *ctx, const import_summary *s, err *why)
{
    bench *b = ctx;
    (void)why;
    int i = s->has_document ? doc_of(b, s->sha256) : -1;
    if (s->failed != OK || i < 0)
        b->failed++;
    else
        acknowledge(b, i);
    return OK;
}

static status import_docs(bench *b, store *s, bool feed, size_t first, size_t last, err *why)
{
    char room[4096];
    importer *im = NULL;
    import_options o = {.store = s,
                        .sandbox = b->jail,
                        .clock = {.now_us = tick, .ctx = b},
                        .directory = "/tmp",
                        .actor = S("tester"),
                        .format = S("list"),
                        .source = feed ? S("feed") : S("lists"),
                        .mode = feed ? IMPORT_SNAPSHOT : IMPORT_DELTA,
                        .on_summary = on_summary,
                        .ctx = b};
    status st = importer_new(&o, &im, why);
    for (size_t i = first; st == OK && i <= last; i++) {
        const doc *d = &b->docs[i];
        slice bytes = i >= b->packed ? packed(d, room, sizeof room) : d->bytes;
        st = import_memory(im, slice_str(d->name), bytes, why);
    }
    if (st == OK)
        st = importer_finish(im, why);
    importer_free(im);
    return st;
}

static const node_ref spoken_of = {KIND_IPV4, S_INIT("45.200.0.1")};
static const char *const words[LAST_WORDS] = {"malicious", "benign"};

/* As `noroshi verdict set` does. */
static status set_verdict(bench *b, store *s, int word, err *why)
{
    writer *w = NULL;
    uint64_t n;
    fact_claim c = {.subject = spoken_of,
                    .predicate = PRED_VERDICT,
                    .value = slice_str(words[word]),
                    .confidence = -1,
                    .first_seen = WHEN_NONE,
                    .last_seen = WHEN_NONE,
                    .valid_from = WHEN_NONE,
                    .valid_until = WHEN_NONE,
                    .marked = true};
    status st = writer_new(s, S("tester"), &w, why);
    if (st == OK)
        st = writer_together(w, why);
    if (st == OK && (st = writer_retract(w, S("analyst:a"), spoken_of, PRED_VERDICT, (node_ref){0},
                                         S("x"), &n, why)) == ERR_NOT_FOUND)
        st = OK;
    if (st == OK)
        st = writer_curate(w, S("analyst:a"), &c, S("x"), why);
    if (st == OK)
        st = writer_sync(w, why);
    if (st == OK)
        acknowledge(b, NOTE_WORD + word);
    writer_free(w);
    return st;
}

static status catch_up(store *s, err *why)
{
    index_t *ix = NULL;
    status st = index_open(s, &ix, why);
    if (st == OK)
        st = index_settle(ix, why);
    index_close(ix);
    return st == OK ? search_catch_up(s, why) : st;
}

static status work(bench *b, store *s, err *why)
{
    status st = import_docs(b, s, true, 0, 0, why);
    if (st == OK)
        st = import_docs(b, s, false, 2, b->doc_count - 1, why);
    if (st == OK)
        st = set_verdict(b, s, 0, why);
    if (st == OK)
        st = import_docs(b, s, true, 1, 1, why);
    if (st == OK)
        st = set_verdict(b, s, 1, why);
    return st == OK ? catch_up(s, why) : st;
}

static status open_store(bench *b, const char *dir, bool create, const fs *files, const char *vfs,
                         store **ret, err *why)
{
    store_options o = {.dir = dir,
                       .create = create,
                       .disk = files,
                       .vfs = vfs,
                       .clock = {.now_us = tick, .ctx = b},
                       .random = random_seeded(&b->seed),
                       .mutant = -1};
    return store_open(&o, ret, why);
}

/* --- what must hold ------------------------------------------------------------------------- */

typedef struct found {
    size_t claims[DOCS_MAX]; /* by document, but for the feed's */
    size_t feed_old, feed_both, feed_new, words[LAST_WORDS], strangers;
    bool shown[DOCS_MAX];
} found;

static void count_feed(found *f, slice value)
{
    uint64_t n = 0;
    size_t dot = slice_find_byte(value, '.', 6); /* 45.0.A.B: few enough for A = 0 */
    if (dot == SIZE_MAX || !slice_u64(slice_from(value, dot + 1), &n))
        f->strangers++;
    else if (n < FEED_SHIFT)
        f->feed_old++;
    else if (n < FEED_LINES)
        f->feed_both++;
    else
        f->feed_new++;
}

static void count_claim(const bench *b, found *f, const claim *c)
{
    int i = c->has_document ? doc_of(b, c->document) : -1;
    if (i >= 0 && b->docs[i].feed)
        count_feed(f, c->subject.text);
    else if (i >= 0)
        f->claims[i]++;
    for (int w = 0; i < 0 && w < LAST_WORDS; w++)
        f->words[w] += slice_eq(c->value, slice_str(words[w]));
    f->strangers += i < 0 && c->predicate != PRED_VERDICT;
}

/* Every claim, and each of its values asked of the index. */
static status count_claims(bench *b, lens *l, index_t *ix, found *f)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    claim_list list = {.more = true};
    int64_t cursor = 0;
    status st = OK;
    while (st == OK && list.more) {
        index_probe probes[1000];
        index_hits hits;
        arena_reset(&a);
        st = claims_page(l, &a, cursor, COUNT_OF(probes), &list, &b->why);
        for (size_t i = 0; st == OK && i < list.count; i++) {
            cursor = list.at[i].row;
            probes[i] = list.at[i].subject;
            count_claim(b, f, &list.at[i]);
        }
        if (st == OK)
            st = index_find(ix, probes, list.count, INDEX_EXACT, &a, &hits, &b->why);
        if (st == OK && hits.count != list.count)
            TEST_FAIL("the index finds %zu of %zu", hits.count, list.count);
    }
    return st;
}

typedef struct same_bytes {
    slice rest;
    bool differs;
} same_bytes;

static status compare_bytes(void *ctx, slice bytes, err *why)
{
    same_bytes *s = ctx;
    (void)why;
    s->differs |= !slice_starts(s->rest, bytes);
    s->rest = slice_from(s->rest, bytes.len < s->rest.len ? bytes.len : s->rest.len);
    return OK;
}

/* Whatever is shown has its bytes, acknowledged or not. */
static status check_bytes(bench *b, lens *l, found *f)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 16 << 20);
    document_list list;
    status st = documents_page(l, &a, 0, 1000, &list, &b->why);
    for (size_t i = 0; st == OK && i < list.count; i++) {
        int n = doc_of(b, list.at[i].sha256);
        export_counts counts;
        if (n < 0) {
            f->strangers++;
            continue;
        }
        f->shown[n] = true;
        same_bytes same = {b->docs[n].bytes, false};
        export_options o = {.put = compare_bytes, .ctx = &same};
        st = export_document(l, b->docs[n].sha, &o, &counts, &b->why);
        if (st != OK || same.differs || same.rest.len)
            TEST_FAIL("document %d is not its bytes: %s", n, st == OK ? "" : b->why.msg);
    }
    return st;
}

static void check_found(const bench *b, const found *f, const bool *acked)
{
    for (size_t i = 0; i < b->doc_count; i++) {
        if (acked[i] && !f->shown[i])
            TEST_FAIL("document %zu was acknowledged and is gone", i);
        size_t want = b->docs[i].feed || !f->shown[i] ? 0 : b->docs[i].lines;
        if (f->claims[i] != want)
            TEST_FAIL("document %zu is there with %zu of %zu claims", i, f->claims[i], want);
    }
    bool old = f->shown[0] && !f->shown[1], new = f->shown[1];
    CHECK_EQ(f->feed_old, old ? FEED_SHIFT : 0);
    CHECK_EQ(f->feed_both, old || new ? FEED_LINES - FEED_SHIFT : 0);
    CHECK_EQ(f->feed_new, new ? FEED_SHIFT : 0);
    CHECK_EQ(f->strangers, 0);
    size_t said = f->words[0] + f->words[1];
    CHECK(said <= 1 && (said == 1 || !(acked[NOTE_WORD] || acked[NOTE_WORD + 1])));
    CHECK(!acked[NOTE_WORD + 1] || f->words[1] == 1);
}

static void check_store(bench *b, store *s, const bool *acked)
{
    lens *l = NULL;
    index_t *ix = NULL;
    found f = {0};
    CHECK_OK(store_check(s, &b->why));
    status st = lens_new(s, &l, &b->why);
    const view all = {.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
    if (st == OK)
        st = lens_look(l, &all, &b->why);
    if (st == OK)
        st = index_open(s, &ix, &b->why);
    if (st == OK)
        st = index_verify(ix, &b->why);
    if (st == OK)
        st = count_claims(b, l, ix, &f);
    if (st == OK)
        st = check_bytes(b, l, &f);
    if (st != OK)
        TEST_FAIL("reading: %s", b->why.msg);
    else
        check_found(b, &f, acked);
    index_close(ix);
    lens_free(l);
    status words_too = search_catch_up(s, &b->why);
    if (words_too != OK)
        TEST_FAIL("words: %s", b->why.msg);
}

/* --- the power goes ------------------------------------------------------------------------- */

/* After a restart: in order, and what was lost can be brought in again. */
static void check_after(bench *b, const char *var, const bool *acked, bool again)
{
    store *s = NULL;
    status st = open_store(b, var, !acked[NOTE_STORE], NULL, NULL, &s, &b->why);
    if (st != OK) {
        TEST_FAIL("opening: %s", b->why.msg);
        return;
    }
    check_store(b, s, acked);
    if (again) {
        size_t failed = b->failed;
        st = work(b, s, &b->why);
        if (st != OK || b->failed != failed)
            TEST_FAIL("once more: %s", b->why.msg);
        bool every[128];
        memset(every, true, sizeof every);
        check_store(b, s, every);
    }
    store_close(s);
}

static bool record(bench *b)
{
    store *s = NULL;
    snprintf(b->dir, sizeof b->dir, "%s/live/var", b->root);
    char live[80];
    snprintf(live, sizeof live, "%s/live", b->root);
    mkdir(live, 0700);
    disk_start(&b->d, live);
    status st = open_store(b, b->dir, true, &b->d.files, "power", &s, &b->why);
    if (st == OK)
        acknowledge(b, NOTE_STORE);
    if (st == OK)
        st = work(b, s, &b->why);
    store_close(s);
    if (st != OK)
        TEST_FAIL("recording: %s", b->why.msg);
    for (size_t i = 0; i < b->doc_count; i++)
        CHECK(b->acked[i]);
    return st == OK && !b->failed;
}

static void one_cut(bench *b, size_t at, disk_how how, uint64_t seed, bool again)
{
    char into[80], var[96];
    bool acked[128] = {false};
    int before = test_bad;
    uint64_t used = seed;
    for (size_t i = 0; i < at; i++)
        if (b->d.ops[i].kind == OP_NOTE)
            acked[b->d.ops[i].inode] = true;
    snprintf(into, sizeof into, "%s/after", b->root);
    snprintf(var, sizeof var, "%s/var", into);
    disk_survivor(&b->d, at, how, &used, into);
    b->d.quiet = true;
    check_after(b, var, acked, again);
    b->d.quiet = false;
    disk_rm(into);
    if (test_bad != before)
        fprintf(stderr, "  ... power lost at operation %zu of %zu, how %d, seed %llu\n", at,
                b->d.count, (int)how, (unsigned long long)seed);
}

static uint64_t test_seed(void)
{
    const char *given = getenv("NOROSHI_TEST_SEED");
    return given ? strtoull(given, NULL, 10) : 20261130;
}

static bool long_mode(void)
{
    return getenv("NOROSHI_TEST_LONG") != NULL;
}

/* Anywhere; right after something was acknowledged; or just after the index got its new name. */
static size_t pick(const disk *d, size_t i, uint64_t *seed)
{
    size_t at = d->count - (size_t)disk_random(seed, d->count);
    if (i % 3 == 0)
        return at;
    for (size_t k = 0; k < d->count; k++) {
        const disk_op *op = &d->ops[(at + k) % d->count];
        if (i % 3 == 1 && op->kind == OP_NOTE)
            return (at + k) % d->count + 1;
        if (i % 3 == 2 && op->kind == OP_RENAME && strcmp(op->to_name, "values") == 0) {
            size_t after = (at + k) % d->count + 1 + (size_t)disk_random(seed, 12);
            return after < d->count ? after : d->count;
        }
    }
    return at;
}

/* How many of the operations: all of them, or a sample. */
static void cut_at_many(bool large, size_t sample)
{
    bench *b = calloc(1, sizeof *b);
    uint64_t seed = test_seed();
    REQUIRE(b && start(b, large));
    if (record(b)) {
        size_t n = b->d.count, tries = long_mode() ? (large ? 1000 : n * DISK_HOWS) : sample;
        for (size_t i = 0; i < tries && test_bad < 20; i++) {
            bool all = long_mode() && !large;
            size_t at = all ? i / DISK_HOWS + 1 : pick(&b->d, i, &seed);
            disk_how how = large && i % 3 == 2 ? DISK_TORN : (disk_how)(i % DISK_HOWS);
            one_cut(b, at, how, seed + i, i % (large ? 15 : 8) == 3);
        }
        printf("# %zu operations, %zu power losses, seed %llu\n", n, tries,
               (unsigned long long)test_seed());
    }
    disk_end(&b->d);
    end(b);
    free(b);
}

#ifdef NOROSHI_SANITIZED
enum { SMALL_SAMPLE = 60, LARGE_SAMPLE = 6, FAULT_SAMPLE = 12 };
#else
enum { SMALL_SAMPLE = 240, LARGE_SAMPLE = 24, FAULT_SAMPLE = 30 };
#endif

TEST(power_loss_at_any_operation_of_an_import)
{
    cut_at_many(false, SMALL_SAMPLE);
}

TEST(power_loss_while_a_document_is_written_in_batches)
{
    cut_at_many(true, LARGE_SAMPLE);
}

/* --- the disk fails or is full -------------------------------------------------------------- */

static bool clear_error(const bench *b, status st)
{
    size_t n = strnlen(b->why.msg, sizeof b->why.msg);
    return st == ERR_IO && n > 10 && !strchr(b->why.msg, '\n');
}

/* One import with the fault, and one without on the same store. Returns how many operations there
 * were that can fail. */
static size_t one_fault(bench *b, disk_fault fault, size_t at, bool stays)
{
    store *s = NULL;
    char live[80];
    int before = test_bad;
    snprintf(live, sizeof live, "%s/live", b->root);
    snprintf(b->dir, sizeof b->dir, "%s/var", live);
    mkdir(live, 0700);
    memset(b->acked, 0, sizeof b->acked);
    b->failed = 0;
    disk_start(&b->d, live);
    b->d.quiet = true;
    b->d.fault = fault;
    b->d.fault_at = at;
    b->d.stays = stays;
    b->why = (err){0};
    status st = open_store(b, b->dir, true, &b->d.files, "power", &s, &b->why);
    if (st == OK)
        st = work(b, s, &b->why);
    if (st != OK && !clear_error(b, st))
        TEST_FAIL("no clear error: %s: %s", status_name(st), b->why.msg);
    CHECK_EQ(b->failed, 0); /* the documents have no part in it */
    size_t seen = b->d.seen;
    b->d.fault = FAULT_NONE;
    if (st == OK) { /* it was an operation that can be done without: the rest was done */
        for (size_t i = 0; i < b->doc_count; i++)
            CHECK(b->acked[i]);
        for (int w = 0; w < LAST_WORDS; w++)
            CHECK(b->acked[NOTE_WORD + w]);
    }
    if (!s && open_store(b, b->dir, true, &b->d.files, "power", &s, &b->why) != OK)
        TEST_FAIL("opening after it: %s", b->why.msg);
    if (s) {
        check_store(b, s, b->acked);
        if (work(b, s, &b->why) != OK)
            TEST_FAIL("once more: %s", b->why.msg);
        memset(b->acked, true, sizeof b->acked);
        check_store(b, s, b->acked);
    }
    store_close(s);
    disk_end(&b->d);
    disk_rm(live);
    if (test_bad != before)
        fprintf(stderr, "  ... fault %d at operation %zu of %zu%s\n", (int)fault, at, seen,
                stays ? ", and from then on" : "");
    return seen;
}

static void faults(disk_fault fault, bool stays, size_t sample)
{
    bench *b = calloc(1, sizeof *b);
    uint64_t seed = test_seed() + (uint64_t)fault;
    REQUIRE(b && start(b, false));
    size_t n = one_fault(b, fault, SIZE_MAX - 1, false), tries = long_mode() ? n : sample;
    for (size_t i = 0; i < tries && test_bad < 20; i++)
        one_fault(b, fault, long_mode() ? i : (size_t)disk_random(&seed, n), stays);
    printf("# %zu operations that can fail, %zu tried\n", n, tries);
    end(b);
    free(b);
}

TEST(a_write_that_fails_once)
{
    faults(FAULT_IO, false, FAULT_SAMPLE);
}

TEST(a_full_disk)
{
    faults(FAULT_FULL, true, FAULT_SAMPLE);
}

TEST(a_disk_that_takes_half_a_write)
{
    faults(FAULT_SHORT, false, FAULT_SAMPLE);
}

TEST(a_read_that_fails_once)
{
    faults(FAULT_READ, false, FAULT_SAMPLE / 2);
}

enum { TEXT_LONG = 4000, TEXT_SHORT = 8 }; /* long ones do not fit into the engine's memory */

static status begin_doc(writer *w, uint8_t sha, err *why)
{
    uint8_t digest[SHA256_BYTES] = {sha};
    document_in d = {.sha256 = digest,
                     .source = S("test"),
                     .parser = 1,
                     .format = S("list"),
                     .path = S("a.txt"),
                     .feed = S("a.txt")};
    return writer_document(w, &d, why);
}

static status write_claims(bench *b, writer *w, int claims, size_t length, err *why)
{
    static char text[TEXT_LONG];
    status st = OK;
    memset(text, 'x', sizeof text);
    for (int i = 0; st == OK && i < claims; i++) {
        bool fresh;
        snprintf(text, 8, "%07d", i);
        fact_record rec = {.at = (uint64_t)i, .line = (uint64_t)i + 1, .modified = WHEN_NONE};
        fact_claim c = {.subject = spoken_of,
                        .predicate = PRED_DESCRIBED,
                        .value = slice_of(text, length),
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
        st = writer_begin(w, &rec, why);
        st = st == OK ? writer_claim(w, &c, why) : st;
        st = st == OK ? writer_end(w, &fresh, why) : st;
        if (b->d.fault != FAULT_NONE && st != OK)
            return st; /* the document is open: the caller takes it back */
    }
    return st;
}

static status write_doc(bench *b, writer *w, uint8_t sha, int claims, size_t length, err *why)
{
    document_result r;
    status st = begin_doc(w, sha, why);
    if (st == OK)
        st = write_claims(b, w, claims, length, why);
    return st == OK ? writer_document_end(w, S("list"), 0, &r, why) : st;
}

static bool start_full(bench *b, char live[80], store **s, writer **w)
{
    snprintf(live, 80, "%s/live", b->root);
    snprintf(b->dir, sizeof b->dir, "%s/var", live);
    mkdir(live, 0700);
    disk_start(&b->d, live);
    b->d.quiet = true;
    CHECK_OK(open_store(b, b->dir, true, &b->d.files, "power", s, &b->why));
    CHECK_OK(writer_new(*s, S("tester"), w, &b->why));
    return *w != NULL;
}

static void end_full(bench *b, store *s, writer *w)
{
    const bool none[128] = {false};
    b->d.fault = FAULT_NONE;
    writer_free(w);
    check_store(b, s, none);
    store_close(s);
    disk_end(&b->d);
    end(b);
    free(b);
}

static void fill_up(bench *b)
{
    b->d.fault = FAULT_FULL;
    b->d.stays = true;
}

/* SQLite rolls back by itself when it has to write in the middle of a transaction and cannot. */
TEST(documents_that_went_with_a_full_disk_are_not_called_durable)
{
    bench *b = calloc(1, sizeof *b);
    store *s = NULL;
    writer *w = NULL;
    char live[80];
    REQUIRE(b && start(b, false));
    REQUIRE(start_full(b, live, &s, &w));
    CHECK_OK(write_doc(b, w, 1, 1, TEXT_LONG, &b->why));
    fill_up(b);
    CHECK_EQ(write_doc(b, w, 2, 20000, TEXT_LONG, &b->why), ERR_IO);
    CHECK(strstr(b->why.msg, "disk is full") != NULL);
    CHECK_EQ(writer_document_abort(w, &b->why), ERR_IO); /* the first one is gone, too */
    end_full(b, s, w);
}

/* The commit of a batch is made beside the writer, who has gone on when it fails. */
TEST(documents_that_went_with_a_commit_beside_the_writer_are_not_called_durable)
{
    bench *b = calloc(1, sizeof *b);
    store *s = NULL;
    writer *w = NULL;
    char live[80];
    REQUIRE(b && start(b, false));
    REQUIRE(start_full(b, live, &s, &w));
    CHECK_OK(write_doc(b, w, 1, 1, TEXT_SHORT, &b->why));
    fill_up(b);
    CHECK_EQ(write_doc(b, w, 2, WRITER_BATCH_CLAIMS * 3 / 2, TEXT_SHORT, &b->why), ERR_IO);
    CHECK(strstr(b->why.msg, "disk is full") != NULL);
    CHECK_EQ(writer_document_abort(w, &b->why), ERR_IO);
    end_full(b, s, w);
}

/* A large document is published beside the writer. Who syncs is told that it was not. */
TEST(a_document_whose_publishing_failed_is_not_called_durable)
{
    bench *b = calloc(1, sizeof *b);
    store *s = NULL;
    writer *w = NULL;
    char live[80];
    document_result r;
    fact_record news;
    REQUIRE(b && start(b, false));
    REQUIRE(start_full(b, live, &s, &w));
    CHECK_OK(begin_doc(w, 2, &b->why));
    CHECK_OK(write_claims(b, w, WRITER_BATCH_CLAIMS + 9, TEXT_SHORT, &b->why));
    CHECK_OK(writer_news(w, &news, &b->why)); /* all of it is with the engine */
    fill_up(b);
    CHECK_OK(writer_document_end(w, S("list"), 0, &r, &b->why));
    CHECK_EQ(writer_sync(w, &b->why), ERR_IO);
    CHECK(strstr(b->why.msg, "disk is full") != NULL);
    CHECK_EQ(writer_sync(w, &b->why), ERR_IO); /* for good */
    end_full(b, s, w);
}
