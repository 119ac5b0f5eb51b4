/* name.h - names of actors, malware and other entities, folded so that spellings meet.
 *
 *     slice key;
 *     if ((st = name_fold(&a, S("Fancy-Bear"), &key, why)) != OK)   // "fancybear"
 *         return st;
 *
 * Uses: base. Used by: every codec that names an entity, the names table, search, ask.
 * Sources: UAX 15 (NFKC), Unicode 5.18 (case folding).
 * "APT 28", "apt28" and "ＡＰＴ２８" are one key. Folding says nothing about identity: two entities
 * may share a key, and then the name is ambiguous. */
#ifndef NOROSHI_NAME_H
#define NOROSHI_NAME_H

#include "base/base.h"

enum { NAME_TEXT_MAX = 4096 }; /* bytes of a name, before and after */

/* Compatibility composition and case folding, then only letters, digits and combining marks are
 * kept; a name of nothing else ("???") keeps what it has, blanks cut. Any bytes are taken; those
 * that are no UTF-8 do not count as letters.
 *   OK         *ret lives in `a`; empty only when nothing but blanks was given
 *   ERR_LIMIT  text or result over NAME_TEXT_MAX, or the budget is spent; *ret untouched
 * Idempotent: name_fold(name_fold(x)) = name_fold(x). O(text.len). Thread-safe. */
status name_fold(arena *a, slice text, slice *ret, err *why) NODISCARD;

#endif
