/* base.c - status, err, slice, arena, buf: see base.h. */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

/* --- status and err ------------------------------------------------------------------------- */

status err_set(err *why, status code, uint64_t at, const char *fmt, ...)
{
    assert(code > OK && code < STATUS_COUNT_);
    if (why) {
        va_list args;
        va_start(args, fmt);
        why->code = code;
        why->os = 0;
        why->at = at;
        vsnprintf(why->msg, sizeof why->msg, fmt, args);
        va_end(args);
    }
    return code;
}

status err_os(err *why, int os, const char *fmt, ...)
{
    if (why) {
        char what[ERR_MESSAGE_MAX];
        va_list args;
        va_start(args, fmt);
        vsnprintf(what, sizeof what, fmt, args);
        va_end(args);
        const char *name = strerrordesc_np(os);
        if (!name)
            name = "unknown error";
        /* as in err_wrap: a long path is cut, the reason is not */
        int room = (int)(sizeof why->msg - 3 - strlen(name));
        err_set(why, ERR_IO, ERR_NOWHERE, "%.*s: %s", room, what, name);
        why->os = os;
    }
    return ERR_IO;
}

status err_wrap(err *why, status code, const char *fmt, ...)
{
    assert(code > OK && code < STATUS_COUNT_);
    if (why) {
        char front[ERR_MESSAGE_MAX], old[ERR_MESSAGE_MAX];
        va_list args;
        va_start(args, fmt);
        vsnprintf(front, sizeof front, fmt, args);
        va_end(args);
        memcpy(old, why->msg, sizeof old);
        old[sizeof old - 1] = 0;
        /* The cause matters more than the path to it: when both do not fit, the path is cut. */
        size_t cause = strlen(old), keep = sizeof why->msg - 3;
        int room = cause >= keep ? 0 : (int)(keep - cause);
        snprintf(why->msg, sizeof why->msg, "%.*s: %.*s", room, front, (int)keep - 2, old);
        why->code = code;
    }
    return code;
}

const char *status_name(status code)
{
    static const char *const names[] = {
        [OK] = "ok",
        [ERR_INPUT] = "input",
        [ERR_LIMIT] = "limit",
        [ERR_NOT_FOUND] = "not-found",
        [ERR_FORBIDDEN] = "forbidden",
        [ERR_BUSY] = "busy",
        [ERR_IO] = "io",
        [ERR_INTERNAL] = "internal",
    };
    _Static_assert(COUNT_OF(names) == STATUS_COUNT_, "a status without a name");
    assert(code < STATUS_COUNT_);
    return names[code];
}

const char *err_quote(slice s, char out[ERR_QUOTE_MAX])
{
    size_t n = 0, take = s.len > 32 ? 32 : s.len;
    for (size_t i = 0; i < take; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c < 0x7f && c != '\\')
            out[n++] = (char)c;
        else
            n += (size_t)snprintf(out + n, 5, "\\x%02x", c);
    }
    if (take < s.len) {
        memcpy(out + n, "...", 3);
        n += 3;
    }
    out[n] = 0;
    return out;
}

/* --- slice ---------------------------------------------------------------------------------- */

int slice_cmp(slice a, slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool slice_eq_nocase(slice a, slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (to_lower(a.ptr[i]) != to_lower(b.ptr[i]))
            return false;
    return true;
}

bool slice_starts(slice s, slice prefix)
{
    return s.len >= prefix.len && slice_eq(slice_sub(s, 0, prefix.len), prefix);
}

bool slice_starts_nocase(slice s, slice prefix)
{
    return s.len >= prefix.len && slice_eq_nocase(slice_sub(s, 0, prefix.len), prefix);
}

bool slice_ends(slice s, slice suffix)
{
    return s.len >= suffix.len && slice_eq(slice_from(s, s.len - suffix.len), suffix);
}

bool slice_ends_nocase(slice s, slice suffix)
{
    return s.len >= suffix.len && slice_eq_nocase(slice_from(s, s.len - suffix.len), suffix);
}

slice slice_sub(slice s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (slice){s.ptr ? s.ptr + from : NULL, to - from};
}

slice slice_from(slice s, size_t from)
{
    return slice_sub(s, from, s.len);
}

slice slice_trim(slice s)
{
    while (s.len && is_space(s.ptr[0]))
        s = slice_from(s, 1);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

size_t slice_find(slice s, slice needle, size_t from)
{
    if (from > s.len || needle.len > s.len - from)
        return SIZE_MAX;
    if (needle.len == 0)
        return from;
    const char *hit = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

size_t slice_find_byte(slice s, char c, size_t from)
{
    if (from >= s.len)
        return SIZE_MAX;
    const char *hit = memchr(s.ptr + from, c, s.len - from);
    return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

bool slice_cut(slice *rest, char sep, slice *ret_field)
{
    if (!rest->ptr)
        return false;
    size_t at = slice_find_byte(*rest, sep, 0);
    if (at == SIZE_MAX) {
        *ret_field = *rest;
        *rest = (slice){NULL, 0};
    } else {
        *ret_field = slice_sub(*rest, 0, at);
        *rest = slice_from(*rest, at + 1);
    }
    return true;
}

bool slice_u64(slice s, uint64_t *ret)
{
    uint64_t n = 0;
    if (s.len == 0 || s.len > 20)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_digit(s.ptr[i]))
            return false;
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(s.ptr[i] - '0'), &n))
            return false;
    }
    *ret = n;
    return true;
}

/* --- arena ---------------------------------------------------------------------------------- */

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* of bytes[] */
    _Alignas(16) char bytes[];
};

enum { CHUNK_MIN = 4096, CHUNK_MAX = 1 << 20 };

void arena_init(arena *a, size_t budget)
{
    *a = (arena){.budget = budget, .fail_after = -1};
}

void arena_done(arena *a)
{
    while (a->chunk) {
        struct arena_chunk *older = a->chunk->older;
        free(a->chunk);
        a->chunk = older;
    }
    a->used = a->spent = 0;
}

/* The largest of ordinary size stays, so that rounds of the same kind allocate once; one that takes
 * much of the budget goes, so that the next round may use that budget otherwise. */
void arena_reset(arena *a)
{
    struct arena_chunk *keep = NULL;
    while (a->chunk) {
        struct arena_chunk *c = a->chunk;
        a->chunk = c->older;
        bool better =
            c->size <= CHUNK_MAX && c->size <= a->budget / 4 && (!keep || c->size > keep->size);
        struct arena_chunk *drop = better ? keep : c;
        keep = better ? c : keep;
        if (drop) {
            a->spent -= drop->size + sizeof *drop;
            free(drop);
        }
    }
    if (keep)
        keep->older = NULL;
    a->chunk = keep;
    a->used = 0;
}

static bool arena_grow(arena *a, size_t size)
{
    size_t want = a->chunk ? a->chunk->size * 2 : CHUNK_MIN;
    if (want > CHUNK_MAX)
        want = CHUNK_MAX;
    if (want < size)
        want = size;
    size_t left = a->budget - a->spent;
    if (size + sizeof(struct arena_chunk) > left)
        return false;
    if (want + sizeof(struct arena_chunk) > left)
        want = left - sizeof(struct arena_chunk);
    struct arena_chunk *c = malloc(sizeof *c + want);
    if (!c)
        return false;
    c->older = a->chunk;
    c->size = want;
    a->chunk = c;
    a->used = 0;
    a->spent += want + sizeof *c;
    return true;
}

/* Not zeroed; NULL when the budget is spent. */
static void *arena_take(arena *a, size_t size)
{
    if (a->fail_after == 0 || size > SIZE_MAX / 2)
        return NULL;
    if (a->fail_after > 0)
        a->fail_after--;
    size = (size + 15) & ~(size_t)15;
    if ((!a->chunk || size > a->chunk->size - a->used) && !arena_grow(a, size))
        return NULL;
    void *p = a->chunk->bytes + a->used;
    a->used += size;
    return p;
}

void *arena_alloc(arena *a, size_t size)
{
    void *p = arena_take(a, size);
    return p ? memset(p, 0, size) : NULL;
}

void *arena_room(arena *a, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return arena_take(a, total);
}

void *arena_array(arena *a, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return arena_alloc(a, total);
}

bool arena_copy(arena *a, slice s, slice *ret)
{
    char *p = arena_take(a, s.len + 1);
    if (!p)
        return false;
    if (s.len)
        memcpy(p, s.ptr, s.len);
    p[s.len] = 0;
    *ret = (slice){p, s.len};
    return true;
}

slice arena_printf(arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *p = n < 0 ? NULL : arena_take(a, (size_t)n + 1);
    if (!p)
        return (slice){NULL, 0};
    va_start(args, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, args);
    va_end(args);
    return (slice){p, (size_t)n};
}

arena_mark arena_here(const arena *a)
{
    return (arena_mark){a->chunk, a->used};
}

void arena_back(arena *a, arena_mark mark)
{
    while (a->chunk != mark.chunk) {
        assert(a->chunk); /* the mark is of another arena, or older than a reset */
        if (!a->chunk->older && !mark.chunk) {
            a->used = 0; /* the first chunk is worth keeping */
            return;
        }
        struct arena_chunk *older = a->chunk->older;
        a->spent -= a->chunk->size + sizeof *a->chunk;
        free(a->chunk);
        a->chunk = older;
    }
    a->used = mark.used;
}

/* --- buf ------------------------------------------------------------------------------------ */

void buf_init(buf *b, size_t max)
{
    assert(max <= SIZE_MAX / 4);
    *b = (buf){.max = max};
}

void buf_done(buf *b)
{
    free(b->ptr);
    *b = (buf){.max = b->max};
}

void buf_clear(buf *b)
{
    b->len = 0;
    b->failed = false;
}

char *buf_grow(buf *b, size_t more)
{
    if (b->failed || more > b->max - b->len) {
        b->failed = true;
        return NULL;
    }
    if (b->len + more > b->cap || !b->ptr) {
        size_t cap = b->cap ? b->cap : 256;
        while (cap < b->len + more && cap < b->max)
            cap = cap > b->max / 2 ? b->max : cap * 2;
        cap = cap < b->max ? cap : b->max;
        char *p = realloc(b->ptr, cap + 1); /* one more, where buf_printf puts its NUL */
        if (!p) {
            b->failed = true;
            return NULL;
        }
        b->ptr = p;
        b->cap = cap;
    }
    return b->ptr + b->len;
}

void buf_number(buf *b, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    buf_put(b, slice_of(digits + at, sizeof digits - at));
}

void buf_printf(buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !buf_room(b, (size_t)n)) {
        b->failed = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, args);
    va_end(args);
    b->len += (size_t)n;
}

status buf_status(const buf *b, err *why)
{
    if (b->failed)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "output over %zu bytes", b->max);
    return OK;
}
