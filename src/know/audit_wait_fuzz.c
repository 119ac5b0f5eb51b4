/* Properties of a file of entries that wait. Of any bytes: what is read of them is what is written
 * of what was read. Of a file that was written: all of it is read; with one byte changed, or cut
 * off anywhere, what is read is the beginning of what was written, and cutting alone is never
 * called a change. The first byte says which, so that hashes need not be guessed. */
#include "know/audit_wait.h"

#include <stdlib.h>

enum { ENTRIES_MAX = 16, ROOM = 1 << 16 };

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

typedef struct list {
    audit_entry at[ENTRIES_MAX];
    size_t count;
    const struct list *want; /* whose beginning it has to be; NULL: none */
    buf *again;              /* where it is written again; NULL: nowhere */
    uint8_t before[SHA256_BYTES];
    hash_state *h; /* not the reader's */
} list;

static bool same(const audit_entry *a, const audit_entry *b)
{
    return a->at == b->at && a->outcome == b->outcome && slice_eq(a->who, b->who) &&
           slice_eq(a->from, b->from) && slice_eq(a->act, b->act) && slice_eq(a->what, b->what) &&
           slice_eq(a->detail, b->detail);
}

static status on_entry(void *ctx, uint64_t n, const audit_entry *e, err *why)
{
    list *l = ctx;
    (void)why;
    if (n != l->count + 1 || e->outcome >= AUDIT_OUTCOME_COUNT_)
        abort();
    if (l->want && (l->count >= l->want->count || !same(e, &l->want->at[l->count])))
        abort();
    if (l->again)
        audit_wait_record(l->again, l->h, l->before, n, e);
    l->count++;
    return OK;
}

static audit_wait_said read_all(hash_state *h, slice bytes, list *into)
{
    audit_wait_said said;
    if (audit_wait_read(h, bytes, on_entry, into, &said, NULL) != OK || said.count != into->count ||
        said.left > bytes.len)
        abort();
    return said;
}

/* --- any bytes -------------------------------------------------------------------------------- */

static void any(hash_state *h, hash_state *own, slice bytes)
{
    CLEANUP(buf_done) buf again;
    list l = {.again = &again, .h = own};
    buf_init(&again, ROOM);
    if (bytes.len >= 40) {
        memcpy(l.before, bytes.ptr + 8, SHA256_BYTES);
        audit_wait_begin(&again, l.before);
    }
    audit_wait_said said = read_all(h, bytes, &l);
    size_t whole = bytes.len - said.left;
    if (whole && !slice_eq(buf_slice(&again), slice_sub(bytes, 0, whole)))
        abort();
}

/* --- what was written ------------------------------------------------------------------------- */

static slice piece(slice *in)
{
    size_t n = in->len ? (unsigned char)in->ptr[0] : 0;
    *in = slice_from(*in, in->len != 0);
    slice s = slice_sub(*in, 0, n);
    *in = slice_from(*in, s.len);
    return s;
}

static void written(hash_state *h, slice in)
{
    CLEANUP(buf_done) buf file;
    audit_room rooms[ENTRIES_MAX];
    const uint8_t first[SHA256_BYTES] = {1, 2, 3};
    uint8_t before[SHA256_BYTES];
    list all = {0};
    buf_init(&file, ROOM);
    memcpy(before, first, sizeof before);
    slice where = slice_sub(in, 0, 3);
    in = slice_from(in, where.len);
    audit_wait_begin(&file, first);
    while (in.len && all.count < ENTRIES_MAX) {
        audit_entry e = {.at = (when)in.len * 86400000, .outcome = in.len % AUDIT_OUTCOME_COUNT_};
        e.who = piece(&in), e.from = piece(&in), e.act = piece(&in);
        e.what = piece(&in), e.detail = piece(&in);
        all.at[all.count] = audit_clean(&e, &rooms[all.count]);
        audit_wait_record(&file, h, before, all.count + 1, &all.at[all.count]);
        all.count++;
    }
    list got = {.want = &all};
    audit_wait_said said = read_all(h, buf_slice(&file), &got);
    if (said.count != all.count || said.left || said.altered)
        abort();
    if (where.len < 3)
        return;
    size_t at = ((unsigned char)where.ptr[0] | (size_t)(unsigned char)where.ptr[1] << 8) % file.len;
    got = (list){.want = &all};
    said = read_all(h, slice_sub(buf_slice(&file), 0, at), &got);
    if (said.altered || (all.count && said.count == all.count))
        abort();
    file.ptr[at] = (char)(file.ptr[at] ^ (where.ptr[2] | 1));
    got = (list){.want = &all};
    said = read_all(h, buf_slice(&file), &got);
    if (all.count && (said.count == all.count || !said.left))
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice in = slice_of((const char *)data, size);
    hash_state *h = hash_new(HASH_SHA256), *own = hash_new(HASH_SHA256);
    if (!h || !own)
        abort();
    if (size && data[0] & 1)
        written(h, slice_from(in, 1));
    else if (size)
        any(h, own, slice_from(in, 1));
    hash_free(h);
    hash_free(own);
    return 0;
}
