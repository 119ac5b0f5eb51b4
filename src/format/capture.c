/* capture.c - see capture.h. */
#include "format/capture/parts.h"

static void tell_counts(capture *c)
{
    const struct {
        const char *key;
        uint64_t n;
    } rows[] = {{"packets", c->n.packets},     {"bytes", c->n.bytes},
                {"flows", c->n.flows},         {"not_read", c->n.unread},
                {"fragments", c->n.fragments}, {"flows_put_out", c->n.evicted},
                {"given_up", c->n.given_up}};
    buf_clear(&c->line);
    c->json = json_writer_on(&c->line);
    json_open(&c->json, '{');
    json_key(&c->json, "capture");
    json_put_text(&c->json, S("stats"));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        line_number(c, rows[i].key, rows[i].n);
    line_end(c);
}

static void take(capture *c, const packet *p)
{
    segment s;
    c->n.packets++;
    c->n.bytes += p->bytes.len;
    c->now = p->time;
    layers_found found = layers_read(p, &s);
    c->n.unread += found == LAYERS_NOTHING;
    c->n.fragments += found == LAYERS_FRAGMENT;
    if (found == LAYERS_SEGMENT)
        flows_take(c, &s);
}

status capture_read(reader *in, arena *a, const capture_limits *limits, const capture_sink *sink,
                    capture_counts *ret, err *why)
{
    capture c = {.sink = sink, .now = WHEN_NONE};
    packets *from = arena_new(a, packets);
    packet p;
    bool more = true;
    if (!from)
        return ARENA_SPENT(a, why);
    status st = packets_open(from, in, a, why);
    if (st == OK)
        st = flows_open(&c, a, limits, why);
    if (st != OK)
        return st;
    buf_init(&c.line, CAPTURE_LINE_MAX);
    while ((st = packets_next(from, &p, &more, why)) == OK && more && c.st == OK)
        take(&c, &p);
    if (st == OK || st == ERR_INPUT) { /* what was seen is told, wherever it broke off */
        flows_end(&c);
        tell_counts(&c);
    }
    buf_done(&c.line);
    *ret = c.n;
    if (c.st == OK)
        return st;
    if (why)
        *why = c.why;
    return c.st;
}
