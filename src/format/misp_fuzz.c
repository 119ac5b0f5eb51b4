/* Properties: the same facts however the bytes arrive; and of a document whose members stand in the
 * reverse order, with numbers and booleans written as text: records, contents and claims, places
 * and order apart. */
#include "base/json.h"
#include "format/fuzz_facts.h"

extern const format format_misp;

static slice other_spelling(const json *v)
{
    switch (v->type) {
    case JSON_TRUE: return S("1");
    case JSON_FALSE: return S("0");
    case JSON_NUMBER: return v->text;
    case JSON_STRING: return v->text;
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return (slice){NULL, 0};
}

/* Deeper than json_parse lets a value be it cannot get. */
static void put_reversed(json_writer *w, const json *v)
{
    if (v->type == JSON_NULL) {
        json_put_null(w);
        return;
    }
    if (v->type != JSON_OBJECT && v->type != JSON_ARRAY) {
        json_put_text(w, other_spelling(v));
        return;
    }
    json_open(w, v->type == JSON_OBJECT ? '{' : '[');
    for (uint32_t n = v->count; n > 0; n--) {
        const json *m = v->first;
        for (uint32_t i = v->type == JSON_ARRAY ? v->count - n : n - 1; i > 0; i--)
            m = m->next;
        if (v->type == JSON_OBJECT)
            json_key_slice(w, m->key);
        put_reversed(w, m);
    }
    json_close(w, v->type == JSON_OBJECT ? '}' : ']');
}

static int by_text(const void *a, const void *b)
{
    return slice_cmp(*(const slice *)a, *(const slice *)b);
}

/* The lines in byte order, without what order and spelling move: offsets, and which of several
 * reasons was found first. */
static void in_order(slice in, buf *out)
{
    enum { LINES_MAX = 1 << 16 };
    static slice line[LINES_MAX];
    size_t n = 0;
    while (n < LINES_MAX && slice_cut(&in, '\n', &line[n])) {
        if (slice_starts(line[n], S("record at=")))
            line[n] = slice_from(line[n], slice_find(line[n], S(" line="), 0));
        if (slice_starts(line[n], S("refused at=")))
            line[n] = slice_from(line[n], slice_find_byte(line[n], ' ', S("refused at=").len));
        if (slice_starts(line[n], S(" ")) && !slice_starts(line[n], S("  ")))
            line[n] = slice_sub(line[n], 0, slice_find(line[n], S(": "), 0));
        if (slice_starts(line[n], S("warn ")))
            line[n] = S("warn");
        n++;
    }
    qsort(line, n, sizeof *line, by_text);
    for (size_t i = 0; i < n; i++) {
        buf_put(out, line[i]);
        buf_byte(out, '\n');
    }
}

static void same_when_rewritten(slice doc)
{
    enum { BYTES_MAX = 32 << 10 };
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf again = {.max = 4 * BYTES_MAX};
    CLEANUP(buf_done) buf one = {.max = 256 << 20};
    CLEANUP(buf_done) buf two = {.max = 256 << 20};
    json *v;
    facts_text first, second;
    arena_init(&a, 64 << 20);
    if (doc.len > BYTES_MAX || json_parse(&a, doc, NULL, &v, NULL) != OK)
        return;
    json_writer w = json_writer_on(&again);
    put_reversed(&w, v);
    if (again.failed)
        return;
    facts_open(&first);
    facts_open(&second);
    status st = facts_read(&first, &format_misp, doc, S("x.json"), NULL);
    if (facts_read(&second, &format_misp, buf_slice(&again), S("x.json"), NULL) != st)
        abort();
    in_order(buf_slice(&first.out), &one);
    in_order(buf_slice(&second.out), &two);
    if (st == OK && !slice_eq(buf_slice(&one), buf_slice(&two)))
        abort();
    facts_close(&first);
    facts_close(&second);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    same_when_rewritten(slice_of((const char *)data, size));
    return fuzz_facts(&format_misp, S("x.json"), S(""), data, size);
}
