#include "know/migrate.h"
#include "know/claims.h"
#include "know/tables.h"
#include "know/search.h"
#include "know/store_private.h"
#include "know/test_store.h"

/* A store somewhere else: with NOROSHI_TEST_STORE in the database, else in its own directory. */
typedef struct place {
    char dir[64];
    test_engine engine;
    scratch *t;
} place;

static store_options options_of(place *p, bool in_database)
{
    scratch *t = p->t;
    return (store_options){.dir = p->dir,
                           .server = in_database ? test_server(&p->engine, p->dir) : NULL,
                           .clock = {scratch_tick, t},
                           .random = random_seeded(&t->seed),
                           .mutant = -1};
}

static bool place_make(place *p, scratch *t)
{
    *p = (place){.t = t};
    snprintf(p->dir, sizeof p->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    return mkdtemp(p->dir) != NULL;
}

static void place_done(place *p)
{
    nftw(p->dir, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/* A document whose bytes are there: its path. */
static void doc_of(scratch *t, const char *source, const char *path, tlp level)
{
    uint8_t sha[SHA256_BYTES];
    blob_writer *w = NULL;
    uint64_t bytes = 0;
    CHECK_OK(blob_begin(store_blobs(t->s), &w, &t->why));
    CHECK_OK(blob_put(w, slice_str(path), &t->why));
    CHECK_OK(blob_end(w, sha, &bytes, &t->why));
    t->line = 1;
    document_in d = {.sha256 = sha,
                     .bytes = bytes,
                     .source = slice_str(source),
                     .marking = {.tlp = level},
                     .parser = 1,
                     .format = S("test"),
                     .path = slice_str(path)};
    CHECK_OK(writer_document(t->w, &d, &t->why));
}

/* Claims with all that a row may have, one of them withdrawn, in texts that no encoding likes. */
static void fill(scratch *t)
{
    static const char odd[] = "a\xff\xf4\x8f\xb8\x81";
    doc_of(t, "alpha", "a\xfe.csv", TLP_GREEN);
    say(t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_MALWARE, "name:thing", .from = "2026-01-01",
        .to = "2026-02-01", .origin = "https://example.com/1", .detail = "{\"a\":1}");
    say(t, KIND_MALWARE, "name:thing", PRED_NAMED, KIND_NAME, "thing", .value = "The Thing");
    say(t, KIND_MALWARE, "name:thing", PRED_DESCRIBED, KIND_NONE, "", .value = odd);
    doc_end(t);
    doc_of(t, "beta", "b.csv", TLP_CLEAR);
    say(t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_MALWARE, "name:thing");
    for (int i = 0; i < 5000; i++) { /* more than a page */
        char value[32];
        snprintf(value, sizeof value, "10.0.%d.%d", i >> 8, i & 255);
        say(t, KIND_IPV4, value, PRED_LISTED, KIND_NONE, "");
    }
    doc_end(t);
    doc_of(t, "epss", "c.csv", TLP_CLEAR);
    for (int i = 0; i < 3000; i++) { /* a day of a series: one row, and a large one */
        char cve[32], value[40];
        snprintf(cve, sizeof cve, "CVE-2024-%04d", 1000 + i);
        snprintf(value, sizeof value, "epss %d %d", i * 7, i * 11);
        say(t, KIND_VULNERABILITY, cve, PRED_MEASURED, KIND_NONE, "", .value = value,
            .valid_from = "2026-11-19");
    }
    doc_end(t);
    curate(t, "analyst:a", KIND_IPV4, "192.0.2.1", "malicious");
    uint64_t n;
    CHECK_OK(writer_retract(t->w, S("analyst:a"), (node_ref){KIND_IPV4, S("192.0.2.1")},
                            PRED_VERDICT, (node_ref){0}, S("wrong"), &n, &t->why));
    CHECK_OK(search_catch_up(t->s, &t->why));
}

typedef struct dumping {
    db_table t;
    buf *out;
} dumping;

static status put_row(void *ctx, const db_value *row, err *why)
{
    const dumping *d = ctx;
    (void)why;
    for (size_t i = 0; i < d->t.columns; i++) {
        buf_printf(d->out, "%d %lld ", row[i].null, (long long)row[i].n);
        buf_put(d->out, row[i].bytes);
    }
    buf_byte(d->out, '\n');
    return OK;
}

/* Every row of every table but meta. */
static void dump(store *s, buf *out, err *why)
{
    db *d = NULL;
    dumping x = {.out = out};
    CHECK_OK(store_connect(s, true, &d, why));
    for (size_t i = 0; d && db_table_at(i, &x.t); i++)
        if (!slice_eq(x.t.name, S("meta")))
            CHECK_OK(db_rows_each(d, &x.t, put_row, &x, why));
    db_close(d);
}

static size_t found(store *s, const char *text, err *why)
{
    CLEANUP(arena_done) arena a;
    view v = {.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
    search_hits h = {0};
    lens *l = NULL;
    arena_init(&a, 16 << 20);
    CHECK_OK(lens_new(s, &l, why));
    CHECK_OK(lens_look(l, &v, why));
    CHECK_OK(search_run(l, &a, &(search_query){.text = slice_str(text)}, &h, why));
    lens_free(l);
    return h.count;
}

static void check_same(scratch *t, place *p, bool in_database, const buf *want)
{
    CLEANUP(buf_done) buf got;
    store *s = NULL;
    store_options o = options_of(p, in_database);
    buf_init(&got, 16 << 20);
    CHECK_OK(store_open(&o, &s, &t->why));
    if (!s)
        return;
    dump(s, &got, &t->why);
    CHECK(want->len > 100000 && slice_eq(buf_slice(&got), buf_slice(want)));
    CHECK_EQ(found(s, "thing", &t->why), 1);
    store_close(s);
}

static uint64_t move(scratch *t, store *from, place *p, bool in_database, uint64_t documents)
{
    migrate_options o = {.to = options_of(p, in_database)};
    migrate_report r = {0};
    CHECK_OK(store_migrate(from, &o, &r, &t->why));
    CHECK(r.tables >= 19);
    CHECK_EQ(r.documents, documents);
    return r.rows;
}

static uint64_t move_on(scratch *t, place *from, bool from_database, place *to, bool to_database)
{
    store *s = NULL;
    store_options o = options_of(from, from_database);
    CHECK_OK(store_open(&o, &s, &t->why));
    uint64_t rows = s ? move(t, s, to, to_database, 3) : 0;
    store_close(s);
    return rows;
}

TEST(a_store_moves_there_and_back)
{
    scratch t;
    place there, back, again;
    CLEANUP(buf_done) buf want;
    CLEANUP(buf_done) buf after;
    buf_init(&want, 16 << 20);
    buf_init(&after, 16 << 20);
    REQUIRE(scratch_open(&t));
    REQUIRE(place_make(&there, &t) && place_make(&back, &t) && place_make(&again, &t));
    fill(&t);
    dump(t.s, &want, &t.why);
    uint64_t rows = move(&t, t.s, &there, true, 3);
    check_same(&t, &there, true, &want);
    CHECK_EQ(move_on(&t, &there, true, &back, false), rows);
    check_same(&t, &back, false, &want);
    CHECK_EQ(move_on(&t, &back, false, &again, true), rows);
    check_same(&t, &again, true, &want);
    dump(t.s, &after, &t.why); /* the first is as it was */
    CHECK(slice_eq(buf_slice(&after), buf_slice(&want)));
    place_done(&there);
    place_done(&back);
    place_done(&again);
    scratch_close(&t);
}

TEST(a_store_does_not_move_where_one_is)
{
    scratch t;
    place there;
    migrate_report r;
    REQUIRE(scratch_open(&t));
    REQUIRE(place_make(&there, &t));
    fill(&t);
    migrate_options o = {.to = options_of(&there, true)};
    CHECK_OK(store_migrate(t.s, &o, &r, &t.why));
    CHECK_EQ(store_migrate(t.s, &o, &r, &t.why), ERR_BUSY);
    test_engine engine;
    o.to.dir = store_dir(t.s);
    o.to.server = test_server(&engine, store_dir(t.s));
    CHECK_EQ(store_migrate(t.s, &o, &r, &t.why), ERR_INPUT);
    place_done(&there);
    scratch_close(&t);
}

/* A transaction that is pending belongs to a writer; here it is made up. */
TEST(an_import_under_way_is_not_moved)
{
    scratch t;
    place there;
    migrate_report r;
    db *d = NULL;
    REQUIRE(scratch_open(&t));
    REQUIRE(place_make(&there, &t));
    CHECK_OK(store_connect(t.s, true, &d, &t.why));
    CHECK_OK(db_begin_write(d, &t.why));
    db_stmt *q = db_query(d, Q_TX_ADD);
    db_bind_int(q, 1, TX_IMPORT);
    db_bind_text(q, 2, S("somebody"));
    db_bind_text(q, 3, S(""));
    CHECK_OK(db_run(q, &t.why));
    CHECK_OK(db_commit(d, &t.why));
    db_close(d);
    migrate_options m = {.to = options_of(&there, true)};
    CHECK_EQ(store_migrate(t.s, &m, &r, &t.why), ERR_BUSY);
    place_done(&there);
    scratch_close(&t);
}

/* Every table of the schema is known, with a key to page by. */
TEST(all_tables_are_moved)
{
    db_table t;
    size_t n = 0;
    for (; db_table_at(n, &t); n++) {
        if (!t.keys || !t.columns)
            TEST_FAIL("%.*s has no key", SLICE_FMT(t.name));
        for (size_t i = 0; i < t.columns; i++)
            CHECK(strchr("itb", t.type[i]));
        if (slice_eq(t.name, S("document_class"))) { /* a later migration gave it a column */
            CHECK_EQ(t.columns, 3);
            CHECK_SLICE(t.column[2], S("records"));
            CHECK_EQ(t.type[2], 'i');
            CHECK_EQ(t.keys, 2);
        }
    }
    CHECK(n >= 19);
    CHECK(!db_table_at(n, &t));
}
