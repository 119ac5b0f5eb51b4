/* option.c - values and their layers: see option.h. */
#include "base/option/parts.h"
#include "base/text.h"

#include <stdio.h>

const char *option_layer_name(option_layer l)
{
    static const char *const names[] = {
        [LAYER_UNSET] = "unset", [LAYER_BUILTIN] = "built-in",        [LAYER_MACHINE] = "machine",
        [LAYER_FILE] = "file",   [LAYER_ENVIRONMENT] = "environment", [LAYER_FLAG] = "flag",
    };
    _Static_assert(COUNT_OF(names) == LAYER_COUNT_, "a layer without a name");
    assert(l < LAYER_COUNT_);
    return names[l];
}

bool option_next_word(slice *rest, char sep, slice *ret)
{
    while (rest->len && rest->ptr[0] == sep)
        *rest = slice_from(*rest, 1);
    return rest->len && slice_cut(rest, sep, ret);
}

/* --- values --------------------------------------------------------------------------------- */

static bool parse_bool(const option *row, slice s, arena *a, int64_t *ret, message *problem)
{
    static const char *const words[2][4] = {{"no", "false", "off", "0"},
                                            {"yes", "true", "on", "1"}};
    (void)row;
    for (int yes = 0; yes < 2; yes++)
        for (size_t i = 0; i < 4; i++)
            if (slice_eq_nocase(s, slice_str(words[yes][i]))) {
                *ret = yes;
                return true;
            }
    *problem = msg_option_bad_switch(text_brief(a, s));
    return false;
}

static bool parse_text(const option *row, slice s, arena *a, int64_t *ret, message *problem)
{
    (void)ret, (void)a;
    bool bytes_are_fine = row->type == OPTION_PATH || row->type == OPTION_SECRET;
    if (slice_find_byte(s, 0, 0) != SIZE_MAX || (!bytes_are_fine && utf8_check(s) != SIZE_MAX)) {
        *problem = msg_option_bad_text();
        return false;
    }
    return true;
}

static bool parse_enum(const option *row, slice s, arena *a, int64_t *ret, message *problem)
{
    slice rest = slice_str(row->choices), word;
    for (int64_t i = 0; option_next_word(&rest, ' ', &word); i++)
        if (slice_eq_nocase(word, s)) {
            *ret = i;
            return true;
        }
    *problem = msg_option_bad_choice(text_brief(a, s), slice_str(row->choices));
    return false;
}

/* Digits and a unit: false when there is no number, the unit is unknown, or it does not fit. */
typedef struct unit {
    const char *name;
    int64_t scale;
} unit;

static bool scaled(slice s, const unit *units, size_t count, int64_t *ret)
{
    size_t digits = 0;
    uint64_t n;
    while (digits < s.len && is_digit(s.ptr[digits]))
        digits++;
    if (!slice_u64(slice_sub(s, 0, digits), &n) || n > INT64_MAX)
        return false;
    slice name = slice_trim(slice_from(s, digits));
    for (size_t i = 0; i < count; i++)
        if (slice_eq_nocase(name, slice_str(units[i].name)))
            return !__builtin_mul_overflow((int64_t)n, units[i].scale, ret);
    return false;
}

static bool in_range(const option *row, int64_t n)
{
    return row->max <= 0 || (n >= row->min && n <= row->max);
}

static bool parse_int(const option *row, slice s, arena *a, int64_t *ret, message *problem)
{
    static const unit plain[] = {{"", 1}};
    int64_t n;
    if (!scaled(s, plain, 1, &n)) {
        *problem = msg_option_bad_number(text_brief(a, s));
        return false;
    }
    if (!in_range(row, n)) {
        *problem = msg_option_range(n, row->min, row->max);
        return false;
    }
    *ret = n;
    return true;
}

static bool parse_bytes(const option *row, slice s, arena *a, int64_t *ret, message *problem)
{
    static const unit units[] = {
        {"", 1},
        {"B", 1},
        {"k", 1 << 10},
        {"KB", 1 << 10},
        {"KiB", 1 << 10},
        {"M", 1 << 20},
        {"MB", 1 << 20},
        {"MiB", 1 << 20},
        {"G", 1 << 30},
        {"GB", 1 << 30},
        {"GiB", 1 << 30},
        {"T", (int64_t)1 << 40},
        {"TB", (int64_t)1 << 40},
        {"TiB", (int64_t)1 << 40},
    };
    int64_t n;
    if (!scaled(s, units, COUNT_OF(units), &n)) {
        *problem = msg_option_bad_size(text_brief(a, s));
        return false;
    }
    if (!in_range(row, n)) {
        *problem = msg_option_range_size(n, row->min, row->max);
        return false;
    }
    *ret = n;
    return true;
}

static bool parse_duration(const option *row, slice s, arena *a, int64_t *ret, message *problem)
{
    static const unit units[] = {{"", 1000},     {"ms", 1},      {"s", 1000},    {"m", 60000},
                                 {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    int64_t n;
    if (!scaled(s, units, COUNT_OF(units), &n)) {
        *problem = msg_option_bad_duration(text_brief(a, s));
        return false;
    }
    if (!in_range(row, n)) {
        *problem = msg_option_range_duration(n, row->min, row->max);
        return false;
    }
    *ret = n;
    return true;
}

static bool parse_time(const option *row, slice s, arena *a, int64_t *ret, message *problem)
{
    (void)row;
    when t;
    if (when_parse(s, &t) != OK) {
        *problem = msg_option_bad_time(text_brief(a, s));
        return false;
    }
    *ret = t;
    return true;
}

static bool (*const parsers[])(const option *, slice, arena *, int64_t *, message *) = {
    [OPTION_BOOL] = parse_bool,         [OPTION_TEXT] = parse_text,
    [OPTION_PATH] = parse_text,         [OPTION_ENUM] = parse_enum,
    [OPTION_INT] = parse_int,           [OPTION_BYTES] = parse_bytes,
    [OPTION_DURATION] = parse_duration, [OPTION_TIME] = parse_time,
    [OPTION_SECRET] = parse_text,       [OPTION_ALIAS] = NULL,
};
_Static_assert(COUNT_OF(parsers) == OPTION_TYPE_COUNT_, "a type without a parser");

bool option_value_parse(const option *row, slice text, arena *a, int64_t *ret, message *problem)
{
    assert(row->type != OPTION_ALIAS);
    if (text.len > OPTION_VALUE_MAX) {
        *problem = msg_option_too_long(OPTION_VALUE_MAX);
        return false;
    }
    return parsers[row->type](row, text, a, ret, problem);
}

/* --- layers --------------------------------------------------------------------------------- */

status options_problem(options *o, message what, option_origin where, err *why)
{
    if (!o->problems)
        o->problems = arena_array(o->a, OPTION_PROBLEMS_MAX, sizeof *o->problems);
    if (!o->problems)
        return ARENA_SPENT(o->a, why);
    if (o->problem_count < OPTION_PROBLEMS_MAX)
        o->problems[o->problem_count] = (option_problem){what, where};
    o->problem_count++;
    return OK;
}

/* A value's problem names the key too, where the place does not. */
static status complain_value(options *o, const option *row, message what, option_origin where,
                             err *why)
{
    if (where.layer != LAYER_FILE || !row->key)
        return options_problem(o, what, where, why);
    message *inner = arena_new(o->a, message);
    if (!inner)
        return ARENA_SPENT(o->a, why);
    *inner = what;
    return options_problem(o, msg_option_for_key(slice_str(row->key), inner), where, why);
}

static bool same_place(option_origin a, option_origin b)
{
    return a.layer == b.layer && (a.layer != LAYER_FILE || a.name.ptr == b.name.ptr);
}

/* Another value of an option that may be repeated. The array doubles at powers of two. */
static status add_item(options *o, option_value *v, slice text, err *why)
{
    if ((v->count & (v->count - 1)) == 0) {
        slice *more = arena_array(o->a, v->count ? 2 * v->count : 1, sizeof *more);
        if (!more)
            return ARENA_SPENT(o->a, why);
        if (v->count)
            memcpy(more, v->items, v->count * sizeof *more);
        v->items = more;
    }
    v->items[v->count++] = text;
    return OK;
}

status option_assign(options *o, const option *row, slice text, option_origin where, err *why)
{
    if (row->type == OPTION_ALIAS) {
        text = slice_str(row->sets);
        row = &o->table->rows[row->of];
    }
    option_value *v = &o->values[row - o->table->rows];
    message problem;
    int64_t n = 0;
    if (!option_value_parse(row, text, o->a, &n, &problem))
        return complain_value(o, row, problem, where, why);
    if (where.layer < v->origin.layer)
        return OK;
    bool same = same_place(v->origin, where);
    if (same && where.layer == LAYER_FILE && !row->many)
        return complain_value(o, row, msg_option_twice(v->origin.line), where, why);
    if (same && row->many && v->count == OPTION_ITEMS_MAX)
        return complain_value(o, row, msg_option_too_many(OPTION_ITEMS_MAX), where, why);
    if (!same)
        v->count = 0;
    if (!row->many)
        v->count = 0;
    /* a part of a file or a list: for who gives it to the system it needs a NUL behind */
    if (!arena_copy(o->a, text, &text))
        return ARENA_SPENT(o->a, why);
    status st = add_item(o, v, text, why);
    if (st != OK)
        return st;
    v->text = text;
    v->n = n;
    v->origin = where;
    return OK;
}

status option_assign_generic(options *o, slice pair, option_origin where, err *why)
{
    slice rest = pair, key;
    if (slice_find_byte(pair, '=', 0) == SIZE_MAX)
        return options_problem(o, msg_option_bad_pair(text_brief(o->a, pair)), where, why);
    slice_cut(&rest, '=', &key);
    key = slice_trim(key);
    const option *row = option_by_key(o->table, key);
    if (!row)
        return option_complain_key(o, key, where, why);
    slice name = arena_printf(o->a, "%.*s %.*s", SLICE_FMT(where.name), SLICE_FMT(key));
    if (!name.ptr)
        return ARENA_SPENT(o->a, why);
    where.name = name;
    return option_assign(o, row, slice_trim(rest), where, why);
}

status option_complain_key(options *o, slice key, option_origin where, err *why)
{
    option_guess g = {.word = key};
    slice shown = text_brief(o->a, key);
    for (size_t i = 0; i < o->table->count; i++)
        if (o->table->rows[i].key && !o->table->rows[i].hidden)
            option_guess_try(&g, slice_str(o->table->rows[i].key));
    message what =
        g.best.len ? msg_option_unknown_key_near(shown, g.best) : msg_option_unknown_key(shown);
    return options_problem(o, what, where, why);
}

status options_init(options *o, arena *a, const option_table *table, err *why)
{
    options made = {.table = table, .a = a, .command = OPTION_NO_COMMAND};
    made.values = arena_array(a, table->count + 1, sizeof *made.values);
    if (!made.values)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < table->count; i++) {
        const option *row = &table->rows[i];
        if (row->type == OPTION_TIME)
            made.values[i].n = WHEN_NONE;
        const char *builtin = row->type == OPTION_BOOL && !row->builtin ? "no" : row->builtin;
        if (!builtin)
            continue;
        option_origin where = {.layer = LAYER_BUILTIN};
        status st = option_assign(&made, row, slice_str(builtin), where, why);
        if (st != OK)
            return st;
        assert(!made.problem_count); /* the table is ours */
    }
    *o = made;
    return OK;
}

status options_put(options *o, unsigned row, slice text, option_origin origin, err *why)
{
    slice kept, name;
    assert(row < o->table->count);
    if (!arena_copy(o->a, text, &kept) || !arena_copy(o->a, origin.name, &name))
        return ARENA_SPENT(o->a, why);
    origin.name = name;
    return option_assign(o, &o->table->rows[row], kept, origin, why);
}

/* --- reading -------------------------------------------------------------------------------- */

static const option_value *value_of(const options *o, unsigned row)
{
    assert(row < o->table->count);
    return &o->values[row];
}

bool option_is_set(const options *o, unsigned row)
{
    return value_of(o, row)->origin.layer != LAYER_UNSET;
}

bool option_bool(const options *o, unsigned row)
{
    assert(o->table->rows[row].type == OPTION_BOOL);
    return value_of(o, row)->n != 0;
}

int64_t option_int(const options *o, unsigned row)
{
    option_type type = o->table->rows[row].type;
    assert(type == OPTION_INT || type == OPTION_BYTES || type == OPTION_DURATION ||
           type == OPTION_ENUM);
    (void)type;
    return value_of(o, row)->n;
}

when option_time(const options *o, unsigned row)
{
    assert(o->table->rows[row].type == OPTION_TIME);
    return value_of(o, row)->n;
}

slice option_text(const options *o, unsigned row)
{
    return value_of(o, row)->text;
}

size_t option_items(const options *o, unsigned row, const slice **ret)
{
    assert(o->table->rows[row].many);
    *ret = value_of(o, row)->items;
    return value_of(o, row)->count;
}

option_origin option_origin_of(const options *o, unsigned row)
{
    return value_of(o, row)->origin;
}

void option_origin_put(buf *out, option_origin where)
{
    buf_put(out, where.name.len ? where.name : slice_str(option_layer_name(where.layer)));
    if (where.line)
        buf_printf(out, ":%u", where.line);
}

void option_value_put(buf *out, slice text)
{
    bool plain = text.len > 0 && slice_eq(text, slice_trim(text));
    for (size_t i = 0; plain && i < text.len; i++)
        plain = !memchr("#\"\\\n", text.ptr[i], 4);
    if (plain) {
        buf_put(out, text);
        return;
    }
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"' || c == '\\' || c == '\n')
            buf_byte(out, '\\');
        buf_byte(out, c == '\n' ? 'n' : c);
    }
    buf_byte(out, '"');
}

const char *option_variable(const char *key, char out[OPTION_KEY_MAX + 16])
{
    int n = snprintf(out, OPTION_KEY_MAX + 16, "NOROSHI_%.*s", OPTION_KEY_MAX, key);
    for (int i = 0; i < n; i++)
        out[i] = out[i] == '-' || out[i] == '.' ? '_' : to_upper(out[i]);
    return out;
}

/* --- looking up rows ------------------------------------------------------------------------ */

bool option_taken_by(const option_table *t, const option *row, size_t command)
{
    if (!row->commands)
        return true;
    if (command == OPTION_NO_COMMAND)
        return false;
    slice rest = slice_str(row->commands), word, name = slice_str(t->commands[command]);
    while (option_next_word(&rest, ',', &word))
        if (slice_eq(word, name))
            return true;
    return false;
}

const option *option_by_flag(const option_table *t, slice flag, char letter, size_t command)
{
    for (size_t i = 0; i < t->count; i++) {
        const option *row = &t->rows[i];
        bool named =
            letter ? row->letter == letter : row->flag && slice_eq(slice_str(row->flag), flag);
        if (named && option_taken_by(t, row, command))
            return row;
    }
    return NULL;
}

const option *option_by_key(const option_table *t, slice key)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].key && slice_eq(slice_str(t->rows[i].key), key))
            return &t->rows[i];
    return NULL;
}
