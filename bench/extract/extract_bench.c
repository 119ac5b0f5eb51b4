/* extract_bench.c - how fast observables are read: one value at a time, and out of running text.
 *     bench-extract [FILE...]    also extracts from each FILE
 * The texts are made from a seed, so that the figures need nothing but this repository. There is no
 * peer in Debian to stand beside. */
#include "base/file.h"
#include "base/hash.h"
#include "bench.h"
#include "model/bytes.h"
#include "model/extract.h"

enum { TEXT_BYTES = 16 << 20, VALUES = 200000, VALUE_MAX = 128 };

static void fail(const char *what, const err *why)
{
    fprintf(stderr, "bench-extract: %s: %s\n", what, why->msg);
    exit(1);
}

/* --- what is made --------------------------------------------------------------------------- */

static uint32_t number(uint64_t *seed)
{
    random_source r = random_seeded(seed);
    uint32_t n;
    r.fill(r.ctx, &n, sizeof n);
    return n;
}

static const char *const english[] = {
    "the",     "adversary", "then",    "used",  "a",       "stolen", "account", "to",  "move",
    "between", "servers",   "and",     "leave", "another", "copy",   "of",      "its", "loader",
    "behind",  "in",        "memory,", "where", "nobody",  "looked", "(yet)."};
static const char *const japanese[] = {
    "攻撃者は", "盗んだ",   "アカウントで", "サーバーへ", "侵入し、", "メモリ上に", "ローダーを",
    "残した。", "その後、", "別の",         "端末から",   "再び",     "接続した。"};

static void word(buf *b, uint64_t *seed, const char *const *words, size_t count, const char *sep)
{
    buf_put(b, slice_str(words[number(seed) % count]));
    buf_put(b, number(seed) % 16 ? slice_str(sep) : S("\n"));
}

static void log_line(buf *b, uint64_t *seed)
{
    uint32_t n = number(seed);
    buf_printf(
        b,
        "203.0.113.%u - - [22/Nov/2026:10:%02u:%02u +0900] \"GET /index%u.html HTTP/1.1\" 200 "
        "%u \"-\" \"curl/7.88.1\"\n",
        n & 255, n >> 8 & 31, n >> 13 & 31, n >> 18 & 63, n >> 4 & 65535);
}

static void report_line(buf *b, uint64_t *seed)
{
    for (int i = 0; i < 20; i++)
        word(b, seed, english, COUNT_OF(english), " ");
    uint32_t n = number(seed);
    switch (n % 4) {
    case 0: buf_printf(b, "hxxps://cdn%u[.]example[.]com/a.php\n", n >> 8); break;
    case 1: buf_printf(b, "198.51.100[.]%u\n", n >> 8 & 255); break;
    case 2: buf_printf(b, "%08x%08x%08x%08x\n", n, ~n, n * 7, n * 13); break;
    default:
        buf_printf(b, "T%u.%03u, CVE-20%02u-%u\n", 1001 + (n >> 8) % 600, n >> 20 & 7, n >> 8 & 15,
                   10000 + (n >> 12));
        break;
    }
}

static slice make(buf *b, const char *what)
{
    uint64_t seed = 1;
    buf_clear(b);
    while (b->len < TEXT_BYTES - 4096)
        if (strcmp(what, "english") == 0)
            word(b, &seed, english, COUNT_OF(english), " ");
        else if (strcmp(what, "japanese") == 0)
            word(b, &seed, japanese, COUNT_OF(japanese), "");
        else if (strcmp(what, "log") == 0)
            log_line(b, &seed);
        else
            report_line(b, &seed);
    return buf_slice(b);
}

/* --- running text --------------------------------------------------------------------------- */

static status count_up(void *ctx, const found *f, err *why)
{
    (void)f;
    (void)why;
    ++*(size_t *)ctx;
    return OK;
}

static void extract(slice text, const char *name)
{
    arena a;
    extract_options o = {0};
    err why = {0};
    char what[160];
    double best = 1e9;
    size_t finds = 0;
    arena_init(&a, EXTRACT_BUDGET);
    for (int round = 0; round < 3; round++) {
        finds = 0;
        double t = bench_cpu_s();
        if (extract_text(&a, text, &o, count_up, &finds, &why) != OK)
            fail(name, &why);
        t = bench_cpu_s() - t;
        best = t < best ? t : best;
    }
    arena_done(&a);
    snprintf(what, sizeof what, "text=%s bytes=%zu finds=%zu", name, text.len, finds);
    bench_figure("extract", "extract_text", "MB/s", (double)text.len / 1e6 / best, what);
}

static void first_pass(slice text)
{
    size_t words = BYTES_WORDS(text.len), n = 0;
    uint64_t *map = calloc(2 * words, sizeof *map);
    double t = bench_cpu_s();
    bytes_map(text, map, map + words);
    bench_figure("extract", "bytes_map", "MB/s", (double)text.len / 1e6 / (bench_cpu_s() - t),
                 "text=english");
    t = bench_cpu_s();
    for (size_t at = bytes_suspect(text, 0); at < text.len; at = bytes_suspect(text, at + 1))
        n++;
    bench_figure("extract", "bytes_suspect", "MB/s", (double)text.len / 1e6 / (bench_cpu_s() - t),
                 n ? "text=english" : "text=empty");
    free(map);
}

/* --- one value at a time -------------------------------------------------------------------- */

static size_t value(char *out, const char *what, uint64_t *seed)
{
    uint32_t n = number(seed), m = number(seed);
    if (strcmp(what, "ipv4") == 0)
        return (size_t)snprintf(out, VALUE_MAX, "%u.%u.%u.%u", 1 + (n & 127), n >> 8 & 255, m & 255,
                                m >> 8 & 255);
    if (strcmp(what, "domain") == 0)
        return (size_t)snprintf(out, VALUE_MAX, "host%u.example%u.com", n & 4095, m);
    if (strcmp(what, "sha256") == 0)
        return (size_t)snprintf(out, VALUE_MAX, "%08x%08x%08x%08x%08x%08x%08x%08x", n, m, ~n, ~m,
                                n * 3, m * 3, n * 5, m * 5);
    if (strcmp(what, "url") == 0)
        return (size_t)snprintf(out, VALUE_MAX, "http://example%u.com/a/b%u.php?q=%u", n, m & 255,
                                m);
    if (strcmp(what, "defanged-url") == 0)
        return (size_t)snprintf(out, VALUE_MAX, "hxxp://example%u[.]com/a/b%u.php", n, m & 255);
    return (size_t)snprintf(out, VALUE_MAX,
                            "b\xc3\xbc"
                            "cher%u.example",
                            n);
}

static void parse(const char *what)
{
    static char text[VALUES][VALUE_MAX];
    static size_t len[VALUES];
    arena a;
    err why = {0};
    char of[64];
    double best = 1e9;
    uint64_t seed = 2;
    for (size_t i = 0; i < VALUES; i++)
        len[i] = value(text[i], what, &seed);
    arena_init(&a, 1 << 20);
    arena_mark mark = arena_here(&a);
    for (int round = 0; round < 3; round++) {
        double t = bench_cpu_s();
        for (size_t i = 0; i < VALUES; i++) {
            observable o;
            if (observable_parse(&a, slice_of(text[i], len[i]), KIND_NONE, &o, &why) != OK)
                fail(what, &why);
            arena_back(&a, mark);
        }
        t = bench_cpu_s() - t;
        best = t < best ? t : best;
    }
    arena_done(&a);
    snprintf(of, sizeof of, "value=%s", what);
    bench_figure("extract", "observable_parse", "ns", best * 1e9 / VALUES, of);
}

int main(int argc, char **argv)
{
    static const char *const texts[] = {"english", "japanese", "log", "report"};
    static const char *const values[] = {"ipv4", "domain", "sha256", "url", "defanged-url", "idn"};
    buf b;
    buf_init(&b, TEXT_BYTES);
    first_pass(make(&b, texts[0]));
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        extract(make(&b, texts[i]), texts[i]);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        parse(values[i]);
    for (int i = 1; i < argc; i++) {
        arena a;
        slice text;
        err why = {0};
        arena_init(&a, (size_t)1 << 30);
        if (fs_read_all(fs_system(), &a, argv[i], (size_t)512 << 20, &text, &why) != OK)
            fail(argv[i], &why);
        const char *name = strrchr(argv[i], '/');
        extract(text, name ? name + 1 : argv[i]);
        arena_done(&a);
    }
    buf_done(&b);
    return 0;
}
