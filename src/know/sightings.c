/* sightings.c - asking what was seen: see sightings.h. */
#include "know/sightings.h"

#include "know/sightings/keys.h"
#include "know/sightings/manifest.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 128 };

struct sightings {
    sight_manifest m;
    sight_segment **segments;
    slots_secret secret;
    char folder[SIGHT_PATH_ROOM];
};

/* --- opening -------------------------------------------------------------------------------- */

sightings *sightings_close(sightings *s)
{
    for (uint32_t i = 0; s && s->segments && i < s->m.h.segments; i++)
        sight_segment_close(s->segments[i]);
    if (s) {
        free(s->segments);
        sight_manifest_done(&s->m);
    }
    free(s);
    return NULL;
}

static status open_segments(sightings *s, err *why)
{
    uint64_t check = sight_seed_check(s->m.h.seed);
    status st = OK;
    s->segments = calloc(s->m.h.segments + 1, sizeof *s->segments);
    if (!s->segments)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    for (uint32_t i = 0; st == OK && i < s->m.h.segments; i++) {
        char path[SIGHT_PATH_ROOM];
        sight_segment_path(s->folder, s->m.rows[i].id, path);
        st = sight_segment_open(path, check, &s->segments[i], why);
    }
    return st;
}

/* A writer may take files away between reading the manifest and opening them: once more. */
status sightings_open(const char *folder, sightings **ret, err *why)
{
    enum { TRIES = 16 };
    status st = ERR_NOT_FOUND;
    bool again = true;
    for (int i = 0; i < TRIES && again; i++) {
        sightings *s = calloc(1, sizeof *s);
        if (!s)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        snprintf(s->folder, sizeof s->folder, "%s", folder);
        st = sight_manifest_read(fs_system(), folder, &s->m, why);
        again = st == OK;
        if (st == OK) {
            slots_secret_of(s->m.h.seed, &s->secret);
            st = open_segments(s, why);
        }
        if (st == OK) {
            *ret = s;
            return OK;
        }
        sightings_close(s);
        again = again && st == ERR_NOT_FOUND;
    }
    return again ? err_set(why, ERR_INPUT, ERR_NOWHERE, "%s: a file is not there", folder) : st;
}

static status all_whole(const sightings *s, err *why)
{
    status st = OK;
    for (uint32_t i = 0; st == OK && i < s->m.h.segments; i++)
        st = mapping_whole(s->segments[i]->map, why);
    return st;
}

status sightings_refresh(sightings *s, bool *ret_changed, err *why)
{
    sightings *now;
    sightings old = *s;
    bool same = sight_manifest_generation(fs_system(), s->folder) == s->m.h.generation;
    if (same && all_whole(s, NULL) == OK) {
        *ret_changed = false;
        return OK;
    }
    status st = sightings_open(s->folder, &now, why);
    if (st != OK)
        return st;
    *s = *now;
    *now = old;
    sightings_close(now);
    *ret_changed = true;
    return OK;
}

status sightings_verify(const sightings *s, err *why)
{
    status st = OK;
    for (uint32_t i = 0; st == OK && i < s->m.h.segments; i++) {
        const sight_row *r = &s->m.rows[i];
        const sight_trailer *t = &s->segments[i]->t;
        if (r->keys != t->keys || r->buckets != t->buckets || r->bytes != t->file_bytes ||
            r->day_first != t->day_first || r->day_last != t->day_last)
            return sight_damaged(i, "what the manifest says of a file", why);
        st = sight_segment_verify(s->segments[i], s->m.h.seed, why);
    }
    return st;
}

status sightings_files(const sightings *s,
                       status (*on_file)(void *ctx, const char *name, slice bytes, err *why),
                       void *ctx, err *why)
{
    status st = on_file(ctx, "manifest", sight_manifest_bytes(&s->m), why);
    for (uint32_t i = 0; st == OK && i < s->m.h.segments; i++) {
        char path[SIGHT_PATH_ROOM];
        sight_segment_path("", s->m.rows[i].id, path);
        st = on_file(ctx, path + 1, slice_of(s->segments[i]->map->at, s->segments[i]->map->size),
                     why);
        if (st == OK)
            st = mapping_whole(s->segments[i]->map, why);
    }
    return st;
}

/* --- adding up ------------------------------------------------------------------------------ */

/* Where what is found goes. */
typedef struct gather {
    arena *a;
    int32_t expired;
    sighting *to;
} gather;

/* Room for one more in a list that grows by doubling from four. */
static status more_room(arena *a, void **list, uint32_t count, size_t size, err *why)
{
    if (count && (count < 4 || count & (count - 1)))
        return OK;
    void *p = arena_array(a, count ? (size_t)count * 2 : 4, size);
    if (!p)
        return ARENA_SPENT(a, why);
    if (count)
        memcpy(p, *list, count * size);
    *list = p;
    return OK;
}

static status gather_day(gather *g, const sight_bucket *b, err *why)
{
    sighting *s = g->to;
    uint32_t at = s->day_count;
    while (at && s->days[at - 1].day > b->day)
        at--;
    if (at && s->days[at - 1].day == b->day) {
        s->days[at - 1].count += b->count;
        return OK;
    }
    if (s->day_count == SIGHTINGS_DAYS) { /* the oldest goes */
        s->more_days = true;
        if (at == 0)
            return OK;
        memmove(s->days, s->days + 1, (at - 1) * sizeof *s->days);
        s->days[at - 1] = (sightings_day){b->day, b->count};
        return OK;
    }
    void *list = s->days;
    status st = more_room(g->a, &list, s->day_count, sizeof *s->days, why);
    if (st != OK)
        return st;
    s->days = list;
    memmove(s->days + at + 1, s->days + at, (s->day_count - at) * sizeof *s->days);
    s->days[at] = (sightings_day){b->day, b->count};
    s->day_count++;
    return OK;
}

static bool sample_before(const sightings_sample *a, const sightings_sample *b)
{
    if (a->at != b->at)
        return a->at < b->at;
    return a->source != b->source ? a->source < b->source : a->offset < b->offset;
}

static void gather_sample(sighting *s, const sightings_sample *x)
{
    enum { HALF = SIGHTINGS_SAMPLES / 2 };
    uint32_t at = s->sample_count;
    while (at && sample_before(x, &s->samples[at - 1]))
        at--;
    memmove(s->samples + at + 1, s->samples + at, (s->sample_count - at) * sizeof *x);
    s->samples[at] = *x;
    if (s->sample_count++ == SIGHTINGS_SAMPLES) { /* the one in the middle goes */
        memmove(s->samples + HALF, s->samples + HALF + 1, HALF * sizeof *x);
        s->sample_count--;
    }
}

static void gather_source(sighting *s, uint32_t id)
{
    uint32_t at = s->source_count;
    while (at && s->sources[at - 1] >= id)
        at--;
    if (at < s->source_count && s->sources[at] == id)
        return;
    bool full = s->source_count == SIGHTINGS_SOURCES;
    s->more_sources = s->more_sources || full;
    if (at == SIGHTINGS_SOURCES)
        return;
    memmove(s->sources + at + 1, s->sources + at,
            (s->source_count - at - full) * sizeof *s->sources);
    s->sources[at] = id;
    s->source_count += !full;
}

static status gather_bucket(void *ctx, const sight_bucket *b, err *why)
{
    gather *g = ctx;
    sighting *s = g->to;
    if (b->day < g->expired)
        return OK;
    if (!s->samples && !(s->samples = arena_array(g->a, SIGHTINGS_SAMPLES + 1, sizeof *s->samples)))
        return ARENA_SPENT(g->a, why);
    when day = b->day * WHEN_DAY;
    when first = day + (when)b->at[0].second * 1000,
         last = day + (when)b->at[b->n - 1].second * 1000;
    s->first = !s->count || first < s->first ? first : s->first;
    s->last = !s->count || last > s->last ? last : s->last;
    s->count += b->count;
    for (uint8_t i = 0; i < b->n; i++) {
        sightings_sample x = {b->at[i].offset, day + (when)b->at[i].second * 1000, b->at[i].source};
        gather_sample(s, &x);
    }
    for (uint8_t i = 0; i < b->source_count; i++)
        gather_source(s, b->sources[i]);
    s->more_sources = s->more_sources || b->more_sources;
    s->more_samples = s->count > s->sample_count;
    return gather_day(g, b, why);
}

/* --- asking --------------------------------------------------------------------------------- */

/* Keys on their way to the files. */
typedef struct asking {
    const sightings *s;
    gather g;
    sight_key keys[BATCH];
    sighting *to[BATCH];
    size_t n, left; /* in the batch; keys that may still be asked */
} asking;

static status ask_segment(asking *a, const sight_segment *seg, err *why)
{
    status st = OK;
    for (size_t i = 0; i < a->n; i++)
        __builtin_prefetch(sight_filter_block(seg, a->keys[i]), 0, 3);
    for (size_t i = 0; st == OK && i < a->n; i++) {
        if (!sight_filter_has(seg, a->keys[i]))
            continue;
        a->g.to = a->to[i];
        st = sight_segment_find(seg, a->keys[i], gather_bucket, &a->g, why);
    }
    return st;
}

static status ask_batch(asking *a, err *why)
{
    status st = OK;
    for (uint32_t i = 0; st == OK && i < a->s->m.h.segments; i++)
        if (a->s->m.rows[i].day_last >= a->g.expired)
            st = ask_segment(a, a->s->segments[i], why);
    a->n = 0;
    return st;
}

static status ask_key(asking *a, sight_key key, sighting *to, err *why)
{
    if (a->left == 0)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d values in one question",
                       SIGHTINGS_KEYS_MAX);
    a->left--;
    a->keys[a->n] = key;
    a->to[a->n++] = to;
    return a->n == BATCH ? ask_batch(a, why) : OK;
}

static status note(void *ctx, const sight_bucket *b, err *why)
{
    bool *seen = ctx;
    (void)b, (void)why;
    *seen = true;
    return OK;
}

/* Most networks of a feed were never seen: one look-up says so, instead of one for each address. */
static status anything_around(const sightings *s, const sight_net *plan, bool *ret, err *why)
{
    sight_key key;
    status st = OK;
    *ret = !sight_net_around(&s->secret, plan, &key);
    for (uint32_t i = 0; st == OK && !*ret && i < s->m.h.segments; i++)
        if (sight_filter_has(s->segments[i], key))
            st = sight_segment_find(s->segments[i], key, note, ret, why);
    return st;
}

static status ask_net(asking *a, const sightings_probe *p, sightings_found *to, err *why)
{
    ip_net net;
    sight_net plan;
    unsigned changed;
    status st = ip_net_parse(p->value, &net, &changed, why);
    if (st != OK)
        return st;
    sight_net_plan(&net, &plan);
    to->scope = plan.count == 0 ? SIGHTINGS_UNKNOWN
                : plan.wider    ? SIGHTINGS_AROUND
                                : SIGHTINGS_EXACT;
    bool any;
    st = anything_around(a->s, &plan, &any, why);
    for (uint32_t i = 0; st == OK && any && i < plan.count; i++) {
        st = ask_key(a, sight_net_key(&a->s->secret, &plan, i, false), &to->within, why);
        if (st == OK && plan.step == 128)
            st = ask_key(a, sight_net_key(&a->s->secret, &plan, i, true), &to->within, why);
    }
    return st;
}

static status ask_probe(asking *a, const sightings_probe *p, sightings_found *to, err *why)
{
    sight_key key;
    char quoted[ERR_QUOTE_MAX];
    if (!sight_key_itself(&a->s->secret, p->kind, p->value, &key))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no address",
                       err_quote(p->value, quoted));
    status st = ask_key(a, key, &to->itself, why);
    if (st == OK && p->kind == KIND_CIDR)
        st = ask_net(a, p, to, why);
    if (st == OK && sight_key_within(&a->s->secret, p->kind, p->value, &key))
        st = ask_key(a, key, &to->within, why);
    return st;
}

status sightings_find(const sightings *s, const sightings_probe *probes, size_t count, arena *a,
                      sightings_found *ret, err *why)
{
    asking q = {.s = s, .g = {.a = a, .expired = s->m.h.expired}, .left = SIGHTINGS_KEYS_MAX};
    status st = OK;
    if (count > SIGHTINGS_PROBES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d values in one question",
                       SIGHTINGS_PROBES_MAX);
    sightings_found *made = arena_array(a, count ? count : 1, sizeof *made);
    if (!made)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = ask_probe(&q, &probes[i], &made[i], why);
    if (st == OK)
        st = ask_batch(&q, why);
    if (st == OK)
        st = all_whole(s, why);
    if (st == OK && count)
        memcpy(ret, made, count * sizeof *ret);
    return st;
}

/* --- reads ahead ---------------------------------------------------------------------------- */

/* A filter that is not in memory yet is waited for; the others are on their way meanwhile. */
static void expect_part(const sightings *s, const sight_key *keys, size_t n, sight_part part)
{
    for (uint32_t i = 0; i < s->m.h.segments; i++)
        for (size_t k = 0; k < n && s->m.rows[i].day_last >= s->m.h.expired; k++)
            if (part == SIGHT_PART_FILTER || sight_filter_has(s->segments[i], keys[k]))
                sight_segment_expect(s->segments[i], keys[k], part);
}

void sightings_expect(const sightings *s, const sightings_probe *probes, size_t count)
{
    sight_key keys[2 * SIGHTINGS_EXPECT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count && count <= SIGHTINGS_EXPECT_MAX; i++) {
        n += sight_key_itself(&s->secret, probes[i].kind, probes[i].value, &keys[n]);
        n += sight_key_within(&s->secret, probes[i].kind, probes[i].value, &keys[n]);
    }
    for (int part = SIGHT_PART_FILTER; part <= SIGHT_PART_DATA; part++)
        expect_part(s, keys, n, (sight_part)part);
}

/* --- filters alone -------------------------------------------------------------------------- */

/* Keys, and whose each is. */
typedef struct guessing {
    const sightings *s;
    sight_key keys[BATCH];
    bool *of[BATCH];
    size_t n;
} guessing;

static void guess_batch(guessing *g)
{
    for (uint32_t i = 0; i < g->s->m.h.segments; i++) {
        const sight_segment *seg = g->s->segments[i];
        if (g->s->m.rows[i].day_last < g->s->m.h.expired)
            continue;
        for (size_t k = 0; k < g->n; k++)
            __builtin_prefetch(sight_filter_block(seg, g->keys[k]), 0, 3);
        for (size_t k = 0; k < g->n; k++)
            *g->of[k] |= sight_filter_has(seg, g->keys[k]);
    }
    g->n = 0;
}

static void guess_key(guessing *g, sight_key key, bool *of)
{
    g->keys[g->n] = key;
    g->of[g->n++] = of;
    if (g->n == BATCH)
        guess_batch(g);
}

static void guess_net(guessing *g, const sightings_probe *p, bool *of)
{
    ip_net net;
    sight_net plan;
    sight_key key;
    unsigned changed;
    if (ip_net_parse(p->value, &net, &changed, NULL) != OK) {
        *of = true;
        return;
    }
    sight_net_plan(&net, &plan);
    if (sight_net_around(&g->s->secret, &plan, &key))
        guess_key(g, key, of);
    else if (plan.count == 1)
        guess_key(g, sight_net_key(&g->s->secret, &plan, 0, false), of);
    else
        *of = true;
}

void sightings_maybe(const sightings *s, const sightings_probe *probes, size_t count, bool *ret)
{
    guessing g = {.s = s};
    sight_key key;
    for (size_t i = 0; i < count; i++) {
        const sightings_probe *p = &probes[i];
        ret[i] = false;
        if (!sight_key_itself(&s->secret, p->kind, p->value, &key))
            continue;
        guess_key(&g, key, &ret[i]);
        if (p->kind == KIND_CIDR)
            guess_net(&g, p, &ret[i]);
        else if (sight_key_within(&s->secret, p->kind, p->value, &key))
            guess_key(&g, key, &ret[i]);
    }
    guess_batch(&g);
}

/* --- what was read -------------------------------------------------------------------------- */

static void show_source(const sightings *s, const sight_source *from, sightings_source *ret)
{
    const char *text = s->m.texts + from->text_at;
    *ret = (sightings_source){.id = from->id,
                              .name = slice_of(text, from->name_len),
                              .format = slice_of(text + from->name_len, from->format_len),
                              .from = from->from,
                              .to = from->to,
                              .events = from->events};
}

status sightings_source_of(const sightings *s, uint32_t id, sightings_source *ret, err *why)
{
    uint32_t low = 0, high = s->m.h.sources;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (s->m.sources[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == s->m.h.sources || s->m.sources[low].id != id)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "there is no source %u", (unsigned)id);
    show_source(s, &s->m.sources[low], ret);
    return OK;
}

static void cover_source(sightings_coverage *c, const sightings_source *x)
{
    if (x->from == WHEN_NONE)
        return;
    c->from = c->from == WHEN_NONE || x->from < c->from ? x->from : c->from;
    c->to = c->to == WHEN_NONE || x->to > c->to ? x->to : c->to;
}

/* Days of which a bucket is there, a byte each. */
static void mark_days(const sightings *s, uint8_t *days)
{
    for (uint32_t i = 0; i < s->m.h.segments; i++) {
        const sight_segment *g = s->segments[i];
        for (uint32_t k = 0; k < g->t.days; k++)
            if (g->days[k].day >= 0 && g->days[k].day < SIGHT_DAY_MAX)
                days[g->days[k].day] = 1;
    }
}

/* The newest SIGHTINGS_GAPS, ascending. */
static void find_gaps(const uint8_t *days, sightings_coverage *c)
{
    int64_t first = c->from / WHEN_DAY, last = c->to / WHEN_DAY;
    last = last < SIGHT_DAY_MAX ? last : SIGHT_DAY_MAX - 1;
    for (int64_t d = last; d >= first && d >= 0; d--) {
        if (days[d])
            continue;
        int64_t end = d;
        while (d > first && d > 0 && !days[d - 1])
            d--;
        c->more_gaps = c->gap_count == SIGHTINGS_GAPS;
        if (c->more_gaps)
            break;
        c->gaps[c->gap_count++] = (sightings_gap){(int32_t)d, (int32_t)end};
    }
    for (size_t i = 0; i < c->gap_count / 2; i++) {
        sightings_gap x = c->gaps[i];
        c->gaps[i] = c->gaps[c->gap_count - 1 - i];
        c->gaps[c->gap_count - 1 - i] = x;
    }
}

status sightings_covered(const sightings *s, arena *a, sightings_coverage *ret, err *why)
{
    sightings_coverage c = {.from = WHEN_NONE,
                            .to = WHEN_NONE,
                            .expired = s->m.h.expired,
                            .events = s->m.h.events,
                            .redated = s->m.h.redated,
                            .too_old = s->m.h.too_old,
                            .segments = s->m.h.segments,
                            .source_count = s->m.h.sources};
    sightings_source *list = arena_array(a, c.source_count + 1, sizeof *list);
    uint8_t *days = arena_alloc(a, SIGHT_DAY_MAX);
    if (!list || !days)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < c.source_count; i++) {
        show_source(s, &s->m.sources[i], &list[i]);
        cover_source(&c, &list[i]);
    }
    for (uint32_t i = 0; i < s->m.h.segments; i++) {
        c.keys += s->m.rows[i].keys;
        c.buckets += s->m.rows[i].buckets;
        c.bytes += s->m.rows[i].bytes;
    }
    when oldest = c.expired == SIGHTINGS_DAY_NONE ? WHEN_NONE : c.expired * WHEN_DAY;
    if (c.from != WHEN_NONE && c.to < oldest)
        c.from = c.to = WHEN_NONE;
    c.from = c.from != WHEN_NONE && c.from < oldest ? oldest : c.from;
    c.sources = list;
    mark_days(s, days);
    if (c.from != WHEN_NONE)
        find_gaps(days, &c);
    *ret = c;
    return OK;
}
