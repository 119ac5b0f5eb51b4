/* slots_front_fuzz.c - Properties: a filter in front of tables with any byte changed is never taken
 * for whole by slots_front_open and slots_front_verify together; and when the trailer is made to
 * fit the damage, so that hostile numbers are believed, what is asked by way of it reads nothing
 * outside the file.
 * Input: changes of five bytes each, offset and what to turn there; offsets count from the end, so
 * that the trailer is near. */
#include "know/slots/front.h"
#include "know/slots_build.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { KEYS = 300, ASKED = 400, CHANGE = 5, TABLES = 3 };

typedef struct whole {
    slots *tables[TABLES];
    char *bytes;
    size_t size;
} whole;

static const slots *const *tables_of(const whole *w)
{
    return (const slots *const *)(const void *)w->tables;
}

static slots *make_table(const whole *w, const char *folder, uint64_t *seed, int32_t round)
{
    char path[64];
    slots *t = NULL;
    slots_builder *b;
    slots_counts c;
    uint32_t id;
    slots_profile p = {.text = S("family")};
    snprintf(path, sizeof path, "%s/t", folder);
    slots_build_options o = {.disk = fs_system(),
                             .folder = folder,
                             .random = random_seeded(seed),
                             .seed = round ? slots_seed(w->tables[0]) : NULL};
    if (slots_builder_new(&o, &b, NULL) != OK || slots_profile_add(b, &p, &id, NULL) != OK)
        abort();
    for (int32_t i = round; i < KEYS; i += TABLES + 1)
        if (slots_add(b, KIND_DOMAIN, slice_of((const char *)&i, sizeof i), -1, id, NULL) != OK)
            abort();
    if (slots_build(b, path, &c, NULL) != OK || slots_open(path, &t, NULL) != OK)
        abort();
    slots_builder_free(b);
    unlink(path);
    return t;
}

static void make(whole *ret)
{
    char folder[] = "/tmp/noroshi-fuzz-XXXXXX", path[64];
    uint64_t seed = 1;
    struct stat info;
    if (!mkdtemp(folder))
        abort();
    for (int32_t i = 0; i < TABLES; i++)
        ret->tables[i] = make_table(ret, folder, &seed, i);
    snprintf(path, sizeof path, "%s/f", folder);
    if (slots_front_write(fs_system(), path, tables_of(ret), TABLES, NULL) != OK)
        abort();
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
static slots_front *open_bytes(const char *bytes, size_t size)
{
    char path[64];
    slots_front *f = NULL;
    int fd = memfd_create("front", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (slots_front_open(path, &f, NULL) != OK)
        f = NULL;
    close(fd);
    return f;
}

static void use(const whole *w, const slots_front *f)
{
    const slots_probe probe = {f, 0, TABLES};
    int32_t number[ASKED];
    slots_key keys[ASKED];
    slots_found with[ASKED], without[ASKED];
    for (int32_t i = 0; i < ASKED; i++) {
        number[i] = i;
        keys[i] = (slots_key){KIND_DOMAIN, slice_of((const char *)&number[i], sizeof i)};
    }
    slots_find_behind(tables_of(w), TABLES, &probe, 1, keys, ASKED, with);
    slots_find_first(tables_of(w), TABLES, keys, ASKED, without);
    for (size_t i = 0; i < ASKED; i++) /* a filter may hide a key, never make one */
        if (with[i].record &&
            (with[i].record != without[i].record || with[i].table != without[i].table))
            abort();
}

/* Made once: the target's own constant. */
static whole *the_whole(void)
{
    static whole w;
    if (!w.bytes)
        make(&w);
    return &w;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const whole *w = the_whole();
    char *bytes = malloc(w->size);
    if (!bytes)
        abort();
    memcpy(bytes, w->bytes, w->size);
    for (; size >= CHANGE; data += CHANGE, size -= CHANGE) {
        uint32_t back;
        memcpy(&back, data, sizeof back);
        bytes[w->size - 1 - back % w->size] ^= (char)data[4];
    }
    bool changed = memcmp(bytes, w->bytes, w->size) != 0;
    slots_front *f = open_bytes(bytes, w->size);
    bool sound = f && slots_front_verify(f, tables_of(w), NULL) == OK;
    if (sound == changed)
        abort();
    if (f)
        use(w, f);
    slots_front_close(f);
    slots_front_trailer t;
    char *end = bytes + w->size - SLOTS_TRAILER;
    memcpy(&t, end, sizeof t);
    uint64_t sum = siphash(t.seed, slice_of(end, SLOTS_TRAILER - 8));
    memcpy(end + SLOTS_TRAILER - 8, &sum, 8);
    f = open_bytes(bytes, w->size);
    if (f) {
        status st = t.tables <= TABLES ? slots_front_verify(f, tables_of(w), NULL) : OK;
        (void)st;
        use(w, f);
    }
    slots_front_close(f);
    free(bytes);
    return 0;
}
