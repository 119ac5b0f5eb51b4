/* extract.h - observables out of messy text: mails, reports, tables, English and Japanese prose.
 *
 *     extract_options o = {0};
 *     status st = extract_text(&a, text, &o, on_find, ctx, why);
 *
 * Uses: base, observable. Used by: ask --extract, report codecs, watch.
 * Order and masking follow docs/formats/observables.md: code blocks, URLs, addresses, IPs, paths,
 * hashes, coins, identifiers, domains, file names; a span read once is not read again.
 * Speed: >= 200 MB/s a core on text without findings (bench/extract). Thread-safe. */
#ifndef NOROSHI_EXTRACT_H
#define NOROSHI_EXTRACT_H

#include "base/base.h"
#include "model/observable.h"

/* ATT&CK, CVE and other identifiers are found too; they are no observables, so they come as text
 * with the entity kind they name. */
typedef struct found {
    uint64_t at, length; /* the span in the text, bytes */
    bool is_identifier;  /* true: `id_kind` and `value` only */
    kind id_kind;        /* KIND_VULNERABILITY, KIND_TECHNIQUE, KIND_ACTOR (G0007), ... */
    observable what;     /* value lives until the callback returns */
    slice value;
} found;

typedef struct extract_options {
    bool no_bare_domains;  /* only domains that were defanged or stand in a URL */
    bool no_filenames;
    uint64_t base;         /* added to found.at: position of `text` in a longer stream */
} extract_options;

/* Calls on_find for each, in order of offset. Stops with what on_find returns if not OK.
 * `a` is scratch: it is rewound after each call. */
status extract_text(arena *a, slice text, const extract_options *options,
                    status (*on_find)(void *ctx, const found *f, err *why), void *ctx,
                    err *why) NODISCARD;

/* One identifier: "cve_2021-44228", "T1059.001", "G0007". ERR_INPUT when it is none. */
status identifier_parse(slice text, arena *a, kind *ret_kind, slice *ret, err *why) NODISCARD;

#endif
