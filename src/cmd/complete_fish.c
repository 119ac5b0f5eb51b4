/* complete_fish.c - completion for fish: see generate.h.
 *
 * One function finds the words that were typed, without flags and their values; a line each says
 * what may follow. Descriptions are the help's. */
#include "cmd/generate.h"

static const char *const before[] = {
    "# fish completion for noroshi, made by `noroshi generate fish`",
    "function __noroshi_words",
    "    set -l skip no",
    "    for word in (commandline -opc)[2..-1]",
    "        if test $skip = yes",
    "            set skip no",
    "            continue",
    "        end",
    "        switch $word",
};

static const char *const after[] = {
    "                set skip yes",
    "            case '-*'",
    "            case '*'",
    "                echo $word",
    "        end",
    "    end",
    "end",
    "# the words so far are these, all of them",
    "function __noroshi_only",
    "    test \"$(string join ' ' (__noroshi_words))\" = \"$argv[1]\"",
    "end",
    "# the words so far begin with these",
    "function __noroshi_behind",
    "    string match -q -- \"$argv[1] *\" (string join ' ' (__noroshi_words) '')",
    "end",
};

static void put_lines(buf *out, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s\n", lines[i]);
}

/* In single quotes. */
static void put_message(buf *out, language l, message_id id)
{
    CLEANUP(buf_done) buf text;
    const message m = message_of(id);
    buf_init(&text, 1 << 16);
    message_render(&text, l, &m, NULL);
    buf_byte(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'' || text.ptr[i] == '\\')
            buf_byte(out, '\\');
        buf_byte(out, text.ptr[i]);
    }
    buf_byte(out, '\'');
    out->failed = out->failed || text.failed;
}

static void put_valued(buf *out)
{
    buf_put(out, S("            case"));
    for (size_t i = 0; i < app_options.count; i++) {
        const option *row = &app_options.rows[i];
        if (!row->flag || !row->argument)
            continue;
        buf_printf(out, " --%s", row->flag);
        if (row->letter)
            buf_printf(out, " -%c", row->letter);
    }
    buf_byte(out, '\n');
}

/* Words of commands: the first, and the second behind it. */
static void put_command(buf *out, language l, const command *c)
{
    slice second = slice_str(c->name), first;
    slice_cut(&second, ' ', &first);
    if (second.ptr)
        buf_printf(out, "complete -c noroshi%s -n '__noroshi_only %.*s' -a %.*s -d ",
                   command_named(first) ? "" : " -f", SLICE_FMT(first), SLICE_FMT(second));
    else
        buf_printf(out, "complete -c noroshi -f -n '__noroshi_only \"\"' -a %.*s -d ",
                   SLICE_FMT(first));
    put_message(out, l, c->summary);
    buf_byte(out, '\n');
}

/* A first word that is no command of its own: `config`. */
static void put_first(buf *out, slice first)
{
    if (!command_named(first))
        buf_printf(out, "complete -c noroshi -f -n '__noroshi_only \"\"' -a %.*s\n",
                   SLICE_FMT(first));
}

static void put_flag(buf *out, language l, const option *row, slice behind)
{
    bool path = row->type == OPTION_PATH || row->type == OPTION_SECRET;
    buf_put(out, S("complete -c noroshi"));
    if (behind.len)
        buf_printf(out, " -n '__noroshi_behind \"%.*s\"'", SLICE_FMT(behind));
    buf_printf(out, " -l %s", row->flag);
    if (row->letter)
        buf_printf(out, " -s %c", row->letter);
    if (row->argument)
        buf_put(out, path ? S(" -r -F") : S(" -x"));
    if (row->argument && row->choices)
        buf_printf(out, " -a '%s'", row->choices);
    buf_put(out, S(" -d "));
    put_message(out, l, row->help);
    buf_byte(out, '\n');
}

static void put_flags(buf *out, language l, const option *row)
{
    slice commands = slice_str(row->commands), one;
    if (!row->commands)
        put_flag(out, l, row, S(""));
    while (row->commands && slice_cut(&commands, ',', &one))
        put_flag(out, l, row, one);
}

void complete_fish_put(buf *out, language l)
{
    slice last = {0};
    put_lines(out, before, COUNT_OF(before));
    put_valued(out);
    put_lines(out, after, COUNT_OF(after));
    for (size_t i = 0; i < command_count(); i++) {
        slice rest = slice_str(command_at(i)->name), first;
        slice_cut(&rest, ' ', &first);
        if (command_at(i)->hidden)
            continue;
        if (!slice_eq(first, last))
            put_first(out, first);
        put_command(out, l, command_at(i));
        last = first;
    }
    for (size_t i = 0; i < app_options.count; i++)
        if (app_options.rows[i].flag && !app_options.rows[i].hidden)
            put_flags(out, l, &app_options.rows[i]);
}
