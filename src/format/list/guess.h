/* guess.h - is this a list of indicators at all, and of what? Private to the list codec.
 * Uses: line, rows. Used by: list.c. */
#ifndef NOROSHI_FORMAT_LIST_GUESS_H
#define NOROSHI_FORMAT_LIST_GUESS_H

#include "format/list/line.h"
#include "model/marking.h"

enum { LIST_SAMPLE_MAX = 200 }; /* lines with something on them that are looked at */

typedef struct list_guess {
    list_hint hint; /* from the file's name, or from what most lines look like */
    slice polarity; /* "benign", "unknown": the file's name says that it is no list of bad things */
    bool regex;     /* LOKI's list of file names: "regex;score;except" */
    bool keywords;  /* LOKI's list of words: a line is a word, whatever it looks like */
    bool marked;
    marking marking;
    int sure; /* 0..100 */
} list_guess;

/* Looks at the beginning of a document; `whole`: it is all of it.
 *   ERR_LIMIT  memory */
status list_look(arena *a, slice head, bool whole, slice path, list_guess *ret, err *why) NODISCARD;
/* "regex;score" and "regex;score;except" of LOKI; false when there is no score. */
bool list_cut_regex(slice line, slice *ret_regex, int *ret_score, slice *ret_except);

#endif
