/* extract.h - observables out of messy text: mails, reports, tables, English and Japanese prose.
 *
 *     extract_options o = {0};
 *     status st = extract_text(&a, text, &o, on_find, ctx, why);
 *
 * Uses: base, observable, refang, ip, domain, url, coin. Used by: ask --extract, report codecs,
 * watch.
 * Sources: docs/formats/observables.md, which says what is found, in which order, and what is left
 * out on purpose. A span read once is not read again, except for a hash inside a URL.
 * Speed: bench/extract; text without findings runs at more than 200 MB/s a core. Thread-safe. */
#ifndef NOROSHI_EXTRACT_H
#define NOROSHI_EXTRACT_H

#include "base/base.h"
#include "model/observable.h"

enum {
    /* The text is read in pieces of at most so many bytes, cut at line ends where there are some:
     * nothing that spans a line end is found, and nothing longer than a piece. */
    EXTRACT_PIECE_MAX = 32 << 10,
    /* A budget that is always enough, whatever the text. */
    EXTRACT_BUDGET = 8 << 20
};

/* ATT&CK, CVE and other identifiers are found too; they are no observables, so they come as text
 * with the entity kind they name. */
typedef struct found {
    uint64_t at, length; /* the span in the text, bytes */
    bool is_identifier;  /* true: `id_kind` and `value` only */
    bool in_rule;        /* stands in a YARA, Snort or Sigma rule that the text quotes */
    bool inside;         /* lies in the span of the find before it: a hash in a URL's path */
    kind id_kind;        /* KIND_VULNERABILITY, KIND_TECHNIQUE, KIND_ACTOR (G0007), ... */
    observable what;     /* value lives until the callback returns */
    slice value;
} found;

typedef struct extract_options {
    bool no_bare_domains; /* only domains that were defanged or stand in a URL */
    bool no_filenames;
    uint64_t base; /* added to found.at: position of `text` in a longer stream */
    size_t piece;  /* tests: 1..EXTRACT_PIECE_MAX bytes a piece; 0 is EXTRACT_PIECE_MAX */
} extract_options;

/* Calls on_find for each, in order of offset (at the same offset the longer first). Stops with what
 * on_find returns if not OK. `a` is scratch: it is rewound before the call returns.
 *   ERR_LIMIT  the budget is spent; EXTRACT_BUDGET never is */
status extract_text(arena *a, slice text, const extract_options *options,
                    status (*on_find)(void *ctx, const found *f, err *why), void *ctx,
                    err *why) NODISCARD;

/* One identifier: "cve_2021-44228", "T1059.001", "g0007"; the spelling of its own list comes back
 * ("CVE-2021-44228"), in `a`.
 *   ERR_INPUT  it is none
 *   ERR_LIMIT  the budget is spent */
status identifier_parse(slice text, arena *a, kind *ret_kind, slice *ret, err *why) NODISCARD;

#endif
