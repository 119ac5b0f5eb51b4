/* Pieces between NULs: the first is a configuration file, the others are words of a command line.
 * Property: what was understood, written as a configuration file, is understood the same. */
#include "base/option.h"

#include <stdlib.h>

enum { F_SWITCH, F_TEXT, F_PATHS, F_CHOICE, F_ALIAS, F_NUMBER, F_SIZE, F_TIME, F_WAIT, F_ANY };
static const option rows[] = {
    [F_SWITCH] = {.flag = "switch", .letter = 's', .key = "switch", .type = OPTION_BOOL},
    [F_TEXT] = {.flag = "text",
                .letter = 't',
                .argument = "T",
                .key = "ask.text",
                .commands = "ask,name merge",
                .type = OPTION_TEXT},
    [F_PATHS] = {.flag = "path", .argument = "P", .key = "path", .type = OPTION_PATH, .many = true},
    [F_CHOICE] = {.flag = "choice",
                  .argument = "C",
                  .key = "choice",
                  .type = OPTION_ENUM,
                  .choices = "one two",
                  .builtin = "one"},
    [F_ALIAS] = {.flag = "two", .type = OPTION_ALIAS, .of = F_CHOICE, .sets = "two"},
    [F_NUMBER] = {.key = "limit.number", .argument = "N", .type = OPTION_INT, .max = 64},
    [F_SIZE] = {.key = "limit.size", .argument = "N", .type = OPTION_BYTES, .max = 1 << 20},
    [F_TIME] = {.flag = "time", .argument = "N", .key = "time", .type = OPTION_TIME},
    [F_WAIT] = {.key = "limit.wait", .argument = "N", .type = OPTION_DURATION, .max = 120000},
    [F_ANY] =
        {.flag = "option", .letter = 'o', .argument = "K=V", .type = OPTION_TEXT, .generic = true},
};
static const char *const commands[] = {"ask", "name merge", "name split"};
static const option_table table = {rows, COUNT_OF(rows), commands, COUNT_OF(commands)};

enum { WORDS_MAX = 256 };

static bool parse(options *o, arena *a, slice input)
{
    slice rest = input, file = {0}, words[WORDS_MAX];
    size_t n = 0;
    if (input.len)
        slice_cut(&rest, 0, &file);
    while (n < WORDS_MAX && slice_cut(&rest, 0, &words[n]))
        n++;
    return options_init(o, a, &table, NULL) == OK && options_args(o, words, n, NULL) == OK &&
           options_file(o, S("file"), file, NULL) == OK;
}

static void write_file(const options *o, buf *out)
{
    for (unsigned i = 0; i < table.count; i++) {
        const option_value *v = &o->values[i];
        for (size_t k = 0; rows[i].key && k < v->count; k++) {
            buf_printf(out, "%s = ", rows[i].key);
            option_value_put(out, v->items[k]);
            buf_byte(out, '\n');
        }
    }
}

static void compare(const options *a, const options *b)
{
    if (b->problem_count)
        abort();
    for (size_t i = 0; i < table.count; i++) {
        const option_value *x = &a->values[i], *y = &b->values[i];
        if (x->n != y->n || x->count != y->count || !slice_eq(x->text, y->text))
            abort();
        for (size_t k = 0; k < x->count; k++)
            if (!slice_eq(x->items[k], y->items[k]))
                abort();
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf written;
    options one, two;
    arena_init(&a, 64 << 20);
    buf_init(&written, 16 << 20);
    if (!parse(&one, &a, slice_of((const char *)data, size)))
        return 0;
    for (size_t i = 0; i < one.problem_count && i < OPTION_PROBLEMS_MAX; i++)
        message_render(&written, i % LANG_COUNT_, &one.problems[i].what, NULL);
    buf_clear(&written);
    write_file(&one, &written);
    if (options_init(&two, &a, &table, NULL) != OK ||
        options_file(&two, S("written"), buf_slice(&written), NULL) != OK)
        return 0;
    compare(&one, &two);
    return 0;
}
