/* feeding.c - see feeding.h. */
#include "cmd/feeding.h"
#include "intake/feed_json.h"
#include "intake/feed_sum.h"

enum { NAME_COLUMNS = 22, WORD_COLUMN = 24, OK_COLUMN = 68 };

/* --- words ------------------------------------------------------------------------------------ */

static const struct {
    const char *word;
    message_id message;
} words[] = {
    {FEED_DONE, MSG_feed_is_ok},
    {FEED_SAME, MSG_feed_is_same},
    {FEED_HELD, MSG_feed_is_held},
    {FEED_EMPTY, MSG_feed_is_empty},
    {FEED_WRONG_TYPE, MSG_feed_is_wrong_type},
    {FEED_REFUSED, MSG_feed_is_refused},
    {FEED_NO_RIGHTS, MSG_feed_is_no_rights},
};

static const message_id problems[OUTBOUND_PROBLEM_COUNT_] = {
    [OUTBOUND_FINE] = MSG_feed_is_ok,
    [OUTBOUND_BAD_URL] = MSG_feed_is_bad_url,
    [OUTBOUND_DNS] = MSG_feed_is_dns,
    [OUTBOUND_REFUSED_ADDRESS] = MSG_feed_is_refused_address,
    [OUTBOUND_CONNECT] = MSG_feed_is_connect,
    [OUTBOUND_PROXY] = MSG_feed_is_proxy,
    [OUTBOUND_TLS] = MSG_feed_is_tls,
    [OUTBOUND_TLS_EXPIRED] = MSG_feed_is_tls_expired,
    [OUTBOUND_TLS_UNTRUSTED] = MSG_feed_is_tls_untrusted,
    [OUTBOUND_TLS_WRONG_NAME] = MSG_feed_is_tls_wrong_name,
    [OUTBOUND_TLS_PIN] = MSG_feed_is_tls_pin,
    [OUTBOUND_TIMEOUT] = MSG_feed_is_timeout,
    [OUTBOUND_TOO_SLOW] = MSG_feed_is_too_slow,
    [OUTBOUND_TOO_LARGE] = MSG_feed_is_too_large,
    [OUTBOUND_TRUNCATED] = MSG_feed_is_truncated,
    [OUTBOUND_HEAD_TOO_LARGE] = MSG_feed_is_head_too_large,
    [OUTBOUND_BAD_REPLY] = MSG_feed_is_bad_reply,
    [OUTBOUND_WRONG_ENCODING] = MSG_feed_is_wrong_encoding,
    [OUTBOUND_TOO_MANY_REDIRECTS] = MSG_feed_is_too_many_redirects,
    [OUTBOUND_BAD_REDIRECT] = MSG_feed_is_bad_redirect,
    [OUTBOUND_DENIED] = MSG_feed_is_denied,
    [OUTBOUND_NOT_THERE] = MSG_feed_is_not_there,
    [OUTBOUND_BUSY] = MSG_feed_is_busy,
    [OUTBOUND_HTTP_4XX] = MSG_feed_is_http_4xx,
    [OUTBOUND_HTTP_5XX] = MSG_feed_is_http_5xx,
    [OUTBOUND_STOPPED] = MSG_feed_is_stopped,
};

message_id feeding_word(slice outcome)
{
    if (!outcome.len)
        return MSG_feed_is_new;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq(outcome, slice_str(words[i].word)))
            return words[i].message;
    for (int p = 0; p < OUTBOUND_PROBLEM_COUNT_; p++)
        if (slice_eq(outcome, slice_str(outbound_word((outbound_problem)p))))
            return problems[p];
    return MSG_feed_is_else;
}

/* --- text ------------------------------------------------------------------------------------- */

static void put_line(app *a, message m, style s)
{
    sink_words(&a->out, S("  "));
    sink_style(&a->out, s);
    sink_put(&a->out, m);
    sink_style(&a->out, STYLE_PLAIN);
    sink_line(&a->out);
}

static void put_head(app *a, const feed_info *f)
{
    sink *out = &a->out;
    message word = {.id = feeding_word(f->s.outcome)};
    sink_style(out, STYLE_TITLE);
    sink_foreign_cut(out, f->d.name, NAME_COLUMNS);
    sink_style(out, feed_is_sick(f) ? STYLE_BAD : f->s.held.len ? STYLE_WARN : STYLE_PLAIN);
    sink_to(out, WORD_COLUMN);
    sink_put(out, word);
    sink_style(out, STYLE_PLAIN);
    if (f->d.paused) {
        sink_words(out, S(", "));
        sink_put(out, msg_feed_paused());
    }
    sink_to(out, OK_COLUMN);
    sink_put(out, f->s.ok == WHEN_NONE ? msg_feed_never_ok() : msg_feed_ok_at(f->s.ok));
    sink_line(out);
}

/* What it brought, when it comes again. */
static void put_second(app *a, const feed_info *f, const feed_health *h)
{
    sink *out = &a->out;
    const feed_state *s = &f->s;
    sink_words(out, S("  "));
    sink_style(out, STYLE_DIM);
    sink_put(out, s->due == WHEN_NONE ? msg_feed_due_now() : msg_feed_due_at(s->due));
    sink_words(out, S(" · "));
    sink_put(out, msg_feed_every(f->d.every_s * 1000));
    if (s->records || s->ok != WHEN_NONE) {
        sink_words(out, S(" · "));
        sink_put(out,
                 msg_feed_counts((int64_t)s->records, (int64_t)s->fresh, (int64_t)s->withdrawn));
    }
    if (s->failures) {
        sink_words(out, S(" · "));
        sink_put(out, msg_feed_fails((int64_t)s->failures));
    }
    if (h->probation) {
        sink_words(out, S(" · "));
        sink_put(out, msg_feed_probation());
    }
    sink_style(out, STYLE_PLAIN);
    sink_line(out);
}

static message held_message(const feed_info *f)
{
    const feed_state *s = &f->s;
    int64_t now = (int64_t)s->held_records, before = (int64_t)s->records;
    if (slice_eq(s->held, slice_str(feed_gate_word(FEED_SHRANK))))
        return msg_feed_shrank(now, before, f->d.name);
    if (slice_eq(s->held, slice_str(feed_gate_word(FEED_GREW))))
        return msg_feed_grew(now, before, f->d.name);
    return msg_feed_withdrew((int64_t)s->held_withdrawn, before, f->d.name);
}

static void put_runs_text(app *a, const feed_runs *history)
{
    for (size_t i = 0; i < history->count && i < FEED_JSON_RUNS; i++) {
        const feed_run *r = &history->at[i];
        message word = {.id = feeding_word(r->outcome)};
        message counts = msg_feed_history((int64_t)r->records, (int64_t)r->fresh);
        put_line(a, msg_feed_run(r->at, slice_eq(r->outcome, S(FEED_DONE)) ? &counts : &word),
                 STYLE_DIM);
    }
}

static void put_page(app *a, const feed_info *f, const feed_health *h, const feed_runs *history,
                     bool runs)
{
    put_head(a, f);
    put_second(a, f, h);
    if (f->s.detail.len) {
        sink_words(&a->out, S("  "));
        sink_foreign(&a->out, f->s.detail);
        sink_line(&a->out);
    }
    if (f->s.held.len)
        put_line(a, held_message(f), STYLE_WARN);
    if (h->silent)
        put_line(a, msg_feed_silent(h->quiet_ms, h->habit_ms), STYLE_WARN);
    if (h->late && f->s.ok != WHEN_NONE)
        put_line(a, msg_feed_late(a->view.now - f->s.ok, f->d.every_s * 1000), STYLE_WARN);
    if (!runs)
        return;
    sink_words(&a->out, S("  "));
    sink_foreign(&a->out, f->d.url);
    sink_line(&a->out);
    if (f->d.licence.len) {
        sink_words(&a->out, S("  "));
        sink_foreign(&a->out, f->d.licence);
        sink_line(&a->out);
    }
    put_runs_text(a, history);
}

status feeding_put(app *a, const feed_info *f, const feed_runs *history, bool runs, err *why)
{
    CLEANUP(buf_done) buf b;
    feed_health h = feed_health_of(f, history, a->view.now);
    buf_init(&b, FEED_JSON_MAX);
    if (!a->json) {
        put_page(a, f, &h, history, runs);
        return OK;
    }
    runs ? feed_json_whole(&b, f, &h, history) : feed_json(&b, f, &h);
    return app_json(a, &b, why);
}

/* --- logs ------------------------------------------------------------------------------------- */

typedef struct quiet_logs {
    app *a;
    bool put;
    uint64_t count;
} quiet_logs;

static status on_log(void *ctx, const heard_log *log, err *why)
{
    quiet_logs *x = ctx;
    if (!log->silent)
        return OK;
    x->count++;
    if (!x->put)
        return OK;
    if (x->a->json) {
        CLEANUP(buf_done) buf b;
        buf_init(&b, FEED_JSON_MAX);
        quiet_log_json(&b, log);
        return app_json(x->a, &b, why);
    }
    sink_style(&x->a->out, STYLE_WARN);
    sink_put(&x->a->out, msg_feed_quiet_log(log->name, log->quiet_ms, log->longest_ms));
    sink_style(&x->a->out, STYLE_PLAIN);
    sink_line(&x->a->out);
    return OK;
}

status feeding_quiet_logs(app *a, lens *l, bool put, uint64_t *ret, err *why)
{
    quiet_logs x = {.a = a, .put = put};
    status st = heard_each(l, a->view.now, on_log, &x, why);
    if (st == OK)
        *ret = x.count;
    return st;
}
