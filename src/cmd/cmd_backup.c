/* cmd_backup.c - noroshi backup FILE, backup key FILE, restore FILE: see know/backup.h. */
#include "cmd/app.h"
#include "cmd/progress.h"
#include "know/backup.h"

enum { KEY_FILE_MAX = 4096 };

static void show(void *ctx, const backup_report *r)
{
    progress_show(ctx, msg_backup_progress((int64_t)r->files, (int64_t)r->bytes));
}

/* --- what came of it ------------------------------------------------------------------------ */

static void put_json(app *a, const char *schema, const backup_report *r)
{
    CLEANUP(buf_done) buf object;
    char at[WHEN_TEXT_MAX];
    buf_init(&object, 4096);
    json_writer w = json_writer_on(&object);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, slice_str(schema));
    json_key(&w, "at");
    json_put_text(&w, slice_str(when_iso(r->at, at)));
    json_key(&w, "sealed");
    json_put_bool(&w, r->sealed);
    json_key(&w, "files");
    json_put_int(&w, (int64_t)r->files);
    json_key(&w, "documents");
    json_put_int(&w, (int64_t)r->documents);
    json_key(&w, "sets");
    json_put_int(&w, (int64_t)r->sets);
    json_key(&w, "sightings");
    json_put_bool(&w, r->seen);
    json_key(&w, "bytes");
    json_put_int(&w, (int64_t)r->bytes);
    json_close(&w, '}');
    sink_json(&a->out, buf_slice(&object));
}

static void put_line(app *a, message m)
{
    sink_put(&a->out, m);
    sink_line(&a->out);
}

static void put_content(app *a, const backup_report *r)
{
    put_line(
        a, msg_backup_content((int64_t)r->documents, (int64_t)r->sets,
                              r->seen ? MSG_backup_with_sightings : MSG_backup_without_sightings));
}

/* --- keys ----------------------------------------------------------------------------------- */

static status read_public(app *a, uint8_t ret[SEAL_KEY], bool *ret_given, err *why)
{
    slice path = option_text(a->options, OPT_BACKUP_TO_KEY), text;
    *ret_given = path.len > 0;
    if (!path.len)
        return OK;
    if (!arena_copy(a->memory, path, &path)) /* with a NUL behind */
        return ARENA_SPENT(a->memory, why);
    status st = fs_read_all(a->disk, a->memory, path.ptr, KEY_FILE_MAX, &text, why);
    if (st == OK)
        st = seal_public_read(text, ret, why);
    return st == OK ? OK : err_wrap(why, st, "%s", path.ptr);
}

static status read_secret(app *a, uint8_t ret[SEAL_KEY], bool *ret_given, err *why)
{
    slice path = option_text(a->options, OPT_RESTORE_KEY);
    secret *text = NULL;
    *ret_given = path.len > 0;
    if (!path.len)
        return OK;
    if (!arena_copy(a->memory, path, &path))
        return ARENA_SPENT(a->memory, why);
    status st = secret_read(path.ptr, &text, why);
    if (st == OK)
        st = seal_secret_read(text, ret, why);
    secret_free(text);
    return st == OK ? OK : err_wrap(why, st, "%s", path.ptr);
}

static status write_key(app *a, const char *path, slice text, err *why)
{
    file f;
    status st = fs_open(a->disk, path, FILE_WRITE | FILE_CREATE | FILE_EXCLUSIVE, &f, why);
    if (st == ERR_BUSY)
        return app_fail(a, st, msg_backup_key_there(slice_str(path)), S(""), why);
    if (st != OK)
        return st;
    if ((st = file_write(&f, text, why)) == OK)
        st = file_sync(&f, why);
    file_close(&f);
    return st;
}

status cmd_backup_key(app *a, err *why)
{
    CLEANUP(buf_done) buf public;
    CLEANUP(buf_done) buf hidden;
    slice path = arena_printf(a->memory, "%.*s", SLICE_FMT(a->operands[0])),
          shown = arena_printf(a->memory, "%.*s.pub", SLICE_FMT(a->operands[0]));
    buf_init(&public, SEAL_KEY_TEXT_MAX);
    buf_init(&hidden, SEAL_KEY_TEXT_MAX);
    if (!path.ptr || !shown.ptr)
        return ARENA_SPENT(a->memory, why);
    status st = seal_pair(a->random, &public, &hidden, why);
    if (st == OK)
        st = write_key(a, path.ptr, buf_slice(&hidden), why);
    if (st == OK)
        st = write_key(a, shown.ptr, buf_slice(&public), why);
    if (hidden.ptr)
        explicit_bzero(hidden.ptr, hidden.cap);
    if (st != OK)
        return st;
    if (!a->json && !a->quiet)
        put_line(a, msg_backup_key_made(path, shown));
    return sink_flush(&a->out, why);
}

/* --- backup --------------------------------------------------------------------------------- */

status cmd_backup(app *a, err *why)
{
    store *s;
    slice path;
    uint8_t to[SEAL_KEY];
    bool sealed = false;
    backup_report r;
    progress bar = progress_start(a);
    if (!arena_copy(a->memory, a->operands[0], &path))
        return ARENA_SPENT(a->memory, why);
    status st = read_public(a, to, &sealed, why);
    if (st == OK)
        st = app_store(a, &s, why);
    if (st != OK)
        return st;
    if (strcmp(store_engine(s), "sqlite") != 0)
        return app_fail(a, ERR_INPUT, msg_backup_postgresql(), S(""), why);
    const backup_options o = {.path = path.ptr,
                              .to = sealed ? to : NULL,
                              .disk = a->disk,
                              .clock = a->clock,
                              .on_progress = show,
                              .ctx = &bar};
    st = store_backup(s, &o, &r, why);
    progress_clear(a);
    if (st != OK)
        return st;
    if (a->json) {
        put_json(a, "noroshi.backup/1", &r);
    } else if (!a->quiet) {
        put_line(a, sealed ? msg_backup_sealed(path, (int64_t)r.bytes)
                           : msg_backup_done(path, (int64_t)r.bytes));
        put_content(a, &r);
    }
    return sink_flush(&a->out, why);
}

/* --- restore -------------------------------------------------------------------------------- */

static status read_restore(app *a, restore_options *o, err *why)
{
    slice path, into = option_text(a->options, OPT_RESTORE_INTO);
    bool dry_run = option_bool(a->options, OPT_RESTORE_DRY_RUN);
    if (!into.len && !dry_run)
        return app_fail(a, ERR_INPUT, msg_restore_nowhere(), S(""), why);
    if (!into.len) /* what is taken away again needs no name: beside the file */
        into = arena_printf(a->memory, "%.*s.trial", SLICE_FMT(a->operands[0]));
    if (!into.len)
        return ARENA_SPENT(a->memory, why);
    while (into.len > 1 && slice_ends(into, S("/")))
        into.len--;
    if (!arena_copy(a->memory, a->operands[0], &path) || !arena_copy(a->memory, into, &into))
        return ARENA_SPENT(a->memory, why);
    *o = (restore_options){.path = path.ptr,
                           .into = into.ptr,
                           .dry_run = dry_run,
                           .disk = a->disk,
                           .clock = a->clock,
                           .random = a->random,
                           .on_progress = show,
                           .who = arena_printf(a->memory, "cli:%.*s", SLICE_FMT(app_actor(a))),
                           .keep_tokens = option_bool(a->options, OPT_RESTORE_KEEP_TOKENS)};
    return OK;
}

status cmd_restore(app *a, err *why)
{
    restore_options o;
    uint8_t key[SEAL_KEY];
    bool given = false;
    backup_report r;
    progress bar = progress_start(a);
    status st = read_restore(a, &o, why);
    if (st == OK)
        st = read_secret(a, key, &given, why);
    if (st != OK)
        return st;
    o.key = given ? key : NULL;
    o.ctx = &bar;
    st = store_restore(&o, &r, why);
    explicit_bzero(key, sizeof key);
    progress_clear(a);
    if (st == ERR_FORBIDDEN)
        return app_fail(a, st, msg_restore_sealed(slice_str(o.path)), S(""), why);
    if (st != OK)
        return st;
    if (a->json) {
        put_json(a, "noroshi.restore/1", &r);
    } else if (!a->quiet) {
        put_line(a, o.dry_run ? msg_restore_good(slice_str(o.path), r.at)
                              : msg_restore_done(slice_str(o.into), r.at));
        put_content(a, &r);
        put_line(a, o.keep_tokens ? msg_restore_tokens_kept() : msg_restore_tokens_revoked());
    }
    return sink_flush(&a->out, why);
}
