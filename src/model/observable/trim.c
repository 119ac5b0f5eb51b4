/* trim.c - what people put around a value when they paste it. */
#include "model/observable/reading.h"

typedef struct pair {
    slice open, close;
    bool quote; /* also around file names and command lines */
} pair;

static const pair pairs[] = {
    {S_INIT("\""), S_INIT("\""), true},
    {S_INIT("'"), S_INIT("'"), true},
    {S_INIT("`"), S_INIT("`"), true},
    {S_INIT("\xe2\x80\x9c"), S_INIT("\xe2\x80\x9d"), true}, /* “ ” */
    {S_INIT("\xe2\x80\x9d"), S_INIT("\xe2\x80\x9d"), true}, /* ” ” */
    {S_INIT("\xe2\x80\x9e"), S_INIT("\xe2\x80\x9c"), true}, /* „ “ */
    {S_INIT("\xe2\x80\x98"), S_INIT("\xe2\x80\x99"), true}, /* ‘ ’ */
    {S_INIT("\xc2\xab"), S_INIT("\xc2\xbb"), true},         /* « » */
    {S_INIT("\xe3\x80\x8c"), S_INIT("\xe3\x80\x8d"), true}, /* 「 」 */
    {S_INIT("\xe3\x80\x8e"), S_INIT("\xe3\x80\x8f"), true}, /* 『 』 */
    {S_INIT("("), S_INIT(")"), false},
    {S_INIT("["), S_INIT("]"), false},
    {S_INIT("{"), S_INIT("}"), false},
    {S_INIT("<"), S_INIT(">"), false},
    {S_INIT("*"), S_INIT("*"), false},                       /* markdown */
    {S_INIT("|"), S_INIT("|"), false},                       /* a table's cell */
    {S_INIT("\xef\xbc\x88"), S_INIT("\xef\xbc\x89"), false}, /* （ ） */
    {S_INIT("\xef\xbc\xbb"), S_INIT("\xef\xbc\xbd"), false}, /* ［ ］ */
    {S_INIT("\xe3\x80\x90"), S_INIT("\xe3\x80\x91"), false}, /* 【 】 */
    {S_INIT("\xe3\x80\x88"), S_INIT("\xe3\x80\x89"), false}, /* 〈 〉 */
    {S_INIT("\xe3\x80\x8a"), S_INIT("\xe3\x80\x8b"), false}, /* 《 》 */
    {S_INIT("\xef\xbc\x9c"), S_INIT("\xef\xbc\x9e"), false}, /* ＜ ＞ */
};

static const slice blanks[] = {
    S_INIT("\xe3\x80\x80"), S_INIT("\xc2\xa0"),     S_INIT("\xef\xbb\xbf"), S_INIT("\xe2\x80\x8b"),
    S_INIT("\xe2\x80\x8c"), S_INIT("\xe2\x80\x8d"), S_INIT("\xe2\x80\x8e"), S_INIT("\xe2\x80\x8f"),
    S_INIT("\xe2\x80\xaa"), S_INIT("\xe2\x80\xab"), S_INIT("\xe2\x80\xac"), S_INIT("\xe2\x80\xad"),
    S_INIT("\xe2\x80\xae"), S_INIT("\xe2\x81\xa0"), S_INIT("\xe2\x81\xa6"), S_INIT("\xe2\x81\xa7"),
    S_INIT("\xe2\x81\xa8"), S_INIT("\xe2\x81\xa9"), S_INIT("\xc2\xad"),
};

static const slice full_stops[] = {
    S_INIT("\xe3\x80\x82"), S_INIT("\xe3\x80\x81"), S_INIT("\xef\xbc\x8c"), /* 。 、 ， */
    S_INIT("\xef\xbc\x8e"), S_INIT("\xef\xbc\x9a"), S_INIT("\xef\xbc\x9b"), /* ． ： ； */
    S_INIT("\xef\xbc\x81"), S_INIT("\xef\xbc\x9f"), S_INIT("\xe2\x80\xa6"), /* ！ ？ … */
    S_INIT("\xef\xbd\xa1"), S_INIT("\xef\xbd\xa4"),                         /* ｡ ､ */
};

static const slice bullets[] = {
    S_INIT("- "),           S_INIT("* "),
    S_INIT("+ "),           S_INIT("> "),
    S_INIT("\xe2\x80\xa2"), /* • */
    S_INIT("\xe3\x83\xbb"), S_INIT("\xe2\x96\xa0"),
    S_INIT("\xe2\x97\x8f"), /* ・ ■ ● */
    S_INIT("\xe2\x96\xaa"), S_INIT("\xe2\x80\x93 "),
    S_INIT("\xe2\x80\xa3"), /* ▪ – ‣ */
};

static size_t starts_with(slice s, const slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_starts(s, list[i]))
            return list[i].len;
    return 0;
}

static size_t ends_with(slice s, const slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_ends(s, list[i]))
            return list[i].len;
    return 0;
}

static slice trim_blanks(slice s)
{
    for (;;) {
        size_t n = 0;
        if (s.len && (unsigned char)s.ptr[0] <= 0x20)
            n = 1;
        else
            n = starts_with(s, blanks, COUNT_OF(blanks));
        if (!n)
            break;
        s = slice_from(s, n);
    }
    for (;;) {
        size_t n = 0;
        if (s.len && (unsigned char)s.ptr[s.len - 1] <= 0x20)
            n = 1;
        else
            n = ends_with(s, blanks, COUNT_OF(blanks));
        if (!n)
            break;
        s.len -= n;
    }
    return s;
}

/* Both halves off when they are the ends of the value; one half when its other is not inside. */
static slice trim_pair(slice s, const pair *p)
{
    bool opens = slice_starts(s, p->open), closes = slice_ends(s, p->close);
    if (opens && closes && s.len >= p->open.len + p->close.len)
        return slice_sub(s, p->open.len, s.len - p->close.len);
    if (opens && slice_find(s, p->close, p->open.len) == SIZE_MAX)
        return slice_from(s, p->open.len);
    if (closes && slice_find(slice_sub(s, 0, s.len - p->close.len), p->open, 0) == SIZE_MAX)
        return slice_sub(s, 0, s.len - p->close.len);
    return s;
}

/* [words](target "title") is its target. */
static slice trim_link(slice s)
{
    size_t middle = slice_find(s, S("]("), 0);
    if (s.len < 5 || s.ptr[0] != '[' || s.ptr[s.len - 1] != ')' || middle == SIZE_MAX)
        return s;
    slice target = slice_sub(s, middle + 2, s.len - 1);
    size_t blank = slice_find_byte(target, ' ', 0);
    if (blank != SIZE_MAX && blank + 1 < target.len && target.ptr[blank + 1] == '"')
        target = slice_sub(target, 0, blank);
    return target.len ? target : s;
}

static slice trim_punctuation(slice s)
{
    size_t n = ends_with(s, full_stops, COUNT_OF(full_stops));
    if (n)
        return slice_sub(s, 0, s.len - n);
    char last = s.len ? s.ptr[s.len - 1] : 0;
    bool two_colons = s.len >= 2 && last == ':' && s.ptr[s.len - 2] == ':'; /* an IPv6 address */
    if (last && strchr(".,;:!?", last) && !two_colons)
        s.len--;
    return s;
}

slice trim_value(slice s, bool only_quotes, unsigned *steps)
{
    size_t before = s.len;
    if (s.len && is_alnum(s.ptr[0]) && is_alnum(s.ptr[s.len - 1]))
        return s; /* nearly every value */
    for (size_t len = SIZE_MAX; len != s.len;) {
        len = s.len;
        s = trim_blanks(s);
        for (size_t i = 0; i < COUNT_OF(pairs); i++)
            if (pairs[i].quote || !only_quotes)
                s = trim_pair(s, &pairs[i]);
        if (only_quotes)
            continue;
        s = trim_link(s);
        s = slice_from(s, starts_with(s, bullets, COUNT_OF(bullets)));
        s = trim_punctuation(s);
    }
    *steps |= before != s.len ? STEP_TRIM : 0u;
    return s;
}
