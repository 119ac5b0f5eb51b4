/* Properties: a manifest of sightings with any byte changed is refused; and when the sum is made to
 * fit, so that hostile numbers are believed, opening, asking and saying what was read touch nothing
 * outside of it, and end.
 * Input: changes of three bytes each: offset, and what to turn there. */
#include "know/sightings/manifest.h"
#include "know/sightings_write.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { CHANGE = 3, COMMITS = 3, ROOM = 4096, TODAY = 20000 };

typedef struct place {
    char folder[64], path[96];
    char whole[ROOM];
    size_t size;
    uint64_t seed;
    int64_t now_us;
} place;

/* Made once: the target's own constant. */
static place *the_place(void)
{
    static place p;
    return &p;
}

static void clean(void)
{
    char inner[400];
    const struct dirent *e;
    DIR *d = opendir(the_place()->folder);
    while (d && (e = readdir(d))) {
        snprintf(inner, sizeof inner, "%s/%s", the_place()->folder, e->d_name);
        unlink(inner);
    }
    if (d)
        closedir(d);
    rmdir(the_place()->folder);
}

static void make(place *p)
{
    sightings_writer *w;
    uint32_t id;
    p->seed = 1;
    p->now_us = TODAY * WHEN_DAY * 1000;
    snprintf(p->folder, sizeof p->folder, "%s", "/tmp/noroshi-fuzz-XXXXXX");
    if (!mkdtemp(p->folder) || atexit(clean) != 0)
        abort();
    sightings_writer_options o = {.folder = p->folder,
                                  .random = random_seeded(&p->seed),
                                  .clock = clock_fixed(&p->now_us),
                                  .memory_bytes = 1 << 12};
    if (sightings_writer_new(&o, &w, NULL) != OK)
        abort();
    for (int32_t i = 0; i < COMMITS; i++)
        if (sightings_source_add(w, i ? S("b.log") : S("a.log"), S("json"), &id, NULL) != OK ||
            sightings_add(w, KIND_DOMAIN, S("a.example"), (TODAY - i) * WHEN_DAY, id, 5, NULL) !=
                OK ||
            sightings_commit(w, S("checkpoint"), NULL) != OK)
            abort();
    sightings_writer_free(w);
    snprintf(p->path, sizeof p->path, "%s/manifest", p->folder);
    int fd = open(p->path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, p->whole, sizeof p->whole);
    if (n <= 0 || n == ROOM)
        abort();
    p->size = (size_t)n;
    close(fd);
}

static sightings *open_bytes(const place *p, const char *bytes)
{
    sightings *s = NULL;
    int fd = open(p->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, p->size) != (ssize_t)p->size)
        abort();
    close(fd);
    return sightings_open(p->folder, &s, NULL) == OK ? s : NULL;
}

/* All that it says is read, and a sanitizer looks on. */
static unsigned use(const sightings *s)
{
    CLEANUP(arena_done) arena a;
    sightings_probe p = {KIND_DOMAIN, S("a.example")};
    sightings_found f;
    sightings_coverage c;
    sightings_source one;
    err why = {0};
    unsigned sum = 0;
    arena_init(&a, 16 << 20);
    if (sightings_find(s, &p, 1, &a, &f, NULL) == OK && f.itself.count)
        sum += (unsigned)f.itself.samples[0].offset;
    if (sightings_covered(s, &a, &c, NULL) != OK)
        abort();
    for (size_t i = 0; i < c.source_count; i++) {
        for (size_t k = 0; k < c.sources[i].name.len; k++)
            sum += (unsigned char)c.sources[i].name.ptr[k];
        for (size_t k = 0; k < c.sources[i].format.len; k++)
            sum += (unsigned char)c.sources[i].format.ptr[k];
        if (sightings_source_of(s, c.sources[i].id, &one, NULL) != OK)
            abort();
    }
    if (c.gap_count > SIGHTINGS_GAPS || (sightings_verify(s, &why) != OK && !why.msg[0]))
        abort();
    return sum;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const uint8_t zeros[16] = {0};
    place *p = the_place();
    char bytes[ROOM];
    sightings *s;
    if (!p->size)
        make(p);
    memcpy(bytes, p->whole, p->size);
    for (size_t i = 0; i + CHANGE <= size; i += CHANGE) {
        unsigned at = data[i] | (unsigned)data[i + 1] << 8;
        bytes[at % p->size] = (char)(bytes[at % p->size] ^ data[i + 2]);
    }
    bool changed = memcmp(bytes, p->whole, p->size) != 0;
    s = open_bytes(p, bytes);
    if ((s != NULL) == changed)
        abort();
    sightings_close(s);
    uint64_t sum = siphash(zeros, slice_of(bytes, p->size - 8));
    memcpy(bytes + p->size - 8, &sum, 8);
    if ((s = open_bytes(p, bytes)) != NULL && use(s) != use(s))
        abort();
    sightings_close(s);
    return 0;
}
