/* table.c - memory, streams and logs: how they are found, queued and dropped. */
#include "watch/follow/own.h"

#include <stdlib.h>

/* --- memory --------------------------------------------------------------------------------- */

static bool fails(follow *f)
{
    return ++f->allocations == f->o.fail_at;
}

void *own_alloc(follow *f, size_t size)
{
    return fails(f) ? NULL : calloc(1, size ? size : 1);
}

char *own_copy(follow *f, slice s)
{
    char *p = own_alloc(f, s.len + 1);
    if (p && s.len)
        memcpy(p, s.ptr, s.len);
    return p;
}

void *own_grow(follow *f, void *p, size_t size)
{
    return fails(f) ? NULL : realloc(p, size);
}

void *own_scratch(follow *f, size_t size)
{
    return fails(f) ? NULL : arena_alloc(&f->scratch, size ? size : 1);
}

uint64_t own_newlines(slice s)
{
    uint64_t n = 0;
    for (const char *p = s.ptr, *end = s.ptr + s.len;
         p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        n++;
    return n;
}

/* --- fingerprints --------------------------------------------------------------------------- */

print print_of(const follow *f, slice bytes)
{
    print p;
    siphash128(f->key, bytes, p.half);
    return p;
}

bool print_eq(print a, print b)
{
    return a.half[0] == b.half[0] && a.half[1] == b.half[1];
}

/* --- streams -------------------------------------------------------------------------------- */

static size_t head_of(uint64_t n)
{
    n ^= n >> 33;
    n *= 0xff51afd7ed558ccdu; /* the finaliser of MurmurHash3, Appleby */
    return (size_t)(n >> 40) & (HASH_HEADS - 1);
}

status stream_add(follow *f, follow_transport t, stream **ret, err *why)
{
    if (t == FOLLOW_FILE && f->files >= FOLLOW_FILES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %d files", FOLLOW_FILES_MAX);
    if (f->count == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 64;
        stream **grown = own_grow(f, f->streams, cap * sizeof *grown);
        if (!grown)
            return OWN_SPENT(why);
        f->streams = grown;
        f->cap = cap;
    }
    stream *s = own_alloc(f, sizeof *s);
    if (!s)
        return OWN_SPENT(why);
    s->hook = HOOK_STREAM;
    s->transport = t;
    s->fd = s->wd = -1;
    s->line = s->done_line = 1;
    s->id = f->next_id++;
    s->heard_us = clock_now_us(f->o.clock);
    s->at = f->count;
    f->streams[f->count++] = s;
    f->files += t == FOLLOW_FILE;
    stream **head = &f->by_id[head_of(s->id)];
    s->next_id = *head;
    *head = s;
    *ret = s;
    return OK;
}

stream *stream_find(const follow *f, uint64_t id)
{
    stream *s = f->by_id[head_of(id)];
    while (s && s->id != id)
        s = s->next_id;
    return s;
}

bool stream_inode_known(const follow *f, uint64_t ino)
{
    for (const stream *s = f->by_inode[head_of(ino)]; s; s = s->next_inode)
        if (s->ino == ino)
            return true;
    return false;
}

stream *stream_inode(const follow *f, uint64_t dev, uint64_t ino)
{
    stream *near = NULL;
    for (stream *s = f->by_inode[head_of(ino)]; s; s = s->next_inode) {
        if (s->ino != ino)
            continue;
        if (s->dev == dev)
            return s;
        if (!s->found) /* device numbers may differ after the machine was started again */
            near = s;
    }
    return near;
}

void stream_inode_clear(follow *f, stream *s)
{
    for (stream **p = &f->by_inode[head_of(s->ino)]; *p; p = &(*p)->next_inode) {
        if (*p == s) {
            *p = s->next_inode;
            s->next_inode = NULL;
            return;
        }
    }
}

void stream_inode_set(follow *f, stream *s, uint64_t dev, uint64_t ino)
{
    stream_inode_clear(f, s);
    s->dev = dev;
    s->ino = ino;
    s->next_inode = f->by_inode[head_of(ino)];
    f->by_inode[head_of(ino)] = s;
}

void stream_wd_clear(follow *f, stream *s)
{
    for (stream **p = s->wd < 0 ? NULL : &f->by_wd[head_of((uint64_t)s->wd)]; p && *p;
         p = &(*p)->next_wd) {
        if (*p == s) {
            *p = s->next_wd;
            break;
        }
    }
    s->next_wd = NULL;
    s->wd = -1;
}

void stream_wd_set(follow *f, stream *s, int wd)
{
    stream_wd_clear(f, s);
    s->wd = wd;
    s->next_wd = f->by_wd[head_of((uint64_t)wd)];
    f->by_wd[head_of((uint64_t)wd)] = s;
}

stream *stream_wd(const follow *f, int wd)
{
    stream *s = f->by_wd[head_of((uint64_t)wd)];
    while (s && s->wd != wd)
        s = s->next_wd;
    return s;
}

void stream_queue(follow *f, stream *s)
{
    if (s->queued)
        return;
    s->queued = true;
    s->next_ready = NULL;
    if (f->last_ready)
        f->last_ready->next_ready = s;
    else
        f->first_ready = s;
    f->last_ready = s;
    f->ready++;
}

stream *stream_next(follow *f)
{
    stream *s = f->first_ready;
    if (!s)
        return NULL;
    f->first_ready = s->next_ready;
    if (!f->first_ready)
        f->last_ready = NULL;
    f->ready--;
    s->queued = false;
    s->next_ready = NULL;
    return s;
}

static void unqueue(follow *f, const stream *s)
{
    stream *before = NULL;
    if (!s->queued)
        return;
    for (stream *p = f->first_ready; p != s; p = p->next_ready)
        before = p;
    if (before)
        before->next_ready = s->next_ready;
    else
        f->first_ready = s->next_ready;
    if (f->last_ready == s)
        f->last_ready = before;
    f->ready--;
}

void stream_close(follow *f, stream *s)
{
    if (s->fd < 0)
        return;
    s->tls = tls_free(s->tls);
    if (s->transport == FOLLOW_FILE || s->transport == FOLLOW_TCP || s->transport == FOLLOW_TLS)
        close(s->fd);
    f->open -= s->transport == FOLLOW_FILE;
    if (f->unpacked == s)
        f->unpacked = NULL;
    s->fd = -1;
}

void stream_drop(follow *f, stream *s)
{
    stream **head = &f->by_id[head_of(s->id)];
    while (*head != s)
        head = &(*head)->next_id;
    *head = s->next_id;
    unqueue(f, s);
    if (s->wd >= 0)
        wake_unwatch(f, s->wd);
    stream_wd_clear(f, s);
    stream_close(f, s);
    f->streams[s->at] = f->streams[--f->count];
    f->streams[s->at]->at = s->at;
    if (s->transport == FOLLOW_FILE) {
        stream_inode_clear(f, s);
        trail_remove(s);
        f->files--;
    }
    if (f->leaving == s)
        f->leaving = NULL;
    net_done(s);
    f->buffered -= s->cap;
    free(s->bytes);
    free(s->name);
    free(s->path);
    free(s);
}

void stream_rename(follow *f, stream *s, uint64_t id)
{
    stream **at = &f->by_id[head_of(s->id)];
    while (*at != s)
        at = &(*at)->next_id;
    *at = s->next_id;
    if (s->id + 1 == f->next_id)
        f->next_id--;
    s->id = id;
    s->next_id = f->by_id[head_of(id)];
    f->by_id[head_of(id)] = s;
}

void streams_forget(follow *f)
{
    while (f->count)
        stream_drop(f, f->streams[f->count - 1]);
    for (size_t i = 0; i < f->place_count; i++)
        f->places[i]->logs = NULL;
    for (size_t i = 0; i < HASH_HEADS; i++)
        while (f->logs[i])
            trail_free(f, f->logs[i]);
}

/* --- logs ----------------------------------------------------------------------------------- */

trail *trail_find(const follow *f, print key)
{
    trail *l = f->logs[head_of(key.half[0])];
    while (l && !print_eq(l->key, key))
        l = l->next;
    return l;
}

status trail_get_key(follow *f, print key, trail **ret, err *why)
{
    trail *l = trail_find(f, key);
    if (!l) {
        if (f->log_count == FOLLOW_FILES_MAX)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %d files", FOLLOW_FILES_MAX);
        if (!(l = own_alloc(f, sizeof *l)))
            return OWN_SPENT(why);
        f->log_count++;
        l->key = key;
        l->next = f->logs[head_of(key.half[0])];
        f->logs[head_of(key.half[0])] = l;
    }
    *ret = l;
    return OK;
}

status trail_get(follow *f, slice path, trail **ret, err *why)
{
    trail *l;
    status st = trail_get_key(f, print_of(f, path), &l, why);
    if (st != OK)
        return st;
    if (!l->path && !(l->path = own_copy(f, path)))
        return OWN_SPENT(why);
    *ret = l;
    return OK;
}

void trail_free(follow *f, trail *l)
{
    trail **at = &f->logs[head_of(l->key.half[0])];
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    f->log_count--;
    free(l->path);
    free(l);
}

void trail_insert(trail *l, stream *s, stream *before)
{
    s->log = l;
    s->newer = before;
    s->older = before ? before->older : l->newest;
    *(s->older ? &s->older->newer : &l->oldest) = s;
    *(before ? &before->older : &l->newest) = s;
}

void trail_remove(stream *s)
{
    trail *l = s->log;
    if (!l)
        return;
    *(s->older ? &s->older->newer : &l->oldest) = s->newer;
    *(s->newer ? &s->newer->older : &l->newest) = s->older;
    s->log = NULL;
    s->older = s->newer = NULL;
}

/* --- troubles ------------------------------------------------------------------------------- */

void trouble(follow *f, slice of, const err *what)
{
    f->counts.troubles++;
    char *name = f->trouble_count < TROUBLES ? own_copy(f, of) : NULL;
    if (!name) {
        f->counts.untold++;
        return;
    }
    size_t at = (f->trouble_first + f->trouble_count++) % TROUBLES;
    f->trouble_sources[at] = name;
    f->troubles[at] =
        (follow_event){.kind = FOLLOW_TROUBLE, .source = slice_of(name, of.len), .trouble = *what};
}
