/* nodes.c - what the value of an attribute stands for: see misp.h. */
#include "format/misp/misp.h"
#include "model/observable.h"

status misp_read_attribute(const json *v, misp_attribute *ret, err *why)
{
    misp_attribute t = {.v = v};
    if (!json_is(v, JSON_OBJECT))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the attribute is no object");
    t.said_type = misp_text(v, "type");
    t.value = misp_text(v, "value");
    t.uuid = misp_text(v, "uuid");
    t.category = misp_text(v, "category");
    t.comment = misp_text(v, "comment");
    t.relation = misp_text(v, "object_relation");
    t.to_ids = misp_true(v, "to_ids");
    t.deleted = misp_true(v, "deleted");
    t.timestamp = misp_when(v, "timestamp");
    t.first_seen = misp_when(v, "first_seen");
    t.last_seen = misp_when(v, "last_seen");
    if (!t.said_type.len || t.said_type.len > 256)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the type is missing or no type");
    if (!t.value.len && !t.deleted)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the value is missing");
    t.type = misp_type_of(t.said_type, &t.known_type);
    *ret = t;
    return OK;
}

/* --- one observable -------------------------------------------------------------------------- */

static status as_text(misp *m, slice type, slice text, node_ref *ret, err *why)
{
    observable o;
    slice both = arena_printf(m->a, "%.*s=%.*s", SLICE_FMT(type), SLICE_FMT(text));
    if (!both.ptr)
        return ARENA_SPENT(m->a, why);
    if (both.len > OBSERVABLE_TEXT_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the value is over %d bytes",
                       OBSERVABLE_TEXT_MAX);
    status st = observable_parse(m->a, both, KIND_PROPERTY, &o, why);
    if (st == OK)
        *ret = (node_ref){KIND_PROPERTY, o.value};
    return st;
}

static bool on_network(kind k)
{
    return k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_CIDR || k == KIND_DOMAIN || k == KIND_URL;
}

/* Publishers put a path where a file name belongs: the name alone would say less. */
static bool is_path(misp *m, kind want, slice text, observable *ret)
{
    bool slash =
        slice_find_byte(text, '/', 0) != SIZE_MAX || slice_find_byte(text, '\\', 0) != SIZE_MAX;
    return want == KIND_FILENAME && slash &&
           observable_parse(m->a, text, KIND_PATH, ret, NULL) == OK;
}

/* And an address where a host name does. */
static status second_try(misp *m, kind want, slice text, observable *ret)
{
    observable o;
    if (!on_network(want))
        return ERR_INPUT;
    status st = observable_parse(m->a, text, KIND_NONE, &o, NULL);
    if (st == OK && !on_network(o.kind))
        return ERR_INPUT;
    if (st == OK)
        *ret = o;
    return st;
}

static status observe(misp *m, kind want, slice text, slice type, node_ref *ret, uint16_t *port,
                      err *why)
{
    observable o;
    if (want == KIND_PROPERTY)
        return as_text(m, type, text, ret, why);
    if (text.len > OBSERVABLE_TEXT_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the value is over %d bytes",
                       OBSERVABLE_TEXT_MAX);
    status st = is_path(m, want, text, &o) ? OK : observable_parse(m->a, text, want, &o, why);
    if (st == ERR_INPUT)
        st = second_try(m, want, text, &o);
    if (st == ERR_INPUT) {
        misp_note(m, "the value is none of its type and is kept as text", type);
        return as_text(m, type, text, ret, why);
    }
    if (st != OK)
        return ARENA_SPENT(m->a, why);
    *ret = (node_ref){o.kind, o.value};
    if (o.port)
        *port = o.port;
    return OK;
}

/* --- composite values ------------------------------------------------------------------------ */

static bool halves(slice value, slice *a, slice *b)
{
    size_t bar = slice_find_byte(value, '|', 0);
    *a = slice_trim(slice_sub(value, 0, bar));
    *b = bar == SIZE_MAX ? S("") : slice_trim(slice_from(value, bar + 1));
    return a->len && b->len;
}

/* "filename|md5" is of type md5 behind the bar. */
static slice second_type(const misp_attribute *t)
{
    size_t bar = slice_find_byte(t->said_type, '|', 0);
    return bar == SIZE_MAX ? S("md5") : slice_from(t->said_type, bar + 1);
}

static status two(misp *m, kind k0, slice v0, slice t0, kind k1, slice v1, slice t1,
                  misp_nodes *ret, err *why)
{
    status st = observe(m, k0, v0, t0, &ret->node[0], &ret->port, why);
    if (st == OK)
        st = observe(m, k1, v1, t1, &ret->node[1], &ret->port, why);
    ret->count = 2;
    return st;
}

static status file_nodes(misp *m, const misp_attribute *t, misp_nodes *ret, err *why)
{
    slice name, hash;
    if (halves(t->value, &name, &hash))
        return two(m, t->type->kind, hash, second_type(t), KIND_FILENAME, name, S("filename"), ret,
                   why);
    ret->count = 1;
    if (!name.len && hash.len)
        return observe(m, t->type->kind, hash, second_type(t), &ret->node[0], &ret->port, why);
    return observe(m, KIND_FILENAME, name, S("filename"), &ret->node[0], &ret->port, why);
}

status misp_attribute_nodes(misp *m, const misp_attribute *t, misp_nodes *ret, err *why)
{
    slice a, b;
    uint64_t n;
    *ret = (misp_nodes){.count = 1, .port = ret->port};
    bool both = halves(t->value, &a, &b);
    switch (t->type->shape) {
    case MISP_FILE: return file_nodes(m, t, ret, why);
    case MISP_RESOLVE:
        if (both)
            return two(m, KIND_DOMAIN, a, S("domain"), KIND_IPV4, b, S("ip-dst"), ret, why);
        break;
    case MISP_PORT:
        if (both && slice_u64(b, &n) && n <= UINT16_MAX)
            ret->port = (uint16_t)n;
        else if (both)
            ret->rest = b;
        if (both)
            return observe(m, t->type->kind, a, t->said_type, &ret->node[0], &ret->port, why);
        break;
    case MISP_REGISTRY:
        ret->rest = both ? b : S("");
        return observe(m, KIND_REGISTRY_KEY, a.len ? a : t->value, S("regkey"), &ret->node[0],
                       &ret->port, why);
    case MISP_ONE: break;
    case MISP_ENTITY:
    case MISP_RULE:
    case MISP_WORDS:
    case MISP_KEPT: ret->count = 0; return OK;
    }
    return observe(m, t->type->kind, t->value, t->said_type, &ret->node[0], &ret->port, why);
}
