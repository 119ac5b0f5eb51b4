/* base.h - the words every other file is written in: status, err, slice, arena, buf.
 *
 *     CLEANUP(arena_done) arena a;
 *     err why = {0};
 *     arena_init(&a, 8 << 20);
 *     if ((st = thing_read(&a, S("text"), &thing, &why)) != OK)
 *         return err_wrap(&why, st, "document %s", name);
 *
 * Uses: the C library. Used by: everything.
 * A function returns a `status` (what to do) and fills `err *why` (what happened), which may be
 * NULL. `*ret` is written only on OK. Our own mistakes are asserts, and asserts stay on in release
 * builds. Nothing here locks; an object belongs to one thread at a time unless its header says
 * more. */
#ifndef NOROSHI_BASE_H
#define NOROSHI_BASE_H

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- status and err ------------------------------------------------------------------------- */

/* What the caller can do about it. The names are the codes of the contract's error object. */
typedef enum status {
    OK = 0,
    ERR_INPUT,     /* the bytes are wrong: tell whoever gave them */
    ERR_LIMIT,     /* a stated limit or a memory budget was reached */
    ERR_NOT_FOUND, /* nothing there, or nothing the reader may see: the two are not told apart */
    ERR_FORBIDDEN, /* the reader may not do this */
    ERR_BUSY,      /* somebody else holds it: try again */
    ERR_IO,        /* the operating system said no; err.os has errno */
    ERR_INTERNAL,  /* ours */
    STATUS_COUNT_
} status;

enum { ERR_MESSAGE_MAX = 240 };

/* What happened, once, where it was known. `at` is a byte offset into the input, or ERR_NOWHERE. */
#define ERR_NOWHERE UINT64_MAX
typedef struct err {
    status code;
    int os;
    uint64_t at;
    char msg[ERR_MESSAGE_MAX];
} err;

/* Fill *why (if not NULL) and return `code`, so that `return err_set(...)` is one line.
 * One line of text, no trailing dot, no secrets; quote foreign bytes with %s and err_quote. */
status err_set(err *why, status code, uint64_t at, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The same for a failed system call: code ERR_IO, the errno and its text are appended. */
status err_os(err *why, int os, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Puts "fmt: " in front of what *why says already; returns `code`. */
status err_wrap(err *why, status code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* "input", "limit", ... as the contract spells it. */
const char *status_name(status code);

/* --- slice: borrowed bytes ------------------------------------------------------------------ */

/* Bytes that somebody else owns; not NUL-terminated. Everything from outside is a slice. */
typedef struct slice {
    const char *ptr;
    size_t len;
} slice;

#define S(literal) ((slice)S_INIT(literal))
/* clang-format off */
#define S_INIT(literal) {"" literal, sizeof(literal) - 1} /* the same in a const table */
/* clang-format on */
#define SLICE_FMT(s) (int)((s).len > INT32_MAX ? INT32_MAX : (s).len), (s).ptr /* for "%.*s" */

static inline slice slice_of(const char *ptr, size_t len)
{
    return (slice){ptr, len};
}
/* For strings of our own; never on bytes from outside. */
static inline slice slice_str(const char *text)
{
    return (slice){text, text ? strlen(text) : 0};
}
static inline bool slice_eq(slice a, slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
/* Byte order, shorter first on a tie: the order every list in the product has. */
int slice_cmp(slice a, slice b);
bool slice_eq_nocase(slice a, slice b); /* ASCII letters only */
bool slice_starts(slice s, slice prefix);
bool slice_starts_nocase(slice s, slice prefix);
bool slice_ends(slice s, slice suffix);
bool slice_ends_nocase(slice s, slice suffix);
/* [from, to) clipped to the slice. */
slice slice_sub(slice s, size_t from, size_t to);
slice slice_from(slice s, size_t from);
/* Cuts ASCII white space (space, \t \r \n \v \f) at both ends. */
slice slice_trim(slice s);
/* Offset of the first match at or after `from`, or SIZE_MAX. */
size_t slice_find(slice s, slice needle, size_t from);
size_t slice_find_byte(slice s, char c, size_t from);
/* Takes the text up to `sep` off the front of *rest; false when *rest was already used up.
 * "a,,b" gives "a", "", "b". */
bool slice_cut(slice *rest, char sep, slice *ret_field);
/* The whole slice is decimal digits and fits: true and *ret. No sign, no blanks. */
bool slice_u64(slice s, uint64_t *ret);

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool is_alnum(char c)
{
    return is_digit(c) || is_alpha(c);
}
static inline bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline char to_lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char)(c + 32) : c;
}
static inline char to_upper(char c)
{
    return (c >= 'a' && c <= 'z') ? (char)(c - 32) : c;
}
/* 0..15, or -1. */
static inline int hex_value(char c)
{
    return is_digit(c)              ? c - '0'
           : (c >= 'a' && c <= 'f') ? c - 'a' + 10
           : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                    : -1;
}

/* --- arena: memory with one lifetime and a budget ------------------------------------------- */

/* One arena a request, document or page. Nothing in it is freed alone; arena_done frees all.
 * Allocations are 16-byte aligned. Over the budget, or with no memory left, every allocation
 * returns NULL and the caller returns ERR_LIMIT. */
typedef struct arena {
    struct arena_chunk *chunk; /* newest first */
    size_t used;               /* bytes handed out of the newest chunk */
    size_t budget, spent;      /* bytes taken from the system, at most `budget` */
    long fail_after;           /* tests: allocations that still succeed; -1 is never fail */
} arena;

void arena_init(arena *a, size_t budget);
void arena_done(arena *a);
/* Empties it, keeps one chunk for the next round. */
void arena_reset(arena *a);
void *arena_alloc(arena *a, size_t size) NODISCARD;               /* zeroed */
void *arena_array(arena *a, size_t count, size_t size) NODISCARD; /* zeroed, overflow-checked */
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
/* The same array as it comes, for large ones whose elements are written before they are read. */
void *arena_room(arena *a, size_t count, size_t size) NODISCARD;
/* Copies; false when the budget is spent. The copy has a NUL behind its last byte. */
bool arena_copy(arena *a, slice s, slice *ret) NODISCARD;
/* printf into the arena; {NULL,0} when the budget is spent. */
slice arena_printf(arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A place to come back to: everything allocated after the mark is given up. */
typedef struct arena_mark {
    struct arena_chunk *chunk;
    size_t used;
} arena_mark;
arena_mark arena_here(const arena *a);
void arena_back(arena *a, arena_mark mark);
#define ARENA_SPENT(a, why)                                                                        \
    err_set((why), ERR_LIMIT, ERR_NOWHERE, "memory budget of %zu bytes spent", (a)->budget)

/* --- buf: growing bytes with a maximum ------------------------------------------------------ */

/* Errors stick: after one append did not fit, `failed` is true and later appends do nothing, so a
 * writer checks once, at the end. */
typedef struct buf {
    char *ptr;
    size_t len, cap, max; /* cap: never over max */
    bool failed;
} buf;

void buf_init(buf *b, size_t max);
void buf_done(buf *b);
void buf_clear(buf *b); /* empty, memory kept, `failed` off */
void buf_printf(buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *buf_grow(buf *b, size_t more); /* buf_room where there is none yet */
/* Room for `more` bytes behind len, or NULL; the caller adds to len what it wrote. */
static inline char *buf_room(buf *b, size_t more)
{
    return b->ptr && !b->failed && more <= b->cap - b->len ? b->ptr + b->len : buf_grow(b, more);
}
static inline void buf_put(buf *b, slice s)
{
    char *p = s.len ? buf_room(b, s.len) : NULL;
    if (p) {
        memcpy(p, s.ptr, s.len);
        b->len += s.len;
    }
}
static inline void buf_byte(buf *b, char c)
{
    char *p = buf_room(b, 1);
    if (p) {
        *p = c;
        b->len++;
    }
}
void buf_number(buf *b, uint64_t n); /* in decimal, many times faster than printf */
static inline slice buf_slice(const buf *b)
{
    return (slice){b->ptr, b->len};
}
/* OK, or ERR_LIMIT saying which maximum was reached. */
status buf_status(const buf *b, err *why);

/* Foreign bytes for a message: at most 32 of them, everything but printable ASCII as \xNN, cut
 * marked by "...". Returns `out`. */
enum { ERR_QUOTE_MAX = 32 * 4 + 4 };
const char *err_quote(slice s, char out[ERR_QUOTE_MAX]);

#endif
