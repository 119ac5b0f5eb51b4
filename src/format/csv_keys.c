/* csv_keys.c - tables of a set's values, by their header: see setlist.h. */
#include "base/text.h"
#include "format/csv/columns.h"
#include "format/rows.h"
#include "format/setlist.h"

enum { COLUMNS_MAX = 256 };

struct setlist_table {
    column at[COLUMNS_MAX];
    size_t count;
    bool hashes; /* there are columns of hashes: only they are keys */
    bool key[COLUMNS_MAX];
    char delimiter;
};

static bool is_hash_column(const column *c)
{
    return c->role == COLUMN_OBSERVABLE && !c->other_side && c->want.class == WANT_KIND &&
           kind_is_hash(c->want.kind);
}

kind setlist_hash_column(slice name)
{
    column c;
    column_named(name, &c);
    return is_hash_column(&c) && fact_digest_bytes(c.want.kind) ? c.want.kind : KIND_NONE;
}

static bool is_key_column(const setlist_table *cs, const column *c)
{
    if (cs->hashes)
        return is_hash_column(c);
    return !c->other_side && (c->role == COLUMN_VALUE || c->role == COLUMN_OBSERVABLE);
}

/* Reads the names of columns; *ret_key: one of them could be a key. */
static status read_header(arena *a, slice line, char delimiter, setlist_table *ret, bool *ret_key,
                          err *why)
{
    memory_reader m;
    reader in = reader_memory(&m, line);
    CLEANUP(rows_close) rows r = {0};
    row first;
    bool more = false;
    *ret = (setlist_table){.delimiter = delimiter};
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
        *ret_key |= ret->key[i] = is_key_column(ret, &ret->at[i]);
    return OK;
}

/* One line, cut by the delimiter that makes sense of it. */
static status try_header(arena *a, slice line, setlist_table *ret, bool *ret_found, err *why)
{
    static const char delimiters[] = ",;\t|";
    status st = OK;
    for (size_t i = 0; st == OK && delimiters[i]; i++) {
        setlist_table c;
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

/* "# x", and hashdeep's "%%%% size,md5,sha256,filename". */
static bool is_comment(slice line)
{
    return line.len && (line.ptr[0] == '#' || slice_starts(line, S("%%%%")));
}

/* The header is the first line, or the last comment above it (MalwareBazaar, hashdeep). Of a long
 * comment only so many lines are tried. */
static status find_header(arena *a, slice head, setlist_table *ret, bool *ret_found, err *why)
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
        bool comment = is_comment(line);
        while (line.len && comment && strchr("#% ", line.ptr[0]))
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

static void read_label(const setlist_table *cs, const row *r, fact_label *ret)
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

/* A column of hashes is read by its digits; whatever else stands there, as everywhere. */
static status take_cell(setlist *l, slice cell, want w, size_t *taken, err *last, err *why)
{
    observable o;
    bool done = false;
    status st = OK;
    if (w.class == WANT_KIND && w.kind <= KIND_SHA512 && kind_is_hash(w.kind))
        st = setlist_hash(l, cell, &done, why);
    *taken += done;
    if (st != OK || done || cell_empty(cell))
        return st;
    st = cell_observable(l->a, cell, w, &o, last);
    if (st == OK) {
        *taken += 1;
        return setlist_add(l, &o, why);
    }
    if (st != ERR_INPUT && why)
        *why = *last;
    return st == ERR_INPUT ? OK : st;
}

/* All hashes of a row are one file's and share what is said of it. */
static status take_row(setlist *l, const setlist_table *cs, const row *r, err *why)
{
    fact_label label = {.first_seen = WHEN_NONE, .last_seen = WHEN_NONE, .valid_until = WHEN_NONE};
    size_t taken = 0;
    err last = {0};
    status st;
    arena_reset(l->a);
    read_label(cs, r, &label);
    if ((st = setlist_label(l, &label, why)) != OK)
        return st;
    for (size_t i = 0; st == OK && i < cs->count && i < r->count; i++)
        if (cs->key[i])
            st = take_cell(l, bare(r->field[i]), cs->at[i].want, &taken, &last, why);
    if (st == OK && !taken)
        st = setlist_refuse(l, last.msg[0] ? last.msg : "no value in this row", why);
    return st;
}

static bool is_header(const setlist_table *cs, const row *r)
{
    for (size_t i = 0; i < cs->count && i < r->count; i++)
        if (!slice_eq(bare(r->field[i]), cs->at[i].name))
            return false;
    return r->count == cs->count;
}

status setlist_read_table(setlist *l, const format_input *input, const setlist_table *cs,
                          arena *memory, err *why)
{
    CLEANUP(rows_close) rows r = {0};
    row now;
    bool more = true;
    status st = rows_open(&r, input->in, memory, cs->delimiter, 0, why);
    while (st == OK && (st = rows_next(&r, &now, &more, why)) == OK && more) {
        l->line = now.line;
        l->at = now.at;
        slice raw = slice_trim(now.raw);
        if (!raw.len || is_comment(raw) || is_header(cs, &now))
            continue;
        st = now.bad ? setlist_refuse(l, now.bad, why) : take_row(l, cs, &now, why);
    }
    return st;
}

status setlist_find_table(arena *a, slice head, const setlist_table **ret, err *why)
{
    bool found = false;
    setlist_table *t = arena_new(a, setlist_table);
    if (!t)
        return ARENA_SPENT(a, why);
    status st = find_header(a, head, t, &found, why);
    if (st == OK)
        *ret = found ? t : NULL;
    return st;
}
