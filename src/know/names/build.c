/* build.c - a solved graph as what callers read: see build.h. Every order here is by content. */
#include "know/names/build.h"

#include <stdlib.h>

static const char *const use_words[NAME_USE_COUNT_] = {
    [NAME_PRIMARY] = "primary",
    [NAME_ID] = "id",
    [NAME_ALIAS] = "alias",
    [NAME_TITLE] = "title",
};
static const char *const rule_words[NAME_RULE_COUNT_] = {
    [NAME_BY_PERSON] = "person",   [NAME_BY_SOURCE] = "source", [NAME_BY_ID] = "id",
    [NAME_BY_PRIMARY] = "primary", [NAME_BY_MUTUAL] = "mutual", [NAME_BY_ALIAS] = "alias",
    [NAME_BY_SHARED] = "shared",
};

const char *name_use_word(name_use u)
{
    return use_words[u];
}

const char *name_rule_word(name_rule r)
{
    return rule_words[r];
}

name_use names_use_of(unsigned how)
{
    return how & HOW_PRIMARY ? NAME_PRIMARY
           : how & HOW_ID    ? NAME_ID
           : how & HOW_ALIAS ? NAME_ALIAS
                             : NAME_TITLE;
}

name_use name_use_of(arena *scratch, slice detail)
{
    return names_use_of(names_how(scratch, detail));
}

static int ref_cmp(node_ref a, node_ref b)
{
    int c = slice_cmp(a.text, b.text);
    return c ? c : (int)a.kind - (int)b.kind;
}

/* --- members ---------------------------------------------------------------------------------- */

static int said_cmp(const void *a, const void *b)
{
    const name_said *x = a, *y = b;
    int c = (int)x->use - (int)y->use;
    c = c ? c : slice_cmp(x->folded, y->folded);
    return c ? c : slice_cmp(x->source, y->source);
}

static status build_member(arena *a, const graph *g, const graph_entity *e, name_member *ret,
                           err *why)
{
    name_said *said = arena_array(a, e->use_count + 1, sizeof *said);
    *ret = (name_member){.entity.kind = e->ref.kind, .revoked = e->revoked, .more = e->more};
    if (!said || !arena_copy(a, e->ref.text, &ret->entity.text))
        return ARENA_SPENT(a, why);
    for (uint32_t i = 0; i < e->use_count; i++) {
        const graph_use *u = &e->uses[i];
        said[i].use = names_use_of(u->said);
        if (!arena_copy(a, u->written, &said[i].name) ||
            !arena_copy(a, g->names[u->name].folded, &said[i].folded) ||
            !arena_copy(a, g->sources[u->source].name, &said[i].source))
            return ARENA_SPENT(a, why);
    }
    if (e->use_count)
        qsort(said, e->use_count, sizeof *said, said_cmp);
    ret->names = said;
    ret->name_count = e->use_count;
    return OK;
}

/* --- names of the group ----------------------------------------------------------------------- */

/* One use, of whatever member. */
typedef struct mention {
    uint32_t name, source;
    slice folded, written, from;
    name_use use;
} mention;

static int mention_cmp(const void *a, const void *b)
{
    const mention *x = a, *y = b;
    int c = slice_cmp(x->folded, y->folded);
    c = c ? c : slice_cmp(x->from, y->from);
    return c ? c : slice_cmp(x->written, y->written);
}

static int entry_cmp(const void *a, const void *b)
{
    const name_entry *x = a, *y = b;
    if (x->use != y->use)
        return (int)x->use - (int)y->use;
    if (x->source_count != y->source_count)
        return x->source_count > y->source_count ? -1 : 1;
    return slice_cmp(x->folded, y->folded);
}

/* The spelling that most sources use; of equals the smallest. m[0..n) are of one name. O(n * n) for
 * the few that one name has; cut at a bound that keeps a flood cheap. */
static slice common_spelling(const mention *m, size_t n)
{
    enum { LOOK_MAX = 256 };
    slice best = m[0].written;
    size_t most = 0;
    n = n < LOOK_MAX ? n : LOOK_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t count = 0;
        for (size_t k = 0; k < n; k++)
            count += slice_eq(m[k].written, m[i].written);
        if (count > most || (count == most && slice_cmp(m[i].written, best) < 0)) {
            most = count;
            best = m[i].written;
        }
    }
    return best;
}

static status entry_sources(arena *a, const mention *m, size_t n, name_entry *e, err *why)
{
    slice *list = arena_array(a, n, sizeof *list);
    if (!list)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < n; i++) {
        if (i && slice_eq(m[i].from, m[i - 1].from))
            continue;
        if (!arena_copy(a, m[i].from, &list[e->source_count++]))
            return ARENA_SPENT(a, why);
    }
    e->sources = list;
    return OK;
}

/* Who else is called so. */
static status entry_others(lens *l, arena *a, const graph *g, uint32_t name, uint32_t part,
                           name_entry *e, err *why)
{
    const graph_name *n = &g->names[name];
    status st = OK;
    if (n->complete && !n->wide) {
        node_ref *list = arena_array(a, n->user_count + 1, sizeof *list);
        if (!list)
            return ARENA_SPENT(a, why);
        for (uint32_t i = 0; i < n->user_count; i++) {
            const graph_entity *other = &g->entities[n->users[i].entity];
            if (g->part[n->users[i].entity] == part)
                continue;
            size_t at = e->other_count++;
            for (; at && ref_cmp(other->ref, list[at - 1]) < 0; at--)
                list[at] = list[at - 1];
            list[at].kind = other->ref.kind;
            if (!arena_copy(a, other->ref.text, &list[at].text))
                return ARENA_SPENT(a, why);
        }
        if (e->other_count > NAME_OTHERS_MAX)
            e->other_count = NAME_OTHERS_MAX;
        e->others = list;
    } else if (l) {
        st = names_others(l, a, g, name, part, &e->others, &e->other_count, why);
    }
    e->shared = e->other_count > 0;
    return st;
}

static size_t gather(const graph *g, uint32_t part, mention *all)
{
    size_t n = 0;
    for (uint32_t i = 0; i < g->entity_count; i++)
        for (uint32_t k = 0; g->part[i] == part && k < g->entities[i].use_count; k++) {
            const graph_use *u = &g->entities[i].uses[k];
            if (!(u->said & (HOW_NAME | HOW_ID)))
                continue;
            if (all)
                all[n] = (mention){.name = u->name,
                                   .source = u->source,
                                   .folded = g->names[u->name].folded,
                                   .written = u->written,
                                   .from = g->sources[u->source].name,
                                   .use = names_use_of(u->said)};
            n++;
        }
    return n;
}

static status build_names(lens *l, arena *a, const graph *g, uint32_t part, name_group *ret,
                          err *why)
{
    size_t n = gather(g, part, NULL), entries = 0;
    mention *all = arena_array(g->a, n + 1, sizeof *all);
    if (!all)
        return ARENA_SPENT(g->a, why);
    gather(g, part, all);
    if (n)
        qsort(all, n, sizeof *all, mention_cmp);
    for (size_t i = 0; i < n; i++)
        entries += i == 0 || all[i].name != all[i - 1].name;
    name_entry *list = arena_array(a, entries + 1, sizeof *list);
    if (!list)
        return ARENA_SPENT(a, why);
    for (size_t i = 0, end; i < n; i = end) {
        name_entry *e = &list[ret->name_count++];
        e->use = NAME_TITLE;
        for (end = i; end < n && all[end].name == all[i].name; end++)
            if (all[end].use < e->use)
                e->use = all[end].use;
        if (!arena_copy(a, all[i].folded, &e->folded) ||
            !arena_copy(a, common_spelling(&all[i], end - i), &e->name))
            return ARENA_SPENT(a, why);
        status st = entry_sources(a, &all[i], end - i, e, why);
        if (st == OK)
            st = entry_others(ret->cut ? NULL : l, a, g, all[i].name, part, e, why);
        if (st != OK)
            return st;
    }
    if (entries)
        qsort(list, entries, sizeof *list, entry_cmp);
    ret->names = list;
    return OK;
}

/* --- the name for people ---------------------------------------------------------------------- */

/* "G0007", "S0154": an id of the ATT&CK catalogue, folded. */
static bool attack_id(slice folded)
{
    if (folded.len != 5 || !is_alpha(folded.ptr[0]))
        return false;
    for (size_t i = 1; i < 5; i++)
        if (!is_digit(folded.ptr[i]))
            return false;
    return true;
}

static bool has_attack_id(const graph *g, const graph_entity *e)
{
    for (uint32_t i = 0; i < e->use_count; i++)
        if ((e->uses[i].said & HOW_ID) && attack_id(g->names[e->uses[i].name].folded))
            return true;
    return false;
}

/* How well a name serves; greater is better. */
typedef struct merit {
    unsigned sources; /* that have it as their own name */
    bool catalogued;  /* an entity with an ATT&CK id has it so */
    slice folded;
} merit;

static bool better(const merit *a, const merit *b)
{
    if (a->sources != b->sources)
        return a->sources > b->sources;
    if (a->catalogued != b->catalogued)
        return a->catalogued;
    return slice_cmp(a->folded, b->folded) < 0;
}

/* Sources with `name` as a primary name of a member; labels do not count. */
static merit weigh(const graph *g, uint32_t part, slice folded)
{
    merit m = {.folded = folded};
    uint32_t name = 0;
    while (name < g->name_count && !slice_eq(g->names[name].folded, folded))
        name++;
    for (uint32_t s = 0; s < g->source_count; s++) {
        bool counted = false;
        for (uint32_t i = 0; i < g->entity_count; i++)
            for (uint32_t k = 0; g->part[i] == part && k < g->entities[i].use_count; k++) {
                const graph_use *u = &g->entities[i].uses[k];
                if (u->name != name || u->source != s || !(u->said & HOW_PRIMARY) ||
                    (u->how & HOW_LABEL))
                    continue;
                m.sources += !counted;
                counted = true;
                m.catalogued = m.catalogued || has_attack_id(g, &g->entities[i]);
            }
    }
    return m;
}

/* The name that most sources use as their own; then one of the ATT&CK catalogue; then the smallest.
 * Without any: the first label, id, alias; then the key. */
static slice display_name(const graph *g, uint32_t part, const name_group *group)
{
    merit best = {0};
    slice name = group->name_count ? group->names[0].name : group->id.text;
    for (size_t i = 0; i < group->name_count && group->names[i].use == NAME_PRIMARY; i++) {
        if (group->names[i].source_count < best.sources)
            continue; /* cannot be better */
        merit m = weigh(g, part, group->names[i].folded);
        if (m.sources && better(&m, &best)) {
            best = m;
            name = group->names[i].name;
        }
    }
    return name;
}

/* --- ties ------------------------------------------------------------------------------------- */

static int tie_order(const void *a, const void *b)
{
    const name_tie *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

static status fill_tie(lens *l, arena *a, const graph *g, const graph_join *j, name_tie *t,
                       err *why)
{
    if (j->rule > NAME_BY_SOURCE)
        return arena_copy(a, g->names[j->via].folded, &t->name) ? OK : ARENA_SPENT(a, why);
    const graph_tie *said = &g->ties[j->via];
    t->predicate = said->predicate;
    t->claim_lo = said->claim_lo;
    t->claim_hi = l ? node_hash(l->h, g->entities[said->a].ref) : 0;
    return arena_copy(a, g->sources[said->source].name, &t->source) &&
                   arena_copy(a, said->reason, &t->reason)
               ? OK
               : ARENA_SPENT(a, why);
}

/* at[entity] is its place among the members. */
static status build_ties(lens *l, arena *a, const graph *g, uint32_t part, const uint32_t *at,
                         name_group *ret, err *why)
{
    size_t n = 0;
    for (uint32_t i = 0; i < g->join_count; i++)
        n += g->part[g->joins[i].a] == part;
    name_tie *list = arena_array(a, n + 1, sizeof *list);
    if (!list)
        return ARENA_SPENT(a, why);
    for (uint32_t i = 0; i < g->join_count; i++) {
        const graph_join *j = &g->joins[i];
        if (g->part[j->a] != part)
            continue;
        name_tie *t = &list[ret->tie_count++];
        uint32_t x = at[j->a], y = at[j->b];
        *t = (name_tie){.a = x < y ? x : y, .b = x < y ? y : x, .rule = j->rule};
        status st = fill_tie(l, a, g, j, t, why);
        if (st != OK)
            return st;
    }
    if (n)
        qsort(list, n, sizeof *list, tie_order);
    ret->ties = list;
    return OK;
}

/* --- all -------------------------------------------------------------------------------------- */

static status build_members(arena *a, const graph *g, uint32_t part, uint32_t *at, name_group *ret,
                            err *why)
{
    uint32_t order[NAME_GROUP_MAX], n = 0;
    for (uint32_t i = 0; i < g->entity_count; i++) {
        if (g->part[i] != part)
            continue;
        uint32_t k = n++;
        for (; k && ref_cmp(g->entities[i].ref, g->entities[order[k - 1]].ref) < 0; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    name_member *list = arena_array(a, n + 1, sizeof *list);
    if (!list)
        return ARENA_SPENT(a, why);
    for (uint32_t i = 0; i < n; i++) {
        at[order[i]] = i;
        status st = build_member(a, g, &g->entities[order[i]], &list[i], why);
        if (st != OK)
            return st;
    }
    ret->members = list;
    ret->member_count = n;
    ret->id = list[0].entity;
    return OK;
}

status names_build(lens *l, arena *a, graph *g, uint32_t seed, bool cut, name_group *ret, err *why)
{
    uint32_t part = g->part[seed], at[NAME_GROUP_MAX] = {0};
    name_group group = {.kind = g->class, .cut = cut};
    status st = build_members(a, g, part, at, &group, why);
    if (st == OK)
        st = build_names(l, a, g, part, &group, why);
    if (st == OK)
        st = build_ties(l, a, g, part, at, &group, why);
    if (st != OK)
        return st;
    group.name = display_name(g, part, &group);
    *ret = group;
    return OK;
}
