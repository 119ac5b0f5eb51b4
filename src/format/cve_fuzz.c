/* Property: the same facts however the bytes arrive, and again when the document is read again;
 * facts_text.h checks that records are whole, within limits and UTF-8. */
#include "format/fuzz_facts.h"

extern const format format_cve;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    return fuzz_facts(&format_cve, S("cve"), S(""), data, size);
}
