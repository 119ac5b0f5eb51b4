#include "base/seal.h"
#include "base/test.h"

enum { STREAM_MAX = 1 << 20 };

static status to_buf(void *ctx, slice bytes, err *why)
{
    buf_put(ctx, bytes);
    return buf_status(ctx, why);
}

typedef struct pair {
    uint8_t public[SEAL_KEY], secret[SEAL_KEY];
} pair;

static bool make_pair(uint64_t seed, pair *ret)
{
    CLEANUP(buf_done) buf public;
    CLEANUP(buf_done) buf hidden;
    secret *s = NULL;
    buf_init(&public, SEAL_KEY_TEXT_MAX);
    buf_init(&hidden, SEAL_KEY_TEXT_MAX);
    CHECK_OK(seal_pair(random_seeded(&seed), &public, &hidden, NULL));
    CHECK_OK(secret_keep(buf_slice(&hidden), &s, NULL));
    if (!s)
        return false;
    CHECK_OK(seal_public_read(buf_slice(&public), ret->public, NULL));
    CHECK_OK(seal_secret_read(s, ret->secret, NULL));
    secret_free(s);
    return true;
}

/* `n` bytes, each its place. */
static void write_stream(const pair *p, size_t n, buf *out)
{
    seal_writer *w = NULL;
    CHECK_OK(seal_begin(p ? p->public : NULL, to_buf, out, &w, NULL));
    for (size_t i = 0; w && i < n; i++) {
        char c = (char)(i * 7 >> 3);
        if (seal_put(w, slice_of(&c, 1), NULL) != OK)
            TEST_FAIL("byte %zu was not taken", i);
    }
    CHECK_OK(seal_end(w, NULL));
    seal_free(w);
}

/* Is it whole, and all that was written? */
static status read_stream(const pair *p, slice bytes, size_t n, size_t step, err *why)
{
    memory_reader m;
    reader in = reader_memory(&m, bytes);
    seal_reader *r = NULL;
    char c;
    m.step = step;
    status st = seal_open(&in, p ? p->secret : NULL, &r, why);
    for (size_t i = 0; st == OK && i < n; i++)
        if ((st = seal_get(r, &c, 1, why)) == OK && c != (char)(i * 7 >> 3))
            TEST_FAIL("byte %zu is another", i);
    if (st == OK)
        st = seal_close(r, why);
    seal_reader_free(r);
    return st;
}

TEST(what_was_written_is_read_at_every_size_around_a_part)
{
    static const size_t sizes[] = {0, 1, SEAL_PART - 1, SEAL_PART, SEAL_PART + 1, 2 * SEAL_PART};
    pair p;
    REQUIRE(make_pair(1, &p));
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        for (int sealed = 0; sealed < 2; sealed++) {
            CLEANUP(buf_done) buf b;
            buf_init(&b, STREAM_MAX);
            write_stream(sealed ? &p : NULL, sizes[i], &b);
            CHECK_OK(read_stream(&p, buf_slice(&b), sizes[i], i == 2 ? 1 : 0, NULL));
            CHECK_EQ(read_stream(&p, buf_slice(&b), sizes[i] + 1, 0, NULL), ERR_INPUT);
            if (sizes[i])
                CHECK_EQ(read_stream(&p, buf_slice(&b), sizes[i] - 1, 0, NULL), ERR_INPUT);
        }
}

TEST(every_flipped_bit_is_found)
{
    pair p;
    REQUIRE(make_pair(1, &p));
    for (int sealed = 0; sealed < 2; sealed++) {
        CLEANUP(buf_done) buf b;
        buf_init(&b, STREAM_MAX);
        write_stream(sealed ? &p : NULL, 300, &b);
        for (size_t i = 0; i < b.len * 8; i++) {
            b.ptr[i / 8] = (char)(b.ptr[i / 8] ^ 1 << i % 8);
            if (read_stream(&p, buf_slice(&b), 300, 0, NULL) == OK)
                TEST_FAIL("bit %zu of byte %zu was not missed", i % 8, i / 8);
            b.ptr[i / 8] = (char)(b.ptr[i / 8] ^ 1 << i % 8);
        }
        CHECK_OK(read_stream(&p, buf_slice(&b), 300, 0, NULL));
    }
}

TEST(every_cut_and_everything_behind_the_end_is_found)
{
    pair p;
    REQUIRE(make_pair(1, &p));
    for (int sealed = 0; sealed < 2; sealed++) {
        CLEANUP(buf_done) buf b;
        buf_init(&b, STREAM_MAX);
        write_stream(sealed ? &p : NULL, 300, &b);
        for (size_t n = 0; n < b.len; n++)
            if (read_stream(&p, slice_of(b.ptr, n), 300, 0, NULL) == OK)
                TEST_FAIL("cut to %zu of %zu bytes", n, b.len);
        buf_byte(&b, 0);
        CHECK_EQ(read_stream(&p, buf_slice(&b), 300, 0, NULL), ERR_INPUT);
    }
}

/* Three parts of one size: swapped, doubled, left out, or taken from another stream. */
TEST(parts_stay_in_their_places)
{
    enum { N = 3 * SEAL_PART };
    pair p;
    REQUIRE(make_pair(1, &p));
    for (int sealed = 0; sealed < 2; sealed++) {
        CLEANUP(buf_done) buf b;
        CLEANUP(buf_done) buf other;
        CLEANUP(buf_done) buf moved;
        size_t head = sealed ? 16 + 80 + 24 : 16, part = 4 + SEAL_PART + (sealed ? 17 : 33);
        buf_init(&b, STREAM_MAX);
        buf_init(&other, STREAM_MAX);
        buf_init(&moved, STREAM_MAX);
        write_stream(sealed ? &p : NULL, N, &b);
        write_stream(sealed ? &p : NULL, N - 1, &other);
        slice all = buf_slice(&b), one = slice_sub(all, head, head + part),
              two = slice_sub(all, head + part, head + 2 * part);
        const slice orders[][4] = {
            {slice_sub(all, 0, head), two, one, slice_from(all, head + 2 * part)},
            {slice_sub(all, 0, head), one, one, slice_from(all, head + 2 * part)},
            {slice_sub(all, 0, head), two, S(""), slice_from(all, head + 2 * part)},
            {slice_sub(all, 0, head), one, two, S("")},
            {slice_sub(all, 0, head), one, two, slice_from(buf_slice(&other), head + 2 * part)},
        };
        for (size_t i = 0; i < COUNT_OF(orders); i++) {
            buf_clear(&moved);
            for (size_t k = 0; k < 4; k++)
                buf_put(&moved, orders[i][k]);
            if (read_stream(&p, buf_slice(&moved), N, 0, NULL) == OK)
                TEST_FAIL("order %zu was taken, sealed %d", i, sealed);
        }
        CHECK_OK(read_stream(&p, all, N, 0, NULL));
    }
}

TEST(only_the_right_key_opens)
{
    pair p, q;
    err why;
    CLEANUP(buf_done) buf b;
    buf_init(&b, STREAM_MAX);
    REQUIRE(make_pair(1, &p) && make_pair(2, &q));
    write_stream(&p, 10, &b);
    CHECK_EQ(read_stream(&q, buf_slice(&b), 10, 0, &why), ERR_INPUT);
    CHECK(strstr(why.msg, "another key") != NULL);
    CHECK_EQ(read_stream(NULL, buf_slice(&b), 10, 0, &why), ERR_FORBIDDEN);
    for (size_t i = 0; i + 9 <= b.len; i++) /* and nothing of it can be read */
        CHECK(memcmp(b.ptr + i, "\x00\x00\x01\x02\x03\x04\x05\x06\x07", 9) != 0);
}

TEST(keys_that_were_copied_wrong_are_refused)
{
    CLEANUP(buf_done) buf public;
    CLEANUP(buf_done) buf hidden;
    uint8_t key[SEAL_KEY];
    uint64_t seed = 3;
    buf_init(&public, SEAL_KEY_TEXT_MAX);
    buf_init(&hidden, SEAL_KEY_TEXT_MAX);
    CHECK_OK(seal_pair(random_seeded(&seed), &public, &hidden, NULL));
    CHECK_EQ(seal_public_read(buf_slice(&hidden), key, NULL), ERR_INPUT);
    CHECK_EQ(seal_public_read(S(""), key, NULL), ERR_INPUT);
    for (size_t i = 0; i + 1 < public.len; i++) { /* the newline may be missing */
        char was = public.ptr[i];
        public.ptr[i] = was == '1' ? '2' : '1';
        if (seal_public_read(buf_slice(&public), key, NULL) == OK)
            TEST_FAIL("byte %zu may be another", i);
        CHECK(i == 0 || seal_public_read(slice_of(public.ptr, i), key, NULL) == ERR_INPUT);
        public.ptr[i] = was;
    }
    CHECK_OK(seal_public_read(buf_slice(&public), key, NULL));
}

static status fail_at(void *ctx, slice bytes, err *why)
{
    long *left = ctx;
    (void)bytes;
    return (*left)-- > 0 ? OK : err_set(why, ERR_IO, ERR_NOWHERE, "full");
}

TEST(what_could_not_be_written_is_said)
{
    pair p;
    REQUIRE(make_pair(1, &p));
    for (long calls = 0; calls <= 5; calls++) {
        seal_writer *w = NULL;
        long left = calls;
        status st = seal_begin(p.public, fail_at, &left, &w, NULL);
        for (int i = 0; st == OK && i < SEAL_PART + 1; i++)
            st = seal_put(w, S("x"), NULL);
        if (st == OK)
            st = seal_end(w, NULL);
        seal_free(w);
        CHECK_EQ(st, calls < 5 ? ERR_IO : OK);
    }
}
