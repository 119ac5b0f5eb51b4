/* source.c - sources as a view sees them: see store.h. */
#include "know/store_private.h"

#include <stdlib.h>

enum { SETTINGS_MAX = 1000 }; /* rows looked through: one a change */

status source_setting(lens *l, arena *a, int64_t id, source_info *s, err *why)
{
    bool row, room = true, said[3] = {false};
    slice licence = S(""), derives_from = S("");
    status st;
    s->reliability = 'F';
    s->reliability_set = false;
    db_stmt *q = db_query(l->d, Q_SOURCE_SETTING);
    db_bind_int(q, 1, id);
    db_bind_int(q, 2, SETTINGS_MAX);
    while ((st = db_step(q, &row, why)) == OK && row && room && !(said[0] && said[1] && said[2])) {
        slice grade = db_text(q, 0);
        if (!said[0] && (said[0] = grade.len == 1)) {
            s->reliability_set = true;
            s->reliability = grade.ptr[0];
        }
        if (!said[1] && (said[1] = !db_is_null(q, 1)))
            room = arena_copy(a, db_text(q, 1), &licence);
        if (room && !said[2] && (said[2] = !db_is_null(q, 2)))
            room = arena_copy(a, db_text(q, 2), &derives_from);
    }
    db_reset(q);
    s->licence = licence;
    s->derives_from = derives_from;
    return st != OK ? st : room ? OK : ARENA_SPENT(a, why);
}

/* The newest instant that the query finds, if it is newer; *seen when it finds any. */
static status see_time(lens *l, query which, int64_t id, when *newest, bool *seen, err *why)
{
    bool row;
    db_stmt *q = db_query(l->d, which);
    db_bind_int(q, 1, id);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    if (row && !db_is_null(q, 0)) {
        when at = db_int(q, 0) / 1000;
        *newest = at > *newest ? at : *newest;
        *seen = true;
    }
    db_reset(q);
    return OK;
}

/* *ret_seen: the view sees a document or a set of it. */
static status read_source(lens *l, arena *a, int64_t id, source_info *s, bool *ret_seen, err *why)
{
    bool row;
    db_stmt *q = db_query(l->d, Q_SOURCE_DOCUMENTS);
    db_bind_int(q, 1, id);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    s->documents = (uint64_t)db_int(q, 0);
    s->records = db_is_null(q, 1) ? 0 : (uint64_t)db_int(q, 1);
    s->newest = db_is_null(q, 2) ? WHEN_NONE : db_int(q, 2) / 1000;
    s->fresh = WHEN_NONE;
    db_reset(q);
    *ret_seen = s->documents != 0;
    if ((st = see_time(l, Q_SET_OF_SOURCE, id, &s->fresh, ret_seen, why)) != OK || !*ret_seen)
        return st;
    if ((st = see_time(l, Q_SOURCE_FRESH, id, &s->fresh, ret_seen, why)) != OK)
        return st;
    if ((st = lens_source(l, id, &s->name, why)) != OK)
        return st;
    return source_setting(l, a, id, s, why);
}

static status next_source(lens *l, arena *a, slice after, int64_t *ret_id, slice *ret_name,
                          bool *ret_row, err *why)
{
    db_stmt *q = db_query(l->d, Q_SOURCE_NEXT);
    db_bind_text(q, 1, after);
    status st = db_step(q, ret_row, why);
    if (st == OK && *ret_row) {
        *ret_id = db_int(q, 0);
        if (!arena_copy(a, db_text(q, 1), ret_name))
            st = ARENA_SPENT(a, why);
    }
    db_reset(q);
    return st;
}

status source_each(lens *l, status (*on_source)(void *ctx, const source_info *s, err *why),
                   void *ctx, err *why)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 4 << 20);
    slice after = S("");
    bool row = true;
    status st = OK;
    while (st == OK && row) {
        int64_t id;
        source_info s = {0};
        bool seen = false;
        slice name;
        if ((st = next_source(l, &a, after, &id, &name, &row, why)) != OK || !row)
            break;
        if ((st = read_source(l, &a, id, &s, &seen, why)) == OK && seen)
            st = on_source(ctx, &s, why);
        after = name;
        if (a.spent > (2 << 20)) { /* names are short; many sources are many pages */
            slice keep;
            char copy[NODE_TEXT_MAX];
            memcpy(copy, after.ptr, after.len);
            arena_reset(&a);
            if (!arena_copy(&a, slice_of(copy, after.len), &keep))
                return ARENA_SPENT(&a, why);
            after = keep;
        }
    }
    return st;
}

status source_get(lens *l, arena *a, slice name, source_info *ret, err *why)
{
    bool row, seen = false;
    source_info s = {0};
    db_stmt *q = db_query(l->d, Q_SOURCE_FIND);
    db_bind_text(q, 1, name);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    int64_t id = row ? db_int(q, 0) : 0;
    db_reset(q);
    if (row)
        st = read_source(l, a, id, &s, &seen, why);
    if (st == OK && !seen)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such source");
    if (st == OK)
        *ret = s;
    return st;
}
