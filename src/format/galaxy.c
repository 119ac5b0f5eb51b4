/* galaxy.c - MISP galaxy clusters: the document; docs/formats/misp-galaxy.md says what becomes
 * which claim. Read twice, because `type` may stand behind the values, and because `related` names
 * other values of the document by nothing but their uuid. */
#include "format/format.h"

#include "format/galaxy/galaxy.h"
#include "format/peek.h"

#include <stdio.h>
#include <stdlib.h>

const json *galaxy_first(const json *v)
{
    return json_is(v, JSON_ARRAY) ? v->first : v;
}

const json *galaxy_next(const json *v, const json *t)
{
    return json_is(v, JSON_ARRAY) ? t->next : NULL;
}

slice galaxy_text(const json *t)
{
    if (json_is(t, JSON_TRUE))
        return S("true");
    if (json_is(t, JSON_FALSE))
        return S("false");
    return json_is(t, JSON_NUMBER) ? t->text : slice_trim(json_text(t));
}

/* --- the first time through: the type, and which uuids there are ------------------------------ */

static const slice split[] = {S_INIT("values")};

/* The document is one object with an array `values`. */
static status check_part(const json_part *p, err *why)
{
    if (p->doc > 0)
        return err_set(why, ERR_INPUT, p->at, "a second document follows");
    if (p->kind == JSON_PART_ITEM && !slice_eq(p->key, S("values")))
        return err_set(why, ERR_INPUT, p->at, "the document is no object with \"values\"");
    if (p->kind == JSON_PART_MEMBER && slice_eq(p->key, S("values")))
        return err_set(why, ERR_INPUT, p->at, "\"values\" is no array");
    return OK;
}

static status note_member(galaxy *g, const json_part *p, const json_limits *limits, err *why)
{
    json *v;
    if (!slice_eq(p->key, S("type")))
        return OK;
    arena_mark mark = arena_here(g->e.memory);
    status st = json_parse(g->e.memory, p->raw, limits, &v, why);
    if (st != OK)
        return st;
    slice type = slice_trim(json_text(v));
    if (!type.len || type.len > GALAXY_KEY_MAX)
        return err_set(why, ERR_INPUT, p->at, "\"type\" is empty, too long or no text");
    if (g->type.len)
        return err_set(why, ERR_INPUT, p->at, "\"type\" occurs twice");
    buf_put(&g->scratch, type);
    g->type = buf_slice(&g->scratch);
    arena_back(g->e.memory, mark);
    return buf_status(&g->scratch, why);
}

static status note_value(galaxy *g, const json_part *p, const json_limits *limits, err *why)
{
    json *v;
    galaxy_known k;
    g->values++;
    if (p->over || g->known.len >= GALAXY_VALUES_MAX * sizeof k)
        return OK;
    arena_mark mark = arena_here(g->e.memory);
    status st = emit_parse(&g->e, p->raw, limits, &v, why);
    if (st == OK && galaxy_look(g, v, &k))
        buf_put(&g->known, slice_of((const char *)&k, sizeof k));
    arena_back(g->e.memory, mark);
    return st == ERR_LIMIT ? st : buf_status(&g->known, why); /* bad values are refused later */
}

static int by_uuid(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* Every part of the document to one of the two, until it ends. */
typedef status (*on_part)(galaxy *g, const json_part *p, const json_limits *limits, err *why);

static status walk(galaxy *g, const format_input *input, on_part member, on_part item,
                   bool *ret_some, err *why)
{
    json_stream_options options = {.split = split,
                                   .split_count = 1,
                                   .pass_over = true,
                                   .value_max = input->limits.record_bytes_max};
    json_limits limits = {.depth_max = input->limits.depth_max,
                          .bytes_max = input->limits.record_bytes_max};
    json_part p;
    status st = reader_rewind(input->in, why);
    if (st != OK)
        return st;
    json_stream *s = json_stream_new(input->in, &options);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    while ((st = json_stream_next(s, &p, why)) == OK && p.kind != JSON_PART_END) {
        on_part on = p.kind == JSON_PART_ITEM ? item : member;
        *ret_some = true;
        if ((st = check_part(&p, why)) != OK || (on && (st = on(g, &p, &limits, why)) != OK))
            break;
    }
    json_stream_free(s);
    return st;
}

/* --- the second time: the values -------------------------------------------------------------- */

static status take_value(galaxy *g, const json_part *p, const json_limits *limits, err *why)
{
    char place[40];
    galaxy_value v = {0};
    fact_record r = {.at = p->at, .length = p->length, .modified = WHEN_NONE};
    emitter *e = &g->e;
    json *value = NULL;
    status st;
    r.place = slice_of(
        place, (size_t)snprintf(place, sizeof place, "/values/%llu", (unsigned long long)p->index));
    emit_begin(e);
    if (p->over)
        st = json_part_over(p, limits->bytes_max, why);
    else
        st = emit_parse(e, p->raw, limits, &value, why);
    if (st == OK) {
        v.v = value;
        v.meta = json_get(value, S("meta"));
        v.at = p->at;
        v.place = r.place;
        st = galaxy_claims(g, &v, why);
    }
    if (st == OK) {
        json_writer w = json_writer_on(&g->scratch);
        buf_clear(&g->scratch);
        json_put_canonical(&w, value, e->memory);
        st = buf_status(&g->scratch, why);
    }
    if (st != OK)
        return emit_refuse(e, p->at, r.place, st, why);
    slice content = buf_slice(&g->scratch);
    r.id = json_text(json_get(value, S("uuid")));
    r.revoked = json_is(json_get(value, S("revoked")), JSON_TRUE);
    return emit_end(e, &r, &content, 1, why);
}

static status read_values(galaxy *g, const format_input *input, const fact_sink *sink, err *why)
{
    char source[GALAXY_KEY_MAX + 16], type[GALAXY_KEY_MAX];
    bool some = false;
    memcpy(type, g->type.ptr, g->type.len); /* scratch is used again */
    g->type = slice_of(type, g->type.len);
    g->kind = galaxy_kind_of(g->type);
    int n = snprintf(source, sizeof source, "misp-galaxy/%.*s", SLICE_FMT(g->type));
    fact_head head = {.format = S("misp-galaxy"),
                      .source = slice_of(source, (size_t)n),
                      .derives_from = galaxy_derives_from(g->type),
                      .snapshot = true};
    if (g->known.len)
        qsort(g->known.ptr, g->known.len / sizeof(galaxy_known), sizeof(galaxy_known), by_uuid);
    status st = emit_open(&g->e, input, sink, &head, why);
    if (st != OK)
        return st;
    emit_context(&g->e, g->type);
    return walk(g, input, NULL, take_value, &some, why);
}

static void close_galaxy(galaxy *g)
{
    emit_close(&g->e);
    buf_done(&g->known);
    buf_done(&g->scratch);
}

static status read_galaxy(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(close_galaxy)
    galaxy g = {0};
    CLEANUP(arena_done)
    arena own = {0};
    err mine = {0};
    format_input in = *input;
    bool some = false;
    if (!why)
        why = &mine;
    in.memory = format_memory(input, &own);
    if (!in.limits.record_bytes_max)
        in.limits.record_bytes_max = JSON_VALUE_MAX;
    g.e.memory = in.memory;
    buf_init(&g.known, GALAXY_VALUES_MAX * sizeof(galaxy_known));
    buf_init(&g.scratch, (size_t)in.limits.record_bytes_max * 2);
    status st = walk(&g, &in, note_member, note_value, &some, why);
    if (st != OK)
        return st;
    if (!g.type.len)
        return err_set(why, ERR_INPUT, 0, some ? "no \"type\": this is no galaxy" : "empty");
    if (!g.values)
        /* a whole list of nothing would withdraw everything: more likely it is another thing */
        return err_set(why, ERR_INPUT, 0, "a galaxy without values");
    return read_values(&g, &in, sink, why);
}

static int sniff(slice head, slice path)
{
    json_peek p;
    (void)path;
    if (!peek_json(head, &p) || !peek_has(&p, S("values"), S("value")))
        return 0;
    return peek_has(&p, S("values"), S("uuid")) || peek_top(&p, S("type")) ? 90 : 40;
}

const format format_misp_galaxy = {.name = "misp-galaxy",
                                   .version = 2,
                                   .snapshot = true,
                                   .one_list = true,
                                   .sniff = sniff,
                                   .read = read_galaxy};
