/* syslog.c - the header of a syslog line, RFC 5424 or what RFC 3164 describes; what its message is
 * in is read as that: see build.h.
 * Sources: RFC 5424 (header, structured data), RFC 3164 (and what is seen: no priority in files,
 * ISO times of rsyslog, no host), RFC 5424 section 6.2.1 (facilities, severities). */
#include "format/log/build.h"

enum { TAG_MAX = 128, HOST_MAX = 255 };

typedef struct service {
    slice program, name;
} service;

static const service services[] = {
    {S_INIT("sshd-session"), S_INIT("sshd")}, /* OpenSSH 9.8 */
    {S_INIT("sshd"), S_INIT("sshd")},         {S_INIT("sudo"), S_INIT("sudo")},
    {S_INIT("CRON"), S_INIT("cron")},         {S_INIT("cron"), S_INIT("cron")},
    {S_INIT("crond"), S_INIT("cron")},        {S_INIT("su"), S_INIT("auth")},
    {S_INIT("login"), S_INIT("auth")},        {S_INIT("systemd-logind"), S_INIT("auth")},
    {S_INIT("useradd"), S_INIT("auth")},      {S_INIT("usermod"), S_INIT("auth")},
    {S_INIT("userdel"), S_INIT("auth")},      {S_INIT("groupadd"), S_INIT("auth")},
    {S_INIT("passwd"), S_INIT("auth")},       {S_INIT("polkitd"), S_INIT("auth")},
    {S_INIT("audispd"), S_INIT("auditd")},    {S_INIT("audit"), S_INIT("auditd")},
    {S_INIT("clamd"), S_INIT("clamav")},      {S_INIT("freshclam"), S_INIT("clamav")},
    {S_INIT("vsftpd"), S_INIT("vsftpd")},     {S_INIT("guacd"), S_INIT("guacamole")},
};

typedef struct header {
    slice priority, time, host, program, pid, message;
} header;

static bool take_priority(slice *s, slice *ret)
{
    size_t n = slice_find_byte(slice_sub(*s, 0, 6), '>', 0);
    uint64_t v;
    if (!s->len || s->ptr[0] != '<')
        return false;
    if (n == SIZE_MAX || !slice_u64(slice_sub(*s, 1, n), &v) || v > 191)
        return false;
    *ret = slice_sub(*s, 1, n);
    *s = slice_from(*s, n + 1);
    return true;
}

static void put_priority(log_builder *b, slice written)
{
    static const char *const severities[] = {"emerg",   "alert",  "crit", "err",
                                             "warning", "notice", "info", "debug"};
    static const char *const facilities[] = {
        "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
        "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
        "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
    uint64_t v = 0;
    if (!written.len || !slice_u64(written, &v) || v / 8 >= COUNT_OF(facilities))
        return;
    log_put_value(b, S("facility"), S(""), LOG_AS_NONE, slice_str(facilities[v / 8]), written,
                  LOG_TEXT);
    log_put_value(b, S("severity"), S(""), LOG_AS_NONE, slice_str(severities[v % 8]), written,
                  LOG_TEXT);
}

/* --- RFC 5424 -------------------------------------------------------------------------------- */

static bool word(slice *rest, slice *ret)
{
    if (!rest->len)
        return false;
    size_t n = slice_find_byte(*rest, ' ', 0);
    *ret = slice_sub(*rest, 0, n);
    *rest = n == SIZE_MAX ? slice_from(*rest, rest->len) : slice_from(*rest, n + 1);
    return ret->len != 0;
}

/* name="value" at the front; false at "]" or what is none. */
static bool parameter(slice *s, slice *ret_name, slice *ret_value)
{
    size_t n = 0, from;
    while (s->len && s->ptr[0] == ' ')
        *s = slice_from(*s, 1);
    while (n < s->len && s->ptr[n] != '=' && s->ptr[n] != ']' && s->ptr[n] != ' ')
        n++;
    if (!n || n + 1 >= s->len || s->ptr[n] != '=' || s->ptr[n + 1] != '"')
        return false;
    *ret_name = slice_sub(*s, 0, n);
    from = n += 2;
    while (n < s->len && s->ptr[n] != '"')
        n += s->ptr[n] == '\\' && n + 1 < s->len ? 2 : 1;
    *ret_value = slice_sub(*s, from, n);
    *s = slice_from(*s, n + 1);
    return true;
}

/* "[id a="b"][id2 ...]" or "-" */
static void put_structured(log_builder *b, slice *rest)
{
    slice s = *rest, name, value;
    if (s.len && s.ptr[0] == '-') {
        *rest = slice_from(s, 1);
        return;
    }
    while (s.len && s.ptr[0] == '[' && !b->failed && !(b->e.cut & LOG_CUT_FIELDS)) {
        size_t n = 1;
        while (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != ']')
            n++;
        slice id = slice_sub(s, 1, n);
        s = slice_from(s, n);
        while (parameter(&s, &name, &value)) {
            slice path = arena_printf(b->a, "%.*s.%.*s", SLICE_FMT(slice_sub(id, 0, 64)),
                                      SLICE_FMT(slice_sub(name, 0, 64)));
            b->failed |= !path.ptr;
            log_put_value(b, path, S(""), LOG_AS_NONE, log_unescape(b, value), value, LOG_TEXT);
        }
        if (!s.len || s.ptr[0] != ']') {
            b->e.cut |= LOG_CUT_BROKEN;
            break;
        }
        s = slice_from(s, 1);
    }
    *rest = s;
}

static bool take_5424(log_builder *b, slice rest, header *h)
{
    slice version, id;
    uint64_t v;
    if (!word(&rest, &version) || !slice_u64(version, &v) || v < 1 || v > 9 ||
        !word(&rest, &h->time) || !word(&rest, &h->host) || !word(&rest, &h->program) ||
        !word(&rest, &h->pid) || !word(&rest, &id))
        return false;
    if (!log_unset(h->time) && log_time_front(h->time) != h->time.len)
        return false;
    log_put(b, S("msgid"), S(""), LOG_AS_NONE, id);
    put_structured(b, &rest);
    h->message = slice_trim(rest);
    if (slice_starts(h->message, S("\xef\xbb\xbf")))
        h->message = slice_from(h->message, 3);
    return true;
}

/* --- RFC 3164 -------------------------------------------------------------------------------- */

/* "sshd[123]: ", "kernel: ", "sudo: ", at the front; false when no tag stands there. */
static bool take_tag(slice *rest, header *h)
{
    slice s = *rest, program, id = {NULL, 0};
    size_t n = 0, pid;
    while (n < s.len && n < TAG_MAX && s.ptr[n] != ' ' && s.ptr[n] != '[' && s.ptr[n] != ':' &&
           s.ptr[n] != '=' && s.ptr[n] != '|')
        n++;
    if (!n || n >= s.len || (s.ptr[n] != '[' && s.ptr[n] != ':'))
        return false;
    program = slice_sub(s, 0, n);
    if (s.ptr[n] == '[') {
        pid = n + 1;
        n = slice_find_byte(slice_sub(s, 0, n + 32), ']', n);
        if (n == SIZE_MAX)
            return false;
        id = slice_sub(s, pid, n++);
    }
    if (n < s.len && s.ptr[n] != ':' && s.ptr[n] != ' ')
        return false; /* "CEF:0|" has its bar, "a:b" goes on */
    n += n < s.len && s.ptr[n] == ':';
    if (n < s.len && s.ptr[n] != ' ')
        return false;
    if (slice_eq(program, S("CEF")) || slice_eq(program, S("LEEF")))
        return false;
    h->program = program;
    h->pid = id;
    *rest = slice_from(s, n);
    return true;
}

/* A word that is surely a host's name, though no tag stands behind it. */
static bool host_surely(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '.' || s.ptr[i] == '-' || is_digit(s.ptr[i]))
            return true;
    return false;
}

static bool host_like(slice s)
{
    if (!s.len || s.len > HOST_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.ptr[i]) && s.ptr[i] != '.' && s.ptr[i] != '-' && s.ptr[i] != '_' &&
            s.ptr[i] != ':')
            return false;
    return s.ptr[s.len - 1] != ':';
}

static bool take_3164(slice rest, header *h)
{
    slice before;
    size_t n = log_time_front(rest);
    if (n && is_digit(rest.ptr[0]) && (!is_digit(rest.ptr[2]) || rest.ptr[10] != 'T'))
        return false; /* "30-Nov-2026 ...", "2026-11-30 ...": programs' own */
    h->time = slice_sub(rest, 0, n);
    rest = slice_from(rest, n);
    if (!n && !h->priority.len)
        return false;
    if (n && (!rest.len || (rest.ptr[0] != ' ' && rest.ptr[0] != ':')))
        return false;
    if (n && rest.ptr[0] == ':') /* Cisco */
        rest = slice_from(rest, 1);
    rest = slice_trim(rest);
    before = rest;
    if (!take_tag(&rest, h)) { /* else the host is left out */
        if (n && log_token(&rest, &h->host) && host_like(h->host)) {
            rest = slice_trim(rest);
            if (!take_tag(&rest, h) && !h->priority.len && !host_surely(h->host) &&
                !slice_starts(rest, S("CEF:")) && !slice_starts(rest, S("LEEF:")) &&
                !slice_starts(rest, S("{")))
                return false;
        } else if (h->priority.len) {
            h->host = (slice){NULL, 0};
            rest = before;
        } else {
            return false;
        }
    }
    h->message = slice_trim(rest);
    return true;
}

/* --- both ------------------------------------------------------------------------------------ */

static void put_header(log_builder *b, const header *h)
{
    put_priority(b, h->priority);
    if (h->time.len)
        log_put(b, S("timestamp"), S(""), LOG_AS_TIME, h->time);
    if (h->host.len)
        log_put(b, S("host"), S("Computer"), LOG_AS_HOST, h->host);
    if (h->program.len)
        log_put(b, S("program"), S(""), LOG_AS_NONE, h->program);
    if (h->pid.len)
        log_put(b, S("pid"), S(""), LOG_AS_NONE, h->pid);
    log_put(b, S("message"), S(""), LOG_AS_NONE, h->message);
}

static log_took read_syslog(log_builder *b, slice line)
{
    header h = {0};
    slice rest = line;
    bool priority = take_priority(&rest, &h.priority);
    b->base = LOG_RANK_HEADER;
    if (!(priority && take_5424(b, rest, &h)) && !take_3164(rest, &h))
        return LOG_NOT;
    put_header(b, &h);
    b->base = 0;
    b->program = h.program;
    if (!b->failed && h.message.len)
        (void)log_read_inside(b, h.message);
    return LOG_EVENT;
}

static void finish(log_builder *b)
{
    b->e.product = S("linux");
    b->e.service = S("syslog");
    for (size_t i = 0; i < COUNT_OF(services); i++)
        if (slice_eq(b->program, services[i].program))
            b->e.service = services[i].name;
}

const log_format log_format_syslog = {
    .inside = true, .name = "syslog", .read = read_syslog, .finish = finish};
