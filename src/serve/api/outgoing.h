/* outgoing.h - what goes out as a file: written to an unlinked one first, so that its size is
 * known, memory is not in proportion, and a client may ask for a part of it. Private to serve/api.
 *
 *     outgoing o;
 *     st = outgoing_open(c, &o, why);
 *     ... outgoing_put(&o, bytes, why) ...
 *     return outgoing_send(&o, S("application/x-ndjson"), "changes.ndjson", st);
 *
 * Uses: call. Used by: out.c, telemetry.c. */
#ifndef NOROSHI_SERVE_API_OUTGOING_H
#define NOROSHI_SERVE_API_OUTGOING_H

#include "serve/api/call.h"

typedef struct outgoing {
    call *c;
    int fd;
    uint64_t size;
    buf line; /* scratch for one object */
} outgoing;

enum { OUTGOING_LINE_MAX = 64 << 20 };

status outgoing_open(call *c, outgoing *ret, err *why) NODISCARD;
status outgoing_put(void *outgoing, slice bytes, err *why) NODISCARD; /* an export_options.put */
/* The line that was written to o->line, and a newline. */
status outgoing_line(outgoing *o, err *why) NODISCARD;
/* Closes it; what `st` says is returned. */
status outgoing_send(outgoing *o, slice type, const char *name, status st) NODISCARD;

#endif
