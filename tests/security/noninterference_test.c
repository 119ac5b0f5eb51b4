/* noninterference_test.c - what a reader may not see changes nothing that he reads; what was known
 * then is what is known as of then; the same again adds nothing. Threat model, rows 1 to 3 of
 * section 11.
 *
 * Histories are random and come from a number (noninterference/world.h). Two stores are compared by
 * all that can be read of them (noninterference/dump.h). In builds with -Dmutants=true each
 * visibility filter is removed in turn, and one of the properties must fail. */
#include "base/test.h"
#include "know/db.h"
#include "know/names.h"
#include "noninterference/dump.h"

enum { VIEWS_MAX = 64 };

/* --- readers ---------------------------------------------------------------------------------- */

/* Readers who see different markings: many (clearance, organisation, audiences) see the same. */
typedef struct readers {
    view at[VIEWS_MAX];
    uint32_t sees[VIEWS_MAX];
    size_t count;
} readers;

static const slice audience_x[] = {S_INIT("x")};

static void make_readers(readers *r)
{
    static const slice organisations[] = {S_INIT(""), S_INIT("org-a"), S_INIT("org-b")};
    *r = (readers){.count = 0};
    for (unsigned n = 0; n < TLP_COUNT_ * 9; n++) {
        view v = {.clearance = (tlp)(n / 9), .organisation = organisations[n / 3 % 3]};
        uint32_t sees = 0;
        v.known_at = WHEN_NONE;
        v.now = world_after(WORLD_EVENTS);
        v.all_audiences = n % 3 == 2;
        v.audiences = audience_x;
        v.audience_count = n % 3 == 1;
        for (size_t i = 0; i < WORLD_MARKINGS; i++)
            sees |= (uint32_t)may_see(&v, world_markings[i]) << i;
        bool have = false;
        for (size_t i = 0; i < r->count; i++)
            have |= r->sees[i] == sees;
        if (!have) {
            r->sees[r->count] = sees;
            r->at[r->count++] = v;
        }
    }
}

static const char *reader_name(const view *v, char out[80])
{
    snprintf(out, 80, "%s%s%.*s%s", tlp_name(v->clearance), v->organisation.len ? " of " : "",
             SLICE_FMT(v->organisation),
             v->all_audiences    ? ", every audience"
             : v->audience_count ? ", audience x"
                                 : "");
    return out;
}

/* --- comparing -------------------------------------------------------------------------------- */

static bool same_text(const char *what, uint64_t seed, const view *v, const buf *got,
                      const buf *want)
{
    char name[80];
    if (slice_eq(buf_slice(got), buf_slice(want)))
        return true;
    size_t at = 0, end;
    while (at < got->len && at < want->len && got->ptr[at] == want->ptr[at])
        at++;
    size_t from = at;
    while (from && got->ptr[from - 1] != '\n' && at - from < 300)
        from--;
    end = at + 300;
    TEST_FAIL("world %d, %s, %s, byte %zu:\n%.*s\nwant\n%.*s", (int)seed, what,
              reader_name(v, name), at, (int)((got->len < end ? got->len : end) - from),
              got->ptr + from, (int)((want->len < end ? want->len : end) - from), want->ptr + from);
    return false;
}

static bool run_history(world_store *ws, const world *w, size_t events, const view *seen_by)
{
    status st = world_store_open(ws) ? OK : ERR_IO;
    for (size_t i = 0; st == OK && i < events; i++)
        if ((st = world_apply(ws, w, i, seen_by)) != OK)
            TEST_FAIL("event %zu: %s", i, ws->why.msg);
    return st == OK;
}

/* Sanitized builds are slow, and the mutants are tried there as well. */
#ifdef NOROSHI_SANITIZED
static const bool all_texts = false;
#else
static const bool all_texts = true;
#endif

static uint64_t rounds(uint64_t usual)
{
    usual = all_texts ? usual : (usual + 1) / 2;
    if (getenv("NOROSHI_TEST_STORE")) /* a socket away: fewer worlds */
        return getenv("NOROSHI_TEST_LONG") ? 3 : 1;
    return getenv("NOROSHI_TEST_LONG") ? usual * 20 : usual;
}

/* --- who sees what ---------------------------------------------------------------------------- */

TEST(the_rule_of_who_sees_what_is_what_the_header_says)
{
    readers r;
    make_readers(&r);
    CHECK(r.count >= 15);
    for (unsigned n = 0; n < TLP_COUNT_ * 9 * TLP_COUNT_ * 9; n++) {
        static const slice owners[] = {S_INIT(""), S_INIT("org-a"), S_INIT("org-b")};
        static const slice audiences[] = {S_INIT(""), S_INIT("x"), S_INIT("y")};
        unsigned m = n / (TLP_COUNT_ * 9), k = n % (TLP_COUNT_ * 9);
        marking mark = {
            .tlp = (tlp)(m / 9), .owner = owners[m / 3 % 3], .audience = audiences[m % 3]};
        view v = {.clearance = (tlp)(k / 9), .organisation = owners[k / 3 % 3]};
        v.all_audiences = k % 3 == 2;
        v.audiences = audience_x;
        v.audience_count = k % 3 == 1;
        if (view_sees(&v, mark) != may_see(&v, mark))
            TEST_FAIL("%s of \"%.*s\" for \"%.*s\" and %s of \"%.*s\"", tlp_name(mark.tlp),
                      SLICE_FMT(mark.owner), SLICE_FMT(mark.audience), tlp_name(v.clearance),
                      SLICE_FMT(v.organisation));
    }
}

/* A claim's marking is its document's joined with its own: whoever sees the claim sees the
 * document. */
TEST(what_is_joined_is_seen_by_nobody_who_does_not_see_the_first)
{
    readers r;
    make_readers(&r);
    for (size_t a = 0; a < WORLD_MARKINGS; a++)
        for (size_t b = 0; b < WORLD_MARKINGS; b++)
            for (size_t i = 0; i < r.count; i++) {
                marking x = world_markings[a], y = world_markings[b], both = marking_join(x, y);
                if (view_sees(&r.at[i], both) && !view_sees(&r.at[i], x))
                    TEST_FAIL("%zu with %zu is seen by reader %zu", a, b, i);
                CHECK(both.tlp >= x.tlp && both.tlp >= y.tlp && both.pap >= y.pap);
            }
}

/* --- non-interference ------------------------------------------------------------------------- */

/* The reader of the whole store and the reader of the store without what he may not see. */
static bool independent(const world *w, world_store *whole, const claim_ids *ids, const view *v,
                        bool texts)
{
    world_store part;
    buf a, b;
    bool same = false;
    buf_init(&a, READING_TEXT_MAX);
    buf_init(&b, READING_TEXT_MAX);
    if (run_history(&part, w, w->event_count, v)) {
        reading r = {.s = whole->s, .w = w, .v = v, .ids = ids, .since = world_after(12)};
        r.no_texts = !texts;
        read_everything(&r, &a);
        r.s = part.s;
        read_everything(&r, &b);
        same = same_text("view", w->seed, v, &a, &b);
    }
    world_store_close(&part);
    buf_done(&a);
    buf_done(&b);
    return same;
}

TEST(what_a_reader_may_not_see_changes_nothing)
{
    readers r;
    claim_ids *ids = calloc(1, sizeof *ids);
    REQUIRE(ids);
    make_readers(&r);
    for (uint64_t seed = 1; seed <= rounds(2); seed++) {
        world w;
        world_store whole;
        world_make(&w, seed);
        if (run_history(&whole, &w, w.event_count, NULL)) {
            read_claim_ids(whole.s, ids);
            CHECK(ids->count > 50 && ids->count < READING_IDS);
            for (size_t i = 0; i < r.count; i++)
                CHECK(independent(&w, &whole, ids, &r.at[i], all_texts || i % 4 == seed % 4));
        }
        world_store_close(&whole);
        world_done(&w);
    }
    free(ids);
}

/* What leaves of a document that a reader sees a part of is what he sees, or nothing. */
TEST(a_document_that_is_seen_in_part_does_not_leave_whole)
{
    readers r;
    unsigned tried = 0, refused = 0;
    make_readers(&r);
    for (uint64_t seed = 1; seed <= rounds(1); seed++) {
        world w;
        world_store ws;
        world_make(&w, seed);
        bool run = run_history(&ws, &w, w.event_count, NULL);
        for (size_t n = 0; run && n < r.count * w.event_count; n++) {
            const view *v = &r.at[n % r.count];
            const world_event *e = &w.events[n / r.count];
            buf out;
            if (e->what != EVENT_DOCUMENT)
                continue;
            buf_init(&out, 1 << 20);
            status st = read_document(ws.s, v, e->sha256, &out);
            bool whole = slice_eq(buf_slice(&out), buf_slice(&e->bytes));
            CHECK(whole == world_sees_whole(&w, n / r.count, v));
            CHECK(st == (may_see(v, e->floor) ? OK : ERR_NOT_FOUND));
            refused += st != OK;
            tried += st == OK && !whole;
            for (size_t i = 0; i < e->record_count; i++)
                CHECK(may_see(v, world_record_marking(e, &e->records[i])) ||
                      slice_find(buf_slice(&out), slice_str(e->records[i].bytes), 0) == SIZE_MAX);
            buf_done(&out);
        }
        world_store_close(&ws);
        world_done(&w);
    }
    CHECK(tried > 20 && refused > 20);
}

/* Parts marked RED are in the bytes as received and in nothing that leaves for a GREEN reader. */
TEST(what_granular_markings_hide_does_not_leave)
{
    view green = {.clearance = TLP_GREEN, .all_audiences = true, .known_at = WHEN_NONE};
    world w;
    world_store ws;
    buf raw, redacted, all;
    buf_init(&raw, 1 << 22);
    buf_init(&redacted, 1 << 22);
    buf_init(&all, READING_TEXT_MAX);
    world_make(&w, 1);
    if (run_history(&ws, &w, w.event_count, NULL)) {
        CHECK_OK(read_objects_raw(ws.s, &green, false, &raw));
        CHECK_OK(read_objects_raw(ws.s, &green, true, &redacted));
        read_everything(
            &(reading){.s = ws.s, .w = &w, .v = &green, .no_documents = true, .no_texts = true},
            &all);
        unsigned hidden = 0, shown = 0;
        for (unsigned i = 0; i < w.hidden_number; i++) {
            char text[32];
            snprintf(text, sizeof text, "granular %u\"", i);
            if (slice_find(buf_slice(&raw), slice_str(text), 0) == SIZE_MAX)
                continue;
            bool red = world_hides_red(&w, i);
            hidden += red;
            shown += !red;
            CHECK((slice_find(buf_slice(&redacted), slice_str(text), 0) == SIZE_MAX) == red);
            CHECK((slice_find(buf_slice(&all), slice_str(text), 0) == SIZE_MAX) == red);
        }
        CHECK(hidden > 1 && shown > 1);
    }
    world_store_close(&ws);
    world_done(&w);
    buf_done(&raw);
    buf_done(&redacted);
    buf_done(&all);
}

/* --- as of ------------------------------------------------------------------------------------ */

enum { STOPS = 4 };

/* As of T the store says at the end what it said at T, whatever was delivered, taken back or set
 * since. */
TEST(as_of_then_everything_is_as_it_was)
{
    static const size_t every = WORLD_EVENTS / STOPS;
    static const struct {
        tlp clearance;
        slice organisation;
    } who[] = {{TLP_RED, S_INIT("")}, {TLP_GREEN, S_INIT("")}, {TLP_AMBER_STRICT, S_INIT("org-a")}};
    claim_ids *ids = calloc(1, sizeof *ids);
    REQUIRE(ids);
    for (uint64_t seed = 1; seed <= rounds(2); seed++) {
        world w;
        world_store ws;
        buf then[STOPS][COUNT_OF(who)], now;
        world_make(&w, seed + 100);
        buf_init(&now, READING_TEXT_MAX);
        bool run = world_store_open(&ws);
        size_t stops = 0;
        for (int again = 0; run && again < 2; again++) {
            for (size_t i = 0; i < (again ? STOPS * every : w.event_count); i++) {
                if (!again)
                    CHECK_OK(world_apply(&ws, &w, i, NULL));
                if (i % every != every - 1 - seed % every) /* other instants each time */
                    continue;
                size_t stop = i / every;
                if (!again && !ids->count)
                    read_claim_ids(ws.s, ids);
                for (size_t k = 0; stop < STOPS && k < COUNT_OF(who); k++) {
                    view v = {.clearance = who[k].clearance,
                              .organisation = who[k].organisation,
                              .all_audiences = true,
                              .known_at = world_after(i),
                              .now = world_after(i)};
                    reading r = {.s = ws.s, .w = &w, .v = &v, .ids = ids, .since = world_after(5)};
                    r.no_texts = k != 0;
                    if (again) {
                        buf_clear(&now);
                        read_everything(&r, &now);
                        same_text("as of", seed, &v, &now, &then[stop][k]);
                    } else {
                        buf_init(&then[stop][k], READING_TEXT_MAX);
                        read_everything(&r, &then[stop][k]);
                        stops++;
                    }
                }
            }
        }
        CHECK(stops == STOPS * COUNT_OF(who));
        for (size_t i = 0; i < stops; i++)
            buf_done(&then[i / COUNT_OF(who)][i % COUNT_OF(who)]);
        buf_done(&now);
        world_store_close(&ws);
        world_done(&w);
    }
    free(ids);
}

/* --- the same again --------------------------------------------------------------------------- */

/* Everything once more, in another order and from other places; `known`: as the importer does it,
 * which looks first whether it has the bytes. */
static void deliver_again(world_store *ws, const world *w, bool known)
{
    uint64_t fresh = ws->fresh;
    ws->now_us = world_instant(WORLD_EVENTS); /* at one instant: arrivals are history */
    for (size_t n = 0; n < w->event_count; n++) {
        size_t i = (n * 29 + 11) % w->event_count;
        char path[48];
        snprintf(path, sizeof path, "elsewhere/%zu.json", n);
        if (w->events[i].what == EVENT_DOCUMENT)
            CHECK_OK(world_deliver(ws, w, i, path, known));
    }
    CHECK_EQ(ws->fresh, fresh);
}

/* Deliveries of whole lists and retractions are left out: an old list that comes again takes its
 * place again, and what was taken back is said again, which is no repetition. */
static void make_repeatable(world *w, uint64_t seed)
{
    world_make(w, seed);
    for (size_t i = 0; i < w->event_count; i++)
        w->events[i].snapshot = false;
}

TEST(the_same_again_adds_nothing)
{
    for (uint64_t seed = 1; seed <= rounds(1); seed++) {
        world w;
        world_store ws;
        buf before, after;
        view v = reading_all;
        claim_ids *ids = calloc(1, sizeof *ids);
        REQUIRE(ids);
        buf_init(&before, READING_TEXT_MAX);
        buf_init(&after, READING_TEXT_MAX);
        make_repeatable(&w, seed + 200);
        REQUIRE(world_store_open(&ws));
        for (size_t i = 0; i < w.event_count; i++)
            if (w.events[i].what != EVENT_RETRACT)
                CHECK_OK(world_apply(&ws, &w, i, NULL));
        for (size_t i = 0; i < w.event_count; i++) { /* a grade is set again, too */
            w.events[i].reliability = 0;
            w.events[i].derives_from = NULL;
        }
        v.now = world_after(WORLD_EVENTS + 5);
        read_claim_ids(ws.s, ids);
        reading r = {.s = ws.s, .w = &w, .v = &v, .ids = ids, .no_arrivals = true};
        for (int how = 0; how < 4; how++) {
            r.no_arrivals = how == 0; /* the first time sources were heard of again */
            if (how < 2) {
                buf_clear(&before);
                read_everything(&r, &before);
            }
            deliver_again(&ws, &w, how % 2 == 0);
            buf_clear(&after);
            read_everything(&r, &after);
            CHECK(same_text("again", seed, &v, &after, &before));
        }
        free(ids);
        world_store_close(&ws);
        world_done(&w);
        buf_done(&before);
        buf_done(&after);
    }
}

/* --- marking_wash ----------------------------------------------------------------------------- */

/* A list of one source under a marking: `all` or only the first of two statements. */
static void put_list(world *w, marking m, when modified, bool all, bool snapshot)
{
    static const char text[] = "{\"type\":\"malware\",\"spec_version\":\"2.1\",\"name\":\"%s\"}";
    char object[128];
    world_event *e = world_document(w, "alpha", m);
    e->snapshot = snapshot;
    snprintf(object, sizeof object, text, all ? "both" : "one");
    world_record *r =
        world_object(e, "malware--00000000-0000-4000-8000-000000000005", modified, object);
    world_says(r, world_values[0], PRED_INDICATES, world_entities[4], "");
    if (all)
        world_says(r, world_values[1], PRED_INDICATES, world_entities[4], "");
    world_document_end(w, e);
}

/* How many statements of that level stand, for who sees everything or up to a level. */
static size_t stand(world_store *ws, tlp clearance, tlp level)
{
    CLEANUP(arena_done) arena a;
    lens *l = NULL;
    claim_list list = {0};
    view v = {.clearance = clearance, .all_audiences = true, .known_at = WHEN_NONE};
    size_t n = 0;
    arena_init(&a, 1 << 22);
    CHECK_OK(lens_new(ws->s, &l, &ws->why));
    CHECK_OK(lens_look(l, &v, &ws->why));
    CHECK_OK(claims_page(l, &a, 0, 100, &list, &ws->why));
    for (size_t i = 0; i < list.count; i++)
        n += list.at[i].marking.tlp == level;
    lens_free(l);
    return n;
}

/* What was said at one level keeps it whatever comes at another one: the same bytes, a newer
 * version that says less, a whole list that says less. */
TEST(marking_wash_what_was_said_at_a_level_stays_there)
{
    enum { SAME_BYTES, NEWER_VERSION, WHOLE_LIST, WAYS };
    for (unsigned n = 0; n < TLP_COUNT_ * TLP_COUNT_ * WAYS; n++) {
        tlp first = (tlp)(n % TLP_COUNT_), later = (tlp)(n / TLP_COUNT_ % TLP_COUNT_);
        unsigned way = n / (TLP_COUNT_ * TLP_COUNT_);
        world *w = calloc(1, sizeof *w);
        world_store ws;
        REQUIRE(w);
        if (first == later) {
            free(w);
            continue;
        }
        put_list(w, (marking){.tlp = first}, WHEN_DAY, true, way == WHOLE_LIST);
        put_list(w, (marking){.tlp = later}, way == SAME_BYTES ? WHEN_DAY : 2 * WHEN_DAY,
                 way == SAME_BYTES, way == WHOLE_LIST);
        if (run_history(&ws, w, w->event_count, NULL)) {
            CHECK_EQ(stand(&ws, TLP_RED, first), 2);
            CHECK_EQ(stand(&ws, TLP_RED, later), way == SAME_BYTES ? 2 : 1);
            CHECK_EQ(stand(&ws, first < later ? first : later, first > later ? first : later), 0);
            CHECK_EQ(stand(&ws, first, first), 2);
        }
        world_store_close(&ws);
        world_done(w);
        free(w);
    }
}

/* A second source's definition of a marking lowers nothing that the first one's hides. */
TEST(marking_wash_a_definition_of_the_same_id_lowers_nothing)
{
    static const char id[] = "marking-definition--00000000-0000-4000-8000-000000000099";
    view green = {.clearance = TLP_GREEN, .all_audiences = true, .known_at = WHEN_NONE};
    for (int lower_first = 0; lower_first < 3; lower_first++) {
        world *w = calloc(1, sizeof *w);
        world_store ws;
        char text[700];
        buf out;
        REQUIRE(w);
        buf_init(&out, 1 << 20);
        for (int i = 0; i < 2; i++) {
            bool red = lower_first < 2 && i == lower_first;
            world_event *e = world_document(w, i ? "beta" : "alpha", (marking){0});
            snprintf(text, sizeof text,
                     "{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"%s\","
                     "\"definition_type\":\"tlp\",\"definition\":{\"tlp\":\"%s\"}}",
                     id, red ? "red" : "white");
            world_object(e, id, WHEN_NONE, text);
            world_document_end(w, e);
        }
        world_event *e = world_document(w, "alpha", (marking){0});
        snprintf(
            text, sizeof text,
            "{\"type\":\"malware\",\"spec_version\":\"2.1\",\"id\":\"%s\",\"notes\":\"hidden\","
            "\"granular_markings\":[{\"marking_ref\":\"%s\",\"selectors\":[\"notes\"]}]}",
            world_entities[4].text.ptr, id);
        world_object(e, world_entities[4].text.ptr, WHEN_DAY, text);
        world_document_end(w, e);
        if (run_history(&ws, w, w->event_count, NULL))
            CHECK_OK(read_objects_raw(ws.s, &green, true, &out));
        bool shown = slice_find(buf_slice(&out), S("hidden"), 0) != SIZE_MAX;
        CHECK(shown == (lower_first == 2)); /* the third time both say that everybody may */
        world_store_close(&ws);
        world_done(w);
        free(w);
        buf_done(&out);
    }
}

/* --- mutants ---------------------------------------------------------------------------------- */

#ifdef NOROSHI_MUTANTS
/* Two stores that must read the same, whatever filter both read through. */
typedef struct rival {
    world w;
    world_store a, b;
    view of_a, of_b;
    claim_ids ids;
    const char *property;
} rival;

/* The whole store, and the one without what the reader may not see. */
static bool make_view_rival(rival *x, uint64_t seed, const view *v)
{
    x->property = "view";
    world_make(&x->w, seed);
    x->of_a = x->of_b = *v;
    bool made = run_history(&x->a, &x->w, x->w.event_count, NULL);
    made = run_history(&x->b, &x->w, x->w.event_count, v) && made;
    read_claim_ids(x->a.s, &x->ids);
    return made;
}

/* The whole store as of an instant, and the one where nothing happened afterwards. */
static bool make_past_rival(rival *x, uint64_t seed, size_t events)
{
    x->property = "as of";
    world_make(&x->w, seed);
    x->of_a = x->of_b = reading_all;
    x->of_a.now = x->of_b.now = x->of_a.known_at = x->of_b.known_at = world_after(events - 1);
    bool made = run_history(&x->a, &x->w, x->w.event_count, NULL);
    made = run_history(&x->b, &x->w, events, NULL) && made;
    read_claim_ids(x->a.s, &x->ids);
    return made;
}

/* Does a document that the reader sees a part of leave whole through this filter? */
static bool lets_out(rival *x)
{
    bool out = false;
    for (size_t i = 0; i < x->w.event_count; i++) {
        const world_event *e = &x->w.events[i];
        buf b;
        if (e->what != EVENT_DOCUMENT || world_sees_whole(&x->w, i, &x->of_a))
            continue;
        buf_init(&b, 1 << 20);
        if (read_document(x->a.s, &x->of_a, e->sha256, &b) == OK)
            out |= slice_eq(buf_slice(&b), buf_slice(&e->bytes));
        buf_done(&b);
    }
    return out;
}

/* Does the property fail through this filter? Quick readings come first. */
static bool notices(rival *x, int mutant)
{
    buf a, b;
    buf_init(&a, READING_TEXT_MAX);
    buf_init(&b, READING_TEXT_MAX);
    bool open = world_store_mutant(&x->a, mutant);
    open = world_store_mutant(&x->b, mutant) && open;
    CHECK(open);
    if (!open)
        return false;
    reading r = {.w = &x->w, .ids = &x->ids, .since = world_after(12), .no_texts = true};
    bool differ = lets_out(x);
    for (r.part = READ_STORED; !differ && r.part <= READ_ANSWERS; r.part++) {
        r.s = x->a.s;
        r.v = &x->of_a;
        read_everything(&r, &a);
        r.s = x->b.s;
        r.v = &x->of_b;
        read_everything(&r, &b);
        differ = !slice_eq(buf_slice(&a), buf_slice(&b));
    }
    buf_done(&a);
    buf_done(&b);
    return differ;
}

/* Which statement a filter stands in. */
static query filter_query(int number)
{
    for (unsigned q = 0; q < QUERY_COUNT_; q++)
        for (const char *p = db_sql((query)q); (p = strstr(p, "SEES")) != NULL; p++)
            if (number-- == 0)
                return (query)q;
    return QUERY_COUNT_;
}

/* What only a thing with many claims leads to: who has a voice, what each says of names, and where
 * the claims stand. The worlds have no such crowds; know/telling_test.c removes each of these
 * filters. */
static bool is_of_crowds(query q)
{
    static const query those[] = {
        Q_CLAIMS_TOLD_TIES, Q_CLAIMS_TOLD_TIES_PAST, Q_CLAIM_VOICE,      Q_CLAIM_VOICE_PAST,
        Q_CLAIM_VOICE_NEXT, Q_CLAIM_VOICE_NEXT_PAST, Q_CLAIMS_PASSED,    Q_CLAIMS_PASSED_PAST,
        Q_CLAIMS_RUN,       Q_CLAIMS_RUN_PAST,       Q_CLAIMS_RUN_QUIET, Q_CLAIMS_RUN_QUIET_PAST,
    };
    bool is = false;
    for (size_t i = 0; i < COUNT_OF(those); i++)
        is |= q == those[i];
    return is;
}

enum { RIVALS = 5 };

TEST(without_any_filter_a_property_fails)
{
    static const view green = {
        .clearance = TLP_GREEN, .all_audiences = true, .known_at = WHEN_NONE};
    static const view nobody = {.clearance = TLP_RED, .known_at = WHEN_NONE};
    static const view customer = {
        .clearance = TLP_AMBER, .organisation = S_INIT("org-a"), .known_at = WHEN_NONE};
    rival *rivals = calloc(RIVALS, sizeof *rivals);
    REQUIRE(rivals);
    view readers[] = {green, nobody, customer};
    bool made = make_past_rival(&rivals[1], 1, WORLD_EVENTS / 2);
    made = make_past_rival(&rivals[4], 2, WORLD_EVENTS / 3) && made;
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        readers[i].now = world_after(WORLD_EVENTS);
        made = make_view_rival(&rivals[i ? i + 1 : 0], 1 + i, &readers[i]) && made;
    }
    CHECK(made);
    for (size_t i = 0; i < RIVALS; i++) /* all of them read the same as they are */
        CHECK(!notices(&rivals[i], -1));
    for (int n = 0; made && n < db_filter_count(); n++) {
        bool noticed = is_of_crowds(filter_query(n));
        for (size_t i = 0; i < RIVALS && !noticed; i++)
            noticed = notices(&rivals[i], n);
        if (!noticed)
            TEST_FAIL("filter %d may be dropped: %s", n, db_sql(filter_query(n)));
    }
    for (size_t i = 0; i < RIVALS; i++) {
        world_store_close(&rivals[i].a);
        world_store_close(&rivals[i].b);
        world_done(&rivals[i].w);
    }
    free(rivals);
}
#endif
