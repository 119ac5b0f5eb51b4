/* undo.h - taking back a transaction that was written in batches and never published. Private to
 * know.
 * Uses: db, store_private. Used by: store.c (after a kill), write.c (a refused document).
 * A writer holds a lock on DIR/pending/<tx> while its transaction is pending and partly written;
 * the kernel lets go of it when the process dies, however it dies. */
#ifndef NOROSHI_KNOW_UNDO_H
#define NOROSHI_KNOW_UNDO_H

#include "know/store_private.h"

/* Takes and keeps the lock of a transaction: *ret_fd is closed by pending_done. */
status pending_begin(const store *s, int64_t tx, int *ret_fd, err *why) NODISCARD;
void pending_done(const store *s, int64_t tx, int fd);
/* The engine's write lock, in turn: whoever waits for it holds DIR/pending/turn meanwhile, so that
 * a long import, which gives the lock back after each batch, does not get it again before him. */
status begin_in_turn(const store *s, db *d, err *why) NODISCARD;
/* Removes every trace of one unpublished transaction. Inside no engine transaction. */
status undo_tx(db *d, int64_t tx, err *why) NODISCARD;
/* The same for all whose writer is gone. */
status undo_abandoned(const store *s, db *d, err *why) NODISCARD;

#endif
