/* meet.h - a record in which an indicator stands: is that an alert? Private to watch.
 * Uses: watch. Used by: watch.c, meet.c. */
#ifndef NOROSHI_WATCH_MEET_H
#define NOROSHI_WATCH_MEET_H

#include "watch/reload.h"
#include "watch/watch.h"

enum {
    MEET_MEMORY = 96 << 20, /* of one event */
    MEET_COMMON_HOSTS = 20, /* so many machines of ours, in so many days, and it is common */
    MEET_COMMON_DAYS = 7,
    WATCH_IN_NO_SET = 1 << 14 /* values that are remembered to be in no set */
};
/* Set in the id of a hit by its value, which no table has: the rest says where in the meeting's
 * values it is kept, behind two bytes of its length, the lower one first. */
#define MEET_BY_VALUE (UINT64_C(1) << 63)

struct watcher {
    watch_options o;
    uint8_t key[MATCH_KEY];
    known *known;
    const match_table *table;
    reload *next;  /* being made; NULL: none */
    bool stale;    /* the store knows more than the tables */
    when retry_at; /* no earlier: making one went wrong */
    arena event;   /* of the record under way */
    buf contact;
    watch_counts n;
    uint64_t in_no_set[WATCH_IN_NO_SET]; /* hashes under `key` */
};

typedef struct meeting {
    log_reader *reader;
    slice log;    /* its name */
    slice record; /* the bytes */
    uint64_t at;  /* offset in the log */
    uint64_t line, number;
    bool once;
    slice values; /* of hits by value: they may stand behind what is kept of a long record */
} meeting;

/* The hits of a record, in their order. */
status meet(watcher *w, const meeting *m, const match_hit *hits, size_t count, err *why);

/* watch.c: the format of a stream is known from its first bytes. */
status stream_begin(watch_stream *s, slice head, err *why);

#endif
