/* ahead_test.c - records that are kept and written together are what they would be one by one:
 * write_ahead.h, db_expect. */
#include "know/store_private.h"
#include "know/tables.h"
#include "know/test_store.h"
#include "know/write_ahead.h"

enum { RECORDS = 24000, CLAIMS_EACH = 3, EACH = 7, WANDERS = 714 * EACH };

typedef struct dumping {
    db_table t;
    hash_state *h;
    uint64_t rows;
} dumping;

static status hash_row(void *ctx, const db_value *row, err *why)
{
    dumping *d = ctx;
    (void)why;
    d->rows++;
    for (size_t i = 0; i < d->t.columns; i++) {
        const int64_t what[] = {row[i].null, row[i].n, (int64_t)row[i].bytes.len};
        hash_update(d->h, slice_of((const char *)what, sizeof what));
        hash_update(d->h, row[i].bytes);
    }
    return OK;
}

/* Of every row of every table, but for keys and times. */
static uint64_t hash_store(scratch *t, uint8_t ret[SHA256_BYTES])
{
    db *d = NULL;
    dumping x = {.h = hash_new(HASH_SHA256)};
    CHECK_OK(store_connect(t->s, true, &d, &t->why));
    for (size_t i = 0; d && x.h && db_table_at(i, &x.t); i++)
        if (!slice_eq(x.t.name, S("meta")) && !slice_eq(x.t.name, S("tx")))
            CHECK_OK(db_rows_each(d, &x.t, hash_row, &x, &t->why));
    db_close(d);
    if (x.h)
        hash_final(x.h, ret);
    hash_free(x.h);
    return x.rows;
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % below);
}

typedef struct telling {
    char value[32], name[32], report[64], detail[32], id[32];
    slice origin;
} telling;

/* Values, names, reports and details come again: in the same group, in the next, much later. */
static fact_claim make_claim(telling *m, uint64_t *seed, uint32_t at)
{
    uint32_t near = at / 4 + draw(seed, 3000), v = draw(seed, 10) ? near : draw(seed, 12000);
    snprintf(m->value, sizeof m->value, "10.%u.%u.%u", v >> 16, v >> 8 & 255, v & 255);
    snprintf(m->name, sizeof m->name, "name:family %u", draw(seed, 40) * (at / 5000 + 1));
    snprintf(m->report, sizeof m->report, "https://r.example/%u", at / 50 + draw(seed, 3));
    snprintf(m->detail, sizeof m->detail, "{\"section\":\"%u\"}", at / 200);
    m->origin = slice_str(m->report);
    return (fact_claim){.subject = {KIND_IPV4, slice_str(m->value)},
                        .predicate = PRED_INDICATES,
                        .object = {KIND_MALWARE, slice_str(m->name)},
                        .detail = draw(seed, 2) ? slice_str(m->detail) : S(""),
                        .confidence = -1,
                        .first_seen = draw(seed, 50) ? WHEN_NONE : (when)at * 1000,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE,
                        .origins = &m->origin,
                        .origin_count = draw(seed, 3) != 0};
}

/* What one record says in the first edition and another, a group or so later, in the next ones: it
 * is withdrawn, and said again. */
static fact_claim make_wandering(telling *m, uint32_t at, uint32_t edition)
{
    uint32_t v = edition ? at - WANDERS : at;
    snprintf(m->value, sizeof m->value, "172.16.%u.%u", v >> 8 & 255, v & 255);
    return (fact_claim){.subject = {KIND_IPV4, slice_str(m->value)},
                        .predicate = PRED_INDICATES,
                        .object = {KIND_MALWARE, S("name:wanderer")},
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
}

/* One document; `edition` changes some of its records. Every record has an id in the second half,
 * so that another edition replaces it. each: records after which all is written; 0: when due. */
static void tell(scratch *t, uint32_t edition, uint32_t each)
{
    uint64_t seed = 7;
    telling m;
    char path[] = "list.txt";
    doc(t, "a-source", path, 'F', TLP_CLEAR);
    for (uint32_t i = 0; i < RECORDS; i++) {
        bool changed = edition && i % EACH == 0, fresh;
        fact_record r = {.at = i, .length = 1, .line = i + 1, .modified = edition};
        uint32_t claims = draw(&seed, CLAIMS_EACH + 1);
        snprintf(m.id, sizeof m.id, "record--%u", i % 18000);
        if (i >= RECORDS / 2)
            r.id = slice_str(m.id);
        r.content[0] = changed;
        memcpy(r.content + 1, &i, sizeof i);
        status st = writer_begin(t->w, &r, &t->why);
        for (uint32_t n = 0; st == OK && n < claims; n++) {
            fact_claim c = make_claim(&m, &seed, i);
            if (changed && n == 0)
                c.confidence = 50;
            st = writer_claim(t->w, &c, &t->why);
        }
        if (st == OK && i >= RECORDS / 2 && i % EACH == 0) {
            fact_claim c = make_wandering(&m, i, edition);
            st = writer_claim(t->w, &c, &t->why);
        }
        st = st == OK ? writer_end(t->w, &fresh, &t->why) : st;
        if (st == OK && each && i % each == 0)
            st = ahead_drain(t->w, &t->why);
        if (st != OK) {
            TEST_FAIL("record %u: %s", i, t->why.msg);
            return;
        }
    }
    doc_end(t);
}

static uint64_t told(uint32_t each, uint8_t ret[SHA256_BYTES])
{
    scratch t;
    uint64_t rows = 0;
    if (scratch_open(&t)) {
        for (uint32_t edition = 0; edition < 3; edition++)
            tell(&t, edition, each);
        CHECK_OK(store_check(t.s, &t.why));
        rows = hash_store(&t, ret);
    }
    scratch_close(&t);
    return rows;
}

TEST(what_is_written_together_is_what_is_written_one_by_one)
{
    uint8_t want[SHA256_BYTES] = {0}, got[SHA256_BYTES] = {1};
    uint64_t rows = told(97, want);
    CHECK(rows > 50000);
    CHECK_EQ(told(0, got), rows);
    CHECK(memcmp(got, want, sizeof got) == 0);
    CHECK_EQ(told(11003, got), rows);
    CHECK(memcmp(got, want, sizeof got) == 0);
}

static void put_values(scratch *t, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        char text[32];
        bool fresh;
        fact_record r = {.at = i, .length = 1, .line = i + 1};
        snprintf(text, sizeof text, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        fact_claim c = {.subject = {KIND_IPV4, slice_str(text)},
                        .predicate = PRED_INDICATES,
                        .object = {KIND_MALWARE, S("name:thing")},
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
        CHECK_OK(writer_begin(t->w, &r, &t->why));
        CHECK_OK(writer_claim(t->w, &c, &t->why));
        CHECK_OK(writer_end(t->w, &fresh, &t->why));
    }
}

/* A list of values; its document stays open. */
static void begin_values(scratch *t, uint32_t first, uint32_t count)
{
    doc(t, "a-source", "values.txt", 'F', TLP_CLEAR);
    put_values(t, first, count);
}

/* One list of values, by the writer given. */
static void tell_values(scratch *t, writer *by, uint32_t first, uint32_t count)
{
    writer *own = t->w;
    t->w = by;
    begin_values(t, first, count);
    doc_end(t);
    t->w = own;
}

static void end_unsynced(scratch *t)
{
    document_result r;
    CHECK_OK(writer_document_end(t->w, S("test"), 0, &r, &t->why));
}

/* Writes what waits, and asks something that only the engine can say. */
static void ask_the_engine(scratch *t)
{
    fact_record nobodys = {.id = S("record--of-nobody"), .modified = WHEN_NONE};
    CLEANUP(arena_done) arena a;
    slice who;
    arena_init(&a, 1 << 16);
    CHECK_OK(ahead_drain(t->w, &t->why));
    CHECK_EQ(writer_record_source(t->w, &nobodys, &a, &who, &t->why), ERR_NOT_FOUND);
}

/* Lists that wait for each other: taking one back leaves the one before it and what it said whole,
 * whether its rows, and those of the one before, were in the engine by then or not. taken_back: how
 * many values it has; 0: there is none. */
static uint64_t tell_around(uint32_t taken_back, bool asked, uint8_t ret[SHA256_BYTES])
{
    scratch t;
    uint64_t rows = 0;
    if (scratch_open(&t)) {
        begin_values(&t, 0, 3000);
        end_unsynced(&t);
        if (taken_back) {
            uint8_t sha = t.sha;
            begin_values(&t, 2000, taken_back);
            if (asked)
                ask_the_engine(&t);
            CHECK_OK(writer_document_abort(t.w, &t.why));
            t.sha = sha;
        }
        begin_values(&t, 1000, 5000);
        if (asked)
            ask_the_engine(&t);
        end_unsynced(&t);
        tell_values(&t, t.w, 0, 6000);
        CHECK_OK(store_check(t.s, &t.why));
        rows = hash_store(&t, ret);
    }
    scratch_close(&t);
    return rows;
}

TEST(a_document_that_is_taken_back_leaves_the_one_before_it)
{
    uint8_t want[SHA256_BYTES] = {0}, got[SHA256_BYTES] = {1};
    static const uint32_t sizes[] = {900, 7000};
    uint64_t rows = tell_around(0, false, want);
    CHECK(rows > 12000);
    for (size_t i = 0; i < 2 * COUNT_OF(sizes); i++) {
        CHECK_EQ(tell_around(sizes[i / 2], i % 2, got), rows);
        CHECK(memcmp(got, want, sizeof got) == 0);
    }
}

/* Behind another document, one that asks the engine in between, adds more and says that again. */
static uint64_t tell_again(bool asked, uint8_t ret[SHA256_BYTES])
{
    scratch t;
    uint64_t rows = 0;
    if (scratch_open(&t)) {
        begin_values(&t, 0, 3000);
        end_unsynced(&t);
        begin_values(&t, 2000, 5000);
        if (asked)
            ask_the_engine(&t);
        for (uint32_t i = 0; i < 3; i++)
            put_values(&t, 6000, 5000);
        if (asked)
            ask_the_engine(&t);
        put_values(&t, 9000, 5000);
        doc_end(&t);
        CHECK_OK(store_check(t.s, &t.why));
        rows = hash_store(&t, ret);
    }
    scratch_close(&t);
    return rows;
}

TEST(what_a_document_adds_after_it_asked_is_known_to_it)
{
    uint8_t want[SHA256_BYTES] = {0}, got[SHA256_BYTES] = {1};
    uint64_t rows = tell_again(false, want);
    CHECK(rows > 14000);
    CHECK_EQ(tell_again(true, got), rows);
    CHECK(memcmp(got, want, sizeof got) == 0);
}

/* What is surely new to one writer is not, once another has written it. */
TEST(what_others_wrote_meanwhile_is_known)
{
    uint8_t want[SHA256_BYTES] = {0}, got[SHA256_BYTES] = {1};
    uint64_t rows[2] = {0};
    for (int two = 0; two < 2; two++) {
        scratch t;
        writer *other = NULL;
        if (scratch_open(&t)) {
            CHECK_OK(writer_new(t.s, S("tester"), &other, &t.why));
            tell_values(&t, t.w, 0, 9000);
            tell_values(&t, two ? other : t.w, 5000, 14000);
            tell_values(&t, t.w, 4000, 20000);
            tell_values(&t, two ? other : t.w, 0, 30000);
            CHECK_OK(store_check(t.s, &t.why));
            rows[two] = hash_store(&t, two ? got : want);
        }
        writer_free(other);
        scratch_close(&t);
    }
    CHECK_EQ(rows[1], rows[0]);
    CHECK(memcmp(got, want, sizeof got) == 0);
}
