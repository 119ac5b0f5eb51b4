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

/* --- beside it: sweeping, SIGHUP, the service manager, feeds --------------------------------- */

struct api;
struct puller;
struct store;
typedef struct serving_care serving_care;

typedef struct care_options {
    app *a;
    int stop_fd; /* the threads end when it can be read */
    struct api *api;
    struct store *store;
    struct puller *puller;
    log_form *log; /* changed by a reload; read and written atomically */
} care_options;

/* Blocks SIGHUP: before any thread is made. */
status serving_care_new(const care_options *o, serving_care **ret, err *why) NODISCARD;
/* Begins, and says that the service is ready (NOTIFY_SOCKET). */
status serving_care_start(serving_care *c, http_server *http, slice where, err *why) NODISCARD;
serving_care *serving_care_end(serving_care *c); /* waits for the threads; NULL is fine */

/* What a reload changes, out of these options. */
struct feed_grants;
void serving_grants(const options *o, struct feed_grants *ret);
http_limits serving_limits(const options *o);
log_form serving_log_form(const app *a, const options *o);

/* --- the DNS ---------------------------------------------------------------------------------- */

typedef struct serving_dns serving_dns;
/* Answers on a thread of its own until stop_fd can be read. */
status serving_dns_start(app *a, int stop_fd, serving_dns **ret, err *why) NODISCARD;
serving_dns *serving_dns_end(serving_dns *s); /* waits for it; NULL is fine */

#endif
