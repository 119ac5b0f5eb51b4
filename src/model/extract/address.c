/* address.c - IP addresses and networks, MAC addresses, and other things with colons and dashes. */
#include "model/extract/scan.h"

#include "base/text.h"
#include "model/ip.h"

/* --- MAC addresses and fingerprints: pairs of hex digits ------------------------------------ */

static bool hex_at(const scan *s, size_t i)
{
    return hex_value(at(s, i)) >= 0;
}

static bool word_at(const scan *s, size_t i)
{
    return is_alnum(at(s, i)) || at(s, i) == '_';
}

static bool word_before(const scan *s, size_t i)
{
    return i > 0 && word_at(s, i - 1);
}

/* "aa:bb:cc...": how many pairs from `from` on, joined by `sep`. */
static size_t pairs_from(const scan *s, size_t from, char sep)
{
    size_t n = 0;
    for (size_t i = from; hex_at(s, i) && hex_at(s, i + 1) && n <= 64; i += 3) {
        n++;
        if (at(s, i + 2) != sep)
            return word_at(s, i + 2) ? 0 : n;
    }
    return 0;
}

static bool take_pairs(scan *s, size_t from, char sep)
{
    static const struct {
        size_t pairs;
        kind kind;
    } shapes[] = {{6, KIND_MAC}, {8, KIND_MAC}, {20, KIND_CERT_SHA1}, {32, KIND_CERT_SHA256}};
    if (word_before(s, from) || before(s, from) == sep)
        return false;
    size_t pairs = pairs_from(s, from, sep);
    for (size_t k = 0; k < COUNT_OF(shapes); k++)
        if (pairs == shapes[k].pairs && (sep == ':' || pairs <= 8))
            return scan_take(s, from, from + 3 * pairs - 1, shapes[k].kind);
    return false;
}

/* --- IPv6 ----------------------------------------------------------------------------------- */

/* What may follow an address: a zone, a prefix length; "]" and a port when "[" stands in front. */
static size_t behind_ip6(const scan *s, size_t *from, size_t to)
{
    size_t i = to;
    if (at(s, i) == '%' && is_alnum(at(s, i + 1)))
        for (i++; is_alnum(at(s, i)); i++)
            ;
    if (before(s, *from) == '[' && at(s, i) == ']') {
        --*from;
        i++;
        size_t end = i + 1;
        while (is_digit(at(s, end)))
            end++;
        return at(s, i) == ':' && end > i + 1 && end - i <= 6 && !word_at(s, end) ? end : i;
    }
    size_t end = i + 1;
    while (is_digit(at(s, end)))
        end++;
    return at(s, i) == '/' && end > i + 1 && end - i <= 4 && !word_at(s, end) ? end : i;
}

/* "::" and "1::" are more often something else; "::1" and "fe80::" are not. */
static bool enough(slice run)
{
    size_t digits = 0, decimal = 0;
    for (size_t i = 0; i < run.len; i++) {
        digits += hex_value(run.ptr[i]) >= 0;
        decimal += is_digit(run.ptr[i]);
    }
    return decimal > 0 && (digits >= 3 || slice_eq(run, S("::1")));
}

static bool take_ip6(scan *s, size_t from, size_t to)
{
    ip a;
    while (to > from && (before(s, to) == '.' ||
                         (before(s, to) == ':' && !(to - from > 1 && at(s, to - 2) == ':'))))
        to--;
    slice run = slice_sub(s->t, from, to);
    if (!ip6_read(run, &a) || !enough(run))
        return false;
    size_t end = behind_ip6(s, &from, to);
    return scan_take(s, from, end, KIND_NONE) || scan_take(s, from, to, KIND_IPV6);
}

/* --- ssdeep --------------------------------------------------------------------------------- */

static size_t base64_from(const scan *s, size_t i)
{
    while (is_alnum(at(s, i)) || at(s, i) == '+' || at(s, i) == '/')
        i++;
    return i;
}

/* "1536:yB+A8bM...:N4tMs...", the colon behind the block size at `colon`. */
static bool take_ssdeep(scan *s, size_t colon)
{
    size_t from = colon, middle = base64_from(s, colon + 1), to = base64_from(s, middle + 1);
    while (from > 0 && is_digit(before(s, from)) && colon - from < 11)
        from--;
    if (from == colon || word_before(s, from) || middle - colon < 9 || at(s, middle) != ':' ||
        to - middle < 5)
        return false;
    return scan_take(s, from, to, KIND_SSDEEP);
}

void find_colons(scan *s)
{
    size_t done = 0;
    for (size_t i = slice_find_byte(s->t, ':', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, ':', i + 1)) {
        if (s->taken[i])
            continue;
        if (is_digit(before(s, i)) && take_ssdeep(s, i))
            continue;
        if (!hex_at(s, i + 1) && at(s, i + 1) != ':' && before(s, i) != ':')
            continue;
        size_t from = i, to = i;
        while (from > done && (hex_value(before(s, from)) >= 0 || before(s, from) == ':'))
            from--;
        while (hex_at(s, to) || at(s, to) == ':' || (at(s, to) == '.' && is_digit(at(s, to + 1))))
            to++;
        /* "IP:2001:db8::1": what is glued to a word goes up to its colon */
        bool glued = word_before(s, from) || at(s, from) == ':';
        if (glued && !(at(s, from) == ':' && at(s, from + 1) == ':' && !word_before(s, from)))
            while (from < to && at(s, from++) != ':')
                ;
        done = to;
        if (from < to && !word_at(s, to) && !take_pairs(s, from, ':'))
            take_ip6(s, from, to);
        i = to > i ? to - 1 : i;
    }
}

/* --- dashes: MAC addresses, GHSA ids, JA4 --------------------------------------------------- */

static bool take_ghsa(scan *s, size_t dash)
{
    identifier id;
    if (!ghsa_at(s->t, dash - 4, &id) || !scan_free(s, id.from, id.to))
        return false;
    scan_found_identifier(s, id.from, id.to, id.kind, slice_of(id.text, id.len));
    return true;
}

void find_dashes(scan *s)
{
    for (size_t i = slice_find_byte(s->t, '-', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, '-', i + 1)) {
        if (i < 2 || s->taken[i])
            continue;
        if (at(s, i + 3) == '-' && hex_at(s, i - 1) && hex_at(s, i - 2) &&
            take_pairs(s, i - 2, '-'))
            i += 15;
        else if (i >= 4 && to_upper(at(s, i - 1)) == 'A' && to_upper(at(s, i - 4)) == 'G')
            take_ghsa(s, i);
    }
    for (size_t i = slice_find_byte(s->t, '_', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, '_', i + 1))
        if (i >= 10 && at(s, i + 13) == '_' && !s->taken[i] && !word_before(s, i - 10) &&
            !word_at(s, i + 26) && scan_take(s, i - 10, i + 26, KIND_JA4))
            i += 25;
}

/* --- IPv4 ----------------------------------------------------------------------------------- */

/* Reads "a.b.c.d" that begins at `from`; its end, or 0. */
static size_t quad_end(const scan *s, size_t from, ip *ret)
{
    size_t to = from, dots = 0;
    while (is_digit(at(s, to)) || (at(s, to) == '.' && is_digit(at(s, to + 1)))) {
        dots += at(s, to) == '.';
        to++;
        if (to - from > 15)
            return 0;
    }
    return dots == 3 && ip4_read(slice_sub(s->t, from, to), ret) ? to : 0;
}

/* "version 1.2.3.4", "ver. 1.2.3.4", "Chrome/91.0.4.1": numbers of programs. */
static bool version_before(const scan *s, size_t from)
{
    static const slice words[] = {
        S_INIT("version"),  S_INIT("versions"),
        S_INIT("ver"),      S_INIT("v"),
        S_INIT("release"),  S_INIT("build"),
        S_INIT("firmware"), S_INIT("revision"),
        S_INIT("rev"),      S_INIT("\xe3\x83\x90\xe3\x83\xbc\xe3\x82\xb8\xe3\x83\xa7\xe3\x83\xb3")};
    char c = before(s, from);
    if ((c == '/' || c == '-') && from > 1 && is_alpha(at(s, from - 2)))
        return true;
    size_t end = from;
    while (end > 0 && from - end < 3 && strchr(" :=.\"", before(s, end)))
        end--;
    for (size_t k = 0; k < COUNT_OF(words); k++) {
        size_t n = words[k].len;
        if (end >= n && slice_eq_nocase(slice_sub(s->t, end - n, end), words[k]) &&
            !(end > n && is_alpha(at(s, end - n - 1)) && (unsigned char)words[k].ptr[0] < 0x80))
            return true;
    }
    return false;
}

/* Digits behind `mark` at i, not glued to anything: their end, or 0. */
static size_t number_behind(const scan *s, size_t i, char mark)
{
    size_t end = i + 1;
    while (is_digit(at(s, end)))
        end++;
    bool glued =
        word_at(s, end) || at(s, end) == '/' || (at(s, end) == '.' && is_alnum(at(s, end + 1)));
    return at(s, i) == mark && end > i + 1 && !glued ? end : 0;
}

/* "a-b": one network, if it is one. */
static bool take_range(scan *s, size_t from, size_t to)
{
    ip a;
    size_t second = to, blanks = 0;
    while (at(s, second) == ' ' && blanks++ < 1)
        second++;
    if (at(s, second) != '-')
        return false;
    for (second++, blanks = 0; at(s, second) == ' ' && blanks++ < 1;)
        second++;
    size_t end = quad_end(s, second, &a);
    observable o;
    if (!end || word_at(s, end) || !scan_read(s, from, end, KIND_NONE, &o) || o.kind != KIND_CIDR)
        return false;
    scan_found(s, from, end, &o);
    return true;
}

static void take_ip4(scan *s, size_t from, size_t to)
{
    ip mask;
    size_t end = number_behind(s, to, '/'), dotted = 0;
    if (end) { /* a network, or - "/33" - nothing */
        if (!scan_take(s, from, end, KIND_NONE))
            scan_block(s, from, end);
        return;
    }
    if (at(s, to) == '/' && (dotted = quad_end(s, to + 1, &mask)) != 0 &&
        scan_take(s, from, dotted, KIND_CIDR))
        return;
    end = number_behind(s, to, ':');
    if (end && at(s, end) != ':' && scan_take(s, from, end, KIND_IPV4))
        return;
    size_t port = to;
    if (at(s, to) == ':')
        for (port++; is_digit(at(s, port)); port++)
            ;
    if (at(s, port) == '/' && (is_alnum(at(s, port + 1)) || (unsigned char)at(s, port + 1) > ' ')) {
        size_t url = url_end(s, from, port);
        if (url > port + 1 && scan_take(s, from, url, KIND_URL))
            return;
    }
    if (!take_range(s, from, to))
        scan_take(s, from, to, KIND_IPV4);
}

/* "aabb.ccdd.eeff", its first dot at i. */
static bool take_cisco_mac(scan *s, size_t i)
{
    size_t decimal = 0;
    if (i < 4 || at(s, i + 5) != '.' || word_before(s, i - 4) || before(s, i - 4) == '.' ||
        word_at(s, i + 10) || (at(s, i + 10) == '.' && word_at(s, i + 11)))
        return false;
    for (size_t k = i - 4; k < i + 10; k++) {
        if (k != i && k != i + 5 && !hex_at(s, k))
            return false;
        decimal += is_digit(at(s, k));
    }
    return decimal > 0 && scan_take(s, i - 4, i + 10, KIND_MAC);
}

void find_ip4(scan *s)
{
    for (size_t i = slice_find_byte(s->t, '.', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, '.', i + 1)) {
        if (s->taken[i] || !is_alnum(before(s, i)) || !is_alnum(at(s, i + 1)))
            continue;
        if (hex_at(s, i - 1) && hex_at(s, i + 1) && at(s, i + 5) == '.' && take_cisco_mac(s, i))
            continue;
        size_t from = i;
        while (from > 0 && is_digit(before(s, from)) && i - from < 4)
            from--;
        ip a;
        size_t to = from < i ? quad_end(s, from, &a) : 0;
        char c = before(s, from);
        bool glued = is_alnum(c) || c == '.' || c == '_' || word_at(s, to) ||
                     (at(s, to) == '-' && is_alpha(at(s, to + 1))) ||
                     (at(s, to) == '.' && at(s, to + 1) >= 'a' && at(s, to + 1) <= 'z');
        if (!to || glued) {
            while (is_digit(at(s, i + 1)) || (at(s, i + 1) == '.' && is_digit(at(s, i + 2))))
                i++; /* the other dots of the same number are no better */
            continue;
        }
        if (scan_free(s, from, to) && !version_before(s, from))
            take_ip4(s, from, to);
        i = to - 1;
    }
}
