/* feed_rights.c - see feed_rights.h. */
#include "intake/feed_rights.h"

enum { WORDS_MAX = FEED_RIGHTS_MAX + 2 };

typedef struct line {
    slice word[WORDS_MAX];
    size_t count;
} line;

typedef struct rights_reading {
    arena *a;
    feed_rights *r;
    slice feed;
    err *why;
} rights_reading;

static bool split(slice text, line *l)
{
    slice rest = text, word;
    l->count = 0;
    while (slice_cut(&rest, ' ', &word)) {
        word = slice_trim(word);
        if (!word.len)
            continue;
        if (l->count == WORDS_MAX)
            return false;
        l->word[l->count++] = word;
    }
    return true;
}

static status bad(const rights_reading *x, const char *key, const line *l, const char *want)
{
    char quoted[ERR_QUOTE_MAX];
    return err_set(x->why, ERR_INPUT, ERR_NOWHERE, "%s for %s: write %s", key,
                   err_quote(l->count ? l->word[0] : S(""), quoted), want);
}

static status full(const rights_reading *x, const char *key)
{
    return err_set(x->why, ERR_LIMIT, ERR_NOWHERE, "over %d of %s for one feed", FEED_RIGHTS_MAX,
                   key);
}

static status keep(const rights_reading *x, slice text, const char **ret)
{
    slice copy;
    if (!arena_copy(x->a, text, &copy))
        return ARENA_SPENT(x->a, x->why);
    *ret = copy.ptr;
    return OK;
}

/* --- each sort -------------------------------------------------------------------------------- */

static status read_allow(const rights_reading *x, const line *l, bool ours)
{
    outbound_exception e;
    feed_rights *r = x->r;
    if (l->count != 3 || outbound_exception_read(l->word[1], l->word[2], &e, NULL) != OK)
        return bad(x, "feed.allow", l, "NAME NETWORK PORT, as: partner 10.1.2.0/24 8443");
    if (!ours)
        return OK;
    if (r->exception_count == FEED_RIGHTS_MAX)
        return full(x, "feed.allow");
    r->exceptions[r->exception_count++] = e;
    return OK;
}

static bool is_proxy(slice url)
{
    return slice_starts(url, S("http://")) || slice_starts(url, S("socks5h://"));
}

static status read_proxy(const rights_reading *x, const line *l, bool ours)
{
    feed_rights *r = x->r;
    if (l->count < 3 || !is_proxy(l->word[1]))
        return bad(x, "feed.proxy", l,
                   "NAME http://HOST:PORT or socks5h://HOST:PORT, then the hosts it is for");
    if (!ours)
        return OK;
    r->proxy_host_count = 0; /* the last line counts */
    for (size_t i = 2; i < l->count; i++)
        r->proxy_hosts[r->proxy_host_count++] = l->word[i];
    return keep(x, l->word[1], &r->proxy);
}

static status read_secret(const rights_reading *x, const line *l, bool ours)
{
    feed_rights *r = x->r;
    outbound_url origin;
    const char *path;
    status st = outbound_url_read(x->a, l->count == 4 ? l->word[1] : S(""), &origin, x->why);
    if (st == ERR_LIMIT)
        return st;
    if (st != OK || origin.path.len != 1)
        return bad(x, "feed.secret", l,
                   "NAME ORIGIN HEADER FILE, as: partner https://host X-Key /a/b");
    if (!ours)
        return OK;
    if (r->header_count == FEED_RIGHTS_MAX)
        return full(x, "feed.secret");
    size_t n = r->header_count;
    st = keep(x, l->word[3], &path);
    if (st == OK)
        st = secret_read(path, &r->secrets[n], x->why);
    if (st != OK)
        return st;
    r->origins[n] = origin;
    r->headers[n] =
        (outbound_header){.name = l->word[2], .hidden = r->secrets[n], .to = &r->origins[n]};
    r->header_count++;
    return OK;
}

static status read_ca(const rights_reading *x, const line *l, bool ours)
{
    if (l->count != 2)
        return bad(x, "feed.ca", l, "NAME FILE");
    return ours ? keep(x, l->word[1], &x->r->ca) : OK;
}

static status read_pin(const rights_reading *x, const line *l, bool ours)
{
    if (l->count != 2 || !slice_starts(l->word[1], S("sha256//")))
        return bad(x, "feed.pin", l, "NAME sha256//BASE64");
    return ours ? keep(x, l->word[1], &x->r->pin) : OK;
}

static status read_all(const rights_reading *x, const feed_grants *g)
{
    const struct {
        const feed_lines *lines;
        status (*read)(const rights_reading *x, const line *l, bool ours);
    } sorts[] = {{&g->allow, read_allow},
                 {&g->proxy, read_proxy},
                 {&g->secret, read_secret},
                 {&g->ca, read_ca},
                 {&g->pin, read_pin}};
    status st = OK;
    for (size_t s = 0; s < COUNT_OF(sorts); s++)
        for (size_t i = 0; st == OK && i < sorts[s].lines->count; i++) {
            line l;
            if (!split(sorts[s].lines->at[i], &l))
                return err_set(x->why, ERR_LIMIT, ERR_NOWHERE,
                               "over %d words in one line of feed.*", WORDS_MAX);
            bool ours = l.count && (slice_eq(l.word[0], S("*")) || slice_eq(l.word[0], x->feed));
            st = sorts[s].read(x, &l, ours);
        }
    return st;
}

status feed_rights_read(arena *a, const feed_grants *g, slice feed, feed_rights *ret, err *why)
{
    const rights_reading x = {a, ret, feed, why};
    *ret = (feed_rights){0};
    status st = read_all(&x, g);
    if (st != OK)
        feed_rights_done(ret);
    return st;
}

void feed_rights_done(feed_rights *r)
{
    for (size_t i = 0; i < FEED_RIGHTS_MAX; i++)
        r->secrets[i] = secret_free(r->secrets[i]);
    r->header_count = 0;
}
