/* claims.c - what speaks for and against: rows of `why` and `against`, what was observed. */
#include "answer/ask/job.h"

#include <stdlib.h>

/* --- statements ----------------------------------------------------------------------------- */

message_id role_word(unsigned roles)
{
    static const message_id words[ROLE_COUNT_] = {
        [ROLE_C2] = MSG_ask_role_c2,
        [ROLE_DELIVERY] = MSG_ask_role_delivery,
        [ROLE_PHISHING] = MSG_ask_role_phishing,
        [ROLE_SCANNER] = MSG_ask_role_scanner,
        [ROLE_EXFILTRATION] = MSG_ask_role_exfiltration,
        [ROLE_SINKHOLE] = MSG_ask_role_sinkhole,
        [ROLE_PROXY] = MSG_ask_role_proxy,
        [ROLE_HOSTING] = MSG_ask_role_hosting,
        [ROLE_VICTIM] = MSG_ask_role_victim,
        [ROLE_TOOL] = MSG_ask_role_tool,
    };
    for (unsigned r = 0; r < ROLE_COUNT_; r++)
        if (roles & 1u << r)
            return words[r];
    return MSG_NONE;
}

status threat_names(job *j, const node_ref *threats, size_t count, msg_list *ret, err *why)
{
    enum { NAMES_MAX = 4 };
    size_t n = 0;
    slice *names = job_alloc(j, NAMES_MAX * sizeof *names);
    if (!names)
        return job_status(j, why);
    for (size_t i = 0; i < count && n < NAMES_MAX; i++) {
        slice name;
        bool again = false;
        status st = recall_name(j->k, threats[i], &name, why);
        if (st != OK)
            return st;
        for (size_t m = 0; m < n; m++)
            again |= slice_eq(names[m], name);
        if (!again)
            names[n++] = name;
    }
    *ret = (msg_list){names, n};
    return OK;
}

static void add_via(phrase_builder *b, const testimony *t, evidence_via via)
{
    msg_value other = {(int)t->claim.subject.kind, t->claim.subject.text};
    if (via == VIA_SAME_FILE)
        phrase_add(b, msg_ask_via_same_file(other));
    else if (via == VIA_NO_QUERY)
        phrase_add(b, msg_ask_via_no_query(other));
    else if (via == VIA_HOST)
        phrase_add(b, msg_ask_via_host(other));
    else if (via == VIA_PARENT)
        phrase_add(b, msg_ask_via_parent(other));
    else if (via == VIA_RANGE)
        phrase_add(b, msg_ask_via_range(other));
    /* an entry that was found inside the value is not the value */
    slice type = detail_str(t->detail, "type");
    if (t->claim.predicate == PRED_LISTED &&
        (slice_eq(type, S("substring")) || slice_eq(type, S("regex"))))
        phrase_add(b, msg_ask_via_entry(t->claim.value));
}

static slice list_name(const testimony *t)
{
    slice name = detail_str(t->detail, "list");
    return name.len ? name : t->claim.source;
}

/* Who said it, without the prefix that tells persons from documents. */
static slice person_name(const testimony *t)
{
    return slice_from(t->claim.source, S("analyst:").len);
}

/* What is at the other end of the claim, as people call it. */
static status other_end(job *j, const testimony *t, slice *ret, err *why)
{
    node_ref other = t->pointing ? t->claim.subject : t->claim.object;
    *ret = other.text.len ? other.text : t->claim.value;
    return kind_is_entity(other.kind) && other.text.len ? recall_name(j->k, other, ret, why) : OK;
}

static message relation_statement(const testimony *t, slice other)
{
    slice relation = slice_str(predicate_name(t->claim.predicate));
    if (t->pointing && detail_str(t->detail, "proposal").len)
        return msg_ask_st_proposed(other);
    return t->pointing ? msg_ask_st_relation_to(other, relation)
                       : msg_ask_st_relation(relation, other);
}

static message threat_statement(const evidence *e, msg_list names)
{
    message_id role = role_word(e->roles);
    if (names.count && role != MSG_NONE)
        return msg_ask_st_threat_role(names, role);
    return names.count ? msg_ask_st_threat(names) : msg_ask_st_role(role);
}

static message statement_of(const testimony *t, const evidence *e, msg_list names, slice other)
{
    static const message_id plain[EVIDENCE_RULE_COUNT_] = {
        [EV_SAYS_BAD] = MSG_ask_st_bad,
        [EV_SAYS_SUSPICIOUS] = MSG_ask_st_suspicious,
        [EV_INDICATOR_MALICIOUS] = MSG_ask_st_indicator_bad,
        [EV_INDICATOR_PLAIN] = MSG_ask_st_indicator_plain,
        [EV_INDICATOR_COMPROMISED] = MSG_ask_st_compromised,
        [EV_INDICATOR_ANOMALOUS] = MSG_ask_st_anomalous,
        [EV_INDICATOR_ANONYMIZER] = MSG_ask_st_anonymizer,
        [EV_COMBINED] = MSG_ask_st_combined,
        [EV_SAYS_BENIGN] = MSG_ask_st_benign,
    };
    bool bad = evidence_stance_of(e->rule) == STANCE_BAD;
    if (e->rule == EV_PERSON_MALICIOUS)
        return msg_ask_st_person_malicious(person_name(t));
    if (e->rule == EV_PERSON_SUSPICIOUS)
        return msg_ask_st_person_suspicious(person_name(t));
    if (e->rule == EV_PERSON_BENIGN)
        return msg_ask_st_person_benign(person_name(t));
    if (e->rule == EV_PERSON_UNKNOWN)
        return msg_ask_st_person_unknown(person_name(t));
    if (e->rule == EV_SAYS_BENIGN && t->claim.predicate == PRED_SIGHTED)
        return msg_ask_st_false_positive();
    slice family = detail_str(t->detail, "family"); /* what a set calls its value */
    if (e->rule == EV_LISTED_BAD && family.len)
        return msg_ask_st_listed_bad_as(list_name(t), family);
    if (e->rule == EV_LISTED_BAD)
        return msg_ask_st_listed_bad(list_name(t));
    if (e->rule == EV_LISTED_BENIGN)
        return msg_ask_st_listed(list_name(t));
    if (e->rule == EV_LISTED_NEUTRAL && slice_eq(detail_str(t->detail, "polarity"), S("abused")))
        return msg_ask_st_listed_abused(list_name(t));
    if (e->rule == EV_LISTED_NEUTRAL)
        return msg_ask_st_listed_neutral(list_name(t));
    if (e->rule == EV_RESERVED)
        return msg_ask_st_reserved(t->claim.value);
    if (e->rule == EV_KNOWN_GOOD)
        return msg_ask_st_known_good(list_name(t));
    if (e->rule == EV_CONTACTED && names.count)
        return msg_ask_st_contacted(names, slice_str(predicate_name(t->claim.predicate)));
    if (bad && names.count && t->claim.predicate == PRED_PATTERN_OF)
        return msg_ask_st_indicator(names);
    if (bad && (names.count || role_word(e->roles) != MSG_NONE) && e->rule != EV_COMBINED)
        return threat_statement(e, names);
    return plain[e->rule] != MSG_NONE ? message_of(plain[e->rule]) : relation_statement(t, other);
}

static status claim_statement(job *j, const testimony *t, const evidence *e, phrase *ret, err *why)
{
    phrase_builder b = {0};
    msg_list names = {0};
    slice other;
    status st = threat_names(j, t->threats, t->threat_count, &names, why);
    if (st != OK || (st = other_end(j, t, &other, why)) != OK)
        return st;
    add_via(&b, t, e->via);
    phrase_add(&b, statement_of(t, e, names, other));
    *ret = phrase_end(j, &b, JOIN_BLANK);
    return job_status(j, why);
}

/* --- what was observed ---------------------------------------------------------------------- */

static bool same_fact(const answer_fact *a, const answer_fact *b)
{
    return a->port == b->port && slice_eq(a->protocol, b->protocol) &&
           slice_eq(a->product, b->product) && slice_eq(a->version, b->version) &&
           slice_eq(a->watermark, b->watermark) && slice_eq(a->note, b->note) &&
           slice_eq(a->path, b->path) && slice_eq(a->key, b->key);
}

static bool any_fact(const answer_fact *f)
{
    return f->port || f->protocol.len || f->product.len || f->version.len || f->watermark.len ||
           f->path.len || f->key.len;
}

/* What a detail says of what was observed. */
typedef enum seen_key {
    SEEN_PORT,
    SEEN_PROTOCOL,
    SEEN_PRODUCT,
    SEEN_VERSION,
    SEEN_WATERMARK,
    SEEN_NOTE,
    SEEN_PATH,
    SEEN_PATHS,
    SEEN_KEY,
    SEEN_COUNT_
} seen_key;

/* Looked through once: there are as many details as claims. Of equal keys the first one counts. */
static void look_through(const json *detail, const json *ret[SEEN_COUNT_])
{
    static const slice names[SEEN_COUNT_] = {[SEEN_PORT] = S_INIT("port"),
                                             [SEEN_PROTOCOL] = S_INIT("protocol"),
                                             [SEEN_PRODUCT] = S_INIT("product"),
                                             [SEEN_VERSION] = S_INIT("version"),
                                             [SEEN_WATERMARK] = S_INIT("watermark"),
                                             [SEEN_NOTE] = S_INIT("watermark_note"),
                                             [SEEN_PATH] = S_INIT("path"),
                                             [SEEN_PATHS] = S_INIT("paths"),
                                             [SEEN_KEY] = S_INIT("key")};
    if (!json_is(detail, JSON_OBJECT))
        return;
    for (const json *m = detail->first; m; m = m->next)
        for (size_t k = 0; k < SEEN_COUNT_; k++)
            if (!ret[k] && slice_eq(m->key, names[k]))
                ret[k] = m;
}

static slice fact_text(const json *v)
{
    return json_is(v, JSON_STRING) || json_is(v, JSON_NUMBER) ? v->text : S("");
}

/* A text, or the first of several. */
static slice one_or_first(const json *one, const json *several)
{
    slice text = fact_text(one);
    bool list = json_is(several, JSON_ARRAY) && several->first;
    return text.len || !list ? text : json_text(several->first);
}

/* Facts so far, and by their port where they are: a host may have been seen on hundreds. */
enum { FACT_SLOTS = 256 };
typedef struct fact_list {
    answer_fact *at;
    uint32_t first[FACT_SLOTS]; /* 1 + the newest fact of the slot; 0: none */
    uint32_t *next;             /* the one before it there, likewise */
} fact_list;

static bool have_fact(const fact_list *facts, const answer_fact *f)
{
    for (uint32_t i = facts->first[f->port % FACT_SLOTS]; i; i = facts->next[i - 1])
        if (same_fact(&facts->at[i - 1], f))
            return true;
    return false;
}

static void add_fact(job *j, fact_list *facts, const testimony *t)
{
    int64_t port = 0;
    const json *said[SEEN_COUNT_] = {0};
    look_through(t->detail, said);
    answer_fact f = {.protocol = fact_text(said[SEEN_PROTOCOL]),
                     .product = fact_text(said[SEEN_PRODUCT]),
                     .version = fact_text(said[SEEN_VERSION]),
                     .watermark = fact_text(said[SEEN_WATERMARK]),
                     .note = fact_text(said[SEEN_NOTE]),
                     .path = one_or_first(said[SEEN_PATH], said[SEEN_PATHS]),
                     .key = fact_text(said[SEEN_KEY]),
                     .of = &t->claim};
    const json *p = said[SEEN_PORT];
    uint64_t written;
    if (json_int(p, &port) && port > 0 && port < 65536)
        f.port = port;
    else if (slice_u64(json_text(p), &written) && written > 0 && written < 65536)
        f.port = (int64_t)written;
    if (!any_fact(&f) || have_fact(facts, &f))
        return;
    size_t n = j->w->fact_count;
    answer_fact *list = job_more(j, facts->at, n, sizeof f);
    uint32_t *next = list ? job_more(j, facts->next, n, sizeof *next) : NULL;
    if (!next)
        return;
    facts->at = list;
    facts->next = next;
    list[n] = f;
    next[n] = facts->first[f.port % FACT_SLOTS];
    facts->first[f.port % FACT_SLOTS] = (uint32_t)++j->w->fact_count;
}

/* --- rows ----------------------------------------------------------------------------------- */

/* For one origin of many: a cited report, the source that is copied, the source itself. */
static slice origin_label(const evidence *e)
{
    return e->origin_count ? e->origins[0] : e->derives_from.len ? e->derives_from : e->source;
}

static bool shown_as_context(const testimony *t)
{
    predicate p = t->claim.predicate;
    return p != PRED_PROPERTY && p != PRED_HASHES_WITH && p != PRED_ATTRIBUTED_TO &&
           p != PRED_INDICATES;
}

typedef struct ranked {
    size_t i;
    int stance, points, weight;
    when newest;
    uint64_t id_hi, id_lo;
} ranked;

static int by_rank(const void *x, const void *y)
{
    const ranked *a = x, *b = y;
    if (a->stance != b->stance)
        return a->stance > b->stance ? -1 : 1;
    if (a->points != b->points)
        return a->points > b->points ? -1 : 1;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    if (a->newest != b->newest)
        return a->newest > b->newest ? -1 : 1;
    if (a->id_hi != b->id_hi)
        return a->id_hi < b->id_hi ? -1 : 1;
    return a->id_lo < b->id_lo ? -1 : a->id_lo > b->id_lo;
}

static when newest_of(const evidence *e)
{
    when t = e->last_seen > e->first_seen ? e->last_seen : e->first_seen;
    return e->valid_from > t ? e->valid_from : t;
}

static status add_row(job *j, answer_claims *rows, size_t i, err *why)
{
    const evidence *e = &j->set.evidence[i];
    const evidence_judged *judged = &j->w->verdict.judged[i];
    rows->total++;
    if (rows->count == ANSWER_KEEP)
        return OK;
    answer_claim *at = job_more(j, rows->at, rows->count, sizeof *at);
    if (!at)
        return job_status(j, why);
    rows->at = at;
    at[rows->count] = (answer_claim){
        .claim = &j->set.from[i].claim,
        .rule = e->rule,
        .via = e->via,
        .pointing = j->set.from[i].pointing,
        .origin = origin_label(e),
        .group = judged->group,
        .points = judged->points,
        .state = judged->state,
    };
    size_t row = rows->count++;
    if (row >= ANSWER_SHOWN && !j->all)
        return OK; /* counted, not shown */
    return claim_statement(j, &j->set.from[i], e, &at[row].statement, why);
}

void see_marking(answer *w, marking m)
{
    w->tlp = m.tlp > w->tlp ? m.tlp : w->tlp;
    w->pap = m.pap > w->pap ? m.pap : w->pap;
}

status step_claims(job *j, err *why)
{
    size_t n = j->set.count;
    fact_list facts = {0};
    ranked *order = job_alloc(j, (n + 1) * sizeof *order);
    if (!order)
        return job_status(j, why);
    for (size_t i = 0; i < n; i++) {
        const evidence *e = &j->set.evidence[i];
        evidence_stance stance = evidence_stance_of(e->rule);
        order[i] = (ranked){i,
                            stance == STANCE_BAD ? 2 : stance == STANCE_BENIGN,
                            j->w->verdict.judged[i].points,
                            j->w->verdict.judged[i].weight_permille,
                            newest_of(e),
                            e->id_hi,
                            e->id_lo};
    }
    qsort(order, n, sizeof *order, by_rank);
    status st = OK;
    for (size_t o = 0; st == OK && o < n; o++) {
        size_t i = order[o].i;
        const testimony *t = &j->set.from[i];
        bool benign = order[o].stance == 1, bad = order[o].stance == 2;
        evidence_rule rule = j->set.evidence[i].rule;
        bool list = rule == EV_LISTED_NEUTRAL || rule == EV_RESERVED;
        if (!bad && !benign && !list && !shown_as_context(t))
            continue;
        see_marking(j->w, t->claim.marking);
        if (!j->brief)
            st = add_row(j, benign || list ? &j->w->against : &j->w->why, i, why);
        if (bad && j->set.evidence[i].via == VIA_SELF)
            add_fact(j, &facts, t);
    }
    j->w->facts = facts.at;
    j->w->claims_over = j->set.over;
    return st == OK ? job_status(j, why) : st;
}
