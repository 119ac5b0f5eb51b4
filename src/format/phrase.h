/* phrase.h - words of headers and file names, and what they say an indicator is used for.
 *
 *     phrase w;
 *     if (phrase_cut(S("C2Domain"), &w)) ... w.word[0] is "c2", w.word[1] "domain"
 *
 * Uses: base. Used by: csv, list, misp.
 * The uses are the roles of the contract's answer: c2, delivery, phishing, exfiltration, scanner,
 * sinkhole, proxy. */
#ifndef NOROSHI_FORMAT_PHRASE_H
#define NOROSHI_FORMAT_PHRASE_H

#include "base/base.h"

enum { PHRASE_WORDS_MAX = 12, PHRASE_BYTES = 160 };

typedef struct phrase {
    char text[PHRASE_BYTES]; /* lower case, one behind the other */
    slice word[PHRASE_WORDS_MAX], joined;
    size_t count;
} phrase;

/* Cuts at blanks, punctuation and camelCase. Points into *ret: do not copy it. False when the text
 * has over PHRASE_WORDS_MAX words or PHRASE_BYTES letters: nobody's header. */
bool phrase_cut(slice text, phrase *ret);
/* "c2", "panel", "phishing" ...; false when the (lower-case) word means no use. */
bool phrase_use(slice word, slice *ret);
/* A use that a text's words name. `strict`: only words that cannot mean anything else, for free
 * text; "download" and "command" are for headers and categories. */
bool phrase_use_in(slice text, bool strict, slice *ret);

#endif
