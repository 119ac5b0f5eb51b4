/* restore.c - a store out of a backup: see backup.h. */
#include "know/backup.h"

#include "base/json.h"
#include "know/audit.h"
#include "know/backup/stream.h"
#include "know/sightings.h"
#include "know/store_private.h"
#include "know/tiers.h"
#include "know/write_private.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { PATH_ROOM = STORE_PATH_MAX + 256, DESCRIPTORS = 16 };

typedef struct restoring {
    const restore_options *o;
    const fs *disk;
    file in, out; /* the backup; the file under way */
    uint64_t at;
    bool made; /* the folder is ours */
    char part[PATH_ROOM];
    backup_report report;
} restoring;

/* --- the backup's file ---------------------------------------------------------------------- */

static status read_in(void *ctx, char *into, size_t room, size_t *ret_len, err *why)
{
    restoring *r = ctx;
    status st = file_pread(&r->in, into, room, r->at, ret_len, why);
    if (st == OK) {
        r->at += *ret_len;
        r->report.bytes = r->at;
    }
    return st;
}

static status take_about(void *ctx, slice text, err *why)
{
    restoring *r = ctx;
    CLEANUP(arena_done) arena a;
    json *about;
    arena_init(&a, 1 << 20);
    status st = json_parse(&a, text, NULL, &about, why);
    if (st == OK &&
        (!slice_eq(json_text(json_get(about, S("schema"))), S("noroshi.backup-file/1")) ||
         when_parse(json_text(json_get(about, S("at"))), &r->report.at) != OK))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "a backup of another version of noroshi");
    return st;
}

/* --- its files ------------------------------------------------------------------------------ */

static status begin_file(void *ctx, stream_kind what, const char *name, uint64_t size_bytes,
                         err *why)
{
    restoring *r = ctx;
    char path[PATH_ROOM + STREAM_NAME_MAX];
    status st = OK;
    (void)size_bytes;
    if (what == STREAM_BLOB) {
        snprintf(path, sizeof path, "%s/blobs/%.2s", r->part, name + strlen("blobs/"));
        st = fs_mkdir(r->disk, path, why);
    }
    snprintf(path, sizeof path, "%s/%s", r->part, name);
    if (st == OK)
        st = fs_open(r->disk, path, FILE_WRITE | FILE_CREATE | FILE_EXCLUSIVE, &r->out, why);
    if (st == ERR_BUSY)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is in it twice", name);
    return st;
}

static status take_bytes(void *ctx, slice bytes, err *why)
{
    restoring *r = ctx;
    if (r->o->on_progress)
        r->o->on_progress(r->o->ctx, &r->report);
    return file_write(&r->out, bytes, why);
}

static status end_file(void *ctx, err *why)
{
    restoring *r = ctx;
    (void)why;
    file_close(&r->out);
    r->report.files++;
    return OK;
}

static status make_folders(restoring *r, err *why)
{
    static const char *const folders[] = {"blobs", "pending", "index", "sets", "sightings"};
    char path[PATH_ROOM + 16];
    status st = fs_mkdir(r->disk, r->part, why);
    r->made = st == OK;
    for (size_t i = 0; st == OK && i < COUNT_OF(folders); i++) {
        snprintf(path, sizeof path, "%s/%s", r->part, folders[i]);
        st = fs_mkdir(r->disk, path, why);
    }
    return st;
}

static status unpack(restoring *r, err *why)
{
    reader in = {.ctx = r, .read = read_in};
    seal_reader *sealed = NULL;
    const stream_sink sink = {r, take_about, begin_file, take_bytes, end_file};
    status st = fs_open(r->disk, r->o->path, FILE_READ, &r->in, why);
    if (st == OK)
        st = seal_open(&in, r->o->key, &sealed, why);
    if (st == OK)
        st = make_folders(r, why);
    if (st == OK) {
        r->report.sealed = seal_is_sealed(sealed);
        st = stream_read(sealed, &sink, why);
    }
    seal_reader_free(sealed);
    file_close(&r->in);
    file_close(&r->out);
    return st == ERR_INPUT ? err_wrap(why, st, "%s", r->o->path) : st;
}

/* --- checking ------------------------------------------------------------------------------- */

static status check_blobs(restoring *r, store *s, db *d, err *why)
{
    bool row;
    status st;
    db_stmt *q = db_query(d, Q_BACKUP_BLOBS);
    db_bind_blob(q, 1, S(""));
    while ((st = db_step(q, &row, why)) == OK && row) {
        slice sha = db_text(q, 0);
        st = sha.len == SHA256_BYTES
                 ? blob_verify(&s->blobs, (const uint8_t *)sha.ptr, why)
                 : err_set(why, ERR_INPUT, ERR_NOWHERE, "a document in it has no hash");
        if (st != OK)
            break;
        r->report.documents++;
    }
    db_reset(q);
    return st;
}

static status check_set(store *s, slice keys, err *why)
{
    char folder[STORE_PATH_MAX + 8], name[TIERS_NAME + 1];
    tiers *t = NULL;
    snprintf(folder, sizeof folder, "%s/sets", s->dir);
    snprintf(name, sizeof name, "%.*s", SLICE_FMT(keys));
    status st = tiers_open(folder, name, &t, why);
    if (st == OK)
        st = tiers_verify(t, why);
    tiers_close(t);
    return st;
}

static status check_sets(restoring *r, store *s, db *d, err *why)
{
    bool row;
    status st;
    db_stmt *q = db_query(d, Q_SET_FILES);
    db_bind_int(q, 1, 0);
    while ((st = db_step(q, &row, why)) == OK && row) {
        slice keys = db_text(q, 0);
        if (keys.len != TIERS_NAME) /* purged */
            continue;
        if ((st = check_set(s, keys, why)) != OK)
            break;
        r->report.sets++;
    }
    db_reset(q);
    return st;
}

static status check_sightings(restoring *r, store *s, err *why)
{
    char folder[STORE_PATH_MAX + 16];
    sightings *seen = NULL;
    snprintf(folder, sizeof folder, "%s/sightings", s->dir);
    status st = sightings_open(folder, &seen, why);
    if (st == ERR_NOT_FOUND)
        return OK;
    if (st == OK)
        st = sightings_verify(seen, why);
    r->report.seen = st == OK;
    sightings_close(seen);
    return st;
}

static status check_store(restoring *r, store *s, err *why)
{
    db *d = NULL;
    status st = store_connect(s, false, &d, why);
    if (st == OK)
        st = db_check(d, why);
    if (st == OK)
        st = check_blobs(r, s, d, why);
    if (st == OK)
        st = check_sets(r, s, d, why);
    if (st == OK)
        st = check_sightings(r, s, why);
    db_close(d);
    return st;
}

/* --- who may come in ------------------------------------------------------------------------ */

/* All of them: there is no later time. */
static status end_of(db *d, query q, err *why)
{
    db_stmt *s = db_query(d, q);
    db_bind_int(s, 1, INT64_MAX);
    return db_run(s, why);
}

static status revoke_tokens(db *d, when now, err *why)
{
    db_stmt *s = db_query(d, Q_RESTORE_TOKENS);
    db_bind_int(s, 1, now);
    db_bind_int(s, 2, 0); /* every one, by its index */
    return db_run(s, why);
}

static status end_all(const restoring *r, writer *w, when now, err *why)
{
    char at[WHEN_TEXT_MAX];
    status st = end_of(w->d, Q_SESSIONS_OVER, why);
    if (st == OK)
        st = end_of(w->d, Q_REPLAY_OVER, why);
    if (st == OK && !r->o->keep_tokens)
        st = revoke_tokens(w->d, now, why);
    const audit_entry e = {.at = now,
                           .who = r->o->who,
                           .from = S("cli"),
                           .act = S("restore"),
                           .what = slice_str(when_iso(r->report.at, at)),
                           .detail = r->o->keep_tokens ? S("tokens kept") : S("tokens revoked")};
    return st == OK ? audit_add(w, &e, why) : st;
}

static status close_doors(const restoring *r, store *s, err *why)
{
    writer *w = NULL;
    status st = writer_new(s, r->o->who, &w, why);
    if (st == OK)
        st = part_begin(w, why);
    if (st == OK)
        st = part_end(w, end_all(r, w, clock_now(r->o->clock), why), why);
    if (st == OK)
        st = writer_sync(w, why);
    writer_free(w);
    return st;
}

/* --- the whole ------------------------------------------------------------------------------ */

static status open_and_check(restoring *r, err *why)
{
    store *s = NULL;
    const store_options o = {.dir = r->part,
                             .disk = r->disk,
                             .clock = r->o->clock,
                             .random = r->o->random,
                             .mutant = -1};
    status st = store_open(&o, &s, why);
    if (st == OK)
        st = check_store(r, s, why);
    if (st == OK)
        st = audit_settle_left(s, why);
    if (st == OK)
        st = close_doors(r, s, why);
    store_close(s);
    return st;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static status put_in_place(restoring *r, err *why)
{
    char above[PATH_ROOM + 8];
    status st = fs_sync_all(r->disk, r->part, why);
    if (st == OK)
        st = fs_rename(r->disk, r->part, r->o->into, why);
    snprintf(above, sizeof above, "%s/..", r->o->into);
    return st == OK ? fs_sync_dir(r->disk, above, why) : st;
}

static status check_place(restoring *r, err *why)
{
    struct stat info;
    if (strlen(r->o->into) >= STORE_PATH_MAX - 64)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "the path is over %d bytes",
                       STORE_PATH_MAX - 64);
    snprintf(r->part, sizeof r->part, "%s.part", r->o->into);
    if (lstat(r->o->into, &info) == 0)
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "%s is there already", r->o->into);
    if (lstat(r->part, &info) == 0)
        return err_set(why, ERR_BUSY, ERR_NOWHERE,
                       "%s is there: a restore that was stopped left it, remove it", r->part);
    return OK;
}

status store_restore(const restore_options *o, backup_report *ret, err *why)
{
    restoring r = {.o = o,
                   .disk = o->disk ? o->disk : fs_system(),
                   .in.handle = -1,
                   .out.handle = -1,
                   .report.at = WHEN_NONE};
    status st = check_place(&r, why);
    if (st == OK)
        st = unpack(&r, why);
    if (st == OK)
        st = open_and_check(&r, why);
    if (st == OK && !o->dry_run)
        st = put_in_place(&r, why);
    if (r.made && (st != OK || o->dry_run))
        nftw(r.part, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    if (st == OK)
        *ret = r.report;
    return st;
}
