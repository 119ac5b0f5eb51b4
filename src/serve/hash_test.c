/* hash_test.c - what sets say of a hash, in one object. */
#include "serve/hash.h"

#include "know/temp_store.h"

#define MD5_A "0cc175b9c0f1b6a831c399e269772661"
#define MD5_B "92eb5ffee6ae2fec3ad71c777531578f"
#define MD5_C "4a8a08f09d37b73795649038408b5f33"

typedef struct fixture {
    temp_store t;
    writer *w;
    lens *l;
    view v;
    err why;
} fixture;

static void load(fixture *f, const char *name, set_verdict v, const char *hash, const char *label,
                 when until)
{
    uint8_t digest[16], content[SHA256_BYTES] = {(uint8_t)name[0]};
    set_result r;
    set_loader *sl = NULL;
    const set_load_options o = {
        .name = slice_str(name), .source = S("test"), .verdict = v, .polarity = SET_POLARITY_NONE};
    const fact_label said = {.text = slice_str(label),
                             .first_seen = WHEN_NONE,
                             .last_seen = WHEN_NONE,
                             .valid_until = until};
    CHECK(hash_unhex(slice_str(hash), digest, sizeof digest));
    const fact_key key = {KIND_MD5, slice_of((const char *)digest, sizeof digest)};
    CHECK_OK(set_loader_new(f->t.s, &o, &sl, &f->why));
    CHECK_OK(set_loader_document(sl, content, 1, &f->why));
    CHECK_OK(set_loader_keys(sl, &said, &key, 1, &f->why));
    CHECK_OK(set_loader_finish(sl, f->w, &r, &f->why));
    set_loader_free(sl);
}

static bool begin(fixture *f)
{
    *f = (fixture){.v = temp_view};
    if (!temp_store_make(&f->t))
        return false;
    f->v.now = f->t.now_us / 1000;
    CHECK_OK(writer_new(f->t.s, S("tester"), &f->w, &f->why));
    load(f, "good", SET_KNOWN_GOOD, MD5_A, "", WHEN_NONE);
    load(f, "bad", SET_KNOWN_BAD, MD5_B, "Emotet", WHEN_NONE);
    load(f, "both", SET_KNOWN_BAD, MD5_A, "", WHEN_NONE);
    load(f, "over", SET_KNOWN_BAD, MD5_C, "", f->v.now - 3 * (int64_t)86400000);
    CHECK_OK(lens_new(f->t.s, &f->l, &f->why));
    CHECK_OK(lens_look(f->l, &f->v, &f->why));
    return true;
}

static void end(fixture *f)
{
    lens_free(f->l);
    writer_free(f->w);
    temp_store_done(&f->t);
}

TEST(what_sets_say_together)
{
    static const struct {
        const char *hash, *json;
    } rows[] = {
        {MD5_A, "{\"schema\":\"noroshi.hash/1\",\"kind\":\"md5\",\"value\":\"" MD5_A
                "\",\"verdict\":\"conflicting\",\"sets\":[{\"verdict\":\"known-bad\",\"set\":"
                "\"both\",\"source\":\"test\"},{\"verdict\":\"known-good\",\"set\":\"good\","
                "\"source\":\"test\"}]}"},
        {"92EB5FFEE6AE2FEC3AD71C777531578F",
         "{\"schema\":\"noroshi.hash/1\",\"kind\":\"md5\",\"value\":\"" MD5_B
         "\",\"verdict\":\"known-bad\",\"sets\":[{\"verdict\":\"known-bad\",\"set\":\"bad\","
         "\"source\":\"test\",\"label\":\"Emotet\"}]}"},
        {MD5_C, "{\"schema\":\"noroshi.hash/1\",\"kind\":\"md5\",\"value\":\"" MD5_C
                "\",\"verdict\":\"listed\",\"sets\":[{\"verdict\":\"known-bad\",\"set\":\"over\","
                "\"source\":\"test\",\"valid_until\":\"2023-11-11\",\"expired\":true}]}"},
        {"00000000000000000000000000000000",
         "{\"schema\":\"noroshi.hash/1\",\"kind\":\"md5\",\"value\":"
         "\"00000000000000000000000000000000\",\"verdict\":\"unknown\",\"sets\":[]}"},
    };
    fixture f;
    REQUIRE(begin(&f));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        CLEANUP(buf_done) buf b;
        hash_answer h;
        arena_init(&a, 1 << 20);
        buf_init(&b, 1 << 16);
        CHECK_OK(hash_ask(f.l, &a, slice_str(rows[i].hash), &h, &f.why));
        json_writer w = json_writer_on(&b);
        hash_put_json(&w, &h);
        CHECK_SLICE(buf_slice(&b), slice_str(rows[i].json));
    }
    end(&f);
}

TEST(what_is_no_hash)
{
    static const slice rows[] = {S_INIT(""), S_INIT("evil.example"), S_INIT(MD5_A "0"),
                                 S_INIT("0cc175b9c0f1b6a831c399e26977266g")};
    fixture f;
    REQUIRE(begin(&f));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        hash_answer h;
        arena_init(&a, 1 << 20);
        CHECK_EQ(hash_ask(f.l, &a, rows[i], &h, &f.why), ERR_INPUT);
    }
    end(&f);
}
