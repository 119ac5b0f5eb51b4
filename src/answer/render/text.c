/* text.c - answers about values for the terminal, in the order a reader needs: what it is, whether
 * that still holds, how soon, why, what speaks against it, who, what to do, what is not known. */
#include "answer/render/page.h"
#include "answer/render/text.h"

static const struct {
    message_id label;
    style look;
} words[] = {
    [VERDICT_UNKNOWN] = {MSG_ask_word_unknown, STYLE_UNKNOWN},
    [VERDICT_MALICIOUS] = {MSG_ask_word_malicious, STYLE_BAD},
    [VERDICT_SUSPICIOUS] = {MSG_ask_word_suspicious, STYLE_WARN},
    [VERDICT_BENIGN] = {MSG_ask_word_benign, STYLE_GOOD},
    [VERDICT_CONFLICTING] = {MSG_ask_word_conflicting, STYLE_UNKNOWN},
};
_Static_assert(COUNT_OF(words) == VERDICT_WORD_COUNT_, "a verdict without a word");

static const struct {
    message_id label;
    style look;
} states[] = {
    [STATE_CURRENT] = {MSG_ask_state_current, STYLE_PLAIN},
    [STATE_STALE] = {MSG_ask_state_stale, STYLE_WARN},
    [STATE_EXPIRED] = {MSG_ask_state_expired, STYLE_WARN},
    [STATE_WITHDRAWN] = {MSG_ask_state_withdrawn, STYLE_WARN},
};
_Static_assert(COUNT_OF(states) == STATE_COUNT_, "a state without a word");

message_id text_state(verdict_state s)
{
    return states[s].label;
}

static const message_id confidences[] = {
    [CONFIDENCE_NONE] = MSG_ask_confidence_none,
    [CONFIDENCE_LOW] = MSG_ask_confidence_low,
    [CONFIDENCE_FAIR] = MSG_ask_confidence_fair,
    [CONFIDENCE_HIGH] = MSG_ask_confidence_high,
    [CONFIDENCE_CONFIRMED] = MSG_ask_confidence_confirmed,
};
_Static_assert(COUNT_OF(confidences) == CONFIDENCE_COUNT_, "a confidence without a word");

enum { WHY_ROWS = 4, AGAINST_ROWS = 3, ASKED_COLUMNS = 84, VALUE_COLUMNS = 60 };

/* --- head ----------------------------------------------------------------------------------- */

/* A long hash is known by its ends; other long values are cut. */
static slice brief_value(page *p, const answer_question *q)
{
    if (!kind_is_hash(q->node.kind) || q->value.len <= 40)
        return q->value;
    slice s =
        arena_printf(p->a, "%.*s..%.*s", 16, q->value.ptr, 8, q->value.ptr + q->value.len - 8);
    p->failed |= !s.ptr;
    return s;
}

void text_title(page *p, slice value, kind k, message what)
{
    text_line *l = page_head(p, MSG_NONE, STYLE_TITLE);
    l->column = 0;
    if (text_width(value) > VALUE_COLUMNS) { /* as it was typed, shortened: --json has it whole */
        size_t cut = VALUE_COLUMNS;
        while (cut && ((unsigned char)value.ptr[cut] & 0xc0) == 0x80)
            cut--;
        value = arena_printf(p->a, "%.*s..", (int)cut, value.ptr);
        p->failed |= !value.ptr;
    }
    line_say(p, l, msg_ask_value((msg_value){(int)k, value}));
    line_say(p, l, what);
    l->tag = msg_ask_clock(slice_str(tlp_label(p->w->tlp)), p->w->as_of);
}

static void put_head(page *p)
{
    const answer *w = p->w;
    const verdict *v = &w->verdict;
    text_title(p, brief_value(p, &w->question), w->question.node.kind,
               msg_ask_text(w->question.kind));
    line_phrase(page_head(p, words[v->word].label, words[v->word].look), &w->summary);
    if (w->holds.count)
        line_phrase(page_head(p, states[v->state].label, states[v->state].look), &w->holds);
    line_phrase(page_head(p, MSG_ask_label_priority, STYLE_LABEL), &w->priority_line);
    page_blank(p);
}

/* --- why ------------------------------------------------------------------------------------ */

static slice upper(page *p, slice s)
{
    char *text = arena_alloc(p->a, s.len + 1);
    p->failed |= !text;
    for (size_t i = 0; text && i < s.len; i++)
        text[i] = to_upper(s.ptr[i]);
    return text ? slice_of(text, s.len) : S("");
}

static phrase fact_phrase(page *p, const answer_fact *f)
{
    message parts[5];
    size_t n = 0;
    if (f->product.len && f->version.len)
        parts[n++] = msg_ask_fact_product(f->product, f->version);
    else if (f->product.len)
        parts[n++] = msg_ask_fact_product_only(f->product);
    if (f->protocol.len && f->port)
        parts[n++] = msg_ask_fact_on(upper(p, f->protocol), f->port);
    else if (f->port)
        parts[n++] = msg_ask_fact_port(f->port);
    if (f->watermark.len && f->note.len) {
        message *note = arena_new(p->a, message);
        p->failed |= !note;
        if (note) {
            *note = note_message(f->note);
            parts[n++] = msg_ask_fact_watermark_note(f->watermark, note);
        }
    } else if (f->watermark.len) {
        parts[n++] = msg_ask_fact_watermark(f->watermark);
    }
    if (f->path.len)
        parts[n++] = msg_ask_fact_path(f->path);
    return page_phrase(p, parts, n, JOIN_COMMA);
}

message text_span(const claim *c)
{
    when from = c->first_seen != WHEN_NONE ? c->first_seen : c->valid_from, to = c->last_seen;
    if (from == WHEN_NONE && to == WHEN_NONE)
        return c->valid_until != WHEN_NONE ? msg_ask_until(c->valid_until) : msg_ask_undated();
    return msg_ask_span(from == WHEN_NONE ? to : from, to == WHEN_NONE ? from : to);
}

static bool is_bad(const answer_claim *c)
{
    return evidence_stance_of(c->rule) == STANCE_BAD;
}

static size_t bad_rows(const answer *w)
{
    size_t n = 0;
    while (n < w->why.count && is_bad(&w->why.at[n]))
        n++;
    return n;
}

/* When all rows say the same, it is said once above them. */
static bool one_statement(const answer *w, size_t bad)
{
    for (size_t i = 0; i < bad; i++)
        if (w->why.at[i].via != VIA_SELF)
            return false;
    return w->fact_count == 1 && bad > 0;
}

static bool ends_differ(const answer *w, size_t bad)
{
    when first = WHEN_NONE;
    for (size_t i = 0; i < bad; i++) {
        when t = w->why.at[i].claim->last_seen;
        if (t == WHEN_NONE || w->why.at[i].via != VIA_SELF)
            continue;
        if (first != WHEN_NONE && first != t)
            return true;
        first = t;
    }
    return false;
}

static void put_counts(page *p, size_t bad)
{
    const answer *w = p->w;
    message parts[4];
    size_t n = 0;
    if (w->claims_over)
        parts[n++] = msg_ask_why_at_least((int64_t)w->claims_over);
    parts[n++] = msg_ask_why_counts((int64_t)bad, (int64_t)w->verdict.independent);
    if (w->verdict.independent == 1)
        parts[n++] = msg_ask_why_once();
    if (ends_differ(w, bad))
        parts[n++] = msg_ask_why_ends_differ();
    phrase counts = page_phrase(p, parts, n, JOIN_SEMICOLON);
    text_line *l = page_body(p, MSG_NONE);
    line_phrase(l, &counts);
    l->column += 2;
}

static void put_rows(page *p, size_t rows, bool statements, size_t bad)
{
    const answer *w = p->w;
    unsigned table = page_table(p);
    for (size_t i = 0; i < rows; i++) {
        const answer_claim *c = &w->why.at[i];
        text_line *l = page_body(p, MSG_NONE);
        l->table = table;
        l->column += 2;
        l->rank = i == 0 ? 0 : (unsigned)(10 + i);
        line_say(p, l, msg_ask_text(c->claim->source));
        line_say(p, l, msg_ask_text(c->claim->place.len ? c->claim->place : S("-")));
        line_say(p, l, text_span(c->claim));
        if (statements)
            line_phrase(l, &c->statement);
    }
    if (bad > 1)
        put_counts(p, bad);
    if (w->why.total > rows) {
        text_line *l = page_body(p, MSG_NONE);
        l->column += 2;
        l->rank = 9;
        line_say(p, l, msg_ask_why_more((int64_t)(w->why.total - rows)));
    }
}

static void put_why(page *p)
{
    const answer *w = p->w;
    size_t bad = bad_rows(w), rows = bad ? bad : w->why.count;
    if (!w->why.count)
        return;
    bool one = one_statement(w, bad);
    text_line *l = page_body(p, bad ? MSG_ask_label_why : MSG_ask_label_context);
    phrase facts = one ? fact_phrase(p, &w->facts[0]) : w->why.at[0].statement;
    line_phrase(l, facts.count ? &facts : &w->why.at[0].statement);
    if (bad && w->verdict.confidence != CONFIDENCE_NONE)
        l->tag = msg_ask_confidence(confidences[w->verdict.confidence]);
    rows = rows > WHY_ROWS ? WHY_ROWS : rows;
    put_rows(p, rows, !one && rows > 1, bad);
}

/* --- against -------------------------------------------------------------------------------- */

/* Big sources that hold such values and do not have this one. */
static void put_absence(page *p, message *parts, size_t *n, size_t room)
{
    const answer *w = p->w;
    bool first = true;
    for (size_t i = 0; i < w->asked_count && *n < room; i++) {
        const answer_asked *a = &w->asked[i];
        if (a->said != SAID_NOTHING || a->listed || a->good)
            continue;
        parts[(*n)++] = first ? msg_ask_absent_first(a->source, (int64_t)a->held)
                              : msg_ask_absent_next(a->source, (int64_t)a->held);
        first = false;
    }
}

/* A list is named already: what is left to say is where in it. */
static slice against_from(const answer_claim *c)
{
    bool list = c->rule == EV_LISTED_BENIGN || c->rule == EV_LISTED_NEUTRAL;
    return list && c->claim->place.len ? c->claim->place : c->claim->source;
}

static void put_against(page *p, bool all)
{
    const answer *w = p->w;
    size_t rows = all || w->against.count < AGAINST_ROWS ? w->against.count : AGAINST_ROWS;
    for (size_t i = 0; i < rows; i++) {
        text_line *l = page_body(p, i == 0 ? MSG_ask_label_against : MSG_NONE);
        line_phrase(l, &w->against.at[i].statement);
        line_say(p, l, msg_ask_text(against_from(&w->against.at[i])));
        l->rank = i == 0 ? 0 : (unsigned)(8 + i);
    }
    if (rows)
        return;
    message parts[3];
    size_t n = 0;
    text_line *l = page_body(p, MSG_ask_label_against);
    slice *good = arena_array(p->a, w->asked_count + 1, sizeof *good);
    p->failed |= !good;
    for (size_t i = 0; good && i < w->asked_count; i++)
        if (w->asked[i].good && w->asked[i].said == SAID_NOTHING)
            good[n++] = w->asked[i].source;
    if (n)
        line_say(p, l, msg_ask_against_not_good((msg_list){good, n}));
    n = 0;
    line_say(p, l, w->lists ? msg_ask_against_none((int64_t)w->lists) : msg_ask_against_no_lists());
    put_absence(p, parts, &n, COUNT_OF(parts));
    phrase absence = page_phrase(p, parts, n, JOIN_COMMA);
    if (n)
        line_phrase(l, &absence);
}

/* --- who, seen ------------------------------------------------------------------------------ */

static void put_who(page *p)
{
    const answer_attribution *a = &p->w->attribution;
    message parts[10];
    size_t n = 0;
    if (!a->candidates && !a->because_count) {
        line_say(p, page_body(p, MSG_ask_label_who), msg_ask_who_nobody());
        return;
    }
    if (!a->candidates)
        parts[n++] = msg_ask_who_not();
    else if (a->count > 1)
        parts[n++] = msg_ask_who_candidates((int64_t)a->count);
    for (size_t i = 0; i < a->count && i < 3; i++)
        parts[n++] = msg_ask_who_candidate(a->at[i].name,
                                           (msg_list){a->at[i].sources, a->at[i].source_count});
    for (size_t i = 0; i < a->because_count && n < COUNT_OF(parts); i++)
        if (a->because[i].count)
            parts[n++] = a->because[i].part[0];
    phrase all = page_phrase(p, parts, n, JOIN_SEMICOLON);
    line_phrase(page_body(p, MSG_ask_label_who), &all);
}

static void put_seen(page *p)
{
    const answer_here *h = &p->w->here;
    message m = h->said == HERE_YES  ? msg_ask_seen_yes((int64_t)h->count, h->first, h->last)
                : h->said == HERE_NO ? msg_ask_seen_no((int64_t)h->sources, h->from, h->to)
                : h->sources         ? msg_ask_seen_cannot()
                                     : msg_ask_seen_no_logs();
    line_say(p, page_body(p, MSG_ask_label_seen), m);
}

/* --- asked ---------------------------------------------------------------------------------- */

static message asked_part(const answer_asked *a)
{
    if (a->said == SAID_FAILED)
        return msg_ask_asked_failed(a->source, a->why.count ? a->why.part : NULL);
    if (a->set)
        return msg_ask_asked_set(a->source, (int64_t)a->held, a->fresh);
    return a->newest != WHEN_NONE ? msg_ask_asked_source(a->source, (int64_t)a->held, a->newest)
                                  : msg_ask_asked_source_undated(a->source, (int64_t)a->held);
}

static void put_asked_row(page *p, message_id label, const message *parts, size_t n)
{
    unsigned table = p->tables; /* all rows of `asked` are one table */
    phrase cells[] = {page_phrase(p, &(message){.id = label}, 1, JOIN_NONE),
                      page_phrase(p, parts, n, JOIN_DOT)};
    text_line *l = page_body(p, MSG_NONE);
    l->column = 3;
    l->table = table;
    line_phrase(l, &cells[0]);
    line_phrase(l, &cells[1]);
}

static void put_bad_sources(page *p, const sink *out)
{
    const answer *w = p->w;
    message parts[64];
    size_t n = 0, total = 0;
    for (size_t i = 0; i < w->asked_count; i++) {
        if (w->asked[i].said == SAID_NOT_ASKED || w->asked[i].listed || w->asked[i].good)
            continue;
        total++;
        if (n < COUNT_OF(parts))
            parts[n++] = asked_part(&w->asked[i]);
    }
    if (!total) {
        parts[0] = msg_ask_asked_nobody(w->question.kind);
        put_asked_row(p, MSG_ask_asked_bad, parts, 1);
        return;
    }
    for (size_t row = 0, from = 0; from < n && row < 2; row++) {
        size_t fits = page_fit(p, out, parts + from, n - from, JOIN_DOT, ASKED_COLUMNS);
        fits = fits ? fits : 1;
        put_asked_row(p, row == 0 ? MSG_ask_asked_bad : MSG_NONE, parts + from, fits);
        from += fits;
        if (from < total && (row == 1 || from == n)) {
            message more = msg_ask_asked_more((int64_t)(total - from));
            put_asked_row(p, MSG_NONE, &more, 1);
        }
    }
}

/* Known-good sets, or that there are none. */
static void put_good_sets(page *p)
{
    enum { SHOWN = 4 };
    const answer *w = p->w;
    message parts[SHOWN + 1];
    size_t n = 0, total = 0;
    for (size_t i = 0; i < w->asked_count; i++) {
        if (!w->asked[i].good)
            continue;
        total++;
        if (n < SHOWN)
            parts[n++] = asked_part(&w->asked[i]);
    }
    if (total > n)
        parts[n++] = msg_ask_asked_more((int64_t)(total - SHOWN));
    if (!total && !kind_is_hash(w->question.node.kind))
        return;
    if (!total)
        parts[n++] = msg_ask_not_asked_good();
    put_asked_row(p, MSG_ask_asked_good, parts, n);
    if (!total)
        p->lines[p->count - 1].run = S("noroshi import --set NAME --verdict known-good PATH");
}

static void put_asked(page *p, const sink *out)
{
    const answer *w = p->w;
    message m;
    line_say(p, page_body(p, MSG_ask_label_asked), msg_ask_asked_held(w->question.kind));
    page_table(p);
    put_bad_sources(p, out);
    put_good_sets(p);
    m = w->lists ? msg_ask_against_none((int64_t)w->lists) : msg_ask_against_no_lists();
    put_asked_row(p, MSG_ask_asked_lists, &m, 1);
    m = w->here.said == HERE_YES
            ? msg_ask_asked_seen((int64_t)w->here.count, w->here.first, w->here.last)
        : w->here.said == HERE_NO
            ? msg_ask_asked_unseen((int64_t)w->here.sources, w->here.from, w->here.to)
            : msg_ask_not_asked_logs();
    put_asked_row(p, MSG_ask_asked_here, &m, 1);
    m = msg_ask_not_asked_outside();
    put_asked_row(p, MSG_ask_asked_outside, &m, 1);
    if (w->limits.count)
        line_phrase(page_body(p, MSG_ask_label_limits), &w->limits);
}

/* --- do, unknown ---------------------------------------------------------------------------- */

void text_actions(page *p)
{
    const answer *w = p->w;
    for (size_t i = 0; i < w->action_count; i++) {
        const answer_action *a = &w->actions[i];
        text_line *l = page_body(p, i == 0 ? MSG_ask_label_do : MSG_NONE);
        l->number = (unsigned)i + 1;
        l->run = a->run_count ? a->run[0] : S("");
        if (a->tag.count)
            l->tag = a->tag.part[0];
        if (a->condition.count && a->todo.count)
            line_say(p, l, msg_ask_action(a->condition.part, a->todo.part));
        else
            line_phrase(l, &a->todo);
    }
}

void text_unknown(page *p)
{
    const answer *w = p->w;
    message parts[PHRASE_PARTS];
    size_t n = 0;
    for (size_t i = 0; i < w->unknown_count && n < COUNT_OF(parts); i++)
        if (w->unknown[i].what.count)
            parts[n++] = w->unknown[i].what.part[0];
    text_line *l = n || w->ask_a_person.len ? page_body(p, MSG_ask_label_unknown) : NULL;
    if (n) {
        phrase all = page_phrase(p, parts, n, JOIN_SEMICOLON);
        line_phrase(l, &all);
    }
    if (w->ask_a_person.len)
        line_say(p, page_body(p, MSG_NONE), msg_ask_person(w->ask_a_person));
}

static void text_observable(page *p, text_options how, const sink *out)
{
    bool silent = !p->w->why.count && !p->w->against.count;
    put_head(p);
    put_why(p);
    if (silent) {
        put_asked(p, out);
        page_blank(p);
    } else {
        put_against(p, how.why);
        if (bad_rows(p->w)) {
            put_who(p);
            put_seen(p);
        }
    }
    text_actions(p);
    text_unknown(p);
    if (how.why)
        text_reasons(p);
}

status answer_text(const answer *w, text_options how, sink *out, err *why)
{
    CLEANUP(arena_done) arena a;
    page p;
    arena_init(&a, RENDER_MEMORY_MAX);
    page_init(&p, &a, w);
    p.all = how.all || how.why;
    if (w->type == ANSWER_OBSERVABLE)
        text_observable(&p, how, out);
    else
        text_named(&p, how, out);
    return page_print(&p, out, why);
}

status answer_line(const answer *w, sink *out, err *why)
{
    CLEANUP(arena_done) arena a;
    page p;
    arena_init(&a, RENDER_MEMORY_MAX);
    page_init(&p, &a, w);
    text_line *l = page_head(&p, MSG_NONE, STYLE_PLAIN);
    l->column = 0;
    line_say(&p, l, msg_ask_value((msg_value){(int)w->question.node.kind, w->question.value}));
    if (w->type == ANSWER_OBSERVABLE) {
        line_say(&p, l, message_of(words[w->verdict.word].label));
        if (w->verdict.word != VERDICT_UNKNOWN) /* nothing that could hold or not */
            line_say(&p, l, message_of(states[w->verdict.state].label));
        line_phrase(l, w->priority == PRIORITY_NONE ? &w->summary : &w->priority_line);
    } else if (w->type == ANSWER_ENTITY) {
        line_say(&p, l, msg_ask_text(w->card->group.name));
        line_say(&p, l, text_sort(w->card));
    } else {
        line_phrase(l, &w->summary);
    }
    p.all = true;
    return page_print(&p, out, why);
}
