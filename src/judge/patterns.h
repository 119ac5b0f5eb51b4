/* patterns.h - entries of lists that have to be looked for inside a value: substrings and regular
 * expressions (MISP warninglists).
 *
 *     pattern_hits hits;
 *     st = patterns_in(l, NULL, &a, (node_ref){KIND_EMAIL, S("x@mail.example")}, &hits, why);
 *     ... hits.at[i].value is the entry, .place where it stands, .detail the list's ...
 *
 * Uses: know/claims, model/regex. Used by: judge/evidence.
 * No index finds an entry that may be anywhere in a value, so the codec keeps them together, some
 * thousand in the text of one claim that points at {other, "list-patterns:<kind>"}: asking about a
 * kind that no such list is for costs two look-ups, or none with what they told before. Each entry
 * is searched once in the value: 8,200 substrings in an address take about 0.2 ms.
 * Bounds: PATTERNS_CLAIMS_MAX claims, and of regular expressions PATTERNS_STEPS_MAX states times
 * bytes; what lies beyond is not looked at, and `more` says so. */
#ifndef NOROSHI_JUDGE_PATTERNS_H
#define NOROSHI_JUDGE_PATTERNS_H

#include "know/claims.h"
#include "model/regex.h"

enum {
    PATTERNS_CLAIMS_MAX = 64,
    PATTERNS_HITS_MAX = 100,
    PATTERNS_TEXT_MAX = 8192,                /* bytes of a value that is looked into */
    PATTERNS_STEPS_MAX = 16 << 20,           /* bytes of patterns times bytes of the value */
    PATTERNS_SUBSTRING_MIN = LISTED_TEXT_MIN /* what an older program kept */
};

typedef struct pattern_hits {
    claim *at; /* copies of the lists' claims: subject the value, value the entry, its own place */
    size_t count;
    bool more;
} pattern_hits;

/* Of which kinds no list is, in one look of the lens. Zeroed, it knows none. */
typedef struct pattern_memo {
    uint64_t look, none; /* bits: of observables, by number; 0: of any */
} pattern_memo;
_Static_assert(KIND_OBSERVABLE_END_ <= 64, "a bit for each kind");

/* m: NULL, or what earlier calls with this lens told.
 *   OK         *ret filled, in the order of the lists' claims
 *   ERR_LIMIT  the arena's budget; ERR_IO, ERR_BUSY: the store's */
status patterns_in(lens *l, pattern_memo *m, arena *a, node_ref value, pattern_hits *ret,
                   err *why) NODISCARD;

#endif
