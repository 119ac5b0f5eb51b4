/* url.c - the URL whose host was found: see scan.h.
 * Only hosts of URL indicators come here, so this may take its time: what stands behind the host is
 * read with its escapes undone, cut where a URL in a text may end, and normalised. */
#include "watch/match/scan.h"

#include "model/url.h"

enum {
    CUTS_MAX = 8, /* places where the URL may end, besides where it must */
};

/* Behind the host, with escapes undone. */
typedef struct rest {
    char text[MATCH_URL_MAX + 1];
    uint32_t to[MATCH_URL_MAX + 1]; /* as written, behind each byte */
    size_t len;
} rest;

/* A URL ends there, whatever is around it. */
static bool ends_url(uint8_t c)
{
    return c <= ' ' || c == '"' || c == '<' || c == '>' || c == '`' || c == '\\' || c == 0x7f;
}

static bool may_end_url(uint8_t c)
{
    return memchr("',;|&()[]{}$*!", c, 14) != NULL;
}

/* Levels of percent-encoding that the text behind the host has: a URL in the query of another. */
static unsigned nested(const uint8_t *p, const uint8_t *end)
{
    unit u = unit_at(p, end);
    bool fits = *p == '%' && u.escape &&
                (u.value[0] == '/' || u.value[0] == ':' || u.value[0] == '?' || u.value[0] == '#');
    return fits ? (u.length - 1u) / 2 : 0;
}

static void put(rest *r, uint8_t c, size_t to)
{
    r->to[r->len] = (uint32_t)to;
    r->text[r->len++] = (char)c;
}

/* One percent-escape less: those of `levels` levels become their byte. */
static void unnest(const uint8_t *p, const uint8_t *end, unsigned levels, size_t *length,
                   uint8_t *c)
{
    const uint8_t *at = p + 1;
    if (*p != '%')
        return;
    for (unsigned i = 1; i < levels; i++, at += 2)
        if (end - at < 2 || at[0] != '2' || at[1] != '5')
            return;
    if (end - at < 2)
        return;
    int high = hex_value((char)at[0]), low = hex_value((char)at[1]);
    if (high < 0 || low < 0)
        return;
    *c = (uint8_t)(high << 4 | low);
    *length = (size_t)(at + 2 - p);
}

/* Backslashes and what they stand in front of: \/ \u0026 . Others stay, and end the URL. */
static void unescape(const uint8_t *p, const uint8_t *end, size_t *length, uint8_t *c)
{
    const uint8_t *at = p;
    while (end - at > 1 && at[0] == '\\' && (at[1] == '\\' || at[1] == '/'))
        at++;
    if (at > p && *at == '/') {
        *c = '/';
        *length = (size_t)(at + 1 - p);
        return;
    }
    if (*p != '\\')
        return;
    unit u = unit_at(p, end);
    if (!u.escape || u.letter || u.count != 1 || u.value[0] <= ' ' || u.value[0] >= 0x7f)
        return;
    *c = u.value[0];
    *length = u.length;
}

static void read_rest(const matcher *m, size_t at, rest *r)
{
    const uint8_t *text = m->w.text;
    size_t stop = m->w.high - at < MATCH_URL_MAX ? m->w.high : at + MATCH_URL_MAX;
    unsigned levels = at < stop ? nested(text + at, text + stop) : 0;
    r->len = 0;
    while (at < stop) {
        uint8_t c = text[at];
        size_t length = 1;
        if (levels && c == '&')
            break;
        if (levels)
            unnest(text + at, text + stop, levels, &length, &c);
        else
            unescape(text + at, text + stop, &length, &c);
        if (ends_url(c))
            break;
        at += length;
        put(r, c, at);
    }
}

/* Is "http://host" and the first n bytes of the rest an indicator? */
static bool try_url(matcher *m, slice host, const rest *r, size_t n, size_t from, size_t to,
                    match_how how)
{
    RAW char text[URL_MAX + 1];
    RAW char out[URL_MAX + 1];
    RAW char whole[URL_MAX + 1];
    size_t len;
    unsigned changed;
    slice key, own;
    record found;
    uint64_t at = 0;
    bool hit = false;
    if (n + host.len + 7 > URL_MAX)
        return false;
    memcpy(whole, "http://", 7);
    memcpy(whole + 7, host.ptr, host.len);
    memcpy(whole + 7 + host.len, r->text, n);
    if (url_normalise(slice_of(whole, 7 + host.len + n), text, &len, &changed, NULL) != OK ||
        !url_key(slice_of(text, len), out, &key, &own))
        return false;
    uint64_t h = hash_bytes(m->t, CLASS_URL, (const uint8_t *)key.ptr, key.len);
    if (filter_says_no(m->t, h))
        return false;
    while (table_next(m->t, CLASS_URL, h, key, &at, &found)) {
        hit_add(m, from, n ? r->to[n - 1] : to, found.kind, how, found.id);
        hit = true;
    }
    return hit;
}

/* The ends that the URL may have, the longest first. */
static size_t ends_of(const rest *r, size_t ret[CUTS_MAX + 2])
{
    size_t count = 0, cuts[CUTS_MAX], n = 0, bare = r->len;
    ret[count++] = r->len;
    while (bare && memchr(".,;:!?'*_~-", r->text[bare - 1], 11))
        bare--;
    for (size_t i = 0; i < r->len && n < CUTS_MAX; i++)
        if (may_end_url((uint8_t)r->text[i]))
            cuts[n++] = i;
    if (bare != r->len)
        ret[count++] = bare;
    while (n)
        if (cuts[--n] < ret[count - 1])
            ret[count++] = cuts[n];
    return count;
}

static bool has_scheme(const matcher *m, size_t from)
{
    const uint8_t *text = m->w.text;
    return from >= 2 && text[from - 1] == '/' &&
           (text[from - 2] == '/' ||
            (text[from - 2] == '\\' && from >= 3 && text[from - 3] == '/'));
}

void url_at(matcher *m, slice host, size_t from, size_t to)
{
    RAW rest r;
    size_t ends[CUTS_MAX + 2];
    size_t at = to;
    if (host.ptr[0] == '[') {
        at += at < m->w.high && m->w.text[at] == ']';
        from -= from && m->w.text[from - 1] == '[';
    } else if (m->w.high - at > 1 && m->w.text[at] == '.' && memchr("/:?#", m->w.text[at + 1], 4)) {
        at++; /* the root's dot */
    }
    read_rest(m, at, &r);
    size_t count = ends_of(&r, ends), query = 0;
    bool path = r.len && memchr("/?#", r.text[0], 3);
    if (r.len && r.text[0] == ':') {
        size_t i = 1;
        while (i < r.len && is_digit(r.text[i]))
            i++;
        path = i > 1 && i < r.len && memchr("/?#", r.text[i], 3);
    }
    if (!path) {
        if (has_scheme(m, from) && try_url(m, host, &r, 0, from, to, MATCH_EXACT))
            return;
        hit_add(m, from, to, KIND_URL, MATCH_JOIN, 0);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (try_url(m, host, &r, ends[i], from, to, MATCH_EXACT))
            return;
    while (query < r.len && r.text[query] != '?')
        query++;
    if (query < r.len)
        try_url(m, host, &r, query, from, to, MATCH_PARENT);
}

size_t match_url(const match_table *t, slice host, slice target, match_hit *ret, size_t room)
{
    char whole[URL_MAX + 1], text[URL_MAX + 1], out[URL_MAX + 1];
    size_t skip = slice_find(target, S("://"), 0), n = 0, len;
    unsigned changed;
    slice key, own, parts[2];
    record r;
    if (skip != SIZE_MAX && skip < URL_SCHEME_MAX) {
        host = slice_from(target, skip + 3);
        target = S("");
    }
    if (host.len + target.len + 7 > URL_MAX)
        return 0;
    memcpy(whole, "http://", 7);
    memcpy(whole + 7, host.ptr, host.len);
    if (target.len)
        memcpy(whole + 7 + host.len, target.ptr, target.len);
    slice all = slice_of(whole, 7 + host.len + target.len);
    if (url_normalise(all, text, &len, &changed, NULL) != OK ||
        !url_key(slice_of(text, len), out, &key, &own))
        return 0;
    size_t query = slice_find_byte(key, '?', 0);
    parts[0] = key;
    parts[1] = slice_sub(key, 0, query == SIZE_MAX ? 0 : query);
    for (int i = 0; i < 2 && parts[i].len; i++) {
        uint64_t at = 0, h = hash_bytes(t, CLASS_URL, (const uint8_t *)parts[i].ptr, parts[i].len);
        while (n < room && table_next(t, CLASS_URL, h, parts[i], &at, &r))
            ret[n++] =
                (match_hit){.id = r.id, .kind = r.kind, .how = i ? MATCH_PARENT : MATCH_EXACT};
        if (n)
            break;
    }
    return n;
}
