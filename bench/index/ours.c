/* ours.c - tables of keys: a version as it lives (four tables above each other, removals, profiles
 * that end), and one table alone. */
#include "know/slots_build.h"
#include "know/tiers.h"
#include "peers.h"

#include <sys/stat.h>
#include <unistd.h>

enum {
    TIERS = 4,
    TODAY = 20000,
    ENDED = TODAY - 1000,
    ENDS = TODAY + 1000,
    ENDS_EACH = 10,   /* one key of so many has an end that is to come; */
    GONE_EACH = 1000, /* so many fewer that were there are removed, or over */
};

typedef struct ours {
    char sets[300], scratch[320], table[340], name[TIERS_NAME + 1];
    tiers *t;
    slots *alone;
    uint64_t named;
} ours;

static ours *prepare(const run *r)
{
    ours *o = calloc(1, sizeof *o);
    need(o != NULL, "out of memory");
    snprintf(o->sets, sizeof o->sets, "%s/sets", r->folder);
    snprintf(o->scratch, sizeof o->scratch, "%s/scratch", r->folder);
    snprintf(o->table, sizeof o->table, "%s/table", o->scratch);
    snprintf(o->name, sizeof o->name, "%032x", TIERS);
    mkdir(o->sets, 0700);
    mkdir(o->scratch, 0700);
    return o;
}

static void *tiers_there(const run *r)
{
    ours *o = prepare(r);
    err why = {0};
    status st = tiers_open(o->sets, o->name, &o->t, &why);
    need(st == OK || st == ERR_NOT_FOUND, why.msg);
    return o;
}

static void *table_there(const run *r)
{
    ours *o = prepare(r);
    err why = {0};
    status st = slots_open(o->table, &o->alone, &why);
    need(st == OK || st == ERR_NOT_FOUND, why.msg);
    return o;
}

static void close_ours(void *e)
{
    ours *o = e;
    tiers_close(o->t);
    slots_close(o->alone);
    free(o);
}

/* --- making --------------------------------------------------------------------------------- */

typedef struct making {
    const run *r;
    ours *o;
    slots_builder *b;
    uint32_t plain, ends, ended;
} making;

static uint32_t profile(slots_builder *b, slice text, int32_t until)
{
    uint32_t id = 0;
    err why = {0};
    slots_profile p = {text, TODAY - 30, TODAY - 1, until};
    need(slots_profile_add(b, &p, &id, &why) == OK, why.msg);
    return id;
}

static void begin(making *m)
{
    err why = {0};
    slots_build_options o = {.disk = fs_system(),
                             .folder = m->o->scratch,
                             .random = random_system(),
                             .seed = m->o->t ? tiers_seed(m->o->t) : NULL};
    need(slots_builder_new(&o, &m->b, &why) == OK, why.msg);
    m->plain = profile(m->b, S("family"), SLOTS_DAY_NONE);
    m->ends = profile(m->b, S("family"), ENDS);
    m->ended = profile(m->b, S("family"), ENDED);
}

static void add(making *m, const char key[KEY], uint32_t id)
{
    err why = {0};
    need(slots_add(m->b, KIND_SHA256, slice_of(key, KEY), -1, id, &why) == OK, why.msg);
}

static void add_keys(making *m, uint64_t from, uint64_t upto)
{
    char key[KEY];
    for (uint64_t i = from; i < upto; i++) {
        index_next_key(m->r, i, key);
        add(m, key, i % ENDS_EACH ? m->plain : m->ends);
    }
}

/* Keys that nobody finds: half of them end, half are removed later. */
static void add_gone(making *m, bool remove)
{
    char key[KEY];
    err why = {0};
    for (uint64_t i = 0; i < m->r->keys / GONE_EACH; i++) {
        bench_key(m->r->keys + ((uint64_t)1 << 62) + i, key);
        if (!remove)
            add(m, key, i % 2 ? m->plain : m->ended);
        else if (i % 2)
            need(slots_remove(m->b, KIND_SHA256, slice_of(key, KEY), &why) == OK, why.msg);
    }
}

static void end(making *m)
{
    slots_counts c;
    err why = {0};
    need(slots_build(m->b, m->o->table, &c, &why) == OK, why.msg);
    slots_builder_free(m->b);
}

static void place(making *m)
{
    ours *o = m->o;
    err why = {0};
    tiers_options to = {.disk = fs_system(), .folder = o->sets, .random = random_system()};
    snprintf(o->name, sizeof o->name, "%032x", (unsigned)++o->named);
    need((o->t ? tiers_above(&to, o->t, o->table, o->name, TODAY, &why)
               : tiers_first(&to, o->table, o->name, &why)) == OK,
         why.msg);
    o->t = tiers_close(o->t);
    need(tiers_open(o->sets, o->name, &o->t, &why) == OK, why.msg);
}

static void insert_tiers(void *e, const run *r)
{
    making m = {.r = r, .o = e};
    uint64_t above = 0, at = 0;
    for (uint64_t i = 1; i < TIERS; i++)
        above += r->keys >> (3 * i);
    for (uint64_t i = 0; i < TIERS; i++) {
        uint64_t upto = i ? at + (r->keys >> (3 * i)) : r->keys - above;
        begin(&m);
        add_keys(&m, at, upto);
        if (i == 0 || i == TIERS - 1)
            add_gone(&m, i != 0);
        end(&m);
        place(&m);
        at = upto;
    }
}

static void insert_table(void *e, const run *r)
{
    making m = {.r = r, .o = e};
    err why = {0};
    begin(&m);
    add_keys(&m, 0, r->keys);
    end(&m);
    need(slots_open(m.o->table, &m.o->alone, &why) == OK, why.msg);
}

/* --- asking --------------------------------------------------------------------------------- */

static size_t find_tiers(void *e, const char *keys, size_t count)
{
    const ours *o = e;
    slots_key asked[BATCH] = {{KIND_NONE, {0}}};
    slots_found found[BATCH];
    size_t hits = 0;
    need(o->t != NULL, "nothing was filled");
    for (size_t i = 0; i < count; i++)
        asked[i] = (slots_key){KIND_SHA256, slice_of(keys + i * KEY, KEY)};
    tiers_find(o->t, asked, count, found);
    for (size_t i = 0; i < count; i++)
        hits += found[i].record != 0;
    return hits;
}

static size_t find_table(void *e, const char *keys, size_t count)
{
    const ours *o = e;
    slots_key asked[BATCH] = {{KIND_NONE, {0}}};
    uint32_t record[BATCH];
    size_t hits = 0;
    need(o->alone != NULL, "nothing was filled");
    for (size_t i = 0; i < count; i++)
        asked[i] = (slots_key){KIND_SHA256, slice_of(keys + i * KEY, KEY)};
    slots_find(o->alone, asked, count, record);
    for (size_t i = 0; i < count; i++)
        hits += record[i] != 0;
    return hits;
}

const engine engine_tiers = {"ours", BATCH, tiers_there, insert_tiers, find_tiers, close_ours};
const engine engine_table = {"ours-one-table", BATCH,      table_there,
                             insert_table,     find_table, close_ours};
