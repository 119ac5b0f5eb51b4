/* answer_head.c - the header of an answer: what every answer has, and what this one adds. */
#include "serve/http/server.h"

const char *reply_reason(int number)
{
    static const struct {
        int number;
        const char *reason;
    } all[] = {{200, "OK"},
               {201, "Created"},
               {202, "Accepted"},
               {204, "No Content"},
               {206, "Partial Content"},
               {301, "Moved Permanently"},
               {302, "Found"},
               {303, "See Other"},
               {304, "Not Modified"},
               {307, "Temporary Redirect"},
               {308, "Permanent Redirect"},
               {400, "Bad Request"},
               {401, "Unauthorized"},
               {403, "Forbidden"},
               {404, "Not Found"},
               {405, "Method Not Allowed"},
               {406, "Not Acceptable"},
               {408, "Request Timeout"},
               {409, "Conflict"},
               {410, "Gone"},
               {412, "Precondition Failed"},
               {413, "Content Too Large"},
               {415, "Unsupported Media Type"},
               {416, "Range Not Satisfiable"},
               {417, "Expectation Failed"},
               {421, "Misdirected Request"},
               {422, "Unprocessable Content"},
               {428, "Precondition Required"},
               {429, "Too Many Requests"},
               {431, "Request Header Fields Too Large"},
               {500, "Internal Server Error"},
               {501, "Not Implemented"},
               {503, "Service Unavailable"},
               {505, "HTTP Version Not Supported"},
               {507, "Insufficient Storage"}};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (all[i].number == number)
            return all[i].reason;
    return "Status";
}

static void put_field(buf *out, slice name, slice value)
{
    buf_put(out, name);
    buf_put(out, S(": "));
    buf_put(out, value);
    buf_put(out, S("\r\n"));
}

/* RFC 9110, section 5.6.7: once a second for all. */
static slice date_of(loop *l, when at)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char iso[WHEN_TEXT_MAX];
    int64_t s = at / 1000;
    if (!l->date[0] || s != l->date_s) {
        uint64_t month = 1;
        when_iso(s * 1000, iso); /* 2026-12-01T04:06:06Z */
        (void)slice_u64(slice_of(iso + 5, 2), &month);
        snprintf(l->date, sizeof l->date, "%s, %.2s %s %.4s %.8s GMT",
                 days[((s / 86400) % 7 + 7) % 7], iso + 8, months[month - 1], iso, iso + 11);
        l->date_s = s;
    }
    return slice_str(l->date);
}

static void put_content_length(buf *out, uint64_t n)
{
    buf_put(out, S("Content-Length: "));
    buf_number(out, n);
    buf_put(out, S("\r\n"));
}

static void put_length(exchange *x, buf *out)
{
    const http_reply *w = &x->w;
    if (w->number == 204 || w->number == 304)
        return;
    if (!w->has_producer)
        put_content_length(out, w->whole.len);
    else if (w->has_length)
        put_content_length(out, w->length);
    else if (x->chunked)
        buf_put(out, S("Transfer-Encoding: chunked\r\n"));
}

void reply_head(exchange *x)
{
    const http_reply *w = &x->w;
    buf *out = &x->head_out;
    buf_clear(out);
    buf_put(out, S("HTTP/1.1 "));
    buf_number(out, (unsigned)w->number);
    buf_byte(out, ' ');
    buf_put(out, slice_str(reply_reason(w->number)));
    buf_put(out, S("\r\n"));
    put_field(out, S("Date"), date_of(x->c->loop, x->r.at));
    if (w->type.len && w->says_body)
        put_field(out, S("Content-Type"), w->type);
    put_length(x, out);
    put_field(out, S("X-Request-Id"), x->r.id);
    buf_put(out, S("X-Content-Type-Options: nosniff\r\n"
                   "Referrer-Policy: no-referrer\r\n"
                   "Cross-Origin-Opener-Policy: same-origin\r\n"
                   "Cross-Origin-Resource-Policy: same-origin\r\n"));
    put_field(out, S("Content-Security-Policy"),
              w->csp.len ? w->csp : S("default-src 'none'; frame-ancestors 'none'"));
    put_field(out, S("Cache-Control"), w->cache.len ? w->cache : S("no-store"));
    if (x->r.tls)
        buf_put(out, S("Strict-Transport-Security: max-age=31536000\r\n"));
    if (w->etag.len)
        put_field(out, S("ETag"), w->etag);
    if (w->disposition.len)
        put_field(out, S("Content-Disposition"), w->disposition);
    for (size_t i = 0; i < w->extra_count; i++)
        put_field(out, w->extra[i].name, w->extra[i].value);
    if (!x->keep)
        buf_put(out, S("Connection: close\r\n"));
    buf_put(out, S("\r\n"));
}
