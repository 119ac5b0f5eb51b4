/* A stream that is read to its end is what is written of what was read; and nothing is read under a
 * name that a backup may not have. */
#include "know/backup/stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

typedef struct replay {
    seal_writer *w;
    uint64_t left, files; /* bytes of the file under way */
} replay;

static void must(status st)
{
    if (st != OK)
        abort();
}

static status to_buf(void *ctx, slice bytes, err *why)
{
    buf_put(ctx, bytes);
    return buf_status(ctx, why);
}

static status on_about(void *ctx, slice text, err *why)
{
    replay *p = ctx;
    return stream_begin_put(p->w, text, why);
}

static status on_begin(void *ctx, stream_kind kind, const char *name, uint64_t size_bytes, err *why)
{
    replay *p = ctx;
    if (kind == STREAM_NONE || kind != stream_kind_of(slice_str(name)) || strstr(name, "..") ||
        name[0] == '/')
        abort();
    p->left = size_bytes;
    p->files++;
    return stream_file_put(p->w, slice_str(name), size_bytes, why);
}

static status on_bytes(void *ctx, slice bytes, err *why)
{
    replay *p = ctx;
    if (bytes.len > p->left)
        abort();
    p->left -= bytes.len;
    return seal_put(p->w, bytes, why);
}

static status on_end(void *ctx, err *why)
{
    const replay *p = ctx;
    (void)why;
    if (p->left)
        abort();
    return OK;
}

static void seal_bytes(slice bytes, buf *out)
{
    seal_writer *w = NULL;
    must(seal_begin(NULL, to_buf, out, &w, NULL));
    must(seal_put(w, bytes, NULL));
    must(seal_end(w, NULL));
    seal_free(w);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(buf_done) buf sealed;
    CLEANUP(buf_done) buf again;
    memory_reader m;
    replay p = {0};
    seal_reader *r = NULL;
    buf_init(&sealed, 1 << 22);
    buf_init(&again, 1 << 22);
    seal_bytes(slice_of((const char *)data, size), &sealed);
    reader in = reader_memory(&m, buf_slice(&sealed));
    must(seal_open(&in, NULL, &r, NULL));
    must(seal_begin(NULL, to_buf, &again, &p.w, NULL));
    const stream_sink sink = {&p, on_about, on_begin, on_bytes, on_end};
    if (stream_read(r, &sink, NULL) == OK) {
        must(stream_end_put(p.w, p.files, NULL));
        must(seal_end(p.w, NULL));
        if (!slice_eq(buf_slice(&sealed), buf_slice(&again)))
            abort();
    }
    seal_reader_free(r);
    seal_free(p.w);
    return 0;
}
