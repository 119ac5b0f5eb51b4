/* Two engines, one answer: the same things told to a store in SQLite and to one in PostgreSQL, then
 * the same asked of both. Needs NOROSHI_TEST_STORE. */
#include "base/test.h"
#include "know/claims.h"
#include "know/search.h"
#include "know/store_private.h"
#include "know/test_engine.h"
#include "know/write.h"

#include <ftw.h>
#include <unistd.h>

typedef struct side {
    char dir[64];
    test_engine engine;
    int64_t now_us;
    uint64_t seed;
    store *s;
    writer *w;
    lens *l;
    err why;
} side;

static int64_t tick(void *ctx)
{
    return ((side *)ctx)->now_us += 1000;
}

static bool side_open(side *x, bool in_database)
{
    *x = (side){.now_us = 1700000000000000, .seed = 1};
    snprintf(x->dir, sizeof x->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    if (!mkdtemp(x->dir))
        return false;
    store_options o = {.dir = x->dir,
                       .server = in_database ? test_server(&x->engine, x->dir) : NULL,
                       .create = true,
                       .clock = {tick, x},
                       .random = random_seeded(&x->seed),
                       .mutant = -1};
    CHECK_OK(store_open(&o, &x->s, &x->why));
    if (x->s) {
        CHECK_OK(writer_new(x->s, S("tester"), &x->w, &x->why));
        CHECK_OK(lens_new(x->s, &x->l, &x->why));
    }
    return x->w && x->l;
}

static int unlink_one(const char *path, const struct stat *s, int flag, struct FTW *f)
{
    (void)s, (void)flag, (void)f;
    return remove(path);
}

static void side_close(side *x)
{
    lens_free(x->l);
    writer_free(x->w);
    store_close(x->s);
    nftw(x->dir, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- made-up deliveries ----------------------------------------------------------------------- */

static uint64_t dice(uint64_t *state, uint64_t sides)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % sides;
}

static const char *const vocabulary[] = {
    "fancy",
    "bear",
    "Bear,",
    "APT28",
    "T1059.001",
    "cobalt-strike",
    "環境変数",
    "鍵を盗む",
    "攻撃",
    "198[.]51.100.7",
    "hxxp://evil.example/a",
    "Ｆａｎｃｙ",
    "naïve",
    "a\xff-b",
    "the",
    "of",
};

static slice sentence(arena *a, uint64_t *state)
{
    slice text = S("");
    for (uint64_t n = dice(state, 12) + 1; n; n--)
        text = arena_printf(a, "%.*s%s%s", SLICE_FMT(text), text.len ? " " : "",
                            vocabulary[dice(state, COUNT_OF(vocabulary))]);
    return text;
}

/* One record; `versioned` ones come again with other content. */
static status tell(side *x, arena *a, uint64_t *state, uint64_t i)
{
    static const predicate said[] = {PRED_NAMED, PRED_DESCRIBED, PRED_USES, PRED_INDICATES};
    bool fresh, versioned = dice(state, 3) == 0;
    fact_record r = {.at = i,
                     .line = i + 1,
                     .modified = versioned ? (when)dice(state, 5) * 1000 : WHEN_NONE,
                     .content = {(uint8_t)dice(state, 6)}};
    if (versioned) {
        r.id = arena_printf(a, "thing--%d", (int)dice(state, 12));
        r.spec = S("2.1");
    }
    status st = writer_begin(x->w, &r, &x->why);
    for (uint64_t n = dice(state, 3) + 1; st == OK && n; n--) {
        slice origin = arena_printf(a, "https://example.com/%d", (int)dice(state, 4));
        fact_claim c = {.subject = {KIND_ACTOR, arena_printf(a, "a%d", (int)dice(state, 40))},
                        .predicate = said[dice(state, COUNT_OF(said))],
                        .value = sentence(a, state),
                        .confidence = (int)dice(state, 3) - 1,
                        .first_seen = dice(state, 2) ? WHEN_NONE : 5,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE,
                        .marking = {.tlp = dice(state, 4) ? TLP_CLEAR : TLP_RED},
                        .marked = true,
                        .origins = &origin,
                        .origin_count = dice(state, 2)};
        if (c.predicate == PRED_NAMED) {
            c.object = (node_ref){KIND_NAME, arena_printf(a, "name%d", (int)dice(state, 30))};
            c.detail = S("{\"kind\":\"primary\"}");
        }
        st = writer_claim(x->w, &c, &x->why);
    }
    return st == OK ? writer_end(x->w, &fresh, &x->why) : st;
}

/* Deliveries of three feeds, some of them whole lists, some taken back. */
static document_result deliver(side *x, uint64_t round)
{
    CLEANUP(arena_done) arena a;
    uint64_t state = round * 7919 + 3;
    uint8_t sha[SHA256_BYTES] = {(uint8_t)round, (uint8_t)(round >> 8), 1};
    document_result result = {0};
    slice path;
    arena_init(&a, 64 << 20);
    path = arena_printf(&a, "feed%d.csv", (int)(round % 3));
    document_in d = {.sha256 = sha,
                     .bytes = 1,
                     .source = path,
                     .parser = 1,
                     .format = S("test"),
                     .path = path,
                     .feed = path,
                     .snapshot = round % 3 == 1};
    CHECK_OK(writer_document(x->w, &d, &x->why));
    for (uint64_t i = 0, n = dice(&state, 60); i < n; i++)
        CHECK_OK(tell(x, &a, &state, i));
    if (dice(&state, 5) == 0)
        CHECK_OK(writer_document_abort(x->w, &x->why));
    else
        CHECK_OK(writer_document_end(x->w, S("test"), 0, &result, &x->why));
    if (dice(&state, 2))
        CHECK_OK(writer_sync(x->w, &x->why));
    return result;
}

/* --- asking both ------------------------------------------------------------------------------ */

static void put_claims(side *x, const view *v, buf *out)
{
    CLEANUP(arena_done) arena a;
    claim_list list;
    arena_init(&a, 256 << 20);
    CHECK_OK(lens_look(x->l, v, &x->why));
    CHECK_OK(claims_page(x->l, &a, 0, CLAIMS_MAX, &list, &x->why));
    for (size_t i = 0; i < list.count; i++) {
        const claim *c = &list.at[i];
        buf_printf(out, "%lld %.*s %d %.*s %.*s %.*s %.*s %d %zu\n", (long long)c->row,
                   SLICE_FMT(c->subject.text), (int)c->predicate, SLICE_FMT(c->object.text),
                   SLICE_FMT(c->value), SLICE_FMT(c->source), SLICE_FMT(c->place), c->confidence,
                   c->origin_count);
    }
}

static void put_hits(side *x, const view *v, slice text, buf *out)
{
    CLEANUP(arena_done) arena a;
    search_hits h;
    search_query q = {.text = text, .limit = 100};
    arena_init(&a, 64 << 20);
    CHECK_OK(lens_look(x->l, v, &x->why));
    status st = search_run(x->l, &a, &q, &h, &x->why);
    buf_printf(out, "%.*s -> %s\n", SLICE_FMT(text), status_name(st));
    for (size_t i = 0; st == OK && i < h.count; i++)
        buf_printf(out, "  %.*s %s %.*s %016llx %zu\n", SLICE_FMT(h.at[i].subject.text),
                   search_part_word(h.at[i].part), SLICE_FMT(h.at[i].excerpt),
                   (unsigned long long)h.at[i].claim_lo, h.at[i].matches);
}

/* What people type: words, phrases, beginnings. */
static slice question(arena *a, uint64_t *state)
{
    slice text = sentence(a, state);
    if (text.len > 60)
        text = slice_sub(text, 0, 60);
    uint64_t how = dice(state, 3);
    return how == 0   ? arena_printf(a, "\"%.*s\"", SLICE_FMT(text))
           : how == 1 ? arena_printf(a, "%.*s*", SLICE_FMT(text))
                      : text;
}

static void ask_all(side *x, buf *out)
{
    CLEANUP(arena_done) arena a;
    uint64_t state = 11;
    arena_init(&a, 64 << 20);
    const view views[] = {
        {.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE},
        {.clearance = TLP_CLEAR, .all_audiences = true, .known_at = WHEN_NONE},
        {.clearance = TLP_RED, .all_audiences = true, .known_at = 1700000000000 + 150},
    };
    CHECK_OK(writer_sync(x->w, &x->why));
    CHECK_OK(search_catch_up(x->s, &x->why));
    for (size_t i = 0; i < COUNT_OF(views); i++) {
        put_claims(x, &views[i], out);
        for (int n = 0; n < 60; n++)
            put_hits(x, &views[i], question(&a, &state), out);
    }
}

static void check_equal(const buf *x, const buf *y)
{
    size_t at = 0;
    CHECK(x->len > 10000 && !x->failed && !y->failed);
    while (at < x->len && at < y->len && x->ptr[at] == y->ptr[at])
        at++;
    if (at < x->len || at < y->len) {
        size_t from = at > 100 ? at - 100 : 0;
        TEST_FAIL("differ at %zu: ...%.*s\n### and ...%.*s", at,
                  SLICE_FMT(slice_sub(buf_slice(x), from, at + 200)),
                  SLICE_FMT(slice_sub(buf_slice(y), from, at + 200)));
    }
}

TEST(both_engines_give_the_same_answers)
{
    side near, far;
    CLEANUP(buf_done) buf x;
    CLEANUP(buf_done) buf y;
    buf_init(&x, 64 << 20);
    buf_init(&y, 64 << 20);
    if (!getenv("NOROSHI_TEST_STORE"))
        TEST_SKIP("NOROSHI_TEST_STORE is not set");
    REQUIRE(side_open(&near, false) && side_open(&far, true));
    for (uint64_t round = 1; round <= 40; round++) {
        document_result a = deliver(&near, round), b = deliver(&far, round);
        CHECK_EQ(a.records, b.records);
        CHECK_EQ(a.fresh, b.fresh);
        CHECK_EQ(a.withdrawn, b.withdrawn);
    }
    ask_all(&near, &x);
    ask_all(&far, &y);
    check_equal(&x, &y);
    side_close(&near);
    side_close(&far);
}

/* Longer than a tsvector may be, and a phrase far behind where its places end. */
TEST(long_texts_are_found_on_both)
{
    side both[2];
    enum { LONG = FACT_VALUE_MAX };
    if (!getenv("NOROSHI_TEST_STORE"))
        TEST_SKIP("NOROSHI_TEST_STORE is not set");
    char *text = malloc(LONG);
    REQUIRE(text);
    for (size_t i = 0; i < 2; i++) {
        side *x = &both[i];
        uint64_t state = 1, matches[3] = {0};
        REQUIRE(side_open(x, i == 1));
        for (size_t round = 0; round < 2; round++) { /* many words, then one word many times */
            size_t n = 0, most = round ? 200000 : LONG;
            while (n + 32 < most)
                n += (size_t)snprintf(text + n, most - n, round ? "again " : "w%07llu ",
                                      (unsigned long long)dice(&state, 10000000));
            n += (size_t)snprintf(text + n, most - n, "again zebra crossing");
            uint8_t sha[SHA256_BYTES] = {(uint8_t)round, 9};
            document_in d = {
                .sha256 = sha, .source = S("s"), .parser = 1, .format = S("t"), .path = S("p")};
            fact_record r = {.line = 1, .modified = WHEN_NONE};
            fact_claim c = {.subject = {KIND_ACTOR, round ? S("b") : S("a")},
                            .predicate = PRED_DESCRIBED,
                            .value = slice_of(text, n),
                            .confidence = -1,
                            .first_seen = WHEN_NONE,
                            .last_seen = WHEN_NONE,
                            .valid_from = WHEN_NONE,
                            .valid_until = WHEN_NONE};
            document_result result;
            bool fresh;
            CHECK_OK(writer_document(x->w, &d, &x->why));
            CHECK_OK(writer_begin(x->w, &r, &x->why));
            CHECK_OK(writer_claim(x->w, &c, &x->why));
            CHECK_OK(writer_end(x->w, &fresh, &x->why));
            CHECK_OK(writer_document_end(x->w, S("t"), 0, &result, &x->why));
            CHECK_OK(writer_sync(x->w, &x->why));
        }
        CHECK_OK(search_catch_up(x->s, &x->why));
        static const char *const asked[] = {"\"again zebra crossing\"", "\"zebra again\"",
                                            "zebra cross*"};
        for (size_t k = 0; k < COUNT_OF(asked); k++) {
            CLEANUP(arena_done) arena a;
            view v = {.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
            search_hits h = {0};
            arena_init(&a, 64 << 20);
            CHECK_OK(lens_look(x->l, &v, &x->why));
            CHECK_OK(
                search_run(x->l, &a, &(search_query){.text = slice_str(asked[k])}, &h, &x->why));
            matches[k] = h.count;
        }
        CHECK_EQ(matches[0], 2);
        CHECK_EQ(matches[1], 0);
        CHECK_EQ(matches[2], 2);
    }
    free(text);
    side_close(&both[0]);
    side_close(&both[1]);
}

/* A record of more than is kept: begun with what came before it, and then written as it comes. */
TEST(a_large_record_is_written_as_it_comes)
{
    side x;
    enum { CLAIMS = 80, LONG = 1 << 20 };
    if (!getenv("NOROSHI_TEST_STORE"))
        TEST_SKIP("NOROSHI_TEST_STORE is not set");
    char *text = malloc(LONG);
    REQUIRE(text);
    memset(text, 'x', LONG);
    REQUIRE(side_open(&x, true));
    document_in d = {.sha256 = (uint8_t[SHA256_BYTES]){4},
                     .source = S("s"),
                     .parser = 1,
                     .format = S("t"),
                     .path = S("p")};
    document_result result = {0};
    CHECK_OK(writer_document(x.w, &d, &x.why));
    for (int record = 0; record < 3; record++) {
        fact_record r = {.at = (uint64_t)record, .line = 1, .modified = WHEN_NONE};
        bool fresh;
        CHECK_OK(writer_begin(x.w, &r, &x.why));
        for (int i = 0; i < (record == 1 ? CLAIMS : 1); i++) {
            int n = snprintf(text, 16, "%d %d", record, i);
            text[n] = ' ';
            fact_claim c = {.subject = {KIND_ACTOR, S("a")},
                            .predicate = PRED_PROPERTY,
                            .value = slice_of(text, LONG),
                            .confidence = -1,
                            .first_seen = WHEN_NONE,
                            .last_seen = WHEN_NONE,
                            .valid_from = WHEN_NONE,
                            .valid_until = WHEN_NONE};
            CHECK_OK(writer_claim(x.w, &c, &x.why));
        }
        CHECK_OK(writer_end(x.w, &fresh, &x.why));
    }
    CHECK_OK(writer_document_end(x.w, S("t"), 0, &result, &x.why));
    CHECK_OK(writer_sync(x.w, &x.why));
    CHECK_EQ(result.records, 3);
    CHECK_EQ(result.fresh, 3);
    free(text);
    side_close(&x);
}
