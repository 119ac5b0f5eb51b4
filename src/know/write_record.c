/* write_record.c - records and claims into the store: identity, versions. See write.h.
 *
 * A claim's identity is 64 bits of SHA-256 over all it says, with its source and marking and
 * without the document and the place: unique within its subject (docs/data-model.md). */
#include "know/write_private.h"

#include <stdlib.h>

/* --- identity ------------------------------------------------------------------------------- */

static void canon_text(buf *b, slice s)
{
    uint32_t n = (uint32_t)s.len;
    buf_put(b, slice_of((const char *)&n, sizeof n));
    buf_put(b, s);
}

static void canon_int(buf *b, int64_t n)
{
    buf_put(b, slice_of((const char *)&n, sizeof n));
}

static int cmp_slices(const void *a, const void *b)
{
    return slice_cmp(*(const slice *)a, *(const slice *)b);
}

static void canon_marking(buf *b, marking m)
{
    canon_int(b, m.tlp);
    canon_int(b, m.pap);
    canon_text(b, m.owner);
    canon_text(b, m.audience);
}

status claim_hash(writer *w, const fact_claim *c, marking m, slice source, int64_t *ret, err *why)
{
    slice origins[FACT_ORIGINS_MAX];
    uint8_t digest[SHA256_BYTES];
    buf *b = &w->canon;
    buf_clear(b);
    buf_put(b, S("claim/1\0"));
    canon_text(b, source);
    canon_int(b, c->subject.kind);
    canon_text(b, c->subject.text);
    canon_text(b, slice_str(predicate_name(c->predicate)));
    canon_int(b, c->object.kind);
    canon_text(b, c->object.text);
    canon_text(b, c->value);
    canon_text(b, c->detail);
    size_t n = c->origin_count < FACT_ORIGINS_MAX ? c->origin_count : FACT_ORIGINS_MAX;
    if (n)
        memcpy(origins, c->origins, n * sizeof *origins);
    qsort(origins, n, sizeof *origins, cmp_slices);
    canon_int(b, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        canon_text(b, origins[i]);
    canon_int(b, c->confidence);
    canon_marking(b, m);
    canon_int(b, c->first_seen);
    canon_int(b, c->last_seen);
    canon_int(b, c->valid_from);
    canon_int(b, c->valid_until);
    status st = buf_status(b, why);
    if (st != OK)
        return st;
    hash_update(w->h, buf_slice(b));
    hash_final(w->h, digest);
    memcpy(ret, digest, sizeof *ret);
    return OK;
}

/* --- one claim ------------------------------------------------------------------------------ */

typedef struct claim_ids {
    int64_t subject, object, origin, vc, h, words;
} claim_ids;

static status insert_claim(writer *w, const fact_claim *c, const claim_place *p,
                           const claim_ids *id, int64_t life, err *why)
{
    db_stmt *q = db_query(w->d, Q_CLAIM_ADD);
    db_bind_int(q, 1, id->subject);
    db_bind_int(q, 2, id->h);
    db_bind_int(q, 3, life);
    db_bind_int(q, 4, c->predicate);
    db_bind_maybe(q, 5, id->object, id->object == 0);
    c->value.len ? db_bind_text(q, 6, c->value) : db_bind_null(q, 6);
    c->detail.len && !id->words ? db_bind_text(q, 7, c->detail) : db_bind_null(q, 7);
    db_bind_int(q, 8, p->source);
    db_bind_int(q, 9, p->document);
    db_bind_maybe(q, 10, (int64_t)p->at, p->document == 0);
    db_bind_maybe(q, 11, p->place, p->place < 0);
    db_bind_maybe(q, 12, id->origin, id->origin == 0);
    db_bind_maybe(q, 13, p->record, p->record == 0);
    db_bind_maybe(q, 14, c->confidence, c->confidence < 0);
    db_bind_int(q, 15, id->vc);
    db_bind_maybe(q, 16, c->first_seen, c->first_seen == WHEN_NONE);
    db_bind_maybe(q, 17, c->last_seen, c->last_seen == WHEN_NONE);
    db_bind_maybe(q, 18, c->valid_from, c->valid_from == WHEN_NONE);
    db_bind_maybe(q, 19, c->valid_until, c->valid_until == WHEN_NONE);
    db_bind_int(q, 20, p->tx);
    db_bind_maybe(q, 21, id->words, id->words == 0);
    return db_run(q, why);
}

typedef struct same_claim {
    bool found, gone, collides;
    int64_t row, life, document;
} same_claim;

/* The newest life of the claim with this identity. 64 bits are looked up and then compared. */
static status find_same(writer *w, const fact_claim *c, const claim_ids *id, same_claim *ret,
                        err *why)
{
    bool row;
    db_stmt *q = db_query(w->d, Q_CLAIM_SAME);
    db_bind_int(q, 1, id->subject);
    db_bind_int(q, 2, id->h);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    *ret = (same_claim){.found = row};
    if (row) {
        ret->row = db_int(q, 0);
        ret->life = db_int(q, 1);
        ret->gone = !db_is_null(q, 2);
        ret->document = db_int(q, 3);
        ret->collides = db_int(q, 4) != (int64_t)c->predicate ||
                        (db_is_null(q, 5) ? 0 : db_int(q, 5)) != id->object;
    }
    db_reset(q);
    return OK;
}

static bool is_last(const said_last *last, node_ref n)
{
    return n.kind == last->kind && slice_eq(n.text, slice_of(last->text, last->len));
}

static node_digest digest_again(writer *w, said_last *last, node_ref n)
{
    if (is_last(last, n))
        return last->digest;
    node_digest d = digest_node(w, n);
    if (n.text.len && n.text.len <= sizeof last->text) {
        memcpy(last->text, n.text.ptr, n.text.len);
        last->len = n.text.len;
        last->kind = n.kind;
        last->digest = d;
    }
    return d;
}

/* Most details of lists are one of a few hundred, most of reports are met once: so the second time
 * tells. Never a matter of what a claim says, only of where that stands. */
static bool digest_words(writer *w, slice detail, node_digest *ret)
{
    words_met *met = w->words;
    if (detail.len < WORDS_MIN || detail.len > WORDS_MAX)
        return false;
    node_ref n = {KIND_NONE, detail};
    bool same = is_last(&met->words, n);
    *ret = digest_again(w, &met->words, n);
    if (same)
        return true;
    int64_t key = digest_key(*ret), *slot = &met->seen[(uint64_t)key % WORDS_SLOTS];
    bool again = *slot == key;
    *slot = key;
    return again;
}

status digest_claim(writer *w, const fact_claim *c, marking m, slice source,
                    const uint8_t *same_reports, claim_digests *ret, err *why)
{
    claim_digests d = {.subject = digest_node(w, c->subject)};
    d.has_words = digest_words(w, c->detail, &d.words);
    if (c->object.kind != KIND_NONE)
        d.object = digest_again(w, &w->words->object, c->object);
    if (c->origin_count > FACT_ORIGINS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "%zu reports behind one claim, limit %d",
                       c->origin_count, FACT_ORIGINS_MAX);
    if (c->origin_count && same_reports)
        memcpy(d.origin, same_reports, sizeof d.origin);
    else if (c->origin_count)
        origin_digest(w, c->origins, c->origin_count, d.origin);
    status st = claim_hash(w, c, m, source, &d.h, why);
    if (st == OK)
        *ret = d;
    return st;
}

status put_claim(writer *w, const fact_claim *c, const claim_digests *digests, marking m,
                 const claim_place *p, int64_t *ret_row, claim_state *ret_state, err *why)
{
    claim_ids id = {0};
    claim_digests made;
    same_claim same;
    status st = digests ? OK : digest_claim(w, c, m, p->source_name, NULL, &made, why);
    const claim_digests *d = digests ? digests : &made;
    id.h = st == OK ? d->h : 0;
    if (st == OK)
        st = intern_digested(w, c->subject, d->subject, &id.subject, why);
    if (st == OK && c->object.kind != KIND_NONE)
        st = intern_digested(w, c->object, d->object, &id.object, why);
    if (st == OK && d->has_words)
        st = intern_digested(w, (node_ref){KIND_NONE, c->detail}, d->words, &id.words, why);
    if (st == OK)
        st = intern_marking(w, m, &id.vc, why);
    if (st == OK && w->doc.open)
        st = note_class(w, id.vc, 0, why);
    if (st == OK)
        st = intern_origin(w, c->origins, c->origin_count, d->origin, &id.origin, why);
    if (st == OK)
        st = insert_claim(w, c, p, &id, 0, why);
    if (st != OK)
        return st;
    if (db_changes(w->d)) {
        *ret_row = db_last_id(w->d);
        *ret_state = CLAIM_NEW;
        return OK;
    }
    if ((st = find_same(w, c, &id, &same, why)) != OK)
        return st;
    if (!same.found)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "a claim is there and is not");
    if (same.collides || same.gone) { /* stated again after its end, or 2^32 work spent on us */
        if ((st = insert_claim(w, c, p, &id, same.life + 1, why)) != OK)
            return st;
        *ret_row = db_last_id(w->d);
        *ret_state = CLAIM_NEW;
        return OK;
    }
    *ret_row = same.row;
    *ret_state = CLAIM_KNOWN;
    return w->doc.open ? claim_said_again(w, same.row, same.document, why) : OK;
}

/* --- records -------------------------------------------------------------------------------- */

void record_done(record_state *r)
{
    free(r->older);
    row_set_done(&r->said);
    *r = (record_state){0};
}

/* Identity of a record: its source, its id and its marking, so that neither another source nor a
 * version that some readers cannot see replaces what they do see. */
static status record_key(writer *w, slice id, marking m, int64_t *ret, err *why)
{
    uint8_t digest[SHA256_BYTES];
    buf *b = &w->canon;
    buf_clear(b);
    buf_put(b, S("record/1"));
    canon_text(b, w->doc.source_name);
    canon_text(b, id);
    canon_marking(b, m);
    status st = buf_status(b, why);
    if (st != OK)
        return st;
    hash_update(w->h, buf_slice(b));
    hash_final(w->h, digest);
    memcpy(ret, digest, sizeof *ret);
    if (*ret == 0)
        *ret = 1;
    return OK;
}

/* How the incoming version stands to those in the store. */
typedef struct version_state {
    bool same_live, same_gone, newer_live;
    int64_t same_row;
    int64_t replaced[16]; /* live rows of older versions */
    size_t replaced_count;
} version_state;

static status compare_versions(writer *w, const fact_record *r, int64_t name_hash, int64_t vc,
                               version_state *v, err *why)
{
    bool row;
    status st;
    slice content = slice_of((const char *)r->content, sizeof r->content);
    db_stmt *q = db_query(w->d, Q_OBJECT_VERSIONS);
    db_bind_int(q, 1, name_hash);
    db_bind_int(q, 2, w->doc.source);
    while ((st = db_step(q, &row, why)) == OK && row) {
        bool gone = db_int(q, 5) != 0;
        when modified = db_is_null(q, 2) ? WHEN_NONE : db_int(q, 2);
        if (!slice_eq(db_text(q, 1), r->id) || db_int(q, 4) != vc)
            continue;
        if (slice_eq(db_text(q, 3), content)) {
            v->same_live |= !gone;
            v->same_gone |= gone;
            v->same_row = db_int(q, 0);
        } else if (!gone && modified > r->modified && r->modified != WHEN_NONE) {
            v->newer_live = true;
        } else if (db_int(q, 6) == w->doc.id) {
            continue; /* one document has the id twice: both stay, neither is the newer */
        } else if (!gone && (modified < r->modified || r->modified == WHEN_NONE) &&
                   v->replaced_count < COUNT_OF(v->replaced)) {
            v->replaced[v->replaced_count++] = db_int(q, 0);
        }
    }
    return st;
}

status writer_record_source(writer *w, const fact_record *r, arena *a, slice *ret, err *why)
{
    bool row, found = false, room = true;
    slice content = slice_of((const char *)r->content, sizeof r->content);
    status st = begin_engine(w, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_OBJECT_SOURCES);
    db_bind_int(q, 1, (int64_t)node_hash(w->h, (node_ref){KIND_NONE, r->id}));
    while ((st = db_step(q, &row, why)) == OK && row && !found) {
        found = slice_eq(db_text(q, 0), r->id) && slice_eq(db_text(q, 1), content);
        room = !found || arena_copy(a, db_text(q, 2), ret);
    }
    db_reset(q);
    if (st != OK)
        return st;
    if (!room)
        return ARENA_SPENT(a, why);
    return found ? OK : err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "nobody says it");
}

static status add_object(writer *w, const fact_record *r, int64_t name_hash, int64_t vc,
                         bool superseded, err *why)
{
    db_stmt *q = db_query(w->d, Q_OBJECT_ADD);
    db_bind_int(q, 1, name_hash);
    db_bind_text(q, 2, r->id);
    db_bind_int(q, 3, w->doc.source);
    db_bind_text(q, 4, r->spec);
    db_bind_maybe(q, 5, r->modified, r->modified == WHEN_NONE);
    db_bind_int(q, 6, r->revoked);
    db_bind_blob(q, 7, slice_of((const char *)r->content, sizeof r->content));
    db_bind_int(q, 8, w->doc.id);
    db_bind_int(q, 9, (int64_t)r->at);
    db_bind_int(q, 10, (int64_t)r->length);
    db_bind_int(q, 11, vc);
    db_bind_int(q, 12, w->doc.tx);
    db_bind_maybe(q, 13, w->doc.tx, !superseded);
    status st = db_run(q, why);
    return st == OK && w->doc.snapshot ? row_set_add(&w->doc.objects_seen, db_last_id(w->d), why)
                                       : st;
}

static status replace_versions(writer *w, const version_state *v, err *why)
{
    record_state *r = &w->rec;
    bool row;
    status st = OK;
    for (size_t i = 0; st == OK && i < v->replaced_count; i++) {
        db_stmt *q = db_query(w->d, Q_OBJECT_WITHDRAW);
        db_bind_int(q, 1, v->replaced[i]);
        db_bind_int(q, 2, w->doc.tx);
        st = db_run(q, why);
    }
    db_stmt *q = db_query(w->d, Q_CLAIM_RECORD);
    db_bind_int(q, 1, r->key);
    while (st == OK && (st = db_step(q, &row, why)) == OK && row) {
        if (r->older_count == r->older_cap) {
            size_t cap = r->older_cap ? r->older_cap * 2 : 64;
            int64_t *p = realloc(r->older, cap * sizeof *p);
            if (!p)
                return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
            r->older = p;
            r->older_cap = cap;
        }
        r->older[r->older_count++] = db_int(q, 0);
    }
    return st;
}

/* Its content is known: in a whole-list delivery all its claims are said again. */
static status known_record(writer *w, int64_t object, err *why)
{
    bool row;
    status st;
    if (!w->doc.snapshot)
        return OK;
    if ((st = row_set_add(&w->doc.objects_seen, object, why)) != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_CLAIM_RECORD);
    db_bind_int(q, 1, w->rec.key);
    while ((st = db_step(q, &row, why)) == OK && row)
        if ((st = row_set_add(&w->doc.claims_seen, db_int(q, 0), why)) != OK)
            break;
    return st;
}

static status begin_version(writer *w, const fact_record *r, int64_t vc, err *why)
{
    int64_t name_hash = (int64_t)node_hash(w->h, (node_ref){KIND_NONE, r->id});
    version_state v = {0};
    status st = record_key(w, r->id, w->rec.marking, &w->rec.key, why);
    if (st == OK)
        st = compare_versions(w, r, name_hash, vc, &v, why);
    if (st != OK)
        return st;
    if (v.same_live || (v.newer_live && v.same_gone)) {
        w->rec.skip = true;
        return v.same_live ? known_record(w, v.same_row, why) : OK;
    }
    if (v.newer_live) { /* an older version arrives late: kept as history, says nothing */
        w->rec.skip = true;
        return add_object(w, r, name_hash, vc, true, why);
    }
    w->rec.fresh = true;
    if ((st = add_object(w, r, name_hash, vc, false, why)) == OK && v.replaced_count)
        st = replace_versions(w, &v, why);
    return st;
}

/* "/objects/17" -> 17 behind the prefix "/objects/", which all records of a document share. */
static int64_t place_number(writer *w, const fact_record *r)
{
    uint64_t n;
    size_t cut = r->place.len;
    if (r->line)
        return (int64_t)r->line;
    while (cut && is_digit(r->place.ptr[cut - 1]))
        cut--;
    slice prefix = slice_sub(r->place, 0, cut);
    if (!slice_u64(slice_from(r->place, cut), &n) || n > INT64_MAX)
        return -1;
    if (!w->doc.prefix.len)
        buf_put(&w->doc.prefix, prefix);
    return slice_eq(buf_slice(&w->doc.prefix), prefix) ? (int64_t)n : -1;
}

status record_begin(writer *w, const fact_record *r, err *why)
{
    assert(w->doc.open && !w->rec.open);
    record_state *rec = &w->rec;
    row_set said = rec->said;
    row_set_clear(&said);
    *rec = (record_state){.open = true,
                          .at = r->at,
                          .place = place_number(w, r),
                          .older = rec->older,
                          .older_cap = rec->older_cap,
                          .said = said};
    arena_reset(&w->scratch);
    marking own = r->marked ? r->marking : (marking){0};
    rec->marking = marking_join(w->doc.floor, own);
    memcpy(rec->content, r->content, sizeof rec->content);
    if (!arena_copy(&w->scratch, r->id, &rec->id) ||
        !arena_copy(&w->scratch, rec->marking.owner, &rec->marking.owner) ||
        !arena_copy(&w->scratch, rec->marking.audience, &rec->marking.audience))
        return ARENA_SPENT(&w->scratch, why);
    w->doc.records++;
    rec->versioned = r->id.len != 0;
    int64_t vc;
    status st = intern_marking(w, rec->marking, &vc, why);
    if (st == OK)
        st = note_class(w, vc, 1, why);
    return st == OK && rec->versioned ? begin_version(w, r, vc, why) : st;
}

status record_claim(writer *w, const fact_claim *c, const claim_digests *digests, err *why)
{
    assert(w->rec.open);
    record_state *r = &w->rec;
    marking m = c->marked ? marking_join(w->doc.floor, c->marking) : r->marking;
    if (c->predicate == PRED_MEASURED)
        return series_point_add(w, c, why);
    if (r->skip) { /* known, but who may have the document's bytes depends on all that is in it */
        int64_t vc;
        status st = intern_marking(w, m, &vc, why);
        return st == OK ? note_class(w, vc, 0, why) : st;
    }
    claim_place p = {
        .source = w->doc.source,
        .document = w->doc.id,
        .place = r->place,
        .record = r->key,
        .tx = w->doc.tx,
        .at = r->at,
        .source_name = w->doc.source_name,
    };
    int64_t row;
    claim_state state;
    status st = put_claim(w, c, digests, m, &p, &row, &state, why);
    if (st != OK)
        return st;
    if (state == CLAIM_NEW) {
        if ((st = held_new(w, c, m, why)) != OK)
            return st;
        r->fresh = true;
        w->doc.first = w->doc.first ? w->doc.first : row;
        w->doc.last = row;
    }
    w->batch++;
    if (r->older_count && (st = row_set_add(&r->said, row, why)) != OK)
        return st;
    return w->doc.snapshot ? row_set_add(&w->doc.claims_seen, row, why) : OK;
}

/* The first record that says something new. */
static status note_news(writer *w, err *why)
{
    memcpy(w->doc.news_content, w->rec.content, sizeof w->doc.news_content);
    return arena_copy(&w->texts, w->rec.id, &w->doc.news_id) ? OK : ARENA_SPENT(&w->texts, why);
}

status record_end(writer *w, bool *ret_new, err *why)
{
    assert(w->rec.open);
    record_state *r = &w->rec;
    status st = OK;
    for (size_t i = 0; st == OK && i < r->older_count; i++) {
        if (row_set_has(&r->said, r->older[i]) ||
            (w->doc.snapshot && row_set_has(&w->doc.claims_seen, r->older[i])))
            continue; /* another record of this very list may have said it */
        if ((st = held_gone(w, r->older[i], why)) != OK)
            break;
        db_stmt *q = db_query(w->d, Q_CLAIM_WITHDRAW);
        db_bind_int(q, 1, r->older[i]);
        db_bind_int(q, 2, w->doc.tx);
        st = db_run(q, why);
    }
    r->open = false;
    r->older_count = 0;
    if (st != OK)
        return st;
    if (r->fresh && !w->doc.fresh++ && (st = note_news(w, why)) != OK)
        return st;
    *ret_new = r->fresh;
    return flush_batch(w, why);
}
