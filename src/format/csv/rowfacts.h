/* rowfacts.h - one row of a table as claims. Private to the CSV codec.
 * Uses: emit, table. Used by: csv.c. */
#ifndef NOROSHI_FORMAT_CSV_ROWFACTS_H
#define NOROSHI_FORMAT_CSV_ROWFACTS_H

#include "format/csv/table.h"
#include "format/emit.h"

enum {
    ROW_OBSERVABLES_MAX = 256, /* of one row */
    ROW_CELL_MAX = 64,         /* of one cell */
    ROW_OTHER_MAX = 4096       /* bytes of a cell that is kept under detail.other */
};

/* An observable of the row, with the column that it came from. */
typedef struct row_item {
    observable o;
    const column *from;
} row_item;

/* What a row says besides its observables. */
typedef struct row_facts {
    const table *t;
    const row *r;
    row_item *item;
    size_t count;
    node_ref malware, actor, campaign; /* KIND_NONE: nothing said */
    slice malware_name, actor_name, campaign_name;
    slice comment, filename, package, use;
    const column *filename_from; /* the column of `filename` */
    bool benign;                 /* the category says that it is nothing bad */
    slice *other;                /* JSON members of detail.other: name, text, name, text, ... */
    size_t others;
    detail common; /* port, version, ... */
} row_facts;

/* Gathers the claims of a row into the emitter. `unread` counts cells by column that were kept as
 * text because they could not be read (a date that is none).
 *   ERR_INPUT  the row cannot be taken: no indicator in it, or a bad one */
status row_claims(emitter *e, const table *t, const row *r, uint64_t *unread, err *why) NODISCARD;

#endif
