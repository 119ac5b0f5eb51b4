/* Property: the same addresses however the bytes arrive; facts_text.h checks that records are
 * whole, within limits and UTF-8. */
#include "format/fuzz_facts.h"

extern const format format_ipsum;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    return fuzz_facts(&format_ipsum, S("ipsum.txt"), S(""), data, size);
}
