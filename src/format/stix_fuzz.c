/* Properties: the bytes in pieces give the same facts; so does the document written again in
 * canonical form (other key order, other spelling of strings and numbers), contents and all, places
 * apart. */
#include "base/json.h"
#include "format/fuzz_facts.h"

extern const format format_stix;

/* The same text without what a new serialisation moves: offsets, and which of several reasons was
 * found first. */
static void without_places(slice in, buf *out)
{
    slice line;
    while (slice_cut(&in, '\n', &line)) {
        bool refused = slice_starts(line, S("refused at=")),
             warned = slice_starts(line, S("warn "));
        if (slice_starts(line, S("record at=")))
            line = slice_from(line, slice_find(line, S(" line="), 0));
        if (refused)
            line = slice_from(line, slice_find_byte(line, ' ', S("refused at=").len));
        if (refused || warned)
            line = slice_sub(line, 0, slice_find(line, S(": "), 0));
        buf_put(out, line);
        buf_byte(out, '\n');
    }
}

static void same_when_rewritten(slice doc)
{
    enum { SIZE_MAX_ = 64 << 10 };
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf again = {.max = SIZE_MAX_};
    CLEANUP(buf_done) buf one = {.max = 256 << 20};
    CLEANUP(buf_done) buf two = {.max = 256 << 20};
    json *v;
    facts_text first, second;
    arena_init(&a, 64 << 20);
    if (doc.len > SIZE_MAX_ || json_parse(&a, doc, NULL, &v, NULL) != OK)
        return;
    json_writer w = json_writer_on(&again);
    json_put_canonical(&w, v, &a);
    if (again.failed)
        return;
    facts_open(&first);
    facts_open(&second);
    status st = facts_read(&first, &format_stix, doc, S("x.json"), NULL);
    if (facts_read(&second, &format_stix, buf_slice(&again), S("x.json"), NULL) != st)
        abort();
    without_places(buf_slice(&first.out), &one);
    without_places(buf_slice(&second.out), &two);
    if (!slice_eq(buf_slice(&one), buf_slice(&two)))
        abort();
    facts_close(&first);
    facts_close(&second);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    same_when_rewritten(slice_of((const char *)data, size));
    return fuzz_facts(&format_stix, S("x.json"), S(""), data, size);
}
