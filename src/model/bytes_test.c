#include "base/hash.h"
#include "base/test.h"
#include "model/bytes.h"

enum { LEN = 1000, WORDS = BYTES_WORDS(LEN) };

/* Texts of the bytes that matter, so that every branch is met. */
static size_t random_text(uint64_t *seed, char *text, bool any)
{
    static const char some[] = "[](){}<>\\/ _.dDaz09AZ@:`~\x7f\x80\x81\xa0\xad\xbb\xbc\xbd\xc2\xcd"
                               "\xe1\xe2\xe3\xe4\xef\xf3\xff";
    random_source r = random_seeded(seed);
    unsigned char noise[LEN + 2];
    r.fill(r.ctx, noise, sizeof noise);
    size_t len = (noise[LEN] | (size_t)noise[LEN + 1] << 8) % (LEN + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = any ? (char)noise[i] : some[noise[i] % (sizeof some - 1)];
    return len;
}

TEST(the_fast_classes_are_the_plain_ones)
{
    uint64_t seed = 42, a[WORDS + 1], d[WORDS + 1], pa[WORDS + 1], pd[WORDS + 1];
    char text[LEN];
    for (int round = 0; round < 400; round++) {
        slice s = slice_of(text, random_text(&seed, text, round % 2));
        bytes_map(s, a, d);
        bytes_map_plain(s, pa, pd);
        CHECK(memcmp(a, pa, BYTES_WORDS(s.len) * 8) == 0);
        CHECK(memcmp(d, pd, BYTES_WORDS(s.len) * 8) == 0);
        for (size_t i = 0; i <= s.len; i += 7)
            CHECK(bytes_suspect(s, i) == bytes_suspect_plain(s, i) &&
                  bytes_foreign(s, i) == bytes_foreign_plain(s, i));
    }
}

TEST(runs_are_found_wherever_they_lie)
{
    uint64_t map[WORDS];
    for (size_t least = 2; least <= 64; least += 31)
        for (size_t at = 0; at < 200; at++)
            for (size_t len = least - 1; len <= least + 70; len += 35) {
                size_t end = 0;
                memset(map, 0, sizeof map);
                map[0] |= at > 2; /* a short run in front of it */
                for (size_t i = at; i < at + len; i++)
                    map[i / 64] |= (uint64_t)1 << i % 64;
                size_t got = bytes_run(map, 640, 0, least, &end);
                CHECK_EQ(got, len < least ? 640 : at);
                if (len >= least)
                    CHECK_EQ(end, at + len);
            }
}

TEST(bits_are_found_up_to_the_count)
{
    uint64_t map[2] = {1ull << 5, 1ull << 9};
    CHECK_EQ(bytes_bit(map, 128, 0), 5);
    CHECK_EQ(bytes_bit(map, 128, 6), 73);
    CHECK_EQ(bytes_bit(map, 128, 74), 128);
    CHECK_EQ(bytes_bit(map, 0, 0), 0);
}
