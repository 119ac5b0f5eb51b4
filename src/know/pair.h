/* pair.h - that a database and a data directory belong together. Private to know.
 *
 * Documents lie in the directory, and whether a pending import is alive is known by locks there; so
 * a database that is used with another directory would lose both. The directory has a random name
 * (file "pair"), and the database knows it (meta "pair"). With SQLite the database is in the
 * directory, and nothing of this is needed.
 * Uses: db, store. Used by: store.c, migrate.c. */
#ifndef NOROSHI_KNOW_PAIR_H
#define NOROSHI_KNOW_PAIR_H

#include "know/store_private.h"

/* Compares; what has no name yet gets one when `make`.
 *   ERR_NOT_FOUND  not made yet, and not `make`; ERR_INPUT  they do not belong together */
status pair_check(const store *s, db *d, bool make, err *why) NODISCARD;
/* Inside a write transaction on a new store: the database gets the directory's name. */
status pair_adopt(const store *s, db *d, err *why) NODISCARD;
/* Is there a directory that has been used with a database? */
bool pair_exists(const store *s);

#endif
