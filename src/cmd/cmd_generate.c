/* cmd_generate.c - noroshi generate man|bash|zsh|fish: what `make install` puts beside the
 * program. */
#include "base/text.h"
#include "cmd/generate.h"

enum { GENERATED_MAX = 4 << 20 };

/* https://reproducible-builds.org/specs/source-date-epoch/ before the clock. */
static slice date_of_page(app *a, char out[WHEN_TEXT_MAX])
{
    uint64_t epoch;
    for (const char *const *e = a->environment; *e; e++) {
        slice pair = slice_str(*e), name;
        slice_cut(&pair, '=', &name);
        if (slice_eq(name, S("SOURCE_DATE_EPOCH")) && slice_u64(pair, &epoch) &&
            epoch < (uint64_t)253402300800) /* the year 10000 */
            return slice_str(when_date((when)epoch * 1000, out));
    }
    return slice_str(when_date(clock_now(a->clock), out));
}

status cmd_generate(app *a, err *why)
{
    CLEANUP(buf_done) buf out;
    char date[WHEN_TEXT_MAX];
    buf_init(&out, GENERATED_MAX);
    if (slice_eq(a->operands[0], S("man")))
        man_put(&out, a->language, date_of_page(a, date));
    else if (slice_eq(a->operands[0], S("bash")))
        complete_bash_put(&out);
    else if (slice_eq(a->operands[0], S("zsh")))
        complete_zsh_put(&out);
    else if (slice_eq(a->operands[0], S("fish")))
        complete_fish_put(&out, a->language);
    else
        return app_fail(
            a, ERR_INPUT,
            msg_option_bad_choice(text_brief(a->memory, a->operands[0]), S("man bash zsh fish")),
            S(""), why);
    status st = buf_status(&out, why);
    a->out.options.columns = 0;
    if (st == OK)
        sink_words(&a->out, buf_slice(&out));
    return st == OK ? sink_flush(&a->out, why) : st;
}
