/* say.c - records, claims, warnings and small words: see misp.h. */
#include "format/misp/misp.h"

#include <stdio.h>

/* --- records --------------------------------------------------------------------------------- */

void misp_begin(misp *m)
{
    uint8_t unused[SHA256_BYTES];
    hash_final(m->content, unused); /* what a refused record left */
    emit_begin(&m->e);
}

void misp_mark(misp *m, const misp_context *c)
{
    m->e.common.marking = c->marking;
    m->e.common.marked = c->marked;
}

static void hash_text(hash_state *h, slice s)
{
    uint64_t n = s.len;
    hash_update(h, slice_of((const char *)&n, sizeof n));
    hash_update(h, s);
}

static void hash_number(hash_state *h, int64_t n)
{
    hash_update(h, slice_of((const char *)&n, sizeof n));
}

/* The content of a record is what it says, so that ids of one instance, colours and the order of
 * members do not make it another. */
static void hash_claim(hash_state *h, const fact_claim *c)
{
    hash_number(h, c->subject.kind);
    hash_text(h, c->subject.text);
    hash_number(h, c->predicate);
    hash_number(h, c->object.kind);
    hash_text(h, c->object.text);
    hash_text(h, c->value);
    hash_text(h, c->detail);
    hash_number(h, c->confidence);
    hash_number(h, c->first_seen);
    hash_number(h, c->last_seen);
    hash_number(h, c->valid_from);
    hash_number(h, c->valid_until);
    hash_number(h, (int64_t)c->origin_count);
    for (size_t i = 0; i < c->origin_count; i++)
        hash_text(h, c->origins[i]);
}

static void hash_marking(hash_state *h, bool marked, marking m)
{
    hash_number(h, marked);
    hash_number(h, m.tlp);
    hash_number(h, m.pap);
    hash_text(h, m.audience);
}

status misp_say(misp *m, fact_claim c, const detail *d, err *why)
{
    status st;
    if (d && d->count && (st = emit_detail(&m->e, d, &c.detail, why)) != OK)
        return st;
    if (c.first_seen != WHEN_NONE && c.last_seen != WHEN_NONE && c.first_seen > c.last_seen) {
        c.first_seen = c.last_seen = WHEN_NONE; /* nobody knows which of the two is wrong */
        misp_note(m, "last seen before first seen: both were left out", S(""));
    }
    if ((st = emit_claim(&m->e, &c, why)) == OK)
        hash_claim(m->content, &c);
    return st;
}

status misp_name(misp *m, node_ref entity, slice name, const char *how, err *why)
{
    detail d = {0};
    fact_claim c = emit_blank();
    status st;
    name = slice_trim(name);
    if (!name.len)
        return OK;
    c.subject = entity;
    c.predicate = PRED_NAMED;
    c.value = name;
    detail_text(&d, "kind", slice_str(how));
    if ((st = emit_node(&m->e, KIND_NAME, "", name, &c.object, why)) != OK)
        return st;
    return misp_say(m, c, &d, why);
}

status misp_key(misp *m, const char *prefix, slice uuid, slice *ret, err *why)
{
    size_t n = strlen(prefix);
    char *p = arena_alloc(m->a, n + 2 + uuid.len);
    if (!p)
        return ARENA_SPENT(m->a, why);
    memcpy(p, prefix, n);
    memcpy(p + n, "--", 2);
    for (size_t i = 0; i < uuid.len; i++)
        p[n + 2 + i] = to_lower(uuid.ptr[i]);
    *ret = slice_of(p, n + 2 + uuid.len);
    return OK;
}

status misp_end(misp *m, const char *prefix, slice uuid, when modified, bool revoked, err *why)
{
    fact_record r = {.at = m->at,
                     .length = m->length,
                     .place = m->place,
                     .modified = modified,
                     .revoked = revoked,
                     .marking = m->e.common.marking,
                     .marked = m->e.common.marked};
    status st;
    uint8_t bytes[16];
    if (misp_uuid(uuid, bytes) && (st = misp_key(m, prefix, uuid, &r.id, why)) != OK)
        return st;
    hash_number(m->content, revoked);
    hash_text(m->content, r.id);
    hash_marking(m->content, r.marked, r.marking);
    hash_final(m->content, r.content);
    return emit_end(&m->e, &r, NULL, 0, why);
}

status misp_refuse(misp *m, status st, err *why)
{
    return emit_refuse(&m->e, m->at, m->place, st, why);
}

slice misp_place(char out[MISP_PLACE_MAX], slice in, const char *list, uint64_t n)
{
    int len = snprintf(out, MISP_PLACE_MAX, "%.*s/%s/%llu", SLICE_FMT(slice_sub(in, 0, 96)), list,
                       (unsigned long long)n);
    return slice_of(out, (size_t)len);
}

/* --- warnings -------------------------------------------------------------------------------- */

void misp_note(misp *m, const char *what, slice type)
{
    if (m->quiet)
        return;
    type = slice_sub(type, 0, MISP_TYPE_MAX);
    for (size_t i = 0; i < m->sort_count; i++) {
        misp_sort *s = &m->sorts[i];
        if (s->what == what && slice_eq(slice_of(s->type, s->type_len), type)) {
            s->count++;
            return;
        }
    }
    if (m->sort_count == MISP_SORTS_MAX) {
        m->sorts_left_out++;
        return;
    }
    misp_sort *s = &m->sorts[m->sort_count++];
    *s = (misp_sort){.what = what, .type_len = type.len, .count = 1};
    if (type.len)
        memcpy(s->type, type.ptr, type.len);
}

void misp_note_dates(misp *m, const json *v)
{
    static const char *const keys[] = {"timestamp", "first_seen", "last_seen", "date"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        slice text = misp_text(v, keys[i]);
        uint64_t n;
        bool none = slice_u64(text, &n) && n == 0; /* how MISP writes that there is none */
        if (text.len && !none && misp_when(v, keys[i]) == WHEN_NONE)
            misp_note(m, "what is no date is kept in the document only", slice_str(keys[i]));
    }
}

void misp_note_additions(misp *m, const json *v)
{
    static const slice keys[] = {S_INIT("Note"), S_INIT("Opinion"), S_INIT("Relationship")};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const json *list = json_get(v, keys[i]);
        if (json_is(list, JSON_ARRAY) && list->count)
            misp_note(m, "what analysts added is kept in the document only", keys[i]);
    }
}

status misp_tell_notes(misp *m, err *why)
{
    status st = OK;
    char quote[ERR_QUOTE_MAX];
    for (size_t i = 0; st == OK && i < m->sort_count; i++) {
        const misp_sort *s = &m->sorts[i];
        unsigned long long n = s->count;
        if (s->type_len)
            st = emit_warn(&m->e, 0, S(""), why, "%llu of \"%s\": %s", n,
                           err_quote(slice_of(s->type, s->type_len), quote), s->what);
        else
            st = emit_warn(&m->e, 0, S(""), why, "%llu: %s", n, s->what);
    }
    if (st == OK && m->refs_left_out)
        st = emit_warn(&m->e, 0, S(""), why,
                       "%llu references are over what is kept at once; they stay uuids",
                       (unsigned long long)m->refs_left_out);
    if (st == OK && m->sorts_left_out)
        st = emit_warn(&m->e, 0, S(""), why, "%llu more warnings",
                       (unsigned long long)m->sorts_left_out);
    return st;
}

/* --- small words ----------------------------------------------------------------------------- */

slice misp_scalar(const json *v)
{
    if (json_is(v, JSON_TRUE))
        return S("1");
    if (json_is(v, JSON_FALSE))
        return S("0");
    return json_is(v, JSON_NUMBER) ? v->text : slice_trim(json_text(v));
}

bool misp_true(const json *object, const char *key)
{
    slice s = misp_text(object, key);
    return slice_eq(s, S("1")) || slice_eq_nocase(s, S("true"));
}

when misp_when(const json *object, const char *key)
{
    uint64_t n;
    when t;
    slice s = misp_text(object, key);
    if (slice_u64(s, &n) && n < 100000000000u) /* seconds, up to the year 5138 */
        return n ? (when)n * 1000 : WHEN_NONE;
    return s.len && when_parse(s, &t) == OK ? t : WHEN_NONE;
}

bool misp_uuid(slice text, uint8_t ret[16])
{
    static const uint8_t groups[] = {8, 4, 4, 4, 12};
    size_t at = 0, n = 0;
    if (text.len != MISP_UUID_TEXT)
        return false;
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        if (g && text.ptr[at++] != '-')
            return false;
        for (size_t i = 0; i < groups[g]; i += 2, at += 2) {
            int hi = hex_value(text.ptr[at]), lo = hex_value(text.ptr[at + 1]);
            if (hi < 0 || lo < 0)
                return false;
            ret[n++] = (uint8_t)(hi << 4 | lo);
        }
    }
    return true;
}
