/* import_set.h - files, folders and archives into one version of a set.
 *
 *     set_import *si; set_import_new(&options, &si, why);
 *     set_import_path(si, "NSRLFile.txt", why); ...
 *     set_import_finish(si, w, &summary, why);
 *     set_import_free(si);
 *
 * Uses: sandbox (opens archives, runs the codec), know/sets. Used by: cmd.
 * All documents together are the version: one that cannot be read ends the import and the set stays
 * as it is. While a worker reads a document a second thread hashes it and counts its lines, so
 * what the set was made of is known by content. Memory does not grow with the documents. */
#ifndef NOROSHI_INTAKE_IMPORT_SET_H
#define NOROSHI_INTAKE_IMPORT_SET_H

#include "know/sets.h"
#include "model/fact.h"
#include "sandbox/sandbox.h"

enum { SET_REFUSED_LISTED = 100 };
#define SET_DOCUMENT_BYTES_MAX ((uint64_t)256 << 30) /* of one document: NSRL is 50 GB */

typedef struct set_refusal {
    slice path, place, why;
} set_refusal;

typedef struct set_summary {
    set_result result;
    uint64_t documents, bytes, refused, skipped;
    uint64_t lines;              /* of text; a database has none */
    const set_refusal *refusals; /* the first of them */
    size_t refusal_count;
    int64_t elapsed_us;
} set_summary;

typedef struct set_import_options {
    store *store;
    sandbox *sandbox;
    clock_source clock;
    const char *directory; /* for members that are too large for memory */
    unpack_limits unpack;
    const set_load_options *load;
    /* Now and then, while values come. */
    void (*on_progress)(void *ctx, uint64_t documents, uint64_t values);
    void *ctx;
    /* All values as they come, for whoever looks for something among them; NULL: nobody. Also when
     * nothing comes of the version in the end. */
    status (*on_keys)(void *ctx, const fact_key *keys, size_t count, err *why);
    void *keys_ctx;
} set_import_options;

typedef struct set_import set_import;

status set_import_new(const set_import_options *options, set_import **ret, err *why) NODISCARD;
/* Gives up what is not finished. NULL is fine. */
set_import *set_import_free(set_import *si);
/* A file, a folder (recursive, sorted by name) or "-".
 *   ERR_INPUT, ERR_LIMIT  a document cannot be read: set_import_where */
status set_import_path(set_import *si, const char *path, err *why) NODISCARD;
/* Which document or file an error was about; empty when about none. Lives as long as `si`. */
slice set_import_where(const set_import *si);
/* Makes the version; *ret lives as long as `si`. */
status set_import_finish(set_import *si, writer *w, set_summary *ret, err *why) NODISCARD;
/* Afterwards, when everything is told: set_loader_settle. */
status set_import_settle(set_import *si, writer *w, err *why) NODISCARD;

#endif
