/* keys.c - see keys.h. */
#include "know/sightings/keys.h"

#include "model/domain.h"
#include "model/url.h"

enum {
    WITHIN = 0x80, /* on top of the kind */
    NET_BYTES = 17,
    V4 = 96, /* bits before an IPv4 address */
    V4_STEP = V4 + 16,
    COUNT_BITS = 16 /* of keys a network asks, at most 2^16 */
};

static sight_key key_of(const slots_secret *x, unsigned k, const void *bytes, size_t len)
{
    slots_hash h = slots_hash_of(x, (kind)k, slice_of(bytes, len));
    return (sight_key){h.place, (uint8_t)(h.rest >> 24)};
}

static sight_key ip_key(const slots_secret *x, const ip *a, unsigned within)
{
    return ip_is4(a) ? key_of(x, KIND_IPV4 | within, a->b + 12, 4)
                     : key_of(x, KIND_IPV6 | within, a->b, sizeof a->b);
}

static sight_key net_key(const slots_secret *x, const ip *a, uint8_t prefix)
{
    uint8_t bytes[NET_BYTES];
    ip_net n = ip_net_of(a, prefix);
    memcpy(bytes, n.addr.b, sizeof n.addr.b);
    bytes[NET_BYTES - 1] = prefix;
    return key_of(x, KIND_CIDR | WITHIN, bytes, sizeof bytes);
}

static bool read_ip(kind k, slice value, ip *ret)
{
    return k == KIND_IPV4 ? ip4_read(value, ret) : ip6_read(value, ret);
}

/* Networks around an address. */
static size_t around(const slots_secret *x, const ip *a, sight_key *out)
{
    if (ip_is4(a)) {
        out[0] = net_key(x, a, V4_STEP);
        return 1;
    }
    out[0] = net_key(x, a, 64);
    out[1] = net_key(x, a, 48);
    out[2] = net_key(x, a, 32);
    return 3;
}

/* The registrable part of a name whose key is at `place`. */
static slice owner_of(sight_memo *memo, slice name, uint64_t place)
{
    size_t i = place % SIGHT_MEMO; /* whoever sends names does not know where they go */
    if (memo->at[i].place != place || memo->at[i].owner_len > name.len) {
        memo->at[i].place = place;
        memo->at[i].owner_len = domain_registrable(name).len;
    }
    return slice_from(name, name.len - memo->at[i].owner_len);
}

/* Names above the one whose key is out[-1], down to the registrable one: at most SIGHT_PARENTS, the
 * shortest. */
static size_t above(const slots_secret *x, sight_memo *memo, slice name, sight_key *out)
{
    slice owner = owner_of(memo, name, out[-1].place);
    size_t n = 0;
    if (!owner.len || owner.len >= name.len)
        return 0;
    for (slice s = owner; n < SIGHT_PARENTS && s.len < name.len; n++) {
        out[n] = key_of(x, KIND_DOMAIN | WITHIN, s.ptr, s.len);
        const char *p = s.ptr - 1; /* the dot before it; then back to the next */
        while (p > name.ptr && p[-1] != '.')
            p--;
        s = slice_of(p, (size_t)(name.ptr + name.len - p));
    }
    return n;
}

/* Something was seen at this host. */
static size_t at_host(const slots_secret *x, sight_memo *memo, slice host, url_host is,
                      sight_key *out)
{
    ip a;
    if (is == URL_HOST_NAME && host.len) {
        out[0] = key_of(x, KIND_DOMAIN | WITHIN, host.ptr, host.len);
        return 1 + above(x, memo, host, out + 1);
    }
    if ((is != URL_HOST_IP4 && is != URL_HOST_IP6) ||
        !read_ip(is == URL_HOST_IP4 ? KIND_IPV4 : KIND_IPV6, host, &a))
        return 0;
    out[0] = ip_key(x, &a, WITHIN);
    return 1 + around(x, &a, out + 1);
}

size_t sight_keys_of(const slots_secret *x, sight_memo *memo, kind k, slice value,
                     sight_key out[SIGHT_KEYS_MAX])
{
    ip a;
    if (!sight_key_itself(x, k, value, out))
        return 0;
    if (k == KIND_IPV4 || k == KIND_IPV6)
        return read_ip(k, value, &a) ? 1 + around(x, &a, out + 1) : 0;
    if (k == KIND_DOMAIN)
        return 1 + above(x, memo, value, out + 1);
    if (k == KIND_URL) {
        url u = url_split(value);
        return 1 + at_host(x, memo, u.host, u.host_kind, out + 1);
    }
    if (k == KIND_EMAIL) {
        size_t at = value.len;
        while (at && value.ptr[at - 1] != '@')
            at--;
        return 1 + (at ? at_host(x, memo, slice_from(value, at), URL_HOST_NAME, out + 1) : 0);
    }
    return 1;
}

bool sight_key_itself(const slots_secret *x, kind k, slice value, sight_key *ret)
{
    ip a;
    if (k != KIND_IPV4 && k != KIND_IPV6) {
        *ret = key_of(x, k, value.ptr, value.len);
        return true;
    }
    if (!read_ip(k, value, &a))
        return false;
    *ret = ip_key(x, &a, 0);
    return true;
}

bool sight_key_within(const slots_secret *x, kind k, slice value, sight_key *ret)
{
    ip a;
    if (k == KIND_DOMAIN) {
        *ret = key_of(x, KIND_DOMAIN | WITHIN, value.ptr, value.len);
        return true;
    }
    if ((k != KIND_IPV4 && k != KIND_IPV6) || !read_ip(k, value, &a))
        return false;
    *ret = ip_key(x, &a, WITHIN);
    return true;
}

/* --- networks ------------------------------------------------------------------------------- */

/* IPv4: addresses of what is narrower than a /16, else its /16s. IPv6: addresses from /112 on, /64s
 * between /48 and /64, and so on; between /65 and /111 there are too many: the /64 around. */
void sight_net_plan(const ip_net *net, sight_net *ret)
{
    static const uint8_t steps4[] = {V4_STEP, 128}, steps6[] = {32, 48, 64, 128};
    bool four = ip_is4(&net->addr) && net->prefix >= V4;
    const uint8_t *steps = four ? steps4 : steps6;
    size_t n = four ? COUNT_OF(steps4) : COUNT_OF(steps6);
    *ret = (sight_net){.net = *net};
    for (size_t i = 0; i < n; i++)
        if (net->prefix <= steps[i] && steps[i] - net->prefix <= COUNT_BITS) {
            ret->step = steps[i];
            ret->count = (uint32_t)1 << (steps[i] - net->prefix);
            return;
        }
    if (four || net->prefix < 64)
        return;
    ret->net = ip_net_of(&net->addr, 64);
    ret->step = 64;
    ret->count = 1;
    ret->wider = true;
}

bool sight_net_around(const slots_secret *x, const sight_net *n, sight_key *ret)
{
    if (n->step != 128)
        return false;
    *ret = net_key(x, &n->net.addr, ip_is4(&n->net.addr) ? V4_STEP : 64);
    return true;
}

sight_key sight_net_key(const slots_secret *x, const sight_net *n, uint32_t i, bool within)
{
    ip a = n->net.addr;
    /* i into the bits before `step`, which is a multiple of 8: at most two bytes and a bit */
    uint32_t left = i;
    for (unsigned at = n->step / 8u; left && at; at--, left >>= 8)
        a.b[at - 1] |= (uint8_t)left;
    return n->step == 128 ? ip_key(x, &a, within ? WITHIN : 0) : net_key(x, &a, n->step);
}
