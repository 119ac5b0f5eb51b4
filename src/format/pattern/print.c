/* print.c - a pattern tree as text, and whether two trees are the same: see pattern.h. */
#include "format/pattern/words.h"

static const char *const compares[] = {
    [PATTERN_EQ] = "=",
    [PATTERN_NE] = "!=",
    [PATTERN_LT] = "<",
    [PATTERN_LE] = "<=",
    [PATTERN_GT] = ">",
    [PATTERN_GE] = ">=",
    [PATTERN_IN] = "IN",
    [PATTERN_LIKE] = "LIKE",
    [PATTERN_MATCHES] = "MATCHES",
    [PATTERN_ISSUBSET] = "ISSUBSET",
    [PATTERN_ISSUPERSET] = "ISSUPERSET",
    [PATTERN_EXISTS] = "EXISTS",
};
_Static_assert(COUNT_OF(compares) == PATTERN_COMPARE_COUNT_, "a comparison without a sign");

static void put_quoted(buf *out, slice s)
{
    buf_byte(out, '\'');
    size_t done = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '\'' || s.ptr[i] == '\\') {
            buf_put(out, slice_sub(s, done, i));
            buf_byte(out, '\\');
            done = i;
        }
    buf_put(out, slice_from(s, done));
    buf_byte(out, '\'');
}

static void put_value(buf *out, const pattern_value *v)
{
    static const char marks[] = {[PATTERN_HEX] = 'h', [PATTERN_BINARY] = 'b', [PATTERN_TIME] = 't'};
    switch (v->type) {
    case PATTERN_STRING: put_quoted(out, v->text); break;
    case PATTERN_INTEGER:
    case PATTERN_FLOAT:
    case PATTERN_BOOL: buf_put(out, v->text); break;
    case PATTERN_HEX:
    case PATTERN_BINARY:
    case PATTERN_TIME:
        buf_byte(out, marks[v->type]);
        put_quoted(out, v->text);
        break;
    }
}

static bool is_plain(slice key)
{
    if (!key.len || !(is_alpha(key.ptr[0]) || key.ptr[0] == '_') || pattern_is_reserved(key))
        return false;
    for (size_t i = 0; i < key.len; i++)
        if (!is_alnum(key.ptr[i]) && key.ptr[i] != '_')
            return false;
    return true;
}

static void put_path(buf *out, const pattern_node *test)
{
    buf_put(out, test->type);
    buf_byte(out, ':');
    for (const pattern_step *s = test->path; s; s = s->next) {
        if (s->what == PATTERN_INDEX) {
            buf_printf(out, "[%lld]", (long long)s->index);
        } else if (s->what == PATTERN_ANY) {
            buf_put(out, S("[*]"));
        } else {
            if (s != test->path)
                buf_byte(out, '.');
            if (is_plain(s->key))
                buf_put(out, s->key);
            else
                put_quoted(out, s->key);
        }
    }
}

static void put_test(buf *out, const pattern_node *test)
{
    if (test->compare == PATTERN_EXISTS) {
        buf_put(out, test->negated ? S("NOT EXISTS ") : S("EXISTS "));
        put_path(out, test);
        return;
    }
    put_path(out, test);
    buf_put(out, test->negated ? S(" NOT ") : S(" "));
    buf_put(out, slice_str(compares[test->compare]));
    buf_byte(out, ' ');
    if (test->compare != PATTERN_IN) {
        put_value(out, test->values);
        return;
    }
    buf_byte(out, '(');
    for (const pattern_value *v = test->values; v; v = v->next) {
        if (v != test->values)
            buf_put(out, S(", "));
        put_value(out, v);
    }
    buf_byte(out, ')');
}

static void put_qualifier(buf *out, const pattern_qualifier *q)
{
    buf_put(out, q->what == PATTERN_WITHIN    ? S(" WITHIN ")
                 : q->what == PATTERN_REPEATS ? S(" REPEATS ")
                                              : S(" START "));
    put_value(out, &q->from);
    if (q->what == PATTERN_START_STOP) {
        buf_put(out, S(" STOP "));
        put_value(out, &q->to);
    } else {
        buf_put(out, q->what == PATTERN_WITHIN ? S(" SECONDS") : S(" TIMES"));
    }
}

/* Recursion is as deep as the parentheses, which the parser bounds, times the levels between. */
void pattern_print(buf *out, const pattern_node *p)
{
    static const struct {
        slice open, between, close;
    } rows[] = {
        [PATTERN_FOLLOWEDBY] = {S_INIT(""), S_INIT(" FOLLOWEDBY "), S_INIT("")},
        [PATTERN_EITHER] = {S_INIT(""), S_INIT(" OR "), S_INIT("")},
        [PATTERN_BOTH] = {S_INIT(""), S_INIT(" AND "), S_INIT("")},
        [PATTERN_GROUP] = {S_INIT("("), S_INIT(""), S_INIT(")")},
        [PATTERN_OBSERVATION] = {S_INIT("["), S_INIT(""), S_INIT("]")},
        [PATTERN_OR] = {S_INIT(""), S_INIT(" OR "), S_INIT("")},
        [PATTERN_AND] = {S_INIT(""), S_INIT(" AND "), S_INIT("")},
        [PATTERN_PARENS] = {S_INIT("("), S_INIT(""), S_INIT(")")},
        [PATTERN_TEST] = {S_INIT(""), S_INIT(""), S_INIT("")},
    };
    _Static_assert(COUNT_OF(rows) == PATTERN_OP_COUNT_, "an operator without a spelling");
    if (p->op == PATTERN_TEST) {
        put_test(out, p);
        return;
    }
    buf_put(out, rows[p->op].open);
    for (const pattern_node *n = p->first; n; n = n->next) {
        if (n != p->first)
            buf_put(out, rows[p->op].between);
        pattern_print(out, n);
    }
    buf_put(out, rows[p->op].close);
    for (const pattern_qualifier *q = p->qualifiers; q; q = q->next)
        put_qualifier(out, q);
}

/* --- the same tree -------------------------------------------------------------------------- */

static bool values_equal(const pattern_value *a, const pattern_value *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (a->type != b->type || a->number != b->number || !slice_eq(a->text, b->text))
            return false;
    return !a && !b;
}

static bool paths_equal(const pattern_step *a, const pattern_step *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (a->what != b->what || a->index != b->index || !slice_eq(a->key, b->key))
            return false;
    return !a && !b;
}

static bool qualifiers_equal(const pattern_qualifier *a, const pattern_qualifier *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (a->what != b->what || !values_equal(&a->from, &b->from) ||
            !values_equal(&a->to, &b->to))
            return false;
    return !a && !b;
}

bool pattern_equal(const pattern_node *a, const pattern_node *b)
{
    if (a->op != b->op || a->negated != b->negated || a->compare != b->compare ||
        !slice_eq(a->type, b->type) || !paths_equal(a->path, b->path) ||
        !values_equal(a->values, b->values) || !qualifiers_equal(a->qualifiers, b->qualifiers))
        return false;
    const pattern_node *x = a->first, *y = b->first;
    for (; x && y; x = x->next, y = y->next)
        if (!pattern_equal(x, y))
            return false;
    return !x && !y;
}
