/* Agreement with the C library on plain forms, and printing is undone by reading. */
#include "model/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define must(yes) ((yes) ? (void)0 : broken(__LINE__))

static void broken(int line)
{
    fprintf(stderr, "the property in line %d does not hold\n", line);
    abort();
}

static void check_text(slice text)
{
    char z[64], ours[IP_TEXT_MAX], theirs[INET6_ADDRSTRLEN];
    struct in_addr four;
    struct in6_addr six;
    ip a, b;
    if (text.len >= sizeof z || memchr(text.ptr, 0, text.len))
        return;
    memcpy(z, text.ptr, text.len);
    z[text.len] = 0;
    bool is4 = ip4_read(text, &a);
    must(is4 == (inet_pton(AF_INET, z, &four) == 1));
    if (is4) {
        must(memcmp(a.b + 12, &four, 4) == 0 && ip_is4(&a));
        ip_print(&a, ours);
        must(inet_ntop(AF_INET, &four, theirs, sizeof theirs) && strcmp(ours, theirs) == 0);
    }
    bool is6 = ip6_read(text, &a);
    /* the C library takes leading zeros in the octets of a mixed form or not, by version; and
     * "1:2:3:4:5:6:7::" is legal (RFC 4291 section 2.2: one or more groups) */
    bool mixed = slice_find_byte(text, '.', 0) != SIZE_MAX;
    if (!mixed)
        must(is6 == (inet_pton(AF_INET6, z, &six) == 1));
    if (is6) {
        must(inet_pton(AF_INET6, z, &six) == 1 && memcmp(a.b, &six, 16) == 0);
        ip6_print(&a, ours);
        must(inet_pton(AF_INET6, ours, &six) == 1 && memcmp(a.b, &six, 16) == 0);
        must(ip6_read(slice_str(ours), &b) && memcmp(a.b, b.b, 16) == 0);
    }
}

static void check_net(slice text)
{
    ip_net net, again;
    unsigned changed;
    char out[IP_NET_TEXT_MAX];
    if (ip_net_parse(text, &net, &changed, NULL) != OK)
        return;
    slice s = slice_of(out, ip_net_print(&net, out));
    must(ip_net_parse(s, &again, &changed, NULL) == OK && changed == 0);
    must(again.prefix == net.prefix && memcmp(again.addr.b, net.addr.b, 16) == 0);
    must(ip_net_has(&net, &net.addr) && ip_net_covers(&net, &again));
}

/* A range is exactly covered: the networks follow one another from the first to the last. */
static void check_range(const unsigned char *data)
{
    ip lo, hi, next;
    ip_net nets[IP_RANGE_NETS_MAX];
    size_t count = 0;
    memcpy(lo.b, data, 16);
    memcpy(hi.b, data + 16, 16);
    if (ip_range(&lo, &hi, nets, COUNT_OF(nets), &count, NULL) != OK) {
        must(memcmp(lo.b, hi.b, 16) > 0 || ip_is4(&lo) != ip_is4(&hi));
        return;
    }
    next = lo;
    for (size_t i = 0; i < count; i++) {
        must(memcmp(nets[i].addr.b, next.b, 16) == 0);
        next = nets[i].addr;
        for (unsigned bit = nets[i].prefix; bit < 128; bit++)
            next.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
        if (i + 1 == count)
            break;
        for (int k = 15; k >= 0 && ++next.b[k] == 0; k--)
            ;
    }
    must(memcmp(next.b, hi.b, 16) == 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice text = slice_of((const char *)data, size);
    check_text(text);
    check_net(text);
    if (size >= 32)
        check_range(data);
    return 0;
}
