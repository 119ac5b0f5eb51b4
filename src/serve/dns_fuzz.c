/* Property: a reply is never longer than twice its question by UDP, its counts are those of the
 * records in it, and the same by TCP holds at least as much. */
#include "serve/dns.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static status find(void *ctx, arena *a, node_ref hash, dns_texts *ret, err *why)
{
    static const slice texts[] = {S_INIT("{\"verdict\":\"known-bad\"}"), S_INIT("x"), S_INIT("")};
    (void)ctx, (void)a, (void)why;
    *ret = (dns_texts){texts, hash.text.len ? (size_t)hash.text.ptr[0] % 4 : 0};
    return OK;
}

static unsigned number(const buf *b, size_t at)
{
    assert(at + 2 <= b->len);
    return (unsigned)(unsigned char)b->ptr[at] << 8 | (unsigned char)b->ptr[at + 1];
}

/* The root, a pointer backwards, or labels up to the root: where it ends. */
static size_t pass_name(const buf *b, size_t at)
{
    for (;;) {
        assert(at < b->len);
        size_t n = (unsigned char)b->ptr[at];
        if (n >= 0xc0) {
            assert((number(b, at) & 0x3fff) < at);
            return at + 2;
        }
        at += n + 1;
        if (!n)
            return at;
    }
}

static unsigned check(const buf *b)
{
    size_t at = 12;
    unsigned records = number(b, 6) + number(b, 8) + number(b, 10);
    if (number(b, 4))
        at = pass_name(b, at) + 4;
    for (unsigned i = 0; i < records; i++) {
        at = pass_name(b, at);
        at += 10 + number(b, at + 8);
    }
    assert(at == b->len);
    return records;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf udp;
    CLEANUP(buf_done) buf tcp;
    slice query = slice_of((const char *)data, size);
    bool zone = size && data[0] & 1;
    dns_zone z = {.zone = zone ? S("soc.example") : S(""), .ttl_s = 60, .find = find};
    arena_init(&a, 1 << 20);
    buf_init(&udp, DNS_REPLY_MAX);
    buf_init(&tcp, DNS_REPLY_MAX);
    status st = dns_reply(&z, &a, query, false, &udp, NULL);
    assert(dns_reply(&z, &a, query, true, &tcp, NULL) == st);
    if (st != OK)
        return 0;
    assert(udp.len <= DNS_FACTOR * size && udp.len <= DNS_UDP_MAX);
    assert(check(&tcp) >= check(&udp));
    buf_clear(&udp);
    assert(dns_cut(query, &udp) && udp.len == size);
    return 0;
}
