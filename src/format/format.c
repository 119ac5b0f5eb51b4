/* format.c - the table of codecs: see format.h. */
#include "format/format.h"

/* One line a format, in order of preference on a tie. NAME stands for `const format format_NAME`,
 * which the codec's own file defines. */
#define FORMATS(CODEC)                                                                             \
    CODEC(stix)                                                                                    \
    CODEC(cve)                                                                                     \
    CODEC(epss)                                                                                    \
    CODEC(kev)                                                                                     \
    CODEC(microsoft_naming)                                                                        \
    CODEC(misp)                                                                                    \
    CODEC(misp_taxonomy)                                                                           \
    CODEC(misp_galaxy)                                                                             \
    CODEC(carbonblack)                                                                             \
    CODEC(maltrail)                                                                                \
    CODEC(ipsum)                                                                                   \
    CODEC(misp_warninglist)                                                                        \
    CODEC(csv)                                                                                     \
    CODEC(list)                                                                                    \
    CODEC(setlist)                                                                                 \
    CODEC(attack_mapping)                                                                          \
    CODEC(jvn)                                                                                     \
    CODEC(jpcert)                                                                                  \
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

/* JSON may write any letter of a name as \u0061. Codecs look for names in the bytes, so they get
 * the beginning with such letters as themselves; what has a meaning of its own stays escaped. */
static slice plain_letters(arena *a, slice head)
{
    size_t n = 0;
    char *out = slice_find(head, S("\\u00"), 0) == SIZE_MAX ? NULL : arena_alloc(a, head.len);
    if (!out)
        return head;
    for (size_t i = 0; i < head.len; i++) {
        int high = -1, low = -1;
        if (head.ptr[i] == '\\' && slice_starts(slice_from(head, i + 1), S("u00")) &&
            i + 5 < head.len) {
            high = hex_value(head.ptr[i + 4]);
            low = hex_value(head.ptr[i + 5]);
        }
        int c = high < 0 || low < 0 ? -1 : high * 16 + low;
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            out[n++] = (char)c;
            i += 5;
            continue;
        }
        out[n++] = head.ptr[i];
        if (head.ptr[i] == '\\' && i + 1 < head.len)
            out[n++] = head.ptr[++i]; /* "\\u0061" is a backslash and letters */
    }
    return slice_of(out, n);
}

const format *format_sniff(slice head, slice path)
{
    const format *best = NULL;
    int sure = SURE_MIN - 1;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 2 * FORMAT_SNIFF_BYTES);
    head = plain_letters(&a, slice_sub(head, 0, FORMAT_SNIFF_BYTES));
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
