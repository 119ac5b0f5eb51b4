/* format.c - the table of codecs: see format.h. */
#include "format/format.h"

/* One line a format, in order of preference on a tie. NAME stands for `const format format_NAME`,
 * which the codec's own file defines. */
#define FORMATS(CODEC)                                                                             \
    CODEC(stix)                                                                                    \
    CODEC(kev)                                                                                     \
    CODEC(microsoft_naming)                                                                        \
    CODEC(misp_galaxy)                                                                             \
    CODEC(carbonblack)                                                                             \
    CODEC(csv)                                                                                     \
    CODEC(list)                                                                                    \
    CODEC(setlist)                                                                                 \
    /* next format here */

#define DECLARE(name) extern const format format_##name;
#define ADDRESS(name) &format_##name,
FORMATS(DECLARE)
static const format *const table[] = {FORMATS(ADDRESS) NULL};

enum { SURE_MIN = 20 };

size_t format_count(void)
{
    return COUNT_OF(table) - 1;
}

const format *format_at(size_t i)
{
    assert(i < format_count());
    return table[i];
}

const format *format_named(slice name)
{
    for (size_t i = 0; i < format_count(); i++)
        if (slice_eq(name, slice_str(table[i]->name)))
            return table[i];
    return NULL;
}

const format *format_sniff(slice head, slice path)
{
    const format *best = NULL;
    int sure = SURE_MIN - 1;
    head = slice_sub(head, 0, FORMAT_SNIFF_BYTES);
    for (size_t i = 0; i < format_count(); i++) {
        int n = table[i]->sniff(head, path);
        if (n > sure) {
            sure = n;
            best = table[i];
        }
    }
    return best;
}

arena *format_memory(const format_input *input, arena *own)
{
    if (input->memory)
        return input->memory;
    arena_init(own, FORMAT_MEMORY_MAX);
    return own;
}
