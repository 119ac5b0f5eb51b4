/* layers.c - a packet, from its link to its payload: see parts.h.
 * Sources: tcpdump.org's list of link types, IEEE 802.1Q, RFC 2516 (PPPoE), RFC 791, RFC 8200,
 * RFC 4302 (AH), RFC 9293, RFC 768. */
#include "format/capture/parts.h"

enum { TAGS_MAX = 4, HEADERS_MAX = 8, INSIDE_MAX = 4 };
enum { ETHER_IP4 = 0x0800, ETHER_IP6 = 0x86dd, ETHER_PPPOE = 0x8864 };

/* --- bytes ----------------------------------------------------------------------------------- */

slice cut_bytes(cut *c, size_t n)
{
    if (n > c->rest.len) {
        c->bad = true;
        c->rest = slice_from(c->rest, c->rest.len);
        return (slice){NULL, 0};
    }
    slice s = slice_sub(c->rest, 0, n);
    c->rest = slice_from(c->rest, n);
    return s;
}

static uint32_t cut_number(cut *c, size_t n)
{
    slice s = cut_bytes(c, n);
    uint32_t v = 0;
    for (size_t i = 0; i < s.len; i++)
        v = v << 8 | (unsigned char)s.ptr[i];
    return v;
}

unsigned cut_u8(cut *c)
{
    return cut_number(c, 1);
}

unsigned cut_u16(cut *c)
{
    return cut_number(c, 2);
}

unsigned cut_u24(cut *c)
{
    return cut_number(c, 3);
}

uint32_t cut_u32(cut *c)
{
    return cut_number(c, 4);
}

slice cut_counted(cut *c, unsigned number_bytes)
{
    return cut_bytes(c, cut_number(c, number_bytes));
}

/* --- links ----------------------------------------------------------------------------------- */

static bool is_tag(unsigned type)
{
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* Behind the type of Ethernet: tags, PPPoE. */
static unsigned ether(cut *c, unsigned type)
{
    for (unsigned i = 0; i < TAGS_MAX && is_tag(type); i++) {
        cut_u16(c);
        type = cut_u16(c);
    }
    if (type != ETHER_PPPOE)
        return type;
    cut_bytes(c, 6);
    unsigned ppp = cut_u16(c);
    return ppp == 0x21 ? ETHER_IP4 : ppp == 0x57 ? ETHER_IP6 : 0;
}

/* The kind of Ethernet's payload that c stands before; 0: none that we know. */
static unsigned strip_link(unsigned link, cut *c)
{
    unsigned type;
    switch (link) {
    case 1: /* Ethernet */ cut_bytes(c, 12); return ether(c, cut_u16(c));
    case 113: /* Linux cooked */ cut_bytes(c, 14); return ether(c, cut_u16(c));
    case 276: /* the same, second version */
        type = cut_u16(c);
        cut_bytes(c, 18);
        return ether(c, type);
    case 0:   /* BSD loopback: a family in the order of whoever recorded it, */
    case 108: /* and in network order. IPv6 has a number of its own on every system */
    case 12:  /* raw IP, as some number it, */
    case 14:
    case 101: /* and as it is numbered today */
    case 228: /* raw IPv4 */
    case 229: /* raw IPv6 */
        if (link == 0 || link == 108)
            cut_bytes(c, 4);
        if (!c->rest.len)
            return 0;
        type = (unsigned char)c->rest.ptr[0] >> 4;
        return type == 4 ? ETHER_IP4 : type == 6 ? ETHER_IP6 : 0;
    default: return 0;
    }
}

/* --- IP -------------------------------------------------------------------------------------- */

typedef struct ip_layer {
    cut c;         /* what follows, as far as it was recorded */
    size_t length; /* of what follows, as it was sent */
    unsigned next; /* its protocol */
    bool fragment; /* not the first: what follows is the middle of something */
} ip_layer;

static bool ip4(ip_layer *l, segment *s)
{
    cut *c = &l->c;
    unsigned first = cut_u8(c), header = (first & 15) * 4;
    cut_u8(c);
    size_t total = cut_u16(c);
    cut_u16(c);
    unsigned place = cut_u16(c) & 0x1fff;
    cut_u8(c);
    l->next = cut_u8(c);
    cut_u16(c);
    uint32_t from = cut_u32(c), to = cut_u32(c);
    if (first >> 4 != 4 || header < 20 || c->bad)
        return false;
    cut_bytes(c, header - 20);
    if (total == 0) /* whoever recorded it left that to the card */
        total = header + c->rest.len;
    if (c->bad || total < header)
        return false;
    s->source = ip4_make(from);
    s->destination = ip4_make(to);
    l->length = total - header;
    l->fragment = place != 0;
    return true;
}

/* Extension headers, up to what is in the packet. */
static bool ip6_headers(ip_layer *l)
{
    cut *c = &l->c;
    for (unsigned i = 0; i < HEADERS_MAX; i++) {
        size_t before = c->rest.len, more;
        unsigned kind = l->next;
        if (kind != 0 && kind != 43 && kind != 44 && kind != 51 && kind != 60)
            return true;
        l->next = cut_u8(c);
        more = cut_u8(c);
        if (kind == 44) {
            l->fragment = (cut_u16(c) & 0xfff8) != 0;
            cut_u32(c);
        } else {
            cut_bytes(c, kind == 51 ? (more + 2) * 4 - 2 : more * 8 + 6);
        }
        size_t used = before - c->rest.len;
        if (c->bad || used > l->length)
            return false;
        l->length -= used;
        if (l->fragment)
            return true;
    }
    return false;
}

static ip address6(cut *c)
{
    ip a = {{0}};
    slice s = cut_bytes(c, sizeof a.b);
    if (s.len)
        memcpy(a.b, s.ptr, sizeof a.b);
    return a;
}

static bool ip6(ip_layer *l, segment *s)
{
    cut *c = &l->c;
    unsigned version = cut_u32(c) >> 28;
    l->length = cut_u16(c);
    l->next = cut_u8(c);
    cut_u8(c);
    s->source = address6(c);
    s->destination = address6(c);
    if (version != 6 || c->bad)
        return false;
    if (l->length == 0)
        l->length = c->rest.len;
    return ip6_headers(l);
}

/* --- what IP carries ------------------------------------------------------------------------- */

static bool tcp(ip_layer *l, segment *s)
{
    cut *c = &l->c;
    size_t before = c->rest.len;
    s->source_port = (uint16_t)cut_u16(c);
    s->destination_port = (uint16_t)cut_u16(c);
    s->sequence = cut_u32(c);
    cut_u32(c);
    unsigned header = (cut_u8(c) >> 4) * 4;
    s->flags = (uint8_t)cut_u8(c);
    cut_bytes(c, 6);
    if (header < 20 || c->bad)
        return false;
    cut_bytes(c, header - 20);
    size_t used = before - c->rest.len;
    if (c->bad || used > l->length)
        return false;
    s->length = l->length - used;
    s->bytes = slice_sub(c->rest, 0, s->length);
    return true;
}

static bool udp(ip_layer *l, segment *s)
{
    cut *c = &l->c;
    s->source_port = (uint16_t)cut_u16(c);
    s->destination_port = (uint16_t)cut_u16(c);
    size_t length = cut_u16(c);
    cut_u16(c);
    if (c->bad || l->length < 8)
        return false;
    s->length = length < 8 || length > l->length ? l->length - 8 : length - 8;
    s->bytes = slice_sub(c->rest, 0, s->length);
    return true;
}

layers_found layers_read(const packet *p, segment *ret)
{
    ip_layer l = {.c = {.rest = p->bytes}};
    unsigned type = p->known ? strip_link(p->link, &l.c) : 0;
    *ret = (segment){.protocol = 0};
    for (unsigned i = 0; i < INSIDE_MAX; i++) {
        if (type != ETHER_IP4 && type != ETHER_IP6)
            return LAYERS_NOTHING;
        if (!(type == ETHER_IP4 ? ip4(&l, ret) : ip6(&l, ret)))
            return LAYERS_NOTHING;
        /* behind the end of the datagram the link may have filled up */
        l.c.rest = slice_sub(l.c.rest, 0, l.length);
        if (l.fragment)
            return LAYERS_FRAGMENT;
        if (l.next != 4 && l.next != 41)
            break;
        type = l.next == 4 ? ETHER_IP4 : ETHER_IP6;
    }
    ret->protocol = (uint8_t)l.next;
    bool fine = l.next == IP_TCP ? tcp(&l, ret) : l.next == IP_UDP ? udp(&l, ret) : true;
    if (l.next != IP_TCP && l.next != IP_UDP)
        ret->length = l.length;
    return fine ? LAYERS_SEGMENT : LAYERS_NOTHING;
}
