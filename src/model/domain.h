/* domain.h - domain names: one spelling, the public suffix, the parents.
 *
 *     char name[DOMAIN_TEXT_MAX];
 *     size_t len;
 *     unsigned changed;
 *     if (domain_normalise(S("MÜNCHEN.de."), name, &len, &changed, why) == OK)
 *         ... "xn--mnchen-3ya.de", changed DOMAIN_CASE | DOMAIN_IDNA | DOMAIN_DOT
 *     slice owner = domain_registrable(slice_of(name, len));
 *
 * Uses: base, libidn2, libpsl. Used by: url, observable, extract, judge (warninglists), answer.
 * Sources: RFC 1035 section 2.3.4 (lengths), RFC 5890-5894 (IDNA2008), UTS 46 non-transitional
 * mapping, publicsuffix.org. The list is the one compiled into Debian's libpsl (psl_builtin, a
 * constant of the library): no file is read, nothing is global here, all is thread-safe.
 * docs/formats/observables.md says where that list is older than today's. */
#ifndef NOROSHI_DOMAIN_H
#define NOROSHI_DOMAIN_H

#include "base/base.h"

enum {
    DOMAIN_MAX = 253, /* bytes of a name, without the root's dot */
    DOMAIN_LABEL_MAX = 63,
    DOMAIN_TEXT_MAX = DOMAIN_MAX + 1,
    DOMAIN_INPUT_MAX = 1024 /* bytes of a name before it is mapped to A-labels */
};

/* What domain_normalise changed, and what it noticed. */
enum {
    DOMAIN_CASE = 1,       /* upper case */
    DOMAIN_IDNA = 2,       /* U-labels became A-labels */
    DOMAIN_WIDTH = 4,      /* compatibility characters only: full-width letters and dots */
    DOMAIN_DOT = 8,        /* the root's dot was cut off */
    DOMAIN_UNDERSCORE = 16 /* noticed: a label with "_", legal in the DNS, no host name */
};

/* Writes the lower-case A-label form, NUL-terminated. Labels are 1..63 letters, digits, "-" and
 * "_"; the last one is not a number (that would be an address, WHATWG URL section 3.5). A-labels
 * must decode. One label alone is a name too.
 *   ERR_INPUT  not a domain name; why->at is the offset of what is wrong
 *   ERR_LIMIT  over DOMAIN_INPUT_MAX bytes, or no memory left
 * ASCII names cost one pass and no allocation; others go through libidn2. */
status domain_normalise(slice text, char out[DOMAIN_TEXT_MAX], size_t *ret_len,
                        unsigned *ret_changed, err *why) NODISCARD;

/* All below take a name that domain_normalise wrote and return parts of it. */

/* The name one label below the public suffix ("b.co.uk" of "a.b.co.uk"); empty when the name is a
 * public suffix itself. Private suffixes count ("x.github.io" of "www.x.github.io"). */
slice domain_registrable(slice name);
/* The same by the ICANN section alone: whom WHOIS knows. */
slice domain_registrable_icann(slice name);
/* The longest public suffix; the last label when no rule fits. Never empty. */
slice domain_suffix(slice name);
/* What the list said of names lately: asking it takes longer than looking a name up, names of one
 * owner come together, and several parts of an answer ask of one name. Zeroed, it is empty; one
 * thread's. */
enum { DOMAIN_MEMO = 256, DOMAIN_MEMO_TEXT = 62 };
typedef struct domain_memo {
    uint8_t last_len, last_suffix;
    char last[DOMAIN_MAX]; /* of all names; and of those above names: */
    struct {
        uint8_t len, suffix;
        char text[DOMAIN_MEMO_TEXT];
    } at[DOMAIN_MEMO];
} domain_memo;
/* The two of above; `m` NULL: nothing is remembered. */
slice domain_suffix_by(domain_memo *m, slice name);
slice domain_registrable_by(domain_memo *m, slice name);
/* Is the last label a top-level domain that the list knows? */
bool domain_tld_known(slice name);
/* The whole name is a top-level domain or listed as a public suffix. */
bool domain_is_suffix(slice name);
/* Moves to the next parent, ends with the registrable name: "a.b.example.com" gives
 * "b.example.com", "example.com", then false. */
bool domain_parent(slice *name);
/* Names that mean nothing outside their own machine or network (localhost, .local, .internal,
 * .home.arpa, .invalid, reverse zones): RFC 6761, 6762, 8375. */
bool domain_is_special(slice name);
/* Under .example or .test, which are kept for documents and tests (RFC 6761). */
bool domain_is_example(slice name);
/* .onion, .i2p, .bit, .lib and other names that no root server knows, but programs do. */
bool domain_is_alternative(slice name);

/* U-labels for the eyes, only where all letters of a label are of one script (Han, kana and Latin
 * together count as one for Japanese; likewise Korean and Chinese); other labels stay A-labels.
 *   OK  *ret in `a`; *ret_mixed (may be NULL): some label mixes scripts or is a whole-script
 *       imitation of Latin: say so to the reader */
status domain_display(arena *a, slice name, slice *ret, bool *ret_mixed, err *why) NODISCARD;

#endif
