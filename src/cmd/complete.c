/* complete.c - completion for bash: see generate.h.
 *
 * The script is a few lines of code that never change, and three tables: which flags take a value,
 * which flags a command has, and what a value can be. Words come from our own tables, so none needs
 * quoting (the test of the table allows lower case letters, digits and dashes only). */
#include "cmd/generate.h"

static const char *const before[] = {
    "# bash completion for noroshi, made by `noroshi generate bash`",
    "_noroshi() {",
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev='' word words=() i values=-",
    "    ((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD - 1]}",
    "    # \"--lang=ja\" arrives as three words",
    "    if [[ $cur == = ]]; then",
    "        cur=''",
    "    elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then",
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}",
    "    fi",
    "    for ((i = 1; i < COMP_CWORD; i++)); do",
    "        word=${COMP_WORDS[i]}",
    "        case $word in",
};

static const char *const middle[] = {
    "            [[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))",
    "            ((i++)) ;;",
    "        =) ((i++)) ;;",
    "        -*) ;;",
    "        *) words+=(\"$word\") ;;",
    "        esac",
    "    done",
    "    COMPREPLY=()",
    "    local command=${words[0]}",
    "    case \"${words[0]} ${words[1]}\" in",
};

/* File names are what bash completes by itself; where a value is no path it must not. */
static const char *const after[] = {
    "    esac",
    "    [[ $values == - ]] && return",
    "    compopt +o default 2>/dev/null",
    "    COMPREPLY=($(compgen -W \"$values\" -- \"$cur\"))",
    "}",
    "complete -o default -F _noroshi noroshi",
};

static void put_lines(buf *out, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s\n", lines[i]);
}

static bool two_words(const char *name)
{
    return strchr(name, ' ') != NULL;
}

/* The patterns of flags whose next word is their value. */
static void put_valued(buf *out)
{
    const char *sep = "        ";
    for (size_t i = 0; i < app_options.count; i++) {
        const option *row = &app_options.rows[i];
        if (!row->flag || !row->argument)
            continue;
        buf_printf(out, "%s--%s", sep, row->flag);
        sep = " | ";
        if (row->letter)
            buf_printf(out, " | -%c", row->letter);
    }
    buf_put(out, S(")\n"));
}

static void put_commands_of_two(buf *out)
{
    const char *sep = "    ";
    for (size_t i = 0; i < command_count(); i++)
        if (two_words(command_at(i)->name)) {
            buf_printf(out, "%s'%s'", sep, command_at(i)->name);
            sep = " | ";
        }
    buf_put(out, S(") command=\"${words[0]} ${words[1]}\" ;;\n    esac\n"));
}

/* The pattern "command flag" for each command that takes the flag. */
static void put_patterns(buf *out, const option *row)
{
    slice commands = slice_str(row->commands ? row->commands : "*"), one;
    const char *quote = row->commands ? "'" : "", *sep = "    ";
    while (slice_cut(&commands, ',', &one)) {
        buf_printf(out, "%s%s%.*s%s' --%s'", sep, quote, SLICE_FMT(one), quote, row->flag);
        sep = " | ";
        if (row->letter)
            buf_printf(out, " | %s%.*s%s' -%c'", quote, SLICE_FMT(one), quote, row->letter);
    }
}

/* What may stand behind a flag. */
static void put_values(buf *out)
{
    buf_put(out, S("    case \"$command $prev\" in\n"));
    for (size_t i = 0; i < app_options.count; i++) {
        const option *row = &app_options.rows[i];
        bool path = row->type == OPTION_PATH || row->type == OPTION_SECRET;
        if (!row->flag || row->hidden || !row->argument)
            continue;
        put_patterns(out, row);
        if (path)
            buf_put(out, S(") ;;\n"));
        else
            buf_printf(out, ") values='%s' ;;\n", row->choices ? row->choices : "");
    }
}

static void put_flags_of(buf *out, size_t which)
{
    for (size_t i = 0; i < app_options.count; i++) {
        const option *row = &app_options.rows[i];
        if (row->flag && !row->hidden && !row->commands == (which == OPTION_NO_COMMAND) &&
            option_taken_by(&app_options, row, which))
            buf_printf(out, " --%s", row->flag);
    }
}

/* Behind every other word: flags, if a dash was typed, or the words of commands. */
static void put_flags(buf *out)
{
    buf_put(out, S("    *)\n        if [[ $cur == -* ]]; then\n            values='"));
    put_flags_of(out, OPTION_NO_COMMAND);
    buf_put(out, S("'\n            case $command in\n"));
    for (size_t i = 0; i < command_count(); i++) {
        if (command_at(i)->hidden)
            continue;
        buf_printf(out, "            '%s') values+='", command_at(i)->name);
        put_flags_of(out, i);
        buf_put(out, S("' ;;\n"));
    }
    buf_put(out, S("            esac\n        else\n"));
}

/* First words; second words behind the first of two. */
static void put_words(buf *out)
{
    slice last = {0};
    buf_put(out,
            S("            case ${#words[@]}:${words[0]} in\n            0:* | 1:help) values='"));
    for (size_t i = 0; i < command_count(); i++) {
        slice rest = slice_str(command_at(i)->name), first;
        slice_cut(&rest, ' ', &first);
        if (!command_at(i)->hidden && !slice_eq(first, last))
            buf_printf(out, " %.*s", SLICE_FMT(first));
        last = first;
    }
    buf_put(out, S("' ;;\n"));
    for (size_t i = 0; i < command_count(); i++) {
        slice second = slice_str(command_at(i)->name), first;
        slice_cut(&second, ' ', &first);
        if (second.ptr && !command_at(i)->hidden)
            buf_printf(out, "            1:%.*s) values=\"${values#-} %.*s\" ;;&\n",
                       SLICE_FMT(first), SLICE_FMT(second));
    }
    buf_put(out, S("            esac\n        fi\n        ;;\n"));
}

void complete_bash_put(buf *out)
{
    put_lines(out, before, COUNT_OF(before));
    put_valued(out);
    put_lines(out, middle, COUNT_OF(middle));
    put_commands_of_two(out);
    put_values(out);
    put_flags(out);
    put_words(out);
    put_lines(out, after, COUNT_OF(after));
}
