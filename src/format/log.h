/* log.h - logs of other programs: what a record of a log says, field by field, with places.
 *
 *     const log_format *f = log_sniff(head, NULL);         // the surest, else "raw"
 *     log_reader *r = log_reader_new(f, NULL);
 *     log_event e;
 *     if ((st = log_read(r, record, now, &a, &e, why)) == OK && e.source_ip)
 *         ... e.time, e.product, e.source_ip->value, e.field[0].name ...
 *
 * Uses: base, model/ip, log_split. Used by: watch, rules, the fuzz targets.
 * Records come from log_split. Everything here is pure: no clock (`now` is a parameter), no file.
 * Names of fields follow the taxonomy of Sigma 2.1.0 beside the original ones; the sources of each
 * format are in its file. docs/formats/logs.md has the table; docs/decisions/0135 and 0136 why.
 * Adding a format = its file in log/ and one line in the table of log.c. */
#ifndef NOROSHI_FORMAT_LOG_H
#define NOROSHI_FORMAT_LOG_H

#include "base/base.h"
#include "base/when.h"
#include "format/log_split.h"

enum {
    LOG_FIELDS_MAX = 1024, /* fields of one event */
    LOG_DEPTH_MAX = 32,    /* objects and arrays in each other; deeper is one field, as written */
    LOG_NAME_MAX = 512,    /* bytes of a dotted name; a longer one keeps its beginning */
    LOG_SNIFF_BYTES = 64 << 10,
    LOG_COLUMNS_MAX = 512 /* of a table with a header (Zeek, W3C, CSV) */
};
/* A budget of an arena that is enough for any record of so many bytes; most take some kilobytes.
 * With less, what is too large comes with LOG_CUT_MEMORY. */
#define LOG_MEMORY(bytes) ((size_t)(2 << 20) + (size_t)(bytes)*16)

typedef struct log_format log_format; /* log/build.h */

size_t log_format_count(void);
const log_format *log_format_at(size_t i);
/* By the name --format takes; NULL when unknown. */
const log_format *log_format_named(slice name);
const char *log_format_name(const log_format *f);

/* The format of a stream that begins with `head` (more than LOG_SNIFF_BYTES are not looked at): the
 * one that most of its first records are in. "raw" when nothing is known; never NULL. How its
 * records are told apart goes to *ret_framing, which may be NULL. Memory of its own, at most
 * 4 MiB; without it the answer is "raw". */
const log_format *log_sniff(slice head, log_framing *ret_framing);

/* --- events ---------------------------------------------------------------------------------- */

typedef enum log_type { LOG_TEXT, LOG_NUMBER, LOG_BOOL, LOG_NULL } log_type;

/* A field. Slices live as long as the record and the arena. A rule's field is looked for among
 * both names. The same name several times is a list. */
typedef struct log_field {
    slice name;  /* as the log has it; a dotted path in JSON: "winlog.event_data.Image" */
    slice sigma; /* as Sigma has it: "Image", "src_ip"; the name itself where Sigma knows none */
    slice value; /* without quotes and escapes; "" when `type` is LOG_NULL */
    uint32_t at, length; /* the value as written: [at, at + length) of the record */
    log_type type;       /* LOG_NULL: null, or what the format writes for nothing ("-", "(null)") */
} log_field;

typedef enum log_outcome {
    LOG_OUTCOME_UNKNOWN,
    LOG_ALLOWED, /* it happened: answered, logged in, let through */
    LOG_BLOCKED, /* something of ours refused it */
    LOG_FAILED,  /* it was tried and came to nothing: 404, no such name, connection refused */
    LOG_OUTCOME_COUNT_
} log_outcome;

typedef enum log_direction {
    LOG_DIRECTION_UNKNOWN,
    LOG_INBOUND,  /* to the one who logs */
    LOG_OUTBOUND, /* from there, or from somebody behind it */
    LOG_DIRECTION_COUNT_
} log_direction;

/* What of the record is not among the fields. */
enum {
    LOG_CUT_FIELDS = 1, /* more than LOG_FIELDS_MAX */
    LOG_CUT_DEPTH = 2,  /* deeper than LOG_DEPTH_MAX: that part is one field */
    LOG_CUT_NAME = 4,   /* a name over LOG_NAME_MAX */
    LOG_CUT_BROKEN = 8, /* it is not whole: what was read up to there is here */
    LOG_CUT_MEMORY = 16 /* the budget was spent: of an object what was read so far, else nothing */
};

typedef struct log_event {
    const log_format *format;
    const log_format *outer;          /* of the line around it (syslog); else `format` */
    bool header;                      /* it describes the log (names of columns): no event */
    unsigned cut;                     /* LOG_CUT_... */
    when time;                        /* UTC; WHEN_NONE when it says none */
    slice category, product, service; /* Sigma's logsource; empty where it has none */
    const log_field *field;
    size_t count;
    /* Of these the one that says most; NULL when there is none. Addresses are addresses. */
    const log_field *source_ip, *source_port, *destination_ip, *destination_port;
    const log_field *user, *host; /* who did it; which machine or sensor says so */
    const log_field *method, *url_host, *url_path;
    const log_field *query; /* the name that was looked up */
    slice url;              /* whole, joined where the format has its parts apart; else empty */
    log_outcome outcome;
    log_direction direction;
    bool login; /* somebody came in, or tried to */
} log_event;

/* The first field of that name, Sigma's or original, letters of any case; NULL. */
const log_field *log_event_get(const log_event *e, slice name);
/* The narrowest field whose value as written has the byte at offset `at` of the record; NULL. */
const log_field *log_event_at(const log_event *e, size_t at);
/* The same for `text` that was found there: of fields with one place (a line in a string, parts of
 * a URL) the one whose value it is, else one that has it, else the first. */
const log_field *log_event_hit(const log_event *e, size_t at, slice text);
const char *log_outcome_name(log_outcome o);     /* "unknown", "allowed", "blocked", "failed" */
const char *log_direction_name(log_direction d); /* "unknown", "inbound", "outbound" */
const char *log_type_name(log_type t);

/* --- reading --------------------------------------------------------------------------------- */

typedef struct log_options {
    int zone_minutes; /* east of UTC: of times that are written without a zone */
    bool only;        /* the format was given by a person: other formats are not tried */
} log_options;

/* State of one stream: what its headers said. NULL only when memory is out. */
typedef struct log_reader log_reader;
log_reader *log_reader_new(const log_format *format, const log_options *options) NODISCARD;
log_reader *log_reader_free(log_reader *r);

/* What one record says. A record that is not in the stream's format is read in the one it is in,
 * "raw" at worst: then it has no fields (a time, where it begins with one). `now` gives the year to
 * times that have none: the latest that is not more than a day after it. The record's bytes stay
 * where they are for as long as the event.
 *   OK         *ret. No record is lost to a spent budget of `a`: LOG_CUT_MEMORY
 *   ERR_LIMIT  a header could not be kept, or the record is over 4 GiB; *ret untouched */
status log_read(log_reader *r, slice record, when now, arena *a, log_event *ret,
                err *why) NODISCARD;

/* For records that are not read: headers among them are kept. Looks at one byte of the others. A
 * stream that is gone on with in its middle gets the records of its beginning through this.
 *   ERR_LIMIT  memory */
status log_note(log_reader *r, slice record, err *why) NODISCARD;

#endif
