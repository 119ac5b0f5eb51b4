/* http.c - HTTP/1 requests, with the status that each got: see parts.h. Source: RFC 9112. */
#include "format/capture/parts.h"

enum { METHOD_MAX = 20, HOST_MAX = 255, TARGET_MAX = 4096, AGENT_MAX = 1024, OWED_MAX = 32 };

int http_is(slice bytes)
{
    size_t n = 0;
    while (n < bytes.len && n < METHOD_MAX && bytes.ptr[n] >= 'A' && bytes.ptr[n] <= 'Z')
        n++;
    if (n == bytes.len)
        return n < METHOD_MAX ? -1 : 0;
    return n && bytes.ptr[n] == ' ';
}

typedef struct head {
    slice first[3]; /* words of the first line; the third has the rest of it */
    slice host, agent, referrer, length;
    bool chunked;
} head;

static void take_header(head *h, slice line)
{
    slice rest = line, name;
    if (!slice_cut(&rest, ':', &name) || !rest.ptr)
        return;
    slice value = slice_trim(rest);
    slice *to = slice_eq_nocase(name, S("host"))             ? &h->host
                : slice_eq_nocase(name, S("user-agent"))     ? &h->agent
                : slice_eq_nocase(name, S("referer"))        ? &h->referrer
                : slice_eq_nocase(name, S("content-length")) ? &h->length
                                                             : NULL;
    if (to && !to->ptr)
        *to = value;
    h->chunked |= slice_eq_nocase(name, S("transfer-encoding"));
}

static head take_head(slice text)
{
    head h = {.chunked = false};
    slice line, rest = text;
    if (!slice_cut(&rest, '\n', &line))
        return h;
    line = slice_trim(line);
    for (int i = 0; i < 2; i++)
        if (!slice_cut(&line, ' ', &h.first[i]))
            break;
    h.first[2] = line;
    while (slice_cut(&rest, '\n', &line))
        take_header(&h, slice_trim(line));
    return h;
}

/* The length of the head at the front, with its empty line; 0: it is not whole. */
static size_t head_length(stream *t, slice bytes)
{
    size_t from = t->seen > 3 && t->seen <= bytes.len ? t->seen - 3u : 0;
    t->seen = 0;
    for (size_t i = from; (i = slice_find_byte(bytes, '\n', i)) != SIZE_MAX; i++) {
        slice next = slice_from(bytes, i + 1);
        if (slice_starts(next, S("\n")))
            return i + 2;
        if (slice_starts(next, S("\r\n")))
            return i + 3;
    }
    t->seen = (uint16_t)bytes.len;
    return 0;
}

/* How many bytes behind the head are its body; STREAM_STOP: nobody knows. */
static uint64_t body_length(const head *h)
{
    uint64_t n = 0;
    if (h->chunked || (h->length.len && !slice_u64(h->length, &n)))
        return STREAM_STOP;
    return n;
}

static uint64_t behind(uint64_t length, uint64_t body)
{
    uint64_t sum;
    return body == STREAM_STOP || __builtin_add_overflow(length, body, &sum) ? STREAM_STOP : sum;
}

/* Whole as a browser has it; "" for CONNECT. */
static slice whole_url(const head *h, slice host, char *room, size_t room_bytes)
{
    static const slice http = S_INIT("http://");
    slice target = slice_sub(h->first[1], 0, TARGET_MAX);
    if (!slice_starts(target, S("/")))
        return slice_find(target, S("://"), 0) == SIZE_MAX ? S("") : target;
    size_t n = http.len + host.len;
    assert(n + target.len <= room_bytes);
    memcpy(room, http.ptr, http.len);
    memcpy(room + http.len, host.ptr, host.len);
    memcpy(room + n, target.ptr, target.len);
    return slice_of(room, n + target.len);
}

/* Where the request went, when it does not say so itself. */
static slice address_as_host(const ip *a, char out[IP_TEXT_MAX + 2])
{
    slice text = line_ip(a, out + 1);
    if (ip_is4(a))
        return text;
    out[0] = '[';
    out[text.len + 1] = ']';
    return slice_of(out, text.len + 2);
}

static uint64_t request(capture *c, flow *f, const head *h, uint64_t length)
{
    char room[HOST_MAX + TARGET_MAX + 8], address[IP_TEXT_MAX + 2];
    if (!slice_starts(h->first[2], S("HTTP/1.")) || !h->first[1].len)
        return STREAM_STOP;
    line_flush(c, f);
    bool connect = slice_eq(h->first[0], S("CONNECT"));
    slice host = connect ? h->first[1] : h->host;
    host = host.len ? slice_sub(host, 0, HOST_MAX) : address_as_host(&f->peer[FLOW_IN], address);
    line_begin(c, "http", f, c->now, c->n.packets);
    line_text(c, "cs-method", h->first[0], METHOD_MAX);
    line_text(c, "cs-host", host, HOST_MAX);
    slice url = connect ? S("") : whole_url(h, host, room, sizeof room);
    if (url.len)
        line_text(c, "url", url, url.len);
    else if (!connect)
        line_text(c, "c-uri", h->first[1], TARGET_MAX);
    if (h->agent.len)
        line_text(c, "c-useragent", h->agent, AGENT_MAX);
    if (h->referrer.len)
        line_text(c, "cs-referrer", h->referrer, AGENT_MAX);
    f->heads = f->heads << 1 | slice_eq(h->first[0], S("HEAD"));
    f->owed = (uint8_t)(f->owed + (f->owed <= OWED_MAX));
    line_wait(c, f);
    f->tunnel = connect;
    return behind(length, body_length(h));
}

static uint64_t response(capture *c, flow *f, const head *h, uint64_t length)
{
    uint64_t code;
    if (!slice_starts(h->first[0], S("HTTP/1.")) || !slice_u64(h->first[1], &code) || code > 999)
        return STREAM_STOP;
    if (code < 200 && code != 101)
        return length; /* the answer is still to come */
    if (f->owed > OWED_MAX)
        return STREAM_STOP; /* whose answer it is cannot be told */
    bool head_only = f->owed && f->heads >> (f->owed - 1) & 1;
    f->owed = (uint8_t)(f->owed - (f->owed > 0));
    /* The line that waits is of the last request: before its answer come those of the others. */
    if (!f->owed && line_resume(c, f)) {
        line_number(c, "sc-status", code);
        line_end(c);
    }
    if (f->tunnel && !f->owed && code < 300) {
        f->app = APP_UNKNOWN; /* what is spoken in it shows from here on */
        return length;
    }
    bool empty = head_only || code == 204 || code == 304;
    if (!empty && !h->length.len && !h->chunked)
        return STREAM_STOP; /* up to the end of the connection */
    return empty ? length : behind(length, body_length(h));
}

uint64_t capture_http(capture *c, flow *f, int way, slice bytes, bool last)
{
    size_t length = head_length(&f->stream[way], bytes);
    if (!length && (!last || slice_find_byte(bytes, '\n', 0) == SIZE_MAX))
        return 0;
    head h = take_head(slice_sub(bytes, 0, length ? length : bytes.len));
    uint64_t n = way == FLOW_OUT ? request(c, f, &h, length) : response(c, f, &h, length);
    return length ? n : STREAM_STOP;
}
