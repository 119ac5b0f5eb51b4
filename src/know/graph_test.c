#include "know/graph.h"
#include "know/names.h"
#include "know/test_store.h"

/* Three servers share a key; one more has a key that everybody has; two actors share a tool. */
static void fill(scratch *t)
{
    doc(t, "lists", "lists/c2.csv", 'F', TLP_CLEAR);
    say(t, KIND_IPV4, "192.0.2.1", PRED_PROPERTY, KIND_PROPERTY, "key=rare");
    say(t, KIND_IPV4, "192.0.2.2", PRED_PROPERTY, KIND_PROPERTY, "key=rare");
    say(t, KIND_IPV4, "192.0.2.3", PRED_PROPERTY, KIND_PROPERTY, "key=other");
    say(t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_MALWARE, "name:loader");
    say(t, KIND_IPV4, "192.0.2.3", PRED_INDICATES, KIND_MALWARE, "name:loader");
    say(t, KIND_MALWARE, "name:loader", PRED_NAMED, KIND_NAME, "loader", .value = "Loader",
        .detail = "{\"kind\":\"primary\"}");
    for (int i = 0; i < 40; i++) {
        char ip[32];
        snprintf(ip, sizeof ip, "198.51.100.%d", i);
        say(t, KIND_IPV4, ip, PRED_INDICATES, KIND_MALWARE, "name:loader");
    }
    doc_end(t);
    doc(t, "vendor", "vendor/groups.json", 'F', TLP_CLEAR);
    say(t, KIND_ACTOR, "actor-one", PRED_NAMED, KIND_NAME, "one", .value = "One",
        .detail = "{\"kind\":\"primary\"}");
    say(t, KIND_ACTOR, "actor-two", PRED_NAMED, KIND_NAME, "two", .value = "Two",
        .detail = "{\"kind\":\"primary\"}");
    say(t, KIND_ACTOR, "actor-one", PRED_USES, KIND_MALWARE, "name:loader");
    say(t, KIND_ACTOR, "actor-two", PRED_USES, KIND_MALWARE, "name:loader");
    doc_end(t);
}

static const graph_node *node_at(const graph_view *g, const char *text)
{
    for (size_t i = 0; i < g->node_count; i++)
        if (slice_eq(g->nodes[i].node.text, slice_str(text)))
            return &g->nodes[i];
    return NULL;
}

static void around(scratch *t, arena *a, kind k, const char *text, unsigned depth, graph_view *g)
{
    graph_limits limits = graph_defaults();
    limits.depth = depth;
    CHECK_OK(graph_around(look(t, "2026-11-22"), a, (node_ref){k, slice_str(text)}, &limits, g,
                          &t->why));
}

TEST(neighbours_come_rarest_first)
{
    CLEANUP(arena_done) arena a;
    scratch t;
    graph_view g;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    fill(&t);
    around(&t, &a, KIND_IPV4, "192.0.2.1", 1, &g);
    CHECK_EQ(g.node_count, 3);
    CHECK_EQ(g.edge_count, 2);
    CHECK_SLICE(g.nodes[1].node.text, S("key=rare"));
    CHECK_EQ(g.nodes[1].degree, 2);
    CHECK_SLICE(g.nodes[2].name, S("Loader"));
    CHECK_EQ(g.nodes[2].degree, 45);
    CHECK_EQ(g.edges[0].predicate, PRED_PROPERTY);
    CHECK_EQ(g.edges[0].from, 0);
    CHECK_SLICE(g.edges[0].sources[0], S("lists"));
    CHECK_EQ(g.nodes[0].left_out, 0);
    scratch_close(&t);
}

TEST(what_shares_the_rare_weighs_more_than_what_shares_the_common)
{
    CLEANUP(arena_done) arena a;
    scratch t;
    graph_view g;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    fill(&t);
    around(&t, &a, KIND_IPV4, "192.0.2.1", 1, &g);
    REQUIRE(g.related_count > 2);
    CHECK_SLICE(g.related[0].node.text, S("192.0.2.2"));
    CHECK_EQ(g.related[0].shared_count, 1);
    CHECK_SLICE(g.nodes[g.related[0].shared[0]].node.text, S("key=rare"));
    CHECK_EQ(g.related[0].weight, 8964); /* log2(1000 / 2), ten binary places */
    CHECK(g.related[1].weight < 4500);   /* log2(1000 / 45) is 4.47 */
    CHECK(g.related[1].weight > 4400);
    around(&t, &a, KIND_ACTOR, "actor-one", 1, &g);
    CHECK_EQ(g.related_count, 1);
    CHECK_SLICE(g.related[0].name, S("Two"));
    scratch_close(&t);
}

TEST(depth_walks_on_and_draws_an_edge_once)
{
    CLEANUP(arena_done) arena a;
    scratch t;
    graph_view g;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    fill(&t);
    around(&t, &a, KIND_IPV4, "192.0.2.2", 3, &g);
    const graph_node *n = node_at(&g, "192.0.2.1");
    REQUIRE(n != NULL);
    CHECK_EQ(n->depth, 2);
    n = node_at(&g, "name:loader");
    REQUIRE(n != NULL);
    CHECK_EQ(n->depth, 3);
    for (size_t i = 0; i < g.edge_count; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(g.edges[i].from != g.edges[k].from || g.edges[i].to != g.edges[k].to ||
                  g.edges[i].predicate != g.edges[k].predicate);
    scratch_close(&t);
}

/* 1,000 claims and more: shown and counted, nothing is said to be related through it. */
TEST(what_too_many_share_is_not_walked_through)
{
    CLEANUP(arena_done) arena a;
    scratch t;
    graph_view g;
    arena_init(&a, 256 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "lists", "lists/many.csv", 'F', TLP_CLEAR);
    for (int i = 0; i < GRAPH_HOT; i++) {
        char name[32];
        snprintf(name, sizeof name, "d%d.example", i);
        say(&t, KIND_DOMAIN, name, PRED_INDICATES, KIND_MALWARE, "name:everywhere");
    }
    doc_end(&t);
    around(&t, &a, KIND_DOMAIN, "d1.example", 3, &g);
    CHECK_EQ(g.node_count, 2);
    CHECK(g.nodes[1].hot);
    CHECK_EQ(g.nodes[1].degree, GRAPH_HOT);
    CHECK_EQ(g.related_count, 0);
    around(&t, &a, KIND_MALWARE, "name:everywhere", 1, &g); /* asked itself, it shows some */
    CHECK_EQ(g.node_count, 51);
    CHECK_EQ(g.nodes[0].left_out, GRAPH_HOT - 50);
    CHECK(g.more);
    graph_limits limits = graph_defaults();
    lens *l = look(&t, "2026-11-22");
    CHECK_EQ(graph_between(l, &a, (node_ref){KIND_DOMAIN, S("d1.example")},
                           (node_ref){KIND_DOMAIN, S("d2.example")}, &limits, &g, &t.why),
             ERR_NOT_FOUND);
    scratch_close(&t);
}

TEST(a_way_is_the_shortest_and_tells_its_edges_in_order)
{
    CLEANUP(arena_done) arena a;
    scratch t;
    graph_view g;
    graph_limits limits = graph_defaults();
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    fill(&t);
    lens *l = look(&t, "2026-11-22");
    node_ref from = {KIND_IPV4, S("192.0.2.2")}, to = {KIND_ACTOR, S("actor-two")};
    CHECK_OK(graph_between(l, &a, from, to, &limits, &g, &t.why));
    static const char *const want[] = {"192.0.2.2", "key=rare", "192.0.2.1", "name:loader",
                                       "actor-two"};
    CHECK_EQ(g.node_count, COUNT_OF(want));
    CHECK_EQ(g.edge_count, COUNT_OF(want) - 1);
    for (size_t i = 0; i < g.node_count && i < COUNT_OF(want); i++)
        CHECK_SLICE(g.nodes[i].node.text, slice_str(want[i]));
    for (size_t i = 0; i < g.edge_count; i++)
        CHECK((g.edges[i].from == i && g.edges[i].to == i + 1) ||
              (g.edges[i].from == i + 1 && g.edges[i].to == i));
    CHECK_EQ(g.edges[3].from, 4); /* the actor uses the loader */
    CHECK_OK(graph_between(l, &a, to, from, &limits, &g, &t.why));
    CHECK_EQ(g.node_count, COUNT_OF(want));
    CHECK_SLICE(g.nodes[0].node.text, S("actor-two"));
    CHECK_EQ(graph_between(l, &a, from, from, &limits, &g, &t.why), ERR_INPUT);
    CHECK_EQ(
        graph_between(l, &a, from, (node_ref){KIND_IPV4, S("203.0.113.9")}, &limits, &g, &t.why),
        ERR_NOT_FOUND);
    scratch_close(&t);
}

static void draw_text(scratch *t, arena *a, tlp clearance, buf *out)
{
    graph_view g;
    graph_limits limits = graph_defaults();
    limits.depth = 2;
    lens *l = look(t, "2026-11-22");
    t->v.clearance = clearance;
    CHECK_OK(lens_look(l, &t->v, &t->why));
    CHECK_OK(graph_around(l, a, (node_ref){KIND_IPV4, S("192.0.2.1")}, &limits, &g, &t->why));
    for (size_t i = 0; i < g.node_count; i++)
        buf_printf(out, "%.*s %u %llu\n", SLICE_FMT(g.nodes[i].node.text), g.nodes[i].depth,
                   (unsigned long long)g.nodes[i].degree);
    for (size_t i = 0; i < g.related_count; i++)
        buf_printf(out, "%.*s %u\n", SLICE_FMT(g.related[i].node.text), g.related[i].weight);
}

TEST(what_a_reader_does_not_see_changes_nothing)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf before, after;
    scratch t;
    arena_init(&a, 256 << 20);
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    REQUIRE(scratch_open(&t));
    fill(&t);
    draw_text(&t, &a, TLP_GREEN, &before);
    doc(&t, "secret", "secret/list.csv", 'F', TLP_RED);
    for (int i = 0; i < 30; i++) {
        char ip[32];
        snprintf(ip, sizeof ip, "203.0.113.%d", i);
        say(&t, KIND_IPV4, ip, PRED_PROPERTY, KIND_PROPERTY, "key=rare");
    }
    say(&t, KIND_IPV4, "192.0.2.1", PRED_ATTRIBUTED_TO, KIND_ACTOR, "actor-two");
    doc_end(&t);
    draw_text(&t, &a, TLP_GREEN, &after);
    CHECK_SLICE(buf_slice(&after), buf_slice(&before));
    buf_clear(&after);
    draw_text(&t, &a, TLP_RED, &after);
    CHECK(!slice_eq(buf_slice(&after), buf_slice(&before)));
    scratch_close(&t);
}

TEST(limits_have_ranges)
{
    CLEANUP(arena_done) arena a;
    scratch t;
    graph_view g = {.node_count = 77};
    graph_limits limits = graph_defaults();
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    fill(&t);
    lens *l = look(&t, "2026-11-22");
    node_ref n = {KIND_IPV4, S("192.0.2.1")};
    limits.depth = GRAPH_DEPTH_MAX;
    CHECK_OK(graph_around(l, &a, n, &limits, &g, &t.why));
    limits.depth++;
    g.node_count = 77;
    CHECK_EQ(graph_around(l, &a, n, &limits, &g, &t.why), ERR_INPUT);
    limits = graph_defaults();
    limits.nodes_max = GRAPH_NODES_MAX + 1;
    CHECK_EQ(graph_around(l, &a, n, &limits, &g, &t.why), ERR_INPUT);
    limits = graph_defaults();
    CHECK_EQ(graph_around(l, &a, (node_ref){KIND_IPV4, S("203.0.113.77")}, &limits, &g, &t.why),
             ERR_NOT_FOUND);
    CHECK_EQ(g.node_count, 77);
    limits.nodes_max = 2;
    CHECK_OK(graph_around(l, &a, n, &limits, &g, &t.why));
    CHECK_EQ(g.node_count, 2);
    CHECK_EQ(g.nodes[0].left_out, 1);
    CHECK(g.more);
    scratch_close(&t);
}

TEST(every_allocation_may_fail)
{
    scratch t;
    graph_limits limits = graph_defaults();
    REQUIRE(scratch_open(&t));
    fill(&t);
    lens *l = look(&t, "2026-11-22");
    for (long n = 0;; n += n < 400 ? 1 : 37) {
        CLEANUP(arena_done) arena a;
        graph_view g = {.node_count = 77};
        arena_init(&a, 64 << 20);
        a.fail_after = n;
        status st = graph_around(l, &a, (node_ref){KIND_IPV4, S("192.0.2.1")}, &limits, &g, &t.why);
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        CHECK_EQ(g.node_count, 77);
        REQUIRE(n < 100000);
    }
    for (long n = 0;; n += n < 400 ? 1 : 37) {
        CLEANUP(arena_done) arena a;
        graph_view g = {.node_count = 77};
        arena_init(&a, 64 << 20);
        a.fail_after = n;
        status st = graph_between(l, &a, (node_ref){KIND_IPV4, S("192.0.2.2")},
                                  (node_ref){KIND_ACTOR, S("actor-two")}, &limits, &g, &t.why);
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        CHECK_EQ(g.node_count, 77);
        REQUIRE(n < 100000);
    }
    scratch_close(&t);
}
