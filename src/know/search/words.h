/* words.h - text as the words that are indexed: the same for what is stored and what is asked.
 *
 *     words_cut(&scratch, text, on_word, ctx, why);   // "APT28 は環境変数" -> apt28 は環 環境 境変 変数 数
 *
 * Private to search. Uses: base/text. Pure.
 * Words are runs of letters, digits and marks, NFKC and case folded. Scripts written without spaces
 * give overlapping pairs and, at the end of a run, the last character alone, so that words of one
 * and two characters are found. What hangs together by . - _ : / @ \ (addresses, domains, ids, file
 * names, paths) is one more word behind its parts; [.] and (dot) count as the dot they hide, hxxp
 * as http. */
#ifndef NOROSHI_KNOW_SEARCH_WORDS_H
#define NOROSHI_KNOW_SEARCH_WORDS_H

#include "base/base.h"

enum {
    WORD_MAX = 128, /* bytes; the rest of a longer word is left out, a longer whole altogether */
    WORD_SIGN = 0xe000, /* + ASCII: a sign inside a whole, as a character that counts as a letter */
    WORD_PIECE_MAX = 512 /* bytes folded at a time */
};

typedef enum word_kind {
    WORD_PLAIN,
    WORD_PAIR,  /* two characters of a run */
    WORD_LAST,  /* the last one alone */
    WORD_WHOLE, /* several words and the signs between them */
} word_kind;

typedef struct word {
    word_kind kind;
    slice text; /* valid during the call */
    size_t at;  /* about where in the text it begins: its piece */
} word;

/* Hands out the words in their order. Any bytes are taken; invalid ones separate. What on_word
 * returns but OK ends it. on_word must not allocate from `scratch`: what is taken there is given up
 * again, piece by piece.
 *   ERR_LIMIT  the scratch arena's budget. O(text.len) */
status words_cut(arena *scratch, slice text, status (*on_word)(void *ctx, const word *w, err *why),
                 void *ctx, err *why) NODISCARD;

#endif
