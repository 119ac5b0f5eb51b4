/* pairs.c - lines of key=value, and the tokens and pairs that other formats share: see build.h.
 * Sources: logfmt as it is seen; Fortinet's log reference (date= and time= apart). */
#include "format/log/build.h"

bool log_token(slice *rest, slice *ret)
{
    size_t i = 0, n;
    while (i < rest->len && (rest->ptr[i] == ' ' || rest->ptr[i] == '\t'))
        i++;
    n = i;
    while (n < rest->len && rest->ptr[n] != ' ' && rest->ptr[n] != '\t')
        n++;
    *ret = slice_sub(*rest, i, n);
    *rest = slice_from(*rest, n);
    return ret->len != 0;
}

static bool name_byte(char c)
{
    return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '@' || c == '/' || c == ':';
}

static bool gap(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == ';' || c == 0x1d; /* auditd's separator */
}

bool log_pair(slice *rest, slice *ret_name, slice *ret_value, bool *ret_quoted)
{
    slice s = *rest;
    size_t i = 0, from;
    while (i < s.len && gap(s.ptr[i]))
        i++;
    from = i;
    while (i < s.len && name_byte(s.ptr[i]))
        i++;
    if (i == from || i == s.len || s.ptr[i] != '=')
        return false;
    *ret_name = slice_sub(s, from, i++);
    char quote = i < s.len && (s.ptr[i] == '"' || s.ptr[i] == '\'') ? s.ptr[i] : 0;
    from = i + (quote != 0);
    i = from;
    while (i < s.len && (quote ? s.ptr[i] != quote : !gap(s.ptr[i])))
        i += quote && s.ptr[i] == '\\' && i + 1 < s.len ? 2 : 1;
    *ret_value = slice_sub(s, from, i);
    *ret_quoted = quote != 0;
    *rest = slice_from(s, i + (quote && i < s.len));
    return true;
}

void log_put_pair(log_builder *b, slice name, slice value, bool quoted)
{
    bool unset = log_unset(value);
    slice text = unset ? slice_sub(value, 0, 0) : quoted ? log_unescape(b, value) : value;
    log_put_value(b, name, S(""), LOG_AS_NONE, text, value, unset ? LOG_NULL : LOG_TEXT);
}

/* --- lines of pairs -------------------------------------------------------------------------- */

static log_took read_pairs(log_builder *b, slice line)
{
    slice rest = line, name, value, word;
    bool quoted;
    size_t pairs = 0, words = 0;
    if (!log_pair(&rest, &name, &value, &quoted))
        return LOG_NOT;
    do {
        log_put_pair(b, name, value, quoted);
        pairs++;
        while (rest.len && !b->failed) { /* words that are no pairs are passed over */
            slice ahead = rest;
            if (log_pair(&ahead, &name, &value, &quoted))
                break;
            if (log_token(&rest, &word))
                words++;
        }
    } while (!b->failed && log_pair(&rest, &name, &value, &quoted));
    return pairs > 1 && pairs > words ? LOG_EVENT : LOG_NOT;
}

static void finish(log_builder *b)
{
    slice device = log_find_value(b, S("devid")), type = log_find_value(b, S("type"));
    if (slice_starts(device, S("FG")) && type.len) { /* FortiGate */
        b->e.product = S("fortigate");
        b->e.service = log_find_value(b, S("subtype"));
        b->e.category = slice_eq(type, S("traffic")) ? S("firewall") : S("");
        for (size_t i = 0; i < b->count; i++)
            if (slice_eq(b->field[i].name, S("hostname"))) { /* of the URL */
                b->field[i].sigma = S("cs-host");
                log_give(b, i, LOG_AS_URL_HOST, 0);
            }
    }
}

/* "date=2026-11-30 time=10:05:03": a time of day alone is no time. */
static void finish_pairs(log_builder *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (slice_eq(b->field[i].name, S("time")) && log_find(b, S("date")))
            log_give(b, i, LOG_AS_CLOCK, 0);
    finish(b);
}

const log_format log_format_keyvalue = {.name = "keyvalue",
                                        .inside = true,
                                        .read = read_pairs,
                                        .more = &log_format_json,
                                        .finish = finish_pairs};
