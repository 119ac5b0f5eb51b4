/* webhook.h - alerts as HTTP requests, one each, sent on a thread of its own: nobody waits for the
 * one who takes them.
 *
 *     webhook *h; webhook_new(S("https://soc.example/alerts"), &options, &h, why);
 *     webhook_look(h, &state, why);                        // never waits
 *     if (state.idle) webhook_send(h, &messages, why);     // framed; takes them
 *
 * Uses: base (outbound, thread). Used by: receiver. Sources: RFC 9110 (POST, Retry-After).
 * A message is taken when the answer is 200 to 299; the first that is not ends its batch. A POST
 * follows no redirect, and headers go to the origin they were made for (base/outbound), which also
 * refuses addresses inside that no exception names. http is for origins that `plain` names.
 * Threads: a webhook belongs to one thread; the options' clocks are asked on the other, too. */
#ifndef NOROSHI_PUBLISH_WEBHOOK_H
#define NOROSHI_PUBLISH_WEBHOOK_H

#include "base/outbound.h"

enum {
    WEBHOOK_CONNECT_MS = 10 * 1000,
    WEBHOOK_TOTAL_MS = 30 * 1000, /* of one request */
    WEBHOOK_REPLY_MAX = 64 << 10  /* bytes of an answer, which nobody reads */
};

/* What is lent must outlive the webhook. */
typedef struct webhook_options {
    outbound_options out; /* its limits are the above, whatever it says */
    const outbound_header *headers;
    size_t header_count;
    const outbound_url *plain; /* origins */
    size_t plain_count;
    clock_source clock; /* of dates */
} webhook_options;

typedef struct webhook webhook;
/*   ERR_INPUT  no URL, or http without being told; ERR_LIMIT: memory */
status webhook_new(slice url, const webhook_options *options, webhook **ret, err *why) NODISCARD;
/* A request under way is given up: about a second, and what looking up a name takes. */
webhook *webhook_free(webhook *h);

/* A message behind its length, as webhook_send takes them. */
void webhook_frame(buf *messages, slice json);

typedef struct webhook_state {
    bool idle;
    uint64_t sent;         /* messages that were taken, since webhook_new */
    int64_t retry_after_s; /* the other side asks for so long, with the error; 0: it did not */
} webhook_state;
/* ERR_IO: why the batch ended before its last message, said once; *ret is written all the same. */
status webhook_look(webhook *h, webhook_state *ret, err *why) NODISCARD;
/* Only when idle. Empties *messages. ERR_IO: no thread could be started. */
status webhook_send(webhook *h, buf *messages, err *why) NODISCARD;

#endif
