/* watch_bench.c - logs against N indicators: ours, Hyperscan, a simdjson pipeline; see run.
 *     bench-watch N MB              figures
 *     bench-watch N MB write DIR    the same log and indicators as files, for grep and ripgrep */
#include "bench.h"
#include "made.h"
#include "peers.h"
#include "watch/match.h"
#include "watch/match/table.h"

#include <pthread.h>

enum { ROUNDS = 5, FEED = 256 << 10 };

static void need(bool fine, const char *what)
{
    bench_need(fine, "watch", what);
}

/* --- ours ----------------------------------------------------------------------------------- */

static match_table *make_table(uint64_t count)
{
    static const uint8_t key[MATCH_KEY] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    match_builder *b = match_builder_new(key);
    match_table *t = NULL;
    char text[MADE_TEXT];
    err why = {0};
    need(b != NULL, "no memory");
    for (uint64_t n = 0; n < count; n++) {
        made_indicator one = made_indicator_of(n, text);
        need(match_builder_add(b, one.kind, slice_of(text, one.len), n, &why) == OK, why.msg);
    }
    need(match_builder_done(b, &t, &why) == OK, why.msg);
    return t;
}

typedef struct tally {
    size_t hits;
    uint64_t sum; /* of where and what, in any order */
} tally;

static status on_hits(void *ctx, const match_hit *hits, size_t count, err *why)
{
    tally *y = ctx;
    (void)why;
    y->hits += count;
    for (size_t i = 0; i < count; i++)
        y->sum += bench_mix(hits[i].at * 7 + hits[i].id);
    return OK;
}

static status on_seen(void *ctx, const match_seen *seen, err *why)
{
    (void)why;
    ((tally *)ctx)->sum += seen->at;
    return OK;
}

static tally match_all(const match_table *t, const char *text, size_t len, bool seen, int level)
{
    tally y = {0};
    match_sink sink = {.hits = on_hits, .seen = seen ? on_seen : NULL, .ctx = &y};
    matcher *m = matcher_new(&sink);
    need(m != NULL, "no memory");
    if (level >= 0)
        need(matcher_force(m, (unsigned)level), "no such processor");
    for (size_t at = 0; at < len; at += FEED) {
        size_t n = len - at < FEED ? len - at : FEED;
        need(match_feed(m, t, slice_of(text + at, n), NULL) == OK, "feed");
    }
    need(match_end(m, t, NULL) == OK, "end");
    matcher_free(m);
    return y;
}

static double speed(const match_table *t, const char *text, size_t len, bool seen, int level,
                    tally *ret)
{
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double from = bench_cpu_s();
        *ret = match_all(t, text, len, seen, level);
        double took = bench_cpu_s() - from;
        best = took < best ? took : best;
    }
    return (double)len / 1e6 / best;
}

/* --- two cores ------------------------------------------------------------------------------ */

typedef struct half {
    const match_table *t;
    const char *text;
    size_t len;
} half;

static void *match_half(void *ctx)
{
    const half *h = ctx;
    match_all(h->t, h->text, h->len, false, -1);
    return NULL;
}

/* How many times as fast two threads are as one, wall time, the best of each; and how much
 * processor time two take of what one takes, which other load changes little: 1 when they share
 * well. */
static double two_threads(const match_table *t, const char *text, size_t len, double *ret_cost)
{
    double one = 1e9, two = 1e9, one_cpu = 1e9, two_cpu = 1e9;
    half halves[2] = {{t, text, len / 2}, {t, text + len / 2, len - len / 2}};
    for (int i = 0; i < ROUNDS; i++) {
        pthread_t other;
        double from = bench_wall_s(), cpu = bench_cpu_s();
        match_all(t, text, len, false, -1);
        double took = bench_wall_s() - from, spent = bench_cpu_s() - cpu;
        one = took < one ? took : one;
        one_cpu = spent < one_cpu ? spent : one_cpu;
        from = bench_wall_s();
        cpu = bench_cpu_s();
        need(pthread_create(&other, NULL, match_half, &halves[1]) == 0, "no thread");
        match_half(&halves[0]);
        pthread_join(other, NULL);
        took = bench_wall_s() - from;
        spent = bench_cpu_s() - cpu;
        two = took < two ? took : two;
        two_cpu = spent < two_cpu ? spent : two_cpu;
    }
    *ret_cost = two_cpu / one_cpu;
    return one / two;
}

/* --- peers ---------------------------------------------------------------------------------- */

#ifdef PEER_HYPERSCAN
static double hyperscan_speed(uint64_t count, const char *text, size_t len, size_t *ret_found)
{
    char *texts = malloc(count * MADE_TEXT);
    const char **list = malloc(count * sizeof *list);
    size_t *lengths = malloc(count * sizeof *lengths);
    double best = 1e9;
    need(texts && list && lengths, "no memory");
    for (uint64_t n = 0; n < count; n++) {
        list[n] = texts + n * MADE_TEXT;
        lengths[n] = made_indicator_of(n, texts + n * MADE_TEXT).len;
    }
    peer_literals *p = hyperscan_make(list, lengths, count);
    for (int i = 0; p && i < ROUNDS; i++) {
        double from = bench_cpu_s();
        *ret_found = hyperscan_scan(p, text, len);
        double took = bench_cpu_s() - from;
        best = took < best ? took : best;
    }
    hyperscan_free(p);
    free(texts);
    free(list);
    free(lengths);
    return p ? (double)len / 1e6 / best : 0;
}
#endif

#ifdef PEER_SIMDJSON
/* What a pipeline does with a field: asks the table for it, and for the names above a name. */
typedef struct asker {
    const match_table *t;
    size_t hits;
} asker;

static void ask_key(asker *a, key_class c, uint64_t h, slice key)
{
    uint64_t at = 0;
    record r;
    if (!filter_says_no(a->t, h))
        while (table_next(a->t, c, h, key, &at, &r))
            a->hits += !r.host;
}

static void ask_name(asker *a, const uint8_t *p, size_t n)
{
    uint8_t lower[256];
    if (n > 253)
        return;
    for (size_t i = 0; i < n; i++)
        lower[i] = byte_fold(p[i]);
    for (size_t at = 0; at < n; at++)
        if ((at == 0 || lower[at - 1] == '.') && memchr(lower + at, '.', n - at))
            ask_key(a, CLASS_NAME, hash_name(a->t, lower + at, n - at),
                    slice_of((const char *)lower + at, n - at));
}

static void ask_field(void *ctx, const char *value, size_t len)
{
    asker *a = ctx;
    slice s = slice_of(value, len);
    ip address;
    size_t scheme = len < 2048 ? slice_find(s, S("://"), 0) : SIZE_MAX;
    if (len < 4 || len > 2048)
        return;
    if (ip4_read(s, &address)) {
        ask_key(a, CLASS_IP4, hash_ip4(a->t, ip4_number(&address)),
                slice_of((const char *)address.b + 12, 4));
        if (net_maybe(a->t, ip4_number(&address)))
            a->hits += net_first(a->t, &address) != NULL;
    } else if (scheme != SIZE_MAX) {
        slice rest = slice_from(s, scheme + 3);
        size_t host = 0;
        while (host < rest.len && byte_is((uint8_t)rest.ptr[host], BYTE_NAME))
            host++;
        ask_name(a, (const uint8_t *)rest.ptr, host);
        ask_key(a, CLASS_URL, hash_bytes(a->t, CLASS_URL, (const uint8_t *)rest.ptr, rest.len),
                rest);
    } else if (slice_starts(s, S("MD5=")) && len > 100) {
        uint8_t digest[32];
        for (size_t i = 0; i < 2; i++) {
            slice hex = slice_sub(s, i ? 44 : 4, i ? 108 : 36);
            bool fits = true;
            for (size_t k = 0; k < hex.len / 2; k++) {
                int high = hex_value(hex.ptr[2 * k]), low = hex_value(hex.ptr[2 * k + 1]);
                fits &= high >= 0 && low >= 0;
                digest[k] = (uint8_t)(high << 4 | low);
            }
            if (fits)
                ask_key(a, CLASS_HEX, hash_bytes(a->t, CLASS_HEX, digest, hex.len / 2),
                        slice_of((const char *)digest, hex.len / 2));
        }
    } else {
        size_t from = len;
        while (from && value[from - 1] != '\\' && value[from - 1] != '/')
            from--;
        if (memchr(value + from, '.', len - from))
            ask_name(a, (const uint8_t *)value + from, len - from);
    }
}

static double simdjson_speed(const match_table *t, const char *text, size_t len, size_t *ret_hits)
{
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        asker a = {t, 0};
        double from = bench_cpu_s();
        size_t lines = simdjson_fields(text, len, ask_field, &a);
        double took = bench_cpu_s() - from;
        need(lines > 0, "simdjson read nothing");
        best = took < best ? took : best;
        *ret_hits = a.hits;
    }
    return (double)len / 1e6 / best;
}
#endif

/* --- all of it ------------------------------------------------------------------------------ */

static void write_files(const char *dir, uint64_t count, const char *text, size_t len)
{
    char path[4096], one[MADE_TEXT];
    snprintf(path, sizeof path, "%s/log", dir);
    FILE *f = fopen(path, "w");
    need(f && fwrite(text, 1, len, f) == len && fclose(f) == 0, "writing the log");
    snprintf(path, sizeof path, "%s/indicators", dir);
    f = fopen(path, "w");
    need(f != NULL, "writing the indicators");
    for (uint64_t n = 0; n < count; n++) {
        made_indicator_of(n, one);
        fprintf(f, "%s\n", one);
    }
    need(fclose(f) == 0, "writing the indicators");
}

static void figures_of_log(const match_table *t, const char *name, const char *text, size_t len,
                           uint64_t count)
{
    char what[160];
    tally y, plain;
    double ours = speed(t, text, len, false, -1, &y);
    snprintf(what, sizeof what, "engine=ours log=%s indicators=%llu hits=%zu", name,
             (unsigned long long)count, y.hits);
    bench_figure("watch", "match", "MB/s", ours, what);
    for (int level = 0; level < 2; level++) {
        static const char *const names[] = {"portable", "avx2"};
        matcher *m = matcher_new(&(match_sink){.hits = on_hits});
        bool there = m && matcher_force(m, (unsigned)level);
        matcher_free(m);
        if (!there)
            continue;
        snprintf(what, sizeof what, "engine=ours-%s log=%s indicators=%llu", names[level], name,
                 (unsigned long long)count);
        bench_figure("watch", "match", "MB/s", speed(t, text, len, false, level, &plain), what);
        need(plain.hits == y.hits && plain.sum == y.sum, "levels differ");
    }
    snprintf(what, sizeof what, "engine=ours-with-seen log=%s indicators=%llu", name,
             (unsigned long long)count);
    bench_figure("watch", "match", "MB/s", speed(t, text, len, true, -1, &plain), what);
    snprintf(what, sizeof what, "log=%s indicators=%llu, wall time", name,
             (unsigned long long)count);
    double cost = 0;
    bench_figure("watch", "two-cores", "x", two_threads(t, text, len, &cost), what);
    snprintf(what, sizeof what, "log=%s indicators=%llu, of the processor time of one", name,
             (unsigned long long)count);
    bench_figure("watch", "two-cores-cost", "x", cost, what);
#ifdef PEER_HYPERSCAN
    if (count <= 100000) {
        size_t found = 0;
        double theirs = hyperscan_speed(count, text, len, &found);
        snprintf(what, sizeof what, "engine=hyperscan log=%s indicators=%llu hits=%zu", name,
                 (unsigned long long)count, found);
        bench_figure("watch", "match", "MB/s", theirs, what);
        snprintf(what, sizeof what, "ours/hyperscan log=%s indicators=%llu", name,
                 (unsigned long long)count);
        if (theirs > 0)
            bench_figure("watch", "ratio", "x", ours / theirs, what);
    }
#endif
#ifdef PEER_SIMDJSON
    if (strcmp(name, "json") == 0) {
        size_t found = 0;
        double theirs = simdjson_speed(t, text, len, &found);
        snprintf(what, sizeof what, "engine=simdjson log=json indicators=%llu hits=%zu",
                 (unsigned long long)count, found);
        bench_figure("watch", "match", "MB/s", theirs, what);
        snprintf(what, sizeof what, "ours/simdjson log=json indicators=%llu",
                 (unsigned long long)count);
        bench_figure("watch", "ratio", "x", ours / theirs, what);
    }
#endif
}

int main(int argc, char **argv)
{
    need(argc >= 3, "usage: bench-watch N MB [write DIR]");
    uint64_t count = strtoull(argv[1], NULL, 10), planted, known = count < 10000 ? count : 10000;
    size_t room = strtoull(argv[2], NULL, 10) * 1000000;
    char what[160];
    char *text = calloc(room + 64, 1);
    need(text && count, "no memory");
    size_t len = made_log(text, room, MADE_MIXED, known, &planted);
    if (argc == 5) {
        write_files(argv[4], count, text, len);
        return 0;
    }
    double from = bench_cpu_s();
    match_table *t = make_table(count);
    match_info info = match_table_info(t);
    snprintf(what, sizeof what, "indicators=%llu", (unsigned long long)count);
    bench_figure("watch", "build", "s", bench_cpu_s() - from, what);
    bench_figure("watch", "memory", "bytes/indicator", (double)info.bytes / (double)info.added,
                 what);
    bench_figure("watch", "memory-high", "MiB", (double)bench_memory_kib("VmHWM") / 1024, what);
    figures_of_log(t, "mixed", text, len, count);
    len = made_log(text, room, MADE_JSON, known, &planted);
    memset(text + len, 0, 64);
    figures_of_log(t, "json", text, len, count);
    match_table_free(t);
    free(text);
    return 0;
}
