/* scan.c - what the finders share: see scan.h. */
#include "model/extract/scan.h"

#include "base/text.h"

bool scan_free(const scan *s, size_t from, size_t to)
{
    return from < to && to <= s->t.len && memchr(s->taken + from, 1, to - from) == NULL;
}

void scan_block(scan *s, size_t from, size_t to)
{
    memset(s->taken + from, 1, to - from);
}

static find *push(scan *s, size_t from, size_t to)
{
    if (s->count == s->room) {
        size_t room = s->room ? s->room * 2 : 32;
        find *more = arena_array(s->a, room, sizeof *more);
        if (!more) {
            s->failed = true;
            return NULL;
        }
        if (s->count)
            memcpy(more, s->finds, s->count * sizeof *more);
        s->finds = more;
        s->room = room;
    }
    find *f = &s->finds[s->count++];
    *f = (find){.from = from, .to = to, .f = {.in_rule = s->in_rule}};
    return f;
}

bool scan_read(scan *s, size_t from, size_t to, kind want, observable *ret)
{
    if (from >= to || to - from > OBSERVABLE_TEXT_MAX)
        return false;
    arena_mark mark = arena_here(s->a);
    status st = observable_parse(s->a, slice_sub(s->t, from, to), want, ret, NULL);
    if (st != OK)
        arena_back(s->a, mark);
    s->failed |= st == ERR_LIMIT;
    return st == OK;
}

void scan_found(scan *s, size_t from, size_t to, const observable *o)
{
    find *f = push(s, from, to);
    if (f)
        f->f.what = *o;
    scan_block(s, from, to);
}

void scan_found_inside(scan *s, size_t from, size_t to, const observable *o)
{
    find *f = push(s, from, to);
    if (f) {
        f->f.what = *o;
        f->f.inside = true;
    }
}

bool scan_take(scan *s, size_t from, size_t to, kind want)
{
    observable o;
    if (!scan_free(s, from, to) || !scan_read(s, from, to, want, &o))
        return false;
    scan_found(s, from, to, &o);
    return true;
}

void scan_found_identifier(scan *s, size_t from, size_t to, kind k, slice value)
{
    slice copy;
    find *f = push(s, from, to);
    if (f && arena_copy(s->a, value, &copy)) {
        f->f.is_identifier = true;
        f->f.id_kind = k;
        f->f.value = copy;
    } else {
        s->failed = true;
    }
    scan_block(s, from, to);
}

bool scan_defanged(const scan *s, size_t from, size_t to)
{
    return (plain_steps(&s->p, from, to) & STEP_REFANG) != 0;
}

uint32_t scan_char_at(const scan *s, size_t i, size_t *ret_end)
{
    slice rest = slice_from(s->t, i);
    uint32_t c = rest.len ? utf8_next(&rest) : 0;
    *ret_end = s->t.len - rest.len;
    return c;
}

uint32_t scan_char_before(const scan *s, size_t i, size_t *ret_start)
{
    size_t start = i;
    if (i == 0) {
        *ret_start = 0;
        return 0;
    }
    for (start--; start > 0 && i - start < 4 && ((unsigned char)s->t.ptr[start] & 0xc0) == 0x80;)
        start--;
    slice one = slice_sub(s->t, start, i);
    uint32_t c = utf8_next(&one);
    *ret_start = one.len == 0 ? start : i - 1; /* broken bytes one by one */
    return one.len == 0 ? c : 0xfffd;
}
