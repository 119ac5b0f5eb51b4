/* load.c - reading the part of the store that decides about one entity: see load.h.
 *
 * Two waves in turn. The base of an entity is what somebody's word and shared ids make one with it;
 * without it nobody knows what it is held apart from. Entities that a name may tie to a seed are
 * looked at whole: their other names count, too. A name that cannot tie (docs/names.md) is a
 * border, so the answer is the one that the whole store would give. */
#include "know/names/load.h"
#include "base/json.h"

_Static_assert(PRED_NAMED == 1 && PRED_REVOKED_BY == 13 && PRED_SAME_AS == 14 &&
                   PRED_NOT_SAME_AS == 15 && PRED_DUPLICATE_OF == 33,
               "the numbers stand in queries.def and in indexes of schema.def");

enum {
    TIES_PER_SOURCE_MAX = 256, /* of an entity, in one direction */
    USER_ROWS_MAX = 4096,      /* claims that use one name; more is wide */
    ENTITY_SLOTS = 1024,
    NAME_SLOTS = 16384,
    SOURCE_SLOTS = 16384
};

/* How much is taken into account: each step down was needed because the one before was too much. */
typedef enum level { LEVEL_NAMES, LEVEL_OWN_NAMES, LEVEL_WORD } level;

/* Row id -> index. Never more than half full. */
typedef struct row_map {
    int64_t *keys;
    uint32_t *values;
    uint32_t mask;
} row_map;

typedef struct load {
    lens *l;
    const load_request *r;
    graph *g;
    row_map entities, names, sources;
    kind kinds[2];
    level level;
    int64_t muted[LOAD_MUTED_MAX]; /* 0: none */
    uint32_t loaded;               /* entities whose names and ties have been read */
    bool full[NAME_GROUP_MAX];     /* looked at whole */
} load;

/* --- maps ------------------------------------------------------------------------------------ */

static bool map_init(arena *a, row_map *m, uint32_t slots)
{
    m->mask = slots - 1;
    m->keys = arena_array(a, slots, sizeof *m->keys);
    m->values = arena_array(a, slots, sizeof *m->values);
    return m->keys && m->values;
}

/* The slot of the key, or the free one where it goes. Row ids are never 0. */
static uint32_t map_slot(const row_map *m, int64_t key)
{
    uint32_t i = (uint32_t)((uint64_t)key * 0x9e3779b97f4a7c15u >> 40) & m->mask;
    while (m->keys[i] && m->keys[i] != key)
        i = (i + 1) & m->mask;
    return i;
}

static void map_put(row_map *m, uint32_t slot, int64_t key, uint32_t value)
{
    m->keys[slot] = key;
    m->values[slot] = value;
}

/* --- adding ---------------------------------------------------------------------------------- */

static status entity_at(load *w, int64_t node, node_ref ref, uint32_t *ret, err *why)
{
    uint32_t slot = map_slot(&w->entities, node);
    if (w->entities.keys[slot]) {
        *ret = w->entities.values[slot];
        return OK;
    }
    status st = graph_entity_add(w->g, ref, node, ret, why);
    if (st == OK)
        map_put(&w->entities, slot, node, *ret);
    return st;
}

static status name_at(load *w, int64_t node, slice folded, uint32_t *ret, err *why)
{
    uint32_t slot = map_slot(&w->names, node);
    if (w->names.keys[slot]) {
        *ret = w->names.values[slot];
        return OK;
    }
    status st = graph_name_add(w->g, folded, node, ret, why);
    if (st == OK)
        map_put(&w->names, slot, node, *ret);
    return st;
}

static bool is_muted(const load *w, int64_t source)
{
    for (size_t i = 0; i < LOAD_MUTED_MAX; i++)
        if (w->muted[i] == source)
            return true;
    return false;
}

static status source_at(load *w, int64_t id, uint32_t *ret, err *why)
{
    slice name;
    source_info set;
    uint32_t slot = map_slot(&w->sources, id);
    if (w->sources.keys[slot]) {
        *ret = w->sources.values[slot];
        return OK;
    }
    status st = lens_source(w->l, id, &name, why);
    if (st == OK)
        st = source_setting(w->l, w->g->a, id, &set, why);
    if (st == OK)
        st = graph_source_add(w->g, name, set.derives_from, id, ret, why);
    if (st != OK)
        return st;
    map_put(&w->sources, slot, id, *ret);
    w->g->sources[*ret].muted = is_muted(w, id);
    return OK;
}

/* At the last level what does not fit is left out instead of being too much. */
static status or_leave_out(const load *w, status st)
{
    return st == ERR_LIMIT && w->g->over && w->level == LEVEL_WORD ? OK : st;
}

/* --- names of an entity ---------------------------------------------------------------------- */

static unsigned how_of_word(slice word)
{
    static const struct {
        slice word;
        unsigned how;
    } words[] = {
        {S_INIT("primary"), HOW_PRIMARY}, {S_INIT("alias"), HOW_ALIAS}, {S_INIT("id"), HOW_ID},
        {S_INIT("vendor"), HOW_ALIAS},    {S_INIT("title"), HOW_TITLE},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq(words[i].word, word))
            return words[i].how;
    return HOW_TITLE; /* a manner that this program does not know says nothing about identity */
}

unsigned names_how(arena *scratch, slice detail)
{
    json *v;
    if (!detail.len)
        return HOW_ALIAS;
    arena_mark here = arena_here(scratch);
    unsigned how = HOW_ALIAS;
    if (json_parse(scratch, detail, NULL, &v, NULL) == OK && json_get(v, S("kind")))
        how = how_of_word(json_text(json_get(v, S("kind"))));
    arena_back(scratch, here);
    return how;
}

/* Counts rows of one source; true when it has said enough. */
typedef struct source_quota {
    int64_t source;
    unsigned count, max;
} source_quota;

static bool quota_spent(source_quota *q, int64_t source)
{
    if (q->source != source)
        *q = (source_quota){.source = source, .max = q->max};
    return ++q->count > q->max;
}

static status add_name(load *w, uint32_t e, db_stmt *q, err *why)
{
    uint32_t name = 0, source = 0;
    status st = name_at(w, db_int(q, 0), db_text(q, 1), &name, why);
    if (st == OK)
        st = source_at(w, db_int(q, 2), &source, why);
    if (st != OK)
        return st;
    return graph_use_add(w->g, e, source, name, names_how(w->g->a, db_text(q, 4)), db_text(q, 3),
                         why);
}

/* Rows of sources behind *after. *ret_again: a source was cut short and others may follow. */
static status load_names_after(load *w, uint32_t e, int64_t *after, bool *ret_again, err *why)
{
    bool row;
    status st;
    source_quota quota = {.max = NAME_PER_SOURCE_MAX};
    db_stmt *q = db_query(w->l->d, Q_NAMES_OF);
    *ret_again = false;
    db_bind_int(q, 1, w->g->entities[e].node);
    db_bind_int(q, 2, *after);
    while ((st = db_step(q, &row, why)) == OK && row) {
        int64_t source = db_int(q, 2);
        if (quota_spent(&quota, source)) {
            w->g->entities[e].more = true;
            *after = source;
            *ret_again = true;
            break;
        }
        if ((st = or_leave_out(w, add_name(w, e, q, why))) != OK)
            break;
    }
    db_reset(q);
    return st;
}

static status load_names(load *w, uint32_t e, err *why)
{
    int64_t after = 0;
    bool again = true;
    status st = OK;
    while (st == OK && again) /* once a source at most */
        st = load_names_after(w, e, &after, &again, why);
    return st;
}

/* --- ties ------------------------------------------------------------------------------------ */

static bool withdrawn(const load *w, int64_t row)
{
    for (size_t i = 0; i < w->r->step_count; i++)
        if (w->r->steps[i].what == DECIDE_WITHDRAW && w->r->steps[i].row == row)
            return true;
    return false;
}

static bool in_class(const load *w, kind k)
{
    return k == w->kinds[0] || k == w->kinds[1];
}

/* outward: e is the subject. A tie to an entity is read from both its ends and kept once. */
static status add_tie(load *w, uint32_t e, bool outward, db_stmt *q, err *why)
{
    node_ref other = {(kind)db_int(q, 2), db_text(q, 3)};
    uint32_t o = 0, source = 0;
    if (!in_class(w, other.kind))
        return OK;
    status st = entity_at(w, db_int(q, 1), other, &o, why);
    if (st == OK)
        st = source_at(w, db_int(q, 4), &source, why);
    if (st != OK || o < e || o == e) /* it has brought the tie itself */
        return st;
    bool restored = !db_int(q, 8) && !db_is_null(q, 9);
    graph_tie t = {.a = outward ? e : o,
                   .b = outward ? o : e,
                   .source = source,
                   .predicate = (predicate)db_int(q, 0),
                   .claim_lo = (uint64_t)db_int(q, 6),
                   .reason = db_text(q, 5),
                   .row = db_int(q, 7),
                   .by_hand = !db_int(q, 8),
                   .said_us = db_int(q, restored ? 9 : 10),
                   .vc = db_int(q, 11)};
    return withdrawn(w, t.row) ? OK : graph_tie_add(w->g, &t, why);
}

static status load_ties_after(load *w, uint32_t e, bool outward, int64_t *after, bool *ret_again,
                              err *why)
{
    bool row;
    status st;
    source_quota quota = {.max = TIES_PER_SOURCE_MAX};
    db_stmt *q = db_query(w->l->d, outward ? Q_TIES_OF : Q_TIES_TO);
    *ret_again = false;
    db_bind_int(q, 1, w->g->entities[e].node);
    db_bind_int(q, 2, *after);
    while ((st = db_step(q, &row, why)) == OK && row) {
        int64_t source = db_int(q, 4);
        if (quota_spent(&quota, source)) {
            *after = source;
            *ret_again = true;
            break;
        }
        if ((st = or_leave_out(w, add_tie(w, e, outward, q, why))) != OK)
            break;
    }
    db_reset(q);
    return st;
}

/* What the request pretends. */
static status add_steps(load *w, uint32_t e, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < w->r->step_count; i++) {
        const name_step *s = &w->r->steps[i];
        uint32_t o = 0, source = 0;
        int64_t node = 0;
        if (s->what == DECIDE_WITHDRAW || s->subject.kind != w->g->entities[e].ref.kind ||
            !slice_eq(s->subject.text, w->g->entities[e].ref.text))
            continue;
        st = node_find(w->l->d, w->l->h, s->object, &node, why);
        if (st == OK)
            st = entity_at(w, node, s->object, &o, why);
        while (st == OK && source < w->g->source_count &&
               !slice_eq(w->g->sources[source].name, s->source))
            source++;
        if (st == OK && source == w->g->source_count)
            st = graph_source_add(w->g, s->source, S(""), 0, &source, why);
        graph_tie t = {.a = e,
                       .b = o,
                       .source = source,
                       .predicate = s->predicate,
                       .said_us = s->what == DECIDE_SAY ? INT64_MAX : s->said_us};
        if (st == OK)
            st = graph_tie_add(w->g, &t, why);
    }
    return st;
}

static status load_ties(load *w, uint32_t e, err *why)
{
    status st = OK;
    for (int outward = 1; st == OK && outward >= 0; outward--) {
        int64_t after = 0;
        bool again = true;
        while (st == OK && again)
            st = load_ties_after(w, e, outward, &after, &again, why);
    }
    return st == OK ? add_steps(w, e, why) : st;
}

/* --- users of a name ------------------------------------------------------------------------- */

typedef struct user_list {
    int64_t node[NAME_USERS_MAX];
    node_ref ref[NAME_USERS_MAX];
    size_t count;
    bool wide;
} user_list;

static status note_user(load *w, user_list *u, db_stmt *q, err *why)
{
    int64_t node = db_int(q, 0);
    for (size_t i = 0; i < u->count; i++)
        if (u->node[i] == node)
            return OK;
    u->wide = u->count == NAME_USERS_MAX;
    if (u->wide)
        return OK;
    u->node[u->count] = node;
    u->ref[u->count].kind = (kind)db_int(q, 1);
    if (!arena_copy(w->g->a, db_text(q, 2), &u->ref[u->count].text))
        return ARENA_SPENT(w->g->a, why);
    u->count++;
    return OK;
}

static status complete_name(load *w, uint32_t name, err *why)
{
    user_list u = {.count = 0};
    bool row;
    status st;
    unsigned rows = 0;
    db_stmt *q = db_query(w->l->d, Q_NAME_USERS);
    db_bind_int(q, 1, w->g->names[name].node);
    db_bind_int(q, 2, w->kinds[0]);
    db_bind_int(q, 3, w->kinds[1]);
    for (int i = 0; i < LOAD_MUTED_MAX; i++)
        db_bind_int(q, 4 + i, w->muted[i]);
    db_bind_int(q, 4 + LOAD_MUTED_MAX, USER_ROWS_MAX + 1);
    while ((st = db_step(q, &row, why)) == OK && row && !u.wide) {
        u.wide = ++rows > USER_ROWS_MAX;
        if ((st = note_user(w, &u, q, why)) != OK)
            break;
    }
    db_reset(q);
    w->g->names[name].complete = true;
    w->g->names[name].wide = u.wide;
    for (size_t i = 0; st == OK && !u.wide && i < u.count; i++) {
        uint32_t e;
        st = entity_at(w, u.node[i], u.ref[i], &e, why);
    }
    return st;
}

/* Completes the names that an entity uses in one of the manners. *changed when there was one. */
static status complete_names(load *w, uint32_t e, unsigned how, bool *changed, err *why)
{
    for (uint32_t i = 0; i < w->g->entities[e].use_count; i++) {
        const graph_use *u = &w->g->entities[e].uses[i];
        bool counts = !w->g->sources[u->source].muted;
        if (!counts || !((u->said | u->how) & how) || w->g->names[u->name].complete)
            continue;
        *changed = true;
        status st = complete_name(w, u->name, why);
        if (st != OK)
            return st;
    }
    return OK;
}

/* --- waves ----------------------------------------------------------------------------------- */

/* Reads every entity that has been met, and who shares an id with it. */
static status close_base(load *w, err *why)
{
    status st = OK;
    bool changed;
    while (st == OK && w->loaded < w->g->entity_count) {
        uint32_t e = w->loaded++;
        if ((st = load_names(w, e, why)) == OK)
            st = load_ties(w, e, why);
        if (st == OK && w->g->ids)
            st = complete_names(w, e, HOW_ID, &changed, why);
    }
    if (st == OK)
        st = graph_index(w->g, why);
    return st == OK ? graph_base(w->g, why) : st;
}

/* What is one with an entity that is looked at whole, or which a person says is one. */
static void whole_groups(load *w)
{
    const graph *g = w->g;
    bool changed = true;
    while (changed) { /* each round makes one more whole */
        changed = false;
        for (uint32_t a = 0; a < g->entity_count; a++)
            for (uint32_t b = 0; w->full[a] && b < g->entity_count; b++)
                if (g->part[a] == g->part[b] && !w->full[b])
                    w->full[b] = changed = true;
        for (uint32_t i = 0; i < g->tie_count; i++) {
            const graph_tie *t = &g->ties[i];
            if (t->predicate == PRED_SAME_AS && g->sources[t->source].person &&
                w->full[t->a] != w->full[t->b])
                w->full[t->a] = w->full[t->b] = changed = true;
        }
    }
}

/* Users of a name that may tie, one of which is looked at whole, are looked at whole. */
static bool promote_users(load *w, uint32_t name, unsigned how)
{
    const graph_name *n = &w->g->names[name];
    bool any = false, changed = false;
    for (uint32_t i = 0; i < n->user_count; i++)
        any = any || ((n->users[i].how & how) && w->full[n->users[i].entity]);
    for (uint32_t i = 0; any && i < n->user_count; i++)
        if ((n->users[i].how & how) && !w->full[n->users[i].entity])
            w->full[n->users[i].entity] = changed = true;
    return changed;
}

static bool promote(load *w)
{
    bool changed = false;
    for (uint32_t i = 0; i < w->g->name_count; i++) {
        if (w->g->tiers > 1 && graph_name_ties(w->g, i, false))
            changed = promote_users(w, i, HOW_NAME) || changed;
        else if (graph_name_ties(w->g, i, true))
            changed = promote_users(w, i, HOW_OWN) || changed;
    }
    return changed;
}

static status explore(load *w, err *why)
{
    unsigned how = w->g->tiers > 1 ? HOW_NAME : HOW_OWN;
    bool names = w->g->tiers > 0, changed = true;
    status st = OK;
    while (st == OK && changed) {
        if ((st = close_base(w, why)) != OK)
            break;
        whole_groups(w);
        changed = false;
        for (uint32_t e = 0; st == OK && names && e < w->loaded; e++)
            if (w->full[e])
                st = complete_names(w, e, how, &changed, why);
        if (st == OK && !changed && names)
            changed = promote(w);
    }
    return st;
}

static status attempt(load *w, err *why)
{
    graph *g = w->g;
    arena *a = g->a;
    status st = graph_init(g, a, kind_class(w->r->seeds[0].kind), why);
    if (st != OK)
        return st;
    w->kinds[0] = g->class;
    w->kinds[1] = g->class == KIND_MALWARE   ? KIND_TOOL
                  : g->class == KIND_COUNTRY ? KIND_LOCATION
                                             : g->class;
    if (w->level == LEVEL_OWN_NAMES && g->tiers > 1)
        g->tiers = 1;
    if (w->level == LEVEL_WORD) {
        g->tiers = 0;
        g->ids = false;
    }
    w->loaded = 0;
    memset(w->full, 0, sizeof w->full);
    if (!map_init(a, &w->entities, ENTITY_SLOTS) || !map_init(a, &w->names, NAME_SLOTS) ||
        !map_init(a, &w->sources, SOURCE_SLOTS))
        return ARENA_SPENT(a, why);
    for (size_t i = 0; st == OK && i < w->r->seed_count; i++) {
        int64_t node = 0;
        uint32_t e = 0;
        st = node_find(w->l->d, w->l->h, w->r->seeds[i], &node, why);
        if (st == OK && !node)
            st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such entity");
        if (st == OK)
            st = entity_at(w, node, w->r->seeds[i], &e, why);
        if (st == OK)
            w->full[e] = true;
    }
    if (st == OK)
        st = explore(w, why);
    return st == OK ? graph_solve(g, why) : st;
}

/* Who says most; of equals the smaller name. 0 when there is only persons' word. */
static int64_t loudest(const graph *g)
{
    const graph_source *best = NULL;
    for (uint32_t i = 0; i < g->source_count; i++) {
        const graph_source *s = &g->sources[i];
        if (s->person || s->muted)
            continue;
        if (!best || s->uses > best->uses ||
            (s->uses == best->uses && slice_cmp(s->name, best->name) < 0))
            best = s;
    }
    return best ? best->id : 0;
}

status names_load(lens *l, arena *a, const load_request *r, graph *ret, bool *ret_cut, err *why)
{
    graph g = {.a = a};
    load *w = arena_new(a, load);
    if (!w)
        return ARENA_SPENT(a, why);
    *w = (load){.l = l, .r = r, .g = &g};
    arena_mark here = arena_here(a);
    bool cut = false;
    status st = attempt(w, why);
    for (size_t i = 0; st == ERR_LIMIT && g.over && w->level != LEVEL_WORD; i++) {
        cut = true;
        if (i < LOAD_MUTED_MAX)
            w->muted[i] = loudest(&g);
        else
            w->level++;
        arena_back(a, here);
        g = (graph){.a = a};
        st = attempt(w, why);
    }
    if (st == OK) {
        *ret = g;
        *ret_cut = cut;
    }
    return st;
}

status names_others(lens *l, arena *a, const graph *g, uint32_t name, uint32_t part,
                    const node_ref **ret, size_t *ret_count, err *why)
{
    enum { ROWS = 300 };
    node_ref *list = arena_array(a, NAME_OTHERS_MAX, sizeof *list);
    size_t n = 0;
    bool row;
    status st;
    if (!list)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(l->d, Q_NAMED);
    db_bind_int(q, 1, g->names[name].node);
    db_bind_int(q, 2, ROWS);
    while ((st = db_step(q, &row, why)) == OK && row && n < NAME_OTHERS_MAX) {
        node_ref ref = {(kind)db_int(q, 1), db_text(q, 2)};
        bool skip = kind_class(ref.kind) != g->class ||
                    (n && list[n - 1].kind == ref.kind && slice_eq(list[n - 1].text, ref.text)) ||
                    names_how(a, db_text(q, 5)) == HOW_TITLE;
        for (uint32_t i = 0; !skip && i < g->entity_count; i++)
            skip = g->entities[i].node == db_int(q, 0) && g->part[i] == part;
        if (skip)
            continue;
        list[n].kind = ref.kind;
        if (!arena_copy(a, ref.text, &list[n++].text)) {
            st = ARENA_SPENT(a, why);
            break;
        }
    }
    db_reset(q);
    if (st == OK) {
        *ret = list;
        *ret_count = n;
    }
    return st;
}
