/* cmd_status.c - noroshi status: what is held, how fresh it is, whether the jail holds. */
#include "cmd/feeding.h"
#include "intake/feed_sum.h"
#include "know/held.h"
#include "know/index.h"
#include "know/sets.h"
#include "know/store.h"
#include "sandbox/sandbox.h"

status cmd_status(app *a, err *why);

typedef struct totals {
    uint64_t sources, documents, records;
    when fresh; /* newest arrival */
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

typedef struct report {
    totals t;
    bool has_index; /* its size counts what is not for every reader */
    uint64_t values, index_bytes;
    uint64_t sets, set_values, set_bytes;
    feed_sum feeds;
    uint64_t quiet_logs;
    slice dir;
    const char *jail;
    err jail_why; /* why there is none */
} report;

static void put_feeds_json(json_writer *w, const feed_sum *f)
{
    const struct {
        const char *key;
        uint64_t n;
    } counts[] = {
        {"count", f->feeds}, {"not_well", f->sick}, {"held", f->held}, {"quiet", f->quiet}};
    json_key(w, "feeds");
    json_open(w, '{');
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        json_key(w, counts[i].key);
        json_put_int(w, (int64_t)counts[i].n);
    }
    json_close(w, '}');
}

static void put_json(app *a, const report *r, buf *b)
{
    char text[WHEN_TEXT_MAX];
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.status/1"));
    json_key(&w, "version");
    json_put_text(&w, S(NOROSHI_VERSION));
    json_key(&w, "data");
    json_put_text(&w, r->dir);
    json_key(&w, "sources");
    json_put_int(&w, (int64_t)r->t.sources);
    json_key(&w, "documents");
    json_put_int(&w, (int64_t)r->t.documents);
    json_key(&w, "records");
    json_put_int(&w, (int64_t)r->t.records);
    json_key(&w, "fresh");
    if (r->t.fresh == WHEN_NONE)
        json_put_null(&w);
    else
        json_put_text(&w, slice_str(when_iso(r->t.fresh, text)));
    json_key(&w, "index");
    if (r->has_index) {
        json_open(&w, '{');
        json_key(&w, "values");
        json_put_int(&w, (int64_t)r->values);
        json_key(&w, "bytes");
        json_put_int(&w, (int64_t)r->index_bytes);
        json_close(&w, '}');
    } else {
        json_put_null(&w);
    }
    json_key(&w, "sets");
    json_open(&w, '{');
    json_key(&w, "count");
    json_put_int(&w, (int64_t)r->sets);
    json_key(&w, "values");
    json_put_int(&w, (int64_t)r->set_values);
    json_key(&w, "bytes");
    json_put_int(&w, (int64_t)r->set_bytes);
    json_close(&w, '}');
    put_feeds_json(&w, &r->feeds);
    json_key(&w, "quiet_logs");
    json_put_int(&w, (int64_t)r->quiet_logs);
    json_key(&w, "jail");
    if (r->jail)
        json_put_text(&w, slice_str(r->jail));
    else
        json_put_null(&w);
    json_key(&w, "jail_why");
    if (r->jail)
        json_put_null(&w);
    else
        json_put_text(&w, slice_str(r->jail_why.msg));
    json_close(&w, '}');
    sink_json(&a->out, buf_slice(b));
}

static void put_row(app *a, message label, message value)
{
    sink_style(&a->out, STYLE_LABEL);
    sink_put(&a->out, label);
    sink_style(&a->out, STYLE_PLAIN);
    sink_to(&a->out, 12);
    sink_put(&a->out, value);
    sink_line(&a->out);
}

static void put_text(app *a, const report *r)
{
    put_row(a, msg_status_data(), msg_status_where(r->dir));
    put_row(a, msg_status_held(),
            msg_status_documents((int64_t)r->t.sources, (int64_t)r->t.documents,
                                 (int64_t)r->t.records));
    put_row(a, msg_status_fresh(),
            r->t.fresh == WHEN_NONE ? msg_status_never() : msg_status_arrived(r->t.fresh));
    if (r->has_index)
        put_row(a, msg_status_index(),
                msg_status_values((int64_t)r->values, (int64_t)r->index_bytes));
    if (r->sets)
        put_row(
            a, msg_status_sets(),
            msg_status_sets_hold((int64_t)r->sets, (int64_t)r->set_values, (int64_t)r->set_bytes));
    if (r->feeds.feeds)
        put_row(a, msg_status_feeds(),
                r->feeds.sick || r->feeds.held || r->feeds.quiet
                    ? msg_feed_sum((int64_t)r->feeds.feeds, (int64_t)r->feeds.sick,
                                   (int64_t)r->feeds.held, (int64_t)r->feeds.quiet)
                    : msg_feed_sum_well((int64_t)r->feeds.feeds));
    if (r->quiet_logs)
        put_row(a, msg_status_logs(), msg_feed_sum_logs((int64_t)r->quiet_logs));
    put_row(a, msg_status_jail(),
            r->jail ? msg_status_where(slice_str(r->jail))
                    : msg_status_no_jail(slice_str(r->jail_why.msg)));
}

static status count_sets(lens *l, report *r, err *why)
{
    set_list sets;
    status st = sets_seen(l, &sets, why);
    for (size_t i = 0; st == OK && i < sets.count; i++) {
        r->sets++;
        r->set_values += sets.at[i].keys;
        r->set_bytes += sets.at[i].bytes;
    }
    return st;
}

/* A kernel without a jail is worth telling, not an error of this command. */
static status ask_jail(app *a, report *r, sandbox **s, err *why)
{
    sandbox_options o = sandbox_defaults(a->ticks);
    status st = sandbox_new(&o, s, why);
    if (st == OK && sandbox_check(*s, WORKER_DOC, &r->jail, &r->jail_why) != OK)
        r->jail = NULL;
    return st;
}

static bool sees_all(const view *v)
{
    return v->clearance == TLP_RED && v->all_audiences && !v->organisation.len &&
           v->known_at == WHEN_NONE;
}

status cmd_status(app *a, err *why)
{
    lens *l;
    index_t *ix = NULL;
    sandbox *s = NULL;
    report r = {.t.fresh = WHEN_NONE};
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 20);
    status st = app_data(a, &r.dir, why);
    if (st == OK)
        st = app_lens(a, &l, why);
    if (st == OK)
        st = source_each(l, add_source, &r.t, why);
    if (st == OK)
        st = count_sets(l, &r, why);
    if (st == OK)
        st = feed_sum_of(l, a->view.now, &r.feeds, why);
    if (st == OK)
        st = feeding_quiet_logs(a, l, false, &r.quiet_logs, why);
    r.has_index = sees_all(&a->view);
    if (st == OK && r.has_index && (st = index_open(a->store, &ix, why)) == OK)
        index_size(ix, &r.values, &r.index_bytes);
    if (st == OK)
        st = ask_jail(a, &r, &s, why);
    if (st == OK && a->json)
        put_json(a, &r, &b);
    else if (st == OK)
        put_text(a, &r);
    index_close(ix);
    sandbox_free(s);
    return st == OK ? sink_flush(&a->out, why) : st;
}
