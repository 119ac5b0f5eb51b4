/* option_check.c - the rules of the table, and the nearest word: see option.h. */
#include "base/option/parts.h"

/* --- the nearest word ----------------------------------------------------------------------- */

enum { GUESS_MAX = 64 }; /* bytes; longer words get no suggestion */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: like Levenshtein, and neighbours swapped count once. */
static unsigned distance(slice a, slice b)
{
    unsigned row[3][GUESS_MAX + 1] = {{0}};
    for (size_t j = 0; j <= b.len; j++)
        row[1][j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *now = row[(i + 1) % 3], *before = row[i % 3], *older = row[(i + 2) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            char x = to_lower(a.ptr[i - 1]), y = to_lower(b.ptr[j - 1]);
            now[j] = least(before[j - 1] + (x != y), least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == to_lower(b.ptr[j - 2]) && y == to_lower(a.ptr[i - 2]))
                now[j] = least(now[j], older[j - 2] + 1);
        }
    }
    return row[(a.len + 1) % 3][b.len];
}

bool option_guess_try(option_guess *g, slice candidate)
{
    if (g->word.len < 2 || g->word.len > GUESS_MAX || candidate.len > GUESS_MAX)
        return false;
    unsigned d = distance(g->word, candidate);
    if (slice_starts_nocase(candidate, g->word)) /* cut short */
        d = 1;
    if (d > 1 + g->word.len / 4 || d >= g->word.len || (g->best.len && d >= g->distance))
        return false;
    g->best = candidate;
    g->distance = d;
    return true;
}

/* --- the rules ------------------------------------------------------------------------------ */

typedef struct check {
    const option_table *table;
    buf *out;
    bool good;
} check;

static void complain(check *c, const option *row, const char *what)
{
    const char *name = row->key ? row->key : row->flag ? row->flag : "?";
    buf_printf(c->out, "option %s: %s\n", name, what);
    c->good = false;
}

static bool spelled(const char *name, size_t max, const char *also)
{
    slice s = slice_str(name);
    bool good = s.len > 0 && s.len <= max && is_alpha(s.ptr[0]);
    for (size_t i = 0; i < s.len; i++)
        good = good && (is_digit(s.ptr[i]) || (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') ||
                        s.ptr[i] == '-' || strchr(also, s.ptr[i]));
    return good;
}

static void check_names(check *c, const option *row)
{
    if (!row->flag && !row->key)
        complain(c, row, "neither flag nor key");
    if (row->flag && !spelled(row->flag, OPTION_FLAG_MAX, ""))
        complain(c, row, "a flag is lower case letters, digits and -");
    if (row->key && !spelled(row->key, OPTION_KEY_MAX, "."))
        complain(c, row, "a key is lower case letters, digits, - and .");
    if (row->letter && !is_alnum(row->letter))
        complain(c, row, "a letter is a letter or a digit");
    if (row->help == MSG_NONE && !row->hidden)
        complain(c, row, "no help");
    bool bare = row->type == OPTION_BOOL || row->type == OPTION_ALIAS;
    if (bare == (row->argument != NULL))
        complain(c, row, "switches have no argument, all others have one");
    slice rest = slice_str(row->commands), word;
    while (row->commands && option_next_word(&rest, ',', &word)) {
        bool known = false;
        for (size_t i = 0; i < c->table->command_count; i++)
            known = known || slice_eq(word, slice_str(c->table->commands[i]));
        if (!known)
            complain(c, row, "a command that does not exist");
    }
}

static void check_value(check *c, const option *row)
{
    const option *target = row;
    const char *value = row->builtin;
    message problem;
    int64_t n;
    bool bounded =
        row->type == OPTION_INT || row->type == OPTION_BYTES || row->type == OPTION_DURATION;
    if (bounded && (row->max <= 0 || row->min > row->max))
        complain(c, row, "numbers have bounds");
    if (row->type == OPTION_ENUM && !row->choices)
        complain(c, row, "nothing to choose from");
    if (row->many && row->type != OPTION_TEXT && row->type != OPTION_PATH)
        complain(c, row, "only texts and paths may be repeated");
    if (row->generic && (row->type != OPTION_TEXT || row->key))
        complain(c, row, "a generic row is a text without a key");
    if (row->type == OPTION_ALIAS) {
        if (row->of >= c->table->count || c->table->rows[row->of].type == OPTION_ALIAS ||
            !row->sets || row->key || row->builtin) {
            complain(c, row, "an alias sets another row, and has neither key nor built-in value");
            return;
        }
        target = &c->table->rows[row->of];
        value = row->sets;
    }
    if (target->type == OPTION_ENUM && !target->choices)
        return;
    CLEANUP(arena_done) arena scratch;
    arena_init(&scratch, 1 << 16);
    if (value && !option_value_parse(target, slice_str(value), &scratch, &n, &problem))
        complain(c, row, "a value of its own that does not parse");
}

static bool overlap(const option_table *t, const option *a, const option *b)
{
    if (option_taken_by(t, a, OPTION_NO_COMMAND) || option_taken_by(t, b, OPTION_NO_COMMAND))
        return true;
    for (size_t i = 0; i < t->command_count; i++)
        if (option_taken_by(t, a, i) && option_taken_by(t, b, i))
            return true;
    return false;
}

/* Do a command of the one and a command of the other begin with one word? */
static bool near(const option_table *t, const option *a, const option *b)
{
    if (option_taken_by(t, a, OPTION_NO_COMMAND) || option_taken_by(t, b, OPTION_NO_COMMAND))
        return true;
    for (size_t i = 0; i < t->command_count; i++)
        for (size_t j = 0; j < t->command_count; j++) {
            slice x = slice_str(t->commands[i]), y = slice_str(t->commands[j]), p, q;
            if (slice_cut(&x, ' ', &p) && slice_cut(&y, ' ', &q) && slice_eq(p, q) &&
                option_taken_by(t, a, i) && option_taken_by(t, b, j))
                return true;
        }
    return false;
}

static void check_pair(check *c, const option *a, const option *b)
{
    char va[OPTION_KEY_MAX + 16], vb[OPTION_KEY_MAX + 16];
    if (a->key && b->key && strcmp(option_variable(a->key, va), option_variable(b->key, vb)) == 0)
        complain(c, a, "its key or variable is another option's");
    bool flag = a->flag && b->flag && strcmp(a->flag, b->flag) == 0;
    bool letter = a->letter && a->letter == b->letter;
    if (!flag && !letter)
        return;
    if (overlap(c->table, a, b))
        complain(c, a, "one command has two options of that flag");
    if (!a->argument != !b->argument && near(c->table, a, b))
        complain(c, a, "takes a value here and none there: the command line could not be read");
}

bool option_table_check(const option_table *t, buf *complaints)
{
    check c = {.table = t, .out = complaints, .good = true};
    for (size_t i = 0; i < t->count; i++) {
        check_names(&c, &t->rows[i]);
        check_value(&c, &t->rows[i]);
        for (size_t j = 0; j < i; j++)
            check_pair(&c, &t->rows[i], &t->rows[j]);
    }
    return c.good;
}
