/* outbound.c - requests through libcurl: see outbound.h.
 *
 * Curl is used for one exchange at a time, without its cleverness: redirects, encodings, retries
 * and the choice of what to trust are decided here. One handle a hop, so that nothing of one is
 * left for the next. */
#include "base/outbound.h"

#include <curl/curl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* X509_V_...: curl hands OpenSSL's verdict through. It compares names before it asks for that,
 * which leaves the verdict at 1. The header is base/tls's. */
enum {
    VERIFY_OK = 0,
    VERIFY_NOT_ASKED = 1,
    VERIFY_NOT_YET = 9,
    VERIFY_EXPIRED = 10,
    VERIFY_OTHER_NAME = 62,
    VERIFY_OTHER_ADDRESS = 64
};
enum { STANDARD_PORTS = 4, HEADER_TEXT_MAX = 8192, LOCATION_MAX = OUTBOUND_URL_MAX };

struct outbound {
    outbound_options o;
};

const char *outbound_word(outbound_problem p)
{
    static const char *const words[] = {
#define OUTBOUND_WORD_(name, word) [OUTBOUND_##name] = word,
        OUTBOUND_PROBLEMS(OUTBOUND_WORD_)
#undef OUTBOUND_WORD_
    };
    assert(p < OUTBOUND_PROBLEM_COUNT_);
    return words[p];
}

outbound_limits outbound_limits_default(void)
{
    return (outbound_limits){.bytes_max = (uint64_t)4 << 30,
                             .total_ms = 15 * 60 * 1000,
                             .connect_ms = 20 * 1000,
                             .floor_bytes = 2000,
                             .floor_ms = 20 * 1000};
}

static bool is_proxy(const char *proxy)
{
    return strncmp(proxy, "http://", 7) == 0 || strncmp(proxy, "socks5h://", 10) == 0;
}

status outbound_new(const outbound_options *options, outbound **ret, err *why)
{
    if (options->proxy && !is_proxy(options->proxy))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a proxy begins with http:// or socks5h://");
    outbound *o = calloc(1, sizeof *o);
    if (!o || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(o);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    o->o = *options;
    *ret = o;
    return OK;
}

outbound *outbound_free(outbound *o)
{
    if (o)
        curl_global_cleanup();
    free(o);
    return NULL;
}

/* --- one exchange ----------------------------------------------------------------------------- */

typedef struct exchange {
    const outbound *o;
    const outbound_request *r;
    outbound_url at; /* this hop's */
    arena *a;
    CURL *curl;
    when now;
    outbound_reply *reply;
    outbound_problem told; /* what ended it, where we did */
    int64_t deadline_us, window_us;
    uint64_t window_bytes;
    size_t head_bytes;
    slice location;
    bool encoded; /* in a way that was not asked for */
    bool refused; /* an address was */
    status failed;
    err why;
} exchange;

static status fail(exchange *x, status st)
{
    x->failed = st;
    return st;
}

/* Is it an address of this machine, whatever network that is in? When nobody can tell, it is. */
static bool is_ours(const struct sockaddr *at)
{
    struct ifaddrs *list;
    bool ours = false;
    if (getifaddrs(&list) != 0)
        return true;
    for (const struct ifaddrs *i = list; i && !ours; i = i->ifa_next) {
        if (!i->ifa_addr || i->ifa_addr->sa_family != at->sa_family)
            continue;
        if (at->sa_family == AF_INET)
            ours =
                memcmp(&((const struct sockaddr_in *)(const void *)at)->sin_addr,
                       &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr, 4) == 0;
        else if (at->sa_family == AF_INET6)
            ours = memcmp(&((const struct sockaddr_in6 *)(const void *)at)->sin6_addr,
                          &((const struct sockaddr_in6 *)(const void *)i->ifa_addr)->sin6_addr,
                          16) == 0;
    }
    freeifaddrs(list);
    return ours;
}

static bool is_standard_port(uint16_t port)
{
    static const uint16_t ports[STANDARD_PORTS] = {80, 443, 8080, 8443};
    for (size_t i = 0; i < STANDARD_PORTS; i++)
        if (ports[i] == port)
            return true;
    return false;
}

static uint16_t port_of(const struct sockaddr *at)
{
    return at->sa_family == AF_INET
               ? ntohs(((const struct sockaddr_in *)(const void *)at)->sin_port)
               : ntohs(((const struct sockaddr_in6 *)(const void *)at)->sin6_port);
}

static bool may_connect(const outbound_options *o, const struct sockaddr *at)
{
    if (at->sa_family != AF_INET && at->sa_family != AF_INET6)
        return false;
    return outbound_excepted(o->exceptions, o->exception_count, at) ||
           (is_standard_port(port_of(at)) && !outbound_address_refused(at) && !is_ours(at));
}

/* Whatever a name means now, this is the address that would be connected to. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *at)
{
    exchange *x = ctx;
    bool proxy = x->o->o.proxy != NULL; /* it stands in the configuration: it may be anywhere */
    if (purpose != CURLSOCKTYPE_IPCXN || (!proxy && !may_connect(&x->o->o, &at->addr))) {
        x->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

/* "example.org", ".example.org" (and all below), with ":8081" for a port that is not usual. */
static bool proxy_entry_is(slice entry, const outbound_url *u)
{
    char port[16];
    snprintf(port, sizeof port, ":%u", u->port);
    if (slice_ends(entry, slice_str(port)))
        entry.len -= strlen(port);
    else if (!is_standard_port(u->port))
        return false;
    if (!slice_starts(entry, S(".")))
        return slice_eq_nocase(entry, u->host);
    return !u->literal &&
           (slice_ends_nocase(u->host, entry) || slice_eq_nocase(slice_from(entry, 1), u->host));
}

/* With a proxy the proxy finds the address: then the host must be one of those it is for. */
static bool proxy_may(const outbound_options *o, const outbound_url *u)
{
    for (size_t i = 0; i < o->proxy_host_count; i++)
        if (proxy_entry_is(o->proxy_hosts[i], u))
            return true;
    return false;
}

/* --- what comes back -------------------------------------------------------------------------- */

static void keep(exchange *x, slice text, size_t max, slice *ret)
{
    if (text.len <= max && !arena_copy(x->a, text, ret)) {
        x->failed = ARENA_SPENT(x->a, &x->why);
    }
}

static bool is_field(slice name, slice value)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_alnum(name.ptr[i]) && name.ptr[i] != '-' && name.ptr[i] != '_')
            return false;
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < ' ' || value.ptr[i] == 0x7f)
            return false;
    return name.len > 0 && value.len > 0 && name.len + value.len + 3 < HEADER_TEXT_MAX;
}

static void keep_type(exchange *x, slice value)
{
    slice rest = value, type;
    char lower[128];
    slice_cut(&rest, ';', &type);
    type = slice_sub(slice_trim(type), 0, sizeof lower);
    for (size_t i = 0; i < type.len; i++)
        lower[i] = to_lower(type.ptr[i]);
    keep(x, slice_of(lower, type.len), sizeof lower, &x->reply->type);
}

static void keep_encoding(exchange *x, slice value)
{
    bool gzip = slice_eq_nocase(value, S("gzip")) || slice_eq_nocase(value, S("x-gzip"));
    x->reply->packed = gzip && x->r->packed;
    x->encoded = !x->reply->packed && value.len && !slice_eq_nocase(value, S("identity"));
}

/* A number of seconds, or a date. */
static void keep_retry(exchange *x, slice value)
{
    uint64_t seconds;
    char text[64];
    if (!slice_u64(value, &seconds)) {
        size_t n = value.len < sizeof text ? value.len : 0;
        memcpy(text, value.ptr, n);
        text[n] = 0;
        int64_t at = n ? curl_getdate(text, NULL) : -1;
        seconds = at > x->now / 1000 ? (uint64_t)(at - x->now / 1000) : 0;
    }
    x->reply->retry_after_s =
        (int64_t)(seconds < OUTBOUND_RETRY_MAX_S ? seconds : OUTBOUND_RETRY_MAX_S);
}

static void keep_location(exchange *x, slice value)
{
    keep(x, value, LOCATION_MAX, &x->location);
}

/* What is sent back as a header must be fit to be one. */
static void keep_tag(exchange *x, slice value, slice *ret)
{
    if (is_field(S("x"), value))
        keep(x, value, OUTBOUND_TAG_MAX, ret);
}

static void keep_etag(exchange *x, slice value)
{
    keep_tag(x, value, &x->reply->etag);
}

static void keep_modified(exchange *x, slice value)
{
    keep_tag(x, value, &x->reply->modified);
}

static const struct {
    slice name;
    void (*keep)(exchange *x, slice value);
} wanted[] = {
    {S_INIT("content-type"), keep_type}, {S_INIT("content-encoding"), keep_encoding},
    {S_INIT("etag"), keep_etag},         {S_INIT("last-modified"), keep_modified},
    {S_INIT("location"), keep_location}, {S_INIT("retry-after"), keep_retry},
};

/* A status line begins the reply anew: there may be a 100 before it. */
static void begin_head(exchange *x)
{
    outbound_reply *r = x->reply;
    r->etag = r->modified = r->type = x->location = S("");
    r->packed = x->encoded = false;
    r->retry_after_s = 0;
}

static size_t end_as(exchange *x, outbound_problem p)
{
    x->told = p;
    return 0; /* not what curl handed in: it ends */
}

static size_t take_header(char *bytes, size_t one, size_t n, void *ctx)
{
    exchange *x = ctx;
    slice line = slice_trim(slice_of(bytes, n)), value = line, name;
    (void)one;
    x->head_bytes += n;
    if (x->head_bytes > OUTBOUND_HEAD_BYTES_MAX)
        return end_as(x, OUTBOUND_HEAD_TOO_LARGE);
    if (slice_starts(line, S("HTTP/")))
        begin_head(x);
    slice_cut(&value, ':', &name);
    for (size_t i = 0; i < COUNT_OF(wanted) && name.len < line.len; i++)
        if (slice_eq_nocase(name, wanted[i].name))
            wanted[i].keep(x, slice_trim(value));
    return x->failed == OK ? n : 0;
}

static int status_of(CURL *c)
{
    long code = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    return (int)code;
}

static bool is_good(int http)
{
    return http >= 200 && http <= 299;
}

/* The body of an error is nobody's business: it ends there. */
static size_t take_body(char *bytes, size_t one, size_t n, void *ctx)
{
    exchange *x = ctx;
    (void)one;
    if (!is_good(status_of(x->curl)))
        return end_as(x, OUTBOUND_FINE);
    if (x->encoded)
        return end_as(x, OUTBOUND_WRONG_ENCODING);
    x->reply->bytes += n;
    if (x->reply->bytes > x->o->o.limits.bytes_max)
        return end_as(x, OUTBOUND_TOO_LARGE);
    if (x->r->bytes && fail(x, x->r->bytes(x->r->ctx, slice_of(bytes, n), &x->why)) != OK)
        return 0;
    return n;
}

/* About once a second, and whenever something came. */
static int look_up(void *ctx, curl_off_t all, curl_off_t down, curl_off_t of, curl_off_t up)
{
    exchange *x = ctx;
    const outbound_limits *l = &x->o->o.limits;
    int64_t now = clock_now_us(x->o->o.ticks);
    uint64_t so_far = (uint64_t)down + (uint64_t)up;
    (void)all, (void)of;
    if (x->r->stop && x->r->stop(x->r->ctx)) {
        x->told = OUTBOUND_STOPPED;
    } else if (now >= x->deadline_us) {
        x->told = OUTBOUND_TIMEOUT;
    } else if (now - x->window_us >= l->floor_ms * 1000) {
        if (so_far - x->window_bytes < l->floor_bytes)
            x->told = OUTBOUND_TOO_SLOW;
        x->window_us = now;
        x->window_bytes = so_far;
    }
    return x->told != OUTBOUND_FINE;
}

/* --- what is asked ---------------------------------------------------------------------------- */

static status add_line(struct curl_slist **list, slice name, slice value, err *why)
{
    char text[HEADER_TEXT_MAX];
    if (!is_field(name, value))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a header of the request is none");
    snprintf(text, sizeof text, "%.*s: %.*s", SLICE_FMT(name), SLICE_FMT(value));
    struct curl_slist *more = curl_slist_append(*list, text);
    explicit_bzero(text, sizeof text); /* it may be a secret */
    if (!more)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    *list = more;
    return OK;
}

static void free_lines(struct curl_slist *list)
{
    for (struct curl_slist *l = list; l; l = l->next)
        explicit_bzero(l->data, strlen(l->data));
    curl_slist_free_all(list);
}

static status request_lines(exchange *x, const outbound_url *first, struct curl_slist **list)
{
    const outbound_request *r = x->r;
    status st =
        add_line(list, S("Accept-Encoding"), r->packed ? S("gzip") : S("identity"), &x->why);
    if (st == OK && r->etag.len)
        st = add_line(list, S("If-None-Match"), r->etag, &x->why);
    if (st == OK && r->modified.len)
        st = add_line(list, S("If-Modified-Since"), r->modified, &x->why);
    if (st == OK && r->body.ptr)
        st = add_line(list, S("Content-Type"), r->body_type, &x->why);
    if (st == OK && r->body.ptr) { /* no "Expect: 100-continue": it only waits */
        struct curl_slist *more = curl_slist_append(*list, "Expect:");
        st = more ? OK : err_set(&x->why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        *list = more ? more : *list;
    }
    for (size_t i = 0; st == OK && i < r->header_count; i++) {
        const outbound_header *h = &r->headers[i];
        if (outbound_same_origin(h->to ? h->to : first, &x->at))
            st = add_line(list, h->name, h->hidden ? secret_reveal(h->hidden) : h->text, &x->why);
    }
    return st;
}

/* The answers of curl_easy_setopt, looked at once. */
#define SET(what, value)                                                                           \
    (x->failed = curl_easy_setopt(c, what, value) == CURLE_OK ? x->failed : ERR_LIMIT)

static void set_trust(exchange *x, CURL *c)
{
    const outbound_options *o = &x->o->o;
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (o->ca) {
        SET(CURLOPT_CAINFO, o->ca);
        SET(CURLOPT_CAPATH, NULL);
    }
    if (o->pin)
        SET(CURLOPT_PINNEDPUBLICKEY, o->pin);
}

static void set_bounds(exchange *x, CURL *c)
{
    const outbound_limits *l = &x->o->o.limits;
    int64_t left_ms = (x->deadline_us - clock_now_us(x->o->o.ticks)) / 1000;
    SET(CURLOPT_TIMEOUT_MS, (long)(left_ms > 1 ? left_ms : 1));
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)l->connect_ms);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)l->bytes_max);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, look_up);
    SET(CURLOPT_XFERINFODATA, x);
    SET(CURLOPT_NOSIGNAL, 1L);
}

static void set_way(exchange *x, CURL *c)
{
    SET(CURLOPT_URL, x->at.text.ptr);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_HTTP09_ALLOWED, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, x);
    SET(CURLOPT_PROXY, x->o->o.proxy ? x->o->o.proxy : ""); /* "": none of the environment's */
    SET(CURLOPT_NOPROXY, "");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_USERAGENT, "noroshi/" NOROSHI_VERSION);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, x);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, x);
    if (x->r->body.ptr) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->r->body.len);
        SET(CURLOPT_POSTFIELDS, x->r->body.ptr);
    }
}

/* --- what became of it ------------------------------------------------------------------------ */

static outbound_problem problem_of_tls(CURL *c)
{
    long verdict = VERIFY_OK;
    curl_easy_getinfo(c, CURLINFO_SSL_VERIFYRESULT, &verdict);
    switch (verdict) {
    case VERIFY_OK:
    case VERIFY_NOT_ASKED:
    case VERIFY_OTHER_NAME:
    case VERIFY_OTHER_ADDRESS: return OUTBOUND_TLS_WRONG_NAME;
    case VERIFY_NOT_YET:
    case VERIFY_EXPIRED: return OUTBOUND_TLS_EXPIRED;
    default: return OUTBOUND_TLS_UNTRUSTED;
    }
}

static const struct {
    CURLcode code;
    outbound_problem problem;
} problems[] = {
    {CURLE_URL_MALFORMAT, OUTBOUND_BAD_URL},
    {CURLE_UNSUPPORTED_PROTOCOL, OUTBOUND_BAD_REPLY},
    {CURLE_COULDNT_RESOLVE_HOST, OUTBOUND_DNS},
    {CURLE_COULDNT_RESOLVE_PROXY, OUTBOUND_PROXY},
    {CURLE_PROXY, OUTBOUND_PROXY},
    {CURLE_COULDNT_CONNECT, OUTBOUND_CONNECT},
    {CURLE_OPERATION_TIMEDOUT, OUTBOUND_TIMEOUT},
    {CURLE_FILESIZE_EXCEEDED, OUTBOUND_TOO_LARGE},
    {CURLE_PARTIAL_FILE, OUTBOUND_TRUNCATED},
    {CURLE_GOT_NOTHING, OUTBOUND_TRUNCATED},
    {CURLE_RECV_ERROR, OUTBOUND_TRUNCATED},
    {CURLE_SEND_ERROR, OUTBOUND_TRUNCATED},
    {CURLE_SSL_CONNECT_ERROR, OUTBOUND_TLS},
    {CURLE_SSL_CACERT_BADFILE, OUTBOUND_TLS_UNTRUSTED},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, OUTBOUND_TLS_PIN},
};

static outbound_problem problem_of(const exchange *x, CURLcode code)
{
    if (x->told != OUTBOUND_FINE)
        return x->told;
    if (x->refused && code == CURLE_COULDNT_CONNECT)
        return OUTBOUND_REFUSED_ADDRESS;
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        return problem_of_tls(x->curl);
    for (size_t i = 0; i < COUNT_OF(problems); i++)
        if (problems[i].code == code)
            return problems[i].problem;
    return OUTBOUND_BAD_REPLY;
}

static outbound_problem problem_of_status(const exchange *x, int http)
{
    switch (http) {
    case 206: return OUTBOUND_BAD_REPLY; /* nobody asks for a part */
    case 304: return x->r->etag.len || x->r->modified.len ? OUTBOUND_FINE : OUTBOUND_BAD_REPLY;
    case 401:
    case 403:
    case 407: return OUTBOUND_DENIED;
    case 404:
    case 410: return OUTBOUND_NOT_THERE;
    case 429:
    case 503: return OUTBOUND_BUSY;
    default: break;
    }
    return is_good(http)                ? OUTBOUND_FINE
           : http >= 400 && http <= 499 ? OUTBOUND_HTTP_4XX
           : http >= 500                ? OUTBOUND_HTTP_5XX
                                        : OUTBOUND_BAD_REPLY;
}

static bool is_redirect(int http)
{
    return http == 301 || http == 302 || http == 303 || http == 307 || http == 308;
}

/* The reply's head came whole, whatever became of a body that nobody wants. */
static void judge(exchange *x, CURLcode code)
{
    outbound_reply *r = x->reply;
    r->http = status_of(x->curl);
    bool whole = code == CURLE_OK || (r->http && !is_good(r->http) && code == CURLE_WRITE_ERROR &&
                                      x->told == OUTBOUND_FINE);
    r->problem = !whole                 ? problem_of(x, code)
                 : x->encoded           ? OUTBOUND_WRONG_ENCODING
                 : is_redirect(r->http) ? OUTBOUND_FINE
                                        : problem_of_status(x, r->http);
    if (r->problem != OUTBOUND_BUSY)
        r->retry_after_s = 0;
}

static status run_hop(exchange *x, const outbound_url *first)
{
    struct curl_slist *lines = NULL;
    CURL *c = x->curl = curl_easy_init();
    if (!c)
        return err_set(&x->why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = request_lines(x, first, &lines);
    if (st == OK) {
        set_way(x, c);
        set_bounds(x, c);
        set_trust(x, c);
        SET(CURLOPT_HTTPHEADER, lines);
        if (x->failed != OK)
            err_set(&x->why, ERR_LIMIT, ERR_NOWHERE, "a request could not be set up");
        st = x->failed;
    }
    if (st == OK) {
        x->window_us = clock_now_us(x->o->o.ticks);
        CURLcode code = curl_easy_perform(c);
        st = x->failed;
        judge(x, code);
    }
    curl_easy_cleanup(c);
    free_lines(lines);
    return st;
}
#undef SET

/* --- hops ------------------------------------------------------------------------------------- */

/* Where the reply points; false: the problem is said. */
static bool next_hop(exchange *x)
{
    outbound_url to;
    outbound_reply *r = x->reply;
    if (r->redirects == OUTBOUND_REDIRECTS_MAX) {
        r->problem = OUTBOUND_TOO_MANY_REDIRECTS;
        return false;
    }
    if (x->r->body.ptr || !x->location.len ||
        outbound_url_follow(x->a, &x->at, x->location, &to, NULL) != OK || (x->at.tls && !to.tls)) {
        r->problem = OUTBOUND_BAD_REDIRECT;
        return false;
    }
    x->at = to;
    r->redirects++;
    return true;
}

static status run_hops(exchange *x, const outbound_url *first)
{
    x->at = *first;
    for (;;) {
        unsigned redirects = x->reply->redirects;
        *x->reply = (outbound_reply){.redirects = redirects};
        x->told = OUTBOUND_FINE;
        x->refused = x->encoded = false;
        x->head_bytes = 0;
        x->window_bytes = 0;
        x->location = S("");
        if (x->o->o.proxy && !proxy_may(&x->o->o, &x->at)) {
            x->reply->problem = OUTBOUND_REFUSED_ADDRESS;
            return OK;
        }
        status st = run_hop(x, first);
        if (st != OK || x->reply->problem != OUTBOUND_FINE || !is_redirect(x->reply->http) ||
            !next_hop(x))
            return st;
    }
}

status outbound_fetch(outbound *o, arena *a, const outbound_request *request, when now,
                      outbound_reply *ret, err *why)
{
    outbound_url first;
    outbound_reply reply = {0};
    exchange x = {.o = o, .r = request, .a = a, .now = now, .reply = &reply};
    x.deadline_us = clock_now_us(o->o.ticks) + o->o.limits.total_ms * 1000;
    status st = outbound_url_read(a, request->url, &first, &x.why);
    if (st == ERR_INPUT || (st == ERR_LIMIT && request->url.len > OUTBOUND_URL_MAX)) {
        *ret = (outbound_reply){.problem = OUTBOUND_BAD_URL};
        return OK;
    }
    if (st == OK)
        st = run_hops(&x, &first);
    if (st == OK)
        *ret = reply;
    else if (why)
        *why = x.why;
    return st;
}
