/* Property: a head that is read is written as a line that reads as the same head. */
#include "know/audit.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    audit_head one, two;
    char line[AUDIT_HEAD_TEXT];
    if (audit_head_read(slice_of((const char *)data, size), &one, NULL) != OK)
        return 0;
    status st = audit_head_read(slice_str(audit_head_text(&one, line)), &two, NULL);
    assert(st == OK && one.seq == two.seq && one.at == two.at);
    assert(memcmp(one.hash, two.hash, SHA256_BYTES) == 0);
    return 0;
}
