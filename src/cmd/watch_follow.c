/* watch_follow.c - see watch_follow.h. Alerts and the positions of the logs up to them are written
 * in one transaction, at most a second apart: a kill loses and repeats none. */
#include "cmd/watch_follow.h"
#include "cmd/stopping.h"
#include "know/heard.h"
#include "watch/follow.h"

#include <stdlib.h>

enum {
    WAIT_MS = 500,
    COMMIT_MS = 1000,
    STREAMS_MAX = 4096,
    PLACE_ROOM = 1 << 20,
    LINE_END = 2,
    HEARD_EACH_MS = 60000
};

typedef struct stream {
    uint64_t id; /* follow's; 0: free */
    watch_stream *s;
    when heard; /* when it was last noted that it speaks */
} stream;

typedef struct following {
    app *a;
    const watch_follow *o;
    follow *f;
    stream *streams;
    size_t count;
    bool pending; /* something to commit */
    int64_t committed_us;
    buf place;
} following;

static slice place_name(const following *x)
{
    return option_text(x->a->options, OPT_WATCH_AS);
}

/* --- where logs come from --------------------------------------------------------------------- */

/* "udp:127.0.0.1:514", "tcp:[::1]:514", "tls:0.0.0.0:6514" */
static status add_listener(following *x, slice text, err *why)
{
    static const struct {
        slice name;
        follow_transport transport;
    } kinds[] = {
        {S_INIT("udp:"), FOLLOW_UDP}, {S_INIT("tcp:"), FOLLOW_TCP}, {S_INIT("tls:"), FOLLOW_TLS}};
    app *a = x->a;
    slice files[] = {option_text(a->options, OPT_WATCH_CERTIFICATE),
                     option_text(a->options, OPT_WATCH_KEY), option_text(a->options, OPT_WATCH_CA)};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (!slice_starts(text, kinds[i].name))
            continue;
        bool tls = kinds[i].transport == FOLLOW_TLS;
        if (tls && (!files[0].len || !files[1].len))
            return app_fail(a, ERR_INPUT, msg_watch_tls(), S(""), why);
        address where;
        char shown[ADDRESS_TEXT_MAX];
        const follow_listener l = {.transport = kinds[i].transport,
                                   .address = slice_from(text, kinds[i].name.len),
                                   .certificate = tls ? files[0].ptr : NULL,
                                   .key = tls ? files[1].ptr : NULL,
                                   .client_ca = tls && files[2].len ? files[2].ptr : NULL};
        status st = follow_add_listener(x->f, &l, &where, why);
        if (st == OK)
            app_note(a, msg_watch_listening(slice_sub(text, 0, 3),
                                            slice_str(address_text(&where, shown))));
        return st;
    }
    return app_fail(a, ERR_INPUT, msg_watch_syslog(slice_sub(text, 0, 64)), S(""), why);
}

static status add_sources(following *x, err *why)
{
    app *a = x->a;
    const slice *items;
    size_t n = option_items(a->options, OPT_WATCH_SYSLOG, &items);
    unsigned flags = option_bool(a->options, OPT_WATCH_NEW) ? FOLLOW_FROM_END : 0;
    status st = OK;
    for (size_t i = 0; st == OK && i < a->operand_count; i++)
        st = slice_eq(a->operands[i], S("-"))
                 ? follow_add_descriptor(x->f, 0, S("-"), why)
                 : follow_add_files(x->f, a->operands[i], flags | FOLLOW_RECURSIVE, why);
    for (size_t i = 0; st == OK && i < n; i++)
        st = add_listener(x, items[i], why);
    return st;
}

static status resume(following *x, err *why)
{
    CLEANUP(arena_done) arena room;
    slice place;
    arena_init(&room, 2 * PLACE_ROOM);
    if (!x->o->writer)
        return OK;
    status st = watch_place_get(x->o->writer, place_name(x), &room, &place, why);
    if (st == ERR_NOT_FOUND) /* the first time */
        return OK;
    return st == OK ? follow_resume(x->f, place, why) : st;
}

/* --- streams ---------------------------------------------------------------------------------- */

static stream *stream_of(following *x, uint64_t id)
{
    stream *spare = NULL;
    for (size_t i = 0; i < x->count; i++) {
        if (x->streams[i].id == id && x->streams[i].s)
            return &x->streams[i];
        if (!x->streams[i].s && !spare)
            spare = &x->streams[i];
    }
    if (!spare && x->count < STREAMS_MAX)
        spare = &x->streams[x->count++];
    if (spare)
        *spare = (stream){.id = id};
    return spare;
}

static status open_stream(following *x, stream *t, const follow_event *e, err *why)
{
    const watch_from from = {.offset = e->offset, .line = e->line, .head = e->head};
    return watch_open(x->o->w, e->source, &from, &t->s, why);
}

static status close_stream(stream *t, err *why)
{
    status st = watch_end(t->s, why);
    t->s = watch_close(t->s);
    t->id = 0;
    return st;
}

/* A log that falls silent is told: for that it must be known when it spoke. */
static status hear(const following *x, stream *t, const follow_event *e, err *why)
{
    when now = clock_now(x->a->clock);
    if (!x->o->writer || !e->bytes.len || (t->heard && now - t->heard < HEARD_EACH_MS))
        return OK;
    t->heard = now;
    return heard_note(x->o->writer, e->source, x->o->marking, now, why);
}

static status take(following *x, const follow_event *e, err *why)
{
    stream *t = stream_of(x, e->stream);
    if (!t)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d logs at once", STREAMS_MAX);
    status st = t->s ? OK : open_stream(x, t, e, why);
    if (st == OK)
        st = hear(x, t, e, why);
    if (st == OK)
        st = watch_feed(t->s, e->bytes, why);
    if (st == OK)
        st = watch_idle(t->s, why);
    uint64_t end = e->offset + e->bytes.len, done = st == OK ? watch_done(t->s) : 0;
    if (st == OK && e->flags & FOLLOW_ENDED) {
        st = close_stream(t, why);
        done = end;
    }
    /* behind the last record its line's end; an object on several lines may not be whole yet */
    if (st == OK)
        st = follow_done(x->f, e->stream, end - done <= LINE_END ? end : done, why);
    x->pending = true;
    return st;
}

/* --- committing ------------------------------------------------------------------------------- */

static status commit(following *x, err *why)
{
    status st = OK;
    if (x->o->writer && x->pending) {
        buf_clear(&x->place);
        st = follow_checkpoint(x->f, &x->place, why);
        if (st == OK)
            st = watch_place_put(x->o->writer, place_name(x), buf_slice(&x->place), why);
        if (st == OK)
            st = writer_sync(x->o->writer, why);
    }
    x->pending = false;
    x->committed_us = clock_now_us(x->a->ticks);
    return st == OK ? x->o->committed(x->o->ctx, why) : st;
}

static status refresh(const following *x, err *why)
{
    watch_news news;
    status st = watcher_refresh(x->o->w, &news, why);
    if (st == OK && news.failed)
        app_note(x->a, msg_watch_refresh(slice_str(news.what.msg)));
    return st;
}

static status turn(following *x, follow_event *e, err *why)
{
    status st = follow_next(x->f, WAIT_MS, e, why);
    if (st == OK && e->kind == FOLLOW_DATA)
        st = take(x, e, why);
    else if (st == OK && e->kind == FOLLOW_TROUBLE)
        app_note(x->a, msg_watch_trouble(e->source, slice_str(e->trouble.msg)));
    if (st == OK && e->flags & FOLLOW_LOST && e->kind == FOLLOW_DATA)
        app_note(x->a, !e->lost ? msg_watch_lost_some(e->source)
                       : e->transport == FOLLOW_UDP
                           ? msg_watch_lost_messages(e->source, (int64_t)e->lost)
                           : msg_watch_lost(e->source, (int64_t)e->lost));
    bool due = clock_now_us(x->a->ticks) - x->committed_us >= COMMIT_MS * 1000;
    if (st == OK &&
        (due || e->kind == FOLLOW_IDLE || e->kind == FOLLOW_STOPPED || e->kind == FOLLOW_OVER)) {
        st = commit(x, why);
        if (st == OK)
            st = refresh(x, why);
    }
    return st;
}

static status run(following *x, err *why)
{
    follow_event e = {.kind = FOLLOW_IDLE};
    status st = OK;
    while (st == OK && e.kind != FOLLOW_STOPPED && e.kind != FOLLOW_OVER)
        st = turn(x, &e, why);
    for (size_t i = 0; i < x->count; i++)
        x->streams[i].s = watch_close(x->streams[i].s);
    return st;
}

static status unpack(void *ctx, int fd, uint64_t most, int *ret_fd, err *why)
{
    const following *x = ctx;
    return telemetry_unpack(x->o->packed, fd, most, ret_fd, why);
}

status watch_follow_run(app *a, const watch_follow *o, err *why)
{
    stopping ends;
    following x = {.a = a, .o = o, .streams = calloc(STREAMS_MAX, sizeof *x.streams)};
    if (!x.streams)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    buf_init(&x.place, PLACE_ROOM);
    status st = stopping_begin(&ends, why);
    const follow_options fo = {.clock = a->ticks,
                               .random = a->random,
                               .stop_fd = ends.fd,
                               .line_bytes_max =
                                   (size_t)option_int(a->options, OPT_LIMIT_LINE_BYTES),
                               .unpack = unpack,
                               .ctx = &x};
    if (st == OK)
        st = follow_new(&fo, &x.f, why);
    if (st == OK)
        st = resume(&x, why);
    if (st == OK)
        st = add_sources(&x, why);
    if (st == OK)
        st = run(&x, why);
    follow_free(x.f);
    stopping_end(&ends);
    buf_done(&x.place);
    free(x.streams);
    return st;
}
