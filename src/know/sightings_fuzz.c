/* Properties: a file of sightings with any byte changed is never taken for whole by opening and
 * verifying together; and when the trailer is made to fit the damage, so that hostile numbers are
 * believed, looking up, walking and folding it read nothing outside the file and end.
 * Input: changes of five bytes each, offset and what to turn there; offsets count from the end, so
 * that the trailer is near. */
#include "know/sightings/segment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { KEYS = 60, CHANGE = 5 };

typedef struct table {
    char *bytes;
    size_t size;
} table;

static const uint8_t the_seed[SLOTS_SEED] = {7};

static sight_key key_of(uint64_t i)
{
    return (sight_key){i * (UINT64_MAX / KEYS), (uint8_t)i};
}

static void fill(sight_maker *m)
{
    for (uint64_t i = 0; i < KEYS; i++)
        for (int32_t d = 0; d <= (int32_t)i % 3; d++) {
            sight_bucket b, one;
            for (uint32_t n = 0; n <= i % 12; n++) {
                sight_at at = {i << n, (uint32_t)(i * n), 3 + n * (uint32_t)i % 10};
                sight_bucket_one(n ? &one : &b, 100 + d, &at);
                if (n)
                    sight_bucket_add(&b, &one);
            }
            if (sight_maker_put(m, key_of(i), &b, NULL) != OK)
                abort();
        }
}

static void make(table *ret)
{
    char folder[] = "/tmp/noroshi-fuzz-XXXXXX", path[64];
    sight_plan plan = {KEYS, 40000, 100, 102, 3};
    sight_maker m;
    sight_row row;
    if (!mkdtemp(folder))
        abort();
    snprintf(path, sizeof path, "%s/t", folder);
    if (sight_maker_open(&m, fs_system(), path, the_seed, &plan, NULL) != OK)
        abort();
    fill(&m);
    if (sight_maker_finish(&m, &row, NULL) != OK)
        abort();
    sight_maker_close(&m);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ret->size = row.bytes;
    ret->bytes = malloc(ret->size);
    if (fd < 0 || !ret->bytes || read(fd, ret->bytes, ret->size) != (ssize_t)ret->size)
        abort();
    close(fd);
    unlink(path);
    rmdir(folder);
}

/* As a file, opened; NULL: refused. */
static sight_segment *open_bytes(const char *bytes, size_t size, int *ret_fd)
{
    char path[64];
    sight_segment *s = NULL;
    *ret_fd = memfd_create("sightings", MFD_CLOEXEC);
    if (*ret_fd < 0 || write(*ret_fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", *ret_fd);
    return sight_segment_open(path, sight_seed_check(the_seed), &s, NULL) == OK ? s : NULL;
}

static status take(void *ctx, const sight_bucket *b, err *why)
{
    unsigned *sum = ctx;
    (void)why;
    if (b->n == 0 || b->n > SIGHT_ALL || b->source_count > SIGHT_SOURCES || b->count < b->n)
        abort(); /* what is found makes sense, whatever the file says */
    for (size_t i = 0; i < b->n; i++)
        *sum += (unsigned)b->at[i].offset + b->at[i].second;
    for (size_t i = 0; i < b->source_count; i++)
        *sum += b->sources[i];
    return OK;
}

/* The sum of all that look-ups give: it is read, and a sanitizer looks on. */
static unsigned use(const sight_segment *s)
{
    unsigned sum = 0;
    for (uint64_t i = 0; i < 2 * KEYS; i++) {
        sight_key k = i < KEYS ? key_of(i) : (sight_key){i * 0x9e3779b97f4a7c15u, 1};
        sum += sight_filter_has(s, k);
        sum += (unsigned)sight_segment_find(s, k, take, &sum, NULL);
    }
    return sum;
}

/* A walk, and what it gives written again, as a fold does. */
static void walk(const sight_segment *s)
{
    sight_walk w;
    sight_walk_begin(&w, s);
    uint64_t n = 0;
    while (sight_walk_next(&w)) {
        uint8_t bytes[SIGHT_BUCKET_BYTES];
        unsigned sum = 0;
        if (take(&sum, &w.bucket, NULL) != OK || ++n > s->t.data_bytes ||
            sight_bucket_put(&w.bucket, &s->frame, s->t.day_first - 1, w.more, bytes) >
                sizeof bytes)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static table whole; /* made once: the target's own constant */
    const uint8_t zeros[16] = {0};
    int fd;
    if (!whole.bytes)
        make(&whole);
    char *bytes = malloc(whole.size);
    if (!bytes)
        abort();
    memcpy(bytes, whole.bytes, whole.size);
    for (size_t i = 0; i + CHANGE <= size; i += CHANGE) {
        uint32_t at;
        memcpy(&at, data + i, 4);
        char *p = bytes + whole.size - 1 - at % whole.size;
        *p = (char)(*p ^ data[i + 4]);
    }
    bool changed = memcmp(bytes, whole.bytes, whole.size) != 0;
    sight_segment *s = open_bytes(bytes, whole.size, &fd);
    bool sound = s && sight_segment_verify(s, the_seed, NULL) == OK;
    if (sound == changed)
        abort();
    sight_segment_close(s);
    close(fd);
    /* the trailer believed */
    char *end = bytes + whole.size - sizeof(sight_trailer);
    uint64_t sum = siphash(zeros, slice_of(end, sizeof(sight_trailer) - 8));
    memcpy(end + sizeof(sight_trailer) - 8, &sum, 8);
    if ((s = open_bytes(bytes, whole.size, &fd)) != NULL) {
        unsigned once = use(s);
        err why = {0};
        status st = sight_segment_verify(s, the_seed, &why);
        walk(s);
        if (use(s) != once || (st != OK && !why.msg[0]))
            abort();
    }
    sight_segment_close(s);
    close(fd);
    free(bytes);
    return 0;
}
