/* unpack_fuzz.c - opening of archives, without the jail. Properties: no more bytes and members
 * come out than were allowed, the calls of the sink come in their order, names are UTF-8 of at most
 * WIRE_MEMBER_MAX bytes, and the same bytes give the same members again. */
#include "base/hash.h"
#include "base/text.h"
#include "sandbox/child.h"
#include "sandbox/container.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { BYTES_ALLOWED = 1 << 20, MEMBERS_ALLOWED = 50 };

typedef struct watcher {
    bool inside;
    uint64_t bytes, members, digest;
} watcher;

static void must(bool fine)
{
    if (!fine)
        abort();
}

static void add(watcher *w, slice s)
{
    static const uint8_t key[16] = {1};
    w->digest = (w->digest + siphash(key, s)) * 0x9e3779b97f4a7c15u;
}

static status begin(void *ctx, const unpack_member *m, err *why)
{
    watcher *w = ctx;
    (void)why;
    must(!w->inside && ++w->members <= MEMBERS_ALLOWED);
    must(m->path.len <= WIRE_MEMBER_MAX && utf8_check(m->path) == SIZE_MAX);
    w->inside = true;
    add(w, m->path);
    return OK;
}

static status take(void *ctx, slice bytes, err *why)
{
    watcher *w = ctx;
    (void)why;
    must(w->inside && bytes.len > 0 && (w->bytes += bytes.len) <= BYTES_ALLOWED);
    add(w, bytes);
    return OK;
}

static status end(void *ctx, err *why)
{
    watcher *w = ctx;
    (void)why;
    must(w->inside);
    w->inside = false;
    return OK;
}

static status refuse(void *ctx, slice path, slice reason, err *why)
{
    watcher *w = ctx;
    (void)why;
    must(w->inside || ++w->members <= MEMBERS_ALLOWED);
    must(path.len <= WIRE_MEMBER_MAX && utf8_check(path) == SIZE_MAX && reason.len > 0);
    w->inside = false;
    add(w, path);
    return OK;
}

static watcher unpack(int fd, size_t size, container outer)
{
    watcher w = {0};
    const unpack_sink sink = {
        .ctx = &w, .begin = begin, .data = take, .end = end, .refuse = refuse};
    job_request job = {.container = outer,
                       .bytes_allowed = BYTES_ALLOWED,
                       .bytes_limit = BYTES_ALLOWED,
                       .members_allowed = MEMBERS_ALLOWED,
                       .members_limit = MEMBERS_ALLOWED};
    child_input in = {.fd = fd, .size = size};
    err why = {0};
    status st = child_unpack(&in, &job, &sink, &why);
    must(st == OK || st == ERR_INPUT || st == ERR_LIMIT);
    must(st == OK ? !w.inside : why.msg[0] != 0);
    w.digest += (uint64_t)st;
    return w;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice bytes = {(const char *)data, size};
    container outer = container_sniff(bytes);
    if (outer == CONTAINER_NONE)
        return 0;
    int fd = memfd_create("archive", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    watcher one = unpack(fd, size, outer), two = unpack(fd, size, outer);
    must(one.bytes == two.bytes && one.members == two.members && one.digest == two.digest);
    close(fd);
    return 0;
}
