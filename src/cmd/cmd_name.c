/* cmd_name.c - noroshi name merge A B --why T, noroshi name split A B --why T: a person's decision
 * that two entities are one or are not; recorded, dated, reversible. */
#include "cmd/group.h"
#include "know/store.h"
#include "know/write.h"

status cmd_name_merge(app *a, err *why);
status cmd_name_split(app *a, err *why);

/* The groups as they are afterwards: one when merged, both when split. */
static status put_outcome(app *a, lens *l, const name_change *c, bool merged, err *why)
{
    name_group g;
    status st = OK;
    if (!a->json) {
        sink_put(&a->out, merged ? msg_name_merged(c->a.text, c->b.text)
                                 : msg_name_separated(c->a.text, c->b.text));
        sink_line(&a->out);
    }
    for (int i = 0; st == OK && i < (merged ? 1 : 2); i++) {
        if ((st = name_group_of(l, a->memory, i ? c->b : c->a, &g, why)) == OK)
            st = group_put(a, &g, why);
    }
    return st;
}

static status decide(app *a, bool merge, err *why)
{
    lens *l;
    store *s;
    writer *w = NULL;
    name_change c = {0};
    name_decider by = {.source = app_analyst(a)};
    slice reason = option_text(a->options, OPT_NAME_WHY);
    if (!reason.len)
        return app_fail(a, ERR_INPUT, msg_name_why(), S(""), why);
    if (option_is_set(a->options, OPT_NAME_TLP))
        by.floor.tlp = (tlp)option_int(a->options, OPT_NAME_TLP);
    status st = app_store(a, &s, why);
    if (st == OK)
        st = app_lens(a, &l, why);
    if (st == OK)
        st = (merge ? name_merge : name_split)(l, a->memory, a->operands[0], a->operands[1], &by,
                                               &c, why);
    if (st != OK)
        return st;
    st = writer_new(s, app_actor(a), &w, why);
    if (st == OK)
        st = name_apply(w, &c, reason, why);
    writer_free(w);
    if (st == OK)
        st = lens_look(l, &a->view, why);
    if (st == OK)
        st = put_outcome(a, l, &c, merge, why);
    return st == OK ? sink_flush(&a->out, why) : st;
}

status cmd_name_merge(app *a, err *why)
{
    return decide(a, true, why);
}

status cmd_name_split(app *a, err *why)
{
    return decide(a, false, why);
}
