/* telling.c - of more claims about one thing than can be read, those that tell most.
 *
 * A voice is one source with one predicate: "feed says: indicates". Of each voice the newest claims
 * are read, of equally new ones those it is surest of; the index claim_told has them in this order.
 * So however much one voice says, no other is drowned, and none is judged by what it said long
 * ago. Persons speak first. Those who say little are read whole; those who say much share the rest.
 *
 * All of this depends on visible rows alone: who has a voice, the order of voices (by name) and how
 * many rows each gives. A reader's answer is the same whatever is hidden from him. */
#include "know/read_private.h"

#include <stdlib.h>

enum {
    FEW = 16,        /* rows each has before anybody has more */
    ROOM_MAX = 512,  /* rows made room for at once */
    VOICES_MAX = 250 /* with more, the claims are taken by their hashes: fair, and blind */
};

/* --- who gets how much ---------------------------------------------------------------------- */

/* Reads up to `max` rows of part i; *more when it has others. */
typedef status part_read(void *ctx, size_t i, size_t max, claim_rows *rows, bool *more, err *why);

/* Takes the first `n` of the rows behind `from` out again. */
static void take_out(claim_rows *rows, size_t from, size_t n)
{
    size_t behind = rows->count - from - n;
    memmove(rows->at + from, rows->at + from + n, behind * sizeof *rows->at);
    memmove(rows->ids + from, rows->ids + from + n, behind * sizeof *rows->ids);
    rows->count -= n;
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
        st = read(ctx, i, few + (share ? share : 1), rows, more, why);
        if (st == OK) {
            take_out(rows, before, few); /* those it had already */
            left -= rows->count - before;
        }
    }
    *more |= bigs != 0;
    return st;
}

/* --- voices ----------------------------------------------------------------------------------- */

typedef struct voice {
    predicate predicate;
    int64_t id;
    slice source;
} voice;

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
} telling;

static status read_voice(void *ctx, size_t i, size_t max, claim_rows *rows, bool *more, err *why)
{
    telling *t = ctx;
    db_stmt *q = db_query(t->l->d, t->of == STANDING ? Q_CLAIMS_TOLD : Q_CLAIMS_TOLD_PAST);
    db_bind_int(q, 1, t->node);
    db_bind_int(q, 2, t->all.at[i].predicate);
    db_bind_int(q, 3, t->all.at[i].id);
    db_bind_int(q, 4, (int64_t)max + 1);
    return rows_take(t->l, t->a, q, t->subject, max, rows, more, why);
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

status claims_telling(lens *l, arena *a, int64_t node, const node_ref *subject, predicate p,
                      lives of, size_t max, claim_rows *rows, bool *more, err *why)
{
    telling t = {.l = l, .a = a, .node = node, .subject = subject, .of = of};
    status st = find_voices(l, node, p, of, &t.all, why);
    if (st == OK)
        st = rows_room(a, max < ROOM_MAX ? max : ROOM_MAX, rows, why);
    if (st == OK && t.all.too_many)
        return read_blindly(&t, p, max, rows, more, why);
    qsort(t.all.at, t.all.count, sizeof *t.all.at, by_weight);
    if (st == OK)
        st = share_out(read_voice, &t, t.all.count, max, rows, more, why);
    return st == OK ? rows_sort(a, rows, BY_HASH, why) : st;
}

/* --- claims that point at a node ------------------------------------------------------------ */

typedef struct pointing {
    lens *l;
    arena *a;
    int64_t node;
} pointing;
_Static_assert((int)PRED_COUNT_ <= (int)VOICES_MAX, "a part for each predicate");

static status read_pointing(void *ctx, size_t i, size_t max, claim_rows *rows, bool *more, err *why)
{
    pointing *p = ctx;
    predicate tie = (predicate)(i + 1); /* each predicate is a part */
    bool may_be_restored = tie == PRED_SAME_AS || tie == PRED_NOT_SAME_AS;
    db_stmt *q = db_query(p->l->d, may_be_restored ? Q_CLAIMS_TO_TIES_LAST : Q_CLAIMS_TO_LAST);
    db_bind_int(q, 1, p->node);
    db_bind_int(q, 2, tie);
    db_bind_int(q, 3, (int64_t)max + 1);
    return rows_take(p->l, p->a, q, NULL, max, rows, more, why);
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
