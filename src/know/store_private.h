/* store_private.h - what the files of the store share. Private to know.
 * Uses: db, store. Used by: store.c, lens.c, write*.c, read.c, names, search, index. */
#ifndef NOROSHI_KNOW_STORE_PRIVATE_H
#define NOROSHI_KNOW_STORE_PRIVATE_H

#include "know/db.h"
#include "know/store.h"

enum { STORE_PATH_MAX = 4096, PENDING_MAX = 1024, VIEW_CLASS_MAX = 65536 };

struct store {
    store_options options;
    char dir[STORE_PATH_MAX], db_path[STORE_PATH_MAX], blob_path[STORE_PATH_MAX];
    char server[STORE_PATH_MAX], passfile[STORE_PATH_MAX]; /* empty: none */
    blob_dir blobs;
};

enum { DOCUMENT_CACHE = 256, TX_CACHE = 64, LENS_NODES_MAX = 4096, LENS_VALUE_MAX = 256 };
enum { SHORT_NODES = 8192, SHORT_NODE_MAX = 104 };

/* What claims show of their document. */
typedef struct document_face {
    int64_t id;
    uint64_t look; /* of this look, else stale */
    bool visible;
    uint8_t sha256[SHA256_BYTES];
    slice path, name, prefix; /* name: the last part of path */
} document_face;

/* When a transaction was published. */
typedef struct tx_time {
    int64_t tx; /* 0: none */
    when at;
} tx_time;

/* A node that many claims point at or have as their detail, by its id: read_runs.c. */
typedef struct short_node {
    int64_t id;
    uint64_t look; /* of this look, else stale */
    int kind;
    uint32_t len;
    char text[SHORT_NODE_MAX];
} short_node;

struct lens {
    store *s;
    db *d;
    const view *v;
    int64_t until_us;  /* transactions published later are not seen */
    int64_t newest_us; /* when the newest in sight was published */
    db_sight sight;
    uint8_t classes[VIEW_CLASS_MAX];
    int64_t pending[PENDING_MAX];
    /* interned markings and source names, loaded as they are met; they never change */
    arena interned;
    marking *markings; /* by view class id */
    size_t marking_count;
    document_face documents[DOCUMENT_CACHE];
    tx_time times[TX_CACHE];
    short_node short_nodes[SHORT_NODES]; /* memory that is not touched before it is used */
    arena per_look;                      /* emptied by lens_look */
    struct memo *nodes; /* ids of nodes that are no observables, in per_look; NULL: none yet */
    size_t node_count;
    struct {           /* what was looked up last: a question asks for it several times */
        uint64_t look; /* in which look */
        int64_t id;    /* 0: it is not there */
        kind kind;
        size_t len;
        char text[LENS_VALUE_MAX];
    } value;
    slice *sources; /* by source id; ptr NULL: not loaded yet */
    size_t source_count;
    blob_reader *bytes;     /* of documents; made at first use */
    const struct index *ix; /* what is not in it is not stored; NULL: it is not asked */
    /* Counts looks that may see other things than the one before: caches of other modules compare
     * it. */
    uint64_t look;
    view looked; /* as whom, its texts in per_look; and the store's content then */
    uint32_t content;
    bool settled; /* `content` is known */
    db_mark mark; /* of that content, or of one before it: then it is never met again */
    bool marked;  /* it is known */
    struct names_cache *names; /* know/names.c's */
    struct sets_cache *sets;   /* know/sets.c's */
    hash_state *h;
    bool in_read;
};

/* A store that is not opened: its folders are there, and SQLite's file. For store_migrate. */
status store_blank(const store_options *o, store **ret, err *why);
/* A connection of the store's own settings. */
status store_connect(const store *s, bool writing, db **ret, err *why);
/* For many rows in no order, with room for what they touch; for all rows in their order. */
status store_connect_import(const store *s, db **ret, err *why);
status store_connect_scan(const store *s, db **ret, err *why);
/* For a few rows at a time: accounts, the audit log. */
status store_connect_small(const store *s, db **ret, err *why);
/* The first 8 bytes of SHA-256 over (kind, text), as stored in node_key. `h` is reused. */
uint64_t node_hash(hash_state *h, node_ref n);
/* The node's id, or 0 when it is not there. */
status node_find(db *d, hash_state *h, node_ref n, int64_t *ret, err *why);
/* The same through a lens, which may know without the store: index.c. */
status lens_node(lens *l, node_ref n, int64_t *ret, err *why);
/* The random key of the index's hashes, made with the store. */
status store_index_key(db *d, uint8_t ret[16], err *why);
status lens_marking(lens *l, int64_t vc, marking *ret, err *why);
status lens_source(lens *l, int64_t id, slice *ret, err *why);

/* Fills what was set of the source, field by field the newest that the view sees: source.c. */
status source_setting(lens *l, arena *a, int64_t id, source_info *ret, err *why);

/* Frees l->names; NULL is fine. */
void names_cache_free(struct names_cache *c);
void sets_cache_free(struct sets_cache *c); /* likewise */
/* Removes what killed builders of sets left in DIR/sets. */
void sets_sweep(const store *s);

/* What a transaction did: tx.what. Stored. */
enum {
    TX_IMPORT = 1,
    TX_SOURCE = 2,
    TX_CURATE = 3,
    TX_RETRACT = 4,
    TX_SET = 5,
    TX_SET_DROP = 6,
    TX_DECIDE = 7
};

#endif
