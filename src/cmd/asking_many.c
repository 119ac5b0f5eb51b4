/* asking_many.c - see asking_many.h. */
#include "cmd/asking_many.h"
#include "answer/render.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEXTS_MAX = MANY_THREADS_MAX * MANY_EACH * 2 * ASK_TEXT_MAX, TOLD_MAX = 8 << 20 };

typedef struct question {
    slice text; /* in m->texts */
    kind want;
    bool first; /* nothing stands above its answer */
    err refused;
    size_t end; /* of its answer in what its thread told */
    uint64_t lines;
} question;

typedef struct worker {
    asking_many *m;
    asker *k;
    arena memory; /* of one answer */
    buf line;     /* its JSON */
    buf told;     /* what it put out while it was a thread */
    sink out;
    size_t from, to;
    size_t done; /* of these questions; less than all when `told` is full or on an error */
    int64_t known;
    status st;
    err why;
} worker;

struct asking_many {
    app *a;
    store *s;
    ask_options how;
    int64_t limit, longest;
    int64_t asked;
    size_t threads;
    arena texts;
    question *waiting;
    size_t count;
    worker workers[MANY_THREADS_MAX];
};

static status to_told(void *ctx, slice bytes, err *why)
{
    buf *told = ctx;
    buf_put(told, bytes);
    return buf_status(told, why);
}

status asking_many_new(app *a, store *s, const ask_options *how, asking_many **ret, err *why)
{
    asking_many *m = calloc(1, sizeof *m);
    if (!m)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    m->threads = processors < 1                  ? 1
                 : processors > MANY_THREADS_MAX ? MANY_THREADS_MAX
                                                 : (size_t)processors;
    m->a = a;
    m->s = s;
    m->how = *how;
    m->limit = option_int(a->options, OPT_LIMIT_ASK_VALUES);
    m->longest = option_int(a->options, OPT_LIMIT_OBSERVABLE_BYTES);
    m->waiting = calloc(m->threads * MANY_EACH, sizeof *m->waiting);
    arena_init(&m->texts, TEXTS_MAX);
    for (size_t i = 0; i < m->threads; i++) {
        worker *w = &m->workers[i];
        sink_options o = a->out.options;
        o.write = to_told;
        o.ctx = &w->told;
        w->m = m;
        arena_init(&w->memory, ASK_MEMORY_MAX);
        buf_init(&w->line, RENDER_JSON_MAX);
        buf_init(&w->told, TOLD_MAX);
        sink_init(&w->out, &o);
    }
    if (!m->waiting) {
        asking_many_free(m);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    *ret = m;
    return OK;
}

asking_many *asking_many_free(asking_many *m)
{
    for (size_t i = 0; m && i < m->threads; i++) {
        worker *w = &m->workers[i];
        asker_free(w->k);
        arena_done(&w->memory);
        buf_done(&w->line);
        buf_done(&w->told);
        sink_done(&w->out);
    }
    if (m) {
        arena_done(&m->texts);
        free(m->waiting);
    }
    free(m);
    return NULL;
}

static status ready(worker *w, err *why)
{
    if (w->k)
        return OK;
    status st = asker_new(w->m->s, &w->k, why);
    return st == OK ? asker_look(w->k, &w->m->a->view, why) : st;
}

/* One answer into `out`. What is wrong with the value goes into the question. */
static status answer_one(worker *w, question *q, sink *out, err *why)
{
    const answer *got;
    ask_options how = w->m->how;
    how.want = q->want;
    err said = {0};
    arena_reset(&w->memory);
    status st = (int64_t)q->text.len > w->m->longest
                    ? err_set(&said, ERR_LIMIT, ERR_NOWHERE, "a value of %zu bytes, limit %lld",
                              q->text.len, (long long)w->m->longest)
                    : ask_value(w->k, &w->memory, q->text, &how, &got, &said);
    if (st == ERR_INPUT || st == ERR_LIMIT) {
        q->refused = said;
        return OK;
    }
    if (st != OK) {
        *why = said;
        return st;
    }
    if ((st = asking_put(w->m->a, out, got, q->first, &w->line, why)) == OK)
        w->known += got->known;
    return st;
}

/* --- one after another ------------------------------------------------------------------------ */

static status alone(asking_many *m, size_t from, size_t to, err *why)
{
    worker *w = &m->workers[0];
    status st = ready(w, why);
    for (size_t i = from; st == OK && i < to; i++) {
        question *q = &m->waiting[i];
        st = answer_one(w, q, &m->a->out, why);
        if (st == OK && q->refused.code != OK)
            app_report(m->a, &q->refused, q->text);
    }
    return st;
}

/* --- side by side ----------------------------------------------------------------------------- */

static void *work(void *ctx)
{
    worker *w = ctx;
    uint64_t lines = 0;
    const sink_options o = w->out.options;
    sink_done(&w->out); /* the last time may have ended within a line */
    sink_init(&w->out, &o);
    buf_clear(&w->told);
    w->told.failed = false;
    w->done = w->from;
    w->st = ready(w, &w->why);
    for (; w->st == OK && w->done < w->to; w->done++) {
        question *q = &w->m->waiting[w->done];
        status st = answer_one(w, q, &w->out, &w->why);
        if (w->told.failed)
            break; /* what does not fit any more is answered alone */
        w->st = st;
        q->end = w->told.len;
        q->lines = sink_lines(&w->out) - lines;
        lines += q->lines;
        if (st != OK)
            break;
    }
    return NULL;
}

/* What a thread told, and what is wrong with values in their places. */
static status tell(asking_many *m, const worker *w, err *why)
{
    size_t at = 0;
    for (size_t i = w->from; i < w->done; i++) {
        const question *q = &m->waiting[i];
        if (q->end > at)
            sink_laid(&m->a->out, slice_sub(buf_slice(&w->told), at, q->end), q->lines);
        at = q->end;
        if (q->refused.code != OK) {
            status st = sink_flush(&m->a->out, why);
            if (st != OK)
                return st;
            app_report(m->a, &q->refused, q->text);
        }
    }
    status st = sink_flush(&m->a->out, why);
    if (st == OK && w->st != OK) {
        *why = w->why;
        st = w->st;
    }
    return st == OK ? alone(m, w->done, w->to, why) : st;
}

static status side_by_side(asking_many *m, err *why)
{
    pthread_t threads[MANY_THREADS_MAX];
    size_t started = 0, share = (m->count + m->threads - 1) / m->threads;
    for (size_t i = 0; i < m->threads; i++) {
        worker *w = &m->workers[i];
        w->from = i * share < m->count ? i * share : m->count;
        w->to = w->from + share < m->count ? w->from + share : m->count;
    }
    while (started + 1 < m->threads &&
           pthread_create(&threads[started], NULL, work, &m->workers[started + 1]) == 0)
        started++;
    work(&m->workers[0]);
    for (size_t i = started + 1; i < m->threads; i++)
        work(&m->workers[i]); /* no more threads are to be had */
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    status st = OK;
    for (size_t i = 0; st == OK && i < m->threads; i++)
        st = tell(m, &m->workers[i], why);
    return st;
}

/* --- what callers do -------------------------------------------------------------------------- */

status asking_many_flush(asking_many *m, err *why)
{
    status st =
        m->threads > 1 && m->count >= MANY_FEW ? side_by_side(m, why) : alone(m, 0, m->count, why);
    m->count = 0;
    arena_reset(&m->texts);
    return st;
}

status asking_many_add(asking_many *m, slice value, kind want, err *why)
{
    if (m->asked == m->limit) {
        status st = asking_many_flush(m, why);
        return st != OK
                   ? st
                   : err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %lld values", (long long)m->limit);
    }
    question *q = &m->waiting[m->count];
    *q = (question){.want = want, .first = m->asked == 0};
    if (!arena_copy(&m->texts, value, &q->text))
        return ARENA_SPENT(&m->texts, why);
    m->asked++;
    if (++m->count < m->threads * MANY_EACH)
        return OK;
    return asking_many_flush(m, why);
}

int64_t asking_many_known(const asking_many *m)
{
    int64_t known = 0;
    for (size_t i = 0; i < m->threads; i++)
        known += m->workers[i].known;
    return known;
}
