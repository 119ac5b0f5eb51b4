/* import_private.h - what the files of the importer share. Private to intake.
 * Uses: import. Used by: import.c, import_document.c, import_next.c, import_path.c. */
#ifndef NOROSHI_INTAKE_IMPORT_PRIVATE_H
#define NOROSHI_INTAKE_IMPORT_PRIVATE_H

#include "intake/import.h"

enum {
    IMPORT_PARSERS_MAX = 256,
    IMPORT_GUESSES_MAX = 4, /* sources tried for a document that does not tell its own */
    IMPORT_WAITING_MAX = 256,
    IMPORT_WAITING_US = 1000000, /* others want to write, and to know */
    IMPORT_WAITING_BYTES = 16 << 20,
    IMPORT_NEXT_MAX = 8 << 20 /* bytes of a document that waits while the one before is written */
};

/* What is known about the file a document stands in. */
typedef struct import_place {
    slice path; /* logical: shown to people */
    slice root; /* source when nothing else says so: name of the folder or file given */
    slice feed; /* where it lies: tells lists of one guessed source apart */
    bool given; /* named by the user himself, not met in a folder or archive */
} import_place;

/* A document that comes next. Its worker is at it already. */
typedef struct next_document {
    int fd;
    uint64_t bytes;
    arena texts; /* of place */
    import_place place;
    uint8_t sha256[SHA256_BYTES];
    sandbox_reading *reading; /* NULL: to be begun in its turn */
} next_document;

struct importer {
    import_options o;
    writer *w;
    hash_state *hash;
    uint32_t parsers[IMPORT_PARSERS_MAX];
    size_t parser_count;

    /* summaries of documents that are written but not yet durable */
    arena waiting_texts;
    import_summary waiting[IMPORT_WAITING_MAX];
    size_t waiting_count;
    int64_t waiting_since; /* when the first of them was written */

    next_document documents[2];
    next_document *next; /* one of them; NULL: none waits */

    /* the document being read */
    arena texts;
    sandbox_reading *reading; /* of it, until its facts are read; NULL: not begun */
    const import_place *place;
    import_summary s;
    import_refusal refusals[IMPORT_REFUSED_LISTED], warnings[IMPORT_WARNED_LISTED];
    bool begun;         /* writer_document was called */
    uint64_t record_at; /* of the record under way */
    uint64_t left_out;  /* claims over a limit: the document is read again the next time */
    /* Its source would only be guessed from its path. If all of it is said by somebody already, it
     * is the same again under another name, and his. */
    arena guesses; /* the texts of */
    slice said_by; /* the source it is read as, to see; empty: none */
    size_t said_tried;
    bool said_other;   /* he does not say all of it: it is given up, to be read again */
    arena record_id;   /* the text of `other` */
    fact_record other; /* the first record that he does not say: id and content */
    bool snapshot;
    fact_head head; /* texts in `texts` */
    sandbox_report report;
    const uint8_t *sha256;
    uint64_t bytes;

    buf *members;    /* JSON list of documents in the container under way; NULL: none */
    bool members_ok; /* all of them can be found again */
};

/* import_next.c: one document on a descriptor. It is read while the one before is written: who has
 * to know that all of them are done calls importer_catch_up. */
status importer_catch_up(importer *im, err *why) NODISCARD;
void importer_drop_next(importer *im);
/* import_document.c: reads and writes it, unless it is known. */
status import_in_turn(importer *im, next_document *d, err *why) NODISCARD;
sandbox_document import_question(const importer *im, const import_place *place);
status import_document(importer *im, int fd, uint64_t size, const import_place *place,
                       err *why) NODISCARD;
/* A summary for something that is no document; `failed` with *cause, or skipped. */
status import_problem(importer *im, const import_place *place, status failed, const err *cause,
                      err *why) NODISCARD;
/* The same, for one over the limit of a document. */
status import_too_large(importer *im, const import_place *place, err *why) NODISCARD;
/* import.c */
status importer_flush(importer *im, err *why) NODISCARD;
status importer_wait(importer *im, const import_summary *s, err *why) NODISCARD;
/* SHA-256 of all that is on fd, and its length. */
status hash_descriptor(importer *im, int fd, uint8_t ret[SHA256_BYTES], uint64_t *ret_bytes,
                       err *why) NODISCARD;
/* The name behind the last slash. */
slice last_part(slice path);
/* "malware/x.txt" of "feeds/malware/x.txt" */
slice last_two_parts(slice path);
uint32_t parser_id(const format *f);
/* Was it ever read? A guess of what import_known will say, which notes nothing. */
status import_met(importer *im, const uint8_t *sha256, bool *ret, err *why) NODISCARD;
/* Is it known? Then its summary is given out. *ret_known. */
status import_known(importer *im, const uint8_t *sha256, const import_place *place, bool *ret_known,
                    err *why) NODISCARD;

#endif
