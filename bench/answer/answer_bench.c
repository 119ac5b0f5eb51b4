/* answer_bench.c - answers from an open store, one after another in one process: how long the
 * median and the 99th in 100 take, from the text of the question to the answer's JSON.
 *     bench-answer STORE VALUES NAMES [WHAT QUESTIONS]...
 * VALUES and NAMES are files of a question a line: observables, and things that have names. Further
 * ones are asked, too, and their figures say questions=WHAT. bench/answer/run makes them. */
#include "answer/ask.h"
#include "answer/render.h"
#include "bench.h"

enum { QUESTIONS_MAX = 20000, ROUNDS = 3, BULK = 10000 };

typedef struct question_list {
    slice at[QUESTIONS_MAX];
    size_t count;
    char *text;
} question_list;

typedef struct bench {
    asker *k;
    arena memory;
    buf json;
    double took_s[QUESTIONS_MAX], worked_s[QUESTIONS_MAX];
    uint64_t bytes, known;
} bench;

static bool read_questions(const char *path, question_list *q)
{
    FILE *f = fopen(path, "rb");
    long size = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    q->count = 0;
    q->text = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (!q->text) {
        fprintf(stderr, "bench-answer: %s: cannot be read\n", path);
        return false;
    }
    rewind(f);
    size_t len = fread(q->text, 1, (size_t)size, f), at = 0;
    fclose(f);
    while (at < len && q->count < QUESTIONS_MAX) {
        const char *end = memchr(q->text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - q->text) - at : len - at;
        if (n)
            q->at[q->count++] = slice_of(q->text + at, n);
        at += n + 1;
    }
    return q->count > 0;
}

static bool ask_one(bench *b, slice text, render_amount how)
{
    const ask_options o = {.seen_at = WHEN_NONE};
    const answer *w;
    err why = {0};
    arena_reset(&b->memory);
    buf_clear(&b->json);
    status st = ask_value(b->k, &b->memory, text, &o, &w, &why);
    if (st == OK)
        st = answer_json(w, how, &b->json, &why);
    if (st != OK && st != ERR_INPUT) {
        fprintf(stderr, "bench-answer: %.*s: %s\n", SLICE_FMT(text), why.msg);
        return false;
    }
    b->bytes += b->json.len;
    b->known += st == OK && w->known;
    return true;
}

static int by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

/* Each question is asked ROUNDS times in turn and its best time counts: what other programs on
 * the machine took away is not the answer's cost. */
static bool latency(bench *b, const question_list *q, const char *what)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < q->count; i++) {
            double t = bench_wall_s(), c = bench_cpu_s();
            if (!ask_one(b, q->at[i], RENDER_CAPPED))
                return false;
            t = bench_wall_s() - t;
            c = bench_cpu_s() - c;
            b->took_s[i] = round == 0 || t < b->took_s[i] ? t : b->took_s[i];
            b->worked_s[i] = round == 0 || c < b->worked_s[i] ? c : b->worked_s[i];
        }
    }
    qsort(b->took_s, q->count, sizeof *b->took_s, by_size);
    qsort(b->worked_s, q->count, sizeof *b->worked_s, by_size);
    bench_figure("answer", "p50", "us", 1e6 * b->took_s[q->count / 2], what);
    bench_figure("answer", "p50 cpu", "us", 1e6 * b->worked_s[q->count / 2], what);
    bench_figure("answer", "p99", "us", 1e6 * b->took_s[q->count * 99 / 100], what);
    bench_figure("answer", "p99 cpu", "us", 1e6 * b->worked_s[q->count * 99 / 100], what);
    bench_figure("answer", "largest", "us", 1e6 * b->took_s[q->count - 1], what);
    return true;
}

static bool bulk(bench *b, const question_list *q, render_amount how, const char *what)
{
    double t = bench_wall_s(), c = bench_cpu_s();
    for (size_t i = 0; i < BULK; i++)
        if (!ask_one(b, q->at[i % q->count], how))
            return false;
    bench_figure("answer", "10,000 values", "s", bench_wall_s() - t, what);
    bench_figure("answer", "10,000 values cpu", "s", bench_cpu_s() - c, what);
    return true;
}

static bool start_to_answer(bench *b, store *s, const view *v, slice text)
{
    err why = {0};
    double t = bench_wall_s();
    if (asker_new(s, &b->k, &why) != OK || asker_look(b->k, v, &why) != OK) {
        fprintf(stderr, "bench-answer: %s\n", why.msg);
        return false;
    }
    bool fine = ask_one(b, text, RENDER_CAPPED);
    bench_figure("answer", "open and first", "us", 1e6 * (bench_wall_s() - t), "questions=values");
    return fine;
}

static bool run(bench *b, store *s, const question_list *values, const question_list *names)
{
    const view v = {.clearance = TLP_RED,
                    .all_audiences = true,
                    .known_at = WHEN_NONE,
                    .now = clock_now(clock_system())};
    bool fine = start_to_answer(b, s, &v, values->at[0]) &&
                latency(b, values, "questions=values") && latency(b, names, "questions=names") &&
                bulk(b, values, RENDER_CAPPED, "form=full") &&
                bulk(b, values, RENDER_SHORT, "form=short");
    bench_figure("answer", "RssAnon", "KiB", (double)bench_memory_kib("RssAnon"), "process");
    return fine;
}

/* What the command line gives beyond values and names. */
static bool others(bench *b, int count, char **argv)
{
    static question_list q;
    bool fine = true;
    for (int i = 0; fine && i + 1 < count; i += 2) {
        char what[64];
        snprintf(what, sizeof what, "questions=%s", argv[i]);
        fine = read_questions(argv[i + 1], &q) && latency(b, &q, what);
        free(q.text);
    }
    return fine;
}

int main(int argc, char **argv)
{
    static question_list values, names;
    static bench b;
    store *s = NULL;
    err why = {0};
    if (argc < 4 || argc % 2 != 0 || !read_questions(argv[2], &values) ||
        !read_questions(argv[3], &names)) {
        fprintf(stderr, "usage: bench-answer STORE VALUES NAMES [WHAT QUESTIONS]...\n");
        return 2;
    }
    const store_options o = {
        .dir = argv[1], .clock = clock_system(), .random = random_system(), .mutant = -1};
    if (store_open(&o, &s, &why) != OK) {
        fprintf(stderr, "bench-answer: %s: %s\n", argv[1], why.msg);
        return 1;
    }
    arena_init(&b.memory, ASK_MEMORY_MAX);
    buf_init(&b.json, RENDER_JSON_MAX);
    bool fine = run(&b, s, &values, &names) && others(&b, argc - 4, argv + 4);
    asker_free(b.k);
    buf_done(&b.json);
    arena_done(&b.memory);
    store_close(s);
    free(values.text);
    free(names.text);
    return fine ? 0 : 1;
}
