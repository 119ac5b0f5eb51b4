#include "base/file.h"
#include "base/json.h"
#include "base/test.h"
#include "format/pattern.h"

static const pattern_node *parse(arena *a, slice text, err *why)
{
    const pattern_node *p = NULL;
    return pattern_parse(a, text, PATTERN_21, &p, why) == OK ? p : NULL;
}

/* --- grammar -------------------------------------------------------------------------------- */

TEST(patterns_print_in_one_spelling)
{
    static const struct {
        slice in, want;
    } rows[] = {
        {S_INIT("[file:size = 1280]"), S_INIT("[file:size = 1280]")},
        {S_INIT("[a:b==+1]"), S_INIT("[a:b = 1]")},
        {S_INIT("[a:b <> -0.50]"), S_INIT("[a:b != -0.50]")},
        {S_INIT("[a:b=.5]"), S_INIT("[a:b = .5]")},
        {S_INIT("[a:b NOT IN('x',  'y' ) ]"), S_INIT("[a:b NOT IN ('x', 'y')]")},
        {S_INIT("[a:b IN ()]"), S_INIT("[a:b IN ()]")},
        {S_INIT("[a:b = true OR NOT EXISTS a:c]"), S_INIT("[a:b = true OR NOT EXISTS a:c]")},
        {S_INIT("[a:b.'c-d'[0].'e'[*] MATCHES'^x']"), S_INIT("[a:b.'c-d'[0].e[*] MATCHES '^x']")},
        {S_INIT("[a:'b' = 1]"), S_INIT("[a:b = 1]")},
        {S_INIT("[a:b.'AND' = 1]"), S_INIT("[a:b.'AND' = 1]")},
        {S_INIT("[a:b = 'it\\'s \\\\ raw\nline']"), S_INIT("[a:b = 'it\\'s \\\\ raw\nline']")},
        {S_INIT("[a:b = h'ffD8' OR a:b = b'dGVzdA==' OR a:b > t'2020-02-29T00:00:60.5Z']"),
         S_INIT("[a:b = h'ffD8' OR a:b = b'dGVzdA==' OR a:b > t'2020-02-29T00:00:60.5Z']")},
        {S_INIT("/* c */[a:b=1]// end"), S_INIT("[a:b = 1]")},
        {S_INIT("[a:b=1]\xc2\xa0OR\xe3\x80\x80[a:b=2]"), S_INIT("[a:b = 1] OR [a:b = 2]")},
        {S_INIT("([a:b=1]FOLLOWEDBY[c:d=2])REPEATS 2 TIMES WITHIN 300.5 SECONDS"),
         S_INIT("([a:b = 1] FOLLOWEDBY [c:d = 2]) REPEATS 2 TIMES WITHIN 300.5 SECONDS")},
        {S_INIT("[a:b=1] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'"),
         S_INIT("[a:b = 1] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'")},
        {S_INIT("[(a:b=1 OR a:c=2) AND a:d=3]"), S_INIT("[(a:b = 1 OR a:c = 2) AND a:d = 3]")},
        {S_INIT("[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
         S_INIT("[ipv4-addr:value ISSUBSET '198.51.100.0/24']")},
    };
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buf_done) buf out;
        err why = {0};
        buf_init(&out, 4096);
        const pattern_node *p = parse(&a, rows[i].in, &why);
        if (!p) {
            TEST_FAIL("%.*s: %s", SLICE_FMT(rows[i].in), why.msg);
            continue;
        }
        pattern_print(&out, p);
        CHECK_SLICE(buf_slice(&out), rows[i].want);
        const pattern_node *again = parse(&a, buf_slice(&out), &why);
        CHECK(again && pattern_equal(p, again));
    }
}

TEST(precedence_is_and_or_followedby)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    const pattern_node *p = parse(&a, S("[a:b=1] OR [a:b=2] AND [a:b=3] FOLLOWEDBY [a:b=4]"), NULL);
    REQUIRE(p);
    CHECK_EQ(p->op, PATTERN_FOLLOWEDBY);
    CHECK_EQ(p->first->op, PATTERN_EITHER);
    CHECK_EQ(p->first->first->op, PATTERN_OBSERVATION);
    CHECK_EQ(p->first->first->next->op, PATTERN_BOTH);
    p = parse(&a, S("[a:b=1 OR a:b=2 AND a:b=3]"), NULL);
    REQUIRE(p);
    CHECK_EQ(p->first->op, PATTERN_OR);
    CHECK_EQ(p->first->first->next->op, PATTERN_AND);
    p = parse(&a, S("[a:b=1] FOLLOWEDBY [a:b=2] REPEATS 5 TIMES"), NULL);
    REQUIRE(p);
    CHECK(!p->qualifiers && !p->first->qualifiers && p->first->next->qualifiers);
}

TEST(errors_say_where)
{
    static const struct {
        slice in;
        unsigned at;
        const char *says;
    } rows[] = {
        {S_INIT(""), 0, "1:0: ends, expected [ or ("},
        {S_INIT("file:size = 1"), 0, "expected [ or ("},
        {S_INIT("[file:hashes.\"MD5\" = 'x']"), 13, "1:13"},
        {S_INIT("[file:size = ]"), 13, "1:13: found ], expected a value"},
        {S_INIT("[a:b = 1\nAND NOT a:c = 2]"), 17, "2:8: found a, expected EXISTS"},
        {S_INIT("[a:b=01]"), 5, "leading zero"},
        {S_INIT("[a:b=1e5]"), 6, "found e5"},
        {S_INIT("[a:b=h'f']"), 5, "hex"},
        {S_INIT("[a:b=b'AA']"), 5, "base64"},
        {S_INIT("[a:b=t'2016-13-01T00:00:00Z']"), 5, "t'..' holds"},
        {S_INIT("[a:b=t'2016-01-01T00:00:00z']"), 5, "t'..' holds"},
        {S_INIT("[a:b=t'2016-01-01T00:00:00.Z']"), 5, "t'..' holds"},
        {S_INIT("[a:b.c-d=1]"), 5, "quoted"},
        {S_INIT("[a:b='a\\n']"), 7, "escapes"},
        {S_INIT("[a:b='\xc3\xa9' and a:c=1]"), 10, "1:9: found and"},
        {S_INIT("[a:b=1] WITHIN 5 MINUTES"), 17, "expected SECONDS"},
        {S_INIT("[a:b=1] WITHIN -5 SECONDS"), 15, "positive number"},
        {S_INIT("[a:b=1] REPEATS 1.5 TIMES"), 16, "whole"},
        {S_INIT("[a:b=1] WITHIN 5 SECONDS WITHIN 6 SECONDS"), 25, "twice"},
        {S_INIT("[a:b=1] START '2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'"), 14, "time"},
        {S_INIT("[a:b='x"), 5, "string without end"},
        {S_INIT("[a:b='x\\"), 5, "string without end"},
        {S_INIT("[a:b=1] /* x"), 8, "comment without end"},
        {S_INIT("[a:b<true]"), 5, "order"},
        {S_INIT("[a:b LIKE 5]"), 10, "a string"},
        {S_INIT("[a:b=9007199254740992]"), 5, "2^53"},
        {S_INIT("[a:b[x]=1]"), 5, "a number or *"},
        {S_INIT("[a:b=1] [a:b=2]"), 8, "FOLLOWEDBY"},
        {S_INIT("[AND:b=1]"), 1, "object type"},
        {S_INIT("[a:b=1 AND a:c=\x01]"), 15, "no such sign"},
        {S_INIT("[a:b='\xff']"), 6, "UTF-8"},
        {S_INIT("[a:b=-]"), 5, "without digits"},
    };
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        const pattern_node *p = NULL;
        CHECK_EQ(pattern_parse(&a, rows[i].in, PATTERN_21, &p, &why), ERR_INPUT);
        CHECK(p == NULL);
        if (why.at != rows[i].at || !strstr(why.msg, rows[i].says))
            TEST_FAIL("%.*s: at %d \"%s\", want %u \"%s\"", SLICE_FMT(rows[i].in), (int)why.at,
                      why.msg, rows[i].at, rows[i].says);
    }
}

TEST(version_20_takes_plain_strings_as_times)
{
    static const slice text =
        S_INIT("[a:b=1] START '2020-01-01T00:00:00Z' STOP '2021-01-01T00:00:00Z'");
    CLEANUP(arena_done) arena a;
    const pattern_node *p = NULL;
    arena_init(&a, 1 << 20);
    CHECK_EQ(pattern_parse(&a, text, PATTERN_21, &p, NULL), ERR_INPUT);
    CHECK_OK(pattern_parse(&a, text, PATTERN_20, &p, NULL));
    REQUIRE(p);
    CHECK_EQ(p->qualifiers->from.type, PATTERN_TIME);
}

/* --- limits --------------------------------------------------------------------------------- */

TEST(depth_and_length_have_a_maximum)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf text;
    const pattern_node *p;
    err why = {0};
    arena_init(&a, 64 << 20);
    for (int deep = PATTERN_DEPTH_MAX - 1; deep <= PATTERN_DEPTH_MAX; deep++) {
        buf_init(&text, 4096);
        for (int i = 0; i < deep; i++)
            buf_byte(&text, '(');
        buf_put(&text, S("[a:b=1]"));
        for (int i = 0; i < deep; i++)
            buf_byte(&text, ')');
        CHECK_EQ(pattern_parse(&a, buf_slice(&text), PATTERN_21, &p, &why),
                 deep < PATTERN_DEPTH_MAX ? OK : ERR_LIMIT);
        buf_done(&text);
    }
    buf_init(&text, PATTERN_TEXT_MAX + 16);
    buf_put(&text, S("[a:b='"));
    while (text.len < PATTERN_TEXT_MAX - 2)
        buf_byte(&text, 'x');
    buf_put(&text, S("']"));
    CHECK_OK(pattern_parse(&a, buf_slice(&text), PATTERN_21, &p, &why));
    buf_byte(&text, ' ');
    CHECK_EQ(pattern_parse(&a, buf_slice(&text), PATTERN_21, &p, &why), ERR_LIMIT);
}

TEST(ten_thousand_alternatives_are_no_deep_tree)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf text;
    const pattern_node *p;
    pattern_found found;
    arena_init(&a, 64 << 20);
    buf_init(&text, PATTERN_TEXT_MAX);
    for (int i = 0; i < 10000; i++)
        buf_printf(&text, "%s[ipv4-addr:value = '192.0.2.%d']", i ? " OR " : "", i % 256);
    CHECK_OK(pattern_parse(&a, buf_slice(&text), PATTERN_21, &p, NULL));
    CHECK_OK(pattern_observables(&a, p, &found, NULL));
    CHECK_EQ(found.count, 10000);
    CHECK(found.complete);
}

TEST(every_allocation_may_fail)
{
    static const slice text = S_INIT("([file:hashes.MD5 = 'a\\'b' AND file:name IN ('x', 'y')] OR "
                                     "[a:b[*].c = 1]) WITHIN 5 SECONDS");
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        const pattern_node *p = NULL;
        pattern_found found = {.count = 77};
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        REQUIRE(n < 1000);
        status st = pattern_parse(&a, text, PATTERN_21, &p, NULL);
        if (st != OK) {
            CHECK_EQ(st, ERR_LIMIT);
            CHECK(!p);
            continue;
        }
        if (pattern_observables(&a, p, &found, NULL) == OK)
            break;
        CHECK_EQ(found.count, 77);
    }
}

/* --- oddities ------------------------------------------------------------------------------- */

TEST(oddities_are_found)
{
    static const struct {
        slice in;
        int want; /* -1: none */
        unsigned at;
    } rows[] = {
        {S_INIT("[a:b = 1 AND c:d = 2]"), PATTERN_MIXED_TYPES, 1},
        {S_INIT("[a:b = 1 AND (c:d = 2 OR a:d = 2)]"), -1, 0},
        {S_INIT("[(a:b = 1 OR c:d = 2) AND c:d = 2]"), -1, 0},
        {S_INIT("[a:b = 1] START t'2021-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'"),
         PATTERN_START_LATE, 10},
        {S_INIT("[a:b = 1] REPEATS 0 TIMES"), PATTERN_NOT_POSITIVE, 10},
        {S_INIT("[a:b = 1] WITHIN 0.0 SECONDS"), PATTERN_NOT_POSITIVE, 10},
        {S_INIT("[a:b = t'2023-02-29T00:00:00Z']"), PATTERN_NO_SUCH_DAY, 7},
        {S_INIT("[ipv4-addr:value ISSUBSET '192.0.2.0/33']"), PATTERN_NO_NETWORK, 26},
        {S_INIT("[ipv4-addr:value ISSUBSET 'example.com']"), PATTERN_NO_NETWORK, 26},
        {S_INIT("[ipv6-addr:value ISSUBSET '2001:db8::/128']"), -1, 0},
        {S_INIT("[a:b IN (1, '1')]"), PATTERN_MIXED_SET, 12},
        {S_INIT("[a:b IN ()]"), PATTERN_EMPTY_SET, 1},
        {S_INIT("[file:hashes.'SHA-256' = 'f00']"), PATTERN_BAD_HASH, 25},
        {S_INIT("[file:hashes.sha_1 = 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz']"),
         PATTERN_BAD_HASH, 21},
        {S_INIT("[file:hashes.ssdeep = '3:a:b']"), -1, 0},
        {S_INIT("([a:b=1]) WITHIN 5 SECONDS WITHIN 6 SECONDS"), PATTERN_TWICE, 27},
        {S_INIT("[ipv4-addr:value = '192.0.2.1']"), -1, 0},
    };
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pattern_finding found[PATTERN_FINDINGS_MAX];
        const pattern_node *p = parse(&a, rows[i].in, NULL);
        REQUIRE(p);
        size_t n = pattern_check(p, found);
        int got = n ? (int)found[0].what : -1;
        if (n > 1 || got != rows[i].want || (n && found[0].at != rows[i].at))
            TEST_FAIL("%.*s: %zu findings, %s at %d", SLICE_FMT(rows[i].in), n,
                      n ? pattern_oddity_text(found[0].what) : "none", n ? (int)found[0].at : 0);
    }
}

/* --- observables ---------------------------------------------------------------------------- */

/* "kind:text" of each; a trailing ! is combined, #n a file's number, @n a port; then complete. */
static void show(buf *out, const pattern_found *found)
{
    for (size_t i = 0; i < found->count; i++) {
        const pattern_observable *o = &found->item[i];
        buf_printf(out, "%s%s:%.*s", i ? " " : "", kind_name(o->want), SLICE_FMT(o->text));
        if (o->file)
            buf_printf(out, "#%u", o->file);
        if (o->port)
            buf_printf(out, "@%u", o->port);
        if (o->combined)
            buf_byte(out, '!');
    }
    buf_put(out, found->complete ? S(" all") : S(" more"));
}

TEST(what_stands_on_its_own)
{
    static const struct {
        slice in, want;
    } rows[] = {
        {S_INIT("[ipv4-addr:value = '192.0.2.1']"), S_INIT("ipv4:192.0.2.1 all")},
        {S_INIT("[url:value = 'http://a.example/' OR domain-name:value = 'a.example']"),
         S_INIT("url:http://a.example/ domain:a.example all")},
        {S_INIT("([domain-name:value IN ('a.example', 'b.example')]) OR [(url:value = 'x')]"),
         S_INIT("domain:a.example domain:b.example url:x all")},
        {S_INIT("[ipv4-addr:value ISSUBSET '192.0.2.0/24']"), S_INIT("ipv4:192.0.2.0/24 all")},
        {S_INIT("[autonomous-system:number = 64496]"), S_INIT("asn:64496 all")},
        /* a hash names the file, the name does not */
        {S_INIT("[file:name = 'svchost.exe' AND file:hashes.MD5 = 'm']"),
         S_INIT("filename:svchost.exe! md5:m#1 more")},
        {S_INIT("[file:hashes.md5 = 'm' AND file:hashes.'SHA-1' = 's' AND file:size = 5]"),
         S_INIT("md5:m#1 sha1:s#1 more")},
        {S_INIT("[(file:hashes.MD5 = 'm' OR file:hashes.MD5 = 'n') AND file:name = 'x']"),
         S_INIT("md5:m md5:n filename:x! more")},
        {S_INIT("[file:hashes.MD5 = 'm' AND file:content_ref.hashes.MD5 = 'n']"),
         S_INIT("md5:m#1 md5:n#2 more")},
        {S_INIT("[(file:hashes.MD5 = 'a' AND file:hashes.SHA256 = 'b') OR "
                "(file:hashes.MD5 = 'c' AND file:hashes.SHA256 = 'd')]"),
         S_INIT("md5:a#1 sha256:b#1 md5:c#2 sha256:d#2 more")},
        {S_INIT("[file:hashes.IMPHASH = 'i' AND file:name = 'x']"),
         S_INIT("imphash:i! filename:x! more")},
        /* a type restricts nothing, a port does */
        {S_INIT("[network-traffic:dst_ref.type = 'ipv4-addr' AND "
                "network-traffic:dst_ref.value = '192.0.2.1']"),
         S_INIT("none:192.0.2.1 all")},
        {S_INIT("[(network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = "
                "'192.0.2.1') AND network-traffic:dst_port = '443']"),
         S_INIT("none:192.0.2.1@443! more")},
        {S_INIT("[(network-traffic:dst_ref.type = 'x' AND network-traffic:dst_ref.type = 'x') AND "
                "network-traffic:dst_ref.value = '192.0.2.1']"),
         S_INIT("none:192.0.2.1 all")},
        {S_INIT("[domain-name:value = 'a.example' AND "
                "domain-name:resolves_to_refs[*].value = '192.0.2.1']"),
         S_INIT("domain:a.example! none:192.0.2.1! more")},
        {S_INIT("[user-account:account_type = 'unix' AND user-account:user_id = '1007']"),
         S_INIT("account:1007! more")},
        /* between observations everything is combined, hashes too */
        {S_INIT("[file:hashes.MD5 = 'm'] AND [domain-name:value = 'a.example']"),
         S_INIT("md5:m! domain:a.example! more")},
        {S_INIT("[file:hashes.MD5 = 'm'] FOLLOWEDBY [file:name = 'x']"),
         S_INIT("md5:m! filename:x! more")},
        {S_INIT("[ipv4-addr:value = '192.0.2.1'] REPEATS 5 TIMES"), S_INIT("ipv4:192.0.2.1! more")},
        {S_INIT("([ipv4-addr:value = '192.0.2.1'] AND [url:value = 'x']) OR [mutex:name = 'm']"),
         S_INIT("ipv4:192.0.2.1! url:x! mutex:m more")},
        /* what is denied or described names nothing */
        {S_INIT("[file:name = 'a' AND file:name != 'b']"), S_INIT("filename:a! more")},
        {S_INIT("[domain-name:value NOT = 'a.example']"), S_INIT(" more")},
        {S_INIT("[domain-name:value NOT IN ('a.example')]"), S_INIT(" more")},
        {S_INIT("[domain-name:value LIKE '%.example']"), S_INIT(" more")},
        {S_INIT("[ipv4-addr:value ISSUPERSET '192.0.2.0/24']"), S_INIT(" more")},
        {S_INIT("[file:name ISSUBSET '192.0.2.0/24']"), S_INIT(" more")},
        {S_INIT("[x-thing:value = 'v' OR url:value = 'x']"), S_INIT("url:x more")},
        {S_INIT("[file:hashes.'SHA3-256' = 'v']"), S_INIT(" more")},
        {S_INIT("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = "
                "'x/1']"),
         S_INIT("user-agent:x/1 all")},
    };
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buf_done) buf out;
        pattern_found found;
        buf_init(&out, 4096);
        const pattern_node *p = parse(&a, rows[i].in, NULL);
        REQUIRE(p);
        CHECK_OK(pattern_observables(&a, p, &found, NULL));
        show(&out, &found);
        CHECK_SLICE(buf_slice(&out), rows[i].want);
    }
}

/* --- vectors of cti-pattern-validator ------------------------------------------------------- */

/* No deviations: where the standard is stricter than its tool, pattern_check says so. */
static bool is_valid(arena *a, slice pattern, err *why)
{
    pattern_finding found[PATTERN_FINDINGS_MAX];
    const pattern_node *p = parse(a, pattern, why);
    size_t n = p ? pattern_check(p, found) : 0;
    for (size_t i = 0; i < n; i++)
        if (found[i].what == PATTERN_BAD_HASH)
            return false;
    return p != NULL;
}

TEST(vectors_of_the_reference_validator)
{
    CLEANUP(arena_done) arena a;
    slice text;
    json *list;
    arena_init(&a, 64 << 20);
    if (fs_read_all(fs_system(), &a, "../shared/vectors/pattern_syntax.json", 1 << 20, &text,
                    NULL) != OK)
        TEST_SKIP("../shared/vectors/pattern_syntax.json is not there");
    REQUIRE(json_parse(&a, text, NULL, &list, NULL) == OK);
    CHECK(list->count >= 80);
    for (const json *v = list->first; v; v = v->next) {
        err why = {0};
        slice pattern = json_text(json_get(v, S("pattern")));
        bool want = json_is(json_get(v, S("valid")), JSON_TRUE);
        bool got = is_valid(&a, pattern, &why);
        if (got != want)
            TEST_FAIL("%.*s: %s, want %s (%s)", SLICE_FMT(pattern), got ? "valid" : "invalid",
                      want ? "valid" : "invalid", why.msg);
    }
}
