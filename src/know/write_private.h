/* write_private.h - what the files of the writer share. Private to know.
 * Uses: db, store_private, write. Used by: write.c, write_intern.c, write_document.c,
 * write_record.c, write_curate.c, write_decide.c, write_ahead.c, sets_load.c, held.c, series.c,
 * alerts.c, audit.c, accounts_private.h. */
#ifndef NOROSHI_KNOW_WRITE_PRIVATE_H
#define NOROSHI_KNOW_WRITE_PRIVATE_H

#include "know/store_private.h"
#include "know/write.h"

enum {
    NODE_CACHE_SLOTS = 1 << 16,
    CANON_MAX =
        FACT_VALUE_MAX + 2 * FACT_DETAIL_MAX + 4 * NODE_TEXT_MAX + FACT_ORIGINS_MAX * NODE_TEXT_MAX
};

/* Recently used nodes by the first 16 bytes of their SHA-256: nobody can make two meet. */
typedef struct node_slot {
    uint8_t key[16];
    int64_t id;
} node_slot;

/* A growing set of row ids, one bit each. */
typedef struct row_set {
    uint64_t *bits;
    size_t words;
} row_set;

/* What the document under way adds to and takes from what its source holds: held.c. */
typedef struct held_row {
    kind kind;
    bool listed;
    int64_t vc, added, removed;
    when newest;
} held_row;
typedef struct held_sums {
    held_row *at;
    size_t count, cap, last;
} held_sums;

/* How many records of the document under way are of a view class; 0: only claims are. */
typedef struct class_row {
    int64_t vc;
    uint64_t records;
} class_row;
typedef struct class_counts {
    class_row *at;
    size_t count, cap, last;
} class_counts;

/* The record between writer_begin and writer_end. */
typedef struct record_state {
    bool open, fresh;
    bool skip; /* its content is in the store: claims need not be looked at */
    bool versioned;
    uint64_t at;
    slice id; /* in `scratch` */
    uint8_t content[SHA256_BYTES];
    int64_t place; /* -1: none */
    int64_t key;   /* claim.record: hash of (source, id, marking); 0: no identity */
    marking marking;
    int64_t *older; /* live claims of the versions this one replaces */
    size_t older_count, older_cap;
    row_set said; /* of those, the ones said again */
} record_state;

typedef struct node_digest {
    uint8_t bytes[16]; /* the first of SHA-256 over kind and text; its first 8 are node_key.h */
} node_digest;

/* Lists say the same of many things in a row: what was digested last. */
enum { SAID_MAX = 256 };
typedef struct said_last {
    char text[SAID_MAX];
    size_t len;
    kind kind;
    node_digest digest; /* of the empty text of no kind at first, which nobody asks for */
} said_last;

/* Details that were met: one that comes again is kept once for all its claims. */
enum { WORDS_SLOTS = 8192, WORDS_MIN = 6, WORDS_MAX = SAID_MAX };
typedef struct words_met {
    int64_t seen[WORDS_SLOTS]; /* digest_key */
    said_last words, object;
} words_met;

/* The document between writer_document and writer_document_end. */
typedef struct document_state {
    bool open;
    bool begun;     /* the engine knows of it: before its first records are written it does not */
    document_in in; /* until then; texts in `texts` */
    bool flushed;   /* batches of it were committed: taking it back needs undo */
    int64_t tx, id, feed, source, vc;
    slice source_name; /* in `texts` */
    marking floor;
    bool snapshot;
    bool repeats;        /* the feed has rows in claim_again: known claims need a second look */
    int64_t first, last; /* claim ids of the batch under way; first 0: none */
    row_set claims_seen, objects_seen;
    class_counts classes; /* of everything in it */
    held_sums held;
    int64_t near_document; /* the last foreign document asked about ... */
    bool near_mine;        /* ... and whether the feed delivered it */
    buf prefix;            /* what stands before the number in places */
    uint64_t records, fresh, withdrawn;
    slice news_id; /* of the first fresh record; in `texts` */
    uint8_t news_content[SHA256_BYTES];
    int lock;
} document_state;

struct writer {
    store *s;
    db *d;
    struct ahead *ahead; /* write_ahead.h */
    hash_state *h;
    arena texts; /* actor, and the current document's texts */
    arena scratch;
    slice actor;
    node_slot *nodes;
    words_met *words;
    struct { /* the last reports looked up; id 0: none */
        uint8_t digest[16];
        int64_t id;
    } origin;
    buf canon;     /* canonical form of one claim */
    int64_t batch; /* claims since the last commit */
    bool together; /* statements wait for writer_sync */
    int alive;     /* lock that says so: undo.h */
    db_turns turns;
    bool renewed; /* the last commit may be under way, and we are in a transaction if it is good */
    /* blobs that were written and may not be on the disk yet; the first of them by name */
    uint8_t unsynced[BLOB_SYNC_EACH * SHA256_BYTES];
    size_t unsynced_count;
    record_state rec;
    document_state doc;
    struct { /* the last view classes looked up */
        marking m;
        int64_t id;
    } classes[4];
    unsigned next_class;
    arena class_texts;
    struct series_sum *series; /* points of the document under way; NULL: none. series.c */
};

/* write_intern.c: ids of things, made when they are new. Inside a write transaction. */
status intern_node(writer *w, node_ref n, int64_t *ret, err *why) NODISCARD;
/* The same, when its hash is known. */
node_digest digest_node(writer *w, node_ref n);
int64_t digest_key(node_digest d);
status intern_digested(writer *w, node_ref n, node_digest d, int64_t *ret, err *why) NODISCARD;
status intern_source(writer *w, slice name, int64_t *ret, err *why) NODISCARD;
status intern_marking(writer *w, marking m, int64_t *ret, err *why) NODISCARD;
/* 0 when there are no reports. */
status intern_origin(writer *w, const slice *reports, size_t count, const uint8_t digest[16],
                     int64_t *ret, err *why) NODISCARD;
/* Identity of a set of reports, at most FACT_ORIGINS_MAX. */
void origin_digest(writer *w, const slice *reports, size_t count, uint8_t digest[16]);
void intern_forget(writer *w); /* after a rollback: ids handed out may not exist */

/* write.c */
status begin_engine(writer *w, err *why) NODISCARD; /* a write transaction is open afterwards */
/* Commits: bytes first, then the facts that point at them. */
status commit_engine(writer *w, err *why) NODISCARD;
/* The same, and begins again, while the writer goes on. Nothing is acknowledged by that: who has to
 * know that it was done calls writer_sync. */
status renew_engine(writer *w, err *why) NODISCARD;
status begin_tx(writer *w, int what, slice reason, int64_t *ret, err *why) NODISCARD;
status publish_tx(writer *w, int64_t tx, err *why) NODISCARD;
/* Commits the batch when it is full; the document stays pending. */
status flush_batch(writer *w, err *why) NODISCARD;
/* One change: a transaction of its own, before which documents gathered so far are made durable;
 * or, after writer_together, a part of that one, which is taken back alone. part_end ends it, also
 * after an error, as statement_end. */
status part_begin(writer *w, err *why) NODISCARD;
status part_end(writer *w, status st, err *why) NODISCARD;
/* The same for what a person states: with its row of tx. */
status statement_begin(writer *w, int what, slice reason, int64_t *ret_tx, err *why) NODISCARD;
/* Ends it, also after an error: published and durable, or taken back whole. Of several that belong
 * together (writer_together) only the refused one is taken back; writer_sync makes the others
 * durable. */
status statement_end(writer *w, status st, int64_t tx, err *why) NODISCARD;
status note_range(writer *w, int64_t tx, int64_t first, int64_t last, err *why) NODISCARD;
status row_set_add(row_set *s, int64_t row, err *why) NODISCARD;
bool row_set_has(const row_set *s, int64_t row);
void row_set_clear(row_set *s);
void row_set_done(row_set *s);

/* write_record.c */
typedef struct claim_place {
    int64_t source, document, place, record, tx;
    uint64_t at;
    slice source_name;
} claim_place;
/* Writes one claim. *ret_row is its row, *ret_state says what became of it. */
typedef enum claim_state { CLAIM_NEW, CLAIM_KNOWN } claim_state;
/* What identifies it, where that is known: else NULL. */
typedef struct claim_digests {
    node_digest subject, object, words;
    bool has_words;     /* its detail is kept as a node */
    uint8_t origin[16]; /* of its reports, when there are some */
    int64_t h;
} claim_digests;
status put_claim(writer *w, const fact_claim *c, const claim_digests *digests, marking m,
                 const claim_place *p, int64_t *ret_row, claim_state *ret_state,
                 err *why) NODISCARD;
/* same_reports: `origin` of a claim with the same reports; or NULL. */
status digest_claim(writer *w, const fact_claim *c, marking m, slice source,
                    const uint8_t *same_reports, claim_digests *ret, err *why) NODISCARD;
void record_done(record_state *r);
/* What writer_begin, writer_claim and writer_end come to, at once or later. */
status record_begin(writer *w, const fact_record *r, err *why) NODISCARD;
status record_claim(writer *w, const fact_claim *c, const claim_digests *digests,
                    err *why) NODISCARD;
status record_end(writer *w, bool *ret_new, err *why) NODISCARD;
/* Identity of a claim: 64 bits of SHA-256 over all it says. */
status claim_hash(writer *w, const fact_claim *c, marking m, slice source, int64_t *ret,
                  err *why) NODISCARD;

/* held.c: a claim of the document under way is new; one of its source is about to be withdrawn;
 * the sums are written with the document. */
status held_new(writer *w, const fact_claim *c, marking m, err *why) NODISCARD;
status held_gone(writer *w, int64_t row, err *why) NODISCARD;
status held_write(writer *w, err *why) NODISCARD;

/* series.c: a point of a daily series; all points of the document as one row, counted in
 * *ret_fresh when they are new; none of them after all. */
status series_point_add(writer *w, const fact_claim *c, err *why) NODISCARD;
status series_write(writer *w, uint64_t *ret_fresh, err *why) NODISCARD;
void series_forget(writer *w);

/* write_curate.c: dates the settings of a source when they change; NULL or 0 keeps one. vc: of the
 * document that brings them, 0 when a person says so. */
status put_setting(writer *w, int64_t source, int64_t tx, int64_t vc, char reliability,
                   const slice *licence, const slice *derives_from, err *why) NODISCARD;

/* write_document.c: something in the document under way is of the view class, `records` of them
 * whole records. */
status note_class(writer *w, int64_t vc, uint64_t records, err *why) NODISCARD;
/* Begins the document under way in the engine, once. */
status document_begin(writer *w, err *why) NODISCARD;
/* A known claim is said again by the document under way. */
status claim_said_again(writer *w, int64_t row, int64_t document, err *why) NODISCARD;

#endif
