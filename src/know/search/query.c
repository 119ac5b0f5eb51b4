/* query.c - queries: see query.h. */
#include "know/search/query.h"
#include "base/text.h"

enum { SCRATCH_BUDGET = 1 << 18 }; /* folding one piece of a text */

/* The words of one term as they come. */
typedef struct gather {
    arena *a;
    slice words[QUERY_WORDS_MAX];
    word_kind kinds[QUERY_WORDS_MAX];
    size_t count;
} gather;

static status keep_word(void *ctx, const word *w, err *why)
{
    gather *g = ctx;
    if (g->count == QUERY_WORDS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d words in a query", QUERY_WORDS_MAX);
    g->kinds[g->count] = w->kind;
    return arena_copy(g->a, w->text, &g->words[g->count++]) ? OK : ARENA_SPENT(g->a, why);
}

/* A term that is one whole and its parts asks for either: "cobalt-strike" is written in two words,
 * too. Of a run that ends the term its last character is not asked for alone: the run may go on in
 * the text; when it is all there is, whatever begins with it will do. */
static status shape_term(arena *a, gather *g, bool star, query_term *t, err *why)
{
    size_t wholes = 0, n = 0;
    for (size_t i = 0; i < g->count; i++)
        wholes += g->kinds[i] == WORD_WHOLE;
    bool one_whole = wholes == 1 && g->count > 1 && g->kinds[g->count - 1] == WORD_WHOLE;
    bool run_at_end = g->kinds[g->count - 1] == WORD_LAST;
    bool run_alone = run_at_end && (g->count == 1 || g->kinds[g->count - 2] != WORD_PAIR);
    if (one_whole)
        t->whole = g->words[--g->count];
    else if (run_at_end && !run_alone)
        g->count--;
    slice *words = arena_array(a, g->count, sizeof *words);
    if (!words)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < g->count; i++)
        words[n++] = g->words[i];
    t->words = words;
    t->count = n;
    t->prefix = run_alone || (star && !run_at_end);
    return OK;
}

static status add_term(arena *a, slice text, query_terms *q, size_t *total, err *why)
{
    gather g = {.a = a};
    arena scratch;
    bool star = slice_ends(text, S("*"));
    arena_init(&scratch, SCRATCH_BUDGET);
    status st = words_cut(&scratch, text, keep_word, &g, why);
    arena_done(&scratch);
    if (st != OK || !g.count)
        return st;
    if (q->count == QUERY_TERMS_MAX || (*total += g.count) > QUERY_WORDS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d terms or %d words in a query",
                       QUERY_TERMS_MAX, QUERY_WORDS_MAX);
    return shape_term(a, &g, star, &q->at[q->count++], why);
}

/* Takes the next term off the front: what stands in quotation marks, or up to white space. */
static slice next_term(slice *rest)
{
    *rest = slice_trim(*rest);
    bool quoted = slice_starts(*rest, S("\""));
    size_t from = quoted ? 1 : 0, end = from;
    while (end < rest->len && rest->ptr[end] != '"' && (quoted || !is_space(rest->ptr[end])))
        end++;
    slice term = slice_sub(*rest, from, end);
    end += quoted && end < rest->len;
    if (quoted && end < rest->len && rest->ptr[end] == '*')
        end++; /* behind a phrase it says nothing */
    *rest = slice_from(*rest, end);
    return term;
}

status query_parse(arena *a, slice text, query_terms *ret, err *why)
{
    query_terms q = {.at = arena_array(a, QUERY_TERMS_MAX, sizeof *q.at)};
    slice rest;
    size_t total = 0;
    if (!q.at)
        return ARENA_SPENT(a, why);
    if (text.len > QUERY_BYTES_MAX)
        return err_set(why, ERR_LIMIT, QUERY_BYTES_MAX, "query over %d bytes", QUERY_BYTES_MAX);
    status st =
        text_nfkc(a, text, &rest, why); /* full-width marks and blanks are marks and blanks */
    while (st == OK && rest.len)
        st = add_term(a, next_term(&rest), &q, &total, why);
    if (st == OK && !q.count)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "no word to search for");
    if (st == OK)
        *ret = q;
    return st;
}

status query_expression(arena *a, const query_terms *q, slice *ret, err *why)
{
    buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < q->count; i++) {
        const query_term *t = &q->at[i];
        buf_put(&b, i ? S(" AND (") : S("("));
        if (t->whole.len) {
            buf_byte(&b, '"');
            buf_put(&b, t->whole);
            buf_put(&b, t->prefix ? S("\" * OR ") : S("\" OR "));
        }
        buf_byte(&b, '"');
        for (size_t k = 0; k < t->count; k++) {
            if (k)
                buf_byte(&b, ' ');
            buf_put(&b, t->words[k]);
        }
        buf_put(&b, t->prefix ? S("\" *)") : S("\")"));
    }
    status st = buf_status(&b, why);
    if (st == OK && !arena_copy(a, buf_slice(&b), ret))
        st = ARENA_SPENT(a, why);
    buf_done(&b);
    return st;
}
