/* gunzip.c - gzip by zlib: see gunzip.h. */
#include "sandbox/gunzip.h"

#include <stdlib.h>
#include <zlib.h>

enum { IN_BYTES = 128 << 10, OUT_BYTES = 256 << 10, WITH_GZIP_HEADER = 16 };

struct gunzip {
    z_stream z;
    child_input *in;
    uint64_t at; /* offset of z.next_in's end in the input */
    bool over;   /* the last member has ended */
    char input[IN_BYTES], output[OUT_BYTES];
};

gunzip *gunzip_new(child_input *in)
{
    gunzip *g = calloc(1, sizeof *g);
    if (g && inflateInit2(&g->z, MAX_WBITS + WITH_GZIP_HEADER) == Z_OK) {
        g->in = in;
        return g;
    }
    free(g);
    return NULL;
}

gunzip *gunzip_free(gunzip *g)
{
    if (g)
        inflateEnd(&g->z);
    free(g);
    return NULL;
}

void gunzip_rewind(gunzip *g)
{
    inflateReset(&g->z);
    g->z.avail_in = 0;
    g->at = 0;
    g->over = false;
}

static status refill(gunzip *g, err *why)
{
    size_t n;
    if (g->z.avail_in) /* a rest too short to decide on */
        memmove(g->input, g->z.next_in, g->z.avail_in);
    status st =
        child_pread(g->in, g->input + g->z.avail_in, IN_BYTES - g->z.avail_in, g->at, &n, why);
    if (st != OK)
        return st;
    g->z.next_in = (Bytef *)g->input;
    g->z.avail_in += (uInt)n;
    g->at += n;
    return OK;
}

/* After a member: another one, or the end. */
static status next_member(gunzip *g, err *why)
{
    status st = g->z.avail_in < 2 ? refill(g, why) : OK;
    if (st != OK)
        return st;
    if (g->z.avail_in >= 2 && g->z.next_in[0] == 0x1f && g->z.next_in[1] == 0x8b)
        inflateReset(&g->z);
    else
        g->over = true;
    return OK;
}

status gunzip_next(gunzip *g, slice *ret, err *why)
{
    status st;
    g->z.next_out = (Bytef *)g->output;
    g->z.avail_out = OUT_BYTES;
    while (!g->over && g->z.avail_out) {
        if (g->z.avail_in == 0) {
            if ((st = refill(g, why)) != OK)
                return st;
            if (g->z.avail_in == 0)
                return err_set(why, ERR_INPUT, g->at, "gzip: cut off");
        }
        int r = inflate(&g->z, Z_NO_FLUSH);
        if (r == Z_MEM_ERROR)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory limit");
        if (r != Z_OK && r != Z_STREAM_END)
            return err_set(why, ERR_INPUT, g->at - g->z.avail_in, "gzip: damaged: %s",
                           g->z.msg ? g->z.msg : "no reason given");
        if (r == Z_STREAM_END && (st = next_member(g, why)) != OK)
            return st;
    }
    *ret = slice_of(g->output, OUT_BYTES - g->z.avail_out);
    return OK;
}
