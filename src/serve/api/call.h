/* call.h - one request to the API, and what its handler may use. Private to serve/api.
 *
 *     static status sources(call *c, err *why)
 *     {
 *         lens *l;
 *         status st = call_lens(c, &l, why);        // looks with the view of who asks
 *         ...
 *     }
 *
 * Uses: api, http. Used by: the files of serve/api.
 * A handler runs after the identity, the right, the CSRF token, every parameter and the JSON of the
 * body were checked against its row of routes.def; it appends to c->out, or answers by
 * http_reply.h.
 * Not OK is a problem of that code (http.h). */
#ifndef NOROSHI_SERVE_API_CALL_H
#define NOROSHI_SERVE_API_CALL_H

#include "answer/contact.h"
#include "answer/render.h"
#include "base/json_field.h"
#include "know/index.h"
#include "know/sets.h"
#include "know/sightings.h"
#include "serve/api.h"

#include <pthread.h>

enum {
    TOUCHED_MAX = 1024,
    OPENAPI_MAX = 4 << 20,
    OPEN_BODY_MAX = 8 << 10, /* of who is not known yet: room for all bodies is everybody's */
    CALL_LIST_DEFAULT = 100,
    CALL_LIST_MAX = 1000
};

typedef struct route route;

struct api {
    api_options o;
    http_route *routes;
    struct bound *bound; /* behind the routes' ctx */
    buf openapi;
    uint8_t etag_key[16];
    http_server *server;
    bool reload_failed; /* atomic */
    bool drains;        /* atomic */
    unsigned intakes;   /* under way; atomic */
    pthread_mutex_t lock;
    identity touched[TOUCHED_MAX]; /* whose time of last use is due; texts are not theirs */
    size_t touched_count;
    struct live *lives; /* streams that are open (live.c) */
};

/* What belongs to one thread of the server; opened when it is first wanted. */
typedef struct api_thread {
    api *a;
    accounts *people;
    lens *l;
    asker *k; /* has a lens of its own */
    renderer *r;
    index_t *ix;
    uint64_t ix_look; /* lens_looks when it was refreshed */
    sightings *seen;
} api_thread;

/* Who asks; made by api_admit, lives as long as the request. */
typedef struct caller {
    bool known; /* false: nobody, at an open route */
    identity who;
    auth_client client;
    slice cookie; /* of the session; empty: it was a token */
    view v;
} caller;

/* What was read, for the audit log: words behind each other, and how many there were. */
typedef struct call_note {
    char text[AUDIT_TEXT_MAX + 1]; /* one more than the log takes, so that a cut shows there */
    size_t len, count;
} call_note;

typedef struct call {
    api *a;
    api_thread *t;
    const route *route;
    http_request *r;
    http_reply *w;
    caller *from;
    arena *m;         /* the request's */
    buf *out;         /* JSON: the body of the answer */
    const json *body; /* NULL: the route takes none */
    writer *writer;   /* of a change: everything it does is one transaction, with its audit entry */
    bool wakes;       /* a feed is due now */
    bool looks_back;  /* what it changed may have been seen here: of after `newest_us` */
    int64_t newest_us;
    slice kept;     /* of a change: what is kept for its Idempotency-Key, when that is not `out` */
    slice did;      /* of a change: ids of what it was done to, for the audit log */
    tlp highest;    /* marking of the answer: above GREEN the read is recorded */
    call_note read; /* what of it is, where the request does not say it */
} call;

typedef status (*call_handler)(call *c, err *why);

/* The cookies of the session, the device, and a login at a provider: by another name under TLS,
 * where browsers let nobody else set it. */
const char *session_cookie(const http_request *r);
const char *device_cookie(const http_request *r);
const char *oidc_cookie(const http_request *r);
const route *route_of(const http_request *r);
/* api_sweep writes it. */
void api_touched(api *a, const identity *who);

/* --- parameters: given, or the default; checked already -------------------------------------- */

slice call_param(const call *c,
                 const char *name); /* of the path, or of the query; empty: not given */
int64_t call_int(const call *c, const char *name, int64_t otherwise);
bool call_bool(const call *c, const char *name);
when call_when(const call *c, const char *name, when otherwise);

/* --- what is known, in the view of who asks --------------------------------------------------- */

/* Each looks anew, once a request. ?as_of= is obeyed. */
status call_lens(call *c, lens **ret, err *why) NODISCARD;
status call_asker(call *c, asker **ret, err *why) NODISCARD;
/* Alerts as who asks sees them. */
status call_contacts(call *c, contact_reader *ret, err *why) NODISCARD;
/* One of them is in the answer, and counts for c->highest. */
void call_contact_is(call *c, const alert_info *i, const answer *w);
/* Appends the answer; the read will be recorded if its marking wants it. */
status call_answer(call *c, const answer *w, render_amount how, buf *out, err *why) NODISCARD;
/* Nothing more is looked at on this thread: at the end of each handler and of each slice of a
 * stream. */
void call_rest(const call *c);
/* After call_lens, so that it has all that is in sight. */
status call_index(call *c, index_t **ret, err *why) NODISCARD;
/* *ret NULL: no telemetry was ever read. ERR_FORBIDDEN: not of the site. */
status call_sightings(call *c, sightings **ret, err *why) NODISCARD;

/* --- bodies ----------------------------------------------------------------------------------- */

/* Members that the route does not name were refused already. */
slice call_text(const call *c, const char *name); /* empty: not there, or null */
/* ERR_INPUT: it must be there, and a text. */
status call_needs(const call *c, const char *name, slice *ret, err *why) NODISCARD;

/* {"id",...}: an account, with what it has. */
void put_user(json_writer *w, const account *who, const grant *has);
void put_user_fields(json_writer *w, const account *who, const grant *has); /* in an object */

/* Sets a cookie for our own pages; `lax`: also for whom another site sends here. 0 s: it goes. */
void call_set_cookie(call *c, const char *name, const char *value, int64_t seconds, bool lax);
/* The cookies of a session that was just opened, and its name in the log. */
status call_let_in(call *c, const auth_entry *e, identity *ret_who, err *why) NODISCARD;
/* A writer outside of any identity, for a login; the caller's to free. */
status call_login_writer(call *c, writer **ret, err *why) NODISCARD;

/* "analyst:<login>": the source of what a person says. */
slice call_analyst(const call *c);
void call_actor(const call *c, actor *ret);
/* ERR_FORBIDDEN for whoever is of an organisation: `what` says what is the site's own. */
status call_of_site(const call *c, const char *what, err *why) NODISCARD;
/* An instant as it stands in an answer. */
when call_now(const call *c);

/* --- lists ------------------------------------------------------------------------------------ */

/* {"items":[ ... ],"next":"..."}: the cursor is the id of the last item, null at the end. */
json_writer call_list_begin(call *c);
/* The next item: an object is appended to the list's buf behind it. */
void call_item(json_writer *w);
void call_list_end(json_writer *w, slice next);

/* `what` is in the answer, marked so: of many things that were asked for in a body, or of those
 * that came. */
void call_read(call *c, tlp marked, slice what);
/* A read of something above GREEN is recorded before it leaves, for a stream before each slice:
 * its path, its query (parameters of the route, but none that is a secret), what call_read was told
 * of. A token of ours that somebody put there is not repeated. That waits for whoever writes, so a
 * quick route goes on in a worker (http_later).
 * ERR_IO, ERR_BUSY: it may not leave. */
status call_record_read(call *c, err *why) NODISCARD;
/* That it is done, before it is done, of what is no part of the table's transactions. */
status call_record(call *c, slice what, err *why) NODISCARD;
/* An export, whatever its marking. */
status call_record_export(call *c, slice what, err *why) NODISCARD;
/* auth_password. ERR_BUSY: many are hashed already, come again in a second. */
status call_hash(call *c, slice login, slice password, char ret[PASSWORD_HASH_MAX],
                 err *why) NODISCARD;
/* Uploads are taken by turns, each read in a jail of its own. ERR_BUSY: too many are under way. */
status call_turn(call *c, err *why) NODISCARD;
void call_turn_ends(call *c);
status call_jail(call *c, sandbox **ret, err *why) NODISCARD;
/* A stream of JSON lines; `next` appends one or more to `out`. See http_producer. */
void call_lines(call *c, const http_producer *p);

#endif
