/* dns.c - questions and answers of the DNS: see parts.h. Sources: RFC 1035, RFC 3596. */
#include "format/capture/parts.h"

#include <stdio.h>

enum {
    NAME_BYTES_MAX = 255,               /* RFC 1035, 2.3.4 */
    NAME_TEXT_MAX = 4 * NAME_BYTES_MAX, /* a byte may become "\255" */
    JUMPS_MAX = 16,
    ANSWERS_MAX = 64,
    ANSWERS_BYTES_MAX = 4096 /* of names in one line */
};

static const struct {
    uint16_t type;
    const char *name;
} types[] = {
    {1, "A"},    {2, "NS"},    {5, "CNAME"}, {6, "SOA"},   {12, "PTR"},   {15, "MX"},
    {16, "TXT"}, {28, "AAAA"}, {33, "SRV"},  {64, "SVCB"}, {65, "HTTPS"}, {255, "ANY"},
};

static const char *const codes[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                    "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                    "NXRRSET", "NOTAUTH", "NOTZONE"};

typedef struct message {
    slice all;
    size_t at; /* what has been read */
    bool bad;
} message;

static unsigned byte(message *m)
{
    if (m->at >= m->all.len) {
        m->bad = true;
        return 0;
    }
    return (unsigned char)m->all.ptr[m->at++];
}

static unsigned pair(message *m)
{
    unsigned high = byte(m);
    return high << 8 | byte(m);
}

static size_t put_label(char *out, size_t n, slice label)
{
    for (size_t i = 0; i < label.len; i++) {
        unsigned char b = (unsigned char)label.ptr[i];
        if (b > ' ' && b < 0x7f && b != '.' && b != '\\')
            out[n++] = (char)b;
        else
            n += (size_t)snprintf(out + n, 5, "\\%03u", (unsigned)b);
    }
    return n;
}

/* A name, through its pointers, which only lead to the front. *ret_len 0: the root. */
static bool read_name(message *m, char out[NAME_TEXT_MAX], size_t *ret_len)
{
    message at = *m;
    size_t n = 0, bytes = 0, front = m->at;
    bool jumped = false;
    for (unsigned jumps = 0;;) {
        unsigned length = byte(&at);
        if (at.bad || (length & 0xc0) == 0x40 || (length & 0xc0) == 0x80)
            return false;
        if (length & 0xc0) {
            size_t to = (length & 0x3f) << 8 | byte(&at);
            if (!jumped)
                m->at = at.at;
            if (at.bad || to >= front || ++jumps > JUMPS_MAX)
                return false;
            jumped = true;
            at.at = front = to;
            continue;
        }
        bytes += length + 1;
        if (bytes > NAME_BYTES_MAX || length > at.all.len - at.at)
            return false;
        if (!length)
            break;
        if (n)
            out[n++] = '.';
        n = put_label(out, n, slice_sub(at.all, at.at, at.at + length));
        at.at += length;
    }
    if (!jumped)
        m->at = at.at;
    *ret_len = n;
    return true;
}

static void put_type(capture *c, unsigned type)
{
    char text[16];
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (types[i].type == type) {
            line_text(c, "record_type", slice_str(types[i].name), 16);
            return;
        }
    int n = snprintf(text, sizeof text, "TYPE%u", type);
    line_text(c, "record_type", slice_of(text, (size_t)n), sizeof text);
}

/* What a record says, as text; 0: nothing that is of interest, or nothing whole. */
static size_t read_answer(message *m, char out[NAME_TEXT_MAX])
{
    char owner[NAME_TEXT_MAX];
    size_t n = 0;
    ip a = {{0}};
    m->bad |= !read_name(m, owner, &n);
    unsigned type = pair(m);
    for (int i = 0; i < 3; i++)
        pair(m);
    size_t length = pair(m);
    if (m->bad || length > m->all.len - m->at) {
        m->bad = true;
        return 0;
    }
    message inside = {.all = slice_sub(m->all, 0, m->at + length), .at = m->at};
    const char *data = m->all.ptr + m->at;
    m->at += length;
    if (type == 1 && length == 4) {
        memset(a.b + 10, 0xff, 2);
        memcpy(a.b + 12, data, 4);
        return ip_print(&a, out);
    }
    if (type == 28 && length == 16) {
        memcpy(a.b, data, 16);
        return ip_print(&a, out);
    }
    if (type == 15)
        pair(&inside); /* its preference */
    n = 0;
    bool named = type == 2 || type == 5 || type == 12 || type == 15;
    return named && read_name(&inside, out, &n) ? n : 0;
}

static void put_answers(capture *c, message *m, unsigned count)
{
    char text[NAME_TEXT_MAX];
    size_t sum = 0;
    json_key(&c->json, "answers");
    json_open(&c->json, '[');
    for (unsigned i = 0; i < count && i < ANSWERS_MAX && !m->bad; i++) {
        size_t n = read_answer(m, text);
        sum += n;
        if (sum > ANSWERS_BYTES_MAX)
            break;
        if (n)
            json_put_text(&c->json, slice_of(text, n));
    }
    json_close(&c->json, ']');
}

bool capture_dns(capture *c, const flow *f, int way, slice bytes)
{
    message m = {.all = bytes};
    char name[NAME_TEXT_MAX];
    size_t n = 0;
    pair(&m);
    unsigned flags = pair(&m), questions = pair(&m), answers = pair(&m);
    m.at += 4;
    bool answer = (flags & 0x8000) != 0;
    if ((flags >> 11 & 15) != 0 || questions != 1 || m.at > bytes.len || !read_name(&m, name, &n))
        return false;
    unsigned type = pair(&m);
    pair(&m);
    if (m.bad)
        return false;
    /* who asked is the source, whichever of them began what was recorded */
    flow asked = *f;
    if (answer == (way == FLOW_OUT)) {
        asked.peer[FLOW_OUT] = f->peer[FLOW_IN];
        asked.port[FLOW_OUT] = f->port[FLOW_IN];
        asked.peer[FLOW_IN] = f->peer[FLOW_OUT];
        asked.port[FLOW_IN] = f->port[FLOW_OUT];
    }
    line_begin(c, "dns", &asked, c->now, c->n.packets);
    line_text(c, "type", answer ? S("answer") : S("query"), 8);
    line_text(c, "query", slice_of(name, n), NAME_TEXT_MAX);
    put_type(c, type);
    if (answer) {
        unsigned code = flags & 15;
        if (code < COUNT_OF(codes))
            line_text(c, "rcode_name", slice_str(codes[code]), 16);
        put_answers(c, &m, answers);
    }
    line_end(c);
    return true;
}

uint64_t capture_dns_stream(capture *c, flow *f, int way, slice bytes, bool last)
{
    message m = {.all = bytes};
    size_t length = pair(&m);
    bool whole = !m.bad && length <= bytes.len - m.at;
    if (!whole && !last)
        return 0;
    if (!whole)
        return STREAM_STOP;
    return capture_dns(c, f, way, slice_sub(bytes, m.at, m.at + length)) ? m.at + length
                                                                         : STREAM_STOP;
}
