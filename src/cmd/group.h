/* group.h - which entities are one thing, and why, for people and programs.
 * Uses: app, names. Used by: cmd_name, cmd_show. */
#ifndef NOROSHI_CMD_GROUP_H
#define NOROSHI_CMD_GROUP_H

#include "cmd/app.h"
#include "know/names.h"

/* Prints the group: its name, members with their own names, and what tied each pair. With --json
 * one object (noroshi.group/1).
 *   ERR_LIMIT  over 16 MiB of JSON */
status group_put(app *a, const name_group *g, err *why) NODISCARD;

#endif
