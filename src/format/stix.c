/* stix.c - STIX 2.0 and 2.1 documents: bundles, bare objects, arrays and lines of objects.
 * What becomes which claim: docs/formats/stix.md. */
#include "format/stix/stix.h"
#include "format/stix/peek.h"
#include "format/stix_id.h"

#include <stdio.h>

/* --- walking a document --------------------------------------------------------------------- */

/* One value that should be an object of STIX. */
typedef struct item {
    slice raw;
    uint64_t at, length;
    bool over;
    char place[96];
} item;

typedef struct walk {
    stix *x;
    status (*on)(stix *x, const item *i);
    bool whole;       /* bare objects at the top: they are read whole */
    bool bare;        /* found while not `whole`: the walk has to begin again */
    bool has_objects; /* of the top-level value being read */
    bool is_bundle;
    uint64_t doc;
    bool some;
} walk;

static const slice split[] = {S_INIT("objects")};

/* A top-level object that is neither a bundle nor a list of objects under another name. */
static void end_top(walk *w)
{
    if (w->some && !w->has_objects && !w->is_bundle)
        w->bare = true;
    w->has_objects = w->is_bundle = false;
}

static status walk_stream(walk *w, reader *in, uint64_t base, const char *prefix, bool inner);

static bool is_bundle(slice raw)
{
    stix_peek p;
    return stix_peek_at(raw, &p) && slice_eq(p.type, S("bundle"));
}

/* An element that is itself a bundle or a list: its objects, one level deep. */
static status give(walk *w, const item *i, bool inner)
{
    bool box = i->raw.len && (i->raw.ptr[0] == '[' || is_bundle(i->raw));
    if (!box || inner)
        return w->on(w->x, i);
    memory_reader m;
    reader in = reader_memory(&m, i->raw);
    walk deeper = {.x = w->x, .on = w->on};
    return walk_stream(&deeper, &in, i->at, i->place, true);
}

static void place_of(char out[96], const char *prefix, const json_part *p, bool whole)
{
    if (whole)
        snprintf(out, 96, "%s", prefix);
    else
        snprintf(out, 96, "%s%s%.*s/%llu", prefix, p->key.len ? "/" : "", SLICE_FMT(p->key),
                 (unsigned long long)p->index);
}

static status see_member(walk *w, const json_part *p)
{
    slice text = slice_sub(p->raw, 1, p->raw.len ? p->raw.len - 1 : 0);
    if (slice_eq(p->key, S("type")) && slice_eq(text, S("bundle")))
        w->is_bundle = true;
    if (slice_eq(p->key, S("spec_version")) && !w->x->bundle_version.len &&
        !arena_copy(w->x->a, text, &w->x->bundle_version))
        return ARENA_SPENT(w->x->a, w->x->why);
    return OK;
}

static status see_part(walk *w, const json_part *p, uint64_t base, const char *prefix, bool inner)
{
    w->doc = p->doc;
    w->some = true;
    if (p->kind == JSON_PART_MEMBER)
        return see_member(w, p);
    item i = {.raw = p->raw, .at = base + p->at, .length = p->length, .over = p->over};
    w->has_objects = true;
    place_of(i.place, prefix, p, w->whole);
    return give(w, &i, inner);
}

static status next_part(walk *w, json_stream *s, uint64_t base, json_part *ret)
{
    err why = {0};
    status st = json_stream_next(s, ret, &why);
    if (st == OK)
        return OK;
    if (why.at != ERR_NOWHERE)
        why.at += base;
    *w->x->why = why;
    return st;
}

static status walk_stream(walk *w, reader *in, uint64_t base, const char *prefix, bool inner)
{
    json_stream_options o = {.split = split,
                             .split_count = COUNT_OF(split),
                             .whole = w->whole,
                             .pass_over = true,
                             .value_max = w->x->limits.bytes_max};
    json_stream *s = json_stream_new(in, &o);
    if (!s)
        return err_set(w->x->why, ERR_LIMIT, ERR_NOWHERE, "memory is out");
    json_part p;
    status st;
    while ((st = next_part(w, s, base, &p)) == OK && p.kind != JSON_PART_END) {
        if (p.doc != w->doc)
            end_top(w);
        if (w->bare && !w->whole)
            break;
        if ((st = see_part(w, &p, base, prefix, inner)) != OK)
            break;
    }
    json_stream_free(s);
    if (st == OK)
        end_top(w);
    return st;
}

/* --- first pass: what objects may need before it stands in the document ----------------------- */

static status count_creator(stix *x, slice ref)
{
    slice type;
    uint8_t uuid[UUID_BYTES];
    stix_entry *e;
    if (!slice_starts(ref, S("identity--")) || !stix_id_cut(ref, &type, uuid))
        return OK;
    status st =
        stix_index_add(&x->index, x->a, uuid, stix_type_number(stix_type_of(type)), &e, x->why);
    if (st == OK && e)
        e->created++;
    return st;
}

/* The parts of an entry as the object gives them; texts are in scratch memory still. */
typedef struct finding {
    node_ref node;
    bool alias, marking;
    tlp tlp;
    pap pap;
    slice name;
} finding;

/* An observable that is known by another one: traffic by its far end, a mail by its sender. */
static slice alias_of(const json *object, const stix_type *type)
{
    static const struct {
        slice type;
        const char *refs[2];
    } rows[] = {
        {S_INIT("network-traffic"), {"dst_ref", "src_ref"}},
        {S_INIT("email-message"), {"from_ref", "sender_ref"}},
        {S_INIT("process"), {"image_ref", "binary_ref"}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < 2 && slice_eq(rows[i].type, type->name); k++)
            if (stix_text(object, rows[i].refs[k]).len)
                return stix_text(object, rows[i].refs[k]);
    return S("");
}

static status find(stix *x, const json *object, const stix_type *type, finding *f)
{
    marking m;
    if (slice_eq(type->name, S("marking-definition"))) {
        f->marking = stix_read_marking(object, &m);
        f->tlp = f->marking ? m.tlp : TLP_RED;
        f->pap = f->marking ? m.pap : PAP_NONE;
        return OK;
    }
    status st = stix_node(x, object, type, &f->node);
    if (type->kind == KIND_ORGANISATION)
        f->name = stix_text(object, "name");
    if (st != OK || f->node.kind != KIND_OTHER)
        return st;
    slice alias = alias_of(object, type);
    f->alias = alias.len > 0;
    if (f->alias)
        f->node.text = alias;
    return OK;
}

static status keep(stix *x, slice id, const stix_type *type, const finding *f)
{
    slice of;
    uint8_t uuid[UUID_BYTES];
    stix_entry *e;
    if (!stix_id_cut(id, &of, uuid))
        return OK;
    status st = stix_index_add(&x->index, x->a, uuid, stix_type_number(type), &e, x->why);
    if (st != OK)
        return st;
    x->left_out += !e;
    if (!e)
        return OK;
    e->tlp = (uint8_t)f->tlp;
    e->pap = (uint8_t)f->pap;
    bool plain = slice_eq(f->node.text, id) && f->node.kind == type->kind;
    if (f->name.len && (st = stix_index_keep(&x->index, x->a, f->name, &e->name, x->why)) != OK)
        return st;
    if (f->marking || plain || f->node.kind == KIND_NONE)
        return OK;
    if ((st = stix_index_keep(&x->index, x->a, f->node.text, &e->text, x->why)) != OK)
        return st;
    x->left_out += !e->text.ptr;
    e->kind = e->text.ptr && !f->alias ? f->node.kind : KIND_NONE;
    e->alias = e->text.ptr && f->alias;
    return OK;
}

static slice append(buf *b, slice s)
{
    slice copy = slice_of(b->ptr + b->len, s.len);
    buf_put(b, s);
    return copy;
}

/* Scratch memory is given back before the index grows, so what goes into it is copied out first. */
static status collect(stix *x, slice id, const json *object, const stix_type *type, arena_mark here)
{
    finding f = {.tlp = TLP_COUNT_};
    uint64_t warned = x->warned;
    x->warned = STIX_WARNINGS_MAX; /* the second pass tells */
    status st = find(x, object, type, &f);
    x->warned = warned;
    if (st != OK)
        return st;
    buf_clear(&x->out);
    if (!buf_room(&x->out, id.len + f.node.text.len + f.name.len + 1))
        return ARENA_SPENT(x->a, x->why);
    id = append(&x->out, id);
    f.node.text = append(&x->out, f.node.text);
    f.name = append(&x->out, f.name);
    arena_back(x->a, here);
    return keep(x, id, type, &f);
}

/* --- one object ----------------------------------------------------------------------------- */

/* *ret NULL and `refusal` filled: the object cannot be taken, the document can. */
static status parse(stix *x, const item *i, json **ret, err *refusal)
{
    *ret = NULL;
    if (i->over) {
        const json_part p = {.at = i->at, .length = i->length};
        json_part_over(&p, x->limits.bytes_max, refusal);
        return OK;
    }
    status st = json_parse(x->a, i->raw, &x->limits, ret, refusal);
    if (st == OK && (*ret)->type == JSON_OBJECT)
        return OK;
    if (st == OK) {
        *ret = NULL;
        err_set(refusal, ERR_INPUT, ERR_NOWHERE, "no object");
        return OK;
    }
    *ret = NULL;
    if (st == ERR_LIMIT && (i->length > STIX_SMALL || !stix_spent(x)))
        return OK;
    uint64_t at = refusal->at == ERR_NOWHERE ? ERR_NOWHERE : i->at + refusal->at;
    return err_set(x->why, st, at, "%s", refusal->msg);
}

/* 2.0 has no spec_version on objects; observables stand alone in 2.1 only. */
static bool version_of(slice said, const stix_type *type, bool *ret_v20)
{
    *ret_v20 = said.len ? slice_eq(said, S("2.0")) : type->class != STIX_SCO;
    return !said.len || *ret_v20 || slice_eq(said, S("2.1"));
}

static void note_version(stix *x, slice said, const stix_type *type)
{
    bool v20;
    if (!version_of(said, type, &v20))
        return;
    x->has_20 |= v20;
    x->has_21 |= said.len && !v20;
}

/* The four words that every object has, when it takes a parser to read them. */
typedef struct words {
    char room[4][STIX_TYPE_MAX + UUID_TEXT + 3];
} words;

static slice copy_word(words *w, int n, slice s)
{
    if (s.len > sizeof w->room[n])
        return S("");
    if (s.len)
        memcpy(w->room[n], s.ptr, s.len);
    return slice_of(w->room[n], s.len);
}

static status peek(stix *x, const item *i, words *w, stix_peek *ret)
{
    json *object;
    err refusal = {0};
    *ret = (stix_peek){0};
    if (stix_peek_at(i->raw, ret))
        return OK;
    arena_mark here = arena_here(x->a);
    status st = parse(x, i, &object, &refusal);
    if (st == OK && object) {
        ret->type = copy_word(w, 0, stix_text(object, "type"));
        ret->id = copy_word(w, 1, stix_text(object, "id"));
        ret->spec_version = copy_word(w, 2, stix_text(object, "spec_version"));
        ret->created_by_ref = copy_word(w, 3, stix_text(object, "created_by_ref"));
    }
    arena_back(x->a, here);
    return st;
}

static status first_look(stix *x, const item *i)
{
    words w;
    stix_peek p;
    json *object;
    err refusal = {0};
    status st = peek(x, i, &w, &p);
    x->objects++;
    if (st != OK || (st = count_creator(x, p.created_by_ref)) != OK)
        return st;
    const stix_type *type = stix_type_of(p.type);
    note_version(x, p.spec_version, type);
    if (!type->own_node && !slice_eq(type->name, S("marking-definition")))
        return OK;
    arena_mark here = arena_here(x->a);
    if ((st = parse(x, i, &object, &refusal)) != OK)
        return st;
    if (object && version_of(p.spec_version, type, &x->v20) &&
        stix_check(object, type, x->v20, false, NULL) == OK)
        return collect(x, stix_text(object, "id"), object, type, here);
    arena_back(x->a, here);
    return OK;
}

/* --- second pass: records ------------------------------------------------------------------- */

static status refuse(stix *x, const char *why)
{
    return x->sink->refuse(x->sink->ctx, x->at, x->place, slice_str(why), x->why);
}

/* Where the object was copied from, for counting independent sources. */
static status read_origins(stix *x)
{
    static const slice types[] = {S_INIT("indicator"), S_INIT("relationship"), S_INIT("report"),
                                  S_INIT("sighting")};
    bool counts = false;
    x->origin_count = 0;
    for (size_t i = 0; i < COUNT_OF(types); i++)
        counts |= slice_eq(x->type->name, types[i]);
    const json *r = counts ? stix_list(x->object, "external_references") : NULL;
    if (!r)
        return OK;
    x->origins = arena_array(x->a, FACT_ORIGINS_MAX, sizeof *x->origins);
    if (!x->origins)
        return ARENA_SPENT(x->a, x->why);
    for (; r && x->origin_count < FACT_ORIGINS_MAX; r = r->next) {
        slice url = stix_text(r, "url");
        bool again = !url.len || url.len > NODE_TEXT_MAX;
        for (size_t i = 0; i < x->origin_count; i++)
            again |= slice_eq(x->origins[i], url);
        if (!again)
            x->origins[x->origin_count++] = url;
    }
    return OK;
}

/* What the record is, and what all its claims share. False and `refusal`: it cannot be taken. */
static bool acceptable(stix *x, json *object, err *refusal)
{
    slice said = stix_text(object, "type");
    x->object = object;
    x->type = stix_type_of(said);
    x->id = stix_text(object, "id");
    if (!said.len)
        err_set(refusal, ERR_INPUT, ERR_NOWHERE, "type is missing");
    else if (slice_eq(said, S("bundle")))
        err_set(refusal, ERR_INPUT, ERR_NOWHERE, "a bundle inside a bundle");
    else if (!version_of(stix_text(object, "spec_version"), x->type, &x->v20))
        err_set(refusal, ERR_INPUT, ERR_NOWHERE, "spec_version is neither 2.0 nor 2.1");
    else
        return stix_check(object, x->type, x->v20, false, refusal) == OK;
    return false;
}

/* SHA-256 of the canonical form. */
static status hash_content(stix *x, uint8_t ret[SHA256_BYTES], err *refusal)
{
    buf_clear(&x->out);
    json_writer w = json_writer_on(&x->out);
    json_put_canonical(&w, x->object, x->a);
    if (x->out.failed) {
        if (stix_spent(x))
            return ARENA_SPENT(x->a, x->why);
        return err_set(refusal, ERR_INPUT, ERR_NOWHERE, "its canonical form is over %zu bytes",
                       x->out.max);
    }
    hash_update(x->sha, buf_slice(&x->out));
    hash_final(x->sha, ret);
    return OK;
}

static status warn_of_conflict(stix *x, const uint8_t content[SHA256_BYTES])
{
    slice type;
    uint8_t uuid[UUID_BYTES];
    if (x->modified == WHEN_NONE || !stix_id_cut(x->id, &type, uuid) ||
        !stix_seen_conflict(&x->index, uuid, x->modified, content))
        return OK;
    return stix_warn(x,
                     "%.*s: another object with this id and this time of modification came "
                     "before; both are kept",
                     SLICE_FMT(slice_sub(x->id, 0, 80)));
}

/* Nothing is made from the time of creation, so nothing said of the object is wrong by it. */
static status warn_of_creation(stix *x)
{
    slice created = stix_text(x->object, "created"), modified = stix_text(x->object, "modified");
    if (!stix_is_time(created) || !stix_is_time(modified) || stix_time_cmp(created, modified) <= 0)
        return OK;
    return stix_warn(x, "modified is not at or after created");
}

static status tell_record(stix *x, const item *i, const uint8_t content[SHA256_BYTES])
{
    fact_record r = {.at = i->at,
                     .length = i->length,
                     .place = x->place,
                     .id = x->id,
                     .spec = x->v20 ? S("2.0") : S("2.1"),
                     .modified = x->modified,
                     .revoked = x->revoked,
                     .marking = x->marking,
                     .marked = x->marked};
    memcpy(r.content, content, sizeof r.content);
    status st = x->sink->begin(x->sink->ctx, &r, x->why);
    if (st == OK && (st = warn_of_conflict(x, content)) == OK && (st = warn_of_creation(x)) == OK &&
        (st = stix_tell(x)) == OK)
        st = x->sink->end(x->sink->ctx, x->why);
    return st;
}

static status read_object(stix *x, const item *i, err *refusal)
{
    json *object;
    uint8_t content[SHA256_BYTES];
    int64_t confidence;
    status st = parse(x, i, &object, refusal);
    if (st != OK)
        return st;
    if (!object || !acceptable(x, object, refusal))
        return refuse(x, refusal->msg);
    const json *locals = json_get(object, S("objects"));
    if (json_is(locals, JSON_OBJECT) && !(x->locals = stix_sorted(x, locals, &x->local_count)))
        return ARENA_SPENT(x->a, x->why);
    x->revoked = stix_true(object, "revoked");
    x->modified = stix_when(object, "modified");
    x->confidence = stix_int(json_get(object, S("confidence")), &confidence) ? (int)confidence : -1;
    x->pattern = NULL;
    if (x->type->kind == KIND_INDICATOR && (st = stix_read_pattern(x, refusal)) == ERR_INPUT)
        return refuse(x, refusal->msg);
    if (st != OK)
        return err_set(x->why, st, ERR_NOWHERE, "%s", refusal->msg);
    if ((st = hash_content(x, content, refusal)) == ERR_INPUT)
        return refuse(x, refusal->msg);
    if (st != OK || (st = stix_marks(x)) != OK || (st = read_origins(x)) != OK ||
        (st = stix_node(x, object, x->type, &x->self)) != OK)
        return st;
    return tell_record(x, i, content);
}

static status second_look(stix *x, const item *i)
{
    err refusal = {0};
    arena_mark here = arena_here(x->a);
    x->at = i->at;
    x->place = slice_str(i->place);
    x->locals = NULL;
    if (x->records_max && x->records == x->records_max)
        return err_set(x->why, ERR_LIMIT, i->at, "more than %llu objects",
                       (unsigned long long)x->records_max);
    x->records++;
    status st = read_object(x, i, &refusal);
    arena_back(x->a, here);
    return st;
}

/* --- the document --------------------------------------------------------------------------- */

/* The creator that most objects name and that the document tells the name of; of several the
 * smallest name. */
static slice creator(const stix_index *ix)
{
    const stix_entry *best = NULL;
    for (size_t i = 0; ix->entry && i <= ix->mask; i++) {
        const stix_entry *e = &ix->entry[i];
        if (!e->used || !e->created || !e->name.len)
            continue;
        if (!best || e->created > best->created ||
            (e->created == best->created && slice_cmp(e->name, best->name) < 0))
            best = e;
    }
    return best ? best->name : S("");
}

static status tell_head(stix *x)
{
    bool old = !x->has_21 && (x->has_20 || slice_eq(x->bundle_version, S("2.0")));
    fact_head h = {.format = old ? S("stix-2.0") : S("stix-2.1"), .source = creator(&x->index)};
    return x->sink->head(x->sink->ctx, &h, x->why);
}

static status pass(walk *w, reader *in)
{
    status st = reader_rewind(in, w->x->why);
    return st == OK ? walk_stream(w, in, 0, "", false) : st;
}

/* *ret_whole: there are bare objects, and values have to be read whole. */
static status first_pass(stix *x, reader *in, bool *ret_whole)
{
    arena_mark here = arena_here(x->a);
    walk w = {.x = x, .on = first_look};
    status st = pass(&w, in);
    *ret_whole = w.bare;
    if (st != OK || !w.bare)
        return st;
    x->index = (stix_index){0};
    x->bundle_version = S("");
    x->objects = x->left_out = 0;
    x->has_20 = x->has_21 = false;
    arena_back(x->a, here);
    w = (walk){.x = x, .on = first_look, .whole = true};
    return pass(&w, in);
}

static status read_document(stix *x, reader *in)
{
    bool whole;
    status st = first_pass(x, in, &whole);
    if (st != OK || (st = stix_seen_init(&x->index, x->a, x->objects, x->why)) != OK ||
        (st = tell_head(x)) != OK)
        return st;
    walk w = {.x = x, .on = second_look, .whole = whole};
    if ((st = pass(&w, in)) != OK)
        return st;
    x->place = S("");
    x->at = 0;
    uint64_t more = x->warned > STIX_WARNINGS_MAX ? x->warned - STIX_WARNINGS_MAX : 0;
    x->warned = 0;
    if (x->left_out &&
        (st =
             stix_warn(x, "%llu objects are over what is kept at once; references to them stay ids",
                       (unsigned long long)x->left_out)) != OK)
        return st;
    return more ? stix_warn(x, "%llu more warnings", (unsigned long long)more) : OK;
}

static status read_stix(const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(arena_done) arena own = {0};
    stix x = {.a = format_memory(input, &own), .sink = sink, .why = why};
    err none;
    if (!why)
        x.why = &none;
    x.limits.bytes_max =
        input->limits.record_bytes_max ? input->limits.record_bytes_max : JSON_VALUE_MAX;
    x.limits.depth_max = input->limits.depth_max;
    x.records_max = input->limits.records_max;
    x.sha = hash_new(HASH_SHA256);
    if (!x.sha)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory is out");
    buf_init(&x.out, 4 * (size_t)JSON_VALUE_MAX);
    status st = read_document(&x, input->in);
    buf_done(&x.out);
    hash_free(x.sha);
    return st;
}

/* --- recognition ---------------------------------------------------------------------------- */

/* A quoted word behind `at`, blanks and one colon skipped. */
static slice quoted_behind(slice head, size_t at)
{
    while (at < head.len && (is_space(head.ptr[at]) || head.ptr[at] == ':'))
        at++;
    if (at == head.len || head.ptr[at] != '"')
        return S("");
    size_t end = slice_find_byte(head, '"', at + 1);
    return end == SIZE_MAX ? S("") : slice_sub(head, at + 1, end);
}

/* Some "id" is an id of STIX, and some "type" is the type in it. */
static bool has_object(slice head)
{
    enum { LOOKS_MAX = 64 };
    size_t at = 0;
    for (int n = 0; n < LOOKS_MAX && (at = slice_find(head, S("\"id\""), at)) != SIZE_MAX; n++) {
        slice type;
        at += 4;
        if (!stix_id_cut(quoted_behind(head, at), &type, NULL))
            continue;
        size_t t = 0;
        for (int m = 0; m < LOOKS_MAX && (t = slice_find(head, S("\"type\""), t)) != SIZE_MAX;
             m++) {
            t += 6;
            if (slice_eq(quoted_behind(head, t), type))
                return true;
        }
    }
    return false;
}

static int sniff(slice head, slice path)
{
    if (slice_starts(head, S("\xef\xbb\xbf")))
        head = slice_from(head, 3);
    head = slice_trim(head);
    if (!head.len || (head.ptr[0] != '{' && head.ptr[0] != '['))
        return 0;
    if (slice_find(head, S("\"bundle--"), 0) != SIZE_MAX)
        return 95;
    if (has_object(head))
        return 90;
    return slice_ends_nocase(path, S(".stix2")) || slice_ends_nocase(path, S(".stix")) ? 30 : 0;
}

static const json_stream_options by_lines = {.split = split, .split_count = COUNT_OF(split)};
const format format_stix = {.name = "stix",
                            .version = 3,
                            .snapshot = false,
                            .lines = &by_lines,
                            .sniff = sniff,
                            .read = read_stix};
