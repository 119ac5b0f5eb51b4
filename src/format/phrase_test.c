#include "base/test.h"
#include "format/foreign.h"
#include "format/phrase.h"

static void show(const char *text, char out[256])
{
    phrase w;
    size_t n = 0;
    out[0] = 0;
    if (!phrase_cut(slice_str(text), &w)) {
        snprintf(out, 256, "!");
        return;
    }
    for (size_t i = 0; i < w.count; i++)
        n += (size_t)snprintf(out + n, 256 - n, "%s%.*s", i ? " " : "", SLICE_FMT(w.word[i]));
}

TEST(headers_are_cut_into_words)
{
    static const struct {
        const char *in, *want;
    } cases[] = {
        {"C2Domain", "c2 domain"},
        {"DateAdded", "date added"},
        {"IoC_Type", "ioc type"},
        {"SHA256", "sha256"},
        {"YARA Hit", "yara hit"},
        {"  first-seen (UTC) ", "first seen utc"},
        {"na\xc3\xafve", "na\xc3\xafve"},
        {"", ""},
        {"---", ""},
        {"a b c d e f g h i j k l", "a b c d e f g h i j k l"},
        {"a b c d e f g h i j k l m", "!"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[256];
        show(cases[i].in, out);
        CHECK_SLICE(slice_str(out), slice_str(cases[i].want));
    }
    char text[PHRASE_BYTES + 2];
    phrase w;
    memset(text, 'a', sizeof text);
    CHECK(phrase_cut(slice_of(text, PHRASE_BYTES), &w));
    CHECK(!phrase_cut(slice_of(text, PHRASE_BYTES + 1), &w));
}

TEST(uses_by_words)
{
    static const struct {
        const char *in;
        bool strict;
        const char *want;
    } cases[] = {
        {"botnet_cc", false, "c2"},
        {"Cobalt Strike C2 communication", true, "c2"},
        {"C&C server", true, "c2"},
        {"the C&CC", true, ""},
        {"payload delivery", false, "delivery"},
        {"downloads a payload", true, ""},
        {"Phishing site", true, "phishing"},
        {"", false, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        slice use = {NULL, 0};
        bool some = phrase_use_in(slice_str(cases[i].in), cases[i].strict, &use);
        CHECK_EQ(some, cases[i].want[0] != 0);
        CHECK_SLICE(use, slice_str(cases[i].want));
    }
}

TEST(what_belongs_to_others)
{
    static const char *const names[] = {"a/README.md", "LICENSE", "x.yar", "X.JSON", "b\\rules.py"};
    static const char *const mine[] = {"a/iocs.txt", "x.csv", "", "list", "README/x.txt"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        CHECK(foreign_name(slice_str(names[i])));
    for (size_t i = 0; i < COUNT_OF(mine); i++)
        CHECK(!foreign_name(slice_str(mine[i])));
    CHECK(foreign_text(S("")) && foreign_text(S(" \n")) && foreign_text(S("{\"a\":1}")));
    CHECK(foreign_text(slice_of("a\0b", 3)) && foreign_text(S("title: x\nlogsource:\n  x: y\n")));
    CHECK(foreign_text(S("| a |\n| --- |\n| 192.0.2.1 |\n")));
    CHECK(!foreign_text(S("192.0.2.1\nevil.example.com # c2\n")));
    CHECK_SLICE(foreign_base(S("a/b\\c.txt")), S("c.txt"));
}
