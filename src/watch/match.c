/* match.c - the stream, cut into windows, and the hits: see match.h, match/scan.h. */
#include "watch/match.h"

#include "watch/match/scan.h"

#include <pthread.h>
#include <stdlib.h>

/* --- hits ----------------------------------------------------------------------------------- */

static int hit_order(const void *a, const void *b)
{
    const match_hit *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->length != y->length)
        return x->length > y->length ? -1 : 1;
    if (x->how != y->how)
        return x->how < y->how ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

void hits_flush(matcher *m)
{
    if (m->hit_count > 1)
        qsort(m->hits, m->hit_count, sizeof *m->hits, hit_order);
    for (size_t at = 0; at < m->hit_count && m->failed == OK; at += MATCH_HITS) {
        size_t n = m->hit_count - at < MATCH_HITS ? m->hit_count - at : MATCH_HITS;
        m->failed = m->sink.hits(m->sink.ctx, m->hits + at, n, m->why);
    }
    m->hit_count = 0;
}

void hit_add(matcher *m, size_t from, size_t to, kind k, match_how how, uint64_t id)
{
    if (m->hit_count == SCAN_HITS)
        hits_flush(m);
    m->hits[m->hit_count++] =
        (match_hit){.at = m->base + from, .length = to - from, .id = id, .kind = k, .how = how};
}

void seen_add(matcher *m, size_t from, size_t to, kind k, slice value)
{
    match_seen s = {.at = m->base + from, .length = to - from, .kind = k, .value = value};
    if (m->failed == OK)
        m->failed = m->sink.seen(m->sink.ctx, &s, m->why);
}

_Static_assert(SCAN_BACK + SCAN_AHEAD <= MATCH_CARRY_MAX, "match.h says how much is kept");

/* --- the stream ----------------------------------------------------------------------------- */

matcher *matcher_new(const match_sink *sink)
{
    matcher *m = calloc(1, sizeof *m);
    if (m) {
        m->sink = *sink;
        m->level = scan_level();
        memset(m->done, 0xff, sizeof m->done);
    }
    return m;
}

matcher *matcher_free(matcher *m)
{
    free(m);
    return NULL;
}

bool matcher_force(matcher *m, unsigned level)
{
    if (level > scan_level())
        return false;
    m->level = level;
    return true;
}

/* Blocks of the stream that are examined before hits are handed over. */
enum { STRIDE = 1 << 20 };

static void examine(matcher *m, window w)
{
    while (m->failed == OK && (w.from < w.to || w.last)) {
        m->w = w;
        if (w.to - w.from > STRIDE) {
            m->w.to = w.from + STRIDE;
            m->w.last = false;
        }
        scan_window(m);
        hits_flush(m);
        if (m->w.last)
            break;
        w.from = m->w.to;
    }
}

/* What can be decided of text[0, len): all in front of the last line end, or of what is far enough
 * from the end. */
static size_t decidable(const uint8_t *text, size_t from, size_t len, bool *ret_line)
{
    size_t far = len > SCAN_AHEAD && len - SCAN_AHEAD > from ? len - SCAN_AHEAD : from;
    const uint8_t *line = memrchr(text + far, '\n', len - far);
    *ret_line = line != NULL;
    return line ? (size_t)(line + 1 - text) : far;
}

/* Examines what can be decided of the text, from w.from on, and keeps the rest. */
static void examine_and_keep(matcher *m, const uint8_t *text, size_t from, size_t len)
{
    bool line;
    window w = {.text = text, .high = len, .from = from};
    w.to = decidable(text, from, len, &line);
    if (line)
        w.high = w.to;
    examine(m, w);
    size_t keep = line ? w.to : w.to > SCAN_BACK ? w.to - SCAN_BACK : 0;
    memmove(m->carry, text + keep, len - keep);
    m->carry_len = len - keep;
    m->carry_from = w.to - keep;
    m->carry_base = m->base + keep;
}

/* At most FEED_MAX bytes: places in a window are numbers of 32 bits. */
static status feed(matcher *m, const match_table *t, slice bytes, err *why)
{
    const uint8_t *p = (const uint8_t *)bytes.ptr;
    size_t taken = 0, from = 0;
    m->t = t;
    m->why = why;
    if (m->failed != OK)
        return err_set(why, m->failed, ERR_NOWHERE, "the stream was given up");
    if (bytes.len == 0)
        return OK;
    if (m->carry_len) { /* what was kept, and as much of the new as decides it */
        size_t room = sizeof m->carry - m->carry_len;
        taken = bytes.len < room ? bytes.len : room;
        memcpy(m->carry + m->carry_len, p, taken);
        size_t old = m->carry_len, len = old + taken;
        m->base = m->carry_base;
        if (taken == bytes.len) {
            examine_and_keep(m, m->carry, m->carry_from, len);
            return m->failed;
        }
        bool line;
        window w = {.text = m->carry, .high = len, .from = m->carry_from};
        w.to = decidable(m->carry, m->carry_from, len, &line);
        if (line)
            w.high = w.to;
        examine(m, w);
        from = w.to - old; /* the rest is the new bytes' own */
        m->base = m->carry_base + old;
    } else {
        m->base = m->carry_base;
    }
    if (m->failed == OK)
        examine_and_keep(m, p, from, bytes.len);
    return m->failed;
}

enum { FEED_MAX = 1 << 30 };

status match_feed(matcher *m, const match_table *t, slice bytes, err *why)
{
    status st = OK;
    do {
        st = feed(m, t, slice_sub(bytes, 0, FEED_MAX), why);
        bytes = slice_from(bytes, FEED_MAX);
    } while (st == OK && bytes.len);
    return st;
}

status match_end(matcher *m, const match_table *t, err *why)
{
    status st = m->failed;
    m->t = t;
    m->why = why;
    if (st == OK) {
        m->base = m->carry_base;
        examine(m, (window){.text = m->carry,
                            .high = m->carry_len,
                            .from = m->carry_from,
                            .to = m->carry_len,
                            .last = true});
        st = m->failed;
    }
    m->failed = OK;
    m->carry_len = m->carry_from = 0;
    m->carry_base = 0;
    m->hit_count = m->ring_count = 0;
    memset(m->done, 0xff, sizeof m->done);
    return st;
}

/* --- the newest table ----------------------------------------------------------------------- */

struct match_shared {
    pthread_mutex_t lock;
    const match_table *t;
};

match_shared *match_shared_new(const match_table *t)
{
    match_shared *s = calloc(1, sizeof *s);
    if (s) {
        pthread_mutex_init(&s->lock, NULL);
        s->t = t;
    }
    return s;
}

match_shared *match_shared_free(match_shared *s)
{
    if (s) {
        match_table_free(s->t);
        pthread_mutex_destroy(&s->lock);
    }
    free(s);
    return NULL;
}

const match_table *match_shared_take(match_shared *s)
{
    pthread_mutex_lock(&s->lock);
    const match_table *t = match_table_ref(s->t);
    pthread_mutex_unlock(&s->lock);
    return t;
}

void match_shared_swap(match_shared *s, const match_table *t)
{
    pthread_mutex_lock(&s->lock);
    const match_table *old = s->t;
    s->t = t;
    pthread_mutex_unlock(&s->lock);
    match_table_free(old);
}
