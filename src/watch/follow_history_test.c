/* follow_history_test.c - thousands of random histories of a writer, a rotator and a reader that is
 * killed between any two steps: what was written is delivered once, and in order. */
#include "watch/follow_kit.h"

enum { INSTANCES = 64, STEPS = 60, KEEP = 4 };

/* A daemon that writes one log, who rotates it, and a reader that is killed now and then. */
typedef struct history {
    world w;
    uint64_t chance;
    buf written, committed, pending;
    int writer; /* the daemon's descriptor */
    unsigned line;
    size_t instances;             /* a.log.1 .. a.log.N */
    uint64_t ends[INSTANCES + 2]; /* of what was written, where each ends */
    bool zipped[INSTANCES + 2];
    size_t copied; /* bytes of a copy that is being made; SIZE_MAX: none */
    bool renamed, open_line;
    enum { BOTH_PLAIN, RENAMES_AND_ZIPS, COPIES_AND_ZIPS, BOTH_AND_ZIPS } style;
    const char *pattern;
    buf log; /* what was done, for who looks for a fault */
} history;

static unsigned pick(history *h, unsigned n)
{
    uint32_t x;
    random_source r = random_seeded(&h->chance);
    r.fill(r.ctx, &x, sizeof x);
    return x % n;
}

static const char *instance(const history *h, size_t n)
{
    char name[32];
    snprintf(name, sizeof name, n ? "a.log.%zu%s" : "a.log", n, h->zipped[n] ? ".gz" : "");
    return at(&h->w, name);
}

static void reopen(history *h)
{
    if (h->writer >= 0)
        close(h->writer);
    h->writer = open(instance(h, 0), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    h->renamed = false;
    buf_printf(&h->log, "reopen\n");
}

static void write_some(history *h)
{
    char text[1500];
    int n = 0;
    if (h->copied != SIZE_MAX)
        return; /* whoever copies and cuts loses what is written meanwhile */
    n += snprintf(text, sizeof text, "%s %u ", h->open_line ? "rest" : "line", ++h->line);
    for (unsigned i = pick(h, 5) ? pick(h, 30) : pick(h, 1200); i > 0; i--)
        text[n++] = (char)('a' + i % 26);
    h->open_line = pick(h, 3) == 0;
    if (!h->open_line)
        text[n++] = '\n';
    CHECK(write(h->writer, text, (size_t)n) == n);
    buf_put(&h->written, slice_of(text, (size_t)n));
    buf_printf(&h->log, "write %d\n", n);
}

static bool shift(history *h)
{
    char from[256];
    if (h->instances == INSTANCES)
        return false;
    if (h->instances >= KEEP && h->ends[h->instances] <= h->committed.len) {
        CHECK_EQ(unlink(instance(h, h->instances)), 0);
        h->instances--;
    }
    for (size_t i = h->instances; i > 0; i--) {
        snprintf(from, sizeof from, "%s", instance(h, i));
        h->zipped[i + 1] = h->zipped[i];
        CHECK_EQ(rename(from, instance(h, i + 1)), 0);
        h->ends[i + 1] = h->ends[i];
    }
    h->zipped[1] = false;
    h->instances++;
    return true;
}

static void rotate(history *h)
{
    char from[256];
    if (h->style == COPIES_AND_ZIPS || h->copied != SIZE_MAX || h->renamed || !shift(h))
        return;
    snprintf(from, sizeof from, "%s", instance(h, 0));
    CHECK_EQ(rename(from, instance(h, 1)), 0);
    h->renamed = true;
    h->ends[1] = UINT64_MAX;
    buf_printf(&h->log, "rename\n");
    if (pick(h, 2)) { /* logrotate's "create" */
        close(open(instance(h, 0), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        buf_printf(&h->log, "create\n");
    }
}

static void go_on_copying(history *h)
{
    char bytes[700];
    int in = open(instance(h, 0), O_RDONLY | O_CLOEXEC);
    int out = open(instance(h, 1), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ssize_t n = pread(in, bytes, 1 + pick(h, sizeof bytes), (off_t)h->copied);
    if (n > 0)
        CHECK(write(out, bytes, (size_t)n) == n);
    h->copied += n > 0 ? (size_t)n : 0;
    buf_printf(&h->log, "copy to %zu\n", h->copied);
    if (n <= 0) {
        CHECK_EQ(truncate(instance(h, 0), 0), 0);
        h->copied = SIZE_MAX;
        buf_printf(&h->log, "cut\n");
    }
    close(in);
    close(out);
}

static void copy_and_cut(history *h)
{
    if (h->style == RENAMES_AND_ZIPS || h->renamed || h->copied != SIZE_MAX || !shift(h))
        return;
    h->copied = 0;
    h->ends[1] = h->written.len;
    go_on_copying(h);
}

static void take(history *h, unsigned events);

static void write_bytes(const char *path, slice bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    CHECK(write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    close(fd);
}

/* gzip writes beside the plain file, which goes when all is written. */
static void compress_one(history *h)
{
    static char plain[1 << 20], zip[1 << 20];
    char from[256];
    size_t i = 1 + pick(h, 3);
    if (i > h->instances || h->zipped[i] || h->copied != SIZE_MAX || (i == 1 && h->renamed))
        return;
    snprintf(from, sizeof from, "%s", instance(h, i));
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, plain, sizeof plain);
    close(fd);
    z_stream z = {.next_in = (Bytef *)plain,
                  .avail_in = (uInt)n,
                  .next_out = (Bytef *)zip,
                  .avail_out = sizeof zip};
    CHECK_EQ(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    CHECK_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    slice made = slice_of(zip, z.total_out);
    deflateEnd(&z);
    size_t half = pick(h, (unsigned)made.len + 1);
    h->zipped[i] = true;
    write_bytes(instance(h, i), slice_sub(made, 0, half));
    if (pick(h, 2))
        take(h, 1 + pick(h, 6));
    write_bytes(instance(h, i), slice_from(made, half));
    if (pick(h, 2))
        take(h, 1 + pick(h, 6));
    CHECK_EQ(unlink(from), 0);
    buf_printf(&h->log, "compress %zu\n", i);
}

static void take(history *h, unsigned events)
{
    for (unsigned i = 0; i < events; i++) {
        follow_event e;
        err why = {0};
        h->w.now_us += 300000;
        status st = follow_next(h->w.f, 0, &e, &why);
        if (st != OK) {
            TEST_FAIL("%s", why.msg);
            return;
        }
        if (e.kind == FOLLOW_IDLE)
            return;
        if (e.kind != FOLLOW_DATA)
            continue;
        buf_printf(&h->log, "  %llu: %llu + %zu %x\n", (unsigned long long)e.stream,
                   (unsigned long long)e.offset, e.bytes.len, e.flags);
        buf_put(&h->pending, e.bytes);
        CHECK_OK(follow_done(h->w.f, e.stream, e.offset + e.bytes.len, &why));
    }
}

static void commit(history *h)
{
    buf_put(&h->committed, buf_slice(&h->pending));
    buf_clear(&h->pending);
    buf_clear(&h->w.kept);
    CHECK_OK(follow_checkpoint(h->w.f, &h->w.kept, NULL));
    buf_printf(&h->log, "commit\n");
}

static void kill_reader(history *h)
{
    buf_clear(&h->pending);
    start(&h->w, h->pattern, 0);
    buf_printf(&h->log, "kill\n");
}

static void step(history *h)
{
    switch (pick(h, 14)) {
    case 12:
    case 13:
        if (h->style != BOTH_PLAIN)
            compress_one(h);
        break;
    case 0: rotate(h); break;
    case 1: copy_and_cut(h); break;
    case 2: kill_reader(h); break;
    case 3: commit(h); break;
    case 4:
        if (h->renamed) {
            h->ends[1] = h->written.len;
            reopen(h);
        }
        break;
    case 5:
    case 6:
    case 7: take(h, 1 + pick(h, 6)); break;
    default: write_some(h); break;
    }
    if (h->copied != SIZE_MAX && pick(h, 2))
        go_on_copying(h);
}

static void finish(history *h)
{
    while (h->copied != SIZE_MAX)
        go_on_copying(h);
    if (h->renamed)
        reopen(h);
    h->open_line = true;
    do
        write_some(h);
    while (h->open_line);
    for (int i = 0; i < 4; i++)
        take(h, 10000);
    commit(h);
}

static bool run_history(uint64_t seed, bool inotify)
{
    static const char *const patterns[] = {"a.log", "a.log*", "", "?.lo[g]"};
    history h = {.chance = seed, .writer = -1, .copied = SIZE_MAX};
    buf *all[] = {&h.written, &h.committed, &h.pending, &h.log};
    bool good = world_open(&h.w);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        buf_init(all[i], 8 << 20);
    h.w.o.no_inotify = !inotify;
    h.w.o.poll_always = !inotify;
    h.pattern = patterns[pick(&h, COUNT_OF(patterns))];
    h.style = pick(&h, 4);
    h.w.o.line_bytes_max = pick(&h, 2) ? FOLLOW_LINE_LEAST : 0;
    reopen(&h);
    if (pick(&h, 2))
        write_some(&h);
    start(&h.w, h.pattern, 0);
    take(&h, 20);
    commit(&h);
    for (int i = 0; i < STEPS; i++)
        step(&h);
    finish(&h);
    good = good && slice_eq(buf_slice(&h.written), buf_slice(&h.committed));
    if (!good && getenv("NOROSHI_TEST_LONG"))
        fprintf(stderr, "%.*s\n--- written\n%.*s\n--- committed\n%.*s\n",
                SLICE_FMT(buf_slice(&h.log)), SLICE_FMT(buf_slice(&h.written)),
                SLICE_FMT(buf_slice(&h.committed)));
    close(h.writer);
    world_close(&h.w);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        buf_done(all[i]);
    return good;
}

TEST(what_was_written_is_delivered_once_and_in_order)
{
    const unsigned runs = getenv("NOROSHI_TEST_LONG") ? 5000 : 800;
    for (unsigned i = 0; i < runs; i++)
        if (!run_history(i, false)) {
            TEST_FAIL("history %u", i);
            return;
        }
}

TEST(the_same_with_inotify)
{
    const unsigned runs = getenv("NOROSHI_TEST_LONG") ? 2500 : 400;
    for (unsigned i = 0; i < runs; i++)
        if (!run_history(i + 1000000, true)) {
            TEST_FAIL("history %u", i);
            return;
        }
}
