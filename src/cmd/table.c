/* table.c - the tables that options.def and commands.def make: see options.h and app.h. */
#include "cmd/app.h"

static const option option_rows[] = {
#define OPTION(name, ...) [OPT_##name] = {__VA_ARGS__},
#include "cmd/options.def"
#undef OPTION
};
_Static_assert(COUNT_OF(option_rows) == OPT_COUNT_, "an option without a row");

static const command command_rows[] = {
#define COMMAND(function, name_, ...) {.name = name_, .run = cmd_##function, __VA_ARGS__},
#include "cmd/commands.def"
#undef COMMAND
};

static const char *const command_names[] = {
#define COMMAND(function, name_, ...) name_,
#include "cmd/commands.def"
#undef COMMAND
};

const option_table app_options = {option_rows, COUNT_OF(option_rows), command_names,
                                  COUNT_OF(command_names)};

size_t command_count(void)
{
    return COUNT_OF(command_rows);
}

const command *command_at(size_t i)
{
    assert(i < COUNT_OF(command_rows));
    return &command_rows[i];
}

const command *command_named(slice name)
{
    for (size_t i = 0; i < COUNT_OF(command_rows); i++)
        if (slice_eq(name, slice_str(command_rows[i].name)))
            return &command_rows[i];
    return NULL;
}
