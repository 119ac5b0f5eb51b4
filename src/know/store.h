/* store.h - the store: opening it, who looks (lens), what changes (writer), sources.
 *
 *     store *s; store_open(&options, &s, why);
 *     lens *l; lens_new(s, &l, why); lens_look(l, &view, why);      // a pinned, filtered look
 *     claims_of(l, &a, subject, PRED_NONE, 50, &list, why);         // know/claims.h
 *
 * Uses: base, model. Used by: everything above know.
 * Rules (architecture.md section 3): every read goes through a lens, which carries the view;
 * filtering happens inside SQL before limits, counts and order. Transactions are pending until
 * published; as-of T sees what was published by T. Claims are append-only and withdrawn once.
 * Threads: a store may be shared; a lens and a writer belong to one thread. Several processes may
 * open one store; writers take turns, batch by batch. */
#ifndef NOROSHI_KNOW_STORE_H
#define NOROSHI_KNOW_STORE_H

#include "base/base.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/when.h"
#include "know/blob.h"
#include "model/fact.h"
#include "model/marking.h"

typedef struct store store;

typedef struct store_options {
    const char *dir;      /* the data directory: documents, index, locks; with SQLite all of it */
    const char *server;   /* a PostgreSQL database, "postgresql://..."; NULL: SQLite in dir */
    const char *passfile; /* libpq's password file for it; NULL: none */
    bool create;          /* make it when it is not there */
    const fs *disk;       /* NULL: the system's */
    const char *vfs;      /* SQLite file layer; NULL: the default. For power-loss tests */
    clock_source clock;
    random_source random;
    int mutant; /* NOROSHI_MUTANTS builds: drop this visibility filter; -1: none */
} store_options;

/* Opens, migrates the schema, and takes back what a killed writer left pending.
 *   ERR_NOT_FOUND  no store there and not `create`; ERR_INPUT  of a newer program */
status store_open(const store_options *options, store **ret, err *why) NODISCARD;
store *store_close(store *s);
const blob_dir *store_blobs(const store *s);
const char *store_dir(const store *s);
const char *store_engine(const store *s); /* "sqlite" "postgresql" */
/* Schema version, engine, checks: for status and doctor. */
status store_check(store *s, err *why) NODISCARD;

/* --- looking -------------------------------------------------------------------------------- */

typedef struct lens lens;

status lens_new(store *s, lens **ret, err *why) NODISCARD;
lens *lens_free(lens *l);
/* Pins the newest state that `v` may see; *v is kept by reference until the next look. What is
 * published later is not seen until then. Cheap (tens of microseconds). */
status lens_look(lens *l, const view *v, err *why) NODISCARD;
/* Lets go of that state until the next look, before which nothing may be asked. For whoever is
 * going to wait: as long as an old state is held, the engine cannot clear up behind it, and what it
 * has to keep grows with all that is written. What was found out is kept. NULL is fine. */
void lens_rest(lens *l);
const view *lens_view(const lens *l);
store *lens_store(const lens *l);
/* Another number than at an earlier look: what was found out then may not hold any more. The same
 * one: nothing was committed since, and the two views see the same. */
uint64_t lens_looks(const lens *l);
/* Another number than at an earlier look: something was published since, which the view need not
 * see. For caches. */
int64_t lens_newest(const lens *l);

/* --- sources -------------------------------------------------------------------------------- */

typedef struct source_info {
    slice name;
    char reliability; /* Admiralty 'A'..'F'; 'F' (cannot be judged) when nobody said */
    bool reliability_set;
    slice licence, derives_from;
    uint64_t documents, records; /* visible ones */
    when newest;                 /* when its newest visible document was recorded; WHEN_NONE */
    when fresh;                  /* last delivery, also of known bytes */
} source_info;

/* Sources with a visible document, by name. on_source returning not OK stops. */
status source_each(lens *l, status (*on_source)(void *ctx, const source_info *s, err *why),
                   void *ctx, err *why) NODISCARD;
/* ERR_NOT_FOUND when the view sees nothing of it. */
status source_get(lens *l, arena *a, slice name, source_info *ret, err *why) NODISCARD;

#endif
