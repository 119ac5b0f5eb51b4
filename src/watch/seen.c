/* seen.c - see seen.h. */
#include "watch/seen.h"

#include "model/ip.h"

#include <stdlib.h>

enum { BYTES_MAX = 256 << 20 };

void seen_init(seen_values *s)
{
    *s = (seen_values){0};
    buf_init(&s->bytes, BYTES_MAX);
}

void seen_done(seen_values *s)
{
    free(s->at);
    buf_done(&s->bytes);
}

status seen_note(seen_values *s, const match_seen *m, uint64_t base, err *why)
{
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 1024;
        seen_value *more = realloc(s->at, room * sizeof *more);
        if (!more)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
        s->at = more;
        s->room = room;
    }
    uint64_t at = base + m->at;
    s->unsorted |= s->count && at < s->at[s->count - 1].at;
    s->at[s->count++] = (seen_value){at, (uint32_t)s->bytes.len, (uint32_t)m->value.len, m->kind};
    buf_put(&s->bytes, m->value);
    return buf_status(&s->bytes, why);
}

static int by_place(const void *a, const void *b)
{
    const seen_value *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

void seen_sort(seen_values *s)
{
    if (s->unsorted)
        qsort(s->at, s->count, sizeof *s->at, by_place);
    s->unsorted = false;
}

bool seen_any(const seen_values *s, uint64_t end)
{
    return s->first < s->count && s->at[s->first].at < end;
}

slice seen_text(kind k, slice v, char *room)
{
    ip a;
    if (k == KIND_IPV4 && v.len == 4) {
        const uint8_t *b = (const uint8_t *)v.ptr;
        a = ip4_make((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]);
        return slice_of(room, ip_print(&a, room));
    }
    if (k == KIND_IPV6 && v.len == sizeof a.b) {
        memcpy(a.b, v.ptr, sizeof a.b);
        return slice_of(room, ip_print(&a, room));
    }
    if (kind_is_hash(k) && v.len <= HASH_BYTES_MAX)
        return slice_str(hash_hex((const uint8_t *)v.ptr, v.len, room));
    return v;
}

status seen_write(seen_values *s, sightings_writer *w, uint64_t end, when time, uint32_t source,
                  uint64_t position, err *why)
{
    char room[SEEN_TEXT_ROOM];
    status st = OK;
    while (seen_any(s, end)) {
        const seen_value *v = &s->at[s->first];
        slice text = seen_text(v->kind, slice_of(s->bytes.ptr + v->from, v->len), room);
        if ((st = sightings_add(w, v->kind, text, time, source, position, why)) != OK)
            break;
        s->first++;
    }
    return st;
}

void seen_compact(seen_values *s)
{
    size_t left = s->count - s->first;
    if (left == 0) {
        s->count = s->first = 0;
        buf_clear(&s->bytes);
        return;
    }
    size_t cut = s->bytes.len;
    for (size_t i = s->first; i < s->count; i++)
        cut = s->at[i].from < cut ? s->at[i].from : cut;
    memmove(s->bytes.ptr, s->bytes.ptr + cut, s->bytes.len - cut);
    s->bytes.len -= cut;
    memmove(s->at, s->at + s->first, left * sizeof *s->at);
    for (size_t i = 0; i < left; i++)
        s->at[i].from -= (uint32_t)cut;
    s->count = left;
    s->first = 0;
}
