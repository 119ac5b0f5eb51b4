#include "base/test.h"
#include "know/names/scene.h"

#define LINES(...)                                                                                 \
    (const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__}))

static int slice_order(const void *a, const void *b)
{
    return slice_cmp(*(const slice *)a, *(const slice *)b);
}

/* "a b | c": groups of the graph as text, members and groups in order. */
static slice groups_text(arena *a, const graph *g)
{
    slice groups[NAME_GROUP_MAX] = {{0}}, keys[NAME_GROUP_MAX] = {{0}};
    size_t group_count = 0;
    for (uint32_t p = 0; p < g->entity_count; p++) {
        size_t n = 0;
        for (uint32_t i = 0; i < g->entity_count; i++)
            if (g->part[i] == p)
                keys[n++] = g->entities[i].ref.text;
        if (!n)
            continue;
        qsort(keys, n, sizeof *keys, slice_order);
        slice text = S("");
        for (size_t i = 0; i < n; i++)
            text = arena_printf(a, "%.*s%s%.*s", SLICE_FMT(text), i ? " " : "", SLICE_FMT(keys[i]));
        groups[group_count++] = text;
    }
    qsort(groups, group_count, sizeof *groups, slice_order);
    slice text = S("");
    for (size_t i = 0; i < group_count; i++)
        text = arena_printf(a, "%.*s%s%.*s", SLICE_FMT(text), i ? " | " : "", SLICE_FMT(groups[i]));
    return text;
}

static slice solved(arena *a, kind class, const char *const *lines, size_t n, uint64_t seed)
{
    graph g;
    CHECK_OK(graph_init(&g, a, class, NULL));
    scene_to_graph(&g, lines, n, seed);
    CHECK_OK(graph_index(&g, NULL));
    CHECK_OK(graph_base(&g, NULL));
    CHECK_OK(graph_solve(&g, NULL));
    return groups_text(a, &g);
}

/* The groups, whatever the order of the lines. */
static void expect_class(int line, kind class, const char *want, const char *const *lines, size_t n)
{
    for (uint64_t seed = 0; seed < 12; seed++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 64 << 20);
        slice got = solved(&a, class, lines, n, seed);
        if (!slice_eq(got, slice_str(want))) {
            TEST_FAIL("line %d, order %d: %.*s, want %s", line, (int)seed, SLICE_FMT(got), want);
            return;
        }
    }
}
#define EXPECT(want, ...) expect_class(__LINE__, KIND_ACTOR, want, LINES(__VA_ARGS__))
#define EXPECT_CLASS(class, want, ...) expect_class(__LINE__, class, want, LINES(__VA_ARGS__))

/* --- names ------------------------------------------------------------------------------------ */

TEST(equal_own_names_of_two_sources_are_one)
{
    EXPECT("a1 b1", "a/a1: APT 28", "b/b1: apt28");
    EXPECT("a1 b1", "a/a1: Turla", "b/b1: ＴＵＲＬＡ");
}

TEST(twins_of_one_source_are_one_unless_their_ids_differ)
{
    EXPECT("a1 a2", "a/a1: PlugX", "a/a2: PlugX");
    EXPECT("a1 | a2", "a/a1: PlugX, #S0013", "a/a2: PlugX, #S0999");
    EXPECT("a1 a2", "a/a1: PlugX, #S0013", "a/a2: PlugX");
    EXPECT("a1 | a2", "a/a1: Access, #TA0001, #access", "a/a2: Access, #TA0027, #access");
}

TEST(an_own_name_that_is_somebodys_alias_ties)
{
    EXPECT("a1 b1", "a/a1: APT28, ~Strontium", "b/b1: Strontium");
    EXPECT("a1 b1", "a/a1: APT28, ~Forest Blizzard", "b/b1: Forest Blizzard, ~APT28");
}

TEST(a_shared_alias_ties)
{
    EXPECT("a1 b1", "a/a1: One, ~Sofacy", "b/b1: Two, ~sofacy");
    EXPECT("a1 | b1", "a/a1: One, !Sofacy", "b/b1: Two, !sofacy"); /* titles do not */
}

TEST(a_name_that_one_source_gives_to_two_is_ambiguous_and_ties_nothing)
{
    /* Grizzly Steppe */
    EXPECT("a1 b1 | a2 b2", "a/a1: APT28, ~Grizzly Steppe", "a/a2: APT29, ~Grizzly Steppe",
           "b/b1: APT28, ~Grizzly Steppe", "b/b2: APT29, ~Grizzly Steppe");
    EXPECT("a1 | a2 | b1", "a/a1: APT28, ~Grizzly Steppe", "a/a2: APT29, ~Grizzly Steppe",
           "b/b1: Steppe People, ~Grizzly Steppe");
}

TEST(a_name_is_ambiguous_too_when_its_users_are_known_to_be_two_by_others)
{
    /* a holds apt28 and apt29 apart; b uses the name for the one, c for the other */
    EXPECT("a1 b1 | a2 c2", "a/a1: APT28", "a/a2: APT29", "b/b1: APT28, ~Steppe",
           "c/c2: APT29, ~Steppe");
}

TEST(one_source_that_lists_the_other_name_does_not_hold_apart)
{
    EXPECT("a1 a2", "a/a1: Forest Blizzard, ~Strontium", "a/a2: Strontium");
    EXPECT("a1 | a2", "a/a1: Forest Blizzard", "a/a2: Strontium");
}

TEST(stronger_evidence_comes_first)
{
    /* c's only entity is called like both; equal own names win over an alias */
    EXPECT("a1 c1 | a2", "a/a1: Sandworm", "a/a2: Berserk", "c/c1: Sandworm, ~Berserk");
    /* mutual before one-sided */
    EXPECT("a1 b1 | a2", "a/a1: APT28, ~Blizzard", "a/a2: APT29", "b/b1: Blizzard, ~APT28, ~APT29");
}

TEST(a_bridge_between_two_camps_is_cut_off_and_hurts_neither)
{
    EXPECT("a1 b1 | a2 b2 | e1", "a/a1: APT28, ~Fancy", "a/a2: APT29, ~Cozy",
           "b/b1: Forest, ~Fancy", "b/b2: Midnight, ~Cozy", "evil/e1: Both, ~Fancy, ~Cozy");
    /* two of them in a row */
    EXPECT("a1 | a2 | e1 | f1", "a/a1: APT28, ~Fancy", "a/a2: APT29, ~Cozy",
           "evil/e1: E, ~Fancy, ~Link", "evil2/f1: F, ~Link, ~Cozy");
}

TEST(a_name_with_an_id_in_it_is_a_label)
{
    /* the mirror's label does not hold apart what its publisher has replaced */
    EXPECT("a1 a2", "a/a1: Charming Kitten, #G0058", "a/a2: Magic Hound, #G0059",
           "mirror/a1: Charming Kitten - G0058, #G0058", "mirror/a2: Magic Hound - G0059, #G0059",
           "a > a1 revoked-by a2");
}

TEST(a_copy_does_not_outvote_its_original)
{
    /* the copy is older and still lists both */
    EXPECT("a1 a2", "a/a1: Stolen Pencil, #G0086", "a/a2: Kimsuky, #G0094",
           "copy/a1: Stolen Pencil, #G0086", "copy/a2: Kimsuky, #G0094", "a > a1 revoked-by a2",
           "copy < a");
    EXPECT("a1 | a2", "a/a1: Stolen Pencil, #G0086", "a/a2: Kimsuky, #G0094",
           "other/a1: Stolen Pencil, #G0086", "other/a2: Kimsuky, #G0094", "a > a1 revoked-by a2");
    /* what only the copy speaks of, it speaks for */
    EXPECT("a3 | c1 | c2 | e1", "copy/c1: One", "copy/c2: Two", "copy < a", "e/e1: X, ~One, ~Two",
           "a/a3: Three");
}

TEST(what_is_revoked_has_no_own_name)
{
    EXPECT("a1 a2 b2 | b1", "a/a1: Kitten", "a/a2: Hound", "a > a1 revoked-by a2", "b/b1: Kitten",
           "b/b2: Hound");
    EXPECT("a1 b1", "a/a1: Old Name", "b/b1: New Name, ~Old Name", "a > a1 revoked-by b1");
}

/* --- ids -------------------------------------------------------------------------------------- */

TEST(a_shared_id_ties)
{
    EXPECT("a1 b1", "a/a1: One, #G0007", "b/b1: Two, #g0007");
    EXPECT("a1 b1 | b2", "a/a1: One, #G0007", "b/b1: Two, #G0007", "b/b2: Three");
}

TEST(an_id_that_one_source_gives_to_two_ties_nothing)
{
    EXPECT("a1 | b1 | b2", "a/a1: APT30, #G0013", "b/b1: Naikon, #G0013", "b/b2: Thirty, #G0013");
}

TEST(the_publisher_of_ids_overrules_a_list_that_keeps_the_old_one)
{
    /* G0058 was replaced by G0059; b still has both; a mirror makes a the home of the ids */
    EXPECT("a1 a2 b1 b2", "a/a1: Charming Kitten, #G0058", "a/a2: Magic Hound, #G0059",
           "mirror/a1: Charming Kitten - G0058, #G0058", "mirror/a2: Magic Hound - G0059, #G0059",
           "a > a1 revoked-by a2", "b/b1: Kitten, #G0058", "b/b2: APT35, #G0059");
    /* without more witnesses than the list itself, the list stands */
    EXPECT("a1 a2 | b1 | b2", "a/a1: Charming Kitten, #G0058", "a/a2: Magic Hound, #G0059",
           "a > a1 revoked-by a2", "b/b1: Kitten, #G0058", "b/b2: APT35, #G0059");
}

TEST(ids_do_not_join_what_a_source_holds_apart)
{
    EXPECT("a1 | a2 | e1", "a/a1: APT28, #G0007", "a/a2: APT29, #G0016",
           "evil/e1: Both, #G0007, #G0016");
    EXPECT("a1 | a2 | e1 e2", "a/a1: APT28, #G0007", "a/a2: APT29, #G0016", "evil/e1: One, #G0007",
           "evil/e2: Two, #G0016", "evil > e1 same-as e2");
}

TEST(techniques_are_told_apart_by_ids_alone)
{
    EXPECT_CLASS(KIND_TECHNIQUE, "m1 | t1 | t2", "a/technique=t1: Domains, #T1583.001",
                 "a/technique=t2: Domains, #T1584.001", "m/technique=m1: Domains");
    EXPECT_CLASS(KIND_TECHNIQUE, "m1 t1", "a/technique=t1: Domains, #T1583.001",
                 "m/technique=m1: Something, #T1583.001");
}

TEST(classes_reach_differently)
{
    EXPECT_CLASS(KIND_MALWARE, "m1 t1", "a/malware=m1: Mimikatz", "b/tool=t1: mimikatz");
    EXPECT_CLASS(KIND_ORGANISATION, "o1 o2 | o3", "a/organisation=o1: Example", //
                 "b/organisation=o2: Example", "c/organisation=o3: Other, ~Example");
    EXPECT_CLASS(KIND_REPORT, "r1 | r2", "a/report=r1: Weekly", "b/report=r2: Weekly");
}

/* --- somebody's word -------------------------------------------------------------------------- */

TEST(a_document_may_propose_but_not_against_a_source_that_holds_apart)
{
    EXPECT("a1 b1", "a/a1: One", "b/b1: Two", "c > a1 same-as b1");
    EXPECT("a1 b1", "a/a1: One", "b/b1: Two", "c > b1 duplicate-of a1");
    EXPECT("a1 | a2", "a/a1: One", "a/a2: Two", "c > a1 same-as a2");
    EXPECT("a1 a2", "a/a1: One", "a/a2: Two", "a > a1 same-as a2"); /* its own list */
    EXPECT("a1 | a2 | e1", "a/a1: One", "a/a2: Two", "evil/e1: E", "evil > a1 same-as e1",
           "evil > e1 same-as a2");
    EXPECT("a1 | b1", "a/a1: One", "b/b1: Two", "c > a1 same-as b1", "d > b1 not-same-as a1");
}

TEST(only_who_names_a_thing_can_revoke_it)
{
    EXPECT("a1 | e1", "a/a1: One", "evil/e1: E", "evil > a1 revoked-by e1");
    EXPECT("a1 e1", "a/a1: One", "evil/a1: One", "evil/e1: E", "evil > a1 revoked-by e1");
}

TEST(a_persons_word_counts_for_whole_groups)
{
    EXPECT("a1 a2 b1 b2", "a/a1: APT28", "a/a2: APT29", "b/b1: APT28", "b/b2: APT29",
           "analyst:eve > a1 same-as a2");
    EXPECT("a1 | b1", "a/a1: One, ~Shared", "b/b1: Two, ~Shared",
           "analyst:eve > a1 not-same-as b1");
    EXPECT("a1 | b1", "a/a1: One", "b/b1: Two", "analyst:eve > a1 same-as b1",
           "analyst:bob > b1 not-same-as a1");
    /* a person wins over a document's not-same-as */
    EXPECT("a1 b1", "a/a1: One", "b/b1: Two", "analyst:eve > a1 same-as b1",
           "c > b1 not-same-as a1");
    /* and what persons hold apart stays so when it would come about by a third */
    EXPECT("a1 | b1 | c1", "a/a1: One", "b/b1: Two", "c/c1: Three", "analyst:eve > a1 same-as c1",
           "analyst:eve > c1 same-as b1", "analyst:bob > a1 not-same-as b1");
}

/* --- poison ----------------------------------------------------------------------------------- */

TEST(alias_poison_homoglyphs_do_not_fold_together)
{
    EXPECT("a1 | e1", "a/a1: APT28",
           "evil/e1: \xd0\x90\xd0\xa0\xd0\xa2"
           "28"); /* Cyrillic capitals that look like APT */
}

/* --- properties ------------------------------------------------------------------------------- */

/* A world of few names, so that everything touches everything. */
static size_t random_scene(uint64_t seed, char lines[][128], const char **list, size_t max)
{
    static const char *const words[] = {"same-as", "not-same-as", "revoked-by", "duplicate-of"};
    size_t n = 0;
    for (int e = 0; e < 10; e++) {
        unsigned sources = 1 + scene_random(&seed) % 2;
        for (unsigned s = 0; s < sources && n < max; s++) {
            char *l = lines[n];
            int at = snprintf(l, 128, "s%d/e%d: N%d", (int)(scene_random(&seed) % 4), e,
                              (int)(scene_random(&seed) % 14));
            for (unsigned i = scene_random(&seed) % 4; i; i--)
                at += snprintf(l + at, 128 - (size_t)at, ", ~N%d", (int)(scene_random(&seed) % 14));
            if (scene_random(&seed) % 4 == 0)
                snprintf(l + at, 128 - (size_t)at, ", #ID%02d", (int)(scene_random(&seed) % 4));
            list[n++] = l;
        }
    }
    for (unsigned i = scene_random(&seed) % 4; i && n < max; i--) {
        int from = (int)(scene_random(&seed) % 10), to = (int)(scene_random(&seed) % 10);
        snprintf(lines[n], 128, "%s%d > e%d %s e%d", scene_random(&seed) % 3 ? "s" : "analyst:p",
                 (int)(scene_random(&seed) % 4), from, words[scene_random(&seed) % 4], to);
        list[n] = lines[n];
        n += from != to;
    }
    return n;
}

TEST(the_order_of_rows_does_not_matter)
{
    char lines[64][128];
    const char *list[64];
    for (uint64_t world = 1; world <= 400; world++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 256 << 20);
        size_t n = random_scene(world, lines, list, 64);
        slice first = solved(&a, KIND_ACTOR, list, n, 0);
        for (uint64_t seed = 1; seed < 6; seed++) {
            slice again = solved(&a, KIND_ACTOR, list, n, seed);
            if (!slice_eq(first, again)) {
                TEST_FAIL("world %d, order %d: %.*s, want %.*s", (int)world, (int)seed,
                          SLICE_FMT(again), SLICE_FMT(first));
                return;
            }
        }
    }
}

/* What one source holds apart ends up in one group only by a person, by that source itself, or by
 * ids whose publisher has joined them. */
TEST(no_group_holds_what_is_held_apart)
{
    char lines[64][128];
    const char *list[64];
    size_t pairs = 0;
    for (uint64_t world = 1; world <= 400; world++) {
        CLEANUP(arena_done) arena a;
        graph g;
        arena_init(&a, 64 << 20);
        size_t n = random_scene(world, lines, list, 64);
        CHECK_OK(graph_init(&g, &a, KIND_ACTOR, NULL));
        scene_to_graph(&g, list, n, 0);
        CHECK_OK(graph_index(&g, NULL));
        CHECK_OK(graph_base(&g, NULL));
        uint8_t *held = arena_array(&a, (size_t)g.entity_count * g.entity_count, 1);
        REQUIRE(held);
        memcpy(held, g.held, (size_t)g.entity_count * g.entity_count);
        CHECK_OK(graph_solve(&g, NULL));
        for (uint32_t x = 0; x < g.entity_count; x++)
            for (uint32_t y = 0; y < g.entity_count; y++) {
                pairs += held[x * g.entity_count + y];
                if (held[x * g.entity_count + y] && g.unforced[x] == g.unforced[y])
                    TEST_FAIL("world %d: %u and %u are one", (int)world, x, y);
                if (g.never[x * g.entity_count + y] && g.part[x] == g.part[y])
                    TEST_FAIL("world %d: a person said that %u and %u are two", (int)world, x, y);
            }
    }
    CHECK(pairs > 1000); /* there was something to hold */
}

/* --- limits and faults ------------------------------------------------------------------------ */

TEST(over_the_limits_the_graph_says_so)
{
    CLEANUP(arena_done) arena a;
    graph g;
    uint32_t i = 0, e;
    char text[32];
    arena_init(&a, 64 << 20);
    CHECK_OK(graph_init(&g, &a, KIND_ACTOR, NULL));
    for (; i < NAME_GROUP_MAX; i++) {
        snprintf(text, sizeof text, "e%u", i);
        CHECK_OK(graph_entity_add(&g, (node_ref){KIND_ACTOR, slice_str(text)}, 0, &e, NULL));
    }
    CHECK(!g.over);
    CHECK_EQ(graph_entity_add(&g, (node_ref){KIND_ACTOR, S("x")}, 0, &e, NULL), ERR_LIMIT);
    CHECK(g.over);
    g.over = false;
    for (i = 0; i < NAME_NAMES_MAX; i++) {
        snprintf(text, sizeof text, "n%u", i);
        CHECK_OK(graph_name_add(&g, slice_str(text), 0, &e, NULL));
    }
    CHECK_EQ(graph_name_add(&g, S("x"), 0, &e, NULL), ERR_LIMIT);
    CHECK(g.over);
    g.over = false;
    CHECK_OK(graph_source_add(&g, S("s"), S(""), 0, &e, NULL));
    for (i = 0; i < GRAPH_TIES_MAX; i++)
        CHECK_OK(graph_tie_add(&g, &(graph_tie){.a = 0, .b = 1, .predicate = PRED_SAME_AS}, NULL));
    CHECK_EQ(graph_tie_add(&g, &(graph_tie){.a = 0, .b = 1}, NULL), ERR_LIMIT);
    CHECK(g.over);
    g.over = false;
    for (i = 0; i < GRAPH_USES_MAX; i++)
        CHECK_OK(graph_use_add(&g, i % 256, 0, i % 4096, HOW_ALIAS, S("n"), NULL));
    CHECK_EQ(graph_use_add(&g, 0, 0, 0, HOW_ALIAS, S("n"), NULL), ERR_LIMIT);
    CHECK(g.over);
}

/* What just fits is solved, too: pairs, and a chain through all of them. */
TEST(a_full_graph_is_solved)
{
    CLEANUP(arena_done) arena a;
    graph g;
    uint32_t e, n, common;
    char text[32];
    arena_init(&a, 256 << 20);
    CHECK_OK(graph_init(&g, &a, KIND_ACTOR, NULL));
    CHECK_OK(graph_source_add(&g, S("s"), S(""), 0, &e, NULL));
    CHECK_OK(graph_source_add(&g, S("t"), S(""), 0, &e, NULL));
    for (uint32_t i = 0; i < NAME_GROUP_MAX; i++) {
        snprintf(text, sizeof text, "e%u", i);
        CHECK_OK(graph_entity_add(&g, (node_ref){KIND_ACTOR, slice_str(text)}, 0, &e, NULL));
        CHECK_OK(graph_name_add(&g, slice_str(text), 0, &n, NULL));
        CHECK_OK(graph_use_add(&g, e, i & 1, n, HOW_PRIMARY, slice_str(text), NULL));
        snprintf(text, sizeof text, "link%u", i / 2); /* e0-e1, e2-e3 ... */
        common = i / 2;
        if (i % 2 == 0)
            CHECK_OK(graph_name_add(&g, slice_str(text), 0, &common, NULL));
        else
            common = n - 1;
        CHECK_OK(graph_use_add(&g, e, i & 1, common, HOW_ALIAS, slice_str(text), NULL));
        if (i)
            CHECK_OK(graph_use_add(&g, e, i & 1, g.entities[i - 1].uses[0].name, HOW_ALIAS, S("x"),
                                   NULL)); /* and a chain through all of them */
    }
    for (uint32_t i = 0; i < g.name_count; i++)
        g.names[i].complete = true;
    CHECK_OK(graph_index(&g, NULL));
    CHECK_OK(graph_base(&g, NULL));
    CHECK_OK(graph_solve(&g, NULL));
}

TEST(every_allocation_may_fail)
{
    static const char *const lines[] = {"a/a1: APT28, ~Fancy, #G0007", "b/b1: Forest, ~Fancy",
                                        "c/c1: APT28, #G0007", "c > c1 same-as b1",
                                        "analyst:eve > a1 not-same-as b1"};
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        graph g;
        arena_init(&a, 8 << 20);
        CHECK_OK(graph_init(&g, &a, KIND_ACTOR, NULL));
        scene_to_graph(&g, lines, COUNT_OF(lines), 0);
        a.fail_after = n;
        status st = graph_index(&g, NULL);
        if (st == OK)
            st = graph_base(&g, NULL);
        if (st == OK)
            st = graph_solve(&g, NULL);
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        CHECK(!g.over);
        REQUIRE(n < 1000);
    }
}
