/* sets.h - bulk lists: known-good and known-bad hashes, warninglists; loaded, looked up, dropped.
 *
 *     set_hits hits;
 *     st = sets_find(l, &a, (node_ref){KIND_SHA256, hex}, &hits, why);
 *     ... hits.at[i].set->name, ->verdict, hits.at[i].how ...
 *
 *     set_loader *sl; set_loader_new(store, &options, &sl, why);
 *     set_loader_document(sl, sha256, why); set_loader_keys(sl, &label, keys, n, why); ...
 *     st = set_loader_finish(sl, w, &result, why);     // the new version, the old one withdrawn
 *
 * Uses: store, write, tiers. Used by: intake, judge, answer, serve, cmd.
 * A set is a name, a source and a marking; each loaded version of it is one row (who, which bytes,
 * from which transaction to which) and its tables of keys (docs/formats/tiers.md). A version may be
 * a change to the one before it, whose tables it shares; to a reader each is whole. Versions are
 * seen and not seen as everything else is: a lens finds what its view may see at its time, and
 * another source's or another marking's set of the same name is another set. A version that was
 * replaced or dropped stays for as-of until it is purged, or retired when it is old.
 * A hit is a claim nobody stored: its id is that of a claim, the key's hash and the version's. */
#ifndef NOROSHI_KNOW_SETS_H
#define NOROSHI_KNOW_SETS_H

#include "know/store.h"
#include "know/write.h"
#include "model/fact.h"
#include "model/observable.h"

typedef enum set_verdict { SET_KNOWN_GOOD = 1, SET_KNOWN_BAD, SET_LIST } set_verdict; /* stored */
typedef enum set_polarity {
    SET_POLARITY_NONE, /* of what is no list */
    SET_BENIGN,
    SET_NEUTRAL,
    SET_SUSPICIOUS
} set_polarity; /* stored */

const char *set_verdict_name(set_verdict v);   /* "known-good", "known-bad", "list" */
const char *set_polarity_name(set_polarity p); /* "benign", ...; "" for none */

enum {
    SETS_MAX = 4096,     /* versions a view may see at once */
    SET_NAME_MAX = 128,  /* bytes */
    SET_HITS_MAX = 1000, /* of one value */
    SET_NAME_ROOM = 40   /* of a file's name */
};

/* --- looking -------------------------------------------------------------------------------- */

typedef struct set_info {
    int64_t row; /* inside one look; never shown */
    slice name, source;
    set_verdict verdict;
    set_polarity polarity;
    marking marking;
    uint8_t sha256[SHA256_BYTES]; /* of the hashes of its documents */
    uint64_t keys, bytes, lines;
    when recorded; /* when this version was loaded */
    bool withdrawn;
    const char *broken; /* NULL, or why its keys cannot be had */
    char file[SET_NAME_ROOM];
    struct tiers *keys_of; /* NULL when broken */
} set_info;

typedef struct set_list {
    const set_info *at; /* by name, source and content */
    size_t count;
} set_list;

/* What the lens's view sees now, or at its as-of; read once a look, valid until the next.
 *   ERR_LIMIT  over SETS_MAX */
status sets_seen(lens *l, set_list *ret, err *why) NODISCARD;
/* All that are seen, withdrawn ones too, in `a`; their keys are not opened. */
status sets_past(lens *l, arena *a, set_list *ret, err *why) NODISCARD;
/* Keys of this kind; 0 when it is broken. */
uint64_t set_of_kind(const set_info *s, kind k);
/* Are the files of these versions, such as sets_past gives, as they were written? Each is read
 * once, whoever shares it; a purged version has none and is not told. `found` is NULL for a whole
 * one.
 *   ERR_LIMIT  the budget of `a` */
status sets_verify(lens *l, arena *a, const set_list *sets,
                   status (*on_set)(void *ctx, const set_info *s, const err *found, err *why),
                   void *ctx, err *why) NODISCARD;

typedef enum set_how {
    SET_EXACT,
    SET_DERIVED, /* the key is the value's host, parent, ...: `key` says which */
    SET_RANGE    /* the key is a network that holds the value */
} set_how;

typedef struct set_hit {
    const set_info *set;
    set_how how;
    key_how key;                             /* of SET_DERIVED */
    node_ref node;                           /* what is in the set, in the arena */
    slice label;                             /* family or signature, in the arena; empty: none */
    when first_seen, last_seen, valid_until; /* days; WHEN_NONE */
    uint64_t id_hi, id_lo;
} set_hit;

typedef struct set_hits {
    set_hit *at; /* by set, then exact, derived, networks */
    size_t count;
} set_hits;

/* All that the seen sets say of the value. Known-good sets are asked for the value itself, the
 * others for what stands above it, too: parent domains, the host of a URL, networks around it.
 *   ERR_LIMIT  the budget;  ERR_IO  a file was cut off since it was opened: the next look opens it
 *              again, or tells the set as broken */
status sets_find(lens *l, arena *a, node_ref value, set_hits *ret, err *why) NODISCARD;

/* The same for many hashes at once, which is quicker: ret[i] is what sets_find says of values[i].
 *   ERR_LIMIT  the budget */
status sets_find_hashes(lens *l, arena *a, const node_ref *values, size_t count, set_hits *ret,
                        err *why) NODISCARD;

/* Stored values that versions added or withdrawn by transaction `tx` may say something about, and
 * of which the view knows something, in an order that content alone decides. Reads every stored
 * value: 1-2 us each, once for every million that are told. Before the first *ret is the marking of
 * these versions that the view sees, joined; the lens's. */
status sets_touched(lens *l, int64_t tx, marking *ret,
                    status (*on_node)(void *ctx, node_ref n, err *why), void *ctx,
                    err *why) NODISCARD;

/* --- loading -------------------------------------------------------------------------------- */

typedef enum set_mode {
    SET_REPLACE, /* what is loaded is all that the set holds */
    SET_ADD,     /* it is added to what the set holds; of a value that is there it says all */
    SET_REMOVE   /* it is taken out */
} set_mode;

typedef struct set_load_options {
    slice name, source;
    char reliability; /* 0: leave the source's */
    set_mode mode;
    writer *w;             /* of SET_ADD and SET_REMOVE: to see what the set holds */
    set_verdict verdict;   /* 0, but not with SET_REPLACE: that of the set */
    set_polarity polarity; /* of SET_LIST */
    marking marking;
    uint64_t memory_bytes; /* 0: 600 MiB */
    bool dry_run;          /* everything but keeping it */
    uint32_t keep_days;    /* set_loader_settle ends versions withdrawn so long ago; 0: none */
    /* What is going to be read, by name, size and date, say: a load that was killed before with the
     * same is taken up where its last sorted run ended. Empty: it begins anew. */
    slice resume;
} set_load_options;

typedef struct set_result {
    set_verdict verdict; /* of the set */
    set_polarity polarity;
    bool known;           /* this very content is what the set holds already, in a file that can be
                           * read: nothing was done */
    uint64_t added, keys; /* values read; different ones that the set holds now */
    uint64_t read_keys;   /* different ones of those that were read */
    uint64_t resumed;     /* values that a load that was killed had read before */
    uint64_t left_out;    /* labels over SLOTS_LIST_MAX of one value */
    uint64_t bytes;
    uint64_t kinds[64]; /* by kind */
    bool change;        /* SET_ADD or SET_REMOVE to what was there; then, of the values read: */
    uint64_t fresh, changed, same, removed, absent;
    uint64_t replaced; /* versions that this one took the place of */
    int64_t tx;
} set_result;

typedef struct set_loader set_loader;

/* What `options` points at has to live as long.
 *   ERR_INPUT      no name, or one that is too long or has control bytes; another verdict than
 *                  that of the set
 *   ERR_NOT_FOUND  SET_REMOVE, or SET_ADD without a verdict, and no such set */
status set_loader_new(store *s, const set_load_options *options, set_loader **ret,
                      err *why) NODISCARD;
/* Removes what is not finished. NULL is fine. */
set_loader *set_loader_free(set_loader *sl);
/* A document of the version, by the hash of its bytes; lines: how many it had. */
status set_loader_document(set_loader *sl, const uint8_t sha256[SHA256_BYTES], uint64_t lines,
                           err *why) NODISCARD;
/* In the shape of fact_sink.keys, but for the context's type. */
status set_loader_keys(set_loader *sl, const fact_label *label, const fact_key *keys, size_t count,
                       err *why) NODISCARD;
/* Makes the version: durable and seen on return, and the one before it withdrawn.
 *   ERR_INPUT  no value at all: an empty list is a mistake more often than a wish
 *   ERR_BUSY   of a change: the set was replaced meanwhile */
status set_loader_finish(set_loader *sl, writer *w, set_result *ret, err *why) NODISCARD;
/* After many changes: makes one table of several, so that look-ups stay quick. Says nothing else
 * than before; nobody waits for it; whoever kills it loses nothing. Then
 * sets_retire, of all sets. */
status set_loader_settle(set_loader *sl, writer *w, err *why) NODISCARD;

/* Withdraws versions by their rows; after writer_together a part of that transaction. purge, which
 * is no part of one: and removes their keys, so that as-of does not find them any more. *ret_count:
 * versions that were not withdrawn before. */
status set_drop(writer *w, const int64_t *rows, size_t count, bool purge, uint64_t *ret_count,
                err *why) NODISCARD;
/* Removes the keys of versions that were withdrawn before that time, as set_drop does with `purge`;
 * nothing is written when there are none. What is seen is never touched. *ret_count: how many. */
status sets_retire(writer *w, when before, uint64_t *ret_count, err *why) NODISCARD;

#endif
