/* kev.c - CISA's catalogue of Known Exploited Vulnerabilities, as JSON and as CSV: one reading of
 * an entry, two ways to its fields. docs/formats/kev.md says what becomes which claim.
 * Source: known_exploited_vulnerabilities_schema.json of github.com/cisagov/kev-data. */
#include "format/format.h"

#include "base/json.h"
#include "format/emit.h"
#include "format/peek.h"
#include "format/rows.h"

#include <stdio.h>

enum { CWES_MAX = 64, CVE_TEXT_MAX = 32, VERSION_MAX = 32 };

typedef enum field {
    FIELD_CVE,
    FIELD_VENDOR,
    FIELD_PRODUCT,
    FIELD_NAME,
    FIELD_ADDED,
    FIELD_DESCRIPTION,
    FIELD_ACTION,
    FIELD_DUE,
    FIELD_RANSOMWARE,
    FIELD_NOTES,
    FIELD_CWES,
    FIELD_COUNT_
} field;

static const slice names[] = {
    [FIELD_CVE] = S_INIT("cveID"),
    [FIELD_VENDOR] = S_INIT("vendorProject"),
    [FIELD_PRODUCT] = S_INIT("product"),
    [FIELD_NAME] = S_INIT("vulnerabilityName"),
    [FIELD_ADDED] = S_INIT("dateAdded"),
    [FIELD_DESCRIPTION] = S_INIT("shortDescription"),
    [FIELD_ACTION] = S_INIT("requiredAction"),
    [FIELD_DUE] = S_INIT("dueDate"),
    [FIELD_RANSOMWARE] = S_INIT("knownRansomwareCampaignUse"),
    [FIELD_NOTES] = S_INIT("notes"),
    [FIELD_CWES] = S_INIT("cwes"),
};
_Static_assert(COUNT_OF(names) == FIELD_COUNT_, "a field without a name");

typedef struct entry {
    slice text[FIELD_COUNT_]; /* trimmed; FIELD_CWES: "CWE-1, CWE-2" of the CSV */
    slice cwe[CWES_MAX];
    size_t cwes;
} entry;

/* --- checks ---------------------------------------------------------------------------------- */

/* CVE-YYYY-N...: CVE id syntax of 2014, four to nineteen digits behind. */
static bool cve_id(slice s, char out[CVE_TEXT_MAX], slice *ret)
{
    if (s.len < 13 || s.len > 28 || !slice_starts_nocase(s, S("CVE-")) || s.ptr[8] != '-')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (i > 3 && i != 8 && !is_digit(s.ptr[i]))
            return false;
        out[i] = to_upper(s.ptr[i]);
    }
    *ret = slice_of(out, s.len);
    return true;
}

/* A day, written YYYY-MM-DD; some editions have a time behind it. */
static status day(slice text, const char *what, char out[WHEN_TEXT_MAX], when *ret, err *why)
{
    char quote[ERR_QUOTE_MAX];
    if (text.len < 10 || when_parse(text, ret) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s \"%s\" is no date", what,
                       err_quote(text, quote));
    when_date(*ret, out);
    return OK;
}

/* The URLs of the notes, which stand between words, blanks and semicolons. */
static size_t urls(slice notes, slice out[FACT_ORIGINS_MAX])
{
    size_t n = 0, i = 0;
    while (i < notes.len && n < FACT_ORIGINS_MAX) {
        size_t start = i;
        while (i < notes.len && !is_space(notes.ptr[i]) && notes.ptr[i] != ';' &&
               notes.ptr[i] != ',' && notes.ptr[i] != '"')
            i++;
        slice word = slice_sub(notes, start, i);
        if ((slice_starts_nocase(word, S("https://")) || slice_starts_nocase(word, S("http://"))) &&
            word.len <= NODE_TEXT_MAX)
            out[n++] = word;
        i++;
    }
    return n;
}

/* --- claims ---------------------------------------------------------------------------------- */

static status exploited(emitter *e, const entry *x, node_ref cve, err *why)
{
    char added[WHEN_TEXT_MAX], due[WHEN_TEXT_MAX];
    when when_due;
    detail d = {0};
    slice cwes;
    fact_claim c = emit_blank();
    status st = day(x->text[FIELD_ADDED], "dateAdded", added, &c.first_seen, why);
    if (st != OK)
        return st;
    detail_text(&d, "date_added", slice_str(added));
    if (x->text[FIELD_DUE].len) {
        if ((st = day(x->text[FIELD_DUE], "dueDate", due, &when_due, why)) != OK)
            return st;
        detail_text(&d, "due_date", slice_str(due));
    }
    detail_text(&d, "ransomware", x->text[FIELD_RANSOMWARE]);
    detail_text(&d, "required_action", x->text[FIELD_ACTION]);
    detail_text(&d, "vendor", x->text[FIELD_VENDOR]);
    detail_text(&d, "product", x->text[FIELD_PRODUCT]);
    if (x->cwes) {
        if ((st = emit_array(e, x->cwe, x->cwes, &cwes, why)) != OK)
            return st;
        detail_raw(&d, "cwes", cwes);
    }
    if ((st = emit_detail(e, &d, &c.detail, why)) != OK)
        return st;
    c.subject = cve;
    c.predicate = PRED_EXPLOITED;
    return emit_claim(e, &c, why);
}

static status affects(emitter *e, const entry *x, node_ref cve, err *why)
{
    slice vendor = x->text[FIELD_VENDOR], product = x->text[FIELD_PRODUCT];
    detail d = {0};
    fact_claim c = emit_blank();
    status st;
    slice both = arena_printf(e->memory, "%.*s %.*s", SLICE_FMT(vendor), SLICE_FMT(product));
    if (!both.ptr)
        return ARENA_SPENT(e->memory, why);
    if (!slice_trim(both).len)
        return OK;
    c.subject = cve;
    c.predicate = PRED_AFFECTS;
    detail_text(&d, "vendor", vendor);
    detail_text(&d, "product", product);
    if ((st = emit_node(e, KIND_PRODUCT, "name:", both, &c.object, why)) != OK ||
        (st = emit_detail(e, &d, &c.detail, why)) != OK || (st = emit_claim(e, &c, why)) != OK)
        return st;
    /* "Git Git" is called Git */
    return emit_named_once(e, c.object, slice_starts_nocase(product, vendor) ? product : both, why);
}

static status claims(emitter *e, const entry *x, err *why)
{
    char text[CVE_TEXT_MAX], quote[ERR_QUOTE_MAX];
    slice id, *origins = arena_array(e->memory, FACT_ORIGINS_MAX, sizeof *origins);
    node_ref cve = {KIND_VULNERABILITY};
    status st;
    if (!origins)
        return ARENA_SPENT(e->memory, why);
    if (!cve_id(x->text[FIELD_CVE], text, &id))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "cveID \"%s\" is no CVE id",
                       err_quote(x->text[FIELD_CVE], quote));
    if (!arena_copy(e->memory, id, &cve.text))
        return ARENA_SPENT(e->memory, why);
    e->common.origins = origins;
    e->common.origin_count = urls(x->text[FIELD_NOTES], origins);
    if ((st = emit_named(e, cve, cve.text, "id", NULL, why)) != OK ||
        (st = emit_named(e, cve, x->text[FIELD_NAME], "title", NULL, why)) != OK ||
        (st = exploited(e, x, cve, why)) != OK)
        return st;
    if (x->text[FIELD_DESCRIPTION].len) {
        fact_claim c = emit_blank();
        c.subject = cve;
        c.predicate = PRED_DESCRIBED;
        c.value = x->text[FIELD_DESCRIPTION];
        if ((st = emit_claim(e, &c, why)) != OK)
            return st;
    }
    return affects(e, x, cve, why);
}

/* The entry as claims, or as a refusal. The content is the same in both formats. */
static status take(emitter *e, fact_record *r, const entry *x, status st, err *why)
{
    slice parts[FIELD_COUNT_ + CWES_MAX];
    size_t n = 0;
    char place[EMIT_PLACE_MAX];
    if (st == OK)
        st = claims(e, x, why);
    if (st != OK)
        return emit_refuse(e, r->at, r->line ? emit_line(r->line, place) : r->place, st, why);
    for (; n < FIELD_CWES; n++)
        parts[n] = x->text[n];
    for (size_t i = 0; i < x->cwes; i++)
        parts[n++] = x->cwe[i];
    return emit_end(e, r, parts, n, why);
}

/* --- JSON ------------------------------------------------------------------------------------ */

typedef struct kev {
    emitter e;
    json_limits limits;
    uint64_t entries;
    int64_t count; /* what the catalogue says of itself; -1: nothing */
    char released[WHEN_TEXT_MAX], version[VERSION_MAX + 1];
} kev;

static void fields_of(const json *v, entry *x)
{
    for (size_t i = 0; i < FIELD_COUNT_; i++)
        x->text[i] = slice_trim(json_text(json_get(v, names[i])));
    const json *list = json_get(v, names[FIELD_CWES]);
    for (const json *t = json_is(list, JSON_ARRAY) ? list->first : NULL; t && x->cwes < CWES_MAX;
         t = t->next)
        if (slice_trim(json_text(t)).len)
            x->cwe[x->cwes++] = slice_trim(json_text(t));
}

static status take_item(kev *k, const json_part *p, err *why)
{
    char place[48];
    json *v = NULL;
    entry x = {0};
    fact_record r = {.at = p->at, .length = p->length, .modified = WHEN_NONE};
    r.place = slice_of(place, (size_t)snprintf(place, sizeof place, "/vulnerabilities/%llu",
                                               (unsigned long long)p->index));
    emit_begin(&k->e);
    k->entries++;
    status st = p->over ? json_part_over(p, k->limits.bytes_max, why)
                        : emit_parse(&k->e, p->raw, &k->limits, &v, why);
    if (st == OK && !json_is(v, JSON_OBJECT))
        st = err_set(why, ERR_INPUT, p->at, "the entry is no object");
    if (st == OK)
        fields_of(v, &x);
    return take(&k->e, &r, &x, st, why);
}

static void take_edition(kev *k, bool released, slice text)
{
    when t;
    if (released && when_parse(text, &t) == OK)
        when_iso(t, k->released);
    else if (!released && text.len <= VERSION_MAX)
        memcpy(k->version, text.ptr, text.len);
}

/* Which edition this document is: what an entry says is then known to have been said on a day. */
static status tell_edition(kev *k, err *why)
{
    detail d = {0};
    fact_claim c = emit_blank();
    fact_record r = {.place = S("/dateReleased"), .modified = WHEN_NONE};
    slice parts[] = {S("edition"), slice_str(k->released), slice_str(k->version)};
    if (!k->released[0])
        return OK;
    emit_begin(&k->e);
    detail_text(&d, "name", S("edition"));
    detail_text(&d, "released", parts[1]);
    detail_text(&d, "version", parts[2]);
    c.subject = (node_ref){KIND_REPORT, S("cisa-kev:catalogue")};
    c.predicate = PRED_PROPERTY;
    status st = emit_detail(&k->e, &d, &c.detail, why);
    if (st == OK)
        st = emit_claim(&k->e, &c, why);
    return st == OK ? emit_end(&k->e, &r, parts, COUNT_OF(parts), why)
                    : emit_refuse(&k->e, r.at, r.place, st, why);
}

static status take_part(kev *k, const json_part *p, err *why)
{
    json *v;
    if (p->doc > 0)
        return err_set(why, ERR_INPUT, p->at, "a second document follows");
    if (p->kind == JSON_PART_ITEM && slice_eq(p->key, S("vulnerabilities")))
        return take_item(k, p, why);
    if (p->kind == JSON_PART_ITEM || slice_eq(p->key, S("vulnerabilities")))
        return err_set(why, ERR_INPUT, p->at, "no array \"vulnerabilities\": this is no catalogue");
    bool released = slice_eq(p->key, S("dateReleased"));
    bool version = slice_eq(p->key, S("catalogVersion"));
    if (!released && !version && !slice_eq(p->key, S("count")))
        return OK;
    emit_begin(&k->e);
    status st = emit_parse(&k->e, p->raw, &k->limits, &v, why);
    if (released || version) {
        if (st == OK)
            take_edition(k, released, slice_trim(json_text(v)));
        return st;
    }
    if (st == OK && (!json_whole(v, &k->count) || k->count < 0))
        st = err_set(why, ERR_INPUT, p->at, "\"count\" is no number of entries");
    return st;
}

/* A whole list of nothing would withdraw everything: more likely it was cut or is another thing. */
static status nothing(err *why)
{
    return err_set(why, ERR_INPUT, 0, "the catalogue has no entries");
}

static status read_json(kev *k, const format_input *input, err *why)
{
    static const slice split[] = {S_INIT("vulnerabilities")};
    uint32_t bytes_max = input->limits.record_bytes_max ? input->limits.record_bytes_max : 1u << 20;
    json_stream_options options = {
        .split = split, .split_count = 1, .pass_over = true, .value_max = bytes_max};
    json_part p;
    status st;
    k->limits = (json_limits){.depth_max = input->limits.depth_max, .bytes_max = bytes_max};
    k->count = -1;
    json_stream *s = json_stream_new(input->in, &options);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    while ((st = json_stream_next(s, &p, why)) == OK && p.kind != JSON_PART_END)
        if ((st = take_part(k, &p, why)) != OK)
            break;
    json_stream_free(s);
    if (st == OK && !k->entries)
        st = nothing(why);
    if (st == OK && k->count >= 0 && (uint64_t)k->count != k->entries)
        st = emit_warn(&k->e, 0, S("/count"), why, "the catalogue says %lld entries, it has %llu",
                       (long long)k->count, (unsigned long long)k->entries);
    return st == OK ? tell_edition(k, why) : st;
}

/* --- CSV ------------------------------------------------------------------------------------- */

static bool find_columns(const row *header, size_t column[FIELD_COUNT_])
{
    for (size_t f = 0; f < FIELD_COUNT_; f++) {
        column[f] = SIZE_MAX;
        for (size_t i = 0; i < header->count; i++)
            if (slice_eq_nocase(slice_trim(header->field[i]), names[f]))
                column[f] = i;
    }
    return column[FIELD_CVE] != SIZE_MAX && column[FIELD_ADDED] != SIZE_MAX;
}

static status take_row(kev *k, const row *line, const size_t column[FIELD_COUNT_], size_t width,
                       err *why)
{
    entry x = {0};
    slice rest, one;
    status st = OK;
    fact_record r = {.at = line->at, .line = line->line, .modified = WHEN_NONE};
    r.length = line->raw.len;
    emit_begin(&k->e);
    k->entries++;
    if (line->bad)
        st = err_set(why, ERR_INPUT, line->at, "%s", line->bad);
    else if (line->count > width)
        st =
            err_set(why, ERR_INPUT, line->at, "%zu fields, the header has %zu", line->count, width);
    for (size_t f = 0; f < FIELD_COUNT_; f++)
        if (column[f] < line->count)
            x.text[f] = slice_trim(line->field[column[f]]);
    rest = x.text[FIELD_CWES];
    while (slice_cut(&rest, ',', &one) && x.cwes < CWES_MAX)
        if (slice_trim(one).len)
            x.cwe[x.cwes++] = slice_trim(one);
    return take(&k->e, &r, &x, st, why);
}

static status read_csv(kev *k, const format_input *input, err *why)
{
    CLEANUP(rows_close)
    rows r = {0};
    row line;
    bool more;
    size_t column[FIELD_COUNT_], width;
    status st = rows_open(&r, input->in, k->e.memory, ',', input->limits.line_bytes_max, why);
    if (st != OK || (st = rows_next(&r, &line, &more, why)) != OK)
        return st;
    if (!more || line.bad || !find_columns(&line, column))
        return err_set(why, ERR_INPUT, 0, "no columns cveID and dateAdded: this is no catalogue");
    width = line.count;
    emit_keep(&k->e);
    while ((st = rows_next(&r, &line, &more, why)) == OK && more)
        if ((line.bad || slice_trim(line.raw).len) &&
            (st = take_row(k, &line, column, width, why)) != OK)
            break;
    return st == OK && !k->entries ? nothing(why) : st;
}

/* --- both ------------------------------------------------------------------------------------ */

static void close_kev(kev *k)
{
    emit_close(&k->e);
}

static status read_kev(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(close_kev)
    kev k = {0};
    err mine = {0};
    int c;
    fact_head head = {.format = S("kev"), .source = S("cisa-kev"), .snapshot = true};
    if (!why)
        why = &mine;
    status st = peek_first(input->in, &c, why);
    if (st != OK || (st = emit_open(&k.e, input, sink, &head, why)) != OK)
        return st;
    return c == '{' || c == '[' ? read_json(&k, input, why) : read_csv(&k, input, why);
}

static int sniff(slice head, slice path)
{
    json_peek p;
    (void)path;
    if (peek_json(head, &p))
        return peek_has(&p, S("vulnerabilities"), names[FIELD_CVE]) &&
                       peek_has(&p, S("vulnerabilities"), names[FIELD_ADDED])
                   ? 95
                   : 0;
    slice line = slice_sub(head, 0, slice_find_byte(head, '\n', 0));
    bool cve = false, added = false;
    slice f;
    if (slice_starts(line, S("\xef\xbb\xbf")))
        line = slice_from(line, 3);
    while (slice_cut(&line, ',', &f)) {
        f = slice_trim(f);
        if (f.len > 1 && f.ptr[0] == '"' && f.ptr[f.len - 1] == '"')
            f = slice_sub(f, 1, f.len - 1);
        cve |= slice_eq_nocase(f, names[FIELD_CVE]);
        added |= slice_eq_nocase(f, names[FIELD_ADDED]);
    }
    return cve && added ? 95 : 0;
}

const format format_kev = {.name = "kev",
                           .version = 3,
                           .snapshot = true,
                           .one_list = true,
                           .editions = true,
                           .sniff = sniff,
                           .read = read_kev};
