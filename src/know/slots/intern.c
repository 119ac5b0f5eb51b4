/* intern.c - see intern.h. */
#include "know/slots/intern.h"

#include <stdlib.h>

void slots_intern_init(slots_intern *n, const uint8_t key[16])
{
    *n = (slots_intern){0};
    memcpy(n->key, key, 16);
    buf_init(&n->bytes, SLOTS_TEXT_BYTES_MAX);
}

void slots_intern_done(slots_intern *n)
{
    free(n->by_profile.at);
    free(n->by_text.at);
    free(n->by_list.at);
    free(n->profiles);
    free(n->texts);
    free(n->lists);
    free(n->ids);
    buf_done(&n->bytes);
    *n = (slots_intern){0};
}

static status no_memory(err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

static bool grow(void **list, size_t need, size_t *room, size_t size)
{
    if (need <= *room)
        return true;
    size_t more = *room ? *room : 64;
    while (more < need)
        more *= 2;
    void *p = realloc(*list, more * size);
    if (!p)
        return false;
    *list = p;
    *room = more;
    return true;
}

/* --- numbers by content --------------------------------------------------------------------- */

typedef uint64_t hash_of_id(const slots_intern *n, uint32_t id);

static uint64_t profile_hash(const slots_intern *n, uint32_t id)
{
    return siphash(n->key, slice_of((const char *)&n->profiles[id - 1], sizeof *n->profiles));
}

static slice text_of(const slots_intern *n, const slots_profile_row *t)
{
    return slice_of(t->text_len ? n->bytes.ptr + t->text_at : "", t->text_len);
}

static uint64_t text_hash(const slots_intern *n, uint32_t id)
{
    return siphash(n->key, text_of(n, &n->texts[id - 1]));
}

static slice list_bytes(const slots_intern *n, uint32_t id)
{
    uint32_t from = n->lists[id - 1], to = n->lists[id];
    return slice_of((const char *)(n->ids + from), (size_t)(to - from) * sizeof *n->ids);
}

static uint64_t list_hash(const slots_intern *n, uint32_t id)
{
    return siphash(n->key, list_bytes(n, id));
}

/* Room for one more; everything finds its place again when the table grows. */
static bool widen(const slots_intern *n, slots_ids *t, size_t count, hash_of_id *hash)
{
    if (2 * (count + 1) <= t->room)
        return true;
    size_t room = t->room ? t->room * 2 : 256;
    uint32_t *at = calloc(room, sizeof *at);
    if (!at)
        return false;
    for (size_t id = 1; id <= count; id++) {
        size_t i = hash(n, (uint32_t)id) & (room - 1);
        while (at[i])
            i = (i + 1) & (room - 1);
        at[i] = (uint32_t)id;
    }
    free(t->at);
    *t = (slots_ids){at, room};
    return true;
}

/* --- texts and profiles --------------------------------------------------------------------- */

static status intern_text(slots_intern *n, slice text, slots_profile_row *ret, err *why)
{
    if (text.len > SLOTS_PROFILE_TEXT_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "label of %zu bytes, limit %d", text.len,
                       SLOTS_PROFILE_TEXT_MAX);
    void *rows = n->texts;
    bool room = widen(n, &n->by_text, n->text_count, text_hash) &&
                grow(&rows, n->text_count + 1, &n->text_room, sizeof *n->texts);
    n->texts = rows;
    if (!room)
        return no_memory(why);
    size_t i = siphash(n->key, text) & (n->by_text.room - 1);
    for (; n->by_text.at[i]; i = (i + 1) & (n->by_text.room - 1)) {
        const slots_profile_row *have = &n->texts[n->by_text.at[i] - 1];
        if (slice_eq(text_of(n, have), text)) {
            ret->text_at = have->text_at;
            ret->text_len = have->text_len;
            return OK;
        }
    }
    ret->text_at = (uint32_t)n->bytes.len;
    ret->text_len = (uint32_t)text.len;
    buf_put(&n->bytes, text);
    if (n->bytes.failed)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "labels of over %d bytes in one set",
                       SLOTS_TEXT_BYTES_MAX);
    n->texts[n->text_count++] = *ret;
    n->by_text.at[i] = (uint32_t)n->text_count;
    return OK;
}

status slots_intern_profile(slots_intern *n, const slots_profile *p, uint32_t *ret, err *why)
{
    slots_profile_row row = {.first = p->first, .last = p->last, .until = p->until};
    if (p->text.len) {
        status st = intern_text(n, p->text, &row, why);
        if (st != OK)
            return st;
    }
    void *rows = n->profiles;
    bool room = widen(n, &n->by_profile, n->profile_count, profile_hash) &&
                grow(&rows, n->profile_count + 1, &n->profile_room, sizeof *n->profiles);
    n->profiles = rows;
    if (!room)
        return no_memory(why);
    slice bytes = slice_of((const char *)&row, sizeof row);
    size_t i = siphash(n->key, bytes) & (n->by_profile.room - 1);
    for (; n->by_profile.at[i]; i = (i + 1) & (n->by_profile.room - 1)) {
        uint32_t id = n->by_profile.at[i];
        if (memcmp(&n->profiles[id - 1], &row, sizeof row) == 0) {
            *ret = id;
            return OK;
        }
    }
    if (n->profile_count == SLOTS_PROFILES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE,
                       "over %d combinations of label and dates in one set", SLOTS_PROFILES_MAX);
    n->profiles[n->profile_count++] = row;
    n->by_profile.at[i] = *ret = (uint32_t)n->profile_count;
    return OK;
}

/* --- lists ---------------------------------------------------------------------------------- */

status slots_intern_list(slots_intern *n, const uint32_t *ids, size_t count, uint32_t *ret,
                         err *why)
{
    void *lists = n->lists, *all = n->ids;
    bool room = widen(n, &n->by_list, n->list_count, list_hash) &&
                grow(&lists, n->list_count + 2, &n->list_room, sizeof *n->lists);
    n->lists = lists;
    room = room && grow(&all, n->id_count + count, &n->id_room, sizeof *n->ids);
    n->ids = all;
    if (!room)
        return no_memory(why);
    slice bytes = slice_of((const char *)ids, count * sizeof *ids);
    size_t i = siphash(n->key, bytes) & (n->by_list.room - 1);
    for (; n->by_list.at[i]; i = (i + 1) & (n->by_list.room - 1))
        if (slice_eq(list_bytes(n, n->by_list.at[i]), bytes)) {
            *ret = (uint32_t)SLOTS_LISTED + n->by_list.at[i] - 1;
            return OK;
        }
    if (n->id_count + count > SLOTS_LIST_IDS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d labels of keys that have several",
                       SLOTS_LIST_IDS_MAX);
    n->lists[n->list_count] = (uint32_t)n->id_count;
    memcpy(n->ids + n->id_count, ids, bytes.len);
    n->id_count += count;
    n->lists[++n->list_count] = (uint32_t)n->id_count;
    n->by_list.at[i] = (uint32_t)n->list_count;
    *ret = (uint32_t)SLOTS_LISTED + (uint32_t)n->list_count - 1;
    return OK;
}
