/* ip.c - addresses and networks: see ip.h. */
#include "model/ip.h"

#include <endian.h>

enum { MAPPED = 12 }; /* bytes in front of an IPv4 address: ten zeros and ff ff */
static const uint8_t mapped[MAPPED] = {[10] = 0xff, [11] = 0xff};

ip ip4_make(uint32_t n)
{
    ip a;
    memcpy(a.b, mapped, MAPPED);
    for (unsigned i = 0; i < 4; i++)
        a.b[MAPPED + i] = (uint8_t)(n >> (24 - 8 * i));
    return a;
}

bool ip_is4(const ip *a)
{
    return memcmp(a->b, mapped, MAPPED) == 0;
}

uint32_t ip4_number(const ip *a)
{
    return (uint32_t)a->b[12] << 24 | (uint32_t)a->b[13] << 16 | (uint32_t)a->b[14] << 8 | a->b[15];
}

/* --- reading -------------------------------------------------------------------------------- */

/* On failure *ret_at is where the text stopped making sense. */
static bool read4(slice s, uint32_t *ret, size_t *ret_at)
{
    uint32_t n = 0;
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        unsigned v = 0;
        size_t start = i;
        while (i < s.len && is_digit(s.ptr[i]) && i - start < 3)
            v = v * 10 + (unsigned)(s.ptr[i++] - '0');
        bool leading_zero = i - start > 1 && s.ptr[start] == '0';
        *ret_at = start;
        if (i == start || v > 255 || leading_zero)
            return false;
        n = n << 8 | v;
        *ret_at = i;
        if (part < 3 ? (i == s.len || s.ptr[i++] != '.') : i != s.len)
            return false;
    }
    *ret = n;
    return true;
}

bool ip4_read(slice text, ip *ret)
{
    uint32_t n;
    size_t at;
    if (text.len < 7 || text.len > 15 || !read4(text, &n, &at))
        return false;
    *ret = ip4_make(n);
    return true;
}

typedef struct groups {
    uint16_t g[8];
    int count;
    int gap; /* index of "::", -1 when there is none */
} groups;

/* One to four hex digits at *i, or a dotted quad that ends the text. */
static bool read_group(slice s, size_t *i, groups *x, bool *ret_quad)
{
    unsigned v = 0;
    size_t start = *i, end = start;
    while (end < s.len && hex_value(s.ptr[end]) >= 0 && end - start < 4)
        v = v << 4 | (unsigned)hex_value(s.ptr[end++]);
    *ret_quad = end < s.len && s.ptr[end] == '.';
    if (*ret_quad) {
        uint32_t quad;
        size_t at;
        if (x->count > 6 || !read4(slice_from(s, start), &quad, &at))
            return false;
        x->g[x->count++] = (uint16_t)(quad >> 16);
        x->g[x->count++] = (uint16_t)quad;
        *i = s.len;
        return true;
    }
    if (end == start || x->count > 7)
        return false;
    x->g[x->count++] = (uint16_t)v;
    *i = end;
    return true;
}

static bool read6(slice s, ip *ret, size_t *ret_at)
{
    groups x = {.gap = -1};
    size_t i = 0;
    bool quad = false;
    *ret_at = 0;
    if (s.len < 2 || s.len >= 46 || (s.ptr[0] == ':' && s.ptr[1] != ':'))
        return false;
    while (i < s.len && !quad) {
        *ret_at = i;
        if (s.len - i >= 2 && s.ptr[i] == ':' && s.ptr[i + 1] == ':') {
            if (x.gap >= 0)
                return false;
            x.gap = x.count;
            i += 2;
            continue;
        }
        if (i > 0 && s.ptr[i] == ':' && s.ptr[i - 1] != ':')
            i++;
        if (!read_group(s, &i, &x, &quad))
            return false;
        if (i < s.len && s.ptr[i] != ':') {
            *ret_at = i;
            return false;
        }
    }
    *ret_at = s.len;
    /* "::" stands for at least one group (RFC 5952 section 4.2.2 shortens two; one is legal) */
    if (x.gap < 0 ? x.count != 8 : x.count > 7)
        return false;
    ip a = {{0}};
    for (int k = 0; k < x.count; k++) {
        int to = x.gap >= 0 && k >= x.gap ? 8 - x.count + k : k;
        a.b[2 * to] = (uint8_t)(x.g[k] >> 8);
        a.b[2 * to + 1] = (uint8_t)x.g[k];
    }
    *ret = a;
    return true;
}

bool ip6_read(slice text, ip *ret)
{
    size_t at;
    return read6(text, ret, &at);
}

status ip_parse(slice text, ip *ret, err *why)
{
    size_t at = 0;
    char quoted[ERR_QUOTE_MAX];
    bool six = slice_find_byte(text, ':', 0) != SIZE_MAX;
    uint32_t n;
    if (six ? read6(text, ret, &at) : read4(text, &n, &at)) {
        if (!six)
            *ret = ip4_make(n);
        return OK;
    }
    if (!why) /* quoting costs more than reading */
        return ERR_INPUT;
    return err_set(why, ERR_INPUT, at, "\"%s\" is no IPv%c address", err_quote(text, quoted),
                   six ? '6' : '4');
}

/* --- printing ------------------------------------------------------------------------------- */

static char *put_decimal(char *p, unsigned v)
{
    if (v >= 100)
        *p++ = (char)('0' + v / 100);
    if (v >= 10)
        *p++ = (char)('0' + v / 10 % 10);
    *p++ = (char)('0' + v % 10);
    return p;
}

static char *put_hex(char *p, unsigned v)
{
    static const char digits[] = "0123456789abcdef";
    bool some = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        unsigned d = v >> shift & 15;
        if (d || some || shift == 0)
            *p++ = digits[d];
        some |= d != 0;
    }
    return p;
}

size_t ip6_print(const ip *a, char out[IP_TEXT_MAX])
{
    unsigned g[8];
    for (int i = 0; i < 8; i++)
        g[i] = (unsigned)a->b[2 * i] << 8 | a->b[2 * i + 1];
    /* the longest run of at least two zero groups, the first on a tie: RFC 5952 section 4.2 */
    int best = -1, best_len = 1;
    for (int i = 0; i < 8;) {
        int n = 0;
        while (i + n < 8 && g[i + n] == 0)
            n++;
        if (n > best_len) {
            best = i;
            best_len = n;
        }
        i += n ? n : 1;
    }
    char *p = out;
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            *p++ = ':';
            *p++ = ':';
            i += best_len - 1;
            continue;
        }
        if (p > out && p[-1] != ':')
            *p++ = ':';
        p = put_hex(p, g[i]);
    }
    *p = 0;
    return (size_t)(p - out);
}

size_t ip_print(const ip *a, char out[IP_TEXT_MAX])
{
    if (!ip_is4(a))
        return ip6_print(a, out);
    char *p = out;
    for (int i = MAPPED; i < 16; i++) {
        if (i > MAPPED)
            *p++ = '.';
        p = put_decimal(p, a->b[i]);
    }
    *p = 0;
    return (size_t)(p - out);
}

/* --- networks ------------------------------------------------------------------------------- */

static inline uint8_t mask_byte(unsigned prefix, unsigned byte)
{
    unsigned bits = prefix <= 8 * byte ? 0 : prefix - 8 * byte;
    return (uint8_t)(bits >= 8 ? 0xff : 0xff00u >> bits);
}

/* The first bits of eight bytes as they lie in memory; 64 and more: all. */
static uint64_t mask_half(unsigned bits)
{
    return bits == 0 ? 0 : bits >= 64 ? UINT64_MAX : htobe64(UINT64_MAX << (64 - bits));
}

ip_net ip_net_of(const ip *a, uint8_t prefix)
{
    assert(prefix <= 128);
    ip_net n = {.prefix = prefix};
    uint64_t half[2];
    memcpy(half, a->b, sizeof half);
    half[0] &= mask_half(prefix);
    half[1] &= mask_half(prefix > 64 ? prefix - 64u : 0);
    memcpy(n.addr.b, half, sizeof half);
    return n;
}

bool ip_net_has(const ip_net *n, const ip *a)
{
    unsigned whole = n->prefix / 8u;
    return memcmp(n->addr.b, a->b, whole) == 0 &&
           (whole == 16 || (a->b[whole] & mask_byte(n->prefix, whole)) == n->addr.b[whole]);
}

bool ip_net_covers(const ip_net *wide, const ip_net *narrow)
{
    return wide->prefix <= narrow->prefix && ip_net_has(wide, &narrow->addr);
}

/* 255.255.255.0 -> 24; false when the ones are not in one piece. */
static bool netmask_length(const ip *mask, unsigned *ret)
{
    uint32_t m = ip4_number(mask);
    if (~m & (~m + 1)) /* ones below zeros must be 2^k - 1 */
        return false;
    *ret = m ? 32u - (unsigned)__builtin_ctz(m) : 0;
    return true;
}

status ip_net_parse(slice text, ip_net *ret, unsigned *ret_changed, err *why)
{
    char quoted[ERR_QUOTE_MAX], canonical[IP_NET_TEXT_MAX];
    size_t slash = slice_find_byte(text, '/', 0);
    if (slash == SIZE_MAX)
        return err_set(why, ERR_INPUT, text.len, "\"%s\" has no prefix length",
                       err_quote(text, quoted));
    slice addr = slice_sub(text, 0, slash), len = slice_from(text, slash + 1);
    ip a, mask;
    uint64_t n = 0;
    unsigned length = 0, changed = 0;
    status st = ip_parse(addr, &a, why);
    if (st != OK)
        return st;
    bool dotted = slice_find_byte(addr, ':', 0) == SIZE_MAX;
    if (dotted && ip4_read(len, &mask) && netmask_length(&mask, &length))
        changed |= IP_NET_NETMASK;
    else if (len.len <= 3 && slice_u64(len, &n) && n <= (dotted ? 32 : 128))
        length = (unsigned)n;
    else
        return err_set(why, ERR_INPUT, slash + 1, "\"%s\" is no prefix length of an %s network",
                       err_quote(len, quoted), dotted ? "IPv4" : "IPv6");
    *ret = ip_net_of(&a, (uint8_t)(dotted ? length + 96 : length));
    if (memcmp(ret->addr.b, a.b, 16) != 0)
        changed |= IP_NET_MASKED;
    if (!slice_eq(text, slice_of(canonical, ip_net_print(ret, canonical))) && !changed)
        changed |= IP_NET_RESPELT;
    *ret_changed = changed;
    return OK;
}

size_t ip_net_print(const ip_net *n, char out[IP_NET_TEXT_MAX])
{
    /* ::/95 and wider may hold the mapped range; they are IPv6 networks */
    bool is4 = n->prefix >= 96 && ip_is4(&n->addr);
    size_t len = is4 ? ip_print(&n->addr, out) : ip6_print(&n->addr, out);
    out[len++] = '/';
    char *end = put_decimal(out + len, is4 ? n->prefix - 96u : n->prefix);
    *end = 0;
    return (size_t)(end - out);
}

/* --- ranges --------------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 u128;

static u128 number(const ip *a)
{
    u128 n = 0;
    for (int i = 0; i < 16; i++)
        n = n << 8 | a->b[i];
    return n;
}

static ip address(u128 n)
{
    ip a;
    for (int i = 15; i >= 0; i--, n >>= 8)
        a.b[i] = (uint8_t)n;
    return a;
}

status ip_range(const ip *first, const ip *last, ip_net *out, size_t room, size_t *ret_count,
                err *why)
{
    u128 lo = number(first), hi = number(last);
    if (lo > hi || ip_is4(first) != ip_is4(last))
        return err_set(why, ERR_INPUT, 0, "the range does not go from a lower to a higher address");
    size_t count = 0;
    for (;;) {
        /* the largest block that starts at lo and does not pass hi */
        unsigned bits = 0;
        while (bits < 128 && !(lo >> bits & 1) &&
               (bits == 127 ? lo == 0 && hi == ~(u128)0 : lo + (((u128)2 << bits) - 1) <= hi))
            bits++;
        if (count == room)
            return err_set(why, ERR_LIMIT, 0, "the range needs more than %zu networks", room);
        ip a = address(lo);
        out[count++] = ip_net_of(&a, (uint8_t)(128 - bits));
        u128 end = bits == 128 ? ~(u128)0 : lo + (((u128)1 << bits) - 1);
        if (end >= hi)
            break;
        lo = end + 1;
    }
    *ret_count = count;
    return OK;
}

/* --- special ranges ------------------------------------------------------------------------- */

#define V4(a, b, c, d, len)                                                                        \
    {                                                                                              \
        {{[10] = 0xff, [11] = 0xff, [12] = a, [13] = b, [14] = c, [15] = d}}, 96 + (len)           \
    }
#define V6(a, b, c, d, e, f, len)                                                                  \
    {                                                                                              \
        {{a, b, c, d, e, f}}, len                                                                  \
    }

enum { SPECIAL4_COUNT = 19 };

/* The IANA IPv4 and IPv6 special-purpose address registries; multicast and the reserved rest.
 * IPv4 comes first. */
static const ip_special specials[] = {
    {V4(0, 0, 0, 0, 8), "this network", "RFC 791"},
    {V4(10, 0, 0, 0, 8), "private", "RFC 1918"},
    {V4(100, 64, 0, 0, 10), "shared address space", "RFC 6598"},
    {V4(127, 0, 0, 0, 8), "loopback", "RFC 1122"},
    {V4(169, 254, 0, 0, 16), "link-local", "RFC 3927"},
    {V4(172, 16, 0, 0, 12), "private", "RFC 1918"},
    {V4(192, 0, 0, 0, 24), "protocol assignments", "RFC 6890"},
    {V4(192, 0, 2, 0, 24), "documentation", "RFC 5737"},
    {V4(192, 31, 196, 0, 24), "AS112", "RFC 7535"},
    {V4(192, 52, 193, 0, 24), "AMT", "RFC 7450"},
    {V4(192, 88, 99, 0, 24), "6to4 relay", "RFC 7526"},
    {V4(192, 168, 0, 0, 16), "private", "RFC 1918"},
    {V4(192, 175, 48, 0, 24), "AS112", "RFC 7534"},
    {V4(198, 18, 0, 0, 15), "benchmarking", "RFC 2544"},
    {V4(198, 51, 100, 0, 24), "documentation", "RFC 5737"},
    {V4(203, 0, 113, 0, 24), "documentation", "RFC 5737"},
    {V4(224, 0, 0, 0, 4), "multicast", "RFC 5771"},
    {V4(240, 0, 0, 0, 4), "reserved", "RFC 1112"},
    {V4(255, 255, 255, 255, 32), "broadcast", "RFC 919"},
    {{{{0}}, 128}, "unspecified", "RFC 4291"},
    {{{{[15] = 1}}, 128}, "loopback", "RFC 4291"},
    {V6(0, 0x64, 0xff, 0x9b, 0, 0, 96), "IPv4/IPv6 translation", "RFC 6052"},
    {V6(0, 0x64, 0xff, 0x9b, 0, 1, 48), "IPv4/IPv6 translation", "RFC 8215"},
    {V6(1, 0, 0, 0, 0, 0, 64), "discard", "RFC 6666"},
    {V6(0x20, 1, 0, 0, 0, 0, 23), "protocol assignments", "RFC 2928"},
    {V6(0x20, 1, 0, 0, 0, 0, 32), "Teredo", "RFC 4380"},
    {V6(0x20, 1, 0, 2, 0, 0, 48), "benchmarking", "RFC 5180"},
    {V6(0x20, 1, 0x0d, 0xb8, 0, 0, 32), "documentation", "RFC 3849"},
    {V6(0x20, 2, 0, 0, 0, 0, 16), "6to4", "RFC 3056"},
    {V6(0x3f, 0xff, 0, 0, 0, 0, 20), "documentation", "RFC 9637"},
    {V6(0x5f, 0, 0, 0, 0, 0, 16), "segment routing", "RFC 9602"},
    {V6(0xfc, 0, 0, 0, 0, 0, 7), "unique local", "RFC 4193"},
    {V6(0xfe, 0x80, 0, 0, 0, 0, 10), "link-local", "RFC 4291"},
    {V6(0xfe, 0xc0, 0, 0, 0, 0, 10), "site-local", "RFC 3879"},
    {V6(0xff, 0, 0, 0, 0, 0, 8), "multicast", "RFC 4291"},
};

const ip_special *ip_net_special_of(const ip_net *n)
{
    const ip_special *best = NULL;
    bool is4 = ip_is4(&n->addr);
    unsigned first = is4 ? MAPPED : 0; /* the byte that rules most of them out */
    for (size_t i = is4 ? 0 : SPECIAL4_COUNT; i < (is4 ? SPECIAL4_COUNT : COUNT_OF(specials));
         i++) {
        const ip_net *s = &specials[i].net;
        if ((s->addr.b[first] ^ n->addr.b[first]) & mask_byte(s->prefix, first))
            continue;
        if (ip_net_covers(s, n) && (!best || s->prefix > best->net.prefix))
            best = &specials[i];
    }
    return best;
}

const ip_special *ip_special_of(const ip *a)
{
    ip_net n = {.addr = *a, .prefix = 128};
    return ip_net_special_of(&n);
}
