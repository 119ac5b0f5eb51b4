/* Property: the same claims however the bytes arrive; facts_text.h checks that records are whole,
 * within limits and UTF-8. */
#include "format/fuzz_facts.h"

extern const format format_misp_warninglist;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    return fuzz_facts(&format_misp_warninglist, S("list.json"), S(""), data, size);
}
