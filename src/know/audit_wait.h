/* audit_wait.h - entries of the audit log that are on the disk and not in the chain yet. Private to
 * know. Decision 0194.
 *
 *     audit_wait_put(w, h, &e, why)...; audit_wait_sync(w, why);   // durable from here on
 *     ... inside a write transaction:
 *     audit_wait_take(w, d, h, &head, why);                        // all of them into the chain
 *     ... committed:
 *     audit_wait_clear(w, why);
 *
 * Uses: audit_chain, db. Used by: audit_log.c, audit_verify.c, backup.
 * While an import has the store's writer, reads are recorded here: DIR/pending/reads-N, one file
 * for each running service, locked while it runs. It begins with 8 bytes of magic and 32 random
 * ones; each record is its length, the entry's fields and the SHA-256 chained to the record before.
 * A record that is taken into the chain is counted in the same transaction (meta "audit_reads_N"),
 * so a kill between the commit and the clearing takes none twice. */
#ifndef NOROSHI_KNOW_AUDIT_WAIT_H
#define NOROSHI_KNOW_AUDIT_WAIT_H

#include "know/audit_chain.h"

enum {
    AUDIT_WAIT_FILES = 16,       /* services on one data directory */
    AUDIT_WAIT_MAX = 8 << 20,    /* bytes; over it reads wait for the writer */
    AUDIT_WAIT_RECORD_MAX = 4096 /* bytes of one */
};

typedef struct audit_wait audit_wait;

/* The first of the files that no running service has. */
status audit_wait_open(store *s, db *d, audit_wait **ret, err *why) NODISCARD;
/* The file of that number, which a service left when it ended. *ret NULL: it is not there, or a
 * running one has it. */
status audit_wait_open_left(store *s, db *d, unsigned number, audit_wait **ret, err *why) NODISCARD;
audit_wait *audit_wait_close(audit_wait *w); /* NULL is fine; what waits stays on the disk */
/* How many wait. */
uint64_t audit_wait_count(const audit_wait *w);
/* ERR_BUSY: no room. */
status audit_wait_put(audit_wait *w, hash_state *h, const audit_entry *e, err *why) NODISCARD;
/* Not OK: none of what was put since the last time is there. */
status audit_wait_sync(audit_wait *w, err *why) NODISCARD;
void audit_wait_forget(audit_wait *w); /* what was put since the last time */
/* Writes what waits behind *head, and moves it on. */
status audit_wait_take(audit_wait *w, db *d, hash_state *h, audit_head *head, err *why) NODISCARD;
/* What was taken is committed: the file is empty again. */
status audit_wait_clear(audit_wait *w, err *why) NODISCARD;

/* --- bytes ---------------------------------------------------------------------------------- */

/* What a file begins with. */
void audit_wait_begin(buf *to, const uint8_t first[SHA256_BYTES]);
/* The record of `kept` (audit_clean), the n-th from 1; `before` is the hash of the one before it,
 * which its own replaces. */
void audit_wait_record(buf *to, hash_state *h, uint8_t before[SHA256_BYTES], uint64_t n,
                       const audit_entry *kept);

/* What a file says: calls on_entry for each record that fits, in their order, whose texts are in
 * `bytes`; ret->left is what stands behind the last of them, ret->altered whether that is no record
 * that was still being written. Not OK: what on_entry said. */
typedef struct audit_wait_said {
    uint64_t count;
    uint8_t first[SHA256_BYTES], last[SHA256_BYTES];
    size_t left;
    bool altered;
} audit_wait_said;
typedef status audit_wait_entry(void *ctx, uint64_t n, const audit_entry *e, err *why);
status audit_wait_read(hash_state *h, slice bytes, audit_wait_entry *on_entry, void *ctx,
                       audit_wait_said *ret, err *why) NODISCARD;

/* --- other processes' files ------------------------------------------------------------------- */

/* One of the AUDIT_WAIT_FILES as it is to `d`: what is not in the chain yet. `bytes` is empty
 * (buf_init; the caller's to end) and holds the texts of what on_entry is given; on_entry may be
 * NULL. A file that is not there has nothing. */
typedef struct audit_wait_file {
    uint64_t waiting;
    bool altered;
    size_t whole; /* bytes up to the end of the last record; of an altered file all */
} audit_wait_file;
status audit_wait_look(const store *s, db *d, unsigned number, buf *bytes,
                       audit_wait_entry *on_entry, void *ctx, audit_wait_file *ret,
                       err *why) NODISCARD;
enum { AUDIT_WAIT_ROOM = AUDIT_WAIT_MAX + (128 << 10) }; /* maximum of `bytes` */

#endif
