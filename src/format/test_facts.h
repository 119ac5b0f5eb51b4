/* test_facts.h - for tests of codecs: what must be said, and hard times for a codec.
 * Uses: facts_text, base/test. Used by: the tests of codecs. */
#ifndef NOROSHI_FORMAT_TEST_FACTS_H
#define NOROSHI_FORMAT_TEST_FACTS_H

#include "base/test.h"
#include "format/facts_text.h"

#define CHECK_SAYS(t, literal)                                                                     \
    do {                                                                                           \
        if (!facts_say((t), S(literal)))                                                           \
            TEST_FAIL("no \"%s\" in:\n%.*s", literal,                                              \
                      SLICE_FMT(slice_sub(buf_slice(&(t)->out), 0, 4096)));                        \
    } while (0)
#define CHECK_SAYS_NOT(t, literal)                                                                 \
    do {                                                                                           \
        if (facts_say((t), S(literal)))                                                            \
            TEST_FAIL("\"%s\" is said", literal);                                                  \
    } while (0)

/* Hard times for a codec, on a small good document: bytes in pieces give the same facts; cut at
 * every place and with every bit of every eighth byte flipped it ends with a clear word or refuses
 * records; every allocation may fail, and then the answer is ERR_LIMIT. */
static inline void facts_abuse(const format *f, slice doc, slice path, slice mapping)
{
    facts_text t, whole;
    err why;
    facts_open(&whole);
    facts_open(&t);
    whole.mapping = t.mapping = mapping;
    CHECK_OK(facts_read(&whole, f, doc, path, &why));
    for (t.chunk = 1; t.chunk < 8; t.chunk += 2) {
        CHECK_OK(facts_read(&t, f, doc, path, &why));
        CHECK_SLICE(buf_slice(&t.out), buf_slice(&whole.out));
    }
    t.chunk = 0;
    t.quiet = true;
    for (size_t n = 0; n < doc.len; n++) {
        char *copy = malloc(n + 1); /* its own, so that a sanitizer sees a step too far */
        if (!copy)
            return;
        memcpy(copy, doc.ptr, n);
        why = (err){0};
        status st = facts_read(&t, f, slice_of(copy, n), path, &why);
        if (st != OK && (!why.msg[0] || strchr(why.msg, '\n')))
            TEST_FAIL("cut at %zu: %s \"%s\"", n, status_name(st), why.msg);
        free(copy);
    }
    char *flipped = malloc(doc.len);
    if (!flipped)
        return;
    for (size_t i = 0; i < doc.len * 8; i += i % 64 == 63 ? 1 : 7) {
        memcpy(flipped, doc.ptr, doc.len);
        flipped[i / 8] = (char)(flipped[i / 8] ^ 1 << i % 8);
        why = (err){0};
        status st = facts_read(&t, f, slice_of(flipped, doc.len), path, &why);
        if (st != OK && !why.msg[0])
            TEST_FAIL("bit %zu flipped: %s without a word", i, status_name(st));
    }
    free(flipped);
    for (t.fail_after = 0;; t.fail_after++) {
        status st = facts_read(&t, f, doc, path, &why);
        if (st == OK)
            break;
        if (st != ERR_LIMIT) {
            TEST_FAIL("allocation %ld: %s %s", t.fail_after, status_name(st), why.msg);
            break; /* it would be said again for ever */
        }
    }
    CHECK(t.fail_after > 3);
    CHECK_EQ(t.records, whole.records);
    CHECK_EQ(t.refused, whole.refused);
    CHECK_EQ(t.claims, whole.claims);
    facts_close(&t);
    facts_close(&whole);
}

/* A file of ../shared/data, whole, or false with a line that says it is not there. `path` is
 * relative to that folder; the caller frees *ret. */
static inline bool shared_data(const char *path, buf *ret)
{
    static const char *const roots[] = {"../shared/data", "../../shared/data",
                                        "../../../shared/data"};
    buf_init(ret, 64 << 20);
    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        char full[512];
        snprintf(full, sizeof full, "%s/%s", roots[i], path);
        FILE *f = fopen(full, "rb");
        if (!f)
            continue;
        char *room;
        size_t n = 1;
        while (n && (room = buf_room(ret, 1 << 16)) != NULL) {
            n = fread(room, 1, 1 << 16, f);
            ret->len += n;
        }
        fclose(f);
        return true;
    }
    printf("# ../shared/data/%s is not here: not checked\n", path);
    return false;
}

#endif
