/* index.h - which stored observables does this value touch: itself, its parent domains, the URLs
 * above a URL, the networks around an address, the addresses inside a network. In batches.
 *
 *     index *ix; index_open(store, &ix, why);
 *     index_probe p[2] = {{KIND_IPV4, S("198.51.100.7")}, {KIND_DOMAIN, S("a.example.com")}};
 *     index_find(ix, p, 2, INDEX_ALL, &a, &hits, why);
 *
 * Uses: store, observable, ip. Used by: judge, answer, cmd.
 * Layout and files: docs/formats/index.md. The index is derived from the store and holds no facts:
 * a hit names a node that is spelt so, and whether anything is visible about it only claims say
 * (know/claims.h). It covers the nodes up to a number kept in its files; newer ones are read from
 * the store when it is opened or refreshed, so a crash loses nothing and repairs itself. What an
 * import adds is written with what is not much larger than itself, never with all that there is.
 * Values are hashed with SipHash under a random key of the store: nobody can make them collide.
 * Threads: any number may call index_find; refresh only while none does. Processes share the
 * mapped file. */
#ifndef NOROSHI_KNOW_INDEX_H
#define NOROSHI_KNOW_INDEX_H

#include "know/store.h"
#include "model/domain.h"

typedef struct index index_t;

/* Opens what is there and reads the newer nodes. A missing file, or one whose header or size is
 * wrong, is built again; its entries are checked when they are merged, and by index_verify. */
status index_open(store *s, index_t **ret, err *why) NODISCARD;
index_t *index_close(index_t *ix);
/* Takes in what was imported since; when that is much, writes it. */
status index_refresh(index_t *ix, err *why) NODISCARD;
/* The same in a millisecond or two, for a thread that others wait for: takes in the next of what
 * was imported since, and writes nothing. *ret_behind: there may be more, look nothing up yet. */
status index_refresh_some(index_t *ix, bool *ret_behind, err *why) NODISCARD;

/* Writes what is newer than the files, if that is enough to make the next start slow: for
 * the end of an import. */
status index_settle(index_t *ix, err *why) NODISCARD;
/* Reads all of the files and compares their check sums. ERR_INPUT: damaged. */
status index_verify(index_t *ix, err *why) NODISCARD;

/* How a stored value touches the asked one. */
typedef enum index_how {
    INDEX_EXACT = 1,
    INDEX_PARENT = 2, /* a domain above: example.com for a.example.com, host and mail domains too */
    INDEX_COVERS = 4, /* a network that holds the asked address or network */
    INDEX_INSIDE = 8, /* an address or network in the asked network */
    INDEX_DERIVED = 16, /* the host of a URL, the URL without its query, a base name */
    INDEX_PREFIX = 32,  /* a URL above the asked one: http://a.example/x for http://a.example/x/y */
    INDEX_ALL = 63
} index_how;

typedef node_ref index_probe; /* normalised, as observable_parse gives it */

typedef struct index_hit {
    uint32_t probe; /* which of the asked ones */
    index_how how;
    node_ref node; /* in the arena */
} index_hit;

typedef struct index_hits {
    index_hit
        *at; /* by probe, then exact, parents and derived nearest first, URLs above longest first,
                networks narrowest first, inside */
    size_t count;
    bool more; /* a network holds more than INDEX_INSIDE_MAX stored values */
} index_hits;

enum {
    INDEX_INSIDE_MAX = 1000,
    INDEX_BATCH_MAX = 10000,
    INDEX_LEVELS_MAX = 64 /* of a path */,
    INDEX_PARTS_MAX = 17 /* files, memory */
};

/* All that touches any of the `count` values, of the ways in `how` (index_how bits).
 *   ERR_LIMIT  count over INDEX_BATCH_MAX, or the arena's budget;  ERR_IO  see index_whole */
status index_find(index_t *ix, const index_probe *probes, size_t count, unsigned how, arena *a,
                  index_hits *ret, err *why) NODISCARD;

/* ERR_IO: a file was cut off since it was opened, or cannot be read, and what was read of it may
 * have been zeros: refresh the index. Asked of after a walk; index_find asks itself, and
 * index_lacks does not say that a value is not stored. */
status index_whole(const index_t *ix, err *why) NODISCARD;

/* Is the value certainly not stored? False also for what is no observable. A few hundred
 * nanoseconds, no statement of the store. */
bool index_lacks(const index_t *ix, node_ref value);
/* What the list of suffixes said lately of names that were looked up: whoever asks about the same
 * names asks it by this. */
domain_memo *index_suffixes(index_t *ix);
/* Claims read through the lens are not looked for where the index lacks the value. The caller
 * refreshes it after each lens_look that sees other things; NULL: no more. */
void lens_index(lens *l, const index_t *ix);

/* The values in their order, for search. A face is what a value is known by: a URL's begins behind
 * its scheme. A walk gives node ids, by the first five bytes of the face (`group`; inside a group
 * without order), and some that begin otherwise behind those bytes: the reader compares the text.
 * Valid until the next refresh. */
typedef struct index_walk {
    const index_t *ix;
    uint64_t last;
    size_t at[INDEX_PARTS_MAX];
} index_walk;
index_walk index_values(const index_t *ix, slice begins);
/* Hosts below a domain, and URLs and mail addresses at one, as long as it has two labels: those
 * that share its last two labels; the reader compares again. */
index_walk index_under(const index_t *ix, slice domain);
bool index_next(index_walk *w, int64_t *ret_node, uint64_t *ret_group);
slice index_face(kind k, slice value);

/* For status: values held, bytes of the files. */
void index_size(const index_t *ix, uint64_t *ret_values, uint64_t *ret_bytes);

#endif
