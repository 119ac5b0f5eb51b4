/* slots_build.c - keys gather, are sorted by a second thread and become runs, then the file: see
 * slots_build.h. */
#include "know/slots/intern.h"
#include "know/slots/sort.h"
#include "know/slots/write.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PATH_ROOM = 4352,
    ENTRIES_MIN = 64,
    MERGE_MAX = 64,           /* runs merged at once: as many files are open */
    MERGE_ROOM_MAX = 1 << 15, /* entries of a run that are in memory while it is merged */
    TRIES = 8,                /* more lines each time, should keys crowd */
    LOAD_PERCENT = 80
};
static const uint64_t memory_default = (uint64_t)600 << 20;

/* What the second thread does: sort, write a run. */
typedef struct sorting {
    const fs *disk;
    char path[PATH_ROOM];
    slots_entry *at, *room;
    size_t count;
    status st;
    err why;
} sorting;

struct slots_builder {
    slots_build_options o;
    uint8_t seed[16];
    slots_intern n;
    slots_entry *memory; /* three times `cap`: filling, being sorted, its second copy */
    slots_entry *fill;
    size_t cap, count;
    sorting job;
    pthread_t thread;
    bool running;
    unsigned run_count, next_run; /* runs first..next - 1 are there */
    uint64_t *run_entries;
    uint64_t prefixes[3];
    uint64_t added;
    bool built;
};

static void run_path(const slots_builder *b, unsigned run, char out[PATH_ROOM])
{
    snprintf(out, PATH_ROOM, "%s/run-%u", b->o.folder, run);
}

/* --- life ----------------------------------------------------------------------------------- */

status slots_builder_new(const slots_build_options *o, slots_builder **ret, err *why)
{
    slots_builder *b = calloc(1, sizeof *b);
    if (!b)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    b->o = *o;
    o->random.fill(o->random.ctx, b->seed, sizeof b->seed);
    slots_intern_init(&b->n, b->seed);
    uint64_t bytes = o->memory_bytes ? o->memory_bytes : memory_default;
    b->cap = (size_t)(bytes / (3 * sizeof *b->memory));
    b->cap = b->cap < ENTRIES_MIN ? ENTRIES_MIN : b->cap;
    b->memory = malloc(3 * b->cap * sizeof *b->memory); /* pages that are not used cost nothing */
    if (strlen(o->folder) + 32 > PATH_ROOM || !b->memory) {
        slots_builder_free(b);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no room for a set's keys");
    }
    b->fill = b->memory;
    *ret = b;
    return OK;
}

static status join(slots_builder *b, err *why)
{
    if (!b->running)
        return OK;
    pthread_join(b->thread, NULL);
    b->running = false;
    if (b->job.st != OK && why)
        *why = b->job.why;
    return b->job.st;
}

static void remove_run(slots_builder *b, unsigned run)
{
    char path[PATH_ROOM];
    run_path(b, run, path);
    status gone = fs_remove(b->o.disk, path, NULL);
    (void)gone; /* the folder is swept by whoever opens the store next */
}

slots_builder *slots_builder_free(slots_builder *b)
{
    if (!b)
        return NULL;
    status st = join(b, NULL);
    (void)st;
    for (unsigned i = 0; i < b->run_count; i++)
        remove_run(b, b->next_run - 1 - i);
    slots_intern_done(&b->n);
    free(b->run_entries);
    free(b->memory);
    free(b);
    return NULL;
}

/* --- runs ----------------------------------------------------------------------------------- */

static status write_run(sorting *j)
{
    file out = {.handle = -1};
    j->count = slots_sort(j->at, j->room, j->count);
    status st = fs_open(j->disk, j->path, FILE_WRITE | FILE_CREATE, &out, &j->why);
    if (st == OK)
        st = file_write(&out, slice_of((const char *)j->at, j->count * sizeof *j->at), &j->why);
    file_close(&out);
    return st;
}

static void *sort_in_thread(void *ctx)
{
    sorting *j = ctx;
    j->st = write_run(j);
    return NULL;
}

static status note_run(slots_builder *b, err *why)
{
    uint64_t *p = realloc(b->run_entries, (b->next_run + 1) * sizeof *p);
    if (!p)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    b->run_entries = p;
    b->run_entries[b->next_run++] = 0;
    b->run_count++;
    return OK;
}

/* Hands what has gathered to the second thread and goes on with the other memory. */
static status spill(slots_builder *b, err *why)
{
    status st = join(b, why);
    if (st == OK && b->run_count)
        b->run_entries[b->next_run - 1] = b->job.count;
    if (st == OK)
        st = note_run(b, why);
    if (st != OK)
        return st;
    slots_entry *other = b->fill == b->memory ? b->memory + b->cap : b->memory;
    b->job = (sorting){
        .disk = b->o.disk, .at = b->fill, .room = b->memory + 2 * b->cap, .count = b->count};
    run_path(b, b->next_run - 1, b->job.path);
    if (pthread_create(&b->thread, NULL, sort_in_thread, &b->job) == 0)
        b->running = true;
    else
        sort_in_thread(&b->job); /* slower, and the same */
    b->fill = other;
    b->count = 0;
    return b->running ? OK : b->job.st;
}

status slots_profile_add(slots_builder *b, const slots_profile *p, uint32_t *ret, err *why)
{
    return slots_intern_profile(&b->n, p, ret, why);
}

status slots_add(slots_builder *b, kind k, slice bytes, int prefix, uint32_t profile, err *why)
{
    assert((unsigned)k < SLOTS_KINDS && profile && profile <= b->n.profile_count && !b->built);
    if (b->count == b->cap) {
        status st = spill(b, why);
        if (st != OK)
            return st;
    }
    slots_hash h = slots_hash_of(b->seed, k, bytes);
    b->fill[b->count++] = (slots_entry){h.high, h.low, profile, (uint32_t)k};
    b->added++;
    if (prefix >= 0 && prefix <= 128)
        b->prefixes[prefix / 64] |= (uint64_t)1 << (prefix % 64);
    return OK;
}

/* --- merging -------------------------------------------------------------------------------- */

/* Runs `first`..`first + count - 1`, or what is in memory, ready to be merged. */
typedef struct opened {
    slots_source sources[MERGE_MAX];
    size_t heap[MERGE_MAX], count;
    slots_merge merge;
} opened;

static void close_runs(opened *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->sources[i].in.disk)
            file_close(&r->sources[i].in);
}

/* The memory that gathered keys is free by now: it holds a piece of each run. */
static status open_runs(slots_builder *b, opened *r, unsigned first, unsigned count, err *why)
{
    status st = OK;
    *r = (opened){0};
    if (count == 0) {
        r->sources[0] = (slots_source){.at = b->fill, .count = b->count};
        r->count = 1;
    }
    size_t room = count ? 2 * b->cap / count : 0; /* the third part gathers what is merged */
    room = room > MERGE_ROOM_MAX ? MERGE_ROOM_MAX : room;
    for (unsigned i = 0; st == OK && i < count; i++) {
        char path[PATH_ROOM];
        slots_source *s = &r->sources[i];
        run_path(b, first + i, path);
        *s = (slots_source){.room = b->memory + i * room, .room_count = room};
        st = fs_open(b->o.disk, path, FILE_READ, &s->in, why);
        if (st != OK)
            s->in = (file){.handle = -1};
        else
            r->count++;
    }
    return st == OK ? slots_merge_begin(&r->merge, r->sources, r->count, r->heap, why) : st;
}

/* Many runs: the oldest MERGE_MAX of them become one. */
static status merge_some(slots_builder *b, err *why)
{
    unsigned first = b->next_run - b->run_count;
    char path[PATH_ROOM];
    opened r;
    file out = {.handle = -1};
    slots_entry *gather = b->memory + 2 * b->cap;
    size_t n = 0;
    uint64_t total = 0;
    bool more = true;
    status st = open_runs(b, &r, first, MERGE_MAX, why);
    run_path(b, b->next_run, path);
    if (st == OK)
        st = note_run(b, why);
    if (st == OK)
        st = fs_open(b->o.disk, path, FILE_WRITE | FILE_CREATE, &out, why);
    while (st == OK && more) {
        if ((st = slots_merge_next(&r.merge, &gather[n], &more, why)) != OK)
            break;
        n += more;
        total += more;
        if (n == b->cap || !more) {
            st = file_write(&out, slice_of((const char *)gather, n * sizeof *gather), why);
            n = 0;
        }
    }
    file_close(&out);
    close_runs(&r);
    if (st != OK)
        return st;
    b->run_entries[b->next_run - 1] = total;
    for (unsigned i = 0; i < MERGE_MAX; i++)
        remove_run(b, first + i);
    b->run_count -= MERGE_MAX;
    return OK;
}

/* Everything sorted: in memory when it never was full, else in at most MERGE_MAX runs. */
static status settle(slots_builder *b, uint64_t *ret_entries, err *why)
{
    uint64_t n = 0;
    status st = OK;
    if (b->run_count == 0) {
        b->count = slots_sort(b->fill, b->memory + 2 * b->cap, b->count);
        *ret_entries = b->count;
        return OK;
    }
    if (b->count)
        st = spill(b, why);
    if (st == OK)
        st = join(b, why);
    if (st == OK)
        b->run_entries[b->next_run - 1] = b->job.count;
    while (st == OK && b->run_count > MERGE_MAX)
        st = merge_some(b, why);
    for (unsigned i = 0; st == OK && i < b->run_count; i++)
        n += b->run_entries[b->next_run - 1 - i];
    *ret_entries = n;
    return st;
}

/* --- the file ------------------------------------------------------------------------------- */

static uint64_t lines_for(uint64_t keys)
{
    return keys * 100 / (LOAD_PERCENT * SLOTS_PER_LINE) + 1;
}

static status write_once(slots_builder *b, const char *path, uint64_t lines, uint64_t keys,
                         slots_counts *ret, bool *ret_fits, err *why)
{
    char filter[PATH_ROOM];
    opened r;
    snprintf(filter, sizeof filter, "%s/filter", b->o.folder);
    slots_write_options o = {
        .disk = b->o.disk,
        .path = path,
        .filter_path = filter,
        .lines = lines,
        .filter_blocks = keys * SLOTS_FILTER_BITS / (SLOTS_FILTER * 8) + 1,
        .spill_max = b->o.spill_max ? b->o.spill_max : SLOTS_SPILL_MAX,
    };
    memcpy(o.seed, b->seed, sizeof o.seed);
    memcpy(o.prefixes, b->prefixes, sizeof o.prefixes);
    status st = open_runs(b, &r, b->next_run - b->run_count, b->run_count, why);
    if (st == OK)
        st = slots_write(&o, &r.merge, &b->n, ret, ret_fits, why);
    close_runs(&r);
    status gone = fs_remove(b->o.disk, filter, NULL);
    (void)gone; /* as above */
    return st;
}

/* How many keys are different is known only when they have been merged: a file that was laid out
 * for many more is laid out once more. */
status slots_build(slots_builder *b, const char *path, slots_counts *ret, err *why)
{
    uint64_t expected = 0;
    slots_counts c = {0};
    bool fits = false;
    assert(!b->built);
    status st = settle(b, &expected, why);
    uint64_t lines = lines_for(expected);
    b->built = true;
    for (unsigned i = 0; st == OK && !fits && i < TRIES; i++) {
        st = write_once(b, path, lines, expected, &c, &fits, why);
        if (st == OK && fits && c.keys < expected - expected / 10) {
            expected = c.keys;
            lines = lines_for(expected);
            fits = false;
        } else if (st == OK && !fits) {
            lines += lines / 4 + 1;
        }
    }
    if (st == OK && !fits)
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "keys of a set crowd in spite of their hash");
    if (st != OK)
        return st;
    c.added = b->added;
    c.runs = b->run_count;
    *ret = c;
    return OK;
}
