#include "base/test.h"
#include "format/peek.h"

TEST(names_are_seen_in_any_order_and_up_to_any_cut)
{
    slice doc =
        S("\xef\xbb\xbf {\"a\":{\"no\":1}, \"list\" : [ {\"x\":\"}\\\"]\",\"y\":[{\"deep\":1}]},"
          "{\"second\":2}], \"b\":3}");
    json_peek p;
    CHECK(peek_json(doc, &p));
    CHECK_EQ(p.top, '{');
    CHECK(peek_top(&p, S("a")) && peek_top(&p, S("list")) && peek_top(&p, S("b")));
    CHECK(peek_has(&p, S("list"), S("x")) && peek_has(&p, S("list"), S("y")));
    CHECK(!peek_has(&p, S("list"), S("second")) && !peek_has(&p, S("list"), S("deep")));
    CHECK(!peek_top(&p, S("no")) && !peek_top(&p, S("x")) && !peek_has(&p, S("a"), S("no")));
    for (size_t n = 5; n <= doc.len; n++) {
        CHECK(peek_json(slice_sub(doc, 0, n), &p)); /* and no read behind the end */
        CHECK(p.count <= 5);
    }
}

TEST(top_level_arrays)
{
    json_peek p;
    CHECK(peek_json(S("[{\"Threat actor name\":\"x\",\"o\":{\"in\":1}},{\"later\":1}]"), &p));
    CHECK(peek_has(&p, S(""), S("Threat actor name")) && peek_has(&p, S(""), S("o")));
    CHECK(!peek_has(&p, S(""), S("later")) && !peek_has(&p, S(""), S("in")));
    CHECK(!peek_top(&p, S("o")));
    CHECK(peek_json(S("[\"a\",{\"late\":1}]"), &p) && peek_has(&p, S(""), S("late")));
}

TEST(what_is_no_json)
{
    static const slice rows[] = {S_INIT(""),        S_INIT("  "),           S_INIT("# {"),
                                 S_INIT("\"a\":1"), S_INIT("\xef\xbb\xbf"), S_INIT("a,b")};
    json_peek p;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK(!peek_json(rows[i], &p));
}

TEST(depth_and_number_of_names_are_bounded)
{
    char text[4096];
    json_peek p;
    memset(text, '[', sizeof text);
    CHECK(peek_json(slice_of(text, sizeof text), &p));
    size_t n = 0;
    text[n++] = '{';
    for (int i = 0; i < PEEK_NAMES_MAX + 9; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "\"k%d\":1,", i);
    CHECK(peek_json(slice_of(text, n), &p));
    CHECK_EQ(p.count, PEEK_NAMES_MAX);
    CHECK(peek_json(S("]}"), &p) == false);
    CHECK(peek_json(S("[]}]\"x\":"), &p));
}
