/* paths.h - object paths that name observables. Private to format/pattern.
 * Uses: pattern. */
#ifndef NOROSHI_PATTERN_PATHS_H
#define NOROSHI_PATTERN_PATHS_H

#include "format/pattern.h"

/* What the left side of a comparison is about. */
typedef enum path_role {
    PATH_OTHER,      /* nothing that stands in an index */
    PATH_OBSERVABLE, /* a value of *ret_kind */
    PATH_FILE_HASH,  /* the same, and it names the file */
    PATH_GUARD, /* the type of a referenced object: restricts nothing that its value does not */
    PATH_PORT
} path_role;

/* *ret_kind is KIND_NONE where the value tells (an address or a domain behind a reference). */
path_role pattern_path_role(const pattern_node *test, kind *ret_kind);

/* Hex digits of a hash of the kind that the path names; 0 when it names none that is known. */
size_t pattern_hash_digits(const pattern_node *test);

/* The part of the path in front of "hashes.X" is the same: hashes of one object. */
bool pattern_same_file(const pattern_node *a, const pattern_node *b);

#endif
