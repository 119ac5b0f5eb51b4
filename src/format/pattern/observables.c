/* observables.c - what a pattern names, and what of it stands on its own: see pattern.h. */
#include "format/pattern/paths.h"

enum { FILES_MAX = 4 }; /* different files under one AND whose hashes are kept together */

/* One AND inside an observation, flattened through parentheses and inner ANDs. */
typedef struct conjunction {
    uint16_t port;
    bool alternatives; /* an OR below the AND: its hashes need not be of one file */
    const pattern_node *file[FILES_MAX];
    uint32_t number[FILES_MAX];
    size_t files;
} conjunction;

typedef struct walk {
    arena *a;
    pattern_found found;
    size_t room;
    uint32_t files;
    err *why;
} walk;

static status add(walk *w, pattern_observable o)
{
    if (w->found.count == w->room) {
        size_t room = w->room ? w->room * 2 : 8;
        pattern_observable *more = arena_array(w->a, room, sizeof *more);
        if (!more)
            return ARENA_SPENT(w->a, w->why);
        if (w->found.count)
            memcpy(more, w->found.item, w->found.count * sizeof *more);
        w->found.item = more;
        w->room = room;
    }
    w->found.item[w->found.count++] = o;
    return OK;
}

/* What the test says is true of a value, and which. */
static bool affirms(const pattern_node *test)
{
    return !test->negated && (test->compare == PATTERN_EQ || test->compare == PATTERN_IN ||
                              test->compare == PATTERN_ISSUBSET);
}

static bool is_address(kind want)
{
    return want == KIND_NONE || want == KIND_IPV4 || want == KIND_IPV6;
}

static uint32_t file_number(walk *w, conjunction *all, const pattern_node *test)
{
    for (size_t i = 0; i < all->files; i++)
        if (pattern_same_file(all->file[i], test))
            return all->number[i];
    if (all->files == FILES_MAX)
        return 0;
    all->file[all->files] = test;
    return all->number[all->files++] = ++w->files;
}

static status see_test(walk *w, const pattern_node *test, bool combined, conjunction *all)
{
    kind want;
    path_role role = pattern_path_role(test, &want);
    if (!affirms(test) || (role != PATH_OBSERVABLE && role != PATH_FILE_HASH) ||
        (test->compare == PATTERN_ISSUBSET && !is_address(want))) {
        w->found.complete = false;
        return OK;
    }
    pattern_observable o = {.want = want, .at = test->at};
    o.combined = combined || (all && role != PATH_FILE_HASH);
    if (all && !all->alternatives && role == PATH_FILE_HASH && test->compare == PATTERN_EQ)
        o.file = file_number(w, all, test);
    if (all && (is_address(want) || want == KIND_DOMAIN))
        o.port = all->port;
    for (const pattern_value *v = test->values; v; v = v->next) {
        if (v->type != PATTERN_STRING && v->type != PATTERN_INTEGER) {
            w->found.complete = false;
            continue;
        }
        o.text = v->text;
        o.at = v->at;
        status st = add(w, o);
        if (st != OK)
            return st;
    }
    return OK;
}

/* --- conjunctions --------------------------------------------------------------------------- */

static const pattern_node *unwrap(const pattern_node *n)
{
    while (n->op == PATTERN_PARENS)
        n = n->first;
    return n;
}

static bool is_guard(const pattern_node *n)
{
    kind want;
    n = unwrap(n);
    return n->op == PATTERN_TEST && affirms(n) && pattern_path_role(n, &want) == PATH_GUARD;
}

static uint16_t port_of(const pattern_node *n)
{
    kind want;
    uint64_t port;
    if (n->op != PATTERN_TEST || n->negated || n->compare != PATTERN_EQ ||
        pattern_path_role(n, &want) != PATH_PORT)
        return 0;
    return slice_u64(n->values->text, &port) && port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* Terms that restrict something; *ret_one is the last of them, and a named port goes to *port. */
static size_t terms(const pattern_node *and, const pattern_node **ret_one, uint16_t *port)
{
    size_t n = 0;
    for (const pattern_node *c = and->first; c; c = c->next) {
        const pattern_node *t = unwrap(c);
        const pattern_node *one = t;
        if (is_guard(t))
            continue;
        size_t more = t->op == PATTERN_AND ? terms(t, &one, port) : 1;
        if (!*port)
            *port = port_of(t);
        if (more)
            *ret_one = one;
        n += more;
    }
    return n;
}

static status see_comparisons(walk *w, const pattern_node *n, bool combined, conjunction *all)
{
    n = unwrap(n);
    if (n->op == PATTERN_TEST)
        return see_test(w, n, combined, all);
    conjunction here = {0};
    if (n->op == PATTERN_AND && !all) {
        const pattern_node *one = NULL;
        size_t count = terms(n, &one, &here.port);
        if (count == 1)
            return see_comparisons(w, one, combined, NULL);
        w->found.complete = false;
        all = &here;
    } else if (n->op == PATTERN_OR && all) {
        here = *all;
        here.alternatives = true;
        all = &here;
    }
    for (const pattern_node *c = n->first; c; c = c->next) {
        if (n->op == PATTERN_AND && is_guard(c))
            continue;
        status st = see_comparisons(w, c, combined, all);
        if (st != OK)
            return st;
    }
    return OK;
}

static status see(walk *w, const pattern_node *n, bool combined)
{
    if (n->qualifiers || n->op == PATTERN_FOLLOWEDBY || n->op == PATTERN_BOTH) {
        combined = true;
        w->found.complete = false;
    }
    if (n->op == PATTERN_OBSERVATION)
        return see_comparisons(w, n->first, combined, NULL);
    for (const pattern_node *c = n->first; c; c = c->next) {
        status st = see(w, c, combined);
        if (st != OK)
            return st;
    }
    return OK;
}

status pattern_observables(arena *a, const pattern_node *p, pattern_found *ret, err *why)
{
    walk w = {.a = a, .found = {.complete = true}, .why = why};
    status st = see(&w, p, false);
    if (st == OK)
        *ret = w.found;
    return st;
}
