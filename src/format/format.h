/* format.h - codecs: document bytes in, facts out. Adding a format = its files and one line in
 * the table of format.c.
 *
 *     const format *f = format_sniff(first_bytes, S("feed.csv"));
 *     st = f->read(&input, &sink, why);
 *
 * Uses: base, model. Used by: sandbox (runs them in a worker), fuzz targets.
 * A codec is pure: its bytes come from a reader, its facts go to a sink, no file, no clock, no
 * global. It streams: its memory does not grow with the document. It refuses a record, with its
 * place and a reason, and goes on; it returns a status only when the document as a whole cannot
 * be read (not that format, cut off, over a limit). */
#ifndef NOROSHI_FORMAT_H
#define NOROSHI_FORMAT_H

#include "base/base.h"
#include "base/json.h"
#include "base/reader.h"
#include "model/fact.h"

enum {
    FORMAT_SNIFF_BYTES = 64 << 10,
    FORMAT_LINE_MAX = 1 << 20,
    FORMAT_MEMORY_MAX = 128 << 20 /* what a codec holds at once, when the caller gives no arena */
};

typedef struct format_limits {
    uint32_t record_bytes_max; /* one object of a document: default 16 MiB, 1 MiB where small */
    uint32_t depth_max;        /* JSON, default 64 */
    uint64_t records_max;      /* 0: no bound */
    uint32_t line_bytes_max;   /* one line, one row of a table: default 1 MiB */
    /* broken lines of a file of JSON lines that are refused one by one (lines.h): default 10,000;
     * with more, or FORMAT_NONE_BROKEN and one, it is the document that is refused */
    uint32_t broken_max;
} format_limits;
#define FORMAT_NONE_BROKEN UINT32_MAX

typedef struct format_input {
    reader *in;
    slice path;    /* logical path: the file's name carries meaning for some formats */
    slice mapping; /* --map for CSV: "ip=ipv4,date=first_seen"; empty: sniff the header */
    format_limits limits;
    arena *memory; /* where the codec keeps what it holds: its budget bounds the codec, its
                        fail_after tests it; what was allocated may stay in it. NULL: the codec
                        makes its own of FORMAT_MEMORY_MAX */
} format_input;

typedef struct format {
    const char *name; /* "stix", "misp-galaxy", "csv": for --format and the summary */
    uint32_t version; /* of the codec: a better one reads known documents again */
    bool snapshot;    /* default mode: the document is the publisher's whole list */
    bool one_list;    /* a source has one list of this format: a new delivery replaces the old,
                              whatever its file is called */
    bool folder;      /* the folder of a file is part of its list's name: one publisher has
                              malware/x.txt and malicious/x.txt */
    bool editions;    /* documents are editions of one catalogue: one that was replaced does not
                              come back by being delivered again */
    const json_stream_options *lines; /* a document may be JSON lines, and this is how the codec
                                         goes through it (its limits apart): lines.h; NULL: none */
    /* 0..100: how sure these bytes are this format. `head` is the beginning of the document (at
     * most FORMAT_SNIFF_BYTES); `path` its logical path. */
    int (*sniff)(slice head, slice path);
    status (*read)(const format_input *input, const fact_sink *sink, err *why);
} format;

/* The table, in order of preference on a tie. */
size_t format_count(void);
const format *format_at(size_t i);
/* By the name --format takes; NULL when unknown. */
const format *format_named(slice name);
/* The surest, or NULL when none is at least 20 sure. */
const format *format_sniff(slice head, slice path);

/* For codecs: input->memory, or *own made ready. `own` is zeroed by the caller, who calls
 * arena_done on it in any case:
 *     CLEANUP(arena_done) arena own = {0};
 *     arena *a = format_memory(input, &own); */
arena *format_memory(const format_input *input, arena *own);

#endif
