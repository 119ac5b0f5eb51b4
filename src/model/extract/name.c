/* name.c - domain names and file names: the least certain finds, looked for last. What is prose or
 * code to a reader must not become a domain; what somebody defanged is one. */
#include "model/extract/scan.h"

#include "base/text.h"
#include "model/coin.h"
#include "model/domain.h"
#include "model/shape.h"

static bool host_byte(char c)
{
    return is_alnum(c) || c == '-' || c == '_';
}

/* --- the run of labels around a dot --------------------------------------------------------- */

enum { FOREIGN_MAX = 64 };

/* Letters beyond ASCII in front of `from`, as part of a name: of scripts with spaces wherever they
 * stand, kana and Han only as a label of their own, which prose hardly leaves them. */
static size_t foreign_before(const scan *s, size_t from)
{
    size_t i = from, start;
    bool han = false, kana = false;
    uint32_t c = scan_char_before(s, i, &start);
    bool cjk = text_is_cjk(c);
    if (cjk && at(s, from) != '.')
        return from;
    while (c >= 0x80 && c != 0xfffd && text_is_letter_or_digit(c) && text_is_cjk(c) == cjk) {
        han |= c >= 0x3400 && c <= 0x9fff;
        kana |= c >= 0x3041 && c <= 0x309f;
        i = start;
        if (from - i > FOREIGN_MAX)
            return from;
        c = scan_char_before(s, i, &start);
    }
    return han && kana ? from : i;
}

static size_t foreign_behind(const scan *s, size_t to)
{
    size_t i = to, end;
    uint32_t c = scan_char_at(s, i, &end);
    bool cjk = text_is_cjk(c);
    if (cjk && before(s, to) != '.')
        return to;
    while (c >= 0x80 && c != 0xfffd && text_is_letter_or_digit(c) && text_is_cjk(c) == cjk &&
           i - to < FOREIGN_MAX) {
        i = end;
        c = scan_char_at(s, i, &end);
    }
    return i;
}

static size_t run_start(const scan *s, size_t dot, size_t floor)
{
    size_t from = dot, last = SIZE_MAX;
    while (from != last && dot - from <= DOMAIN_MAX) {
        last = from;
        while (from > floor && dot - from <= DOMAIN_MAX &&
               (host_byte(before(s, from)) ||
                (before(s, from) == '.' && at(s, from) != '.' && from < dot)))
            from--;
        if (from > floor && (unsigned char)before(s, from) >= 0x80)
            from = foreign_before(s, from);
    }
    return from < floor ? floor : from;
}

static size_t run_end(const scan *s, size_t dot)
{
    size_t to = dot + 1, last = SIZE_MAX;
    while (to != last && to - dot <= DOMAIN_MAX) {
        last = to;
        while (to - dot <= DOMAIN_MAX &&
               (host_byte(at(s, to)) || (at(s, to) == '.' && before(s, to) != '.')))
            to++;
        if ((unsigned char)at(s, to) >= 0x80)
            to = foreign_behind(s, to);
    }
    return to;
}

/* --- is it a domain? ------------------------------------------------------------------------ */

static slice last_label(slice name)
{
    size_t at = name.len;
    while (at > 0 && name.ptr[at - 1] != '.')
        at--;
    return slice_from(name, at);
}

typedef struct letters {
    bool lower, upper, first_upper, rest_upper, any;
} letters;

static letters look(slice s)
{
    letters l = {0};
    for (size_t i = 0; i < s.len; i++) {
        bool up = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z', low = s.ptr[i] >= 'a' && s.ptr[i] <= 'z';
        l.upper |= up;
        l.lower |= low;
        l.first_upper |= up && i == 0;
        l.rest_upper |= up && i > 0;
    }
    return l;
}

/* "end.It begins", "System.IO", "ASP.NET": how a name of prose or code is capitalised. */
static bool case_of_prose(slice text)
{
    static const slice products[] = {S_INIT("ASP.NET"), S_INIT("ADO.NET"), S_INIT("VB.NET"),
                                     S_INIT("ML.NET"), S_INIT("Paint.NET")};
    slice tld = last_label(text);
    letters t = look(tld), rest = look(slice_sub(text, 0, text.len - tld.len));
    for (size_t i = 0; i < COUNT_OF(products); i++)
        if (slice_eq(products[i], text))
            return true;
    if (!t.upper)
        return false;
    if (!t.lower) /* "HKTL_NBTSCAN.GB" is a detection's name */
        return (rest.upper && rest.lower) || memchr(text.ptr, '_', text.len);
    return t.first_upper && !t.rest_upper && !slice_eq(tld, S("Com")) && !slice_eq(tld, S("Org"));
}

/* "process.name", "this.id": fields of logs and members of objects. */
static bool code_word(slice name)
{
    static const slice heads[] = {
        S_INIT("process"),  S_INIT("file"),     S_INIT("user"),    S_INIT("host"),
        S_INIT("event"),    S_INIT("this"),     S_INIT("self"),    S_INIT("dns"),
        S_INIT("log"),      S_INIT("registry"), S_INIT("service"), S_INIT("agent"),
        S_INIT("source"),   S_INIT("target"),   S_INIT("window"),  S_INIT("document"),
        S_INIT("rule"),     S_INIT("threat"),   S_INIT("obj"),     S_INIT("data"),
        S_INIT("response"), S_INIT("request"),  S_INIT("console"), S_INIT("module"),
        S_INIT("os"),       S_INIT("sys"),      S_INIT("math"),    S_INIT("string"),
        S_INIT("array"),    S_INIT("object"),   S_INIT("server"),  S_INIT("client"),
        S_INIT("app"),      S_INIT("config"),   S_INIT("e"),       S_INIT("pe"),
        S_INIT("elf"),      S_INIT("hash")};
    size_t dot = slice_find_byte(name, '.', 0);
    slice head = slice_sub(name, 0, dot), tld = last_label(name);
    if (dot == SIZE_MAX || name.len != head.len + 1 + tld.len || slice_eq(tld, S("com")) ||
        slice_eq(tld, S("net")) || slice_eq(tld, S("org")))
        return false;
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        if (slice_eq_nocase(heads[i], head))
            return true;
    return false;
}

/* The value of a line or of a table's cell, with nothing beside it. */
static bool stands_alone(const scan *s, size_t from, size_t to)
{
    while (from > 0 && strchr(" \"'`*-", before(s, from)))
        from--;
    while (at(s, to) && strchr(" \"'`*", at(s, to)))
        to++;
    char a = before(s, from), b = at(s, to);
    return (a == 0 || strchr("\n\r\t|,;", a)) && (b == 0 || strchr("\n\r\t|,;", b));
}

/* A number and a country: "1.in", "2.to". */
static bool numbered(slice name)
{
    slice tld = last_label(name);
    for (size_t i = 0; i + tld.len < name.len; i++)
        if (is_alpha(name.ptr[i]) || name.ptr[i] == '-')
            return false;
    return tld.len == 2;
}

static size_t labels_of(slice name)
{
    size_t n = 1;
    for (size_t i = 0; i < name.len; i++)
        n += name.ptr[i] == '.';
    return n;
}

static bool onion_is_real(slice name)
{
    size_t end = name.len - 6; /* of ".onion" */
    size_t from = end;
    while (from > 0 && name.ptr[from - 1] != '.')
        from--;
    slice label = slice_sub(name, from, end);
    return label.len == 16 || onion_v3_ok(label);
}

/* The characters around it speak against a name: a path, a call, half a mail address. */
static bool in_something(const scan *s, size_t from, size_t to)
{
    char a = before(s, from), b = at(s, to);
    if (a == '@')
        return is_alnum(before(s, from - 1));
    return a == '/' || a == '\\' || b == '(' || b == '\\' || b == '@' || b == '[';
}

static bool is_domain(const scan *s, size_t from, size_t to, const observable *o)
{
    slice text = slice_sub(s->t, from, to), name = o->value;
    if (scan_defanged(s, from, to))
        return !o->unknown_tld || !shape_is_filename(name);
    if (s->options->no_bare_domains || o->unknown_tld || o->special || in_something(s, from, to) ||
        case_of_prose(text) || code_word(name) || numbered(name))
        return false;
    if (slice_ends(name, S(".onion")))
        return onion_is_real(name);
    if (shape_tld_is_extension(last_label(name))) /* Poland has more names than Perl has scripts */
        return stands_alone(s, from, to) && (slice_ends(name, S(".pl")) || labels_of(name) > 2) &&
               !memchr(name.ptr, '_', name.len);
    return domain_is_alternative(name) || !domain_is_suffix(name);
}

/* --- domains -------------------------------------------------------------------------------- */

/* "/path" or ":port/path" behind the name: a URL without scheme. */
static bool take_url(scan *s, size_t from, size_t to)
{
    size_t port = to;
    observable o;
    if (at(s, to) == ':')
        for (port++; is_digit(at(s, port)); port++)
            ;
    if (at(s, port) != '/' || (unsigned char)at(s, port + 1) <= ' ' || at(s, port + 1) == '/')
        return false;
    size_t end = url_end(s, from, port);
    if (end <= port + 1 || !scan_free(s, from, end) || !scan_read(s, from, end, KIND_URL, &o))
        return false;
    scan_found(s, from, end, &o);
    return true;
}

static size_t port_behind(const scan *s, size_t to)
{
    size_t end = to + 1;
    while (is_digit(at(s, end)))
        end++;
    return at(s, to) == ':' && end > to + 1 && end - to <= 6 && !host_byte(at(s, end)) &&
                   at(s, end) != ':'
               ? end
               : to;
}

static void consider(scan *s, size_t from, size_t to)
{
    observable o;
    if (before(s, from) == '%' && hex_value(at(s, from)) >= 0 && hex_value(at(s, from + 1)) >= 0)
        from += 2; /* "%2Fevil.example" */
    while (from < to && strchr(".-", at(s, from)))
        from++;
    while (to > from && strchr(".-_", before(s, to)))
        to--;
    slice text = slice_sub(s->t, from, to), tld = last_label(text);
    if (tld.len < 2 || tld.len == text.len || is_digit(tld.ptr[tld.len - 1]) ||
        !scan_free(s, from, to) || !scan_read(s, from, to, KIND_DOMAIN, &o))
        return;
    if (!is_domain(s, from, to, &o) || take_url(s, from, to))
        return;
    size_t end = port_behind(s, to);
    if (end == to || !scan_take(s, from, end, KIND_DOMAIN))
        scan_found(s, from, to, &o);
}

void find_domains(scan *s)
{
    size_t floor = 0;
    for (size_t i = slice_find_byte(s->t, '.', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, '.', i + 1)) {
        char a = before(s, i), b = at(s, i + 1);
        if (s->taken[i] || !(host_byte(a) || (unsigned char)a >= 0x80) ||
            !(host_byte(b) || (unsigned char)b >= 0x80))
            continue;
        size_t from = run_start(s, i, floor), to = run_end(s, i);
        consider(s, from, to);
        floor = to;
        i = to - 1;
    }
}

/* --- file names ----------------------------------------------------------------------------- */

enum { FILENAME_MAX_BYTES = 200 };

static bool name_byte(char c)
{
    if (is_alnum(c))
        return true;
    switch (c) {
    case '.':
    case '_':
    case '-':
    case '+':
    case '~':
    case '@':
    case '#':
    case '$':
    case '%':
    case '&':
    case '(':
    case ')': return true;
    default: return false;
    }
}

static bool is_extension(slice name)
{
    char lower[8];
    slice ext = last_label(name);
    if (shape_is_filename(name))
        return true;
    if (ext.len == 0 || ext.len == name.len || ext.len > sizeof lower)
        return false;
    for (size_t i = 0; i < ext.len; i++)
        lower[i] = to_lower(ext.ptr[i]);
    return shape_tld_is_extension(slice_of(lower, ext.len));
}

static bool hiragana(uint32_t c)
{
    return c >= 0x3041 && c <= 0x309f;
}

/* Kana and Han in front of a name in ASCII are prose, not its part. A name in Han or katakana
 * begins behind the last hiragana, which are the little words of Japanese. */
static size_t name_start(const scan *s, size_t dot, size_t floor)
{
    size_t from = dot, start;
    bool other = false; /* a letter was seen that is no hiragana */
    while (from > floor && dot - from < FILENAME_MAX_BYTES) {
        if (name_byte(before(s, from))) {
            other |= is_alnum(before(s, from));
            from--;
            continue;
        }
        uint32_t c = scan_char_before(s, from, &start);
        if (c < 0x80 || c == 0xfffd || !text_is_letter_or_digit(c) || start < floor ||
            (text_is_cjk(c) && is_alnum(at(s, from))) || (hiragana(c) && other))
            break;
        other |= !hiragana(c);
        from = start;
    }
    while (from < dot && strchr("._-+~@#$%&()", at(s, from)) && at(s, from) != '_')
        from++;
    return from;
}

void find_filenames(scan *s)
{
    size_t floor = 0;
    if (s->options->no_filenames)
        return;
    for (size_t i = slice_find_byte(s->t, '.', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, '.', i + 1)) {
        if (s->taken[i] || !is_alnum(at(s, i + 1)) || (unsigned char)before(s, i) <= ' ')
            continue;
        size_t from = name_start(s, i, floor), to = i + 1;
        while (to - i < FILENAME_MAX_BYTES && (host_byte(at(s, to)) || at(s, to) == '.'))
            to++;
        floor = to;
        while (to > i && strchr("._-", before(s, to)))
            to--;
        if (from < i && to > i && is_extension(slice_sub(s->t, from, to)))
            scan_take(s, from, to, KIND_FILENAME);
        i = floor - 1;
    }
}
