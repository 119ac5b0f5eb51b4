/* microsoft.c - Microsoft's names of threat actors (MicrosoftMapping.json): an array of objects
 * with the name, where the actor comes from or what moves it, and its other names. Editions differ
 * in how the members are called and in whether the other names are one text or an array; the table
 * below has the spellings. docs/formats/microsoft-naming.md says what becomes which claim. */
#include "format/format.h"

#include "base/json.h"
#include "format/emit.h"
#include "format/peek.h"
#include "model/country.h"

#include <stdio.h>

enum { NAMES_MAX = 200 }; /* other names of one actor */

typedef enum member {
    MEMBER_NAME,
    MEMBER_ORIGIN,
    MEMBER_OTHER,
    MEMBER_PREVIOUS,
    MEMBER_COUNT_
} member;

static const struct {
    slice key; /* in lower-case letters only, as fold() leaves it */
    member what;
} spellings[] = {
    {S_INIT("threatactorname"), MEMBER_NAME},   {S_INIT("actorname"), MEMBER_NAME},
    {S_INIT("newname"), MEMBER_NAME},           {S_INIT("name"), MEMBER_NAME},
    {S_INIT("originthreat"), MEMBER_ORIGIN},    {S_INIT("originorthreat"), MEMBER_ORIGIN},
    {S_INIT("origin"), MEMBER_ORIGIN},          {S_INIT("othernames"), MEMBER_OTHER},
    {S_INIT("aliases"), MEMBER_OTHER},          {S_INIT("previousname"), MEMBER_PREVIOUS},
    {S_INIT("previousnames"), MEMBER_PREVIOUS}, {S_INIT("formername"), MEMBER_PREVIOUS},
};

static bool same_key(slice key, slice folded)
{
    size_t n = 0;
    for (size_t i = 0; i < key.len; i++) {
        if (!is_alpha(key.ptr[i]))
            continue;
        if (n == folded.len || to_lower(key.ptr[i]) != folded.ptr[n++])
            return false;
    }
    return n == folded.len;
}

static void members_of(const json *v, const json *ret[MEMBER_COUNT_])
{
    for (const json *m = v->first; m; m = m->next)
        for (size_t i = 0; i < COUNT_OF(spellings); i++)
            if (same_key(m->key, spellings[i].key) && !ret[spellings[i].what])
                ret[spellings[i].what] = m;
}

/* --- claims ---------------------------------------------------------------------------------- */

typedef struct actor {
    emitter *e;
    node_ref node;
    slice name;
    size_t names;
} actor;

static status other_name(actor *a, slice name, err *why)
{
    name = slice_trim(name);
    if (!name.len || slice_eq_nocase(name, a->name))
        return OK;
    if (++a->names > NAMES_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "over %d other names", (int)NAMES_MAX);
    return emit_named(a->e, a->node, name, "alias", NULL, why);
}

/* One text with commas, an array of texts, or nothing. */
static status other_names(actor *a, const json *v, err *why)
{
    status st = OK;
    if (!v || json_is(v, JSON_NULL))
        return OK;
    if (!json_is(v, JSON_ARRAY) && !json_is(v, JSON_STRING))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the other names are neither text nor array");
    for (const json *t = json_is(v, JSON_ARRAY) ? v->first : v; t && st == OK;
         t = json_is(v, JSON_ARRAY) ? t->next : NULL) {
        slice rest = json_text(t), one;
        while (st == OK && slice_cut(&rest, ',', &one))
            st = other_name(a, one, why);
    }
    return st;
}

/* "Russia", "Financially motivated", "China, Influence operations", "Private sector offensive
 * actor", "Group in development". What is no country says what kind of threat it is. */
static status origin(actor *a, slice text, err *why)
{
    country_key code;
    detail d = {0};
    status st;
    fact_claim c = emit_blank();
    c.subject = a->node;
    if (!country_by_name(text, &code)) {
        detail_text(&d, "name", S("origin_threat"));
        detail_text(&d, "value", text);
        c.predicate = PRED_PROPERTY;
    } else {
        c.predicate = PRED_ORIGINATES_FROM;
        c.object.kind = KIND_COUNTRY;
        if (!arena_copy(a->e->memory, slice_of(code.text, 2), &c.object.text))
            return ARENA_SPENT(a->e->memory, why);
        if ((st = emit_named_once(a->e, c.object, text, why)) != OK)
            return st;
    }
    if ((st = emit_detail(a->e, &d, &c.detail, why)) != OK)
        return st;
    return emit_claim(a->e, &c, why);
}

static status claims(emitter *e, const json *v, err *why)
{
    const json *m[MEMBER_COUNT_] = {NULL};
    actor a = {.e = e};
    slice one;
    status st;
    if (!json_is(v, JSON_OBJECT))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the element is no object");
    members_of(v, m);
    a.name = slice_trim(json_text(m[MEMBER_NAME]));
    if (!a.name.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no name of a threat actor");
    if ((st = emit_node(e, KIND_ACTOR, "microsoft:", a.name, &a.node, why)) != OK ||
        (st = emit_named(e, a.node, a.name, "primary", NULL, why)) != OK ||
        (st = other_names(&a, m[MEMBER_PREVIOUS], why)) != OK ||
        (st = other_names(&a, m[MEMBER_OTHER], why)) != OK)
        return st;
    slice rest = json_text(m[MEMBER_ORIGIN]);
    while (slice_cut(&rest, ',', &one))
        if (slice_trim(one).len && (st = origin(&a, slice_trim(one), why)) != OK)
            return st;
    return OK;
}

/* --- the document ---------------------------------------------------------------------------- */

static status take(emitter *e, const json_part *p, const json_limits *limits, buf *canonical,
                   err *why)
{
    char place[32];
    json *v = NULL;
    status st;
    fact_record r = {.at = p->at, .length = p->length, .modified = WHEN_NONE};
    r.place = slice_of(
        place, (size_t)snprintf(place, sizeof place, "/%llu", (unsigned long long)p->index));
    emit_begin(e);
    st = p->over ? json_part_over(p, limits->bytes_max, why)
                 : emit_parse(e, p->raw, limits, &v, why);
    if (st == OK)
        st = claims(e, v, why);
    if (st == OK) {
        json_writer w = json_writer_on(canonical);
        buf_clear(canonical);
        json_put_canonical(&w, v, e->memory);
        st = buf_status(canonical, why);
    }
    if (st != OK)
        return emit_refuse(e, p->at, r.place, st, why);
    slice content = buf_slice(canonical);
    return emit_end(e, &r, &content, 1, why);
}

static status read_naming(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(emit_close)
    emitter e = {0};
    CLEANUP(buf_done)
    buf canonical;
    err mine = {0};
    json_part p;
    uint32_t bytes_max = input->limits.record_bytes_max ? input->limits.record_bytes_max : 1u << 20;
    json_stream_options options = {.pass_over = true, .value_max = bytes_max};
    json_limits limits = {.depth_max = input->limits.depth_max, .bytes_max = bytes_max};
    fact_head head = {.format = S("microsoft-naming"), .source = S("microsoft"), .snapshot = true};
    if (!why)
        why = &mine;
    buf_init(&canonical, (size_t)bytes_max * 2);
    status st = reader_rewind(input->in, why);
    if (st != OK || (st = emit_open(&e, input, sink, &head, why)) != OK)
        return st;
    json_stream *s = json_stream_new(input->in, &options);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    while ((st = json_stream_next(s, &p, why)) == OK && p.kind != JSON_PART_END) {
        if (p.doc > 0)
            st = err_set(why, ERR_INPUT, p.at, "a second document follows");
        else if (p.kind != JSON_PART_ITEM)
            st = err_set(why, ERR_INPUT, p.at, "the document is no array");
        else
            st = take(&e, &p, &limits, &canonical, why);
        if (st != OK)
            break;
    }
    json_stream_free(s);
    /* a whole list of nothing would withdraw everything: more likely it is another thing */
    return st == OK && !e.records ? err_set(why, ERR_INPUT, 0, "no threat actors in it") : st;
}

static int sniff(slice head, slice path)
{
    json_peek p;
    bool name = false, origin_or_other = false;
    (void)path;
    if (!peek_json(head, &p) || p.top != '[')
        return 0;
    for (size_t i = 0; i < p.count; i++)
        for (size_t k = 0; p.name[i].inner && k < COUNT_OF(spellings); k++)
            if (same_key(p.name[i].name, spellings[k].key)) {
                name |= spellings[k].what == MEMBER_NAME;
                /* "name" and "aliases" alone are anybody's */
                origin_or_other |= slice_starts(spellings[k].key, S("originthreat")) ||
                                   spellings[k].what == MEMBER_PREVIOUS ||
                                   slice_eq(spellings[k].key, S("threatactorname"));
            }
    return name && origin_or_other ? 90 : 0;
}

const format format_microsoft_naming = {.name = "microsoft-naming",
                                        .version = 2,
                                        .snapshot = true,
                                        .one_list = true,
                                        .sniff = sniff,
                                        .read = read_naming};
