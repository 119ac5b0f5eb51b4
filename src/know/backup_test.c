/* backup_test.c - what is backed up comes back, and nothing else is taken for it. */
#include "know/backup.h"
#include "know/audit.h"
#include "know/claims.h"
#include "know/sessions.h"
#include "know/sets.h"
#include "know/sightings_write.h"
#include "know/test_store.h"
#include "know/tokens.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { FILE_MAX = 64 << 20 };

typedef struct fixture {
    scratch t;
    char path[96], into[96];
    uint8_t public[SEAL_KEY], secret[SEAL_KEY];
} fixture;

static void doc_of(scratch *t, const char *source, const char *text)
{
    uint8_t sha[SHA256_BYTES];
    blob_writer *w = NULL;
    uint64_t bytes = 0;
    CHECK_OK(blob_begin(store_blobs(t->s), &w, &t->why));
    CHECK_OK(blob_put(w, slice_str(text), &t->why));
    CHECK_OK(blob_end(w, sha, &bytes, &t->why));
    t->line = 1;
    document_in d = {.sha256 = sha,
                     .bytes = bytes,
                     .source = slice_str(source),
                     .marking = {.tlp = TLP_CLEAR},
                     .parser = 1,
                     .format = S("test"),
                     .path = slice_str(text)};
    CHECK_OK(writer_document(t->w, &d, &t->why));
}

/* Two versions that share a table. */
static void load_set(scratch *t, const char *value, set_mode mode)
{
    set_load_options o = {.name = S("bad"),
                          .source = S("bad"),
                          .verdict = SET_KNOWN_BAD,
                          .mode = mode,
                          .w = t->w,
                          .marking = {.tlp = TLP_CLEAR}};
    const fact_label label = {
        .first_seen = WHEN_NONE, .last_seen = WHEN_NONE, .valid_until = WHEN_NONE};
    fact_key key = {KIND_DOMAIN, slice_str(value)};
    uint8_t sha[SHA256_BYTES] = {(uint8_t)value[0]};
    set_loader *sl = NULL;
    set_result r = {0};
    CHECK_OK(set_loader_new(t->s, &o, &sl, &t->why));
    CHECK_OK(set_loader_document(sl, sha, 1, &t->why));
    CHECK_OK(set_loader_keys(sl, &label, &key, 1, &t->why));
    CHECK_OK(set_loader_finish(sl, t->w, &r, &t->why));
    set_loader_free(sl);
}

static void see(scratch *t, const char *value)
{
    char folder[96];
    uint32_t id = 0;
    sightings_writer *w = NULL;
    snprintf(folder, sizeof folder, "%s/sightings", t->dir);
    sightings_writer_options o = {
        .folder = folder, .random = random_seeded(&t->seed), .clock = {scratch_tick, t}};
    CHECK_OK(sightings_writer_new(&o, &w, &t->why));
    CHECK_OK(sightings_source_add(w, S("a.log"), S("plain"), &id, &t->why));
    CHECK_OK(sightings_add(w, KIND_DOMAIN, slice_str(value), at("2026-11-01"), id, 1, &t->why));
    CHECK_OK(sightings_commit(w, S("so far"), &t->why));
    sightings_writer_free(w);
}

static bool begin(fixture *f)
{
    CLEANUP(buf_done) buf public;
    CLEANUP(buf_done) buf hidden;
    secret *s = NULL;
    *f = (fixture){0};
    buf_init(&public, SEAL_KEY_TEXT_MAX);
    buf_init(&hidden, SEAL_KEY_TEXT_MAX);
    if (!scratch_open(&f->t))
        return false;
    CHECK_OK(seal_pair(random_seeded(&f->t.seed), &public, &hidden, NULL));
    CHECK_OK(secret_keep(buf_slice(&hidden), &s, NULL));
    CHECK_OK(seal_public_read(buf_slice(&public), f->public, NULL));
    CHECK_OK(seal_secret_read(s, f->secret, NULL));
    secret_free(s);
    snprintf(f->path, sizeof f->path, "%s.backup", f->t.dir);
    snprintf(f->into, sizeof f->into, "%s.restored", f->t.dir);
    doc_of(&f->t, "alpha", "a.csv");
    say(&f->t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_MALWARE, "name:thing");
    doc_end(&f->t);
    doc_of(&f->t, "beta", "b.csv");
    say(&f->t, KIND_DOMAIN, "evil.example", PRED_LISTED, KIND_NONE, "");
    doc_end(&f->t);
    return true;
}

static void end(fixture *f)
{
    nftw(f->into, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
    remove(f->path);
    scratch_close(&f->t);
}

static status back_up(fixture *f, bool sealed, backup_report *ret)
{
    const backup_options o = {
        .path = f->path, .to = sealed ? f->public : NULL, .clock = {scratch_tick, &f->t}};
    return store_backup(f->t.s, &o, ret, &f->t.why);
}

static status restore(fixture *f, const uint8_t *key, bool dry_run, backup_report *ret)
{
    const restore_options o = {.path = f->path,
                               .into = f->into,
                               .key = key,
                               .dry_run = dry_run,
                               .clock = {scratch_tick, &f->t},
                               .random = random_seeded(&f->t.seed)};
    return store_restore(&o, ret, &f->t.why);
}

static bool is_there(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

static bool part_is_there(const char *path)
{
    char part[128];
    snprintf(part, sizeof part, "%s.part", path);
    return is_there(part);
}

#define SKIP_ON_A_SERVER(f)                                                                        \
    do {                                                                                           \
        if (strcmp(store_engine((f)->t.s), "sqlite") != 0) {                                       \
            backup_report none;                                                                    \
            CHECK_EQ(back_up(f, false, &none), ERR_INPUT);                                         \
            end(f);                                                                                \
            return;                                                                                \
        }                                                                                          \
    } while (0)

TEST(what_was_backed_up_comes_back)
{
    for (int sealed = 0; sealed < 2; sealed++) {
        fixture f;
        backup_report r = {0}, back = {0};
        REQUIRE(begin(&f));
        SKIP_ON_A_SERVER(&f);
        load_set(&f.t, "a.example", SET_REPLACE);
        load_set(&f.t, "b.example", SET_ADD);
        see(&f.t, "seen.example");
        CHECK_OK(back_up(&f, sealed, &r));
        CHECK_EQ(r.documents, 2);
        CHECK_EQ(r.sets, 2);
        /* the database, two documents, two manifests, two tables, a manifest and a segment */
        CHECK_EQ(r.files, 9);
        CHECK(r.seen && r.sealed == sealed);
        CHECK(!part_is_there(f.path));
        CHECK_OK(restore(&f, f.secret, false, &back));
        CHECK_EQ(back.files, r.files);
        CHECK_EQ(back.documents, 2);
        CHECK_EQ(back.sets, 2);
        CHECK_EQ(back.bytes, r.bytes);
        CHECK_EQ(back.at, r.at);
        CHECK(back.seen && back.sealed == sealed);
        CHECK(is_there(f.into) && !part_is_there(f.into));
        end(&f);
    }
}

static size_t entries_about(store *s, const char *what)
{
    CLEANUP(arena_done) arena a;
    audit_list list = {0};
    arena_init(&a, 1 << 20);
    CHECK_OK(audit_page(s, &a, &(audit_filter){.what = slice_str(what)}, 0, 100, &list, NULL));
    return list.count;
}

/* Reads that were recorded beside the database are in the backup, each once, and in the log of the
 * restored store: before the log has taken them, and when it had and nobody had said so yet. */
TEST(entries_that_wait_come_along)
{
    fixture f;
    backup_report r = {0};
    audit_log *log = NULL;
    store *back = NULL;
    audit_report proof = {0};
    char path[128], bytes[4096];
    REQUIRE(begin(&f));
    SKIP_ON_A_SERVER(&f);
    const audit_entry read = {.at = 1, .act = S("read"), .what = S("waits")},
                      change = {.at = 2, .act = S("change"), .what = S("other")};
    CHECK_OK(audit_log_new(f.t.s, &log, &f.t.why));
    CHECK_OK(audit_add(f.t.w, &change, &f.t.why)); /* has the writer */
    for (int i = 0; i < 3; i++)
        CHECK_OK(audit_put(log, &read, 1, &f.t.why));
    CHECK_OK(writer_sync(f.t.w, &f.t.why));
    snprintf(path, sizeof path, "%s/pending/reads-0", f.t.dir);
    FILE *io = fopen(path, "rb");
    REQUIRE(io);
    size_t n = fread(bytes, 1, sizeof bytes, io);
    fclose(io);
    for (int taken = 0; taken < 2; taken++) {
        CHECK_OK(back_up(&f, false, &r));
        CHECK_EQ(entries_about(f.t.s, "waits"), taken ? 3 : 0); /* it changes nothing here */
        CHECK_OK(restore(&f, NULL, false, &r));
        CHECK_EQ(r.files, taken ? 3 : 4);
        store_options o = {.dir = f.into, .mutant = -1};
        o.clock = (clock_source){scratch_tick, &f.t};
        o.random = random_seeded(&f.t.seed);
        CHECK_OK(store_open(&o, &back, &f.t.why));
        REQUIRE(back);
        CHECK_EQ(entries_about(back, "waits"), 3);
        CHECK_OK(audit_verify(back, NULL, 0, &proof, &f.t.why));
        CHECK(!proof.broken_by && !proof.waiting);
        back = store_close(back);
        nftw(f.into, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
        remove(f.path);
        if (!taken) {
            CHECK_OK(audit_log_settle(log, &f.t.why));
            log = audit_log_free(log);
            REQUIRE((io = fopen(path, "wb")));
            CHECK_EQ(fwrite(bytes, 1, n, io), n);
            fclose(io);
        }
    }
    end(&f);
}

/* Somebody was at the file: that is in the backup as it is, and the restored log says so. */
TEST(altered_entries_that_wait_are_not_lost_in_silence)
{
    fixture f;
    backup_report r = {0};
    audit_log *log = NULL;
    store *back = NULL;
    char path[128];
    REQUIRE(begin(&f));
    SKIP_ON_A_SERVER(&f);
    const audit_entry read = {.at = 1, .act = S("read"), .what = S("waits")};
    CHECK_OK(audit_log_new(f.t.s, &log, &f.t.why));
    CHECK_OK(audit_add(f.t.w, &read, &f.t.why));
    CHECK_OK(audit_put(log, &read, 1, &f.t.why));
    CHECK_OK(writer_sync(f.t.w, &f.t.why));
    snprintf(path, sizeof path, "%s/pending/reads-0", f.t.dir);
    FILE *io = fopen(path, "r+b");
    REQUIRE(io);
    CHECK(fseek(io, 60, SEEK_SET) == 0 && fputc('?', io) == '?');
    fclose(io);
    CHECK_OK(back_up(&f, false, &r));
    CHECK_OK(restore(&f, NULL, false, &r));
    store_options o = {.dir = f.into, .mutant = -1};
    o.clock = (clock_source){scratch_tick, &f.t};
    o.random = random_seeded(&f.t.seed);
    CHECK_OK(store_open(&o, &back, &f.t.why));
    REQUIRE(back);
    audit_list list = {0};
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    const audit_filter said = {.act = S("audit.waiting")};
    CHECK_OK(audit_page(back, &a, &said, 0, 10, &list, &f.t.why));
    CHECK_EQ(list.count, 1);
    store_close(back);
    audit_log_free(log);
    end(&f);
}

TEST(a_dry_run_leaves_nothing)
{
    fixture f;
    backup_report r = {0};
    REQUIRE(begin(&f));
    SKIP_ON_A_SERVER(&f);
    CHECK_OK(back_up(&f, false, &r));
    CHECK_OK(restore(&f, NULL, true, &r));
    CHECK_EQ(r.documents, 2);
    CHECK(!is_there(f.into) && !part_is_there(f.into));
    end(&f);
}

TEST(nothing_is_written_over)
{
    fixture f;
    backup_report r = {0};
    REQUIRE(begin(&f));
    SKIP_ON_A_SERVER(&f);
    CHECK_OK(back_up(&f, false, &r));
    CHECK_EQ(back_up(&f, false, &r), ERR_BUSY);
    CHECK_OK(restore(&f, NULL, false, &r));
    CHECK_EQ(restore(&f, NULL, false, &r), ERR_BUSY);
    end(&f);
}

TEST(one_backup_at_a_time)
{
    fixture f;
    char path[96];
    backup_report r = {0};
    REQUIRE(begin(&f));
    SKIP_ON_A_SERVER(&f);
    snprintf(path, sizeof path, "%s/pending/backup", f.t.dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
    CHECK_EQ(back_up(&f, false, &r), ERR_BUSY);
    CHECK(!is_there(f.path));
    close(fd);
    CHECK_OK(back_up(&f, false, &r));
    end(&f);
}

/* --- restore_revokes: who could come in then cannot now -------------------------------------- */

static void let_in(fixture *f)
{
    const grant whole = grant_whole();
    const actor root = {
        .who = S("cli:root"), .from = S("cli"), .has = &whole, .now = at("2026-11-20")};
    char id[ACCOUNT_ID_TEXT + 1];
    account_in person = {.login = S("alice"), .role = USER_ANALYST, .clearance = TLP_GREEN};
    session_in session = {.hash = {1}, .id = "abcdefghij"};
    token_in token = {.name = S("script"),
                      .scopes = (rights)1 << RIGHT_READ,
                      .clearance = TLP_CLEAR,
                      .until = at("2026-12-01")};
    uint8_t hash[SHA256_BYTES] = {2};
    scratch *t = &f->t;
    CHECK_OK(account_add(t->w, &root, &person, id, &t->why));
    CHECK_OK(session_open(t->w, &root, 1, &session, S("login"), &t->why));
    CHECK_OK(token_add(t->w, &root, S("alice"), &token, "tokentoken", hash, &t->why));
    CHECK_OK(writer_sync(t->w, &t->why));
}

typedef struct doors {
    size_t sessions;
    bool token_stands, audited;
} doors;

static doors doors_of(fixture *f)
{
    CLEANUP(arena_done) arena a;
    doors ret = {0};
    store *s = NULL;
    accounts *r = NULL;
    session_list sessions = {0};
    token_row token = {0};
    account owner;
    audit_report audit = {0};
    arena_init(&a, 1 << 20);
    const store_options o = {.dir = f->into,
                             .clock = {scratch_tick, &f->t},
                             .random = random_seeded(&f->t.seed),
                             .mutant = -1};
    CHECK_OK(store_open(&o, &s, &f->t.why));
    CHECK_OK(accounts_new(s, &r, &f->t.why));
    CHECK_OK(sessions_of(r, &a, 1, at("2026-11-20"), &sessions, &f->t.why));
    CHECK_OK(token_find(r, &a, S("tokentoken"), &token, &owner, &f->t.why));
    ret.audited = audit_verify(s, NULL, 0, &audit, &f->t.why) == OK && !audit.broken_at &&
                  audit.head.seq == 4; /* the last is the restore */
    ret.sessions = sessions.count;
    ret.token_stands = token.revoked == WHEN_NONE;
    accounts_free(r);
    store_close(s);
    return ret;
}

TEST(restore_revokes)
{
    for (int keep = 0; keep < 2; keep++) {
        fixture f;
        backup_report r = {0};
        REQUIRE(begin(&f));
        SKIP_ON_A_SERVER(&f);
        let_in(&f);
        CHECK_OK(back_up(&f, false, &r));
        const restore_options o = {.path = f.path,
                                   .into = f.into,
                                   .clock = {scratch_tick, &f.t},
                                   .random = random_seeded(&f.t.seed),
                                   .who = S("cli:root"),
                                   .keep_tokens = keep};
        CHECK_OK(store_restore(&o, &r, &f.t.why));
        doors d = doors_of(&f);
        CHECK_EQ(d.sessions, 0);
        CHECK_EQ(d.token_stands, keep);
        CHECK(d.audited);
        end(&f);
    }
}

/* --- backup_tamper: what is not the backup is not taken for it ------------------------------ */

static void write_file(const char *path, slice bytes)
{
    file f;
    CHECK_OK(fs_open(fs_system(), path, FILE_WRITE | FILE_CREATE, &f, NULL));
    CHECK_OK(file_write(&f, bytes, NULL));
    file_close(&f);
}

/* Is it refused, and is nothing left of it? */
static void refused(fixture *f, slice bytes, const char *what, size_t at)
{
    backup_report r;
    write_file(f->path, bytes);
    status st = restore(f, f->secret, true, &r);
    if (st != ERR_INPUT)
        TEST_FAIL("%s at %zu: %s", what, at, status_name(st));
    CHECK(!is_there(f->into) && !part_is_there(f->into));
}

TEST(backup_tamper)
{
    for (int sealed = 0; sealed < 2; sealed++) {
        fixture f;
        backup_report r = {0};
        CLEANUP(arena_done) arena a;
        slice bytes;
        arena_init(&a, 2 * FILE_MAX);
        REQUIRE(begin(&f));
        SKIP_ON_A_SERVER(&f);
        CHECK_OK(back_up(&f, sealed, &r));
        CHECK_OK(fs_read_all(fs_system(), &a, f.path, FILE_MAX, &bytes, NULL));
        char *room = arena_array(&a, bytes.len + 1, 1);
        REQUIRE(room);
        memcpy(room, bytes.ptr, bytes.len);
        for (size_t i = 0; i < bytes.len; i += i < 256 ? 11 : bytes.len / 40) {
            room[i] = (char)(room[i] ^ 1 << i % 8);
            refused(&f, slice_of(room, bytes.len), "a flipped bit", i);
            room[i] = bytes.ptr[i];
        }
        for (size_t i = 1; i < bytes.len; i += bytes.len / 20)
            refused(&f, slice_of(bytes.ptr, bytes.len - i), "a cut", i);
        refused(&f, slice_of(room, bytes.len + 1), "one byte more", 0);
        write_file(f.path, bytes);
        CHECK_OK(restore(&f, f.secret, true, &r));
        end(&f);
    }
}

TEST(only_the_holder_of_the_key_restores)
{
    fixture f;
    backup_report r = {0};
    uint8_t other[SEAL_KEY] = {1};
    REQUIRE(begin(&f));
    SKIP_ON_A_SERVER(&f);
    CHECK_OK(back_up(&f, true, &r));
    CHECK_EQ(restore(&f, NULL, false, &r), ERR_FORBIDDEN);
    CHECK_EQ(restore(&f, other, false, &r), ERR_INPUT);
    CHECK(!is_there(f.into) && !part_is_there(f.into));
    end(&f);
}

/* --- a store that is not well --------------------------------------------------------------- */

TEST(a_damaged_document_is_said_and_nothing_is_made)
{
    fixture f;
    char path[256];
    uint8_t sha[SHA256_BYTES];
    backup_report r = {0};
    REQUIRE(begin(&f));
    SKIP_ON_A_SERVER(&f);
    CHECK(hash_of(HASH_SHA256, S("a.csv"), sha));
    blob_place(store_blobs(f.t.s), sha, path, sizeof path);
    write_file(path, S("no blob"));
    CHECK(back_up(&f, false, &r) != OK);
    CHECK(strstr(f.t.why.msg, "import it again") != NULL);
    CHECK(!is_there(f.path) && !part_is_there(f.path));
    end(&f);
}

/* --- a disk that is not well ---------------------------------------------------------------- */

typedef struct failing {
    fs disk;
    long left; /* calls that still go well */
} failing;

static status may(failing *x, err *why)
{
    return x->left-- > 0 ? OK : err_set(why, ERR_IO, ERR_NOWHERE, "the disk broke");
}

static status fail_write(void *ctx, int handle, const void *from, size_t n, err *why)
{
    status st = may(ctx, why);
    return st == OK ? fs_system()->write(fs_system()->ctx, handle, from, n, why) : st;
}

static status fail_sync(void *ctx, int handle, err *why)
{
    status st = may(ctx, why);
    return st == OK ? fs_system()->sync(fs_system()->ctx, handle, why) : st;
}

static status fail_rename(void *ctx, const char *from, const char *to, err *why)
{
    status st = may(ctx, why);
    return st == OK ? fs_system()->rename(fs_system()->ctx, from, to, why) : st;
}

static status fail_pread(void *ctx, int handle, void *into, size_t n, uint64_t at, size_t *ret,
                         err *why)
{
    status st = may(ctx, why);
    return st == OK ? fs_system()->pread(fs_system()->ctx, handle, into, n, at, ret, why) : st;
}

/* Each call fails in turn: then there is no backup, and with all of them there is a good one. */
TEST(every_call_to_the_disk_may_fail)
{
    fixture f;
    backup_report r = {0};
    failing x = {.disk = *fs_system()};
    x.disk.ctx = &x;
    x.disk.write = fail_write;
    x.disk.sync = fail_sync;
    x.disk.rename = fail_rename;
    x.disk.pread = fail_pread;
    REQUIRE(begin(&f));
    SKIP_ON_A_SERVER(&f);
    const backup_options o = {
        .path = f.path, .to = f.public, .disk = &x.disk, .clock = {scratch_tick, &f.t}};
    status st = ERR_IO;
    for (long n = 0; st != OK && n < 1000; n++) {
        x.left = n;
        st = store_backup(f.t.s, &o, &r, &f.t.why);
        CHECK(st == OK || (st == ERR_IO && !is_there(f.path) && !part_is_there(f.path)));
    }
    CHECK_OK(st);
    CHECK_OK(restore(&f, f.secret, false, &r));
    end(&f);
}
