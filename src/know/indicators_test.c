#include "know/indicators.h"
#include "know/test_store.h"

static const indicator_rules rules = {.subjects = UINT64_C(1) << PRED_INDICATES,
                                      .objects = UINT64_C(1) << PRED_DROPS,
                                      .bad_lists = true};

typedef struct found {
    char text[4096];
    uint64_t last;
    size_t count, stop;
} found;

static status note(void *ctx, const indicator_value *v, err *why)
{
    found *f = ctx;
    if (f->count++ == f->stop)
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "enough");
    CHECK(v->id > f->last);
    f->last = v->id;
    size_t n = strlen(f->text);
    if (n < sizeof f->text - 100)
        snprintf(f->text + n, sizeof f->text - n, "%s %.*s\n", kind_name(v->node.kind),
                 SLICE_FMT(v->node.text));
    return OK;
}

static found all(scratch *t)
{
    found f = {.stop = SIZE_MAX};
    CHECK_OK(indicators_each(t->l, &rules, note, &f, &t->why));
    return f;
}

TEST(values_of_which_something_bad_is_said)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    REQUIRE(scratch_open(&t));
    look(&t, "2026-11-22");
    CHECK_SLICE(slice_str(all(&t).text), S(""));
    doc(&t, "beta", "b.csv", 'F', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_MALWARE, "name:thing");
    say(&t, KIND_IPV4, "192.0.2.2", PRED_PROPERTY, KIND_NONE, "", .detail = "{\"n\":1}");
    say(&t, KIND_MALWARE, "name:thing", PRED_DROPS, KIND_MD5, "0123456789abcdef0123456789abcdef");
    say(&t, KIND_INDICATOR, "indicator--1", PRED_INDICATES, KIND_MALWARE, "name:thing");
    say(&t, KIND_DOMAIN, "good.example", PRED_LISTED, KIND_NONE, "",
        .detail = "{\"list\":\"a\",\"polarity\":\"benign\"}");
    say(&t, KIND_DOMAIN, "bad.example", PRED_LISTED, KIND_NONE, "",
        .detail = "{\"list\":\"b\",\"polarity\":\"bad\"}");
    say(&t, KIND_DOMAIN, "bad2.example", PRED_LISTED, KIND_NONE, "", /* shared words by now */
        .detail = "{\"list\":\"b\",\"polarity\":\"bad\"}");
    doc_end(&t);
    doc(&t, "beta", "c.csv", 'F', TLP_RED);
    say(&t, KIND_DOMAIN, "secret.example", PRED_INDICATES, KIND_NONE, "");
    doc_end(&t);
    look(&t, "2026-11-22");
    found f = all(&t);
    CHECK_SLICE(slice_str(f.text), S("ipv4 192.0.2.1\n"
                                     "md5 0123456789abcdef0123456789abcdef\n"
                                     "domain bad.example\n"
                                     "domain bad2.example\n"
                                     "domain secret.example\n"));
    node_ref n = {0};
    CHECK_OK(indicator_get(t.l, &a, f.last, &n, &t.why));
    CHECK_SLICE(n.text, S("secret.example"));
    CHECK_EQ(indicator_get(t.l, &a, 12345, &n, &t.why), ERR_NOT_FOUND);
    a.fail_after = 0;
    arena_reset(&a);
    n.text = S("untouched");
    CHECK_EQ(indicator_get(t.l, &a, f.last, &n, &t.why), ERR_LIMIT);
    CHECK_SLICE(n.text, S("untouched"));
    t.v.clearance = TLP_GREEN;
    CHECK_OK(lens_look(t.l, &t.v, &t.why));
    f = all(&t);
    CHECK(!strstr(f.text, "secret"));
    CHECK_EQ(f.count, 4);
    f = (found){.stop = 2};
    CHECK_EQ(indicators_each(t.l, &rules, note, &f, &t.why), ERR_BUSY);
    CHECK_EQ(f.count, 3);
    scratch_close(&t);
}

TEST(what_is_withdrawn_is_not_looked_for)
{
    scratch t;
    uint64_t count;
    REQUIRE(scratch_open(&t));
    fact_claim c = {.subject = {KIND_DOMAIN, S("a.example")},
                    .predicate = PRED_INDICATES,
                    .confidence = -1,
                    .first_seen = WHEN_NONE,
                    .last_seen = WHEN_NONE,
                    .valid_from = WHEN_NONE,
                    .valid_until = WHEN_NONE};
    CHECK_OK(writer_curate(t.w, S("analyst:eve"), &c, S("seen"), &t.why));
    look(&t, "2026-11-22");
    CHECK_EQ(all(&t).count, 1);
    CHECK_OK(writer_retract(t.w, S("analyst:eve"), c.subject, PRED_INDICATES, (node_ref){0},
                            S("wrong"), &count, &t.why));
    look(&t, "2026-11-22");
    CHECK_EQ(all(&t).count, 0);
    scratch_close(&t);
}

TEST(more_than_a_page)
{
    enum { MANY = 9000 };
    scratch t;
    char name[32];
    REQUIRE(scratch_open(&t));
    doc(&t, "beta", "b.csv", 'F', TLP_CLEAR);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "h%d.example", i);
        say(&t, KIND_DOMAIN, name, i % 3 ? PRED_INDICATES : PRED_PROPERTY, KIND_NONE, "");
    }
    doc_end(&t);
    look(&t, "2026-11-22");
    CHECK_EQ(all(&t).count, MANY - MANY / 3);
    scratch_close(&t);
}
