/* app.c - what subcommands may use: see app.h. */
#include "cmd/app.h"
#include "cmd/progress.h"
#include "know/store.h"
#include "publish/error_json.h"

#include <pwd.h>

enum { ERROR_JSON_MAX = 1 << 20 };

void app_exit(app *a, int code)
{
    assert(code >= 0 && code <= 2);
    if (code > a->exit)
        a->exit = code;
}

void app_error_json(buf *out, const err *why, const message *what, slice where)
{
    CLEANUP(buf_done) buf text;
    buf_init(&text, ERROR_JSON_MAX);
    if (what) /* for programs: always in English */
        message_render(&text, LANG_EN, what, NULL);
    out->failed = out->failed || text.failed;
    error_json(out, why, buf_slice(&text), where);
}

/* One line, or one object. */
static void say(app *a, sink *to, const err *why, const message *what, slice where)
{
    progress_clear(a);
    if (a->json) {
        CLEANUP(buf_done) buf object;
        buf_init(&object, 8 * ERROR_JSON_MAX);
        app_error_json(&object, why, what, where);
        sink_json(to, buf_slice(&object));
        return;
    }
    sink_words(to, S("noroshi: "));
    if (where.len) {
        sink_foreign(to, where);
        sink_words(to, S(": "));
    }
    if (what)
        sink_put(to, *what);
    else
        sink_foreign(to, slice_str(why->msg));
    sink_line(to);
}

status app_fail(app *a, status code, message what, slice where, err *why)
{
    a->failed = true;
    a->failure = what;
    a->failure_where = where;
    return err_set(why, code, ERR_NOWHERE, "%s", message_row_at(what.id)->name);
}

void app_failed_in(app *a, slice where)
{
    if (!a->failed && !arena_copy(a->memory, where, &a->failure_where))
        a->failure_where = (slice){NULL, 0}; /* the error itself is told all the same */
}

void app_say_failure(app *a, const err *why)
{
    say(a, &a->err, why, a->failed ? &a->failure : NULL, a->failure_where);
}

static void report(app *a, const err *why, const message *what, slice where)
{
    say(a, a->json ? &a->out : &a->err, why, what, where);
    status st = a->json ? OK : sink_flush(&a->err, NULL);
    (void)st; /* a standard error that cannot be written to has nobody who reads it */
    app_exit(a, 2);
}

void app_report(app *a, const err *why, slice where)
{
    report(a, why, NULL, where);
}

void app_report_message(app *a, status code, message what, slice where)
{
    const err why = {.code = code, .at = ERR_NOWHERE};
    report(a, &why, &what, where);
}

void app_note(app *a, message what)
{
    if (a->quiet)
        return;
    progress_clear(a);
    sink_words(&a->err, S("noroshi: "));
    sink_put(&a->err, what);
    sink_line(&a->err);
    status st = sink_flush(&a->err, NULL);
    (void)st;
}

status app_json(app *a, const buf *object, err *why)
{
    status st = buf_status(object, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(object));
    return st;
}

/* --- the store ------------------------------------------------------------------------------ */

status app_data(app *a, slice *ret, err *why)
{
    if (!option_text(a->options, OPT_DATA).len)
        return app_fail(a, ERR_INPUT, msg_front_no_data(), S(""), why);
    if (!arena_copy(a->memory, option_text(a->options, OPT_DATA), ret)) /* with a NUL behind */
        return ARENA_SPENT(a->memory, why);
    return OK;
}

bool app_has_password(slice address)
{
    size_t user = slice_find(address, S("://"), 0), at = slice_find_byte(address, '@', 0);
    slice login = user < at ? slice_sub(address, user + 3, at) : S("");
    return slice_find_byte(login, ':', 0) != SIZE_MAX ||
           slice_find(address, S("password"), 0) != SIZE_MAX;
}

status app_store_options(app *a, store_options *ret, err *why)
{
    slice dir, server = option_text(a->options, OPT_STORE),
               passwords = option_text(a->options, OPT_STORE_PASSWORDS);
    status st = app_data(a, &dir, why);
    if (st != OK)
        return st;
    if (!arena_copy(a->memory, server, &server) || !arena_copy(a->memory, passwords, &passwords))
        return ARENA_SPENT(a->memory, why);
    *ret = (store_options){.dir = dir.ptr,
                           .server = server.len ? server.ptr : NULL,
                           .passfile = passwords.len ? passwords.ptr : NULL,
                           .disk = a->disk,
                           .clock = a->clock,
                           .random = a->random,
                           .mutant = -1};
    return OK;
}

status app_store(app *a, store **ret, err *why)
{
    if (!a->store) {
        store_options o;
        status st = app_store_options(a, &o, why);
        if (st != OK)
            return st;
        st = store_open(&o, &a->store, why);
        if (st == ERR_NOT_FOUND)
            return app_fail(a, st, msg_front_no_store(slice_str(o.dir)), S(""), why);
        if (st != OK)
            return err_wrap(why, st, "data directory %s", o.dir);
    }
    *ret = a->store;
    return OK;
}

status app_lens(app *a, lens **ret, err *why)
{
    store *s;
    status st = app_store(a, &s, why);
    if (st == OK && !a->lens) {
        st = lens_new(s, &a->lens, why);
        if (st == OK)
            st = lens_look(a->lens, &a->view, why);
    }
    if (st == OK)
        *ret = a->lens;
    return st;
}

slice app_actor(app *a)
{
    char room[4096];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(geteuid(), &entry, room, sizeof room, &found) == 0 && found) {
        slice name = arena_printf(a->memory, "%s", found->pw_name);
        if (name.ptr)
            return name;
    }
    return S("unknown");
}

slice app_analyst(app *a)
{
    slice who = app_actor(a), name = arena_printf(a->memory, "analyst:%.*s", SLICE_FMT(who));
    return name.ptr ? name : S("analyst:unknown");
}
