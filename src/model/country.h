/* country.h - countries: the key of a country's node, from what documents call it.
 *
 *     country_key key;
 *     if (country_by_name(S("Iran (Islamic Republic of)"), &key)) ... key.text is "ir"
 *
 * Uses: base. Used by: codecs that name countries, answers that show them.
 * Source: ISO 3166-1 alpha-2 codes; English short names and the ways feeds vary them.
 * "Korea" alone is nobody: a guess would accuse the wrong one. */
#ifndef NOROSHI_COUNTRY_H
#define NOROSHI_COUNTRY_H

#include "base/base.h"

/* Lower case, as nodes of kind country have it, with a NUL behind. */
typedef struct country_key {
    char text[3];
} country_key;

/* "CN", "cn". False when it is no country's code; *ret untouched. */
bool country_by_code(slice code, country_key *ret);
/* "Russian Federation", "the Philippines"; case, blanks and punctuation do not matter. False when
 * it is no country's name, or may be several's; *ret untouched. */
bool country_by_name(slice name, country_key *ret);
/* The English short name of a key, {NULL, 0} when there is none. */
slice country_name(slice code);

#endif
