/* url.c - URLs: see url.h. */
#include "model/url.h"

#include "model/domain.h"
#include "model/ip.h"

/* --- schemes -------------------------------------------------------------------------------- */

typedef struct scheme_info {
    slice name;
    uint16_t port;
    bool special; /* WHATWG: "\" is "/", missing slashes are forgiven */
} scheme_info;

static const scheme_info schemes[] = {
    {S_INIT("http"), 80, true},    {S_INIT("https"), 443, true}, {S_INIT("ftp"), 21, true},
    {S_INIT("ws"), 80, true},      {S_INIT("wss"), 443, true},   {S_INIT("file"), 0, true},
    {S_INIT("ssh"), 22, false},    {S_INIT("sftp"), 22, false},  {S_INIT("ftps"), 990, false},
    {S_INIT("telnet"), 23, false}, {S_INIT("ldap"), 389, false}, {S_INIT("ldaps"), 636, false},
    {S_INIT("rtsp"), 554, false},  {S_INIT("smb"), 445, false},  {S_INIT("rdp"), 3389, false},
};

static const scheme_info *scheme_find(slice name)
{
    for (size_t i = 0; i < COUNT_OF(schemes); i++)
        if (slice_eq(schemes[i].name, name))
            return &schemes[i];
    return NULL;
}

uint16_t url_default_port(slice scheme)
{
    const scheme_info *s = scheme_find(scheme);
    return s ? s->port : 0;
}

/* --- writing -------------------------------------------------------------------------------- */

typedef struct writer {
    char *out;
    size_t len;
    bool full;
    unsigned changed;
} writer;

static void put(writer *w, char c)
{
    if (w->len >= URL_MAX)
        w->full = true;
    else
        w->out[w->len++] = c;
}

static void put_slice(writer *w, slice s)
{
    if (s.len > URL_MAX - w->len) {
        w->full = true;
        return;
    }
    if (s.len)
        memcpy(w->out + w->len, s.ptr, s.len);
    w->len += s.len;
}

static void put_lower(writer *w, slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        put(w, to_lower(s.ptr[i]));
        w->changed |= s.ptr[i] != to_lower(s.ptr[i]) ? URL_CASE : 0u;
    }
}

static bool unreserved(unsigned char c)
{
    return is_alnum((char)c) || c == '-' || c == '.' || c == '_' || c == '~';
}

enum part { PART_PATH, PART_QUERY, PART_USERINFO };

static bool must_encode(unsigned char c, enum part part)
{
    if (c <= 0x20 || c >= 0x7f || strchr("\"<>`{}", c))
        return true;
    return part == PART_QUERY ? c == '\'' : part == PART_USERINFO && strchr("/?#@[\\]^|;=", c);
}

static void put_encoded(writer *w, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    put(w, '%');
    put(w, digits[c >> 4]);
    put(w, digits[c & 15]);
}

/* One character of a path, query or userinfo at s[*i]: what is unreserved stands plain, escapes
 * are upper case, a "%" that starts no escape is one itself. */
static void put_char(writer *w, slice s, size_t *i, enum part part)
{
    unsigned char c = (unsigned char)s.ptr[*i];
    ++*i;
    if (c != '%') {
        if (must_encode(c, part)) {
            put_encoded(w, c);
            w->changed |= URL_NORMALISED;
        } else {
            put(w, (char)c);
        }
        return;
    }
    int hi = *i < s.len ? hex_value(s.ptr[*i]) : -1;
    int lo = *i + 1 < s.len ? hex_value(s.ptr[*i + 1]) : -1;
    if (hi < 0 || lo < 0) {
        put_encoded(w, '%');
        w->changed |= URL_NORMALISED;
        return;
    }
    unsigned char v = (unsigned char)(hi << 4 | lo);
    bool respelt = s.ptr[*i] >= 'a' || s.ptr[*i + 1] >= 'a';
    *i += 2;
    if (unreserved(v)) {
        put(w, (char)v);
        respelt = true;
    } else {
        put_encoded(w, v);
    }
    w->changed |= respelt ? URL_NORMALISED : 0u;
}

/* --- hosts ---------------------------------------------------------------------------------- */

/* A number of an IPv4 host as browsers read it: decimal, 0x hex, 0 octal. */
static bool host_number(slice s, uint64_t *ret)
{
    unsigned base = 10;
    if (s.len >= 2 && s.ptr[0] == '0' && to_lower(s.ptr[1]) == 'x') {
        base = 16;
        s = slice_from(s, 2);
    } else if (s.len >= 2 && s.ptr[0] == '0') {
        base = 8;
        s = slice_from(s, 1);
    } else if (s.len == 0) {
        return false;
    }
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        int d = hex_value(s.ptr[i]);
        if (d < 0 || (unsigned)d >= base)
            return false;
        n = n > UINT32_MAX ? n : n * base + (unsigned)d; /* stays over the limit once there */
    }
    *ret = n;
    return true;
}

static bool ends_in_number(slice host)
{
    size_t dot = host.len;
    while (dot > 0 && host.ptr[dot - 1] != '.')
        dot--;
    slice last = slice_from(host, dot);
    uint64_t n;
    bool digits = last.len > 0;
    for (size_t i = 0; i < last.len; i++)
        digits &= is_digit(last.ptr[i]);
    return digits || (slice_starts_nocase(last, S("0x")) && host_number(last, &n));
}

static bool host_ip4(slice host, ip *ret)
{
    uint64_t part[4], n = 0;
    unsigned count = 0;
    slice f;
    while (slice_cut(&host, '.', &f))
        if (count == 4 || !host_number(f, &part[count++]))
            return false;
    for (unsigned i = 0; i + 1 < count; i++) {
        if (part[i] > 255)
            return false;
        n |= part[i] << (24 - 8 * i);
    }
    if (part[count - 1] >= (uint64_t)1 << (8 * (5 - count)))
        return false;
    *ret = ip4_make((uint32_t)(n | part[count - 1]));
    return true;
}

static status put_ip6_host(writer *w, slice inside, size_t at, err *why)
{
    char text[IP_TEXT_MAX], quoted[ERR_QUOTE_MAX];
    ip a;
    slice addr = slice_sub(inside, 0, slice_find_byte(inside, '%', 0));
    if (!ip6_read(addr, &a))
        return err_set(why, ERR_INPUT, at, "\"%s\" is no IPv6 address", err_quote(addr, quoted));
    slice canonical = slice_of(text, ip6_print(&a, text));
    if (!slice_eq(canonical, inside))
        w->changed |= slice_eq_nocase(canonical, inside) ? URL_CASE : URL_NORMALISED;
    put(w, '[');
    put_slice(w, canonical);
    put(w, ']');
    return OK;
}

/* Percent-decoded, mapped by IDNA, addresses in their one form. */
static status put_host(writer *w, slice host, size_t at, err *why)
{
    char decoded[DOMAIN_INPUT_MAX], name[DOMAIN_TEXT_MAX], text[IP_TEXT_MAX];
    char quoted[ERR_QUOTE_MAX];
    size_t n = 0, len = 0;
    if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        return put_ip6_host(w, slice_sub(host, 1, host.len - 1), at, why);
    if (slice_find_byte(host, '%', 0) != SIZE_MAX) {
        for (size_t i = 0; i < host.len && n < sizeof decoded; n++) {
            int hi = i + 2 < host.len ? hex_value(host.ptr[i + 1]) : -1;
            int lo = i + 2 < host.len ? hex_value(host.ptr[i + 2]) : -1;
            bool escape = host.ptr[i] == '%' && hi >= 0 && lo >= 0;
            decoded[n] = escape ? (char)(hi << 4 | lo) : host.ptr[i];
            i += escape ? 3 : 1;
        }
        host = slice_of(decoded, n);
        w->changed |= URL_NORMALISED;
    }
    unsigned changed = 0;
    status st = OK;
    ip a;
    slice dotless = host;
    if (dotless.len > 1 && dotless.ptr[dotless.len - 1] == '.')
        dotless.len--;
    if (!ends_in_number(dotless)) {
        st = domain_normalise(host, name, &len, &changed, why);
        if (st != OK)
            return err_wrap(why, st, "host \"%s\"", err_quote(host, quoted));
        w->changed |= (changed & DOMAIN_CASE ? URL_CASE : 0u) |
                      (changed & DOMAIN_IDNA ? URL_IDNA : 0u) |
                      (changed & DOMAIN_WIDTH ? URL_WIDTH : 0u) |
                      (changed & DOMAIN_DOT ? URL_NORMALISED : 0u);
        dotless = slice_of(name, len);
    }
    /* full-width letters and digits make a number only after the mapping */
    if (ends_in_number(dotless)) {
        if (!host_ip4(dotless, &a))
            return err_set(why, ERR_INPUT, at, "\"%s\" is no IPv4 address",
                           err_quote(host, quoted));
        len = ip_print(&a, text);
        w->changed |= slice_eq(host, slice_of(text, len)) ? 0u : URL_NORMALISED;
        put_slice(w, slice_of(text, len));
        return OK;
    }
    put_slice(w, dotless);
    return OK;
}

/* Where the port begins in "host:port": the last colon outside brackets, SIZE_MAX if none. */
static size_t port_colon(slice s)
{
    for (size_t i = s.len; i > 0; i--) {
        if (s.ptr[i - 1] == ']')
            return SIZE_MAX;
        if (s.ptr[i - 1] == ':')
            return i - 1;
    }
    return SIZE_MAX;
}

static status put_port(writer *w, slice port, const scheme_info *scheme, size_t at, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    uint64_t n = 0;
    if (port.len == 0) {
        w->changed |= URL_NORMALISED;
        return OK;
    }
    if (!slice_u64(port, &n) || n > 65535)
        return err_set(why, ERR_INPUT, at, "\"%s\" is no port", err_quote(port, quoted));
    if (n == 0 || (scheme && n == scheme->port)) {
        w->changed |= URL_NORMALISED;
        return OK;
    }
    char text[8];
    size_t len = (size_t)snprintf(text, sizeof text, ":%u", (unsigned)n);
    w->changed |= len == port.len + 1 ? 0u : URL_NORMALISED;
    put_slice(w, slice_of(text, len));
    return OK;
}

static status put_authority(writer *w, slice s, const scheme_info *scheme, size_t at, err *why)
{
    size_t sign = s.len;
    while (sign > 0 && s.ptr[sign - 1] != '@')
        sign--;
    if (sign > 0) {
        slice user = slice_sub(s, 0, sign - 1);
        if (user.len && user.ptr[user.len - 1] == ':' &&
            slice_find_byte(user, ':', 0) == user.len - 1) {
            user.len--;
            w->changed |= URL_NORMALISED;
        }
        for (size_t i = 0; i < user.len;)
            put_char(w, user, &i, PART_USERINFO);
        if (user.len)
            put(w, '@');
        else
            w->changed |= URL_NORMALISED;
        s = slice_from(s, sign);
    }
    size_t colon = port_colon(s);
    slice host = slice_sub(s, 0, colon);
    if (host.len == 0)
        return err_set(why, ERR_INPUT, at + sign, "a URL without host");
    status st = put_host(w, host, at + sign, why);
    if (st == OK && colon != SIZE_MAX)
        st = put_port(w, slice_from(s, colon + 1), scheme, at + sign + colon + 1, why);
    return st;
}

/* --- paths ---------------------------------------------------------------------------------- */

/* The segment that was just written starts at `from` (behind its slash): "." goes, ".." takes the
 * one before with it. Returns true when the segment is gone, w->len behind a slash then. */
static bool resolve_dots(writer *w, size_t root, size_t from)
{
    size_t n = w->len - from;
    if (n == 1 && w->out[from] == '.') {
        w->len = from;
        return true;
    }
    if (n != 2 || w->out[from] != '.' || w->out[from + 1] != '.')
        return false;
    w->len = from;
    if (from - 1 > root) {
        w->len--; /* the slash in front of ".." */
        while (w->len > root && w->out[w->len - 1] != '/')
            w->len--;
    }
    return true;
}

static void put_path(writer *w, slice s, bool special)
{
    size_t root = w->len, from = root + 1, i = 0;
    bool gone = true;
    put(w, '/');
    if (s.len == 0)
        w->changed |= URL_NORMALISED;
    else if (s.ptr[0] == '\\')
        w->changed |= URL_NORMALISED;
    i = s.len ? 1 : 0; /* s begins with its slash */
    while (i < s.len && !w->full) {
        char c = s.ptr[i];
        bool slash = c == '/' || (special && c == '\\');
        if (!slash) {
            put_char(w, s, &i, PART_PATH);
            continue;
        }
        i++;
        w->changed |= c == '\\' ? URL_NORMALISED : 0u;
        gone = resolve_dots(w, root, from);
        if (gone)
            w->changed |= URL_NORMALISED;
        else
            put(w, '/');
        from = w->len;
    }
    if (!w->full && resolve_dots(w, root, from))
        w->changed |= URL_NORMALISED;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

/* Length of "scheme" when `s` begins with one and a colon. */
static size_t scheme_length(slice s)
{
    size_t i = 0;
    if (s.len == 0 || !is_alpha(s.ptr[0]))
        return 0;
    while (i < s.len && i <= URL_SCHEME_MAX &&
           (is_alnum(s.ptr[i]) || s.ptr[i] == '+' || s.ptr[i] == '-' || s.ptr[i] == '.'))
        i++;
    return i < s.len && i <= URL_SCHEME_MAX && s.ptr[i] == ':' ? i : 0;
}

/* "data:...", "javascript:...": no host, the rest as it is but for escapes. */
static void put_opaque(writer *w, slice rest)
{
    size_t end = slice_find_byte(rest, '#', 0);
    if (end != SIZE_MAX)
        w->changed |= URL_NORMALISED;
    rest = slice_sub(rest, 0, end);
    for (size_t i = 0; i < rest.len;) {
        unsigned char c = (unsigned char)rest.ptr[i];
        if (c > 0x20 && c < 0x7f) {
            put(w, (char)c);
            i++;
        } else {
            put_char(w, rest, &i, PART_PATH);
        }
    }
}

static status put_hierarchical(writer *w, slice s, const scheme_info *scheme, bool special,
                               size_t at, err *why)
{
    size_t end = 0;
    while (end < s.len && s.ptr[end] != '/' && s.ptr[end] != '?' && s.ptr[end] != '#' &&
           !(special && s.ptr[end] == '\\'))
        end++;
    slice authority = slice_sub(s, 0, end);
    status st = OK;
    bool file = scheme && slice_eq(scheme->name, S("file"));
    if (!(file && authority.len == 0))
        st = put_authority(w, authority, scheme, at, why);
    if (st != OK)
        return st;
    size_t query = end;
    while (query < s.len && s.ptr[query] != '?' && s.ptr[query] != '#')
        query++;
    put_path(w, slice_sub(s, end, query), special);
    if (query < s.len && s.ptr[query] == '?') {
        put(w, '?');
        for (query++; query < s.len && s.ptr[query] != '#';)
            put_char(w, s, &query, PART_QUERY);
    }
    if (query < s.len)
        w->changed |= URL_NORMALISED; /* the fragment never leaves the browser */
    return OK;
}

/* How a URL begins: the scheme's length (0: it has none) and the slashes behind its colon. */
typedef struct front {
    const scheme_info *scheme; /* NULL: one we do not know */
    size_t len, slashes;
    bool special;
} front;

static front read_front(slice text)
{
    front f = {.len = scheme_length(text)};
    char lower[URL_SCHEME_MAX];
    for (size_t i = 0; i < f.len; i++)
        lower[i] = to_lower(text.ptr[i]);
    f.scheme = f.len ? scheme_find(slice_of(lower, f.len)) : NULL;
    f.special = f.scheme && f.scheme->special;
    size_t at = f.len + 1;
    while (f.len && at + f.slashes < text.len &&
           (text.ptr[at + f.slashes] == '/' || (f.special && text.ptr[at + f.slashes] == '\\')))
        f.slashes++;
    /* "host:80/path" has no scheme, "evil.example:x" neither; "http:host" and "data:" have */
    bool port_follows = f.len && at < text.len && is_digit(text.ptr[at]);
    bool dotted = slice_find_byte(slice_sub(text, 0, f.len), '.', 0) != SIZE_MAX;
    return f.len && !f.special && f.slashes < 2 && (port_follows || dotted) ? (front){0} : f;
}

static status normalise_schemeless(writer *w, slice text, err *why)
{
    if (text.len && is_slash(text.ptr[0]))
        return err_set(why, ERR_INPUT, 0, "a URL without host");
    status st = put_hierarchical(w, text, NULL, true, 0, why);
    if (st == OK && read_front(slice_of(w->out, w->len)).len) /* "@http:9/" */
        return err_set(why, ERR_INPUT, 0, "a host that looks like a scheme");
    return st;
}

static status normalise(writer *w, slice text, err *why)
{
    front f = read_front(text);
    size_t at = f.len + 1;
    if (f.len == 0)
        return normalise_schemeless(w, text, why);
    put_lower(w, slice_sub(text, 0, f.len));
    put(w, ':');
    if (!f.special && f.slashes < 2) {
        size_t before = w->len;
        put_opaque(w, slice_from(text, at));
        return w->len > before ? OK : err_set(why, ERR_INPUT, at, "nothing behind the scheme");
    }
    bool file = f.special && slice_eq(f.scheme->name, S("file"));
    size_t take = f.special && !file ? f.slashes : f.slashes > 2 ? 2 : f.slashes;
    if (take != 2 || text.ptr[at] == '\\' || text.ptr[at + 1] == '\\')
        w->changed |= URL_NORMALISED;
    put_slice(w, S("//"));
    return put_hierarchical(w, slice_from(text, at + take), f.scheme, f.special, at + take, why);
}

/* Tabs and line ends mean nothing in a URL (WHATWG section 4.4). */
static bool has_line_ends(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '\t' || s.ptr[i] == '\n' || s.ptr[i] == '\r')
            return true;
    return false;
}

static status normalise_lines(writer *w, slice s, err *why)
{
    char whole[URL_MAX];
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '\t' && s.ptr[i] != '\n' && s.ptr[i] != '\r')
            whole[n++] = s.ptr[i];
    w->changed |= URL_NORMALISED;
    return normalise(w, slice_of(whole, n), why);
}

status url_normalise(slice text, char out[URL_MAX + 1], size_t *ret_len, unsigned *ret_changed,
                     err *why)
{
    writer w = {.out = out};
    if (text.len > URL_MAX)
        return err_set(why, ERR_LIMIT, URL_MAX, "URL over %d bytes", URL_MAX);
    status st = has_line_ends(text) ? normalise_lines(&w, text, why) : normalise(&w, text, why);
    if (st != OK)
        return st;
    if (w.full)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "URL over %d bytes when encoded", URL_MAX);
    out[w.len] = 0;
    *ret_len = w.len;
    *ret_changed = w.changed;
    return OK;
}

url url_split(slice s)
{
    url u = {0};
    size_t n = scheme_length(s);
    if (n && n + 2 < s.len && s.ptr[n + 1] == '/' && s.ptr[n + 2] == '/') {
        u.scheme = slice_sub(s, 0, n);
        s = slice_from(s, n + 3);
    } else if (n && !(n + 1 < s.len && is_digit(s.ptr[n + 1]))) {
        u.scheme = slice_sub(s, 0, n);
        u.path = slice_from(s, n + 1);
        return u;
    }
    size_t end = 0;
    while (end < s.len && s.ptr[end] != '/' && s.ptr[end] != '?')
        end++;
    slice authority = slice_sub(s, 0, end);
    size_t query = slice_find_byte(s, '?', end);
    u.path = slice_sub(s, end, query);
    u.has_query = query != SIZE_MAX;
    u.query = u.has_query ? slice_from(s, query + 1) : slice_from(s, s.len);
    size_t sign = authority.len;
    while (sign > 0 && authority.ptr[sign - 1] != '@')
        sign--;
    u.userinfo = slice_sub(authority, 0, sign ? sign - 1 : 0);
    authority = slice_from(authority, sign);
    size_t colon = port_colon(authority);
    uint64_t port = 0;
    if (colon != SIZE_MAX && slice_u64(slice_from(authority, colon + 1), &port) && port <= 65535)
        u.port = (uint16_t)port;
    u.host = slice_sub(authority, 0, colon);
    ip a;
    u.host_kind = u.host.len == 0        ? URL_HOST_NONE
                  : u.host.ptr[0] == '[' ? URL_HOST_IP6
                  : ip4_read(u.host, &a) ? URL_HOST_IP4
                                         : URL_HOST_NAME;
    if (u.host_kind == URL_HOST_IP6)
        u.host = slice_sub(u.host, 1, u.host.len - 1);
    return u;
}
