/* live.c - new alerts as they come: server-sent events, resumed where the reader was.
 * Sources: the WHATWG's HTML standard, 9.2 (server-sent events). docs/api.md, decision 0221. */
#include "serve/api/handlers.h"

#include "base/json_field.h"
#include "publish/alert_json.h"

#include <stdlib.h>

enum { LIVE_LOOK_MS = 2000, LIVE_PAGE = 100, LIVE_MEMORY = 64 << 20 };

typedef struct live {
    call c;
    arena memory;  /* of one look: a stream lives for hours */
    int64_t whose; /* row of the account */
    int64_t at;    /* row of the alert that was looked at last */
    bool begun;
    bool returned;             /* with Last-Event-ID, and nothing was told yet */
    struct live *next, **link; /* of the api's */
} live;

/* Where a reader is who was told of no alert yet. */
static const slice place_start = S_INIT("start");

/* --- how many of an account ------------------------------------------------------------------- */

static bool enter(api *a, live *x)
{
    unsigned n = 0;
    pthread_mutex_lock(&a->lock);
    const unsigned most = a->o.live_streams ? a->o.live_streams : LIVE_STREAMS_DEFAULT;
    for (const live *l = a->lives; l; l = l->next)
        n += l->whose == x->whose;
    if (n < most) {
        x->link = &a->lives;
        if ((x->next = a->lives))
            x->next->link = &x->next;
        a->lives = x;
    }
    pthread_mutex_unlock(&a->lock);
    return n < most;
}

void api_live_streams(api *a, uint32_t most)
{
    pthread_mutex_lock(&a->lock);
    a->o.live_streams = most;
    pthread_mutex_unlock(&a->lock);
}

static void leave(api *a, live *x)
{
    if (!x->link)
        return;
    pthread_mutex_lock(&a->lock);
    *x->link = x->next;
    if (x->next)
        x->next->link = x->link;
    pthread_mutex_unlock(&a->lock);
}

/* --- where it goes on ------------------------------------------------------------------------- */

static status on_newest(void *ctx, const alert_info *i, const answer *w, err *why)
{
    (void)w;
    (void)why;
    memcpy(ctx, i->id, sizeof i->id);
    return OK;
}

/* From now on; `reset` says why not from where the reader was, empty: it did not say where. The id
 * is of an alert that the reader sees: others are not told of in any way. */
static status from_now(live *x, const contact_reader *r, slice reset, buf *out, err *why)
{
    const alert_filter every = {.closed_too = true};
    alert_list newest = {0};
    char id[ALERT_ID_TEXT + 1] = "";
    bool more;
    status st = alerts_page(r->l, x->c.m, &every, 0, 1, &newest, why);
    if (st == OK)
        st = contacts_each(r, &every, 0, 1, on_newest, id, &more, why);
    if (st != OK)
        return st;
    x->at = newest.count ? newest.at[0].row : 0;
    x->returned = false;
    if (reset.len) {
        buf_put(out, S("event: reset\ndata: "));
        json_writer w = json_writer_on(out);
        json_open(&w, '{');
        json_field_text(&w, "schema", S("noroshi.reset/1"));
        json_field_text(&w, "reason", reset);
        json_close(&w, '}');
        buf_byte(out, '\n');
    }
    buf_printf(out, "id: %.*s\n\n", SLICE_FMT(id[0] ? slice_str(id) : place_start));
    return OK;
}

/* An alert that is none for the reader, or never was one, is the same to him. */
static status begin(live *x, const contact_reader *r, buf *out, err *why)
{
    slice last = http_header(x->c.r, "Last-Event-ID");
    alert_info i = {0};
    const answer *w;
    status st = OK;
    if (!last.len)
        return from_now(x, r, S(""), out, why);
    if (!slice_eq(last, place_start))
        st = contact_get(r, x->c.m, last, &i, &w, why);
    if (st == ERR_NOT_FOUND)
        return from_now(x, r, S("unknown"), out, why);
    x->at = i.row; /* 0: before the first */
    x->returned = true;
    return st;
}

/* --- looking ---------------------------------------------------------------------------------- */

/* A session that ended, or rights that were lowered, end the stream at the next look. */
static status still_welcome(live *x, http_request *r, err *why)
{
    identity who;
    const caller *from = x->c.from;
    slice shown = http_header(r, "Authorization");
    status st = from->cookie.len
                    ? auth_session(x->c.a->o.auth, x->c.t->people, from->cookie, x->c.m, &who, why)
                    : auth_token(x->c.a->o.auth, x->c.t->people, &from->client,
                                 slice_trim(slice_from(shown, 7)), x->c.m, &who, why);
    if (st == OK)
        st = identity_may(&who, RIGHT_READ, why);
    if (st == OK)
        x->c.from->who = who;
    return st;
}

static status tell(live *x, const alert_info *i, const answer *w, buf *out, err *why)
{
    call_contact_is(&x->c, i, w);
    buf_put(out, S("event: alert\ndata: "));
    status st = alert_group_json(out, i, NULL, w, why);
    buf_printf(out, "\nid: %s\n\n", i->id);
    return st;
}

/* The oldest of what is new first, so that whoever is cut off knows where he was. */
static status look(live *x, const contact_reader *r, buf *out, bool *ret_more, err *why)
{
    CLEANUP(arena_done) arena m;
    const alert_filter f = {.oldest_first = true};
    const when too_old = call_now(&x->c) - LIVE_RESUME_HOURS * (WHEN_DAY / 24);
    alert_list page = {0};
    size_t i = 0;
    arena_init(&m, ASK_MEMORY_MAX);
    status st = alerts_page(r->l, x->c.m, &f, x->at, LIVE_PAGE, &page, why);
    for (; st == OK && i < page.count && out->len < HTTP_SLICE_BYTES; i++) {
        const alert_info *one = &page.at[i];
        const answer *bad = NULL;
        arena_reset(&m);
        st = contact_judge(r, &m, one, &bad, why);
        if (st == OK && bad && x->returned && one->raised < too_old)
            return from_now(x, r, S("too-old"), out, why);
        if (st == OK && bad)
            st = tell(x, one, bad, out, why);
        x->returned &= !bad;
        x->at = one->row;
    }
    *ret_more = page.more || i < page.count;
    x->returned &= *ret_more;
    return st;
}

static status next(live *x, http_request *r, buf *out, bool *ret_more, err *why)
{
    contact_reader as;
    status st = still_welcome(x, r, why);
    if (st == OK)
        st = call_contacts(&x->c, &as, why);
    if (st == OK && !x->begun) {
        st = begin(x, &as, out, why);
        *ret_more = x->returned;
    } else if (st == OK) {
        st = look(x, &as, out, ret_more, why);
    }
    x->begun |= st == OK;
    return st == OK ? call_record_read(&x->c, why) : st;
}

static http_more fill(void *ctx, http_request *r, buf *out)
{
    live *x = ctx;
    err why = {0};
    bool more = false;
    x->c.t = r->thread;
    x->c.highest = TLP_CLEAR;
    arena_reset(&x->memory);
    status st = next(x, r, out, &more, &why);
    call_rest(&x->c);
    if (st != OK)
        return HTTP_BROKEN;
    if (http_last_call(r))
        return HTTP_DONE;
    if (more)
        return HTTP_MORE;
    if (!out->len)
        buf_put(out, S(": still here\n\n"));
    http_wait(r, LIVE_LOOK_MS);
    return HTTP_WAIT;
}

static void finished(void *ctx)
{
    live *x = ctx;
    leave(x->c.a, x);
    arena_done(&x->memory);
    free(x);
}

status api_alerts_live(call *c, err *why)
{
    live *x = calloc(1, sizeof *x);
    if (!x)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    x->c = *c;
    x->c.m = &x->memory;
    x->whose = c->from->who.who.row;
    arena_init(&x->memory, LIVE_MEMORY);
    if (!enter(c->a, x)) {
        finished(x);
        http_reply_header(c->w, "Retry-After", S("10"));
        return http_problem(
            c->w, 429,
            err_set(why, ERR_BUSY, ERR_NOWHERE, "too many live streams of this account are open"));
    }
    http_stream(c->w, S("text/event-stream"), &(http_producer){fill, finished, x});
    return OK;
}
