/* text_show.c - what a character does to the eye: see text.h. */
#include "base/text.h"

#include <utf8proc.h>

typedef struct range {
    uint32_t from, to;
} range;

static bool in(const range *ranges, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    return false;
}

/* Letters, marks and symbols that print as nothing: Unicode property
 * Default_Ignorable_Code_Point without what the categories below catch, and the empty Braille
 * pattern. */
static const range blank[] = {
    {0x034f, 0x034f}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x2800, 0x2800},
    {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xffa0, 0xffa0}, {0xe0000, 0xe0fff},
};

bool text_is_visible(uint32_t c)
{
    if (c < 0x7f)
        return c >= 0x20;
    if ((c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) ||
        (c >= 0x4e00 && c <= 0x9ffc))
        return true; /* nearly all Japanese, without a look-up */
    if (in(blank, COUNT_OF(blank), c))
        return false;
    unsigned k = 1u << utf8proc_category((utf8proc_int32_t)c);
    const unsigned unseen = 1u << UTF8PROC_CATEGORY_CN | 1u << UTF8PROC_CATEGORY_CC |
                            1u << UTF8PROC_CATEGORY_CF | 1u << UTF8PROC_CATEGORY_CS |
                            1u << UTF8PROC_CATEGORY_CO | 1u << UTF8PROC_CATEGORY_ZL |
                            1u << UTF8PROC_CATEGORY_ZP;
    return !(k & unseen);
}

bool text_is_mark(uint32_t c)
{
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_ME;
}

bool text_is_right_to_left(uint32_t c)
{
    if (c < 0x590)
        return false;
    utf8proc_propval_t k = utf8proc_get_property((utf8proc_int32_t)c)->bidi_class;
    return k == UTF8PROC_BIDI_CLASS_R || k == UTF8PROC_BIDI_CLASS_AL || k == UTF8PROC_BIDI_CLASS_AN;
}

slice text_brief(arena *a, slice s)
{
    size_t n = TEXT_BRIEF_MAX;
    if (s.len <= n)
        return s;
    while (n && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
        n--;
    slice cut = slice_sub(s, 0, n ? n : TEXT_BRIEF_MAX), marked;
    marked = arena_printf(a, "%.*s...", SLICE_FMT(cut));
    return marked.ptr ? marked : cut;
}

/* Blocks of the Unicode Standard; only letters are asked for. */
static const struct {
    range block;
    alphabet is;
} alphabets[] = {
    {{'A', 'Z'}, ALPHABET_LATIN},          {{'a', 'z'}, ALPHABET_LATIN},
    {{0xc0, 0xd6}, ALPHABET_LATIN},        {{0xd8, 0xf6}, ALPHABET_LATIN},
    {{0xf8, 0x24f}, ALPHABET_LATIN},       {{0x250, 0x2af}, ALPHABET_LATIN},
    {{0x370, 0x3ff}, ALPHABET_GREEK},      {{0x400, 0x52f}, ALPHABET_CYRILLIC},
    {{0x531, 0x587}, ALPHABET_ARMENIAN},   {{0x13a0, 0x13fd}, ALPHABET_CHEROKEE},
    {{0x1c80, 0x1c88}, ALPHABET_CYRILLIC}, {{0x1d00, 0x1d25}, ALPHABET_LATIN},
    {{0x1e00, 0x1eff}, ALPHABET_LATIN},    {{0x1f00, 0x1fff}, ALPHABET_GREEK},
    {{0x2c60, 0x2c7f}, ALPHABET_LATIN},    {{0x2de0, 0x2dff}, ALPHABET_CYRILLIC},
    {{0xa640, 0xa69f}, ALPHABET_CYRILLIC}, {{0xa720, 0xa7ff}, ALPHABET_LATIN},
    {{0xab70, 0xabbf}, ALPHABET_CHEROKEE}, {{0xff21, 0xff3a}, ALPHABET_LATIN},
    {{0xff41, 0xff5a}, ALPHABET_LATIN},
};

alphabet text_alphabet(uint32_t c)
{
    for (size_t i = 0; i < COUNT_OF(alphabets); i++)
        if (c >= alphabets[i].block.from && c <= alphabets[i].block.to)
            return alphabets[i].is;
    return ALPHABET_NONE;
}

const char *text_alphabet_name(alphabet a)
{
    static const char *const names[] = {"", "Latin", "Greek", "Cyrillic", "Armenian", "Cherokee"};
    _Static_assert(COUNT_OF(names) == ALPHABET_COUNT_, "an alphabet without a name");
    assert(a < ALPHABET_COUNT_);
    return names[a];
}
