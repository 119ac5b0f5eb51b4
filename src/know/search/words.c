/* words.c - text as words: see words.h. */
#include "know/search/words.h"
#include "base/text.h"

typedef struct cutter {
    status (*on_word)(void *ctx, const word *w, err *why);
    void *ctx;
    err *why;
    size_t at; /* of the piece under way */
    char part[WORD_MAX];
    size_t part_len, part_at;
    char whole[WORD_MAX * 2];              /* signs take three bytes */
    size_t whole_len, whole_at, whole_end; /* end: behind its last part */
    unsigned parts;
    bool whole_spoilt; /* too long */
    uint32_t before;   /* the last character of a run; 0: none */
    size_t before_at;
} cutter;

static status give(cutter *c, word_kind kind, const char *text, size_t len, size_t at)
{
    word w = {kind, slice_of(text, len), at};
    return c->on_word(c->ctx, &w, c->why);
}

static void whole_put(cutter *c, const char *text, size_t len)
{
    if (c->whole_len + len > sizeof c->whole) {
        c->whole_spoilt = true;
        return;
    }
    memcpy(c->whole + c->whole_len, text, len);
    c->whole_len += len;
}

static status end_part(cutter *c)
{
    if (!c->part_len)
        return OK;
    slice part = slice_of(c->part, c->part_len);
    if (slice_eq(part, S("hxxp")) || slice_eq(part, S("hxxps")))
        c->part[1] = c->part[2] = 't';
    if (!c->parts)
        c->whole_at = c->part_at;
    whole_put(c, c->part, c->part_len);
    c->whole_end = c->whole_len;
    c->parts++;
    c->part_len = 0;
    return give(c, WORD_PLAIN, part.ptr, part.len, c->part_at);
}

/* What hung together is over. */
static status end_whole(cutter *c)
{
    status st = end_part(c);
    if (st == OK && c->parts > 1 && !c->whole_spoilt && c->whole_end <= WORD_MAX)
        st = give(c, WORD_WHOLE, c->whole, c->whole_end, c->whole_at);
    c->whole_len = c->whole_end = c->parts = 0;
    c->whole_spoilt = false;
    return st;
}

static status end_run(cutter *c)
{
    char text[4] = {0};
    if (!c->before)
        return OK;
    size_t n = utf8_put(text, c->before);
    c->before = 0;
    return give(c, WORD_LAST, text, n, c->before_at);
}

static status take_cjk(cutter *c, uint32_t ch)
{
    char text[8] = {0};
    status st = end_whole(c);
    if (st == OK && c->before) {
        size_t n = utf8_put(text, c->before);
        n += utf8_put(text + n, ch);
        st = give(c, WORD_PAIR, text, n, c->before_at);
    }
    c->before = ch;
    c->before_at = c->at;
    return st;
}

static status take_letter(cutter *c, uint32_t ch)
{
    char text[4] = {0};
    status st = end_run(c);
    size_t n = utf8_put(text, ch);
    if (!c->part_len)
        c->part_at = c->at;
    if (c->part_len + n <= WORD_MAX) {
        memcpy(c->part + c->part_len, text, n);
        c->part_len += n;
    } else {
        c->whole_spoilt = true;
    }
    return st;
}

static bool is_sign(uint32_t ch)
{
    return ch == '.' || ch == '-' || ch == '_' || ch == ':' || ch == '/' || ch == '@' || ch == '\\';
}

/* A sign that may hold words together: behind a word. */
static status take_sign(cutter *c, uint32_t ch)
{
    char text[4] = {0};
    status st = end_run(c);
    if (st == OK)
        st = end_part(c);
    if (st == OK && c->parts)
        whole_put(c, text, utf8_put(text, WORD_SIGN + ch));
    return st;
}

static status take_gap(cutter *c)
{
    status st = end_run(c);
    return st == OK ? end_whole(c) : st;
}

/* "[.]", "(dot)", "[at]": the sign and how many bytes it takes; 0 when it is none. */
static size_t hidden_sign(slice s, uint32_t *ret)
{
    static const struct {
        slice text;
        char sign;
    } words[] = {{S_INIT("dot"), '.'}, {S_INIT("at"), '@'}};
    if (s.len < 3 || (s.ptr[0] != '[' && s.ptr[0] != '(' && s.ptr[0] != '{'))
        return 0;
    slice in = slice_from(s, 1);
    size_t n = 0;
    if (is_sign((unsigned char)in.ptr[0])) {
        *ret = (unsigned char)in.ptr[0];
        n = 1;
        if (slice_starts(in, S("://"))) /* hxxp[://] */
            n = 3;
    }
    for (size_t i = 0; !n && i < COUNT_OF(words); i++)
        if (slice_starts(in, words[i].text)) {
            *ret = (uint32_t)words[i].sign;
            n = words[i].text.len;
        }
    return n && n < in.len && strchr("])}", in.ptr[n]) ? n + 2 : 0;
}

static status take_piece(cutter *c, slice folded)
{
    status st = OK;
    while (st == OK && folded.len) {
        uint32_t sign = 0;
        size_t n = hidden_sign(folded, &sign);
        if (n) {
            st = take_sign(c, sign);
            if (st == OK && n == 5 && sign == ':') /* the rest of [://] */
                for (int i = 0; st == OK && i < 2; i++)
                    st = take_sign(c, '/');
            folded = slice_from(folded, n);
            continue;
        }
        uint32_t ch = (unsigned char)folded.ptr[0];
        if (ch < 0x80)
            folded = slice_from(folded, 1);
        else
            ch = utf8_next(&folded);
        if (!text_is_letter_or_digit(ch))
            st = is_sign(ch) ? take_sign(c, ch) : take_gap(c);
        else
            st = text_is_cjk(ch) ? take_cjk(c, ch) : take_letter(c, ch);
    }
    return st;
}

/* The next piece: up to white space when there is some near, and never inside a character. */
static size_t piece_len(slice s)
{
    size_t n = s.len < WORD_PIECE_MAX ? s.len : WORD_PIECE_MAX;
    for (size_t i = 0; i < n; i++)
        if (is_space(s.ptr[i]))
            return i + 1;
    while (n < s.len && n > WORD_PIECE_MAX - 4 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
        n--;
    return n;
}

status words_cut(arena *scratch, slice text, status (*on_word)(void *ctx, const word *w, err *why),
                 void *ctx, err *why)
{
    cutter c = {.on_word = on_word, .ctx = ctx, .why = why};
    status st = OK;
    for (size_t n; st == OK && c.at < text.len; c.at += n) {
        slice folded;
        arena_mark here = arena_here(scratch);
        n = piece_len(slice_from(text, c.at));
        st = text_fold(scratch, slice_sub(text, c.at, c.at + n), &folded, why);
        if (st == OK)
            st = take_piece(&c, folded);
        arena_back(scratch, here);
    }
    if (st == OK)
        st = take_gap(&c);
    return st;
}
