/* key_filter.c - see key_filter.h. */
#include "know/db/key_filter.h"

#include <stdlib.h>

enum { BLOCK_BITS = 16, WORDS = 8 }; /* of 64 bits: a cache line */

struct key_filter {
    uint64_t block[1 << BLOCK_BITS][WORDS];
};

key_filter *key_filter_new(void)
{
    return calloc(1, sizeof(key_filter));
}

key_filter *key_filter_free(key_filter *f)
{
    free(f);
    return NULL;
}

void key_filter_clear(key_filter *f)
{
    memset(f, 0, sizeof *f);
}

/* Three times nine bits of the key say where in its block. */
static size_t place(uint64_t key, unsigned which)
{
    return (size_t)(key >> 9 * which & 511);
}

void key_filter_put(key_filter *f, int64_t key)
{
    uint64_t k = (uint64_t)key, *b = f->block[k >> (64 - BLOCK_BITS)];
    for (unsigned i = 0; i < 3; i++)
        b[place(k, i) / 64] |= (uint64_t)1 << place(k, i) % 64;
}

bool key_filter_may_have(const key_filter *f, int64_t key)
{
    uint64_t k = (uint64_t)key;
    const uint64_t *b = f->block[k >> (64 - BLOCK_BITS)];
    for (unsigned i = 0; i < 3; i++)
        if (!(b[place(k, i) / 64] >> place(k, i) % 64 & 1))
            return false;
    return true;
}
