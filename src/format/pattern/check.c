/* check.c - what the grammar lets pass and the standard's text does not: see pattern.h. */
#include "format/pattern.h"
#include "base/when.h"
#include "format/pattern/paths.h"

#include <arpa/inet.h>

const char *pattern_oddity_text(pattern_oddity o)
{
    static const char *const texts[] = {
        [PATTERN_MIXED_TYPES] = "AND between different object types never matches",
        [PATTERN_START_LATE] = "START is not before STOP",
        [PATTERN_NOT_POSITIVE] = "WITHIN and REPEATS take a positive number",
        [PATTERN_NO_SUCH_DAY] = "no such day in the calendar",
        [PATTERN_NO_NETWORK] = "ISSUBSET and ISSUPERSET take an address or a network",
        [PATTERN_MIXED_SET] = "values of different types in one IN",
        [PATTERN_EMPTY_SET] = "IN without a value never matches",
        [PATTERN_BAD_HASH] = "not a hash of that kind",
        [PATTERN_TWICE] = "the same qualifier twice",
    };
    _Static_assert(COUNT_OF(texts) == PATTERN_ODDITY_COUNT_, "an oddity without a text");
    assert(o < PATTERN_ODDITY_COUNT_);
    return texts[o];
}

typedef struct findings {
    pattern_finding *out;
    size_t count;
} findings;

static void add(findings *f, pattern_oddity what, uint32_t at)
{
    if (f->count < PATTERN_FINDINGS_MAX)
        f->out[f->count++] = (pattern_finding){what, at};
}

/* --- mixed types ---------------------------------------------------------------------------- */

enum { TYPES_MAX = 8 };

/* Some object of this type could satisfy the node, as far as types go. */
static bool can_be(const pattern_node *n, slice type)
{
    if (n->op == PATTERN_TEST)
        return slice_eq(n->type, type);
    bool all = n->op == PATTERN_AND;
    for (const pattern_node *c = n->first; c; c = c->next)
        if (can_be(c, type) != all)
            return !all;
    return all;
}

/* The types named in a node, the first TYPES_MAX of them. */
static void types_of(const pattern_node *n, slice types[TYPES_MAX], size_t *count)
{
    if (n->op == PATTERN_TEST) {
        for (size_t i = 0; i < *count; i++)
            if (slice_eq(types[i], n->type))
                return;
        if (*count < TYPES_MAX)
            types[(*count)++] = n->type;
        return;
    }
    for (const pattern_node *c = n->first; c && *count < TYPES_MAX; c = c->next)
        types_of(c, types, count);
}

static void check_types(findings *f, const pattern_node *and)
{
    slice types[TYPES_MAX];
    size_t count = 0;
    types_of(and->first, types, &count);
    for (size_t i = 0; i < count; i++)
        if (can_be(and, types[i]))
            return;
    if (count < TYPES_MAX) /* with more types than that we do not know */
        add(f, PATTERN_MIXED_TYPES, and->at);
}

/* --- values --------------------------------------------------------------------------------- */

static bool is_network(slice s)
{
    char text[64];
    uint8_t bytes[16];
    uint64_t bits = 0;
    slice host = slice_sub(s, 0, slice_find_byte(s, '/', 0));
    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.ptr, host.len);
    text[host.len] = 0;
    if (memchr(text, 0, host.len))
        return false;
    bool v4 = inet_pton(AF_INET, text, bytes) == 1;
    if (!v4 && inet_pton(AF_INET6, text, bytes) != 1)
        return false;
    return host.len == s.len ||
           (slice_u64(slice_from(s, host.len + 1), &bits) && bits <= (v4 ? 32 : 128));
}

static void check_values(findings *f, const pattern_node *test)
{
    size_t hex = pattern_hash_digits(test);
    if (test->compare == PATTERN_IN && !test->values)
        add(f, PATTERN_EMPTY_SET, test->at);
    for (const pattern_value *v = test->values; v; v = v->next) {
        when t;
        if (v->type == PATTERN_TIME && when_parse(v->text, &t) != OK)
            add(f, PATTERN_NO_SUCH_DAY, v->at);
        if (v != test->values && v->type != test->values->type)
            add(f, PATTERN_MIXED_SET, v->at);
        if ((test->compare == PATTERN_ISSUBSET || test->compare == PATTERN_ISSUPERSET) &&
            !is_network(v->text))
            add(f, PATTERN_NO_NETWORK, v->at);
        bool equals = test->compare <= PATTERN_NE || test->compare == PATTERN_IN;
        if (hex && equals && v->type == PATTERN_STRING) {
            size_t i = 0;
            while (i < v->text.len && hex_value(v->text.ptr[i]) >= 0)
                i++;
            if (v->text.len != hex || i < hex)
                add(f, PATTERN_BAD_HASH, v->at);
        }
    }
}

static void check_qualifiers(findings *f, const pattern_qualifier *first)
{
    for (const pattern_qualifier *q = first; q; q = q->next) {
        when from, to;
        for (const pattern_qualifier *o = first; o != q; o = o->next)
            if (o->what == q->what) {
                add(f, PATTERN_TWICE, q->at);
                break;
            }
        if (q->what != PATTERN_START_STOP) {
            bool zero = true;
            for (size_t i = 0; i < q->from.text.len; i++)
                zero &= q->from.text.ptr[i] == '0' || q->from.text.ptr[i] == '.';
            if (zero)
                add(f, PATTERN_NOT_POSITIVE, q->at);
        } else if (when_parse(q->from.text, &from) != OK || when_parse(q->to.text, &to) != OK) {
            add(f, PATTERN_NO_SUCH_DAY, q->at);
        } else if (from >= to) {
            add(f, PATTERN_START_LATE, q->at);
        }
        if (f->count == PATTERN_FINDINGS_MAX)
            return;
    }
}

static void check(findings *f, const pattern_node *n)
{
    if (n->op == PATTERN_TEST)
        check_values(f, n);
    if (n->op == PATTERN_AND)
        check_types(f, n);
    for (const pattern_node *c = n->first; c && f->count < PATTERN_FINDINGS_MAX; c = c->next)
        check(f, c);
    check_qualifiers(f, n->qualifiers);
}

size_t pattern_check(const pattern_node *p, pattern_finding out[PATTERN_FINDINGS_MAX])
{
    findings f = {.out = out};
    check(&f, p);
    return f.count;
}
