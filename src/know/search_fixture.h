/* search_fixture.h - a store that is told claims, and what a search finds in it. For tests.
 *
 *     fixture f;
 *     REQUIRE(begin(&f, -1));
 *     tell(&f, "vendor", TLP_CLEAR, "domain=evil.example", PRED_INDICATES, "");
 *     CHECK_FOUND(&f, "evil*", "evil.example:value-begins");
 *     end(&f);
 *
 * Uses: temp_store, search, index. Used by: search_test.c, search_values_test.c. */
#ifndef NOROSHI_KNOW_SEARCH_FIXTURE_H
#define NOROSHI_KNOW_SEARCH_FIXTURE_H

#include "base/test.h"
#include "know/index.h"
#include "know/search.h"
#include "know/temp_store.h"

/* "a1" is an actor, "malware=m1" is not. */
static inline node_ref ref_of(const char *text)
{
    slice rest = slice_str(text), kind_text;
    size_t at = slice_find_byte(rest, '=', 0);
    if (at == SIZE_MAX)
        return (node_ref){KIND_ACTOR, rest};
    kind_text = slice_sub(rest, 0, at);
    return (node_ref){kind_parse(kind_text), slice_from(rest, at + 1)};
}

typedef struct fixture {
    temp_store t;
    writer *w;
    lens *l;
    uint64_t documents;
    const char *path; /* of the documents to come */
    tlp level;
    when seen; /* of the claims to come */
    int mutant;
    err why;
} fixture;

static inline bool begin(fixture *f, int mutant)
{
    *f = (fixture){.mutant = mutant, .path = "test", .seen = WHEN_NONE};
    if (!temp_store_make_mutant(&f->t, mutant))
        return false;
    CHECK_OK(lens_new(f->t.s, &f->l, &f->why));
    CHECK_OK(writer_new(f->t.s, S("tester"), &f->w, &f->why));
    return f->l && f->w;
}

static inline void end(fixture *f)
{
    writer_free(f->w);
    lens_free(f->l);
    temp_store_done(&f->t);
}

static inline void open_document(fixture *f, const char *source)
{
    uint8_t sha[SHA256_BYTES] = {7};
    memcpy(sha + 8, &f->documents, sizeof f->documents);
    f->documents++;
    document_in d = {.sha256 = sha,
                     .bytes = 1,
                     .source = slice_str(source),
                     .parser = 1,
                     .format = S("test"),
                     .path = slice_str(f->path),
                     .marking = {.tlp = f->level}};
    CHECK_OK(writer_document(f->w, &d, &f->why));
}

static inline void put(fixture *f, tlp level, node_ref subject, predicate p, const char *text)
{
    CLEANUP(arena_done) arena a;
    bool fresh;
    fact_record rec = {.at = f->documents, .line = f->documents + 1, .modified = WHEN_NONE};
    fact_claim c = {.subject = subject,
                    .predicate = p,
                    .value = slice_str(text),
                    .confidence = -1,
                    .first_seen = WHEN_NONE,
                    .last_seen = f->seen,
                    .valid_from = WHEN_NONE,
                    .valid_until = WHEN_NONE,
                    .marking = {.tlp = level},
                    .marked = true};
    arena_init(&a, 1 << 20);
    if (p == PRED_NAMED) {
        c.object.kind = KIND_NAME;
        c.detail = S("{\"kind\":\"primary\"}");
        CHECK_OK(name_fold(&a, c.value, &c.object.text, &f->why));
    } else if (p == PRED_USES) {
        c.object = (node_ref){KIND_TECHNIQUE, S("t1")};
    }
    CHECK_OK(writer_begin(f->w, &rec, &f->why));
    CHECK_OK(writer_claim(f->w, &c, &f->why));
    CHECK_OK(writer_end(f->w, &fresh, &f->why));
    f->documents++;
}

static inline void close_document(fixture *f)
{
    document_result r;
    CHECK_OK(writer_document_end(f->w, S("test"), 0, &r, &f->why));
    CHECK_OK(writer_sync(f->w, &f->why));
}

/* One claim as a document of its own. */
static inline void tell(fixture *f, const char *source, tlp level, const char *key, predicate p,
                        const char *text)
{
    open_document(f, source);
    put(f, level, ref_of(key), p, text);
    close_document(f);
}

/* "key:part key:part" of the hits. */
static inline slice found(fixture *f, arena *a, const view *v, const search_query *q)
{
    search_hits h;
    search_query with = *q;
    index_t *ix = NULL;
    slice text = S("");
    CHECK_OK(lens_look(f->l, v, &f->why));
    CHECK_OK(index_open(f->t.s, &ix, &f->why));
    with.values = ix;
    status st = search_run(f->l, a, &with, &h, &f->why);
    index_close(ix);
    if (st != OK)
        return slice_str(status_name(st));
    for (size_t i = 0; i < h.count; i++) {
        const document_info *d = h.at[i].document;
        text = arena_printf(a, "%.*s%s%.*s:%s", SLICE_FMT(text), i ? " " : "",
                            SLICE_FMT(d ? d->path : h.at[i].subject.text),
                            search_part_word(h.at[i].part));
    }
    return text;
}

#define CHECK_FOUND(f, what, want, ...)                                                            \
    do {                                                                                           \
        CLEANUP(arena_done) arena found_a;                                                         \
        search_query found_q = {.text = S(what), ##__VA_ARGS__};                                   \
        arena_init(&found_a, 16 << 20);                                                            \
        CHECK_SLICE(found(f, &found_a, &temp_view, &found_q), S(want));                            \
    } while (0)

#endif
