/* scan.h - the parts of a matcher: a window of the stream, what examines a place in it, and what
 * comes of it. Private to watch/match.
 * Uses: block.h, table.h. Used by: match.c, scan.c, runs.c, words.c, find.c, odd.c, url.c.
 *
 * A window is a piece of memory with the stream in it. Each place that could be the end of
 * something (a run of letters with a dot, an at sign, two colons, ...) belongs to exactly one
 * window; what stands around it may reach MATCH_RUN_MAX bytes back and 2 * MATCH_URL_MAX ahead, and
 * is there, so what is found does not depend on where the windows are cut. Nothing reaches over a
 * line end. */
#ifndef NOROSHI_WATCH_MATCH_SCAN_H
#define NOROSHI_WATCH_MATCH_SCAN_H

#include "watch/match/block.h"
#include "watch/match/literal.h"
#include "watch/match/table.h"

enum {
    SCAN_BACK = 1536,                  /* bytes kept in front of a window */
    SCAN_AHEAD = MATCH_URL_MAX + 2048, /* bytes that have to be there behind one */
    SCAN_RING = 256,                   /* candidates */
    SCAN_BLOCKS = 128,                 /* whose runs are marked before these are looked at */
    SCAN_RUNS = 32,                    /* runs with a dot that end in one, at most: a dot is one */
    SCAN_DONE = 32,
    SCAN_TOPS = 64, /* last labels whose answer is remembered */
    SCAN_HITS = 4 * MATCH_HITS
};

/* Something whose word of the filter is on its way: the end, from `part` on, of a run of bytes that
 * begins at `from` of the window; or something else, which `part` says. */
#define PART_IP4 UINT16_MAX
#define PART_HEX (UINT16_MAX - 1)
typedef struct candidate {
    uint64_t hash;
    uint32_t from;
    uint16_t part, len;
} candidate;

/* Masks of some blocks, from [1] on, and places in them. What is at [0] is of the block before. */
typedef uint64_t masks[SCAN_BLOCKS + 1];
typedef struct chunk {
    size_t origin; /* the place of the first bit of [0]; may be in front of the text */
    size_t begin;  /* of the window's blocks */
    masks name, dot, colon, word, digit, at, lead, left; /* see block.h */
    masks joined;     /* colons that stand behind a letter, a digit or another */
    masks dot2, dot3; /* dots with a dot near them; with such a one */
    masks lettered;   /* ends of runs with a letter; */
    masks odd;        /* with a dot, next to what may be an escape */
    masks ends;       /* of other runs with a dot, and a letter or three dots */
    /* One is done with when the other is made: what is small stays in the nearest cache. */
    union {
        masks dotted; /* ends of runs with a dot */
        masks words;  /* begins of words that may be an anchor */
    };
    union {
        masks letter; /* of a name, but no digit and no dot */
        masks lanes;  /* sixteen letters or digits together */
    };
    union {
        masks behind; /* begins of runs behind what may be the end of an escape */
        masks some;   /* what is rare, but for digests and colons */
    };
    /* Places as numbers of bits: of ends of names, and of numbers. */
    uint32_t *names_end, *numbers_end;
    uint32_t name_places[SCAN_BLOCKS * SCAN_RUNS + 16];
    uint32_t number_places[SCAN_BLOCKS * SCAN_RUNS + 16];
    uint32_t places[SCAN_BLOCKS * SCAN_RUNS + 16]; /* of both; of words, in the window */
} chunk;

/* Is the label, in lower case, a top-level domain? */
typedef struct top_label {
    uint64_t label; /* 0: none */
    bool known;
} top_label;

typedef struct window {
    const uint8_t *text;
    size_t high;     /* bytes that are there */
    size_t from, to; /* the places that are this window's */
    bool last;       /* the stream ends at `high` == `to` */
} window;

struct matcher {
    match_sink sink;
    const match_table *t; /* while it runs */
    window w;
    uint64_t base; /* offset in the stream of w.text[0] */
    /* What was examined last: several marks lead to one value. Digests have their own, as they are
     * looked at before all else that is rare. */
    uint64_t done[2][SCAN_DONE];
    unsigned done_next[2];
    top_label tops[SCAN_TOPS]; /* by the hash of the label */
    chunk chunk;
    candidate ring[SCAN_RING];
    size_t ring_count;
    match_hit hits[SCAN_HITS];
    size_t hit_count;
    status failed; /* what the sink returned */
    err *why;
    unsigned level;
    size_t carry_len, carry_from; /* bytes kept; where the places begin that are to be examined */
    uint64_t carry_base;
    uint8_t carry[SCAN_BACK + 3 * SCAN_AHEAD + 128];
};

/* Text with a value in it: as written (no view; `shift` is the position of text[0]), or a view.
 * Behind the last byte at least 16 more can be read. */
typedef struct piece {
    const uint8_t *text;
    size_t len;
    const view *v;
    size_t shift;
} piece;

static inline size_t piece_from(const piece *p, size_t i)
{
    return p->v ? p->v->from[i] : p->shift + i;
}

static inline size_t piece_to(const piece *p, size_t last)
{
    return p->v ? p->v->to[last] : p->shift + last + 1;
}

/* The places of the block at `at` that are the window's. */
static inline uint64_t mine_of(const window *w, size_t at)
{
    uint64_t mine = ~(uint64_t)0;
    if (at < w->from)
        mine = w->from - at > 63 ? 0 : mine << (w->from - at);
    if (w->to + w->last - at < 64)
        mine &= ((uint64_t)1 << (w->to + w->last - at)) - 1;
    return mine;
}

/* Examines the places of m->w, with what the processor has; `level` as for matcher_force. */
void scan_window(matcher *m);
unsigned scan_level(void);

/* --- what stands at a place (find.c) -------------------------------------------------------- */

/* Names and IPv4 addresses in the run p->text[from, to). `only_whole`: nothing but a name as
 * long as the run. */
void find_names(matcher *m, const piece *p, size_t from, size_t to, bool only_whole);
/* The run of digits, colons and dots around p->text[at]. False: too long for an address. */
bool six_run(const piece *p, size_t at, size_t *ret_from, size_t *ret_to);
/* The name p->text[begin, to) looks like one, if its last label is known. */
void seen_name(matcher *m, const piece *p, size_t begin, size_t to);
/* The IPv6 address in such a run. */
void find_six(matcher *m, const piece *p, size_t from, size_t to);
/* The mail address around the at sign. */
void find_mail(matcher *m, const piece *p, size_t at);
/* The digest p->text[from, to), a run of digits. */
void find_hex(matcher *m, const piece *p, size_t from, size_t to);
/* The name p->text[from, to), which has bytes over 0x7f. */
void find_wide(matcher *m, const piece *p, size_t from, size_t to);
/* Four numbers of one to three digits, none over 255, no zero in front. */
bool read_ip4(const uint8_t *p, size_t n, uint32_t *ret);
/* The IPv4 addresses in a run: what stands between - and _ . */
void find_addresses(matcher *m, const piece *p, size_t from, size_t to);
/* The networks around an address. */
void find_nets(matcher *m, const ip *a, size_t from, size_t to);
/* What of the candidates passes the filter is compared. */
void flush_ring(matcher *m);
static inline void ring_room(matcher *m, size_t more)
{
    if (m->ring_count + more > SCAN_RING)
        flush_ring(m);
}

/* The digest of n digits at `from` of the window becomes a candidate. */
static inline void find_digest(matcher *m, size_t from, size_t n)
{
    uint64_t hash = hash_digits(m->t, m->w.text + from, n);
    ring_room(m, 1);
    if (filter_far(m->t))
        __builtin_prefetch(filter_word(m->t, hash), 0, 3);
    m->ring[m->ring_count++] = (candidate){hash, (uint32_t)from, PART_HEX, (uint16_t)n};
}

/* --- the runs that were marked (runs.c) ----------------------------------------------------- */

void runs_marked(matcher *m);
/* Any run, if it is short enough for a name. */
void run_slowly(matcher *m, size_t from, size_t to);
/* The run that ends at the mark, and the same without its first byte, a letter: the first as a
 * whole. False: it is not simple, and was not examined. */
bool run_behind_quickly(matcher *m, uint32_t mark);
/* Where the run begins that ends at `to`; a longer one does not begin. */
enum { RUN_REACH = 1000 };
size_t run_begin(const matcher *m, size_t to);

/* --- literals (words.c) --------------------------------------------------------------------- */

/* Looks up the words that begin in the first blocks of the chunk. */
void words_marked(matcher *m, size_t count);
/* Looks up the word that may begin at `at`. */
void word_at(matcher *m, size_t at);

/* --- near escapes (odd.c) ------------------------------------------------------------------- */

typedef enum run_state {
    RUN_AS_IT_IS,
    RUN_BEHIND_LETTER, /* its first byte is the letter of a \n or the like, or its own */
    RUN_DONE           /* something else, which was examined */
} run_state;
/* The run [from, to) of the window touches what may be an escape or a letter beyond ASCII. */
run_state odd_run(matcher *m, size_t from, size_t to);
void odd_lead(matcher *m, size_t at); /* an escape that stands for a digit, a dot, a colon */
void odd_mail(matcher *m, size_t at);
void odd_six(matcher *m, size_t at);
/* The run of hexadecimal digits [from, to). */
enum { HEX_RUN_MAX = 160 /* bytes; no digest is in a longer one */ };
void odd_hex(matcher *m, size_t from, size_t to);

/* --- URLs (url.c) --------------------------------------------------------------------------- */

/* The host of some URL indicator ends at the window's `to`, `host` is its normalised form, in
 * brackets when it is IPv6. */
void url_at(matcher *m, slice host, size_t from, size_t to);

/* --- what comes of it (match.c) ------------------------------------------------------------- */

void hit_add(matcher *m, size_t from, size_t to, kind k, match_how how, uint64_t id);
void hits_flush(matcher *m);
void seen_add(matcher *m, size_t from, size_t to, kind k, slice value);

#endif
