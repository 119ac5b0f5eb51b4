/* The stream: parts do not depend on how the bytes arrive, and they are the members and elements
 * that json_parse finds in the whole document. */
#include "base/json.h"

#include <stdlib.h>

static const slice split[] = {S_INIT("objects"), S_INIT("o")};
static const slice enter[] = {S_INIT(""), S_INIT("e")};

static void demand(bool so)
{
    if (!so)
        abort();
}

typedef struct walker {
    buf log;         /* every part, its bytes included */
    size_t docs;     /* top-level values */
    bool parts_good; /* json_parse takes every part */
    status end;
    err why;
} walker;

static void walk(slice text, size_t step, const json_stream_options *options, walker *w)
{
    memory_reader m;
    reader in = reader_memory(&m, text);
    m.step = step;
    json_stream *s = json_stream_new(&in, options);
    json_part part = {0};
    demand(s != NULL);
    buf_init(&w->log, 64 << 20);
    w->parts_good = true;
    while ((w->end = json_stream_next(s, &part, &w->why)) == OK && part.kind != JSON_PART_END) {
        CLEANUP(arena_done) arena a;
        json *v;
        arena_init(&a, 64 << 20);
        demand(part.over ? options->pass_over && part.raw.len == 0
                         : slice_eq(part.raw, slice_sub(text, part.at, part.at + part.length)));
        demand(part.at + part.length <= text.len);
        buf_printf(&w->log, "%d %llu %llu %llu %d ", (int)part.kind, (unsigned long long)part.index,
                   (unsigned long long)part.doc, (unsigned long long)part.at, part.over);
        buf_put(&w->log, part.key);
        buf_put(&w->log, part.raw);
        w->docs = (size_t)part.doc + 1;
        if (part.over || json_parse(&a, part.raw, NULL, &v, NULL) != OK)
            w->parts_good = false;
    }
    demand(w->end == OK || (w->why.code == w->end && w->why.at <= text.len));
    demand(buf_status(&w->log, NULL) == OK);
    json_stream_free(s);
}

static void log_part(buf *log, json_part_kind kind, uint64_t index, const json *v, slice key,
                     slice text)
{
    buf_printf(log, "%d %llu 0 %u 0 ", (int)kind, (unsigned long long)index, v->at);
    buf_put(log, key);
    buf_put(log, json_raw(v, text));
}

/* What the stream should have said about a document that json_parse took whole. */
static void expect(const json *v, slice text, bool whole, buf *log)
{
    uint64_t n = 0;
    if (whole || (v->type != JSON_OBJECT && v->type != JSON_ARRAY)) {
        log_part(log, JSON_PART_ITEM, 0, v, S(""), text);
        return;
    }
    for (const json *m = v->first; m; m = m->next) {
        bool divided = v->type == JSON_OBJECT && m->type == JSON_ARRAY &&
                       (slice_eq(m->key, split[0]) || slice_eq(m->key, split[1]));
        if (v->type == JSON_ARRAY)
            log_part(log, JSON_PART_ITEM, n++, m, S(""), text);
        else if (!divided)
            log_part(log, JSON_PART_MEMBER, 0, m, m->key, text);
        for (const json *e = divided ? m->first : NULL; e; e = e->next)
            log_part(log, JSON_PART_ITEM, n++, e, m->key, text);
        n = v->type == JSON_ARRAY ? n : 0;
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf want;
    walker one = {0}, two = {0};
    json *v;
    err why = {0};
    arena_init(&a, 64 << 20);
    buf_init(&want, 64 << 20);
    if (size < 2)
        return 0;
    json_stream_options o = {.split = split, .split_count = COUNT_OF(split)};
    o.whole = data[0] & 1;
    o.pass_over = data[0] & 2;
    o.value_max = data[0] & 4 ? 1 + data[1] : 0;
    o.enter = enter;
    o.enter_count = data[0] & 8 ? COUNT_OF(enter) : 0;
    slice text = slice_of((const char *)data + 2, size - 2);
    walk(text, 0, &o, &one);
    walk(text, 1 + data[1] % 67, &o, &two);
    demand(one.end == two.end && slice_eq(buf_slice(&one.log), buf_slice(&two.log)));
    demand(one.end == OK || (one.why.at == two.why.at && !strcmp(one.why.msg, two.why.msg)));

    status st = json_parse(&a, text, NULL, &v, &why);
    if (st == OK && !o.value_max) {
        demand(one.parts_good && (one.end == OK || o.enter_count));
        if (!o.enter_count)
            expect(v, text, o.whole, &want);
        demand(o.enter_count || slice_eq(buf_slice(&one.log), buf_slice(&want)));
    } else if (one.end == OK && one.parts_good && one.docs == 1 && text.ptr[0] != '\xef') {
        /* only what the header gives away may divide them: a key twice at the top, the levels
         * around a part, and a second document that has no part */
        demand(st == OK || st == ERR_LIMIT || strstr(why.msg, "same key twice") ||
               strstr(why.msg, "something behind") || why.at == 0);
    }
    buf_done(&one.log);
    buf_done(&two.log);
    return 0;
}
