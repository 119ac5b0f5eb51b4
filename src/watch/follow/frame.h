/* frame.h - the messages of a syslog connection, made lines.
 * Uses: base. Used by: net.c. Source: RFC 6587, 3.4.
 * The first bytes decide: a number, a blank and "<" is octet counting ("11 <13>message"), anything
 * else lines that end in LF or NUL. A message becomes one line: LF inside it becomes a blank, LF or
 * NUL at its end its newline. */
#ifndef NOROSHI_WATCH_FRAME_H
#define NOROSHI_WATCH_FRAME_H

#include "base/base.h"

enum {
    FRAME_PROBE = 12,  /* bytes that decide, at most */
    FRAME_GAP = 16,    /* what comes out may be so much longer than what went in */
    FRAME_DIGITS = 10, /* of a length */
    FRAME_LENGTH_MAX = INT32_MAX
};

typedef enum framing { FRAMING_UNKNOWN, FRAMING_RAW, FRAMING_LINES, FRAMING_COUNTED } framing;

/* Zeroed is a new connection; kind FRAMING_RAW leaves bytes as they are. */
typedef struct framer {
    framing kind;
    bool inside; /* counted: of a message, of which `left` bytes are to come */
    uint64_t left;
    unsigned digits; /* of the length so far */
    char probe[FRAME_PROBE];
    size_t probe_len;
} framer;

/* Takes n bytes and writes at most n + FRAME_GAP to `out`; out + FRAME_GAP == in is allowed.
 *   ERR_INPUT  not a length where one had to be; *ret_len is what was whole before it */
status frame_take(framer *r, const char *in, size_t n, char *out, size_t *ret_len,
                  err *why) NODISCARD;
/* The connection ended: what was still looked at, at most FRAME_PROBE bytes. */
size_t frame_end(framer *r, char *out);
/* One datagram, in place: its line at bytes[0, ret), which is 0 when nothing was said; there is
 * room for one byte more. */
size_t frame_datagram(char *bytes, size_t n);

#endif
