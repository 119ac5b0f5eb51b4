/* cmd_doctor.c - noroshi doctor [--deep]: is the store well, and the machine it is on? What to do
 * stands with what is wrong. */
#include "base/secret.h"
#include "cmd/app.h"
#include "know/health.h"
#include "know/index.h"
#include "know/sets.h"
#include "know/sightings.h"
#include "know/store.h"
#include "sandbox/sandbox.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { PATH_ROOM = 4608 };
static const when clock_first = (when)1735689600000; /* 2025: before this program */

typedef enum state { STATE_OK, STATE_WARN, STATE_FAIL } state;

typedef struct doctor {
    app *a;
    store *s; /* NULL: it cannot be opened */
    slice dir;
    bool deep;
} doctor;

/* --- saying --------------------------------------------------------------------------------- */

static void put_json(app *a, const char *check, state s, const message *said, const message *act)
{
    static const char *const names[] = {"ok", "warn", "fail"};
    CLEANUP(buf_done) buf object;
    buf_init(&object, 1 << 20);
    json_writer w = json_writer_on(&object);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.doctor/1"));
    json_key(&w, "check");
    json_put_text(&w, slice_str(check));
    json_key(&w, "state");
    json_put_text(&w, slice_str(names[s]));
    json_key(&w, "said");
    message_json(&w, said);
    json_key(&w, "do");
    if (act->id == MSG_NONE)
        json_put_null(&w);
    else
        message_json(&w, act);
    json_close(&w, '}');
    sink_json(&a->out, buf_slice(&object));
}

static void say(const doctor *d, const char *check, state s, message said, message act)
{
    static const message_id words[] = {MSG_doctor_ok, MSG_doctor_warn, MSG_doctor_fail};
    app *a = d->a;
    app_exit(a, (int)s);
    if (a->json) {
        put_json(a, check, s, &said, &act);
        return;
    }
    if (a->quiet && s == STATE_OK)
        return;
    sink_style(&a->out, s == STATE_OK ? STYLE_DIM : STYLE_LABEL);
    sink_put(&a->out, message_of(words[s]));
    sink_style(&a->out, STYLE_PLAIN);
    sink_to(&a->out, 6);
    sink_words(&a->out, slice_str(check));
    sink_to(&a->out, 18);
    sink_put(&a->out, said);
    sink_line(&a->out);
    if (act.id != MSG_NONE) {
        sink_to(&a->out, 18);
        sink_put(&a->out, act);
        sink_line(&a->out);
    }
}

static void good(const doctor *d, const char *check, message said)
{
    say(d, check, STATE_OK, said, message_of(MSG_NONE));
}

/* What a library said was wrong, kept for as long as it may be shown. */
static slice reason(const doctor *d, const err *why)
{
    slice kept = arena_printf(d->a->memory, "%s", why->msg);
    return kept.ptr ? kept : S("");
}

static void failed(const doctor *d, const char *check, const err *why, message act)
{
    say(d, check, STATE_FAIL, msg_doctor_said(reason(d, why)), act);
}

/* --- the machine ---------------------------------------------------------------------------- */

static void check_config(const doctor *d)
{
    const options *o = d->a->options;
    CLEANUP(buf_done) buf where;
    buf_init(&where, OPTION_VALUE_MAX + 64);
    if (!o->problem_count) {
        good(d, "config", msg_doctor_config((int64_t)o->file_count));
        return;
    }
    option_origin_put(&where, o->problems[0].where);
    slice place = arena_printf(d->a->memory, "%.*s", SLICE_FMT(buf_slice(&where)));
    say(d, "config", STATE_FAIL, msg_doctor_config_bad(place, &o->problems[0].what),
        msg_doctor_run(S("noroshi config check")));
}

static void check_secrets(const doctor *d)
{
    int64_t count = 0, bad = 0;
    for (unsigned row = 0; row < app_options.count; row++) {
        slice path;
        secret *held = NULL;
        err why = {0};
        if (app_options.rows[row].type != OPTION_SECRET || !option_is_set(d->a->options, row) ||
            !arena_copy(d->a->memory, option_text(d->a->options, row), &path))
            continue;
        count++;
        if (secret_read(path.ptr, &held, &why) != OK) {
            failed(d, "secrets", &why, msg_doctor_secret(path));
            bad++;
        }
        secret_free(held);
    }
    if (!bad)
        good(d, "secrets", msg_doctor_secrets(count));
}

static void check_clock(const doctor *d)
{
    when now = clock_now(d->a->clock), newest = WHEN_NONE;
    err why = {0};
    if (d->s && store_newest(d->s, &newest, &why) != OK)
        newest = WHEN_NONE;
    if (now < clock_first || (newest != WHEN_NONE && newest > now + 60000))
        say(d, "clock", STATE_FAIL,
            newest > now ? msg_doctor_clock_back(now, newest) : msg_doctor_clock_old(now),
            msg_doctor_clock_do());
    else
        good(d, "clock", msg_doctor_clock(now));
}

static void check_jail(const doctor *d)
{
    sandbox *s = NULL;
    const char *jail = NULL;
    err why = {0};
    sandbox_options o = sandbox_defaults(d->a->ticks);
    status st = sandbox_new(&o, &s, &why);
    if (st == OK)
        st = sandbox_check(s, WORKER_DOC, &jail, &why);
    if (st != OK)
        failed(d, "jail", &why, msg_doctor_jail_none());
    else if (strstr(jail, "landlock"))
        good(d, "jail", msg_doctor_said(arena_printf(d->a->memory, "%s", jail)));
    else
        say(d, "jail", STATE_WARN, msg_doctor_said(arena_printf(d->a->memory, "%s", jail)),
            msg_doctor_jail_weak());
    sandbox_free(s);
}

static uint64_t size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

/* A backup needs room for a copy of the database. */
static void check_disk(const doctor *d)
{
    struct statvfs info;
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%.*s/noroshi.db", SLICE_FMT(d->dir));
    if (statvfs(d->dir.ptr, &info) != 0)
        return; /* there is no directory: that was said */
    uint64_t room = (uint64_t)info.f_bavail * info.f_frsize, copy = size_of(path);
    bool files = info.f_files && info.f_favail < 1000;
    if (room < HEALTH_ROOM_LEAST || files)
        say(d, "disk", STATE_FAIL, msg_doctor_disk((int64_t)room), msg_doctor_disk_do());
    else if (room < HEALTH_ROOM_ENOUGH || room < 2 * copy)
        say(d, "disk", STATE_WARN, msg_doctor_disk((int64_t)room), msg_doctor_disk_do());
    else
        good(d, "disk", msg_doctor_disk((int64_t)room));
}

/* --- the directory -------------------------------------------------------------------------- */

/* Whose is what lies in the directory? A command that root ran leaves files that the service cannot
 * open. *ret: the first that is another's. */
static bool one_owner(const doctor *d, uid_t owner, slice *ret)
{
    DIR *dir = opendir(d->dir.ptr);
    const struct dirent *e;
    bool one = true;
    while (dir && one && (e = readdir(dir))) {
        struct stat info;
        if (strcmp(e->d_name, "..") == 0 ||
            fstatat(dirfd(dir), e->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || info.st_uid == owner)
            continue;
        one = false;
        *ret = arena_printf(d->a->memory, "%.*s/%s", SLICE_FMT(d->dir), e->d_name);
    }
    if (dir)
        closedir(dir);
    return one;
}

static void check_directory(const doctor *d)
{
    struct stat info;
    slice others = S("");
    if (stat(d->dir.ptr, &info) != 0) {
        say(d, "data", STATE_FAIL, msg_doctor_no_data(d->dir), msg_doctor_run(S("noroshi init")));
        return;
    }
    if (info.st_mode & 077)
        say(d, "data", STATE_FAIL, msg_doctor_data_open(d->dir),
            msg_doctor_run(arena_printf(d->a->memory, "chmod 700 %.*s", SLICE_FMT(d->dir))));
    else if (!one_owner(d, info.st_uid, &others))
        say(d, "data", STATE_WARN, msg_doctor_data_mixed(others),
            msg_doctor_run(arena_printf(d->a->memory, "chown -R --reference=%.*s %.*s",
                                        SLICE_FMT(d->dir), SLICE_FMT(d->dir))));
    else if (info.st_uid != geteuid())
        say(d, "data", STATE_WARN, msg_doctor_data_foreign(d->dir), msg_doctor_data_foreign_do());
    else
        good(d, "data", msg_doctor_data(d->dir));
}

/* --- the store ------------------------------------------------------------------------------ */

static void check_store(doctor *d)
{
    err why = {0};
    int schema = 0;
    status st = app_store(d->a, &d->s, &why);
    if (st != OK) {
        if (d->a->failed) /* app_store says it by the catalogue */
            say(d, "store", STATE_FAIL, d->a->failure, message_of(MSG_NONE));
        else
            failed(d, "store", &why, msg_doctor_store_do());
        d->a->failed = false;
        d->s = NULL;
        return;
    }
    st = store_schema(d->s, &schema, &why);
    if (st == OK)
        st = store_check(d->s, &why);
    if (st == OK)
        good(d, "store", msg_doctor_store(slice_str(store_engine(d->s)), schema));
    else
        failed(d, "store", &why, msg_doctor_store_do());
}

static void check_index(const doctor *d)
{
    index_t *ix = NULL;
    err why = {0};
    uint64_t values = 0, bytes = 0;
    status st = index_open(d->s, &ix, &why);
    if (st == OK)
        st = index_verify(ix, &why);
    if (st == OK) {
        index_size(ix, &values, &bytes);
        good(d, "index", msg_doctor_index((int64_t)values));
    } else {
        failed(d, "index", &why, msg_doctor_index_do());
    }
    index_close(ix);
}

static void check_documents(const doctor *d)
{
    health_documents found;
    err why = {0};
    status st = store_documents(d->s, d->deep, &found, &why);
    if (st != OK)
        failed(d, "documents", &why, msg_doctor_store_do());
    else if (found.bad)
        say(d, "documents", STATE_FAIL,
            msg_doctor_documents_bad((int64_t)found.bad, reason(d, &found.first)),
            msg_doctor_documents_do());
    else
        good(d, "documents",
             d->deep ? msg_doctor_documents_read((int64_t)found.held)
                     : msg_doctor_documents((int64_t)found.held));
}

typedef struct set_findings {
    const doctor *d;
    int64_t all, bad;
} set_findings;

static void set_bad(set_findings *f, const set_info *s, slice what)
{
    f->bad++;
    say(f->d, "sets", STATE_FAIL, msg_doctor_set_bad(s->name, what), msg_doctor_set_do());
}

static status on_set(void *ctx, const set_info *s, const err *found, err *why)
{
    set_findings *f = ctx;
    (void)why;
    f->all++;
    if (found)
        set_bad(f, s, reason(f->d, found));
    return OK;
}

/* Deep: withdrawn versions, too, as --as-of asks them. */
static void check_sets(const doctor *d)
{
    lens *l;
    set_list sets = {0};
    err why = {0};
    set_findings f = {.d = d};
    status st = app_lens(d->a, &l, &why);
    if (st == OK)
        st = d->deep ? sets_past(l, d->a->memory, &sets, &why) : sets_seen(l, &sets, &why);
    if (st == OK && d->deep)
        st = sets_verify(l, d->a->memory, &sets, on_set, &f, &why);
    if (st != OK)
        failed(d, "sets", &why, msg_doctor_store_do());
    for (size_t i = 0; st == OK && !d->deep && i < sets.count; i++, f.all++)
        if (sets.at[i].broken)
            set_bad(&f, &sets.at[i], slice_str(sets.at[i].broken));
    if (st == OK && !f.bad)
        good(d, "sets", d->deep ? msg_doctor_sets_read(f.all) : msg_doctor_sets(f.all));
}

static void check_sightings(const doctor *d)
{
    sightings *s = NULL;
    err why = {0};
    char folder[PATH_ROOM];
    snprintf(folder, sizeof folder, "%.*s/sightings", SLICE_FMT(d->dir));
    status st = sightings_open(folder, &s, &why);
    if (st == OK && d->deep)
        st = sightings_verify(s, &why);
    if (st == ERR_NOT_FOUND)
        good(d, "sightings", msg_doctor_sightings_none());
    else if (st != OK)
        failed(d, "sightings", &why, msg_doctor_sightings_do());
    else
        good(d, "sightings", d->deep ? msg_doctor_sightings_read() : msg_doctor_sightings());
    sightings_close(s);
}

status cmd_doctor(app *a, err *why)
{
    doctor d = {.a = a, .deep = option_bool(a->options, OPT_DOCTOR_DEEP)};
    status st = app_data(a, &d.dir, why);
    if (st != OK)
        return st;
    check_config(&d);
    check_directory(&d);
    check_store(&d);
    if (d.s) {
        check_index(&d);
        check_documents(&d);
        check_sets(&d);
        check_sightings(&d);
    }
    check_secrets(&d);
    check_clock(&d);
    check_disk(&d);
    check_jail(&d);
    return sink_flush(&a->out, why);
}
