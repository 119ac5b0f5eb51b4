/* keys.h - under which keys a sighting is remembered, and which a question asks. Private to
 * know/sightings.
 *
 * Uses: bucket, domain, ip, url. Used by: sightings.c, sightings_write.c.
 * A key is of a value itself, or of what was seen within it: a name below a domain, a URL or mail
 * address at a host, an address in a network. */
#ifndef NOROSHI_KNOW_SIGHTINGS_KEYS_H
#define NOROSHI_KNOW_SIGHTINGS_KEYS_H

#include "know/sightings/bucket.h"
#include "model/ip.h"

enum {
    SIGHT_PARENTS = 8, /* domains above one that are remembered: those nearest to the registrable */
    SIGHT_KEYS_MAX = SIGHT_PARENTS + 2
};

/* How long the registrable part of names is that were asked lately: the list of suffixes costs more
 * than all else of a sighting. */
enum { SIGHT_MEMO = 1 << 14 };
typedef struct sight_memo {
    struct {
        uint64_t place; /* of the name's key; 0 and no length: none */
        uint64_t owner_len;
    } at[SIGHT_MEMO];
} sight_memo;

/* Keys of one sighting; returns how many. 0: an address that is none. */
size_t sight_keys_of(const slots_secret *x, sight_memo *memo, kind k, slice value,
                     sight_key out[SIGHT_KEYS_MAX]);

/* A value itself; false: an address that is none. */
bool sight_key_itself(const slots_secret *x, kind k, slice value, sight_key *ret);
/* What was seen within a domain or address; false: of no other kind. */
bool sight_key_within(const slots_secret *x, kind k, slice value, sight_key *ret);

/* How a network is asked: `count` keys, the i-th by sight_net_key. */
typedef struct sight_net {
    ip_net net;
    uint8_t step;   /* length of the networks that its keys are of; 128: addresses */
    uint32_t count; /* 0: it cannot be said */
    bool wider;     /* the one key is of a larger network around it */
} sight_net;

void sight_net_plan(const ip_net *net, sight_net *ret);
/* A remembered network around one that is asked by addresses: when nothing was seen in it, none of
 * them was. false: it is not asked so. */
bool sight_net_around(const slots_secret *x, const sight_net *n, sight_key *ret);
/* `within`, of a single address: what was seen at it (URLs), besides itself. */
sight_key sight_net_key(const slots_secret *x, const sight_net *n, uint32_t i, bool within);

#endif
