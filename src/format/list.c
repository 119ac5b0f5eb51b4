/* list.c - lists of indicators, one or a few a line: the document. docs/formats/lists.md says what
 * becomes which claim. What stands above a value (a comment, a title) is kept with it, because it
 * often names the report or the malware. */
#include "format/format.h"

#include "format/emit.h"
#include "format/list/guess.h"
#include "format/list/line.h"
#include "format/rows.h"
#include "format/phrase.h"

#include <stdio.h>

typedef struct list {
    emitter e;
    rows r;
    list_guess g;
    list_hint hint; /* of the file, or of the title above */
    /* comments and titles above the values, as one text; gone after a blank line behind values */
    char context[LIST_CONTEXT_MAX];
    size_t context_len;
    slice context_use;      /* what it says in plain words that its values are used for */
    unsigned comment_lines; /* of the block being read */
    bool in_comment, long_comment;
    bool begun, values_since; /* a value was read; one since the context was set */
    uint64_t taken;
} list;

static void close_list(list *l)
{
    emit_close(&l->e);
    rows_close(&l->r);
}

/* --- context --------------------------------------------------------------------------------- */

static void add_context(list *l, slice text)
{
    size_t blank = l->context_len > 0;
    if (!text.len)
        return;
    l->comment_lines++;
    if (l->context_len + blank + text.len > LIST_CONTEXT_MAX) {
        l->long_comment = true;
        return;
    }
    if (blank)
        l->context[l->context_len++] = ' ';
    memcpy(l->context + l->context_len, text.ptr, text.len);
    l->context_len += text.len;
}

static void begin_context(list *l)
{
    l->context_len = 0;
    l->context_use = (slice){NULL, 0};
    l->comment_lines = 0;
    l->long_comment = false;
    l->values_since = false;
    l->hint = l->g.hint;
}

/* The comment block is over. The first one of a document, if it has several lines, speaks of the
 * document and not of the values behind it; one that is very long speaks of neither. */
static void end_comment(list *l)
{
    l->in_comment = false;
    if (l->long_comment || (!l->begun && l->comment_lines > 1))
        l->context_len = 0;
    slice text = slice_of(l->context, l->context_len);
    phrase w;
    if (phrase_cut(text, &w) && w.count <= 6 && slice_find(text, S("//"), 0) == SIZE_MAX) {
        slice use = l->hint.use;
        list_hint_of(text, &l->hint);
        l->hint.use = use; /* only plain words in free text, see role() */
    }
    phrase_use_in(text, true, &l->context_use);
}

static void set_title(list *l, slice text)
{
    list_hint h = {0};
    begin_context(l);
    list_hint_of(text, &l->hint);
    want w;
    list_hint_of(text, &h);
    if (!want_by_word(text, &w)) /* "SHA256:" says nothing that the value does not */
        add_context(l, text);
    phrase_use_in(text, true, &l->context_use);
    l->begun = true;
}

static slice context(const list *l)
{
    return slice_of(l->context, l->context_len);
}

/* "Reference: https://..." without the word and the address: what is left to say. */
static slice section_text(slice s)
{
    static const slice marks[] = {S_INIT("Reference:"), S_INIT("References:"), S_INIT("Source:")};
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (slice_starts_nocase(s, marks[i])) {
            s = slice_trim(slice_from(s, marks[i].len));
            if (slice_starts_nocase(s, S("http")) && slice_find_byte(s, ' ', 0) == SIZE_MAX)
                return (slice){NULL, 0};
        }
    return s;
}

/* --- claims ---------------------------------------------------------------------------------- */

/* Addresses of reports in a comment: an indicator would be defanged, or be the value. */
static size_t urls(slice text, slice *out, size_t room)
{
    size_t n = 0, i = 0;
    while (i < text.len && n < room) {
        size_t start = i;
        while (i < text.len && !is_space(text.ptr[i]) && !strchr(";\"<>)", text.ptr[i]))
            i++;
        slice w = slice_sub(text, start, i++);
        size_t at = slice_find(w, S("http"), 0);
        if (at != SIZE_MAX)
            w = slice_from(w, at);
        if ((slice_starts(w, S("https://")) || slice_starts(w, S("http://"))) &&
            w.len <= NODE_TEXT_MAX && w.len > 8)
            out[n++] = w;
    }
    return n;
}

static status origins(list *l, slice comment, err *why)
{
    enum { MAX = 8 };
    slice *found = arena_array(l->e.memory, MAX, sizeof *found);
    if (!found)
        return ARENA_SPENT(l->e.memory, why);
    size_t n = urls(comment, found, MAX);
    if (!n)
        n = urls(context(l), found, MAX);
    l->e.common.origins = found;
    l->e.common.origin_count = n;
    return OK;
}

static bool is_network(kind k)
{
    return k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_CIDR || k == KIND_DOMAIN || k == KIND_URL;
}

/* From the comment or the title in plain words, else from the file's name. */
static slice role(const list *l, slice comment)
{
    slice use = l->context_use.len ? l->context_use : l->hint.use;
    phrase_use_in(comment, true, &use);
    return use;
}

static status say(list *l, const list_line *line, const observable *o, err *why)
{
    detail d = {0};
    fact_claim c = emit_blank();
    status st;
    c.subject = (node_ref){o->kind, o->value};
    c.predicate = l->g.polarity.len ? PRED_LISTED : PRED_INDICATES;
    c.value = line->comment;
    detail_text(&d, "polarity", l->g.polarity);
    detail_text(&d, "section", section_text(context(l)));
    if (line->score >= 0)
        detail_int(&d, "score", line->score);
    if (is_network(o->kind))
        detail_text(&d, "role", role(l, line->comment));
    if (o->port)
        detail_int(&d, "port", o->port);
    if (kind_is_hash(o->kind))
        detail_text(&d, "filename", line->filename);
    if ((st = emit_detail(&l->e, &d, &c.detail, why)) != OK)
        return st;
    return emit_claim(&l->e, &c, why);
}

/* Two hashes of different kinds in one line are one file's. */
static status same_file(list *l, const list_line *line, err *why)
{
    for (size_t i = 1; i < line->count; i++) {
        const observable *a = &line->o[0], *b = &line->o[i];
        if (!kind_is_hash(a->kind) || !kind_is_hash(b->kind) || a->kind == b->kind)
            continue;
        fact_claim c = emit_blank();
        c.subject = (node_ref){a->kind, a->value};
        c.predicate = PRED_HASHES_WITH;
        c.object = (node_ref){b->kind, b->value};
        status st = emit_claim(&l->e, &c, why);
        if (st != OK)
            return st;
    }
    return OK;
}

static status values(list *l, const list_line *line, err *why)
{
    status st = origins(l, line->comment, why);
    l->e.common.first_seen = line->seen;
    for (size_t i = 0; i < line->count && st == OK; i++)
        st = say(l, line, &line->o[i], why);
    return st == OK ? same_file(l, line, why) : st;
}

/* A pattern for names of files, or a word to look for, as LOKI's lists have them. */
static status pattern(list *l, slice text, list_line *line, err *why)
{
    slice regex, except;
    detail d = {0};
    fact_claim c = emit_blank();
    status st;
    if (l->g.keywords || !list_cut_regex(text, &regex, &line->score, &except))
        regex = text; /* without a score */
    slice both = arena_printf(l->e.memory, "%s=%.*s", l->g.keywords ? "keyword" : "filename-regex",
                              SLICE_FMT(regex));
    if (!both.ptr)
        return ARENA_SPENT(l->e.memory, why);
    if ((st = cell_observable(l->e.memory, both, (want){WANT_KIND, KIND_PROPERTY}, &line->o[0],
                              why)) != OK ||
        (st = origins(l, (slice){NULL, 0}, why)) != OK)
        return st;
    c.subject = (node_ref){line->o[0].kind, line->o[0].value};
    c.predicate = PRED_INDICATES;
    detail_text(&d, "section", section_text(context(l)));
    detail_text(&d, "except", line->score >= 0 ? except : (slice){NULL, 0});
    if (line->score >= 0)
        detail_int(&d, "score", line->score);
    if ((st = emit_detail(&l->e, &d, &c.detail, why)) != OK)
        return st;
    return emit_claim(&l->e, &c, why);
}

/* --- lines ----------------------------------------------------------------------------------- */

static status take_values(list *l, const row *r, list_line *line, status st, err *why)
{
    char place[EMIT_PLACE_MAX];
    fact_record record = {
        .at = r->at, .length = r->raw.len, .line = r->line, .modified = WHEN_NONE};
    const slice parts[] = {slice_trim(r->raw), context(l)};
    l->begun = l->values_since = true;
    if (st == OK && (l->g.regex || l->g.keywords))
        st = pattern(l, slice_trim(r->raw), line, why);
    else if (st == OK && line->what == LIST_VALUES)
        st = values(l, line, why);
    else if (st == OK)
        st = ERR_INPUT; /* why says what was nearest */
    if (st != OK)
        return emit_refuse(&l->e, r->at, emit_line(r->line, place), st, why);
    l->taken++;
    return emit_end(&l->e, &record, parts, COUNT_OF(parts), why);
}

/* A value that was commented out says nothing about the values behind it. */
static status take_comment(list *l, slice text, err *why)
{
    const list_hint none = {0};
    list_line line;
    if (!l->in_comment)
        begin_context(l);
    l->in_comment = true;
    status st = list_read_line(l->e.memory, text, &none, &line, why);
    if (st == OK && !(line.what == LIST_VALUES && line.clear))
        add_context(l, text);
    return st;
}

static status take_line(list *l, const row *r, err *why)
{
    list_line line = {.what = LIST_UNREAD, .score = -1};
    status st = OK;
    emit_begin(&l->e);
    if (r->bad)
        return take_values(l, r, &line, err_set(why, ERR_INPUT, r->at, "%s", r->bad), why);
    st = list_read_line(l->e.memory, r->raw, &l->hint, &line, why);
    if (st != OK)
        return take_values(l, r, &line, st, why);
    if (line.what == LIST_COMMENT) {
        return take_comment(l, line.text, why);
    }
    if (l->in_comment)
        end_comment(l);
    if (line.what == LIST_BLANK) {
        if (l->values_since)
            begin_context(l);
        return OK;
    }
    if (line.what == LIST_TITLE && !l->g.regex && !l->g.keywords) {
        set_title(l, line.text);
        return OK;
    }
    /* the comment may have told the kind: read it again */
    if (!l->values_since)
        st = list_read_line(l->e.memory, r->raw, &l->hint, &line, why);
    return take_values(l, r, &line, st, why);
}

/* What the file's name adds to every line. */
static void name_context(list *l)
{
    emit_context(&l->e, l->g.hint.use);
    emit_context(&l->e, l->g.hint.property);
    emit_context(&l->e, l->g.polarity);
    emit_context(&l->e, l->g.hint.some ? slice_str(kind_name(l->g.hint.want.kind)) : S(""));
}

static status read_list(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(arena_done)
    arena own = {0};
    CLEANUP(close_list)
    list l = {0};
    format_input in = *input;
    err mine = {0};
    slice head;
    row r;
    bool whole, more;
    if (!why)
        why = &mine;
    in.memory = format_memory(input, &own);
    status st = rows_head(in.in, in.memory, FORMAT_SNIFF_BYTES, &head, &whole, why);
    if (st == OK)
        st = list_look(in.memory, head, whole, in.path, &l.g, why);
    if (st != OK)
        return st;
    fact_head h = {.format = S("list"), .marking = l.g.marking, .marked = l.g.marked};
    if ((st = emit_open(&l.e, &in, sink, &h, why)) != OK ||
        (st = rows_open(&l.r, in.in, l.e.memory, 0, in.limits.line_bytes_max, why)) != OK)
        return st;
    name_context(&l);
    emit_keep(&l.e);
    begin_context(&l);
    while ((st = rows_next(&l.r, &r, &more, why)) == OK && more)
        if ((st = take_line(&l, &r, why)) != OK)
            return st;
    if (st == OK && !l.taken)
        return err_set(why, ERR_INPUT, 0, "no line of it is an indicator");
    return st;
}

static int sniff(slice head, slice path)
{
    CLEANUP(arena_done)
    arena a;
    list_guess g;
    arena_init(&a, 16 << 20);
    if (list_look(&a, head, head.len < FORMAT_SNIFF_BYTES, path, &g, NULL) != OK)
        return 0;
    return g.sure;
}

const format format_list = {.name = "list", .version = 2, .sniff = sniff, .read = read_list};
