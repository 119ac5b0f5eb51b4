/* setlist_test.c - bulk lists: shapes, what is refused, limits. */
#include "format/test_facts.h"

extern const format format_setlist;

#define MD5_NONE "d41d8cd98f00b204e9800998ecf8427e"
#define SHA1_NONE "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256_NONE "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static status read_doc(facts_text *t, slice doc, err *why)
{
    facts_open(t);
    return facts_read(t, &format_setlist, doc, S("x.txt"), why);
}

TEST(shapes_of_lines)
{
    static const struct {
        slice line, key;
    } rows[] = {
        {S_INIT(MD5_NONE), S_INIT("key md5 " MD5_NONE)},
        {S_INIT("D41D8CD98F00B204E9800998ECF8427E\r"), S_INIT("key md5 " MD5_NONE)},
        {S_INIT(MD5_NONE "  usr/bin/true"), S_INIT("key md5 " MD5_NONE)},
        {S_INIT(SHA256_NONE " *a file"), S_INIT("key sha256 " SHA256_NONE)},
        {S_INIT("\\" SHA1_NONE "  a\\nb"), S_INIT("key sha1 " SHA1_NONE)},
        {S_INIT("SHA256 (a) = " SHA256_NONE), S_INIT("key sha256 " SHA256_NONE)},
        {S_INIT("SHA256 (dir/a (1).gz) = " SHA256_NONE), S_INIT("key sha256 " SHA256_NONE)},
        {S_INIT("SHA2-256(a.gz)= " SHA256_NONE), S_INIT("key sha256 " SHA256_NONE)},
        {S_INIT("/usr/bin/true  " SHA256_NONE), S_INIT("key sha256 " SHA256_NONE)},
        {S_INIT("C:\\a b\\c.exe " MD5_NONE), S_INIT("key md5 " MD5_NONE)},
        {S_INIT(MD5_NONE "\t" SHA1_NONE "\t" SHA256_NONE), S_INIT("key sha256 " SHA256_NONE)},
        {S_INIT(MD5_NONE " " SHA1_NONE " name"), S_INIT("key sha1 " SHA1_NONE)},
        {S_INIT(MD5_NONE " , " SHA1_NONE), S_INIT("key sha1 " SHA1_NONE)},
        {S_INIT(SHA1_NONE ";seen in the wild"), S_INIT("key sha1 " SHA1_NONE)},
        {S_INIT(SHA1_NONE "," MD5_NONE ",name"), S_INIT("key md5 " MD5_NONE)},
        {S_INIT("evil[.]example"), S_INIT("key domain evil.example")},
        {S_INIT("198.51.100.0/24"), S_INIT("key cidr 198.51.100.0/24")},
        {S_INIT("198.51.100.7 # note"), S_INIT("key ipv4 198.51.100.7")},
        {S_INIT("hxxps://evil.example/x"), S_INIT("key url https://evil.example/x")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        CHECK_OK(read_doc(&t, rows[i].line, &why));
        if (!facts_say(&t, rows[i].key) || t.refused)
            TEST_FAIL("%.*s gives %.*s", SLICE_FMT(rows[i].line), SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

/* What md5sum writes behind the hash is a name, even when it looks like a hash; digests of another
 * kind that only have the same length are not taken for those we know. */
TEST(what_is_no_hash_of_the_row)
{
    facts_text t;
    err why = {0};
    CHECK_OK(read_doc(&t,
                      S(MD5_NONE "  " SHA1_NONE "\n" MD5_NONE " *" SHA1_NONE "\n"
                                 "SHA3-256 (a) = " SHA256_NONE "\n"
                                 "SHA512/256 (a) = " SHA256_NONE "\n" MD5_NONE "\r" MD5_NONE "\n"),
                      &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.refused, 3);
    CHECK_SAYS_NOT(&t, "key sha");
    CHECK_SAYS(&t, "a carriage return inside the line");
    facts_close(&t);
}

/* Digits are read eight at once: every byte at every place of such eight, as one by one. */
TEST(every_byte_is_a_digit_or_none)
{
    for (unsigned byte = 1; byte < 256; byte++)
        for (size_t at = 0; at < 9; at++) {
            char line[] = MD5_NONE, wanted[] = "key md5 " MD5_NONE;
            facts_text t;
            err why = {0};
            bool digit =
                (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
            line[at] = (char)byte;
            wanted[8 + at] = (char)(byte >= 'A' && byte <= 'F' ? byte | 0x20 : byte);
            CHECK_OK(read_doc(&t, slice_of(line, 32), &why));
            if (facts_say(&t, slice_of(wanted, 40)) != digit)
                TEST_FAIL("byte %u at %zu: %.*s", byte, at, SLICE_FMT(buf_slice(&t.out)));
            facts_close(&t);
        }
}

TEST(what_is_no_value_is_refused_with_its_line)
{
    facts_text t;
    err why = {0};
    CHECK_OK(read_doc(&t, S("# a comment\n\n" MD5_NONE "\nabcdef0123\n" SHA1_NONE "\n"), &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.refused, 1);
    CHECK_SAYS(&t, "line 4");
    facts_close(&t);
    CHECK_EQ(read_doc(&t,
                      S("\x7f"
                        "ELF\0\0"),
                      &why),
             ERR_INPUT);
    facts_close(&t);
}

/* NSRL's hash list, and MalwareBazaar's whose header is a comment. */
TEST(tables_are_read_by_their_header)
{
    facts_text t;
    err why = {0};
    CHECK_OK(read_doc(&t,
                      S("\"SHA-1\",\"MD5\",\"CRC32\",\"FileName\",\"FileSize\"\r\n"
                        "\"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709\","
                        "\"D41D8CD98F00B204E9800998ECF8427E\",\"00000000\",\"evil.example\",0\r\n"
                        "\"\",\"\",\"\",\"x\",1\r\n"),
                      &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.refused, 1);
    CHECK_SAYS(&t, "key sha1 " SHA1_NONE);
    CHECK_SAYS(&t, "key md5 " MD5_NONE);
    CHECK_SAYS_NOT(&t, "evil.example");
    CHECK_SAYS(&t, "line 3");
    facts_close(&t);
    CHECK_OK(read_doc(&t,
                      S("# exported\n#\n# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\","
                        "\"file_name\",\"signature\"\n"
                        "\"2024-01-02 03:04:05\", \"" SHA256_NONE "\", \"" MD5_NONE
                        "\", \"a.exe\", \"Thing\"\n"
                        "\"2024-01-03 03:04:05\", \"" SHA256_NONE "\", \"n/a\", \"b\", \"n/a\"\n"
                        "# Number of entries: 2\n"),
                      &why));
    CHECK_EQ(t.records, 3);
    CHECK_EQ(t.refused, 0);
    CHECK_SAYS(&t, "key md5 " MD5_NONE " \"Thing\" first=2024-01-02");
    CHECK_SAYS(&t, "key sha256 " SHA256_NONE " \"\" first=2024-01-03");
    facts_close(&t);
}

TEST(hashdeep_says_its_columns_behind_percent_signs)
{
    facts_text t;
    err why = {0};
    CHECK_OK(read_doc(&t,
                      S("%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## Invoked from: /tmp\n"
                        "##\n0," MD5_NONE "," SHA256_NONE ",/tmp/a, b\n"),
                      &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.refused, 0);
    CHECK_SAYS(&t, "key md5 " MD5_NONE);
    CHECK_SAYS(&t, "key sha256 " SHA256_NONE);
    facts_close(&t);
}

/* A comment that only speaks of hashes is no header. */
TEST(prose_above_a_list_is_no_header)
{
    facts_text t;
    err why = {0};
    CHECK_OK(read_doc(&t, S("# md5, sha1, what we saw\n" MD5_NONE "\n"), &why));
    CHECK_SAYS(&t, "head set-list");
    CHECK_EQ(t.records, 1);
    facts_close(&t);
}

/* A line of a megabyte is refused and the next one is read. */
TEST(a_long_line_is_refused_alone)
{
    facts_text t;
    err why = {0};
    size_t n = (1 << 20) + 10;
    char *doc = malloc(n + 64);
    REQUIRE(doc);
    memset(doc, 'a', n);
    int more = snprintf(doc + n, 64, "\n%s\n", SHA1_NONE);
    CHECK_OK(read_doc(&t, slice_of(doc, n + (size_t)more), &why));
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.refused, 1);
    CHECK_SAYS(&t, "line too long");
    facts_close(&t);
    free(doc);
}

/* Whoever wants claims gets a clear word. */
TEST(without_a_set_there_are_no_keys)
{
    memory_reader m;
    reader in = reader_memory(&m, S(MD5_NONE));
    err why = {0};
    fact_sink none = {0};
    CHECK_EQ(format_setlist.read(&(format_input){.in = &in}, &none, &why), ERR_INPUT);
    CHECK(strstr(why.msg, "--set") != NULL);
    CHECK_EQ(format_setlist.sniff(S(MD5_NONE), S("md5.txt")), 0);
}

TEST(hard_times)
{
    facts_abuse(&format_setlist, S(MD5_NONE "  a\na.evil.com\n\n# x\n" SHA1_NONE "," MD5_NONE "\n"),
                S("x.txt"), S(""));
    facts_abuse(&format_setlist,
                S("sha256,first_seen,signature\n" SHA256_NONE ",2024-01-02,\"A \"\"b\"\"\"\n"),
                S("x.csv"), S(""));
}
