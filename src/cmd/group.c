/* group.c - which entities are one thing, and why: see group.h. */
#include "cmd/group.h"
#include "publish/group_json.h"

static message tie_message(const name_tie *t)
{
    switch (t->rule) {
    case NAME_BY_PERSON: return msg_name_tie_person(t->source, t->reason);
    case NAME_BY_SOURCE:
        return msg_name_tie_source(t->source, slice_str(predicate_name(t->predicate)));
    case NAME_BY_ID: return msg_name_tie_id(t->name);
    case NAME_BY_PRIMARY: return msg_name_tie_primary(t->name);
    case NAME_BY_MUTUAL: return msg_name_tie_mutual(t->name);
    case NAME_BY_ALIAS: return msg_name_tie_alias(t->name);
    case NAME_BY_SHARED:
    case NAME_RULE_COUNT_:
    default: return msg_name_tie_shared(t->name);
    }
}

/* Its own names, each once, with the sources behind. */
static void put_member(app *a, const name_member *m)
{
    sink *out = &a->out;
    sink_words(out, S("  "));
    if (m->revoked)
        sink_put(out, msg_name_revoked(m->entity.text));
    else
        sink_foreign(out, m->entity.text);
    for (size_t i = 0; i < m->name_count && m->names[i].use == NAME_PRIMARY; i++) {
        if (i == 0 || !slice_eq(m->names[i].folded, m->names[i - 1].folded)) {
            sink_words(out, S("  "));
            sink_foreign(out, m->names[i].name);
        }
        sink_style(out, STYLE_DIM);
        sink_words(out, S(" ["));
        sink_foreign(out, m->names[i].source);
        sink_words(out, S("]"));
        sink_style(out, STYLE_PLAIN);
    }
    sink_line(out);
}

static void put_text(app *a, const name_group *g)
{
    sink *out = &a->out;
    sink_style(out, STYLE_TITLE);
    sink_foreign(out, g->name);
    sink_style(out, STYLE_PLAIN);
    sink_words(out, S("  "));
    sink_words(out, slice_str(kind_name(g->kind)));
    sink_words(out, S("  "));
    sink_put(out, msg_name_members((int64_t)g->member_count));
    sink_line(out);
    sink_indent(out, 4);
    for (size_t i = 0; i < g->member_count; i++)
        put_member(a, &g->members[i]);
    for (size_t i = 0; i < g->tie_count; i++) {
        const name_tie *t = &g->ties[i];
        sink_style(out, STYLE_DIM);
        sink_words(out, S("  "));
        sink_foreign(out, g->members[t->a].entity.text);
        sink_words(out, S(" = "));
        sink_foreign(out, g->members[t->b].entity.text);
        sink_style(out, STYLE_PLAIN);
        sink_words(out, S("  "));
        sink_put(out, tie_message(t));
        sink_line(out);
    }
    sink_indent(out, 0);
    if (g->cut) {
        sink_put(out, msg_name_cut());
        sink_line(out);
    }
}

static status put_json(app *a, const name_group *g, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, GROUP_JSON_MAX);
    group_json(&b, g);
    return app_json(a, &b, why);
}

status group_put(app *a, const name_group *g, err *why)
{
    if (a->json)
        return put_json(a, g, why);
    put_text(a, g);
    return OK;
}
