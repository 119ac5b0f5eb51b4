/* Properties: qualities are in [0, 1000]; a part of a file is inside it and not empty; a host has a
 * name, and name and port make up the text. */
#include "serve/http/fields.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice in = slice_of((const char *)data, size), value = {NULL, 0}, name, port;
    size_t count = 0;
    uint64_t from, to;
    fields_cookie(in, S("a"), &count, &value);
    assert(!count == !value.ptr && count <= size);
    fields_codings c = fields_accept(in);
    assert(c.br >= 0 && c.br <= 1000 && c.gzip >= 0 && c.gzip <= 1000 && c.identity >= 0 &&
           c.identity <= 1000);
    for (uint64_t length = 0; length < 1000; length += 333)
        if (fields_range(in, length, &from, &to) == FIELDS_PART)
            assert(from < to && to <= length);
    if (fields_host(in, &name, &port))
        assert(name.len && name.len + (port.ptr ? port.len + 1 : 0) == in.len);
    if (fields_tag_listed(in, S("\"a\"")))
        assert(slice_find(in, S("\"a\""), 0) != SIZE_MAX || slice_eq(slice_trim(in), S("*")));
    return 0;
}
