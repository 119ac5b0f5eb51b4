/* help.h - help for people, from the tables of options and commands.
 * Uses: app. Used by: front (--help), cmd_help. */
#ifndef NOROSHI_CMD_HELP_H
#define NOROSHI_CMD_HELP_H

#include "cmd/app.h"

/* The program (NULL) or one command, to a->out. */
status help_put(app *a, const command *c, err *why) NODISCARD;

/* "a|b|c" as "a, b, c", appended. */
void help_choices_put(buf *out, const char *choices);

#endif
