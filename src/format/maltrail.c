/* maltrail.c - static trails of maltrail: what malware and actors leave in traffic, one a line,
 * under the reports that tell of it. docs/formats/maltrail.md says what becomes which claim.
 * A million lines are read in a go, so a line costs its value's normalising and little more: no
 * hash of its content is made, because nothing looks a line up by one. */
#include "format/format.h"

#include "format/emit.h"
#include "format/foreign.h"
#include "format/maltrail/family.h"
#include "format/rows.h"
#include "model/observable.h"

enum { SECTION_MAX = 200, ORIGIN_BYTES_MAX = 64 << 10, SIGN_BYTES = 512 };

typedef struct trails {
    emitter e;
    rows r;
    family f;
    /* the block being read: reports, then lines that they tell of */
    slice origin[FACT_ORIGINS_MAX];
    size_t origins, left_out;
    buf texts; /* of the origins; its room is taken at the start, so that it never moves */
    char section[SECTION_MAX];
    size_t section_len;
    bool values_since, blank_since; /* a trail was read in this block; a blank line behind it */
    bool named;                     /* the family's name was said */
} trails;

static void close_trails(trails *t)
{
    emit_close(&t->e);
    rows_close(&t->r);
    buf_done(&t->texts);
}

/* --- comments -------------------------------------------------------------------------------- */

static void begin_block(trails *t)
{
    t->origins = t->section_len = 0;
    buf_clear(&t->texts);
    t->values_since = t->blank_since = false;
}

/* "Reference: https://...", however the word is spelt ("Referecne", "References"). */
static bool is_reference(slice comment, slice *ret)
{
    size_t at = slice_find(comment, S("http"), 0), end;
    if (at == SIZE_MAX || (at > 0 && !slice_starts_nocase(comment, S("ref"))) || at > 16)
        return false;
    slice url = slice_from(comment, at);
    for (end = 0; end < url.len && !is_space(url.ptr[end]);)
        end++;
    url = slice_sub(url, 0, end);
    if (!slice_starts(url, S("http://")) && !slice_starts(url, S("https://")))
        return false;
    *ret = url;
    return true;
}

static void add_reference(trails *t, slice url)
{
    if (t->values_since || t->section_len)
        begin_block(t);
    if (t->origins == FACT_ORIGINS_MAX || url.len > ORIGIN_BYTES_MAX - t->texts.len) {
        t->left_out++;
        return;
    }
    size_t from = t->texts.len;
    buf_put(&t->texts, url);
    t->origin[t->origins++] = slice_of(t->texts.ptr + from, url.len);
}

/* Words that stand over trails which no report tells of. */
static bool says_nothing(slice comment)
{
    static const slice words[] = {S_INIT("generic"), S_INIT("misc"), S_INIT("apk"), S_INIT("note:"),
                                  S_INIT("reference")};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_starts_nocase(comment, words[i]))
            return true;
    return false;
}

/* "#kosic.or.kr": a trail that was taken back. */
static bool is_old_trail(slice comment)
{
    for (size_t i = 0; i < comment.len; i++)
        if (is_space(comment.ptr[i]) || comment.ptr[i] == '=')
            return false;
    return slice_find_byte(comment, '.', 0) != SIZE_MAX;
}

static void add_section(trails *t, slice comment)
{
    if (!comment.len || is_old_trail(comment) || (t->values_since && !t->blank_since))
        return;
    if (t->values_since || t->origins || t->section_len)
        begin_block(t);
    if (says_nothing(comment) || comment.len > SECTION_MAX)
        return;
    memcpy(t->section, comment.ptr, comment.len);
    t->section_len = comment.len;
}

/* "# MITRE: https://attack.mitre.org/groups/G0007/" */
static bool attack_id(const trails *t, slice comment, slice *ret)
{
    char first = t->f.entity.kind == KIND_ACTOR ? 'G' : 'S';
    size_t n = comment.len;
    if (!slice_starts_nocase(comment, S("MITRE:")) || t->f.says != FAMILY_THREAT)
        return false;
    while (n && comment.ptr[n - 1] == '/')
        n--;
    slice id = slice_from(slice_sub(comment, 0, n), n > 5 ? n - 5 : 0);
    uint64_t number;
    if (id.len != 5 || id.ptr[0] != first || !slice_u64(slice_from(id, 1), &number))
        return false;
    *ret = id;
    return true;
}

/* A line of the head that says what the family is called besides. */
static status take_names(trails *t, const row *r, slice names, const char *how, err *why)
{
    char place[EMIT_PLACE_MAX];
    slice one;
    fact_record record = {
        .at = r->at, .length = r->raw.len, .line = r->line, .modified = WHEN_NONE};
    if (t->f.says != FAMILY_THREAT)
        return OK;
    emit_begin(&t->e);
    status st = emit_named_once(&t->e, t->f.entity, t->f.name, why);
    while (st == OK && slice_cut(&names, ',', &one))
        if (!slice_eq(slice_trim(one), t->f.name))
            st = emit_named(&t->e, t->f.entity, one, how, NULL, why);
    if (st != OK)
        return emit_refuse(&t->e, r->at, emit_line(r->line, place), st, why);
    return emit_end(&t->e, &record, NULL, 0, why);
}

static bool is_licence(slice comment)
{
    return slice_starts(comment, S("Copyright")) || slice_starts(comment, S("See the file"));
}

static status take_comment(trails *t, const row *r, slice line, err *why)
{
    slice text = line, found;
    while (text.len && text.ptr[0] == '#')
        text = slice_from(text, 1);
    text = slice_trim(text);
    if (is_reference(text, &found)) {
        add_reference(t, found);
        return OK;
    }
    if (family_aliases(text, &found))
        return take_names(t, r, found, "alias", why);
    if (attack_id(t, text, &found))
        return take_names(t, r, found, "id", why);
    if (!is_licence(text) && !slice_starts_nocase(text, S("MITRE:")))
        add_section(t, text);
    return OK;
}

/* --- trails ---------------------------------------------------------------------------------- */

/* Signs that no host, address or path has. */
static bool is_pattern(slice s)
{
    static const bool sign[256] = {
        ['\\'] = 1, ['^'] = 1, ['$'] = 1, ['{'] = 1, ['}'] = 1,
        ['('] = 1,  [')'] = 1, ['|'] = 1, ['*'] = 1, ['+'] = 1,
    };
    for (size_t i = 0; i < s.len; i++)
        if (sign[(unsigned char)s.ptr[i]])
            return true;
    /* "[0-9]" but not "[2001:db8::1]:53" */
    size_t open = slice_find_byte(s, '[', 0);
    return open != SIZE_MAX && slice_find(s, S("-"), open) != SIZE_MAX;
}

/* maltrail looks for a path in any request: it has no host to be a URL of. */
static status as_property(trails *t, const char *name, slice s, observable *ret, err *why)
{
    slice both = arena_printf(t->e.memory, "%s=%.*s", name, SLICE_FMT(s));
    if (!both.ptr)
        return ARENA_SPENT(t->e.memory, why);
    return observable_parse(t->e.memory, both, KIND_PROPERTY, ret, why);
}

/* An IPv4 address, with a port or without. */
static status read_address(trails *t, slice s, observable *ret, err *why)
{
    char quote[ERR_QUOTE_MAX];
    size_t colon = slice_find_byte(s, ':', 0);
    uint64_t port;
    if (colon != SIZE_MAX &&
        (!slice_u64(slice_from(s, colon + 1), &port) || port == 0 || port > UINT16_MAX))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "\"%s\" is no address with a port",
                       err_quote(s, quote));
    return observable_parse(t->e.memory, s, KIND_IPV4, ret, why);
}

static status read_trail(trails *t, slice s, bool *ret_pattern, observable *ret, err *why)
{
    size_t slash = slice_find_byte(s, '/', 0), i = 0;
    *ret_pattern = false;
    if (s.len > OBSERVABLE_TEXT_MAX - 32)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the trail is %zu bytes, limit %d", s.len,
                       (int)OBSERVABLE_TEXT_MAX - 32);
    if (slash == 0)
        return as_property(t, "url-path", s, ret, why);
    while (i < s.len && (is_digit(s.ptr[i]) || s.ptr[i] == '.' || s.ptr[i] == ':'))
        i++;
    if (i == s.len)
        return read_address(t, s, ret, why);
    if (slash != SIZE_MAX) { /* a network, or a URL with or without its scheme */
        bool net =
            slash <= i && slice_find_byte(s, '/', slash + 1) == SIZE_MAX && s.len - slash < 5;
        for (size_t k = slash + 1; net && k < s.len; k++)
            net = is_digit(s.ptr[k]);
        return observable_parse(t->e.memory, s, net ? KIND_CIDR : KIND_URL, ret, why);
    }
    if (is_pattern(s)) {
        *ret_pattern = true;
        return as_property(t, "domain-regex", s, ret, why);
    }
    if (s.ptr[0] == '[')
        return observable_parse(t->e.memory, s, KIND_IPV6, ret, why);
    if (slice_find_byte(s, '.', 0) == SIZE_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "one word is no trail");
    return observable_parse(t->e.memory, s, KIND_DOMAIN, ret, why);
}

static status make_detail(trails *t, const observable *o, slice note, slice *ret, err *why)
{
    detail d = {0};
    bool category = t->f.says != FAMILY_THREAT;
    detail_text(&d, "category", category ? t->f.category : S(""));
    detail_text(&d, "note", note);
    detail_text(&d, "platform", t->f.platform);
    detail_text(&d, "role", t->f.role);
    detail_text(&d, "section", slice_of(t->section, t->section_len));
    if (o->port)
        detail_int(&d, "port", o->port);
    if (t->f.says == FAMILY_SINKHOLE) {
        detail_text(&d, "list", t->f.category);
        detail_text(&d, "polarity", S("neutral"));
    }
    return emit_detail(&t->e, &d, ret, why);
}

static status say(trails *t, const observable *o, slice note, err *why)
{
    static const predicate predicates[] = {
        [FAMILY_THREAT] = PRED_INDICATES,
        [FAMILY_BAD] = PRED_INDICATES,
        [FAMILY_SUSPICIOUS] = PRED_VERDICT,
        [FAMILY_SINKHOLE] = PRED_LISTED,
    };
    fact_claim c = emit_blank();
    status st;
    bool indicates = predicates[t->f.says] == PRED_INDICATES;
    c.subject = (node_ref){o->kind, o->value};
    c.predicate = predicates[t->f.says];
    if (t->f.says == FAMILY_THREAT)
        c.object = t->f.entity;
    c.value = t->f.says == FAMILY_SUSPICIOUS ? S("suspicious") : indicates ? note : S("");
    c.origins = t->origin;
    c.origin_count = t->origins;
    if ((st = make_detail(t, o, indicates ? S("") : note, &c.detail, why)) != OK)
        return st;
    if ((st = emit_claim(&t->e, &c, why)) != OK || t->f.says != FAMILY_THREAT || t->named)
        return st;
    return emit_named_once(&t->e, t->f.entity, t->f.name, why);
}

/* "5.63.151.0/24 # scanners.example" */
static slice cut_note(slice *s)
{
    for (size_t i = slice_find_byte(*s, '#', 1); i != SIZE_MAX;
         i = slice_find_byte(*s, '#', i + 1)) {
        if (!is_space(s->ptr[i - 1]))
            continue; /* a fragment */
        slice note = slice_trim(slice_from(*s, i + 1));
        *s = slice_trim(slice_sub(*s, 0, i));
        return note;
    }
    return (slice){NULL, 0};
}

static status take_trail(trails *t, const row *r, slice s, err *why)
{
    char place[EMIT_PLACE_MAX];
    observable o;
    bool pattern = false;
    fact_record record = {
        .at = r->at, .length = r->raw.len, .line = r->line, .modified = WHEN_NONE};
    emit_begin(&t->e);
    t->values_since = true;
    t->blank_since = false;
    slice note = cut_note(&s);
    status st =
        r->bad ? err_set(why, ERR_INPUT, r->at, "%s", r->bad) : read_trail(t, s, &pattern, &o, why);
    if (st == OK)
        st = say(t, &o, note, why);
    if (st != OK)
        return emit_refuse(&t->e, r->at, emit_line(r->line, place), st, why);
    if (pattern &&
        (st = emit_warn(&t->e, r->at, emit_line(r->line, place), why,
                        "a pattern for domains: kept, and not matched against names")) != OK)
        return st;
    t->named = true;
    return emit_end(&t->e, &record, NULL, 0, why);
}

/* --- the document ---------------------------------------------------------------------------- */

static status take_line(trails *t, const row *r, err *why)
{
    slice s = slice_trim(r->raw);
    if (!s.len && !r->bad) {
        t->blank_since = true;
        return OK;
    }
    if (s.len && s.ptr[0] == '#' && !r->bad)
        return take_comment(t, r, s, why);
    return take_trail(t, r, s, why);
}

static status begin_document(trails *t, const format_input *in, slice head, err *why)
{
    buf_init(&t->texts, ORIGIN_BYTES_MAX);
    if (!buf_room(&t->texts, ORIGIN_BYTES_MAX))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    return family_of(&t->e, in->path, head, &t->f, why);
}

static status read_trails(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(arena_done)
    arena own = {0};
    CLEANUP(close_trails)
    trails t = {0};
    format_input in = *input;
    err mine = {0};
    slice head;
    row r;
    bool whole, more;
    const fact_head h = {.format = S("maltrail"), .source = S("maltrail"), .snapshot = true};
    if (!why)
        why = &mine;
    in.memory = format_memory(input, &own);
    status st = rows_head(in.in, in.memory, 8 << 10, &head, &whole, why);
    if (st != OK || (st = emit_open(&t.e, &in, sink, &h, why)) != OK ||
        (st = begin_document(&t, &in, head, why)) != OK ||
        (st = rows_open(&t.r, in.in, t.e.memory, 0, in.limits.record_bytes_max, why)) != OK)
        return st;
    emit_keep(&t.e);
    while ((st = rows_next(&t.r, &r, &more, why)) == OK && more)
        if ((st = take_line(&t, &r, why)) != OK)
            return st;
    if (st == OK && t.left_out)
        st = emit_warn(&t.e, 0, S(""), why, "%zu references left out: over %d above one trail",
                       t.left_out, (int)FACT_ORIGINS_MAX);
    return st;
}

/* The licence's two lines, which nearly every file begins with; or only references and comments
 * that speak of maltrail. */
static int sniff(slice head, slice path)
{
    slice top = slice_trim(slice_sub(head, 0, SIGN_BYTES));
    if (!top.len || top.ptr[0] != '#' || foreign_name(path))
        return 0;
    return slice_find(top, S("stamparm/maltrail"), 0) != SIZE_MAX ||
                   slice_find(top, S("Maltrail developers"), 0) != SIZE_MAX
               ? 95
               : 0;
}

const format format_maltrail = {.name = "maltrail",
                                .version = 1,
                                .snapshot = true,
                                .folder = true,
                                .sniff = sniff,
                                .read = read_trails};
