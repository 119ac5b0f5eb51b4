/* write.h - changing the store: imports, curation.
 *
 *     writer *w; writer_new(store, &w, why);
 *     writer_document(w, &doc, &known, why);
 *     writer_begin(w, &record, why); writer_claim(w, &claim, why)...; writer_end(w, &is_new, why);
 *     writer_document_end(w, &result, why);
 *     writer_sync(w, why);                              // acknowledged from here on
 *
 * Uses: store. Used by: intake, curation commands.
 * A document is all or nothing. Small documents share an engine transaction until writer_sync; a
 * large one is written in batches under a pending transaction that nobody sees before it is
 * published. Importing the same thing again adds nothing: identity is by content. */
#ifndef NOROSHI_KNOW_WRITE_H
#define NOROSHI_KNOW_WRITE_H

#include "know/store.h"

typedef struct writer writer;

enum { WRITER_BATCH_CLAIMS = 100000 };

/* Waits for nobody; each batch waits its turn. `actor` is who changes things, for the history. */
status writer_new(store *s, slice actor, writer **ret, err *why) NODISCARD;
/* Gives up what is not published. NULL is fine. */
writer *writer_free(writer *w);

typedef struct document_in {
    const uint8_t *sha256; /* of the bytes: writer_blob */
    uint64_t bytes;
    slice source;       /* who says so */
    char reliability;   /* 'A'..'F' to record with the source; 0: leave as it is */
    slice derives_from; /* for a source that copies another; may be empty */
    marking marking;    /* floor for everything in it */
    uint32_t parser;    /* which codec and which version of it: the importer's number */
    slice format;
    slice path;    /* logical path, for people */
    slice feed;    /* which list of the source this is: its deliveries replace each other */
    bool snapshot; /* what an older delivery of the feed said and this does not, is withdrawn */
    slice why;
} document_in;

typedef struct document_known {
    uint64_t records;
    slice format;    /* valid until the next call */
    slice source;    /* likewise */
    bool superseded; /* its feed has said other things since; the arrival was not noted */
} document_known;

/* Were these bytes imported before by one of `parsers`, with nothing refused, and are they still
 * what their feed says? Then there is nothing to do: the arrival is noted, *ret filled, OK.
 * `source` empty: whoever it was said by (the source would only be guessed from the path, which
 * may have been renamed). ERR_NOT_FOUND: import it. With `superseded_too`, bytes that their feed
 * has replaced since are OK as well, and ret->superseded; nothing is noted of them. */
typedef struct known_question {
    const uint8_t *sha256;
    marking floor;
    slice source;
    const uint32_t *parsers;
    size_t parser_count;
    bool snapshot;
    bool superseded_too;
} known_question;
status writer_known(writer *w, const known_question *asked, document_known *ret,
                    err *why) NODISCARD;
/* Only whether there is a document of these bytes that was read whole; notes nothing. */
status writer_met(writer *w, const known_question *asked, bool *ret, err *why) NODISCARD;
/* These bytes were put into the blob directory: they are on the disk before the writer commits
 * anything again. Before the writer_document_end of the document that they are. */
void writer_blob(writer *w, const uint8_t sha256[SHA256_BYTES]);
/* Begins a document; its records follow, then writer_document_end or _abort. */
status writer_document(writer *w, const document_in *d, err *why) NODISCARD;
status writer_begin(writer *w, const fact_record *r, err *why) NODISCARD;
status writer_claim(writer *w, const fact_claim *c, err *why) NODISCARD;
/* Records are written many at a time, so what is wrong with one may come out later, but before the
 * document ends. ret_new: something of the records written now was not in the store. */
status writer_end(writer *w, bool *ret_new, err *why) NODISCARD;
/* The first record of the document so far that says something new: its id, which is the writer's
 * until the document ends, and its content. ERR_NOT_FOUND: all of it is known. */
status writer_news(writer *w, fact_record *ret, err *why) NODISCARD;

typedef struct document_result {
    uint64_t records, fresh, withdrawn;
} document_result;
/* Who says this very record, by id and content: of several the first, copied into `a`.
 * ERR_NOT_FOUND: nobody. */
status writer_record_source(writer *w, const fact_record *r, arena *a, slice *ret,
                            err *why) NODISCARD;
/* `format` may be more precise than at the beginning ("stix-2.1"); refused: how many records the
 * codec refused. */
status writer_document_end(writer *w, slice format, uint64_t refused, document_result *ret,
                           err *why) NODISCARD;
/* What writer_document_end would say; the document is taken back. */
status writer_document_try(writer *w, document_result *ret, err *why) NODISCARD;
/* Takes the document back. Not OK: the documents ended since the last writer_sync are lost, too. */
status writer_document_abort(writer *w, err *why) NODISCARD;
/* Small documents gather: is it time to sync them? */
bool writer_full(const writer *w);
/* Everything ended so far is durable and visible. */
status writer_sync(writer *w, err *why) NODISCARD;

/* A container (a .gz, a .zip) that was read whole: `list` is the importer's note of what was in it,
 * so that it need not be opened again. `options` distinguishes imports with other flags. */
enum { CONTAINER_LIST_MAX = 1 << 20 };
/* ERR_NOT_FOUND when it is not there; the list is copied into `a`. */
status writer_container_get(writer *w, const uint8_t sha256[SHA256_BYTES], slice options, arena *a,
                            slice *ret_list, err *why) NODISCARD;
status writer_container_put(writer *w, const uint8_t sha256[SHA256_BYTES], slice options,
                            slice list, err *why) NODISCARD;

/* --- curation: one statement by a person, or its withdrawal; durable on return ---------------- */

/* The statements from here to the next writer_sync become visible and durable together, or none of
 * them: a word in the place of another. One that is refused (ERR_BUSY, ERR_NOT_FOUND) leaves the
 * others as they are; after any other error give the writer up. */
status writer_together(writer *w, err *why) NODISCARD;
/* Makes `source` known and dates its settings. NULL or 0 leaves a setting as it is. */
status writer_source_set(writer *w, slice source, char reliability, const slice *licence,
                         const slice *derives_from, err *why) NODISCARD;
/* A claim by a person ("analyst:<name>"). ERR_BUSY when the very same stands already. */
status writer_curate(writer *w, slice source, const fact_claim *c, slice reason,
                     err *why) NODISCARD;
/* A decision: several statements by persons as one transaction, all or none; durable on return. */
typedef enum decision_what {
    DECIDE_SAY,      /* a claim of the deciding person */
    DECIDE_WITHDRAW, /* a row that stands is withdrawn */
    DECIDE_RESTORE   /* a row that was withdrawn is said again: by whom it was, as it was, dated and
                        placed among other claims as it was; only its history knows */
} decision_what;
typedef struct decision_step {
    decision_what what;
    int64_t row;           /* of one that was said by hand; withdrawals come before restorations */
    const fact_claim *say; /* marked */
} decision_step;
/* ERR_BUSY when a step does not fit what the store says by now: nothing is done. */
status writer_decide(writer *w, slice source, const decision_step *steps, size_t count,
                     slice reason, err *why) NODISCARD;
/* Withdraws the live claims of `source` that say (subject, predicate, object); object.kind
 * KIND_NONE: any. ERR_NOT_FOUND when there is none. */
status writer_retract(writer *w, slice source, node_ref subject, predicate p, node_ref object,
                      slice reason, uint64_t *ret_count, err *why) NODISCARD;

#endif
