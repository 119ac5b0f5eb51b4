#include "base/test.h"
#include "model/name.h"

TEST(spellings_of_one_name_meet)
{
    static const struct {
        slice in, want;
    } rows[] = {
        {S_INIT("APT28"), S_INIT("apt28")},
        {S_INIT("  APT 28 "), S_INIT("apt28")},
        {S_INIT("apt-28"), S_INIT("apt28")},
        {S_INIT("\xef\xbc\xa1\xef\xbc\xb0\xef\xbc\xb4\xef\xbc\x92\xef\xbc\x98"), S_INIT("apt28")},
        {S_INIT("Fancy_Bear!"), S_INIT("fancybear")},
        {S_INIT("STRA\xc3\x9f"
                "E"),
         S_INIT("strasse")},
        {S_INIT("\xd0\xa1\xd0\x9e\xd0\xa4\xd0\x90\xd0\xa1\xd0\x98"),
         S_INIT("\xd1\x81\xd0\xbe\xd1\x84\xd0\xb0\xd1\x81\xd0\xb8")},
        /* e + combining acute, and the composed letter */
        {S_INIT("caf\x65\xcc\x81"), S_INIT("caf\xc3\xa9")},
        {S_INIT("Caf\xc3\xa9"), S_INIT("caf\xc3\xa9")},
        /* half-width katakana with a separate voicing mark */
        {S_INIT("\xef\xbd\xb6\xef\xbe\x9e"), S_INIT("\xe3\x82\xac")},
        /* a dropped character between letter and mark: they compose all the same */
        {S_INIT("e-\xcc\x81"), S_INIT("\xc3\xa9")},
        {S_INIT("???"), S_INIT("???")},
        {S_INIT(""), S_INIT("")},
        {S_INIT(" \t"), S_INIT("")},
        {S_INIT("a\xff\xfe"
                "b"),
         S_INIT("ab")},
        {S_INIT("\xff"), S_INIT("\xef\xbf\xbd")},
        {S_INIT("\xe2\x80\x94 \xe2\x80\x94"), S_INIT("\xe2\x80\x94 \xe2\x80\x94")},
    };
    CLEANUP(arena_done)
    arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice once = {0}, twice = {0};
        CHECK_OK(name_fold(&a, rows[i].in, &once, NULL));
        CHECK_SLICE(once, rows[i].want);
        CHECK_OK(name_fold(&a, once, &twice, NULL));
        CHECK_SLICE(twice, once);
    }
}

TEST(a_name_has_a_maximum)
{
    static char text[NAME_TEXT_MAX + 1];
    memset(text, 'A', sizeof text);
    CLEANUP(arena_done)
    arena a;
    arena_init(&a, 8 << 20);
    slice got = {0};
    CHECK_OK(name_fold(&a, slice_of(text, NAME_TEXT_MAX), &got, NULL));
    CHECK_EQ(got.len, NAME_TEXT_MAX);
    got = S("untouched");
    CHECK_EQ(name_fold(&a, slice_of(text, NAME_TEXT_MAX + 1), &got, NULL), ERR_LIMIT);
    /* U+FDFA folds to eighteen letters and blanks: within the limit before, over it after */
    for (size_t i = 0; i + 3 <= NAME_TEXT_MAX; i += 3)
        memcpy(text + i, "\xef\xb7\xba", 3);
    CHECK_EQ(name_fold(&a, slice_of(text, NAME_TEXT_MAX - NAME_TEXT_MAX % 3), &got, NULL),
             ERR_LIMIT);
    CHECK_SLICE(got, S("untouched"));
}

TEST(every_allocation_may_fail)
{
    static const slice in[] = {S_INIT("Fancy Bear"), S_INIT("Caf\xc3\xa9 \xe2\x80\x94")};
    for (size_t i = 0; i < COUNT_OF(in); i++)
        for (long n = 0;; n++) {
            CLEANUP(arena_done)
            arena a;
            slice got = S("untouched");
            arena_init(&a, 1 << 20);
            a.fail_after = n;
            if (name_fold(&a, in[i], &got, NULL) == OK)
                break;
            CHECK_SLICE(got, S("untouched"));
            REQUIRE(n < 100);
        }
}
