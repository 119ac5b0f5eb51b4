/* complete.c - completion for bash and zsh: see generate.h.
 *
 * The scripts are a few lines of code that never change, and three tables, the same for both: which
 * flags take a value, which flags a command has, and what a value can be. Words come from our own
 * tables, so none needs quoting (the test of the table allows lower case letters, digits and dashes
 * only). */
#include "cmd/generate.h"

/* What a shell does in its own way. */
typedef struct shell {
    const char *const *before, *const *middle, *const *after;
    size_t before_count, middle_count, after_count;
} shell;

static const char *const bash_before[] = {
    "# bash completion for noroshi, made by `noroshi generate bash`",
    "_noroshi() {",
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev='' word first='' second='' count=0 i values=-",
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

static const char *const bash_middle[] = {
    "            [[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))",
    "            ((i++)) ;;",
    "        =) ((i++)) ;;",
    "        -*) ;;",
    "        *)",
    "            ((count++))",
    "            ((count == 1)) && first=$word",
    "            ((count == 2)) && second=$word",
    "            ;;",
    "        esac",
    "    done",
    "    COMPREPLY=()",
};

/* File names are what bash completes by itself; where a value is no path it must not. */
static const char *const bash_after[] = {
    "    esac",
    "    [[ $values == - ]] && return",
    "    compopt +o default 2>/dev/null",
    "    COMPREPLY=($(compgen -W \"$values\" -- \"$cur\"))",
    "}",
    "complete -o default -F _noroshi noroshi",
};

static const char *const zsh_before[] = {
    "#compdef noroshi",
    "# zsh completion for noroshi, made by `noroshi generate zsh`",
    "_noroshi() {",
    "    local cur=${words[CURRENT]} prev=${words[CURRENT-1]} word first='' second='' values=-",
    "    integer count=0 i",
    "    # \"--lang=ja\" is one word",
    "    if [[ $cur == --*=* ]]; then",
    "        prev=${cur%%=*} cur=${cur#*=}",
    "        compset -P '--*='",
    "    fi",
    "    for ((i = 2; i < CURRENT; i++)); do",
    "        word=${words[i]}",
    "        case $word in",
};

static const char *const zsh_middle[] = {
    "            ((i++)) ;;",
    "        -*) ;;",
    "        *)",
    "            ((count++))",
    "            ((count == 1)) && first=$word",
    "            ((count == 2)) && second=$word",
    "            ;;",
    "        esac",
    "    done",
};

static const char *const zsh_after[] = {
    "    esac",
    "    if [[ $values == - ]]; then",
    "        _files",
    "    else",
    "        compadd -- ${=values}",
    "    fi",
    "}",
    "[[ ${funcstack[1]} == _noroshi ]] && _noroshi \"$@\"",
};

static void put_lines(buf *out, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s\n", lines[i]);
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

static bool two_words(const char *name)
{
    return strchr(name, ' ') != NULL;
}

static void put_commands_of_two(buf *out)
{
    const char *sep = "    ";
    buf_put(out, S("    local command=$first\n    case \"$first $second\" in\n"));
    for (size_t i = 0; i < command_count(); i++)
        if (two_words(command_at(i)->name)) {
            buf_printf(out, "%s'%s'", sep, command_at(i)->name);
            sep = " | ";
        }
    buf_put(out, S(") command=\"$first $second\" ;;\n    esac\n"));
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

/* Second words behind the first of two; those of one first word stand together in the table. */
static void put_second_words(buf *out)
{
    slice open = {0};
    for (size_t i = 0; i < command_count(); i++) {
        slice second = slice_str(command_at(i)->name), first;
        slice_cut(&second, ' ', &first);
        if (!second.ptr || command_at(i)->hidden)
            continue;
        if (!slice_eq(first, open))
            buf_printf(out, "%s            1:%.*s) values=\"${values#-}", open.len ? "\" ;;\n" : "",
                       SLICE_FMT(first));
        buf_printf(out, " %.*s", SLICE_FMT(second));
        open = first;
    }
    buf_put(out, S("\" ;;\n"));
}

static void put_words(buf *out)
{
    slice last = {0};
    buf_put(out, S("            case $count:$first in\n            0:* | 1:help) values='"));
    for (size_t i = 0; i < command_count(); i++) {
        slice rest = slice_str(command_at(i)->name), first;
        slice_cut(&rest, ' ', &first);
        if (!command_at(i)->hidden && !slice_eq(first, last))
            buf_printf(out, " %.*s", SLICE_FMT(first));
        last = first;
    }
    buf_put(out, S("' ;;\n"));
    put_second_words(out);
    buf_put(out, S("            esac\n        fi\n        ;;\n"));
}

static void put_script(buf *out, const shell *s)
{
    put_lines(out, s->before, s->before_count);
    put_valued(out);
    put_lines(out, s->middle, s->middle_count);
    put_commands_of_two(out);
    put_values(out);
    put_flags(out);
    put_words(out);
    put_lines(out, s->after, s->after_count);
}

void complete_bash_put(buf *out)
{
    static const shell bash = {bash_before,           bash_middle,           bash_after,
                               COUNT_OF(bash_before), COUNT_OF(bash_middle), COUNT_OF(bash_after)};
    put_script(out, &bash);
}

void complete_zsh_put(buf *out)
{
    static const shell zsh = {zsh_before,           zsh_middle,           zsh_after,
                              COUNT_OF(zsh_before), COUNT_OF(zsh_middle), COUNT_OF(zsh_after)};
    put_script(out, &zsh);
}
