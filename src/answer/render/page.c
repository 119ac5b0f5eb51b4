/* page.c - laying out a page: see page.h. */
#include "answer/render/page.h"

#include <stdio.h>

void page_init(page *p, arena *a, const answer *w)
{
    *p = (page){.a = a, .w = w};
}

static text_line *add(page *p)
{
    if (p->count == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 32;
        text_line *lines = cap <= 2 * PAGE_LINES_MAX ? arena_array(p->a, cap, sizeof *lines) : NULL;
        if (!lines) {
            p->failed = true;
            return &p->nowhere;
        }
        if (p->count)
            memcpy(lines, p->lines, p->count * sizeof *lines);
        p->lines = lines;
        p->cap = cap;
    }
    p->lines[p->count] = (text_line){.label_style = STYLE_LABEL};
    return &p->lines[p->count++];
}

text_line *page_head(page *p, message_id label, style look)
{
    text_line *l = add(p);
    l->label = label;
    l->label_style = look;
    l->column = COLUMN_HEAD;
    return l;
}

text_line *page_body(page *p, message_id label)
{
    text_line *l = add(p);
    l->label = label;
    l->column = COLUMN_BODY;
    return l;
}

text_line *page_blank(page *p)
{
    return add(p);
}

unsigned page_table(page *p)
{
    return ++p->tables;
}

phrase page_phrase(page *p, const message *parts, size_t count, phrase_join join)
{
    message *copy = count ? arena_array(p->a, count, sizeof *copy) : NULL;
    p->failed |= count && !copy;
    if (!copy)
        return (phrase){0};
    memcpy(copy, parts, count * sizeof *copy);
    return (phrase){copy, count, join};
}

void line_phrase(text_line *l, const phrase *p)
{
    if (l->cells < LINE_CELLS)
        l->cell[l->cells++] = *p;
}

void line_say(page *p, text_line *l, message m)
{
    phrase one = page_phrase(p, &m, 1, JOIN_NONE);
    line_phrase(l, &one);
}

/* --- measuring ------------------------------------------------------------------------------ */

static size_t phrase_columns(sink *s, const phrase *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) {
        n += i ? sink_foreign_columns(s, phrase_joint(p->join, s->options.language)) : 0;
        n += sink_message_columns(s, p->part[i]);
    }
    return n;
}

static status nowhere(void *ctx, slice bytes, err *why)
{
    (void)ctx, (void)bytes, (void)why;
    return OK;
}

/* A sink like `out` in another language that prints nothing. */
static void measuring(sink *s, const sink *out, language l)
{
    sink_options o = out->options;
    o.write = nowhere;
    o.language = l;
    o.color = false;
    sink_init(s, &o);
}

size_t page_fit(page *p, const sink *out, const message *parts, size_t count, phrase_join join,
                size_t columns)
{
    size_t fits = count;
    (void)p;
    for (unsigned l = 0; l < LANG_COUNT_; l++) {
        sink s;
        size_t used = 0, n = 0;
        measuring(&s, out, (language)l);
        for (; n < fits; n++) {
            phrase one = {&parts[n], 1, join};
            used += phrase_columns(&s, &one);
            used += n ? sink_foreign_columns(&s, phrase_joint(join, (language)l)) : 0;
            if (used > columns)
                break;
        }
        fits = n;
        sink_done(&s);
    }
    return fits;
}

/* --- printing ------------------------------------------------------------------------------- */

static void put_phrase_to(sink *s, const phrase *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (i)
            sink_words(s, phrase_joint(p->join, s->options.language));
        sink_put(s, p->part[i]);
    }
}

/* Columns of the widest cells of a table. */
typedef struct widths {
    unsigned table;
    size_t cell[LINE_CELLS];
} widths;

static void widths_of(sink *s, const page *p, unsigned table, widths *w)
{
    *w = (widths){.table = table};
    for (size_t i = 0; i < p->count; i++) {
        const text_line *l = &p->lines[i];
        for (size_t c = 0; l->table == table && !l->gone && c + 1 < l->cells; c++) {
            size_t n = phrase_columns(s, &l->cell[c]); /* the last needs no room behind it */
            w->cell[c] = n > w->cell[c] ? n : w->cell[c];
        }
    }
}

static void put_cells(sink *s, const page *p, const text_line *l, widths *w)
{
    size_t column = l->column;
    if (l->table && l->table != w->table)
        widths_of(s, p, l->table, w);
    for (size_t c = 0; c < l->cells; c++) {
        if (c && l->table)
            sink_to(s, column);
        else if (c)
            sink_words(s, S("  "));
        put_phrase_to(s, &l->cell[c]);
        column += l->table ? w->cell[c] + 2 : 0;
    }
}

/* A command is pasted: it stands whole on a line, its own when there is no room. */
static void put_run(sink *s, const text_line *l)
{
    if (!l->run.len)
        return;
    size_t used = l->column, margin = s->options.columns;
    for (size_t c = 0; c < l->cells; c++)
        used += phrase_columns(s, &l->cell[c]) + 2;
    message m = msg_ask_run(l->run);
    if (margin && used + sink_message_columns(s, m) > margin) {
        sink_line(s);
        sink_to(s, l->column + 2);
        sink_foreign(s, l->run);
    } else {
        sink_put(s, m);
    }
}

static void put_line(sink *s, const page *p, const text_line *l, widths *w)
{
    char number[12];
    sink_indent(s, l->column);
    if (l->label != MSG_NONE) {
        sink_style(s, l->label_style);
        sink_put(s, message_of(l->label));
        sink_style(s, STYLE_PLAIN);
    }
    if (l->number) {
        int n = snprintf(number, sizeof number, "%u", l->number);
        sink_to(s, l->column - 2);
        sink_words(s, slice_of(number, (size_t)n));
    }
    if (l->cells && l->column)
        sink_to(s, l->column);
    put_cells(s, p, l, w);
    put_run(s, l);
    if (l->tag.id != MSG_NONE)
        sink_right(s, l->tag);
    sink_line(s);
    sink_indent(s, 0);
}

static void put_lines(sink *s, const page *p)
{
    widths w = {0};
    for (size_t i = 0; i < p->count; i++)
        if (!p->lines[i].gone)
            put_line(s, p, &p->lines[i], &w);
}

static status keep(void *ctx, slice bytes, err *why)
{
    buf *b = ctx;
    buf_put(b, bytes);
    return buf_status(b, why);
}

/* The lines of the language in which they are the most; those of the sink's own are kept. */
static status lay_out(const page *p, const sink *out, buf *own, uint64_t *own_lines, uint64_t *most,
                      err *why)
{
    status st = OK;
    *most = 0;
    for (language l = 0; st == OK && l < LANG_COUNT_; l++) {
        sink s;
        measuring(&s, out, l);
        if (l == out->options.language) {
            buf_clear(own);
            s.options.write = keep;
            s.options.ctx = own;
            s.options.color = out->options.color;
        }
        put_lines(&s, p);
        st = sink_flush(&s, why);
        if (l == out->options.language)
            *own_lines = sink_lines(&s);
        *most = sink_lines(&s) > *most ? sink_lines(&s) : *most;
        sink_done(&s);
    }
    return st;
}

/* Takes out the last line of the largest rank; false when none may go. */
static bool shorten(page *p)
{
    text_line *least = NULL;
    for (size_t i = 0; i < p->count; i++) {
        text_line *l = &p->lines[i];
        if (!l->gone && l->rank && (!least || l->rank >= least->rank))
            least = l;
    }
    if (!least)
        return false;
    least->gone = true;
    return true;
}

status page_print(page *p, sink *out, err *why)
{
    if (p->failed)
        return ARENA_SPENT(p->a, why);
    if (p->all) {
        put_lines(out, p);
        return OK;
    }
    CLEANUP(buf_done) buf own;
    uint64_t own_lines = 0, most = 0;
    status st;
    buf_init(&own, SINK_TEXT_MAX);
    do
        st = lay_out(p, out, &own, &own_lines, &most, why);
    while (st == OK && most > RENDER_LINES && shorten(p));
    if (st == OK)
        sink_laid(out, buf_slice(&own), own_lines);
    return st;
}
