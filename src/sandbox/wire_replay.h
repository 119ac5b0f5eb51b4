/* wire_replay.h - for the tests of the wire: a reader whose sink is a writer, so that what was
 * accepted is written again and can be compared with what came.
 * Uses: wire. Used by: wire_test.c, wire_fuzz.c. */
#ifndef NOROSHI_SANDBOX_WIRE_REPLAY_H
#define NOROSHI_SANDBOX_WIRE_REPLAY_H

#include "sandbox/wire.h"

#include <stdlib.h>

typedef struct replay {
    wire_reader *r;
    wire_writer w;
    fact_sink facts;
    unpack_sink members;
    buf out; /* what the writer wrote */
    bool format_written;
} replay;

static status replay_put(void *ctx, slice one, slice two, err *why)
{
    replay *p = ctx;
    buf_put(&p->out, one);
    buf_put(&p->out, two);
    return buf_status(&p->out, why);
}

/* The codec's name is not a call of the sink: it goes in front of whatever comes first. */
static status replay_format(replay *p, err *why)
{
    const wire_end *sum = wire_counts(p->r);
    if (p->format_written || !sum->format.len)
        return OK;
    p->format_written = true;
    return wire_put_format(&p->w, sum->format, sum->format_version, why);
}

static status replay_head(void *ctx, const fact_head *h, err *why)
{
    replay *p = ctx;
    status st = replay_format(p, why);
    return st == OK ? p->facts.head(&p->w, h, why) : st;
}

static status replay_begin(void *ctx, const fact_record *f, err *why)
{
    replay *p = ctx;
    return p->facts.begin(&p->w, f, why);
}

static status replay_claim(void *ctx, const fact_claim *c, err *why)
{
    replay *p = ctx;
    return p->facts.claim(&p->w, c, why);
}

static status replay_keys(void *ctx, const fact_label *label, const fact_key *keys, size_t count,
                          err *why)
{
    replay *p = ctx;
    return p->facts.keys(&p->w, label, keys, count, why);
}

static status replay_record_end(void *ctx, err *why)
{
    replay *p = ctx;
    return p->facts.end(&p->w, why);
}

static status replay_refuse(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    replay *p = ctx;
    status st = replay_format(p, why);
    return st == OK ? p->facts.refuse(&p->w, at, place, reason, why) : st;
}

static status replay_warn(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    replay *p = ctx;
    status st = replay_format(p, why);
    return st == OK ? p->facts.warn(&p->w, at, place, reason, why) : st;
}

static status replay_member(void *ctx, const unpack_member *m, err *why)
{
    replay *p = ctx;
    return p->members.begin(&p->w, m, why);
}

static status replay_data(void *ctx, slice bytes, err *why)
{
    replay *p = ctx;
    return p->members.data(&p->w, bytes, why);
}

static status replay_member_end(void *ctx, err *why)
{
    replay *p = ctx;
    return p->members.end(&p->w, why);
}

static status replay_member_refuse(void *ctx, slice path, slice reason, err *why)
{
    replay *p = ctx;
    return p->members.refuse(&p->w, path, reason, why);
}

static void replay_init(replay *p, bool members, const wire_limits *limits)
{
    const fact_sink facts = {.ctx = p,
                             .head = replay_head,
                             .begin = replay_begin,
                             .claim = replay_claim,
                             .end = replay_record_end,
                             .refuse = replay_refuse,
                             .warn = replay_warn,
                             .keys = replay_keys};
    const unpack_sink unpacked = {.ctx = p,
                                  .begin = replay_member,
                                  .data = replay_data,
                                  .end = replay_member_end,
                                  .refuse = replay_member_refuse};
    *p = (replay){0};
    buf_init(&p->out, 64 << 20);
    p->r = wire_reader_new(limits, members ? NULL : &facts, members ? &unpacked : NULL);
    if (!p->r || wire_writer_init(&p->w, replay_put, p, NULL) != OK)
        abort();
    p->facts = wire_facts(&p->w);
    p->members = wire_members(&p->w);
}

/* Feeds all of `bytes`, at most `step` new ones at a time (0: at once); then the writer's rest. */
static status replay_feed(replay *p, slice bytes, size_t step, err *why)
{
    size_t done = 0, seen = 0;
    while (seen < bytes.len) {
        size_t used;
        seen = step && bytes.len - seen > step ? seen + step : bytes.len;
        status st = wire_feed(p->r, slice_sub(bytes, done, seen), &used, why);
        done += used;
        if (st != OK)
            return wire_flush(&p->w, NULL) == OK ? st : ERR_INTERNAL;
    }
    status st = replay_format(p, why);
    const wire_end *last = wire_end_of(p->r);
    if (st == OK && last)
        st = wire_put_end(&p->w, last->result, &last->why, why);
    return st == OK ? wire_flush(&p->w, why) : st;
}

static void replay_done(replay *p)
{
    wire_reader_free(p->r);
    wire_writer_done(&p->w);
    buf_done(&p->out);
}

#endif
