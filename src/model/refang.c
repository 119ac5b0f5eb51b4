/* refang.c - defanged writing made plain: see refang.h.
 *
 * One pass from left to right. Left of the cursor everything is plain already and stands in `out`;
 * right of it is raw text. A rule looks at the tail of `out` and at the raw text ahead; what it
 * writes is never the beginning of another rule's match, which is what makes it idempotent
 * (refang_fuzz looks for the exception). */
#include "model/refang.h"

#include "base/text.h"
#include "model/domain.h"

enum { BRACKETS_MAX = 4, LABELS_MAX = 8, LABEL_TEXT_MAX = 80, IDEOGRAPHIC_DOT = 0x3002 };

typedef struct work {
    slice in;
    size_t i; /* next raw byte */
    char *out;
    size_t n, room;
    plain_edit *edits;
    size_t edit_count, edit_room;
    arena *a;
    unsigned options;
    bool failed; /* the budget is spent */
} work;

/* --- output and edits ----------------------------------------------------------------------- */

static void put(work *w, const char *text, size_t len)
{
    if (len > w->room - w->n) {
        w->failed = true;
        return;
    }
    if (len)
        memcpy(w->out + w->n, text, len);
    w->n += len;
}

static bool grow_edits(work *w)
{
    size_t room = w->edit_room ? w->edit_room * 2 : 8;
    plain_edit *more = arena_array(w->a, room, sizeof *more);
    if (!more) {
        w->failed = true;
        return false;
    }
    if (w->edit_count)
        memcpy(more, w->edits, w->edit_count * sizeof *more);
    w->edits = more;
    w->edit_room = room;
    return true;
}

/* Replaces out[from..n) and the raw bytes [i, raw_end) by `text`; edits in between go. */
static void edit(work *w, size_t from, slice text, size_t raw_end, unsigned steps)
{
    size_t at = from;
    size_t count = w->edit_count;
    while (count && w->edits[count - 1].at + w->edits[count - 1].len > from) {
        const plain_edit *e = &w->edits[--count];
        steps |= e->steps;
        if (e->at < at)
            at = e->at; /* it starts left of us: its first bytes stay, its raw place is ours */
    }
    size_t raw_at = at;
    if (count < w->edit_count && w->edits[count].at == at) {
        raw_at = w->edits[count].raw_at;
    } else if (count) {
        const plain_edit *e = &w->edits[count - 1];
        raw_at = e->raw_at + e->raw_len + (at - e->at - e->len);
    }
    w->edit_count = count;
    if (count == w->edit_room && !grow_edits(w))
        return;
    w->n = from;
    w->edits[w->edit_count++] = (plain_edit){.at = at,
                                             .raw_at = raw_at,
                                             .steps = steps,
                                             .len = (uint32_t)(from - at + text.len),
                                             .raw_len = (uint32_t)(raw_end - raw_at)};
    put(w, text.ptr, text.len);
    w->i = raw_end;
}

/* --- looking ahead -------------------------------------------------------------------------- */

typedef struct peeked {
    uint32_t c;    /* plain character; 0 at the end */
    size_t end;    /* raw offset behind it */
    unsigned step; /* what making it plain was */
} peeked;

static bool invisible(uint32_t c)
{
    return c == 0xad || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           c == 0x180e || c == 0x034f || (c >= 0xe0000 && c <= 0xe007f);
}

/* Full-width and other compatibility forms of ASCII; 0 when it is none. */
static uint32_t narrow(uint32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e)
        return c - 0xff01 + 0x21;
    if (c == 0x3000 || c == 0xa0 || c == 0x202f || (c >= 0x2002 && c <= 0x200a))
        return ' ';
    if (c == 0x2010 || c == 0x2011)
        return '-';
    return c == 0xff61 ? IDEOGRAPHIC_DOT : 0;
}

/* The next visible character at raw offset i. */
static peeked peek(slice in, size_t i)
{
    peeked p = {.end = i};
    while (i < in.len) {
        unsigned char b = (unsigned char)in.ptr[i];
        if (b < 0x80) {
            p.c = b;
            p.end = i + 1;
            return p;
        }
        slice rest = slice_from(in, i);
        uint32_t c = utf8_next(&rest);
        i = in.len - rest.len;
        p.end = i;
        if (invisible(c)) {
            p.step |= STEP_TRIM;
            continue;
        }
        uint32_t ascii = narrow(c);
        p.step |= ascii ? STEP_WIDTH : 0u;
        p.c = ascii ? ascii : c;
        return p;
    }
    p.c = 0;
    return p;
}

static bool host_char(uint32_t c)
{
    return c >= 0x80 ? c != IDEOGRAPHIC_DOT && text_is_letter_or_digit(c)
                     : is_alnum((char)c) || c == '-' || c == '_';
}

static bool opener(uint32_t c)
{
    return c == '[' || c == '(' || c == '{' || c == '<';
}

static bool closer(uint32_t c)
{
    return c == ']' || c == ')' || c == '}' || c == '>';
}

static uint32_t closer_of(uint32_t c)
{
    return c == '(' ? ')' : c + 2; /* [] {} <> are two apart in ASCII */
}

/* The last plain character, 0 at the start. `back` characters before it are skipped (ASCII). */
static uint32_t tail(const work *w, size_t back)
{
    if (w->n <= back)
        return 0;
    size_t at = w->n - back - 1;
    while (at > 0 && ((unsigned char)w->out[at] & 0xc0) == 0x80 && w->n - back - at < 4)
        at--;
    slice s = slice_of(w->out + at, w->n - back - at);
    return utf8_next(&s);
}

static size_t skip_blanks(slice in, size_t i, int most)
{
    for (peeked p = peek(in, i); most > 0 && p.c == ' '; most--) {
        i = p.end;
        p = peek(in, i);
    }
    return i;
}

/* The word at raw offset i, ASCII letters ignored in case; its end, or SIZE_MAX. */
static size_t match_word(slice in, size_t i, slice word)
{
    for (size_t k = 0; k < word.len; k++) {
        peeked p = peek(in, i);
        if (p.c >= 0x80 ? !(p.c == IDEOGRAPHIC_DOT && word.ptr[k] == '.')
                        : to_lower((char)p.c) != word.ptr[k])
            return SIZE_MAX;
        i = p.end;
    }
    return i;
}

/* --- labels ahead --------------------------------------------------------------------------- */

/* ASCII labels ahead, joined by `join` (".", " dot ", "_dot_"), as they would read when plain. */
typedef struct labels {
    char text[LABEL_TEXT_MAX];
    size_t len, count, end;
} labels;

static bool add_label(slice in, size_t *i, labels *ret, bool underscores)
{
    size_t start = ret->len;
    for (; *i < in.len &&
           (is_alnum(in.ptr[*i]) || in.ptr[*i] == '-' || (underscores && in.ptr[*i] == '_'));
         ++*i) {
        if (ret->len + 2 >= sizeof ret->text)
            return false;
        ret->text[ret->len++] = to_lower(in.ptr[*i]);
    }
    ret->count++;
    return ret->len > start;
}

static slice last_label(const labels *l)
{
    size_t at = l->len;
    while (at > 0 && l->text[at - 1] != '.')
        at--;
    return slice_of(l->text + at, l->len - at);
}

/* The chain ends as a host does: in a known top-level domain, or in the octet of an address. */
static bool ends_like_host(const labels *l)
{
    slice last = last_label(l);
    uint64_t n;
    return last.len > 0 &&
           (slice_u64(last, &n) ? n <= 255 && last.len <= 3 : domain_tld_known(last));
}

static bool labels_ahead(slice in, size_t i, labels *ret)
{
    *ret = (labels){.len = 0};
    for (;;) {
        if (ret->count == LABELS_MAX || !add_label(in, &i, ret, true))
            return false;
        ret->end = i;
        if (i + 1 >= in.len || in.ptr[i] != '.' || !is_alnum(in.ptr[i + 1]))
            return true;
        ret->text[ret->len++] = '.';
        i++;
    }
}

/* --- bracketed things: [.] (dot) {at} [:]// [www] ------------------------------------------- */

enum centre_kind { IS_DOT, IS_WORD_DOT, IS_AT, IS_COLON, IS_COLONS, IS_SLASH, IS_SCHEME, IS_WWW };

static const struct centre {
    slice text;
    enum centre_kind kind;
    slice plain;
} centres[] = {
    /* longer ones first where one begins another */
    {S_INIT("://"), IS_SLASH, S_INIT("://")},    {S_INIT(":/"), IS_SLASH, S_INIT(":/")},
    {S_INIT("//"), IS_SLASH, S_INIT("//")},      {S_INIT("/"), IS_SLASH, S_INIT("/")},
    {S_INIT("::"), IS_COLONS, S_INIT("::")},     {S_INIT(":"), IS_COLON, S_INIT(":")},
    {S_INIT("."), IS_DOT, S_INIT(".")},          {S_INIT(","), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("dot"), IS_WORD_DOT, S_INIT(".")},   {S_INIT("d0t"), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("punkt"), IS_WORD_DOT, S_INIT(".")}, {S_INIT("punto"), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("point"), IS_WORD_DOT, S_INIT(".")}, {S_INIT("@"), IS_AT, S_INIT("@")},
    {S_INIT("at"), IS_AT, S_INIT("@")},          {S_INIT("https"), IS_SCHEME, S_INIT("https")},
    {S_INIT("http"), IS_SCHEME, S_INIT("http")}, {S_INIT("hxxps"), IS_SCHEME, S_INIT("hxxps")},
    {S_INIT("hxxp"), IS_SCHEME, S_INIT("hxxp")}, {S_INIT("www"), IS_WWW, S_INIT("www")},
};

typedef struct bracket {
    const struct centre *centre;
    uint32_t open; /* the innermost opener */
    size_t inside; /* raw offset behind the openers */
    size_t end;    /* raw offset behind the last closer */
    bool half;     /* "[." without a closer */
} bracket;

static bool read_centre(slice in, size_t i, uint32_t open, bracket *ret)
{
    for (size_t k = 0; k < COUNT_OF(centres); k++) {
        size_t end = match_word(in, i, centres[k].text);
        if (end == SIZE_MAX)
            continue;
        size_t behind = skip_blanks(in, end, 2);
        peeked p = peek(in, behind);
        if (!closer(p.c) || (p.c != closer_of(open) && centres[k].kind != IS_DOT))
            continue;
        for (int n = 0; closer(p.c) && n < BRACKETS_MAX; n++) {
            ret->end = p.end;
            /* "foo(bar[.])": only as many as were opened, unless they close nothing else */
            if (p.c != closer_of(open))
                break;
            p = peek(in, ret->end);
            if (n == 0 && !(closer(p.c) && p.c == closer_of(open)))
                break;
        }
        ret->centre = &centres[k];
        return true;
    }
    return false;
}

/* Is a bracketed centre at the cursor, whose first character `first` is an opener? */
static bool read_bracket(const work *w, peeked first, bracket *ret)
{
    *ret = (bracket){.open = first.c};
    size_t i = first.end;
    peeked p = peek(w->in, i);
    for (int n = 1; opener(p.c); n++) {
        if (n == BRACKETS_MAX)
            return false;
        ret->open = p.c;
        i = p.end;
        p = peek(w->in, i);
    }
    ret->inside = i;
    if (read_centre(w->in, skip_blanks(w->in, i, 2), ret->open, ret))
        return true;
    ret->half = p.c == '.' && (ret->open == '[' || ret->open == '(');
    ret->end = p.end;
    return ret->half;
}

/* "evil[.com]/x" and "evil[.com/x": the labels behind have to end like a host. */
static bool half_open(work *w, const bracket *b)
{
    labels ahead;
    if (!host_char(tail(w, 0)) || !labels_ahead(w->in, b->end, &ahead) || !ends_like_host(&ahead))
        return false;
    edit(w, w->n, S("."), b->end, STEP_REFANG);
    put(w, w->in.ptr + b->end, ahead.end - b->end);
    w->i = ahead.end;
    peeked p = peek(w->in, ahead.end);
    if (p.c == closer_of(b->open))
        edit(w, w->n, S(""), p.end, STEP_REFANG);
    return true;
}

/* Does a bracketed centre stand where its plain form could? */
static bool fits(const bracket *b, uint32_t before, uint32_t next)
{
    bool right = host_char(next) || opener(next);
    switch (b->centre->kind) {
    case IS_DOT:
        if (b->open == '[')
            return host_char(before) ||
                   (before && strchr("./:@%$*])", (int)(before & 0x7f)) && before < 0x80);
        return host_char(before) && right;
    case IS_WORD_DOT: return host_char(before) && right;
    case IS_AT: return (host_char(before) || before == '.' || before == '+') && right;
    case IS_COLON:
        return (host_char(before) || before == ']') && b->open != '<' &&
               (next == '/' || next == '\\' || next == '[' ||
                (next < 0x80 && hex_value((char)next) >= 0));
    case IS_COLONS: return before < 0x80 && hex_value((char)before) >= 0 && b->open != '<';
    case IS_SLASH:
        return (host_char(before) || before == '/' || before == ':' || before == '.') &&
               b->open != '<' && next > ' ';
    case IS_SCHEME: return !host_char(before) && (next == ':' || next == '[');
    case IS_WWW: return !host_char(before) && (next == '.' || opener(next));
    default: return false;
    }
}

static void check_scheme(work *w);

static bool bracketed(work *w, peeked first)
{
    bracket b;
    if (!read_bracket(w, first, &b))
        return false;
    if (b.half)
        return half_open(w, &b);
    size_t from = w->n, end = b.end;
    uint32_t before = tail(w, 0), next = peek(w->in, end).c;
    /* "evil [.] example": blanks outside count only when they are on both sides */
    size_t behind = skip_blanks(w->in, end, 2);
    bool join = b.centre->kind <= IS_AT && before == ' ' && behind > end;
    if (join) {
        while (from > 0 && w->n - from < 2 && w->out[from - 1] == ' ')
            from--;
        before = tail(w, w->n - from);
        end = behind;
        next = peek(w->in, end).c;
        if (!host_char(before) || !host_char(next))
            return false;
    }
    if (!fits(&b, before, next))
        return false;
    edit(w, from, b.centre->plain, end, STEP_REFANG);
    check_scheme(w);
    return true;
}

/* "evil.]example": the closer goes when nothing opened it and the labels behind end like a host. */
static bool half_closed(work *w, peeked first)
{
    labels ahead;
    if (tail(w, 0) != '.' || !host_char(tail(w, 1)) || !labels_ahead(w->in, first.end, &ahead) ||
        !ends_like_host(&ahead))
        return false;
    for (size_t at = w->n; at > 0 && w->n - at < 64 && !is_space(w->out[at - 1]); at--)
        if (opener((unsigned char)w->out[at - 1]))
            return false;
    edit(w, w->n, S(""), first.end, STEP_REFANG);
    return true;
}

/* --- schemes -------------------------------------------------------------------------------- */

static const struct {
    slice odd, plain;
} odd_schemes[] = {
    {S_INIT("hxxps"), S_INIT("https")},  {S_INIT("hxxp"), S_INIT("http")},
    {S_INIT("hxtps"), S_INIT("https")},  {S_INIT("hxtp"), S_INIT("http")},
    {S_INIT("htxps"), S_INIT("https")},  {S_INIT("htxp"), S_INIT("http")},
    {S_INIT("hxxxps"), S_INIT("https")}, {S_INIT("hxxxp"), S_INIT("http")},
    {S_INIT("hzzps"), S_INIT("https")},  {S_INIT("hzzp"), S_INIT("http")},
    {S_INIT("h**ps"), S_INIT("https")},  {S_INIT("h**p"), S_INIT("http")},
    {S_INIT("h__ps"), S_INIT("https")},  {S_INIT("h__p"), S_INIT("http")},
    {S_INIT("meows"), S_INIT("https")},  {S_INIT("meow"), S_INIT("http")},
    {S_INIT("xxxxx"), S_INIT("https")},  {S_INIT("xxxx"), S_INIT("http")},
    {S_INIT("ttps"), S_INIT("https")},   {S_INIT("ttp"), S_INIT("http")},
    {S_INIT("fxps"), S_INIT("ftps")},    {S_INIT("fxp"), S_INIT("ftp")},
    {S_INIT("sfxp"), S_INIT("sftp")},
};

static bool scheme_char(char c)
{
    return is_alnum(c) || c == '+' || c == '-' || c == '.';
}

/* Where `word` (a scheme) begins when out[..end) ends in it, else SIZE_MAX. */
static size_t scheme_start(const work *w, size_t end, slice word)
{
    if (end < word.len || !slice_eq_nocase(slice_of(w->out + end - word.len, word.len), word))
        return SIZE_MAX;
    size_t at = end - word.len;
    return at > 0 && scheme_char(w->out[at - 1]) ? SIZE_MAX : at;
}

/* `out` may just have got "hxxp://": the scheme becomes what it stood for. */
static void check_scheme(work *w)
{
    if (w->n < 6 || memcmp(w->out + w->n - 3, "://", 3) != 0)
        return;
    size_t end = w->n - 3;
    bool odd = false;
    for (size_t k = 0; k < COUNT_OF(odd_schemes) && !odd; k++) {
        size_t at = scheme_start(w, end, odd_schemes[k].odd);
        if (at == SIZE_MAX)
            continue;
        char text[8];
        slice to = odd_schemes[k].plain;
        memcpy(text, to.ptr, to.len);
        memcpy(text + to.len, "://", 3);
        edit(w, at, slice_of(text, to.len + 3), w->i, STEP_REFANG);
        odd = true;
    }
    /* "hxxp:// evil.example" */
    peeked blank = peek(w->in, w->i);
    if (blank.c == ' ' && (odd || w->options & REFANG_WHOLE) && host_char(peek(w->in, blank.end).c))
        edit(w, w->n, S(""), blank.end, STEP_REFANG);
}

static bool web_scheme_before(const work *w, size_t end)
{
    if (scheme_start(w, end, S("http")) != SIZE_MAX || scheme_start(w, end, S("https")) != SIZE_MAX)
        return true;
    for (size_t k = 0; k < COUNT_OF(odd_schemes); k++)
        if (scheme_start(w, end, odd_schemes[k].odd) != SIZE_MAX)
            return true;
    return false;
}

/* At a raw slash behind "x" or "x:/": "//" may complete a scheme. */
static bool slashes(work *w)
{
    uint32_t before = tail(w, 0);
    bool pair = w->i + 1 < w->in.len && w->in.ptr[w->i + 1] == '/';
    if (before == ':' && pair) {
        put(w, "//", 2);
        w->i += 2;
        check_scheme(w);
        return true;
    }
    if (before == '/' && tail(w, 1) == ':') { /* the other slash came out of brackets */
        put(w, "/", 1);
        w->i++;
        check_scheme(w);
        return true;
    }
    /* "http//evil.example" */
    if (pair && w->n >= 3 && is_alpha((char)before) && before < 0x80 &&
        web_scheme_before(w, w->n) && host_char(peek(w->in, w->i + 2).c)) {
        edit(w, w->n, S("://"), w->i + 2, STEP_REFANG);
        check_scheme(w);
        return true;
    }
    return false;
}

/* --- backslashes ---------------------------------------------------------------------------- */

static bool backslash(work *w)
{
    uint32_t before = tail(w, 0), next = peek(w->in, w->i + 1).c;
    if (next == '\\' && before == ':' && web_scheme_before(w, w->n - 1)) { /* http:\\evil.example */
        size_t end = w->i + 2;
        /* as JSON writes two of them */
        while (end < w->in.len && w->in.ptr[end] == '\\' && end - w->i < 4)
            end++;
        edit(w, w->n, S("//"), end, STEP_REFANG);
        check_scheme(w);
        return true;
    }
    if (next == '/' && (host_char(before) || before == ':' || before == '/')) { /* JSON: \/ */
        edit(w, w->n, S("/"), w->i + 2, STEP_NORMALISE);
        check_scheme(w);
        return true;
    }
    if (next == '.' && host_char(before)) { /* evil\.example, but no path */
        labels ahead;
        slice rest = slice_from(w->in, w->i + 2);
        bool path = false;
        for (size_t at = w->n; at > 0 && w->n - at < 256 && !is_space(w->out[at - 1]); at--)
            path |= w->out[at - 1] == '\\';
        size_t i = 0;
        ahead = (labels){.len = 0};
        while (ahead.count < LABELS_MAX && add_label(rest, &i, &ahead, true) && i + 2 < rest.len &&
               (rest.ptr[i] == '\\' ? rest.ptr[i + 1] == '.' : rest.ptr[i] == '.')) {
            i += rest.ptr[i] == '\\' ? 2 : 1;
            ahead.text[ahead.len++] = '.';
        }
        if (path || !ends_like_host(&ahead) || (i < rest.len && rest.ptr[i] == '\\'))
            return false;
        edit(w, w->n, S("."), w->i + 2, STEP_REFANG);
        return true;
    }
    return false;
}

/* --- words: " dot ", "_dot_", " at " -------------------------------------------------------- */

/* The label at the end of out; its start. */
static size_t label_before(const work *w, size_t end)
{
    size_t at = end;
    while (at > 0 && end - at < DOMAIN_LABEL_MAX &&
           (is_alnum(w->out[at - 1]) || w->out[at - 1] == '-'))
        at--;
    return at;
}

static bool word_before(const work *w, size_t end, slice word)
{
    return end >= word.len && slice_eq_nocase(slice_of(w->out + end - word.len, word.len), word);
}

/* The mail address whose host label begins at `label`: "bob at example" - where " at " begins. */
static size_t at_before(const work *w, size_t label, char sep)
{
    slice word = sep == ' ' ? S(" at ") : S("_at_");
    if (!word_before(w, label, word))
        return SIZE_MAX;
    size_t at = label - word.len;
    return at > 0 && host_char(tail(w, w->n - at)) ? at : SIZE_MAX;
}

/* "example dot com", the cursor on the separator in front of "dot": the whole chain at once. */
static bool word_dots(work *w, char sep)
{
    labels ahead = {.len = 0};
    size_t i = w->i;
    bool upper = w->in.ptr[w->i + 1] == 'D';
    do {
        if (ahead.count == LABELS_MAX)
            return false;
        i += 5; /* sep d o t sep */
        if (ahead.count)
            ahead.text[ahead.len++] = '.';
        if (!add_label(w->in, &i, &ahead, false))
            return false;
    } while (i + 5 < w->in.len && w->in.ptr[i] == sep && w->in.ptr[i + 4] == sep &&
             slice_eq_nocase(slice_sub(w->in, i + 1, i + 4), S("dot")) &&
             is_alnum(w->in.ptr[i + 5]));
    size_t label = label_before(w, w->n);
    if (label == w->n || !domain_tld_known(last_label(&ahead)))
        return false;
    size_t at = at_before(w, label, sep);
    bool www = slice_eq_nocase(slice_of(w->out + label, w->n - label), S("www"));
    if (!(w->options & REFANG_WHOLE) && sep == ' ' && at == SIZE_MAX && !upper && !www &&
        ahead.count < 2)
        return false; /* "the dot com bubble" */
    char text[2 * LABEL_TEXT_MAX];
    size_t n = 0, host = w->n - label;
    size_t from = w->n;
    if (at != SIZE_MAX) {
        from = at;
        text[n++] = '@';
        memcpy(text + n, w->out + label, host);
        n += host;
    }
    text[n++] = '.';
    memcpy(text + n, ahead.text, ahead.len);
    edit(w, from, slice_of(text, n + ahead.len), i, STEP_REFANG);
    return true;
}

/* "1 .2 .3 .4": four octets and nothing else. */
static bool spaced_octets(work *w)
{
    size_t at = w->n, i = w->i;
    while (at > 0 && w->n - at < 3 && is_digit(w->out[at - 1]))
        at--;
    if (at == w->n || (at > 0 && (host_char(tail(w, w->n - at)) || w->out[at - 1] == '.')))
        return false;
    char text[16];
    size_t n = 0;
    for (int part = 0; part < 3; part++) {
        i = skip_blanks(w->in, i, 1);
        if (i >= w->in.len || w->in.ptr[i] != '.')
            return false;
        text[n++] = '.';
        i = skip_blanks(w->in, i + 1, 1);
        size_t start = i;
        while (i < w->in.len && is_digit(w->in.ptr[i]) && i - start < 3)
            text[n++] = w->in.ptr[i++];
        if (i == start)
            return false;
    }
    peeked next = peek(w->in, i);
    if (host_char(next.c) || (next.c == '.' && host_char(peek(w->in, next.end).c)))
        return false;
    edit(w, w->n, slice_of(text, n), i, STEP_REFANG);
    return true;
}

static bool word_dot_here(slice in, size_t i)
{
    return i + 5 < in.len && (in.ptr[i] == ' ' || in.ptr[i] == '_') && in.ptr[i + 4] == in.ptr[i] &&
           to_lower(in.ptr[i + 1]) == 'd' && to_lower(in.ptr[i + 2]) == 'o' &&
           to_lower(in.ptr[i + 3]) == 't' && is_alnum(in.ptr[i + 5]);
}

/* --- characters beyond ASCII ---------------------------------------------------------------- */

/* A full-width or ideographic full stop: a dot between the labels of a host, else what it is. In
 * Japanese prose it ends sentences, so a name that is complete already ends there, too. */
static bool dot_between_labels(const work *w, size_t end)
{
    uint32_t before = tail(w, 0), next = peek(w->in, end).c;
    if (w->options & REFANG_WHOLE)
        return host_char(before) && host_char(next);
    if (before >= 0x80 || next >= 0x80 || !host_char(before) || !host_char(next))
        return false;
    size_t at = w->n;
    while (at > 0 && w->n - at < DOMAIN_MAX && (is_alnum(w->out[at - 1]) || w->out[at - 1] == '-'))
        at--;
    if (at > 0 && w->out[at - 1] == '.') /* has a dot; a number is an address, not a sentence */
        return is_digit(w->out[w->n - 1]);
    return true;
}

static void beyond_ascii(work *w)
{
    peeked p = peek(w->in, w->i);
    slice one = slice_from(w->in, w->i);
    uint32_t c = utf8_next(&one);
    size_t end = w->in.len - one.len; /* behind this character alone */
    if (invisible(c)) {
        edit(w, w->n, S(""), end, STEP_TRIM);
        return;
    }
    uint32_t ascii = narrow(c);
    bool dot = c == IDEOGRAPHIC_DOT || c == 0xff61 || c == 0xff0e;
    if (dot && dot_between_labels(w, end)) {
        edit(w, w->n, S("."), end, STEP_REFANG);
    } else if (ascii && ascii < 0x80) {
        if ((opener(ascii) && bracketed(w, p)) || (closer(ascii) && half_closed(w, p)))
            return;
        bool hyphen = ascii == '-' && c != 0xff0d;
        if (hyphen && !(is_alnum((char)(tail(w, 0) & 0x7f)) && host_char(peek(w->in, end).c))) {
            put(w, w->in.ptr + w->i, end - w->i);
            w->i = end;
            return;
        }
        char byte = (char)ascii;
        edit(w, w->n, slice_of(&byte, 1), end, STEP_WIDTH);
        if (byte == '/')
            check_scheme(w);
    } else {
        put(w, w->in.ptr + w->i, end - w->i);
        w->i = end;
    }
}

/* --- the pass ------------------------------------------------------------------------------- */

/* Bytes at which some rule may begin; everything else is copied in runs. */
static bool trigger(slice in, size_t i)
{
    unsigned char c = (unsigned char)in.ptr[i];
    switch (c) {
    case '[':
    case '(':
    case '{':
    case '<':
    case ']':
    case ')':
    case '\\':
    case '/': return true;
    case ' ':
    case '_': return i + 1 < in.len && (in.ptr[i + 1] == '.' || word_dot_here(in, i));
    default: return c >= 0x80;
    }
}

static bool apply(work *w)
{
    char c = w->in.ptr[w->i];
    switch (c) {
    case '[':
    case '(':
    case '{':
    case '<': return bracketed(w, peek(w->in, w->i));
    case ']':
    case ')': return half_closed(w, peek(w->in, w->i));
    case '\\': return backslash(w);
    case '/': return slashes(w);
    case ' ':
    case '_': return word_dot_here(w->in, w->i) ? word_dots(w, c) : c == ' ' && spaced_octets(w);
    default: beyond_ascii(w); return true;
    }
}

status refang(arena *a, slice text, unsigned options, plain *ret, err *why)
{
    work w = {.in = text, .a = a, .options = options};
    size_t i = 0;
    while (i < text.len && !trigger(text, i))
        i++;
    if (i == text.len) {
        *ret = (plain){.text = text};
        return OK;
    }
    w.room = text.len + text.len / 4 + 16; /* "ttp://" and "http//" grow by one */
    w.out = arena_array(a, w.room, 1);
    if (!w.out)
        return ARENA_SPENT(a, why);
    while (w.i < text.len && !w.failed) {
        size_t start = w.i;
        while (w.i < text.len && !trigger(text, w.i))
            w.i++;
        put(&w, text.ptr + start, w.i - start);
        if (w.i < text.len && !apply(&w)) {
            put(&w, text.ptr + w.i, 1);
            w.i++;
        }
    }
    if (w.failed)
        return ARENA_SPENT(a, why);
    *ret = (plain){.text = w.edit_count ? slice_of(w.out, w.n) : text,
                   .edits = w.edits,
                   .edit_count = w.edit_count};
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
    if (k == 0)
        return from;
    const plain_edit *e = &p->edits[k - 1];
    return from < e->at + e->len ? e->raw_at : e->raw_at + e->raw_len + (from - e->at - e->len);
}

size_t plain_raw_end(const plain *p, size_t to)
{
    assert(to > 0);
    size_t last = to - 1, k = edits_to(p, last);
    if (k == 0)
        return to;
    const plain_edit *e = &p->edits[k - 1];
    return last < e->at + e->len ? e->raw_at + e->raw_len
                                 : e->raw_at + e->raw_len + (last - e->at - e->len) + 1;
}

unsigned plain_steps(const plain *p, size_t from, size_t to)
{
    unsigned steps = 0;
    for (size_t k = edits_to(p, from); k > 0; k--) { /* the one that reaches into us */
        if (p->edits[k - 1].at + p->edits[k - 1].len > from)
            steps |= p->edits[k - 1].steps;
        break;
    }
    for (size_t k = edits_to(p, from); k < p->edit_count && p->edits[k].at < to; k++)
        steps |= p->edits[k].steps;
    return steps;
}
