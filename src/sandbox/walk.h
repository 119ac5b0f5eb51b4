/* walk.h - every document in a file, however it is wrapped: archives are opened in the sandbox,
 * level by level, and each document in them is handed on as a descriptor.
 *
 *     st = walk(s, fd, S("feeds.tar.gz"), &(walk_options){.directory = tmp}, visit, ctx, why);
 *     // visit(ctx, {fd, size, "feeds.tar.gz/a/list.csv", level 1}, why)
 *
 * Uses: sandbox, spool. Used by: intake. */
#ifndef NOROSHI_WALK_H
#define NOROSHI_WALK_H

#include "sandbox/sandbox.h"

typedef struct walk_document {
    int fd; /* for reading, as sandbox_read_document wants it; valid during the call */
    uint64_t size;
    slice path;     /* outer path, "/" and the member's name, level by level; a stream's name loses
                       its suffix: "feed.csv.gz" holds "feed.csv". At most SANDBOX_PATH_MAX bytes:
                       what is longer keeps its end */
    unsigned level; /* archives around it: 0 for the file itself */
    bool alone;     /* all that is in the file: nothing around it but compressed streams */
} walk_document;

typedef struct walk_options {
    const char *directory; /* where large members wait, see spool.h */
    unpack_limits limits;
    /* A member that cannot be had; may be NULL. */
    status (*refuse)(void *ctx, slice path, slice reason, err *why);
    bool cut; /* of a member that breaks off is visited what came, before it is refused: logs */
} walk_options;

/* Calls visit for the file itself when it is no archive, else for each document in it, in the
 * order of the archive; zero-byte members are visited too. A status other than OK ends the walk,
 * which returns it: so a visitor that can go on after a bad document keeps that to itself.
 * ERR_INPUT and ERR_LIMIT of sandbox_unpack end it as well: an archive is read whole or, but for
 * `cut`, refused; the message names the member that it broke off in. A damaged archive in another
 * is a member of it that cannot be had, when there is `refuse`, and the others are visited.
 * Text in UTF-16 is visited as UTF-8 under the same path and level. */
status walk(sandbox *s, int fd, slice path, const walk_options *options,
            status (*visit)(void *ctx, const walk_document *document, err *why), void *ctx,
            err *why) NODISCARD;

#endif
