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

static bool is_shown(const answer_technique *list, size_t count, slice id)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(list[i].id, id))
            return true;
    return false;
}

/* One more at the end of *list, unless it is there. */
static status show_technique(job *j, answer_technique **list, const answer_technique *t, err *why)
{
    if (is_shown(*list, j->w->technique_count, t->id))
        return OK;
    answer_technique *p = job_more(j, *list, j->w->technique_count, sizeof *p);
    if (!p)
        return job_status(j, why);
    *list = p;
    p[j->w->technique_count++] = *t;
    return OK;
}

/* The channel of a C2 that was observed. */
static status show_channels(job *j, answer_technique **list, err *why)
{
    static const slice tactic = S_INIT("command-and-control");
    static const struct {
        const char *protocol, *id, *name;
    } rows[] = {
        {"http", "T1071.001", "Web Protocols"},
        {"https", "T1071.001", "Web Protocols"},
        {"dns", "T1071.004", "DNS"},
        {"smb", "T1071.002", "File Transfer Protocols"},
    };
    status st = OK;
    for (size_t f = 0; f < j->w->fact_count; f++)
        for (size_t i = 0; st == OK && i < COUNT_OF(rows); i++) {
            const answer_technique t = {.id = slice_str(rows[i].id),
                                        .name = slice_str(rows[i].name),
                                        .tactics = &tactic,
                                        .tactic_count = 1,
                                        .group = GROUP_OTHER,
                                        .basis = "observed"};
            if (slice_eq_nocase(j->w->facts[f].protocol, slice_str(rows[i].protocol)))
                st = show_technique(j, list, &t, why);
        }
    return st;
}

/* Techniques that this evidence shows, and no others: the channel of a C2, and what somebody says
 * that the value indicates. */
static status step_shown_techniques(job *j, err *why)
{
    answer_technique *list = NULL;
    status st = OK;
    if (j->w->verdict.roles & 1u << ROLE_C2)
        st = show_channels(j, &list, why);
    for (size_t i = 0; st == OK && i < j->w->entity_count; i++) {
        const answer_entity *e = &j->w->entities[i];
        const face *f = NULL;
        if (e->kind != KIND_TECHNIQUE || strcmp(e->relation, "indicates") != 0)
            continue;
        st = recall_face(j->k, e->id, &f, why);
        if (st != OK || !f->id.len)
            continue;
        const answer_technique t = {.node = e->id,
                                    .id = f->id,
                                    .name = f->name,
                                    .tactics = f->tactics,
                                    .tactic_count = f->tactic_count,
                                    .group = GROUP_OTHER,
                                    .basis = "observed"};
        st = show_technique(j, &list, &t, why);
    }
    j->w->techniques = list;
    j->w->technique_total = j->w->technique_count;
    return st;
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
