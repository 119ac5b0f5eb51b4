#include "base/reader.h"
#include "base/test.h"

TEST(memory_reader_hands_out_every_byte_once)
{
    slice whole = S("0123456789");
    for (size_t step = 0; step <= 11; step++)
        for (size_t room = 1; room <= 11; room++) {
            memory_reader m;
            reader r = reader_memory(&m, whole);
            char got[32], piece[16];
            size_t n = 0, k;
            m.step = step;
            for (;;) {
                CHECK_OK(reader_read(&r, piece, room, &k, NULL));
                if (k == 0)
                    break;
                REQUIRE(k <= room && (!step || k <= step) && n + k <= sizeof got);
                memcpy(got + n, piece, k);
                n += k;
            }
            CHECK_SLICE(slice_of(got, n), whole);
            CHECK_OK(reader_read(&r, piece, room, &k, NULL)); /* the end stays the end */
            CHECK_EQ(k, 0);
        }
}

TEST(memory_reader_rewinds_to_its_start)
{
    memory_reader m;
    reader r = reader_memory(&m, S("abc"));
    char got[8];
    size_t k;
    CHECK_OK(reader_read(&r, got, sizeof got, &k, NULL));
    CHECK_EQ(k, 3);
    CHECK_OK(reader_rewind(&r, NULL));
    CHECK_OK(reader_read(&r, got, 2, &k, NULL));
    CHECK_SLICE(slice_of(got, k), S("ab"));
}

TEST(memory_reader_of_nothing_is_at_its_end)
{
    memory_reader m;
    reader r = reader_memory(&m, slice_of(NULL, 0));
    char got[8];
    size_t k = 9;
    CHECK_OK(reader_read(&r, got, sizeof got, &k, NULL));
    CHECK_EQ(k, 0);
}
