/* recording.c - a recording of traffic becomes a log, inside the jail: see child.h. */
#include "sandbox/child.h"

#include "format/capture.h"

typedef struct telling {
    const unpack_sink *sink;
    uint64_t left, limit;
} telling;

static status put_line(void *ctx, slice line, err *why)
{
    telling *t = ctx;
    if (line.len >= t->left)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "expands to more than %llu bytes",
                       (unsigned long long)t->limit);
    t->left -= line.len + 1;
    status st = t->sink->data(t->sink->ctx, line, why);
    return st == OK ? t->sink->data(t->sink->ctx, S("\n"), why) : st;
}

status child_capture(child_input *in, const job_request *job, const unpack_sink *sink, err *why)
{
    CLEANUP(arena_done) arena a;
    telling t = {.sink = sink, .left = job->bytes_allowed, .limit = job->bytes_limit};
    const capture_sink lines = {.ctx = &t, .line = put_line};
    const capture_limits usual = {.flows = 0};
    const unpack_member log = {.path = S(""), .size = UNPACK_SIZE_UNKNOWN};
    capture_counts n;
    err said = {0};
    reader bytes = child_reader(in);
    arena_init(&a, CAPTURE_MEMORY);
    if (!job->members_allowed)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %llu members",
                       (unsigned long long)job->members_limit);
    status st = sink->begin(sink->ctx, &log, why);
    if (st != OK)
        return st;
    st = capture_read(&bytes, &a, &usual, &lines, &n, &said);
    if (st != OK && st != ERR_INPUT) {
        if (why)
            *why = said;
        return st;
    }
    status ended = sink->end(sink->ctx, why);
    if (ended != OK || st == OK)
        return ended;
    if (job->members_allowed < 2) { /* there is no other word for it left */
        if (why)
            *why = said;
        return st;
    }
    return sink->refuse(sink->ctx, S(""), slice_str(said.msg), why);
}
