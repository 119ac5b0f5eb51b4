/* parts.h - the stages of a capture: packets, their layers, conversations, what is said in them.
 * Private to capture: see capture.h.
 * Uses: capture, base, model/ip. Used by: capture.c and the files of capture/. */
#ifndef NOROSHI_FORMAT_CAPTURE_PARTS_H
#define NOROSHI_FORMAT_CAPTURE_PARTS_H

#include "base/json.h"
#include "base/when.h"
#include "format/capture.h"
#include "model/ip.h"

/* --- bytes ----------------------------------------------------------------------------------- */

/* Behind the end everything is 0, and `bad`. */
typedef struct cut {
    slice rest;
    bool bad;
} cut;

slice cut_bytes(cut *c, size_t n);
unsigned cut_u8(cut *c);
unsigned cut_u16(cut *c); /* network order */
unsigned cut_u24(cut *c);
uint32_t cut_u32(cut *c);
/* As many bytes as the number in front of them says, which has 1 to 3 bytes. */
slice cut_counted(cut *c, unsigned number_bytes);

/* --- packets --------------------------------------------------------------------------------- */

enum { PACKETS_LINKS_MAX = 256 };

typedef struct packets_link {
    unsigned type;
    uint64_t units; /* of its clock, in a second */
    int64_t offset_s;
} packets_link;

typedef struct packets {
    reader *in;
    char *room; /* PACKETS_ROOM bytes */
    size_t have, used;
    uint64_t at; /* of room[used] in the capture */
    bool over;   /* the reader has no more */
    bool ng, swapped;
    packets_link link[PACKETS_LINKS_MAX];
    size_t link_count;
} packets;

typedef struct packet {
    slice bytes; /* until the next; at most CAPTURE_PACKET_MAX */
    when time;   /* WHEN_NONE: the capture says none */
    unsigned link;
    bool known; /* its link is */
} packet;

enum { LINK_UNKNOWN = 0xffffff };

status packets_open(packets *p, reader *in, arena *a, err *why) NODISCARD;
/* *ret_more: false at the end. */
status packets_next(packets *p, packet *ret, bool *ret_more, err *why) NODISCARD;

/* --- layers ---------------------------------------------------------------------------------- */

enum { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17, IP_ICMP6 = 58 };
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

typedef struct segment {
    ip source, destination;
    uint16_t source_port, destination_port;
    uint8_t protocol, flags;
    uint32_t sequence;
    slice bytes;   /* of the payload, as far as they were recorded */
    size_t length; /* of the payload, as it was sent */
} segment;

typedef enum layers_found { LAYERS_NOTHING, LAYERS_FRAGMENT, LAYERS_SEGMENT } layers_found;
layers_found layers_read(const packet *p, segment *ret);

/* --- conversations --------------------------------------------------------------------------- */

enum { STREAM_ISLANDS = 8 };

/* What came early: it waits for what is in front of it. */
typedef struct island {
    uint16_t at, end;
} island;

/* One direction of a connection: a window of CAPTURE_SLAB bytes that moves on as they are read. */
typedef struct stream {
    uint32_t base; /* sequence number of the window's first byte */
    uint16_t slab; /* from 1; 0: none */
    uint16_t have; /* bytes of it that are there without a hole */
    uint16_t seen; /* of these, that the reader has looked at in vain */
    uint8_t island_count;
    bool begun, dead, ended;
    island islands[STREAM_ISLANDS];
} stream;

typedef enum flow_app { APP_UNKNOWN, APP_NONE, APP_HTTP, APP_TLS, APP_DNS } flow_app;
enum { FLOW_OUT, FLOW_IN, FLOW_WAYS }; /* from who began it; to there */

typedef struct flow {
    ip peer[FLOW_WAYS]; /* [FLOW_OUT] began it */
    uint16_t port[FLOW_WAYS];
    uint8_t protocol, app;
    bool used, closed;
    bool answered, refused, syn;
    bool tunnel;      /* of HTTP: the last request was CONNECT */
    uint8_t owed;     /* of HTTP: requests that no answer was seen to, the last included */
    uint32_t heads;   /* of these, which were HEAD: the lowest bit is the last */
    uint16_t pending; /* slab of a line that waits for its answer; 0: none */
    uint16_t pending_bytes;
    when first, last;
    uint64_t from, touched; /* numbers of its first and last packet */
    uint64_t packets[FLOW_WAYS], bytes[FLOW_WAYS];
    stream stream[FLOW_WAYS];
} flow;

typedef struct slab {
    char *bytes;
    flow *owner;   /* NULL: free */
    uint16_t next; /* free one; 0: none */
    uint8_t what;  /* FLOW_OUT, FLOW_IN, SLAB_LINE */
} slab;
enum { SLAB_LINE = 2 };

typedef struct capture {
    arena *a;
    const capture_sink *sink;
    capture_counts n;
    flow *flows;
    uint32_t sets;
    slab *slabs; /* from 1 */
    uint32_t slab_count, slab_max, slab_turn;
    uint16_t slab_idle;
    buf line;
    json_writer json;
    bool closing; /* the conversation under way is at its end: nothing waits any more */
    when now;     /* of the packet under way */
    status st;    /* of the sink; nothing is told any more when it is not OK */
    err why;
} capture;

status flows_open(capture *c, arena *a, const capture_limits *limits, err *why) NODISCARD;
void flows_take(capture *c, const segment *s);
void flows_end(capture *c);

/* A line of that kind about a flow: its first members. `number`: that of the one it is of. */
void line_begin(capture *c, const char *kind, const flow *f, when time, uint64_t number);
enum { LINE_TEXT_MAX = 4608 };
void line_text(capture *c, const char *key, slice text, size_t most);
void line_value(capture *c, slice text); /* in an array */
void line_number(capture *c, const char *key, uint64_t n);
/* Tells it now. */
void line_end(capture *c);
/* Keeps it with the flow until line_resume; tells it now when nothing can come, or has room. */
void line_wait(capture *c, flow *f);
/* Goes on with the one that waits; false: none does. */
bool line_resume(capture *c, flow *f);
/* Tells the one that waits as it is. */
void line_flush(capture *c, flow *f);
/* An address, as text; out has IP_TEXT_MAX bytes. */
slice line_ip(const ip *a, char *out);
/* Memory of CAPTURE_SLAB bytes for what (see slab) of the flow; when all is in use, that of another
 * flow, which goes without. 0: no memory at all, and c->st says so. */
uint16_t slab_take(capture *c, flow *f, int what);
void slab_free(capture *c, uint16_t *which);

/* --- what is said ---------------------------------------------------------------------------- */

/* Of `bytes`, the beginning of what has not been read: how many are done with. 0: not enough yet.
 * More than there are: what follows is of no interest up to there. `last`: no more will come, or
 * there is no room for more. STREAM_STOP: nothing in this direction is of interest any more. */
#define STREAM_STOP UINT64_MAX
uint64_t capture_http(capture *c, flow *f, int way, slice bytes, bool last);
uint64_t capture_tls(capture *c, flow *f, int way, slice bytes, bool last);
uint64_t capture_dns_stream(capture *c, flow *f, int way, slice bytes, bool last);

/* A message of the DNS; false when it is none. way: who sends it. */
bool capture_dns(capture *c, const flow *f, int way, slice message);
/* Is the first thing that was sent a request of HTTP? -1: it cannot be told yet. */
int http_is(slice bytes);
/* The certificate's names and digests as members of the line. */
void certificate_put(capture *c, slice der);

#endif
