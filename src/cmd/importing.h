/* importing.h - running an import for a command: options in, summaries out.
 * Uses: app, intake. Used by: cmd_feed, cmd_import, cmd_init. */
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

/* For imports that are no command of their own. The limits that the configuration sets, and where
 * large things wait: */
struct import_options;
struct sandbox;
status importing_jail(app *a, struct sandbox **ret, err *why) NODISCARD;
status importing_format(slice name, err *why) NODISCARD; /* ERR_INPUT: not known; says which are */
void importing_limits(const app *a, struct import_options *o);
/* When the newest thing in the store was published: before; and afterwards the indexes take in what
 * came since, and what was seen here of it becomes alerts. */
status importing_newest(app *a, int64_t *ret_us, err *why) NODISCARD;
status importing_settle(app *a, int64_t newest_us, err *why) NODISCARD;

#endif
