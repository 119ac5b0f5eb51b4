/* text_entity.c - answers about things with a name, for the terminal: who it is and who says so,
 * how it works, what to do. Quotations stay in the language of their source. */
#include "answer/render/text.h"

#include <stdlib.h>

enum { NAMES_LINES = 3 };

static message_id kind_word(kind k)
{
    static const struct {
        kind kind;
        message_id word;
    } words[] = {
        {KIND_ACTOR, MSG_ask_kind_actor},
        {KIND_CAMPAIGN, MSG_ask_kind_campaign},
        {KIND_MALWARE, MSG_ask_kind_malware},
        {KIND_TOOL, MSG_ask_kind_tool},
        {KIND_TECHNIQUE, MSG_ask_kind_technique},
        {KIND_TACTIC, MSG_ask_kind_tactic},
        {KIND_MITIGATION, MSG_ask_kind_mitigation},
        {KIND_COUNTRY, MSG_ask_kind_country},
        {KIND_SECTOR, MSG_ask_kind_sector},
        {KIND_VULNERABILITY, MSG_ask_kind_vulnerability},
        {KIND_ORGANISATION, MSG_ask_kind_organisation},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (words[i].kind == k)
            return words[i].word;
    return MSG_ask_kind_thing;
}

/* --- lists that end where the line does ----------------------------------------------------- */

phrase text_fit(page *p, const sink *out, message *parts, size_t n, size_t total, phrase_join join,
                size_t columns)
{
    size_t fits = page_fit(p, out, parts, n, join, columns);
    if (fits < total) {
        fits = page_fit(p, out, parts, n, join, columns > 12 ? columns - 12 : columns);
        fits = fits ? fits : n ? 1 : 0;
        bool more = fits < ITEMS_MAX && fits < total; /* a single one goes on in the next line */
        if (more)
            parts[fits] = msg_ask_and_more((int64_t)(total - fits));
        return page_phrase(p, parts, fits + more, join);
    }
    return page_phrase(p, parts, fits, join);
}

static void put_texts_line(page *p, const sink *out, message_id label, const slice *list, size_t n)
{
    message parts[ITEMS_MAX + 1];
    size_t k = 0;
    for (; k < n && k < ITEMS_MAX; k++)
        parts[k] = msg_ask_text(list[k]);
    phrase all = text_fit(p, out, parts, k, n, JOIN_COMMA, TEXT_COLUMNS);
    line_phrase(page_body(p, label), &all);
}

static message relation_part(const answer_relation *r)
{
    return r->id.len ? msg_ask_named_id(r->name, r->id) : msg_ask_text(r->name);
}

text_line *text_relations(page *p, const sink *out, message_id label, const answer_relations *list,
                          predicate only)
{
    message parts[ITEMS_MAX + 1];
    size_t n = 0, total = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (only != PRED_NONE && list->at[i].predicate != only)
            continue;
        total++;
        if (n < ITEMS_MAX)
            parts[n++] = relation_part(&list->at[i]);
    }
    if (!n)
        return NULL;
    message head = msg_ask_count((int64_t)total);
    text_line *l = page_body(p, label);
    line_say(p, l, head);
    phrase all = text_fit(p, out, parts, n, total, JOIN_COMMA, TEXT_COLUMNS - 6);
    line_phrase(l, &all);
    return l;
}

/* --- who it is ------------------------------------------------------------------------------ */

static void put_match(page *p)
{
    const answer_card *c = p->w->card;
    if (!c->matched_count || slice_eq_nocase(p->w->question.input, c->group.name))
        return;
    text_line *l = page_head(p, MSG_NONE, STYLE_PLAIN);
    l->column = 0;
    message parts[2] = {
        msg_ask_matched_alias(p->w->question.input, (msg_list){c->matched, c->matched_count}),
        msg_ask_matched_only()};
    phrase both = page_phrase(p, parts, 2, JOIN_SEMICOLON);
    line_phrase(l, &both);
}

static message saying_part(const answer_saying *s)
{
    return msg_ask_said_by(s->name, (msg_list){s->labels, s->label_count});
}

static void put_origin(page *p, const sink *out)
{
    const answer_card *c = p->w->card;
    message parts[ITEMS_MAX + 1];
    size_t n = 0;
    int sure = -1;
    for (size_t i = 0; i < c->origins.count && n < ITEMS_MAX - 1; i++) {
        parts[n++] = saying_part(&c->origins.at[i]);
        sure = c->origins.at[i].confidence > sure ? c->origins.at[i].confidence : sure;
    }
    if (!n)
        return;
    if (sure >= 0)
        parts[n++] = msg_ask_origin_confidence(sure);
    phrase all = text_fit(p, out, parts, n, n, JOIN_SEMICOLON, TEXT_COLUMNS);
    line_phrase(page_body(p, MSG_ask_label_origin), &all);
}

static void put_names(page *p, const sink *out)
{
    const answer_card *c = p->w->card;
    for (size_t i = 0; i < c->names_count && i < NAMES_LINES; i++) {
        const answer_names *row = &c->names[i];
        message parts[ITEMS_MAX + 1],
            head = msg_ask_names_by((msg_list){row->sources, row->source_count});
        size_t n = 0;
        for (; n < row->name_count && n < ITEMS_MAX; n++)
            parts[n] = msg_ask_text(row->names[n]);
        text_line *l = page_body(p, i == 0 ? MSG_ask_label_names : MSG_NONE);
        l->rank = i == 0 ? 0 : (unsigned)(6 + i);
        line_say(p, l, head);
        phrase all = text_fit(p, out, parts, n, row->name_count, JOIN_COMMA, TEXT_COLUMNS - 34);
        line_phrase(l, &all);
    }
    message shared[3];
    size_t n = 0;
    for (; n < c->shared_count && n < COUNT_OF(shared); n++)
        shared[n] = msg_ask_name_shared(c->shared[n].name, c->shared[n].other);
    phrase all = page_phrase(p, shared, n, JOIN_SEMICOLON);
    if (n)
        line_phrase(page_body(p, MSG_NONE), &all);
}

slice text_name_and_id(page *p, const answer_relation *r)
{
    if (!r->id.len)
        return r->name;
    slice both = arena_printf(p->a, "%.*s %.*s", SLICE_FMT(r->name), SLICE_FMT(r->id));
    p->failed |= !both.ptr;
    return both;
}

static void put_active(page *p)
{
    const answer_card *c = p->w->card;
    message parts[3];
    size_t n = 0;
    if (c->since_year)
        parts[n++] = msg_ask_since(c->since_year);
    if (c->first_seen != WHEN_NONE && c->last_seen != WHEN_NONE)
        parts[n++] = msg_ask_dates(c->first_seen, c->last_seen);
    if (c->campaigns.count && c->campaigns.at[0].last_seen != WHEN_NONE) {
        const answer_relation *r = &c->campaigns.at[0];
        when from = r->first_seen == WHEN_NONE ? r->last_seen : r->first_seen;
        parts[n++] = msg_ask_latest_campaign(text_name_and_id(p, r), from, r->last_seen);
    }
    phrase all = page_phrase(p, parts, n, JOIN_SEMICOLON);
    if (n)
        line_phrase(page_body(p, MSG_ask_label_active), &all);
}

/* Motives and sectors, then who was hit: countries and organisations. */
static void put_targets(page *p, const sink *out)
{
    const answer_card *c = p->w->card;
    message parts[ITEMS_MAX + 1], hit[ITEMS_MAX + 1];
    size_t n = 0, hits = 0, total = 0;
    for (size_t i = 0; i < c->motives.count && n < 3; i++)
        parts[n++] = msg_ask_text(c->motives.at[i].name);
    for (size_t i = 0; i < c->targets.count; i++) {
        const answer_saying *s = &c->targets.at[i];
        bool sector = s->node.kind == KIND_SECTOR;
        total += !sector;
        if (sector && n < ITEMS_MAX)
            parts[n++] = msg_ask_text(s->name);
        else if (!sector && hits < ITEMS_MAX)
            hit[hits++] = msg_ask_text(s->name);
    }
    message_id label = MSG_ask_label_targets;
    if (n) {
        phrase all = text_fit(p, out, parts, n, n, JOIN_DOT, TEXT_COLUMNS); /* names hold commas */
        line_phrase(page_body(p, label), &all);
        label = MSG_NONE;
    }
    if (!hits)
        return;
    text_line *l = page_body(p, label);
    l->rank = label == MSG_NONE ? 5 : 0;
    line_say(p, l, msg_ask_victims((int64_t)total));
    phrase all = text_fit(p, out, hit, hits, total, JOIN_COMMA, TEXT_COLUMNS - 36);
    line_phrase(l, &all);
}

slice text_first_sentence(page *p, slice text)
{
    enum { MOST = 190 };
    char *s = arena_alloc(p->a, MOST + 4);
    size_t n = 0;
    p->failed |= !s;
    for (size_t i = 0; s && i < text.len && n < MOST; i++) {
        char c = text.ptr[i];
        if (c == '\n' || slice_starts(slice_from(text, i), S("(Citation:")))
            break;
        if (c == '[')
            continue;
        if (c == ']' && i + 1 < text.len && text.ptr[i + 1] == '(') {
            size_t end = slice_find_byte(text, ')', i);
            if (end == SIZE_MAX)
                break;
            i = end;
            continue;
        }
        s[n++] = c == ']' ? ')' : c;
        if (c == '.' && i + 1 < text.len && is_space(text.ptr[i + 1]) && n > 40)
            return slice_of(s, n);
    }
    if (n < MOST)
        return s ? slice_of(s, n) : S("");
    while (n && ((unsigned char)s[n - 1] & 0xc0) == 0x80) /* not in the middle of a character */
        n--;
    n -= n && (unsigned char)s[n - 1] >= 0xc0;
    memcpy(s + n, "...", 3);
    return slice_of(s, n + 3);
}

void text_what(page *p)
{
    const answer_card *c = p->w->card;
    if (!c->description.len || slice_eq_nocase(c->description, c->group.name))
        return;
    text_line *l = page_body(p, MSG_ask_label_what);
    l->rank = c->group.kind == KIND_ACTOR ? 20 : 3;
    line_say(p, l, msg_ask_text(text_first_sentence(p, c->description)));
}

/* --- how it works --------------------------------------------------------------------------- */

static int most_reported_first(const void *x, const void *y)
{
    const answer_technique *const *a = x, *const *b = y;
    if ((*a)->reports != (*b)->reports)
        return (*a)->reports > (*b)->reports ? -1 : 1;
    return slice_cmp((*a)->id, (*b)->id);
}

static void put_group(page *p, const sink *out, technique_group g, message_id word)
{
    const answer *w = p->w;
    message parts[ITEMS_MAX + 1];
    size_t n = 0;
    const answer_technique **list = arena_array(p->a, w->technique_count + 1, sizeof *list);
    p->failed |= !list;
    for (size_t i = 0; list && i < w->technique_count; i++)
        if (w->techniques[i].group == g)
            list[n++] = &w->techniques[i];
    if (!n)
        return;
    qsort(list, n, sizeof *list, most_reported_first);
    size_t shown = n < ITEMS_MAX ? n : ITEMS_MAX;
    for (size_t i = 0; i < shown; i++)
        parts[i] = msg_ask_technique(list[i]->id.len ? list[i]->id : S("-"), list[i]->name);
    text_line *l = page_body(p, MSG_NONE);
    l->column = 1;
    l->table = p->tables;
    line_say(p, l, message_of(word));
    phrase all = text_fit(p, out, parts, shown, n, JOIN_DOT, TEXT_COLUMNS - 4);
    line_phrase(l, &all);
}

static void put_how(page *p, const sink *out)
{
    const answer *w = p->w;
    const answer_card *c = w->card;
    if (!w->technique_total && !c->software.total)
        return;
    page_blank(p);
    text_line *l = page_body(p, MSG_ask_label_how);
    line_say(p, l,
             c->software.total
                 ? msg_ask_how((int64_t)w->technique_total, (int64_t)c->software.total)
                 : msg_ask_how_alone((int64_t)w->technique_total));
    page_table(p);
    put_group(p, out, GROUP_GET_IN, MSG_ask_group_get_in);
    put_group(p, out, GROUP_STAY, MSG_ask_group_stay);
    put_group(p, out, GROUP_TAKE_OUT, MSG_ask_group_take_out);
    text_line *s = text_relations(p, out, MSG_ask_label_software, &c->software, PRED_NONE);
    if (s)
        s->rank = 8;
    if (w->technique_total)
        line_say(p, page_body(p, MSG_ask_label_detect),
                 c->detected
                     ? msg_ask_detect_counts((int64_t)c->detected, (int64_t)w->technique_total)
                     : msg_ask_detect_none());
}

/* --- by kind -------------------------------------------------------------------------------- */

message text_sort(const answer_card *c)
{
    message_id word = kind_word(c->group.kind);
    bool id = c->external_id.len && !slice_eq(c->external_id, c->group.name);
    return id ? msg_ask_kind_id(word, c->external_id) : message_of(word);
}

static void put_title(page *p)
{
    text_title(p, p->w->card->group.name, KIND_NONE, text_sort(p->w->card));
}

/* How many vulnerabilities are exploited by it, of how many it is what follows; the newest. */
static void put_vulnerabilities(page *p, const sink *out)
{
    const answer_relations *all = &p->w->card->vulnerabilities;
    message parts[ITEMS_MAX + 1];
    size_t n = 0, by = 0;
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = 0; k < all->at[i].mapping_count; k++)
            by += slice_eq(all->at[i].mapping[k], S(MAPPING_EXPLOITATION));
        if (n < ITEMS_MAX)
            parts[n++] = msg_ask_text(all->at[i].node.text);
    }
    if (!n)
        return;
    text_line *l = page_body(p, MSG_ask_label_flaws);
    line_say(p, l, msg_ask_mapped_flaws((int64_t)all->total, (int64_t)by));
    phrase some = text_fit(p, out, parts, n, all->count, JOIN_COMMA, TEXT_COLUMNS - 40);
    line_phrase(l, &some);
}

static void put_technique(page *p, const sink *out)
{
    const answer_card *c = p->w->card;
    if (c->tactic_count)
        put_texts_line(p, out, MSG_ask_label_tactics, c->tactics, c->tactic_count);
    if (c->parent.kind != KIND_NONE)
        line_say(p, page_body(p, MSG_ask_label_parent),
                 msg_ask_named_id(c->parent_name, c->parent_id));
    if (c->platform_count)
        put_texts_line(p, out, MSG_ask_label_platforms, c->platforms, c->platform_count);
    text_relations(p, out, MSG_ask_label_parts, &c->subtechniques, PRED_NONE);
    page_blank(p);
    text_relations(p, out, MSG_ask_label_used_by, &c->actors, PRED_USES);
    text_relations(p, out, MSG_ask_label_software, &c->software, PRED_NONE);
    text_relations(p, out, MSG_ask_label_campaigns, &c->campaigns, PRED_NONE);
    put_vulnerabilities(p, out);
    text_relations(p, out, MSG_ask_label_detect, &c->detections, PRED_NONE);
    text_relations(p, out, MSG_ask_label_mitigate, &c->mitigations, PRED_NONE);
}

static void put_place(page *p, const sink *out)
{
    const answer_card *c = p->w->card;
    page_blank(p);
    text_relations(p, out, MSG_ask_label_from, &c->actors, PRED_ORIGINATES_FROM);
    text_relations(p, out, MSG_ask_label_after, &c->actors, PRED_TARGETS);
    text_relations(p, out, MSG_ask_label_campaigns, &c->campaigns, PRED_NONE);
    text_relations(p, out, MSG_ask_label_software, &c->software, PRED_NONE);
}

static void put_actor(page *p, const sink *out)
{
    const answer_card *c = p->w->card;
    put_origin(p, out);
    put_names(p, out);
    put_active(p);
    put_targets(p, out);
    put_how(p, out);
    if (c->group.kind != KIND_ACTOR) {
        text_relations(p, out, MSG_ask_label_used_by, &c->actors, PRED_NONE);
        text_relations(p, out, MSG_ask_label_campaigns, &c->campaigns, PRED_NONE);
    }
    text_line *l = text_relations(p, out, MSG_ask_label_exploits, &c->exploits, PRED_NONE);
    if (l)
        l->rank = 7;
}

static void put_entity(page *p, const sink *out)
{
    kind k = p->w->card->group.kind;
    put_title(p);
    put_match(p);
    text_what(p);
    if (k == KIND_TECHNIQUE)
        put_technique(p, out);
    else if (k == KIND_COUNTRY || k == KIND_SECTOR || k == KIND_LOCATION || k == KIND_ORGANISATION)
        put_place(p, out);
    else
        put_actor(p, out);
}

/* --- several, or nothing -------------------------------------------------------------------- */

static void put_candidate(page *p, const sink *out, const answer_entity *e)
{
    message parts[ITEMS_MAX + 1];
    size_t n = 0;
    text_line *l = page_body(p, MSG_NONE);
    l->column = 2;
    l->table = p->tables;
    line_say(p, l, msg_ask_text(e->name));
    line_say(p, l, message_of(kind_word(e->kind)));
    for (size_t i = 0; i < e->use_count && n < ITEMS_MAX; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= slice_eq(e->uses[k].source, e->uses[i].source);
        if (!again)
            parts[n++] = msg_ask_text(e->uses[i].source);
    }
    phrase all = text_fit(p, out, parts, n, n, JOIN_COMMA, 60);
    line_phrase(l, &all);
}

static void put_several(page *p, const sink *out)
{
    const answer *w = p->w;
    text_title(p, w->question.input, KIND_NONE, message_of(MSG_ask_kind_name));
    line_phrase(page_head(p, MSG_ask_word_ambiguous, STYLE_UNKNOWN), &w->summary);
    page_blank(p);
    line_say(p, page_body(p, MSG_ask_label_candidates), msg_ask_candidates_head());
    page_table(p);
    for (size_t i = 0; i < w->entity_count && i < 8; i++)
        put_candidate(p, out, &w->entities[i]);
    for (size_t i = 0; i < w->note_count; i++)
        line_phrase(page_body(p, i == 0 ? MSG_ask_label_same : MSG_NONE), &w->notes[i]);
}

void text_named(page *p, text_options how, const sink *out)
{
    const answer *w = p->w;
    if (w->type == ANSWER_ENTITY) {
        put_entity(p, out);
    } else if (w->type == ANSWER_VULNERABILITY) {
        text_vulnerability(p, out);
    } else if (w->type == ANSWER_AMBIGUOUS) {
        put_several(p, out);
    } else {
        text_title(p, w->question.input, KIND_NONE, message_of(MSG_ask_kind_name));
        line_phrase(page_head(p, MSG_ask_word_unknown, STYLE_UNKNOWN), &w->summary);
    }
    text_actions(p);
    text_unknown(p);
    if (how.why)
        text_reasons(p);
}
