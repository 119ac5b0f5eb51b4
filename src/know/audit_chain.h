/* audit_chain.h - the chain of the audit log: what an entry's hash is of, and putting one behind
 * the last. Private to know.
 * Uses: db, audit. Used by: audit.c, audit_log.c, audit_wait.c, audit_verify.c. */
#ifndef NOROSHI_KNOW_AUDIT_CHAIN_H
#define NOROSHI_KNOW_AUDIT_CHAIN_H

#include "know/audit.h"
#include "know/store_private.h"

/* hash(n) of the entry as it is stored, from hash(n - 1). */
void audit_hash(hash_state *h, const uint8_t before[SHA256_BYTES], uint64_t seq,
                const audit_entry *e, uint8_t ret[SHA256_BYTES]);
/* The entry as it is stored: UTF-8, visible, of bounded length; its texts in `room`. What was
 * cleaned comes out as it is. */
typedef struct audit_room {
    char words[3][AUDIT_WORD_MAX], texts[2][AUDIT_TEXT_MAX];
} audit_room;
audit_entry audit_clean(const audit_entry *e, audit_room *room);
/* Its texts are in `a` from here on; false: no room. */
bool audit_copy_texts(arena *a, audit_entry *e);
/* The newest entry; seq 0 and a hash of zeros: there is none. */
status audit_head_of(db *d, audit_head *ret, err *why) NODISCARD;
/* Writes the entry behind *head and moves it on. Inside a write transaction. */
status audit_append(db *d, hash_state *h, audit_head *head, const audit_entry *e,
                    err *why) NODISCARD;
/* The row that the statement stands on; texts are the statement's. */
status audit_row_of(db_stmt *q, audit_row *ret, uint8_t ret_hash[SHA256_BYTES], err *why) NODISCARD;

#endif
