/* graph.h - which entities are one thing: the rules of docs/names.md over a graph in memory.
 *
 *     graph g;
 *     graph_init(&g, &a, KIND_ACTOR, why);
 *     graph_entity_add, graph_source_add, graph_name_add, graph_use_add, graph_tie_add ...
 *     graph_index(&g, why);                 // again after more was added
 *     graph_base(&g, why);                  // what sources and ids say
 *     graph_solve(&g, why);                 // what names say, and persons
 *     g.part[i] == g.part[j]                // i and j are one thing
 *
 * Private to names. Pure: no store, no order of rows, no clock. Everything lives in the arena. */
#ifndef NOROSHI_KNOW_NAMES_GRAPH_H
#define NOROSHI_KNOW_NAMES_GRAPH_H

#include "know/names.h"

enum {
    GRAPH_USES_MAX = 65536,
    GRAPH_TIES_MAX = 4096,
    GRAPH_SOURCES_MAX = 4096,
    GRAPH_ROUNDS_MAX = 64 /* of cutting one tier; then a conflict falls back to the tier before */
};
#define GRAPH_NONE UINT32_MAX

/* How a source uses a name, as bits; the last three are worked out. */
enum {
    HOW_PRIMARY = 1,
    HOW_ALIAS = 2,
    HOW_ID = 4,
    HOW_TITLE = 8,
    HOW_LABEL = 16, /* a primary name with the entity's id in it: "APT28 - G0007" */
    HOW_OWN = 32,   /* a primary name that is no label, of a source that has not revoked it */
    HOW_NAME = HOW_PRIMARY | HOW_ALIAS
};

typedef struct graph_use {
    uint32_t source, name;
    uint8_t said, how; /* as the source says; as it counts */
    slice written;
} graph_use;

/* The uses of one source: uses[from, to) of an entity. */
typedef struct graph_run {
    uint32_t source, from, to;
    bool primary, id;
} graph_run;

typedef struct graph_entity {
    node_ref ref;
    int64_t node;    /* the caller's; 0 is fine */
    graph_use *uses; /* by source, then name, once indexed */
    uint32_t use_count, use_cap;
    graph_run *runs;
    uint32_t run_count;
    bool indexed, more, revoked;
} graph_entity;

typedef struct graph_user {
    uint32_t entity;
    uint8_t how; /* of all sources together */
} graph_user;

typedef struct graph_name {
    slice folded;
    int64_t node;
    bool complete; /* all entities of the class that use it are here; only then it may tie */
    bool wide;     /* used by more than NAME_USERS_MAX */
    graph_user *users;
    uint32_t user_count;
} graph_name;

typedef struct graph_source {
    slice name, derives_from;
    uint32_t parent; /* the source it repeats; GRAPH_NONE */
    int64_t id;
    bool person;
    bool muted;    /* says too much: its names are shown and tie nothing */
    uint32_t uses; /* how many */
    uint32_t *own; /* union-find over entities by this source's own ties; NULL: none */
} graph_source;

/* Somebody's word about two entities: a -> b. */
typedef struct graph_tie {
    uint32_t a, b, source;
    predicate predicate;
    uint64_t claim_lo;
    slice reason;
    int64_t row, vc; /* the claim's; 0: only pretended */
    int64_t said_us; /* when it was recorded first */
    bool by_hand;    /* in no document */
    bool outweighed; /* worked out: a person has said the opposite of these two later */
} graph_tie;

/* Two entities that became one directly. */
typedef struct graph_join {
    uint32_t a, b;
    name_rule rule;
    uint32_t via; /* a tie for NAME_BY_PERSON and NAME_BY_SOURCE, else a name */
} graph_join;

typedef struct graph {
    arena *a;
    kind class;
    bool ids;       /* shared ids tie in this class */
    unsigned tiers; /* 0..4: how far names tie */
    graph_entity *entities;
    graph_name *names;
    graph_source *sources;
    graph_tie *ties;
    graph_join *joins;
    uint32_t entity_count, name_count, name_cap, source_count, source_cap, tie_count, tie_cap;
    uint32_t join_count, join_cap, use_count;
    bool over; /* an ERR_LIMIT was one of the graph's own, not the arena's */
    /* worked out; n = entity_count */
    uint32_t *part;     /* part[i]: smallest index of i's group */
    uint32_t *unforced; /* the same before persons' same-as */
    uint8_t *never;     /* n * n: a person said that they are not the same */
    uint8_t *held;      /* n * n: may not become one */
    uint8_t *bad;       /* n * n, by part: their groups may not */
    uint32_t *via;      /* n * n: by what the running tier would join them */
    bool *frozen;       /* takes no part in later tiers */
} graph;

/* Sets what class the graph is of, and with it which rules apply. */
status graph_init(graph *g, arena *a, kind class, err *why) NODISCARD;

/* Each gives the index of what was added. ERR_LIMIT with g->over: more than fits; ERR_LIMIT
 * without: the arena's budget. Nothing is looked up: the caller adds each thing once. */
status graph_entity_add(graph *g, node_ref ref, int64_t node, uint32_t *ret, err *why) NODISCARD;
status graph_name_add(graph *g, slice folded, int64_t node, uint32_t *ret, err *why) NODISCARD;
status graph_source_add(graph *g, slice name, slice derives_from, int64_t id, uint32_t *ret,
                        err *why) NODISCARD;
/* Said again is fine. */
status graph_use_add(graph *g, uint32_t entity, uint32_t source, uint32_t name, unsigned how,
                     slice written, err *why) NODISCARD;
status graph_tie_add(graph *g, const graph_tie *t, err *why) NODISCARD;

/* Makes ready what was added since the last time, and who uses each name. */
status graph_index(graph *g, err *why) NODISCARD;
/* Groups by what sources say and by ids; forgets what an earlier run worked out. */
status graph_base(graph *g, err *why) NODISCARD;
/* After graph_base, nothing added since: may the name tie its users (own_only: those whose own name
 * it is)? No, when it is not complete, used widely, or joins what is held apart. */
bool graph_name_ties(const graph *g, uint32_t name, bool own_only);
/* After graph_base: the tiers of names, and persons' word. */
status graph_solve(graph *g, err *why) NODISCARD;

#endif
