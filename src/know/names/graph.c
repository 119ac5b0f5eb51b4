/* graph.c - building the graph of names: see graph.h. */
#include "know/names/graph.h"

#include <stdlib.h>

/* How far names may tie entities of a class, and whether shared ids do. What carries ids of record
 * (techniques, vulnerabilities) is told apart by them alone: "Phishing" is one thing in ATT&CK for
 * enterprises and another one in ATT&CK for mobiles. Records of their own (reports, indicators,
 * notes) have titles, not names: for them only somebody's word counts. */
static const struct {
    kind class;
    uint8_t tiers;
    bool ids;
} reach[] = {
    {KIND_ACTOR, 4, true},      {KIND_CAMPAIGN, 4, true},      {KIND_MALWARE, 4, true},
    {KIND_SECTOR, 4, true},     {KIND_COUNTRY, 4, true},       {KIND_ORGANISATION, 1, false},
    {KIND_PRODUCT, 1, false},   {KIND_TECHNIQUE, 0, true},     {KIND_TACTIC, 0, true},
    {KIND_MITIGATION, 0, true}, {KIND_VULNERABILITY, 0, true}, {KIND_DATA_SOURCE, 0, true},
};

status graph_init(graph *g, arena *a, kind class, err *why)
{
    *g = (graph){.a = a, .class = class};
    for (size_t i = 0; i < COUNT_OF(reach); i++)
        if (reach[i].class == class) {
            g->tiers = reach[i].tiers;
            g->ids = reach[i].ids;
        }
    g->entities = arena_array(a, NAME_GROUP_MAX, sizeof *g->entities);
    return g->entities ? OK : ARENA_SPENT(a, why);
}

static status over(graph *g, const char *what, int max, err *why)
{
    g->over = true;
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d %s around one entity", max, what);
}

/* Room for one more at list[count]; doubles. */
static status grow(arena *a, void **list, uint32_t count, uint32_t *cap, size_t size, err *why)
{
    if (count < *cap)
        return OK;
    uint32_t wider = *cap ? *cap * 2 : 16;
    void *p = arena_array(a, wider, size);
    if (!p)
        return ARENA_SPENT(a, why);
    if (count)
        memcpy(p, *list, count * size);
    *list = p;
    *cap = wider;
    return OK;
}

status graph_entity_add(graph *g, node_ref ref, int64_t node, uint32_t *ret, err *why)
{
    if (g->entity_count == NAME_GROUP_MAX)
        return over(g, "entities", NAME_GROUP_MAX, why);
    graph_entity *e = &g->entities[g->entity_count];
    *e = (graph_entity){.ref = ref, .node = node};
    if (!arena_copy(g->a, ref.text, &e->ref.text))
        return ARENA_SPENT(g->a, why);
    *ret = g->entity_count++;
    return OK;
}

status graph_name_add(graph *g, slice folded, int64_t node, uint32_t *ret, err *why)
{
    void *list = g->names;
    if (g->name_count == NAME_NAMES_MAX)
        return over(g, "names", NAME_NAMES_MAX, why);
    status st = grow(g->a, &list, g->name_count, &g->name_cap, sizeof *g->names, why);
    if (st != OK)
        return st;
    g->names = list;
    graph_name *n = &g->names[g->name_count];
    *n = (graph_name){.node = node};
    if (!arena_copy(g->a, folded, &n->folded))
        return ARENA_SPENT(g->a, why);
    *ret = g->name_count++;
    return OK;
}

status graph_source_add(graph *g, slice name, slice derives_from, int64_t id, uint32_t *ret,
                        err *why)
{
    void *list = g->sources;
    if (g->source_count == GRAPH_SOURCES_MAX)
        return over(g, "sources", GRAPH_SOURCES_MAX, why);
    status st = grow(g->a, &list, g->source_count, &g->source_cap, sizeof *g->sources, why);
    if (st != OK)
        return st;
    g->sources = list;
    graph_source *s = &g->sources[g->source_count];
    *s = (graph_source){.id = id, .person = slice_starts(name, S("analyst:"))};
    if (!arena_copy(g->a, name, &s->name) || !arena_copy(g->a, derives_from, &s->derives_from))
        return ARENA_SPENT(g->a, why);
    *ret = g->source_count++;
    return OK;
}

status graph_use_add(graph *g, uint32_t entity, uint32_t source, uint32_t name, unsigned how,
                     slice written, err *why)
{
    graph_entity *e = &g->entities[entity];
    void *list = e->uses;
    if (g->use_count == GRAPH_USES_MAX)
        return over(g, "uses of names", GRAPH_USES_MAX, why);
    status st = grow(g->a, &list, e->use_count, &e->use_cap, sizeof *e->uses, why);
    if (st != OK)
        return st;
    e->uses = list;
    graph_use *u = &e->uses[e->use_count];
    *u = (graph_use){.source = source, .name = name, .said = (uint8_t)how};
    if (!arena_copy(g->a, written, &u->written))
        return ARENA_SPENT(g->a, why);
    e->use_count++;
    e->indexed = false;
    g->use_count++;
    g->sources[source].uses++;
    return OK;
}

status graph_tie_add(graph *g, const graph_tie *t, err *why)
{
    void *list = g->ties;
    if (g->tie_count == GRAPH_TIES_MAX)
        return over(g, "statements about sameness", GRAPH_TIES_MAX, why);
    status st = grow(g->a, &list, g->tie_count, &g->tie_cap, sizeof *g->ties, why);
    if (st != OK)
        return st;
    g->ties = list;
    g->ties[g->tie_count] = *t;
    if (!arena_copy(g->a, t->reason, &g->ties[g->tie_count].reason))
        return ARENA_SPENT(g->a, why);
    g->tie_count++;
    return OK;
}

/* --- index ---------------------------------------------------------------------------------- */

static int by_source_and_name(const void *a, const void *b)
{
    const graph_use *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    return slice_cmp(x->written, y->written);
}

/* One use a (source, name): all its manners, the smallest spelling. */
static uint32_t merge_uses(graph_use *u, uint32_t count)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        if (n && u[n - 1].source == u[i].source && u[n - 1].name == u[i].name)
            u[n - 1].said |= u[i].said;
        else
            u[n++] = u[i];
    return n;
}

/* Does one of the run's ids stand inside the name? */
static bool holds_id(const graph *g, const graph_entity *e, const graph_run *r, slice name)
{
    enum { ID_MIN = 4 }; /* shorter ones stand in names by chance */
    for (uint32_t i = r->from; i < r->to; i++) {
        slice id = g->names[e->uses[i].name].folded;
        if ((e->uses[i].said & HOW_ID) && id.len >= ID_MIN && id.len < name.len &&
            slice_find(name, id, 0) != SIZE_MAX)
            return true;
    }
    return false;
}

static bool revoked_by(const graph *g, uint32_t entity, uint32_t source)
{
    for (uint32_t i = 0; i < g->tie_count; i++)
        if (g->ties[i].a == entity && g->ties[i].predicate == PRED_REVOKED_BY &&
            g->ties[i].source == source)
            return true;
    return false;
}

static void judge_run(graph *g, uint32_t entity, graph_run *r)
{
    graph_entity *e = &g->entities[entity];
    bool revoked = revoked_by(g, entity, r->source), muted = g->sources[r->source].muted;
    e->revoked = e->revoked || revoked;
    for (uint32_t i = r->from; i < r->to; i++) {
        graph_use *u = &e->uses[i];
        u->how = muted ? HOW_TITLE : u->said;
        if ((u->how & HOW_PRIMARY) && holds_id(g, e, r, g->names[u->name].folded))
            u->how |= HOW_LABEL;
        else if ((u->how & HOW_PRIMARY) && !revoked)
            u->how |= HOW_OWN;
        r->primary = r->primary || ((u->how & HOW_PRIMARY) && !(u->how & HOW_LABEL));
        r->id = r->id || (u->how & HOW_ID);
    }
}

static status index_entity(graph *g, uint32_t entity, err *why)
{
    graph_entity *e = &g->entities[entity];
    uint32_t before = e->use_count, n = 0;
    if (before)
        qsort(e->uses, before, sizeof *e->uses, by_source_and_name);
    e->use_count = merge_uses(e->uses, before);
    g->use_count -= before - e->use_count;
    for (uint32_t i = 0; i < e->use_count; i++)
        n += i == 0 || e->uses[i].source != e->uses[i - 1].source;
    e->runs = arena_array(g->a, n + 1, sizeof *e->runs);
    if (!e->runs)
        return ARENA_SPENT(g->a, why);
    e->run_count = 0;
    for (uint32_t i = 0; i < e->use_count; i++) {
        if (i == 0 || e->uses[i].source != e->uses[i - 1].source)
            e->runs[e->run_count++] = (graph_run){.source = e->uses[i].source, .from = i};
        e->runs[e->run_count - 1].to = i + 1;
    }
    for (uint32_t i = 0; i < e->run_count; i++)
        judge_run(g, entity, &e->runs[i]);
    e->indexed = true;
    return OK;
}

static void add_user(graph_name *n, uint32_t entity, uint8_t how)
{
    if (n->user_count && n->users[n->user_count - 1].entity == entity)
        n->users[n->user_count - 1].how |= how;
    else
        n->users[n->user_count++] = (graph_user){entity, how};
}

/* Turned round: who uses each name. Titles are no use. */
static status index_users(graph *g, err *why)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < g->name_count; i++)
        g->names[i].user_count = 0;
    for (uint32_t e = 0; e < g->entity_count; e++)
        for (uint32_t i = 0; i < g->entities[e].use_count; i++) {
            g->names[g->entities[e].uses[i].name].user_count++;
            total++;
        }
    graph_user *all = arena_array(g->a, total + 1, sizeof *all);
    if (!all)
        return ARENA_SPENT(g->a, why);
    for (uint32_t i = 0; i < g->name_count; i++) {
        g->names[i].users = all;
        all += g->names[i].user_count;
        g->names[i].user_count = 0;
    }
    for (uint32_t e = 0; e < g->entity_count; e++)
        for (uint32_t i = 0; i < g->entities[e].use_count; i++) {
            const graph_use *u = &g->entities[e].uses[i];
            if (u->how & (HOW_NAME | HOW_ID))
                add_user(&g->names[u->name], e, u->how);
        }
    for (uint32_t i = 0; i < g->name_count; i++)
        if (g->names[i].user_count > NAME_USERS_MAX)
            g->names[i].wide = true;
    return OK;
}

static void index_parents(graph *g)
{
    for (uint32_t i = 0; i < g->source_count; i++) {
        g->sources[i].parent = GRAPH_NONE;
        for (uint32_t k = 0; g->sources[i].derives_from.len && k < g->source_count; k++)
            if (slice_eq(g->sources[k].name, g->sources[i].derives_from))
                g->sources[i].parent = k;
    }
}

/* Each source's own ties among entities: what it joins itself it does not hold apart. */
static status index_ties(graph *g, err *why)
{
    uint32_t n = g->entity_count;
    for (uint32_t i = 0; i < g->source_count; i++)
        g->sources[i].own = NULL;
    for (uint32_t i = 0; i < g->tie_count; i++) {
        const graph_tie *t = &g->ties[i];
        graph_source *s = &g->sources[t->source];
        if (t->predicate == PRED_NOT_SAME_AS)
            continue;
        if (!s->own) {
            s->own = arena_array(g->a, NAME_GROUP_MAX, sizeof *s->own);
            if (!s->own)
                return ARENA_SPENT(g->a, why);
            for (uint32_t k = 0; k < n; k++)
                s->own[k] = k;
        }
        uint32_t from = s->own[t->a], to = s->own[t->b];
        for (uint32_t k = 0; k < n; k++)
            if (s->own[k] == from)
                s->own[k] = to;
    }
    return OK;
}

status graph_index(graph *g, err *why)
{
    for (uint32_t i = 0; i < g->entity_count; i++) {
        status st = g->entities[i].indexed ? OK : index_entity(g, i, why);
        if (st != OK)
            return st;
    }
    index_parents(g);
    status st = index_users(g, why);
    return st == OK ? index_ties(g, why) : st;
}
