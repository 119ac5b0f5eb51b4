#include "base/test.h"
#include "base/option.h"

#include <stdio.h>

/* A table of our own: the product's rows are tested in cmd. */
enum {
    T_LANG,
    T_JSON,
    T_COLOR,
    T_NO_COLOR,
    T_DATA,
    T_AUDIENCE,
    T_DEPTH,
    T_BYTES,
    T_WAIT,
    T_SEEN,
    T_FORMAT_IN,
    T_FORMAT_OUT,
    T_WHY,
    T_WHY_ASK,
    T_SET,
    T_KEY_FILE,
    T_HIDDEN,
    T_COUNT
};
static const option rows[] = {
    [T_LANG] = {.flag = "lang",
                .argument = "en|ja",
                .key = "lang",
                .type = OPTION_ENUM,
                .choices = "en ja",
                .builtin = "en",
                .help = MSG_unit_s},
    [T_JSON] =
        {.flag = "json", .letter = 'j', .key = "json", .type = OPTION_BOOL, .help = MSG_unit_s},
    [T_COLOR] = {.flag = "color",
                 .argument = "WHEN",
                 .key = "color",
                 .type = OPTION_ENUM,
                 .choices = "auto always never",
                 .builtin = "auto",
                 .help = MSG_unit_s},
    [T_NO_COLOR] = {.flag = "no-color",
                    .type = OPTION_ALIAS,
                    .of = T_COLOR,
                    .sets = "never",
                    .help = MSG_unit_s},
    [T_DATA] = {.flag = "data",
                .letter = 'd',
                .argument = "DIR",
                .key = "data",
                .type = OPTION_PATH,
                .help = MSG_unit_s},
    [T_AUDIENCE] = {.flag = "audience",
                    .argument = "NAME",
                    .key = "audience",
                    .type = OPTION_TEXT,
                    .many = true,
                    .help = MSG_unit_s},
    [T_DEPTH] = {.key = "limit.json-depth",
                 .argument = "N",
                 .type = OPTION_INT,
                 .builtin = "64",
                 .min = 1,
                 .max = 64,
                 .help = MSG_unit_s},
    [T_BYTES] = {.key = "limit.line-bytes",
                 .argument = "SIZE",
                 .type = OPTION_BYTES,
                 .builtin = "16MiB",
                 .min = 1,
                 .max = 16 << 20,
                 .help = MSG_unit_s},
    [T_WAIT] = {.key = "limit.worker-time",
                .argument = "TIME",
                .type = OPTION_DURATION,
                .builtin = "120s",
                .min = 1,
                .max = 120000,
                .help = MSG_unit_s},
    [T_SEEN] = {.flag = "seen",
                .argument = "TIME",
                .key = "ask.seen",
                .commands = "ask",
                .type = OPTION_TIME,
                .help = MSG_unit_s},
    [T_FORMAT_IN] = {.flag = "format",
                     .argument = "FORMAT",
                     .key = "import.format",
                     .commands = "import",
                     .type = OPTION_TEXT,
                     .help = MSG_unit_s},
    [T_FORMAT_OUT] = {.flag = "format",
                      .argument = "FORMAT",
                      .key = "export.format",
                      .commands = "export",
                      .type = OPTION_ENUM,
                      .choices = "stix ndjson",
                      .help = MSG_unit_s},
    [T_WHY_ASK] = {.flag = "why",
                   .key = "ask.why",
                   .commands = "ask",
                   .type = OPTION_BOOL,
                   .help = MSG_unit_s},
    [T_WHY] = {.flag = "why",
               .argument = "TEXT",
               .key = "name.why",
               .commands = "name merge,name split",
               .type = OPTION_TEXT,
               .help = MSG_unit_s},
    [T_SET] = {.flag = "option",
               .letter = 'o',
               .argument = "KEY=VALUE",
               .type = OPTION_TEXT,
               .generic = true,
               .help = MSG_unit_s},
    [T_KEY_FILE] = {.key = "backup.key-file",
                    .argument = "FILE",
                    .type = OPTION_SECRET,
                    .help = MSG_unit_s},
    [T_HIDDEN] =
        {.flag = "now", .argument = "TIME", .key = "now", .type = OPTION_TIME, .hidden = true},
};
_Static_assert(COUNT_OF(rows) == T_COUNT, "a row for each");
static const char *const commands[] = {"ask", "import", "export", "name merge", "name split"};
static const option_table table = {rows, T_COUNT, commands, COUNT_OF(commands)};

/* A command line, blanks between the words ("" stays one empty word). */
static status parse_line(options *o, arena *a, const char *line)
{
    slice rest = slice_str(line), word, words[64];
    size_t n = 0;
    while (rest.len && slice_cut(&rest, ' ', &word) && n < COUNT_OF(words))
        words[n++] = slice_eq(word, S("''")) ? S("") : word;
    status st = options_init(o, a, &table, NULL);
    return st != OK ? st : options_args(o, words, n, NULL);
}

static slice problem_text(const options *o, buf *b)
{
    buf_clear(b);
    for (size_t i = 0; i < o->problem_count; i++) {
        option_origin_put(b, o->problems[i].where);
        buf_put(b, S(" "));
        message_render(b, LANG_EN, &o->problems[i].what, NULL);
        buf_byte(b, '\n');
    }
    return buf_slice(b);
}

TEST(the_table_keeps_the_rules)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    if (!option_table_check(&table, &b))
        TEST_FAIL("%.*s", SLICE_FMT(buf_slice(&b)));
}

TEST(the_rules_find_what_is_wrong)
{
    static const struct {
        option row;
        const char *says;
    } bad[] = {
        {{.argument = "X", .type = OPTION_TEXT, .help = MSG_unit_s}, "neither flag nor key"},
        {{.flag = "Big", .key = "big", .argument = "X", .type = OPTION_TEXT, .help = MSG_unit_s},
         "a flag is lower case"},
        {{.key = "big_key", .argument = "X", .type = OPTION_TEXT, .help = MSG_unit_s},
         "a key is lower case"},
        {{.key = "x", .argument = "X", .type = OPTION_TEXT}, "no help"},
        {{.key = "x", .type = OPTION_TEXT, .help = MSG_unit_s}, "switches have no argument"},
        {{.key = "x", .argument = "X", .type = OPTION_BOOL, .help = MSG_unit_s},
         "switches have no argument"},
        {{.key = "x", .argument = "X", .type = OPTION_INT, .help = MSG_unit_s},
         "numbers have bounds"},
        {{.key = "x",
          .argument = "X",
          .type = OPTION_INT,
          .min = 1,
          .max = 4,
          .builtin = "5",
          .help = MSG_unit_s},
         "does not parse"},
        {{.key = "x", .argument = "X", .type = OPTION_ENUM, .help = MSG_unit_s},
         "nothing to choose"},
        {{.key = "x", .argument = "X", .type = OPTION_TIME, .many = true, .help = MSG_unit_s},
         "may be repeated"},
        {{.flag = "x",
          .key = "x",
          .commands = "aks",
          .argument = "X",
          .type = OPTION_TEXT,
          .help = MSG_unit_s},
         "does not exist"},
        {{.flag = "lang", .key = "x", .argument = "X", .type = OPTION_TEXT, .help = MSG_unit_s},
         "two options of that flag"},
        {{.flag = "x", .letter = 'j', .key = "x", .type = OPTION_BOOL, .help = MSG_unit_s},
         "two options of that flag"},
        {{.flag = "why",
          .commands = "name split",
          .key = "x",
          .type = OPTION_BOOL,
          .help = MSG_unit_s},
         "could not be read"},
        {{.key = "limit-json.depth", .argument = "X", .type = OPTION_TEXT, .help = MSG_unit_s},
         "another option's"},
        {{.flag = "x", .type = OPTION_ALIAS, .of = 999, .sets = "1", .help = MSG_unit_s},
         "an alias sets"},
        {{.flag = "x", .type = OPTION_ALIAS, .of = T_COLOR, .sets = "pink", .help = MSG_unit_s},
         "does not parse"},
        {{.key = "x", .argument = "X", .type = OPTION_TEXT, .generic = true, .help = MSG_unit_s},
         "generic"},
    };
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        option with[T_COUNT + 1];
        memcpy(with, rows, sizeof rows);
        with[T_COUNT] = bad[i].row;
        const option_table t = {with, T_COUNT + 1, commands, COUNT_OF(commands)};
        buf_clear(&b);
        CHECK(!option_table_check(&t, &b));
        if (slice_find(buf_slice(&b), slice_str(bad[i].says), 0) == SIZE_MAX)
            TEST_FAIL("row %zu says \"%.*s\", want \"%s\"", i, SLICE_FMT(buf_slice(&b)),
                      bad[i].says);
    }
}

TEST(command_lines)
{
    static const struct {
        const char *line;
        const char *command; /* NULL: none */
        const char *operands;
        int row;
        const char *value;
    } good[] = {
        {"", NULL, "", -1, NULL},
        {"ask", "ask", "", -1, NULL},
        {"ask a b", "ask", "a b", -1, NULL},
        {"--lang ja ask a", "ask", "a", T_LANG, "ja"},
        {"ask --lang=ja a", "ask", "a", T_LANG, "ja"},
        {"ask a --lang JA", "ask", "a", T_LANG, "JA"},
        {"ask --seen 2020-12-20 a", "ask", "a", T_SEEN, "2020-12-20"},
        {"--seen 2020-12-20 ask a", "ask", "a", T_SEEN, "2020-12-20"},
        {"ask -", "ask", "-", -1, NULL},
        {"ask -- --json -x", "ask", "--json -x", T_JSON, "no"},
        {"ask -j a", "ask", "a", T_JSON, "yes"},
        {"ask --json=no", "ask", "", T_JSON, "no"},
        {"-jd /x ask", "ask", "", T_DATA, "/x"},
        {"-jd/x ask", "ask", "", T_DATA, "/x"},
        {"-d - ask", "ask", "", T_DATA, "-"},
        {"--data -- ask", "ask", "", T_DATA, "--"},
        {"--data=--json ask", "ask", "", T_DATA, "--json"},
        {"--data= ask", "ask", "", T_DATA, ""},
        {"import --format csv x", "import", "x", T_FORMAT_IN, "csv"},
        {"--format stix export", "export", "", T_FORMAT_OUT, "stix"},
        {"name merge A B --why T", "name merge", "A B", T_WHY, "T"},
        {"name --why T split A", "name split", "A", T_WHY, "T"},
        /* commands of another first word may differ in whether a flag takes a value */
        {"--why T name split A", "name split", "A", T_WHY, "T"},
        {"ask --why a", "ask", "a", T_WHY_ASK, "yes"},
        {"--why ask a", "ask", "a", T_WHY_ASK, "yes"},
        {"--color always --color never ask", "ask", "", T_COLOR, "never"},
        {"--no-color ask", "ask", "", T_COLOR, "never"},
        {"-o limit.json-depth=3 ask", "ask", "", T_DEPTH, "3"},
        {"--option=data=/a=b ask", "ask", "", T_DATA, "/a=b"},
        {"ask --now 2026-11-22", "ask", "", T_HIDDEN, "2026-11-22"},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        CLEANUP(arena_done) arena a;
        CLEANUP(buf_done) buf b;
        options o;
        arena_init(&a, 1 << 20);
        buf_init(&b, 1 << 16);
        CHECK_OK(parse_line(&o, &a, good[i].line));
        if (o.problem_count)
            TEST_FAIL("\"%s\": %.*s", good[i].line, SLICE_FMT(problem_text(&o, &b)));
        const char *command = o.command == OPTION_NO_COMMAND ? NULL : commands[o.command];
        CHECK(!command == !good[i].command && (!command || strcmp(command, good[i].command) == 0));
        buf_clear(&b);
        for (size_t k = 0; k < o.operand_count; k++)
            buf_printf(&b, "%s%.*s", k ? " " : "", SLICE_FMT(o.operands[k]));
        CHECK_SLICE(buf_slice(&b), slice_str(good[i].operands));
        if (good[i].row >= 0)
            CHECK_SLICE(option_text(&o, (unsigned)good[i].row), slice_str(good[i].value));
    }
}

TEST(problems_name_the_place_and_the_nearest)
{
    static const struct {
        const char *line, *says;
    } bad[] = {
        {"ask --jsno", "--jsno no such option; did you mean --json?\n"},
        {"ask --colour=always", "--colour no such option; did you mean --color?\n"},
        {"ask --zzzzzzzz", "--zzzzzzzz no such option\n"},
        {"ask --nwo=1", "--nwo no such option\n"}, /* hidden ones are not suggested */
        {"ask -x", "-x no such option\n"},
        {"ask --lang", "--lang a value is missing: --lang en|ja\n"},
        {"ask --lang --json", "--lang a value is missing: --lang en|ja\n"},
        {"ask -d", "-d a value is missing: -d DIR\n"},
        {"ask --lang=de", "--lang \"de\" is none of: en ja\n"},
        {"ask --json=maybe", "--json \"maybe\" is neither yes nor no\n"},
        {"ask --no-color=yes", "--no-color takes no value\n"},
        {"import --seen 2020-12-20 x", "--seen import does not take it; these do: ask\n"},
        {"ask --seen 2020-13-20", "--seen \"2020-13-20\" is not a time such as 2020-12-20 or "
                                  "2020-12-20T13:05:00Z\n"},
        {"--lagn ja", "--lagn no such option; did you mean --lang?\n"
                      "flag unknown command ja; noroshi help lists them\n"},
        {"aks 1", "flag unknown command aks; did you mean ask?\n"},
        {"frobnicate", "flag unknown command frobnicate; noroshi help lists them\n"},
        {"name", "flag name needs one of: merge, split\n"},
        {"name megre A B", "flag name needs one of: merge, split\n"},
        {"-o limit.json-dpth=3 ask",
         "-o unknown key limit.json-dpth; did you mean limit.json-depth?\n"},
        {"-o limit.json-depth ask", "-o \"limit.json-depth\" is not KEY=VALUE\n"},
        {"-o limit.json-depth=65 ask", "-o limit.json-depth 65 is outside 1..64\n"},
        {"-o limit.json-depth=99999999999999999999 ask",
         "-o limit.json-depth \"99999999999999999999\" is not a whole number\n"},
        {"-o limit.json-depth=-1 ask", "-o limit.json-depth \"-1\" is not a whole number\n"},
        {"-o limit.line-bytes=17M ask", "-o limit.line-bytes 17 MiB is outside 1 B..16 MiB\n"},
        {"-o limit.line-bytes=9999999999T ask",
         "-o limit.line-bytes \"9999999999T\" is not a size such as 4096, 64KiB, 16MiB, 4GiB\n"},
        {"-o limit.worker-time=2h ask", "-o limit.worker-time 2 h is outside 1 ms..2 min\n"},
        {"-o limit.worker-time=2x ask",
         "-o limit.worker-time \"2x\" is not a duration such as 90s, 5m, 2h, 7d\n"},
        {"ask --audience=\xff", "--audience not UTF-8, or a NUL in it\n"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CLEANUP(arena_done) arena a;
        CLEANUP(buf_done) buf b;
        options o;
        arena_init(&a, 1 << 20);
        buf_init(&b, 1 << 16);
        CHECK_OK(parse_line(&o, &a, bad[i].line));
        CHECK_SLICE(problem_text(&o, &b), slice_str(bad[i].says));
    }
}

TEST(numbers_have_units)
{
    static const struct {
        const char *line;
        unsigned row;
        int64_t want;
    } good[] = {
        {"-o limit.json-depth=32 ask", T_DEPTH, 32},
        {"-o limit.line-bytes=4096 ask", T_BYTES, 4096},
        {"-o limit.line-bytes=64k ask", T_BYTES, 65536},
        {"-o limit.line-bytes=16MiB ask", T_BYTES, 16 << 20},
        {"-o limit.worker-time=90 ask", T_WAIT, 90000},
        {"-o limit.worker-time=250ms ask", T_WAIT, 250},
        {"-o limit.worker-time=2m ask", T_WAIT, 120000},
        {"ask", T_WAIT, 120000},
        {"ask", T_DEPTH, 64},
        {"--color never ask", T_COLOR, 2},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        CLEANUP(arena_done) arena a;
        options o;
        arena_init(&a, 1 << 20);
        CHECK_OK(parse_line(&o, &a, good[i].line));
        CHECK_EQ(option_int(&o, good[i].row), good[i].want);
    }
}

TEST(a_higher_layer_wins_whatever_the_order)
{
    static const char *const environment[] = {"NOROSHI_LANG=ja",
                                              "NOROSHI_COLOR=always",
                                              "NOROSHI_AUDIENCE=a, b,",
                                              "NOROSHI_DATA=",
                                              "NOROSHI_LIMIT_JSON_DEPTH=5",
                                              "HOME=/h",
                                              NULL};
    static const slice argv[] = {S_INIT("--color=never"), S_INIT("--audience"), S_INIT("x"),
                                 S_INIT("--audience=y"), S_INIT("ask")};
    const slice lines =
        S("# site\ncolor = auto\nlang=en\naudience = f\n\n[limit]\n"
          "json-depth = 7 # low\nline-bytes = \"1k\"\n[]\ndata = \"/srv/a \\\"b\\\"#c\"\n");
    for (int order = 0; order < 6; order++) {
        static const char orders[6][4] = {"afe", "aef", "fae", "fea", "eaf", "efa"};
        CLEANUP(arena_done) arena a;
        options o;
        arena_init(&a, 1 << 20);
        CHECK_OK(options_init(&o, &a, &table, NULL));
        for (int i = 0; i < 3; i++) {
            if (orders[order][i] == 'a')
                CHECK_OK(options_args(&o, argv, COUNT_OF(argv), NULL));
            else if (orders[order][i] == 'f')
                CHECK_OK(options_file(&o, S("/etc/x.conf"), lines, NULL));
            else
                CHECK_OK(options_environment(&o, environment, false, NULL));
        }
        CHECK_EQ(o.problem_count, 0);
        CHECK_EQ(option_int(&o, T_COLOR), 2);
        CHECK_EQ(option_origin_of(&o, T_COLOR).layer, LAYER_FLAG);
        CHECK_EQ(option_int(&o, T_LANG), 1);
        CHECK_SLICE(option_origin_of(&o, T_LANG).name, S("NOROSHI_LANG"));
        CHECK_EQ(option_int(&o, T_DEPTH), 5);
        CHECK_EQ(option_int(&o, T_BYTES), 1024);
        CHECK_EQ(option_origin_of(&o, T_BYTES).line, 8);
        CHECK_SLICE(option_origin_of(&o, T_BYTES).name, S("/etc/x.conf"));
        CHECK_SLICE(option_text(&o, T_DATA), S("/srv/a \"b\"#c"));
        const slice *items;
        REQUIRE(option_items(&o, T_AUDIENCE, &items) == 2);
        CHECK_SLICE(items[0], S("x"));
        CHECK_SLICE(items[1], S("y"));
        CHECK_EQ(option_origin_of(&o, T_WAIT).layer, LAYER_BUILTIN);
        CHECK(!option_is_set(&o, T_SEEN) && option_time(&o, T_SEEN) == WHEN_NONE);
    }
}

TEST(bad_lines_have_their_place)
{
    static const struct {
        const char *file, *says;
    } bad[] = {
        {"lang en\n", "c:1 no \"=\": a line is \"key = value\", \"[section]\" or \"# comment\"\n"},
        {"\n\nlagn = en\n", "c:3 unknown key lagn; did you mean lang?\n"},
        {"lang = en\nlang = ja\n", "c:2 lang: given twice: first on line 1\n"},
        {"[limit\n", "c:1 not a section: [name], of letters, digits, - and .\n"},
        {"[li mit]\n", "c:1 not a section: [name], of letters, digits, - and .\n"},
        {"data = \"x\n",
         "c:1 quotes that do not match: \"value\", with \\\", \\\\ and \\n inside\n"},
        {"data = \"x\" y\n",
         "c:1 quotes that do not match: \"value\", with \\\", \\\\ and \\n inside\n"},
        {"data = \"x\\t\"\n",
         "c:1 quotes that do not match: \"value\", with \\\", \\\\ and \\n inside\n"},
        {"[limit]\njson-depth = deep\n", "c:2 limit.json-depth: \"deep\" is not a whole number\n"},
        {"= 3\n", "c:1 unknown key \n"},
        {"lang = de # no\r\n", "c:1 lang: \"de\" is none of: en ja\n"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CLEANUP(arena_done) arena a;
        CLEANUP(buf_done) buf b;
        options o;
        arena_init(&a, 1 << 20);
        buf_init(&b, 1 << 16);
        CHECK_OK(options_init(&o, &a, &table, NULL));
        CHECK_OK(options_file(&o, S("c"), slice_str(bad[i].file), NULL));
        CHECK_SLICE(problem_text(&o, &b), slice_str(bad[i].says));
    }
}

TEST(a_later_file_overwrites_and_lists_start_over)
{
    CLEANUP(arena_done) arena a;
    options o;
    const slice *items;
    arena_init(&a, 1 << 20);
    CHECK_OK(options_init(&o, &a, &table, NULL));
    CHECK_OK(
        options_file(&o, S("one"), S("\xef\xbb\xbflang = ja\naudience = a\naudience = b\n"), NULL));
    CHECK_OK(options_file(&o, S("two"), S("lang = en\naudience = c\n"), NULL));
    CHECK_EQ(o.problem_count, 0);
    CHECK_EQ(option_int(&o, T_LANG), 0);
    REQUIRE(option_items(&o, T_AUDIENCE, &items) == 1);
    CHECK_SLICE(items[0], S("c"));
    CHECK_EQ(items[0].ptr[items[0].len], 0); /* also where a file goes on */
    CHECK_EQ(option_text(&o, T_LANG).ptr[2], 0);
}

TEST(strict_environment_finds_misspelt_variables)
{
    static const char *const environment[] = {"NOROSHI_LNAG=ja", "NOROSHI_QQQQQQQQQQ=1", "X=1",
                                              NULL};
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf b;
    options o;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 16);
    CHECK_OK(options_init(&o, &a, &table, NULL));
    CHECK_OK(options_environment(&o, environment, false, NULL));
    CHECK_EQ(o.problem_count, 0);
    CHECK_OK(options_environment(&o, environment, true, NULL));
    CHECK_SLICE(problem_text(&o, &b),
                S("NOROSHI_LNAG no option has this variable; did you mean NOROSHI_LANG?\n"
                  "NOROSHI_QQQQQQQQQQ no option has this variable\n"));
}

TEST(a_variable_may_name_a_file_that_has_the_value)
{
    char folder[] = "/tmp/noroshi-option-XXXXXX", path[64], lang[96], data[96];
    const char *environment[] = {lang,
                                 data,
                                 "NOROSHI_COLOR=never",
                                 "NOROSHI_COLOR_FILE=/nowhere",
                                 "NOROSHI_AUDIENCE_FILE=/nowhere",
                                 NULL};
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf b;
    options o;
    file f;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 16);
    REQUIRE(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/value", folder);
    snprintf(lang, sizeof lang, "NOROSHI_LANG_FILE=%s", path);
    snprintf(data, sizeof data, "NOROSHI_DATA_FILE=");
    CHECK_OK(fs_open(fs_system(), path, FILE_WRITE | FILE_CREATE, &f, NULL));
    CHECK_OK(file_write(&f, S("ja\r\n"), NULL));
    file_close(&f);
    CHECK_OK(options_init(&o, &a, &table, NULL));
    CHECK_OK(options_environment(&o, environment, true, NULL)); /* they belong to options */
    CHECK_EQ(o.problem_count, 0);
    CHECK_OK(options_environment_files(&o, environment, fs_system(), NULL));
    CHECK_SLICE(option_text(&o, T_LANG), S("ja"));
    CHECK_SLICE(option_origin_of(&o, T_LANG).name, S("NOROSHI_LANG_FILE"));
    CHECK(!option_is_set(&o, T_DATA));
    CHECK_SLICE(
        problem_text(&o, &b),
        S("NOROSHI_COLOR_FILE given twice: the variable without _FILE is set, too\n"
          "NOROSHI_AUDIENCE_FILE cannot be read: opening /nowhere: No such file or directory\n"));
    CHECK_OK(fs_remove(fs_system(), path, NULL));
    CHECK_OK(fs_remove(fs_system(), folder, NULL));
}

TEST(limits_hold_at_the_edge)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf b;
    options o;
    err why = {0};
    arena_init(&a, 64 << 20);
    buf_init(&b, 16 << 20);
    CHECK_OK(options_init(&o, &a, &table, NULL));
    buf_put(&b, S("data = "));
    for (int i = 0; i < OPTION_VALUE_MAX; i++)
        buf_byte(&b, 'x');
    CHECK_OK(options_file(&o, S("f"), buf_slice(&b), NULL));
    CHECK_EQ(o.problem_count, 0);
    buf_byte(&b, 'x');
    CHECK_OK(options_file(&o, S("f"), buf_slice(&b), NULL));
    CHECK_EQ(o.problem_count, 1);

    buf_clear(&b);
    for (int i = 0; i < OPTION_ITEMS_MAX; i++)
        buf_printf(&b, "audience = %d\n", i);
    CHECK_OK(options_file(&o, S("f"), buf_slice(&b), NULL));
    CHECK_EQ(o.problem_count, 1);
    buf_put(&b, S("audience = one more\n"));
    CHECK_OK(options_file(&o, S("f"), buf_slice(&b), NULL));
    CHECK_EQ(o.problem_count, 2);

    buf_clear(&b);
    for (int i = 0; i < 2 * OPTION_PROBLEMS_MAX; i++)
        buf_put(&b, S("nonsense\n"));
    CHECK_OK(options_file(&o, S("f"), buf_slice(&b), NULL));
    CHECK_EQ(o.problem_count, 2 + 2 * OPTION_PROBLEMS_MAX);

    buf_clear(&b);
    for (int i = 0; i < OPTION_FILE_LINE_MAX; i++)
        buf_byte(&b, '#');
    CHECK_OK(options_file(&o, S("f"), buf_slice(&b), NULL));
    size_t before = o.problem_count;
    buf_byte(&b, '#');
    CHECK_OK(options_file(&o, S("f"), buf_slice(&b), NULL));
    CHECK_EQ(o.problem_count, before + 1);
    while (b.len <= OPTION_FILE_MAX)
        buf_put(&b, S("###############\n"));
    CHECK_EQ(options_file(&o, S("f"), buf_slice(&b), &why), ERR_LIMIT);
    CHECK_OK(options_file(&o, S("f"), slice_sub(buf_slice(&b), 0, OPTION_FILE_MAX), &why));
}

TEST(every_allocation_may_fail)
{
    static const slice argv[] = {S_INIT("--audience=x"), S_INIT("--audience=y"), S_INIT("--lagn"),
                                 S_INIT("name"),         S_INIT("-jd"),          S_INIT("/x")};
    static const char *const environment[] = {"NOROSHI_LNAG=ja", "NOROSHI_AUDIENCE=a,b", NULL};
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        options o = {.problem_count = 77};
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        status st = options_init(&o, &a, &table, NULL);
        if (st != OK)
            CHECK_EQ(o.problem_count, 77);
        if (st == OK)
            st = options_args(&o, argv, COUNT_OF(argv), NULL);
        if (st == OK)
            st = options_file(&o, S("f"), S("[limit]\njson-depth = \"x\"\nlagn=1\n"), NULL);
        if (st == OK)
            st = options_environment(&o, environment, true, NULL);
        if (st == OK)
            st = options_put(&o, T_LANG, S("ja"), (option_origin){.layer = LAYER_MACHINE}, NULL);
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        REQUIRE(n < 1000);
    }
}

TEST(values_print_as_a_file_would_have_them)
{
    static const struct {
        slice in;
        const char *want;
    } texts[] = {
        {S_INIT("plain text"), "plain text"},
        {S_INIT(""), "\"\""},
        {S_INIT(" x"), "\" x\""},
        {S_INIT("a#b"), "\"a#b\""},
        {S_INIT("a\"\\"), "\"a\\\"\\\\\""},
        {S_INIT("a\nb"), "\"a\\nb\""},
    };
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        buf_clear(&b);
        option_value_put(&b, texts[i].in);
        CHECK_SLICE(buf_slice(&b), slice_str(texts[i].want));
    }
    char variable[OPTION_KEY_MAX + 16];
    CHECK(strcmp(option_variable("limit.json-depth", variable), "NOROSHI_LIMIT_JSON_DEPTH") == 0);
}

TEST(guesses)
{
    static const struct {
        const char *word, *candidate;
        bool near;
    } pairs[] = {
        {"clear", "clearance", true}, {"ask", "ask", true},      {"aks", "ask", true},
        {"improt", "import", true},   {"x", "ask", false},       {"abc", "xyz", false},
        {"verison", "version", true}, {"status", "stats", true}, {"show", "help", false},
    };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        option_guess g = {.word = slice_str(pairs[i].word)};
        if (option_guess_try(&g, slice_str(pairs[i].candidate)) != pairs[i].near)
            TEST_FAIL("%s for %s", pairs[i].candidate, pairs[i].word);
    }
}
