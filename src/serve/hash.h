/* hash.h - "is this file known?": what the sets say of one hash, ready to be sent.
 *
 *     hash_answer h;
 *     if ((st = hash_ask(l, &a, S("D41D8CD98F00B204E9800998ECF8427E"), &h, why)) == OK)
 *         hash_put_json(&w, &h);
 *
 * Uses: sets. Used by: cmd_serve (the DNS answers), serve/api (GET and POST /api/v1/hash).
 * Sets only, no claims: these answers go to readers that nobody knows by name. */
#ifndef NOROSHI_SERVE_HASH_H
#define NOROSHI_SERVE_HASH_H

#include "base/json.h"
#include "know/sets.h"

typedef enum hash_word {
    HASH_UNKNOWN,     /* no set has it */
    HASH_LISTED,      /* only lists have it, or what was said has expired */
    HASH_KNOWN_GOOD,  /* in a known-good set and in no known-bad one */
    HASH_KNOWN_BAD,   /* the other way round */
    HASH_CONFLICTING, /* in both */
} hash_word;

/* "unknown", "listed", "known-good", "known-bad", "conflicting" */
const char *hash_word_name(hash_word s);

typedef struct hash_answer {
    node_ref hash; /* lower-case hex, in the arena */
    hash_word word;
    set_hits hits;
    when now; /* of the view: what had to be valid until before is over */
} hash_answer;

/* An MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512 in hex, any case.
 *   ERR_INPUT  it is none; ERR_LIMIT  the arena's budget */
status hash_ask(lens *l, arena *a, slice text, hash_answer *ret, err *why) NODISCARD;

/* The same in two steps, for many: what is asked, without an answer yet, then all answers. */
status hash_read(const lens *l, arena *a, slice text, hash_answer *ret, err *why) NODISCARD;
status hash_look(lens *l, arena *a, hash_answer *h, size_t count, err *why) NODISCARD;

/* {"schema":"noroshi.hash/1","kind":...,"value":...,"verdict":...,"sets":[...]} */
void hash_put_json(json_writer *w, const hash_answer *h);
/* One element of it: {"verdict":"known-bad","set":...,"source":...,"label":...,...}, what is not
 * said left out. */
void hash_put_hit(json_writer *w, const hash_answer *h, const set_hit *hit);

#endif
