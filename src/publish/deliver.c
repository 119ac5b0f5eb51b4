/* deliver.c - see deliver.h. */
#include "publish/deliver.h"

#include "answer/render.h"
#include "publish/alert_json.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 32, MEMORY = 16 << 20, POLL_MS = 20, KEY_MAX = 256 };

typedef struct outlet {
    receiver *r;
    char key[KEY_MAX + 1];
    int64_t cursor, stored; /* row of the last alert that it surely has; as the store knows */
    int64_t next;           /* of the last that was offered, or passed over */
    int64_t rows[DELIVER_OPEN_MAX]; /* of those taken, by number */
    uint64_t taken, safe;
    bool troubled;
    bool done; /* there was nothing more to offer */
} outlet;

struct deliver {
    deliver_options o;
    lens *l;
    asker *k;
    arena page, answer;
    buf json, brief;
    outlet *outlets;
    size_t count;
};

status deliver_new(const deliver_options *options, deliver **ret, err *why)
{
    deliver *d = calloc(1, sizeof *d);
    if (!d)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    d->o = *options;
    arena_init(&d->page, MEMORY);
    arena_init(&d->answer, ASK_MEMORY_MAX);
    buf_init(&d->json, RENDER_JSON_MAX);
    buf_init(&d->brief, RENDER_JSON_MAX);
    d->outlets = calloc(DELIVER_RECEIVERS_MAX, sizeof *d->outlets);
    status st = d->outlets ? lens_new(options->s, &d->l, why)
                           : err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    if (st == OK)
        st = asker_new(options->s, &d->k, why);
    if (st != OK)
        deliver_free(d);
    else
        *ret = d;
    return st;
}

deliver *deliver_free(deliver *d)
{
    if (d) {
        for (size_t i = 0; i < d->count; i++)
            receiver_free(d->outlets[i].r);
        asker_free(d->k);
        lens_free(d->l);
        arena_done(&d->page);
        arena_done(&d->answer);
        buf_done(&d->json);
        buf_done(&d->brief);
        free(d->outlets);
    }
    free(d);
    return NULL;
}

/* --- cursors ---------------------------------------------------------------------------------- */

static status put_cursor(deliver *d, outlet *x, err *why)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)x->cursor);
    status st = watch_place_put(d->o.writer, slice_str(x->key), slice_of(text, (size_t)n), why);
    if (st == OK)
        st = writer_sync(d->o.writer, why);
    if (st == OK)
        x->stored = x->cursor;
    return st;
}

/* The newest alert there is. */
static status newest(deliver *d, int64_t *ret, err *why)
{
    alert_list list = {0};
    arena_reset(&d->page);
    status st = lens_look(d->l, d->o.view, why);
    if (st == OK)
        st = alerts_page(d->l, &d->page, &(alert_filter){.closed_too = true}, 0, 1, &list, why);
    if (st == OK)
        *ret = list.count ? list.at[0].row : 0;
    return st;
}

static status read_cursor(deliver *d, outlet *x, err *why)
{
    slice text;
    uint64_t n;
    err none;
    arena_reset(&d->page);
    status st = watch_place_get(d->o.writer, slice_str(x->key), &d->page, &text, &none);
    if (st == OK && slice_u64(text, &n) && n <= INT64_MAX) {
        x->cursor = x->stored = x->next = (int64_t)n;
        return OK;
    }
    if (st != OK && st != ERR_NOT_FOUND) {
        if (why)
            *why = none;
        return st;
    }
    st = newest(d, &x->cursor, why);
    x->next = x->cursor;
    return st == OK ? put_cursor(d, x, why) : st;
}

status deliver_add(deliver *d, slice target, err *why)
{
    if (d->count == DELIVER_RECEIVERS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d receivers", DELIVER_RECEIVERS_MAX);
    outlet *x = &d->outlets[d->count];
    int n =
        snprintf(x->key, sizeof x->key, "%.*s to %.*s", SLICE_FMT(d->o.name), SLICE_FMT(target));
    if (n < 0 || (size_t)n > KEY_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a receiver's name over %d bytes", KEY_MAX);
    status st = receiver_new(target, d->o.host, d->o.web, &x->r, why);
    if (st != OK)
        return st;
    d->count++;
    return read_cursor(d, x, why);
}

/* --- offering --------------------------------------------------------------------------------- */

/* *ret_bad: it still is an alert, and d->json and d->brief are it. */
static status render(deliver *d, const alert_info *i, bool *ret_bad, err *why)
{
    const ask_options ask = {.seen_at = i->last, .want = i->indicator.kind};
    const answer *w = NULL;
    arena_reset(&d->answer);
    status st = ask_value(d->k, &d->answer, i->indicator.text, &ask, &w, why);
    *ret_bad = st == OK && answer_is_bad(w);
    if (st != OK || !*ret_bad)
        return st;
    buf_clear(&d->json);
    buf_clear(&d->brief);
    st = alert_message_json(&d->json, i, w, why);
    return st == OK ? alert_message_json(&d->brief, i, NULL, why) : st;
}

/* An alert that is passed over is behind the one before it. */
static void pass_over(outlet *x, int64_t row)
{
    x->next = row;
    if (x->taken == x->safe)
        x->cursor = row;
    else
        x->rows[(x->taken - 1) % DELIVER_OPEN_MAX] = row;
}

static status offer(deliver *d, outlet *x, const alert_info *i, bool *ret_taken, err *why)
{
    char time[WHEN_TEXT_MAX];
    bool bad = false;
    status st = render(d, i, &bad, why);
    *ret_taken = true;
    if (st != OK || !bad) {
        if (st == OK)
            pass_over(x, i->row);
        return st;
    }
    const receiver_message m = {.json = buf_slice(&d->json),
                                .brief = buf_slice(&d->brief),
                                .priority = i->priority,
                                .time = when_iso(i->raised, time)};
    receiver_offer(x->r, &m, clock_now_us(d->o.ticks), ret_taken);
    if (*ret_taken) {
        x->rows[x->taken++ % DELIVER_OPEN_MAX] = i->row;
        x->next = i->row;
    }
    return OK;
}

/* As many as it takes now. */
static status offer_all(deliver *d, outlet *x, int64_t until_us, err *why)
{
    alert_list list = {.more = true};
    bool taken = true;
    status st = OK;
    x->done = false;
    while (st == OK && taken && list.more && clock_now_us(d->o.ticks) < until_us) {
        size_t room = DELIVER_OPEN_MAX - (size_t)(x->taken - x->safe);
        if (!room)
            return OK;
        arena_reset(&d->page);
        st = alerts_page(d->l, &d->page, &(alert_filter){.oldest_first = true}, x->next,
                         room < PAGE ? room : PAGE, &list, why);
        for (size_t i = 0; st == OK && taken && i < list.count; i++)
            st = offer(d, x, &list.at[i], &taken, why);
        x->done = st == OK && taken && !list.more;
    }
    return st;
}

/* --- what arrived ----------------------------------------------------------------------------- */

static status settle(deliver *d, outlet *x, err *why)
{
    receiver_state now;
    err what = {0};
    status st = receiver_push(x->r, clock_now_us(d->o.ticks), &now, &what);
    if (now.safe > x->safe) {
        x->cursor = x->rows[(now.safe - 1) % DELIVER_OPEN_MAX];
        x->safe = now.safe;
        x->troubled = false;
    }
    if (now.lost) {
        x->taken = x->safe;
        x->next = x->cursor;
        x->done = false;
    }
    if (st != OK && !x->troubled) {
        x->troubled = true;
        d->o.trouble(d->o.ctx, receiver_target(x->r), &what);
    }
    return x->cursor != x->stored ? put_cursor(d, x, why) : OK;
}

status deliver_step(deliver *d, err *why)
{
    status st = d->count ? lens_look(d->l, d->o.view, why) : OK;
    if (st == OK && d->count)
        st = asker_look(d->k, d->o.view, why);
    int64_t until = clock_now_us(d->o.ticks) + DELIVER_STEP_US;
    for (size_t i = 0; st == OK && i < d->count; i++) {
        outlet *x = &d->outlets[i];
        st = offer_all(d, x, until, why);
        if (st == OK)
            st = settle(d, x, why);
    }
    return st;
}

static size_t not_done(const deliver *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++)
        n += !d->outlets[i].done || d->outlets[i].taken != d->outlets[i].safe;
    return n;
}

status deliver_finish(deliver *d, int wait_ms, size_t *ret_left, err *why)
{
    int64_t until = clock_now_us(d->o.ticks) + (int64_t)wait_ms * 1000;
    status st = deliver_step(d, why);
    while (st == OK && not_done(d) && clock_now_us(d->o.ticks) < until) {
        poll(NULL, 0, POLL_MS);
        st = deliver_step(d, why);
    }
    *ret_left = not_done(d);
    return st;
}
