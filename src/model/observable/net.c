/* net.c - addresses, networks, domains, URLs, mail addresses. */
#include "model/coin.h"
#include "model/domain.h"
#include "model/ip.h"
#include "model/observable/reading.h"
#include "model/url.h"

#include "base/text.h"

/* --- addresses ------------------------------------------------------------------------------ */

static void take_ip(reading *r, const ip *a, slice written)
{
    char *text = r->scratch;
    r->o.kind = ip_is4(a) ? KIND_IPV4 : KIND_IPV6;
    r->o.value = slice_of(text, ip_print(a, text));
    r->o.special = ip_special_of(a) != NULL;
    if (slice_eq(r->o.value, written))
        return;
    if (r->o.kind == KIND_IPV4)
        r->o.steps |= slice_find_byte(written, ':', 0) == SIZE_MAX ? STEP_NORMALISE : STEP_MAPPED;
    else
        r->o.steps |= slice_eq_nocase(r->o.value, written) ? STEP_CASE : STEP_NORMALISE;
}

static bool take_port(reading *r, slice digits)
{
    uint64_t n;
    if (digits.len > 5 || !slice_u64(digits, &n) || n == 0 || n > 65535)
        return false;
    r->o.port = (uint16_t)n;
    r->o.steps |= STEP_PORT;
    return true;
}

/* "fe80::1%eth0": the zone is the reader's machine's business. */
static slice cut_zone(reading *r, slice s)
{
    size_t zone = slice_find_byte(s, '%', 0);
    if (zone == SIZE_MAX)
        return s;
    r->o.steps |= STEP_NORMALISE;
    return slice_sub(s, 0, zone);
}

static status read_net(reading *r, slice s, err *why)
{
    ip_net net;
    unsigned changed = 0;
    status st = ip_net_parse(s, &net, &changed, why);
    if (st != OK)
        return st;
    r->o.steps |= changed & IP_NET_MASKED ? STEP_MASK : 0u;
    r->o.steps |= changed & (IP_NET_NETMASK | IP_NET_RESPELT) ? STEP_NORMALISE : 0u;
    if (net.prefix == 128) {
        r->o.steps |= STEP_MASK;
        slice written = slice_sub(s, 0, slice_find_byte(s, '/', 0));
        take_ip(r, &net.addr, written);
        return OK;
    }
    r->o.kind = KIND_CIDR;
    r->o.special = ip_net_special_of(&net) != NULL;
    r->o.value = slice_of(r->scratch, ip_net_print(&net, r->scratch));
    return OK;
}

/* "192.0.2.0-192.0.2.255": one network, if it is one. */
static bool read_range(reading *r, slice s)
{
    ip lo, hi;
    ip_net net;
    size_t count, dash = slice_find_byte(s, '-', 0);
    if (dash == SIZE_MAX)
        return false;
    slice first = slice_trim(slice_sub(s, 0, dash)), last = slice_trim(slice_from(s, dash + 1));
    if (!(ip4_read(first, &lo) && ip4_read(last, &hi)) &&
        !(ip6_read(first, &lo) && ip6_read(last, &hi)))
        return false;
    if (ip_range(&lo, &hi, &net, 1, &count, NULL) != OK)
        return false;
    r->o.steps |= STEP_NORMALISE;
    if (net.prefix == 128) {
        take_ip(r, &net.addr, first);
        return true;
    }
    r->o.kind = KIND_CIDR;
    r->o.special = ip_net_special_of(&net) != NULL;
    r->o.value = slice_of(r->scratch, ip_net_print(&net, r->scratch));
    return true;
}

/* "[2001:db8::1]:443", "[2001:db8::1]" */
static status read_bracketed(reading *r, slice s, err *why)
{
    size_t end = slice_find_byte(s, ']', 0);
    ip a;
    slice inside = slice_sub(s, 1, end), rest = slice_from(s, end == SIZE_MAX ? s.len : end + 1);
    if (end == SIZE_MAX || !ip6_read(cut_zone(r, inside), &a))
        return no_fit(why, 1, s, "an IPv6 address in brackets");
    r->o.steps |= STEP_TRIM;
    if (rest.len && (rest.ptr[0] != ':' || !take_port(r, slice_from(rest, 1))))
        return no_fit(why, end + 1, s, "a port");
    take_ip(r, &a, slice_sub(inside, 0, slice_find_byte(inside, '%', 0)));
    return OK;
}

status read_ip(reading *r, err *why)
{
    slice s = r->text;
    ip a;
    if (ip4_read(s, &a)) {
        take_ip(r, &a, s);
        return OK;
    }
    /* tcp://, udp://: how sandboxes write an endpoint */
    if (slice_starts_nocase(s, S("tcp://")) || slice_starts_nocase(s, S("udp://"))) {
        s = slice_from(s, 6);
        s = slice_sub(s, 0, slice_find_byte(s, '/', 0));
        r->o.steps |= STEP_TRIM;
    }
    if (s.len && s.ptr[s.len - 1] == '/') {
        s.len--;
        r->o.steps |= STEP_TRIM;
    }
    if (s.len != r->text.len && ip4_read(s, &a)) {
        take_ip(r, &a, s);
        return OK;
    }
    if (s.len && s.ptr[0] == '[')
        return read_bracketed(r, s, why);
    if (slice_find_byte(s, '/', 0) != SIZE_MAX)
        return read_net(r, s, why);
    if (read_range(r, s))
        return OK;
    slice bare = cut_zone(r, s);
    if (ip6_read(bare, &a)) {
        take_ip(r, &a, bare);
        return OK;
    }
    size_t colon = slice_find_byte(s, ':', 0);
    if (colon != SIZE_MAX && ip4_read(slice_sub(s, 0, colon), &a) &&
        take_port(r, slice_from(s, colon + 1))) {
        take_ip(r, &a, slice_sub(s, 0, colon));
        return OK;
    }
    return ip_parse(s, &a, why) == OK ? ERR_INTERNAL : ERR_INPUT;
}

/* --- domains -------------------------------------------------------------------------------- */

static unsigned domain_steps(unsigned changed)
{
    return (changed & DOMAIN_CASE ? STEP_CASE : 0u) | (changed & DOMAIN_IDNA ? STEP_IDNA : 0u) |
           (changed & DOMAIN_WIDTH ? STEP_WIDTH : 0u) | (changed & DOMAIN_DOT ? STEP_TRIM : 0u);
}

/* "<label>.onion": sixteen letters of the old kind, or fifty-six with a right checksum. */
static bool onion_exists(slice name)
{
    slice rest = slice_sub(name, 0, name.len - S(".onion").len);
    size_t from = rest.len;
    while (from > 0 && rest.ptr[from - 1] != '.')
        from--;
    slice label = slice_from(rest, from);
    return label.len == 16 || onion_v3_ok(label);
}

static void judge_name(reading *r, slice name)
{
    r->o.special = domain_is_special(name);
    if (slice_ends(name, S(".onion")))
        r->o.unknown_tld = !onion_exists(name);
    else
        r->o.unknown_tld = !r->o.special && !domain_is_alternative(name) && !domain_tld_known(name);
}

status read_domain(reading *r, err *why)
{
    slice s = r->text;
    unsigned changed;
    size_t len;
    if (slice_starts(s, S("*."))) { /* a name stands for its subdomains anyway */
        s = slice_from(s, 2);
        r->o.steps |= STEP_TRIM;
    } else if (s.len > 1 && s.ptr[0] == '.') {
        s = slice_from(s, 1);
        r->o.steps |= STEP_TRIM;
    }
    if (s.len && s.ptr[s.len - 1] == '/') {
        s.len--;
        r->o.steps |= STEP_TRIM;
    }
    size_t colon = slice_find_byte(s, ':', 0);
    if (colon != SIZE_MAX) {
        if (!take_port(r, slice_from(s, colon + 1)))
            return no_fit(why, colon + 1, s, "a port");
        s = slice_sub(s, 0, colon);
    }
    status st = domain_normalise(s, r->scratch, &len, &changed, why);
    if (st != OK)
        return st;
    r->o.kind = KIND_DOMAIN;
    r->o.value = slice_of(r->scratch, len);
    r->o.steps |= domain_steps(changed);
    judge_name(r, r->o.value);
    return OK;
}

/* --- URLs ----------------------------------------------------------------------------------- */

status read_url(reading *r, err *why)
{
    unsigned changed;
    size_t len;
    ip a;
    status st = url_normalise(r->text, r->scratch, &len, &changed, why);
    if (st != OK)
        return st;
    r->o.kind = KIND_URL;
    r->o.value = slice_of(r->scratch, len);
    r->o.steps |= (changed & URL_CASE ? STEP_CASE : 0u) | (changed & URL_IDNA ? STEP_IDNA : 0u) |
                  (changed & URL_WIDTH ? STEP_WIDTH : 0u) |
                  (changed & URL_NORMALISED ? STEP_NORMALISE : 0u);
    url u = url_split(r->o.value);
    r->o.port = u.port;
    if (u.host_kind == URL_HOST_NAME)
        judge_name(r, u.host);
    else if (u.host_kind == URL_HOST_IP4 ? ip4_read(u.host, &a) : ip6_read(u.host, &a))
        r->o.special = ip_special_of(&a) != NULL;
    return OK;
}

/* --- mail ----------------------------------------------------------------------------------- */

enum { LOCAL_MAX = 64, ADDRESS_MAX = 254 };

static bool atext(char c)
{
    return (unsigned char)c >= 0x80 || is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Dot-atom or quoted string (RFC 5321 section 4.1.2); consecutive dots are met in practice. */
static bool local_part_ok(slice s)
{
    if (s.len == 0 || s.len > LOCAL_MAX)
        return false;
    if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"') {
        for (size_t i = 1; i + 1 < s.len; i++)
            if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == '"' || s.ptr[i] == '\\')
                return false;
        return s.len > 2;
    }
    for (size_t i = 0; i < s.len; i++)
        if (!atext(s.ptr[i]) && s.ptr[i] != '.')
            return false;
    return s.ptr[0] != '.' && s.ptr[s.len - 1] != '.';
}

/* "Bob <bob@example.com>", "mailto:bob@example.com?subject=x" */
static slice bare_address(reading *r, slice s)
{
    size_t open = slice_find_byte(s, '<', 0), close = slice_find_byte(s, '>', 0);
    slice bare = s;
    if (open != SIZE_MAX && close != SIZE_MAX && open < close)
        bare = slice_sub(s, open + 1, close);
    if (slice_starts_nocase(bare, S("mailto:"))) {
        bare = slice_from(bare, 7);
        bare = slice_sub(bare, 0, slice_find_byte(bare, '?', 0));
    }
    r->o.steps |= bare.len != s.len ? STEP_TRIM : 0u;
    return bare;
}

/* "@[192.0.2.1]", "@[IPv6:2001:db8::1]" */
static bool put_literal(reading *r, slice inside)
{
    char text[IP_TEXT_MAX];
    ip a;
    bool six = slice_starts_nocase(inside, S("IPv6:"));
    slice addr = six ? slice_from(inside, 5) : inside;
    if (six ? !ip6_read(addr, &a) : !ip4_read(addr, &a))
        return false;
    slice canonical = slice_of(text, six ? ip6_print(&a, text) : ip_print(&a, text));
    r->o.steps |= slice_eq(canonical, addr) ? 0u : STEP_NORMALISE;
    r->o.special = ip_special_of(&a) != NULL;
    return scratch_put(r, six ? S("[ipv6:") : S("[")) && scratch_put(r, canonical) &&
           scratch_byte(r, ']');
}

status read_email(reading *r, err *why)
{
    slice s = bare_address(r, r->text), local, host;
    size_t at = s.len, len;
    char name[DOMAIN_TEXT_MAX];
    unsigned changed = 0;
    while (at > 0 && s.ptr[at - 1] != '@')
        at--;
    if (at == 0)
        return no_fit(why, 0, s, "a mail address: it has no @");
    host = slice_from(s, at);
    if (!local_part_ok(slice_sub(s, 0, at - 1)) ||
        !scratch_lower(r, slice_sub(s, 0, at - 1), &local))
        return no_fit(why, 0, s, "the local part of a mail address");
    if (!scratch_byte(r, '@'))
        return no_fit(why, 0, s, "a mail address");
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        slice inside = slice_sub(host, 1, host.len - 1);
        if (!put_literal(r, inside))
            return no_fit(why, at, s, "an address in a mail address");
        r->o.steps |= slice_starts(inside, S("IPv6:")) ? STEP_CASE : 0u;
    } else {
        status st = domain_normalise(host, name, &len, &changed, why);
        if (st != OK)
            return st;
        r->o.steps |= domain_steps(changed);
        judge_name(r, slice_of(name, len));
        if (!scratch_put(r, slice_of(name, len)))
            return no_fit(why, 0, s, "a mail address");
    }
    r->o.kind = KIND_EMAIL;
    r->o.value = slice_of(r->scratch, r->used);
    if (r->o.value.len > ADDRESS_MAX)
        return no_fit(why, ADDRESS_MAX, s, "a mail address: it is over 254 bytes");
    return OK;
}
