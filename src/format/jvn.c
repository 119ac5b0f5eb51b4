/* jvn.c - what Japan's coordination centre publishes as RSS 1.0: the entries of JVN iPedia and the
 * notes of JVN (`jvn`), the alerts and reports of JPCERT/CC (`jpcert`).
 * docs/formats/jvn.md says what becomes which claim. */
#include "format/format.h"

#include "format/emit.h"
#include "format/mention.h"
#include "format/rss.h"
#include "format/vulnerability.h"
#include "model/extract.h"

extern const format format_jvn, format_jpcert;

enum { CVES_MAX = 64, CWES_MAX = 64, CVE_ID_MAX = 28, REFERENCES_MAX = 40 << 10 };

typedef struct reading {
    emitter e;
    const format *self;
    uint32_t item_bytes_max;
    buf scratch; /* JSON being built */
} reading;

/* One item on its way. */
typedef struct entry {
    emitter *e;
    buf *scratch;
    const rss_item *item;
    slice id, link, title;
    bool
        database; /* an entry of JVN iPedia: a vulnerability, where a note is a report about some */
    slice cve[CVES_MAX];
    size_t cves;
    node_ref self;
    detail lang; /* {"lang":"ja"}, or nothing when it is English */
} entry;

/* --- what stands in it ----------------------------------------------------------------------- */

static bool cve_id(slice s)
{
    if (s.len < 13 || s.len > CVE_ID_MAX || !slice_starts(s, S("CVE-")) || s.ptr[8] != '-')
        return false;
    for (size_t i = 4; i < s.len; i++)
        if (i != 8 && !is_digit(s.ptr[i]))
            return false;
    return true;
}

static bool weakness_id(slice s)
{
    uint64_t n;
    return slice_starts(s, S("CWE-")) && s.len <= 12 && slice_u64(slice_from(s, 4), &n);
}

static bool add_once(slice *list, size_t *n, size_t max, slice one)
{
    for (size_t i = 0; i < *n; i++)
        if (slice_eq(list[i], one))
            return true;
    if (*n == max)
        return false;
    list[(*n)++] = one;
    return true;
}

/* The vulnerabilities that an entry says it is: by a reference of that id, whoever's it is. */
static status own_cves(entry *x, err *why)
{
    const rss_part *p = rss_find(x->item->first, RSS_SEC, S("references"));
    for (; p; p = rss_find(p->next, RSS_SEC, S("references"))) {
        slice id = rss_attribute_of(p, S("id"));
        if (cve_id(id) && !add_once(x->cve, &x->cves, CVES_MAX, id))
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "over %d vulnerabilities", (int)CVES_MAX);
    }
    return OK;
}

static when newest(const rss_item *item)
{
    when t;
    if (when_parse(rss_text(item, RSS_TERMS, S("modified")), &t) == OK ||
        when_parse(rss_text(item, RSS_DC, S("date")), &t) == OK ||
        when_parse(rss_text(item, RSS_TERMS, S("issued")), &t) == OK)
        return t;
    return WHEN_NONE;
}

static status date_text(entry *x, slice text, slice *ret, err *why)
{
    char iso[WHEN_TEXT_MAX];
    when t;
    *ret = S("");
    if (when_parse(text, &t) != OK)
        return OK;
    return arena_copy(x->e->memory, slice_str(when_iso(t, iso)), ret)
               ? OK
               : ARENA_SPENT(x->e->memory, why);
}

static status look(entry *x, err *why)
{
    const rss_item *item = x->item;
    slice own = rss_text(item, RSS_SEC, S("identifier"));
    x->title = rss_text(item, RSS_ITSELF, S("title"));
    x->link = rss_text(item, RSS_ITSELF, S("link"));
    if (!x->link.len)
        x->link = item->about;
    x->database = own.len > 0;
    x->id = own.len ? own : rss_text(item, RSS_DC, S("identifier"));
    if (!x->id.len)
        x->id = x->link;
    if (!x->id.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "neither an identifier nor a link");
    if (!x->title.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no title");
    if (item->language.len && !slice_starts_nocase(item->language, S("en")))
        detail_text(&x->lang, "lang", item->language);
    return own_cves(x, why);
}

/* --- claims ---------------------------------------------------------------------------------- */

static status say(entry *x, predicate p, node_ref object, slice value, const detail *d, err *why)
{
    fact_claim c = emit_blank();
    c.subject = x->self;
    c.predicate = p;
    c.object = object;
    c.value = value;
    status st = emit_detail(x->e, d, &c.detail, why);
    return st == OK ? emit_claim(x->e, &c, why) : st;
}

static const node_ref nothing = {KIND_NONE, {NULL, 0}};

/* Its number, its dates, where to read it. */
static status say_advisory(entry *x, err *why)
{
    detail d = {0};
    slice issued, updated;
    slice first = rss_text(x->item, RSS_TERMS, S("issued"));
    slice last = rss_text(x->item, RSS_TERMS, S("modified"));
    slice date = rss_text(x->item, RSS_DC, S("date"));
    status st;
    if ((st = date_text(x, first.len ? first : date, &issued, why)) != OK ||
        (st = date_text(x, last.len ? last : date, &updated, why)) != OK)
        return st;
    detail_text(&d, "name", S("advisory"));
    detail_text(&d, "id", x->id);
    detail_text(&d, "published", issued);
    detail_text(&d, "updated", updated);
    detail_text(&d, "url", x->link);
    return say(x, PRED_PROPERTY, nothing, S(""), &d, why);
}

static status say_scores(entry *x, err *why)
{
    status st = OK;
    const rss_part *p = rss_find(x->item->first, RSS_SEC, S("cvss"));
    for (; st == OK && p; p = rss_find(p->next, RSS_SEC, S("cvss"))) {
        vuln_cvss v = {.by = S("jvn"),
                       .version = rss_attribute_of(p, S("version")),
                       .vector = rss_attribute_of(p, S("vector")),
                       .said = vuln_tenths(rss_attribute_of(p, S("score")))};
        size_t slash = slice_find_byte(v.vector, '/', 0);
        if (slice_starts(v.vector, S("CVSS:")) && slash != SIZE_MAX)
            v.version = slice_sub(v.vector, 5, slash); /* their schema had "3.0" for 3.1, too */
        st = vuln_say_cvss(x->e, x->self, &v, why);
    }
    return st;
}

static status say_products(entry *x, err *why)
{
    status st = OK;
    const rss_part *p = rss_find(x->item->first, RSS_SEC, S("cpe"));
    for (; st == OK && p; p = rss_find(p->next, RSS_SEC, S("cpe"))) {
        detail d = {0};
        node_ref product;
        slice vendor = rss_attribute_of(p, S("vendor")), cpes;
        slice name = rss_attribute_of(p, S("product"));
        if ((st = vuln_product(x->e, vendor, name, &product, why)) != OK)
            return st;
        detail_text(&d, "by", S("jvn"));
        detail_text(&d, "vendor", vuln_says_nothing(vendor) ? S("") : vendor);
        detail_text(&d, "product", vuln_says_nothing(name) ? S("") : name);
        if (p->text.len) {
            if ((st = emit_array(x->e, &p->text, 1, &cpes, why)) != OK)
                return st;
            detail_raw(&d, "cpes", cpes);
        }
        if (product.kind == KIND_NONE && d.count == 1)
            continue;
        /* a report is about them: which of its vulnerabilities is in which, it does not say */
        bool one = x->self.kind == KIND_VULNERABILITY;
        if (one || product.kind != KIND_NONE)
            st = say(x, one ? PRED_AFFECTS : PRED_REFERS_TO, product, S(""), &d, why);
    }
    return st;
}

static status say_weaknesses(entry *x, err *why)
{
    slice list[CWES_MAX], all;
    size_t n = 0;
    detail d = {0};
    const rss_part *p = rss_find(x->item->first, RSS_SEC, S("references"));
    for (; p; p = rss_find(p->next, RSS_SEC, S("references")))
        if (weakness_id(rss_attribute_of(p, S("id"))))
            add_once(list, &n, CWES_MAX, rss_attribute_of(p, S("id")));
    if (!n)
        return OK;
    status st = emit_array(x->e, list, n, &all, why);
    if (st != OK)
        return st;
    detail_text(&d, "name", S("cwe"));
    detail_raw(&d, "value", all);
    detail_text(&d, "by", S("jvn"));
    return say(x, PRED_PROPERTY, nothing, S(""), &d, why);
}

static void put_reference(json_writer *w, const rss_part *p)
{
    static const char *const keys[] = {"id", "source", "title"};
    json_open(w, '{');
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        slice value = rss_attribute_of(p, slice_str(keys[i]));
        if (!value.len)
            continue;
        json_key(w, keys[i]);
        json_put_text(w, value);
    }
    json_key(w, "url");
    json_put_text(w, p->text);
    json_close(w, '}');
}

/* As many as have room. */
static status say_references(entry *x, err *why)
{
    detail d = {0};
    slice all;
    buf *b = x->scratch;
    buf_clear(b);
    json_writer w = json_writer_on(b);
    json_open(&w, '[');
    const rss_part *p = rss_find(x->item->first, RSS_SEC, S("references"));
    for (; p; p = rss_find(p->next, RSS_SEC, S("references"))) {
        json_writer before = w;
        size_t len = b->len;
        if (!p->text.len || len > REFERENCES_MAX)
            continue;
        put_reference(&w, p);
        if (b->failed || b->len > REFERENCES_MAX) {
            b->len = len;
            b->failed = false;
            w = before;
        }
    }
    json_close(&w, ']');
    if (b->failed)
        return buf_status(b, why);
    if (b->len == 2)
        return OK;
    if (!arena_copy(x->e->memory, buf_slice(b), &all))
        return ARENA_SPENT(x->e->memory, why);
    detail_text(&d, "name", S("references"));
    detail_raw(&d, "value", all);
    detail_text(&d, "by", S("jvn"));
    return say(x, PRED_PROPERTY, nothing, S(""), &d, why);
}

/* What a report is about: what it refers to, and what its text names. */
static status say_about(entry *x, err *why)
{
    const slice texts[] = {x->title, rss_text(x->item, RSS_ITSELF, S("description")),
                           rss_text(x->item, RSS_CONTENT, S("encoded"))};
    mentions seen = {0};
    mention m;
    status st = OK;
    detail none = {0};
    for (size_t i = 0; i < x->cves && st == OK; i++)
        st = say(x, PRED_REFERS_TO, (node_ref){KIND_VULNERABILITY, x->cve[i]}, S(""), &none, why);
    for (size_t i = 0; i < COUNT_OF(texts) && st == OK; i++) {
        size_t at = 0;
        while ((st = mention_next(x->e->memory, &seen, texts[i], &at, &m, why)) == OK && m.id.len) {
            bool again = false;
            for (size_t k = 0; k < x->cves; k++)
                again |= slice_eq(x->cve[k], m.id);
            if (!again && (st = say(x, PRED_REFERS_TO, (node_ref){KIND_VULNERABILITY, m.id}, S(""),
                                    &none, why)) != OK)
                break;
        }
    }
    return st;
}

/* The vulnerability that an entry is: by its CVE id, else by its own as whoever asks for it has it;
 * a report about several else. */
static status node_of(entry *x, const format *f, err *why)
{
    const char *prefix = slice_eq(slice_str(f->name), S("jvn")) ? "jvn:" : "jpcert:";
    kind k = KIND_NONE;
    slice id;
    if (!x->database || x->cves > 1)
        return emit_node(x->e, KIND_REPORT, prefix, x->id, &x->self, why);
    x->self.kind = KIND_VULNERABILITY;
    if (x->cves) {
        x->self.text = x->cve[0];
        return emit_named(x->e, x->self, x->self.text, "id", NULL, why);
    }
    status st = identifier_parse(x->id, x->e->memory, &k, &id, why);
    if (st == OK && k == KIND_VULNERABILITY) {
        x->self.text = id;
        return OK;
    }
    if (st == ERR_LIMIT)
        return st;
    return emit_node(x->e, KIND_VULNERABILITY, prefix, x->id, &x->self, why);
}

static status name_it(entry *x, const format *f, err *why)
{
    status st = node_of(x, f, why);
    if (st == OK)
        st = emit_named(x->e, x->self, x->id, "id", NULL, why);
    return st == OK ? emit_named(x->e, x->self, x->title, "title", &x->lang, why) : st;
}

static status claims(entry *x, const format *f, err *why)
{
    slice text = rss_text(x->item, RSS_ITSELF, S("description"));
    status st;
    if (x->link.len && x->link.len <= NODE_TEXT_MAX) {
        slice *origin = arena_new(x->e->memory, slice);
        if (!origin)
            return ARENA_SPENT(x->e->memory, why);
        *origin = x->link;
        x->e->common.origins = origin;
        x->e->common.origin_count = 1;
    }
    if ((st = name_it(x, f, why)) != OK || (st = say_advisory(x, why)) != OK)
        return st;
    if (text.len && (st = say(x, PRED_DESCRIBED, nothing, text, &x->lang, why)) != OK)
        return st;
    if ((st = say_scores(x, why)) != OK || (st = say_products(x, why)) != OK ||
        (st = say_weaknesses(x, why)) != OK || (st = say_references(x, why)) != OK)
        return st;
    return x->self.kind == KIND_REPORT ? say_about(x, why) : OK;
}

/* --- items ----------------------------------------------------------------------------------- */

/* Everything that was read of it, in its order. */
static status content_of(const entry *x, slice **ret, size_t *ret_count, err *why)
{
    static const char *const spaces[] = {"other", "rss", "dc", "terms", "sec", "content"};
    size_t n = 2, i = 0;
    for (const rss_part *p = x->item->first; p; p = p->next) {
        n += 3;
        for (const rss_attribute *a = p->first; a; a = a->next)
            n += 2;
    }
    slice *list = arena_array(x->e->memory, n, sizeof *list);
    if (!list)
        return ARENA_SPENT(x->e->memory, why);
    list[i++] = x->item->about;
    list[i++] = x->item->language;
    for (const rss_part *p = x->item->first; p; p = p->next) {
        list[i++] = slice_str(spaces[p->space]);
        list[i++] = p->name;
        list[i++] = p->text;
        for (const rss_attribute *a = p->first; a; a = a->next) {
            list[i++] = a->name;
            list[i++] = a->value;
        }
    }
    *ret = list;
    *ret_count = n;
    return OK;
}

static void begin(void *ctx)
{
    reading *d = ctx;
    emit_begin(&d->e);
}

static status take(void *ctx, const rss_item *item, err *why)
{
    reading *d = ctx;
    char place[EMIT_PLACE_MAX];
    entry x = {.e = &d->e, .scratch = &d->scratch, .item = item};
    fact_record r = {.at = item->at, .length = item->length, .line = item->line};
    slice *parts = NULL;
    size_t count = 0;
    status st = item->over ? err_set(why, ERR_INPUT, item->at, "the item is over %u bytes",
                                     d->item_bytes_max)
                           : look(&x, why);
    if (st == OK)
        st = claims(&x, d->self, why);
    if (st == OK)
        st = content_of(&x, &parts, &count, why);
    if (st != OK)
        return emit_refuse(&d->e, item->at, emit_line(item->line, place), st, why);
    r.id = x.id;
    r.modified = newest(item);
    return emit_end(&d->e, &r, parts, count, why);
}

static void close_reading(reading *d)
{
    emit_close(&d->e);
    buf_done(&d->scratch);
}

static status read_rss(const format *self, const format_input *input, const fact_sink *sink,
                       err *why)
{
    CLEANUP(close_reading)
    reading d = {.self = self};
    err mine = {0};
    fact_head head = {.format = slice_str(self->name), .source = slice_str(self->name)};
    rss_limits limits = {.depth_max = input->limits.depth_max,
                         .item_bytes_max = input->limits.record_bytes_max};
    rss_reader r = {.ctx = &d, .begin = begin, .item = take};
    if (!why)
        why = &mine;
    if (!limits.item_bytes_max || limits.item_bytes_max > RSS_ITEM_MAX)
        limits.item_bytes_max = RSS_ITEM_MAX;
    d.item_bytes_max = limits.item_bytes_max;
    buf_init(&d.scratch, FACT_DETAIL_MAX);
    status st = emit_open(&d.e, input, sink, &head, why);
    return st == OK ? rss_read(input->in, d.e.memory, &limits, &r, why) : st;
}

/* --- the two formats ------------------------------------------------------------------------- */

/* Is the channel at one of these hosts? */
static bool at_host(slice url, slice host)
{
    slice rest = slice_starts(url, S("https://"))  ? slice_from(url, 8)
                 : slice_starts(url, S("http://")) ? slice_from(url, 7)
                                                   : S("");
    return slice_starts(rest, host);
}

static int sniff_jvn(slice head, slice path)
{
    slice about;
    (void)path;
    if (!rss_peek(head, &about))
        return 0;
    return at_host(about, S("jvndb.jvn.jp/")) || at_host(about, S("jvn.jp/")) ||
                   slice_find(head, S("\"http://jvn.jp/rss/mod_sec/"), 0) != SIZE_MAX
               ? 95
               : 0;
}

static int sniff_jpcert(slice head, slice path)
{
    slice about;
    (void)path;
    return rss_peek(head, &about) && at_host(about, S("www.jpcert.or.jp/")) ? 95 : 0;
}

static status read_jvn(const format_input *input, const fact_sink *sink, err *why)
{
    return read_rss(&format_jvn, input, sink, why);
}

static status read_jpcert(const format_input *input, const fact_sink *sink, err *why)
{
    return read_rss(&format_jpcert, input, sink, why);
}

const format format_jvn = {.name = "jvn", .version = 1, .sniff = sniff_jvn, .read = read_jvn};
const format format_jpcert = {
    .name = "jpcert", .version = 1, .sniff = sniff_jpcert, .read = read_jpcert};
