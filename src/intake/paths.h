/* paths.h - the regular files that a user means by a path: a file, or a folder with all below it.
 *
 *     st = paths_each("logs", visit, ctx, why);      // visit(ctx, fd, "logs/a/proxy.log", why)
 *
 * Uses: base. Used by: import_set, telemetry.
 * Files of a folder come in the order of their names, folders where their names stand; what begins
 * with a dot, links and devices are passed over. What the user named himself may be a link.
 *   ERR_NOT_FOUND  there is no such path
 *   ERR_LIMIT      PATHS_DEPTH_MAX, PATHS_ENTRIES_MAX; ERR_IO, ERR_FORBIDDEN: the system's
 *   else           what visit said; it ends there */
#ifndef NOROSHI_INTAKE_PATHS_H
#define NOROSHI_INTAKE_PATHS_H

#include "base/base.h"

enum { PATHS_DEPTH_MAX = 64, PATHS_ENTRIES_MAX = 1000000 /* of one folder */ };

/* `fd` is for reading, from the beginning, and valid during the call. */
status paths_each(const char *path, status (*visit)(void *ctx, int fd, const char *path, err *why),
                  void *ctx, err *why) NODISCARD;

#endif
