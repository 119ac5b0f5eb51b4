/* group.c - which entities are one thing, and why: see group.h. */
#include "cmd/group.h"
#include "know/claims.h"

#include <stdio.h>

enum { JSON_MAX = 16 << 20 };

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

static void put_ref(json_writer *w, const char *key, node_ref n)
{
    json_key(w, key);
    json_put_text(w, n.text);
}

static void put_text_or_null(json_writer *w, const char *key, slice text)
{
    json_key(w, key);
    if (text.len)
        json_put_text(w, text);
    else
        json_put_null(w);
}

static void member_json(json_writer *w, const name_member *m)
{
    json_open(w, '{');
    put_ref(w, "id", m->entity);
    json_key(w, "kind");
    json_put_text(w, slice_str(kind_name(m->entity.kind)));
    json_key(w, "revoked");
    json_put_bool(w, m->revoked);
    json_key(w, "names");
    json_open(w, '[');
    for (size_t i = 0; i < m->name_count; i++) {
        json_open(w, '{');
        json_key(w, "name");
        json_put_text(w, m->names[i].name);
        json_key(w, "source");
        json_put_text(w, m->names[i].source);
        json_key(w, "kind");
        json_put_text(w, slice_str(name_use_word(m->names[i].use)));
        json_close(w, '}');
    }
    json_close(w, ']');
    json_key(w, "more");
    json_put_bool(w, m->more);
    json_close(w, '}');
}

static void tie_json(json_writer *w, const name_group *g, const name_tie *t)
{
    char id[CLAIM_ID_TEXT + 1] = "";
    if (t->predicate != PRED_NONE)
        snprintf(id, sizeof id, "%016llx%016llx", (unsigned long long)t->claim_hi,
                 (unsigned long long)t->claim_lo);
    json_open(w, '{');
    put_ref(w, "a", g->members[t->a].entity);
    put_ref(w, "b", g->members[t->b].entity);
    json_key(w, "by");
    json_put_text(w, slice_str(name_rule_word(t->rule)));
    put_text_or_null(w, "name", t->name);
    put_text_or_null(w, "claim", slice_str(id));
    put_text_or_null(w, "predicate",
                     t->predicate ? slice_str(predicate_name(t->predicate)) : S(""));
    put_text_or_null(w, "source", t->source);
    put_text_or_null(w, "reason", t->reason);
    json_close(w, '}');
}

static status put_json(app *a, const name_group *g, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, JSON_MAX);
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.group/1"));
    json_key(&w, "entity");
    json_open(&w, '{');
    put_ref(&w, "id", g->id);
    json_key(&w, "kind");
    json_put_text(&w, slice_str(kind_name(g->kind)));
    json_key(&w, "name");
    json_put_text(&w, g->name);
    json_close(&w, '}');
    json_key(&w, "cut");
    json_put_bool(&w, g->cut);
    json_key(&w, "members");
    json_open(&w, '[');
    for (size_t i = 0; i < g->member_count; i++)
        member_json(&w, &g->members[i]);
    json_close(&w, ']');
    json_key(&w, "ties");
    json_open(&w, '[');
    for (size_t i = 0; i < g->tie_count; i++)
        tie_json(&w, g, &g->ties[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    status st = buf_status(&b, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
}

status group_put(app *a, const name_group *g, err *why)
{
    if (a->json)
        return put_json(a, g, why);
    put_text(a, g);
    return OK;
}
