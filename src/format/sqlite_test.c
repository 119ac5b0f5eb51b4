/* sqlite_test.c - hashes out of SQLite databases: what SQLite wrote (tests/corpus), and what
 * becomes of it when it is cut, changed byte by byte, or made to go round in circles. */
#include "format/sqlite.h"
#include "format/test_facts.h"

extern const format format_setlist;

#define CORPUS "tests/corpus/format-setlist/"
enum { FILE_MAX = 1 << 20, PAGE = 512 };

/* sha256 and md5 of "1". */
#define SHA256_ONE "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
#define SHA1_ONE "356a192b7913b04c54574d18c28d46e6395428ab"
#define MD5_ONE "c4ca4238a0b923820dcc509a6f75849b"

static bool load(const char *name, buf *ret)
{
    char path[128], bytes[4096];
    size_t n;
    snprintf(path, sizeof path, CORPUS "%s", name);
    FILE *f = fopen(path, "rb");
    buf_init(ret, FILE_MAX);
    if (!f)
        return false;
    while ((n = fread(bytes, 1, sizeof bytes, f)))
        buf_put(ret, slice_of(bytes, n));
    fclose(f);
    return true;
}

static status read_doc(facts_text *t, slice doc, err *why)
{
    facts_open(t);
    return facts_read(t, &format_setlist, doc, S("rds.db"), why);
}

/* 12 rows: every third without MD5; SHA-1 as text or as bytes; long names make overflow pages. */
TEST(hashes_of_all_columns)
{
    CLEANUP(buf_done) buf db;
    facts_text t;
    err why = {0};
    REQUIRE(load("rds.db", &db));
    CHECK_OK(read_doc(&t, buf_slice(&db), &why));
    CHECK_EQ(t.refused, 0);
    CHECK_SAYS(&t, "key sha256 " SHA256_ONE);
    CHECK_SAYS(&t, "key sha1 " SHA1_ONE);
    CHECK_SAYS(&t, "key md5 " MD5_ONE);
    size_t keys = 0, at = 0;
    while ((at = slice_find(buf_slice(&t.out), S("key "), at)) != SIZE_MAX)
        keys++, at++;
    CHECK_EQ(keys, 12 + 12 + 8);
    facts_close(&t);
}

TEST(what_is_not_read_says_so)
{
    static const struct {
        const char *name, *words;
    } rows[] = {{"utf16.db", "UTF-16"}, {"norowid.db", "WITHOUT ROWID"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buf_done) buf db;
        facts_text t;
        err why = {0};
        REQUIRE(load(rows[i].name, &db));
        CHECK_EQ(read_doc(&t, buf_slice(&db), &why), ERR_INPUT);
        if (!strstr(why.msg, rows[i].words))
            TEST_FAIL("%s: %s", rows[i].name, why.msg);
        facts_close(&t);
    }
}

TEST(cut_off_anywhere)
{
    CLEANUP(buf_done) buf db;
    REQUIRE(load("rds.db", &db));
    for (size_t n = 16; n < db.len; n += 16) {
        facts_text t;
        err why = {0};
        status st = read_doc(&t, slice_of(db.ptr, n), &why);
        if (st != ERR_INPUT)
            TEST_FAIL("cut to %zu bytes of %zu: %s", n, db.len, status_name(st));
        facts_close(&t);
    }
}

static status count_row(void *ctx, const sqlite_row *row, err *why)
{
    (void)row, (void)why;
    ++*(size_t *)ctx;
    return OK;
}

/* An interior page whose children are itself, and one whose child is its parent. */
TEST(circles)
{
    unsigned char db[4 * PAGE] = "SQLite format 3";
    size_t rows = 0;
    db[16] = PAGE >> 8;
    db[59] = 1;
    for (unsigned child = 1; child <= 4; child++) {
        CLEANUP(arena_done) arena a;
        memory_reader m;
        reader in = reader_memory(&m, slice_of((const char *)db, sizeof db));
        sqlite_file *f = NULL;
        err why = {0};
        const sqlite_table t = {.root = 2};
        arena_init(&a, 4 << 20);
        for (unsigned p = 2; p <= 4; p++) {
            unsigned char *page = db + (p - 1) * PAGE;
            page[0] = 5;
            page[4] = 2; /* cells, at 100 and 110 */
            page[12] = page[14] = 0;
            page[13] = 100, page[15] = 110;
            page[103] = page[113] = page[11] = (unsigned char)child;
        }
        CHECK_OK(sqlite_file_open(&a, &in, &f, &why));
        CHECK_EQ(sqlite_file_rows(f, &t, count_row, &rows, &why), ERR_INPUT);
        CHECK(strstr(why.msg, "damaged database"));
    }
    CHECK_EQ(rows, 0);
}

TEST(pages_of_a_size_that_cannot_be)
{
    static const unsigned sizes[] = {0, 2, 256, 511, 513, 1000, 65535};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        CLEANUP(arena_done) arena a;
        char db[1024] = "SQLite format 3";
        memory_reader m;
        reader in = reader_memory(&m, slice_of(db, sizeof db));
        sqlite_file *f = NULL;
        err why = {0};
        arena_init(&a, 4 << 20);
        db[16] = (char)(sizes[i] >> 8);
        db[17] = (char)sizes[i];
        CHECK_EQ(sqlite_file_open(&a, &in, &f, &why), ERR_INPUT);
        CHECK_EQ(why.at, 16);
    }
}

TEST(a_stream_cannot_be_read)
{
    CLEANUP(arena_done) arena a;
    memory_reader m;
    reader in = reader_memory(&m, S("SQLite format 3\0"));
    sqlite_file *f = NULL;
    arena_init(&a, 4 << 20);
    in.seek = NULL;
    CHECK_EQ(sqlite_file_open(&a, &in, &f, NULL), ERR_INPUT);
}

TEST(hard_times)
{
    CLEANUP(buf_done) buf db;
    REQUIRE(load("small.db", &db));
    facts_abuse(&format_setlist, buf_slice(&db), S("rds.db"), S(""));
}
