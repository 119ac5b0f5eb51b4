#include "base/hash.h"
#include "base/test.h"
#include "know/rights.h"

/* --- words ------------------------------------------------------------------------------------ */

TEST(roles_and_rights_have_words)
{
    for (unsigned i = 0; i < USER_ROLE_COUNT_; i++) {
        user_role r = USER_ROLE_COUNT_;
        CHECK_OK(user_role_parse(slice_str(user_role_name((user_role)i)), &r));
        CHECK_EQ(r, i);
    }
    user_role untouched = USER_FEED;
    CHECK_EQ(user_role_parse(S("root"), &untouched), ERR_INPUT);
    CHECK_EQ(user_role_parse(S("Admin"), &untouched), ERR_INPUT);
    CHECK_EQ(untouched, USER_FEED);
    for (unsigned set = 1; set <= RIGHTS_ALL; set = set * 2 + 1) {
        char text[RIGHTS_TEXT_MAX];
        rights got = 0;
        err why;
        CHECK_OK(rights_parse(slice_str(rights_text(set, text)), &got, &why));
        CHECK_EQ(got, set);
    }
}

TEST(scopes_are_read_and_refused)
{
    static const struct {
        const char *text;
        status want;
        rights set;
    } rows[] = {
        {"read", OK, 1 << RIGHT_READ},
        {"ask,read", OK, 1 << RIGHT_READ | 1 << RIGHT_ASK},
        {" ask , read,", OK, 1 << RIGHT_READ | 1 << RIGHT_ASK},
        {"admin", OK, RIGHTS_ALL},
        {"", ERR_INPUT, 0},
        {" , ", ERR_INPUT, 0},
        {"read,everything", ERR_INPUT, 0},
        {"READ", ERR_INPUT, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        rights got = 99;
        err why;
        CHECK_EQ(rights_parse(slice_str(rows[i].text), &got, &why), rows[i].want);
        CHECK_EQ(got, rows[i].want == OK ? rows[i].set : 99);
    }
}

/* Who may do what: the table of docs/accounts.md. */
TEST(the_table_of_rights)
{
    static const struct {
        user_role role;
        const char *rights;
    } rows[] = {
        {USER_ADMIN, "admin"},
        {USER_EXPERT, "read,ask,export,request,submit,import,watch,alert,curate,desk,sample,feed"},
        {USER_ANALYST, "read,ask,export,request,submit,import,watch,alert"},
        {USER_READER, "read,ask,request"},
        {USER_CUSTOMER, "read,ask,request,submit"},
        {USER_FEED, "read,export"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[RIGHTS_TEXT_MAX];
        CHECK_SLICE(slice_str(rights_text(user_role_rights(rows[i].role), text)),
                    slice_str(rows[i].rights));
    }
}

/* --- grant_lattice ---------------------------------------------------------------------------- */

static const slice audiences[] = {S_INIT("blue"), S_INIT("red"), S_INIT("trust")};

/* Any grant there is, from the seed: few of each thing, so that they meet often. */
static grant any(uint64_t *seed, slice *names)
{
    uint64_t x;
    random_seeded(seed).fill(seed, &x, sizeof x);
    grant g = {.rights = (rights)(x & 7) * (x >> 3 & 1 ? 1 : 0x111),
               .clearance = (tlp)((x >> 4 & 0xff) % TLP_COUNT_),
               .organisation = (x >> 12 & 3) == 0   ? S("acme")
                               : (x >> 12 & 3) == 1 ? S("umbrella")
                                                    : S(""),
               .audiences = names,
               .all_audiences = (x >> 16 & 7) == 0};
    g.rights &= RIGHTS_ALL;
    for (size_t i = 0; i < COUNT_OF(audiences); i++)
        if (x >> (20 + i) & 1)
            names[g.audience_count++] = audiences[i];
    return g;
}

/* Does the grant let somebody do `r` and see what is marked `m`? */
static bool lets(const grant *g, right_id r, marking m)
{
    view v;
    grant_view(g, WHEN_NONE, 0, &v);
    return rights_have(g->rights, r) && view_sees(&v, m);
}

/* One marking of each kind, each of one owner and one audience or none. */
static marking marking_at(unsigned i)
{
    static const slice owners[] = {S_INIT(""), S_INIT("acme"), S_INIT("umbrella")};
    return (marking){.tlp = (tlp)(i % TLP_COUNT_),
                     .owner = owners[i / TLP_COUNT_ % 3],
                     .audience =
                         i / TLP_COUNT_ / 3 % 4 ? audiences[i / TLP_COUNT_ / 3 % 4 - 1] : S("")};
}
enum { MARKINGS = TLP_COUNT_ * 3 * 4 };

/* Whoever is given what is covered can neither do nor see more than who gave it. */
static void check_gives_no_more(const grant *wide, const grant *narrow)
{
    for (unsigned r = 0; r < RIGHT_COUNT_; r++)
        for (unsigned i = 0; i < MARKINGS; i++)
            if (lets(narrow, (right_id)r, marking_at(i)) && !lets(wide, (right_id)r, marking_at(i)))
                TEST_FAIL("right %u, marking %u: given by somebody who lacks it", r, i);
}

static bool same(const grant *a, const grant *b)
{
    return grant_covers(a, b) && grant_covers(b, a);
}

TEST(grant_lattice)
{
    uint64_t seed = 7;
    unsigned covered = 0;
    for (int round = 0; round < 3000; round++) {
        CLEANUP(arena_done) arena memory;
        slice names[3][3];
        grant a = any(&seed, names[0]), b = any(&seed, names[1]), c = any(&seed, names[2]), m, n;
        err why;
        arena_init(&memory, 1 << 16);
        REQUIRE(grant_meet(&memory, &a, &b, &m, &why) == OK);
        REQUIRE(grant_meet(&memory, &b, &a, &n, &why) == OK);
        CHECK(grant_covers(&a, &a));
        CHECK(grant_covers(&a, &m) && grant_covers(&b, &m)); /* a lower bound */
        CHECK(same(&m, &n));
        if (grant_covers(&a, &c) && grant_covers(&b, &c)) /* the greatest */
            CHECK(grant_covers(&m, &c));
        if (grant_covers(&a, &b) && grant_covers(&b, &c))
            CHECK(grant_covers(&a, &c));
        if (grant_covers(&a, &b)) {
            covered++;
            CHECK(same(&m, &b));
            check_gives_no_more(&a, &b);
        }
        check_gives_no_more(&a, &m);
    }
    CHECK(covered > 200); /* the property was looked at */
}

TEST(the_operator_covers_everything)
{
    uint64_t seed = 3;
    grant whole = grant_whole();
    for (int i = 0; i < 200; i++) {
        slice names[3];
        grant g = any(&seed, names);
        CHECK(grant_covers(&whole, &g));
    }
}

TEST(a_meet_needs_memory)
{
    arena a;
    err why;
    grant one = {.rights = 1, .audiences = audiences, .audience_count = 3},
          m = {.clearance = TLP_RED};
    arena_init(&a, 1 << 12);
    a.fail_after = 0;
    CHECK_EQ(grant_meet(&a, &one, &one, &m, &why), ERR_LIMIT);
    CHECK_EQ(m.clearance, TLP_RED);
    arena_done(&a);
}
