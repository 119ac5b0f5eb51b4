/* telling.c - of more claims about one thing than can be read, those that tell most.
 *
 * A voice is one source with one predicate: "feed says: indicates". Of each voice the newest claims
 * are read, of equally new ones those it is surest of; the index claim_told has them in this order.
 * So however much one voice says, no other is drowned, and none is judged by what it said long
 * ago. Persons speak first. Those who say little are read whole; those who say much share the rest.
 *
 * Undated claims that something indicates are not in the index, as they are most of what plain
 * lists say and there is no order among them: they are quiet. The claims are passed over to find
 * them, up to PASS_MAX (or as many as are wanted) in the order of their hashes, and only their
 * numbers are kept. Of more they are a sample, so then a voice of quiet claims alone may be missed.
 * When there are more quiet claims than may be read at all, for judging a few of each voice are, of
 * each thing that it points at.
 *
 * All of this depends on visible rows alone: who has a voice, the order of voices (by name) and how
 * many rows each gives. A reader's answer is the same whatever is hidden from him. */
#include "know/read_private.h"

#include <stdlib.h>

_Static_assert(PRED_INDICATES == 3,
               "claim_told in schema.def and TOLD in queries.def say the number");

enum {
    FEW = 16,         /* rows each has before anybody has more */
    ROOM_MAX = 512,   /* rows made room for at once */
    VOICES_MAX = 250, /* with more, the claims are taken by their hashes: fair, and blind */
    PASS_MIN = 256
};

/* --- who gets how much ---------------------------------------------------------------------- */

/* Reads up to `max` further rows of part i; *more when it has others. */
typedef status part_read(void *ctx, size_t i, size_t max, claim_rows *rows, bool *more, err *why);

/* A statement that was bound to give `known` rows that are there already, and then others. */
static status take_further(lens *l, arena *a, db_stmt *q, const node_ref *subject, size_t known,
                           size_t max, claim_rows *rows, bool *more, err *why)
{
    size_t from = rows->count;
    status st = rows_take(l, a, q, subject, known + max, rows, more, why);
    if (st != OK || !known)
        return st;
    size_t had = rows->count - from < known ? rows->count - from : known;
    size_t behind = rows->count - from - had;
    memmove(rows->at + from, rows->at + from + had, behind * sizeof *rows->at);
    memmove(rows->ids + from, rows->ids + from + had, behind * sizeof *rows->ids);
    rows->count -= had;
    return OK;
}

/* A few rows of each part, then more of those that have more, the same for each; what one leaves
 * over goes to those behind it. */
static status share_out(part_read *read, void *ctx, size_t count, size_t max, claim_rows *rows,
                        bool *more, err *why)
{
    bool big[VOICES_MAX] = {0};
    size_t bigs = 0, left = max, few = count ? max / count : 0;
    status st = OK;
    few = count == 1 ? max : few > FEW ? FEW : few ? few : 1;
    assert(count <= VOICES_MAX);
    for (size_t i = 0; st == OK && i < count && left; i++) {
        size_t before = rows->count;
        st = read(ctx, i, few, rows, &big[i], why);
        left -= st == OK ? rows->count - before : 0;
        bigs += big[i];
        *more |= !left && i + 1 < count;
    }
    for (size_t i = 0; st == OK && i < count && left && bigs; i++) {
        if (!big[i])
            continue;
        size_t before = rows->count, share = left / bigs--;
        st = read(ctx, i, share ? share : 1, rows, more, why);
        left -= st == OK ? rows->count - before : 0;
    }
    *more |= bigs != 0;
    return st;
}

/* --- voices ----------------------------------------------------------------------------------- */

typedef struct voice {
    predicate predicate;
    int64_t id;
    slice source;
    size_t told; /* rows of the index that were read */
    bool all_told;
    size_t quiet, quiets; /* its quiet claims that are still to be read: where, and how many */
} voice;

/* A claim that the index has not. */
typedef struct quiet_claim {
    int64_t source, sure, id, object;
} quiet_claim;

typedef struct passed {
    quiet_claim *at;
    size_t count, room;
    bool more;
} passed;

typedef struct voices {
    voice at[VOICES_MAX];
    size_t count;
    bool too_many;
} voices;

static status voice_of(db_stmt *q, voice *v, bool *ret, err *why)
{
    status st = db_step(q, ret, why);
    if (st == OK && *ret) {
        v->predicate = (predicate)db_int(q, 0);
        v->id = db_int(q, 1);
    }
    db_reset(q);
    return st;
}

/* The one behind *v: a step or two in the index, however many claims it has. */
static status next_voice(lens *l, int64_t node, predicate only, lives of, voice *v, bool *ret,
                         err *why)
{
    status st = OK;
    *ret = false;
    if (v->predicate != PRED_NONE) {
        db_stmt *q = db_query(l->d, of == STANDING ? Q_CLAIM_VOICE : Q_CLAIM_VOICE_PAST);
        db_bind_int(q, 1, node);
        db_bind_int(q, 2, v->predicate);
        db_bind_int(q, 3, v->id);
        st = voice_of(q, v, ret, why);
    }
    if (st != OK || *ret || only != PRED_NONE)
        return st;
    db_stmt *q = db_query(l->d, of == STANDING ? Q_CLAIM_VOICE_NEXT : Q_CLAIM_VOICE_NEXT_PAST);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, v->predicate);
    return voice_of(q, v, ret, why);
}

static status find_voices(lens *l, int64_t node, predicate p, lives of, voices *ret, err *why)
{
    voice v = {.predicate = p, .id = 0}; /* sources are counted from 1, predicates, too */
    bool another;
    status st;
    ret->count = 0;
    ret->too_many = false;
    while ((st = next_voice(l, node, p, of, &v, &another, why)) == OK && another) {
        if ((ret->too_many = ret->count == VOICES_MAX))
            break;
        if ((st = lens_source(l, v.id, &v.source, why)) != OK)
            break;
        ret->at[ret->count++] = v;
    }
    return st;
}

/* --- quiet claims ----------------------------------------------------------------------------- */

static int by_source(const void *x, const void *y)
{
    const quiet_claim *a = x, *b = y;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->sure != b->sure)
        return a->sure > b->sure ? -1 : 1;
    return a->id > b->id ? -1 : a->id < b->id;
}

static status keep_quiet(arena *a, passed *list, quiet_claim c, err *why)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 4 : PASS_MIN;
        quiet_claim *wider = arena_room(a, room, sizeof *wider);
        if (!wider)
            return ARENA_SPENT(a, why);
        if (list->count)
            memcpy(wider, list->at, list->count * sizeof *wider);
        list->at = wider;
        list->room = room;
    }
    list->at[list->count++] = c;
    return OK;
}

/* At most `max` rows of a bound statement; `told`: some of them may be in the index. */
static status pass_rows(arena *a, db_stmt *q, size_t max, bool told, passed *ret, err *why)
{
    enum { ID, SOURCE, SURE, OBJECT, PREDICATE, SAID_AT, COLUMNS };
    bool row;
    status st;
    size_t n = 0;
    while ((st = db_step(q, &row, why)) == OK && row) {
        int64_t is[COLUMNS];
        if ((ret->more = n++ == max))
            break;
        db_ints(q, 0, told ? COLUMNS : PREDICATE, WHEN_NONE, is);
        if (told && (is[PREDICATE] != PRED_INDICATES || is[SAID_AT] != WHEN_NONE))
            continue;
        quiet_claim c = {
            .source = is[SOURCE], .sure = is[SURE], .id = is[ID], .object = is[OBJECT]};
        if ((st = keep_quiet(a, ret, c, why)) != OK)
            break;
    }
    db_reset(q);
    return st;
}

/* Runs are all there is; the newest first, as they are wanted. */
static status pass_runs(lens *l, arena *a, const id_runs *runs, int64_t node, lives of, passed *ret,
                        err *why)
{
    bool told;
    db_stmt *q = db_query(l->d, Q_CLAIM_TOLD_ANY);
    db_bind_int(q, 1, node);
    status st = db_step(q, &told, why);
    db_reset(q);
    for (size_t i = runs->count; st == OK && i-- > 0;) {
        q = db_query(l->d, of == STANDING ? Q_CLAIMS_RUN_QUIET : Q_CLAIMS_RUN_QUIET_PAST);
        db_bind_int(q, 1, node);
        db_bind_int(q, 2, runs->at[i].first);
        db_bind_int(q, 3, runs->at[i].last);
        db_bind_int(q, 4, !told);
        st = pass_rows(a, q, SIZE_MAX, false, ret, why);
    }
    return st;
}

static int by_object(const void *x, const void *y)
{
    const quiet_claim *a = x, *b = y;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    return by_source(a, b);
}

/* They mostly are in order already: one source says one thing, and the last comes first. */
static void sort_quiet(passed *list, int (*by)(const void *, const void *))
{
    for (size_t i = 1; i < list->count; i++)
        if (by(&list->at[i - 1], &list->at[i]) > 0) {
            qsort(list->at, list->count, sizeof *list->at, by);
            return;
        }
}

/* Of each thing that a source says quietly, the first `most`. */
static void cut_quiet(passed *list, size_t most)
{
    size_t kept = 0, same = 0;
    sort_quiet(list, by_object);
    for (size_t i = 0; i < list->count; i++) {
        const quiet_claim *c = &list->at[i];
        same = i && c[-1].source == c->source && c[-1].object == c->object ? same + 1 : 0;
        if (same < most)
            list->at[kept++] = *c;
    }
    list->more |= kept < list->count;
    list->count = kept;
    sort_quiet(list, by_source);
}

/* Passes over the claims; the quiet ones by source, what it is surest of and said last first. */
static status pass_over(lens *l, arena *a, const id_runs *runs, int64_t node, lives of, size_t max,
                        passed *ret, err *why)
{
    status st;
    if (runs) {
        st = pass_runs(l, a, runs, node, of, ret, why);
    } else {
        db_stmt *q = db_query(l->d, of == STANDING ? Q_CLAIMS_PASSED : Q_CLAIMS_PASSED_PAST);
        db_bind_int(q, 1, node);
        db_bind_int(q, 2, (int64_t)max + 1);
        st = pass_rows(a, q, max, true, ret, why);
    }
    if (st == OK)
        sort_quiet(ret, by_source);
    return st;
}

static voice *voice_in(voices *all, predicate p, int64_t source)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].predicate == p && all->at[i].id == source)
            return &all->at[i];
    return NULL;
}

/* Gives the quiet claims to those who say them. */
static status hear_quiet(lens *l, const passed *list, voices *all, err *why)
{
    for (size_t i = 0, end; i < list->count; i = end) {
        int64_t source = list->at[i].source;
        for (end = i; end < list->count && list->at[end].source == source;)
            end++;
        voice *v = voice_in(all, PRED_INDICATES, source);
        if (!v) {
            if ((all->too_many = all->count == VOICES_MAX))
                return OK;
            v = &all->at[all->count];
            *v = (voice){.predicate = PRED_INDICATES, .id = source, .all_told = true};
            status st = lens_source(l, source, &v->source, why);
            if (st != OK)
                return st;
            all->count++;
        }
        v->quiet = i;
        v->quiets = end - i;
    }
    return OK;
}

/* --- those that are read ---------------------------------------------------------------------- */

static int by_weight(const void *x, const void *y)
{
    const voice *a = x, *b = y;
    int person = slice_starts(b->source, S("analyst:")) - slice_starts(a->source, S("analyst:"));
    int word = (b->predicate == PRED_VERDICT) - (a->predicate == PRED_VERDICT);
    if (person || word)
        return person ? person : word;
    if (a->predicate != b->predicate)
        return a->predicate < b->predicate ? -1 : 1;
    return slice_cmp(a->source, b->source);
}

/* Whose claims are read, and which. */
typedef struct telling {
    lens *l;
    arena *a;
    int64_t node;
    const node_ref *subject;
    lives of;
    voices all;
    passed quiet;
} telling;

/* How many of the next `max` quiet claims have ids that follow one another. */
static size_t following(const telling *t, const voice *v, size_t max)
{
    const quiet_claim *at = &t->quiet.at[v->quiet];
    size_t n = 1;
    while (n < max && at[n].id == at[n - 1].id - 1)
        n++;
    return n;
}

enum { AT_ONCE = 16 };

static db_stmt *choose(const telling *t, const voice *v, size_t max, size_t *ret)
{
    const quiet_claim *at = &t->quiet.at[v->quiet];
    size_t n = db_is_far(t->l->d) ? 0 : following(t, v, max);
    bool run = n > AT_ONCE / 2;
    db_stmt *q = db_query(t->l->d, run ? Q_CLAIMS_RUN_CHOSEN : Q_CLAIMS_CHOSEN);
    if (run) {
        db_bind_int(q, 1, t->node);
        db_bind_int(q, 2, at[n - 1].id);
        db_bind_int(q, 3, at[0].id);
        *ret = n;
        return q;
    }
    n = max < AT_ONCE ? max : AT_ONCE;
    for (size_t i = 0; i < AT_ONCE; i++)
        db_bind_int(q, (int)i + 1, i < n ? at[i].id : 0);
    *ret = n;
    return q;
}

static status read_quiet(telling *t, voice *v, size_t max, claim_rows *rows, err *why)
{
    bool more = false;
    status st = OK;
    while (st == OK && max && v->quiets) {
        size_t n;
        db_stmt *q = choose(t, v, max < v->quiets ? max : v->quiets, &n);
        st = rows_take(t->l, t->a, q, t->subject, n, rows, &more, why);
        v->quiet += n;
        v->quiets -= n;
        max -= n;
    }
    return st;
}

/* What persons say of names can have been taken back and restored (write.h). */
static bool may_be_restored(predicate p)
{
    return p == PRED_SAME_AS || p == PRED_NOT_SAME_AS;
}

static query told_by(predicate p, lives of)
{
    if (may_be_restored(p))
        return of == STANDING ? Q_CLAIMS_TOLD_TIES : Q_CLAIMS_TOLD_TIES_PAST;
    return of == STANDING ? Q_CLAIMS_TOLD : Q_CLAIMS_TOLD_PAST;
}

static status read_voice(void *ctx, size_t i, size_t max, claim_rows *rows, bool *more, err *why)
{
    telling *t = ctx;
    voice *v = &t->all.at[i];
    size_t before = rows->count;
    if (!v->all_told) {
        bool others = false;
        db_stmt *q = db_query(t->l->d, told_by(v->predicate, t->of));
        db_bind_int(q, 1, t->node);
        db_bind_int(q, 2, v->predicate);
        db_bind_int(q, 3, v->id);
        db_bind_int(q, 4, (int64_t)(v->told + max) + 1);
        status st = take_further(t->l, t->a, q, t->subject, v->told, max, rows, &others, why);
        if (st != OK)
            return st;
        v->told += rows->count - before;
        v->all_told = !others;
    }
    status st = read_quiet(t, v, max - (rows->count - before), rows, why);
    *more |= !v->all_told || v->quiets;
    return st;
}

/* In the order of their hashes, which says nothing about them. */
static status read_blindly(const telling *t, predicate p, size_t max, claim_rows *rows, bool *more,
                           err *why)
{
    db_stmt *q = db_query(t->l->d, t->of == STANDING ? Q_CLAIMS_OF : Q_CLAIMS_OF_PAST);
    db_bind_int(q, 1, t->node);
    db_bind_int(q, 2, p);
    db_bind_int(q, 3, (int64_t)max + 1);
    return rows_take(t->l, t->a, q, t->subject, max, rows, more, why);
}

status claims_telling(lens *l, arena *a, int64_t node, const node_ref *subject, const wanted *w,
                      const id_runs *runs, claim_rows *rows, bool *more, err *why)
{
    telling t = {.l = l, .a = a, .node = node, .subject = subject, .of = w->of};
    size_t pass = w->max > PASS_MAX ? w->max : PASS_MAX;
    status st = find_voices(l, node, w->p, w->of, &t.all, why);
    if (st == OK && !t.all.too_many && (w->p == PRED_NONE || w->p == PRED_INDICATES))
        st = pass_over(l, a, runs, node, w->of, pass, &t.quiet, why);
    if (st == OK && t.quiet.count > w->max && w->quiet_max != SIZE_MAX)
        cut_quiet(&t.quiet, w->quiet_max);
    if (st == OK)
        st = hear_quiet(l, &t.quiet, &t.all, why);
    if (st == OK)
        st = rows_room(a, w->max < ROOM_MAX ? w->max : ROOM_MAX, rows, why);
    if (st == OK && t.all.too_many)
        return read_blindly(&t, w->p, w->max, rows, more, why);
    qsort(t.all.at, t.all.count, sizeof *t.all.at, by_weight);
    if (st == OK)
        st = share_out(read_voice, &t, t.all.count, w->max, rows, more, why);
    *more |= t.quiet.more;
    return st == OK ? rows_sort(a, rows, BY_HASH, why) : st;
}

/* --- claims that point at a node ------------------------------------------------------------ */

typedef struct pointing {
    lens *l;
    arena *a;
    int64_t node;
    size_t known[PRED_COUNT_]; /* rows that were read */
} pointing;
_Static_assert((int)PRED_COUNT_ <= (int)VOICES_MAX, "a part for each predicate");

static status read_pointing(void *ctx, size_t i, size_t max, claim_rows *rows, bool *more, err *why)
{
    pointing *p = ctx;
    size_t before = rows->count, *known = &p->known[i];
    predicate tie = (predicate)(i + 1); /* each predicate is a part */
    db_stmt *q = db_query(p->l->d, may_be_restored(tie) ? Q_CLAIMS_TO_TIES_LAST : Q_CLAIMS_TO_LAST);
    db_bind_int(q, 1, p->node);
    db_bind_int(q, 2, tie);
    db_bind_int(q, 3, (int64_t)(*known + max) + 1);
    status st = take_further(p->l, p->a, q, NULL, *known, max, rows, more, why);
    *known += st == OK ? rows->count - before : 0;
    return st;
}

status claims_pointing(lens *l, arena *a, int64_t node, size_t max, claim_rows *rows, bool *more,
                       err *why)
{
    db_stmt *q = db_query(l->d, Q_CLAIMS_TO_ANY);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, (int64_t)max + 1);
    status st = rows_take(l, a, q, NULL, max, rows, more, why);
    if (st == OK && *more) {
        rows->count = 0;
        *more = false;
        pointing to = {.l = l, .a = a, .node = node};
        st = share_out(read_pointing, &to, PRED_COUNT_ - 1, max, rows, more, why);
    }
    return st == OK ? rows_sort(a, rows, AS_RECORDED, why) : st;
}
