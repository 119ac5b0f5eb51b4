/* tiers_bench.c - keys that come and go: a version of four tables, each an eighth of the one below.
 *     bench-tiers KEYS FOLDER
 * Figures: look-ups warm; reads of the disk for a look-up when nothing but the filters is in
 * memory, as the kernel counts them (faults that had to read); what small changes cost, and how
 * often their keys are written again by folds. */
#include "bench.h"
#include "know/slots/front.h"
#include "know/slots/table.h"
#include "know/slots_build.h"
#include "know/tiers.h"
#include "know/tiers/manifest.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY = BENCH_KEY, TIERS = 4, QUESTIONS = 1000000, COLD_QUESTIONS = 20000, BATCH = 128 };
enum { CHANGES = 200, CHANGE = 100 };

typedef struct bench {
    char dir[256], scratch[300], table[320], name[TIERS_NAME + 1];
    tiers_options o;
    tiers *t;
    uint64_t keys; /* of all tables: numbers 0..keys - 1 */
    uint64_t named;
} bench;

static void need(bool fine, const char *what)
{
    bench_need(fine, "tiers", what);
}

/* --- making --------------------------------------------------------------------------------- */

static void open_version(bench *b)
{
    err why = {0};
    tiers_close(b->t);
    need(tiers_open(b->dir, b->name, &b->t, &why) == OK, why.msg);
}

static void add_table(bench *b, uint64_t count)
{
    slots_builder *made;
    slots_counts c;
    uint32_t id;
    char key[KEY];
    err why = {0};
    slots_profile p = {S("family"), SLOTS_DAY_NONE, SLOTS_DAY_NONE, SLOTS_DAY_NONE};
    slots_build_options o = {.disk = fs_system(),
                             .folder = b->scratch,
                             .random = random_system(),
                             .seed = b->t ? tiers_seed(b->t) : NULL};
    need(slots_builder_new(&o, &made, &why) == OK && slots_profile_add(made, &p, &id, &why) == OK,
         "builder");
    for (uint64_t i = 0; i < count; i++) {
        bench_key(b->keys++, key);
        need(slots_add(made, KIND_SHA256, slice_of(key, KEY), -1, id, &why) == OK, "adding");
    }
    need(slots_build(made, b->table, &c, &why) == OK, "building");
    slots_builder_free(made);
    snprintf(b->name, sizeof b->name, "%032llx", (unsigned long long)++b->named);
    need((b->t ? tiers_above(&b->o, b->t, b->table, b->name, 0, &why)
               : tiers_first(&b->o, b->table, b->name, &why)) == OK,
         "placing");
    open_version(b);
}

/* --- asking --------------------------------------------------------------------------------- */

typedef struct asked {
    uint64_t hits;
    double s, reads;
} asked;

static long faults(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_majflt;
}

static asked ask(const bench *b, uint64_t count, bool hits, uint64_t salt)
{
    static char room[QUESTIONS][KEY];
    asked r = {0};
    for (uint64_t i = 0; i < count; i++) {
        uint64_t n = bench_mix(i * 7 + salt);
        bench_key(hits ? n % b->keys : b->keys + (n >> 8), room[i]);
    }
    long before = faults();
    double from = bench_cpu_s();
    for (uint64_t i = 0; i < count; i += BATCH) {
        slots_key keys[BATCH];
        slots_found found[BATCH];
        size_t n = count - i < BATCH ? count - i : BATCH;
        for (size_t k = 0; k < n; k++)
            keys[k] = (slots_key){KIND_SHA256, slice_of(room[i + k], KEY)};
        tiers_find(b->t, keys, n, found);
        for (size_t k = 0; k < n; k++)
            r.hits += found[k].record != 0;
    }
    r.s = (bench_cpu_s() - from) / (double)count;
    r.reads = (double)(faults() - before) / (double)count;
    need(r.hits == (hits ? count : 0), "wrong answers");
    return r;
}

static void warm(const bench *b, const char *what)
{
    for (int hits = 0; hits < 2; hits++) {
        double best = 1e9;
        for (int round = 0; round < 4; round++) {
            asked r = ask(b, QUESTIONS, hits, 1);
            best = r.s < best ? r.s : best;
        }
        bench_figure("tiers", hits ? "hit, warm" : "miss, warm", "ns", best * 1e9, what);
    }
}

/* Everything out of memory, but what is read again: the filters. Nothing is mapped meanwhile. */
static void chill(bench *b)
{
    char path[400], hex[HASH_HEX_MAX];
    tiers_manifest m = b->t->m;
    uint64_t from[TIERS_MAX], bytes[TIERS_MAX], sum = 0;
    for (uint32_t i = 0; i < m.tables; i++) {
        slots_layout l = slots_place(&b->t->tables[i]->t);
        from[i] = l.filter;
        bytes[i] = l.profiles - l.filter;
    }
    b->t = tiers_close(b->t);
    for (uint32_t i = 0; i < m.tables; i++) {
        snprintf(path, sizeof path, "%s/%s.keys", b->dir, hash_hex(m.ids[i], TIERS_ID, hex));
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        need(fd >= 0 && fsync(fd) == 0, "opening");
        need(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, "dropping pages");
        close(fd);
    }
    open_version(b);
    for (uint32_t i = 0; i < m.tables; i++) {
        const char *filter = (const char *)b->t->tables[i]->map->at + from[i];
        for (uint64_t at = 0; at < bytes[i]; at += 4096)
            sum += (unsigned char)filter[at];
        sum += (unsigned char)filter[bytes[i] - 1];
    }
    for (size_t i = 0; i < b->t->probe_count; i++) {
        const slots_front *f = b->t->probes[i].front;
        for (uint64_t at = 0; f && at < slots_front_bytes(f); at += 4096)
            sum += ((const unsigned char *)f->map->at)[at];
    }
    need(sum != 1, "sum"); /* it is used, so it is read */
}

static void cold(bench *b, const char *what)
{
    for (int hits = 0; hits < 2; hits++) {
        chill(b);
        asked r = ask(b, COLD_QUESTIONS, hits, 1000 + (uint64_t)hits);
        bench_figure("tiers", hits ? "hit, only filters in memory" : "miss, only filters in memory",
                     "disk reads/look-up", r.reads, what);
    }
}

/* --- changes -------------------------------------------------------------------------------- */

static uint64_t fold(bench *b)
{
    uint64_t written = 0;
    size_t n;
    err why = {0};
    while (tiers_due(b->t, &n)) {
        tiers_folded made;
        need(tiers_fold(fs_system(), b->t, n, b->scratch, b->table, &made, &why) == OK, why.msg);
        need(tiers_swap(&b->o, b->t, n, b->table, &made, &why) == OK, why.msg);
        need(tiers_sweep(&b->o, &why) == OK, why.msg);
        written += made.keys;
        open_version(b);
    }
    return written;
}

static void changes(bench *b, const char *what)
{
    uint64_t folded = 0;
    double from = bench_cpu_s(), wall = bench_wall_s(), folding = 0;
    for (int i = 0; i < CHANGES; i++) {
        char old[sizeof b->name], path[400];
        memcpy(old, b->name, sizeof old);
        add_table(b, CHANGE);
        snprintf(path, sizeof path, "%s/%s", b->dir, old); /* nobody wants the past here */
        need(unlink(path) == 0, "removing");
        double at = bench_cpu_s();
        folded += fold(b);
        folding += bench_cpu_s() - at;
    }
    bench_figure("tiers", "a change of 100 keys, durable", "ms CPU",
                 (bench_cpu_s() - from - folding) * 1e3 / CHANGES, what);
    bench_figure("tiers", "folding after it", "ms CPU", folding * 1e3 / CHANGES, what);
    bench_figure("tiers", "both", "ms", (bench_wall_s() - wall) * 1e3 / CHANGES, what);
    bench_figure("tiers", "a key of a change is written", "times",
                 1 + (double)folded / (CHANGES * CHANGE), what);
    bench_figure("tiers", "tables afterwards", "", (double)tiers_tables(b->t), what);
}

int main(int argc, char **argv)
{
    bench b = {0};
    char what[128];
    need(argc == 3, "bench-tiers KEYS FOLDER");
    uint64_t count = strtoull(argv[1], NULL, 10);
    snprintf(b.dir, sizeof b.dir, "%s/sets", argv[2]);
    snprintf(b.scratch, sizeof b.scratch, "%s/build", argv[2]);
    snprintf(b.table, sizeof b.table, "%s/table", b.scratch);
    need(mkdir(b.dir, 0700) == 0 && mkdir(b.scratch, 0700) == 0, "folder");
    b.o = (tiers_options){.disk = fs_system(), .folder = b.dir, .random = random_system()};
    for (int i = 0; i < TIERS; i++, count /= 8)
        add_table(&b, count);
    snprintf(what, sizeof what, "keys=%llu tables=%d", (unsigned long long)b.keys, TIERS);
    bench_figure("tiers", "on the disk", "bytes/key", (double)tiers_bytes(b.t) / (double)b.keys,
                 what);
    warm(&b, what);
    cold(&b, what);
    changes(&b, what);
    tiers_close(b.t);
    return 0;
}
