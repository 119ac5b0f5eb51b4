/* domain_display.c - domain names for the eyes: see domain_display in domain.h. */
#include "model/domain.h"

#include "base/text.h"

#include <idn2.h>

/* --- scripts -------------------------------------------------------------------------------- */

typedef enum script {
    SCRIPT_COMMON = 0, /* digits, hyphens: go with everything */
    SCRIPT_LATIN = 1 << 0,
    SCRIPT_GREEK = 1 << 1,
    SCRIPT_CYRILLIC = 1 << 2,
    SCRIPT_ARMENIAN = 1 << 3,
    SCRIPT_HEBREW = 1 << 4,
    SCRIPT_ARABIC = 1 << 5,
    SCRIPT_INDIC = 1 << 6, /* those of India and its neighbours: a label stays in one block */
    SCRIPT_THAI = 1 << 7,
    SCRIPT_GEORGIAN = 1 << 8,
    SCRIPT_HIRAGANA = 1 << 9,
    SCRIPT_KATAKANA = 1 << 10,
    SCRIPT_HAN = 1 << 11,
    SCRIPT_HANGUL = 1 << 12,
    SCRIPT_BOPOMOFO = 1 << 13,
    SCRIPT_OTHER = 1 << 14,
} script;

/* Blocks as Unicode lays them out (Scripts.txt has the exceptions, none of which may be in an
 * IDNA2008 label together with letters of another script). In order. */
static const struct range {
    uint32_t first, last;
    script script;
} ranges[] = {
    {0x0030, 0x0039, SCRIPT_COMMON},   {0x0041, 0x024f, SCRIPT_LATIN},
    {0x0250, 0x02af, SCRIPT_LATIN},    {0x0300, 0x036f, SCRIPT_COMMON},
    {0x0370, 0x03ff, SCRIPT_GREEK},    {0x0400, 0x052f, SCRIPT_CYRILLIC},
    {0x0530, 0x058f, SCRIPT_ARMENIAN}, {0x0590, 0x05ff, SCRIPT_HEBREW},
    {0x0600, 0x077f, SCRIPT_ARABIC},   {0x08a0, 0x08ff, SCRIPT_ARABIC},
    {0x0900, 0x0dff, SCRIPT_INDIC},    {0x0e00, 0x0e7f, SCRIPT_THAI},
    {0x10a0, 0x10ff, SCRIPT_GEORGIAN}, {0x1100, 0x11ff, SCRIPT_HANGUL},
    {0x1c80, 0x1c8f, SCRIPT_CYRILLIC}, {0x1e00, 0x1eff, SCRIPT_LATIN},
    {0x1f00, 0x1fff, SCRIPT_GREEK},    {0x2d00, 0x2d2f, SCRIPT_GEORGIAN},
    {0x2de0, 0x2dff, SCRIPT_CYRILLIC}, {0x3005, 0x3007, SCRIPT_HAN},
    {0x3041, 0x309f, SCRIPT_HIRAGANA}, {0x30a0, 0x30ff, SCRIPT_KATAKANA},
    {0x3105, 0x312f, SCRIPT_BOPOMOFO}, {0x31f0, 0x31ff, SCRIPT_KATAKANA},
    {0x3400, 0x9fff, SCRIPT_HAN},      {0xa640, 0xa69f, SCRIPT_CYRILLIC},
    {0xa720, 0xa7ff, SCRIPT_LATIN},    {0xab30, 0xab6f, SCRIPT_LATIN},
    {0xac00, 0xd7af, SCRIPT_HANGUL},   {0xf900, 0xfaff, SCRIPT_HAN},
    {0x20000, 0x3ffff, SCRIPT_HAN},
};

static script script_of(uint32_t c)
{
    if (c == '-' || c == '_' || c == 0x30fc || c == 0x30fb || c == 0xb7)
        return SCRIPT_COMMON;
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return ranges[i].script;
    return SCRIPT_OTHER;
}

/* Letters that a reader takes for Latin ones: a label of nothing but these imitates. */
static bool imitates_latin(uint32_t c)
{
    static const uint16_t list[] = {
        /* Cyrillic */
        0x0430,
        0x0432,
        0x0435,
        0x043a,
        0x043c,
        0x043d,
        0x043e,
        0x0440,
        0x0441,
        0x0442,
        0x0443,
        0x0445,
        0x0455,
        0x0456,
        0x0458,
        0x04bb,
        0x04cf,
        0x0501,
        0x051b,
        0x051d,
        /* Greek */
        0x03b1,
        0x03b9,
        0x03ba,
        0x03bd,
        0x03bf,
        0x03c1,
        0x03c4,
        0x03c5,
        0x03c7,
    }; /* Greek */
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (list[i] == c)
            return true;
    return false;
}

/* Together these are how Japanese, Korean and Chinese are written (UTS 39 section 5.2). */
static bool one_writing(unsigned scripts)
{
    static const unsigned writings[] = {
        SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_HIRAGANA | SCRIPT_KATAKANA,
        SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_HANGUL, SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_BOPOMOFO};
    for (size_t i = 0; i < COUNT_OF(writings); i++)
        if ((scripts & ~writings[i]) == 0)
            return true;
    return (scripts & (scripts - 1)) == 0;
}

static bool readable(slice label)
{
    unsigned scripts = 0;
    bool imitation = true, letters = false;
    while (label.len) {
        uint32_t c = utf8_next(&label);
        script s = script_of(c);
        scripts |= (unsigned)s;
        if (s != SCRIPT_COMMON) {
            letters = true;
            imitation &= imitates_latin(c);
        }
    }
    return one_writing(scripts) && !(scripts & SCRIPT_OTHER) && !(letters && imitation);
}

/* --- labels --------------------------------------------------------------------------------- */

static void put_label(buf *b, slice label, bool *mixed)
{
    char z[DOMAIN_LABEL_MAX + 1];
    char *decoded = NULL;
    if (!slice_starts(label, S("xn--")) || label.len > DOMAIN_LABEL_MAX) {
        buf_put(b, label);
        return;
    }
    memcpy(z, label.ptr, label.len);
    z[label.len] = 0;
    slice u = label;
    if (idn2_to_unicode_8z8z(z, &decoded, 0) == IDN2_OK) {
        slice text = slice_str(decoded);
        if (utf8_check(text) == SIZE_MAX && readable(text))
            u = text;
    }
    *mixed |= slice_eq(u, label);
    buf_put(b, u);
    idn2_free(decoded);
}

status domain_display(arena *a, slice name, slice *ret, bool *ret_mixed, err *why)
{
    CLEANUP(buf_done) buf b;
    bool mixed = false, first = true;
    slice rest = name, label;
    buf_init(&b, DOMAIN_INPUT_MAX);
    while (slice_cut(&rest, '.', &label)) {
        if (!first)
            buf_byte(&b, '.');
        first = false;
        put_label(&b, label, &mixed);
    }
    if (b.failed)
        return err_set(why, ERR_LIMIT, 0, "domain name over %d bytes", DOMAIN_INPUT_MAX);
    if (!arena_copy(a, buf_slice(&b), ret))
        return ARENA_SPENT(a, why);
    if (ret_mixed)
        *ret_mixed = mixed;
    return OK;
}
