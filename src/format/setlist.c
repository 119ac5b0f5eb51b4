/* setlist.c - bulk lists for a set: keys, no claims. docs/sets.md says which shapes are read.
 *
 * Speed matters here (a hundred million lines): a line that begins with a hash is read by a table
 * of hex digits and nothing else; what is left goes the way of every other list. */
#include "format/format.h"

#include "base/hash.h"
#include "base/text.h"

#include "format/setlist.h"
#include "format/rows.h"
#include "format/sqlite.h"

#include <stdio.h>

enum { POOL_BYTES = 256 << 10, LINE_MAX_BYTES = ROWS_BYTES_MAX, PLACE_ROOM = 32 };

/* --- keys gather ---------------------------------------------------------------------------- */

static status flush(setlist *l, err *why)
{
    size_t n = l->count;
    l->count = l->used = 0;
    return n ? l->sink->keys(l->sink->ctx, &l->label, l->keys, n, why) : OK;
}

static status add_key(setlist *l, kind k, slice bytes, err *why)
{
    if (l->count == FACT_KEYS_MAX || l->used + bytes.len > POOL_BYTES) {
        status st = flush(l, why);
        if (st != OK)
            return st;
    }
    char *at = l->pool + l->used;
    memcpy(at, bytes.ptr, bytes.len);
    l->used += bytes.len;
    l->keys[l->count++] = (fact_key){k, slice_of(at, bytes.len)};
    return OK;
}

status setlist_add(setlist *l, const observable *o, err *why)
{
    uint8_t digest[HASH_BYTES_MAX];
    size_t n = fact_digest_bytes(o->kind);
    if (n && hash_unhex(o->value, digest, n))
        return add_key(l, o->kind, slice_of((const char *)digest, n), why);
    return n ? OK : add_key(l, o->kind, o->value, why);
}

status setlist_digest(setlist *l, kind k, slice digest, err *why)
{
    return add_key(l, k, digest, why);
}

/* Another label: what has gathered belongs to the one before. */
status setlist_label(setlist *l, const fact_label *label, err *why)
{
    slice text = slice_sub(label->text, 0, FACT_LABEL_MAX);
    while (text.len < label->text.len && text.len &&
           ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
        text.len--; /* never inside a character */
    if (slice_eq(text, l->label.text) && label->first_seen == l->label.first_seen &&
        label->last_seen == l->label.last_seen && label->valid_until == l->label.valid_until)
        return OK;
    status st = flush(l, why);
    if (text.len)
        memcpy(l->label_text, text.ptr, text.len);
    l->label = *label;
    l->label.text = slice_of(l->label_text, text.len);
    return st;
}

status setlist_refuse(setlist *l, const char *reason, err *why)
{
    char place[PLACE_ROOM];
    snprintf(place, sizeof place, "line %llu", (unsigned long long)l->line);
    return l->sink->refuse(l->sink->ctx, l->at, slice_str(place), slice_str(reason), why);
}

/* --- lines ---------------------------------------------------------------------------------- */

/* The value of a hex digit and one; 0: it is none. */
static const unsigned char hex_digit[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

/* Eight bytes as a number, the first one lowest, whatever the machine's order is. */
static uint64_t low_first(uint64_t x)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? x : __builtin_bswap64(x);
}

/* Eight hex digits to four bytes, as one number; false: one of them is none. */
static bool eight_digits(const unsigned char *p, char out[4])
{
    const uint64_t ones = 0x0101010101010101u, tops = ones << 7;
    uint64_t x, bytes;
    memcpy(&bytes, p, sizeof bytes);
    bytes = low_first(bytes);
    x = bytes | ones * 0x20; /* lower case; digits have that bit */
    /* the top bit of each byte: from '0' on, not behind '9'. No byte reaches into the next one */
    uint64_t digit = (bytes + ones * (0x80 - '0')) & ~(bytes + ones * (0x80 - ('9' + 1))),
             letter = (x + ones * (0x80 - 'a')) & ~(x + ones * (0x80 - ('f' + 1)));
    if ((bytes & tops) || ((digit | letter) & tops) != tops)
        return false;
    x = (bytes & ones * 0x0f) + (letter & tops) / 128 * 9;
    x = (x << 4 | x >> 8) & 0x00ff00ff00ff00ffu;
    x = (x | x >> 8) & 0x0000ffff0000ffffu;
    x = low_first((x | x >> 16) & 0xffffffffu);
    memcpy(out, &x, 4);
    return true;
}

/* A hash at the front of *rest and what may follow it, cut off. KIND_NONE: there is none. */
static kind cut_hash(slice *rest, char digest[HASH_BYTES_MAX])
{
    const unsigned char *p = (const unsigned char *)rest->ptr;
    size_t n = 0;
    while (n + 8 <= rest->len && n + 8 <= 2 * HASH_BYTES_MAX && eight_digits(p + n, digest + n / 2))
        n += 8;
    size_t done = n;
    while (n < rest->len && n <= 2 * HASH_BYTES_MAX && hex_digit[p[n]])
        n++;
    kind k = fact_digest_kind(n);
    if (k == KIND_NONE || (n < rest->len && !strchr(" \t,;*", p[n])))
        return KIND_NONE;
    for (size_t i = done; i < n; i += 2)
        digest[i / 2] = (char)((hex_digit[p[i]] - 1) << 4 | (hex_digit[p[i + 1]] - 1));
    *rest = slice_from(*rest, n);
    return k;
}

/* What stands between two hashes of a row: a comma or a semicolon, with blanks around it or not,
 * a tab, one blank. Two blanks, or a blank and an asterisk, are md5sum's: a file's name follows. */
static size_t between_hashes(slice rest)
{
    size_t n = 0;
    while (n < rest.len && is_space(rest.ptr[n]))
        n++;
    if (n == rest.len || (rest.ptr[n] != ',' && rest.ptr[n] != ';'))
        return n == 1 ? n : 0;
    for (n++; n < rest.len && is_space(rest.ptr[n]);)
        n++;
    return n;
}

/* "hash", "hash  name" (md5sum), "hash *name", "hash;comment", "hash,hash,...", "hash<tab>hash":
 * *ret_done. A backslash in front is md5sum's way to say that the name is escaped. */
static status hash_line(setlist *l, slice line, bool *ret_done, err *why)
{
    char digest[HASH_BYTES_MAX];
    slice rest = line.len && line.ptr[0] == '\\' ? slice_from(line, 1) : line;
    *ret_done = false;
    for (;;) {
        kind k = cut_hash(&rest, digest);
        if (k == KIND_NONE)
            return OK;
        *ret_done = true;
        status st = add_key(l, k, slice_of(digest, fact_digest_bytes(k)), why);
        size_t n = st == OK && rest.len ? between_hashes(rest) : 0;
        if (!n)
            return st;
        rest = slice_from(rest, n);
    }
}

status setlist_hash(setlist *l, slice cell, bool *ret_done, err *why)
{
    char digest[HASH_BYTES_MAX];
    slice rest = cell;
    kind k = cut_hash(&rest, digest);
    *ret_done = k != KIND_NONE && rest.len == 0;
    return *ret_done ? add_key(l, k, slice_of(digest, fact_digest_bytes(k)), why) : OK;
}

static status take_line(setlist *l, slice line, err *why)
{
    bool done;
    line = slice_trim(line);
    l->line++;
    if (!line.len || line.ptr[0] == '#')
        return OK;
    if (memchr(line.ptr, '\r', line.len)) /* lines of a long gone system would be one line here */
        return setlist_refuse(l, "a carriage return inside the line", why);
    status st = hash_line(l, line, &done, why);
    return st != OK || done ? st : setlist_other_line(l, line, why);
}

/* Lines of the document; one that is longer than the window is refused and passed over. */
static status read_lines(setlist *l, reader *in, char *window, err *why)
{
    size_t have = 0;
    bool end = false, skipping = false;
    status st = OK;
    while (st == OK && !(end && !have)) {
        size_t got = 0, pos = 0;
        if (!end && (st = reader_read(in, window + have, LINE_MAX_BYTES - have, &got, why)) != OK)
            return st;
        end = end || got == 0;
        have += got;
        while (st == OK && pos < have) {
            const char *stop = memchr(window + pos, '\n', have - pos);
            size_t n = stop ? (size_t)(stop - window) - pos : have - pos;
            if (!stop && !end && n < LINE_MAX_BYTES)
                break; /* moved to the front below, then more of it is read */
            slice line = slice_of(window + pos, n);
            bool whole = stop || end;
            if (skipping)
                skipping = !whole;
            else if (!whole) {
                l->line++;
                skipping = true;
                st = setlist_refuse(l, "line too long", why);
            } else
                st = take_line(l, line, why);
            l->at += n + (stop != NULL);
            pos += n + (stop != NULL);
        }
        memmove(window, window + pos, have - pos);
        have -= pos;
    }
    return st;
}

/* --- the document --------------------------------------------------------------------------- */

static status read_setlist(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(arena_done) arena own = {0};
    CLEANUP(arena_done) arena line;
    arena *a = format_memory(input, &own);
    setlist l = {
        .sink = sink,
        .a = &line,
        .label = {.first_seen = WHEN_NONE, .last_seen = WHEN_NONE, .valid_until = WHEN_NONE}};
    slice head;
    bool whole;
    arena_init(&line, 8 << 20);
    if (!sink->keys)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a list for a set: give it a name with --set");
    status st = rows_head(input->in, a, FORMAT_SNIFF_BYTES, &head, &whole, why);
    if (st != OK)
        return st;
    l.keys = arena_array(a, FACT_KEYS_MAX, sizeof *l.keys);
    l.pool = arena_alloc(a, POOL_BYTES);
    char *window = arena_alloc(a, LINE_MAX_BYTES);
    if (!l.keys || !l.pool || !window)
        return ARENA_SPENT(a, why);
    if (slice_starts(head, SQLITE_MAGIC)) {
        st = sink->head(sink->ctx, &(fact_head){.format = S("set-sqlite"), .snapshot = true}, why);
        if (st == OK)
            st = setlist_read_sqlite(&l, input->in, a, why);
        return st == OK ? flush(&l, why) : st;
    }
    const setlist_table *table = NULL;
    st = setlist_find_table(a, head, &table, why);
    if (st != OK)
        return st;
    if (slice_find_byte(head, 0, 0) != SIZE_MAX)
        return err_set(why, ERR_INPUT, slice_find_byte(head, 0, 0), "no text: a byte of zero");
    st = sink->head(
        sink->ctx, &(fact_head){.format = table ? S("set-table") : S("set-list"), .snapshot = true},
        why);
    if (st == OK)
        st = table ? setlist_read_table(&l, input, table, a, why)
                   : read_lines(&l, input->in, window, why);
    return st == OK ? flush(&l, why) : st;
}

static int sniff_never(slice head, slice path)
{
    (void)head, (void)path;
    return 0; /* whether a list is a set is what somebody says, not what it looks like */
}

const format format_setlist = {
    .name = "set-list", .version = 1, .sniff = sniff_never, .read = read_setlist};
