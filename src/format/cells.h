/* cells.h - observables in a cell of a table or on a line of a list.
 *
 *     observable o[8];
 *     st = cell_observables(a, S("1.2.3.4, evil[.]example"), (want){0}, o, 8, &n, why);
 *
 * Uses: base, observable. Used by: csv, list, carbonblack. */
#ifndef NOROSHI_FORMAT_CELLS_H
#define NOROSHI_FORMAT_CELLS_H

#include "base/base.h"
#include "model/observable.h"

/* What a cell must hold. The class is a little wider than the kind: a column of domains may have
 * an address in it, one of SHA-256 a SHA-1. */
typedef struct want {
    enum { WANT_ANY, WANT_NETWORK, WANT_HASH, WANT_KIND } class;
    kind kind; /* WANT_KIND */
} want;

/* What a feed calls a kind, in any case and with any punctuation: "ip", "ip-dst", "domain|ip",
 * "FileHash-SHA256", "Email sender". False when the word means no kind. */
bool want_by_word(slice word, want *ret);

/* "", "-", "N/A", "none", "null", "unknown", "?": nobody said anything. */
bool cell_empty(slice cell);
/* One observable, the whole of the text; blanks and quotes around it are cut.
 *   ERR_INPUT  it is none of that class, or its text is over OBSERVABLE_TEXT_MAX */
status cell_observable(arena *a, slice text, want w, observable *ret, err *why) NODISCARD;
/* One, or several with commas, semicolons, bars, line breaks or blanks between.
 *   ERR_INPUT  a part of it is none, or there are more than `room` */
status cell_observables(arena *a, slice cell, want w, observable *ret, size_t room,
                        size_t *ret_count, err *why) NODISCARD;
/* So clearly an observable that the text can be sniffed by it: no file name without a folder, no
 * domain under an unknown top-level domain unless defanged. */
bool cell_is_clear(const observable *o);

#endif
