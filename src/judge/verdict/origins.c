/* origins.c - union-find over what evidence has in common: see origins.h.
 *
 * Overlap is transitive here on purpose: if A cites report 1, B cites 1 and 2, and C cites 2, then
 * the three may all go back to one investigation. Counting too few origins costs a word of
 * confidence; counting too many is how one rumour becomes "confirmed". */
#include "judge/verdict/origins.h"

#include <stdlib.h>

/* Something that two pieces of evidence may share. */
typedef struct mark {
    enum { MARK_SOURCE, MARK_REPORT, MARK_RECORD } type;
    slice text;
    size_t of;
} mark;

static int by_text(const void *x, const void *y)
{
    const mark *a = x, *b = y;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    int c = slice_cmp(a->text, b->text);
    if (c != 0)
        return c;
    return a->of < b->of ? -1 : a->of > b->of;
}

static size_t find(size_t *up, size_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

static void put(mark *marks, size_t *n, int type, slice text, size_t of)
{
    if (text.len == 0)
        return;
    marks[*n].type = type == 0 ? MARK_SOURCE : type == 1 ? MARK_REPORT : MARK_RECORD;
    marks[*n].text = text;
    marks[(*n)++].of = of;
}

/* A document is a report too: whoever cites "sha256:..." of it copies it. */
static status put_all(arena *a, const evidence *e, size_t of, mark *marks, size_t *n, err *why)
{
    put(marks, n, 0, e->source, of);
    put(marks, n, 0, e->derives_from, of);
    put(marks, n, 2, e->record, of);
    for (size_t i = 0; i < e->origin_count; i++)
        put(marks, n, 1, e->origins[i], of);
    if (!e->has_document)
        return OK;
    char hex[2 * SHA256_BYTES + 1];
    slice text = arena_printf(a, "sha256:%s", hash_hex(e->document, SHA256_BYTES, hex));
    if (!text.ptr)
        return ARENA_SPENT(a, why);
    put(marks, n, 1, text, of);
    return OK;
}

/* Does it share everything with the other one? Then so does whatever shares with either. Claims of
 * one block of a list do, and share the very texts, so equal pointers are enough. */
static bool same_marks(const evidence *x, const evidence *y)
{
    return x->has_document == y->has_document && x->origins == y->origins &&
           x->origin_count == y->origin_count && slice_eq(x->source, y->source) &&
           slice_eq(x->derives_from, y->derives_from) && slice_eq(x->record, y->record) &&
           (!x->has_document || memcmp(x->document, y->document, SHA256_BYTES) == 0);
}

status origins_of(arena *a, const evidence *e, const bool *pick, size_t count, size_t *ret_group,
                  size_t *ret_count, err *why)
{
    size_t room = 0, n = 0, groups = 0;
    for (size_t i = 0; i < count; i++)
        room += pick[i] ? 4 + e[i].origin_count : 0;
    mark *marks = arena_array(a, room + 1, sizeof *marks);
    size_t *up = arena_array(a, count + 1, sizeof *up);
    if (!marks || !up)
        return ARENA_SPENT(a, why);
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        up[i] = i;
        if (!pick[i])
            continue;
        if (last != SIZE_MAX && same_marks(&e[last], &e[i])) {
            up[i] = last;
            continue;
        }
        last = i;
        status st = put_all(a, &e[i], i, marks, &n, why);
        if (st != OK)
            return st;
    }
    qsort(marks, n, sizeof *marks, by_text);
    for (size_t i = 1; i < n; i++)
        if (marks[i].type == marks[i - 1].type && slice_eq(marks[i].text, marks[i - 1].text))
            up[find(up, marks[i].of)] = find(up, marks[i - 1].of);
    for (size_t i = 0; i < count; i++)
        ret_group[i] = pick[i] && find(up, i) == i ? groups++ : SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (pick[i])
            ret_group[i] = ret_group[find(up, i)];
    *ret_count = groups;
    return OK;
}
