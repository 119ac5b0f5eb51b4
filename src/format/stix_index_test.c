/* The index of a document's ids: what fits, what does not, and ids made to collide. */
#include "base/test.h"
#include "format/stix/index.h"

static void number(uint8_t uuid[UUID_BYTES], uint64_t n)
{
    memset(uuid, 0, UUID_BYTES);
    memcpy(uuid + 3, &n, sizeof n);
}

TEST(what_is_kept_is_found)
{
    CLEANUP(arena_done) arena a;
    stix_index ix = {0};
    uint8_t uuid[UUID_BYTES];
    arena_init(&a, 64 << 20);
    for (uint64_t i = 0; i < 10000; i++) {
        stix_entry *e = NULL;
        number(uuid, i);
        REQUIRE(stix_index_add(&ix, &a, uuid, (uint16_t)(i % 3), &e, NULL) == OK && e);
        e->created = (uint32_t)i;
    }
    for (uint64_t i = 0; i < 10000; i++) {
        number(uuid, i);
        const stix_entry *e = stix_index_find(&ix, uuid, (uint16_t)(i % 3));
        REQUIRE(e && e->created == i);
        CHECK(!stix_index_find(&ix, uuid, 7));
    }
    CHECK_EQ(ix.count, 10000);
}

TEST(a_full_index_leaves_out_and_stays_within_its_bytes)
{
    CLEANUP(arena_done) arena a;
    stix_index ix = {0};
    uint8_t uuid[UUID_BYTES];
    stix_entry *e = NULL;
    uint64_t n = 0;
    slice kept;
    arena_init(&a, 2 * (size_t)STIX_INDEX_BYTES_MAX);
    do {
        number(uuid, ++n);
        REQUIRE(stix_index_add(&ix, &a, uuid, 1, &e, NULL) == OK);
    } while (e && n < 10000000);
    CHECK(n > 200000 && n < 1000000);
    CHECK(ix.bytes <= STIX_INDEX_BYTES_MAX);
    CHECK(a.spent <= STIX_INDEX_BYTES_MAX + (4 << 20));
    number(uuid, 1);
    CHECK(stix_index_find(&ix, uuid, 1) != NULL);
    while (ix.bytes + 1024 <= STIX_INDEX_BYTES_MAX) {
        static const char text[1000] = {0};
        REQUIRE(stix_index_keep(&ix, &a, slice_of(text, sizeof text), &kept, NULL) == OK);
    }
    REQUIRE(stix_index_keep(&ix, &a, slice_of((char[2000]){0}, 2000), &kept, NULL) == OK);
    CHECK(kept.ptr == NULL);
}

TEST(ids_made_to_collide_are_left_out_and_cost_little)
{
    CLEANUP(arena_done) arena a;
    stix_index ix = {0};
    size_t left_out = 0;
    arena_init(&a, 64 << 20);
    for (uint64_t i = 0; i < 20000; i++) { /* first half ^ second half * odd constant: all equal */
        uint8_t uuid[UUID_BYTES];
        uint64_t second = i, first = second * 0x9e3779b97f4a7c15u;
        stix_entry *e = NULL;
        memcpy(uuid, &first, 8);
        memcpy(uuid + 8, &second, 8);
        REQUIRE(stix_index_add(&ix, &a, uuid, 0, &e, NULL) == OK);
        left_out += !e;
    }
    CHECK(left_out > 19000);
    CHECK(ix.count < 1000);
}

TEST(conflicts_are_of_one_id_and_one_time)
{
    CLEANUP(arena_done) arena a;
    stix_index ix = {0};
    uint8_t one[UUID_BYTES], two[UUID_BYTES], x[32] = {1}, y[32] = {2};
    arena_init(&a, 64 << 20);
    number(one, 1);
    number(two, 2);
    REQUIRE(stix_seen_init(&ix, &a, 10, NULL) == OK);
    CHECK(!stix_seen_conflict(&ix, one, 1000, x));
    CHECK(!stix_seen_conflict(&ix, one, 1000, x)); /* the same again */
    CHECK(stix_seen_conflict(&ix, one, 1000, y));
    CHECK(!stix_seen_conflict(&ix, one, 1001, y));
    CHECK(!stix_seen_conflict(&ix, two, 1000, y));
}

TEST(memory_of_what_came_before_is_bounded)
{
    CLEANUP(arena_done) arena a;
    stix_index ix = {0};
    uint8_t uuid[UUID_BYTES], x[32] = {1}, y[32] = {2};
    arena_init(&a, 64 << 20);
    REQUIRE(stix_seen_init(&ix, &a, UINT64_MAX / 4, NULL) == OK);
    CHECK(a.spent < 16 << 20);
    for (uint64_t i = 0; i < 2 * (uint64_t)STIX_SEEN_MAX; i++) {
        number(uuid, i);
        CHECK(!stix_seen_conflict(&ix, uuid, 5, x));
    }
    number(uuid, 0);
    CHECK(stix_seen_conflict(&ix, uuid, 5, y));
    number(uuid, 2 * (uint64_t)STIX_SEEN_MAX - 1); /* came too late to be remembered */
    CHECK(!stix_seen_conflict(&ix, uuid, 5, y));
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        stix_index ix = {0};
        stix_entry *e = NULL;
        slice kept = S("untouched");
        uint8_t uuid[UUID_BYTES];
        status st = OK;
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        for (uint64_t i = 0; i < 300 && st == OK; i++) {
            number(uuid, i);
            st = stix_index_add(&ix, &a, uuid, 0, &e, NULL);
        }
        if (st == OK)
            st = stix_index_keep(&ix, &a, S("x"), &kept, NULL);
        if (st == OK && (st = stix_seen_init(&ix, &a, 1, NULL)) == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        REQUIRE(n < 10);
    }
}
