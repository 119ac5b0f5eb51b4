/* pg_words.c - words for PostgreSQL: see pg_words.h. */
#include "know/db/pg_words.h"

enum { MATCH_BYTES_MAX = 1 << 20, LINE_BYTES_MAX = 32 << 20 };

static bool is_word_byte(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80;
}

/* Takes the next word off the front; empty: there is none. */
static slice next_word(slice *rest)
{
    size_t from = 0;
    while (from < rest->len && !is_word_byte(rest->ptr[from]))
        from++;
    size_t end = from;
    while (end < rest->len && is_word_byte(rest->ptr[end]))
        end++;
    slice word = slice_sub(*rest, from, end);
    *rest = slice_from(*rest, end);
    return word;
}

static void put_word(buf *out, slice word)
{
    size_t n = word.len < PG_WORD_MAX ? word.len : PG_WORD_MAX;
    while (n < word.len && n && ((unsigned char)word.ptr[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++)
        buf_byte(out, to_lower(word.ptr[i]));
}

static status keep(arena *a, buf *b, slice *ret, err *why)
{
    status st = buf_status(b, why);
    return st != OK ? st : arena_copy(a, buf_slice(b), ret) ? OK : ARENA_SPENT(a, why);
}

status pg_line(arena *a, slice words, slice *ret, err *why)
{
    CLEANUP(buf_done) buf line;
    buf_init(&line, LINE_BYTES_MAX);
    buf_byte(&line, ' ');
    for (slice word = next_word(&words); word.len; word = next_word(&words)) {
        put_word(&line, word);
        buf_byte(&line, ' ');
    }
    return keep(a, &line, ret, why);
}

/* --- asking ----------------------------------------------------------------------------------- */

typedef struct match_bufs {
    buf query, near, all;
    buf pattern;     /* of the term under way: alternatives that stand in a line */
    unsigned phrase; /* the most words that an alternative of it has */
} match_bufs;

/* "w w" or "w w" *: one alternative of a term. */
static bool take_alternative(slice *rest, match_bufs *m)
{
    size_t end = slice_starts(*rest, S("\"")) ? slice_find_byte(*rest, '"', 1) : SIZE_MAX;
    if (end == SIZE_MAX)
        return false;
    slice inside = slice_sub(*rest, 1, end);
    *rest = slice_from(*rest, end + 1);
    bool prefix = slice_starts(*rest, S(" *"));
    if (prefix)
        *rest = slice_from(*rest, 2);
    unsigned n = 0;
    buf_byte(&m->query, '(');
    for (slice word = next_word(&inside); word.len; word = next_word(&inside), n++) {
        bool last = true;
        for (size_t i = 0; i < inside.len; i++)
            last &= !is_word_byte(inside.ptr[i]);
        buf_put(&m->query, n ? S("&'") : S("'"));
        put_word(&m->query, word);
        buf_put(&m->query, prefix && last ? S("':*") : S("'"));
        buf_byte(&m->pattern, ' ');
        put_word(&m->pattern, word);
    }
    buf_byte(&m->query, ')');
    if (!prefix)
        buf_byte(&m->pattern, ' ');
    m->phrase = n > m->phrase ? n : m->phrase;
    return n > 0;
}

static void put_pattern(buf *list, slice pattern)
{
    buf_put(list, list->len > 1 ? S(",\"") : S("\""));
    buf_put(list, pattern);
    buf_byte(list, '"');
}

static bool take_term(slice *rest, match_bufs *m)
{
    buf_clear(&m->pattern);
    m->phrase = 0;
    if (!slice_starts(*rest, S("(")))
        return false;
    *rest = slice_from(*rest, 1);
    buf_byte(&m->query, '(');
    while (take_alternative(rest, m)) {
        if (slice_starts(*rest, S(")"))) {
            *rest = slice_from(*rest, 1);
            buf_byte(&m->query, ')');
            put_pattern(&m->all, buf_slice(&m->pattern));
            if (m->phrase > 1)
                put_pattern(&m->near, buf_slice(&m->pattern));
            return true;
        }
        if (!slice_starts(*rest, S(" OR ")))
            return false;
        *rest = slice_from(*rest, 4);
        buf_byte(&m->query, '|');
        buf_byte(&m->pattern, '|');
    }
    return false;
}

static bool take_terms(slice rest, match_bufs *m)
{
    buf_byte(&m->near, '{');
    buf_byte(&m->all, '{');
    while (take_term(&rest, m)) {
        if (!rest.len) {
            buf_byte(&m->near, '}');
            buf_byte(&m->all, '}');
            return true;
        }
        if (!slice_starts(rest, S(" AND ")))
            return false;
        rest = slice_from(rest, 5);
        buf_byte(&m->query, '&');
    }
    return false;
}

status pg_match(arena *a, slice expression, pg_match_texts *ret, err *why)
{
    match_bufs m;
    pg_match_texts t = {0};
    buf *all[] = {&m.query, &m.near, &m.all, &m.pattern};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        buf_init(all[i], MATCH_BYTES_MAX);
    status st = take_terms(expression, &m)
                    ? OK
                    : err_set(why, ERR_INTERNAL, ERR_NOWHERE, "store: not an expression of words");
    if (st == OK)
        st = keep(a, &m.query, &t.query, why);
    if (st == OK)
        st = keep(a, &m.near, &t.near, why);
    if (st == OK)
        st = keep(a, &m.all, &t.all, why);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        buf_done(all[i]);
    if (st == OK)
        *ret = t;
    return st;
}
