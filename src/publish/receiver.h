/* receiver.h - where alerts go besides the store: a file, syslog by UDP or TCP, a web server. It
 * never waits.
 *
 *     receiver *r; receiver_new(S("syslog:tcp:192.0.2.9:601"), "host", NULL, &r, why);
 *     receiver_offer(r, &message, now_us, &taken);    // false: not now
 *     receiver_push(r, now_us, &safe, &lost, why);    // of those taken, how many it surely has
 *
 * Uses: base, publish (webhook). Used by: deliver. Sources: RFC 5424 (syslog), RFC 5426 (by UDP),
 * RFC 6587 (by TCP, octet counting).
 * "Surely has" is what can be known: a file's bytes are on the disk (fdatasync); by TCP the other
 * side's system has acknowledged them (syslog itself has no acknowledgement); by UDP nobody said
 * until the next push that nobody is there; a web server has said so (webhook.h). What was taken
 * and is not safe when something goes wrong is forgotten here, and offered again by who keeps it.
 * A new kind of receiver is a row of the table in receiver.c. */
#ifndef NOROSHI_PUBLISH_RECEIVER_H
#define NOROSHI_PUBLISH_RECEIVER_H

#include "publish/webhook.h"

enum {
    RECEIVER_WAITING_MAX = 1 << 20,  /* bytes that were taken and are not out yet */
    RECEIVER_DATAGRAM_MAX = 60000,   /* bytes of an alert by UDP: over it, `brief` is sent */
    RECEIVER_TARGET_MAX = 200,       /* bytes of its name */
    RECEIVER_RETRY_MIN_US = 1000000, /* after something went wrong; twice as long each time, */
    RECEIVER_RETRY_MAX_US = 60000000 /* at most, unless the other side asks for longer */
};

typedef struct receiver receiver;

/* "syslog:udp:ADDR:PORT", "syslog:tcp:ADDR:PORT", "https://HOST/PATH", else the path of a file.
 * `host` says which machine speaks (syslog's HOSTNAME; NULL: none); *web is for the third (NULL:
 * there is no such target) and must outlive it. Opens nothing yet.
 *   ERR_INPUT  no such target; ERR_LIMIT: memory, or its name is too long */
status receiver_new(slice target, const char *host, const webhook_options *web, receiver **ret,
                    err *why) NODISCARD;
receiver *receiver_free(receiver *r); /* as webhook_free */
slice receiver_target(const receiver *r);

typedef struct receiver_message {
    slice json;       /* one line without its end */
    slice brief;      /* the same with less in it */
    int priority;     /* 1..4 */
    const char *time; /* as when_iso writes it */
} receiver_message;

/* *ret: whether it was taken: not while it recovers, or RECEIVER_WAITING_MAX wait. */
void receiver_offer(receiver *r, const receiver_message *m, int64_t now_us, bool *ret);

typedef struct receiver_state {
    uint64_t taken, safe; /* since receiver_new; the first `safe` of those taken */
    bool lost;            /* the others are to be offered again; said once */
} receiver_state;
/* Sends what waits, as far as that goes without waiting.
 *   ERR_IO  what went wrong; ret->lost is true then */
status receiver_push(receiver *r, int64_t now_us, receiver_state *ret, err *why) NODISCARD;

#endif
