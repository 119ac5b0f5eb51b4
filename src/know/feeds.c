/* feeds.c - see feeds.h. */
#include "know/feeds.h"

#include "base/json.h"
#include "know/write_private.h"

enum { DEFINITION_MAX = 64 << 10, DETAIL_MAX = 512 };

static const char *const mode_words[FEED_MODE_COUNT_] = {"auto", "snapshot", "delta"};

bool feed_name_ok(slice name)
{
    if (!name.len || name.len > FEED_NAME_MAX || !is_alnum(name.ptr[0]))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (to_lower(name.ptr[i]) != name.ptr[i] ||
            (!is_alnum(name.ptr[i]) && !memchr("-_.", name.ptr[i], 3)))
            return false;
    return true;
}

/* --- the definition as JSON ------------------------------------------------------------------- */

static void put_text(json_writer *w, const char *key, slice text)
{
    if (!text.len)
        return;
    json_key(w, key);
    json_put_text(w, text);
}

static void put_definition(buf *out, const feed_definition *d)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    put_text(&w, "url", d->url);
    put_text(&w, "format", d->format);
    put_text(&w, "source", d->source);
    put_text(&w, "licence", d->licence);
    put_text(&w, "preset", d->preset);
    put_text(&w, "reliability", slice_of(&d->reliability, d->reliability ? 1 : 0));
    put_text(&w, "mode", slice_str(mode_words[d->mode]));
    json_key(&w, "every_s");
    json_put_int(&w, d->every_s);
    json_key(&w, "bytes_max");
    json_put_int(&w, (int64_t)d->bytes_max);
    json_key(&w, "paused");
    json_put_bool(&w, d->paused);
    json_close(&w, '}');
}

static bool copy_member(arena *a, const json *v, const char *key, slice *ret)
{
    return arena_copy(a, json_text(json_get(v, slice_str(key))), ret);
}

/* Read with care: a restored database is not ours. */
static status read_definition(arena *a, slice text, feed_definition *d, err *why)
{
    CLEANUP(arena_done) arena own;
    json *v;
    slice grade, mode;
    int64_t bytes = 0;
    arena_init(&own, 1 << 20);
    if (json_parse(&own, text, NULL, &v, why) != OK)
        return err_wrap(why, ERR_INTERNAL, "definition of a feed");
    if (!copy_member(a, v, "url", &d->url) || !copy_member(a, v, "format", &d->format) ||
        !copy_member(a, v, "source", &d->source) || !copy_member(a, v, "licence", &d->licence) ||
        !copy_member(a, v, "preset", &d->preset))
        return ARENA_SPENT(a, why);
    grade = json_text(json_get(v, S("reliability")));
    mode = json_text(json_get(v, S("mode")));
    d->reliability =
        grade.len == 1 && grade.ptr[0] >= 'A' && grade.ptr[0] <= 'F' ? grade.ptr[0] : 0;
    for (int i = 0; i < FEED_MODE_COUNT_; i++)
        if (slice_eq(mode, slice_str(mode_words[i])))
            d->mode = (feed_mode)i;
    if (!json_int(json_get(v, S("every_s")), &d->every_s) || d->every_s < 1)
        d->every_s = 86400;
    if (json_int(json_get(v, S("bytes_max")), &bytes) && bytes > 0)
        d->bytes_max = (uint64_t)bytes;
    d->paused = json_is(json_get(v, S("paused")), JSON_TRUE);
    return OK;
}

/* --- writing ---------------------------------------------------------------------------------- */

static status check(const feed_definition *d, err *why)
{
    const slice texts[] = {d->url, d->format, d->source, d->licence, d->preset};
    if (!feed_name_ok(d->name))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "the name of a feed has a-z, 0-9, -, _ and ., %d at most", FEED_NAME_MAX);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i].len > FEED_TEXT_MAX)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a text of a feed over %d bytes",
                           FEED_TEXT_MAX);
    return OK;
}

/* Ends what was begun by begin_engine: durable, or taken back. */
static status end(writer *w, status st, err *why)
{
    if (st == OK)
        return writer_sync(w, why);
    db_rollback(w->d);
    return st;
}

/* Statements of others are not taken back with ours. */
static status begin(writer *w, err *why)
{
    status st = writer_sync(w, why);
    return st == OK ? begin_engine(w, why) : st;
}

static status add(writer *w, query how, const feed_definition *d, slice definition, when now,
                  err *why)
{
    int64_t vc;
    status st = intern_marking(w, d->marking, &vc, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, how);
    db_bind_text(q, 1, d->name);
    db_bind_int(q, 2, vc);
    db_bind_text(q, 3, definition);
    db_bind_int(q, 4, now);
    db_bind_text(q, 5, w->actor);
    st = db_run(q, why);
    return st == OK && !db_changes(w->d)
               ? err_set(why, ERR_BUSY, ERR_NOWHERE, "there is a feed of that name")
               : st;
}

static status put(writer *w, query how, const feed_definition *d, when now, err *why)
{
    CLEANUP(buf_done) buf text;
    buf_init(&text, DEFINITION_MAX);
    put_definition(&text, d);
    status st = check(d, why);
    if (st == OK)
        st = buf_status(&text, why);
    if (st == OK)
        st = begin(w, why);
    return st == OK ? end(w, add(w, how, d, buf_slice(&text), now, why), why) : st;
}

status feed_put(writer *w, const feed_definition *d, when now, err *why)
{
    return put(w, Q_PULL_PUT, d, now, why);
}

status feed_add(writer *w, const feed_definition *d, when now, err *why)
{
    return put(w, Q_PULL_ADD, d, now, why);
}

static status found(writer *w, slice name, err *why)
{
    return db_changes(w->d) ? OK
                            : err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no feed %.*s",
                                      SLICE_FMT(slice_sub(name, 0, FEED_NAME_MAX)));
}

static status drop_runs(writer *w, slice name, int64_t keep, err *why)
{
    db_stmt *q = db_query(w->d, Q_PULL_RUNS_DROP);
    db_bind_text(q, 1, name);
    db_bind_int(q, 2, keep);
    return db_run(q, why);
}

status feed_drop(writer *w, slice name, err *why)
{
    status st = begin(w, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_PULL_DROP);
    db_bind_text(q, 1, name);
    st = db_run(q, why);
    if (st == OK)
        st = found(w, name, why);
    if (st == OK)
        st = drop_runs(w, name, 0, why);
    return end(w, st, why);
}

static void bind_when(db_stmt *q, int at, when t)
{
    if (t == WHEN_NONE)
        db_bind_null(q, at);
    else
        db_bind_int(q, at, t);
}

static status put_state(writer *w, slice name, const feed_state *s, err *why)
{
    db_stmt *q = db_query(w->d, Q_PULL_STATE);
    db_bind_text(q, 1, name);
    bind_when(q, 2, s->tried);
    bind_when(q, 3, s->ok);
    bind_when(q, 4, s->changed);
    bind_when(q, 5, s->due);
    db_bind_int(q, 6, (int64_t)s->failures);
    db_bind_text(q, 7, s->outcome);
    db_bind_text(q, 8, slice_sub(s->detail, 0, DETAIL_MAX));
    db_bind_text(q, 9, s->etag);
    db_bind_text(q, 10, s->modified);
    db_bind_text(q, 11, s->sha256);
    db_bind_int(q, 12, (int64_t)s->bytes);
    db_bind_int(q, 13, (int64_t)s->records);
    db_bind_int(q, 14, (int64_t)s->fresh);
    db_bind_int(q, 15, (int64_t)s->withdrawn);
    db_bind_text(q, 16, s->held);
    db_bind_int(q, 17, (int64_t)s->held_records);
    db_bind_int(q, 18, (int64_t)s->held_fresh);
    db_bind_int(q, 19, (int64_t)s->held_withdrawn);
    status st = db_run(q, why);
    return st == OK ? found(w, name, why) : st;
}

static status add_run(writer *w, slice name, const feed_run *run, err *why)
{
    db_stmt *q = db_query(w->d, Q_PULL_RUN_ADD);
    db_bind_text(q, 1, name);
    db_bind_int(q, 2, run->at);
    db_bind_text(q, 3, run->outcome);
    db_bind_int(q, 4, (int64_t)run->bytes);
    db_bind_int(q, 5, (int64_t)run->records);
    db_bind_int(q, 6, (int64_t)run->fresh);
    db_bind_int(q, 7, (int64_t)run->withdrawn);
    db_bind_int(q, 8, run->busy_ms);
    status st = db_run(q, why);
    return st == OK ? drop_runs(w, name, FEED_RUNS_KEPT, why) : st;
}

status feed_note(writer *w, slice name, const feed_state *s, const feed_run *run, err *why)
{
    status st = begin(w, why);
    if (st != OK)
        return st;
    st = put_state(w, name, s, why);
    if (st == OK && run)
        st = add_run(w, name, run, why);
    return end(w, st, why);
}

/* --- reading ---------------------------------------------------------------------------------- */

static int64_t known_at(const lens *l)
{
    when t = lens_view(l)->known_at;
    return t == WHEN_NONE ? INT64_MAX : t;
}

static when when_of(db_stmt *q, int column)
{
    return db_is_null(q, column) ? WHEN_NONE : db_int(q, column);
}

static bool read_texts(db_stmt *q, arena *a, feed_info *r)
{
    return arena_copy(a, db_text(q, 0), &r->d.name) && arena_copy(a, db_text(q, 4), &r->added_by) &&
           arena_copy(a, db_text(q, 10), &r->s.outcome) &&
           arena_copy(a, db_text(q, 11), &r->s.detail) &&
           arena_copy(a, db_text(q, 12), &r->s.etag) &&
           arena_copy(a, db_text(q, 13), &r->s.modified) &&
           arena_copy(a, db_text(q, 14), &r->s.sha256) && arena_copy(a, db_text(q, 19), &r->s.held);
}

/* All but the marking, which needs another statement. */
static status read_row(db_stmt *q, arena *a, feed_info *r, int64_t *ret_vc, err *why)
{
    *r = (feed_info){.added = db_int(q, 3),
                     .s = {.tried = when_of(q, 5),
                           .ok = when_of(q, 6),
                           .changed = when_of(q, 7),
                           .due = when_of(q, 8),
                           .failures = (uint64_t)db_int(q, 9),
                           .bytes = (uint64_t)db_int(q, 15),
                           .records = (uint64_t)db_int(q, 16),
                           .fresh = (uint64_t)db_int(q, 17),
                           .withdrawn = (uint64_t)db_int(q, 18),
                           .held_records = (uint64_t)db_int(q, 20),
                           .held_fresh = (uint64_t)db_int(q, 21),
                           .held_withdrawn = (uint64_t)db_int(q, 22)}};
    *ret_vc = db_int(q, 1);
    if (!read_texts(q, a, r))
        return ARENA_SPENT(a, why);
    return read_definition(a, db_text(q, 2), &r->d, why);
}

status feeds_page(lens *l, arena *a, slice after, size_t max, feed_list *ret, err *why)
{
    bool row;
    status st;
    size_t n = 0;
    bool more = false;
    max = max < FEED_PAGE_MAX ? max : FEED_PAGE_MAX;
    feed_info *list = arena_array(a, max + 1, sizeof *list);
    int64_t *classes = arena_array(a, max + 1, sizeof *classes);
    if (!list || !classes)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(l->d, Q_PULLS);
    db_bind_text(q, 1, after);
    db_bind_int(q, 2, (int64_t)max + 1);
    db_bind_int(q, 3, known_at(l));
    while ((st = db_step(q, &row, why)) == OK && row && !(more = n == max)) {
        if ((st = read_row(q, a, &list[n], &classes[n], why)) != OK)
            break;
        n++;
    }
    db_reset(q);
    for (size_t i = 0; st == OK && i < n; i++)
        st = lens_marking(l, classes[i], &list[i].d.marking, why);
    if (st == OK)
        *ret = (feed_list){list, n, more};
    return st;
}

status feed_get(lens *l, arena *a, slice name, feed_info *ret, err *why)
{
    bool row;
    int64_t vc = 0;
    feed_info r;
    db_stmt *q = db_query(l->d, Q_PULL_GET);
    db_bind_text(q, 1, name);
    db_bind_int(q, 2, known_at(l));
    status st = db_step(q, &row, why);
    if (st == OK)
        st = row ? read_row(q, a, &r, &vc, why)
                 : err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no feed %.*s",
                           SLICE_FMT(slice_sub(name, 0, FEED_NAME_MAX)));
    db_reset(q);
    if (st == OK)
        st = lens_marking(l, vc, &r.d.marking, why);
    if (st == OK)
        *ret = r;
    return st;
}

status feed_history(lens *l, arena *a, slice name, size_t max, feed_runs *ret, err *why)
{
    bool row;
    status st;
    size_t n = 0;
    max = max < FEED_RUNS_KEPT ? max : FEED_RUNS_KEPT;
    feed_run *list = arena_array(a, max + 1, sizeof *list);
    if (!list)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(l->d, Q_PULL_RUNS);
    db_bind_text(q, 1, name);
    db_bind_int(q, 2, (int64_t)max);
    db_bind_int(q, 3, known_at(l));
    while ((st = db_step(q, &row, why)) == OK && row && n < max) {
        list[n] = (feed_run){.at = db_int(q, 0),
                             .bytes = (uint64_t)db_int(q, 2),
                             .records = (uint64_t)db_int(q, 3),
                             .fresh = (uint64_t)db_int(q, 4),
                             .withdrawn = (uint64_t)db_int(q, 5),
                             .busy_ms = db_int(q, 6)};
        if (!arena_copy(a, db_text(q, 1), &list[n++].outcome)) {
            st = ARENA_SPENT(a, why);
            break;
        }
    }
    db_reset(q);
    if (st == OK)
        *ret = (feed_runs){list, n};
    return st;
}
