/* bytes.h - classes of bytes, many at a time: the first pass over a text.
 *
 *     uint64_t alnum[WORDS], digit[WORDS];        // WORDS = BYTES_WORDS(text.len)
 *     bytes_map(text, alnum, digit);              // bit i of word i / 64 is byte i
 *     for (size_t at = bytes_suspect(text, 0); at < text.len; at = bytes_suspect(text, at + 1)) ...
 *
 * Uses: base. Used by: refang, extract. SSE2 where the machine has it (every x86-64 has), else the
 * plain loops; bytes_test holds both to the same answers. Nothing allocates. Thread-safe. */
#ifndef NOROSHI_BYTES_H
#define NOROSHI_BYTES_H

#include "base/base.h"

#define BYTES_WORDS(len) (((len) + 63) / 64)

/* ASCII letters and digits, and digits alone. Bits behind the last byte are zero. */
void bytes_map(slice s, uint64_t *alnum, uint64_t *digit);
void bytes_map_plain(slice s, uint64_t *alnum, uint64_t *digit);

/* The first offset at or after `from` where defanged writing may be noticed: a closing bracket, an
 * opening one in front of a dot, a backslash, one of two slashes or a slash behind a bracket, a
 * blank or "_" in front of a dot or a "d", the first byte of a full stop of East Asia; s.len when
 * there is none. Most closing brackets are none of ours; the caller looks. */
size_t bytes_suspect(slice s, size_t from);
size_t bytes_suspect_plain(slice s, size_t from);

/* Likewise, where a character may begin that is full-width, invisible, another form of an ASCII
 * one, or a backslash in front of a slash. Kana and Han are passed over. */
size_t bytes_foreign(slice s, size_t from);
size_t bytes_foreign_plain(slice s, size_t from);

/* The next run of at least `least` (2..64) set bits at or after bit `from`: its first bit, and its
 * end in *ret_end. `count` bits when there is none. */
size_t bytes_run(const uint64_t *map, size_t count, size_t from, size_t least, size_t *ret_end);
/* The next set bit at or after `from`; `count` when there is none. */
size_t bytes_bit(const uint64_t *map, size_t count, size_t from);

#endif
