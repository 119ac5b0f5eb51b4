#include "base/test.h"
#include "cmd/front.h"
#include "cmd/progress.h"

#include <errno.h>

/* --- a disk with one configuration file ------------------------------------------------------ */

typedef struct disk {
    const char *path; /* NULL: none */
    slice bytes;
    bool unreadable;
} disk;

static status disk_open(void *ctx, const char *path, int flags, int *ret, err *why)
{
    const disk *d = ctx;
    (void)flags;
    if (!d->path || strcmp(path, d->path) != 0)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "opening %s", path);
    if (d->unreadable)
        return err_os(why, EACCES, "opening %s", path);
    *ret = 3;
    return OK;
}

static status disk_pread(void *ctx, int handle, void *into, size_t n, uint64_t at, size_t *ret,
                         err *why)
{
    const disk *d = ctx;
    (void)handle, (void)why;
    slice part = slice_sub(d->bytes, at, at + n);
    if (part.len)
        memcpy(into, part.ptr, part.len);
    *ret = part.len;
    return OK;
}

static status disk_size(void *ctx, int handle, uint64_t *ret, err *why)
{
    (void)handle, (void)why;
    *ret = ((const disk *)ctx)->bytes.len;
    return OK;
}

static void disk_close(void *ctx, int handle)
{
    (void)ctx, (void)handle;
}

/* --- a session -------------------------------------------------------------------------------- */

typedef struct session {
    buf out, errors;
    disk disk;
    bool tty, root;
    size_t memory_max;
    int out_errno; /* what writing to standard output says */
    const char *environment[8];
    int code;
} session;

static status to_out(void *ctx, slice bytes, err *why)
{
    session *s = ctx;
    if (s->out_errno)
        return err_os(why, s->out_errno, "writing standard output");
    buf_put(&s->out, bytes);
    return OK;
}

static status to_errors(void *ctx, slice bytes, err *why)
{
    (void)why;
    buf_put(&((session *)ctx)->errors, bytes);
    return OK;
}

static void session_start(session *s)
{
    *s = (session){0};
    buf_init(&s->out, 1 << 20);
    buf_init(&s->errors, 1 << 20);
}

static void session_done(session *s)
{
    buf_done(&s->out);
    buf_done(&s->errors);
}

static front_io io_of(session *s, fs *files)
{
    static const int64_t now = 1763773200000000; /* 2025-11-22T01:00:00Z */
    *files = (fs){.ctx = &s->disk,
                  .open = disk_open,
                  .pread = disk_pread,
                  .size = disk_size,
                  .close = disk_close};
    return (front_io){.environment = s->environment,
                      .out = to_out,
                      .errors = to_errors,
                      .ctx = s,
                      .out_tty = s->tty,
                      .err_tty = s->tty,
                      .root = s->root,
                      .clock = clock_fixed(&now),
                      .random = random_system(),
                      .disk = files,
                      .memory_max = s->memory_max};
}

static void type(session *s, const char *line)
{
    slice rest = slice_str(line), word, words[64];
    size_t n = 0;
    fs files;
    const front_io io = io_of(s, &files);
    while (rest.len && slice_cut(&rest, ' ', &word) && n < COUNT_OF(words))
        words[n++] = word;
    buf_clear(&s->out);
    buf_clear(&s->errors);
    s->code = front_run(&io, words, n);
}

static bool says(const buf *b, const char *text)
{
    return slice_find(buf_slice(b), slice_str(text), 0) != SIZE_MAX;
}

/* --- the tables ------------------------------------------------------------------------------- */

TEST(the_options_keep_the_rules)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 20);
    if (!option_table_check(&app_options, &b))
        TEST_FAIL("%.*s", SLICE_FMT(buf_slice(&b)));
}

/* Contract, section 2: every flag has a key and with it a variable, but for those that make sense
 * on a command line only. */
TEST(every_flag_has_a_key)
{
    static const char *const only_flags[] = {"help", "version", "option"};
    for (size_t i = 0; i < app_options.count; i++) {
        const option *row = &app_options.rows[i];
        bool allowed = row->key || row->type == OPTION_ALIAS;
        for (size_t k = 0; row->flag && k < COUNT_OF(only_flags); k++)
            allowed = allowed || strcmp(row->flag, only_flags[k]) == 0;
        if (!allowed)
            TEST_FAIL("--%s has no key", row->flag);
    }
}

TEST(every_command_is_whole)
{
    for (size_t i = 0; i < command_count(); i++) {
        const command *c = command_at(i);
        CHECK(c->run && c->name && c->summary != MSG_NONE);
        CHECK(c->least <= c->most);
        CHECK(!c->most == !c->operands);
        CHECK(command_named(slice_str(c->name)) == c);
        CHECK(strcmp(app_options.commands[i], c->name) == 0);
    }
}

/* --- running ---------------------------------------------------------------------------------- */

TEST(sessions)
{
    static const struct {
        const char *line;
        int code;
        const char *out, *errors; /* all of it */
    } rows[] = {
        {"version", 0, "noroshi " NOROSHI_VERSION "\n", ""},
        {"--version", 0, "noroshi " NOROSHI_VERSION "\n", ""},
        {"-V", 0, "noroshi " NOROSHI_VERSION "\n", ""},
        {"version --json", 0,
         "{\"schema\":\"noroshi.version/1\",\"version\":\"" NOROSHI_VERSION "\"}\n", ""},
        {"", 2, "", "noroshi: no command; noroshi help lists them\n"},
        {"--lang ja", 2, "", "noroshi: コマンドがない(一覧は noroshi help)\n"},
        {"verison", 2, "", "noroshi: unknown command verison; did you mean version?\n"},
        {"version x\x1b[2J", 2, "",
         "noroshi: version does not know what to do with \"x\\x1b[2J\"\n"},
        {"--jsno version", 2, "", "noroshi: --jsno: no such option; did you mean --json?\n"},
        {"--json -o limit.json-depth=65 version", 2, "",
         "{\"error\":{\"code\":\"input\",\"message\":\"65 is outside 1..64\",\"at\":null,"
         "\"where\":\"-o limit.json-depth\"}}\n"},
        {"generate", 2, "", "noroshi: generate needs man|bash|zsh|fish\n"},
        {"generate woman", 2, "", "noroshi: \"woman\" is none of: man bash zsh fish\n"},
        {"help aks", 2, "", "noroshi: unknown command aks; did you mean ask?\n"},
        {"config show limit.json-depth lang", 0, "lang = en\nlimit.json-depth = 64\n", ""},
        {"config show --origin -o limit.json-depth=3 limit.json-depth", 0,
         "limit.json-depth = 3                    # -o limit.json-depth\n", ""},
        {"config show as-of audience", 0, "# audience =\n# as-of =\n", ""},
        {"config show --audience a --audience b#c audience", 0,
         "audience = a\naudience = \"b#c\"\n", ""},
        {"config show colour", 2, "", "noroshi: unknown key colour; did you mean color?\n"},
        {"config show --json lang", 0,
         "{\"key\":\"lang\",\"value\":\"en\",\"origin\":{\"layer\":\"built-in\",\"name\":null,"
         "\"line\":null}}\n",
         ""},
        {"config check", 0, "configuration is good: 0 files read, 0 values set\n", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(session_done) session s;
        session_start(&s);
        type(&s, rows[i].line);
        if (s.code != rows[i].code)
            TEST_FAIL("\"%s\" exits %d, want %d", rows[i].line, s.code, rows[i].code);
        CHECK_SLICE(buf_slice(&s.out), slice_str(rows[i].out));
        CHECK_SLICE(buf_slice(&s.errors), slice_str(rows[i].errors));
    }
}

TEST(the_configuration_file_is_read_and_checked)
{
    CLEANUP(session_done) session s;
    session_start(&s);
    s.environment[0] = "HOME=/home/u";
    s.disk = (disk){"/home/u/.config/noroshi/noroshi.conf", S("lang = ja\n[limit]\njson-depth=8\n"),
                    false};
    type(&s, "config show --origin lang limit.json-depth data");
    CHECK_SLICE(
        buf_slice(&s.out),
        S("data = /home/u/.local/share/noroshi     # HOME\n"
          "lang = ja                               # /home/u/.config/noroshi/noroshi.conf:1\n"
          "limit.json-depth = 8                    # /home/u/.config/noroshi/noroshi.conf:3\n"));
    type(&s, "--config= config show lang");
    CHECK_SLICE(buf_slice(&s.out), S("lang = en\n"));
    s.environment[1] = "NOROSHI_LANG=en";
    type(&s, "config check");
    CHECK_SLICE(buf_slice(&s.out), S("configuration is good: 1 file read, 2 values set\n"));
    s.disk.bytes = S("lang = de\nlimit.josn-depth = 8\n");
    type(&s, "config show");
    CHECK_EQ(s.code, 2);
    CHECK(says(&s.errors, "noroshi.conf:1: lang: \"de\" is none of: en ja\n"));
    type(&s, "version");
    CHECK_EQ(s.code, 0);
    type(&s, "config check");
    CHECK_EQ(s.code, 1);
    CHECK(says(&s.out, "noroshi.conf:1: lang: \"de\""));
    CHECK(says(&s.out, "noroshi.conf:2: unknown key limit.josn-depth; did you mean "
                       "limit.json-depth?\n2 problems\n"));
    type(&s, "config check --json");
    CHECK(says(&s.out, "\"where\":\"/home/u/.config/noroshi/noroshi.conf:2\"}}\n"
                       "{\"schema\":\"noroshi.config-check/1\",\"files\":1,\"settings\":2,"
                       "\"problems\":2}\n"));
    s.disk.unreadable = true;
    type(&s, "config show");
    CHECK_EQ(s.code, 2);
    CHECK(says(&s.errors, "cannot be read: opening /home/u"));
    type(&s, "--config /nowhere config show");
    CHECK_EQ(s.code, 2);
    CHECK(says(&s.errors, "noroshi: /nowhere: cannot be read"));
    s.root = true; /* root has no configuration of its own */
    type(&s, "config show data");
    CHECK_SLICE(buf_slice(&s.out), S("data = /var/lib/noroshi\n"));
    s.environment[2] = "NOROSHI_LAGN=ja";
    type(&s, "config check");
    CHECK_EQ(s.code, 1);
    CHECK(says(&s.out, "NOROSHI_LAGN: no option has this variable; did you mean NOROSHI_LANG?"));
}

/* A service that is told to reload keeps what it has when what it reads is wrong. */
TEST(reloading_reads_what_is_there_now_or_says_what_is_wrong)
{
    static const slice words[] = {S_INIT("--clearance=amber"), S_INIT("status")};
    CLEANUP(session_done) session s;
    CLEANUP(arena_done) arena first;
    CLEANUP(arena_done) arena second;
    options o = {.problem_count = 77};
    err why = {0};
    fs files;
    session_start(&s);
    arena_init(&first, 1 << 20);
    arena_init(&second, 1 << 20);
    s.environment[0] = "HOME=/home/u";
    const front_io io = io_of(&s, &files);
    s.disk = (disk){"/home/u/.config/noroshi/noroshi.conf", S("lang = de\n"), false};
    CHECK_EQ(front_options(&io, words, COUNT_OF(words), &first, &o, &why), ERR_INPUT);
    CHECK_SLICE(slice_str(why.msg),
                S("/home/u/.config/noroshi/noroshi.conf:1: lang: \"de\" is none "
                  "of: en ja"));
    CHECK_EQ(o.problem_count, 77);
    s.disk.bytes = S("lang = ja\nclearance = clear\n");
    CHECK_OK(front_options(&io, words, COUNT_OF(words), &second, &o, &why));
    CHECK_EQ(option_int(&o, OPT_LANG), 1);
    CHECK_SLICE(option_text(&o, OPT_CLEARANCE), S("amber"));
}

TEST(config_check_of_another_file)
{
    CLEANUP(session_done) session s;
    session_start(&s);
    s.disk = (disk){"new.conf", S("color = pink\n"), false};
    type(&s, "config check new.conf");
    CHECK_EQ(s.code, 1);
    CHECK_SLICE(buf_slice(&s.out),
                S("new.conf:1: color: \"pink\" is none of: auto always never\n1 problem\n"));
    type(&s, "config check old.conf");
    CHECK_EQ(s.code, 2);
}

TEST(the_language_comes_from_the_machine)
{
    static const struct {
        const char *variable, *flag;
        bool japanese;
    } rows[] = {
        {"LANG=ja_JP.UTF-8", "", true},
        {"LANG=en_GB.UTF-8", "", false},
        {"LC_ALL=ja", "", true},
        {"LANG=", "", false},
        {"LANG=ja_JP.UTF-8", " --lang en", false},
        {"NOROSHI_LANG=ja", "", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(session_done) session s;
        char line[32];
        session_start(&s);
        s.environment[0] = rows[i].variable;
        snprintf(line, sizeof line, "aks%s", rows[i].flag);
        type(&s, line);
        CHECK_EQ(says(&s.errors, "コマンド"), rows[i].japanese);
    }
}

TEST(colour_follows_the_terminal_and_the_wish)
{
    static const struct {
        bool tty;
        const char *variable, *line;
        bool color;
    } rows[] = {
        {true, "X=", "help", true},
        {false, "X=", "help", false},
        {true, "NO_COLOR=1", "help", false},
        {true, "NO_COLOR=", "help", true}, /* no-color.org: empty is not set */
        {true, "NO_COLOR=1", "help --color always", true},
        {false, "X=", "help --color always", true},
        {true, "X=", "help --color=never", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(session_done) session s;
        session_start(&s);
        s.tty = rows[i].tty;
        s.environment[0] = rows[i].variable;
        s.environment[1] = "TERM=xterm";
        type(&s, rows[i].line);
        CHECK_EQ(says(&s.out, "\x1b["), rows[i].color);
    }
}

TEST(help_says_the_same_in_both_languages)
{
    CLEANUP(session_done) session s;
    session_start(&s);
    for (size_t i = 0; i <= command_count(); i++) {
        char line[128];
        uint64_t lines[LANG_COUNT_] = {0};
        const char *name = i < command_count() ? command_at(i)->name : "";
        for (language l = 0; l < LANG_COUNT_; l++) {
            snprintf(line, sizeof line, "--lang %s help%s%s", language_name(l), *name ? " " : "",
                     name);
            type(&s, line);
            CHECK_EQ(s.code, 0);
            for (size_t k = 0; k < app_options.count;
                 k++) { /* every flag of the command is there */
                const option *row = &app_options.rows[k];
                if (row->flag && row->commands && !row->hidden && *name &&
                    option_taken_by(&app_options, row, i))
                    CHECK(says(&s.out, row->flag));
            }
            for (size_t k = 0; k < s.out.len; k++)
                lines[l] += s.out.ptr[k] == '\n';
        }
        CHECK(lines[LANG_EN] > 2 && lines[LANG_JA] > 2);
    }
    type(&s, "config show --help");
    CHECK(says(&s.out, "Usage: noroshi config show"));
    type(&s, "--help");
    CHECK(says(&s.out, "limit.json-depth N"));
    CHECK(!says(&s.out, "--now") && !says(&s.out, "generate"));
}

TEST(a_reader_that_goes_away_ends_it_quietly)
{
    CLEANUP(session_done) session s;
    session_start(&s);
    s.out_errno = EPIPE;
    type(&s, "help");
    CHECK_EQ(s.code, FRONT_PIPE_CLOSED);
    CHECK_EQ(s.errors.len, 0);
    s.out_errno = ENOSPC;
    type(&s, "help");
    CHECK_EQ(s.code, 2);
    CHECK_SLICE(buf_slice(&s.errors),
                S("noroshi: writing standard output: No space left on device\n"));
}

TEST(a_value_may_be_too_long)
{
    CLEANUP(session_done) session s;
    CLEANUP(buf_done) buf line;
    session_start(&s);
    buf_init(&line, 1 << 20);
    buf_put(&line, S("--audience="));
    for (int i = 0; i <= OPTION_VALUE_MAX; i++)
        buf_byte(&line, 'x');
    buf_put(&line, slice_of(" version", 9));
    type(&s, line.ptr);
    CHECK_EQ(s.code, 2);
    CHECK(says(&s.errors, "a value has at most 8,192 bytes"));
}

/* Whatever the budget: the answer, or one line that says there is no memory. */
TEST(every_budget_will_do_or_is_said)
{
    CLEANUP(session_done) session s;
    session_start(&s);
    s.environment[0] = "HOME=/home/u";
    s.environment[1] = "NOROSHI_AUDIENCE=a,b";
    s.disk = (disk){"/home/u/.config/noroshi/noroshi.conf", S("lang = ja\n[limit]\njson-depth=x\n"),
                    false};
    int refused = 0;
    for (s.memory_max = 1; s.code != 1; s.memory_max += 64) {
        s.code = 0;
        type(&s, "--audience x -o limit.ask-values=7 config check");
        REQUIRE(s.code == 1 || s.code == 2);
        REQUIRE(s.memory_max < 1 << 20);
        if (s.code == 1)
            break;
        refused++;
        size_t lines = 0;
        for (size_t i = 0; i < s.errors.len; i++)
            lines += s.errors.ptr[i] == '\n';
        CHECK_EQ(lines, 1);
        CHECK(says(&s.errors, "memory budget"));
    }
    CHECK(refused > 10);
    CHECK(says(&s.out, "json-depth"));
}

/* --- progress --------------------------------------------------------------------------------- */

static int64_t progress_clock;

TEST(progress_is_shown_seldom_on_terminals_only_and_cleared)
{
    CLEANUP(session_done) session s;
    session_start(&s);
    app a = {.err_tty = true, .ticks = clock_fixed(&progress_clock)};
    sink_init(&a.err, &(sink_options){.write = to_errors, .ctx = &s});
    progress p = progress_start(&a);
    progress_clock = 1000000;
    progress_show(&p, msg_option_bad_number(S("1\x1b\n2")));
    CHECK_SLICE(buf_slice(&s.errors), S("\r\"1\\x1b\\n2\" is not a whole number\x1b[K"));
    buf_clear(&s.errors);
    progress_show(&p, msg_option_bad_number(S("2")));
    CHECK_EQ(s.errors.len, 0); /* too soon */
    progress_clock += 1000000 / PROGRESS_HZ;
    progress_show(&p, msg_option_bad_number(S("3")));
    CHECK(s.errors.len > 0);
    buf_clear(&s.errors);
    progress_clear(&a);
    CHECK_SLICE(buf_slice(&s.errors), S("\r\x1b[K"));
    buf_clear(&s.errors);
    progress_clear(&a);
    CHECK_EQ(s.errors.len, 0);
    for (int i = 0; i < 3; i++) {
        progress_clock += 1000000;
        a.err_tty = i != 0;
        a.quiet = i == 1;
        a.json = i == 2;
        progress_show(&p, msg_option_bad_number(S("4")));
        CHECK_EQ(s.errors.len, 0);
    }
    sink_done(&a.err);
}
