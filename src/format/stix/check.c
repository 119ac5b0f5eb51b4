/* check.c - whether an object can be taken: see types.h. */
#include "format/stix/stix.h"
#include "format/stix_id.h"

#define REFUSE(why, ...) err_set((why), ERR_INPUT, ERR_NOWHERE, __VA_ARGS__)

/* --- values --------------------------------------------------------------------------------- */

bool stix_is_time(slice s)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    size_t n = sizeof shape - 1;
    when t;
    if (s.len <= n || s.ptr[s.len - 1] != 'Z')
        return false;
    for (size_t i = 0; i < n; i++)
        if (shape[i] == 'd' ? !is_digit(s.ptr[i]) : s.ptr[i] != shape[i])
            return false;
    slice fraction = slice_sub(s, n, s.len - 1);
    if (fraction.len == 1 || (fraction.len && fraction.ptr[0] != '.'))
        return false;
    for (size_t i = 1; i < fraction.len; i++)
        if (!is_digit(fraction.ptr[i]))
            return false;
    return when_parse(s, &t) == OK;
}

int stix_time_cmp(slice a, slice b)
{
    const size_t whole = sizeof "dddd-dd-ddTdd:dd:dd" - 1;
    int c = slice_cmp(slice_sub(a, 0, whole), slice_sub(b, 0, whole));
    /* then the fractions, without '.' and 'Z', as if zeros followed for ever */
    slice x = slice_sub(a, whole + 1, a.len - 1), y = slice_sub(b, whole + 1, b.len - 1);
    for (size_t i = 0; c == 0 && (i < x.len || i < y.len); i++)
        c = (i < x.len ? x.ptr[i] : '0') - (i < y.len ? y.ptr[i] : '0');
    return c;
}

bool stix_int(const json *v, int64_t *ret)
{
    const int64_t max = ((int64_t)1 << 53) - 1;
    int64_t n;
    if (!json_whole(v, &n)) /* 5.0 and 5e0 are 5, as in the canonical form */
        return false;
    if (n < -max || n > max)
        return false;
    *ret = n;
    return true;
}

/* --- shapes --------------------------------------------------------------------------------- */

static bool is_custom(slice name)
{
    return slice_starts(name, S("x_"));
}

/* No null, no empty list, no empty dictionary, at any depth (2.1 section 2). Custom properties are
 * the source's own. */
static const char *emptiness(const json *v)
{
    if (v->type == JSON_NULL)
        return "null";
    if (v->type != JSON_ARRAY && v->type != JSON_OBJECT)
        return NULL;
    if (!v->count)
        return v->type == JSON_ARRAY ? "an empty list" : "an empty dictionary";
    for (const json *m = v->first; m; m = m->next) {
        const char *what = is_custom(m->key) ? NULL : emptiness(m);
        if (what)
            return what;
    }
    return NULL;
}

static const char *check_ref(const json *v, const char *to, bool embedded)
{
    slice type;
    if (v->type != JSON_STRING)
        return "no reference";
    if (embedded) /* the number of another object in the same observed-data */
        return NULL;
    if (!stix_id_cut(v->text, &type, NULL))
        return "no id";
    return to && !stix_in(to, type) ? "a reference to a wrong type" : NULL;
}

static const char *check_texts(const json *v)
{
    for (const json *m = v->first; m; m = m->next)
        if (m->type != JSON_STRING)
            return "no list of texts";
    return NULL;
}

static const char *check_list(const stix_property *p, const json *v, bool embedded)
{
    const char *bad = NULL;
    if (v->type != JSON_ARRAY)
        return "no list";
    if (p->shape == SHAPE_TEXTS)
        return check_texts(v);
    for (const json *m = v->first; m && !bad; m = m->next) {
        if (p->shape == SHAPE_REFS)
            bad = check_ref(m, p->to, embedded);
        else if (m->type != JSON_OBJECT)
            bad = "no list of dictionaries";
    }
    return bad;
}

/* NULL, or what the value is instead. */
static const char *check_shape(const stix_property *p, const json *v, bool embedded)
{
    int64_t n;
    switch (p->shape) {
    case SHAPE_TEXT: return v->type == JSON_STRING ? NULL : "no text";
    case SHAPE_BOOL: return v->type == JSON_TRUE || v->type == JSON_FALSE ? NULL : "no boolean";
    case SHAPE_INT: return stix_int(v, &n) && n >= 0 ? NULL : "no whole number of 0 or more";
    case SHAPE_NUMBER: return v->type == JSON_NUMBER ? NULL : "no number";
    case SHAPE_TIME:
        return v->type == JSON_STRING && stix_is_time(v->text) ? NULL : "no time in UTC (Z)";
    case SHAPE_REF: return check_ref(v, p->to, embedded);
    case SHAPE_REFS:
    case SHAPE_TEXTS:
    case SHAPE_DICTS: return check_list(p, v, embedded);
    case SHAPE_DICT: return v->type == JSON_OBJECT ? NULL : "no dictionary";
    case SHAPE_ANY:
    case SHAPE_COUNT_: break;
    }
    return NULL;
}

/* --- dictionaries of the standard ----------------------------------------------------------- */

static bool is_text(const json *v, slice key)
{
    return json_is(json_get(v, key), JSON_STRING);
}

/* Section 7.2.3.1: names, [n], separated by dots. */
static bool is_selector(slice s)
{
    slice part;
    bool first = true;
    while (slice_cut(&s, '.', &part)) {
        bool index = part.len > 2 && part.ptr[0] == '[' && part.ptr[part.len - 1] == ']';
        uint64_t n;
        if (index && (first || !slice_u64(slice_sub(part, 1, part.len - 1), &n)))
            return false;
        if (!part.len || (!index && (part.ptr[0] == '[' || part.len > 250)))
            return false;
        first = false;
    }
    return true;
}

static const char *check_granular(const json *g)
{
    const json *ref = json_get(g, S("marking_ref")), *lang = json_get(g, S("lang"));
    const json *selectors = json_get(g, S("selectors"));
    if (!ref == !lang)
        return "a granular marking has one of marking_ref and lang";
    if (ref ? check_ref(ref, "marking-definition", false) != NULL : lang->type != JSON_STRING)
        return "a granular marking refers to no marking";
    if (!json_is(selectors, JSON_ARRAY))
        return "a granular marking without selectors";
    for (const json *s = selectors->first; s; s = s->next)
        if (s->type != JSON_STRING || !is_selector(s->text))
            return "a selector that selects nothing";
    return NULL;
}

static const char *check_reference(const json *r)
{
    if (!is_text(r, S("source_name")))
        return "an external reference without source_name";
    if (!is_text(r, S("description")) && !is_text(r, S("url")) && !is_text(r, S("external_id")))
        return "an external reference needs description, url or external_id";
    return NULL;
}

static const char *check_phase(const json *k)
{
    return is_text(k, S("kill_chain_name")) && is_text(k, S("phase_name"))
               ? NULL
               : "a kill chain phase needs kill_chain_name and phase_name";
}

static const char *check_translation(const json *t)
{
    for (size_t i = 0; i < t->key.len; i++)
        if (!is_alnum(t->key.ptr[i]) && t->key.ptr[i] != '-')
            return "contents has a key that is no language";
    return t->type == JSON_OBJECT ? NULL : "contents holds a dictionary for each language";
}

static const char *check_extension(const json *e)
{
    const json *type = json_get(e, S("extension_type"));
    if (e->type != JSON_OBJECT)
        return "an extension that is no dictionary";
    return type && !stix_in(STIX_EXTENSION_TYPES, json_text(type))
               ? "an extension_type that does not exist"
               : NULL;
}

static const char *check_hash(const json *h)
{
    return h->type == JSON_STRING ? NULL : "a hash that is no text";
}

static const struct {
    slice property;
    const char *(*check)(const json *);
} inner[] = {
    {S_INIT("granular_markings"), check_granular},
    {S_INIT("external_references"), check_reference},
    {S_INIT("kill_chain_phases"), check_phase},
    {S_INIT("contents"), check_translation},
    {S_INIT("hashes"), check_hash},
    {S_INIT("extensions"), check_extension},
};

static const char *check_inner(const json *v)
{
    const char *bad = NULL;
    for (size_t i = 0; i < COUNT_OF(inner); i++)
        if (slice_eq(v->key, inner[i].property))
            for (const json *m = v->first; m && !bad; m = m->next)
                bad = inner[i].check(m);
    return bad;
}

/* --- ranges and order ----------------------------------------------------------------------- */

static const struct {
    slice name;
    int64_t min, max;
} ranges[] = {
    {S_INIT("confidence"), 0, 100},  {S_INIT("number_observed"), 1, 999999999},
    {S_INIT("count"), 0, 999999999}, {S_INIT("src_port"), 0, 65535},
    {S_INIT("dst_port"), 0, 65535},
};

/* What contradicts itself here makes every claim of the object wrong. Other intervals that end
 * before they begin are left out of the claims, with a warning: see stix_say. */
static const struct {
    slice first, second;
    bool may_equal;
} orders[] = {
    {S_INIT("valid_from"), S_INIT("valid_until"), false},
    {S_INIT("start"), S_INIT("end"), true},
};

static status check_range(const json *v, err *why)
{
    int64_t n;
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (slice_eq(v->key, ranges[i].name) && stix_int(v, &n) &&
            (n < ranges[i].min || n > ranges[i].max))
            return REFUSE(why, "%s is not in %lld..%lld", ranges[i].name.ptr,
                          (long long)ranges[i].min, (long long)ranges[i].max);
    return OK;
}

static status check_orders(const json *object, err *why)
{
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        slice a = json_text(json_get(object, orders[i].first));
        slice b = a.ptr ? json_text(json_get(object, orders[i].second)) : a;
        if (!b.ptr || !stix_is_time(a) || !stix_is_time(b))
            continue;
        int c = stix_time_cmp(a, b);
        if (c > 0 || (c == 0 && !orders[i].may_equal))
            return REFUSE(why, "%s is not %s %s", orders[i].second.ptr,
                          orders[i].may_equal ? "at or after" : "after", orders[i].first.ptr);
    }
    return OK;
}

/* --- the object ----------------------------------------------------------------------------- */

static status check_id(const json *object, const stix_type *type, err *why)
{
    slice id = json_text(json_get(object, S("id"))), of;
    slice said = json_text(json_get(object, S("type")));
    char quote[ERR_QUOTE_MAX];
    if (!id.ptr)
        return REFUSE(why, "id is missing");
    if (!stix_id_cut(id, &of, NULL))
        return REFUSE(why, "\"%s\" is no id", err_quote(id, quote));
    if (!slice_eq(of, said))
        return REFUSE(why, "the id is of another type than the object (%s)", err_quote(of, quote));
    (void)type;
    return OK;
}

static status check_needed(const json *object, const stix_type *type, bool v20, err *why)
{
    unsigned need = v20 ? STIX_R20 : STIX_R21;
    for (size_t i = 0; i < type->count; i++)
        if ((type->property[i].need & need) && !json_get(object, type->property[i].name))
            return REFUSE(why, "%s is missing", type->property[i].name.ptr);
    bool timed = type->class == STIX_SDO || type->class == STIX_SRO;
    bool meta = type->class == STIX_META && type->count;
    bool untimed = slice_eq(type->name, S("marking-definition"));
    if ((timed || meta) && !json_get(object, S("created")))
        return REFUSE(why, "created is missing");
    if ((timed || (meta && !untimed)) && !json_get(object, S("modified")))
        return REFUSE(why, "modified is missing");
    return OK;
}

static const stix_property *property_of(const stix_type *type, slice name)
{
    for (size_t i = 0; i < type->count; i++)
        if (slice_eq(name, type->property[i].name))
            return &type->property[i];
    return stix_common(name);
}

static status check_member(const json *v, const stix_type *type, bool embedded, err *why)
{
    char quote[ERR_QUOTE_MAX];
    if (is_custom(v->key))
        return OK;
    const stix_property *p = property_of(type, v->key);
    const char *bad = emptiness(v);
    if (!bad && p)
        bad = check_shape(p, v, embedded);
    if (bad)
        return REFUSE(why, "%s is %s", err_quote(v->key, quote), bad);
    if (p && (bad = check_inner(v)) != NULL)
        return REFUSE(why, "%s: %s", err_quote(v->key, quote), bad);
    return p ? check_range(v, why) : OK;
}

status stix_check(const json *object, const stix_type *type, bool v20, bool embedded, err *why)
{
    status st;
    if (!embedded && (st = check_id(object, type, why)) != OK)
        return st;
    if ((st = check_needed(object, type, v20, why)) != OK)
        return st;
    for (const json *v = object->first; v; v = v->next)
        if ((st = check_member(v, type, embedded, why)) != OK)
            return st;
    if ((st = check_orders(object, why)) != OK)
        return st;
    const char *bad = type->rule ? type->rule(object, v20) : NULL;
    return bad ? REFUSE(why, "%s", bad) : OK;
}
