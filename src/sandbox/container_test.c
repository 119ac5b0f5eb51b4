#include "base/test.h"
#include "sandbox/container.h"

static char tar[1024];

static void tar_sum(bool with_sign)
{
    long sum = 0;
    memset(tar + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += with_sign ? (signed char)tar[i] : (unsigned char)tar[i];
    for (int i = 5; i >= 0; i--, sum >>= 3)
        tar[148 + i] = (char)('0' + (sum & 7));
    tar[154] = 0;
}

TEST(magic_bytes)
{
    static const struct {
        slice head;
        container want;
    } rows[] = {
        {S_INIT("\x1f\x8b\x08\0\0\0"), CONTAINER_GZIP},
        {S_INIT("\x1f\x8b\x07\0\0\0"), CONTAINER_NONE}, /* no method but deflate exists */
        {S_INIT("\x1f\x8b"), CONTAINER_NONE},
        {S_INIT("\x28\xb5\x2f\xfd\x24"), CONTAINER_ZSTD},
        {S_INIT("\xfd"
                "7zXZ\0"),
         CONTAINER_XZ},
        {S_INIT("\xfd"
                "7zXZ"),
         CONTAINER_NONE},
        {S_INIT("BZh91AY&SY"), CONTAINER_BZIP2},
        {S_INIT("BZh9\x17\x72\x45\x38\x50\x90"), CONTAINER_BZIP2}, /* empty */
        {S_INIT("BZh01AY&SY"), CONTAINER_NONE},
        {S_INIT("BZhang was here"), CONTAINER_NONE},
        {S_INIT("PK\x03\x04\x14"), CONTAINER_ZIP},
        {S_INIT("PK\x05\x06\0\0"), CONTAINER_ZIP},
        {S_INIT("PK\x01\x02"), CONTAINER_NONE},
        {S_INIT("PKWARE"), CONTAINER_NONE},
        {S_INIT("7z\xbc\xaf\x27\x1c"), CONTAINER_7Z},
        {S_INIT("7z is a program"), CONTAINER_NONE},
        {S_INIT("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0"), CONTAINER_CAPTURE},
        {S_INIT("\xa1\xb2\x3c\x4d\2\0\4\0\0\0\0\0"), CONTAINER_CAPTURE},
        {S_INIT("\xd4\xc3\xb2\xa1"), CONTAINER_NONE},
        {S_INIT("\n\r\r\n\x1c\0\0\0\x4d\x3c\x2b\x1a"), CONTAINER_CAPTURE},
        {S_INIT("\n\r\r\n\0\0\0\x1c\x1a\x2b\x3c\x4d"), CONTAINER_CAPTURE},
        {S_INIT("\n\r\r\nsome text that is none"), CONTAINER_NONE},
        {S_INIT("\xff\xfe"
                "1\0.\0"),
         CONTAINER_UTF16},
        {S_INIT("\xfe\xff\0{"), CONTAINER_UTF16},
        {S_INIT("\xff\xfe\0\0"), CONTAINER_NONE},
        {S_INIT("{\"type\":\"bundle\"}"), CONTAINER_NONE},
        {S_INIT(""), CONTAINER_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (container_sniff(rows[i].head) != rows[i].want)
            TEST_FAIL("row %zu is %s", i, container_name(container_sniff(rows[i].head)));
}

TEST(a_tar_is_known_by_its_sum)
{
    slice head = {tar, 512};
    memset(tar, 0, sizeof tar);
    CHECK_EQ(container_sniff(head), CONTAINER_NONE); /* zeros are zeros */
    memcpy(tar, "name\xe9", 5);
    CHECK_EQ(container_sniff(head), CONTAINER_NONE);
    tar_sum(false);
    CHECK_EQ(container_sniff(head), CONTAINER_TAR);
    CHECK_EQ(container_sniff(slice_of(tar, 1024)), CONTAINER_TAR);
    CHECK_EQ(container_sniff(slice_of(tar, 511)), CONTAINER_NONE);
    tar_sum(true); /* as some old writers did */
    CHECK_EQ(container_sniff(head), CONTAINER_TAR);
    tar[10] = 'x';
    CHECK_EQ(container_sniff(head), CONTAINER_NONE);
    memset(tar, 'a', 512);
    CHECK_EQ(container_sniff(head), CONTAINER_NONE);
    memset(tar, '7', 512); /* digits where the sum is */
    CHECK_EQ(container_sniff(head), CONTAINER_NONE);
    tar_sum(false);
    tar[0] = 0; /* the end of an archive has no name */
    tar_sum(false);
    CHECK_EQ(container_sniff(head), CONTAINER_NONE);
}

TEST(names_of_what_is_inside)
{
    static const struct {
        container c;
        slice path, want;
    } rows[] = {
        {CONTAINER_GZIP, S_INIT("feed.csv.gz"), S_INIT("feed.csv")},
        {CONTAINER_GZIP, S_INIT("a/FEED.CSV.GZ"), S_INIT("a/FEED.CSV")},
        {CONTAINER_GZIP, S_INIT("x.tgz"), S_INIT("x.tar")},
        {CONTAINER_GZIP, S_INIT("x.zst"), S_INIT("x.zst")},
        {CONTAINER_GZIP, S_INIT(".gz"), S_INIT(".gz")},
        {CONTAINER_GZIP, S_INIT(""), S_INIT("")},
        {CONTAINER_ZSTD, S_INIT("x.json.zst"), S_INIT("x.json")},
        {CONTAINER_XZ, S_INIT("x.txz"), S_INIT("x.tar")},
        {CONTAINER_BZIP2, S_INIT("x.tbz2"), S_INIT("x.tar")},
        {CONTAINER_BZIP2, S_INIT("x.bz2"), S_INIT("x")},
        {CONTAINER_ZIP, S_INIT("x.zip"), S_INIT("x.zip")},
        {CONTAINER_NONE, S_INIT("x.gz"), S_INIT("x.gz")},
    };
    char out[16];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_SLICE(container_inner_name(rows[i].c, rows[i].path, out, sizeof out), rows[i].want);
    CHECK_SLICE(container_inner_name(CONTAINER_GZIP, S("123456789012.tgz"), out, sizeof out),
                S("123456789012.tar"));
    CHECK_SLICE(container_inner_name(CONTAINER_GZIP, S("1234567890123.tgz"), out, sizeof out),
                S("1234567890123.tgz"));
}

TEST(every_container_has_a_name)
{
    unsigned streams = 0;
    for (unsigned c = 0; c < CONTAINER_COUNT_; c++) {
        CHECK(container_name((container)c)[0] != 0);
        streams += container_is_stream((container)c);
    }
    CHECK_EQ(streams, 4);
}
