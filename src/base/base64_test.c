#include "base/base64.h"

#include "base/test.h"

/* RFC 4648 section 10, and bytes that only one of the alphabets writes with letters. */
static const struct {
    slice bytes;
    slice padded, url;
} rows[] = {
    {S_INIT(""), S_INIT(""), S_INIT("")},
    {S_INIT("f"), S_INIT("Zg=="), S_INIT("Zg")},
    {S_INIT("fo"), S_INIT("Zm8="), S_INIT("Zm8")},
    {S_INIT("foo"), S_INIT("Zm9v"), S_INIT("Zm9v")},
    {S_INIT("foob"), S_INIT("Zm9vYg=="), S_INIT("Zm9vYg")},
    {S_INIT("fooba"), S_INIT("Zm9vYmE="), S_INIT("Zm9vYmE")},
    {S_INIT("foobar"), S_INIT("Zm9vYmFy"), S_INIT("Zm9vYmFy")},
    {S_INIT("\xfb\xff\xbf"), S_INIT("+/+/"), S_INIT("-_-_")},
    {S_INIT("\0\0\0\0"), S_INIT("AAAAAA=="), S_INIT("AAAAAA")},
};

TEST(what_is_written_is_read)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[BASE64_ROOM(8)];
        slice back = S("?");
        CHECK_SLICE(slice_str(base64_put(BASE64_PADDED, rows[i].bytes, out)), rows[i].padded);
        CHECK_OK(base64_read(&a, BASE64_PADDED, rows[i].padded, &back, NULL));
        CHECK_SLICE(back, rows[i].bytes);
        CHECK_SLICE(slice_str(base64_put(BASE64_URL, rows[i].bytes, out)), rows[i].url);
        CHECK_OK(base64_read(&a, BASE64_URL, rows[i].url, &back, NULL));
        CHECK_SLICE(back, rows[i].bytes);
    }
}

TEST(one_spelling_is_read)
{
    static const struct {
        base64_kind kind;
        slice text;
    } bad[] = {
        {BASE64_URL, S_INIT("Zg==")},   {BASE64_URL, S_INIT("+/+/")},
        {BASE64_URL, S_INIT("Zh")}, /* bits left over */
        {BASE64_URL, S_INIT("Z")},      {BASE64_URL, S_INIT("Zm9v\n")},
        {BASE64_URL, S_INIT(" Zm9v")},  {BASE64_URL, S_INIT("Zm\0v")},
        {BASE64_PADDED, S_INIT("Zg")},  {BASE64_PADDED, S_INIT("-_-_")},
        {BASE64_PADDED, S_INIT("Zg=")}, {BASE64_PADDED, S_INIT("Zg===")},
        {BASE64_PADDED, S_INIT("=")},
    };
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        slice back = S("?");
        CHECK_EQ(base64_read(&a, bad[i].kind, bad[i].text, &back, NULL), ERR_INPUT);
        CHECK_SLICE(back, S("?"));
    }
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        slice back = S("?");
        arena_init(&a, 4096);
        a.fail_after = n;
        if (base64_read(&a, BASE64_URL, S("Zm9v"), &back, NULL) == OK)
            break;
        CHECK_SLICE(back, S("?"));
    }
}
