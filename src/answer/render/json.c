/* json.c - the answer as one JSON object: see render.h and docs/answers.md. */
#include "answer/render/write.h"

#include <stdio.h>
#include <stdlib.h>

/* --- members -------------------------------------------------------------------------------- */

void put_member(json_out *o, const char *key, slice text)
{
    json_key(&o->w, key);
    text.len ? json_put_text(&o->w, text) : json_put_null(&o->w);
}

void put_string(json_out *o, const char *key, const char *text)
{
    put_member(o, key, slice_str(text));
}

void put_when(json_out *o, const char *key, when t)
{
    char text[WHEN_TEXT_MAX];
    put_string(o, key, t == WHEN_NONE ? NULL : when_iso(t, text));
}

void put_day(json_out *o, const char *key, when t)
{
    char text[WHEN_TEXT_MAX];
    put_string(o, key, t == WHEN_NONE ? NULL : when_date(t, text));
}

void put_int(json_out *o, const char *key, int64_t n)
{
    json_key(&o->w, key);
    json_put_int(&o->w, n);
}

void put_maybe(json_out *o, const char *key, int64_t n, bool some)
{
    json_key(&o->w, key);
    some ? json_put_int(&o->w, n) : json_put_null(&o->w);
}

void put_bool(json_out *o, const char *key, bool yes)
{
    json_key(&o->w, key);
    json_put_bool(&o->w, yes);
}

static void put_languages(json_out *o, const phrase *p)
{
    buf *scratch = &o->r->scratch;
    json_open(&o->w, '{');
    for (unsigned l = 0; l < LANG_COUNT_; l++) {
        buf_clear(scratch);
        phrase_render(scratch, (language)l, p, NULL);
        json_key(&o->w, language_name((language)l));
        json_put_text(&o->w, buf_slice(scratch));
        o->w.out->failed |= scratch->failed;
    }
    json_close(&o->w, '}');
}

/* A message without arguments is the same in every answer: rendered once. */
static slice *kept_phrase(const json_out *o, const phrase *p)
{
    return o->r->phrases && p->count == 1 && !message_row_at(p->part->id)->arg[0]
               ? &o->r->phrases[p->part->id]
               : NULL;
}

void put_phrase(json_out *o, const char *key, const phrase *p)
{
    json_key(&o->w, key);
    if (p->count == 0) {
        json_put_null(&o->w);
        return;
    }
    slice *kept = kept_phrase(o, p);
    if (kept && kept->ptr) {
        json_put_raw(&o->w, *kept);
        return;
    }
    const buf *out = o->w.out;
    size_t from = out->len;
    put_languages(o, p);
    if (kept && !out->failed &&
        !arena_copy(&o->r->kept, slice_of(out->ptr + from, out->len - from), kept))
        *kept = (slice){NULL, 0}; /* it is rendered again */
}

void put_texts(json_out *o, const char *key, const slice *list, size_t n)
{
    json_key(&o->w, key);
    json_open(&o->w, '[');
    for (size_t i = 0; i < n; i++)
        json_put_text(&o->w, list[i]);
    json_close(&o->w, ']');
}

size_t put_some(json_out *o, const char *key, size_t count, size_t total)
{
    size_t n = o->how != RENDER_ALL && count > ANSWER_SHOWN ? ANSWER_SHOWN : count;
    total = total > count ? total : count;
    if (n < total) {
        assert(o->more_count < MORE_MAX);
        o->more[o->more_count].key = key;
        o->more[o->more_count++].count = total - n;
    }
    return n;
}

/* --- the question --------------------------------------------------------------------------- */

static void put_question(json_out *o, const answer *w)
{
    const answer_question *q = &w->question;
    json_key(&o->w, "question");
    json_open(&o->w, '{');
    put_member(o, "input", q->input);
    put_member(o, "kind", q->kind);
    put_member(o, "value", q->value);
    put_texts(o, "also", q->also, q->also_count);
    json_key(&o->w, "steps");
    json_open(&o->w, '[');
    for (unsigned i = 0; i < STEP_COUNT; i++)
        if (q->steps & 1u << i)
            json_put_text(&o->w, slice_str(observable_step_name((observable_step)(1u << i))));
    json_close(&o->w, ']');
    put_when(o, "seen_at", q->seen_at);
    json_close(&o->w, '}');
}

static void put_head(json_out *o, const answer *w)
{
    put_when(o, "as_of", w->as_of);
    json_key(&o->w, "handling");
    json_open(&o->w, '{');
    put_string(o, "tlp", tlp_name(w->tlp));
    put_string(o, "pap", w->pap == PAP_NONE ? NULL : pap_name(w->pap));
    json_close(&o->w, '}');
    put_question(o, w);
}

/* --- the verdict ---------------------------------------------------------------------------- */

static void put_roles(json_out *o, const verdict *v)
{
    json_key(&o->w, "role");
    json_open(&o->w, '[');
    for (unsigned r = 0; r < ROLE_COUNT_; r++)
        if (v->roles & 1u << r)
            json_put_text(&o->w, slice_str(role_name((role_id)r)));
    json_close(&o->w, ']');
}

static void put_verdict(json_out *o, const answer *w)
{
    const verdict *v = &w->verdict;
    int64_t age = verdict_age_days(v, w->as_of);
    put_string(o, "verdict", verdict_word_name(v->word));
    put_string(o, "state", verdict_state_name(v->state));
    json_key(&o->w, "valid");
    json_open(&o->w, '{');
    put_day(o, "from", v->from);
    put_day(o, "to", v->to);
    json_close(&o->w, '}');
    put_maybe(o, "age_days", age, age >= 0);
    put_int(o, "score", v->score_0_100);
    put_string(o, "confidence", confidence_word_name(v->confidence));
    put_string(o, "rule", decision_name(v->rule));
    json_key(&o->w, "parts");
    json_open(&o->w, '[');
    for (size_t i = 0; i < v->part_count; i++) {
        json_open(&o->w, '{');
        put_string(o, "rule", v->parts[i].rule);
        put_int(o, "points", v->parts[i].points);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
    put_int(o, "independent", (int64_t)v->independent);
    put_phrase(o, "summary", &w->summary);
    put_roles(o, v);
}

static void put_facts(json_out *o, const answer *w)
{
    json_key(&o->w, "facts");
    json_open(&o->w, '[');
    size_t n = put_some(o, "facts", w->fact_count, w->fact_count);
    for (size_t i = 0; i < n; i++) {
        const answer_fact *f = &w->facts[i];
        const struct {
            const char *key;
            slice text;
        } texts[] = {{"protocol", f->protocol},
                     {"product", f->product},
                     {"version", f->version},
                     {"watermark", f->watermark},
                     {"note", f->note},
                     {"path", f->path},
                     {"key", f->key}};
        json_open(&o->w, '{');
        if (f->port)
            put_int(o, "port", f->port);
        for (size_t k = 0; k < COUNT_OF(texts); k++)
            if (texts[k].text.len)
                put_member(o, texts[k].key, texts[k].text);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_claim(json_out *o, const answer_claim *c)
{
    char id[CLAIM_ID_TEXT + 1], hex[2 * SHA256_BYTES + 1], document[2 * SHA256_BYTES + 8];
    const claim *k = c->claim;
    snprintf(document, sizeof document, "sha256:%s", hash_hex(k->document, SHA256_BYTES, hex));
    json_open(&o->w, '{');
    put_string(o, "claim", k->id_hi || k->id_lo ? claim_id_text(k, id) : NULL);
    put_member(o, "source", k->source);
    put_member(o, "origin", c->origin);
    put_phrase(o, "statement", &c->statement);
    put_int(o, "points", c->points);
    put_maybe(o, "confidence", k->confidence, k->confidence >= 0);
    put_string(o, "tlp", tlp_name(k->marking.tlp));
    put_when(o, "first_seen", k->first_seen);
    put_when(o, "last_seen", k->last_seen);
    put_when(o, "valid_until", k->valid_until);
    put_string(o, "document", k->has_document ? document : NULL);
    put_member(o, "at", k->place);
    put_string(o, "rule", evidence_rule_name(c->rule));
    put_string(o, "via", evidence_via_name(c->via));
    put_member(o, "about", c->via == VIA_SELF ? S("") : k->subject.text);
    put_maybe(o, "counts_as", (int64_t)c->group + 1, c->group != SIZE_MAX);
    put_string(o, "state", verdict_state_name(c->state));
    json_close(&o->w, '}');
}

static void put_claims(json_out *o, const char *key, const answer_claims *list)
{
    json_key(&o->w, key);
    json_open(&o->w, '[');
    size_t n = put_some(o, key, list->count, list->total);
    for (size_t i = 0; i < n; i++)
        put_claim(o, &list->at[i]);
    json_close(&o->w, ']');
}

static void put_asked(json_out *o, const answer *w)
{
    static const char *const said[] = {
        [SAID_SOMETHING] = "something",
        [SAID_NOTHING] = "nothing",
        [SAID_NOT_ASKED] = "not-asked",
        [SAID_FAILED] = "failed",
    };
    _Static_assert(COUNT_OF(said) == SAID_COUNT_, "what a source said has no word");
    json_key(&o->w, "asked");
    json_open(&o->w, '[');
    size_t n = put_some(o, "asked", w->asked_count, w->asked_count);
    for (size_t i = 0; i < n; i++) {
        const answer_asked *a = &w->asked[i];
        json_open(&o->w, '{');
        put_member(o, "source", a->source);
        put_string(o, "said", said[a->said]);
        put_phrase(o, "why", &a->why);
        put_maybe(o, "held", (int64_t)a->held, a->said != SAID_NOT_ASKED);
        put_day(o, "newest", a->newest);
        put_when(o, "fresh_as_of", a->fresh);
        put_bool(o, "list", a->listed);
        put_string(o, "set",
                   a->good               ? "known-good"
                   : a->listed && a->set ? "list"
                   : a->set              ? "known-bad"
                                         : NULL);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

/* A row a name and source; what is left out is told in the entity's own `more`. */
static void put_names(json_out *o, const answer_entity *e)
{
    size_t written = 0, total = 0;
    json_key(&o->w, "names");
    json_open(&o->w, '[');
    for (size_t i = 0; i < e->name_count; i++)
        for (size_t s = 0; s < e->names[i].source_count; s++) {
            total++;
            if (o->how != RENDER_ALL && written == ANSWER_SHOWN)
                continue;
            written++;
            json_open(&o->w, '{');
            put_member(o, "name", e->names[i].name);
            put_member(o, "source", e->names[i].sources[s]);
            put_string(o, "kind", name_use_word(e->names[i].use));
            json_close(&o->w, '}');
        }
    json_close(&o->w, ']');
    if (written == total)
        return;
    json_key(&o->w, "more");
    json_open(&o->w, '{');
    put_int(o, "names", (int64_t)(total - written));
    json_close(&o->w, '}');
}

static void put_uses(json_out *o, const answer_entity *e)
{
    json_key(&o->w, "called_so_by");
    json_open(&o->w, '[');
    for (size_t i = 0; i < e->use_count; i++) {
        json_open(&o->w, '{');
        put_member(o, "source", e->uses[i].source);
        put_member(o, "name", e->uses[i].name);
        put_string(o, "kind", name_use_word(e->uses[i].use));
        put_member(o, "of", e->use_of[i].text);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

void put_entities(json_out *o, const char *key, const answer_entity *list, size_t count,
                  size_t total)
{
    json_key(&o->w, key);
    json_open(&o->w, '[');
    size_t n = put_some(o, key, count, total);
    for (size_t i = 0; i < n; i++) {
        const answer_entity *e = &list[i];
        json_open(&o->w, '{');
        put_member(o, "id", e->id.text);
        put_string(o, "kind", kind_name(e->kind));
        put_member(o, "name", e->name);
        put_names(o, e);
        put_string(o, "relation", e->relation);
        put_maybe(o, "confidence", e->confidence, e->confidence >= 0);
        put_string(o, "basis", e->basis);
        put_texts(o, "for", e->sources, e->source_count);
        put_texts(o, "against", NULL, 0);
        if (e->use_count)
            put_uses(o, e);
        if (e->note.count)
            put_phrase(o, "note", &e->note);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_attribution(json_out *o, const answer *w)
{
    const answer_attribution *a = &w->attribution;
    json_key(&o->w, "attribution");
    json_open(&o->w, '{');
    put_string(o, "said", a->candidates ? "candidates" : "not-attributed");
    put_entities(o, "candidates", a->at, a->count, a->count);
    json_key(&o->w, "because");
    json_open(&o->w, '[');
    for (size_t i = 0; i < a->because_count; i++) {
        json_open(&o->w, '{');
        put_phrase(o, "text", &a->because[i]);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
    json_close(&o->w, '}');
}

static const char *const group_names[] = {
    [GROUP_GET_IN] = "get-in",
    [GROUP_STAY] = "stay",
    [GROUP_TAKE_OUT] = "take-out",
    [GROUP_OTHER] = "other",
};
_Static_assert(COUNT_OF(group_names) == TECHNIQUE_GROUP_COUNT_, "a group without a name");

void put_techniques(json_out *o, const answer *w)
{
    json_key(&o->w, "techniques");
    json_open(&o->w, '[');
    size_t n = put_some(o, "techniques", w->technique_count, w->technique_total);
    for (size_t i = 0; i < n; i++) {
        const answer_technique *t = &w->techniques[i];
        json_open(&o->w, '{');
        put_member(o, "id", t->id);
        put_member(o, "name", t->name);
        put_texts(o, "tactics", t->tactics, t->tactic_count);
        put_string(o, "group", group_names[t->group]);
        put_string(o, "basis", t->basis);
        json_key(&o->w, "procedure");
        if (t->procedure.len) {
            json_open(&o->w, '{');
            put_member(o, "text", t->procedure);
            put_member(o, "source", t->procedure_source);
            json_close(&o->w, '}');
        } else {
            json_put_null(&o->w);
        }
        put_member(o, "via", t->via_name);
        put_texts(o, "rules", NULL, 0);
        if (t->mapping_count) {
            put_texts(o, "mapping", t->mapping, t->mapping_count);
            put_texts(o, "sources", t->mapped_by, t->mapped_by_count);
        }
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

/* hosts: sightings do not keep whose they were */
static void put_here(json_out *o, const answer_here *h)
{
    static const char *const words[] = {"cannot-say", "no", "yes"};
    json_key(&o->w, "seen_here");
    json_open(&o->w, '{');
    put_string(o, "said", words[h->said]);
    json_key(&o->w, "count");
    json_put_int(&o->w, (int64_t)h->count);
    put_when(o, "first", h->first);
    put_when(o, "last", h->last);
    json_key(&o->w, "coverage");
    json_open(&o->w, '{');
    put_when(o, "from", h->from);
    put_when(o, "to", h->to);
    json_key(&o->w, "sources");
    json_put_int(&o->w, (int64_t)h->sources);
    json_close(&o->w, '}');
    json_key(&o->w, "hosts");
    json_put_raw(&o->w, S("[]"));
    json_close(&o->w, '}');
}

static void put_context(json_out *o, const answer *w)
{
    json_key(&o->w, "context");
    json_open(&o->w, '{');
    put_member(o, "asn", w->asn);
    put_member(o, "country", w->country);
    put_member(o, "registrable_domain", w->registrable_domain);
    put_member(o, "network", w->network);
    put_bool(o, "special", w->special);
    json_close(&o->w, '}');
    put_here(o, &w->here);
}

static void put_pivots(json_out *o, const answer *w)
{
    json_key(&o->w, "pivots");
    json_open(&o->w, '[');
    size_t n = put_some(o, "pivots", w->pivot_count, w->pivot_count);
    for (size_t i = 0; i < n; i++) {
        const answer_pivot *p = &w->pivots[i];
        json_open(&o->w, '{');
        put_string(o, "kind", kind_name(p->kind));
        put_member(o, "value", p->value);
        put_string(o, "relation", p->relation);
        put_maybe(o, "shared_by", (int64_t)p->shared_by, p->shared_by != 0);
        put_bool(o, "at_least", p->at_least);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

/* --- what follows --------------------------------------------------------------------------- */

static void put_actions(json_out *o, const answer *w)
{
    json_key(&o->w, "actions");
    json_open(&o->w, '[');
    for (size_t i = 0; i < w->action_count; i++) {
        const answer_action *a = &w->actions[i];
        json_open(&o->w, '{');
        put_int(o, "order", (int64_t)i + 1);
        put_phrase(o, "if", &a->condition);
        put_phrase(o, "do", &a->todo);
        put_texts(o, "run", a->run, a->run_count);
        put_when(o, "until", a->until);
        put_phrase(o, "impact", &a->impact);
        json_key(&o->w, "because");
        json_open(&o->w, '{');
        put_string(o, "kind", a->because_kind);
        put_member(o, "id", a->because_id);
        json_close(&o->w, '}');
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static const char *priority_text(priority p)
{
    static const char *const names[] = {NULL, "P1", "P2", "P3", "P4"};
    return names[p];
}

static void put_priority(json_out *o, const answer *w)
{
    put_string(o, "priority", priority_text(w->priority));
    json_key(&o->w, "priority_if");
    json_open(&o->w, '[');
    for (size_t i = 0; i < w->priority_if_count; i++) {
        json_open(&o->w, '{');
        put_phrase(o, "when", &w->priority_if[i].when);
        put_string(o, "priority", priority_text(w->priority_if[i].priority));
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_unknown(json_out *o, const answer *w)
{
    json_key(&o->w, "unknown");
    json_open(&o->w, '[');
    for (size_t i = 0; i < w->unknown_count; i++) {
        const answer_unknown *u = &w->unknown[i];
        json_open(&o->w, '{');
        put_phrase(o, "what", &u->what);
        put_string(o, "would_change", u->would_change);
        put_member(o, "run", u->run);
        json_close(&o->w, '}');
    }
    json_close(&o->w, ']');
}

static void put_more(json_out *o, const answer *w)
{
    json_key(&o->w, "more");
    json_open(&o->w, '{');
    for (size_t i = 0; i < o->more_count; i++)
        put_int(o, o->more[i].key, (int64_t)o->more[i].count);
    if (w->claims_over)
        put_int(o, "claims_over", (int64_t)w->claims_over);
    json_close(&o->w, '}');
}

static void put_observable(json_out *o, const answer *w)
{
    put_verdict(o, w);
    put_facts(o, w);
    put_claims(o, "why", &w->why);
    put_claims(o, "against", &w->against);
    put_asked(o, w);
    put_entities(o, "entities", w->entities, w->entity_count, w->entity_total);
    put_attribution(o, w);
    put_techniques(o, w);
    put_context(o, w);
    put_when(o, "first_seen", w->verdict.from);
    put_when(o, "last_seen", w->verdict.to);
    put_when(o, "expires", w->verdict.until);
    json_key(&o->w, "detections");
    json_put_raw(&o->w, S("[]"));
}

/* From the verdict on. */
static void put_short_tail(json_out *o, const answer *w)
{
    const answer_entity *top = w->entity_count ? &w->entities[0] : NULL;
    bool value = w->type == ANSWER_OBSERVABLE;
    put_string(o, "verdict", value ? verdict_word_name(w->verdict.word) : NULL);
    put_string(o, "state", value ? verdict_state_name(w->verdict.state) : NULL);
    put_maybe(o, "score", w->verdict.score_0_100, value);
    put_roles(o, &w->verdict);
    json_key(&o->w, "entity");
    if (top || w->card) {
        json_open(&o->w, '{');
        put_member(o, "id", w->card ? w->card->group.id.text : top->id.text);
        put_string(o, "kind", kind_name(w->card ? w->card->group.kind : top->kind));
        put_member(o, "name", w->card ? w->card->group.name : top->name);
        json_close(&o->w, '}');
    } else {
        json_put_null(&o->w);
    }
    put_priority(o, w);
    put_when(o, "expires", value ? w->verdict.until : WHEN_NONE);
}

/* Most answers to many values say that nobody has spoken of them, and end alike: what such an end
 * is made of, and its text. */
enum { TAILS = 8, TAIL_CASES = 3 };
typedef struct tail_key {
    int type, word, state, score, priority, cases;
    unsigned roles;
    struct {
        int when, priority;
    } at[TAIL_CASES];
} tail_key;
_Static_assert(sizeof(tail_key) == (7 + 2 * TAIL_CASES) * sizeof(int), "compared byte by byte");
struct short_tail {
    tail_key of;
    slice json; /* behind the comma; ptr NULL: none yet */
};

/* False: there are names, dates or numbers in it that others do not have. */
static bool tail_key_of(const json_out *o, const answer *w, tail_key *ret)
{
    const verdict *v = &w->verdict;
    if (!o->r->tails || w->entity_count || w->card || v->until != WHEN_NONE ||
        w->priority_if_count > TAIL_CASES)
        return false;
    *ret = (tail_key){.type = (int)w->type,
                      .word = (int)v->word,
                      .state = (int)v->state,
                      .score = v->score_0_100,
                      .priority = (int)w->priority,
                      .cases = (int)w->priority_if_count,
                      .roles = v->roles};
    for (size_t i = 0; i < w->priority_if_count; i++) {
        const answer_priority *p = &w->priority_if[i];
        if (!kept_phrase(o, &p->when))
            return false;
        ret->at[i].when = (int)p->when.part->id;
        ret->at[i].priority = (int)p->priority;
    }
    return true;
}

static void put_short(json_out *o, const answer *w)
{
    tail_key key;
    const buf *out = o->w.out;
    put_question(o, w);
    size_t from = out->len, free_one = 0;
    bool common = tail_key_of(o, w, &key);
    for (; common && free_one < TAILS && o->r->tails[free_one].json.ptr; free_one++)
        if (memcmp(&o->r->tails[free_one].of, &key, sizeof key) == 0) {
            json_put_raw(&o->w, o->r->tails[free_one].json);
            return;
        }
    put_short_tail(o, w);
    if (!common || free_one == TAILS || out->failed)
        return;
    struct short_tail *t = &o->r->tails[free_one];
    t->of = key;
    if (!arena_copy(&o->r->kept, slice_of(out->ptr + from + 1, out->len - from - 1), &t->json))
        t->json = (slice){NULL, 0}; /* it is written again */
}

static void put_body(json_out *o, const answer *w)
{
    put_head(o, w);
    if (w->type == ANSWER_OBSERVABLE)
        put_observable(o, w);
    else
        put_named(o, w);
    put_actions(o, w);
    put_priority(o, w);
    if (w->type == ANSWER_OBSERVABLE)
        put_pivots(o, w);
    json_key(&o->w, "desk");
    json_put_raw(&o->w, S("{\"open\":[]}"));
    put_unknown(o, w);
    put_more(o, w);
}

/* 64 zeros first; their place is filled with the digest of the whole. */
static status put_id(hash_state *h, buf *out, size_t from, size_t at, err *why)
{
    uint8_t digest[SHA256_BYTES];
    char hex[2 * SHA256_BYTES + 1];
    status st = buf_status(out, why);
    if (st != OK)
        return st;
    hash_update(h, slice_of(out->ptr + from, out->len - from));
    hash_final(h, digest);
    memcpy(out->ptr + at, hash_hex(digest, SHA256_BYTES, hex), 2 * SHA256_BYTES);
    return OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

enum { KEPT_MEMORY = 1 << 20 };

static bool renderer_init(renderer *r)
{
    *r = (renderer){.h = hash_new(HASH_SHA256)};
    buf_init(&r->scratch, RENDER_JSON_MAX);
    arena_init(&r->kept, KEPT_MEMORY);
    return r->h != NULL;
}

static void renderer_done(renderer *r)
{
    hash_free(r->h);
    buf_done(&r->scratch);
    arena_done(&r->kept);
    free(r->phrases);
    free(r->tails);
}

renderer *renderer_new(void)
{
    renderer *r = calloc(1, sizeof *r);
    if (!r || !renderer_init(r) || !(r->phrases = calloc(MSG_COUNT_, sizeof *r->phrases)) ||
        !(r->tails = calloc(TAILS, sizeof *r->tails)))
        return renderer_free(r);
    return r;
}

renderer *renderer_free(renderer *r)
{
    if (r)
        renderer_done(r);
    free(r);
    return NULL;
}

status answer_json_with(renderer *r, const answer *w, render_amount how, buf *out, err *why)
{
    static const slice begin =
        S_INIT("\"schema\":\"noroshi.answer/1\","
               "\"id\":\"0000000000000000000000000000000000000000000000000000000000000000\"");
    size_t from = out->len;
    json_out o = {.w = json_writer_on(out), .how = how, .r = r};
    json_open(&o.w, '{');
    json_put_raw(&o.w, begin);
    size_t at = out->len - 2 * SHA256_BYTES - 1;
    if (how == RENDER_SHORT)
        put_short(&o, w);
    else
        put_body(&o, w);
    json_close(&o.w, '}');
    return put_id(r->h, out, from, at, why);
}

status answer_json(const answer *w, render_amount how, buf *out, err *why)
{
    renderer r;
    status st = renderer_init(&r) ? answer_json_with(&r, w, how, out, why)
                                  : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    renderer_done(&r);
    return st;
}
