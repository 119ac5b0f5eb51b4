/* serving.h - the parts of `noroshi serve`: HTTP in the main thread, the DNS beside it, the log.
 * Uses: app, serve. Used by: cmd_serve, serving_dns, serving_log,
 * serving_oidc. */
#ifndef NOROSHI_CMD_SERVING_H
#define NOROSHI_CMD_SERVING_H

#include "cmd/app.h"
#include "serve/http.h"
#include "serve/oidc.h"

/* --- the log: a line each on standard error, whole, from any thread --------------------------- */

typedef enum log_form { LOG_AUTO, LOG_JSON, LOG_TEXT, LOG_OFF } log_form;

/* For http_options.log. A query or a body is never in it. */
void serving_log(log_form form, const http_log *l);
/* Something that goes on in spite of it: "dns", "sweep", "certificate". */
void serving_trouble(slice what, const err *why);

/* --- login by an OpenID provider -------------------------------------------------------------- */

typedef struct serving_oidc serving_oidc;
/* *ret NULL: it is not configured. What is wrong in the configuration is said to people. */
status serving_oidc_new(app *a, serving_oidc **ret, err *why) NODISCARD;
serving_oidc *serving_oidc_free(serving_oidc *s); /* NULL is fine */
oidc *serving_oidc_of(const serving_oidc *s);     /* NULL of NULL */

/* --- the DNS ---------------------------------------------------------------------------------- */

typedef struct serving_dns serving_dns;
/* Answers on a thread of its own until stop_fd can be read. */
status serving_dns_start(app *a, int stop_fd, serving_dns **ret, err *why) NODISCARD;
serving_dns *serving_dns_end(serving_dns *s); /* waits for it; NULL is fine */

#endif
