/* group_json.c - see group_json.h. */
#include "publish/group_json.h"
#include "base/json_field.h"
#include "know/claims.h"

#include <stdio.h>

static void member_json(json_writer *w, const name_member *m)
{
    json_open(w, '{');
    json_field_text(w, "id", m->entity.text);
    json_field_text(w, "kind", slice_str(kind_name(m->entity.kind)));
    json_field_bool(w, "revoked", m->revoked);
    json_key(w, "names");
    json_open(w, '[');
    for (size_t i = 0; i < m->name_count; i++) {
        json_open(w, '{');
        json_field_text(w, "name", m->names[i].name);
        json_field_text(w, "source", m->names[i].source);
        json_field_text(w, "kind", slice_str(name_use_word(m->names[i].use)));
        json_close(w, '}');
    }
    json_close(w, ']');
    json_field_bool(w, "more", m->more);
    json_close(w, '}');
}

static void tie_json(json_writer *w, const name_group *g, const name_tie *t)
{
    char id[CLAIM_ID_TEXT + 1] = "";
    if (t->predicate != PRED_NONE)
        snprintf(id, sizeof id, "%016llx%016llx", (unsigned long long)t->claim_hi,
                 (unsigned long long)t->claim_lo);
    json_open(w, '{');
    json_field_text(w, "a", g->members[t->a].entity.text);
    json_field_text(w, "b", g->members[t->b].entity.text);
    json_field_text(w, "by", slice_str(name_rule_word(t->rule)));
    json_field_text(w, "name", t->name);
    json_field_text(w, "claim", slice_str(id));
    json_field_text(w, "predicate", t->predicate ? slice_str(predicate_name(t->predicate)) : S(""));
    json_field_text(w, "source", t->source);
    json_field_text(w, "reason", t->reason);
    json_close(w, '}');
}

void group_json(buf *out, const name_group *g)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.group/1"));
    json_key(&w, "entity");
    json_open(&w, '{');
    json_field_text(&w, "id", g->id.text);
    json_field_text(&w, "kind", slice_str(kind_name(g->kind)));
    json_field_text(&w, "name", g->name);
    json_close(&w, '}');
    json_field_bool(&w, "cut", g->cut);
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
}
