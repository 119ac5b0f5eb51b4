/* card_do.c - what to do about an actor, a malware, a technique; what is not known of it. */
#include "answer/ask/job.h"

enum { ACTIONS_MAX = 5, BEST_MITIGATIONS = 3 };

static answer_action *add(answer *w, answer_action *list)
{
    answer_action *a = &list[w->action_count++];
    *a = (answer_action){.until = WHEN_NONE, .because_kind = "rule"};
    return a;
}

static slice handle_of(job *j)
{
    const answer_card *c = j->w->card;
    return shell_word(j, c->external_id.len ? c->external_id : c->group.id.text);
}

static void hunt(job *j, answer_action *list)
{
    const answer_card *c = j->w->card;
    slice id = handle_of(j);
    answer_action *a = add(j->w, list);
    a->todo =
        phrase_one(j, c->observables_at_least ? msg_ask_do_hunt_entity_more((int64_t)c->observables)
                                              : msg_ask_do_hunt_entity((int64_t)c->observables));
    a->run[a->run_count++] = job_text(j, "noroshi hunt --entity %.*s", SLICE_FMT(id));
    a->because_id = S("indicators-held");
}

/* The mitigations that help against most of its techniques; of a technique, all its own. */
static void mitigate(job *j, answer_action *list)
{
    const answer_card *c = j->w->card;
    size_t n = 0;
    slice *names = job_alloc(j, BEST_MITIGATIONS * sizeof *names);
    if (!names || !c->mitigations.count)
        return;
    for (; n < c->mitigations.count && n < BEST_MITIGATIONS; n++) {
        const answer_relation *m = &c->mitigations.at[n];
        slice name =
            m->id.len ? job_text(j, "%.*s %.*s", SLICE_FMT(m->name), SLICE_FMT(m->id)) : m->name;
        names[n] = m->count
                       ? job_text(j, "%.*s (%llu)", SLICE_FMT(name), (unsigned long long)m->count)
                       : name;
    }
    msg_list all = {names, n};
    answer_action *a = add(j->w, list);
    a->todo = phrase_one(j, c->mitigations.at[0].count ? msg_ask_do_mitigations_counted(all)
                                                       : msg_ask_do_mitigations(all));
    a->because_kind = "mitigation";
    a->because_id =
        c->mitigations.at[0].id.len ? c->mitigations.at[0].id : c->mitigations.at[0].node.text;
}

/* Techniques that no known strategy detects are the gap to look at. */
static void close_gap(job *j, answer_action *list)
{
    const answer *w = j->w;
    enum { MOST = 4 };
    slice *ids = job_alloc(j, MOST * sizeof *ids);
    size_t n = 0;
    for (size_t i = 0; ids && i < w->technique_count && n < MOST; i++) {
        const face *f;
        if (recall_ties(j->k, w->techniques[i].node, &f, NULL) == OK && !f->detections)
            ids[n++] = w->techniques[i].id.len ? w->techniques[i].id : w->techniques[i].name;
    }
    if (!n || w->card->detected == 0)
        return;
    answer_action *a = add(j->w, list);
    a->todo = phrase_one(j, msg_ask_do_gap((msg_list){ids, n}));
    a->because_id = S("no-detection-strategy");
}

static void detect(job *j, answer_action *list)
{
    const answer_card *c = j->w->card;
    if (c->group.kind != KIND_TECHNIQUE || !c->detections.count)
        return;
    const answer_relation *d = &c->detections.at[0];
    answer_action *a = add(j->w, list);
    a->todo = phrase_one(j, msg_ask_do_detect(d->id.len ? d->id : d->node.text, d->name));
    a->because_id = S("detection-strategy");
}

static const answer_relation *latest_campaign(const answer_card *c)
{
    return c->campaigns.count && c->campaigns.at[0].last_seen != WHEN_NONE ? &c->campaigns.at[0]
                                                                           : NULL;
}

static void add_unknown(job *j, answer_unknown **list, message what, const char *would_change)
{
    answer_unknown *p = job_more(j, *list, j->w->unknown_count, sizeof *p);
    if (!p)
        return;
    *list = p;
    p[j->w->unknown_count++] =
        (answer_unknown){phrase_one(j, what), would_change, j->w->ask_a_person};
}

static void see_unknown(job *j)
{
    const answer_card *c = j->w->card;
    const answer_relation *last = latest_campaign(c);
    answer_unknown *list = NULL;
    slice id = handle_of(j);
    kind k = c->group.kind;
    bool somebody = k == KIND_ACTOR || k == KIND_CAMPAIGN;
    j->w->ask_a_person = job_text(j, "noroshi request new --type actor-ttp %.*s", SLICE_FMT(id));
    if (last)
        add_unknown(j, &list, msg_ask_unk_after(last->last_seen), "attribution");
    else if (somebody)
        add_unknown(j, &list, msg_ask_unk_dates(), "attribution");
    if (somebody)
        add_unknown(j, &list, msg_ask_unk_profile(), "priority");
    add_unknown(j, &list, msg_ask_unk_rules(), "priority");
    j->w->unknown = list;
}

status step_card_actions(job *j, err *why)
{
    answer_action *list = job_alloc(j, ACTIONS_MAX * sizeof *list);
    if (!list)
        return job_status(j, why);
    if (j->w->card->observables)
        hunt(j, list);
    mitigate(j, list);
    detect(j, list);
    close_gap(j, list);
    j->w->actions = list;
    see_unknown(j);
    return job_status(j, why);
}
