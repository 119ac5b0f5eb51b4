#include "format/log_test.h"

#include "format/log/build.h"

/* One record read by a reader of its own. */
static status read_one(const char *format, slice record, when now, arena *a, log_event *ret)
{
    log_reader *r = log_reader_new(log_format_named(slice_str(format)), NULL);
    status st = log_read(r, record, now, a, ret, NULL);
    log_reader_free(r);
    return st;
}

TEST(the_table)
{
    for (size_t i = 0; i < log_format_count(); i++) {
        const log_format *f = log_format_at(i);
        CHECK(f->read || f->tells);
        CHECK(log_format_named(slice_str(log_format_name(f))) == f);
        for (size_t k = 0; k < f->name_count; k++)
            for (size_t n = 0; n < k; n++)
                if (slice_eq(f->names[k].name, f->names[n].name))
                    TEST_FAIL("%s has %.*s twice", f->name, SLICE_FMT(f->names[k].name));
    }
    CHECK(!log_format_named(S("")));
    CHECK(!log_format_named(S("JSON")));
    CHECK(slice_eq(slice_str(log_outcome_name(LOG_FAILED)), S("failed")));
    CHECK(slice_eq(slice_str(log_direction_name(LOG_OUTBOUND)), S("outbound")));
    CHECK(slice_eq(slice_str(log_type_name(LOG_NULL)), S("null")));
}

TEST(nothing_is_raw)
{
    static const slice heads[] = {S_INIT(""),      S_INIT("\n"),  S_INIT("\0\0\0\0"),
                                  S_INIT("words"), S_INIT("["),   S_INIT("{"),
                                  S_INIT("a=b\n"), S_INIT("#\n"), S_INIT("a,b\n1,2\n")};
    log_framing framing;
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        if (log_sniff(heads[i], &framing) != log_format_named(S("raw")))
            TEST_FAIL("row %zu is %s", i, log_format_name(log_sniff(heads[i], NULL)));
    CHECK(log_sniff((slice){NULL, 0}, NULL) == log_format_named(S("raw"))); /* an empty file */
}

/* --- limits ---------------------------------------------------------------------------------- */

static void object_of(buf *out, size_t members)
{
    buf_clear(out);
    for (size_t i = 0; i < members; i++)
        buf_printf(out, "%c\"k%zu\":%zu", i ? ',' : '{', i, i);
    buf_byte(out, '}');
}

TEST(fields_of_an_event)
{
    CLEANUP(arena_done) arena a;
    log_event e;
    buf text;
    buf_init(&text, 1 << 20);
    arena_init(&a, 8 << 20);
    object_of(&text, LOG_FIELDS_MAX);
    REQUIRE(read_one("json", buf_slice(&text), 0, &a, &e) == OK);
    CHECK_EQ(e.count, LOG_FIELDS_MAX);
    CHECK_EQ(e.cut, 0);
    object_of(&text, LOG_FIELDS_MAX + 1);
    REQUIRE(read_one("json", buf_slice(&text), 0, &a, &e) == OK);
    CHECK_EQ(e.count, LOG_FIELDS_MAX);
    CHECK_EQ(e.cut, LOG_CUT_FIELDS);
    CHECK_SLICE(e.field[LOG_FIELDS_MAX - 1].name, S("k1023"));
    buf_clear(&text);
    for (size_t i = 0; i < LOG_FIELDS_MAX + 5; i++)
        buf_printf(&text, "k%zu=v ", i);
    REQUIRE(read_one("keyvalue", buf_slice(&text), 0, &a, &e) == OK);
    CHECK_EQ(e.count, LOG_FIELDS_MAX);
    CHECK_EQ(e.cut, LOG_CUT_FIELDS);
    buf_done(&text);
}

TEST(depth_and_names)
{
    CLEANUP(arena_done) arena a;
    log_event e;
    buf text;
    buf_init(&text, 1 << 20);
    arena_init(&a, 8 << 20);
    for (size_t depth = LOG_DEPTH_MAX; depth <= LOG_DEPTH_MAX + 1; depth++) {
        buf_clear(&text);
        for (size_t i = 0; i < depth; i++)
            buf_put(&text, S("{\"k\":"));
        buf_put(&text, S("\"x}\""));
        for (size_t i = 0; i < depth; i++)
            buf_byte(&text, '}');
        REQUIRE(read_one("json", buf_slice(&text), 0, &a, &e) == OK);
        REQUIRE(e.count == 1);
        CHECK_EQ(e.cut, depth > LOG_DEPTH_MAX ? LOG_CUT_DEPTH : 0);
        CHECK_SLICE(e.field[0].value, depth > LOG_DEPTH_MAX ? S("{\"k\":\"x}\"}") : S("x}"));
        CHECK_EQ(e.field[0].name.len, 2 * LOG_DEPTH_MAX - 1);
    }
    for (size_t len = LOG_NAME_MAX; len <= LOG_NAME_MAX + 1; len++) {
        buf_clear(&text);
        buf_put(&text, S("{\"a\":{\""));
        for (size_t i = 2; i < len; i++)
            buf_byte(&text, 'n');
        buf_put(&text, S("\":1}}"));
        REQUIRE(read_one("json", buf_slice(&text), 0, &a, &e) == OK);
        REQUIRE(e.count == 1);
        CHECK_EQ(e.field[0].name.len, LOG_NAME_MAX);
        CHECK_EQ(e.cut, len > LOG_NAME_MAX ? LOG_CUT_NAME : 0);
    }
    buf_done(&text);
}

TEST(columns_of_a_table)
{
    CLEANUP(arena_done) arena a;
    log_event e;
    buf text;
    buf_init(&text, 1 << 20);
    arena_init(&a, 8 << 20);
    log_reader *r = log_reader_new(log_format_named(S("csv")), NULL);
    for (size_t i = 0; i < LOG_COLUMNS_MAX + 2; i++)
        buf_printf(&text, "c%zu,", i);
    CHECK_OK(log_note(r, buf_slice(&text), NULL));
    CHECK_OK(log_read(r, S("1,2"), 0, &a, &e, NULL));
    CHECK_EQ(e.count, 2);
    CHECK_EQ(e.cut, LOG_CUT_BROKEN);
    CHECK_SLICE(e.field[1].name, S("c1"));
    CHECK_EQ(r->columns.count, LOG_COLUMNS_MAX);
    log_reader_free(r);
    buf_done(&text);
}

/* Less memory than a record wants: it is there all the same, and says so. */
TEST(a_budget_is_spent)
{
    CLEANUP(arena_done) arena a;
    log_event e;
    buf text;
    buf_init(&text, 1 << 20);
    arena_init(&a, 16 << 10);
    buf_put(&text, S("{\"src_ip\":\"192.0.2.1\",\"long\":\"\\n"));
    for (size_t i = 0; i < 100000; i++)
        buf_byte(&text, 'x');
    buf_put(&text, S("\",\"after\":1}"));
    REQUIRE(read_one("json", buf_slice(&text), 0, &a, &e) == OK);
    CHECK_EQ(e.cut, LOG_CUT_MEMORY);
    CHECK_EQ(e.count, 1);
    CHECK(log_event_get(&e, S("src_ip")) != NULL);
    a.fail_after = 0;
    REQUIRE(read_one("keyvalue", S("a=1 b=2"), 0, &a, &e) == OK);
    CHECK_EQ(e.cut, LOG_CUT_MEMORY);
    CHECK_EQ(e.count, 0);
    CHECK_SLICE(slice_str(log_format_name(e.format)), S("raw"));
    buf_done(&text);
}

/* Bytes that mean something to a reader, over and over: an answer within the memory that is said to
 * be enough, soon. */
TEST(long_records)
{
    static const char *const units[] = {
        "\"",         "\\",     "{",           "[",           "=",
        "|",          ",",      ":",           " ",           "a=",
        "a=\"b\" ",   "a=b ",   "{\"a\":",     "[{",          "\"a\":1,",
        "{\"a\":1},", "a=\\=",  " a=b=",       "cs1Label=x ", "%u from ",
        "<1>",        "type= ", "msg='a=b ' ", "client @",    "<Data Name='a'>b</Data>",
        "<Data",      "&#x41;"};
    static const char *const fronts[] = {"",
                                         "{\"a\":",
                                         "{\"message\":\"",
                                         "CEF:0|V|P|1|2|n|1|",
                                         "LEEF:2.0|V|P|1|2|^|",
                                         "type=A msg=audit(1796000000.1:1): ",
                                         "<1>Nov 30 10:00:00 h sshd[1]: ",
                                         "<1>1 - - - - - [a b=\"",
                                         "192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] \"",
                                         "IN= OUT= SRC= ",
                                         "<Event><System></System>"};
    log_texts t;
    buf text;
    log_texts_open(&t, NULL);
    buf_init(&text, 1 << 20);
    t.quiet = true;
    for (size_t f = 0; f < COUNT_OF(fronts); f++)
        for (size_t u = 0; u < COUNT_OF(units); u++) {
            buf_clear(&text);
            buf_put(&text, slice_str(fronts[f]));
            while (text.len < 100000)
                buf_put(&text, slice_str(units[u]));
            log_texts_read(&t, buf_slice(&text));
            CHECK(t.events >= 1);
        }
    buf_done(&text);
    log_texts_close(&t);
}

/* --- streams --------------------------------------------------------------------------------- */

TEST(a_stream_is_gone_on_with)
{
    CLEANUP(arena_done) arena a;
    log_event e;
    static const slice head[] = {S_INIT("#separator \\x09"), S_INIT("#path\tdns"),
                                 S_INIT("#fields\tts\tid.orig_h\tquery")};
    arena_init(&a, 1 << 20);
    log_reader *r = log_reader_new(log_format_named(S("zeek")), NULL);
    CHECK_OK(log_read(r, S("1795000000\t192.0.2.1\ta.example"), 0, &a, &e, NULL));
    CHECK_SLICE(slice_str(log_format_name(e.format)), S("raw")); /* nobody said what it means */
    for (size_t i = 0; i < COUNT_OF(head); i++)
        CHECK_OK(log_note(r, head[i], NULL));
    CHECK_OK(log_note(r, S("1795000000\t192.0.2.1\ta.example"), NULL));
    CHECK_OK(log_read(r, S("1795000000\t192.0.2.1\ta.example"), 0, &a, &e, NULL));
    REQUIRE(e.query && e.source_ip);
    CHECK_SLICE(e.query->value, S("a.example"));
    CHECK_SLICE(e.category, S("dns"));
    log_reader_free(r);
}

TEST(records_in_other_formats)
{
    log_texts t;
    static const char stream[] =
        "192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n"
        "192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n"
        "{\"src_ip\":\"192.0.2.2\"}\n"
        "CEF:0|V|P|1|2|n|1|src=192.0.2.3\n"
        "\0\0\0 1796000000.123 1 192.0.2.4 TCP_HIT/200 1 GET http://example.com/ - HIER_NONE/- -\n"
        "words\n";
    log_texts_open(&t, NULL);
    log_texts_read(&t, slice_of(stream, sizeof stream - 1));
    CHECK_SLICE(slice_str(log_format_name(t.format)), S("web"));
    CHECK_SLICE(buf_slice(&t.out),
                S("web webserver// 2026-11-30T10:00:00Z src=192.0.2.1 method=GET allowed inbound\n"
                  "web webserver// 2026-11-30T10:00:00Z src=192.0.2.1 method=GET allowed inbound\n"
                  "json // src=192.0.2.2\n"
                  "cef /v/p src=192.0.2.3\n"
                  "squid proxy/squid/ 2026-11-30T00:53:20.123Z src=192.0.2.4 method=GET "
                  "url=http://example.com/ allowed outbound\n"
                  "raw //\n"));
    t.only = true; /* what a person said is not doubted */
    t.named = "web";
    log_texts_read(&t, slice_of(stream, sizeof stream - 1));
    CHECK_EQ(t.raw, 4);
    t.named = "zeek";
    log_texts_read(&t, slice_of(stream, sizeof stream - 1));
    CHECK_EQ(t.raw, 5);
    CHECK(slice_find(buf_slice(&t.out), S("zeek /zeek/ src=192.0.2.2\n"), 0) != SIZE_MAX ||
          slice_find(buf_slice(&t.out), S("zeek /zeek/\n"), 0) != SIZE_MAX);
    log_texts_close(&t);
}

TEST(fields_are_found)
{
    CLEANUP(arena_done) arena a;
    log_event e;
    slice record =
        S("{\"Image\":\"C:\\\\a\",\"EventID\":1,\"Channel\":\"x\",\"SourceName\":\"s\"}");
    arena_init(&a, 1 << 20);
    REQUIRE(read_one("windows", record, 0, &a, &e) == OK);
    REQUIRE(log_event_get(&e, S("image")) != NULL);
    CHECK(log_event_get(&e, S("provider_name")) == log_event_get(&e, S("SOURCENAME")));
    CHECK(!log_event_get(&e, S("")));
    CHECK(log_event_at(&e, 10) == log_event_get(&e, S("Image")));
    CHECK(!log_event_at(&e, 0));
    CHECK(!log_event_at(&e, record.len));
    REQUIRE(read_one("m365",
                     S("{\"Workload\":\"x\",\"Operation\":\"y\",\"RecordType\":1,"
                       "\"ClientIP\":\"192.0.2.1:443\"}"),
                     0, &a, &e) == OK);
    CHECK(log_event_at(&e, 61) == e.source_ip); /* the narrowest */
    record = S("{\"log\":\"192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] \\\"GET /Evil/x HTTP/1.1\\\" "
               "200 1\"}");
    REQUIRE(read_one("json", record, 0, &a, &e) == OK);
    REQUIRE(e.source_ip && e.url_path);
    CHECK(log_event_hit(&e, 8, S("192.0.2.1")) == e.source_ip);
    CHECK(log_event_hit(&e, 60, S("evil/X")) == e.url_path);
    CHECK_SLICE(log_event_hit(&e, 60, S("nowhere"))->name, S("log"));
    CHECK(!log_event_hit(&e, 0, S("log")));
}

/* --- times ----------------------------------------------------------------------------------- */

TEST(times)
{
    static const struct {
        slice text;
        const char *want;
    } times[] = {
        {S_INIT("1795000000"), "2026-11-18T11:06:40Z"},
        {S_INIT("1795000000.1239"), "2026-11-18T11:06:40.123Z"},
        {S_INIT("1795000000123"), "2026-11-18T11:06:40.123Z"},
        {S_INIT("1795000000123456"), "2026-11-18T11:06:40.123Z"},
        {S_INIT("1795000000123456789"), "2026-11-18T11:06:40.123Z"},
        {S_INIT("999999999"), "2001-09-09T01:46:39Z"},
        {S_INIT("99999999"), NULL},
        {S_INIT("1795000000."), "2026-11-18T11:06:40Z"},
        {S_INIT("1795000000.x"), NULL},
        {S_INIT("2026-11-30 10:00:00"), "2026-11-30T09:00:00Z"},
        {S_INIT("2026-11-30T10:00:00,5Z"), "2026-11-30T10:00:00.500Z"},
        {S_INIT("2026-11-30T10:00:00-0100"), "2026-11-30T11:00:00Z"},
        {S_INIT("30/Nov/2026:10:00:00 +0100"), "2026-11-30T09:00:00Z"},
        {S_INIT("30/Nov/2026:10:00:00"), "2026-11-30T09:00:00Z"},
        {S_INIT("31/Nov/2026:10:00:00"), NULL},
        {S_INIT("3-Nov-2026 10:00:00.25"), "2026-11-03T09:00:00.250Z"},
        {S_INIT("30/Foo/2026:10:00:00"), NULL},
        {S_INIT("Nov 30 10:00:00"), "2026-11-30T09:00:00Z"},
        {S_INIT("nov  3 10:00:00.5"), "2026-11-03T09:00:00.500Z"},
        {S_INIT("Dec  2 12:30:00"), "2026-12-02T11:30:00Z"}, /* a clock that is fast */
        {S_INIT("Dec  2 14:00:00"), "2025-12-02T13:00:00Z"}, /* more than a day ahead: last year */
        {S_INIT("Feb 29 10:00:00"), "2024-02-29T09:00:00Z"},
        {S_INIT("Feb 30 10:00:00"), NULL},
        {S_INIT("Nov 30 2020 10:00:00 UTC"), "2020-11-30T10:00:00Z"},
        {S_INIT("11/30/2026 1:02:03 PM"), "2026-11-30T12:02:03Z"},
        {S_INIT(""), NULL},
        {S_INIT("soon"), NULL},
        {S_INIT("0001-01-01 00:30:00"), NULL}, /* of the year before, in UTC */
        {S_INIT("0001-01-01 01:00:00"), "0001-01-01T00:00:00Z"},
    };
    log_options options = {.zone_minutes = 60};
    log_reader *r = log_reader_new(NULL, &options);
    log_builder b = {.reader = r, .now = LOG_TEXT_NOW};
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        char text[WHEN_TEXT_MAX];
        when t = 7;
        bool got = log_time(&b, times[i].text, &t);
        if (got != (times[i].want != NULL) || (!got && t != 7))
            TEST_FAIL("row %zu: %d", i, got);
        else if (got)
            CHECK_SLICE(slice_str(when_iso(t, text)), slice_str(times[i].want));
    }
    b.now = WHEN_NONE; /* nobody says which year it is */
    when t = 7;
    CHECK(!log_time(&b, S("Nov 30 10:00:00"), &t));
    log_reader_free(r);
}

TEST(times_at_the_front)
{
    static const struct {
        slice line, want;
    } lines[] = {
        {S_INIT("2026-11-30T10:00:00Z x"), S_INIT("2026-11-30T10:00:00Z")},
        {S_INIT("2026-11-30 10:00:00,123 x"), S_INIT("2026-11-30 10:00:00,123")},
        {S_INIT("2026/11/30 10:00:00 +0100 x"), S_INIT("2026/11/30 10:00:00 +0100")},
        {S_INIT("2026-11-30T10:00:00.5+01:00: x"), S_INIT("2026-11-30T10:00:00.5+01:00")},
        {S_INIT("2026-11-30 10:00:00 -x"), S_INIT("2026-11-30 10:00:00")},
        {S_INIT("30/Nov/2026:10:00:00 +0000] x"), S_INIT("30/Nov/2026:10:00:00 +0000")},
        {S_INIT("Nov  3 10:00:00 h"), S_INIT("Nov  3 10:00:00")},
        {S_INIT("Nov 30 2026 10:00:00.1 h"), S_INIT("Nov 30 2026 10:00:00.1")},
        {S_INIT("2026-11-30"), S_INIT("")},
        {S_INIT("March on 10:00"), S_INIT("")},
        {S_INIT(""), S_INIT("")},
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        CHECK_SLICE(slice_sub(lines[i].line, 0, log_time_front(lines[i].line)), lines[i].want);
}
