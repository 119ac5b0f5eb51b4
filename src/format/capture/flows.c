/* flows.c - conversations: who began, what came in which order, how it ended: see parts.h. */
#include "format/capture/parts.h"

#include "base/hash.h"

enum { TCP_IDLE_MS = 3600 * 1000, IDLE_MS = 300 * 1000 };
enum { PORT_DNS = 53, PORT_MDNS = 5353, PORT_LLMNR = 5355 };
enum { SLABS_MIN = 8 };
enum { STREAM_FAR = 1 << 30 }; /* bytes that a stream may pass over at once */

status flows_open(capture *c, arena *a, const capture_limits *limits, err *why)
{
    uint32_t flows = CAPTURE_WAYS, want = limits->flows ? limits->flows : CAPTURE_FLOWS;
    while (flows < want && flows < CAPTURE_FLOWS)
        flows *= 2;
    c->a = a;
    c->sets = flows / CAPTURE_WAYS;
    c->slab_max = limits->slabs && limits->slabs < CAPTURE_SLABS ? limits->slabs : CAPTURE_SLABS;
    c->slab_max = c->slab_max < SLABS_MIN ? SLABS_MIN : c->slab_max;
    c->flows = arena_array(a, flows, sizeof *c->flows);
    c->slabs = arena_array(a, c->slab_max + 1, sizeof *c->slabs);
    return c->flows && c->slabs ? OK : ARENA_SPENT(a, why);
}

/* --- slabs ----------------------------------------------------------------------------------- */

void slab_free(capture *c, uint16_t *which)
{
    slab *s = &c->slabs[*which];
    if (!*which)
        return;
    s->owner = NULL;
    s->next = c->slab_idle;
    c->slab_idle = *which;
    *which = 0;
}

static void give_up(capture *c, flow *f, int way)
{
    stream *t = &f->stream[way];
    if (!t->dead)
        c->n.given_up++;
    t->dead = true;
    t->have = 0;
    t->island_count = 0;
    slab_free(c, &t->slab);
}

/* The next in turn goes to somebody else. A flow has three at most, and is not robbed by itself. */
static void rob(capture *c, const flow *f)
{
    slab *s;
    do
        s = &c->slabs[++c->slab_turn % c->slab_count + 1];
    while (s->owner == f);
    if (s->what == SLAB_LINE)
        line_flush(c, s->owner);
    else
        give_up(c, s->owner, s->what);
}

uint16_t slab_take(capture *c, flow *f, int what)
{
    if (!c->slab_idle && c->slab_count < c->slab_max) {
        slab *made = &c->slabs[c->slab_count + 1];
        if (!(made->bytes = arena_array(c->a, CAPTURE_SLAB, 1))) {
            c->st = c->st == OK ? ARENA_SPENT(c->a, &c->why) : c->st;
            return 0;
        }
        c->slab_idle = (uint16_t)++c->slab_count;
    }
    if (!c->slab_idle)
        rob(c, f);
    uint16_t which = c->slab_idle;
    slab *s = &c->slabs[which];
    c->slab_idle = s->next;
    s->owner = f;
    s->what = (uint8_t)what;
    return which;
}

/* --- streams --------------------------------------------------------------------------------- */

/* An island that touches what is there is part of it. */
static void join_islands(stream *t)
{
    for (unsigned i = 0; i < t->island_count;) {
        island *s = &t->islands[i];
        if (s->at > t->have) {
            i++;
            continue;
        }
        t->have = s->end > t->have ? s->end : t->have;
        *s = t->islands[--t->island_count];
        i = 0;
    }
}

static void add_island(stream *t, size_t at, size_t end)
{
    for (unsigned i = 0; i < t->island_count; i++) {
        island *s = &t->islands[i];
        if (at > s->end || end < s->at)
            continue;
        s->at = (uint16_t)(at < s->at ? at : s->at);
        s->end = (uint16_t)(end > s->end ? end : s->end);
        return;
    }
    if (t->island_count < STREAM_ISLANDS)
        t->islands[t->island_count++] = (island){(uint16_t)at, (uint16_t)end};
}

/* The window goes on by n bytes, which may not be there yet. */
static void advance(capture *c, stream *t, uint64_t n)
{
    unsigned kept = 0;
    t->base += (uint32_t)n;
    if (n < CAPTURE_SLAB && (t->have > n || t->island_count))
        memmove(c->slabs[t->slab].bytes, c->slabs[t->slab].bytes + n, CAPTURE_SLAB - (size_t)n);
    for (unsigned i = 0; i < t->island_count; i++) {
        island s = t->islands[i];
        if (s.end <= n)
            continue;
        t->islands[kept++] = (island){(uint16_t)(s.at > n ? s.at - n : 0), (uint16_t)(s.end - n)};
    }
    t->island_count = (uint8_t)kept;
    t->have = t->have > n ? (uint16_t)(t->have - n) : 0;
    t->seen = 0;
    join_islands(t);
}

typedef uint64_t (*stream_reader)(capture *c, flow *f, int way, slice bytes, bool last);

static const stream_reader readers[] = {
    [APP_HTTP] = capture_http, [APP_TLS] = capture_tls, [APP_DNS] = capture_dns_stream};

/* What is spoken, from the first bytes of who began. */
static void recognise(flow *f, slice bytes)
{
    int http = http_is(bytes);
    if (f->port[FLOW_IN] == PORT_DNS)
        f->app = APP_DNS;
    else if (bytes.len && bytes.ptr[0] == 0x16)
        f->app = bytes.len < 2 ? APP_UNKNOWN : bytes.ptr[1] == 3 ? APP_TLS : APP_NONE;
    else if (http >= 0)
        f->app = http ? APP_HTTP : APP_NONE;
}

static void read_stream(capture *c, flow *f, int way, bool last)
{
    stream *t = &f->stream[way];
    size_t from = 0;
    while (!t->dead && t->slab && f->app > APP_NONE) {
        slice bytes = slice_of(c->slabs[t->slab].bytes + from, t->have - from);
        uint64_t n = readers[f->app](c, f, way, bytes, last);
        if (n > STREAM_FAR || (last && !n)) {
            t->dead = true;
            break;
        }
        if (n && n < bytes.len) {
            from += (size_t)n;
            continue;
        }
        n += from;
        from = 0;
        if (!n)
            break;
        advance(c, t, n);
        if (!t->have)
            break;
    }
    if (from && !t->dead)
        advance(c, t, from);
    if (t->dead || (!t->have && !t->island_count))
        slab_free(c, &t->slab);
}

static void hear(capture *c, flow *f, int way, bool last)
{
    stream *out = &f->stream[FLOW_OUT];
    if (f->app == APP_UNKNOWN && way == FLOW_OUT && out->slab) {
        recognise(f, slice_of(c->slabs[out->slab].bytes, out->have));
        if (f->app == APP_UNKNOWN && last)
            f->app = APP_NONE;
        if (f->app > APP_NONE && f->stream[FLOW_IN].slab) {
            read_stream(c, f, FLOW_OUT, false);
            read_stream(c, f, FLOW_IN, false);
        }
    }
    if (f->app == APP_NONE) {
        slab_free(c, &f->stream[FLOW_OUT].slab);
        slab_free(c, &f->stream[FLOW_IN].slab);
        f->stream[FLOW_OUT].dead = f->stream[FLOW_IN].dead = true;
    }
    if (f->app > APP_NONE)
        read_stream(c, f, way, last);
}

/* Puts as much of it into the window as there is room for; returns how much. */
static size_t store(capture *c, flow *f, int way, size_t at, slice bytes)
{
    stream *t = &f->stream[way];
    if (!t->slab)
        t->slab = slab_take(c, f, way);
    if (!t->slab)
        return 0;
    size_t end = at + bytes.len < CAPTURE_SLAB ? at + bytes.len : CAPTURE_SLAB;
    size_t from = at < t->have ? t->have : at; /* what came first counts */
    if (from < end)
        memcpy(c->slabs[t->slab].bytes + from, bytes.ptr + (from - at), end - from);
    add_island(t, at, end);
    join_islands(t);
    return end - at;
}

static void take_bytes(capture *c, flow *f, int way, uint32_t sequence, slice bytes)
{
    stream *t = &f->stream[way];
    while (bytes.len && !t->dead && c->st == OK) {
        int32_t at = (int32_t)(sequence - t->base);
        size_t old = at < 0 ? (size_t) - (int64_t)at : 0;
        old = old < bytes.len ? old : bytes.len;
        bytes = slice_from(bytes, old);
        sequence += (uint32_t)old;
        at += (int32_t)old;
        if (!bytes.len)
            return;
        if (at >= CAPTURE_SLAB) { /* what is missing in front of it will not come any more */
            give_up(c, f, way);
            return;
        }
        uint32_t base = t->base;
        size_t n = store(c, f, way, (size_t)at, bytes);
        bytes = slice_from(bytes, n);
        sequence += (uint32_t)n;
        hear(c, f, way, false);
        if (bytes.len && t->base == base && !t->dead) {
            hear(c, f, way, true); /* the window is full */
            if (t->base == base && !t->dead)
                give_up(c, f, way);
        }
    }
}

/* --- conversations --------------------------------------------------------------------------- */

/* How it went, as the log says it. */
static slice state_of(const flow *f)
{
    if (f->protocol != IP_TCP)
        return f->packets[FLOW_IN] ? S("answered") : S("unanswered");
    if (f->refused)
        return S("refused");
    if (f->syn && !f->packets[FLOW_IN])
        return S("unanswered");
    return f->closed ? S("closed") : S("open");
}

static void tell_flow(capture *c, const flow *f)
{
    char text[WHEN_TEXT_MAX];
    line_begin(c, "flow", f, f->first, f->from);
    if (f->last != WHEN_NONE)
        line_text(c, "end", slice_str(when_iso(f->last, text)), sizeof text);
    line_text(c, "state", state_of(f), 16);
    line_number(c, "packets_out", f->packets[FLOW_OUT]);
    line_number(c, "packets_in", f->packets[FLOW_IN]);
    line_number(c, "bytes_out", f->bytes[FLOW_OUT]);
    line_number(c, "bytes_in", f->bytes[FLOW_IN]);
    line_end(c);
}

static void finish(capture *c, flow *f)
{
    c->closing = true;
    hear(c, f, FLOW_OUT, true);
    hear(c, f, FLOW_IN, true);
    c->closing = false;
    line_flush(c, f);
    slab_free(c, &f->stream[FLOW_OUT].slab);
    slab_free(c, &f->stream[FLOW_IN].slab);
    tell_flow(c, f);
    f->used = false;
}

static bool is_peer(const flow *f, int way, const ip *a, uint16_t port)
{
    return f->port[way] == port && memcmp(&f->peer[way], a, sizeof *a) == 0;
}

/* The same whoever speaks. */
static flow *set_of(capture *c, const segment *s)
{
    static const uint8_t key[16] = {0};
    uint8_t one[19], two[19], both[38];
    memcpy(one, &s->source, 16);
    memcpy(two, &s->destination, 16);
    memcpy(one + 16, &s->source_port, 2);
    memcpy(two + 16, &s->destination_port, 2);
    one[18] = two[18] = s->protocol;
    bool first = memcmp(one, two, sizeof one) <= 0;
    memcpy(both, first ? one : two, sizeof one);
    memcpy(both + sizeof one, first ? two : one, sizeof two);
    uint64_t h = siphash(key, slice_of((const char *)both, sizeof both));
    return c->flows + (size_t)(h % c->sets) * CAPTURE_WAYS;
}

static flow *find(flow *set, const segment *s, int *ret_way)
{
    for (flow *f = set; f < set + CAPTURE_WAYS; f++) {
        if (!f->used || f->protocol != s->protocol)
            continue;
        for (int way = FLOW_OUT; way < FLOW_WAYS; way++)
            if (is_peer(f, way, &s->source, s->source_port) &&
                is_peer(f, 1 - way, &s->destination, s->destination_port)) {
                *ret_way = way;
                return f;
            }
    }
    return NULL;
}

/* The same ports, and yet another conversation. */
static bool is_another(const capture *c, const flow *f, const segment *s)
{
    when idle = f->protocol == IP_TCP ? TCP_IDLE_MS : IDLE_MS;
    if (f->protocol == IP_TCP && (s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
        (f->closed || f->bytes[FLOW_OUT] || f->bytes[FLOW_IN]))
        return true;
    return c->now != WHEN_NONE && f->last != WHEN_NONE && c->now - f->last > idle;
}

static flow *make(capture *c, flow *set, const segment *s, int *ret_way)
{
    flow *f = set;
    for (flow *other = set; other < set + CAPTURE_WAYS; other++)
        if (f->used && (!other->used || other->touched < f->touched))
            f = other;
    if (f->used) {
        finish(c, f);
        c->n.evicted++;
    }
    /* Of a connection whose beginning was not recorded the lower port is who answers. */
    bool back = s->protocol == IP_TCP && s->flags & TCP_SYN ? (s->flags & TCP_ACK) != 0
                                                            : s->source_port < s->destination_port;
    *ret_way = back ? FLOW_IN : FLOW_OUT;
    *f = (flow){.used = true,
                .protocol = s->protocol,
                .first = c->now,
                .last = WHEN_NONE,
                .from = c->n.packets};
    f->peer[*ret_way] = s->source;
    f->port[*ret_way] = s->source_port;
    f->peer[1 - *ret_way] = s->destination;
    f->port[1 - *ret_way] = s->destination_port;
    c->n.flows++;
    return f;
}

static void take_tcp(capture *c, flow *f, int way, const segment *s)
{
    stream *t = &f->stream[way];
    uint32_t sequence = s->sequence;
    if (s->flags & TCP_SYN) {
        sequence++;
        f->syn |= way == FLOW_OUT;
        if (!t->begun)
            t->base = sequence;
        t->begun = true;
    }
    if (!t->begun && s->length) {
        t->base = sequence;
        t->begun = true;
    }
    take_bytes(c, f, way, sequence, s->bytes);
    t->ended |= (s->flags & TCP_FIN) != 0;
    if (s->flags & TCP_RST) {
        f->refused |= way == FLOW_IN && f->syn && !f->stream[FLOW_IN].begun;
        f->closed = true;
    }
    f->closed |= f->stream[FLOW_OUT].ended && f->stream[FLOW_IN].ended;
}

static bool is_dns(const segment *s)
{
    static const uint16_t ports[] = {PORT_DNS, PORT_MDNS, PORT_LLMNR};
    for (size_t i = 0; i < COUNT_OF(ports); i++)
        if (s->source_port == ports[i] || s->destination_port == ports[i])
            return true;
    return false;
}

void flows_take(capture *c, const segment *s)
{
    flow *set = set_of(c, s);
    int way = FLOW_OUT;
    flow *f = find(set, s, &way);
    if (f && is_another(c, f, s)) {
        finish(c, f);
        f = NULL;
    }
    if (!f)
        f = make(c, set, s, &way);
    f->packets[way]++;
    f->bytes[way] += s->length;
    f->touched = c->n.packets;
    if (c->now != WHEN_NONE && (f->last == WHEN_NONE || c->now > f->last))
        f->last = c->now;
    if (s->protocol == IP_TCP)
        take_tcp(c, f, way, s);
    else if (s->protocol == IP_UDP && is_dns(s) && !capture_dns(c, f, way, s->bytes))
        c->n.unread++;
}

void flows_end(capture *c)
{
    for (size_t i = 0; i < (size_t)c->sets * CAPTURE_WAYS; i++)
        if (c->flows[i].used)
            finish(c, &c->flows[i]);
}
