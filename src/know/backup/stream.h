/* stream.h - files behind each other in a sealed stream. Private to know/backup.
 *
 * Uses: base/seal. docs/formats/backup.md has the bytes. A file's name says where it goes, and only
 * names that a backup may have are names: nobody gets out of the folder by one. */
#ifndef NOROSHI_KNOW_BACKUP_STREAM_H
#define NOROSHI_KNOW_BACKUP_STREAM_H

#include "base/seal.h"

enum {
    STREAM_NAME_MAX = 96,   /* bytes of a name, with a NUL */
    STREAM_ABOUT_MAX = 4096 /* bytes of the first file, which says what this is */
};

typedef enum stream_kind {
    STREAM_NONE,
    STREAM_DATABASE, /* "noroshi.db" */
    STREAM_BLOB,     /* "blobs/ab/<64 hex digits>" */
    STREAM_SET,      /* "sets/<32 hex digits>", and ".keys" behind them */
    STREAM_READS,    /* "pending/reads-0" to "pending/reads-15" */
    STREAM_SEEN      /* "sightings/manifest", "sightings/<32 hex digits>.seen" */
} stream_kind;
stream_kind stream_kind_of(slice name);

/* What a backup begins with. */
status stream_begin_put(seal_writer *w, slice about, err *why) NODISCARD;
/* The head of a file, whose bytes follow. */
status stream_file_put(seal_writer *w, slice name, uint64_t size_bytes, err *why) NODISCARD;
/* How many files there were; then seal_end. */
status stream_end_put(seal_writer *w, uint64_t files, err *why) NODISCARD;

typedef struct stream_sink {
    void *ctx;
    status (*about)(void *ctx, slice text, err *why);
    status (*begin)(void *ctx, stream_kind kind, const char *name, uint64_t size_bytes, err *why);
    status (*bytes)(void *ctx, slice bytes, err *why);
    status (*end)(void *ctx, err *why);
} stream_sink;

/* All of it, to its end. ERR_INPUT: a name that is none, a count that is wrong, what seal says. */
status stream_read(seal_reader *r, const stream_sink *sink, err *why) NODISCARD;

#endif
