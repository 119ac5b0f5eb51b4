/* read.c - claims, objects and documents through a lens: see claims.h. */
#include "know/read_private.h"

#include <stdio.h>
#include <stdlib.h>

/* --- claims --------------------------------------------------------------------------------- */

const char *claim_id_text(const claim *c, char out[CLAIM_ID_TEXT + 1])
{
    snprintf(out, CLAIM_ID_TEXT + 1, "%016llx%016llx", (unsigned long long)c->id_hi,
             (unsigned long long)c->id_lo);
    return out;
}

static when when_or_none(db_stmt *q, int column)
{
    return db_is_null(q, column) ? WHEN_NONE : db_int(q, column);
}

static int64_t said_or(int64_t n, int64_t otherwise)
{
    return n == WHEN_NONE ? otherwise : n;
}

/* NULL is no text. */
static bool copy_text(arena *a, db_stmt *q, int column, slice *ret)
{
    slice text = db_text(q, column);
    if (text.len == 0) {
        *ret = S("");
        return true;
    }
    return arena_copy(a, text, ret);
}

/* Columns of CLAIM_COLUMNS in queries.def, numbers first, and of CLAIM_FROM. */
enum {
    COL_ID,
    COL_WORDS,
    COL_H,
    COL_PREDICATE,
    COL_OBJECT,
    COL_OBJECT_KIND,
    COL_SOURCE,
    COL_DOCUMENT,
    COL_AT,
    COL_PLACE,
    COL_ORIGIN,
    COL_CONFIDENCE,
    COL_VC,
    COL_FIRST_SEEN,
    COL_LAST_SEEN,
    COL_VALID_FROM,
    COL_VALID_UNTIL,
    COL_TX,
    COL_GONE,
    COL_OBJECT_TEXT,
    COL_VALUE,
    COL_DETAIL,
    COL_SUBJECT_KIND,
    COL_SUBJECT_TEXT,
    NUMBERS = COL_OBJECT_TEXT
};

/* What the row before it has, too, is not copied again:
 * claims about one value often point at one thing. */
static status read_row(lens *l, arena *a, db_stmt *q, const node_ref *subject, claim_rows *rows,
                       err *why)
{
    claim *c = &rows->at[rows->count];
    raw_ids *ids = &rows->ids[rows->count], *before = rows->count ? ids - 1 : NULL;
    int64_t n[NUMBERS];
    db_ints(q, 0, NUMBERS, WHEN_NONE, n);
    if (n[COL_PREDICATE] <= PRED_NONE || n[COL_PREDICATE] >= PRED_COUNT_)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the store holds a claim of no known kind");
    *ids = (raw_ids){
        .source = n[COL_SOURCE],
        .document = n[COL_DOCUMENT],
        .at = said_or(n[COL_AT], -1),
        .place = said_or(n[COL_PLACE], -1),
        .origin = said_or(n[COL_ORIGIN], 0),
        .vc = n[COL_VC],
        .tx = n[COL_TX],
        .object = said_or(n[COL_OBJECT], 0),
        .words = said_or(n[COL_WORDS], 0),
    };
    *c = (claim){
        .row = n[COL_ID],
        .id_lo = (uint64_t)n[COL_H],
        .predicate = (predicate)n[COL_PREDICATE],
        .confidence = (int)said_or(n[COL_CONFIDENCE], -1),
        .first_seen = n[COL_FIRST_SEEN],
        .last_seen = n[COL_LAST_SEEN],
        .valid_from = n[COL_VALID_FROM],
        .valid_until = n[COL_VALID_UNTIL],
        .withdrawn = n[COL_GONE] != WHEN_NONE && sight_has_tx(&l->sight, n[COL_GONE]),
    };
    bool fine = copy_text(a, q, COL_VALUE, &c->value) && copy_text(a, q, COL_DETAIL, &c->detail);
    if (subject)
        c->subject = *subject;
    else
        c->subject.kind = (kind)db_int(q, COL_SUBJECT_KIND),
        fine = fine && copy_text(a, q, COL_SUBJECT_TEXT, &c->subject.text);
    if (!ids->object)
        c->object = (node_ref){KIND_NONE, S("")};
    else if (before && before->object == ids->object)
        c->object = c[-1].object;
    else
        c->object.kind = (kind)said_or(n[COL_OBJECT_KIND], KIND_NONE),
        fine = fine && copy_text(a, q, COL_OBJECT_TEXT, &c->object.text);
    if (!fine)
        return ARENA_SPENT(a, why);
    bool same = rows->count && (subject || (c->subject.kind == c[-1].subject.kind &&
                                            slice_eq(c->subject.text, c[-1].subject.text)));
    c->id_hi = same ? c[-1].id_hi : node_hash(l->h, c->subject);
    if (!ids->document && ids->at >= 0) /* restored: it stands where it stood */
        c->row = ids->at;
    return OK;
}

/* When the transaction was published: it is in sight, so that never changes again. */
static status fill_recorded(lens *l, int64_t tx, claim *c, err *why)
{
    tx_time *t = &l->times[(uint64_t)tx % TX_CACHE];
    bool row = true;
    if (t->tx != tx) {
        db_stmt *q = db_query(l->d, Q_TX_AT);
        db_bind_int(q, 1, tx);
        status st = db_step(q, &row, why);
        if (st != OK)
            return st;
        if (row)
            *t = (tx_time){tx, db_int(q, 0) / 1000};
        db_reset(q);
    }
    c->recorded = row ? t->at : 0;
    return OK;
}

static slice base_name(slice path)
{
    size_t cut = path.len;
    while (cut && path.ptr[cut - 1] != '/')
        cut--;
    return slice_from(path, cut);
}

/* The document's face: loaded once a look and kept by the lens. */
static status lens_document(lens *l, int64_t id, const document_face **ret, err *why)
{
    document_face *f = &l->documents[(uint64_t)id % DOCUMENT_CACHE];
    bool row;
    if (f->id == id && f->look == l->look) {
        *ret = f;
        return OK;
    }
    db_stmt *q = db_query(l->d, Q_DOCUMENT_FACE);
    db_bind_int(q, 1, id);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    *f = (document_face){.id = id, .look = l->look};
    if (row) {
        slice sha = db_text(q, 0);
        f->visible = sha.len == SHA256_BYTES;
        memcpy(f->sha256, sha.ptr, f->visible ? SHA256_BYTES : 0);
        if (!arena_copy(&l->per_look, db_text(q, 1), &f->path) ||
            !arena_copy(&l->per_look, db_text(q, 2), &f->prefix))
            st = ARENA_SPENT(&l->per_look, why);
        f->name = base_name(f->path);
    }
    db_reset(q);
    *ret = f;
    return st;
}

/* Name, mark, prefix and number one after another; without printf, which would cost as much as
 * the row. */
static slice place_text(arena *a, slice name, slice prefix, char mark, int64_t number)
{
    char digits[24];
    size_t n = 0, len = 0;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        digits[sizeof digits - ++n] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        digits[sizeof digits - ++n] = '-';
    char *p = arena_alloc(a, name.len + 1 + prefix.len + n);
    if (!p)
        return (slice){0};
    if (name.len)
        memcpy(p, name.ptr, name.len);
    len = name.len;
    p[len++] = mark;
    if (prefix.len)
        memcpy(p + len, prefix.ptr, prefix.len);
    memcpy(p + len + prefix.len, digits + sizeof digits - n, n);
    return slice_of(p, len + prefix.len + n);
}

/* Of row i of several; what the row before it shares is shared. */
static status fill_place(lens *l, arena *a, const raw_ids *ids, size_t i, claim *c, err *why)
{
    const document_face *f;
    c->path = c->place = S("");
    if (!ids->document)
        return OK;
    status st = lens_document(l, ids->document, &f, why);
    if (st != OK || !f->visible)
        return st;
    c->has_document = true;
    memcpy(c->document, f->sha256, SHA256_BYTES);
    bool counted = ids->place >= 0;
    c->place = place_text(a, f->name, counted ? f->prefix : S(""),
                          !counted        ? '@'
                          : f->prefix.len ? '#'
                                          : ':',
                          counted ? ids->place : ids->at);
    bool same = i && ids[-1].document == ids->document;
    if (same)
        c->path = c[-1].path;
    return c->place.ptr && (same || arena_copy(a, f->path, &c->path)) ? OK : ARENA_SPENT(a, why);
}

static int by_text(const void *x, const void *y)
{
    return slice_cmp(*(const slice *)x, *(const slice *)y);
}

/* By text; sorted here, as an engine makes a table for it, which costs more than all the rest. */
static status fill_origins(lens *l, arena *a, int64_t origin, claim *c, err *why)
{
    slice reports[FACT_ORIGINS_MAX];
    bool row;
    status st;
    size_t n = 0;
    if (!origin)
        return OK;
    db_stmt *q = db_query(l->d, Q_ORIGIN_REPORTS);
    db_bind_int(q, 1, origin);
    db_bind_int(q, 2, FACT_ORIGINS_MAX);
    while ((st = db_step(q, &row, why)) == OK && row && n < FACT_ORIGINS_MAX)
        if (!arena_copy(a, db_text(q, 0), &reports[n++]))
            return ARENA_SPENT(a, why);
    db_reset(q);
    slice *copy = n ? arena_array(a, n, sizeof *copy) : NULL;
    if (n && !copy)
        return ARENA_SPENT(a, why);
    if (n)
        memcpy(copy, reports, n * sizeof *copy);
    if (n > 1)
        qsort(copy, n, sizeof *copy, by_text);
    c->origins = copy;
    c->origin_count = n;
    return st;
}

/* Claims about one value often come from one block of a list: its reports are looked up once. */
static bool same_origins(const raw_ids *ids, claim *list, size_t i)
{
    enum { BACK = 8 };
    for (size_t k = 1; k <= BACK && k <= i; k++)
        if (ids[i - k].origin == ids[i].origin) {
            list[i].origins = list[i - k].origins;
            list[i].origin_count = list[i - k].origin_count;
            return true;
        }
    return false;
}

static status fill(lens *l, arena *a, const raw_ids *ids, extent e, claim *list, size_t i, err *why)
{
    claim *c = &list[i];
    status st = runs_fill(l, a, ids, list, i, why);
    if (st == OK)
        st = lens_source(l, ids[i].source, &c->source, why);
    if (st == OK)
        st = lens_marking(l, ids[i].vc, &c->marking, why);
    if (st == OK && !ids[i].document && ids[i].at >= 0) /* restored: recorded when it first was */
        c->recorded = ids[i].place / 1000;
    else if (st == OK)
        st = fill_recorded(l, ids[i].tx, c, why);
    if (st != OK || e == BARE)
        return st;
    st = fill_place(l, a, &ids[i], i, c, why);
    if (st != OK || same_origins(ids, list, i))
        return st;
    return fill_origins(l, a, ids[i].origin, c, why);
}

status rows_room(arena *a, size_t room, claim_rows *rows, err *why)
{
    if (room <= rows->room)
        return OK;
    claim *at = arena_room(a, room, sizeof *at);
    raw_ids *ids = arena_room(a, room, sizeof *ids);
    if (!at || !ids)
        return ARENA_SPENT(a, why);
    if (rows->count) {
        memcpy(at, rows->at, rows->count * sizeof *at);
        memcpy(ids, rows->ids, rows->count * sizeof *ids);
    }
    *rows = (claim_rows){at, ids, rows->count, room};
    return OK;
}

status rows_take(lens *l, arena *a, db_stmt *q, const node_ref *subject, size_t max,
                 claim_rows *rows, bool *more, err *why)
{
    bool row;
    status st;
    size_t end = rows->count + max;
    while ((st = db_step(q, &row, why)) == OK && row) {
        if (rows->count == end) {
            *more = true;
            break;
        }
        if (rows->count == rows->room &&
            (st = rows_room(a, rows->room ? rows->room * 4 : 4, rows, why)) != OK)
            break;
        if ((st = read_row(l, a, q, subject, rows, why)) != OK)
            break;
        rows->count++;
    }
    db_reset(q);
    return st;
}

typedef struct row_key {
    int64_t h, row;
    size_t of;
} row_key;

/* As the engines order by (h, life): both are signed, and a later life has a later row. */
static int by_key(const void *x, const void *y)
{
    const row_key *a = x, *b = y;
    if (a->h != b->h)
        return a->h < b->h ? -1 : 1;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->of < b->of ? -1 : a->of > b->of;
}

status rows_sort(arena *a, claim_rows *rows, rows_order order, err *why)
{
    size_t n = rows->count;
    row_key *keys = arena_room(a, n + 1, sizeof *keys);
    if (!keys)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < n; i++)
        keys[i] = (row_key){order == BY_HASH ? (int64_t)rows->at[i].id_lo : 0, rows->at[i].row, i};
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++) { /* round by round: each row goes where it belongs */
        claim c = rows->at[i];
        raw_ids ids = rows->ids[i];
        size_t to = i;
        while (keys[to].of != i) {
            size_t from = keys[to].of;
            rows->at[to] = rows->at[from];
            rows->ids[to] = rows->ids[from];
            keys[to].of = to;
            to = from;
        }
        rows->at[to] = c;
        rows->ids[to] = ids;
        keys[to].of = to;
    }
    return OK;
}

status rows_finish(lens *l, arena *a, extent e, const claim_rows *rows, bool more, claim_list *ret,
                   err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < rows->count; i++)
        st = fill(l, a, rows->ids, e, rows->at, i, why);
    if (st == OK)
        *ret = (claim_list){rows->at, rows->count, more};
    return st;
}

/* Runs a bound statement to its end, at most `max` rows of the max + 1 it may give. */
static status read_list(lens *l, arena *a, db_stmt *q, const node_ref *subject, size_t max,
                        extent e, claim_list *ret, err *why)
{
    claim_rows rows = {0};
    bool more = false;
    status st = rows_take(l, a, q, subject, max, &rows, &more, why);
    return st == OK ? rows_finish(l, a, e, &rows, more, ret, why) : st;
}

/* A query's own bound on rows: one more than asked, to know whether there are more. */
static int64_t one_more(size_t *max)
{
    if (*max > CLAIMS_MAX)
        *max = CLAIMS_MAX;
    return (int64_t)*max + 1;
}

_Static_assert(PRED_NAMED == 1 && PRED_SUBTECHNIQUE_OF == 11 && PRED_IN_TACTIC == 12 &&
                   PRED_REVOKED_BY == 13 && PRED_PROPERTY == 40,
               "Q_CLAIMS_FACE says these numbers");

/* The subject's id, 0 when it is not there, and its text in `a`: all its claims share it. */
static status find_subject(lens *l, arena *a, node_ref *subject, int64_t *ret, err *why)
{
    status st = lens_node(l, *subject, ret, why);
    if (st == OK && *ret && !arena_copy(a, subject->text, &subject->text))
        return ARENA_SPENT(a, why);
    return st;
}

/* Are there so many rows, whoever sees them? It decides only how they are read: what comes out is
 * the same either way. */
static status is_crowd(lens *l, int64_t node, int64_t count, bool *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(l->d, Q_CLAIMS_CROWD);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, count);
    status st = db_step(q, &row, why);
    if (st == OK)
        *ret = row && db_int(q, 0) >= count;
    db_reset(q);
    return st;
}

/* In the order of their hashes, or as they come. */
static status read_first(lens *l, arena *a, lives of, int64_t node, const node_ref *subject,
                         predicate p, int64_t limit, claim_rows *rows, bool *more, err *why)
{
    bool said = p != PRED_NONE && p != PRED_INDICATES;
    db_stmt *q = db_query(l->d, of == ANY_LIFE ? said ? Q_CLAIMS_SAID_PAST : Q_CLAIMS_OF_PAST
                                : said         ? Q_CLAIMS_SAID
                                               : Q_CLAIMS_OF);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, p);
    db_bind_int(q, 3, limit);
    return rows_take(l, a, q, subject, (size_t)limit - 1, rows, more, why);
}

/* All claims, or those that tell most; of a subject that has more than a few. */
static status read_many(lens *l, arena *a, int64_t node, const node_ref *subject, const wanted *w,
                        claim_rows *rows, bool *more, err *why)
{
    bool far = db_is_far(l->d), crowd;
    int64_t limit = (int64_t)w->max + 1;
    id_runs runs = {0};
    status st = far ? is_crowd(l, node, limit, &crowd, why)
                    : runs_of(l, a, node, w->max > PASS_MAX ? w->max : PASS_MAX, &runs, why);
    if (st != OK)
        return st;
    if (!far)
        crowd = runs.ids > w->max;
    if (crowd)
        return claims_telling(l, a, node, subject, w, runs.useful ? &runs : NULL, rows, more, why);
    if (!runs.useful)
        return read_first(l, a, w->of, node, subject, PRED_NONE, limit, rows, more, why);
    st = runs_read(l, a, &runs, node, subject, w->of, rows, why);
    return st == OK ? rows_sort(a, rows, BY_HASH, why) : st;
}

/* First the few that nearly every subject has. When there are more, the most telling ones: all of
 * them, unless there are more than wanted. */
static status list_of(lens *l, arena *a, node_ref subject, wanted w, extent e, claim_list *ret,
                      err *why)
{
    enum { FEW = 16 };
    int64_t node, limit = one_more(&w.max);
    claim_rows rows = {0};
    bool more = false, many = w.p == PRED_NONE && w.max > FEW;
    status st = find_subject(l, a, &subject, &node, why);
    if (st != OK)
        return st;
    if (!node) {
        *ret = (claim_list){0};
        return OK;
    }
    st = read_first(l, a, w.of, node, &subject, w.p, many ? FEW + 1 : limit, &rows, &more, why);
    if (st == OK && more) {
        rows.count = 0;
        more = false;
        st = many ? read_many(l, a, node, &subject, &w, &rows, &more, why)
                  : claims_telling(l, a, node, &subject, &w, NULL, &rows, &more, why);
    } else if (st == OK && w.p != PRED_NONE) {
        st = rows_sort(a, &rows, BY_HASH, why);
    }
    return st == OK ? rows_finish(l, a, e, &rows, more, ret, why) : st;
}

status claims_of(lens *l, arena *a, node_ref subject, predicate p, size_t max, claim_list *ret,
                 err *why)
{
    return list_of(l, a, subject, (wanted){p, STANDING, max, SIZE_MAX}, WHOLE, ret, why);
}

status claims_of_past(lens *l, arena *a, node_ref subject, predicate p, size_t max, claim_list *ret,
                      err *why)
{
    return list_of(l, a, subject, (wanted){p, ANY_LIFE, max, SIZE_MAX}, WHOLE, ret, why);
}

status claims_of_bare(lens *l, arena *a, node_ref subject, size_t max, claim_list *ret, err *why)
{
    return list_of(l, a, subject, (wanted){PRED_NONE, STANDING, max, SIZE_MAX}, BARE, ret, why);
}

status claims_judged(lens *l, arena *a, node_ref subject, bool past, size_t max, claim_list *ret,
                     err *why)
{
    wanted w = {PRED_NONE, past ? ANY_LIFE : STANDING, max, CLAIMS_QUIET_MAX};
    return list_of(l, a, subject, w, WHOLE, ret, why);
}

status claims_face(lens *l, arena *a, node_ref subject, size_t max, claim_list *ret, err *why)
{
    int64_t node, limit = one_more(&max);
    status st = find_subject(l, a, &subject, &node, why);
    if (st != OK)
        return st;
    if (!node) {
        *ret = (claim_list){0};
        return OK;
    }
    db_stmt *q = db_query(l->d, Q_CLAIMS_FACE);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, limit);
    return read_list(l, a, q, &subject, max, BARE, ret, why);
}

static status list_to(lens *l, arena *a, node_ref object, predicate p, int64_t cursor, size_t max,
                      extent e, claim_list *ret, err *why)
{
    int64_t node, limit = one_more(&max);
    claim_rows rows = {0};
    bool more = false;
    assert(p != PRED_NONE || cursor == 0); /* those are no pages */
    status st = lens_node(l, object, &node, why);
    if (st != OK)
        return st;
    if (!node) {
        *ret = (claim_list){0};
        return OK;
    }
    if (p == PRED_NONE) {
        st = claims_pointing(l, a, node, max, &rows, &more, why);
        return st == OK ? rows_finish(l, a, e, &rows, more, ret, why) : st;
    }
    db_stmt *q = db_query(l->d, Q_CLAIMS_TO);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, p);
    db_bind_int(q, 3, cursor);
    db_bind_int(q, 4, limit);
    return read_list(l, a, q, NULL, max, e, ret, why);
}

status claims_to(lens *l, arena *a, node_ref object, predicate p, int64_t cursor, size_t max,
                 claim_list *ret, err *why)
{
    return list_to(l, a, object, p, cursor, max, WHOLE, ret, why);
}

status claims_to_bare(lens *l, arena *a, node_ref object, predicate p, size_t max, claim_list *ret,
                      err *why)
{
    return list_to(l, a, object, p, 0, max, BARE, ret, why);
}

/* Both by row: one list of them, at most `max`. */
static status merge_lists(arena *a, const claim_list *x, const claim_list *y, size_t max,
                          claim_list *ret, err *why)
{
    size_t i = 0, k = 0, n = 0;
    claim *both = arena_array(a, x->count + y->count, sizeof *both);
    if (!both)
        return ARENA_SPENT(a, why);
    while (n < max && (i < x->count || k < y->count)) {
        bool first = k == y->count || (i < x->count && x->at[i].row < y->at[k].row);
        both[n++] = first ? x->at[i++] : y->at[k++];
    }
    *ret = (claim_list){both, n, x->more || y->more || i < x->count || k < y->count};
    return OK;
}

status claims_page(lens *l, arena *a, int64_t cursor, size_t max, claim_list *ret, err *why)
{
    claim_list restored;
    int64_t limit = one_more(&max);
    db_stmt *q = db_query(l->d, Q_CLAIMS_AFTER);
    db_bind_int(q, 1, cursor);
    db_bind_int(q, 2, limit);
    status st = read_list(l, a, q, NULL, max, WHOLE, ret, why);
    if (st != OK)
        return st;
    q = db_query(l->d, Q_CLAIMS_RESTORED);
    db_bind_int(q, 1, cursor);
    db_bind_int(q, 2, ret->more ? ret->at[ret->count - 1].row : INT64_MAX);
    db_bind_int(q, 3, limit);
    st = read_list(l, a, q, NULL, max, WHOLE, &restored, why);
    return st == OK && restored.count ? merge_lists(a, ret, &restored, max, ret, why) : st;
}

static status count(db_stmt *q, uint64_t *ret, err *why)
{
    bool row;
    status st = db_step(q, &row, why);
    if (st == OK)
        *ret = row ? (uint64_t)db_int(q, 0) : 0;
    db_reset(q);
    return st;
}

status claims_count_to(lens *l, node_ref object, predicate p, uint64_t cap, uint64_t *ret, err *why)
{
    int64_t node;
    status st = lens_node(l, object, &node, why);
    if (st != OK)
        return st;
    *ret = 0;
    if (!node)
        return OK;
    db_stmt *q = db_query(l->d, Q_COUNT_TO);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, p);
    db_bind_int(q, 3, (int64_t)cap);
    return count(q, ret, why);
}

static status count_one_side(lens *l, query which, int64_t node, uint64_t cap, uint64_t *ret,
                             err *why)
{
    db_stmt *q = db_query(l->d, which);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, (int64_t)cap);
    return count(q, ret, why);
}

status claims_count_around(lens *l, node_ref n, uint64_t cap, uint64_t *ret, err *why)
{
    int64_t node;
    uint64_t of = 0, to = 0;
    status st = lens_node(l, n, &node, why);
    if (st == OK && node)
        st = count_one_side(l, Q_COUNT_OF, node, cap, &of, why);
    if (st == OK && node && of < cap)
        st = count_one_side(l, Q_COUNT_TO_ANY, node, cap - of, &to, why);
    if (st == OK)
        *ret = of + to;
    return st;
}

status node_known(lens *l, node_ref n, bool *ret, err *why)
{
    uint64_t some = 0;
    status st = claims_count_around(l, n, 1, &some, why);
    if (st == OK)
        *ret = some != 0;
    return st;
}

status claim_get(lens *l, arena *a, slice id, claim *ret, err *why)
{
    uint8_t bytes[16];
    uint64_t hi = 0, lo = 0;
    claim_list one;
    if (!hash_unhex(id, bytes, sizeof bytes))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a claim's id has %d hex digits",
                       CLAIM_ID_TEXT);
    for (int i = 0; i < 8; i++) {
        hi = hi << 8 | bytes[i];
        lo = lo << 8 | bytes[8 + i];
    }
    db_stmt *q = db_query(l->d, Q_CLAIM_BY_ID);
    db_bind_int(q, 1, (int64_t)hi);
    db_bind_int(q, 2, (int64_t)lo);
    status st = read_list(l, a, q, NULL, 1, WHOLE, &one, why);
    if (st == OK && !one.count)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such claim");
    if (st == OK)
        *ret = one.at[0];
    return st;
}

/* --- objects -------------------------------------------------------------------------------- */

typedef struct raw_object {
    int64_t source, document, vc;
} raw_object;

static status read_objects(lens *l, arena *a, db_stmt *q, size_t max, object_list *ret, err *why)
{
    bool row, more = false;
    status st;
    size_t n = 0;
    object_info *list = arena_array(a, max + 1, sizeof *list);
    raw_object *raw = arena_array(a, max + 1, sizeof *raw);
    if (!list || !raw)
        return ARENA_SPENT(a, why);
    while ((st = db_step(q, &row, why)) == OK && row) {
        if (n == max) {
            more = true;
            break;
        }
        object_info *o = &list[n];
        *o = (object_info){
            .row = db_int(q, 0),
            .modified = when_or_none(q, 4),
            .revoked = db_int(q, 5) != 0,
            .at = (uint64_t)db_int(q, 7),
            .length = (uint64_t)db_int(q, 8),
        };
        raw[n++] = (raw_object){db_int(q, 2), db_int(q, 6), db_int(q, 9)};
        slice content = db_text(q, 10);
        if (content.len == sizeof o->content)
            memcpy(o->content, content.ptr, content.len);
        if (!copy_text(a, q, 1, &o->id) || !copy_text(a, q, 3, &o->spec)) {
            st = ARENA_SPENT(a, why);
            break;
        }
    }
    db_reset(q);
    for (size_t i = 0; st == OK && i < n; i++) {
        const document_face *f = NULL;
        if ((st = lens_source(l, raw[i].source, &list[i].source, why)) == OK &&
            (st = lens_marking(l, raw[i].vc, &list[i].marking, why)) == OK &&
            (st = lens_document(l, raw[i].document, &f, why)) == OK)
            memcpy(list[i].document, f->sha256, SHA256_BYTES);
    }
    if (st == OK)
        *ret = (object_list){list, n, more};
    return st;
}

status objects_named(lens *l, arena *a, slice id, object_list *ret, err *why)
{
    enum { VERSIONS_MAX = 1000 };
    object_list found;
    db_stmt *q = db_query(l->d, Q_OBJECTS_NAMED);
    db_bind_int(q, 1, (int64_t)node_hash(l->h, (node_ref){KIND_NONE, id}));
    db_bind_text(q, 2, id);
    status st = read_objects(l, a, q, VERSIONS_MAX, &found, why);
    if (st == OK && !found.count)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such object");
    if (st == OK)
        *ret = found;
    return st;
}

status objects_page(lens *l, arena *a, int64_t cursor, size_t max, object_list *ret, err *why)
{
    int64_t limit = one_more(&max);
    db_stmt *q = db_query(l->d, Q_OBJECTS_PAGE);
    db_bind_int(q, 1, cursor);
    db_bind_int(q, 2, limit);
    return read_objects(l, a, q, max, ret, why);
}

status objects_of_document(lens *l, arena *a, int64_t document, int64_t cursor, size_t max,
                           object_list *ret, err *why)
{
    int64_t limit = one_more(&max);
    db_stmt *q = db_query(l->d, Q_OBJECTS_OF_DOCUMENT);
    db_bind_int(q, 1, document);
    db_bind_int(q, 2, cursor);
    db_bind_int(q, 3, limit);
    return read_objects(l, a, q, max, ret, why);
}

status object_bytes(lens *l, arena *a, const object_info *o, slice *ret, err *why)
{
    if (!l->bytes && !(l->bytes = blob_reader_new(store_blobs(l->s))))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    return blob_reader_read(l->bytes, o->document, o->at, o->length, a, ret, why);
}

/* --- documents ------------------------------------------------------------------------------ */

static status read_documents(lens *l, arena *a, db_stmt *q, size_t max, document_list *ret,
                             err *why)
{
    bool row, more = false;
    status st;
    size_t n = 0;
    document_info *list = arena_array(a, max + 1, sizeof *list);
    raw_object *raw = arena_array(a, max + 1, sizeof *raw);
    if (!list || !raw)
        return ARENA_SPENT(a, why);
    while ((st = db_step(q, &row, why)) == OK && row) {
        if (n == max) {
            more = true;
            break;
        }
        document_info *d = &list[n];
        *d = (document_info){.row = db_int(q, 0),
                             .bytes = (uint64_t)db_int(q, 5),
                             .records = (uint64_t)db_int(q, 7),
                             .recorded = db_int(q, 8) / 1000};
        slice sha = db_text(q, 1);
        if (sha.len == SHA256_BYTES)
            memcpy(d->sha256, sha.ptr, SHA256_BYTES);
        raw[n++] = (raw_object){.source = db_int(q, 2), .vc = db_int(q, 6)};
        if (!copy_text(a, q, 3, &d->format) || !copy_text(a, q, 4, &d->path)) {
            st = ARENA_SPENT(a, why);
            break;
        }
    }
    db_reset(q);
    for (size_t i = 0; st == OK && i < n; i++)
        if ((st = lens_source(l, raw[i].source, &list[i].source, why)) == OK)
            st = lens_marking(l, raw[i].vc, &list[i].marking, why);
    if (st == OK)
        *ret = (document_list){list, n, more};
    return st;
}

status documents_page(lens *l, arena *a, int64_t cursor, size_t max, document_list *ret, err *why)
{
    int64_t limit = one_more(&max);
    db_stmt *q = db_query(l->d, Q_DOCUMENTS_PAGE);
    db_bind_int(q, 1, cursor);
    db_bind_int(q, 2, limit);
    return read_documents(l, a, q, max, ret, why);
}

static status read_document(lens *l, arena *a, db_stmt *q, document_info *ret, err *why)
{
    document_list one;
    status st = read_documents(l, a, q, 1, &one, why);
    if (st == OK && !one.count)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such document");
    if (st == OK)
        *ret = one.at[0];
    return st;
}

status document_get(lens *l, arena *a, const uint8_t sha256[SHA256_BYTES], document_info *ret,
                    err *why)
{
    db_stmt *q = db_query(l->d, Q_DOCUMENT_BY_SHA);
    db_bind_blob(q, 1, slice_of((const char *)sha256, SHA256_BYTES));
    return read_document(l, a, q, ret, why);
}

status document_at(lens *l, arena *a, int64_t row, document_info *ret, err *why)
{
    db_stmt *q = db_query(l->d, Q_DOCUMENT_AT);
    db_bind_int(q, 1, row);
    return read_document(l, a, q, ret, why);
}

status document_whole(lens *l, int64_t document, bool *ret, err *why)
{
    bool hides;
    db_stmt *q = db_query(l->d, Q_DOCUMENT_HIDES);
    db_bind_int(q, 1, document);
    status st = db_step(q, &hides, why);
    if (st == OK)
        *ret = !hides;
    db_reset(q);
    return st;
}
