/* narrow.c - stage one: full-width and other compatibility forms of ASCII become ASCII, characters
 * that nobody sees go, "\/" as JSON writes a slash is a slash. Nearly without context. */
#include "model/refang/stage.h"

#include "base/text.h"
#include "model/bytes.h"

/* Soft hyphen, zero-width characters, marks of direction, variation tags, the byte order mark. */
static bool invisible(uint32_t c)
{
    return c == 0xad || c == 0x34f || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2064) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

/* The ASCII character it stands for, 0 when it stands for itself. The full-width full stop is left
 * to stage two: in Japanese it ends sentences. */
static char narrow(uint32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e && c != 0xff0e)
        return (char)(c - 0xff01 + 0x21);
    if (c == 0x3000 || c == 0xa0 || c == 0x202f || (c >= 0x2002 && c <= 0x200a))
        return ' ';
    return c == 0x2010 || c == 0x2011 ? '-' : 0; /* hyphens that word processors put */
}

/* Behind "\" and what nobody sees, a slash: its end, else SIZE_MAX. */
static size_t escaped_slash(const stage *s, size_t behind)
{
    char before = s->n ? s->out[s->n - 1] : ' ';
    slice rest = slice_from(s->in, behind);
    if (before == '\\' || is_space(before))
        return SIZE_MAX;
    while (rest.len) {
        uint32_t c = utf8_next(&rest);
        if (c == '/' || narrow(c) == '/')
            return s->in.len - rest.len;
        if (!invisible(c))
            break;
    }
    return SIZE_MAX;
}

bool narrow_wanted(slice text)
{
    return bytes_foreign(text, 0) < text.len;
}

bool narrow_stage(stage *s)
{
    while (s->i < s->in.len && !s->failed) {
        stage_copy(s, bytes_foreign(s->in, s->i));
        if (s->i == s->in.len)
            break;
        slice rest = slice_from(s->in, s->i);
        uint32_t c = utf8_next(&rest);
        size_t end = s->in.len - rest.len;
        char ascii = narrow(c);
        size_t slash = c == '\\' || ascii == '\\' ? escaped_slash(s, end) : SIZE_MAX;
        if (stage_ends_broken(s))
            stage_copy(s, end);
        else if (slash != SIZE_MAX)
            stage_edit(s, s->n, S("/"), slash, STEP_NORMALISE);
        else if (invisible(c))
            stage_edit(s, s->n, S(""), end, STEP_TRIM);
        else if (ascii)
            stage_edit(s, s->n, slice_of(&ascii, 1), end, STEP_WIDTH);
        else
            stage_copy(s, end);
    }
    return !s->failed;
}
