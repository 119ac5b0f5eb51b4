/* webhooks.c - see webhooks.h. */
#include "cmd/webhooks.h"

enum { WORDS_MAX = 3 };

/* How many words, with blanks between them; WORDS_MAX + 1: too many. */
static size_t split(slice text, slice word[WORDS_MAX])
{
    slice rest = text, w;
    size_t n = 0;
    while (slice_cut(&rest, ' ', &w)) {
        if (!w.len)
            continue;
        if (n == WORDS_MAX)
            return WORDS_MAX + 1;
        word[n++] = w;
    }
    return n;
}

static status bad(const char *key, const char *want, err *why)
{
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "watch.webhook-%s: write %s", key, want);
}

static status read_origin(app *a, slice text, outbound_url *ret)
{
    status st = outbound_url_read(a->memory, text, ret, NULL);
    return st == OK && ret->path.len != 1 ? ERR_INPUT : st;
}

static status read_allow(app *a, webhooks *w, slice line, err *why)
{
    slice word[WORDS_MAX];
    (void)a;
    if (split(line, word) != 2 ||
        outbound_exception_read(word[0], word[1], &w->exceptions[w->o.out.exception_count], NULL) !=
            OK)
        return bad("allow", "NETWORK PORT, as: 10.1.2.0/24 8443", why);
    w->o.out.exception_count++;
    return OK;
}

static status read_plain(app *a, webhooks *w, slice line, err *why)
{
    if (read_origin(a, line, &w->plain[w->o.plain_count]) != OK)
        return bad("plain", "an ORIGIN, as: http://collector.example:8080", why);
    w->o.plain_count++;
    return OK;
}

static status read_secret(app *a, webhooks *w, slice line, err *why)
{
    slice word[WORDS_MAX], path;
    size_t n = w->o.header_count;
    if (split(line, word) != 3 || read_origin(a, word[0], &w->origins[n]) != OK)
        return bad("secret", "ORIGIN HEADER FILE, as: https://host Authorization /a/b", why);
    if (!arena_copy(a->memory, word[2], &path))
        return ARENA_SPENT(a->memory, why);
    status st = secret_read(path.ptr, &w->secrets[n], why);
    if (st != OK)
        return st;
    w->headers[n] =
        (outbound_header){.name = word[1], .hidden = w->secrets[n], .to = &w->origins[n]};
    w->o.header_count++;
    return OK;
}

static status read_all(app *a, webhooks *w, err *why)
{
    static const struct {
        unsigned option;
        status (*read)(app *a, webhooks *w, slice line, err *why);
    } sorts[] = {{OPT_WEBHOOK_ALLOW, read_allow},
                 {OPT_WEBHOOK_PLAIN, read_plain},
                 {OPT_WEBHOOK_SECRET, read_secret}};
    status st = OK;
    for (size_t s = 0; s < COUNT_OF(sorts); s++) {
        const slice *lines;
        size_t n = option_items(a->options, sorts[s].option, &lines);
        if (n > WEBHOOKS_MAX)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d lines of one watch.webhook-",
                           WEBHOOKS_MAX);
        for (size_t i = 0; st == OK && i < n; i++)
            st = sorts[s].read(a, w, lines[i], why);
    }
    return st;
}

status webhooks_read(app *a, webhooks *ret, err *why)
{
    slice ca = option_text(a->options, OPT_WEBHOOK_CA);
    *ret = (webhooks){
        .o = {
            .out = {.ticks = a->ticks, .exceptions = ret->exceptions, .ca = ca.len ? ca.ptr : NULL},
            .headers = ret->headers,
            .plain = ret->plain,
            .clock = a->clock}};
    status st = read_all(a, ret, why);
    if (st != OK)
        webhooks_done(ret);
    return st;
}

void webhooks_done(webhooks *w)
{
    for (size_t i = 0; i < WEBHOOKS_MAX; i++)
        w->secrets[i] = secret_free(w->secrets[i]);
}
