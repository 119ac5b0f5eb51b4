/* setlist.c - bulk lists for a set: keys, no claims. docs/sets.md says which shapes are read.
 *
 * Speed matters here (a hundred million lines): a line that begins with a hash is read by a table
 * of hex digits and nothing else; what is left goes the way of every other list. */
#include "format/format.h"

#include "base/hash.h"
#include "base/text.h"

#include "format/csv/columns.h"
#include "format/list/line.h"
#include "format/rows.h"

#include <stdio.h>

enum {
    POOL_BYTES = 256 << 10,
    COLUMNS_MAX = 256,
    LINE_MAX_BYTES = ROWS_BYTES_MAX,
    PLACE_ROOM = 32
};

typedef struct setlist {
    const fact_sink *sink;
    arena *a; /* one line */
    fact_key *keys;
    size_t count;
    char *pool; /* their bytes */
    size_t used;
    fact_label label;
    char label_text[FACT_LABEL_MAX];
    uint64_t line, at;
} setlist;

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

static status add_observable(setlist *l, const observable *o, err *why)
{
    uint8_t digest[HASH_BYTES_MAX];
    size_t n = fact_digest_bytes(o->kind);
    if (n && hash_unhex(o->value, digest, n))
        return add_key(l, o->kind, slice_of((const char *)digest, n), why);
    return n ? OK : add_key(l, o->kind, o->value, why);
}

/* Another label: what has gathered belongs to the one before. */
static status set_label(setlist *l, const fact_label *label, err *why)
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

static status refuse(setlist *l, const char *reason, err *why)
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

static kind kind_of_digits(size_t n)
{
    switch (n) {
    case 32: return KIND_MD5;
    case 40: return KIND_SHA1;
    case 56: return KIND_SHA224;
    case 64: return KIND_SHA256;
    case 96: return KIND_SHA384;
    case 128: return KIND_SHA512;
    default: return KIND_NONE;
    }
}

/* A hash at the front of *rest and what may follow it, cut off. KIND_NONE: there is none. */
static kind cut_hash(slice *rest, char digest[HASH_BYTES_MAX])
{
    const unsigned char *p = (const unsigned char *)rest->ptr;
    size_t n = 0;
    while (n < rest->len && n <= 2 * HASH_BYTES_MAX && hex_digit[p[n]])
        n++;
    kind k = kind_of_digits(n);
    if (k == KIND_NONE || (n < rest->len && !strchr(" \t,;*", p[n])))
        return KIND_NONE;
    for (size_t i = 0; i < n; i += 2)
        digest[i / 2] = (char)((hex_digit[p[i]] - 1) << 4 | (hex_digit[p[i + 1]] - 1));
    *rest = slice_from(*rest, n);
    return k;
}

/* "hash", "hash  name" (md5sum), "hash *name", "hash;comment", "hash,hash,...": *ret_done. A
 * backslash in front is md5sum's way to say that the name is escaped. */
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
        if (st != OK || !rest.len || (rest.ptr[0] != ',' && rest.ptr[0] != ';'))
            return st;
        rest = slice_from(rest, 1);
    }
}

static status other_line(setlist *l, slice line, err *why)
{
    const list_hint none = {0};
    list_line read;
    err quiet = {0};
    arena_reset(l->a);
    status st = list_read_line(l->a, line, &none, &read, &quiet);
    if (st != OK) {
        if (why)
            *why = quiet;
        return st;
    }
    if (read.what == LIST_UNREAD)
        return refuse(l, quiet.msg[0] ? quiet.msg : "not a value of any kind", why);
    for (size_t i = 0; st == OK && read.what == LIST_VALUES && i < read.count; i++)
        st = add_observable(l, &read.o[i], why);
    return st;
}

static status take_line(setlist *l, slice line, err *why)
{
    bool done;
    line = slice_trim(line);
    l->line++;
    if (!line.len || line.ptr[0] == '#')
        return OK;
    status st = hash_line(l, line, &done, why);
    return st != OK || done ? st : other_line(l, line, why);
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
            if (!stop && !end && have < LINE_MAX_BYTES)
                break;
            if (!stop && !end && n < LINE_MAX_BYTES)
                break; /* moved to the front below, then more of it is read */
            slice line = slice_of(window + pos, n);
            bool whole = stop || end;
            if (skipping)
                skipping = !whole;
            else if (!whole) {
                l->line++;
                skipping = true;
                st = refuse(l, "line too long", why);
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

/* --- tables --------------------------------------------------------------------------------- */

typedef struct columns {
    column at[COLUMNS_MAX];
    size_t count;
    bool hashes; /* there are columns of hashes: only they are keys */
    char delimiter;
} columns;

static bool is_hash_column(const column *c)
{
    return c->role == COLUMN_OBSERVABLE && !c->other_side && c->want.class == WANT_KIND &&
           kind_is_hash(c->want.kind);
}

static bool is_key_column(const columns *cs, const column *c)
{
    if (cs->hashes)
        return is_hash_column(c);
    return !c->other_side && (c->role == COLUMN_VALUE || c->role == COLUMN_OBSERVABLE);
}

/* Reads the names of columns; *ret_key: one of them could be a key. */
static status read_header(arena *a, slice line, char delimiter, columns *ret, bool *ret_key,
                          err *why)
{
    memory_reader m;
    reader in = reader_memory(&m, line);
    CLEANUP(rows_close) rows r = {0};
    row first;
    bool more = false;
    *ret = (columns){.delimiter = delimiter};
    *ret_key = false;
    status st = rows_open(&r, &in, a, delimiter, 0, why);
    if (st == OK)
        st = rows_next(&r, &first, &more, why);
    if (st != OK || !more || first.bad || first.count < 2 || first.count > COLUMNS_MAX)
        return st;
    for (size_t i = 0; i < first.count; i++) {
        slice name = slice_trim(first.field[i]);
        while (name.len && (name.ptr[0] == '"' || name.ptr[0] == ' '))
            name = slice_from(name, 1);
        while (name.len && name.ptr[name.len - 1] == '"')
            name.len--;
        if (!arena_copy(a, name, &name))
            return ARENA_SPENT(a, why);
        column_named(name, &ret->at[ret->count]);
        ret->hashes |= is_hash_column(&ret->at[ret->count++]);
    }
    for (size_t i = 0; i < ret->count; i++)
        *ret_key |= is_key_column(ret, &ret->at[i]);
    return OK;
}

/* One line, cut by the delimiter that makes sense of it. */
static status try_header(arena *a, slice line, columns *ret, bool *ret_found, err *why)
{
    static const char delimiters[] = ",;\t|";
    status st = OK;
    for (size_t i = 0; st == OK && delimiters[i]; i++) {
        columns c;
        bool key = false;
        if (slice_find_byte(line, delimiters[i], 0) == SIZE_MAX)
            continue;
        st = read_header(a, line, delimiters[i], &c, &key, why);
        if (st == OK && key) {
            *ret = c;
            *ret_found = true;
            return OK;
        }
    }
    return st;
}

/* The header is the first line, or the last comment above it (MalwareBazaar). Of a long comment
 * only so many lines are tried. */
static status find_header(arena *a, slice head, columns *ret, bool *ret_found, err *why)
{
    enum { TRIED_MAX = 64 };
    slice line;
    status st = OK;
    *ret_found = false;
    if (slice_starts(head, S("\xef\xbb\xbf")))
        head = slice_from(head, 3);
    for (unsigned tried = 0; st == OK && tried < TRIED_MAX && slice_cut(&head, '\n', &line);) {
        line = slice_trim(line);
        if (!line.len)
            continue;
        bool comment = line.ptr[0] == '#';
        while (line.len && (line.ptr[0] == '#' || line.ptr[0] == ' '))
            line = slice_from(line, 1);
        tried++;
        st = try_header(a, line, ret, ret_found, why);
        if (!comment) { /* what a comment called columns must be there below it */
            size_t cells = 1;
            for (size_t i = 0; i < line.len; i++)
                cells += line.ptr[i] == ret->delimiter;
            *ret_found = *ret_found && cells >= ret->count;
            break;
        }
    }
    return st;
}

static slice bare(slice cell)
{
    cell = slice_trim(cell);
    if (cell.len >= 2 && cell.ptr[0] == '"' && cell.ptr[cell.len - 1] == '"')
        cell = slice_trim(slice_sub(cell, 1, cell.len - 1));
    return cell;
}

static void read_label(const columns *cs, const row *r, fact_label *ret)
{
    for (size_t i = 0; i < cs->count && i < r->count; i++) {
        const column *c = &cs->at[i];
        slice cell = bare(r->field[i]);
        when *date = c->role == COLUMN_FIRST_SEEN || c->role == COLUMN_DATE ? &ret->first_seen
                     : c->role == COLUMN_LAST_SEEN                          ? &ret->last_seen
                     : c->role == COLUMN_VALID_UNTIL                        ? &ret->valid_until
                                                                            : NULL;
        if (date && *date == WHEN_NONE && !cell_empty(cell)) {
            when t;
            if (date_read(cell, c->order, &t))
                *date = t - ((t % WHEN_DAY) + WHEN_DAY) % WHEN_DAY; /* a set knows days */
        }
        bool names = c->role == COLUMN_MALWARE || c->role == COLUMN_THREAT;
        if (names && !ret->text.len && !cell_empty(cell) && utf8_check(cell) == SIZE_MAX)
            ret->text = cell;
    }
}

/* All hashes of a row are one file's and share what is said of it. */
static status take_row(setlist *l, const columns *cs, const row *r, err *why)
{
    fact_label label = {.first_seen = WHEN_NONE, .last_seen = WHEN_NONE, .valid_until = WHEN_NONE};
    size_t taken = 0;
    err last = {0};
    status st;
    arena_reset(l->a);
    read_label(cs, r, &label);
    if ((st = set_label(l, &label, why)) != OK)
        return st;
    for (size_t i = 0; st == OK && i < cs->count && i < r->count; i++) {
        observable o;
        slice cell = bare(r->field[i]);
        if (!is_key_column(cs, &cs->at[i]) || cell_empty(cell))
            continue;
        st = cell_observable(l->a, cell, cs->at[i].want, &o, &last);
        if (st == OK && ++taken)
            st = add_observable(l, &o, why);
        else if (st == ERR_INPUT)
            st = OK;
        else if (why)
            *why = last;
    }
    if (st == OK && !taken)
        st = refuse(l, last.msg[0] ? last.msg : "no value in this row", why);
    return st;
}

static bool is_header(const columns *cs, const row *r)
{
    for (size_t i = 0; i < cs->count && i < r->count; i++)
        if (!slice_eq(bare(r->field[i]), cs->at[i].name))
            return false;
    return r->count == cs->count;
}

static status read_table(setlist *l, const format_input *input, const columns *cs, arena *memory,
                         err *why)
{
    CLEANUP(rows_close) rows r = {0};
    row now;
    bool more = true;
    status st = rows_open(&r, input->in, memory, cs->delimiter, LINE_MAX_BYTES, why);
    while (st == OK && (st = rows_next(&r, &now, &more, why)) == OK && more) {
        l->line = now.line;
        l->at = now.at;
        slice raw = slice_trim(now.raw);
        if (!raw.len || raw.ptr[0] == '#' || is_header(cs, &now))
            continue;
        st = now.bad ? refuse(l, now.bad, why) : take_row(l, cs, &now, why);
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
    columns *cs = arena_new(a, columns);
    char *window = arena_alloc(a, LINE_MAX_BYTES);
    if (!l.keys || !l.pool || !cs || !window)
        return ARENA_SPENT(a, why);
    bool table = false;
    st = find_header(a, head, cs, &table, why);
    if (st != OK)
        return st;
    if (slice_find_byte(head, 0, 0) != SIZE_MAX)
        return err_set(why, ERR_INPUT, slice_find_byte(head, 0, 0), "no text: a byte of zero");
    st = sink->head(
        sink->ctx, &(fact_head){.format = table ? S("set-table") : S("set-list"), .snapshot = true},
        why);
    if (st == OK)
        st = table ? read_table(&l, input, cs, a, why) : read_lines(&l, input->in, window, why);
    return st == OK ? flush(&l, why) : st;
}

static int sniff_never(slice head, slice path)
{
    (void)head, (void)path;
    return 0; /* whether a list is a set is what somebody says, not what it looks like */
}

const format format_setlist = {
    .name = "set-list", .version = 1, .sniff = sniff_never, .read = read_setlist};
