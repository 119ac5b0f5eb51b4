/* watching.h - what watch, hunt and alert share: options, the site's registers.
 * Uses: app, watch. Used by: cmd_watch, cmd_alert. */
#ifndef NOROSHI_CMD_WATCHING_H
#define NOROSHI_CMD_WATCHING_H

#include "cmd/app.h"
#include "know/store.h"
#include "watch/watch.h"

/* Opens the store and fills what the options say: view, marking, format, registers. *ret_site is
 * the caller's to free. */
status watching_options(app *a, watch_options *o, site **ret_site, err *why) NODISCARD;
/* Standard output is a terminal: text rather than JSON. */
bool watching_for_eyes(const app *a);

#endif
