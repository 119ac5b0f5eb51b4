/* files.c - see files.h. */
#include "know/index/files.h"

#include <stdio.h>

static void name_of(const char *path, size_t n, char out[SEG_PATH_ROOM])
{
    if (n)
        snprintf(out, SEG_PATH_ROOM, "%s.%zu", path, n);
    else
        snprintf(out, SEG_PATH_ROOM, "%s", path);
}

/* A writer may put a file in the place of several between two of these: then the chain ends where
 * that is noticed. */
status seg_files_open(const char *path, const uint8_t key[16], seg_files *ret, err *why)
{
    seg_files f = {.count = 0};
    status st = OK;
    while (st == OK && f.count < SEG_FILES_MAX) {
        char name[SEG_PATH_ROOM];
        segment s;
        name_of(path, f.count, name);
        st = segment_open(name, key, &s, why);
        if (st != OK)
            break;
        if (s.from != seg_files_covers(&f)) {
            segment_close(&s);
            break;
        }
        f.at[f.count++] = s;
    }
    if (st != OK && st != ERR_NOT_FOUND && st != ERR_INPUT) {
        seg_files_close(&f);
        return st;
    }
    *ret = f;
    return OK;
}

void seg_files_close(seg_files *f)
{
    for (size_t i = 0; i < f->count; i++)
        segment_close(&f->at[i]);
    f->count = 0;
}

status seg_files_reopen(const char *path, const uint8_t key[16], seg_files *f, err *why)
{
    seg_files_close(f);
    return seg_files_open(path, key, f, why);
}

bool seg_files_same(const seg_files *a, const seg_files *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = a->at[i].covers == b->at[i].covers && a->at[i].key_count == b->at[i].key_count;
    return same;
}

uint64_t seg_files_covers(const seg_files *f)
{
    return f->count ? f->at[f->count - 1].covers : 0;
}

size_t seg_files_keys(const seg_files *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->count; i++)
        n += f->at[i].key_count;
    return n;
}

status seg_files_whole(const seg_files *f, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < f->count; i++)
        st = segment_whole(&f->at[i], why);
    return st;
}

/* Numbers from n on. What cannot be removed is no part of the chain all the same. */
static void remove_from(const fs *disk, const char *path, size_t n)
{
    for (; n < SEG_FILES_MAX; n++) {
        char name[SEG_PATH_ROOM];
        name_of(path, n, name);
        status gone = fs_remove(disk, name, NULL);
        (void)gone;
    }
}

/* How many files stay: those behind are taken into the new one. */
static size_t staying(const seg_files *f, size_t keys)
{
    size_t n = f->count;
    while (n && (n == SEG_FILES_MAX || f->at[n - 1].key_count / SEG_RATIO < keys))
        keys += f->at[--n].key_count;
    return n;
}

status seg_files_add(const fs *disk, const char *path, const uint8_t key[16], seg_files *f,
                     const seg_delta *newer, err *why)
{
    char name[SEG_PATH_ROOM], temp[SEG_PATH_ROOM];
    size_t n = staying(f, newer->key_count), taken = f->count - n;
    for (size_t i = n; i < f->count; i++) {
        status st = segment_verify(&f->at[i], key, why);
        if (st == OK)
            continue;
        remove_from(disk, path, i);
        while (f->count > i)
            segment_close(&f->at[--f->count]);
        return st;
    }
    name_of(path, n, name);
    snprintf(temp, sizeof temp, "%s.new", path);
    status st = segment_write(disk, name, temp, key, f->at + n, taken, newer, why);
    if (st != OK)
        return st;
    remove_from(disk, path, n + 1);
    return seg_files_reopen(path, key, f, why);
}

status seg_files_verify(const seg_files *f, const uint8_t key[16], err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < f->count; i++)
        st = segment_verify(&f->at[i], key, why);
    return st;
}
