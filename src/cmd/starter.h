/* starter.h - the documents of data/starter/, built into the program by tools/embed; large ones are
 * compressed, as their names say.
 * Uses: base. Used by: importing. What they hold and whose facts they are: NOTICE. */
#ifndef NOROSHI_CMD_STARTER_H
#define NOROSHI_CMD_STARTER_H

#include "base/base.h"

typedef struct starter_file {
    const char *name, *source;
    const char *first, *end;
} starter_file;

extern const starter_file starter_files[];
extern const size_t starter_count;

static inline slice starter_bytes(size_t i)
{
    return slice_of(starter_files[i].first,
                    (size_t)(starter_files[i].end - starter_files[i].first));
}

#endif
