#include "base/test.h"
#include "model/refang.h"

enum { BUDGET = 1 << 20 };

typedef struct row {
    slice in, out;
} row;

static void check(const row *rows, size_t count, unsigned options)
{
    for (size_t i = 0; i < count; i++) {
        CLEANUP(arena_done) arena a;
        plain p, again;
        arena_init(&a, BUDGET);
        CHECK_OK(refang(&a, rows[i].in, options, &p, NULL));
        CHECK_SLICE(p.text, rows[i].out);
        CHECK_EQ(p.edit_count > 0, !slice_eq(rows[i].in, rows[i].out));
        CHECK_OK(refang(&a, p.text, options, &again, NULL));
        CHECK_SLICE(again.text, rows[i].out);
    }
}

TEST(every_style_is_undone_in_running_text)
{
    static const row rows[] = {
        {S_INIT("a[.]example a(.)example a{.}example a<.>example"),
         S_INIT("a.example a.example a.example a.example")},
        {S_INIT("a[dot]example a(dot)example a{DOT}example a[d0t]example a[punkt]example"),
         S_INIT("a.example a.example a.example a.example a.example")},
        {S_INIT("a[ . ]example a [.] example a [dot] example"),
         S_INIT("a.example a.example a.example")},
        {S_INIT("a[[.]]example a([.])example"), S_INIT("a.example a.example")},
        {S_INIT("a[.example a[.example] a.]example a[,]example"),
         S_INIT("a.example a.example a.example a.example")},
        {S_INIT("a\\.b\\.example"), S_INIT("a.b.example")},
        {S_INIT("a\xe3\x80\x82"
                "com b\xef\xbc\x8e"
                "com c\xef\xbd\xa1"
                "com"),
         S_INIT("a.com b.com c.com")},
        {S_INIT("www\xe3\x80\x82"
                "example\xe3\x80\x82"
                "com"),
         S_INIT("www.example.com")},
        {S_INIT("hxxp://x hXXps://x hxtp://x htxp://x h**p://x h__ps://x meow://x"),
         S_INIT("http://x https://x http://x http://x http://x https://x http://x")},
        {S_INIT("xxxx://x xxxxx://x ttp://x fxp://x"),
         S_INIT("http://x https://x http://x ftp://x")},
        {S_INIT("http[:]//x http[://]x http:[//]x http[:/]/x [http]://x [https:]//x"),
         S_INIT("http://x http://x http://x http://x http://x [https:]//x")},
        {S_INIT("http:\\\\x.example http:\\\\\\\\x.example http//x.example hxxp// x.example"),
         S_INIT("http://x.example http://x.example http://x.example hxxp// x.example")},
        {S_INIT("hxxp:// x.example"), S_INIT("http://x.example")},
        {S_INIT("{\"u\":\"http:\\/\\/x.example\\/y\"}"), S_INIT("{\"u\":\"http://x.example/y\"}")},
        {S_INIT("x.example[:]443 x.example[/]y 2001[:]db8[::]1 [www].x.example"),
         S_INIT("x.example:443 x.example/y 2001:db8::1 www.x.example")},
        {S_INIT("bob[at]x.example bob(at)x.example bob[@]x.example bob <at> x.example"),
         S_INIT("bob@x.example bob@x.example bob@x.example bob@x.example")},
        {S_INIT("bob at example dot com, BOB AT EXAMPLE DOT COM, x DOT com, www dot x dot com"),
         S_INIT("bob@example.com, BOB@EXAMPLE.COM, x.com, www.x.com")},
        {S_INIT("bob_at_example_dot_com"), S_INIT("bob@example.com")},
        {S_INIT("1[.]2[.]3[.]4 1 .2 .3 .4 1 . 2 . 3 . 4 1.2.3[.]4"),
         S_INIT("1.2.3.4 1.2.3.4 1.2.3.4 1.2.3.4")},
        {S_INIT("\xef\xbd\x88\xef\xbd\x94\xef\xbd\x94\xef\xbd\x90\xef\xbc\x9a\xef\xbc\x8f\xef\xbc"
                "\x8fx"),
         S_INIT("http://x")},
        {S_INIT("ex\xe2\x80\x8b"
                "am\xc2\xad"
                "ple\xef\xbb\xbf"),
         S_INIT("example")},
        {S_INIT("CVE\xe2\x80\x91"
                "2021"),
         S_INIT("CVE-2021")},
    };
    check(rows, COUNT_OF(rows), 0);
}

TEST(other_text_is_kept_byte_for_byte)
{
    static const slice kept[] = {
        S_INIT("See the appendix (a) and arr[0], f(x), x[i].y."),
        S_INIT("the dot com bubble; look at example.com; one or the other"),
        S_INIT("C:\\Users\\x\\.ssh\\id and dir\\.git\\config and HKCR\\.dll"),
        S_INIT("regex ^[.]$ and [a-z.]+ and (.) alone; a path ./x ../y"),
        S_INIT("1. 2. 3. 4. a list; see 1 .2 and 3 .4"),
        S_INIT("bad \xff\xc3 bytes \xe2\x80 stay"),
        S_INIT("\xe3\x81\xa7\xe3\x81\x99\xe3\x80\x82"
               "Windows\xe3\x81\xae"),
        S_INIT("example.com\xe3\x80\x82"
               "C2"), /* the sentence ends there */
        S_INIT("http://example.com/a\xe3\x80\x82"
               "Next"),
        S_INIT("a_dotted_name and _dot_ and dot_com"),
        S_INIT("func(.5) and say(.net)"),
        S_INIT("// comment, https://example.com//x, \\n \\t \\\\"),
        S_INIT(""),
    };
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        CLEANUP(arena_done) arena a;
        plain p;
        arena_init(&a, BUDGET);
        CHECK_OK(refang(&a, kept[i], 0, &p, NULL));
        CHECK_SLICE(p.text, kept[i]);
        CHECK(p.text.ptr == kept[i].ptr && p.edit_count == 0);
    }
}

TEST(one_value_is_read_more_liberally)
{
    static const row rows[] = {
        {S_INIT("example dot com"), S_INIT("example.com")},
        {S_INIT("http:// x.example"), S_INIT("http://x.example")},
        {S_INIT("\xe9\xa3\x9f\xe7\x8b\xae\xe3\x80\x82"
                "cn"),
         S_INIT("\xe9\xa3\x9f\xe7\x8b\xae.cn")},
    };
    check(rows, COUNT_OF(rows), REFANG_WHOLE);
}

TEST(offsets_lead_back)
{
    CLEANUP(arena_done) arena a;
    plain p;
    slice raw = S("see hxxp://a[.]example/\xef\xbd\x98 and ttp://b");
    arena_init(&a, BUDGET);
    CHECK_OK(refang(&a, raw, 0, &p, NULL));
    CHECK_SLICE(p.text, S("see http://a.example/x and http://b"));
    CHECK_EQ(plain_raw_start(&p, 0), 0);
    CHECK_EQ(plain_raw_start(&p, 4), 4);
    CHECK_EQ(plain_raw_start(&p, 11), 11); /* "a" */
    CHECK_EQ(plain_raw_start(&p, 12), 12); /* the dot out of "[.]" */
    CHECK_EQ(plain_raw_end(&p, 13), 15);
    CHECK_EQ(plain_raw_start(&p, 13), 15);
    CHECK_EQ(plain_raw_end(&p, 22), 26); /* behind the wide x */
    CHECK_EQ(plain_raw_end(&p, p.text.len), raw.len);
    CHECK_EQ(plain_steps(&p, 0, 4), 0);
    CHECK_EQ(plain_steps(&p, 4, 20), STEP_REFANG);
    CHECK_EQ(plain_steps(&p, 21, 22), STEP_WIDTH);
    CHECK_EQ(plain_steps(&p, 4, 22), STEP_REFANG | STEP_WIDTH);
}

TEST(a_budget_that_is_spent_is_said)
{
    static char text[60000];
    for (size_t i = 0; i + 3 <= sizeof text; i += 3)
        memcpy(text + i, "\xef\xbd\x81", 3);
    CLEANUP(arena_done) arena a;
    plain p = {.text = S("x")};
    err why = {0};
    arena_init(&a, 100000);
    CHECK_EQ(refang(&a, slice_of(text, sizeof text), 0, &p, &why), ERR_LIMIT);
    CHECK_SLICE(p.text, S("x"));
    CHECK(why.msg[0]);
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        plain p = {.text = S("x")};
        arena_init(&a, BUDGET);
        a.fail_after = n;
        if (refang(&a, S("\xef\xbd\x81[.]example a[.]b a[.]b a[.]b a[.]b a[.]b a[.]b a[.]b a[.]b"),
                   0, &p, NULL) == OK) {
            CHECK(n > 2);
            break;
        }
        CHECK_SLICE(p.text, S("x"));
        REQUIRE(n < 1000);
    }
}
