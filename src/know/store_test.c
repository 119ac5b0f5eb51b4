#include "know/claims.h"
#include "know/db.h"
#include "know/store_private.h"
#include "know/temp_store.h"
#include "know/write.h"

static fact_claim say(const char *value, const char *detail, tlp level)
{
    return (fact_claim){.subject = {KIND_IPV4, slice_str(value)},
                        .predicate = PRED_INDICATES,
                        .detail = slice_str(detail),
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE,
                        .marking = {.tlp = level},
                        .marked = true};
}

/* One document of one claim a value; sha stands for its bytes. */
static document_result import(writer *w, temp_store *f, int sha, const char *path, bool snapshot,
                              const char *const *values, size_t n)
{
    uint8_t digest[32] = {(uint8_t)sha};
    document_result r = {0};
    document_in d = {.sha256 = digest,
                     .bytes = 1,
                     .source = S("feed"),
                     .parser = 1,
                     .format = S("list"),
                     .path = slice_str(path),
                     .feed = slice_str(path),
                     .snapshot = snapshot};
    CHECK_OK(writer_document(w, &d, &f->why));
    for (size_t i = 0; i < n; i++) {
        fact_record rec = {.at = i, .length = 1, .line = i + 1, .modified = WHEN_NONE};
        fact_claim c = say(values[i], "", TLP_CLEAR);
        bool fresh;
        CHECK_OK(writer_begin(w, &rec, &f->why));
        CHECK_OK(writer_claim(w, &c, &f->why));
        CHECK_OK(writer_end(w, &fresh, &f->why));
    }
    CHECK_OK(writer_document_end(w, S("list"), 0, &r, &f->why));
    CHECK_OK(writer_sync(w, &f->why));
    return r;
}

static size_t count_of(temp_store *f, const char *value, const view *v)
{
    CLEANUP(arena_done) arena a;
    lens *l = NULL;
    claim_list list = {0};
    arena_init(&a, 1 << 20);
    CHECK_OK(lens_new(f->s, &l, &f->why));
    CHECK_OK(lens_look(l, v, &f->why));
    CHECK_OK(
        claims_of(l, &a, (node_ref){KIND_IPV4, slice_str(value)}, PRED_NONE, 100, &list, &f->why));
    lens_free(l);
    return list.count;
}

TEST(the_same_document_again_adds_nothing)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *w = NULL;
    const char *const values[] = {"192.0.2.1", "192.0.2.2"};
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    document_result r = import(w, &f, 1, "a.txt", true, values, 2);
    CHECK_EQ(r.records, 2);
    CHECK_EQ(r.fresh, 2);
    document_known known;
    known_question asked = {.sha256 = (uint8_t[32]){1},
                            .parsers = (uint32_t[]){7, 1},
                            .parser_count = 2,
                            .snapshot = true};
    CHECK_OK(writer_known(w, &asked, &known, &f.why));
    CHECK_EQ(known.records, 2);
    CHECK_SLICE(known.source, S("feed"));
    r = import(w, &f, 2, "b.txt", true, values, 2); /* other bytes, the same facts */
    CHECK_EQ(r.fresh, 0);
    CHECK_EQ(r.withdrawn, 0);
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 1);
    writer_free(w);
}

TEST(a_snapshot_withdraws_what_it_no_longer_says)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *w = NULL;
    const char *const one[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
    const char *const two[] = {"192.0.2.2", "192.0.2.3", "192.0.2.4"};
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    import(w, &f, 1, "feed.txt", true, one, 3);
    view then = temp_view;
    then.known_at = f.now_us / 1000;
    document_result r = import(w, &f, 2, "feed.txt", true, two, 3);
    CHECK_EQ(r.fresh, 1);
    CHECK_EQ(r.withdrawn, 1);
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 0);
    CHECK_EQ(count_of(&f, "192.0.2.4", &temp_view), 1);
    CHECK_EQ(count_of(&f, "192.0.2.1", &then), 1); /* as of then nothing changed */
    CHECK_EQ(count_of(&f, "192.0.2.4", &then), 0);
    r = import(w, &f, 1, "feed.txt", true, one, 3); /* and back again */
    CHECK_EQ(r.fresh, 1);
    CHECK_EQ(r.withdrawn, 1);
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 1);
    writer_free(w);
}

/* A document of one GREEN and one RED record, or of one of `floor`, with a grade for its source. */
static void import_graded(writer *w, temp_store *f, int sha, tlp floor, char grade, slice copies)
{
    uint8_t digest[32] = {(uint8_t)sha};
    document_result r;
    document_in d = {.sha256 = digest,
                     .bytes = 1,
                     .source = S("feed"),
                     .reliability = grade,
                     .derives_from = copies,
                     .marking = {.tlp = floor},
                     .parser = 1,
                     .format = S("list"),
                     .path = S("a.txt")};
    CHECK_OK(writer_document(w, &d, &f->why));
    for (int i = 0; i < 2; i++) {
        fact_record rec = {.at = (uint64_t)i,
                           .length = 1,
                           .modified = WHEN_NONE,
                           .marking = {.tlp = i ? TLP_RED : TLP_GREEN},
                           .marked = true};
        bool fresh;
        CHECK_OK(writer_begin(w, &rec, &f->why));
        CHECK_OK(writer_end(w, &fresh, &f->why));
    }
    CHECK_OK(writer_document_end(w, S("list"), 0, &r, &f->why));
    CHECK_OK(writer_sync(w, &f->why));
}

static source_info feed_as_seen(temp_store *f, arena *a, tlp clearance)
{
    lens *l = NULL;
    source_info s = {0};
    view v = temp_view;
    v.clearance = clearance;
    CHECK_OK(lens_new(f->s, &l, &f->why));
    CHECK_OK(lens_look(l, &v, &f->why));
    CHECK_OK(source_get(l, a, S("feed"), &s, &f->why));
    lens_free(l);
    return s;
}

TEST(what_is_set_and_counted_in_confidence_stays_there)
{
    CLEANUP(temp_store_done) temp_store f;
    CLEANUP(arena_done) arena a;
    writer *w = NULL;
    arena_init(&a, 1 << 20);
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    import_graded(w, &f, 1, TLP_CLEAR, 0, S(""));
    import_graded(w, &f, 2, TLP_RED, 'A', S("informant"));
    source_info open = feed_as_seen(&f, &a, TLP_GREEN), all = feed_as_seen(&f, &a, TLP_RED);
    CHECK(!open.reliability_set && open.reliability == 'F');
    CHECK_SLICE(open.derives_from, S(""));
    CHECK_EQ(open.documents, 1);
    CHECK_EQ(open.records, 1);
    CHECK_EQ(all.reliability, 'A');
    CHECK_SLICE(all.derives_from, S("informant"));
    CHECK_EQ(all.records, 4);
    slice licence = S("CC0");
    CHECK_OK(writer_source_set(w, S("feed"), 0, &licence, NULL, &f.why)); /* repeats nothing */
    import_graded(w, &f, 3, TLP_CLEAR, 'A', S("")); /* nothing new to some, to others it is */
    open = feed_as_seen(&f, &a, TLP_GREEN);
    CHECK_EQ(open.reliability, 'A');
    CHECK_SLICE(open.licence, S("CC0"));
    CHECK_SLICE(open.derives_from, S(""));
    slice nobody = S("");
    CHECK_OK(writer_source_set(w, S("feed"), 'C', NULL, &nobody, &f.why));
    all = feed_as_seen(&f, &a, TLP_RED);
    CHECK_EQ(all.reliability, 'C');
    CHECK_SLICE(all.derives_from, S(""));
    CHECK_SLICE(all.licence, S("CC0"));
    writer_free(w);
}

TEST(what_two_feeds_say_stays_until_both_stop)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *w = NULL;
    const char *const both[] = {"192.0.2.1", "192.0.2.2"};
    const char *const less[] = {"192.0.2.2"};
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    import(w, &f, 1, "a.txt", true, both, 2);
    import(w, &f, 2, "b.txt", true, (const char *const[]){"192.0.2.1"}, 1);
    import(w, &f, 3, "a.txt", true, less, 1);
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 1); /* b still says so */
    document_result r = import(w, &f, 4, "b.txt", true, less, 1);
    CHECK_EQ(r.withdrawn, 1);
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 0);
    CHECK_EQ(count_of(&f, "192.0.2.2", &temp_view), 1);
    writer_free(w);
}

TEST(an_aborted_document_leaves_nothing_even_when_it_was_large)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *w = NULL;
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    import(w, &f, 1, "a.txt", true, (const char *const[]){"192.0.2.1"}, 1);
    document_in d = {.sha256 = (uint8_t[32]){9},
                     .source = S("feed"),
                     .parser = 1,
                     .format = S("list"),
                     .path = S("a.txt"),
                     .feed = S("a.txt"),
                     .snapshot = true};
    CHECK_OK(writer_document(w, &d, &f.why));
    for (int i = 0; i < WRITER_BATCH_CLAIMS * 2 + 7; i++) {
        char text[32];
        bool fresh;
        fact_record rec = {.at = (uint64_t)i, .line = (uint64_t)i + 1, .modified = WHEN_NONE};
        snprintf(text, sizeof text, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        fact_claim c = say(text, "", TLP_CLEAR);
        CHECK_OK(writer_begin(w, &rec, &f.why));
        CHECK_OK(writer_claim(w, &c, &f.why));
        CHECK_OK(writer_end(w, &fresh, &f.why));
    }
    CHECK_EQ(count_of(&f, "10.0.0.1", &temp_view), 0); /* pending is invisible */
    CHECK_OK(writer_document_abort(w, &f.why));
    CHECK_EQ(count_of(&f, "10.0.0.1", &temp_view), 0);
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 1);
    document_result r = import(w, &f, 10, "a.txt", true, (const char *const[]){"10.0.0.1"}, 1);
    CHECK_EQ(r.fresh, 1);
    CHECK_EQ(r.withdrawn, 1);
    writer_free(w);
    CHECK_OK(store_check(f.s, &f.why));
}

/* What a process finds that listed the pending transactions just before one was published: its lock
 * is free, and it is no longer pending. And what a writer leaves that dies before its first
 * commit. */
TEST(opening_takes_back_only_what_is_still_pending)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *w = NULL;
    char path[128];
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    import(w, &f, 1, "a.txt", true, (const char *const[]){"192.0.2.1"}, 1);
    writer_free(w);
    for (int tx = 1; tx <= 3; tx++) {
        snprintf(path, sizeof path, "%s/pending/%d", f.dir, tx);
        fclose(fopen(path, "w"));
    }
    f.s = store_close(f.s);
    REQUIRE(temp_store_open(&f, -1));
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 1);
    for (int tx = 1; tx <= 3; tx++) {
        snprintf(path, sizeof path, "%s/pending/%d", f.dir, tx);
        CHECK(access(path, F_OK) != 0);
    }
}

TEST(only_the_last_writer_sweeps_what_killed_ones_left)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *one = NULL, *two = NULL;
    char left[3][128];
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("one"), &one, &f.why));
    snprintf(left[0], sizeof left[0], "%s/blobs/tmp-0123456789abcdef", f.dir);
    snprintf(left[1], sizeof left[1], "%s/index/values.new", f.dir);
    snprintf(left[2], sizeof left[2], "%s/noroshi-a1B2c3", f.dir);
    for (size_t i = 0; i < 3; i++)
        fclose(fopen(left[i], "w"));
    CHECK_OK(writer_new(f.s, S("two"), &two, &f.why)); /* they may be the first one's */
    for (size_t i = 0; i < 3; i++)
        CHECK(access(left[i], F_OK) == 0);
    writer_free(two);
    writer_free(one);
    CHECK_OK(writer_new(f.s, S("three"), &one, &f.why));
    for (size_t i = 0; i < 3; i++)
        CHECK(access(left[i], F_OK) != 0);
    writer_free(one);
    CHECK_OK(store_check(f.s, &f.why));
}

TEST(statements_that_belong_together_are_one_change)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *w = NULL;
    uint64_t n;
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    fact_claim old = say("192.0.2.9", "old", TLP_CLEAR), new = say("192.0.2.9", "new", TLP_CLEAR);
    CHECK_OK(writer_curate(w, S("analyst:a"), &old, S("x"), &f.why));
    for (int end = 0; end < 2; end++) { /* given up, then carried through */
        CHECK_OK(writer_together(w, &f.why));
        CHECK_OK(writer_retract(w, S("analyst:a"), old.subject, PRED_INDICATES, (node_ref){0},
                                S("x"), &n, &f.why));
        CHECK_EQ(writer_retract(w, S("analyst:b"), old.subject, PRED_INDICATES, (node_ref){0},
                                S("x"), &n, &f.why),
                 ERR_NOT_FOUND); /* takes back itself alone */
        CHECK_OK(writer_curate(w, S("analyst:c"), &old, S("x"), &f.why));
        CHECK_OK(writer_curate(w, S("analyst:a"), &new, S("x"), &f.why));
        CHECK_EQ(count_of(&f, "192.0.2.9", &temp_view), 1); /* nobody sees it yet */
        if (end)
            CHECK_OK(writer_sync(w, &f.why));
        writer_free(w);
        CHECK_EQ(count_of(&f, "192.0.2.9", &temp_view), end ? 2 : 1);
        CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    }
    writer_free(w);
}

TEST(a_reader_sees_only_its_clearance)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *w = NULL;
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    fact_claim green = say("192.0.2.9", "", TLP_GREEN), red = say("192.0.2.9", "", TLP_RED);
    CHECK_OK(writer_curate(w, S("analyst:a"), &green, S("seen it"), &f.why));
    CHECK_OK(writer_curate(w, S("analyst:a"), &red, S("seen it"), &f.why));
    CHECK_EQ(writer_curate(w, S("analyst:a"), &red, S("seen it"), &f.why), ERR_BUSY);
    view low = temp_view;
    low.clearance = TLP_GREEN;
    CHECK_EQ(count_of(&f, "192.0.2.9", &temp_view), 2);
    CHECK_EQ(count_of(&f, "192.0.2.9", &low), 1);
    low.clearance = TLP_CLEAR;
    CHECK_EQ(count_of(&f, "192.0.2.9", &low), 0);
    uint64_t n = 0;
    CHECK_OK(writer_retract(w, S("analyst:a"), green.subject, PRED_INDICATES, (node_ref){0},
                            S("wrong"), &n, &f.why));
    CHECK_EQ(n, 2);
    CHECK_EQ(count_of(&f, "192.0.2.9", &temp_view), 0);
    CHECK_EQ(writer_retract(w, S("analyst:a"), green.subject, PRED_INDICATES, (node_ref){0},
                            S("wrong"), &n, &f.why),
             ERR_NOT_FOUND);
    writer_free(w);
}

static fact_record version(const char *id, int64_t modified, int content)
{
    return (fact_record){
        .id = slice_str(id), .spec = S("2.1"), .modified = modified, .content = {(uint8_t)content}};
}

static status one_record(writer *w, temp_store *f, const char *source, int sha,
                         const fact_record *rec, const char *value, document_result *r)
{
    document_in d = {.sha256 = (uint8_t[32]){(uint8_t)sha},
                     .source = slice_str(source),
                     .parser = 1,
                     .format = S("stix"),
                     .path = S("bundle.json")};
    fact_claim c = say(value, "", TLP_CLEAR);
    bool fresh;
    CHECK_OK(writer_document(w, &d, &f->why));
    CHECK_OK(writer_begin(w, rec, &f->why));
    CHECK_OK(writer_claim(w, &c, &f->why));
    CHECK_OK(writer_end(w, &fresh, &f->why));
    CHECK_OK(writer_document_end(w, S("stix-2.1"), 0, r, &f->why));
    return writer_sync(w, &f->why);
}

TEST(id_squat_a_source_replaces_only_its_own_versions)
{
    CLEANUP(temp_store_done) temp_store f;
    writer *w = NULL;
    document_result r;
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    fact_record v1 = version("indicator--1", 1000, 1), v2 = version("indicator--1", 2000, 2);
    CHECK_OK(one_record(w, &f, "vendor", 1, &v1, "192.0.2.1", &r));
    CHECK_OK(one_record(w, &f, "squatter", 2, &v2, "192.0.2.2", &r));
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 1);
    CHECK_OK(one_record(w, &f, "vendor", 3, &v2, "192.0.2.3", &r));
    CHECK_EQ(r.fresh, 1);
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 0);
    CHECK_EQ(count_of(&f, "192.0.2.2", &temp_view), 1);
    CHECK_EQ(count_of(&f, "192.0.2.3", &temp_view), 1);
    CHECK_OK(one_record(w, &f, "vendor", 4, &v1, "192.0.2.1", &r)); /* the old one again, late */
    CHECK_EQ(r.fresh, 0);
    CHECK_EQ(count_of(&f, "192.0.2.1", &temp_view), 0);
    writer_free(w);
}

TEST(who_says_a_record_is_who_said_just_that)
{
    CLEANUP(temp_store_done) temp_store f;
    CLEANUP(arena_done) arena a;
    writer *w = NULL;
    document_result r;
    slice source = S("");
    arena_init(&a, 4096);
    REQUIRE(temp_store_make(&f));
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    fact_record v1 = version("indicator--1", 1000, 1), v2 = version("indicator--1", 2000, 2);
    CHECK_EQ(writer_record_source(w, &v1, &a, &source, &f.why), ERR_NOT_FOUND);
    CHECK_OK(one_record(w, &f, "first", 1, &v1, "192.0.2.1", &r));
    CHECK_OK(one_record(w, &f, "second", 2, &v1, "192.0.2.1", &r));
    CHECK_OK(writer_record_source(w, &v1, &a, &source, &f.why));
    CHECK_SLICE(source, S("first"));
    CHECK_EQ(writer_record_source(w, &v2, &a, &source, &f.why), ERR_NOT_FOUND);
    fact_record other = version("indicator--2", 1000, 1);
    CHECK_EQ(writer_record_source(w, &other, &a, &source, &f.why), ERR_NOT_FOUND);
    CHECK_OK(one_record(w, &f, "first", 3, &v2, "192.0.2.2", &r)); /* the first has moved on */
    CHECK_OK(writer_record_source(w, &v1, &a, &source, &f.why));
    CHECK_SLICE(source, S("second"));
    arena small;
    arena_init(&small, 4);
    slice untouched = S("x");
    small.fail_after = 0;
    CHECK_EQ(writer_record_source(w, &v1, &small, &untouched, &f.why), ERR_LIMIT);
    CHECK_SLICE(untouched, S("x"));
    arena_done(&small);
    writer_free(w);
}

/* SQLite: a scan; small by nature are markings and sources, and the text index has its own way. */
static bool is_scan(const char *line, const char *next, const char *sql)
{
    (void)next;
    return strncmp(line, "SCAN", 4) == 0 && !strstr(sql, "FROM view_class") &&
           strncmp(line, "SCAN f VIRTUAL", 14) != 0 && strncmp(line, "SCAN bounded", 12) != 0 &&
           strncmp(line, "SCAN CONSTANT", 13) != 0 && !strstr(line, "USING INDEX tx_pending");
}

/* PostgreSQL: a scan of a table, or of a whole index: one without a condition, but for those that
 * are small by nature or read from one end. */
static bool is_pg_scan(const char *line, const char *next, const char *sql)
{
    static const char *const fine[] = {"view_class", "tx_pending", "claim_text_long"};
    bool index = strstr(line, "Index Scan") || strstr(line, "Index Only Scan");
    if (!index && !strstr(line, "Seq Scan"))
        return false;
    for (size_t i = 0; i < COUNT_OF(fine); i++)
        if (strstr(line, fine[i]))
            return false;
    return !index || !(strstr(next, "Index Cond") || strstr(sql, "max(at)"));
}

/* Of SQLite: what a connection can see of commits without a transaction. */
TEST(a_mark_is_another_one_after_each_commit)
{
    CLEANUP(temp_store_done) temp_store f;
    db_mark first, second;
    lens *l = NULL;
    writer *w = NULL;
    REQUIRE(temp_store_make(&f));
    CHECK_OK(lens_new(f.s, &l, &f.why));
    CHECK_OK(lens_look(l, &temp_view, &f.why));
    if (!db_mark_now(l->d, &first)) {
        CHECK(strcmp(store_engine(f.s), "sqlite") != 0);
        lens_free(l);
        return;
    }
    lens_rest(l);
    CHECK(db_mark_now(l->d, &second) && memcmp(&first, &second, sizeof first) == 0);
    CHECK_OK(writer_new(f.s, S("tester"), &w, &f.why));
    for (int i = 1; i < 4; i++) {
        uint64_t look = lens_looks(l);
        CHECK(db_mark_now(l->d, &first));
        import_graded(w, &f, i, TLP_CLEAR, 0, S(""));
        CHECK(db_mark_now(l->d, &second) && memcmp(&first, &second, sizeof first) != 0);
        CHECK_OK(lens_look(l, &temp_view, &f.why));
        CHECK(lens_looks(l) != look);
        look = lens_looks(l);
        CHECK_OK(lens_look(l, &temp_view, &f.why));
        CHECK_EQ(lens_looks(l), look);
    }
    writer_free(w);
    lens_free(l);
}

TEST(every_statement_uses_an_index)
{
    CLEANUP(temp_store_done) temp_store f;
    db *d = NULL;
    char path[96];
    REQUIRE(temp_store_make(&f));
    snprintf(path, sizeof path, "%s/noroshi.db", f.dir);
    db_options o = {.where = path, .server = test_server(&f.engine, f.dir), .mutant = -1};
    CHECK_OK(db_open(&o, &d, &f.why));
    REQUIRE(d);
    for (unsigned q = 0; q < QUERY_COUNT_; q++) {
        CLEANUP(buf_done) buf plan;
        buf_init(&plan, 1 << 16);
        CHECK_OK(db_explain(d, (query)q, &plan, &f.why));
        buf_byte(&plan, 0);
        slice rest = slice_trim(slice_str(plan.failed || !plan.ptr ? "" : plan.ptr)), first;
        char line[2][256] = {"", ""};
        for (bool more = true; more;) { /* each line, with the one behind it */
            more = slice_cut(&rest, '\n', &first);
            memcpy(line[0], line[1], sizeof line[0]);
            snprintf(line[1], sizeof line[1], "%.*s", SLICE_FMT(more ? first : S("")));
            if ((o.server ? is_pg_scan : is_scan)(line[0], line[1], db_sql((query)q)))
                TEST_FAIL("%s in: %s", line[0], db_sql((query)q));
        }
    }
    db_close(d);
}
