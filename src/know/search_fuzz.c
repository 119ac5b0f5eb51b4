/* fts_fuzz. Text and query, separated by a 0xff byte. What the text index finds is what a plain
 * walk over the words finds; no query is a syntax error to the index; and every word of a text
 * finds the text. A text that is a value is found by itself, as each of its kinds, and by each of
 * its beginnings. */
#include "base/text.h"
#include "know/db.h"
#include "know/search/query.h"
#include "know/search/values.h"
#include "model/kind.h"
#include "model/observable.h"

#include <stdlib.h>

enum { TEXT_MAX = 2048, WORDS_MAX = 4096, BUDGET = 8 << 20 };

static db *shared; /* opened once: a fuzzer's process has one input at a time */
static const uint8_t classes[2] = {1, 1};
static const db_sight sight = {.classes = classes, .class_count = 2, .tx = 10};

static void must(status st)
{
    if (st != OK)
        abort();
}

static void run(query q, const int64_t *numbers, size_t n, slice text)
{
    db_stmt *s = db_query(shared, q);
    for (size_t i = 0; i < n; i++)
        db_bind_int(s, (int)i + 1, numbers[i]);
    if (text.ptr)
        db_bind_text(s, (int)n + 1, text);
    must(db_run(s, NULL));
}

static void open_once(void)
{
    if (shared)
        return;
    must(db_open(&(db_options){.where = ":memory:", .mutant = -1}, &shared, NULL));
    must(db_migrate(shared, NULL));
    db_view(shared, &sight);
    db_stmt *s = db_query(shared, Q_TX_ADD);
    db_bind_int(s, 1, 1);
    must(db_run(s, NULL));
    run(Q_TX_PUBLISH, (const int64_t[]){1, 1, 1, 1}, 4, (slice){0});
    run(Q_NODE_ADD, (const int64_t[]){KIND_ACTOR}, 1, S("a"));
    s = db_query(shared, Q_CLAIM_ADD);
    for (int i = 1; i <= 20; i++)
        if (i <= 4 || i == 8 || i == 9 || i == 15 || i == 20)
            db_bind_int(s, i, 1);
    must(db_run(s, NULL));
}

typedef struct word_list {
    arena *a;
    slice at[WORDS_MAX];
    size_t count;
    buf *joined;
} word_list;

static status keep(void *ctx, const word *w, err *why)
{
    word_list *l = ctx;
    if (l->count < WORDS_MAX && !arena_copy(l->a, w->text, &l->at[l->count++]))
        return ARENA_SPENT(l->a, why);
    for (slice rest = w->text; rest.len;) /* the index would cut it */
        if (utf8_next(&rest) < 0x80 && !is_alnum(rest.ptr[-1]))
            abort();
    buf_put(l->joined, w->text);
    buf_byte(l->joined, ' ');
    return OK;
}

static bool index_finds(slice expression)
{
    bool row = false;
    db_stmt *s = db_query(shared, Q_TEXT_MATCH);
    db_bind_text(s, 1, expression);
    db_bind_int(s, 2, 0);
    db_bind_int(s, 3, 0);
    db_bind_int(s, 4, 0);
    db_bind_int(s, 5, 10);
    db_bind_int(s, 6, INT64_MIN);
    db_bind_int(s, 7, INT64_MAX);
    db_bind_int(s, 8, 0);
    must(db_step(s, &row, NULL));
    db_reset(s);
    return row;
}

static bool same_word(slice have, slice asked, bool prefix)
{
    return prefix ? slice_starts(have, asked) : slice_eq(have, asked);
}

static bool walk_finds(const word_list *l, const query_terms *q)
{
    for (size_t i = 0; i < q->count; i++) {
        const query_term *t = &q->at[i];
        bool found = false;
        for (size_t at = 0; at < l->count && !found; at++) {
            bool all = at + t->count <= l->count;
            for (size_t k = 0; all && k < t->count; k++)
                all = same_word(l->at[at + k], t->words[k], t->prefix && k + 1 == t->count);
            found = all || (t->whole.len && same_word(l->at[at], t->whole, t->prefix));
        }
        if (!found)
            return false;
    }
    return true;
}

/* Any one word of the text, asked for as a phrase, finds it. */
static void check_own_word(arena *a, const word_list *l, size_t which)
{
    query_term t = {.words = &l->at[which], .count = 1};
    slice expression;
    must(query_expression(a, &(query_terms){&t, 1}, &expression, NULL));
    if (!index_finds(expression))
        abort();
}

static bool typed_plainly(slice text)
{
    return slice_find_byte(text, '*', 0) == SIZE_MAX && slice_find_byte(text, '"', 0) == SIZE_MAX &&
           slice_eq(text, slice_trim(text)) && text.len <= QUERY_BYTES_MAX;
}

static void check_begins(arena *a, node_ref n, slice begins)
{
    value_query q;
    bool found = false;
    slice typed = arena_printf(a, "%.*s*", SLICE_FMT(begins));
    must(values_parse(a, typed, &q, NULL));
    for (size_t i = 0; i < q.begins_count; i++)
        found |= value_begins(n, q.begins[i]);
    if (!found || q.exact_count || q.under.len)
        abort();
}

static void check_value(slice text, size_t where)
{
    for (kind k = KIND_IPV4; k < KIND_OBSERVABLE_END_; k++) {
        CLEANUP(arena_done) arena a;
        observable o;
        value_query q;
        bool found = false;
        arena_init(&a, BUDGET);
        if (observable_parse(&a, text, k, &o, NULL) != OK || !typed_plainly(o.value))
            continue;
        must(values_parse(&a, o.value, &q, NULL));
        for (size_t i = 0; i < q.exact_count; i++)
            found |= q.exact[i].kind == o.kind && slice_eq(q.exact[i].text, o.value);
        if (!found && o.kind == k)
            abort();
        slice face = index_face(o.kind, o.value);
        size_t cut = VALUE_BEGINS_MIN + where % (face.len + 1);
        while (cut < face.len && ((unsigned char)face.ptr[cut] & 0xc0) == 0x80)
            cut++;
        slice begins = slice_sub(face, 0, cut < face.len ? cut : face.len);
        if (begins.len >= VALUE_BEGINS_MIN && typed_plainly(begins))
            check_begins(&a, (node_ref){o.kind, o.value}, begins);
        node_ref below = {KIND_DOMAIN, arena_printf(&a, "x.%.*s", SLICE_FMT(o.value))};
        if (k == KIND_DOMAIN && !value_under(below, o.value))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(arena_done) arena scratch;
    slice input = slice_of((const char *)data, size);
    size_t cut = slice_find_byte(input, (char)0xff, 0);
    slice text = slice_sub(input, 0, cut < TEXT_MAX ? cut : TEXT_MAX);
    slice asked = cut == SIZE_MAX ? text : slice_from(input, cut + 1);
    query_terms terms;
    slice expression;
    buf joined;
    open_once();
    arena_init(&a, BUDGET);
    arena_init(&scratch, BUDGET);
    buf_init(&joined, BUDGET);
    word_list *l = arena_new(&a, word_list);
    if (!l)
        abort();
    l->a = &a;
    l->joined = &joined;
    must(words_cut(&scratch, text, keep, l, NULL));
    check_value(text, size);
    status st = query_parse(&a, asked, &terms, NULL);
    if (l->count < WORDS_MAX && (st == OK || l->count)) {
        must(db_begin_write(shared, NULL));
        run(Q_TEXT_ADD, (const int64_t[]){1}, 1, buf_slice(&joined));
        if (st == OK) {
            must(query_expression(&a, &terms, &expression, NULL));
            if (index_finds(expression) != walk_finds(l, &terms))
                abort();
        }
        if (l->count)
            check_own_word(&a, l, size % l->count);
        db_rollback(shared);
    }
    buf_done(&joined);
    return 0;
}
