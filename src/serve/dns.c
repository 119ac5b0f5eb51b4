/* dns.c - see dns.h. */
#include "serve/dns.h"

enum {
    HEADER_BYTES = 12,
    NAME_MAX_BYTES = 255,
    LABELS_MAX = 127,
    QUESTIONS_AT = 4, /* offsets of counts in the header */
    ANSWERS_AT = 6,
    AUTHORITY_AT = 8,
    ADDITIONAL_AT = 10,
    SHA256_HALF = 32, /* digits of one of its two labels */
    STRING_MAX = 255, /* bytes of one string of a TXT record */
};
enum { TYPE_SOA = 6, TYPE_TXT = 16, TYPE_OPT = 41, TYPE_ANY = 255, CLASS_IN = 1, CLASS_ANY = 255 };
enum { BIT_QR = 0x80, BIT_AA = 0x04, BIT_TC = 0x02, BIT_RD = 0x01 }; /* of the third byte */
enum {
    CODE_OK = 0,
    CODE_FORMERR = 1,
    CODE_SERVFAIL = 2,
    CODE_NXDOMAIN = 3,
    CODE_NOTIMP = 4,
    CODE_REFUSED = 5,
    CODE_BADVERS = 16
};
enum { NAME_AT_QUESTION = 0xc000 | HEADER_BYTES }; /* a pointer to the asked name */

typedef struct question {
    slice message;
    slice label[LABELS_MAX]; /* of the name, the root not counted */
    size_t labels;
    size_t name_bytes; /* with lengths and root */
    unsigned type, class;
    bool whole; /* there is a question that can be echoed */
    bool edns;
    unsigned udp_bytes, edns_version;
} question;

static unsigned number16(slice s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.ptr + at;
    return (unsigned)p[0] << 8 | p[1];
}

/* --- reading -------------------------------------------------------------------------------- */

/* A name without pointers, which a question has no reason for. */
static bool read_name(slice m, size_t *at, question *q)
{
    size_t from = *at;
    for (;;) {
        if (*at >= m.len)
            return false;
        size_t n = (unsigned char)m.ptr[(*at)++];
        if (!n)
            break;
        if (n > 63 || n > m.len - *at || q->labels == LABELS_MAX)
            return false;
        q->label[q->labels++] = slice_sub(m, *at, *at + n);
        *at += n;
    }
    q->name_bytes = *at - from;
    return q->name_bytes <= NAME_MAX_BYTES;
}

/* Of what follows the question only EDNS is of interest: OPT has the root as its name. */
static bool read_additional(slice m, size_t at, size_t count, question *q)
{
    for (; count; count--) {
        question other = {0};
        if (!read_name(m, &at, &other) || m.len - at < 10)
            return false;
        unsigned type = number16(m, at), class = number16(m, at + 2);
        unsigned version = (unsigned char)m.ptr[at + 5], bytes = number16(m, at + 8);
        at += 10;
        if (bytes > m.len - at)
            return false;
        at += bytes;
        if (type != TYPE_OPT)
            continue;
        if (q->edns || other.labels)
            return false;
        q->edns = true;
        q->udp_bytes = class;
        q->edns_version = version;
    }
    return at == m.len;
}

/* CODE_OK, or what is wrong with it. */
static unsigned read_question(slice m, question *q)
{
    size_t at = HEADER_BYTES;
    unsigned opcode = (unsigned char)m.ptr[2] >> 3 & 15;
    if (opcode)
        return CODE_NOTIMP;
    if (m.len > DNS_QUERY_MAX || number16(m, QUESTIONS_AT) != 1 || number16(m, ANSWERS_AT) ||
        number16(m, AUTHORITY_AT))
        return CODE_FORMERR;
    if (!read_name(m, &at, q) || m.len - at < 4)
        return CODE_FORMERR;
    q->type = number16(m, at);
    q->class = number16(m, at + 2);
    q->whole = true;
    if (!read_additional(m, at + 4, number16(m, ADDITIONAL_AT), q)) {
        q->edns = false;
        return CODE_FORMERR;
    }
    return q->edns && q->edns_version ? CODE_BADVERS : CODE_OK;
}

/* --- the name ------------------------------------------------------------------------------- */

/* How many labels in front stand before "dns" and the zone; -1: the name is not of it. */
static int labels_in_front(const dns_zone *z, const question *q)
{
    slice rest = z->zone, name;
    size_t of_zone = 0, front;
    if (!z->zone.len) { /* any: "dns" is the second label or, behind a SHA-256, the third */
        for (front = 0; front < q->labels && front <= 2; front++)
            if (slice_eq_nocase(q->label[front], S("dns")))
                return (int)front;
        return -1;
    }
    while (slice_cut(&rest, '.', &name))
        of_zone++;
    if (q->labels < of_zone + 1)
        return -1;
    front = q->labels - of_zone - 1;
    if (!slice_eq_nocase(q->label[front], S("dns")))
        return -1;
    rest = z->zone;
    for (size_t i = front + 1; slice_cut(&rest, '.', &name); i++)
        if (!slice_eq_nocase(q->label[i], name))
            return -1;
    return (int)front;
}

static kind kind_of_labels(const question *q, size_t front)
{
    if (front == 2 && q->label[0].len == SHA256_HALF && q->label[1].len == SHA256_HALF)
        return KIND_SHA256;
    return front == 1 ? fact_digest_kind(q->label[0].len) : KIND_NONE; /* a label has at most 63 */
}

/* OK and KIND_NONE: the labels in front are no hash. */
static status read_hash(arena *a, const question *q, size_t front, node_ref *ret, err *why)
{
    *ret = (node_ref){.kind = kind_of_labels(q, front)};
    if (ret->kind == KIND_NONE)
        return OK;
    char *hex = arena_alloc(a, 2 * fact_digest_bytes(ret->kind));
    size_t n = 0;
    if (!hex)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < front; i++)
        for (size_t k = 0; k < q->label[i].len; k++) {
            if (hex_value(q->label[i].ptr[k]) < 0) {
                ret->kind = KIND_NONE;
                return OK;
            }
            hex[n++] = to_lower(q->label[i].ptr[k]);
        }
    ret->text = slice_of(hex, n);
    return OK;
}

/* --- writing -------------------------------------------------------------------------------- */

static void put16(buf *b, unsigned n)
{
    buf_byte(b, (char)(n >> 8));
    buf_byte(b, (char)n);
}

static void put32(buf *b, uint32_t n)
{
    put16(b, n >> 16);
    put16(b, n & 0xffff);
}

static void put_record(buf *b, unsigned name, unsigned type, uint32_t ttl, size_t bytes)
{
    put16(b, name);
    put16(b, type);
    put16(b, CLASS_IN);
    put32(b, ttl);
    put16(b, (unsigned)bytes);
}

static void put_txt(buf *b, uint32_t ttl, slice text)
{
    slice rest = slice_sub(text, 0, DNS_TEXT_MAX);
    put_record(b, NAME_AT_QUESTION, TYPE_TXT, ttl,
               rest.len + rest.len / STRING_MAX + (rest.len % STRING_MAX != 0 || !rest.len));
    do {
        slice part = slice_sub(rest, 0, STRING_MAX);
        buf_byte(b, (char)part.len);
        buf_put(b, part);
        rest = slice_from(rest, part.len);
    } while (rest.len);
}

/* Of the zone, dns.<zone>: its name and its server's are pointers into the question. Negative
 * answers live as long as its last number says. */
static void put_soa(buf *b, const question *q, size_t front, uint32_t ttl)
{
    enum { SOA_BYTES = 2 + 1 + 5 * 4, REFRESH = 3600, RETRY = 900, EXPIRE = 86400, SERIAL = 1 };
    unsigned apex = NAME_AT_QUESTION;
    for (size_t i = 0; i < front; i++)
        apex += (unsigned)q->label[i].len + 1;
    put_record(b, apex, TYPE_SOA, ttl, SOA_BYTES);
    put16(b, apex);
    buf_byte(b, 0);
    put32(b, SERIAL);
    put32(b, REFRESH);
    put32(b, RETRY);
    put32(b, EXPIRE);
    put32(b, ttl);
}

static void put_opt(buf *b, unsigned code)
{
    buf_byte(b, 0);
    put16(b, TYPE_OPT);
    put16(b, DNS_UDP_MAX);
    buf_byte(b, (char)(code >> 4));
    buf_byte(b, 0);
    put16(b, 0);
    put16(b, 0);
}

enum { OPT_BYTES = 11 };

typedef struct answer {
    unsigned code;
    bool ours; /* the name is of the zone */
    size_t front;
    dns_texts texts;
    bool soa;
} answer;

static void set16(buf *b, size_t at, unsigned n)
{
    if (b->failed)
        return;
    b->ptr[at] = (char)(n >> 8);
    b->ptr[at + 1] = (char)n;
}

static void put_head(buf *b, const question *q, const answer *w)
{
    const unsigned char *p = (const unsigned char *)q->message.ptr;
    buf_put(b, slice_sub(q->message, 0, 2));
    buf_byte(b, (char)(BIT_QR | (p[2] & (15 << 3 | BIT_RD)) | (w->ours ? BIT_AA : 0)));
    buf_byte(b, (char)(w->code & 15));
    put16(b, q->whole);
    put16(b, 0);
    put16(b, 0);
    put16(b, q->edns);
    if (q->whole)
        buf_put(b, slice_sub(q->message, HEADER_BYTES, HEADER_BYTES + q->name_bytes + 4));
}

static size_t room_of(const question *q, bool stream)
{
    if (stream)
        return DNS_REPLY_MAX;
    size_t offered = q->edns && q->udp_bytes > 512 ? q->udp_bytes : 512;
    size_t most = offered < DNS_UDP_MAX ? offered : DNS_UDP_MAX;
    size_t twice = DNS_FACTOR * q->message.len;
    return twice < most ? twice : most;
}

/* Records as far as they fit; those that did not are told by the truncation bit. */
static void put_answer(buf *b, const question *q, const answer *w, uint32_t ttl, bool stream)
{
    size_t room = room_of(q, stream) - (q->edns ? OPT_BYTES : 0), fits, answers = 0;
    put_head(b, q, w);
    for (fits = b->len; answers < w->texts.count; answers++) {
        put_txt(b, ttl, w->texts.at[answers]);
        if (b->len > room)
            break;
        fits = b->len;
    }
    bool cut = answers < w->texts.count;
    if (w->soa) {
        put_soa(b, q, w->front, ttl);
        if (b->len <= room) {
            fits = b->len;
            set16(b, AUTHORITY_AT, 1);
        }
    }
    if (!b->failed)
        b->len = fits;
    set16(b, ANSWERS_AT, (unsigned)answers);
    if (cut && !b->failed)
        b->ptr[2] |= BIT_TC;
    if (q->edns)
        put_opt(b, w->code);
}

/* --- both ----------------------------------------------------------------------------------- */

static status find(const dns_zone *z, arena *a, const question *q, answer *w, err *why)
{
    node_ref hash;
    int front = labels_in_front(z, q);
    if (front < 0 || (q->class != CLASS_IN && q->class != CLASS_ANY)) {
        w->code = CODE_REFUSED;
        return OK;
    }
    w->ours = true;
    w->front = (size_t)front;
    status st = read_hash(a, q, w->front, &hash, why);
    if (st == OK && hash.kind != KIND_NONE && z->find(z->ctx, a, hash, &w->texts, NULL) != OK) {
        *w = (answer){.code = CODE_SERVFAIL};
        return OK;
    }
    if (st != OK)
        return st;
    w->code = front && !w->texts.count ? CODE_NXDOMAIN : CODE_OK;
    if (q->type != TYPE_TXT && q->type != TYPE_ANY) /* it is there, and has nothing of that type */
        w->texts.count = 0;
    w->soa = !w->texts.count;
    return OK;
}

status dns_reply(const dns_zone *z, arena *a, slice query, bool stream, buf *reply, err *why)
{
    question q = {.message = query};
    answer w = {0};
    if (query.len < HEADER_BYTES || (unsigned char)query.ptr[2] & BIT_QR)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no question");
    w.code = read_question(query, &q);
    if (w.code == CODE_OK) {
        status st = find(z, a, &q, &w, why);
        if (st != OK)
            return st;
    }
    put_answer(reply, &q, &w, z->ttl_s, stream);
    return buf_status(reply, why);
}

bool dns_cut(slice query, buf *reply)
{
    if (query.len < HEADER_BYTES || (unsigned char)query.ptr[2] & BIT_QR)
        return false;
    buf_put(reply, query);
    if (reply->failed)
        return false;
    unsigned flags = (unsigned char)query.ptr[2] & ~(unsigned)(BIT_AA | BIT_TC);
    reply->ptr[2] = (char)(flags | BIT_QR | BIT_TC);
    reply->ptr[3] = 0;
    return true;
}
