/* cef.c - ArcSight's Common Event Format and IBM's LEEF 1 and 2, alone or behind a syslog header:
 * see build.h.
 * Sources: "ArcSight Common Event Format Implementation Standard" version 26 (header, extension
 * dictionary, escapes), IBM "Log Event Extended Format" (delimiter of 2.0, predefined
 * attributes). */
#include "format/log/build.h"

enum { LABELS_MAX = 64 }; /* the standard has 25 */

static const log_name cef_names[] = {
    LOG_NAME("rt", "", TIME),
    LOG_NAME("start", "", TIME),
    LOG_NAME("end", "", TIME),
    LOG_NAME("deviceReceiptTime", "", TIME),
    LOG_NAME("src", "src_ip", SRC_IP),
    LOG_NAME("sourceAddress", "src_ip", SRC_IP),
    LOG_NAME("c6a2", "src_ip", SRC_IP),
    LOG_NAME("spt", "src_port", SRC_PORT),
    LOG_NAME("dst", "dst_ip", DST_IP),
    LOG_NAME("destinationAddress", "dst_ip", DST_IP),
    LOG_NAME("c6a3", "dst_ip", DST_IP),
    LOG_NAME("dpt", "dst_port", DST_PORT),
    LOG_NAME("suser", "", USER),
    LOG_NAME("duser", "", USER),
    LOG_NAME("suid", "", NONE),
    LOG_NAME("dvchost", "", HOST),
    LOG_NAME("dvc", "", HOST),
    LOG_NAME("requestMethod", "cs-method", METHOD),
    LOG_NAME("request", "c-uri", URL_PATH),
    LOG_NAME("dhost", "cs-host", URL_HOST),
    LOG_NAME("destinationDnsDomain", "", URL_HOST),
    LOG_NAME("requestClientApplication", "c-useragent", NONE),
    LOG_NAME("act", "action", ACTION),
    LOG_NAME("outcome", "", ACTION),
    LOG_NAME("categoryOutcome", "", ACTION),
    LOG_NAME("proto", "", NONE),
    LOG_NAME("app", "", NONE),
    LOG_NAME("fname", "", NONE),
    LOG_NAME("filePath", "TargetFilename", NONE),
    LOG_NAME("fileHash", "", NONE),
};

static const log_name leef_names[] = {
    LOG_NAME("devTime", "", TIME),
    LOG_NAME("src", "src_ip", SRC_IP),
    LOG_NAME("srcPort", "src_port", SRC_PORT),
    LOG_NAME("dst", "dst_ip", DST_IP),
    LOG_NAME("dstPort", "dst_port", DST_PORT),
    LOG_NAME("usrName", "", USER),
    LOG_NAME("accountName", "", USER),
    LOG_NAME("identHostName", "", HOST),
    LOG_NAME("devname", "", HOST),
    LOG_NAME("url", "c-uri", URL_PATH),
    LOG_NAME("action", "", ACTION),
    LOG_NAME("direction", "", DIRECTION),
    LOG_NAME("proto", "", NONE),
};

/* The next part of a header, up to a bar that no backslash stands before. */
static bool part(slice *rest, slice *ret)
{
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != '|')
        n += rest->ptr[n] == '\\' && n + 1 < rest->len ? 2 : 1;
    if (n >= rest->len)
        return false;
    *ret = slice_sub(*rest, 0, n);
    *rest = slice_from(*rest, n + 1);
    return true;
}

static bool key_byte(char c)
{
    return is_alnum(c) || c == '_' || c == '.' || c == '-' || c == '[' || c == ']';
}

/* The "=" of the next key at or behind `from`; *ret_key is where the key begins. */
static size_t next_key(slice s, size_t from, size_t *ret_key)
{
    for (size_t i = from; i < s.len; i++) {
        size_t k = i;
        if (s.ptr[i] == '\\')
            i++;
        if (i >= s.len || s.ptr[i] != '=' || i != k)
            continue;
        while (k > from && key_byte(s.ptr[k - 1]))
            k--;
        if (k < i && (k == 0 || is_space(s.ptr[k - 1]))) {
            *ret_key = k;
            return i;
        }
    }
    return SIZE_MAX;
}

void log_put_extension(log_builder *b, slice s)
{
    size_t key, next = 0, eq = next_key(s, 0, &key);
    while (eq != SIZE_MAX && !b->failed) {
        size_t after = next_key(s, eq + 1, &next);
        slice value = slice_sub(s, eq + 1, after == SIZE_MAX ? s.len : next);
        while (value.len && is_space(value.ptr[value.len - 1]))
            value.len--;
        log_put_pair(b, slice_sub(s, key, eq), value, true);
        eq = after;
        key = next;
    }
}

/* cs1Label=Rule cs1=5: cs1 is called "Rule". */
static void use_labels(log_builder *b, size_t from)
{
    for (size_t i = from, labels = 0; i < b->count && labels < LABELS_MAX; i++) {
        slice name = b->field[i].name;
        if (!slice_ends(name, S("Label")) || !b->field[i].value.len)
            continue;
        labels++;
        name = slice_sub(name, 0, name.len - 5);
        for (size_t k = from; k < b->count; k++)
            if (slice_eq(b->field[k].name, name) &&
                (slice_starts(name, S("cs")) || slice_starts(name, S("cn"))))
                b->field[k].sigma = b->field[i].value;
    }
}

static void put_header(log_builder *b, slice name, slice written)
{
    log_put_value(b, name, S(""), LOG_AS_NONE, log_unescape(b, written), written, LOG_TEXT);
}

static log_took read_cef(log_builder *b, slice line)
{
    static const slice titles[] = {
        S_INIT("cefVersion"),    S_INIT("deviceVendor"),       S_INIT("deviceProduct"),
        S_INIT("deviceVersion"), S_INIT("deviceEventClassId"), S_INIT("name"),
        S_INIT("severity")};
    slice rest = line, value[COUNT_OF(titles)];
    if (!slice_starts(line, S("CEF:")))
        return LOG_NOT;
    rest = slice_trim(slice_from(rest, 4));
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        if (!part(&rest, &value[i])) {
            if (i + 1 < COUNT_OF(titles))
                return LOG_NOT;
            value[i] = rest; /* no extension, and no bar in front of it */
            rest = slice_from(rest, rest.len);
        }
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        put_header(b, titles[i], value[i]);
    size_t from = b->count;
    log_put_extension(b, rest);
    use_labels(b, from);
    return LOG_EVENT;
}

static void finish_cef(log_builder *b)
{
    slice way = log_find_value(b, S("deviceDirection"));
    b->e.product = log_lower(b, log_find_value(b, S("deviceVendor")));
    b->e.service = log_lower(b, log_find_value(b, S("deviceProduct")));
    if (slice_eq(way, S("0")))
        b->e.direction = LOG_INBOUND;
    else if (slice_eq(way, S("1")))
        b->e.direction = LOG_OUTBOUND;
}

/* --- LEEF ------------------------------------------------------------------------------------ */

/* "^", "x5E", "0x5E", "xA6", a character of several bytes; nothing is a tab. What is not ASCII is
 * looked for in UTF-8, or else as the byte. */
static slice delimiter_of(slice s, slice rest, char room[2])
{
    slice hex = slice_from(s, s.len == 4 && s.ptr[0] == '0');
    if (hex.len != 3 || to_lower(hex.ptr[0]) != 'x' || hex_value(hex.ptr[1]) < 0 ||
        hex_value(hex.ptr[2]) < 0)
        return s.len ? s : S("\t");
    unsigned c = (unsigned)(hex_value(hex.ptr[1]) << 4 | hex_value(hex.ptr[2]));
    room[0] = (char)(0xc0 | c >> 6);
    room[1] = (char)(0x80 | (c & 0x3f));
    if (c >= 0x80 && slice_find(rest, slice_of(room, 2), 0) != SIZE_MAX)
        return slice_of(room, 2);
    room[0] = (char)c;
    return slice_of(room, 1);
}

/* slice_cut with a separator of any length. */
static bool cut_by(slice *rest, slice separator, slice *ret)
{
    if (!rest->ptr)
        return false;
    size_t n = slice_find(*rest, separator, 0);
    *ret = slice_sub(*rest, 0, n);
    *rest = n == SIZE_MAX ? (slice){NULL, 0} : slice_from(*rest, n + separator.len);
    return true;
}

static log_took read_leef(log_builder *b, slice line)
{
    static const slice titles[] = {S_INIT("leefVersion"), S_INIT("deviceVendor"),
                                   S_INIT("deviceProduct"), S_INIT("deviceVersion"),
                                   S_INIT("eventId")};
    slice rest = line, value[COUNT_OF(titles)], one, delimiter = S("\t");
    char room[2];
    if (!slice_starts(line, S("LEEF:")))
        return LOG_NOT;
    rest = slice_from(rest, 5);
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        if (!part(&rest, &value[i]))
            return LOG_NOT;
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        put_header(b, titles[i], value[i]);
    slice before = rest;
    if (slice_starts(value[0], S("2")) && part(&rest, &one)) {
        if (slice_find_byte(one, '=', 0) == SIZE_MAX || one.len == 1)
            delimiter = delimiter_of(one, rest, room);
        else
            rest = before; /* no delimiter was named, and a value has a bar */
    }
    if (slice_find(rest, delimiter, 0) == SIZE_MAX) { /* a relay made blanks of tabs */
        log_put_extension(b, rest);
        return LOG_EVENT;
    }
    while (!b->failed && cut_by(&rest, delimiter, &one)) {
        size_t eq = slice_find_byte(one, '=', 0);
        if (eq != SIZE_MAX && eq)
            log_put(b, slice_trim(slice_sub(one, 0, eq)), S(""), LOG_AS_NONE,
                    slice_trim(slice_from(one, eq + 1)));
        else if (slice_trim(one).len)
            log_put(b, S(""), S(""), LOG_AS_NONE, one);
    }
    return LOG_EVENT;
}

static void finish_leef(log_builder *b)
{
    b->e.product = log_lower(b, log_find_value(b, S("deviceVendor")));
    b->e.service = log_lower(b, log_find_value(b, S("deviceProduct")));
}

const log_format log_format_cef = {.name = "cef",
                                   .inside = true,
                                   .read = read_cef,
                                   .names = cef_names,
                                   .name_count = COUNT_OF(cef_names),
                                   .finish = finish_cef};
const log_format log_format_leef = {.name = "leef",
                                    .inside = true,
                                    .read = read_leef,
                                    .names = leef_names,
                                    .name_count = COUNT_OF(leef_names),
                                    .finish = finish_leef};
