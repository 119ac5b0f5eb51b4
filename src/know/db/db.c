/* db.c - what all engines share: statements, filters, migrations, and the way to the driver. See
 * know/db.h. */
#include "know/db/driver.h"

static const struct {
    const char *common, *postgresql; /* the second is NULL where the first does for all */
} query_text[QUERY_COUNT_] = {
#define QUERY(name, sql) [name] = {sql, NULL},
#define QUERY_TWO(name, sql, sql_postgresql) [name] = {sql, sql_postgresql},
#include "know/db/queries.def"
#undef QUERY
#undef QUERY_TWO
};

static const struct {
    int version;
    const char *sql;
} migrations[] = {
#define MIGRATION(version, sql) {version, sql},
#include "know/db/schema.def"
#undef MIGRATION
};

/* --- statements and their filters ------------------------------------------------------------- */

const char *db_text_of(const db_driver *driver, query q)
{
    assert(q < QUERY_COUNT_);
    return driver == &db_postgresql && query_text[q].postgresql ? query_text[q].postgresql
                                                                : query_text[q].common;
}

const char *db_sql(query q)
{
    return db_text_of(&db_sqlite, q);
}

/* How a filter is written in queries.def, and which of the row's columns it looks at. */
static const struct {
    const char *word;
    db_filter f;
} filters[] = {
    {"SEES_PAST(", {.has_class = true, .has_tx = true}},
    {"SEES_TX(", {.has_tx = true}},
    {"SEES_CLASS(", {.has_class = true}},
    {"SEES(", {.has_class = true, .has_tx = true, .has_gone = true}},
};

int db_expand(const char *sql, int drop, buf *out,
              void (*put)(void *ctx, buf *out, db_filter f, slice row), void *ctx)
{
    int seen = 0;
    const char *p = sql;
    while (*p) {
        size_t i, n = 0;
        for (i = 0; i < COUNT_OF(filters); i++) {
            n = strlen(filters[i].word);
            if (strncmp(p, filters[i].word, n) == 0)
                break;
        }
        if (i == COUNT_OF(filters)) {
            buf_byte(out, *p++);
            continue;
        }
        const char *alias = p + n, *end = strchr(alias, ')');
        assert(end);
        if (seen == drop)
            buf_put(out, S("TRUE"));
        else
            put(ctx, out, filters[i].f, slice_of(alias, (size_t)(end - alias)));
        seen++;
        p = end + 1;
    }
    return seen;
}

static void put_nothing(void *ctx, buf *out, db_filter f, slice row)
{
    (void)ctx, (void)out, (void)f, (void)row;
}

static int filters_before(query q)
{
    int n = 0;
    for (unsigned i = 0; i < (unsigned)q; i++) {
        buf b;
        buf_init(&b, SQL_MAX);
        n += db_expand(query_text[i].common, -1, &b, put_nothing, NULL);
        buf_done(&b);
    }
    return n;
}

int db_filter_count(void)
{
    return filters_before(QUERY_COUNT_);
}

int db_dropped(const db *d, query q)
{
#ifdef NOROSHI_MUTANTS
    if (d->mutant >= 0)
        return d->mutant - filters_before(q);
#endif
    (void)d, (void)q;
    return -1;
}

/* --- opening -------------------------------------------------------------------------------- */

status db_open(const db_options *o, db **ret, err *why)
{
    const db_driver *driver = o->server ? &db_postgresql : &db_sqlite;
    return driver->open(o, ret, why);
}

db *db_close(db *d)
{
    if (d)
        d->driver->close(d);
    return NULL;
}

const char *db_engine(const db *d)
{
    return d->driver->name;
}

void db_view(db *d, const db_sight *sight)
{
    d->sight = sight;
    d->sights++;
}

const char *db_migration(size_t i, int *ret_version)
{
    if (i >= COUNT_OF(migrations))
        return NULL;
    *ret_version = migrations[i].version;
    return migrations[i].sql;
}

status db_schema(db *d, int *ret, err *why)
{
    return d->driver->version(d, ret, why);
}

status db_migrate(db *d, err *why)
{
    int have, newest = migrations[COUNT_OF(migrations) - 1].version;
    status st = d->driver->version(d, &have, why);
    if (st != OK || have == newest)
        return st;
    if (have > newest)
        return err_set(
            why, ERR_INPUT, ERR_NOWHERE,
            "store has schema %d, this program knows %d: it was written by a newer version", have,
            newest);
    if ((st = db_begin_write(d, why)) != OK)
        return st;
    if ((st = d->driver->version(d, &have, why)) == OK) { /* somebody may have been faster */
        for (size_t i = 0; st == OK && i < COUNT_OF(migrations); i++)
            if (migrations[i].version > have)
                st = d->driver->migration(d, migrations[i].sql, why);
        if (st == OK && have < newest)
            st = d->driver->set_version(d, newest, why);
    }
    if (st == OK)
        st = db_commit(d, why);
    if (st != OK)
        db_rollback(d);
    return st;
}

/* --- to the driver -------------------------------------------------------------------------- */

status db_begin_read(db *d, err *why)
{
    return d->driver->begin_read(d, why);
}

bool db_content(db *d, uint32_t *ret)
{
    return d->driver->content && d->driver->content(d, ret);
}

bool db_mark_now(db *d, db_mark *ret)
{
    return d->driver->mark_now && d->driver->mark_now(d, ret);
}

status db_begin_write(db *d, err *why)
{
    return d->driver->begin_write(d, true, why);
}

status db_try_write(db *d, err *why)
{
    return d->driver->begin_write(d, false, why);
}

status db_commit(db *d, err *why)
{
    return d->driver->commit(d, why);
}

status db_renew(db *d, const db_turns *turns, err *why)
{
    int turn;
    if (d->driver->renew)
        return d->driver->renew(d, turns, why);
    status st = db_commit(d, why);
    if (st == OK)
        st = turns->wait(turns->ctx, &turn, why);
    if (st != OK)
        return st;
    st = db_begin_write(d, why);
    turns->done(turn);
    return st;
}

void db_rollback(db *d)
{
    d->driver->rollback(d);
}

bool db_in_transaction(db *d)
{
    return d->driver->in_transaction(d);
}

status db_savepoint(db *d, err *why)
{
    return d->driver->savepoint(d, why);
}

status db_release(db *d, err *why)
{
    return d->driver->release(d, why);
}

status db_rollback_savepoint(db *d, err *why)
{
    return d->driver->rollback_savepoint(d, why);
}

status db_checkpoint(db *d, err *why)
{
    return d->driver->checkpoint(d, why);
}

db_stmt *db_query(db *d, query q)
{
    assert(q < QUERY_COUNT_);
    return d->driver->query(d, q);
}

void db_bind_int(db_stmt *s, int at, int64_t n)
{
    s->d->driver->bind_int(s, at, n);
}

void db_bind_null(db_stmt *s, int at)
{
    s->d->driver->bind_null(s, at);
}

void db_bind_text(db_stmt *s, int at, slice text)
{
    s->d->driver->bind_text(s, at, text);
}

void db_bind_blob(db_stmt *s, int at, slice bytes)
{
    s->d->driver->bind_blob(s, at, bytes);
}

status db_step(db_stmt *s, bool *ret_row, err *why)
{
    if (s->broken != OK) {
        if (why)
            *why = s->d->first;
        return s->broken;
    }
    return s->d->driver->step(s, ret_row, why);
}

status db_run(db_stmt *s, err *why)
{
    bool row = false;
    status st = db_step(s, &row, why);
    assert(st != OK || !row);
    return st;
}

int64_t db_int(db_stmt *s, int column)
{
    return s->d->driver->column_int(s, column);
}

void db_ints(db_stmt *s, int first, int count, int64_t none, int64_t *ret)
{
    s->d->driver->column_ints(s, first, count, none, ret);
}

bool db_is_null(db_stmt *s, int column)
{
    return s->d->driver->column_is_null(s, column);
}

slice db_text(db_stmt *s, int column)
{
    return s->d->driver->column_text(s, column);
}

void db_reset(db_stmt *s)
{
    s->d->driver->reset(s);
}

int64_t db_changes(db *d)
{
    return d->driver->changes(d);
}

int64_t db_last_id(db *d)
{
    return d->driver->last_id(d);
}

bool db_is_far(const db *d)
{
    return d->driver->far;
}

status db_expect(db *d, const db_coming *c, err *why)
{
    return d->driver->expect(d, c, why);
}

status db_turn(db *d, bool *ret_known, err *why)
{
    return d->driver->turn(d, ret_known, why);
}

status db_snapshot(db *d, const char *path, err *why)
{
    if (!d->driver->snapshot)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a store in %s is in no file", d->driver->name);
    return d->driver->snapshot(d, path, why);
}

status db_explain(db *d, query q, buf *out, err *why)
{
    return d->driver->explain(d, q, out, why);
}

status db_check(db *d, err *why)
{
    return d->driver->check(d, why);
}

status db_check_table(db *d, const char *table, err *why)
{
    return d->driver->check_table(d, table, why);
}
