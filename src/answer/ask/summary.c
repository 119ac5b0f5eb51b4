/* summary.c - line 2 and line 3: what it is, and whether that still holds. Two statements. */
#include "answer/ask/job.h"

/* --- what it is ----------------------------------------------------------------------------- */

static msg_list headline_threats(job *j)
{
    enum { MOST = 2 };
    slice *names = job_alloc(j, MOST * sizeof *names);
    size_t n = 0;
    for (size_t i = 0; names && i < j->w->entity_count && n < MOST; i++)
        if (strcmp(j->w->entities[i].relation, "indicates") == 0)
            names[n++] = j->w->entities[i].name;
    return (msg_list){names, n};
}

static void add_dates(const job *j, phrase_builder *b)
{
    const verdict *v = &j->w->verdict;
    char from[WHEN_TEXT_MAX], to[WHEN_TEXT_MAX];
    if (v->from == WHEN_NONE || v->to == WHEN_NONE)
        return;
    if (strcmp(when_date(v->from, from), when_date(v->to, to)) == 0)
        phrase_add(b, msg_ask_date_on(v->to));
    else
        phrase_add(b, msg_ask_dates(v->from, v->to));
}

/* Sources, lists or persons behind evidence of one rule, at most four. */
static msg_list names_behind(job *j, evidence_rule from, evidence_rule to)
{
    enum { MOST = 4 };
    slice *names = job_alloc(j, MOST * sizeof *names);
    size_t n = 0;
    for (size_t i = 0; names && i < j->set.count && n < MOST; i++) {
        const evidence *e = &j->set.evidence[i];
        if (e->rule < from || e->rule > to || e->withdrawn)
            continue;
        slice name = detail_str(j->set.from[i].detail, "list");
        if (!name.len)
            name = slice_starts(e->source, S("analyst:")) ? slice_from(e->source, 8) : e->source;
        bool again = false;
        for (size_t k = 0; k < n; k++)
            again |= slice_eq(names[k], name);
        if (!again)
            names[n++] = name;
    }
    return (msg_list){names, n};
}

static size_t benign_origins(const job *j)
{
    size_t bad = j->w->verdict.independent, most = bad;
    for (size_t i = 0; i < j->set.count; i++) {
        size_t g = j->w->verdict.judged[i].group;
        most = g != SIZE_MAX && g + 1 > most ? g + 1 : most;
    }
    return most - bad;
}

static void say_bad(job *j, phrase_builder *b)
{
    const verdict *v = &j->w->verdict;
    msg_list threats = headline_threats(j);
    message_id role = role_word(v->roles);
    if (threats.count && role != MSG_NONE)
        phrase_add(b, msg_ask_sum_threat_role(threats, role));
    else if (threats.count)
        phrase_add(b, msg_ask_sum_threat(threats));
    else if (role != MSG_NONE)
        phrase_add(b, msg_ask_sum_role(role));
    else if (v->word == VERDICT_MALICIOUS)
        phrase_add(b, msg_ask_sum_bad((int64_t)v->independent));
    else
        phrase_add(b, msg_ask_sum_weak((int64_t)v->independent));
    add_dates(j, b);
}

static message say_conflict(job *j)
{
    const verdict *v = &j->w->verdict;
    int64_t bad = (int64_t)v->independent;
    if (v->rule == DECIDED_PERSONS_DIFFER)
        return msg_ask_sum_persons_differ();
    if (v->rule == DECIDED_SECOND_PERSON)
        return msg_ask_sum_second_person(bad);
    if (v->rule == DECIDED_LISTED_BUT_BAD) {
        msg_list lists = names_behind(j, EV_LISTED_BENIGN, EV_KNOWN_GOOD);
        return lists.count ? msg_ask_sum_listed_but_bad(bad, lists)
                           : msg_ask_sum_reserved_but_bad(bad);
    }
    return msg_ask_sum_said_both(bad, (int64_t)benign_origins(j));
}

static message say_benign(job *j)
{
    decision d = j->w->verdict.rule;
    if (d == DECIDED_PERSON)
        return msg_ask_sum_person(names_behind(j, EV_PERSON_MALICIOUS, EV_PERSON_UNKNOWN));
    if (d == DECIDED_KNOWN_GOOD)
        return msg_ask_sum_known_good(names_behind(j, EV_KNOWN_GOOD, EV_KNOWN_GOOD));
    if (d == DECIDED_LISTED)
        return msg_ask_sum_listed(names_behind(j, EV_LISTED_BENIGN, EV_LISTED_BENIGN));
    return msg_ask_sum_said_benign(names_behind(j, EV_SAYS_BENIGN, EV_SAYS_BENIGN));
}

static message say_unknown(const job *j)
{
    if (j->w->why.count || j->w->against.count)
        return msg_ask_sum_only_context();
    return class_of(j->w->question.node.kind) == CLASS_FILE ? msg_ask_sum_nobody_file()
                                                            : msg_ask_sum_nobody();
}

/* --- whether it holds ----------------------------------------------------------------------- */

static when first_recorded(const job *j)
{
    when t = WHEN_NONE;
    for (size_t i = 0; i < j->set.count; i++) {
        const evidence *e = &j->set.evidence[i];
        if (evidence_stance_of(e->rule) == STANCE_BAD && (t == WHEN_NONE || e->recorded < t))
            t = e->recorded;
    }
    return t;
}

static bool changes_owner(kind k)
{
    return k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_DOMAIN || k == KIND_URL || k == KIND_EMAIL;
}

static bool valid_as_said(const job *j)
{
    for (size_t i = 0; i < j->set.count; i++)
        if (j->set.evidence[i].valid_until != WHEN_NONE &&
            j->set.evidence[i].valid_until == j->w->verdict.until)
            return true;
    return false;
}

static void say_current(const job *j, phrase_builder *b)
{
    const verdict *v = &j->w->verdict;
    int64_t days = verdict_age_days(v, j->w->as_of);
    if (v->until == WHEN_NONE)
        phrase_add(b, msg_ask_holds_always());
    else if (valid_as_said(j))
        phrase_add(b, msg_ask_holds_valid(v->until));
    else if (days >= 0)
        phrase_add(b, msg_ask_holds_dated(days, v->until));
    else
        phrase_add(b, msg_ask_holds_undated(first_recorded(j), v->until));
}

static void say_state(const job *j, phrase_builder *b)
{
    const verdict *v = &j->w->verdict;
    int64_t days = verdict_age_days(v, j->w->as_of);
    if (v->state == STATE_CURRENT) {
        say_current(j, b);
    } else if (v->state == STATE_WITHDRAWN) {
        phrase_add(b, msg_ask_withdrawn());
    } else if (v->state == STATE_EXPIRED) {
        int64_t ago = when_days(v->until, j->w->as_of);
        phrase_add(b, msg_ask_expired(v->until, ago));
    } else {
        phrase_add(b, days >= 0 ? msg_ask_stale_dated(days, v->until)
                                : msg_ask_stale_undated(v->until));
        if (changes_owner(j->w->question.node.kind))
            phrase_add(b, msg_ask_new_owner());
    }
}

status step_summary(job *j, err *why)
{
    const verdict *v = &j->w->verdict;
    phrase_builder sum = {0}, state = {0};
    bool person = v->rule == DECIDED_PERSON && v->word != VERDICT_BENIGN;
    if (person)
        phrase_add(&sum,
                   msg_ask_sum_person(names_behind(j, EV_PERSON_MALICIOUS, EV_PERSON_UNKNOWN)));
    if (v->word == VERDICT_MALICIOUS || v->word == VERDICT_SUSPICIOUS)
        say_bad(j, &sum);
    else if (v->word == VERDICT_CONFLICTING)
        phrase_add(&sum, say_conflict(j));
    else if (v->word == VERDICT_BENIGN)
        phrase_add(&sum, say_benign(j));
    else if (!person)
        phrase_add(&sum, say_unknown(j));
    if (v->word == VERDICT_MALICIOUS || v->word == VERDICT_SUSPICIOUS ||
        (v->word == VERDICT_CONFLICTING && v->state != STATE_CURRENT))
        say_state(j, &state);
    j->w->summary = phrase_end(j, &sum, JOIN_COMMA);
    j->w->holds = phrase_end(j, &state, JOIN_SEMICOLON);
    return job_status(j, why);
}
