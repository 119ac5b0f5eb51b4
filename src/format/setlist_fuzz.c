/* Property: the same keys however the bytes arrive, and again when the document is read again;
 * facts_text.h checks that digests have their length and texts are UTF-8 within limits. */
#include "format/fuzz_facts.h"

extern const format format_setlist;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    return fuzz_facts(&format_setlist, S("list.txt"), S(""), data, size);
}
