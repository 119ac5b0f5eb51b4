#include "base/test.h"
#include "format/rows.h"

/* Fields as "[a][b]", rows divided by blanks, "!reason" for what cannot be taken. */
static void show(slice text, char delimiter, size_t step, size_t bytes_max, buf *out)
{
    CLEANUP(arena_done)
    arena a;
    CLEANUP(rows_close)
    rows r = {0};
    memory_reader m;
    reader in = reader_memory(&m, text);
    row one;
    bool more = false;
    m.step = step;
    arena_init(&a, 1 << 20);
    buf_clear(out);
    CHECK_OK(rows_open(&r, &in, &a, delimiter, bytes_max, NULL));
    while (rows_next(&r, &one, &more, NULL) == OK && more) {
        buf_printf(out, "%s%llu@%llu", out->len ? " " : "", (unsigned long long)one.line,
                   (unsigned long long)one.at);
        if (one.bad)
            buf_printf(out, "!%s", one.bad);
        for (size_t i = 0; i < one.count; i++)
            buf_printf(out, "[%.*s]", SLICE_FMT(one.field[i]));
    }
}

TEST(rows_are_cut_with_their_places)
{
    static const struct {
        slice in, want;
        char delimiter;
    } cases[] = {
        {S_INIT(""), S_INIT(""), ','},
        {S_INIT("\xef\xbb\xbf"), S_INIT(""), ','},
        {S_INIT("a,b"), S_INIT("1@0[a][b]"), ','},
        {S_INIT("\xef\xbb\xbf"
                "a,b\n"),
         S_INIT("1@3[a][b]"), ','},
        {S_INIT("a,b\r\nc\r\r\nx,\n"), S_INIT("1@0[a][b] 2@5[c] 3@7[] 4@9[x][]"), ','},
        {S_INIT("\n\na"), S_INIT("1@0[] 2@1[] 3@2[a]"), ','},
        {S_INIT(","), S_INIT("1@0[][]"), ','},
        {S_INIT("\"a,b\",c"), S_INIT("1@0[a,b][c]"), ','},
        {S_INIT("\"a \"\"q\"\" b\",\"\""), S_INIT("1@0[a \"q\" b][]"), ','},
        {S_INIT("\"a\nb\",c\nx"), S_INIT("1@0[a\nb][c] 3@8[x]"), ','},
        {S_INIT("\"a\r\n\r\nb\"\nx"), S_INIT("1@0[a\r\n\r\nb] 4@9[x]"), ','},
        /* gentler than RFC 4180 */
        {S_INIT("a\"b,c\"\n"), S_INIT("1@0[a\"b][c\"]"), ','},
        {S_INIT("\"a\"b,c\n"), S_INIT("1@0[ab][c]"), ','},
        {S_INIT("\"a,b\nc,d\n"), S_INIT("1@0!a quote is not closed 2@5[c][d]"), ','},
        {S_INIT("x,\"\ny"), S_INIT("1@0!a quote is not closed 2@4[y]"), ','},
        {S_INIT("\"a\", \"b, c\",  \"d\"\"\" \nx"), S_INIT("1@0[a][b, c][d\" ] 2@21[x]"), ','},
        {S_INIT("a, \"b\nc"), S_INIT("1@0[a][ \"b] 2@6[c]"), ','},
        {S_INIT("a, \"b\" c,d"), S_INIT("1@0[a][ \"b\" c][d]"), ','},
        {S_INIT("a, \"b\"\"\n"), S_INIT("1@0[a][ \"b\"\"]"), ','},
        {S_INIT("a, \""), S_INIT("1@0[a][ \"]"), ','},
        {S_INIT("a\tb\t\n"), S_INIT("1@0[a][b][]"), '\t'},
        {S_INIT("\"a\",b\n c "), S_INIT("1@0[\"a\",b] 2@6[ c ]"), 0},
        {S_INIT("a\xff,b\nc"), S_INIT("1@0!the line is no UTF-8 2@5[c]"), ','},
    };
    CLEANUP(buf_done)
    buf out;
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (size_t step = 0; step < 4; step++) {
            show(cases[i].in, cases[i].delimiter, step, 0, &out);
            CHECK_SLICE(buf_slice(&out), cases[i].want);
        }
    show(slice_of("a\0b\nc", 5), ',', 0, 0, &out);
    CHECK_SLICE(buf_slice(&out), S("1@0!the line holds a NUL byte 2@4[c]"));
}

TEST(rows_over_the_limit_spoil_nothing_else)
{
    CLEANUP(buf_done)
    buf out;
    buf_init(&out, 1 << 16);
    for (size_t step = 0; step < 3; step++) {
        show(S("12345678,\n123456789,\nx"), ',', step, 9, &out);
        CHECK_SLICE(buf_slice(&out), S("1@0[12345678][] 2@10!the line is too long 3@21[x]"));
        show(S("123456789\n1234567890\r\nx"), 0, step, 9, &out);
        CHECK_SLICE(buf_slice(&out), S("1@0[123456789] 2@10!the line is too long 3@22[x]"));
        show(S("\"12345\n789\",\nx"), ',', step, 9, &out);
        CHECK_SLICE(buf_slice(&out), S("1@0!a quote is not closed 2@7[789\"][] 3@13[x]"));
        show(S("\"1\n3\",567\n\"1\n3\",5678\nx"), ',', step, 9, &out);
        CHECK_SLICE(buf_slice(&out),
                    S("1@0[1\n3][567] 3@10!the row is too long 4@13[3\"][5678] 5@21[x]"));
    }
}

TEST(rows_have_a_bounded_number_of_fields)
{
    CLEANUP(buf_done)
    buf text, out;
    buf_init(&text, 1 << 16);
    buf_init(&out, 1 << 16);
    for (int extra = 0; extra < 2; extra++) {
        buf_clear(&text);
        for (int i = 0; i < ROWS_FIELDS_MAX - 1 + extra; i++)
            buf_byte(&text, ',');
        buf_put(&text, S("\nnext"));
        show(buf_slice(&text), ',', 0, 0, &out);
        CHECK(slice_ends(buf_slice(&out), S("[next]")));
        CHECK_EQ(slice_find(buf_slice(&out), S("!over 1024 fields"), 0) != SIZE_MAX, extra);
    }
    buf_done(&text);
}

TEST(unclosed_quotes_cost_their_length_once)
{
    /* each line opens a quote that nothing closes but the next line's: rows of two lines */
    CLEANUP(buf_done)
    buf text;
    CLEANUP(arena_done)
    arena a;
    CLEANUP(rows_close)
    rows r = {0};
    memory_reader m;
    row one;
    bool more;
    size_t bad = 0, good = 0;
    buf_init(&text, 32 << 20);
    buf_put(&text, S("\"open\n"));
    for (int i = 0; i < 2000000; i++)
        buf_put(&text, S("\"\"\n"));
    reader in = reader_memory(&m, buf_slice(&text));
    arena_init(&a, 1 << 20);
    CHECK_OK(rows_open(&r, &in, &a, ',', 0, NULL));
    while (rows_next(&r, &one, &more, NULL) == OK && more)
        *(one.bad ? &bad : &good) += 1;
    CHECK_EQ(bad, 1);
    CHECK_EQ(good, 2000000);
}

TEST(rows_print_and_next_agree)
{
    static const slice row_of[][3] = {
        {S_INIT("a"), S_INIT("b,c"), S_INIT("")},
        {S_INIT(" outer "), S_INIT("q\"q"), S_INIT("\"")},
        {S_INIT("two\nlines"), S_INIT("\r"), S_INIT("#x")},
    };
    CLEANUP(buf_done)
    buf text;
    buf_init(&text, 1 << 16);
    for (size_t n = 0; n < COUNT_OF(row_of); n++) {
        CLEANUP(arena_done)
        arena a;
        CLEANUP(rows_close)
        rows r = {0};
        memory_reader m;
        row one = {0};
        bool more;
        buf_clear(&text);
        rows_print(&text, row_of[n], 3, ',');
        buf_put(&text, S("\r\n"));
        reader in = reader_memory(&m, buf_slice(&text));
        arena_init(&a, 1 << 20);
        CHECK_OK(rows_open(&r, &in, &a, ',', 0, NULL));
        CHECK_OK(rows_next(&r, &one, &more, NULL));
        CHECK_EQ(one.count, 3);
        for (size_t i = 0; i < one.count; i++)
            CHECK_SLICE(one.field[i], row_of[n][i]);
        CHECK_OK(rows_next(&r, &one, &more, NULL));
        CHECK(!more);
    }
}

static status broken_read(void *ctx, char *into, size_t room, size_t *ret_len, err *why)
{
    (void)ctx, (void)into, (void)room, (void)ret_len;
    return err_set(why, ERR_IO, ERR_NOWHERE, "the cable is out");
}

TEST(rows_torture)
{
    CLEANUP(arena_done)
    arena a;
    CLEANUP(rows_close)
    rows r = {0};
    reader in = {.read = broken_read};
    row one;
    bool more = true;
    arena_init(&a, 1 << 20);
    a.fail_after = 0;
    CHECK_EQ(rows_open(&r, &in, &a, ',', 0, NULL), ERR_LIMIT);
    rows_close(&r);
    a.fail_after = -1;
    CHECK_OK(rows_open(&r, &in, &a, ',', 0, NULL));
    CHECK_EQ(rows_next(&r, &one, &more, NULL), ERR_IO);
    CHECK(more); /* untouched */
}
