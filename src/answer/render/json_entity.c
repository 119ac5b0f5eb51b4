/* json_entity.c - members of answers about things with a name: see render.h and docs/answers.md. */
#include "answer/render/write.h"

#include <stdio.h>

static void put_id_name(json_out *o, node_ref node, slice name, slice id)
{
    put_member(o, "id", node.text);
    put_string(o, "kind", kind_name(node.kind));
    put_member(o, "name", name);
    put_member(o, "external_id", id);
}

static void put_text(json_out *o, const char *key, slice text, slice source)
{
    json_key(&o->w, key);
    if (!text.len) {
        json_put_null(&o->w);
        return;
    }
    json_open(&o->w, '{');
    put_member(o, "text", text);
    put_member(o, "source", source);
    json_close(&o->w, '}');
}

static void put_sayings(json_out *o, const char *key, const answer_sayings *list)
{
    json_key(&o->w, key);
    json_open(&o->w, '[');
    size_t n = put_some(o, key, list->count, list->total);
    for (size_t i = 0; i < n; i++) {
        const answer_saying *s = &list->at[i];
        json_open(&o->w, '{');
        put_member(o, "id", s->node.text);
        put_string(o, "kind", s->node.kind == KIND_NONE ? NULL : kind_name(s->node.kind));
        put_member(o, "name", s->name);
        put_texts(o, "sources", s->sources, s->source_count);
        put_maybe(o, "confidence", s->confidence, s->confidence >= 0);
        put_member(o, "basis", s->note);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_relation_list(json_out *o, const char *key, const answer_relations *list)
{
    json_key(&o->w, key);
    json_open(&o->w, '[');
    size_t n = put_some(o, key, list->count, list->total);
    for (size_t i = 0; i < n; i++) {
        const answer_relation *r = &list->at[i];
        json_open(&o->w, '{');
        put_id_name(o, r->node, r->name, r->id);
        put_string(o, "relation", predicate_name(r->predicate));
        put_string(o, "direction", r->pointing ? "to-this" : "from-this");
        put_maybe(o, "techniques", (int64_t)r->count, r->count != 0);
        put_when(o, "first_seen", r->first_seen);
        put_when(o, "last_seen", r->last_seen);
        if (r->mapping_count)
            put_texts(o, "mapping", r->mapping, r->mapping_count);
        put_text(o, "text", r->text, r->text_source);
        put_member(o, "basis", r->basis);
        put_texts(o, "sources", r->sources, r->source_count);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

/* --- the card ------------------------------------------------------------------------------- */

static void put_all_names(json_out *o, const name_group *g)
{
    size_t written = 0, total = 0;
    json_key(&o->w, "names");
    json_open(&o->w, '[');
    for (size_t i = 0; i < g->name_count; i++)
        for (size_t s = 0; s < g->names[i].source_count; s++) {
            const name_entry *e = &g->names[i];
            total++;
            if (o->how != RENDER_ALL && written == ANSWER_SHOWN)
                continue;
            written++;
            json_open(&o->w, '{');
            put_member(o, "name", e->name);
            put_member(o, "source", e->sources[s]);
            put_string(o, "kind", name_use_word(e->use));
            put_bool(o, "shared", e->shared);
            json_close(&o->w, '}');
        }
    json_close(&o->w, ']');
    if (written < total) {
        o->more[o->more_count].key = "names";
        o->more[o->more_count++].count = total - written;
    }
}

static void put_matched(json_out *o, const answer *w)
{
    const answer_card *c = w->card;
    put_member(o, "matched_name", c->use_count ? c->uses[0].name : w->question.value);
    json_key(&o->w, "matched_by");
    json_open(&o->w, '[');
    size_t n = put_some(o, "matched_by", c->use_count, c->use_count);
    for (size_t i = 0; i < n; i++) {
        json_open(&o->w, '{');
        put_member(o, "source", c->uses[i].source);
        put_string(o, "kind", name_use_word(c->uses[i].use));
        put_member(o, "of", c->use_of[i].text);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_members(json_out *o, const name_group *g)
{
    json_key(&o->w, "members");
    json_open(&o->w, '[');
    size_t n = put_some(o, "members", g->member_count, g->member_count);
    for (size_t i = 0; i < n; i++) {
        json_open(&o->w, '{');
        put_member(o, "id", g->members[i].entity.text);
        put_bool(o, "revoked", g->members[i].revoked);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
    json_key(&o->w, "joined_by");
    json_open(&o->w, '[');
    n = put_some(o, "joined_by", g->tie_count, g->tie_count);
    for (size_t i = 0; i < n; i++) {
        const name_tie *t = &g->ties[i];
        json_open(&o->w, '{');
        put_member(o, "a", g->members[t->a].entity.text);
        put_member(o, "b", g->members[t->b].entity.text);
        put_string(o, "rule", name_rule_word(t->rule));
        put_member(o, "name", t->name);
        put_member(o, "source", t->source);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_entity(json_out *o, const answer *w)
{
    const answer_card *c = w->card;
    json_key(&o->w, "entity");
    json_open(&o->w, '{');
    put_id_name(o, c->group.id, c->group.name, c->external_id);
    put_all_names(o, &c->group);
    put_matched(o, w);
    put_members(o, &c->group);
    put_text(o, "description", c->description,
             c->description_claim ? c->description_claim->source : S(""));
    put_sayings(o, "origins", &c->origins);
    put_sayings(o, "targets", &c->targets);
    put_sayings(o, "motives", &c->motives);
    put_when(o, "first_seen", c->first_seen);
    put_when(o, "last_seen", c->last_seen);
    put_maybe(o, "since_year", c->since_year, c->since_year != 0);
    put_texts(o, "tactics", c->tactics, c->tactic_count);
    put_texts(o, "platforms", c->platforms, c->platform_count);
    json_key(&o->w, "parent");
    if (c->parent.kind != KIND_NONE) {
        json_open(&o->w, '{');
        put_id_name(o, c->parent, c->parent_name, c->parent_id);
        json_close(&o->w, '}');
    } else {
        json_put_null(&o->w);
    }
    json_close(&o->w, '}');
}

static void put_counts(json_out *o, const answer *w)
{
    const answer_card *c = w->card;
    json_key(&o->w, "counts");
    json_open(&o->w, '{');
    put_int(o, "techniques", (int64_t)w->technique_total);
    put_int(o, "techniques_with_detection_strategy", (int64_t)c->detected);
    put_int(o, "software", (int64_t)c->software.total);
    put_int(o, "campaigns", (int64_t)c->campaigns.total);
    put_int(o, "actors", (int64_t)c->actors.total);
    put_int(o, "vulnerabilities", (int64_t)c->vulnerabilities.total);
    put_int(o, "observables", (int64_t)c->observables);
    json_close(&o->w, '}');
}

/* Ids by tactic, every technique under each of its tactics: not cut, ids are short. */
static void put_by_tactic(json_out *o, const answer *w)
{
    slice seen[64];
    size_t n = 0;
    json_key(&o->w, "techniques_by_tactic");
    json_open(&o->w, '{');
    for (size_t i = 0; i < w->technique_count; i++)
        for (size_t t = 0; t < w->techniques[i].tactic_count; t++) {
            slice tactic = w->techniques[i].tactics[t];
            bool again = n == COUNT_OF(seen);
            for (size_t k = 0; k < n; k++)
                again |= slice_eq(seen[k], tactic);
            if (again)
                continue;
            seen[n++] = tactic;
            json_key_slice(&o->w, tactic);
            json_open(&o->w, '[');
            for (size_t k = i; k < w->technique_count; k++)
                for (size_t m = 0; m < w->techniques[k].tactic_count; m++)
                    if (slice_eq(w->techniques[k].tactics[m], tactic))
                        json_put_text(&o->w, w->techniques[k].id.len ? w->techniques[k].id
                                                                     : w->techniques[k].name);
            json_close(&o->w, ']');
        }
    json_close(&o->w, '}');
}

static void put_observables(json_out *o, const answer_card *c)
{
    json_key(&o->w, "observables");
    json_open(&o->w, '{');
    put_int(o, "count", (int64_t)c->observables);
    put_bool(o, "at_least", c->observables_at_least);
    json_key(&o->w, "sample");
    json_open(&o->w, '[');
    for (size_t i = 0; i < c->sample_count; i++) {
        json_open(&o->w, '{');
        put_string(o, "kind", kind_name(c->sample[i].kind));
        put_member(o, "value", c->sample[i].text);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
    json_close(&o->w, '}');
}

static void put_lists(json_out *o, const answer *w)
{
    const answer_card *c = w->card;
    put_relation_list(o, "software", &c->software);
    put_relation_list(o, "campaigns", &c->campaigns);
    put_relation_list(o, "actors", &c->actors);
    put_relation_list(o, "subtechniques", &c->subtechniques);
    put_relation_list(o, "exploits", &c->exploits);
    put_relation_list(o, "vulnerabilities", &c->vulnerabilities);
    put_relation_list(o, "relations", &c->relations);
    put_relation_list(o, "detections", &c->detections);
    put_relation_list(o, "mitigations", &c->mitigations);
    put_observables(o, c);
    json_key(&o->w, "changes");
    json_put_raw(&o->w, S("[]"));
}

/* --- a vulnerability ------------------------------------------------------------------------ */

static void put_kev(json_out *o, const answer_vulnerability *v)
{
    char id[CLAIM_ID_TEXT + 1];
    json_key(&o->w, "kev");
    if (!v->exploited) {
        json_put_null(&o->w);
        return;
    }
    json_open(&o->w, '{');
    put_day(o, "date_added", v->date_added);
    put_day(o, "due_date", v->due_date);
    put_member(o, "ransomware", v->ransomware);
    put_member(o, "required_action", v->action);
    put_member(o, "vendor", v->vendor);
    put_member(o, "product", v->product);
    put_texts(o, "cwes", v->cwes, v->cwe_count);
    put_member(o, "source", v->kev->source);
    put_string(o, "claim", claim_id_text(v->kev, id));
    put_member(o, "at", v->kev->place);
    json_close(&o->w, '}');
}

static void put_claim_id(json_out *o, const claim *c)
{
    char id[CLAIM_ID_TEXT + 1];
    put_member(o, "source", c->source);
    put_string(o, "claim", claim_id_text(c, id));
}

static void put_cvss(json_out *o, const answer_vulnerability *v)
{
    json_key(&o->w, "cvss");
    json_open(&o->w, '[');
    for (size_t i = 0; i < v->cvss_count; i++) {
        const answer_cvss *c = &v->cvss[i];
        json_open(&o->w, '{');
        put_member(o, "version", c->version);
        put_member(o, "score", c->score);
        put_member(o, "overall", c->overall);
        put_member(o, "said", c->said);
        put_member(o, "severity", c->severity);
        put_member(o, "vector", c->vector);
        put_member(o, "by", c->by);
        put_claim_id(o, c->claim);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_ssvc(json_out *o, const answer_ssvc *s)
{
    static const char *const impacts[] = {"low", "medium", "high"};
    json_key(&o->w, "ssvc");
    if (!s->claim) {
        json_put_null(&o->w);
        return;
    }
    json_open(&o->w, '{');
    put_member(o, "exploitation", s->exploitation);
    put_member(o, "automatable", s->automatable);
    put_member(o, "technical_impact", s->impact);
    put_member(o, "by", s->by);
    put_when(o, "at", s->at);
    json_key(&o->w, "decision"); /* by mission impact */
    json_open(&o->w, '{');
    for (size_t i = 0; i < COUNT_OF(impacts); i++)
        put_string(o, impacts[i], s->decision[i]);
    json_close(&o->w, '}');
    put_claim_id(o, s->claim);
    json_close(&o->w, '}');
}

static void put_priority(json_out *o, const answer *w)
{
    const answer_vulnerability *v = w->vulnerability;
    static const char *const words[] = {NULL, "P1", "P2", "P3", "P4"};
    json_key(&o->w, "priority");
    json_open(&o->w, '{');
    put_string(o, "if_affected", words[v->priority]);
    put_int(o, "points", v->points);
    json_key(&o->w, "terms");
    json_open(&o->w, '[');
    for (size_t i = 0; i < v->term_count; i++) {
        json_open(&o->w, '{');
        put_string(o, "what", v->terms[i].name);
        put_int(o, "points", v->terms[i].points);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
    put_phrase(o, "text", &w->priority_line);
    put_phrase(o, "because", &v->because);
    json_close(&o->w, '}');
}

/* A share as the number it is: 0.00043. */
static void put_share(json_out *o, const char *key, uint32_t millionths)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%u.%06u", millionths / 1000000, millionths % 1000000);
    while (n > 3 && text[n - 1] == '0')
        n--;
    json_key(&o->w, key);
    json_put_raw(&o->w, slice_of(text, (size_t)n));
}

static void put_epss(json_out *o, const answer_vulnerability *v)
{
    if (!v->has_epss) {
        put_string(o, "epss", NULL);
        return;
    }
    json_key(&o->w, "epss");
    json_open(&o->w, '{');
    put_share(o, "score", v->epss.value);
    put_share(o, "percentile", v->epss.rank);
    put_day(o, "day", v->epss.day); /* null: the file says no date */
    put_member(o, "model", v->epss.model);
    put_member(o, "source", v->epss.source);
    json_close(&o->w, '}');
}

static void put_scores(json_out *o, const answer *w)
{
    json_key(&o->w, "scores");
    json_open(&o->w, '{');
    put_cvss(o, w->vulnerability);
    put_epss(o, w->vulnerability);
    put_kev(o, w->vulnerability);
    put_ssvc(o, &w->vulnerability->ssvc);
    put_priority(o, w);
    json_close(&o->w, '}');
}

static void put_changes(json_out *o, const answer_vulnerability *v)
{
    json_key(&o->w, "changes");
    json_open(&o->w, '[');
    for (size_t i = 0; i < v->change_count; i++) {
        const answer_kev_change *c = &v->changes[i];
        json_open(&o->w, '{');
        put_string(o, "what", c->what);
        put_member(o, "from", c->from);
        put_when(o, "from_edition", c->from_edition);
        put_member(o, "to", c->to);
        put_when(o, "to_edition", c->to_edition);
        put_when(o, "recorded", c->recorded);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_ranges(json_out *o, const answer_affected *a)
{
    static const char *const words[] = {"version", "before", "to", "from", "all"};
    json_key(&o->w, "versions");
    json_open(&o->w, '[');
    for (size_t i = 0; i < a->range_count; i++) {
        const answer_range *r = &a->ranges[i];
        json_open(&o->w, '{');
        put_string(o, "range", words[r->kind]);
        put_member(o, "from", r->from);
        put_member(o, "to", r->to);
        put_bool(o, "commits", r->commits);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
    put_int(o, "versions_left_out", (int64_t)a->left_out);
}

static void put_affected(json_out *o, const answer_vulnerability *v)
{
    json_key(&o->w, "affected");
    json_open(&o->w, '[');
    size_t n = put_some(o, "affected", v->affected_count, v->affected_total);
    for (size_t i = 0; i < n; i++) {
        const answer_affected *a = &v->affected[i];
        json_open(&o->w, '{');
        put_member(o, "id", a->node.text);
        put_member(o, "name", a->name);
        put_member(o, "vendor", a->vendor);
        put_member(o, "product", a->product);
        put_bool(o, "affected", a->affected);
        put_ranges(o, a);
        put_texts(o, "fixed", a->fixed, a->fixed_count);
        put_texts(o, "unaffected", a->unaffected, a->unaffected_count);
        put_member(o, "by", a->by);
        put_claim_id(o, a->claim);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
    json_key(&o->w, "fixed");
    json_open(&o->w, '[');
    for (size_t i = 0; i < n; i++) {
        if (!v->affected[i].fixed_count)
            continue;
        json_open(&o->w, '{');
        put_member(o, "product", v->affected[i].name);
        put_texts(o, "versions", v->affected[i].fixed, v->affected[i].fixed_count);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

/* The record of the CVE Program, and what is held against who uses it. */
static void put_record(json_out *o, const answer_vulnerability *v)
{
    json_key(&o->w, "record");
    json_open(&o->w, '{');
    put_string(o, "state", !v->assigner.len ? NULL : v->rejected ? "rejected" : "published");
    put_member(o, "rejected_why", v->rejected_why);
    put_member(o, "assigner", v->assigner);
    put_when(o, "public", v->published);
    put_texts(o, "cwes", v->cwes, v->cwe_count);
    json_close(&o->w, '}');
    put_bool(o, "exposed_before_disclosure",
             v->first_known != WHEN_NONE && v->published != WHEN_NONE &&
                 v->first_known / WHEN_DAY < v->published / WHEN_DAY);
    json_key(&o->w, "indicators");
    json_open(&o->w, '[');
    for (size_t i = 0; i < v->held_count; i++) {
        json_open(&o->w, '{');
        put_member(o, "source", v->held[i].source);
        put_int(o, "count", (int64_t)v->held[i].count);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_vulnerability(json_out *o, const answer *w)
{
    const answer_card *c = w->card;
    put_phrase(o, "summary", &w->summary);
    json_key(&o->w, "entity");
    json_open(&o->w, '{');
    put_id_name(o, c->group.id, c->group.name, c->external_id);
    put_all_names(o, &c->group);
    put_member(o, "matched_name", w->question.value);
    put_text(o, "description", c->description,
             c->description_claim ? c->description_claim->source : S(""));
    json_close(&o->w, '}');
    put_scores(o, w);
    put_record(o, w->vulnerability);
    put_affected(o, w->vulnerability);
    put_relation_list(o, "exploited_by", &c->exploited_by);
    put_relation_list(o, "relations", &c->relations);
    put_techniques(o, w);
    json_key(&o->w, "detections");
    json_put_raw(&o->w, S("[]"));
    put_changes(o, w->vulnerability);
}

static void put_notes(json_out *o, const answer *w)
{
    json_key(&o->w, "notes");
    json_open(&o->w, '[');
    for (size_t i = 0; i < w->note_count; i++) {
        json_open(&o->w, '{');
        put_phrase(o, "text", &w->notes[i]);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

void put_named(json_out *o, const answer *w)
{
    if (w->type == ANSWER_VULNERABILITY) {
        put_vulnerability(o, w);
    } else if (w->type == ANSWER_ENTITY) {
        put_entity(o, w);
        put_counts(o, w);
        put_techniques(o, w);
        put_by_tactic(o, w);
        put_lists(o, w);
    } else {
        put_phrase(o, "summary", &w->summary);
        put_entities(o, "entities", w->entities, w->entity_count, w->entity_total);
        put_notes(o, w);
    }
}
