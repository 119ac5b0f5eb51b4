#include "base/test.h"
#include "know/search.h"
#include "know/search/query.h"
#include "know/search_fixture.h"
#include "know/store_private.h"

/* --- words ------------------------------------------------------------------------------------ */

static status join_word(void *ctx, const word *w, err *why)
{
    buf *b = ctx;
    (void)why;
    if (b->len)
        buf_byte(b, ' ');
    for (slice rest = w->text; rest.len;) { /* signs inside a whole, readable again */
        slice before = rest;
        unsigned char lead = (unsigned char)rest.ptr[0];
        if (lead == 0xee && rest.len >= 3) {
            unsigned low =
                ((unsigned char)rest.ptr[1] & 0x3fu) << 6 | ((unsigned char)rest.ptr[2] & 0x3fu);
            buf_byte(b, (char)low);
            rest = slice_from(rest, 3);
        } else {
            buf_byte(b, before.ptr[0]);
            rest = slice_from(rest, 1);
        }
    }
    return OK;
}

static void expect_words(int line, const char *text, const char *want)
{
    CLEANUP(arena_done) arena a;
    buf b;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    CHECK_OK(words_cut(&a, slice_str(text), join_word, &b, NULL));
    if (!slice_eq(buf_slice(&b), slice_str(want)))
        TEST_FAIL("line %d: \"%.*s\", want \"%s\"", line, SLICE_FMT(buf_slice(&b)), want);
    buf_done(&b);
}
#define WORDS(text, want) expect_words(__LINE__, text, want)

TEST(text_is_cut_into_words)
{
    WORDS("", "");
    WORDS("  !? ", "");
    WORDS("Fancy Bear, APT28", "fancy bear apt28");
    WORDS("ＦＡＮＣＹ　Bear", "fancy bear");
    WORDS("Straße ΣΊΣΥΦΟΣ", "strasse σίσυφοσ");
    WORDS("naïve", "naïve");
    WORDS("環境変数", "環境 境変 変数 数");
    WORDS("鍵", "鍵");
    WORDS("APT28は鍵を盗む。", "apt28 は鍵 鍵を を盗 盗む む");
    WORDS("コバルト・ストライク", "コバ バル ルト ト スト トラ ライ イク ク");
    WORDS("ｺﾊﾞﾙﾄ", "コバ バル ルト ト");
    WORDS("한국어", "한국 국어 어");
    WORDS("a\xff"
          "b",
          "a b");
}

TEST(what_hangs_together_is_a_word_too)
{
    WORDS("198.51.100.7", "198 51 100 7 198.51.100.7");
    WORDS("198[.]51(.)100[dot]7", "198 51 100 7 198.51.100.7");
    WORDS("hxxps[://]evil[.]example/a", "https evil example a https://evil.example/a");
    WORDS("CVE-2024-3400.", "cve 2024 3400 cve-2024-3400");
    WORDS("(T1059.001)", "t1059 001 t1059.001");
    WORDS("user(at)mail.example!", "user mail example user@mail.example");
    WORDS("C:\\Windows\\cmd.exe,", "c windows cmd exe c:\\windows\\cmd.exe");
    WORDS("...", "");
    WORDS("-a-", "a");
    WORDS("evil.example攻撃", "evil example evil.example 攻撃 撃");
    WORDS("[.] (x) [dot", "x dot");
}

TEST(words_have_limits)
{
    CLEANUP(arena_done) arena a;
    char text[WORD_MAX * 2 + 8];
    buf b;
    arena_init(&a, 1 << 20);
    for (size_t n = WORD_MAX - 1; n <= WORD_MAX + 1; n++) {
        buf_init(&b, 4096);
        memset(text, 'a', n);
        CHECK_OK(words_cut(&a, slice_of(text, n), join_word, &b, NULL));
        CHECK_EQ(b.len, n < WORD_MAX ? n : WORD_MAX);
        buf_done(&b);
    }
    buf_init(&b, 4096); /* a whole that is too long is left out, its parts are not */
    memset(text, 'a', sizeof text);
    text[70] = text[140] = '.';
    CHECK_OK(words_cut(&a, slice_of(text, 200), join_word, &b, NULL));
    CHECK_EQ(b.len, 70 + 1 + 69 + 1 + 59);
    buf_done(&b);
}

/* Where a long text is taken in pieces cannot be seen in its words. */
TEST(pieces_do_not_show)
{
    CLEANUP(arena_done) arena a;
    static char text[WORD_PIECE_MAX * 3];
    buf whole, parts;
    arena_init(&a, 1 << 20);
    buf_init(&whole, 1 << 20);
    buf_init(&parts, 1 << 20);
    size_t n = 0;
    while (n + 3 <= sizeof text) { /* one run of Japanese without a blank */
        memcpy(text + n, n % 2 ? "境" : "環", 3);
        n += 3;
    }
    CHECK_OK(words_cut(&a, slice_of(text, n), join_word, &whole, NULL));
    for (size_t i = 0; i + 3 < n; i += 3) {
        buf_put(&parts, slice_of(text + i, 6));
        buf_byte(&parts, ' ');
    }
    buf_put(&parts, slice_of(text + n - 3, 3));
    CHECK(slice_eq(buf_slice(&whole), buf_slice(&parts)));
    buf_done(&whole);
    buf_done(&parts);
}

/* --- queries ---------------------------------------------------------------------------------- */

static void expect_query(int line, const char *text, const char *want)
{
    CLEANUP(arena_done) arena a;
    query_terms q;
    slice e = S("");
    err why = {0};
    buf b;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    status st = query_parse(&a, slice_str(text), &q, &why);
    if (st == OK)
        CHECK_OK(query_expression(&a, &q, &e, &why));
    word w = {.text = st == OK ? e : slice_str(status_name(st))};
    CHECK_OK(join_word(&b, &w, NULL));
    if (!slice_eq(buf_slice(&b), slice_str(want)))
        TEST_FAIL("line %d: %.*s, want %s", line, SLICE_FMT(buf_slice(&b)), want);
    buf_done(&b);
}
#define QUERY_IS(text, want) expect_query(__LINE__, text, want)

TEST(queries_become_quoted_words)
{
    QUERY_IS("fancy bear", "(\"fancy\") AND (\"bear\")");
    QUERY_IS("\"Fancy Bear\" x", "(\"fancy bear\") AND (\"x\")");
    QUERY_IS("emot*", "(\"emot\" *)");
    QUERY_IS("\"emo tet*\"", "(\"emo tet\" *)");
    QUERY_IS("鍵", "(\"鍵\" *)");
    QUERY_IS("環境変数", "(\"環境 境変 変数\")");
    QUERY_IS("環境*", "(\"環境\")");
    QUERY_IS("APT攻撃", "(\"apt 攻撃\")");
    QUERY_IS("evil[.]example", "(\"evil.example\" OR \"evil example\")");
    QUERY_IS("evil.exam*", "(\"evil.exam\" * OR \"evil exam\" *)");
    QUERY_IS("AND OR NOT NEAR(a b)",
             "(\"and\") AND (\"or\") AND (\"not\") AND (\"near a\") AND (\"b\")");
    QUERY_IS("words: x\" OR \"y", "(\"words\") AND (\"x\") AND (\"or\") AND (\"y\")");
    QUERY_IS("{a} ^b + c - *", "(\"a\") AND (\"b\") AND (\"c\")");
    QUERY_IS("＂全角　です＂", "(\"全角 角 です\")");
    QUERY_IS("", "input");
    QUERY_IS("\" \" * ()", "input");
}

TEST(queries_have_limits)
{
    CLEANUP(arena_done) arena a;
    query_terms q = {.count = 77};
    char text[QUERY_BYTES_MAX + 1];
    arena_init(&a, 1 << 20);
    memset(text, 'a', sizeof text);
    CHECK_OK(query_parse(&a, slice_of(text, QUERY_BYTES_MAX), &q, NULL));
    q.count = 77;
    CHECK_EQ(query_parse(&a, slice_of(text, sizeof text), &q, NULL), ERR_LIMIT);
    for (size_t i = 1; i < sizeof text; i += 2)
        text[i] = ' ';
    CHECK_OK(query_parse(&a, slice_of(text, QUERY_TERMS_MAX * 2), &q, NULL));
    CHECK_EQ(q.count, QUERY_TERMS_MAX);
    q.count = 77;
    CHECK_EQ(query_parse(&a, slice_of(text, QUERY_TERMS_MAX * 2 + 1), &q, NULL), ERR_LIMIT);
    for (size_t i = 1; i < sizeof text; i += 2)
        text[i] = '!';
    CHECK_OK(query_parse(&a, slice_of(text, QUERY_WORDS_MAX * 2), &q, NULL));
    CHECK_EQ(q.at[0].count, QUERY_WORDS_MAX);
    q.count = 77;
    CHECK_EQ(query_parse(&a, slice_of(text, QUERY_WORDS_MAX * 2 + 1), &q, NULL), ERR_LIMIT);
    CHECK_EQ(q.count, 77);
}

/* --- searching a store ------------------------------------------------------------------------ */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void fill(fixture *f)
{
    tell(f, "attack", TLP_CLEAR, "a1", PRED_NAMED, "Fancy Bear");
    tell(f, "misp", TLP_CLEAR, "a1", PRED_NAMED, "Fancy Bear");
    tell(f, "attack", TLP_CLEAR, "a2", PRED_NAMED, "Fancy Bear Junior");
    tell(f, "attack", TLP_CLEAR, "malware=m1", PRED_NAMED, "Bear of a fancy kind");
    tell(f, "attack", TLP_CLEAR, "a3", PRED_DESCRIBED, "Related to Fancy Bear. 環境変数を読む");
    tell(f, "attack", TLP_CLEAR, "a4", PRED_USES, "used fancy bear tricks against 198[.]51.100.7");
    tell(f, "attack", TLP_CLEAR, "a5", PRED_TARGETS, "fancy bear"); /* no text to be found */
    CHECK_OK(search_catch_up(f->t.s, &f->why));
}

TEST(hits_come_best_first)
{
    fixture f;
    REQUIRE(begin(&f, -1));
    fill(&f);
    CHECK_FOUND(&f, "fancy bear",
                "a1:name a2:name-begins m1:name-words a3:description a4:procedure");
    CHECK_FOUND(&f, "\"fancy bear\"", "a1:name a2:name-begins a3:description a4:procedure");
    CHECK_FOUND(&f, "FANCYBEAR", "a1:name"); /* one word */
    CHECK_FOUND(&f, "fancyb*", "a1:name-begins a2:name-begins");
    CHECK_FOUND(&f, "fancy kind", "m1:name-words");
    CHECK_FOUND(&f, "fancy", "m1:name-words", .class = KIND_TOOL);
    CHECK_FOUND(&f, "fancy", "a1:name-begins", .source = S("misp"));
    CHECK_FOUND(&f, "fancy", "", .source = S("nobody"));
    CHECK_FOUND(&f, "198.51.100.7", "a4:procedure");
    CHECK_FOUND(&f, "51.100", "a4:procedure"); /* a part of it */
    CHECK_FOUND(&f, "198.51.100.70", "");
    CHECK_FOUND(&f, "環境", "a3:description");
    CHECK_FOUND(&f, "境変数", "a3:description");
    CHECK_FOUND(&f, "数", "a3:description");
    CHECK_FOUND(&f, "変", "a3:description");
    CHECK_FOUND(&f, "変境", "");
    CHECK_FOUND(&f, "*", "input");
    end(&f);
}

/* Five lists name one actor: that is one hit, on whatever page. */
TEST(what_is_one_thing_is_one_hit)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    search_hits h;
    arena_init(&a, 16 << 20);
    REQUIRE(begin(&f, -1));
    tell(&f, "one", TLP_CLEAR, "a1", PRED_NAMED, "Fancy Bear");
    tell(&f, "two", TLP_CLEAR, "b1", PRED_NAMED, "fancy bear");
    tell(&f, "two", TLP_CLEAR, "b1", PRED_DESCRIBED, "the fancy bear again");
    tell(&f, "two", TLP_CLEAR, "b2", PRED_NAMED, "Fancy Bear Two");
    tell(&f, "two", TLP_CLEAR, "ipv4=192.0.2.1", PRED_DESCRIBED, "fancy bear");
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_FOUND(&f, "fancy bear", "b1:name b2:name-begins 192.0.2.1:description");
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    CHECK_OK(search_run(f.l, &a, &(search_query){.text = S("fancy"), .limit = 1}, &h, &f.why));
    CHECK(h.count == 1 && h.more && h.found == 4);
    CHECK_SLICE(h.at[0].thing.text, S("a1"));
    CHECK_SLICE(h.at[0].name, S("Fancy Bear"));
    search_query next = {.text = S("fancy"), .limit = 1, .cursor = h.next};
    CHECK_OK(search_run(f.l, &a, &next, &h, &f.why));
    REQUIRE(h.count == 1);
    CHECK_SLICE(h.at[0].subject.text, S("b2"));
    next.cursor = h.next;
    CHECK_OK(search_run(f.l, &a, &next, &h, &f.why));
    REQUIRE(h.count == 1);
    CHECK_SLICE(h.at[0].name, S("192.0.2.1"));
    CHECK(!h.more);
    end(&f);
}

TEST(a_hit_says_where_and_who)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    search_hits h;
    char text[600];
    arena_init(&a, 16 << 20);
    memset(text, 'x', sizeof text);
    for (size_t i = 5; i < sizeof text; i += 6)
        text[i] = ' ';
    memcpy(text + 300, "Quark", 5);
    text[sizeof text - 1] = 0;
    REQUIRE(begin(&f, -1));
    fill(&f);
    tell(&f, "vendor", TLP_GREEN, "a9", PRED_DESCRIBED, text);
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    CHECK_OK(search_run(f.l, &a, &(search_query){.text = S("quark")}, &h, &f.why));
    REQUIRE(h.count == 1);
    CHECK(h.at[0].cut_front && h.at[0].cut_back);
    CHECK(h.at[0].excerpt.len <= SEARCH_EXCERPT_MAX);
    CHECK(slice_find(h.at[0].excerpt, S("Quark"), 0) != SIZE_MAX);
    CHECK_SLICE(h.at[0].source, S("vendor"));
    CHECK_EQ(h.at[0].marking.tlp, TLP_GREEN);
    CHECK_EQ(h.at[0].matches, 1);
    CHECK_OK(search_run(f.l, &a, &(search_query){.text = S("tricks")}, &h, &f.why));
    REQUIRE(h.count == 1);
    CHECK_SLICE(h.at[0].object.text, S("t1"));
    claim c;
    char id[CLAIM_ID_TEXT + 1];
    snprintf(id, sizeof id, "%016llx%016llx", (unsigned long long)h.at[0].claim_hi,
             (unsigned long long)h.at[0].claim_lo);
    CHECK_OK(claim_get(f.l, &a, slice_str(id), &c, &f.why));
    CHECK_SLICE(c.subject.text, S("a4"));
    CHECK_OK(search_run(f.l, &a, &(search_query){.text = S("fancy bear")}, &h, &f.why));
    CHECK_EQ(h.at[0].matches, 2);
    end(&f);
}

TEST(pages_follow_one_another)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    search_hits h;
    search_query q = {.text = S("agent"), .limit = 7};
    char key[16], name[32];
    bool seen[50] = {false};
    size_t total = 0, pages = 0;
    arena_init(&a, 64 << 20);
    REQUIRE(begin(&f, -1));
    open_document(&f, "s");
    for (int i = 0; i < 50; i++) {
        snprintf(key, sizeof key, "k%d", i);
        snprintf(name, sizeof name, "Agent %d", i);
        put(&f, TLP_CLEAR, ref_of(key), PRED_NAMED, name);
    }
    close_document(&f);
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    do {
        CHECK_OK(search_run(f.l, &a, &q, &h, &f.why));
        for (size_t i = 0; i < h.count; i++) {
            uint64_t n;
            REQUIRE(slice_u64(slice_from(h.at[i].subject.text, 1), &n) && n < 50);
            CHECK(!seen[n]);
            seen[n] = true;
            total++;
        }
        CHECK_EQ(h.found, 50);
        q.cursor = h.next;
        pages++;
    } while (h.more && pages < 20);
    CHECK_EQ(total, 50);
    CHECK_EQ(pages, 8);
    q.cursor = S("00000000000000000000000000000001");
    CHECK_EQ(search_run(f.l, &a, &q, &h, &f.why), ERR_NOT_FOUND);
    q.cursor = S("what");
    CHECK_EQ(search_run(f.l, &a, &q, &h, &f.why), ERR_INPUT);
    end(&f);
}

/* --- catching up ------------------------------------------------------------------------------ */

/* Rows as an import leaves them in the store: what of two under way was published first is then up
 * to the test. */
static int64_t raw_begin(db *d, const char *key, const char *text, err *why)
{
    int64_t tx, node, row;
    db_stmt *q = db_query(d, Q_TX_ADD);
    db_bind_int(q, 1, TX_IMPORT);
    CHECK_OK(db_run(q, why));
    tx = db_last_id(d);
    q = db_query(d, Q_NODE_ADD);
    db_bind_int(q, 1, KIND_ACTOR);
    db_bind_text(q, 2, slice_str(key));
    CHECK_OK(db_run(q, why));
    node = db_last_id(d);
    hash_state *h = hash_new(HASH_SHA256);
    q = db_query(d, Q_NODE_KEY_ADD);
    db_bind_int(q, 1, (int64_t)node_hash(h, (node_ref){KIND_ACTOR, slice_str(key)}));
    db_bind_int(q, 2, node);
    CHECK_OK(db_run(q, why));
    hash_free(h);
    q = db_query(d, Q_CLAIM_ADD);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, tx);
    db_bind_int(q, 3, 0);
    db_bind_int(q, 4, PRED_DESCRIBED);
    db_bind_text(q, 6, slice_str(text));
    for (int column = 8; column <= 20; column++)
        if (column == 8 || column == 9 || column == 15 || column == 20)
            db_bind_int(q, column, column == 20 ? tx : 1); /* source, document, marking; tx */
    CHECK_OK(db_run(q, why));
    row = db_last_id(d);
    q = db_query(d, Q_TX_RANGE_ADD);
    db_bind_int(q, 1, tx);
    db_bind_int(q, 2, row);
    db_bind_int(q, 3, row);
    CHECK_OK(db_run(q, why));
    return tx;
}

static void raw_publish(db *d, int64_t tx, int64_t at, int64_t low, int64_t high, err *why)
{
    db_stmt *q = db_query(d, Q_TX_PUBLISH);
    db_bind_int(q, 1, tx);
    db_bind_int(q, 2, at);
    db_bind_int(q, 3, low);
    db_bind_int(q, 4, high);
    CHECK_OK(db_run(q, why));
}

/* An import that began earlier and ends later is not left out; nor is anything put in twice. */
TEST(catching_up_follows_the_order_of_publishing)
{
    fixture f;
    db *d = NULL;
    char path[96];
    REQUIRE(begin(&f, -1));
    tell(&f, "first", TLP_CLEAR, "a1", PRED_DESCRIBED, "needle");
    writer_free(f.w);
    f.w = NULL;
    snprintf(path, sizeof path, "%s/noroshi.db", f.t.dir);
    CHECK_OK(db_open(
        &(db_options){.where = path, .server = test_server(&f.t.engine, f.t.dir), .mutant = -1}, &d,
        &f.why));
    REQUIRE(d);
    int64_t slow = raw_begin(d, "slow", "needle", &f.why);
    int64_t quick = raw_begin(d, "quick", "needle", &f.why);
    int64_t at = f.t.now_us + 1000000000;
    raw_publish(d, quick, at, slow, quick, &f.why);
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_FOUND(&f, "needle", "quick:description a1:description");
    raw_publish(d, slow, at + 1, quick + 1, quick, &f.why);
    CHECK_FOUND(&f, "needle", "quick:description a1:description"); /* not indexed yet */
    for (int i = 0; i < 3; i++)
        CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_FOUND(&f, "needle", "slow:description quick:description a1:description");
    db_close(d);
    end(&f);
}

TEST(catching_up_goes_on_over_batches)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    search_hits h;
    enum { TEXTS = 6007 }; /* more than is ranked, and no round number of batches */
    arena_init(&a, 64 << 20);
    REQUIRE(begin(&f, -1));
    open_document(&f, "s");
    for (int i = 0; i < TEXTS; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        put(&f, TLP_CLEAR, ref_of(key), PRED_DESCRIBED, i % 1000 ? "other" : "needle other");
    }
    close_document(&f);
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    CHECK_OK(search_run(f.l, &a, &(search_query){.text = S("needle"), .limit = 100}, &h, &f.why));
    CHECK_EQ(h.count, 7);
    for (size_t i = 0; i < h.count; i++)
        CHECK_EQ(h.at[i].matches, 1);
    CHECK(!h.capped);
    CHECK_OK(search_run(f.l, &a, &(search_query){.text = S("other"), .limit = 1}, &h, &f.why));
    CHECK(h.capped && h.found == SEARCH_MATCHES_MAX);
    end(&f);
}

/* --- views ------------------------------------------------------------------------------------ */

static const char *const vocabulary[] = {"alpha", "beta",   "gamma",      "delta", "環境",
                                         "変数",  "alpha*", "e5.example", "list"};

static void random_claims(fixture *f, uint64_t seed, tlp level, const char *source, int n)
{
    for (int i = 0; i < n; i++) {
        char key[40], text[128] = "";
        int at = 0;
        static const predicate said[] = {PRED_NAMED, PRED_DESCRIBED, PRED_USES};
        int who = (int)(next_random(&seed) % 10);
        snprintf(key, sizeof key, who < 6 ? "e%d" : "domain=alpha%d.e5.example", who);
        f->level = level;
        f->path = who % 2 ? "list.csv" : "other";
        for (unsigned k = 1 + next_random(&seed) % 4; k; k--)
            at += snprintf(text + at, sizeof text - (size_t)at, "%s ",
                           vocabulary[next_random(&seed) % 6]);
        tell(f, source, level, key, said[next_random(&seed) % 3], text);
    }
}

static void put_hits(fixture *f, const view *v, buf *out)
{
    CLEANUP(arena_done) arena a;
    index_t *ix = NULL;
    arena_init(&a, 64 << 20);
    CHECK_OK(lens_look(f->l, v, &f->why));
    CHECK_OK(index_open(f->t.s, &ix, &f->why));
    for (size_t i = 0; i < COUNT_OF(vocabulary) * 2; i++) { /* hashes count documents, too */
        search_hits h;
        search_query q = {
            .text = slice_str(vocabulary[i / 2]), .limit = i % 2 ? 2 : 100, .values = ix};
        status st = search_run(f->l, &a, &q, &h, &f->why);
        CHECK(st == OK || f->mutant >= 0);
        buf_printf(out, "%s %s %zu\n", vocabulary[i / 2], status_name(st), st == OK ? h.found : 0);
        if (st != OK)
            continue;
        for (size_t k = 0; k < h.count; k++) /* not when: the clock counts hidden imports, too */
            buf_printf(out, "  %.*s %s %.*s %zu \"%.*s\" %llx %d\n",
                       SLICE_FMT(h.at[k].document ? S("") : h.at[k].subject.text),
                       search_part_word(h.at[k].part), SLICE_FMT(h.at[k].source), h.at[k].matches,
                       SLICE_FMT(h.at[k].excerpt), (unsigned long long)h.at[k].claim_lo,
                       h.at[k].document ? (int)h.at[k].document->records : -1);
    }
    index_close(ix);
}

static const view up_to_green = {
    .clearance = TLP_GREEN, .all_audiences = true, .known_at = WHEN_NONE};

static bool independent(uint64_t seed, int mutant)
{
    fixture with, without;
    buf a, b;
    buf_init(&a, 1 << 22);
    buf_init(&b, 1 << 22);
    if (begin(&with, mutant) && begin(&without, mutant)) {
        for (uint64_t i = 0; i < 4; i++) {
            random_claims(&with, seed + i, TLP_GREEN, "green", 4);
            random_claims(&with, seed + i + 50, TLP_RED, "red", 4);
            random_claims(&without, seed + i, TLP_GREEN, "green", 4);
        }
        CHECK_OK(search_catch_up(with.t.s, &with.why));
        CHECK_OK(search_catch_up(without.t.s, &without.why));
        put_hits(&with, &up_to_green, &a);
        put_hits(&without, &up_to_green, &b);
    }
    if (mutant < 0)
        CHECK_SLICE(buf_slice(&a), buf_slice(&b));
    bool same = slice_eq(buf_slice(&a), buf_slice(&b));
    buf_done(&a);
    buf_done(&b);
    end(&with);
    end(&without);
    return same;
}

TEST(what_a_reader_does_not_see_changes_nothing)
{
    for (uint64_t seed = 100; seed < 103; seed++)
        CHECK(independent(seed, -1));
}

TEST(as_of_then_it_is_as_it_was)
{
    fixture f;
    buf then, now;
    buf_init(&then, 1 << 22);
    buf_init(&now, 1 << 22);
    REQUIRE(begin(&f, -1));
    random_claims(&f, 1, TLP_CLEAR, "one", 12);
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    put_hits(&f, &temp_view, &then);
    view past = temp_view;
    past.known_at = f.t.now_us / 1000;
    random_claims(&f, 2, TLP_CLEAR, "two", 12);
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    put_hits(&f, &past, &now);
    CHECK_SLICE(buf_slice(&now), buf_slice(&then));
    buf_done(&then);
    buf_done(&now);
    end(&f);
}

static void fail_each(fixture *f, const search_query *q)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        search_hits h = {.count = 77};
        arena_init(&a, 16 << 20);
        a.fail_after = n;
        if (search_run(f->l, &a, q, &h, &f->why) == OK) {
            CHECK(h.count);
            break;
        }
        CHECK_EQ(h.count, 77);
        REQUIRE(n < 3000);
    }
}

TEST(every_allocation_may_fail)
{
    fixture f;
    index_t *ix = NULL;
    REQUIRE(begin(&f, -1));
    fill(&f);
    tell(&f, "s", TLP_CLEAR, "domain=A.evil.example", PRED_DESCRIBED, "hidden away");
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    CHECK_OK(index_open(f.t.s, &ix, &f.why));
    fail_each(&f, &(search_query){.text = S("A.evil*"), .values = ix});
    fail_each(&f, &(search_query){.text = S("evil.example"), .values = ix});
    fail_each(&f, &(search_query){.text = S("test")});
    index_close(ix);
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        search_hits h = {.count = 77};
        arena_init(&a, 16 << 20);
        a.fail_after = n;
        if (search_run(f.l, &a, &(search_query){.text = S("fancy \"環境変数\" x*"), .limit = 2}, &h,
                       &f.why) == OK)
            break;
        CHECK_EQ(h.count, 77);
        REQUIRE(n < 1000);
    }
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        search_hits h = {.count = 77};
        arena_init(&a, 16 << 20);
        a.fail_after = n;
        if (search_run(f.l, &a, &(search_query){.text = S("fancy bear"), .limit = 2}, &h, &f.why) ==
            OK)
            break;
        CHECK_EQ(h.count, 77);
        REQUIRE(n < 1000);
    }
    end(&f);
}

#ifdef NOROSHI_MUTANTS
TEST(without_any_filter_a_test_fails)
{
    static const query used[] = {Q_TEXT_MATCH, Q_VALUE_SEEN, Q_VALUE_HIT, Q_VALUE_COUNT,
                                 Q_TEXT_DOCUMENTS};
    for (size_t i = 0; i < COUNT_OF(used); i++) {
        int before = 0;
        bool noticed = false;
        for (unsigned q = 0; q < (unsigned)used[i]; q++)
            for (const char *p = db_sql((query)q); (p = strstr(p, "SEES")) != NULL; p++)
                before++;
        for (uint64_t seed = 100; seed < 106 && !noticed; seed++)
            noticed = !independent(seed, before);
        if (!noticed)
            TEST_FAIL("not noticed without its filter: %s", db_sql(used[i]));
    }
}
#endif
