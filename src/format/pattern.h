/* pattern.h - STIX patterns: text to a tree and back, what is odd about it, what it names.
 *
 *     const pattern_node *p;
 *     st = pattern_parse(&a, S("[ipv4-addr:value = '192.0.2.1']"), PATTERN_21, &p, why);
 *     if (st != OK)
 *         return st;                                  // why->at: offset in the text
 *     pattern_found found;
 *     st = pattern_observables(&a, p, &found, why);   // ipv4 192.0.2.1, on its own
 *
 * Uses: base, kind. Used by: format/stix, the pattern matcher, exports.
 * Sources: STIX 2.1 section 9, STIX 2.0 part 5; docs/formats/stix.md says where we are more
 * tolerant. Everything a tree points to lives in the arena; trees are plain data, read freely.
 * All functions are thread-safe and bounded by the length of the text; recursion is bounded by
 * PATTERN_DEPTH_MAX. */
#ifndef NOROSHI_PATTERN_H
#define NOROSHI_PATTERN_H

#include "base/base.h"
#include "model/kind.h"

enum {
    PATTERN_TEXT_MAX = 1 << 20, /* bytes of a pattern */
    PATTERN_DEPTH_MAX = 64      /* parentheses inside each other */
};

/* 2.0 writes START '...' STOP '...' with plain strings, which 2.1 forbids. */
typedef enum pattern_version { PATTERN_20, PATTERN_21 } pattern_version;

typedef enum pattern_op {
    /* between observations, loosest first; two children or more */
    PATTERN_FOLLOWEDBY,
    PATTERN_EITHER, /* OR */
    PATTERN_BOTH,   /* AND */
    /* one child; may have qualifiers */
    PATTERN_GROUP,       /* ( observations ) */
    PATTERN_OBSERVATION, /* [ comparisons ] */
    /* inside an observation; two children or more */
    PATTERN_OR,
    PATTERN_AND,
    PATTERN_PARENS, /* ( comparisons ); one child */
    PATTERN_TEST,   /* a comparison: no child */
    PATTERN_OP_COUNT_
} pattern_op;

typedef enum pattern_compare {
    PATTERN_EQ,
    PATTERN_NE,
    PATTERN_LT,
    PATTERN_LE,
    PATTERN_GT,
    PATTERN_GE,
    PATTERN_IN,
    PATTERN_LIKE,
    PATTERN_MATCHES,
    PATTERN_ISSUBSET,
    PATTERN_ISSUPERSET,
    PATTERN_EXISTS, /* no value */
    PATTERN_COMPARE_COUNT_
} pattern_compare;

typedef enum pattern_type {
    PATTERN_STRING,
    PATTERN_INTEGER,
    PATTERN_FLOAT,
    PATTERN_BOOL,
    PATTERN_HEX,
    PATTERN_BINARY,
    PATTERN_TIME
} pattern_type;

typedef struct pattern_value {
    pattern_type type;
    slice text;     /* string: unescaped; the others: as written, without quotes and '+' */
    int64_t number; /* integer, |n| < 2^53; bool: 0 or 1 */
    uint32_t at;
    struct pattern_value *next; /* of an IN set */
} pattern_value;

/* One step of an object path: a key, or an index into a list. */
typedef struct pattern_step {
    enum { PATTERN_KEY, PATTERN_INDEX, PATTERN_ANY } what;
    slice key;
    int64_t index;
    struct pattern_step *next;
} pattern_step;

typedef struct pattern_qualifier {
    enum { PATTERN_WITHIN, PATTERN_REPEATS, PATTERN_START_STOP } what;
    pattern_value from, to; /* START, STOP; WITHIN and REPEATS use `from` only, a number */
    uint32_t at;
    struct pattern_qualifier *next; /* the order counts: each constrains what stands before it */
} pattern_qualifier;

typedef struct pattern_node {
    pattern_op op;
    uint32_t at; /* offset in the text */
    struct pattern_node *first, *next;
    pattern_qualifier *qualifiers;
    /* PATTERN_TEST */
    bool negated; /* NOT */
    pattern_compare compare;
    slice type; /* of the object: "file" */
    pattern_step *path;
    pattern_value *values;
} pattern_node;

/* Reads a whole pattern.
 *   OK         *ret in `a`
 *   ERR_INPUT  not in the grammar; why->at is the offset, the message has line:column (column from
 *              0, as the standard's own tools count), what was found and what was expected
 *   ERR_LIMIT  over PATTERN_TEXT_MAX or PATTERN_DEPTH_MAX, or the budget is spent */
status pattern_parse(arena *a, slice text, pattern_version version, const pattern_node **ret,
                     err *why) NODISCARD;

/* Writes it in one spelling: one blank around operators, keys quoted only where needed, "=" for
 * "==", "!=" for "<>". pattern_parse reads back an equal tree. */
void pattern_print(buf *out, const pattern_node *p);
/* The same tree, wherever its parts stood in the text. */
bool pattern_equal(const pattern_node *a, const pattern_node *b);

/* What the grammar takes but the standard's text forbids, or what can never match. */
typedef enum pattern_oddity {
    PATTERN_MIXED_TYPES,  /* AND between comparisons of different object types: never matches */
    PATTERN_START_LATE,   /* START is not before STOP */
    PATTERN_NOT_POSITIVE, /* WITHIN or REPEATS of 0 */
    PATTERN_NO_SUCH_DAY,  /* 30 February */
    PATTERN_NO_NETWORK,   /* ISSUBSET or ISSUPERSET of something that is no address or network */
    PATTERN_MIXED_SET,    /* IN over values of different types */
    PATTERN_EMPTY_SET,    /* IN () */
    PATTERN_BAD_HASH,     /* not the length of that hash, or not hex */
    PATTERN_TWICE,        /* one kind of qualifier twice behind a parenthesis */
    PATTERN_ODDITY_COUNT_
} pattern_oddity;
const char *pattern_oddity_text(pattern_oddity o); /* one line for people */

enum { PATTERN_FINDINGS_MAX = 16 };
typedef struct pattern_finding {
    pattern_oddity what;
    uint32_t at;
} pattern_finding;
/* The first PATTERN_FINDINGS_MAX findings in order of the text; returns how many. */
size_t pattern_check(const pattern_node *p, pattern_finding out[PATTERN_FINDINGS_MAX]);

/* An observable that the pattern names, not yet normalised. */
typedef struct pattern_observable {
    kind want;     /* for observable_parse; KIND_NONE: an address or a domain, the text decides */
    slice text;    /* the value, unescaped */
    bool combined; /* true: bad only together with something else; never a hit on its own */
    uint32_t file; /* hashes of one file carry one number, counted from 1; 0: no hash of a file */
    uint16_t port; /* of the same network-traffic object under the same AND; 0: none named */
    uint32_t at;
} pattern_observable;

/* `complete`: the items are all that the pattern says; false: it says more than a list of values
 * that are bad each on its own. */
typedef struct pattern_found {
    pattern_observable *item;
    size_t count;
    bool complete;
} pattern_found;

/* What stands on its own: values under "=", IN or ISSUBSET that are reached from the top through OR
 * and parentheses only, without a qualifier. Under AND in one observation:
 *   - a test of a reference's type (`dst_ref.type = 'ipv4-addr'`) restricts nothing and is
 *     overlooked;
 *   - a hash names the file whatever its name or size, so hashes of files stand on their own and
 *     the rest is combined.
 * Everything under AND between observations, FOLLOWEDBY or a qualifier is combined. What is denied
 * (NOT, !=) or described (LIKE, MATCHES, <, EXISTS, ISSUPERSET) names no observable.
 *   ERR_LIMIT  the budget is spent */
status pattern_observables(arena *a, const pattern_node *p, pattern_found *ret, err *why) NODISCARD;

#endif
