/* dns_test.c - questions of the DNS about hashes: names, codes, limits, and that no reply is worth
 * an attacker's while. */
#include "serve/dns.h"

#include "base/test.h"

#define SHA1_A "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define MD5_A "d41d8cd98f00b204e9800998ecf8427e"
#define HALF_A "e3b0c44298fc1c149afbf4c8996fb924"
#define HALF_B "27ae41e4649b934ca495991b7852b855"

enum { TXT = 16, A = 1, SOA = 6, ANY = 255, EDNS = 1 << 16, RD = 1 << 17 };

/* Knows what ends in a digit, with `count` texts of `bytes` each; ERR_IO for an MD5 in "f". */
typedef struct known {
    size_t count, bytes;
    char asked[129];
} known;

static status find(void *ctx, arena *a, node_ref hash, dns_texts *ret, err *why)
{
    known *k = ctx;
    slice *list = arena_array(a, k->count + 1, sizeof *list);
    char *text = arena_alloc(a, k->bytes + 1);
    if (!list || !text)
        return ARENA_SPENT(a, why);
    snprintf(k->asked, sizeof k->asked, "%.*s", SLICE_FMT(hash.text));
    char last = hash.text.ptr[hash.text.len - 1];
    if (last == 'f')
        return err_set(why, ERR_IO, ERR_NOWHERE, "the disk is gone");
    memset(text, 'x', k->bytes);
    for (size_t i = 0; i < k->count; i++)
        list[i] = slice_of(text, k->bytes);
    *ret = (dns_texts){list, is_digit(last) || last == 'e' ? k->count : 0};
    return OK;
}

static void put16(buf *b, unsigned n)
{
    buf_byte(b, (char)(n >> 8));
    buf_byte(b, (char)n);
}

/* "a.b" as a question; `type` with EDNS and RD. */
static void ask(buf *b, const char *name, int type)
{
    slice rest = slice_str(name), label;
    buf_init(b, 4096);
    put16(b, 0x1234);
    put16(b, type & RD ? 0x0100 : 0);
    put16(b, 1);
    put16(b, 0);
    put16(b, 0);
    put16(b, type & EDNS ? 1 : 0);
    while (rest.len && slice_cut(&rest, '.', &label)) {
        buf_byte(b, (char)label.len);
        buf_put(b, label);
    }
    buf_byte(b, 0);
    put16(b, type & 0xffff);
    put16(b, 1);
    if (type & EDNS) {
        buf_byte(b, 0);
        put16(b, 41);
        put16(b, 4096);
        put16(b, 0);
        put16(b, 0);
        put16(b, 0);
    }
}

typedef struct reply {
    unsigned id, flags, code, questions, answers, authorities, additional;
    bool cut, authoritative;
    size_t bytes;
} reply;

static unsigned get16(const buf *b, size_t at)
{
    return (unsigned)(unsigned char)b->ptr[at] << 8 | (unsigned char)b->ptr[at + 1];
}

static reply read_head(const buf *b)
{
    reply r = {.bytes = b->len};
    if (b->len < 12) {
        TEST_FAIL("a reply of %zu bytes", b->len);
        return r;
    }
    r.id = get16(b, 0);
    r.flags = get16(b, 2);
    r.code = r.flags & 15;
    r.cut = r.flags & 0x0200;
    r.authoritative = r.flags & 0x0400;
    r.questions = get16(b, 4);
    r.answers = get16(b, 6);
    r.authorities = get16(b, 8);
    r.additional = get16(b, 10);
    return r;
}

static const slice any = {0}, soc = S_INIT("soc.example");

static reply send(slice zone, known *k, slice query, bool stream, buf *out)
{
    CLEANUP(arena_done) arena a;
    err why = {0};
    dns_zone z = {.zone = zone, .ttl_s = 300, .find = find, .ctx = k};
    arena_init(&a, 1 << 20);
    buf_clear(out);
    CHECK_OK(dns_reply(&z, &a, query, stream, out, &why));
    return read_head(out);
}

static reply say(slice zone, known *k, const char *name, int type, bool stream)
{
    CLEANUP(buf_done) buf query;
    CLEANUP(buf_done) buf out;
    buf_init(&out, DNS_REPLY_MAX);
    ask(&query, name, type);
    return send(zone, k, buf_slice(&query), stream, &out);
}

TEST(names_and_what_they_ask_for)
{
    static const struct {
        const char *name, *hash;
        int code;
        unsigned answers;
    } rows[] = {
        {SHA1_A ".dns.soc.example", SHA1_A, 0, 1},
        {"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709.DNS.SOC.example", SHA1_A, 0, 1},
        {MD5_A ".dns.soc.example", MD5_A, 0, 1},
        {HALF_A "." HALF_B ".dns.soc.example", HALF_A HALF_B, 0, 1},
        {"aa39a3ee5e6b4b0d3255bfef95601890afd8070a.dns.soc.example", "", 3, 0}, /* not known */
        {"dns.soc.example", "", 0, 0},
        {"x.dns.soc.example", "", 3, 0},
        {MD5_A ".x.dns.soc.example", "", 3, 0},
        {SHA1_A ".soc.example", "", 5, 0},
        {SHA1_A ".dns.other.example", "", 5, 0},
        {SHA1_A ".dns", "", 5, 0},
        {"", "", 5, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        known k = {1, 40, ""};
        reply r = say(soc, &k, rows[i].name, TXT, true);
        if (r.code != (unsigned)rows[i].code || r.answers != rows[i].answers)
            TEST_FAIL("%s: code %u, %u answers", rows[i].name, r.code, r.answers);
        if (rows[i].hash[0])
            CHECK_SLICE(slice_str(k.asked), slice_str(rows[i].hash));
        CHECK_EQ(r.id, 0x1234);
        CHECK_EQ(r.authoritative, rows[i].code != 5);
        CHECK_EQ(r.authorities, rows[i].answers == 0 && rows[i].code != 5);
    }
}

TEST(without_a_zone_any_will_do)
{
    known k = {1, 10, ""};
    CHECK_EQ(say(any, &k, SHA1_A ".dns.hashlookup.circl.lu", TXT, true).answers, 1);
    CHECK_EQ(say(any, &k, HALF_A "." HALF_B ".dns", TXT, true).answers, 1);
    CHECK_EQ(say(any, &k, SHA1_A ".nosuch.example", TXT, true).code, 5);
}

TEST(other_types_have_nothing)
{
    known k = {1, 10, ""};
    reply r = say(soc, &k, SHA1_A ".dns.soc.example", A, true);
    CHECK_EQ(r.code, 0);
    CHECK_EQ(r.answers, 0);
    CHECK_EQ(r.authorities, 1);
    CHECK_EQ(say(soc, &k, SHA1_A ".dns.soc.example", ANY, true).answers, 1);
    CHECK_EQ(say(soc, &k, "dns.soc.example", SOA, true).authorities, 1);
}

TEST(what_cannot_be_found_out_is_servfail)
{
    known k = {1, 10, ""};
    CHECK_EQ(say(soc, &k, "ffffffffffffffffffffffffffffffff.dns.soc.example", TXT, true).code, 2);
}

TEST(dns_amplify)
{
    size_t seen = 0;
    for (size_t count = 0; count <= 70; count += 7)
        for (size_t bytes = 0; bytes <= 300; bytes += 50)
            for (int edns = 0; edns < 2; edns++)
                for (size_t n = 0; n < 4; n++) {
                    static const char *const names[] = {SHA1_A ".dns.soc.example",
                                                        "dns.soc.example", "", "a.b"};
                    CLEANUP(buf_done) buf query;
                    CLEANUP(buf_done) buf out;
                    known k = {count, bytes, ""};
                    buf_init(&out, DNS_REPLY_MAX);
                    ask(&query, names[n], TXT | (edns ? EDNS : 0));
                    reply r = send(soc, &k, buf_slice(&query), false, &out);
                    if (r.bytes > DNS_FACTOR * query.len)
                        TEST_FAIL("%zu bytes for %zu: %s, %zu x %zu", r.bytes, query.len, names[n],
                                  count, bytes);
                    bool all = n != 0 || r.answers == count;
                    CHECK_EQ(r.cut, !all);
                    seen += r.cut;
                }
    CHECK(seen > 100); /* and by TCP it is all there */
    known k = {70, 300, ""};
    reply r = say(soc, &k, SHA1_A ".dns.soc.example", TXT, true);
    CHECK_EQ(r.answers, 70);
    CHECK(!r.cut && r.bytes > 70 * 300);
}

TEST(texts_are_cut_into_strings)
{
    static const size_t sizes[] = {0, 1, 254, 255, 256, 510, 511, 4096, 5000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        CLEANUP(buf_done) buf query;
        CLEANUP(buf_done) buf out;
        known k = {1, sizes[i], ""};
        buf_init(&out, DNS_REPLY_MAX);
        ask(&query, SHA1_A ".dns.soc.example", TXT);
        CHECK_EQ(send(soc, &k, buf_slice(&query), true, &out).answers, 1);
        size_t at = query.len + 10, end = at + 2 + get16(&out, at), got = 0;
        CHECK_EQ(end, out.len);
        for (at += 2; at < end; at += 1 + (unsigned char)out.ptr[at])
            got += (unsigned char)out.ptr[at];
        CHECK_EQ(at, end);
        CHECK_EQ(got, sizes[i] < DNS_TEXT_MAX ? sizes[i] : DNS_TEXT_MAX);
    }
}

TEST(edns_is_answered_by_edns)
{
    CLEANUP(buf_done) buf query;
    CLEANUP(buf_done) buf out;
    known k = {1, 10, ""};
    buf_init(&out, DNS_REPLY_MAX);
    ask(&query, SHA1_A ".dns.soc.example", TXT | EDNS | RD);
    reply r = send(soc, &k, buf_slice(&query), false, &out);
    CHECK_EQ(r.additional, 1);
    CHECK(r.flags & 0x0100); /* as it was asked */
    CHECK_EQ(get16(&out, out.len - 10), 41);
    CHECK_EQ(get16(&out, out.len - 8), DNS_UDP_MAX);
    query.ptr[query.len - 5] = 1; /* version */
    r = send(soc, &k, buf_slice(&query), false, &out);
    CHECK_EQ(r.code, 0);
    CHECK_EQ((unsigned char)out.ptr[out.len - 6], 1); /* 16, BADVERS, is in two parts */
}

TEST(what_is_no_question)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf query;
    CLEANUP(buf_done) buf out;
    err why = {0};
    known k = {1, 10, ""};
    dns_zone z = {.zone = soc, .ttl_s = 300, .find = find, .ctx = &k};
    arena_init(&a, 1 << 20);
    buf_init(&out, DNS_REPLY_MAX);
    ask(&query, SHA1_A ".dns.soc.example", TXT);
    for (size_t n = 0; n < 12; n++)
        CHECK_EQ(dns_reply(&z, &a, slice_of(query.ptr, n), false, &out, &why), ERR_INPUT);
    for (size_t n = 12; n < query.len; n++) { /* cut off */
        CHECK_EQ(send(soc, &k, slice_of(query.ptr, n), false, &out).code, 1);
        CHECK_EQ(out.len, 12);
    }
    query.ptr[2] = (char)0x80; /* a reply: two servers must not answer each other for ever */
    buf_clear(&out);
    CHECK_EQ(dns_reply(&z, &a, buf_slice(&query), false, &out, &why), ERR_INPUT);
    CHECK_EQ(out.len, 0);
    query.ptr[2] = 2 << 3; /* status */
    CHECK_EQ(send(soc, &k, buf_slice(&query), false, &out).code, 4);
    query.ptr[2] = 0;
    query.ptr[5] = 2; /* two questions */
    CHECK_EQ(send(soc, &k, buf_slice(&query), false, &out).code, 1);
    query.ptr[5] = 1;
    query.ptr[12] = (char)0xc0; /* a pointer */
    CHECK_EQ(send(soc, &k, buf_slice(&query), false, &out).code, 1);
    buf_put(&query, S("and more"));
    query.ptr[12] = 40;
    CHECK_EQ(send(soc, &k, buf_slice(&query), false, &out).code, 1);
}

TEST(long_names_and_long_questions)
{
    CLEANUP(buf_done) buf name;
    CLEANUP(buf_done) buf query;
    CLEANUP(buf_done) buf out;
    known k = {1, 10, ""};
    buf_init(&name, 4096);
    buf_init(&out, DNS_REPLY_MAX);
    for (size_t i = 0; i < 127; i++)
        buf_put(&name, S("a."));
    name.len--;
    buf_byte(&name, 0);
    ask(&query, name.ptr, TXT); /* 127 labels, 255 bytes: as long as it may be */
    CHECK_EQ(send(soc, &k, buf_slice(&query), false, &out).code, 5);
    buf_done(&query);
    name.len--;
    buf_put(&name, S(".b\0"));
    ask(&query, name.ptr, TXT);
    CHECK_EQ(send(soc, &k, buf_slice(&query), false, &out).code, 1);
    buf_done(&query);
    ask(&query, SHA1_A ".dns.soc.example", TXT);
    while (query.len <= DNS_QUERY_MAX)
        buf_byte(&query, 0);
    CHECK_EQ(send(soc, &k, buf_slice(&query), false, &out).code, 1);
}

TEST(torture_every_allocation_fails_once)
{
    CLEANUP(buf_done) buf query;
    ask(&query, SHA1_A ".dns.soc.example", TXT);
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        CLEANUP(buf_done) buf out;
        err why = {0};
        known k = {3, 100, ""};
        dns_zone z = {.zone = soc, .ttl_s = 300, .find = find, .ctx = &k};
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        buf_init(&out, DNS_REPLY_MAX);
        status st = dns_reply(&z, &a, buf_slice(&query), true, &out, &why);
        if (st == OK && read_head(&out).code == 0)
            break;
        CHECK(st == ERR_LIMIT || read_head(&out).code == 2);
        REQUIRE(n < 20);
    }
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf out;
    known k = {3, 100, ""};
    dns_zone z = {.zone = soc, .ttl_s = 300, .find = find, .ctx = &k};
    arena_init(&a, 1 << 20);
    buf_init(&out, 5);
    CHECK_EQ(dns_reply(&z, &a, buf_slice(&query), true, &out, NULL), ERR_LIMIT);
}
