/* refang.c - defanged writing made plain: see refang.h. The stages are in refang/. */
#include "model/refang.h"

#include "base/text.h"
#include "model/bytes.h"
#include "model/refang/stage.h"

/* --- writing -------------------------------------------------------------------------------- */

bool stage_open(stage *s, arena *a, slice in, size_t room)
{
    s->in = in;
    s->a = a;
    s->room = room;
    s->out = arena_array(a, room, 1);
    return s->out != NULL;
}

void stage_put(stage *s, const char *text, size_t len)
{
    if (len > s->room - s->n) {
        s->failed = true;
        return;
    }
    if (len)
        memcpy(s->out + s->n, text, len);
    s->n += len;
}

void stage_copy(stage *s, size_t end)
{
    stage_put(s, s->in.ptr + s->i, end - s->i);
    s->i = end;
}

static bool grow_edits(stage *s)
{
    size_t room = s->edit_room ? s->edit_room * 2 : 8;
    plain_edit *more = arena_array(s->a, room, sizeof *more);
    if (!more) {
        s->failed = true;
        return false;
    }
    if (s->edit_count)
        memcpy(more, s->edits, s->edit_count * sizeof *more);
    s->edits = more;
    s->edit_room = room;
    return true;
}

/* Where byte `at` behind the first `count` edits came from. */
static size_t raw_behind(const plain_edit *edits, size_t count, size_t at)
{
    if (count == 0)
        return at;
    const plain_edit *e = &edits[count - 1];
    return e->raw_at + e->raw_len + (at - e->at - e->len);
}

static void push_edit(stage *s, plain_edit e)
{
    if (s->edit_count == s->edit_room && !grow_edits(s))
        return;
    s->edits[s->edit_count++] = e;
}

void stage_edit(stage *s, size_t from, slice text, size_t raw_end, unsigned steps)
{
    size_t at = from, count = s->edit_count;
    while (count && s->edits[count - 1].at + s->edits[count - 1].len > from) {
        const plain_edit *e = &s->edits[--count];
        steps |= e->steps;
        if (e->at < at)
            at = e->at; /* it starts left of us: its first bytes stay, its raw place is ours */
    }
    bool joined = count < s->edit_count && s->edits[count].at == at;
    size_t raw_at = joined ? s->edits[count].raw_at : raw_behind(s->edits, count, at);
    s->edit_count = count;
    s->n = from;
    push_edit(s, (plain_edit){.at = at,
                              .raw_at = raw_at,
                              .steps = steps,
                              .len = (uint32_t)(from - at + text.len),
                              .raw_len = (uint32_t)(raw_end - raw_at)});
    stage_put(s, text.ptr, text.len);
    s->i = raw_end;
}

bool stage_ends_broken(const stage *s)
{
    size_t at = s->n;
    if (at == 0 || (unsigned char)s->out[at - 1] < 0x80)
        return false;
    while (at > 0 && s->n - at < 4 && ((unsigned char)s->out[at - 1] & 0xc0) == 0x80)
        at--;
    if (at > 0)
        at--;
    return utf8_len(slice_of(s->out + at, s->n - at)) != s->n - at;
}

/* --- two stages in one ---------------------------------------------------------------------- */

/* `s` turned the text of `first` into another: its edits become edits of the raw text. */
static bool compose(stage *s, const stage *first)
{
    stage out = {.a = s->a};
    size_t k = 0, shift = 0; /* shift: position now minus position between, modulo 2^64 */
    const plain_edit *one = first->edits;
    for (size_t j = 0; j < s->edit_count && !out.failed; j++) {
        plain_edit e = s->edits[j];
        size_t from = e.raw_at, to = e.raw_at + e.raw_len;
        for (; k < first->edit_count && one[k].at + one[k].len <= from; k++) {
            plain_edit moved = one[k];
            moved.at += shift;
            push_edit(&out, moved);
        }
        size_t raw_at = raw_behind(one, k, from);
        for (; k < first->edit_count && one[k].at < to; k++)
            e.steps |= one[k].steps;
        e.raw_at = raw_at;
        e.raw_len = (uint32_t)(raw_behind(one, k, to) - raw_at);
        push_edit(&out, e);
        shift = e.at + e.len - to;
    }
    for (; k < first->edit_count && !out.failed; k++) {
        plain_edit moved = one[k];
        moved.at += shift;
        push_edit(&out, moved);
    }
    s->edits = out.edits;
    s->edit_count = out.edit_count;
    return !out.failed;
}

status refang(arena *a, slice text, unsigned options, plain *ret, err *why)
{
    stage one = {.options = options}, two = {.options = options};
    bool narrow = narrow_wanted(text);
    if (!narrow && bytes_suspect(text, 0) == text.len) {
        *ret = (plain){.text = text};
        return OK;
    }
    if (narrow && (!stage_open(&one, a, text, text.len) || !narrow_stage(&one)))
        return ARENA_SPENT(a, why);
    slice between = one.edit_count ? slice_of(one.out, one.n) : text;
    /* "ttp://" and "http//" grow by one */
    if (!stage_open(&two, a, between, between.len + between.len / 4 + 16) || !undo_stage(&two) ||
        (one.edit_count && !compose(&two, &one)))
        return ARENA_SPENT(a, why);
    bool same = two.edit_count == 0;
    *ret = (plain){.text = same ? text : slice_of(two.out, two.n),
                   .edits = two.edits,
                   .edit_count = two.edit_count};
    return OK;
}

/* --- the way back --------------------------------------------------------------------------- */

/* How many edits begin at or before clean offset `at`. */
static size_t edits_to(const plain *p, size_t at)
{
    size_t lo = 0, hi = p->edit_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (p->edits[mid].at <= at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

size_t plain_raw_start(const plain *p, size_t from)
{
    size_t k = edits_to(p, from);
    if (k && from < p->edits[k - 1].at + p->edits[k - 1].len)
        return p->edits[k - 1].raw_at;
    return raw_behind(p->edits, k, from);
}

size_t plain_raw_end(const plain *p, size_t to)
{
    assert(to > 0);
    size_t last = to - 1, k = edits_to(p, last);
    if (k && last < p->edits[k - 1].at + p->edits[k - 1].len)
        return p->edits[k - 1].raw_at + p->edits[k - 1].raw_len;
    return raw_behind(p->edits, k, last) + 1;
}

unsigned plain_steps(const plain *p, size_t from, size_t to)
{
    unsigned steps = 0;
    size_t k = edits_to(p, from);
    if (k && p->edits[k - 1].at + p->edits[k - 1].len > from)
        steps = p->edits[k - 1].steps; /* it reaches into us */
    for (; k < p->edit_count && p->edits[k].at < to; k++)
        steps |= p->edits[k].steps;
    return steps;
}
