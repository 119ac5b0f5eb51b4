/* zeek.c - logs of Zeek: tab-separated with their headers, and JSON in the three spellings that are
 * seen ("id.orig_h", "id_orig_h", {"id": {"orig_h": ...}}): see build.h.
 * Sources: docs.zeek.org, "Zeek Log Formats and Inspection" and the reference of conn.log (states),
 * dns.log, http.log, ssl.log; values are escaped as \xNN; #types say which cells are lists. */
#include "format/log/build.h"

static const log_name names[] = {
    LOG_NAME("ts", "", TIME),
    LOG_NAME("_write_ts", "", TIME),
    LOG_NAME("id.orig_h", "src_ip", SRC_IP),
    LOG_NAME("id_orig_h", "src_ip", SRC_IP),
    LOG_NAME("src", "src_ip", SRC_IP),
    LOG_NAME("client_addr", "src_ip", SRC_IP),
    LOG_NAME("host", "", NONE),
    LOG_NAME("id.orig_p", "src_port", SRC_PORT),
    LOG_NAME("id_orig_p", "src_port", SRC_PORT),
    LOG_NAME("id.resp_h", "dst_ip", DST_IP),
    LOG_NAME("id_resp_h", "dst_ip", DST_IP),
    LOG_NAME("dst", "dst_ip", DST_IP),
    LOG_NAME("server_addr", "dst_ip", DST_IP),
    LOG_NAME("id.resp_p", "dst_port", DST_PORT),
    LOG_NAME("id_resp_p", "dst_port", DST_PORT),
    LOG_NAME("p", "dst_port", DST_PORT),
    LOG_NAME("username", "", USER),
    LOG_NAME("user", "cs-username", USER),
    LOG_NAME("client", "", NONE),
    LOG_NAME("mailfrom", "", USER),
    LOG_NAME("@system", "", HOST),
    LOG_NAME("_system_name", "", HOST),
    LOG_NAME("_node_name", "", HOST),
    LOG_NAME("peer_descr", "", HOST),
    LOG_NAME("method", "cs-method", METHOD),
    LOG_NAME("uri", "c-uri", URL_PATH),
    LOG_NAME("status_code", "sc-status", STATUS),
    LOG_NAME("user_agent", "c-useragent", NONE),
    LOG_NAME("referrer", "cs-referrer", NONE),
    LOG_NAME("server_name", "", URL_HOST),
    LOG_NAME("query", "", QUERY),
    LOG_NAME("qtype_name", "record_type", NONE),
    LOG_NAME("rcode_name", "", ACTION),
    LOG_NAME("sha256", "", NONE),
};

typedef struct path_source {
    slice path, category;
} path_source;

static const path_source sources[] = {
    {S_INIT("dns"), S_INIT("dns")},
    {S_INIT("http"), S_INIT("proxy")},
    {S_INIT("conn"), S_INIT("firewall")},
};

typedef struct conn_state {
    slice name;
    log_outcome outcome;
} conn_state;

static const conn_state states[] = {
    {S_INIT("SF"), LOG_ALLOWED},   {S_INIT("S1"), LOG_ALLOWED},   {S_INIT("S2"), LOG_ALLOWED},
    {S_INIT("S3"), LOG_ALLOWED},   {S_INIT("RSTO"), LOG_ALLOWED}, {S_INIT("RSTR"), LOG_ALLOWED},
    {S_INIT("S0"), LOG_FAILED},    {S_INIT("REJ"), LOG_FAILED},   {S_INIT("RSTOS0"), LOG_FAILED},
    {S_INIT("RSTRH"), LOG_FAILED}, {S_INIT("SH"), LOG_FAILED},    {S_INIT("SHR"), LOG_FAILED},
};

static bool yes(slice s)
{
    return slice_eq(s, S("T")) || slice_eq(s, S("true"));
}

static bool no(slice s)
{
    return slice_eq(s, S("F")) || slice_eq(s, S("false"));
}

static void give_named(log_builder *b, slice name, slice sigma, log_role role)
{
    for (size_t i = 0; i < b->count; i++)
        if (slice_eq(b->field[i].name, name)) {
            b->field[i].sigma = sigma;
            log_give(b, i, role, 0);
            return;
        }
}

static slice path_of(const log_builder *b)
{
    if (b->named) /* by the columns of a header */
        return slice_str(b->reader->columns.path);
    slice path = log_find_value(b, S("_path"));
    return path.len ? path : log_find_value(b, S("@stream"));
}

static void set_way(log_builder *b)
{
    slice origin = log_find_value(b, S("local_orig"));
    slice answerer = log_find_value(b, S("local_resp"));
    if (yes(origin) && no(answerer))
        b->e.direction = LOG_OUTBOUND;
    if (no(origin) && yes(answerer))
        b->e.direction = LOG_INBOUND;
}

/* Of a connection its state, else what says whether it came about. */
static void set_outcome(log_builder *b, slice path)
{
    static const slice said[] = {S_INIT("auth_success"), S_INIT("established"), S_INIT("success")};
    slice state = log_find_value(b, S("conn_state"));
    for (size_t i = 0; state.len && i < COUNT_OF(states); i++)
        if (slice_eq(state, states[i].name))
            b->e.outcome = states[i].outcome;
    if (state.len || slice_eq(path, S("dns")) || slice_eq(path, S("http")))
        return; /* these have a code of their own */
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        slice v = log_find_value(b, said[i]);
        if (!yes(v) && !no(v))
            continue;
        b->e.outcome = yes(v) ? LOG_ALLOWED : LOG_FAILED;
        return;
    }
}

/* Of a file only who sent and who got it, and whether who sent it began the connection. */
static void give_file_roles(log_builder *b)
{
    bool from_origin = yes(log_find_value(b, S("is_orig")));
    if (b->holder[LOG_AS_SRC_IP])
        return; /* newer ones have the connection */
    give_named(b, S("tx_hosts"), S("tx_hosts"), from_origin ? LOG_AS_SRC_IP : LOG_AS_DST_IP);
    give_named(b, S("rx_hosts"), S("rx_hosts"), from_origin ? LOG_AS_DST_IP : LOG_AS_SRC_IP);
}

static void finish(log_builder *b)
{
    slice path = path_of(b);
    b->e.product = S("zeek");
    b->e.service = path;
    for (size_t i = 0; i < COUNT_OF(sources); i++)
        if (slice_eq(path, sources[i].path))
            b->e.category = sources[i].category;
    if (!path.len || slice_eq(path, S("conn")))
        set_way(b);
    set_outcome(b, path);
    if (slice_eq(path, S("http"))) {
        b->scheme = S("http://");
        give_named(b, S("host"), S("cs-host"), LOG_AS_URL_HOST);
    } else if (slice_starts(path, S("known_")) || slice_eq(path, S("software"))) {
        give_named(b, S("host"), S("src_ip"), LOG_AS_SRC_IP); /* of ours, seen */
    } else if (slice_eq(path, S("files"))) {
        give_file_roles(b);
    } else if (slice_eq(path, S("kerberos"))) {
        give_named(b, S("client"), S("client"), LOG_AS_USER);
    }
}

static bool tells(const log_builder *b)
{
    if (log_find(b, S("@stream")) && log_find(b, S("ts")))
        return true;
    if (!log_find(b, S("ts")))
        return log_find(b, S("_path")) && log_find(b, S("uid"));
    return log_find(b, S("_path")) || log_find(b, S("id.orig_h")) || log_find(b, S("id_orig_h")) ||
           (log_find(b, S("uid")) && log_find(b, S("fuid")));
}

/* --- tab-separated --------------------------------------------------------------------------- */

/* "\x09" or the character itself. */
static bool separator_of(slice s, char *ret)
{
    if (s.len == 1)
        *ret = s.ptr[0];
    else if (s.len == 4 && s.ptr[0] == '\\' && s.ptr[1] == 'x' && hex_value(s.ptr[2]) >= 0 &&
             hex_value(s.ptr[3]) >= 0)
        *ret = (char)(hex_value(s.ptr[2]) << 4 | hex_value(s.ptr[3]));
    else
        return false;
    return true;
}

static void keep_text(char *into, size_t room, slice s)
{
    s = slice_sub(s, 0, room - 1);
    if (s.len)
        memcpy(into, s.ptr, s.len);
    into[s.len] = 0;
}

/* "set[addr]", "count": what stands in a cell. */
static uint8_t column_kind(slice type)
{
    static const slice numbers[] = {S_INIT("count"), S_INIT("int"),  S_INIT("double"),
                                    S_INIT("time"),  S_INIT("port"), S_INIT("interval")};
    uint8_t list = 0;
    size_t open = slice_find_byte(type, '[', 0);
    if (open != SIZE_MAX && (slice_starts(type, S("set[")) || slice_starts(type, S("vector[")))) {
        type = slice_sub(type, open + 1, type.len - 1);
        list = COLUMN_LIST;
    }
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (slice_eq(type, numbers[i]))
            return (uint8_t)(list | LOG_NUMBER);
    return (uint8_t)(list | (slice_eq(type, S("bool")) ? LOG_BOOL : LOG_TEXT));
}

static void take_kinds(log_columns *c, slice rest)
{
    slice type;
    for (size_t i = 0; i < c->count && slice_cut(&rest, c->separator, &type); i++)
        c->kind[i] = column_kind(type);
}

static log_took header(log_builder *b, slice line)
{
    log_columns *c = &b->reader->columns;
    slice rest = line, key, name[LOG_COLUMNS_MAX];
    size_t n = 0;
    if (slice_starts(line, S("#separator "))) {
        if (!separator_of(slice_from(line, 11), &c->separator))
            return LOG_NOT;
        c->of = NULL;
        c->inner = ',';
        keep_text(c->unset, sizeof c->unset, S("-"));
        keep_text(c->empty, sizeof c->empty, S("(empty)"));
        keep_text(c->path, sizeof c->path, S(""));
        return LOG_HEADER;
    }
    if (!slice_cut(&rest, c->separator, &key))
        return LOG_NOT;
    if (slice_eq(key, S("#fields"))) {
        while (n < LOG_COLUMNS_MAX && slice_cut(&rest, c->separator, &name[n]))
            n++;
        if (!log_columns_set(b->reader, &log_format_zeek, name, n))
            b->failed = true;
        return LOG_HEADER;
    }
    if (slice_eq(key, S("#path")))
        keep_text(c->path, sizeof c->path, rest);
    else if (slice_eq(key, S("#unset_field")))
        keep_text(c->unset, sizeof c->unset, rest);
    else if (slice_eq(key, S("#empty_field")))
        keep_text(c->empty, sizeof c->empty, rest);
    else if (slice_eq(key, S("#set_separator")) && rest.len)
        (void)separator_of(rest, &c->inner);
    else if (slice_eq(key, S("#types")) && c->of == &log_format_zeek)
        take_kinds(c, rest);
    else if (!slice_eq(key, S("#types")) && !slice_eq(key, S("#open")) &&
             !slice_eq(key, S("#close")) && !slice_eq(key, S("#set_separator")))
        return LOG_NOT;
    return LOG_HEADER;
}

/* "\x2c" becomes ",", "\\" a backslash. */
static slice plain(log_builder *b, slice s)
{
    if (slice_find_byte(s, '\\', 0) == SIZE_MAX)
        return s;
    char *out = arena_array(b->a, s.len + 1, 1);
    size_t n = 0;
    if (!out) {
        b->failed = true;
        return (slice){NULL, 0};
    }
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\\' && i + 3 < s.len && s.ptr[i + 1] == 'x' && hex_value(s.ptr[i + 2]) >= 0 &&
            hex_value(s.ptr[i + 3]) >= 0) {
            c = (char)(hex_value(s.ptr[i + 2]) << 4 | hex_value(s.ptr[i + 3]));
            i += 3;
        } else if (c == '\\' && i + 1 < s.len && s.ptr[i + 1] == '\\') {
            i++;
        }
        out[n++] = c;
    }
    return slice_of(out, n);
}

/* slice_cut for cells of a few bytes. */
static bool take_cell(slice *rest, char separator, slice *ret)
{
    if (!rest->ptr)
        return false;
    const char *p = rest->ptr, *end = p + rest->len;
    while (p < end && *p != separator)
        p++;
    *ret = slice_of(rest->ptr, (size_t)(p - rest->ptr));
    *rest = p < end ? slice_of(p + 1, (size_t)(end - p) - 1) : (slice){NULL, 0};
    return true;
}

static void put_one(log_builder *b, size_t i, slice written, bool nothing)
{
    bool escapes = !nothing && slice_find_byte(written, '\\', 0) != SIZE_MAX;
    log_put_cell(b, i, S(""), escapes ? plain(b, written) : written, written, nothing);
}

/* Of a set or vector each element is a field. */
static void put_cell(log_builder *b, size_t i, slice written)
{
    const log_columns *c = &b->reader->columns;
    slice unset = slice_str(c->unset), rest = written, one;
    bool nothing = slice_eq(written, unset) || slice_eq(written, slice_str(c->empty));
    if (nothing || i >= c->count || !(c->kind[i] & COLUMN_LIST)) {
        put_one(b, i, written, nothing);
        return;
    }
    while (!b->failed && take_cell(&rest, c->inner, &one))
        put_one(b, i, one, slice_eq(one, unset));
}

static log_took read_zeek(log_builder *b, slice line)
{
    const log_columns *c = &b->reader->columns;
    slice rest = line, cell;
    if (line.len && line.ptr[0] == '#')
        return header(b, line);
    if (c->of != &log_format_zeek || slice_find_byte(line, c->separator, 0) == SIZE_MAX)
        return c->of == &log_format_zeek && c->count == 1 ? LOG_EVENT : LOG_NOT;
    size_t n = 0;
    for (; !b->failed && take_cell(&rest, c->separator, &cell); n++)
        put_cell(b, n, cell);
    b->e.cut |= n != c->count ? LOG_CUT_BROKEN : 0;
    return LOG_EVENT;
}

const log_format log_format_zeek = {.name = "zeek",
                                    .read = read_zeek,
                                    .tells = tells,
                                    .names = names,
                                    .name_count = COUNT_OF(names),
                                    .finish = finish};
