/* text.h - UTF-8: checking, walking, folding.
 * Uses: base, utf8proc. Used by: json, observables, names, search, the terminal.
 * Sources: RFC 3629 (UTF-8), Unicode Standard Annex 15 (normalisation), UAX 11 (width). */
#ifndef NOROSHI_TEXT_H
#define NOROSHI_TEXT_H

#include "base/base.h"

/* Offset of the first byte that is not well-formed UTF-8, SIZE_MAX when all is. */
size_t utf8_check(slice s);
/* Bytes (1..4) of the well-formed character at the front; 0 when there is none. */
size_t utf8_len(slice s);
/* Takes one character off the front; what is not well-formed gives U+FFFD for one byte. */
uint32_t utf8_next(slice *s);
/* Writes c (a Unicode scalar value; a surrogate becomes three bytes that are no UTF-8) and returns
 * the number of bytes, 1..4. */
size_t utf8_put(char *out, uint32_t c);

/* Compatibility composition and case folding: full-width letters become ASCII, "Ｆａｎｃｙ" and
 * "FANCY" become "fancy". Invalid bytes become U+FFFD. The copy lives in `a`. O(len).
 *   ERR_LIMIT  the budget is spent */
status text_fold(arena *a, slice s, slice *ret, err *why) NODISCARD;
/* The same without case folding (NFKC). */
status text_nfkc(arena *a, slice s, slice *ret, err *why) NODISCARD;

bool text_is_letter_or_digit(uint32_t c);
/* Han, Hiragana, Katakana, Hangul and their half-width forms: scripts written without spaces. */
bool text_is_cjk(uint32_t c);
/* Columns a terminal gives it: 0, 1 or 2. */
int text_columns(uint32_t c);
size_t text_width(slice s);

/* Foreign text for a message: at most 32 bytes of it, cut at a character and marked by "...".
 * Without memory for the mark it is cut all the same. */
enum { TEXT_BRIEF_MAX = 32 };
slice text_brief(arena *a, slice s);

/* Can a reader see it as what it is? False for controls, bidirectional and other format
 * characters, blanks of no width, fillers, tags, variation selectors, private and unassigned
 * characters, separators of lines and paragraphs. */
bool text_is_visible(uint32_t c);
bool text_is_mark(uint32_t c);          /* stands on the letter before */
bool text_is_right_to_left(uint32_t c); /* Hebrew, Arabic and their kin */
/* Alphabets with letters that look alike (UTS 39); everything else is ALPHABET_NONE. */
typedef enum alphabet {
    ALPHABET_NONE,
    ALPHABET_LATIN,
    ALPHABET_GREEK,
    ALPHABET_CYRILLIC,
    ALPHABET_ARMENIAN,
    ALPHABET_CHEROKEE,
    ALPHABET_COUNT_
} alphabet;
alphabet text_alphabet(uint32_t c);
const char *text_alphabet_name(alphabet a); /* "Cyrillic" */

#endif
