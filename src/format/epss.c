/* epss.c - EPSS scores: FIRST's daily file, and tables with a column EPSS that say no date. Every
 * row is one point of the series "epss": docs/formats/epss.md. Source: first.org/epss/data_stats */
#include "format/format.h"

#include "format/emit.h"
#include "format/peek.h"
#include "format/rows.h"

enum { MODEL_MAX = 64, CVE_MAX = 28, MILLION = 1000000, DIGITS = 6 };

typedef enum column { COL_CVE, COL_SCORE, COL_RANK, COL_COUNT_ } column;

typedef struct epss {
    emitter e;
    rows r;
    size_t column[COL_COUNT_], width;
    when day; /* WHEN_NONE: the document says none */
    slice detail;
    uint64_t points;
} epss;

/* "0.00043", "1", "4.3e-4": a share in millionths, rounded. */
static bool share(slice text, uint64_t *ret)
{
    uint64_t n = 0, exponent = 0;
    int scale = 0;
    size_t e = slice_find_byte(text, 'e', 0);
    slice body = slice_sub(text, 0, e < text.len ? e : text.len);
    bool point = false, some = false, up = false;
    if (e != SIZE_MAX && (!slice_starts(slice_from(text, e), S("e-")) ||
                          !slice_u64(slice_from(text, e + 2), &exponent) || exponent > 20))
        return false;
    int places = DIGITS - (int)exponent; /* decimals of the body that count */
    for (size_t i = 0; i < body.len; i++) {
        char c = body.ptr[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c) || n > MILLION)
            return false;
        some = true;
        if (point && scale >= places) {
            up |= scale == places && c >= '5';
            scale++;
            continue;
        }
        n = n * 10 + (uint64_t)(c - '0');
        scale += point;
    }
    for (; scale < places && n <= MILLION; scale++)
        n *= 10;
    for (int less = places; less < 0; less++) /* digits before the point that are too small */
        n = less == -1 ? (n + 5) / 10 : n / 10;
    *ret = n + up;
    return some && *ret <= MILLION;
}

static bool cve_id(slice s)
{
    if (s.len < 13 || s.len > CVE_MAX || !slice_starts(s, S("CVE-")) || s.ptr[8] != '-')
        return false;
    for (size_t i = 4; i < s.len; i++)
        if (i != 8 && !is_digit(s.ptr[i]))
            return false;
    return true;
}

/* --- the head -------------------------------------------------------------------------------- */

/* "#model_version:v2025.03.14", "score_date:2025-08-25T00:00:00+0000" */
static status take_comment(epss *x, const row *line, err *why)
{
    detail d = {0};
    for (size_t i = 0; i < line->count; i++) {
        slice f = slice_trim(line->field[i]), name;
        if (slice_starts(f, S("#")))
            f = slice_from(f, 1);
        if (!slice_cut(&f, ':', &name))
            continue;
        if (slice_eq(slice_trim(name), S("model_version")) && f.len <= MODEL_MAX && !d.count)
            detail_text(&d, "model", slice_trim(f));
        else if (slice_eq(slice_trim(name), S("score_date")) &&
                 when_parse(slice_trim(f), &x->day) != OK)
            return err_set(why, ERR_INPUT, line->at, "score_date is no date");
    }
    return emit_detail(&x->e, &d, &x->detail, why);
}

static bool take_header(epss *x, const row *line)
{
    static const slice names[COL_COUNT_][2] = {
        {S_INIT("cve"), S_INIT("cveid")},
        {S_INIT("epss"), S_INIT("epss score")},
        {S_INIT("percentile"), S_INIT("epss percentile")},
    };
    for (size_t c = 0; c < COL_COUNT_; c++) {
        x->column[c] = SIZE_MAX;
        for (size_t i = 0; i < line->count; i++)
            for (size_t k = 0; k < 2; k++)
                if (slice_eq_nocase(slice_trim(line->field[i]), names[c][k]))
                    x->column[c] = i;
    }
    x->width = line->count;
    return x->column[COL_CVE] != SIZE_MAX && x->column[COL_SCORE] != SIZE_MAX &&
           x->column[COL_RANK] != SIZE_MAX;
}

/* Comments, then the names of the columns. */
static status read_head(epss *x, err *why)
{
    enum { COMMENTS_MAX = 16 };
    row line;
    bool more;
    status st = OK;
    for (size_t i = 0; st == OK && i < COMMENTS_MAX; i++) {
        if ((st = rows_next(&x->r, &line, &more, why)) != OK || !more)
            break;
        if (!line.bad && slice_starts(line.raw, S("#")))
            st = take_comment(x, &line, why);
        else if (!line.bad && take_header(x, &line))
            return OK;
        else
            break;
    }
    return st == OK ? err_set(why, ERR_INPUT, 0, "no columns cve, epss and percentile") : st;
}

/* --- points ---------------------------------------------------------------------------------- */

static status point(epss *x, const row *line, slice *ret_parts, err *why)
{
    fact_claim c = emit_blank();
    char quote[ERR_QUOTE_MAX];
    slice cell[COL_COUNT_];
    uint64_t score, rank;
    if (line->bad)
        return err_set(why, ERR_INPUT, line->at, "%s", line->bad);
    if (line->count > x->width)
        return err_set(why, ERR_INPUT, line->at, "%zu fields, the header has %zu", line->count,
                       x->width);
    for (size_t i = 0; i < COL_COUNT_; i++)
        cell[i] = x->column[i] < line->count ? slice_trim(line->field[x->column[i]]) : S("");
    if (!cve_id(cell[COL_CVE]))
        return err_set(why, ERR_INPUT, line->at, "\"%s\" is no CVE id",
                       err_quote(cell[COL_CVE], quote));
    if (!share(cell[COL_SCORE], &score) || !share(cell[COL_RANK], &rank))
        return err_set(why, ERR_INPUT, line->at, "score or percentile of %.*s is none",
                       SLICE_FMT(cell[COL_CVE]));
    c.subject.kind = KIND_VULNERABILITY;
    c.predicate = PRED_MEASURED;
    c.valid_from = x->day;
    c.detail = x->detail;
    c.value = arena_printf(x->e.memory, "epss %llu %llu", (unsigned long long)score,
                           (unsigned long long)rank);
    if (!c.value.ptr || !arena_copy(x->e.memory, cell[COL_CVE], &c.subject.text))
        return ARENA_SPENT(x->e.memory, why);
    ret_parts[0] = c.subject.text;
    ret_parts[1] = c.value;
    return emit_claim(&x->e, &c, why);
}

static status take_row(epss *x, const row *line, err *why)
{
    char place[EMIT_PLACE_MAX];
    slice parts[2];
    fact_record r = {.at = line->at, .line = line->line, .modified = WHEN_NONE};
    r.length = line->raw.len;
    emit_begin(&x->e);
    x->points++;
    status st = point(x, line, parts, why);
    if (st != OK)
        return emit_refuse(&x->e, r.at, emit_line(r.line, place), st, why);
    return emit_end(&x->e, &r, parts, COUNT_OF(parts), why);
}

static void close_epss(epss *x)
{
    rows_close(&x->r);
    emit_close(&x->e);
}

static status read_epss(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(close_epss)
    epss x = {.day = WHEN_NONE};
    err mine = {0};
    row line;
    bool more;
    int first;
    fact_head head = {.format = S("epss"), .source = S("first-epss")};
    if (!why)
        why = &mine;
    status st = peek_first(input->in, &first, why);
    if (first != '#') /* a table of somebody's: whoever imports it says whose */
        head.source = S("");
    if (st != OK || (st = emit_open(&x.e, input, sink, &head, why)) != OK ||
        (st = rows_open(&x.r, input->in, x.e.memory, ',', input->limits.record_bytes_max, why)) !=
            OK ||
        (st = read_head(&x, why)) != OK)
        return st;
    emit_keep(&x.e);
    while ((st = rows_next(&x.r, &line, &more, why)) == OK && more)
        if ((line.bad || slice_trim(line.raw).len) && (st = take_row(&x, &line, why)) != OK)
            break;
    return st == OK && !x.points ? err_set(why, ERR_INPUT, 0, "there is no score") : st;
}

static int sniff(slice head, slice path)
{
    slice line, cell;
    bool cve = false, score = false, rank = false;
    (void)path;
    if (slice_starts(head, S("\xef\xbb\xbf")))
        head = slice_from(head, 3);
    if (slice_starts(head, S("#model_version:")))
        return slice_find(head, S("cve,epss,percentile"), 0) != SIZE_MAX ? 96 : 0;
    slice_cut(&head, '\n', &line);
    while (slice_cut(&line, ',', &cell)) {
        cell = slice_trim(cell);
        cve |= slice_eq_nocase(cell, S("cve"));
        score |= slice_eq_nocase(cell, S("epss"));
        rank |=
            slice_eq_nocase(cell, S("percentile")) || slice_eq_nocase(cell, S("epss percentile"));
    }
    return cve && score && rank ? 96 : 0;
}

const format format_epss = {.name = "epss", .version = 1, .sniff = sniff, .read = read_epss};
