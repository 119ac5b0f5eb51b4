/* refang.h - defanged, full-width and invisible writing made plain, with a way back to the offsets.
 *
 *     plain p;
 *     if ((st = refang(&a, S("see hxxp://evil[.]example/x"), 0, &p, why)) == OK)
 *         ... p.text "see http://evil.example/x"; plain_raw_start(&p, 4) is 4
 *
 * Uses: base, domain (known top-level domains), observable.h (steps). Used by: observable, extract.
 * Sources: the styles are listed in docs/formats/observables.md, section "Defanging".
 * What is undone has to look like a host, an address or a URL on both sides; other text is kept
 * byte for byte. Refanging twice is refanging once. Thread-safe, O(text). */
#ifndef NOROSHI_REFANG_H
#define NOROSHI_REFANG_H

#include "base/base.h"
#include "model/observable.h"

/* One place that was rewritten: raw bytes [raw_at, raw_at + raw_len) became clean bytes
 * [at, at + len). In order of both. */
typedef struct plain_edit {
    size_t at, raw_at;
    uint32_t len, raw_len;
    unsigned steps; /* STEP_REFANG, STEP_WIDTH, STEP_TRIM, STEP_NORMALISE */
} plain_edit;

typedef struct plain {
    slice text; /* the given text itself when nothing was rewritten */
    const plain_edit *edits;
    size_t edit_count;
} plain;

enum {
    /* The text is one value that somebody pasted, not prose: " dot ", " at " and single blanks
     * behind a scheme are read liberally. */
    REFANG_WHOLE = 1,
};

/*   OK         *ret points into `text` or `a`
 *   ERR_LIMIT  the budget is spent: at most 1.5 bytes a byte and 40 bytes a rewritten place */
status refang(arena *a, slice text, unsigned options, plain *ret, err *why) NODISCARD;

/* Where the clean bytes [from, to) stand in the raw text; from < to. */
size_t plain_raw_start(const plain *p, size_t from);
size_t plain_raw_end(const plain *p, size_t to);
/* The steps of all places that touch [from, to). */
unsigned plain_steps(const plain *p, size_t from, size_t to);

#endif
