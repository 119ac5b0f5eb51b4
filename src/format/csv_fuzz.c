/* Property: the same facts however the bytes arrive, and again when the document is read again;
 * facts_text.h checks that records are whole, within limits and UTF-8. */
#include "format/fuzz_facts.h"

extern const format format_csv;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    /* what the header says, and what a person says */
    fuzz_facts(&format_csv, S("x.csv"), S(""), data, size);
    return fuzz_facts(&format_csv, S("x.csv"), S("1=value,2=first_seen,ip=ipv4:c2"), data, size);
}
