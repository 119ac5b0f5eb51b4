/* mapping.c - see mapping.h. */
#include "base/mapping.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { MARKS = 256, RESERVED = 1 };

/* Where a mapping is, for the handler: it may read this at any time, and locks nothing. */
typedef struct mapping_mark {
    _Atomic uintptr_t from; /* 0: free; RESERVED: about to be used */
    _Atomic size_t size;
    atomic_bool lost;
} mapping_mark;

/* Marks are used again and never freed: a handler may be among them. */
typedef struct marks {
    mapping_mark at[MARKS];
    struct marks *_Atomic next;
} marks;

/* A handler of a signal is given nothing of ours. */
static struct {
    marks first;
    struct sigaction before;
} guard;

/* --- the handler ---------------------------------------------------------------------------- */

/* The faulting thread reads this mapping, so its mark stays; another may come and go meanwhile. */
static bool holds(const mapping_mark *m, uintptr_t at, uintptr_t *ret_from, size_t *ret_size)
{
    uintptr_t from = atomic_load(&m->from);
    size_t size = atomic_load(&m->size);
    *ret_from = from;
    *ret_size = size;
    return from > RESERVED && at >= from && at - from < size && atomic_load(&m->from) == from;
}

/* All of it becomes zeros: one call, whatever part is gone, and nobody faults in it again. Marked
 * before: who reads the zeros finds the mark. */
static bool give_zeros(uintptr_t at)
{
    uintptr_t from;
    size_t size;
    for (marks *c = &guard.first; c; c = atomic_load(&c->next))
        for (size_t i = 0; i < MARKS; i++)
            if (holds(&c->at[i], at, &from, &size)) {
                atomic_store(&c->at[i].lost, true);
                return mmap((void *)from, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                            -1, 0) != MAP_FAILED;
            }
    return false;
}

static void on_bus(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)context;
    bool fault = info->si_code > 0; /* else somebody sent it */
    if (!fault || !give_zeros((uintptr_t)info->si_addr)) {
        sigaction(number, &guard.before, NULL); /* returning faults again */
        if (!fault)
            raise(number);
    }
    errno = saved;
}

void mapping_guard(void)
{
    struct sigaction on = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&on.sa_mask);
    struct sigaction before;
    if (sigaction(SIGBUS, &on, &before) == 0 &&
        !((before.sa_flags & SA_SIGINFO) && before.sa_sigaction == on_bus))
        guard.before = before;
}

/* --- mappings ------------------------------------------------------------------------------- */

static mapping_mark *reserve_in(marks *c)
{
    for (size_t i = 0; i < MARKS; i++) {
        uintptr_t none = 0;
        if (atomic_load(&c->at[i].from) == 0 &&
            atomic_compare_exchange_strong(&c->at[i].from, &none, RESERVED))
            return &c->at[i];
    }
    return NULL;
}

static mapping_mark *reserve(void)
{
    for (marks *c = &guard.first;;) {
        mapping_mark *m = reserve_in(c);
        if (m)
            return m;
        marks *next = atomic_load(&c->next);
        if (!next) {
            marks *fresh = calloc(1, sizeof *fresh);
            if (!fresh)
                return NULL;
            if (!atomic_compare_exchange_strong(&c->next, &next, fresh))
                free(fresh); /* another thread was quicker: `next` is its */
            else
                next = fresh;
        }
        c = next;
    }
}

static uint64_t tail_of(const mapping *m)
{
    uint64_t tail;
    memcpy(&tail, (const char *)m->at + m->size - sizeof tail, sizeof tail);
    return tail;
}

status mapping_new(int fd, size_t size, const char *path, mapping **ret, err *why)
{
    assert(size >= sizeof(uint64_t));
    size_t len = strlen(path) + 1;
    mapping *m = calloc(1, sizeof *m + len);
    mapping_mark *mark = m ? reserve() : NULL;
    if (!mark) {
        free(m);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
        status st = err_os(why, errno, "mapping %s", path);
        atomic_store(&mark->from, 0);
        free(m);
        return st;
    }
    atomic_store(&mark->lost, false);
    atomic_store(&mark->size, size);
    atomic_store(&mark->from, (uintptr_t)at);
    m->at = at;
    m->size = size;
    m->mark = mark;
    memcpy(m->path, path, len);
    m->tail = tail_of(m);
    *ret = m;
    return OK;
}

mapping *mapping_free(mapping *m)
{
    if (m) {
        atomic_store(&m->mark->from, 0); /* before another may be given these addresses */
        munmap(m->at, m->size);
    }
    free(m);
    return NULL;
}

status mapping_whole(const mapping *m, err *why)
{
    atomic_signal_fence(memory_order_seq_cst); /* what was read was read before */
    bool whole = tail_of(m) == m->tail;
    atomic_signal_fence(memory_order_seq_cst);
    if (whole && !atomic_load(&m->mark->lost))
        return OK;
    return err_os(why, EIO, "%s was cut off, or cannot be read", m->path);
}
