/* audit_wait.c - entries that wait for the store's writer: see audit_wait.h. */
#include "know/audit_wait.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC = 8, HEADER = MAGIC + SHA256_BYTES, TEXTS = 5, PIECE = 64 << 10 };
static const char magic[MAGIC + 1] = "NRREADS1";

struct audit_wait {
    store *s;
    int fd;
    unsigned number;
    uint8_t first[SHA256_BYTES]; /* of the header */
    uint8_t last[SHA256_BYTES];  /* of the newest record on the disk */
    uint64_t count, taken;       /* records on the disk; the first of them are in the chain */
    uint64_t size;               /* of the file */
    size_t left;                 /* bytes behind the records when it was opened: no entries */
    buf more;                    /* records that were put and not written yet */
    uint64_t more_count;
    uint8_t more_last[SHA256_BYTES];
};

/* --- records -------------------------------------------------------------------------------- */

static void put_number(buf *b, uint64_t n, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_byte(b, (char)(n >> 8 * i));
}

static bool take_number(slice *from, size_t bytes, uint64_t *ret)
{
    uint64_t n = 0;
    if (from->len < bytes)
        return false;
    for (size_t i = 0; i < bytes; i++)
        n |= (uint64_t)(unsigned char)from->ptr[i] << 8 * i;
    *from = slice_from(*from, bytes);
    *ret = n;
    return true;
}

static bool take_entry(slice *from, audit_entry *ret)
{
    uint64_t at, outcome, len;
    audit_entry e = {0};
    slice *texts[TEXTS] = {&e.who, &e.from, &e.act, &e.what, &e.detail};
    if (!take_number(from, 8, &at) || !take_number(from, 4, &outcome) ||
        outcome >= AUDIT_OUTCOME_COUNT_)
        return false;
    e.at = (when)at;
    e.outcome = (audit_outcome)outcome;
    for (size_t i = 0; i < TEXTS; i++) {
        if (!take_number(from, 4, &len) || len > from->len)
            return false;
        *texts[i] = slice_sub(*from, 0, (size_t)len);
        *from = slice_from(*from, (size_t)len);
    }
    *ret = e;
    return true;
}

/* The record that begins there, if it fits behind `before`, which it then replaces. */
static bool take_record(hash_state *h, slice *from, uint64_t n, uint8_t before[SHA256_BYTES],
                        audit_entry *ret)
{
    uint64_t len;
    uint8_t hash[SHA256_BYTES];
    slice rest = *from;
    if (!take_number(&rest, 4, &len) || len > rest.len || len > AUDIT_WAIT_RECORD_MAX)
        return false;
    slice record = slice_sub(rest, 0, (size_t)len);
    if (!take_entry(&record, ret) || record.len != SHA256_BYTES)
        return false;
    audit_hash(h, before, n, ret, hash);
    if (memcmp(hash, record.ptr, SHA256_BYTES) != 0)
        return false;
    memcpy(before, hash, SHA256_BYTES);
    *from = slice_from(rest, (size_t)len);
    return true;
}

/* A record that is not whole, as one that is being written is, or was when the power went. */
static bool is_begun(slice left)
{
    uint64_t len;
    slice rest = left;
    return left.len < 4 ||
           (take_number(&rest, 4, &len) && len <= AUDIT_WAIT_RECORD_MAX && len > rest.len);
}

void audit_wait_begin(buf *to, const uint8_t first[SHA256_BYTES])
{
    buf_put(to, slice_of(magic, MAGIC));
    buf_put(to, slice_of((const char *)first, SHA256_BYTES));
}

void audit_wait_record(buf *to, hash_state *h, uint8_t before[SHA256_BYTES], uint64_t n,
                       const audit_entry *kept)
{
    const slice texts[TEXTS] = {kept->who, kept->from, kept->act, kept->what, kept->detail};
    size_t len = 8 + 4 + SHA256_BYTES;
    for (size_t i = 0; i < TEXTS; i++)
        len += 4 + texts[i].len;
    put_number(to, len, 4);
    put_number(to, (uint64_t)kept->at, 8);
    put_number(to, kept->outcome, 4);
    for (size_t i = 0; i < TEXTS; i++) {
        put_number(to, texts[i].len, 4);
        buf_put(to, texts[i]);
    }
    uint8_t hash[SHA256_BYTES];
    audit_hash(h, before, n, kept, hash);
    buf_put(to, slice_of((const char *)hash, sizeof hash));
    memcpy(before, hash, sizeof hash);
}

status audit_wait_read(hash_state *h, slice bytes, audit_wait_entry *on_entry, void *ctx,
                       audit_wait_said *ret, err *why)
{
    audit_wait_said said = {.left = bytes.len};
    audit_entry e;
    status st = OK;
    if (bytes.len < HEADER || memcmp(bytes.ptr, magic, MAGIC) != 0) {
        said.altered = bytes.len >= HEADER;
        *ret = said;
        return OK;
    }
    memcpy(said.first, bytes.ptr + MAGIC, SHA256_BYTES);
    memcpy(said.last, said.first, SHA256_BYTES);
    slice rest = slice_from(bytes, HEADER);
    while (st == OK && take_record(h, &rest, said.count + 1, said.last, &e)) {
        said.count++;
        st = on_entry ? on_entry(ctx, said.count, &e, why) : OK;
    }
    said.left = rest.len;
    said.altered = rest.len && !is_begun(rest);
    if (st == OK)
        *ret = said;
    return st;
}

/* --- files ---------------------------------------------------------------------------------- */

static void path_of(const store *s, unsigned number, char out[STORE_PATH_MAX + 40])
{
    snprintf(out, STORE_PATH_MAX + 40, "%s/pending/reads-%u", s->dir, number);
}

static status read_file(int fd, buf *into, err *why)
{
    char *to;
    for (off_t at = 0; (to = buf_room(into, PIECE));) {
        ssize_t n = pread(fd, to, PIECE, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "entries of the audit log that wait");
        if (n == 0)
            return OK;
        into->len += (size_t)n;
        at += n;
    }
    return buf_status(into, why);
}

/* What was opened and does not grow by itself is as it was afterwards, whatever happens. */
static status write_all(audit_wait *w, slice bytes, err *why)
{
    for (slice rest = bytes; rest.len;) {
        ssize_t n = pwrite(w->fd, rest.ptr, rest.len, (off_t)(w->size + (bytes.len - rest.len)));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "entries of the audit log that wait");
        rest = slice_from(rest, (size_t)n);
    }
    return fdatasync(w->fd) == 0 ? OK : err_os(why, errno, "entries of the audit log that wait");
}

static status write_header(audit_wait *w, err *why)
{
    CLEANUP(buf_done) buf header;
    buf_init(&header, HEADER);
    audit_wait_begin(&header, w->first);
    status st = buf_status(&header, why);
    if (st == OK)
        st = write_all(w, buf_slice(&header), why);
    w->size = st == OK ? HEADER : 0;
    return st;
}

/* Where the header cannot be written, the next record tries it again. */
static status begin_file(audit_wait *w, err *why)
{
    if (ftruncate(w->fd, 0) != 0)
        return err_os(why, errno, "entries of the audit log that wait");
    w->count = w->taken = w->size = w->left = 0;
    w->s->options.random.fill(w->s->options.random.ctx, w->first, sizeof w->first);
    memcpy(w->last, w->first, sizeof w->last);
    return write_header(w, why);
}

/* How many of the records behind this beginning the chain has. */
static status read_taken(db *d, unsigned number, const uint8_t first[SHA256_BYTES], uint64_t *ret,
                         err *why)
{
    char key[32], hex[HASH_HEX_MAX];
    bool row;
    uint64_t n;
    snprintf(key, sizeof key, "audit_reads_%u", number);
    db_stmt *q = db_query(d, Q_META_GET);
    db_bind_text(q, 1, slice_str(key));
    status st = db_step(q, &row, why);
    slice value = st == OK && row ? db_text(q, 0) : S(""), begin;
    *ret = 0;
    hash_hex(first, SHA256_BYTES, hex);
    if (slice_cut(&value, ' ', &begin) && slice_eq(begin, slice_str(hex)) && slice_u64(value, &n))
        *ret = n;
    db_reset(q);
    return st;
}

static status note_taken(audit_wait *w, db *d, err *why)
{
    char key[32], value[HASH_HEX_MAX + 24], hex[HASH_HEX_MAX];
    snprintf(key, sizeof key, "audit_reads_%u", w->number);
    snprintf(value, sizeof value, "%s %llu", hash_hex(w->first, SHA256_BYTES, hex),
             (unsigned long long)w->count);
    db_stmt *q = db_query(d, Q_META_SET);
    db_bind_text(q, 1, slice_str(key));
    db_bind_text(q, 2, slice_str(value));
    return db_run(q, why);
}

static status load(audit_wait *w, db *d, err *why)
{
    CLEANUP(buf_done) buf bytes;
    audit_wait_said said;
    buf_init(&bytes, AUDIT_WAIT_ROOM);
    status st = read_file(w->fd, &bytes, why);
    hash_state *h = st == OK ? hash_new(HASH_SHA256) : NULL;
    if (st == OK && !h)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK)
        st = audit_wait_read(h, buf_slice(&bytes), NULL, NULL, &said, why);
    hash_free(h);
    if (st != OK)
        return st;
    w->left = said.left;
    if (!said.count && !said.altered)
        return begin_file(w, why);
    memcpy(w->first, said.first, sizeof w->first);
    memcpy(w->last, said.last, sizeof w->last);
    w->count = said.count;
    w->size = bytes.len - said.left;
    return read_taken(d, w->number, w->first, &w->taken, why);
}

static status open_file(audit_wait *w, int create, bool *ret_busy, err *why)
{
    char path[STORE_PATH_MAX + 40];
    path_of(w->s, w->number, path);
    *ret_busy = false;
    if ((w->fd = open(path, O_RDWR | create | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
        return err_os(why, errno, "opening %s", path);
    if (flock(w->fd, LOCK_EX | LOCK_NB) == 0)
        return OK;
    int os = errno;
    close(w->fd);
    w->fd = -1;
    *ret_busy = os == EWOULDBLOCK;
    return *ret_busy ? OK : err_os(why, os, "locking %s", path);
}

static status begin_wait(store *s, unsigned number, audit_wait **ret, err *why)
{
    audit_wait *w = calloc(1, sizeof *w);
    if (!w)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    *w = (audit_wait){.s = s, .number = number, .fd = -1};
    buf_init(&w->more, AUDIT_WAIT_MAX);
    *ret = w;
    return OK;
}

status audit_wait_open(store *s, db *d, audit_wait **ret, err *why)
{
    char folder[STORE_PATH_MAX + 16];
    bool busy = true;
    audit_wait *w = NULL;
    status st = begin_wait(s, 0, &w, why);
    for (; st == OK && busy && w->number < AUDIT_WAIT_FILES; w->number += busy)
        st = open_file(w, O_CREAT, &busy, why);
    if (st == OK && busy)
        st = err_set(why, ERR_BUSY, ERR_NOWHERE, "over %d services on one data directory",
                     AUDIT_WAIT_FILES);
    if (st == OK)
        st = load(w, d, why);
    snprintf(folder, sizeof folder, "%s/pending", s->dir);
    if (st == OK)
        st = fs_sync_dir(s->options.disk, folder, why);
    if (st != OK) {
        audit_wait_close(w);
        return st;
    }
    *ret = w;
    return OK;
}

status audit_wait_open_left(store *s, db *d, unsigned number, audit_wait **ret, err *why)
{
    char path[STORE_PATH_MAX + 40];
    bool busy = false;
    audit_wait *w = NULL;
    path_of(s, number, path);
    *ret = NULL;
    if (access(path, F_OK) != 0)
        return OK;
    status st = begin_wait(s, number, &w, why);
    if (st == OK)
        st = open_file(w, 0, &busy, why);
    if (st == OK && !busy)
        st = load(w, d, why);
    if (st == OK && !busy)
        *ret = w;
    else
        audit_wait_close(w);
    return st;
}

audit_wait *audit_wait_close(audit_wait *w)
{
    if (w) {
        if (w->fd >= 0)
            close(w->fd);
        buf_done(&w->more);
        free(w);
    }
    return NULL;
}

/* --- in and out ----------------------------------------------------------------------------- */

uint64_t audit_wait_count(const audit_wait *w)
{
    return w->count - w->taken + (w->left != 0);
}

status audit_wait_put(audit_wait *w, hash_state *h, const audit_entry *e, err *why)
{
    audit_room room;
    const audit_entry kept = audit_clean(e, &room);
    if (w->left || w->size + w->more.len > AUDIT_WAIT_MAX - AUDIT_WAIT_RECORD_MAX)
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "no room for entries that wait");
    if (!w->more_count)
        memcpy(w->more_last, w->last, sizeof w->last);
    w->more_count++;
    audit_wait_record(&w->more, h, w->more_last, w->count + w->more_count, &kept);
    return buf_status(&w->more, why);
}

void audit_wait_forget(audit_wait *w)
{
    w->more_count = 0;
    buf_done(&w->more);
    buf_init(&w->more, AUDIT_WAIT_MAX);
}

status audit_wait_sync(audit_wait *w, err *why)
{
    if (!w->more_count)
        return OK;
    status st = buf_status(&w->more, why);
    if (st == OK && !w->size)
        st = write_header(w, why);
    if (st == OK)
        st = write_all(w, buf_slice(&w->more), why);
    if (st == OK) {
        w->size += w->more.len;
        w->count += w->more_count;
        memcpy(w->last, w->more_last, sizeof w->last);
    } else if (ftruncate(w->fd, (off_t)w->size) != 0) {
        (void)err_os(why, errno, "entries of the audit log that wait");
    }
    audit_wait_forget(w);
    return st;
}

typedef struct taking {
    audit_wait *w;
    db *d;
    hash_state *h;
    audit_head *head;
} taking;

static status take_one(void *ctx, uint64_t n, const audit_entry *e, err *why)
{
    const taking *t = ctx;
    return n <= t->w->taken ? OK : audit_append(t->d, t->h, t->head, e, why);
}

/* What stood behind the records was no entry that anybody had been told of, or somebody was at the
 * file: it is said in the chain that there was something. */
static status say_left(const taking *t, const audit_wait_said *said, err *why)
{
    char detail[64];
    snprintf(detail, sizeof detail, "%zu bytes behind entry %llu", said->left,
             (unsigned long long)said->count);
    const audit_entry e = {.at = clock_now(t->w->s->options.clock),
                           .act = S("audit.waiting"),
                           .detail = slice_str(detail),
                           .outcome = AUDIT_FAILED};
    return audit_append(t->d, t->h, t->head, &e, why);
}

status audit_wait_take(audit_wait *w, db *d, hash_state *h, audit_head *head, err *why)
{
    CLEANUP(buf_done) buf bytes;
    const taking t = {w, d, h, head};
    audit_wait_said said;
    buf_init(&bytes, AUDIT_WAIT_ROOM);
    if (!audit_wait_count(w))
        return OK;
    hash_state *own = hash_new(HASH_SHA256); /* `h` is used for the chain meanwhile */
    status st =
        own ? read_file(w->fd, &bytes, why) : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK)
        st = audit_wait_read(own, buf_slice(&bytes), take_one, (void *)(uintptr_t)&t, &said, why);
    hash_free(own);
    if (st == OK && (w->left || said.count < w->count))
        st = say_left(&t, &said, why);
    return st == OK ? note_taken(w, d, why) : st;
}

status audit_wait_clear(audit_wait *w, err *why)
{
    w->taken = w->count; /* whatever becomes of the file */
    w->left = 0;
    return begin_file(w, why);
}

/* --- other processes' files ----------------------------------------------------------------- */

typedef struct looking {
    uint64_t taken;
    audit_wait_entry *on_entry;
    void *ctx;
} looking;

static status look_at(void *ctx, uint64_t n, const audit_entry *e, err *why)
{
    const looking *l = ctx;
    return n <= l->taken || !l->on_entry ? OK : l->on_entry(l->ctx, n, e, why);
}

status audit_wait_look(const store *s, db *d, unsigned number, buf *bytes,
                       audit_wait_entry *on_entry, void *ctx, audit_wait_file *ret, err *why)
{
    char path[STORE_PATH_MAX + 40];
    looking l = {.on_entry = on_entry, .ctx = ctx};
    audit_wait_said said = {0};
    path_of(s, number, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno != ENOENT)
        return err_os(why, errno, "opening %s", path);
    status st = fd < 0 ? OK : read_file(fd, bytes, why);
    if (fd >= 0)
        close(fd);
    hash_state *h = st == OK ? hash_new(HASH_SHA256) : NULL;
    if (st == OK && !h)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK && bytes->len >= HEADER)
        st = read_taken(d, number, (const uint8_t *)bytes->ptr + MAGIC, &l.taken, why);
    if (st == OK)
        st = audit_wait_read(h, buf_slice(bytes), look_at, &l, &said, why);
    hash_free(h);
    if (st == OK)
        *ret = (audit_wait_file){.waiting = said.count > l.taken ? said.count - l.taken : 0,
                                 .altered = said.altered,
                                 .whole = said.altered ? bytes->len : bytes->len - said.left};
    return st;
}
