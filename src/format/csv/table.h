/* table.h - the shape of a table, from its beginning: delimiter, header, columns. Private to the
 * CSV codec.
 * Uses: columns, rows. Used by: csv.c. */
#ifndef NOROSHI_FORMAT_CSV_TABLE_H
#define NOROSHI_FORMAT_CSV_TABLE_H

#include "format/csv/columns.h"
#include "format/rows.h"
#include "model/marking.h"

enum {
    TABLE_COLUMNS_MAX = 256,
    TABLE_SAMPLE_MAX = 100, /* rows that are looked at */
    TABLE_MAP_MAX = 16 << 10
};

typedef struct table {
    char delimiter;
    uint64_t first_line; /* of the first row of data */
    bool header;
    column *column;
    size_t count;
    bool marked; /* a comment at the top has a TLP */
    marking marking;
    int sure; /* 0..100: how sure it is a table of indicators at all */
} table;

/* Looks at `head`, the beginning of a document (`whole`: all of it; else its last row is cut).
 * `mapping` is --map ("ip=ipv4,3=first_seen"): what it names is settled.
 *   OK         *ret filled, its slices in `a` or in `head`
 *   ERR_INPUT  no column can be an indicator; or the mapping is wrong, naming which part
 *   ERR_LIMIT  memory */
status table_guess(arena *a, slice head, bool whole, slice mapping, table *ret, err *why) NODISCARD;
/* Is this row of data the header again? */
bool table_is_header(const table *t, const row *r);

#endif
