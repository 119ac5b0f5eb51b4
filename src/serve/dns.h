/* dns.h - a question of the DNS about a hash, and the reply: bytes in, bytes out.
 *
 *     dns_zone z = {.zone = S("soc.example"), .ttl_s = 300, .find = find, .ctx = &sets};
 *     st = dns_reply(&z, &a, query, false, &reply, why);   // ERR_INPUT: say nothing
 *
 * Uses: base, kind. Used by: dns_server.c, cmd_serve.
 * Sources: RFC 1034 and 1035 (messages, TXT), RFC 2308 (negative answers), RFC 6891 (EDNS),
 * RFC 7766 (TCP), RFC 8020 (NXDOMAIN), RFC 8482 (ANY). docs/dns.md is for users.
 * Names are <hash>.dns.<zone>, as CIRCL's hashlookup has them; a SHA-256 does not fit one label
 * and is cut in two of 32 digits. Known: a TXT record for each set that has it. Not known:
 * NXDOMAIN. A label of any case is echoed as it came (draft-vixie-dnsext-dns0x20).
 * Nobody is known by name here, and the sender's address may be forged. So without a connection
 * (stream false) a reply has at most twice the bytes of its question: what does not fit is left
 * out and the truncation bit says to come again by TCP. Thread-safe. */
#ifndef NOROSHI_SERVE_DNS_H
#define NOROSHI_SERVE_DNS_H

#include "base/base.h"
#include "model/fact.h"

enum {
    DNS_QUERY_MAX = 512,   /* bytes of a question; longer ones are answered by FORMERR */
    DNS_REPLY_MAX = 65535, /* by TCP */
    DNS_UDP_MAX = 1232,    /* whatever the client offers: no fragments (DNS flag day 2020) */
    DNS_FACTOR = 2,        /* of a reply to its question, by UDP */
    DNS_TEXT_MAX = 4096    /* of one record */
};

typedef struct dns_texts {
    const slice *at;
    size_t count;
} dns_texts;

typedef struct dns_zone {
    slice zone;     /* "soc.example", lower case, no dot behind; empty: any */
    uint32_t ttl_s; /* of positive and of negative answers */
    /* What is said of a hash (lower-case hex, as long as the arena), a text a record; none: it is
     * not known. An error becomes SERVFAIL. */
    status (*find)(void *ctx, arena *a, node_ref hash, dns_texts *ret, err *why);
    void *ctx;
} dns_zone;

/* Appends the reply to `reply`, which is empty. `a` is for this question alone.
 *   ERR_INPUT  no question (too short, or a reply itself): the sender gets nothing
 *   ERR_LIMIT  the arena's or the buffer's limit */
status dns_reply(const dns_zone *z, arena *a, slice query, bool stream, buf *reply,
                 err *why) NODISCARD;

/* The question with "truncated": a reply of its own length, for whom there is no budget. False: it
 * is no question. */
bool dns_cut(slice query, buf *reply);

#endif
