/* Property: JSON lines of three codecs, the first byte says which, give the same facts and refusals
 * however the bytes arrive; of what is refused no record was begun. */
#include "format/fuzz_facts.h"

extern const format format_cve;
extern const format format_misp;
extern const format format_stix;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const format *const read_by[] = {&format_cve, &format_misp, &format_stix};
    if (!size)
        return 0;
    return fuzz_facts(read_by[data[0] % COUNT_OF(read_by)], S("x.jsonl"), S(""), data + 1,
                      size - 1);
}
