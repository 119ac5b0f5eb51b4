/* tiers.c - versions of keys that come and go: opening, checking, looking up. See tiers.h. */
#include "know/tiers.h"
#include "know/tiers/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- opening -------------------------------------------------------------------------------- */

uint64_t tiers_manifest_sum(const tiers_manifest *m)
{
    const uint8_t zeros[16] = {0};
    tiers_manifest copy = *m;
    copy.superseded = 0;
    return siphash(zeros, slice_of((const char *)&copy, sizeof copy - sizeof copy.sum));
}

bool tiers_manifest_sound(const tiers_manifest *m)
{
    return memcmp(m->magic, "NRTIERS1", 8) == 0 && m->version == TIERS_VERSION && m->tables &&
           m->tables <= TIERS_MAX && m->sum == tiers_manifest_sum(m);
}

tiers *tiers_close(tiers *t)
{
    for (size_t i = 0; t && i < TIERS_MAX; i++) {
        slots_close(t->tables[i]);
        slots_front_close(t->fronts[i]);
    }
    if (t)
        mapping_free(t->map);
    free(t);
    return NULL;
}

static status map_manifest(tiers *t, const char *path, err *why)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "%s is not there", path)
                               : err_os(why, errno, "opening %s", path);
    bool sized = fstat(fd, &info) == 0 && info.st_size == sizeof t->m;
    status st = sized ? mapping_new(fd, sizeof t->m, path, &t->map, why)
                      : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no manifest of tables", path);
    close(fd);
    if (st != OK)
        return st;
    memcpy(&t->m, t->map->at, sizeof t->m);
    t->m.superseded = 0; /* what is mapped tells */
    return tiers_manifest_sound(&t->m)
               ? OK
               : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is damaged", path);
}

static status open_tables(tiers *t, const char *folder, err *why)
{
    for (uint32_t i = 0; i < t->m.tables; i++) {
        char path[SLOTS_PATH_ROOM], hex[HASH_HEX_MAX];
        snprintf(path, sizeof path, "%s/%s.keys", folder, hash_hex(t->m.ids[i], TIERS_ID, hex));
        status st = slots_open(path, &t->tables[i], why);
        if (st != OK)
            return st;
        if (memcmp(slots_seed(t->tables[i]), slots_seed(t->tables[0]), SLOTS_SEED) != 0)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is of another set", path);
        t->ends = t->ends ||
                  (t->m.expired != SLOTS_DAY_NONE && slots_until_min(t->tables[i]) < t->m.expired);
    }
    return OK;
}

static const slots *const *tables_of(const tiers *t)
{
    return (const slots *const *)(const void *)t->tables;
}

/* Filters in front of several tables only make it quicker: one that is not there, or is of tables
 * that are folded by now, is none, and neither is a damaged one, of which tiers_verify tells. */
static void open_fronts(tiers *t, const char *folder)
{
    for (uint32_t i = 0; i + 1 < t->m.tables; i++) {
        char path[SLOTS_PATH_ROOM], hex[HASH_HEX_MAX];
        slots_front *f;
        snprintf(path, sizeof path, "%s/%s.front", folder, hash_hex(t->m.ids[i], TIERS_ID, hex));
        status st = slots_front_open(path, &f, NULL);
        if (st == ERR_INPUT)
            t->broken = i + 1;
        if (st != OK)
            continue;
        if (slots_front_covers(f, tables_of(t) + i, t->m.tables - i) > 1)
            t->fronts[i] = f;
        else
            slots_front_close(f);
    }
}

/* ret[i]: how many filters it takes from table i on. */
static void count_probes(const tiers *t, size_t ret[TIERS_MAX + 1])
{
    ret[t->m.tables] = 0;
    for (uint32_t i = t->m.tables; i-- > 0;) {
        size_t behind = 1;
        ret[i] = 1 + ret[i + 1];
        if (t->fronts[i])
            behind = slots_front_covers(t->fronts[i], tables_of(t) + i, t->m.tables - i);
        if (1 + ret[i + behind] < ret[i])
            ret[i] = 1 + ret[i + behind];
    }
}

size_t tiers_probes_from(const tiers *t, uint32_t first)
{
    size_t counts[TIERS_MAX + 1];
    count_probes(t, counts);
    return counts[first];
}

static void choose_probes(tiers *t)
{
    size_t counts[TIERS_MAX + 1];
    count_probes(t, counts);
    for (uint32_t i = 0; i < t->m.tables;) {
        slots_probe own = {NULL, i, 1}, *p = &t->probes[t->probe_count++];
        *p = own;
        if (t->fronts[i] && counts[i] < 1 + counts[i + 1])
            *p = (slots_probe){
                t->fronts[i], i,
                (uint32_t)slots_front_covers(t->fronts[i], tables_of(t) + i, t->m.tables - i)};
        i += p->count;
    }
}

/* A fold may take tables away between reading the manifest and opening them: once more. */
status tiers_open(const char *folder, const char *name, tiers **ret, err *why)
{
    enum { TRIES = 16 };
    char path[SLOTS_PATH_ROOM];
    status st = ERR_NOT_FOUND;
    bool again = true;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (int i = 0; i < TRIES && again; i++) {
        tiers *t = calloc(1, sizeof *t);
        if (!t)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        snprintf(t->name, sizeof t->name, "%s", name);
        st = map_manifest(t, path, why);
        again = st == OK;
        if (st == OK)
            st = open_tables(t, folder, why);
        if (st == OK) {
            open_fronts(t, folder);
            choose_probes(t);
            *ret = t;
            return OK;
        }
        again = again && st == ERR_NOT_FOUND;
        tiers_close(t);
    }
    return st;
}

/* It may hide keys that are there; without it nothing is lost. */
static status front_damaged(const tiers *t, uint32_t table, err *why)
{
    char hex[HASH_HEX_MAX];
    return err_set(why, ERR_INPUT, ERR_NOWHERE,
                   "%s.front is damaged: when it is removed, answers are right and slower",
                   hash_hex(t->m.ids[table], TIERS_ID, hex));
}

status tiers_verify(const tiers *t, err *why)
{
    return tiers_verify_but(t, NULL, NULL, why);
}

status tiers_verify_but(const tiers *t, bool (*skip)(void *ctx, const char *table), void *ctx,
                        err *why)
{
    tiers_manifest now;
    memcpy(&now, t->map->at, sizeof now);
    if (!tiers_manifest_sound(&now))
        return err_set(why, ERR_INPUT, 0, "damaged at byte 0: the manifest");
    for (uint32_t i = 0; i < t->m.tables; i++) {
        char hex[HASH_HEX_MAX];
        if (skip && skip(ctx, hash_hex(t->m.ids[i], TIERS_ID, hex)))
            continue;
        status st = slots_verify(t->tables[i], why);
        if (st != OK)
            return st;
        if (t->fronts[i] && slots_front_verify(t->fronts[i], tables_of(t) + i, NULL) != OK)
            return front_damaged(t, i, why);
    }
    return t->broken ? front_damaged(t, t->broken - 1, why) : OK;
}

status tiers_files(const tiers *t,
                   status (*on_file)(void *ctx, const char *name, slice bytes, err *why), void *ctx,
                   err *why)
{
    status st = on_file(ctx, t->name, slice_of((const char *)&t->m, sizeof t->m), why);
    for (uint32_t i = 0; st == OK && i < t->m.tables; i++) {
        char name[HASH_HEX_MAX + 8], hex[HASH_HEX_MAX];
        snprintf(name, sizeof name, "%s.keys", hash_hex(t->m.ids[i], TIERS_ID, hex));
        st = on_file(ctx, name, slots_file(t->tables[i]), why);
        if (st == OK)
            st = slots_whole(t->tables[i], why);
    }
    return st;
}

status tiers_whole(const tiers *t, err *why)
{
    status st = OK;
    for (uint32_t i = 0; st == OK && i < t->m.tables; i++) {
        st = slots_whole(t->tables[i], why);
        if (st == OK && t->fronts[i])
            st = slots_front_whole(t->fronts[i], why);
    }
    return st;
}

bool tiers_superseded(const tiers *t)
{
    const tiers_manifest *now = t->map->at;
    return __atomic_load_n(&now->superseded, __ATOMIC_RELAXED) != 0;
}

/* --- looking up ----------------------------------------------------------------------------- */

static bool over(const tiers *t, const slots_profile *p)
{
    return t->m.expired != SLOTS_DAY_NONE && p->until != SLOTS_DAY_NONE && p->until < t->m.expired;
}

static bool ended(const tiers *t, slots_found f)
{
    return t->ends && slots_ended(t->tables[f.table], f.record, t->m.expired);
}

void tiers_find(const tiers *t, const slots_key *keys, size_t count, slots_found *ret)
{
    slots_find_behind(tables_of(t), t->m.tables, t->probes, t->probe_count, keys, count, ret);
    for (size_t i = 0; i < count; i++)
        if (ret[i].record == SLOTS_REMOVED || (ret[i].record && ended(t, ret[i])))
            ret[i] = (slots_found){0};
}

size_t tiers_records(const tiers *t, slots_found found, slots_profile *ret, size_t room)
{
    slots_profile p[SLOTS_LIST_MAX];
    size_t n = 0;
    if (!found.record || found.table >= t->m.tables)
        return 0;
    size_t count = slots_records(t->tables[found.table], found.record, p, COUNT_OF(p));
    for (size_t i = 0; i < count && n < room; i++)
        if (!over(t, &p[i]))
            ret[n++] = p[i];
    return n;
}

/* --- what is in it -------------------------------------------------------------------------- */

uint64_t tiers_count(const tiers *t)
{
    return t->m.keys;
}

uint64_t tiers_of_kind(const tiers *t, kind k)
{
    return (unsigned)k < SLOTS_KINDS ? t->m.kinds[k] : 0;
}

uint64_t tiers_bytes(const tiers *t)
{
    uint64_t n = sizeof t->m;
    for (uint32_t i = 0; i < t->m.tables; i++) {
        n += slots_bytes(t->tables[i]);
        n += t->fronts[i] ? slots_front_bytes(t->fronts[i]) : 0;
    }
    return n;
}

size_t tiers_tables(const tiers *t)
{
    return t->m.tables;
}

bool tiers_has_prefix(const tiers *t, unsigned bits)
{
    bool any = false;
    for (uint32_t i = 0; i < t->m.tables; i++)
        any = any || slots_has_prefix(t->tables[i], bits);
    return any;
}

const uint8_t *tiers_seed(const tiers *t)
{
    return slots_seed(t->tables[0]);
}
