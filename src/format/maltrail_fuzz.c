/* Property: the same trails however the bytes arrive; facts_text.h checks that records are whole,
 * within limits and UTF-8. The first byte chooses the file's name, which decides what is said. */
#include "format/fuzz_facts.h"

extern const format format_maltrail;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const slice names[] = {S_INIT("malware/apt_mouse.txt"), S_INIT("malicious/ek_a_c2.txt"),
                                  S_INIT("suspicious/x-1.txt"), S_INIT("sinkhole_y.txt"),
                                  S_INIT("generic.txt")};
    if (!size)
        return 0;
    return fuzz_facts(&format_maltrail, names[data[0] % COUNT_OF(names)], S(""), data + 1,
                      size - 1);
}
