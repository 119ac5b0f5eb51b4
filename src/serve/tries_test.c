#include "base/test.h"
#include "serve/tries.h"

static tries *make(void)
{
    static uint64_t seed;
    seed = 5;
    return tries_new(random_seeded(&seed));
}

static void bucket(const tries *t, const char *account, const char *place, uint64_t ret[2])
{
    tries_bucket(t, slice_str(account), slice_str(place), ret);
}

TEST(waits_double)
{
    tries *t = make();
    uint64_t b[2], other[2];
    when now = 1764000000000;
    REQUIRE(t);
    bucket(t, "hanako", "192.0.2.0/24", b);
    bucket(t, "hanako", "198.51.100.0/24", other);
    for (int i = 0; i < TRIES_FREE; i++)
        CHECK_EQ(tries_begin(t, b, now), 0);
    for (unsigned want = 1; want < 4 * TRIES_WAIT_MAX_S; want *= 2) {
        unsigned most = want < TRIES_WAIT_MAX_S ? want : TRIES_WAIT_MAX_S;
        CHECK_EQ(tries_begin(t, b, now), most);
        CHECK_EQ(tries_begin(t, b, now + (when)most * 1000 - 1), 1); /* not counted */
        CHECK_EQ(tries_begin(t, other, now), 0);                     /* nobody else waits */
        tries_right(t, other);
        now += (when)most * 1000;
        CHECK_EQ(tries_begin(t, b, now), 0);
    }
    tries_right(t, b);
    for (int i = 0; i < TRIES_FREE; i++)
        CHECK_EQ(tries_begin(t, b, now), 0);
    CHECK(tries_begin(t, b, now) > 0);
    CHECK_EQ(tries_begin(t, b, now + WHEN_DAY), 0); /* forgotten */
    for (int i = 1; i < TRIES_FREE; i++)
        CHECK_EQ(tries_begin(t, b, now + WHEN_DAY), 0);
    tries_free(t);
}

TEST(networks)
{
    static const char *const rows[][2] = {
        {"192.0.2.7", "192.0.2.0/24"},
        {"192.0.2.255", "192.0.2.0/24"},
        {"::ffff:192.0.2.9", "192.0.2.0/24"},
        {"2001:db8:1:2ff:3::4", "2001:db8:1:200::/56"},
        {"2001:db8:1:300::", "2001:db8:1:300::/56"},
        {"local", "-"},
        {"", "-"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[TRIES_NETWORK_TEXT];
        CHECK_SLICE(slice_str(tries_network(slice_str(rows[i][0]), out)), slice_str(rows[i][1]));
    }
}

TEST(buckets_are_of_both_parts)
{
    tries *t = make();
    uint64_t a[2], b[2];
    REQUIRE(t);
    bucket(t, "ab", "c", a);
    bucket(t, "a", "bc", b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    bucket(t, "a:b", "c", a);
    bucket(t, "a", "b:c", b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    tries_free(t);
}

/* However many others there are: memory is bounded, and who tries much stays remembered. */
TEST(a_flood_of_others_does_not_free_whoever_tries_much)
{
    tries *t = make();
    uint64_t b[2];
    when now = 1764000000000;
    REQUIRE(t);
    bucket(t, "hanako", "192.0.2.0/24", b);
    for (int i = 0; i < TRIES_FREE; i++)
        CHECK_EQ(tries_begin(t, b, now), 0);
    for (int i = 0; i < 4 * TRIES_SLOTS; i++) {
        char name[32];
        uint64_t o[2];
        snprintf(name, sizeof name, "other%d", i);
        bucket(t, name, "203.0.113.0/24", o);
        CHECK_EQ(tries_begin(t, o, now), 0);
    }
    CHECK(tries_begin(t, b, now) > 0);
    tries_free(t);
}
