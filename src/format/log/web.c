/* web.c - access logs of Apache and nginx, common and combined, with a virtual host in front or
 * not; and Squid's own: see build.h.
 * Sources: Apache httpd "Log Files" and mod_log_config (escapes), nginx ngx_http_log_module
 * (combined), Squid wiki "Squid Log Files" (native format, result codes); Sigma taxonomy. */
#include "format/log/build.h"

/* A text in quotes at the front, backslashes before quotes inside. */
static bool take_quoted(slice *rest, slice *ret)
{
    slice s = slice_trim(*rest);
    size_t n = 1;
    if (!s.len || s.ptr[0] != '"')
        return false;
    while (n < s.len && s.ptr[n] != '"')
        n += s.ptr[n] == '\\' && n + 1 < s.len ? 2 : 1;
    if (n >= s.len)
        return false;
    *ret = slice_sub(s, 1, n);
    *rest = slice_from(s, n + 1);
    return true;
}

static void put_text(log_builder *b, slice name, slice sigma, log_role role, slice written)
{
    bool unset = log_unset(written);
    log_put_value(b, name, sigma, role, unset ? S("") : log_unescape(b, written), written,
                  unset ? LOG_NULL : LOG_TEXT);
}

static bool is_method(slice s)
{
    if (!s.len || s.len > 20)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') && s.ptr[i] != '_' && s.ptr[i] != '-')
            return false;
    return true;
}

/* "GET /a?b=c HTTP/1.1"; what is none of that is one field. */
static void put_request(log_builder *b, slice request)
{
    slice rest = request, method, uri, version;
    if (!log_token(&rest, &method) || !is_method(method) || !log_token(&rest, &uri)) {
        put_text(b, S("request"), S(""), LOG_AS_NONE, request);
        return;
    }
    size_t mark = slice_find_byte(uri, '?', 0);
    log_put(b, S("method"), S("cs-method"), LOG_AS_METHOD, method);
    put_text(b, S("uri"), S("c-uri"), LOG_AS_URL_PATH, uri);
    put_text(b, S("uri"), S("cs-uri-stem"), LOG_AS_NONE, slice_sub(uri, 0, mark));
    if (mark != SIZE_MAX)
        put_text(b, S("uri"), S("cs-uri-query"), LOG_AS_NONE, slice_from(uri, mark + 1));
    if (log_token(&rest, &version))
        log_put(b, S("protocol"), S("cs-version"), LOG_AS_NONE, version);
}

typedef struct visit {
    slice vhost, client, ident, user, time, request, status, bytes;
} visit;

/* What stands in front of "[": three words, or four with a virtual host. A user may have blanks. */
static bool take_client(slice front, visit *x)
{
    slice word[4], rest = front;
    size_t n = 0;
    while (n < 4 && log_token(&rest, &word[n]))
        n++;
    if (n < 3)
        return false;
    size_t first = n == 4 && !slice_eq(word[1], S("-")) &&
                   slice_find_byte(word[0], ':', 0) != SIZE_MAX &&
                   slice_find_byte(word[1], '.', 0) != SIZE_MAX;
    if (first)
        x->vhost = word[0];
    x->client = word[first];
    x->ident = word[first + 1];
    const char *user = word[first + 2].ptr, *end = front.ptr + front.len;
    x->user = slice_trim(slice_of(user, (size_t)(end - user)));
    return true;
}

static log_took read_web(log_builder *b, slice line)
{
    visit x = {0};
    slice rest, one;
    size_t open = slice_find_byte(slice_sub(line, 0, 1024), '[', 0), n;
    if (open == SIZE_MAX)
        return LOG_NOT;
    rest = slice_from(line, open + 1);
    n = log_time_front(rest);
    if (!n || n >= rest.len || rest.ptr[n] != ']' || !take_client(slice_sub(line, 0, open), &x))
        return LOG_NOT;
    x.time = slice_sub(rest, 0, n);
    rest = slice_from(rest, n + 1);
    if (!take_quoted(&rest, &x.request) || !log_token(&rest, &x.status))
        return LOG_NOT;
    if (x.vhost.len) {
        size_t colon = slice_find_byte(x.vhost, ':', 0);
        log_put(b, S("vhost"), S("cs-host"), LOG_AS_URL_HOST, slice_sub(x.vhost, 0, colon));
        log_put(b, S("vhost"), S("dst_port"), LOG_AS_DST_PORT, slice_from(x.vhost, colon + 1));
    }
    log_put(b, S("client"), S("c-ip"), LOG_AS_SRC_IP, x.client);
    log_put(b, S("ident"), S(""), LOG_AS_NONE, x.ident);
    put_text(b, S("user"), S("cs-username"), LOG_AS_USER, x.user);
    log_put(b, S("time"), S(""), LOG_AS_TIME, x.time);
    put_request(b, x.request);
    log_put(b, S("status"), S("sc-status"), LOG_AS_STATUS, x.status);
    if (log_token(&rest, &x.bytes))
        log_put(b, S("bytes"), S("sc-bytes"), LOG_AS_NONE, x.bytes);
    if (take_quoted(&rest, &one))
        put_text(b, S("referer"), S("cs-referer"), LOG_AS_NONE, one);
    if (take_quoted(&rest, &one))
        put_text(b, S("user_agent"), S("cs-user-agent"), LOG_AS_NONE, one);
    rest = slice_trim(rest);
    if (rest.len)
        put_text(b, S("more"), S(""), LOG_AS_NONE, rest);
    return LOG_EVENT;
}

static void finish_web(log_builder *b)
{
    b->e.category = S("webserver");
    b->e.direction = LOG_INBOUND;
}

/* --- Squid ----------------------------------------------------------------------------------- */

enum { SQUID_FIELDS = 10 };

/* The host in "http://host:port/path" or "host:port". */
static slice host_of(slice url)
{
    size_t at = slice_find(url, S("://"), 0), n;
    slice host = at == SIZE_MAX ? url : slice_from(url, at + 3);
    size_t end = slice_find_byte(host, '/', 0), user;
    host = slice_sub(host, 0, end);
    user = slice_find_byte(host, '@', 0);
    if (user != SIZE_MAX)
        host = slice_from(host, user + 1);
    n = slice_find_byte(host, host.len && host.ptr[0] == '[' ? ']' : ':', 0);
    if (host.len && host.ptr[0] == '[')
        return slice_sub(host, 1, n);
    return slice_sub(host, 0, n);
}

static log_took read_squid(log_builder *b, slice line)
{
    slice word[SQUID_FIELDS], rest = line, code, number;
    size_t n = 0, slash, dot;
    uint64_t elapsed;
    while (n < SQUID_FIELDS && log_token(&rest, &word[n]))
        n++;
    if (n < SQUID_FIELDS - 1)
        return LOG_NOT;
    dot = slice_find_byte(word[0], '.', 0);
    slash = slice_find_byte(word[3], '/', 0);
    if (dot == SIZE_MAX || dot < 9 || word[0].len != dot + 4 || !slice_u64(word[1], &elapsed) ||
        slash == SIZE_MAX || !is_method(word[5]))
        return LOG_NOT;
    code = slice_sub(word[3], 0, slash);
    number = slice_from(word[3], slash + 1);
    log_put(b, S("time"), S(""), LOG_AS_TIME, word[0]);
    log_put(b, S("elapsed"), S("time-taken"), LOG_AS_NONE, word[1]);
    log_put(b, S("client"), S("src_ip"), LOG_AS_SRC_IP, word[2]);
    log_put(b, S("result"), S("s-action"), LOG_AS_NONE, code);
    log_put(b, S("status"), S("sc-status"), LOG_AS_STATUS, number);
    log_put(b, S("bytes"), S("sc-bytes"), LOG_AS_NONE, word[4]);
    log_put(b, S("method"), S("cs-method"), LOG_AS_METHOD, word[5]);
    log_put(b, S("url"), S("c-uri"), LOG_AS_URL, word[6]);
    log_put(b, S("url"), S("cs-host"), LOG_AS_URL_HOST, host_of(word[6]));
    log_put(b, S("user"), S("cs-username"), LOG_AS_USER, word[7]);
    slash = slice_find_byte(word[8], '/', 0);
    log_put(b, S("hierarchy"), S(""), LOG_AS_NONE, slice_sub(word[8], 0, slash));
    if (slash != SIZE_MAX)
        log_put(b, S("peer"), S("dst_ip"), LOG_AS_DST_IP, slice_from(word[8], slash + 1));
    if (n == SQUID_FIELDS)
        log_put(b, S("type"), S("cs-mime-type"), LOG_AS_NONE, word[9]);
    if (slice_find(code, S("DENIED"), 0) != SIZE_MAX)
        b->e.outcome = LOG_BLOCKED;
    else if (slice_eq(number, S("000")) || slice_find(code, S("ABORTED"), 0) != SIZE_MAX)
        b->e.outcome = LOG_FAILED;
    return LOG_EVENT;
}

static void finish_squid(log_builder *b)
{
    b->e.category = S("proxy");
    b->e.product = S("squid");
    b->e.direction = LOG_OUTBOUND;
}

const log_format log_format_web = {
    .name = "web", .inside = true, .read = read_web, .finish = finish_web};
const log_format log_format_squid = {
    .name = "squid", .inside = true, .read = read_squid, .finish = finish_squid};
