/* write_ahead.h - records on their way to the engine. Private to know.
 *
 * Between writer_begin and the store a record asks a dozen small questions, and each would cost a
 * journey, or a search of its own. So records are kept until there are enough of them, what they
 * will ask is said in one go (db_expect), and then they are written in the order they came: ids,
 * ranges and batches are those of records written one by one. What is wrong with a record comes out
 * later, but before its document ends. A near engine is asked about one group while the group
 * before it is written (decision 0120).
 * Uses: write_private. Used by: write.c, write_document.c. */
#ifndef NOROSHI_KNOW_WRITE_AHEAD_H
#define NOROSHI_KNOW_WRITE_AHEAD_H

#include "know/write_private.h"

/* A far engine gets little at a time. A near one gets enough that rows go in by their keys, and no
 * more than what the worker's pipe holds (sandbox/zygote.c): while a group is written into memory
 * nobody reads, and the worker is to go on. */
enum {
    AHEAD_CLAIMS_FAR = 2048,
    AHEAD_CLAIMS_NEAR = 4096,
    AHEAD_RECORDS_MAX = 8192,
    AHEAD_BYTES_ENOUGH = 512 << 10, /* of texts: the group is written */
    AHEAD_BYTES_MAX = 8 << 20       /* of one record that is kept */
};

typedef struct ahead ahead;

/* NULL: out of memory. */
ahead *ahead_new(bool far);
ahead *ahead_free(ahead *a); /* NULL is fine; returns NULL */
/* Writes what is kept. */
status ahead_drain(writer *w, err *why) NODISCARD;
/* Gives up what is kept. */
void ahead_drop(writer *w);

#endif
