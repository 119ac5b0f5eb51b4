/* fuzz_facts.h - the property of every codec's fuzz target: whatever the bytes, the facts are the
 * same when they arrive in pieces, refusals and all; an error has a word to it; records are whole.
 * Uses: facts_text. Used by: fuzz targets of codecs. */
#ifndef NOROSHI_FORMAT_FUZZ_FACTS_H
#define NOROSHI_FORMAT_FUZZ_FACTS_H

#include "format/facts_text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static inline int fuzz_facts(const format *f, slice path, slice mapping, const unsigned char *data,
                             size_t size)
{
    slice doc = slice_of((const char *)data, size);
    facts_text whole, pieces;
    err one = {0}, two = {0};
    facts_open(&whole);
    facts_open(&pieces);
    whole.lines = pieces.lines = true;
    whole.mapping = pieces.mapping = mapping;
    whole.limits.record_bytes_max = pieces.limits.record_bytes_max = 64 << 10;
    whole.limits.line_bytes_max = pieces.limits.line_bytes_max = 64 << 10;
    pieces.chunk = 1 + size % 5;
    status st = facts_read(&whole, f, doc, path, &one);
    if (facts_read(&pieces, f, doc, path, &two) != st)
        abort();
    if (!slice_eq(buf_slice(&whole.out), buf_slice(&pieces.out)))
        abort();
    if (st != OK && (!one.msg[0] || strcmp(one.msg, two.msg) != 0))
        abort();
    if (st == OK && whole.open)
        abort();
    f->sniff(doc, path); /* any bytes */
    facts_close(&whole);
    facts_close(&pieces);
    return 0;
}

#endif
