/* taxonomy.c - MISP taxonomies: what the tags of a vocabulary are called, and the numbers that some
 * stand for. docs/formats/misp-taxonomy.md says what becomes which claim. Read twice, because the
 * name space may stand behind the tags. Source: draft-dulaunoy-misp-taxonomy-format. */
#include "base/json.h"
#include "format/emit.h"
#include "format/peek.h"

#include <stdio.h>

enum { SPACE_MAX = 128, TAG_MAX = 1024 };

typedef struct taxonomy {
    emitter e;
    json_limits limits;
    char room[SPACE_MAX];
    slice space; /* "admiralty-scale" */
    uint64_t items;
    buf scratch;
    uint64_t at;
} taxonomy;

static const slice split[] = {S_INIT("predicates"), S_INIT("values")};

/* --- the first time through: the name space --------------------------------------------------- */

static status note(taxonomy *t, const json_part *p, err *why)
{
    json *v;
    if (p->kind == JSON_PART_ITEM) {
        t->items++;
        return OK;
    }
    if (!slice_eq(p->key, S("namespace")))
        return OK;
    arena_mark here = arena_here(t->e.memory);
    status st = json_parse(t->e.memory, p->raw, &t->limits, &v, why);
    if (st != OK)
        return st;
    slice s = slice_trim(json_text(v));
    if (!s.len || s.len > SPACE_MAX || t->space.len)
        return err_set(why, ERR_INPUT, p->at,
                       "\"namespace\" is empty, too long, no text, or there twice");
    memcpy(t->room, s.ptr, s.len);
    t->space = slice_of(t->room, s.len);
    arena_back(t->e.memory, here);
    return OK;
}

/* --- the second time: the tags ---------------------------------------------------------------- */

/* namespace:predicate, or namespace:predicate="value" when there is one */
static status tag_node(taxonomy *t, slice pred, slice value, node_ref *ret, err *why)
{
    if (!pred.len || pred.len > TAG_MAX || value.len > TAG_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a tag without a name, or one too long");
    ret->kind = KIND_OTHER;
    ret->text = value.len ? arena_printf(t->e.memory, "tag:%.*s:%.*s=\"%.*s\"", SLICE_FMT(t->space),
                                         SLICE_FMT(pred), SLICE_FMT(value))
                          : arena_printf(t->e.memory, "tag:%.*s:%.*s", SLICE_FMT(t->space),
                                         SLICE_FMT(pred));
    return ret->text.ptr ? OK : ARENA_SPENT(t->e.memory, why);
}

static status say_number(taxonomy *t, node_ref self, const json *v, err *why)
{
    int64_t n;
    detail d = {0};
    fact_claim c = emit_blank();
    uint64_t text;
    if (!json_int(v, &n)) {
        if (!slice_u64(json_text(v), &text) || text > INT32_MAX)
            return OK;
        n = (int64_t)text;
    }
    detail_text(&d, "name", S("numerical_value"));
    detail_int(&d, "value", n);
    c.subject = self;
    c.predicate = PRED_PROPERTY;
    status st = emit_detail(&t->e, &d, &c.detail, why);
    return st == OK ? emit_claim(&t->e, &c, why) : st;
}

static status say_tag(taxonomy *t, node_ref self, const json *v, err *why)
{
    slice tag = slice_from(self.text, S("tag:").len);
    slice name = slice_trim(json_text(json_get(v, S("expanded"))));
    slice words = slice_trim(json_text(json_get(v, S("description"))));
    status st = emit_named(&t->e, self, name.len ? name : tag, "primary", NULL, why);
    if (st == OK && name.len)
        st = emit_named(&t->e, self, tag, "id", NULL, why);
    if (st == OK && words.len) {
        fact_claim c = emit_blank();
        c.subject = self;
        c.predicate = PRED_DESCRIBED;
        c.value = words;
        st = emit_claim(&t->e, &c, why);
    }
    return st == OK ? say_number(t, self, json_get(v, S("numerical_value")), why) : st;
}

static status say_item(taxonomy *t, const json_part *p, const json *v, err *why)
{
    node_ref self;
    status st = OK;
    if (!json_is(v, JSON_OBJECT))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no object");
    if (slice_eq(p->key, S("predicates"))) {
        st = tag_node(t, slice_trim(json_text(json_get(v, S("value")))), S(""), &self, why);
        return st == OK ? say_tag(t, self, v, why) : st;
    }
    slice pred = slice_trim(json_text(json_get(v, S("predicate"))));
    const json *list = json_get(v, S("entry"));
    const json *k = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; st == OK && k; k = k->next) {
        slice value = slice_trim(json_text(json_get(k, S("value"))));
        st = value.len ? tag_node(t, pred, value, &self, why)
                       : err_set(why, ERR_INPUT, ERR_NOWHERE, "a value without a name");
        if (st == OK)
            st = say_tag(t, self, k, why);
    }
    return st;
}

static status tell(taxonomy *t, const json_part *p, err *why)
{
    char place[64];
    json *v = NULL;
    fact_record r = {.at = p->at, .length = p->length, .modified = WHEN_NONE};
    status st;
    if (p->kind != JSON_PART_ITEM)
        return OK;
    r.place = slice_of(place, (size_t)snprintf(place, sizeof place, "/%.*s/%llu",
                                               SLICE_FMT(slice_sub(p->key, 0, 16)),
                                               (unsigned long long)p->index));
    emit_begin(&t->e);
    if (p->over)
        st = err_set(why, ERR_INPUT, p->at, "too long or too deep");
    else
        st = emit_parse(&t->e, p->raw, &t->limits, &v, why);
    if (st == OK)
        st = say_item(t, p, v, why);
    if (st == OK) {
        json_writer w = json_writer_on(&t->scratch);
        buf_clear(&t->scratch);
        json_put_canonical(&w, v, t->e.memory);
        st = buf_status(&t->scratch, why);
    }
    if (st != OK)
        return emit_refuse(&t->e, p->at, r.place, st, why);
    slice content = buf_slice(&t->scratch);
    return emit_end(&t->e, &r, &content, 1, why);
}

/* --- the document ----------------------------------------------------------------------------- */

typedef status (*on_part)(taxonomy *t, const json_part *p, err *why);

static status walk(taxonomy *t, const format_input *input, on_part on, err *why)
{
    json_stream_options o = {.split = split,
                             .split_count = COUNT_OF(split),
                             .pass_over = true,
                             .value_max = input->limits.record_bytes_max};
    json_part p;
    status st = reader_rewind(input->in, why);
    if (st != OK)
        return st;
    json_stream *s = json_stream_new(input->in, &o);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    while ((st = json_stream_next(s, &p, why)) == OK && p.kind != JSON_PART_END) {
        if (p.doc > 0 || (p.kind == JSON_PART_ITEM && !p.key.len))
            st = err_set(why, ERR_INPUT, p.at, "a taxonomy is one object");
        if (st != OK || (st = on(t, &p, why)) != OK)
            break;
    }
    json_stream_free(s);
    return st;
}

static void close_taxonomy(taxonomy *t)
{
    emit_close(&t->e);
    buf_done(&t->scratch);
}

static status read_taxonomy(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(close_taxonomy)
    taxonomy t = {0};
    CLEANUP(arena_done)
    arena own = {0};
    err mine = {0};
    char source[SPACE_MAX + 16];
    format_input in = *input;
    if (!why)
        why = &mine;
    t.e.memory = in.memory = format_memory(input, &own);
    if (!in.limits.record_bytes_max)
        in.limits.record_bytes_max = JSON_VALUE_MAX;
    t.limits =
        (json_limits){.depth_max = in.limits.depth_max, .bytes_max = in.limits.record_bytes_max};
    buf_init(&t.scratch, (size_t)in.limits.record_bytes_max * 2);
    status st = walk(&t, &in, note, why);
    if (st != OK)
        return st;
    if (!t.space.len || !t.items) /* a whole list of nothing would withdraw everything */
        return err_set(why, ERR_INPUT, 0, "no taxonomy: a name space with tags is wanted");
    int n = snprintf(source, sizeof source, "misp-taxonomy/%.*s", SLICE_FMT(t.space));
    fact_head head = {
        .format = S("misp-taxonomy"), .source = slice_of(source, (size_t)n), .snapshot = true};
    st = emit_open(&t.e, &in, sink, &head, why);
    if (st != OK)
        return st;
    emit_context(&t.e, t.space);
    return walk(&t, &in, tell, why);
}

static int sniff(slice head, slice path)
{
    json_peek p;
    (void)path;
    if (!peek_json(head, &p))
        return 0;
    if (peek_has(&p, S("values"), S("predicate")) && peek_has(&p, S("values"), S("entry")))
        return 90;
    if (!peek_has(&p, S("predicates"), S("value")))
        return 0;
    return peek_top(&p, S("namespace")) ? 90 : 0;
}

const format format_misp_taxonomy = {.name = "misp-taxonomy",
                                     .version = 1,
                                     .snapshot = true,
                                     .one_list = true,
                                     .sniff = sniff,
                                     .read = read_taxonomy};
