/* names.c - looking up names and groups: see names.h. */
#include "know/names.h"
#include "know/claims.h"
#include "know/names/build.h"

#include <stdlib.h>

/* --- remembering ------------------------------------------------------------------------------ */

enum { CACHE_SLOTS = 2048, CACHE_GROUPS_MAX = 1024, CACHE_BUDGET = 64 << 20 };

/* Groups of one look, by the row of each member. */
struct names_cache {
    uint64_t look;
    arena a;
    int64_t nodes[CACHE_SLOTS]; /* 0: free */
    const name_group *groups[CACHE_SLOTS];
    size_t count;
};

void names_cache_free(struct names_cache *c)
{
    if (c) {
        arena_done(&c->a);
        free(c);
    }
}

/* The lens's cache for this look; NULL when there is no memory for one. */
static struct names_cache *cache_of(lens *l)
{
    if (!l->names) {
        l->names = calloc(1, sizeof *l->names);
        if (!l->names)
            return NULL;
        arena_init(&l->names->a, CACHE_BUDGET);
    }
    struct names_cache *c = l->names;
    if (c->look != l->look) {
        arena_reset(&c->a);
        memset(c->nodes, 0, sizeof c->nodes);
        c->count = 0;
        c->look = l->look;
    }
    return c;
}

static size_t cache_slot(const struct names_cache *c, int64_t node)
{
    size_t i = (size_t)((uint64_t)node * 0x9e3779b97f4a7c15u >> 40) % CACHE_SLOTS;
    while (c->nodes[i] && c->nodes[i] != node)
        i = (i + 1) % CACHE_SLOTS;
    return i;
}

static void remember(struct names_cache *c, const graph *g, uint32_t seed, const name_group *group)
{
    for (uint32_t i = 0; i < g->entity_count && c->count < CACHE_GROUPS_MAX; i++) {
        if (g->part[i] != g->part[seed])
            continue;
        size_t slot = cache_slot(c, g->entities[i].node);
        c->count += !c->nodes[slot];
        c->nodes[slot] = g->entities[i].node;
        c->groups[slot] = group;
    }
}

/* --- groups ----------------------------------------------------------------------------------- */

/* Builds into the cache when there is room, else into the caller's arena. */
static status build_somewhere(lens *l, arena *a, graph *g, bool cut, name_group *ret, err *why)
{
    struct names_cache *c = cache_of(l);
    if (c && c->count < CACHE_GROUPS_MAX) {
        arena_mark here = arena_here(&c->a);
        name_group *group = arena_new(&c->a, name_group);
        status st = group ? names_build(l, &c->a, g, 0, cut, group, why) : ERR_LIMIT;
        if (st == OK) {
            remember(c, g, 0, group);
            *ret = *group;
            return OK;
        }
        arena_back(&c->a, here);
        if (st != ERR_LIMIT)
            return st;
    }
    return names_build(l, a, g, 0, cut, ret, why);
}

static status group_of_node(lens *l, arena *a, node_ref entity, int64_t node, name_group *ret,
                            err *why)
{
    struct names_cache *c = cache_of(l);
    if (c) {
        size_t slot = cache_slot(c, node);
        if (c->nodes[slot]) {
            *ret = *c->groups[slot];
            return OK;
        }
    }
    arena scratch;
    graph g;
    bool cut = false;
    arena_init(&scratch, LOAD_BUDGET);
    load_request r = {.seeds = &entity, .seed_count = 1};
    status st = names_load(l, &scratch, &r, &g, &cut, why);
    if (st == OK)
        st = build_somewhere(l, a, &g, cut, ret, why);
    arena_done(&scratch);
    return st;
}

status name_group_of(lens *l, arena *a, node_ref entity, name_group *ret, err *why)
{
    int64_t node = 0;
    bool known = false;
    if (!kind_is_entity(entity.kind))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no kind of entity",
                       kind_name(entity.kind));
    status st = node_find(l->d, l->h, entity, &node, why);
    if (st == OK && node)
        st = node_known(l, entity, &known, why);
    if (st == OK && !known)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such entity");
    return st == OK ? group_of_node(l, a, entity, node, ret, why) : st;
}

status name_shown(lens *l, arena *a, const name_group *g, slice *ret, err *why)
{
    enum { TITLES_MAX = 8 };
    claim_list said;
    slice best = {NULL, 0};
    *ret = g->name;
    if (!slice_eq(g->name, g->id.text))
        return OK;
    status st = claims_of(l, a, g->id, PRED_NAMED, TITLES_MAX, &said, why);
    for (size_t i = 0; st == OK && i < said.count; i++)
        if (said.at[i].value.len && (!best.ptr || slice_cmp(said.at[i].value, best) < 0))
            best = said.at[i].value;
    if (st == OK && best.ptr)
        *ret = best;
    return st;
}

/* --- look-up ---------------------------------------------------------------------------------- */

enum { LOOKUP_ROWS_MAX = 2048, LOOKUP_ENTITIES_MAX = 512 };

/* One entity that uses the asked name. */
typedef struct asked {
    int64_t node;
    node_ref ref;
    name_said *uses;
    size_t use_count;
    size_t owner; /* number of the candidate it belongs to, from 1 */
} asked;

typedef struct asked_list {
    asked at[LOOKUP_ENTITIES_MAX];
    size_t count;
    bool more;
} asked_list;

/* One row of Q_NAMED; rows of one entity follow one another, and of one source within it. */
static status note_asked(lens *l, arena *a, slice folded, db_stmt *q, asked_list *list, err *why)
{
    int64_t node = db_int(q, 0);
    unsigned how = names_how(a, db_text(q, 5));
    asked *e = list->count ? &list->at[list->count - 1] : NULL;
    slice source;
    if (how == HOW_TITLE)
        return OK;
    if (!e || e->node != node) {
        if (list->count == LOOKUP_ENTITIES_MAX) {
            list->more = true;
            return OK;
        }
        e = &list->at[list->count++];
        *e = (asked){.node = node, .ref.kind = (kind)db_int(q, 1)};
        e->uses = arena_array(a, 4, sizeof *e->uses);
        if (!e->uses || !arena_copy(a, db_text(q, 2), &e->ref.text))
            return ARENA_SPENT(a, why);
    }
    status st = lens_source(l, db_int(q, 3), &source, why);
    if (st != OK)
        return st;
    name_use use = names_use_of(how);
    slice written = db_text(q, 4);
    name_said *last = e->use_count ? &e->uses[e->use_count - 1] : NULL;
    if (last && slice_eq(last->source, source)) {
        last->use = use < last->use ? use : last->use;
        return slice_cmp(written, last->name) >= 0 || arena_copy(a, written, &last->name)
                   ? OK
                   : ARENA_SPENT(a, why);
    }
    if (e->use_count >= 4 && (e->use_count & (e->use_count - 1)) == 0) { /* full: double */
        name_said *wider = arena_array(a, e->use_count * 2, sizeof *wider);
        if (!wider)
            return ARENA_SPENT(a, why);
        memcpy(wider, e->uses, e->use_count * sizeof *wider);
        e->uses = wider;
    }
    last = &e->uses[e->use_count++];
    *last = (name_said){.folded = folded, .use = use};
    return arena_copy(a, written, &last->name) && arena_copy(a, source, &last->source)
               ? OK
               : ARENA_SPENT(a, why);
}

static status read_asked(lens *l, arena *a, slice folded, kind class, asked_list *list, err *why)
{
    int64_t node = 0;
    unsigned rows = 0;
    bool row;
    status st = node_find(l->d, l->h, (node_ref){KIND_NAME, folded}, &node, why);
    if (st != OK || !node)
        return st;
    db_stmt *q = db_query(l->d, Q_NAMED);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, LOOKUP_ROWS_MAX + 1);
    while ((st = db_step(q, &row, why)) == OK && row) {
        kind k = (kind)db_int(q, 1);
        list->more = list->more || ++rows > LOOKUP_ROWS_MAX;
        if (!kind_is_entity(k) || (class != KIND_NONE && kind_class(k) != kind_class(class)))
            continue;
        if ((st = note_asked(l, a, folded, q, list, why)) != OK)
            break;
    }
    db_reset(q);
    return st;
}

typedef struct ordered_use {
    name_said said;
    node_ref of;
} ordered_use;

static int use_cmp(const void *a, const void *b)
{
    const ordered_use *x = a, *y = b;
    int c = (int)x->said.use - (int)y->said.use;
    c = c ? c : slice_cmp(x->said.source, y->said.source);
    c = c ? c : slice_cmp(x->of.text, y->of.text);
    return c ? c : (int)x->of.kind - (int)y->of.kind;
}

static bool is_member(const name_group *g, node_ref ref)
{
    for (size_t i = 0; i < g->member_count; i++)
        if (g->members[i].entity.kind == ref.kind && slice_eq(g->members[i].entity.text, ref.text))
            return true;
    return false;
}

/* Takes the uses of all members of the candidate's group out of the list. */
static status collect_uses(arena *a, asked_list *list, size_t owner, name_candidate *c, err *why)
{
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++)
        if (!list->at[i].owner && is_member(&c->group, list->at[i].ref)) {
            list->at[i].owner = owner;
            n += list->at[i].use_count;
        }
    ordered_use *all = arena_array(a, n + 1, sizeof *all);
    name_said *said = arena_array(a, n + 1, sizeof *said);
    node_ref *of = arena_array(a, n + 1, sizeof *of);
    if (!all || !said || !of)
        return ARENA_SPENT(a, why);
    n = 0;
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; list->at[i].owner == owner && k < list->at[i].use_count; k++)
            all[n++] = (ordered_use){list->at[i].uses[k], list->at[i].ref};
    if (n)
        qsort(all, n, sizeof *all, use_cmp);
    for (size_t i = 0; i < n; i++) {
        said[i] = all[i].said;
        of[i] = all[i].of;
    }
    c->uses = said;
    c->use_of = of;
    c->use_count = n;
    return OK;
}

static size_t distinct_sources(const name_candidate *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->use_count; i++) {
        bool before = false;
        for (size_t k = 0; k < i && !before; k++)
            before = slice_eq(c->uses[k].source, c->uses[i].source);
        n += !before;
    }
    return n;
}

static int candidate_cmp(const void *a, const void *b)
{
    const name_candidate *x = a, *y = b;
    size_t nx = distinct_sources(x), ny = distinct_sources(y);
    if (x->uses[0].use != y->uses[0].use)
        return (int)x->uses[0].use - (int)y->uses[0].use;
    if (nx != ny)
        return nx > ny ? -1 : 1;
    int c = slice_cmp(x->group.id.text, y->group.id.text);
    return c ? c : (int)x->group.id.kind - (int)y->group.id.kind;
}

static bool is_clear(const name_candidates *c)
{
    if (!c->count || c->more)
        return false;
    for (size_t i = 1; i < c->count; i++)
        if (c->at[i].group.kind == c->at[0].group.kind ||
            distinct_sources(&c->at[i]) >= distinct_sources(&c->at[0]))
            return false;
    return true;
}

status name_lookup(lens *l, arena *a, slice text, kind class, name_candidates *ret, err *why)
{
    name_candidates found = {0};
    status st = name_fold(a, text, &found.folded, why);
    if (st != OK)
        return st;
    asked_list *list = arena_new(a, asked_list);
    found.at = arena_array(a, NAME_CANDIDATES_MAX, sizeof *found.at);
    if (!list || !found.at)
        return ARENA_SPENT(a, why);
    if (found.folded.len)
        st = read_asked(l, a, found.folded, class, list, why);
    found.more = list->more;
    for (size_t i = 0; st == OK && i < list->count; i++) {
        if (list->at[i].owner)
            continue;
        if (found.count == NAME_CANDIDATES_MAX) {
            found.more = true;
            break;
        }
        name_candidate *c = &found.at[found.count];
        st = group_of_node(l, a, list->at[i].ref, list->at[i].node, &c->group, why);
        if (st == OK)
            st = collect_uses(a, list, found.count + 1, c, why);
        found.count += st == OK;
    }
    if (st != OK)
        return st;
    if (found.count)
        qsort(found.at, found.count, sizeof *found.at, candidate_cmp);
    found.clear = is_clear(&found);
    *ret = found;
    return OK;
}
