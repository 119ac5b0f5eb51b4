/* rules.c - what holds entities apart, and what joins them: see graph.h and docs/names.md. */
#include "know/names/tier.h"

/* --- held apart ------------------------------------------------------------------------------ */

static const graph_use *use_of(const graph_entity *e, const graph_run *r, uint32_t name)
{
    uint32_t lo = r->from, hi = r->to;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (e->uses[mid].name < name)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < r->to && e->uses[lo].name == name ? &e->uses[lo] : NULL;
}

/* Is one of a's names of the manner `from` among b's of the manner `to`, in one source's words? */
static bool meets(const graph_entity *a, const graph_run *ra, unsigned from, const graph_entity *b,
                  const graph_run *rb, unsigned to)
{
    for (uint32_t i = ra->from; i < ra->to; i++) {
        unsigned how = a->uses[i].how;
        if (!(how & from) || (from == HOW_PRIMARY && (how & HOW_LABEL)))
            continue;
        const graph_use *u = use_of(b, rb, a->uses[i].name);
        if (u && (u->how & to))
            return true;
    }
    return false;
}

/* Has the source given a an id that it has not given b? */
static bool has_other_id(const graph_entity *a, const graph_run *ra, const graph_entity *b,
                         const graph_run *rb)
{
    for (uint32_t i = ra->from; i < ra->to; i++) {
        const graph_use *u = a->uses[i].how & HOW_ID ? use_of(b, rb, a->uses[i].name) : NULL;
        if ((a->uses[i].how & HOW_ID) && (!u || !(u->how & HOW_ID)))
            return true;
    }
    return false;
}

/* One source has an own name for each, and says of neither that it is called like the other; or it
 * gives each an id that the other has not. */
static bool source_holds(const graph_entity *a, const graph_run *ra, const graph_entity *b,
                         const graph_run *rb)
{
    if (!ra->primary || !rb->primary)
        return false;
    if (has_other_id(a, ra, b, rb) && has_other_id(b, rb, a, ra))
        return true;
    return !meets(a, ra, HOW_PRIMARY, b, rb, HOW_NAME) &&
           !meets(b, rb, HOW_PRIMARY, a, ra, HOW_NAME);
}

/* A copy does not outvote its original: where that speaks of both itself, the copy is not heard. */
static bool speaks_for(const graph *g, uint32_t source, uint32_t a, uint32_t b)
{
    uint32_t parent = g->sources[source].parent;
    if (parent == GRAPH_NONE)
        return true;
    unsigned both = 0;
    for (int i = 0; i < 2; i++) {
        const graph_entity *e = &g->entities[i ? b : a];
        for (uint32_t k = 0; k < e->run_count; k++)
            both += e->runs[k].source == parent;
    }
    return both < 2;
}

static bool source_ties(const graph *g, uint32_t source, uint32_t a, uint32_t b)
{
    const uint32_t *own = g->sources[source].own;
    return own && own[a] == own[b];
}

static bool tie_between(const graph_tie *t, uint32_t a, uint32_t b)
{
    return (t->a == a && t->b == b) || (t->a == b && t->b == a);
}

/* Does some source other than `but` hold a and b apart? */
static bool held_by(const graph *g, uint32_t a, uint32_t b, uint32_t but)
{
    const graph_entity *x = &g->entities[a], *y = &g->entities[b];
    uint32_t i = 0, k = 0;
    while (i < x->run_count && k < y->run_count) {
        const graph_run *rx = &x->runs[i], *ry = &y->runs[k];
        if (rx->source != ry->source) {
            rx->source < ry->source ? i++ : k++;
            continue;
        }
        if (rx->source != but && !source_ties(g, rx->source, a, b) && source_holds(x, rx, y, ry) &&
            speaks_for(g, rx->source, a, b))
            return true;
        i++;
        k++;
    }
    for (uint32_t t = 0; t < g->tie_count; t++)
        if (g->ties[t].predicate == PRED_NOT_SAME_AS && !g->sources[g->ties[t].source].person &&
            g->ties[t].source != but && tie_between(&g->ties[t], a, b))
            return true;
    return false;
}

static void set_pair(uint8_t *matrix, uint32_t n, uint32_t a, uint32_t b, uint8_t to)
{
    matrix[a * n + b] = matrix[b * n + a] = to;
}

static bool persons_word(const graph *g, const graph_tie *t)
{
    return g->sources[t->source].person &&
           (t->predicate == PRED_SAME_AS || t->predicate == PRED_NOT_SAME_AS);
}

/* Of what persons say about the same two the newest counts; at one instant the careful word. */
static void find_outweighed(graph *g)
{
    for (uint32_t i = 0; i < g->tie_count; i++) {
        graph_tie *t = &g->ties[i];
        t->outweighed = false;
        for (uint32_t k = 0; persons_word(g, t) && k < g->tie_count && !t->outweighed; k++) {
            const graph_tie *o = &g->ties[k];
            t->outweighed = o->predicate != t->predicate && persons_word(g, o) &&
                            tie_between(o, t->a, t->b) &&
                            (o->said_us > t->said_us ||
                             (o->said_us == t->said_us && o->predicate == PRED_NOT_SAME_AS));
        }
    }
}

static void find_never(graph *g)
{
    for (uint32_t i = 0; i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        if (t->predicate == PRED_NOT_SAME_AS && g->sources[t->source].person && !t->outweighed &&
            t->a != t->b)
            set_pair(g->never, g->entity_count, t->a, t->b, 1);
    }
}

static void find_held(graph *g)
{
    uint32_t n = g->entity_count;
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = a + 1; b < n; b++)
            if (g->never[a * n + b] || held_by(g, a, b, GRAPH_NONE))
                set_pair(g->held, n, a, b, 1);
}

/* What is one by now is not held apart any more, whatever a source's list looks like. */
static void release_joined(graph *g)
{
    uint32_t n = g->entity_count;
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++)
            if (g->part[a] == g->part[b])
                g->held[a * n + b] = 0;
}

/* --- somebody's word -------------------------------------------------------------------------- */

static bool names_it(const graph *g, uint32_t entity, uint32_t source)
{
    const graph_entity *e = &g->entities[entity];
    for (uint32_t i = 0; i < e->run_count; i++)
        if (e->runs[i].source == source)
            return true;
    return false;
}

/* A document may propose that things are one; not against a source that holds them apart. And it
 * may replace only what it has named itself. */
static status join_sources(graph *g, err *why)
{
    tier_clear(g);
    for (uint32_t i = 0; i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        const graph_source *s = &g->sources[t->source];
        if (t->predicate == PRED_NOT_SAME_AS || s->person || s->muted ||
            g->never[t->a * g->entity_count + t->b] ||
            (t->predicate == PRED_REVOKED_BY && !names_it(g, t->a, t->source)) ||
            held_by(g, t->a, t->b, t->source))
            continue;
        tier_edge(g, t->a, t->b, i, false);
    }
    return tier_join(g, NAME_BY_SOURCE, false, why);
}

/* --- shared ids ------------------------------------------------------------------------------- */

/* How many sources give the entity this id. */
static unsigned givers(const graph *g, uint32_t entity, uint32_t name)
{
    const graph_entity *e = &g->entities[entity];
    unsigned n = 0;
    for (uint32_t i = 0; i < e->run_count; i++) {
        const graph_use *u = use_of(e, &e->runs[i], name);
        n += u && (u->how & HOW_ID);
    }
    return n;
}

/* An id's home is the entity to which more sources give it than to any other. */
static uint32_t home_of(const graph *g, uint32_t name)
{
    const graph_name *id = &g->names[name];
    uint32_t home = GRAPH_NONE;
    unsigned most = 0;
    if (!id->complete || id->wide)
        return GRAPH_NONE;
    for (uint32_t i = 0; i < id->user_count; i++) {
        unsigned n = id->users[i].how & HOW_ID ? givers(g, id->users[i].entity, name) : 0;
        if (n >= most) {
            home = n > most ? id->users[i].entity : GRAPH_NONE;
            most = n;
        }
    }
    return home;
}

/* The group in which all of the entity's ids are at home; GRAPH_NONE when there is no such one. */
static uint32_t home_group(const graph *g, const uint32_t *homes, uint32_t entity)
{
    const graph_entity *e = &g->entities[entity];
    uint32_t group = GRAPH_NONE;
    for (uint32_t i = 0; i < e->use_count; i++) {
        if (!(e->uses[i].how & HOW_ID))
            continue;
        uint32_t home = homes[e->uses[i].name];
        if (home == GRAPH_NONE || (group != GRAPH_NONE && g->part[home] != group))
            return GRAPH_NONE;
        group = g->part[home];
    }
    return group;
}

static bool share_an_id(const graph_entity *a, const graph_entity *b)
{
    for (uint32_t i = 0; i < a->run_count; i++)
        for (uint32_t k = 0; k < b->run_count; k++)
            if (a->runs[i].id && b->runs[k].id &&
                meets(a, &a->runs[i], HOW_ID, b, &b->runs[k], HOW_ID))
                return true;
    return false;
}

/* A source that lists two things under two ids which have become one (the publisher of the ids has
 * replaced the one by the other) does not hold them apart by that. */
static status release_by_ids(graph *g, err *why)
{
    uint32_t n = g->entity_count;
    uint32_t *homes = arena_array(g->a, g->name_count + 1, sizeof *homes);
    uint32_t *groups = arena_array(g->a, n + 1, sizeof *groups);
    if (!homes || !groups)
        return ARENA_SPENT(g->a, why);
    for (uint32_t i = 0; i < g->name_count; i++)
        homes[i] = home_of(g, i);
    for (uint32_t i = 0; i < n; i++)
        groups[i] = home_group(g, homes, i);
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = a + 1; b < n; b++)
            if (groups[a] != GRAPH_NONE && groups[a] == groups[b] && !g->never[a * n + b] &&
                g->held[a * n + b] && !share_an_id(&g->entities[a], &g->entities[b]))
                set_pair(g->held, n, a, b, 0);
    return OK;
}

static bool id_ties(const graph *g, const graph_name *id)
{
    for (uint32_t i = 0; i < id->user_count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (id->users[i].how & id->users[k].how & HOW_ID &&
                g->held[id->users[i].entity * g->entity_count + id->users[k].entity])
                return false;
    return id->complete && !id->wide;
}

static status join_ids(graph *g, err *why)
{
    status st = release_by_ids(g, why);
    if (st != OK)
        return st;
    tier_clear(g);
    for (uint32_t i = 0; i < g->name_count; i++) {
        const graph_name *id = &g->names[i];
        if (!id_ties(g, id))
            continue;
        for (uint32_t k = 0; k < id->user_count; k++)
            for (uint32_t j = 0; j < k; j++)
                if (id->users[k].how & id->users[j].how & HOW_ID)
                    tier_edge(g, id->users[k].entity, id->users[j].entity, i, true);
    }
    return tier_join(g, NAME_BY_ID, false, why);
}

status graph_base(graph *g, err *why)
{
    size_t n = g->entity_count, cells = n * n + 1;
    g->part = arena_array(g->a, n + 1, sizeof *g->part);
    g->unforced = arena_array(g->a, n + 1, sizeof *g->unforced);
    g->never = arena_array(g->a, cells, 1);
    g->held = arena_array(g->a, cells, 1);
    g->bad = arena_array(g->a, cells, 1);
    g->via = arena_array(g->a, cells, sizeof *g->via);
    g->frozen = arena_array(g->a, n + 1, sizeof *g->frozen);
    if (!g->part || !g->unforced || !g->never || !g->held || !g->bad || !g->via || !g->frozen)
        return ARENA_SPENT(g->a, why);
    g->join_count = 0;
    for (uint32_t i = 0; i < n; i++)
        g->part[i] = i;
    find_outweighed(g);
    find_never(g);
    find_held(g);
    status st = join_sources(g, why);
    release_joined(g);
    if (st == OK && g->ids)
        st = join_ids(g, why);
    release_joined(g);
    tier_spread(g);
    return st;
}

/* --- names ------------------------------------------------------------------------------------ */

bool graph_name_ties(const graph *g, uint32_t name, bool own_only)
{
    const graph_name *n = &g->names[name];
    unsigned how = own_only ? HOW_OWN : HOW_NAME;
    if (!n->complete || n->wide)
        return false;
    for (uint32_t i = 0; i < n->user_count; i++)
        for (uint32_t k = 0; (n->users[i].how & how) && k < i; k++)
            if ((n->users[k].how & how) &&
                g->bad[g->part[n->users[i].entity] * g->entity_count + g->part[n->users[k].entity]])
                return false;
    return true;
}

/* Edges between all users that use the name in the manners `how`. */
static void edges_among(graph *g, uint32_t name, unsigned how)
{
    const graph_name *n = &g->names[name];
    for (uint32_t i = 0; i < n->user_count; i++)
        for (uint32_t k = 0; k < i; k++)
            if ((n->users[i].how & how) && (n->users[k].how & how))
                tier_edge(g, n->users[i].entity, n->users[k].entity, name, true);
}

static status join_names(graph *g, unsigned how, name_rule rule, err *why)
{
    tier_clear(g);
    for (uint32_t i = 0; i < g->name_count; i++)
        if (graph_name_ties(g, i, how == HOW_OWN))
            edges_among(g, i, how);
    return tier_join(g, rule, true, why);
}

/* one[a * n + b]: the smallest own name of a that b is called, too. */
static void find_one_sided(graph *g, uint32_t *one)
{
    uint32_t n = g->entity_count;
    memset(one, 0xff, (size_t)n * n * sizeof *one);
    for (uint32_t i = 0; i < g->name_count; i++) {
        const graph_name *name = &g->names[i];
        if (!graph_name_ties(g, i, false))
            continue;
        for (uint32_t k = 0; k < name->user_count; k++)
            for (uint32_t j = 0; (name->users[k].how & HOW_OWN) && j < name->user_count; j++) {
                uint32_t *cell = &one[name->users[k].entity * n + name->users[j].entity];
                if (j != k && (name->users[j].how & HOW_NAME) &&
                    (*cell == GRAPH_NONE || slice_cmp(name->folded, g->names[*cell].folded) < 0))
                    *cell = i;
            }
    }
}

static status join_one_sided(graph *g, uint32_t *one, bool mutual, err *why)
{
    uint32_t n = g->entity_count;
    find_one_sided(g, one);
    tier_clear(g);
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++) {
            uint32_t there = one[a * n + b], back = one[b * n + a];
            if (there != GRAPH_NONE && (!mutual || back != GRAPH_NONE))
                tier_edge(g, a, b, there, true);
        }
    return tier_join(g, mutual ? NAME_BY_MUTUAL : NAME_BY_ALIAS, true, why);
}

static status solve_names(graph *g, err *why)
{
    size_t n = g->entity_count;
    status st = g->tiers >= 1 ? join_names(g, HOW_OWN, NAME_BY_PRIMARY, why) : OK;
    if (st != OK || g->tiers < 2)
        return st;
    uint32_t *one = arena_array(g->a, n * n + 1, sizeof *one);
    if (!one)
        return ARENA_SPENT(g->a, why);
    st = join_one_sided(g, one, true, why);
    if (st == OK && g->tiers >= 3)
        st = join_one_sided(g, one, false, why);
    if (st == OK && g->tiers >= 4)
        st = join_names(g, HOW_NAME, NAME_BY_SHARED, why);
    return st;
}

/* A person's word comes last and counts for whole groups: what names and sources have made of the
 * two, and not less, is one from then on. Taking it back leaves what there was before. */
static status join_persons(graph *g, err *why)
{
    size_t cells = (size_t)g->entity_count * g->entity_count;
    memset(g->frozen, 0, g->entity_count);
    memcpy(g->held, g->never, cells);
    tier_clear(g);
    for (uint32_t i = 0; i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        if (t->predicate == PRED_SAME_AS && g->sources[t->source].person && !t->outweighed &&
            !g->never[t->a * g->entity_count + t->b])
            tier_edge(g, t->a, t->b, i, false);
    }
    return tier_join(g, NAME_BY_PERSON, false, why);
}

status graph_solve(graph *g, err *why)
{
    status st = solve_names(g, why);
    if (st != OK)
        return st;
    memcpy(g->unforced, g->part, g->entity_count * sizeof *g->part);
    return join_persons(g, why);
}
