/* store.c - opening the store, taking back what a killed writer left, looking: see store.h. */
#include "know/pair.h"
#include "know/store_private.h"
#include "know/undo.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    READER_CACHE_KIB = 8192,
    WRITER_CACHE_KIB = 16384,
    IMPORT_CACHE_KIB = 49152,
    SMALL_CACHE_KIB = 512,
    INTERNED_MAX = 64 << 20,
    PER_LOOK_KEPT = INTERNED_MAX / 2 /* over it a look begins anew, though it sees the same */
};
static const uint64_t mmap_max = (uint64_t)16 << 30;

/* --- opening -------------------------------------------------------------------------------- */

static status connect(const store *s, bool writing, uint32_t cache_kib, db **ret, err *why)
{
    db_options o = {
        .where = s->db_path,
        .server = *s->server ? s->server : NULL,
        .passfile = *s->passfile ? s->passfile : NULL,
        .vfs = s->options.vfs,
        .cache_kib = cache_kib,
        .mmap_bytes = writing ? 0 : mmap_max,
        .folds_nothing = cache_kib == SMALL_CACHE_KIB,
        .mutant = s->options.mutant,
    };
    return db_open(&o, ret, why);
}

status store_connect(const store *s, bool writing, db **ret, err *why)
{
    return connect(s, writing, writing ? WRITER_CACHE_KIB : READER_CACHE_KIB, ret, why);
}

status store_connect_import(const store *s, db **ret, err *why)
{
    return connect(s, true, IMPORT_CACHE_KIB, ret, why);
}

status store_connect_small(const store *s, db **ret, err *why)
{
    return connect(s, true, SMALL_CACHE_KIB, ret, why);
}

status store_connect_scan(const store *s, db **ret, err *why)
{
    return connect(s, true, READER_CACHE_KIB / 4, ret, why);
}

status store_index_key(db *d, uint8_t ret[16], err *why)
{
    bool row;
    db_stmt *q = db_query(d, Q_META_GET);
    db_bind_text(q, 1, S("index_key"));
    status st = db_step(q, &row, why);
    if (st == OK && (!row || !hash_unhex(db_text(q, 0), ret, 16)))
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "the store has no index key");
    db_reset(q);
    return st;
}

static status make_index_key(store *s, db *d, err *why)
{
    uint8_t key[16];
    char hex[HASH_HEX_MAX];
    status st = store_index_key(d, key, why);
    if (st != ERR_NOT_FOUND)
        return st;
    s->options.random.fill(s->options.random.ctx, key, sizeof key);
    hash_hex(key, sizeof key, hex);
    if ((st = db_begin_write(d, why)) != OK)
        return st;
    db_stmt *q = db_query(d, Q_META_ADD);
    db_bind_text(q, 1, S("index_key"));
    db_bind_text(q, 2, slice_str(hex));
    if ((st = db_run(q, why)) == OK)
        st = db_commit(d, why);
    if (st != OK)
        db_rollback(d);
    return st;
}

/* SQLite would make the file readable by others as the umask allows. */
static status make_file(const store *s, err *why)
{
    file f;
    status st =
        fs_open(s->options.disk, s->db_path, FILE_WRITE | FILE_CREATE | FILE_EXCLUSIVE, &f, why);
    if (st == OK)
        file_close(&f);
    return st == ERR_BUSY ? OK : st;
}

/* First start makes the schema; later ones only look at the version. */
static status prepare(store *s, err *why)
{
    db *d = NULL;
    status st = store_connect(s, true, &d, why);
    if (st == OK)
        st = db_migrate(d, why);
    if (st == OK && *s->server)
        st = pair_check(s, d, s->options.create, why);
    if (st == OK)
        st = make_index_key(s, d, why);
    if (st == OK)
        st = undo_abandoned(s, d, why);
    db_close(d);
    if (st == OK)
        sets_sweep(s);
    return st;
}

static status make_folders(const store *s, err *why)
{
    static const char *const folders[] = {"", "/blobs", "/pending", "/index", "/sets"};
    char path[STORE_PATH_MAX + 16];
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        snprintf(path, sizeof path, "%s%s", s->dir, folders[i]);
        status st = fs_mkdir(s->options.disk, path, why);
        if (st != OK)
            return st;
    }
    /* a parent that may not be read was not made here, nor was the folder in it */
    snprintf(path, sizeof path, "%s/..", s->dir);
    status parent = fs_sync_dir(s->options.disk, path, NULL);
    (void)parent;
    return fs_sync_dir(s->options.disk, s->dir, why);
}

static status set_up(store *s, const store_options *o, err *why)
{
    if (strlen(o->dir) >= STORE_PATH_MAX - 32)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "path of the data directory over %d bytes",
                       STORE_PATH_MAX - 32);
    if ((o->server && strlen(o->server) >= STORE_PATH_MAX) ||
        (o->passfile && strlen(o->passfile) >= STORE_PATH_MAX))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "address of the database over %d bytes",
                       STORE_PATH_MAX - 1);
    s->options = *o;
    if (!s->options.disk)
        s->options.disk = fs_system();
    snprintf(s->dir, sizeof s->dir, "%s", o->dir);
    snprintf(s->db_path, sizeof s->db_path, "%.*s/noroshi.db", STORE_PATH_MAX - 32, s->dir);
    snprintf(s->blob_path, sizeof s->blob_path, "%.*s/blobs", STORE_PATH_MAX - 32, s->dir);
    snprintf(s->server, sizeof s->server, "%s", o->server ? o->server : "");
    snprintf(s->passfile, sizeof s->passfile, "%s", o->passfile ? o->passfile : "");
    s->options.dir = s->dir;
    s->options.server = s->options.passfile = NULL;
    s->blobs = (blob_dir){.disk = s->options.disk, .path = s->blob_path, .random = o->random};
    return OK;
}

/* Is there a store, as far as files tell? Makes the folders, and SQLite's file, when asked to. */
static status find_files(const store *s, err *why)
{
    file probe;
    status st;
    if (s->options.create) {
        st = make_folders(s, why);
        return st == OK && !*s->server ? make_file(s, why) : st;
    }
    if (*s->server && pair_exists(s))
        return OK;
    if ((st = fs_open(s->options.disk, s->db_path, FILE_READ, &probe, why)) == OK)
        file_close(&probe);
    if (st == OK && *s->server)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE,
                     "the store of %s is SQLite's: leave out --store, or noroshi migrate", s->dir);
    else if (st == ERR_NOT_FOUND && pair_exists(s))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE,
                     "the store of %s is in a database: say which with --store", s->dir);
    else if (st == ERR_NOT_FOUND)
        err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no store in %s: noroshi init makes one", s->dir);
    return st;
}

status store_open(const store_options *o, store **ret, err *why)
{
    store *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = set_up(s, o, why);
    if (st == OK)
        st = find_files(s, why);
    if (st == OK)
        st = prepare(s, why);
    if (st != OK) {
        store_close(s);
        return st;
    }
    *ret = s;
    return OK;
}

status store_blank(const store_options *o, store **ret, err *why)
{
    store *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = set_up(s, o, why);
    s->options.create = true;
    if (st == OK)
        st = find_files(s, why);
    if (st != OK) {
        store_close(s);
        return st;
    }
    *ret = s;
    return OK;
}

const char *store_engine(const store *s)
{
    return *s->server ? "postgresql" : "sqlite";
}

store *store_close(store *s)
{
    free(s);
    return NULL;
}

const blob_dir *store_blobs(const store *s)
{
    return &s->blobs;
}

const char *store_dir(const store *s)
{
    return s->dir;
}

status store_check(store *s, err *why)
{
    db *d = NULL;
    status st = store_connect(s, false, &d, why);
    if (st == OK)
        st = db_check(d, why);
    db_close(d);
    return st;
}

/* --- nodes ---------------------------------------------------------------------------------- */

uint64_t node_hash(hash_state *h, node_ref n)
{
    uint8_t digest[SHA256_BYTES], k[2] = {(uint8_t)n.kind, (uint8_t)(n.kind >> 8)};
    uint64_t id;
    hash_update(h, slice_of((const char *)k, 2));
    hash_update(h, n.text);
    hash_final(h, digest);
    memcpy(&id, digest, 8);
    return id;
}

status node_find(db *d, hash_state *h, node_ref n, int64_t *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(d, Q_NODE_FIND);
    db_bind_int(q, 1, (int64_t)node_hash(h, n));
    db_bind_int(q, 2, n.kind);
    db_bind_text(q, 3, n.text);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    *ret = row ? db_int(q, 0) : 0;
    db_reset(q);
    return OK;
}

/* --- looking -------------------------------------------------------------------------------- */

status lens_new(store *s, lens **ret, err *why)
{
    lens *l = calloc(1, sizeof *l);
    if (!l)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    l->s = s;
    arena_init(&l->interned, INTERNED_MAX);
    arena_init(&l->per_look, INTERNED_MAX);
    l->h = hash_new(HASH_SHA256);
    status st = l->h ? store_connect(s, false, &l->d, why)
                     : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st != OK) {
        lens_free(l);
        return st;
    }
    *ret = l;
    return OK;
}

lens *lens_free(lens *l)
{
    if (l) {
        db_close(l->d);
        blob_reader_free(l->bytes);
        hash_free(l->h);
        arena_done(&l->interned);
        arena_done(&l->per_look);
        names_cache_free(l->names);
        sets_cache_free(l->sets);
        free(l->markings);
        free(l->sources);
        free(l);
    }
    return NULL;
}

const view *lens_view(const lens *l)
{
    return l->v;
}

store *lens_store(const lens *l)
{
    return l->s;
}

int64_t lens_newest(const lens *l)
{
    return l->newest_us;
}

/* View classes never change once made; new ones are loaded when the table has grown. */
static status load_markings(lens *l, err *why)
{
    bool row;
    status st;
    size_t n = 0;
    db_stmt *q = db_query(l->d, Q_VIEW_CLASS_ALL);
    while ((st = db_step(q, &row, why)) == OK && row) {
        size_t id = (size_t)db_int(q, 0);
        if (id >= VIEW_CLASS_MAX)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d different markings",
                           VIEW_CLASS_MAX);
        if (id >= l->marking_count) {
            size_t count = (id + 64) & ~(size_t)63;
            marking *p = realloc(l->markings, count * sizeof *p);
            if (!p)
                return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
            memset(p + l->marking_count, 0, (count - l->marking_count) * sizeof *p);
            l->markings = p;
            l->marking_count = count;
        }
        marking *m = &l->markings[id];
        if (!m->owner.ptr) { /* not loaded yet */
            m->tlp = (tlp)db_int(q, 1);
            m->pap = (pap)db_int(q, 2);
            if (!arena_copy(&l->interned, db_text(q, 4), &m->audience) ||
                !arena_copy(&l->interned, db_text(q, 3), &m->owner))
                return ARENA_SPENT(&l->interned, why);
        }
        l->classes[id] = view_sees(l->v, *m);
        n = id + 1;
    }
    l->sight.classes = l->classes;
    l->sight.class_count = n;
    return st;
}

/* Which transactions were published by the view's known-at instant. */
static status load_cut(lens *l, err *why)
{
    bool row;
    int64_t until = l->v->known_at == WHEN_NONE ? INT64_MAX : l->v->known_at * 1000 + 999;
    int64_t low = 1;
    l->until_us = until;
    db_stmt *q = db_query(l->d, Q_TX_NEWEST);
    db_bind_int(q, 1, until);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    l->newest_us = row ? db_int(q, 1) : 0;
    l->sight.tx = row ? db_int(q, 3) : 0;
    low = row ? db_int(q, 2) : 1;
    db_reset(q);
    q = db_query(l->d, Q_TX_PENDING);
    db_bind_int(q, 1, low);
    db_bind_int(q, 2, l->sight.tx);
    db_bind_int(q, 3, until);
    db_bind_int(q, 4, PENDING_MAX + 1);
    l->sight.pending = l->pending;
    l->sight.pending_count = 0;
    while ((st = db_step(q, &row, why)) == OK && row) {
        if (l->sight.pending_count == PENDING_MAX) {
            db_reset(q);
            return err_set(why, ERR_BUSY, ERR_NOWHERE, "over %d imports under way", PENDING_MAX);
        }
        l->pending[l->sight.pending_count++] = db_int(q, 0);
    }
    return st;
}

/* The first read of a transaction is what pins it. */
static status touch(lens *l, err *why)
{
    bool row;
    db_stmt *q = db_query(l->d, Q_TX_LAST_AT);
    status st = db_step(q, &row, why);
    db_reset(q);
    return st;
}

/* Do both see the same of the same store? When it is now does not matter for that. */
static bool same_sight(const view *a, const view *b)
{
    bool same = a->clearance == b->clearance && slice_eq(a->organisation, b->organisation) &&
                a->all_audiences == b->all_audiences && a->known_at == b->known_at &&
                a->audience_count == b->audience_count;
    for (size_t i = 0; same && i < a->audience_count; i++)
        same = slice_eq(a->audiences[i], b->audiences[i]);
    return same;
}

static status keep_view(lens *l, const view *v, err *why)
{
    l->looked = *v;
    slice *audiences = arena_array(&l->per_look, v->audience_count + 1, sizeof *audiences);
    bool room = audiences && arena_copy(&l->per_look, v->organisation, &l->looked.organisation);
    for (size_t i = 0; room && i < v->audience_count; i++)
        room = arena_copy(&l->per_look, v->audiences[i], &audiences[i]);
    l->looked.audiences = audiences;
    return room ? OK : ARENA_SPENT(&l->per_look, why);
}

/* What was found out in the look before may hold still. */
static bool may_be_same(const lens *l, const view *v)
{
    return l->settled && l->per_look.spent < PER_LOOK_KEPT && same_sight(&l->looked, v);
}

static bool is_same_content(lens *l)
{
    uint32_t content;
    return db_content(l->d, &content) && content == l->content;
}

/* The store has other content, and yet nothing may have been published since: a large import
 * commits many times before, sessions and the audit log are no claims. Instants of publishing only
 * grow, and what is seen is what was published by the newest. *ret: so it is. */
static status is_same_cut(lens *l, bool *ret, err *why)
{
    int64_t newest = l->newest_us, tx = l->sight.tx;
    status st = load_cut(l, why);
    *ret = st == OK && l->newest_us == newest && l->sight.tx == tx;
    if (*ret) /* alerts and feeds are not published, and may be the first that are marked so */
        st = load_markings(l, why);
    if (*ret)
        l->settled = db_content(l->d, &l->content);
    return st;
}

static status look_anew(lens *l, const view *v, err *why)
{
    l->look++;
    arena_reset(&l->per_look);
    l->nodes = NULL;
    l->node_count = 0;
    status st = load_cut(l, why);
    if (st == OK)
        st = load_markings(l, why);
    if (st == OK)
        st = keep_view(l, v, why);
    l->settled = st == OK && db_content(l->d, &l->content);
    return st;
}

void lens_rest(lens *l)
{
    if (l && l->in_read)
        db_rollback(l->d);
    if (l)
        l->in_read = false;
}

/* Nobody has committed anything since. A commit that comes before the first statement of this look
 * changes nothing in it, as nothing that is published later is in its sight; but the past can be
 * purged. */
static bool is_unchanged(const lens *l, const view *v, const db_mark *now)
{
    return l->marked && memcmp(&l->mark, now, sizeof *now) == 0 && v->known_at == WHEN_NONE &&
           may_be_same(l, v);
}

status lens_look(lens *l, const view *v, err *why)
{
    db_mark now;
    lens_rest(l);
    l->v = v;
    bool marked = db_mark_now(l->d, &now); /* before the transaction, which may see newer things */
    status st = db_begin_read(l->d, why);
    l->in_read = st == OK;
    if (st == OK && marked && is_unchanged(l, v, &now)) {
        db_view(l->d, &l->sight);
        return OK;
    }
    l->marked = marked;
    if (marked)
        l->mark = now;
    if (st == OK)
        st = touch(l, why);
    bool same = st == OK && may_be_same(l, v);
    if (same && !is_same_content(l)) {
        same = v->known_at == WHEN_NONE; /* the past can be purged, which publishes nothing in it */
        if (same)
            st = is_same_cut(l, &same, why);
    }
    if (st == OK && !same)
        st = look_anew(l, v, why);
    l->marked = l->marked && st == OK;
    db_view(l->d, st == OK ? &l->sight : NULL);
    return st;
}

uint64_t lens_looks(const lens *l)
{
    return l->look;
}

status lens_marking(lens *l, int64_t vc, marking *ret, err *why)
{
    if (vc < 0 || (uint64_t)vc >= l->marking_count || !l->markings[vc].owner.ptr)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "view class %lld is not in the store",
                       (long long)vc);
    *ret = l->markings[vc];
    return OK;
}

status lens_source(lens *l, int64_t id, slice *ret, err *why)
{
    bool row;
    size_t i = (size_t)id;
    enum { SOURCES_MAX = 1 << 24 }; /* a store that somebody else wrote may say anything */
    if (id < 0 || i >= SOURCES_MAX)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "source %lld is not in the store",
                       (long long)id);
    if (i >= l->source_count) {
        size_t count = (i + 256) & ~(size_t)255;
        slice *p = realloc(l->sources, count * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        memset(p + l->source_count, 0, (count - l->source_count) * sizeof *p);
        l->sources = p;
        l->source_count = count;
    }
    if (!l->sources[i].ptr) {
        db_stmt *q = db_query(l->d, Q_SOURCE_NAME);
        db_bind_int(q, 1, id);
        status st = db_step(q, &row, why);
        if (st != OK)
            return st;
        if (!row)
            return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "source %lld is not in the store",
                           (long long)id);
        bool room = arena_copy(&l->interned, db_text(q, 0), &l->sources[i]);
        db_reset(q);
        if (!room)
            return ARENA_SPENT(&l->interned, why);
    }
    *ret = l->sources[i];
    return OK;
}
