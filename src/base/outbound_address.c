/* outbound_address.c - which addresses are never connected to. See outbound.h. */
#include "base/outbound.h"

#include <arpa/inet.h>
#include <netinet/in.h>

typedef struct netblock {
    uint8_t net[16];
    unsigned bits;
} netblock;

static const netblock refused4[] = {
    {{0}, 8},          /* this network */
    {{10}, 8},         /* private */
    {{100, 64}, 10},   /* carriers' own */
    {{127}, 8},        /* loopback */
    {{169, 254}, 16},  /* link-local, clouds' metadata */
    {{172, 16}, 12},   /* private */
    {{192, 0, 0}, 24}, /* IETF */
    {{192, 168}, 16},  /* private */
    {{198, 18}, 15},   /* benchmarks */
    {{224}, 3},        /* multicast, reserved, broadcast */
};
static const netblock refused6[] = {
    {{0}, 96},                         /* ::, ::1, and IPv4 as it once was written */
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48}, /* translators' own */
    {{0xfc}, 7},                       /* private */
    {{0xfe, 0x80}, 10},                /* link-local */
    {{0xfe, 0xc0}, 10},                /* site-local */
    {{0xff}, 8},                       /* multicast */
};

/* Where an IPv6 address has an IPv4 one in it that the packets go to. */
static const struct {
    netblock where;
    unsigned at;
    uint8_t mask; /* Teredo writes its client's bits upside down */
} inside[] = {
    {{{[10] = 0xff, [11] = 0xff}, 96}, 12, 0}, /* mapped */
    {{{0, 0x64, 0xff, 0x9b}, 96}, 12, 0},      /* NAT64 */
    {{{0x20, 0x02}, 16}, 2, 0},                /* 6to4 */
    {{{0x20, 0x01, 0, 0}, 32}, 4, 0},          /* Teredo's server */
    {{{0x20, 0x01, 0, 0}, 32}, 12, 0xff},      /* and client */
};

static bool within(const uint8_t *address, const uint8_t *net, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(address, net, whole) != 0)
        return false;
    return !rest || ((address[whole] ^ net[whole]) >> (8 - rest)) == 0;
}

static bool refused_v4(const uint8_t address[4])
{
    for (size_t i = 0; i < COUNT_OF(refused4); i++)
        if (within(address, refused4[i].net, refused4[i].bits))
            return true;
    return false;
}

static bool refused_v6(const uint8_t address[16])
{
    for (size_t i = 0; i < COUNT_OF(refused6); i++)
        if (within(address, refused6[i].net, refused6[i].bits))
            return true;
    for (size_t i = 0; i < COUNT_OF(inside); i++) {
        uint8_t v4[4];
        if (!within(address, inside[i].where.net, inside[i].where.bits))
            continue;
        for (unsigned k = 0; k < 4; k++)
            v4[k] = address[inside[i].at + k] ^ inside[i].mask;
        if (refused_v4(v4))
            return true;
    }
    return false;
}

bool outbound_address_refused(const struct sockaddr *at)
{
    uint8_t bytes[16];
    if (at->sa_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)at)->sin_addr, 4);
        return refused_v4(bytes);
    }
    if (at->sa_family != AF_INET6)
        return true;
    memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)at)->sin6_addr, 16);
    return refused_v6(bytes);
}

/* The address as it goes over the wire: IPv4, also where it is mapped. Its bytes, 4 or 16. */
static unsigned bytes_of(const struct sockaddr *at, uint8_t out[16], uint16_t *ret_port)
{
    if (at->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)at;
        memcpy(out, &v4->sin_addr, 4);
        *ret_port = ntohs(v4->sin_port);
        return 4;
    }
    if (at->sa_family != AF_INET6)
        return 0;
    const struct sockaddr_in6 *v6 = (const void *)at;
    *ret_port = ntohs(v6->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        memcpy(out, v6->sin6_addr.s6_addr + 12, 4);
        return 4;
    }
    memcpy(out, &v6->sin6_addr, 16);
    return 16;
}

bool outbound_excepted(const outbound_exception *list, size_t count, const struct sockaddr *at)
{
    uint8_t bytes[16] = {0};
    uint16_t port = 0;
    unsigned n = bytes_of(at, bytes, &port);
    for (size_t i = 0; n && i < count; i++)
        if (list[i].bytes == n && list[i].port == port && within(bytes, list[i].net, list[i].bits))
            return true;
    return false;
}

status outbound_exception_read(slice network, slice port, outbound_exception *ret, err *why)
{
    char text[INET6_ADDRSTRLEN];
    outbound_exception e = {0};
    uint64_t bits, number;
    size_t slash = slice_find_byte(network, '/', 0);
    slice address = slice_sub(network, 0, slash);
    if (address.len && address.len < sizeof text) {
        memcpy(text, address.ptr, address.len);
        text[address.len] = 0;
        bool six = slice_find_byte(address, ':', 0) != SIZE_MAX;
        if (strlen(text) == address.len && inet_pton(six ? AF_INET6 : AF_INET, text, e.net) == 1)
            e.bytes = six ? 16 : 4;
    }
    bits = 8 * e.bytes;
    if (!e.bytes || (slash != SIZE_MAX && (!slice_u64(slice_from(network, slash + 1), &bits) ||
                                           bits > 8 * e.bytes || bits < 8)))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "a network is written as 10.1.2.0/24 or fd00::/8, and no wider than /8");
    if (!slice_u64(port, &number) || number < 1 || number > 65535)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a port is a number from 1 to 65535");
    e.bits = (unsigned)bits;
    e.port = (uint16_t)number;
    *ret = e;
    return OK;
}
