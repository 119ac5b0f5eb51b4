/* sets_load.c - new versions of sets, and what is dropped: see sets.h.
 *
 * Keys are gathered and written in a folder of their own, DATA/sets/build-<random>, whose lock says
 * that its builder lives. The finished file gets its place inside the transaction that makes its
 * row, so whoever holds the store's write lock sees no file without a row but those of the dead. */
#include "base/text.h"
#include "know/slots_build.h"
#include "know/sets.h"
#include "know/write_private.h"
#include "model/ip.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

enum { FOLDER_ROOM = STORE_PATH_MAX + 64, FILES_PAGE = 256 };

struct set_loader {
    store *s;
    const set_load_options *o;
    slots_builder *b;
    hash_state *content; /* over the hashes of the documents */
    uint64_t lines;
    char folder[FOLDER_ROOM], name[SET_NAME_ROOM]; /* of the file to be */
    int lock;
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

void sets_sweep(const store *s)
{
    char sets[FOLDER_ROOM], path[FOLDER_ROOM + 300];
    snprintf(sets, sizeof sets, "%s/sets", s->dir);
    DIR *d = opendir(sets);
    const struct dirent *e;
    while (d && (e = readdir(d))) {
        if (strncmp(e->d_name, "build-", 6) != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", sets, e->d_name);
        int fd = take_lock(path);
        if (fd >= 0) {
            remove_folder(path);
            close(fd);
        }
    }
    if (d)
        closedir(d);
}

static status make_folder(set_loader *sl, err *why)
{
    uint8_t random[16];
    char hex[HASH_HEX_MAX], sets[FOLDER_ROOM];
    sl->s->options.random.fill(sl->s->options.random.ctx, random, sizeof random);
    hash_hex(random, sizeof random, hex);
    snprintf(sets, sizeof sets, "%s/sets", sl->s->dir);
    snprintf(sl->name, sizeof sl->name, "%.32s", hex);
    snprintf(sl->folder, sizeof sl->folder, "%.*s/sets/build-%.32s", STORE_PATH_MAX, sl->s->dir,
             hex);
    status st = fs_mkdir(sl->s->options.disk, sets, why);
    if (st == OK)
        st = fs_mkdir(sl->s->options.disk, sl->folder, why);
    if (st == OK && (sl->lock = take_lock(sl->folder)) < 0)
        st = err_os(why, errno, "locking %s", sl->folder);
    return st;
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
    sl->o = o;
    sl->lock = -1;
    sl->content = hash_new(HASH_SHA256);
    status st =
        sl->content ? make_folder(sl, why) : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK) {
        slots_build_options so = {.disk = s->options.disk,
                                  .folder = sl->folder,
                                  .random = s->options.random,
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
    status st = take_label(sl, label, why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = slots_add(sl->b, keys[i].kind, keys[i].bytes, prefix_of(&keys[i]), sl->profile, why);
    return st;
}

/* --- the version ---------------------------------------------------------------------------- */

typedef struct making {
    set_loader *sl;
    writer *w;
    uint8_t sha256[SHA256_BYTES];
    int64_t tx, source, vc;
    slots_counts c;
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
    status st = intern_source(m->w, m->sl->o->source, &m->source, why);
    return st == OK ? intern_marking(m->w, m->sl->o->marking, &m->vc, why) : st;
}

/* The live versions of this set; *ret_known: one of them is this one. tx 0: only looks. */
static status see_live(making *m, int64_t tx, bool *ret_known, uint64_t *ret_count, err *why)
{
    int64_t rows[64];
    size_t n = 0;
    bool row;
    status st;
    const set_load_options *o = m->sl->o;
    *ret_known = false;
    db_stmt *q = db_query(m->w->d, Q_SET_LIVE);
    db_bind_text(q, 1, o->name);
    db_bind_int(q, 2, m->source);
    db_bind_int(q, 3, m->vc);
    while ((st = db_step(q, &row, why)) == OK && row && n < COUNT_OF(rows)) {
        slice sha = db_text(q, 1);
        *ret_known |= slice_eq(sha, slice_of((const char *)m->sha256, SHA256_BYTES)) &&
                      db_int(q, 2) == (int64_t)o->verdict && db_int(q, 3) == (int64_t)o->polarity &&
                      db_text(q, 4).len;
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

/* Is this content what the set holds already? Nothing is kept of the asking. */
static status ask_known(making *m, bool *ret, err *why)
{
    uint64_t n;
    status st = writer_sync(m->w, why);
    if (st == OK)
        st = begin_engine(m->w, why);
    if (st == OK)
        st = intern_names(m, why);
    if (st == OK)
        st = see_live(m, 0, ret, &n, why);
    take_back(m->w);
    return st;
}

static status put_row(making *m, err *why)
{
    const set_load_options *o = m->sl->o;
    db_stmt *q = db_query(m->w->d, Q_SET_ADD);
    db_bind_text(q, 1, o->name);
    db_bind_int(q, 2, m->source);
    db_bind_int(q, 3, m->vc);
    db_bind_int(q, 4, o->verdict);
    db_bind_int(q, 5, o->polarity);
    db_bind_blob(q, 6, slice_of((const char *)m->sha256, SHA256_BYTES));
    db_bind_text(q, 7, slice_str(m->sl->name));
    db_bind_int(q, 8, (int64_t)m->c.keys);
    db_bind_int(q, 9, (int64_t)m->c.bytes);
    db_bind_int(q, 10, (int64_t)m->sl->lines);
    db_bind_int(q, 11, m->tx);
    return db_run(q, why);
}

static status place_file(making *m, const char *from, err *why)
{
    char to[FOLDER_ROOM + 64], sets[FOLDER_ROOM];
    const fs *disk = m->sl->s->options.disk;
    snprintf(sets, sizeof sets, "%.*s/sets", STORE_PATH_MAX, m->sl->s->dir);
    snprintf(to, sizeof to, "%s/%s", sets, m->sl->name);
    status st = fs_rename(disk, from, to, why);
    return st == OK ? fs_sync_dir(disk, sets, why) : st;
}

/* Files of versions whose transaction never came. Inside the write lock. */
static status remove_orphans(making *m, err *why)
{
    char sets[FOLDER_ROOM], path[FOLDER_ROOM + 300];
    snprintf(sets, sizeof sets, "%.*s/sets", STORE_PATH_MAX, m->sl->s->dir);
    DIR *d = opendir(sets);
    const struct dirent *e;
    status st = OK;
    while (d && st == OK && (e = readdir(d))) {
        bool row = true, found = false;
        int64_t after = 0;
        if (strlen(e->d_name) != 32)
            continue;
        db_stmt *q = db_query(m->w->d, Q_SET_FILES);
        db_bind_int(q, 1, after);
        db_bind_int(q, 2, INT64_MAX);
        while ((st = db_step(q, &row, why)) == OK && row && !found)
            found = slice_eq(db_text(q, 1), slice_str(e->d_name));
        db_reset(q);
        if (st == OK && !found) {
            snprintf(path, sizeof path, "%s/%s", sets, e->d_name);
            unlink(path);
        }
    }
    if (d)
        closedir(d);
    return st;
}

static status publish(making *m, const char *made, uint64_t *ret_replaced, err *why)
{
    bool known;
    const set_load_options *o = m->sl->o;
    status st = begin(m->w, TX_SET, o->name, &m->tx, why);
    if (st == OK)
        st = intern_names(m, why);
    if (st == OK && o->reliability)
        st = put_setting(m->w, m->source, m->tx, m->vc, o->reliability, NULL, NULL, why);
    if (st == OK)
        st = see_live(m, m->tx, &known, ret_replaced, why);
    if (st == OK)
        st = put_row(m, why);
    if (st == OK)
        st = remove_orphans(m, why);
    if (st == OK)
        st = place_file(m, made, why);
    if (st == OK)
        st = publish_tx(m->w, m->tx, why);
    if (st == OK)
        st = writer_sync(m->w, why);
    if (st != OK)
        take_back(m->w);
    return st;
}

status set_loader_finish(set_loader *sl, writer *w, set_result *ret, err *why)
{
    making m = {.sl = sl, .w = w};
    set_result r = {0};
    char made[FOLDER_ROOM + 8];
    snprintf(made, sizeof made, "%s/table", sl->folder);
    hash_final(sl->content, m.sha256);
    if (!sl->profile)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "not one value was read");
    status st = ask_known(&m, &r.known, why);
    if (st == OK && !r.known) {
        st = slots_build(sl->b, made, &m.c, why);
        if (st == OK && !sl->o->dry_run)
            st = publish(&m, made, &r.replaced, why);
    }
    if (st != OK)
        return st;
    r.added = m.c.added;
    r.keys = m.c.keys;
    r.left_out = m.c.left_out;
    r.bytes = m.c.bytes;
    r.tx = m.tx;
    memcpy(r.kinds, m.c.kinds, sizeof r.kinds);
    *ret = r;
    return OK;
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

status set_drop(writer *w, const int64_t *rows, size_t count, bool purge, uint64_t *ret_count,
                err *why)
{
    int64_t tx = 0;
    uint64_t dropped = 0;
    char(*files)[SET_NAME_ROOM] = calloc(count + 1, sizeof *files);
    if (!files)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = begin(w, TX_SET_DROP, S(""), &tx, why);
    for (size_t i = 0; st == OK && i < count; i++) {
        st = drop_one(w, rows[i], tx, &dropped, why);
        if (st == OK && purge)
            st = purge_one(w, rows[i], files[i], why);
    }
    if (st == OK)
        st = publish_tx(w, tx, why);
    if (st == OK)
        st = writer_sync(w, why);
    if (st != OK)
        take_back(w);
    for (size_t i = 0; st == OK && purge && i < count; i++) {
        char path[FOLDER_ROOM + 64];
        snprintf(path, sizeof path, "%.*s/sets/%s", STORE_PATH_MAX, w->s->dir, files[i]);
        if (files[i][0])
            unlink(path); /* whoever reads it now keeps what he mapped */
    }
    free(files);
    if (st == OK)
        *ret_count = dropped;
    return st;
}
