/* watch_bench.c - logs against N indicators: ours, Hyperscan, a simdjson pipeline; see run.
 *     bench-watch N MB              figures
 *     bench-watch N MB write DIR    the same log and indicators as files, for grep and ripgrep
 * A ratio is the median of pairs, one after the other and every second time the other way round,
 * with the lowest and the highest. */
#include "bench.h"
#include "made.h"
#include "peers.h"
#include "watch/match.h"
#include "watch/match/table.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

enum { ROUNDS = 5, ROUNDS_MAX = 25, FEED = 256 << 10 };

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

/* --- pairs ---------------------------------------------------------------------------------- */

/* Seconds that one way to go through the text takes. */
typedef double timed(void *ctx);

typedef struct race {
    double a, b;               /* seconds, the least of each */
    double ratio, least, most; /* of b to a, pair by pair: the median, the lowest, the highest */
} race;

static int number_order(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static double least_of(double a, double b)
{
    return a < b ? a : b;
}

static race race_made(double *ratios, int rounds)
{
    qsort(ratios, (size_t)rounds, sizeof *ratios, number_order);
    return (race){.ratio = ratios[rounds / 2], .least = ratios[0], .most = ratios[rounds - 1]};
}

static race race_of(timed *a, void *a_ctx, timed *b, void *b_ctx, int rounds)
{
    double ratios[ROUNDS_MAX], least[2] = {1e9, 1e9};
    for (int i = 0; i < rounds; i++) {
        double a_took = 0, b_took = 0;
        if (i % 2 == 0)
            a_took = a(a_ctx);
        b_took = b(b_ctx);
        if (i % 2 == 1)
            a_took = a(a_ctx);
        least[0] = least_of(least[0], a_took);
        least[1] = least_of(least[1], b_took);
        ratios[i] = b_took / a_took;
    }
    race r = race_made(ratios, rounds);
    r.a = least[0];
    r.b = least[1];
    return r;
}

static void figure_of_race(const char *what, race r)
{
    char text[256];
    snprintf(text, sizeof text, "%s, %d pairs %.3f..%.3f", what, (int)ROUNDS, r.least, r.most);
    bench_figure("watch", "ratio", "x", r.ratio, text);
}

/* What ours goes through, and what it found. */
typedef struct job {
    const match_table *t;
    const char *text;
    size_t len;
    bool seen;
    int level;
    tally y;
} job;

static double ours_cpu(void *ctx)
{
    job *j = ctx;
    double from = bench_cpu_s();
    j->y = match_all(j->t, j->text, j->len, j->seen, j->level);
    return bench_cpu_s() - from;
}

static double speed(job *j)
{
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double took = ours_cpu(j);
        best = took < best ? took : best;
    }
    return (double)j->len / 1e6 / best;
}

/* --- two cores ------------------------------------------------------------------------------ */

/* Work that can be done in two halves that share nothing, or all at once; each half on its own
 * processor, as where the kernel puts a new thread is another question. */
typedef struct halves {
    void (*work)(const job *j, unsigned half, unsigned of);
    const job *j;
    int other; /* the second half's processor; the first half is done where it is asked for */
} halves;

static void match_part(const job *j, unsigned half, unsigned of)
{
    size_t from = j->len / of * half;
    match_all(j->t, j->text + from, half + 1 < of ? j->len / of : j->len - from, false, -1);
}

/* Arithmetic, without memory: what the machine itself gives for two, to see what can be had. */
static void count_part(const job *j, unsigned half, unsigned of)
{
    uint64_t sum = half;
    for (size_t i = j->len / 3 / of; i; i--)
        sum += bench_mix(i);
    need(sum != 1, "that number");
}

static void *second_half(void *ctx)
{
    const halves *h = ctx;
    h->work(h->j, 1, 2);
    return NULL;
}

static void both_halves(halves *h)
{
    pthread_t other;
    pthread_attr_t on;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((unsigned)h->other, &set);
    need(pthread_attr_init(&on) == 0 && pthread_attr_setaffinity_np(&on, sizeof set, &set) == 0,
         "no second processor");
    int failed = pthread_create(&other, &on, second_half, h);
    need(!failed, "no thread");
    h->work(h->j, 0, 2);
    pthread_join(other, NULL);
    pthread_attr_destroy(&on);
}

static double one_wall(void *ctx)
{
    const halves *h = ctx;
    double from = bench_wall_s();
    h->work(h->j, 0, 1);
    return bench_wall_s() - from;
}

static double two_wall(void *ctx)
{
    double from = bench_wall_s();
    both_halves(ctx);
    return bench_wall_s() - from;
}

static double gain_of_two(halves *h, bool one_first)
{
    double two = 0, one = 0;
    if (!one_first)
        two = two_wall(h);
    one = one_wall(h);
    if (one_first)
        two = two_wall(h);
    return one / two;
}

static double one_cpu(void *ctx)
{
    const halves *h = ctx;
    double from = bench_cpu_s();
    h->work(h->j, 0, 1);
    return bench_cpu_s() - from;
}

static double two_cpu(void *ctx)
{
    double from = bench_cpu_s();
    both_halves(ctx);
    return bench_cpu_s() - from;
}

/* What all processors have done since they were started, in seconds. */
typedef struct machine {
    double busy;  /* for all programs and the kernel */
    double taken; /* by the host of a virtual machine, which gave it to others */
} machine;

static machine machine_now(void)
{
    double t[8] = {0}, second = (double)sysconf(_SC_CLK_TCK);
    FILE *f = fopen("/proc/stat", "r"); /* user, nice, system, idle, waiting, two of interrupts */
    if (f) {
        if (fscanf(f, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", t, t + 1, t + 2, t + 3, t + 4, t + 5,
                   t + 6, t + 7) != 8)
            memset(t, 0, sizeof t);
        fclose(f);
    }
    return (machine){(t[0] + t[1] + t[2] + t[5] + t[6]) / second, t[7] / second};
}

/* Two of the processors that the process may use. */
static bool two_processors(const cpu_set_t *set, int ret[2])
{
    int found = 0;
    for (int i = 0; i < CPU_SETSIZE && found < 2; i++)
        if (CPU_ISSET((unsigned)i, set))
            ret[found++] = i;
    return found == 2;
}

static void figure_of_pairs(const char *figure, const char *log, race r, int pairs)
{
    char text[256];
    snprintf(text, sizeof text, "%s, %d pairs %.3f..%.3f", log, pairs, r.least, r.most);
    bench_figure("watch", figure, "x", r.ratio, text);
}

/* How many times as fast two threads are as one, wall time: many short pairs, as it wants a machine
 * that does nothing else. So that one sees whether it did: the same of arithmetic that shares
 * nothing, in turn with them (what it lacks of 2 is the machine's: two threads of one core, the
 * clock, other guests); and what share of the processors other programs had, and the host. And how
 * much processor time two take of what one takes. */
static void figures_of_two(const job *j, const char *log)
{
    enum { SHORT = 40000000, PAIRS = ROUNDS_MAX };
    cpu_set_t was, here;
    int on[2];
    if (sched_getaffinity(0, sizeof was, &was) != 0 || !two_processors(&was, on))
        return;
    CPU_ZERO(&here);
    CPU_SET((unsigned)on[0], &here);
    need(sched_setaffinity(0, sizeof here, &here) == 0, "a processor of its own");
    job part = {.t = j->t, .text = j->text, .len = j->len < SHORT ? j->len : SHORT, .level = -1};
    halves match = {match_part, &part, on[1]}, count = {count_part, &part, on[1]};
    double ratios[2][PAIRS];
    machine before = machine_now();
    double from = bench_wall_s(), own = bench_cpu_s();
    for (int i = 0; i < PAIRS; i++) {
        ratios[0][i] = gain_of_two(&match, i % 2);
        ratios[1][i] = gain_of_two(&count, i % 2);
    }
    double own_took = bench_cpu_s() - own, took = bench_wall_s() - from;
    machine after = machine_now();
    figure_of_pairs("two-cores", log, race_made(ratios[0], PAIRS), PAIRS);
    figure_of_pairs("two-cores-arithmetic", log, race_made(ratios[1], PAIRS), PAIRS);
    figure_of_pairs("two-cores-cost", log, race_of(one_cpu, &match, two_cpu, &match, PAIRS), PAIRS);
    double all = took * (double)sysconf(_SC_NPROCESSORS_ONLN) / 100;
    double others = (after.busy - before.busy - own_took) / all;
    bench_figure("watch", "two-cores-others", "%", others > 0 ? others : 0, log);
    bench_figure("watch", "two-cores-host", "%", (after.taken - before.taken) / all, log);
    sched_setaffinity(0, sizeof was, &was);
}

/* --- peers ---------------------------------------------------------------------------------- */

#ifdef PEER_HYPERSCAN
static peer_literals *hyperscan_of(uint64_t count)
{
    char *texts = malloc(count * MADE_TEXT);
    const char **list = malloc(count * sizeof *list);
    size_t *lengths = malloc(count * sizeof *lengths);
    need(texts && list && lengths, "no memory");
    for (uint64_t n = 0; n < count; n++) {
        list[n] = texts + n * MADE_TEXT;
        lengths[n] = made_indicator_of(n, texts + n * MADE_TEXT).len;
    }
    peer_literals *p = hyperscan_make(list, lengths, count);
    free(texts);
    free(list);
    free(lengths);
    return p;
}

typedef struct literals_job {
    peer_literals *p;
    const char *text;
    size_t len, found;
} literals_job;

static double hyperscan_cpu(void *ctx)
{
    literals_job *j = ctx;
    double from = bench_cpu_s();
    j->found = hyperscan_scan(j->p, j->text, j->len);
    return bench_cpu_s() - from;
}

static void beside_hyperscan(job *ours, const char *log, uint64_t count)
{
    char what[200];
    literals_job theirs = {hyperscan_of(count), ours->text, ours->len, 0};
    need(theirs.p != NULL, "Hyperscan does not build them");
    race r = race_of(ours_cpu, ours, hyperscan_cpu, &theirs, ROUNDS);
    snprintf(what, sizeof what, "engine=hyperscan mode=block %s hits=%zu", log, theirs.found);
    bench_figure("watch", "match", "MB/s", (double)ours->len / 1e6 / r.b, what);
    snprintf(what, sizeof what, "ours/hyperscan %s", log);
    figure_of_race(what, r);
    hyperscan_free(theirs.p);
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
                ask_key(a, CLASS_HEX, hash_digits(a->t, (const uint8_t *)hex.ptr, hex.len),
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

typedef struct fields_job {
    const match_table *t;
    const char *text;
    size_t len, hits;
} fields_job;

static double simdjson_cpu(void *ctx)
{
    fields_job *j = ctx;
    asker a = {j->t, 0};
    double from = bench_cpu_s();
    size_t lines = simdjson_fields(j->text, j->len, ask_field, &a);
    double took = bench_cpu_s() - from;
    need(lines > 0, "simdjson read nothing");
    j->hits = a.hits;
    return took;
}

static void beside_simdjson(job *ours, const char *log)
{
    char what[200];
    fields_job theirs = {ours->t, ours->text, ours->len, 0};
    race r = race_of(ours_cpu, ours, simdjson_cpu, &theirs, ROUNDS);
    snprintf(what, sizeof what, "engine=simdjson %s hits=%zu", log, theirs.hits);
    bench_figure("watch", "match", "MB/s", (double)ours->len / 1e6 / r.b, what);
    snprintf(what, sizeof what, "ours/simdjson %s", log);
    figure_of_race(what, r);
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

/* Beside the same with few indicators. */
enum { FEW = 10000 };

static void beside_few(job *ours, const char *log)
{
    char what[200];
    match_table *few = make_table(FEW);
    job theirs = {.t = few, .text = ours->text, .len = ours->len, .level = -1};
    race r = race_of(ours_cpu, ours, ours_cpu, &theirs, ROUNDS);
    snprintf(what, sizeof what, "ours/ours-with-%d %s", (int)FEW, log);
    figure_of_race(what, r);
    match_table_free(few);
}

static void figures_of_log(const match_table *t, const char *name, const char *text, size_t len,
                           uint64_t count)
{
    static const char *const levels[] = {"portable", "avx2"};
    char log[100], what[200];
    job ours = {.t = t, .text = text, .len = len, .level = -1}, other = ours;
    snprintf(log, sizeof log, "log=%s indicators=%llu", name, (unsigned long long)count);
    double best = speed(&ours);
    snprintf(what, sizeof what, "engine=ours %s hits=%zu", log, ours.y.hits);
    bench_figure("watch", "match", "MB/s", best, what);
    for (int level = 0; level < 2; level++) {
        matcher *m = matcher_new(&(match_sink){.hits = on_hits});
        bool there = m && matcher_force(m, (unsigned)level);
        matcher_free(m);
        if (!there)
            continue;
        other.level = level;
        snprintf(what, sizeof what, "engine=ours-%s %s", levels[level], log);
        bench_figure("watch", "match", "MB/s", speed(&other), what);
        need(other.y.hits == ours.y.hits && other.y.sum == ours.y.sum, "levels differ");
    }
    other.level = -1;
    other.seen = true;
    snprintf(what, sizeof what, "engine=ours-with-seen %s", log);
    bench_figure("watch", "match", "MB/s", speed(&other), what);
    figures_of_two(&ours, log);
    if (count > FEW)
        beside_few(&ours, log);
#ifdef PEER_HYPERSCAN
    if (count <= 100000)
        beside_hyperscan(&ours, log, count);
#endif
#ifdef PEER_SIMDJSON
    if (strcmp(name, "json") == 0)
        beside_simdjson(&ours, log);
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
