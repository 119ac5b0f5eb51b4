/* Property: the same facts however the bytes arrive; facts_text.h checks that records are whole,
 * within limits and UTF-8. */
#include "format/fuzz_facts.h"

extern const format format_attack_mapping;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    return fuzz_facts(&format_attack_mapping, S("kev-enterprise.json"), S(""), data, size);
}
