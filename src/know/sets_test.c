/* sets_test.c - sets as views see them: hits above and around a value, versions, as-of, what others
 * must not notice, what a killed builder leaves. */
#include "base/mapping.h"
#include "know/claims.h"
#include "know/db.h"
#include "know/sets.h"
#include "know/temp_store.h"
#include "know/test_store.h"
#include "know/tiers.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define MD5_A "0cc175b9c0f1b6a831c399e269772661"
#define MD5_B "92eb5ffee6ae2fec3ad71c777531578f"
#define SHA256_A "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"

typedef struct fixture {
    temp_store t;
    scratch claims; /* only its writer is used */
    lens *l;
    int64_t last_tx;
    err why;
} fixture;

static bool begin(fixture *f, int mutant)
{
    *f = (fixture){0};
    if (!temp_store_make_mutant(&f->t, mutant))
        return false;
    CHECK_OK(writer_new(f->t.s, S("tester"), &f->claims.w, &f->why));
    CHECK_OK(lens_new(f->t.s, &f->l, &f->why));
    return f->l != NULL;
}

static void end(fixture *f)
{
    lens_free(f->l);
    writer_free(f->claims.w);
    temp_store_done(&f->t);
}

static const view green = {.clearance = TLP_GREEN, .known_at = WHEN_NONE};

/* --- loading -------------------------------------------------------------------------------- */

typedef struct value {
    kind kind;
    const char *text, *label, *until;
} value;

static status put_value(set_loader *sl, const value *v, err *why)
{
    uint8_t digest[HASH_BYTES_MAX];
    size_t n = fact_digest_bytes(v->kind);
    fact_label label = {.text = slice_str(v->label),
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_until = at(v->until)};
    fact_key key = {v->kind, slice_str(v->text)};
    if (n && hash_unhex(key.bytes, digest, n))
        key.bytes = slice_of((const char *)digest, n);
    return set_loader_keys(sl, &label, &key, 1, why);
}

/* `content` stands for the documents' hashes. */
static status load(fixture *f, const set_load_options *o, uint8_t content, const value *values,
                   size_t count, set_result *ret)
{
    set_loader *sl = NULL;
    uint8_t sha[SHA256_BYTES] = {content};
    set_result r = {0};
    status st = set_loader_new(f->t.s, o, &sl, &f->why);
    if (st == OK)
        st = set_loader_document(sl, sha, count, &f->why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = put_value(sl, &values[i], &f->why);
    if (st == OK)
        st = set_loader_finish(sl, f->claims.w, &r, &f->why);
    set_loader_free(sl);
    if (r.tx)
        f->last_tx = r.tx;
    if (ret)
        *ret = r;
    return st;
}

static set_load_options options_of(const char *name, set_verdict v, set_polarity p, tlp level)
{
    return (set_load_options){.name = slice_str(name),
                              .source = slice_str(name),
                              .verdict = v,
                              .polarity = p,
                              .marking = {.tlp = level}};
}

static void load_small(fixture *f, const char *name, set_verdict v, tlp level, uint8_t content,
                       const value *values, size_t count)
{
    set_load_options o = options_of(name, v, v == SET_LIST ? SET_BENIGN : SET_POLARITY_NONE, level);
    if (load(f, &o, content, values, count, NULL) != OK)
        TEST_FAIL("set %s: %s", name, f->why.msg);
}

/* What the sets say of a value, a line a hit. */
static void put_hits(fixture *f, kind k, const char *text, buf *out)
{
    CLEANUP(arena_done) arena a;
    set_hits h = {0};
    char until[WHEN_TEXT_MAX];
    arena_init(&a, 8 << 20);
    if (sets_find(f->l, &a, (node_ref){k, slice_str(text)}, &h, &f->why) != OK)
        TEST_FAIL("%s: %s", text, f->why.msg);
    for (size_t i = 0; i < h.count; i++) {
        const set_hit *hit = &h.at[i];
        buf_printf(out, "%s: %.*s %d %s %.*s \"%.*s\"", text, SLICE_FMT(hit->set->name), hit->how,
                   kind_name(hit->node.kind), SLICE_FMT(hit->node.text), SLICE_FMT(hit->label));
        if (hit->valid_until != WHEN_NONE)
            buf_printf(out, " until %s", when_iso(hit->valid_until, until));
        buf_printf(out, "\n");
    }
}

static status count_set(void *ctx, const set_info *s, const err *found, err *why)
{
    unsigned *n = ctx; /* whole ones, and damaged ones behind them */
    (void)s, (void)why;
    n[found != NULL]++;
    return OK;
}

static bool is_whole(fixture *f, const set_info *s)
{
    CLEANUP(arena_done) arena a;
    unsigned n[2] = {0};
    arena_init(&a, 1 << 20);
    CHECK_OK(sets_verify(f->l, &a, &(set_list){s, 1}, count_set, n, &f->why));
    CHECK_EQ(n[0] + n[1], 1);
    return n[1] == 0;
}

static void check_hits(fixture *f, kind k, const char *text, const char *wanted)
{
    buf out;
    buf_init(&out, 1 << 20);
    put_hits(f, k, text, &out);
    CHECK_SLICE(buf_slice(&out), slice_str(wanted));
    buf_done(&out);
}

/* --- hits ----------------------------------------------------------------------------------- */

TEST(a_value_and_what_stands_above_it)
{
    static const value bad[] = {
        {KIND_MD5, MD5_A, "Thing", NULL},           {KIND_MD5, MD5_A, "Other", "2026-05-01"},
        {KIND_SHA256, SHA256_A, "Thing", NULL},     {KIND_DOMAIN, "evil.com", NULL, NULL},
        {KIND_CIDR, "198.51.100.0/24", NULL, NULL}, {KIND_CIDR, "2001:db8::/32", NULL, NULL},
        {KIND_CIDR, "0.0.0.0/0", NULL, NULL}};
    static const value good[] = {{KIND_MD5, MD5_B, NULL, NULL},
                                 {KIND_DOMAIN, "good.com", NULL, NULL}};
    fixture f;
    REQUIRE(begin(&f, -1));
    load_small(&f, "bad", SET_KNOWN_BAD, TLP_CLEAR, 1, bad, COUNT_OF(bad) - 1);
    load_small(&f, "good", SET_KNOWN_GOOD, TLP_CLEAR, 2, good, COUNT_OF(good));
    CHECK_OK(lens_look(f.l, &green, &f.why));
    check_hits(&f, KIND_MD5, MD5_A,
               "" MD5_A ": bad 0 md5 " MD5_A " \"Thing\"\n" MD5_A ": bad 0 md5 " MD5_A
               " \"Other\" until 2026-05-01T00:00:00Z\n");
    check_hits(&f, KIND_SHA256, SHA256_A, SHA256_A ": bad 0 sha256 " SHA256_A " \"Thing\"\n");
    check_hits(&f, KIND_IMPHASH, MD5_A, "");
    check_hits(&f, KIND_DOMAIN, "evil.com", "evil.com: bad 0 domain evil.com \"\"\n");
    check_hits(&f, KIND_DOMAIN, "a.b.evil.com", "a.b.evil.com: bad 1 domain evil.com \"\"\n");
    check_hits(&f, KIND_DOMAIN, "notevil.com", "");
    check_hits(&f, KIND_URL, "https://a.evil.com/x?y",
               "https://a.evil.com/x?y: bad 1 domain evil.com \"\"\n");
    check_hits(&f, KIND_IPV4, "198.51.100.9", "198.51.100.9: bad 2 cidr 198.51.100.0/24 \"\"\n");
    check_hits(&f, KIND_IPV4, "198.51.101.9", "");
    check_hits(&f, KIND_CIDR, "198.51.100.128/25",
               "198.51.100.128/25: bad 2 cidr 198.51.100.0/24 \"\"\n");
    check_hits(&f, KIND_CIDR, "198.51.100.0/24",
               "198.51.100.0/24: bad 0 cidr 198.51.100.0/24 \"\"\n");
    check_hits(&f, KIND_CIDR, "198.51.0.0/16", "");
    check_hits(&f, KIND_IPV6, "2001:db8::7", "2001:db8::7: bad 2 cidr 2001:db8::/32 \"\"\n");
    check_hits(&f, KIND_DOMAIN, "good.com", "good.com: good 0 domain good.com \"\"\n");
    check_hits(&f, KIND_DOMAIN, "www.good.com", ""); /* others' pages under a good name */
    load_small(&f, "all", SET_LIST, TLP_CLEAR, 3, &bad[6], 1);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    check_hits(&f, KIND_IPV4, "203.0.113.1", "203.0.113.1: all 2 cidr 0.0.0.0/0 \"\"\n");
    check_hits(&f, KIND_IPV6, "2001:db9::1", "");
    end(&f);
}

/* --- versions ------------------------------------------------------------------------------- */

static uint64_t files(const fixture *f)
{
    char path[96];
    uint64_t n = 0;
    snprintf(path, sizeof path, "%s/sets", f->t.dir);
    DIR *d = opendir(path);
    const struct dirent *e;
    while (d && (e = readdir(d)))
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

TEST(a_new_version_takes_the_place_of_the_old_one)
{
    static const value first[] = {{KIND_MD5, MD5_A, NULL, NULL}},
                       second[] = {{KIND_MD5, MD5_B, NULL, NULL}, {KIND_MD5, MD5_B, NULL, NULL}};
    fixture f;
    set_result r;
    set_list seen;
    REQUIRE(begin(&f, -1));
    set_load_options o = options_of("s", SET_KNOWN_BAD, SET_POLARITY_NONE, TLP_CLEAR);
    CHECK_OK(load(&f, &o, 1, first, 1, &r));
    CHECK(!r.known && r.keys == 1 && r.added == 1 && r.replaced == 0);
    view then = green;
    then.known_at = f.t.now_us / 1000;
    CHECK_OK(load(&f, &o, 1, first, 1, &r)); /* the same again: nothing */
    CHECK(r.known && r.tx == 0);
    CHECK_EQ(files(&f), 2);
    CHECK_OK(load(&f, &o, 2, second, 2, &r));
    CHECK(!r.known && r.keys == 1 && r.added == 2 && r.replaced == 1);
    CHECK_EQ(r.kinds[KIND_MD5], 1);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    CHECK_OK(sets_seen(f.l, &seen, &f.why));
    CHECK_EQ(seen.count, 1);
    check_hits(&f, KIND_MD5, MD5_A, "");
    check_hits(&f, KIND_MD5, MD5_B, MD5_B ": s 0 md5 " MD5_B " \"\"\n");
    CHECK_OK(lens_look(f.l, &then, &f.why)); /* as it was known then */
    check_hits(&f, KIND_MD5, MD5_A, MD5_A ": s 0 md5 " MD5_A " \"\"\n");
    check_hits(&f, KIND_MD5, MD5_B, "");
    o.dry_run = true;
    CHECK_OK(load(&f, &o, 3, first, 1, &r));
    CHECK(r.keys == 1 && r.tx == 0);
    CHECK_EQ(files(&f), 4);
    end(&f);
}

/* --- changes -------------------------------------------------------------------------------- */

static status change(fixture *f, set_mode mode, uint8_t content, const value *values, size_t count,
                     set_result *ret)
{
    set_load_options o = {.name = S("s"), .source = S("s"), .mode = mode, .w = f->claims.w};
    return load(f, &o, content, values, count, ret);
}

TEST(a_change_adds_and_takes_out_and_every_version_stays)
{
    static const value first[] = {{KIND_MD5, MD5_A, "Old", NULL},
                                  {KIND_MD5, MD5_B, "Old", "2000-01-01"},
                                  {KIND_CIDR, "198.51.100.0/24", NULL, NULL}},
                       more[] = {{KIND_MD5, MD5_A, "New", NULL},
                                 {KIND_CIDR, "203.0.113.0/25", NULL, NULL}},
                       gone[] = {{KIND_CIDR, "198.51.100.0/24", NULL, NULL},
                                 {KIND_DOMAIN, "not.there", NULL, NULL}};
    static const char old_a[] = MD5_A ": s 0 md5 " MD5_A " \"Old\"\n",
                      new_a[] = MD5_A ": s 0 md5 " MD5_A " \"New\"\n",
                      net[] = "198.51.100.1: s 2 cidr 198.51.100.0/24 \"\"\n";
    fixture f;
    set_result r;
    view then[3] = {green, green, green};
    REQUIRE(begin(&f, -1));
    set_load_options o = options_of("s", SET_KNOWN_BAD, SET_POLARITY_NONE, TLP_CLEAR);
    CHECK_OK(load(&f, &o, 1, first, COUNT_OF(first), &r));
    CHECK(!r.change && r.keys == 3);
    then[0].known_at = f.t.now_us / 1000;
    f.t.now_us += 1000000;
    CHECK_OK(change(&f, SET_ADD, 2, more, COUNT_OF(more), &r));
    CHECK(r.change && r.fresh == 1 && r.changed == 1 && r.same == 0 && r.keys == 4);
    CHECK(r.verdict == SET_KNOWN_BAD && r.replaced == 1 && r.kinds[KIND_CIDR] == 2);
    then[1].known_at = f.t.now_us / 1000;
    f.t.now_us += 1000000;
    CHECK_OK(change(&f, SET_REMOVE, 3, gone, COUNT_OF(gone), &r));
    CHECK(r.removed == 1 && r.absent == 1 && r.keys == 3 && r.kinds[KIND_CIDR] == 1);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    check_hits(&f, KIND_MD5, MD5_A, new_a);
    check_hits(&f, KIND_MD5, MD5_B, ""); /* its time was over before the change */
    check_hits(&f, KIND_IPV4, "198.51.100.1", "");
    check_hits(&f, KIND_IPV4, "203.0.113.1", "203.0.113.1: s 2 cidr 203.0.113.0/25 \"\"\n");
    CHECK_OK(lens_look(f.l, &then[1], &f.why));
    check_hits(&f, KIND_MD5, MD5_A, new_a);
    check_hits(&f, KIND_IPV4, "198.51.100.1", net);
    CHECK_OK(lens_look(f.l, &then[0], &f.why));
    check_hits(&f, KIND_MD5, MD5_A, old_a);
    check_hits(&f, KIND_MD5, MD5_B,
               MD5_B ": s 0 md5 " MD5_B " \"Old\" until 2000-01-01T00:00:00Z\n");
    check_hits(&f, KIND_IPV4, "203.0.113.1", "");
    end(&f);
}

TEST(a_change_that_changes_nothing_makes_no_version)
{
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}},
                       other[] = {{KIND_MD5, MD5_B, NULL, NULL}};
    fixture f;
    set_result r;
    REQUIRE(begin(&f, -1));
    CHECK_EQ(change(&f, SET_ADD, 1, one, 1, &r), ERR_NOT_FOUND); /* nobody said what it means */
    CHECK_EQ(change(&f, SET_REMOVE, 1, one, 1, &r), ERR_NOT_FOUND);
    set_load_options o = options_of("s", SET_KNOWN_BAD, SET_POLARITY_NONE, TLP_CLEAR);
    o.mode = SET_ADD;
    o.w = f.claims.w;
    CHECK_OK(load(&f, &o, 1, one, 1, &r)); /* the first addition is the set */
    CHECK(!r.change && r.keys == 1);
    uint64_t before = files(&f);
    CHECK_OK(change(&f, SET_ADD, 1, one, 1, &r));
    CHECK(r.known && r.change && r.same == 1 && r.tx == 0);
    CHECK_OK(change(&f, SET_REMOVE, 2, other, 1, &r));
    CHECK(r.known && r.absent == 1);
    o.verdict = SET_KNOWN_GOOD;
    CHECK_EQ(load(&f, &o, 2, other, 1, &r), ERR_INPUT);
    o.verdict = SET_KNOWN_BAD;
    o.dry_run = true;
    CHECK_OK(load(&f, &o, 2, other, 1, &r));
    CHECK(r.fresh == 1 && r.keys == 2 && r.tx == 0);
    CHECK_EQ(files(&f), before);
    end(&f);
}

/* A reader who looked before keeps what he sees; a fold changes no answer, as of any time. */
TEST(many_changes_are_folded_and_say_the_same)
{
    fixture f;
    REQUIRE(begin(&f, -1));
    set_load_options o = options_of("s", SET_KNOWN_BAD, SET_POLARITY_NONE, TLP_CLEAR);
    o.mode = SET_ADD;
    o.w = f.claims.w;
    for (uint8_t i = 0; i < 9; i++) {
        char name[32], wanted[96];
        set_loader *sl = NULL;
        set_result r;
        uint8_t sha[SHA256_BYTES] = {i};
        snprintf(name, sizeof name, "n%d.example", i);
        value v = {KIND_DOMAIN, name, NULL, NULL};
        CHECK_OK(set_loader_new(f.t.s, &o, &sl, &f.why));
        CHECK_OK(set_loader_document(sl, sha, 1, &f.why));
        CHECK_OK(put_value(sl, &v, &f.why));
        CHECK_OK(set_loader_finish(sl, f.claims.w, &r, &f.why));
        CHECK_OK(lens_look(f.l, &green, &f.why));
        snprintf(wanted, sizeof wanted, "%s: s 0 domain %s \"\"\n", name, name);
        check_hits(&f, KIND_DOMAIN, name, wanted);
        CHECK_OK(set_loader_settle(sl, f.claims.w, &f.why));
        check_hits(&f, KIND_DOMAIN, name, wanted); /* in the tables of before */
        CHECK_OK(lens_look(f.l, &green, &f.why));
        check_hits(&f, KIND_DOMAIN, "n0.example", "n0.example: s 0 domain n0.example \"\"\n");
        check_hits(&f, KIND_DOMAIN, name, wanted);
        set_loader_free(sl);
    }
    set_list seen;
    CHECK_OK(sets_seen(f.l, &seen, &f.why));
    CHECK(seen.count == 1 && seen.at[0].keys == 9);
    CHECK(is_whole(&f, &seen.at[0]));
    CHECK(tiers_tables(seen.at[0].keys_of) < TIERS_CLASS_TABLES);
    end(&f);
}

TEST(an_empty_list_changes_nothing)
{
    fixture f;
    set_result r;
    REQUIRE(begin(&f, -1));
    set_load_options o = options_of("s", SET_KNOWN_BAD, SET_POLARITY_NONE, TLP_CLEAR);
    CHECK_EQ(load(&f, &o, 1, NULL, 0, &r), ERR_INPUT);
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}};
    static const slice names[] = {S_INIT(""), S_INIT("a\nb"), S_INIT("\xff"), S_INIT("\x7f")};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        o.name = names[i];
        CHECK_EQ(load(&f, &o, 1, one, 1, &r), ERR_INPUT);
    }
    char longest[SET_NAME_MAX + 1];
    memset(longest, 'n', sizeof longest);
    o.name = slice_of(longest, sizeof longest);
    CHECK_EQ(load(&f, &o, 1, one, 1, &r), ERR_INPUT);
    CHECK_EQ(files(&f), 0);
    o.name.len--;
    CHECK_OK(load(&f, &o, 1, one, 1, &r));
    CHECK_EQ(files(&f), 2);
    end(&f);
}

static int64_t only_row(fixture *f)
{
    CLEANUP(arena_done) arena a;
    set_list past = {0};
    arena_init(&a, 1 << 20);
    CHECK_OK(lens_look(f->l, &green, &f->why));
    CHECK_OK(sets_past(f->l, &a, &past, &f->why));
    CHECK_EQ(past.count, 1);
    return past.count ? past.at[0].row : 0;
}

TEST(dropped_it_stays_for_as_of_until_it_is_purged)
{
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}};
    fixture f;
    uint64_t n = 0;
    set_list seen;
    REQUIRE(begin(&f, -1));
    load_small(&f, "s", SET_KNOWN_BAD, TLP_CLEAR, 1, one, 1);
    view then = green;
    then.known_at = f.t.now_us / 1000;
    int64_t row = only_row(&f);
    CHECK_OK(set_drop(f.claims.w, &row, 1, false, &n, &f.why));
    CHECK_EQ(n, 1);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    check_hits(&f, KIND_MD5, MD5_A, "");
    CHECK_OK(lens_look(f.l, &then, &f.why));
    check_hits(&f, KIND_MD5, MD5_A, MD5_A ": s 0 md5 " MD5_A " \"\"\n");
    CHECK_OK(set_drop(f.claims.w, &row, 1, true, &n, &f.why));
    CHECK_EQ(n, 0);
    CHECK_EQ(files(&f), 0);
    CHECK_OK(lens_look(f.l, &then, &f.why));
    CHECK_OK(sets_seen(f.l, &seen, &f.why));
    CHECK(seen.count == 1 && seen.at[0].broken && !seen.at[0].keys_of);
    check_hits(&f, KIND_MD5, MD5_A, "");
    end(&f);
}

/* What was replaced is verified, too: as-of asks it. */
TEST(withdrawn_versions_are_verified_with_the_others)
{
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}};
    CLEANUP(arena_done) arena a;
    fixture f;
    set_list past = {0};
    char path[160];
    arena_init(&a, 1 << 20);
    REQUIRE(begin(&f, -1));
    load_small(&f, "s", SET_KNOWN_BAD, TLP_CLEAR, 1, one, 1);
    load_small(&f, "s", SET_KNOWN_BAD, TLP_CLEAR, 2, one, 1);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    CHECK_OK(sets_past(f.l, &a, &past, &f.why));
    REQUIRE(past.count == 2);
    CHECK(past.at[0].withdrawn != past.at[1].withdrawn);
    snprintf(path, sizeof path, "%s/sets/%s", f.t.dir, past.at[past.at[1].withdrawn].file);
    unsigned n[2] = {0};
    CHECK_OK(sets_verify(f.l, &a, &past, count_set, n, &f.why));
    CHECK(n[0] == 2 && n[1] == 0);
    CHECK(truncate(path, 100) == 0);
    n[0] = n[1] = 0;
    CHECK_OK(sets_verify(f.l, &a, &past, count_set, n, &f.why));
    CHECK(n[0] == 1 && n[1] == 1);
    end(&f);
}

/* Versions whose keys are still there. */
static size_t kept_versions(fixture *f)
{
    CLEANUP(arena_done) arena a;
    set_list past = {0};
    size_t n = 0;
    arena_init(&a, 1 << 20);
    CHECK_OK(lens_look(f->l, &green, &f->why));
    CHECK_OK(sets_past(f->l, &a, &past, &f->why));
    for (size_t i = 0; i < past.count; i++)
        n += past.at[i].file[0] != 0;
    return n;
}

/* Withdrawn versions end when they are old enough, to the moment; what is seen never does, however
 * old, and what shares its tables with an old version keeps them. */
TEST(old_versions_are_retired_and_what_is_seen_is_not)
{
    static const value first[] = {{KIND_MD5, MD5_A, NULL, NULL}},
                       more[] = {{KIND_MD5, MD5_B, NULL, NULL}};
    fixture f;
    uint64_t n = 9;
    REQUIRE(begin(&f, -1));
    load_small(&f, "other", SET_KNOWN_BAD, TLP_CLEAR, 7, more, 1);
    load_small(&f, "s", SET_KNOWN_BAD, TLP_CLEAR, 1, first, 1);
    view then = green;
    then.known_at = f.t.now_us / 1000;
    set_load_options o = options_of("s", SET_KNOWN_BAD, SET_POLARITY_NONE, TLP_CLEAR);
    o.mode = SET_ADD;
    o.w = f.claims.w;
    CHECK_OK(load(&f, &o, 2, more, 1, NULL));
    when withdrawn = f.t.now_us / 1000;
    f.t.now_us += (int64_t)900 * WHEN_DAY * 1000;
    CHECK_OK(sets_retire(f.claims.w, withdrawn - 1000, &n, &f.why));
    CHECK_EQ(n, 0);
    CHECK_EQ(kept_versions(&f), 3);
    CHECK_OK(lens_look(f.l, &then, &f.why));
    check_hits(&f, KIND_MD5, MD5_A, MD5_A ": s 0 md5 " MD5_A " \"\"\n");
    CHECK_OK(sets_retire(f.claims.w, withdrawn + 1000, &n, &f.why));
    CHECK_EQ(n, 1);
    CHECK_EQ(kept_versions(&f), 2);
    CHECK_OK(lens_look(f.l, &then, &f.why)); /* told as not asked, not as not there */
    set_list seen = {0};
    CHECK_OK(sets_seen(f.l, &seen, &f.why));
    CHECK(seen.count == 2 && !seen.at[0].broken && seen.at[1].broken);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    check_hits(&f, KIND_MD5, MD5_A, MD5_A ": s 0 md5 " MD5_A " \"\"\n");
    CHECK_OK(sets_seen(f.l, &seen, &f.why));
    REQUIRE(seen.count == 2);
    CHECK(is_whole(&f, &seen.at[1]));
    CHECK_OK(sets_retire(f.claims.w, f.t.now_us / 1000, &n, &f.why));
    CHECK_EQ(n, 0);
    end(&f);
}

/* A load's last step does it: with keep_days, of every set, and not without; more than one page. */
TEST(a_load_retires_what_is_older_than_it_keeps)
{
    enum { VERSIONS = 150 };
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}};
    fixture f;
    REQUIRE(begin(&f, -1));
    for (uint8_t i = 1; i <= VERSIONS; i++)
        load_small(&f, "s", SET_KNOWN_BAD, TLP_CLEAR, i, one, 1);
    f.t.now_us += 10 * (int64_t)WHEN_DAY * 1000;
    static const struct {
        uint32_t keep;
        bool dry;
        size_t left;
    } steps[] = {{0, false, VERSIONS}, {11, false, VERSIONS}, {9, true, VERSIONS}, {9, false, 1}};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        set_loader *sl = NULL;
        set_result r;
        uint8_t sha[SHA256_BYTES] = {VERSIONS}; /* what is there: no version is made */
        set_load_options o = options_of("s", SET_KNOWN_BAD, SET_POLARITY_NONE, TLP_CLEAR);
        o.keep_days = steps[i].keep;
        o.dry_run = steps[i].dry;
        CHECK_OK(set_loader_new(f.t.s, &o, &sl, &f.why));
        CHECK_OK(set_loader_document(sl, sha, 1, &f.why));
        CHECK_OK(put_value(sl, &one[0], &f.why));
        CHECK_OK(set_loader_finish(sl, f.claims.w, &r, &f.why));
        CHECK_OK(set_loader_settle(sl, f.claims.w, &f.why));
        set_loader_free(sl);
        CHECK(r.known);
        CHECK_EQ(kept_versions(&f), steps[i].left);
    }
    CHECK_EQ(files(&f), 2); /* a manifest and its table */
    end(&f);
}

/* Many hashes at once are what each alone is, in whatever batch: hits, misses, several sets, hex
 * that is none. */
TEST(many_hashes_are_answered_as_each_alone)
{
    enum { COUNT = 300 };
    static const value some[] = {{KIND_MD5, MD5_A, "Old", NULL},
                                 {KIND_SHA256, SHA256_A, NULL, NULL}},
                       more[] = {{KIND_MD5, MD5_A, "New", NULL}, {KIND_MD5, MD5_B, NULL, NULL}};
    static const node_ref asked[] = {{KIND_MD5, S_INIT(MD5_A)},
                                     {KIND_SHA256, S_INIT(SHA256_A)},
                                     {KIND_MD5, S_INIT("00000000000000000000000000000000")},
                                     {KIND_MD5, S_INIT("no hex")},
                                     {KIND_MD5, S_INIT(MD5_B)}};
    CLEANUP(arena_done) arena a;
    fixture f;
    node_ref values[COUNT];
    set_hits many[COUNT] = {0}, one;
    size_t hits = 0;
    arena_init(&a, 8 << 20);
    REQUIRE(begin(&f, -1));
    CHECK_OK(lens_look(f.l, &green, &f.why));
    CHECK_OK(sets_find_hashes(f.l, &a, asked, COUNT_OF(asked), many, &f.why));
    CHECK_EQ(many[0].count, 0); /* there are no sets */
    load_small(&f, "bad", SET_KNOWN_BAD, TLP_CLEAR, 1, some, 2);
    load_small(&f, "good", SET_KNOWN_GOOD, TLP_CLEAR, 2, more, 2);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = asked[(i * 7 + i / 50) % COUNT_OF(asked)];
    CHECK_OK(lens_look(f.l, &green, &f.why));
    CHECK_OK(sets_find_hashes(f.l, &a, values, COUNT, many, &f.why));
    for (size_t i = 0; i < COUNT; i++) {
        CHECK_OK(sets_find(f.l, &a, values[i], &one, &f.why));
        REQUIRE(many[i].count == one.count);
        hits += one.count;
        for (size_t k = 0; k < one.count; k++) {
            const set_hit *x = &many[i].at[k], *y = &one.at[k];
            CHECK(x->set == y->set && x->how == y->how && x->id_hi == y->id_hi &&
                  x->id_lo == y->id_lo && slice_eq(x->label, y->label) &&
                  slice_eq(x->node.text, y->node.text));
        }
    }
    CHECK_EQ(hits, COUNT / 5 * 4);
    end(&f);
}

TEST(a_drop_is_a_part_of_what_is_gathered)
{
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}};
    fixture f;
    uint64_t n = 0;
    REQUIRE(begin(&f, -1));
    load_small(&f, "s", SET_KNOWN_BAD, TLP_CLEAR, 1, one, 1);
    int64_t row = only_row(&f);
    CHECK_OK(writer_together(f.claims.w, &f.why));
    CHECK_OK(set_drop(f.claims.w, &row, 1, false, &n, &f.why));
    CHECK_EQ(n, 1);
    f.claims.w = writer_free(f.claims.w); /* before it was whole */
    CHECK_OK(lens_look(f.l, &green, &f.why));
    check_hits(&f, KIND_MD5, MD5_A, MD5_A ": s 0 md5 " MD5_A " \"\"\n");
    end(&f);
}

/* A file that is lost or damaged is told; everything else goes on. */
TEST(a_lost_file_is_told_and_ends_nothing)
{
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}};
    fixture f;
    set_list seen = {0};
    char path[160];
    REQUIRE(begin(&f, -1));
    load_small(&f, "lost", SET_KNOWN_BAD, TLP_CLEAR, 1, one, 1);
    load_small(&f, "there", SET_KNOWN_BAD, TLP_CLEAR, 2, one, 1);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    CHECK_OK(sets_seen(f.l, &seen, &f.why));
    REQUIRE(seen.count == 2);
    CHECK(is_whole(&f, &seen.at[0]));
    snprintf(path, sizeof path, "%s/sets/%s", f.t.dir, seen.at[0].file);
    CHECK(truncate(path, 100) == 0);
    lens_free(f.l); /* its map would be of a file that is shorter now */
    CHECK_OK(lens_new(f.t.s, &f.l, &f.why));
    CHECK_OK(lens_look(f.l, &green, &f.why));
    CHECK_OK(sets_seen(f.l, &seen, &f.why));
    CHECK(seen.at[0].broken && !seen.at[1].broken);
    CHECK(!is_whole(&f, &seen.at[0]));
    check_hits(&f, KIND_MD5, MD5_A, MD5_A ": there 0 md5 " MD5_A " \"\"\n");
    end(&f);
}

/* The table of the only set. */
static bool only_table(fixture *f, char out[PATH_MAX])
{
    char path[96];
    snprintf(path, sizeof path, "%s/sets", f->t.dir);
    DIR *d = opendir(path);
    const struct dirent *e;
    bool found = false;
    while (d && !found && (e = readdir(d))) {
        found = strstr(e->d_name, ".keys") != NULL;
        snprintf(out, PATH_MAX, "%s/%s", path, e->d_name);
    }
    if (d)
        closedir(d);
    return found;
}

/* Once an error, for what it was read for; then told as lost, until the same is loaded again. */
TEST(a_file_that_is_cut_off_under_a_lens_is_an_error_once)
{
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}};
    fixture f;
    set_list seen = {0};
    set_hits hits;
    char path[PATH_MAX];
    CLEANUP(arena_done) arena a;
    arena_init(&a, 8 << 20);
    mapping_guard();
    REQUIRE(begin(&f, -1));
    load_small(&f, "lost", SET_KNOWN_BAD, TLP_CLEAR, 1, one, 1);
    REQUIRE(only_table(&f, path));
    load_small(&f, "there", SET_KNOWN_BAD, TLP_CLEAR, 2, one, 1);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    check_hits(&f, KIND_MD5, MD5_A,
               MD5_A ": lost 0 md5 " MD5_A " \"\"\n" MD5_A ": there 0 md5 " MD5_A " \"\"\n");
    REQUIRE(truncate(path, 0) == 0);
    CHECK_EQ(sets_find(f.l, &a, (node_ref){KIND_MD5, S(MD5_A)}, &hits, &f.why), ERR_IO);
    CHECK(strstr(f.why.msg, path) != NULL);
    CHECK_EQ(sets_find_hashes(f.l, &a, &(node_ref){KIND_MD5, S(MD5_A)}, 1, &hits, &f.why), ERR_IO);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(lens_look(f.l, &green, &f.why));
        check_hits(&f, KIND_MD5, MD5_A, MD5_A ": there 0 md5 " MD5_A " \"\"\n");
        CHECK_OK(sets_seen(f.l, &seen, &f.why));
        REQUIRE(seen.count == 2);
        CHECK(seen.at[0].broken && !seen.at[1].broken);
    }
    load_small(&f, "lost", SET_KNOWN_BAD, TLP_CLEAR, 1, one, 1);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    check_hits(&f, KIND_MD5, MD5_A,
               MD5_A ": lost 0 md5 " MD5_A " \"\"\n" MD5_A ": there 0 md5 " MD5_A " \"\"\n");
    end(&f);
}

/* What a killed builder left is gone when the store is opened, a living one's is not. */
TEST(what_the_dead_left_is_swept)
{
    static const value one[] = {{KIND_MD5, MD5_A, NULL, NULL}};
    fixture f;
    set_loader *alive = NULL;
    char path[128];
    REQUIRE(begin(&f, -1));
    set_load_options o = options_of("s", SET_KNOWN_BAD, SET_POLARITY_NONE, TLP_CLEAR);
    CHECK_OK(set_loader_new(f.t.s, &o, &alive, &f.why));
    snprintf(path, sizeof path, "%s/sets/build-0123", f.t.dir);
    CHECK(mkdir(path, 0700) == 0);
    snprintf(path, sizeof path, "%s/sets/build-0123/run-0", f.t.dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    close(fd);
    /* renamed, and killed before its row came */
    snprintf(path, sizeof path, "%s/sets/0123456789abcdef0123456789abcdef", f.t.dir);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    CHECK_EQ(files(&f), 3);
    temp_store again = f.t;
    CHECK(temp_store_open(&again, -1));
    CHECK_EQ(files(&f), 2);
    store_close(again.s);
    CHECK_OK(set_loader_keys(alive, &(fact_label){.first_seen = WHEN_NONE}, NULL, 0, &f.why));
    set_loader_free(alive);
    load_small(&f, "s", SET_KNOWN_BAD, TLP_CLEAR, 1, one, 1);
    CHECK_EQ(files(&f), 2); /* a manifest and its table */
    end(&f);
}

/* --- what others must not notice ----------------------------------------------------------- */

static void know_value(fixture *f, const char *text, tlp level)
{
    doc(&f->claims, "feed", "list", 'F', level);
    f->claims.sha = (uint8_t)(f->claims.sha + level);
    say(&f->claims, KIND_MD5, text, PRED_INDICATES, KIND_NONE, "");
    doc_end(&f->claims);
}

static status on_node(void *ctx, node_ref n, err *why)
{
    buf_printf(ctx, "touched %.*s\n", SLICE_FMT(n.text));
    return buf_status(ctx, why);
}

/* Everything that this view can learn about sets. */
static void describe(fixture *f, const view *v, buf *out)
{
    CLEANUP(arena_done) arena a;
    set_list list;
    source_info info;
    marking m;
    arena_init(&a, 8 << 20);
    CHECK_OK(lens_look(f->l, v, &f->why));
    CHECK_OK(sets_seen(f->l, &list, &f->why));
    for (size_t i = 0; i < list.count; i++)
        buf_printf(out, "seen %.*s %llu\n", SLICE_FMT(list.at[i].name),
                   (unsigned long long)list.at[i].keys);
    CHECK_OK(sets_past(f->l, &a, &list, &f->why));
    for (size_t i = 0; i < list.count; i++)
        buf_printf(out, "past %.*s %d\n", SLICE_FMT(list.at[i].name), list.at[i].withdrawn);
    put_hits(f, KIND_MD5, MD5_A, out);
    put_hits(f, KIND_MD5, MD5_B, out);
    for (int64_t tx = 1; tx <= f->last_tx; tx++)
        CHECK_OK(sets_touched(f->l, tx, &m, on_node, out, &f->why));
    static const char *const sources[] = {"shared", "secret", "hidden"};
    for (size_t i = 0; i < COUNT_OF(sources); i++)
        buf_printf(out, "source %s %s\n", sources[i],
                   status_name(source_get(f->l, &a, slice_str(sources[i]), &info, &f->why)));
}

static void fill(fixture *f, bool with_secrets)
{
    static const value both[] = {{KIND_MD5, MD5_A, "x", NULL}, {KIND_MD5, MD5_B, "y", NULL}};
    know_value(f, MD5_A, TLP_CLEAR);
    if (with_secrets) {
        know_value(f, MD5_B, TLP_RED);
        load_small(f, "shared", SET_KNOWN_BAD, TLP_RED, 8, both, 2);
        load_small(f, "hidden", SET_KNOWN_BAD, TLP_RED, 9, both, 2);
    }
    load_small(f, "shared", SET_KNOWN_BAD, TLP_CLEAR, 1, both, 1);
    load_small(f, "shared", SET_KNOWN_BAD, TLP_CLEAR, 2, both, 2);
    if (with_secrets) { /* a second version, and one that is dropped */
        load_small(f, "hidden", SET_KNOWN_BAD, TLP_RED, 10, both, 1);
        load_small(f, "secret", SET_KNOWN_GOOD, TLP_RED, 11, both, 2);
    }
}

static bool independent(int mutant)
{
    fixture with, without;
    buf a, b;
    bool same = false;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    if (begin(&with, mutant) && begin(&without, mutant)) {
        fill(&with, true);
        fill(&without, false);
        describe(&with, &green, &a);
        describe(&without, &green, &b);
        same = slice_eq(buf_slice(&a), buf_slice(&b)) && a.len > 0;
        if (!same && mutant < 0)
            TEST_FAIL("with:\n%.*s\nwithout:\n%.*s", SLICE_FMT(buf_slice(&a)),
                      SLICE_FMT(buf_slice(&b)));
        view all = temp_view;
        buf_clear(&a);
        describe(&with, &all, &a);
        if (mutant < 0) { /* there was something to be seen */
            CHECK(slice_find(buf_slice(&a), S("seen secret"), 0) != SIZE_MAX);
            CHECK(slice_find(buf_slice(&a), S("past hidden 1"), 0) != SIZE_MAX);
            CHECK(slice_find(buf_slice(&a), S("touched " MD5_B), 0) != SIZE_MAX);
        }
    }
    end(&with);
    end(&without);
    buf_done(&a);
    buf_done(&b);
    return same;
}

TEST(what_a_reader_does_not_see_changes_nothing)
{
    CHECK(independent(-1));
}

#ifdef NOROSHI_MUTANTS
TEST(without_any_filter_a_test_fails)
{
    static const query used[] = {Q_SETS_SEEN, Q_SETS_PAST, Q_SETS_ADDED, Q_SETS_GONE,
                                 Q_SET_OF_SOURCE};
    for (size_t i = 0; i < COUNT_OF(used); i++) {
        int before = 0;
        for (unsigned q = 0; q < (unsigned)used[i]; q++)
            for (const char *p = db_sql((query)q); (p = strstr(p, "SEES")) != NULL; p++)
                before++;
        if (independent(before))
            TEST_FAIL("the filter of %s may be dropped", db_sql(used[i]));
    }
}
#endif

TEST(every_allocation_may_fail)
{
    static const value some[] = {{KIND_DOMAIN, "evil.com", "x", NULL},
                                 {KIND_CIDR, "10.0.0.0/8", "y", NULL}};
    fixture f;
    long n = 0;
    REQUIRE(begin(&f, -1));
    load_small(&f, "s", SET_KNOWN_BAD, TLP_CLEAR, 1, some, 2);
    CHECK_OK(lens_look(f.l, &green, &f.why));
    for (; n < 1000; n++) {
        CLEANUP(arena_done) arena a;
        set_hits h = {.count = 77};
        arena_init(&a, 8 << 20);
        a.fail_after = n;
        status st = sets_find(f.l, &a, (node_ref){KIND_URL, S("http://a.b.evil.com/")}, &h, &f.why);
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        CHECK_EQ(h.count, 77);
    }
    CHECK(n > 2 && n < 1000);
    end(&f);
}
