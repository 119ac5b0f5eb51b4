/* stix_id.h - deterministic ids of STIX cyber observables, and the shape of any STIX id.
 *
 *     slice id;
 *     if ((st = stix_id_of(&a, object, &id, why)) == OK)     // "domain-name--bedb4899-d24b-..."
 *
 * Uses: base. Used by: format/stix, exports.
 * Sources: STIX 2.1 section 2.9 (identifiers) and the "ID Contributing Properties" of section 6,
 * RFC 4122 (UUID version 5), RFC 8785 (canonical JSON). Thread-safe. */
#ifndef NOROSHI_STIX_ID_H
#define NOROSHI_STIX_ID_H

#include "base/base.h"
#include "base/json.h"

enum { UUID_BYTES = 16, UUID_TEXT = 36, STIX_TYPE_MAX = 250 };

/* The id that any producer gives an observable with these properties: its "type", "--", and the
 * UUID version 5 of the canonical form of those contributing properties that it has. Of several
 * hashes one enters: MD5, SHA-1, SHA-256, SHA-512, else the first in key order. Values enter as
 * written: normalise before.
 *   OK             *ret in `a`
 *   ERR_NOT_FOUND  no contributing property there (always so for process): the id is a random one
 *   ERR_INPUT      no object, or no observable of the standard
 *   ERR_LIMIT      the budget is spent */
status stix_id_of(arena *a, const json *object, slice *ret, err *why) NODISCARD;

/* UUID version 5 (SHA-1) of `name` in a name space. False only when memory is out. */
bool uuid_v5(const uint8_t space[UUID_BYTES], slice name, uint8_t ret[UUID_BYTES]) NODISCARD;
/* 8-4-4-4-12 lower-case hex digits and a NUL. Returns out. */
const char *uuid_text(const uint8_t uuid[UUID_BYTES], char out[UUID_TEXT + 1]);

/* Cuts "type--uuid" in two. True when the type is lower-case letters, digits and single hyphens
 * beginning with a letter, and the rest is a UUID (hex digits in either case: tools write both).
 * `uuid` may be NULL. */
bool stix_id_cut(slice id, slice *ret_type, uint8_t uuid[UUID_BYTES]);

#endif
