/* importing.h - running an import for a command: options in, summaries out.
 * Uses: app, intake. Used by: cmd_import, cmd_init. */
#ifndef NOROSHI_CMD_IMPORTING_H
#define NOROSHI_CMD_IMPORTING_H

#include "cmd/app.h"

/* Imports each path of the operands as the import options say; prints a summary for each
 * document. Exit code by app_exit: 1 when records were refused, 2 when a document failed. */
status importing_paths(app *a, err *why) NODISCARD;
/* The same for --set: all documents are one version of a set. */
status importing_set(app *a, err *why) NODISCARD;
/* Imports the documents built into the program. */
status importing_starter(app *a, err *why) NODISCARD;

#endif
