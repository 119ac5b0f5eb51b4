/* words.h - what the parser and the printer of patterns share. Private to format/pattern.
 * Uses: pattern. */
#ifndef NOROSHI_PATTERN_WORDS_H
#define NOROSHI_PATTERN_WORDS_H

#include "format/pattern.h"

/* Keywords cannot stand unquoted in an object path. */
bool pattern_is_reserved(slice word);

#endif
