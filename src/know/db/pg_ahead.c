/* pg_ahead.c - what a writer will ask, found out in one go, and what it adds, sent together: see
 * db_expect, recall.h and pg.h.
 *
 * A statement through a socket costs tens of microseconds however small it is, and a claim needs
 * four. So a few statements bring what the store has of what is coming, and a lane goes out as one
 * INSERT from arrays, in the pipeline, while the writer goes on. */
#include "know/db/recall.h"
#include "know/db/pg.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    COLUMN_BYTES_MAX = 128 << 20,
    LANE_BYTES = 8 << 20, /* of one column: time to send */
    LANE_ROWS = 512,      /* likewise: the server adds these while the writer makes the next */
    LANES = RECALL_LANES
};

typedef struct lane {
    char name[PG_NAME_MAX];
    bool prepared;
    size_t columns, rows;
    buf column[RECALL_COLUMNS_MAX];
    bool has_null[RECALL_COLUMNS_MAX];
} lane;

struct pg_lanes {
    size_t sent; /* syncs whose results are to come */
    bool fetches_prepared;
    lane lane[LANES];
    db_recall *memo;
    recall_pairs pairs;
};

static void empty_lane(lane *l)
{
    l->rows = 0;
    for (size_t i = 0; i < l->columns; i++) {
        buf_clear(&l->column[i]);
        l->has_null[i] = false;
    }
}

static pg_lanes *make_lanes(void)
{
    pg_lanes *l = calloc(1, sizeof *l);
    if (!l || !(l->memo = recall_new())) {
        free(l);
        return NULL;
    }
    for (size_t i = 0; i < LANES; i++) {
        lane *n = &l->lane[i];
        n->columns = recall_columns(i);
        snprintf(n->name, sizeof n->name, "lane%zu", i);
        for (size_t c = 0; c < n->columns; c++)
            buf_init(&n->column[c], COLUMN_BYTES_MAX);
    }
    return l;
}

void pg_lanes_free(pg_db *d)
{
    pg_lanes *l = d->lanes;
    if (!l)
        return;
    for (size_t i = 0; i < LANES; i++)
        for (size_t c = 0; c < l->lane[i].columns; c++)
            buf_done(&l->lane[i].column[c]);
    recall_free(l->memo);
    free(l->pairs.at);
    free(l);
    d->lanes = NULL;
}

/* --- gathering -------------------------------------------------------------------------------- */

static Oid element_type(char c)
{
    return c == 'i' ? PG_INT : c == 't' ? PG_TEXT : PG_BYTEA;
}

static void put_value(lane *l, size_t column, const pg_stmt *s, size_t param)
{
    if (s->value[param]) {
        pg_array_bytes(&l->column[column], slice_of(s->value[param], (size_t)s->length[param]));
    } else {
        pg_array_null(&l->column[column]);
        l->has_null[column] = true;
    }
}

/* A row of bound values. ERR_LIMIT: out of memory. */
static status gather(pg_stmt *s, size_t which, int64_t id, err *why)
{
    lane *l = &pg_of(s->base.d)->lanes->lane[which];
    size_t first = recall_lanes[which].numbered;
    status st = OK;
    if (!l->rows)
        for (size_t i = 0; i < l->columns; i++)
            pg_array_begin(&l->column[i], element_type(recall_type(which, i)));
    if (first)
        pg_array_int(&l->column[0], id);
    for (size_t i = first; st == OK && i < l->columns; i++) {
        put_value(l, i, s, i - first);
        st = buf_status(&l->column[i], why);
    }
    l->rows++;
    return st;
}

/* --- sending ---------------------------------------------------------------------------------- */

/* INSERT INTO t (a, b) VALUES (?1, ?2) x  ->  ... (id, a, b) SELECT unnest($1), unnest($2) ... x
 * The arrays are of one length. As "FROM unnest($1, $2, ...)" the engine would first lay each of
 * them out in a store of its own: of a claim's 21 that costs more than its row and half its indexes
 * (docs/decisions/0243-unnest-in-step.md). */
static void lane_sql(size_t which, buf *out)
{
    slice rest;
    recall_insert(which, db_text_of(&db_postgresql, recall_lanes[which].q), out, &rest);
    buf_put(out, S(" SELECT "));
    for (size_t i = 0; i < recall_columns(which); i++) {
        char c = recall_type(which, i);
        buf_printf(out, "%sunnest($%zu::%s[])", i ? ", " : "", i + 1,
                   c == 'i'   ? "bigint"
                   : c == 't' ? "text"
                              : "bytea");
    }
    if (recall_lanes[which].q !=
        Q_CLAIM_ADD) /* whose conflicts are found here: another is a fault */
        buf_put(out, rest);
    buf_byte(out, 0);
}

static status prepare(pg_db *d, const char *name, const char *sql, err *why)
{
    PGresult *r = PQprepare(d->conn, name, sql, 0, NULL);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        return pg_fail(d, r, sql, why);
    PQclear(r);
    return OK;
}

static status prepare_lanes(pg_db *d, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < LANES; i++) {
        lane *l = &d->lanes->lane[i];
        CLEANUP(buf_done) buf sql;
        buf_init(&sql, SQL_MAX);
        if (!l->rows || l->prepared)
            continue;
        lane_sql(i, &sql);
        if ((st = buf_status(&sql, why)) == OK)
            st = prepare(d, l->name, sql.ptr, why);
        l->prepared = st == OK;
    }
    return st;
}

static status send_one(pg_db *d, const char *name, const slice *values, int count, err *why)
{
    const char *value[RECALL_COLUMNS_MAX];
    int length[RECALL_COLUMNS_MAX], binary[RECALL_COLUMNS_MAX];
    for (int i = 0; i < count; i++) {
        value[i] = values[i].ptr;
        length[i] = (int)values[i].len;
        binary[i] = 1;
    }
    return PQsendQueryPrepared(d->conn, name, count, value, length, binary, 1)
               ? OK
               : pg_fail(d, NULL, "sending", why);
}

/* Reads what the statements of the pipeline said, up to its last sync. */
static status settle(pg_db *d, err *why)
{
    status st = OK;
    size_t left = d->lanes->sent;
    for (int nothing = 0; left && nothing < 2;) { /* twice: there is no more */
        PGresult *r = PQgetResult(d->conn);
        nothing = r ? 0 : nothing + 1;
        ExecStatusType what = PQresultStatus(r);
        left -= r && what == PGRES_PIPELINE_SYNC;
        if (r && st == OK && what == PGRES_FATAL_ERROR) {
            st = pg_fail(d, r, "adding rows", why);
            r = NULL;
        }
        PQclear(r);
        if (PQstatus(d->conn) != CONNECTION_OK) {
            st = st == OK ? pg_fail(d, NULL, "adding rows", why) : st;
            break;
        }
    }
    d->lanes->sent = 0;
    if (!left && PQpipelineStatus(d->conn) != PQ_PIPELINE_OFF && !PQexitPipelineMode(d->conn) &&
        st == OK)
        st = pg_fail(d, NULL, "adding rows", why);
    return st;
}

/* The pipeline is open, and what is to be sent needs nothing but sending. */
static bool goes_on(const pg_lanes *l)
{
    bool ready = l->sent > 0;
    for (size_t i = 0; i < LANES; i++)
        ready = ready && (l->lane[i].prepared || !l->lane[i].rows);
    return ready;
}

static status open_pipeline(pg_db *d, err *why)
{
    status st = settle(d, why);
    if (st == OK)
        st = prepare_lanes(d, why);
    return st != OK || PQenterPipelineMode(d->conn) ? st : pg_fail(d, NULL, "sending", why);
}

/* Sends the lanes, and does not wait for what becomes of them. */
static status send_lanes(pg_db *d, err *why)
{
    bool some = false;
    for (size_t i = 0; i < LANES; i++)
        some |= d->lanes->lane[i].rows != 0;
    if (!some)
        return OK;
    status st = goes_on(d->lanes) ? OK : open_pipeline(d, why);
    if (st != OK)
        return st;
    for (size_t i = 0; st == OK && i < LANES; i++) {
        lane *l = &d->lanes->lane[i];
        slice values[RECALL_COLUMNS_MAX];
        for (size_t c = 0; l->rows && c < l->columns; c++) {
            pg_array_end(&l->column[c], l->rows, l->has_null[c]);
            values[c] = buf_slice(&l->column[c]);
        }
        if (l->rows)
            st = send_one(d, l->name, values, (int)l->columns, why);
        empty_lane(l);
    }
    d->lanes->sent++;
    if (!PQpipelineSync(d->conn) && st == OK)
        st = pg_fail(d, NULL, "sending", why);
    return st;
}

status pg_quiet(pg_db *d, err *why)
{
    if (!d->lanes)
        return OK;
    status st = send_lanes(d, why);
    status said = settle(d, st == OK ? why : NULL);
    return st == OK ? said : st;
}

void pg_forget(pg_db *d)
{
    if (!d->lanes)
        return;
    for (size_t i = 0; i < LANES; i++)
        empty_lane(&d->lanes->lane[i]);
    status lost = settle(d, NULL);
    (void)lost;
    recall_forget(d->lanes->memo);
}

/* --- finding out ------------------------------------------------------------------------------ */

static const char *const fetches[] = {
    "SELECT k.h, n.id, n.kind, n.text FROM node_key k JOIN node n ON n.id = k.node"
    " WHERE k.h = ANY ($1::bigint[])",
    "SELECT h, id FROM origin WHERE h = ANY ($1::bytea[])",
    /* OFFSET 0: by subject and hash, not by subject alone, of which there may be many */
    "SELECT c.h, c.id, c.subject, c.life, c.gone, c.document, c.predicate, c.object, c.tx"
    " FROM unnest($1::bigint[], $2::bigint[]) u (subject, h) CROSS JOIN LATERAL"
    " (SELECT * FROM claim o WHERE o.subject = u.subject AND o.h = u.h OFFSET 0) c",
    "SELECT h, id FROM object WHERE h = ANY ($1::bigint[])",
    "SELECT (SELECT coalesce(max(id), 0) FROM node), (SELECT coalesce(max(id), 0) FROM origin),"
    " (SELECT coalesce(max(id), 0) FROM claim), (SELECT coalesce(max(id), 0) FROM object)",
};
enum { FETCH_HIGHEST = COUNT_OF(fetches) - 1 };
static const char *const fetch_names[] = {"ahead0", "ahead1", "ahead2", "ahead3", "ahead4"};

typedef struct row_at {
    const PGresult *r;
    int row;
} row_at;

static int64_t number_at(void *ctx, int column)
{
    const row_at *at = ctx;
    return pg_number(at->r, at->row, column);
}

static bool null_at(void *ctx, int column)
{
    const row_at *at = ctx;
    return PQgetisnull(at->r, at->row, column);
}

static slice bytes_at(void *ctx, int column)
{
    const row_at *at = ctx;
    return slice_of(PQgetvalue(at->r, at->row, column),
                    (size_t)PQgetlength(at->r, at->row, column));
}

static status fetch(pg_db *d, size_t which, const slice *values, int count, err *why)
{
    const char *value[2] = {values[0].ptr, values[1].ptr};
    const int length[2] = {(int)values[0].len, (int)values[1].len}, binary[2] = {1, 1};
    PGresult *r = PQexecPrepared(d->conn, fetch_names[which], count, value, length, binary, 1);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        return pg_fail(d, r, fetches[which], why);
    row_at at = {.r = r};
    const recall_source row = {
        .ctx = &at, .number = number_at, .is_null = null_at, .bytes = bytes_at};
    for (; at.row < PQntuples(r); at.row++) {
        if (which == FETCH_HIGHEST)
            recall_take_highest(d->lanes->memo, &row);
        else
            recall_take(d->lanes->memo, (recall_about)which, &row);
    }
    PQclear(r);
    return OK;
}

static status fetch_pairs(pg_db *d, recall_about about, const recall_pairs *p, err *why)
{
    CLEANUP(buf_done) buf first;
    CLEANUP(buf_done) buf second;
    buf_init(&first, COLUMN_BYTES_MAX);
    buf_init(&second, COLUMN_BYTES_MAX);
    pg_array_begin(&first, about == RECALL_ORIGIN ? PG_BYTEA : PG_INT);
    pg_array_begin(&second, PG_INT);
    for (size_t i = 0; i < p->count; i++) {
        if (about == RECALL_ORIGIN)
            pg_array_bytes(&first, slice_of((const char *)&p->at[i], sizeof p->at[i]));
        else
            pg_array_int(&first, p->at[i].a);
        pg_array_int(&second, p->at[i].b);
    }
    pg_array_end(&first, p->count, false);
    pg_array_end(&second, p->count, false);
    status st = buf_status(&first, why);
    if (st == OK)
        st = buf_status(&second, why);
    slice values[2] = {buf_slice(&first), buf_slice(&second)};
    return st == OK ? fetch(d, about, values, about == RECALL_CLAIM ? 2 : 1, why) : st;
}

static status find_out(pg_db *d, const db_coming *c, err *why)
{
    pg_lanes *l = d->lanes;
    status st = pg_quiet(d, why);
    for (size_t i = 0; st == OK && !l->fetches_prepared && i < COUNT_OF(fetches); i++)
        st = prepare(d, fetch_names[i], fetches[i], why);
    l->fetches_prepared = l->fetches_prepared || st == OK;
    recall_begin(l->memo);
    for (unsigned about = 0; st == OK && about < RECALL_ABOUTS; about++) {
        st = recall_questions(l->memo, (recall_about)about, c, &l->pairs, why);
        recall_in_order(&l->pairs);
        if (st == OK && l->pairs.count)
            st = fetch_pairs(d, (recall_about)about, &l->pairs, why);
    }
    if (st == OK)
        st = fetch(d, FETCH_HIGHEST, (slice[2]){0}, 0, why);
    if (st != OK)
        recall_forget(l->memo);
    return st;
}

status pg_expect(db *b, const db_coming *c, err *why)
{
    pg_db *d = pg_of(b);
    if (!d->lanes && !(d->lanes = make_lanes()))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    recall_forget(d->lanes->memo);
    return c ? find_out(d, c, why) : send_lanes(d, why);
}

/* What was expected holds at once. */
status pg_turn(db *b, bool *ret_known, err *why)
{
    const pg_lanes *l = pg_of(b)->lanes;
    (void)why;
    *ret_known = l && recall_is_begun(l->memo);
    return OK;
}

/* --- answering -------------------------------------------------------------------------------- */

static bool is_full(const lane *l)
{
    bool full = l->rows >= LANE_ROWS;
    for (size_t c = 0; c < l->columns; c++)
        full = full || l->column[c].len > LANE_BYTES;
    return full;
}

/* Texts are compared as the server holds them: escaped. */
static void given_of(const pg_stmt *s, recall_value *out)
{
    for (int i = 0; i < s->is.params; i++)
        out[i] = s->value[i] ? (recall_value){.type = s->type[i] == PG_INT ? 'i' : 't',
                                              .n = s->plain[i],
                                              .text = slice_of(s->value[i], (size_t)s->length[i])}
                             : (recall_value){0};
}

bool pg_answer(pg_stmt *s, status *ret, bool *ret_row, err *why)
{
    pg_db *d = pg_of(s->base.d);
    recall_value given[PG_PARAMS_MAX];
    recall_reply reply;
    *ret = OK;
    if (!d->lanes || !recall_is_open(d->lanes->memo) || !recall_wants(s->q))
        return false;
    given_of(s, given);
    if (!recall_answer(d->lanes->memo, s->q, given, &reply))
        return false;
    *ret_row = s->remembered = reply.row;
    memcpy(s->answer, reply.values, sizeof s->answer);
    s->answer_null = reply.nulls;
    d->changes = reply.changes;
    if (reply.lane < 0)
        return true;
    if (reply.id)
        d->last_id = reply.id;
    *ret = gather(s, (size_t)reply.lane, reply.id, why);
    if (*ret == OK && is_full(&d->lanes->lane[reply.lane]))
        *ret = send_lanes(d, why);
    return true;
}

void pg_changed(const pg_stmt *s)
{
    recall_value given[PG_PARAMS_MAX];
    const pg_lanes *l = pg_of(s->base.d)->lanes;
    if (!l || !recall_is_open(l->memo))
        return;
    given_of(s, given);
    recall_changed(l->memo, s->q, given);
}
