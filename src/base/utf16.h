/* utf16.h - text in UTF-16 with a byte order mark becomes UTF-8, piece by piece.
 *
 *     utf16 u = {0};
 *     out.len = utf16_put(&u, piece, out.ptr);       // ... for each piece of the text
 *     out.len = utf16_end(&u, out.ptr);
 *
 * Uses: base. Used by: sandbox. Sources: RFC 2781 (UTF-16), RFC 3629 (UTF-8). Pure.
 * The mark says which byte comes first, and is not handed on. What is no text is not repaired
 * (docs/decisions/0241-utf-16.md): a surrogate without its other half becomes the three bytes that
 * UTF-8 forbids for it, a last byte without its other half 0xff. Whoever reads the UTF-8 refuses
 * the row or the value that they stand in, as in any text that is no UTF-8. */
#ifndef NOROSHI_UTF16_H
#define NOROSHI_UTF16_H

#include "base/base.h"

typedef struct utf16 {
    bool marked, big; /* the mark was seen; it says: high byte first */
    bool half;        /* `byte` is the first of a unit */
    unsigned char byte;
    uint32_t high; /* a high surrogate that waits for its other half; 0: none */
} utf16;

/* Room that `len` bytes of UTF-16 need at most. */
#define UTF16_ROOM(len) (((len) / 2 + 2) * 3)

/* Is this the beginning of such a text? The mark of UTF-32 is none. */
bool utf16_is(slice head);
/* Returns how many bytes were written, at most UTF16_ROOM(in.len). */
size_t utf16_put(utf16 *u, slice in, char *out);
/* What the text ended in the middle of; at most UTF16_ROOM(0). */
size_t utf16_end(utf16 *u, char *out);

#endif
