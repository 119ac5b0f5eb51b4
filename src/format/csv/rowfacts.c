/* rowfacts.c - one row of a table as claims: see rowfacts.h; docs/formats/csv.md tells users. */
#include "format/csv/rowfacts.h"

#include "format/phrase.h"

#include <stdio.h>

/* --- reading cells --------------------------------------------------------------------------- */

static slice cell(const row_facts *f, size_t i)
{
    return i < f->r->count ? slice_trim(f->r->field[i]) : (slice){NULL, 0};
}

/* Kept as it is, under the header's name. */
static void keep_other(row_facts *f, const column *c, slice text)
{
    if (!text.len || text.len > ROW_OTHER_MAX)
        return;
    f->other[f->others++] = c->name;
    f->other[f->others++] = text;
}

static bool number(slice text, uint64_t max, uint64_t *ret)
{
    return slice_u64(text, ret) && *ret <= max;
}

/* "85", "0.85", "85%", "high". STIX 2.1 appendix A has the words (None/Low/Med/High scale). */
static bool confidence(slice text, int *ret)
{
    static const struct {
        slice word;
        int value;
    } levels[] = {{S_INIT("low"), 15}, {S_INIT("medium"), 50}, {S_INIT("moderate"), 50},
                  {S_INIT("med"), 50}, {S_INIT("high"), 85},   {S_INIT("confirmed"), 95}};
    uint64_t n;
    for (size_t i = 0; i < COUNT_OF(levels); i++)
        if (slice_eq_nocase(text, levels[i].word)) {
            *ret = levels[i].value;
            return true;
        }
    if (text.len > 1 && text.ptr[text.len - 1] == '%')
        text = slice_trim(slice_sub(text, 0, text.len - 1));
    if (text.len >= 3 && (text.ptr[0] == '0' || text.ptr[0] == '1') && text.ptr[1] == '.' &&
        slice_u64(slice_sub(text, 2, 4), &n)) {
        if (slice_sub(text, 2, 4).len == 1)
            n *= 10;
        *ret = text.ptr[0] == '1' ? 100 : (int)n;
        return true;
    }
    if (!number(text, 100, &n))
        return false;
    *ret = (int)n;
    return true;
}

static status origins(emitter *e, slice text, err *why)
{
    slice *list = arena_array(e->memory, FACT_ORIGINS_MAX, sizeof *list);
    size_t n = 0, i = 0;
    if (!list)
        return ARENA_SPENT(e->memory, why);
    while (i < text.len && n < FACT_ORIGINS_MAX) {
        size_t start = i;
        while (i < text.len && !is_space(text.ptr[i]) && text.ptr[i] != ';' && text.ptr[i] != '"' &&
               text.ptr[i] != ',' && text.ptr[i] != ')' && text.ptr[i] != '>')
            i++;
        slice word = slice_sub(text, start, i++);
        size_t at = slice_find(word, S("http"), 0);
        word = at == SIZE_MAX ? word : slice_from(word, at);
        if (word.len <= NODE_TEXT_MAX &&
            (slice_starts_nocase(word, S("https://")) || slice_starts_nocase(word, S("http://"))))
            list[n++] = word;
    }
    if (n && !e->common.origin_count) {
        e->common.origins = list;
        e->common.origin_count = n;
    }
    return OK;
}

static status tags(emitter *e, row_facts *f, const column *c, slice text, err *why)
{
    slice list[32], array;
    size_t n = 0, i = 0;
    while (i < text.len && n < COUNT_OF(list)) {
        size_t start = i;
        while (i < text.len && text.ptr[i] != ',' && text.ptr[i] != ';' && text.ptr[i] != '|')
            i++;
        slice one = slice_trim(slice_sub(text, start, i++));
        if (one.len)
            list[n++] = one;
    }
    for (size_t k = 0; k < f->common.count; k++)
        if (strcmp(f->common.item[k].key, "tags") == 0) {
            keep_other(f, c, text);
            return OK;
        }
    status st = emit_array(e, list, n, &array, why);
    if (st == OK && n)
        detail_raw(&f->common, "tags", array);
    return st;
}

/* Once a row; a second column of the same meaning is kept by its name. */
static void text_once(row_facts *f, const column *c, const char *key, slice text)
{
    for (size_t i = 0; i < f->common.count; i++)
        if (strcmp(f->common.item[i].key, key) == 0) {
            keep_other(f, c, text);
            return;
        }
    detail_text(&f->common, key, text);
}

static bool int_once(row_facts *f, const char *key, slice text, uint64_t max)
{
    uint64_t n;
    if (!number(text, max, &n))
        return false;
    for (size_t i = 0; i < f->common.count; i++)
        if (strcmp(f->common.item[i].key, key) == 0)
            return false;
    detail_int(&f->common, key, (int64_t)n);
    return true;
}

static bool date_once(when *into, const column *c, slice text)
{
    return *into == WHEN_NONE && date_read(text, c->order, into);
}

/* The name of an entity: the first of several, since one row is about one of each. */
static void name_once(row_facts *f, const column *c, slice *into, slice text)
{
    if (into->len)
        keep_other(f, c, text);
    else
        *into = text;
}

/* A marking that cannot be read is the strictest. */
static void mark(emitter *e, slice text, bool *ret_unread)
{
    tlp t = TLP_RED;
    *ret_unread = tlp_parse(text, &t) != OK;
    marking m = {.tlp = t};
    e->common.marking = e->common.marked ? marking_join(e->common.marking, m) : m;
    e->common.marked = true;
}

static bool date_role(emitter *e, const row_facts *f, const column *c, slice text)
{
    when *into = &e->common.valid_from;
    if (c->role == COLUMN_FIRST_SEEN)
        into = &e->common.first_seen;
    else if (c->role == COLUMN_LAST_SEEN)
        into = &e->common.last_seen;
    else if (c->role == COLUMN_VALID_UNTIL)
        into = &e->common.valid_until;
    else if (c->role == COLUMN_DATE) {
        bool said = false; /* does another column say first seen? */
        for (size_t i = 0; i < f->t->count; i++)
            said |= f->t->column[i].role == COLUMN_FIRST_SEEN;
        into = said ? &e->common.valid_from : &e->common.first_seen;
    }
    return date_once(into, c, text);
}

/* Everything but the observables. *ret_unread: kept as text, though the column promised more. */
static status take_cell(emitter *e, row_facts *f, const column *c, slice text, bool *ret_unread,
                        err *why)
{
    bool ok = true;
    *ret_unread = false;
    switch (c->role) {
    case COLUMN_FIRST_SEEN:
    case COLUMN_LAST_SEEN:
    case COLUMN_DATE:
    case COLUMN_ADDED:
    case COLUMN_VALID_UNTIL: ok = date_role(e, f, c, text); break;
    case COLUMN_TLP: mark(e, text, ret_unread); return OK;
    case COLUMN_CONFIDENCE: ok = confidence(text, &e->common.confidence); break;
    case COLUMN_SCORE: ok = int_once(f, "score", text, 1000000); break;
    case COLUMN_COUNT: ok = int_once(f, "count", text, INT64_MAX); break;
    case COLUMN_PORT: ok = int_once(f, "port", text, 65535); break;
    case COLUMN_PROTOCOL: text_once(f, c, "protocol", text); break;
    case COLUMN_VERSION: text_once(f, c, "version", text); break;
    case COLUMN_WATERMARK: text_once(f, c, "watermark", text); break;
    case COLUMN_PRODUCT: text_once(f, c, "product", text); break;
    case COLUMN_PATH: text_once(f, c, "path", text); break;
    case COLUMN_CATEGORY: text_once(f, c, "category", text); break;
    case COLUMN_THREAT: {
        slice use;
        if (phrase_use_in(text, false, &use))
            text_once(f, c, "category", text);
        else
            name_once(f, c, &f->malware_name, text);
        break;
    }
    case COLUMN_MALWARE:
    case COLUMN_TOOL: name_once(f, c, &f->malware_name, text); break;
    case COLUMN_ACTOR: name_once(f, c, &f->actor_name, text); break;
    case COLUMN_CAMPAIGN: name_once(f, c, &f->campaign_name, text); break;
    case COLUMN_COMMENT: name_once(f, c, &f->comment, text); return origins(e, text, why);
    case COLUMN_REFERENCE: {
        size_t before = e->common.origin_count;
        status st = origins(e, text, why);
        ok = e->common.origin_count > before || st != OK;
        if (st != OK)
            return st;
        break;
    }
    case COLUMN_TAGS: return tags(e, f, c, text, why);
    case COLUMN_FILENAME:
        if (!f->filename.len)
            f->filename_from = c;
        name_once(f, c, &f->filename, text);
        break;
    case COLUMN_PACKAGE: name_once(f, c, &f->package, text); break;
    case COLUMN_OTHER: keep_other(f, c, text); return OK;
    case COLUMN_TYPE: {
        want w;
        if (!want_by_word(text, &w))
            keep_other(f, c, text);
        return OK;
    }
    case COLUMN_IGNORE:
    case COLUMN_VALUE:
    case COLUMN_OBSERVABLE:
    case COLUMN_LIST:
    case COLUMN_ROLE_COUNT_: return OK;
    }
    *ret_unread = !ok;
    if (!ok)
        keep_other(f, c, text);
    return OK;
}

/* --- observables ----------------------------------------------------------------------------- */

/* The kind that the TYPE column names; any when it names none that is known: then its words are in
 * *ret_word. */
static want wanted(const row_facts *f, const column *c, slice *ret_word)
{
    want w = c->want;
    *ret_word = (slice){NULL, 0};
    if (c->role != COLUMN_VALUE)
        return w;
    for (size_t i = 0; i < f->t->count; i++)
        if (f->t->column[i].role == COLUMN_TYPE && !cell_empty(cell(f, i)) &&
            !want_by_word(cell(f, i), &w))
            *ret_word = cell(f, i);
    return w;
}

/* "Service Name" and "NtertSrv": a kind of the source's own, kept as service-name=NtertSrv. */
static status add_property(emitter *e, row_facts *f, const column *c, slice word, slice text,
                           err *why)
{
    enum { WORD_MAX = 64 };
    char name[WORD_MAX];
    size_t n = 0;
    observable o;
    for (size_t i = 0; i < word.len; i++) {
        bool part = is_alnum(word.ptr[i]);
        if (n == WORD_MAX)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "its type is over %d bytes", (int)WORD_MAX);
        if (part || (n && name[n - 1] != '-'))
            name[n++] = part ? to_lower(word.ptr[i]) : '-';
    }
    while (n && name[n - 1] == '-')
        n--;
    if (!n)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "its type cannot be read");
    slice both = arena_printf(e->memory, "%.*s=%.*s", (int)n, name, SLICE_FMT(text));
    if (!both.ptr)
        return ARENA_SPENT(e->memory, why);
    status st = cell_observable(e->memory, both, (want){WANT_KIND, KIND_PROPERTY}, &o, why);
    if (st == OK)
        f->item[f->count++] = (row_item){o, c};
    return st;
}

static status add_cell(emitter *e, row_facts *f, const column *c, slice text, want w, err *why)
{
    observable o[ROW_CELL_MAX];
    size_t n = 0;
    status st = cell_observables(e->memory, text, w, o, COUNT_OF(o), &n, why);
    for (size_t i = 0; st == OK && i < n; i++) {
        if (f->count == ROW_OBSERVABLES_MAX)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "over %d indicators in one row",
                           (int)ROW_OBSERVABLES_MAX);
        f->item[f->count++] = (row_item){o[i], c};
    }
    return st;
}

/* The cells that must be observables. One that is none spoils the row if it is the row's value or
 * its only one; else it is kept as text. */
static status take_observables(emitter *e, row_facts *f, uint64_t *unread, err *why)
{
    err bad = {0}, once;
    size_t values = 0; /* without a header several columns may be the value */
    status st;
    for (size_t i = 0; i < f->t->count; i++)
        values += f->t->column[i].role == COLUMN_VALUE;
    for (size_t i = 0; i < f->t->count; i++) {
        const column *c = &f->t->column[i];
        slice text = cell(f, i);
        if ((c->role != COLUMN_VALUE && c->role != COLUMN_OBSERVABLE && c->role != COLUMN_LIST) ||
            cell_empty(text))
            continue;
        slice word;
        want w = wanted(f, c, &word);
        st = add_cell(e, f, c, text, w, &once);
        if (st == ERR_INPUT && word.len && f->count < ROW_OBSERVABLES_MAX)
            st = add_property(e, f, c, word, text, &once);
        if (st == OK)
            continue;
        if (st != ERR_INPUT) {
            *why = once;
            return st;
        }
        err_wrap(&once, ERR_INPUT, "%.*s", SLICE_FMT(slice_sub(c->name, 0, 60)));
        if (!bad.msg[0])
            bad = once;
        if (c->role == COLUMN_VALUE && values == 1) {
            *why = once;
            return ERR_INPUT;
        }
        unread[i]++;
        keep_other(f, c, text);
    }
    if (!f->count && !f->filename.len && !f->package.len) {
        if (!bad.msg[0])
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "no indicator in it");
        *why = bad;
        return ERR_INPUT;
    }
    return OK;
}

static bool has_hash(const row_facts *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (kind_is_hash(f->item[i].o.kind))
            return true;
    return false;
}

/* A file name or an application id beside a hash describes the file; alone it is the indicator. */
static status take_descriptions(emitter *e, row_facts *f, err *why)
{
    status st;
    static const struct {
        column_role role;
        kind kind;
        const char *key;
    } both[] = {{COLUMN_FILENAME, KIND_FILENAME, "filename"},
                {COLUMN_PACKAGE, KIND_PACKAGE, "package"}};
    for (size_t k = 0; k < COUNT_OF(both); k++) {
        slice text = k == 0 ? f->filename : f->package;
        if (!text.len)
            continue;
        if (has_hash(f)) {
            if (text.len <= ROW_OTHER_MAX)
                detail_text(&f->common, both[k].key, text);
            continue;
        }
        for (size_t i = 0; i < f->t->count; i++)
            if (f->t->column[i].role == both[k].role && slice_eq(cell(f, i), text) &&
                (st = add_cell(e, f, &f->t->column[i], text, (want){WANT_KIND, both[k].kind},
                               why)) != OK)
                return st;
    }
    return OK;
}

/* --- claims ---------------------------------------------------------------------------------- */

static node_ref node(const observable *o)
{
    return (node_ref){o->kind, o->value};
}

/* Where a hash talks to, what a URL delivers, which hashes are one file's, what a domain resolves
 * to: only what stands in one row says so. */
static status relation(emitter *e, predicate p, const observable *a, const observable *b, err *why)
{
    fact_claim c = emit_blank();
    c.subject = node(a);
    c.predicate = p;
    c.object = node(b);
    return emit_claim(e, &c, why);
}

static int strength(kind k)
{
    return k == KIND_SHA256 ? 5 : k == KIND_SHA512 ? 4 : k == KIND_SHA1 ? 3 : k == KIND_MD5 ? 2 : 1;
}

/* The strongest hash of a file's; the others hash with it. */
static status one_file(emitter *e, const row_facts *f, slice group, size_t *ret_best, err *why)
{
    size_t best = SIZE_MAX;
    bool twice = false; /* two of one kind: several files, nobody knows which goes with which */
    status st;
    for (size_t i = 0; i < f->count; i++) {
        const row_item *x = &f->item[i];
        if (!kind_is_hash(x->o.kind) || !slice_eq(x->from->group, group))
            continue;
        for (size_t k = 0; k < i; k++)
            twice |= f->item[k].o.kind == x->o.kind && slice_eq(f->item[k].from->group, group) &&
                     !slice_eq(f->item[k].o.value, x->o.value);
        if (best == SIZE_MAX || strength(x->o.kind) > strength(f->item[best].o.kind))
            best = i;
    }
    *ret_best = best;
    for (size_t i = 0; i < f->count && best != SIZE_MAX && !twice; i++)
        if (i != best && kind_is_hash(f->item[i].o.kind) &&
            f->item[i].o.kind != f->item[best].o.kind && slice_eq(f->item[i].from->group, group) &&
            (st = relation(e, PRED_HASHES_WITH, &f->item[best].o, &f->item[i].o, why)) != OK)
            return st;
    return OK;
}

static bool is_network(kind k)
{
    return k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_DOMAIN || k == KIND_URL;
}

static status relations(emitter *e, const row_facts *f, err *why)
{
    size_t file = SIZE_MAX, best, ips = 0, ip = 0, domains = 0, domain = 0;
    status st;
    for (size_t i = 0; i < f->count; i++) {
        const row_item *x = &f->item[i];
        bool first = kind_is_hash(x->o.kind);
        for (size_t k = 0; k < i && first; k++)
            first = !kind_is_hash(f->item[k].o.kind) ||
                    !slice_eq(f->item[k].from->group, x->from->group);
        if (first) {
            if ((st = one_file(e, f, x->from->group, &best, why)) != OK)
                return st;
            if (file == SIZE_MAX)
                file = best;
        }
        if (x->o.kind == KIND_IPV4 || x->o.kind == KIND_IPV6) {
            ips++;
            ip = i;
        } else if (x->o.kind == KIND_DOMAIN) {
            domains++;
            domain = i;
        }
    }
    for (size_t i = 0; i < f->count && file != SIZE_MAX; i++) {
        const row_item *x = &f->item[i];
        if (!is_network(x->o.kind))
            continue;
        if (slice_eq(x->from->use, S("c2")))
            st = relation(e, PRED_COMMUNICATES_WITH, &f->item[file].o, &x->o, why);
        else if (slice_eq(x->from->use, S("delivery")) && x->o.kind == KIND_URL)
            st = relation(e, PRED_DELIVERS, &x->o, &f->item[file].o, why);
        else
            continue;
        if (st != OK)
            return st;
    }
    if (ips == 1 && domains == 1)
        return relation(e, PRED_RESOLVES_TO, &f->item[domain].o, &f->item[ip].o, why);
    return OK;
}

static status other_json(emitter *e, row_facts *f, err *why)
{
    slice raw;
    json *v = NULL;
    if (!f->others)
        return OK;
    buf_clear(&e->json);
    json_writer w = json_writer_on(&e->json);
    json_open(&w, '{');
    for (size_t i = 0; i < f->others; i += 2) {
        bool again = false; /* two columns of one name: the first */
        for (size_t k = 0; k < i && !again; k += 2)
            again = slice_eq(f->other[k], f->other[i]);
        if (again)
            continue;
        json_key_slice(&w, f->other[i]);
        json_put_text(&w, f->other[i + 1]);
    }
    json_close(&w, '}');
    if (e->json.failed)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "qualifiers are over %d bytes",
                       (int)FACT_DETAIL_MAX);
    if (!arena_copy(e->memory, buf_slice(&e->json), &raw))
        return ARENA_SPENT(e->memory, why);
    status st = emit_parse(e, raw, NULL, &v, why);
    if (st != OK)
        return st;
    buf_clear(&e->json);
    w = json_writer_on(&e->json);
    json_put_canonical(&w, v, e->memory);
    if (e->json.failed)
        return ARENA_SPENT(e->memory, why);
    if (!arena_copy(e->memory, buf_slice(&e->json), &raw))
        return ARENA_SPENT(e->memory, why);
    detail_raw(&f->common, "other", raw);
    return OK;
}

/* The file name of the row is that of the hashes of its own group; of all, if no hash has one. */
static bool has_this_filename(const row_facts *f, const row_item *x)
{
    bool some = false;
    if (!kind_is_hash(x->o.kind) || !f->filename_from)
        return false;
    for (size_t i = 0; i < f->count; i++)
        some |= kind_is_hash(f->item[i].o.kind) &&
                slice_eq(f->item[i].from->group, f->filename_from->group);
    return !some || slice_eq(x->from->group, f->filename_from->group);
}

/* What of the row's qualifiers is about this observable. */
static void qualify(const row_facts *f, const row_item *x, detail *d)
{
    *d = f->common;
    if (is_network(x->o.kind) || x->o.kind == KIND_CIDR)
        detail_text(d, "role", x->from->use.len ? x->from->use : f->use);
    if (x->o.port) {
        detail_drop(d, "port");
        detail_int(d, "port", x->o.port);
    }
    if (!kind_is_hash(x->o.kind))
        detail_drop(d, "package");
    if (!has_this_filename(f, x))
        detail_drop(d, "filename");
}

/* One claim: this observable indicates that, or is just malicious, or is just listed. */
static status say(emitter *e, const row_facts *f, const row_item *x, node_ref object, err *why)
{
    detail d;
    fact_claim c = emit_blank();
    status st;
    qualify(f, x, &d);
    c.subject = node(&x->o);
    c.object = object;
    c.value = f->comment;
    c.predicate = PRED_INDICATES;
    if (f->benign || (x->from->role == COLUMN_LIST && object.kind == KIND_NONE)) {
        c.predicate = PRED_LISTED;
        detail_text(&d, "polarity", f->benign ? S("benign") : S("unknown"));
    }
    if ((st = emit_detail(e, &d, &c.detail, why)) != OK)
        return st;
    return emit_claim(e, &c, why);
}

static status entities(emitter *e, row_facts *f, err *why)
{
    status st;
    struct {
        kind kind;
        slice name;
        node_ref *into;
    } all[] = {{KIND_MALWARE, f->malware_name, &f->malware},
               {KIND_ACTOR, f->actor_name, &f->actor},
               {KIND_CAMPAIGN, f->campaign_name, &f->campaign}};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        if (cell_empty(all[i].name) || f->benign)
            continue; /* what is nothing bad is nobody's */
        if ((st = emit_node(e, all[i].kind, "name:", all[i].name, all[i].into, why)) != OK ||
            (st = emit_named_once(e, *all[i].into, all[i].name, why)) != OK)
            return st;
    }
    return OK;
}

/* The same value twice in a row (MD5 in its own column and as the value) is said once. */
static bool said(const row_facts *f, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (f->item[k].o.kind == f->item[i].o.kind &&
            slice_eq(f->item[k].o.value, f->item[i].o.value))
            return true;
    return false;
}

/* An import hash is that of every program with the same imports, and all of .NET has one: beside
 * the hash of a file it is a trait of that file and no sign of anything. *ret is the file. */
static bool is_trait(const row_facts *f, const row_item *x, const observable **ret)
{
    *ret = NULL;
    for (size_t i = 0; i < f->count && x->o.kind == KIND_IMPHASH; i++)
        if (kind_is_hash(f->item[i].o.kind) && (!*ret || f->item[i].o.kind == KIND_SHA256))
            *ret = &f->item[i].o;
    return *ret != NULL;
}

/* What the category says of all the row. */
static void read_category(row_facts *f)
{
    static const slice good[] = {S_INIT("legitimate"), S_INIT("benign"), S_INIT("clean"),
                                 S_INIT("whitelist"), S_INIT("false positive")};
    for (size_t i = 0; i < f->common.count; i++) {
        slice text = f->common.item[i].text;
        if (strcmp(f->common.item[i].key, "category") != 0)
            continue;
        phrase_use_in(text, false, &f->use);
        for (size_t k = 0; k < COUNT_OF(good); k++)
            f->benign |= slice_starts_nocase(text, good[k]);
    }
}

status row_claims(emitter *e, const table *t, const row *r, uint64_t *unread, err *why)
{
    row_facts f = {.t = t, .r = r};
    status st;
    bool strange;
    f.item = arena_array(e->memory, ROW_OBSERVABLES_MAX, sizeof *f.item);
    f.other = arena_array(e->memory, 4 * (t->count + 1), sizeof *f.other);
    if (!f.item || !f.other)
        return ARENA_SPENT(e->memory, why);
    for (size_t i = 0; i < t->count; i++) {
        slice text = cell(&f, i);
        if (cell_empty(text))
            continue;
        if ((st = take_cell(e, &f, &t->column[i], text, &strange, why)) != OK)
            return st;
        unread[i] += strange;
    }
    read_category(&f);
    if ((st = take_observables(e, &f, unread, why)) != OK ||
        (st = take_descriptions(e, &f, why)) != OK || (st = entities(e, &f, why)) != OK ||
        (st = other_json(e, &f, why)) != OK)
        return st;
    const node_ref objects[] = {f.malware, f.actor, f.campaign};
    for (size_t i = 0; i < f.count; i++) {
        const observable *file;
        bool some = false;
        if (said(&f, i))
            continue;
        if (is_trait(&f, &f.item[i], &file)) {
            if ((st = relation(e, PRED_RELATED_TO, file, &f.item[i].o, why)) != OK)
                return st;
            continue;
        }
        for (size_t k = 0; k < COUNT_OF(objects); k++) {
            if (objects[k].kind == KIND_NONE && !(k == COUNT_OF(objects) - 1 && !some))
                continue;
            if ((st = say(e, &f, &f.item[i], objects[k], why)) != OK)
                return st;
            some = true;
        }
    }
    return relations(e, &f, why);
}
