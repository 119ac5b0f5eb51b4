/* alerts.c - see alerts.h. */
#include "know/alerts.h"

#include "know/write_private.h"

enum { KEY_BYTES = 16, NAME_MAX_BYTES = 256 };

/* --- identity ------------------------------------------------------------------------------- */

static void put_number(hash_state *h, uint64_t n)
{
    char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (char)(n >> 8 * i);
    hash_update(h, slice_of(b, sizeof b));
}

static void put_part(hash_state *h, slice part)
{
    put_number(h, part.len);
    hash_update(h, part);
}

/* All that makes the group. */
static void key_of(hash_state *h, const alert_contact *c, uint8_t ret[KEY_BYTES])
{
    uint8_t digest[SHA256_BYTES];
    put_part(h, c->rule);
    put_part(h, c->indicator.text);
    put_part(h, c->host);
    put_part(h, c->marking.owner);
    put_part(h, c->marking.audience);
    put_number(h, c->indicator.kind);
    put_number(h, (uint64_t)c->span);
    put_number(h, c->marking.tlp);
    put_number(h, c->marking.pap);
    hash_final(h, digest);
    memcpy(ret, digest, KEY_BYTES);
}

static void put_id(const uint8_t *key, char out[ALERT_ID_TEXT + 1])
{
    memcpy(out, "alert--", 7);
    hash_hex(key, KEY_BYTES, out + 7);
}

static bool read_id(slice id, uint8_t ret[KEY_BYTES])
{
    return slice_starts(id, S("alert--")) && hash_unhex(slice_from(id, 7), ret, KEY_BYTES);
}

/* --- noting --------------------------------------------------------------------------------- */

static status check(const alert_contact *c, err *why)
{
    const struct {
        const char *what;
        size_t len, max;
    } texts[] = {{"name of a rule", c->rule.len, NAME_MAX_BYTES},
                 {"indicator", c->indicator.text.len, NODE_TEXT_MAX},
                 {"name of a host", c->host.len, NAME_MAX_BYTES},
                 {"name of a log", c->place.path.len, STORE_PATH_MAX},
                 {"event", c->event.len, ALERT_EVENT_MAX}};
    assert(c->priority >= 1 && c->priority <= 4);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i].len > texts[i].max)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "%s over %zu bytes", texts[i].what,
                           texts[i].max);
    return OK;
}

static status find(writer *w, const uint8_t *key, int64_t *ret_id, uint64_t *ret_hits, err *why)
{
    bool row;
    db_stmt *q = db_query(w->d, Q_ALERT_FIND);
    db_bind_blob(q, 1, slice_of((const char *)key, KEY_BYTES));
    status st = db_step(q, &row, why);
    *ret_id = st == OK && row ? db_int(q, 0) : 0;
    *ret_hits = *ret_id ? (uint64_t)db_int(q, 1) : 0;
    db_reset(q);
    return st;
}

static when time_of(const alert_contact *c)
{
    return c->at != WHEN_NONE ? c->at : c->now;
}

static status add(writer *w, const uint8_t *key, const alert_contact *c, int64_t *ret_id, err *why)
{
    int64_t vc;
    status st = intern_marking(w, c->marking, &vc, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_ALERT_ADD);
    db_bind_blob(q, 1, slice_of((const char *)key, KEY_BYTES));
    db_bind_int(q, 2, vc);
    db_bind_text(q, 3, c->rule);
    db_bind_int(q, 4, c->indicator.kind);
    db_bind_text(q, 5, c->indicator.text);
    db_bind_text(q, 6, c->host);
    db_bind_int(q, 7, c->span);
    db_bind_int(q, 8, time_of(c));
    db_bind_int(q, 9, c->priority);
    db_bind_int(q, 10, c->now);
    db_bind_text(q, 11, c->event);
    if ((st = db_run(q, why)) == OK)
        *ret_id = db_last_id(w->d);
    return st;
}

static status count(writer *w, int64_t id, const alert_contact *c, err *why)
{
    db_stmt *q = db_query(w->d, Q_ALERT_COUNT);
    db_bind_int(q, 1, id);
    db_bind_int(q, 2, time_of(c));
    db_bind_int(q, 3, c->priority);
    return db_run(q, why);
}

static status add_place(writer *w, int64_t id, const alert_place *p, err *why)
{
    db_stmt *q = db_query(w->d, Q_ALERT_PLACE_ADD);
    db_bind_int(q, 1, id);
    db_bind_text(q, 2, p->path);
    db_bind_int(q, 3, (int64_t)p->offset);
    db_bind_int(q, 4, (int64_t)p->line);
    db_bind_int(q, 5, p->at); /* WHEN_NONE as it is: the key has no room for nothing */
    return db_run(q, why);
}

/* Was a contact of that time noted at the place? */
static status noted_before(writer *w, int64_t id, const alert_place *p, bool *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(w->d, Q_ALERT_PLACE_AT);
    db_bind_int(q, 1, id);
    db_bind_text(q, 2, p->path);
    db_bind_int(q, 3, (int64_t)p->offset);
    db_bind_int(q, 4, p->at);
    status st = db_step(q, &row, why);
    *ret = st == OK && row;
    db_reset(q);
    return st;
}

status alert_note(writer *w, const alert_contact *c, alert_noted *ret, err *why)
{
    uint8_t key[KEY_BYTES];
    int64_t id = 0;
    uint64_t hits = 0;
    bool again = false;
    status st = check(c, why);
    if (st == OK)
        st = begin_engine(w, why);
    if (st != OK)
        return st;
    key_of(w->h, c, key);
    if ((st = find(w, key, &id, &hits, why)) != OK)
        return st;
    bool fresh = id == 0;
    if (fresh)
        st = add(w, key, c, &id, why);
    else if (c->once)
        st = noted_before(w, id, &c->place, &again, why);
    if (st == OK && !fresh && !again)
        st = count(w, id, c, why);
    if (st == OK && !again && hits < ALERT_PLACES_MAX)
        st = add_place(w, id, &c->place, why);
    if (st != OK)
        return st;
    *ret = (alert_noted){.fresh = fresh, .again = again, .hits = hits + !again};
    put_id(key, ret->id);
    return OK;
}

status alert_hosts(writer *w, node_ref indicator, marking m, when from, when to, uint64_t most,
                   uint64_t *ret, err *why)
{
    bool row;
    int64_t vc;
    uint64_t n = 0;
    status st = begin_engine(w, why);
    if (st == OK)
        st = intern_marking(w, m, &vc, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_ALERT_HOSTS);
    db_bind_int(q, 1, indicator.kind);
    db_bind_text(q, 2, indicator.text);
    db_bind_int(q, 3, vc);
    db_bind_int(q, 4, from);
    db_bind_int(q, 5, to);
    db_bind_int(q, 6, (int64_t)most);
    while ((st = db_step(q, &row, why)) == OK && row)
        n++;
    db_reset(q);
    if (st == OK)
        *ret = n;
    return st;
}

/* --- how far the telemetry was read --------------------------------------------------------- */

status watch_place_put(writer *w, slice name, slice state, err *why)
{
    if (name.len > NAME_MAX_BYTES || state.len > WATCH_PLACE_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "positions in logs over %d bytes",
                       WATCH_PLACE_MAX);
    status st = begin_engine(w, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_WATCH_PLACE_PUT);
    db_bind_text(q, 1, name);
    db_bind_blob(q, 2, state);
    return db_run(q, why);
}

status watch_place_get(writer *w, slice name, arena *a, slice *ret, err *why)
{
    bool row;
    slice state;
    db_stmt *q = db_query(w->d, Q_WATCH_PLACE_GET);
    db_bind_text(q, 1, name);
    status st = db_step(q, &row, why);
    if (st == OK && !row)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "nothing was read as %.*s",
                     SLICE_FMT(slice_sub(name, 0, 64)));
    if (st == OK && !arena_copy(a, db_text(q, 0), &state))
        st = ARENA_SPENT(a, why);
    db_reset(q);
    if (st == OK)
        *ret = state;
    return st;
}

/* --- reading -------------------------------------------------------------------------------- */

static bool read_texts(db_stmt *q, arena *a, alert_info *r)
{
    return arena_copy(a, db_text(q, 3), &r->rule) &&
           arena_copy(a, db_text(q, 5), &r->indicator.text) &&
           arena_copy(a, db_text(q, 6), &r->host) && arena_copy(a, db_text(q, 13), &r->event) &&
           (r->closed == WHEN_NONE || (arena_copy(a, db_text(q, 15), &r->closed_by) &&
                                       arena_copy(a, db_text(q, 16), &r->closed_why)));
}

/* All but the marking, which needs another statement. */
static status read_row(db_stmt *q, arena *a, alert_info *r, int64_t *ret_vc, err *why)
{
    slice key = db_text(q, 1);
    if (key.len != KEY_BYTES)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "key of an alert");
    *r = (alert_info){.row = db_int(q, 0),
                      .indicator = {.kind = (kind)db_int(q, 4)},
                      .span = db_int(q, 7),
                      .first = db_int(q, 8),
                      .last = db_int(q, 9),
                      .hits = (uint64_t)db_int(q, 10),
                      .priority = (int)db_int(q, 11),
                      .raised = db_int(q, 12),
                      .closed = db_is_null(q, 14) ? WHEN_NONE : db_int(q, 14)};
    put_id((const uint8_t *)key.ptr, r->id);
    *ret_vc = db_int(q, 2);
    return read_texts(q, a, r) ? OK : ARENA_SPENT(a, why);
}

static int64_t known_at(const lens *l)
{
    when t = lens_view(l)->known_at;
    return t == WHEN_NONE ? INT64_MAX : t;
}

static query which_page(const alert_filter *f)
{
    return f->oldest_first                  ? Q_ALERTS_AFTER
           : f->indicator.kind != KIND_NONE ? Q_ALERTS_OF
           : f->closed_too                  ? Q_ALERTS
                                            : Q_ALERTS_OPEN;
}

status alerts_page(lens *l, arena *a, const alert_filter *f, int64_t from, size_t max,
                   alert_list *ret, err *why)
{
    bool row;
    status st;
    size_t n = 0;
    bool more = false;
    max = max < ALERT_PAGE_MAX ? max : ALERT_PAGE_MAX;
    alert_info *list = arena_array(a, max + 1, sizeof *list);
    int64_t *classes = arena_array(a, max + 1, sizeof *classes);
    if (!list || !classes)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(l->d, which_page(f));
    db_bind_int(q, 1, from || f->oldest_first ? from : INT64_MAX);
    db_bind_int(q, 2, known_at(l));
    db_bind_int(q, 3, (int64_t)max + 1);
    if (which_page(f) == Q_ALERTS_OF) {
        db_bind_int(q, 4, f->indicator.kind);
        db_bind_text(q, 5, f->indicator.text);
    }
    db_bind_text(q, which_page(f) == Q_ALERTS_OF ? 6 : 4, lens_view(l)->organisation);
    while ((st = db_step(q, &row, why)) == OK && row && !(more = n == max)) {
        if ((st = read_row(q, a, &list[n], &classes[n], why)) != OK)
            break;
        n++;
    }
    db_reset(q);
    for (size_t i = 0; st == OK && i < n; i++)
        st = lens_marking(l, classes[i], &list[i].marking, why);
    if (st == OK)
        *ret = (alert_list){.at = list, .count = n, .more = more};
    return st;
}

status alert_get(lens *l, arena *a, slice id, alert_info *ret, err *why)
{
    bool row = false;
    uint8_t key[KEY_BYTES];
    int64_t vc = 0;
    alert_info found;
    status st = OK;
    if (read_id(id, key)) {
        db_stmt *q = db_query(l->d, Q_ALERT_GET);
        db_bind_blob(q, 1, slice_of((const char *)key, KEY_BYTES));
        db_bind_int(q, 2, known_at(l));
        db_bind_text(q, 3, lens_view(l)->organisation);
        if ((st = db_step(q, &row, why)) == OK && row)
            st = read_row(q, a, &found, &vc, why);
        db_reset(q);
    }
    if (st == OK && !row)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no alert %.*s",
                     SLICE_FMT(slice_sub(id, 0, ALERT_ID_TEXT)));
    if (st == OK)
        st = lens_marking(l, vc, &found.marking, why);
    if (st == OK)
        *ret = found;
    return st;
}

status alert_places_of(lens *l, arena *a, const alert_info *alert, alert_places *ret, err *why)
{
    bool row;
    status st;
    size_t n = 0, room = alert->hits < ALERT_PLACES_MAX ? (size_t)alert->hits : ALERT_PLACES_MAX;
    alert_place *list = arena_array(a, room, sizeof *list);
    if (!list)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(l->d, Q_ALERT_PLACES);
    db_bind_int(q, 1, alert->row);
    while ((st = db_step(q, &row, why)) == OK && row && n < room) {
        list[n] = (alert_place){
            .line = (uint64_t)db_int(q, 1), .offset = (uint64_t)db_int(q, 2), .at = db_int(q, 3)};
        if (!arena_copy(a, db_text(q, 0), &list[n++].path)) {
            st = ARENA_SPENT(a, why);
            break;
        }
    }
    db_reset(q);
    if (st == OK)
        *ret = (alert_places){list, n};
    return st;
}

/* --- closing -------------------------------------------------------------------------------- */

static status change(writer *w, lens *l, slice id, query which, slice reason, when now, err *why)
{
    CLEANUP(arena_done) arena a;
    alert_info alert;
    arena_init(&a, 1 << 20);
    status st = alert_get(l, &a, id, &alert, why);
    if (st == OK && reason.len > FACT_VALUE_MAX)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "reason over %d bytes", FACT_VALUE_MAX);
    if (st == OK && !w->together)
        st = writer_sync(w, why);
    if (st == OK)
        st = begin_engine(w, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, which);
    db_bind_int(q, 1, alert.row);
    if (which == Q_ALERT_CLOSE) {
        db_bind_int(q, 2, now);
        db_bind_text(q, 3, w->actor);
        db_bind_text(q, 4, reason);
    }
    st = db_run(q, why);
    if (st == OK && db_changes(w->d) == 0)
        st = err_set(why, ERR_BUSY, ERR_NOWHERE, "alert %s is %s already", alert.id,
                     which == Q_ALERT_CLOSE ? "closed" : "open");
    if (st == OK)
        return w->together ? OK : writer_sync(w, why);
    if (st != ERR_BUSY || !w->together) /* busy: nothing was changed, what stands before it stays */
        db_rollback(w->d);
    return st;
}

status alert_close(writer *w, lens *l, slice id, slice reason, when now, err *why)
{
    return change(w, l, id, Q_ALERT_CLOSE, reason, now, why);
}

status alert_reopen(writer *w, lens *l, slice id, err *why)
{
    return change(w, l, id, Q_ALERT_REOPEN, S(""), 0, why);
}
