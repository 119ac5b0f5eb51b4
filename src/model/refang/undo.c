/* undo.c - stage two: defanging undone, from left to right.
 *
 * Left of the cursor everything is plain already and stands in `out`; right of it is raw text. A
 * rule decides by the tail of `out` and by raw text that no other rule will change, or allows for
 * the change: that is what makes refanging twice the same as once (refang_fuzz looks for the
 * exception). */
#include "model/refang/stage.h"

#include "base/text.h"
#include "model/bytes.h"
#include "model/domain.h"
#include "model/shape.h"

enum { LABELS_MAX = 8, LABEL_TEXT_MAX = 80 };

/* --- characters ----------------------------------------------------------------------------- */

static uint32_t char_at(slice in, size_t i)
{
    if (i >= in.len)
        return 0;
    slice rest = slice_from(in, i);
    return (unsigned char)in.ptr[i] < 0x80 ? (unsigned char)in.ptr[i] : utf8_next(&rest);
}

/* The full stops of East Asia that input methods put for a dot; 0 or their length. */
static size_t wide_dot(slice in, size_t i)
{
    if (in.len - i < 3)
        return 0;
    slice three = slice_sub(in, i, i + 3);
    bool dot = slice_eq(three, S("\xe3\x80\x82")) || slice_eq(three, S("\xef\xbc\x8e")) ||
               slice_eq(three, S("\xef\xbd\xa1"));
    return dot ? 3 : 0;
}

static bool wide_stop(uint32_t c)
{
    return c == 0x3002 || c == 0xff0e || c == 0xff61;
}

static bool host_char(uint32_t c)
{
    if (c < 0x80)
        return is_alnum((char)c) || c == '-' || c == '_';
    return !wide_stop(c) && c != 0xfffd && text_is_letter_or_digit(c);
}

static bool hex_char(uint32_t c)
{
    return c < 0x80 && hex_value((char)c) >= 0;
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

/* The last plain character in front of out[end], 0 at the start. */
static uint32_t char_before(const stage *s, size_t end)
{
    size_t at = end;
    if (at == 0)
        return 0;
    for (at--; at > 0 && end - at < 4 && ((unsigned char)s->out[at] & 0xc0) == 0x80;)
        at--;
    slice one = slice_of(s->out + at, end - at);
    return utf8_next(&one);
}

static uint32_t tail(const stage *s)
{
    return char_before(s, s->n);
}

static size_t skip_blanks(slice in, size_t i, int most)
{
    while (most-- > 0 && i < in.len && in.ptr[i] == ' ')
        i++;
    return i;
}

/* --- labels ahead --------------------------------------------------------------------------- */

/* ASCII labels ahead as they would read when plain. */
typedef struct labels {
    char text[LABEL_TEXT_MAX];
    size_t len, count;
} labels;

static bool add_label(slice in, size_t *i, labels *ret)
{
    size_t start = ret->len;
    for (; *i < in.len && (is_alnum(in.ptr[*i]) || in.ptr[*i] == '-'); ++*i) {
        if (ret->len + 2 >= sizeof ret->text)
            return false;
        ret->text[ret->len++] = in.ptr[*i];
    }
    ret->count++;
    return ret->len > start;
}

static bool ends_in_tld(const labels *l)
{
    char lower[LABEL_TEXT_MAX];
    size_t at = l->len;
    while (at > 0 && l->text[at - 1] != '.')
        at--;
    for (size_t i = at; i < l->len; i++)
        lower[i - at] = to_lower(l->text[i]);
    return domain_tld_known(slice_of(lower, l->len - at));
}

/* A known top-level domain, and no bracket behind it: "(.net)" is prose. */
static bool tld_ahead(slice in, size_t i)
{
    labels l = {.len = 0};
    return add_label(in, &i, &l) && char_at(in, i) != ')' && ends_in_tld(&l);
}

/* --- bracketed things: [.] (dot) {at} [:]// [www] ------------------------------------------- */

typedef enum centre_kind {
    IS_DOT,
    IS_WORD_DOT,
    IS_AT,
    IS_COLON,
    IS_COLONS,
    IS_SLASH,
    IS_SCHEME,
    IS_WWW
} centre_kind;

typedef struct centre {
    slice text;
    centre_kind kind;
    slice plain;
} centre;

/* Longer ones first where one ends another. */
static const centre centres[] = {
    {S_INIT("."), IS_DOT, S_INIT(".")},
    {S_INIT("\xe3\x80\x82"), IS_DOT, S_INIT(".")},
    {S_INIT("\xef\xbc\x8e"), IS_DOT, S_INIT(".")},
    {S_INIT("\xef\xbd\xa1"), IS_DOT, S_INIT(".")},
    {S_INIT(","), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("dot"), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("d0t"), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("punkt"), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("punto"), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("point"), IS_WORD_DOT, S_INIT(".")},
    {S_INIT("@"), IS_AT, S_INIT("@")},
    {S_INIT("at"), IS_AT, S_INIT("@")},
    {S_INIT("://"), IS_SLASH, S_INIT("://")},
    {S_INIT("//"), IS_SLASH, S_INIT("//")},
    {S_INIT(":/"), IS_SLASH, S_INIT(":/")},
    {S_INIT("/"), IS_SLASH, S_INIT("/")},
    {S_INIT("::"), IS_COLONS, S_INIT("::")},
    {S_INIT(":"), IS_COLON, S_INIT(":")},
    {S_INIT("https"), IS_SCHEME, S_INIT("https")},
    {S_INIT("http"), IS_SCHEME, S_INIT("http")},
    {S_INIT("hxxps"), IS_SCHEME, S_INIT("hxxps")},
    {S_INIT("hxxp"), IS_SCHEME, S_INIT("hxxp")},
    {S_INIT("www"), IS_WWW, S_INIT("www")},
};

/* A bracketed centre whose closer the cursor is on. */
typedef struct bracket {
    const centre *centre;
    char open;
    size_t at; /* of the opener in out */
} bracket;

static size_t blanks_before(const stage *s, size_t end)
{
    size_t at = end;
    while (at > 0 && end - at < 2 && s->out[at - 1] == ' ')
        at--;
    return at;
}

static bool read_bracket(const stage *s, bracket *ret)
{
    uint32_t close = (unsigned char)s->in.ptr[s->i];
    size_t end = blanks_before(s, s->n);
    char last = end ? to_lower(s->out[end - 1]) : 0;
    for (size_t k = 0; k < COUNT_OF(centres); k++) {
        slice text = centres[k].text;
        if (text.ptr[text.len - 1] != last || end < text.len + 1 ||
            !slice_eq_nocase(slice_of(s->out + end - text.len, text.len), text))
            continue;
        size_t at = blanks_before(s, end - text.len);
        uint32_t open = at ? (unsigned char)s->out[at - 1] : 0;
        if (!opener(open) || (close != closer_of(open) && centres[k].kind != IS_DOT))
            continue;
        *ret = (bracket){.centre = &centres[k], .open = (char)open, .at = at - 1};
        return true;
    }
    return false;
}

/* "evil[.com" */
static bool half_open(stage *s)
{
    if (!host_char(tail(s)) || !host_char(char_at(s->in, s->i + 2)) ||
        (s->in.ptr[s->i] == '(' && !tld_ahead(s->in, s->i + 2)))
        return false;
    stage_edit(s, s->n, S("."), s->i + 2, STEP_REFANG);
    return true;
}

/* "evil[.com]": the closer of a half that was opened a few labels ago, and "evil.]com". */
static bool half_closed(stage *s)
{
    char c = s->in.ptr[s->i], open = c == ']' ? '[' : '(';
    size_t at = s->n;
    if ((c != ']' && c != ')') || stage_ends_broken(s))
        return false;
    while (at > 0 && s->n - at < LABEL_TEXT_MAX &&
           (host_char((unsigned char)s->out[at - 1]) || s->out[at - 1] == '.'))
        at--;
    for (size_t k = s->edit_count; at < s->n && k > 0 && s->edits[k - 1].at >= at; k--) {
        const plain_edit *e = &s->edits[k - 1];
        if (e->raw_len == 2 && e->len == 1 && s->in.ptr[e->raw_at] == open &&
            s->out[e->at] == '.') {
            stage_edit(s, s->n, S(""), s->i + 1, STEP_REFANG);
            return true;
        }
    }
    if (tail(s) != '.' || !host_char(char_before(s, s->n - 1)) ||
        !host_char(char_at(s->in, s->i + 1)) || (c == ')' && !tld_ahead(s->in, s->i + 1)))
        return false;
    for (at = s->n; at > 0 && s->n - at < 64 && !is_space(s->out[at - 1]); at--)
        if (opener((unsigned char)s->out[at - 1]))
            return false;
    stage_edit(s, s->n, S(""), s->i + 1, STEP_REFANG);
    return true;
}

/* May a word of ASCII begin behind it? Kana and Han do not join with it. */
static bool word_ends(uint32_t c)
{
    return c < 0x80 ? !host_char(c) && c != '.' : !wide_stop(c);
}

/* Does a bracketed centre stand where its plain form could? */
static bool fits(const bracket *b, uint32_t before, uint32_t next)
{
    bool right = host_char(next) || opener(next), angle = b->open == '<';
    switch (b->centre->kind) {
    case IS_DOT:
        if (opener(before) && closer(next)) /* [[.]]: the outer pair decides */
            return true;
        if (b->open != '[')
            return host_char(before) && right;
        return host_char(before) || (before && before < 0x80 && strchr("./:@%$*])", (int)before));
    case IS_WORD_DOT: return host_char(before) && right;
    case IS_AT:
        if (b->open == '[' &&
            b->centre->text.len == 1) /* behind all that a local part may end in */
            return before > ' ' && (!opener(before) || before == '{') && right;
        return (host_char(before) || before == '.' || before == '+') && right;
    case IS_COLON:
        return (host_char(before) || before == ']') && !angle &&
               (next == '/' || next == '\\' || next == '[' || hex_char(next));
    case IS_COLONS: return hex_char(before) && !angle;
    case IS_SLASH:
        return (host_char(before) || before == '/' || before == ':' || before == '.') && !angle &&
               next > ' ';
    case IS_SCHEME: return word_ends(before) && (next == ':' || next == '[');
    case IS_WWW: return word_ends(before) && (next == '.' || opener(next));
    default: return false;
    }
}

static void check_scheme(stage *s);

static bool bracketed(stage *s)
{
    bracket b;
    if (!read_bracket(s, &b))
        return false;
    size_t from = b.at, end = s->i + 1, behind = skip_blanks(s->in, end, 2);
    uint32_t before = char_before(s, from), next = char_at(s->in, end);
    /* "evil [.] example": blanks outside count only when they are on both sides */
    bool word = b.open == '[' || b.centre->text.len > 1; /* "and (.) alone" is prose */
    if (b.centre->kind <= IS_AT && word && before == ' ' && behind > end) {
        from = blanks_before(s, from);
        before = char_before(s, from);
        end = behind;
        next = char_at(s->in, end);
        if (!host_char(before) || !(host_char(next) || opener(next)))
            return false;
    }
    if (!fits(&b, before, next))
        return false;
    stage_edit(s, from, b.centre->plain, end, STEP_REFANG);
    check_scheme(s);
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
static size_t scheme_start(const stage *s, size_t end, slice word)
{
    if (end < word.len || !slice_eq_nocase(slice_of(s->out + end - word.len, word.len), word))
        return SIZE_MAX;
    size_t at = end - word.len;
    return at > 0 && scheme_char(s->out[at - 1]) ? SIZE_MAX : at;
}

static bool web_scheme_before(const stage *s, size_t end)
{
    if (scheme_start(s, end, S("http")) != SIZE_MAX || scheme_start(s, end, S("https")) != SIZE_MAX)
        return true;
    for (size_t k = 0; k < COUNT_OF(odd_schemes); k++)
        if (scheme_start(s, end, odd_schemes[k].odd) != SIZE_MAX)
            return true;
    return false;
}

/* `out` may just have got "hxxp://" or "hxxp//": the scheme becomes what it stood for. */
static void check_scheme(stage *s)
{
    if (s->n < 5 || s->out[s->n - 1] != '/' || s->out[s->n - 2] != '/')
        return;
    bool odd = false, colon = s->out[s->n - 3] == ':';
    uint32_t next = char_at(s->in, s->i), behind = char_at(s->in, s->i + 1);
    size_t end = s->n - (colon ? 3 : 2);
    if (!colon) {
        if (!is_alpha(s->out[end - 1]) || !web_scheme_before(s, end) ||
            !(host_char(next) || opener(next)))
            return;
        stage_edit(s, end, S("://"), s->i, STEP_REFANG);
    }
    for (size_t k = 0; k < COUNT_OF(odd_schemes) && !odd; k++) {
        size_t at = scheme_start(s, end, odd_schemes[k].odd);
        if (at == SIZE_MAX)
            continue;
        char text[8];
        slice to = odd_schemes[k].plain;
        memcpy(text, to.ptr, to.len);
        memcpy(text + to.len, "://", 3);
        stage_edit(s, at, slice_of(text, to.len + 3), s->i, STEP_REFANG);
        odd = true;
    }
    /* "hxxp:// evil.example" */
    if (next == ' ' && (odd || s->options & REFANG_WHOLE) && (host_char(behind) || opener(behind)))
        stage_edit(s, s->n, S(""), s->i + 1, STEP_REFANG);
}

static bool slash(stage *s)
{
    stage_copy(s, s->i + 1);
    check_scheme(s);
    return true;
}

/* --- backslashes ---------------------------------------------------------------------------- */

enum { TOKEN_MAX = 256 };

/* A word with other backslashes than those in front of a dot is a path. */
static bool in_path(const stage *s, size_t from)
{
    for (size_t at = s->n; at > 0 && s->n - at < TOKEN_MAX && !is_space(s->out[at - 1]); at--)
        if (s->out[at - 1] == '\\')
            return true;
    for (size_t i = from; i < s->in.len && i - from < TOKEN_MAX; i++) {
        uint32_t next = char_at(s->in, i + 1);
        if (s->in.ptr[i] == '\\' && next != '.')
            return true;
        if (s->in.ptr[i] != '\\' && s->in.ptr[i] != '.' && !host_char((unsigned char)s->in.ptr[i]))
            break;
    }
    return false;
}

/* "HKCR\.dll" is a registry key. */
static bool hive_before(const stage *s)
{
    size_t at = s->n;
    slice full;
    while (at > 0 && s->n - at < 24 && (is_alpha(s->out[at - 1]) || s->out[at - 1] == '_'))
        at--;
    return shape_hive(slice_of(s->out + at, s->n - at), &full) > 0;
}

static bool backslash(stage *s)
{
    uint32_t before = tail(s), next = char_at(s->in, s->i + 1);
    if (next == '\\' && before == ':' && web_scheme_before(s, s->n - 1)) { /* http:\\evil.example */
        size_t end = s->i + 2;
        while (end < s->in.len && s->in.ptr[end] == '\\') /* JSON writes two for one */
            end++;
        stage_edit(s, s->n, S("//"), end, STEP_REFANG);
        check_scheme(s);
        return true;
    }
    if (next == '.' && host_char(before) && host_char(char_at(s->in, s->i + 2)) &&
        !in_path(s, s->i + 2) && !hive_before(s)) { /* evil\.example, as in a regular expression */
        stage_edit(s, s->n, S("."), s->i + 2, STEP_REFANG);
        return true;
    }
    return false;
}

/* --- words: " dot ", "_dot_", " at " -------------------------------------------------------- */

static size_t label_before(const stage *s)
{
    size_t at = s->n;
    while (at > 0 && s->n - at < DOMAIN_LABEL_MAX &&
           (is_alnum(s->out[at - 1]) || s->out[at - 1] == '-'))
        at--;
    return at;
}

/* The mail address whose host label begins at `label`: "bob at example" - where " at " begins. */
static size_t at_before(const stage *s, size_t label, char sep)
{
    slice word = sep == ' ' ? S(" at ") : S("_at_");
    if (label <= word.len)
        return SIZE_MAX;
    size_t at = label - word.len;
    bool here = slice_eq_nocase(slice_of(s->out + at, word.len), word);
    return here && host_char(char_before(s, at)) ? at : SIZE_MAX;
}

static bool word_dot_here(slice in, size_t i)
{
    return i + 5 < in.len && (in.ptr[i] == ' ' || in.ptr[i] == '_') && in.ptr[i + 4] == in.ptr[i] &&
           slice_eq_nocase(slice_sub(in, i + 1, i + 4), S("dot")) && is_alnum(in.ptr[i + 5]);
}

/* The chain was too long for us where it began. */
static bool part_of_longer(const stage *s, size_t label, char sep)
{
    return label >= 5 && s->out[label - 1] == sep && s->out[label - 5] == sep &&
           slice_eq_nocase(slice_of(s->out + label - 4, 3), S("dot"));
}

/* "example dot com", the cursor on the separator in front of "dot": the whole chain at once. */
static bool word_dots(stage *s, char sep)
{
    labels ahead = {.len = 0};
    size_t i = s->i;
    bool upper = s->in.ptr[s->i + 1] == 'D';
    do {
        if (ahead.count == LABELS_MAX)
            return false;
        i += 5; /* sep d o t sep */
        if (ahead.count)
            ahead.text[ahead.len++] = '.';
        if (!add_label(s->in, &i, &ahead))
            return false;
    } while (word_dot_here(s->in, i) && s->in.ptr[i] == sep);
    size_t label = label_before(s);
    if (label == s->n || !ends_in_tld(&ahead) || part_of_longer(s, label, sep))
        return false;
    size_t at = at_before(s, label, sep);
    bool www = slice_eq_nocase(slice_of(s->out + label, s->n - label), S("www"));
    if (!(s->options & REFANG_WHOLE) && sep == ' ' && at == SIZE_MAX && !upper && !www &&
        ahead.count < 2)
        return false; /* "the dot com bubble" */
    char text[2 * LABEL_TEXT_MAX];
    size_t n = 0, from = s->n, host = s->n - label;
    if (at != SIZE_MAX) {
        from = at;
        text[n++] = '@';
        memcpy(text + n, s->out + label, host);
        n += host;
    }
    text[n++] = '.';
    memcpy(text + n, ahead.text, ahead.len);
    stage_edit(s, from, slice_of(text, n + ahead.len), i, STEP_REFANG);
    return true;
}

/* --- addresses with blanks: "1 .2 .3 .4" ---------------------------------------------------- */

/* A dot in any of its forms at i, between digits; its end, or SIZE_MAX. */
static size_t dot_ahead(slice in, size_t i)
{
    static const slice dots[] = {S_INIT("."),   S_INIT("\\."),   S_INIT(","),     S_INIT("dot"),
                                 S_INIT("d0t"), S_INIT("punkt"), S_INIT("punto"), S_INIT("point")};
    size_t closed = i;
    while (closer(char_at(in, closed))) /* "[.2].8": this dot undoes it, see half_closed */
        closed++;
    i = closed > i && char_at(in, closed) == '.' ? closed : skip_blanks(in, i, 1);
    size_t start = i, opened = 0;
    for (; opener(char_at(in, i)); opened++)
        i = skip_blanks(in, i + 1, 2);
    size_t end = i < in.len && wide_dot(in, i) ? i + 3 : SIZE_MAX;
    for (size_t k = 0; k < COUNT_OF(dots) && end == SIZE_MAX; k++)
        if ((k < 2 || opened) && slice_starts_nocase(slice_from(in, i), dots[k]))
            end = i + dots[k].len;
    if (end == SIZE_MAX || end == start)
        return SIZE_MAX;
    for (size_t more = skip_blanks(in, end, 2); closer(char_at(in, more));)
        end = ++more;
    return skip_blanks(in, end, 1);
}

static bool spaced_octets(stage *s)
{
    size_t at = s->n, i = s->i, n = 0;
    char text[16];
    while (at > 0 && s->n - at < 3 && is_digit(s->out[at - 1]))
        at--;
    if (at == s->n || (at > 0 && (host_char(char_before(s, at)) || s->out[at - 1] == '.')))
        return false;
    for (int part = 0; part < 3; part++) {
        i = dot_ahead(s->in, i);
        if (i == SIZE_MAX)
            return false;
        text[n++] = '.';
        size_t start = i;
        while (i < s->in.len && is_digit(s->in.ptr[i]) && i - start < 3)
            text[n++] = s->in.ptr[i++];
        if (i == start)
            return false;
    }
    if (host_char(char_at(s->in, i)) || dot_ahead(s->in, i) != SIZE_MAX)
        return false;
    stage_edit(s, s->n, slice_of(text, n), i, STEP_REFANG);
    return true;
}

/* --- full stops ----------------------------------------------------------------------------- */

/* A dot between the labels of a host, else what it is. In Japanese prose it ends sentences, so a
 * name that has its dot already ends there, too. */
static bool dot_between_labels(const stage *s, size_t end)
{
    uint32_t before = tail(s), next = char_at(s->in, end);
    if (s->options & REFANG_WHOLE)
        return host_char(before) && host_char(next);
    if (before >= 0x80 || next >= 0x80 || !host_char(before) || !host_char(next))
        return false;
    size_t at = label_before(s);
    char front = at ? s->out[at - 1] : ' ';
    bool full_width =
        (unsigned char)s->in.ptr[s->i] == 0xef && (unsigned char)s->in.ptr[s->i + 1] == 0xbc;
    if (!full_width && front && strchr("/?=&%+~#", front) && !(at > 1 && s->out[at - 2] == '/'))
        return false; /* in the path of a URL it is no dot, but ends the sentence */
    if (front != '.' || is_digit(s->out[s->n - 1]))
        return true;
    const plain_edit *last = s->edit_count ? &s->edits[s->edit_count - 1] : NULL;
    return last && last->at == at - 1 && wide_dot(s->in, last->raw_at) != 0;
}

/* --- the pass ------------------------------------------------------------------------------- */

static bool apply(stage *s)
{
    char c = s->in.ptr[s->i];
    switch (c) {
    case '[':
    case '(': return half_open(s);
    case ']':
    case ')':
    case '}':
    case '>': return bracketed(s) || half_closed(s);
    case '\\': return backslash(s);
    case '/': return slash(s);
    case ' ':
    case '_': return word_dot_here(s->in, s->i) ? word_dots(s, c) : c == ' ' && spaced_octets(s);
    default: break;
    }
    size_t dot = wide_dot(s->in, s->i);
    if (!dot || !dot_between_labels(s, s->i + dot))
        return false;
    stage_edit(s, s->n, S("."), s->i + dot, STEP_REFANG);
    return true;
}

bool undo_stage(stage *s)
{
    while (s->i < s->in.len && !s->failed) {
        stage_copy(s, bytes_suspect(s->in, s->i));
        if (s->i < s->in.len && !apply(s))
            stage_copy(s, s->i + 1);
    }
    return !s->failed;
}
