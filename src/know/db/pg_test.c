/* The parts of the PostgreSQL driver that need no server: SQL, words, text. */
#include "base/hash.h"
#include "base/test.h"
#include "base/text.h"
#include "know/db/pg.h"
#include "know/db/pg_words.h"

static void expect_sql(int line, const char *common, int drop, const char *want)
{
    CLEANUP(buf_done) buf out;
    pg_statement is;
    buf_init(&out, SQL_MAX);
    pg_rewrite(common, drop, &out, &is);
    if (out.failed || !slice_eq(buf_slice(&out), slice_str(want)))
        TEST_FAIL("line %d: %.*s\nwant %s", line, SLICE_FMT(buf_slice(&out)), want);
}
#define SQL(common, want) expect_sql(__LINE__, common, -1, want)

TEST(statements_are_rewritten)
{
    SQL("SELECT a FROM t WHERE b = ?1 AND c = '?2 SEES'",
        "SELECT a FROM t WHERE b = $1 AND c = '?2 SEES'");
    SQL("SELECT a FROM t CROSS JOIN u ON u.x = t.y", "SELECT a FROM t JOIN u ON u.x = t.y");
    SQL("SELECT a FROM t WHERE (?12 IS NULL OR b = ?12)",
        "SELECT a FROM t WHERE ($12::bigint IS NULL OR b = $12)");
    SQL("SELECT sum(a - (b)), count(*) FROM t", "SELECT sum(a - (b))::bigint, count(*) FROM t");
    SQL("SELECT sum((SELECT coalesce(sum(k.n), 0) FROM k WHERE k.t = ?1 AND SEES_CLASS(k))) FROM t",
        "SELECT sum((SELECT coalesce(sum(k.n)::bigint, 0) FROM k WHERE k.t = $1 AND (k.vc = ANY "
        "($2::bigint[]))))::bigint FROM t");
    SQL("SELECT consum(a) FROM t", "SELECT consum(a) FROM t");
    SQL("INSERT INTO node (kind, text) VALUES (?1, ?2)",
        "INSERT INTO node (id, kind, text) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM node), "
        "$1, $2) RETURNING id");
    SQL("INSERT INTO node (id, kind, text) VALUES (?1, ?2, ?3)",
        "INSERT INTO node (id, kind, text) VALUES ($1, $2, $3)");
    SQL("INSERT INTO node_key (h, node) VALUES (?1, ?2)",
        "INSERT INTO node_key (h, node) VALUES ($1, $2)");
    SQL("SELECT a FROM t WHERE a > ?1 AND SEES(t) LIMIT ?2",
        "SELECT a FROM t WHERE a > $1 AND (t.vc = ANY ($3::bigint[]) AND t.tx <= $4::bigint AND"
        " t.tx <> ALL ($5::bigint[]) AND (t.gone IS NULL OR t.gone > $4::bigint OR t.gone = ANY"
        " ($5::bigint[]))) LIMIT $2");
    SQL("SELECT a FROM t WHERE SEES_TX(t)",
        "SELECT a FROM t WHERE (t.tx <= $2::bigint AND t.tx <> ALL ($3::bigint[]))");
    expect_sql(
        __LINE__, "SELECT a FROM t WHERE SEES_PAST(t) AND SEES_TX(u)", 0,
        "SELECT a FROM t WHERE TRUE AND (u.tx <= $2::bigint AND u.tx <> ALL ($3::bigint[]))");
}

static void expect_schema(int line, const char *common, const char *want)
{
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 16);
    CHECK_OK(pg_rewrite_schema(common, &out, NULL));
    if (!slice_eq(buf_slice(&out), slice_str(want)))
        TEST_FAIL("line %d: %.*s\nwant %s", line, SLICE_FMT(buf_slice(&out)), want);
}
#define SCHEMA(common, want) expect_schema(__LINE__, common, want)

TEST(schemas_are_rewritten)
{
    SCHEMA(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB, b TEXT NOT NULL, UNIQUE (a, b)) STRICT;",
        "CREATE TABLE t (id bigint PRIMARY KEY, a bytea, b text COLLATE \"C\" NOT NULL, UNIQUE"
        " (a, b));\n");
    SCHEMA("CREATE TABLE t (a TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;CREATE INDEX i ON t (a);",
           "CREATE TABLE t (a text COLLATE \"C\" PRIMARY KEY);\nCREATE INDEX i ON t (a);\n");
    /* of numbered rows: the id is the last column, as SQLite has it unseen */
    SCHEMA("CREATE INDEX i ON claim (object, predicate) WHERE object IS NOT NULL",
           "CREATE INDEX i ON claim (object, predicate, id) WHERE object IS NOT NULL;\n");
    SCHEMA("CREATE UNIQUE INDEX i ON claim (subject, h)",
           "CREATE UNIQUE INDEX i ON claim (subject, h);\n");
    SCHEMA("CREATE TRIGGER n BEFORE UPDATE OF a, b ON t WHEN OLD.a IS NULL"
           " BEGIN SELECT RAISE(ABORT, 'so; not'); END;",
           "CREATE FUNCTION n() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION"
           " 'so; not'; END$$;CREATE TRIGGER n BEFORE UPDATE OF a, b ON t FOR EACH ROW WHEN"
           " (OLD.a IS NULL) EXECUTE FUNCTION n();\n");
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 16);
    CHECK_EQ(pg_rewrite_schema("CREATE TRIGGER n AFTER DELETE ON t BEGIN DELETE FROM u; END;", &out,
                               NULL),
             ERR_INTERNAL);
    CHECK(pg_numbered(S("claim")));
    CHECK(!pg_numbered(S("held")));
    CHECK(!pg_numbered(S("nothing")));
}

TEST(words_stand_in_a_line)
{
    static const struct {
        const char *words, *line;
    } table[] = {
        {"", " "},
        {"fancy bear fancybear", " fancy bear fancybear "},
        {" A-b  c.D ", " a b c d "},
        {"\xe7\x92\xb0\xe5\xa2\x83 \xe5\xa2\x83", " \xe7\x92\xb0\xe5\xa2\x83 \xe5\xa2\x83 "},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        CLEANUP(arena_done) arena a;
        slice line = S("");
        arena_init(&a, 1 << 20);
        CHECK_OK(pg_line(&a, slice_str(table[i].words), &line, NULL));
        CHECK_SLICE(line, slice_str(table[i].line));
    }
}

TEST(a_word_has_a_longest)
{
    char text[PG_WORD_MAX + 4];
    for (size_t n = PG_WORD_MAX - 1; n <= PG_WORD_MAX + 1; n++) {
        CLEANUP(arena_done) arena a;
        slice line = S("");
        arena_init(&a, 1 << 20);
        memset(text, 'a', n);
        CHECK_OK(pg_line(&a, slice_of(text, n), &line, NULL));
        CHECK_EQ(line.len, (n < PG_WORD_MAX ? n : PG_WORD_MAX) + 2);
        for (size_t i = 0; i + 3 <= n; i += 3) /* never inside a character */
            memcpy(text + i, "\xe7\x92\xb0", 3);
        CHECK_OK(pg_line(&a, slice_of(text, n / 3 * 3), &line, NULL));
        CHECK_EQ((line.len - 2) % 3, 0);
    }
}

TEST(expressions_are_asked_of_the_index_and_of_the_lines)
{
    static const struct {
        const char *expression, *query, *near, *all;
    } table[] = {
        {"(\"bear\")", "(('bear'))", "{}", "{\" bear \"}"},
        {"(\"bea\" *)", "(('bea':*))", "{}", "{\" bea\"}"},
        {"(\"fancy bear\") AND (\"x\")", "(('fancy'&'bear'))&(('x'))", "{\" fancy bear \"}",
         "{\" fancy bear \",\" x \"}"},
        {"(\"a\xee\x80\xae"
         "b\" OR \"a b\" *)",
         "(('a\xee\x80\xae"
         "b')|('a'&'b':*))",
         "{\" a\xee\x80\xae"
         "b | a b\"}",
         "{\" a\xee\x80\xae"
         "b | a b\"}"},
    };
    static const char *const wrong[] = {
        "",        "bear",         "(bear)",           "(\"bear\"", "(\"a\") OR (\"b\")",
        "(\"-\")", "(\"a\") AND ", "(\"a\" AND \"b\")"};
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        CLEANUP(arena_done) arena a;
        pg_match_texts m = {0};
        arena_init(&a, 1 << 20);
        CHECK_OK(pg_match(&a, slice_str(table[i].expression), &m, NULL));
        CHECK_SLICE(m.query, slice_str(table[i].query));
        CHECK_SLICE(m.near, slice_str(table[i].near));
        CHECK_SLICE(m.all, slice_str(table[i].all));
    }
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CLEANUP(arena_done) arena a;
        pg_match_texts m;
        arena_init(&a, 1 << 20);
        CHECK_EQ(pg_match(&a, slice_str(wrong[i]), &m, NULL), ERR_INTERNAL);
    }
}

static bool is_valid(slice s)
{
    while (s.len) {
        char again[4];
        slice before = s;
        uint32_t ch = utf8_next(&s);
        size_t n = utf8_put(again, ch);
        if (!ch || n != before.len - s.len || memcmp(again, before.ptr, n) != 0)
            return false;
    }
    return true;
}

TEST(any_text_comes_back_as_it_was)
{
    uint64_t seed = 5;
    random_source random = random_seeded(&seed);
    for (int round = 0; round < 3000; round++) {
        CLEANUP(arena_done) arena a;
        uint8_t bytes[24];
        slice held, back, text = slice_of((const char *)bytes, (size_t)round % sizeof bytes);
        arena_init(&a, 1 << 20);
        random.fill(random.ctx, bytes, sizeof bytes);
        for (size_t i = 0; i < text.len; i++) /* much that is nearly right */
            bytes[i] = bytes[i] % 3 ? (uint8_t) "\xf4\x8f\xb8\x80\xbb a\0\xe3\x81"[bytes[i] % 10]
                                    : bytes[i];
        REQUIRE(pg_escape(&a, text, &held));
        REQUIRE(pg_unescape(&a, held, &back));
        CHECK(slice_eq(back, text));
        CHECK(is_valid(held));
    }
    slice same = S("plain \xe7\x92\xb0"), held = S("");
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 10);
    REQUIRE(pg_escape(&a, same, &held));
    CHECK(held.ptr == same.ptr);
}

TEST(every_allocation_may_fail)
{
    pg_match_texts m = {0};
    slice line = {0}, held = {0};
    status st = ERR_LIMIT;
    for (long n = 0; n < 8; n++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        st = pg_line(&a, S("fancy bear"), &line, NULL);
        if (st == OK)
            st = pg_match(&a, S("(\"fancy bear\")"), &m, NULL);
        if (st == OK && !pg_escape(&a, S("a\0b"), &held))
            st = ERR_LIMIT;
        CHECK(st == OK || st == ERR_LIMIT);
        CHECK(st == OK || !held.ptr || held.len == 3);
    }
    CHECK_EQ(st, OK);
}

TEST(an_address_has_no_password)
{
    static const char *const wrong[] = {"postgresql://u:secret@/d", "postgresql:///d?password=x",
                                        "host=/nowhere password=secret", "postgresql://%zz"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        db *d = NULL;
        err why = {0};
        CHECK_EQ(db_open(&(db_options){.server = wrong[i], .mutant = -1}, &d, &why), ERR_INPUT);
        CHECK(!strstr(why.msg, "secret"));
    }
    db *d = NULL;
    err why = {0};
    CHECK_EQ(db_open(&(db_options){.server = "postgresql:///d?host=/nowhere/at/all", .mutant = -1},
                     &d, &why),
             ERR_IO);
}
