/* follow.c - see follow.h: the object, its sources, and the loop that gives all of them turns. */
#include "watch/follow.h"

#include "watch/follow/own.h"

#include <stdlib.h>

enum { SCRATCH_BYTES = 64 << 20 };

/* --- the object ----------------------------------------------------------------------------- */

static size_t clamped(size_t n, size_t least, size_t most)
{
    return !n || n > most ? most : n < least ? least : n;
}

status follow_new(const follow_options *options, follow **ret, err *why)
{
    if (options->fail_at == 1)
        return OWN_SPENT(why);
    follow *f = calloc(1, sizeof *f);
    if (!f)
        return OWN_SPENT(why);
    f->o = *options;
    f->allocations = 1;
    f->o.line_bytes_max = clamped(options->line_bytes_max, FOLLOW_LINE_LEAST, FOLLOW_LINE_MAX);
    f->chunk_max = clamped(FOLLOW_CHUNK_MAX, 1, f->o.line_bytes_max);
    f->epoll = f->inotify = -1;
    f->next_id = 1;
    f->expand = true;
    f->o.random.fill(f->o.random.ctx, f->key, sizeof f->key);
    arena_init(&f->scratch, SCRATCH_BYTES);
    status st = wake_open(f, why);
    if (st != OK) {
        follow_free(f);
        return st;
    }
    *ret = f;
    return OK;
}

follow *follow_free(follow *f)
{
    if (!f)
        return NULL;
    streams_forget(f);
    while (f->place_count)
        place_free(f, f->places[f->place_count - 1]);
    for (size_t i = 0; i < f->source_count; i++) {
        free(f->sources[i]->pattern);
        free(f->sources[i]);
    }
    for (size_t i = 0; i < f->listener_count; i++)
        net_free(f, f->listeners[i]);
    for (size_t i = 0; i < TROUBLES; i++)
        free(f->trouble_sources[i]);
    free(f->told);
    if (f->inotify >= 0)
        close(f->inotify);
    if (f->epoll >= 0)
        close(f->epoll);
    arena_done(&f->scratch);
    free(f->streams);
    free(f->window);
    free(f);
    return NULL;
}

status follow_add_files(follow *f, slice pattern, unsigned flags, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    if (!pattern.len || memchr(pattern.ptr, 0, pattern.len))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no path", err_quote(pattern, quoted));
    if (pattern.len > FOLLOW_PATH_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a path of more than %d bytes",
                       FOLLOW_PATH_MAX);
    if (f->source_count == FOLLOW_SOURCES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %d sources of files",
                       FOLLOW_SOURCES_MAX);
    if (name_compressed(pattern) && !name_pattern(pattern))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "%s is compressed: it is read whole, not followed",
                       err_quote(pattern, quoted));
    source *src = own_alloc(f, sizeof *src);
    if (!src || !(src->pattern = own_copy(f, pattern))) {
        free(src);
        return OWN_SPENT(why);
    }
    src->flags = flags;
    f->sources[f->source_count++] = src;
    f->expand = true;
    return OK;
}

/* --- turns ---------------------------------------------------------------------------------- */

static void let_go(follow *f)
{
    if (f->leaving)
        stream_drop(f, f->leaving);
    f->leaving = NULL;
    /* a long line is rare: its memory is given back */
    if (f->window_cap > WINDOW_KEEP) {
        free(f->window);
        f->window = NULL;
        f->window_cap = 0;
    }
}

static bool tell_trouble(follow *f, follow_event *ret)
{
    if (!f->trouble_count)
        return false;
    size_t at = f->trouble_first;
    f->trouble_first = (at + 1) % TROUBLES;
    f->trouble_count--;
    free(f->told);
    f->told = f->trouble_sources[at];
    f->trouble_sources[at] = NULL;
    *ret = f->troubles[at];
    return true;
}

/* Something can be done at once. */
static bool busy(const follow *f)
{
    return f->ready || f->trouble_count || f->expand || f->dirty;
}

/* Nothing will ever come: every source is one that ends, and has. */
static bool over(const follow *f)
{
    if (f->listener_count || busy(f))
        return false;
    for (size_t i = 0; i < f->source_count; i++)
        if (!(f->sources[i]->flags & FOLLOW_ONCE) || !f->sources[i]->looked)
            return false;
    for (size_t i = 0; i < f->count; i++) {
        const stream *s = f->streams[i];
        bool waits = s->transport == FOLLOW_FILE ? s->found && !s->ignored && !s->broken : true;
        if (waits && !s->ended)
            return false;
    }
    return true;
}

static status serve(follow *f, follow_event *ret, bool *ret_event, err *why)
{
    stream *s = stream_next(f);
    *ret_event = false;
    if (!s)
        return OK;
    status st = s->transport == FOLLOW_FILE ? file_serve(f, s, ret, ret_event, why)
                                            : net_serve(f, s, ret, ret_event, why);
    if (st != OK) {
        stream_queue(f, s); /* nothing is lost: tried again with the next call */
        return st;
    }
    if (*ret_event && s->ended && (s->nowhere || s->transport != FOLLOW_FILE))
        f->leaving = s;
    return OK;
}

/* What is left of the time to wait, by the clock or by what was slept: clocks may stand still. */
static int left_ms(const follow *f, int timeout_ms, int64_t since_us, int64_t slept_ms)
{
    int64_t passed = (clock_now_us(f->o.clock) - since_us) / 1000;
    if (passed < slept_ms)
        passed = slept_ms;
    return timeout_ms < 0 ? -1 : passed >= timeout_ms ? 0 : timeout_ms - (int)passed;
}

/* Those that are ready have one turn each. */
static status turns(follow *f, follow_event *ret, bool *ret_event, err *why)
{
    *ret_event = f->stopped || tell_trouble(f, ret);
    if (f->stopped)
        *ret = (follow_event){.kind = FOLLOW_STOPPED};
    for (; !*ret_event && f->turn && f->ready; f->turn--) {
        status st = serve(f, ret, ret_event, why);
        if (st != OK)
            return st;
    }
    return OK;
}

status follow_next(follow *f, int timeout_ms, follow_event *ret, err *why)
{
    const int64_t since_us = clock_now_us(f->o.clock);
    follow_event e = {0};
    bool given = false;
    int64_t slept_ms = 0;
    int once_ms = 0;
    let_go(f);
    for (bool waited = false; !given; waited = true) {
        status st = OK;
        int wait_ms = busy(f) || over(f) ? 0 : left_ms(f, timeout_ms, since_us, slept_ms);
        if (!f->turn || !f->ready) {
            st = wake(f, wait_ms, &once_ms, why);
            slept_ms += st == OK ? once_ms : 0;
            f->turn = f->ready;
        }
        if (st == OK)
            st = turns(f, &e, &given, why);
        if (st != OK)
            return st;
        if (given || busy(f) || !waited)
            continue;
        given = over(f) || left_ms(f, timeout_ms, since_us, slept_ms) == 0;
        e = (follow_event){.kind = over(f) ? FOLLOW_OVER : FOLLOW_IDLE};
    }
    f->counts.chunks += e.kind == FOLLOW_DATA;
    f->counts.bytes += e.bytes.len;
    *ret = e;
    return OK;
}

/* --- done, counts --------------------------------------------------------------------------- */

status follow_done(follow *f, uint64_t id, uint64_t offset, err *why)
{
    stream *s = stream_find(f, id);
    if (!s && id < f->next_id && id)
        return OK; /* it has ended, and there is no place to go back to */
    if (!s)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such stream");
    if (offset < s->done || offset > s->pos)
        return err_set(why, ERR_INPUT, offset, "was not delivered, or is done already");
    if (s->transport == FOLLOW_FILE)
        return file_done(f, s, offset, why);
    s->done = offset;
    return OK;
}

follow_counts follow_count(const follow *f)
{
    follow_counts c = f->counts;
    c.files = f->files;
    c.open = f->open;
    return c;
}
