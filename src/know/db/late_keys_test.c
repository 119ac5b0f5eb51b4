/* late_keys_test.c - keys that go in later: know/db/late_keys.h, beside a list that is searched. */
#include "base/test.h"
#include "know/db/late_keys.h"

#include <stdlib.h>

enum { ROUNDS = 4000, KEYS = 97 };

static uint64_t mixed(uint64_t n)
{
    n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
    n = (n ^ n >> 27) * 0x94d049bb133111ebu;
    return n ^ n >> 31;
}

/* Every key has the nodes that the list has, each once. */
static void check_all(const late_keys *k, const recall_pair *list, size_t count)
{
    size_t wrong = late_keys_count(k) != count;
    for (int64_t h = -KEYS; h <= KEYS; h++) {
        size_t want = 0, found = 0, at = 0;
        int64_t node, sum = 0;
        for (size_t i = 0; i < count; i++)
            if (list[i].a == h) {
                want++;
                sum += list[i].b;
            }
        while ((node = late_keys_next(k, 0, h, &at))) {
            found++;
            sum -= node;
        }
        wrong += want != found || sum != 0;
    }
    CHECK_EQ(wrong, 0);
}

TEST(late_keys_are_those_of_a_list)
{
    late_keys *k = late_keys_new();
    static recall_pair list[ROUNDS];
    size_t count = 0;
    REQUIRE(k);
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        uint64_t n = mixed(i);
        int64_t h = (int64_t)(n % (2 * KEYS)) - KEYS;
        late_keys_put(k, h, (int64_t)i);
        list[count++] = (recall_pair){h, (int64_t)i};
        if (n % 997 == 1) {
            count = (size_t)(mixed(n) % (count + 1));
            late_keys_cut(k, count);
        } else if (n % 997 == 2) {
            size_t first = (size_t)(mixed(n) % (count + 1));
            memmove(list, list + first, (count - first) * sizeof *list);
            count -= first;
            late_keys_drop(k, first);
        } else if (n % 997 == 3) {
            size_t from = (size_t)(mixed(n) % (count + 1));
            recall_pairs rest = {.at = list + from, .count = count - from};
            recall_in_order(&rest);
            late_keys_sort(k, from);
            for (size_t j = 0; j < count; j++)
                CHECK(memcmp(late_keys_at(k, j), &list[j], sizeof list[j]) == 0);
        } else if (n % 50) {
            continue;
        }
        check_all(k, list, count);
    }
    late_keys_free(k);
}

TEST(late_keys_are_found_up_to_the_last_that_has_room)
{
    late_keys *k = late_keys_new();
    size_t missing = 0;
    REQUIRE(k);
    for (uint64_t i = 1; i <= LATE_KEYS_MAX; i++) {
        CHECK_EQ(late_keys_room(k), LATE_KEYS_MAX + 1 - i);
        late_keys_put(k, (int64_t)mixed(i), (int64_t)i);
    }
    CHECK_EQ(late_keys_room(k), 0);
    for (uint64_t i = 1; i <= LATE_KEYS_MAX; i++) {
        size_t at = 0;
        missing += late_keys_next(k, 0, (int64_t)mixed(i), &at) != (int64_t)i;
    }
    CHECK_EQ(missing, 0);
    size_t at = 0;
    CHECK_EQ(late_keys_next(k, 0, (int64_t)mixed(LATE_KEYS_MAX + 1), &at), 0);
    late_keys_cut(k, 0);
    CHECK_EQ(late_keys_room(k), LATE_KEYS_MAX);
    at = 0;
    CHECK_EQ(late_keys_next(k, 0, (int64_t)mixed(1), &at), 0);
    late_keys_free(k);
}

TEST(no_late_keys_are_freed)
{
    CHECK(late_keys_free(NULL) == NULL);
}
