/* plan.c - what has to be written so that a person's decision holds: see names.h. */
#include "know/claims.h"
#include "know/names/past.h"

#include <stdio.h>

/* --- what an argument means ------------------------------------------------------------------- */

/* "APT29 (intrusion-set--...), UNC2452 (...)", as far as a message goes. */
static status ambiguous(slice text, const name_candidates *c, err *why)
{
    char quoted[ERR_QUOTE_MAX], list[ERR_MESSAGE_MAX];
    size_t used = 0, shown = 0;
    for (; shown < c->count; shown++) {
        const name_group *g = &c->at[shown].group;
        char one[ERR_MESSAGE_MAX], name[ERR_QUOTE_MAX];
        int n = snprintf(one, sizeof one, "%s%s (%.*s)", shown ? ", " : "",
                         err_quote(g->name, name), SLICE_FMT(g->id.text));
        if (n < 0 || used + (size_t)n + 60 > sizeof list)
            break;
        memcpy(list + used, one, (size_t)n);
        used += (size_t)n;
    }
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "\"%s\" may mean %zu things: %.*s%s",
                   err_quote(text, quoted), c->count, (int)used, list,
                   shown < c->count ? ", ..." : "");
}

/* An entity of whatever kind with this key; of several (a name-only malware and a name-only tool)
 * the first kind. *ret_found false when there is none. */
static status by_key(lens *l, arena *a, slice text, node_ref *ret, bool *ret_found, err *why)
{
    *ret_found = false;
    if (!text.len || text.len > NODE_TEXT_MAX)
        return OK;
    for (unsigned k = KIND_ACTOR; k < KIND_ENTITY_END_; k++) {
        node_ref ref = {(kind)k, text};
        int64_t node = 0;
        bool known = false;
        status st = node_find(l->d, l->h, ref, &node, why);
        if (st == OK && node)
            st = node_known(l, ref, &known, why);
        if (st != OK)
            return st;
        if (!known)
            continue;
        ret->kind = ref.kind;
        *ret_found = true;
        return arena_copy(a, text, &ret->text) ? OK : ARENA_SPENT(a, why);
    }
    return OK;
}

status name_resolve(lens *l, arena *a, slice text, node_ref *ret, err *why)
{
    name_candidates c;
    node_ref found = {0};
    bool is_key;
    char quoted[ERR_QUOTE_MAX];
    text = slice_trim(text);
    status st = by_key(l, a, text, &found, &is_key, why);
    if (st == OK && !is_key)
        st = name_lookup(l, a, text, KIND_NONE, &c, why);
    if (st != OK)
        return st;
    if (!is_key) {
        if (!c.count)
            return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "nothing is called \"%s\"",
                           err_quote(text, quoted));
        if (!c.clear)
            return ambiguous(text, &c, why);
        const name_candidate *one = &c.at[0];
        size_t best = 0; /* uses are by strength: of the strongest the smallest key */
        for (size_t i = 1; i < one->use_count && one->uses[i].use == one->uses[0].use; i++)
            if (slice_cmp(one->use_of[i].text, one->use_of[best].text) < 0)
                best = i;
        found = one->use_of[best];
    }
    *ret = found;
    return OK;
}

/* --- markings --------------------------------------------------------------------------------- */

static bool weaker(marking a, marking b)
{
    if (a.tlp != b.tlp)
        return a.tlp < b.tlp;
    if (!a.owner.len != !b.owner.len)
        return !a.owner.len;
    if (!a.audience.len != !b.audience.len)
        return !a.audience.len;
    return a.pap < b.pap;
}

/* The weakest marking under which anything visible is said of it: who sees that, knows of it. */
static status marking_of(lens *l, arena *a, node_ref entity, marking *ret, err *why)
{
    enum { LOOK_MAX = 1000 };
    claim_list list;
    marking least = {.tlp = TLP_RED};
    status st = claims_of(l, a, entity, PRED_NAMED, LOOK_MAX, &list, why);
    if (st == OK && !list.count)
        st = claims_of(l, a, entity, PRED_NONE, LOOK_MAX, &list, why);
    if (st == OK && !list.count)
        st = claims_to(l, a, entity, PRED_NONE, 0, LOOK_MAX, &list, why);
    if (st != OK)
        return st;
    for (size_t i = 0; i < list.count; i++)
        if (i == 0 || weaker(list.at[i].marking, least))
            least = list.at[i].marking;
    *ret = least;
    return OK;
}

/* Whoever sees the result sees what is marked a and what is marked b. Of two customers' it is the
 * site's alone; of two audiences for nobody who is only in some. Texts live in the arena. */
static status marking_of_both(arena *a, marking x, marking y, marking *ret, err *why)
{
    marking m = {.tlp = x.tlp > y.tlp ? x.tlp : y.tlp, .pap = x.pap > y.pap ? x.pap : y.pap};
    marking open = x.owner.len ? y : x, owned = x.owner.len ? x : y;
    slice audience = x.audience.len ? x.audience : y.audience;
    bool site = open.owner.len ? !slice_eq(x.owner, y.owner) : open.tlp >= TLP_AMBER_STRICT;
    m.owner = site ? S("") : owned.owner;
    if (owned.owner.len && site && m.tlp < TLP_AMBER_STRICT)
        m.tlp = TLP_AMBER_STRICT;
    if (x.audience.len && y.audience.len && !slice_eq(x.audience, y.audience)) {
        bool first = slice_cmp(x.audience, y.audience) < 0;
        audience = arena_printf(a, "%.*s and %.*s", SLICE_FMT(first ? x.audience : y.audience),
                                SLICE_FMT(first ? y.audience : x.audience));
        m.tlp = audience.ptr && m.tlp < TLP_AMBER_STRICT ? TLP_AMBER_STRICT : m.tlp;
    }
    if (!arena_copy(a, m.owner, &m.owner) || !arena_copy(a, audience, &m.audience))
        return ARENA_SPENT(a, why);
    *ret = m;
    return OK;
}

/* --- plans ------------------------------------------------------------------------------------ */

typedef struct plan {
    lens *l;
    arena *a;
    arena scratch; /* of the graph under way */
    graph g;
    slice source;
    name_change change;
    name_step *steps;
    size_t cap;
} plan;

/* The graph around both, as if the steps so far were done. Entities 0 and 1 are the two. */
static status evaluate(plan *p, err *why)
{
    node_ref seeds[2] = {p->change.a, p->change.b};
    load_request r = {seeds, 2, p->steps, p->change.count};
    bool cut;
    arena_reset(&p->scratch);
    return names_load(p->l, &p->scratch, &r, &p->g, &cut, why);
}

static bool are_one(const plan *p)
{
    return p->g.part[0] == p->g.part[1];
}

static status add_step(plan *p, const name_step *step, err *why)
{
    if (p->change.count == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 8;
        name_step *wider = arena_array(p->a, cap, sizeof *wider);
        if (!wider)
            return ARENA_SPENT(p->a, why);
        if (p->change.count)
            memcpy(wider, p->steps, p->change.count * sizeof *wider);
        p->steps = wider;
        p->cap = cap;
    }
    name_step *s = &p->steps[p->change.count++];
    *s = *step;
    return arena_copy(p->a, step->source, &s->source) &&
                   arena_copy(p->a, step->subject.text, &s->subject.text) &&
                   arena_copy(p->a, step->object.text, &s->object.text) &&
                   arena_copy(p->a, step->marking.owner, &s->marking.owner) &&
                   arena_copy(p->a, step->marking.audience, &s->marking.audience)
               ? OK
               : ARENA_SPENT(p->a, why);
}

/* Does who sees a statement of this marking see the decision, too? Only then may the decision
 * change it: for others it would change without anything that they see. */
static status may_change(const plan *p, marking m, bool *ret, err *why)
{
    marking both;
    status st = marking_of_both(p->a, m, p->change.marking, &both, why);
    if (st == OK)
        *ret = both.tlp == m.tlp && slice_eq(both.owner, m.owner) &&
               slice_eq(both.audience, m.audience);
    return st;
}

static status marking_of_tie(const plan *p, const graph_tie *t, marking *ret, err *why)
{
    *ret = (marking){0};
    return t->row ? lens_marking(p->l, t->vc, ret, why) : OK;
}

/* *ret false: that is not for this decision to take back. */
static status take_back(plan *p, const graph_tie *t, bool *ret, err *why)
{
    name_step s = {.what = DECIDE_WITHDRAW,
                   .row = t->row,
                   .source = p->g.sources[t->source].name,
                   .subject = p->g.entities[t->a].ref,
                   .object = p->g.entities[t->b].ref,
                   .predicate = t->predicate};
    *ret = false;
    if (!t->row || !t->by_hand)
        return OK;
    status st = marking_of_tie(p, t, &s.marking, why);
    if (st == OK)
        st = may_change(p, s.marking, ret, why);
    return st == OK && *ret ? add_step(p, &s, why) : st;
}

static bool by_person(const graph *g, const graph_tie *t, predicate pred)
{
    return t->predicate == pred && !t->outweighed && g->sources[t->source].person;
}

static bool same_ref(node_ref a, node_ref b)
{
    return a.kind == b.kind && slice_eq(a.text, b.text);
}

/* Says it of two entities of the graph, under no weaker marking than `least`. What the same person
 * said so before and somebody outweighed is said anew. */
static status say(plan *p, predicate pred, uint32_t x, uint32_t y, marking least, err *why)
{
    const graph *g = &p->g;
    status st = OK;
    for (uint32_t i = 0; st == OK && i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        bool same = (t->a == x && t->b == y) || (t->a == y && t->b == x), done;
        if (same && t->predicate == pred && t->outweighed &&
            slice_eq(g->sources[t->source].name, p->source))
            st = take_back(p, t, &done, why);
    }
    node_ref a = g->entities[x].ref, b = g->entities[y].ref;
    bool in_order = slice_cmp(a.text, b.text) < 0 || (slice_eq(a.text, b.text) && a.kind < b.kind);
    name_step s = {.what = DECIDE_SAY,
                   .source = p->source,
                   .subject = in_order ? a : b,
                   .object = in_order ? b : a,
                   .predicate = pred};
    if (st == OK)
        st = marking_of_both(p->a, p->change.marking, least, &s.marking, why);
    for (size_t i = 0; st == OK && i < p->change.count; i++)
        if (p->steps[i].what == DECIDE_SAY && same_ref(p->steps[i].subject, s.subject) &&
            same_ref(p->steps[i].object, s.object) && marking_eq(p->steps[i].marking, s.marking))
            return OK; /* two have said the opposite of these two */
    return st == OK ? add_step(p, &s, why) : st;
}

/* --- undoing ---------------------------------------------------------------------------------- */

/* The steps that undo the decision; *ret false: it does not stand as it was made, or some of it is
 * not for this one to change. */
static status undo_steps(plan *p, const past *of, int64_t tx, bool *ret, err *why)
{
    status st = OK;
    *ret = true;
    for (int turn = 0; turn < 2; turn++) /* withdrawals come first */
        for (size_t i = 0; st == OK && *ret && i < of->count; i++) {
            const past_tie *t = &of->at[i];
            bool said = t->tx == tx && t->gone != tx, taken = t->gone == tx && t->tx != tx;
            if (turn == 0 ? !said : !taken)
                continue;
            st = may_change(p, t->marking, ret, why);
            *ret = *ret && (said ? !t->gone : past_restorable(of, t, tx));
            name_step s = {.what = said ? DECIDE_WITHDRAW : DECIDE_RESTORE,
                           .row = t->row,
                           .source = t->source,
                           .subject = t->a,
                           .object = t->b,
                           .predicate = t->predicate,
                           .marking = t->marking,
                           .said_us = t->said_us};
            if (st == OK && *ret)
                st = add_step(p, &s, why);
        }
    return st;
}

/* The newest decision about what is around the two that kept them from being what is wanted. */
static status undo(plan *p, bool wanted, bool *ret, err *why)
{
    enum { TRIES_MAX = 16 };
    past of;
    int64_t before = INT64_MAX;
    *ret = false;
    status st = past_read(p->l, p->a, &p->g, &of, why);
    for (int i = 0; st == OK && !*ret && i < TRIES_MAX; i++) {
        int64_t tx = past_newest(&of, before);
        bool stands = false;
        if (!tx)
            break;
        before = tx;
        p->change.count = 0;
        st = undo_steps(p, &of, tx, &stands, why);
        if (st == OK && stands)
            st = evaluate(p, why);
        *ret = st == OK && stands && are_one(p) == wanted;
    }
    if (st != OK || *ret)
        return st;
    p->change.count = 0;
    return evaluate(p, why);
}

/* --- merge and split -------------------------------------------------------------------------- */

/* What persons said against it of two in the two groups is taken back, or said otherwise. */
static status clear_the_way(plan *p, bool *ret_said, err *why)
{
    const graph *g = &p->g;
    status st = OK;
    *ret_said = false;
    for (uint32_t i = 0; st == OK && i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        uint32_t x = g->part[t->a], y = g->part[t->b];
        bool taken;
        marking m;
        if (!by_person(g, t, PRED_NOT_SAME_AS) ||
            !((x == g->part[0] && y == g->part[1]) || (x == g->part[1] && y == g->part[0])))
            continue;
        if ((st = take_back(p, t, &taken, why)) != OK || taken)
            continue;
        *ret_said = true;
        if ((st = marking_of_tie(p, t, &m, why)) == OK)
            st = say(p, PRED_SAME_AS, t->a, t->b, m, why);
    }
    return st;
}

static status plan_merge(plan *p, err *why)
{
    bool undone = false, said = false;
    status st = evaluate(p, why);
    if (st != OK)
        return st;
    if (are_one(p))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "the two are one already");
    st = undo(p, true, &undone, why);
    if (st != OK || undone)
        return st;
    st = clear_the_way(p, &said, why);
    if (st == OK && p->change.count)
        st = evaluate(p, why);
    if (st == OK && !are_one(p)) {
        if ((st = say(p, PRED_SAME_AS, 0, 1, (marking){0}, why)) == OK)
            st = evaluate(p, why);
        if (st == OK && !are_one(p))
            st = err_set(why, ERR_INPUT, ERR_NOWHERE,
                         "persons say that others of the two groups are not the same");
    }
    return st;
}

/* Distance of each entity from entity 0 over persons' same-as between groups; UINT32_MAX: none. */
static void distances(const graph *g, uint32_t from, uint32_t *far)
{
    bool changed = true;
    for (uint32_t i = 0; i < g->entity_count; i++)
        far[i] = g->unforced[i] == g->unforced[from] ? 0 : GRAPH_NONE;
    while (changed) {
        changed = false;
        for (uint32_t i = 0; i < g->tie_count; i++) {
            const graph_tie *t = &g->ties[i];
            for (int turn = 0; turn < 2; turn++) {
                uint32_t u = turn ? t->b : t->a, v = turn ? t->a : t->b;
                if (!by_person(g, t, PRED_SAME_AS) || far[u] == GRAPH_NONE || far[v] <= far[u] + 1)
                    continue;
                for (uint32_t k = 0; k < g->entity_count; k++)
                    if (g->unforced[k] == g->unforced[v])
                        far[k] = far[u] + 1;
                changed = true;
            }
        }
    }
}

/* Takes back persons' same-as on all shortest chains between the two, as far as it may. */
static status cut_chains(plan *p, err *why)
{
    const graph *g = &p->g;
    uint32_t there[NAME_GROUP_MAX], back[NAME_GROUP_MAX];
    status st = OK;
    bool taken;
    distances(g, 0, there);
    distances(g, 1, back);
    for (uint32_t i = 0; st == OK && i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        if (!by_person(g, t, PRED_SAME_AS) || there[t->a] == GRAPH_NONE ||
            there[t->b] == GRAPH_NONE)
            continue;
        if (there[t->a] + 1 + back[t->b] == there[1] || there[t->b] + 1 + back[t->a] == there[1])
            st = take_back(p, t, &taken, why);
    }
    return st;
}

static status plan_split(plan *p, err *why)
{
    enum { ROUNDS_MAX = NAME_GROUP_MAX };
    const graph *g = &p->g;
    bool undone = false;
    status st = evaluate(p, why);
    if (st == OK && !are_one(p))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "the two are not one");
    if (st == OK)
        st = undo(p, false, &undone, why);
    for (int round = 0; st == OK && are_one(p) && round < ROUNDS_MAX; round++) {
        size_t before = p->change.count;
        if (g->unforced[0] != g->unforced[1])
            st = cut_chains(p, why);
        if (st == OK && p->change.count == before)
            st = say(p, PRED_NOT_SAME_AS, 0, 1, (marking){0}, why);
        if (st == OK)
            st = evaluate(p, why);
    }
    if (st == OK && are_one(p))
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "the two stay one");
    return st;
}

static status make_plan(lens *l, arena *a, slice x, slice y, const name_decider *by, bool merge,
                        name_change *ret, err *why)
{
    plan p = {.l = l, .a = a, .source = by->source};
    marking of_a = {0}, of_b = {0};
    status st = name_resolve(l, a, x, &p.change.a, why);
    if (st == OK)
        st = name_resolve(l, a, y, &p.change.b, why);
    if (st != OK)
        return st;
    if (kind_class(p.change.a.kind) != kind_class(p.change.b.kind))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s and %s cannot be one",
                       kind_name(p.change.a.kind), kind_name(p.change.b.kind));
    if (p.change.a.kind == p.change.b.kind && slice_eq(p.change.a.text, p.change.b.text))
        return err_set(why, merge ? ERR_BUSY : ERR_INPUT, ERR_NOWHERE, "both mean %.*s",
                       SLICE_FMT(p.change.a.text));
    st = marking_of(l, a, p.change.a, &of_a, why);
    if (st == OK)
        st = marking_of(l, a, p.change.b, &of_b, why);
    if (st != OK)
        return st;
    if ((st = marking_of_both(a, of_a, of_b, &p.change.marking, why)) == OK)
        st = marking_of_both(a, p.change.marking, by->floor, &p.change.marking, why);
    if (st != OK)
        return st;
    arena_init(&p.scratch, LOAD_BUDGET);
    st = merge ? plan_merge(&p, why) : plan_split(&p, why);
    arena_done(&p.scratch);
    if (st != OK)
        return st;
    p.change.steps = p.steps;
    *ret = p.change;
    ret->source = by->source;
    return OK;
}

status name_merge(lens *l, arena *a, slice x, slice y, const name_decider *by, name_change *ret,
                  err *why)
{
    return make_plan(l, a, x, y, by, true, ret, why);
}

status name_split(lens *l, arena *a, slice x, slice y, const name_decider *by, name_change *ret,
                  err *why)
{
    return make_plan(l, a, x, y, by, false, ret, why);
}

status name_apply(writer *w, const name_change *c, slice reason, err *why)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    decision_step *steps = arena_array(&a, c->count + 1, sizeof *steps);
    fact_claim *said = arena_array(&a, c->count + 1, sizeof *said);
    if (!steps || !said)
        return ARENA_SPENT(&a, why);
    for (size_t i = 0; i < c->count; i++) {
        const name_step *s = &c->steps[i];
        said[i] = (fact_claim){.subject = s->subject,
                               .predicate = s->predicate,
                               .object = s->object,
                               .value = reason,
                               .confidence = -1,
                               .first_seen = WHEN_NONE,
                               .last_seen = WHEN_NONE,
                               .valid_from = WHEN_NONE,
                               .valid_until = WHEN_NONE,
                               .marking = s->marking,
                               .marked = true};
        steps[i] = (decision_step){s->what, s->row, &said[i]};
    }
    return writer_decide(w, c->source, steps, c->count, reason, why);
}
