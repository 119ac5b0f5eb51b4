/* bench.h - what every benchmark needs: time, memory, one JSON line a figure.
 *
 *     double t = bench_cpu_s();
 *     work();
 *     bench_figure("json", "parse", "MB/s", bytes / 1e6 / (bench_cpu_s() - t), "engine=ours");
 *
 * Uses: the C library. Used by: bench/X/X_bench.c. Processor time, not wall time: other programs on
 * the machine disturb it least. Figures of one run are comparable with each other, not with those
 * of another machine or day. */
#ifndef NOROSHI_BENCH_H
#define NOROSHI_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double bench_clock_s(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline double bench_cpu_s(void)
{
    return bench_clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

static inline double bench_wall_s(void)
{
    return bench_clock_s(CLOCK_MONOTONIC);
}

/* A field of /proc/self/status in KiB: "VmHWM" (largest so far), "VmRSS", "RssAnon". */
static inline long bench_memory_kib(const char *field)
{
    char line[256];
    long kib = 0;
    size_t n = strlen(field);
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, field, n) == 0 && line[n] == ':')
            kib = strtol(line + n + 1, NULL, 10);
    if (f)
        fclose(f);
    return kib;
}

/* What a benchmark cannot do without: else it ends here. */
static inline void bench_need(bool fine, const char *who, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "bench-%s: %s\n", who, what);
    exit(1);
}

/* The n-th of any number of keys of 32 bytes that look like digests: the same everywhere. */
enum { BENCH_KEY = 32 };

static inline uint64_t bench_mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline void bench_key(uint64_t n, char out[BENCH_KEY])
{
    for (uint64_t i = 0; i < BENCH_KEY / 8; i++) {
        uint64_t w = bench_mix(n * 4 + i);
        memcpy(out + 8 * i, &w, 8);
    }
}

/* One line of JSON. `what` names the variant ("engine=ours input=made"): ASCII without quotes. */
static inline void bench_figure(const char *bench, const char *name, const char *unit, double value,
                                const char *what)
{
    printf("{\"bench\":\"%s\",\"figure\":\"%s\",\"unit\":\"%s\",\"value\":%.6g,\"of\":\"%s\"}\n",
           bench, name, unit, value, what);
    fflush(stdout);
}

#endif
