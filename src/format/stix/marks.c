/* marks.c - who may see an object: see stix.h.
 *
 * Whatever cannot be read restricts most. Sources: STIX 2.1 section 7.2, the TLP 2.0 extension
 * (docs.oasis-open.org/cti/stix-extensions), FIRST TLP 2.0. */
#include "format/stix/stix.h"

static const struct {
    slice id;
    tlp level;
} known[] = {
    {S_INIT("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"), TLP_CLEAR},
    {S_INIT("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"), TLP_GREEN},
    {S_INIT("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"), TLP_AMBER},
    {S_INIT("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"), TLP_RED},
    {S_INIT("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"), TLP_CLEAR},
    {S_INIT("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"), TLP_GREEN},
    {S_INIT("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"), TLP_AMBER},
    {S_INIT("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"), TLP_AMBER_STRICT},
    {S_INIT("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"), TLP_RED},
};

/* Statements (copyright) that other documents refer to without including them. */
static const slice statements[] = {
    S_INIT("marking-definition--fa42a846-8d90-4e51-bc29-71d5b4802168"), /* MITRE ATT&CK */
    S_INIT("marking-definition--17d82bb2-eeeb-4898-bda5-3ddbcd2b799d"), /* MITRE CAPEC */
};

static const slice tlp2_extension =
    S_INIT("extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d");

bool stix_known_marking(slice id, marking *ret)
{
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (slice_eq_nocase(id, known[i].id)) {
            *ret = (marking){.tlp = known[i].level};
            return true;
        }
    return false;
}

/* A TLP or PAP word restricts; the level that has none is TLP_COUNT_ here. */
static void read_word(slice text, tlp *level, pap *action)
{
    tlp t;
    pap p;
    if (slice_starts_nocase(text, S("pap"))) {
        if (pap_parse(text, &p) == OK && p > *action)
            *action = p;
    } else if (text.len && tlp_parse(text, &t) == OK && (*level == TLP_COUNT_ || t > *level)) {
        *level = t;
    }
}

bool stix_read_marking(const json *object, marking *ret)
{
    tlp level = TLP_COUNT_;
    pap action = PAP_NONE;
    const json *definition = json_get(object, S("definition"));
    const json *extension = json_get(json_get(object, S("extensions")), tlp2_extension);
    slice type = stix_text(object, "definition_type");
    read_word(stix_text(extension, "tlp_2_0"), &level, &action);
    read_word(stix_text(definition, "tlp"), &level, &action);
    read_word(stix_text(definition, "pap"), &level, &action);
    /* what platforms write for levels that TLP 1.0 had not: the name says it */
    read_word(stix_text(object, "name"), &level, &action);
    read_word(stix_text(object, "x_opencti_definition"), &level, &action);
    *ret = (marking){.tlp = level, .pap = action};
    if (level == TLP_COUNT_ && action == PAP_NONE && !slice_eq(type, S("statement")))
        return false;
    return true;
}

/* *ret_found false: no marking of this document or of the standard. A marking without a TLP level
 * (a statement, PAP only) comes back with TLP_COUNT_. */
static void resolve(const stix *x, slice id, marking *ret, bool *ret_found)
{
    slice type;
    uint8_t uuid[UUID_BYTES];
    *ret_found = stix_known_marking(id, ret);
    if (*ret_found || !stix_id_cut(id, &type, uuid))
        return;
    const stix_entry *e = stix_index_find(&x->index, uuid, stix_type_number(stix_type_of(type)));
    *ret_found = e != NULL;
    if (e)
        *ret = (marking){.tlp = e->tlp, .pap = e->pap};
    for (size_t i = 0; i < COUNT_OF(statements) && !e; i++)
        if (slice_eq_nocase(id, statements[i])) {
            *ret = (marking){.tlp = TLP_COUNT_};
            *ret_found = true;
        }
}

/* Each is told of once, as far as we can remember. */
static bool told(stix *x, slice id)
{
    slice type;
    uint8_t uuid[UUID_BYTES];
    if (!stix_id_cut(id, &type, uuid))
        return false;
    for (size_t i = 0; i < x->unknown_count; i++)
        if (memcmp(x->unknown[i], uuid, UUID_BYTES) == 0)
            return true;
    if (x->unknown_count < COUNT_OF(x->unknown))
        memcpy(x->unknown[x->unknown_count++], uuid, UUID_BYTES);
    return false;
}

static status read_ref(stix *x, slice id, marking *ret)
{
    bool found;
    resolve(x, id, ret, &found);
    if (found)
        return OK;
    *ret = (marking){.tlp = TLP_RED};
    return told(x, id) ? OK
                       : stix_warn(x, "unknown marking %.*s: what it marks is treated as TLP:RED",
                                   SLICE_FMT(slice_sub(id, 0, 64)));
}

static void restrict_to(stix *x, marking m)
{
    if (m.tlp != TLP_COUNT_) {
        x->marking = marking_join(x->marking, m);
        x->marked = true;
    } else if (m.pap != PAP_NONE) {
        x->marking = marking_join(x->marking, (marking){.pap = m.pap});
        x->marked = true;
    }
}

/* The selector leads to something in the object. */
static bool resolves(const json *object, slice selector)
{
    const json *v = object;
    slice part;
    while (v && slice_cut(&selector, '.', &part)) {
        uint64_t n;
        if (part.len < 3 || part.ptr[0] != '[') {
            v = json_get(v, part);
            continue;
        }
        if (v->type != JSON_ARRAY || !slice_u64(slice_sub(part, 1, part.len - 1), &n))
            return false;
        for (v = v->first; v && n; n--)
            v = v->next;
    }
    return v != NULL;
}

static status add_granular(stix *x, const json *g, size_t *looked_at)
{
    marking m;
    slice id = stix_text(g, "marking_ref");
    if (!id.ptr) /* a language */
        return OK;
    status st = read_ref(x, id, &m);
    if (st != OK || m.tlp == TLP_COUNT_)
        return st;
    for (const json *s = stix_list(g, "selectors"); s; s = s->next) {
        bool few = ++*looked_at <= STIX_GRANULAR_MAX;
        if (few && resolves(x->object, s->text)) {
            x->granular[x->granular_count++] = (stix_granular){s->text, m};
            continue;
        }
        restrict_to(x, m);
        st = stix_warn(x,
                       few ? "a granular marking that selects nothing holds for all"
                           : "more than %d selectors: the rest holds for all",
                       STIX_GRANULAR_MAX);
        if (st != OK || !few)
            return st;
    }
    return OK;
}

static status read_granular(stix *x)
{
    const json *list = stix_list(x->object, "granular_markings");
    if (!list)
        return OK;
    x->granular = arena_array(x->a, STIX_GRANULAR_MAX, sizeof *x->granular);
    if (!x->granular)
        return ARENA_SPENT(x->a, x->why);
    status st = OK;
    size_t looked_at = 0;
    for (; list && st == OK; list = list->next)
        st = add_granular(x, list, &looked_at);
    return st;
}

status stix_marks(stix *x)
{
    marking m;
    x->marking = (marking){0};
    x->marked = false;
    x->granular_count = 0;
    for (const json *r = stix_list(x->object, "object_marking_refs"); r; r = r->next) {
        status st = read_ref(x, r->text, &m);
        if (st != OK)
            return st;
        restrict_to(x, m);
    }
    for (const json *l = stix_list(x->object, "labels"); l; l = l->next) {
        tlp level;
        if (slice_starts_nocase(l->text, S("tlp:")) && tlp_parse(l->text, &level) == OK)
            restrict_to(x, (marking){.tlp = level});
    }
    return read_granular(x);
}
