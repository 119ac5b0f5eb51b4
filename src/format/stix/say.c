/* say.c - claims, qualifiers, warnings: see stix.h. */
#include "format/stix/stix.h"
#include "model/name.h"

#include <stdio.h>

fact_claim stix_claim(const stix *x, predicate p)
{
    return (fact_claim){.subject = x->self,
                        .predicate = p,
                        .confidence = x->confidence,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
}

bool stix_spent(stix *x)
{
    return !arena_alloc(x->a, 1);
}

/* --- who may see it ------------------------------------------------------------------------- */

/* The selector selects the property, part of it, or (index >= 0) that element of it. */
static bool selects(slice selector, slice property, long index)
{
    if (!slice_starts(selector, property))
        return false;
    slice rest = slice_from(selector, property.len);
    if (!rest.len)
        return true;
    if (rest.ptr[0] != '.')
        return false;
    uint64_t n;
    slice part = slice_sub(rest, 1, slice_find_byte(rest, '.', 1));
    if (index < 0 || part.len < 3 || part.ptr[0] != '[')
        return true;
    return !slice_u64(slice_sub(part, 1, part.len - 1), &n) || n == (uint64_t)index;
}

/* Section 7.2.3: what is selected has the granular marking instead of the object's; of several
 * the strictest. */
static marking property_marking(const stix *x, slice property, long index, bool *marked)
{
    marking m = x->marking;
    bool overridden = false;
    for (size_t i = 0; i < x->granular_count; i++) {
        const stix_granular *g = &x->granular[i];
        if (!selects(g->selector, property, index))
            continue;
        m = overridden ? marking_join(m, g->marking) : g->marking;
        overridden = true;
    }
    *marked = overridden || x->marked;
    return m;
}

marking stix_marking_of(const stix *x, slice from, long index, bool *ret_marked)
{
    marking all = x->marking;
    *ret_marked = x->marked;
    if (!x->granular_count)
        return all;
    slice property;
    for (bool first = true; slice_cut(&from, ' ', &property); first = false) {
        bool marked;
        marking m = property_marking(x, property, index, &marked);
        all = first ? m : marking_join(all, m);
        *ret_marked = first ? marked : *ret_marked || marked;
    }
    return all;
}

/* An interval that ends before it begins: one of the two is wrong, and nobody knows which. */
static status order_times(stix *x, fact_claim *c)
{
    if (c->first_seen == WHEN_NONE || c->last_seen == WHEN_NONE || c->first_seen <= c->last_seen)
        return OK;
    c->first_seen = c->last_seen = WHEN_NONE;
    return stix_warn(x, "last seen before first seen: both were left out");
}

status stix_say(stix *x, fact_claim c, slice from, long index)
{
    status st = order_times(x, &c);
    if (st != OK)
        return st;
    c.marking = stix_marking_of(x, from, index, &c.marked);
    if (c.value.len > FACT_VALUE_MAX)
        return stix_warn(x, "%.*s is over %d bytes and was left out", SLICE_FMT(from),
                         FACT_VALUE_MAX);
    if (c.subject.text.len > NODE_TEXT_MAX || c.object.text.len > NODE_TEXT_MAX)
        return stix_warn(x, "%.*s is over %d bytes and was left out", SLICE_FMT(from),
                         NODE_TEXT_MAX);
    return x->sink->claim(x->sink->ctx, &c, x->why);
}

status stix_warn(stix *x, const char *fmt, ...)
{
    char text[ERR_MESSAGE_MAX];
    va_list args;
    if (x->warned++ >= STIX_WARNINGS_MAX)
        return OK;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return x->sink->warn(x->sink->ctx, x->at, x->place, slice_str(text), x->why);
}

/* --- names ---------------------------------------------------------------------------------- */

status stix_name_node(stix *x, slice name, node_ref *ret, bool *ret_ok)
{
    err why = {0};
    slice key;
    *ret_ok = false;
    if (name.len > NAME_TEXT_MAX)
        return stix_warn(x, "a name of %zu bytes was left out", name.len);
    status st = name_fold(x->a, name, &key, &why);
    if (st != OK && stix_spent(x))
        return ARENA_SPENT(x->a, x->why);
    if (st != OK)
        return stix_warn(x, "a name was left out: %s", why.msg);
    *ret = (node_ref){KIND_NAME, key};
    *ret_ok = key.len > 0;
    return OK;
}

status stix_say_name(stix *x, slice name, const char *how, slice from, long index)
{
    fact_claim c = stix_claim(x, PRED_NAMED);
    bool ok;
    status st = stix_name_node(x, name, &c.object, &ok);
    if (st != OK || !ok)
        return st;
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "kind", slice_str(how));
    stix_put_text(&d, "lang", stix_text(x->object, "lang"));
    if ((st = stix_detail_end(&d, &c.detail)) != OK)
        return st;
    c.value = name;
    return stix_say(x, c, from, index);
}

/* --- qualifiers ----------------------------------------------------------------------------- */

stix_detail stix_detail_of(stix *x)
{
    return (stix_detail){.x = x, .box = {.type = JSON_OBJECT}};
}

static json *append(stix *x, json *box, json *last, json v)
{
    json *m = arena_new(x->a, json);
    if (!m)
        return NULL;
    *m = v;
    m->next = NULL;
    *(last ? &last->next : &box->first) = m;
    box->count++;
    return m;
}

static void add(stix_detail *d, const char *key, json v)
{
    if (d->failed)
        return;
    v.key = slice_str(key);
    json *m = append(d->x, &d->box, d->last, v);
    d->failed = !m;
    if (m)
        d->last = m;
}

void stix_put_text(stix_detail *d, const char *key, slice text)
{
    if (text.len)
        add(d, key, (json){.type = JSON_STRING, .text = text});
}

void stix_put_int(stix_detail *d, const char *key, int64_t n)
{
    slice text = arena_printf(d->x->a, "%lld", (long long)n);
    d->failed |= !text.ptr;
    if (text.ptr)
        add(d, key, (json){.type = JSON_NUMBER, .text = text});
}

void stix_put_true(stix_detail *d, const char *key)
{
    add(d, key, (json){.type = JSON_TRUE});
}

void stix_put_copy(stix_detail *d, const char *key, const json *v)
{
    if (v)
        add(d, key, *v);
}

void stix_put_item(stix_detail *d, const char *key, slice text)
{
    if (!d->last || !slice_eq(d->last->key, slice_str(key))) { /* one list after another */
        add(d, key, (json){.type = JSON_ARRAY});
        d->tail = NULL;
    }
    if (d->failed)
        return;
    json *item = append(d->x, d->last, d->tail, (json){.type = JSON_STRING, .text = text});
    d->failed = !item;
    d->tail = item;
}

status stix_detail_end(stix_detail *d, slice *ret)
{
    stix *x = d->x;
    if (d->failed)
        return ARENA_SPENT(x->a, x->why);
    if (!d->box.count) {
        *ret = S("");
        return OK;
    }
    buf_clear(&x->out);
    json_writer w = json_writer_on(&x->out);
    json_put_canonical(&w, &d->box, x->a);
    if (x->out.failed)
        return ARENA_SPENT(x->a, x->why);
    if (x->out.len > FACT_DETAIL_MAX) {
        *ret = S("");
        return stix_warn(x, "qualifiers over %d bytes were left out", FACT_DETAIL_MAX);
    }
    return arena_copy(x->a, buf_slice(&x->out), ret) ? OK : ARENA_SPENT(x->a, x->why);
}
