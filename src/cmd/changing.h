/* changing.h - a value whose verdict is another one now, for people and programs.
 * Uses: app, rejudge. Used by: cmd_changes, importing_set. */
#ifndef NOROSHI_CMD_CHANGING_H
#define NOROSHI_CMD_CHANGING_H

#include "cmd/app.h"
#include "judge/rejudge.h"

/* One line, or with --json one object (noroshi.change/1). */
status changing_put(app *a, const verdict_change *c, err *why) NODISCARD;

#endif
