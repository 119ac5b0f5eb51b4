/* backup.c - the store in one file: see backup.h. */
#include "know/backup.h"

#include "base/json.h"
#include "know/audit_wait.h"
#include "know/backup/stream.h"
#include "know/sightings.h"
#include "know/store_private.h"
#include "know/tiers.h"
#include "know/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

enum { PIECE = 256 << 10, PATH_ROOM = STORE_PATH_MAX + 128 };

/* A file that others may remove while it is copied: mapped. */
typedef struct held_file {
    char name[STREAM_NAME_MAX];
    slice bytes;
} held_file;

typedef struct backing {
    store *s;
    const backup_options *o;
    const fs *disk;
    int lock; /* one backup at a time; -1: none */
    db *d;    /* the store, as it was at one moment */
    db *copy; /* the database's copy */
    char copy_path[PATH_ROOM], part[PATH_ROOM];
    tiers **sets;
    size_t set_count, set_room;
    sightings *seen;               /* NULL: nothing was ever seen */
    buf waiting[AUDIT_WAIT_FILES]; /* entries of the audit log that are not in the database yet */
    held_file *held;
    size_t held_count, held_room;
    const char *folder; /* of the files that are being listed */
    file out;
    hash_state *written;
    seal_writer *w;
    char *piece;
    backup_report report;
} backing;

static status no_memory(err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

/* --- one moment ----------------------------------------------------------------------------- */

static status take_lock(backing *b, err *why)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/pending/backup", b->s->dir);
    b->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (b->lock < 0)
        return err_os(why, errno, "opening %s", path);
    return flock(b->lock, LOCK_EX | LOCK_NB) == 0
               ? OK
               : err_set(why, ERR_BUSY, ERR_NOWHERE, "another backup of this store is under way");
}

/* Sightings come first: what was found in logs is stored before what was seen there is, so after
 * this the database is not behind, and a restored store reads on as after a kill. */
static status hold_sightings(backing *b, err *why)
{
    char folder[PATH_ROOM];
    snprintf(folder, sizeof folder, "%s/sightings", b->s->dir);
    status st = sightings_open(folder, &b->seen, why);
    if (st == ERR_NOT_FOUND)
        return OK;
    b->report.seen = st == OK;
    return st == OK ? sightings_verify(b->seen, why) : st;
}

static status hold_set(backing *b, slice keys, err *why)
{
    char folder[PATH_ROOM], name[TIERS_NAME + 1];
    if (b->set_count == b->set_room) {
        size_t room = b->set_room ? 2 * b->set_room : 16;
        tiers **more = realloc(b->sets, room * sizeof(tiers *));
        if (!more)
            return no_memory(why);
        b->sets = more;
        b->set_room = room;
    }
    snprintf(folder, sizeof folder, "%s/sets", b->s->dir);
    snprintf(name, sizeof name, "%.*s", SLICE_FMT(keys));
    status st = tiers_open(folder, name, &b->sets[b->set_count], why);
    b->set_count += st == OK;
    return st;
}

static status hold_sets(backing *b, err *why)
{
    bool row;
    status st;
    db_stmt *q = db_query(b->d, Q_SET_FILES);
    db_bind_int(q, 1, 0);
    while ((st = db_step(q, &row, why)) == OK && row) {
        slice keys = db_text(q, 0);
        if (keys.len == TIERS_NAME && (st = hold_set(b, keys, why)) != OK) /* else: purged */
            break;
    }
    db_reset(q);
    b->report.sets = b->set_count;
    return st;
}

/* What is in the database and what waits to get into it are of one moment: nobody takes any in who
 * has not the writers' turn. A record that is being written is of an answer that has not left. */
static status hold_waiting(backing *b, err *why)
{
    audit_wait_file f;
    status st = OK;
    for (unsigned i = 0; st == OK && i < AUDIT_WAIT_FILES; i++) {
        buf_init(&b->waiting[i], AUDIT_WAIT_ROOM);
        st = audit_wait_look(b->s, b->d, i, &b->waiting[i], NULL, NULL, &f, why);
        if (st == OK)
            b->waiting[i].len = f.waiting || f.altered ? f.whole : 0;
    }
    return st;
}

/* Looks at the store while nobody writes, for as long as it takes to open some files. */
static status hold_moment(backing *b, err *why)
{
    uint8_t key[16];
    db *turn = NULL;
    status st = store_connect(b->s, true, &turn, why);
    if (st == OK)
        st = begin_in_turn(b->s, turn, why);
    if (st == OK)
        st = store_connect(b->s, false, &b->d, why);
    if (st == OK)
        st = db_begin_read(b->d, why);
    if (st == OK) /* the first thing that is read is what begins it */
        st = store_index_key(b->d, key, why);
    if (st == OK)
        st = hold_sets(b, why);
    if (st == OK)
        st = hold_waiting(b, why);
    b->report.at = clock_now(b->o->clock);
    if (turn)
        db_rollback(turn);
    db_close(turn);
    return st;
}

/* --- what is in it -------------------------------------------------------------------------- */

static status list_file(void *ctx, const char *name, slice bytes, err *why)
{
    backing *b = ctx;
    if (b->held_count == b->held_room) {
        size_t room = b->held_room ? 2 * b->held_room : 64;
        held_file *more = realloc(b->held, room * sizeof *more);
        if (!more)
            return no_memory(why);
        b->held = more;
        b->held_room = room;
    }
    held_file *f = &b->held[b->held_count++];
    snprintf(f->name, sizeof f->name, "%s/%s", b->folder, name);
    f->bytes = bytes;
    return OK;
}

static int by_name(const void *x, const void *y)
{
    const held_file *a = x, *b = y;
    return strcmp(a->name, b->name);
}

static status list_waiting(backing *b, err *why)
{
    char name[16];
    status st = OK;
    b->folder = "pending";
    for (unsigned i = 0; st == OK && i < AUDIT_WAIT_FILES; i++) {
        snprintf(name, sizeof name, "reads-%u", i);
        if (b->waiting[i].len)
            st = list_file(b, name, buf_slice(&b->waiting[i]), why);
    }
    return st;
}

/* Versions of a set share tables: each is there once. */
static status list_files(backing *b, err *why)
{
    size_t n = 0;
    status st = OK;
    b->folder = "sets";
    for (size_t i = 0; st == OK && i < b->set_count; i++)
        if ((st = tiers_verify(b->sets[i], why)) == OK)
            st = tiers_files(b->sets[i], list_file, b, why);
    b->folder = "sightings";
    if (st == OK && b->seen)
        st = sightings_files(b->seen, list_file, b, why);
    if (st == OK)
        st = list_waiting(b, why);
    if (b->held_count)
        qsort(b->held, b->held_count, sizeof *b->held, by_name);
    for (size_t i = 0; i < b->held_count; i++)
        if (n == 0 || strcmp(b->held[n - 1].name, b->held[i].name) != 0)
            b->held[n++] = b->held[i];
    b->held_count = n;
    return st;
}

static status make_copy(backing *b, err *why)
{
    file f;
    db_options o = {.where = b->copy_path, .read_only = true, .mutant = -1};
    status st = fs_open(b->disk, b->copy_path, FILE_WRITE | FILE_CREATE, &f, why);
    if (st != OK)
        return st;
    file_close(&f);
    st = db_snapshot(b->d, b->copy_path, why);
    db_rollback(b->d); /* from here on the store's log may be folded again */
    if (st == OK)
        st = db_open(&o, &b->copy, why);
    return st == OK ? db_check(b->copy, why) : st;
}

/* --- writing -------------------------------------------------------------------------------- */

static status put_out(void *ctx, slice bytes, err *why)
{
    backing *b = ctx;
    b->report.bytes += bytes.len;
    hash_update(b->written, bytes);
    return file_write(&b->out, bytes, why);
}

static void progress(backing *b)
{
    if (b->o->on_progress)
        b->o->on_progress(b->o->ctx, &b->report);
}

/* Its size is what it is now: nobody writes to it. */
static status put_file(backing *b, slice name, const char *path, err *why)
{
    file f;
    uint64_t size = 0, at = 0;
    size_t n = 1;
    status st = fs_open(b->disk, path, FILE_READ, &f, why);
    if (st != OK)
        return st;
    st = file_size(&f, &size, why);
    if (st == OK)
        st = stream_file_put(b->w, name, size, why);
    while (st == OK && at < size && n) {
        st = file_pread(&f, b->piece, size - at < PIECE ? (size_t)(size - at) : PIECE, at, &n, why);
        if (st == OK && n)
            st = seal_put(b->w, slice_of(b->piece, n), why);
        at += st == OK ? n : 0;
        progress(b);
    }
    file_close(&f);
    if (st == OK && at < size)
        st = err_set(why, ERR_IO, at, "%s became shorter", path);
    b->report.files++;
    return st;
}

static status put_blob(backing *b, const uint8_t *sha, err *why)
{
    char path[PATH_ROOM];
    status st = blob_verify(&b->s->blobs, sha, why);
    if (st != OK)
        return err_wrap(why, st, "a document: import it again");
    blob_place(&b->s->blobs, sha, path, sizeof path);
    b->report.documents++;
    return put_file(b, slice_str(path + strlen(b->s->dir) + 1), path, why);
}

static status put_blobs(backing *b, err *why)
{
    bool row;
    status st;
    db_stmt *q = db_query(b->copy, Q_BACKUP_BLOBS);
    db_bind_blob(q, 1, S(""));
    while ((st = db_step(q, &row, why)) == OK && row) {
        uint8_t sha[SHA256_BYTES];
        slice bytes = db_text(q, 0);
        if (bytes.len != SHA256_BYTES) {
            st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "a document has no hash");
            break;
        }
        memcpy(sha, bytes.ptr, SHA256_BYTES);
        if ((st = put_blob(b, sha, why)) != OK)
            break;
    }
    db_reset(q);
    return st;
}

static status put_held(backing *b, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < b->held_count; i++) {
        st = stream_file_put(b->w, slice_str(b->held[i].name), b->held[i].bytes.len, why);
        if (st == OK)
            st = seal_put(b->w, b->held[i].bytes, why);
        b->report.files++;
        progress(b);
    }
    return st;
}

static status put_about(backing *b, err *why)
{
    CLEANUP(buf_done) buf about;
    char at[WHEN_TEXT_MAX];
    buf_init(&about, STREAM_ABOUT_MAX);
    json_writer w = json_writer_on(&about);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.backup-file/1"));
    json_key(&w, "version");
    json_put_text(&w, S(NOROSHI_VERSION));
    json_key(&w, "at");
    json_put_text(&w, slice_str(when_iso(b->report.at, at)));
    json_close(&w, '}');
    status st = buf_status(&about, why);
    return st == OK ? stream_begin_put(b->w, buf_slice(&about), why) : st;
}

static status put_all(backing *b, err *why)
{
    status st = seal_begin(b->o->to, put_out, b, &b->w, why);
    if (st == OK)
        st = put_about(b, why);
    if (st == OK)
        st = put_file(b, S("noroshi.db"), b->copy_path, why);
    if (st == OK)
        st = put_blobs(b, why);
    if (st == OK)
        st = put_held(b, why);
    if (st == OK)
        st = stream_end_put(b->w, b->report.files, why);
    if (st == OK)
        st = seal_end(b->w, why);
    return st == OK ? file_sync(&b->out, why) : st;
}

/* Who sealed it cannot open it: what is on the disk is compared with what was written. */
static status read_back(backing *b, err *why)
{
    uint8_t want[SHA256_BYTES], got[SHA256_BYTES];
    file f;
    uint64_t at = 0;
    size_t n = 1;
    hash_final(b->written, want);
    status st = fs_open(b->disk, b->part, FILE_READ, &f, why);
    if (st != OK)
        return st;
    while (st == OK && n) {
        st = file_pread(&f, b->piece, PIECE, at, &n, why);
        if (st == OK && n)
            hash_update(b->written, slice_of(b->piece, n));
        at += n;
    }
    file_close(&f);
    hash_final(b->written, got);
    if (st == OK && memcmp(want, got, SHA256_BYTES) != 0)
        st = err_set(why, ERR_IO, ERR_NOWHERE, "%s was read back otherwise than it was written",
                     b->part);
    return st;
}

static bool is_there(const fs *disk, const char *path)
{
    file f;
    if (fs_open(disk, path, FILE_READ, &f, NULL) != OK)
        return false;
    file_close(&f);
    return true;
}

static status put_in_place(backing *b, err *why)
{
    char folder[PATH_ROOM];
    snprintf(folder, sizeof folder, "%s", b->o->path);
    char *end = strrchr(folder, '/');
    if (end == folder)
        end++;
    if (end)
        *end = 0;
    status st = is_there(b->disk, b->o->path)
                    ? err_set(why, ERR_BUSY, ERR_NOWHERE, "%s is there already", b->o->path)
                    : fs_rename(b->disk, b->part, b->o->path, why);
    return st == OK ? fs_sync_dir(b->disk, end ? folder : ".", why) : st;
}

static status write_part(backing *b, err *why)
{
    status st = fs_open(b->disk, b->part, FILE_WRITE | FILE_CREATE, &b->out, why);
    if (st != OK)
        return st;
    st = put_all(b, why);
    file_close(&b->out);
    if (st == OK)
        st = read_back(b, why);
    if (st == OK)
        st = put_in_place(b, why);
    if (st != OK) {
        status gone = fs_remove(b->disk, b->part, NULL);
        (void)gone; /* the next one writes over it */
    }
    return st;
}

/* --- the whole ------------------------------------------------------------------------------ */

static status prepare(backing *b, err *why)
{
    if (*b->s->server)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "the store is in PostgreSQL: pg_dump backs it up");
    if (strlen(b->o->path) >= STORE_PATH_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "the path is over %d bytes", STORE_PATH_MAX);
    if (is_there(b->disk, b->o->path))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "%s is there already", b->o->path);
    snprintf(b->part, sizeof b->part, "%s.part", b->o->path);
    snprintf(b->copy_path, sizeof b->copy_path, "%s/pending/backup.db", b->s->dir);
    b->written = hash_new(HASH_SHA256);
    b->piece = malloc(PIECE);
    return b->written && b->piece ? take_lock(b, why) : no_memory(why);
}

static void let_go(backing *b)
{
    db_close(b->copy);
    db_close(b->d);
    for (size_t i = 0; i < b->set_count; i++)
        tiers_close(b->sets[i]);
    free(b->sets);
    sightings_close(b->seen);
    for (size_t i = 0; i < AUDIT_WAIT_FILES; i++)
        buf_done(&b->waiting[i]);
    free(b->held);
    free(b->piece);
    hash_free(b->written);
    seal_free(b->w);
    if (b->lock >= 0) {
        status gone = fs_remove(b->disk, b->copy_path, NULL);
        (void)gone; /* the next backup writes over it */
        close(b->lock);
    }
}

status store_backup(store *s, const backup_options *o, backup_report *ret, err *why)
{
    backing b = {.s = s,
                 .o = o,
                 .disk = o->disk ? o->disk : fs_system(),
                 .lock = -1,
                 .out.handle = -1,
                 .report.sealed = o->to != NULL};
    status st = prepare(&b, why);
    if (st == OK)
        st = hold_sightings(&b, why);
    if (st == OK)
        st = hold_moment(&b, why);
    if (st == OK)
        st = list_files(&b, why);
    if (st == OK)
        st = make_copy(&b, why);
    if (st == OK)
        st = write_part(&b, why);
    let_go(&b);
    if (st == OK)
        *ret = b.report;
    return st;
}
