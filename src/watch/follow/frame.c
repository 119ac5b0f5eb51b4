/* frame.c - see frame.h. */
#include "watch/follow/frame.h"

/* What the first n bytes say; FRAMING_UNKNOWN: too few. */
static framing decide(const char *p, size_t n)
{
    size_t d = 0;
    if (n && !(p[0] >= '1' && p[0] <= '9'))
        return FRAMING_LINES;
    while (d < n && is_digit(p[d]))
        d++;
    if (d > FRAME_DIGITS || (d < n && p[d] != ' ') || (d + 1 < n && p[d + 1] != '<'))
        return FRAMING_LINES;
    return d + 1 < n ? FRAMING_COUNTED : FRAMING_UNKNOWN;
}

static size_t take_lines(const char *in, size_t n, char *out)
{
    memmove(out, in, n);
    for (char *p = out; (p = memchr(p, 0, (size_t)(out + n - p))); p++)
        *p = '\n';
    return n;
}

static status take_length(framer *r, char c, err *why)
{
    if (c == ' ' && r->digits) {
        r->inside = true;
        r->digits = 0;
        return OK;
    }
    if ((c == '\n' || c == 0) && !r->digits) /* some senders end counted messages, too */
        return OK;
    if (!is_digit(c) || (c == '0' && !r->digits))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no length in front of a message");
    r->left = (r->digits ? r->left * 10 : 0) + (uint64_t)(c - '0');
    if (++r->digits > FRAME_DIGITS || r->left > FRAME_LENGTH_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a message of more than %d bytes",
                       FRAME_LENGTH_MAX);
    return OK;
}

static void blank(char *p, size_t n)
{
    for (char *end = p + n; (p = memchr(p, '\n', (size_t)(end - p))); p++)
        *p = ' ';
}

/* A part of a message; the last one gets the newline. */
static size_t take_content(framer *r, const char *in, size_t n, char *out)
{
    memmove(out, in, n);
    r->left -= n;
    if (r->left) {
        blank(out, n);
        return n;
    }
    r->inside = false;
    if (out[n - 1] == '\n' || out[n - 1] == 0)
        n--;
    blank(out, n);
    out[n++] = '\n';
    return n;
}

static status take_counted(framer *r, const char *in, size_t n, char *out, size_t *ret_len,
                           err *why)
{
    size_t at = 0, len = 0;
    status st = OK;
    while (at < n && st == OK) {
        if (!r->inside) {
            st = take_length(r, in[at++], why);
            continue;
        }
        size_t part = r->left < n - at ? (size_t)r->left : n - at;
        len += take_content(r, in + at, part, out + len);
        at += part;
    }
    *ret_len = len;
    return st;
}

static status take(framer *r, const char *in, size_t n, char *out, size_t *ret_len, err *why)
{
    if (r->kind == FRAMING_COUNTED)
        return take_counted(r, in, n, out, ret_len, why);
    *ret_len = n;
    if (r->kind == FRAMING_LINES)
        take_lines(in, n, out);
    else
        memmove(out, in, n);
    return OK;
}

status frame_take(framer *r, const char *in, size_t n, char *out, size_t *ret_len, err *why)
{
    char probe[FRAME_PROBE];
    size_t first, rest;
    if (r->kind != FRAMING_UNKNOWN)
        return take(r, in, n, out, ret_len, why);
    size_t used = 0;
    while (r->kind == FRAMING_UNKNOWN && used < n) {
        r->probe[r->probe_len++] = in[used++];
        r->kind = decide(r->probe, r->probe_len);
    }
    *ret_len = 0;
    if (r->kind == FRAMING_UNKNOWN)
        return OK;
    memcpy(probe, r->probe, r->probe_len);
    status st = take(r, probe, r->probe_len, out, &first, why);
    if (st != OK)
        return st;
    st = take(r, in + used, n - used, out + first, &rest, why);
    *ret_len = first + rest;
    return st;
}

size_t frame_end(framer *r, char *out)
{
    if (r->kind != FRAMING_UNKNOWN)
        return 0;
    r->kind = FRAMING_LINES;
    return take_lines(r->probe, r->probe_len, out);
}

size_t frame_datagram(char *bytes, size_t n)
{
    while (n && (bytes[n - 1] == '\n' || bytes[n - 1] == 0))
        n--;
    if (!n)
        return 0;
    blank(bytes, n);
    bytes[n] = '\n';
    return n + 1;
}
