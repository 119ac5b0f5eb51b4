/* Properties: what is accepted prints to a text that reads as an equal tree and prints the same
 * again; its oddities and observables lie inside the text; a list is complete only when nothing in
 * it is combined. */
#include "format/pattern.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf once;
    CLEANUP(buf_done) buf twice;
    const pattern_node *p, *again;
    pattern_found found;
    pattern_finding odd[PATTERN_FINDINGS_MAX];
    arena_init(&a, 64 << 20);
    buf_init(&once, 4 * PATTERN_TEXT_MAX);
    buf_init(&twice, 4 * PATTERN_TEXT_MAX);
    if (!size)
        return 0;
    pattern_version version = data[0] & 1 ? PATTERN_20 : PATTERN_21;
    slice text = slice_of((const char *)data + 1, size - 1);
    if (pattern_parse(&a, text, version, &p, NULL) != OK)
        return 0;
    pattern_print(&once, p);
    check(!once.failed);
    check(pattern_parse(&a, buf_slice(&once), PATTERN_21, &again, NULL) == OK);
    check(pattern_equal(p, again));
    pattern_print(&twice, again);
    check(slice_eq(buf_slice(&once), buf_slice(&twice)));
    size_t n = pattern_check(p, odd);
    for (size_t i = 0; i < n; i++)
        check(odd[i].at < text.len);
    check(pattern_observables(&a, p, &found, NULL) == OK);
    for (size_t i = 0; i < found.count; i++)
        check(found.item[i].at < text.len && !(found.complete && found.item[i].combined));
    return 0;
}
