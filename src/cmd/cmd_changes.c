/* cmd_changes.c - noroshi changes --since TIME: values whose verdict is another one now. */
#include "cmd/changing.h"
#include "know/store.h"

status cmd_changes(app *a, err *why);

static status on_change(void *ctx, const verdict_change *c, err *why)
{
    return changing_put(ctx, c, why);
}

status cmd_changes(app *a, err *why)
{
    lens *after, *before = NULL;
    index_t *ix = NULL;
    rejudge_counts n = {0};
    view then = a->view;
    if (!option_is_set(a->options, OPT_CHANGES_SINCE))
        return app_fail(a, ERR_INPUT, msg_changes_since(), S(""), why);
    then.known_at = then.now = option_time(a->options, OPT_CHANGES_SINCE);
    status st = app_lens(a, &after, why);
    if (st == OK)
        st = lens_new(a->store, &before, why);
    if (st == OK)
        st = lens_look(before, &then, why);
    if (st == OK)
        st = index_open(a->store, &ix, why);
    if (st == OK) {
        rejudge_options o = {.before = before,
                             .after = after,
                             .ix = ix,
                             .since = then.known_at,
                             .on_change = on_change,
                             .ctx = a};
        st = rejudge(&o, &n, why);
    }
    index_close(ix);
    lens_free(before);
    if (st == OK && !n.changed)
        app_exit(a, 1);
    if (st == OK)
        st = sink_flush(&a->out, why); /* the rows before the sum */
    if (st == OK)
        app_note(a, msg_changes_count((int64_t)n.judged, (int64_t)n.changed));
    return st;
}
