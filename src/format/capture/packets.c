/* packets.c - PCAP and PCAPNG: the packets in a capture, see parts.h.
 * Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. */
#include "format/capture/parts.h"

enum {
    PACKETS_ROOM = 2 * CAPTURE_PACKET_MAX,
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    BLOCK_HEADER = 8,
    BLOCK_FRAME = 12,     /* and the length again behind it */
    LENGTH_MAX = 64 << 20 /* of a packet or block: over it, it is none */
};

#define PCAP_MICRO 0xa1b2c3d4u
#define PCAP_NANO 0xa1b23c4du
#define NG_SECTION 0x0a0d0d0au
#define NG_ORDER 0x1a2b3c4du

enum { NG_INTERFACE = 1, NG_OLD_PACKET = 2, NG_SIMPLE = 3, NG_PACKET = 6 };
enum { NG_END = 0, NG_TSRESOL = 9, NG_TSOFFSET = 14 };

/* --- bytes ----------------------------------------------------------------------------------- */

static uint32_t little(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint32_t number(const packets *p, const char *at)
{
    uint32_t n = little(at);
    return p->swapped ? __builtin_bswap32(n) : n;
}

static unsigned number16(const packets *p, const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return p->swapped ? (unsigned)b[0] << 8 | b[1] : (unsigned)b[1] << 8 | b[0];
}

/* At least n bytes in a row, n <= CAPTURE_PACKET_MAX and some; fewer only at the end. */
static status need(packets *p, size_t n, slice *ret, err *why)
{
    assert(n <= PACKETS_ROOM);
    if (p->have - p->used < n && p->used) {
        memmove(p->room, p->room + p->used, p->have - p->used);
        p->have -= p->used;
        p->used = 0;
    }
    while (p->have - p->used < n && !p->over) {
        size_t got = 0;
        status st = reader_read(p->in, p->room + p->have, PACKETS_ROOM - p->have, &got, why);
        if (st != OK)
            return st;
        p->have += got;
        p->over = got == 0;
    }
    *ret = slice_of(p->room + p->used, p->have - p->used);
    return OK;
}

static void use(packets *p, size_t n)
{
    p->used += n;
    p->at += n;
}

/* Goes on behind n bytes, which may be any number. */
static status skip(packets *p, uint64_t n, err *why)
{
    slice some;
    while (n) {
        status st = need(p, 1, &some, why);
        if (st != OK)
            return st;
        if (!some.len)
            return err_set(why, ERR_INPUT, p->at, "the capture is cut off");
        size_t take = n < some.len ? (size_t)n : some.len;
        use(p, take);
        n -= take;
    }
    return OK;
}

static status cut_off(const packets *p, err *why)
{
    return err_set(why, ERR_INPUT, p->at, "the capture is cut off");
}

/* --- time ------------------------------------------------------------------------------------ */

static when instant(const packets_link *l, uint64_t units)
{
    uint64_t whole = units / l->units, rest = units % l->units;
    uint64_t ms = l->units <= (uint64_t)1 << 53 ? rest * 1000 / l->units : rest / (l->units / 1000);
    int64_t seconds;
    if (whole > (uint64_t)WHEN_LAST / 1000 ||
        __builtin_add_overflow((int64_t)whole, l->offset_s, &seconds) ||
        seconds < WHEN_FIRST / 1000 || seconds >= WHEN_LAST / 1000)
        return WHEN_NONE;
    return seconds * 1000 + (when)ms;
}

/* --- opening --------------------------------------------------------------------------------- */

static bool is_pcap(uint32_t magic)
{
    return magic == PCAP_MICRO || magic == PCAP_NANO;
}

bool capture_is(slice head)
{
    if (head.len < 12)
        return false;
    uint32_t magic = little(head.ptr), order = little(head.ptr + 8);
    return is_pcap(magic) || is_pcap(__builtin_bswap32(magic)) ||
           (magic == NG_SECTION && (order == NG_ORDER || order == __builtin_bswap32(NG_ORDER)));
}

status packets_open(packets *p, reader *in, arena *a, err *why)
{
    slice head;
    *p = (packets){.in = in, .room = arena_array(a, PACKETS_ROOM, 1)};
    if (!p->room)
        return ARENA_SPENT(a, why);
    status st = need(p, FILE_HEADER, &head, why);
    if (st != OK)
        return st;
    if (!capture_is(head))
        return err_set(why, ERR_INPUT, 0, "no capture");
    uint32_t magic = little(head.ptr);
    p->ng = magic == NG_SECTION;
    if (p->ng)
        return OK;
    if (head.len < FILE_HEADER)
        return cut_off(p, why);
    p->swapped = !is_pcap(magic);
    bool nano = number(p, head.ptr) == PCAP_NANO;
    /* the upper bits say how a frame ends, which nobody here needs */
    p->link[p->link_count++] = (packets_link){.type = number(p, head.ptr + 20) & 0xffff,
                                              .units = nano ? 1000000000u : 1000000u};
    use(p, FILE_HEADER);
    return OK;
}

/* --- packets --------------------------------------------------------------------------------- */

/* The packet that follows, `length` bytes, and what stands between it and the next. */
static status take(packets *p, uint32_t length, uint64_t behind, packet *ret, err *why)
{
    slice bytes;
    size_t some = length < CAPTURE_PACKET_MAX ? length : CAPTURE_PACKET_MAX;
    status st = need(p, some, &bytes, why);
    if (st != OK)
        return st;
    if (bytes.len < some)
        return cut_off(p, why);
    uint64_t rest = length - some + behind;
    ret->bytes = slice_sub(bytes, 0, some);
    use(p, some);
    /* what is in the room may not move while the packet is read */
    if (rest <= p->have - p->used) {
        use(p, (size_t)rest);
        return OK;
    }
    char *kept = p->room + PACKETS_ROOM - some;
    uint64_t more = rest - (p->have - p->used);
    p->at += rest - more;
    memmove(kept, ret->bytes.ptr, some);
    ret->bytes = slice_of(kept, some);
    p->used = p->have = 0;
    while (more) {
        size_t got = 0, room = PACKETS_ROOM - some;
        st = reader_read(p->in, p->room, more < room ? (size_t)more : room, &got, why);
        if (st != OK)
            return st;
        if (!got)
            return cut_off(p, why);
        p->at += got;
        more -= got;
    }
    return OK;
}

static status next_record(packets *p, packet *ret, bool *ret_more, err *why)
{
    slice head;
    status st = need(p, RECORD_HEADER, &head, why);
    if (st != OK)
        return st;
    *ret_more = head.len != 0;
    if (!head.len)
        return OK;
    if (head.len < RECORD_HEADER)
        return cut_off(p, why);
    uint64_t units = number(p, head.ptr) * p->link[0].units + number(p, head.ptr + 4);
    uint32_t length = number(p, head.ptr + 8);
    if (length > LENGTH_MAX)
        return err_set(why, ERR_INPUT, p->at, "a packet of %u bytes: the capture is damaged",
                       length);
    use(p, RECORD_HEADER);
    *ret = (packet){.link = p->link[0].type, .known = true, .time = instant(&p->link[0], units)};
    return take(p, length, 0, ret, why);
}

/* --- blocks of PCAPNG ------------------------------------------------------------------------ */

/* The clock of an interface: options, each a code, a length and that many bytes in fours. */
static void read_options(const packets *p, slice rest, packets_link *l)
{
    while (rest.len >= 4) {
        unsigned code = number16(p, rest.ptr), length = number16(p, rest.ptr + 2);
        slice value = slice_sub(rest, 4, 4 + (size_t)length);
        if (code == NG_END || value.len < length)
            return;
        if (code == NG_TSRESOL && length == 1) {
            unsigned n = (unsigned char)value.ptr[0] & 0x7f;
            bool two = (value.ptr[0] & 0x80) != 0;
            l->units = two && n < 63 ? (uint64_t)1 << n : 1;
            for (unsigned i = 0; !two && i < n && n < 19; i++)
                l->units *= 10;
        } else if (code == NG_TSOFFSET && length == 8) {
            uint64_t low = number(p, value.ptr + (p->swapped ? 4 : 0));
            uint64_t high = number(p, value.ptr + (p->swapped ? 0 : 4));
            l->offset_s = (int64_t)(high << 32 | low);
        }
        rest = slice_from(rest, 4 + (((size_t)length + 3) & ~(size_t)3));
    }
}

/* More interfaces than there is room for are unknown ones. */
static void add_interface(packets *p, slice body)
{
    packets_link l = {.units = 1000000};
    if (body.len < 8 || p->link_count == PACKETS_LINKS_MAX)
        return;
    l.type = number16(p, body.ptr);
    read_options(p, slice_from(body, 8), &l);
    p->link[p->link_count++] = l;
}

/* The packet of a block: its header, then itself, then options. */
static status take_block(packets *p, uint32_t type, uint32_t length, packet *ret, err *why)
{
    slice head;
    uint32_t header = type == NG_SIMPLE ? 4 : 20, body = length - BLOCK_FRAME, captured;
    status st = need(p, BLOCK_HEADER + header, &head, why);
    if (st != OK)
        return st;
    if (head.len < BLOCK_HEADER + header)
        return cut_off(p, why);
    if (body < header)
        return err_set(why, ERR_INPUT, p->at, "a block of %u bytes: the capture is damaged",
                       length);
    const char *h = head.ptr + BLOCK_HEADER;
    uint32_t from = 0;
    uint64_t units = 0;
    if (type == NG_SIMPLE) {
        captured = number(p, h);
        captured = captured < body - header ? captured : body - header;
    } else {
        from = type == NG_PACKET ? number(p, h) : number16(p, h);
        units = (uint64_t)number(p, h + 4) << 32 | number(p, h + 8);
        captured = number(p, h + 12);
    }
    if (captured > body - header)
        return err_set(why, ERR_INPUT, p->at, "a packet of %u bytes: the capture is damaged",
                       captured);
    *ret = (packet){.known = from < p->link_count, .time = WHEN_NONE};
    if (ret->known) {
        ret->link = p->link[from].type;
        ret->time = type == NG_SIMPLE ? WHEN_NONE : instant(&p->link[from], units);
    }
    use(p, BLOCK_HEADER + header);
    return take(p, captured, body - header - captured + 4, ret, why);
}

/* A section: whose order of bytes may be another, and whose interfaces are its own. */
static status begin_section(packets *p, err *why)
{
    slice head;
    status st = need(p, 12, &head, why);
    if (st != OK)
        return st;
    if (head.len < 12)
        return cut_off(p, why);
    uint32_t order = little(head.ptr + 8);
    p->swapped = order != NG_ORDER;
    p->link_count = 0;
    if (p->swapped && order != __builtin_bswap32(NG_ORDER))
        return err_set(why, ERR_INPUT, p->at, "a section in no order of bytes");
    return OK;
}

static status next_block(packets *p, packet *ret, bool *ret_more, err *why)
{
    for (;;) {
        slice head;
        status st = need(p, BLOCK_HEADER, &head, why);
        if (st != OK)
            return st;
        *ret_more = head.len != 0;
        if (!head.len)
            return OK;
        if (head.len < BLOCK_HEADER)
            return cut_off(p, why);
        uint32_t type = number(p, head.ptr); /* of a section it is the same in both orders */
        if (type == NG_SECTION && (st = begin_section(p, why)) != OK)
            return st;
        if ((st = need(p, BLOCK_HEADER, &head, why)) != OK)
            return st;
        uint32_t length = number(p, head.ptr + 4);
        if (length < BLOCK_FRAME || length > LENGTH_MAX || length % 4)
            return err_set(why, ERR_INPUT, p->at, "a block of %u bytes: the capture is damaged",
                           length);
        if (type == NG_PACKET || type == NG_SIMPLE || type == NG_OLD_PACKET)
            return take_block(p, type, length, ret, why);
        if (type == NG_INTERFACE) {
            size_t some = length < CAPTURE_PACKET_MAX ? length : CAPTURE_PACKET_MAX;
            if ((st = need(p, some, &head, why)) != OK)
                return st;
            if (head.len < some)
                return cut_off(p, why);
            add_interface(p, slice_sub(head, BLOCK_HEADER, some < length ? some : some - 4));
        }
        if ((st = skip(p, length, why)) != OK)
            return st;
    }
}

status packets_next(packets *p, packet *ret, bool *ret_more, err *why)
{
    return p->ng ? next_block(p, ret, ret_more, why) : next_record(p, ret, ret_more, why);
}
