/* attack_mapping.c - mappings of vulnerabilities to ATT&CK, as the Mapping Explorer of the Center
 * for Threat-Informed Defense exports them; docs/formats/attack-mapping.md says what becomes which
 * claim. Read twice: the metadata, which says whose list this is, may stand behind the mappings. */
#include "format/format.h"

#include "base/json.h"
#include "format/emit.h"
#include "format/peek.h"
#include "model/extract.h"

#include <stdio.h>

enum { META_MAX = 64, RECORD_MAX = 1 << 20 };

static const slice objects = S_INIT("mapping_objects"), metadata = S_INIT("metadata");

typedef enum meta_field {
    META_FRAMEWORK,
    META_DOMAIN,
    META_FRAMEWORK_VERSION,
    META_ATTACK_VERSION,
    META_CREATED,
    META_UPDATED,
    META_COUNT_
} meta_field;

static const slice meta_names[] = {
    [META_FRAMEWORK] = S_INIT("mapping_framework"),
    [META_DOMAIN] = S_INIT("technology_domain"),
    [META_FRAMEWORK_VERSION] = S_INIT("mapping_framework_version"),
    [META_ATTACK_VERSION] = S_INIT("attack_version"),
    [META_CREATED] = S_INIT("creation_date"),
    [META_UPDATED] = S_INIT("last_update"),
};
_Static_assert(COUNT_OF(meta_names) == META_COUNT_, "a member without a name");

typedef struct mappings {
    emitter e;
    json_limits limits;
    char text[META_COUNT_][META_MAX];
    slice meta[META_COUNT_];
    bool has_meta;
    uint64_t count; /* mappings, the first time through */
} mappings;

/* --- one mapping ------------------------------------------------------------------------------ */

static slice member(const json *v, const char *name)
{
    return slice_trim(json_text(json_get(v, slice_str(name))));
}

/* "CVE-2021-38000" or "T1059.001", in the spelling of its list. */
static status id_of(mappings *m, const json *v, const char *name, kind want, slice *ret, err *why)
{
    char quote[ERR_QUOTE_MAX];
    kind k = KIND_NONE;
    slice text = member(v, name);
    status st = identifier_parse(text, m->e.memory, &k, ret, NULL);
    if (st == ERR_LIMIT)
        return ARENA_SPENT(m->e.memory, why);
    bool cve = want != KIND_VULNERABILITY || (st == OK && slice_starts(*ret, S("CVE-")));
    if (st == OK && k == want && cve)
        return OK;
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s \"%s\" is no %s", name, err_quote(text, quote),
                   want == KIND_VULNERABILITY ? "CVE id" : "technique of ATT&CK");
}

static status names(mappings *m, const json *v, node_ref cve, err *why)
{
    status st = emit_named(&m->e, cve, cve.text, "id", NULL, why);
    return st == OK
               ? emit_named(&m->e, cve, member(v, "capability_description"), "title", NULL, why)
               : st;
}

/* What the report says follows is a statement with the report behind it: its links are origins of
 * the mapping, not of the names. */
static status origins(mappings *m, const json *v, fact_claim *c, err *why)
{
    const json *list = json_get(v, S("references"));
    slice *urls = arena_array(m->e.memory, FACT_ORIGINS_MAX, sizeof *urls);
    size_t n = 0;
    if (!urls)
        return ARENA_SPENT(m->e.memory, why);
    for (const json *t = json_is(list, JSON_ARRAY) ? list->first : NULL; t && n < FACT_ORIGINS_MAX;
         t = t->next) {
        slice url = slice_trim(json_text(t));
        if (url.len && url.len <= NODE_TEXT_MAX)
            urls[n++] = url;
    }
    c->origins = urls;
    c->origin_count = n;
    return OK;
}

/* A technique of ATT&CK is called by its id, which ATT&CK's own object has, too. */
static status technique(mappings *m, const json *v, node_ref *ret, err *why)
{
    slice id;
    status st = id_of(m, v, "attack_object_id", KIND_TECHNIQUE, &id, why);
    if (st == OK)
        st = emit_node(&m->e, KIND_TECHNIQUE, "name:", id, ret, why);
    if (st == OK)
        st = emit_named(&m->e, *ret, id, "id", NULL, why);
    return st == OK ? emit_named(&m->e, *ret, member(v, "attack_object_name"), "primary", NULL, why)
                    : st;
}

/* "primary_impact" is called "primary-impact" here, as all our words are. */
static status word_of(mappings *m, slice text, slice *ret, err *why)
{
    char *out = arena_alloc(m->e.memory, text.len + 1);
    if (!out)
        return ARENA_SPENT(m->e.memory, why);
    for (size_t i = 0; i < text.len; i++)
        out[i] = text.ptr[i] == '_' || text.ptr[i] == ' ' ? '-' : to_lower(text.ptr[i]);
    *ret = slice_of(out, text.len);
    return OK;
}

static status claims(mappings *m, const json *v, err *why)
{
    node_ref cve = {KIND_VULNERABILITY};
    slice type;
    detail d = {0};
    fact_claim c = emit_blank();
    if (!json_is(v, JSON_OBJECT))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the mapping is no object");
    status st = id_of(m, v, "capability_id", KIND_VULNERABILITY, &cve.text, why);
    if (st == OK)
        st = names(m, v, cve, why);
    if (st == OK)
        st = word_of(m, member(v, "mapping_type"), &type, why);
    if (st == OK)
        st = origins(m, v, &c, why);
    if (st != OK)
        return st;
    c.subject = cve;
    c.predicate = PRED_MAPPED_TO;
    c.value = member(v, "comments");
    if (!member(v, "attack_object_id").len) {
        /* somebody looked and found no technique: that is worth keeping, too */
        c.predicate = PRED_PROPERTY;
        detail_text(&d, "name", S("attack-mapping"));
        detail_text(&d, "value", type.len ? type : S("none"));
    } else if (!type.len) {
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no mapping_type: what the technique is to it");
    } else {
        detail_text(&d, "mapping", type);
        if ((st = technique(m, v, &c.object, why)) != OK)
            return st;
    }
    detail_text(&d, "group", member(v, "capability_group"));
    detail_text(&d, "status", member(v, "status"));
    st = emit_detail(&m->e, &d, &c.detail, why);
    return st == OK ? emit_claim(&m->e, &c, why) : st;
}

static status take_mapping(mappings *m, const json_part *p, err *why)
{
    char place[48];
    json *v = NULL;
    fact_record r = {.at = p->at, .length = p->length, .modified = WHEN_NONE};
    r.place = slice_of(place, (size_t)snprintf(place, sizeof place, "/mapping_objects/%llu",
                                               (unsigned long long)p->index));
    emit_begin(&m->e);
    status st = p->over ? json_part_over(p, m->limits.bytes_max, why)
                        : emit_parse(&m->e, p->raw, &m->limits, &v, why);
    if (st == OK)
        st = claims(m, v, why);
    if (st != OK)
        return emit_refuse(&m->e, p->at, r.place, st, why);
    slice parts[] = {member(v, "capability_id"),    member(v, "mapping_type"),
                     member(v, "attack_object_id"), member(v, "comments"),
                     member(v, "capability_group"), member(v, "status")};
    return emit_end(&m->e, &r, parts, COUNT_OF(parts), why);
}

/* --- the document ----------------------------------------------------------------------------- */

static status take_meta(mappings *m, const json_part *p, err *why)
{
    json *v;
    if (p->doc > 0)
        return err_set(why, ERR_INPUT, p->at, "a second document follows");
    if (p->kind == JSON_PART_ITEM) {
        m->count++;
        return slice_eq(p->key, objects)
                   ? OK
                   : err_set(why, ERR_INPUT, p->at, "no array \"mapping_objects\"");
    }
    if (slice_eq(p->key, objects))
        return err_set(why, ERR_INPUT, p->at, "\"mapping_objects\" is no array");
    if (!slice_eq(p->key, metadata))
        return OK;
    if (m->has_meta)
        return err_set(why, ERR_INPUT, p->at, "\"metadata\" occurs twice");
    m->has_meta = true;
    if (p->over)
        return json_part_over(p, m->limits.bytes_max, why);
    arena_mark mark = arena_here(m->e.memory);
    status st = json_parse(m->e.memory, p->raw, &m->limits, &v, why);
    for (size_t i = 0; st == OK && i < META_COUNT_; i++) {
        slice text = slice_trim(json_text(json_get(v, meta_names[i])));
        if (text.len > META_MAX)
            return err_set(why, ERR_INPUT, p->at, "\"%.*s\" is over %d bytes",
                           SLICE_FMT(meta_names[i]), (int)META_MAX);
        if (text.len)
            memcpy(m->text[i], text.ptr, text.len);
        m->meta[i] = slice_of(m->text[i], text.len);
    }
    arena_back(m->e.memory, mark);
    return st;
}

static status take_part(mappings *m, const json_part *p, err *why)
{
    return p->kind == JSON_PART_ITEM ? take_mapping(m, p, why) : OK;
}

static status walk(mappings *m, const format_input *input,
                   status (*on)(mappings *m, const json_part *p, err *why), err *why)
{
    json_stream_options options = {
        .split = &objects, .split_count = 1, .pass_over = true, .value_max = m->limits.bytes_max};
    json_part p;
    status st = reader_rewind(input->in, why);
    if (st != OK)
        return st;
    json_stream *s = json_stream_new(input->in, &options);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    while ((st = json_stream_next(s, &p, why)) == OK && p.kind != JSON_PART_END)
        if ((st = on(m, &p, why)) != OK)
            break;
    json_stream_free(s);
    return st;
}

/* Which edition of which list this was, and of which ATT&CK. */
static status tell_edition(mappings *m, slice source, err *why)
{
    detail d = {0};
    fact_claim c = emit_blank();
    fact_record r = {.place = S("/metadata"), .modified = WHEN_NONE};
    emit_begin(&m->e);
    detail_text(&d, "name", S("edition"));
    detail_text(&d, "framework_version", m->meta[META_FRAMEWORK_VERSION]);
    detail_text(&d, "attack_version", m->meta[META_ATTACK_VERSION]);
    detail_text(&d, "created", m->meta[META_CREATED]);
    detail_text(&d, "updated", m->meta[META_UPDATED]);
    if (d.count == 1)
        return OK;
    c.subject.kind = KIND_REPORT;
    c.subject.text = arena_printf(m->e.memory, "%.*s:mappings", SLICE_FMT(source));
    c.predicate = PRED_PROPERTY;
    status st =
        c.subject.text.ptr ? emit_detail(&m->e, &d, &c.detail, why) : ARENA_SPENT(m->e.memory, why);
    if (st == OK)
        st = emit_claim(&m->e, &c, why);
    return st == OK ? emit_end(&m->e, &r, m->meta, META_COUNT_, why)
                    : emit_refuse(&m->e, r.at, r.place, st, why);
}

/* A list of each framework and domain is a list of its own: a newer edition replaces the older one
 * of the same, whatever its file is called. */
static status read_mappings(mappings *m, const format_input *input, const fact_sink *sink, err *why)
{
    char source[2 * META_MAX + 16];
    const slice *meta = m->meta;
    int n =
        snprintf(source, sizeof source, "ctid-mapping/%.*s%s%.*s", SLICE_FMT(meta[META_FRAMEWORK]),
                 meta[META_DOMAIN].len ? "-" : "", SLICE_FMT(meta[META_DOMAIN]));
    fact_head head = {
        .format = S("attack-mapping"), .source = slice_of(source, (size_t)n), .snapshot = true};
    status st = emit_open(&m->e, input, sink, &head, why);
    if (st == OK)
        st = walk(m, input, take_part, why);
    return st == OK ? tell_edition(m, head.source, why) : st;
}

static void close_mappings(mappings *m)
{
    emit_close(&m->e);
}

static status read_attack_mapping(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(close_mappings)
    mappings m = {0};
    CLEANUP(arena_done)
    arena own = {0};
    err mine = {0};
    format_input in = *input;
    if (!why)
        why = &mine;
    in.memory = m.e.memory = format_memory(input, &own);
    m.limits = (json_limits){.depth_max = in.limits.depth_max,
                             .bytes_max = in.limits.record_bytes_max ? in.limits.record_bytes_max
                                                                     : RECORD_MAX};
    status st = walk(&m, &in, take_meta, why);
    if (st != OK)
        return st;
    if (!m.meta[META_FRAMEWORK].len)
        return err_set(why, ERR_INPUT, 0, "no \"mapping_framework\": these are no mappings");
    if (!m.count)
        /* a whole list of nothing would withdraw everything: more likely it is another thing */
        return err_set(why, ERR_INPUT, 0, "mappings without a mapping");
    return read_mappings(&m, &in, sink, why);
}

static int sniff(slice head, slice path)
{
    json_peek p;
    (void)path;
    if (!peek_json(head, &p))
        return 0;
    if (peek_has(&p, objects, S("capability_id")) && peek_has(&p, objects, S("attack_object_id")))
        return 95;
    return 0;
}

const format format_attack_mapping = {.name = "attack-mapping",
                                      .version = 1,
                                      .snapshot = true,
                                      .one_list = true,
                                      .sniff = sniff,
                                      .read = read_attack_mapping};
