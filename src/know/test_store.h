/* test_store.h - a store in a folder of its own for tests, filled with a few words a claim.
 *
 *     scratch t;
 *     REQUIRE(scratch_open(&t));
 *     doc(&t, "a-source", "feed/list.csv", 'F', TLP_CLEAR);
 *     say(&t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_MALWARE, "name:thing",
 *         .from = "2026-01-01");
 *     doc_end(&t);
 *     lens *l = look(&t, "2026-11-22 01:00");
 *     ... scratch_close(&t);
 *
 * Uses: base/test.h, know. Used by: tests of know, judge, answer. */
#ifndef NOROSHI_KNOW_TEST_STORE_H
#define NOROSHI_KNOW_TEST_STORE_H

#include "base/test.h"
#include "know/claims.h"
#include "know/test_engine.h"
#include "know/write.h"

#include <ftw.h>
#include <unistd.h>

typedef struct scratch {
    char dir[64];
    int64_t now_us;
    uint64_t seed;
    store *s;
    test_engine engine;
    writer *w;
    lens *l;
    view v;
    uint64_t line;
    uint8_t sha;
    marking marking;
    err why;
} scratch;

static inline int64_t scratch_tick(void *ctx)
{
    scratch *t = ctx;
    return t->now_us += 1000;
}

static inline when at(const char *text)
{
    when t = WHEN_NONE;
    if (text && when_parse(slice_str(text), &t) != OK)
        abort();
    return t;
}

static inline int scratch_unlink(const char *path, const struct stat *s, int flag, struct FTW *f)
{
    (void)s, (void)flag, (void)f;
    return remove(path);
}

static inline bool scratch_open(scratch *t)
{
    *t = (scratch){.now_us = at("2026-11-20") * 1000, .seed = 1};
    snprintf(t->dir, sizeof t->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    store_options o = {.dir = t->dir, .create = true, .mutant = -1};
    if (!mkdtemp(t->dir))
        return false;
    o.server = test_server(&t->engine, t->dir);
    o.clock = (clock_source){scratch_tick, t};
    o.random = random_seeded(&t->seed);
    CHECK_OK(store_open(&o, &t->s, &t->why));
    if (t->s)
        CHECK_OK(writer_new(t->s, S("tester"), &t->w, &t->why));
    return t->w != NULL;
}

static inline void scratch_close(scratch *t)
{
    lens_free(t->l);
    writer_free(t->w);
    store_close(t->s);
    nftw(t->dir, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void doc(scratch *t, const char *source, const char *path, char reliability,
                       tlp level)
{
    uint8_t sha[SHA256_BYTES] = {++t->sha};
    t->line = 1;
    t->marking = (marking){.tlp = level};
    document_in d = {.sha256 = sha,
                     .bytes = 1,
                     .source = slice_str(source),
                     .reliability = reliability == 'F' ? 0 : reliability,
                     .marking = t->marking,
                     .parser = 1,
                     .format = S("test"),
                     .path = slice_str(path),
                     .feed = slice_str(path)};
    status st = writer_document(t->w, &d, &t->why);
    if (st != OK)
        TEST_FAIL("document: %s", t->why.msg);
}

static inline void doc_end(scratch *t)
{
    document_result r;
    CHECK_OK(writer_document_end(t->w, S("test"), 0, &r, &t->why));
    CHECK_OK(writer_sync(t->w, &t->why));
}

typedef struct words {
    const char *value, *detail, *from, *to, *valid_from, *until, *origin;
    int sure; /* confidence + 1; 0: not said */
} words;

static inline fact_claim claim_in_words(kind k, const char *text, predicate p, kind ok,
                                        const char *object, const words *w, slice *origin)
{
    *origin = slice_str(w->origin);
    return (fact_claim){.subject = {k, slice_str(text)},
                        .predicate = p,
                        .object = {ok, slice_str(object)},
                        .value = slice_str(w->value),
                        .detail = slice_str(w->detail),
                        .confidence = w->sure - 1,
                        .first_seen = at(w->from),
                        .last_seen = at(w->to),
                        .valid_from = at(w->valid_from),
                        .valid_until = at(w->until),
                        .origins = origin,
                        .origin_count = w->origin != NULL};
}

/* One record of one claim; its line counts up from 2, as under a header. */
static inline void say_words(scratch *t, kind k, const char *text, predicate p, kind ok,
                             const char *object, words w)
{
    fact_record r = {.at = t->line, .length = 1, .line = ++t->line, .modified = WHEN_NONE};
    slice origin;
    fact_claim c = claim_in_words(k, text, p, ok, object, &w, &origin);
    bool fresh;
    status st = writer_begin(t->w, &r, &t->why);
    st = st == OK ? writer_claim(t->w, &c, &t->why) : st;
    st = st == OK ? writer_end(t->w, &fresh, &t->why) : st;
    if (st != OK)
        TEST_FAIL("claim: %s", t->why.msg);
}
#define say(t, k, text, p, ok, object, ...)                                                        \
    say_words((t), (k), (text), (p), (ok), (object), (words){.sure = 0, ##__VA_ARGS__})

/* A person's word. */
static inline void curate(scratch *t, const char *who, kind k, const char *text, const char *word)
{
    words w = {.value = word};
    slice origin;
    fact_claim c = claim_in_words(k, text, PRED_VERDICT, KIND_NONE, "", &w, &origin);
    CHECK_OK(writer_curate(t->w, slice_str(who), &c, S("test"), &t->why));
}

static inline lens *look(scratch *t, const char *now)
{
    if (!t->l)
        CHECK_OK(lens_new(t->s, &t->l, &t->why));
    t->v =
        (view){.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE, .now = at(now)};
    CHECK_OK(lens_look(t->l, &t->v, &t->why));
    return t->l;
}

#endif
