#include "model/regex.h"

#include "base/test.h"

TEST(matches_table)
{
    static const struct {
        const char *pattern, *text;
        bool want;
    } rows[] = {
        {"abc", "xxabcxx", true},
        {"abc", "xxabxx", false},
        {"/abc/", "abc", true},
        {"/ABC/i", "xabcx", true},
        {"(?i)ABC", "xabcx", true},
        {"/ABC/", "xabcx", false},
        {"/^abc$/", "abc", true},
        {"/^abc$/", "abcd", false},
        {"/^abc$/", "abc\n", true},
        {"/^b/", "a\nb", false},
        {"/^b/m", "a\nb", true},
        {"a.c", "abc", true},
        {"a.c", "a\nc", false},
        {"/a.c/s", "a\nc", true},
        {"a*b", "b", true},
        {"^a+b", "b", false},
        {"^a?b$", "aab", false},
        {"^(ab|cd)+$", "abcdab", true},
        {"^(ab|cd)+$", "abcda", false},
        {"^(a|b|c|)x$", "x", true},
        {"^(?:\\+|00)1$", "+1", true},
        {"^[0-9]{3}$", "123", true},
        {"^[0-9]{3}$", "1234", false},
        {"^[0-9]{2,3}$", "1", false},
        {"^[0-9]{2,}$", "12345", true},
        {"^[^a-c]$", "b", false},
        {"^[^a-c]$", "d", true},
        {"/^[^a]$/i", "A", false},
        {"^[]a]+$", "]a", true},
        {"^[a-]+$", "a-", true},
        {"^[\\d.]+$", "1.2", true},
        {"^\\w+\\s\\S$", "ab c", true},
        {"^\\D\\W$", "a-", true},
        {"\\bcat\\b", "a cat!", true},
        {"\\bcat\\b", "concat", false},
        {"\\Bcat", "concat", true},
        {"^\\x41\\.$", "A.", true},
        {"a{,2}", "a{,2}", true},
        {"^a{2", "a{2", true},
        {"(a*)*b", "aaab", true},
        {"(a|a)*$", "aaaa", true},
        {"x*", "", true},
        {"/^(security|noc|soc|abuse)\\@.*\\..*$/i", "Abuse@example.com", true},
        {"/^(security|noc|soc|abuse)\\@.*\\..*$/i", "anabuse@example.com", false},
        {"/((?:\\+|00)1)?([0-9]{3})55501([0-9]{2})/g", "+12125550123", true},
        {"/((?:\\+|00)1)?([0-9]{3})55501([0-9]{2})/g", "+12125560123", false},
        /* delimiters as preg_match takes them */
        {"#^https?://a\\.example/#i", "HTTP://A.example/x", true},
        {"#^https?://a\\.example/#", "HTTP://A.example/x", false},
        {"~ab~", "xabx", true},
        {"~a~b~", "a~b", true},
        {"#a#b#i", "A#B", true},
        {"%^ab$%", "ab", true},
        {"@^ab@i", "ABc", true},
        {"!ab!", "ab", true},
        {"|ab|cd|", "xyz", true}, /* bare after all: preg_match has no flag "cd|" */
        {"|ab|i", "xyz", false},
        {"|ab|i", "xABx", true},
        {"{^a{2}$}i", "AA", true},
        {"{^a{2}$}i", "a", false},
        {"(ab|cd)i", "xCDx", true},
        {"[ab]i", "bi", true},
        {"[ab]i", "BB", false},
        {"<a<b>c>s", "a<b>c", true},
        {"'ab'", "xabx", true},
        {"+ab+", "ab", true},
        {"#a\\#b#", "a#b", true},
        {"/ab/DSUXn", "ab", true},
        /* and bare ones that begin with such a sign */
        {"@example\\.com$", "a@example.com", true},
        {"@(a|b)\\.example", "x@b.example", true},
        {"^(a|^b)$", "b", true},
        {"[ab]+$", "xb", true},
        {"[0-9]{3}", "x123", true},
        {"(a)(b)", "ab", true},
        {"(?:ab)i", "abi", true},
        {"(?i)(AB)", "ab", true},
        {"%2e%2e", "a%2e%2e", true},
        {"-ab-i", "x-ab-i", true},
        {".ab.s", "xab.s", true},
        {"_ab_", "x_ab_", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        const regex *r = NULL;
        bool hit = !rows[i].want;
        err why = {0};
        arena_init(&a, 1 << 20);
        REQUIRE(regex_compile(&a, slice_str(rows[i].pattern), &r, &why) == OK);
        CHECK_OK(regex_search(r, slice_str(rows[i].text), &a, &hit, &why));
        if (hit != rows[i].want)
            TEST_FAIL("\"%s\" on \"%s\"", rows[i].pattern, rows[i].text);
    }
}

TEST(what_is_not_taken_is_said)
{
    static const char *const rows[] = {
        "",        "/",      "//",          "/a",   "a)",    "(a",      "[a",     "[z-a]",
        "[\\d-z]", "*a",     "a**",         "a++",  "(?=a)", "(?<n>a)", "(a)\\1", "\\",
        "\\p{L}",  "a{3,2}", "/a/x",        "#a#k", "{a}k",  "@a@bar",  "~a",     "#a",
        "/a/A",    "##",     "[[:alpha:]]", "(?i)", "a|*"};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        const regex *r = NULL;
        err why = {0};
        arena_init(&a, 1 << 20);
        if (regex_compile(&a, slice_str(rows[i]), &r, &why) != ERR_INPUT || r || !why.msg[0])
            TEST_FAIL("\"%s\" was taken", rows[i]);
    }
}

TEST(limits)
{
    static const struct {
        const char *pattern;
        status want;
    } rows[] = {
        {"a{255}", OK},
        {"a{256}", ERR_LIMIT},
        {"(a{99}){20}", OK}, /* 1980 states and the end */
        {"(a{100}){20}", ERR_LIMIT},
        {"((a{200}){200}){200}", ERR_LIMIT},
    };
    CLEANUP(arena_done) arena a;
    const regex *r = NULL;
    bool hit = false;
    char text[REGEX_TEXT_MAX + 1];
    arena_init(&a, 64 << 20);
    char *subject = arena_alloc(&a, REGEX_SUBJECT_MAX + 1);
    REQUIRE(subject);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_EQ(regex_compile(&a, slice_str(rows[i].pattern), &r, NULL), rows[i].want);
    memset(text, '(', sizeof text);
    for (unsigned deep = REGEX_DEPTH_MAX; deep <= REGEX_DEPTH_MAX + 1; deep++) {
        memset(text + deep, ')', deep);
        CHECK_EQ(regex_compile(&a, slice_of(text, 2 * deep), &r, NULL),
                 deep > REGEX_DEPTH_MAX ? ERR_LIMIT : OK);
        memset(text, '(', sizeof text);
    }
    memset(text, 'a', sizeof text);
    CHECK_EQ(regex_compile(&a, slice_of(text, REGEX_TEXT_MAX + 1), &r, NULL), ERR_LIMIT);
    /* a pattern that kills engines which try again */
    memset(subject, 'a', REGEX_SUBJECT_MAX + 1);
    REQUIRE(regex_compile(&a, S("^(a|aa)+(a+)+(a*)*b$"), &r, NULL) == OK);
    CHECK_OK(regex_search(r, slice_of(subject, REGEX_SUBJECT_MAX), &a, &hit, NULL));
    CHECK(!hit);
    CHECK_EQ(regex_search(r, slice_of(subject, REGEX_SUBJECT_MAX + 1), &a, &hit, NULL), ERR_LIMIT);
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        const regex *r = NULL;
        bool hit = false;
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        status st = regex_compile(&a, S("/^(ab{2,3}|c)*x$/i"), &r, NULL);
        if (st == OK)
            st = regex_search(r, S("abbCabbbx"), &a, &hit, NULL);
        if (st == OK) {
            CHECK(hit && n > 3);
            return;
        }
        CHECK_EQ(st, ERR_LIMIT);
        REQUIRE(n < 1000);
    }
}
