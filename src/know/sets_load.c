/* sets_load.c - new versions of sets, and what is dropped: see sets.h.
 *
 * Keys are gathered and written in a folder of their own, DATA/sets/build-<hex>, whose lock says
 * that its builder lives. The finished table and its manifest get their places inside the
 * transaction that makes the version's row, so whoever holds the store's write lock sees no file
 * without a row but those of the dead. */
#include "base/text.h"
#include "know/slots_build.h"
#include "know/sets.h"
#include "know/tiers.h"
#include "know/write_private.h"
#include "model/ip.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

enum { FOLDER_ROOM = STORE_PATH_MAX + 64, FILE_NAME = 32, LOCK_TRIES = 30 };

/* The version that the set has. */
typedef struct live_version {
    bool there;
    uint8_t sha256[SHA256_BYTES];
    set_verdict verdict;
    set_polarity polarity;
    int64_t lines;
    char file[SET_NAME_ROOM];
} live_version;

struct set_loader {
    store *s;
    set_load_options o;
    live_version live; /* of a change: what it is one to, */
    tiers *below;      /* and its keys; NULL: there is none */
    slots_builder *b;
    hash_state *content;                           /* over the hashes of the documents */
    uint64_t lines, read;                          /* of documents; values */
    char folder[FOLDER_ROOM], name[SET_NAME_ROOM]; /* of the file to be */
    int lock;
    bool resume, made;
    fact_label last; /* label of the last call, and */
    char last_text[FACT_LABEL_MAX];
    uint32_t profile; /* its number; 0: none yet */
};

/* --- folders of builders -------------------------------------------------------------------- */

/* Takes away a builder's folder and what is in it: files only, it makes no others. */
static void remove_folder(const char *path)
{
    char inner[FOLDER_ROOM + 300];
    DIR *d = opendir(path);
    const struct dirent *e;
    while (d && (e = readdir(d)))
        if (e->d_name[0] != '.') {
            snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
            unlink(inner);
        }
    if (d)
        closedir(d);
    rmdir(path);
}

static int take_lock(const char *folder)
{
    char path[FOLDER_ROOM + 8];
    snprintf(path, sizeof path, "%s/lock", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Can a load go on where this one stopped? *ret_at: when it stopped. */
static bool resumable(const char *folder, struct timespec *ret_at)
{
    char path[FOLDER_ROOM + 320];
    struct stat info;
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    if (stat(path, &info) != 0)
        return false;
    *ret_at = info.st_mtim;
    return true;
}

static bool later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

static void sets_folder(const store *s, char out[FOLDER_ROOM])
{
    snprintf(out, FOLDER_ROOM, "%.*s/sets", STORE_PATH_MAX, s->dir);
}

/* Calls `visit` for every folder of a builder, living or dead. */
static void each_folder(const store *s, void (*visit)(void *ctx, const char *path), void *ctx)
{
    char sets[FOLDER_ROOM], path[FOLDER_ROOM + 300];
    sets_folder(s, sets);
    DIR *d = opendir(sets);
    const struct dirent *e;
    while (d && (e = readdir(d))) {
        if (strncmp(e->d_name, "build-", 6) != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", sets, e->d_name);
        visit(ctx, path);
    }
    if (d)
        closedir(d);
}

typedef struct sweeping {
    char kept[FOLDER_ROOM + 300]; /* the last load that was killed and can be taken up */
    struct timespec at;
} sweeping;

static void find_kept(void *ctx, const char *path)
{
    sweeping *w = ctx;
    struct timespec at;
    if (!resumable(path, &at) || (w->kept[0] && !later(at, w->at)))
        return;
    snprintf(w->kept, sizeof w->kept, "%s", path);
    w->at = at;
}

static void sweep_one(void *ctx, const char *path)
{
    const sweeping *w = ctx;
    if (strcmp(path, w->kept) == 0)
        return;
    int fd = take_lock(path);
    if (fd >= 0) {
        remove_folder(path);
        close(fd);
    }
}

void sets_sweep(const store *s)
{
    sweeping w = {{0}};
    each_folder(s, find_kept, &w);
    each_folder(s, sweep_one, &w);
}

static void random_hex(const store *s, char hex[HASH_HEX_MAX])
{
    uint8_t random[16];
    s->options.random.fill(s->options.random.ctx, random, sizeof random);
    hash_hex(random, sizeof random, hex);
}

/* What says that another load is this one: the set, the mode, and what is read. */
static void folder_hex(set_loader *sl, char hex[HASH_HEX_MAX])
{
    const set_load_options *o = &sl->o;
    uint8_t digest[SHA256_BYTES];
    int32_t numbers[] = {(int32_t)o->mode, (int32_t)o->verdict, (int32_t)o->polarity,
                         (int32_t)o->marking.tlp};
    const slice parts[] = {o->name,
                           o->source,
                           o->marking.audience,
                           o->marking.owner,
                           slice_of((const char *)numbers, sizeof numbers),
                           slice_str(sl->live.file),
                           o->resume};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        uint64_t len = parts[i].len;
        hash_update(sl->content, slice_of((const char *)&len, sizeof len));
        hash_update(sl->content, parts[i]);
    }
    hash_final(sl->content, digest); /* and it begins anew */
    hash_hex(digest, 16, hex);
}

static status make_folder(set_loader *sl, err *why)
{
    char hex[HASH_HEX_MAX], sets[FOLDER_ROOM];
    const fs *disk = sl->s->options.disk;
    status st = OK;
    random_hex(sl->s, hex);
    snprintf(sl->name, sizeof sl->name, "%.32s", hex);
    sets_folder(sl->s, sets);
    if (sl->resume)
        folder_hex(sl, hex);
    st = fs_mkdir(disk, sets, why);
    for (int tries = 0; st == OK && sl->lock < 0; tries++) {
        snprintf(sl->folder, sizeof sl->folder, "%.*s/sets/build-%.32s", STORE_PATH_MAX, sl->s->dir,
                 hex);
        st = fs_mkdir(disk, sl->folder, why);
        if (st != OK || (sl->lock = take_lock(sl->folder)) >= 0)
            break;
        if (!sl->resume)
            return err_os(why, errno, "locking %s", sl->folder);
        if (tries < LOCK_TRIES) { /* it may be dying: that takes a moment */
            const struct timespec moment = {.tv_nsec = 100000000};
            nanosleep(&moment, NULL);
            continue;
        }
        sl->resume = false; /* somebody does the very same right now */
        random_hex(sl->s, hex);
    }
    return st;
}

/* --- what the set holds --------------------------------------------------------------------- */

typedef struct making {
    set_loader *sl;
    writer *w;
    uint8_t sha256[SHA256_BYTES];
    int64_t tx, source, vc;
    slots_counts c;
    tiers_change change;
    live_version live;
    uint64_t keys, bytes;
} making;

static status begin(writer *w, int what, slice reason, int64_t *ret_tx, err *why)
{
    status st = writer_sync(w, why);
    if (st == OK)
        st = begin_engine(w, why);
    return st == OK ? begin_tx(w, what, reason, ret_tx, why) : st;
}

static void take_back(writer *w)
{
    db_rollback(w->d);
    intern_forget(w);
}

static status intern_names(making *m, err *why)
{
    status st = intern_source(m->w, m->sl->o.source, &m->source, why);
    return st == OK ? intern_marking(m->w, m->sl->o.marking, &m->vc, why) : st;
}

static void read_live(db_stmt *q, live_version *v)
{
    slice sha = db_text(q, 1), name = db_text(q, 4);
    if (sha.len != SHA256_BYTES || !name.len || name.len >= sizeof v->file)
        return; /* its keys were purged */
    *v = (live_version){.there = true,
                        .verdict = (set_verdict)db_int(q, 2),
                        .polarity = (set_polarity)db_int(q, 3),
                        .lines = db_int(q, 5)};
    memcpy(v->sha256, sha.ptr, SHA256_BYTES);
    memcpy(v->file, name.ptr, name.len);
}

/* The live version of this set. tx: and withdraws it; 0: only looks. */
static status see_live(making *m, int64_t tx, uint64_t *ret_count, err *why)
{
    int64_t rows[64];
    size_t n = 0;
    bool row;
    status st;
    m->live = (live_version){0};
    db_stmt *q = db_query(m->w->d, Q_SET_LIVE);
    db_bind_text(q, 1, m->sl->o.name);
    db_bind_int(q, 2, m->source);
    db_bind_int(q, 3, m->vc);
    while ((st = db_step(q, &row, why)) == OK && row && n < COUNT_OF(rows)) {
        read_live(q, &m->live);
        rows[n++] = db_int(q, 0);
    }
    db_reset(q);
    for (size_t i = 0; st == OK && tx && i < n; i++) {
        q = db_query(m->w->d, Q_SET_WITHDRAW);
        db_bind_int(q, 1, rows[i]);
        db_bind_int(q, 2, tx);
        st = db_run(q, why);
    }
    *ret_count = n;
    return st;
}

/* The same outside of a change: nothing is kept of the asking. */
static status look_at_live(making *m, err *why)
{
    uint64_t n;
    status st = writer_sync(m->w, why);
    if (st == OK)
        st = begin_engine(m->w, why);
    if (st == OK)
        st = intern_names(m, why);
    if (st == OK)
        st = see_live(m, 0, &n, why);
    take_back(m->w);
    return st;
}

static status open_below(set_loader *sl, const live_version *v, err *why)
{
    char folder[FOLDER_ROOM];
    sets_folder(sl->s, folder);
    status st = tiers_open(folder, v->file, &sl->below, why);
    return st == OK ? OK : err_wrap(why, st, "what the set holds cannot be read");
}

/* A change needs to know what the set holds: verdict and seed are its. */
static status see_below(set_loader *sl, err *why)
{
    making m = {.sl = sl, .w = sl->o.w};
    assert(sl->o.w);
    status st = look_at_live(&m, why);
    if (st != OK)
        return st;
    if (!m.live.there)
        return sl->o.mode == SET_ADD && sl->o.verdict
                   ? OK
                   : err_set(why, ERR_NOT_FOUND, ERR_NOWHERE,
                             "there is no such set of this source and marking");
    if (sl->o.verdict && (sl->o.verdict != m.live.verdict || sl->o.polarity != m.live.polarity))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the set has another verdict or polarity");
    sl->o.verdict = m.live.verdict;
    sl->o.polarity = m.live.polarity;
    sl->live = m.live;
    return open_below(sl, &m.live, why);
}

/* --- life ----------------------------------------------------------------------------------- */

status set_loader_new(store *s, const set_load_options *o, set_loader **ret, err *why)
{
    if (!o->name.len || o->name.len > SET_NAME_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a set's name has 1 to %d bytes", SET_NAME_MAX);
    bool plain = utf8_check(o->name) == SIZE_MAX;
    for (size_t i = 0; i < o->name.len; i++)
        plain = plain && (unsigned char)o->name.ptr[i] >= ' ' && o->name.ptr[i] != 0x7f;
    if (!plain)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a set's name is UTF-8 without control bytes");
    set_loader *sl = calloc(1, sizeof *sl);
    if (!sl)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    sl->s = s;
    sl->o = *o;
    sl->lock = -1;
    sl->resume = o->resume.len != 0;
    sl->content = hash_new(HASH_SHA256);
    status st = sl->content ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK && o->mode != SET_REPLACE)
        st = see_below(sl, why);
    if (st == OK)
        st = make_folder(sl, why);
    if (st == OK) {
        slots_build_options so = {.disk = s->options.disk,
                                  .folder = sl->folder,
                                  .random = s->options.random,
                                  .seed = sl->below ? tiers_seed(sl->below) : NULL,
                                  .resume = sl->resume,
                                  .memory_bytes = o->memory_bytes};
        st = slots_builder_new(&so, &sl->b, why);
    }
    if (st != OK) {
        set_loader_free(sl);
        return st;
    }
    *ret = sl;
    return OK;
}

set_loader *set_loader_free(set_loader *sl)
{
    if (!sl)
        return NULL;
    slots_builder_free(sl->b);
    tiers_close(sl->below);
    hash_free(sl->content);
    if (sl->lock >= 0) {
        remove_folder(sl->folder);
        close(sl->lock);
    }
    free(sl);
    return NULL;
}

/* --- keys ----------------------------------------------------------------------------------- */

status set_loader_document(set_loader *sl, const uint8_t sha256[SHA256_BYTES], uint64_t lines,
                           err *why)
{
    (void)why;
    hash_update(sl->content, slice_of((const char *)sha256, SHA256_BYTES));
    sl->lines += lines;
    return OK;
}

static int32_t day_of(when t)
{
    if (t == WHEN_NONE)
        return SLOTS_DAY_NONE;
    return (int32_t)(t >= 0 ? t / WHEN_DAY : -((-t + WHEN_DAY - 1) / WHEN_DAY));
}

static status take_label(set_loader *sl, const fact_label *label, err *why)
{
    bool same = sl->profile && slice_eq(label->text, sl->last.text) &&
                label->first_seen == sl->last.first_seen &&
                label->last_seen == sl->last.last_seen &&
                label->valid_until == sl->last.valid_until;
    if (same)
        return OK;
    slots_profile p = {.text = label->text,
                       .first = day_of(label->first_seen),
                       .last = day_of(label->last_seen),
                       .until = day_of(label->valid_until)};
    status st = slots_profile_add(sl->b, &p, &sl->profile, why);
    if (st != OK)
        return st;
    sl->last = *label;
    if (label->text.len)
        memcpy(sl->last_text, label->text.ptr, label->text.len);
    sl->last.text = slice_of(sl->last_text, label->text.len);
    return OK;
}

static int prefix_of(const fact_key *k)
{
    ip_net net;
    unsigned changed;
    if (k->kind != KIND_CIDR || ip_net_parse(k->bytes, &net, &changed, NULL) != OK)
        return -1;
    return net.prefix;
}

status set_loader_keys(set_loader *sl, const fact_label *label, const fact_key *keys, size_t count,
                       err *why)
{
    bool remove = sl->o.mode == SET_REMOVE;
    status st = remove ? OK : take_label(sl, label, why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = remove ? slots_remove(sl->b, keys[i].kind, keys[i].bytes, why)
                    : slots_add(sl->b, keys[i].kind, keys[i].bytes, prefix_of(&keys[i]),
                                sl->profile, why);
    sl->read += count;
    return st;
}

/* --- the version ---------------------------------------------------------------------------- */

static bool is_live(const making *m)
{
    return m->live.there && memcmp(m->live.sha256, m->sha256, SHA256_BYTES) == 0 &&
           m->live.verdict == m->sl->o.verdict && m->live.polarity == m->sl->o.polarity;
}

/* What a change makes: the content it is one to, what it does, and by which documents. */
static void content_of_change(making *m)
{
    const int32_t mode = (int32_t)m->sl->o.mode;
    hash_update(m->sl->content, slice_of((const char *)m->live.sha256, SHA256_BYTES));
    hash_update(m->sl->content, slice_of((const char *)&mode, sizeof mode));
    hash_update(m->sl->content, slice_of((const char *)m->sha256, SHA256_BYTES));
    hash_final(m->sl->content, m->sha256);
}

static status put_row(making *m, err *why)
{
    const set_load_options *o = &m->sl->o;
    db_stmt *q = db_query(m->w->d, Q_SET_ADD);
    db_bind_text(q, 1, o->name);
    db_bind_int(q, 2, m->source);
    db_bind_int(q, 3, m->vc);
    db_bind_int(q, 4, o->verdict);
    db_bind_int(q, 5, o->polarity);
    db_bind_blob(q, 6, slice_of((const char *)m->sha256, SHA256_BYTES));
    db_bind_text(q, 7, slice_str(m->sl->name));
    db_bind_int(q, 8, (int64_t)m->keys);
    db_bind_int(q, 9, (int64_t)m->bytes);
    db_bind_int(q, 10, (int64_t)m->sl->lines + (m->sl->below ? m->live.lines : 0));
    db_bind_int(q, 11, m->tx);
    return db_run(q, why);
}

static tiers_options keeping(const store *s, const char *folder)
{
    return (tiers_options){.disk = s->options.disk, .folder = folder, .random = s->options.random};
}

static int32_t today(const set_loader *sl)
{
    return (int32_t)(clock_now_us(sl->s->options.clock) / 1000 / WHEN_DAY);
}

/* The table above what the set holds now, which may be another version, or the same in other
 * tables, than when the load began. */
static status place_change(making *m, const tiers_options *o, const char *from, err *why)
{
    set_loader *sl = m->sl;
    if (!m->live.there)
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "the set was dropped meanwhile");
    tiers *older = sl->below;
    sl->below = NULL;
    status st = open_below(sl, &m->live, why);
    bool same = st == OK && memcmp(tiers_seed(older), tiers_seed(sl->below), SLOTS_SEED) == 0;
    tiers_close(older);
    if (st == OK && !same)
        st = err_set(why, ERR_BUSY, ERR_NOWHERE, "the set was replaced meanwhile");
    if (st != OK)
        return st;
    return tiers_above(o, sl->below, from, sl->name, today(sl), why);
}

/* Files of the version, and how much is in them. */
static status place_files(making *m, const char *from, err *why)
{
    char folder[FOLDER_ROOM];
    tiers *made = NULL;
    sets_folder(m->sl->s, folder);
    tiers_options o = keeping(m->sl->s, folder);
    status st = tiers_sweep(&o, why);
    if (st == ERR_INPUT) /* a manifest that is damaged: what it names is kept */
        st = OK;
    if (st == OK)
        st =
            m->sl->below ? place_change(m, &o, from, why) : tiers_first(&o, from, m->sl->name, why);
    if (st == OK)
        st = tiers_open(folder, m->sl->name, &made, why);
    if (st != OK)
        return st;
    m->keys = tiers_count(made);
    m->bytes = tiers_bytes(made);
    for (unsigned k = 0; k < SLOTS_KINDS; k++)
        m->c.kinds[k] = tiers_of_kind(made, (kind)k);
    tiers_close(made);
    return OK;
}

static int by_name(const void *a, const void *b)
{
    return memcmp(a, b, FILE_NAME);
}

/* The files that rows name, sorted, in the arena. */
static status files_of_rows(making *m, arena *a, char (**ret)[FILE_NAME], size_t *ret_count,
                            err *why)
{
    char(*list)[FILE_NAME] = NULL;
    size_t n = 0, room = 0;
    bool row;
    status st;
    db_stmt *q = db_query(m->w->d, Q_SET_FILES);
    db_bind_int(q, 1, 0); /* every one, in order, as they are listed */
    while ((st = db_step(q, &row, why)) == OK && row) {
        slice name = db_text(q, 0);
        if (name.len != FILE_NAME) /* purged */
            continue;
        if (n == room) {
            char(*more)[FILE_NAME] = arena_array(a, room = room ? 2 * room : 64, FILE_NAME);
            if (!more) {
                st = ARENA_SPENT(a, why);
                break;
            }
            if (n)
                memcpy(more, list, n * FILE_NAME);
            list = more;
        }
        memcpy(list[n++], name.ptr, FILE_NAME);
    }
    db_reset(q);
    if (n)
        qsort(list, n, FILE_NAME, by_name);
    *ret = list;
    *ret_count = n;
    return st;
}

/* Files of versions whose transaction never came. Inside the write lock. */
static status remove_orphans(making *m, err *why)
{
    enum { NAMES_MEMORY = 64 << 20 };
    CLEANUP(arena_done) arena a;
    char sets[FOLDER_ROOM], path[FOLDER_ROOM + 300], (*named)[FILE_NAME];
    size_t count;
    arena_init(&a, NAMES_MEMORY);
    status st = files_of_rows(m, &a, &named, &count, why);
    sets_folder(m->sl->s, sets);
    DIR *d = st == OK ? opendir(sets) : NULL;
    const struct dirent *e;
    while (d && (e = readdir(d))) {
        if (strlen(e->d_name) != FILE_NAME ||
            (count && bsearch(e->d_name, named, count, FILE_NAME, by_name)))
            continue;
        snprintf(path, sizeof path, "%s/%s", sets, e->d_name);
        unlink(path);
    }
    if (d)
        closedir(d);
    return st;
}

static status publish(making *m, const char *made, uint64_t *ret_replaced, err *why)
{
    const set_load_options *o = &m->sl->o;
    status st = begin(m->w, TX_SET, o->name, &m->tx, why);
    if (st == OK)
        st = intern_names(m, why);
    if (st == OK && o->reliability)
        st = put_setting(m->w, m->source, m->tx, m->vc, o->reliability, NULL, NULL, why);
    if (st == OK)
        st = see_live(m, m->tx, ret_replaced, why);
    if (st == OK)
        st = remove_orphans(m, why);
    if (st == OK)
        st = place_files(m, made, why);
    if (st == OK && m->sl->below)
        content_of_change(m);
    if (st == OK)
        st = put_row(m, why);
    if (st == OK)
        st = publish_tx(m->w, m->tx, why);
    if (st == OK)
        st = writer_sync(m->w, why);
    if (st != OK)
        take_back(m->w);
    return st;
}

static bool says_nothing_new(const making *m)
{
    return m->sl->below && !m->change.added && !m->change.changed && !m->change.removed;
}

static status make_version(making *m, set_result *r, err *why)
{
    char made[FOLDER_ROOM + 8];
    const set_loader *sl = m->sl;
    snprintf(made, sizeof made, "%s/table", sl->folder);
    status st = slots_build(sl->b, made, &m->c, why);
    m->keys = m->c.keys;
    m->bytes = m->c.bytes;
    r->read_keys = m->c.keys;
    if (st == OK && sl->below)
        st = tiers_compare(sl->below, made, &m->change, why);
    if (st == OK && sl->below) {
        m->keys = tiers_count(sl->below) + m->change.added - m->change.removed;
        m->bytes += tiers_bytes(sl->below);
    }
    r->known = st == OK && says_nothing_new(m);
    return st == OK && !r->known && !sl->o.dry_run ? publish(m, made, &r->replaced, why) : st;
}

/* Of the version that is there and has the same content; false: its file is damaged, and what was
 * read takes its place. */
static bool count_live(making *m)
{
    char folder[FOLDER_ROOM];
    tiers *t = NULL;
    err quiet;
    sets_folder(m->sl->s, folder);
    if (tiers_open(folder, m->live.file, &t, &quiet) != OK)
        return false;
    m->keys = tiers_count(t);
    m->bytes = tiers_bytes(t);
    for (unsigned k = 0; k < SLOTS_KINDS; k++)
        m->c.kinds[k] = tiers_of_kind(t, (kind)k);
    tiers_close(t);
    return true;
}

status set_loader_finish(set_loader *sl, writer *w, set_result *ret, err *why)
{
    making m = {.sl = sl, .w = w};
    set_result r = {
        .verdict = sl->o.verdict, .polarity = sl->o.polarity, .change = sl->below != NULL};
    hash_final(sl->content, m.sha256);
    if (!sl->read)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "not one value was read");
    status st = sl->below ? OK : look_at_live(&m, why);
    r.known = st == OK && !sl->below && is_live(&m) && count_live(&m);
    if (st == OK && !r.known)
        st = make_version(&m, &r, why);
    if (st != OK)
        return st;
    r.added = m.c.added;
    r.resumed = m.c.resumed;
    r.keys = m.keys;
    r.left_out = m.c.left_out;
    r.bytes = m.bytes;
    r.tx = m.tx;
    r.fresh = m.change.added;
    r.changed = m.change.changed;
    r.same = m.change.same;
    r.removed = m.change.removed;
    r.absent = m.change.absent;
    if (!r.change || r.tx) /* of a change that was not made only the sums are known */
        memcpy(r.kinds, m.c.kinds, sizeof r.kinds);
    sl->made = r.tx != 0;
    *ret = r;
    return OK;
}

/* --- fewer tables --------------------------------------------------------------------------- */

/* Puts the folded table in place, when nobody else changes anything. */
static status swap(set_loader *sl, writer *w, const tiers *t, size_t count, const char *path,
                   const tiers_folded *made, err *why)
{
    char folder[FOLDER_ROOM];
    sets_folder(sl->s, folder);
    tiers_options o = keeping(sl->s, folder);
    status st = begin_engine(w, why);
    if (st != OK)
        return st;
    st = tiers_swap(&o, t, count, path, made, why);
    if (st == OK)
        st = tiers_sweep(&o, why);
    db_rollback(w->d); /* it was for the lock */
    return st == ERR_INPUT ? OK : st;
}

static status fold(set_loader *sl, writer *w, err *why)
{
    char folder[FOLDER_ROOM], path[FOLDER_ROOM + 8];
    status st = OK;
    sets_folder(sl->s, folder);
    snprintf(path, sizeof path, "%s/folded", sl->folder);
    for (bool due = sl->made; st == OK && due;) {
        tiers *t = NULL;
        size_t count = 0;
        tiers_folded made;
        st = tiers_open(folder, sl->name, &t, why);
        due = st == OK && tiers_due(t, &count);
        if (due)
            st = tiers_fold(sl->s->options.disk, t, count, sl->folder, path, &made, why);
        if (due && st == OK)
            st = swap(sl, w, t, count, path, &made, why);
        tiers_close(t);
    }
    /* more profiles than one table may have, or somebody was quicker: it stays as it is */
    return st == ERR_LIMIT || st == ERR_BUSY ? OK : st;
}

status set_loader_settle(set_loader *sl, writer *w, err *why)
{
    uint64_t retired;
    int64_t now = clock_now_us(sl->s->options.clock) / 1000;
    status st = fold(sl, w, why);
    return st == OK && sl->o.keep_days && !sl->o.dry_run
               ? sets_retire(w, now - (int64_t)sl->o.keep_days * WHEN_DAY, &retired, why)
               : st;
}

/* --- dropping ------------------------------------------------------------------------------- */

static status drop_one(writer *w, int64_t row, int64_t tx, uint64_t *count, err *why)
{
    db_stmt *q = db_query(w->d, Q_SET_WITHDRAW);
    db_bind_int(q, 1, row);
    db_bind_int(q, 2, tx);
    status st = db_run(q, why);
    if (st == OK)
        *count += (uint64_t)db_changes(w->d);
    return st;
}

/* The name of its file is kept until the row says that it is gone. */
static status purge_one(writer *w, int64_t row, char kept[SET_NAME_ROOM], err *why)
{
    bool found;
    db_stmt *q = db_query(w->d, Q_SET_FILE);
    db_bind_int(q, 1, row);
    status st = db_step(q, &found, why);
    if (st != OK)
        return st;
    slice name = found ? db_text(q, 0) : S("");
    kept[0] = 0;
    if (name.len && name.len < SET_NAME_ROOM) {
        memcpy(kept, name.ptr, name.len);
        kept[name.len] = 0;
    }
    db_reset(q);
    q = db_query(w->d, Q_SET_PURGE);
    db_bind_int(q, 1, row);
    return db_run(q, why);
}

/* Tables that no version names any more. */
static status sweep_tables(writer *w, err *why)
{
    char folder[FOLDER_ROOM];
    sets_folder(w->s, folder);
    tiers_options o = keeping(w->s, folder);
    status st = begin_engine(w, why);
    if (st != OK)
        return st;
    st = tiers_sweep(&o, why);
    db_rollback(w->d); /* it was for the lock */
    return st == ERR_INPUT ? OK : st;
}

status set_drop(writer *w, const int64_t *rows, size_t count, bool purge, uint64_t *ret_count,
                err *why)
{
    int64_t tx = 0;
    uint64_t dropped = 0;
    assert(!purge || !w->together); /* what is removed does not come back */
    char(*files)[SET_NAME_ROOM] = calloc(count + 1, sizeof *files);
    if (!files)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = statement_begin(w, TX_SET_DROP, S(""), &tx, why);
    for (size_t i = 0; st == OK && i < count; i++) {
        st = drop_one(w, rows[i], tx, &dropped, why);
        if (st == OK && purge)
            st = purge_one(w, rows[i], files[i], why);
    }
    st = statement_end(w, st, tx, why);
    for (size_t i = 0; st == OK && purge && i < count; i++) {
        char path[FOLDER_ROOM + 64];
        snprintf(path, sizeof path, "%.*s/sets/%s", STORE_PATH_MAX, w->s->dir, files[i]);
        if (files[i][0])
            unlink(path); /* whoever reads it now keeps what he mapped */
    }
    if (st == OK && purge)
        st = sweep_tables(w, why);
    free(files);
    if (st == OK)
        *ret_count = dropped;
    return st;
}

/* --- retention ------------------------------------------------------------------------------ */

/* Rows of versions whose keys are still there though they were withdrawn long ago. */
static status old_rows(writer *w, when before, int64_t *ret, size_t room, size_t *ret_count,
                       err *why)
{
    size_t n = 0;
    bool row;
    status st = writer_sync(w, why);
    if (st == OK)
        st = begin_engine(w, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_SETS_OLD);
    db_bind_int(q, 1, before * 1000);
    db_bind_int(q, 2, (int64_t)room);
    while ((st = db_step(q, &row, why)) == OK && row && n < room)
        ret[n++] = db_int(q, 0);
    db_reset(q);
    db_rollback(w->d); /* it was for the reading */
    *ret_count = n;
    return st;
}

status sets_retire(writer *w, when before, uint64_t *ret_count, err *why)
{
    enum { AT_ONCE = 64 };
    int64_t rows[AT_ONCE];
    uint64_t retired = 0, dropped;
    size_t n = AT_ONCE;
    status st = OK;
    while (st == OK && n == AT_ONCE) {
        st = old_rows(w, before, rows, COUNT_OF(rows), &n, why);
        if (st == OK && n) /* nobody sees a withdrawn version again: it is as it was read */
            st = set_drop(w, rows, n, true, &dropped, why);
        retired += st == OK ? n : 0;
    }
    if (st == OK)
        *ret_count = retired;
    return st;
}
