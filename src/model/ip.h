/* ip.h - IP addresses and networks, IPv4 and IPv6 in one 16-byte form.
 *
 *     ip_net net;
 *     unsigned changed;
 *     char text[IP_NET_TEXT_MAX];
 *     if (ip_net_parse(S("10.1.2.3/8"), &net, &changed, why) == OK)
 *         ip_net_print(&net, text);                       // "10.0.0.0/8", changed IP_NET_MASKED
 *
 * Uses: base. Used by: url, observable, extract, the index (key: 16 bytes and a prefix length).
 * Sources: RFC 791 (dotted quad), RFC 4291 section 2.2 (IPv6 text), RFC 5952 (one way to print it),
 * RFC 4632 (networks), RFC 6890 and the IANA special-purpose registries it started.
 * An IPv4 address is held as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so both families sort and
 * match in one table: 192.0.2.0/24 has prefix 120, and an IPv4-mapped address written as IPv6 is
 * the IPv4 address. Nothing here allocates; everything is thread-safe and O(text). */
#ifndef NOROSHI_IP_H
#define NOROSHI_IP_H

#include "base/base.h"

enum {
    IP_TEXT_MAX = 40,       /* "ffff:...:ffff" and a NUL */
    IP_NET_TEXT_MAX = 44,   /* and "/128" */
    IP_RANGE_NETS_MAX = 254 /* most networks that a range of addresses can need: 2 * 128 - 2 */
};

typedef struct ip {
    uint8_t b[16]; /* network order */
} ip;

typedef struct ip_net {
    ip addr;        /* host bits are zero */
    uint8_t prefix; /* 0..128 of the 16 bytes */
} ip_net;

/* IPv4: four decimal numbers 0..255 without leading zeros (their base is ambiguous). IPv6: all
 * forms of RFC 4291; no zone, no brackets.
 *   ERR_INPUT  not an address; why->at is the offset of the first byte that does not fit */
status ip_parse(slice text, ip *ret, err *why) NODISCARD;
/* The same without the message. */
bool ip4_read(slice text, ip *ret);
bool ip6_read(slice text, ip *ret);

ip ip4_make(uint32_t host_order);
bool ip_is4(const ip *a);
uint32_t ip4_number(const ip *a); /* the last four bytes, host order */

/* Both return the length; the text is NUL-terminated. ip_print writes IPv4 as a dotted quad,
 * ip6_print writes any of them as IPv6 ("::ffff:c000:201"), as URLs do. */
size_t ip_print(const ip *a, char out[IP_TEXT_MAX]);
size_t ip6_print(const ip *a, char out[IP_TEXT_MAX]);

/* What ip_net_parse changed. */
enum {
    IP_NET_MASKED = 1,  /* host bits were set */
    IP_NET_NETMASK = 2, /* "/255.255.255.0" */
    IP_NET_RESPELT = 4, /* the address or the length was not in its canonical spelling */
};
/* "10.0.0.0/8", "192.0.2.0/255.255.255.0", "2001:db8::/32". The length has to be there.
 *   ERR_INPUT  not a network: bad address, length over 32 or 128, netmask with holes */
status ip_net_parse(slice text, ip_net *ret, unsigned *ret_changed, err *why) NODISCARD;
size_t ip_net_print(const ip_net *n, char out[IP_NET_TEXT_MAX]);
ip_net ip_net_of(const ip *a, uint8_t prefix); /* masks */
bool ip_net_has(const ip_net *n, const ip *a);
bool ip_net_covers(const ip_net *wide, const ip_net *narrow);

/* The fewest networks that cover first..last and nothing else, in order, into out (at most `room`).
 *   ERR_INPUT  first is after last, or one is IPv4 and the other not
 *   ERR_LIMIT  more than `room`; IP_RANGE_NETS_MAX is always enough */
status ip_range(const ip *first, const ip *last, ip_net *out, size_t room, size_t *ret_count,
                err *why) NODISCARD;

/* A range that is set apart: private, loopback, documentation, multicast, ... Such an address says
 * nothing about who stands behind it and must never be blocked on a feed's word. */
typedef struct ip_special {
    ip_net net;
    const char *name;   /* "private", "documentation", ... */
    const char *source; /* "RFC 1918" */
} ip_special;
/* The narrowest special range the address (the whole network) lies in, or NULL. */
const ip_special *ip_special_of(const ip *a);
const ip_special *ip_net_special_of(const ip_net *n);

#endif
