/* dns_server.h - questions of the DNS from the network, by UDP and TCP, until somebody says stop.
 *
 *     dns_server *s;
 *     st = dns_server_open(&options, &s, why);          // bound; dns_server_address(s) says where
 *     st = dns_server_run(s, stop_fd, why);             // returns OK when stop_fd can be read
 *     dns_server_close(s);
 *
 * Uses: dns, address, hash (SipHash). Used by: cmd (noroshi serve).
 * One thread, no child. It never blocks but in poll. Bounds: 64 connections, 5 s of silence on one
 * of them, 512 bytes a question; a full house drops who has been silent longest. By UDP, where the
 * sender may be forged, a network (IPv4 /24, IPv6 /56) gets so many replies a second; of what is
 * over that every second question is answered by "come by TCP" and the others by nothing, so that
 * who really is there is still served (response rate limiting). Networks are counted in a table of
 * fixed size under a random key: two that meet share a budget. */
#ifndef NOROSHI_SERVE_DNS_SERVER_H
#define NOROSHI_SERVE_DNS_SERVER_H

#include "base/address.h"
#include "base/hash.h"
#include "base/when.h"
#include "serve/dns.h"

enum { DNS_CONNECTIONS_MAX = 64, DNS_IDLE_MS = 5000, DNS_ADDRESS_ROOM = ADDRESS_TEXT_MAX };

typedef address dns_address;

/* "127.0.0.1:5353", "[::1]:53"; a number, no name. Port 0: any that is free.
 *   ERR_INPUT  it is none, or stands for all addresses (replies would come from another one) */
status dns_address_read(slice text, dns_address *ret, err *why) NODISCARD;

typedef struct dns_server_options {
    dns_address address;
    dns_zone zone;
    /* Before questions are answered, so that they meet what is known now; may be NULL. An error
     * is a SERVFAIL for each of them. */
    status (*refresh)(void *ctx, err *why);
    void *ctx;
    unsigned replies_per_second; /* to one network by UDP; 0: no bound */
    clock_source ticks;
    random_source random;
} dns_server_options;

typedef struct dns_counts {
    uint64_t questions;                  /* the sum of the others */
    uint64_t answered, limited, dropped; /* limited: answered by "come by TCP" */
} dns_counts;

typedef struct dns_server dns_server;

/*   ERR_IO  the address is taken, or not of this machine, or may not be had */
status dns_server_open(const dns_server_options *options, dns_server **ret, err *why) NODISCARD;
dns_server *dns_server_close(dns_server *s); /* NULL is fine */
/* "127.0.0.1:5353", with the port that was found. */
const char *dns_server_address(const dns_server *s, char out[DNS_ADDRESS_ROOM]);
status dns_server_run(dns_server *s, int stop_fd, err *why) NODISCARD;
dns_counts dns_server_counts(const dns_server *s);

#endif
