/* tiers_test.c - keys that come and go against a plain array in the order of the keys: changes,
 * ends, folds, crashes, disks that are full; readers that look on. */
#include "base/test.h"
#include "know/slots_build.h"
#include "know/tiers.h"
#include "know/tiers/manifest.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROFILES = 6, SPAN_MAX = 1 << 16, SAID_MAX = 2 };

/* --- a folder, and a disk that can fail ----------------------------------------------------- */

typedef struct world {
    char dir[64], scratch[80];
    fs disk;
    long left; /* operations that go well; then none does */
    uint64_t seed, dice;
    random_source chance, test;
    uint64_t written; /* keys, by folds and changes */
    err why;
} world;

static bool goes_well(world *w)
{
    return w->left-- > 0;
}

static status lost(err *why)
{
    return err_set(why, ERR_IO, ERR_NOWHERE, "disk full");
}

static status fail_write(void *ctx, int handle, const void *from, size_t n, err *why)
{
    const fs *real = fs_system();
    if (goes_well(ctx))
        return real->write(real->ctx, handle, from, n, why);
    if (n > 1) { /* a part of it got there */
        status st = real->write(real->ctx, handle, from, n / 2, why);
        (void)st;
    }
    return lost(why);
}

static status fail_sync(void *ctx, int handle, err *why)
{
    (void)handle; /* the machine does not stop: what is written is there */
    return goes_well(ctx) ? OK : lost(why);
}

static status fail_rename(void *ctx, const char *from, const char *to, err *why)
{
    const fs *real = fs_system();
    return goes_well(ctx) ? real->rename(real->ctx, from, to, why) : lost(why);
}

static status fail_sync_dir(void *ctx, const char *path, err *why)
{
    (void)path;
    return goes_well(ctx) ? OK : lost(why);
}

static int unlink_one(const char *path, const struct stat *s, int type, struct FTW *f)
{
    (void)s, (void)type, (void)f;
    return remove(path);
}

static void world_done(world *w)
{
    nftw(w->dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static bool world_make(world *w, uint64_t seed)
{
    *w = (world){.seed = seed, .dice = seed * 77 + 1, .disk = *fs_system(), .left = LONG_MAX};
    snprintf(w->dir, sizeof w->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    w->chance = random_seeded(&w->seed);
    w->test = random_seeded(&w->dice);
    w->disk.ctx = w;
    w->disk.write = fail_write;
    w->disk.sync = fail_sync;
    w->disk.rename = fail_rename;
    w->disk.sync_dir = fail_sync_dir;
    if (!mkdtemp(w->dir))
        return false;
    snprintf(w->scratch, sizeof w->scratch, "%s/scratch", w->dir);
    return mkdir(w->scratch, 0700) == 0;
}

static uint32_t roll(world *w, uint32_t n)
{
    uint32_t x;
    w->test.fill(w->test.ctx, &x, sizeof x);
    return x % n;
}

static tiers_options options_of(world *w)
{
    return (tiers_options){
        .disk = &w->disk, .folder = w->dir, .random = w->chance, .front_least = 1};
}

static void table_at(const world *w, char out[96])
{
    snprintf(out, 96, "%s/table", w->scratch);
}

/* --- the model ------------------------------------------------------------------------------ */

/* What is said of a key; count 0: nothing. */
typedef struct said {
    uint8_t count, id[SAID_MAX];
} said;

typedef struct model {
    said *at; /* by key */
    uint32_t span;
    int32_t today; /* of the last change; SLOTS_DAY_NONE at first */
} model;

static slots_profile profile(uint8_t id)
{
    slots_profile p = {slice_of("abcdefgh", id), id, SLOTS_DAY_NONE, SLOTS_DAY_NONE};
    if (id >= 2)
        p.until = 40 * id; /* days that come and go while the test runs */
    return p;
}

static slots_key key_of(uint32_t n, char room[64])
{
    memset(room, 0, 64);
    if (n % 4 == 3) {
        snprintf(room, 64, "%u.example", n);
        return (slots_key){KIND_DOMAIN, slice_str(room)};
    }
    memcpy(room, &n, sizeof n); /* digests that begin alike and count up */
    return (slots_key){n % 4 ? KIND_SHA256 : KIND_SHA1, slice_of(room, n % 4 ? 32 : 20)};
}

static bool over(const model *m, uint8_t id)
{
    return id >= 2 && m->today != SLOTS_DAY_NONE && 40 * id < m->today;
}

static size_t wrong_key(const tiers *t, const model *m, uint32_t n, slots_found found)
{
    slots_profile p[8];
    size_t got = tiers_records(t, found, p, COUNT_OF(p)), want = 0, same = 0;
    for (uint8_t i = 0; i < m->at[n].count; i++) {
        if (over(m, m->at[n].id[i]))
            continue;
        want++;
        for (size_t k = 0; k < got; k++)
            same += p[k].text.len == m->at[n].id[i];
    }
    return got != want || same != want || (found.record != 0) != (want != 0);
}

/* All keys, in batches; and as many that never were. */
static size_t wrong_keys(const tiers *t, const model *m, uint32_t step)
{
    enum { BATCH = 200 };
    char room[BATCH][64];
    slots_key keys[BATCH];
    slots_found found[BATCH];
    uint32_t number[BATCH];
    size_t wrong = 0, n = 0;
    for (uint32_t at = 0; at < m->span + m->span / 4; at += step) {
        number[n] = at;
        keys[n] = key_of(at, room[n]);
        if (++n < BATCH && at + step < m->span + m->span / 4)
            continue;
        tiers_find(t, keys, n, found);
        for (size_t i = 0; i < n; i++)
            wrong +=
                number[i] < m->span ? wrong_key(t, m, number[i], found[i]) : found[i].record != 0;
        n = 0;
    }
    return wrong;
}

static uint64_t live_keys(const model *m, uint64_t *ret_lasting)
{
    uint64_t n = 0;
    *ret_lasting = 0;
    for (uint32_t i = 0; i < m->span; i++) {
        bool lasts = false;
        n += m->at[i].count != 0;
        for (uint8_t k = 0; k < m->at[i].count; k++)
            lasts = lasts || !over(m, m->at[i].id[k]);
        *ret_lasting += lasts;
    }
    return n;
}

/* --- a store: the name of the version that was acknowledged, and a writer ------------------- */

typedef struct keeper {
    world *w;
    model now;
    char name[TIERS_NAME + 1];
    tiers *t;    /* of that name */
    tiers *held; /* an old version that somebody keeps open, */
    model was;   /* and what it said */
    uint64_t ops, crashes, folds, fronts;
} keeper;

static void new_name(world *w, char out[TIERS_NAME + 1])
{
    uint8_t id[TIERS_ID];
    char hex[HASH_HEX_MAX];
    w->chance.fill(w->chance.ctx, id, sizeof id);
    snprintf(out, TIERS_NAME + 1, "%s", hash_hex(id, sizeof id, hex));
}

static status change_one(keeper *k, model *next, slots_builder *b, const uint32_t ids[PROFILES],
                         bool *taken)
{
    char room[64];
    world *w = k->w;
    uint32_t n = roll(w, next->span);
    slots_key key = key_of(n, room);
    if (taken[n]) /* once a change: else both would count */
        return OK;
    taken[n] = true;
    k->ops++;
    next->at[n].count = 0;
    if (k->t && roll(w, 3) == 0)
        return slots_remove(b, key.kind, key.bytes, &w->why);
    uint32_t first = roll(w, PROFILES), more = roll(w, 4) == 0;
    status st = OK;
    for (uint32_t i = 0; i <= more && st == OK; i++) {
        uint32_t id = (first + i) % PROFILES;
        next->at[n].id[next->at[n].count++] = (uint8_t)id;
        st = slots_add(b, key.kind, key.bytes, -1, ids[id], &w->why);
    }
    return st;
}

static status build_change(keeper *k, model *next, uint32_t count, const char *path)
{
    world *w = k->w;
    slots_builder *b = NULL;
    slots_counts c;
    uint32_t ids[PROFILES];
    bool *taken = calloc(next->span, sizeof *taken);
    slots_build_options o = {.disk = &w->disk,
                             .folder = w->scratch,
                             .random = w->chance,
                             .seed = k->t ? tiers_seed(k->t) : NULL,
                             .memory_bytes = 1 << 16};
    status st = taken ? slots_builder_new(&o, &b, &w->why) : ERR_LIMIT;
    for (uint8_t i = 0; i < PROFILES && st == OK; i++) {
        slots_profile p = profile(i);
        st = slots_profile_add(b, &p, &ids[i], &w->why);
    }
    for (uint32_t i = 0; i < count && st == OK; i++)
        st = change_one(k, next, b, ids, taken);
    if (st == OK)
        st = slots_build(b, path, &c, &w->why);
    if (st == OK)
        w->written += c.keys;
    slots_builder_free(b);
    free(taken);
    return st;
}

static model copy_of(const model *m)
{
    model made = *m;
    made.at = calloc(m->span, sizeof *made.at);
    assert(made.at);
    memcpy(made.at, m->at, m->span * sizeof *made.at);
    return made;
}

/* What the next process does: manifests that were never acknowledged go, then tables. */
static void start_again(keeper *k)
{
    world *w = k->w;
    tiers_options o = options_of(w);
    DIR *d = opendir(w->dir);
    const struct dirent *e;
    w->left = LONG_MAX;
    while (d && (e = readdir(d)))
        if (strlen(e->d_name) == TIERS_NAME && strcmp(e->d_name, k->name) != 0) {
            char path[256];
            snprintf(path, sizeof path, "%.64s/%.32s", w->dir, e->d_name);
            unlink(path);
        }
    if (d)
        closedir(d);
    CHECK_OK(tiers_sweep(&o, &w->why));
    tiers_close(k->t);
    k->t = NULL;
    if (k->name[0] && tiers_open(w->dir, k->name, &k->t, &w->why) != OK)
        TEST_FAIL("after a crash: %s", w->why.msg);
}

/* A change, all or nothing. */
static status commit(keeper *k, uint32_t count)
{
    world *w = k->w;
    char path[96], name[TIERS_NAME + 1];
    model next = copy_of(&k->now);
    tiers_options o = options_of(w);
    if (k->t)
        next.today = (next.today == SLOTS_DAY_NONE ? 0 : next.today) + (int32_t)roll(w, 2);
    new_name(w, name);
    table_at(w, path);
    status st = build_change(k, &next, count, path);
    if (st == OK)
        st = k->t ? tiers_above(&o, k->t, path, name, next.today, &w->why)
                  : tiers_first(&o, path, name, &w->why);
    if (st != OK) {
        free(next.at);
        return st;
    }
    snprintf(k->name, sizeof k->name, "%s", name);
    free(k->now.at);
    k->now = next;
    tiers_close(k->t);
    k->t = NULL;
    CHECK_OK(tiers_open(w->dir, k->name, &k->t, &w->why));
    return OK;
}

static status fold(keeper *k)
{
    world *w = k->w;
    char path[96];
    size_t n;
    tiers_folded made;
    status st = OK;
    table_at(w, path);
    while (st == OK && k->t && tiers_due(k->t, &n)) {
        tiers_options o = options_of(w);
        k->folds++;
        st = tiers_fold(&w->disk, k->t, n, w->scratch, path, &made, &w->why);
        if (st == OK)
            st = tiers_swap(&o, k->t, n, path, &made, &w->why);
        if (st != OK)
            break;
        w->written += made.keys;
        CHECK(tiers_superseded(k->t));
        tiers_close(k->t);
        k->t = NULL;
        CHECK_OK(tiers_open(w->dir, k->name, &k->t, &w->why));
        st = tiers_sweep(&o, &w->why);
    }
    return st;
}

static void check_now(keeper *k, uint32_t step)
{
    uint64_t lasting, live = live_keys(&k->now, &lasting);
    if (!k->t)
        return;
    k->fronts += k->t->probe_count < k->t->m.tables;
    size_t wrong = wrong_keys(k->t, &k->now, step);
    CHECK_EQ(wrong, 0);
    CHECK(tiers_count(k->t) <= live && tiers_count(k->t) >= lasting);
}

/* Somebody opens a version and keeps it, whatever becomes of its files. */
static void hold(keeper *k)
{
    if (k->held) {
        CHECK_EQ(wrong_keys(k->held, &k->was, 1), 0);
        tiers_close(k->held);
        free(k->was.at);
        k->held = NULL;
    }
    if (k->t && tiers_open(k->w->dir, k->name, &k->held, &k->w->why) == OK)
        k->was = copy_of(&k->now);
}

static void step(keeper *k)
{
    world *w = k->w;
    bool crash = roll(w, 4) == 0;
    uint32_t size = roll(w, 10) ? 1 + roll(w, 60) : 1 + roll(w, k->now.span / 2);
    if (crash)
        w->left = roll(w, 30);
    status st = commit(k, size);
    if (st == OK && roll(w, 3))
        st = fold(k);
    if (st != OK && !crash)
        TEST_FAIL("%s", w->why.msg);
    if (crash) {
        k->crashes += st != OK;
        start_again(k);
    }
    check_now(k, roll(w, 8) ? 97 : 1);
    if (roll(w, 16) == 0)
        hold(k);
}

static void run_model(uint64_t seed, uint32_t span, uint64_t ops)
{
    world w;
    REQUIRE(world_make(&w, seed));
    keeper k = {.w = &w, .now = {.span = span, .today = SLOTS_DAY_NONE}};
    k.now.at = calloc(span, sizeof *k.now.at);
    REQUIRE(k.now.at);
    while (k.ops < ops)
        step(&k);
    check_now(&k, 1);
    CHECK(k.crashes && k.folds && k.fronts);
    if (k.t)
        CHECK_OK(tiers_verify(k.t, &w.why));
    hold(&k);
    tiers_close(k.held);
    tiers_close(k.t);
    free(k.was.at);
    free(k.now.at);
    world_done(&w);
}

TEST(keys_that_come_and_go_are_a_plain_array)
{
    bool more = getenv("NOROSHI_TEST_LONG") != NULL;
    for (uint64_t seed = 1; seed <= (more ? 12 : 3); seed++)
        run_model(seed, seed % 3 == 0 ? 40000 : seed % 3 == 1 ? 300 : 4000, more ? 300000 : 20000);
}

/* --- cost ----------------------------------------------------------------------------------- */

/* Every key is written a bounded number of times however small the changes are. */
TEST(folding_writes_a_key_a_bounded_number_of_times)
{
    enum { CHANGES = 400, EACH = 300 };
    world w;
    REQUIRE(world_make(&w, 5));
    keeper k = {.w = &w, .now = {.span = SPAN_MAX, .today = SLOTS_DAY_NONE}};
    k.now.at = calloc(SPAN_MAX, sizeof *k.now.at);
    REQUIRE(k.now.at);
    size_t most = 0;
    for (int i = 0; i < CHANGES; i++) {
        CHECK_OK(commit(&k, EACH));
        most = k.t && tiers_tables(k.t) > most ? tiers_tables(k.t) : most;
        CHECK_OK(fold(&k));
    }
    CHECK(most <= 3 * TIERS_CLASS_TABLES);
    CHECK(w.written < 12 * k.ops);
    check_now(&k, 1);
    tiers_close(k.t);
    free(k.now.at);
    world_done(&w);
}

/* --- what can be wrong ---------------------------------------------------------------------- */

static void small_store(world *w, keeper *k)
{
    *k = (keeper){.w = w, .now = {.span = 64, .today = SLOTS_DAY_NONE}};
    k->now.at = calloc(k->now.span, sizeof *k->now.at);
    assert(k->now.at);
    CHECK_OK(commit(k, 60));
    CHECK_OK(commit(k, 20));
}

TEST(a_flipped_bit_anywhere_is_detected)
{
    world w;
    keeper k;
    size_t unseen = 0;
    REQUIRE(world_make(&w, 9));
    small_store(&w, &k);
    DIR *d = opendir(w.dir);
    const struct dirent *e;
    while (d && (e = readdir(d))) {
        char path[256];
        struct stat info;
        snprintf(path, sizeof path, "%.64s/%.64s", w.dir, e->d_name);
        bool older = strlen(e->d_name) == TIERS_NAME && strcmp(e->d_name, k.name) != 0;
        if (older || stat(path, &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        int fd = open(path, O_RDWR | O_CLOEXEC);
        for (off_t at = 0; at < info.st_size; at++) {
            uint8_t was, is;
            tiers *t = NULL;
            REQUIRE(pread(fd, &was, 1, at) == 1);
            is = was ^ (uint8_t)(1u << at % 8);
            REQUIRE(pwrite(fd, &is, 1, at) == 1);
            bool noticed = tiers_open(w.dir, k.name, &t, &w.why) != OK;
            if (t) {
                size_t wrong = wrong_keys(t, &k.now, 1); /* anything but a crash */
                (void)wrong;
                noticed = tiers_verify(t, &w.why) != OK;
            }
            tiers_close(t);
            REQUIRE(pwrite(fd, &was, 1, at) == 1);
            /* the hint to readers is in no sum: it says nothing of any key */
            bool hint = strlen(e->d_name) == TIERS_NAME && at >= 12 && at < 16;
            unseen += !noticed && !hint;
        }
        close(fd);
    }
    if (d)
        closedir(d);
    CHECK_EQ(unseen, 0);
    check_now(&k, 1);
    tiers_close(k.t);
    free(k.now.at);
    world_done(&w);
}

/* Whatever operation fails first, it is an error, and what was acknowledged is there. */
TEST(a_full_disk_is_an_error_and_the_old_version_serves)
{
    world w;
    keeper k;
    size_t failed = 0;
    REQUIRE(world_make(&w, 11));
    small_store(&w, &k);
    for (long n = 0; n < 200; n++) {
        w.left = n;
        status st = commit(&k, 10);
        if (st == OK)
            st = fold(&k);
        failed += st != OK;
        if (st != OK && (st != ERR_IO || !w.why.msg[0]))
            TEST_FAIL("operation %ld: %s", n, status_name(st));
        check_now(&k, 1); /* before anything is repaired */
        start_again(&k);
        check_now(&k, 1);
    }
    CHECK(failed > 5);
    CHECK(failed < 200);
    tiers_close(k.t);
    free(k.now.at);
    world_done(&w);
}

TEST(tables_that_are_not_of_one_set_are_refused)
{
    world w;
    keeper a, b;
    char path[96], name[TIERS_NAME + 1];
    tiers_change c = {.added = 7};
    REQUIRE(world_make(&w, 13));
    small_store(&w, &a);
    small_store(&w, &b);
    model scratch = copy_of(&a.now);
    table_at(&w, path);
    REQUIRE(build_change(&a, &scratch, 5, path) == OK);
    new_name(&w, name);
    tiers_options o = options_of(&w);
    CHECK_EQ(tiers_above(&o, b.t, path, name, 0, &w.why), ERR_INTERNAL);
    CHECK_EQ(tiers_compare(b.t, path, &c, &w.why), ERR_INTERNAL);
    CHECK_EQ(c.added, 7);
    CHECK_OK(tiers_compare(a.t, path, &c, &w.why));
    CHECK(c.added + c.changed + c.same + c.removed + c.absent == 5 || c.added < 7);
    free(scratch.at);
    free(a.now.at);
    free(b.now.at);
    tiers_close(a.t);
    tiers_close(b.t);
    world_done(&w);
}

/* --- many readers --------------------------------------------------------------------------- */

enum { READERS = 8, ROUNDS = 60, STEP = 50 };

/* Version v has keys 0..STEP * v - 1, those of its last round removed again but for the even ones:
 * a reader who sees a half of a change finds another number. */
typedef struct shared {
    world *w;
    pthread_mutex_t lock;
    char name[TIERS_NAME + 1];
    uint32_t version;
    bool over;
} shared;

static bool wanted(uint32_t n, uint32_t version)
{
    return n < STEP * version && (n / STEP + 1 == version || n % 2 == 0);
}

static size_t read_version(const shared *s, const char *name, uint32_t version)
{
    char room[STEP][64];
    slots_key keys[STEP];
    slots_found found[STEP];
    tiers *t;
    err why;
    size_t wrong = 0;
    if (tiers_open(s->w->dir, name, &t, &why) != OK)
        return 1;
    for (uint32_t at = 0; at < STEP * (version + 1); at += STEP) {
        for (uint32_t i = 0; i < STEP; i++)
            keys[i] = key_of(at + i, room[i]);
        tiers_find(t, keys, STEP, found);
        for (uint32_t i = 0; i < STEP; i++)
            wrong += (found[i].record != 0) != wanted(at + i, version);
    }
    wrong += tiers_superseded(t) && tiers_tables(t) == 1;
    tiers_close(t);
    return wrong;
}

static void *reader(void *ctx)
{
    shared *s = ctx;
    size_t wrong = 0;
    for (bool last = false; !last;) {
        char name[TIERS_NAME + 1];
        pthread_mutex_lock(&s->lock);
        memcpy(name, s->name, sizeof name);
        uint32_t version = s->version;
        last = s->over;
        pthread_mutex_unlock(&s->lock);
        wrong += read_version(s, name, version);
    }
    return (void *)(uintptr_t)wrong;
}

static status write_round(keeper *k, uint32_t version)
{
    world *w = k->w;
    char path[96], room[64], name[TIERS_NAME + 1];
    slots_builder *b = NULL;
    slots_counts c;
    uint32_t id;
    slots_profile p = profile(1);
    slots_build_options o = {.disk = &w->disk,
                             .folder = w->scratch,
                             .random = w->chance,
                             .seed = k->t ? tiers_seed(k->t) : NULL,
                             .memory_bytes = 1 << 16};
    tiers_options to = options_of(w);
    table_at(w, path);
    status st = slots_builder_new(&o, &b, &w->why);
    if (st == OK)
        st = slots_profile_add(b, &p, &id, &w->why);
    for (uint32_t n = 0; n < STEP * version && st == OK; n++) {
        slots_key key = key_of(n, room);
        if (n / STEP + 1 == version)
            st = slots_add(b, key.kind, key.bytes, -1, id, &w->why);
        else if (n / STEP + 2 == version && n % 2)
            st = slots_remove(b, key.kind, key.bytes, &w->why);
    }
    if (st == OK)
        st = slots_build(b, path, &c, &w->why);
    slots_builder_free(b);
    new_name(w, name);
    if (st == OK)
        st = k->t ? tiers_above(&to, k->t, path, name, 1, &w->why)
                  : tiers_first(&to, path, name, &w->why);
    if (st == OK) {
        snprintf(k->name, sizeof k->name, "%s", name);
        tiers_close(k->t);
        k->t = NULL;
        st = tiers_open(w->dir, name, &k->t, &w->why);
    }
    return st;
}

static void publish(shared *s, const keeper *k, uint32_t version)
{
    pthread_mutex_lock(&s->lock);
    memcpy(s->name, k->name, sizeof s->name);
    s->version = version;
    s->over = version == ROUNDS;
    pthread_mutex_unlock(&s->lock);
}

static bool put_file(const world *w, const char *name, size_t bytes, char path[200])
{
    char *zeros = calloc(bytes, 1);
    snprintf(path, 200, "%s/%s", w->dir, name);
    FILE *f = fopen(path, "wb");
    bool fine = zeros && f && fwrite(zeros, 1, bytes, f) == bytes;
    free(zeros);
    return f && fclose(f) == 0 && fine;
}

/* A set of the layout before manifests was one file, called like a manifest: it names no table, and
 * those that nobody names go all the same. One manifest that is damaged might name any. */
TEST(what_nobody_names_is_swept)
{
#define NAME "0123456789abcdef0123456789abcdef"
    char old[200], table[200], damaged[200];
    world w;
    REQUIRE(world_make(&w, 3));
    tiers_options o = options_of(&w);
    REQUIRE(put_file(&w, NAME, 8192, old) && put_file(&w, NAME ".keys", 10, table));
    CHECK_OK(tiers_sweep(&o, &w.why));
    CHECK(access(old, F_OK) == 0);
    CHECK(access(table, F_OK) != 0);
    REQUIRE(put_file(&w,
                     "ff"
                     "23456789abcdef0123456789abcdef",
                     100, damaged) &&
            put_file(&w, NAME ".keys", 10, table));
    CHECK_EQ(tiers_sweep(&o, &w.why), ERR_INPUT);
    CHECK(access(table, F_OK) == 0);
    world_done(&w);
#undef NAME
}

TEST(one_writes_and_eight_read)
{
    world w;
    pthread_t threads[READERS];
    size_t wrong = 0;
    REQUIRE(world_make(&w, 17));
    keeper k = {.w = &w};
    shared s = {.w = &w, .lock = PTHREAD_MUTEX_INITIALIZER};
    CHECK_OK(write_round(&k, 1));
    publish(&s, &k, 1);
    for (int i = 0; i < READERS; i++)
        REQUIRE(pthread_create(&threads[i], NULL, reader, &s) == 0);
    for (uint32_t v = 2; v <= ROUNDS; v++) {
        CHECK_OK(write_round(&k, v));
        publish(&s, &k, v);
        CHECK_OK(fold(&k)); /* while they read it; names that were told stay */
    }
    for (int i = 0; i < READERS; i++) {
        void *bad;
        pthread_join(threads[i], &bad);
        wrong += (uintptr_t)bad;
    }
    CHECK_EQ(wrong, 0);
    CHECK(k.folds > 5);
    pthread_mutex_destroy(&s.lock);
    tiers_close(k.t);
    world_done(&w);
}
