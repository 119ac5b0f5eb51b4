/* key_filter_test.c - keys that are surely not there: know/db/key_filter.h. */
#include "base/test.h"
#include "know/db/key_filter.h"

static uint64_t mixed(uint64_t n)
{
    n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
    n = (n ^ n >> 27) * 0x94d049bb133111ebu;
    return n ^ n >> 31;
}

/* How many of 100,000 keys that were not put in it may have. */
static size_t mistaken(const key_filter *f, uint64_t from)
{
    size_t n = 0;
    for (uint64_t i = 0; i < 100000; i++)
        n += key_filter_may_have(f, (int64_t)mixed(from + i));
    return n;
}

TEST(keys_that_were_put_in_are_never_denied_and_others_seldom_not)
{
    key_filter *f = key_filter_new();
    size_t denied = 0;
    REQUIRE(f);
    CHECK_EQ(mistaken(f, 1), 0);
    for (uint64_t i = 1; i <= 1000000; i++)
        key_filter_put(f, (int64_t)mixed(i));
    for (uint64_t i = 1; i <= 1000000; i++)
        denied += !key_filter_may_have(f, (int64_t)mixed(i));
    CHECK_EQ(denied, 0);
    CHECK(mistaken(f, 1000001) < 200);
    for (uint64_t i = 1000001; i <= KEY_FILTER_KEYS_MAX; i++)
        key_filter_put(f, (int64_t)mixed(i));
    CHECK(mistaken(f, KEY_FILTER_KEYS_MAX + 1) < 16000);
    key_filter_clear(f);
    CHECK_EQ(mistaken(f, 1), 0);
    CHECK(!key_filter_free(f));
    CHECK(!key_filter_free(NULL));
}

TEST(keys_at_the_edges_are_found)
{
    static const int64_t edges[] = {0, 1, -1, INT64_MIN, INT64_MAX};
    key_filter *f = key_filter_new();
    REQUIRE(f);
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        CHECK(!key_filter_may_have(f, edges[i]));
        key_filter_put(f, edges[i]);
        CHECK(key_filter_may_have(f, edges[i]));
    }
    key_filter_free(f);
}
