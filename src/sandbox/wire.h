/* wire.h - what a worker says, as bytes: facts of a document, members of an archive, how it ended.
 *
 *     worker:  wire_writer w;  wire_writer_init(&w, put, ctx);
 *              fact_sink s = wire_facts(&w);  st = f->read(&input, &s, &why);
 *              wire_put_end(&w, st, &why);
 *     parent:  wire_reader *r = wire_reader_new(&limits, &sink, NULL);
 *              st = wire_feed(r, bytes, &used, &why);        // calls the sink
 *              if ((end = wire_end_of(r))) ...               // the last word was said
 *
 * Uses: base, model. Used by: worker (writes), sandbox (reads). Pure: bytes in, bytes out.
 *
 * The reader takes the worker for an enemy. Every length, kind, predicate, date and marking is
 * checked, all text is UTF-8, every offset is inside the document, details are JSON objects, and
 * the calls come in the order fact.h states. What is accepted is exactly what the writer would
 * have written (one encoding for one meaning), which the fuzz target checks.
 *
 * Layout: frame = u32 length of the rest, u8 type, payload; little endian. Numbers are LEB128 in
 * their shortest form, text is its length and its bytes, instants are i64. docs/sandbox.md has the
 * table of frames. */
#ifndef NOROSHI_WIRE_H
#define NOROSHI_WIRE_H

#include "base/base.h"
#include "model/fact.h"

enum {
    WIRE_FRAME_MAX = 1 << 20,        /* bytes of a frame without its length field */
    WIRE_PART_MAX = 256 << 10,       /* a longer value travels in parts in front of its claim */
    WIRE_ORIGIN_MAX = NODE_TEXT_MAX, /* bytes of one origin */
    WIRE_PLACE_MAX = 8192,           /* place of a record */
    WIRE_ID_MAX = 8192,              /* id of a record */
    WIRE_SPEC_MAX = 64,              /* spec of a record, name of a format */
    WIRE_SOURCE_MAX = 8192,          /* source in a document's head */
    WIRE_REASON_MAX = 1024,          /* why a record was refused; longer is cut by the writer */
    WIRE_MEMBER_MAX = 4096           /* name of an archive's member */
};

/* --- members of an archive ------------------------------------------------------------------- */

#define UNPACK_SIZE_UNKNOWN UINT64_MAX

typedef struct unpack_member {
    slice path;     /* as the archive says, made UTF-8; a label, never a path to open; may be
                       empty, absolute, full of "..": empty for a compressed stream */
    uint64_t size;  /* as declared, or UNPACK_SIZE_UNKNOWN; data may say otherwise */
    uint64_t index; /* among the archive's entries, from 0; entries without data count */
} unpack_member;

/* begin, data..., end for each member with data (regular files), or refuse for one that cannot be
 * had (encrypted, unknown method, damaged: then it may take the place of `end`). Any status but OK
 * stops the unpacking, which returns it. Slices are valid during the call. */
typedef struct unpack_sink {
    void *ctx;
    status (*begin)(void *ctx, const unpack_member *member, err *why);
    status (*data)(void *ctx, slice bytes, err *why);
    status (*end)(void *ctx, err *why);
    status (*refuse)(void *ctx, slice path, slice reason, err *why);
} unpack_sink;

/* --- writing --------------------------------------------------------------------------------- */

/* Collects frames and hands them on in large pieces. */
typedef struct wire_writer {
    char *ptr; /* WIRE_BATCH bytes */
    size_t len;
    /* Writes all of both, in this order; either may be empty. */
    status (*put)(void *ctx, slice one, slice two, err *why);
    void *ctx;
} wire_writer;

/* ERR_LIMIT when memory is out. */
status wire_writer_init(wire_writer *w, status (*put)(void *, slice, slice, err *), void *ctx,
                        err *why) NODISCARD;
void wire_writer_done(wire_writer *w); /* does not flush */

/* A sink that writes what it is told; `w` is kept. Its functions return ERR_INTERNAL for a call
 * over fact.h's limits (a codec's mistake), else what `put` says. */
fact_sink wire_facts(wire_writer *w);
unpack_sink wire_members(wire_writer *w);
/* Which codec reads this document; before its head. */
status wire_put_format(wire_writer *w, slice name, uint32_t version, err *why) NODISCARD;
/* The last frame: how it went, `said` being what happened when it did not go well. Flushes. */
status wire_put_end(wire_writer *w, status result, const err *said, err *why) NODISCARD;
status wire_flush(wire_writer *w, err *why) NODISCARD;

/* --- reading --------------------------------------------------------------------------------- */

typedef struct wire_limits {
    uint64_t document_bytes;   /* offsets are inside it */
    uint64_t answer_bytes_max; /* of all frames together */
} wire_limits;

typedef struct wire_end {
    status result; /* OK, ERR_INPUT, ERR_LIMIT, ERR_IO or ERR_INTERNAL */
    err why;       /* when not OK; printable */
    slice format;  /* codec's name; empty when there was none */
    uint32_t format_version;
    uint64_t records, claims, refused, members, bytes; /* bytes: of the answer */
} wire_end;

typedef struct wire_reader wire_reader;

/* One of `facts` and `members` is given: it decides which frames are allowed. Both sinks are kept
 * by value. NULL only when memory is out. */
wire_reader *wire_reader_new(const wire_limits *limits, const fact_sink *facts,
                             const unpack_sink *members) NODISCARD;
wire_reader *wire_reader_free(wire_reader *r);

/* Reads the whole frames at the front of `bytes` and calls the sink; *ret_used (set always) is
 * what was read. The rest, less than one frame, comes again in front of the next bytes, so
 * the caller needs room for WIRE_FRAME_MAX + 4.
 *   ERR_INPUT  not a frame, or not one that may come now; wire_lied() is true
 *   ERR_LIMIT  over answer_bytes_max; wire_lied() is true
 *   else       what the sink said; wire_lied() is false
 * After anything but OK the reader is only good for wire_reader_free. */
status wire_feed(wire_reader *r, slice bytes, size_t *ret_used, err *why) NODISCARD;
bool wire_lied(const wire_reader *r);
/* How it ended, or NULL while the last frame has not come. Nothing may follow it. */
const wire_end *wire_end_of(const wire_reader *r);
/* Counts so far; valid at any time. */
const wire_end *wire_counts(const wire_reader *r);

#endif
