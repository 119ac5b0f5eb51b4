/* watch.c - see watch.h. From bytes to records with hits in them; what such a record means is
 * watch/meet.c's. */
#include "watch/meet.h"
#include "watch/seen.h"

#include <stdlib.h>

enum { VALUES_MAX = 256 << 20 };

struct watch_stream {
    watcher *w;
    arena names;
    slice name;
    matcher *m;
    log_splitter split;
    log_reader *reader;
    bool begun, split_open, once;
    uint64_t base;            /* offset of what the matcher calls 0 */
    uint64_t first_line;      /* lines before it */
    buf head;                 /* before the format is known */
    buf later;                /* behind the last line end: not decided yet */
    uint64_t fed;             /* bytes the splitter has, from `base` */
    uint64_t done;            /* end of the last record */
    const match_table *table; /* of the block under way */
    match_hit *hits;
    size_t hit_count, hit_room;
    buf values; /* of those by value: see MEET_BY_VALUE */
    bool unsorted;
    uint64_t records;
    seen_values seen;
    uint32_t source; /* its number among the logs of which sightings are */
    bool remember;   /* sightings are wanted of it */
};

/* --- the watcher ------------------------------------------------------------------------------ */

status watcher_new(const watch_options *options, watcher **ret, err *why)
{
    bool changed;
    watcher *w = calloc(1, sizeof *w);
    if (!w)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    w->o = *options;
    if (!w->o.span_ms)
        w->o.span_ms = WATCH_SPAN_MS;
    arena_init(&w->event, MEET_MEMORY);
    buf_init(&w->contact, ALERT_LINE_MAX);
    options->random.fill(options->random.ctx, w->key, sizeof w->key);
    status st = known_new(options->s, options->view, options->clock, &w->known, why);
    if (st == OK)
        st = known_look(w->known, &changed, why);
    if (st == OK)
        st = known_load(w->known, w->key, NULL, &w->table, why);
    if (st != OK) {
        watcher_free(w);
        return st;
    }
    *ret = w;
    return OK;
}

watcher *watcher_free(watcher *w)
{
    if (w) {
        reload_free(w->next);
        known_free(w->known);
        match_table_free(w->table);
        arena_done(&w->event);
        buf_done(&w->contact);
    }
    free(w);
    return NULL;
}

/* The old table stays, and another one is tried for later. */
static void fail(watcher *w, watch_news *n)
{
    w->stale = n->failed = true;
    w->retry_at = clock_now(w->o.clock) + WATCH_RETRY_MS;
}

static void finish_table(watcher *w, watch_news *n)
{
    const match_table *t;
    status st = reload_take(w->next, &t, &n->what);
    w->next = NULL;
    if (st != OK) {
        fail(w, n);
        return;
    }
    match_table_free(w->table);
    w->table = t;
    n->swapped = true;
}

static void begin_table(watcher *w, watch_news *n)
{
    when now = clock_now(w->o.clock);
    if (now < w->retry_at)
        return;
    w->stale = false;
    if (reload_start(w->o.s, w->o.view, now, w->key, &w->next, &n->what) != OK)
        fail(w, n);
}

status watcher_refresh(watcher *w, watch_news *ret, err *why)
{
    bool changed;
    watch_news n = {0};
    status st = known_look(w->known, &changed, why);
    if (st != OK)
        return st;
    if (changed) {
        memset(w->in_no_set, 0, sizeof w->in_no_set);
        w->stale = true;
    }
    if (w->next && reload_done(w->next))
        finish_table(w, &n);
    if (w->stale && !w->next)
        begin_table(w, &n);
    n.building = w->next != NULL;
    *ret = n;
    return OK;
}

match_info watcher_info(const watcher *w)
{
    return match_table_info(w->table);
}

watch_counts watcher_counts(const watcher *w)
{
    return w->n;
}

/* --- a stream --------------------------------------------------------------------------------- */

static status on_hits(void *ctx, const match_hit *hits, size_t count, err *why)
{
    watch_stream *s = ctx;
    if (s->hit_count + count > s->hit_room) {
        size_t room = 2 * (s->hit_count + count) + 64;
        match_hit *more = realloc(s->hits, room * sizeof *more);
        if (!more)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
        s->hits = more;
        s->hit_room = room;
    }
    for (size_t i = 0; i < count; i++) {
        match_hit h = hits[i];
        h.at += s->base;
        s->unsorted |= s->hit_count && h.at < s->hits[s->hit_count - 1].at;
        s->hits[s->hit_count++] = h;
    }
    s->w->n.hits += count;
    return OK;
}

/* A value that a set of bad ones has is a hit like those of the table. What no set had is not asked
 * for again soon: logs repeat themselves. */
static status look_up(watch_stream *s, const match_seen *m, err *why)
{
    watcher *w = s->w;
    char room[SEEN_TEXT_ROOM];
    bool bad;
    if (!known_may_be_in_set(w->known, m->kind))
        return OK;
    uint64_t h = siphash(w->key, m->value) + m->kind;
    uint64_t *place = &w->in_no_set[h % WATCH_IN_NO_SET];
    if (*place == h)
        return OK;
    slice text = seen_text(m->kind, m->value, room);
    status st = known_in_set(w->known, (node_ref){m->kind, text}, &bad, why);
    if (st == OK && !bad)
        *place = h;
    if (st != OK || !bad)
        return st;
    const match_hit hit = {.at = m->at,
                           .length = m->length,
                           .id = MEET_BY_VALUE | s->values.len,
                           .kind = m->kind,
                           .how = MATCH_EXACT};
    buf_byte(&s->values, (char)(text.len & 255));
    buf_byte(&s->values, (char)(text.len >> 8));
    buf_put(&s->values, text);
    st = buf_status(&s->values, why);
    return st == OK ? on_hits(s, &hit, 1, why) : st;
}

static status on_seen(void *ctx, const match_seen *m, err *why)
{
    watch_stream *s = ctx;
    status st = look_up(s, m, why);
    return st == OK && s->remember ? seen_note(&s->seen, m, s->base, why) : st;
}

status watch_open(watcher *w, slice name, const watch_from *from, watch_stream **ret, err *why)
{
    watch_stream *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    s->w = w;
    arena_init(&s->names, 1 << 20);
    buf_init(&s->head, LOG_SNIFF_BYTES + WATCH_BLOCK);
    buf_init(&s->later, MATCH_CARRY_MAX + WATCH_BLOCK);
    buf_init(&s->values, VALUES_MAX);
    seen_init(&s->seen);
    s->remember = w->o.sightings && !(from && from->known);
    s->m = matcher_new(&(match_sink){.hits = on_hits, .seen = on_seen, .ctx = s});
    if (from) {
        s->base = s->done = from->offset;
        s->first_line = from->line ? from->line - 1 : 0;
        s->once = from->once;
    }
    status st = OK;
    if (!s->m || !arena_copy(&s->names, name, &s->name))
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    if (st == OK && from && from->head.len)
        st = stream_begin(s, from->head, why);
    if (st != OK) {
        watch_close(s);
        return st;
    }
    *ret = s;
    return OK;
}

watch_stream *watch_close(watch_stream *s)
{
    if (s) {
        matcher_free(s->m);
        log_reader_free(s->reader);
        if (s->split_open)
            log_split_close(&s->split);
        buf_done(&s->head);
        buf_done(&s->later);
        buf_done(&s->values);
        seen_done(&s->seen);
        arena_done(&s->names);
        free(s->hits);
    }
    free(s);
    return NULL;
}

/* --- records ---------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const match_hit *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Hits of the record are those before its end: what stood between it and the one before (the
 * envelope of an array) is told with it. */
/* What was read so far, with the positions of before. */
static status commit_seen(watcher *w, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, SIGHTINGS_CHECKPOINT_MAX);
    buf_put(&b, sightings_checkpoint(w->o.sightings));
    return sightings_commit(w->o.sightings, buf_slice(&b), why);
}

/* When it was is what the record says, so it has to be read. */
static status remember(watch_stream *s, const log_record *r, uint64_t end, err *why)
{
    watcher *w = s->w;
    log_event e;
    size_t before = s->seen.first;
    arena_reset(&w->event);
    status st = log_read(s->reader, r->bytes, w->o.view->now, &w->event, &e, why);
    if (st == OK)
        st = seen_write(&s->seen, w->o.sightings, end, e.time, s->source, s->base + r->at, why);
    if (st == ERR_LIMIT && (st = commit_seen(w, why)) == OK) /* very much between two commits */
        st = seen_write(&s->seen, w->o.sightings, end, e.time, s->source, s->base + r->at, why);
    w->n.seen += s->seen.first - before;
    return st;
}

static status take_record(watch_stream *s, const log_record *r, size_t *first, err *why)
{
    uint64_t end = s->base + r->at + r->bytes.len + r->skipped;
    size_t n = 0;
    s->records++;
    s->w->n.records++;
    s->w->n.cut += r->skipped != 0;
    while (*first + n < s->hit_count && s->hits[*first + n].at < end)
        n++;
    bool seen = seen_any(&s->seen, end);
    status st = seen ? remember(s, r, end, why) : OK;
    if (st == OK && n) {
        meeting m = {.reader = s->reader,
                     .log = s->name,
                     .record = r->bytes,
                     .at = s->base + r->at,
                     .line = s->first_line + r->line,
                     .number = s->records,
                     .once = s->once,
                     .values = buf_slice(&s->values)};
        st = meet(s->w, &m, s->hits + *first, n, why);
    } else if (st == OK && !seen) {
        st = log_note(s->reader, r->bytes, why);
    }
    *first += n;
    s->done = end;
    return st;
}

/* Those of hits that are left stay. */
static void compact_values(watch_stream *s)
{
    size_t cut = s->values.len;
    for (size_t i = 0; i < s->hit_count; i++)
        if (s->hits[i].id & MEET_BY_VALUE && (s->hits[i].id & ~MEET_BY_VALUE) < cut)
            cut = (size_t)(s->hits[i].id & ~MEET_BY_VALUE);
    if (!cut)
        return;
    memmove(s->values.ptr, s->values.ptr + cut, s->values.len - cut);
    s->values.len -= cut;
    for (size_t i = 0; i < s->hit_count; i++)
        if (s->hits[i].id & MEET_BY_VALUE)
            s->hits[i].id -= cut;
}

static status drain(watch_stream *s, slice bytes, err *why)
{
    log_record r;
    bool more;
    size_t first = 0;
    status st;
    if (s->unsorted)
        qsort(s->hits, s->hit_count, sizeof *s->hits, by_place);
    s->unsorted = false;
    seen_sort(&s->seen);
    log_split_feed(&s->split, bytes);
    while ((st = log_split_next(&s->split, &r, &more, why)) == OK && more)
        if ((st = take_record(s, &r, &first, why)) != OK)
            break;
    seen_compact(&s->seen);
    s->hit_count -= first;
    if (s->hit_count)
        memmove(s->hits, s->hits + first, s->hit_count * sizeof *s->hits);
    compact_values(s);
    return st;
}

/* How many of the bytes the matcher is sure about, of which `len` end the stream so far. */
static size_t decided(slice bytes, size_t held)
{
    const char *end = bytes.len ? memrchr(bytes.ptr, '\n', bytes.len) : NULL;
    size_t sure = end ? (size_t)(end - bytes.ptr) + 1 : 0;
    size_t all = held + bytes.len;
    size_t by_size = all > MATCH_CARRY_MAX ? all - MATCH_CARRY_MAX : 0;
    return end || by_size > held ? (sure + held > by_size ? sure + held : by_size) : by_size;
}

static status take_block(watch_stream *s, slice bytes, err *why)
{
    status st = match_feed(s->m, s->w->table, bytes, why);
    if (st != OK)
        return st;
    s->w->n.bytes += bytes.len;
    size_t sure = decided(bytes, s->later.len), held = s->later.len;
    if (sure >= held && held) {
        st = drain(s, buf_slice(&s->later), why);
        buf_clear(&s->later);
        sure -= held;
        held = 0;
    } else if (held && sure) { /* a long line grows by little */
        st = drain(s, slice_of(s->later.ptr, sure), why);
        memmove(s->later.ptr, s->later.ptr + sure, held - sure);
        s->later.len = held - sure;
        sure = 0;
    }
    if (st == OK && !held && sure)
        st = drain(s, slice_sub(bytes, 0, sure), why);
    buf_put(&s->later, slice_from(bytes, sure));
    return st == OK ? buf_status(&s->later, why) : st;
}

/* --- the format ------------------------------------------------------------------------------- */

/* What the columns are called stands at the beginning, which was read before. */
static status note_head(watch_stream *s, slice head, log_framing framing, err *why)
{
    log_splitter split = {0};
    log_record r;
    bool more;
    status st;
    log_split_open(&split, framing, s->w->o.line_bytes_max);
    log_split_feed(&split, head);
    while ((st = log_split_next(&split, &r, &more, why)) == OK && more)
        if ((st = log_note(s->reader, r.bytes, why)) != OK)
            break;
    log_split_close(&split);
    return st;
}

status stream_begin(watch_stream *s, slice head, err *why)
{
    log_framing framing;
    const log_format *found = log_sniff(head, &framing);
    const log_format *f = s->w->o.format ? s->w->o.format : found;
    const log_options o = {.zone_minutes = s->w->o.zone_minutes, .only = s->w->o.format != NULL};
    s->reader = log_reader_new(f, &o);
    if (!s->reader)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    log_split_open(&s->split, framing, s->w->o.line_bytes_max);
    s->begun = s->split_open = true;
    if (s->remember) {
        status st = sightings_source_add(s->w->o.sightings, s->name, slice_str(log_format_name(f)),
                                         &s->source, why);
        if (st != OK)
            return st;
    }
    return s->base ? note_head(s, head, framing, why) : OK;
}

static status take_head(watch_stream *s, err *why)
{
    status st = stream_begin(s, buf_slice(&s->head), why);
    slice rest = buf_slice(&s->head);
    while (st == OK && rest.len) {
        st = take_block(s, slice_sub(rest, 0, WATCH_BLOCK), why);
        rest = slice_from(rest, WATCH_BLOCK);
    }
    buf_done(&s->head);
    buf_init(&s->head, 0);
    return st;
}

status watch_feed(watch_stream *s, slice bytes, err *why)
{
    status st = OK;
    if (!s->begun) {
        slice some = slice_sub(bytes, 0, WATCH_BLOCK);
        buf_put(&s->head, some);
        bytes = slice_from(bytes, WATCH_BLOCK);
        if ((st = buf_status(&s->head, why)) == OK && s->head.len >= LOG_SNIFF_BYTES)
            st = take_head(s, why);
    }
    while (st == OK && bytes.len) {
        st = take_block(s, slice_sub(bytes, 0, WATCH_BLOCK), why);
        bytes = slice_from(bytes, WATCH_BLOCK);
    }
    return st;
}

status watch_idle(watch_stream *s, err *why)
{
    if (s->begun || slice_find_byte(buf_slice(&s->head), '\n', 0) == SIZE_MAX)
        return OK;
    return take_head(s, why);
}

status watch_end(watch_stream *s, err *why)
{
    status st = s->begun ? OK : take_head(s, why);
    if (st == OK)
        st = match_end(s->m, s->w->table, why);
    if (st == OK && s->later.len)
        st = drain(s, buf_slice(&s->later), why);
    if (st == OK)
        st = drain(s, (slice){NULL, 0}, why); /* the end */
    buf_clear(&s->later);
    return st;
}

uint64_t watch_done(const watch_stream *s)
{
    return s->done;
}
