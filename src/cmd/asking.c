/* asking.c - see asking.h. */
#include "cmd/asking.h"

#include "answer/render.h"

static status put_json(const app *a, sink *out, const answer *w, bool brief, buf *line, err *why)
{
    render_amount how = brief                                  ? RENDER_SHORT
                        : option_bool(a->options, OPT_ASK_ALL) ? RENDER_ALL
                                                               : RENDER_CAPPED;
    buf_clear(line);
    status st = answer_json(w, how, line, why);
    if (st == OK)
        sink_json(out, buf_slice(line));
    return st;
}

status asking_put(const app *a, sink *out, const answer *w, bool first, buf *line, err *why)
{
    const text_options how = {.all = option_bool(a->options, OPT_ASK_ALL),
                              .why = option_bool(a->options, OPT_ASK_WHY)};
    bool brief = option_bool(a->options, OPT_ASK_SHORT);
    if (!a->json && !first && !brief)
        sink_line(out);
    status st = a->json ? put_json(a, out, w, brief, line, why)
                : brief ? answer_line(w, out, why)
                        : answer_text(w, how, out, why);
    return st == OK ? sink_flush(out, why) : st;
}

bool asking_all(const app *a)
{
    return option_bool(a->options, OPT_ASK_ALL) || option_bool(a->options, OPT_ASK_WHY);
}

when asking_seen(const app *a)
{
    return option_is_set(a->options, OPT_ASK_SEEN) ? option_time(a->options, OPT_ASK_SEEN)
                                                   : WHEN_NONE;
}
