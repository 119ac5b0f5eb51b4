#include "base/test.h"
#include "watch/match_scene.h"

#include <unistd.h>

/* --- what is found -------------------------------------------------------------------------- */

/* Those of h that are not in `other`, the first few. */
static void print_hits(const char *who, slice text, const match_hit *h, size_t n,
                       const match_hit *other, size_t other_count)
{
    size_t shown = 0;
    for (size_t i = 0; i < n && shown < 8; i++) {
        bool there = false;
        for (size_t k = 0; k < other_count && !there; k++)
            there = slow_order(&h[i], &other[k]) == 0;
        if (there)
            continue;
        shown++;
        fprintf(stderr, "  %s: %llu+%llu id %llu kind %s how %d \"%.*s\"\n", who,
                (unsigned long long)h[i].at, (unsigned long long)h[i].length,
                (unsigned long long)h[i].id, kind_name(h[i].kind), (int)h[i].how,
                (int)(h[i].length < 80 ? h[i].length : 80), text.ptr + h[i].at);
        size_t from = h[i].at < 40 ? 0 : h[i].at - 40;
        fprintf(stderr, "    in \"%.*s\"\n", (int)(text.len - from < 120 ? text.len - from : 120),
                text.ptr + from);
    }
}

/* Both matchers, all levels, whole and in pieces. Returns the hits of the slow one. */
static void compare_how(const scene *s, slice text, const match_hit *want, size_t count,
                        unsigned level, size_t cut, size_t piece)
{
    scene_hits got = {0};
    REQUIRE(scene_match(s->table, text, level, cut, piece, &got));
    if (!scene_same(want, count, got.at, got.count)) {
        TEST_FAIL("level %u cut %zu piece %zu: %zu hits, want %zu in \"%.*s\"", level, cut, piece,
                  got.count, count, (int)(text.len < 300 ? text.len : 300), text.ptr);
        print_hits("got ", text, got.at, got.count, want, count);
        print_hits("want", text, want, count, got.at, got.count);
    }
    free(got.at);
}

static unsigned best_level(void)
{
    unsigned best = 0;
    matcher *m = matcher_new(&(match_sink){.hits = scene_collect});
    while (best < 2 && m && matcher_force(m, best + 1))
        best++;
    matcher_free(m);
    return best;
}

static void compare_pieces(const scene *s, slice text, bool every_cut)
{
    size_t count;
    match_hit *want = slow_match(s->slow, SCENE_COUNT, text, &count);
    unsigned best = best_level();
    for (unsigned level = 0; level <= best && !test_bad; level++)
        compare_how(s, text, want, count, level, 0, 0);
    static const size_t pieces[] = {1, 2, 3, 7, 63, 64, 65, 1000};
    for (size_t i = 0; i < COUNT_OF(pieces) && !test_bad; i++)
        compare_how(s, text, want, count, (unsigned)i % (best + 1), 0, pieces[i]);
    for (size_t cut = 1; every_cut && cut < text.len && !test_bad; cut++)
        compare_how(s, text, want, count, (unsigned)cut % (best + 1), cut, 0);
    free(want);
}

/* A text, and the hits in it as "how value, ..." in order. */
static const struct {
    slice text, want;
} spellings[] = {
#define ROW(text, want) {S_INIT(text), S_INIT(want)},
#include "watch/match_spellings.def"
#undef ROW
};

static void write_hits(const scene *s, const match_hit *h, size_t n, buf *out)
{
    static const char *const hows[] = {"", "exact", "parent", "covers", "join"};
    for (size_t i = 0; i < n; i++) {
        const char *sep = i ? ", " : "";
        if (h[i].how == MATCH_JOIN)
            buf_printf(out, "%sjoin", sep);
        else
            buf_printf(out, "%s%s %.*s", sep, hows[h[i].how],
                       SLICE_FMT(s->slow[h[i].id - 1000].value));
    }
}

TEST(every_spelling_is_found)
{
    CLEANUP(scene_done) scene s = {0};
    REQUIRE(scene_make(&s));
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        CLEANUP(buf_done) buf out;
        scene_hits got = {0};
        buf_init(&out, 1 << 16);
        REQUIRE(scene_match(s.table, spellings[i].text, 0, 0, 0, &got));
        write_hits(&s, got.at, got.count, &out);
        if (!slice_eq(buf_slice(&out), spellings[i].want))
            TEST_FAIL("\"%.*s\" gives \"%.*s\", want \"%.*s\"", SLICE_FMT(spellings[i].text),
                      SLICE_FMT(buf_slice(&out)), SLICE_FMT(spellings[i].want));
        free(got.at);
    }
}

TEST(every_spelling_at_every_cut_is_what_the_slow_matcher_finds)
{
    CLEANUP(scene_done) scene s = {0};
    REQUIRE(scene_make(&s));
    for (size_t i = 0; i < COUNT_OF(spellings) && !test_bad; i++)
        compare_pieces(&s, spellings[i].text, true);
}

/* --- made texts ----------------------------------------------------------------------------- */

static uint64_t chance(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void plant_escaped(buf *out, uint64_t how, unsigned char c)
{
    if (how == 0)
        buf_printf(out, "%%%02x", c);
    else if (how == 1)
        buf_printf(out, "\\u%04x", c);
    else if (how == 2)
        buf_printf(out, "\\x%02x", c);
    else
        buf_printf(out, "%%25%02X", c);
}

/* One value in a spelling of its own: case, escapes, defanging, marks around it. */
static void plant(buf *out, uint64_t *state, slice value)
{
    static const char *const around[] = {
        "",        " ",    "\"",       "\\n", "\\t", "%20",   "%0a",
        "\\u0020", "/",    "\\/",      "=",   ":",   "@",     "[",
        "]",       "(",    ")",        ".",   "-",   "_",     "\n",
        "x",       "7",    "\xc3\xa4", "\\",  "%2F", "%252f", "\xe3\x80\x82",
        "//",      "\\x3d"};
    uint64_t r = chance(state), how = r % 7, at = chance(state) % (value.len + 1);
    buf_printf(out, "%s", around[chance(state) % COUNT_OF(around)]);
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        bool here = how == 6 ? chance(state) % 4 == 0 : i == at;
        if (how >= 2 && here) {
            plant_escaped(out, chance(state) % 4, c);
        } else if (how == 1 && c == '.') {
            buf_printf(out, "%s", r >> 8 & 1 ? "[.]" : r >> 9 & 1 ? "(dot)" : "{DOT}");
        } else if (c == '/' && r >> 10 & 1) {
            buf_put(out, S("\\/"));
        } else {
            buf_byte(out, r >> 11 & 1 ? to_upper((char)c) : (char)c);
        }
    }
    buf_printf(out, "%s", around[chance(state) % COUNT_OF(around)]);
}

static void make_text(buf *out, uint64_t *state, size_t len)
{
    static const char *const filler[] = {"GET /index.html HTTP/1.1",
                                         "{\"ts\":1684500000.000700,\"uid\":\"C00ff00ff00ff00ff\",",
                                         "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
                                         "10:02:33",
                                         "C:\\\\Windows\\\\notepad.exe",
                                         "127.0.0.1:8080",
                                         "std::vector",
                                         "aa:bb:cc:dd:ee:ff",
                                         "a.b.c.d",
                                         "\n",
                                         "12345678901234567",
                                         "www.nice.example",
                                         "%E3%81%82",
                                         "\\u3042",
                                         "0x",
                                         "..",
                                         "http://",
                                         "hxxp://",
                                         "@",
                                         "::",
                                         "\xe6\x97\xa5\xe6\x9c\xac",
                                         "192.0.2.200",
                                         "2001:DB8:AA00:1::9"};
    while (out->len < len) {
        if (chance(state) % 3) {
            plant(out, state, scene_values[chance(state) % SCENE_COUNT].value);
        } else {
            buf_printf(out, "%s", filler[chance(state) % COUNT_OF(filler)]);
            if (chance(state) % 2)
                buf_byte(out, ' ');
        }
    }
}

TEST(made_texts_are_matched_as_the_slow_matcher_does)
{
    CLEANUP(scene_done) scene s = {0};
    REQUIRE(scene_make(&s));
    for (uint64_t seed = 0; seed < 300 && !test_bad; seed++) {
        CLEANUP(buf_done) buf out;
        uint64_t state = seed * 7919;
        buf_init(&out, 1 << 20);
        make_text(&out, &state, seed % 10 ? 300 : 30000);
        compare_pieces(&s, buf_slice(&out), false);
    }
}

TEST(mutations_are_matched_as_the_slow_matcher_does)
{
    CLEANUP(scene_done) scene s = {0};
    REQUIRE(scene_make(&s));
    static const char bytes[] =
        "..::--__%%\\\\[](){}@/\"' \n?&#=+ux25ndot0aAzZ\x80\xc3\xe3\xef\xff";
    for (uint64_t seed = 1; seed < 400 && !test_bad; seed++) {
        CLEANUP(buf_done) buf out;
        uint64_t state = seed * 104729;
        buf_init(&out, 1 << 20);
        make_text(&out, &state, 400);
        for (size_t i = 0; i < out.len / 20; i++)
            out.ptr[chance(&state) % out.len] = bytes[chance(&state) % (sizeof bytes - 1)];
        compare_pieces(&s, buf_slice(&out), false);
    }
}

/* --- limits --------------------------------------------------------------------------------- */

/* `times` times `unit`, between head and tail. */
static void repeat(buf *out, const char *head, const char *unit, size_t times, const char *tail)
{
    buf_clear(out);
    buf_printf(out, "%s", head);
    for (size_t i = 0; i < times; i++)
        buf_printf(out, "%s", unit);
    buf_printf(out, "%s", tail);
}

/* What is as long as it may be is found, with one byte more it is not; both matchers. */
TEST(limits_at_the_edge_and_one_over)
{
    static const struct {
        const char *head, *unit;
        size_t most;
        const char *tail;
        size_t at_most, over; /* hits */
    } rows[] = {
        /* a label of 63 bytes; beyond, the name begins behind it */
        {" ", "x", 63, ".uk.com ", 1, 1},
        /* 253 bytes of a name: 123 labels of one letter, and uk.com */
        {" ", "x.", 123, "uk.com ", 1, 1},
        /* a run of 512 bytes */
        {" ", ".", MATCH_RUN_MAX - 6, "uk.com ", 1, 0},
        /* a name of 768 bytes as written: 8 bytes of it are plain */
        {" ", "%2e", (MATCH_ESCAPED_MAX - 6) / 3, "uk.com ", 1, 0},
        /* a local part of 64 bytes */
        {" ", "-", 64 - 7, "mallory@evil.example ", 2, 1},
        /* an IPv6 address in a run of 64 bytes */
        {" ", "0", 64 - 11, ":2001:db8::1 ", 0, 0},
        /* a literal of 768 bytes as written */
        {" ", "x ", 10, "sqlmap%2f1.4 ", 1, 1},
        /* percent-encoded five times, not six */
        {" uk%", "25", 4, "2ecom ", 1, 0},
    };
    CLEANUP(scene_done) scene s = {0};
    CLEANUP(buf_done) buf text;
    buf_init(&text, 1 << 20);
    REQUIRE(scene_make(&s));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t more = 0; more < 2; more++) {
            size_t count;
            repeat(&text, rows[i].head, rows[i].unit, rows[i].most + more, rows[i].tail);
            match_hit *want = slow_match(s.slow, SCENE_COUNT, buf_slice(&text), &count);
            size_t named = 0; /* without hosts of URLs */
            for (size_t k = 0; k < count; k++)
                named += want[k].how != MATCH_JOIN;
            free(want);
            if (named != (more ? rows[i].over : rows[i].at_most))
                TEST_FAIL("row %zu: %zu hits with %zu more", i, named, more);
            compare_pieces(&s, buf_slice(&text), false);
        }
}

static const char *const n_marks[] = {" ", "\"", "/", "=", "", "\\/", "%20"};

/* Lines of any length: nothing is found because of where the matcher cut them, or lost. */
/* As many of everything that is marked as 64 bytes can hold, at each place in them. */
TEST(blocks_full_of_marks)
{
    CLEANUP(scene_done) scene s = {0};
    static const char *const units[] = {". ",
                                        "1. ",
                                        "a.b ",
                                        ":",
                                        "%2e",
                                        "1.2.3.4 ",
                                        "\\n.",
                                        "a@b.cd ",
                                        "badbot ",
                                        "1:2 ",
                                        "::ffff:1.2.3.4 ",
                                        "uk.com ",
                                        "x.uk.com.. ",
                                        "-uk.com-"};
    REQUIRE(scene_make(&s));
    for (size_t i = 0; i < COUNT_OF(units) && !test_bad; i++) {
        CLEANUP(buf_done) buf text;
        buf_init(&text, 1 << 20);
        repeat(&text, "1.2.3.4 uk.com ", units[i], 12000 / strlen(units[i]),
               " uk.com BadBot 1.2.3.4");
        for (size_t skip = 0; skip < 5 && !test_bad; skip++)
            compare_pieces(&s, slice_from(buf_slice(&text), skip), false);
    }
}

TEST(a_line_without_end)
{
    static const char *const fill[] = {"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo",
                                       "a.b-c_d.",
                                       "%41%42",
                                       "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x80\x82",
                                       "0123abcd",
                                       "\\u3042"};
    CLEANUP(scene_done) scene s = {0};
    size_t found = 0;
    REQUIRE(scene_make(&s));
    for (uint64_t i = 0; i < COUNT_OF(fill) && !test_bad; i++) {
        CLEANUP(buf_done) buf text;
        uint64_t state = i;
        buf_init(&text, 1 << 20);
        while (text.len < 60000) {
            for (uint64_t n = chance(&state) % 300; n; n--)
                buf_printf(&text, "%s", fill[i]);
            slice value = scene_values[chance(&state) % SCENE_COUNT].value;
            buf_printf(&text, "%s%.*s%s", n_marks[chance(&state) % COUNT_OF(n_marks)],
                       SLICE_FMT(value), n_marks[chance(&state) % COUNT_OF(n_marks)]);
        }
        size_t count;
        match_hit *want = slow_match(s.slow, SCENE_COUNT, buf_slice(&text), &count);
        found += count;
        static const size_t pieces[] = {0, 97, 777, 5000, 8192, 20000, 30000};
        for (size_t k = 0; k < COUNT_OF(pieces) && !test_bad; k++)
            compare_how(&s, buf_slice(&text), want, count, (unsigned)k % (best_level() + 1), 0,
                        pieces[k]);
        free(want);
    }
    CHECK(found > 100);
}

/* --- what the caller is told ---------------------------------------------------------------- */

static status refuse(void *ctx, const match_hit *hits, size_t count, err *why)
{
    (void)hits;
    (void)count;
    ++*(int *)ctx;
    return err_set(why, ERR_BUSY, ERR_NOWHERE, "no room");
}

TEST(a_sink_that_fails_ends_the_stream)
{
    CLEANUP(scene_done) scene s = {0};
    REQUIRE(scene_make(&s));
    int calls = 0;
    err why = {0};
    matcher *m = matcher_new(&(match_sink){.hits = refuse, .ctx = &calls});
    REQUIRE(m);
    CHECK_EQ(match_feed(m, s.table, S("1.2.3.4\n1.2.3.4\n"), &why), ERR_BUSY);
    CHECK_EQ(match_feed(m, s.table, S("1.2.3.4\n"), &why), ERR_BUSY);
    CHECK_EQ(match_end(m, s.table, &why), ERR_BUSY);
    CHECK_EQ(calls, 1);
    CHECK_OK(match_feed(m, s.table, S("nothing\n"), &why)); /* another stream */
    CHECK_OK(match_end(m, s.table, &why));
    matcher_free(m);
}

static status on_seen(void *ctx, const match_seen *seen, err *why)
{
    buf *out = ctx;
    (void)why;
    buf_printf(out, "%s@%llu+%llu ", kind_name(seen->kind), (unsigned long long)seen->at,
               (unsigned long long)seen->length);
    if (seen->kind == KIND_DOMAIN || seen->kind == KIND_EMAIL)
        buf_printf(out, "%.*s ", SLICE_FMT(seen->value));
    else
        buf_printf(out, "%02x ", (unsigned char)seen->value.ptr[seen->value.len - 1]);
    return OK;
}

static status no_hits(void *ctx, const match_hit *hits, size_t count, err *why)
{
    (void)ctx;
    (void)hits;
    (void)count;
    (void)why;
    return OK;
}

TEST(says_what_looks_like_an_observable)
{
    CLEANUP(scene_done) scene s = {0};
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 16);
    REQUIRE(scene_make(&s));
    matcher *m = matcher_new(&(match_sink){.hits = no_hits, .seen = on_seen, .ctx = &out});
    REQUIRE(m);
    CHECK_OK(match_feed(m, s.table, S("10.0.0.5 WWW.Example.COM x.exe 1.5 2001:db8::9\n"), NULL));
    CHECK_OK(match_feed(m, s.table, S("Bob@example.org d41d8cd98f00b204e9800998ecf84200"), NULL));
    CHECK_OK(match_end(m, s.table, NULL));
    CHECK_SLICE(buf_slice(&out),
                S("ipv6@35+11 09 domain@9+15 www.example.com ipv4@0+8 05 md5@63+32 00 "
                  "email@47+15 bob@example.org domain@51+11 example.org "));
    matcher_free(m);
}

TEST(a_url_in_two_fields)
{
    CLEANUP(scene_done) scene s = {0};
    match_hit hits[4];
    REQUIRE(scene_make(&s));
    static const struct {
        slice host, target;
        size_t count;
        match_how how;
    } rows[] = {
        {S_INIT("evil.example"), S_INIT("/a/b.php"), 1, MATCH_EXACT},
        {S_INIT("EVIL.example:443"), S_INIT("/a/./b.php"), 1, MATCH_EXACT},
        {S_INIT("evil.example"), S_INIT("/a/b.php?x"), 1, MATCH_PARENT},
        {S_INIT("evil.example"), S_INIT("http://evil.example/a/b.php"), 1, MATCH_EXACT},
        {S_INIT("files.example"), S_INIT(""), 1, MATCH_EXACT},
        {S_INIT("evil.example"), S_INIT("/a"), 0, MATCH_EXACT},
        {S_INIT("["), S_INIT("/a"), 0, MATCH_EXACT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t n = match_url(s.table, rows[i].host, rows[i].target, hits, COUNT_OF(hits));
        CHECK_EQ(n, rows[i].count);
        if (n)
            CHECK_EQ(hits[0].how, rows[i].how);
    }
}

typedef struct seen_sum {
    uint64_t sum, count;
} seen_sum;

static status add_seen(void *ctx, const match_seen *seen, err *why)
{
    seen_sum *y = ctx;
    uint64_t state = seen->at * 1000003 + seen->length * 1009 + (uint64_t)seen->kind;
    (void)why;
    for (size_t i = 0; i < seen->value.len; i++)
        state = state * 31 + (unsigned char)seen->value.ptr[i];
    y->sum += chance(&state); /* in any order */
    y->count++;
    return OK;
}

static seen_sum sum_of(const match_table *t, slice text, unsigned level, size_t piece)
{
    seen_sum y = {0};
    matcher *m = matcher_new(&(match_sink){.hits = no_hits, .seen = add_seen, .ctx = &y});
    CHECK(m && matcher_force(m, level));
    for (size_t at = 0; m && at < text.len; at += piece)
        CHECK_OK(match_feed(m, t, slice_sub(text, at, at + piece), NULL));
    if (m)
        CHECK_OK(match_end(m, t, NULL));
    matcher_free(m);
    return y;
}

TEST(what_is_seen_does_not_depend_on_cuts_or_processor)
{
    CLEANUP(scene_done) scene s = {0};
    REQUIRE(scene_make(&s));
    for (uint64_t seed = 1; seed < 60 && !test_bad; seed++) {
        CLEANUP(buf_done) buf text;
        uint64_t state = seed;
        buf_init(&text, 1 << 20);
        make_text(&text, &state, 2000);
        seen_sum want = sum_of(s.table, buf_slice(&text), 0, text.len);
        CHECK(want.count > 10);
        for (size_t piece = 1; piece < 2000; piece = piece * 3 + 1) {
            seen_sum got = sum_of(s.table, buf_slice(&text), best_level(), piece);
            CHECK_EQ(got.count, want.count);
            CHECK(got.sum == want.sum);
        }
    }
}
