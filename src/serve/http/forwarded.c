/* forwarded.c - see forwarded.h. */
#include "serve/http/forwarded.h"

#include "serve/http/head.h"

/* One entry of a list. */
typedef struct hop {
    ip who;
    bool good; /* it is an address */
    bool https;
} hop;

/* The last FORWARDED_HOPS_MAX of all. */
typedef struct hops {
    hop at[FORWARDED_HOPS_MAX];
    size_t count;
} hops;

static void add(hops *h, hop one)
{
    h->at[h->count++ % FORWARDED_HOPS_MAX] = one;
}

bool forwarded_trusts(const forwarded_trust *t, const ip *a)
{
    for (size_t i = 0; i < t->count; i++)
        if (ip_net_has(&t->at[i], a))
            return true;
    return false;
}

/* "192.0.2.7", "192.0.2.7:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711". */
static bool read_node(slice text, ip *ret)
{
    if (slice_starts(text, S("["))) {
        size_t end = slice_find_byte(text, ']', 0);
        slice port = slice_from(text, end == SIZE_MAX ? text.len : end + 1);
        return end != SIZE_MAX && (!port.len || port.ptr[0] == ':') &&
               ip6_read(slice_sub(text, 1, end), ret);
    }
    if (ip4_read(text, ret) || ip6_read(text, ret))
        return true;
    size_t colon = slice_find_byte(text, ':', 0);
    return colon != SIZE_MAX && ip4_read(slice_sub(text, 0, colon), ret);
}

/* --- X-Forwarded-For -------------------------------------------------------------------------- */

static void read_list(slice line, hops *h)
{
    slice one;
    while (slice_cut(&line, ',', &one)) {
        hop x = {.good = false};
        one = slice_trim(one);
        if (!one.len)
            continue;
        x.good = read_node(one, &x.who);
        add(h, x);
    }
}

/* The last word of the last line: what came before is the client's. */
static bool last_is_https(const http_pair *headers, size_t count)
{
    slice last = {NULL, 0}, one;
    for (size_t i = 0; i < count; i++)
        if (slice_eq_nocase(headers[i].name, S("x-forwarded-proto")))
            last = headers[i].value;
    for (slice rest = last; slice_cut(&rest, ',', &one);)
        last = one;
    return slice_eq_nocase(slice_trim(last), S("https"));
}

/* --- Forwarded -------------------------------------------------------------------------------- */

static void skip_blanks(slice *in)
{
    while (in->len && (in->ptr[0] == ' ' || in->ptr[0] == '\t'))
        *in = slice_from(*in, 1);
}

static slice take_token(slice *in)
{
    size_t n = 0;
    while (n < in->len && http_is_token(slice_sub(*in, n, n + 1)))
        n++;
    slice token = slice_sub(*in, 0, n);
    *in = slice_from(*in, n);
    return token;
}

/* What stands between quotes, with its backslashes: nothing that we look for has one. */
static bool take_quoted(slice *in, slice *ret)
{
    size_t n = 1;
    while (n < in->len && in->ptr[n] != '"')
        n += in->ptr[n] == '\\' ? 2 : 1;
    if (n >= in->len)
        return false;
    *ret = slice_sub(*in, 1, n);
    *in = slice_from(*in, n + 1);
    return true;
}

/* name=value, off the front. */
static bool take_pair(slice *in, slice *name, slice *value)
{
    *name = take_token(in);
    if (!name->len || !in->len || in->ptr[0] != '=')
        return false;
    *in = slice_from(*in, 1);
    if (in->len && in->ptr[0] == '"')
        return take_quoted(in, value);
    *value = take_token(in);
    return value->len != 0;
}

/* One element, up to its comma or the end. False: that is none. */
static bool take_element(slice *in, hop *ret)
{
    slice name, value;
    unsigned fors = 0;
    *ret = (hop){.good = false};
    for (;;) {
        skip_blanks(in);
        if (!take_pair(in, &name, &value))
            return false;
        if (slice_eq_nocase(name, S("for")) && !fors++)
            ret->good = read_node(value, &ret->who);
        else if (slice_eq_nocase(name, S("proto")))
            ret->https = slice_eq_nocase(value, S("https"));
        skip_blanks(in);
        if (!in->len || in->ptr[0] == ',')
            break;
        if (in->ptr[0] != ';')
            return false;
        *in = slice_from(*in, 1);
    }
    ret->good &= fors == 1;
    return true;
}

/* Where the client left a quote open, what the proxy appended is inside: the line says nothing. */
static void read_elements(slice line, hops *h)
{
    const hop none = {.good = false};
    while (line.len) {
        hop x;
        skip_blanks(&line);
        if (line.len && line.ptr[0] != ',') {
            if (!take_element(&line, &x)) {
                add(h, none);
                return;
            }
            add(h, x);
        }
        line = slice_from(line, 1);
    }
}

/* --- both ------------------------------------------------------------------------------------- */

void forwarded_read(const forwarded_trust *t, const http_pair *headers, size_t count,
                    const ip *peer, forwarded_said *ret)
{
    hops h = {.count = 0};
    const slice name = t->standard ? S("forwarded") : S("x-forwarded-for");
    *ret = (forwarded_said){.client = *peer};
    for (size_t i = 0; i < count; i++) {
        if (!slice_eq_nocase(headers[i].name, name))
            continue;
        if (t->standard)
            read_elements(headers[i].value, &h);
        else
            read_list(headers[i].value, &h);
    }
    ret->https = !t->standard && last_is_https(headers, count);
    for (size_t n = 0; n < h.count && n < FORWARDED_HOPS_MAX; n++) {
        const hop *x = &h.at[(h.count - 1 - n) % FORWARDED_HOPS_MAX];
        if (t->standard && !n)
            ret->https = x->https;
        if (!x->good)
            return;
        ret->client = x->who;
        if (!forwarded_trusts(t, &x->who))
            return;
    }
}
