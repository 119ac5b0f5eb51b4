#include "base/test.h"
#include "know/claims.h"
#include "know/names/load.h"
#include "know/names/scene.h"
#include "know/temp_store.h"

/* A store and who looks into it. */
typedef struct fixture {
    temp_store t;
    store *s;
    lens *l;
    err why;
} fixture;

static bool begin_mutant(fixture *f, int mutant)
{
    *f = (fixture){0};
    if (!temp_store_make_mutant(&f->t, mutant))
        return false;
    f->s = f->t.s;
    CHECK_OK(lens_new(f->s, &f->l, &f->why));
    return f->l != NULL;
}

static bool begin(fixture *f)
{
    return begin_mutant(f, -1);
}

static void end(fixture *f)
{
    lens_free(f->l);
    temp_store_done(&f->t);
}

static const view everything = {.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
static const view up_to_green = {
    .clearance = TLP_GREEN, .all_audiences = true, .known_at = WHEN_NONE};

#define IMPORT(f, seed, ...)                                                                       \
    CHECK_OK(scene_to_store((f)->s, (const char *const[]){__VA_ARGS__},                            \
                            COUNT_OF(((const char *const[]){__VA_ARGS__})), seed, &(f)->why))

/* --- everything that can be read, as text ----------------------------------------------------- */

static void put_group(buf *out, const name_group *g)
{
    buf_printf(out, "group %.*s %s \"%.*s\"%s\n", SLICE_FMT(g->id.text), kind_name(g->kind),
               SLICE_FMT(g->name), g->cut ? " cut" : "");
    for (size_t i = 0; i < g->member_count; i++) {
        const name_member *m = &g->members[i];
        buf_printf(out, "  member %s %.*s%s%s:", kind_name(m->entity.kind),
                   SLICE_FMT(m->entity.text), m->revoked ? " revoked" : "", m->more ? " more" : "");
        for (size_t k = 0; k < m->name_count; k++)
            buf_printf(out, " %s \"%.*s\" %.*s;", name_use_word(m->names[k].use),
                       SLICE_FMT(m->names[k].name), SLICE_FMT(m->names[k].source));
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < g->name_count; i++) {
        const name_entry *n = &g->names[i];
        buf_printf(out, "  name %s \"%.*s\" %.*s by", name_use_word(n->use), SLICE_FMT(n->name),
                   SLICE_FMT(n->folded));
        for (size_t k = 0; k < n->source_count; k++)
            buf_printf(out, " %.*s", SLICE_FMT(n->sources[k]));
        for (size_t k = 0; k < n->other_count; k++)
            buf_printf(out, " also %.*s", SLICE_FMT(n->others[k].text));
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < g->tie_count; i++) {
        const name_tie *t = &g->ties[i];
        buf_printf(out, "  tie %zu-%zu %s %.*s %s %.*s %llx%llx %.*s\n", t->a, t->b,
                   name_rule_word(t->rule), SLICE_FMT(t->name),
                   t->predicate ? predicate_name(t->predicate) : "", SLICE_FMT(t->source),
                   (unsigned long long)t->claim_hi, (unsigned long long)t->claim_lo,
                   SLICE_FMT(t->reason));
    }
}

/* Groups of all entities and candidates of all names that are asked for. */
static void put_world(fixture *f, const view *v, const char *const *keys, size_t key_count,
                      const char *const *names, size_t name_count, buf *out)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    CHECK_OK(lens_look(f->l, v, &f->why));
    for (size_t i = 0; i < key_count; i++) {
        name_group g;
        status st = name_group_of(f->l, &a, scene_ref(slice_str(keys[i])), &g, &f->why);
        buf_printf(out, "%s %s\n", keys[i], status_name(st));
        if (st == OK)
            put_group(out, &g);
    }
    for (size_t i = 0; i < name_count; i++) {
        name_candidates c;
        node_ref ref;
        CHECK_OK(name_lookup(f->l, &a, slice_str(names[i]), KIND_NONE, &c, &f->why));
        buf_printf(out, "%s: %zu%s\n", names[i], c.count, c.more ? " more" : "");
        for (size_t k = 0; k < c.count; k++) {
            put_group(out, &c.at[k].group);
            for (size_t u = 0; u < c.at[k].use_count; u++)
                buf_printf(out, "  use %s %.*s of %.*s\n", name_use_word(c.at[k].uses[u].use),
                           SLICE_FMT(c.at[k].uses[u].source), SLICE_FMT(c.at[k].use_of[u].text));
        }
        status st = name_resolve(f->l, &a, slice_str(names[i]), &ref, &f->why);
        buf_printf(out, "means %s %.*s\n", st == OK ? "" : f->why.msg,
                   st == OK ? (int)ref.text.len : 0, st == OK ? ref.text.ptr : "");
    }
    CHECK_OK(buf_status(out, NULL));
}

/* "a1 b1": the members of the group. */
static slice members(fixture *f, arena *a, const char *key)
{
    name_group g;
    slice text = S("");
    if (name_group_of(f->l, a, scene_ref(slice_str(key)), &g, &f->why) != OK)
        return S("none");
    for (size_t i = 0; i < g.member_count; i++)
        text = arena_printf(a, "%.*s%s%.*s", SLICE_FMT(text), i ? " " : "",
                            SLICE_FMT(g.members[i].entity.text));
    return text;
}

#define CHECK_MEMBERS(f, key, want)                                                                \
    do {                                                                                           \
        CLEANUP(arena_done) arena members_a;                                                       \
        arena_init(&members_a, 64 << 20);                                                          \
        CHECK_OK(lens_look((f)->l, &everything, &(f)->why));                                       \
        CHECK_SLICE(members(f, &members_a, key), S(want));                                         \
    } while (0)

/* --- what a group says ------------------------------------------------------------------------ */

TEST(a_group_tells_its_members_names_and_ties)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    name_candidates c;
    arena_init(&a, 8 << 20);
    REQUIRE(begin(&f));
    IMPORT(&f, 1, "attack/set-2: APT28, ~STRONTIUM, ~Forest Blizzard, #G0007",
           "microsoft/ms-1: Forest Blizzard, ~Strontium, ~APT28",
           "misp/threat-3: APT28, ~Strontium, ~Grizzly Steppe",
           "misp/threat-4: APT29, ~Grizzly Steppe", "mirror/set-2: APT28 - G0007, #G0007");
    CHECK_OK(lens_look(f.l, &everything, &f.why));
    CHECK_OK(name_lookup(f.l, &a, S("sTrontium"), KIND_NONE, &c, &f.why));
    REQUIRE(c.count == 1);
    CHECK_SLICE(c.folded, S("strontium"));
    const name_group *g = &c.at[0].group;
    CHECK_EQ(c.at[0].use_count, 3);
    CHECK_SLICE(c.at[0].uses[0].source, S("attack"));
    CHECK_SLICE(c.at[0].uses[1].name, S("Strontium"));
    CHECK_SLICE(g->id.text, S("ms-1"));
    CHECK_SLICE(g->name, S("APT28")); /* two sources' own name */
    CHECK_EQ(g->member_count, 3);
    CHECK_SLICE(g->names[0].name, S("APT28"));
    CHECK_EQ(g->names[0].source_count, 3);
    CHECK(!g->names[0].shared);
    for (size_t i = 0; i < g->name_count; i++)
        if (slice_eq(g->names[i].folded, S("grizzlysteppe"))) {
            CHECK(g->names[i].shared);
            REQUIRE(g->names[i].other_count == 1);
            CHECK_SLICE(g->names[i].others[0].text, S("threat-4"));
        }
    REQUIRE(g->tie_count >= 2);
    CHECK_EQ(g->ties[0].rule, NAME_BY_MUTUAL);
    CHECK_OK(name_lookup(f.l, &a, S("Grizzly Steppe"), KIND_ACTOR, &c, &f.why));
    CHECK_EQ(c.count, 2);
    CHECK_OK(name_lookup(f.l, &a, S("Grizzly Steppe"), KIND_MALWARE, &c, &f.why));
    CHECK_EQ(c.count, 0);
    CHECK_OK(name_lookup(f.l, &a, S(" "), KIND_NONE, &c, &f.why));
    CHECK_EQ(c.count, 0);
    end(&f);
}

TEST(whom_a_source_repeats_is_read_from_its_settings)
{
    fixture f;
    REQUIRE(begin(&f));
    IMPORT(&f, 0, "a/a1: Stolen Pencil, #G0086", "a/a2: Kimsuky, #G0094", "a > a1 revoked-by a2",
           "copy/a1: Stolen Pencil, #G0086", "copy/a2: Kimsuky, #G0094");
    CHECK_MEMBERS(&f, "a1", "a1");
    IMPORT(&f, 0, "copy < a");
    CHECK_MEMBERS(&f, "a1", "a1 a2");
    end(&f);
}

TEST(candidates_come_best_first)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    name_candidates c;
    arena_init(&a, 8 << 20);
    REQUIRE(begin(&f));
    IMPORT(&f, 2, "a/a1: One, ~Nobelium", "a/a2: Two, ~Nobelium", "b/b2: Two, ~Nobelium",
           "c/c3: Nobelium");
    CHECK_OK(lens_look(f.l, &everything, &f.why));
    CHECK_OK(name_lookup(f.l, &a, S("nobelium"), KIND_NONE, &c, &f.why));
    REQUIRE(c.count == 3);
    CHECK_SLICE(c.at[0].group.id.text, S("c3")); /* its own name */
    CHECK_SLICE(c.at[1].group.id.text, S("a2")); /* two sources */
    CHECK_SLICE(c.at[2].group.id.text, S("a1"));
    CHECK_EQ(c.at[1].use_count, 2);
    end(&f);
}

TEST(a_name_may_be_clear_although_other_things_are_called_so)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    name_candidates c;
    node_ref ref;
    arena_init(&a, 8 << 20);
    REQUIRE(begin(&f));
    IMPORT(&f, 2, "a/a1: Turla", "b/b1: Turla", "c/malware=m1: Snake, ~Turla", "a/a2: Sandworm",
           "c/malware=m2: Sandworm", "a/a3: One, ~Both", "a/a4: Two, ~Both", "b/a4: Two, ~Both");
    CHECK_OK(lens_look(f.l, &everything, &f.why));
    CHECK_OK(name_lookup(f.l, &a, S("Turla"), KIND_NONE, &c, &f.why));
    CHECK(c.count == 2 && c.clear);
    CHECK_OK(name_resolve(f.l, &a, S("Turla"), &ref, &f.why));
    CHECK_SLICE(ref.text, S("a1"));
    CHECK_OK(name_lookup(f.l, &a, S("Sandworm"), KIND_NONE, &c, &f.why));
    CHECK(c.count == 2 && !c.clear); /* one source each */
    CHECK_OK(name_lookup(f.l, &a, S("Both"), KIND_NONE, &c, &f.why));
    CHECK(c.count == 2 && !c.clear); /* two actors */
    CHECK_EQ(name_resolve(f.l, &a, S("Both"), &ref, &f.why), ERR_INPUT);
    CHECK_OK(name_lookup(f.l, &a, S("Nobody"), KIND_NONE, &c, &f.why));
    CHECK(!c.clear);
    end(&f);
}

TEST(what_is_not_there_is_not_found)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    name_group g = {.member_count = 77};
    arena_init(&a, 8 << 20);
    REQUIRE(begin(&f));
    IMPORT(&f, 0, "@red a/a1: One", "a/a2: Two");
    CHECK_OK(lens_look(f.l, &up_to_green, &f.why));
    CHECK_EQ(name_group_of(f.l, &a, (node_ref){KIND_ACTOR, S("nobody")}, &g, &f.why),
             ERR_NOT_FOUND);
    CHECK_EQ(name_group_of(f.l, &a, (node_ref){KIND_ACTOR, S("a1")}, &g, &f.why), ERR_NOT_FOUND);
    CHECK_EQ(name_group_of(f.l, &a, (node_ref){KIND_IPV4, S("192.0.2.1")}, &g, &f.why), ERR_INPUT);
    CHECK_EQ(g.member_count, 77);
    end(&f);
}

TEST(techniques_and_name_only_tools)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    node_ref ref;
    name_group g;
    arena_init(&a, 8 << 20);
    REQUIRE(begin(&f));
    IMPORT(&f, 3, "attack/technique=t1: PowerShell, #T1059.001", "x/tool=name:psexec: PsExec",
           "y/malware=name:psexec: PsExec");
    CHECK_OK(lens_look(f.l, &everything, &f.why));
    CHECK_OK(name_resolve(f.l, &a, S("T1059.001"), &ref, &f.why));
    CHECK_SLICE(ref.text, S("t1"));
    CHECK_OK(name_resolve(f.l, &a, S("t1"), &ref, &f.why)); /* its key */
    CHECK_EQ(ref.kind, KIND_TECHNIQUE);
    CHECK_OK(name_resolve(f.l, &a, S("name:psexec"), &ref, &f.why));
    CHECK_OK(name_group_of(f.l, &a, ref, &g, &f.why));
    CHECK_EQ(g.member_count, 2);
    CHECK_EQ(g.kind, KIND_MALWARE);
    CHECK_EQ(name_resolve(f.l, &a, S("nothing"), &ref, &f.why), ERR_NOT_FOUND);
    end(&f);
}

/* --- properties over random worlds ------------------------------------------------------------ */

enum { WORLD_KEYS = 8, WORLD_NAMES = 10, WORLD_LINES = 48 };
static const char *const world_keys[] = {"e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7"};
static const char *const world_names[] = {"N0", "N1", "N2", "N3", "N4",
                                          "N5", "N6", "N7", "N8", "N9"};

typedef struct world {
    char text[WORLD_LINES][128];
    const char *lines[WORLD_LINES];
    size_t count;
} world;

static void add_line(world *w, const char *mark, uint64_t *seed)
{
    static const char *const words[] = {"same-as", "not-same-as", "revoked-by", "duplicate-of"};
    char *l = w->text[w->count];
    int e = (int)(scene_random(seed) % WORLD_KEYS), s = (int)(scene_random(seed) % 4);
    if (scene_random(seed) % 5 == 0) {
        int to = (int)(scene_random(seed) % WORLD_KEYS);
        snprintf(l, 128, "%s%s%d > e%d %s e%d", mark, scene_random(seed) % 2 ? "s" : "analyst:p", s,
                 e, words[scene_random(seed) % 4], to == e ? (e + 1) % WORLD_KEYS : to);
    } else {
        int at = snprintf(l, 128, "%ss%d/e%d: N%d", mark, s, e, (int)(scene_random(seed) % 10));
        for (unsigned i = scene_random(seed) % 4; i; i--)
            at += snprintf(l + at, 128 - (size_t)at, ", %sN%d", i == 3 ? "#" : "~",
                           (int)(scene_random(seed) % 10));
    }
    w->lines[w->count++] = l;
}

static void make_world(world *w, uint64_t seed, size_t lines, const char *mark)
{
    for (size_t i = 0; i < lines && w->count < WORLD_LINES; i++)
        add_line(w, mark, &seed);
}

static bool same_text(const char *what, uint64_t number, const buf *a, const buf *b)
{
    if (slice_eq(buf_slice(a), buf_slice(b)))
        return true;
    size_t at = 0;
    while (at < a->len && at < b->len && a->ptr[at] == b->ptr[at])
        at++;
    while (at && a->ptr[at - 1] != '\n')
        at--;
    TEST_FAIL("world %d, %s:\n%.*s\nwant\n%.*s", (int)number, what,
              (int)(a->len - at < 400 ? a->len - at : 400), a->ptr + at,
              (int)(b->len - at < 400 ? b->len - at : 400), b->ptr + at);
    return false;
}

#define PUT_WORLD(f, v, out) put_world(f, v, world_keys, WORLD_KEYS, world_names, WORLD_NAMES, out)

TEST(order_of_import_does_not_matter)
{
    for (uint64_t n = 1; n <= 6; n++) {
        world w = {.count = 0};
        buf first, again;
        buf_init(&first, 1 << 24);
        make_world(&w, n, 24, "");
        for (uint64_t seed = 0; seed < 3; seed++) {
            fixture f;
            buf_init(&again, 1 << 24);
            REQUIRE(begin(&f));
            CHECK_OK(scene_to_store(f.s, w.lines, w.count, seed, &f.why));
            PUT_WORLD(&f, &everything, seed ? &again : &first);
            if (seed)
                same_text("order", n, &again, &first);
            buf_done(&again);
            end(&f);
        }
        buf_done(&first);
    }
}

/* The part that is read decides as the whole would. */
TEST(the_part_gives_what_the_whole_gives)
{
    fixture f;
    for (uint64_t n = 1; n <= 10; n++) {
        world w = {.count = 0};
        CLEANUP(arena_done) arena a;
        graph whole;
        arena_init(&a, 64 << 20);
        make_world(&w, 1000 + n, 30, "");
        REQUIRE(begin(&f));
        CHECK_OK(scene_to_store(f.s, w.lines, w.count, 0, &f.why));
        CHECK_OK(lens_look(f.l, &everything, &f.why));
        CHECK_OK(graph_init(&whole, &a, KIND_ACTOR, NULL));
        scene_to_graph(&whole, w.lines, w.count, 0);
        CHECK_OK(graph_index(&whole, NULL));
        CHECK_OK(graph_base(&whole, NULL));
        CHECK_OK(graph_solve(&whole, NULL));
        for (uint32_t i = 0; i < whole.entity_count; i++) {
            name_group g;
            size_t size = 0;
            CHECK_OK(lens_look(f.l, &everything, &f.why)); /* forgets the cache */
            CHECK_OK(name_group_of(f.l, &a, whole.entities[i].ref, &g, &f.why));
            for (uint32_t k = 0; k < whole.entity_count; k++)
                if (whole.part[k] == whole.part[i]) {
                    bool there = false;
                    size++;
                    for (size_t m = 0; m < g.member_count; m++)
                        there =
                            there || slice_eq(g.members[m].entity.text, whole.entities[k].ref.text);
                    CHECK(there);
                }
            CHECK_EQ(g.member_count, size);
        }
        end(&f);
    }
}

/* Many lines of one source, as one document; the line's number is put in for each %. */
static void flood(fixture *f, const char *format, unsigned n)
{
    writer *w = NULL;
    document_result r;
    CHECK_OK(writer_new(f->s, S("tester"), &w, &f->why));
    for (unsigned i = 0; i < n; i++) {
        char text[256] = "", *out = text;
        for (const char *p = format; *p; p++)
            if (*p == '%')
                out += snprintf(out, 16, "%u", i);
            else
                *out++ = *p;
        *out = 0;
        scene_line l = scene_parse(slice_str(text));
        if (i == 0)
            CHECK_OK(scene_document(w, &l, scene_number(text), &f->why));
        CHECK_OK(scene_record(w, &l, i + 1, &f->why));
    }
    CHECK_OK(writer_document_end(w, S("scene"), 0, &r, &f->why));
    CHECK_OK(writer_sync(w, &f->why));
    writer_free(w);
}

/* A store with RED lines shows a GREEN reader what a store without them shows. */
static bool independent(uint64_t n, int mutant)
{
    fixture with, without;
    world w = {.count = 0};
    buf a, b;
    int bad = test_bad;
    buf_init(&a, 1 << 24);
    buf_init(&b, 1 << 24);
    make_world(&w, n, 16, "@green ");
    size_t visible = w.count;
    make_world(&w, n + 77, 16, "@red ");
    if (begin_mutant(&with, mutant) && begin_mutant(&without, mutant)) {
        CHECK_OK(scene_to_store(with.s, w.lines, w.count, n, &with.why));
        CHECK_OK(scene_to_store(without.s, w.lines, visible, 0, &without.why));
        PUT_WORLD(&with, &up_to_green, &a);
        PUT_WORLD(&without, &up_to_green, &b);
        if (mutant < 0)
            same_text("view", n, &a, &b);
    }
    bool same = slice_eq(buf_slice(&a), buf_slice(&b));
    end(&with);
    end(&without);
    buf_done(&a);
    buf_done(&b);
    return same && test_bad == bad;
}

TEST(what_a_reader_does_not_see_changes_nothing)
{
    for (uint64_t n = 1; n <= 8; n++)
        CHECK(independent(n, -1));
}

/* As of an instant everything is as it was then, whatever was added or taken back since. */
TEST(as_of_then_it_is_as_it_was)
{
    for (uint64_t n = 1; n <= 6; n++) {
        fixture f;
        world w = {.count = 0};
        writer *wr = NULL;
        buf then, now;
        uint64_t gone;
        buf_init(&then, 1 << 24);
        buf_init(&now, 1 << 24);
        make_world(&w, 500 + n, 16, "");
        REQUIRE(begin(&f));
        CHECK_OK(scene_to_store(f.s, w.lines, w.count, 0, &f.why));
        PUT_WORLD(&f, &everything, &then);
        view past = everything;
        past.known_at = f.t.now_us / 1000;
        size_t first = w.count;
        make_world(&w, 600 + n, 16, "");
        CHECK_OK(scene_to_store(f.s, w.lines + first, w.count - first, 0, &f.why));
        CHECK_OK(writer_new(f.s, S("tester"), &wr, &f.why));
        for (size_t i = 0; i < first; i += 3) { /* and a third of it withdrawn */
            scene_line l = scene_parse(slice_str(w.lines[i]));
            node_ref none = {0}, object = l.predicate == PRED_NAMED ? none : l.b;
            status st =
                writer_retract(wr, l.source, l.a, l.predicate, object, S("wrong"), &gone, &f.why);
            CHECK(st == OK || st == ERR_NOT_FOUND);
        }
        writer_free(wr);
        PUT_WORLD(&f, &past, &now);
        same_text("as of", n, &now, &then);
        buf_clear(&now);
        PUT_WORLD(&f, &everything, &now);
        CHECK(!slice_eq(buf_slice(&now), buf_slice(&then)));
        buf_done(&then);
        buf_done(&now);
        end(&f);
    }
}

/* Nor does a name become too common for him by users that he does not see. */
static bool independent_of_many(int mutant)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    bool same = false;
    arena_init(&a, 64 << 20);
    if (begin_mutant(&f, mutant)) {
        IMPORT(&f, 0, "@green a/a1: Agent", "@green b/b1: Agent");
        flood(&f, "@red s/r%: Agent", NAME_USERS_MAX);
        CHECK_OK(lens_look(f.l, &up_to_green, &f.why));
        same = slice_eq(members(&f, &a, "a1"), S("a1 b1"));
    }
    end(&f);
    return same;
}

TEST(hidden_users_do_not_make_a_name_common)
{
    CHECK(independent_of_many(-1));
}

#ifdef NOROSHI_MUTANTS
/* Which visibility filters, counted as db_filter_count does, stand in a statement. */
static void filters_of(query which, int *ret_first, int *ret_count)
{
    int seen = 0;
    for (unsigned q = 0; q <= (unsigned)which; q++) {
        *ret_first = seen;
        for (const char *p = db_sql((query)q); (p = strstr(p, "SEES")) != NULL; p++)
            seen++;
        *ret_count = seen - *ret_first;
    }
}

/* Removing any filter of the statements that names use must be noticed. */
TEST(without_any_filter_a_test_fails)
{
    static const query used[] = {Q_NAMED, Q_NAME_USERS, Q_NAMES_OF, Q_TIES_OF, Q_TIES_TO};
    for (size_t i = 0; i < COUNT_OF(used); i++) {
        int first = 0, count = 0;
        filters_of(used[i], &first, &count);
        CHECK(count > 0);
        for (int k = 0; k < count; k++) {
            bool noticed = !independent_of_many(first + k);
            for (uint64_t n = 1; n <= 8 && !noticed; n++)
                noticed = !independent(n, first + k);
            if (!noticed)
                TEST_FAIL("filter %d of %s may be dropped", k, db_sql(used[i]));
        }
    }
}
#endif

/* --- merge and split -------------------------------------------------------------------------- */

/* Every visible claim, without what only the history has. */
static void put_claims(fixture *f, buf *out)
{
    CLEANUP(arena_done) arena a;
    claim_list list;
    char id[CLAIM_ID_TEXT + 1];
    arena_init(&a, 64 << 20);
    CHECK_OK(lens_look(f->l, &everything, &f->why));
    CHECK_OK(claims_page(f->l, &a, 0, 10000, &list, &f->why));
    for (size_t i = 0; i < list.count; i++)
        buf_printf(out, "%s %.*s %s %.*s %.*s\n", claim_id_text(&list.at[i], id),
                   SLICE_FMT(list.at[i].subject.text), predicate_name(list.at[i].predicate),
                   SLICE_FMT(list.at[i].object.text), SLICE_FMT(list.at[i].source));
}

static status curate(fixture *f, bool merge, const char *x, const char *y, const char *who,
                     name_change *ret)
{
    CLEANUP(arena_done) arena a;
    writer *w = NULL;
    name_change c = {0};
    arena_init(&a, 64 << 20);
    status st = lens_look(f->l, &everything, &f->why);
    if (st == OK)
        st = (merge ? name_merge : name_split)(f->l, &a, slice_str(x), slice_str(y),
                                               &(name_decider){.source = slice_str(who)}, &c,
                                               &f->why);
    if (st == OK)
        st = writer_new(f->s, S("tester"), &w, &f->why);
    if (st == OK)
        st = name_apply(w, &c, S("because"), &f->why);
    writer_free(w);
    if (ret) /* the counts and markings outlive the arena */
        *ret = c;
    return st;
}

TEST(merge_then_split_leaves_no_claim_behind)
{
    fixture f;
    buf before, after;
    REQUIRE(begin(&f));
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    IMPORT(&f, 1, "a/a1: One, ~Uno", "b/b1: One", "a/a2: Two", "b/b2: Two", "c/c1: Three");
    put_claims(&f, &before);
    CHECK_MEMBERS(&f, "a1", "a1 b1");
    CHECK_OK(curate(&f, true, "One", "a2", "analyst:eve", NULL));
    CHECK_MEMBERS(&f, "a1", "a1 a2 b1 b2");
    CHECK_EQ(curate(&f, true, "b2", "uno", "analyst:eve", NULL), ERR_BUSY);
    CHECK_OK(curate(&f, true, "Three", "Two", "analyst:bob", NULL));
    CHECK_MEMBERS(&f, "c1", "a1 a2 b1 b2 c1");
    CHECK_OK(curate(&f, false, "c1", "b2", "analyst:eve", NULL)); /* another one's word, too */
    CHECK_OK(curate(&f, false, "a1", "a2", "analyst:eve", NULL));
    CHECK_MEMBERS(&f, "a1", "a1 b1");
    CHECK_EQ(curate(&f, false, "a1", "a2", "analyst:eve", NULL), ERR_BUSY);
    put_claims(&f, &after);
    CHECK_SLICE(buf_slice(&after), buf_slice(&before));
    buf_done(&before);
    buf_done(&after);
    end(&f);
}

TEST(split_then_merge_leaves_no_claim_behind)
{
    fixture f;
    name_change c;
    buf before, after;
    REQUIRE(begin(&f));
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    IMPORT(&f, 1, "a/a1: One, ~Uno", "b/b1: Two, ~Uno", "@amber b/b1: Two, ~Zwei");
    put_claims(&f, &before);
    CHECK_MEMBERS(&f, "a1", "a1 b1");
    CHECK_OK(curate(&f, false, "a1", "b1", "analyst:eve", &c));
    CHECK_EQ(c.count, 1);
    CHECK_EQ(c.marking.tlp, TLP_CLEAR);
    CHECK_MEMBERS(&f, "a1", "a1");
    CHECK_OK(curate(&f, true, "a1", "b1", "analyst:bob", NULL));
    CHECK_MEMBERS(&f, "a1", "a1 b1");
    put_claims(&f, &after);
    CHECK_SLICE(buf_slice(&after), buf_slice(&before));
    buf_done(&before);
    buf_done(&after);
    end(&f);
}

TEST(a_merge_with_what_is_red_is_red)
{
    fixture f;
    name_change c;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 8 << 20);
    REQUIRE(begin(&f));
    IMPORT(&f, 1, "@green a/a1: One", "@red b/b1: Two");
    CHECK_OK(curate(&f, true, "One", "Two", "analyst:eve", &c));
    CHECK_EQ(c.marking.tlp, TLP_RED);
    CHECK_MEMBERS(&f, "a1", "a1 b1");
    CHECK_OK(lens_look(f.l, &up_to_green, &f.why));
    CHECK_SLICE(members(&f, &a, "a1"), S("a1"));
    end(&f);
}

TEST(what_cannot_be_merged)
{
    fixture f;
    REQUIRE(begin(&f));
    IMPORT(&f, 1, "a/a1: One, ~Both", "a/a2: Two, ~Both", "m/malware=m1: Mal", "x/a9: Nine");
    CHECK_EQ(curate(&f, true, "Both", "Nine", "analyst:eve", NULL), ERR_INPUT);
    CHECK(strstr(f.why.msg, "One (a1)") && strstr(f.why.msg, "Two (a2)"));
    CHECK_EQ(curate(&f, true, "Mal", "Nine", "analyst:eve", NULL), ERR_INPUT);
    CHECK_EQ(curate(&f, true, "Nobody", "Nine", "analyst:eve", NULL), ERR_NOT_FOUND);
    CHECK_EQ(curate(&f, true, "Nine", "a9", "analyst:eve", NULL), ERR_BUSY);
    CHECK_EQ(curate(&f, false, "Nine", "a9", "analyst:eve", NULL), ERR_INPUT);
    CHECK_OK(curate(&f, true, "a1", "a2", "analyst:eve", NULL)); /* a person may: held apart by a */
    CHECK_MEMBERS(&f, "a1", "a1 a2");
    end(&f);
}

/* --- poison ----------------------------------------------------------------------------------- */

TEST(alias_poison_an_alias_does_not_join_kinds)
{
    fixture f;
    REQUIRE(begin(&f));
    IMPORT(&f, 1, "a/organisation=o1: Microsoft", "evil/e1: Evil Bear, ~Microsoft",
           "evil > e1 same-as organisation=o1");
    CHECK_MEMBERS(&f, "organisation=o1", "o1");
    CHECK_MEMBERS(&f, "e1", "e1");
    end(&f);
}

TEST(alias_poison_a_flood_of_aliases_is_bounded)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    name_group g;
    unsigned n = getenv("NOROSHI_TEST_LONG") ? 1000000 : 20000;
    arena_init(&a, 64 << 20);
    REQUIRE(begin(&f));
    IMPORT(&f, 1, "a/a1: APT28, ~Fancy, ~Forest Blizzard", "b/b1: Forest Blizzard, ~APT28");
    flood(&f, "evil/e1: ~alias %", n);
    CHECK_MEMBERS(&f, "a1", "a1 b1");
    CHECK_OK(name_group_of(f.l, &a, (node_ref){KIND_ACTOR, S("e1")}, &g, &f.why));
    CHECK_EQ(g.members[0].name_count, NAME_PER_SOURCE_MAX);
    CHECK(g.members[0].more);
    end(&f);
}

/* One feed hangs more on an actor than can be looked at: it is left out, not the actor's group. */
TEST(alias_poison_who_says_too_much_is_left_out)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    name_group g;
    arena_init(&a, 64 << 20);
    REQUIRE(begin(&f));
    IMPORT(&f, 1, "a/a1: APT28, ~Fancy", "b/b1: Forest Blizzard, ~Fancy");
    flood(&f, "evil/e%: APT28, ~Evil", 60);   /* as many as may use a name ... */
    flood(&f, "evil/f%: Evil, ~g%, ~h%", 60); /* ... and more through these */
    flood(&f, "evil/x%: Evil, ~g%", 60);
    flood(&f, "evil/y%: Evil Too %, ~h%", 200); /* chains */
    flood(&f, "evil/z%: Z%, ~Evil Too %", 200);
    CHECK_OK(lens_look(f.l, &everything, &f.why));
    CHECK_OK(name_group_of(f.l, &a, (node_ref){KIND_ACTOR, S("a1")}, &g, &f.why));
    CHECK(g.member_count >= 2);
    CHECK_SLICE(g.members[0].entity.text, S("a1"));
    CHECK_SLICE(g.members[1].entity.text, S("b1"));
    end(&f);
}

TEST(alias_poison_a_name_of_many_ties_nobody)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    name_candidates c;
    arena_init(&a, 64 << 20);
    REQUIRE(begin(&f));
    flood(&f, "s/e%: Agent", NAME_USERS_MAX);
    CHECK_OK(lens_look(f.l, &everything, &f.why));
    CHECK_OK(name_lookup(f.l, &a, S("Agent"), KIND_NONE, &c, &f.why));
    CHECK_EQ(c.count, 1);
    CHECK_EQ(c.at[0].group.member_count, NAME_USERS_MAX);
    IMPORT(&f, 0, "one-more/e: Agent");
    CHECK_OK(lens_look(f.l, &everything, &f.why));
    CHECK_OK(name_lookup(f.l, &a, S("Agent"), KIND_NONE, &c, &f.why));
    CHECK_EQ(c.count, NAME_CANDIDATES_MAX);
    CHECK(c.more);
    CHECK_EQ(c.at[0].group.member_count, 1);
    CHECK(c.at[0].group.names[0].shared);
    end(&f);
}

/* --- faults ----------------------------------------------------------------------------------- */

TEST(every_allocation_may_fail)
{
    fixture f;
    REQUIRE(begin(&f));
    IMPORT(&f, 1, "a/a1: APT28, ~Fancy, #G0007", "b/b1: Forest, ~Fancy", "b > b1 same-as a1");
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        name_candidates c = {.count = 77};
        arena_init(&a, 8 << 20);
        CHECK_OK(lens_look(f.l, &everything, &f.why));
        a.fail_after = n;
        if (name_lookup(f.l, &a, S("Fancy"), KIND_NONE, &c, &f.why) == OK)
            break;
        CHECK_EQ(c.count, 77);
        REQUIRE(n < 1000);
    }
    for (long n = 0;; n++) { /* reading the part of the store */
        CLEANUP(arena_done) arena a;
        graph g = {.entity_count = 77};
        bool cut;
        node_ref seed = {KIND_ACTOR, S("a1")};
        load_request r = {.seeds = &seed, .seed_count = 1};
        arena_init(&a, 64 << 20);
        a.fail_after = n;
        if (names_load(f.l, &a, &r, &g, &cut, &f.why) == OK)
            break;
        CHECK_EQ(g.entity_count, 77);
        REQUIRE(n < 1000);
    }
    end(&f);
}
