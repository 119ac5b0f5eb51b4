/* asset.c - files, assets, and what a client has already. */
#include "serve/http/server.h"

#include <errno.h>
#include <stdlib.h>

static bool is_tag(slice s)
{
    slice inside = slice_sub(s, 1, s.len - 1);
    for (size_t i = 0; i < inside.len; i++) /* a comma would cut a list of them */
        if (inside.ptr[i] <= ' ' || inside.ptr[i] >= 0x7f || strchr("\",", inside.ptr[i]))
            return false;
    return s.len > 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"';
}

bool http_not_modified(const http_request *r, http_reply *w, slice etag)
{
    slice has = http_header(r, "If-None-Match");
    if (!is_tag(etag) || !arena_copy(&w->x->arena, etag, &w->etag)) {
        w->bad = true;
        return false;
    }
    if (!has.ptr || !fields_tag_listed(has, etag))
        return false;
    reply_forget(w);
    w->number = 304;
    return true;
}

/* --- files ---------------------------------------------------------------------------------- */

typedef struct sent_file {
    int fd;
    uint64_t at, end;
} sent_file;

static http_more read_piece(void *ctx, http_request *r, buf *out)
{
    sent_file *f = ctx;
    (void)r;
    uint64_t left = f->end - f->at;
    size_t want = left < HTTP_SLICE_BYTES ? (size_t)left : HTTP_SLICE_BYTES;
    char *into = buf_room(out, want);
    ssize_t n = into ? pread(f->fd, into, want, (off_t)f->at) : -1;
    if (n < 0 || (n == 0 && want)) /* shorter than it was */
        return HTTP_BROKEN;
    out->len += (size_t)n;
    f->at += (uint64_t)n;
    return f->at == f->end ? HTTP_DONE : HTTP_MORE;
}

static void close_file(void *ctx)
{
    sent_file *f = ctx;
    close(f->fd);
}

/* A part is only answered when the client's idea of the rest is ours (RFC 9110, section 13.1.5). */
static fields_ranged part_asked(const http_reply *w, uint64_t size, uint64_t *from, uint64_t *to)
{
    const http_request *r = &w->x->r;
    slice range = http_header(r, "Range"), only_if = http_header(r, "If-Range");
    if (!range.ptr || (w->number && w->number != 200))
        return FIELDS_ALL;
    if (only_if.ptr && (slice_starts(only_if, S("W/")) || !slice_eq(only_if, w->etag)))
        return FIELDS_ALL;
    return fields_range(range, size, from, to);
}

void http_file(http_reply *w, slice type, int fd, uint64_t size)
{
    char range[80];
    sent_file *f = arena_new(&w->x->arena, sent_file);
    if (!f) {
        close(fd);
        w->bad = true;
        return;
    }
    *f = (sent_file){fd, 0, size};
    http_stream(w, type, &(http_producer){read_piece, close_file, f});
    w->in_worker = true;
    http_reply_header(w, "Accept-Ranges", S("bytes"));
    switch (part_asked(w, size, &f->at, &f->end)) {
    case FIELDS_ALL: break;
    case FIELDS_PART:
        snprintf(range, sizeof range, "bytes %llu-%llu/%llu", (unsigned long long)f->at,
                 (unsigned long long)f->end - 1, (unsigned long long)size);
        http_reply_header(w, "Content-Range", slice_str(range));
        w->number = 206;
        break;
    case FIELDS_OUT:
        snprintf(range, sizeof range, "bytes */%llu", (unsigned long long)size);
        http_reply_header(w, "Content-Range", slice_str(range));
        w->refused = err_set(&w->x->why, ERR_INPUT, ERR_NOWHERE, "a range outside of the file");
        (void)http_problem(w, 416, w->refused);
        break;
    }
    w->length = f->end - f->at;
    w->has_length = true;
}

/* --- assets --------------------------------------------------------------------------------- */

/* What is coded otherwise is another representation, and its tag says so. */
static slice asset_tag(http_reply *w, slice etag, slice coding)
{
    if (!coding.len || etag.len < 2)
        return etag;
    return arena_printf(&w->x->arena, "%.*s-%.*s\"", SLICE_FMT(slice_sub(etag, 0, etag.len - 1)),
                        SLICE_FMT(coding));
}

void http_asset_send(const http_request *r, http_reply *w, const http_asset *a)
{
    slice accept = http_header(r, "Accept-Encoding");
    fields_codings c = fields_accept(accept);
    slice body = a->plain, coding = {NULL, 0};
    if (a->gzip.len && c.gzip && c.gzip >= c.identity) {
        body = a->gzip;
        coding = S("gzip");
    }
    if (a->br.len && c.br && c.br >= c.identity && (!coding.len || c.br >= c.gzip)) {
        body = a->br;
        coding = S("br");
    }
    if (a->gzip.len || a->br.len)
        http_reply_header(w, "Vary", S("Accept-Encoding"));
    if (a->csp.len)
        http_reply_header(w, "Content-Security-Policy", a->csp);
    http_reply_header(w, "Cache-Control", a->cache_control.len ? a->cache_control : S("no-cache"));
    if (http_not_modified(r, w, asset_tag(w, a->etag, coding)))
        return;
    if (coding.len)
        http_reply_header(w, "Content-Encoding", coding);
    http_send(w, a->type, body);
}
