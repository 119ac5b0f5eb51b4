/* import.h - documents into the store: files, folders, archives, standard input.
 *
 *     importer *im; importer_new(&options, &im, why);
 *     import_path(im, "feeds/", why);             // calls options.on_summary for each document
 *     importer_finish(im, why);                   // everything acknowledged is durable
 *     importer_free(im);
 *
 * Uses: sandbox (opens archives, runs codecs), know (writer, blobs), format (names of codecs).
 * Used by: cmd, feed.
 * A document is all or nothing: its facts, its bytes and its arrival become visible together, or
 * nothing of it. A bad document is a summary with an error and the import goes on. A summary is
 * given out when what it says is durable. The same thing again, renamed, recompressed or with its
 * keys in another order, adds nothing.
 * Memory does not grow with the documents. One thread. */
#ifndef NOROSHI_INTAKE_IMPORT_H
#define NOROSHI_INTAKE_IMPORT_H

#include "base/base.h"
#include "base/when.h"
#include "know/write.h"
#include "sandbox/sandbox.h"

enum {
    IMPORT_REFUSED_LISTED = 100, /* refusals listed in one summary; the count goes on */
    IMPORT_WARNED_LISTED = 100,
    IMPORT_REASON_MAX = 200,
    IMPORT_FOLDER_DEPTH = 64
};

typedef enum import_mode { IMPORT_AUTO, IMPORT_SNAPSHOT, IMPORT_DELTA } import_mode;

typedef struct import_refusal {
    uint64_t at; /* offset in the document */
    slice place; /* "/objects/17", "line 12", or "" */
    slice why;
} import_refusal;

typedef struct import_summary {
    slice path;
    slice format, source; /* empty: not known */
    uint8_t sha256[SHA256_BYTES];
    bool has_document; /* sha256 is set */
    uint64_t records, fresh, known, withdrawn, refused, warned;
    const import_refusal *refusals, *warnings; /* the first of them */
    size_t refusal_count, warning_count;
    int64_t elapsed_us;
    status failed; /* OK, or why the whole document was refused: then `why` */
    err why;
    bool skipped; /* found in a folder or archive and no document of ours: README, ... */
} import_summary;

typedef struct import_options {
    store *store;
    sandbox *sandbox;
    clock_source clock;    /* for seconds */
    const char *directory; /* for what is too large for memory */
    slice actor;
    slice format, mapping; /* empty: found out */
    slice source;          /* empty: from the content, else from the path */
    char reliability;      /* 0: leave the source's */
    marking floor;         /* --tlp: nothing in the document is less */
    import_mode mode;
    bool dry_run; /* everything but keeping it */
    format_limits limits;
    uint64_t document_bytes_max; /* 0: no bound */
    size_t observable_bytes_max; /* a longer value makes no claim, with a warning; 0: no bound */
    unpack_limits unpack;
    /* Not OK stops the import, which returns it. */
    status (*on_summary)(void *ctx, const import_summary *s, err *why);
    void *ctx;
} import_options;

typedef struct importer importer;

status importer_new(const import_options *options, importer **ret, err *why) NODISCARD;
/* Gives up what was not acknowledged. NULL is fine. */
importer *importer_free(importer *im);
/* A file, a folder (recursive, sorted by name, symbolic links in it passed over) or "-". A path
 * that cannot be read, or is no document, is a summary that failed. Returns not OK only when the
 * store or the sandbox cannot go on, or on_summary said so. */
status import_path(importer *im, const char *path, err *why) NODISCARD;
/* A document in memory, under this name. */
status import_memory(importer *im, slice name, slice bytes, err *why) NODISCARD;
/* A file that is open for reading, under this name; only its content is looked at. */
status import_open_file(importer *im, slice name, int fd, err *why) NODISCARD;
/* The last summaries. */
status importer_finish(importer *im, err *why) NODISCARD;

#endif
