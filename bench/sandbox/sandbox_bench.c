/* sandbox_bench.c - what the jail costs: starting a worker, one job, facts over the wire, archives.
 *     bench-sandbox [FILE...]    also reads each FILE by its own format, in and out of the jail
 * It is its own worker, as the product is. The codec "plain" does next to nothing (a line is a
 * record and a claim), so that what is measured is the way of the facts. */
#include "base/json.h"
#include "bench.h"
#include "sandbox/sandbox.h"
#include "sandbox/spool.h"
#include "sandbox/walk.h"
#include "sandbox/worker.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what, const err *why)
{
    fprintf(stderr, "bench-sandbox: %s: %s\n", what, why->msg);
    exit(1);
}

/* --- the codec ------------------------------------------------------------------------------- */

static status plain_line(const fact_sink *sink, slice line, uint64_t at, err *why)
{
    const fact_record r = {.at = at, .length = line.len, .modified = WHEN_NONE};
    const fact_claim c = {.subject = {KIND_URL, line},
                          .predicate = PRED_INDICATES,
                          .detail = S("{\"port\":443}"),
                          .confidence = 80,
                          .first_seen = 1600000000000,
                          .last_seen = WHEN_NONE,
                          .valid_from = WHEN_NONE,
                          .valid_until = WHEN_NONE};
    status st = sink->begin(sink->ctx, &r, why);
    if (st == OK)
        st = sink->claim(sink->ctx, &c, why);
    return st == OK ? sink->end(sink->ctx, why) : st;
}

static status plain_read(const format_input *input, const fact_sink *sink, err *why)
{
    static char room[256 << 10];
    size_t have = 0, n;
    uint64_t at = 0;
    status st = sink->head(sink->ctx, &(fact_head){.format = S("plain")}, why);
    while (st == OK &&
           (st = reader_read(input->in, room + have, sizeof room - have, &n, why)) == OK && n) {
        slice rest = {room, have + n};
        size_t end;
        while (st == OK && (end = slice_find_byte(rest, '\n', 0)) != SIZE_MAX) {
            st = plain_line(sink, slice_sub(rest, 0, end), at, why);
            at += end + 1;
            rest = slice_from(rest, end + 1);
        }
        memmove(room, rest.ptr, rest.len);
        have = rest.len;
    }
    return st;
}

static const format plain = {.name = "plain", .version = 1, .read = plain_read};

static const format *named(slice name)
{
    return slice_eq(name, S("plain")) ? &plain : format_named(name);
}

/* --- a sink that only counts ----------------------------------------------------------------- */

static status no_head(void *ctx, const fact_head *h, err *why)
{
    (void)ctx, (void)h, (void)why;
    return OK;
}
static status no_record(void *ctx, const fact_record *r, err *why)
{
    (void)ctx, (void)r, (void)why;
    return OK;
}
static status count_claim(void *ctx, const fact_claim *c, err *why)
{
    (void)c, (void)why;
    (*(uint64_t *)ctx)++;
    return OK;
}
static status no_end(void *ctx, err *why)
{
    (void)ctx, (void)why;
    return OK;
}
static status no_remark(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    (void)ctx, (void)at, (void)place, (void)reason, (void)why;
    return OK;
}

static fact_sink counting(uint64_t *claims)
{
    return (fact_sink){claims, no_head, no_record, count_claim, no_end, no_remark, no_remark};
}

/* --- figures --------------------------------------------------------------------------------- */

static int spooled(slice bytes)
{
    spool p;
    err why = {0};
    spool_init(&p, "/tmp");
    if (spool_write(&p, bytes, &why) != OK || spool_finish(&p, &why) != OK)
        fail("spool", &why);
    return p.fd;
}

static void jobs(sandbox *s)
{
    enum { JOBS = 1000 };
    uint64_t claims = 0;
    err why = {0};
    fact_sink sink = counting(&claims);
    const char *line;
    double start = bench_wall_s();
    if (sandbox_check(s, WORKER_DOC, &line, &why) != OK)
        fail("worker", &why);
    bench_figure("sandbox", "start of a worker", "ms", (bench_wall_s() - start) * 1e3, line);
    int fd = spooled(S("https://example.com/\n"));
    start = bench_wall_s();
    for (int i = 0; i < JOBS; i++)
        if (sandbox_read_document(s, fd, &(sandbox_document){.format = S("plain")}, &sink, NULL,
                                  &why) != OK)
            fail("job", &why);
    bench_figure("sandbox", "one job", "ms", (bench_wall_s() - start) * 1e3 / JOBS, "1 line");
    close(fd);
}

/* Encoding and decoding alone, through memory. */
static status keep(void *ctx, slice one, slice two, err *why)
{
    buf_put(ctx, one);
    buf_put(ctx, two);
    return buf_status(ctx, why);
}

static void wire(slice document)
{
    enum { ROUNDS = 5 };
    buf out;
    wire_writer w;
    memory_reader m;
    err why = {0};
    double encode = 1e9, decode = 1e9;
    buf_init(&out, (size_t)1 << 30);
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t claims = 0;
        size_t used;
        buf_clear(&out);
        if (wire_writer_init(&w, keep, &out, &why) != OK)
            fail("wire", &why);
        reader in = reader_memory(&m, document);
        fact_sink facts = wire_facts(&w), sink = counting(&claims);
        double start = bench_cpu_s();
        if (plain_read(&(format_input){.in = &in}, &facts, &why) != OK ||
            wire_put_end(&w, OK, NULL, &why) != OK)
            fail("encoding", &why);
        encode = bench_cpu_s() - start < encode ? bench_cpu_s() - start : encode;
        wire_writer_done(&w);
        const wire_limits limits = {document.len, UINT64_MAX};
        wire_reader *r = wire_reader_new(&limits, &sink, NULL);
        start = bench_cpu_s();
        if (wire_feed(r, buf_slice(&out), &used, &why) != OK)
            fail("decoding", &why);
        decode = bench_cpu_s() - start < decode ? bench_cpu_s() - start : decode;
        wire_reader_free(r);
    }
    double mb = (double)out.len / 1e6;
    bench_figure("sandbox", "facts encoded (with the codec)", "MB/s of facts", mb / encode,
                 "plain");
    bench_figure("sandbox", "facts decoded and checked", "MB/s of facts", mb / decode, "plain");
    bench_figure("sandbox", "facts a byte of document", "ratio", mb * 1e6 / (double)document.len,
                 "plain");
    buf_done(&out);
}

/* A document in the jail: wall time, both sides at work, and the parent's share of processor. */
static void through(sandbox *s, int fd, uint64_t size, slice format_name, slice path,
                    const char *of)
{
    enum { ROUNDS = 5 };
    double wall = 1e9, cpu = 1e9;
    sandbox_report r = {0};
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t claims = 0;
        err why = {0};
        fact_sink sink = counting(&claims);
        double start = bench_wall_s(), own = bench_cpu_s();
        if (sandbox_read_document(s, fd, &(sandbox_document){.format = format_name, .path = path},
                                  &sink, &r, &why) != OK)
            fail(of, &why);
        double took = bench_wall_s() - start, used = bench_cpu_s() - own;
        wall = took < wall ? took : wall;
        cpu = used < cpu ? used : cpu;
    }
    char what[256];
    snprintf(what, sizeof what,
             "input=%s claims=%llu answer_bytes=%llu child_cpu_ms=%u "
             "child_memory_kib=%u",
             of, (unsigned long long)r.claims, (unsigned long long)r.answer_bytes, r.cpu_ms,
             r.memory_kib);
    bench_figure("sandbox", "document through the jail", "MB/s", (double)size / 1e6 / wall, what);
    bench_figure("sandbox", "parent's processor time", "ms", cpu * 1e3, what);
}

/* The same codec without any of it. */
static void bare(slice document, const format *f, slice path, const char *of)
{
    enum { ROUNDS = 5 };
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t claims = 0;
        memory_reader m;
        err why = {0};
        reader in = reader_memory(&m, document);
        fact_sink sink = counting(&claims);
        double start = bench_cpu_s();
        if (f->read(&(format_input){.in = &in, .path = path}, &sink, &why) != OK)
            fail(of, &why);
        double took = bench_cpu_s() - start;
        best = took < best ? took : best;
    }
    bench_figure("sandbox", "document without the jail", "MB/s", (double)document.len / 1e6 / best,
                 of);
}

static status sum_bytes(void *ctx, const walk_document *d, err *why)
{
    (void)why;
    *(uint64_t *)ctx += d->size;
    return OK;
}

static void archive(sandbox *s, const char *path)
{
    uint64_t bytes = 0;
    err why = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    double start = bench_wall_s();
    const walk_options o = {.directory = "/tmp"};
    if (fd < 0 || walk(s, fd, slice_str(path), &o, sum_bytes, &bytes, &why) != OK)
        fail(path, &why);
    bench_figure("sandbox", "archive to descriptors", "MB/s of content",
                 (double)bytes / 1e6 / (bench_wall_s() - start), path);
    close(fd);
}

static void read_file(sandbox *s, const char *path)
{
    CLEANUP(arena_done) arena a;
    char head[CONTAINER_SNIFF_BYTES];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);
    arena_init(&a, (size_t)1 << 31);
    if (n < 0 || fstat(fd, &st) != 0)
        exit(1);
    if (container_sniff(slice_of(head, (size_t)n)) != CONTAINER_NONE) {
        archive(s, path);
        close(fd);
        return;
    }
    char *all = arena_array(&a, (size_t)st.st_size, 1);
    slice document = {all, (size_t)st.st_size};
    if (!all || pread(fd, all, document.len, 0) != st.st_size)
        exit(1);
    const format *f = format_sniff(slice_sub(document, 0, FORMAT_SNIFF_BYTES), slice_str(path));
    if (f) {
        bare(document, f, slice_str(path), path);
        through(s, fd, document.len, S(""), slice_str(path), path);
    }
    close(fd);
}

int main(int argc, char **argv)
{
    sandbox *s;
    err why = {0};
    if (argc > 3 && strcmp(argv[1], "worker") == 0) {
        worker_options w = {.formats = {named, format_sniff}};
        if (worker_class_parse(slice_str(argv[3]), &w.class) == OK)
            (void)!worker_run(&w, &why);
        return 2;
    }
    sandbox_options o = sandbox_defaults(clock_system());
    if (sandbox_new(&o, &s, &why) != OK)
        fail("sandbox", &why);
    jobs(s);
    buf text;
    buf_init(&text, 64 << 20);
    for (unsigned i = 0; text.len < 32 << 20; i++)
        buf_printf(&text, "https://host-%u.example.com/path/to/something/%u/index.html\n", i * 7919,
                   i);
    wire(buf_slice(&text));
    bare(buf_slice(&text), &plain, S(""), "plain");
    int fd = spooled(buf_slice(&text));
    through(s, fd, text.len, S("plain"), S(""), "plain");
    close(fd);
    buf_done(&text);
    for (int i = 1; i < argc; i++)
        read_file(s, argv[i]);
    sandbox_free(s);
    return 0;
}
