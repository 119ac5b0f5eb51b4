/* files.h - the index's files: a chain, each beginning where the one before ends. Private to
 * know/index.
 *
 *     seg_files f; st = seg_files_open("index/values", key, &f, why);
 *     st = seg_files_add(disk, "index/values", key, &f, &newer, why);    // under the writers' lock
 *
 * Uses: segment. Used by: index.c.
 * File 0 has the name given, file n that name and ".n". What follows no file that it continues is
 * no part of the index: so a new file takes the place of several by one rename, and what a writer
 * that was killed, or a reader that came between, leaves or finds is a shorter chain at worst. The
 * nodes that it does not cover are read from the store.
 * What is added is a new file, or takes in files before it, until each has SEG_RATIO times as many
 * keys as all behind it. So a key is written some SEG_RATIO / 2 times for each file that there is,
 * and there are few. */
#ifndef NOROSHI_KNOW_INDEX_FILES_H
#define NOROSHI_KNOW_INDEX_FILES_H

#include "know/index/segment.h"

enum { SEG_FILES_MAX = 16, SEG_RATIO = 4, SEG_PATH_ROOM = 4096 + 64 };

typedef struct seg_files {
    segment at[SEG_FILES_MAX];
    size_t count;
} seg_files;

/* What is there and continues each other; none, or what is damaged, ends it. ERR_IO alone. */
status seg_files_open(const char *path, const uint8_t key[16], seg_files *ret, err *why) NODISCARD;
void seg_files_close(seg_files *f);
/* Opens them anew. */
status seg_files_reopen(const char *path, const uint8_t key[16], seg_files *f, err *why) NODISCARD;
bool seg_files_same(const seg_files *a, const seg_files *b);
uint64_t seg_files_covers(const seg_files *f); /* nodes 1..this */
size_t seg_files_keys(const seg_files *f);

/* ERR_IO: one was cut off since it was opened, and what was read of it may have been zeros. */
status seg_files_whole(const seg_files *f, err *why) NODISCARD;

/* Makes the newer entries, which begin where the files end, durable; *f is open anew.
 *   ERR_INPUT  a file that was to be merged is damaged: it and those behind it are gone, from the
 *              disk and from *f, and nothing was added */
status seg_files_add(const fs *disk, const char *path, const uint8_t key[16], seg_files *f,
                     const seg_delta *newer, err *why) NODISCARD;
/* Reads all and compares every check sum. ERR_INPUT: damaged. */
status seg_files_verify(const seg_files *f, const uint8_t key[16], err *why) NODISCARD;

#endif
