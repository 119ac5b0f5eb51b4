/* columns.h - what the columns of a table of indicators mean. Private to the CSV and set codecs.
 *
 *     column c;
 *     column_named(S("C2 Domain"), &c);          // COLUMN_OBSERVABLE, a domain, used as c2
 *
 * Uses: base, cells, dates. Used by: csv/table.c, csv.c, csv_keys.c. */
#ifndef NOROSHI_FORMAT_CSV_COLUMNS_H
#define NOROSHI_FORMAT_CSV_COLUMNS_H

#include "base/base.h"
#include "format/cells.h"
#include "format/dates.h"

typedef enum column_role {
    COLUMN_OTHER, /* kept under detail.other, by its name */
    COLUMN_IGNORE,
    COLUMN_VALUE,      /* the indicator; its kind from the TYPE column or from its shape */
    COLUMN_OBSERVABLE, /* an observable of the column's own kind */
    COLUMN_TYPE,       /* the kind of VALUE, in words */
    COLUMN_FILENAME,   /* of the file whose hash stands beside it; an indicator if none does */
    COLUMN_PACKAGE,    /* likewise an application id */
    COLUMN_MALWARE,
    COLUMN_TOOL,
    COLUMN_ACTOR,
    COLUMN_CAMPAIGN,
    COLUMN_THREAT, /* a category ("botnet_cc", "phishing"), or else the name of a malware */
    COLUMN_CATEGORY,
    COLUMN_FIRST_SEEN,
    COLUMN_LAST_SEEN,
    COLUMN_DATE,  /* of the entry: first seen when no column says that */
    COLUMN_ADDED, /* when it came on the list: valid from */
    COLUMN_VALID_UNTIL,
    COLUMN_TLP,
    COLUMN_CONFIDENCE,
    COLUMN_SCORE,
    COLUMN_COUNT,
    COLUMN_COMMENT,
    COLUMN_REFERENCE,
    COLUMN_TAGS,
    COLUMN_PORT,
    COLUMN_PROTOCOL,
    COLUMN_VERSION,
    COLUMN_WATERMARK,
    COLUMN_PRODUCT,
    COLUMN_PATH, /* of a URL; VALUE's when it is an address or a domain */
    COLUMN_LIST, /* a network that the table lists without calling it bad */
    COLUMN_ROLE_COUNT_
} column_role;

typedef struct column {
    column_role role;
    want want; /* VALUE and OBSERVABLE */
    slice use; /* detail.role of its observables: "c2", "delivery", "phishing", ... or empty */
    date_order order; /* of dates */
    slice name;       /* as the header writes it; "column 3" when there is none */
    slice group;      /* words of the header besides the kind of hash: one file's hashes share it */
    bool other_side;  /* the header speaks of a source, a client, a victim: no indicator */
} column;

/* Recognises a header's cell; what is not recognised is COLUMN_OTHER. `name` must stay. */
void column_named(slice name, column *ret);
/* A role by the name that --map takes: "first_seen", "value", "malware", "ignore", a kind's name
 * ("ipv4", "domain"), the last two forms with ":c2" behind for a use. False: unknown. */
bool column_mapped(slice role, column *ret);
/* Roles in the order of the enum, for documentation and messages. */
const char *column_role_name(column_role role);
#endif
