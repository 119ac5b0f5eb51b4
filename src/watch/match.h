/* match.h - which of very many indicators stand in a stream of bytes, whatever its format, at the
 * speed of memory.
 *
 *     match_builder *b = match_builder_new(key);           // 16 random bytes
 *     match_builder_add(b, KIND_DOMAIN, S("evil.example"), 7, why);   // normalised, and an id
 *     match_builder_done(b, &table, why);
 *     matcher *m = matcher_new(&(match_sink){.hits = on_hits, .ctx = ctx});
 *     while (read(...))
 *         match_feed(m, table, bytes, why);                // cut anywhere
 *     match_end(m, table, why);
 *
 * Uses: base, model (kind, ip, domain, url). Used by: cmd and serve (watching), bench/watch.
 * What is found, in which spellings, and what a match is: docs/watch.md. An independent, slow
 * matcher that says the same is in match_slow.h, for the tests.
 *
 * Threads: a table never changes after match_builder_done; any number of threads may read it. It is
 * counted: match_table_ref and match_table_free may be called by any thread. A matcher belongs to
 * one thread at a time. To change indicators while matching runs, keep a match_shared: the thread
 * that makes tables calls match_shared_swap; each reader calls match_shared_take before a block,
 * hands that table to match_feed, and frees it behind. A match that began in one block and ends in
 * the next is looked up in the table of the block that ends it. */
#ifndef NOROSHI_WATCH_MATCH_H
#define NOROSHI_WATCH_MATCH_H

#include "base/base.h"
#include "model/kind.h"

enum {
    MATCH_KEY = 16,          /* bytes */
    MATCH_RUN_MAX = 512,     /* bytes of a run of letters, digits and . _ - ; longer is no name */
    MATCH_ESCAPED_MAX = 768, /* bytes as written of a name or address that has escapes in it */
    MATCH_URL_MAX = 4096,    /* bytes as written of what stands behind a URL's host */
    MATCH_LITERAL_MAX = 512, /* bytes of a user agent or file name */
    MATCH_CARRY_MAX = 8192,  /* bytes that a matcher keeps between two calls, at most */
    MATCH_HITS = 256,        /* hits handed over at once, at most */
    MATCH_SEEN_VALUE = 320   /* bytes of the value of a match_seen, at most */
};

/* --- the table ------------------------------------------------------------------------------ */

typedef struct match_table match_table;
typedef struct match_builder match_builder;

/* `key` decides where values stand: random and secret, so that nobody can choose values that crowd
 * one place. NULL when memory is out. */
match_builder *match_builder_new(const uint8_t key[MATCH_KEY]) NODISCARD;
match_builder *match_builder_free(match_builder *b);

/* `value` is what observable_parse makes of it. The same kind and value a second time is left out
 * (the first id stays), and so is what cannot be looked for: kinds that no text shows, names of one
 * label, literals without a word of three letters. match_table_info counts both.
 *   ERR_INPUT  the value is not in the normal form of its kind
 *   ERR_LIMIT  no memory left; the builder can only be freed */
status match_builder_add(match_builder *b, kind k, slice value, uint64_t id, err *why) NODISCARD;

/* Takes the builder, also when it fails. About 40 bytes and 0.7 µs an indicator. */
status match_builder_done(match_builder *b, match_table **ret, err *why) NODISCARD;

const match_table *match_table_ref(const match_table *t);
const match_table *match_table_free(const match_table *t);

typedef struct match_info {
    uint64_t added;    /* indicators that are looked for */
    uint64_t repeated; /* the same kind and value again */
    uint64_t left_out; /* cannot be looked for */
    uint64_t keys;     /* what stands in the table: hosts of URLs are keys of their own */
    uint64_t bytes;    /* memory of the table */
} match_info;
match_info match_table_info(const match_table *t);

/* A place for the newest table. */
typedef struct match_shared match_shared;
match_shared *match_shared_new(const match_table *t) NODISCARD; /* takes t; NULL: no memory */
match_shared *match_shared_free(match_shared *s);
const match_table *match_shared_take(match_shared *s); /* a reference: match_table_free it */
void match_shared_swap(match_shared *s, const match_table *t); /* takes t, frees the old one */

/* --- matching ------------------------------------------------------------------------------- */

typedef enum match_how {
    MATCH_EXACT = 1, /* the indicator itself, however it was spelt */
    MATCH_PARENT,    /* a domain above the one that stands there; a URL, but for the query */
    MATCH_COVERS,    /* a network that holds the address */
    MATCH_JOIN       /* the host of some URL indicator stands alone: if the line has the path in
                        another field, ask match_url; `id` is 0, `kind` KIND_URL */
} match_how;

typedef struct match_hit {
    uint64_t at;     /* offset in the stream of the first byte */
    uint64_t length; /* as written: of the whole name, address or URL, also with MATCH_PARENT */
    uint64_t id;     /* of the indicator */
    kind kind;       /* of the indicator */
    match_how how;
} match_hit;

/* Something that looks like an observable, indicator or not. */
typedef struct match_seen {
    uint64_t at, length;
    kind kind;   /* ipv4, ipv6, domain (under a known top-level domain), email, md5, sha1, sha256,
                    sha512 */
    slice value; /* addresses and digests as bytes, network order; else the normalised text; until
                    the callback returns */
} match_seen;

/* Called while match_feed and match_end run. A status other than OK ends that call, which returns
 * it; the stream is then lost: match_end, or matcher_free. */
typedef struct match_sink {
    /* At most MATCH_HITS, in order of `at` within one call. */
    status (*hits)(void *ctx, const match_hit *hits, size_t count, err *why);
    /* NULL: not wanted, and costs nothing. One at a time, in no order; not once per value. */
    status (*seen)(void *ctx, const match_seen *seen, err *why);
    void *ctx;
} match_sink;

typedef struct matcher matcher;

matcher *matcher_new(const match_sink *sink) NODISCARD; /* NULL: no memory */
matcher *matcher_free(matcher *m);

/* The next bytes of the stream, any number of them. Everything in front of the last line end is
 * decided when it returns; a line that is not yet complete is decided up to MATCH_CARRY_MAX bytes
 * behind. */
status match_feed(matcher *m, const match_table *t, slice bytes, err *why) NODISCARD;
/* The stream ends here: decides the rest. The next match_feed begins a stream at offset 0. */
status match_end(matcher *m, const match_table *t, err *why) NODISCARD;

/* For tests: without what only some processors have; 1 and 2 are AVX2 and AVX-512. False when this
 * processor has no such. */
bool matcher_force(matcher *m, unsigned level);

/* --- one value ------------------------------------------------------------------------------ */

/* Is `target` on `host` a URL indicator? For lines where the two are fields of their own. `host`
 * may have a port; `target` begins with "/", "?" or "#" or is empty, or is a whole URL. At most
 * `room` hits (at and length 0), returns how many. */
size_t match_url(const match_table *t, slice host, slice target, match_hit *ret, size_t room);

#endif
