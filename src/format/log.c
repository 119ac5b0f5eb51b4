/* log.c - the table of log formats, and what all of them share: see log.h. */
#include "format/log.h"
#include "format/log/build.h"

#include <stdlib.h>

enum { SNIFF_RECORDS = 64, SNIFF_MEMORY = 4 << 20, HEAD_MEMORY = 2 << 20, OWN_MEMORY = 1 << 20 };

/* --- raw ------------------------------------------------------------------------------------- */

static log_took read_raw(log_builder *b, slice line)
{
    size_t n = log_time_front(line);
    if (n && !log_time(b, slice_sub(line, 0, n), &b->e.time))
        b->e.time = WHEN_NONE;
    return LOG_EVENT;
}

static const log_format raw = {.name = "raw", .read = read_raw};

/* --- the table ------------------------------------------------------------------------------- */

/* A record is tried in this order: what is sure by a mark of its own before what looks like many
 * things. */
static const log_format *const formats[] = {
    &log_format_zeek,      &log_format_suricata,
    &log_format_windows,   &log_format_cloudtrail,
    &log_format_azure,     &log_format_m365,
    &log_format_capture,   &log_format_json,
    &log_format_w3c,       &log_format_cef,
    &log_format_leef,      &log_format_audit,
    &log_format_syslog,    &log_format_web,
    &log_format_squid,     &log_format_bind,
    &log_format_dnsmasq,   &log_format_auth,
    &log_format_netfilter, &log_format_keyvalue,
    &log_format_csv,       &raw,
};

size_t log_format_count(void)
{
    return COUNT_OF(formats);
}

const log_format *log_format_at(size_t i)
{
    assert(i < COUNT_OF(formats));
    return formats[i];
}

const log_format *log_format_named(slice name)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (slice_eq(slice_str(formats[i]->name), name))
            return formats[i];
    return NULL;
}

const char *log_format_name(const log_format *f)
{
    return f->name;
}

/* --- what follows from roles ----------------------------------------------------------------- */

typedef struct word {
    slice text;
    log_outcome outcome;
} word;

static const word words[] = {
    {S_INIT("accept"), LOG_ALLOWED},     {S_INIT("accepted"), LOG_ALLOWED},
    {S_INIT("allow"), LOG_ALLOWED},      {S_INIT("allowed"), LOG_ALLOWED},
    {S_INIT("pass"), LOG_ALLOWED},       {S_INIT("passed"), LOG_ALLOWED},
    {S_INIT("permit"), LOG_ALLOWED},     {S_INIT("permitted"), LOG_ALLOWED},
    {S_INIT("success"), LOG_ALLOWED},    {S_INIT("succeeded"), LOG_ALLOWED},
    {S_INIT("successful"), LOG_ALLOWED}, {S_INIT("yes"), LOG_ALLOWED},
    {S_INIT("ok"), LOG_ALLOWED},         {S_INIT("granted"), LOG_ALLOWED},
    {S_INIT("noerror"), LOG_ALLOWED},    {S_INIT("close"), LOG_ALLOWED},
    {S_INIT("block"), LOG_BLOCKED},      {S_INIT("blocked"), LOG_BLOCKED},
    {S_INIT("deny"), LOG_BLOCKED},       {S_INIT("denied"), LOG_BLOCKED},
    {S_INIT("drop"), LOG_BLOCKED},       {S_INIT("dropped"), LOG_BLOCKED},
    {S_INIT("reject"), LOG_BLOCKED},     {S_INIT("rejected"), LOG_BLOCKED},
    {S_INIT("prevented"), LOG_BLOCKED},  {S_INIT("quarantined"), LOG_BLOCKED},
    {S_INIT("refused"), LOG_BLOCKED},    {S_INIT("discard"), LOG_BLOCKED},
    {S_INIT("fail"), LOG_FAILED},        {S_INIT("failed"), LOG_FAILED},
    {S_INIT("failure"), LOG_FAILED},     {S_INIT("no"), LOG_FAILED},
    {S_INIT("error"), LOG_FAILED},       {S_INIT("timeout"), LOG_FAILED},
    {S_INIT("nxdomain"), LOG_FAILED},    {S_INIT("servfail"), LOG_FAILED},
    {S_INIT("formerr"), LOG_FAILED},     {S_INIT("notimp"), LOG_FAILED},
};

log_outcome log_outcome_of(slice action)
{
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq_nocase(words[i].text, action))
            return words[i].outcome;
    return LOG_OUTCOME_UNKNOWN;
}

/* A status of HTTP: who asks without leave is refused; the other errors came to nothing. */
static log_outcome outcome_of_status(slice code)
{
    uint64_t n;
    if (!slice_u64(code, &n) || n < 100 || n > 599)
        return LOG_OUTCOME_UNKNOWN;
    if (n == 401 || n == 403 || n == 407 || n == 451)
        return LOG_BLOCKED;
    return n >= 400 ? LOG_FAILED : LOG_ALLOWED;
}

static void set_outcome(log_builder *b)
{
    if (b->e.outcome != LOG_OUTCOME_UNKNOWN)
        return;
    b->e.outcome = log_outcome_of(log_role_value(b, LOG_AS_ACTION));
    if (b->e.outcome != LOG_OUTCOME_UNKNOWN && b->e.outcome != LOG_ALLOWED)
        return;
    log_outcome answer = outcome_of_status(log_role_value(b, LOG_AS_STATUS));
    if (answer != LOG_OUTCOME_UNKNOWN) /* it was let through, and what came back was a 404 */
        b->e.outcome = answer;
}

static void set_direction(log_builder *b)
{
    static const slice in[] = {S_INIT("inbound"), S_INIT("in"), S_INIT("ingress"),
                               S_INIT("incoming"), S_INIT("inbound-connection")};
    static const slice out[] = {S_INIT("outbound"), S_INIT("out"), S_INIT("egress"),
                                S_INIT("outgoing")};
    slice said = log_role_value(b, LOG_AS_DIRECTION);
    if (!said.len || b->e.direction != LOG_DIRECTION_UNKNOWN)
        return;
    for (size_t i = 0; i < COUNT_OF(in); i++)
        if (slice_eq_nocase(in[i], said))
            b->e.direction = LOG_INBOUND;
    for (size_t i = 0; i < COUNT_OF(out); i++)
        if (slice_eq_nocase(out[i], said))
            b->e.direction = LOG_OUTBOUND;
}

/* The port that belongs in a URL, where the packets were seen and the host's name has none. */
static slice url_port(const log_builder *b, slice host)
{
    slice port = log_role_value(b, LOG_AS_DST_PORT);
    bool usual = slice_eq(port, S("80")) || !b->scheme.len;
    return usual || slice_find_byte(host, ':', 0) != SIZE_MAX ? (slice){NULL, 0} : port;
}

static void set_url(log_builder *b)
{
    slice url = log_role_value(b, LOG_AS_URL), host = log_role_value(b, LOG_AS_URL_HOST);
    slice path = log_role_value(b, LOG_AS_URL_PATH), query = log_role_value(b, LOG_AS_URL_QUERY);
    if (!url.len && slice_find(slice_sub(path, 0, 16), S("://"), 0) != SIZE_MAX)
        url = path;
    if (url.len || !host.len || !path.len) {
        b->e.url = url;
        return;
    }
    bool slash = path.ptr[0] == '/', mark = query.len && query.ptr[0] != '?';
    slice port = url_port(b, host);
    size_t room = b->scheme.len + host.len + port.len + path.len + query.len + 4, n = 0;
    char *p = arena_array(b->a, room, 1);
    if (!p) {
        b->failed = true;
        return;
    }
    const slice parts[] = {b->scheme,
                           host,
                           port.len ? S(":") : S(""),
                           port,
                           slash ? S("") : S("/"),
                           path,
                           mark ? S("?") : S(""),
                           query};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (parts[i].len)
            memcpy(p + n, parts[i].ptr, parts[i].len);
        n += parts[i].len;
    }
    b->e.url = slice_of(p, n);
}

/* A day and a time of day that stand apart. */
static void set_time(log_builder *b)
{
    slice date = log_role_value(b, LOG_AS_DATE), clock = log_role_value(b, LOG_AS_CLOCK);
    char text[64];
    if (!date.len && clock.len && b->e.format == &log_format_w3c)
        date = slice_str(b->reader->columns.day);
    if ((b->holder[LOG_AS_TIME] && b->rank[LOG_AS_TIME] < LOG_RANK_HEADER) || !date.len ||
        date.len + clock.len + 1 > sizeof text)
        return;
    memcpy(text, date.ptr, date.len);
    text[date.len] = ' ';
    if (clock.len)
        memcpy(text + date.len + 1, clock.ptr, clock.len);
    when t;
    if (log_time(b, slice_of(text, date.len + 1 + clock.len), &t))
        b->e.time = t;
}

static const log_field *holder(const log_builder *b, log_role role)
{
    return b->holder[role] ? &b->field[b->holder[role] - 1] : NULL;
}

static void complete(log_builder *b)
{
    log_event *e = &b->e;
    set_time(b);
    set_outcome(b);
    set_direction(b);
    set_url(b);
    for (size_t i = 0; i < b->count; i++)
        if (!b->field[i].sigma.len)
            b->field[i].sigma = b->field[i].name;
    e->field = b->field;
    e->count = b->count;
    e->source_ip = holder(b, LOG_AS_SRC_IP);
    e->source_port = holder(b, LOG_AS_SRC_PORT);
    e->destination_ip = holder(b, LOG_AS_DST_IP);
    e->destination_port = holder(b, LOG_AS_DST_PORT);
    e->user = holder(b, LOG_AS_USER);
    e->host = holder(b, LOG_AS_HOST);
    e->method = holder(b, LOG_AS_METHOD);
    e->url_host = holder(b, LOG_AS_URL_HOST);
    e->url_path = holder(b, LOG_AS_URL_PATH);
    e->query = holder(b, LOG_AS_QUERY);
    if (slice_eq(e->service, S("sshd")) || slice_eq(e->service, S("auth")))
        e->login = e->user;
}

/* --- reading --------------------------------------------------------------------------------- */

/* Names, and what the format knows better. */
static void dress(log_builder *b, size_t from, const log_format *f)
{
    if (!b->named)
        log_map(b, from, f);
    if (f->finish && !b->failed)
        f->finish(b);
}

static const log_format *told(const log_builder *b)
{
    const log_format *last = b->reader->last;
    if (last && last != &log_format_json && last->tells(b))
        return last;
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (formats[i]->tells && formats[i]->tells(b))
            return formats[i];
    return &log_format_json;
}

/* Takes back what was put down since. */
static void back_to(log_builder *b, const log_builder *saved)
{
    log_field *field = b->field; /* it may have grown */
    size_t room = b->room;
    bool failed = b->failed;
    *b = *saved;
    b->field = field;
    b->room = room;
    b->failed = failed;
}

/* {"log": "<a line of another log>", ...}: containers, journald, shippers of files. */
static bool read_message(log_builder *b, size_t from, slice name)
{
    static const slice programs[] = {S_INIT("_COMM"), S_INIT("SYSLOG_IDENTIFIER"),
                                     S_INIT("process.name"), S_INIT("ProcessName")};
    const log_field *f = NULL;
    log_builder saved = *b;
    for (size_t i = from; i < b->count && !f; i++)
        f = slice_eq(b->field[i].name, name) ? &b->field[i] : NULL;
    if (!f || f->type != LOG_TEXT || f->value.len < 8)
        return false;
    slice line = slice_trim(f->value);
    const char *first = b->record.ptr, *end = first + b->record.len;
    if (!b->within.ptr && (line.ptr < first || line.ptr >= end))
        b->within = slice_sub(b->record, f->at, f->at + f->length);
    for (size_t i = 0; i < COUNT_OF(programs) && !b->program.len; i++)
        b->program = log_find_value(b, programs[i]);
    bool done = log_read_inside(b, line) == LOG_EVENT;
    if (!done)
        back_to(b, &saved);
    b->within = saved.within;
    return done;
}

static bool read_json(log_builder *b, slice text)
{
    static const slice messages[] = {S_INIT("log"), S_INIT("message"), S_INIT("MESSAGE"),
                                     S_INIT("SyslogMessage")};
    size_t from = b->count;
    const log_reader *r = b->reader;
    if (!log_json(b, text))
        return false;
    if (b->failed)
        return true;
    const log_format *f = r->options.only && r->format->tells ? r->format : told(b);
    b->e.format = f;
    b->reader->last = f;
    dress(b, from, f);
    for (size_t i = 0; i < COUNT_OF(messages) && f == &log_format_json && !b->failed; i++)
        if (read_message(b, from, messages[i]))
            break;
    b->e.outer = f;
    return true;
}

/* Takes back everything. */
static void again(log_builder *b)
{
    arena *a = b->a;
    log_reader *r = b->reader;
    slice record = b->record;
    when now = b->now;
    log_field *field = b->field;
    size_t room = b->room;
    bool failed = b->failed;
    *b = (log_builder){.a = a,
                       .reader = r,
                       .record = record,
                       .now = now,
                       .field = field,
                       .room = room,
                       .failed = failed};
    b->e.time = WHEN_NONE;
}

static log_took try(log_builder *b, const log_format *f, slice line)
{
    size_t from = b->count;
    if (!f->read)
        return LOG_NOT;
    b->e.format = f;
    log_took took = f->read(b, line);
    b->e.outer = f;
    if (took == LOG_EVENT && !b->failed && b->e.format == f)
        dress(b, from, f);
    return took;
}

static log_took try_inside(log_builder *b, slice text)
{
    log_builder saved = *b;
    if (text.len && text.ptr[0] == '{' && read_json(b, text))
        return LOG_EVENT;
    for (size_t i = 0; i < COUNT_OF(formats) && !b->failed; i++) {
        if (!formats[i]->inside)
            continue;
        if (try(b, formats[i], text) == LOG_EVENT)
            return LOG_EVENT;
        back_to(b, &saved);
    }
    return LOG_NOT;
}

log_took log_read_inside(log_builder *b, slice text)
{
    static const slice cookie = S_INIT("@cee:");
    log_took took = LOG_NOT;
    if (slice_starts(text, cookie))
        text = slice_trim(slice_from(text, cookie.len));
    if (b->level + 1 < LOG_LEVELS_MAX) {
        b->level++;
        took = try_inside(b, text);
        b->level--;
    }
    return took;
}

static log_took read_line(log_builder *b, slice line)
{
    const log_reader *r = b->reader;
    log_took took = LOG_NOT;
    if (r->format != &raw || r->options.only) /* raw takes everything, so it comes last */
        took = try(b, r->format, line);
    for (size_t i = 0; took == LOG_NOT && !r->options.only && i < COUNT_OF(formats); i++) {
        again(b);
        if (formats[i] != r->format && !b->failed)
            took = try(b, formats[i], line);
    }
    if (took == LOG_NOT) {
        again(b);
        took = try(b, &raw, line);
    }
    return took;
}

/* The budget is spent: of an object the fields so far, of a line nothing. */
static void starved(log_builder *b, bool object)
{
    if (!object)
        again(b);
    b->e.format = b->e.outer = object ? &log_format_json : &raw;
}

status log_read(log_reader *r, slice record, when now, arena *a, log_event *ret, err *why)
{
    log_builder b = {.a = a, .reader = r, .record = record, .now = now};
    slice text = record;
    b.e.time = WHEN_NONE;
    if (record.len > UINT32_MAX)
        return err_set(why, ERR_LIMIT, UINT32_MAX, "a record of a log is over 4 GiB");
    while (text.len && (is_space(text.ptr[0]) || !text.ptr[0]) && text.ptr[0] != '\t')
        text = slice_from(text, 1); /* a file that was cut while it was written begins with NULs */
    bool object = text.len && text.ptr[0] == '{' && (!r->options.only || r->format->tells) &&
                  read_json(&b, text);
    if (!object) {
        again(&b);
        b.e.header = read_line(&b, text) == LOG_HEADER;
    }
    if (b.failed && b.e.header) /* what it says is not kept: records to come would suffer */
        return ARENA_SPENT(a, why);
    if (b.failed)
        starved(&b, object);
    complete(&b);
    if (b.failed)
        b.e.cut |= LOG_CUT_MEMORY;
    *ret = b.e;
    return OK;
}

status log_note(log_reader *r, slice record, err *why)
{
    CLEANUP(arena_done) arena a;
    log_event e;
    bool header = record.len && record.ptr[0] == '#';
    arena_init(&a, SNIFF_MEMORY);
    if (!header && (r->format != &log_format_csv || r->columns.of))
        return OK;
    return log_read(r, record, WHEN_NONE, &a, &e, why);
}

/* --- streams --------------------------------------------------------------------------------- */

log_reader *log_reader_new(const log_format *format, const log_options *options)
{
    log_reader *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->format = format ? format : &raw;
    if (options)
        r->options = *options;
    arena_init(&r->head, HEAD_MEMORY);
    arena_init(&r->own, OWN_MEMORY);
    r->index = arena_array(&r->own, COUNT_OF(formats), sizeof *r->index);
    r->columns.separator = '\t';
    return r->index ? r : log_reader_free(r);
}

log_reader *log_reader_free(log_reader *r)
{
    if (r) {
        arena_done(&r->head);
        arena_done(&r->own);
    }
    free(r);
    return NULL;
}

typedef struct ballot {
    size_t votes[COUNT_OF(formats)];
    size_t records;
} ballot;

static void count_one(ballot *v, log_reader *r, slice record, arena *a)
{
    log_event e;
    arena_reset(a);
    if (log_read(r, record, WHEN_NONE, a, &e, NULL) != OK)
        return;
    v->records++;
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        v->votes[i] += formats[i] == e.outer;
}

static const log_format *elect(const ballot *v)
{
    size_t best = COUNT_OF(formats) - 1;
    for (size_t i = COUNT_OF(formats); i-- > 0;)
        if (v->votes[i] && v->votes[i] >= v->votes[best])
            best = i;
    return formats[best];
}

const log_format *log_sniff(slice head, log_framing *ret_framing)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(log_split_close) log_splitter s = {0};
    ballot v = {.records = 0};
    log_record record;
    bool more;
    arena_init(&a, SNIFF_MEMORY);
    head = slice_sub(head, 0, LOG_SNIFF_BYTES);
    log_split_open(&s, log_framing_of(head), 0);
    if (ret_framing)
        *ret_framing = s.framing;
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (formats[i]->sniff && formats[i]->sniff(head))
            return formats[i];
    log_reader *r = log_reader_new(&raw, NULL);
    if (!r)
        return &raw;
    log_split_feed(&s, head.len ? head : S("")); /* nothing is not yet the end */
    while (v.records < SNIFF_RECORDS && log_split_next(&s, &record, &more, NULL) == OK && more)
        count_one(&v, r, record.bytes, &a);
    if (!v.records && !s.in.len) {
        log_split_feed(&s, (slice){NULL, 0});
        if (log_split_next(&s, &record, &more, NULL) == OK && more)
            count_one(&v, r, record.bytes, &a); /* it may be cut off */
    }
    log_reader_free(r);
    return elect(&v);
}

/* --- events ---------------------------------------------------------------------------------- */

const log_field *log_event_get(const log_event *e, slice name)
{
    for (size_t i = 0; i < e->count; i++)
        if (slice_eq_nocase(e->field[i].sigma, name) || slice_eq_nocase(e->field[i].name, name))
            return &e->field[i];
    return NULL;
}

const log_field *log_event_at(const log_event *e, size_t at)
{
    const log_field *best = NULL;
    for (size_t i = 0; i < e->count; i++) {
        const log_field *f = &e->field[i];
        if (at >= f->at && at - f->at < f->length && (!best || f->length < best->length))
            best = f;
    }
    return best;
}

static bool has_nocase(slice s, slice text)
{
    for (size_t i = 0; text.len && i + text.len <= s.len; i++)
        if (to_lower(s.ptr[i]) == to_lower(text.ptr[0]) &&
            slice_starts_nocase(slice_from(s, i), text))
            return true;
    return false;
}

const log_field *log_event_hit(const log_event *e, size_t at, slice text)
{
    const log_field *place = log_event_at(e, at), *best = place;
    for (size_t i = 0; place && i < e->count; i++) {
        const log_field *f = &e->field[i];
        if (f->at != place->at || f->length != place->length)
            continue;
        if (slice_eq_nocase(f->value, text))
            return f;
        if (f->value.len < best->value.len && has_nocase(f->value, text))
            best = f;
    }
    return best;
}

const char *log_outcome_name(log_outcome o)
{
    static const char *const names[] = {"unknown", "allowed", "blocked", "failed"};
    _Static_assert(COUNT_OF(names) == LOG_OUTCOME_COUNT_, "a name for each");
    return o < LOG_OUTCOME_COUNT_ ? names[o] : "?";
}

const char *log_direction_name(log_direction d)
{
    static const char *const names[] = {"unknown", "inbound", "outbound"};
    _Static_assert(COUNT_OF(names) == LOG_DIRECTION_COUNT_, "a name for each");
    return d < LOG_DIRECTION_COUNT_ ? names[d] : "?";
}

const char *log_type_name(log_type t)
{
    static const char *const names[] = {"text", "number", "bool", "null"};
    return (size_t)t < COUNT_OF(names) ? names[t] : "?";
}
