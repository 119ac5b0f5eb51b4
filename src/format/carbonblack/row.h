/* row.h - one row of a Carbon Black C2 list as claims. Private to that codec.
 * Uses: emit, cells. Used by: carbonblack.c. */
#ifndef NOROSHI_FORMAT_CARBONBLACK_ROW_H
#define NOROSHI_FORMAT_CARBONBLACK_ROW_H

#include "format/emit.h"

typedef enum cb_field {
    CB_IP,
    CB_FIRST,
    CB_LAST,
    CB_PROTOCOL,
    CB_PORT,
    CB_VERSION,
    CB_WATERMARK,
    CB_KEY,
    CB_DOMAINS,
    CB_HEADER,
    CB_FIELD_COUNT_
} cb_field;

enum {
    CB_HOSTS_MAX = 256, /* hosts in one row's `domains` */
    CB_WORDS_MAX = 8    /* words of a file's name that are about somebody */
};

/* What the file's name says, and where its columns are. */
typedef struct cb_file {
    size_t column[CB_FIELD_COUNT_], width;
    slice product, version; /* "Winnti", "4.0" */
    slice says;             /* JSON array: ["luckymouse","ta428"]; empty: nothing */
    bool fronted;           /* its hosts are fronts: popular names in front of a CDN */
    node_ref malware;
    char kept[1024]; /* the last row's fields */
} cb_file;

/* Trimmed fields; empty when the column is not there. */
typedef struct cb_row {
    slice ip, first, last, protocol, port, version, watermark, key, domains, header;
    bool goes_on; /* only `domains` and `header` are this line's: the server was said before */
} cb_row;

/* Reads the file's name into *f; what stays is in e->memory. */
status cb_file_of(emitter *e, slice path, cb_file *f, err *why) NODISCARD;
/* Gathers the row's claims.
 *   ERR_INPUT  no address, a date or a port that is none */
status cb_claims(emitter *e, const cb_file *f, const cb_row *row, uint64_t at, slice place,
                 err *why) NODISCARD;

#endif
