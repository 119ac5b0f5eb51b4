#include "serve/assets.h"

#include "base/hash.h"
#include "base/test.h"

TEST(every_file_is_found_by_its_path_and_nothing_else)
{
    REQUIRE(asset_count > 0);
    for (size_t i = 0; i < asset_count; i++) {
        const asset *a = &asset_table[i];
        CHECK(asset_named(a->path) == a);
        CHECK(i == 0 || slice_cmp(asset_table[i - 1].path, a->path) < 0);
        CHECK(!asset_named(slice_sub(a->path, 0, a->path.len - 1)));
    }
    static const slice none[] = {S_INIT(""),         S_INIT("/x"),          S_INIT("//"),
                                 S_INIT("/assets/"), S_INIT("/assets/../"), S_INIT("assets"),
                                 {"/\0", 2}};
    for (size_t i = 0; i < COUNT_OF(none); i++)
        CHECK(!asset_named(none[i]));
}

TEST(the_first_page_is_html_and_is_asked_for_again)
{
    const asset *a = asset_named(S("/"));
    REQUIRE(a);
    CHECK_SLICE(a->type, S("text/html; charset=utf-8"));
    CHECK(!a->immutable);
    CHECK(slice_starts(a->plain, S("<!doctype html>")));
}

/* A tag that does not change with its file would keep an old page in browsers for ever. */
TEST(a_tag_is_the_digest_of_the_file)
{
    for (size_t i = 0; i < asset_count; i++) {
        const asset *a = &asset_table[i];
        char tag[HASH_HEX_MAX + 2] = {'"'};
        uint8_t digest[SHA256_BYTES];
        REQUIRE(hash_of(HASH_SHA256, a->plain, digest));
        hash_hex(digest, sizeof digest, tag + 1);
        tag[1 + 2 * sizeof digest] = '"';
        CHECK_SLICE(a->etag, slice_str(tag));
        if (a->immutable)
            CHECK(slice_find(a->path, slice_sub(a->etag, 1, 13), 0) != SIZE_MAX);
    }
}

TEST(compressed_forms_look_like_what_they_are_and_are_smaller)
{
    for (size_t i = 0; i < asset_count; i++) {
        const asset *a = &asset_table[i];
        CHECK(slice_starts(a->gz, S("\x1f\x8b\x08")));
        CHECK(a->gz.len < a->plain.len);
        CHECK(a->br.len < a->gz.len);
    }
}
