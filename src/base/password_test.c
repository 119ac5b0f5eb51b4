#include "base/password.h"
#include "base/test.h"

static const password_cost cheap = {.passes = 1, .memory_kib = 8};

TEST(a_password_is_right_and_others_are_not)
{
    char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX];
    err why;
    CHECK_OK(password_hash(S("correct horse battery"), cheap, hash, &why));
    CHECK_OK(password_hash(S("correct horse battery"), cheap, again, &why));
    CHECK(strcmp(hash, again) != 0); /* another salt */
    CHECK(slice_starts(slice_str(hash), S("$argon2id$v=19$m=8,t=1,p=1$")));
    CHECK(password_right(slice_str(hash), S("correct horse battery")));
    static const char *const wrong[] = {"", "correct horse batter", "correct horse battery ",
                                        "Correct horse battery"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK(!password_right(slice_str(hash), slice_str(wrong[i])));
    CHECK(!password_is_old(slice_str(hash), cheap));
    CHECK(password_is_old(slice_str(hash), (password_cost){.passes = 2, .memory_kib = 8}));
    CHECK(password_is_old(slice_str(hash), (password_cost){.passes = 1, .memory_kib = 16}));
}

TEST(bytes_of_any_kind_count)
{
    char hash[PASSWORD_HASH_MAX];
    err why;
    CHECK_OK(password_hash(slice_of("a\0b\xff", 4), cheap, hash, &why));
    CHECK(password_right(slice_str(hash), slice_of("a\0b\xff", 4)));
    CHECK(!password_right(slice_str(hash), slice_of("a\0c\xff", 4)));
    CHECK(!password_right(slice_str(hash), S("a")));
}

TEST(what_is_no_hash_is_never_right)
{
    static const char *const rows[] = {
        "",
        "x",
        "$argon2id$",
        "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA",
        "$argon2id$v=19$m=99999999999,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo",
        "$argon2id$v=19$m=8,t=1,p=1$$"};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK(!password_right(slice_str(rows[i]), S("")));
    char longer[PASSWORD_HASH_MAX + 40];
    memset(longer, 'a', sizeof longer);
    memcpy(longer, "$argon2id$", 10);
    CHECK(!password_right(slice_of(longer, sizeof longer), S("x")));
}

TEST(limits)
{
    static char long_one[PASSWORD_BYTES_MAX + 1];
    char hash[PASSWORD_HASH_MAX] = "untouched";
    err why;
    memset(long_one, 'x', sizeof long_one);
    CHECK_EQ(password_hash(slice_of(long_one, sizeof long_one), cheap, hash, &why), ERR_LIMIT);
    CHECK(strcmp(hash, "untouched") == 0);
    CHECK_OK(password_hash(slice_of(long_one, PASSWORD_BYTES_MAX), cheap, hash, &why));
    CHECK(password_right(slice_str(hash), slice_of(long_one, PASSWORD_BYTES_MAX)));
    CHECK(!password_right(slice_str(hash), slice_of(long_one, sizeof long_one)));
}
