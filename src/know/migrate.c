/* migrate.c - see migrate.h. */
#include "know/migrate.h"
#include "know/tables.h"
#include "know/pair.h"
#include "know/search.h"
#include "know/sightings.h"
#include "know/tiers.h"
#include "know/undo.h"

#include <stdio.h>
#include <stdlib.h>

enum { PROGRESS_ROWS = 10000, ARENA_MAX = 1 << 20 };

typedef struct moving {
    const store *from;
    store *to;
    db *source, *target;
    const migrate_options *o;
    migrate_report report;
    hash_state *h;
    db_filler *filler;  /* NULL: the rows are only looked at */
    db_table table;     /* under way */
    uint64_t count;     /* of the table under way */
    const char *folder; /* of files that are copied */
} moving;

/* What belongs to a place and not to what is stored: which directory, how far the text index is. */
static bool stays(const db_table *t, const db_value *row)
{
    static const slice keys[] = {S_INIT("pair"), S_INIT("search"), S_INIT("search-documents")};
    for (size_t i = 0; i < COUNT_OF(keys) && slice_eq(t->name, S("meta")); i++)
        if (slice_eq(row[0].bytes, keys[i]))
            return true;
    return false;
}

/* --- rows ------------------------------------------------------------------------------------- */

static void hash_row(moving *m, const db_value *row)
{
    for (size_t i = 0; i < m->table.columns; i++) {
        const db_value *v = &row[i];
        uint64_t head[2] = {v->null, m->table.type[i] == 'i' ? (uint64_t)v->n : v->bytes.len};
        hash_update(m->h, slice_of((const char *)head, sizeof head));
        if (m->table.type[i] != 'i' && v->bytes.len)
            hash_update(m->h, v->bytes);
    }
}

static status take_row(void *ctx, const db_value *row, err *why)
{
    moving *m = ctx;
    if (stays(&m->table, row))
        return OK;
    hash_row(m, row);
    m->count++;
    if (!m->filler)
        return OK;
    if (++m->report.rows % PROGRESS_ROWS == 0 && m->o->on_progress)
        m->o->on_progress(m->o->ctx, &m->report);
    return db_fill_row(m->filler, row, why);
}

static status read_back(moving *m, uint64_t rows, const uint8_t *want, err *why)
{
    uint8_t got[SHA256_BYTES];
    m->count = 0;
    status st = db_rows_each(m->target, &m->table, take_row, m, why);
    hash_final(m->h, got);
    if (st == OK && (m->count != rows || memcmp(got, want, SHA256_BYTES) != 0))
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE,
                     "table %.*s was read back otherwise than it was written: %llu rows of %llu",
                     SLICE_FMT(m->table.name), (unsigned long long)m->count,
                     (unsigned long long)rows);
    return st;
}

static status move_table(moving *m, err *why)
{
    uint8_t digest[SHA256_BYTES];
    m->count = 0;
    status st = db_fill_begin(m->target, &m->table, &m->filler, why);
    if (st != OK)
        return st;
    st = db_rows_each(m->source, &m->table, take_row, m, why);
    hash_final(m->h, digest);
    status ended = db_fill_end(m->filler, st == OK ? why : NULL);
    m->filler = NULL;
    if (st == OK)
        st = ended;
    return st == OK ? read_back(m, m->count, digest, why) : st;
}

static status move_tables(moving *m, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && db_table_at(i, &m->table); i++) {
        st = move_table(m, why);
        m->report.tables++;
    }
    return st;
}

static status refuse_row(void *ctx, const db_value *row, err *why)
{
    (void)ctx, (void)row;
    return err_set(why, ERR_BUSY, ERR_NOWHERE, "the target has a store already");
}

static status check_empty(moving *m, err *why)
{
    db_table t;
    status st = OK;
    for (size_t i = 0; st == OK && db_table_at(i, &t); i++)
        st = db_rows_each(m->target, &t, refuse_row, NULL, why);
    return st;
}

/* --- documents -------------------------------------------------------------------------------- */

static status put_bytes(void *ctx, slice bytes, err *why)
{
    return blob_put(ctx, bytes, why);
}

static status move_document(moving *m, const uint8_t sha[SHA256_BYTES], err *why)
{
    blob_writer *w = NULL;
    uint8_t got[SHA256_BYTES];
    uint64_t bytes;
    if (blob_exists(store_blobs(m->to), sha))
        return OK;
    status st = blob_begin(store_blobs(m->to), &w, why);
    if (st != OK)
        return st;
    if ((st = blob_stream(store_blobs(m->from), sha, put_bytes, w, why)) != OK) {
        blob_drop(w);
        return st;
    }
    if ((st = blob_end(w, got, &bytes, why)) == OK && memcmp(got, sha, SHA256_BYTES) != 0)
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "a document is not what its name says");
    if (st == OK)
        st = blob_sync(store_blobs(m->to), sha, 1, why);
    m->report.documents += st == OK;
    return st;
}

static status move_document_of(void *ctx, const db_value *row, err *why)
{
    moving *m = ctx;
    for (size_t i = 0; i < m->table.columns; i++)
        if (slice_eq(m->table.column[i], S("sha256")) && row[i].bytes.len == SHA256_BYTES)
            return move_document(m, (const uint8_t *)row[i].bytes.ptr, why);
    return OK;
}

static status move_documents(moving *m, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && db_table_at(i, &m->table); i++)
        if (slice_eq(m->table.name, S("document")))
            st = db_rows_each(m->source, &m->table, move_document_of, m, why);
    return st;
}

/* --- tables of sets --------------------------------------------------------------------------- */

/* A file of `folder`, whole; versions of a set share tables, which are then written again. */
static status put_file(void *ctx, const char *name, slice bytes, err *why)
{
    const moving *m = ctx;
    char to[STORE_PATH_MAX + 160];
    file f;
    snprintf(to, sizeof to, "%s/%s/%s", m->to->dir, m->folder, name);
    status st = fs_open(m->to->options.disk, to, FILE_WRITE | FILE_CREATE, &f, why);
    if (st != OK)
        return st;
    st = file_write(&f, bytes, why);
    if (st == OK)
        st = file_sync(&f, why);
    file_close(&f);
    return st;
}

/* The keys of a version lie beside the database (know/sets.h); what was purged has none. */
static status move_set_of(void *ctx, const db_value *row, err *why)
{
    enum { NAME_MAX_BYTES = 64 };
    moving *m = ctx;
    char folder[STORE_PATH_MAX + 16], file_name[NAME_MAX_BYTES + 1];
    tiers *t;
    slice name = S("");
    for (size_t i = 0; i < m->table.columns; i++)
        if (slice_eq(m->table.column[i], S("file")))
            name = row[i].bytes;
    if (!name.len || name.len > NAME_MAX_BYTES)
        return OK;
    snprintf(folder, sizeof folder, "%s/sets", m->from->dir);
    snprintf(file_name, sizeof file_name, "%.*s", SLICE_FMT(name));
    status st = tiers_open(folder, file_name, &t, why);
    if (st != OK)
        return st;
    st = tiers_files(t, put_file, m, why);
    tiers_close(t);
    return st;
}

static status make_folder(moving *m, const char *name, err *why)
{
    char folder[STORE_PATH_MAX + 16];
    m->folder = name;
    snprintf(folder, sizeof folder, "%s/%s", m->to->dir, name);
    status st = fs_mkdir(m->to->options.disk, folder, why);
    return st == ERR_BUSY ? OK : st;
}

static status sync_folder(const moving *m, err *why)
{
    char folder[STORE_PATH_MAX + 16];
    snprintf(folder, sizeof folder, "%s/%s", m->to->dir, m->folder);
    return fs_sync_dir(m->to->options.disk, folder, why);
}

/* What the site has seen is in no database either. */
static status move_sightings(moving *m, err *why)
{
    char folder[STORE_PATH_MAX + 16];
    sightings *s;
    snprintf(folder, sizeof folder, "%s/sightings", m->from->dir);
    status st = sightings_open(folder, &s, why);
    if (st != OK)
        return st == ERR_NOT_FOUND ? OK : st;
    st = make_folder(m, "sightings", why);
    if (st == OK)
        st = sightings_files(s, put_file, m, why);
    sightings_close(s);
    return st == OK ? sync_folder(m, why) : st;
}

static status move_sets(moving *m, err *why)
{
    status st = make_folder(m, "sets", why);
    for (size_t i = 0; st == OK && db_table_at(i, &m->table); i++)
        if (slice_eq(m->table.name, S("set_version")))
            st = db_rows_each(m->source, &m->table, move_set_of, m, why);
    return st == OK ? sync_folder(m, why) : st;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Writers of the source wait until the end; a large import in the middle is not waited for. */
static status hold_source(moving *m, err *why)
{
    bool row;
    status st = store_connect(m->from, true, &m->source, why);
    if (st == OK)
        st = begin_in_turn(m->from, m->source, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(m->source, Q_TX_UNPUBLISHED);
    st = db_step(q, &row, why);
    db_reset(q);
    return st == OK && row ? err_set(why, ERR_BUSY, ERR_NOWHERE, "an import is under way") : st;
}

static status hold_target(moving *m, err *why)
{
    status st = store_blank(&m->o->to, &m->to, why);
    if (st == OK && strcmp(store_engine(m->to), store_engine(m->from)) == 0 &&
        (*m->to->server ? strcmp(m->to->server, m->from->server) == 0
                        : strcmp(m->to->dir, m->from->dir) == 0))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "that is where the store is");
    if (st == OK)
        st = store_connect(m->to, true, &m->target, why);
    if (st == OK)
        st = db_migrate(m->target, why);
    if (st == OK)
        st = db_begin_write(m->target, why);
    return st == OK ? check_empty(m, why) : st;
}

static status move_all(moving *m, err *why)
{
    status st = hold_target(m, why);
    if (st == OK)
        st = hold_source(m, why);
    if (st == OK)
        st = move_tables(m, why);
    if (st == OK && strcmp(m->to->dir, m->from->dir) != 0)
        st = move_documents(m, why);
    if (st == OK && strcmp(m->to->dir, m->from->dir) != 0)
        st = move_sets(m, why);
    if (st == OK && strcmp(m->to->dir, m->from->dir) != 0)
        st = move_sightings(m, why);
    if (st == OK && *m->to->server)
        st = pair_adopt(m->to, m->target, why);
    return st == OK ? db_commit(m->target, why) : st;
}

status store_migrate(store *from, const migrate_options *o, migrate_report *ret, err *why)
{
    moving m = {.from = from, .o = o, .h = hash_new(HASH_SHA256)};
    status st = m.h ? move_all(&m, why) : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (m.target)
        db_rollback(m.target);
    if (m.source)
        db_rollback(m.source);
    db_close(m.target);
    db_close(m.source);
    hash_free(m.h);
    if (st == OK)
        st = search_catch_up(m.to, why);
    store_close(m.to);
    if (st == OK)
        *ret = m.report;
    return st;
}
