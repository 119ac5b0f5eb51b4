/* decisions_test.c - merge then split, and split then merge, leave every export and answer as it
 * was, byte for byte, whatever persons have said of the two before; what is decided under a marking
 * changes nothing for those who do not see it; as of then it is as it was.
 *
 * The worlds are those of noninterference_test.c, in which persons speak, too, and on top of them
 * come rows of decisions by several persons with several views, all from a number. */
#include "base/test.h"
#include "noninterference/dump.h"

enum { ACTORS = 4, READERS = 5 };

static const char *const persons[] = {"analyst:zoe", "analyst:eve", "analyst:bob"};

/* Who decides, and how strictly it is marked at least. */
static const struct {
    view v;
    marking floor;
} deciders[] = {
    {{.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE}, {.tlp = TLP_CLEAR}},
    {{.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE}, {.tlp = TLP_AMBER}},
    {{.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE}, {.tlp = TLP_RED}},
    {{.clearance = TLP_GREEN, .known_at = WHEN_NONE}, {.tlp = TLP_CLEAR}},
    {{.clearance = TLP_AMBER, .organisation = S_INIT("org-a"), .known_at = WHEN_NONE},
     {.tlp = TLP_GREEN}},
};

static const view readers[READERS] = {
    {.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE},
    {.clearance = TLP_CLEAR, .organisation = S_INIT("org-b"), .known_at = WHEN_NONE},
    {.clearance = TLP_GREEN, .known_at = WHEN_NONE},
    {.clearance = TLP_AMBER, .organisation = S_INIT("org-a"), .known_at = WHEN_NONE},
    {.clearance = TLP_RED, .known_at = WHEN_NONE},
};

/* --- a store under decisions ------------------------------------------------------------------ */

typedef struct court {
    world w;
    world_store ws;
    uint64_t random;
    size_t hours; /* since the world's end; each decision at its own instant */
    arena a;      /* of the last decision */
    name_change last;
} court;

static size_t draw(court *c, size_t n)
{
    c->random = c->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(c->random >> 33) % n;
}

/* A world of the number; whatever persons say in it is about the actors, and there is more of it:
 * retractions and settings have become words. */
static bool court_open(court *c, uint64_t seed)
{
    static const predicate words[] = {PRED_SAME_AS, PRED_NOT_SAME_AS};
    *c = (court){.random = seed * 0x9e3779b97f4a7c15u + 7};
    arena_init(&c->a, 64 << 20);
    world_make(&c->w, seed);
    for (size_t i = 0; i < c->w.event_count; i++) {
        world_event *e = &c->w.events[i];
        if (e->what != EVENT_PERSON && e->what != EVENT_RETRACT && e->what != EVENT_SETTING)
            continue;
        size_t x = draw(c, ACTORS), y = (x + 1 + draw(c, ACTORS - 1)) % ACTORS;
        world_claim *said = &e->said;
        *e = (world_event){.what = EVENT_PERSON, .source = persons[draw(c, COUNT_OF(persons))]};
        said->c = (fact_claim){.subject = world_entities[x],
                               .object = world_entities[y],
                               .predicate = words[draw(c, 2)],
                               .value = S("so it is"),
                               .confidence = -1,
                               .first_seen = WHEN_NONE,
                               .last_seen = WHEN_NONE,
                               .valid_from = WHEN_NONE,
                               .valid_until = WHEN_NONE,
                               .marking = world_markings[draw(c, WORLD_MARKINGS)],
                               .marked = true};
    }
    bool open = world_store_open(&c->ws);
    for (size_t i = 0; open && i < c->w.event_count; i++)
        if (world_apply(&c->ws, &c->w, i, NULL) != OK) {
            TEST_FAIL("event %zu: %s", i, c->ws.why.msg);
            open = false;
        }
    return open;
}

static void court_close(court *c)
{
    world_store_close(&c->ws);
    world_done(&c->w);
    arena_done(&c->a);
}

typedef struct pair {
    slice x, y;
    size_t decider;
} pair;

static status decide(court *c, pair p, bool merge)
{
    name_decider by = {.source = slice_str(persons[draw(c, COUNT_OF(persons))]),
                       .floor = deciders[p.decider].floor};
    c->ws.now_us = world_instant(WORLD_EVENTS + c->hours++);
    arena_reset(&c->a);
    return world_decide(&c->ws, &c->a, &deciders[p.decider].v, &by, merge, p.x, p.y, &c->last);
}

static pair draw_pair(court *c)
{
    size_t x = draw(c, ACTORS), y = (x + 1 + draw(c, ACTORS - 1)) % ACTORS;
    return (pair){world_entities[x].text, world_entities[y].text, draw(c, COUNT_OF(deciders))};
}

/* Decides what can be decided of them: one or the other. *ret_merge says which. */
static status decide_any(court *c, pair p, bool *ret_merge)
{
    *ret_merge = draw(c, 2);
    status st = decide(c, p, *ret_merge);
    if (st == ERR_BUSY) {
        *ret_merge = !*ret_merge;
        st = decide(c, p, *ret_merge);
    }
    return st;
}

/* Nothing may be known of one of the two, or persons forbid it of others around them. */
static void check_status(const court *c, status st)
{
    if (st != OK && st != ERR_NOT_FOUND && st != ERR_INPUT)
        TEST_FAIL("%s: %s", status_name(st), c->ws.why.msg);
}

static void read_as(court *c, const view *v, when now, bool past, buf *out)
{
    view seen = *v;
    reading r = {
        .s = c->ws.s, .w = &c->w, .v = &seen, .no_past = !past, .no_texts = true, .no_logs = true};
    seen.now = now;
    buf_clear(out);
    read_everything(&r, out);
}

static bool same(const char *what, uint64_t seed, const court *c, const buf *got, const buf *want)
{
    if (slice_eq(buf_slice(got), buf_slice(want)))
        return true;
    size_t at = 0;
    while (at < got->len && at < want->len && got->ptr[at] == want->ptr[at])
        at++;
    size_t from = at > 200 ? at - 200 : 0;
    TEST_FAIL("world %d, after %zu decisions, %s, byte %zu:\n%.*s\nwant\n%.*s", (int)seed, c->hours,
              what, at, (int)(got->len - from < 600 ? got->len - from : 600), got->ptr + from,
              (int)(want->len - from < 600 ? want->len - from : 600), want->ptr + from);
    return false;
}

/* Sanitized builds are slow, and an engine behind a socket is. */
static uint64_t rounds(uint64_t usual)
{
    if (getenv("NOROSHI_TEST_LONG"))
        return usual * 20;
#ifdef NOROSHI_SANITIZED
    return 1;
#else
    return getenv("NOROSHI_TEST_STORE") ? 1 : usual;
#endif
}

static when late(void)
{
    return world_after(WORLD_EVENTS + 1000);
}

/* --- back and forth --------------------------------------------------------------------------- */

/* How often what there was to see, so that the properties are about something. */
typedef struct tally {
    unsigned merged, split, withdrawn, restored, outweighed, hidden;
} tally;

static void count_steps(const name_change *c, tally *t)
{
    for (size_t i = 0; i < c->count; i++) {
        t->withdrawn += c->steps[i].what == DECIDE_WITHDRAW;
        t->restored += c->steps[i].what == DECIDE_RESTORE;
    }
}

/* A decision, then the opposite by whoever of those who see as much. */
static void there_and_back(court *c, uint64_t seed, buf *before, buf *after, tally *t)
{
    pair p = draw_pair(c);
    bool merge;
    for (size_t i = 0; i < READERS; i++)
        read_as(c, &readers[i], late(), false, &before[i]);
    status st = decide_any(c, p, &merge);
    check_status(c, st);
    if (st != OK)
        return;
    t->merged += merge;
    t->split += !merge;
    t->outweighed += c->last.count && c->last.steps[0].what == DECIDE_SAY;
    count_steps(&c->last, t);
    read_as(c, &deciders[p.decider].v, late(), false, after);
    if (p.decider < 3)
        CHECK(!slice_eq(buf_slice(after), buf_slice(&before[0])));
    if ((st = decide(c, p, !merge)) != OK)
        TEST_FAIL("world %d: back: %s", (int)seed, c->ws.why.msg);
    count_steps(&c->last, t);
    for (size_t i = 0; i < READERS; i++) {
        read_as(c, &readers[i], late(), false, after);
        CHECK(same(merge ? "merged and split" : "split and merged", seed, c, after, &before[i]));
    }
}

TEST(the_opposite_of_a_decision_leaves_everything_as_it_was)
{
    tally t = {0};
    buf before[READERS], after;
    buf_init(&after, READING_TEXT_MAX);
    for (size_t i = 0; i < READERS; i++)
        buf_init(&before[i], READING_TEXT_MAX);
    for (uint64_t seed = 1; seed <= rounds(3); seed++) {
        court *c = calloc(1, sizeof *c);
        REQUIRE(c);
        if (court_open(c, seed + 400))
            for (size_t n = 0; n < 8; n++) {
                bool merge;
                there_and_back(c, seed, before, &after, &t);
                for (size_t k = draw(c, 3); k > 0; k--) { /* what stays differs each time */
                    status st = decide_any(c, draw_pair(c), &merge);
                    check_status(c, st);
                }
            }
        court_close(c);
        free(c);
    }
    buf_done(&after);
    for (size_t i = 0; i < READERS; i++)
        buf_done(&before[i]);
    unsigned least = rounds(3) > 1 ? 4 : 1;
    CHECK(t.merged >= least && t.split >= least && t.withdrawn >= least && t.restored >= least);
    CHECK(t.outweighed >= least);
}

/* The reading does tell a state from one that looks like it: the same words said by hand after a
 * merge are not what a split restores. */
TEST(what_is_said_anew_is_not_what_was_said_before)
{
    court *c = calloc(1, sizeof *c);
    buf before, after;
    pair p = {world_entities[0].text, world_entities[1].text, 0};
    REQUIRE(c);
    buf_init(&before, READING_TEXT_MAX);
    buf_init(&after, READING_TEXT_MAX);
    if (court_open(c, 401)) {
        status st = decide(c, p, false);
        CHECK(st == OK || st == ERR_BUSY);
        read_as(c, &readers[0], late(), false, &before);
        CHECK_OK(decide(c, p, true));
        fact_claim said = {.subject = world_entities[0],
                           .object = world_entities[1],
                           .predicate = PRED_NOT_SAME_AS,
                           .value = S("looked at it"),
                           .confidence = -1,
                           .first_seen = WHEN_NONE,
                           .last_seen = WHEN_NONE,
                           .valid_from = WHEN_NONE,
                           .valid_until = WHEN_NONE,
                           .marking = c->last.marking,
                           .marked = true};
        CHECK_OK(writer_curate(c->ws.w, S("analyst:zoe"), &said, S("back"), &c->ws.why));
        read_as(c, &readers[0], late(), false, &after);
        CHECK(!slice_eq(buf_slice(&after), buf_slice(&before)));
    }
    court_close(c);
    free(c);
    buf_done(&before);
    buf_done(&after);
}

/* --- who does not see it ---------------------------------------------------------------------- */

/* A decision of whatever marking is nothing, now and in the past, to those who do not see it. */
TEST(a_decision_changes_nothing_for_those_who_do_not_see_it)
{
    tally t = {0};
    buf before[READERS], after;
    buf_init(&after, READING_TEXT_MAX);
    for (size_t i = 0; i < READERS; i++)
        buf_init(&before[i], READING_TEXT_MAX);
    for (uint64_t seed = 1; seed <= rounds(2); seed++) {
        court *c = calloc(1, sizeof *c);
        REQUIRE(c);
        bool open = court_open(c, seed + 500), merge;
        for (size_t i = 0; open && i < READERS; i++)
            read_as(c, &readers[i], late(), true, &before[i]);
        for (size_t n = 0; open && n < 12; n++) {
            status st = decide_any(c, draw_pair(c), &merge);
            check_status(c, st);
            for (size_t i = 0; st == OK && i < READERS; i++) {
                read_as(c, &readers[i], late(), true, &after);
                if (!may_see(&readers[i], c->last.marking)) {
                    t.hidden++;
                    CHECK(same("hidden decision", seed, c, &after, &before[i]));
                }
                buf_clear(&before[i]);
                buf_put(&before[i], buf_slice(&after));
            }
        }
        court_close(c);
        free(c);
    }
    CHECK(t.hidden > 5);
    buf_done(&after);
    for (size_t i = 0; i < READERS; i++)
        buf_done(&before[i]);
}

/* --- as of ------------------------------------------------------------------------------------ */

enum { TURNS = 10 };

TEST(as_of_then_decisions_are_as_they_were)
{
    static const size_t who[] = {0, 2};
    for (uint64_t seed = 1; seed <= rounds(2); seed++) {
        court *c = calloc(1, sizeof *c);
        buf then[TURNS][COUNT_OF(who)], now;
        when at[TURNS];
        bool merge;
        REQUIRE(c);
        buf_init(&now, READING_TEXT_MAX);
        bool open = court_open(c, seed + 600);
        for (size_t n = 0; open && n < TURNS; n++) {
            pair p = draw_pair(c);
            status st = decide_any(c, p, &merge);
            check_status(c, st);
            if (st == OK && n % 2)
                CHECK_OK(decide(c, p, !merge));
            at[n] = world_after(WORLD_EVENTS + c->hours++);
            for (size_t k = 0; k < COUNT_OF(who); k++) {
                buf_init(&then[n][k], READING_TEXT_MAX);
                read_as(c, &readers[who[k]], at[n], true, &then[n][k]);
            }
        }
        for (size_t n = 0; open && n < TURNS; n++)
            for (size_t k = 0; k < COUNT_OF(who); k++) {
                view v = readers[who[k]];
                v.known_at = at[n];
                read_as(c, &v, at[n], true, &now);
                CHECK(same("as of", seed, c, &now, &then[n][k]));
                buf_done(&then[n][k]);
            }
        buf_done(&now);
        court_close(c);
        free(c);
    }
}
