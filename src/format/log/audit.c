/* audit.c - auditd, raw and enriched, alone or behind a syslog header: see build.h.
 * Sources: linux-audit documentation, "audit-log format"; the kernel writes values that have
 * blanks, quotes or controls as hexadecimal digits without quotes; RFC 791 and 4291 for saddr. */
#include "format/log/build.h"

#include "model/ip.h"

static const log_name names[] = {
    LOG_NAME("node", "", HOST),
    LOG_NAME("acct", "", USER),
    LOG_NAME("AUID", "", USER),
    LOG_NAME("UID", "", USER),
    LOG_NAME("auid", "", USER),
    LOG_NAME("uid", "", USER),
    LOG_NAME("addr", "src_ip", SRC_IP),
    LOG_NAME("laddr", "src_ip", SRC_IP),
    LOG_NAME("lport", "src_port", SRC_PORT),
    LOG_NAME("rport", "src_port", SRC_PORT),
    LOG_NAME("success", "", ACTION),
    LOG_NAME("res", "", ACTION),
    LOG_NAME("result", "", ACTION),
    LOG_NAME("apparmor", "", ACTION),
};

/* Whose value may be in hexadecimal digits. a0, a1, ... are in an EXECVE, where they are words. */
static const slice coded[] = {
    S_INIT("comm"), S_INIT("exe"),  S_INIT("cwd"),   S_INIT("name"), S_INIT("proctitle"),
    S_INIT("acct"), S_INIT("data"), S_INIT("cmd"),   S_INIT("path"), S_INIT("dir"),
    S_INIT("key"),  S_INIT("file"), S_INIT("ocomm"), S_INIT("vm"),
};

static bool is_argument(slice name)
{
    if (name.len < 2 || name.ptr[0] != 'a')
        return false;
    for (size_t i = 1; i < name.len && name.ptr[i] != '['; i++)
        if (!is_digit(name.ptr[i]))
            return false;
    return true;
}

static bool may_be_coded(slice name, bool execve)
{
    for (size_t i = 0; i < COUNT_OF(coded); i++)
        if (slice_eq(name, coded[i]))
            return true;
    return execve && is_argument(name);
}

static bool is_hex(slice s)
{
    if (!s.len || s.len % 2)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (hex_value(s.ptr[i]) < 0 || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f'))
            return false;
    return true;
}

/* A NUL between words of a command line becomes a blank. */
static slice decode(log_builder *b, slice s)
{
    char *p = arena_array(b->a, s.len / 2 + 1, 1);
    size_t n = s.len / 2;
    if (!p) {
        b->failed = true;
        return (slice){NULL, 0};
    }
    for (size_t i = 0; i < n; i++) {
        char c = (char)(hex_value(s.ptr[2 * i]) << 4 | hex_value(s.ptr[2 * i + 1]));
        p[i] = c ? c : ' ';
    }
    while (n && p[n - 1] == ' ')
        n--;
    return slice_of(p, n);
}

static uint8_t octet(slice s, size_t i)
{
    return (uint8_t)(hex_value(s.ptr[2 * i]) << 4 | hex_value(s.ptr[2 * i + 1]));
}

/* A struct sockaddr of x86 in hexadecimal digits: address and port of the other side. */
static void put_peer(log_builder *b, slice s)
{
    char text[IP_TEXT_MAX];
    slice addr, port;
    ip a = {{0}};
    if (!is_hex(s) || s.len < 16 || octet(s, 1) != 0)
        return;
    if (octet(s, 0) == 2) { /* AF_INET */
        a = ip4_make((uint32_t)octet(s, 4) << 24 | (uint32_t)octet(s, 5) << 16 |
                     (uint32_t)octet(s, 6) << 8 | octet(s, 7));
    } else if (octet(s, 0) == 10 && s.len >= 48) { /* AF_INET6 */
        for (size_t i = 0; i < 16; i++)
            a.b[i] = octet(s, 8 + i);
    } else {
        return;
    }
    ip_print(&a, text);
    addr = arena_printf(b->a, "%s", text);
    port = arena_printf(b->a, "%u", (unsigned)octet(s, 2) << 8 | octet(s, 3));
    if (!addr.ptr || !port.ptr) {
        b->failed = true;
        return;
    }
    log_put_value(b, S("saddr"), S("dst_ip"), LOG_AS_DST_IP, addr, s, LOG_TEXT);
    log_put_value(b, S("saddr"), S("dst_port"), LOG_AS_DST_PORT, port, s, LOG_TEXT);
}

/* Of a system call's address auditd writes it so, whoever it is of. */
static bool put_literal(log_builder *b, slice name, slice value)
{
    bool addr = slice_eq(name, S("laddr"));
    if (!addr && !slice_eq(name, S("lport")))
        return false;
    log_put(b, name, addr ? S("dst_ip") : S("dst_port"), addr ? LOG_AS_DST_IP : LOG_AS_DST_PORT,
            value);
    return true;
}

static void put(log_builder *b, slice name, slice value, bool quoted, slice type)
{
    bool execve = slice_eq(type, S("EXECVE"));
    if (slice_eq(type, S("SOCKADDR")) && put_literal(b, name, value))
        return;
    if (!quoted && may_be_coded(name, execve) && is_hex(value) && value.len > 2) {
        log_put_value(b, name, S(""), LOG_AS_NONE, decode(b, value), value, LOG_TEXT);
        return;
    }
    bool unset = log_unset(value) || (!quoted && slice_eq(value, S("?"))) ||
                 slice_eq(value, S("unset")) || slice_eq(value, S("4294967295"));
    log_put_value(b, name, S(""), LOG_AS_NONE, unset ? slice_sub(value, 0, 0) : value, value,
                  unset ? LOG_NULL : LOG_TEXT);
    if (slice_eq(name, S("saddr")))
        put_peer(b, value);
}

/* Pairs; those in msg='...' one by one. Words that are none are passed over. */
static void put_pairs(log_builder *b, slice rest, slice type, bool inner)
{
    slice name, value, word;
    bool quoted;
    while (rest.len && !b->failed && !(b->e.cut & LOG_CUT_FIELDS)) {
        if (!log_pair(&rest, &name, &value, &quoted)) {
            if (!log_token(&rest, &word))
                return;
            continue;
        }
        if (!inner && slice_eq(name, S("msg")) && quoted)
            put_pairs(b, value, type, true);
        else
            put(b, name, value, quoted, type);
    }
}

/* "audit(1604996384.965:93777):" */
static bool take_stamp(slice *rest, slice *ret_time, slice *ret_serial)
{
    slice s = *rest;
    if (!slice_starts(s, S("audit(")))
        return false;
    s = slice_from(s, 6);
    size_t colon = slice_find_byte(s, ':', 0), end = slice_find_byte(s, ')', 0);
    if (colon == SIZE_MAX || end == SIZE_MAX || colon > end)
        return false;
    *ret_time = slice_sub(s, 0, colon);
    *ret_serial = slice_sub(s, colon + 1, end);
    *rest = slice_from(s, end + 1 < s.len && s.ptr[end + 1] == ':' ? end + 2 : end + 1);
    return true;
}

static log_took read_audit(log_builder *b, slice line)
{
    slice rest = line, name = S(""), type, node = {NULL, 0}, time, serial;
    bool quoted;
    if (slice_starts(rest, S("audit: ")))
        rest = slice_from(rest, 7);
    if (slice_starts(rest, S("node=")) && log_pair(&rest, &name, &node, &quoted))
        rest = slice_trim(rest);
    if (!slice_starts(rest, S("type=")) || !log_pair(&rest, &name, &type, &quoted))
        return LOG_NOT;
    rest = slice_trim(rest);
    if (slice_starts(rest, S("msg=audit(")))
        rest = slice_from(rest, 4);
    if (!take_stamp(&rest, &time, &serial))
        return LOG_NOT;
    if (node.len)
        log_put(b, S("node"), S(""), LOG_AS_NONE, node);
    log_put(b, S("type"), S(""), LOG_AS_NONE, type);
    log_put(b, S("time"), S(""), LOG_AS_TIME, time);
    log_put(b, S("serial"), S(""), LOG_AS_NONE, serial);
    if (slice_find(slice_sub(rest, 0, 32), S("avc:  denied "), 0) != SIZE_MAX) /* SELinux */
        b->e.outcome = LOG_BLOCKED;
    put_pairs(b, rest, type, false);
    return LOG_EVENT;
}

static void finish(log_builder *b)
{
    b->e.product = S("linux");
    b->e.service = S("auditd");
    slice type = log_find_value(b, S("type"));
    b->e.login = slice_eq(type, S("USER_LOGIN")) || slice_eq(type, S("USER_AUTH"));
}

const log_format log_format_audit = {.name = "auditd",
                                     .inside = true,
                                     .read = read_audit,
                                     .names = names,
                                     .name_count = COUNT_OF(names),
                                     .finish = finish};
