/* pg_stmt.c - statements of the PostgreSQL driver: see pg.h. Parameters and results are binary. */
#include "know/db/pg.h"
#include "know/db/pg_words.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

/* --- text ------------------------------------------------------------------------------------- */

enum { ESCAPE = 0x10fe00, ESCAPE_BYTES = 4 };

/* Bytes of the well-formed character at s.ptr[0] that the server can hold and that is no escape;
 * 0 when there is none. */
static size_t plain_len(slice s)
{
    slice rest = s;
    unsigned char first = (unsigned char)s.ptr[0];
    if (first < 0x80)
        return first != 0;
    uint32_t ch = utf8_next(&rest);
    size_t n = s.len - rest.len;
    char again[4];
    if (utf8_put(again, ch) != n || memcmp(again, s.ptr, n) != 0)
        return 0;
    return ch >= ESCAPE && ch < ESCAPE + 256 ? 0 : n;
}

bool pg_escape(arena *a, slice text, slice *ret)
{
    size_t at = 0, n = 0, odd = 0;
    for (; at < text.len; at += n) {
        n = plain_len(slice_from(text, at));
        odd += n == 0;
        n = n ? n : 1;
    }
    *ret = text;
    if (!odd)
        return true;
    char *p = arena_alloc(a, text.len + odd * ESCAPE_BYTES);
    if (!p)
        return false;
    size_t out = 0;
    for (at = 0; at < text.len; at += n) {
        n = plain_len(slice_from(text, at));
        if (n)
            memcpy(p + out, text.ptr + at, n);
        out += n ? n : utf8_put(p + out, ESCAPE + (unsigned char)text.ptr[at]);
        n = n ? n : 1;
    }
    *ret = slice_of(p, out);
    return true;
}

bool pg_unescape(arena *a, slice text, slice *ret)
{
    size_t out = 0;
    *ret = text;
    if (slice_find(text, S("\xf4\x8f"), 0) == SIZE_MAX) /* how U+10Fxxx begin */
        return true;
    char *p = arena_alloc(a, text.len + 1);
    if (!p)
        return false;
    while (text.len) {
        slice rest = text;
        uint32_t ch = utf8_next(&rest);
        size_t n = text.len - rest.len;
        if (ch >= ESCAPE && ch < ESCAPE + 256) {
            p[out++] = (char)(ch - ESCAPE);
        } else {
            memcpy(p + out, text.ptr, n);
            out += n;
        }
        text = rest;
    }
    *ret = slice_of(p, out);
    return true;
}

/* --- arrays: dimensions, whether there are NULLs, type, count, lower bound, then the elements - */

enum { ARRAY_HEAD = 20 };

static void put32(buf *b, int32_t n)
{
    char bytes[4];
    pg_put32(bytes, n);
    buf_put(b, slice_of(bytes, 4));
}

void pg_array_begin(buf *b, Oid of)
{
    buf_clear(b);
    put32(b, 1);
    put32(b, 0);
    put32(b, (int32_t)of);
    put32(b, 0);
    put32(b, 1);
}

void pg_array_int(buf *b, int64_t n)
{
    char bytes[12];
    pg_put32(bytes, 8);
    pg_put64(bytes + 4, n);
    buf_put(b, slice_of(bytes, 12));
}

void pg_array_bytes(buf *b, slice bytes)
{
    put32(b, (int32_t)bytes.len);
    buf_put(b, bytes);
}

void pg_array_null(buf *b)
{
    put32(b, -1);
}

void pg_array_end(buf *b, size_t count, bool has_null)
{
    if (b->failed || b->len < ARRAY_HEAD)
        return;
    pg_put32(b->ptr + 4, has_null);
    pg_put32(b->ptr + 12, (int32_t)count);
}

/* --- preparing and binding -------------------------------------------------------------------- */

void pg_write_down(pg_db *d, pg_stmt *s, query q, const char *text, int drop)
{
    buf sql;
    s->base.d = &d->base;
    s->q = q;
    if (q != QUERY_COUNT_) /* else it has no name, and is prepared anew each time */
        snprintf(s->name, sizeof s->name, "q%d", (int)q);
    arena_init(&s->given, PG_TEXTS_MAX);
    arena_init(&s->decoded, PG_TEXTS_MAX);
    buf_init(&sql, SQL_MAX);
    pg_rewrite(text, drop, &sql, &s->is);
    buf_byte(&sql, 0);
    assert(s->is.params + 3 <= PG_PARAMS_MAX);
    s->base.broken = buf_status(&sql, &d->base.first);
    s->sql = s->base.broken == OK ? strdup(sql.ptr) : NULL;
    if (s->base.broken == OK && !s->sql)
        s->base.broken = err_set(&d->base.first, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    buf_done(&sql);
}

db_stmt *pg_query(db *b, query q)
{
    pg_db *d = pg_of(b);
    pg_stmt *s = &d->stmt[q];
    if (!s->sql) {
        pg_write_down(d, s, q, db_text_of(&db_postgresql, q), db_dropped(b, q));
        return &s->base;
    }
    pg_reset(&s->base);
    for (int i = 0; i < s->is.params; i++)
        s->value[i] = NULL;
    arena_reset(&s->given);
    s->base.broken = OK;
    return &s->base;
}

static void broken(db_stmt *b, size_t budget)
{
    if (b->broken == OK)
        b->broken = err_set(&b->d->first, ERR_LIMIT, ERR_NOWHERE,
                            "store: memory budget of %zu bytes spent", budget);
}

static void bind(db_stmt *b, int at, Oid type, const char *value, size_t len)
{
    pg_stmt *s = (pg_stmt *)b;
    assert(at >= 1 && at <= s->is.params && len <= INT32_MAX);
    if (!s->type[at - 1])
        s->type[at - 1] = type;
    s->value[at - 1] = value ? value : "";
    s->length[at - 1] = (int)len;
}

void pg_bind_int(db_stmt *b, int at, int64_t n)
{
    pg_stmt *s = (pg_stmt *)b;
    assert(at >= 1 && at <= PG_PARAMS_MAX);
    s->plain[at - 1] = n;
    pg_put64(s->number[at - 1], n);
    bind(b, at, PG_INT, s->number[at - 1], 8);
}

void pg_bind_null(db_stmt *b, int at)
{
    ((pg_stmt *)b)->value[at - 1] = NULL;
}

/* The words of a claim as a line, and an expression as what the index and the lines are asked. */
static bool bind_words(pg_stmt *s, int at, slice text)
{
    pg_match_texts m;
    db *d = s->base.d;
    if (s->q == Q_TEXT_ADD && at == 2) {
        slice line;
        s->base.broken = pg_line(&s->given, text, &line, &d->first);
        if (s->base.broken == OK)
            bind(&s->base, 2, PG_TEXT, line.ptr, line.len);
        return true;
    }
    if ((s->q != Q_TEXT_MATCH && s->q != Q_TEXT_DOCUMENTS) || at != 1)
        return false;
    int near = s->q == Q_TEXT_MATCH ? 9 : 6; /* behind the parameters of the statement itself */
    s->base.broken = pg_match(&s->given, text, &m, &d->first);
    if (s->base.broken == OK) {
        bind(&s->base, 1, PG_TEXT, m.query.ptr, m.query.len);
        bind(&s->base, near, PG_TEXT, m.near.ptr, m.near.len);
        bind(&s->base, near + 1, PG_TEXT, m.all.ptr, m.all.len);
    }
    return true;
}

void pg_bind_text(db_stmt *b, int at, slice text)
{
    pg_stmt *s = (pg_stmt *)b;
    slice held;
    if (bind_words(s, at, text))
        return;
    if (pg_escape(&s->given, text, &held))
        bind(b, at, PG_TEXT, held.ptr, held.len);
    else
        broken(b, s->given.budget);
}

void pg_bind_blob(db_stmt *b, int at, slice bytes)
{
    bind(b, at, PG_BYTEA, bytes.ptr, bytes.len);
}

/* --- running ---------------------------------------------------------------------------------- */

/* The view's three parameters. Its arrays are made once a look. */
static status bind_sight(pg_stmt *s, err *why)
{
    pg_db *d = pg_of(s->base.d);
    const db_sight *v = d->base.sight;
    assert(v); /* a read without a view */
    if (d->made_of != v || d->made_at != d->base.sights) {
        size_t count = 0;
        pg_array_begin(&d->classes, PG_INT);
        for (size_t i = 0; i < v->class_count; i++)
            if (v->classes[i]) {
                pg_array_int(&d->classes, (int64_t)i);
                count++;
            }
        pg_array_end(&d->classes, count, false);
        pg_array_begin(&d->pending, PG_INT);
        for (size_t i = 0; i < v->pending_count; i++)
            pg_array_int(&d->pending, v->pending[i]);
        pg_array_end(&d->pending, v->pending_count, false);
        pg_put64(d->sight_tx, v->tx);
        d->made_of = v;
        d->made_at = d->base.sights;
    }
    const slice values[] = {buf_slice(&d->classes), slice_of(d->sight_tx, 8),
                            buf_slice(&d->pending)};
    static const Oid types[] = {PG_INTS, PG_INT, PG_INTS};
    for (int i = 0; i < 3; i++) {
        s->value[s->is.sight - 1 + i] = values[i].ptr;
        s->length[s->is.sight - 1 + i] = (int)values[i].len;
        s->type[s->is.sight - 1 + i] = types[i];
    }
    status st = buf_status(&d->classes, why);
    return st == OK ? buf_status(&d->pending, why) : st;
}

static status run(pg_stmt *s, err *why)
{
    static const int binary[PG_PARAMS_MAX] = {
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    };
    pg_db *d = pg_of(s->base.d);
    int params = s->is.sight ? s->is.sight + 2 : s->is.params;
    status st = pg_quiet(d, why);
    if (st == OK && s->is.sight)
        st = bind_sight(s, why);
    if (st != OK)
        return st;
    if (!s->prepared) {
        PGresult *r = PQprepare(d->conn, s->name, s->sql, params, s->type);
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            return pg_fail(d, r, s->sql, why);
        PQclear(r);
        s->prepared = true;
    }
    s->result = PQexecPrepared(d->conn, s->name, params, s->value, s->length, binary, 1);
    ExecStatusType what = PQresultStatus(s->result);
    if (what != PGRES_COMMAND_OK && what != PGRES_TUPLES_OK) {
        PGresult *r = s->result;
        s->result = NULL;
        return pg_fail(d, r, s->sql, why);
    }
    s->row = -1;
    s->rows = s->is.reads ? PQntuples(s->result) : 0;
    if (!s->is.reads) {
        uint64_t n = 0;
        d->changes = slice_u64(slice_str(PQcmdTuples(s->result)), &n) ? (int64_t)n : 0;
        if (s->is.returns_id && PQntuples(s->result))
            d->last_id = pg_number(s->result, 0, 0);
        pg_changed(s);
    }
    return OK;
}

status pg_step(db_stmt *b, bool *ret_row, err *why)
{
    pg_stmt *s = (pg_stmt *)b;
    status st = OK;
    if (s->remembered) { /* it was the only row */
        pg_reset(b);
        *ret_row = false;
        return OK;
    }
    if (!s->result) {
        if (pg_answer(s, &st, ret_row, why))
            return st;
        if ((st = run(s, why)) != OK)
            return st;
    }
    arena_reset(&s->decoded);
    *ret_row = ++s->row < s->rows;
    if (!*ret_row)
        pg_reset(b);
    return OK;
}

void pg_reset(db_stmt *b)
{
    pg_stmt *s = (pg_stmt *)b;
    PQclear(s->result);
    s->result = NULL;
    s->remembered = false;
}

void pg_stmt_done(pg_stmt *s)
{
    if (!s->sql)
        return;
    PQclear(s->result);
    arena_done(&s->given);
    arena_done(&s->decoded);
    free(s->sql);
}

/* --- columns ---------------------------------------------------------------------------------- */

int64_t pg_number(const PGresult *r, int row, int column)
{
    const char *p = PQgetvalue(r, row, column);
    int len = PQgetlength(r, row, column);
    Oid type = PQftype(r, column);
    if (type == PG_BOOL)
        return p[0] != 0;
    uint64_t n = 0;
    assert((type == PG_INT && len == 8) || (type == PG_INT4 && len == 4) || len == 0);
    for (int i = 0; i < len; i++)
        n = n << 8 | (unsigned char)p[i];
    return type == PG_INT4 ? (int32_t)n : (int64_t)n;
}

int64_t pg_int(db_stmt *b, int column)
{
    pg_stmt *s = (pg_stmt *)b;
    if (s->remembered)
        return s->answer[column];
    return s->result ? pg_number(s->result, s->row, column) : 0;
}

void pg_ints(db_stmt *b, int first, int count, int64_t none, int64_t *ret)
{
    for (int i = 0; i < count; i++)
        ret[i] = pg_is_null(b, first + i) ? none : pg_int(b, first + i);
}

bool pg_is_null(db_stmt *b, int column)
{
    pg_stmt *s = (pg_stmt *)b;
    if (s->remembered)
        return s->answer_null >> column & 1;
    return !s->result || PQgetisnull(s->result, s->row, column);
}

slice pg_text(db_stmt *b, int column)
{
    pg_stmt *s = (pg_stmt *)b;
    if (!s->result || PQgetisnull(s->result, s->row, column))
        return S("");
    slice bytes = slice_of(PQgetvalue(s->result, s->row, column),
                           (size_t)PQgetlength(s->result, s->row, column));
    if (PQftype(s->result, column) == PG_TEXT && !pg_unescape(&s->decoded, bytes, &bytes)) {
        broken(b, s->decoded.budget);
        return S("");
    }
    return bytes;
}
