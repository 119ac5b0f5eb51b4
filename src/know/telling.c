/* telling.c - of more claims about one thing than can be read, those that tell most.
 *
 * A voice is one source with one predicate: "feed says: indicates". Of each voice the newest claims
 * are read, of equally new ones those it is surest of; the index claim_told has them in this order.
 * So however much one voice says, no other is drowned, and none is judged by what it said long
 * ago. Persons speak first. What is left over by those who say little goes to those who say much.
 *
 * All of this depends on visible rows alone: who has a voice, the order of voices (by name) and how
 * many rows each gives. A reader's answer is the same whatever is hidden from him. */
#include "know/read_private.h"

#include <stdlib.h>

enum {
    ROOM_MAX = 512,  /* rows made room for at once */
    VOICES_MAX = 250 /* with more, the claims are taken by their hashes: fair, and blind */
};

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

/* One step in the index a voice, however many claims it has. */
static status next_voice(lens *l, int64_t node, lives of, voice *v, bool *ret, err *why)
{
    db_stmt *q = db_query(l->d, of == STANDING ? Q_CLAIM_VOICE : Q_CLAIM_VOICE_PAST);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, v->predicate);
    db_bind_int(q, 3, v->id);
    status st = db_step(q, ret, why);
    if (st == OK && *ret) {
        v->predicate = (predicate)db_int(q, 0);
        v->id = db_int(q, 1);
    }
    db_reset(q);
    return st;
}

static status find_voices(lens *l, int64_t node, predicate p, lives of, voices *ret, err *why)
{
    voice v = {.predicate = p, .id = 0}; /* sources are counted from 1, predicates, too */
    bool another;
    status st;
    ret->count = 0;
    ret->too_many = false;
    while ((st = next_voice(l, node, of, &v, &another, why)) == OK && another) {
        if (p != PRED_NONE && v.predicate != p)
            break;
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

static status read_voice(lens *l, arena *a, int64_t node, const node_ref *subject, const voice *v,
                         lives of, size_t max, claim_rows *rows, bool *more, err *why)
{
    db_stmt *q = db_query(l->d, of == STANDING ? Q_CLAIMS_TOLD : Q_CLAIMS_TOLD_PAST);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, v->predicate);
    db_bind_int(q, 3, v->id);
    db_bind_int(q, 4, (int64_t)max + 1);
    return rows_take(l, a, q, subject, max, rows, more, why);
}

/* In the order of their hashes, which says nothing about them. */
static status read_blindly(lens *l, arena *a, int64_t node, const node_ref *subject, predicate p,
                           lives of, size_t max, claim_rows *rows, bool *more, err *why)
{
    db_stmt *q = db_query(l->d, of == STANDING ? Q_CLAIMS_OF : Q_CLAIMS_OF_PAST);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, p);
    db_bind_int(q, 3, (int64_t)max + 1);
    return rows_take(l, a, q, subject, max, rows, more, why);
}

status claims_telling(lens *l, arena *a, int64_t node, const node_ref *subject, predicate p,
                      lives of, size_t max, claim_rows *rows, bool *more, err *why)
{
    voices all;
    status st = find_voices(l, node, p, of, &all, why);
    if (st != OK)
        return st;
    if (all.too_many)
        return read_blindly(l, a, node, subject, p, of, max, rows, more, why);
    qsort(all.at, all.count, sizeof *all.at, by_weight);
    size_t left = max;
    st = rows_room(a, max < ROOM_MAX ? max : ROOM_MAX, rows, why);
    for (size_t i = 0; st == OK && i < all.count && left; i++) {
        size_t before = rows->count, share = left / (all.count - i);
        st = read_voice(l, a, node, subject, &all.at[i], of, share ? share : 1, rows, more, why);
        left -= rows->count - before;
        *more |= st == OK && !left && i + 1 < all.count;
    }
    return st == OK ? rows_sort(a, rows, BY_HASH, why) : st;
}

/* --- claims that point at a node ---------------------------------------------------------------- */

static status next_pointing(lens *l, int64_t node, predicate *p, bool *ret, err *why)
{
    db_stmt *q = db_query(l->d, Q_POINTING_NEXT);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, *p);
    status st = db_step(q, ret, why);
    if (st == OK && *ret)
        *p = (predicate)db_int(q, 0);
    db_reset(q);
    return st;
}

static status last_pointing(lens *l, arena *a, int64_t node, size_t max, claim_rows *rows,
                            bool *more, err *why)
{
    predicate all[PRED_COUNT_ + 1], p = PRED_NONE;
    size_t count = 0, left = max;
    bool another;
    status st;
    while ((st = next_pointing(l, node, &p, &another, why)) == OK && another &&
           count < COUNT_OF(all))
        all[count++] = p;
    for (size_t i = 0; st == OK && i < count && left; i++) {
        size_t before = rows->count, share = left / (count - i);
        db_stmt *q = db_query(l->d, Q_CLAIMS_TO_LAST);
        share = share ? share : 1;
        db_bind_int(q, 1, node);
        db_bind_int(q, 2, all[i]);
        db_bind_int(q, 3, (int64_t)share + 1);
        st = rows_take(l, a, q, NULL, share, rows, more, why);
        left -= rows->count - before;
        *more |= st == OK && !left && i + 1 < count;
    }
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
        st = last_pointing(l, a, node, max, rows, more, why);
    }
    return st == OK ? rows_sort(a, rows, AS_RECORDED, why) : st;
}
