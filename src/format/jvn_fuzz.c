/* Property: the same facts however the bytes arrive, and again when the document is read again;
 * facts_text.h checks that records are whole, within limits and UTF-8. */
#include "format/fuzz_facts.h"

extern const format format_jvn, format_jpcert;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    fuzz_facts(&format_jvn, S("jvn.rdf"), S(""), data, size);
    return fuzz_facts(&format_jpcert, S("jpcert.rdf"), S(""), data, size);
}
