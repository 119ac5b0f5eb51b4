/* plan.c - what has to be written so that a person's decision holds: see names.h. */
#include "know/claims.h"
#include "know/names/load.h"

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

static status add_step(plan *p, bool retract, slice source, node_ref a, predicate pred, node_ref b,
                       err *why)
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
    *s = (name_step){.retract = retract, .subject = a, .object = b, .predicate = pred};
    return arena_copy(p->a, source, &s->source) && arena_copy(p->a, a.text, &s->subject.text) &&
                   arena_copy(p->a, b.text, &s->object.text)
               ? OK
               : ARENA_SPENT(p->a, why);
}

static status take_back(plan *p, const graph_tie *t, err *why)
{
    return add_step(p, true, p->g.sources[t->source].name, p->g.entities[t->a].ref, t->predicate,
                    p->g.entities[t->b].ref, why);
}

static status say(plan *p, predicate pred, err *why)
{
    node_ref a = p->change.a, b = p->change.b;
    bool in_order = slice_cmp(a.text, b.text) < 0 || (slice_eq(a.text, b.text) && a.kind < b.kind);
    return add_step(p, false, p->source, in_order ? a : b, pred, in_order ? b : a, why);
}

static bool by_person(const graph *g, const graph_tie *t, predicate pred)
{
    return t->predicate == pred && g->sources[t->source].person;
}

/* Persons' not-same-as between the two groups stands in the way. */
static status plan_merge(plan *p, err *why)
{
    const graph *g = &p->g;
    status st = evaluate(p, why);
    if (st != OK)
        return st;
    if (g->part[0] == g->part[1])
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "the two are one already");
    for (uint32_t i = 0; st == OK && i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        uint32_t x = g->part[t->a], y = g->part[t->b];
        if (by_person(g, t, PRED_NOT_SAME_AS) &&
            ((x == g->part[0] && y == g->part[1]) || (x == g->part[1] && y == g->part[0])))
            st = take_back(p, t, why);
    }
    if (st == OK && p->change.count)
        st = evaluate(p, why);
    if (st == OK && (!p->change.count || g->part[0] != g->part[1])) {
        if ((st = say(p, PRED_SAME_AS, why)) == OK)
            st = evaluate(p, why);
        if (st == OK && g->part[0] != g->part[1])
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

/* Takes back persons' same-as on all shortest chains between the two. */
static status cut_chains(plan *p, err *why)
{
    const graph *g = &p->g;
    uint32_t there[NAME_GROUP_MAX], back[NAME_GROUP_MAX];
    status st = OK;
    distances(g, 0, there);
    distances(g, 1, back);
    for (uint32_t i = 0; st == OK && i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        if (!by_person(g, t, PRED_SAME_AS) || there[t->a] == GRAPH_NONE ||
            there[t->b] == GRAPH_NONE)
            continue;
        if (there[t->a] + 1 + back[t->b] == there[1] || there[t->b] + 1 + back[t->a] == there[1])
            st = take_back(p, t, why);
    }
    return st;
}

static status plan_split(plan *p, err *why)
{
    enum { ROUNDS_MAX = NAME_GROUP_MAX };
    const graph *g = &p->g;
    status st = evaluate(p, why);
    if (st == OK && g->part[0] != g->part[1])
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "the two are not one");
    for (int round = 0; st == OK && g->part[0] == g->part[1] && round < ROUNDS_MAX; round++) {
        size_t before = p->change.count;
        if (g->unforced[0] != g->unforced[1])
            st = cut_chains(p, why);
        else
            st = say(p, PRED_NOT_SAME_AS, why);
        if (st == OK && p->change.count == before)
            break; /* nothing left to do: cannot be */
        if (st == OK)
            st = evaluate(p, why);
    }
    if (st == OK && g->part[0] == g->part[1])
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "the two stay one");
    return st;
}

static status make_plan(lens *l, arena *a, slice x, slice y, slice source, bool merge,
                        name_change *ret, err *why)
{
    plan p = {.l = l, .a = a, .source = source};
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
    arena_init(&p.scratch, LOAD_BUDGET);
    st = merge ? plan_merge(&p, why) : plan_split(&p, why);
    arena_done(&p.scratch);
    if (st == OK)
        st = marking_of(l, a, p.change.a, &of_a, why);
    if (st == OK)
        st = marking_of(l, a, p.change.b, &of_b, why);
    if (st != OK)
        return st;
    p.change.marking = marking_join(of_a, of_b);
    p.change.steps = p.steps;
    *ret = p.change;
    return OK;
}

status name_merge(lens *l, arena *a, slice x, slice y, slice source, name_change *ret, err *why)
{
    return make_plan(l, a, x, y, source, true, ret, why);
}

status name_split(lens *l, arena *a, slice x, slice y, slice source, name_change *ret, err *why)
{
    return make_plan(l, a, x, y, source, false, ret, why);
}

status name_apply(writer *w, const name_change *c, slice reason, err *why)
{
    status st = writer_together(w, why); /* half a merge would be another decision */
    for (size_t i = 0; st == OK && i < c->count; i++) {
        const name_step *s = &c->steps[i];
        uint64_t n;
        fact_claim said = {.subject = s->subject,
                           .predicate = s->predicate,
                           .object = s->object,
                           .value = reason,
                           .confidence = -1,
                           .first_seen = WHEN_NONE,
                           .last_seen = WHEN_NONE,
                           .valid_from = WHEN_NONE,
                           .valid_until = WHEN_NONE,
                           .marking = c->marking,
                           .marked = true};
        st = s->retract ? writer_retract(w, s->source, s->subject, s->predicate, s->object, reason,
                                         &n, why)
                        : writer_curate(w, s->source, &said, reason, why);
    }
    return st == OK ? writer_sync(w, why) : st;
}
