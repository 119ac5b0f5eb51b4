/* cmd_migrate.c - noroshi migrate --to URL|DIR: the store moved to another engine. */
#include "cmd/app.h"
#include "cmd/progress.h"
#include "know/migrate.h"

status cmd_migrate(app *a, err *why);

static void show(void *ctx, const migrate_report *r)
{
    progress_show(ctx, msg_migrate_progress((int64_t)r->rows));
}

static void put_json(app *a, const migrate_report *r)
{
    CLEANUP(buf_done) buf object;
    buf_init(&object, 4096);
    json_writer w = json_writer_on(&object);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.migrate/1"));
    json_key(&w, "tables");
    json_put_int(&w, (int64_t)r->tables);
    json_key(&w, "rows");
    json_put_int(&w, (int64_t)r->rows);
    json_key(&w, "documents");
    json_put_int(&w, (int64_t)r->documents);
    json_close(&w, '}');
    sink_json(&a->out, buf_slice(&object));
}

static void put_text(app *a, const migrate_report *r, const migrate_options *o)
{
    sink_put(&a->out,
             msg_migrate_done((int64_t)r->tables, (int64_t)r->rows, (int64_t)r->documents));
    sink_line(&a->out);
    sink_put(&a->out,
             o->to.server ? msg_migrate_use_store() : msg_migrate_use_data(slice_str(o->to.dir)));
    sink_line(&a->out);
}

/* An address is of a database; anything else is a directory, where SQLite's file goes. */
static status read_target(app *a, migrate_options *o, err *why)
{
    slice to = option_text(a->options, OPT_MIGRATE_TO);
    if (!to.len)
        return app_fail(a, ERR_INPUT, msg_migrate_nowhere(), S(""), why);
    status st = app_store_options(a, &o->to, why);
    if (st != OK)
        return st;
    if (!arena_copy(a->memory, to, &to)) /* with a NUL behind */
        return ARENA_SPENT(a->memory, why);
    bool server = slice_starts(to, S("postgresql://")) || slice_starts(to, S("postgres://"));
    o->to.server = server ? to.ptr : NULL;
    if (!server)
        o->to.dir = to.ptr;
    return OK;
}

status cmd_migrate(app *a, err *why)
{
    store *from;
    migrate_options o = {0};
    migrate_report r;
    progress bar = progress_start(a);
    o.on_progress = show;
    o.ctx = &bar;
    status st = read_target(a, &o, why);
    if (st == OK)
        st = app_store(a, &from, why);
    if (st == OK)
        st = store_migrate(from, &o, &r, why);
    progress_clear(a);
    if (st != OK)
        return st;
    if (a->json)
        put_json(a, &r);
    else
        put_text(a, &r, &o);
    return sink_flush(&a->out, why);
}
