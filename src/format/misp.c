/* misp.c - MISP events: one, a list, answers of the REST interface, files of a feed. What becomes
 * which claim: docs/formats/misp-event.md. */
#include "format/misp/misp.h"
#include "format/peek.h"

#include <stdio.h>
#include <stdlib.h>

/* --- walking a document ---------------------------------------------------------------------- */

static const slice enter[] = {S_INIT(""), S_INIT("Event"), S_INIT("response")};
static const slice split[] = {S_INIT("Attribute"), S_INIT("Object"), S_INIT("ShadowAttribute"),
                              S_INIT("EventReport")};
enum { SPLIT_ATTRIBUTE, SPLIT_OBJECT, SPLIT_PROPOSAL, SPLIT_REPORT };

/* What is read of an event besides what is split. */
static bool of_event(slice key)
{
    static const slice keys[] = {
        S_INIT("uuid"),         S_INIT("info"),         S_INIT("date"),
        S_INIT("timestamp"),    S_INIT("analysis"),     S_INIT("threat_level_id"),
        S_INIT("published"),    S_INIT("distribution"), S_INIT("sharing_group_id"),
        S_INIT("SharingGroup"), S_INIT("Orgc"),         S_INIT("Tag"),
        S_INIT("Galaxy"),       S_INIT("RelatedEvent"), S_INIT("extends_uuid"),
        S_INIT("Note"),         S_INIT("Opinion"),      S_INIT("Relationship"),
    };
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (slice_eq(key, keys[i]))
            return true;
    return false;
}

static size_t split_of(slice key)
{
    size_t i = 0;
    while (i < COUNT_OF(split) && !slice_eq(key, split[i]))
        i++;
    return i;
}

typedef status (*on_part)(misp *m, const json_part *p, err *why);

/* Every part of an event to `on`. Members of an envelope that stand behind its event are passed. */
static status walk(misp *m, const format_input *input, on_part on, err *why)
{
    json_stream_options o = {.split = split,
                             .split_count = COUNT_OF(split),
                             .enter = enter,
                             .enter_count = COUNT_OF(enter),
                             .pass_over = true,
                             .value_max = input->limits.record_bytes_max};
    json_part p;
    uint64_t newest = 0;
    status st = reader_rewind(input->in, why);
    if (st != OK)
        return st;
    json_stream *s = json_stream_new(input->in, &o);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    while ((st = json_stream_next(s, &p, why)) == OK && p.kind != JSON_PART_END) {
        bool event =
            p.doc >= newest &&
            (p.kind == JSON_PART_ITEM ? split_of(p.key) < COUNT_OF(split) : of_event(p.key));
        newest = p.doc > newest ? p.doc : newest;
        if (event && (st = on(m, &p, why)) != OK)
            break;
    }
    json_stream_free(s);
    return st;
}

/* A part as JSON, in the arena. *ret NULL and OK: it cannot be read; `why` tells. */
static status parse(misp *m, const json_part *p, json **ret, err *why)
{
    *ret = NULL;
    if (p->over) {
        err_set(why, ERR_INPUT, p->at, "over %u bytes, or deeper than %d", m->limits.bytes_max,
                JSON_DEPTH_MAX);
        return OK;
    }
    status st = emit_parse(&m->e, p->raw, &m->limits, ret, why);
    if (st != OK)
        *ret = NULL;
    return st == ERR_INPUT ? OK : st;
}

/* --- first pass: what stands beside the attributes -------------------------------------------- */

/* Of clusters, what makes their node and their name; their own galaxy says the rest. */
static bool is_ballast(slice key)
{
    static const slice keys[] = {
        S_INIT("description"),
        S_INIT("GalaxyClusterRelation"),
        S_INIT("TargetingClusterRelation"),
        S_INIT("authors"),
        S_INIT("synonyms"),
        S_INIT("refs"),
        S_INIT("kill_chain"),
        S_INIT("kill_chain_order"),
        S_INIT("Org"),
    };
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (slice_eq(key, keys[i]))
            return true;
    return false;
}

static void put_light(json_writer *w, const json *v)
{
    if (v->type != JSON_OBJECT && v->type != JSON_ARRAY) {
        json_put_value(w, v);
        return;
    }
    json_open(w, v->type == JSON_OBJECT ? '{' : '[');
    for (const json *k = v->first; k; k = k->next) {
        if (v->type == JSON_OBJECT && is_ballast(k->key))
            continue;
        if (v->type == JSON_OBJECT)
            json_key_slice(w, k->key);
        put_light(w, k); /* as deep as json_parse lets it be */
    }
    json_close(w, v->type == JSON_OBJECT ? '}' : ']');
}

static status end_doc(misp *m, err *why)
{
    misp_doc *d;
    if (!m->gathered)
        return OK;
    buf_put(&m->text, S("\"origins\":["));
    buf_put(&m->text, buf_slice(&m->origins));
    buf_put(&m->text, S("]}"));
    status st = buf_status(&m->text, why);
    if (st != OK)
        return st;
    if (!(d = arena_new(m->a, misp_doc)) || !arena_copy(m->a, buf_slice(&m->text), &d->text))
        return ARENA_SPENT(m->a, why);
    d->doc = m->gathered_doc;
    d->at = m->gathered_at;
    *m->last_doc = d;
    m->last_doc = &d->next;
    m->doc_count++;
    m->gathered = false;
    return OK;
}

static status begin_doc(misp *m, const json_part *p, err *why)
{
    if (m->gathered && m->gathered_doc == p->doc)
        return OK;
    status st = end_doc(m, why);
    buf_clear(&m->text);
    buf_clear(&m->origins);
    buf_byte(&m->text, '{');
    m->origin_count = 0;
    m->gathered = true;
    m->gathered_doc = p->doc;
    m->gathered_at = p->at;
    return st;
}

/* Every member must be JSON: what is none spoils the document, not the event. */
static status gather_member(misp *m, const json_part *p, err *why)
{
    json *v;
    arena_mark here = arena_here(m->a);
    if (p->over)
        return err_set(why, ERR_LIMIT, p->at, "\"%.*s\" is over %u bytes, or deeper than %d",
                       SLICE_FMT(slice_sub(p->key, 0, 32)), m->limits.bytes_max, JSON_DEPTH_MAX);
    status st = json_parse(m->a, p->raw, &m->limits, &v, why);
    if (st != OK) {
        if (why->at != ERR_NOWHERE)
            why->at += p->at;
        return st;
    }
    json_writer w = json_writer_on(&m->text);
    json_put_text(&w, p->key);
    buf_byte(&m->text, ':');
    w = json_writer_on(&m->text);
    put_light(&w, v);
    buf_byte(&m->text, ',');
    arena_back(m->a, here);
    return buf_status(&m->text, why);
}

static status want_ref(misp *m, const uint8_t uuid[16], err *why)
{
    misp_ref r = {.node = {KIND_NONE, {NULL, 0}}};
    if (m->wanted.len >= (size_t)MISP_REFS_MAX * sizeof r) {
        m->refs_left_out++;
        return OK;
    }
    memcpy(r.uuid, uuid, 16);
    buf_put(&m->wanted, slice_of((const char *)&r, sizeof r));
    return buf_status(&m->wanted, why);
}

/* The report that an attribute links to, when it is what the event was made from. */
static void gather_origin(misp *m, const json *v)
{
    slice url = misp_text(v, "value");
    if (!slice_eq(misp_text(v, "type"), S("link")) || misp_true(v, "deleted") || !url.len ||
        !slice_eq(misp_text(v, "category"), S("External analysis")) || url.len > NODE_TEXT_MAX ||
        m->origin_count >= FACT_ORIGINS_MAX)
        return;
    json_writer w = json_writer_on(&m->origins);
    if (m->origin_count++)
        buf_byte(&m->origins, ',');
    json_put_text(&w, url);
}

static status gather_item(misp *m, const json_part *p, err *why)
{
    json *v;
    uint8_t uuid[16];
    err unused = {0};
    size_t which = split_of(p->key);
    arena_mark here = arena_here(m->a);
    bool link = which == SPLIT_ATTRIBUTE && slice_find(p->raw, S("\"link\""), 0) != SIZE_MAX;
    if (which != SPLIT_OBJECT && !link)
        return OK;
    status st = parse(m, p, &v, &unused);
    if (st != OK)
        return err_set(why, st, unused.at, "%s", unused.msg);
    if (v && link)
        gather_origin(m, v);
    for (const json *r = misp_list(v, "ObjectReference"); st == OK && r; r = r->next)
        if (misp_uuid(misp_text(r, "referenced_uuid"), uuid))
            st = want_ref(m, uuid, why);
    arena_back(m->a, here);
    return st == OK ? buf_status(&m->origins, why) : st;
}

static status gather(misp *m, const json_part *p, err *why)
{
    status st = begin_doc(m, p, why);
    if (st != OK)
        return st;
    return p->kind == JSON_PART_MEMBER ? gather_member(m, p, why) : gather_item(m, p, why);
}

/* --- second pass: what references lead to ----------------------------------------------------- */

static int by_uuid(const void *a, const void *b)
{
    return memcmp(((const misp_ref *)a)->uuid, ((const misp_ref *)b)->uuid, 16);
}

static status keep_ref(misp *m, const json *v, bool object, err *why)
{
    uint8_t uuid[16];
    misp_nodes n = {0};
    misp_attribute t;
    misp_ref *r;
    node_ref node = {KIND_NONE, {NULL, 0}};
    if (!misp_uuid(misp_text(v, "uuid"), uuid) || !(r = misp_find_ref(m, uuid)) ||
        r->node.kind != KIND_NONE)
        return OK;
    status st = object ? misp_object_node(m, v, &node, why) : misp_read_attribute(v, &t, why);
    if (st == OK && !object) {
        st = misp_attribute_nodes(m, &t, &n, why);
        node = n.count ? n.node[0] : node;
    }
    if (st != OK || node.kind == KIND_NONE)
        return st == ERR_INPUT ? OK : st;
    r->node.kind = node.kind;
    buf_clear(&m->scratch);
    buf_put(&m->scratch, node.text);
    return buf_status(&m->scratch, why);
}

/* Scratch memory is given back before the text of the node is kept. */
static status keep_text(misp *m, const json *v, arena_mark here, err *why)
{
    uint8_t uuid[16];
    misp_ref *r = misp_uuid(misp_text(v, "uuid"), uuid) ? misp_find_ref(m, uuid) : NULL;
    bool fresh = r && r->node.kind != KIND_NONE && !r->node.text.ptr;
    arena_back(m->a, here);
    if (fresh && !arena_copy(m->a, buf_slice(&m->scratch), &r->node.text))
        return ARENA_SPENT(m->a, why);
    return OK;
}

static status look_up(misp *m, const json_part *p, err *why)
{
    json *v;
    err unused = {0};
    size_t which = split_of(p->key);
    if (p->kind != JSON_PART_ITEM || (which != SPLIT_OBJECT && which != SPLIT_ATTRIBUTE))
        return OK;
    arena_mark here = arena_here(m->a);
    status st = parse(m, p, &v, &unused);
    if (st == OK && v)
        st = keep_ref(m, v, which == SPLIT_OBJECT, &unused);
    if (st == OK && v)
        return keep_text(m, v, here, why);
    arena_back(m->a, here);
    return st == OK ? OK : err_set(why, st, unused.at, "%s", unused.msg);
}

static status resolve(misp *m, const format_input *input, err *why)
{
    size_t n = m->wanted.len / sizeof *m->refs, kept = 0;
    if (!n)
        return OK;
    m->refs = arena_array(m->a, n, sizeof *m->refs);
    if (!m->refs)
        return ARENA_SPENT(m->a, why);
    memcpy(m->refs, m->wanted.ptr, m->wanted.len);
    qsort(m->refs, n, sizeof *m->refs, by_uuid);
    for (size_t i = 0; i < n; i++)
        if (!kept || by_uuid(&m->refs[kept - 1], &m->refs[i]) != 0)
            m->refs[kept++] = m->refs[i];
    m->ref_count = kept;
    m->quiet = true;
    status st = walk(m, input, look_up, why);
    m->quiet = false;
    return st;
}

/* --- third pass: records ---------------------------------------------------------------------- */

/* The event whose part this is becomes the one being read; its own record comes first. */
static status turn_to(misp *m, uint64_t doc, err *why)
{
    if (m->doc && m->doc->doc == doc)
        return OK;
    m->doc = m->doc ? m->doc->next : m->docs;
    if (!m->doc || m->doc->doc != doc)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the document changed while it was read");
    m->e.record = m->base;
    misp_begin(m);
    m->place = S("");
    return misp_tell_event(m, m->doc, why);
}

static status tell_item(misp *m, const json_part *p, const json *v, err *why)
{
    switch (split_of(p->key)) {
    case SPLIT_OBJECT: return misp_tell_object(m, v, why);
    case SPLIT_PROPOSAL: return misp_tell_proposal(m, v, why);
    case SPLIT_REPORT: return misp_tell_report(m, v, why);
    default: break;
    }
    status st = misp_tell_attribute(m, v, NULL, why);
    return st == OK ? misp_tell_proposals(m, v, &m->event.context, why) : st;
}

static status tell(misp *m, const json_part *p, err *why)
{
    json *v;
    char place[MISP_PLACE_MAX], list[40];
    status st = turn_to(m, p->doc, why);
    if (st != OK || p->kind != JSON_PART_ITEM)
        return st;
    snprintf(list, sizeof list, "%.*s", SLICE_FMT(p->key));
    m->at = p->at;
    m->length = p->length;
    m->place = misp_place(place, S(""), list, p->index);
    arena_mark kept = m->e.record;
    misp_begin(m);
    st = parse(m, p, &v, why);
    if (st == OK && !v)
        return misp_refuse(m, ERR_INPUT, why);
    if (st != OK)
        return st;
    emit_keep(&m->e);
    st = tell_item(m, p, v, why);
    m->e.record = kept;
    misp_begin(m);
    return st;
}

/* --- the document ----------------------------------------------------------------------------- */

/* The organisation that most events are by; of several the smallest name. At most 64 are counted:
 * a document with more has no one source. */
typedef struct author {
    slice name;
    uint64_t events;
} author;

static status count_author(misp *m, const misp_doc *d, author *list, size_t *count, err *why)
{
    enum { AUTHORS_MAX = 64 };
    json *v;
    size_t i = 0;
    status st = json_parse(m->a, d->text, NULL, &v, why);
    if (st == ERR_INPUT)
        return OK;
    if (st != OK)
        return st;
    slice name = misp_text(json_get(v, S("Orgc")), "name");
    if (!name.len || name.len > AUDIENCE_MAX)
        return OK;
    while (i < *count && !slice_eq(list[i].name, name))
        i++;
    if (i == AUTHORS_MAX)
        return OK;
    if (i == *count) {
        char *room = m->author_room[i];
        memcpy(room, name.ptr, name.len);
        list[(*count)++] = (author){slice_of(room, name.len), 0};
    }
    list[i].events++;
    return OK;
}

static status find_author(misp *m, slice *ret, err *why)
{
    author list[64] = {{{NULL, 0}, 0}};
    size_t count = 0;
    const author *best = NULL;
    for (const misp_doc *d = m->docs; d; d = d->next) {
        arena_mark here = arena_here(m->a);
        status st = count_author(m, d, list, &count, why);
        arena_back(m->a, here);
        if (st != OK)
            return st;
    }
    for (size_t i = 0; i < count; i++)
        if (!best || list[i].events > best->events ||
            (list[i].events == best->events && slice_cmp(list[i].name, best->name) < 0))
            best = &list[i];
    *ret = best ? best->name : S("");
    return OK;
}

static status read_document(misp *m, const format_input *input, const fact_sink *sink, err *why)
{
    fact_head head = {.format = S("misp")};
    status st = walk(m, input, gather, why);
    if (st == OK)
        st = end_doc(m, why);
    if (st != OK)
        return st;
    if (!m->doc_count)
        return err_set(why, ERR_INPUT, 0, "no MISP event in it");
    if ((st = resolve(m, input, why)) != OK || (st = find_author(m, &head.source, why)) != OK ||
        (st = emit_open(&m->e, input, sink, &head, why)) != OK)
        return st;
    m->source = head.source;
    m->base = m->e.record;
    if ((st = walk(m, input, tell, why)) != OK)
        return st;
    m->e.record = m->base;
    misp_begin(m);
    return misp_tell_notes(m, why);
}

/* *ret_index: the document is what lies beside a feed's events. */
static status look_at_head(const format_input *input, bool *ret_index, err *why)
{
    char head[1024];
    size_t len = 0, n = 1;
    status st = reader_rewind(input->in, why);
    while (st == OK && n && len < sizeof head)
        if ((st = reader_read(input->in, head + len, sizeof head - len, &n, why)) == OK)
            len += n;
    *ret_index = st == OK && misp_is_feed_index(slice_of(head, len), input->path);
    return st;
}

static void close_misp(misp *m)
{
    emit_close(&m->e);
    buf_done(&m->scratch);
    buf_done(&m->text);
    buf_done(&m->origins);
    buf_done(&m->wanted);
    m->content = hash_free(m->content);
}

static status read_misp(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(close_misp)
    misp m = {0};
    CLEANUP(arena_done)
    arena own = {0};
    err mine = {0};
    format_input in = *input;
    if (!why)
        why = &mine;
    m.a = m.e.memory = in.memory = format_memory(input, &own);
    if (!in.limits.record_bytes_max)
        in.limits.record_bytes_max = JSON_VALUE_MAX;
    m.limits =
        (json_limits){.depth_max = in.limits.depth_max, .bytes_max = in.limits.record_bytes_max};
    m.last_doc = &m.docs;
    buf_init(&m.scratch, NODE_TEXT_MAX);
    buf_init(&m.text, 2 * (size_t)JSON_VALUE_MAX);
    buf_init(&m.origins, (size_t)FACT_ORIGINS_MAX * 8 * NODE_TEXT_MAX);
    buf_init(&m.wanted, (size_t)MISP_REFS_MAX * sizeof(misp_ref));
    m.content = hash_new(HASH_SHA256);
    if (!m.content)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    bool index;
    status st = look_at_head(&in, &index, why);
    if (st != OK)
        return st;
    return index ? misp_tell_feed_index(&m, &in, sink, why) : read_document(&m, &in, sink, why);
}

/* --- recognition ------------------------------------------------------------------------------ */

static bool says(slice head, const char *word)
{
    return slice_find(head, slice_str(word), 0) != SIZE_MAX;
}

/* Objects and attributes have words that nothing else has together. */
static bool has_parts(slice head)
{
    return (says(head, "\"to_ids\"") && says(head, "\"category\"")) ||
           (says(head, "\"template_uuid\"") && says(head, "\"meta-category\""));
}

static bool is_event(slice head)
{
    return says(head, "\"info\"") &&
           (says(head, "\"threat_level_id\"") || says(head, "\"analysis\"") ||
            says(head, "\"Orgc\"") || says(head, "\"Attribute\""));
}

static int sniff(slice head, slice path)
{
    json_peek p;
    if (misp_is_feed_index(head, path))
        return 97;
    if (!peek_json(head, &p))
        return 0;
    bool wrapped = peek_top(&p, S("Event")) || peek_has(&p, S(""), S("Event")) ||
                   peek_has(&p, S("response"), S("Event")) || peek_top(&p, S("response"));
    bool bare = peek_top(&p, S("info")) || peek_top(&p, S("Attribute")) ||
                peek_top(&p, S("Object")) || peek_has(&p, S(""), S("info"));
    if (wrapped && (is_event(head) || has_parts(head)))
        return 92;
    if (bare && is_event(head))
        return 88;
    return (peek_top(&p, S("Attribute")) || peek_top(&p, S("Object"))) && has_parts(head) ? 80 : 0;
}

static const json_stream_options by_lines = {
    .split = split, .split_count = COUNT_OF(split), .enter = enter, .enter_count = COUNT_OF(enter)};
const format format_misp = {.name = "misp",
                            .version = 1,
                            .snapshot = false,
                            .lines = &by_lines,
                            .sniff = sniff,
                            .read = read_misp};
