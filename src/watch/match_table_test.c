#include "base/test.h"
#include "watch/match/table.h"
#include "watch/match_scene.h"

#include <pthread.h>

static match_builder *builder_of(const uint8_t key[MATCH_KEY])
{
    match_builder *b = match_builder_new(key);
    if (!b)
        abort();
    return b;
}

/* --- what is taken -------------------------------------------------------------------------- */

TEST(takes_what_can_be_looked_for)
{
    static const struct {
        kind kind;
        slice value;
        status want;
        bool taken;
    } rows[] = {
        {KIND_IPV4, S_INIT("192.0.2.1"), OK, true},
        {KIND_IPV4, S_INIT("2001:db8::1"), ERR_INPUT, false},
        {KIND_IPV4, S_INIT("192.0.2"), ERR_INPUT, false},
        {KIND_IPV6, S_INIT("2001:db8::1"), OK, true},
        {KIND_CIDR, S_INIT("192.0.2.0/24"), OK, true},
        {KIND_CIDR, S_INIT("192.0.2.1/24"), ERR_INPUT, false},
        {KIND_DOMAIN, S_INIT("example.com"), OK, true},
        {KIND_DOMAIN, S_INIT("Example.com"), ERR_INPUT, false},
        {KIND_DOMAIN, S_INIT("localhost"), OK, false},
        {KIND_DOMAIN, S_INIT("a.1"), OK, false},
        {KIND_URL, S_INIT("http://example.com/"), OK, true},
        {KIND_URL, S_INIT("example.com/x"), OK, true},
        {KIND_URL, S_INIT("mailto:x@example.com"), OK, false},
        {KIND_URL, S_INIT("http://localhost/x"), OK, false},
        {KIND_EMAIL, S_INIT("a@example.com"), OK, true},
        {KIND_EMAIL, S_INIT("a.example.com"), ERR_INPUT, false},
        {KIND_EMAIL, S_INIT("a=b@example.com"), OK, false},
        {KIND_EMAIL, S_INIT("a@[192.0.2.1]"), OK, false},
        {KIND_MD5, S_INIT("d41d8cd98f00b204e9800998ecf8427e"), OK, true},
        {KIND_MD5, S_INIT("D41d8cd98f00b204e9800998ecf8427e"), ERR_INPUT, false},
        {KIND_SHA1, S_INIT("d41d8cd98f00b204e9800998ecf8427"), ERR_INPUT, false},
        {KIND_CERT_SERIAL, S_INIT("04e1b7d432f4ab70ead3ce986eea99934912"), OK, true},
        {KIND_CERT_SERIAL, S_INIT("b7d432f4ab70ead3ce986eea999349"), OK, false},
        {KIND_CERT_SERIAL, S_INIT("01"), OK, false},
        {KIND_FILENAME, S_INIT("x.exe"), OK, true},
        {KIND_FILENAME, S_INIT("a b.exe"), OK, true},
        {KIND_FILENAME, S_INIT(".."), OK, false},
        {KIND_USER_AGENT, S_INIT("curl/7.1"), OK, true},
        {KIND_USER_AGENT, S_INIT("a/b"), OK, false},
        {KIND_MAC, S_INIT("aa:bb:cc:dd:ee:ff"), OK, false},
        {KIND_ACTOR, S_INIT("APT29"), OK, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        match_builder *b = builder_of(scene_key);
        match_table *t = NULL;
        err why = {0};
        status st = match_builder_add(b, rows[i].kind, rows[i].value, 1, &why);
        if (st != rows[i].want)
            TEST_FAIL("%.*s: %s %s", SLICE_FMT(rows[i].value), status_name(st), why.msg);
        CHECK_OK(match_builder_done(b, &t, NULL));
        CHECK_EQ(match_table_info(t).added, rows[i].taken);
        CHECK_EQ(match_table_info(t).left_out, st == OK && !rows[i].taken);
        match_table_free(t);
    }
}

/* What is longer than can be found is left out, what is as long is found. */
TEST(limits_of_values)
{
    char text[URL_MAX + 64];
    static const struct {
        kind kind;
        const char *head;
        size_t most;
    } rows[] = {
        {KIND_USER_AGENT, "agent ", MATCH_LITERAL_MAX},
        {KIND_URL, "http://example.com/", MATCH_URL_MAX + 18},
        {KIND_EMAIL, "", 0},
    };
    for (size_t i = 0; i < 2; i++)
        for (size_t more = 0; more < 2; more++) {
            size_t len = rows[i].most + more, n = strlen(rows[i].head);
            scene_hits got = {0};
            match_table *t = NULL;
            match_builder *b = builder_of(scene_key);
            memset(text, 'x', sizeof text);
            memcpy(text, rows[i].head, n);
            CHECK_OK(match_builder_add(b, rows[i].kind, slice_of(text, len), 5, NULL));
            CHECK_OK(match_builder_done(b, &t, NULL));
            CHECK_EQ(match_table_info(t).left_out, more);
            CHECK(scene_match(t, slice_of(text, len), 0, 0, 100, &got));
            CHECK_EQ(got.count, more ? 0 : 1);
            free(got.at);
            match_table_free(t);
        }
}

TEST(says_what_came_again)
{
    match_builder *b = builder_of(scene_key);
    match_table *t = NULL;
    scene_hits got = {0};
    for (uint64_t id = 1; id < 4; id++) {
        CHECK_OK(match_builder_add(b, KIND_DOMAIN, S("example.com"), id, NULL));
        CHECK_OK(match_builder_add(b, KIND_CIDR, S("192.0.2.0/24"), id, NULL));
        CHECK_OK(match_builder_add(b, KIND_USER_AGENT, S("badbot"), id, NULL));
        CHECK_OK(match_builder_add(b, KIND_URL, S("http://example.com/x"), id, NULL));
    }
    CHECK_OK(match_builder_done(b, &t, NULL));
    match_info info = match_table_info(t);
    CHECK_EQ(info.added, 4);
    CHECK_EQ(info.repeated, 8);
    CHECK_EQ(info.keys, 5); /* and the host */
    CHECK(scene_match(t, S("http://example.com/x badbot 192.0.2.9"), 0, 0, 0, &got));
    CHECK_EQ(got.count, 4);
    for (size_t i = 0; i < got.count; i++)
        CHECK_EQ(got.at[i].id, 1);
    free(got.at);
    match_table_free(t);
}

TEST(an_empty_table_finds_nothing)
{
    match_table *t = NULL;
    scene_hits got = {0};
    CHECK_OK(match_builder_done(builder_of(scene_key), &t, NULL));
    CHECK(scene_match(t, S("198.51.100.7 evil.example a@b.cc ::1 http://x.yy/z"), 0, 0, 3, &got));
    CHECK_EQ(got.count, 0);
    match_table_free(t);
}

/* --- many ----------------------------------------------------------------------------------- */

static size_t value_of(uint64_t n, kind *ret_kind, char *out, size_t room)
{
    uint64_t r = n * 0x9e3779b97f4a7c15u, s = r ^ r >> 29;
    int len = 0;
    switch (n % 4) {
    case 0:
        *ret_kind = KIND_IPV4;
        len = snprintf(out, room, "%u.%u.%u.%u", (unsigned)(s >> 8 & 127) + 1,
                       (unsigned)(s >> 16 & 255), (unsigned)(s >> 24 & 255),
                       (unsigned)(s >> 32 & 255));
        break;
    case 1:
        *ret_kind = KIND_DOMAIN;
        len = snprintf(out, room, "h%llx.example", (unsigned long long)s);
        break;
    case 2:
        *ret_kind = KIND_MD5;
        len = snprintf(out, room, "%016llx%016llx", (unsigned long long)s, (unsigned long long)r);
        break;
    default:
        *ret_kind = KIND_URL;
        len = snprintf(out, room, "http://u%llx.example/a/%llx", (unsigned long long)s >> 40,
                       (unsigned long long)r);
        break;
    }
    return (size_t)len;
}

/* 100,000 of them: all are found, others are not, and the memory is what the header says. */
TEST(many_are_found_and_no_others)
{
    enum { MANY = 100000 };
    match_builder *b = builder_of(scene_key);
    match_table *t = NULL;
    char value[128];
    kind k;
    CLEANUP(buf_done) buf in, out;
    buf_init(&in, 16 << 20);
    buf_init(&out, 16 << 20);
    for (uint64_t n = 0; n < 2 * MANY; n++) {
        size_t len = value_of(n, &k, value, sizeof value);
        if (n < MANY)
            CHECK_OK(match_builder_add(b, k, slice_of(value, len), n, NULL));
        buf_put(n < MANY ? &in : &out, slice_of(value, len));
        buf_byte(n < MANY ? &in : &out, n % 7 ? ' ' : '\n');
    }
    CHECK_OK(match_builder_done(b, &t, NULL));
    scene_hits got = {0};
    CHECK(scene_match(t, buf_slice(&in), 0, 0, 0, &got));
    CHECK_EQ(got.count, match_table_info(t).added + match_table_info(t).repeated);
    CHECK(scene_match(t, buf_slice(&out), 0, 0, 0, &got));
    size_t false_hits = 0; /* hosts of URLs may be the same, and addresses */
    for (size_t i = 0; i < got.count; i++)
        false_hits += got.at[i].how != MATCH_JOIN && got.at[i].kind != KIND_IPV4;
    CHECK_EQ(false_hits, 0);
    CHECK(match_table_info(t).bytes < MANY * 60);
    free(got.at);
    match_table_free(t);
}

/* --- failure, threads ----------------------------------------------------------------------- */

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        match_builder *b = builder_of(scene_key);
        match_table *t = NULL;
        status st = OK;
        err why = {0};
        builder_table(b)->fail_after = n;
        for (size_t i = 0; i < SCENE_COUNT && st == OK; i++)
            st = match_builder_add(b, scene_values[i].kind, scene_values[i].value, i, &why);
        if (st == OK)
            st = match_builder_done(b, &t, &why);
        else
            match_builder_free(b);
        if (st == OK) {
            match_table_free(t);
            CHECK(n >= 8);
            return;
        }
        CHECK_EQ(st, ERR_LIMIT);
        CHECK(t == NULL);
    }
}

static status nothing(void *ctx, const match_hit *hits, size_t count, err *why)
{
    (void)hits;
    (void)why;
    *(size_t *)ctx += count;
    return OK;
}

/* Two tables: one finds the name, the other does not. */
static void *reader(void *shared)
{
    size_t found = 0;
    matcher *m = matcher_new(&(match_sink){.hits = nothing, .ctx = &found});
    for (int i = 0; i < 2000 && m; i++) {
        const match_table *t = match_shared_take(shared);
        if (match_feed(m, t, S("see www.evil.example and evil.\n"), NULL) != OK)
            abort();
        match_table_free(t);
    }
    matcher_free(m);
    return NULL;
}

TEST(tables_change_while_matching_runs)
{
    pthread_t threads[2];
    CLEANUP(scene_done) scene s = {0};
    REQUIRE(scene_make(&s));
    match_shared *shared = match_shared_new(match_table_ref(s.table));
    REQUIRE(shared);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        REQUIRE(pthread_create(&threads[i], NULL, reader, shared) == 0);
    for (int i = 0; i < 200; i++) {
        match_table *t = NULL;
        CHECK_OK(match_builder_done(builder_of(scene_key), &t, NULL));
        match_shared_swap(shared, i % 2 ? t : match_table_ref(t));
        if (i % 2 == 0)
            match_table_free(t);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
    match_shared_free(shared);
}
