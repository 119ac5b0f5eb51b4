/* observable.h - observables: what an analyst pastes, made canonical.
 *
 *     observable o;
 *     if (observable_parse(&a, S("hxxps[:]//evil[.]example/x"), KIND_NONE, &o, why) == OK)
 *         ... o.kind is KIND_URL, o.value "https://evil.example/x", o.steps STEP_REFANG | ...
 *
 * Uses: base, kind, domain, ip, url, coin. Used by: extract, every codec, ask, the index.
 * Sources: RFC 791, 4291, 5952 (addresses), RFC 5890-5894 and UTS 46 (domain names), WHATWG URL,
 * RFC 5321 (mail), FIPS 180-4 (hash sizes), CVE id syntax, BIP 173/350, EIP-55, Tor rend-spec-v3;
 * defanging styles: docs/formats/observables.md. */
#ifndef NOROSHI_OBSERVABLE_H
#define NOROSHI_OBSERVABLE_H

#include "base/base.h"
#include "model/domain.h"
#include "model/kind.h"

enum { OBSERVABLE_TEXT_MAX = 8192, OBSERVABLE_ALSO_MAX = 8 };

/* Everything that was changed on the way from the text to the value: no silent rewriting. */
typedef enum observable_step {
    STEP_TRIM = 1 << 0,   /* blanks, wrappers, trailing punctuation, invisible characters */
    STEP_REFANG = 1 << 1, /* hxxp, [.], (at), full-width dots ... */
    STEP_CASE = 1 << 2,
    STEP_WIDTH = 1 << 3,     /* full-width or compatibility characters to plain ones */
    STEP_IDNA = 1 << 4,      /* to A-labels */
    STEP_PORT = 1 << 5,      /* a port was cut off (it is in `port`) */
    STEP_MASK = 1 << 6,      /* host bits of a network cleared, or /32 read as an address */
    STEP_MAPPED = 1 << 7,    /* ::ffff:a.b.c.d read as IPv4 */
    STEP_NORMALISE = 1 << 8, /* dot segments, percent-encoding, default port, zero runs ... */
    STEP_EXPAND = 1 << 9,    /* HKLM to HKEY_LOCAL_MACHINE, asdot to a number ... */
} observable_step;
enum { STEP_COUNT = 10 };
const char *observable_step_name(observable_step one); /* "refang", ... */

typedef struct observable {
    kind kind;
    slice value; /* canonical; valid UTF-8 without NUL; lives as long as the arena */
    kind also[OBSERVABLE_ALSO_MAX]; /* what the same text could be besides (32 hex: imphash, ja3) */
    size_t also_count;
    unsigned steps; /* observable_step bits */
    uint16_t port;  /* 0: none */
    bool defanged;  /* the text was defanged: a hint that somebody thinks it bad */
    bool special;   /* reserved address, hash of nothing, ...: never block (RFC 6890 and others) */
    bool unknown_tld; /* a domain under no known top-level domain, or an onion that cannot be */
} observable;

/* Recognises one observable in `text` (any bytes). `want` is the kind it must be, or KIND_NONE to
 * find out; kinds that only context can tell (filename, mutex, user-agent, imphash, ...) are
 * only ever returned when wanted, except where the shape says so (a path with a root, HKLM\...).
 *   OK         *ret filled
 *   ERR_INPUT  nothing fits; the message says what was nearest, at = offset
 *   ERR_LIMIT  text over OBSERVABLE_TEXT_MAX, or the budget is spent
 * Idempotent: parsing ret->value as ret->kind gives the same value and no steps. O(text.len). */
status observable_parse(arena *a, slice text, kind want, observable *ret, err *why) NODISCARD;

/* For the eyes: hxxp(s)://, dots of the host and the at sign in brackets; other kinds unchanged.
 * observable_parse undoes it. */
status observable_defang(arena *a, kind k, slice value, slice *ret, err *why) NODISCARD;

/* Undoes defanging anywhere in a text, keeps the rest. refang(refang(x)) = refang(x). */
status observable_refang(arena *a, slice text, slice *ret, bool *changed, err *why) NODISCARD;

/* Keys under which a value must also be looked up, each with how it was derived:
 *   URL         without its query; without its scheme, or (one that has none) with http and https;
 *               its host; the host's parents
 *   domain      parents down to the registrable one
 *   email       domain, and its parents
 *   ipv6        the IPv4 address inside 6to4, Teredo and NAT64
 *   path        file name; %userprofile% or ~ instead of somebody's directory
 *   registry    HKEY_CURRENT_USER instead of a SID's hive, CurrentControlSet instead of a number
 *   mutex       without Global\ and Local\;   command line   without quotes and carets
 * `value` is canonical and has to live as long as the keys, which may be parts of it. At most
 * `room` are written, the nearest first. The values are canonical for their kinds. */
typedef enum key_how {
    KEY_HOST,
    KEY_PARENT,
    KEY_REGISTRABLE,
    KEY_NO_QUERY,
    KEY_MAIL_DOMAIN,
    KEY_BASENAME,
    KEY_NO_SCHEME,
    KEY_WITH_SCHEME,
    KEY_EMBEDDED,
    KEY_GENERAL,
} key_how;

typedef struct observable_key {
    kind kind;
    slice value;
    key_how how;
} observable_key;

status observable_keys(arena *a, kind k, slice value, observable_key *out, size_t room,
                       size_t *ret_count, err *why) NODISCARD;
/* The same, with what the list of suffixes said lately (model/domain.h). */
status observable_keys_by(domain_memo *m, arena *a, kind k, slice value, observable_key *out,
                          size_t room, size_t *ret_count, err *why) NODISCARD;

/* The name of the host that a domain, a URL or a mail address is at; a part of the value. Empty: it
 * has none, or an address. */
slice observable_host(kind k, slice value);

#endif
