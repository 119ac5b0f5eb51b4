/* carbonblack.c - lists of active C2 servers as Carbon Black's threat analysis unit publishes them:
 * tab-separated, first column c2_ip, the product in the file's name.
 * docs/formats/carbonblack-c2.md says what becomes which claim.
 * Source: github.com/carbonblack/active_c2_ioc_public, its files of 2021 and 2022. */
#include "format/format.h"

#include "format/carbonblack/row.h"
#include "format/emit.h"
#include "format/rows.h"

#include <stdio.h>

typedef struct document {
    emitter e;
    rows r;
    cb_file file;
    cb_row last; /* the row before, for a line that goes on with it */
    uint64_t rows_seen;
} document;

static void close_document(document *d)
{
    emit_close(&d->e);
    rows_close(&d->r);
}

static const slice names[CB_FIELD_COUNT_] = {
    [CB_IP] = S_INIT("c2_ip"),
    [CB_FIRST] = S_INIT("first_seen"),
    [CB_LAST] = S_INIT("last_seen"),
    [CB_PROTOCOL] = S_INIT("protocol"),
    [CB_PORT] = S_INIT("port"),
    [CB_VERSION] = S_INIT("version"),
    [CB_WATERMARK] = S_INIT("watermark"),
    [CB_KEY] = S_INIT("pubkey_md5"),
    [CB_DOMAINS] = S_INIT("domains"),
    [CB_HEADER] = S_INIT("host_header"),
};

/* Which column is which field; false when the header is another's. */
static bool find_columns(const row *r, cb_file *f)
{
    for (size_t i = 0; i < CB_FIELD_COUNT_; i++)
        f->column[i] = SIZE_MAX;
    for (size_t c = 0; c < r->count; c++)
        for (size_t i = 0; i < CB_FIELD_COUNT_; i++)
            if (slice_eq_nocase(slice_trim(r->field[c]), names[i]))
                f->column[i] = c;
    f->width = r->count;
    return f->column[CB_IP] != SIZE_MAX && f->column[CB_FIRST] != SIZE_MAX &&
           f->column[CB_PROTOCOL] != SIZE_MAX && f->column[CB_PORT] != SIZE_MAX;
}

/* The header's delimiter: a tab, though the files are called .csv; a comma in copies of them. */
static char delimiter_of(slice head)
{
    slice line = slice_sub(head, 0, slice_find_byte(head, '\n', 0));
    return slice_find_byte(line, '\t', 0) != SIZE_MAX ? '\t' : ',';
}

/* Surplus fields: somebody pressed the tab key twice. Empty ones behind the port are taken out, the
 * last first, until the row fits. */
static void squeeze(row *r, size_t width, size_t port)
{
    for (size_t i = r->count; i-- > port + 1 && r->count > width;) {
        if (slice_trim(r->field[i]).len)
            continue;
        for (size_t k = i; k + 1 < r->count; k++)
            r->field[k] = r->field[k + 1];
        r->count--;
    }
}

/* A line that goes on with the one before: the long list of domains was broken across two. Its
 * fields that are not empty are the domains and the host header. */
static bool goes_on(const document *d, const row *r, slice *ret_domains, slice *ret_header)
{
    slice some[2] = {{NULL, 0}, {NULL, 0}};
    size_t n = 0;
    if (!d->last.ip.len || d->last.domains.len || r->count >= d->file.width ||
        d->file.column[CB_DOMAINS] == SIZE_MAX)
        return false;
    for (size_t i = 0; i < r->count; i++) {
        slice f = slice_trim(r->field[i]);
        if (!f.len)
            continue;
        if (n == COUNT_OF(some))
            return false;
        some[n++] = f;
    }
    if (!n || slice_find(some[0], S(",/"), 0) == SIZE_MAX)
        return false;
    *ret_domains = some[0];
    *ret_header = some[1];
    return true;
}

static slice field(const document *d, const row *r, cb_field f)
{
    size_t c = d->file.column[f];
    return c < r->count ? slice_trim(r->field[c]) : (slice){NULL, 0};
}

static void take_fields(const document *d, const row *r, cb_row *ret)
{
    *ret = (cb_row){.ip = field(d, r, CB_IP),
                    .first = field(d, r, CB_FIRST),
                    .last = field(d, r, CB_LAST),
                    .protocol = field(d, r, CB_PROTOCOL),
                    .port = field(d, r, CB_PORT),
                    .version = field(d, r, CB_VERSION),
                    .watermark = field(d, r, CB_WATERMARK),
                    .key = field(d, r, CB_KEY),
                    .domains = field(d, r, CB_DOMAINS),
                    .header = field(d, r, CB_HEADER)};
}

/* The row that the next line may go on with must outlive the reader's buffer. */
static void keep_last(document *d, const cb_row *now)
{
    slice *const fields[] = {&d->last.ip,   &d->last.first,   &d->last.last,      &d->last.protocol,
                             &d->last.port, &d->last.version, &d->last.watermark, &d->last.key};
    size_t used = 0;
    d->last = *now;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (fields[i]->len > sizeof d->file.kept - used) {
            d->last = (cb_row){.ip = {NULL, 0}}; /* no real row is that long */
            return;
        }
        if (fields[i]->len)
            memcpy(d->file.kept + used, fields[i]->ptr, fields[i]->len);
        *fields[i] = slice_of(d->file.kept + used, fields[i]->len);
        used += fields[i]->len;
    }
    /* only whether they were there */
    d->last.domains = slice_of("x", now->domains.len > 0);
    d->last.header = (slice){NULL, 0};
}

static status take_row(document *d, row *r, err *why)
{
    char place[EMIT_PLACE_MAX];
    fact_record record = {
        .at = r->at, .length = r->raw.len, .line = r->line, .modified = WHEN_NONE};
    slice at = emit_line(r->line, place), domains, header;
    cb_row now = {.ip = {NULL, 0}};
    status st = OK;
    d->rows_seen++;
    emit_begin(&d->e);
    squeeze(r, d->file.width, d->file.column[CB_PORT]);
    if (r->bad) {
        st = err_set(why, ERR_INPUT, r->at, "%s", r->bad);
    } else if (r->count > d->file.width) {
        st = err_set(why, ERR_INPUT, r->at, "%zu fields, the header has %zu", r->count,
                     d->file.width);
    } else if (goes_on(d, r, &domains, &header)) {
        now = d->last;
        now.domains = domains;
        now.header = header;
        now.goes_on = true;
        d->last.domains = S("x");
        st = emit_warn(&d->e, r->at, at, why, "goes on with the line before");
    } else {
        take_fields(d, r, &now);
        keep_last(d, &now);
    }
    if (st == OK)
        st = cb_claims(&d->e, &d->file, &now, r->at, at, why);
    if (st != OK)
        return emit_refuse(&d->e, r->at, at, st, why);
    const slice parts[] = {now.ip,      now.first,     now.last, now.protocol, now.port,
                           now.version, now.watermark, now.key,  now.domains,  now.header};
    return emit_end(&d->e, &record, parts, COUNT_OF(parts), why);
}

static status read_rows(document *d, const format_input *input, err *why)
{
    row r;
    bool more;
    status st = rows_next(&d->r, &r, &more, why);
    if (st != OK)
        return st;
    if (!more || r.bad || !find_columns(&r, &d->file))
        return err_set(why, ERR_INPUT, 0, "no columns c2_ip, first_seen, protocol and port");
    st = cb_file_of(&d->e, input->path, &d->file, why);
    if (st != OK)
        return st;
    emit_keep(&d->e);
    while ((st = rows_next(&d->r, &r, &more, why)) == OK && more)
        if ((r.bad || slice_trim(r.raw).len) && (st = take_row(d, &r, why)) != OK)
            return st;
    if (st == OK && !d->rows_seen)
        /* a whole list of nothing would withdraw everything: more likely it was cut */
        return err_set(why, ERR_INPUT, 0, "the list has no rows");
    return st;
}

static status read_carbonblack(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(close_document)
    document d = {0};
    CLEANUP(arena_done)
    arena own = {0};
    format_input in = *input;
    err mine = {0};
    slice head;
    bool whole;
    fact_head h = {.format = S("carbonblack-c2"), .source = S("carbonblack-c2"), .snapshot = true};
    if (!why)
        why = &mine;
    in.memory = format_memory(input, &own);
    status st = rows_head(in.in, in.memory, 4096, &head, &whole, why);
    if (st != OK || (st = emit_open(&d.e, &in, sink, &h, why)) != OK ||
        (st = rows_open(&d.r, in.in, d.e.memory, delimiter_of(head), in.limits.line_bytes_max,
                        why)) != OK)
        return st;
    return read_rows(&d, &in, why);
}

static int sniff(slice head, slice path)
{
    slice line = slice_sub(head, 0, slice_find_byte(head, '\n', 0)), f;
    char delimiter = delimiter_of(head);
    unsigned known = 0;
    (void)path;
    if (slice_starts(line, S("\xef\xbb\xbf")))
        line = slice_from(line, 3);
    if (!slice_starts_nocase(line, names[CB_IP]))
        return 0;
    while (slice_cut(&line, delimiter, &f))
        for (size_t i = 0; i < CB_FIELD_COUNT_; i++)
            known += slice_eq_nocase(slice_trim(f), names[i]);
    return known >= 5 ? 95 : 0;
}

const format format_carbonblack = {.name = "carbonblack-c2",
                                   .version = 1,
                                   .snapshot = true,
                                   .sniff = sniff,
                                   .read = read_carbonblack};
