/* What is read as an instant is written as text that reads as the same instant. */
#include "base/when.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice text = slice_of((const char *)data, size);
    when t, back;
    char out[WHEN_TEXT_MAX];
    if (when_parse(text, &t) == OK) {
        if (t < WHEN_FIRST || t > WHEN_LAST)
            abort();
        if (when_parse(slice_str(when_iso(t, out)), &back) != OK || back != t)
            abort();
        if (when_parse(slice_str(when_date(t, out)), &back) != OK || back > t ||
            t - back >= WHEN_DAY)
            abort();
    }
    if (size == sizeof t) { /* any number at all: no overflow on the way to text */
        memcpy(&t, data, sizeof t);
        (void)when_iso(t, out);
    }
    return 0;
}
