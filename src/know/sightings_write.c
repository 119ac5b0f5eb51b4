/* sightings_write.c - remembering what telemetry says: see sightings_write.h. */
#include "know/sightings/writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { MEMORY = 64 << 20 };

static const when oldest_time = 10957 * WHEN_DAY; /* 2000-01-01 */

static status no_memory(err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

/* --- opening -------------------------------------------------------------------------------- */

static status take_lock(sightings_writer *w, err *why)
{
    char path[SIGHT_PATH_ROOM + 8];
    snprintf(path, sizeof path, "%s/lock", w->folder);
    w->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (w->lock < 0)
        return err_os(why, errno, "opening %s", path);
    if (flock(w->lock, LOCK_EX | LOCK_NB) != 0)
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "another process writes sightings in %s",
                       w->folder);
    return OK;
}

static bool is_named(const sight_row *rows, size_t count, const uint8_t id[SIGHT_ID])
{
    bool found = false;
    for (size_t i = 0; i < count && !found; i++)
        found = memcmp(rows[i].id, id, SIGHT_ID) == 0;
    return found;
}

/* What a killed writer left. */
static status sweep(const sightings_writer *w, err *why)
{
    status st = OK;
    const struct dirent *e;
    DIR *d = opendir(w->folder);
    if (!d)
        return err_os(why, errno, "reading %s", w->folder);
    while (st == OK && (e = readdir(d))) {
        char path[SIGHT_PATH_ROOM + 300];
        uint8_t id[SIGHT_ID];
        slice name = slice_str(e->d_name);
        bool segment = slice_ends(name, S(".seen")) &&
                       hash_unhex(slice_sub(name, 0, name.len - 5), id, SIGHT_ID);
        if ((!segment || is_named(w->m.rows, w->m.h.segments, id)) &&
            !slice_eq(name, S("manifest.new")))
            continue;
        snprintf(path, sizeof path, "%s/%s", w->folder, e->d_name);
        st = fs_remove(w->o.disk, path, why);
    }
    closedir(d);
    return st;
}

static bool room_for_sources(sightings_writer *w, uint32_t count)
{
    if (count <= w->source_room)
        return true;
    uint32_t room = count * 2 < 64 ? 64 : count * 2;
    sight_source *s = realloc(w->sources, room * sizeof *s);
    if (!s)
        return false;
    w->sources = s;
    uint8_t *used = realloc(w->used, room);
    if (!used)
        return false;
    w->used = used;
    w->source_room = room;
    return true;
}

static status load(sightings_writer *w, err *why)
{
    status st = sight_manifest_read(w->o.disk, w->folder, &w->m, why);
    if (st == ERR_NOT_FOUND) {
        w->m.h = (sight_head){.expired = SIGHTINGS_DAY_NONE};
        w->o.random.fill(w->o.random.ctx, w->m.h.seed, sizeof w->m.h.seed);
        st = OK;
    }
    if (st != OK)
        return st;
    slots_secret_of(w->m.h.seed, &w->secret);
    w->generation = w->m.h.generation;
    w->next_source = w->m.h.next_source;
    w->events = w->m.h.events;
    w->redated = w->m.h.redated;
    w->too_old = w->m.h.too_old;
    if (!room_for_sources(w, w->m.h.sources))
        return no_memory(why);
    w->source_count = w->m.h.sources;
    if (w->source_count) {
        memcpy(w->sources, w->m.sources, w->source_count * sizeof *w->sources);
        memset(w->used, 0, w->source_count);
        buf_put(&w->texts, slice_of(w->m.texts, w->m.h.text_bytes));
    }
    return buf_status(&w->texts, why);
}

static status begin(sightings_writer *w, err *why)
{
    char parent[SIGHT_PATH_ROOM + 4];
    snprintf(parent, sizeof parent, "%s/..", w->folder);
    status st = fs_mkdir(w->o.disk, w->folder, why);
    if (st == OK)
        st = fs_sync_dir(w->o.disk, parent, why);
    if (st == OK)
        st = take_lock(w, why);
    if (st == OK)
        st = load(w, why);
    if (st == OK)
        st = sweep(w, why);
    if (st == OK)
        st = sight_table_new(w->o.memory_bytes ? w->o.memory_bytes : MEMORY, &w->table, why);
    return st;
}

/* What counts as now: a clock that is off is not believed either. */
static void look_at_clock(sightings_writer *w)
{
    when now = clock_now(w->o.clock), last = (SIGHT_DAY_MAX - 2) * WHEN_DAY;
    w->now = now < oldest_time ? oldest_time : now > last ? last : now;
}

status sightings_writer_new(const sightings_writer_options *options, sightings_writer **ret,
                            err *why)
{
    sightings_writer *w = calloc(1, sizeof *w);
    if (!w)
        return no_memory(why);
    w->o = *options;
    w->o.disk = options->disk ? options->disk : fs_system();
    w->lock = -1;
    buf_init(&w->texts, SIGHT_TEXTS_MAX);
    snprintf(w->folder, sizeof w->folder, "%s", options->folder);
    w->o.folder = w->folder;
    w->seen = calloc(1, sizeof *w->seen);
    w->memo = calloc(1, sizeof *w->memo);
    status st = w->seen && w->memo ? begin(w, why) : no_memory(why);
    if (st != OK) {
        sightings_writer_free(w);
        return st;
    }
    w->seen->round = 1;
    look_at_clock(w);
    *ret = w;
    return OK;
}

sightings_writer *sightings_writer_free(sightings_writer *w)
{
    if (!w)
        return NULL;
    sight_table_free(w->table);
    sight_manifest_done(&w->m);
    buf_done(&w->texts);
    free(w->sources);
    free(w->used);
    free(w->seen);
    free(w->memo);
    if (w->lock >= 0)
        close(w->lock);
    free(w);
    return NULL;
}

slice sightings_checkpoint(const sightings_writer *w)
{
    return w->m.blob;
}

sightings_totals sightings_writer_totals(const sightings_writer *w)
{
    return (sightings_totals){w->events,
                              w->redated,
                              w->too_old,
                              w->flushed,
                              w->folded,
                              w->written_bytes,
                              sight_table_count(w->table)};
}

/* --- sources -------------------------------------------------------------------------------- */

status sightings_source_add(sightings_writer *w, slice name, slice format, uint32_t *ret, err *why)
{
    if (name.len > SIGHTINGS_NAME_MAX || format.len > SIGHTINGS_NAME_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a source's name is over %d bytes",
                       SIGHTINGS_NAME_MAX);
    for (uint32_t i = 0; i < w->source_count; i++) {
        const sight_source *s = &w->sources[i];
        slice text = slice_of(w->texts.ptr + s->text_at, (size_t)s->name_len + s->format_len);
        if (s->name_len == name.len && s->format_len == format.len && slice_starts(text, name) &&
            slice_ends(text, format)) {
            w->used[i] = 1;
            *ret = s->id;
            return OK;
        }
    }
    if (w->source_count == SIGHTINGS_SOURCES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d sources", SIGHTINGS_SOURCES_MAX);
    if (w->texts.len + name.len + format.len > SIGHT_TEXTS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "names of sources are over %d bytes",
                       SIGHT_TEXTS_MAX);
    size_t len = name.len + format.len;
    if (!room_for_sources(w, w->source_count + 1) || (len && !buf_room(&w->texts, len)))
        return no_memory(why);
    w->sources[w->source_count] = (sight_source){.id = w->next_source,
                                                 .text_at = (uint32_t)w->texts.len,
                                                 .name_len = (uint16_t)name.len,
                                                 .format_len = (uint16_t)format.len,
                                                 .from = WHEN_NONE,
                                                 .to = WHEN_NONE};
    buf_put(&w->texts, name);
    buf_put(&w->texts, format);
    w->used[w->source_count++] = 1;
    *ret = w->next_source++;
    return OK;
}

static sight_source *source_of(sightings_writer *w, uint32_t id, err *why)
{
    uint32_t low = 0, high = w->source_count;
    if (w->last_source < w->source_count && w->sources[w->last_source].id == id)
        return &w->sources[w->last_source];
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (w->sources[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == w->source_count || w->sources[low].id != id) {
        status st = err_set(why, ERR_INPUT, ERR_NOWHERE, "there is no source %u", (unsigned)id);
        (void)st;
        return NULL;
    }
    w->last_source = low;
    return &w->sources[low];
}

static void cover(sight_source *s, when from, when to)
{
    s->from = s->from == WHEN_NONE || from < s->from ? from : s->from;
    s->to = s->to == WHEN_NONE || to > s->to ? to : s->to;
}

/* --- adding --------------------------------------------------------------------------------- */

/* A time that cannot be becomes now. */
static when dated(sightings_writer *w, when at, bool *ret_redated)
{
    bool early = at < oldest_time; /* WHEN_NONE is */
    if (!early && at <= w->now + SIGHTINGS_AHEAD_DAYS * WHEN_DAY)
        return at;
    look_at_clock(w);
    *ret_redated = early || at > w->now + SIGHTINGS_AHEAD_DAYS * WHEN_DAY;
    return *ret_redated ? w->now : at;
}

/* Its place among the values of this position; -1: it was counted; SIGHT_SEEN_SLOTS: no room. */
static int look_seen(sight_seen *s, uint32_t source, uint64_t offset, sight_key key)
{
    if (s->source != source || s->offset != offset) {
        s->source = source;
        s->offset = offset;
        s->count = 0;
        if (++s->round == 0) {
            memset(s->at, 0, sizeof s->at);
            s->round = 1;
        }
    }
    uint32_t i = (uint32_t)key.place & (SIGHT_SEEN_SLOTS - 1);
    for (; s->at[i].round == s->round; i = (i + 1) & (SIGHT_SEEN_SLOTS - 1))
        if (s->at[i].place == key.place && s->at[i].rest == key.rest)
            return -1;
    return s->count < SIGHTINGS_POSITION_VALUES ? (int)i : SIGHT_SEEN_SLOTS;
}

static void note_seen(sight_seen *s, int i, sight_key key)
{
    if (i == SIGHT_SEEN_SLOTS)
        return;
    s->at[i].place = key.place;
    s->at[i].rest = key.rest;
    s->at[i].round = s->round;
    s->count++;
}

static status write_table(sightings_writer *w, const char *path, size_t n, sight_row *ret, err *why)
{
    sight_shape s = sight_table_shape(w->table);
    sight_plan plan = {s.keys, s.bytes, s.day_first, s.day_last, s.source_first};
    sight_maker m;
    status st = sight_maker_open(&m, w->o.disk, path, w->m.h.seed, &plan, why);
    for (size_t i = 0; st == OK && i < n; i++) {
        sight_key key;
        sight_bucket b;
        sight_table_get(w->table, i, &key, &b);
        st = sight_maker_put(&m, key, &b, why);
    }
    if (st == OK)
        st = sight_maker_finish(&m, ret, why);
    sight_maker_close(&m);
    return st;
}

/* Memory becomes a file that nobody names yet: one of at most `most`. */
static status flush(sightings_writer *w, size_t most, err *why)
{
    char path[SIGHT_PATH_ROOM];
    uint8_t id[SIGHT_ID];
    if (sight_table_count(w->table) == 0)
        return OK;
    if (w->pending_count >= most)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d files since the last commit",
                       SIGHTINGS_PENDING_MAX);
    sight_row *row = &w->pending[w->pending_count];
    w->o.random.fill(w->o.random.ctx, id, sizeof id);
    sight_segment_path(w->folder, id, path);
    status st = write_table(w, path, sight_table_sort(w->table), row, why);
    if (st != OK) {
        status gone = fs_remove(w->o.disk, path, NULL);
        (void)gone; /* the next start sweeps it */
        sight_table_reopen(w->table);
        return st;
    }
    memcpy(row->id, id, sizeof id);
    w->pending_count++;
    w->flushed++;
    w->written_bytes += row->bytes;
    sight_table_clear(w->table);
    return OK;
}

static status add_key(sightings_writer *w, sight_key key, int32_t day, const sight_at *at,
                      bool *ret_new, err *why)
{
    int place = look_seen(w->seen, at->source, at->offset, key);
    status st = OK;
    if (place < 0)
        return OK;
    if (!sight_table_add(w->table, key, day, at)) {
        st = flush(w, SIGHTINGS_PENDING_MAX, why);
        if (st == OK && !sight_table_add(w->table, key, day, at))
            st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "an empty table of sightings is full");
    }
    if (st == OK) {
        note_seen(w->seen, place, key);
        *ret_new = true;
    }
    return st;
}

status sightings_add(sightings_writer *w, kind k, slice value, when at, uint32_t source,
                     uint64_t offset, err *why)
{
    sight_key keys[SIGHT_KEYS_MAX];
    char quoted[ERR_QUOTE_MAX];
    bool redated = false, fresh = false;
    if (value.len > SIGHTINGS_VALUE_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a value of %zu bytes", value.len);
    sight_source *s = source_of(w, source, why);
    if (!s)
        return ERR_INPUT;
    size_t n = sight_keys_of(&w->secret, w->memo, k, value, keys);
    if (n == 0)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no address", err_quote(value, quoted));
    at = dated(w, at, &redated);
    int32_t day = (int32_t)(at / WHEN_DAY);
    if (day < w->m.h.expired) {
        w->too_old++;
        return OK;
    }
    sight_at where = {offset, (uint32_t)(at % WHEN_DAY / 1000), source};
    for (size_t i = 0; i < n; i++)
        sight_table_prefetch(w->table, keys[i], day);
    for (size_t i = n; i--;) { /* the value itself last: it says whether all was done */
        bool is_new = false;
        status st = add_key(w, keys[i], day, &where, &is_new, why);
        if (st != OK)
            return st;
        fresh = i == 0 && is_new;
    }
    if (fresh) {
        s->events++;
        w->events++;
        w->redated += redated;
        cover(s, at, at);
    }
    return OK;
}

status sightings_read(sightings_writer *w, uint32_t source, when from, when to, err *why)
{
    bool redated = false;
    sight_source *s = source_of(w, source, why);
    if (!s)
        return ERR_INPUT;
    from = dated(w, from, &redated);
    to = dated(w, to, &redated);
    cover(s, from < to ? from : to, from < to ? to : from);
    return OK;
}

/* --- committing ----------------------------------------------------------------------------- */

static status write_commit(sightings_writer *w, sight_row *rows, slice checkpoint, err *why)
{
    sight_manifest next = {.h = w->m.h,
                           .rows = rows,
                           .sources = w->sources,
                           .texts = w->texts.ptr,
                           .blob = checkpoint};
    size_t had = w->m.h.segments;
    if (had)
        memcpy(rows, w->m.rows, had * sizeof *rows);
    memcpy(rows + had, w->pending, w->pending_count * sizeof *rows);
    next.h.segments = (uint32_t)(had + w->pending_count);
    next.h.generation = ++w->generation;
    next.h.sources = w->source_count;
    next.h.next_source = w->next_source;
    next.h.text_bytes = w->texts.len;
    next.h.events = w->events;
    next.h.redated = w->redated;
    next.h.too_old = w->too_old;
    status st = sight_manifest_replace(w->o.disk, w->folder, &next, &w->m, why);
    if (st == OK)
        w->pending_count = 0;
    return st;
}

status sightings_commit(sightings_writer *w, slice checkpoint, err *why)
{
    if (checkpoint.len > SIGHTINGS_CHECKPOINT_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a checkpoint is over %d bytes",
                       SIGHTINGS_CHECKPOINT_MAX);
    status st = flush(w, COUNT_OF(w->pending), why); /* the last memory is one more */
    if (st != OK)
        return st;
    if (w->m.h.segments + w->pending_count > SIGHTINGS_SEGMENTS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "sightings are over %d files: fold them",
                       SIGHTINGS_SEGMENTS_MAX);
    sight_row *rows = calloc(w->m.h.segments + w->pending_count + 1, sizeof *rows);
    if (!rows)
        return no_memory(why);
    st = write_commit(w, rows, checkpoint, why);
    free(rows);
    look_at_clock(w);
    return st;
}

/* --- forgetting ----------------------------------------------------------------------------- */

status sight_writer_replace(sightings_writer *w, sight_manifest *next, err *why)
{
    size_t count = w->m.h.segments;
    sight_row *old = calloc(count + 1, sizeof *old);
    if (!old)
        return no_memory(why);
    if (count)
        memcpy(old, w->m.rows, count * sizeof *old);
    next->h.generation = ++w->generation;
    status st = sight_manifest_replace(w->o.disk, w->folder, next, &w->m, why);
    for (size_t i = 0; st == OK && i < count; i++) {
        char path[SIGHT_PATH_ROOM];
        if (is_named(w->m.rows, w->m.h.segments, old[i].id))
            continue;
        sight_segment_path(w->folder, old[i].id, path);
        status gone = fs_remove(w->o.disk, path, NULL);
        (void)gone; /* the next start sweeps it */
    }
    free(old);
    return st;
}

static bool goes(const sight_source *s, when before)
{
    return s->to != WHEN_NONE && s->to < before;
}

/* Of those that will be; texts move together. */
static status forget_sources(sightings_writer *w, when before, err *why)
{
    uint32_t n = 0;
    buf texts;
    buf_init(&texts, SIGHT_TEXTS_MAX);
    if (w->texts.len && !buf_room(&texts, w->texts.len)) {
        buf_done(&texts);
        return no_memory(why);
    }
    for (uint32_t i = 0; i < w->source_count; i++) {
        sight_source s = w->sources[i];
        if (!w->used[i] && goes(&s, before))
            continue;
        buf_put(&texts, slice_of(w->texts.ptr + s.text_at, (size_t)s.name_len + s.format_len));
        s.text_at = (uint32_t)(texts.len - s.name_len - s.format_len);
        w->used[n] = w->used[i];
        w->sources[n++] = s;
    }
    w->source_count = n;
    buf_done(&w->texts);
    w->texts = texts;
    return OK;
}

static bool used_now(const sightings_writer *w, uint32_t id)
{
    bool used = false;
    for (uint32_t i = 0; i < w->source_count && !used; i++)
        used = w->sources[i].id == id && w->used[i];
    return used;
}

static status write_expired(sightings_writer *w, int32_t day, sight_row *rows,
                            sight_source *sources, err *why)
{
    sight_manifest next = w->m;
    next.h.expired = day;
    next.h.segments = next.h.sources = 0;
    for (uint32_t i = 0; i < w->m.h.segments; i++)
        if (w->m.rows[i].day_last >= day)
            rows[next.h.segments++] = w->m.rows[i];
    for (uint32_t i = 0; i < w->m.h.sources; i++)
        if (!goes(&w->m.sources[i], day * WHEN_DAY) || used_now(w, w->m.sources[i].id))
            sources[next.h.sources++] = w->m.sources[i];
    next.rows = rows;
    next.sources = sources;
    next.bytes = NULL;
    return sight_writer_replace(w, &next, why);
}

status sightings_expire(sightings_writer *w, int32_t before_day, err *why)
{
    if (before_day <= w->m.h.expired)
        return OK;
    before_day = before_day < 0 ? 0 : before_day;
    before_day = before_day < SIGHT_DAY_MAX ? before_day : SIGHT_DAY_MAX;
    sight_row *rows = calloc(w->m.h.segments + 1, sizeof *rows);
    sight_source *sources = calloc(w->m.h.sources + 1, sizeof *sources);
    status st = rows && sources ? write_expired(w, before_day, rows, sources, why) : no_memory(why);
    free(rows);
    free(sources);
    return st == OK ? forget_sources(w, before_day * WHEN_DAY, why) : st;
}
