/* line.c - what is told of a capture, as lines of JSON: see parts.h. Names are Sigma's where it has
 * one, so that rules for proxies, DNS and firewalls find them. */
#include "format/capture/parts.h"

#include <stdio.h>

slice line_ip(const ip *a, char *out)
{
    return slice_of(out, ip_print(a, out));
}

static slice protocol_name(const flow *f, char room[8])
{
    switch (f->protocol) {
    case IP_TCP: return S("tcp");
    case IP_UDP: return S("udp");
    case IP_ICMP:
    case IP_ICMP6: return S("icmp");
    default: return slice_of(room, (size_t)snprintf(room, 8, "%u", (unsigned)f->protocol));
    }
}

void line_begin(capture *c, const char *kind, const flow *f, when time, uint64_t number)
{
    char text[IP_TEXT_MAX], at[WHEN_TEXT_MAX], room[8];
    buf_clear(&c->line);
    c->json = json_writer_on(&c->line);
    json_open(&c->json, '{');
    json_key(&c->json, "capture");
    json_put_text(&c->json, slice_str(kind));
    if (time != WHEN_NONE)
        line_text(c, "ts", slice_str(when_iso(time, at)), sizeof at);
    line_number(c, "packet", number);
    line_text(c, "src_ip", line_ip(&f->peer[FLOW_OUT], text), sizeof text);
    line_text(c, "dst_ip", line_ip(&f->peer[FLOW_IN], text), sizeof text);
    if (f->protocol == IP_TCP || f->protocol == IP_UDP) {
        line_number(c, "src_port", f->port[FLOW_OUT]);
        line_number(c, "dst_port", f->port[FLOW_IN]);
    }
    line_text(c, "proto", protocol_name(f, room), sizeof room);
}

/* A NUL is no text to any reader of JSON: it becomes what bytes that are no UTF-8 become. */
void line_value(capture *c, slice text)
{
    char plain[LINE_TEXT_MAX];
    text = slice_sub(text, 0, LINE_TEXT_MAX);
    if (slice_find_byte(text, 0, 0) != SIZE_MAX) {
        for (size_t i = 0; i < text.len; i++)
            plain[i] = text.ptr[i] ? text.ptr[i] : '\xff';
        text.ptr = plain;
    }
    json_put_text(&c->json, text);
}

void line_text(capture *c, const char *key, slice text, size_t most)
{
    json_key(&c->json, key);
    line_value(c, slice_sub(text, 0, most));
}

void line_number(capture *c, const char *key, uint64_t n)
{
    json_key(&c->json, key);
    json_put_int(&c->json, (int64_t)n);
}

static void tell(capture *c, slice line)
{
    if (c->st == OK)
        c->st = c->sink->line(c->sink->ctx, line, &c->why);
}

void line_end(capture *c)
{
    json_close(&c->json, '}');
    if (c->st == OK)
        c->st = buf_status(&c->line, &c->why);
    tell(c, buf_slice(&c->line));
}

/* One byte is left for the bracket at its end. */
void line_wait(capture *c, flow *f)
{
    assert(!f->pending);
    if (c->closing || c->line.failed || c->line.len >= CAPTURE_SLAB ||
        !(f->pending = slab_take(c, f, SLAB_LINE))) {
        line_end(c);
        return;
    }
    memcpy(c->slabs[f->pending].bytes, c->line.ptr, c->line.len);
    f->pending_bytes = (uint16_t)c->line.len;
}

bool line_resume(capture *c, flow *f)
{
    if (!f->pending)
        return false;
    buf_clear(&c->line);
    buf_put(&c->line, slice_of(c->slabs[f->pending].bytes, f->pending_bytes));
    slab_free(c, &f->pending);
    /* inside the object, behind its first members */
    c->json = (json_writer){.out = &c->line, .depth = 1, .some = {1 << 1}};
    return true;
}

/* c->line is not touched: it may be under way for another flow. */
void line_flush(capture *c, flow *f)
{
    if (!f->pending)
        return;
    char *bytes = c->slabs[f->pending].bytes;
    bytes[f->pending_bytes] = '}';
    tell(c, slice_of(bytes, f->pending_bytes + (size_t)1));
    slab_free(c, &f->pending);
}
