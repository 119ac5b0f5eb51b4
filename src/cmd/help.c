/* help.c - see help.h. */
#include "cmd/help.h"

enum { HELP_COLUMN = 30 };

void help_choices_put(buf *out, const char *choices)
{
    slice rest = slice_str(choices), one;
    for (bool more = false; slice_cut(&rest, ' ', &one); more = true) {
        if (more)
            buf_put(out, S(", "));
        buf_put(out, one);
    }
}

static void put_flags(sink *s, const option *row)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1024);
    if (!row->flag)
        buf_printf(&b, "  %s", row->key);
    else if (row->letter)
        buf_printf(&b, "  -%c, --%s", row->letter, row->flag);
    else
        buf_printf(&b, "      --%s", row->flag);
    if (row->argument)
        buf_printf(&b, " %s", row->argument);
    sink_style(s, STYLE_LABEL);
    sink_words(s, buf_slice(&b));
    sink_style(s, STYLE_PLAIN);
    if (b.len >= HELP_COLUMN)
        sink_line(s);
    sink_to(s, HELP_COLUMN);
}

static void put_option(sink *s, const option *row)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 4096);
    sink_indent(s, 0);
    put_flags(s, row);
    sink_indent(s, HELP_COLUMN);
    sink_put(s, message_of(row->help));
    slice builtin = slice_str(row->builtin);
    if (row->type == OPTION_ENUM && row->builtin) {
        help_choices_put(&b, row->choices);
        sink_words(s, S(" "));
        sink_put(s, msg_help_choices(buf_slice(&b), builtin));
    } else if (row->builtin) {
        sink_words(s, S(" "));
        sink_put(s, msg_help_builtin(builtin));
    }
    sink_line(s);
    sink_indent(s, 0);
}

static void put_heading(sink *s, message_id heading)
{
    sink_line(s);
    sink_style(s, STYLE_TITLE);
    sink_put(s, message_of(heading));
    sink_style(s, STYLE_PLAIN);
    sink_line(s);
}

typedef bool chooser(const option *row, size_t which);

static bool of_command(const option *row, size_t which)
{
    return row->commands && row->flag && option_taken_by(&app_options, row, which);
}

static bool of_all(const option *row, size_t which)
{
    (void)which;
    return !row->commands && row->flag;
}

static bool without_flag(const option *row, size_t which)
{
    (void)which;
    return !row->flag;
}

static void put_options(sink *s, message_id heading, chooser *wanted, size_t which)
{
    bool any = false;
    for (size_t i = 0; i < app_options.count; i++) {
        const option *row = &app_options.rows[i];
        if (row->hidden || !wanted(row, which))
            continue;
        if (!any)
            put_heading(s, heading);
        any = true;
        put_option(s, row);
    }
}

static void put_text(sink *s, message_id text)
{
    if (text == MSG_NONE)
        return;
    sink_line(s);
    sink_put(s, message_of(text));
    sink_line(s);
}

static void put_program(sink *s)
{
    sink_put(s, message_of(MSG_help_program));
    sink_line(s);
    sink_put(s, message_of(MSG_help_usage_program));
    sink_line(s);
    put_heading(s, MSG_help_commands);
    for (size_t i = 0; i < command_count(); i++) {
        const command *c = command_at(i);
        if (c->hidden)
            continue;
        sink_words(s, S("  "));
        sink_style(s, STYLE_LABEL);
        sink_words(s, slice_str(c->name));
        sink_style(s, STYLE_PLAIN);
        sink_to(s, HELP_COLUMN);
        sink_indent(s, HELP_COLUMN);
        sink_put(s, message_of(c->summary));
        sink_indent(s, 0);
        sink_line(s);
    }
    put_options(s, MSG_help_global_options, of_all, OPTION_NO_COMMAND);
    put_options(s, MSG_help_limits, without_flag, OPTION_NO_COMMAND);
    put_text(s, MSG_help_layers);
    sink_put(s, message_of(MSG_help_more));
    sink_line(s);
}

static void put_command(sink *s, const command *c)
{
    size_t index = (size_t)(c - command_at(0));
    sink_put(s, msg_help_usage(slice_str(c->name), slice_str(c->operands ? c->operands : "")));
    sink_line(s);
    sink_put(s, message_of(c->summary));
    sink_line(s);
    put_text(s, c->text);
    put_options(s, MSG_help_options, of_command, index);
    put_text(s, MSG_help_global);
}

status help_put(app *a, const command *c, err *why)
{
    if (c)
        put_command(&a->out, c);
    else
        put_program(&a->out);
    return sink_flush(&a->out, why);
}
