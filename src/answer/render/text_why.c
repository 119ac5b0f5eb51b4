/* text_why.c - what `ask --why` adds below an answer: every claim with its rule, points, origin and
 * place; for a thing with a name, who says each technique and relation, and in which words. */
#include "answer/render/text.h"

static message rule_message(const answer_claim *c)
{
    slice rule = slice_str(evidence_rule_name(c->rule)), via = slice_str(evidence_via_name(c->via));
    return msg_ask_claim_rule(rule, via);
}

/* The id, what it counts for; its source and place; what it says. */
static void put_claim(page *p, const answer_claim *c)
{
    char *id = arena_alloc(p->a, CLAIM_ID_TEXT + 1);
    message parts[5];
    size_t n = 0;
    p->failed |= !id;
    if (!id)
        return;
    parts[n++] = msg_ask_text(slice_str(claim_id_text(c->claim, id)));
    parts[n++] = rule_message(c);
    parts[n++] = msg_ask_claim_points(c->points);
    if (c->group != SIZE_MAX)
        parts[n++] = msg_ask_claim_origin((int64_t)c->group + 1, c->origin);
    if (c->state != STATE_CURRENT)
        parts[n++] = message_of(text_state(c->state));
    text_line *l = page_body(p, MSG_NONE);
    phrase first = page_phrase(p, parts, n, JOIN_COMMA);
    line_phrase(l, &first);
    l->column = 2;

    const claim *said = c->claim;
    n = 0;
    parts[n++] = msg_ask_text(said->source);
    parts[n++] = msg_ask_text(said->place.len ? said->place : S("-"));
    parts[n++] = text_span(said);
    if (said->confidence >= 0)
        parts[n++] = msg_ask_claim_confidence(said->confidence);
    parts[n++] = msg_ask_claim_recorded(said->recorded);
    l = page_body(p, MSG_NONE);
    phrase second = page_phrase(p, parts, n, JOIN_DOT);
    line_phrase(l, &second);
    l->column = 6;
    if (c->statement.count) {
        l = page_body(p, MSG_NONE);
        line_phrase(l, &c->statement);
        l->column = 6;
    }
}

static void put_claims(page *p, const answer_claims *list, message_id label)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i == 0) {
            page_blank(p);
            line_say(p, page_body(p, label), msg_ask_claims_count((int64_t)list->total));
        }
        put_claim(p, &list->at[i]);
    }
}

static message by_whom(page *p, slice what, const slice *sources, size_t count)
{
    (void)p;
    return msg_ask_said_by(what, (msg_list){sources, count});
}

static void put_procedures(page *p)
{
    const answer *w = p->w;
    for (size_t i = 0; i < w->technique_count; i++) {
        const answer_technique *t = &w->techniques[i];
        if (i == 0) {
            page_blank(p);
            line_say(p, page_body(p, MSG_ask_label_how),
                     msg_ask_how_alone((int64_t)w->technique_total));
        }
        text_line *l = page_body(p, MSG_NONE);
        l->column = 2;
        line_say(p, l, msg_ask_technique(t->id.len ? t->id : S("-"), t->name));
        if (!t->procedure_source.len)
            continue;
        l = page_body(p, MSG_NONE);
        l->column = 6;
        line_say(p, l,
                 by_whom(p, t->procedure.len ? text_first_sentence(p, t->procedure) : S("-"),
                         &t->procedure_source, 1));
    }
}

static void put_related(page *p, const answer_relations *list, message_id label)
{
    for (size_t i = 0; i < list->count; i++) {
        const answer_relation *r = &list->at[i];
        text_line *l = page_body(p, i == 0 ? label : MSG_NONE);
        line_say(p, l, by_whom(p, text_name_and_id(p, r), r->sources, r->source_count));
    }
}

static void put_member_names(page *p)
{
    const name_group *g = &p->w->card->group;
    for (size_t m = 0; m < g->member_count; m++) {
        const name_member *member = &g->members[m];
        text_line *l = page_body(p, m == 0 ? MSG_ask_label_names : MSG_NONE);
        line_say(p, l, msg_ask_text(member->entity.text));
        for (size_t n = 0; n < member->name_count; n++) {
            const name_said *s = &member->names[n];
            l = page_body(p, MSG_NONE);
            l->column += 2;
            line_say(p, l, by_whom(p, s->name, &s->source, 1));
        }
    }
}

void text_reasons(page *p)
{
    const answer *w = p->w;
    put_claims(p, &w->why, MSG_ask_label_why);
    put_claims(p, &w->against, MSG_ask_label_against);
    if (!w->card)
        return;
    page_blank(p);
    put_member_names(p);
    put_procedures(p);
    page_blank(p);
    put_related(p, &w->card->software, MSG_ask_label_software);
    put_related(p, &w->card->campaigns, MSG_ask_label_campaigns);
    put_related(p, &w->card->actors, MSG_ask_label_who);
    put_related(p, &w->card->mitigations, MSG_ask_label_mitigate);
    put_related(p, &w->card->exploited_by, MSG_ask_label_who);
    put_related(p, &w->card->relations, MSG_ask_label_mentioned);
}
