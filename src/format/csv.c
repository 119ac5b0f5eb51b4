/* csv.c - tables of indicators with any columns: the document; docs/formats/csv.md says what
 * becomes which claim. The beginning is looked at first (csv/table.c: delimiter, header, meaning of
 * each column), then the table is read from the start, row by row. */
#include "format/format.h"

#include "format/csv/rowfacts.h"
#include "format/csv/table.h"
#include "format/emit.h"
#include "format/foreign.h"

#include <stdio.h>

typedef struct csv {
    emitter e;
    rows r;
    table t;
    uint64_t *unread; /* by column: cells kept as text */
} csv;

static void close_csv(csv *c)
{
    emit_close(&c->e);
    rows_close(&c->r);
}

/* Fields over the header's number: empty ones fall away, those of a last column of words belong
 * to it (somebody forgot the quotes), others spoil the row. */
static status fit(emitter *e, const table *t, row *r, err *why)
{
    while (r->count > t->count && !slice_trim(r->field[r->count - 1]).len)
        r->count--;
    if (r->count <= t->count)
        return OK;
    if (t->column[t->count - 1].role != COLUMN_COMMENT)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%zu fields, the header has %zu", r->count,
                       t->count);
    size_t len = 0;
    for (size_t i = t->count - 1; i < r->count; i++)
        len += r->field[i].len + 1;
    char *p = arena_alloc(e->memory, len);
    if (!p)
        return ARENA_SPENT(e->memory, why);
    slice all = slice_of(p, len - 1);
    for (size_t i = t->count - 1; i < r->count; i++) {
        if (r->field[i].len)
            memcpy(p, r->field[i].ptr, r->field[i].len);
        p += r->field[i].len;
        *p++ = t->delimiter;
    }
    r->field[t->count - 1] = all;
    r->count = t->count;
    return OK;
}

/* The columns' names and meanings are part of what each row says. */
static void add_context(csv *c)
{
    for (size_t i = 0; i < c->t.count; i++) {
        emit_context(&c->e, c->t.column[i].name);
        emit_context(&c->e, slice_str(column_role_name(c->t.column[i].role)));
    }
}

static status take_row(csv *c, row *r, err *why)
{
    char place[EMIT_PLACE_MAX];
    fact_record record = {
        .at = r->at, .length = r->raw.len, .line = r->line, .modified = WHEN_NONE};
    emit_begin(&c->e);
    status st = OK;
    if (r->bad)
        st = err_set(why, ERR_INPUT, r->at, "%s", r->bad);
    else if ((st = fit(&c->e, &c->t, r, why)) == OK)
        st = row_claims(&c->e, &c->t, r, c->unread, why);
    if (st != OK)
        return emit_refuse(&c->e, r->at, emit_line(r->line, place), st, why);
    return emit_end(&c->e, &record, r->field, r->count, why);
}

static bool is_data(const csv *c, const row *r)
{
    slice raw = slice_trim(r->raw);
    bool some = false;
    if (r->line < c->t.first_line)
        return false;
    if (r->bad)
        return true;
    if (!raw.len || raw.ptr[0] == '#')
        return false;
    for (size_t i = 0; i < r->count && !some; i++)
        some = slice_trim(r->field[i]).len > 0;
    return some && !table_is_header(&c->t, r);
}

static status warn_unread(csv *c, err *why)
{
    for (size_t i = 0; i < c->t.count; i++) {
        const column *col = &c->t.column[i];
        status st = OK;
        if (c->unread[i])
            st = emit_warn(&c->e, 0, slice_sub(col->name, 0, 80), why,
                           "%llu cells could not be read as %s: %s",
                           (unsigned long long)c->unread[i], column_role_name(col->role),
                           col->role == COLUMN_TLP ? "taken as TLP:RED" : "kept as text");
        if (st != OK)
            return st;
    }
    return OK;
}

static status read_rows(csv *c, const format_input *input, const fact_sink *sink, err *why)
{
    row r;
    bool more;
    fact_head head = {.format = S("csv"), .marking = c->t.marking, .marked = c->t.marked};
    status st = emit_open(&c->e, input, sink, &head, why);
    if (st != OK || (st = rows_open(&c->r, input->in, c->e.memory, c->t.delimiter,
                                    input->limits.line_bytes_max, why)) != OK)
        return st;
    c->unread = arena_array(c->e.memory, c->t.count, sizeof *c->unread);
    if (!c->unread)
        return ARENA_SPENT(c->e.memory, why);
    add_context(c);
    emit_keep(&c->e);
    while ((st = rows_next(&c->r, &r, &more, why)) == OK && more)
        if (is_data(c, &r) && (st = take_row(c, &r, why)) != OK)
            return st;
    return st == OK ? warn_unread(c, why) : st;
}

static status read_csv(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(arena_done)
    arena own = {0};
    CLEANUP(close_csv)
    csv c = {0};
    format_input in = *input;
    err mine = {0};
    slice head;
    bool whole;
    if (!why)
        why = &mine;
    in.memory = format_memory(input, &own);
    status st = rows_head(in.in, in.memory, FORMAT_SNIFF_BYTES, &head, &whole, why);
    if (st != OK)
        return st;
    if ((st = table_guess(in.memory, head, whole, in.mapping, &c.t, why)) != OK)
        return st;
    return read_rows(&c, &in, sink, why);
}

static int sniff(slice head, slice path)
{
    CLEANUP(arena_done)
    arena a = {0};
    table t;
    if (foreign_name(path) || !head.len || memchr(head.ptr, 0, head.len))
        return 0;
    arena_init(&a, 16 << 20);
    if (table_guess(&a, head, head.len < FORMAT_SNIFF_BYTES, S(""), &t, NULL) != OK)
        return 0;
    /* a header of known names is proof enough that its cells may hold anything */
    return t.sure < 80 && foreign_text(head) ? 0 : t.sure;
}

const format format_csv = {.name = "csv", .version = 2, .sniff = sniff, .read = read_csv};
