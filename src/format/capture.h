/* capture.h - recorded network traffic (PCAP, PCAPNG) becomes a log: a line of JSON for each thing
 * that was said in it.
 *
 *     capture_counts n;
 *     capture_limits limits = {0};
 *     const capture_sink sink = {.line = put_line, .ctx = out};   // one line, without its end
 *     if ((st = capture_read(&in, &a, &limits, &sink, &n, why)) != OK) ...
 *
 * Uses: base, model/ip. Used by: the sandbox, in a child (hostile bytes), the fuzz target.
 * What comes out is read by format/log (format "capture") like any other log; docs/formats/logs.md
 * has its fields. Decision 0158 says why it is a log, and why the decoders are our own.
 *
 * Read are Ethernet (VLAN, PPPoE), Linux cooked (both), raw IP, loopback; IPv4 and IPv6 and either
 * in the other; of fragments the first; DNS by UDP and TCP; of each direction of a TCP connection
 * its beginning, in order: HTTP/1 requests with the status they got, the hellos of TLS (SNI, JA3,
 * JA3S, JA4) and, where it is in clear, the certificate. Every conversation is a line at its end.
 * Nothing is decrypted, QUIC is a conversation like any other.
 * Sources: draft-ietf-opsawg-pcap and -pcapng, the link types of tcpdump.org, RFC 791, 8200, 9293,
 * 768, 1035, 3596, 9112, 8446, 5246, 5280, 6066, 7301, 8701; JA3 and JA3S as Salesforce described
 * them, JA4 (TLS client) as FoxIO did.
 *
 * Memory: CAPTURE_MEMORY, whatever is read. Work: a bounded amount a packet. The table of
 * conversations has limits.flows places in sets of CAPTURE_WAYS: a new one puts out the one of its
 * set that was silent longest, which is told then. */
#ifndef NOROSHI_FORMAT_CAPTURE_H
#define NOROSHI_FORMAT_CAPTURE_H

#include "base/base.h"
#include "base/reader.h"

enum {
    CAPTURE_MEMORY = 128 << 20,
    CAPTURE_PACKET_MAX = 256 << 10, /* bytes of a packet that are looked at */
    CAPTURE_FLOWS = 1 << 16,        /* conversations at a time */
    CAPTURE_WAYS = 16,
    CAPTURE_SLABS = 4096,       /* parts of streams that wait to be whole, */
    CAPTURE_SLAB = 16 << 10,    /* of so many bytes */
    CAPTURE_LINE_MAX = 64 << 10 /* of what comes out */
};

/* 0: as above. `flows` is rounded up to a power of two, and at least CAPTURE_WAYS. */
typedef struct capture_limits {
    uint32_t flows, slabs;
} capture_limits;

typedef struct capture_sink {
    void *ctx;
    status (*line)(void *ctx, slice line, err *why);
} capture_sink;

/* The last line says them, too. */
typedef struct capture_counts {
    uint64_t packets, bytes;
    uint64_t unread;    /* packets of no kind that we know, or broken */
    uint64_t fragments; /* that are not the first of theirs */
    uint64_t flows;
    uint64_t evicted;  /* conversations that were told before their end */
    uint64_t given_up; /* directions of connections with a hole in them, or over a limit */
} capture_counts;

/* Is what begins so a capture? 12 bytes are enough. */
bool capture_is(slice head);

/* Reads it to its end. `a` has CAPTURE_MEMORY for the usual limits.
 *   ERR_INPUT  it is none, or is damaged or cut off at why->at: what stood before was told
 *   ERR_LIMIT  memory
 *   else       what `in` or the sink said */
status capture_read(reader *in, arena *a, const capture_limits *limits, const capture_sink *sink,
                    capture_counts *ret, err *why) NODISCARD;

#endif
