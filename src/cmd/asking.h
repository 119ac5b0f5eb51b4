/* asking.h - what ask and file share: an answer put out as the options say.
 * Uses: app, answer. Used by: asking_many, cmd_file. */
#ifndef NOROSHI_CMD_ASKING_H
#define NOROSHI_CMD_ASKING_H

#include "answer/ask.h"
#include "cmd/app.h"

/* A line of JSON, or text, into `out`; `line` is room for it (RENDER_JSON_MAX). `first`: nothing
 * stands above, so no empty line is wanted. Flushed, so that answers come as they are found. */
status asking_put(const app *a, sink *out, const answer *w, bool first, buf *line,
                  err *why) NODISCARD;
/* The time of --seen. */
when asking_seen(const app *a);
bool asking_all(const app *a); /* ask_options.all */

#endif
