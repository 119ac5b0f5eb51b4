/* url.c - URLs, and the mail addresses that look a little like them; user agents, which contain
 * both. */
#include "model/extract/scan.h"

#include "base/text.h"
#include "model/domain.h"
#include "model/url.h"

/* --- where a URL ends ----------------------------------------------------------------------- */

/* HTML that was never decoded: what these stand for ends a URL. */
bool entity_here(slice rest)
{
    static const slice list[] = {S_INIT("&quot;"), S_INIT("&gt;"),  S_INIT("&lt;"),
                                 S_INIT("&#34;"),  S_INIT("&#39;"), S_INIT("&nbsp;")};
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (slice_starts(rest, list[i]))
            return true;
    return false;
}

/* ",http://": two in a list. */
static bool scheme_behind(slice rest)
{
    size_t i = 1;
    while (i < rest.len && i < 10 && is_alpha(rest.ptr[i]))
        i++;
    return i > 3 && slice_starts(slice_from(rest, i), S("://"));
}

/* Is the URL a cell of a table with commas, semicolons or bars? Then these end it. */
static bool in_cell(const scan *s, size_t from)
{
    char c = before(s, from);
    return c == 0 || c == '\n' || c == '\r' || c == ',' || c == ';' || c == '\t' || c == '|';
}

typedef struct url_walk {
    size_t host; /* where the host begins */
    bool in_host;
    bool cell;
    char quote; /* in front of the URL */
    int round, square, curly;
} url_walk;

/* Letters beyond ASCII: all of them in a host, but a name in ASCII ends where kana or Han begin;
 * in a path those of scripts written with spaces. */
static bool foreign_goes_on(const scan *s, const url_walk *w, size_t i, uint32_t c)
{
    if (c == 0xfffd || !text_is_letter_or_digit(c))
        return false;
    if (!text_is_cjk(c))
        return true;
    return w->in_host && !is_alnum(before(s, i)) && before(s, i) != '/';
}

/* Kana and Han right behind "://" are a host if a dot follows them before anything else does. */
static bool cjk_host(const scan *s, size_t i)
{
    size_t end = i;
    for (uint32_t c = scan_char_at(s, i, &end); c >= 0x80 && end - i < 256;) {
        if (!text_is_letter_or_digit(c))
            return false;
        if (at(s, end) == '.')
            return true;
        c = scan_char_at(s, end, &end);
    }
    return false;
}

static bool bracket_goes_on(url_walk *w, char c)
{
    switch (c) {
    case '(': w->round++; return true;
    case '[': w->square++; return true;
    case '{': w->curly++; return true;
    case ')': return w->round-- > 0;
    case ']': return w->square-- > 0;
    case '}': return w->curly-- > 0;
    default: return true;
    }
}

static bool goes_on(const scan *s, url_walk *w, size_t i)
{
    char c = at(s, i);
    if ((unsigned char)c <= 0x20 || c == 0x7f || strchr("\"<>`|\\^", c))
        return false;
    if (c == '\'')
        return w->quote != '\'';
    if (c == ',' || c == ';')
        return !w->cell && !scheme_behind(slice_from(s->t, i));
    if (c == '&')
        return !entity_here(slice_from(s->t, i));
    return bracket_goes_on(w, c);
}

size_t url_end(const scan *s, size_t from, size_t host)
{
    url_walk w = {
        .host = host, .in_host = true, .cell = in_cell(s, from), .quote = before(s, from)};
    size_t i = host;
    while (i < s->t.len && i - from <= OBSERVABLE_TEXT_MAX) {
        size_t next = i + 1;
        char c = at(s, i);
        if ((unsigned char)c >= 0x80) {
            uint32_t u = scan_char_at(s, i, &next);
            bool first = i == host && text_is_cjk(u);
            if (first ? !cjk_host(s, i) : !foreign_goes_on(s, &w, i, u))
                break;
        } else if (!goes_on(s, &w, i)) {
            break;
        }
        w.in_host &= c != '/' && c != '?' && c != '#';
        i = next;
    }
    while (i > host && strchr(".,:;!?'*\"", before(s, i)))
        i--;
    return i;
}

/* --- URLs with a scheme --------------------------------------------------------------------- */

static const slice schemes[] = {
    S_INIT("http"),        S_INIT("https"),  S_INIT("ftp"),     S_INIT("ftps"),
    S_INIT("sftp"),        S_INIT("ssh"),    S_INIT("ws"),      S_INIT("wss"),
    S_INIT("tcp"),         S_INIT("udp"),    S_INIT("ldap"),    S_INIT("ldaps"),
    S_INIT("rtsp"),        S_INIT("rtmp"),   S_INIT("smb"),     S_INIT("telnet"),
    S_INIT("irc"),         S_INIT("ircs"),   S_INIT("git"),     S_INIT("svn"),
    S_INIT("socks4"),      S_INIT("socks5"), S_INIT("socks"),   S_INIT("redis"),
    S_INIT("mongodb"),     S_INIT("mysql"),  S_INIT("rmi"),     S_INIT("gopher"),
    S_INIT("nntp"),        S_INIT("tftp"),   S_INIT("vnc"),     S_INIT("rdp"),
    S_INIT("mqtt"),        S_INIT("iiop"),   S_INIT("stratum"), S_INIT("stratum+tcp"),
    S_INIT("stratum+ssl"),
};

/* The start of a scheme that we know and that ends at `colon`; what stands in front of it may be
 * glued on ("URLhttp://"). */
static size_t scheme_from(const scan *s, size_t colon)
{
    size_t start = colon, best = SIZE_MAX;
    while (start > 0 && colon - start < 12 &&
           (is_alnum(before(s, start)) || before(s, start) == '+'))
        start--;
    for (size_t k = 0; k < COUNT_OF(schemes); k++) {
        size_t n = schemes[k].len;
        if (colon - start >= n && slice_eq_nocase(slice_sub(s->t, colon - n, colon), schemes[k]) &&
            (best == SIZE_MAX || colon - n < best))
            best = colon - n;
    }
    bool glued = best != SIZE_MAX && best > start;
    return glued && colon - best < 4 ? SIZE_MAX : best; /* "xws://" is no web socket */
}

/* The hash in the path or query of a URL, as in those of services that show reports on files. */
static void hashes_inside(scan *s, size_t from, size_t to)
{
    for (size_t i = from; i < to;) {
        size_t end = i;
        while (end < to && is_alnum(at(s, end)))
            end++;
        size_t len = end - i;
        observable o;
        if ((len == 32 || len == 40 || len == 64 || len == 128) &&
            scan_read(s, i, end, KIND_NONE, &o) && kind_is_hash(o.kind) && !o.special)
            scan_found_inside(s, i, end, &o);
        i = end + 1;
    }
}

/* Hosts without a dot are placeholders more often than machines: "http://server/". */
static bool host_is_real(const observable *o)
{
    if (o->kind != KIND_URL)
        return true;
    url u = url_split(o->value);
    return u.host_kind == URL_HOST_IP4 || u.host_kind == URL_HOST_IP6 ||
           slice_find_byte(u.host, '.', 0) != SIZE_MAX || slice_eq(u.host, S("localhost"));
}

void find_urls(scan *s)
{
    for (size_t i = slice_find_byte(s->t, ':', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, ':', i + 1)) {
        if (at(s, i + 1) != '/' || at(s, i + 2) != '/' || s->taken[i])
            continue;
        size_t from = scheme_from(s, i);
        if (from == SIZE_MAX)
            continue;
        size_t to = url_end(s, from, i + 3);
        observable o;
        if (to <= i + 3 || !scan_free(s, from, to) || !scan_read(s, from, to, KIND_NONE, &o))
            continue;
        if (!host_is_real(&o))
            continue;
        scan_found(s, from, to, &o);
        hashes_inside(s, i + 3, to);
        i = to - 1;
    }
}

/* --- mail addresses ------------------------------------------------------------------------- */

enum { LOCAL_MAX = 64 };

static bool local_char(char c)
{
    return is_alnum(c) || (c && strchr("._%+-~'", c));
}

static size_t local_from(const scan *s, size_t sign)
{
    size_t from = sign;
    if (before(s, sign) == '"') { /* a quoted local part, on the same line */
        for (from = sign - 1; from > 0 && sign - from < LOCAL_MAX && at(s, from - 1) != '\n';)
            if (at(s, --from) == '"')
                return from;
        return sign;
    }
    while (from > 0 && sign - from < LOCAL_MAX && local_char(before(s, from)))
        from--;
    if (from > 0 && local_char(before(s, from)))
        return sign; /* longer than any */
    while (from < sign && strchr("._%+-~'", at(s, from)))
        from++;
    return from;
}

static size_t host_end(const scan *s, size_t from)
{
    size_t to = from;
    if (at(s, from) == '[') {
        size_t close = slice_find_byte(slice_sub(s->t, 0, from + 64), ']', from);
        return close == SIZE_MAX ? from : close + 1;
    }
    for (;;) {
        size_t next = to + 1;
        char c = at(s, to);
        if ((unsigned char)c >= 0x80) {
            uint32_t u = scan_char_at(s, to, &next);
            if (!text_is_letter_or_digit(u) || u == 0xfffd ||
                (text_is_cjk(u) && is_alnum(before(s, to))))
                break;
        } else if (!is_alnum(c) && c != '-' && c != '_' && c != '.') {
            break;
        }
        to = next;
    }
    while (to > from && strchr(".-_", before(s, to)))
        to--;
    return to;
}

/* "Message-ID: <x@y>" has the shape, but is no address. */
static bool in_message_id(const scan *s, size_t from)
{
    size_t line = from;
    while (line > 0 && from - line < 200 && before(s, line) != '\n')
        line--;
    slice head = slice_trim(slice_sub(s->t, line, from));
    return slice_starts_nocase(head, S("Message-ID")) ||
           slice_starts_nocase(head, S("In-Reply-To")) ||
           slice_starts_nocase(head, S("References:"));
}

void find_emails(scan *s)
{
    for (size_t i = slice_find_byte(s->t, '@', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, '@', i + 1)) {
        size_t from = s->taken[i] ? i : local_from(s, i), to = host_end(s, i + 1);
        observable o;
        if (from == i || to <= i + 1 || !scan_free(s, from, to) ||
            !scan_read(s, from, to, KIND_EMAIL, &o))
            continue;
        bool dotted = at(s, i + 1) == '[' || memchr(s->t.ptr + i, '.', to - i) != NULL;
        if (!dotted || (o.unknown_tld && !scan_defanged(s, from, to)))
            continue;
        if (in_message_id(s, from))
            scan_block(s, from, to);
        else
            scan_found(s, from, to, &o);
    }
}

/* --- user agents ---------------------------------------------------------------------------- */

enum { AGENT_MAX = 512 };

/* "(...)" or "Name/1.2" or "like Gecko" behind a blank. */
static size_t agent_part(const scan *s, size_t i)
{
    size_t end = i + 1;
    if (at(s, i) != ' ')
        return i;
    if (at(s, end) == '(') {
        int depth = 0;
        for (size_t k = end; k < s->t.len && k - i < AGENT_MAX && at(s, k) != '\n'; k++) {
            depth += at(s, k) == '(' ? 1 : at(s, k) == ')' ? -1 : 0;
            if (depth == 0)
                return k + 1;
        }
        return i;
    }
    bool slash = false;
    while (is_alnum(at(s, end)) || (at(s, end) && strchr("._-+/:", at(s, end)))) {
        slash |= at(s, end) == '/' && is_alnum(at(s, end + 1));
        end++;
    }
    while (end > i && strchr(".,:-", before(s, end)))
        end--;
    if (slash && end > i + 1)
        return end;
    return slice_starts(slice_from(s->t, i), S(" like Gecko")) ? i + 11 : i;
}

void find_user_agents(scan *s)
{
    slice name = S("Mozilla/");
    for (size_t z = slice_find_byte(s->t, 'z', 0); z != SIZE_MAX; /* the rarest of its letters */
         z = slice_find_byte(s->t, 'z', z + 1)) {
        if (z < 2 || at(s, z + 5) != '/' || !slice_starts(slice_from(s->t, z - 2), name))
            continue;
        size_t i = z - 2, to = i + name.len;
        while (is_digit(at(s, to)) || at(s, to) == '.')
            to++;
        if (is_alnum(before(s, i)) || to < i + name.len + 3)
            continue;
        for (size_t next; to - i < AGENT_MAX && (next = agent_part(s, to)) > to;)
            to = next;
        if (memchr(s->t.ptr + i, '(', to - i)) /* alone it is a word in a sentence */
            scan_take(s, i, to, KIND_USER_AGENT);
    }
}
