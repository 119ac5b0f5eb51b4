/* tiers_fuzz.c - Properties: a version whose manifest has any byte changed is refused, or verify
 * says so, or it says what it said; and when the sum is made to fit, so that hostile numbers are
 * believed, opening, looking up and folding read nothing outside of what is mapped.
 * Input: changes of three bytes each: offset, and what to turn there. */
#include "know/slots_build.h"
#include "know/tiers.h"
#include "know/tiers/manifest.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { KEYS = 30, CHANGE = 3, TABLES = 3 };
static const char *const name = "00000000000000000000000000000001";

typedef struct store {
    char folder[64], path[128];
    tiers_manifest whole;
    uint64_t seed;
} store;

static slots_key key_of(const int32_t *i)
{
    return (slots_key){KIND_DOMAIN, slice_of((const char *)i, sizeof *i)};
}

static void add(store *s, const tiers_options *o, tiers **t, int32_t round)
{
    char path[96];
    slots_builder *b;
    slots_counts c;
    uint32_t id;
    slots_profile p = {.text = S("family"), .first = round, .until = 10 * round};
    slots_build_options bo = {.disk = o->disk,
                              .folder = s->folder,
                              .random = o->random,
                              .seed = *t ? tiers_seed(*t) : NULL,
                              .memory_bytes = 1};
    snprintf(path, sizeof path, "%s/made", s->folder);
    if (slots_builder_new(&bo, &b, NULL) != OK || slots_profile_add(b, &p, &id, NULL) != OK)
        abort();
    for (int32_t i = round * 5; i < KEYS; i++)
        if ((i % 4 == round ? slots_remove(b, KIND_DOMAIN, key_of(&i).bytes, NULL)
                            : slots_add(b, KIND_DOMAIN, key_of(&i).bytes, 120, id, NULL)) != OK)
            abort();
    if (slots_build(b, path, &c, NULL) != OK)
        abort();
    slots_builder_free(b);
    if ((*t ? tiers_above(o, *t, path, name, 5, NULL) : tiers_first(o, path, name, NULL)) != OK)
        abort();
    tiers_close(*t);
    if (tiers_open(s->folder, name, t, NULL) != OK)
        abort();
}

/* Made once: the target's own constant. */
static store *the_store(void)
{
    static store s;
    return &s;
}

static void clean(void)
{
    char inner[400];
    const struct dirent *e;
    DIR *d = opendir(the_store()->folder);
    while (d && (e = readdir(d))) {
        snprintf(inner, sizeof inner, "%s/%s", the_store()->folder, e->d_name);
        unlink(inner);
    }
    if (d)
        closedir(d);
    rmdir(the_store()->folder);
}

static void make(store *s)
{
    tiers *t = NULL;
    snprintf(s->folder, sizeof s->folder, "%s", "/tmp/noroshi-fuzz-XXXXXX");
    if (!mkdtemp(s->folder) || atexit(clean) != 0)
        abort();
    s->seed = 1;
    tiers_options o = {.disk = fs_system(), .folder = s->folder, .random = random_seeded(&s->seed)};
    for (int32_t round = 0; round < TABLES; round++)
        add(s, &o, &t, round);
    s->whole = t->m;
    tiers_close(t);
    snprintf(s->path, sizeof s->path, "%s/%s", s->folder, name);
}

static tiers *open_bytes(const store *s, const tiers_manifest *m)
{
    tiers *t = NULL;
    int fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, m, sizeof *m) != (ssize_t)sizeof *m)
        abort();
    close(fd);
    return tiers_open(s->folder, name, &t, NULL) == OK ? t : NULL;
}

/* The sum of all bytes that look-ups give: they are read, and a sanitizer looks on. */
static unsigned use(const tiers *t)
{
    unsigned sum = 0;
    for (int32_t i = 0; i < 2 * KEYS; i++) {
        slots_profile p[8];
        slots_found f;
        slots_key key = key_of(&i);
        tiers_find(t, &key, 1, &f);
        size_t n = tiers_records(t, f, p, COUNT_OF(p));
        for (size_t k = 0; k < n; k++)
            for (size_t c = 0; c < p[k].text.len; c++)
                sum += (unsigned char)p[k].text.ptr[c] + (unsigned)i;
    }
    return sum;
}

static void fold(const store *s, const tiers *t)
{
    char path[96];
    size_t count;
    tiers_folded made;
    err why;
    bool due = tiers_due(t, &count);
    snprintf(path, sizeof path, "%s/folded", s->folder);
    if (count > tiers_tables(t) || (due && count < 2))
        abort();
    status st = tiers_fold(fs_system(), t, count, s->folder, path, &made, &why);
    if (st != OK)
        abort(); /* the tables are whole, whatever the manifest says */
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static unsigned said;
    store *s = the_store();
    tiers *t;
    err why;
    if (!s->seed) {
        make(s);
        t = open_bytes(s, &s->whole);
        if (!t)
            abort();
        said = use(t);
        tiers_close(t);
    }
    tiers_manifest m = s->whole;
    for (size_t i = 0; i + CHANGE <= size; i += CHANGE) {
        unsigned at = data[i] | (unsigned)data[i + 1] << 8;
        ((unsigned char *)&m)[at % sizeof m] ^= data[i + 2];
    }
    if ((t = open_bytes(s, &m)) != NULL && (use(t) != said || tiers_verify(t, &why) != OK))
        abort(); /* only the hint to readers may differ */
    tiers_close(t);
    m.sum = tiers_manifest_sum(&m);
    if ((t = open_bytes(s, &m)) != NULL) {
        unsigned once = use(t);
        if (tiers_verify(t, &why) != OK || use(t) != once)
            abort();
        fold(s, t);
    }
    tiers_close(t);
    return 0;
}
