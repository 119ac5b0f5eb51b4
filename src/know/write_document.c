/* write_document.c - documents, feeds, what a new delivery withdraws. See write.h.
 *
 * A feed is (source, logical path, marking). Its newest delivery is what it says now. In snapshot
 * mode, claims that an older delivery of the feed brought and the new one does not are withdrawn,
 * unless another feed says them too: claim_again has those, and an ended row of the first feed
 * there means "this one stopped saying it, another goes on". */
#include "know/undo.h"
#include "know/write_ahead.h"

#include <stdlib.h>

/* --- feeds and known documents -------------------------------------------------------------- */

static status find_feed(writer *w, int64_t source, slice path, int64_t vc, bool make, int64_t *ret,
                        err *why)
{
    bool row;
    db_stmt *q = db_query(w->d, Q_FEED_FIND);
    db_bind_int(q, 1, source);
    db_bind_text(q, 2, path);
    db_bind_int(q, 3, vc);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    int64_t id = row ? db_int(q, 0) : 0;
    db_reset(q);
    if (!id && make) {
        q = db_query(w->d, Q_FEED_ADD);
        db_bind_int(q, 1, source);
        db_bind_text(q, 2, path);
        db_bind_int(q, 3, vc);
        if ((st = db_run(q, why)) != OK)
            return st;
        id = db_last_id(w->d);
    }
    *ret = id;
    return OK;
}

/* The document a feed delivered last; 0 when it never did. */
static status feed_says(writer *w, int64_t feed, int64_t *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(w->d, Q_DELIVERY_LAST);
    db_bind_int(q, 1, feed);
    status st = db_step(q, &row, why);
    if (st == OK) {
        *ret = row ? db_int(q, 0) : 0;
        db_reset(q);
    }
    return st;
}

typedef struct found_document {
    int64_t id, source;
    uint64_t records, refused;
    slice format; /* in w->texts */
} found_document;

/* The oldest document of these bytes that one of the codecs read; id 0: there is none. */
static status find_document(writer *w, const known_question *asked, int64_t vc, int64_t source,
                            int64_t tx, found_document *ret, err *why)
{
    bool row;
    status st;
    found_document found = {0};
    db_stmt *q = db_query(w->d, Q_DOCUMENT_FIND);
    db_bind_blob(q, 1, slice_of((const char *)asked->sha256, SHA256_BYTES));
    db_bind_int(q, 2, vc);
    db_bind_maybe(q, 3, source, source == 0);
    db_bind_int(q, 4, tx);
    while ((st = db_step(q, &row, why)) == OK && row && !found.id) {
        bool ours = false;
        for (size_t i = 0; i < asked->parser_count; i++)
            ours |= db_int(q, 2) == asked->parsers[i];
        if (!ours)
            continue;
        found = (found_document){.id = db_int(q, 0),
                                 .source = db_int(q, 1),
                                 .records = (uint64_t)db_int(q, 3),
                                 .refused = (uint64_t)db_int(q, 4)};
        if (!arena_copy(&w->texts, db_text(q, 5), &found.format))
            st = ARENA_SPENT(&w->texts, why);
    }
    db_reset(q);
    if (st == OK)
        *ret = found;
    return st;
}

static status note_delivery(writer *w, int64_t feed, int64_t document, bool snapshot, int64_t tx,
                            err *why)
{
    db_stmt *q = db_query(w->d, Q_DELIVERY_ADD);
    db_bind_int(q, 1, feed);
    db_bind_int(q, 2, document);
    db_bind_int(q, 3, snapshot);
    db_bind_int(q, 4, tx);
    return db_run(q, why);
}

static status source_name(writer *w, int64_t id, slice *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(w->d, Q_SOURCE_NAME);
    db_bind_int(q, 1, id);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    bool room = arena_copy(&w->texts, row ? db_text(q, 0) : S(""), ret);
    db_reset(q);
    return room ? OK : ARENA_SPENT(&w->texts, why);
}

/* Is it still what its own feed says? In delta mode always. */
static status still_said(writer *w, int64_t document, bool *ret, err *why)
{
    bool row;
    status st;
    int64_t feeds[64], last;
    size_t n = 0;
    db_stmt *q = db_query(w->d, Q_DOCUMENT_FEEDS);
    db_bind_int(q, 1, document);
    while ((st = db_step(q, &row, why)) == OK && row && n < COUNT_OF(feeds))
        feeds[n++] = db_int(q, 0);
    db_reset(q);
    *ret = false;
    for (size_t i = 0; st == OK && i < n && !*ret; i++)
        if ((st = feed_says(w, feeds[i], &last, why)) == OK)
            *ret = last == document;
    return st;
}

/* Notes that the document came again: every feed that says it has a fresh arrival. */
static status note_arrival(writer *w, int64_t document, int64_t source, int64_t vc, bool snapshot,
                           err *why)
{
    int64_t feed, tx;
    bool row;
    db_stmt *q = db_query(w->d, Q_DOCUMENT_FEED);
    db_bind_int(q, 1, document);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    feed = row ? db_int(q, 0) : 0;
    db_reset(q);
    if (!feed)
        st = find_feed(w, source, S(""), vc, true, &feed, why);
    if (st == OK)
        st = begin_tx(w, TX_IMPORT, S("arrived again"), &tx, why);
    if (st == OK)
        st = note_delivery(w, feed, document, snapshot, tx, why);
    return st == OK ? publish_tx(w, tx, why) : st;
}

static status find_known(writer *w, const known_question *asked, int64_t *ret_vc,
                         found_document *ret, err *why)
{
    int64_t source_id = 0;
    assert(!w->doc.open);
    arena_reset(&w->texts);
    status st = begin_engine(w, why);
    if (st == OK)
        st = intern_marking(w, asked->floor, ret_vc, why);
    if (st == OK && asked->source.len)
        st = intern_source(w, asked->source, &source_id, why);
    return st == OK ? find_document(w, asked, *ret_vc, source_id, 0, ret, why) : st;
}

status writer_met(writer *w, const known_question *asked, bool *ret, err *why)
{
    int64_t vc;
    found_document found;
    status st = find_known(w, asked, &vc, &found, why);
    if (st == OK)
        *ret = found.id && !found.refused;
    return st;
}

status writer_known(writer *w, const known_question *asked, document_known *ret, err *why)
{
    int64_t vc;
    found_document found;
    bool current = true;
    status st = find_known(w, asked, &vc, &found, why);
    if (st != OK)
        return st;
    if (!found.id || found.refused)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "not known");
    if (asked->snapshot && (st = still_said(w, found.id, &current, why)) != OK)
        return st;
    if (!current && !asked->superseded_too)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no longer what its feed says");
    ret->superseded = !current;
    ret->records = found.records;
    ret->format = found.format;
    if ((st = source_name(w, found.source, &ret->source, why)) != OK)
        return st;
    return current ? note_arrival(w, found.id, found.source, vc, asked->snapshot, why) : OK;
}

/* --- beginning ------------------------------------------------------------------------------ */

static status add_document(writer *w, const document_in *d, err *why)
{
    document_state *doc = &w->doc;
    found_document found;
    known_question asked = {.sha256 = d->sha256, .parsers = &d->parser, .parser_count = 1};
    status st = find_document(w, &asked, doc->vc, doc->source, doc->tx, &found, why);
    if (st != OK)
        return st;
    if (found.id) { /* delivered before, replaced since, and now back; or it had refusals */
        doc->id = found.id;
        return OK;
    }
    db_stmt *q = db_query(w->d, Q_DOCUMENT_ADD);
    db_bind_blob(q, 1, slice_of((const char *)d->sha256, SHA256_BYTES));
    db_bind_int(q, 2, doc->source);
    db_bind_int(q, 3, doc->vc);
    db_bind_int(q, 4, d->parser);
    db_bind_text(q, 5, d->format);
    db_bind_text(q, 6, d->path);
    db_bind_int(q, 7, (int64_t)d->bytes);
    db_bind_int(q, 8, doc->tx);
    st = db_run(q, why);
    if (st == OK)
        doc->id = db_last_id(w->d);
    return st;
}

static status feed_repeats(writer *w, bool *ret, err *why)
{
    db_stmt *q = db_query(w->d, Q_AGAIN_OF_FEED_ANY);
    db_bind_int(q, 1, w->doc.feed);
    status st = db_step(q, ret, why);
    db_reset(q);
    return st;
}

status document_begin(writer *w, err *why)
{
    document_state *doc = &w->doc;
    const document_in *d = &doc->in;
    if (doc->begun)
        return OK;
    status st = begin_engine(w, why);
    if (st == OK)
        st = db_savepoint(w->d, why);
    if (st != OK)
        return st;
    doc->begun = true;
    if ((st = begin_tx(w, TX_IMPORT, d->why, &doc->tx, why)) == OK &&
        (st = intern_source(w, d->source, &doc->source, why)) == OK &&
        (st = intern_marking(w, d->marking, &doc->vc, why)) == OK &&
        (st = find_feed(w, doc->source, d->feed, doc->vc, true, &doc->feed, why)) == OK &&
        (st = add_document(w, d, why)) == OK)
        st = feed_repeats(w, &doc->repeats, why);
    if (st == OK && (d->reliability || d->derives_from.len))
        st = put_setting(w, doc->source, doc->tx, doc->vc, d->reliability, NULL,
                         d->derives_from.len ? &d->derives_from : NULL, why);
    return st;
}

static bool keep_document(writer *w, const document_in *d, document_in *ret)
{
    arena *a = &w->texts;
    slice sha;
    arena_reset(a);
    *ret = *d;
    bool room = arena_copy(a, slice_of((const char *)d->sha256, SHA256_BYTES), &sha) &&
                arena_copy(a, d->source, &ret->source) &&
                arena_copy(a, d->derives_from, &ret->derives_from) &&
                arena_copy(a, d->marking.owner, &ret->marking.owner) &&
                arena_copy(a, d->marking.audience, &ret->marking.audience) &&
                arena_copy(a, d->format, &ret->format) && arena_copy(a, d->path, &ret->path) &&
                arena_copy(a, d->feed, &ret->feed) && arena_copy(a, d->why, &ret->why);
    if (room)
        ret->sha256 = (const uint8_t *)sha.ptr;
    return room;
}

status writer_document(writer *w, const document_in *d, err *why)
{
    assert(!w->doc.open);
    document_state *doc = &w->doc;
    buf prefix = doc->prefix;
    row_set claims = doc->claims_seen, objects = doc->objects_seen;
    class_counts classes = doc->classes;
    held_sums held = doc->held;
    held.count = held.last = classes.count = classes.last = 0;
    buf_clear(&prefix);
    row_set_clear(&claims);
    row_set_clear(&objects);
    *doc = (document_state){.snapshot = d->snapshot,
                            .prefix = prefix,
                            .claims_seen = claims,
                            .objects_seen = objects,
                            .classes = classes,
                            .held = held,
                            .lock = -1};
    w->rec.open = false;
    series_forget(w);
    if (!keep_document(w, d, &doc->in))
        return ARENA_SPENT(&w->texts, why);
    doc->source_name = doc->in.source;
    doc->floor = doc->in.marking;
    /* a near engine adds what the one before left, while the first records of this one come */
    status st = db_is_far(w->d) ? OK : db_expect(w->d, NULL, why);
    doc->open = st == OK;
    return st;
}

/* --- claims that more than one feed says ---------------------------------------------------- */

/* Did the feed under way deliver that document, now or before? */
static status document_mine(writer *w, int64_t document, bool *ret, err *why)
{
    document_state *doc = &w->doc;
    if (document == doc->id) {
        *ret = true;
        return OK;
    }
    if (document != doc->near_document) {
        db_stmt *q = db_query(w->d, Q_DOCUMENT_OF_FEED);
        db_bind_int(q, 1, document);
        db_bind_int(q, 2, doc->feed);
        status st = db_step(q, &doc->near_mine, why);
        db_reset(q);
        if (st != OK)
            return st;
        doc->near_document = document;
    }
    *ret = doc->near_mine;
    return OK;
}

status claim_said_again(writer *w, int64_t row, int64_t document, err *why)
{
    document_state *doc = &w->doc;
    bool mine, found;
    if (w->rec.versioned && !doc->snapshot)
        return OK; /* belongs to one record, which versions replace */
    status st = document_mine(w, document, &mine, why);
    if (st != OK || (mine && !doc->repeats))
        return st;
    db_stmt *q = db_query(w->d, Q_AGAIN_MINE);
    db_bind_int(q, 1, row);
    db_bind_int(q, 2, doc->feed);
    if ((st = db_step(q, &found, why)) != OK)
        return st;
    bool live = found && db_int(q, 0) != 0;
    db_reset(q);
    if (live || (mine && !found))
        return OK;
    q = db_query(w->d, Q_AGAIN_ADD);
    db_bind_int(q, 1, row);
    db_bind_int(q, 2, doc->feed);
    db_bind_int(q, 3, doc->id);
    db_bind_int(q, 4, doc->tx);
    return db_run(q, why);
}

static status exists(writer *w, query which, int64_t a, int64_t b, bool *ret, err *why)
{
    db_stmt *q = db_query(w->d, which);
    db_bind_int(q, 1, a);
    db_bind_int(q, 2, b);
    status st = db_step(q, ret, why);
    db_reset(q);
    return st;
}

static status withdraw_claim(writer *w, int64_t row, err *why)
{
    status st = held_gone(w, row, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_CLAIM_WITHDRAW);
    db_bind_int(q, 1, row);
    db_bind_int(q, 2, w->doc.tx);
    return db_run(q, why);
}

/* The feed under way brought the claim first and does not say it any more. */
static status stop_saying(writer *w, int64_t row, int64_t document, bool *ret_withdrawn, err *why)
{
    bool others;
    *ret_withdrawn = false;
    status st = exists(w, Q_AGAIN_OTHERS, row, w->doc.feed, &others, why);
    if (st != OK)
        return st;
    if (!others) {
        *ret_withdrawn = true;
        return withdraw_claim(w, row, why);
    }
    db_stmt *q = db_query(w->d, Q_AGAIN_ENDED);
    db_bind_int(q, 1, row);
    db_bind_int(q, 2, w->doc.feed);
    db_bind_int(q, 3, document);
    db_bind_int(q, 4, w->doc.tx);
    return db_run(q, why);
}

enum { STALE_CHUNK = 4096 };

/* Claims of one older delivery, a chunk at a time: reading and changing take turns. */
static status withdraw_range(writer *w, int64_t document, int64_t first, int64_t last, err *why)
{
    struct {
        int64_t row, at;
    } stale[STALE_CHUNK];
    status st = OK;
    int64_t last_at = -1;
    while (st == OK && first <= last) {
        bool row;
        size_t n = 0;
        int64_t next = last + 1;
        db_stmt *q = db_query(w->d, Q_CLAIM_RANGE_LIVE);
        db_bind_int(q, 1, first);
        db_bind_int(q, 2, last);
        db_bind_int(q, 3, document);
        while ((st = db_step(q, &row, why)) == OK && row) {
            if (row_set_has(&w->doc.claims_seen, db_int(q, 0)))
                continue;
            if (n == STALE_CHUNK) {
                next = db_int(q, 0);
                break;
            }
            stale[n].row = db_int(q, 0);
            stale[n++].at = db_int(q, 1);
        }
        db_reset(q);
        for (size_t i = 0; st == OK && i < n; i++) {
            bool gone;
            st = stop_saying(w, stale[i].row, document, &gone, why);
            w->doc.withdrawn += gone && stale[i].at != last_at; /* records, not claims */
            last_at = stale[i].at;
        }
        first = next;
    }
    return st;
}

/* Objects of an older delivery that this one does not have. */
static status withdraw_objects(writer *w, int64_t document, err *why)
{
    status st = OK;
    bool more = true;
    while (st == OK && more) {
        int64_t stale[256];
        size_t n = 0;
        bool row;
        db_stmt *q = db_query(w->d, Q_OBJECTS_LIVE);
        db_bind_int(q, 1, document);
        while ((st = db_step(q, &row, why)) == OK && row && n < COUNT_OF(stale))
            if (!row_set_has(&w->doc.objects_seen, db_int(q, 0)))
                stale[n++] = db_int(q, 0);
        db_reset(q);
        more = n == COUNT_OF(stale);
        for (size_t i = 0; st == OK && i < n; i++) {
            q = db_query(w->d, Q_OBJECT_WITHDRAW);
            db_bind_int(q, 1, stale[i]);
            db_bind_int(q, 2, w->doc.tx);
            st = db_run(q, why);
        }
    }
    return st;
}

static status withdraw_delivery(writer *w, int64_t document, int64_t tx, err *why)
{
    struct {
        int64_t first, last;
    } range[256];
    size_t n = 0;
    int64_t from = 0;
    bool row, more = true;
    status st = OK;
    while (st == OK && more) {
        n = 0;
        db_stmt *q = db_query(w->d, Q_TX_RANGES_FROM);
        db_bind_int(q, 1, tx);
        db_bind_int(q, 2, from);
        while ((st = db_step(q, &row, why)) == OK && row && n < COUNT_OF(range)) {
            range[n].first = db_int(q, 0);
            range[n++].last = db_int(q, 1);
        }
        db_reset(q);
        more = n == COUNT_OF(range);
        for (size_t i = 0; st == OK && i < n; i++)
            st = withdraw_range(w, document, range[i].first, range[i].last, why);
        from = n ? range[n - 1].last : from;
    }
    return st == OK ? withdraw_objects(w, document, why) : st;
}

/* Is the document what some other feed says now? A renamed copy, for example. */
static status held_elsewhere(writer *w, int64_t document, bool *ret, err *why)
{
    bool row;
    status st;
    int64_t feeds[64], last;
    size_t n = 0;
    db_stmt *q = db_query(w->d, Q_DOCUMENT_FEEDS);
    db_bind_int(q, 1, document);
    while ((st = db_step(q, &row, why)) == OK && row && n < COUNT_OF(feeds))
        if (db_int(q, 0) != w->doc.feed)
            feeds[n++] = db_int(q, 0);
    db_reset(q);
    *ret = false;
    for (size_t i = 0; st == OK && i < n && !*ret; i++)
        if ((st = feed_says(w, feeds[i], &last, why)) == OK)
            *ret = last == document;
    return st;
}

static status withdraw_deliveries(writer *w, err *why)
{
    status st = OK;
    int64_t after = 0;
    bool row = true;
    while (st == OK && row) {
        db_stmt *q = db_query(w->d, Q_FEED_DELIVERY_NEXT);
        db_bind_int(q, 1, w->doc.feed);
        db_bind_int(q, 2, after);
        db_bind_int(q, 3, w->doc.tx);
        if ((st = db_step(q, &row, why)) != OK || !row)
            break;
        int64_t document = db_int(q, 0);
        bool held;
        after = db_int(q, 1);
        db_reset(q);
        st = held_elsewhere(w, document, &held, why);
        if (st == OK && !held)
            st = withdraw_delivery(w, document, after, why);
    }
    return st;
}

/* Repetitions the feed no longer makes; the claim goes when nobody says it any more. */
static status end_repetitions(writer *w, err *why)
{
    status st = OK;
    int64_t after = 0;
    bool row = w->doc.repeats;
    while (st == OK && row) {
        db_stmt *q = db_query(w->d, Q_AGAIN_OF_FEED);
        db_bind_int(q, 1, w->doc.feed);
        db_bind_int(q, 2, after);
        if ((st = db_step(q, &row, why)) != OK || !row)
            break;
        int64_t claim_row = after = db_int(q, 0);
        db_reset(q);
        if (row_set_has(&w->doc.claims_seen, claim_row))
            continue;
        q = db_query(w->d, Q_AGAIN_END);
        db_bind_int(q, 1, claim_row);
        db_bind_int(q, 2, w->doc.feed);
        db_bind_int(q, 3, w->doc.tx);
        bool live, first_ended;
        if ((st = db_run(q, why)) == OK &&
            (st = exists(w, Q_AGAIN_OTHERS, claim_row, 0, &live, why)) == OK &&
            (st = exists(w, Q_AGAIN_FIRST_ENDED, claim_row, 0, &first_ended, why)) == OK && !live &&
            first_ended) {
            w->doc.withdrawn++;
            st = withdraw_claim(w, claim_row, why);
        }
    }
    return st;
}

/* --- ending --------------------------------------------------------------------------------- */

static status withdraw_rest(writer *w, err *why)
{
    if (!w->doc.snapshot)
        return OK;
    status st = withdraw_deliveries(w, why);
    return st == OK ? end_repetitions(w, why) : st;
}

status note_class(writer *w, int64_t vc, uint64_t records, err *why)
{
    class_counts *c = &w->doc.classes;
    for (size_t n = 0; n < c->count; n++) { /* mostly the same as the last time */
        size_t i = (c->last + n) % c->count;
        if (c->at[i].vc == vc) {
            c->at[i].records += records;
            c->last = i;
            return OK;
        }
    }
    if (c->count == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        class_row *p = realloc(c->at, cap * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        c->at = p;
        c->cap = cap;
    }
    c->last = c->count++;
    c->at[c->last] = (class_row){vc, records};
    return OK;
}

static status write_classes(writer *w, err *why)
{
    status st = note_class(w, w->doc.vc, 0, why);
    for (size_t i = 0; st == OK && i < w->doc.classes.count; i++) {
        db_stmt *q = db_query(w->d, Q_DOCUMENT_CLASS_ADD);
        db_bind_int(q, 1, w->doc.id);
        db_bind_int(q, 2, w->doc.classes.at[i].vc);
        db_bind_int(q, 3, (int64_t)w->doc.classes.at[i].records);
        st = db_run(q, why);
    }
    return st;
}

static status close_document(writer *w, slice format, uint64_t refused, err *why)
{
    document_state *doc = &w->doc;
    uint64_t points = 0;
    status st = note_range(w, doc->tx, doc->first, doc->last, why);
    if (st == OK)
        st = withdraw_rest(w, why);
    if (st == OK)
        st = series_write(w, &points, why);
    doc->fresh += points;
    if (st == OK)
        st = write_classes(w, why);
    if (st == OK)
        st = held_write(w, why);
    if (st == OK)
        st = note_delivery(w, doc->feed, doc->id, doc->snapshot, doc->tx, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_DOCUMENT_FINISH);
    db_bind_int(q, 1, doc->id);
    db_bind_int(q, 2, (int64_t)doc->records);
    db_bind_int(q, 3, (int64_t)refused);
    db_bind_text(q, 4, buf_slice(&doc->prefix));
    db_bind_text(q, 5, format);
    st = db_run(q, why);
    if (st == OK)
        st = publish_tx(w, doc->tx, why);
    if (st == OK && !doc->flushed)
        st = db_release(w->d, why);
    if (st == OK && doc->flushed) { /* a large one: publishing is a commit of its own */
        st = renew_engine(w, why);
        w->batch = 0;
    }
    return st;
}

status writer_document_end(writer *w, slice format, uint64_t refused, document_result *ret,
                           err *why)
{
    assert(w->doc.open && !w->rec.open);
    document_state *doc = &w->doc;
    status st = ahead_drain(w, why);
    if (st == OK)
        st = close_document(w, format, refused, why);
    if (st != OK) { /* others may have gone with it: then it is not the document's fault alone */
        status taken_back = writer_document_abort(w, NULL);
        return taken_back == OK ? st : taken_back;
    }
    *ret = (document_result){doc->records, doc->fresh, doc->withdrawn};
    doc->open = false;
    pending_done(w->s, doc->tx, doc->lock);
    doc->lock = -1;
    return OK;
}

status writer_document_try(writer *w, document_result *ret, err *why)
{
    assert(w->doc.open && !w->rec.open);
    status st = ahead_drain(w, why);
    if (st == OK)
        st = withdraw_rest(w, why);
    document_result r = {w->doc.records, w->doc.fresh, w->doc.withdrawn};
    status taken_back = writer_document_abort(w, st == OK ? why : NULL);
    if (st == OK)
        st = taken_back;
    if (st == OK)
        *ret = r;
    return st;
}

/* The engine takes everything back by itself when the disk is full or broken: then the documents
 * before this one are gone with it, and whoever waits for them has to know. */
static status all_taken_back(err *why)
{
    return err_set(why, ERR_IO, ERR_NOWHERE, "store: what was not yet on the disk was taken back");
}

static status take_back_part(writer *w, err *why)
{
    if (db_in_transaction(w->d))
        return db_rollback_savepoint(w->d, why);
    w->batch = 0;
    return all_taken_back(why);
}

status writer_document_abort(writer *w, err *why)
{
    document_state *doc = &w->doc;
    status st;
    if (!doc->open)
        return OK;
    doc->open = w->rec.open = false;
    series_forget(w);
    ahead_drop(w);
    if (!doc->begun)
        return OK;
    intern_forget(w);
    if (!doc->flushed) {
        pending_done(w->s, doc->tx, doc->lock);
        st = take_back_part(w, why);
    } else {
        bool goes_on = db_in_transaction(w->d); /* else a commit failed beside us */
        w->renewed = false;
        db_rollback(w->d);
        st = undo_tx(w->s, w->d, doc->tx, doc->lock, why);
        w->batch = 0;
        if (st == OK && !goes_on)
            st = all_taken_back(why);
    }
    doc->lock = -1;
    if (st != OK)
        db_rollback(w->d);
    return st;
}

/* --- containers ----------------------------------------------------------------------------- */

status writer_container_get(writer *w, const uint8_t sha256[SHA256_BYTES], slice options, arena *a,
                            slice *ret_list, err *why)
{
    bool row;
    status st = begin_engine(w, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_CONTAINER_FIND);
    db_bind_blob(q, 1, slice_of((const char *)sha256, SHA256_BYTES));
    db_bind_blob(q, 2, options);
    if ((st = db_step(q, &row, why)) != OK)
        return st;
    if (!row)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "not known");
    bool room = arena_copy(a, db_text(q, 0), ret_list);
    db_reset(q);
    return room ? OK : ARENA_SPENT(a, why);
}

status writer_container_put(writer *w, const uint8_t sha256[SHA256_BYTES], slice options,
                            slice list, err *why)
{
    int64_t tx;
    if (list.len > CONTAINER_LIST_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "list of a container over %d bytes",
                       CONTAINER_LIST_MAX);
    status st = begin_engine(w, why);
    if (st == OK)
        st = begin_tx(w, TX_IMPORT, S("container"), &tx, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_CONTAINER_ADD);
    db_bind_blob(q, 1, slice_of((const char *)sha256, SHA256_BYTES));
    db_bind_blob(q, 2, options);
    db_bind_text(q, 3, list);
    db_bind_int(q, 4, tx);
    if ((st = db_run(q, why)) == OK)
        st = publish_tx(w, tx, why);
    return st;
}
