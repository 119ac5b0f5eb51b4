/* admit.c - who asks, and may he: every request passes here before anything is done for it. */
#include "serve/api/route.h"

#include <netinet/in.h>

static const char *const session_cookies[] = {"noroshi", "__Host-noroshi"}; /* plain, TLS */
static const char *const device_cookies[] = {"noroshi-device", "__Host-noroshi-device"};

static const char *const oidc_cookies[] = {"noroshi-oidc", "__Host-noroshi-oidc"};

const char *session_cookie(const http_request *r)
{
    return session_cookies[r->tls];
}

const char *device_cookie(const http_request *r)
{
    return device_cookies[r->tls];
}

const char *oidc_cookie(const http_request *r)
{
    return oidc_cookies[r->tls];
}

/* "192.0.2.7:4711" and "[2001:db8::1]:4711" without their ports. */
static slice host_of(const address *a, arena *m)
{
    char text[ADDRESS_TEXT_MAX];
    slice whole = slice_str(address_text(a, text)), copy = S("");
    size_t end = whole.len;
    while (end && whole.ptr[end - 1] != ':')
        end--;
    slice host = slice_sub(whole, 0, end ? end - 1 : whole.len);
    if (slice_starts(host, S("[")))
        host = slice_sub(host, 1, host.len - 1);
    return arena_copy(m, host, &copy) ? copy : S("");
}

/* What proxies, load balancers and tunnels add, by the beginning of its name, or because it ends as
 * the name of an address. No browser and no curl sends any of them unasked. */
static bool is_of_a_proxy(slice name)
{
    static const slice begins[] = {S_INIT("Forwarded"),
                                   S_INIT("X-Forwarded"),
                                   S_INIT("X-Original-"),
                                   S_INIT("X-Real-IP"),
                                   S_INIT("X-Client-IP"),
                                   S_INIT("X-Cluster-Client-IP"),
                                   S_INIT("X-ProxyUser-"),
                                   S_INIT("X-Envoy-"),
                                   S_INIT("X-Amzn-"),
                                   S_INIT("X-Azure-"),
                                   S_INIT("X-Cloud-"),
                                   S_INIT("X-Appengine-"),
                                   S_INIT("X-Varnish"),
                                   S_INIT("X-Haproxy"),
                                   S_INIT("X-BlueCoat-"),
                                   S_INIT("X-Arr-"),
                                   S_INIT("Via"),
                                   S_INIT("Client-IP"),
                                   S_INIT("True-Client-"),
                                   S_INIT("Proxy-"),
                                   S_INIT("WL-Proxy-"),
                                   S_INIT("CF-"),
                                   S_INIT("CDN-"),
                                   S_INIT("Fastly-"),
                                   S_INIT("Akamai-"),
                                   S_INIT("Ali-"),
                                   S_INIT("Tailscale-"),
                                   S_INIT("Max-Forwards"),
                                   S_INIT("Surrogate-Capability")};
    for (size_t i = 0; i < COUNT_OF(begins); i++)
        if (slice_starts_nocase(name, begins[i]))
            return true;
    return slice_ends_nocase(name, S("-IP"));
}

/* Or spoken in HTTP/1.0, as nginx does to whom it passes requests on when it was told nothing else,
 * and then adds no header. */
static bool came_through_a_proxy(const http_request *r)
{
    bool found = r->proxied || r->old;
    for (size_t i = 0; i < r->header_count && !found; i++)
        found = is_of_a_proxy(r->headers[i].name);
    return found;
}

static auth_client client_of(const http_request *r)
{
    return (auth_client){.from = host_of(&r->client, r->arena),
                         .device = http_cookie(r, device_cookie(r)),
                         .agent = http_header(r, "User-Agent"),
                         .loopback = r->client.loopback,
                         .forwarded = came_through_a_proxy(r)};
}

static bool is_bearer(slice authorization)
{
    return slice_starts_nocase(authorization, S("Bearer "));
}

/* A token that is shown counts, whatever cookies come along: a script's requests are not mixed up
 * with a browser's. */
static status recognise(api *a, api_thread *t, http_request *r, caller *c, err *why)
{
    slice shown = http_header(r, "Authorization"), cookie = http_cookie(r, session_cookie(r));
    status st = ERR_FORBIDDEN;
    if (shown.len && is_bearer(shown)) {
        slice token = slice_trim(slice_from(shown, 7));
        st = auth_token(a->o.auth, t->people, &c->client, token, r->arena, &c->who, why);
    } else if (!shown.len && cookie.len) {
        st = auth_session(a->o.auth, t->people, cookie, r->arena, &c->who, why);
        c->cookie = cookie;
    }
    c->known = st == OK;
    return st == ERR_FORBIDDEN ? OK : st;
}

/* --- writes from browsers --------------------------------------------------------------------- */

/* Browsers say where a request was made: another site's page is refused. Programs say nothing. */
static status check_origin(const http_request *r, err *why)
{
    slice site = http_header(r, "Sec-Fetch-Site"), origin = http_header(r, "Origin");
    const slice plain = S("http://"), sealed = S("https://");
    slice host = slice_starts(origin, sealed)             ? slice_from(origin, sealed.len)
                 : slice_starts(origin, plain) && !r->tls ? slice_from(origin, plain.len)
                                                          : S(""); /* a proxy may do the TLS */
    bool ours = !site.len || slice_eq(site, S("same-origin")) || slice_eq(site, S("none"));
    ours &= !origin.len || slice_eq(host, r->host);
    return ours ? OK
                : err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                          "a page of another origin may not do this");
}

static status check_write(const http_request *r, const caller *c, err *why)
{
    if (r->method == HTTP_GET)
        return OK;
    status st = check_origin(r, why);
    if (st != OK || !c->known || c->who.by == IDENTITY_TOKEN)
        return st;
    return auth_csrf_right(c->cookie, http_header(r, "X-CSRF-Token"))
               ? OK
               : err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                         "the X-CSRF-Token of the session is wrong");
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Who takes turns with others: an account, with all its sessions and tokens; an organisation of
 * customers with all its accounts. Nobody gets more turns by making more of them. */
static slice turns_of(const identity *who, arena *m)
{
    slice of = who->has.organisation;
    slice key = of.len ? arena_printf(m, "of:%.*s", SLICE_FMT(of)) : slice_str(who->who.id);
    return key.ptr ? key : slice_str(who->who.id);
}

static status unknown(http_request *r, http_reply *w, err *why)
{
    http_reply_header(w, "WWW-Authenticate", S("Bearer realm=\"noroshi\""));
    bool showed = http_header(r, "Authorization").len || http_cookie(r, session_cookie(r)).len;
    return http_problem(w, 401,
                        err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "%s",
                                showed ? "the token or session is not valid (any more)"
                                       : "log in, or show a token: Authorization: Bearer nrs_..."));
}

static status check(const route *row, api *a, http_request *r, http_reply *w, caller *c, err *why)
{
    if (!c->known && !(row->flags & ROUTE_OPEN))
        return unknown(r, w, why);
    status st = check_write(r, c, why);
    if (st == OK && !(row->flags & (ROUTE_OPEN | ROUTE_OWN)))
        st = identity_may(&c->who, row->right, why);
    if (st == OK)
        st = route_check(row, r, why);
    if (st == OK && c->known && c->who.stale)
        api_touched(a, &c->who);
    return st;
}

status api_admit(api *a, http_request *r, http_reply *w, err *why)
{
    api_thread *t = r->thread;
    const route *row = route_of(r);
    caller *c = arena_new(r->arena, caller);
    if (!c)
        return ARENA_SPENT(r->arena, why);
    c->client = client_of(r);
    r->user = c;
    status st = recognise(a, t, r, c, why);
    if (st == OK && c->known) {
        http_log_user(w, c->who.who.login);
        r->client_key = turns_of(&c->who, r->arena);
    }
    return st == OK ? check(row, a, r, w, c, why) : st;
}
