/* regex.h - regular expressions of lists: a subset that runs in linear time.
 *
 *     const regex *r;
 *     if (regex_compile(&a, S("/^abuse@/i"), &r, why) == OK)
 *         ... regex_search(r, S("abuse@example.com"), &a, &hit, why) ...
 *
 * Uses: base. Used by: format/warninglist (refuses what it cannot run), judge/patterns.
 * Sources: Thompson's construction, simulated state by state (Pike): every byte of the text is
 * looked at once for each state, whatever the pattern, so nobody can write one that explodes.
 * Taken: literals, `.`, classes [a-z] [^a-z] with \d \w \s inside, \d \D \w \W \s \S \t \n \r \xHH,
 * groups ( ) and (?: ), alternation, * + ? {m} {m,} {m,n} and their lazy forms (there is a match or
 * there is none), ^ $ \b at their places; (?i) at the start. Bytes over 0x7f match as bytes.
 * Delimiters and flags as MISP's lists have them, which hand their entries to PHP's preg_match:
 * "/.../i", "#...#", "~...~s", "{...}i". What begins with one of /#~ must close it; another sign
 * (% @ ! ; , | + * ? ^ $ ' " ` ( { <) is a delimiter when it is closed as PHP closes it and
 * nothing but flags follows, else the pattern is bare. Flags: i g m s u, and D S U X n, which do
 * not matter; up to four other letters where flags stand are an error.
 * Not taken: back references, look-around, named groups, possessive and atomic groups, classes by
 * name. They are an error when the pattern is compiled, never a wrong answer. */
#ifndef NOROSHI_MODEL_REGEX_H
#define NOROSHI_MODEL_REGEX_H

#include "base/base.h"

enum {
    REGEX_TEXT_MAX = 4096,     /* bytes of a pattern */
    REGEX_STATES_MAX = 2000,   /* counted repetitions are written out */
    REGEX_DEPTH_MAX = 32,      /* groups in groups */
    REGEX_REPEAT_MAX = 255,    /* of {m,n} */
    REGEX_SUBJECT_MAX = 65536, /* bytes of a text */
    LISTED_TEXT_MIN = 3        /* bytes of an entry that is looked for as it is (type substring):
                                  shorter ones are in everything, and no entries */
};

typedef struct regex regex;

/* Compiles `pattern`, with delimiters or bare.
 *   OK         *ret lives in `a`
 *   ERR_INPUT  no pattern, or one that is not taken; why->at: offset in it
 *   ERR_LIMIT  one of the limits above, or the budget */
status regex_compile(arena *a, slice pattern, const regex **ret, err *why) NODISCARD;
/* Does the pattern match anywhere in `text`? O(text * states) at most; takes two sets of states
 * from `a` and gives them back.
 *   ERR_LIMIT  text over REGEX_SUBJECT_MAX, or the budget */
status regex_search(const regex *r, slice text, arena *a, bool *ret, err *why) NODISCARD;

#endif
