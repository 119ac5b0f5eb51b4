/* phrase.c - messages one after another: see render.h. */
#include "answer/render.h"

slice phrase_joint(phrase_join join, language l)
{
    static const char *const joins[][LANG_COUNT_] = {
        [JOIN_NONE] = {"", ""},          [JOIN_COMMA] = {", ", "、"}, [JOIN_DOT] = {" · ", " · "},
        [JOIN_SEMICOLON] = {"; ", "。"}, [JOIN_BLANK] = {" ", " "},
    };
    return slice_str(joins[join][l]);
}

void phrase_render(buf *out, language l, const phrase *p, const message_style *look)
{
    for (size_t i = 0; i < p->count; i++) {
        if (i)
            buf_put(out, phrase_joint(p->join, l));
        message_render(out, l, &p->part[i], look);
    }
}
