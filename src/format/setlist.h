/* setlist.h - what the parts of the set codec share: keys gather, lines and tables are read.
 * Uses: format, observable. Used by: setlist.c, list_keys.c, csv_keys.c, setlist_sqlite.c. */
#ifndef NOROSHI_FORMAT_SETLIST_H
#define NOROSHI_FORMAT_SETLIST_H

#include "format/format.h"
#include "model/observable.h"

typedef struct setlist {
    const fact_sink *sink;
    arena *a; /* one line */
    fact_key *keys;
    size_t count;
    char *pool; /* their bytes */
    size_t used;
    fact_label label;
    char label_text[FACT_LABEL_MAX];
    uint64_t line, at; /* of what is being read */
} setlist;

status setlist_add(setlist *l, const observable *o, err *why) NODISCARD;
/* Another label: what has gathered belongs to the one before. */
status setlist_label(setlist *l, const fact_label *label, err *why) NODISCARD;
status setlist_refuse(setlist *l, const char *reason, err *why) NODISCARD;

/* The cell is a hash and nothing else: *ret_done. */
status setlist_hash(setlist *l, slice cell, bool *ret_done, err *why) NODISCARD;

/* The bytes of a digest. */
status setlist_digest(setlist *l, kind k, slice digest, err *why) NODISCARD;

/* setlist_sqlite.c: the hashes of a database. */
status setlist_read_sqlite(setlist *l, reader *in, arena *a, err *why) NODISCARD;

/* list_keys.c: any line of any list. */
status setlist_other_line(setlist *l, slice line, err *why) NODISCARD;

/* csv_keys.c: *ret is NULL when the document is no table with a header. */
typedef struct setlist_table setlist_table;
/* The digest that a column of this name holds; KIND_NONE: another thing. */
kind setlist_hash_column(slice name);
status setlist_find_table(arena *a, slice head, const setlist_table **ret, err *why) NODISCARD;
status setlist_read_table(setlist *l, const format_input *input, const setlist_table *table,
                          arena *memory, err *why) NODISCARD;

#endif
