/* dns.c - queries as BIND and dnsmasq (and Pi-hole) log them: see build.h.
 * Sources: BIND 9 Administrator Reference Manual, "query logging" and the categories queries,
 * security and rpz; dnsmasq(8) --log-queries. */
#include "format/log/build.h"

#include "model/ip.h"

/* --- BIND ------------------------------------------------------------------------------------ */

/* "@0x7f30 192.0.2.1#53 (example.com): " behind "client". */
static bool take_client(slice *rest, slice *ret_ip, slice *ret_port, slice *ret_name)
{
    slice s = *rest, word;
    if (!log_token(&s, &word))
        return false;
    if (word.ptr[0] == '@' && !log_token(&s, &word))
        return false;
    size_t hash = slice_find_byte(word, '#', 0);
    if (hash == SIZE_MAX)
        return false;
    *ret_ip = slice_sub(word, 0, hash);
    *ret_port = slice_from(word, hash + 1);
    if (slice_ends(*ret_port, S(":")))
        ret_port->len--;
    s = slice_trim(s);
    if (s.len && s.ptr[0] == '(') {
        size_t end = slice_find(s, S("):"), 0);
        if (end == SIZE_MAX)
            return false;
        *ret_name = slice_sub(s, 1, end);
        s = slice_from(s, end + 2);
    }
    *rest = slice_trim(s);
    return true;
}

/* What was asked for; a second time only if it is another name. */
static void put_name(log_builder *b, slice name, slice type)
{
    if (!slice_eq_nocase(log_role_value(b, LOG_AS_QUERY), name))
        log_put(b, S("query"), S("query"), LOG_AS_QUERY, name);
    if (type.len)
        log_put(b, S("type"), S("record_type"), LOG_AS_NONE, type);
}

/* "query: example.com IN A +E(0)K (198.51.100.1)" */
static bool put_query(log_builder *b, slice rest)
{
    slice name, class, type = {NULL, 0}, flags, word;
    if (!log_token(&rest, &name))
        return false;
    if (log_token(&rest, &class))
        (void)log_token(&rest, &type);
    put_name(b, name, type);
    if (log_token(&rest, &flags)) {
        log_put(b, S("flags"), S(""), LOG_AS_NONE, flags);
        if (flags.ptr[0] == '+') /* recursion is wanted: by somebody that this server serves */
            b->e.direction = LOG_OUTBOUND;
    }
    if (log_token(&rest, &word) && word.len > 2 && word.ptr[0] == '(')
        log_put(b, S("server"), S("dst_ip"), LOG_AS_DST_IP, slice_sub(word, 1, word.len - 1));
    return true;
}

/* "query (cache) 'example.com/A/IN' denied" */
static bool put_denied(log_builder *b, slice rest)
{
    size_t open = slice_find_byte(rest, '\'', 0), close, slash;
    if (open == SIZE_MAX || (close = slice_find_byte(rest, '\'', open + 1)) == SIZE_MAX)
        return false;
    slice all = slice_sub(rest, open + 1, close), type = {NULL, 0};
    slash = slice_find_byte(all, '/', 0);
    if (slash != SIZE_MAX)
        type = slice_sub(all, slash + 1, slice_find_byte(all, '/', slash + 1));
    put_name(b, slice_sub(all, 0, slash), type);
    if (slice_find(rest, S("denied"), close) != SIZE_MAX)
        b->e.outcome = LOG_BLOCKED;
    return true;
}

/* "rpz QNAME NXDOMAIN rewrite bad.example/A/IN via bad.example.rpz" */
static bool put_rpz(log_builder *b, slice rest)
{
    slice trigger, policy, word, name;
    if (!log_token(&rest, &trigger) || !log_token(&rest, &policy) || !log_token(&rest, &word) ||
        !slice_eq(word, S("rewrite")) || !log_token(&rest, &name))
        return false;
    size_t slash = slice_find_byte(name, '/', 0);
    put_name(b, slice_sub(name, 0, slash),
             slash == SIZE_MAX ? (slice){NULL, 0}
                               : slice_sub(name, slash + 1, slice_find_byte(name, '/', slash + 1)));
    log_put(b, S("trigger"), S(""), LOG_AS_NONE, trigger);
    log_put(b, S("policy"), S("action"), LOG_AS_NONE, policy);
    b->e.outcome = slice_eq_nocase(policy, S("PASSTHRU")) ? LOG_ALLOWED : LOG_BLOCKED;
    return true;
}

static log_took read_bind(log_builder *b, slice line)
{
    slice rest = line, addr, port, name = {NULL, 0}, time;
    size_t n = log_time_front(rest), at;
    time = slice_sub(rest, 0, n);
    at = slice_find(slice_sub(rest, 0, n + 64), S("client "), n);
    if (at == SIZE_MAX)
        return LOG_NOT;
    rest = slice_from(rest, at + 7);
    if (!take_client(&rest, &addr, &port, &name))
        return LOG_NOT;
    if (n)
        log_put(b, S("time"), S(""), LOG_AS_TIME, time);
    log_put(b, S("client"), S("src_ip"), LOG_AS_SRC_IP, addr);
    log_put(b, S("client"), S("src_port"), LOG_AS_SRC_PORT, port);
    if (name.len) /* the name that is asked for; what follows says so again, but not always */
        log_put(b, S("query"), S("query"), LOG_AS_QUERY, name);
    if (slice_starts(rest, S("view "))) {
        at = slice_find(rest, S(": "), 0);
        if (at == SIZE_MAX)
            return LOG_NOT;
        log_put(b, S("view"), S(""), LOG_AS_NONE, slice_sub(rest, 5, at));
        rest = slice_from(rest, at + 2);
    }
    bool done = false;
    if (slice_starts(rest, S("query: ")))
        done = put_query(b, slice_from(rest, 7));
    else if (slice_starts(rest, S("rpz ")))
        done = put_rpz(b, slice_from(rest, 4));
    else if (slice_starts(rest, S("query")) || slice_starts(rest, S("update")))
        done = put_denied(b, rest);
    if (!done && name.len) {
        log_put(b, S("said"), S(""), LOG_AS_NONE, rest);
        done = true;
    }
    return done ? LOG_EVENT : LOG_NOT;
}

static void finish_bind(log_builder *b)
{
    b->e.category = S("dns");
    b->e.product = S("bind");
}

/* --- dnsmasq --------------------------------------------------------------------------------- */

static bool is_address(slice s)
{
    ip a;
    return ip4_read(s, &a) || ip6_read(s, &a);
}

/* "query[A] example.com from 192.0.2.5" */
static bool put_asked(log_builder *b, slice verb, slice rest)
{
    slice name, word, from;
    if (!log_token(&rest, &name) || !log_token(&rest, &word) || !slice_eq(word, S("from")) ||
        !log_token(&rest, &from))
        return false;
    put_name(b, name, slice_sub(verb, 6, verb.len - 1));
    log_put(b, S("client"), S("src_ip"), LOG_AS_SRC_IP, from);
    b->e.direction = LOG_OUTBOUND;
    return true;
}

/* "reply example.com is 198.51.100.7", "gravity blocked example.com is 0.0.0.0" */
static bool put_said(log_builder *b, slice rest, bool blocked)
{
    slice name, word, value;
    if (!log_token(&rest, &name) || !log_token(&rest, &word) || !slice_eq(word, S("is")))
        return false;
    value = slice_trim(rest);
    put_name(b, name, (slice){NULL, 0});
    log_put(b, S("answer"), S("answers"), LOG_AS_NONE, value);
    b->e.outcome = blocked                              ? LOG_BLOCKED
                   : slice_starts(value, S("NXDOMAIN")) ? LOG_FAILED
                   : slice_starts(value, S("SERVFAIL")) ? LOG_FAILED
                                                        : LOG_ALLOWED;
    return true;
}

static bool put_forwarded(log_builder *b, slice rest)
{
    slice name, word, to;
    if (!log_token(&rest, &name) || !log_token(&rest, &word) || !slice_eq(word, S("to")) ||
        !log_token(&rest, &to))
        return false;
    put_name(b, name, (slice){NULL, 0});
    log_put(b, S("server"), S("dst_ip"), LOG_AS_DST_IP, to);
    b->e.direction = LOG_OUTBOUND;
    return true;
}

static bool is_blocking(slice verb, slice *rest)
{
    slice second;
    static const slice lists[] = {S_INIT("gravity"), S_INIT("exactly"), S_INIT("regex"),
                                  S_INIT("special")};
    if (slice_eq(verb, S("blocked")))
        return true;
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        if (slice_eq(verb, lists[i]))
            return log_token(rest, &second);
    return false;
}

static log_took read_dnsmasq(log_builder *b, slice line)
{
    slice rest = line, verb, client = {NULL, 0}, serial;
    uint64_t n;
    bool done = false;
    if (!log_token(&rest, &verb))
        return LOG_NOT;
    if (slice_u64(verb, &n)) { /* --log-queries=extra: "12 192.0.2.5/4567 query[A] ..." */
        serial = verb;
        if (!log_token(&rest, &client) || !log_token(&rest, &verb))
            return LOG_NOT;
        size_t slash = slice_find_byte(client, '/', 0);
        if (slash == SIZE_MAX || !is_address(slice_sub(client, 0, slash)))
            return LOG_NOT;
        log_put(b, S("serial"), S(""), LOG_AS_NONE, serial);
        log_put(b, S("client"), S("src_ip"), LOG_AS_SRC_IP, slice_sub(client, 0, slash));
        log_put(b, S("client"), S("src_port"), LOG_AS_SRC_PORT, slice_from(client, slash + 1));
    }
    log_put(b, S("verb"), S(""), LOG_AS_NONE, verb);
    if (slice_starts(verb, S("query[")) && slice_ends(verb, S("]")))
        done = put_asked(b, verb, rest);
    else if (slice_eq(verb, S("forwarded")))
        done = put_forwarded(b, rest);
    else if (slice_eq(verb, S("reply")) || slice_starts(verb, S("cached")) ||
             slice_eq(verb, S("config")) || slice_eq(verb, S("/etc/hosts")))
        done = put_said(b, rest, false);
    else if (is_blocking(verb, &rest))
        done = put_said(b, rest, true);
    return done ? LOG_EVENT : LOG_NOT;
}

static void finish_dnsmasq(log_builder *b)
{
    b->e.category = S("dns");
    b->e.product = S("dnsmasq");
}

const log_format log_format_bind = {
    .name = "bind", .inside = true, .read = read_bind, .finish = finish_bind};
const log_format log_format_dnsmasq = {
    .name = "dnsmasq", .inside = true, .read = read_dnsmasq, .finish = finish_dnsmasq};
