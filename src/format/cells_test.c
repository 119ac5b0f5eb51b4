#include "base/test.h"
#include "format/cells.h"

static void show(slice cell, want w, char out[512])
{
    CLEANUP(arena_done)
    arena a;
    observable o[4];
    size_t n = 0, len = 0;
    err why = {0};
    arena_init(&a, 1 << 20);
    out[0] = 0;
    if (cell_observables(&a, cell, w, o, COUNT_OF(o), &n, &why) != OK) {
        snprintf(out, 512, "! %s", why.msg);
        return;
    }
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(out + len, 512 - len, "%s%s %.*s", i ? ", " : "",
                                kind_name(o[i].kind), SLICE_FMT(o[i].value));
}

TEST(cells_hold_one_or_several)
{
    static const struct {
        slice in;
        const char *word, *want; /* want NULL: refused */
    } rows[] = {
        {S_INIT(" 192.0.2.1 "), "", "ipv4 192.0.2.1"},
        {S_INIT("\"evil[.]example\""), "domain", "domain evil.example"},
        {S_INIT("192.0.2.1"), "domain", "ipv4 192.0.2.1"},
        {S_INIT("http://a.example.com/x"), "Host", "url http://a.example.com/x"},
        {S_INIT("192.0.2.1, 192.0.2.2;192.0.2.3"), "ip",
         "ipv4 192.0.2.1, ipv4 192.0.2.2, ipv4 192.0.2.3"},
        {S_INIT("a.example.com\nb.example.com"), "fqdn",
         "domain a.example.com, domain b.example.com"},
        {S_INIT("a.example.com b.example.com"), "", "domain a.example.com, domain b.example.com"},
        {S_INIT("d41d8cd98f00b204e9800998ecf8427e,da39a3ee5e6b4b0d3255bfef95601890afd80709"),
         "file",
         "md5 d41d8cd98f00b204e9800998ecf8427e, sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {S_INIT("da39a3ee5e6b4b0d3255bfef95601890afd80709"), "SHA256",
         "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {S_INIT("one two.docx"), "file name", "filename one two.docx"},
        {S_INIT("C:\\x\\y.exe"), "filename", "path c:\\x\\y.exe"},
        {S_INIT("a.docx\nb.docx"), "filename", "filename a.docx, filename b.docx"},
        {S_INIT("Global\\x;y"), "mutex", "mutex Global\\x;y"},
        {S_INIT("192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5"), "ip", NULL},
        {S_INIT("192.0.2.1, nonsense"), "ip", NULL},
        {S_INIT("192.0.2.1"), "hash", NULL},
        {S_INIT("Cobalt Strike"), "", NULL},
        {S_INIT("Reference: https://example.com/two"), "", NULL},
        {S_INIT(""), "ip", NULL},
        {S_INIT(" , "), "ip", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[512];
        want w = {0};
        CHECK(!rows[i].word[0] || want_by_word(slice_str(rows[i].word), &w));
        show(rows[i].in, w, out);
        if (rows[i].want ? strcmp(out, rows[i].want) != 0 : out[0] != '!')
            TEST_FAIL("row %zu is \"%s\", want \"%s\"", i, out,
                      rows[i].want ? rows[i].want : "a refusal");
    }
}

TEST(words_for_kinds)
{
    want w = {0};
    CHECK(want_by_word(S("FileHash-SHA256"), &w) && w.class == WANT_KIND && w.kind == KIND_SHA256);
    CHECK(want_by_word(S("ip-dst|port"), &w) && w.class == WANT_NETWORK);
    CHECK(want_by_word(S("registry-key"), &w) && w.kind == KIND_REGISTRY_KEY);
    CHECK(want_by_word(S("cert-sha256"), &w) && w.kind == KIND_CERT_SHA256);
    CHECK(!want_by_word(S("ipx"), &w) && !want_by_word(S("i"), &w) && !want_by_word(S(""), &w));
    CHECK(!want_by_word(S("actor"), &w) && !want_by_word(S("--"), &w));
}

TEST(nothing_is_said_in_many_ways)
{
    static const slice empty[] = {S_INIT(""),     S_INIT(" "),       S_INIT("\"\""), S_INIT("N/A"),
                                  S_INIT("None"), S_INIT("UNKNOWN"), S_INIT("-"),    S_INIT(" ? ")};
    for (size_t i = 0; i < COUNT_OF(empty); i++)
        CHECK(cell_empty(empty[i]));
    CHECK(!cell_empty(S("0")) && !cell_empty(S("nonexample")));
}

TEST(long_cells_and_no_memory)
{
    static char text[OBSERVABLE_TEXT_MAX + 1];
    CLEANUP(arena_done)
    arena a;
    observable o = {.kind = KIND_END_};
    size_t n = 77;
    err why = {0};
    arena_init(&a, 1 << 20);
    memset(text, 'a', sizeof text);
    CHECK_EQ(cell_observable(&a, slice_of(text, sizeof text), (want){0}, &o, &why), ERR_INPUT);
    CHECK_EQ(o.kind, KIND_END_);
    for (a.fail_after = 0;; a.fail_after++) {
        long failing = a.fail_after;
        status st = cell_observables(&a, S("evil[.]example"), (want){0}, &o, 1, &n, &why);
        a.fail_after = failing;
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        CHECK_EQ(n, 77);
        REQUIRE(failing < 1000);
    }
    CHECK_EQ(n, 1);
}
