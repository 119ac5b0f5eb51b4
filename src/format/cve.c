/* cve.c - CVE records, format 5.x: one record, one a line, or an array of them. docs/formats/cve.md
 * says what becomes which claim. Source: CVE Record Format 5.x, github.com/CVEProject/cve-schema */
#include "format/format.h"

#include "format/cve/cve.h"
#include "format/peek.h"

#include <stdio.h>

enum {
    RECORD_BYTES = 4 << 20,
    CANON_MAX = 2 * RECORD_BYTES,
    CWES_MAX = 64,
    REFERENCES_MAX = 40 << 10
};

typedef struct codec {
    cve_record r;
    emitter e;
    buf canon;
    json_limits limits;
    uint64_t records;
} codec;

/* --- shared with cve/ ------------------------------------------------------------------------ */

slice cve_text(const json *object, const char *key)
{
    return slice_trim(json_text(json_get(object, slice_str(key))));
}

const json *cve_first(const json *object, const char *key, size_t *left)
{
    const json *list = json_get(object, slice_str(key));
    *left = CVE_LIST_MAX;
    return json_is(list, JSON_ARRAY) ? list->first : NULL;
}

const json *cve_next(const json *v, size_t *left)
{
    return --*left ? v->next : NULL;
}

slice cve_lower(cve_record *r, slice text)
{
    char *out = arena_alloc(r->e->memory, text.len + 1);
    for (size_t i = 0; out && i < text.len; i++)
        out[i] = to_lower(text.ptr[i]);
    return slice_of(out, out ? text.len : 0);
}

status cve_scratch(cve_record *r, slice *ret, err *why)
{
    if (r->scratch.failed)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a list is over %d bytes",
                       (int)FACT_DETAIL_MAX);
    return arena_copy(r->e->memory, buf_slice(&r->scratch), ret) ? OK
                                                                 : ARENA_SPENT(r->e->memory, why);
}

status cve_say(cve_record *r, predicate p, slice value, detail *d, err *why)
{
    fact_claim c = emit_blank();
    c.subject = r->cve;
    c.predicate = p;
    c.value = value;
    detail_text(d, "by", r->by);
    status st = emit_detail(r->e, d, &c.detail, why);
    return st == OK ? emit_claim(r->e, &c, why) : st;
}

/* --- texts ----------------------------------------------------------------------------------- */

/* "en", "en-US": the language without its region. */
static bool in_language(slice lang, const char *language)
{
    return lang.len >= 2 && slice_starts_nocase(lang, slice_str(language)) &&
           (lang.len == 2 || lang.ptr[2] == '-' || lang.ptr[2] == '_');
}

/* The texts of a list in English and in Japanese; when there are none, the first one. `name` NULL:
 * they describe it. */
static status texts(cve_record *r, const char *key, const char *name, err *why)
{
    size_t left, said = 0;
    status st = OK;
    for (int pass = 0; pass < 2 && !said && st == OK; pass++)
        for (const json *t = cve_first(r->container, key, &left); st == OK && t;
             t = cve_next(t, &left)) {
            detail d = {0};
            slice value = cve_text(t, "value"), lang = cve_text(t, "lang");
            bool english = !lang.len || in_language(lang, "en");
            bool wanted = english || in_language(lang, "ja");
            if (!value.len || (pass == 0 && !wanted) || (pass == 1 && said))
                continue;
            if (!english)
                detail_text(&d, "lang", cve_lower(r, lang));
            if (name)
                detail_text(&d, "name", slice_str(name));
            st = cve_say(r, name ? PRED_PROPERTY : PRED_DESCRIBED, value, &d, why);
            said++;
        }
    return st;
}

static bool weakness_id(slice s, slice *ret)
{
    if (!slice_starts_nocase(s, S("CWE-")))
        return false;
    size_t n = 4;
    while (n < s.len && is_digit(s.ptr[n]))
        n++;
    *ret = slice_sub(s, 0, n);
    return n > 4 && n <= 12;
}

static void add_weakness(slice list[CWES_MAX], size_t *n, slice id)
{
    for (size_t i = 0; i < *n; i++)
        if (slice_eq(list[i], id))
            return;
    if (*n < CWES_MAX)
        list[(*n)++] = id;
}

static status weaknesses(cve_record *r, err *why)
{
    slice list[CWES_MAX], id, all;
    size_t left, inner, n = 0;
    detail d = {0};
    for (const json *p = cve_first(r->container, "problemTypes", &left); p; p = cve_next(p, &left))
        for (const json *t = cve_first(p, "descriptions", &inner); t; t = cve_next(t, &inner))
            if (weakness_id(cve_text(t, "cweId"), &id) ||
                weakness_id(cve_text(t, "description"), &id))
                add_weakness(list, &n, id);
    if (!n)
        return OK;
    status st = emit_array(r->e, list, n, &all, why);
    if (st != OK)
        return st;
    detail_text(&d, "name", S("cwe"));
    detail_raw(&d, "value", all);
    return cve_say(r, PRED_PROPERTY, S(""), &d, why);
}

/* [{"tags":["vendor-advisory"],"url":"https://..."}]: as many as have room. */
static status references(cve_record *r, err *why)
{
    size_t left, inner;
    slice all;
    detail d = {0};
    const json *v = cve_first(r->container, "references", &left);
    buf_clear(&r->scratch);
    json_writer w = json_writer_on(&r->scratch);
    json_open(&w, '[');
    for (; v; v = cve_next(v, &left)) {
        json_writer before = w;
        size_t len = r->scratch.len;
        if (!cve_text(v, "url").len || len > REFERENCES_MAX)
            continue;
        json_open(&w, '{');
        const json *t = cve_first(v, "tags", &inner);
        if (t) {
            json_key(&w, "tags");
            json_open(&w, '[');
            for (; t; t = cve_next(t, &inner))
                json_put_text(&w, json_text(t));
            json_close(&w, ']');
        }
        json_key(&w, "url");
        json_put_text(&w, cve_text(v, "url"));
        json_close(&w, '}');
        if (r->scratch.failed || r->scratch.len > REFERENCES_MAX) {
            r->scratch.len = len;
            r->scratch.failed = false;
            w = before;
        }
    }
    json_close(&w, ']');
    if (r->scratch.len == 2)
        return OK;
    status st = cve_scratch(r, &all, why);
    if (st != OK)
        return st;
    detail_text(&d, "name", S("references"));
    detail_raw(&d, "value", all);
    return cve_say(r, PRED_PROPERTY, S(""), &d, why);
}

/* --- the record ------------------------------------------------------------------------------ */

static slice date_text(cve_record *r, slice text)
{
    char iso[WHEN_TEXT_MAX];
    slice own = S("");
    when t;
    if (when_parse(text, &t) != OK || !arena_copy(r->e->memory, slice_str(when_iso(t, iso)), &own))
        return S("");
    return own;
}

/* What the CVE Program says of the record itself: its state, its dates, who assigned it. */
static status record_itself(cve_record *r, const json *meta, const json *cna, bool rejected,
                            err *why)
{
    detail d = {0};
    size_t left, n = 0;
    slice list[CWES_MAX], tags, reason = S("");
    status st;
    detail_text(&d, "name", S("record"));
    detail_text(&d, "state", rejected ? S("rejected") : S("published"));
    detail_text(&d, "assigner", cve_text(meta, "assignerShortName"));
    detail_text(&d, "published", date_text(r, cve_text(meta, "datePublished")));
    detail_text(&d, "updated", date_text(r, cve_text(meta, "dateUpdated")));
    detail_text(&d, "public", date_text(r, cve_text(cna, "datePublic")));
    for (const json *t = cve_first(cna, "tags", &left); t && n < CWES_MAX; t = cve_next(t, &left))
        if (json_text(t).len)
            list[n++] = json_text(t);
    if (n) {
        if ((st = emit_array(r->e, list, n, &tags, why)) != OK)
            return st;
        detail_raw(&d, "tags", tags);
    }
    const json *t = cve_first(cna, "rejectedReasons", &left);
    if (rejected && t)
        reason = cve_text(t, "value");
    return cve_say(r, PRED_PROPERTY, reason, &d, why);
}

static void provider_of(cve_record *r)
{
    const json *p = json_get(r->container, S("providerMetadata"));
    slice name = cve_text(p, "shortName");
    r->by = name.len ? name : cve_text(p, "orgId");
}

static status container(cve_record *r, bool cna, err *why)
{
    static const char *const kept[][2] = {{"solutions", "solution"},
                                          {"workarounds", "workaround"},
                                          {"exploits", "exploitation"},
                                          {"configurations", "configuration"}};
    status st;
    provider_of(r);
    if ((cna && (st = emit_named(r->e, r->cve, cve_text(r->container, "title"), "title", NULL,
                                 why)) != OK) ||
        (st = texts(r, "descriptions", NULL, why)) != OK || (st = weaknesses(r, why)) != OK ||
        (st = cve_affected(r, why)) != OK || (st = cve_metrics(r, why)) != OK)
        return st;
    for (size_t i = 0; st == OK && i < COUNT_OF(kept); i++)
        st = texts(r, kept[i][0], kept[i][1], why);
    return st == OK ? references(r, why) : st;
}

static status identify(codec *k, const json *v, bool *rejected, err *why)
{
    char quote[ERR_QUOTE_MAX];
    const json *meta = json_get(v, S("cveMetadata"));
    slice id = cve_text(meta, "cveId"), state = cve_text(meta, "state");
    bool fits =
        id.len >= 13 && id.len <= CVE_ID_MAX && slice_starts(id, S("CVE-")) && id.ptr[8] == '-';
    for (size_t i = 4; fits && i < id.len; i++)
        fits = i == 8 || is_digit(id.ptr[i]);
    if (!fits)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "cveId \"%s\" is no CVE id",
                       err_quote(id, quote));
    if (!json_is(json_get(json_get(v, S("containers")), S("cna")), JSON_OBJECT))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%.*s has no container of its CNA",
                       SLICE_FMT(id));
    *rejected = slice_eq(state, S("REJECTED"));
    if (!*rejected && !slice_eq(state, S("PUBLISHED")))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "state \"%s\" is none",
                       err_quote(state, quote));
    k->r.cve = (node_ref){KIND_VULNERABILITY, id};
    return OK;
}

/* The newest date of the record and of its containers: CISA's additions have their own. */
static when newest_date(const json *v)
{
    const json *containers = json_get(v, S("containers"));
    const json *all[CVE_ADP_MAX + 1] = {json_get(containers, S("cna"))};
    size_t left, n = 1;
    when newest, t;
    if (when_parse(cve_text(json_get(v, S("cveMetadata")), "dateUpdated"), &newest) != OK)
        newest = WHEN_NONE;
    for (const json *a = cve_first(containers, "adp", &left); a && n < COUNT_OF(all);
         a = cve_next(a, &left))
        all[n++] = a;
    for (size_t i = 0; i < n; i++)
        if (when_parse(cve_text(json_get(all[i], S("providerMetadata")), "dateUpdated"), &t) ==
                OK &&
            (newest == WHEN_NONE || t > newest))
            newest = t;
    return newest;
}

static status claims(codec *k, const json *v, fact_record *record, err *why)
{
    cve_record *r = &k->r;
    const json *containers = json_get(v, S("containers")), *cna = json_get(containers, S("cna"));
    size_t left, n = 0;
    bool rejected = false;
    status st = identify(k, v, &rejected, why);
    if (st != OK)
        return st;
    record->id = r->cve.text;
    record->modified = newest_date(v);
    record->revoked = rejected;
    r->container = cna;
    provider_of(r);
    if ((st = emit_named(r->e, r->cve, r->cve.text, "id", NULL, why)) != OK ||
        (st = record_itself(r, json_get(v, S("cveMetadata")), cna, rejected, why)) != OK ||
        (st = container(r, true, why)) != OK)
        return st;
    for (const json *a = cve_first(containers, "adp", &left); st == OK && a && n < CVE_ADP_MAX;
         a = cve_next(a, &left), n++) {
        r->container = a;
        if (json_is(a, JSON_OBJECT))
            st = container(r, false, why);
    }
    return st;
}

static status take_item(codec *k, const json_part *p, bool array, err *why)
{
    char place[32];
    json *v = NULL;
    fact_record record = {.at = p->at, .length = p->length, .modified = WHEN_NONE};
    if (array)
        record.place = slice_of(
            place, (size_t)snprintf(place, sizeof place, "/%llu", (unsigned long long)p->index));
    emit_begin(&k->e);
    k->records++;
    status st = p->over ? err_set(why, ERR_INPUT, p->at, "the record is too long or too deep")
                        : emit_parse(&k->e, p->raw, &k->limits, &v, why);
    if (st == OK && !json_is(v, JSON_OBJECT))
        st = err_set(why, ERR_INPUT, p->at, "the record is no object");
    if (st == OK)
        st = claims(k, v, &record, why);
    if (st != OK)
        return emit_refuse(&k->e, record.at, record.place, st, why);
    buf_clear(&k->canon);
    json_writer w = json_writer_on(&k->canon);
    json_put_canonical(&w, v, k->e.memory);
    if ((st = buf_status(&k->canon, why)) != OK)
        return st;
    slice part = buf_slice(&k->canon);
    return emit_end(&k->e, &record, &part, 1, why);
}

/* --- the document ---------------------------------------------------------------------------- */

static void close_codec(codec *k)
{
    emit_close(&k->e);
    buf_done(&k->r.scratch);
    buf_done(&k->canon);
}

static status read_cve(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(close_codec)
    codec k = {0};
    err mine = {0};
    int c;
    json_part p;
    fact_head head = {.format = S("cve"), .source = S("cve")};
    uint32_t most = input->limits.record_bytes_max ? input->limits.record_bytes_max : RECORD_BYTES;
    if (!why)
        why = &mine;
    buf_init(&k.r.scratch, FACT_DETAIL_MAX);
    buf_init(&k.canon, CANON_MAX > 8 * (size_t)most ? CANON_MAX : 8 * (size_t)most);
    k.r.e = &k.e;
    k.limits = (json_limits){.depth_max = input->limits.depth_max, .bytes_max = most};
    status st = peek_first(input->in, &c, why);
    if (st != OK || (st = emit_open(&k.e, input, sink, &head, why)) != OK)
        return st;
    if (c != '{' && c != '[')
        return err_set(why, ERR_INPUT, 0, "neither a record nor an array of records");
    json_stream_options options = {.whole = c != '[', .pass_over = true, .value_max = most};
    json_stream *s = json_stream_new(input->in, &options);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    while ((st = json_stream_next(s, &p, why)) == OK && p.kind != JSON_PART_END) {
        if (p.kind == JSON_PART_MEMBER)
            st = err_set(why, ERR_INPUT, p.at, "an object stands behind the array of records");
        else
            st = take_item(&k, &p, c == '[', why);
        if (st != OK)
            break;
    }
    json_stream_free(s);
    return st == OK && !k.records ? err_set(why, ERR_INPUT, 0, "there is no record") : st;
}

static int sniff(slice head, slice path)
{
    json_peek p;
    (void)path;
    if (!peek_json(head, &p))
        return 0;
    if (p.top == '[')
        return peek_has(&p, S(""), S("cveMetadata")) && peek_has(&p, S(""), S("containers")) ? 95
                                                                                             : 0;
    /* one record may be longer than what is looked at: two of its four names are enough */
    return peek_top(&p, S("containers")) + peek_top(&p, S("cveMetadata")) +
                       (peek_top(&p, S("dataType")) &&
                        slice_find(head, S("CVE_RECORD"), 0) != SIZE_MAX) >=
                   2
               ? 95
               : 0;
}

static const json_stream_options by_lines = {.whole = true};
const format format_cve = {
    .name = "cve", .version = 1, .lines = &by_lines, .sniff = sniff, .read = read_cve};
