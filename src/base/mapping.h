/* mapping.h - files that are mapped to be read, and what happens when one is cut off meanwhile.
 *
 *     mapping_guard();                                        // once, by the program
 *     mapping *m; mapping_new(fd, size, path, &m, why);
 *     ... read m->at[0 .. m->size) ...
 *     st = mapping_whole(m, why);                             // was what was read the file?
 *     mapping_free(m);
 *
 * Uses: base. Used by: know (whatever it maps), cmd/main.c.
 * A page of a mapped file that is behind the file's end, or that the disk does not give, is a
 * SIGBUS, which ends a process. With the guard the whole mapping becomes zeros instead, for good,
 * and is marked: so a reader has to be one that damage cannot lead astray, and asks whether the
 * mapping is whole before it tells anybody what it read. The last page of a file that was cut off
 * reads as zeros without a signal; that is noticed by the file's last bytes.
 * The marks are the one thing here that belongs to the process, as the signal does; why:
 * docs/decisions/0254-cut-while-mapped.md. Threads: any. */
#ifndef NOROSHI_MAPPING_H
#define NOROSHI_MAPPING_H

#include "base/base.h"

typedef struct mapping {
    void *at; /* never written to */
    size_t size;
    uint64_t tail; /* its last eight bytes */
    struct mapping_mark *mark;
    char path[];
} mapping;

/* SIGBUS in a mapping is answered from now on; one elsewhere does what it did before. */
void mapping_guard(void);

/* Maps `size` bytes, at least 8, of the file, which may be closed then. `path` is for messages.
 *   ERR_IO  it cannot be mapped;  ERR_LIMIT  memory */
status mapping_new(int fd, size_t size, const char *path, mapping **ret, err *why) NODISCARD;
/* NULL is fine. */
mapping *mapping_free(mapping *m);
/* ERR_IO: what was read of it since it was made may have been zeros. A look at memory, no call of
 * the system. */
status mapping_whole(const mapping *m, err *why) NODISCARD;

#endif
