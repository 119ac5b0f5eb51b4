/* gunzip.h - gzip by zlib. libarchive 3.6 reads gzip too, but does not compare the check sum at
 * the end, and a flipped bit would become a fact.
 * Uses: zlib, child. Used by: unpack.c.
 * Sources: RFC 1952 (members may follow one another; what follows the last is padding). */
#ifndef NOROSHI_SANDBOX_GUNZIP_H
#define NOROSHI_SANDBOX_GUNZIP_H

#include "sandbox/child.h"

typedef struct gunzip gunzip;

/* NULL only when memory is out. `in` is kept. */
gunzip *gunzip_new(child_input *in) NODISCARD;
gunzip *gunzip_free(gunzip *g);
/* The next piece of what is inside; empty at its end. Valid until the next call.
 *   ERR_INPUT  damaged or cut off; why->at is the offset in the input */
status gunzip_next(gunzip *g, slice *ret, err *why) NODISCARD;
/* From the start again. */
void gunzip_rewind(gunzip *g);

#endif
