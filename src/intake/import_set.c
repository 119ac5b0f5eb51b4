/* import_set.c - see import_set.h. */
#include "intake/import_set.h"

#include "base/text.h"
#include "intake/paths.h"
#include "sandbox/spool.h"
#include "sandbox/walk.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXTS_MAX = 4 << 20, READ_SIZE = 1 << 18, PROGRESS_EACH = 1 << 16, PATH_SHOWN_MAX = 1024 };

struct set_import {
    set_import_options o;
    set_loader *sl;
    arena texts;
    set_refusal refusals[SET_REFUSED_LISTED];
    set_summary s;
    uint64_t values, told;
    slice path;    /* of the document being read */
    slice where;   /* of the document or file that could not be read; empty: all could */
    bool no_lines; /* it is a database */
    size_t above;  /* bytes of paths that stand before what the user named */
    int64_t begun_us;
};

status set_import_new(const set_import_options *o, set_import **ret, err *why)
{
    set_import *si = calloc(1, sizeof *si);
    if (!si)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    si->o = *o;
    arena_init(&si->texts, TEXTS_MAX);
    si->begun_us = clock_now_us(o->clock);
    status st = set_loader_new(o->store, o->load, &si->sl, why);
    if (st != OK) {
        set_import_free(si);
        return st;
    }
    *ret = si;
    return OK;
}

set_import *set_import_free(set_import *si)
{
    if (si) {
        set_loader_free(si->sl);
        arena_done(&si->texts);
        free(si);
    }
    return NULL;
}

/* --- identity ------------------------------------------------------------------------------- */

/* The second thread: SHA-256 and number of lines of all that is on fd. */
typedef struct hashing {
    int fd;
    hash_state *h;
    uint8_t sha256[SHA256_BYTES];
    uint64_t lines, bytes;
    int os; /* errno, or 0 */
} hashing;

static void *hash_in_thread(void *ctx)
{
    hashing *j = ctx;
    char *room = malloc(READ_SIZE), last = '\n';
    j->os = room ? 0 : ENOMEM;
    while (!j->os) {
        ssize_t n = pread(j->fd, room, READ_SIZE, (off_t)j->bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            j->os = errno;
        if (n <= 0)
            break;
        hash_update(j->h, slice_of(room, (size_t)n));
        for (const char *p = room, *end = room + n; (p = memchr(p, '\n', (size_t)(end - p))); p++)
            j->lines++;
        j->bytes += (uint64_t)n;
        last = room[n - 1];
    }
    j->lines += last != '\n';
    hash_final(j->h, j->sha256);
    free(room);
    return NULL;
}

/* --- one document --------------------------------------------------------------------------- */

static status on_head(void *ctx, const fact_head *head, err *why)
{
    set_import *si = ctx;
    (void)why;
    si->no_lines = slice_eq(head->format, S("set-sqlite"));
    return OK;
}

static status no_claims(err *why)
{
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "a claim where keys of a set are wanted");
}

static status on_begin(void *ctx, const fact_record *r, err *why)
{
    (void)ctx, (void)r;
    return no_claims(why);
}

static status on_claim(void *ctx, const fact_claim *c, err *why)
{
    (void)ctx, (void)c;
    return no_claims(why);
}

static status on_end(void *ctx, err *why)
{
    (void)ctx;
    return no_claims(why);
}

/* Listed while there is room; counted always. */
static status on_refuse(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    set_import *si = ctx;
    (void)at, (void)why;
    si->s.refused++;
    if (si->s.refusal_count == SET_REFUSED_LISTED)
        return OK;
    set_refusal *r = &si->refusals[si->s.refusal_count];
    if (arena_copy(&si->texts, si->path, &r->path) && arena_copy(&si->texts, place, &r->place) &&
        arena_copy(&si->texts, reason, &r->why))
        si->s.refusal_count++;
    return OK;
}

static status on_warn(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    (void)ctx, (void)at, (void)place, (void)reason, (void)why;
    return OK;
}

static status on_keys(void *ctx, const fact_label *label, const fact_key *keys, size_t count,
                      err *why)
{
    set_import *si = ctx;
    si->values += count;
    if (si->values - si->told > PROGRESS_EACH && si->o.on_progress) {
        si->told = si->values;
        si->o.on_progress(si->o.ctx, si->s.documents, si->values);
    }
    status st = si->o.on_keys ? si->o.on_keys(si->o.keys_ctx, keys, count, why) : OK;
    return st == OK ? set_loader_keys(si->sl, label, keys, count, why) : st;
}

/* The innermost name is kept, whoever fails behind it. */
static status failed_in(set_import *si, slice path, status st)
{
    if (!si->where.len && !arena_copy(&si->texts, path, &si->where))
        si->where = (slice){NULL, 0};
    return st;
}

static status read_document(set_import *si, int fd, slice path, err *why)
{
    fact_sink sink = {si, on_head, on_begin, on_claim, on_end, on_refuse, on_warn, on_keys};
    sandbox_document d = {.path = path, .format = S("set-list")};
    hashing j = {.fd = fd, .h = hash_new(HASH_SHA256)};
    pthread_t thread;
    if (!j.h)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    si->path = path;
    bool beside = pthread_create(&thread, NULL, hash_in_thread, &j) == 0;
    status st = sandbox_read_document(si->o.sandbox, fd, &d, &sink, NULL, why);
    if (beside)
        pthread_join(thread, NULL);
    else
        hash_in_thread(&j);
    hash_free(j.h);
    if (st == OK && j.os)
        st = err_os(why, j.os, "reading");
    if (st != OK)
        return failed_in(si, path, st);
    si->s.documents++;
    si->s.bytes += j.bytes;
    uint64_t lines = si->no_lines ? 0 : j.lines;
    si->s.lines += lines;
    return set_loader_document(si->sl, j.sha256, lines, why);
}

/* --- files, archives, folders --------------------------------------------------------------- */

static status visit(void *ctx, const walk_document *d, err *why)
{
    set_import *si = ctx;
    if (d->size > SET_DOCUMENT_BYTES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a document of over %llu bytes",
                       (unsigned long long)SET_DOCUMENT_BYTES_MAX);
    return read_document(si, d->fd, d->path, why);
}

/* What cannot be had of an archive cannot be left out of a version in silence. */
static status refuse_member(void *ctx, slice path, slice reason, err *why)
{
    return failed_in(
        ctx, path,
        err_set(why, ERR_INPUT, ERR_NOWHERE, "%.*s", SLICE_FMT(slice_sub(reason, 0, 150))));
}

/* Names from the file system are bytes; logical paths are UTF-8. */
static slice logical(const char *path, char out[PATH_SHOWN_MAX])
{
    slice s = slice_str(path);
    if (s.len >= PATH_SHOWN_MAX)
        s = slice_from(s, s.len - PATH_SHOWN_MAX + 1);
    for (size_t i = 0; i < s.len; i++)
        out[i] = s.ptr[i] < 0x20 || s.ptr[i] > 0x7e ? '?' : s.ptr[i];
    return slice_of(out, s.len);
}

static status import_descriptor(void *ctx, int fd, const char *path, err *why)
{
    set_import *si = ctx;
    char room[PATH_SHOWN_MAX];
    walk_options o = {
        .directory = si->o.directory, .limits = si->o.unpack, .refuse = refuse_member};
    size_t above = strlen(path) > si->above ? si->above : 0;
    slice shown = logical(path + above, room);
    status st = walk(si->o.sandbox, fd, shown, &o, visit, si, why);
    return st == OK ? OK : failed_in(si, shown, st);
}

static status import_stdin(set_import *si, err *why)
{
    spool p;
    char *room = malloc(READ_SIZE);
    spool_init(&p, si->o.directory);
    status st = room ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    while (st == OK) {
        ssize_t n = read(STDIN_FILENO, room, READ_SIZE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            st = err_os(why, errno, "reading standard input");
        if (n <= 0)
            break;
        st = spool_write(&p, slice_of(room, (size_t)n), why);
    }
    if (st == OK)
        st = spool_finish(&p, why);
    if (st == OK)
        st = import_descriptor(si, p.fd, "-", why);
    spool_done(&p);
    free(room);
    return st;
}

slice set_import_where(const set_import *si)
{
    return si->where;
}

status set_import_path(set_import *si, const char *path, err *why)
{
    slice folder = slice_str(path);
    while (folder.len > 1 && folder.ptr[folder.len - 1] == '/')
        folder.len--;
    while (folder.len && folder.ptr[folder.len - 1] != '/')
        folder.len--;
    si->above = folder.len; /* people are shown what follows */
    if (strcmp(path, "-") == 0)
        return import_stdin(si, why);
    return paths_each(path, import_descriptor, si, why);
}

status set_import_finish(set_import *si, writer *w, set_summary *ret, err *why)
{
    status st = set_loader_finish(si->sl, w, &si->s.result, why);
    const set_refusal *first = si->s.refusal_count && !si->values ? &si->refusals[0] : NULL;
    if (st == ERR_INPUT && first)
        return failed_in(si, first->path,
                         err_set(why, st, ERR_NOWHERE, "not one value was read; %.*s: %.*s",
                                 SLICE_FMT(slice_sub(first->place, 0, 40)),
                                 SLICE_FMT(slice_sub(first->why, 0, 100))));
    if (st != OK)
        return st;
    si->s.refusals = si->refusals;
    si->s.elapsed_us = clock_now_us(si->o.clock) - si->begun_us;
    si->s.result.added = si->values;
    *ret = si->s;
    return OK;
}

status set_import_settle(set_import *si, writer *w, err *why)
{
    return set_loader_settle(si->sl, w, why);
}
