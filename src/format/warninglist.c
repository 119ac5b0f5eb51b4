/* warninglist.c - MISP warninglists: the document; docs/formats/misp-warninglist.md says what
 * becomes which claim. Names, addresses and hashes are claims of their own; entries that have to be
 * looked for inside a value (substrings, regular expressions) stay together, because nothing could
 * find them one by one: judge/patterns runs them. */
#include "format/format.h"

#include "format/emit.h"
#include "format/peek.h"
#include "format/warninglist/polarity.h"
#include "model/observable.h"
#include "model/regex.h"

#include <stdio.h>

enum {
    LIST_NAME_MAX = 200,
    LIST_KINDS_MAX = 24,
    CHUNK_BYTES = 32 << 10, /* of patterns in one claim */
    CHUNK_LINES = 2000
};

typedef enum match { MATCH_STRING, MATCH_HOSTNAME, MATCH_CIDR, MATCH_SUBSTRING, MATCH_REGEX } match;
static const char *const match_names[] = {"string", "hostname", "cidr", "substring", "regex"};

typedef struct warning {
    emitter e;
    buf texts;                      /* what was read of the members */
    slice name, about, type, first; /* first: the first attribute */
    slice attributes;               /* canonical JSON array; empty: any */
    int64_t version;
    match match;
    kind kinds[LIST_KINDS_MAX]; /* in the order of the enum */
    size_t kind_count;          /* 0: any */
    list_polarity polarity;
    node_ref list;
    slice detail[2]; /* of an entry: as the list matches, and as "hostname" */
    uint64_t entries, as_text;
    buf chunk;
    size_t chunk_lines;
    uint64_t chunk_index, chunk_at, chunk_end;
} warning;

/* --- attributes ------------------------------------------------------------------------------ */

static const struct {
    slice name;
    kind kinds[3];
} attributes[] = {
    {S_INIT("ip-src"), {KIND_IPV4, KIND_IPV6, KIND_CIDR}},
    {S_INIT("ip-dst"), {KIND_IPV4, KIND_IPV6, KIND_CIDR}},
    {S_INIT("domain"), {KIND_DOMAIN}},
    {S_INIT("hostname"), {KIND_DOMAIN}},
    {S_INIT("url"), {KIND_URL}},
    {S_INIT("uri"), {KIND_URL}},
    {S_INIT("link"), {KIND_URL}},
    {S_INIT("md5"), {KIND_MD5}},
    {S_INIT("sha1"), {KIND_SHA1}},
    {S_INIT("sha224"), {KIND_SHA224}},
    {S_INIT("sha256"), {KIND_SHA256}},
    {S_INIT("sha384"), {KIND_SHA384}},
    {S_INIT("sha512"), {KIND_SHA512}},
    {S_INIT("ssdeep"), {KIND_SSDEEP}},
    {S_INIT("tlsh"), {KIND_TLSH}},
    {S_INIT("imphash"), {KIND_IMPHASH}},
    {S_INIT("filename"), {KIND_FILENAME}},
    {S_INIT("email"), {KIND_EMAIL}},
    {S_INIT("email-src"), {KIND_EMAIL}},
    {S_INIT("email-dst"), {KIND_EMAIL}},
    {S_INIT("target-email"), {KIND_EMAIL}},
    {S_INIT("whois-registrant-email"), {KIND_EMAIL}},
    {S_INIT("dns-soa-email"), {KIND_EMAIL}},
    {S_INIT("phone-number"), {KIND_PHONE}},
    {S_INIT("whois-registrant-phone"), {KIND_PHONE}},
    {S_INIT("x509-fingerprint-sha1"), {KIND_CERT_SHA1}},
    {S_INIT("x509-fingerprint-sha256"), {KIND_CERT_SHA256}},
    {S_INIT("AS"), {KIND_ASN}},
    {S_INIT("user-agent"), {KIND_USER_AGENT}},
};

static void add_kind(warning *w, kind k)
{
    size_t i = w->kind_count;
    for (size_t n = 0; n < w->kind_count; n++)
        if (w->kinds[n] == k)
            return;
    if (w->kind_count == LIST_KINDS_MAX)
        return;
    for (; i > 0 && w->kinds[i - 1] > k; i--)
        w->kinds[i] = w->kinds[i - 1];
    w->kinds[i] = k;
    w->kind_count++;
}

static void add_attribute(warning *w, slice name)
{
    for (size_t i = 0; i < COUNT_OF(attributes); i++)
        for (size_t k = 0; slice_eq_nocase(name, attributes[i].name) && k < 3; k++)
            if (attributes[i].kinds[k] != KIND_NONE)
                add_kind(w, attributes[i].kinds[k]);
}

/* "domain|ip" and "filename|md5" are two values to us. Where a list names the plain attributes as
 * well, and nearly all do, their pairs add nothing; else the halves count. */
static bool read_attributes(warning *w, const json *list)
{
    bool any = !json_is(list, JSON_ARRAY) || !list->count;
    for (int halves = 0; halves < 2 && !w->kind_count && !any; halves++)
        for (const json *v = list->first; v; v = v->next) {
            slice rest = json_text(v), one;
            any |= slice_eq_nocase(rest, S("ALL"));
            if (!halves && slice_find_byte(rest, '|', 0) != SIZE_MAX)
                continue;
            while (slice_cut(&rest, '|', &one))
                if (slice_eq(one, S("ip"))) {
                    add_attribute(w, S("ip-src"));
                } else {
                    add_attribute(w, one);
                }
        }
    if (any)
        w->kind_count = 0;
    return any;
}

/* --- the first time: what stands beside the entries ------------------------------------------- */

static slice keep(warning *w, slice s)
{
    size_t from = w->texts.len;
    buf_put(&w->texts, s);
    return w->texts.failed ? (slice){NULL, 0} : slice_of(w->texts.ptr + from, s.len);
}

static status take_attributes(warning *w, const json *v, err *why)
{
    slice all;
    w->first = json_is(v, JSON_ARRAY) && v->first ? keep(w, json_text(v->first)) : w->first;
    bool any = read_attributes(w, v);
    if (!any && !w->kind_count && w->first.len == 0)
        return err_set(why, ERR_INPUT, 0, "\"matching_attributes\" are no names");
    if (any)
        return OK;
    buf_clear(&w->e.json);
    json_writer j = json_writer_on(&w->e.json);
    json_put_canonical(&j, v, w->e.memory);
    all = buf_slice(&w->e.json);
    w->attributes = keep(w, all);
    return OK;
}

static status note_member(warning *w, const json_part *p, err *why)
{
    const json_limits limits = {.depth_max = 16};
    arena_mark mark = arena_here(w->e.memory);
    json *v = NULL;
    if (p->over)
        return OK;
    status st = emit_parse(&w->e, p->raw, &limits, &v, why);
    if (st != OK)
        return st;
    slice text = json_text(v);
    if (slice_eq(p->key, S("name")))
        w->name = keep(w, slice_sub(slice_trim(text), 0, LIST_NAME_MAX + 1));
    else if (slice_eq(p->key, S("description")))
        w->about = keep(w, slice_trim(text));
    else if (slice_eq(p->key, S("type")))
        w->type = keep(w, text);
    else if (slice_eq(p->key, S("version")) && !json_int(v, &w->version))
        w->version = 0;
    else if (slice_eq(p->key, S("matching_attributes")))
        st = take_attributes(w, v, why);
    arena_back(w->e.memory, mark);
    return st == OK ? buf_status(&w->texts, why) : st;
}

/* Every part of the document to one of the two, until it ends. */
typedef status (*on_part)(warning *w, const json_part *p, err *why);

static status walk(warning *w, const format_input *input, on_part member, on_part item, err *why)
{
    static const slice split[] = {S_INIT("list")};
    json_stream_options options = {.split = split,
                                   .split_count = 1,
                                   .pass_over = true,
                                   .value_max = input->limits.record_bytes_max};
    json_part p;
    status st = reader_rewind(input->in, why);
    if (st != OK)
        return st;
    json_stream *s = json_stream_new(input->in, &options);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    while ((st = json_stream_next(s, &p, why)) == OK && p.kind != JSON_PART_END) {
        if (p.kind == JSON_PART_ITEM && p.key.len == 0)
            st = err_set(why, ERR_INPUT, p.at, "no object at the top: this is no warninglist");
        else if (p.doc > 0)
            st = err_set(why, ERR_INPUT, p.at, "a second value behind the list");
        else if (p.kind == JSON_PART_ITEM)
            st = item(w, &p, why);
        else if (member)
            st = member(w, &p, why);
        if (st != OK)
            break;
    }
    json_stream_free(s);
    return st;
}

static status count_entry(warning *w, const json_part *p, err *why)
{
    (void)p, (void)why;
    w->entries++;
    return OK;
}

static status check_list(warning *w, err *why)
{
    char quote[ERR_QUOTE_MAX];
    size_t m = 0;
    if (!w->name.len || w->name.len > LIST_NAME_MAX)
        return err_set(why, ERR_INPUT, 0, "the list's \"name\" is missing or over %d bytes",
                       (int)LIST_NAME_MAX);
    while (m < COUNT_OF(match_names) && !slice_eq(w->type, slice_str(match_names[m])))
        m++;
    if (m == COUNT_OF(match_names))
        return err_set(why, ERR_INPUT, 0, "\"%s\" is no type of a warninglist",
                       err_quote(w->type, quote));
    if (!w->entries)
        /* a whole list of nothing would withdraw everything: more likely it was cut */
        return err_set(why, ERR_INPUT, 0, "the list has no entries");
    w->match = (match)m;
    w->polarity = polarity_of(w->name);
    return OK;
}

/* --- the list itself -------------------------------------------------------------------------- */

static status kinds_array(warning *w, slice *ret, err *why)
{
    slice names[LIST_KINDS_MAX];
    for (size_t i = 0; i < w->kind_count; i++)
        names[i] = slice_str(kind_name(w->kinds[i]));
    *ret = (slice){NULL, 0};
    return w->kind_count ? emit_array(&w->e, names, w->kind_count, ret, why) : OK;
}

/* What is the same for all entries, once. */
static status make_details(warning *w, err *why)
{
    slice kinds;
    status st = kinds_array(w, &kinds, why);
    for (int host = 0; st == OK && host < 2; host++) {
        detail d = {0};
        detail_raw(&d, "kinds", kinds);
        detail_text(&d, "list", w->name);
        detail_text(&d, "polarity", w->polarity.polarity);
        detail_text(&d, "role", w->polarity.role);
        detail_text(&d, "type", slice_str(match_names[host ? MATCH_HOSTNAME : w->match]));
        st = emit_detail(&w->e, &d, &w->detail[host], why);
    }
    return st == OK ? emit_node(&w->e, KIND_OTHER, "misp-warninglist:", w->name, &w->list, why)
                    : st;
}

static status say_list(warning *w, err *why)
{
    fact_record r = {.place = S("/name"), .modified = WHEN_NONE};
    fact_claim c = emit_blank();
    detail d = {0};
    status st;
    emit_begin(&w->e);
    c.subject = w->list;
    c.predicate = PRED_PROPERTY;
    detail_raw(&d, "attributes", w->attributes);
    detail_text(&d, "polarity", w->polarity.polarity);
    detail_text(&d, "type", w->type);
    detail_int(&d, "version", w->version);
    if ((st = emit_named(&w->e, w->list, w->name, "title", NULL, why)) != OK ||
        (st = emit_detail(&w->e, &d, &c.detail, why)) != OK ||
        (st = emit_claim(&w->e, &c, why)) != OK)
        return st;
    c.predicate = PRED_DESCRIBED;
    c.detail = (slice){NULL, 0};
    c.value = w->about;
    if (w->about.len && (st = emit_claim(&w->e, &c, why)) != OK)
        return st;
    return emit_end(&w->e, &r, NULL, 0, why);
}

/* --- entries that are values ------------------------------------------------------------------ */

static status say_entry(warning *w, kind k, slice text, bool host, err *why)
{
    fact_claim c = emit_blank();
    c.subject = (node_ref){k, text};
    c.predicate = PRED_LISTED;
    c.detail = w->detail[host];
    return emit_claim(&w->e, &c, why);
}

static bool said(const node_ref *seen, size_t count, const observable *o)
{
    for (size_t i = 0; i < count; i++)
        if (seen[i].kind == o->kind && slice_eq(seen[i].text, o->value))
            return true;
    return false;
}

/* A domain in a list of names and pages is no page, and the other way round. */
static bool may_be(kind k, slice entry)
{
    bool slash = slice_find_byte(entry, '/', 0) != SIZE_MAX;
    return k == KIND_URL ? slash : k == KIND_DOMAIN ? !slash : true;
}

/* In each kind that the list is for, and that it can be read as. */
static status string_entry(warning *w, slice entry, bool *ret_some, err *why)
{
    node_ref seen[LIST_KINDS_MAX];
    size_t n = 0;
    observable o;
    for (size_t i = 0; i < (w->kind_count ? w->kind_count : 1); i++) {
        kind k = w->kind_count ? w->kinds[i] : KIND_NONE;
        if (!may_be(k, entry))
            continue;
        status st = observable_parse(w->e.memory, entry, k, &o, why);
        if (st == ERR_LIMIT)
            return st;
        if (st != OK || said(seen, n, &o))
            continue;
        seen[n++] = (node_ref){o.kind, o.value};
        if ((st = say_entry(w, o.kind, o.value, false, why)) != OK)
            return st;
    }
    *ret_some = n > 0;
    return OK;
}

/* ".google.com" is google.com and what is below it, whatever the list's type. */
static status host_entry(warning *w, slice entry, bool *ret_some, err *why)
{
    observable o;
    while (entry.len && entry.ptr[0] == '.')
        entry = slice_from(entry, 1);
    status st = observable_parse(w->e.memory, entry, KIND_DOMAIN, &o, why);
    if (st != OK) {
        st = st == ERR_LIMIT ? st : observable_parse(w->e.memory, entry, KIND_IPV4, &o, why);
        if (st != OK)
            return st == ERR_LIMIT ? st : OK;
    }
    *ret_some = true;
    return say_entry(w, o.kind, o.value, true, why);
}

static bool for_domains(const warning *w)
{
    for (size_t i = 0; i < w->kind_count; i++)
        if (w->kinds[i] == KIND_DOMAIN)
            return true;
    return false;
}

/* What is no value of the list's kinds is kept as what it is: "domain=aero". */
static status text_entry(warning *w, slice entry, err *why)
{
    observable o;
    slice first = w->first.len ? w->first : S("value");
    slice both = arena_printf(w->e.memory, "%.*s=%.*s", SLICE_FMT(first), SLICE_FMT(entry));
    if (!both.ptr)
        return ARENA_SPENT(w->e.memory, why);
    status st = observable_parse(w->e.memory, both, KIND_PROPERTY, &o, why);
    if (st != OK)
        return st;
    w->as_text++;
    return say_entry(w, o.kind, o.value, false, why);
}

static status value_entry(warning *w, slice entry, err *why)
{
    observable o;
    bool some = false;
    status st = OK;
    if (w->match == MATCH_CIDR) {
        st = observable_parse(w->e.memory, entry, KIND_CIDR, &o, why);
        return st == OK ? say_entry(w, o.kind, o.value, false, why) : st;
    }
    if (w->match == MATCH_HOSTNAME || (entry.ptr[0] == '.' && for_domains(w)))
        st = host_entry(w, entry, &some, why);
    else
        st = string_entry(w, entry, &some, why);
    return st == OK && !some ? text_entry(w, entry, why) : st;
}

/* --- entries that are looked for inside of values --------------------------------------------- */

static status say_patterns(warning *w, kind k, err *why)
{
    fact_claim c = emit_blank();
    c.subject = w->list;
    c.predicate = PRED_LISTED;
    c.value = buf_slice(&w->chunk);
    c.detail = w->detail[0];
    c.object.kind = KIND_OTHER;
    c.object.text =
        arena_printf(w->e.memory, "list-patterns:%s", k == KIND_NONE ? "any" : kind_name(k));
    return c.object.text.ptr ? emit_claim(&w->e, &c, why) : ARENA_SPENT(w->e.memory, why);
}

static status end_chunk(warning *w, err *why)
{
    char place[40];
    fact_record r = {
        .at = w->chunk_at, .length = w->chunk_end - w->chunk_at, .modified = WHEN_NONE};
    status st = OK;
    if (!w->chunk_lines)
        return OK;
    r.place = slice_of(place, (size_t)snprintf(place, sizeof place, "/list/%llu",
                                               (unsigned long long)w->chunk_index));
    emit_begin(&w->e);
    if (!w->kind_count)
        st = say_patterns(w, KIND_NONE, why);
    for (size_t i = 0; st == OK && i < w->kind_count; i++)
        st = say_patterns(w, w->kinds[i], why);
    if (st == OK)
        st = emit_end(&w->e, &r, NULL, 0, why);
    w->chunk_lines = 0;
    buf_clear(&w->chunk);
    return st;
}

static status check_pattern(warning *w, slice entry, err *why)
{
    const regex *r;
    arena_mark mark = arena_here(w->e.memory);
    if (slice_find_byte(entry, '\n', 0) != SIZE_MAX || slice_find_byte(entry, 0, 0) != SIZE_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a line break or NUL in a pattern");
    if (entry.len > REGEX_TEXT_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a pattern of %zu bytes, limit %d", entry.len,
                       (int)REGEX_TEXT_MAX);
    if (w->match != MATCH_REGEX && entry.len < LISTED_TEXT_MIN)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "\"%.*s\" stands in everything",
                       SLICE_FMT(entry));
    if (w->match != MATCH_REGEX)
        return OK;
    size_t budget = w->e.memory->budget - w->e.memory->spent;
    status st = regex_compile(w->e.memory, entry, &r, why);
    arena_back(w->e.memory, mark);
    /* over a limit of patterns it is the pattern's fault */
    if (st == OK || (st == ERR_LIMIT && (why->at == ERR_NOWHERE || !budget)))
        return st;
    err cause = *why;
    char quote[ERR_QUOTE_MAX];
    return err_set(why, ERR_INPUT, cause.at, "\"%s\": %.120s", err_quote(entry, quote), cause.msg);
}

/* A line for each entry, empty for one that is refused: line i of a chunk is entry i of it. */
static status pattern_entry(warning *w, const json_part *p, slice entry, bool good, err *why)
{
    status st = OK;
    if (w->chunk_lines == CHUNK_LINES || w->chunk.len + entry.len + 1 > CHUNK_BYTES)
        st = end_chunk(w, why);
    if (st != OK || (!good && !w->chunk_lines))
        return st;
    if (!w->chunk_lines) {
        w->chunk_index = p->index;
        w->chunk_at = p->at;
    } else {
        buf_byte(&w->chunk, '\n');
    }
    for (size_t i = 0; i < entry.len && good; i++)
        buf_byte(&w->chunk, w->match == MATCH_REGEX ? entry.ptr[i] : to_lower(entry.ptr[i]));
    w->chunk_lines++;
    w->chunk_end = p->at + p->length;
    return buf_status(&w->chunk, why);
}

/* --- entries ---------------------------------------------------------------------------------- */

static status entry_text(warning *w, const json_part *p, slice *ret, err *why)
{
    json *v = NULL;
    if (p->over)
        return err_set(why, ERR_INPUT, p->at, "the entry is too long or too deep");
    status st = emit_parse(&w->e, p->raw, NULL, &v, why);
    if (st != OK)
        return st;
    *ret = slice_trim(json_text(v));
    if (!ret->len)
        return err_set(why, ERR_INPUT, p->at, "the entry is no text");
    if (ret->len > OBSERVABLE_TEXT_MAX - LIST_NAME_MAX)
        return err_set(why, ERR_INPUT, p->at, "the entry is %zu bytes", ret->len);
    return OK;
}

static status take_entry(warning *w, const json_part *p, err *why)
{
    char place[40];
    slice entry = {NULL, 0};
    bool patterns = w->match == MATCH_SUBSTRING || w->match == MATCH_REGEX;
    fact_record r = {.at = p->at, .length = p->length, .modified = WHEN_NONE};
    r.place = slice_of(
        place, (size_t)snprintf(place, sizeof place, "/list/%llu", (unsigned long long)p->index));
    emit_begin(&w->e);
    status st = entry_text(w, p, &entry, why), line;
    if (st == OK)
        st = patterns ? check_pattern(w, entry, why) : value_entry(w, entry, why);
    if (patterns && (st == OK || st == ERR_INPUT)) {
        err cause = *why;
        if ((line = pattern_entry(w, p, entry, st == OK, why)) != OK)
            return line;
        *why = cause;
        if (st == OK)
            return OK;
    }
    if (st != OK)
        return emit_refuse(&w->e, p->at, r.place, st, why);
    return emit_end(&w->e, &r, NULL, 0, why);
}

/* "misp-warninglist/list-of-known-google-domains": each list is a source of its own, so that a
 * new version replaces the old one wherever its file lies. */
static slice source_of(slice name, char out[LIST_NAME_MAX + 32])
{
    size_t n = (size_t)snprintf(out, 32, "misp-warninglist/"), start = n;
    for (size_t i = 0; i < name.len; i++) {
        char c = to_lower(name.ptr[i]);
        if (is_alnum(c))
            out[n++] = c;
        else if (n > start && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > start && out[n - 1] == '-')
        n--;
    return slice_of(out, n);
}

static status read_entries(warning *w, const format_input *in, const fact_sink *sink, err *why)
{
    char source[LIST_NAME_MAX + 32];
    fact_head h = {
        .format = S("misp-warninglist"), .source = source_of(w->name, source), .snapshot = true};
    status st = emit_open(&w->e, in, sink, &h, why);
    if (st != OK || (st = make_details(w, why)) != OK)
        return st;
    emit_keep(&w->e);
    if ((st = say_list(w, why)) != OK || (st = walk(w, in, NULL, take_entry, why)) != OK ||
        (st = end_chunk(w, why)) != OK)
        return st;
    return w->as_text ? emit_warn(&w->e, 0, S("/list"), why,
                                  "%llu entries are no values of the list's kinds: kept as text",
                                  (unsigned long long)w->as_text)
                      : OK;
}

static void close_warning(warning *w)
{
    emit_close(&w->e);
    buf_done(&w->texts);
    buf_done(&w->chunk);
}

static status read_warninglist(const format_input *input, const fact_sink *sink, err *why)
{
    enum { TEXTS_MAX = 256 << 10 };
    CLEANUP(arena_done)
    arena own = {0};
    CLEANUP(close_warning)
    warning w = {.match = MATCH_STRING};
    format_input in = *input;
    err mine = {0};
    if (!why)
        why = &mine;
    in.memory = format_memory(input, &own);
    if (!in.limits.record_bytes_max)
        in.limits.record_bytes_max = 1 << 20;
    w.e.memory = in.memory;
    buf_init(&w.e.json, FACT_DETAIL_MAX);
    buf_init(&w.texts, TEXTS_MAX);
    buf_init(&w.chunk, CHUNK_BYTES + 2 * CHUNK_LINES);
    if (!buf_room(&w.texts, TEXTS_MAX)) /* it may not move later */
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    status st = walk(&w, &in, note_member, count_entry, why);
    buf_done(&w.e.json); /* emit_open makes its own */
    if (st == OK)
        st = check_list(&w, why);
    return st == OK ? read_entries(&w, &in, sink, why) : st;
}

/* "list" may be longer than what is looked at, and what follows it unseen. */
static int sniff(slice head, slice path)
{
    json_peek p;
    (void)path;
    if (!peek_json(head, &p) || !peek_top(&p, S("list")))
        return 0;
    if (peek_top(&p, S("matching_attributes")))
        return 90;
    return peek_top(&p, S("description")) || peek_top(&p, S("name")) ? 50 : 0;
}

const format format_misp_warninglist = {.name = "misp-warninglist",
                                        .version = 2,
                                        .snapshot = true,
                                        .one_list = true,
                                        .sniff = sniff,
                                        .read = read_warninglist};
