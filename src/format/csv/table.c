/* table.c - guessing a table's shape: see table.h.
 *
 * Each delimiter is tried on a sample of rows and the best result is taken. A first row, or a last
 * comment in front of the first row, is a header when none of its cells is an observable and either
 * one of them is a known name or the cells below are of another nature. */
#include "format/csv/table.h"

#include <stdio.h>

typedef enum nature {
    NATURE_EMPTY,
    NATURE_CLEAR,
    NATURE_VALUE,
    NATURE_DATE,
    NATURE_NUMBER,
    NATURE_TEXT,
    NATURE_COUNT_
} nature;

/* What was seen in a column of the sample. */
typedef struct tally {
    unsigned of[NATURE_COUNT_], filled;
    unsigned kinds[KIND_OBSERVABLE_END_];
    unsigned words;    /* cells that are words for kinds: "domain", "sha256" */
    unsigned markings; /* "TLP:AMBER" */
    unsigned counting; /* cells that are their row's number */
    int order;         /* of dates: sum of date_order_of */
} tally;

typedef struct sample {
    arena *a;
    slice *cell[TABLE_SAMPLE_MAX]; /* rows of cells */
    uint64_t line[TABLE_SAMPLE_MAX];
    size_t count[TABLE_SAMPLE_MAX], rows, width;
    slice comment; /* the last one in front of the first row */
    bool marked;
    marking marking;
} sample;

static nature nature_of(arena *a, slice cell, observable *ret)
{
    arena_mark mark = arena_here(a);
    observable o[8];
    size_t n = 0;
    when t;
    uint64_t number;
    nature what = NATURE_TEXT;
    cell = slice_trim(cell);
    ret->kind = KIND_NONE;
    if (cell_empty(cell))
        return NATURE_EMPTY;
    if (slice_u64(cell, &number))
        return NATURE_NUMBER;
    if (date_read(cell, DATE_MONTH_FIRST, &t) || date_read(cell, DATE_DAY_FIRST, &t))
        return NATURE_DATE;
    if (cell_observables(a, cell, (want){WANT_ANY, KIND_NONE}, o, COUNT_OF(o), &n, NULL) == OK) {
        what = cell_is_clear(&o[0]) ? NATURE_CLEAR : NATURE_VALUE;
        ret->kind = o[0].kind;
    }
    arena_back(a, mark);
    return what;
}

/* --- the sample ------------------------------------------------------------------------------ */

/* "# TLP:AMBER" above the table holds for all of it. */
static void read_comment(sample *s, slice text)
{
    size_t at = slice_find(text, S("TLP"), 0);
    tlp t;
    if (at != SIZE_MAX && !s->marked && tlp_parse(slice_trim(slice_from(text, at)), &t) == OK) {
        s->marked = true;
        s->marking = (marking){.tlp = t};
    }
}

static slice without_hash(slice s)
{
    s = slice_trim(s);
    while (s.len && s.ptr[0] == '#')
        s = slice_from(s, 1);
    return slice_trim(s);
}

/* Rows of the head into s->cell. A row that is cut off by the head's end does not count. */
static status take_sample(sample *s, slice head, bool whole, char delimiter, err *why)
{
    CLEANUP(rows_close)
    rows r = {0};
    memory_reader m;
    reader in = reader_memory(&m, head);
    row one;
    bool more;
    status st = rows_open(&r, &in, s->a, delimiter, head.len + 1, why);
    s->rows = s->width = 0;
    s->comment = (slice){NULL, 0};
    while (st == OK && s->rows < TABLE_SAMPLE_MAX && (st = rows_next(&r, &one, &more, why)) == OK &&
           more) {
        slice raw = slice_trim(one.raw);
        bool cut = !whole && one.at + one.raw.len >= head.len;
        if (one.bad || !raw.len || cut)
            continue;
        if (raw.ptr[0] == '#') {
            read_comment(s, raw);
            if (!s->rows && without_hash(raw).len)
                s->comment = slice_sub(head, one.at, one.at + one.raw.len);
            continue;
        }
        s->line[s->rows] = one.line;
        s->count[s->rows] = one.count < TABLE_COLUMNS_MAX ? one.count : TABLE_COLUMNS_MAX;
        if (s->width < s->count[s->rows])
            s->width = s->count[s->rows];
        slice *cells = arena_array(s->a, s->count[s->rows], sizeof *cells);
        if (!cells)
            return ARENA_SPENT(s->a, why);
        for (size_t i = 0; i < s->count[s->rows]; i++)
            if (!arena_copy(s->a, one.field[i], &cells[i]))
                return ARENA_SPENT(s->a, why);
        s->cell[s->rows] = cells;
        s->rows++;
    }
    return st;
}

static slice cell_at(const sample *s, size_t r, size_t c)
{
    return c < s->count[r] ? s->cell[r][c] : (slice){NULL, 0};
}

static void tally_column(const sample *s, size_t c, size_t from, tally *ret)
{
    *ret = (tally){0};
    for (size_t r = from; r < s->rows; r++) {
        slice cell = cell_at(s, r, c);
        observable o;
        want w;
        tlp t;
        uint64_t number;
        nature n = nature_of(s->a, cell, &o);
        ret->of[n]++;
        ret->filled += n != NATURE_EMPTY;
        if (o.kind != KIND_NONE)
            ret->kinds[o.kind]++;
        ret->words += want_by_word(cell, &w);
        ret->markings += n == NATURE_TEXT && cell.len < 24 && tlp_parse(cell, &t) == OK;
        ret->counting +=
            n == NATURE_NUMBER && slice_u64(slice_trim(cell), &number) && number == r - from + 1;
        if (n == NATURE_DATE)
            ret->order += date_order_of(cell);
    }
}

static bool most(unsigned n, unsigned of, unsigned percent)
{
    return of > 0 && n * 100u >= of * percent;
}

/* --- columns --------------------------------------------------------------------------------- */

static slice numbered(arena *a, size_t c)
{
    return arena_printf(a, "column %zu", c + 1);
}

static bool is_indicator(const column *c)
{
    return c->role == COLUMN_VALUE || c->role == COLUMN_OBSERVABLE || c->role == COLUMN_LIST ||
           c->role == COLUMN_FILENAME || c->role == COLUMN_PACKAGE;
}

/* Names of a header row, or of the comment that is one. Returns how many are known. */
static size_t name_columns(table *t, const slice *names, size_t count)
{
    size_t known = 0;
    for (size_t i = 0; i < count && i < t->count; i++) {
        slice name = slice_trim(names[i]);
        if (!name.len)
            continue;
        column_named(name, &t->column[i]);
        known += t->column[i].role != COLUMN_OTHER;
    }
    return known;
}

/* A log of who talked to whom, or of events on hosts: its addresses are mostly the site's own. */
static bool is_log(const table *t)
{
    bool from = false, to = false;
    static const slice event_words[] = {
        S_INIT("eventid"),    S_INIT("event_id"),    S_INIT("bytes"),      S_INIT("duration"),
        S_INIT("user_agent"), S_INIT("http_status"), S_INIT("status_code")};
    unsigned event = 0;
    for (size_t i = 0; i < t->count; i++) {
        slice n = t->column[i].name;
        from |= slice_starts_nocase(n, S("src")) || slice_starts_nocase(n, S("source ip")) ||
                slice_starts_nocase(n, S("source_ip")) || slice_starts_nocase(n, S("id.orig")) ||
                slice_starts_nocase(n, S("client"));
        to |= slice_starts_nocase(n, S("dst")) || slice_starts_nocase(n, S("dest"));
        for (size_t k = 0; k < COUNT_OF(event_words); k++)
            event += slice_eq_nocase(n, event_words[k]);
    }
    return (from && to) || (from && event) || event >= 2;
}

/* The header does not say which column is the indicator, or there is none: the values do. */
static void columns_by_value(table *t, const tally *seen, bool header)
{
    for (size_t i = 0; i < t->count; i++) {
        column *c = &t->column[i];
        const tally *s = &seen[i];
        if (c->role != COLUMN_OTHER || c->other_side)
            continue;
        if (most(s->of[NATURE_CLEAR], s->filled, header ? 80 : 60) &&
            most(s->of[NATURE_CLEAR] + s->of[NATURE_VALUE], s->filled, 80)) {
            c->role = COLUMN_VALUE;
            c->want = (want){WANT_ANY, KIND_NONE};
        } else if (!header && most(s->of[NATURE_DATE], s->filled, 80)) {
            c->role = COLUMN_DATE;
        } else if (!header && most(s->words, s->filled, 80)) {
            c->role = COLUMN_TYPE;
        } else if (!header && most(s->markings, s->filled, 80)) {
            c->role = COLUMN_TLP;
        } else if (!header && most(s->kinds[KIND_FILENAME], s->filled, 80)) {
            c->role = COLUMN_FILENAME;
        }
    }
}

/* Two headers may claim one meaning: of TYPE the column whose cells are words for kinds. */
static void settle_types(table *t, const tally *seen)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < t->count; i++)
        if (t->column[i].role == COLUMN_TYPE &&
            (best == SIZE_MAX || seen[i].words > seen[best].words))
            best = i;
    for (size_t i = 0; i < t->count; i++)
        if (t->column[i].role == COLUMN_TYPE && i != best)
            t->column[i].role = COLUMN_OTHER;
}

static unsigned indicators(const table *t)
{
    unsigned n = 0;
    for (size_t i = 0; i < t->count; i++)
        n += is_indicator(&t->column[i]);
    return n;
}

/* Does the row hold an indicator, or say that it does ("mutex" beside a value)? */
static bool row_hits(const sample *s, const table *t, size_t r)
{
    bool value = false, typed = false;
    for (size_t c = 0; c < t->count; c++) {
        slice cell = cell_at(s, r, c);
        observable o;
        want w;
        if (t->column[c].role == COLUMN_TYPE)
            typed = want_by_word(cell, &w);
        value |= t->column[c].role == COLUMN_VALUE && !cell_empty(cell);
        if (!is_indicator(&t->column[c]))
            continue;
        nature n = nature_of(s->a, cell, &o);
        if (n == NATURE_CLEAR || (n == NATURE_VALUE && t->header))
            return true;
    }
    return value && typed;
}

/* How sure: the share of rows in which some indicator column holds one, and what else fits. */
static int judge(const sample *s, const table *t, size_t from, const tally *seen, size_t known)
{
    unsigned good = 0, total = 0, steady = 0, typed = 0;
    for (size_t r = from; r < s->rows; r++) {
        good += row_hits(s, t, r);
        total++;
        steady += s->count[r] == t->count;
    }
    for (size_t c = 0; c < t->count; c++)
        typed += t->column[c].role != COLUMN_OTHER && seen[c].filled > 0;
    if (!indicators(t) || is_log(t) || !most(good, total, 60))
        return 0;
    if (t->count < 2)
        return t->header && known ? 40 : 10; /* a list with a title is as good a reading */
    if (t->header && known >= 2)
        return most(steady, total, 60) ? 80 : 60;
    if (t->header)
        return most(steady, total, 80) ? 62 : 30;
    /* a numbered list of popular names is no list of indicators */
    if (t->count == 2 && total >= 10 && seen[0].counting == total)
        return 0;
    return most(steady, total, 95) ? (typed >= 2 ? 65 : 45) : 15;
}

/* --- the mapping ----------------------------------------------------------------------------- */

static bool same_name(slice a, slice b)
{
    size_t i = 0, k = 0;
    for (;; i++, k++) {
        while (i < a.len && (is_space(a.ptr[i]) || a.ptr[i] == '_' || a.ptr[i] == '-'))
            i++;
        while (k < b.len && (is_space(b.ptr[k]) || b.ptr[k] == '_' || b.ptr[k] == '-'))
            k++;
        if (i == a.len || k == b.len)
            return i == a.len && k == b.len;
        if (to_lower(a.ptr[i]) != to_lower(b.ptr[k]))
            return false;
    }
}

static status map_columns(table *t, slice mapping, err *why)
{
    char quote[ERR_QUOTE_MAX];
    slice rest = mapping, one;
    if (mapping.len > TABLE_MAP_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the mapping is over %d bytes",
                       (int)TABLE_MAP_MAX);
    while (slice_cut(&rest, ',', &one)) {
        column as = {0};
        uint64_t n = 0;
        bool found = false;
        one = slice_trim(one);
        if (!one.len)
            continue;
        size_t eq = slice_find_byte(one, '=', 0);
        slice name = slice_trim(slice_sub(one, 0, eq));
        if (eq == SIZE_MAX || !column_mapped(slice_trim(slice_from(one, eq + 1)), &as))
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "mapping \"%s\": no such role",
                           err_quote(one, quote));
        for (size_t i = 0; i < t->count; i++) {
            column *c = &t->column[i];
            if (!(t->header && same_name(name, c->name)) && !(slice_u64(name, &n) && n == i + 1))
                continue;
            c->role = as.role;
            c->want = as.want;
            c->use = as.use;
            c->other_side = false;
            found = true;
        }
        if (!found)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "mapping \"%s\": no such column",
                           err_quote(name, quote));
    }
    return OK;
}

/* --- one delimiter --------------------------------------------------------------------------- */

/* The first row names the columns: no cell of it is an observable or a date. */
static bool is_title_row(const sample *s, size_t r)
{
    for (size_t c = 0; c < s->count[r]; c++) {
        observable o;
        nature n = nature_of(s->a, cell_at(s, r, c), &o);
        if (n == NATURE_CLEAR || n == NATURE_DATE || n == NATURE_NUMBER)
            return false;
    }
    return true;
}

/* The last comment above the first row, cut like a row, when it has as many cells. */
static status header_in_comment(sample *s, table *t, size_t *ret_known, err *why)
{
    CLEANUP(rows_close)
    rows r = {0};
    memory_reader m;
    slice text = without_hash(s->comment);
    reader in = reader_memory(&m, text);
    row one;
    bool more;
    status st = rows_open(&r, &in, s->a, t->delimiter, text.len + 1, why);
    *ret_known = 0;
    if (st != OK || (st = rows_next(&r, &one, &more, why)) != OK)
        return st;
    if (!more || one.bad || one.count != t->count || one.count < 2)
        return OK;
    slice names[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < one.count; i++)
        if (!arena_copy(s->a, one.field[i], &names[i]))
            return ARENA_SPENT(s->a, why);
    *ret_known = name_columns(t, names, one.count);
    return OK;
}

static status try_delimiter(arena *a, slice head, bool whole, char delimiter, slice mapping,
                            table *t, err *why)
{
    sample *s = arena_new(a, sample);
    tally *seen = arena_array(a, TABLE_COLUMNS_MAX, sizeof *seen);
    status st;
    *t = (table){.delimiter = delimiter, .first_line = 1};
    t->column = arena_array(a, TABLE_COLUMNS_MAX, sizeof *t->column);
    if (!s || !seen || !t->column)
        return ARENA_SPENT(a, why);
    s->a = a;
    if ((st = take_sample(s, head, whole, delimiter, why)) != OK || !s->rows)
        return st;
    t->count = s->width;
    t->marked = s->marked;
    t->marking = s->marking;
    size_t known = 0, from = 0;
    if (is_title_row(s, 0)) {
        t->count = s->count[0]; /* longer rows are faulty, not the header */
        known = name_columns(t, s->cell[0], s->count[0]);
        t->header = known > 0 || s->rows > 1;
    }
    if (!known && s->comment.len) {
        t->count = s->width;
        memset(t->column, 0, TABLE_COLUMNS_MAX * sizeof *t->column);
        if ((st = header_in_comment(s, t, &known, why)) != OK)
            return st;
        if (known < 2) {
            memset(t->column, 0, TABLE_COLUMNS_MAX * sizeof *t->column);
            known = t->header ? name_columns(t, s->cell[0], s->count[0]) : 0;
        } else {
            t->header = false; /* it is no row */
        }
    }
    from = t->header ? 1 : 0;
    t->first_line = t->header && s->rows > 1 ? s->line[1] : t->header ? s->line[0] + 1 : s->line[0];
    for (size_t i = 0; i < t->count; i++) {
        tally_column(s, i, from, &seen[i]);
        t->column[i].order = seen[i].order > 0 ? DATE_DAY_FIRST : DATE_MONTH_FIRST;
        if (!t->column[i].name.len)
            t->column[i].name = numbered(a, i);
        if (!t->column[i].name.ptr)
            return ARENA_SPENT(a, why);
    }
    if ((st = map_columns(t, mapping, why)) != OK)
        return st;
    if (!indicators(t))
        columns_by_value(t, seen, t->header || known);
    settle_types(t, seen);
    t->sure = judge(s, t, from, seen, known);
    return OK;
}

status table_guess(arena *a, slice head, bool whole, slice mapping, table *ret, err *why)
{
    static const char delimiters[] = {',', ';', '\t', '|'};
    table best = {0};
    bool some = false;
    err first = {0};
    for (size_t i = 0; i < COUNT_OF(delimiters); i++) {
        table t;
        err e = {0};
        if (i > 0 && slice_find_byte(head, delimiters[i], 0) == SIZE_MAX)
            continue; /* the first one reads a table of one column as well */
        status st = try_delimiter(a, head, whole, delimiters[i], mapping, &t, &e);
        if (st == ERR_INPUT && !first.msg[0])
            first = e;
        if (st != OK && st != ERR_INPUT) {
            if (why)
                *why = e;
            return st;
        }
        if (st != OK || !indicators(&t))
            continue;
        /* as sure with more columns is the better reading */
        if (!some || t.sure > best.sure || (t.sure == best.sure && t.count > best.count))
            best = t;
        some = true;
    }
    if (!some && first.msg[0]) {
        if (why)
            *why = first;
        return first.code;
    }
    if (!some)
        return err_set(why, ERR_INPUT, 0,
                       "no column of indicators was recognised: name it with --map NAME=ROLE");
    *ret = best;
    return OK;
}

bool table_is_header(const table *t, const row *r)
{
    if (!t->header || r->count != t->count)
        return false;
    for (size_t i = 0; i < r->count; i++)
        if (t->column[i].name.len && !slice_eq(slice_trim(r->field[i]), t->column[i].name))
            return false;
    return true;
}
