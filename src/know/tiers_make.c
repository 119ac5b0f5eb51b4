/* tiers_make.c - new versions, and fewer tables for old ones: see tiers.h.
 *
 * A table is in the folder before a manifest names it, and a manifest before anybody is told its
 * name; each is synced before it gets its name, and the folder after. So whatever is interrupted
 * leaves a file that nobody names, which tiers_sweep and its caller remove. The filter in front of
 * tables has the name of the newest of them, and is there before the manifest, too. */
#include "know/slots_build.h"
#include "know/slots_fold.h"
#include "know/slots_front.h"
#include "know/tiers.h"
#include "know/tiers/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- files ---------------------------------------------------------------------------------- */

static void table_path(const tiers_options *o, const uint8_t id[TIERS_ID],
                       char out[SLOTS_PATH_ROOM])
{
    char hex[HASH_HEX_MAX];
    snprintf(out, SLOTS_PATH_ROOM, "%s/%s.keys", o->folder, hash_hex(id, TIERS_ID, hex));
}

/* Gives the table at `path` a name of its own in the folder. */
static status place_table(const tiers_options *o, const char *path, uint8_t ret_id[TIERS_ID],
                          err *why)
{
    char to[SLOTS_PATH_ROOM];
    o->random.fill(o->random.ctx, ret_id, TIERS_ID);
    table_path(o, ret_id, to);
    return fs_rename(o->disk, path, to, why);
}

static void front_path(const tiers_options *o, const uint8_t id[TIERS_ID],
                       char out[SLOTS_PATH_ROOM])
{
    char hex[HASH_HEX_MAX];
    snprintf(out, SLOTS_PATH_ROOM, "%s/%s.front", o->folder, hash_hex(id, TIERS_ID, hex));
}

/* How many tables, at most, a filter in front of them would spare something for; 1: none.
 * `tables`: one, and those of `below` from number `first` on. */
static uint32_t front_for(const tiers_options *o, const slots *const *tables, uint32_t count,
                          const tiers *below, uint32_t first)
{
    uint64_t least = o->front_least ? o->front_least : SLOTS_FRONT_LEAST;
    while (count > 1 && !slots_front_due(tables, count, least))
        count--;
    bool spares = tiers_probes_from(below, first + count - 1) < tiers_probes_from(below, first);
    return spares ? count : 1;
}

/* A filter in front of the newest table of `m` and tables of `below` from number `first` on.
 * *ret_count: how many; 1: it is not worth it. */
static status place_front(const tiers_options *o, const tiers_manifest *m, const tiers *below,
                          uint32_t first, uint32_t *ret_count, err *why)
{
    char path[SLOTS_PATH_ROOM], temp[SLOTS_PATH_ROOM], hex[HASH_HEX_MAX];
    const slots *tables[TIERS_MAX];
    uint32_t count = 1;
    slots *newest;
    table_path(o, m->ids[0], path);
    status st = slots_open(path, &newest, why);
    if (st != OK)
        return st;
    tables[0] = newest;
    for (uint32_t i = first; i < below->m.tables; i++)
        tables[count++] = below->tables[i];
    *ret_count = front_for(o, tables, count, below, first);
    if (*ret_count > 1) {
        snprintf(temp, sizeof temp, "%s/%s.new", o->folder, hash_hex(m->ids[0], TIERS_ID, hex));
        front_path(o, m->ids[0], path);
        st = slots_front_write(o->disk, temp, tables, *ret_count, why);
        if (st == OK)
            st = fs_rename(o->disk, temp, path, why);
    }
    slots_close(newest);
    return st;
}

/* What stood in front of tables behind it is for older versions, which do without: they are large.
 * One that stays is swept with its table. */
static void remove_fronts(const tiers_options *o, const tiers_manifest *m, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        char path[SLOTS_PATH_ROOM];
        front_path(o, m->ids[i], path);
        status st = fs_remove(o->disk, path, NULL);
        (void)st; /* most have none */
    }
}

static status write_manifest(const tiers_options *o, tiers_manifest *m, const char *name, err *why)
{
    char path[SLOTS_PATH_ROOM], temp[SLOTS_PATH_ROOM];
    file out = {.handle = -1};
    memcpy(m->magic, "NRTIERS1", sizeof m->magic);
    m->version = TIERS_VERSION;
    m->superseded = 0;
    m->sum = tiers_manifest_sum(m);
    snprintf(path, sizeof path, "%s/%s", o->folder, name);
    snprintf(temp, sizeof temp, "%s/%s.new", o->folder, name);
    status st = fs_sync_dir(o->disk, o->folder, why); /* of the tables that it names */
    if (st == OK)
        st = fs_open(o->disk, temp, FILE_WRITE | FILE_CREATE, &out, why);
    if (st == OK)
        st = file_write(&out, slice_of((const char *)m, sizeof *m), why);
    if (st == OK)
        st = file_sync(&out, why);
    file_close(&out);
    if (st == OK)
        st = fs_rename(o->disk, temp, path, why);
    return st == OK ? fs_sync_dir(o->disk, o->folder, why) : st;
}

/* --- versions ------------------------------------------------------------------------------- */

status tiers_first(const tiers_options *o, const char *path, const char *name, err *why)
{
    tiers_manifest m = {.tables = 1, .expired = SLOTS_DAY_NONE};
    slots *t;
    status st = slots_open(path, &t, why);
    if (st != OK)
        return st;
    for (unsigned k = 0; k < SLOTS_KINDS; k++)
        m.kinds[k] = slots_of_kind(t, (kind)k);
    m.keys = slots_count(t);
    slots_close(t);
    st = place_table(o, path, m.ids[0], why);
    return st == OK ? write_manifest(o, &m, name, why) : st;
}

/* What a change's table says that the version below it does not. */
static status compare_table(const tiers *below, const char *path, slots_difference *ret, err *why)
{
    slots *t;
    status st = slots_open(path, &t, why);
    if (st != OK)
        return st;
    if (memcmp(slots_seed(t), tiers_seed(below), SLOTS_SEED) != 0)
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "a change is of another seed");
    else
        slots_compare(t, (const slots *const *)(const void *)below->tables, below->m.tables, ret);
    if (st == OK)
        st = slots_whole(t, why);
    if (st == OK)
        st = tiers_whole(below, why);
    slots_close(t);
    return st;
}

status tiers_compare(const tiers *below, const char *path, tiers_change *ret, err *why)
{
    slots_difference d;
    status st = compare_table(below, path, &d, why);
    if (st == OK)
        *ret = (tiers_change){d.added, d.changed, d.same, d.removed, d.absent};
    return st;
}

status tiers_above(const tiers_options *o, const tiers *below, const char *path, const char *name,
                   int32_t today, err *why)
{
    slots_difference d;
    tiers_manifest m = below->m;
    if (m.tables == TIERS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d tables in one version", TIERS_MAX);
    status st = compare_table(below, path, &d, why);
    if (st != OK)
        return st;
    for (unsigned k = 0; k < SLOTS_KINDS; k++)
        m.kinds[k] += (uint64_t)d.kinds[k];
    m.keys += d.added - d.removed;
    m.expired = today > m.expired ? today : m.expired; /* SLOTS_DAY_NONE is the least */
    memmove(m.ids[1], m.ids[0], (TIERS_MAX - 1) * sizeof *m.ids);
    m.tables++;
    uint32_t behind = 1;
    st = place_table(o, path, m.ids[0], why);
    if (st == OK)
        st = place_front(o, &m, below, 0, &behind, why);
    if (st == OK)
        st = write_manifest(o, &m, name, why);
    if (st == OK)
        remove_fronts(o, &m, behind);
    return st;
}

/* --- fewer tables --------------------------------------------------------------------------- */

static unsigned class_of(uint64_t keys)
{
    unsigned c = 0;
    for (uint64_t most = TIERS_CLASS_MIN; keys >= most && c < 16; most *= TIERS_CLASS_RATIO)
        c++;
    return c;
}

bool tiers_due(const tiers *t, size_t *ret_count)
{
    uint64_t lying = 0;
    for (uint32_t i = 0; i < t->m.tables; i++)
        lying += slots_count(t->tables[i]);
    uint64_t shadowed = lying > t->m.keys ? lying - t->m.keys : 0;
    if (t->m.tables > 1 && lying > TIERS_CLASS_MIN && shadowed > lying / 3) {
        *ret_count = t->m.tables;
        return true;
    }
    for (unsigned c = 0; c <= 16; c++) {
        size_t n = 0, of_class = 0;
        for (; n < t->m.tables && class_of(slots_count(t->tables[n])) <= c; n++)
            of_class += class_of(slots_count(t->tables[n])) == c;
        if (of_class >= TIERS_CLASS_TABLES) {
            *ret_count = n;
            return true;
        }
    }
    *ret_count = t->m.tables;
    return t->m.tables > TIERS_MAX - TIERS_CLASS_TABLES;
}

status tiers_fold(const fs *disk, const tiers *t, size_t count, const char *scratch,
                  const char *path, tiers_folded *ret, err *why)
{
    slots_fold_counts c = {0};
    assert(count && count <= t->m.tables);
    slots_fold_options o = {.disk = disk,
                            .folder = scratch,
                            .tables = (const slots *const *)(const void *)t->tables,
                            .count = count,
                            .oldest = count == t->m.tables,
                            .expired = t->m.expired};
    status st = slots_fold(&o, path, &c, why);
    if (st != OK)
        return st;
    *ret = (tiers_folded){c.made.keys, c.expired, {0}, c.made.bytes};
    memcpy(ret->expired_kinds, c.expired_kinds, sizeof ret->expired_kinds);
    return OK;
}

/* Is what has the name still what was opened? */
static status still_there(const tiers_options *o, const tiers *t, err *why)
{
    char path[SLOTS_PATH_ROOM];
    tiers_manifest now;
    size_t got = 0;
    file in = {.handle = -1};
    snprintf(path, sizeof path, "%s/%s", o->folder, t->name);
    status st = fs_open(o->disk, path, FILE_READ, &in, why);
    if (st == OK)
        st = file_pread(&in, &now, sizeof now, 0, &got, why);
    file_close(&in);
    if (st == ERR_NOT_FOUND || (st == OK && (got != sizeof now || now.sum != t->m.sum)))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "another process changed %s", t->name);
    return st;
}

/* Those who have the old manifest mapped see that there is a better one. It is a hint: who misses
 * it goes on reading what he has. */
static void tell_readers(int old)
{
    const uint32_t yes = 1;
    if (old >= 0) {
        ssize_t n = pwrite(old, &yes, sizeof yes, offsetof(tiers_manifest, superseded));
        (void)n;
        close(old);
    }
}

status tiers_swap(const tiers_options *o, const tiers *t, size_t count, const char *path,
                  const tiers_folded *made, err *why)
{
    char name[SLOTS_PATH_ROOM];
    tiers_manifest m = t->m;
    uint32_t behind = 1;
    assert(count && count <= m.tables);
    status st = still_there(o, t, why);
    if (st != OK)
        return st;
    for (unsigned k = 0; k < SLOTS_KINDS; k++)
        m.kinds[k] -= made->expired_kinds[k];
    m.keys -= made->expired;
    m.tables = t->m.tables - (uint32_t)count + 1;
    memset(m.ids, 0, sizeof m.ids);
    if (m.tables > 1)
        memcpy(m.ids[1], t->m.ids[count], (m.tables - 1) * sizeof *m.ids);
    st = place_table(o, path, m.ids[0], why);
    if (st == OK)
        st = place_front(o, &m, t, (uint32_t)count, &behind, why);
    snprintf(name, sizeof name, "%s/%s", o->folder, t->name);
    int old = open(name, O_WRONLY | O_CLOEXEC);
    if (st == OK)
        st = write_manifest(o, &m, t->name, why);
    if (st == OK)
        remove_fronts(o, &m, behind);
    if (st == OK)
        tell_readers(old);
    else if (old >= 0)
        close(old);
    return st;
}

/* --- what nobody names ---------------------------------------------------------------------- */

typedef struct named {
    uint8_t (*ids)[TIERS_ID];
    size_t count, room;
} named;

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, TIERS_ID);
}

static status name_all(named *n, const tiers_manifest *m, err *why)
{
    if (n->count + m->tables > n->room) {
        size_t room = (n->room + m->tables) * 2;
        void *p = realloc(n->ids, room * sizeof *n->ids);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        n->ids = p;
        n->room = room;
    }
    memcpy(n->ids[n->count], m->ids, m->tables * sizeof *m->ids);
    n->count += m->tables;
    return OK;
}

static bool is_name(const char *name, const char *end)
{
    return strlen(name) == TIERS_NAME + strlen(end) && strcmp(name + TIERS_NAME, end) == 0;
}

/* Of all manifests; one that cannot be read might name any table, so nothing is removed then. */
static status read_names(const tiers_options *o, DIR *d, named *n, err *why)
{
    const struct dirent *e;
    status st = OK;
    while (st == OK && (e = readdir(d))) {
        char path[SLOTS_PATH_ROOM];
        uint8_t bytes[sizeof(tiers_manifest) + 1];
        tiers_manifest m;
        size_t got = 0;
        file in = {.handle = -1};
        if (!is_name(e->d_name, ""))
            continue;
        snprintf(path, sizeof path, "%s/%s", o->folder, e->d_name);
        st = fs_open(o->disk, path, FILE_READ, &in, why);
        if (st == OK)
            st = file_pread(&in, bytes, sizeof bytes, 0, &got, why);
        file_close(&in);
        if (st == OK && got > sizeof m)
            continue; /* a table of the layout before manifests: it names nothing */
        memcpy(&m, bytes, sizeof m);
        if (st == OK && (got != sizeof m || !tiers_manifest_sound(&m)))
            st = err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is damaged", path);
        if (st == OK)
            st = name_all(n, &m, why);
    }
    return st;
}

static status remove_unnamed(const tiers_options *o, DIR *d, const named *n, err *why)
{
    const struct dirent *e;
    status st = OK;
    while (st == OK && (e = readdir(d))) {
        char path[SLOTS_PATH_ROOM];
        uint8_t id[TIERS_ID];
        bool table = (is_name(e->d_name, ".keys") || is_name(e->d_name, ".front")) &&
                     hash_unhex(slice_of(e->d_name, TIERS_NAME), id, TIERS_ID);
        if (!is_name(e->d_name, ".new") &&
            (!table || (n->count && bsearch(id, n->ids, n->count, sizeof *n->ids, by_id))))
            continue;
        snprintf(path, sizeof path, "%s/%s", o->folder, e->d_name);
        st = fs_remove(o->disk, path, why);
    }
    return st;
}

status tiers_sweep(const tiers_options *o, err *why)
{
    named n = {0};
    DIR *d = opendir(o->folder);
    if (!d)
        return errno == ENOENT ? OK : err_os(why, errno, "reading %s", o->folder);
    status st = read_names(o, d, &n, why);
    if (st == OK) {
        if (n.count)
            qsort(n.ids, n.count, sizeof *n.ids, by_id);
        rewinddir(d);
        st = remove_unnamed(o, d, &n, why);
    }
    closedir(d);
    free(n.ids);
    return st;
}
