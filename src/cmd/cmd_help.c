/* cmd_help.c - noroshi help [COMMAND] */
#include "base/text.h"
#include "cmd/help.h"

status cmd_help(app *a, err *why)
{
    if (!a->operand_count)
        return help_put(a, NULL, why);
    slice name = a->operands[0];
    if (a->operand_count == 2)
        name = arena_printf(a->memory, "%.*s %.*s", SLICE_FMT(name), SLICE_FMT(a->operands[1]));
    if (!name.ptr)
        return ARENA_SPENT(a->memory, why);
    const command *c = command_named(name);
    if (c)
        return help_put(a, c, why);
    option_guess g = {.word = name};
    slice shown = text_brief(a->memory, name);
    for (size_t i = 0; i < command_count(); i++)
        if (!command_at(i)->hidden)
            option_guess_try(&g, slice_str(command_at(i)->name));
    return app_fail(a, ERR_INPUT,
                    g.best.len ? msg_option_unknown_command_near(shown, g.best)
                               : msg_option_unknown_command(shown),
                    S(""), why);
}
