/* slots_build.c - keys gather, are sorted by a second thread and become runs, then the file: see
 * slots_build.h. */
#include "know/slots/checkpoint.h"
#include "know/slots/intern.h"
#include "know/slots/sort.h"
#include "know/slots/write.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ENTRIES_MIN = 64,
    MERGE_MAX = 64,          /* runs merged at once: as many files are open */
    MERGE_ROOM_MAX = 1 << 15 /* entries of a run that are in memory while it is merged */
};
static const uint64_t memory_default = (uint64_t)600 << 20;

/* What the second thread does: sort, write a run. */
typedef struct sorting {
    const fs *disk;
    char path[SLOTS_PATH_ROOM];
    slot *at, *room;
    size_t count;
    slots_mark mark; /* where the input stood when it was handed over */
    slots_run run;
    status st;
    err why;
} sorting;

struct slots_builder {
    slots_build_options o;
    slots_secret secret;
    slots_intern n;
    slot *memory; /* three times `cap`: filling, being sorted, its second copy */
    slot *fill;
    size_t cap, count;
    sorting job;
    pthread_t thread;
    bool running, handed;         /* a run is being made; its numbers are not noted yet */
    unsigned run_count, next_run; /* runs next_run - run_count..next_run - 1 are there */
    slots_run *runs;              /* all, by number */
    slots_mark at, resumed;       /* resumed.added 0: nothing was taken up */
    bool built;
};

static void run_path(const slots_builder *b, unsigned run, char out[SLOTS_PATH_ROOM])
{
    snprintf(out, SLOTS_PATH_ROOM, "%s/run-%u", b->o.folder, run);
}

/* --- life ----------------------------------------------------------------------------------- */

/* What a killed builder left, if it is whole and of this seed. */
static void take_up(slots_builder *b, uint8_t seed[SLOTS_SEED])
{
    slots_checkpoint c = {0};
    bool whole = slots_checkpoint_read(b->o.disk, b->o.folder, b->memory, 3 * b->cap, &c) &&
                 (!b->o.seed || memcmp(b->o.seed, c.seed, SLOTS_SEED) == 0);
    slots_run *runs = whole ? calloc(c.run_count, sizeof *runs) : NULL;
    if (!runs)
        return;
    memcpy(runs, c.runs, c.run_count * sizeof *runs);
    memcpy(seed, c.seed, SLOTS_SEED);
    b->runs = runs;
    b->run_count = b->next_run = c.run_count;
    b->resumed = c.mark;
}

status slots_builder_new(const slots_build_options *o, slots_builder **ret, err *why)
{
    slots_builder *b = calloc(1, sizeof *b);
    if (!b)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    uint8_t seed[SLOTS_SEED];
    b->o = *o;
    if (o->seed)
        memcpy(seed, o->seed, sizeof seed);
    else
        o->random.fill(o->random.ctx, seed, sizeof seed);
    uint64_t bytes = o->memory_bytes ? o->memory_bytes : memory_default;
    b->cap = (size_t)(bytes / (3 * sizeof *b->memory));
    b->cap = b->cap < ENTRIES_MIN ? ENTRIES_MIN : b->cap;
    b->memory = malloc(3 * b->cap * sizeof *b->memory); /* pages that are not used cost nothing */
    if (strlen(o->folder) + 32 > SLOTS_PATH_ROOM || !b->memory) {
        slots_builder_free(b);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no room for a set's keys");
    }
    if (o->resume)
        take_up(b, seed);
    slots_secret_of(seed, &b->secret);
    slots_intern_init(&b->n, seed);
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
    b->handed = b->handed && b->job.st == OK;
    return b->job.st;
}

static void remove_run(slots_builder *b, unsigned run)
{
    char path[SLOTS_PATH_ROOM];
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
    free(b->runs);
    free(b->memory);
    free(b);
    return NULL;
}

/* --- runs ----------------------------------------------------------------------------------- */

static status write_run(sorting *j)
{
    file out = {.handle = -1};
    j->count = slots_sort(j->at, j->room, j->count);
    j->run = (slots_run){j->count, slots_run_sum(0, j->at, j->count)};
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

static status note_run(slots_builder *b, slots_run run, err *why)
{
    slots_run *p = realloc(b->runs, (b->next_run + 1) * sizeof *p);
    if (!p)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    b->runs = p;
    b->runs[b->next_run++] = run;
    b->run_count++;
    return OK;
}

/* The run under way is finished and noted; with `resume`, on the disk, too. */
static status finish_run(slots_builder *b, err *why)
{
    status st = join(b, why);
    if (st != OK || !b->handed)
        return st;
    b->handed = false;
    b->runs[b->next_run - 1] = b->job.run;
    if (!b->o.resume || b->run_count > SLOTS_CHECKPOINT_RUNS)
        return OK;
    slots_checkpoint c = {.run_count = b->run_count, .mark = b->job.mark};
    memcpy(c.seed, b->secret.seed, SLOTS_SEED);
    memcpy(c.runs, b->runs, b->run_count * sizeof *b->runs);
    return slots_checkpoint_write(b->o.disk, b->o.folder, &c, why);
}

/* Hands what has gathered to the second thread and goes on with the other memory. */
static status spill(slots_builder *b, err *why)
{
    status st = finish_run(b, why);
    if (st == OK)
        st = note_run(b, (slots_run){0}, why);
    if (st != OK)
        return st;
    slot *other = b->fill == b->memory ? b->memory + b->cap : b->memory;
    b->job = (sorting){.disk = b->o.disk,
                       .at = b->fill,
                       .room = b->memory + 2 * b->cap,
                       .count = b->count,
                       .mark = b->at};
    run_path(b, b->next_run - 1, b->job.path);
    b->handed = true;
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

/* What a killed builder had added already is only counted, and must be the same. */
static bool replayed(slots_builder *b, status *st, err *why)
{
    if (b->at.added > b->resumed.added)
        return false;
    if (b->at.added == b->resumed.added && b->at.chain != b->resumed.chain)
        *st = err_set(why, ERR_INPUT, ERR_NOWHERE,
                      "what is read is not what the load that was stopped had read; run it again");
    return true;
}

static status add(slots_builder *b, kind k, slice bytes, uint32_t record, err *why)
{
    status st = OK;
    assert((unsigned)k < SLOTS_KINDS && !b->built);
    slots_hash h = slots_hash_of(&b->secret, k, bytes);
    slot made = {h.place, h.rest, slot_word((unsigned)k, record)};
    if (b->o.resume) {
        b->at.chain = slots_run_sum(b->at.chain, &made, 1);
        b->at.added++;
        if (replayed(b, &st, why))
            return st;
    } else {
        b->at.added++;
    }
    b->fill[b->count++] = made;
    return b->count == b->cap ? spill(b, why) : OK;
}

status slots_add(slots_builder *b, kind k, slice bytes, int prefix, uint32_t profile, err *why)
{
    assert(profile && profile <= b->n.profile_count);
    if (prefix >= 0 && prefix <= 128)
        b->at.prefixes[prefix / 64] |= (uint64_t)1 << (prefix % 64);
    return add(b, k, bytes, profile, why);
}

status slots_remove(slots_builder *b, kind k, slice bytes, err *why)
{
    return add(b, k, bytes, SLOTS_REMOVED, why);
}

/* --- merging -------------------------------------------------------------------------------- */

/* Runs `first`..`first + count - 1`, or what is in memory, ready to be merged. */
typedef struct opened {
    slots_source sources[MERGE_MAX];
    slots_front heap[MERGE_MAX];
    size_t count;
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
        char path[SLOTS_PATH_ROOM];
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
    char path[SLOTS_PATH_ROOM];
    opened r;
    file out = {.handle = -1};
    slot *gather = b->memory + 2 * b->cap;
    size_t n = 0;
    uint64_t total = 0;
    bool more = true;
    status st = open_runs(b, &r, first, MERGE_MAX, why);
    run_path(b, b->next_run, path);
    if (st == OK)
        st = note_run(b, (slots_run){0}, why);
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
    b->runs[b->next_run - 1].count = total;
    for (unsigned i = 0; i < MERGE_MAX; i++)
        remove_run(b, first + i);
    b->run_count -= MERGE_MAX;
    return OK;
}

/* Everything sorted: in memory when it never was full, else in at most MERGE_MAX runs. */
static status settle(slots_builder *b, uint64_t *ret_entries, err *why)
{
    uint64_t n = 0;
    if (b->run_count == 0) {
        b->count = slots_sort(b->fill, b->memory + 2 * b->cap, b->count);
        *ret_entries = b->count;
        return OK;
    }
    status st = b->count ? spill(b, why) : OK;
    if (st == OK)
        st = finish_run(b, why);
    if (st == OK && b->o.resume && b->run_count > MERGE_MAX) /* its runs are about to go */
        st = slots_checkpoint_remove(b->o.disk, b->o.folder, why);
    while (st == OK && b->run_count > MERGE_MAX)
        st = merge_some(b, why);
    for (unsigned i = 0; st == OK && i < b->run_count; i++)
        n += b->runs[b->next_run - 1 - i].count;
    *ret_entries = n;
    return st;
}

/* --- the file ------------------------------------------------------------------------------- */

/* Merged entries, those of one key made one. */
typedef struct collecting {
    slots_builder *b;
    opened runs;
    bool open, begun, more;
    slot next; /* the first of the next key */
    uint64_t left_out;
} collecting;

static void collect_end(collecting *c)
{
    if (c->open)
        close_runs(&c->runs);
    c->open = false;
}

static status collect_begin(void *ctx, err *why)
{
    collecting *c = ctx;
    collect_end(c);
    c->open = true;
    c->begun = false;
    c->left_out = 0;
    return open_runs(c->b, &c->runs, c->b->next_run - c->b->run_count, c->b->run_count, why);
}

/* `ids` in ascending order, a removal last. */
static status record_of(collecting *c, const uint32_t *ids, size_t n, uint32_t *ret, err *why)
{
    if (n > 1 && ids[n - 1] == SLOTS_REMOVED)
        n--;
    if (n == 1) {
        *ret = ids[0];
        return OK;
    }
    return slots_intern_list(&c->b->n, ids, n, ret, why);
}

static status collect_next(void *ctx, slot *ret, bool *ret_more, err *why)
{
    collecting *c = ctx;
    slots_merge *from = &c->runs.merge;
    uint32_t ids[SLOTS_LIST_MAX], record = 0;
    size_t n = 0;
    status st = c->begun ? OK : slots_merge_next(from, &c->next, &c->more, why);
    c->begun = true;
    *ret_more = st == OK && c->more;
    if (!*ret_more)
        return st;
    slot first = c->next;
    do {
        if (n < SLOTS_LIST_MAX)
            ids[n++] = slot_record(c->next.record);
        else
            c->left_out += slot_record(c->next.record) != SLOTS_REMOVED;
        st = slots_merge_next(from, &c->next, &c->more, why);
    } while (st == OK && c->more && c->next.place == first.place && c->next.rest == first.rest);
    if (st == OK)
        st = record_of(c, ids, n, &record, why);
    *ret = (slot){first.place, first.rest, slot_word(slot_kind(first.record), record)};
    return st;
}

static status write_table(slots_builder *b, const char *path, uint64_t expected, slots_counts *ret,
                          err *why)
{
    collecting c = {.b = b};
    slots_feed feed = {&c, collect_begin, collect_next};
    slots_write_options o = {.disk = b->o.disk,
                             .path = path,
                             .folder = b->o.folder,
                             .prefixes = b->at.prefixes,
                             .expected = expected,
                             .spill_max = b->o.spill_max};
    memcpy(o.seed, b->secret.seed, sizeof o.seed);
    status st = slots_write(&o, &feed, &b->n, ret, why);
    collect_end(&c);
    ret->left_out = c.left_out;
    return st;
}

status slots_build(slots_builder *b, const char *path, slots_counts *ret, err *why)
{
    uint64_t expected = 0;
    slots_counts c = {0};
    assert(!b->built);
    status st = b->at.added < b->resumed.added
                    ? err_set(why, ERR_INPUT, ERR_NOWHERE,
                              "less is read than the load that was stopped had read; run it again")
                    : settle(b, &expected, why);
    b->built = true;
    if (st == OK)
        st = write_table(b, path, expected, &c, why);
    if (st != OK)
        return st;
    c.added = b->at.added;
    c.resumed = b->resumed.added;
    c.runs = b->run_count;
    *ret = c;
    return OK;
}
