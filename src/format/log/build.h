/* build.h - an event while it is read: fields are put down, names mapped, roles given.
 *
 *     static log_took read(log_builder *b, slice line)
 *     {
 *         ...
 *         log_put(b, S("client"), S("src_ip"), LOG_AS_SRC_IP, address);
 *         return LOG_EVENT;
 *     }
 *
 * Uses: log.h, model/ip. Used by: log.c and the formats in log/. */
#ifndef NOROSHI_FORMAT_LOG_BUILD_H
#define NOROSHI_FORMAT_LOG_BUILD_H

#include "format/log.h"

/* What a field is to the event. Of several with one role the one of the lowest rank has it, and of
 * one rank the first. */
typedef enum log_role {
    LOG_AS_NONE,
    LOG_AS_TIME,
    LOG_AS_DATE, /* with LOG_AS_CLOCK, where they are apart */
    LOG_AS_CLOCK,
    LOG_AS_SRC_IP, /* has the role only when it is an address, or one with a port */
    LOG_AS_SRC_PORT,
    LOG_AS_DST_IP,
    LOG_AS_DST_PORT,
    LOG_AS_USER,
    LOG_AS_HOST,
    LOG_AS_METHOD,
    LOG_AS_URL,
    LOG_AS_URL_HOST,
    LOG_AS_URL_PATH,
    LOG_AS_URL_QUERY,
    LOG_AS_QUERY,
    LOG_AS_STATUS, /* of HTTP: 404 */
    LOG_AS_ACTION, /* a word: "deny", "success", "NXDOMAIN"; has the role only when it is known */
    LOG_AS_DIRECTION, /* a word: "outbound", "egress" */
    LOG_ROLE_COUNT_
} log_role;

/* A name as a format writes it. Rows that stand further up have the lower rank. `sigma` "": its
 * own name. */
typedef struct log_name {
    slice name, sigma;
    log_role role;
} log_name;
#define LOG_NAME(name, sigma, role)                                                                \
    {                                                                                              \
        S_INIT(name), S_INIT(sigma), LOG_AS_##role                                                 \
    }

typedef struct log_builder {
    arena *a;
    log_reader *reader;
    slice record;
    when now;
    log_field *field;
    size_t count, room;
    bool failed;                      /* the budget of `a` is spent: nothing of it is an answer */
    uint32_t holder[LOG_ROLE_COUNT_]; /* of the role: index of a field, from 1; 0 nobody */
    uint32_t rank[LOG_ROLE_COUNT_];
    uint32_t base;  /* added to ranks: what stands in a message outweighs the header around it */
    bool named;     /* log_put_cell gave the names */
    slice within;   /* what is read was unescaped from this part of the record: the place of all */
    unsigned level; /* of formats in each other */
    slice program;  /* of a syslog header */
    slice scheme;   /* of URLs that are joined: "http://" */
    log_event e;    /* all but the fields and what follows from roles */
} log_builder;
enum { LOG_RANK_HEADER = 1 << 16, LOG_LEVELS_MAX = 4 };

typedef enum log_took {
    LOG_NOT,   /* it is not of this format */
    LOG_EVENT, /* it is, and was read */
    LOG_HEADER /* it describes the log */
} log_took;

struct log_format {
    const char *name;
    bool inside; /* also stands in the message of a syslog line */
    /* Lines. What it put down is taken back when it returns LOG_NOT. */
    log_took (*read)(log_builder *b, slice line);
    /* JSON: are these fields of this format? */
    bool (*tells)(const log_builder *b);
    /* Names of fields that were put without one of Sigma's. */
    const log_name *names;
    size_t name_count;
    const log_format *more; /* whose names are looked at, too */
    /* Envelopes that are not part of a name: "winlog.event_data." */
    const slice *prefixes;
    size_t prefix_count;
    /* After the names: logsource, outcome, direction where it knows better than the roles do. */
    void (*finish)(log_builder *b);
    /* The whole stream: 100 when it surely is. May be NULL. */
    bool (*sniff)(slice head);
};

/* A field; `written` lies in the record (or in what b->within stands for), and is its value. "-"
 * and the like become LOG_NULL.
 * NULL when it was not kept (limit, memory). The pointer is good until the next one is put. */
log_field *log_put(log_builder *b, slice name, slice sigma, log_role role, slice written);
/* The same with a value that is not as written. */
log_field *log_put_value(log_builder *b, slice name, slice sigma, log_role role, slice value,
                         slice written, log_type type);
/* Gives the fields from number `from` on their names of Sigma and their roles. */
void log_map(log_builder *b, size_t from, const log_format *f);
/* Gives field i the role, if it may have it. */
void log_give(log_builder *b, size_t i, log_role role, uint32_t rank);
/* What a word says of how it went: "deny", "Success". */
log_outcome log_outcome_of(slice action);
/* The value of the field that has the role; {NULL, 0}. */
slice log_role_value(const log_builder *b, log_role role);
/* The first field of that original name; NULL. */
const log_field *log_find(const log_builder *b, slice name);
slice log_find_value(const log_builder *b, slice name);
/* An unset value as logs write it: "", "-", "(null)", "(none)", "N/A", "null". */
bool log_unset(slice value);
/* A copy in lower case; {NULL, 0} when the budget is spent. */
slice log_lower(log_builder *b, slice s);

/* Reads an object of JSON, tolerantly: what no reader of ours would take elsewhere (bytes that are
 * no UTF-8, the same name twice, a value that is cut off) is taken here. Puts its fields without
 * names of Sigma. false: it is none; nothing was put. */
bool log_json(log_builder *b, slice text);
/* Backslash sequences of JSON and C; in the arena only when there are any. */
slice log_unescape(log_builder *b, slice written);

/* What stands in the message of a syslog line, or in a string of JSON. LOG_NOT: nothing we know, or
 * LOG_LEVELS_MAX formats stand around it. Sets b->e.format. */
log_took log_read_inside(log_builder *b, slice text);

/* The next run of bytes that are no blank (space, tab); false at the end. */
bool log_token(slice *rest, slice *ret);
/* "k=v k2="v 2"": pairs from the front of *rest on; false when it goes on with something else.
 * *ret_value is as it stands, without quotes. */
bool log_pair(slice *rest, slice *ret_name, slice *ret_value, bool *ret_quoted);
/* Puts it, without its escapes when it was quoted. */
void log_put_pair(log_builder *b, slice name, slice value, bool quoted);
/* The extension of CEF: "k=v k2=v with blanks", with backslashes. */
void log_put_extension(log_builder *b, slice text);

/* An event of Windows as XML on one line. */
log_took log_read_event_xml(log_builder *b, slice line);
/* The "<Data Name=...>" elements of one. */
void log_put_event_data(log_builder *b, slice xml);

/* An instant as logs write it: what date_read knows, seconds since the epoch with a fraction,
 * milli-, micro- and nanoseconds, "17/May/2015:10:05:03 +0000", "Mar 27 13:06:56" (the year from
 * b->now), "27-Mar-2015 13:06:56.123". */
bool log_time(const log_builder *b, slice text, when *ret);
/* The length of a time that the text begins with; 0. "2015-05-17T10:05:03,123+02:00 rest" */
size_t log_time_front(slice text);

/* --- columns, of formats with a header ------------------------------------------------------- */

enum { COLUMN_LIST = 128 };

typedef struct log_columns {
    const log_format *of; /* who read the header; NULL: none was seen */
    slice *name;
    const log_name **row; /* what the name means; NULL: nothing that we know */
    uint32_t *rank;
    size_t count;
    uint8_t *kind;                       /* a log_type, and COLUMN_LIST */
    char separator, inner;               /* of cells; of what is in one that is a list */
    char path[64], unset[16], empty[16]; /* Zeek; NUL-terminated */
    char day[12];                        /* W3C: the date that #Date gives; NUL-terminated */
    bool iis;                            /* W3C: #Software says so */
} log_columns;

struct log_reader {
    const log_format *format, *last; /* of the stream; of the last object of JSON */
    log_options options;
    log_columns columns;
    arena head;       /* of columns */
    arena own;        /* of the indexes */
    uint16_t **index; /* for each format: places of names, by hash */
};

/* New names of columns; the old ones go. false: no memory. */
bool log_columns_set(log_reader *r, const log_format *of, const slice *name, size_t count);
/* A cell of column i, with its name and what that means. sigma "": as the row of the name says. */
void log_put_cell(log_builder *b, size_t i, slice sigma, slice value, slice written, bool unset);

extern const log_format log_format_zeek, log_format_suricata, log_format_windows,
    log_format_cloudtrail, log_format_azure, log_format_m365, log_format_json, log_format_w3c,
    log_format_cef, log_format_leef, log_format_audit, log_format_syslog, log_format_web,
    log_format_squid, log_format_bind, log_format_dnsmasq, log_format_netfilter, log_format_auth,
    log_format_keyvalue, log_format_csv, log_format_capture;

#endif
