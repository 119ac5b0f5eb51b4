/* option_file.c - configuration files and the environment: see option.h. */
#include "base/option/parts.h"

typedef struct lines {
    options *o;
    option_origin where;
    slice section; /* "limit." */
} lines;

/* A value in quotes, undone into the arena. *problem when the quotes are not right. */
static status unquote(lines *l, slice s, slice *ret, bool *good, err *why)
{
    char *p = arena_array(l->o->a, s.len + 1, 1);
    size_t n = 0, i = 1;
    if (!p)
        return ARENA_SPENT(l->o->a, why);
    for (; i < s.len && s.ptr[i] != '"'; i++) {
        char c = s.ptr[i], next = i + 1 < s.len ? s.ptr[i + 1] : 0;
        if (c == '\\' && next != '"' && next != '\\' && next != 'n')
            break;
        if (c == '\\')
            i++;
        p[n++] = c == '\\' && next == 'n' ? '\n' : s.ptr[i];
    }
    slice behind = slice_trim(slice_from(s, i + 1));
    *good = i < s.len && s.ptr[i] == '"' && (!behind.len || behind.ptr[0] == '#');
    *ret = slice_of(p, n);
    return OK;
}

/* Up to a "#" at the beginning or behind a blank. */
static slice without_comment(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '#' && (i == 0 || is_space(s.ptr[i - 1])))
            return slice_trim(slice_sub(s, 0, i));
    return slice_trim(s);
}

static status read_section(lines *l, slice line, err *why)
{
    slice inside = without_comment(line);
    bool good = slice_ends(inside, S("]"));
    inside = slice_trim(slice_sub(inside, 1, good ? inside.len - 1 : inside.len));
    for (size_t i = 0; i < inside.len; i++)
        good = good && (is_alnum(inside.ptr[i]) || inside.ptr[i] == '-' || inside.ptr[i] == '.');
    if (!good || inside.len > OPTION_KEY_MAX)
        return options_problem(l->o, msg_option_bad_section(), l->where, why);
    slice section = arena_printf(l->o->a, "%.*s%s", SLICE_FMT(inside), inside.len ? "." : "");
    if (!section.ptr)
        return ARENA_SPENT(l->o->a, why);
    l->section = section;
    return OK;
}

static status read_pair(lines *l, slice line, err *why)
{
    slice rest = line, key;
    if (slice_find_byte(line, '=', 0) == SIZE_MAX)
        return options_problem(l->o, msg_option_no_equals(), l->where, why);
    slice_cut(&rest, '=', &key);
    rest = slice_trim(rest);
    key = arena_printf(l->o->a, "%.*s%.*s", SLICE_FMT(l->section), SLICE_FMT(slice_trim(key)));
    if (!key.ptr)
        return ARENA_SPENT(l->o->a, why);
    slice value = without_comment(rest);
    if (rest.len && rest.ptr[0] == '"') {
        bool good = false;
        status st = unquote(l, rest, &value, &good, why);
        if (st != OK)
            return st;
        if (!good)
            return options_problem(l->o, msg_option_bad_quotes(), l->where, why);
    }
    const option *row = option_by_key(l->o->table, key);
    if (!row)
        return option_complain_key(l->o, key, l->where, why);
    return option_assign(l->o, row, value, l->where, why);
}

static status read_line(lines *l, slice line, err *why)
{
    if (line.len > OPTION_FILE_LINE_MAX)
        return options_problem(l->o, msg_option_line_long(OPTION_FILE_LINE_MAX), l->where, why);
    line = slice_trim(line);
    if (!line.len || line.ptr[0] == '#')
        return OK;
    return line.ptr[0] == '[' ? read_section(l, line, why) : read_pair(l, line, why);
}

status options_file(options *o, slice path, slice bytes, err *why)
{
    lines l = {.o = o, .where = {.layer = LAYER_FILE}};
    slice rest, line;
    if (bytes.len > OPTION_FILE_MAX)
        return err_set(why, ERR_LIMIT, OPTION_FILE_MAX, "configuration file over %d bytes",
                       OPTION_FILE_MAX);
    if (!arena_copy(o->a, path, &l.where.name) || !arena_copy(o->a, bytes, &rest))
        return ARENA_SPENT(o->a, why);
    if (slice_starts(rest, S("\xef\xbb\xbf"))) /* a byte order mark is no part of the first key */
        rest = slice_from(rest, 3);
    o->file_count++;
    status st = OK;
    while (st == OK && slice_cut(&rest, '\n', &line)) {
        l.where.line++;
        st = read_line(&l, line, why);
    }
    return st;
}

/* --- environment ---------------------------------------------------------------------------- */

static const option *row_of_variable(const option_table *t, slice name)
{
    char variable[OPTION_KEY_MAX + 16];
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].key && slice_eq(slice_str(option_variable(t->rows[i].key, variable)), name))
            return &t->rows[i];
    return NULL;
}

/* The row of NAME_FILE, which is no variable of an option's own. */
static const option *row_of_file(const option_table *t, slice name)
{
    static const slice end = S_INIT("_FILE");
    if (!slice_ends(name, end) || row_of_variable(t, name))
        return NULL;
    return row_of_variable(t, slice_sub(name, 0, name.len - end.len));
}

static status unknown_variable(options *o, option_origin where, err *why)
{
    option_guess g = {.word = where.name};
    char variable[OPTION_KEY_MAX + 16], best[OPTION_KEY_MAX + 16];
    for (size_t i = 0; i < o->table->count; i++) {
        const char *key = o->table->rows[i].key;
        if (!key || o->table->rows[i].hidden)
            continue;
        if (option_guess_try(&g, slice_str(option_variable(key, variable)))) {
            memcpy(best, variable, sizeof best);
            g.best.ptr = best;
        }
    }
    slice near;
    if (!g.best.len)
        return options_problem(o, msg_option_unknown_variable(), where, why);
    if (!arena_copy(o->a, g.best, &near))
        return ARENA_SPENT(o->a, why);
    return options_problem(o, msg_option_unknown_variable_near(near), where, why);
}

static status assign_variable(options *o, const option *row, slice value, option_origin where,
                              err *why)
{
    slice item;
    status st = OK;
    if (!row->many)
        return option_assign(o, row, value, where, why);
    while (st == OK && slice_cut(&value, ',', &item))
        if (slice_trim(item).len)
            st = option_assign(o, row, slice_trim(item), where, why);
    return st;
}

status options_environment(options *o, const char *const *environment, bool strict, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && environment[i]; i++) {
        slice pair = slice_str(environment[i]), kept;
        if (!slice_starts(pair, S("NOROSHI_")))
            continue;
        if (!arena_copy(o->a, pair, &kept))
            return ARENA_SPENT(o->a, why);
        option_origin where = {.layer = LAYER_ENVIRONMENT};
        slice_cut(&kept, '=', &where.name);
        if (!kept.len) /* empty counts as unset */
            continue;
        const option *row = row_of_variable(o->table, where.name);
        if (row)
            st = assign_variable(o, row, kept, where, why);
        else if (strict && !row_of_file(o->table, where.name))
            st = unknown_variable(o, where, why);
    }
    return st;
}

static bool is_set_by_variable(const options *o, const option *row)
{
    return option_origin_of(o, (unsigned)(row - o->table->rows)).layer == LAYER_ENVIRONMENT;
}

/* `path` ends in a NUL. */
static status assign_file(options *o, const option *row, slice path, option_origin where,
                          const fs *disk, err *why)
{
    slice bytes, reason;
    err said = {0};
    if (is_set_by_variable(o, row))
        return options_problem(o, msg_option_variable_twice(), where, why);
    status st = fs_read_all(disk, o->a, path.ptr, OPTION_VALUE_MAX, &bytes, &said);
    if (st == OK) {
        while (slice_ends(bytes, S("\n")) || slice_ends(bytes, S("\r")))
            bytes.len--;
        return assign_variable(o, row, bytes, where, why);
    }
    if (!arena_copy(o->a, slice_str(said.msg), &reason))
        return ARENA_SPENT(o->a, why);
    return options_problem(o, msg_option_file_unreadable(reason), where, why);
}

status options_environment_files(options *o, const char *const *environment, const fs *disk,
                                 err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && environment[i]; i++) {
        slice pair = slice_str(environment[i]), path;
        option_origin where = {.layer = LAYER_ENVIRONMENT};
        if (!slice_starts(pair, S("NOROSHI_")))
            continue;
        if (!arena_copy(o->a, pair, &path))
            return ARENA_SPENT(o->a, why);
        slice_cut(&path, '=', &where.name);
        const option *row = path.len ? row_of_file(o->table, where.name) : NULL;
        if (row)
            st = assign_file(o, row, path, where, disk, why);
    }
    return st;
}
