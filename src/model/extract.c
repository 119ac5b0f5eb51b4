/* extract.c - observables out of messy text: see extract.h. The finders are in extract/. */
#include "model/extract.h"

#include "model/bytes.h"
#include "model/extract/scan.h"

#include <stdlib.h>

/* In this order, so that what can be several things becomes the most telling one. */
static const struct {
    finder find;
    bool in_rules; /* also in detection rules that the text quotes */
} finders[] = {
    {find_user_agents, false}, {find_urls, true},     {find_emails, false},    {find_colons, true},
    {find_dashes, true},       {find_ip4, true},      {find_paths, false},     {find_runs, true},
    {find_identifiers, true},  {find_domains, false}, {find_filenames, false},
};

/* --- pieces --------------------------------------------------------------------------------- */

/* Where the piece that begins at `from` ends: behind the last line end, else the last blank, else
 * in the middle of things, but never of a character. */
static size_t piece_end(slice text, size_t from, size_t max)
{
    size_t end = text.len - from <= max ? text.len : from + max;
    if (end == text.len)
        return end;
    for (size_t i = end; i > from; i--)
        if (text.ptr[i - 1] == '\n')
            return i;
    for (size_t i = end; i > from + max / 2; i--)
        if (text.ptr[i - 1] == ' ')
            return i;
    size_t cut = end;
    while (cut > from + 1 && end - cut < 3 && ((unsigned char)text.ptr[cut] & 0xc0) == 0x80)
        cut--;
    return cut;
}

/* The part of [from, end) that lies inside a rule or outside as a whole; *ret says which. */
static size_t same_side(rule_state *r, slice text, size_t from, size_t end, bool *ret)
{
    bool first = true;
    for (size_t at = from; at < end;) {
        rule_state before = *r;
        bool inside;
        size_t next = rule_line(r, text, at, &inside);
        if (first) {
            *ret = inside;
            first = false;
        } else if (inside != *ret) {
            *r = before;
            return at;
        }
        at = next;
    }
    return end;
}

/* Bytes that a piece can have when it is plain: refang.h. */
static size_t plain_max(size_t raw)
{
    return raw + raw / 4 + 17;
}

/* --- one piece ------------------------------------------------------------------------------ */

static int by_place(const void *a, const void *b)
{
    const find *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to > y->to ? -1 : x->to < y->to;
}

static status hand_out(scan *s, status (*on_find)(void *ctx, const found *f, err *why), void *ctx,
                       err *why)
{
    if (s->count)
        qsort(s->finds, s->count, sizeof *s->finds, by_place);
    for (size_t i = 0; i < s->count; i++) {
        find *f = &s->finds[i];
        size_t from = plain_raw_start(&s->p, f->from), to = plain_raw_end(&s->p, f->to);
        f->f.at = s->options->base + s->raw_at + from;
        f->f.length = to - from;
        if (!f->f.is_identifier) {
            f->f.what.steps |= plain_steps(&s->p, f->from, f->to);
            f->f.what.defanged = (f->f.what.steps & STEP_REFANG) != 0;
        }
        status st = on_find(ctx, &f->f, why);
        if (st != OK)
            return st;
    }
    return OK;
}

static status scan_piece(scan *s, size_t raw_len, err *why)
{
    status st = refang(s->a, slice_sub(s->whole, s->raw_at, s->raw_at + raw_len), 0, &s->p, why);
    if (st != OK)
        return st;
    s->t = s->p.text;
    assert(s->t.len < plain_max(raw_len));
    memset(s->taken, 0, s->t.len);
    bytes_map(s->t, s->alnum, s->digit);
    for (size_t i = 0; i < COUNT_OF(finders) && !s->failed; i++)
        if (!s->in_rule || finders[i].in_rules)
            finders[i].find(s);
    return s->failed ? ARENA_SPENT(s->a, why) : OK;
}

/* The maps, which every piece needs again. */
static bool open_scan(scan *s, arena *a, slice text, size_t piece)
{
    size_t most = plain_max(text.len < piece ? text.len : piece), words = BYTES_WORDS(most);
    *s = (scan){.a = a, .whole = text};
    s->taken = arena_array(a, most, 1);
    s->alnum = arena_array(a, words, sizeof *s->alnum);
    s->digit = arena_array(a, words, sizeof *s->digit);
    return s->taken && s->alnum && s->digit;
}

status extract_text(arena *a, slice text, const extract_options *options,
                    status (*on_find)(void *ctx, const found *f, err *why), void *ctx, err *why)
{
    size_t piece =
        options->piece && options->piece < EXTRACT_PIECE_MAX ? options->piece : EXTRACT_PIECE_MAX;
    arena_mark mark = arena_here(a);
    rule_state rule = {0};
    scan s;
    status st = open_scan(&s, a, text, piece) ? OK : ARENA_SPENT(a, why);
    arena_mark inner = arena_here(a);
    for (size_t from = 0; from < text.len && st == OK;) {
        size_t end = piece_end(text, from, piece);
        s = (scan){.a = a,
                   .whole = text,
                   .raw_at = from,
                   .options = options,
                   .taken = s.taken,
                   .alnum = s.alnum,
                   .digit = s.digit};
        end = same_side(&rule, text, from, end, &s.in_rule);
        st = scan_piece(&s, end - from, why);
        if (st == OK)
            st = hand_out(&s, on_find, ctx, why);
        arena_back(a, inner);
        from = end;
    }
    arena_back(a, mark);
    return st;
}
