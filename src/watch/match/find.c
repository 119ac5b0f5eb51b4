/* find.c - what stands at a place of the text, and is it in the table: see scan.h. */
#include "watch/match/scan.h"

#include "model/domain.h"

#define INLINE static inline __attribute__((always_inline))

/* --- looking up ----------------------------------------------------------------------------- */

static slice bytes_of(const void *p, size_t n)
{
    return slice_of(p, n);
}

/* The records of a key that is no name: all are hits, but for hosts. True: it is a host, too. */
static bool look_up(matcher *m, key_class c, uint64_t h, slice key, size_t from, size_t to)
{
    record r;
    bool host = false;
    uint64_t at = 0;
    if (filter_says_no(m->t, h))
        return false;
    while (table_next(m->t, c, h, key, &at, &r)) {
        if (r.host)
            host = true;
        else
            hit_add(m, from, to, r.kind, MATCH_EXACT, r.id);
    }
    return host;
}

void find_nets(matcher *m, const ip *a, size_t from, size_t to)
{
    for (const match_net *n = net_first(m->t, a); n; n = net_up(m->t, n))
        hit_add(m, from, to, KIND_CIDR, MATCH_COVERS, n->id);
}

static void look_up_ip4(matcher *m, uint32_t number, size_t from, size_t to)
{
    uint8_t key[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                      (uint8_t)number};
    ip a = ip4_make(number);
    char text[IP_TEXT_MAX];
    if (look_up(m, CLASS_IP4, hash_ip4(m->t, number), bytes_of(key, 4), from, to))
        url_at(m, slice_of(text, ip_print(&a, text)), from, to);
}

/* The name [begin, to) as a text in lower case. */
static size_t fold(const piece *p, size_t begin, size_t to, uint8_t out[DOMAIN_MAX + 1])
{
    size_t n = to - begin;
    assert(n <= DOMAIN_MAX);
    for (size_t i = 0; i < n; i++)
        out[i] = byte_fold(p->text[begin + i]);
    return n;
}

/* The end [part, to) of the run [from, to) is looked up. The run's name begins at `begin`. */
static void look_up_name(matcher *m, const piece *p, uint64_t h, size_t from, size_t begin,
                         size_t part, size_t to)
{
    uint8_t name[DOMAIN_MAX + 1];
    uint64_t at = 0;
    record r;
    slice key = bytes_of(name, fold(p, part, to, name));
    size_t raw_from = piece_from(p, begin), raw_to = piece_to(p, to - 1);
    bool host = false;
    while (table_next(m->t, CLASS_NAME, h, key, &at, &r)) {
        if (r.host)
            host = part == begin;
        else if (r.kind == KIND_DOMAIN)
            hit_add(m, raw_from, raw_to, r.kind, part == begin ? MATCH_EXACT : MATCH_PARENT, r.id);
        else if (part == from)
            hit_add(m, raw_from, raw_to, r.kind, MATCH_EXACT, r.id);
    }
    if (host)
        url_at(m, key, raw_from, raw_to);
}

bool read_ip4(const uint8_t *p, size_t n, uint32_t *ret)
{
    uint32_t number = 0, part = 0, digits = 0, dots = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned c = p[i] - (unsigned)'0';
        if (c < 10 && !(digits && part == 0)) {
            part = part * 10 + c;
            if (++digits > 3)
                return false;
        } else if (p[i] == '.' && digits && part < 256 && ++dots < 4) {
            number = number << 8 | part;
            part = digits = 0;
        } else {
            return false;
        }
    }
    *ret = number << 8 | part;
    return dots == 3 && digits && part < 256;
}

/* Eight hexadecimal digits, the first lowest, become four bytes, the first lowest. */
static uint32_t eight_digits(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    w = (w & 0x0f0f0f0f0f0f0f0fu) + 9 * (w >> 6 & 0x0101010101010101u);
    w = (w << 4 | w >> 8) & 0x00ff00ff00ff00ffu; /* pairs */
    w = (w | w >> 8) & 0x0000ffff0000ffffu;
    return (uint32_t)(w | w >> 16);
}

/* n digits, an even number, as bytes. */
static void read_hex(const uint8_t *p, size_t n, uint8_t digest[HEX_BYTES_MAX])
{
    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint32_t four = eight_digits(p + i);
        memcpy(digest + i / 2, &four, 4);
    }
    for (size_t i = n - n % 8; i < n; i += 2)
        digest[i / 2] = (uint8_t)(hex_value((char)p[i]) << 4 | hex_value((char)p[i + 1]));
}

static void look_up_hex(matcher *m, const piece *p, size_t from, size_t to)
{
    uint8_t digest[HEX_BYTES_MAX];
    size_t n = to - from;
    read_hex(p->text + from, n, digest);
    look_up(m, CLASS_HEX, hash_digits(m->t, p->text + from, n), bytes_of(digest, n / 2),
            piece_from(p, from), piece_to(p, to - 1));
}

static __attribute__((noinline)) void look_up_candidate(matcher *m, const candidate *c)
{
    piece p = {m->w.text, m->w.high, NULL, 0};
    size_t from = c->from, to = from + c->len;
    uint32_t ip4;
    if (c->part == PART_HEX)
        look_up_hex(m, &p, from, to);
    else if (c->part != PART_IP4)
        look_up_name(m, &p, c->hash, from, name_begin(p.text, from, to), from + c->part, to);
    else if (read_ip4(p.text + from, c->len, &ip4))
        look_up_ip4(m, ip4, from, to);
}

INLINE void look_up_ring(matcher *m)
{
    const match_table *t = m->t;
    const candidate *end = m->ring + m->ring_count;
    for (const candidate *c = m->ring; c < end; c++)
        if (__builtin_expect(!filter_says_no(t, c->hash), 0))
            look_up_candidate(m, c);
    m->ring_count = 0;
}

#ifdef __x86_64__
__attribute__((target(BLOCK_256))) static void look_up_avx2(matcher *m)
{
    look_up_ring(m);
}
#endif

void flush_ring(matcher *m)
{
#ifdef __x86_64__
    if (m->level > 0) {
        look_up_avx2(m);
        return;
    }
#endif
    look_up_ring(m);
}

/* --- names and IPv4 ------------------------------------------------------------------------- */

static bool tld_known(const uint8_t *name, size_t n)
{
    return domain_tld_known(bytes_of(name, n));
}

/* The same labels come again and again, and asking costs as much as all else that a name does. */
static bool top_known(matcher *m, const piece *p, size_t from, size_t to)
{
    uint8_t label[DOMAIN_MAX + 1];
    if (to - from > 8)
        return tld_known(label, fold(p, from, to, label));
    uint64_t key = load_part(p->text + from, to - from);
    top_label *t = &m->tops[hash_last(key) % SCAN_TOPS];
    if (t->label != key)
        *t = (top_label){key, tld_known(label, fold(p, from, to, label))};
    return t->known;
}

void seen_name(matcher *m, const piece *p, size_t begin, size_t to)
{
    uint8_t name[DOMAIN_MAX + 1];
    size_t last = to;
    while (last > begin && p->text[last - 1] != '.')
        last--;
    if (last > begin && top_known(m, p, last, to))
        seen_add(m, piece_from(p, begin), piece_to(p, to - 1), KIND_DOMAIN,
                 bytes_of(name, fold(p, begin, to, name)));
}

/* Every end of the name is looked up. The last label is one that a name may end in. */
static void look_up_labels(matcher *m, const piece *p, size_t from, size_t to, bool only_whole)
{
    size_t begin = name_begin(p->text, from, to), end = to;
    uint64_t h = hash_name_begin(m->t);
    if (m->sink.seen && !only_whole)
        seen_name(m, p, begin, to);
    while (end > begin) {
        size_t at = end;
        while (at > begin && p->text[at - 1] != '.')
            at--;
        h = hash_label(m->t, h, p->text + at, end - at);
        if (end != to && (!only_whole || at == from) && !filter_says_no(m->t, h))
            look_up_name(m, p, h, from, begin, at, to);
        if (at == begin)
            return;
        end = at - 1;
    }
}

void find_addresses(matcher *m, const piece *p, size_t from, size_t to)
{
    uint32_t ip4;
    for (size_t at = from; at < to;) {
        size_t end = at, next;
        while (end < to && p->text[end] != '-' && p->text[end] != '_')
            end++;
        next = end + 1;
        while (at < end && p->text[at] == '.')
            at++;
        while (end > at && p->text[end - 1] == '.')
            end--;
        if (end - at >= 7 && end - at <= 15 && read_ip4(p->text + at, end - at, &ip4)) {
            size_t raw_from = piece_from(p, at), raw_to = piece_to(p, end - 1);
            ip a = ip4_make(ip4);
            if (m->sink.seen)
                seen_add(m, raw_from, raw_to, KIND_IPV4, bytes_of(a.b + 12, 4));
            look_up_ip4(m, ip4, raw_from, raw_to);
            if (net_maybe(m->t, ip4))
                find_nets(m, &a, raw_from, raw_to);
        }
        at = next;
    }
}

void find_names(matcher *m, const piece *p, size_t from, size_t to, bool only_whole)
{
    while (to > from && !byte_is(p->text[to - 1], BYTE_WORD))
        to--;
    while (from < to && (p->text[from] == '.' || p->text[from] == '-'))
        from++;
    size_t last = to;
    while (last > from && p->text[last - 1] != '.')
        last--;
    if (last == from)
        return;
    if (to - last >= 2 && is_alpha((char)p->text[last]))
        look_up_labels(m, p, from, to, only_whole);
    if (!only_whole)
        find_addresses(m, p, from, to);
}

/* --- IPv6 ----------------------------------------------------------------------------------- */

enum { SIX_RUN_MAX = 64 /* bytes; a longer run is a fingerprint or the like */ };

static bool of_six(uint8_t c)
{
    return byte_is(c, BYTE_HEX) || c == ':' || c == '.';
}

static bool two_colons(const piece *p, size_t at, size_t end)
{
    return end - at >= 2 && p->text[at] == ':' && p->text[at + 1] == ':';
}

/* Cuts what cannot belong to an address off both ends of the run: the rest of a word, colons and
 * dots of the sentence. */
static bool trim_six(const piece *p, size_t *from, size_t *to)
{
    size_t a = *from, b = *to;
    if (a > 0 && (byte_is(p->text[a - 1], BYTE_NAME)))
        while (a < b && p->text[a] != ':')
            a++;
    while (a < b && p->text[a] == '.')
        a++;
    if (a < b && p->text[a] == ':' && !two_colons(p, a, b))
        a++;
    if (b < p->len && byte_is(p->text[b], BYTE_NAME))
        while (b > a && p->text[b - 1] != ':' && p->text[b - 1] != '.')
            b--;
    while (b > a && p->text[b - 1] == '.')
        b--;
    if (b > a && p->text[b - 1] == ':' && !(b - a >= 2 && p->text[b - 2] == ':'))
        b--;
    *from = a;
    *to = b;
    return b - a >= 2;
}

/* [from, *to) is an address, or is one without what stands behind its last dot or colon. */
static bool read_six(const piece *p, size_t from, size_t *to, ip *ret)
{
    size_t end = *to;
    for (int attempt = 0; attempt < 3; attempt++) {
        char mark = attempt == 1 ? '.' : ':';
        size_t cut = end;
        if (attempt) {
            while (cut > from && p->text[cut - 1] != (uint8_t)mark)
                cut--;
            if (cut == from || cut - 1 == from)
                continue;
            cut--;
        }
        if (ip6_read(bytes_of(p->text + from, cut - from), ret)) {
            *to = cut;
            return true;
        }
    }
    return false;
}

static void look_up_six(matcher *m, const piece *p, const ip *a, size_t from, size_t to)
{
    size_t raw_from = piece_from(p, from), raw_to = piece_to(p, to - 1);
    char text[IP_TEXT_MAX + 2] = "[";
    if (raw_to - raw_from > MATCH_ESCAPED_MAX)
        return;
    if (ip_is4(a)) {
        if (memchr(p->text + from, '.', to - from))
            return; /* the four numbers were read as what they are */
        if (m->sink.seen)
            seen_add(m, raw_from, raw_to, KIND_IPV4, bytes_of(a->b + 12, 4));
        look_up_ip4(m, ip4_number(a), raw_from, raw_to);
        if (net_maybe(m->t, ip4_number(a)))
            find_nets(m, a, raw_from, raw_to);
        return;
    }
    if (m->sink.seen)
        seen_add(m, raw_from, raw_to, KIND_IPV6, bytes_of(a->b, 16));
    find_nets(m, a, raw_from, raw_to);
    slice key = bytes_of(a->b, 16);
    uint64_t h = hash_bytes(m->t, CLASS_IP6, a->b, 16);
    if (m->t->has_ip6 && look_up(m, CLASS_IP6, h, key, raw_from, raw_to)) {
        size_t n = ip_print(a, text + 1);
        text[n + 1] = ']';
        url_at(m, slice_of(text, n + 2), raw_from, raw_to);
    }
}

bool six_run(const piece *p, size_t at, size_t *ret_from, size_t *ret_to)
{
    size_t from = at, to = at;
    while (from > 0 && at - from <= SIX_RUN_MAX && of_six(p->text[from - 1]))
        from--;
    while (to < p->len && to - at <= SIX_RUN_MAX && of_six(p->text[to]))
        to++;
    *ret_from = from;
    *ret_to = to;
    return to - from <= SIX_RUN_MAX;
}

void find_six(matcher *m, const piece *p, size_t from, size_t to)
{
    size_t colons = 0;
    ip a;
    for (size_t i = from; i < to; i++)
        colons += p->text[i] == ':';
    if (colons >= 2 && trim_six(p, &from, &to) && read_six(p, from, &to, &a))
        look_up_six(m, p, &a, from, to);
}

/* --- digests -------------------------------------------------------------------------------- */

void find_hex(matcher *m, const piece *p, size_t from, size_t to)
{
    static const struct {
        size_t digits;
        kind kind;
    } seen[] = {{32, KIND_MD5}, {40, KIND_SHA1}, {64, KIND_SHA256}, {128, KIND_SHA512}};
    uint8_t digest[HEX_BYTES_MAX];
    size_t n = to - from;
    if (n > 2 * HEX_BYTES_MAX || n < 32 || n % 2)
        return;
    bool wanted = m->t->hex_lengths[n / 64] >> n % 64 & 1;
    if (!wanted && !m->sink.seen)
        return;
    for (size_t i = 0; m->sink.seen && i < COUNT_OF(seen); i++) {
        if (seen[i].digits != n)
            continue;
        read_hex(p->text + from, n, digest);
        seen_add(m, piece_from(p, from), piece_to(p, to - 1), seen[i].kind,
                 bytes_of(digest, n / 2));
    }
    if (!wanted)
        return;
    if (p->text == m->w.text)
        find_digest(m, from, n);
    else
        look_up_hex(m, p, from, to);
}

/* --- mail addresses, IDN -------------------------------------------------------------------- */

enum { LOCAL_MAX = 64, WIDE_MAX = 512 };

static void look_up_mail(matcher *m, slice local, slice host, size_t from, size_t to)
{
    char key[LOCAL_MAX + 1 + DOMAIN_MAX];
    size_t n = 0;
    if (to - from > MATCH_ESCAPED_MAX || local.len > LOCAL_MAX || local.len == 0)
        return;
    for (size_t i = 0; i < local.len; i++)
        key[n++] = to_lower(local.ptr[i]);
    key[n++] = '@';
    for (size_t i = 0; i < host.len; i++)
        key[n++] = to_lower(host.ptr[i]);
    if (m->sink.seen && tld_known((uint8_t *)key + local.len + 1, host.len))
        seen_add(m, from, to, KIND_EMAIL, slice_of(key, n));
    if (m->t->has_mail)
        look_up(m, CLASS_MAIL, hash_bytes(m->t, CLASS_MAIL, (uint8_t *)key, n), slice_of(key, n),
                from, to);
}

/* The end of the run of name bytes, and of bytes over 0x7f when `wide`, that begins at `at`. */
static size_t run_end(const piece *p, size_t at, bool wide)
{
    size_t to = at;
    while (to < p->len && to - at <= WIDE_MAX &&
           (byte_is(p->text[to], BYTE_NAME) || (wide && p->text[to] >= 0x80)))
        to++;
    return to;
}

void find_mail(matcher *m, const piece *p, size_t at)
{
    char idn[DOMAIN_TEXT_MAX];
    size_t from = at, to = run_end(p, at + 1, false);
    bool wide = to < p->len && p->text[to] >= 0x80;
    if (wide)
        to = run_end(p, at + 1, true);
    if (to - at > WIDE_MAX || to == at + 1)
        return;
    while (to > at + 1 && p->text[to - 1] < 0x80 && !byte_is(p->text[to - 1], BYTE_WORD))
        to--;
    slice host = bytes_of(p->text + at + 1, to - at - 1);
    if (wide) {
        unsigned changed;
        size_t len;
        if (domain_normalise(host, idn, &len, &changed, NULL) != OK)
            return;
        host = slice_of(idn, len);
    }
    if (!name_fits(host))
        return;
    while (from > 0 && at - from <= LOCAL_MAX && byte_is(p->text[from - 1], BYTE_LOCAL))
        from--;
    if (at - from > LOCAL_MAX)
        return;
    bool letter = p->v && from > 0 && p->v->letter[from - 1];
    size_t raw_to = piece_to(p, to - 1), begin = from;
    while (begin < at && (p->text[begin] == '.' || p->text[begin] == '-'))
        begin++;
    if (begin < at)
        look_up_mail(m, bytes_of(p->text + begin, at - begin), host, piece_from(p, begin), raw_to);
    if (letter) { /* a folder and a name: DOMAIN\tom@example.com */
        char with[LOCAL_MAX + 1];
        with[0] = (char)m->w.text[p->v->to[from - 1] - 1];
        memcpy(with + 1, p->text + from, at - from);
        look_up_mail(m, slice_of(with, at - from + 1), host, p->v->to[from - 1] - 1, raw_to);
    }
}

void find_wide(matcher *m, const piece *p, size_t from, size_t to)
{
    char name[DOMAIN_TEXT_MAX];
    size_t len, low = to;
    unsigned changed;
    while (to > from && p->text[to - 1] < 0x80 && !byte_is(p->text[to - 1], BYTE_WORD))
        to--;
    while (from < to && (p->text[from] == '.' || p->text[from] == '-'))
        from++;
    size_t raw_from = from < to ? piece_from(p, from) : 0;
    if (from == to || !m->t->has_idn || to - from > WIDE_MAX ||
        piece_to(p, to - 1) - raw_from > MATCH_ESCAPED_MAX ||
        !memchr(p->text + from, '.', to - from) ||
        domain_normalise(bytes_of(p->text + from, to - from), name, &len, &changed, NULL) != OK ||
        !name_fits(slice_of(name, len)))
        return;
    /* the labels behind the last that is not ASCII were looked up as a run of their own */
    for (low = to; low > from && p->text[low - 1] < 0x80;)
        low--;
    size_t plain = 0, raw_to = piece_to(p, to - 1); /* bytes of those labels */
    for (size_t i = to; i > low; i--)
        if (p->text[i - 1] == '.')
            plain = to - i;
    uint64_t h = hash_name_begin(m->t);
    uint8_t label[DOMAIN_LABEL_MAX + 17];
    for (size_t end = len;;) {
        size_t at = end;
        while (at > 0 && name[at - 1] != '.')
            at--;
        memset(label, 0, sizeof label);
        memcpy(label, name + at, end - at);
        h = hash_label(m->t, h, label, end - at);
        record r;
        uint64_t slot = 0;
        bool host = false;
        slice key = slice_of(name + at, len - at);
        while (len - at > plain && !filter_says_no(m->t, h) &&
               table_next(m->t, CLASS_NAME, h, key, &slot, &r)) {
            host |= r.host && at == 0;
            if (!r.host && (r.kind == KIND_DOMAIN || at == 0))
                hit_add(m, raw_from, raw_to, r.kind, at == 0 ? MATCH_EXACT : MATCH_PARENT, r.id);
        }
        if (host)
            url_at(m, key, raw_from, raw_to);
        if (at == 0)
            return;
        end = at - 1;
    }
}
