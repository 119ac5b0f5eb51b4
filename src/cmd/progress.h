/* progress.h - one line on the terminal that says how far long work has come.
 *
 *     progress p = progress_start(a);
 *     for (...) progress_show(&p, msg_import_progress(done, total, path));
 *     progress_clear(a);
 *
 * Uses: app. Used by: subcommands. Shown only when standard error is a terminal, and neither -q nor
 * --json is given; at most PROGRESS_HZ times a second, so that it may be called for every record.
 * Errors, notes and answers clear the line by themselves. */
#ifndef NOROSHI_CMD_PROGRESS_H
#define NOROSHI_CMD_PROGRESS_H

#include "cmd/app.h"

enum { PROGRESS_HZ = 10, PROGRESS_COLUMNS = 78 };

typedef struct progress {
    app *app;
    int64_t next_us; /* not before */
} progress;

progress progress_start(app *a);
void progress_show(progress *p, message m);
void progress_clear(app *a);

#endif
