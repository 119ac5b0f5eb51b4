/* pair.c - see pair.h. */
#include "know/pair.h"

#include <stdio.h>

enum { NAME_BYTES = 16, FILE_MAX = 256 };

static void pair_path(const store *s, char out[STORE_PATH_MAX + 8])
{
    snprintf(out, STORE_PATH_MAX + 8, "%s/pair", s->dir);
}

bool pair_exists(const store *s)
{
    char path[STORE_PATH_MAX + 8];
    file f;
    pair_path(s, path);
    if (fs_open(s->options.disk, path, FILE_READ, &f, NULL) != OK)
        return false;
    file_close(&f);
    return true;
}

static status read_name(const store *s, const char *path, char ret[HASH_HEX_MAX], err *why)
{
    CLEANUP(arena_done) arena a;
    uint8_t bytes[NAME_BYTES];
    slice text;
    arena_init(&a, 1 << 16);
    status st = fs_read_all(s->options.disk, &a, path, FILE_MAX, &text, why);
    if (st == OK && !hash_unhex(slice_trim(text), bytes, NAME_BYTES))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "%s cannot be read", path);
    if (st == OK)
        hash_hex(bytes, NAME_BYTES, ret);
    return st;
}

static status make_name(const store *s, const char *path, char ret[HASH_HEX_MAX], err *why)
{
    uint8_t bytes[NAME_BYTES];
    char temporary[STORE_PATH_MAX + 16];
    file f;
    s->options.random.fill(s->options.random.ctx, bytes, sizeof bytes);
    hash_hex(bytes, NAME_BYTES, ret);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    status st = fs_open(s->options.disk, temporary, FILE_WRITE | FILE_CREATE, &f, why);
    if (st != OK)
        return st;
    if ((st = file_write(&f, slice_str(ret), why)) == OK)
        st = file_sync(&f, why);
    file_close(&f);
    if (st == OK)
        st = fs_rename(s->options.disk, temporary, path, why);
    return st == OK ? fs_sync_dir(s->options.disk, s->dir, why) : st;
}

static status read_meta(db *d, char ret[HASH_HEX_MAX], err *why)
{
    bool row;
    db_stmt *q = db_query(d, Q_META_GET);
    db_bind_text(q, 1, S("pair"));
    status st = db_step(q, &row, why);
    *ret = 0;
    if (st == OK && row)
        snprintf(ret, HASH_HEX_MAX, "%.*s", SLICE_FMT(db_text(q, 0)));
    db_reset(q);
    return st;
}

static status put_meta(db *d, const char *name, err *why)
{
    db_stmt *q = db_query(d, Q_META_ADD);
    db_bind_text(q, 1, S("pair"));
    db_bind_text(q, 2, slice_str(name));
    return db_run(q, why);
}

status pair_adopt(const store *s, db *d, err *why)
{
    char path[STORE_PATH_MAX + 8], name[HASH_HEX_MAX];
    pair_path(s, path);
    status st = read_name(s, path, name, why);
    if (st == ERR_NOT_FOUND)
        st = make_name(s, path, name, why);
    return st == OK ? put_meta(d, name, why) : st;
}

static status write_meta(db *d, const char *name, err *why)
{
    status st = db_begin_write(d, why);
    if (st != OK)
        return st;
    if ((st = put_meta(d, name, why)) == OK)
        st = db_commit(d, why);
    if (st != OK)
        db_rollback(d);
    return st;
}

status pair_check(const store *s, db *d, bool make, err *why)
{
    char path[STORE_PATH_MAX + 8], here[HASH_HEX_MAX] = "", there[HASH_HEX_MAX];
    pair_path(s, path);
    status st = read_meta(d, there, why);
    if (st == OK) {
        st = read_name(s, path, here, why);
        if (st == ERR_NOT_FOUND && *there)
            return err_set(why, ERR_INPUT, ERR_NOWHERE,
                           "the database belongs to another data directory than %s", s->dir);
        if (st == ERR_NOT_FOUND && make)
            st = make_name(s, path, here, why);
    }
    if (st != OK)
        return st;
    if (*there)
        return strcmp(here, there) == 0
                   ? OK
                   : err_set(why, ERR_INPUT, ERR_NOWHERE,
                             "the database and the data directory %s do not belong together",
                             s->dir);
    if (!make)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no store in the database");
    return write_meta(d, here, why);
}
