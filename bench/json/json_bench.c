/* json_bench.c - bytes to values: our parser beside packaged ones (docs/decisions/0003-json.md).
 *     bench-json [FILE...]    without a file: a bundle of 40 MB that it makes itself */
#include "base/json.h"
#include "bench.h"
#include "json/peers.h"

#include <sys/wait.h>

/* What an import does: the document part by part, each element parsed to a tree. */
static bool ours(const char *bytes, size_t len, found *ret)
{
    static const slice split[] = {S_INIT("objects")};
    json_stream_options options = {.split = split, .split_count = 1};
    memory_reader m;
    reader in = reader_memory(&m, slice_of(bytes, len));
    json_stream *s = json_stream_new(&in, &options);
    CLEANUP(arena_done) arena a;
    json_part part;
    status st = ERR_LIMIT;
    arena_init(&a, 64 << 20);
    while (s && (st = json_stream_next(s, &part, NULL)) == OK && part.kind != JSON_PART_END) {
        json *v;
        arena_reset(&a);
        if (part.kind != JSON_PART_ITEM)
            continue;
        if ((st = json_parse(&a, part.raw, NULL, &v, NULL)) != OK)
            break;
        ret->objects++;
        ret->id_bytes += json_text(json_get(v, S("id"))).len;
    }
    json_stream_free(s);
    return st == OK;
}

/* The two halves of it, to see where time goes. */
static bool ours_split_only(const char *bytes, size_t len, found *ret)
{
    static const slice split[] = {S_INIT("objects")};
    json_stream_options options = {.split = split, .split_count = 1};
    memory_reader m;
    reader in = reader_memory(&m, slice_of(bytes, len));
    json_stream *s = json_stream_new(&in, &options);
    json_part part;
    status st = ERR_LIMIT;
    while (s && (st = json_stream_next(s, &part, NULL)) == OK && part.kind != JSON_PART_END)
        ret->objects += part.kind == JSON_PART_ITEM;
    json_stream_free(s);
    return st == OK;
}

static const struct engine {
    const char *name;
    engine_fn *run;
} engines[] = {
    {"ours", ours},
    {"ours-split-only", ours_split_only},
#ifdef PEER_SIMDJSON
    {"simdjson-dom", peer_simdjson_dom},
    {"simdjson-ondemand", peer_simdjson_ondemand},
    {"our-split+simdjson-dom", peer_simdjson_parts},
#endif
#ifdef PEER_CJSON
    {"cjson", peer_cjson},
#endif
#ifdef PEER_JSONC
    {"json-c", peer_jsonc},
#endif
#ifdef PEER_JANSSON
    {"jansson", peer_jansson},
#endif
};

/* In a process of its own, so that peaks of memory are its own; best of five rounds. */
static void measure(const struct engine *e, const char *bytes, size_t len, const char *input)
{
    enum { ROUNDS = 5 };
    pid_t child = fork();
    if (child < 0)
        exit(1);
    if (child > 0) {
        int how;
        if (waitpid(child, &how, 0) != child || how != 0)
            fprintf(stderr, "bench-json: %s did not finish on %s\n", e->name, input);
        return;
    }
    long before = bench_memory_kib("VmRSS");
    double best = 1e9;
    found f = {0};
    for (int i = 0; i < ROUNDS; i++) {
        found now = {0};
        double start = bench_cpu_s();
        if (!e->run(bytes, len, &now))
            exit(1);
        double took = bench_cpu_s() - start;
        best = took < best ? took : best;
        f = now;
    }
    char of[128];
    snprintf(of, sizeof of, "engine=%s input=%s objects=%llu id_bytes=%llu", e->name, input,
             (unsigned long long)f.objects, (unsigned long long)f.id_bytes);
    bench_figure("json", "parse", "MB/s", (double)len / 1e6 / best, of);
    bench_figure("json", "extra memory", "MiB", (double)(bench_memory_kib("VmHWM") - before) / 1024,
                 of);
    exit(0);
}

static char *read_whole(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    char *p = NULL;
    if (f && fseek(f, 0, SEEK_END) == 0) {
        long n = ftell(f);
        rewind(f);
        p = n > 0 ? malloc((size_t)n + 64) : NULL;
        if (p && fread(p, 1, (size_t)n, f) == (size_t)n) {
            memset(p + n, ' ', 64);
            *ret_len = (size_t)n;
        }
    }
    if (f)
        fclose(f);
    return p;
}

int main(int argc, char **argv)
{
    size_t len = 0;
    for (int i = argc > 1 ? 1 : 0; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        const char *name = argc > 1 ? (slash ? slash + 1 : argv[i]) : "made";
        char *bytes = argc > 1 ? read_whole(argv[i], &len) : bundle_make(40u << 20, &len);
        if (!bytes) {
            fprintf(stderr, "bench-json: %s: cannot be read\n", name);
            return 1;
        }
        for (size_t k = 0; k < COUNT_OF(engines); k++)
            measure(&engines[k], bytes, len, name);
        free(bytes);
    }
    return 0;
}
