/* table.h - the indicators of one match_table, and how they are found. Private to watch/match.
 * Uses: bytes.h, ip. Used by: table.c, nets.c, scan.h and what includes it, literal.c.
 *
 * A key is a class and bytes. Its hash (64 bits, under the table's key) chooses two neighbouring
 * words of the filter, and four bits in each: a value that is not there costs that one read; the
 * second word is looked at once in 100 times, and one in 2,000 goes on.
 * What passes is looked for in the slots: open addressing, 24 bits of hash and the offset of a
 * record. The record's bytes are compared, so the hash decides nothing but the speed. Names are
 * hashed label by label from the right, so that a name and all its parents are one pass. */
#ifndef NOROSHI_WATCH_MATCH_TABLE_H
#define NOROSHI_WATCH_MATCH_TABLE_H

#include "model/ip.h"
#include "watch/match.h"
#include "watch/match/bytes.h"

#include <stdatomic.h>

typedef enum key_class {
    CLASS_NAME, /* lower case: a domain, a file name, the host of a URL */
    CLASS_IP4,  /* 4 bytes */
    CLASS_IP6,  /* 16 bytes */
    CLASS_HEX,  /* a digest, as bytes */
    CLASS_MAIL, /* lower case */
    CLASS_URL,  /* host, port but 80 and 443, path, query: url_key */
    CLASS_COUNT_
} key_class;

enum {
    RECORD_HOST = 8,     /* in the class's byte: the host of a URL, without kind and id */
    TAG_BITS = 24,       /* of a slot; the rest is the record's offset, plus one */
    LAST_BITS = 14,      /* of the hash of a last label */
    HEX_BYTES_MAX = 64,  /* of a digest */
    NET_NARROW = 1 << 18 /* words that have a bit for each /24 */
};

typedef struct match_net {
    ip_net net;
    uint32_t up; /* the network around it, its number plus one; 0: none */
    uint64_t id;
} match_net;

/* In the order of hash, anchor and text, so that one search finds those that a text begins with. */
typedef struct match_literal {
    uint32_t hash;   /* of the first bytes of its anchor, a word */
    uint16_t anchor; /* where that stands in it */
    uint16_t len;
    uint32_t up; /* the longest that this one begins with, its number plus one; 0: none */
    kind kind;
    uint64_t at; /* its bytes in the table's text of literals, lower case */
    uint64_t id;
} match_literal;

struct match_table {
    uint64_t secret[6];
    uint8_t *records;
    size_t records_len;
    uint64_t *filter, *slots; /* one piece of memory: small ones share a large page */
    uint64_t slot_count, filter_pairs;
    uint64_t last_label[(1 << LAST_BITS) / 64]; /* last labels that there are */
    uint64_t hex_lengths[3];                    /* bit n: digests of n digits */
    bool has_name, has_idn, has_mail, has_ip6, has_url, has_hex;
    match_net *nets;
    uint32_t net_count, net4_count; /* the IPv4 ones among them */
    uint64_t net_wide[1 << 10]; /* which /16 of the IPv4 addresses have something of a network; */
    uint64_t *net_narrow;       /* which /24: 2 MB; NULL: there is no such network */
    match_literal *literals;
    size_t literal_count;
    uint8_t *literal_text;
    uint32_t *literal_map;      /* hashes of anchors that there are; NULL: no literals */
    unsigned literal_map_shift; /* what of a hash is left is a bit of it */
    uint32_t *literal_first;    /* by the top bits of a hash, how many are below */
    unsigned literal_first_bits;
    bool literal_digit;                    /* some anchor begins with a digit */
    unsigned literal_word;                 /* bytes of an anchor that are hashed, 3..8 */
    size_t literal_before, literal_behind; /* most bytes before an anchor, and from it on */
    match_info info;
    long fail_after; /* tests: allocations that still succeed; -1 is never fail */
    char apart[64];  /* threads that count must not take the line of what all of them read */
    atomic_uint references;
};

/* All that a table is made of comes from these. */
void *table_zeroed(match_table *t, size_t count, size_t size);
void *table_grown(match_table *t, void *old, size_t size);
match_table *builder_table(match_builder *b); /* for tests, which set fail_after */

/* --- hashing -------------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 match_wide;

static inline uint64_t fold_product(uint64_t a, uint64_t b)
{
    match_wide p = (match_wide)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Eight bytes, letters in lower case; what else the bit changes stays one to one among the bytes
 * of names. */
static inline uint64_t load_folded(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    return w | 0x2020202020202020u;
}

/* The first n of them. */
static inline uint64_t load_part(const uint8_t *p, size_t n)
{
    return n >= 8 ? load_folded(p) : load_folded(p) & (((uint64_t)1 << 8 * n) - 1);
}

/* The first n bytes of 16, as two masks: without a branch, as lengths cannot be guessed. */
typedef struct label_part {
    uint64_t first, second;
} label_part;

static inline label_part label_mask(size_t n)
{
    label_part m;
    const uint8_t *from = full_then_zero + 16 - (n < 16 ? n : 16);
    memcpy(&m.first, from, 8);
    memcpy(&m.second, from + 8, 8);
    return m;
}

/* One more label of n bytes in front of those hashed so far. Reads up to the next multiple of 8
 * bytes, 16 at least. */
static inline uint64_t hash_label(const match_table *t, uint64_t h, const uint8_t *p, size_t n)
{
    label_part part = label_mask(n);
    uint64_t first = load_folded(p) & part.first, second = load_folded(p + 8) & part.second;
    h = fold_product(h ^ first ^ t->secret[0], second ^ n << 56 ^ t->secret[1]);
    for (size_t at = 16; __builtin_expect(at < n, 0); at += 16) {
        first = load_part(p + at, n - at);
        second = n - at > 8 ? load_part(p + at + 8, n - at - 8) : 0;
        h = fold_product(h ^ first ^ t->secret[2], second ^ t->secret[3]);
    }
    return h;
}

static inline uint64_t hash_name_begin(const match_table *t)
{
    return t->secret[4];
}

static inline uint64_t hash_ip4(const match_table *t, uint32_t number)
{
    return fold_product(number ^ t->secret[2], t->secret[5] ^ (uint64_t)number << 32);
}

/* Of a digest, by its first 32 digits; it has `n`. */
static inline uint64_t hash_digits(const match_table *t, const uint8_t *p, size_t n)
{
    uint64_t h = fold_product(load_folded(p) ^ t->secret[1], load_folded(p + 8) ^ t->secret[3] ^ n);
    return fold_product(h ^ load_folded(p + 16) ^ t->secret[0], load_folded(p + 24) ^ t->secret[2]);
}

/* Of a last label, by its first eight bytes. */
static inline uint32_t hash_last(uint64_t first_eight)
{
    return (uint32_t)(first_eight * 0x9e3779b97f4a7c15u >> (64 - LAST_BITS));
}

/* Of any other key. Reads nothing beyond. */
uint64_t hash_bytes(const match_table *t, key_class c, const uint8_t *p, size_t n);
/* Of a whole name; reads nothing beyond. */
uint64_t hash_name(const match_table *t, const uint8_t *p, size_t n);

/* A pair of words. */
static inline const uint64_t *filter_word(const match_table *t, uint64_t h)
{
    return t->filter + ((h >> 32) * t->filter_pairs >> 32) * 2;
}

/* Its words are better asked for early: it is larger than the first cache by far, and the text goes
 * through the second. Where it is not, what was asked for only drives other things out of the
 * first. */
static inline bool filter_far(const match_table *t)
{
    return t->filter_pairs > 1 << 12;
}

static inline uint64_t filter_bits(uint64_t h)
{
    return (uint64_t)1 << (h & 63) | (uint64_t)1 << (h >> 6 & 63) | (uint64_t)1 << (h >> 12 & 63) |
           (uint64_t)1 << (h >> 18 & 63);
}

/* The bits in the second word: of the same hash, mixed. */
static inline uint64_t filter_more(uint64_t h)
{
    return filter_bits(h * 0x9e3779b97f4a7c15u >> 40);
}

static inline bool pair_says_no(const uint64_t *pair, uint64_t h)
{
    return (filter_bits(h) & ~pair[0]) != 0 || (filter_more(h) & ~pair[1]) != 0;
}

static inline bool filter_says_no(const match_table *t, uint64_t h)
{
    return pair_says_no(filter_word(t, h), h);
}

static inline uint64_t slot_hash(uint64_t h)
{
    return h * 0xd6e8feb86659fd93u;
}

static inline uint64_t slot_place(const match_table *t, uint64_t h)
{
    return (slot_hash(h) >> 32) * t->slot_count >> 32;
}

/* --- looking up ----------------------------------------------------------------------------- */

typedef struct record {
    key_class class;
    bool host;
    kind kind;
    uint64_t id;
    slice bytes;
} record;

/* The records of a key, one after another: *at is 0 first. False: no more. */
bool table_next(const match_table *t, key_class c, uint64_t h, slice bytes, uint64_t *at,
                record *ret);

/* Numbers of the networks that hold an address, the narrowest first: *at is 0 first. */
const match_net *net_first(const match_table *t, const ip *a);
static inline const match_net *net_up(const match_table *t, const match_net *n)
{
    return n->up ? &t->nets[n->up - 1] : NULL;
}

/* May a network hold it? False is certain. */
static inline bool net_maybe(const match_table *t, uint32_t ip4)
{
    return t->net_wide[ip4 >> 22] >> (ip4 >> 16 & 63) & 1 &&
           t->net_narrow[ip4 >> 14] >> (ip4 >> 8 & 63) & 1;
}

/* For the builder. */
bool nets_settle(match_table *t);
bool literals_settle(match_table *t);
/* Has the text a word of three letters or digits, that it may be found by? */
bool literal_fits(slice text);

/* Of the first bytes of a word. */
static inline uint32_t literal_hash(uint64_t word)
{
    return (uint32_t)(word * 0x9e3779b97f4a7c15u >> 32);
}

/* --- names and URLs ------------------------------------------------------------------------- */

/* Where the name in text[from, to) begins: the longest end of it whose labels are of 1 to 63 bytes,
 * 253 together. */
size_t name_begin(const uint8_t *text, size_t from, size_t to);
/* A name as a log may hold it: two labels and more, the last of two bytes and more, a letter
 * first. */
bool name_fits(slice s);

/* "http://example.com:80/a?b", normalised, to "example.com/a?b". False: no host. `out` holds
 * URL_MAX + 1. *ret_host is a part of `out`. */
bool url_key(slice canonical, char *out, slice *ret, slice *ret_host);

#endif
