#include "know/index.h"
#include "know/db.h"
#include "know/index/files.h"
#include "know/store_private.h"
#include "know/temp_store.h"
#include "know/write.h"
#include "model/ip.h"
#include "model/observable.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static void keep(writer *w, temp_store *t, kind k, const char *value)
{
    fact_claim c = {.subject = {k, slice_str(value)},
                    .predicate = PRED_INDICATES,
                    .confidence = -1,
                    .first_seen = WHEN_NONE,
                    .last_seen = WHEN_NONE,
                    .valid_from = WHEN_NONE,
                    .valid_until = WHEN_NONE};
    status st = writer_curate(w, S("analyst:test"), &c, S(""), &t->why);
    CHECK(st == OK || st == ERR_BUSY);
}

/* "1 covers 10.0.0.0/8" lines of what one value touches. */
static void touches(index_t *ix, kind k, const char *value, buf *out)
{
    static const char *const words[] = {
        [INDEX_EXACT] = "exact",   [INDEX_PARENT] = "parent",   [INDEX_COVERS] = "covers",
        [INDEX_INSIDE] = "inside", [INDEX_DERIVED] = "derived", [INDEX_PREFIX] = "prefix"};
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 22);
    index_probe p = {k, slice_str(value)};
    index_hits hits = {0};
    err why = {0};
    CHECK_OK(index_find(ix, &p, 1, INDEX_ALL, &a, &hits, &why));
    for (size_t i = 0; i < hits.count; i++)
        buf_printf(out, "%s%s %.*s", i ? ", " : "", words[hits.at[i].how],
                   SLICE_FMT(hits.at[i].node.text));
}

TEST(a_value_touches_itself_its_parents_and_its_networks)
{
    static const struct {
        kind kind;
        const char *asked, *want;
    } rows[] = {
        {KIND_IPV4, "10.1.2.3", "exact 10.1.2.3, covers 10.1.2.0/24, covers 10.0.0.0/8"},
        {KIND_IPV4, "10.9.9.9", "covers 10.0.0.0/8"},
        {KIND_IPV4, "11.0.0.1", ""},
        {KIND_CIDR, "10.1.0.0/16", "covers 10.0.0.0/8, inside 10.1.2.0/24, inside 10.1.2.3"},
        {KIND_IPV6, "2001:db8::1", "covers 2001:db8::/32"},
        {KIND_DOMAIN, "www.evil.example.com", "parent evil.example.com, parent example.com"},
        {KIND_URL, "http://evil.example.com/x?y=1",
         "derived http://evil.example.com/x, derived evil.example.com, "
         "parent example.com"},
        {KIND_URL, "http://evil.example.com/x/y/z?q=/a",
         "derived evil.example.com, parent example.com, prefix evil.example.com/x/y/, "
         "prefix http://evil.example.com/x"},
        {KIND_URL, "http://evil.example.com/x/",
         "derived evil.example.com, parent example.com, prefix http://evil.example.com/x"},
        {KIND_URL, "evil.example.com/x/y/",
         "exact evil.example.com/x/y/, derived "
         "evil.example.com, parent example.com"},
        {KIND_URL, "http://evil.example.com/xy", "derived evil.example.com, parent example.com"},
        {KIND_SHA256, "10.1.2.3", ""},
    };
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    index_t *ix = NULL;
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    keep(w, &t, KIND_IPV4, "10.1.2.3");
    keep(w, &t, KIND_CIDR, "10.0.0.0/8");
    keep(w, &t, KIND_CIDR, "10.1.2.0/24");
    keep(w, &t, KIND_CIDR, "2001:db8::/32");
    keep(w, &t, KIND_DOMAIN, "example.com");
    CHECK_OK(index_open(t.s, &ix, &t.why));
    keep(w, &t, KIND_DOMAIN, "evil.example.com");
    keep(w, &t, KIND_URL, "http://evil.example.com/x");
    keep(w, &t, KIND_URL, "evil.example.com/x/y/");
    CHECK_OK(index_refresh(ix, &t.why)); /* what is newer than the opening */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buf got;
        buf_init(&got, 4096);
        touches(ix, rows[i].kind, rows[i].asked, &got);
        CHECK_SLICE(buf_slice(&got), slice_str(rows[i].want));
        buf_done(&got);
    }
    index_close(ix);
    writer_free(w);
}

static void index_path(const temp_store *t, char out[128])
{
    snprintf(out, 128, "%s/index/values%s", t->dir, t->engine.room[0] ? "-server" : "");
}

/* Writes entries behind older files as one file. */
static status put_file(const temp_store *t, const uint8_t key[16], const segment *older, size_t n,
                       const seg_delta *newer, err *why)
{
    char path[128], temp[140];
    index_path(t, path);
    snprintf(temp, sizeof temp, "%s.new", path);
    return segment_write(fs_system(), path, temp, key, older, n, newer, why);
}

/* Entries of nodes from + 1.., in order; hashes often the same. */
static void random_part(random_source r, seg_key *part, size_t count, uint64_t from)
{
    for (size_t i = 0; i < count; i++) {
        r.fill(r.ctx, &part[i].hash, sizeof part[i].hash);
        part[i].hash %= 100000;
        part[i].node = from + i + 1;
    }
    qsort(part, count, sizeof *part, seg_key_cmp);
}

/* Of a path of very many levels the last are looked for. */
TEST(a_path_is_cut_a_bounded_number_of_times)
{
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    index_t *ix = NULL;
    char deep[400] = "http://a.example";
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    keep(w, &t, KIND_URL, "http://a.example/b");
    CHECK_OK(index_open(t.s, &ix, &t.why));
    for (size_t levels = 1; levels <= INDEX_LEVELS_MAX + 2; levels++) {
        buf got;
        buf_init(&got, 4096);
        memcpy(deep + strlen(deep), "/b", 3);
        touches(ix, KIND_URL, deep, &got);
        bool asked = levels > 1 && levels <= INDEX_LEVELS_MAX + 1;
        CHECK_SLICE(buf_slice(&got), levels == 1 ? S("exact http://a.example/b")
                                     : asked     ? S("prefix http://a.example/b")
                                                 : S(""));
        buf_done(&got);
    }
    index_close(ix);
    writer_free(w);
}

/* The file against plain arrays: random entries in random portions, every one found, none more. */
TEST(segments_merge_to_what_a_plain_sorted_array_holds)
{
    enum { ROUNDS = 20, PORTION = 500 };
    static seg_key all[ROUNDS * PORTION];
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {1};
    uint64_t seed = 42;
    random_source r = random_seeded(&seed);
    char path[128];
    segment s = {0};
    err why = {0};
    size_t n = 0;
    REQUIRE(temp_store_make(&t));
    index_path(&t, path);
    CHECK_EQ(segment_open(path, key, &s, &why), ERR_NOT_FOUND);
    for (int round = 0; round < ROUNDS; round++) {
        seg_delta d = {.keys = all + n, .key_count = PORTION, .from = n, .covers = n + PORTION};
        random_part(r, all + n, PORTION, n);
        n += PORTION;
        CHECK_OK(put_file(&t, key, &s, s.map != NULL, &d, &why));
        segment_close(&s);
        CHECK_OK(segment_open(path, key, &s, &why));
    }
    qsort(all, n, sizeof *all, seg_key_cmp);
    CHECK_EQ(s.key_count, n);
    CHECK_EQ(s.covers, n);
    size_t wrong = 0, maybe = 0;
    for (size_t i = 0; i < n; i++) {
        seg_key k = segment_key(&s, i);
        wrong += seg_key_cmp(&k, &all[i]) != 0 || !segment_may_have(&s, key, k.hash);
    }
    for (uint64_t h = 0; h < 100000; h += 7) {
        size_t at = segment_lower(&s, h);
        wrong += (at < s.key_count && s.hashes[at] < h) || (at && s.hashes[at - 1] >= h);
        wrong += seg_keys_lower(all, n, h) != at;
    }
    CHECK_EQ(wrong, 0);
    for (uint64_t h = 100000; h < 200000; h++) /* none of these is there */
        maybe += segment_may_have(&s, key, h);
    CHECK(maybe < 100000 / 40);
    segment_close(&s);
}

/* Four bytes a node up to 2^32 - 1, eight in a file that covers more. */
TEST(nodes_are_as_wide_as_the_newest)
{
    static const seg_key narrow[] = {{7, 1}, {9, UINT32_MAX}};
    static const seg_key wide[] = {{8, (uint64_t)UINT32_MAX + 1}, {9, (uint64_t)UINT32_MAX + 2}};
    static const seg_net net = {{1, 2}, ((uint64_t)UINT32_MAX + 1) << 8 | 128};
    static const seg_key all[] = {
        {7, 1}, {8, (uint64_t)UINT32_MAX + 1}, {9, UINT32_MAX}, {9, (uint64_t)UINT32_MAX + 2}};
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {2};
    char path[128];
    segment s = {0};
    err why = {0};
    seg_delta d = {.keys = narrow, .key_count = 2, .covers = UINT32_MAX - 1};
    REQUIRE(temp_store_make(&t));
    index_path(&t, path);
    CHECK_EQ(put_file(&t, key, NULL, 0, &d, &why), ERR_LIMIT);
    d.covers = UINT32_MAX;
    CHECK_OK(put_file(&t, key, NULL, 0, &d, &why));
    CHECK_OK(segment_open(path, key, &s, &why));
    CHECK_EQ(s.map->size, 96 + 32 + 2 * 12);
    for (size_t i = 0; i < COUNT_OF(narrow); i++) {
        seg_key k = segment_key(&s, i);
        CHECK_EQ(seg_key_cmp(&k, &narrow[i]), 0);
    }
    d = (seg_delta){wide, &net, 2, 1, UINT32_MAX, (uint64_t)UINT32_MAX + 1};
    CHECK_EQ(put_file(&t, key, &s, 1, &d, &why), ERR_LIMIT);
    d.covers++;
    d.from--;
    CHECK_EQ(put_file(&t, key, &s, 1, &d, &why), ERR_LIMIT); /* not where the file ends */
    d.from++;
    CHECK_OK(put_file(&t, key, &s, 1, &d, &why));
    segment_close(&s);
    CHECK_OK(segment_open(path, key, &s, &why));
    CHECK_EQ(s.map->size, 96 + 32 + 4 * 16 + 24);
    CHECK_OK(segment_verify(&s, key, &why));
    CHECK_EQ(seg_net_cmp(s.nets, &net), 0);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        seg_key k = segment_key(&s, i);
        CHECK_EQ(seg_key_cmp(&k, &all[i]), 0);
    }
    segment_close(&s);
}

/* --- the chain of files --------------------------------------------------------------------- */

/* A disk that counts what is written and, from some operation on, does nothing. */
typedef struct counting {
    fs disk;
    uint64_t written;
    long left;
} counting;

static status counted_write(void *ctx, int handle, const void *from, size_t n, err *why)
{
    counting *c = ctx;
    c->written += n;
    if (c->left-- <= 0)
        return err_set(why, ERR_IO, ERR_NOWHERE, "disk full");
    return fs_system()->write(NULL, handle, from, n, why);
}

static status counted_rename(void *ctx, const char *from, const char *to, err *why)
{
    counting *c = ctx;
    if (c->left-- <= 0)
        return err_set(why, ERR_IO, ERR_NOWHERE, "disk full");
    return fs_system()->rename(NULL, from, to, why);
}

static status counted_remove(void *ctx, const char *path, err *why)
{
    counting *c = ctx;
    if (c->left-- <= 0)
        return err_set(why, ERR_IO, ERR_NOWHERE, "disk full");
    return fs_system()->remove(NULL, path, why);
}

static void counting_init(counting *c)
{
    *c = (counting){.disk = *fs_system(), .left = LONG_MAX};
    c->disk.ctx = c;
    c->disk.write = counted_write;
    c->disk.rename = counted_rename;
    c->disk.remove = counted_remove;
}

/* What the files hold, all of them together, against the first `covers` entries of `all`. */
static size_t differing(const seg_files *f, const seg_key *all, const uint8_t key[16])
{
    static seg_key want[1 << 17], have[1 << 17];
    size_t n = (size_t)seg_files_covers(f), got = 0;
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < f->at[i].key_count && got < COUNT_OF(have); k++)
            have[got++] = segment_key(&f->at[i], k);
    err why = {0};
    CHECK_OK(seg_files_verify(f, key, &why));
    memcpy(want, all, n * sizeof *want);
    qsort(want, n, sizeof *want, seg_key_cmp);
    qsort(have, got, sizeof *have, seg_key_cmp);
    return got != n || memcmp(want, have, n * sizeof *want) != 0;
}

/* Small portions behind a large file: a key is written a bounded number of times. */
TEST(what_is_added_is_written_a_bounded_number_of_times)
{
    enum { LARGE = 60000, SMALL = 100, TIMES = 300 };
    static seg_key all[LARGE + SMALL * TIMES];
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {3};
    uint64_t seed = 7;
    char path[128];
    counting c;
    seg_files f;
    err why = {0};
    size_t most = 0;
    REQUIRE(temp_store_make(&t));
    index_path(&t, path);
    counting_init(&c);
    CHECK_OK(seg_files_open(path, key, &f, &why));
    for (size_t i = 0, n = 0; i <= TIMES; i++) {
        size_t count = i ? SMALL : LARGE;
        seg_delta d = {.keys = all + n, .key_count = count, .from = n, .covers = n + count};
        random_part(random_seeded(&seed), all + n, count, n);
        n += count;
        CHECK_OK(seg_files_add(&c.disk, path, key, &f, &d, &why));
        most = f.count > most ? f.count : most;
        c.written = i ? c.written : 0; /* of the small ones alone */
    }
    CHECK(most <= 6);
    CHECK(c.written < (uint64_t)16 * SMALL * TIMES * 14);
    CHECK_EQ(differing(&f, all, key), 0);
    seg_files_close(&f);
}

/* The disk fails anywhere, another process opens what is there, and goes on: always the first so
 * many nodes, each once; in the end all. */
TEST(whatever_fails_the_files_hold_the_first_nodes_each_once)
{
    enum { ROUNDS = 400, PORTION = 60 };
    static seg_key all[ROUNDS * PORTION];
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {4};
    uint64_t seed = 11, dice = 12;
    random_source r = random_seeded(&dice);
    char path[128];
    counting c;
    seg_files f;
    err why = {0};
    size_t failed = 0, wrong = 0;
    REQUIRE(temp_store_make(&t));
    index_path(&t, path);
    counting_init(&c);
    random_part(random_seeded(&seed), all, COUNT_OF(all), 0);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        all[i].node = i + 1; /* entry i is node i + 1 */
    CHECK_OK(seg_files_open(path, key, &f, &why));
    while (seg_files_covers(&f) < COUNT_OF(all)) {
        seg_key part[2 * PORTION];
        uint32_t chance[2];
        size_t from = (size_t)seg_files_covers(&f), n = COUNT_OF(all) - from;
        r.fill(r.ctx, chance, sizeof chance);
        n = n < 1 + chance[0] % COUNT_OF(part) ? n : 1 + chance[0] % COUNT_OF(part);
        memcpy(part, all + from, n * sizeof *part);
        qsort(part, n, sizeof *part, seg_key_cmp);
        seg_delta d = {.keys = part, .key_count = n, .from = from, .covers = from + n};
        c.left = chance[1] % 3 ? LONG_MAX : (long)(chance[1] / 3 % 8);
        if (seg_files_add(&c.disk, path, key, &f, &d, &why) != OK)
            failed++;
        CHECK_OK(seg_files_reopen(path, key, &f, &why));
        wrong += seg_files_covers(&f) != from && seg_files_covers(&f) != from + n;
    }
    CHECK_EQ(wrong, 0);
    CHECK(failed > 10);
    CHECK_EQ(differing(&f, all, key), 0);
    seg_files_close(&f);
}

/* What a killed writer left behind a file that took its place is not read. */
TEST(files_that_do_not_continue_are_none_of_it)
{
    static const seg_key keys[] = {{1, 1}, {2, 2}, {3, 3}};
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {5};
    char path[128], stale[140], temp[140];
    seg_files f;
    err why = {0};
    REQUIRE(temp_store_make(&t));
    index_path(&t, path);
    snprintf(stale, sizeof stale, "%s.1", path);
    snprintf(temp, sizeof temp, "%s.new", path);
    seg_delta d = {.keys = keys, .key_count = 2, .covers = 2};
    CHECK_OK(segment_write(fs_system(), path, temp, key, NULL, 0, &d, &why));
    d = (seg_delta){.keys = keys + 1, .key_count = 2, .from = 1, .covers = 3};
    CHECK_OK(segment_write(fs_system(), stale, temp, key, NULL, 0, &d, &why));
    CHECK_OK(seg_files_open(path, key, &f, &why));
    CHECK_EQ(f.count, 1);
    CHECK_EQ(seg_files_covers(&f), 2);
    d = (seg_delta){.keys = keys + 2, .key_count = 1, .from = 2, .covers = 3};
    CHECK_OK(seg_files_add(fs_system(), path, key, &f, &d, &why));
    CHECK_EQ(seg_files_covers(&f), 3);
    CHECK_EQ(seg_files_keys(&f), 3);
    CHECK(access(stale, F_OK) != 0);
    seg_files_close(&f);
}

/* A file of the version before: without filter, and of all nodes. */
TEST(an_older_file_is_built_again)
{
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {0};
    uint64_t old[16 + 2] = {0, 1, 0, 1};
    char path[128];
    segment s = {0};
    err why = {0};
    REQUIRE(temp_store_make(&t));
    snprintf(path, sizeof path, "%s/index/values-test", t.dir);
    memcpy(old, "NRINDEX3", 8);
    old[7] = siphash(key, slice_of((const char *)old, 56));
    FILE *f = fopen(path, "wb");
    REQUIRE(f && fwrite(old, 1, sizeof old, f) == sizeof old);
    fclose(f);
    CHECK_EQ(segment_open(path, key, &s, &why), ERR_INPUT);
}

/* segment_bitflip */
TEST(a_flipped_bit_or_a_cut_file_is_noticed_and_built_again)
{
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {0};
    seg_key one = {7, 1};
    char path[128], bytes[256];
    segment s = {0};
    err why = {0};
    seg_delta d = {.keys = &one, .key_count = 1, .covers = 1};
    REQUIRE(temp_store_make(&t));
    index_path(&t, path);
    CHECK_OK(put_file(&t, key, NULL, 0, &d, &why));
    FILE *f = fopen(path, "rb");
    REQUIRE(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t i = 0; i < n; i++) {
        bytes[i] ^= 0x10;
        f = fopen(path, "wb");
        REQUIRE(f && fwrite(bytes, 1, n, f) == n);
        fclose(f);
        status st = segment_open(path, key, &s, &why);
        if (i < 96) {
            CHECK_EQ(st, ERR_INPUT);
        } else { /* opening is quick; reading all of it tells */
            CHECK_OK(st);
            CHECK_EQ(segment_verify(&s, key, &why), ERR_INPUT);
            segment_close(&s);
        }
        bytes[i] ^= 0x10;
    }
    for (size_t cut = 0; cut < n; cut++) {
        f = fopen(path, "wb");
        REQUIRE(f && fwrite(bytes, 1, cut, f) == cut);
        fclose(f);
        CHECK_EQ(segment_open(path, key, &s, &why), ERR_INPUT);
    }
    index_t *ix = NULL; /* the store is not in trouble because its index is */
    CHECK_OK(index_open(t.s, &ix, &t.why));
    index_close(ix);
}

/* Addresses 45.NET.0.0 and on, as one document. */
static void keep_many(writer *w, temp_store *t, int net, int count)
{
    uint8_t sha[SHA256_BYTES] = {(uint8_t)net};
    document_in d = {.sha256 = sha,
                     .source = S("test"),
                     .parser = 1,
                     .format = S("list"),
                     .path = S("a.txt"),
                     .feed = S("a.txt")};
    document_result r;
    CHECK_OK(writer_document(w, &d, &t->why));
    for (int i = 0; i < count; i++) {
        char text[32];
        bool fresh;
        snprintf(text, sizeof text, "45.%d.%d.%d", net, i >> 8, i & 255);
        fact_record rec = {.at = (uint64_t)i, .line = (uint64_t)i + 1, .modified = WHEN_NONE};
        fact_claim c = {.subject = {KIND_IPV4, slice_str(text)},
                        .predicate = PRED_INDICATES,
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
        CHECK_OK(writer_begin(w, &rec, &t->why));
        CHECK_OK(writer_claim(w, &c, &t->why));
        CHECK_OK(writer_end(w, &fresh, &t->why));
    }
    CHECK_OK(writer_document_end(w, S("list"), 0, &r, &t->why));
    CHECK_OK(writer_sync(w, &t->why));
}

static void settle(temp_store *t, uint64_t *ret_bytes)
{
    index_t *ix = NULL;
    uint64_t values;
    CHECK_OK(index_open(t->s, &ix, &t->why));
    CHECK_OK(index_settle(ix, &t->why));
    CHECK_OK(index_verify(ix, &t->why));
    index_size(ix, &values, ret_bytes);
    for (int i = 0; i < 9000; i += 100) {
        char text[32];
        buf got;
        buf_init(&got, 4096);
        snprintf(text, sizeof text, "45.1.%d.%d", i >> 8, i & 255);
        touches(ix, KIND_IPV4, text, &got);
        CHECK(slice_starts(buf_slice(&got), S("exact ")));
        buf_done(&got);
    }
    index_close(ix);
}

TEST(damage_that_is_met_while_merging_is_built_again_at_once)
{
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    char path[128];
    uint64_t before, after;
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    keep_many(w, &t, 1, 9000);
    settle(&t, &before);
    CHECK(before > (uint64_t)9000 * 12);
    index_path(&t, path);
    FILE *f = fopen(path, "r+b");
    REQUIRE(f && fseek(f, 5000, SEEK_SET) == 0 && fputs("damage", f) >= 0);
    fclose(f);
    keep_many(w, &t, 2, 9000);
    settle(&t, &after);
    CHECK(after > before + (uint64_t)9000 * 12);
    writer_free(w);
}

/* Two files and some that are in memory only: look-ups and walks do not see where a value is. */
TEST(several_files_answer_as_one)
{
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    index_t *ix = NULL;
    char path[128], second[140];
    uint64_t bytes, group, values;
    int64_t node, count = 0;
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    keep_many(w, &t, 1, 40000);
    settle(&t, &bytes);
    keep_many(w, &t, 2, 9000);
    settle(&t, &bytes);
    index_path(&t, path);
    snprintf(second, sizeof second, "%s.1", path);
    CHECK(access(second, F_OK) == 0);
    keep(w, &t, KIND_CIDR, "45.1.3.0/25");
    keep(w, &t, KIND_IPV4, "45.2.99.1");
    CHECK_OK(index_open(t.s, &ix, &t.why));
    index_size(ix, &values, &bytes);
    CHECK_EQ(values, 40000 + 9000 + 2);
    index_walk all = index_values(ix, S("45."));
    while (index_next(&all, &node, &group))
        count++;
    CHECK_EQ(count, 40000 + 9000 + 2);
    static const char *const rows[][2] = {
        {"45.1.3.6/31", "covers 45.1.3.0/25, inside 45.1.3.6, inside 45.1.3.7"},
        {"45.2.3.8/31", "inside 45.2.3.8, inside 45.2.3.9"},
        {"45.2.99.0/30", "inside 45.2.99.1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buf got;
        buf_init(&got, 4096);
        touches(ix, KIND_CIDR, rows[i][0], &got);
        CHECK_SLICE(buf_slice(&got), slice_str(rows[i][1]));
        buf_done(&got);
    }
    /* the id that the index has is the store's, asked again or not */
    lens *l = NULL;
    CHECK_OK(lens_new(t.s, &l, &t.why));
    CHECK_OK(lens_look(l, &temp_view, &t.why));
    lens_index(l, ix);
    for (int i = 0; i < 2000; i++) {
        char text[32];
        int64_t stored = 0, found = -1;
        snprintf(text, sizeof text, "45.%d.%d.%d", i % 3 + 1, i % 251, i % 13);
        node_ref n = {KIND_IPV4, slice_str(text)};
        CHECK_OK(node_find(l->d, l->h, n, &stored, &t.why));
        for (int again = 0; again < 2; again++) {
            CHECK_OK(lens_node(l, n, &found, &t.why));
            CHECK_EQ(found, stored);
        }
    }
    lens_free(l);
    index_close(ix);
    writer_free(w);
}

/* The same values in the same order, and the same networks, as who opens it now. */
static void expect_as_opened(temp_store *t, index_t *ix)
{
    index_t *fresh = NULL;
    int64_t one = 0, other = 0;
    uint64_t group, of_other;
    bool more, both = true;
    CHECK_OK(index_open(t->s, &fresh, &t->why));
    index_walk a = index_values(ix, S("")), b = index_values(fresh, S(""));
    do {
        more = index_next(&a, &one, &group);
        both = both && index_next(&b, &other, &of_other) == more &&
               (!more || (one == other && group == of_other));
    } while (more && both);
    CHECK(both);
    for (int net = 0; net < 8; net++) {
        char text[32];
        buf got, want;
        buf_init(&got, 1 << 20);
        buf_init(&want, 1 << 20);
        snprintf(text, sizeof text, "45.%d.0.0/16", net);
        touches(ix, KIND_CIDR, text, &got);
        touches(fresh, KIND_CIDR, text, &want);
        CHECK_SLICE(buf_slice(&got), buf_slice(&want));
        buf_done(&got);
        buf_done(&want);
    }
    index_close(fresh);
}

/* What comes in is put among what is there, by whole refreshes and by small ones, also when another
 * writes the files meanwhile. Small ones say how far they are: a thousand nodes each. */
TEST(a_refreshed_index_is_as_one_that_is_opened_now)
{
    static const struct {
        int net, count;
    } rounds[] = {{3, 1}, {5, 900}, {5, 0}, {4, 5000}, {1, 9000}, {2, 2}};
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    index_t *whole = NULL, *some = NULL;
    uint64_t bytes;
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    CHECK_OK(index_open(t.s, &whole, &t.why));
    CHECK_OK(index_open(t.s, &some, &t.why));
    for (size_t i = 0; i < COUNT_OF(rounds); i++) {
        const int count = rounds[i].count;
        int looks = 0;
        bool behind = true;
        keep_many(w, &t, rounds[i].net, count);
        if (count == 9000)
            settle(&t, &bytes);
        CHECK_OK(index_refresh(whole, &t.why));
        for (; behind && looks < 20; looks++)
            CHECK_OK(index_refresh_some(some, &behind, &t.why));
        CHECK(!behind);
        CHECK(count < 900 ? looks == 1 : count != 5000 || looks > 4);
        expect_as_opened(&t, whole);
        expect_as_opened(&t, some);
    }
    index_close(whole);
    index_close(some);
    writer_free(w);
}

TEST(every_allocation_may_fail)
{
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    index_t *ix = NULL;
    const index_probe p[] = {{KIND_URL, S_INIT("http://a.example/b/c?d")},
                             {KIND_CIDR, S_INIT("10.0.0.0/9")}};
    long n = 0;
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    keep(w, &t, KIND_DOMAIN, "a.example");
    keep(w, &t, KIND_URL, "http://a.example/b");
    keep(w, &t, KIND_IPV4, "10.0.0.1");
    keep(w, &t, KIND_CIDR, "10.0.0.0/8");
    CHECK_OK(index_open(t.s, &ix, &t.why));
    for (; n < 1000; n++) {
        CLEANUP(arena_done) arena a;
        index_hits hits = {.count = 77};
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        status st = index_find(ix, p, 2, INDEX_ALL, &a, &hits, &t.why);
        if (st == OK) {
            CHECK_EQ(hits.count, 4);
            break;
        }
        CHECK_EQ(st, ERR_LIMIT);
        CHECK_EQ(hits.count, 77);
    }
    CHECK(n > 2 && n < 1000);
    index_close(ix);
    writer_free(w);
}

TEST(values_have_a_face_and_hosts)
{
    static const struct {
        kind kind;
        const char *value, *face, *host;
    } rows[] = {
        {KIND_DOMAIN, "a.example", "a.example", "a.example"},
        {KIND_URL, "https://a.example/x", "a.example/x", "a.example"},
        {KIND_URL, "https://u:p@a.example:8/x@y", "u:p@a.example:8/x@y", "a.example"},
        {KIND_URL, "http://a.example?x=/", "a.example?x=/", "a.example"},
        {KIND_URL, "a.example/x", "a.example/x", "a.example"},
        {KIND_EMAIL, "eve@a.example", "eve@a.example", "a.example"},
        {KIND_PATH, "c:/a.example", "c:/a.example", ""},
        {KIND_PROPERTY, "x=http://a.example", "x=http://a.example", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice value = slice_str(rows[i].value);
        CHECK_SLICE(index_face(rows[i].kind, value), slice_str(rows[i].face));
        CHECK_SLICE(observable_host(rows[i].kind, value), slice_str(rows[i].host));
    }
}

/* Nodes that a walk gives, as "1 2 5". */
static void walked(index_walk w, buf *out)
{
    int64_t node;
    uint64_t group, last = 0;
    size_t n = 0;
    while (index_next(&w, &node, &group)) {
        CHECK(group >= last); /* in order */
        last = group;
        buf_printf(out, "%s%d", n++ ? " " : "", (int)node);
    }
}

static void expect_walk(int line, index_walk w, const char *want)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 4096);
    walked(w, &b);
    if (!slice_eq(buf_slice(&b), slice_str(want)))
        TEST_FAIL("line %d: %.*s, want %s", line, SLICE_FMT(buf_slice(&b)), want);
}

static void walk_them(index_t *ix)
{
    expect_walk(__LINE__, index_values(ix, S("aaaa1")), "1");
    expect_walk(__LINE__, index_values(ix, S("aaaa")), "1 2");
    expect_walk(__LINE__, index_values(ix, S("aaab.example")), "3");
    expect_walk(__LINE__, index_values(ix, S("b")), "");
    expect_walk(__LINE__, index_values(ix, S("\xff\xff\xff\xff\xff")), "");
    expect_walk(__LINE__, index_under(ix, S("co.example")), "4");
    expect_walk(__LINE__, index_under(ix, S("any.co.example")), "4");
    expect_walk(__LINE__, index_under(ix, S("aaaa1.example")), "");
    expect_walk(__LINE__, index_under(ix, S("example")), "");
    expect_walk(__LINE__, index_under(ix, S("")), "");
    expect_walk(__LINE__, index_under(ix, S("0.1")), ""); /* the end of an address */
}

/* From memory, and from the file. */
TEST(values_are_walked_in_their_order)
{
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    index_t *ix = NULL;
    char path[128];
    enum { MORE = 9000 }; /* enough to be written */
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    keep(w, &t, KIND_DOMAIN, "aaaa1.example");
    keep(w, &t, KIND_DOMAIN, "aaaa2.example");
    keep(w, &t, KIND_DOMAIN, "aaab.example");
    keep(w, &t, KIND_DOMAIN, "cc.co.example");
    keep(w, &t, KIND_URL, "http://10.0.0.1/x");
    CHECK_OK(index_open(t.s, &ix, &t.why));
    walk_them(ix);
    uint64_t values, bytes;
    index_size(ix, &values, &bytes);
    CHECK_EQ(values, 5); /* what stands under a domain is not counted twice */
    writer_free(w);
    index_close(ix);
    db *d = NULL;
    snprintf(path, sizeof path, "%s/noroshi.db", t.dir);
    db_options o = {.where = path, .server = test_server(&t.engine, t.dir), .mutant = -1};
    CHECK_OK(db_open(&o, &d, &t.why));
    REQUIRE(d);
    CHECK_OK(db_begin_write(d, &t.why));
    for (int i = 0; i < MORE; i++) {
        char text[32];
        db_stmt *q = db_query(d, Q_NODE_ADD);
        int n = snprintf(text, sizeof text, "z%d.z.example", i);
        db_bind_int(q, 1, KIND_DOMAIN);
        db_bind_text(q, 2, slice_of(text, (size_t)n));
        CHECK_OK(db_run(q, &t.why));
    }
    CHECK_OK(db_commit(d, &t.why));
    db_close(d);
    CHECK_OK(index_open(t.s, &ix, &t.why));
    CHECK_OK(index_settle(ix, &t.why));
    index_size(ix, &values, &bytes);
    CHECK(bytes > MORE * 24);
    CHECK_EQ(values, 5 + MORE);
    walk_them(ix);
    index_close(ix);
}
