/* sightings_bench.c - what a site's telemetry costs to remember and to ask.
 *     bench-sightings EVENTS FOLDER
 * Made: events of 30 days in order of time, of five million values, Zipf with exponent 1: six of
 * ten are domains (three to five labels, so with parents), three IPv4 addresses, one a digest;
 * eight logs, a line of 200 bytes each; three times, far apart, a domain that is asked later.
 * Figures: bytes for each value and day (parents and networks are values), processor time of adding
 * without that of making events, of folding, how often bytes are written; time of one question. */
#include "bench.h"
#include "know/sightings_write.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    VALUES = 5000000,
    DAYS = 30,
    LOGS = 8,
    LINE = 200,
    TODAY = 20000,
    COMMIT = 500000,
    QUESTIONS = 200000,
    COLD = 3000,
    BUDGET = 64 << 20,
    PLANTED = 3
};

typedef struct bench {
    char dir[256];
    uint64_t events;
    int64_t now_us;
    double generating, adding, folding, wall;
    uint64_t flushed, folded, written;
    sightings *s;
    double *took; /* of each question, us */
} bench;

typedef struct value {
    char text[80];
    sightings_probe probe;
} value;

static void need(bool fine, const char *what)
{
    bench_need(fine, "sightings", what);
}

/* --- events --------------------------------------------------------------------------------- */

static void value_of(uint64_t n, value *ret)
{
    uint64_t x = bench_mix(n);
    kind k = n % 10 < 6 ? KIND_DOMAIN : n % 10 < 9 ? KIND_IPV4 : KIND_SHA256;
    int len = 0;
    if (k == KIND_DOMAIN) {
        const char *host = x % 3 == 0 ? "www." : x % 3 == 1 ? "" : "a1.cdn.";
        /* a fifth as many registrable names */
        len = snprintf(ret->text, sizeof ret->text, "%sn%x.example%u.com", host,
                       (unsigned)(x >> 8 & 0xf), (unsigned)(n / 5));
    } else if (k == KIND_IPV4) {
        len = snprintf(ret->text, sizeof ret->text, "%u.%u.%u.%u", (unsigned)(x >> 8 & 0x7f) + 1,
                       (unsigned)(x >> 16 & 0xff), (unsigned)(x >> 24 & 0xff),
                       (unsigned)(x >> 32 & 0xff));
    } else {
        len = snprintf(ret->text, sizeof ret->text, "%016llx%016llx%016llx%016llx",
                       (unsigned long long)x, (unsigned long long)bench_mix(x),
                       (unsigned long long)bench_mix(x + 1), (unsigned long long)bench_mix(x + 2));
    }
    ret->probe = (sightings_probe){k, slice_of(ret->text, (size_t)len)};
}

/* log-uniform ranks: Zipf with exponent 1. VALUES^u by squaring, so that no libm is wanted. */
static uint64_t rank_of(uint64_t event)
{
    uint64_t bits = bench_mix(event * 3 + 1);
    static const double roots[20] = {
        /* VALUES^(1/2), ^(1/4), ... */
        2236.06797749979,   47.28708045015879,  6.876560219336321,  2.6223196257009405,
        1.6193577818693867, 1.272539894018803,  1.1280690998422052, 1.0621059739226615,
        1.030585257959118,  1.0151774514631016, 1.0075601478140654, 1.003772956307384,
        1.001884702102684,  1.0009419074565136, 1.000470842881747,  1.0002353937357682,
        1.000117689942423,  1.000058843239948,  1.0000294211871708, 1.0000147104853863};
    double x = 1;
    for (int i = 0; i < 20; i++)
        x *= bits >> (63 - i) & 1 ? roots[i] : 1;
    return (uint64_t)x - 1;
}

static when time_of(const bench *b, uint64_t event)
{
    uint64_t seconds = (uint64_t)DAYS * 86400;
    return (when)((uint64_t)(TODAY - DAYS + 1) * 86400 + event * seconds / b->events) * 1000;
}

static bool planted(const bench *b, uint64_t event)
{
    return event % (b->events / PLANTED) == b->events / PLANTED / 2;
}

static void event_of(const bench *b, uint64_t event, value *ret)
{
    value_of(rank_of(event), ret);
    if (planted(b, event)) {
        int len = snprintf(ret->text, sizeof ret->text, "c2.planted.example");
        ret->probe = (sightings_probe){KIND_DOMAIN, slice_of(ret->text, (size_t)len)};
    }
}

/* --- adding --------------------------------------------------------------------------------- */

static void make_only(bench *b)
{
    uint64_t sum = 0, n = b->events / 10;
    double from = bench_cpu_s();
    for (uint64_t i = 0; i < n; i++) {
        value v;
        event_of(b, i, &v);
        sum += v.probe.value.len;
    }
    need(sum != 0, "nothing was made");
    b->generating = (bench_cpu_s() - from) * (double)b->events / (double)n;
}

static void fold(bench *b, sightings_writer *w)
{
    err why = {0};
    double from = bench_cpu_s();
    need(sightings_fold(w, &why) == OK, why.msg);
    b->folding += bench_cpu_s() - from;
}

static void write_all(bench *b)
{
    sightings_writer *w;
    uint32_t logs[LOGS];
    err why = {0};
    sightings_writer_options o = {
        .folder = b->dir, .random = random_system(), .clock = clock_fixed(&b->now_us)};
    need(sightings_writer_new(&o, &w, &why) == OK, why.msg);
    for (int i = 0; i < LOGS; i++) {
        char name[32];
        int len = snprintf(name, sizeof name, "/var/log/site/%d.log", i);
        need(sightings_source_add(w, slice_of(name, (size_t)len), S("json"), &logs[i], &why) == OK,
             why.msg);
    }
    double from = bench_cpu_s(), wall = bench_wall_s();
    for (uint64_t i = 0; i < b->events; i++) {
        value v;
        event_of(b, i, &v);
        need(sightings_add(w, v.probe.kind, v.probe.value, time_of(b, i), logs[i % LOGS],
                           i / LOGS * LINE, &why) == OK,
             why.msg);
        if (i % COMMIT == COMMIT - 1 || i + 1 == b->events) {
            need(sightings_commit(w, slice_of((const char *)&i, sizeof i), &why) == OK, why.msg);
            fold(b, w);
        }
    }
    b->adding = bench_cpu_s() - from - b->folding - b->generating;
    b->wall = bench_wall_s() - wall;
    sightings_totals t = sightings_writer_totals(w);
    b->flushed = t.flushed;
    b->folded = t.folded;
    b->written = t.written_bytes;
    sightings_writer_free(w);
}

/* --- asking --------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void percentiles(bench *b, size_t n, const char *what, const char *of)
{
    char name[96];
    qsort(b->took, n, sizeof *b->took, by_size);
    snprintf(name, sizeof name, "%s, p50", what);
    bench_figure("sightings", name, "us", b->took[n / 2], of);
    snprintf(name, sizeof name, "%s, p99", what);
    bench_figure("sightings", name, "us", b->took[n / 100 * 99], of);
    snprintf(name, sizeof name, "%s, p99.9", what);
    bench_figure("sightings", name, "us", b->took[n / 1000 * 999], of);
}

/* A value that never was, any that was, one drawn as events draw them. */
typedef enum asking { NEVER, ANY, POPULAR } asking;

static void value_to_ask(uint64_t i, asking how, value *ret)
{
    uint64_t x = bench_mix(i * 5 + 77);
    if (how == NEVER) {
        value_of(VALUES * 10ull + x % VALUES, ret);
        if (ret->probe.kind == KIND_IPV4) /* addresses may be there by chance */
            value_of(VALUES * 10ull + x % VALUES / 10 * 10 + 9, ret);
    } else {
        value_of(how == ANY ? x % VALUES : rank_of(x), ret);
    }
}

/* One value a question, each timed. */
static void ask_as(bench *b, size_t n, asking how, bool expect, const char *name, const char *of)
{
    arena a;
    err why = {0};
    arena_init(&a, BUDGET);
    size_t got = 0;
    for (uint64_t i = 0; got < n && i < 100 * (uint64_t)n; i++) {
        value v;
        sightings_found f;
        value_to_ask(i, how, &v);
        arena_reset(&a);
        double from = bench_wall_s();
        if (expect)
            sightings_expect(b->s, &v.probe, 1);
        need(sightings_find(b->s, &v.probe, 1, &a, &f, &why) == OK, why.msg);
        b->took[got] = (bench_wall_s() - from) * 1e6;
        got += (f.itself.count != 0) == (how != NEVER);
    }
    need(got == n, "wrong answers");
    percentiles(b, n, name, of);
    arena_done(&a);
}

static void ask(bench *b, size_t n, asking how, const char *name, const char *of)
{
    ask_as(b, n, how, false, name, of);
}

/* Filters alone, as a set of 100 million values asks. */
static void ask_maybe(bench *b, const char *of)
{
    enum { BATCH = 1024, ROUNDS = 1000 };
    static value v[BATCH];
    static sightings_probe p[BATCH];
    static bool maybe[BATCH];
    double took = 0;
    size_t some = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (uint64_t i = 0; i < BATCH; i++) {
            value_of(VALUES * 10ull + (uint64_t)round * BATCH + i, &v[i]);
            p[i] = (sightings_probe){v[i].probe.kind, v[i].probe.value};
        }
        double from = bench_cpu_s();
        sightings_maybe(b->s, p, BATCH, maybe);
        took += bench_cpu_s() - from;
        for (size_t i = 0; i < BATCH; i++)
            some += maybe[i];
    }
    bench_figure("sightings", "never seen, filters alone", "ns CPU each",
                 took / BATCH / ROUNDS * 1e9, of);
    bench_figure("sightings", "and left to be asked", "of 1,000",
                 (double)some / BATCH / ROUNDS * 1000, of);
}

static void ask_many(bench *b, const char *of)
{
    enum { BATCH = 10000, ROUNDS = 20 };
    static value v[BATCH];
    static sightings_probe p[BATCH];
    static sightings_found f[BATCH];
    arena a;
    err why = {0};
    double best = 1e9;
    arena_init(&a, (size_t)256 << 20);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint64_t i = 0; i < BATCH; i++) {
            value_of(VALUES * 10ull + (uint64_t)round * BATCH + i, &v[i]);
            p[i] = (sightings_probe){v[i].probe.kind, v[i].probe.value};
        }
        arena_reset(&a);
        double from = bench_cpu_s();
        need(sightings_find(b->s, p, BATCH, &a, f, &why) == OK, why.msg);
        double s = (bench_cpu_s() - from) / BATCH;
        best = s < best ? s : best;
    }
    bench_figure("sightings", "new indicators never seen, 10,000 at once", "ns CPU each",
                 best * 1e9, of);
    arena_done(&a);
}

static void ask_net(bench *b, const char *net, const char *of)
{
    arena a;
    err why = {0};
    sightings_found f;
    sightings_probe p = {KIND_CIDR, slice_str(net)};
    char name[64];
    double best = 1e9;
    arena_init(&a, BUDGET);
    for (int i = 0; i < 20; i++) {
        arena_reset(&a);
        double from = bench_cpu_s();
        need(sightings_find(b->s, &p, 1, &a, &f, &why) == OK, why.msg);
        best = bench_cpu_s() - from < best ? bench_cpu_s() - from : best;
    }
    snprintf(name, sizeof name, "network %s", net);
    bench_figure("sightings", name, "us CPU", best * 1e6, of);
    arena_done(&a);
}

/* Everything out of memory. Nothing is mapped meanwhile. */
static void chill(bench *b)
{
    char path[600];
    err why = {0};
    b->s = sightings_close(b->s);
    DIR *d = opendir(b->dir);
    const struct dirent *e;
    while (d && (e = readdir(d))) {
        snprintf(path, sizeof path, "%s/%s", b->dir, e->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && fdatasync(fd) == 0)
            need(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, "dropping pages");
        close(fd);
    }
    if (d)
        closedir(d);
    need(sightings_open(b->dir, &b->s, &why) == OK, why.msg);
}

/* A new indicator: opening and asking, as another process would. */
static void ask_planted(bench *b, const char *of)
{
    arena a;
    err why = {0};
    sightings_found f;
    sightings_probe p = {KIND_DOMAIN, S("planted.example")};
    sightings *s;
    arena_init(&a, BUDGET);
    double from = bench_wall_s();
    need(sightings_open(b->dir, &s, &why) == OK, why.msg);
    need(sightings_find(s, &p, 1, &a, &f, &why) == OK, why.msg);
    bench_figure("sightings", "a new indicator, seen 3 times within: all 3 positions", "us",
                 (bench_wall_s() - from) * 1e6, of);
    need(f.within.count == PLANTED && f.within.sample_count == PLANTED, "positions");
    for (uint32_t i = 0; i < PLANTED; i++) {
        const sightings_sample *x = &f.within.samples[i];
        uint64_t event = x->offset / LINE * LOGS + x->source;
        need(planted(b, event) && x->at == time_of(b, event), "a position is wrong");
    }
    sightings_close(s);
    arena_done(&a);
}

static void figures(bench *b, const char *of)
{
    arena a;
    sightings_coverage c;
    err why = {0};
    double n = (double)b->events;
    arena_init(&a, BUDGET);
    need(sightings_covered(b->s, &a, &c, &why) == OK, why.msg);
    bench_figure("sightings", "a value and day", "bytes", (double)c.bytes / (double)c.buckets, of);
    bench_figure("sightings", "an event", "bytes", (double)c.bytes / n, of);
    bench_figure("sightings", "values and days", "", (double)c.buckets, of);
    bench_figure("sightings", "files", "", (double)c.segments, of);
    bench_figure("sightings", "on the disk", "MB", (double)c.bytes / 1e6, of);
    bench_figure("sightings", "adding an event, its parents and networks", "ns CPU",
                 b->adding / n * 1e9, of);
    bench_figure("sightings", "making an event, beside it", "ns CPU", b->generating / n * 1e9, of);
    bench_figure("sightings", "adding", "events/s CPU", n / b->adding, of);
    bench_figure("sightings", "folding", "ns CPU an event", b->folding / n * 1e9, of);
    bench_figure("sightings", "bytes are written", "times", (double)b->written / (double)c.bytes,
                 of);
    bench_figure("sightings", "all of it", "s", b->wall, of);
    bench_figure("sightings", "largest memory", "MiB", (double)bench_memory_kib("VmHWM") / 1024,
                 of);
    arena_done(&a);
}

int main(int argc, char **argv)
{
    bench b = {.now_us = (int64_t)(TODAY + 1) * WHEN_DAY * 1000};
    char what[64];
    err why = {0};
    need(argc == 3, "bench-sightings EVENTS FOLDER");
    b.events = strtoull(argv[1], NULL, 10);
    need(b.events >= 1000, "too few events");
    snprintf(b.dir, sizeof b.dir, "%s/sightings", argv[2]);
    b.took = calloc(QUESTIONS, sizeof *b.took);
    need(b.took != NULL, "memory");
    make_only(&b);
    write_all(&b);
    snprintf(what, sizeof what, "events=%llu", (unsigned long long)b.events);
    need(sightings_open(b.dir, &b.s, &why) == OK, why.msg);
    figures(&b, what);
    double from = bench_cpu_s();
    need(sightings_verify(b.s, &why) == OK, why.msg);
    bench_figure("sightings", "verify", "s CPU", bench_cpu_s() - from, what);
    ask(&b, QUESTIONS, NEVER, "never seen", what);
    ask(&b, QUESTIONS, ANY, "seen, any value", what);
    ask(&b, QUESTIONS, POPULAR, "seen, as often as events", what);
    ask_many(&b, what);
    ask_maybe(&b, what);
    ask_net(&b, "224.10.20.0/24", what); /* where none is */
    ask_net(&b, "50.10.20.0/24", what);
    ask_net(&b, "50.10.128.0/17", what);
    ask_net(&b, "50.10.0.0/16", what);
    ask_net(&b, "50.0.0.0/8", what);
    chill(&b);
    ask_planted(&b, what);
    chill(&b);
    ask(&b, COLD, NEVER, "never seen, nothing in memory at first", what);
    chill(&b);
    ask(&b, COLD, ANY, "seen, any value, nothing in memory at first", what);
    chill(&b);
    ask_as(&b, COLD, ANY, true, "the same, reads fetched ahead", what);
    sightings_close(b.s);
    free(b.took);
    return 0;
}
