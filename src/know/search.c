/* search.c - finding by words: see search.h. */
#include "know/search.h"
#include "know/search/documents.h"
#include "know/search/query.h"
#include "know/search/values.h"

#include <stdlib.h>

static const char *const part_words[SEARCH_PART_COUNT_] = {
    [SEARCH_VALUE] = "value",
    [SEARCH_NAME] = "name",
    [SEARCH_NAME_BEGINS] = "name-begins",
    [SEARCH_NAME_WORDS] = "name-words",
    [SEARCH_VALUE_BEGINS] = "value-begins",
    [SEARCH_VALUE_UNDER] = "value-under",
    [SEARCH_DESCRIPTION] = "description",
    [SEARCH_PROCEDURE] = "procedure",
    [SEARCH_DOCUMENT] = "document",
};

const char *search_part_word(search_part p)
{
    return part_words[p];
}

/* --- matches ---------------------------------------------------------------------------------- */

status match_add(arena *a, match_list *list, const match *m, err *why)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 4 : 64;
        match *wider = arena_array(a, room, sizeof *wider);
        if (!wider)
            return ARENA_SPENT(a, why);
        if (list->count)
            memcpy(wider, list->at, list->count * sizeof *wider);
        list->at = wider;
        list->room = room;
    }
    list->at[list->count++] = *m;
    return OK;
}

bool match_takes(const match_filter *f, kind k)
{
    return f->class == KIND_NONE || k == f->class || k == f->other;
}

void match_bind(db_stmt *q, int first, const match_filter *f)
{
    db_bind_int(q, first, f->source);
    db_bind_int(q, first + 1, f->from_us);
    db_bind_int(q, first + 2, f->to_us);
    db_bind_int(q, first + 3, f->seen);
}

/* Of two claims about one subject. */
static int claim_cmp(const match *x, const match *y)
{
    if (x->part != y->part)
        return (int)x->part - (int)y->part;
    if (x->use != y->use)
        return (int)x->use - (int)y->use;
    if (x->recorded_us != y->recorded_us)
        return x->recorded_us > y->recorded_us ? -1 : 1;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static int by_subject(const void *a, const void *b)
{
    const match *x = a, *y = b;
    if (x->subject != y->subject)
        return x->subject < y->subject ? -1 : 1;
    return claim_cmp(x, y);
}

static bool is_value(search_part p)
{
    return p == SEARCH_VALUE || p == SEARCH_VALUE_BEGINS || p == SEARCH_VALUE_UNDER;
}

static int by_rank(const void *a, const void *b)
{
    const match *x = a, *y = b;
    if (x->part != y->part)
        return (int)x->part - (int)y->part;
    if (x->use != y->use)
        return (int)x->use - (int)y->use;
    if (is_value(x->part)) { /* by the text, behind the scheme */
        int c =
            slice_cmp(index_face(x->ref.kind, x->ref.text), index_face(y->ref.kind, y->ref.text));
        c = c ? c : slice_cmp(x->ref.text, y->ref.text);
        return c ? c : (int)x->ref.kind - (int)y->ref.kind;
    }
    if (x->matches != y->matches)
        return x->matches > y->matches ? -1 : 1;
    if (x->newest_us != y->newest_us)
        return x->newest_us > y->newest_us ? -1 : 1;
    int c = slice_cmp(x->ref.text, y->ref.text);
    return c ? c : (int)x->ref.kind - (int)y->ref.kind;
}

static search_part part_of(predicate p, slice folded_name, slice asked)
{
    if (p == PRED_DESCRIBED)
        return SEARCH_DESCRIPTION;
    if (p == PRED_USES)
        return SEARCH_PROCEDURE;
    return !asked.len                         ? SEARCH_NAME_WORDS
           : slice_eq(folded_name, asked)     ? SEARCH_NAME
           : slice_starts(folded_name, asked) ? SEARCH_NAME_BEGINS
                                              : SEARCH_NAME_WORDS;
}

static status read_match(arena *a, db_stmt *q, slice asked, match *m, err *why)
{
    predicate p = (predicate)db_int(q, 3);
    *m = (match){.claim = db_int(q, 0),
                 .subject = db_int(q, 1),
                 .lo = (uint64_t)db_int(q, 2),
                 .recorded_us = db_int(q, 8),
                 .newest_us = db_int(q, 8),
                 .ref.kind = (kind)db_int(q, 5),
                 .part = part_of(p, db_text(q, 7), asked),
                 .use = p == PRED_NAMED ? name_use_of(a, db_text(q, 4)) : NAME_PRIMARY,
                 .matches = 1};
    return arena_copy(a, db_text(q, 6), &m->ref.text) ? OK : ARENA_SPENT(a, why);
}

static status source_id(lens *l, slice name, int64_t *ret, err *why)
{
    bool row;
    *ret = 0;
    if (!name.len)
        return OK;
    db_stmt *q = db_query(l->d, Q_SOURCE_FIND);
    db_bind_text(q, 1, name);
    status st = db_step(q, &row, why);
    if (st == OK)
        *ret = row ? db_int(q, 0) : -1; /* none has this id */
    db_reset(q);
    return st;
}

/* Milliseconds as microseconds; what is out of reach is the nearest that is not. */
static int64_t us_of(when ms)
{
    return ms > INT64_MAX / 1000 ? INT64_MAX : ms < INT64_MIN / 1000 ? INT64_MIN : ms * 1000;
}

/* The kinds of a class: itself, and the one other that belongs to it. */
static kind other_kind(kind class)
{
    return class == KIND_MALWARE ? KIND_TOOL : class == KIND_COUNTRY ? KIND_LOCATION : class;
}

static status read_filter(lens *l, const search_query *sq, match_filter *ret, err *why)
{
    match_filter f = {.class = kind_class(sq->class),
                      .from_us = sq->since ? us_of(sq->since) : INT64_MIN,
                      .to_us = sq->until ? us_of(sq->until + 1) : INT64_MAX,
                      .seen = sq->seen_since};
    f.other = other_kind(f.class);
    status st = source_id(l, sq->source, &f.source, why);
    if (st == OK)
        *ret = f;
    return st;
}

static status read_claims(lens *l, arena *a, const match_filter *f, slice expression, slice asked,
                          match_list *list, err *why)
{
    bool row;
    status st;
    size_t left = SEARCH_MATCHES_MAX;
    match m;
    db_stmt *q = db_query(l->d, Q_TEXT_MATCH);
    db_bind_text(q, 1, expression);
    db_bind_int(q, 2, f->class);
    db_bind_int(q, 3, f->other);
    db_bind_int(q, 4, f->source);
    db_bind_int(q, 5, SEARCH_MATCHES_MAX + 1);
    db_bind_int(q, 6, f->from_us);
    db_bind_int(q, 7, f->to_us);
    db_bind_int(q, 8, f->seen);
    while ((st = db_step(q, &row, why)) == OK && row) {
        if (!left--) {
            list->capped = true;
            break;
        }
        if ((st = read_match(a, q, asked, &m, why)) != OK ||
            (st = match_add(a, list, &m, why)) != OK)
            break;
    }
    db_reset(q);
    return st;
}

static status read_matches(lens *l, arena *a, const search_query *sq, const match_filter *f,
                           slice expression, slice asked, match_list *list, err *why)
{
    bool all = sq->class == KIND_NONE;
    value_query *values = arena_new(a, value_query);
    if (!values)
        return ARENA_SPENT(a, why);
    status st = sq->documents ? OK : read_claims(l, a, f, expression, asked, list, why);
    if (st == OK && !sq->documents && (all || kind_is_observable(sq->class))) {
        if ((st = values_parse(a, sq->text, values, why)) == OK)
            st = values_find(l, a, sq->values, values, f, list, why);
    }
    if (st == OK && (sq->documents || all) && !sq->seen_since) /* they are seen by nobody */
        st = documents_find(l, a, sq->text, expression, f, list, why);
    return st;
}

/* One match a thing, best thing first. */
static void rank(match_list *list)
{
    size_t n = 0;
    if (!list->count)
        return;
    qsort(list->at, list->count, sizeof *list->at, by_subject);
    for (size_t i = 0; i < list->count; i++) {
        match *m = &list->at[i], *last = n ? &list->at[n - 1] : NULL;
        if (!last || last->subject != m->subject) {
            list->at[n++] = *m;
            continue;
        }
        last->matches += m->part != SEARCH_DOCUMENT; /* found by path and by hash it is one */
        if (m->newest_us > last->newest_us)
            last->newest_us = m->newest_us;
    }
    list->count = n;
    qsort(list->at, n, sizeof *list->at, by_rank);
}

/* --- excerpts --------------------------------------------------------------------------------- */

/* Looks for where one of the asked words stands. */
typedef struct spot {
    const query_terms *terms;
    size_t at;
    bool found;
} spot;

static status look_at_word(void *ctx, const word *w, err *why)
{
    spot *s = ctx;
    (void)why;
    for (size_t i = 0; i < s->terms->count && !s->found; i++) {
        const query_term *t = &s->terms->at[i];
        s->found = t->count && (t->prefix && t->count == 1 ? slice_starts(w->text, t->words[0])
                                                           : slice_eq(w->text, t->words[0]));
        s->at = w->at;
    }
    return s->found ? ERR_BUSY : OK; /* ends the walk */
}

static bool inside_character(slice text, size_t at)
{
    return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

static status excerpt(arena *a, slice text, const query_terms *terms, search_hit *h, err *why)
{
    enum { BEFORE = SEARCH_EXCERPT_MAX / 4 };
    spot s = {.terms = terms};
    status st = words_cut(a, text, look_at_word, &s, why);
    if (st != OK && st != ERR_BUSY)
        return st;
    size_t from = s.found && s.at > BEFORE ? s.at - BEFORE : 0;
    if (from + SEARCH_EXCERPT_MAX > text.len)
        from = text.len > SEARCH_EXCERPT_MAX ? text.len - SEARCH_EXCERPT_MAX : 0;
    while (inside_character(text, from))
        from++;
    size_t to = text.len - from > SEARCH_EXCERPT_MAX ? from + SEARCH_EXCERPT_MAX : text.len;
    while (to > from && inside_character(text, to))
        to--;
    h->cut_front = from > 0;
    h->cut_back = to < text.len;
    return arena_copy(a, slice_sub(text, from, to), &h->excerpt) ? OK : ARENA_SPENT(a, why);
}

/* The claim about a value that was recorded last, and how many there are. */
static status fill_value(lens *l, arena *a, const match *m, const match_filter *f,
                         const query_terms *terms, search_hit *h, err *why)
{
    bool row;
    int64_t source = 0, vc = 0;
    db_stmt *q = db_query(l->d, Q_VALUE_HIT);
    db_bind_int(q, 1, m->subject);
    match_bind(q, 2, f);
    status st = db_step(q, &row, why);
    if (st == OK && row) {
        h->claim_lo = (uint64_t)db_int(q, 0);
        source = db_int(q, 1);
        vc = db_int(q, 2);
        h->recorded = db_int(q, 3) / 1000;
        st = excerpt(a, db_text(q, 4), terms, h, why);
    }
    db_reset(q);
    if (st == OK && !row)
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "a match has gone");
    if (st == OK) {
        q = db_query(l->d, Q_VALUE_COUNT);
        db_bind_int(q, 1, m->subject);
        match_bind(q, 2, f);
        db_bind_int(q, 6, SEARCH_COUNT_MAX);
        st = db_step(q, &row, why);
        h->matches = st == OK && row ? (size_t)db_int(q, 0) : 0;
        db_reset(q);
    }
    if (st == OK)
        st = lens_source(l, source, &h->source, why);
    return st == OK ? lens_marking(l, vc, &h->marking, why) : st;
}

static status fill_document(lens *l, arena *a, const match *m, search_hit *h, err *why)
{
    document_info *d = arena_new(a, document_info);
    if (!d)
        return ARENA_SPENT(a, why);
    status st = document_at(l, a, m->claim, d, why);
    if (st != OK)
        return st;
    h->document = d;
    h->excerpt = d->path;
    h->source = d->source;
    h->marking = d->marking;
    h->recorded = d->recorded;
    h->matches = 1;
    return OK;
}

static status fill_claim(lens *l, arena *a, const match *m, const query_terms *terms, search_hit *h,
                         err *why)
{
    bool row;
    int64_t source = 0, vc = 0;
    h->recorded = m->recorded_us / 1000;
    h->claim_lo = m->lo;
    h->matches = m->matches;
    db_stmt *q = db_query(l->d, Q_TEXT_HIT);
    db_bind_int(q, 1, m->claim);
    status st = db_step(q, &row, why);
    if (st == OK && row) {
        source = db_int(q, 1);
        vc = db_int(q, 2);
        h->object.kind = db_is_null(q, 3) ? KIND_NONE : (kind)db_int(q, 3);
        if (!arena_copy(a, db_text(q, 4), &h->object.text))
            st = ARENA_SPENT(a, why);
        if (st == OK)
            st = excerpt(a, db_text(q, 0), terms, h, why);
    }
    db_reset(q);
    if (st == OK && !row)
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "a match has gone");
    if (st == OK)
        st = lens_source(l, source, &h->source, why);
    return st == OK ? lens_marking(l, vc, &h->marking, why) : st;
}

static status fill_hit(lens *l, arena *a, const match *m, const match_filter *f,
                       const query_terms *terms, search_hit *h, err *why)
{
    h->subject = m->ref;
    h->part = m->part;
    h->claim_hi = node_hash(l->h, m->ref);
    return m->part == SEARCH_DOCUMENT ? fill_document(l, a, m, h, why)
           : is_value(m->part)        ? fill_value(l, a, m, f, terms, h, why)
                                      : fill_claim(l, a, m, terms, h, why);
}

/* --- pages ------------------------------------------------------------------------------------ */

/* Where the page begins: behind what the cursor's claim is about. Whatever else is said of that
 * since, the page goes on there. */
static status page_start(lens *l, const match_list *list, slice cursor, size_t *ret, err *why)
{
    uint8_t bytes[16];
    uint64_t hi = 0;
    *ret = 0;
    if (!cursor.len)
        return OK;
    if (!hash_unhex(cursor, bytes, sizeof bytes))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a cursor has %d hex digits", CLAIM_ID_TEXT);
    for (int i = 0; i < 8; i++)
        hi = hi << 8 | bytes[i];
    for (size_t i = 0; i < list->count; i++)
        if (node_hash(l->h, list->at[i].ref) == hi) {
            *ret = i + 1;
            return OK;
        }
    return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "the cursor's claim is not there");
}

/* The page under way. */
typedef struct page {
    node_ref seen[SEARCH_GROUPED_MAX]; /* things that came before */
    size_t seen_count, limit;
    const match_filter *filter;
    search_hits *hits;
} page;

/* Which thing a match is about, and whether it came before. */
static status identify(lens *l, arena *a, page *p, const match *m, search_hit *h, bool *ret_new,
                       err *why)
{
    name_group g;
    h->thing = m->ref;
    h->name = m->ref.text;
    *ret_new = true;
    if (p->seen_count == SEARCH_GROUPED_MAX || !kind_is_entity(m->ref.kind))
        return OK; /* what is no entity stands alone, and comes once */
    status st = name_group_of(l, a, m->ref, &g, why);
    if (st != OK)
        return st;
    h->thing = g.id;
    if ((st = name_shown(l, a, &g, &h->name, why)) != OK)
        return st;
    for (size_t i = 0; i < p->seen_count && *ret_new; i++)
        *ret_new = p->seen[i].kind != h->thing.kind || !slice_eq(p->seen[i].text, h->thing.text);
    if (*ret_new)
        p->seen[p->seen_count++] = h->thing;
    return OK;
}

/* Walks all matches in their order, for what came on earlier pages does not come again. */
static status fill_page(lens *l, arena *a, const match_list *list, size_t from,
                        const query_terms *terms, page *p, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < list->count && !p->hits->more; i++) {
        search_hit h = {0};
        bool is_new;
        if ((st = identify(l, a, p, &list->at[i], &h, &is_new, why)) != OK)
            break;
        if (!is_new || i < from)
            continue;
        p->hits->more = p->hits->count == p->limit;
        if (!p->hits->more && (st = fill_hit(l, a, &list->at[i], p->filter, terms, &h, why)) == OK)
            p->hits->at[p->hits->count++] = h;
    }
    return st;
}

status search_run(lens *l, arena *a, const search_query *sq, search_hits *ret, err *why)
{
    query_terms terms = {0};
    slice expression, asked = S("");
    match_list list = {0};
    search_hits hits = {0};
    size_t from = 0;
    match_filter filter = {0};
    page *p = arena_new(a, page);
    if (!p)
        return ARENA_SPENT(a, why);
    p->hits = &hits;
    p->filter = &filter;
    p->limit = !sq->limit ? 20 : sq->limit < SEARCH_LIMIT_MAX ? sq->limit : SEARCH_LIMIT_MAX;
    status st = query_parse(a, sq->text, &terms, why);
    if (st == OK)
        st = query_expression(a, &terms, &expression, why);
    if (st == OK)
        st = name_fold(a, sq->text, &asked, why);
    if (st == OK)
        st = read_filter(l, sq, &filter, why);
    if (st == OK)
        st = read_matches(l, a, sq, &filter, expression, asked, &list, why);
    if (st != OK)
        return st;
    rank(&list);
    if ((st = page_start(l, &list, sq->cursor, &from, why)) != OK)
        return st;
    hits.found = list.count;
    hits.capped = list.capped;
    hits.at = arena_array(a, p->limit + 1, sizeof *hits.at);
    if (!hits.at)
        return ARENA_SPENT(a, why);
    if ((st = fill_page(l, a, &list, from, &terms, p, why)) != OK)
        return st;
    if (hits.more) {
        const search_hit *last = &hits.at[hits.count - 1];
        hits.next = arena_printf(a, "%016llx%016llx", (unsigned long long)last->claim_hi,
                                 (unsigned long long)last->claim_lo);
        if (!hits.next.ptr)
            return ARENA_SPENT(a, why);
    }
    *ret = hits;
    return OK;
}
