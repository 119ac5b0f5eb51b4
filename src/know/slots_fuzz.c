/* Properties: a table with any byte changed is never taken for whole by slots_open and slots_verify
 * together; and when the trailer is made to fit the damage, so that hostile numbers are believed,
 * looking up reads nothing outside the file and verify still ends.
 * Input: changes of five bytes each, offset and what to turn there; offsets count from the end, so
 * that the trailer is near. */
#include "know/slots_build.h"
#include "know/slots/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { KEYS = 40, CHANGE = 5 };

typedef struct table {
    char *bytes;
    size_t size;
} table;

static void make(table *ret)
{
    char folder[] = "/tmp/noroshi-fuzz-XXXXXX", path[64];
    uint64_t seed = 1;
    slots_builder *b;
    slots_counts c;
    struct stat info;
    if (!mkdtemp(folder))
        abort();
    snprintf(path, sizeof path, "%s/t", folder);
    slots_build_options o = {
        .disk = fs_system(), .folder = folder, .random = random_seeded(&seed), .memory_bytes = 1};
    if (slots_builder_new(&o, &b, NULL) != OK)
        abort();
    for (int32_t i = 0; i < KEYS; i++) {
        uint32_t id;
        slots_profile p = {.text = S("family"), .first = i % 3};
        if (slots_profile_add(b, &p, &id, NULL) != OK ||
            slots_add(b, KIND_DOMAIN, slice_of((const char *)&i, 1 + (size_t)i % 3), 96 + i % 32,
                      id, NULL) != OK)
            abort();
    }
    if (slots_build(b, path, &c, NULL) != OK)
        abort();
    slots_builder_free(b);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        abort();
    ret->size = (size_t)info.st_size;
    ret->bytes = malloc(ret->size);
    if (!ret->bytes || read(fd, ret->bytes, ret->size) != (ssize_t)ret->size)
        abort();
    close(fd);
    unlink(path);
    rmdir(folder);
}

/* As a file, opened; NULL: refused. */
static slots *open_bytes(const char *bytes, size_t size, int *ret_fd)
{
    char path[64];
    slots *t = NULL;
    *ret_fd = memfd_create("slots", MFD_CLOEXEC);
    if (*ret_fd < 0 || write(*ret_fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", *ret_fd);
    return slots_open(path, &t, NULL) == OK ? t : NULL;
}

/* The sum of all bytes that look-ups give: they are read, and a sanitizer looks on. */
static unsigned use(const slots *t)
{
    unsigned sum = 0;
    for (int32_t i = 0; i < 2 * KEYS; i++) {
        slots_profile p[8];
        uint32_t r;
        slots_key key = {KIND_DOMAIN, slice_of((const char *)&i, 1 + (size_t)i % 3)};
        slots_find(t, &key, 1, &r);
        size_t n = slots_records(t, r, p, COUNT_OF(p));
        for (size_t k = 0; k < n && k < COUNT_OF(p); k++)
            for (size_t c = 0; c < p[k].text.len; c++)
                sum += (unsigned char)p[k].text.ptr[c];
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static table whole; /* made once: the target's own constant */
    int fd;
    err why;
    if (!whole.bytes)
        make(&whole);
    char *bytes = malloc(whole.size);
    if (!bytes)
        abort();
    memcpy(bytes, whole.bytes, whole.size);
    for (size_t i = 0; i + CHANGE <= size; i += CHANGE) {
        uint32_t at;
        memcpy(&at, data + i, 4);
        char *p = bytes + whole.size - 1 - at % whole.size;
        *p = (char)(*p ^ data[i + 4]);
    }
    bool changed = memcmp(bytes, whole.bytes, whole.size) != 0;
    slots *t = open_bytes(bytes, whole.size, &fd);
    bool sound = t && slots_verify(t, &why) == OK;
    if (sound == changed)
        abort();
    slots_close(t);
    close(fd);
    /* the trailer believed */
    char *end = bytes + whole.size - SLOTS_TRAILER;
    slots_trailer head;
    memcpy(&head, end, sizeof head);
    uint64_t sum = siphash(head.seed, slice_of(end, SLOTS_TRAILER - 8));
    memcpy(end + SLOTS_TRAILER - 8, &sum, 8);
    if ((t = open_bytes(bytes, whole.size, &fd)) != NULL) {
        unsigned once = use(t);
        status st = slots_verify(t, &why);
        if (use(t) != once || (st != OK && !why.msg[0]))
            abort();
    }
    slots_close(t);
    close(fd);
    free(bytes);
    return 0;
}
