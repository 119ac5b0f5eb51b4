/* The first byte gives the arguments their types, the next NUL ends the English, the rest is the
 * Japanese. Property: a row that keeps the rules shows every argument in both languages, and a row
 * that does not is rendered all the same. */
#include "base/message.h"

#include <stdlib.h>

enum { TEMPLATE_MAX = 2000 };

static bool shows(const buf *b, slice what)
{
    return slice_find(buf_slice(b), what, 0) != SIZE_MAX;
}

static void bracket(void *ctx, buf *out, slice foreign)
{
    (void)ctx;
    buf_printf(out, "\x01%.*s\x02", SLICE_FMT(foreign));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char en[TEMPLATE_MAX + 1] = {0}, ja[TEMPLATE_MAX + 1] = {0};
    slice rest = slice_of((const char *)data, size), english;
    if (size < 2 || size > TEMPLATE_MAX)
        return 0;
    bool number = data[0] & 1;
    rest = slice_from(rest, 1);
    slice_cut(&rest, 0, &english);
    if (english.len)
        memcpy(en, english.ptr, english.len);
    if (rest.len)
        memcpy(ja, rest.ptr, rest.len);
    const message_row row = {"fuzz_row",
                             {en, ja},
                             {number ? MESSAGE_TYPE_count : MESSAGE_TYPE_text, MESSAGE_TYPE_text},
                             {"a", "b"}};
    message m = {.args = {{.text = S("first")}, {.text = S("second")}}};
    if (number)
        m.args[0].n = -1234567;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    bool good = message_row_check(&row, &out);
    const message_style style = {.text = bracket};
    for (language l = 0; l < LANG_COUNT_; l++) {
        buf_clear(&out);
        message_render_row(&out, l, &row, &m, &style);
        if (out.failed)
            abort();
        if (good && (!shows(&out, number ? S("-1,234,567")
                                         : S("\x01"
                                             "first\x02")) ||
                     !shows(&out, S("\x01"
                                    "second\x02"))))
            abort();
    }
    return 0;
}
