/* scene.h - small worlds for tests of names, written as lines.
 *
 *     "attack/apt28: APT28, ~STRONTIUM, #G0007, !A title"   names of an entity by a source
 *     "attack > apt28b revoked-by apt28"                     somebody's word about two
 *     "@red evil/tool=x: X"                                  marked, and of another kind than actor
 *     "mirror < attack"                                      what mirror says it has from attack
 *
 * A name stands for a primary name, with ~ for an alias, # for an id, ! for a title.
 * Used by: names_graph_test.c, names_test.c. Bad lines are asserts. */
#ifndef NOROSHI_KNOW_NAMES_SCENE_H
#define NOROSHI_KNOW_NAMES_SCENE_H

#include "know/names/graph.h"
#include "know/write.h"

#include <stdio.h>
#include <stdlib.h>

enum { SCENE_ITEMS_MAX = 64 };

typedef struct scene_line {
    tlp level;
    slice source, derives_from;
    node_ref a, b; /* b: of a tie; a.kind KIND_NONE: only the source is spoken of */
    predicate predicate;
    struct {
        slice text;
        unsigned how;
    } items[SCENE_ITEMS_MAX];
    size_t item_count;
} scene_line;

static inline uint64_t scene_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static inline node_ref scene_ref(slice text)
{
    slice kind_text = S("actor");
    text = slice_trim(text);
    size_t at = slice_find_byte(text, '=', 0);
    if (at != SIZE_MAX) {
        kind_text = slice_sub(text, 0, at);
        text = slice_from(text, at + 1);
    }
    assert(kind_parse(kind_text) != KIND_NONE && text.len);
    return (node_ref){kind_parse(kind_text), text};
}

static inline scene_line scene_parse(slice text)
{
    scene_line l = {.level = TLP_CLEAR};
    slice word;
    if (slice_starts(text, S("@"))) {
        text = slice_from(text, 1);
        slice_cut(&text, ' ', &word);
        status st = tlp_parse(word, &l.level);
        assert(st == OK);
        (void)st;
    }
    size_t from = slice_find(text, S(" < "), 0);
    if (from != SIZE_MAX) {
        l.source = slice_sub(text, 0, from);
        l.derives_from = slice_from(text, from + 3);
        return l;
    }
    size_t tie = slice_find(text, S(" > "), 0);
    if (tie != SIZE_MAX) {
        l.source = slice_trim(slice_sub(text, 0, tie));
        slice rest = slice_from(text, tie + 3);
        slice_cut(&rest, ' ', &word);
        l.a = scene_ref(word);
        slice_cut(&rest, ' ', &word);
        l.predicate = predicate_parse(word);
        assert(l.predicate != PRED_NONE);
        l.b = scene_ref(rest);
        return l;
    }
    size_t slash = slice_find_byte(text, '/', 0), colon = slice_find(text, S(": "), slash);
    assert(slash != SIZE_MAX && colon != SIZE_MAX);
    l.source = slice_sub(text, 0, slash);
    l.a = scene_ref(slice_sub(text, slash + 1, colon));
    l.predicate = PRED_NAMED;
    slice rest = slice_from(text, colon + 2);
    while (slice_cut(&rest, ',', &word)) {
        word = slice_trim(word);
        unsigned how = HOW_PRIMARY;
        if (slice_starts(word, S("~")))
            how = HOW_ALIAS;
        else if (slice_starts(word, S("#")))
            how = HOW_ID;
        else if (slice_starts(word, S("!")))
            how = HOW_TITLE;
        assert(word.len && l.item_count < SCENE_ITEMS_MAX);
        l.items[l.item_count].text = how == HOW_PRIMARY ? word : slice_from(word, 1);
        l.items[l.item_count++].how = how;
    }
    return l;
}

/* A random order of 0..n-1; seed 0 leaves them in their own. */
static inline void scene_shuffle(size_t *order, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; seed && i > 1; i--) {
        size_t k = scene_random(&seed) % i, t = order[k];
        order[k] = order[i - 1];
        order[i - 1] = t;
    }
}

/* --- as a graph ------------------------------------------------------------------------------- */

static inline uint32_t scene_entity(graph *g, node_ref ref)
{
    uint32_t i;
    for (i = 0; i < g->entity_count; i++)
        if (g->entities[i].ref.kind == ref.kind && slice_eq(g->entities[i].ref.text, ref.text))
            return i;
    status st = graph_entity_add(g, ref, 0, &i, NULL);
    assert(st == OK);
    (void)st;
    return i;
}

static inline uint32_t scene_source(graph *g, slice name)
{
    uint32_t i;
    for (i = 0; i < g->source_count; i++)
        if (slice_eq(g->sources[i].name, name))
            return i;
    status st = graph_source_add(g, name, S(""), 0, &i, NULL);
    assert(st == OK);
    (void)st;
    return i;
}

static inline uint32_t scene_name(graph *g, slice text)
{
    uint32_t i;
    slice folded;
    status st = name_fold(g->a, text, &folded, NULL);
    for (i = 0; i < g->name_count; i++)
        if (slice_eq(g->names[i].folded, folded))
            return i;
    if (st == OK)
        st = graph_name_add(g, folded, 0, &i, NULL);
    assert(st == OK);
    (void)st;
    g->names[i].complete = true;
    return i;
}

/* Adds the lines of the graph's class in an order that the seed chooses. */
static inline void scene_to_graph(graph *g, const char *const *lines, size_t n, uint64_t seed)
{
    size_t order[512], items[SCENE_ITEMS_MAX];
    assert(n <= COUNT_OF(order));
    scene_shuffle(order, n, seed);
    for (size_t i = 0; i < n; i++) {
        scene_line l = scene_parse(slice_str(lines[order[i]]));
        status st = OK;
        if (l.derives_from.len) {
            uint32_t who = scene_source(g, l.source); /* may move the sources */
            g->sources[who].derives_from = l.derives_from;
            uint32_t source = scene_source(g, l.source); /* may move the list */
            g->sources[source].derives_from = l.derives_from;
        }
        if (kind_class(l.a.kind) != g->class)
            continue;
        if (l.predicate != PRED_NAMED) {
            graph_tie t = {.a = scene_entity(g, l.a),
                           .b = scene_entity(g, l.b),
                           .source = scene_source(g, l.source),
                           .predicate = l.predicate};
            st = graph_tie_add(g, &t, NULL);
        }
        scene_shuffle(items, l.item_count, seed);
        for (size_t k = 0; k < l.item_count && st == OK; k++)
            st = graph_use_add(g, scene_entity(g, l.a), scene_source(g, l.source),
                               scene_name(g, l.items[items[k]].text), l.items[items[k]].how,
                               l.items[items[k]].text, NULL);
        assert(st == OK);
    }
}

/* --- as a store ------------------------------------------------------------------------------- */

static inline const char *scene_word(unsigned how)
{
    return how == HOW_PRIMARY ? "{\"kind\":\"primary\"}"
           : how == HOW_ID    ? "{\"kind\":\"id\"}"
           : how == HOW_TITLE ? "{\"kind\":\"title\"}"
                              : "{\"kind\":\"alias\"}";
}

static inline fact_claim scene_claim(const scene_line *l)
{
    return (fact_claim){.subject = l->a,
                        .predicate = l->predicate,
                        .object = l->b,
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE,
                        .marking = {.tlp = l->level},
                        .marked = true};
}

/* A document of the line's source, whose records scene_record adds. */
static inline status scene_document(writer *w, const scene_line *l, uint64_t number, err *why)
{
    uint8_t sha[SHA256_BYTES] = {1};
    memcpy(sha + 8, &number, sizeof number);
    document_in d = {.sha256 = sha,
                     .bytes = 1,
                     .source = l->source,
                     .parser = 1,
                     .format = S("scene"),
                     .path = S("scene"),
                     .marking = {.tlp = l->level}};
    return writer_document(w, &d, why);
}

static inline status scene_record(writer *w, const scene_line *l, uint64_t number, err *why)
{
    arena a;
    fact_record rec = {.at = number, .line = number, .modified = WHEN_NONE};
    fact_claim c = scene_claim(l);
    bool fresh;
    arena_init(&a, 1 << 20);
    status st = writer_begin(w, &rec, why);
    if (st == OK && l->predicate != PRED_NAMED)
        st = writer_claim(w, &c, why);
    for (size_t i = 0; i < l->item_count && st == OK; i++) {
        c.object.kind = KIND_NAME;
        c.value = l->items[i].text;
        c.detail = slice_str(scene_word(l->items[i].how));
        if ((st = name_fold(&a, l->items[i].text, &c.object.text, why)) == OK)
            st = writer_claim(w, &c, why);
    }
    if (st == OK)
        st = writer_end(w, &fresh, why);
    arena_done(&a);
    return st;
}

/* One line as one document of one record. */
static inline status scene_put(writer *w, const scene_line *l, uint64_t number, err *why)
{
    document_result r;
    status st = scene_document(w, l, number, why);
    if (st == OK)
        st = scene_record(w, l, 1, why);
    return st == OK ? writer_document_end(w, S("scene"), 0, &r, why) : st;
}

static inline uint64_t scene_number(const char *line)
{
    static const uint8_t key[16] = "names in a scene";
    return siphash(key, slice_str(line));
}

/* Imports the lines, in an order that the seed chooses. */
static inline status scene_to_store(store *s, const char *const *lines, size_t n, uint64_t seed,
                                    err *why)
{
    size_t order[512];
    writer *w = NULL;
    assert(n <= COUNT_OF(order));
    scene_shuffle(order, n, seed);
    status st = writer_new(s, S("tester"), &w, why);
    for (size_t i = 0; i < n && st == OK; i++) {
        scene_line l = scene_parse(slice_str(lines[order[i]]));
        if (l.derives_from.len)
            st = writer_source_set(w, l.source, 0, NULL, &l.derives_from, why);
        else
            st = scene_put(w, &l, scene_number(lines[order[i]]), why);
    }
    if (st == OK)
        st = writer_sync(w, why);
    writer_free(w);
    return st;
}

#endif
