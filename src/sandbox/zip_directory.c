/* zip_directory.c - do the members of a zip stand apart? See child.h.
 *
 * A zip ends with a directory of places in the file. Whoever writes it may name one place many
 * times, or places inside others: a few kilobytes that are petabytes, or members that look like
 * others to another reader. libarchive takes entries of one place for one and reads the others in
 * turn; so the directory is looked at before. What is no zip, or not one that can be read so, is
 * for libarchive to say. Format: PKWARE's APPNOTE 6.3, 4.3.12 to 4.3.16 and 4.5.3. */
#include "sandbox/child.h"

#include <stdlib.h>

enum {
    END_BYTES = 22,
    END_LOOK = 64 << 10,
    LOCATOR_BYTES = 20,
    END64_BYTES = 56,
    ENTRY_BYTES = 46,
    LOCAL_BYTES = 30,
    ENTRY_MAX = ENTRY_BYTES + 3 * 65535, /* with its name, extra fields and comment */
    WINDOW = 256 << 10
};

typedef struct span {
    uint64_t from, bytes;
} span;

typedef struct directory {
    uint64_t at, bytes, count;
} directory;

static uint64_t number(const char *p, int bytes)
{
    uint64_t n = 0;
    while (bytes-- > 0)
        n = n << 8 | (unsigned char)p[bytes];
    return n;
}

static bool signed_as(const char *p, char a, char b)
{
    return p[0] == 'P' && p[1] == 'K' && p[2] == a && p[3] == b;
}

/* Reads exactly so much; false where there is less. */
static bool read_at(child_input *in, uint64_t at, char *to, size_t n, status *st, err *why)
{
    size_t got = 0;
    if (*st != OK || at > in->size || in->size - at < n)
        return false;
    *st = child_pread(in, to, n, at, &got, why);
    return *st == OK && got == n;
}

/* Where the numbers do not fit into 16 and 32 bits they stand in another record before. */
static bool large_end(child_input *in, uint64_t end, directory *d, status *st, err *why)
{
    char locator[LOCATOR_BYTES], e[END64_BYTES];
    if (end < LOCATOR_BYTES ||
        !read_at(in, end - LOCATOR_BYTES, locator, sizeof locator, st, why) ||
        !signed_as(locator, 6, 7))
        return false;
    uint64_t at = number(locator + 8, 8);
    if (!read_at(in, at, e, sizeof e, st, why) || !signed_as(e, 6, 6))
        return false;
    *d = (directory){number(e + 48, 8), number(e + 40, 8), number(e + 32, 8)};
    return true;
}

/* The last end record in the file. */
static bool find_directory(child_input *in, char *room, directory *d, status *st, err *why)
{
    size_t look = in->size < END_LOOK ? (size_t)in->size : END_LOOK;
    uint64_t from = in->size - look;
    if (look < END_BYTES || !read_at(in, from, room, look, st, why))
        return false;
    for (size_t i = look - END_BYTES + 1; i-- > 0;) {
        const char *e = room + i;
        if (!signed_as(e, 5, 6))
            continue;
        if (large_end(in, from + i, d, st, why))
            return true;
        *d = (directory){number(e + 16, 4), number(e + 12, 4), number(e + 10, 2)};
        if (number(e + 4, 4) || number(e + 8, 2) != d->count || d->at + d->bytes > from + i)
            continue;                /* these bytes only look so */
        d->at = from + i - d->bytes; /* something may stand before the whole archive */
        return true;
    }
    return false;
}

/* A place that does not fit stands in the extra field 1, behind the sizes that do not. */
static span span_of(const char *e, size_t name_bytes, size_t extra_bytes)
{
    span s = {number(e + 42, 4), number(e + 20, 4)};
    bool wide = number(e + 24, 4) == UINT32_MAX;
    const char *x = e + ENTRY_BYTES + name_bytes, *end = x + extra_bytes;
    while (end - x >= 4 && number(x, 2) != 1 && number(x + 2, 2) <= (uint64_t)(end - x - 4))
        x += 4 + number(x + 2, 2);
    if (end - x < 4 || number(x + 2, 2) > (uint64_t)(end - x - 4))
        return s;
    end = x + 4 + number(x + 2, 2);
    x += 4;
    if (wide)
        x += end - x >= 8 ? 8 : end - x;
    if (s.bytes == UINT32_MAX && end - x >= 8) {
        s.bytes = number(x, 8);
        x += 8;
    }
    if (s.from == UINT32_MAX && end - x >= 8)
        s.from = number(x, 8);
    return s;
}

static int by_place(const void *a, const void *b)
{
    const span *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* *ret_count: how many could be read. */
static status read_entries(child_input *in, const directory *d, char *room, span *list,
                           size_t *ret_count, err *why)
{
    uint64_t at = d->at;
    size_t have = 0, used = 0, n = 0;
    status st = OK;
    while (n < d->count) {
        if (have - used < ENTRY_MAX && at + (have - used) < in->size) { /* the whole next entry */
            size_t got = 0;
            memmove(room, room + used, have - used);
            have -= used;
            used = 0;
            if ((st = child_pread(in, room + have, WINDOW - have, at + have, &got, why)) != OK)
                return st;
            have += got;
        }
        const char *e = room + used;
        if (have - used < ENTRY_BYTES || !signed_as(e, 1, 2))
            break;
        size_t name = number(e + 28, 2), extra = number(e + 30, 2), note = number(e + 32, 2);
        size_t bytes = ENTRY_BYTES + name + extra + note;
        if (have - used < bytes)
            break;
        list[n++] = span_of(e, name, extra);
        used += bytes;
        at += bytes;
    }
    *ret_count = n;
    return OK;
}

static status check(child_input *in, const directory *d, char *room, err *why)
{
    size_t n = 0;
    span *list = calloc((size_t)d->count + 1, sizeof *list);
    if (!list)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory limit");
    status st = read_entries(in, d, room, list, &n, why);
    if (st == OK)
        qsort(list, n, sizeof *list, by_place);
    for (size_t i = 1; st == OK && i < n; i++)
        if (list[i].from - list[i - 1].from < LOCAL_BYTES ||
            list[i].from - list[i - 1].from - LOCAL_BYTES < list[i - 1].bytes)
            st = err_set(why, ERR_LIMIT, list[i].from, "zip: members overlap");
    free(list);
    return st;
}

status child_zip_check(child_input *in, uint64_t members_max, err *why)
{
    directory d = {0};
    status st = OK;
    char *room = malloc(WINDOW);
    if (!room)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory limit");
    bool found = find_directory(in, room, &d, &st, why);
    if (st == OK && found && d.count <= members_max) /* more are refused by their number */
        st = check(in, &d, room, why);
    free(room);
    return st;
}
