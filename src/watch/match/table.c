/* table.c - building a table of indicators, and looking up in it: see table.h. */
#include "watch/match/table.h"

#include "base/hash.h"
#include "model/domain.h"
#include "model/url.h"

#include <stdlib.h>
#include <sys/mman.h>

/* In the builder the table grows in place; slots and filter are laid out at the end, when it is
 * known how many there are. */
struct match_builder {
    match_table *t;
    size_t records_cap, nets_cap, literals_cap, text_len, text_cap;
    uint64_t keys;
    bool spent;
};

/* --- hashing -------------------------------------------------------------------------------- */

uint64_t hash_bytes(const match_table *t, key_class c, const uint8_t *p, size_t n)
{
    uint64_t h = t->secret[4] ^ (uint64_t)c << 32 ^ n;
    while (n) {
        uint64_t word[2] = {0, 0};
        size_t take = n < 16 ? n : 16;
        memcpy(word, p, take);
        h = fold_product(h ^ word[0] ^ t->secret[0], word[1] ^ t->secret[3]);
        p += take;
        n -= take;
    }
    return fold_product(h ^ t->secret[2], t->secret[5]);
}

uint64_t hash_name(const match_table *t, const uint8_t *p, size_t n)
{
    uint8_t label[2 * DOMAIN_MAX] = {0};
    uint64_t h = hash_name_begin(t);
    size_t end = n;
    assert(n <= DOMAIN_MAX);
    for (;;) {
        size_t at = end;
        while (at && p[at - 1] != '.')
            at--;
        memcpy(label, p + at, end - at);
        memset(label + (end - at), 0, 16);
        h = hash_label(t, h, label, end - at);
        if (at == 0)
            return h;
        end = at - 1;
    }
}

/* --- names and URLs ------------------------------------------------------------------------- */

size_t name_begin(const uint8_t *text, size_t from, size_t to)
{
    size_t begin = to, end = to;
    for (;;) {
        size_t at = end;
        while (at > from && text[at - 1] != '.')
            at--;
        if (at == end || end - at > DOMAIN_LABEL_MAX || to - at > DOMAIN_MAX)
            return begin;
        begin = at;
        if (at == from)
            return begin;
        end = at - 1;
    }
}

bool name_fits(slice s)
{
    const uint8_t *p = (const uint8_t *)s.ptr;
    if (s.len < 4 || s.len > DOMAIN_MAX || name_begin(p, 0, s.len) != 0)
        return false;
    size_t last = s.len;
    for (size_t i = 0; i < s.len; i++)
        if (!byte_is(p[i], BYTE_NAME))
            return false;
    while (last && p[last - 1] != '.')
        last--;
    return last && s.len - last >= 2 && is_alpha(s.ptr[last]) && p[0] != '-' &&
           p[s.len - 1] != '-' && p[s.len - 1] != '_';
}

bool url_key(slice canonical, char *out, slice *ret, slice *ret_host)
{
    url u = url_split(canonical);
    size_t n = 0;
    bool six = u.host_kind == URL_HOST_IP6;
    if (u.host_kind == URL_HOST_NONE || u.host.len == 0 || canonical.len > URL_MAX)
        return false;
    if (six)
        out[n++] = '[';
    memcpy(out + n, u.host.ptr, u.host.len);
    *ret_host = slice_of(out + n, u.host.len);
    n += u.host.len;
    if (six)
        out[n++] = ']';
    if (u.port && u.port != 80 && u.port != 443)
        n += (size_t)snprintf(out + n, 8, ":%u", u.port);
    if (u.path.len)
        memcpy(out + n, u.path.ptr, u.path.len);
    else
        out[n] = '/';
    n += u.path.len ? u.path.len : 1;
    if (u.has_query) {
        out[n++] = '?';
        memcpy(out + n, u.query.ptr, u.query.len);
        n += u.query.len;
    }
    *ret = slice_of(out, n);
    return true;
}

/* --- records -------------------------------------------------------------------------------- */

enum { RECORD_MAX = 2 + 2 * 10 };

static size_t put_number(uint8_t *p, uint64_t n)
{
    size_t len = 0;
    for (; n >= 0x80; n >>= 7)
        p[len++] = (uint8_t)(n | 0x80);
    p[len++] = (uint8_t)n;
    return len;
}

static uint64_t get_number(const uint8_t **p)
{
    uint64_t n = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t c = *(*p)++;
        n |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return n;
    }
}

/* Class and host; then, but for a host, kind and id; then length and bytes. Behind the last record
 * stand zeros. */
static const uint8_t *record_read(const uint8_t *p, record *ret)
{
    uint8_t first = *p++;
    ret->class = (key_class)(first & 7);
    ret->host = (first & RECORD_HOST) != 0;
    ret->kind = KIND_URL;
    ret->id = 0;
    if (!ret->host) {
        ret->kind = (kind)*p++;
        ret->id = get_number(&p);
    }
    size_t len = (size_t)get_number(&p);
    ret->bytes = slice_of((const char *)p, len);
    return p + len;
}

bool table_next(const match_table *t, key_class c, uint64_t h, slice bytes, uint64_t *at,
                record *ret)
{
    uint64_t tag = slot_hash(h) & (((uint64_t)1 << TAG_BITS) - 1);
    if (*at == 0)
        *at = slot_place(t, h) + 1;
    for (;;) {
        uint64_t slot = t->slots[*at - 1];
        if (slot == 0)
            return false;
        *at = *at == t->slot_count ? 1 : *at + 1;
        if ((slot & (((uint64_t)1 << TAG_BITS) - 1)) != tag)
            continue;
        record_read(t->records + (slot >> TAG_BITS) - 1, ret);
        if (ret->class == c && slice_eq(ret->bytes, bytes))
            return true;
    }
}

static bool may_allocate(match_table *t)
{
    if (t->fail_after == 0)
        return false;
    t->fail_after -= t->fail_after > 0;
    return true;
}

/* What is read at random is better on large pages: half the misses of a look-up are the page
 * table's. Where there are none, nothing is lost but the rest of the last one. */
static void *on_large_pages(size_t size)
{
    const size_t page = 2 << 20;
    size_t whole = (size + page - 1) / page * page;
    void *p = aligned_alloc(page, whole);
    if (p) {
        madvise(p, whole, MADV_HUGEPAGE);
        memset(p, 0, whole);
    }
    return p;
}

enum { LARGE = 1 << 20 /* bytes; from half a page on */ };

void *table_zeroed(match_table *t, size_t count, size_t size)
{
    if (!may_allocate(t))
        return NULL;
    return count >= LARGE / size ? on_large_pages(count * size) : calloc(count, size);
}

void *table_grown(match_table *t, void *old, size_t size)
{
    return may_allocate(t) ? realloc(old, size) : NULL;
}

match_table *builder_table(match_builder *b)
{
    return b->t;
}

/* Room for `more` of `size` bytes each behind `len` of them. */
static bool grow(match_table *t, void **ptr, size_t *cap, size_t len, size_t more, size_t size)
{
    if (more <= *cap - len)
        return true;
    size_t want = *cap + *cap / 2 + more + 1024;
    void *grown = want > SIZE_MAX / 2 / size ? NULL : table_grown(t, *ptr, want * size);
    if (!grown)
        return false;
    *ptr = grown;
    *cap = want;
    return true;
}

static bool add_record(match_builder *b, key_class c, bool host, kind k, uint64_t id, slice bytes)
{
    match_table *t = b->t;
    void *p = t->records;
    if (!grow(t, &p, &b->records_cap, t->records_len, RECORD_MAX + bytes.len, 1))
        return false;
    t->records = p;
    uint8_t *out = t->records + t->records_len;
    *out++ = (uint8_t)(c | (host ? RECORD_HOST : 0));
    if (!host) {
        *out++ = (uint8_t)k;
        out += put_number(out, id);
    }
    out += put_number(out, bytes.len);
    memcpy(out, bytes.ptr, bytes.len);
    t->records_len = (size_t)(out + bytes.len - t->records);
    b->keys++;
    return true;
}

/* --- adding --------------------------------------------------------------------------------- */

match_builder *match_builder_new(const uint8_t key[MATCH_KEY])
{
    match_builder *b = calloc(1, sizeof *b);
    match_table *t = calloc(1, sizeof *t);
    if (!b || !t) {
        free(b);
        free(t);
        return NULL;
    }
    for (uint64_t i = 0; i < COUNT_OF(t->secret); i++)
        t->secret[i] = siphash(key, slice_of((const char *)&i, sizeof i)) | 1;
    atomic_init(&t->references, 1);
    t->fail_after = -1;
    b->t = t;
    return b;
}

match_builder *match_builder_free(match_builder *b)
{
    if (b)
        match_table_free(b->t);
    free(b);
    return NULL;
}

static status bad(kind k, slice value, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    return err_set(why, ERR_INPUT, 0, "\"%s\" is no normalised %s", err_quote(value, quoted),
                   kind_name(k));
}

static status left_out(match_builder *b)
{
    b->t->info.left_out++;
    return OK;
}

static status recorded(match_builder *b, bool done, err *why)
{
    b->spent |= !done;
    b->t->info.added += done;
    return done ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

static status add_ip(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    ip a;
    if (ip_parse(value, &a, NULL) != OK || ip_is4(&a) != (k == KIND_IPV4))
        return bad(k, value, why);
    b->t->has_ip6 |= k == KIND_IPV6;
    slice bytes =
        k == KIND_IPV4 ? slice_of((const char *)a.b + 12, 4) : slice_of((const char *)a.b, 16);
    return recorded(b, add_record(b, k == KIND_IPV4 ? CLASS_IP4 : CLASS_IP6, false, k, id, bytes),
                    why);
}

static status add_net(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    ip_net net;
    unsigned changed;
    void *p = b->t->nets;
    if (ip_net_parse(value, &net, &changed, NULL) != OK || changed)
        return bad(k, value, why);
    bool room = b->t->net_count < UINT32_MAX - 1 &&
                grow(b->t, &p, &b->nets_cap, b->t->net_count, 1, sizeof(match_net));
    b->t->nets = p;
    if (room)
        b->t->nets[b->t->net_count++] = (match_net){.net = net, .id = id};
    return recorded(b, room, why);
}

static void note_name(match_table *t, slice name)
{
    uint8_t last[DOMAIN_LABEL_MAX + 16] = {0};
    size_t at = name.len;
    while (at && name.ptr[at - 1] != '.')
        at--;
    memcpy(last, name.ptr + at, name.len - at);
    uint32_t h = hash_last(load_part(last, name.len - at));
    t->last_label[h / 64] |= (uint64_t)1 << h % 64;
    t->has_name = true;
    t->has_idn |= slice_find(name, S("xn--"), 0) != SIZE_MAX;
}

static status add_name(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] != to_lower(value.ptr[i]))
            return bad(k, value, why);
    note_name(b->t, value);
    return recorded(b, add_record(b, CLASS_NAME, false, k, id, value), why);
}

static status add_domain(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    return name_fits(value) ? add_name(b, k, value, id, why) : left_out(b);
}

static bool has_upper(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
            return true;
    return false;
}

static status add_mail(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    size_t at = slice_find_byte(value, '@', 0);
    if (at == SIZE_MAX || has_upper(value))
        return bad(k, value, why);
    for (size_t i = 0; i < at; i++)
        if (!byte_is((uint8_t)value.ptr[i], BYTE_LOCAL))
            return left_out(b);
    slice host = slice_from(value, at + 1);
    if (at == 0 || at > 64 || value.ptr[0] == '.' || value.ptr[0] == '-' || !name_fits(host))
        return left_out(b);
    b->t->has_mail = true;
    b->t->has_idn |= slice_find(host, S("xn--"), 0) != SIZE_MAX;
    return recorded(b, add_record(b, CLASS_MAIL, false, k, id, value), why);
}

static status add_hex(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    uint8_t digest[HEX_BYTES_MAX];
    size_t n = value.len / 2;
    if (value.len % 2 || n < 16 || n > HEX_BYTES_MAX || has_upper(value) ||
        !hash_unhex(value, digest, n))
        return bad(k, value, why);
    b->t->hex_lengths[value.len / 64] |= (uint64_t)1 << value.len % 64;
    b->t->has_hex = true;
    return recorded(b, add_record(b, CLASS_HEX, false, k, id, slice_of((char *)digest, n)), why);
}

enum { SERIAL_MIN = 32 }; /* digits: what is shorter is a number like any other */

static status add_serial(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    return value.len < SERIAL_MIN ? left_out(b) : add_hex(b, k, value, id, why);
}

/* The host is a key of its own: where it is seen the URL is read, and nowhere else. */
static bool add_host(match_builder *b, slice host)
{
    ip a;
    if (ip_parse(host, &a, NULL) == OK) {
        b->t->has_ip6 |= !ip_is4(&a);
        return ip_is4(&a) ? add_record(b, CLASS_IP4, true, 0, 0, slice_of((char *)a.b + 12, 4))
                          : add_record(b, CLASS_IP6, true, 0, 0, slice_of((char *)a.b, 16));
    }
    note_name(b->t, host);
    return add_record(b, CLASS_NAME, true, 0, 0, host);
}

/* As it is seen in a text: whatever its scheme was, it is read as http. */
static bool url_seen(slice value, char text[URL_MAX + 1], char key[URL_MAX + 1], slice *ret_key,
                     slice *ret_host)
{
    char plain[URL_MAX + 1];
    size_t len;
    unsigned changed;
    url u = url_split(value);
    size_t skip = u.scheme.len ? u.scheme.len + 3 : 0;
    if (u.host_kind == URL_HOST_NONE || value.len - skip > URL_MAX - 7)
        return false;
    int n = snprintf(plain, sizeof plain, "http://%.*s", (int)(value.len - skip), value.ptr + skip);
    return url_normalise(slice_of(plain, (size_t)n), text, &len, &changed, NULL) == OK &&
           url_key(slice_of(text, len), key, ret_key, ret_host);
}

static status add_url(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    char text[URL_MAX + 1], out[URL_MAX + 1];
    slice key, host;
    ip a;
    if (value.len > URL_MAX)
        return bad(k, value, why);
    if (!url_seen(value, text, out, &key, &host) || key.len - host.len > MATCH_URL_MAX ||
        (ip_parse(host, &a, NULL) != OK && !name_fits(host)))
        return left_out(b);
    b->t->has_url = true;
    if (!add_host(b, host))
        return recorded(b, false, why);
    return recorded(b, add_record(b, CLASS_URL, false, k, id, key), why);
}

static status add_literal(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    match_table *t = b->t;
    void *list = t->literals, *text = t->literal_text;
    if (value.len > MATCH_LITERAL_MAX || slice_find_byte(value, '\n', 0) != SIZE_MAX ||
        !literal_fits(value))
        return left_out(b);
    bool room = grow(t, &list, &b->literals_cap, t->literal_count, 1, sizeof(match_literal));
    t->literals = list;
    room = room && grow(t, &text, &b->text_cap, b->text_len, value.len + 16, 1);
    t->literal_text = text;
    if (room) {
        t->literals[t->literal_count++] =
            (match_literal){.len = (uint16_t)value.len, .at = b->text_len, .id = id, .kind = k};
        for (size_t i = 0; i < value.len; i++)
            t->literal_text[b->text_len++] = byte_fold((uint8_t)value.ptr[i]);
        memset(t->literal_text + b->text_len, 0, 16);
    }
    return recorded(b, room, why);
}

static status add_file(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    return name_fits(value) && !has_upper(value) ? add_name(b, k, value, id, why)
                                                 : add_literal(b, k, value, id, why);
}

typedef status adder(match_builder *b, kind k, slice value, uint64_t id, err *why);

/* Kinds that are not here are not looked for. */
static adder *const adders[KIND_OBSERVABLE_END_] = {
    [KIND_IPV4] = add_ip,         [KIND_IPV6] = add_ip,
    [KIND_CIDR] = add_net,        [KIND_DOMAIN] = add_domain,
    [KIND_URL] = add_url,         [KIND_EMAIL] = add_mail,
    [KIND_MD5] = add_hex,         [KIND_SHA1] = add_hex,
    [KIND_SHA224] = add_hex,      [KIND_SHA256] = add_hex,
    [KIND_SHA384] = add_hex,      [KIND_SHA512] = add_hex,
    [KIND_IMPHASH] = add_hex,     [KIND_JA3] = add_hex,
    [KIND_JA3S] = add_hex,        [KIND_HASSH] = add_hex,
    [KIND_JARM] = add_hex,        [KIND_CERT_SHA1] = add_hex,
    [KIND_CERT_SHA256] = add_hex, [KIND_CERT_SERIAL] = add_serial,
    [KIND_FILENAME] = add_file,   [KIND_PROCESS] = add_file,
    [KIND_MUTEX] = add_literal,   [KIND_USER_AGENT] = add_literal,
    [KIND_JA4] = add_literal,
};

status match_builder_add(match_builder *b, kind k, slice value, uint64_t id, err *why)
{
    assert(!b->spent);
    if (!kind_is_observable(k) || !adders[k])
        return left_out(b);
    return adders[k](b, k, value, id, why);
}

/* --- laying out ----------------------------------------------------------------------------- */

static uint64_t record_hash(const match_table *t, const record *r)
{
    const uint8_t *p = (const uint8_t *)r->bytes.ptr;
    if (r->class == CLASS_NAME)
        return hash_name(t, p, r->bytes.len);
    if (r->class == CLASS_IP4)
        return hash_ip4(t,
                        (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
    if (r->class == CLASS_HEX) {
        char digits[2 * HEX_BYTES_MAX + 1];
        return hash_digits(t, (const uint8_t *)hash_hex(p, r->bytes.len, digits), 2 * r->bytes.len);
    }
    return hash_bytes(t, r->class, p, r->bytes.len);
}

/* False: there is one like it. */
static bool place(match_table *t, const record *r, uint64_t offset)
{
    uint64_t h = record_hash(t, r), at = 0;
    record other;
    while (table_next(t, r->class, h, r->bytes, &at, &other))
        if (other.host == r->host && other.kind == r->kind)
            return false;
    if (at == 0)
        at = slot_place(t, h) + 1;
    t->slots[at - 1] = (offset + 1) << TAG_BITS | (slot_hash(h) & (((uint64_t)1 << TAG_BITS) - 1));
    uint64_t *word = t->filter + (filter_word(t, h) - t->filter);
    word[0] |= filter_bits(h);
    word[1] |= filter_more(h);
    return true;
}

static bool lay_out(match_builder *b)
{
    match_table *t = b->t;
    t->slot_count = b->keys + b->keys / 4 + 16;
    t->filter_pairs = b->keys / 16 * 3 + 8;
    if (b->keys > UINT32_MAX / 2)
        return false;
    t->filter = table_zeroed(t, 2 * t->filter_pairs + t->slot_count, sizeof *t->filter);
    if (!t->filter)
        return false;
    t->slots = t->filter + 2 * t->filter_pairs;
    for (size_t at = 0; at < t->records_len;) {
        record r;
        size_t next = (size_t)(record_read(t->records + at, &r) - t->records);
        if (place(t, &r, at)) {
            t->info.keys++;
        } else if (!r.host) {
            t->info.added--;
            t->info.repeated++;
        }
        at = next;
    }
    return true;
}

status match_builder_done(match_builder *b, match_table **ret, err *why)
{
    match_table *t = b->t;
    if (b->spent || !lay_out(b) || !nets_settle(t) || !literals_settle(t)) {
        match_builder_free(b);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    t->info.bytes = sizeof *t + t->records_len + 8 * t->slot_count + 16 * t->filter_pairs +
                    t->net_count * sizeof(match_net) +
                    (t->net_narrow ? NET_NARROW * sizeof *t->net_narrow : 0) +
                    t->literal_count * sizeof(match_literal) + b->text_len +
                    (t->literal_map ? (size_t)1 << (32 - t->literal_map_shift) >> 3 : 0) +
                    (t->literal_first ? ((size_t)4 << t->literal_first_bits) + 4 : 0);
    *ret = t;
    free(b);
    return OK;
}

const match_table *match_table_ref(const match_table *t)
{
    match_table *own;
    memcpy(&own, &t, sizeof own); /* only the count changes */
    atomic_fetch_add_explicit(&own->references, 1, memory_order_relaxed);
    return t;
}

const match_table *match_table_free(const match_table *t)
{
    match_table *own;
    memcpy(&own, &t, sizeof own);
    if (!own || atomic_fetch_sub_explicit(&own->references, 1, memory_order_acq_rel) > 1)
        return NULL;
    free(own->records);
    free(own->filter);
    free(own->nets);
    free(own->net_narrow);
    free(own->literals);
    free(own->literal_text);
    free(own->literal_map);
    free(own->literal_first);
    free(own);
    return NULL;
}

match_info match_table_info(const match_table *t)
{
    return t->info;
}
