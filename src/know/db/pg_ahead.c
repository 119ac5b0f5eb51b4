/* pg_ahead.c - what a writer will ask, found out in one go, and what it adds, sent together: see
 * db_expect and pg.h.
 *
 * A statement through a socket costs tens of microseconds however small it is, and a claim needs
 * four. So the writer says what is coming; a few statements bring what the store has of it, and
 * then the point look-ups of the import are answered here (pg_answer) and its INSERTs are gathered,
 * a lane a statement. A lane goes out as one INSERT from arrays, in the pipeline, while the writer
 * goes on. Ids are given here, next after the highest, which is what the server would do.
 * Whatever is not known here for certain goes to the server, after the lanes. A change by any other
 * statement to what is remembered ends the remembering. */
#include "know/db/pg.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    BUCKETS = 1 << 14,
    MEMO_MAX = 256 << 20,
    COLUMN_BYTES_MAX = 128 << 20,
    LANE_BYTES = 8 << 20, /* of one column: time to send */
    COLUMNS_MAX = 22,
    LANES = 6
};

/* --- tables ----------------------------------------------------------------------------------- */

/* The gathered statements: types of their columns (i number, t text, b bytes), and whether the
 * table's rows are numbered. Rows of one table refer to earlier lanes only. */
static const struct {
    query q;
    const char *types;
    bool numbered;
} gathered[LANES] = {
    {Q_NODE_ADD, "it", true},
    {Q_NODE_KEY_ADD, "ii", false},
    {Q_ORIGIN_ADD, "b", true},
    {Q_ORIGIN_REPORT_ADD, "ii", false},
    {Q_CLAIM_ADD, "iiiiittiiiiiiiiiiiii", true},
    {Q_OBJECT_ADD, "ititiibiiiiii", true},
};

typedef enum about { NODE, ORIGIN, CLAIM, OBJECT } about;

/* What is known under a key: that it was asked for, and the rows there are. */
typedef struct entry {
    struct entry *next, *next_claim;
    about about;
    bool row; /* else: was asked for, so that all rows are here */
    uint64_t key;
    int64_t id, subject, life, document, predicate, object, tx, gone; /* node: predicate is kind */
    bool has_object, has_gone;
    slice text; /* node; origin: its 16 bytes */
} entry;

typedef struct lane {
    char name[PG_NAME_MAX];
    bool prepared;
    size_t columns, rows;
    buf column[COLUMNS_MAX];
    bool has_null[COLUMNS_MAX];
    int64_t next_id;
} lane;

struct pg_lanes {
    bool open; /* the memo is true */
    bool sent; /* results are to come, up to a sync */
    bool fetches_prepared;
    lane lane[LANES];
    entry *bucket[BUCKETS];
    entry *claims;
    arena memo;
    entry last_node; /* added, its key not yet */
};

static entry **bucket_of(pg_lanes *l, about a, uint64_t key)
{
    uint64_t x = (key ^ (uint64_t)a << 61) * 0x9e3779b97f4a7c15u;
    return &l->bucket[x >> 50];
}

_Static_assert(BUCKETS == 1 << (64 - 50), "bucket_of takes the top bits");

static const entry *known(pg_lanes *l, about a, uint64_t key)
{
    for (const entry *e = *bucket_of(l, a, key); e; e = e->next)
        if (e->about == a && e->key == key && !e->row)
            return e;
    return NULL;
}

/* A full memo is none: everything goes to the server. */
static void remember(pg_lanes *l, const entry *what)
{
    entry *e = arena_new(&l->memo, entry), **bucket = bucket_of(l, what->about, what->key);
    if (!e || !arena_copy(&l->memo, what->text, (*e = *what, &e->text))) {
        l->open = false;
        return;
    }
    e->next = *bucket;
    *bucket = e;
    if (e->about == CLAIM && e->row) {
        e->next_claim = l->claims;
        l->claims = e;
    }
}

static void forget_memo(pg_lanes *l)
{
    memset(l->bucket, 0, sizeof l->bucket);
    l->claims = NULL;
    l->last_node = (entry){0};
    l->open = false;
    arena_reset(&l->memo);
}

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
    if (!l)
        return NULL;
    arena_init(&l->memo, MEMO_MAX);
    for (size_t i = 0; i < LANES; i++) {
        lane *n = &l->lane[i];
        n->columns = strlen(gathered[i].types) + gathered[i].numbered;
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
    arena_done(&l->memo);
    free(l);
    d->lanes = NULL;
}

/* --- gathering -------------------------------------------------------------------------------- */

static char type_of(size_t which, size_t column)
{
    if (!gathered[which].numbered)
        return gathered[which].types[column];
    return column ? gathered[which].types[column - 1] : 'i';
}

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
static status gather(pg_stmt *s, size_t which, int64_t *ret_id, err *why)
{
    pg_db *d = pg_of(s->base.d);
    lane *l = &d->lanes->lane[which];
    size_t first = gathered[which].numbered;
    status st = OK;
    if (!l->rows)
        for (size_t i = 0; i < l->columns; i++)
            pg_array_begin(&l->column[i], element_type(type_of(which, i)));
    if (first) {
        *ret_id = l->next_id++;
        pg_array_int(&l->column[0], *ret_id);
        d->last_id = *ret_id;
    }
    for (size_t i = first; st == OK && i < l->columns; i++) {
        put_value(l, i, s, i - first);
        st = buf_status(&l->column[i], why);
    }
    l->rows++;
    d->changes = 1;
    return st;
}

/* --- sending ---------------------------------------------------------------------------------- */

/* INSERT INTO t (a, b) VALUES (?1, ?2) x  ->  ... (id, a, b) SELECT * FROM unnest($1, ...) x */
static void lane_sql(size_t which, buf *out)
{
    slice sql = slice_str(db_text_of(&db_postgresql, gathered[which].q));
    size_t open = slice_find_byte(sql, '(', 0), close = slice_find_byte(sql, ')', 0);
    size_t end = slice_find_byte(sql, ')', close + 1);
    size_t columns = strlen(gathered[which].types) + gathered[which].numbered;
    buf_put(out, slice_sub(sql, 0, open + 1));
    if (gathered[which].numbered)
        buf_put(out, S("id, "));
    buf_put(out, slice_sub(sql, open + 1, close));
    buf_put(out, S(") SELECT * FROM unnest("));
    for (size_t i = 0; i < columns; i++) {
        char c = type_of(which, i);
        buf_printf(out, "%s$%zu::%s[]", i ? ", " : "", i + 1,
                   c == 'i'   ? "bigint"
                   : c == 't' ? "text"
                              : "bytea");
    }
    buf_byte(out, ')');
    if (gathered[which].q != Q_CLAIM_ADD) /* whose conflicts are found here: another is a fault */
        buf_put(out, slice_from(sql, end + 1));
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
    const char *value[COLUMNS_MAX];
    int length[COLUMNS_MAX], binary[COLUMNS_MAX];
    for (int i = 0; i < count; i++) {
        value[i] = values[i].ptr;
        length[i] = (int)values[i].len;
        binary[i] = 1;
    }
    return PQsendQueryPrepared(d->conn, name, count, value, length, binary, 1)
               ? OK
               : pg_fail(d, NULL, "sending", why);
}

/* Reads what the statements of the pipeline said, up to its sync. */
static status settle(pg_db *d, err *why)
{
    status st = OK;
    bool synced = !d->lanes->sent;
    for (int nothing = 0; !synced && nothing < 2;) { /* twice: there is no more */
        PGresult *r = PQgetResult(d->conn);
        nothing = r ? 0 : nothing + 1;
        ExecStatusType what = PQresultStatus(r);
        if (r && what == PGRES_PIPELINE_SYNC)
            synced = true;
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
    d->lanes->sent = false;
    if (synced && PQpipelineStatus(d->conn) != PQ_PIPELINE_OFF && !PQexitPipelineMode(d->conn) &&
        st == OK)
        st = pg_fail(d, NULL, "adding rows", why);
    return st;
}

/* Sends the lanes, and does not wait for what becomes of them. */
static status send_lanes(pg_db *d, err *why)
{
    bool some = false;
    for (size_t i = 0; i < LANES; i++)
        some |= d->lanes->lane[i].rows != 0;
    status st = settle(d, why);
    if (st != OK || !some)
        return st;
    if ((st = prepare_lanes(d, why)) != OK)
        return st;
    if (!PQenterPipelineMode(d->conn))
        return pg_fail(d, NULL, "sending", why);
    d->lanes->sent = true;
    for (size_t i = 0; st == OK && i < LANES; i++) {
        lane *l = &d->lanes->lane[i];
        slice values[COLUMNS_MAX];
        for (size_t c = 0; l->rows && c < l->columns; c++) {
            pg_array_end(&l->column[c], l->rows, l->has_null[c]);
            values[c] = buf_slice(&l->column[c]);
        }
        if (l->rows)
            st = send_one(d, l->name, values, (int)l->columns, why);
        empty_lane(l);
    }
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
    forget_memo(d->lanes);
}

/* --- finding out ------------------------------------------------------------------------------ */

static const char *const fetches[] = {
    "SELECT k.h, n.id, n.kind, n.text FROM node_key k JOIN node n ON n.id = k.node"
    " WHERE k.h = ANY ($1::bigint[])",
    "SELECT h, id FROM origin WHERE h = ANY ($1::bytea[])",
    /* OFFSET 0: by subject and hash, not by subject alone, of which there may be many */
    "SELECT c.h, c.id, c.subject, c.life, c.gone, c.document, c.predicate, c.object, c.tx"
    " FROM unnest($1::bigint[], $2::bigint[]) u (subject, h) JOIN node_key k ON k.h = u.subject"
    " CROSS JOIN LATERAL (SELECT * FROM claim o WHERE o.subject = k.node AND o.h = u.h OFFSET 0) c",
    "SELECT h, id FROM object WHERE h = ANY ($1::bigint[])",
    "SELECT (SELECT coalesce(max(id), 0) FROM node), (SELECT coalesce(max(id), 0) FROM origin),"
    " (SELECT coalesce(max(id), 0) FROM claim), (SELECT coalesce(max(id), 0) FROM object)",
};
enum { FETCH_HIGHEST = COUNT_OF(fetches) - 1 };
static const char *const fetch_names[] = {"ahead0", "ahead1", "ahead2", "ahead3", "ahead4"};

static slice bytes_at(const PGresult *r, int row, int column)
{
    return slice_of(PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column));
}

static uint64_t key_of_bytes(slice s)
{
    uint64_t key = 0;
    memcpy(&key, s.ptr, s.len < sizeof key ? s.len : sizeof key);
    return key;
}

static void take_row(pg_lanes *l, int which, const PGresult *r, int i)
{
    entry e = {.about = (about)which, .row = true};
    e.key = which == ORIGIN ? key_of_bytes(bytes_at(r, i, 0)) : (uint64_t)pg_number(r, i, 0);
    e.id = pg_number(r, i, 1);
    if (which == NODE) {
        e.predicate = pg_number(r, i, 2);
        e.text = bytes_at(r, i, 3);
    } else if (which == ORIGIN) {
        e.text = bytes_at(r, i, 0);
    } else if (which == CLAIM) {
        e.subject = pg_number(r, i, 2);
        e.life = pg_number(r, i, 3);
        e.has_gone = !PQgetisnull(r, i, 4);
        e.gone = pg_number(r, i, 4);
        e.document = pg_number(r, i, 5);
        e.predicate = pg_number(r, i, 6);
        e.has_object = !PQgetisnull(r, i, 7);
        e.object = pg_number(r, i, 7);
        e.tx = pg_number(r, i, 8);
    }
    remember(l, &e);
}

static void take_highest(pg_lanes *l, const PGresult *r)
{
    static const size_t lanes[] = {0, 2, 4, 5};
    for (int i = 0; i < (int)COUNT_OF(lanes); i++)
        l->lane[lanes[i]].next_id = pg_number(r, 0, i) + 1;
}

static status fetch(pg_db *d, size_t which, const slice *values, int count, err *why)
{
    const char *value[2] = {values[0].ptr, values[1].ptr};
    const int length[2] = {(int)values[0].len, (int)values[1].len}, binary[2] = {1, 1};
    PGresult *r = PQexecPrepared(d->conn, fetch_names[which], count, value, length, binary, 1);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        return pg_fail(d, r, fetches[which], why);
    if (which == FETCH_HIGHEST)
        take_highest(d->lanes, r);
    else
        for (int i = 0; i < PQntuples(r); i++)
            take_row(d->lanes, (int)which, r, i);
    PQclear(r);
    return OK;
}

static status fetch_numbers(pg_db *d, about a, const int64_t *keys, size_t count, err *why)
{
    CLEANUP(buf_done) buf list;
    buf_init(&list, COLUMN_BYTES_MAX);
    if (!count)
        return OK;
    pg_array_begin(&list, PG_INT);
    for (size_t i = 0; i < count; i++) {
        pg_array_int(&list, keys[i]);
        remember(d->lanes, &(entry){.about = a, .key = (uint64_t)keys[i]});
    }
    pg_array_end(&list, count, false);
    status st = buf_status(&list, why);
    slice values[2] = {buf_slice(&list)};
    return st == OK ? fetch(d, a, values, 1, why) : st;
}

static status fetch_origins(pg_db *d, const db_coming *c, err *why)
{
    CLEANUP(buf_done) buf list;
    buf_init(&list, COLUMN_BYTES_MAX);
    if (!c->origin_count)
        return OK;
    pg_array_begin(&list, PG_BYTEA);
    for (size_t i = 0; i < c->origin_count; i++) {
        slice h = slice_of((const char *)c->origins[i], 16);
        pg_array_bytes(&list, h);
        remember(d->lanes, &(entry){.about = ORIGIN, .key = key_of_bytes(h)});
    }
    pg_array_end(&list, c->origin_count, false);
    status st = buf_status(&list, why);
    slice values[2] = {buf_slice(&list)};
    return st == OK ? fetch(d, ORIGIN, values, 1, why) : st;
}

static bool has_rows(pg_lanes *l, about a, uint64_t key)
{
    for (const entry *e = *bucket_of(l, a, key); e; e = e->next)
        if (e->about == a && e->key == key && e->row)
            return true;
    return false;
}

/* Only what is there already can have claims. */
static status fetch_claims(pg_db *d, const db_coming *c, err *why)
{
    CLEANUP(buf_done) buf subjects;
    CLEANUP(buf_done) buf hashes;
    size_t n = 0;
    buf_init(&subjects, COLUMN_BYTES_MAX);
    buf_init(&hashes, COLUMN_BYTES_MAX);
    pg_array_begin(&subjects, PG_INT);
    pg_array_begin(&hashes, PG_INT);
    for (size_t i = 0; i < c->claim_count; i++) {
        const db_claim_key *k = &c->claims[i];
        remember(d->lanes, &(entry){.about = CLAIM, .key = (uint64_t)k->h});
        if (!has_rows(d->lanes, NODE, (uint64_t)k->subject_h))
            continue;
        pg_array_int(&subjects, k->subject_h);
        pg_array_int(&hashes, k->h);
        n++;
    }
    pg_array_end(&subjects, n, false);
    pg_array_end(&hashes, n, false);
    status st = buf_status(&subjects, why);
    if (st == OK)
        st = buf_status(&hashes, why);
    slice values[2] = {buf_slice(&subjects), buf_slice(&hashes)};
    return st == OK && n ? fetch(d, CLAIM, values, 2, why) : st;
}

static status find_out(pg_db *d, const db_coming *c, err *why)
{
    status st = pg_quiet(d, why);
    for (size_t i = 0; st == OK && !d->lanes->fetches_prepared && i < COUNT_OF(fetches); i++)
        st = prepare(d, fetch_names[i], fetches[i], why);
    d->lanes->fetches_prepared = d->lanes->fetches_prepared || st == OK;
    d->lanes->open = true;
    if (st == OK)
        st = fetch_numbers(d, NODE, c->nodes, c->node_count, why);
    if (st == OK)
        st = fetch_origins(d, c, why);
    if (st == OK)
        st = fetch_claims(d, c, why);
    if (st == OK)
        st = fetch_numbers(d, OBJECT, c->objects, c->object_count, why);
    if (st == OK)
        st = fetch(d, FETCH_HIGHEST, (slice[2]){0}, 0, why);
    if (st != OK)
        forget_memo(d->lanes);
    return st;
}

status pg_expect(db *b, const db_coming *c, err *why)
{
    pg_db *d = pg_of(b);
    if (!d->lanes && !(d->lanes = make_lanes()))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    forget_memo(d->lanes);
    return c ? find_out(d, c, why) : send_lanes(d, why);
}

/* --- answering -------------------------------------------------------------------------------- */

static void give(pg_stmt *s, bool *ret_row, const int64_t *values, size_t count, unsigned nulls)
{
    memcpy(s->answer, values, count * sizeof *values);
    s->answer_null = nulls;
    s->remembered = *ret_row = true;
}

static slice param(const pg_stmt *s, int at)
{
    return slice_of(s->value[at - 1], (size_t)s->length[at - 1]);
}

static bool find_node(pg_stmt *s, pg_lanes *l, bool *ret_row)
{
    uint64_t h = (uint64_t)s->plain[0];
    if (!known(l, NODE, h))
        return false;
    *ret_row = false;
    for (const entry *e = *bucket_of(l, NODE, h); e; e = e->next)
        if (e->about == NODE && e->row && e->key == h && e->predicate == s->plain[1] &&
            slice_eq(e->text, param(s, 3))) {
            give(s, ret_row, &e->id, 1, 0);
            return true;
        }
    return true;
}

static bool find_origin(pg_stmt *s, pg_lanes *l, bool *ret_row)
{
    slice h = param(s, 1);
    uint64_t key = key_of_bytes(h);
    if (!known(l, ORIGIN, key))
        return false;
    *ret_row = false;
    for (const entry *e = *bucket_of(l, ORIGIN, key); e; e = e->next)
        if (e->about == ORIGIN && e->row && slice_eq(e->text, h)) {
            give(s, ret_row, &e->id, 1, 0);
            return true;
        }
    return true;
}

/* The newest life of a claim; or the one that is asked for. */
static const entry *claim_of(pg_lanes *l, int64_t subject, int64_t h, int64_t life)
{
    const entry *best = NULL;
    for (const entry *e = *bucket_of(l, CLAIM, (uint64_t)h); e; e = e->next)
        if (e->about == CLAIM && e->row && e->key == (uint64_t)h && e->subject == subject &&
            (life < 0 ? !best || e->life > best->life : e->life == life))
            best = e;
    return best;
}

static bool find_same(pg_stmt *s, pg_lanes *l, bool *ret_row)
{
    if (!known(l, CLAIM, (uint64_t)s->plain[1]))
        return false;
    const entry *e = claim_of(l, s->plain[0], s->plain[1], -1);
    *ret_row = false;
    if (e) {
        const int64_t row[] = {e->id,        e->life,   e->gone, e->document,
                               e->predicate, e->object, e->tx};
        give(s, ret_row, row, COUNT_OF(row), (e->has_gone ? 0 : 4u) | (e->has_object ? 0 : 32u));
    }
    return true;
}

static bool add_claim(pg_stmt *s, pg_lanes *l, status *ret, err *why)
{
    enum { SUBJECT, H, LIFE, PREDICATE, THING, DOCUMENT = 8, TX = 19 };
    if (!known(l, CLAIM, (uint64_t)s->plain[H]))
        return false;
    if (claim_of(l, s->plain[SUBJECT], s->plain[H], s->plain[LIFE])) {
        pg_of(s->base.d)->changes = 0; /* ON CONFLICT DO NOTHING */
        return true;
    }
    entry e = {.about = CLAIM,
               .row = true,
               .key = (uint64_t)s->plain[H],
               .subject = s->plain[SUBJECT],
               .life = s->plain[LIFE],
               .document = s->plain[DOCUMENT],
               .predicate = s->plain[PREDICATE],
               .has_object = s->value[THING] != NULL,
               .object = s->plain[THING],
               .tx = s->plain[TX]};
    *ret = gather(s, 4, &e.id, why);
    remember(l, &e);
    return true;
}

/* An INSERT of one of the other lanes; what it adds is known from here on. */
static bool add_row(pg_stmt *s, pg_lanes *l, size_t which, status *ret, err *why)
{
    int64_t id = 0;
    *ret = gather(s, which, &id, why);
    if (s->q == Q_NODE_ADD) {
        l->last_node = (entry){.about = NODE, .row = true, .id = id, .predicate = s->plain[0]};
        if (!arena_copy(&l->memo, param(s, 2), &l->last_node.text))
            l->open = false;
    } else if (s->q == Q_NODE_KEY_ADD && l->last_node.id == s->plain[1]) {
        l->last_node.key = (uint64_t)s->plain[0];
        remember(l, &l->last_node);
    } else if (s->q == Q_ORIGIN_ADD) {
        remember(l, &(entry){.about = ORIGIN,
                             .row = true,
                             .id = id,
                             .key = key_of_bytes(param(s, 1)),
                             .text = param(s, 1)});
    } else if (s->q == Q_OBJECT_ADD) {
        remember(l, &(entry){.about = OBJECT, .row = true, .key = (uint64_t)s->plain[0]});
    }
    return true;
}

static bool is_full(const pg_lanes *l)
{
    for (size_t i = 0; i < LANES; i++)
        for (size_t c = 0; c < l->lane[i].columns; c++)
            if (l->lane[i].column[c].len > LANE_BYTES)
                return true;
    return false;
}

bool pg_answer(pg_stmt *s, status *ret, bool *ret_row, err *why)
{
    pg_db *d = pg_of(s->base.d);
    pg_lanes *l = d->lanes;
    *ret = OK;
    if (!l || !l->open)
        return false;
    if (s->q == Q_NODE_FIND)
        return find_node(s, l, ret_row);
    if (s->q == Q_ORIGIN_FIND)
        return find_origin(s, l, ret_row);
    if (s->q == Q_CLAIM_SAME)
        return find_same(s, l, ret_row);
    if (s->q == Q_OBJECT_VERSIONS) { /* that there is none is what can be said here */
        *ret_row = false;
        return known(l, OBJECT, (uint64_t)s->plain[0]) &&
               !has_rows(l, OBJECT, (uint64_t)s->plain[0]);
    }
    for (size_t i = 0; i < LANES; i++) {
        if (gathered[i].q != s->q)
            continue;
        *ret_row = false;
        bool done = s->q == Q_CLAIM_ADD ? add_claim(s, l, ret, why) : add_row(s, l, i, ret, why);
        if (done && *ret == OK && is_full(l))
            *ret = send_lanes(d, why);
        return done;
    }
    return false;
}

void pg_changed(pg_db *d, query q)
{
    static const query harmless[] = {Q_AGAIN_ADD,  Q_AGAIN_ENDED,       Q_AGAIN_END,
                                     Q_SOURCE_ADD, Q_VIEW_CLASS_ADD,    Q_OBJECT_WITHDRAW,
                                     Q_SOURCE_SET, Q_DOCUMENT_CLASS_ADD};
    pg_lanes *l = d->lanes;
    if (!l || !l->open)
        return;
    if (q == Q_CLAIM_WITHDRAW) {
        const pg_stmt *s = &d->stmt[q];
        for (entry *e = l->claims; e; e = e->next_claim)
            if (e->id == s->plain[0]) {
                e->has_gone = true;
                e->gone = s->plain[1];
            }
        return;
    }
    for (size_t i = 0; i < COUNT_OF(harmless); i++)
        if (harmless[i] == q)
            return;
    l->open = false;
}
