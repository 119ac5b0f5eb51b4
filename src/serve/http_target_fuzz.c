/* Properties: parts and values hold no NUL, none goes up, and escaped again they are read as the
 * same. */
#include "serve/http/target.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void escape(slice s, buf *out)
{
    for (size_t i = 0; i < s.len; i++)
        buf_printf(out, "%%%02x", (unsigned char)s.ptr[i]);
}

static void check_query(arena *a, slice query)
{
    CLEANUP(buf_done) buf out;
    http_pair *q, *again;
    size_t n, m;
    buf_init(&out, 1 << 24);
    if (target_query(a, query, &q, &n, NULL) != OK)
        return;
    for (size_t i = 0; i < n; i++) {
        assert(slice_find_byte(q[i].name, 0, 0) == SIZE_MAX);
        escape(q[i].name, &out), buf_byte(&out, '=');
        escape(q[i].value, &out), buf_byte(&out, '&');
    }
    assert(target_query(a, buf_slice(&out), &again, &m, NULL) == OK && m == n);
    for (size_t i = 0; i < n; i++)
        assert(slice_eq(q[i].name, again[i].name) && slice_eq(q[i].value, again[i].value));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf out;
    http_target t = {0}, again = {0};
    arena_init(&a, 64 << 20);
    buf_init(&out, 1 << 24);
    if (target_parse(&a, slice_of((const char *)data, size), &t, NULL) != OK)
        return 0;
    for (size_t i = 0; i < t.part_count; i++) {
        assert(slice_find_byte(t.parts[i], 0, 0) == SIZE_MAX);
        assert(!slice_eq(t.parts[i], S("..")) && !slice_eq(t.parts[i], S(".")));
        buf_byte(&out, '/');
        escape(t.parts[i], &out);
    }
    if (out.len <= UINT16_MAX) {
        assert(target_parse(&a, buf_slice(&out), &again, NULL) == OK);
        assert(again.part_count == t.part_count);
        for (size_t i = 0; i < t.part_count; i++)
            assert(slice_eq(again.parts[i], t.parts[i]));
    }
    if (t.query.ptr)
        check_query(&a, t.query);
    return 0;
}
