/* slots_stream.c - see slots_stream.h. */
#include "know/slots_stream.h"

#include <stdlib.h>

static status no_memory(err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

status slots_stream_open(slots_stream *s, const fs *disk, const char *path,
                         const uint8_t seed[SLOTS_SEED], err *why)
{
    *s = (slots_stream){.out.handle = -1};
    memcpy(s->seed, seed, SLOTS_SEED);
    s->room = s->fill = malloc(2 * SLOTS_CHUNK); /* pages that are not used cost nothing */
    return s->room ? fs_open(disk, path, FILE_WRITE | FILE_CREATE, &s->out, why) : no_memory(why);
}

static void *write_chunk(void *ctx)
{
    slots_stream_job *j = ctx;
    for (size_t at = 0; at < j->count; at += SLOTS_BLOCK) {
        size_t n = j->count - at < SLOTS_BLOCK ? j->count - at : SLOTS_BLOCK;
        j->sums[at / SLOTS_BLOCK] = siphash(j->seed, slice_of(j->bytes + at, n));
    }
    j->st = file_write(j->out, slice_of(j->bytes, j->count), &j->why);
    if (j->st == OK)
        file_sync_soon(j->out, j->at, j->count);
    return NULL;
}

static status keep_sums(slots_stream *s, err *why)
{
    size_t n = (s->job.count + SLOTS_BLOCK - 1) / SLOTS_BLOCK;
    if (n == 0)
        return OK;
    if (s->sum_count + n > s->sum_room) {
        size_t room = s->sum_room ? s->sum_room * 2 : 1024;
        uint64_t *p = realloc(s->sums, room * sizeof *p);
        if (!p)
            return no_memory(why);
        s->sums = p;
        s->sum_room = room;
    }
    memcpy(s->sums + s->sum_count, s->job.sums, n * sizeof *s->sums);
    s->sum_count += n;
    s->job.count = 0;
    return OK;
}

/* The chunk under way is done. */
static status join(slots_stream *s, err *why)
{
    if (s->running)
        pthread_join(s->thread, NULL);
    s->running = false;
    if (s->job.st != OK) {
        if (why)
            *why = s->job.why;
        return s->job.st;
    }
    return keep_sums(s, why);
}

/* Hands over what has gathered. `beside`: to the second thread, if there is one to be had. */
static status hand_over(slots_stream *s, bool beside, err *why)
{
    status st = join(s, why);
    if (st != OK)
        return st;
    s->job.out = &s->out;
    s->job.seed = s->seed;
    s->job.bytes = s->fill;
    s->job.count = s->count;
    s->job.at = s->at - s->count;
    s->fill = s->fill == s->room ? s->room + SLOTS_CHUNK : s->room;
    s->count = 0;
    s->running = beside && pthread_create(&s->thread, NULL, write_chunk, &s->job) == 0;
    if (!s->running)
        write_chunk(&s->job);
    return OK;
}

status slots_stream_put(slots_stream *s, const void *bytes, uint64_t count, err *why)
{
    const char *p = bytes;
    while (count) {
        size_t n = SLOTS_CHUNK - s->count;
        n = count < n ? (size_t)count : n;
        if (p)
            memcpy(s->fill + s->count, p, n);
        else
            memset(s->fill + s->count, 0, n);
        p = p ? p + n : NULL;
        s->count += n;
        s->at += n;
        count -= n;
        status st = s->count == SLOTS_CHUNK ? hand_over(s, true, why) : OK;
        if (st != OK)
            return st;
    }
    return OK;
}

status slots_stream_flush(slots_stream *s, err *why)
{
    status st = s->count ? hand_over(s, false, why) : OK;
    return st == OK ? join(s, why) : st;
}

void slots_stream_close(slots_stream *s)
{
    if (s->running)
        pthread_join(s->thread, NULL);
    s->running = false;
    file_close(&s->out);
    free(s->room);
    free(s->sums);
    s->room = NULL;
    s->sums = NULL;
}
