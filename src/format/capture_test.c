#include "base/test.h"
#include "format/capture_kit.h"

enum { RAW = 101, ETHERNET = 1 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

static const capture_limits small = {.flows = 16, .slabs = 8};

static void open_told(told *t)
{
    *t = (told){.count = 0};
    buf_init(&t->lines, TOLD_MAX);
}

/* --- sessions -------------------------------------------------------------------------------- */

#define QUESTION "\0\7\1\0\0\1\0\0\0\0\0\0\1x\4evil\7example\0\0\1\0\1"
#define ANSWER "\0\7\x81\x80\0\1\0\3\0\0\0\0\1x\4evil\7example\0\0\1\0\1"
#define ANSWERS                                                                                    \
    "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\6\3cdn\xc0\x13"                                                  \
    "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x33\x64\7"                                                 \
    "\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
#define GET "GET /a?b=1 HTTP/1.1\r\nHost: evil.example\r\nUser-Agent: curl/8\r\n\r\n"
#define POST                                                                                       \
    "POST http://fine.example/gate HTTP/1.1\r\nhost:fine.example\r\ncontent-length: 5\r\n\r\n"
#define NOT_FOUND "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"
#define GOOD                                                                                       \
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"

static void put_dns(buf *file)
{
    kit_udp(file, 0, 5, 40000, 1, 53, S(QUESTION));
    kit_udp(file, 1, 1, 53, 5, 40000, S(ANSWER ANSWERS));
}

static const char dns_lines[] =
    "{\"capture\":\"dns\",\"ts\":\"2026-11-20T00:00:00Z\",\"packet\":1,\"src_ip\":\"192.0.2.5\","
    "\"dst_ip\":\"192.0.2.1\",\"src_port\":40000,\"dst_port\":53,\"proto\":\"udp\",\"type\":"
    "\"query\",\"query\":\"x.evil.example\",\"record_type\":\"A\"}\n"
    "{\"capture\":\"dns\",\"ts\":\"2026-11-20T00:00:01Z\",\"packet\":2,\"src_ip\":\"192.0.2.5\","
    "\"dst_ip\":\"192.0.2.1\",\"src_port\":40000,\"dst_port\":53,\"proto\":\"udp\",\"type\":"
    "\"answer\",\"query\":\"x.evil.example\",\"record_type\":\"A\",\"rcode_name\":\"NOERROR\","
    "\"answers\":[\"cdn.example\",\"198.51.100.7\",\"2001:db8::1\"]}\n"
    "{\"capture\":\"flow\",\"ts\":\"2026-11-20T00:00:00Z\",\"packet\":1,\"src_ip\":\"192.0.2.5\","
    "\"dst_ip\":\"192.0.2.1\",\"src_port\":40000,\"dst_port\":53,\"proto\":\"udp\",\"end\":"
    "\"2026-11-20T00:00:01Z\",\"state\":\"answered\",\"packets_out\":1,\"packets_in\":1,"
    "\"bytes_out\":32,\"bytes_in\":94}\n"
    "{\"capture\":\"stats\",\"packets\":2,\"bytes\":182,\"flows\":1,\"not_read\":0,"
    "\"fragments\":0,\"flows_put_out\":0,\"given_up\":0}\n";

TEST(dns_is_told)
{
    told t;
    buf file;
    open_told(&t);
    kit_open(&file, RAW);
    put_dns(&file);
    told_read(&t, buf_slice(&file), 0, &small, -1);
    CHECK_EQ(t.st, OK);
    CHECK_SLICE(buf_slice(&t.lines), slice_str(dns_lines));
    buf_done(&t.lines);
    buf_done(&file);
}

/* What is said in a connection, in segments of `step` bytes. */
typedef struct talk {
    buf *file;
    uint32_t sequence[2];
    size_t step;
    unsigned second, port;
} talk;

static void say(talk *x, int way, unsigned flags, slice bytes)
{
    kit_segment s = {.from = way ? 7 : 5,
                     .from_port = way ? x->port : 40001,
                     .to = way ? 5 : 7,
                     .to_port = way ? 40001 : x->port,
                     .flags = flags,
                     .sequence = x->sequence[way],
                     .bytes = bytes};
    kit_tcp(x->file, x->second++, &s);
    x->sequence[way] += (uint32_t)bytes.len + ((flags & (SYN | FIN)) != 0);
}

static talk begin_talk(buf *file, unsigned port, size_t step)
{
    talk x = {.file = file, .sequence = {0xfffffff0, 1}, .step = step, .port = port};
    say(&x, 0, SYN, S(""));
    say(&x, 1, SYN | ACK, S(""));
    return x;
}

/* Backwards: the last piece first. */
static void tell(talk *x, int way, slice bytes, bool backwards)
{
    uint32_t from = x->sequence[way];
    size_t pieces = (bytes.len + x->step - 1) / x->step;
    for (size_t i = 0; i < pieces; i++) {
        size_t at = (backwards ? pieces - 1 - i : i) * x->step;
        x->sequence[way] = from + (uint32_t)at;
        say(x, way, ACK, slice_sub(bytes, at, at + x->step));
    }
    x->sequence[way] = from + (uint32_t)bytes.len;
}

static void put_http(buf *file, size_t step, bool backwards)
{
    talk x = begin_talk(file, 8080, step);
    tell(&x, 0, S(GET), backwards);
    tell(&x, 1, S(NOT_FOUND), backwards);
    tell(&x, 0, S(POST "hello"), backwards);
    tell(&x, 1, S(GOOD), backwards);
    say(&x, 0, FIN | ACK, S(""));
    say(&x, 1, FIN | ACK, S(""));
}

/* Of the lines of that kind, without what depends on how many packets there were. */
static slice said(const told *t, const char *kind, buf *out)
{
    slice all = buf_slice(&t->lines), line;
    char mark[64];
    snprintf(mark, sizeof mark, "{\"capture\":\"%s\"", kind);
    buf_clear(out);
    while (slice_cut(&all, '\n', &line))
        if (slice_starts(line, slice_str(mark))) {
            buf_put(out, slice_from(line, slice_find(line, S("\"proto\""), 0)));
            buf_byte(out, '\n');
        }
    return buf_slice(out);
}

static const char http_said[] =
    "\"proto\":\"tcp\",\"cs-method\":\"GET\",\"cs-host\":\"evil.example\",\"url\":"
    "\"http://evil.example/a?b=1\",\"c-useragent\":\"curl/8\",\"sc-status\":404}\n"
    "\"proto\":\"tcp\",\"cs-method\":\"POST\",\"cs-host\":\"fine.example\",\"url\":"
    "\"http://fine.example/gate\",\"sc-status\":200}\n";

TEST(http_however_it_is_cut_and_in_whatever_order)
{
    static const size_t steps[] = {1, 2, 7, 20, 50, 1400};
    told t;
    buf out;
    open_told(&t);
    buf_init(&out, TOLD_MAX);
    for (size_t i = 0; i < COUNT_OF(steps); i++)
        for (int backwards = 0; backwards < 2; backwards++) {
            buf file;
            if (backwards && steps[i] < 20)
                continue; /* more holes than are kept */
            kit_open(&file, RAW);
            put_http(&file, steps[i], backwards);
            told_read(&t, buf_slice(&file), 0, &small, -1);
            CHECK_EQ(t.st, OK);
            CHECK_SLICE(said(&t, "http", &out), slice_str(http_said));
            CHECK_EQ(t.n.given_up, 0);
            buf_done(&file);
        }
    buf_done(&out);
    buf_done(&t.lines);
}

TEST(what_is_missing_is_given_up)
{
    told t;
    buf file, out;
    open_told(&t);
    buf_init(&out, TOLD_MAX);
    kit_open(&file, RAW);
    talk x = begin_talk(&file, 80, 30);
    x.sequence[0] += 3; /* lost */
    tell(&x, 0, S(GET), false);
    x.sequence[0] += 20 << 10;
    tell(&x, 0, S(GET), false);
    told_read(&t, buf_slice(&file), 0, &small, -1);
    CHECK_EQ(t.n.given_up, 1);
    CHECK_EQ(said(&t, "http", &out).len, 0);
    /* a body that was not recorded is no hole */
    buf_done(&file);
    kit_open(&file, RAW);
    x = begin_talk(&file, 80, 1400);
    tell(&x, 0, S("POST /a HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"), false);
    x.sequence[0] += 100000;
    tell(&x, 0, S("GET /b HTTP/1.0\n\n"), false);
    told_read(&t, buf_slice(&file), 0, &small, -1);
    CHECK_SLICE(said(&t, "http", &out),
                S("\"proto\":\"tcp\",\"cs-method\":\"POST\",\"cs-host\":\"192.0.2.7\",\"url\":"
                  "\"http://192.0.2.7/a\"}\n"
                  "\"proto\":\"tcp\",\"cs-method\":\"GET\",\"cs-host\":\"192.0.2.7\",\"url\":"
                  "\"http://192.0.2.7/b\"}\n"));
    CHECK_EQ(t.n.given_up, 0);
    buf_done(&file);
    buf_done(&out);
    buf_done(&t.lines);
}

TEST(how_a_conversation_ended)
{
    static const struct {
        unsigned answer; /* flags of the other side; 0: none came */
        const char *state;
    } rows[] = {{0, "unanswered"}, {RST | ACK, "refused"}, {SYN | ACK, "open"}};
    told t;
    buf out;
    open_told(&t);
    buf_init(&out, TOLD_MAX);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char want[64];
        buf file;
        kit_open(&file, RAW);
        talk x = {.file = &file, .step = 1, .port = 443};
        say(&x, 0, SYN, S(""));
        if (rows[i].answer)
            say(&x, 1, rows[i].answer, S(""));
        told_read(&t, buf_slice(&file), 0, &small, -1);
        snprintf(want, sizeof want, "\"state\":\"%s\"", rows[i].state);
        CHECK(slice_find(said(&t, "flow", &out), slice_str(want), 0) != SIZE_MAX);
        buf_done(&file);
    }
    buf_done(&out);
    buf_done(&t.lines);
}

/* --- TLS ------------------------------------------------------------------------------------- */

static void put_list(buf *b, const uint16_t *at, size_t count)
{
    put16(b, (unsigned)(2 * count));
    for (size_t i = 0; i < count; i++)
        put16(b, at[i]);
}

static void put_record(buf *out, unsigned type, unsigned kind, slice body)
{
    buf_byte(out, (char)type);
    put16(out, 0x0301);
    put16(out, (unsigned)body.len + 4);
    put32(out, (uint32_t)kind << 24 | (uint32_t)body.len);
    buf_put(out, body);
}

static void put_hello(buf *out, unsigned version, slice ciphers, slice extensions)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    put16(&b, version);
    for (int i = 0; i < 32; i++)
        buf_byte(&b, 'r');
    buf_byte(&b, 0);
    buf_put(&b, ciphers);
    buf_put(&b, S("\1\0"));
    put16(&b, (unsigned)extensions.len);
    buf_put(&b, extensions);
    put_record(out, 22, 1, buf_slice(&b));
}

/* The client of FoxIO's own example: t13d1516h2_8daaf6152771_e5627efa2ab1, GREASE added. */
static void put_ja4_client(buf *out)
{
    static const uint16_t ciphers[] = {0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f,
                                       0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
                                       0x009c, 0x009d, 0x002f, 0x0035};
    static const uint16_t signatures[] = {0x0403, 0x0804, 0x0401, 0x0503,
                                          0x0805, 0x0501, 0x0806, 0x0601};
    static const uint16_t others[] = {0x0005, 0x000a, 0x000b, 0x0012, 0x0015, 0x0017, 0x001b,
                                      0x0023, 0x002d, 0x0033, 0x4469, 0xff01, 0x3a3a};
    CLEANUP(buf_done) buf c, e;
    buf_init(&c, 1 << 12);
    buf_init(&e, 1 << 12);
    put_list(&c, ciphers, COUNT_OF(ciphers));
    buf_put(&e, S("\0\0\0\x11\0\x0f\0\0\x0c"
                  "evil.example"));
    buf_put(&e, S("\0\x10\0\x0e\0\x0c\2h2\x08http/1.1"));
    buf_put(&e, S("\0\x2b\0\7\6\x2a\x2a\3\4\3\3"));
    put16(&e, 13);
    put16(&e, 2 * COUNT_OF(signatures) + 2);
    put_list(&e, signatures, COUNT_OF(signatures));
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        put16(&e, others[i]);
        put16(&e, 0);
    }
    put_hello(out, 0x0303, buf_slice(&c), buf_slice(&e));
}

TEST(ja4_of_the_published_example)
{
    told t;
    buf file, out, hello;
    open_told(&t);
    buf_init(&out, TOLD_MAX);
    buf_init(&hello, 1 << 16);
    put_ja4_client(&hello);
    kit_open(&file, RAW);
    talk x = begin_talk(&file, 8443, 100);
    tell(&x, 0, buf_slice(&hello), true);
    told_read(&t, buf_slice(&file), 0, &small, -1);
    slice line = said(&t, "tls", &out);
    CHECK(slice_find(line, S("\"server_name\":\"evil.example\""), 0) != SIZE_MAX);
    CHECK(slice_find(line, S("\"ja4\":\"t13d1516h2_8daaf6152771_e5627efa2ab1\""), 0) != SIZE_MAX);
    buf_done(&hello);
    buf_done(&out);
    buf_done(&file);
    buf_done(&t.lines);
}

/* Who asks on before he has an answer gets them in the order of what he asked. */
TEST(an_answer_is_of_the_request_it_is_to)
{
    told t;
    buf file, out;
    open_told(&t);
    buf_init(&out, TOLD_MAX);
    kit_open(&file, RAW);
    talk x = begin_talk(&file, 80, 100);
    tell(&x, 0, S("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: b\r\n\r\n"), false);
    tell(&x, 0, S("GET /3 HTTP/1.1\r\nHost: c\r\n\r\n"), false);
    tell(&x, 1, S("HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nx"), false);
    tell(&x, 1, S("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), false);
    tell(&x, 1, S("HTTP/1.1 301 There\r\nContent-Length: 0\r\n\r\n"), false);
    tell(&x, 0, S("GET /4 HTTP/1.1\r\nHost: d\r\n\r\n"), false);
    tell(&x, 1, S("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), false);
    told_read(&t, buf_slice(&file), 0, &small, -1);
    slice lines = said(&t, "http", &out);
    CHECK(slice_find(lines, S("\"http://a/1\"}\n"), 0) != SIZE_MAX);
    CHECK(slice_find(lines, S("\"http://b/2\"}\n"), 0) != SIZE_MAX);
    CHECK(slice_find(lines, S("\"http://c/3\",\"sc-status\":301}\n"), 0) != SIZE_MAX);
    CHECK(slice_find(lines, S("\"http://d/4\",\"sc-status\":200}\n"), 0) != SIZE_MAX);
    buf_done(&out);
    buf_done(&file);
    buf_done(&t.lines);
}

TEST(what_is_spoken_in_a_tunnel)
{
    told t;
    buf file, out, hello;
    open_told(&t);
    buf_init(&out, TOLD_MAX);
    buf_init(&hello, 1 << 16);
    put_ja4_client(&hello);
    kit_open(&file, RAW);
    talk x = begin_talk(&file, 3128, 100);
    tell(&x, 0, S("CONNECT evil.example:443 HTTP/1.1\r\n\r\n"), false);
    tell(&x, 1, S("HTTP/1.1 200 Connection established\r\n\r\n"), false);
    tell(&x, 0, buf_slice(&hello), false);
    told_read(&t, buf_slice(&file), 0, &small, -1);
    CHECK_SLICE(said(&t, "http", &out),
                S("\"proto\":\"tcp\",\"cs-method\":\"CONNECT\",\"cs-host\":\"evil.example:443\","
                  "\"sc-status\":200}\n"));
    CHECK(slice_find(said(&t, "tls", &out), S("\"server_name\":\"evil.example\""), 0) != SIZE_MAX);
    buf_done(&hello);
    buf_done(&out);
    buf_done(&file);
    buf_done(&t.lines);
}

/* A value of DER of that tag. */
static void put_der(buf *out, unsigned tag, slice value)
{
    buf_byte(out, (char)tag);
    if (value.len > 127)
        buf_byte(out, (char)0x81);
    buf_byte(out, (char)value.len);
    buf_put(out, value);
}

static void put_der_name(buf *out, slice text)
{
    CLEANUP(buf_done) buf pair, seq, set;
    buf_init(&pair, 1 << 10);
    buf_init(&seq, 1 << 10);
    buf_init(&set, 1 << 10);
    put_der(&pair, 6, S("\x55\x04\x03"));
    put_der(&pair, 12, text);
    put_der(&seq, 0x30, buf_slice(&pair));
    put_der(&set, 0x31, buf_slice(&seq));
    put_der(out, 0x30, buf_slice(&set));
}

static void put_certificate(buf *out)
{
    CLEANUP(buf_done) buf tbs, seq;
    buf_init(&tbs, 1 << 12);
    buf_init(&seq, 1 << 12);
    put_der(&tbs, 0xa0, S("\2\1\2"));
    put_der(&tbs, 2, S("\0\x92\x34"));
    put_der(&tbs, 0x30, S(""));
    put_der_name(&tbs, S("An Authority"));
    put_der(&tbs, 0x30, S(""));
    put_der_name(&tbs, S("evil.example"));
    put_der(&tbs, 0x30, S(""));
    put_der(&tbs, 0xa3,
            S("\x30\x25\x30\x23\6\3\x55\x1d\x11\4\x1c\x30\x1a\x82\x0c"
              "evil.example"
              "\x87\4\xc6\x33\x64\7\x82\4"
              "b.ex"));
    put_der(&seq, 0x30, buf_slice(&tbs));
    put_der(out, 0x30, buf_slice(&seq));
}

TEST(ja3_of_the_published_example_and_the_certificate)
{
    static const uint16_t ciphers[] = {47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4};
    told t;
    buf file, out, b, c, der;
    buf *all[] = {&file, &out, &b, &c, &der};
    open_told(&t);
    for (size_t i = 1; i < COUNT_OF(all); i++)
        buf_init(all[i], TOLD_MAX);
    kit_open(&file, RAW);
    put_list(&c, ciphers, COUNT_OF(ciphers));
    put_hello(&b, 769, buf_slice(&c),
              S("\0\0\0\7\0\5\0\0\2ab\0\x0a\0\x08\0\6\0\x17\0\x18\0\x19\0\x0b\0\2\1\0"));
    talk x = begin_talk(&file, 443, 60);
    tell(&x, 0, buf_slice(&b), false);
    buf_clear(&b);
    put_record(&b, 22, 2, S("\3\1rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\0\0\x2f\0\0\5\xff\1\0\1\0"));
    put_certificate(&der);
    buf_clear(&c);
    put_low(&c, 0, 1);
    put16(&c, (unsigned)der.len + 3);
    put_low(&c, 0, 1);
    put16(&c, (unsigned)der.len);
    buf_put(&c, buf_slice(&der));
    put_record(&b, 22, 11, buf_slice(&c));
    tell(&x, 1, buf_slice(&b), false);
    told_read(&t, buf_slice(&file), 0, &small, -1);
    slice line = said(&t, "tls", &out);
    static const char *const want[] = {
        "\"server_name\":\"ab\"",
        "\"ja3\":\"ada70206e40642a3e4461f35503241d5\"",
        "\"version\":\"10\"",
        /* of "769,47,65281" */
        "\"ja3s\":\"4192c0a946c5bd9b544b4656d9f624a4\"",
        "\"certificate.serial\":\"9234\"",
        "\"certificate.issuer\":\"An Authority\"",
        "\"certificate.subject\":\"evil.example\"",
        "\"certificate.san\":[\"evil.example\",\"198.51.100.7\",\"b.ex\"]",
    };
    for (size_t i = 0; i < COUNT_OF(want); i++)
        if (slice_find(line, slice_str(want[i]), 0) == SIZE_MAX)
            TEST_FAIL("no %s in %.*s", want[i], SLICE_FMT(line));
    for (size_t i = 0; i < COUNT_OF(all); i++)
        buf_done(all[i]);
    buf_done(&t.lines);
}

/* --- links and files ------------------------------------------------------------------------- */

static const struct {
    unsigned link;
    slice front; /* of IPv4 */
} links[] = {
    {RAW, S_INIT("")},
    {228, S_INIT("")},
    {ETHERNET, S_INIT("\2\0\0\0\0\2\2\0\0\0\0\1\x08\0")},
    {ETHERNET, S_INIT("\2\0\0\0\0\2\2\0\0\0\0\1\x88\xa8\0\1\x81\0\0\5\x08\0")},
    {ETHERNET, S_INIT("\2\0\0\0\0\2\2\0\0\0\0\1\x88\x64\x11\0\0\1\0\1\0\x21")},
    {113, S_INIT("\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\0")},
    {276, S_INIT("\x08\0\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0")},
    {0, S_INIT("\2\0\0\0")},
    {108, S_INIT("\0\0\0\2")},
    /* in IPv6, behind a header for every hop */
    {RAW, S_INIT("\x60\0\0\0\0\x44\0\1\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\x0d\xb8\0\0\0\0"
                 "\0\0\0\0\0\0\0\2\4\0\0\0\0\0\0\0")},
};

static void put_linked(buf *file, size_t i)
{
    CLEANUP(buf_done) buf p, u;
    buf_init(&p, 1 << 12);
    buf_init(&u, 1 << 12);
    put32(&u, 40000u << 16 | 53);
    put32(&u, (uint32_t)(8 + sizeof QUESTION - 1) << 16);
    buf_put(&u, S(QUESTION));
    buf_put(&p, links[i].front);
    kit_ip(&p, 5, 1, 17, buf_slice(&u));
    buf_put(&p, S("\0\0\0\0")); /* what a link fills up with */
    kit_packet(file, 0, buf_slice(&p));
}

TEST(every_link_says_the_same)
{
    told t;
    open_told(&t);
    for (size_t i = 0; i < COUNT_OF(links); i++) {
        buf file;
        kit_open(&file, links[i].link);
        put_linked(&file, i);
        told_read(&t, buf_slice(&file), 0, &small, -1);
        CHECK_EQ(t.st, OK);
        CHECK_EQ(t.n.unread, 0);
        if (slice_find(buf_slice(&t.lines), S("\"query\":\"x.evil.example\""), 0) == SIZE_MAX)
            TEST_FAIL("link %zu: %.*s", i, SLICE_FMT(buf_slice(&t.lines)));
        buf_done(&file);
    }
    buf_done(&t.lines);
}

TEST(a_later_fragment_is_counted_and_not_guessed_at)
{
    told t;
    buf file, p;
    open_told(&t);
    kit_open(&file, RAW);
    buf_init(&p, 1 << 12);
    kit_ip(&p, 5, 1, 17, S("the middle of something"));
    p.ptr[7] = 3;
    kit_packet(&file, 0, buf_slice(&p));
    p.ptr[7] = 0;
    p.ptr[6] = 0x20; /* more follow: it is the first */
    kit_packet(&file, 0, buf_slice(&p));
    kit_packet(&file, 0, S("no packet"));
    told_read(&t, buf_slice(&file), 0, &small, -1);
    CHECK_EQ(t.n.fragments, 1);
    CHECK_EQ(t.n.flows, 1);
    CHECK_EQ(t.n.unread, 1);
    buf_done(&p);
    buf_done(&file);
    buf_done(&t.lines);
}

/* The same packets as PCAPNG in the order of big machines, in nanoseconds, with blocks between. */
static void to_ng(slice pcap, buf *out)
{
    slice rest = slice_from(pcap, 24);
    buf_init(out, TOLD_MAX);
    put32(out, 0x0a0d0d0a), put32(out, 28), put32(out, 0x1a2b3c4d), put32(out, 0x00010000);
    put32(out, ~0u), put32(out, ~0u), put32(out, 28);
    put32(out, 1), put32(out, 32), put32(out, RAW << 16), put32(out, 0);
    put32(out, 9 << 16 | 1), put32(out, 9u << 24), put32(out, 0), put32(out, 32);
    put32(out, 5), put32(out, 16), put32(out, 0), put32(out, 16);
    while (rest.len) {
        const unsigned char *h = (const unsigned char *)rest.ptr;
        uint32_t second = h[0] | (uint32_t)h[1] << 8 | (uint32_t)h[2] << 16 | (uint32_t)h[3] << 24;
        uint32_t size = h[8] | (uint32_t)h[9] << 8, filled = (size + 3) & ~3u;
        uint64_t units = second * (uint64_t)1000000000;
        put32(out, 6), put32(out, 32 + filled), put32(out, 0), put32(out, (uint32_t)(units >> 32));
        put32(out, (uint32_t)units), put32(out, size), put32(out, size);
        buf_put(out, slice_sub(rest, 16, 16 + size));
        for (uint32_t i = size; i < filled; i++)
            buf_byte(out, 0);
        put32(out, 32 + filled);
        rest = slice_from(rest, 16 + size);
    }
}

static void put_everything(buf *file)
{
    buf hello;
    buf_init(&hello, 1 << 16);
    kit_open(file, RAW);
    put_dns(file);
    put_http(file, 30, false);
    put_ja4_client(&hello);
    talk x = begin_talk(file, 443, 200);
    tell(&x, 0, buf_slice(&hello), false);
    buf_done(&hello);
}

TEST(both_kinds_of_files_however_they_arrive)
{
    told one, other;
    buf file, ng;
    open_told(&one);
    open_told(&other);
    put_everything(&file);
    to_ng(buf_slice(&file), &ng);
    told_read(&one, buf_slice(&file), 0, &small, -1);
    CHECK_EQ(one.st, OK);
    CHECK_EQ(one.count, 9);
    const size_t steps[] = {0, 1, 3, 17, 4096};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        told_read(&other, buf_slice(&file), steps[i], &small, -1);
        CHECK_SLICE(buf_slice(&other.lines), buf_slice(&one.lines));
        told_read(&other, buf_slice(&ng), steps[i], &small, -1);
        CHECK_EQ(other.st, OK);
        CHECK_SLICE(buf_slice(&other.lines), buf_slice(&one.lines));
    }
    buf_done(&file);
    buf_done(&ng);
    buf_done(&one.lines);
    buf_done(&other.lines);
}

TEST(cut_off_anywhere_it_tells_what_was_there)
{
    told t;
    buf kinds[2];
    open_told(&t);
    put_everything(&kinds[0]);
    to_ng(buf_slice(&kinds[0]), &kinds[1]);
    for (int k = 0; k < 2; k++) {
        uint64_t packets = 0;
        for (size_t n = 0; n < kinds[k].len; n++) {
            char *copy = malloc(n + 1); /* its own, so that a sanitizer sees a step too far */
            REQUIRE(copy != NULL);
            memcpy(copy, kinds[k].ptr, n);
            told_read(&t, slice_of(copy, n), 0, &small, -1);
            free(copy);
            CHECK(t.st == OK || t.st == ERR_INPUT);
            CHECK(t.n.packets >= packets);
            packets = t.n.packets;
        }
        buf_done(&kinds[k]);
    }
    buf_done(&t.lines);
}

TEST(what_is_no_capture_is_said)
{
    static const struct {
        slice bytes;
        const char *said;
    } rows[] = {
        {S_INIT(""), "no capture"},
        {S_INIT("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0"), "the capture is cut off"},
        {S_INIT("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0"
                "\0\0\0\0\0\0\0\0\0\0\0\x7f\0\0\0\0"),
         "a packet of 2130706432 bytes: the capture is damaged"},
        {S_INIT("\n\r\r\n\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
                "\x1c\0\0\0\6\0\0\0\x0d\0\0\0"),
         "a block of 13 bytes: the capture is damaged"},
    };
    told t;
    open_told(&t);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        told_read(&t, rows[i].bytes, 0, &small, -1);
        CHECK_EQ(t.st, ERR_INPUT);
        CHECK_SLICE(slice_str(t.why.msg), slice_str(rows[i].said));
    }
    buf_done(&t.lines);
}

/* --- limits ---------------------------------------------------------------------------------- */

TEST(more_conversations_than_there_is_room_for)
{
    told t;
    buf file;
    open_told(&t);
    kit_open(&file, RAW);
    for (unsigned i = 0; i < CAPTURE_WAYS + 1; i++)
        kit_udp(&file, i, 5, 1000 + i, 1, 9, S("x"));
    told_read(&t, buf_slice(&file), 0, &small, -1);
    CHECK_EQ(t.n.flows, CAPTURE_WAYS + 1);
    CHECK_EQ(t.n.evicted, 1);
    CHECK_EQ(t.count, CAPTURE_WAYS + 2); /* each of them, and the counts */
    CHECK(slice_find(buf_slice(&t.lines), S("\"src_port\":1000,"), 0) < 200);
    buf_done(&file);
    buf_done(&t.lines);
}

TEST(more_beginnings_than_there_is_room_for)
{
    told t;
    buf file, out;
    open_told(&t);
    buf_init(&out, TOLD_MAX);
    kit_open(&file, RAW);
    for (unsigned i = 0; i < 12; i++) {
        kit_segment s = {.from = 5, .from_port = 2000 + i, .to = 7, .to_port = 80, .flags = SYN};
        kit_tcp(&file, i, &s);
        s = (kit_segment){.from = 5,
                          .from_port = 2000 + i,
                          .to = 7,
                          .to_port = 80,
                          .flags = ACK,
                          .sequence = 1,
                          .bytes = S("GET / HTTP/1.1\r\nHo")};
        kit_tcp(&file, i, &s);
    }
    told_read(&t, buf_slice(&file), 0, &small, -1);
    CHECK_EQ(t.n.given_up, 4); /* 12 that wait, 8 slabs; the others are told as far as they go */
    slice line, rest = said(&t, "http", &out);
    size_t lines = 0;
    while (slice_cut(&rest, '\n', &line))
        lines += line.len != 0;
    CHECK_EQ(lines, 8);
    buf_done(&out);
    buf_done(&file);
    buf_done(&t.lines);
}

TEST(a_packet_at_the_limit_and_over_it)
{
    told t;
    open_told(&t);
    for (size_t over = 0; over < 2; over++) {
        buf file, p;
        kit_open(&file, RAW);
        buf_init(&p, TOLD_MAX);
        kit_ip(&p, 5, 1, 47, S("x"));
        while (p.len < CAPTURE_PACKET_MAX + over)
            buf_byte(&p, 'x');
        kit_packet(&file, 0, buf_slice(&p));
        put_dns(&file);
        for (size_t step = 0; step < 2; step++) {
            told_read(&t, buf_slice(&file), step * 1000, &small, -1);
            CHECK_EQ(t.st, OK);
            CHECK_EQ(t.n.packets, 3);
            CHECK_EQ(t.n.bytes, CAPTURE_PACKET_MAX + 182);
            CHECK_EQ(t.n.flows, 2);
        }
        buf_done(&p);
        buf_done(&file);
    }
    buf_done(&t.lines);
}

TEST(every_allocation_may_fail)
{
    told t, whole;
    buf file;
    long n = 0;
    open_told(&t);
    open_told(&whole);
    put_everything(&file);
    told_read(&whole, buf_slice(&file), 0, &small, -1);
    for (; n < 64; n++) {
        told_read(&t, buf_slice(&file), 0, &small, n);
        if (t.st == OK)
            break;
        CHECK_EQ(t.st, ERR_LIMIT);
    }
    CHECK(n > 3 && n < 64);
    CHECK_SLICE(buf_slice(&t.lines), buf_slice(&whole.lines));
    buf_done(&file);
    buf_done(&t.lines);
    buf_done(&whole.lines);
}
