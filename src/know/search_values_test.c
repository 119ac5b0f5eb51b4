#include "base/test.h"
#include "know/search/documents.h"
#include "know/search/values.h"
#include "know/search_fixture.h"

#include <stdio.h>

/* --- pages ------------------------------------------------------------------------------------ */

/* Of everything that can be found, each once, however long a page is. */
static void walk_pages(fixture *f, size_t limit, buf *out)
{
    CLEANUP(arena_done) arena a;
    search_hits h;
    index_t *ix = NULL;
    size_t pages = 0;
    arena_init(&a, 256 << 20);
    CHECK_OK(lens_look(f->l, &temp_view, &f->why));
    CHECK_OK(index_open(f->t.s, &ix, &f->why));
    search_query q = {.text = S("agent*"), .limit = limit, .values = ix};
    do {
        CHECK_OK(search_run(f->l, &a, &q, &h, &f->why));
        for (size_t i = 0; i < h.count; i++)
            buf_printf(out, "%.*s %s\n", SLICE_FMT(h.at[i].subject.text),
                       search_part_word(h.at[i].part));
        q.cursor = h.next;
    } while (h.more && ++pages < 100);
    CHECK_EQ(h.found, 51);
    index_close(ix);
}

/* One document, its claims in one order or the other. */
static void tell_agents(fixture *f, bool backwards)
{
    f->path = "agent.csv";
    open_document(f, "s");
    for (int n = 0; n < 50; n++) {
        int i = backwards ? 49 - n : n;
        char key[40], text[32];
        snprintf(key, sizeof key, i % 2 ? "domain=agent%d.example" : "k%d", i);
        snprintf(text, sizeof text, "Agent %d", i);
        put(f, TLP_CLEAR, ref_of(key), i % 3 ? PRED_NAMED : PRED_DESCRIBED, text);
    }
    close_document(f);
    CHECK_OK(search_catch_up(f->t.s, &f->why));
}

TEST(neither_pages_nor_the_order_of_what_came_show)
{
    fixture f[2];
    buf whole[2];
    for (int i = 0; i < 2; i++) {
        buf_init(&whole[i], 1 << 20);
        REQUIRE(begin(&f[i], -1));
        tell_agents(&f[i], i == 1);
        walk_pages(&f[i], 1000, &whole[i]);
        for (size_t limit = 1; limit < 60; limit += 13) {
            buf paged;
            buf_init(&paged, 1 << 20);
            walk_pages(&f[i], limit, &paged);
            CHECK_SLICE(buf_slice(&paged), buf_slice(&whole[i]));
            buf_done(&paged);
        }
        end(&f[i]);
    }
    CHECK_SLICE(buf_slice(&whole[0]), buf_slice(&whole[1]));
    buf_done(&whole[0]);
    buf_done(&whole[1]);
}

/* Of too many values the first by their text are kept, in whatever order they came. */
TEST(of_too_many_values_the_first_are_ranked)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    search_hits h;
    index_t *ix = NULL;
    enum { VALUES = SEARCH_MATCHES_MAX + 3 };
    arena_init(&a, 64 << 20);
    REQUIRE(begin(&f, -1));
    open_document(&f, "s");
    for (int i = 0; i < VALUES; i++) {
        char key[40];
        snprintf(key, sizeof key, "domain=00%05d.example", i * 7 % VALUES); /* 7 divides it not */
        put(&f, TLP_CLEAR, ref_of(key), PRED_INDICATES, "");
    }
    close_document(&f);
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    CHECK_OK(index_open(f.t.s, &ix, &f.why));
    search_query q = {.text = S("00*"), .limit = 2, .values = ix};
    CHECK_OK(search_run(f.l, &a, &q, &h, &f.why));
    REQUIRE(h.count == 2);
    CHECK(h.capped && h.found == SEARCH_MATCHES_MAX);
    CHECK_SLICE(h.at[0].subject.text, S("0000000.example"));
    CHECK_SLICE(h.at[1].subject.text, S("0000001.example"));
    q.text = S("0000*");
    CHECK_OK(search_run(f.l, &a, &q, &h, &f.why));
    CHECK(!h.capped && h.found == 1000);
    q.text = S("example.net");
    CHECK_OK(search_run(f.l, &a, &q, &h, &f.why));
    CHECK_EQ(h.found, 0);
    q.text = S("0*");
    CHECK_OK(search_run(f.l, &a, &q, &h, &f.why));
    CHECK_EQ(h.found, 0); /* one byte */
    index_close(ix);
    end(&f);
}

/* --- values and documents --------------------------------------------------------------------- */

TEST(values_are_found_by_themselves_their_beginning_and_their_domain)
{
    fixture f;
    REQUIRE(begin(&f, -1));
    tell(&f, "s", TLP_CLEAR, "domain=evil.example", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "domain=www.evil.example", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "domain=a.b.evil.example", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "domain=evil-two.example", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "domain=devil.example", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "url=https://evil.example/Gate.php", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "email=eve@mail.evil.example", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "ipv4=198.51.100.7", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "ipv4=198.51.100.70", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "url=http://198.51.100.7:81/x", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "mutex=EvilMutex 1", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "filename=環境.exe", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "property=x=http://evil.example/p", PRED_INDICATES, "");
    tell(&f, "s", TLP_CLEAR, "a1", PRED_DESCRIBED, "uses evil.example");
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_FOUND(&f, "evil[.]example",
                "evil.example:value https://evil.example/Gate.php:value-begins "
                "a.b.evil.example:value-under eve@mail.evil.example:value-under "
                "www.evil.example:value-under a1:description");
    CHECK_FOUND(&f, "b.evil.example", "a.b.evil.example:value-under");
    CHECK_FOUND(&f, "EVIL.exam*",
                "evil.example:value-begins https://evil.example/Gate.php:value-begins "
                "a1:description");
    CHECK_FOUND(&f, "evil",
                "evil-two.example:value-begins evil.example:value-begins "
                "https://evil.example/Gate.php:value-begins a1:description");
    CHECK_FOUND(&f, "evil", "evil-two.example:value-begins evil.example:value-begins",
                .class = KIND_DOMAIN);
    CHECK_FOUND(&f, "evil", "a1:description", .class = KIND_ACTOR);
    CHECK_FOUND(&f, "hxxps[:]//evil[.]*", "https://evil.example/Gate.php:value-begins");
    CHECK_FOUND(&f, "hxxps://evil.example/Gate.php", "https://evil.example/Gate.php:value");
    CHECK_FOUND(&f, "http://evil*", "");
    CHECK_FOUND(&f, "x=http://evil.e*", "x=http://evil.example/p:value-begins");
    CHECK_FOUND(&f, "198.51.100.7", "198.51.100.7:value http://198.51.100.7:81/x:value-begins");
    CHECK_FOUND(&f, "198.51.100.7*",
                "198.51.100.7:value-begins 198.51.100.70:value-begins "
                "http://198.51.100.7:81/x:value-begins");
    CHECK_FOUND(&f, "198.51.100",
                "198.51.100.7:value-begins 198.51.100.70:value-begins "
                "http://198.51.100.7:81/x:value-begins");
    CHECK_FOUND(&f, "EvilM*", "EvilMutex 1:value-begins");
    CHECK_FOUND(&f, "\"EvilMutex 1\"", "EvilMutex 1:value");
    CHECK_FOUND(&f, "環境", "環境.exe:value-begins");
    CHECK_FOUND(&f, "境*", "");
    CHECK_FOUND(&f, "1*", ""); /* one byte says too little */
    CHECK_FOUND(&f, "nothing.example", "");
    end(&f);
}

/* What the index finds of a beginning is what a plain look at each value finds. */
TEST(every_beginning_finds_what_begins_so)
{
    static const char *const values[] = {
        "domain=evil.example",
        "domain=evil2.example",
        "domain=x.evil.example",
        "url=http://evil.example",
        "url=https://evil.ex/?a",
        "url=ftp://evi.example/evil.example",
        "mutex=Evil",
        "mutex=evil.example",
        "filename=環境変数.exe",
        "filename=環境.exe",
        "ipv6=2001:db8::1",
        "email=evil@evil.example",
        "path=C:\\evil(dot)exe",
    };
    fixture f;
    REQUIRE(begin(&f, -1));
    for (size_t i = 0; i < COUNT_OF(values); i++)
        tell(&f, "s", TLP_CLEAR, values[i], PRED_INDICATES, "");
    index_t *ix = NULL;
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    CHECK_OK(index_open(f.t.s, &ix, &f.why));
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        slice face = index_face(ref_of(values[i]).kind, ref_of(values[i]).text);
        for (size_t n = VALUE_BEGINS_MIN; n <= face.len; n++) {
            CLEANUP(arena_done) arena a;
            search_hits h;
            value_query v;
            size_t want = 0;
            arena_init(&a, 16 << 20);
            if (n < face.len && ((unsigned char)face.ptr[n] & 0xc0) == 0x80)
                continue;
            slice typed = arena_printf(&a, "%.*s*", SLICE_FMT(slice_sub(face, 0, n)));
            CHECK_OK(values_parse(&a, typed, &v, &f.why));
            for (size_t k = 0; k < COUNT_OF(values); k++) {
                bool begins = false;
                for (size_t b = 0; b < v.begins_count; b++)
                    begins |= value_begins(ref_of(values[k]), v.begins[b]);
                CHECK(k != i || begins);
                want += begins;
            }
            search_query q = {.text = typed, .limit = 100, .values = ix};
            CHECK_OK(search_run(f.l, &a, &q, &h, &f.why));
            CHECK_EQ(h.count, want);
        }
    }
    index_close(ix);
    end(&f);
}

TEST(what_is_said_of_a_value_comes_with_it)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    search_hits h;
    arena_init(&a, 16 << 20);
    REQUIRE(begin(&f, -1));
    tell(&f, "old", TLP_CLEAR, "domain=evil.example", PRED_INDICATES, "");
    tell(&f, "new", TLP_GREEN, "domain=evil.example", PRED_DESCRIBED, "evil.example is rented");
    tell(&f, "secret", TLP_RED, "domain=evil.example", PRED_DESCRIBED, "and more");
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    view v = temp_view;
    v.clearance = TLP_GREEN;
    CHECK_OK(lens_look(f.l, &v, &f.why));
    CHECK_OK(search_run(f.l, &a, &(search_query){.text = S("evil.example")}, &h, &f.why));
    REQUIRE(h.count == 1);
    CHECK_EQ(h.at[0].part, SEARCH_VALUE);
    CHECK_EQ(h.at[0].matches, 2);
    CHECK_SLICE(h.at[0].source, S("new"));
    CHECK_SLICE(h.at[0].excerpt, S("evil.example is rented"));
    claim c;
    char id[CLAIM_ID_TEXT + 1];
    snprintf(id, sizeof id, "%016llx%016llx", (unsigned long long)h.at[0].claim_hi,
             (unsigned long long)h.at[0].claim_lo);
    CHECK_OK(claim_get(f.l, &a, slice_str(id), &c, &f.why));
    CHECK_EQ(c.marking.tlp, TLP_GREEN);
    v.clearance = TLP_CLEAR;
    CHECK_OK(lens_look(f.l, &v, &f.why));
    CHECK_OK(search_run(f.l, &a, &(search_query){.text = S("evil.example")}, &h, &f.why));
    REQUIRE(h.count == 1);
    CHECK_EQ(h.at[0].matches, 1);
    CHECK_SLICE(h.at[0].source, S("old"));
    end(&f);
}

TEST(documents_are_found_by_path_and_hash)
{
    fixture f;
    REQUIRE(begin(&f, -1));
    f.path = "feeds/urlhaus/環境変数.csv";
    tell(&f, "abuse", TLP_CLEAR, "ipv4=192.0.2.1", PRED_INDICATES, "");
    f.path = "feeds/other/plain.csv";
    tell(&f, "other", TLP_CLEAR, "ipv4=192.0.2.2", PRED_INDICATES, "");
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_FOUND(&f, "urlhaus", "feeds/urlhaus/環境変数.csv:document");
    CHECK_FOUND(&f, "環境", "feeds/urlhaus/環境変数.csv:document");
    CHECK_FOUND(&f, "feeds csv",
                "feeds/other/plain.csv:document feeds/urlhaus/環境変数.csv:document");
    CHECK_FOUND(&f, "plai*", "feeds/other/plain.csv:document");
    CHECK_FOUND(&f, "plai*", "feeds/other/plain.csv:document", .documents = true);
    CHECK_FOUND(&f, "plai*", "", .class = KIND_ACTOR);
    CHECK_FOUND(&f, "plai*", "", .source = S("abuse"));
    CHECK_FOUND(&f, "plai*", "", .seen_since = 1);
    /* 07, seven times 00, then the number of the document: 0 and 2 */
    CHECK_FOUND(&f, "0700000000000000020", "feeds/other/plain.csv:document");
    CHECK_FOUND(&f, "07000000000000000*",
                "feeds/other/plain.csv:document feeds/urlhaus/環境変数.csv:document");
    CHECK_FOUND(&f, "07000", ""); /* too short to be one */
    CHECK_FOUND(&f, "07000000000000001", "");
    end(&f);
}

TEST(beginnings_of_hashes_have_bounds)
{
    uint8_t first[SHA256_BYTES], last[SHA256_BYTES];
    char text[2 * SHA256_BYTES + 2];
    memset(text, 'a', sizeof text);
    CHECK(!documents_between(slice_of(text, DOCUMENT_SHA_MIN - 1), first, last));
    REQUIRE(documents_between(slice_of(text, 7), first, last));
    CHECK(first[2] == 0xaa && last[2] == 0xaa && first[3] == 0xa0 && last[3] == 0xaf);
    CHECK(first[4] == 0 && last[31] == 0xff);
    REQUIRE(documents_between(slice_of(text, 2 * SHA256_BYTES), first, last));
    CHECK(memcmp(first, last, sizeof first) == 0);
    CHECK(!documents_between(slice_of(text, 2 * SHA256_BYTES + 1), first, last));
    CHECK(!documents_between(S("abcdeg"), first, last));
}

/* A store whose claims are in the index, but no document yet: as an older program left it. */
TEST(documents_of_before_are_caught_up_with)
{
    fixture f;
    db *d = NULL;
    char path[96];
    REQUIRE(begin(&f, -1));
    for (int i = 0; i < 5; i++)
        tell(&f, "s", TLP_CLEAR, "a1", PRED_DESCRIBED, i ? "more" : "needle");
    snprintf(path, sizeof path, "%s/noroshi.db", f.t.dir);
    db_options o = {.where = path, .server = test_server(&f.t.engine, f.t.dir), .mutant = -1};
    CHECK_OK(db_open(&o, &d, &f.why));
    REQUIRE(d);
    db_stmt *q = db_query(d, Q_META_SET);
    db_bind_text(q, 1, S("search-documents"));
    db_bind_text(q, 2, S("9000000000000000 0"));
    CHECK_OK(db_run(q, &f.why));
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_FOUND(&f, "test", "");
    q = db_query(d, Q_META_SET);
    db_bind_text(q, 1, S("search-documents"));
    db_bind_text(q, 2, S("0 0"));
    CHECK_OK(db_run(q, &f.why));
    for (int i = 0; i < 3; i++)
        CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_FOUND(&f, "test",
                "test:document test:document test:document test:document "
                "test:document");
    db_close(d);
    end(&f);
}

/* --- filters ---------------------------------------------------------------------------------- */

TEST(times_are_filtered_before_anything_is_counted)
{
    fixture f;
    CLEANUP(arena_done) arena a;
    search_hits h;
    arena_init(&a, 16 << 20);
    REQUIRE(begin(&f, -1));
    f.seen = 1000000;
    tell(&f, "one", TLP_CLEAR, "a1", PRED_DESCRIBED, "needle");
    tell(&f, "one", TLP_CLEAR, "domain=needle.example", PRED_INDICATES, "");
    when between = f.t.now_us / 1000;
    f.t.now_us += 10000000;
    f.seen = 2000000;
    tell(&f, "two", TLP_CLEAR, "a1", PRED_DESCRIBED, "needle again");
    f.seen = WHEN_NONE;
    tell(&f, "two", TLP_CLEAR, "domain=needle.example", PRED_DESCRIBED, "a domain");
    CHECK_OK(search_catch_up(f.t.s, &f.why));
    CHECK_FOUND(&f, "needle", "needle.example:value-begins a1:description");
    CHECK_FOUND(&f, "needle", "needle.example:value-begins a1:description", .until = between);
    CHECK_FOUND(&f, "needle", "needle.example:value-begins a1:description", .since = between + 1);
    CHECK_FOUND(&f, "needle", "", .since = between + 1, .until = between + 2);
    CHECK_FOUND(&f, "needle", "", .since = INT64_MAX);
    CHECK_FOUND(&f, "needle", "a1:description", .seen_since = 1000001);
    CHECK_FOUND(&f, "needle", "needle.example:value-begins a1:description", .seen_since = 1000000);
    CHECK_FOUND(&f, "needle", "", .seen_since = 2000001);
    CHECK_FOUND(&f, "test", "test:document test:document", .since = between + 1);
    CHECK_OK(lens_look(f.l, &temp_view, &f.why));
    search_query q = {.text = S("needle"), .until = between};
    CHECK_OK(search_run(f.l, &a, &q, &h, &f.why));
    REQUIRE(h.count == 1); /* the claims that do not pass are not counted, either */
    CHECK_EQ(h.at[0].matches, 1);
    CHECK_SLICE(h.at[0].source, S("one"));
    q = (search_query){.text = S("needle.example"), .until = between};
    CHECK_OK(search_run(f.l, &a, &q, &h, &f.why));
    REQUIRE(h.count == 1);
    CHECK_EQ(h.at[0].matches, 1);
    CHECK_SLICE(h.at[0].source, S("one"));
    end(&f);
}
