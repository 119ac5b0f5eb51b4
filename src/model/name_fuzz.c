/* Property: a folded name is valid UTF-8 and folds to itself. */
#include "base/text.h"
#include "model/name.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done)
    arena a;
    slice one, two;
    arena_init(&a, 16 << 20);
    if (name_fold(&a, slice_of((const char *)data, size), &one, NULL) != OK)
        return 0;
    if (utf8_check(one) != SIZE_MAX || name_fold(&a, one, &two, NULL) != OK || !slice_eq(one, two))
        abort();
    return 0;
}
