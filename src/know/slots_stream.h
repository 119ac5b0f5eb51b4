/* slots_stream.h - bytes into a file with a check sum of each block, which a second thread reckons
 * and writes while the next ones come. Private to know.
 *
 *     slots_stream s; slots_stream_open(&s, disk, path, seed, why);
 *     slots_stream_put(&s, bytes, n, why); ... slots_stream_flush(&s, why);
 *     ... s.sums[0 .. s.sum_count] ... file_write(&s.out, ...)
 *     slots_stream_close(&s);
 *
 * Uses: slots_file, base/file. Used by: slots/write.c, slots_front.c, sightings. */
#ifndef NOROSHI_KNOW_SLOTS_STREAM_H
#define NOROSHI_KNOW_SLOTS_STREAM_H

#include "base/file.h"
#include "know/slots/file.h"

#include <pthread.h>

enum { SLOTS_CHUNK_BLOCKS = 64, SLOTS_CHUNK = SLOTS_CHUNK_BLOCKS * SLOTS_BLOCK };

/* What the second thread has in hand. */
typedef struct slots_stream_job {
    file *out;
    const uint8_t *seed;
    const char *bytes;
    size_t count;
    uint64_t at; /* where in the file they begin */
    uint64_t sums[SLOTS_CHUNK_BLOCKS];
    status st;
    err why;
} slots_stream_job;

typedef struct slots_stream {
    file out;
    uint8_t seed[SLOTS_SEED];
    char *room, *fill; /* two chunks: filling, being written */
    size_t count;      /* bytes in the one that fills */
    uint64_t at;       /* all bytes so far */
    uint64_t *sums;
    size_t sum_count, sum_room;
    slots_stream_job job;
    pthread_t thread;
    bool running;
} slots_stream;

/* After an error, too, it wants to be closed. */
status slots_stream_open(slots_stream *s, const fs *disk, const char *path,
                         const uint8_t seed[SLOTS_SEED], err *why) NODISCARD;
/* `bytes` NULL: zeros. An error may be one of bytes that were put before. */
status slots_stream_put(slots_stream *s, const void *bytes, uint64_t count, err *why) NODISCARD;
/* Everything is written and summed, the last block as short as it is. Nothing is put afterwards. */
status slots_stream_flush(slots_stream *s, err *why) NODISCARD;
void slots_stream_close(slots_stream *s); /* closed already is fine */

#endif
