/* audit.h - who did what, when, from where, and whether it was done: append-only, each entry
 * chained to all before it.
 *
 *     audit_add(w, &(audit_entry){.who = id, .act = S("verdict.set"), .what = value, ...}, why);
 *     writer_sync(w, why);                             // the act and its entry, or neither
 *
 *     audit_log *log; audit_log_new(store, &log, why); // shared by all threads, for reads
 *     if (audit_put(log, &read, 1, why) != OK) ...     // then the answer must not leave
 *
 * Uses: store, write. Used by: accounts, serve/auth, the API, cmd (noroshi audit).
 * hash(n) = SHA-256(hash(n - 1), canonical form of entry n), where the form holds every field with
 * its length and the number n. So an entry that is altered, left out, put in or moved does not
 * fit. What a chain alone cannot show, a tail that is cut off or a chain that is written anew, is
 * shown by a head kept elsewhere: `noroshi audit head` prints one line, verify is given such lines.
 * Synchronous: an entry is on the disk before the act is acknowledged. What changes something has
 * its entry in the same transaction (audit_add); what only reads waits for one commit that it
 * shares with everybody who reads at that moment (audit_put). Whatever cannot be recorded must be
 * refused: both return an error then. An entry names things by their ids and carries no secret:
 * the caller's duty.
 * Recorded have to be: every change, every login and refusal of one, every read of something above
 * TLP:GREEN, every export.
 * Threads: an audit_log may be shared. */
#ifndef NOROSHI_KNOW_AUDIT_H
#define NOROSHI_KNOW_AUDIT_H

#include "know/write.h"

enum { AUDIT_WORD_MAX = 128, AUDIT_TEXT_MAX = 1024, AUDIT_PAGE_MAX = 1000 };

/* Stored: numbers keep their meaning. */
typedef enum audit_outcome {
    AUDIT_DONE,
    AUDIT_REFUSED, /* he may not */
    AUDIT_FAILED,  /* it did not work */
    AUDIT_OUTCOME_COUNT_
} audit_outcome;
const char *audit_outcome_name(audit_outcome o); /* "done" "refused" "failed" */

typedef struct audit_entry {
    when at;      /* by the clock of whoever did it */
    slice who;    /* an account's id, "cli:root"; empty: nobody known. AUDIT_WORD_MAX */
    slice from;   /* an address, "cli". AUDIT_WORD_MAX */
    slice act;    /* "login", "user.add", "read", "export", ... AUDIT_WORD_MAX */
    slice what;   /* ids of what it was done to. AUDIT_TEXT_MAX; longer is cut and says so */
    slice detail; /* more about it: a role, a format, a count. AUDIT_TEXT_MAX, likewise */
    audit_outcome outcome;
} audit_entry;

/* In the writer's transaction: visible and durable with it. */
status audit_add(writer *w, const audit_entry *e, err *why) NODISCARD;

typedef struct audit_log audit_log;
status audit_log_new(store *s, audit_log **ret, err *why) NODISCARD;
/* Nobody waits in it any more. NULL is fine. */
audit_log *audit_log_free(audit_log *log);
/* Writes `count` entries and returns when they are on the disk. Threads that come while a commit
 * is under way share the next one. ERR_IO, ERR_BUSY: none of them is recorded: refuse the act. */
status audit_put(audit_log *log, const audit_entry *e, size_t count, err *why) NODISCARD;
/* While somebody else has the store's writer, an import for up to a second, entries are put into a
 * file of their own beside the store, with a chain of their own, and get into the chain with the
 * next that find the writer free. This waits for the writer and takes in what is there. */
status audit_log_settle(audit_log *log, err *why) NODISCARD;
/* Takes in what services left there that do not run any more; audit_log_new does it. */
status audit_settle_left(store *s, err *why) NODISCARD;
/* Is an answer with this highest marking a read that has to be recorded? */
bool audit_wants(tlp highest);

/* --- reading and proving -------------------------------------------------------------------- */

typedef struct audit_head {
    uint64_t seq; /* of the newest entry; 0: there is none */
    when at;
    uint8_t hash[SHA256_BYTES];
} audit_head;
enum { AUDIT_HEAD_TEXT = 128 };
/* "noroshi-audit/1 SEQ TIME HASH", one line without its newline. Returns out. */
const char *audit_head_text(const audit_head *h, char out[AUDIT_HEAD_TEXT]);
/* ERR_INPUT: no such line. */
status audit_head_read(slice line, audit_head *ret, err *why) NODISCARD;
status audit_head_now(store *s, audit_head *ret, err *why) NODISCARD;

typedef struct audit_row {
    uint64_t seq;
    audit_entry e;
} audit_row;
typedef struct audit_list {
    audit_row *at;
    size_t count;
    bool more;
} audit_list;
typedef struct audit_filter {
    slice who, act, what; /* one of them at most; all empty: any */
} audit_filter;
/* Newest first; before: 0 or the seq of the last one. At most `max` (<= AUDIT_PAGE_MAX). */
status audit_page(store *s, arena *a, const audit_filter *f, uint64_t before, size_t max,
                  audit_list *ret, err *why) NODISCARD;

/* Entries of reads that are not in the chain yet (audit_log_settle), of any process: newest first,
 * at most `max` (<= AUDIT_PAGE_MAX); they have no seq (0). One that gets into the chain
 * meanwhile may be in a page, too. */
status audit_waiting(store *s, arena *a, const audit_filter *f, size_t max, audit_list *ret,
                     err *why) NODISCARD;

typedef struct audit_report {
    audit_head head;       /* of what is there */
    uint64_t heads;        /* given ones that were met */
    uint64_t broken_at;    /* seq of the first entry that does not fit; 0: all do */
    const char *broken_by; /* "altered" "missing" "cut" "rewritten"; NULL: nothing */
    uint64_t
        waiting; /* entries of reads that are not in the chain yet; proven, too: what is altered
                       * there is "altered" behind the last of the chain */
} audit_report;
/* Reads the chain, up to the first break. OK also when it is broken: the report says so.
 * ERR_INTERNAL: its entries are right, and an index by which they are listed is not. `heads` were
 * taken at earlier times, in the order of their seq (else ERR_INPUT). O(entries), in one look,
 * in constant memory. */
status audit_verify(store *s, const audit_head *heads, size_t count, audit_report *ret,
                    err *why) NODISCARD;

#endif
