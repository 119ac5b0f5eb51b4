/* outbound_url.c - URLs of requests: read, put together again, followed. See outbound.h.
 *
 * Strict: a URL comes from an administrator or from a server's redirect, never from a person in a
 * hurry, and two readings of one URL are how guards are got around. */
#include "base/outbound.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { HOST_MAX = 253, LABEL_MAX = 63 };

static status bad(err *why, const char *what)
{
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "the URL %s", what);
}

/* --- hosts ------------------------------------------------------------------------------------ */

/* "127.1", "0x7f000001", "017700000001": other programs take them for addresses. */
static bool looks_like_a_number(slice host)
{
    slice rest = host, label, last = host;
    while (slice_cut(&rest, '.', &label))
        last = label;
    if (slice_starts(last, S("0x")))
        return true;
    for (size_t i = 0; i < last.len; i++)
        if (!is_digit(last.ptr[i]))
            return false;
    return true;
}

static bool is_name(slice host)
{
    slice rest = host, label;
    if (!host.len || host.len > HOST_MAX)
        return false;
    while (slice_cut(&rest, '.', &label)) {
        if (!label.len || label.len > LABEL_MAX || label.ptr[0] == '-' ||
            label.ptr[label.len - 1] == '-')
            return false;
        for (size_t i = 0; i < label.len; i++)
            if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-' && label.ptr[i] != '_')
                return false;
    }
    return true;
}

/* The address as everybody writes it, so that one host has one text. */
static bool canonical(int family, slice text, char out[INET6_ADDRSTRLEN])
{
    char given[INET6_ADDRSTRLEN];
    uint8_t bytes[16];
    if (!text.len || text.len >= sizeof given)
        return false;
    memcpy(given, text.ptr, text.len);
    given[text.len] = 0;
    return strlen(given) == text.len && inet_pton(family, given, bytes) == 1 &&
           inet_ntop(family, bytes, out, INET6_ADDRSTRLEN);
}

/* `host` as written; IPv6 in brackets. */
static status read_host(arena *a, slice host, outbound_url *u, err *why)
{
    char text[INET6_ADDRSTRLEN];
    char *lower = arena_alloc(a, host.len + 1);
    if (!lower)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < host.len; i++)
        lower[i] = to_lower(host.ptr[i]);
    u->host = slice_of(lower, host.len);
    bool six = slice_starts(host, S("["));
    u->literal = six || looks_like_a_number(u->host);
    if (!u->literal)
        return is_name(u->host) ? OK : bad(why, "has no host that is a name or an address");
    slice inner = six ? slice_sub(host, 1, host.len - 1) : host;
    if ((six && !slice_ends(host, S("]"))) || !canonical(six ? AF_INET6 : AF_INET, inner, text))
        return bad(why, "has an address that is none");
    return arena_copy(a, slice_str(text), &u->host) ? OK : ARENA_SPENT(a, why);
}

static status read_port(slice port, bool tls, uint16_t *ret, err *why)
{
    uint64_t n = tls ? 443 : 80;
    if (port.len && (!slice_u64(port, &n) || n < 1 || n > 65535 || port.len > 5))
        return bad(why, "has a port that is none");
    *ret = (uint16_t)n;
    return OK;
}

static status read_authority(arena *a, slice text, outbound_url *u, err *why)
{
    size_t colon;
    if (slice_find_byte(text, '@', 0) != SIZE_MAX)
        return bad(why, "has a user in it: put secrets into files");
    if (slice_starts(text, S("["))) {
        size_t close = slice_find_byte(text, ']', 0);
        colon = close == SIZE_MAX ? text.len : close + 1;
        if (colon < text.len && text.ptr[colon] != ':')
            return bad(why, "has an address that is none");
    } else {
        colon = slice_find_byte(text, ':', 0);
        colon = colon == SIZE_MAX ? text.len : colon;
    }
    status st = read_host(a, slice_sub(text, 0, colon), u, why);
    return st == OK ? read_port(slice_from(text, colon + 1), u->tls, &u->port, why) : st;
}

/* --- paths ------------------------------------------------------------------------------------ */

static bool path_byte(char c)
{
    return c > ' ' && c < 0x7f && !strchr("\"<>\\^`{|}#", c);
}

static status check_path(slice path, err *why)
{
    for (size_t i = 0; i < path.len; i++) {
        if (!path_byte(path.ptr[i]))
            return bad(why, "has a byte in its path that must be written as %XX");
        if (path.ptr[i] == '%' &&
            (i + 2 >= path.len || hex_value(path.ptr[i + 1]) < 0 || hex_value(path.ptr[i + 2]) < 0))
            return bad(why, "has a % that is none");
    }
    return OK;
}

static bool is_dot(slice segment, const char *dots)
{
    return slice_eq(segment, slice_str(dots));
}

/* "." and ".." are taken out of the path, not out of the query (RFC 3986, 5.2.4). */
static status flatten(arena *a, slice path, slice *ret, err *why)
{
    size_t query = slice_find_byte(path, '?', 0), n = 0;
    slice rest = slice_sub(path, 1, query == SIZE_MAX ? path.len : query), segment;
    char *out = arena_alloc(a, path.len + 2);
    if (!out)
        return ARENA_SPENT(a, why);
    bool open = true; /* the path ends in "/" */
    while (slice_cut(&rest, '/', &segment)) {
        open = is_dot(segment, ".") || is_dot(segment, "..");
        if (is_dot(segment, ".."))
            while (n && out[--n] != '/')
                ;
        if (open)
            continue;
        out[n++] = '/';
        memcpy(out + n, segment.ptr, segment.len);
        n += segment.len;
    }
    if (open || !n)
        out[n++] = '/';
    if (query != SIZE_MAX) {
        memcpy(out + n, path.ptr + query, path.len - query);
        n += path.len - query;
    }
    *ret = slice_of(out, n);
    return OK;
}

/* --- the whole -------------------------------------------------------------------------------- */

static status finish(arena *a, slice path, outbound_url *u, err *why)
{
    path = slice_sub(path, 0, slice_find_byte(path, '#', 0));
    if (!slice_starts(path, S("/"))) /* "", "?query" */
        path = arena_printf(a, "/%.*s", SLICE_FMT(path));
    if (!path.ptr)
        return ARENA_SPENT(a, why);
    status st = check_path(path, why);
    if (st == OK)
        st = flatten(a, path, &u->path, why);
    if (st != OK)
        return st;
    bool six = u->literal && slice_find_byte(u->host, ':', 0) != SIZE_MAX;
    char port[16] = "";
    if (u->port != (u->tls ? 443 : 80))
        snprintf(port, sizeof port, ":%u", u->port);
    u->text = arena_printf(a, "%s://%s%.*s%s%s%.*s", u->tls ? "https" : "http", six ? "[" : "",
                           SLICE_FMT(u->host), six ? "]" : "", port, SLICE_FMT(u->path));
    if (!u->text.ptr)
        return ARENA_SPENT(a, why);
    if (u->text.len > OUTBOUND_URL_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "URL over %d bytes", OUTBOUND_URL_MAX);
    return OK;
}

/* `text` begins behind "//". */
static status read_rest(arena *a, slice text, bool tls, outbound_url *ret, err *why)
{
    outbound_url u = {.tls = tls};
    size_t end = 0;
    while (end < text.len && !strchr("/?#", text.ptr[end]))
        end++;
    status st = read_authority(a, slice_sub(text, 0, end), &u, why);
    if (st == OK)
        st = finish(a, slice_from(text, end), &u, why);
    if (st == OK)
        *ret = u;
    return st;
}

static status check_text(slice text, err *why)
{
    if (text.len > OUTBOUND_URL_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "URL over %d bytes", OUTBOUND_URL_MAX);
    return memchr(text.len ? text.ptr : "", 0, text.len) ? bad(why, "has a NUL in it") : OK;
}

status outbound_url_read(arena *a, slice text, outbound_url *ret, err *why)
{
    status st = check_text(text, why);
    if (st != OK)
        return st;
    if (slice_starts_nocase(text, S("https://")))
        return read_rest(a, slice_from(text, 8), true, ret, why);
    if (slice_starts_nocase(text, S("http://")))
        return read_rest(a, slice_from(text, 7), false, ret, why);
    return bad(why, "does not begin with https:// or http://");
}

static bool has_scheme(slice text)
{
    size_t i = 0;
    while (i < text.len && (is_alnum(text.ptr[i]) || strchr("+-.", text.ptr[i])))
        i++;
    return i && i < text.len && text.ptr[i] == ':' && is_alpha(text.ptr[0]);
}

/* The path of `from` up to where a relative reference goes on. */
static slice base_of(const outbound_url *from, slice reference)
{
    size_t query = slice_find_byte(from->path, '?', 0);
    slice path = slice_sub(from->path, 0, query);
    if (slice_starts(reference, S("?")))
        return path;
    if (!reference.len || slice_starts(reference, S("#")))
        return from->path;
    while (path.len && path.ptr[path.len - 1] != '/')
        path.len--;
    return path;
}

status outbound_url_follow(arena *a, const outbound_url *from, slice reference, outbound_url *ret,
                           err *why)
{
    status st = check_text(reference, why);
    if (st != OK)
        return st;
    if (has_scheme(reference))
        return outbound_url_read(a, reference, ret, why);
    if (slice_starts(reference, S("//")))
        return read_rest(a, slice_from(reference, 2), from->tls, ret, why);
    outbound_url u = *from;
    slice path = reference;
    if (!slice_starts(reference, S("/")))
        path =
            arena_printf(a, "%.*s%.*s", SLICE_FMT(base_of(from, reference)), SLICE_FMT(reference));
    st = path.ptr || !reference.len ? finish(a, path, &u, why) : ARENA_SPENT(a, why);
    if (st == OK)
        *ret = u;
    return st;
}

bool outbound_same_origin(const outbound_url *a, const outbound_url *b)
{
    return a->tls == b->tls && a->port == b->port && slice_eq(a->host, b->host);
}
