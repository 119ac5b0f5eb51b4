#include "format/mention.h"

#include "base/test.h"

static size_t find_all(const char *text, mention out[MENTIONS_MAX])
{
    static arena a;
    static bool open;
    mentions seen = {0};
    size_t at = 0, n = 0;
    if (open)
        arena_done(&a);
    arena_init(&a, 1 << 20);
    open = true;
    while (n < MENTIONS_MAX && mention_next(&a, &seen, slice_str(text), &at, &out[n], NULL) == OK &&
           out[n].id.len)
        n++;
    return n;
}

TEST(what_the_sentence_says)
{
    static const struct {
        const char *text, *id, *sentence;
        bool exploits;
    } rows[] = {
        {"First. They exploited cve-2024-3400 there. Last.", "CVE-2024-3400",
         "They exploited cve-2024-3400 there", true},
        {"Spread by flaws such as:\r\n- CVE-2024-3400 \r\n- x", "CVE-2024-3400", "- CVE-2024-3400",
         false},
        {"used CVE-2017-0213", "CVE-2017-0213", "used CVE-2017-0213", true},
        {"It did not exploit CVE-2017-0213", "CVE-2017-0213", "It did not exploit CVE-2017-0213",
         false},
        {"https://a.example/x-cve-2024-3400/", "CVE-2024-3400",
         "https://a.example/x-cve-2024-3400/", false},
        {"\xe6\x82\xaa\xe7\x94\xa8 CVE-2024-3400", "CVE-2024-3400",
         "\xe6\x82\xaa\xe7\x94\xa8 CVE-2024-3400", false},
        {"(Citation: CVE-2021-1111) CVE-2021-2222", "CVE-2021-2222",
         "(Citation: CVE-2021-1111) CVE-2021-2222", false},
        {"xCVE-2021-2222 CVE-12-1 CVE-2021- cve20243400", NULL, NULL, false},
        {"CVE-2021-12345678901234567890123", NULL, NULL, false},
        {"", NULL, NULL, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mention m[MENTIONS_MAX];
        size_t n = find_all(rows[i].text, m);
        CHECK_EQ(n, rows[i].id ? 1 : 0);
        if (n != 1 || !rows[i].id)
            continue;
        CHECK_SLICE(m[0].id, slice_str(rows[i].id));
        CHECK_SLICE(m[0].sentence, slice_str(rows[i].sentence));
        CHECK_EQ(m[0].exploits, rows[i].exploits);
    }
}

TEST(each_once_and_not_without_end)
{
    CLEANUP(buf_done) buf text;
    mention m[MENTIONS_MAX];
    buf_init(&text, 4096);
    for (int i = 0; i < 64; i++)
        buf_printf(&text, "CVE-2099-%04d ", 1000 + i / 2);
    buf_byte(&text, '\0');
    CHECK_EQ(find_all(text.ptr, m), 32);
    CHECK_SLICE(m[31].id, S("CVE-2099-1031"));
    buf_clear(&text);
    for (int i = 0; i < 64; i++)
        buf_printf(&text, "CVE-2099-%04d ", 1000 + i);
    buf_byte(&text, '\0');
    CHECK_EQ(find_all(text.ptr, m), MENTIONS_MAX);
}

TEST(every_allocation_may_fail)
{
    arena a;
    status st = ERR_LIMIT;
    for (long after = 0; st == ERR_LIMIT && after < 8; after++) {
        mentions seen = {0};
        mention m;
        size_t at = 0;
        arena_init(&a, 1 << 20);
        a.fail_after = after;
        st = mention_next(&a, &seen, S("CVE-2099-1234"), &at, &m, NULL);
        CHECK(st == ERR_LIMIT || (st == OK && m.id.len));
        CHECK(after > 0 || st == ERR_LIMIT);
        arena_done(&a);
    }
    CHECK_OK(st);
}
