/* decode.c - text in UTF-16 becomes the same text in UTF-8, inside the jail: see child.h. */
#include "sandbox/child.h"

#include "base/utf16.h"

#include <stdlib.h>

enum { PIECE = 64 << 10 };

static status put(const unpack_sink *sink, slice text, uint64_t *left, const job_request *job,
                  err *why)
{
    if (text.len > *left)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "expands to more than %llu bytes",
                       (unsigned long long)job->bytes_limit);
    *left -= text.len;
    return text.len ? sink->data(sink->ctx, text, why) : OK;
}

static status decode(child_input *in, const job_request *job, const unpack_sink *sink, char *room,
                     err *why)
{
    const unpack_member text = {.path = S(""), .size = UNPACK_SIZE_UNKNOWN};
    char *out = room + PIECE;
    uint64_t left = job->bytes_allowed, at = 0;
    utf16 u = {0};
    size_t n = 1;
    status st = sink->begin(sink->ctx, &text, why);
    while (st == OK && n && (st = child_pread(in, room, PIECE, at, &n, why)) == OK) {
        at += n;
        size_t made = n ? utf16_put(&u, slice_of(room, n), out) : utf16_end(&u, out);
        st = put(sink, slice_of(out, made), &left, job, why);
    }
    return st == OK ? sink->end(sink->ctx, why) : st;
}

status child_decode(child_input *in, const job_request *job, const unpack_sink *sink, err *why)
{
    if (!job->members_allowed)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %llu members",
                       (unsigned long long)job->members_limit);
    char *room = malloc(PIECE + UTF16_ROOM(PIECE));
    if (!room)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory limit");
    status st = decode(in, job, sink, room, why);
    free(room);
    return st;
}
