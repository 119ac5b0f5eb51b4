#include "base/file.h"
#include "base/test.h"
#include "format/stix_id.h"

static status id_of(arena *a, slice text, slice *ret)
{
    json *object;
    status st = json_parse(a, text, NULL, &object, NULL);
    return st == OK ? stix_id_of(a, object, ret, NULL) : st;
}

TEST(ids_of_observables)
{
    static const struct {
        slice in, want;
    } rows[] = {
        {S_INIT("{\"type\":\"domain-name\",\"value\":\"example.com\",\"defanged\":true}"),
         S_INIT("domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7")},
        {S_INIT("{\"number\":15139,\"type\":\"autonomous-system\"}"),
         S_INIT("autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff")},
        {S_INIT("{\"type\":\"file\",\"name\":\"qu\\u00eary.dll\",\"hashes\":{\"SHA-256\":"
                "\"841a8921140aba50671ebb0770fecc4ee308c4952cfeff8de154ab14eeef4649\"}}"),
         S_INIT("file--7d1e3a18-89e7-5bc5-be36-9879f5b7f5c8")},
        {S_INIT("{\"type\":\"file\",\"name\":\"x.exe\",\"hashes\":{\"MD5\":"
                "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"}}"),
         S_INIT("file--4915fc0e-b154-5cb1-b338-70da92bbc85c")},
        {S_INIT("{\"type\":\"file\",\"name\":\"x.exe\",\"hashes\":{\"SHA-256\":"
                "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"MD5\":"
                "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"}}"),
         S_INIT("file--4915fc0e-b154-5cb1-b338-70da92bbc85c")},
        {S_INIT("{\"type\":\"windows-registry-key\",\"key\":\"HKEY_LOCAL_MACHINE\\\\Software\\\\"
                "Foo\"}"),
         S_INIT("windows-registry-key--97569013-c124-5dfe-9e82-163958dd916a")},
        {S_INIT("{\"type\":\"ipv4-addr\",\"value\":\"198.51.100.7\"}"),
         S_INIT("ipv4-addr--12592121-be4c-5a93-a813-5a5af16e50db")},
    };
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice id = {0};
        CHECK_OK(id_of(&a, rows[i].in, &id));
        CHECK_SLICE(id, rows[i].want);
    }
}

TEST(hashes_of_no_listed_kind_enter_in_key_order)
{
    CLEANUP(arena_done) arena a;
    slice one = {0}, two = {0};
    arena_init(&a, 1 << 20);
    CHECK_OK(
        id_of(&a, S("{\"type\":\"file\",\"hashes\":{\"TLSH\":\"t\",\"SSDEEP\":\"s\"}}"), &one));
    CHECK_OK(id_of(&a, S("{\"type\":\"file\",\"hashes\":{\"SSDEEP\":\"s\"}}"), &two));
    CHECK_SLICE(one, two);
}

TEST(what_has_no_deterministic_id)
{
    CLEANUP(arena_done) arena a;
    slice id = S("untouched");
    arena_init(&a, 1 << 20);
    CHECK_EQ(id_of(&a, S("{\"type\":\"process\",\"pid\":1}"), &id), ERR_NOT_FOUND);
    CHECK_EQ(id_of(&a, S("{\"type\":\"file\",\"size\":1}"), &id), ERR_NOT_FOUND);
    CHECK_EQ(id_of(&a, S("{\"type\":\"malware\",\"name\":\"x\"}"), &id), ERR_INPUT);
    CHECK_EQ(id_of(&a, S("[]"), &id), ERR_INPUT);
    CHECK_SLICE(id, S("untouched"));
}

TEST(shape_of_ids)
{
    static const struct {
        slice in;
        bool ok;
    } rows[] = {
        {S_INIT("malware--31b940d4-6f7f-459a-80ea-9c1f17b5891b"), true},
        {S_INIT("x-a--31B940D4-6f7f-459a-80ea-9c1f17b5891b"), true},
        {S_INIT("x--31b940d4-6f7f-459a-80ea-9c1f17b5891b"), true},
        {S_INIT("malware-31b940d4-6f7f-459a-80ea-9c1f17b5891b"), false},
        {S_INIT("malware--31b940d4-6f7f-459a-80ea-9c1f17b5891"), false},
        {S_INIT("malware--31b940d4-6f7f-459a-80ea-9c1f17b5891bb"), false},
        {S_INIT("malware--31b940d46f7f0-459a-80ea-9c1f17b5891b"), false},
        {S_INIT("mal--ware--31b940d4-6f7f-459a-80ea-9c1f17b5891b"), false},
        {S_INIT("malware---31b940d4-6f7f-459a-80ea-9c1f17b5891b"), false},
        {S_INIT("Malware--31b940d4-6f7f-459a-80ea-9c1f17b5891b"), false},
        {S_INIT("corpor@tion--31b940d4-6f7f-459a-80ea-9c1f17b5891b"), false},
        {S_INIT("4--31b940d4-6f7f-459a-80ea-9c1f17b5891b"), false},
        {S_INIT("--31b940d4-6f7f-459a-80ea-9c1f17b5891b"), false},
        {S_INIT(""), false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice type = {0};
        uint8_t uuid[UUID_BYTES] = {0};
        char text[UUID_TEXT + 1];
        bool ok = stix_id_cut(rows[i].in, &type, uuid);
        if (ok != rows[i].ok)
            TEST_FAIL("%.*s is %staken", SLICE_FMT(rows[i].in), ok ? "" : "not ");
        if (ok)
            CHECK(slice_eq_nocase(slice_from(rows[i].in, type.len + 2),
                                  slice_str(uuid_text(uuid, text))));
    }
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        slice id = S("untouched");
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        if (id_of(&a, S("{\"type\":\"file\",\"name\":\"x\",\"hashes\":{\"MD5\":\"m\"}}"), &id) ==
            OK)
            break;
        CHECK_SLICE(id, S("untouched"));
        REQUIRE(n < 100);
    }
}

TEST(examples_of_the_standard)
{
    CLEANUP(arena_done) arena a;
    slice text;
    json *list;
    arena_init(&a, 1 << 20);
    if (fs_read_all(fs_system(), &a, "../shared/vectors/sco_ids.json", 1 << 20, &text, NULL) != OK)
        TEST_SKIP("../shared/vectors/sco_ids.json is not there");
    REQUIRE(json_parse(&a, text, NULL, &list, NULL) == OK);
    CHECK(list->count >= 30);
    for (const json *v = list->first; v; v = v->next) {
        slice type = {0}, id = {0};
        REQUIRE(stix_id_cut(v->key, &type, NULL));
        slice object = arena_printf(&a, "{\"type\":\"%.*s\",%.*s", SLICE_FMT(type),
                                    SLICE_FMT(slice_from(json_text(v), 1)));
        CHECK_OK(id_of(&a, object, &id));
        CHECK_SLICE(id, v->key);
    }
}
