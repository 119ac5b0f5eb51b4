/* pg_sql.c - the common SQL as PostgreSQL takes it: see pg_sql.h. */
#include "know/db/pg_sql.h"
#include "know/db/driver.h"

/* --- words of SQL ----------------------------------------------------------------------------- */

static bool in_word(char c)
{
    return is_alnum(c) || c == '_';
}

/* Does the word stand here, and no longer one? */
static bool at_word(slice s, const char *word)
{
    size_t n = strlen(word);
    return slice_starts(s, slice_str(word)) && (n == s.len || !in_word(s.ptr[n]));
}

/* What is not code: a string, with its quotes; 0 when none begins here. */
static size_t string_len(slice s)
{
    if (!s.len || s.ptr[0] != '\'')
        return 0;
    size_t end = slice_find_byte(s, '\'', 1);
    return end == SIZE_MAX ? s.len : end + 1;
}

/* Behind the parenthesis that closes the one at s.ptr[0]. */
static size_t group_len(slice s)
{
    int depth = 0;
    for (size_t i = 0; i < s.len; i++) {
        size_t text = string_len(slice_from(s, i));
        if (text) {
            i += text - 1;
            continue;
        }
        depth += s.ptr[i] == '(' ? 1 : s.ptr[i] == ')' ? -1 : 0;
        if (depth == 0)
            return i + 1;
    }
    return s.len;
}

static slice word_at(slice s)
{
    size_t n = 0;
    while (n < s.len && in_word(s.ptr[n]))
        n++;
    return slice_sub(s, 0, n);
}

bool pg_numbered(slice table)
{
    int version;
    const char *sql;
    for (size_t i = 0; (sql = db_migration(i, &version)); i++) {
        slice rest = slice_str(sql);
        for (size_t at = 0; (at = slice_find(rest, S("CREATE TABLE "), at)) != SIZE_MAX; at++) {
            slice here = slice_from(rest, at + S("CREATE TABLE ").len);
            slice name = word_at(here);
            if (slice_eq(name, table))
                return slice_starts(slice_from(here, name.len), S(" (id INTEGER PRIMARY KEY"));
        }
    }
    return false;
}

/* --- statements ------------------------------------------------------------------------------- */

static int highest_param(const char *sql)
{
    int most = 0;
    for (const char *p = strchr(sql, '?'); p; p = strchr(p + 1, '?')) {
        int n = 0;
        for (const char *d = p + 1; is_digit(*d) && n < 1000; d++)
            n = n * 10 + (*d - '0');
        most = n > most ? n : most;
    }
    return most;
}

/* The view's parameters stand in the text as ?s0 ?s1 ?s2 until they have their numbers. */
static void put_filter(void *ctx, buf *out, db_filter f, slice row)
{
    (void)ctx;
    buf_byte(out, '(');
    if (f.has_class)
        buf_printf(out, "%.*s.vc = ANY (?s0)%s", SLICE_FMT(row), f.has_tx ? " AND " : "");
    if (f.has_tx)
        buf_printf(out, "%.*s.tx <= ?s1 AND %.*s.tx <> ALL (?s2)", SLICE_FMT(row), SLICE_FMT(row));
    if (f.has_gone)
        buf_printf(out, " AND (%.*s.gone IS NULL OR %.*s.gone > ?s1 OR %.*s.gone = ANY (?s2))",
                   SLICE_FMT(row), SLICE_FMT(row), SLICE_FMT(row));
    buf_byte(out, ')');
}

/* A parameter; its length in the text. */
static size_t put_param(slice s, int own, buf *out)
{
    size_t n = 1;
    if (s.len > 2 && s.ptr[1] == 's') {
        int which = s.ptr[2] - '0';
        buf_printf(out, "$%d::%s", own + 1 + which, which == 1 ? "bigint" : "bigint[]");
        return 3;
    }
    while (n < s.len && is_digit(s.ptr[n]))
        n++;
    buf_byte(out, '$');
    buf_put(out, slice_sub(s, 1, n));
    if (slice_starts(slice_from(s, n), S(" IS NULL")))
        buf_put(out, S("::bigint")); /* says nothing of its type by itself */
    return n;
}

static void put_tokens(slice s, int own, buf *out);

/* sum(x): sums of integers are integers. Within x it goes on, and statements are ours and short. */
static size_t put_sum(slice s, int own, buf *out)
{
    size_t n = 3 + group_len(slice_from(s, 3));
    buf_put(out, S("sum"));
    put_tokens(slice_sub(s, 3, n), own, out);
    buf_put(out, S("::bigint"));
    return n;
}

static size_t put_token(slice s, int own, buf *out)
{
    size_t n = string_len(s);
    if (n) {
        buf_put(out, slice_sub(s, 0, n));
        return n;
    }
    if (s.ptr[0] == '?')
        return put_param(s, own, out);
    if (at_word(s, "CROSS JOIN")) {
        buf_put(out, S("JOIN"));
        return S("CROSS JOIN").len;
    }
    if (slice_starts(s, S("sum(")))
        return put_sum(s, own, out);
    slice word = word_at(s);
    n = word.len ? word.len : 1;
    buf_put(out, slice_sub(s, 0, n));
    return n;
}

static void put_tokens(slice s, int own, buf *out)
{
    while (s.len)
        s = slice_from(s, put_token(s, own, out));
}

/* INSERT INTO t (a, b) VALUES (?1, ?2) of a numbered t: with the next id. False: it is no such
 * statement. */
static bool put_insert(slice s, int own, buf *out)
{
    size_t head = S("INSERT INTO ").len;
    if (!slice_starts(s, S("INSERT INTO ")))
        return false;
    slice table = word_at(slice_from(s, head)), rest = slice_from(s, head + table.len);
    if (!pg_numbered(table) || !slice_starts(rest, S(" (")) || slice_starts(rest, S(" (id,")))
        return false;
    size_t columns = 1 + group_len(slice_from(rest, 1));
    slice values = slice_from(rest, columns);
    if (!slice_starts(values, S(" VALUES (")))
        return false;
    buf_printf(out,
               "INSERT INTO %.*s (id, %.*s VALUES ((SELECT coalesce(max(id), 0) + 1 FROM %.*s), ",
               SLICE_FMT(table), SLICE_FMT(slice_sub(rest, 2, columns)), SLICE_FMT(table));
    put_tokens(slice_from(values, S(" VALUES (").len), own, out);
    buf_put(out, S(" RETURNING id"));
    return true;
}

void pg_rewrite(const char *sql, int drop, buf *out, pg_statement *ret)
{
    CLEANUP(buf_done) buf expanded;
    buf_init(&expanded, SQL_MAX);
    *ret = (pg_statement){.params = highest_param(sql),
                          .reads = slice_starts(slice_str(sql), S("SELECT"))};
    if (db_expand(sql, drop, &expanded, put_filter, NULL))
        ret->sight = ret->params + 1;
    slice s = buf_slice(&expanded);
    ret->returns_id = put_insert(s, ret->params, out);
    if (!ret->returns_id)
        put_tokens(s, ret->params, out);
    out->failed = out->failed || expanded.failed;
}

/* --- schema ----------------------------------------------------------------------------------- */

static const slice words_table =
    S_INIT("CREATE TABLE claim_text (claim bigint PRIMARY KEY, line text COLLATE \"C\" NOT NULL,"
           " words tsvector);"
           "CREATE INDEX claim_text_words ON claim_text USING gin (words);"
           "CREATE INDEX claim_text_long ON claim_text (claim) WHERE words IS NULL");

/* Types of columns, and what has no counterpart. */
static void put_definition(slice s, buf *out)
{
    static const struct {
        const char *word;
        slice as;
    } words[] = {
        {"INTEGER", S_INIT("bigint")},
        {"BLOB", S_INIT("bytea")},
        {"TEXT", S_INIT("text COLLATE \"C\"")},
    };
    while (s.len) {
        size_t i = 0, n = string_len(s);
        slice word = word_at(s);
        n = n ? n : word.len ? word.len : 1;
        while (i < COUNT_OF(words) && !slice_eq(word, slice_str(words[i].word)))
            i++;
        buf_put(out, i < COUNT_OF(words) ? words[i].as : slice_sub(s, 0, n));
        s = slice_from(s, n);
    }
}

static void put_table(slice s, buf *out)
{
    size_t open = slice_find_byte(s, '(', 0);
    size_t end = open == SIZE_MAX ? s.len : open + group_len(slice_from(s, open));
    put_definition(slice_sub(s, 0, end), out); /* behind it only STRICT and WITHOUT ROWID */
}

/* CREATE INDEX i ON t (a, b) WHERE ...: with the id behind, when t is numbered. */
static void put_index(slice s, buf *out)
{
    size_t on = slice_find(s, S(" ON "), 0);
    slice table = word_at(slice_from(s, on + 4));
    size_t open = on + 4 + table.len + 1;
    size_t close = open + group_len(slice_from(s, open)) - 1;
    slice columns = slice_sub(s, open, close);
    buf_put(out, slice_sub(s, 0, close));
    if (pg_numbered(table) && !slice_starts(s, S("CREATE UNIQUE")) && !slice_eq(columns, S("(id")))
        buf_put(out, S(", id"));
    put_definition(slice_from(s, close), out);
}

/* CREATE TRIGGER n BEFORE UPDATE OF c ON t [WHEN x] BEGIN SELECT RAISE(ABORT, 'm'); END */
static bool put_trigger(slice s, buf *out)
{
    slice rest = slice_from(s, S("CREATE TRIGGER ").len), name = word_at(rest);
    size_t begin = slice_find(rest, S(" BEGIN SELECT RAISE(ABORT, "), 0);
    size_t when = slice_find(rest, S(" WHEN "), 0);
    if (begin == SIZE_MAX)
        return false;
    slice message = slice_from(rest, begin + S(" BEGIN SELECT RAISE(ABORT, ").len);
    message = slice_sub(message, 0, string_len(message));
    size_t head = when < begin ? when : begin;
    buf_printf(out,
               "CREATE FUNCTION %.*s() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE"
               " EXCEPTION %.*s; END$$;CREATE TRIGGER %.*s FOR EACH ROW",
               SLICE_FMT(name), SLICE_FMT(message), SLICE_FMT(slice_sub(rest, 0, head)));
    if (when < begin) {
        slice condition = slice_sub(rest, when + S(" WHEN ").len, begin);
        buf_printf(out, " WHEN (%.*s)", SLICE_FMT(condition));
    }
    buf_printf(out, " EXECUTE FUNCTION %.*s()", SLICE_FMT(name));
    return true;
}

/* To the semicolon that ends it; of a trigger, to the one behind END. */
static size_t statement_len(slice s)
{
    bool trigger = slice_starts(s, S("CREATE TRIGGER"));
    for (size_t i = 0; i < s.len; i++) {
        size_t text = string_len(slice_from(s, i));
        if (text)
            i += text - 1;
        else if (s.ptr[i] == ';' && (!trigger || slice_ends(slice_sub(s, 0, i), S("END"))))
            return i;
    }
    return s.len;
}

status pg_rewrite_schema(const char *sql, buf *out, err *why)
{
    slice rest = slice_trim(slice_str(sql));
    while (rest.len) {
        size_t n = statement_len(rest);
        slice s = slice_trim(slice_sub(rest, 0, n));
        bool known = true;
        if (slice_starts(s, S("CREATE VIRTUAL TABLE claim_text ")))
            buf_put(out, words_table);
        else if (slice_starts(s, S("CREATE TABLE ")))
            put_table(s, out);
        else if (slice_starts(s, S("CREATE INDEX ")) || slice_starts(s, S("CREATE UNIQUE INDEX ")))
            put_index(s, out);
        else if (slice_starts(s, S("CREATE TRIGGER ")))
            known = put_trigger(s, out);
        else if (slice_starts(s, S("ALTER TABLE ")) || slice_starts(s, S("DROP ")))
            put_definition(s, out);
        else
            put_tokens(s, 0, out); /* a change of rows */
        if (!known)
            return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "store: a migration has %.60s", s.ptr);
        buf_put(out, S(";\n"));
        rest = slice_trim(slice_from(rest, n + 1));
    }
    return buf_status(out, why);
}
