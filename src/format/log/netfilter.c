/* netfilter.c - packets that iptables, nftables and ufw have logged: see build.h.
 * Sources: Linux nf_log_ipv4/nf_log_ipv6 (names of fields), ufw(8) (its prefixes); what a rule does
 * stands only in the prefix that its owner gave it. */
#include "format/log/build.h"

static const log_name names[] = {
    LOG_NAME("SRC", "src_ip", SRC_IP),     LOG_NAME("DST", "dst_ip", DST_IP),
    LOG_NAME("SPT", "src_port", SRC_PORT), LOG_NAME("DPT", "dst_port", DST_PORT),
    LOG_NAME("PROTO", "proto", NONE),
};

static bool has_nocase(slice s, slice word)
{
    for (size_t i = 0; i + word.len <= s.len; i++)
        if (slice_starts_nocase(slice_from(s, i), word))
            return true;
    return false;
}

static log_outcome outcome_of(slice prefix)
{
    static const slice no[] = {S_INIT("block"), S_INIT("drop"), S_INIT("deny"), S_INIT("denied"),
                               S_INIT("reject")};
    static const slice yes[] = {S_INIT("allow"), S_INIT("accept"), S_INIT("permit")};
    for (size_t i = 0; i < COUNT_OF(no); i++)
        if (has_nocase(prefix, no[i]))
            return LOG_BLOCKED;
    for (size_t i = 0; i < COUNT_OF(yes); i++)
        if (has_nocase(prefix, yes[i]))
            return LOG_ALLOWED;
    return LOG_OUTCOME_UNKNOWN;
}

/* "[12345.678901] " of the kernel's ring */
static slice skip_uptime(slice s)
{
    size_t n = slice_find(slice_sub(s, 0, 32), S("] "), 0), i = 1;
    if (!s.len || s.ptr[0] != '[' || n == SIZE_MAX)
        return s;
    for (; i < n; i++)
        if (!is_digit(s.ptr[i]) && s.ptr[i] != '.' && s.ptr[i] != ' ')
            return s;
    return slice_from(s, n + 2);
}

static log_took read_netfilter(log_builder *b, slice line)
{
    slice rest = skip_uptime(line), word, prefix;
    size_t at = slice_find(rest, S("IN="), 0);
    if (at == SIZE_MAX || at > 128 || (at && is_alnum(rest.ptr[at - 1])) ||
        slice_find(rest, S(" SRC="), at) == SIZE_MAX || slice_find(rest, S("OUT="), at) == SIZE_MAX)
        return LOG_NOT;
    prefix = slice_trim(slice_sub(rest, 0, at));
    if (prefix.len)
        log_put(b, S("prefix"), S("action"), LOG_AS_NONE, prefix);
    b->e.outcome = outcome_of(prefix);
    rest = slice_from(rest, at);
    while (!b->failed && log_token(&rest, &word)) {
        size_t eq = slice_find_byte(word, '=', 0);
        if (word.ptr[0] == '[') { /* the packet that an ICMP error is about */
            const char *end = rest.ptr + rest.len;
            log_put(b, S("packet"), S(""), LOG_AS_NONE,
                    slice_of(word.ptr, (size_t)(end - word.ptr)));
            break;
        }
        if (eq == SIZE_MAX)
            log_put(b, S("flag"), S(""), LOG_AS_NONE, word);
        else
            log_put(b, slice_sub(word, 0, eq), S(""), LOG_AS_NONE, slice_from(word, eq + 1));
    }
    return LOG_EVENT;
}

static void finish(log_builder *b)
{
    slice in = log_find_value(b, S("IN")), out = log_find_value(b, S("OUT"));
    b->e.category = S("firewall");
    b->e.product = S("linux");
    b->e.service = S("netfilter");
    if (in.len && !out.len)
        b->e.direction = LOG_INBOUND;
    else if (out.len && !in.len)
        b->e.direction = LOG_OUTBOUND;
}

const log_format log_format_netfilter = {.name = "netfilter",
                                         .inside = true,
                                         .read = read_netfilter,
                                         .names = names,
                                         .name_count = COUNT_OF(names),
                                         .finish = finish};
