/* option_args.c - the command line: see option.h. */
#include "base/option/parts.h"
#include "base/text.h"

/* One flag as given; which row it means depends on the command, which may stand behind it. */
typedef struct given {
    slice flag; /* without dashes; empty: a letter */
    char letter;
    slice shown; /* as written, for messages */
    slice value;
    bool has_value; /* by "=", by the next word, or behind the letter */
    bool wanted;    /* a value was wanted, and there was none */
} given;

typedef struct scan {
    const option_table *table;
    const slice *argv;
    size_t count, at;
    given *given;
    size_t given_count;
    slice *words;
    size_t word_count;
} scan;

/* Any row of that name. */
static const option *any_row(const option_table *t, slice flag, char letter)
{
    for (size_t i = 0; i < t->count; i++) {
        const option *row = &t->rows[i];
        if (letter ? row->letter == letter : row->flag && slice_eq(slice_str(row->flag), flag))
            return row;
    }
    return NULL;
}

/* Is the word the first of a command's name? */
static bool is_first(const option_table *t, slice word)
{
    for (size_t i = 0; i < t->command_count; i++) {
        slice rest = slice_str(t->commands[i]), first;
        if (slice_cut(&rest, ' ', &first) && slice_eq(first, word))
            return true;
    }
    return false;
}

/* The command's first word: what stood there already, else the first that is one. */
static slice first_word(const scan *s)
{
    if (s->word_count)
        return s->words[0];
    for (size_t i = s->at; i < s->count; i++)
        if (is_first(s->table, s->argv[i]))
            return s->argv[i];
    return (slice){0};
}

/* The row that says whether the flag takes a value. Commands of one first word agree on that (a
 * rule of the table); others may differ: `ask --why` and `verdict set --why TEXT`. */
static const option *row_for(const scan *s, slice flag, char letter)
{
    const option_table *t = s->table;
    slice word = first_word(s);
    for (size_t i = 0; i < t->count; i++) {
        const option *row = &t->rows[i];
        bool same =
            letter ? row->letter == letter : row->flag && slice_eq(slice_str(row->flag), flag);
        for (size_t c = 0; same && c < t->command_count; c++) {
            slice rest = slice_str(t->commands[c]), first;
            if (slice_cut(&rest, ' ', &first) && slice_eq(first, word) &&
                option_taken_by(t, row, c))
                return row;
        }
    }
    return any_row(t, flag, letter);
}

static slice flag_name(slice word)
{
    slice rest = slice_from(word, 2), name = rest;
    if (rest.len)
        slice_cut(&rest, '=', &name);
    return name;
}

/* The next word as a value, unless it is a flag that we know: "--data --json" has lost its DIR. */
static void take_value(scan *s, given *g)
{
    bool there = s->at < s->count;
    if (there && slice_starts(s->argv[s->at], S("--")) &&
        any_row(s->table, flag_name(s->argv[s->at]), 0))
        there = false;
    if (there) {
        g->value = s->argv[s->at++];
        g->has_value = true;
    } else {
        g->wanted = true;
    }
}

static bool takes_value(const option *row)
{
    return row && row->argument;
}

static void scan_long(scan *s, slice word)
{
    given *g = &s->given[s->given_count++];
    g->flag = flag_name(word);
    g->shown = slice_sub(word, 0, g->flag.len + 2);
    if (g->shown.len < word.len) {
        g->value = slice_from(word, g->shown.len + 1);
        g->has_value = true;
    } else if (takes_value(row_for(s, g->flag, 0))) {
        take_value(s, g);
    }
}

static void scan_letters(scan *s, slice word)
{
    for (size_t i = 1; i < word.len; i++) {
        given *g = &s->given[s->given_count++];
        g->letter = word.ptr[i];
        g->shown = word;
        if (!takes_value(row_for(s, (slice){0}, g->letter)))
            continue;
        if (i + 1 < word.len) {
            g->value = slice_from(word, i + 1);
            g->has_value = true;
        } else {
            take_value(s, g);
        }
        return;
    }
}

static void scan_words(scan *s)
{
    bool flags = true;
    while (s->at < s->count) {
        slice word = s->argv[s->at++];
        if (!flags || word.len < 2 || word.ptr[0] != '-')
            s->words[s->word_count++] = word;
        else if (slice_eq(word, S("--")))
            flags = false;
        else if (word.ptr[1] == '-')
            scan_long(s, word);
        else
            scan_letters(s, word);
    }
}

/* --- the command ---------------------------------------------------------------------------- */

/* Does `name` begin with the word, alone or as the first of two? */
static bool begins(slice name, slice word)
{
    return slice_starts(name, word) && (name.len == word.len || name.ptr[word.len] == ' ');
}

static status second_words(options *o, slice word, msg_list *ret, err *why)
{
    slice *items = arena_array(o->a, o->table->command_count + 1, sizeof *items);
    if (!items)
        return ARENA_SPENT(o->a, why);
    size_t n = 0;
    for (size_t i = 0; i < o->table->command_count; i++) {
        slice name = slice_str(o->table->commands[i]);
        if (begins(name, word) && name.len > word.len)
            items[n++] = slice_from(name, word.len + 1);
    }
    *ret = (msg_list){items, n};
    return OK;
}

static status unknown_command(options *o, slice word, err *why)
{
    option_guess g = {.word = word};
    option_origin where = {.layer = LAYER_FLAG};
    msg_list seconds = {0};
    status st = second_words(o, word, &seconds, why);
    if (st != OK)
        return st;
    if (seconds.count)
        return options_problem(o, msg_option_needs_second(word, seconds), where, why);
    for (size_t i = 0; i < o->table->command_count; i++) {
        slice name = slice_str(o->table->commands[i]), first = name;
        slice_cut(&name, ' ', &first);
        option_guess_try(&g, first);
    }
    slice shown = text_brief(o->a, word);
    message what = g.best.len ? msg_option_unknown_command_near(shown, g.best)
                              : msg_option_unknown_command(shown);
    return options_problem(o, what, where, why);
}

static void find_command(options *o, const scan *s)
{
    size_t used = 0;
    for (size_t i = 0; s->word_count && i < o->table->command_count; i++) {
        slice rest = slice_str(o->table->commands[i]), first, second = {0};
        slice_cut(&rest, ' ', &first);
        bool two = rest.ptr && rest.len;
        if (two)
            second = rest;
        if (!slice_eq(first, s->words[0]) ||
            (two && (s->word_count < 2 || !slice_eq(second, s->words[1]))))
            continue;
        if (two || !used) { /* two words say more than one */
            o->command = i;
            used = two ? 2 : 1;
        }
    }
    o->operands = s->words + used;
    o->operand_count = s->word_count - used;
}

/* --- assigning ------------------------------------------------------------------------------ */

static status unknown_flag(options *o, const given *g, option_origin where, err *why)
{
    const option *other = any_row(o->table, g->flag, g->letter);
    if (other && !other->hidden && other->commands && o->command != OPTION_NO_COMMAND)
        return options_problem(o,
                               msg_option_not_taken(slice_str(o->table->commands[o->command]),
                                                    slice_str(other->commands)),
                               where, why);
    option_guess guess = {.word = g->flag};
    for (size_t i = 0; g->flag.len && i < o->table->count; i++) {
        const option *row = &o->table->rows[i];
        if (row->flag && !row->hidden && option_taken_by(o->table, row, o->command))
            option_guess_try(&guess, slice_str(row->flag));
    }
    message what = msg_option_unknown_flag();
    if (guess.best.len) {
        slice near = arena_printf(o->a, "--%.*s", SLICE_FMT(guess.best));
        if (!near.ptr)
            return ARENA_SPENT(o->a, why);
        what = msg_option_unknown_flag_near(near);
    }
    return options_problem(o, what, where, why);
}

static status assign(options *o, const given *g, err *why)
{
    option_origin where = {.layer = LAYER_FLAG, .name = text_brief(o->a, g->shown)};
    const option *row = option_by_flag(o->table, g->flag, g->letter, o->command);
    if (!row)
        return unknown_flag(o, g, where, why);
    if (g->wanted)
        return options_problem(o, msg_option_needs_value(g->shown, slice_str(row->argument)), where,
                               why);
    if (row->type == OPTION_ALIAS && g->has_value)
        return options_problem(o, msg_option_no_value(), where, why);
    if (row->generic)
        return option_assign_generic(o, g->value, where, why);
    return option_assign(o, row, g->has_value ? g->value : S("yes"), where, why);
}

status options_args(options *o, const slice *argv, size_t count, err *why)
{
    size_t flags = 0, bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bool letters = argv[i].len > 1 && argv[i].ptr[0] == '-' && argv[i].ptr[1] != '-';
        flags += letters ? argv[i].len : 1;
        bytes += argv[i].len + 1;
    }
    /* one copy of all words: the values keep slices of it */
    char *kept = arena_array(o->a, bytes + 1, 1);
    slice *words = arena_array(o->a, 2 * count + 1, sizeof *words);
    given *list = arena_array(o->a, flags + 1, sizeof *list);
    if (!kept || !words || !list)
        return ARENA_SPENT(o->a, why);
    for (size_t i = 0; i < count; i++) {
        words[i] = slice_of(kept, argv[i].len);
        if (argv[i].len)
            memcpy(kept, argv[i].ptr, argv[i].len);
        kept += argv[i].len + 1;
    }
    scan s = {
        .table = o->table, .argv = words, .count = count, .given = list, .words = words + count};
    scan_words(&s);
    find_command(o, &s);
    status st = OK;
    for (size_t i = 0; st == OK && i < s.given_count; i++)
        st = assign(o, &s.given[i], why);
    /* last: a misspelt flag makes its value look like a command */
    if (st == OK && s.word_count && o->command == OPTION_NO_COMMAND)
        st = unknown_command(o, s.words[0], why);
    return st;
}
