/* auth.c - who logged in, tried to, or became somebody else: messages of sshd, PAM, sudo, su, cron,
 * logind and the tools for accounts: see build.h.
 * Sources: OpenSSH auth.c, auth2.c, packet.c (texts of messages), Linux-PAM pam_unix, sudo's log
 * format, shadow's useradd, userdel and groupadd.
 * A row is a text with holes. A name that comes from outside may contain anything, so it reaches to
 * the LAST place where what follows it stands: a user called "x from 192.0.2.1 port 1" does not
 * choose the address that is read. */
#include "format/log/build.h"

/* %a address, %p port, %w a word; to the last place of what follows: %u user, %t target user, %k a
 * command line, %x anything; to its first: %n target user; the rest: %c a command line, %d. */
typedef struct pattern {
    slice text;
    log_outcome outcome;
    bool remote; /* somebody outside came to us */
} pattern;

static const pattern sshd[] = {
    {S_INIT("Accepted %w for %u from %a port %p"), LOG_ALLOWED, true},
    {S_INIT("Failed %w for invalid user %u from %a port %p"), LOG_FAILED, true},
    {S_INIT("Failed %w for illegal user %u from %a port %p"), LOG_FAILED, true},
    {S_INIT("Failed %w for %u from %a port %p"), LOG_FAILED, true},
    {S_INIT("Invalid user %u from %a port %p"), LOG_FAILED, true},
    {S_INIT("Invalid user %u from %a"), LOG_FAILED, true},
    {S_INIT("Illegal user %u from %a"), LOG_FAILED, true},
    {S_INIT("input_userauth_request: invalid user %u [preauth]"), LOG_FAILED, true},
    {S_INIT("User %u from %a not allowed because %d"), LOG_BLOCKED, true},
    {S_INIT("Connection closed by authenticating user %u %a port %p"), LOG_FAILED, true},
    {S_INIT("Connection closed by invalid user %u %a port %p"), LOG_FAILED, true},
    {S_INIT("Connection reset by authenticating user %u %a port %p"), LOG_FAILED, true},
    {S_INIT("Connection reset by invalid user %u %a port %p"), LOG_FAILED, true},
    {S_INIT("Connection closed by %a port %p"), LOG_FAILED, true},
    {S_INIT("Connection closed by %a"), LOG_FAILED, true},
    {S_INIT("Connection reset by %a port %p"), LOG_FAILED, true},
    {S_INIT("Connection reset by %a"), LOG_FAILED, true},
    {S_INIT("Connection from %a port %p"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("Received disconnect from %a port %p:%d"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("Received disconnect from %a: %d"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("error: Received disconnect from %a port %p:%d"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("error: Received disconnect from %a: %d"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("Disconnected from authenticating user %u %a port %p"), LOG_FAILED, true},
    {S_INIT("Disconnected from invalid user %u %a port %p"), LOG_FAILED, true},
    {S_INIT("Disconnected from user %u %a port %p"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("Disconnected from %a port %p"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("Disconnected from %a"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("Disconnecting authenticating user %u %a port %p: %d"), LOG_FAILED, true},
    {S_INIT("Disconnecting invalid user %u %a port %p: %d"), LOG_FAILED, true},
    {S_INIT("Did not receive identification string from %a port %p"), LOG_FAILED, true},
    {S_INIT("Did not receive identification string from %a"), LOG_FAILED, true},
    {S_INIT("Bad protocol version identification %x from %a port %p"), LOG_FAILED, true},
    {S_INIT("Bad protocol version identification %x from %a"), LOG_FAILED, true},
    {S_INIT("banner exchange: Connection from %a port %p: %d"), LOG_FAILED, true},
    {S_INIT("error: maximum authentication attempts exceeded for invalid user %u from %a port %p"),
     LOG_FAILED, true},
    {S_INIT("error: maximum authentication attempts exceeded for %u from %a port %p"), LOG_FAILED,
     true},
    {S_INIT("maximum authentication attempts exceeded for %u from %a port %p"), LOG_FAILED, true},
    {S_INIT("fatal: Unable to negotiate with %a port %p: %d"), LOG_FAILED, true},
    {S_INIT("fatal: Unable to negotiate with %a: %d"), LOG_FAILED, true},
    {S_INIT("Unable to negotiate with %a port %p: %d"), LOG_FAILED, true},
    {S_INIT("reverse mapping checking getaddrinfo for %w [%a] failed%d"), LOG_OUTCOME_UNKNOWN,
     true},
    {S_INIT("Address %a maps to %w, but this does not map back%d"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("refused connect from %w (%a)"), LOG_BLOCKED, true},
    {S_INIT("refused connect from %a"), LOG_BLOCKED, true},
    {S_INIT("ssh_dispatch_run_fatal: Connection from %a port %p: %d"), LOG_FAILED, true},
    {S_INIT("Postponed %w for %u from %a port %p"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("Starting session: %x for %u from %a port %p"), LOG_ALLOWED, true},
    {S_INIT("Close session: user %u from %a port %p id %w"), LOG_OUTCOME_UNKNOWN, true},
    {S_INIT("Server listening on %w port %w"), LOG_OUTCOME_UNKNOWN, false},
};

static const pattern sudo[] = {
    {S_INIT("%u : TTY=%w ; PWD=%x ; USER=%t ; COMMAND=%c"), LOG_ALLOWED, false},
    {S_INIT("%u : PWD=%x ; USER=%t ; COMMAND=%c"), LOG_ALLOWED, false},
    {S_INIT("%u : user NOT in sudoers ; TTY=%w ; PWD=%x ; USER=%t ; COMMAND=%c"), LOG_BLOCKED,
     false},
    {S_INIT("%u : command not allowed ; TTY=%w ; PWD=%x ; USER=%t ; COMMAND=%c"), LOG_BLOCKED,
     false},
    {S_INIT("%u : %w incorrect password attempts ; TTY=%w ; PWD=%x ; USER=%t ; COMMAND=%c"),
     LOG_FAILED, false},
    {S_INIT("%u : %w incorrect password attempt ; TTY=%w ; PWD=%x ; USER=%t ; COMMAND=%c"),
     LOG_FAILED, false},
};

static const pattern others[] = {
    {S_INIT("Successful su for %t by %u"), LOG_ALLOWED, false},
    {S_INIT("FAILED su for %t by %u"), LOG_FAILED, false},
    {S_INIT("(to %t) %u on %w"), LOG_ALLOWED, false},
    {S_INIT("FAILED SU (to %t) %u on %w"), LOG_FAILED, false},
    {S_INIT("FAILED LOGIN (%w) on %x FOR '%u', %d"), LOG_FAILED, false},
    {S_INIT("New session %w of user %u."), LOG_ALLOWED, false},
    {S_INIT("new user: name=%t, %d"), LOG_ALLOWED, false},
    {S_INIT("new group: name=%w, %d"), LOG_ALLOWED, false},
    {S_INIT("add '%t' to %d"), LOG_ALLOWED, false},
    {S_INIT("delete user '%t'"), LOG_ALLOWED, false},
    {S_INIT("(%u) CMD (%k)"), LOG_ALLOWED, false},
    {S_INIT("pam_unix(%w session opened for user %n(uid=%w) by %u(uid=%w)"), LOG_ALLOWED, false},
    {S_INIT("pam_unix(%w session opened for user %t by %u(uid=%w)"), LOG_ALLOWED, false},
    {S_INIT("pam_unix(%w session closed for user %u"), LOG_OUTCOME_UNKNOWN, false},
    {S_INIT("pam_unix(%w password changed for %t"), LOG_ALLOWED, false},
};

/* --- matching -------------------------------------------------------------------------------- */

enum { HOLES_MAX = 8, MESSAGE_MAX = 8192 /* sshd itself cuts at 1024 */ };

typedef struct hole {
    char kind;
    slice text;
} hole;

static slice blank_word(slice s)
{
    size_t n = 0;
    while (n < s.len && !is_space(s.ptr[n]))
        n++;
    return slice_sub(s, 0, n);
}

/* The last place of `what` in s. */
static size_t find_last(slice s, slice what)
{
    if (what.len > s.len)
        return SIZE_MAX;
    for (size_t i = s.len - what.len + 1; i-- > 0;)
        if (s.ptr[i] == what.ptr[0] && memcmp(s.ptr + i, what.ptr, what.len) == 0)
            return i;
    return SIZE_MAX;
}

/* What a hole takes: words and addresses to the next blank or what follows, the rest all, names to
 * the last place of what follows. */
static bool fill(slice s, char kind, slice next, slice *ret)
{
    size_t n;
    bool name = kind == 'u' || kind == 't' || kind == 'x' || kind == 'k';
    if (kind == 'n') {
        n = slice_find(s, next, 0);
        *ret = slice_sub(s, 0, n);
        return n != SIZE_MAX;
    }
    if (kind == 'c' || kind == 'd' || (!next.len && name)) {
        *ret = s;
        return true;
    }
    if (name) {
        n = find_last(s, next);
        if (n == SIZE_MAX)
            return false;
        *ret = slice_sub(s, 0, n);
        return true;
    }
    if (kind == 'p') {
        for (n = 0; n < s.len && is_digit(s.ptr[n]);)
            n++;
        *ret = slice_sub(s, 0, n);
        return n && n < 6;
    }
    *ret = blank_word(s);
    if (next.len) { /* what follows may stand in the word: "192.0.2.1: 11" */
        n = slice_find(slice_sub(s, 0, ret->len + next.len), next, 0);
        if (n != SIZE_MAX && n <= ret->len)
            *ret = slice_sub(*ret, 0, n);
    }
    return ret->len != 0;
}

static size_t match(slice s, slice row, hole hole_of[HOLES_MAX])
{
    size_t holes = 0;
    while (row.len) {
        if (row.ptr[0] != '%') {
            size_t n = slice_find_byte(row, '%', 0);
            slice text = slice_sub(row, 0, n);
            if (!slice_starts(s, text))
                return SIZE_MAX;
            s = slice_from(s, text.len);
            row = slice_from(row, text.len);
            continue;
        }
        char kind = row.ptr[1];
        row = slice_from(row, 2);
        slice next = slice_sub(row, 0, slice_find_byte(row, '%', 0));
        assert(holes < HOLES_MAX);
        if (!fill(s, kind, next, &hole_of[holes].text))
            return SIZE_MAX;
        hole_of[holes].kind = kind;
        s = slice_from(s, hole_of[holes++].text.len);
    }
    return holes;
}

static void put_hole(log_builder *b, const hole *h)
{
    switch (h->kind) {
    case 'u': log_put(b, S("user"), S("User"), LOG_AS_USER, slice_trim(h->text)); break;
    case 'n':
    case 't': log_put(b, S("target_user"), S("TargetUserName"), LOG_AS_NONE, h->text); break;
    case 'a': log_put(b, S("address"), S("src_ip"), LOG_AS_SRC_IP, h->text); break;
    case 'p': log_put(b, S("port"), S("src_port"), LOG_AS_SRC_PORT, h->text); break;
    case 'c':
    case 'k': log_put(b, S("command"), S("CommandLine"), LOG_AS_NONE, h->text); break;
    case 'd': log_put(b, S("detail"), S(""), LOG_AS_NONE, h->text); break;
    case 'w': log_put(b, S("word"), S(""), LOG_AS_NONE, h->text); break;
    default: log_put(b, S("part"), S(""), LOG_AS_NONE, h->text); break;
    }
}

static bool try_patterns(log_builder *b, const pattern *rows, size_t n, slice text)
{
    hole holes[HOLES_MAX];
    for (size_t i = 0; i < n; i++) {
        size_t count = match(text, rows[i].text, holes);
        if (count == SIZE_MAX)
            continue;
        b->e.outcome = rows[i].outcome;
        b->e.direction = rows[i].remote ? LOG_INBOUND : LOG_DIRECTION_UNKNOWN;
        for (size_t k = 0; k < count; k++)
            put_hole(b, &holes[k]);
        for (size_t k = 0; k < count; k++) /* "session opened for user x by (uid=0)": x it is */
            if ((holes[k].kind == 't' || holes[k].kind == 'n') && !b->holder[LOG_AS_USER])
                put_hole(b, &(hole){'u', holes[k].text});
        return true;
    }
    return false;
}

/* "pam_unix(sshd:auth): authentication failure; logname= uid=0 ... rhost=192.0.2.1  user=root" */
static bool try_pam(log_builder *b, slice text)
{
    static const slice said = S_INIT("authentication failure");
    size_t at = slice_find(text, S("more authentication failure"), 0);
    slice rest, name, value;
    bool quoted;
    if (at == SIZE_MAX)
        at = slice_find(text, said, 0);
    if (at == SIZE_MAX || at > 64)
        return false;
    at = slice_find_byte(text, ';', at);
    if (at == SIZE_MAX)
        return false;
    rest = slice_from(text, at + 1);
    while (!b->failed && log_pair(&rest, &name, &value, &quoted)) {
        log_role role = slice_eq(name, S("rhost"))  ? LOG_AS_SRC_IP
                        : slice_eq(name, S("user")) ? LOG_AS_USER
                                                    : LOG_AS_NONE;
        slice sigma = role == LOG_AS_SRC_IP ? S("src_ip") : role == LOG_AS_USER ? S("User") : S("");
        log_put(b, name, sigma, role, value);
    }
    b->e.outcome = LOG_FAILED;
    b->e.direction = b->holder[LOG_AS_SRC_IP] ? LOG_INBOUND : LOG_DIRECTION_UNKNOWN;
    return true;
}

static log_took read_auth(log_builder *b, slice line)
{
    bool ssh = slice_starts(b->program, S("sshd"));
    if (!b->program.len || line.len > MESSAGE_MAX)
        return LOG_NOT;
    if (slice_starts(line, S("message repeated ")) && slice_ends(line, S("]"))) {
        size_t open = slice_find(line, S(": [ "), 0);
        if (open != SIZE_MAX)
            line = slice_trim(slice_sub(line, open + 4, line.len - 1));
    }
    if (ssh && try_patterns(b, sshd, COUNT_OF(sshd), line))
        return LOG_EVENT;
    if (slice_eq(b->program, S("sudo")) && try_patterns(b, sudo, COUNT_OF(sudo), line))
        return LOG_EVENT;
    if (try_patterns(b, others, COUNT_OF(others), line) || try_pam(b, line))
        return LOG_EVENT;
    return LOG_NOT;
}

static void finish(log_builder *b)
{
    log_format_syslog.finish(b);
}

const log_format log_format_auth = {
    .name = "auth", .inside = true, .read = read_auth, .finish = finish};
