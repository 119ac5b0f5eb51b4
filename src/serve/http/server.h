/* server.h - what the parts of the HTTP server share. Private to serve/http.
 *
 * A connection (conn) lives in one loop: a thread with its own event base. It is in one state at a
 * time, and conn_run takes steps until it has to wait. An exchange is one request with its answer;
 * an idle connection has none, and no buffer. While an exchange is AWAY, with a worker or the
 * thread that writes uploads, the loop touches neither it nor the buffers of the connection. What
 * other threads want of a loop they post into its inbox. */
#ifndef NOROSHI_SERVE_HTTP_SERVER_H
#define NOROSHI_SERVE_HTTP_SERVER_H

#include "serve/http/chunk.h"
#include "serve/http/fields.h"
#include "serve/http/forwarded.h"
#include "serve/http/head.h"
#include "serve/http/pool.h"
#include "serve/http/route.h"
#include "serve/http/target.h"
#include "serve/http_reply.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/uio.h>

enum {
    READ_BYTES = 64 << 10,   /* at most so much at once */
    FIRST_BYTES = 4 << 10,   /* the first buffer of a connection */
    SPOOL_PIECE = 256 << 10, /* written to the disk at once */
    TURNS_MAX = 16,          /* steps of one connection before others have their turn */
    SWEEP_MS = 100,          /* how often limits of time are looked at */
    LINGER_MS = 2000,        /* after an early answer, so that it is read before the end */
    LINGER_BYTES = 1 << 20,
    SPARE_MAX = 8,         /* exchanges that a loop keeps for the next requests */
    SPARE_BYTES = 64 << 10 /* of a buffer that is kept in one of them */
};

typedef struct conn conn;
typedef struct exchange exchange;
typedef struct spool_end spool_end; /* body.c */
typedef struct loop loop;

/* --- counting (stats.c) --------------------------------------------------------------------- */

enum { STATS_NUMBERS = 28, STATS_BUCKETS = 10 };

typedef enum refusal {
    REFUSED_CONNECTIONS, /* too many */
    REFUSED_CLIENT,      /* too many of one client */
    REFUSED_HEADER,      /* not HTTP, or too long */
    REFUSED_HOST,
    REFUSED_BODY,   /* too long */
    REFUSED_MEMORY, /* no budget for a body */
    REFUSED_SLOW,   /* a header or a body that took too long */
    REFUSED_STALLED,
    REFUSED_DRAINING,
    REFUSED_REQUESTS, /* too many of one client under way */
    REFUSED_PLAIN,    /* no TLS, from outside, by no proxy that is named */
    REFUSED_COUNT_
} refusal;

typedef struct route_stats {
    _Atomic uint64_t by_number[STATS_NUMBERS];
    _Atomic uint64_t by_time[STATS_BUCKETS];
    _Atomic uint64_t spent_us;
} route_stats;

typedef struct loop_stats {
    route_stats *routes; /* route_count, and one for what had no route */
    _Atomic uint64_t in, out;
} loop_stats;

void stats_count(exchange *x, int number, int64_t spent_us);
void stats_refuse(http_server *s, refusal what);

/* --- the server ----------------------------------------------------------------------------- */

/* A certificate in use: by the server, and by connections that began with it. */
typedef struct certificate {
    atomic_uint refs;
    tls_server *tls;
} certificate;

typedef struct client_slot client_slot; /* clients.c: connections of one client */
typedef struct client_table client_table;

/* What may change while the server runs. One that was replaced is kept until the server is closed,
 * because others may still be reading it. */
typedef struct http_settings http_settings;
struct http_settings {
    http_settings *older;
    http_limits limits;
    size_t host_count;
    slice hosts[]; /* and behind them their bytes */
};

typedef struct listener {
    int fd;
    address at;
} listener;

/* Who runs what: slices of streams are always for WORKERS. */
typedef enum pool_id { WORKERS, LONG_WORKERS, DISK, POOL_COUNT_ } pool_id;

struct http_server {
    http_options o; /* but for limits and hosts: as it was opened */
    _Atomic(http_settings *) settings;
    unsigned settings_count;
    listener listeners[HTTP_LISTEN_MAX];
    forwarded_trust trust;
    certificate *certificate;
    uint64_t certificate_stamp[2]; /* of the files as they were read last */
    client_table *clients;
    arena arena; /* for routes */
    route_table routes;
    loop *loops;
    pool *pools[POOL_COUNT_];
    uint8_t lane_keys[2][16]; /* of clients by client_key, by network */
    size_t next_loop;
    atomic_bool draining, forced;
    atomic_uint connections, in_flight;
    _Atomic uint64_t memory, spool; /* reserved */
    _Atomic uint64_t refused[REFUSED_COUNT_];
    _Atomic uint64_t accepted;
};

static inline const http_settings *settings_of(http_server *s)
{
    return atomic_load_explicit(&s->settings, memory_order_acquire);
}
static inline const http_limits *limits_of(http_server *s)
{
    return &settings_of(s)->limits;
}
bool server_reserve(_Atomic uint64_t *used, uint64_t max, uint64_t n);
void server_release(_Atomic uint64_t *used, uint64_t n);
certificate *certificate_free(certificate *c); /* gives up one reference */

/* --- clients.c ------------------------------------------------------------------------------ */

ip client_ip(const address *a);      /* zeros: it has none */
address client_address(const ip *i); /* with port 0 */
/* Whose connections count together. */
void client_network(const address *a, uint8_t key[16]);
client_table *clients_new(random_source random) NODISCARD;
client_table *clients_free(client_table *t);
/* NULL: this client has `max` already, or memory is out. */
client_slot *clients_enter(client_table *t, const address *a, uint32_t max) NODISCARD;
void clients_leave(client_table *t, client_slot *slot);

/* --- loop.c --------------------------------------------------------------------------------- */

enum { POST_NEW = 1, POST_BACK = 2, POST_WOKEN = 4 };

struct loop {
    http_server *s;
    pthread_t thread;
    bool running;
    struct event_base *base;
    struct event *wake, *sweep;
    int wake_fd;
    pthread_mutex_t lock; /* of inbox and of its conns' posts */
    conn *inbox;
    conn *first; /* all connections; only this thread */
    conn *ready; /* had their TURNS_MAX */
    void *thread_ctx;
    sem_t opened;
    status open_status;
    err open_why;
    exchange *spare;
    size_t spare_count;
    uint8_t id_key[16];
    uint64_t id_count;
    int64_t date_s;
    char date[32];
    loop_stats stats;
};

status loop_open(loop *l, http_server *s, err *why) NODISCARD;
void loop_close(loop *l); /* its thread is over, or never ran */
status loop_start(loop *l, err *why) NODISCARD;
void loop_join(loop *l); /* draining was set */
void loop_post(loop *l, conn *c, unsigned what);
void loop_nudge(loop *l); /* draining or forced was set */
void loop_ready(loop *l, conn *c);

/* --- conn.c --------------------------------------------------------------------------------- */

typedef enum conn_state {
    CONN_HEAD, /* idle, or in the middle of a header */
    CONN_BODY,
    CONN_AWAY, /* a worker has it */
    CONN_SEND,
    CONN_WAIT,   /* a stream has nothing to say */
    CONN_LINGER, /* all is said; what still comes is read over */
    CONN_OVER
} conn_state;

struct conn {
    struct event event;
    loop *loop;
    conn *next, **link; /* of the loop */
    conn *next_in;      /* of its inbox */
    unsigned posts;
    conn *next_ready;
    bool is_ready;
    uint8_t state;
    bool readable, writable;
    bool skipped; /* an empty line in front of a request */
    int fd;
    tls *tls;
    certificate *certificate;
    client_slot *slot;
    address client, local;
    uint64_t moved; /* bytes, since this state's time began */
    int64_t deadline_us, grace_us;
    char *in; /* bytes [in_from, in_len) wait to be taken */
    size_t in_from, in_len, in_cap, scanned;
    uint64_t bytes_in, bytes_out; /* of this exchange */
    uint32_t requests;
    exchange *x;
};

typedef enum step { STEP_AGAIN, STEP_BLOCKED, STEP_OVER } step;

conn *conn_new(loop *l, int fd, const address *client, const address *local) NODISCARD;
/* Ends it and everything it has; not while it is AWAY. */
void conn_close(conn *c);
void conn_run(conn *c);
void conn_adopt(conn *c); /* by its loop: begins */
void conn_back(conn *c);  /* by its loop: the worker is done */
void conn_sweep(conn *c, int64_t now_us);
void conn_drain(conn *c);
int64_t conn_now(const conn *c);
/* Its time begins now; `grace_ms` and then so many bytes a second. */
void conn_time(conn *c, uint32_t grace_ms);

typedef enum moved { MOVED, MOVED_BLOCKED, MOVED_END, MOVED_BROKEN } moved;
/* More bytes into `in`, which never holds more than `max`. */
moved conn_read(conn *c, size_t max);
static inline slice conn_bytes(const conn *c)
{
    return c->in ? slice_of(c->in + c->in_from, c->in_len - c->in_from) : (slice){NULL, 0};
}
void conn_take(conn *c, size_t n);
/* Sends from the front of the slices, and takes off what was sent. */
moved conn_write(conn *c, slice *parts, size_t count);

/* --- exchange.c: from a header to a handler -------------------------------------------------- */

typedef enum phase { PHASE_HANDLE, PHASE_FILL, PHASE_SPOOL } phase;

struct http_reply {
    exchange *x;
    int number;
    slice type, whole;
    bool says_body, in_worker, bad, later;
    status refused; /* by a helper, whatever the handler returns */
    buf body;
    http_producer producer;
    bool has_producer;
    uint64_t length; /* of a stream, where it is known */
    bool has_length;
    slice csp, cache, disposition, etag, user;
    http_pair extra[24];
    size_t extra_count;
    bool problem;
};

struct exchange {
    job job; /* first: the pool knows it by this */
    exchange *next_spare;
    conn *c;
    http_request r;
    http_reply w;
    arena arena;
    http_head head;
    http_target target;
    http_pair params[HTTP_PARAMS_MAX];
    const http_route *route;
    const route_path *path;
    lane *lanes[POOL_COUNT_]; /* where it takes its turns; NULL: it has none there */
    char id[HTTP_ID_ROOM];
    http_method method;
    bool known; /* the method is one */
    int64_t began_us, away_us;
    status st;
    err why;
    phase phase;
    bool keep;
    /* the body */
    chunk_reader chunks;
    uint64_t body_left, body_len, body_max;
    off_t pushed;               /* of the file: on its way to the disk */
    uint64_t reserved, spooled; /* of the server's budgets */
    bool body_over;
    buf body;
    void *map;
    spool_end *spool_end;
    /* the answer */
    slice parts[4];
    char size_line[24];
    buf head_out, piece;
    http_more more;
    bool chunked, replying, filled, cut;
    uint64_t streamed;
    atomic_bool woken;
    bool last_call;
    uint32_t wait_ms;
    int64_t wait_until_us;
    http_waiter *waiters;
};

exchange *exchange_new(conn *c) NODISCARD;
exchange *exchange_free(exchange *x); /* takes it off its connection; a spare one from then */
void exchange_done(exchange *x);      /* of a spare one: its memory */
step exchange_head(conn *c);          /* CONN_HEAD */
step exchange_dispatch(exchange *x);  /* the body is there */
step exchange_away(exchange *x, phase what);
/* False: more than `most`, or no memory. */
bool exchange_enter(exchange *x, pool_id which, unsigned most) NODISCARD;
step exchange_back(conn *c); /* from AWAY */
void exchange_run(job *j, void *thread);
/* Of a connection that may have no exchange yet; it is closed after the answer. */
step exchange_refuse(conn *c, int number, refusal counted);
/* x->why and `number` are the answer. Whose body was not read leaves nothing to go on with. */
step exchange_problem(exchange *x, int number);
step exchange_say(exchange *x, int number, refusal counted, status code, const char *what);

/* --- body.c --------------------------------------------------------------------------------- */

step body_start(exchange *x);
step body_go_on(conn *c);     /* CONN_BODY */
void body_write(exchange *x); /* on the thread that writes */
step body_written(exchange *x);
void body_give_up(exchange *x);   /* gives up what it had */
void body_sweep(const char *dir); /* of what killed ones left */

/* --- reply.c: from a handler to bytes -------------------------------------------------------- */

step reply_begin(exchange *x);    /* the handler is done */
step reply_send(conn *c);         /* CONN_SEND */
step reply_ask(exchange *x);      /* a stream's next piece */
void reply_fill(exchange *x);     /* on the thread that may */
step reply_piece(exchange *x);    /* it was put */
void reply_forget(http_reply *w); /* the body that it was going to be */
void reply_drop(http_reply *w, bool keep_headers);
void reply_head(exchange *x);
const char *reply_reason(int number);
void waiters_over(exchange *x);

/* A request is always that of an exchange. */
static inline exchange *exchange_of(const http_request *r)
{
    union { /* the caller's promise not to change it is about the request */
        const char *in;
        char *out;
    } at = {.in = (const char *)r - offsetof(exchange, r)};
    return (exchange *)(void *)at.out;
}

#endif
