/* index_bench.c - known keys: ours and its peers, filled with the same keys of 32 bytes in the same
 * order and asked the same questions.
 *     bench-index ENGINE KEYS FOLDER fill-sorted|fill-random|warm|cold-miss|cold-hit [ADDRESS PID]
 * bench/index/run does all, starts and stops the servers, empties the page cache before `cold`,
 * weighs what was written and divides. Without arguments: the engines that there are.
 * Figures: processor time (with that of the server of process PID and its children), for cold ones
 * the clock and what was read from the disk. Misses are 99 of 100 questions. */
#include "peers.h"

#include <sys/resource.h>

enum { WARM_BATCHED = 1000000, WARM_SINGLE = 200000, COLD = 4000, SERVER_PART = 5, ROUNDS = 3 };

static const engine *const engines[] = {
    &engine_tiers,      &engine_table, &engine_sqlite,
#ifdef PEER_LMDB
    &engine_lmdb,
#endif
#ifdef PEER_ROCKSDB
    &engine_rocksdb,
#endif
#ifdef PEER_HIREDIS
    &engine_redis,
#endif
#ifdef PEER_LIBPQ
    &engine_postgresql,
#endif
};

/* Processor time of a process so far; 0: it is not there. */
static double process_s(long pid)
{
    char path[64];
    unsigned long long ns = 0;
    snprintf(path, sizeof path, "/proc/%ld/schedstat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    if (fscanf(f, "%llu", &ns) != 1)
        ns = 0;
    fclose(f);
    return (double)ns * 1e-9;
}

/* A server's, with its children that are there. */
static double server_s(long pid)
{
    char path[64];
    long child;
    double s = pid ? process_s(pid) : 0;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", pid, pid);
    FILE *f = pid ? fopen(path, "r") : NULL;
    while (f && fscanf(f, "%ld", &child) == 1)
        s += process_s(child);
    if (f)
        fclose(f);
    return s;
}

typedef struct question_set {
    char *at;
    uint64_t count, hits;
} question_set;

static question_set questions(const run *r, bool hits, uint64_t count, uint64_t salt)
{
    question_set q = {malloc((size_t)count * KEY), count, 0};
    need(q.at != NULL, "out of memory");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t n = bench_mix((i + salt) * 7 + hits);
        bool hit = hits || n % 100 == 0;
        q.hits += hit;
        if (hit)
            index_key(r->keys, (n >> 8) % r->keys, q.at + i * KEY);
        else
            bench_key(r->keys + (n >> 8), q.at + i * KEY);
    }
    return q;
}

static void ask_all(const engine *e, void *open, const question_set *q, size_t batch)
{
    uint64_t hits = 0;
    for (uint64_t i = 0; i < q->count; i += batch) {
        size_t n = q->count - i < batch ? (size_t)(q->count - i) : batch;
        hits += e->find(open, q->at + i * KEY, n);
    }
    need(hits == q->hits, "wrong answers");
}

static void fill(const engine *e, const run *r, long pid, const char *what)
{
    void *open = e->open(r);
    double cpu = bench_cpu_s() + server_s(pid), wall = bench_wall_s();
    e->insert(open, r);
    bench_figure("index", r->sorted ? "fill, sorted" : "fill, in no order", "s CPU",
                 bench_cpu_s() + server_s(pid) - cpu, what);
    bench_figure("index", r->sorted ? "fill, sorted" : "fill, in no order", "s",
                 bench_wall_s() - wall, what);
    e->close(open);
}

static void warm(const engine *e, const run *r, long pid, const char *what)
{
    void *open = e->open(r);
    for (int single = e->batch == 1; single < 2; single++)
        for (int hits = 0; hits < 2; hits++) {
            char name[64];
            double best = 1e9, clock = 1e9;
            uint64_t count = single ? WARM_SINGLE : WARM_BATCHED;
            count /= pid ? SERVER_PART : 1;
            question_set q = questions(r, hits, count, 0);
            for (int round = 0; round < ROUNDS; round++) {
                double cpu = bench_cpu_s() + server_s(pid), wall = bench_wall_s();
                ask_all(e, open, &q, single ? 1 : e->batch);
                cpu = bench_cpu_s() + server_s(pid) - cpu;
                wall = bench_wall_s() - wall;
                best = cpu < best ? cpu : best;
                clock = wall < clock ? wall : clock;
            }
            snprintf(name, sizeof name, "%s, warm, %s", hits ? "hit" : "miss",
                     single ? "single" : "batch");
            bench_figure("index", name, "ns CPU", best * 1e9 / (double)count, what);
            bench_figure("index", name, "ns", clock * 1e9 / (double)count, what);
            free(q.at);
        }
    e->close(open);
}

static uint64_t read_bytes(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (uint64_t)u.ru_inblock * 512;
}

static void cold(const engine *e, const run *r, bool hits, const char *what)
{
    question_set q = questions(r, hits, COLD, 1000000007);
    double wall = bench_wall_s();
    uint64_t before = read_bytes();
    void *open = e->open(r);
    ask_all(e, open, &q, e->batch);
    wall = bench_wall_s() - wall;
    bench_figure("index", hits ? "hit, cold" : "miss, cold", "ns", wall * 1e9 / COLD, what);
    if (!r->address)
        bench_figure("index", hits ? "hit, cold" : "miss, cold", "bytes read",
                     (double)(read_bytes() - before) / COLD, what);
    e->close(open);
    free(q.at);
}

static const engine *engine_called(const char *name)
{
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (strcmp(engines[i]->name, name) == 0)
            return engines[i];
    return NULL;
}

int main(int argc, char **argv)
{
    char what[128];
    if (argc == 1) {
        for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
            puts(engines[i]->name);
        return 0;
    }
    need(argc >= 5, "bench-index ENGINE KEYS FOLDER PHASE [ADDRESS PID]");
    const engine *e = engine_called(argv[1]);
    const char *phase = argv[4];
    run r = {argv[3], argc > 5 ? argv[5] : NULL, strtoull(argv[2], NULL, 10),
             strcmp(phase, "fill-sorted") == 0};
    long pid = argc > 6 ? strtol(argv[6], NULL, 10) : 0;
    need(e && r.keys >= 1000, "no such engine, or under 1000 keys");
    snprintf(what, sizeof what, "engine=%s keys=%llu", e->name, (unsigned long long)r.keys);
    if (strncmp(phase, "fill-", 5) == 0)
        fill(e, &r, pid, what);
    else if (strcmp(phase, "warm") == 0)
        warm(e, &r, pid, what);
    else if (strncmp(phase, "cold-", 5) == 0)
        cold(e, &r, strcmp(phase, "cold-hit") == 0, what);
    else
        need(false, "no such phase");
    return 0;
}
