/* checkpoint.c - see checkpoint.h. */
#include "know/slots/checkpoint.h"

#include <stdio.h>

enum { READ_ENTRIES = 1 << 16 };

typedef struct stored {
    char magic[8];
    slots_checkpoint c;
    uint64_t sum; /* of all before */
} stored;

_Static_assert(sizeof(stored) == 8 + sizeof(slots_checkpoint) + 8, "no holes");

static uint64_t sum_of(const stored *s)
{
    return siphash(s->c.seed, slice_of((const char *)s, sizeof *s - sizeof s->sum));
}

status slots_checkpoint_write(const fs *disk, const char *folder, const slots_checkpoint *c,
                              err *why)
{
    char path[SLOTS_PATH_ROOM], temp[SLOTS_PATH_ROOM];
    file out = {.handle = -1};
    stored s = {.magic = "NRBUILD", .c = *c};
    s.sum = sum_of(&s);
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    snprintf(temp, sizeof temp, "%s/checkpoint.new", folder);
    status st = fs_open(disk, temp, FILE_WRITE | FILE_CREATE, &out, why);
    if (st == OK)
        st = file_write(&out, slice_of((const char *)&s, sizeof s), why);
    file_close(&out);
    return st == OK ? fs_rename(disk, temp, path, why) : st;
}

status slots_checkpoint_remove(const fs *disk, const char *folder, err *why)
{
    char path[SLOTS_PATH_ROOM];
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    status st = fs_remove(disk, path, why);
    return st == ERR_NOT_FOUND ? OK : st;
}

static bool run_is_whole(const fs *disk, const char *folder, unsigned number, const slots_run *run,
                         slot *room, size_t room_count)
{
    char path[SLOTS_PATH_ROOM];
    file in = {.handle = -1};
    uint64_t sum = 0, size = 0, at = 0;
    size_t want = (room_count < READ_ENTRIES ? room_count : READ_ENTRIES) * sizeof *room, got = 0;
    snprintf(path, sizeof path, "%s/run-%u", folder, number);
    status st = fs_open(disk, path, FILE_READ, &in, NULL);
    if (st == OK)
        st = file_size(&in, &size, NULL);
    bool sized =
        st == OK && run->count <= UINT64_MAX / sizeof *room && size == run->count * sizeof *room;
    for (; sized && at < size; at += got) {
        if (file_pread(&in, room, want, at, &got, NULL) != OK || !got || got % sizeof *room)
            break;
        sum = slots_run_sum(sum, room, got / sizeof *room);
    }
    file_close(&in);
    return sized && at == size && sum == run->sum;
}

bool slots_checkpoint_read(const fs *disk, const char *folder, slot *room, size_t room_count,
                           slots_checkpoint *ret)
{
    char path[SLOTS_PATH_ROOM];
    stored s = {0};
    size_t got = 0;
    file in = {.handle = -1};
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    status st = fs_open(disk, path, FILE_READ, &in, NULL);
    if (st == OK)
        st = file_pread(&in, &s, sizeof s, 0, &got, NULL);
    file_close(&in);
    bool whole = st == OK && got == sizeof s && memcmp(s.magic, "NRBUILD", 8) == 0 &&
                 s.sum == sum_of(&s) && s.c.run_count && s.c.run_count <= SLOTS_CHECKPOINT_RUNS;
    for (unsigned i = 0; whole && i < s.c.run_count; i++)
        whole = run_is_whole(disk, folder, i, &s.c.runs[i], room, room_count);
    if (whole)
        *ret = s.c;
    return whole;
}
