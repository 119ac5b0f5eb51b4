/* observable.c - the steps of an answer about a value. */
#include "answer/ask/job.h"

/* What the claims in hand say about where the value belongs. */
static status step_context(job *j, err *why)
{
    observable_key keys[EVIDENCE_KEYS_MAX];
    size_t n = 0;
    node_ref v = j->w->question.node;
    status st = observable_keys(j->a, v.kind, v.text, keys, COUNT_OF(keys), &n, why);
    for (size_t i = 0; st == OK && i < n; i++)
        if (keys[i].how == KEY_REGISTRABLE)
            j->w->registrable_domain = keys[i].value;
    for (size_t i = 0; st == OK && i < j->set.count; i++) {
        const claim *c = &j->set.from[i].claim;
        evidence_via via = j->set.evidence[i].via;
        if (via == VIA_RANGE && !j->w->network.len)
            j->w->network = c->subject.text;
        if (via != VIA_SELF || j->set.from[i].pointing)
            continue;
        if (c->predicate == PRED_BELONGS_TO && c->object.kind == KIND_ASN)
            j->w->asn = c->object.text;
        if (c->predicate == PRED_LOCATED_AT && c->object.kind == KIND_COUNTRY)
            j->w->country = c->object.text;
    }
    return st;
}

/* Techniques that this evidence shows, and no others: the channel of a C2 that was observed. */
static status step_shown_techniques(job *j, err *why)
{
    static const struct {
        const char *protocol, *id, *name, *tactic;
    } rows[] = {
        {"http", "T1071.001", "Web Protocols", "command-and-control"},
        {"https", "T1071.001", "Web Protocols", "command-and-control"},
        {"dns", "T1071.004", "DNS", "command-and-control"},
        {"smb", "T1071.002", "File Transfer Protocols", "command-and-control"},
    };
    answer_technique *list = NULL;
    if (!(j->w->verdict.roles & 1u << ROLE_C2))
        return OK;
    for (size_t f = 0; f < j->w->fact_count; f++)
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            bool again = false;
            for (size_t k = 0; k < j->w->technique_count; k++)
                again |= slice_eq(list[k].id, slice_str(rows[i].id));
            if (again || !slice_eq_nocase(j->w->facts[f].protocol, slice_str(rows[i].protocol)))
                continue;
            answer_technique *p = job_more(j, list, j->w->technique_count, sizeof *p);
            slice *tactic = job_alloc(j, sizeof *tactic);
            if (!p || !tactic)
                return job_status(j, why);
            *tactic = slice_str(rows[i].tactic);
            list = p;
            list[j->w->technique_count++] = (answer_technique){.id = slice_str(rows[i].id),
                                                               .name = slice_str(rows[i].name),
                                                               .tactics = tactic,
                                                               .tactic_count = 1,
                                                               .group = GROUP_OTHER,
                                                               .basis = "observed"};
        }
    j->w->techniques = list;
    j->w->technique_total = j->w->technique_count;
    return OK;
}

/* 32 hex digits may be an MD5, a JA3, an import hash: the kind that somebody knows is the one. */
static status gather(job *j, err *why)
{
    answer_question *q = &j->w->question;
    status st = recall_evidence(j, q->node, &j->set, why);
    for (size_t i = 0; st == OK && !j->set.count && i < q->also_count; i++) {
        evidence_set other;
        kind k = kind_parse(q->also[i]);
        st = recall_evidence(j, (node_ref){k, q->node.text}, &other, why);
        if (st != OK || !other.count)
            continue;
        slice *also = (slice *)(uintptr_t)q->also; /* the job's own */
        also[i] = q->kind;
        q->kind = slice_str(kind_name(k));
        q->node.kind = k;
        j->set = other;
    }
    return st;
}

typedef status (*step)(job *j, err *why);

status step_observable(job *j, err *why)
{
    static const step all[] = {
        step_here,    step_threats, step_claims,           step_attribution,
        step_asked,   step_context, step_shown_techniques, step_priority,
        step_summary, step_actions, step_unknown,
    };
    static const step brief[] = {step_threats, step_claims, step_priority};
    const step *steps = j->brief ? brief : all;
    const size_t count = j->brief ? COUNT_OF(brief) : COUNT_OF(all);
    answer *w = j->w;
    w->type = ANSWER_OBSERVABLE;
    w->contact = CONTACT_UNDATED;
    status st = gather(j, why);
    if (st == OK)
        st = verdict_of(j->a, j->set.evidence, j->set.count, w->as_of, &w->verdict, why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = steps[i](j, why);
    for (size_t i = 0; i < j->set.count; i++)
        w->known |= j->set.evidence[i].rule != EV_RESERVED;
    return st;
}
