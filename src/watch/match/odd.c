/* odd.c - what stands near escapes and bytes beyond ASCII: see scan.h.
 * A piece of the window is made plain, and what it holds is examined where it differs from what is
 * written; the rest is left to the quick way. */
#include "watch/match/scan.h"

#include "model/domain.h"

enum { REACH = 1000 /* bytes on each side */ };

typedef enum examined { EXAMINED_NAME, EXAMINED_WIDE, EXAMINED_SIX, EXAMINED_HEX } examined;

/* Was what ends at `to` examined before? From now on it was. */
static bool again(matcher *m, examined what, size_t to)
{
    uint64_t mark = (m->base + to) << 2 | (uint64_t)what, *done = m->done[what == EXAMINED_HEX];
    for (unsigned i = 0; i < SCAN_DONE; i++)
        if (done[i] == mark)
            return true;
    done[m->done_next[what == EXAMINED_HEX]++ % SCAN_DONE] = mark;
    return false;
}

/* What can belong together with the byte at `at`, made plain. Returns where that byte is in it. */
static size_t plain_around(const matcher *m, size_t at, view *v)
{
    const uint8_t *text = m->w.text;
    size_t from = at, to = at, i = 0;
    while (from && at - from < REACH && byte_is(text[from - 1], BYTE_TOKEN))
        from--;
    while (to < m->w.high && to - at < REACH && byte_is(text[to], BYTE_TOKEN))
        to++;
    view_make(v, text, from, to);
    while (i < v->len && v->to[i] <= at)
        i++;
    return i;
}

/* --- names ---------------------------------------------------------------------------------- */

/* Is the run not what is written? An escape in it, or one in front that ends in a letter. */
static bool changed(const matcher *m, const view *v, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (v->escaped[i])
            return true;
    return from && v->escaped[from - 1] && byte_is(m->w.text[v->from[from] - 1], BYTE_NAME);
}

static bool has_escape(const view *v, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (v->escaped[i])
            return true;
    return false;
}

/* A backslash and a letter in front may be a line end, or the letter may belong to the name. */
static void with_letter(matcher *m, const view *v, size_t from, size_t to)
{
    RAW uint8_t text[MATCH_RUN_MAX + 64];
    piece p = {text, to - from + 1, NULL, v->from[from] - 1};
    if (has_escape(v, from, to) || to - from >= MATCH_RUN_MAX)
        return;
    text[0] = m->w.text[v->from[from] - 1];
    memcpy(text + 1, v->text + from, to - from);
    memset(text + 1 + (to - from), 0, 32);
    find_names(m, &p, 0, to - from + 1, true);
}

static void changed_run(matcher *m, const view *v, size_t from, size_t to)
{
    piece p = {v->text, v->len, v, 0};
    size_t raw = v->to[to - 1] - v->from[from];
    if (raw > (has_escape(v, from, to) ? MATCH_ESCAPED_MAX : MATCH_RUN_MAX))
        return;
    find_names(m, &p, from, to, false);
    if (from && v->letter[from - 1])
        with_letter(m, v, from, to);
}

/* The run is a part of a name that is not all ASCII. */
static void wide_run(matcher *m, const view *v, size_t from, size_t to)
{
    piece p = {v->text, v->len, v, 0};
    while (from && (byte_is(v->text[from - 1], BYTE_NAME) || v->text[from - 1] >= 0x80))
        from--;
    while (to < v->len && (byte_is(v->text[to], BYTE_NAME) || v->text[to] >= 0x80))
        to++;
    if (m->t->has_idn && !again(m, EXAMINED_WIDE, v->to[to - 1]))
        find_wide(m, &p, from, to);
}

/* Examines the run of the view if it has a dot. True: it is what is written. */
static bool view_run(matcher *m, const view *v, size_t from, size_t to)
{
    piece p = {v->text, v->len, v, 0};
    bool same = !changed(m, v, from, to);
    if (!memchr(v->text + from, '.', to - from))
        return false;
    if ((from && v->text[from - 1] >= 0x80) || (to < v->len && v->text[to] >= 0x80))
        wide_run(m, v, from, to);
    if (!same && again(m, EXAMINED_NAME, v->to[to - 1]))
        return false;
    if (from && v->text[from - 1] == '@' && v->escaped[from - 1])
        find_mail(m, &p, from - 1);
    if (!same)
        changed_run(m, v, from, to);
    return same;
}

/* The runs of the view that [from, to) has a part in. True: one of them is what is written. */
static bool view_runs(matcher *m, size_t from, size_t to)
{
    RAW view v;
    bool same = false;
    size_t at = plain_around(m, from, &v);
    while (at && v.from[at - 1] >= from) /* several bytes of one escape */
        at--;
    while (at && byte_is(v.text[at - 1], BYTE_NAME))
        at--;
    while (at < v.len && v.from[at] < to) {
        size_t end = at;
        while (end < v.len && byte_is(v.text[end], BYTE_NAME))
            end++;
        if (end > at && v.to[end - 1] > from)
            same |= view_run(m, &v, at, end);
        at = end + 1;
    }
    return same;
}

/* Does an escape end at `from`, or begin before it and reach beyond? */
static bool escape_before(const matcher *m, size_t from)
{
    const uint8_t *text = m->w.text, *end = text + m->w.high;
    for (size_t i = 1; i <= UNIT_MAX && i <= from; i++) {
        uint8_t c = text[from - i];
        if (!byte_is(c, BYTE_TOKEN) || c == '\n')
            return false;
        if (byte_is(c, BYTE_LEAD) || c == 0xe3 || c == 0xef) {
            unit u = unit_at(text + from - i, end);
            if (u.escape && u.length >= i)
                return true;
        }
    }
    return false;
}

static bool escape_behind(const matcher *m, size_t to)
{
    const uint8_t *text = m->w.text;
    return to < m->w.high && byte_is(text[to], BYTE_RIGHT) &&
           unit_at(text + to, text + m->w.high).escape;
}

run_state odd_run(matcher *m, size_t from, size_t to)
{
    const uint8_t *text = m->w.text;
    uint8_t left = from ? text[from - 1] : '\n';
    bool wide = left >= 0x80 || (to < m->w.high && text[to] >= 0x80);
    if (to - from > REACH)
        return RUN_AS_IT_IS;
    if (!wide && !escape_behind(m, to)) {
        if (left == '\\' && memchr("bfnrtv", text[from], 6))
            return RUN_BEHIND_LETTER;
        if (left == '\\' && text[from] != 'u' && text[from] != 'x')
            return RUN_AS_IT_IS;
        if (!escape_before(m, from))
            return RUN_AS_IT_IS;
    }
    return view_runs(m, from, to) ? RUN_AS_IT_IS : RUN_DONE;
}

void odd_lead(matcher *m, size_t at)
{
    RAW view v;
    size_t i = plain_around(m, at, &v), to = i;
    if (i == v.len)
        return;
    odd_six(m, at);
    if (v.text[i] != '.')
        return;
    while (i && byte_is(v.text[i - 1], BYTE_NAME))
        i--;
    while (to < v.len && byte_is(v.text[to], BYTE_NAME))
        to++;
    if (i < to)
        view_run(m, &v, i, to);
}

/* --- mail addresses, IPv6, digests ---------------------------------------------------------- */

/* Is an escape next to it, or a part of it? */
static bool touches(const matcher *m, size_t from, size_t to)
{
    return escape_behind(m, to) ||
           (from && byte_is(m->w.text[from - 1], BYTE_TOKEN) && escape_before(m, from));
}

void odd_mail(matcher *m, size_t at)
{
    const window *w = &m->w;
    piece p = {w->text, w->high, NULL, 0};
    RAW view v;
    size_t from = at, to = at + 1;
    if (!m->t->has_mail && !m->sink.seen)
        return;
    while (from && at - from < REACH && byte_is(w->text[from - 1], BYTE_LOCAL))
        from--;
    while (to < w->high && to - at < REACH && byte_is(w->text[to], BYTE_NAME))
        to++;
    if (touches(m, from, to) || (to < w->high && w->text[to] >= 0x80)) {
        size_t i = plain_around(m, at, &v);
        if (i == v.len)
            return;
        p = (piece){v.text, v.len, &v, 0};
        at = i;
    }
    find_mail(m, &p, at);
}

/* As it is written, an address has two colons together, or six at least. */
static bool six_colons(const uint8_t *text, size_t from, size_t to)
{
    size_t count = 0;
    for (size_t i = from; i < to; i++) {
        if (text[i] != ':')
            continue;
        if (++count == 6 || (i + 1 < to && text[i + 1] == ':'))
            return true;
    }
    return false;
}

void odd_six(matcher *m, size_t at)
{
    const window *w = &m->w;
    piece p = {w->text, w->high, NULL, 0};
    RAW view v;
    size_t from, to;
    bool fits = six_run(&p, at, &from, &to);
    if (from == to || touches(m, from, to)) {
        at = plain_around(m, at, &v);
        if (at == v.len)
            return;
        p = (piece){v.text, v.len, &v, 0};
        fits = six_run(&p, at, &from, &to);
    }
    if (fits && six_colons(p.text, from, to) && !again(m, EXAMINED_SIX, piece_to(&p, to - 1)))
        find_six(m, &p, from, to);
}

/* The digits of the view around `at`. None of them may be out of an escape. */
static void hex_in_view(matcher *m, size_t at)
{
    RAW view v;
    size_t i = plain_around(m, at, &v), from = i, to = i;
    piece p = {v.text, v.len, &v, 0};
    while (from && byte_is(v.text[from - 1], BYTE_HEX))
        from--;
    while (to < v.len && byte_is(v.text[to], BYTE_HEX))
        to++;
    if (from == to || has_escape(&v, from, to) || (to < v.len && byte_is(v.text[to], BYTE_WORD)))
        return;
    if (from && byte_is(v.text[from - 1], BYTE_WORD))
        return;
    find_hex(m, &p, from, to);
    if (from && v.letter[from - 1]) {
        size_t raw = v.from[from] - 1;
        piece written = {m->w.text, m->w.high, NULL, 0};
        if (byte_is(m->w.text[raw], BYTE_HEX))
            find_hex(m, &written, raw, v.to[to - 1]);
    }
}

void odd_hex(matcher *m, size_t from, size_t to)
{
    const window *w = &m->w;
    piece p = {w->text, w->high, NULL, 0};
    bool own = from >= w->from + 64 && to + 64 <= w->to; /* no other window sees it */
    if (to - from > HEX_RUN_MAX || (!own && again(m, EXAMINED_HEX, to)) ||
        (to < w->high && byte_is(w->text[to], BYTE_WORD)))
        return;
    if (touches(m, from, to))
        hex_in_view(m, to - 1);
    else if (!from || !byte_is(w->text[from - 1], BYTE_WORD))
        find_hex(m, &p, from, to);
}
