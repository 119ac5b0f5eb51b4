/* front.c - from words to a running command: see front.h. */
#include "cmd/front.h"
#include "base/text.h"
#include "model/observable.h"
#include "cmd/help.h"
#include "cmd/progress.h"
#include "know/store.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

enum { CONFIG_FILES_MAX = 100, CONFIG_NAME_MAX = 128 };

typedef struct front {
    app app; /* stays the first */
    const front_io *io;
    const slice *argv;
    size_t argc;
    int64_t now_us; /* --now */
    bool pipe_closed;
} front;

static const char *variable(const front_io *io, const char *name)
{
    size_t n = strlen(name);
    for (const char *const *e = io->environment; *e; e++)
        if (strncmp(*e, name, n) == 0 && (*e)[n] == '=' && (*e)[n + 1])
            return *e + n + 1;
    return NULL;
}

/* --- what the machine says ------------------------------------------------------------------ */

/* POSIX: LC_ALL before LC_MESSAGES before LANG. */
static status machine_language(options *o, const front_io *io, err *why)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = variable(io, names[i]);
        if (!value)
            continue;
        option_origin where = {.layer = LAYER_MACHINE, .name = slice_str(names[i])};
        return options_put(o, OPT_LANG, strncmp(value, "ja", 2) == 0 ? S("ja") : S("en"), where,
                           why);
    }
    return OK;
}

static status machine_data(options *o, const front_io *io, arena *a, err *why)
{
    const char *xdg = variable(io, "XDG_DATA_HOME"), *home = variable(io, "HOME");
    option_origin where = {.layer = LAYER_MACHINE};
    if (io->root)
        return options_put(o, OPT_DATA, S("/var/lib/noroshi"), where, why);
    if (!xdg && !home)
        return OK;
    slice path =
        xdg ? arena_printf(a, "%s/noroshi", xdg) : arena_printf(a, "%s/.local/share/noroshi", home);
    where.name = xdg ? S("XDG_DATA_HOME") : S("HOME");
    return path.ptr ? options_put(o, OPT_DATA, path, where, why) : ARENA_SPENT(a, why);
}

/* --- configuration files -------------------------------------------------------------------- */

/* `must`: somebody named it. A file that is there and cannot be read is a problem of the
 * configuration, not the end. */
static status read_file(options *o, const front_io *io, arena *a, slice path, bool must, err *why)
{
    slice bytes, reason;
    if (!path.ptr)
        return ARENA_SPENT(a, why);
    status st = fs_read_all(io->disk, a, path.ptr, OPTION_FILE_MAX, &bytes, why);
    if (st == OK)
        return options_file(o, path, bytes, why);
    if (st == ERR_NOT_FOUND && !must)
        return OK;
    if (!arena_copy(a, slice_str(why->msg), &reason))
        return ARENA_SPENT(a, why);
    option_origin where = {.layer = LAYER_FILE, .name = path};
    return options_problem(o, msg_front_config_unreadable(reason), where, why);
}

typedef struct fragments {
    char at[CONFIG_FILES_MAX][CONFIG_NAME_MAX];
    size_t count;
} fragments;

static int by_bytes(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* DIR/conf.d/NAME.conf in the order of their names; others, and hidden ones, are nobody's. */
static void list_fragments(slice folder, fragments *ret)
{
    DIR *d = opendir(folder.ptr);
    const struct dirent *e;
    while (d && (e = readdir(d))) {
        slice name = slice_str(e->d_name);
        if (name.ptr[0] == '.' || !slice_ends(name, S(".conf")) || name.len >= CONFIG_NAME_MAX ||
            ret->count == CONFIG_FILES_MAX)
            continue;
        memcpy(ret->at[ret->count++], name.ptr, name.len + 1);
    }
    if (d)
        closedir(d);
    if (ret->count)
        qsort(ret->at, ret->count, sizeof *ret->at, by_bytes);
}

/* DIR/noroshi.conf, and behind it what stands in DIR/conf.d. */
static status read_folder(options *o, const front_io *io, arena *a, slice dir, err *why)
{
    slice folder = arena_printf(a, "%.*s/conf.d", SLICE_FMT(dir));
    fragments *f = arena_new(a, fragments);
    if (!dir.ptr || !folder.ptr || !f)
        return ARENA_SPENT(a, why);
    status st =
        read_file(o, io, a, arena_printf(a, "%.*s/noroshi.conf", SLICE_FMT(dir)), false, why);
    list_fragments(folder, f);
    for (size_t i = 0; st == OK && i < f->count; i++)
        st =
            read_file(o, io, a, arena_printf(a, "%.*s/%s", SLICE_FMT(folder), f->at[i]), true, why);
    return st;
}

/* A file, or a directory that has what /etc/noroshi has; empty: nothing. */
static status read_named(options *o, const front_io *io, arena *a, err *why)
{
    slice path;
    struct stat info;
    if (!option_text(o, OPT_CONFIG).len)
        return OK;
    if (!arena_copy(a, option_text(o, OPT_CONFIG), &path)) /* ends in NUL */
        return ARENA_SPENT(a, why);
    return stat(path.ptr, &info) == 0 && S_ISDIR(info.st_mode)
               ? read_folder(o, io, a, path, why)
               : read_file(o, io, a, path, true, why);
}

static status read_files(options *o, const front_io *io, arena *a, err *why)
{
    if (option_is_set(o, OPT_CONFIG))
        return read_named(o, io, a, why);
    const char *xdg = variable(io, "XDG_CONFIG_HOME"), *home = variable(io, "HOME");
    status st = read_folder(o, io, a, S("/etc/noroshi"), why);
    if (st == OK && !io->root && xdg)
        st = read_folder(o, io, a, arena_printf(a, "%s/noroshi", xdg), why);
    else if (st == OK && !io->root && home)
        st = read_folder(o, io, a, arena_printf(a, "%s/.config/noroshi", home), why);
    return st;
}

static status read_options(options *o, const front_io *io, arena *a, const slice *argv, size_t argc,
                           err *why)
{
    status st = options_init(o, a, &app_options, why);
    if (st == OK)
        st = options_args(o, argv, argc, why);
    bool strict = o->command != OPTION_NO_COMMAND &&
                  command_at(o->command) == command_named(S("config check"));
    if (st == OK)
        st = options_environment(o, io->environment, strict, why);
    if (st == OK)
        st = options_environment_files(o, io->environment, io->disk, why);
    if (st == OK)
        st = machine_language(o, io, why);
    if (st == OK)
        st = machine_data(o, io, a, why);
    return st == OK ? read_files(o, io, a, why) : st;
}

/* --- once more ------------------------------------------------------------------------------ */

/* For the log of a service: in English. */
static status say_problem(const option_problem *p, err *why)
{
    CLEANUP(buf_done) buf where;
    CLEANUP(buf_done) buf what;
    buf_init(&where, OPTION_VALUE_MAX + 64);
    buf_init(&what, 1 << 16);
    option_origin_put(&where, p->where);
    message_render(&what, LANG_EN, &p->what, NULL);
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "%.*s: %.*s", SLICE_FMT(buf_slice(&where)),
                   SLICE_FMT(buf_slice(&what)));
}

status front_options(const front_io *io, const slice *argv, size_t argc, arena *memory,
                     options *ret, err *why)
{
    options o;
    status st = read_options(&o, io, memory, argv, argc, why);
    if (st == OK && o.problem_count)
        st = say_problem(&o.problems[0], why);
    if (st == OK)
        *ret = o;
    return st;
}

status app_reload(const app *a, arena *memory, options *ret, err *why)
{
    const front *f = (const front *)a; /* the app stands at its beginning */
    return front_options(f->io, f->argv, f->argc, memory, ret, why);
}

/* --- the app -------------------------------------------------------------------------------- */

static bool wants_color(const options *o, const front_io *io)
{
    enum { AUTO, ALWAYS, NEVER };
    int64_t when_ = option_int(o, OPT_COLOR);
    const char *term = variable(io, "TERM");
    bool dumb = !term || strcmp(term, "dumb") == 0;
    return when_ == ALWAYS || (when_ == AUTO && io->out_tty && !variable(io, "NO_COLOR") && !dumb);
}

static status write_out(void *ctx, slice bytes, err *why)
{
    front *f = ctx;
    err own = {0};
    progress_clear(&f->app);
    status st = f->io->out(f->io->ctx, bytes, &own);
    f->pipe_closed = f->pipe_closed || (st == ERR_IO && own.os == EPIPE);
    if (st != OK && why)
        *why = own;
    return st;
}

static status write_errors(void *ctx, slice bytes, err *why)
{
    front *f = ctx;
    return f->io->errors(f->io->ctx, bytes, why);
}

/* A value for the eyes: no click, no copy, no line of a chat makes a link of it. */
static void show_value(void *ctx, buf *out, int what, slice value)
{
    const app *a = ctx;
    CLEANUP(arena_done) arena scratch;
    slice shown = value;
    arena_init(&scratch, SINK_TEXT_MAX);
    if (a->defang && observable_defang(&scratch, (kind)what, value, &shown, NULL) != OK)
        shown = value; /* no memory for the brackets */
    buf_put(out, shown);
}

static void make_sinks(front *f, app *a, const front_io *io)
{
    enum { AUTO, UTC, JST };
    int64_t zone = option_int(a->options, OPT_ZONE);
    bool japan = zone == JST || (zone == AUTO && a->language == LANG_JA);
    unsigned columns =
        io->out_tty && io->columns >= 40 && io->columns < SINK_COLUMNS ? io->columns : SINK_COLUMNS;
    sink_options o = {.write = write_out,
                      .ctx = f,
                      .language = a->language,
                      .color = wants_color(a->options, io),
                      .columns = columns,
                      .zone_minutes = japan ? 9 * 60 : 0,
                      .zone = japan ? "JST" : "UTC",
                      .value = show_value,
                      .value_ctx = a};
    sink_init(&a->out, &o);
    o.write = write_errors;
    o.color = false;
    o.columns = 0; /* an error is one line */
    sink_init(&a->err, &o);
}

/* Looking as of a time is standing there: ages and states are those of that day. */
static void make_view(app *a)
{
    const slice *audiences;
    when known_at = option_time(a->options, OPT_AS_OF);
    size_t count = option_items(a->options, OPT_AUDIENCE, &audiences);
    a->view = (view){.clearance = (tlp)option_int(a->options, OPT_CLEARANCE),
                     .organisation = option_text(a->options, OPT_ORGANISATION),
                     .audiences = audiences,
                     .audience_count = count,
                     .all_audiences = count == 0,
                     .known_at = known_at,
                     .now = known_at != WHEN_NONE ? known_at : clock_now(a->clock)};
}

static void make_app(front *f, const front_io *io, const options *o, const slice *argv, size_t argc)
{
    *f = (front){.io = io, .argv = argv, .argc = argc};
    app *a = &f->app;
    *a = (app){.operands = o->operands,
               .operand_count = o->operand_count,
               .options = o,
               .language = (language)option_int(o, OPT_LANG),
               .json = option_bool(o, OPT_JSON),
               .quiet = option_bool(o, OPT_QUIET),
               .clock = io->clock,
               .ticks = io->clock,
               .random = io->random,
               .disk = io->disk,
               .in = io->in,
               .err_tty = io->err_tty,
               .memory = o->a,
               .environment = io->environment};
    enum { AUTO, DEFANGED, RAW };
    int64_t values = option_int(o, OPT_VALUES);
    a->defang = values == DEFANGED || (values == AUTO && io->out_tty);
    if (o->command != OPTION_NO_COMMAND)
        a->command = command_at(o->command);
    if (option_is_set(o, OPT_NOW)) {
        f->now_us = option_time(o, OPT_NOW) * 1000;
        a->clock = clock_fixed(&f->now_us);
    }
    make_sinks(f, a, io);
    make_view(a);
}

/* --- running -------------------------------------------------------------------------------- */

static status option_failure(app *a, const option_problem *p, err *why)
{
    CLEANUP(buf_done) buf b;
    slice where = {0};
    buf_init(&b, OPTION_VALUE_MAX + 64);
    if (p->where.name.len)
        option_origin_put(&b, p->where);
    if (b.failed || !arena_copy(a->memory, buf_slice(&b), &where))
        return ARENA_SPENT(a->memory, why);
    return app_fail(a, ERR_INPUT, p->what, where, why);
}

/* The first problem that stops this command. */
static status check_options(app *a, err *why)
{
    const options *o = a->options;
    bool lenient = a->command && a->command->bad_config;
    size_t kept = o->problem_count < OPTION_PROBLEMS_MAX ? o->problem_count : OPTION_PROBLEMS_MAX;
    for (size_t i = 0; i < kept; i++)
        if (!lenient || o->problems[i].where.layer == LAYER_FLAG)
            return option_failure(a, &o->problems[i], why);
    return OK;
}

static status check_operands(app *a, err *why)
{
    const command *c = a->command;
    if (a->operand_count < c->least)
        return app_fail(a, ERR_INPUT, msg_front_too_few(slice_str(c->name), slice_str(c->operands)),
                        S(""), why);
    if (a->operand_count > c->most)
        return app_fail(
            a, ERR_INPUT,
            msg_front_too_many(slice_str(c->name), text_brief(a->memory, a->operands[c->most])),
            S(""), why);
    return OK;
}

static status run(app *a, err *why)
{
    if (option_bool(a->options, OPT_HELP))
        return help_put(a, a->command, why);
    if (option_bool(a->options, OPT_VERSION))
        return command_named(S("version"))->run(a, why);
    status st = check_options(a, why);
    if (st == OK && !a->command)
        st = app_fail(a, ERR_INPUT, msg_front_no_command(), S(""), why);
    if (st == OK)
        st = check_operands(a, why);
    return st == OK ? a->command->run(a, why) : st;
}

static int finish(front *f, status st, err *why)
{
    app *a = &f->app;
    err out_why = {0};
    lens_free(a->lens);
    store_close(a->store);
    progress_clear(a);
    status flushed = sink_flush(&a->out, &out_why);
    if (st == OK && flushed != OK) {
        st = flushed;
        *why = out_why;
    }
    if (st != OK && !f->pipe_closed) {
        app_say_failure(a, why);
        a->exit = 2;
    }
    status ignored = sink_flush(&a->err, NULL); /* nobody is left to tell */
    (void)ignored;
    sink_done(&a->out);
    sink_done(&a->err);
    return f->pipe_closed ? FRONT_PIPE_CLOSED : a->exit;
}

int front_run(const front_io *io, const slice *argv, size_t argc)
{
    CLEANUP(arena_done) arena memory;
    err why = {0};
    options o = {.table = &app_options};
    front f;
    arena_init(&memory, io->memory_max ? io->memory_max : FRONT_MEMORY_MAX);
    status st = read_options(&o, io, &memory, argc ? argv : NULL, argc, &why);
    if (st != OK) { /* memory is out: there is no language yet */
        char line[ERR_MESSAGE_MAX + 16];
        int n = snprintf(line, sizeof line, "noroshi: %s\n", why.msg);
        st = io->errors(io->ctx, slice_of(line, (size_t)n), NULL);
        return 2;
    }
    make_app(&f, io, &o, argv, argc);
    st = run(&f.app, &why);
    return finish(&f, st, &why);
}
