/* webhooks.h - what the configuration file grants to alerts that are sent to a URL.
 *
 *     webhooks g; webhooks_read(app, &g, why);
 *     ... deliver_options.web = &g.o ...
 *     webhooks_done(&g);                              // behind deliver_free
 *
 *     watch.webhook-allow  = 10.1.2.0/24 8443               an exception of base/outbound
 *     watch.webhook-plain  = http://collector.example:8080  may be asked by http
 *     watch.webhook-secret = https://soc.example Authorization /etc/noroshi/soc.key
 *     watch.webhook-ca     = /etc/noroshi/ca.pem
 * A secret goes to its origin only.
 * Uses: app, publish/webhook. Used by: cmd_watch. */
#ifndef NOROSHI_CMD_WEBHOOKS_H
#define NOROSHI_CMD_WEBHOOKS_H

#include "cmd/app.h"
#include "publish/webhook.h"

enum { WEBHOOKS_MAX = 32 /* lines of one sort */ };

typedef struct webhooks {
    webhook_options o; /* of what is below */
    outbound_exception exceptions[WEBHOOKS_MAX];
    outbound_header headers[WEBHOOKS_MAX];
    outbound_url origins[WEBHOOKS_MAX]; /* of headers */
    secret *secrets[WEBHOOKS_MAX];
    outbound_url plain[WEBHOOKS_MAX];
} webhooks;

/* *ret must not be moved. With an error nothing is to be done.
 *   ERR_INPUT  a line is none; ERR_LIMIT: over WEBHOOKS_MAX; what secret_read says */
status webhooks_read(app *a, webhooks *ret, err *why) NODISCARD;
void webhooks_done(webhooks *w); /* wipes the secrets */

#endif
