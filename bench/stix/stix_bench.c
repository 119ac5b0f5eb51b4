/* stix_bench.c - a STIX document to facts, into a sink that only counts.
 *     bench-stix FILE...    uncompressed; read from the file, so that memory is the codec's own */
#include "bench.h"
#include "format/format.h"

enum { ROUNDS = 5 };

typedef struct counts {
    uint64_t records, claims, refused;
} counts;

static status on_head(void *ctx, const fact_head *head, err *why)
{
    (void)ctx, (void)head, (void)why;
    return OK;
}

static status on_begin(void *ctx, const fact_record *record, err *why)
{
    (void)record, (void)why;
    ((counts *)ctx)->records++;
    return OK;
}

static status on_claim(void *ctx, const fact_claim *claim, err *why)
{
    (void)claim, (void)why;
    ((counts *)ctx)->claims++;
    return OK;
}

static status on_end(void *ctx, err *why)
{
    (void)ctx, (void)why;
    return OK;
}

static status on_refuse(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    (void)at, (void)place, (void)reason, (void)why;
    ((counts *)ctx)->refused++;
    return OK;
}

static status on_warn(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    (void)ctx, (void)at, (void)place, (void)reason, (void)why;
    return OK;
}

static status read_file(void *ctx, char *into, size_t room, size_t *ret_len, err *why)
{
    (void)why;
    *ret_len = fread(into, 1, room, ctx);
    return OK;
}

static status rewind_file(void *ctx, err *why)
{
    (void)why;
    rewind(ctx);
    return OK;
}

static int measure(FILE *f, const char *name)
{
    double best = 1e9;
    counts c = {0};
    for (int i = 0; i < ROUNDS; i++) {
        reader in = {.ctx = f, .read = read_file, .rewind = rewind_file};
        fact_sink sink = {&c, on_head, on_begin, on_claim, on_end, on_refuse, on_warn};
        format_input input = {.in = &in};
        err why = {0};
        c = (counts){0};
        double t = bench_cpu_s();
        if (format_named(S("stix"))->read(&input, &sink, &why) != OK) {
            fprintf(stderr, "bench-stix: %s: %s\n", name, why.msg);
            return 1;
        }
        t = bench_cpu_s() - t;
        best = t < best ? t : best;
    }
    fseek(f, 0, SEEK_END);
    bench_figure("stix", "read", "s", best, name);
    bench_figure("stix", "read", "MB/s", (double)ftell(f) / 1e6 / best, name);
    bench_figure("stix", "records", "1", (double)c.records, name);
    bench_figure("stix", "claims", "1", (double)c.claims, name);
    bench_figure("stix", "refused", "1", (double)c.refused, name);
    bench_figure("stix", "memory", "KiB", (double)bench_memory_kib("VmHWM"), name);
    return 0;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        FILE *f = fopen(argv[i], "rb");
        if (!f) {
            fprintf(stderr, "bench-stix: %s: cannot be read\n", argv[i]);
            return 1;
        }
        bad |= measure(f, slash ? slash + 1 : argv[i]);
        fclose(f);
    }
    return bad;
}
