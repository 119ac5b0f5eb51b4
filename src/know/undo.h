/* undo.h - taking back a transaction that was written in batches and never published, and what else
 * a killed writer leaves. Private to know.
 * Uses: db, store_private. Used by: store.c (after a kill), write.c (a refused document).
 * A writer holds a lock on DIR/pending/<tx> while its transaction is pending and partly written;
 * the kernel lets go of it when the process dies, however it dies. It takes it and lets go of it
 * while it has the engine's write lock, so that under that lock nobody is in between. */
#ifndef NOROSHI_KNOW_UNDO_H
#define NOROSHI_KNOW_UNDO_H

#include "know/store_private.h"

/* Takes and keeps the lock of a transaction, inside the engine transaction that makes it; *ret_fd
 * is closed by pending_done (it was published) or undo_tx. */
status pending_begin(const store *s, int64_t tx, int *ret_fd, err *why) NODISCARD;
void pending_done(const store *s, int64_t tx, int fd);
/* The engine's write lock, in turn: whoever waits for it holds DIR/pending/turn meanwhile, so that
 * a long import, which gives the lock back after each batch, does not get it again before him. */
status begin_in_turn(const store *s, db *d, err *why) NODISCARD;
db_turns store_turns(const store *s); /* the same for db_renew */
/* The same at once, or ERR_BUSY: somebody writes, or waits for his turn to. */
status begin_if_free(const store *s, db *d, err *why) NODISCARD;
/* Removes every trace of one unpublished transaction, and lets go of its lock (-1: none) whatever
 * comes of it. Inside no engine transaction. */
status undo_tx(const store *s, db *d, int64_t tx, int fd, err *why) NODISCARD;
/* The same for all whose writer is gone. */
status undo_abandoned(const store *s, db *d, err *why) NODISCARD;
/* Says that a writer is at work until *ret_fd is closed. Where it is the only one, what killed ones
 * left is removed first: blobs and an index half written, spooled documents. */
status writer_alive(const store *s, int *ret_fd, err *why) NODISCARD;

#endif
