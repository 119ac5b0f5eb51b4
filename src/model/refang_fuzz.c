/* Refanging twice is refanging once; the way back to the raw text stays inside it and in order. */
#include "model/observable.h"
#include "model/refang.h"

#include <stdio.h>
#include <stdlib.h>

#define must(yes) ((yes) ? (void)0 : broken(__LINE__))

static void broken(int line)
{
    fprintf(stderr, "the property in line %d does not hold\n", line);
    abort();
}

static void check_map(const plain *p, slice raw)
{
    size_t before = 0;
    for (size_t i = 0; i < p->text.len; i++) {
        size_t start = plain_raw_start(p, i), end = plain_raw_end(p, i + 1);
        must(start >= before && start < end && end <= raw.len);
        if (plain_steps(p, i, i + 1) == 0)
            must(end == start + 1 && raw.ptr[start] == p->text.ptr[i]);
        before = start;
    }
    for (size_t k = 0; k < p->edit_count; k++) {
        must(p->edits[k].steps != 0 && p->edits[k].raw_at + p->edits[k].raw_len <= raw.len);
        must(k == 0 || p->edits[k].raw_at >= p->edits[k - 1].raw_at + p->edits[k - 1].raw_len);
    }
}

static void check(slice raw, unsigned options)
{
    CLEANUP(arena_done) arena a;
    plain one, two;
    arena_init(&a, 16 << 20);
    must(refang(&a, raw, options, &one, NULL) == OK);
    check_map(&one, raw);
    must(refang(&a, one.text, options, &two, NULL) == OK);
    must(slice_eq(one.text, two.text));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice raw = slice_of((const char *)data, size);
    check(raw, 0);
    check(raw, REFANG_WHOLE);
    return 0;
}
