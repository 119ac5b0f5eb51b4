/* manifest.c - see manifest.h. */
#include "know/sightings/manifest.h"

#include <stdio.h>
#include <stdlib.h>

void sight_manifest_path(const char *folder, const char *end, char out[SIGHT_PATH_ROOM])
{
    snprintf(out, SIGHT_PATH_ROOM, "%s/manifest%s", folder, end);
}

void sight_segment_path(const char *folder, const uint8_t id[SIGHT_ID], char out[SIGHT_PATH_ROOM])
{
    char hex[HASH_HEX_MAX];
    snprintf(out, SIGHT_PATH_ROOM, "%s/%s.seen", folder, hash_hex(id, SIGHT_ID, hex));
}

void sight_manifest_done(sight_manifest *m)
{
    free(m->bytes);
    *m = (sight_manifest){0};
}

/* --- bytes ---------------------------------------------------------------------------------- */

typedef struct parts {
    uint64_t rows, sources, texts, blob, sum;
} parts;

static parts place(const sight_head *h)
{
    parts p = {.rows = sizeof *h};
    p.sources = p.rows + (uint64_t)h->segments * sizeof(sight_row);
    p.texts = p.sources + (uint64_t)h->sources * sizeof(sight_source);
    p.blob = p.texts + h->text_bytes;
    p.sum = (p.blob + h->blob_bytes + 7) & ~(uint64_t)7;
    return p;
}

static uint64_t sum_of(const char *bytes, uint64_t n)
{
    const uint8_t zeros[16] = {0};
    return siphash(zeros, slice_of(bytes, n));
}

static bool sane(const sight_head *h)
{
    return memcmp(h->magic, "NRSIGHTS", 8) == 0 && h->version == SIGHT_MANIFEST_VERSION &&
           h->segments <= SIGHTINGS_SEGMENTS_MAX && h->sources <= SIGHTINGS_SOURCES_MAX &&
           h->text_bytes <= SIGHT_TEXTS_MAX && h->blob_bytes <= SIGHTINGS_CHECKPOINT_MAX;
}

static bool sources_fit(const sight_manifest *m)
{
    bool fit = true;
    for (uint32_t i = 0; i < m->h.sources && fit; i++) {
        const sight_source *s = &m->sources[i];
        fit = s->text_at <= m->h.text_bytes &&
              (uint64_t)s->name_len + s->format_len <= m->h.text_bytes - s->text_at &&
              s->id < m->h.next_source && (i == 0 || s->id > m->sources[i - 1].id);
    }
    return fit;
}

/* Takes over `bytes` when they make sense. */
static bool take(char *bytes, size_t size, sight_manifest *ret)
{
    sight_manifest m = {.bytes = bytes};
    uint64_t sum;
    if (size < sizeof m.h + 8)
        return false;
    memcpy(&m.h, bytes, sizeof m.h);
    if (!sane(&m.h))
        return false;
    parts p = place(&m.h);
    if (p.sum + 8 != size)
        return false;
    memcpy(&sum, bytes + p.sum, 8);
    m.rows = (const sight_row *)(const void *)(bytes + p.rows);
    m.sources = (const sight_source *)(const void *)(bytes + p.sources);
    m.texts = bytes + p.texts;
    m.blob = slice_of(bytes + p.blob, m.h.blob_bytes);
    if (sum != sum_of(bytes, p.sum) || !sources_fit(&m))
        return false;
    *ret = m;
    return true;
}

slice sight_manifest_bytes(const sight_manifest *m)
{
    return slice_of(m->bytes, place(&m->h).sum + sizeof(uint64_t));
}

/* --- reading -------------------------------------------------------------------------------- */

static status read_bytes(file *in, char **ret, size_t *ret_size, err *why)
{
    uint64_t size = 0;
    status st = file_size(in, &size, why);
    if (st != OK)
        return st;
    *ret_size = size > SIGHT_MANIFEST_MAX ? 0 : (size_t)size; /* 0: it is none */
    *ret = malloc(*ret_size + 1);
    if (!*ret)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    return file_pread(in, *ret, *ret_size, 0, ret_size, why);
}

status sight_manifest_read(const fs *disk, const char *folder, sight_manifest *ret, err *why)
{
    char path[SIGHT_PATH_ROOM], *bytes = NULL;
    size_t size = 0;
    file in = {.handle = -1};
    sight_manifest_path(folder, "", path);
    status st = fs_open(disk, path, FILE_READ, &in, why);
    if (st != OK)
        return st;
    st = read_bytes(&in, &bytes, &size, why);
    file_close(&in);
    if (st == OK && !take(bytes, size, ret))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is damaged", path);
    if (st != OK)
        free(bytes);
    return st;
}

uint64_t sight_manifest_generation(const fs *disk, const char *folder)
{
    char path[SIGHT_PATH_ROOM];
    sight_head h = {0};
    size_t got = 0;
    file in = {.handle = -1};
    sight_manifest_path(folder, "", path);
    status st = fs_open(disk, path, FILE_READ, &in, NULL);
    if (st == OK)
        st = file_pread(&in, &h, sizeof h, 0, &got, NULL);
    file_close(&in);
    return st == OK && got == sizeof h && sane(&h) ? h.generation : 0;
}

/* --- writing -------------------------------------------------------------------------------- */

static char *serialise(const sight_manifest *m, size_t *ret_size)
{
    sight_head h = m->h;
    memcpy(h.magic, "NRSIGHTS", sizeof h.magic);
    h.version = SIGHT_MANIFEST_VERSION;
    h.zero = 0;
    h.blob_bytes = m->blob.len;
    parts p = place(&h);
    char *bytes = calloc(1, p.sum + 8);
    if (!bytes)
        return NULL;
    memcpy(bytes, &h, sizeof h);
    if (h.segments)
        memcpy(bytes + p.rows, m->rows, h.segments * sizeof *m->rows);
    if (h.sources)
        memcpy(bytes + p.sources, m->sources, h.sources * sizeof *m->sources);
    if (h.text_bytes)
        memcpy(bytes + p.texts, m->texts, h.text_bytes);
    if (m->blob.len)
        memcpy(bytes + p.blob, m->blob.ptr, m->blob.len);
    uint64_t sum = sum_of(bytes, p.sum);
    memcpy(bytes + p.sum, &sum, 8);
    *ret_size = p.sum + 8;
    return bytes;
}

/* What it names is safe before it has its name. */
static status write_file(const fs *disk, const char *folder, slice bytes, err *why)
{
    char path[SIGHT_PATH_ROOM], temp[SIGHT_PATH_ROOM];
    file out = {.handle = -1};
    sight_manifest_path(folder, "", path);
    sight_manifest_path(folder, ".new", temp);
    status st = fs_sync_dir(disk, folder, why);
    if (st == OK)
        st = fs_open(disk, temp, FILE_WRITE | FILE_CREATE, &out, why);
    if (st == OK)
        st = file_write(&out, bytes, why);
    if (st == OK)
        st = file_sync(&out, why);
    file_close(&out);
    if (st == OK)
        st = fs_rename(disk, temp, path, why);
    return st == OK ? fs_sync_dir(disk, folder, why) : st;
}

status sight_manifest_replace(const fs *disk, const char *folder, const sight_manifest *next,
                              sight_manifest *current, err *why)
{
    size_t size = 0;
    sight_manifest made;
    char *bytes = serialise(next, &size);
    if (!bytes)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = write_file(disk, folder, slice_of(bytes, size), why);
    if (st != OK) {
        free(bytes);
        return st;
    }
    bool whole = take(bytes, size, &made);
    assert(whole);
    sight_manifest_done(current);
    *current = made;
    return OK;
}
