/* ipsum.c - the IPsum feed: addresses, and on how many public blacklists each stands.
 * docs/formats/ipsum.md says what becomes which claim, and why a count becomes its confidence. */
#include "format/format.h"

#include "format/dates.h"
#include "format/emit.h"
#include "format/rows.h"
#include "model/observable.h"

enum { LISTS_MAX = 10000, HEAD_BYTES = 4 << 10 };

typedef struct ipsum {
    emitter e;
    rows r;
    when updated; /* of the header; WHEN_NONE */
    uint64_t rows_seen;
} ipsum;

static void close_ipsum(ipsum *d)
{
    emit_close(&d->e);
    rows_close(&d->r);
}

/* One list errs easily, and lists copy from each other: 1 is 20, 3 is 50, 8 and more are 85. Never
 * more, because the feed does not say which lists they are. */
static int confidence_of(uint64_t lists)
{
    static const int steps[] = {0, 20, 35, 50, 60, 68, 75, 80, 85};
    return steps[lists < COUNT_OF(steps) ? lists : COUNT_OF(steps) - 1];
}

/* "# Last update: Sat, 22 Aug 2026 03:00:29 +0200" */
static void read_comment(ipsum *d, slice line)
{
    static const slice mark = S_INIT("Last update:");
    size_t at = slice_find(line, mark, 0);
    when t;
    if (at != SIZE_MAX &&
        date_read(slice_trim(slice_from(line, at + mark.len)), DATE_MONTH_FIRST, &t))
        d->updated = t - t % WHEN_DAY; /* of two feeds of one day the statements are the same */
}

static status read_row(ipsum *d, const row *r, fact_claim *c, err *why)
{
    char quote[ERR_QUOTE_MAX];
    slice rest = slice_trim(r->raw), address;
    uint64_t lists;
    observable o;
    detail more = {0};
    size_t end = 0;
    if (r->bad)
        return err_set(why, ERR_INPUT, r->at, "%s", r->bad);
    while (end < rest.len && !is_space(rest.ptr[end]))
        end++;
    address = slice_sub(rest, 0, end);
    rest = slice_trim(slice_from(rest, end));
    if (!slice_u64(rest, &lists) || lists == 0 || lists > LISTS_MAX)
        return err_set(why, ERR_INPUT, r->at, "\"%s\" is no number of lists",
                       err_quote(rest, quote));
    if (address.len > OBSERVABLE_TEXT_MAX)
        return err_set(why, ERR_INPUT, r->at, "an address of %zu bytes", address.len);
    status st = observable_parse(d->e.memory, address, KIND_IPV4, &o, why);
    if (st != OK)
        return st;
    detail_int(&more, "count", (int64_t)lists);
    *c = emit_blank();
    c->subject = (node_ref){o.kind, o.value};
    c->predicate = PRED_INDICATES;
    c->confidence = confidence_of(lists);
    c->last_seen = d->updated;
    return emit_detail(&d->e, &more, &c->detail, why);
}

static status take_row(ipsum *d, const row *r, err *why)
{
    char place[EMIT_PLACE_MAX];
    fact_claim c;
    fact_record record = {
        .at = r->at, .length = r->raw.len, .line = r->line, .modified = WHEN_NONE};
    d->rows_seen++;
    emit_begin(&d->e);
    status st = read_row(d, r, &c, why);
    if (st == OK)
        st = emit_claim(&d->e, &c, why);
    if (st != OK)
        return emit_refuse(&d->e, r->at, emit_line(r->line, place), st, why);
    return emit_end(&d->e, &record, NULL, 0, why);
}

static status read_ipsum(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(arena_done)
    arena own = {0};
    CLEANUP(close_ipsum)
    ipsum d = {.updated = WHEN_NONE};
    format_input in = *input;
    err mine = {0};
    row r;
    bool more;
    const fact_head h = {.format = S("ipsum"), .source = S("ipsum"), .snapshot = true};
    if (!why)
        why = &mine;
    in.memory = format_memory(input, &own);
    status st = emit_open(&d.e, &in, sink, &h, why);
    if (st != OK ||
        (st = rows_open(&d.r, in.in, d.e.memory, 0, in.limits.record_bytes_max, why)) != OK)
        return st;
    emit_keep(&d.e);
    while ((st = rows_next(&d.r, &r, &more, why)) == OK && more) {
        slice s = slice_trim(r.raw);
        if (!r.bad && s.len && s.ptr[0] == '#')
            read_comment(&d, s);
        else if ((r.bad || s.len) && (st = take_row(&d, &r, why)) != OK)
            return st;
    }
    if (st == OK && !d.rows_seen)
        /* a whole list of nothing would withdraw everything: more likely it was cut */
        return err_set(why, ERR_INPUT, 0, "the list has no rows");
    return st;
}

static int sniff(slice head, slice path)
{
    (void)path;
    head = slice_trim(slice_sub(head, 0, HEAD_BYTES));
    return head.len && head.ptr[0] == '#' &&
                   slice_find(slice_sub(head, 0, slice_find_byte(head, '\n', 0)),
                              S("IPsum Threat Intelligence Feed"), 0) != SIZE_MAX
               ? 95
               : 0;
}

const format format_ipsum = {.name = "ipsum",
                             .version = 1,
                             .snapshot = true,
                             .one_list = true,
                             .sniff = sniff,
                             .read = read_ipsum};
