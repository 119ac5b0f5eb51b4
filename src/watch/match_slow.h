/* match_slow.h - what match.h finds, found the slow way: line by line, every escape undone first,
 * every place looked at, every value compared with every indicator. For the tests.
 * Uses: base, model (ip, domain, url); nothing of watch/match. Used by: match_test.c, match_fuzz.c.
 * Written from docs/watch.md; where the two differ one of them is wrong. */
#ifndef NOROSHI_WATCH_MATCH_SLOW_H
#define NOROSHI_WATCH_MATCH_SLOW_H

#include "model/domain.h"
#include "model/ip.h"
#include "model/url.h"
#include "watch/match.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct slow_indicator {
    kind kind;
    slice value;
    uint64_t id;
    char url[MATCH_URL_MAX +
             512]; /* host, port, path, query; empty: no URL, or none that is found */
    char host[512];
} slow_indicator;

/* One character of a line, out of one byte or an escape. */
typedef struct slow_char {
    unsigned char c;
    bool escaped, letter;
    uint32_t from, to;
} slow_char;

typedef struct slow {
    const slow_indicator *all;
    size_t count;
    match_hit *hits;
    size_t hit_count, hit_room;
    uint64_t base;    /* offset of the line */
    const char *line; /* as written */
    size_t line_len;
    slow_char *x; /* plain */
    size_t n;
    size_t *literals, literal_count; /* those of `all` that are looked for as they are */
} slow;

static void slow_hit(slow *s, size_t from, size_t to, kind k, match_how how, uint64_t id)
{
    if (s->hit_count == s->hit_room) {
        s->hit_room = s->hit_room * 2 + 64;
        s->hits = realloc(s->hits, s->hit_room * sizeof *s->hits);
        if (!s->hits)
            abort();
    }
    s->hits[s->hit_count++] = (match_hit){s->base + from, to - from, id, k, how};
}

/* --- making a line plain -------------------------------------------------------------------- */

static bool slow_begins(const slow *s, size_t at, const char *with)
{
    size_t n = strlen(with);
    return s->line_len - at >= n && strncasecmp(s->line + at, with, n) == 0;
}

/* The number that `digits` hexadecimal digits at `at` are, or -1. */
static long slow_number(const slow *s, size_t at, size_t digits)
{
    char text[8] = {0};
    if (at > s->line_len || s->line_len - at < digits)
        return -1;
    for (size_t i = 0; i < digits; i++) {
        text[i] = s->line[at + i];
        if (!strchr("0123456789abcdefABCDEF", text[i]) || !text[i])
            return -1;
    }
    return strtol(text, NULL, 16);
}

static void slow_put(slow *s, size_t from, size_t to, unsigned c, bool escaped, bool letter)
{
    s->x[s->n++] = (slow_char){(unsigned char)c, escaped, letter, (uint32_t)from, (uint32_t)to};
}

/* U+3002 and full-width forms are what they stand for. */
static unsigned slow_narrow(unsigned code)
{
    if (code == 0x3002 || code == 0xff61)
        return '.';
    return code >= 0xff01 && code <= 0xff5e ? code - 0xff01 + '!' : code;
}

static void slow_put_code(slow *s, size_t from, size_t to, unsigned code)
{
    code = slow_narrow(code);
    if (code >= 0xd800 && code <= 0xdfff)
        code = ' ';
    if (code < 0x80) {
        slow_put(s, from, to, code, true, false);
    } else if (code < 0x800) {
        slow_put(s, from, to, 0xc0 + code / 64, true, false);
        slow_put(s, from, to, 0x80 + code % 64, true, false);
    } else {
        slow_put(s, from, to, 0xe0 + code / 4096, true, false);
        slow_put(s, from, to, 0x80 + code / 64 % 64, true, false);
        slow_put(s, from, to, 0x80 + code % 64, true, false);
    }
}

static size_t slow_percent(slow *s, size_t at)
{
    for (size_t depth = 5; depth-- > 0;) {
        bool fits = true;
        for (size_t i = 0; i < depth; i++)
            fits = fits && slow_begins(s, at + 1 + 2 * i, "25");
        long c = fits ? slow_number(s, at + 1 + 2 * depth, 2) : -1;
        if (c < 0)
            continue;
        slow_put(s, at, at + 3 + 2 * depth, (unsigned)c, true, false);
        return 3 + 2 * depth;
    }
    return 0;
}

static size_t slow_backslash(slow *s, size_t at)
{
    long c;
    char next = at + 1 < s->line_len ? s->line[at + 1] : 0;
    if (next == 'u' && (c = slow_number(s, at + 2, 4)) >= 0) {
        slow_put_code(s, at, at + 6, (unsigned)c);
        return 6;
    }
    if (next == 'x' && (c = slow_number(s, at + 2, 2)) >= 0) {
        slow_put(s, at, at + 4, (unsigned)c, true, false);
        return 4;
    }
    if (next && strchr("bfnrtv", next)) {
        slow_put(s, at, at + 2, ' ', true, true);
        return 2;
    }
    if (next && strchr("/\"'", next)) {
        slow_put(s, at, at + 2, (unsigned char)next, true, false);
        return 2;
    }
    return 0;
}

static size_t slow_bracket(slow *s, size_t at)
{
    static const char *const forms[] = {"[.].",   "(.).", "{.}.",  "[dot].", "(dot).",
                                        "{dot}.", "[:]:", "(:):",  "{:}:",   "[@]@",
                                        "(@)@",   "{@}@", "[at]@", "(at)@",  "{at}@"};
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        char form[8];
        size_t n = strlen(forms[i]) - 1;
        memcpy(form, forms[i], n);
        form[n] = 0;
        if (slow_begins(s, at, form)) {
            slow_put(s, at, at + n, (unsigned char)forms[i][n], true, false);
            return n;
        }
    }
    return 0;
}

static size_t slow_wide(slow *s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s->line + at;
    if (s->line_len - at < 3 || p[0] < 0xe0 || p[0] > 0xef || p[1] >> 6 != 2 || p[2] >> 6 != 2)
        return 0;
    unsigned code = (p[0] & 15u) * 4096 + (p[1] & 63u) * 64 + (p[2] & 63u);
    if (slow_narrow(code) == code)
        return 0;
    slow_put(s, at, at + 3, slow_narrow(code), true, false);
    return 3;
}

static void slow_plain(slow *s)
{
    s->n = 0;
    for (size_t at = 0; at < s->line_len;) {
        unsigned char c = (unsigned char)s->line[at];
        size_t used = c == '%'                           ? slow_percent(s, at)
                      : c == '\\'                        ? slow_backslash(s, at)
                      : c == '[' || c == '(' || c == '{' ? slow_bracket(s, at)
                      : c >= 0x80                        ? slow_wide(s, at)
                                                         : 0;
        if (used == 0) {
            slow_put(s, at, at + 1, c, false, false);
            used = 1;
        }
        at += used;
    }
}

/* --- places --------------------------------------------------------------------------------- */

static bool slow_word(unsigned c)
{
    return c && c < 0x80 && is_alnum((char)c);
}

static bool slow_name(unsigned c)
{
    return slow_word(c) || c == '.' || c == '-' || c == '_';
}

static unsigned slow_at(const slow *s, size_t i)
{
    return i < s->n ? s->x[i].c : '\n';
}

static unsigned slow_before(const slow *s, size_t i)
{
    return i ? s->x[i - 1].c : '\n';
}

static bool slow_escaped(const slow *s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (s->x[i].escaped)
            return true;
    return false;
}

static size_t slow_written(const slow *s, size_t from, size_t to)
{
    return from < to ? s->x[to - 1].to - s->x[from].from : 0;
}

/* The plain text [from, to), in lower case. */
static size_t slow_text(const slow *s, size_t from, size_t to, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = from; i < to && n < room; i++)
        out[n++] = to_lower((char)s->x[i].c);
    return n;
}

/* --- URLs ----------------------------------------------------------------------------------- */

/* Host, port, path and query of a normalised URL. */
static bool slow_url_parts(slice text, char *out, size_t room, char *host, size_t host_room)
{
    url u = url_split(text);
    bool six = u.host_kind == URL_HOST_IP6;
    char port[8] = "";
    if (u.host_kind == URL_HOST_NONE || u.host.len == 0)
        return false;
    if (u.port && u.port != 80 && u.port != 443)
        snprintf(port, sizeof port, ":%u", u.port);
    snprintf(host, host_room, "%s%.*s%s", six ? "[" : "", SLICE_FMT(u.host), six ? "]" : "");
    int n =
        snprintf(out, room, "%s%s%.*s%s%.*s", host, port, SLICE_FMT(u.path.len ? u.path : S("/")),
                 u.has_query ? "?" : "", SLICE_FMT(u.query));
    return n > 0 && (size_t)n < room;
}

static bool slow_url_key(const char *rest, size_t len, char *out, size_t room, char *host,
                         size_t host_room)
{
    static const char scheme[] = "http://";
    char whole[URL_MAX + 1], text[URL_MAX + 1];
    size_t n = sizeof scheme - 1, done;
    unsigned changed;
    if (len > URL_MAX - n)
        return false;
    memcpy(whole, scheme, n);
    memcpy(whole + n, rest, len);
    return url_normalise(slice_of(whole, n + len), text, &done, &changed, NULL) == OK &&
           slow_url_parts(slice_of(text, done), out, room, host, host_room);
}

/* What stands behind the host, until a URL must end; at[i]: behind byte i, as written. */
static size_t slow_rest(const slow *s, size_t from, char *out, uint32_t *at)
{
    const char *p = s->line;
    size_t n = 0, end = s->line_len - from > MATCH_URL_MAX ? from + MATCH_URL_MAX : s->line_len;
    size_t depth = 0; /* the URL itself is encoded, so many times */
    slow own = *s;
    own.line_len = end;
    if (from < end && p[from] == '%') {
        size_t i = from + 1;
        while (depth < 4 && slow_begins(&own, i, "25") && slow_number(&own, i + 2, 2) >= 0) {
            depth++;
            i += 2;
        }
        long c = slow_number(&own, i, 2);
        depth = c == '/' || c == ':' || c == '?' || c == '#' ? depth + 1 : 0;
    }
    while (from < end) {
        unsigned c = (unsigned char)p[from];
        size_t used = 1;
        if (depth && c == '&')
            break;
        if (depth && c == '%') {
            size_t i = from + 1, level = 1;
            while (level < depth && slow_begins(&own, i, "25")) {
                level++;
                i += 2;
            }
            if (level == depth && slow_number(&own, i, 2) >= 0) {
                c = (unsigned)slow_number(&own, i, 2);
                used = i + 2 - from;
            }
        } else if (!depth && c == '\\') {
            size_t i = from;
            while (i < end && p[i] == '\\')
                i++;
            if (i < end && p[i] == '/') {
                c = '/';
                used = i + 1 - from;
            } else if (i == from + 1) {
                long code = i < end && p[i] == 'u'    ? slow_number(&own, i + 1, 4)
                            : i < end && p[i] == 'x'  ? slow_number(&own, i + 1, 2)
                            : i < end && p[i] == '\'' ? '\''
                                                      : -1;
                if (code > 0xff00)
                    code = (long)slow_narrow((unsigned)code);
                if (code == 0x3002)
                    code = '.';
                if (code <= ' ' || code >= 0x7f)
                    break;
                c = (unsigned)code;
                used = p[i] == 'u' ? 6 : p[i] == 'x' ? 4 : 2;
            }
        }
        if (c <= ' ' || c == 0x7f || strchr("\"<>`\\", (int)c))
            break;
        from += used;
        at[n] = (uint32_t)from;
        out[n++] = (char)c;
    }
    return n;
}

/* Are the host and these bytes an indicator? */
static bool slow_try(slow *s, const char *host, const char *rest, size_t n, size_t from, size_t to,
                     match_how how)
{
    char text[URL_MAX + 1], key[MATCH_URL_MAX + 512], own[512];
    size_t len = strlen(host);
    bool hit = false;
    if (len + n > URL_MAX)
        return false;
    memcpy(text, host, len);
    memcpy(text + len, rest, n);
    if (!slow_url_key(text, len + n, key, sizeof key, own, sizeof own))
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i].url[0] && strcmp(s->all[i].url, key) == 0) {
            slow_hit(s, from, to, KIND_URL, how, s->all[i].id);
            hit = true;
        }
    return hit;
}

/* The host of some URL stands at [from, to) of the line, as written. */
static void slow_url(slow *s, const char *host, size_t from, size_t to)
{
    char rest[MATCH_URL_MAX + 1];
    uint32_t at[MATCH_URL_MAX + 1];
    const char *p = s->line;
    size_t begin = to;
    if (host[0] == '[') {
        begin += begin < s->line_len && p[begin] == ']';
        from -= from && p[from - 1] == '[';
    } else if (s->line_len - begin >= 2 && p[begin] == '.' && p[begin + 1] &&
               strchr("/:?#", p[begin + 1])) {
        begin++;
    }
    size_t n = slow_rest(s, begin, rest, at);
    size_t digits = 0;
    rest[n] = 0;
    while (n && rest[0] == ':' && is_digit(rest[1 + digits]))
        digits++;
    char mark = n == 0 ? 0 : rest[0] != ':' ? rest[0] : digits ? rest[1 + digits] : 0;
    if (mark != '/' && mark != '?' && mark != '#') {
        bool scheme = (from >= 2 && memcmp(p + from - 2, "//", 2) == 0) ||
                      (from >= 3 && memcmp(p + from - 3, "/\\/", 3) == 0);
        if (!scheme || !slow_try(s, host, "", 0, from, to, MATCH_EXACT))
            slow_hit(s, from, to, KIND_URL, MATCH_JOIN, 0);
        return;
    }
    /* every end that it may have, the longest first */
    size_t soft = 0, bare = n;
    bool may[MATCH_URL_MAX + 1] = {false};
    may[n] = true;
    for (size_t i = 0; i < n && soft < 8; i++)
        if (strchr("',;|&()[]{}$*!", rest[i])) {
            may[i] = true;
            soft++;
        }
    while (bare && strchr(".,;:!?'*_~-", rest[bare - 1]))
        bare--;
    /* between the whole and the one without its last marks there is nothing to try */
    for (size_t i = bare + 1; i < n; i++)
        may[i] = false;
    may[bare] = true;
    for (size_t i = n + 1; i-- > 0;)
        if (may[i] && slow_try(s, host, rest, i, from, i ? at[i - 1] : to, MATCH_EXACT))
            return;
    char *query = memchr(rest, '?', n);
    if (query) {
        size_t i = (size_t)(query - rest);
        slow_try(s, host, rest, i, from, i ? at[i - 1] : to, MATCH_PARENT);
    }
}

static void slow_host(slow *s, const char *host, size_t from, size_t to)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i].url[0] && strcmp(s->all[i].host, host) == 0) {
            slow_url(s, host, from, to);
            return;
        }
}

/* --- addresses ------------------------------------------------------------------------------ */

static void slow_address(slow *s, const ip *a, size_t from, size_t to)
{
    char text[IP_TEXT_MAX], host[IP_TEXT_MAX + 2];
    ip_print(a, text);
    for (size_t i = 0; i < s->count; i++) {
        const slow_indicator *one = &s->all[i];
        ip_net net;
        unsigned changed;
        if ((one->kind == KIND_IPV4 || one->kind == KIND_IPV6) &&
            slice_eq(one->value, slice_str(text)))
            slow_hit(s, from, to, one->kind, MATCH_EXACT, one->id);
        if (one->kind == KIND_CIDR && ip_net_parse(one->value, &net, &changed, NULL) == OK &&
            ip_net_has(&net, a))
            slow_hit(s, from, to, KIND_CIDR, MATCH_COVERS, one->id);
    }
    snprintf(host, sizeof host, ip_is4(a) ? "%s" : "[%s]", text);
    slow_host(s, host, from, to);
}

/* Every dotted quad of a run, between what is neither letter, digit nor dot. */
static void slow_quads(slow *s, size_t from, size_t to)
{
    char text[32];
    ip a;
    for (size_t i = from; i < to; i++)
        for (size_t k = i + 7; k <= to && k <= i + 15; k++) {
            size_t before = i, behind = k;
            while (before > from && s->x[before - 1].c == '.')
                before--;
            while (behind < to && s->x[behind].c == '.')
                behind++;
            bool alone = (before == from || strchr("-_", s->x[before - 1].c)) &&
                         (behind == to || strchr("-_", s->x[behind].c));
            size_t n = slow_text(s, i, k, text, sizeof text);
            if (alone && ip4_read(slice_of(text, n), &a))
                slow_address(s, &a, s->x[i].from, s->x[k - 1].to);
        }
}

static bool slow_of_six(unsigned c)
{
    return c && c < 0x80 && strchr("0123456789abcdefABCDEF:.", (int)c);
}

/* Is [i, k) an IPv6 address? */
static bool slow_read_six(const slow *s, size_t i, size_t k, ip *a)
{
    char text[160];
    size_t n = slow_text(s, i, k, text, sizeof text);
    return n < sizeof text && ip6_read(slice_of(text, n), a);
}

static void slow_six(slow *s, size_t from, size_t to)
{
    size_t a = from, b = to, colons = 0, last_dot = 0, last_colon = 0;
    ip found;
    for (size_t i = from; i < to; i++)
        colons += s->x[i].c == ':';
    if (colons < 2 || to - from > 64)
        return;
    if (slow_name(slow_before(s, from)))
        while (s->x[a].c != ':')
            a++;
    while (a < b && s->x[a].c == '.')
        a++;
    if (b - a >= 1 && s->x[a].c == ':' && !(b - a >= 2 && s->x[a + 1].c == ':'))
        a++;
    if (slow_name(slow_at(s, to)))
        while (b > a && s->x[b - 1].c != ':' && s->x[b - 1].c != '.')
            b--;
    while (b > a && s->x[b - 1].c == '.')
        b--;
    if (b > a && s->x[b - 1].c == ':' && !(b - a >= 2 && s->x[b - 2].c == ':'))
        b--;
    for (size_t i = a; i < b; i++) {
        last_dot = s->x[i].c == '.' ? i : last_dot;
        last_colon = s->x[i].c == ':' ? i : last_colon;
    }
    size_t ends[3] = {b, last_dot > a ? last_dot : 0, last_colon > a ? last_colon : 0};
    for (int i = 0; i < 3; i++) {
        if (b - a < 2 || !ends[i] || !slow_read_six(s, a, ends[i], &found))
            continue;
        bool quad = false;
        for (size_t k = a; k < ends[i]; k++)
            quad |= s->x[k].c == '.';
        if (slow_written(s, a, ends[i]) <= MATCH_ESCAPED_MAX && !(ip_is4(&found) && quad))
            slow_address(s, &found, s->x[a].from, s->x[ends[i] - 1].to);
        return;
    }
}

/* --- names ---------------------------------------------------------------------------------- */

/* Is the text a name of at least two labels, each of 1 to 63 bytes? */
static bool slow_is_name(const char *text, size_t n)
{
    size_t label = 0, labels = 1;
    if (n > DOMAIN_MAX)
        return false;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && text[i] != '.') {
            label++;
            continue;
        }
        if (label == 0 || label > DOMAIN_LABEL_MAX)
            return false;
        labels += i < n;
        label = 0;
    }
    return labels >= 2;
}

static bool slow_last_label(const char *text, size_t n)
{
    const char *dot = memrchr(text, '.', n);
    return dot && n - (size_t)(dot + 1 - text) >= 2 && is_alpha(dot[1]);
}

static void slow_name_value(slow *s, const char *text, size_t n, bool whole_run, bool exact,
                            size_t from, size_t to)
{
    char host[512];
    for (size_t i = 0; i < s->count; i++) {
        const slow_indicator *one = &s->all[i];
        if (!slice_eq(one->value, slice_of(text, n)))
            continue;
        if (one->kind == KIND_DOMAIN)
            slow_hit(s, from, to, KIND_DOMAIN, exact ? MATCH_EXACT : MATCH_PARENT, one->id);
        else if ((one->kind == KIND_FILENAME || one->kind == KIND_PROCESS) && whole_run)
            slow_hit(s, from, to, one->kind, MATCH_EXACT, one->id);
    }
    snprintf(host, sizeof host, "%.*s", (int)n, text);
    if (exact)
        slow_host(s, host, from, to);
}

/* A run in lower case, without marks around it; raw[i], raw_to[i]: where it is written. */
static void slow_names(slow *s, const char *text, size_t n, const uint32_t *raw,
                       const uint32_t *raw_to, bool only_whole)
{
    size_t begin = n;
    if (!slow_last_label(text, n))
        return;
    for (size_t i = n; i-- > 0;) /* the longest end that is a name, or a label */
        if ((i == 0 || text[i - 1] == '.') &&
            (slow_is_name(text + i, n - i) || !memchr(text + i, '.', n - i))) {
            if (n - i > DOMAIN_LABEL_MAX && !memchr(text + i, '.', n - i))
                break;
            begin = i;
        } else if (i == 0 || text[i - 1] == '.') {
            break;
        }
    for (size_t i = begin; i < n; i++)
        if ((i == begin || text[i - 1] == '.') && slow_is_name(text + i, n - i) &&
            (!only_whole || i == 0))
            slow_name_value(s, text + i, n - i, i == 0, i == begin, raw[begin], raw_to[n - 1]);
}

static void slow_run(slow *s, size_t from, size_t to)
{
    char text[MATCH_ESCAPED_MAX + 1];
    uint32_t raw[MATCH_ESCAPED_MAX + 1], raw_to[MATCH_ESCAPED_MAX + 1];
    size_t limit = slow_escaped(s, from, to) ? MATCH_ESCAPED_MAX : MATCH_RUN_MAX, n = 0;
    if (slow_written(s, from, to) > limit)
        return;
    bool letter =
        from && s->x[from - 1].letter && !slow_escaped(s, from, to) && to - from < MATCH_RUN_MAX;
    int ways = letter ? 2 : 1; /* the letter of \n may belong to the name */
    for (int with = 0; with < ways; with++) {
        size_t a = from, b = to;
        n = 0;
        while (b > a && !slow_word(s->x[b - 1].c))
            b--;
        while (!with && a < b && strchr(".-", s->x[a].c))
            a++;
        if (a == b)
            continue;
        if (with) {
            raw[0] = s->x[from].from - 1;
            raw_to[0] = raw[0] + 1;
            text[n++] = s->line[raw[0]];
        }
        for (size_t i = a; i < b; i++) {
            raw[n] = s->x[i].from;
            raw_to[n] = s->x[i].to;
            text[n++] = to_lower((char)s->x[i].c);
        }
        slow_names(s, text, n, raw, raw_to, with);
        if (!with)
            slow_quads(s, a, b);
    }
}

/* A name with letters beyond ASCII. */
static void slow_wide_run(slow *s, size_t from, size_t to)
{
    char text[1024], name[DOMAIN_TEXT_MAX];
    size_t len, ascii = 0;
    unsigned changed;
    bool wide = false;
    while (to > from && s->x[to - 1].c < 0x80 && !slow_word(s->x[to - 1].c))
        to--;
    while (from < to && strchr(".-", s->x[from].c) && s->x[from].c)
        from++;
    for (size_t i = from; i < to; i++)
        wide |= s->x[i].c >= 0x80;
    if (!wide || to - from > 512 || slow_written(s, from, to) > MATCH_ESCAPED_MAX)
        return;
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        text[n++] = (char)s->x[i].c;
    if (!memchr(text, '.', n) ||
        domain_normalise(slice_of(text, n), name, &len, &changed, NULL) != OK ||
        !slow_is_name(name, len) || !slow_last_label(name, len) || name[0] == '-' ||
        strchr("-_", name[len - 1]))
        return;
    for (size_t i = from; i < to; i++) /* labels behind the last letter that is not ASCII */
        if (s->x[i].c >= 0x80)
            ascii = 0;
        else if (s->x[i].c == '.' && ascii == 0)
            ascii = to - i - 1;
    for (size_t i = 0; i < len; i++)
        if ((i == 0 || name[i - 1] == '.') && slow_is_name(name + i, len - i) && len - i > ascii)
            slow_name_value(s, name + i, len - i, i == 0, i == 0, s->x[from].from, s->x[to - 1].to);
}

/* --- mail, digests, literals ---------------------------------------------------------------- */

static bool slow_local(unsigned c)
{
    return slow_name(c) || c == '+';
}

static void slow_mail_value(slow *s, const char *local, size_t n, slice host, size_t from,
                            size_t to)
{
    char text[512];
    if (n == 0 || n > 64 || to - from > MATCH_ESCAPED_MAX)
        return;
    int len = snprintf(text, sizeof text, "%.*s@%.*s", (int)n, local, SLICE_FMT(host));
    for (int i = 0; i < len; i++)
        text[i] = to_lower(text[i]);
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i].kind == KIND_EMAIL && slice_eq(s->all[i].value, slice_of(text, (size_t)len)))
            slow_hit(s, from, to, KIND_EMAIL, MATCH_EXACT, s->all[i].id);
}

static void slow_mail(slow *s, size_t at)
{
    char host[1024], idn[DOMAIN_TEXT_MAX], local[80];
    size_t from = at, to = at + 1, begin, n = 0;
    bool wide;
    while (slow_name(slow_at(s, to)))
        to++;
    wide = slow_at(s, to) >= 0x80;
    while (wide && (slow_name(slow_at(s, to)) || slow_at(s, to) >= 0x80))
        to++;
    if (to - at > 512 || to == at + 1)
        return;
    while (to > at + 1 && s->x[to - 1].c < 0x80 && !slow_word(s->x[to - 1].c))
        to--;
    for (size_t i = at + 1; i < to; i++)
        host[n++] = wide ? (char)s->x[i].c : to_lower((char)s->x[i].c);
    slice name = slice_of(host, n);
    if (wide) {
        unsigned changed;
        if (domain_normalise(name, idn, &n, &changed, NULL) != OK)
            return;
        name = slice_of(idn, n);
    }
    if (!slow_is_name(name.ptr, name.len) || !slow_last_label(name.ptr, name.len) ||
        name.ptr[0] == '-' || strchr("-_", name.ptr[name.len - 1]))
        return;
    while (slow_local(slow_before(s, from)))
        from--;
    if (at - from > 64)
        return;
    for (begin = from; begin < at && strchr(".-", s->x[begin].c);)
        begin++;
    size_t len = slow_text(s, begin, at, local, sizeof local);
    if (len)
        slow_mail_value(s, local, len, name, s->x[begin].from, s->x[to - 1].to);
    if (from && s->x[from - 1].letter) {
        uint32_t raw = s->x[from - 1].to - 1;
        local[0] = s->line[raw];
        len = 1 + slow_text(s, from, at, local + 1, sizeof local - 1);
        slow_mail_value(s, local, len, name, raw, s->x[to - 1].to);
    }
}

static void slow_digest(slow *s, const char *text, size_t n, size_t from, size_t to)
{
    for (size_t i = 0; i < s->count; i++) {
        kind k = s->all[i].kind;
        bool digest = kind_is_hash(k) || k == KIND_IMPHASH || k == KIND_JA3 || k == KIND_JA3S ||
                      k == KIND_HASSH || k == KIND_JARM || k == KIND_CERT_SHA1 ||
                      k == KIND_CERT_SHA256 || (k == KIND_CERT_SERIAL && n >= 32);
        if (digest && slice_eq(s->all[i].value, slice_of(text, n)))
            slow_hit(s, from, to, k, MATCH_EXACT, s->all[i].id);
    }
}

static void slow_hex(slow *s, size_t from, size_t to)
{
    char text[160];
    if (slow_word(slow_before(s, from)) || slow_word(slow_at(s, to)) || to - from > 128 ||
        to - from < 31 || slow_escaped(s, from, to))
        return;
    size_t n = slow_text(s, from, to, text + 1, sizeof text - 1);
    slow_digest(s, text + 1, n, s->x[from].from, s->x[to - 1].to);
    if (from && s->x[from - 1].letter) { /* \b and \f */
        uint32_t raw = s->x[from].from - 1;
        text[0] = to_lower(s->line[raw]);
        slow_digest(s, text, n + 1, raw, s->x[to - 1].to);
    }
}

static void slow_literal(slow *s, size_t at, const slow_indicator *one)
{
    size_t n = one->value.len;
    if (n == 0 || s->n - at < n || n > MATCH_LITERAL_MAX)
        return;
    for (size_t i = 0; i < n; i++) {
        unsigned char own = (unsigned char)to_lower(one->value.ptr[i]);
        if ((unsigned char)to_lower((char)s->x[at + i].c) != own ||
            (slow_word(own) && s->x[at + i].escaped))
            return;
    }
    if ((slow_word(s->x[at].c) && slow_word(slow_before(s, at))) ||
        (slow_word(s->x[at + n - 1].c) && slow_word(slow_at(s, at + n))) ||
        slow_written(s, at, at + n) > MATCH_ESCAPED_MAX)
        return;
    slow_hit(s, s->x[at].from, s->x[at + n - 1].to, one->kind, MATCH_EXACT, one->id);
}

static bool slow_is_literal(const slow_indicator *one)
{
    bool file = one->kind == KIND_FILENAME || one->kind == KIND_PROCESS;
    bool name = slow_is_name(one->value.ptr, one->value.len) &&
                slow_last_label(one->value.ptr, one->value.len) && one->value.ptr[0] != '-';
    for (size_t i = 0; i < one->value.len; i++)
        name &= slow_name((unsigned char)one->value.ptr[i]) &&
                one->value.ptr[i] == to_lower(one->value.ptr[i]);
    name = name && !strchr("-_", one->value.ptr[one->value.len - 1]);
    return one->kind == KIND_USER_AGENT || one->kind == KIND_MUTEX || one->kind == KIND_JA4 ||
           (file && !name);
}

/* --- all of it ------------------------------------------------------------------------------ */

static void slow_line(slow *s)
{
    slow_plain(s);
    for (size_t i = 0; i < s->n; i++) {
        size_t name = i, wide = i, six = i, hex = i;
        while (slow_name(slow_at(s, name)))
            name++;
        while (slow_name(slow_at(s, wide)) || slow_at(s, wide) >= 0x80)
            wide++;
        while (slow_of_six(slow_at(s, six)))
            six++;
        while (hex < s->n && slow_of_six(s->x[hex].c) && !strchr(":.", s->x[hex].c))
            hex++;
        unsigned before = slow_before(s, i);
        if (name > i && !slow_name(before))
            slow_run(s, i, name);
        if (wide > i && !slow_name(before) && before < 0x80)
            slow_wide_run(s, i, wide);
        if (six > i && !slow_of_six(before))
            slow_six(s, i, six);
        if (hex > i && (!slow_of_six(before) || strchr(":.", (int)before)))
            slow_hex(s, i, hex);
        if (s->x[i].c == '@')
            slow_mail(s, i);
        for (size_t k = 0; k < s->literal_count; k++)
            slow_literal(s, i, &s->all[s->literals[k]]);
    }
}

/* What is derived of the indicators, once. */
static void slow_prepare(slow_indicator *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        slow_indicator *one = &all[i];
        one->url[0] = one->host[0] = 0;
        size_t scheme = slice_find(one->value, S("://"), 0);
        if (one->kind == KIND_URL) {
            slice rest = scheme == SIZE_MAX ? one->value : slice_from(one->value, scheme + 3);
            ip a;
            slice host;
            if (!slow_url_key(rest.ptr, rest.len, one->url, sizeof one->url, one->host,
                              sizeof one->host))
                one->url[0] = 0;
            host = slice_str(one->host);
            if (one->host[0] != '[' && ip_parse(host, &a, NULL) != OK &&
                !(slow_is_name(host.ptr, host.len) && slow_last_label(host.ptr, host.len)))
                one->url[0] = one->host[0] = 0;
        } else if (slow_is_literal(one)) {
            one->host[0] = '!'; /* looked for as it is */
        }
    }
}

static int slow_order(const void *a, const void *b)
{
    const match_hit *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->length != y->length)
        return x->length > y->length ? -1 : 1;
    if (x->how != y->how)
        return x->how < y->how ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* All hits in `text`, in the order of at, length (the longest first), how, id. free() them. */
static inline match_hit *slow_match(const slow_indicator *all, size_t count, slice text,
                                    size_t *ret_count)
{
    slow s = {.all = all, .count = count, .literals = malloc((count + 1) * sizeof(size_t))};
    for (size_t i = 0; i < count; i++)
        if (all[i].host[0] == '!')
            s.literals[s.literal_count++] = i;
    const char *end = text.ptr + text.len;
    for (const char *p = text.ptr; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        s.line = p;
        s.line_len = (size_t)((stop ? stop : end) - p);
        s.base = (uint64_t)(p - text.ptr);
        s.x = malloc((s.line_len + 4) * sizeof *s.x);
        if (!s.x)
            abort();
        slow_line(&s);
        free(s.x);
        p = stop ? stop + 1 : end;
    }
    free(s.literals);
    if (s.hit_count)
        qsort(s.hits, s.hit_count, sizeof *s.hits, slow_order);
    *ret_count = s.hit_count;
    return s.hits;
}

#endif
