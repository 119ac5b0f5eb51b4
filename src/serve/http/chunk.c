/* chunk.c - see chunk.h. */
#include "serve/http/chunk.h"

enum {
    SIZE, /* digits */
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,      /* at the start of a line */
    TRAILER_LINE, /* inside one */
    TRAILER_LF,
    LAST_LF,
    OVER,
    BAD
};

static bool is_line_byte(char c)
{
    return (unsigned char)c >= ' ' ? c != 0x7f : c == '\t';
}

static int size_byte(chunk_reader *c, char b)
{
    int digit = hex_value(b);
    if (digit >= 0) {
        if (++c->digits > 15)
            return BAD;
        c->left = c->left << 4 | (uint64_t)digit;
        return SIZE;
    }
    if (!c->digits)
        return BAD;
    if (b == '\r')
        return SIZE_LF;
    return b == ';' || b == ' ' || b == '\t' ? EXTENSION : BAD;
}

/* Any byte but data. */
static int take(chunk_reader *c, char b)
{
    switch (c->state) {
    case SIZE: return ++c->line > CHUNK_LINE_MAX ? BAD : size_byte(c, b);
    case EXTENSION:
        if (++c->line > CHUNK_LINE_MAX)
            return BAD;
        return b == '\r' ? SIZE_LF : is_line_byte(b) ? EXTENSION : BAD;
    case SIZE_LF: c->line = 0; return b != '\n' ? BAD : c->left ? DATA : TRAILER;
    case DATA_CR: return b == '\r' ? DATA_LF : BAD;
    case DATA_LF: c->digits = 0; return b == '\n' ? SIZE : BAD;
    case TRAILER: /* fall through: a line's first byte is as its others, but for an end */
    case TRAILER_LINE:
        if (++c->line > CHUNK_TRAILER_MAX)
            return BAD;
        if (b == '\r')
            return c->state == TRAILER ? LAST_LF : TRAILER_LF;
        return is_line_byte(b) ? TRAILER_LINE : BAD;
    case TRAILER_LF: return b == '\n' ? TRAILER : BAD;
    case LAST_LF: return b == '\n' ? OVER : BAD;
    default: return BAD;
    }
}

chunk_progress chunk_next(chunk_reader *c, slice *in, slice *ret)
{
    while (c->state < OVER) {
        if (!in->len)
            return CHUNK_NEED;
        if (c->state == DATA) {
            size_t n = c->left < in->len ? (size_t)c->left : in->len;
            *ret = slice_sub(*in, 0, n);
            *in = slice_from(*in, n);
            c->left -= n;
            c->state = c->left ? DATA : DATA_CR;
            return CHUNK_DATA;
        }
        c->state = take(c, in->ptr[0]);
        *in = slice_from(*in, 1);
    }
    return c->state == OVER ? CHUNK_END : CHUNK_BAD;
}
