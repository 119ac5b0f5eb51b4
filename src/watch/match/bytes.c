/* bytes.c - classes of bytes, and escapes: see bytes.h. */
#include "watch/match/block.h"

#define DIGIT (BYTE_WORD | BYTE_NAME | BYTE_HEX | BYTE_TOKEN | BYTE_LOCAL)
#define ALPHA (BYTE_WORD | BYTE_NAME | BYTE_TOKEN | BYTE_LOCAL)
#define POINT (BYTE_NAME | BYTE_TOKEN | BYTE_LOCAL)
#define LEAD (BYTE_LEAD | BYTE_LEFT | BYTE_RIGHT | BYTE_TOKEN)
#define CLOSE (BYTE_LEFT | BYTE_TOKEN)
#define HIGH (BYTE_LEFT | BYTE_RIGHT | BYTE_TOKEN)
#define TIMES2(at, c) [at] = (c), [(at) + 1] = (c)
#define TIMES4(at, c) TIMES2(at, c), TIMES2((at) + 2, c)
#define TIMES10(at, c) TIMES4(at, c), TIMES4((at) + 4, c), TIMES2((at) + 8, c)
#define TIMES20(at, c) TIMES10(at, c), TIMES10((at) + 10, c)
#define TIMES6(at, c) TIMES4(at, c), TIMES2((at) + 4, c)
#define TIMES16(at, c) TIMES10(at, c), TIMES6((at) + 10, c)
#define TIMES64(at, c)                                                                             \
    TIMES16(at, c), TIMES16((at) + 16, c), TIMES16((at) + 32, c), TIMES16((at) + 48, c)

const uint8_t byte_class[256] = {
    TIMES10('0', DIGIT), TIMES6('a', DIGIT), TIMES20('g', ALPHA), TIMES6('A', DIGIT),
    TIMES20('G', ALPHA), ['.'] = POINT,      ['_'] = POINT,       ['-'] = POINT,
    ['%'] = LEAD,        ['\\'] = LEAD,      ['['] = LEAD,        ['('] = LEAD,
    ['{'] = LEAD,        [']'] = CLOSE,      [')'] = CLOSE,       ['}'] = CLOSE,
    ['@'] = BYTE_TOKEN,  [':'] = BYTE_TOKEN, TIMES64(0x80, HIGH), ['+'] = BYTE_TOKEN | BYTE_LOCAL,
    TIMES64(0xc0, HIGH),
};

const uint8_t full_then_zero[32] = {TIMES16(0, 0xff)};

#define HEX_WORD (BYTE_WORD | BYTE_NAME | BYTE_HEX)
#define OTHER_WORD (BYTE_WORD | BYTE_NAME)
const uint8_t block_table[256] = {
    TIMES10('0', HEX_WORD), TIMES6('a', HEX_WORD),    TIMES20('g', OTHER_WORD),
    TIMES6('A', HEX_WORD),  TIMES20('G', OTHER_WORD), ['.'] = BYTE_NAME | BLOCK_DOT,
    ['_'] = BYTE_NAME,      ['-'] = BYTE_NAME,        [':'] = BLOCK_COLON,
    ['@'] = BLOCK_AT,       ['%'] = BYTE_LEAD,        ['\\'] = BYTE_LEAD,
    ['['] = BYTE_LEAD,      ['('] = BYTE_LEAD,        ['{'] = BYTE_LEAD,
    [']'] = BLOCK_CLOSE,    [')'] = BLOCK_CLOSE,      ['}'] = BLOCK_CLOSE,
};

static unit plain(uint8_t c)
{
    return (unit){.length = 1, .count = 1, .value = {c}};
}

static unit escape(size_t length, uint8_t c)
{
    return (unit){.length = (uint8_t)length, .count = 1, .escape = true, .value = {c}};
}

/* Two hexadecimal digits, or -1. */
static int two(const uint8_t *p, const uint8_t *end)
{
    if (end - p < 2)
        return -1;
    int high = hex_value((char)p[0]), low = hex_value((char)p[1]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

enum { PERCENT_DEPTH = 4 };

/* %41, and %2541, which is the same encoded again. */
static unit percent(const uint8_t *p, const uint8_t *end)
{
    size_t depth = 0;
    while (depth < PERCENT_DEPTH && two(p + 1 + 2 * depth, end) == '%' &&
           two(p + 3 + 2 * depth, end) >= 0)
        depth++;
    int c = two(p + 1 + 2 * depth, end);
    return c < 0 ? plain('%') : escape(3 + 2 * depth, (uint8_t)c);
}

/* Full stops and letters of full width. */
static unit wide(const uint8_t *p, const uint8_t *end)
{
    if (end - p < 3)
        return plain(*p);
    unsigned code = (unsigned)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    if ((p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
        return plain(*p);
    if (*p == 0xe3 && code == 0x002) /* U+3002 */
        return escape(3, '.');
    if (*p == 0xef && code >= 0xf01 && code <= 0xf5e) /* U+FF01 to U+FF5E */
        return escape(3, (uint8_t)(code - 0xf01 + '!'));
    if (*p == 0xef && code == 0xf61) /* U+FF61 */
        return escape(3, '.');
    return plain(*p);
}

static unit unicode(const uint8_t *p, const uint8_t *end)
{
    int high = two(p + 2, end), low = high < 0 ? -1 : two(p + 4, end);
    if (low < 0)
        return plain('\\');
    unsigned code = (unsigned)high << 8 | (unsigned)low;
    unit u = escape(6, (uint8_t)code);
    if (code >= 0xd800 && code < 0xe000) {
        u.value[0] = ' '; /* half a character: in no name */
    } else if (code >= 0x800) {
        u.count = 3;
        u.value[0] = (uint8_t)(0xe0 | code >> 12);
        u.value[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
        u.value[2] = (uint8_t)(0x80 | (code & 0x3f));
        unit narrow = wide(u.value, u.value + 3);
        if (narrow.escape) {
            u.count = 1;
            u.value[0] = narrow.value[0];
        }
    } else if (code >= 0x80) {
        u.count = 2;
        u.value[0] = (uint8_t)(0xc0 | code >> 6);
        u.value[1] = (uint8_t)(0x80 | (code & 0x3f));
    }
    return u;
}

static unit backslash(const uint8_t *p, const uint8_t *end)
{
    if (end - p < 2)
        return plain('\\');
    unit u;
    int c;
    switch (p[1]) {
    case 'u': return unicode(p, end);
    case 'x': c = two(p + 2, end); return c < 0 ? plain('\\') : escape(4, (uint8_t)c);
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
    case 'v':
        u = escape(2, ' ');
        u.letter = true;
        return u;
    case '/':
    case '"':
    case '\'': return escape(2, p[1]);
    default: return plain('\\');
    }
}

/* [.] (dot) {at} [:] and the like. */
static unit bracket(const uint8_t *p, const uint8_t *end)
{
    static const struct {
        slice inside;
        uint8_t value;
    } words[] = {
        {S_INIT("."), '.'}, {S_INIT("dot"), '.'}, {S_INIT(":"), ':'},
        {S_INIT("@"), '@'}, {S_INIT("at"), '@'},
    };
    uint8_t close = *p == '[' ? ']' : *p == '(' ? ')' : '}';
    if (end - p < 3 || !memchr(".:@dDaA", p[1], 7))
        return plain(*p);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t n = words[i].inside.len;
        if ((size_t)(end - p) >= n + 2 && p[n + 1] == close &&
            slice_eq_nocase(slice_of((const char *)p + 1, n), words[i].inside))
            return escape(n + 2, words[i].value);
    }
    return plain(*p);
}

unit unit_at(const uint8_t *p, const uint8_t *end)
{
    switch (*p) {
    case '%': return percent(p, end);
    case '\\': return backslash(p, end);
    case '[':
    case '(':
    case '{': return bracket(p, end);
    case 0xe3:
    case 0xef: return wide(p, end);
    default: return plain(*p);
    }
}

void view_make(view *v, const uint8_t *text, size_t from, size_t to)
{
    assert(to - from <= VIEW_MAX);
    v->len = 0;
    while (from < to) {
        unit u = unit_at(text + from, text + to);
        for (unsigned i = 0; i < u.count; i++) {
            size_t at = v->len++;
            v->text[at] = u.value[i];
            v->from[at] = (uint32_t)from;
            v->to[at] = (uint32_t)from + u.length;
            v->escaped[at] = u.escape;
            v->letter[at] = u.letter;
        }
        from += u.length;
    }
    memset(v->text + v->len, 0, 64);
}

/* What may be an escape, by its first two bytes: bits of both. */
enum { PERCENT = 1, BACKSLASH = 2, BRACKET = 4, WIDE = 8 };
const uint8_t lead_first[256] = {
    ['%'] = PERCENT, ['\\'] = BACKSLASH, ['['] = BRACKET, ['('] = BRACKET,
    ['{'] = BRACKET, [0xe3] = WIDE,      [0xef] = WIDE,
};
const uint8_t lead_second[256] = {
    ['0'] = PERCENT,
    ['1'] = PERCENT,
    ['2'] = PERCENT,
    ['3'] = PERCENT,
    ['4'] = PERCENT,
    ['5'] = PERCENT,
    ['6'] = PERCENT,
    ['7'] = PERCENT,
    ['8'] = PERCENT,
    ['9'] = PERCENT,
    ['A'] = PERCENT | BRACKET,
    ['B'] = PERCENT,
    ['C'] = PERCENT,
    ['D'] = PERCENT | BRACKET,
    ['E'] = PERCENT,
    ['F'] = PERCENT,
    ['a'] = PERCENT | BRACKET,
    ['b'] = PERCENT | BACKSLASH,
    ['c'] = PERCENT,
    ['d'] = PERCENT | BRACKET,
    ['e'] = PERCENT,
    ['f'] = PERCENT | BACKSLASH,
    ['n'] = BACKSLASH,
    ['r'] = BACKSLASH,
    ['t'] = BACKSLASH,
    ['v'] = BACKSLASH,
    ['u'] = BACKSLASH,
    ['x'] = BACKSLASH,
    ['.'] = BRACKET,
    [':'] = BRACKET,
    ['@'] = BRACKET,
    [0x80] = WIDE,
    [0xbc] = WIDE,
    [0xbd] = WIDE,
};
