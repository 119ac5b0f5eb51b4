/* head.c - see head.h. */
#include "serve/http/head.h"

/* Visible ASCII but delimiters. */
static bool is_token_byte(char c)
{
    return is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool http_is_token(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_token_byte(s.ptr[i]))
            return false;
    return s.len > 0;
}

bool head_end(slice in, size_t *scanned, size_t *ret)
{
    *ret = 0;
    for (size_t at; (at = slice_find_byte(in, '\n', *scanned)) != SIZE_MAX; *scanned = at + 1) {
        if (at == 0 || in.ptr[at - 1] != '\r')
            return false;
        if (at >= 3 && in.ptr[at - 2] == '\n') {
            *ret = at + 1;
            return true;
        }
    }
    *scanned = in.len;
    return true;
}

/* --- lines ---------------------------------------------------------------------------------- */

static status refuse(int *number, int as, err *why, const char *what)
{
    *number = as;
    return err_set(why, as == 431 ? ERR_LIMIT : ERR_INPUT, ERR_NOWHERE, "%s", what);
}

/* Up to CR LF, which is there. A CR or another control byte inside is for the caller to find. */
static slice cut_line(slice *rest)
{
    size_t at = slice_find_byte(*rest, '\n', 0);
    slice line = slice_sub(*rest, 0, at - 1);
    *rest = slice_from(*rest, at + 1);
    return line;
}

static status request_line(slice line, http_head *h, int *number, err *why)
{
    slice rest = line, version;
    if (!slice_cut(&rest, ' ', &h->method) || !slice_cut(&rest, ' ', &h->target) || !rest.ptr)
        return refuse(number, 400, why, "no request line");
    version = rest;
    if (!http_is_token(h->method) || !h->target.len)
        return refuse(number, 400, why, "no request line");
    for (size_t i = 0; i < h->target.len; i++)
        if (h->target.ptr[i] <= ' ' || h->target.ptr[i] >= 0x7f)
            return refuse(number, 400, why, "a byte in the target that is to be escaped");
    if (!slice_starts(version, S("HTTP/")) || version.len != 8 || !is_digit(version.ptr[5]) ||
        version.ptr[6] != '.' || !is_digit(version.ptr[7]))
        return refuse(number, 400, why, "no version of HTTP");
    if (version.ptr[5] != '1')
        return refuse(number, 505, why, "only version 1 of HTTP is spoken here");
    h->minor = version.ptr[7] != '0';
    return OK;
}

static status header_line(slice line, http_pair *ret, int *number, err *why)
{
    size_t colon = slice_find_byte(line, ':', 0);
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
        return refuse(number, 400, why, "a folded line in the header");
    if (colon == SIZE_MAX || !http_is_token(slice_sub(line, 0, colon)))
        return refuse(number, 400, why, "a line in the header that is none");
    slice value = slice_from(line, colon + 1);
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return refuse(number, 400, why, "a control byte in the header");
    }
    *ret = (http_pair){slice_sub(line, 0, colon), slice_trim(value)};
    return OK;
}

/* --- what the lines mean together ----------------------------------------------------------- */

slice head_find(const http_pair *headers, size_t count, slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq_nocase(headers[i].name, name))
            return headers[i].value;
    return (slice){NULL, 0};
}

/* An element of a list such as Connection. */
static bool list_has(slice list, slice word)
{
    slice one;
    while (slice_cut(&list, ',', &one))
        if (slice_eq_nocase(slice_trim(one), word))
            return true;
    return false;
}

/* What may be read in two ways when it is there twice. */
static status no_twins(const http_head *h, int *number, err *why)
{
    static const slice once[] = {
        S_INIT("host"),         S_INIT("content-length"), S_INIT("transfer-encoding"),
        S_INIT("content-type"), S_INIT("authorization"),  S_INIT("content-encoding"),
        S_INIT("range"),        S_INIT("expect")};
    for (size_t o = 0; o < COUNT_OF(once); o++) {
        size_t n = 0;
        for (size_t i = 0; i < h->header_count; i++)
            n += slice_eq_nocase(h->headers[i].name, once[o]);
        if (n > 1)
            return refuse(number, 400, why, "a header that may be there once was there twice");
    }
    return OK;
}

static status framing(http_head *h, int *number, err *why)
{
    slice coding = head_find(h->headers, h->header_count, S("transfer-encoding"));
    slice length = head_find(h->headers, h->header_count, S("content-length"));
    if (coding.ptr) {
        if (length.ptr || !h->minor)
            return refuse(number, 400, why, "Transfer-Encoding beside Content-Length or in 1.0");
        if (!slice_eq_nocase(coding, S("chunked")))
            return refuse(number, 501, why, "a transfer coding other than chunked");
        h->framing = HEAD_CHUNKED;
    } else if (length.ptr) {
        if (!slice_u64(length, &h->length) || h->length > INT64_MAX)
            return refuse(number, 400, why, "a Content-Length that is no number");
        h->framing = h->length ? HEAD_LENGTH : HEAD_NO_BODY;
    }
    return OK;
}

static status meaning(http_head *h, int *number, err *why)
{
    status st;
    if ((st = no_twins(h, number, why)) != OK || (st = framing(h, number, why)) != OK)
        return st;
    h->host = head_find(h->headers, h->header_count, S("host"));
    if (!h->host.ptr)
        return refuse(number, 400, why, "no Host");
    h->keep = h->minor;
    for (size_t i = 0; i < h->header_count; i++)
        if (slice_eq_nocase(h->headers[i].name, S("connection")))
            h->keep = h->keep && !list_has(h->headers[i].value, S("close"));
    slice expect = head_find(h->headers, h->header_count, S("expect"));
    if (expect.ptr && !slice_eq_nocase(expect, S("100-continue")))
        return refuse(number, 417, why, "an Expect other than 100-continue");
    h->expects = expect.ptr && h->minor;
    return OK;
}

status head_parse(arena *a, slice in, http_head *ret, int *number, err *why)
{
    http_head h = {0};
    http_pair lines[HTTP_HEADERS_MAX];
    slice rest = in;
    status st = request_line(cut_line(&rest), &h, number, why);
    if (st != OK)
        return st;
    for (;;) {
        slice line = cut_line(&rest);
        if (!line.len)
            break;
        if (h.header_count == HTTP_HEADERS_MAX)
            return refuse(number, 431, why, "too many lines in the header");
        if ((st = header_line(line, &lines[h.header_count], number, why)) != OK)
            return st;
        h.header_count++;
    }
    if (!(h.headers = arena_array(a, h.header_count + 1, sizeof *h.headers)))
        return refuse(number, 431, why, "no memory for the header");
    memcpy(h.headers, lines, h.header_count * sizeof *lines);
    if ((st = meaning(&h, number, why)) != OK)
        return st;
    *ret = h;
    return OK;
}

status head_method(slice name, http_method *ret)
{
    for (int m = 0; m < HTTP_METHOD_COUNT_; m++)
        if (slice_eq(name, slice_str(http_method_name((http_method)m)))) {
            *ret = (http_method)m;
            return OK;
        }
    return ERR_NOT_FOUND;
}

const char *http_method_name(http_method m)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    _Static_assert(COUNT_OF(names) == HTTP_METHOD_COUNT_, "a method without a name");
    return names[m];
}
