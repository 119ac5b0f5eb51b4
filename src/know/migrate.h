/* migrate.h - moving a whole store to another engine: SQLite to PostgreSQL and back.
 *
 *     migrate_options o = {.to = {.dir = dir, .server = "postgresql:///noroshi", ...}};
 *     store_migrate(from, &o, &report, why);
 *
 * Uses: store, tables, blob. Used by: cmd (noroshi migrate).
 * All or nothing: the rows go in one transaction of the target, are read back and compared with the
 * source, table by table (count and SHA-256 over all values in the order of the key), and only then
 * committed. Nobody can write to the source meanwhile, and nothing of it is changed. Ids stay what
 * they are, so exports, answers and as-of views are the same. A target in another directory gets
 * the documents, too, each checked against its SHA-256. The text index is made again. */
#ifndef NOROSHI_KNOW_MIGRATE_H
#define NOROSHI_KNOW_MIGRATE_H

#include "know/store.h"

typedef struct migrate_report {
    uint64_t tables, rows, documents; /* moved and compared; documents: copied */
} migrate_report;

typedef struct migrate_options {
    store_options to; /* as for store_open; made when it is not there */
    /* now and then; NULL: nobody wants to know */
    void (*on_progress)(void *ctx, const migrate_report *so_far);
    void *ctx;
} migrate_options;

/*   ERR_BUSY   the target has a store already; an import into the source is under way
 *   ERR_INPUT  it is the same store; ERR_INTERNAL  what was read back differs
 * The target is as it was after any error, but for an empty schema and copied documents. */
status store_migrate(store *from, const migrate_options *o, migrate_report *ret,
                     err *why) NODISCARD;

#endif
