/* spool.h - bytes that come in pieces (a member of an archive, standard input), made into a
 * descriptor that a worker may have: a sealed memfd while they are few, then an unlinked file.
 *
 *     spool p;
 *     spool_init(&p, "/var/lib/noroshi/tmp");
 *     spool_write(&p, bytes, why) ...;
 *     st = spool_finish(&p, why);      // from now on nobody can change them
 *     sandbox_read_document(s, p.fd, ...);
 *     spool_done(&p);
 *
 * Uses: base. Used by: walk, intake. One thread at a time. */
#ifndef NOROSHI_SPOOL_H
#define NOROSHI_SPOOL_H

#include "base/base.h"

enum { SPOOL_MEMORY_MAX = 64 << 20 }; /* more goes to a file */

typedef struct spool {
    int fd; /* -1 until the first byte; after spool_finish for reading only */
    uint64_t size;
    const char *directory; /* kept */
    size_t memory_max;     /* tests lower it */
    bool on_disk;
} spool;

/* `directory` is where a large one goes; it is kept, and used only then. */
void spool_init(spool *p, const char *directory);
/* ERR_IO when memory or disk is full. */
status spool_write(spool *p, slice bytes, err *why) NODISCARD;
/* Seals it: a memfd against any change, a file reopened for reading. An empty spool has a
 * descriptor too. */
status spool_finish(spool *p, err *why) NODISCARD;
/* Closes it; can be used again from the start. */
void spool_done(spool *p);

#endif
