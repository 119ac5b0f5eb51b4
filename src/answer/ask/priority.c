/* priority.c - how soon somebody should look. It depends on the contact, so without one the answer
 * says on what: two priorities with their conditions. --seen, or an alert, fixes it. */
#include "answer/ask/job.h"

message_id priority_word(priority p)
{
    static const message_id words[] = {MSG_NONE, MSG_ask_p1, MSG_ask_p2, MSG_ask_p3, MSG_ask_p4};
    return words[p];
}

value_class class_of(kind k)
{
    if (kind_is_hash(k) || k == KIND_SSDEEP || k == KIND_TLSH || k == KIND_IMPHASH ||
        k == KIND_FILENAME || k == KIND_PATH || k == KIND_PACKAGE)
        return CLASS_FILE;
    if (k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_CIDR || k == KIND_DOMAIN || k == KIND_URL)
        return CLASS_NETWORK;
    return k == KIND_EMAIL || k == KIND_EMAIL_SUBJECT ? CLASS_MAIL : CLASS_OTHER;
}

/* What a contact inside the dates is worth. */
static priority of_contact(const answer *w)
{
    const verdict *v = &w->verdict;
    bool severe = v->roles & (1u << ROLE_C2 | 1u << ROLE_EXFILTRATION);
    bool mild =
        v->roles && !(v->roles & ~(1u << ROLE_SCANNER | 1u << ROLE_PROXY | 1u << ROLE_VICTIM));
    bool is_file = class_of(w->question.node.kind) == CLASS_FILE;
    priority p = severe || is_file ? PRIORITY_P1 : mild ? PRIORITY_P3 : PRIORITY_P2;
    if (v->word == VERDICT_SUSPICIOUS || v->word == VERDICT_CONFLICTING)
        p = p < PRIORITY_P3 ? (priority)(p + 1) : PRIORITY_P3;
    return p;
}

static slice first_path(const job *j)
{
    for (size_t i = 0; i < j->w->fact_count; i++)
        if (j->w->facts[i].path.len > 1)
            return j->w->facts[i].path;
    return S("");
}

static message condition_of(const job *j)
{
    const verdict *v = &j->w->verdict;
    slice path = first_path(j);
    bool old = v->state != STATE_CURRENT && v->from != WHEN_NONE;
    switch (class_of(j->w->question.node.kind)) {
    case CLASS_FILE: return msg_ask_if_ran();
    case CLASS_MAIL: return msg_ask_if_opened();
    case CLASS_OTHER: return msg_ask_if_seen();
    case CLASS_NETWORK: break;
    }
    if (old && path.len)
        return msg_ask_if_inside_or_path(path);
    return old ? msg_ask_if_inside() : msg_ask_if_contact();
}

static message rest_of(const job *j, priority rest)
{
    if (j->w->verdict.state != STATE_CURRENT)
        return msg_ask_rest_verify();
    if (class_of(j->w->question.node.kind) == CLASS_FILE)
        return msg_ask_rest_remove();
    return rest == PRIORITY_P4 ? msg_ask_rest_note() : msg_ask_rest_watch();
}

static void put_cases(job *j, const answer_priority *cases, size_t n)
{
    answer_priority *list = job_alloc(j, n * sizeof *list);
    if (!list)
        return;
    memcpy(list, cases, n * sizeof *list);
    j->w->priority_if = list;
    j->w->priority_if_count = n;
}

static void of_bad(job *j)
{
    bool certain = j->w->verdict.word == VERDICT_MALICIOUS;
    priority first = of_contact(j->w), rest = certain ? PRIORITY_P3 : PRIORITY_P4;
    message condition = condition_of(j), otherwise = rest_of(j, rest);
    answer_priority cases[] = {{phrase_one(j, condition), first},
                               {phrase_one(j, msg_ask_else()), rest}};
    put_cases(j, cases, 2);
    if (j->brief)
        return;
    j->w->priority_line =
        phrase_one(j, msg_ask_pri_if(priority_word(first), job_message(j, condition),
                                     priority_word(rest), job_message(j, otherwise)));
}

static void say_cases(job *j, bool is_file, const message_id *when_)
{
    phrase_builder b = {0};
    phrase_add(&b, is_file ? msg_ask_pri_unset_file() : msg_ask_pri_unset());
    for (size_t i = 0; i < j->w->priority_if_count; i++)
        phrase_add(&b, msg_ask_pri_case(priority_word(j->w->priority_if[i].priority),
                                        job_message(j, message_of(when_[i]))));
    j->w->priority_line = phrase_end(j, &b, JOIN_DOT);
}

static void of_unknown(job *j)
{
    static const message_id ran[] = {MSG_ask_if_ran_server, MSG_ask_if_ran_anywhere,
                                     MSG_ask_if_only_found};
    static const message_id other[] = {MSG_ask_if_repeats, MSG_ask_else};
    bool is_file = class_of(j->w->question.node.kind) == CLASS_FILE;
    const message_id *when_ = is_file ? ran : other;
    size_t n = is_file ? COUNT_OF(ran) : COUNT_OF(other);
    answer_priority cases[3];
    for (size_t i = 0; i < n; i++)
        cases[i] = (answer_priority){phrase_one(j, message_of(when_[i])),
                                     (priority)(PRIORITY_P4 + 1 + (int)i - (int)n)};
    put_cases(j, cases, n);
    if (!j->brief)
        say_cases(j, is_file, when_);
}

static void fix(job *j, priority p, message because)
{
    j->w->priority = p;
    if (!j->brief)
        j->w->priority_line =
            phrase_one(j, msg_ask_pri_fixed(priority_word(p), job_message(j, because)));
}

static message contact_words(const job *j)
{
    when seen = j->w->question.seen_at;
    message_id role = role_word(j->w->verdict.roles);
    switch (j->w->contact) {
    case CONTACT_INSIDE:
        return role != MSG_NONE ? msg_ask_contact_inside_role(seen, role)
                                : msg_ask_contact_inside(seen);
    case CONTACT_SOON_AFTER: return msg_ask_contact_soon(seen);
    case CONTACT_AFTER: return msg_ask_contact_after(seen);
    case CONTACT_BEFORE: return msg_ask_contact_before(seen);
    case CONTACT_UNDATED:
    case CONTACT_COUNT_: break;
    }
    return msg_ask_contact_undated(seen);
}

static priority at_contact(const answer *w)
{
    const verdict *v = &w->verdict;
    bool hit = w->contact == CONTACT_INSIDE || w->contact == CONTACT_SOON_AFTER ||
               (w->contact == CONTACT_UNDATED && v->state == STATE_CURRENT);
    return hit ? of_contact(w) : v->word == VERDICT_MALICIOUS ? PRIORITY_P3 : PRIORITY_P4;
}

static void of_contact_at(job *j)
{
    j->w->contact = verdict_contact(&j->w->verdict, j->w->question.seen_at);
    fix(j, at_contact(j->w), contact_words(j));
}

bool answer_is_bad(const answer *w)
{
    verdict_word v = w->verdict.word;
    return w->type == ANSWER_OBSERVABLE &&
           (v == VERDICT_MALICIOUS || v == VERDICT_SUSPICIOUS || v == VERDICT_CONFLICTING);
}

void answer_seen(const answer *w, when seen_at, answer *ret)
{
    assert(answer_is_bad(w));
    *ret = *w;
    ret->question.seen_at = seen_at;
    ret->contact = verdict_contact(&w->verdict, seen_at);
    ret->priority = at_contact(ret);
    ret->priority_if = NULL;
    ret->priority_if_count = 0;
}

status step_priority(job *j, err *why)
{
    const verdict *v = &j->w->verdict;
    bool bad = answer_is_bad(j->w);
    if (bad && j->w->question.seen_at != WHEN_NONE)
        of_contact_at(j);
    else if (bad)
        of_bad(j);
    else if (v->word == VERDICT_BENIGN)
        fix(j, PRIORITY_P4, msg_ask_pri_benign());
    else
        of_unknown(j);
    return job_status(j, why);
}
