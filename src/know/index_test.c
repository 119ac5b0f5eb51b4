#include "know/index.h"
#include "know/index/segment.h"
#include "know/temp_store.h"
#include "know/write.h"
#include "model/ip.h"

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
    static const char *const words[] = {[INDEX_EXACT] = "exact",
                                        [INDEX_PARENT] = "parent",
                                        [INDEX_COVERS] = "covers",
                                        [INDEX_INSIDE] = "inside",
                                        [INDEX_DERIVED] = "derived"};
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

/* The file against plain arrays: random entries in random portions, every one found, none more. */
TEST(segments_merge_to_what_a_plain_sorted_array_holds)
{
    enum { ROUNDS = 20, PORTION = 500 };
    static seg_key all[ROUNDS * PORTION], part[PORTION];
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {1};
    uint64_t seed = 42;
    random_source r = random_seeded(&seed);
    char path[128];
    segment s = {0};
    err why = {0};
    size_t n = 0;
    REQUIRE(temp_store_make(&t));
    snprintf(path, sizeof path, "%s/index/values%s", t.dir,
             strcmp(store_engine(t.s), "sqlite") == 0 ? "" : "-server");
    CHECK_EQ(segment_open(path, key, &s, &why), ERR_NOT_FOUND);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < PORTION; i++) {
            r.fill(r.ctx, &part[i].hash, sizeof part[i].hash);
            part[i].hash %= 100000;
            part[i].node = n + 1;
            all[n++] = part[i];
        }
        qsort(part, PORTION, sizeof *part, seg_key_cmp);
        CHECK_OK(segment_write(fs_system(), path, key, &s, part, PORTION, NULL, 0, n, &why));
        segment_close(&s);
        CHECK_OK(segment_open(path, key, &s, &why));
    }
    qsort(all, n, sizeof *all, seg_key_cmp);
    CHECK_EQ(s.key_count, n);
    CHECK_EQ(s.covers, n);
    CHECK(memcmp(s.keys, all, n * sizeof *all) == 0);
    for (uint64_t h = 0; h < 100000; h += 7) {
        size_t at = segment_lower(s.keys, s.key_count, h);
        CHECK((at == s.key_count || s.keys[at].hash >= h) && (at == 0 || s.keys[at - 1].hash < h));
    }
    segment_close(&s);
}

TEST(a_flipped_bit_or_a_cut_file_is_noticed_and_built_again)
{
    CLEANUP(temp_store_done) temp_store t;
    uint8_t key[16] = {0};
    seg_key one = {7, 1};
    char path[128], bytes[256];
    segment s = {0};
    err why = {0};
    REQUIRE(temp_store_make(&t));
    snprintf(path, sizeof path, "%s/index/values%s", t.dir,
             strcmp(store_engine(t.s), "sqlite") == 0 ? "" : "-server");
    CHECK_OK(segment_write(fs_system(), path, key, &s, &one, 1, NULL, 0, 1, &why));
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
        if (i < 64) {
            CHECK_EQ(st, ERR_INPUT);
        } else { /* opening is quick; reading all of it tells */
            CHECK_OK(st);
            CHECK_EQ(segment_verify(&s, key, &why), ERR_INPUT);
            CHECK_EQ(segment_write(fs_system(), path, key, &s, &one, 1, NULL, 0, 2, &why),
                     ERR_INPUT);
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
