/* blob.c - content-addressed bytes in compressed frames: see blob.h, docs/formats/blob.md.
 *
 *     "NRBLOB1\n"  frame ... frame   sizes: u32 LE a frame   footer
 *     footer: raw bytes u64, frames u32, raw bytes a frame u32, "NRBLEND\n"     (24 bytes)
 * Each frame is one zstd frame of FRAME_RAW raw bytes, the last one shorter. */
#include "know/blob.h"

#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

enum {
    FRAME_RAW = 256 << 10,
    HEAD_SIZE = 8,
    FOOTER_SIZE = 24,
    FRAMES_MAX = 1 << 20, /* 256 GiB */
    LEVEL = 1,            /* zstd: the store is I/O-light, imports are CPU-bound */
    PATH_SIZE = 4096
};

struct blob_writer {
    const blob_dir *dir;
    char temp[PATH_SIZE];
    file out;
    hash_state *hash;
    ZSTD_CCtx *zstd;
    char *raw, *packed; /* FRAME_RAW and ZSTD_compressBound of it */
    size_t fill;
    buf sizes;
    uint64_t bytes;
    uint32_t frames;
};

static void put_u32(char *p, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        p[i] = (char)(n >> 8 * i);
}

static uint32_t get_u32(const char *p)
{
    uint32_t n = 0;
    for (int i = 3; i >= 0; i--)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

void blob_place(const blob_dir *d, const uint8_t sha256[SHA256_BYTES], char *out, size_t room)
{
    char hex[HASH_HEX_MAX];
    hash_hex(sha256, SHA256_BYTES, hex);
    snprintf(out, room, "%s/%.2s/%s", d->path, hex, hex);
}

static void blob_path(const blob_dir *d, const uint8_t *sha, char out[PATH_SIZE])
{
    blob_place(d, sha, out, PATH_SIZE);
}

/* --- writing -------------------------------------------------------------------------------- */

blob_writer *blob_drop(blob_writer *w)
{
    if (!w)
        return NULL;
    file_close(&w->out);
    if (w->temp[0] && fs_remove(w->dir->disk, w->temp, NULL) != OK)
        w->temp[0] = 0; /* left for the next open to sweep */
    hash_free(w->hash);
    ZSTD_freeCCtx(w->zstd);
    buf_done(&w->sizes);
    free(w->raw);
    free(w->packed);
    free(w);
    return NULL;
}

status blob_begin(const blob_dir *d, blob_writer **ret, err *why)
{
    blob_writer *w = calloc(1, sizeof *w);
    if (!w)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    uint64_t id;
    d->random.fill(d->random.ctx, &id, sizeof id);
    w->dir = d;
    w->out.handle = -1;
    w->hash = hash_new(HASH_SHA256);
    w->zstd = ZSTD_createCCtx();
    w->raw = malloc(FRAME_RAW);
    w->packed = malloc(ZSTD_compressBound(FRAME_RAW));
    buf_init(&w->sizes, (size_t)FRAMES_MAX * 4);
    status st = w->hash && w->zstd && w->raw && w->packed
                    ? OK
                    : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK) {
        snprintf(w->temp, sizeof w->temp, "%s/tmp-%016llx", d->path, (unsigned long long)id);
        st = fs_open(d->disk, w->temp, FILE_WRITE | FILE_CREATE | FILE_EXCLUSIVE, &w->out, why);
        if (st != OK)
            w->temp[0] = 0;
    }
    if (st == OK)
        st = file_write(&w->out, S("NRBLOB1\n"), why);
    if (st != OK) {
        blob_drop(w);
        return st;
    }
    *ret = w;
    return OK;
}

static status flush_frame(blob_writer *w, err *why)
{
    if (!w->fill)
        return OK;
    if (w->frames == FRAMES_MAX)
        return err_set(why, ERR_LIMIT, w->bytes, "document over %d frames", FRAMES_MAX);
    size_t n = ZSTD_compressCCtx(w->zstd, w->packed, ZSTD_compressBound(FRAME_RAW), w->raw, w->fill,
                                 LEVEL);
    if (ZSTD_isError(n))
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "zstd: %s", ZSTD_getErrorName(n));
    char size[4];
    put_u32(size, (uint32_t)n);
    buf_put(&w->sizes, slice_of(size, 4));
    w->frames++;
    w->fill = 0;
    status st = buf_status(&w->sizes, why);
    return st == OK ? file_write(&w->out, slice_of(w->packed, n), why) : st;
}

status blob_put(blob_writer *w, slice bytes, err *why)
{
    hash_update(w->hash, bytes);
    while (bytes.len) {
        size_t n = FRAME_RAW - w->fill < bytes.len ? FRAME_RAW - w->fill : bytes.len;
        memcpy(w->raw + w->fill, bytes.ptr, n);
        w->fill += n;
        w->bytes += n;
        bytes = slice_from(bytes, n);
        if (w->fill == FRAME_RAW) {
            status st = flush_frame(w, why);
            if (st != OK)
                return st;
        }
    }
    return OK;
}

static status finish_file(blob_writer *w, err *why)
{
    char footer[FOOTER_SIZE];
    status st = flush_frame(w, why);
    if (st == OK)
        st = file_write(&w->out, buf_slice(&w->sizes), why);
    put_u32(footer, (uint32_t)w->bytes);
    put_u32(footer + 4, (uint32_t)(w->bytes >> 32));
    put_u32(footer + 8, w->frames);
    put_u32(footer + 12, FRAME_RAW);
    memcpy(footer + 16, "NRBLEND\n", 8);
    if (st == OK)
        st = file_write(&w->out, slice_of(footer, FOOTER_SIZE), why);
    file_close(&w->out);
    return st;
}

static status put_in_place(blob_writer *w, const uint8_t *sha, err *why)
{
    char path[PATH_SIZE], folder[PATH_SIZE], hex[HASH_HEX_MAX];
    blob_path(w->dir, sha, path);
    hash_hex(sha, SHA256_BYTES, hex);
    snprintf(folder, sizeof folder, "%s/%.2s", w->dir->path, hex);
    status st = fs_mkdir(w->dir->disk, folder, why);
    if (st == OK)
        st = fs_rename(w->dir->disk, w->temp, path, why);
    if (st == OK)
        w->temp[0] = 0;
    return st;
}

status blob_end(blob_writer *w, uint8_t ret_sha256[SHA256_BYTES], uint64_t *ret_bytes, err *why)
{
    uint8_t sha[SHA256_BYTES];
    hash_final(w->hash, sha);
    status st = OK;
    uint64_t bytes = w->bytes;
    /* one of that name may be what a power loss left: only its bytes tell */
    if (!blob_exists(w->dir, sha) || blob_verify(w->dir, sha, NULL) != OK) {
        st = finish_file(w, why);
        if (st == OK)
            st = put_in_place(w, sha, why);
    }
    blob_drop(w);
    if (st == OK) {
        memcpy(ret_sha256, sha, SHA256_BYTES);
        *ret_bytes = bytes;
    }
    return st;
}

static status sync_one(const blob_dir *d, const uint8_t *sha, err *why)
{
    char path[PATH_SIZE];
    file f;
    blob_path(d, sha, path);
    status st = fs_open(d->disk, path, FILE_WRITE, &f, why);
    if (st != OK)
        return st;
    st = file_sync(&f, why);
    file_close(&f);
    *strrchr(path, '/') = 0; /* the folder: the name has to stay as well */
    return st == OK ? fs_sync_dir(d->disk, path, why) : st;
}

status blob_sync(const blob_dir *d, const uint8_t *sha256, size_t count, err *why)
{
    status st = OK;
    if (count > BLOB_SYNC_EACH)
        return fs_sync_all(d->disk, d->path, why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = sync_one(d, sha256 + i * SHA256_BYTES, why);
    return st == OK && count ? fs_sync_dir(d->disk, d->path, why) : st;
}

/* --- reading -------------------------------------------------------------------------------- */

bool blob_exists(const blob_dir *d, const uint8_t sha256[SHA256_BYTES])
{
    char path[PATH_SIZE];
    file f;
    blob_path(d, sha256, path);
    if (fs_open(d->disk, path, FILE_READ, &f, NULL) != OK)
        return false;
    file_close(&f);
    return true;
}

typedef struct blob_file {
    file f;
    uint64_t bytes, table_at; /* where the sizes begin = where the frames end */
    uint32_t frames, frame_raw;
} blob_file;

static status damaged(const uint8_t *sha, const char *what, err *why)
{
    char hex[HASH_HEX_MAX];
    return err_set(why, ERR_IO, ERR_NOWHERE, "blob %.12s is damaged: %s",
                   hash_hex(sha, SHA256_BYTES, hex), what);
}

static status open_blob(const blob_dir *d, const uint8_t *sha, blob_file *ret, err *why)
{
    char path[PATH_SIZE], footer[FOOTER_SIZE];
    uint64_t size;
    size_t n;
    blob_path(d, sha, path);
    blob_file b = {.f.handle = -1};
    status st = fs_open(d->disk, path, FILE_READ, &b.f, why);
    if (st != OK)
        return st;
    if ((st = file_size(&b.f, &size, why)) == OK && size < HEAD_SIZE + FOOTER_SIZE)
        st = damaged(sha, "too short", why);
    if (st == OK &&
        (st = file_pread(&b.f, footer, FOOTER_SIZE, size - FOOTER_SIZE, &n, why)) == OK) {
        b.bytes = get_u32(footer) | (uint64_t)get_u32(footer + 4) << 32;
        b.frames = get_u32(footer + 8);
        b.frame_raw = get_u32(footer + 12);
        uint64_t table = (uint64_t)b.frames * 4;
        if (n != FOOTER_SIZE || memcmp(footer + 16, "NRBLEND\n", 8) != 0 ||
            b.frame_raw != FRAME_RAW || b.frames > FRAMES_MAX ||
            table + HEAD_SIZE + FOOTER_SIZE > size || b.bytes > (uint64_t)b.frames * FRAME_RAW ||
            (b.frames && b.bytes <= (uint64_t)(b.frames - 1) * FRAME_RAW))
            st = damaged(sha, "bad footer", why);
        else
            b.table_at = size - FOOTER_SIZE - table;
    }
    if (st != OK) {
        file_close(&b.f);
        return st;
    }
    *ret = b;
    return OK;
}

/* Reading frame by frame: buffers and the frame that was unpacked last. */
struct blob_reader {
    const blob_dir *dir;
    bool open;
    uint8_t sha[SHA256_BYTES];
    blob_file b;
    ZSTD_DCtx *zstd;
    char *packed, *raw;
    uint32_t frame; /* unpacked in raw; UINT32_MAX: none */
    size_t raw_len;
    uint32_t next; /* frame whose place is next_at */
    uint64_t next_at;
};

blob_reader *blob_reader_new(const blob_dir *d)
{
    blob_reader *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->dir = d;
    r->packed = malloc(ZSTD_compressBound(FRAME_RAW));
    r->raw = malloc(FRAME_RAW);
    r->zstd = ZSTD_createDCtx();
    return r->packed && r->raw && r->zstd ? r : blob_reader_free(r);
}

blob_reader *blob_reader_free(blob_reader *r)
{
    if (r) {
        if (r->open)
            file_close(&r->b.f);
        ZSTD_freeDCtx(r->zstd);
        free(r->packed);
        free(r->raw);
        free(r);
    }
    return NULL;
}

static status turn_to(blob_reader *r, const uint8_t *sha, err *why)
{
    if (r->open && memcmp(r->sha, sha, SHA256_BYTES) == 0)
        return OK;
    if (r->open)
        file_close(&r->b.f);
    r->open = false;
    r->frame = UINT32_MAX;
    r->next = 0;
    r->next_at = HEAD_SIZE;
    status st = open_blob(r->dir, sha, &r->b, why);
    if (st == OK) {
        r->open = true;
        memcpy(r->sha, sha, SHA256_BYTES);
    }
    return st;
}

static status frame_size(blob_reader *r, uint32_t frame, uint32_t *ret, err *why)
{
    char size[4];
    size_t n;
    status st = file_pread(&r->b.f, size, 4, r->b.table_at + (uint64_t)frame * 4, &n, why);
    if (st != OK)
        return st;
    *ret = n == 4 ? get_u32(size) : 0;
    if (*ret == 0 || *ret > ZSTD_compressBound(FRAME_RAW) || *ret > r->b.table_at - r->next_at)
        return damaged(r->sha, "bad frame size", why);
    return OK;
}

/* Unpacks a frame into r->raw. Places are found by adding sizes up, forwards from the last one. */
static status load_frame(blob_reader *r, uint32_t frame, err *why)
{
    uint32_t size;
    size_t n;
    status st;
    if (r->frame == frame)
        return OK;
    if (frame < r->next) {
        r->next = 0;
        r->next_at = HEAD_SIZE;
    }
    for (; r->next < frame; r->next++) {
        if ((st = frame_size(r, r->next, &size, why)) != OK)
            return st;
        r->next_at += size;
    }
    if ((st = frame_size(r, frame, &size, why)) != OK ||
        (st = file_pread(&r->b.f, r->packed, size, r->next_at, &n, why)) != OK)
        return st;
    size_t want =
        frame + 1 < r->b.frames ? FRAME_RAW : (size_t)(r->b.bytes - (uint64_t)frame * FRAME_RAW);
    r->frame = UINT32_MAX;
    size_t got = n == size ? ZSTD_decompressDCtx(r->zstd, r->raw, FRAME_RAW, r->packed, size) : 0;
    if (got != want)
        return damaged(r->sha, "frame does not unpack", why);
    r->frame = frame;
    r->raw_len = got;
    return OK;
}

status blob_reader_read(blob_reader *r, const uint8_t sha256[SHA256_BYTES], uint64_t at,
                        size_t length, arena *a, slice *ret, err *why)
{
    status st = turn_to(r, sha256, why);
    if (st != OK)
        return st;
    if (at > r->b.bytes)
        at = r->b.bytes;
    if (length > r->b.bytes - at)
        length = (size_t)(r->b.bytes - at);
    char *out = arena_array(a, length + 1, 1);
    size_t fill = 0;
    if (!out)
        return ARENA_SPENT(a, why);
    while (fill < length) {
        uint64_t from = at + fill;
        if ((st = load_frame(r, (uint32_t)(from / FRAME_RAW), why)) != OK)
            return st;
        size_t skip = (size_t)(from % FRAME_RAW), take = r->raw_len - skip;
        if (take > length - fill)
            take = length - fill;
        memcpy(out + fill, r->raw + skip, take);
        fill += take;
    }
    *ret = slice_of(out, fill);
    return OK;
}

status blob_read(const blob_dir *d, const uint8_t sha256[SHA256_BYTES], uint64_t at, size_t length,
                 arena *a, slice *ret, err *why)
{
    blob_reader *r = blob_reader_new(d);
    status st = r ? blob_reader_read(r, sha256, at, length, a, ret, why)
                  : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    blob_reader_free(r);
    return st;
}

status blob_size(const blob_dir *d, const uint8_t sha256[SHA256_BYTES], uint64_t *ret, err *why)
{
    blob_file b;
    status st = open_blob(d, sha256, &b, why);
    if (st == OK) {
        *ret = b.bytes;
        file_close(&b.f);
    }
    return st;
}

status blob_stream(const blob_dir *d, const uint8_t sha256[SHA256_BYTES],
                   status (*put)(void *ctx, slice bytes, err *why), void *ctx, err *why)
{
    blob_reader *r = blob_reader_new(d);
    status st = r ? turn_to(r, sha256, why) : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    for (uint32_t i = 0; st == OK && i < r->b.frames; i++) {
        st = load_frame(r, i, why);
        if (st == OK)
            st = put(ctx, slice_of(r->raw, r->raw_len), why);
    }
    blob_reader_free(r);
    return st;
}

static status into_hash(void *ctx, slice bytes, err *why)
{
    (void)why;
    hash_update(ctx, bytes);
    return OK;
}

status blob_verify(const blob_dir *d, const uint8_t sha256[SHA256_BYTES], err *why)
{
    uint8_t sha[SHA256_BYTES];
    hash_state *h = hash_new(HASH_SHA256);
    if (!h)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = blob_stream(d, sha256, into_hash, h, why);
    hash_final(h, sha);
    hash_free(h);
    if (st == OK && memcmp(sha, sha256, SHA256_BYTES) != 0)
        st = damaged(sha256, "its bytes have another hash", why);
    return st;
}
