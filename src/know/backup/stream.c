/* stream.c - see stream.h.
 *
 *     "NRBACK1\n"  size of about u32  about
 *     file: size of its name u16, its size u64, name, bytes
 *     end: 0 u16, number of files u64                        (all little endian) */
#include "know/backup/stream.h"

#include <stdio.h>

enum { FILE_HEAD = 10, MAGIC = 8, BLOB_HEX = 64, ID_HEX = 32, PIECE = 64 << 10 };

static const slice magic = S_INIT("NRBACK1\n");

static void put_number(char *p, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (char)(n >> 8 * i);
}

static uint64_t get_number(const char *p, int bytes)
{
    uint64_t n = 0;
    for (int i = bytes - 1; i >= 0; i--)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

/* --- names ---------------------------------------------------------------------------------- */

static bool is_hex(slice s, size_t len)
{
    for (size_t i = 0; i < s.len; i++)
        if (hex_value(s.ptr[i]) < 0 || to_lower(s.ptr[i]) != s.ptr[i])
            return false;
    return s.len == len;
}

static bool is_blob(slice name)
{
    return name.len == 3 + BLOB_HEX && name.ptr[2] == '/' &&
           is_hex(slice_from(name, 3), BLOB_HEX) &&
           slice_eq(slice_sub(name, 0, 2), slice_sub(name, 3, 5));
}

/* Entries of the audit log that waited. */
static bool is_reads(slice name)
{
    uint64_t n;
    slice digits = slice_from(name, 6);
    return slice_starts(name, S("reads-")) && slice_u64(digits, &n) && n < 16 &&
           digits.len == (n < 10 ? 1 : 2);
}

stream_kind stream_kind_of(slice name)
{
    slice folder, rest = name;
    if (slice_eq(name, S("noroshi.db")))
        return STREAM_DATABASE;
    if (!slice_cut(&rest, '/', &folder) || !rest.ptr)
        return STREAM_NONE;
    slice id = slice_sub(rest, 0, ID_HEX), end = slice_from(rest, ID_HEX);
    if (slice_eq(folder, S("blobs")))
        return is_blob(rest) ? STREAM_BLOB : STREAM_NONE;
    if (slice_eq(folder, S("sets")))
        return is_hex(id, ID_HEX) && (!end.len || slice_eq(end, S(".keys"))) ? STREAM_SET
                                                                             : STREAM_NONE;
    if (slice_eq(folder, S("pending")))
        return is_reads(rest) ? STREAM_READS : STREAM_NONE;
    if (slice_eq(folder, S("sightings")))
        return slice_eq(rest, S("manifest")) || (is_hex(id, ID_HEX) && slice_eq(end, S(".seen")))
                   ? STREAM_SEEN
                   : STREAM_NONE;
    return STREAM_NONE;
}

/* --- writing -------------------------------------------------------------------------------- */

status stream_begin_put(seal_writer *w, slice about, err *why)
{
    char size[4];
    assert(about.len <= STREAM_ABOUT_MAX);
    put_number(size, about.len, sizeof size);
    status st = seal_put(w, magic, why);
    if (st == OK)
        st = seal_put(w, slice_of(size, sizeof size), why);
    return st == OK ? seal_put(w, about, why) : st;
}

static status put_head(seal_writer *w, slice name, uint64_t number, err *why)
{
    char head[FILE_HEAD];
    put_number(head, name.len, 2);
    put_number(head + 2, number, 8);
    status st = seal_put(w, slice_of(head, sizeof head), why);
    return st == OK ? seal_put(w, name, why) : st;
}

status stream_file_put(seal_writer *w, slice name, uint64_t size_bytes, err *why)
{
    assert(stream_kind_of(name) != STREAM_NONE);
    return put_head(w, name, size_bytes, why);
}

status stream_end_put(seal_writer *w, uint64_t files, err *why)
{
    return put_head(w, S(""), files, why);
}

/* --- reading -------------------------------------------------------------------------------- */

static status read_about(seal_reader *r, const stream_sink *sink, err *why)
{
    char head[MAGIC + 4], about[STREAM_ABOUT_MAX];
    status st = seal_get(r, head, sizeof head, why);
    if (st != OK)
        return st;
    uint64_t size = get_number(head + MAGIC, 4);
    if (!slice_eq(slice_of(head, MAGIC), magic) || size > sizeof about)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "this is no backup of noroshi");
    st = seal_get(r, about, (size_t)size, why);
    return st == OK ? sink->about(sink->ctx, slice_of(about, (size_t)size), why) : st;
}

static status read_bytes(seal_reader *r, const stream_sink *sink, uint64_t size, err *why)
{
    char piece[PIECE];
    status st = OK;
    while (st == OK && size) {
        size_t n = size < sizeof piece ? (size_t)size : sizeof piece;
        st = seal_get(r, piece, n, why);
        if (st == OK)
            st = sink->bytes(sink->ctx, slice_of(piece, n), why);
        size -= n;
    }
    return st;
}

static status read_file(seal_reader *r, const stream_sink *sink, size_t name_len, uint64_t size,
                        err *why)
{
    char name[STREAM_NAME_MAX] = "", quoted[ERR_QUOTE_MAX];
    status st = name_len < sizeof name
                    ? seal_get(r, name, name_len, why)
                    : err_set(why, ERR_INPUT, ERR_NOWHERE, "a name in it is too long");
    if (st != OK)
        return st;
    slice text = slice_of(name, name_len);
    stream_kind kind = stream_kind_of(text);
    if (kind == STREAM_NONE)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a file in it has an impossible name: %s",
                       err_quote(text, quoted));
    st = sink->begin(sink->ctx, kind, name, size, why);
    if (st == OK)
        st = read_bytes(r, sink, size, why);
    return st == OK ? sink->end(sink->ctx, why) : st;
}

status stream_read(seal_reader *r, const stream_sink *sink, err *why)
{
    char head[FILE_HEAD];
    uint64_t files = 0, number = 0;
    size_t name_len = 1;
    status st = read_about(r, sink, why);
    while (st == OK && name_len) {
        if ((st = seal_get(r, head, sizeof head, why)) != OK)
            break;
        name_len = (size_t)get_number(head, 2);
        number = get_number(head + 2, 8);
        if (name_len && (st = read_file(r, sink, name_len, number, why)) == OK)
            files++;
    }
    if (st == OK && files != number)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "it says to have %llu files, and has %llu",
                     (unsigned long long)number, (unsigned long long)files);
    return st == OK ? seal_close(r, why) : st;
}
