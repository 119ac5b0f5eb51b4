/* operate.c - what is held, whether the service can answer, its figures, its description. */
#include "serve/api/handlers.h"

#include "intake/feed_sum.h"
#include "know/heard.h"

typedef struct totals {
    uint64_t sources, documents, records;
    when fresh;
} totals;

static status add_source(void *ctx, const source_info *s, err *why)
{
    totals *t = ctx;
    (void)why;
    t->sources++;
    t->documents += s->documents;
    t->records += s->records;
    if (s->fresh != WHEN_NONE && (t->fresh == WHEN_NONE || s->fresh > t->fresh))
        t->fresh = s->fresh;
    return OK;
}

static status count_quiet(void *ctx, const heard_log *log, err *why)
{
    (void)why;
    *(uint64_t *)ctx += log->silent;
    return OK;
}

/* null for whoever may not look at feeds. */
static void put_feeds(json_writer *w, const feed_sum *f, bool may)
{
    json_key(w, "feeds");
    if (!may) {
        json_put_null(w);
        return;
    }
    json_open(w, '{');
    json_field_count(w, "count", f->feeds);
    json_field_count(w, "not_well", f->sick);
    json_field_count(w, "held", f->held);
    json_field_count(w, "quiet", f->quiet);
    json_close(w, '}');
}

status api_status(call *c, err *why)
{
    lens *l;
    set_list sets = {0};
    feed_sum feeds = {0};
    uint64_t quiet_logs = 0;
    bool may = rights_have(c->from->who.has.rights, RIGHT_FEED);
    totals t = {.fresh = WHEN_NONE};
    uint64_t values = 0;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = source_each(l, add_source, &t, why);
    if (st == OK)
        st = sets_seen(l, &sets, why);
    if (st == OK && may)
        st = feed_sum_of(l, call_now(c), &feeds, why);
    if (st == OK)
        st = heard_each(l, call_now(c), count_quiet, &quiet_logs, why);
    if (st != OK)
        return st;
    for (size_t i = 0; i < sets.count; i++)
        values += sets.at[i].keys;
    json_writer w = json_writer_on(c->out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.status/1"));
    json_field_text(&w, "version", S(NOROSHI_VERSION));
    json_field_count(&w, "sources", t.sources);
    json_field_count(&w, "documents", t.documents);
    json_field_count(&w, "records", t.records);
    json_field_when(&w, "fresh", t.fresh);
    json_key(&w, "sets");
    json_open(&w, '{');
    json_field_count(&w, "count", sets.count);
    json_field_count(&w, "values", values);
    json_close(&w, '}');
    put_feeds(&w, &feeds, may);
    json_field_count(&w, "quiet_logs", quiet_logs);
    json_close(&w, '}');
    return OK;
}

status api_openapi(call *c, err *why)
{
    (void)why;
    buf_put(c->out, buf_slice(&c->a->openapi));
    return OK;
}

status api_healthy(call *c, err *why)
{
    (void)why;
    http_send(c->w, S("text/plain; charset=utf-8"), S("ok\n"));
    return OK;
}

status api_ready(call *c, err *why)
{
    bool ready;
    if (__atomic_load_n(&c->a->drains, __ATOMIC_ACQUIRE))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "the service is ending");
    status st = accounts_ready(c->t->people, &ready, why); /* the store answers */
    if (st != OK)
        return http_problem(c->w, 503,
                            err_set(why, ERR_BUSY, ERR_NOWHERE, "the store does not answer"));
    http_send(c->w, S("text/plain; charset=utf-8"),
              ready ? S("ok\n") : S("ok, waiting for its first admin\n"));
    return OK;
}

status api_metrics(call *c, err *why)
{
    (void)why;
    buf *b = http_body(c->w, S("text/plain; version=0.0.4; charset=utf-8"));
    http_server *s = __atomic_load_n(&c->a->server, __ATOMIC_ACQUIRE);
    buf_printf(b,
               "# HELP noroshi_info Version of the program.\n# TYPE noroshi_info gauge\n"
               "noroshi_info{version=\"%s\"} 1\n",
               NOROSHI_VERSION);
    buf_printf(
        b,
        "# HELP noroshi_config_last_reload_successful Was the configuration right when it was "
        "last read.\n# TYPE noroshi_config_last_reload_successful gauge\n"
        "noroshi_config_last_reload_successful %d\n",
        !__atomic_load_n(&c->a->reload_failed, __ATOMIC_ACQUIRE));
    if (s)
        http_server_metrics(s, b);
    return OK;
}
