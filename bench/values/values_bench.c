/* values_bench.c - the store's index of values: what a small import costs beside a large one, and
 * what look-ups and opening cost when there are several files instead of one.
 *     bench-values KEYS FOLDER
 * First one file of so many keys, then 200 portions of 10,000: as the product does it, and merged
 * into one file each time (five times, that is enough). */
#include "bench.h"
#include "know/index/files.h"

#include <stdint.h>

enum { PORTION = 10000, PORTIONS = 200, WHOLE_PORTIONS = 5, QUESTIONS = 1000000 };

static const uint8_t secret[16] = {1, 2, 3};

static void need(bool fine, const char *what)
{
    bench_need(fine, "values", what);
}

/* As digests in hex begin, which is as bad for a search as a name is good. */
static uint64_t hash_at(uint64_t n)
{
    return bench_mix(n);
}

static seg_key *entries(uint64_t from, size_t count)
{
    seg_key *keys = malloc(count * sizeof *keys);
    need(keys != NULL, "out of memory");
    for (size_t i = 0; i < count; i++)
        keys[i] = (seg_key){hash_at(from + i + 1), from + i + 1};
    qsort(keys, count, sizeof *keys, seg_key_cmp);
    return keys;
}

/* Bytes that went to the disk, counted in the file table. */
static uint64_t written;

static status count_write(void *ctx, int handle, const void *from, size_t n, err *why)
{
    (void)ctx;
    written += n;
    return fs_system()->write(NULL, handle, from, n, why);
}

static void add(const char *path, seg_files *f, size_t count, bool whole)
{
    char temp[4200];
    err why = {0};
    fs disk = *fs_system();
    uint64_t from = seg_files_covers(f);
    seg_key *keys = entries(from, count);
    seg_delta d = {.keys = keys, .key_count = count, .from = from, .covers = from + count};
    disk.write = count_write;
    snprintf(temp, sizeof temp, "%s.new", path);
    if (whole) {
        need(seg_files_verify(f, secret, &why) == OK, why.msg);
        need(segment_write(&disk, path, temp, secret, f->at, f->count, &d, &why) == OK, why.msg);
        need(seg_files_reopen(path, secret, f, &why) == OK, why.msg);
    } else {
        need(seg_files_add(&disk, path, secret, f, &d, &why) == OK, why.msg);
    }
    free(keys);
}

static bool has(const seg_files *f, uint64_t hash)
{
    for (size_t i = 0; i < f->count; i++) {
        const segment *s = &f->at[i];
        if (!segment_may_have(s, secret, hash))
            continue;
        size_t at = segment_lower(s, hash);
        if (at < s->key_count && s->hashes[at] == hash)
            return true;
    }
    return false;
}

static void ask(const seg_files *f, const char *what)
{
    uint64_t keys = seg_files_covers(f);
    for (int hits = 0; hits < 2; hits++) {
        double best = 1e9;
        for (int round = 0; round < 3; round++) {
            uint64_t found = 0;
            double from = bench_cpu_s();
            for (uint64_t i = 0; i < QUESTIONS; i++) {
                uint64_t n = bench_mix(i * 3 + 1) % keys;
                found += has(f, hash_at(hits ? n + 1 : keys + n + 1));
            }
            double s = bench_cpu_s() - from;
            need(found == (hits ? QUESTIONS : 0), "wrong answers");
            best = s < best ? s : best;
        }
        bench_figure("values", hits ? "hit, warm" : "miss, warm", "ns", best * 1e9 / QUESTIONS,
                     what);
    }
}

static void portions(const char *path, seg_files *f, int count, bool whole, const char *what)
{
    err why = {0};
    double from = bench_cpu_s();
    written = 0;
    for (int i = 0; i < count; i++)
        add(path, f, PORTION, whole);
    bench_figure("values", "a portion of 10000 keys", "ms CPU",
                 (bench_cpu_s() - from) * 1e3 / count, what);
    bench_figure("values", "a portion of 10000 keys", "bytes written/key",
                 (double)written / count / PORTION, what);
    bench_figure("values", "files afterwards", "", (double)f->count, what);
    from = bench_wall_s();
    need(seg_files_reopen(path, secret, f, &why) == OK, why.msg);
    bench_figure("values", "opening", "ms", (bench_wall_s() - from) * 1e3, what);
    ask(f, what);
}

int main(int argc, char **argv)
{
    char path[4100], what[128];
    seg_files f = {.count = 0};
    need(argc == 3, "bench-values KEYS FOLDER");
    size_t keys = (size_t)strtoull(argv[1], NULL, 10);
    snprintf(path, sizeof path, "%s/values", argv[2]);
    double from = bench_cpu_s();
    add(path, &f, keys, true);
    snprintf(what, sizeof what, "keys=%zu one file", keys);
    bench_figure("values", "the first file", "s CPU", bench_cpu_s() - from, what);
    bench_figure("values", "on the disk", "bytes/key", (double)f.at[0].map->size / (double)keys,
                 what);
    snprintf(what, sizeof what, "keys=%zu merged into one file", keys);
    portions(path, &f, WHOLE_PORTIONS, true, what);
    snprintf(what, sizeof what, "keys=%zu as the product does", keys);
    portions(path, &f, PORTIONS, false, what);
    seg_files_close(&f);
    return 0;
}
