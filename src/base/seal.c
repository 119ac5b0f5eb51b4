/* seal.c - sealed streams: see seal.h, docs/formats/backup.md.
 *
 *     "NRSEAL1\n" mode zeros(7)      mode 'S': sealed stream key (80), header of the stream (24)
 *     part: bytes of what follows u32 LE, then
 *         'S': ciphertext of secretstream, whose tag says MESSAGE or FINAL
 *         'P': tag (0 or 3), the bytes, SHA-256 over (sum before, tag, bytes) */
#include "base/seal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    HEAD = 16,
    MODE_AT = 8,
    SEALED_KEY = crypto_box_SEALBYTES + crypto_secretstream_xchacha20poly1305_KEYBYTES,
    STREAM_HEAD = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    ADDED_SEALED = crypto_secretstream_xchacha20poly1305_ABYTES,
    ADDED_PLAIN = 1 + SHA256_BYTES,
    PART_ROOM = SEAL_PART + ADDED_PLAIN,
    SUM_HEX = 8,
    TAG_MESSAGE = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
    TAG_FINAL = crypto_secretstream_xchacha20poly1305_TAG_FINAL
};
_Static_assert(ADDED_SEALED <= ADDED_PLAIN && TAG_FINAL == 3 && SEALED_KEY == 80, "room for both");

typedef crypto_secretstream_xchacha20poly1305_state stream_state;

/* What writer and reader share: either the stream's state, or the sum so far. */
typedef struct sealing {
    bool sealed;
    stream_state stream;
    hash_state *h;
    uint8_t head[HEAD], sum[SHA256_BYTES];
} sealing;

static status no_memory(err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

static void put_u32(uint8_t *p, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(n >> 8 * i);
}

static uint32_t get_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static slice bytes_of(const uint8_t *p, size_t n)
{
    return slice_of((const char *)p, n);
}

/* --- keys ----------------------------------------------------------------------------------- */

static const slice public_word = S_INIT("noroshi-backup-public-1 ");
static const slice secret_word = S_INIT("noroshi-backup-secret-1 ");

/* So that a digit that was copied wrong is found before a backup nobody can open is made. */
static bool key_sum(slice word, const uint8_t key[SEAL_KEY], char out[SUM_HEX + 1])
{
    uint8_t digest[SHA256_BYTES];
    char hex[HASH_HEX_MAX], all[64 + SEAL_KEY];
    memcpy(all, word.ptr, word.len);
    memcpy(all + word.len, key, SEAL_KEY);
    bool made = hash_of(HASH_SHA256, slice_of(all, word.len + SEAL_KEY), digest);
    sodium_memzero(all, sizeof all);
    snprintf(out, SUM_HEX + 1, "%s", hash_hex(digest, SUM_HEX / 2, hex));
    return made;
}

static bool put_key(buf *out, slice word, const uint8_t key[SEAL_KEY])
{
    char hex[HASH_HEX_MAX], sum[SUM_HEX + 1];
    if (!key_sum(word, key, sum))
        return false;
    buf_put(out, word);
    buf_put(out, slice_of(hash_hex(key, SEAL_KEY, hex), 2 * (size_t)SEAL_KEY));
    buf_printf(out, " %s\n", sum);
    sodium_memzero(hex, sizeof hex);
    return true;
}

status seal_pair(random_source random, buf *ret_public, buf *ret_secret, err *why)
{
    uint8_t seed[crypto_box_SEEDBYTES], public[SEAL_KEY], hidden[SEAL_KEY];
    random.fill(random.ctx, seed, sizeof seed);
    crypto_box_seed_keypair(public, hidden, seed);
    bool made =
        put_key(ret_public, public_word, public) && put_key(ret_secret, secret_word, hidden);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(hidden, sizeof hidden);
    if (!made)
        return no_memory(why);
    status st = buf_status(ret_public, why);
    return st == OK ? buf_status(ret_secret, why) : st;
}

static status read_key(slice word, slice text, const char *what, uint8_t ret[SEAL_KEY], err *why)
{
    uint8_t key[SEAL_KEY];
    char sum[SUM_HEX + 1];
    slice line = slice_trim(text), hex = slice_sub(line, word.len, word.len + 2 * SEAL_KEY);
    bool good = slice_starts(line, word) && hash_unhex(hex, key, SEAL_KEY);
    if (good && !key_sum(word, key, sum))
        return no_memory(why);
    slice rest = slice_trim(slice_from(line, word.len + 2 * SEAL_KEY));
    good = good && slice_eq(rest, slice_str(sum));
    if (good)
        memcpy(ret, key, SEAL_KEY);
    sodium_memzero(key, sizeof key);
    return good ? OK : err_set(why, ERR_INPUT, ERR_NOWHERE, "this is no %s key for backups", what);
}

status seal_public_read(slice text, uint8_t ret[SEAL_KEY], err *why)
{
    return read_key(public_word, text, "public", ret, why);
}

status seal_secret_read(const secret *text, uint8_t ret[SEAL_KEY], err *why)
{
    return read_key(secret_word, secret_reveal(text), "secret", ret, why);
}

/* --- parts ---------------------------------------------------------------------------------- */

static void sum_part(sealing *s, const uint8_t *tag_and_bytes, size_t n, uint8_t ret[SHA256_BYTES])
{
    hash_update(s->h, bytes_of(s->sum, SHA256_BYTES));
    hash_update(s->h, bytes_of(tag_and_bytes, n));
    hash_final(s->h, ret);
}

static status sealing_init(sealing *s, err *why)
{
    if (sodium_init() < 0)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "libsodium did not start");
    s->h = hash_new(HASH_SHA256);
    if (!s->h)
        return no_memory(why);
    hash_update(s->h, bytes_of(s->head, HEAD));
    hash_final(s->h, s->sum);
    return OK;
}

/* --- writing -------------------------------------------------------------------------------- */

struct seal_writer {
    sealing s;
    status (*put)(void *ctx, slice bytes, err *why);
    void *ctx;
    size_t fill;
    uint8_t raw[SEAL_PART], part[4 + PART_ROOM];
};

static status put_heads(seal_writer *w, const uint8_t *to, err *why)
{
    uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES], box[SEALED_KEY], head[STREAM_HEAD];
    status st = w->put(w->ctx, bytes_of(w->s.head, HEAD), why);
    if (st != OK || !to)
        return st;
    crypto_secretstream_xchacha20poly1305_keygen(key);
    if (crypto_box_seal(box, key, sizeof key, to) != 0)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "nothing can be sealed to this key");
    crypto_secretstream_xchacha20poly1305_init_push(&w->s.stream, head, key);
    sodium_memzero(key, sizeof key);
    if (st == OK)
        st = w->put(w->ctx, bytes_of(box, sizeof box), why);
    return st == OK ? w->put(w->ctx, bytes_of(head, sizeof head), why) : st;
}

status seal_begin(const uint8_t *to, status (*put)(void *ctx, slice bytes, err *why), void *ctx,
                  seal_writer **ret, err *why)
{
    seal_writer *w = calloc(1, sizeof *w);
    if (!w)
        return no_memory(why);
    w->put = put;
    w->ctx = ctx;
    w->s.sealed = to != NULL;
    memcpy(w->s.head, "NRSEAL1\n", 8);
    w->s.head[MODE_AT] = to ? 'S' : 'P';
    status st = sealing_init(&w->s, why);
    if (st == OK)
        st = put_heads(w, to, why);
    if (st != OK) {
        seal_free(w);
        return st;
    }
    *ret = w;
    return OK;
}

seal_writer *seal_free(seal_writer *w)
{
    if (w) {
        hash_free(w->s.h);
        sodium_memzero(w, sizeof *w);
        free(w);
    }
    return NULL;
}

static status flush(seal_writer *w, uint8_t tag, err *why)
{
    uint8_t *body = w->part + 4;
    size_t n = w->fill + (w->s.sealed ? ADDED_SEALED : ADDED_PLAIN);
    if (w->s.sealed) { /* the head is of what the first part seals, and so of all */
        crypto_secretstream_xchacha20poly1305_push(&w->s.stream, body, NULL, w->raw, w->fill,
                                                   w->s.head, HEAD, tag);
    } else {
        body[0] = tag;
        memcpy(body + 1, w->raw, w->fill);
        sum_part(&w->s, body, 1 + w->fill, w->s.sum);
        memcpy(body + 1 + w->fill, w->s.sum, SHA256_BYTES);
    }
    put_u32(w->part, (uint32_t)n);
    w->fill = 0;
    return w->put(w->ctx, bytes_of(w->part, 4 + n), why);
}

status seal_put(seal_writer *w, slice bytes, err *why)
{
    while (bytes.len) {
        if (w->fill == SEAL_PART) {
            status st = flush(w, TAG_MESSAGE, why);
            if (st != OK)
                return st;
        }
        size_t n = SEAL_PART - w->fill < bytes.len ? SEAL_PART - w->fill : bytes.len;
        memcpy(w->raw + w->fill, bytes.ptr, n);
        w->fill += n;
        bytes = slice_from(bytes, n);
    }
    return OK;
}

status seal_end(seal_writer *w, err *why)
{
    return flush(w, TAG_FINAL, why);
}

/* --- reading -------------------------------------------------------------------------------- */

struct seal_reader {
    sealing s;
    reader *in;
    uint64_t at; /* bytes of the file that were read */
    bool final, damaged;
    size_t fill, pos;
    uint8_t raw[SEAL_PART], part[PART_ROOM];
};

static status bad(const seal_reader *r, const char *what, err *why)
{
    return err_set(why, ERR_INPUT, r->at, "%s", what);
}

/* Up to n bytes; fewer only at the end. */
static status read_some(seal_reader *r, uint8_t *into, size_t n, size_t *ret, err *why)
{
    size_t done = 0, got = 1;
    status st = OK;
    while (st == OK && done < n && got) {
        st = reader_read(r->in, (char *)into + done, n - done, &got, why);
        if (st == OK)
            done += got;
    }
    r->at += done;
    *ret = done;
    return st;
}

static status read_all(seal_reader *r, uint8_t *into, size_t n, err *why)
{
    size_t got;
    status st = read_some(r, into, n, &got, why);
    return st == OK && got < n ? bad(r, "it was cut off here", why) : st;
}

static status open_sealed(seal_reader *r, const uint8_t *secret_key, err *why)
{
    uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES], box[SEALED_KEY], head[STREAM_HEAD],
        public[SEAL_KEY];
    if (!secret_key)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "it is sealed, and no key was given");
    status st = read_all(r, box, sizeof box, why);
    if (st == OK)
        st = read_all(r, head, sizeof head, why);
    if (st != OK)
        return st;
    if (crypto_scalarmult_base(public, secret_key) != 0 ||
        crypto_box_seal_open(key, box, sizeof box, public, secret_key) != 0)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "it is sealed to another key, or was damaged at its beginning");
    int code = crypto_secretstream_xchacha20poly1305_init_pull(&r->s.stream, head, key);
    sodium_memzero(key, sizeof key);
    return code == 0 ? OK : bad(r, "damaged at its beginning", why);
}

static status read_head(seal_reader *r, err *why)
{
    uint8_t want[HEAD] = "NRSEAL1\n";
    status st = read_all(r, r->s.head, HEAD, why);
    want[MODE_AT] = r->s.head[MODE_AT];
    if (st == OK &&
        (memcmp(r->s.head, want, HEAD) != 0 || (want[MODE_AT] != 'S' && want[MODE_AT] != 'P')))
        st = err_set(why, ERR_INPUT, 0, "this is no backup of noroshi");
    r->s.sealed = want[MODE_AT] == 'S';
    return st;
}

status seal_open(reader *in, const uint8_t *secret_key, seal_reader **ret, err *why)
{
    seal_reader *r = calloc(1, sizeof *r);
    if (!r)
        return no_memory(why);
    r->in = in;
    status st = read_head(r, why);
    if (st == OK)
        st = sealing_init(&r->s, why);
    if (st == OK && r->s.sealed)
        st = open_sealed(r, secret_key, why);
    if (st != OK) {
        seal_reader_free(r);
        return st;
    }
    *ret = r;
    return OK;
}

seal_reader *seal_reader_free(seal_reader *r)
{
    if (r) {
        hash_free(r->s.h);
        sodium_memzero(r, sizeof *r);
        free(r);
    }
    return NULL;
}

bool seal_is_sealed(const seal_reader *r)
{
    return r->s.sealed;
}

static bool open_part(seal_reader *r, size_t n, uint8_t *ret_tag)
{
    unsigned long long len = 0;
    uint8_t sum[SHA256_BYTES];
    if (r->s.sealed) {
        if (crypto_secretstream_xchacha20poly1305_pull(&r->s.stream, r->raw, &len, ret_tag, r->part,
                                                       n, r->s.head, HEAD) != 0)
            return false;
        r->fill = (size_t)len;
        return true;
    }
    r->fill = n - ADDED_PLAIN;
    *ret_tag = r->part[0];
    sum_part(&r->s, r->part, 1 + r->fill, sum);
    memcpy(r->s.sum, sum, SHA256_BYTES);
    memcpy(r->raw, r->part + 1, r->fill);
    return memcmp(sum, r->part + 1 + r->fill, SHA256_BYTES) == 0;
}

static status next_part(seal_reader *r, err *why)
{
    uint8_t size[4], tag = 0;
    size_t least = r->s.sealed ? ADDED_SEALED : ADDED_PLAIN;
    r->fill = r->pos = 0;
    if (r->final)
        return bad(r, "it ends before it should", why);
    status st = read_all(r, size, sizeof size, why);
    size_t n = get_u32(size);
    if (st == OK && (n < least || n > SEAL_PART + least))
        return bad(r, "damaged: a part of impossible size", why);
    if (st == OK)
        st = read_all(r, r->part, n, why);
    if (st == OK && (!open_part(r, n, &tag) || (tag != TAG_MESSAGE && tag != TAG_FINAL))) {
        r->fill = 0;
        st = bad(r, "damaged, or its parts changed places", why);
    }
    r->damaged = st != OK;
    r->final = st == OK && tag == TAG_FINAL;
    return st;
}

status seal_get(seal_reader *r, void *into, size_t n, err *why)
{
    uint8_t *out = into;
    status st = OK;
    while (st == OK && n) {
        size_t here = r->fill - r->pos < n ? r->fill - r->pos : n;
        memcpy(out, r->raw + r->pos, here);
        r->pos += here;
        out += here;
        n -= here;
        if (n)
            st = next_part(r, why);
    }
    return st;
}

status seal_close(seal_reader *r, err *why)
{
    uint8_t more;
    size_t got = 0;
    status st = OK;
    if (r->damaged)
        return bad(r, "damaged", why);
    while (st == OK && !r->final && r->pos == r->fill)
        st = next_part(r, why);
    if (st == OK && r->pos < r->fill)
        return bad(r, "something follows where it should end", why);
    if (st == OK)
        st = read_some(r, &more, 1, &got, why);
    return st == OK && got ? bad(r, "something follows its end", why) : st;
}
