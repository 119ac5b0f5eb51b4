#include "know/accounts_fixture.h"
#include "know/replay.h"

static const user_role analyst = USER_ANALYST, only_reads = USER_READER;
static const bool yes = true, no = false;

/* --- accounts --------------------------------------------------------------------------------- */

TEST(an_account_is_what_was_said)
{
    people p;
    REQUIRE(people_open(&p));
    const slice in[] = {S("blue"), S("trust")};
    CHECK_OK(organisation_add(p.w, &p.root, S("acme"), &p.why));
    CHECK_OK(ADD(&p, "Hanako.S", .name = S("佐藤 花子"), .role = USER_CUSTOMER,
                 .clearance = TLP_AMBER, .organisation = S("acme"), .audiences = in,
                 .audience_count = 2, .issuer = S("https://id.example"), .subject = S("42")));
    CHECK_ENTRY(&p, "user.add", AUDIT_DONE);
    account who = person(&p, "HANAKO.s");
    CHECK_SLICE(who.login, S("hanako.s"));
    CHECK_SLICE(who.name, S("佐藤 花子"));
    CHECK_EQ(who.role, USER_CUSTOMER);
    CHECK_EQ(who.has.clearance, TLP_AMBER);
    CHECK_EQ(who.has.rights, user_role_rights(USER_CUSTOMER));
    CHECK_SLICE(who.has.organisation, S("acme"));
    REQUIRE(who.has.audience_count == 2);
    CHECK_SLICE(who.has.audiences[1], S("trust"));
    CHECK(!who.has.all_audiences && !who.disabled && !who.has_password && !who.second_factor);
    CHECK_EQ(who.created, p.now);
    CHECK_EQ(who.entered, WHEN_NONE);
    CHECK_SLICE(person(&p, who.id).login, S("hanako.s"));
    account same;
    CHECK_OK(account_of_subject(p.r, &p.a, S("https://id.example"), S("42"), &same, &p.why));
    CHECK_EQ(same.row, who.row);
    CHECK_EQ(account_of_subject(p.r, &p.a, S("https://id.example"), S("43"), &same, &p.why),
             ERR_NOT_FOUND);
    view v;
    grant_view(&who.has, WHEN_NONE, p.now, &v);
    CHECK(!view_sees(&v, (marking){.owner = S("umbrella")}));
    CHECK(view_sees(&v, (marking){.owner = S("acme"), .tlp = TLP_AMBER}));
    check_chain(&p);
    people_close(&p);
}

TEST(what_no_account_can_be_is_refused)
{
    people p;
    REQUIRE(people_open(&p));
    char longest[ACCOUNT_LOGIN_MAX + 1], name[ACCOUNT_NAME_MAX + 1];
    memset(longest, 'a', sizeof longest);
    memset(name, 'n', sizeof name);
    slice many[ACCOUNT_AUDIENCES_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = slice_of(name, i + 1);
    CHECK_OK(ADD(&p, "taken", .role = USER_READER, .issuer = S("i"), .subject = S("s")));
    const struct {
        account_in in;
        status want;
    } rows[] = {
        {{.login = S("taken"), .role = USER_READER}, ERR_BUSY},
        {{.login = S("TAKEN"), .role = USER_READER}, ERR_BUSY},
        {{.login = S("b"), .role = USER_READER, .issuer = S("i"), .subject = S("s")}, ERR_BUSY},
        {{.login = S("b"), .role = USER_READER, .issuer = S("i")}, ERR_INPUT},
        {{.login = S(""), .role = USER_READER}, ERR_INPUT},
        {{.login = S("a b"), .role = USER_READER}, ERR_INPUT},
        {{.login = S("-a"), .role = USER_READER}, ERR_INPUT},
        {{.login = S("花子"), .role = USER_READER}, ERR_INPUT},
        {{.login = S("user--0123"), .role = USER_READER}, ERR_INPUT},
        {{.login = slice_of(longest, sizeof longest), .role = USER_READER}, ERR_INPUT},
        {{.login = slice_of(longest, ACCOUNT_LOGIN_MAX), .role = USER_READER}, OK},
        {{.login = S("b"), .role = USER_CUSTOMER}, ERR_INPUT},
        {{.login = S("b"), .role = USER_CUSTOMER, .organisation = S("acme")}, ERR_NOT_FOUND},
        {{.login = S("b"), .role = USER_ADMIN, .organisation = S("acme")}, ERR_INPUT},
        {{.login = S("b"), .name = slice_of(name, sizeof name), .role = USER_READER}, ERR_LIMIT},
        {{.login = S("b"),
          .name = S("a\xe2\x80\xae"
                    "b"),
          .role = USER_READER},
         ERR_INPUT},
        {{.login = S("b"), .name = S("\xff"), .role = USER_READER}, ERR_INPUT},
        {{.login = S("b"), .name = S(" b"), .role = USER_READER}, ERR_INPUT},
        {{.login = S("b"),
          .role = USER_READER,
          .audiences = many,
          .audience_count = ACCOUNT_AUDIENCES_MAX + 1},
         ERR_LIMIT},
        {{.login = S("b"),
          .role = USER_READER,
          .audiences = many,
          .audience_count = ACCOUNT_AUDIENCES_MAX},
         OK},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        status st = add_person(&p, &p.root, rows[i].in);
        if (st != rows[i].want)
            TEST_FAIL("row %zu is %d, want %d: %s", i, st, rows[i].want, p.why.msg);
    }
    account b = person(&p, "b");
    CHECK_EQ(b.has.audience_count, ACCOUNT_AUDIENCES_MAX);
    people_close(&p);
}

TEST(a_change_of_rights_ends_sessions_and_others_do_not)
{
    people p;
    REQUIRE(people_open(&p));
    CHECK_OK(ADD(&p, "boss", .role = USER_ADMIN, .clearance = TLP_RED));
    CHECK_OK(ADD(&p, "hanako", .role = USER_ANALYST, .clearance = TLP_AMBER));
    const slice name = S("Hanako"), red = S("red");
    const tlp green = TLP_GREEN;
    const struct {
        account_changes c;
        bool ends;
    } rows[] = {
        {{.name = &name}, false},
        {{.role = &analyst}, false},
        {{.role = &only_reads}, true},
        {{.clearance = &green}, true},
        {{.audiences = &red, .audience_count = 1}, true},
        {{.audiences = &red, .audience_count = 1}, false},
        {{.all_audiences = &yes}, true},
        {{.disabled = &yes}, true},
        {{.disabled = &no}, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        session_in in = {.hash = {(uint8_t)(i + 1)}, .id = "0123456789"};
        session_row s;
        account who = person(&p, "hanako");
        status opened = session_open(p.w, &p.root, who.row, &in, S("login"), &p.why);
        CHECK_EQ(opened, who.disabled ? ERR_FORBIDDEN : OK);
        CHECK_OK(account_change(p.w, &p.root, S("hanako"), &rows[i].c, &p.why));
        CHECK_ENTRY(&p, "user.change", AUDIT_DONE);
        status found = session_find(p.r, &p.a, in.hash, p.now, &s, &who, &p.why);
        if (found != (rows[i].ends ? ERR_NOT_FOUND : OK))
            TEST_FAIL("row %zu is %d", i, found);
    }
    account who = person(&p, "hanako");
    CHECK(who.has.all_audiences && who.has.clearance == TLP_GREEN && who.role == USER_READER);
    CHECK_SLICE(who.name, S("Hanako"));
    check_chain(&p);
    people_close(&p);
}

TEST(the_last_admin_stays)
{
    people p;
    REQUIRE(people_open(&p));
    bool ready = true;
    CHECK_OK(accounts_ready(p.r, &ready, &p.why));
    CHECK(!ready);
    CHECK_OK(ADD(&p, "boss", .role = USER_ADMIN, .clearance = TLP_RED));
    CHECK_OK(accounts_ready(p.r, &ready, &p.why));
    CHECK(ready);
    CHECK_EQ(account_change(p.w, &p.root, S("boss"), &(account_changes){.disabled = &yes}, &p.why),
             ERR_FORBIDDEN);
    CHECK_ENTRY(&p, "user.change", AUDIT_REFUSED);
    CHECK_EQ(
        account_change(p.w, &p.root, S("boss"), &(account_changes){.role = &only_reads}, &p.why),
        ERR_FORBIDDEN);
    CHECK_OK(ADD(&p, "second", .role = USER_ADMIN, .clearance = TLP_RED));
    CHECK_OK(account_change(p.w, &p.root, S("boss"), &(account_changes){.disabled = &yes}, &p.why));
    CHECK_EQ(
        account_change(p.w, &p.root, S("second"), &(account_changes){.role = &only_reads}, &p.why),
        ERR_FORBIDDEN);
    people_close(&p);
}

/* --- who may ---------------------------------------------------------------------------------- */

TEST(nobody_grants_what_he_lacks)
{
    people p;
    REQUIRE(people_open(&p));
    const slice blue = S("blue");
    const tlp red = TLP_RED;
    CHECK_OK(ADD(&p, "expert", .role = USER_EXPERT, .clearance = TLP_RED));
    CHECK_OK(ADD(&p, "boss", .role = USER_ADMIN, .clearance = TLP_RED));
    CHECK_OK(ADD(&p, "hanako", .role = USER_ANALYST, .clearance = TLP_GREEN));
    account expert = person(&p, "expert"), boss = person(&p, "boss");
    actor e = as(&p, &expert);
    CHECK_EQ(add_person(&p, &e, (account_in){.login = S("x"), .role = USER_READER}), ERR_FORBIDDEN);
    CHECK_ENTRY(&p, "user.add", AUDIT_REFUSED);
    CHECK_EQ(account_change(p.w, &e, S("hanako"), &(account_changes){.role = &only_reads}, &p.why),
             ERR_FORBIDDEN);
    CHECK_EQ(account_change(p.w, &e, S("expert"), &(account_changes){.name = &blue}, &p.why),
             ERR_FORBIDDEN);
    CHECK_EQ(password_put(p.w, &e, S("boss"), S("$argon2id$x"), 0, &p.why), ERR_FORBIDDEN);
    CHECK_EQ(team_add(p.w, &e, S("night"), &p.why), ERR_FORBIDDEN);
    CHECK_EQ(organisation_add(p.w, &e, S("acme"), &p.why), ERR_FORBIDDEN);
    /* an admin with a token that shows only up to amber, and of no audience */
    grant less = boss.has;
    less.clearance = TLP_AMBER;
    less.all_audiences = false;
    actor token = {.who = slice_str(boss.id), .from = S("192.0.2.8"), .has = &less, .now = p.now};
    CHECK_OK(add_person(
        &p, &token, (account_in){.login = S("y"), .role = USER_READER, .clearance = TLP_AMBER}));
    CHECK_EQ(add_person(
                 &p, &token,
                 (account_in){.login = S("z"), .role = USER_READER, .clearance = TLP_AMBER_STRICT}),
             ERR_FORBIDDEN);
    CHECK_EQ(add_person(&p, &token,
                        (account_in){.login = S("z"),
                                     .role = USER_READER,
                                     .audiences = &blue,
                                     .audience_count = 1}),
             ERR_FORBIDDEN);
    CHECK_EQ(
        account_change(p.w, &token, S("hanako"), &(account_changes){.clearance = &red}, &p.why),
        ERR_FORBIDDEN);
    CHECK_EQ(account_change(p.w, &token, S("expert"), &(account_changes){.name = &blue}, &p.why),
             ERR_FORBIDDEN); /* he has more than the token */
    CHECK_EQ(account_change(p.w, &token, S("nobody"), &(account_changes){.name = &blue}, &p.why),
             ERR_NOT_FOUND);
    check_chain(&p);
    people_close(&p);
}

TEST(an_organisation_sees_only_its_own)
{
    people p;
    REQUIRE(people_open(&p));
    CHECK_OK(organisation_add(p.w, &p.root, S("acme"), &p.why));
    CHECK_OK(organisation_add(p.w, &p.root, S("umbrella"), &p.why));
    CHECK_EQ(organisation_add(p.w, &p.root, S("acme"), &p.why), ERR_BUSY);
    CHECK_EQ(organisation_add(p.w, &p.root, S(""), &p.why), ERR_INPUT);
    CHECK_OK(ADD(&p, "a1", .role = USER_CUSTOMER, .organisation = S("acme")));
    CHECK_OK(ADD(&p, "a2", .role = USER_CUSTOMER, .organisation = S("acme")));
    CHECK_OK(ADD(&p, "u1", .role = USER_CUSTOMER, .organisation = S("umbrella")));
    CHECK_OK(ADD(&p, "site", .role = USER_READER));
    grant of_acme = grant_whole();
    of_acme.organisation = S("acme");
    actor by = {.who = S("x"), .from = S("y"), .has = &of_acme, .now = p.now};
    account_list list;
    CHECK_OK(accounts_page(p.r, &p.a, &of_acme, S(""), 10, &list, &p.why));
    REQUIRE(list.count == 2 && !list.more);
    CHECK_SLICE(list.at[0].login, S("a1"));
    CHECK_OK(accounts_page(p.r, &p.a, &p.whole, S("a1"), 2, &list, &p.why));
    REQUIRE(list.count == 2 && list.more);
    CHECK_SLICE(list.at[1].login, S("site"));
    of_acme.organisation = S("gone");
    CHECK_OK(accounts_page(p.r, &p.a, &of_acme, S(""), 10, &list, &p.why));
    CHECK_EQ(list.count, 0);
    of_acme.organisation = S("acme");
    name_list names;
    CHECK_OK(organisations_page(p.r, &p.a, &of_acme, S(""), 10, &names, &p.why));
    REQUIRE(names.count == 1);
    CHECK_SLICE(names.at[0], S("acme"));
    CHECK_OK(organisations_page(p.r, &p.a, &of_acme, S("acme"), 10, &names, &p.why));
    CHECK_EQ(names.count, 0);
    CHECK_OK(organisations_page(p.r, &p.a, &p.whole, S("acme"), 10, &names, &p.why));
    REQUIRE(names.count == 1);
    CHECK_SLICE(names.at[0], S("umbrella"));
    /* what another's admin may not see is not there */
    CHECK_EQ(account_change(p.w, &by, S("u1"), &(account_changes){.disabled = &yes}, &p.why),
             ERR_NOT_FOUND);
    CHECK_EQ(password_put(p.w, &by, S("site"), S("$argon2id$x"), 0, &p.why), ERR_NOT_FOUND);
    CHECK_EQ(sessions_revoke(p.w, &by, S("u1"), &p.why), ERR_NOT_FOUND);
    CHECK_OK(account_change(p.w, &by, S("a1"), &(account_changes){.disabled = &yes}, &p.why));
    people_close(&p);
}

TEST(teams_have_members)
{
    people p;
    REQUIRE(people_open(&p));
    name_list names;
    CHECK_OK(ADD(&p, "hanako", .role = USER_ANALYST));
    CHECK_OK(ADD(&p, "taro", .role = USER_ANALYST));
    CHECK_OK(team_add(p.w, &p.root, S("night"), &p.why));
    CHECK_OK(team_add(p.w, &p.root, S("day"), &p.why));
    CHECK_EQ(team_add(p.w, &p.root, S("day"), &p.why), ERR_BUSY);
    CHECK_OK(team_put(p.w, &p.root, S("night"), S("taro"), true, &p.why));
    CHECK_OK(team_put(p.w, &p.root, S("night"), S("Hanako"), true, &p.why));
    CHECK_EQ(team_put(p.w, &p.root, S("night"), S("hanako"), true, &p.why), ERR_BUSY);
    CHECK_EQ(team_put(p.w, &p.root, S("none"), S("hanako"), true, &p.why), ERR_NOT_FOUND);
    CHECK_EQ(team_put(p.w, &p.root, S("night"), S("none"), true, &p.why), ERR_NOT_FOUND);
    CHECK_OK(team_members(p.r, &p.a, &p.whole, S("night"), &names, &p.why));
    REQUIRE(names.count == 2);
    CHECK_SLICE(names.at[0], S("hanako"));
    CHECK_OK(team_put(p.w, &p.root, S("night"), S("taro"), false, &p.why));
    CHECK_EQ(team_put(p.w, &p.root, S("night"), S("taro"), false, &p.why), ERR_BUSY);
    CHECK_OK(teams_of(p.r, &p.a, person(&p, "hanako").row, &names, &p.why));
    REQUIRE(names.count == 1);
    CHECK_SLICE(names.at[0], S("night"));
    CHECK_OK(teams_page(p.r, &p.a, &p.whole, S(""), 1, &names, &p.why));
    CHECK(names.count == 1 && names.more);
    account hanako = person(&p, "hanako");
    actor self = as(&p, &hanako);
    CHECK_EQ(team_put(p.w, &self, S("day"), S("hanako"), true, &p.why), ERR_FORBIDDEN);
    people_close(&p);
}

/* What an organisation's manager does not see of teams is as if it were not there. */
TEST(teams_of_an_organisation)
{
    people p;
    REQUIRE(people_open(&p));
    name_list names;
    grant of = {.organisation = S_INIT("acme")}, other = {.organisation = S_INIT("else")};
    CHECK_OK(organisation_add(p.w, &p.root, S("acme"), &p.why));
    CHECK_OK(organisation_add(p.w, &p.root, S("else"), &p.why));
    CHECK_OK(ADD(&p, "hanako", .role = USER_ANALYST));
    CHECK_OK(ADD(&p, "taro", .role = USER_CUSTOMER, .organisation = S_INIT("acme")));
    static const slice teams[] = {S_INIT("day"), S_INIT("night"), S_INIT("empty")};
    for (size_t i = 0; i < COUNT_OF(teams); i++)
        CHECK_OK(team_add(p.w, &p.root, teams[i], &p.why));
    CHECK_OK(team_put(p.w, &p.root, S("day"), S("hanako"), true, &p.why));
    CHECK_OK(team_put(p.w, &p.root, S("night"), S("hanako"), true, &p.why));
    CHECK_OK(team_put(p.w, &p.root, S("night"), S("taro"), true, &p.why));
    CHECK_OK(teams_page(p.r, &p.a, &p.whole, S(""), 10, &names, &p.why));
    CHECK_EQ(names.count, 3);
    CHECK_OK(teams_page(p.r, &p.a, &of, S(""), 1, &names, &p.why));
    REQUIRE(names.count == 1);
    CHECK(!names.more);
    CHECK_SLICE(names.at[0], S("night"));
    CHECK_OK(team_members(p.r, &p.a, &of, S("night"), &names, &p.why));
    REQUIRE(names.count == 1);
    CHECK_SLICE(names.at[0], S("taro"));
    err there = {0}, absent = {0};
    CHECK_EQ(team_members(p.r, &p.a, &of, S("day"), &names, &there), ERR_NOT_FOUND);
    CHECK_EQ(team_members(p.r, &p.a, &of, S("dax"), &names, &absent), ERR_NOT_FOUND);
    CHECK_EQ(strlen(there.msg), strlen(absent.msg));
    CHECK_OK(teams_page(p.r, &p.a, &other, S(""), 10, &names, &p.why));
    CHECK_EQ(names.count, 0);
    grant manages = {
        .rights = (rights)1 << RIGHT_USERS, .clearance = TLP_RED, .organisation = S_INIT("acme")};
    actor manager = {.who = S("user--x"), .from = S("x"), .has = &manages, .now = p.now};
    CHECK_EQ(team_add(p.w, &manager, S("ours"), &p.why), ERR_FORBIDDEN);
    CHECK_EQ(team_put(p.w, &manager, S("day"), S("taro"), true, &p.why), ERR_FORBIDDEN);
    CHECK_EQ(team_put(p.w, &manager, S("night"), S("taro"), false, &p.why), ERR_FORBIDDEN);
    people_close(&p);
}

/* --- tokens ----------------------------------------------------------------------------------- */

static status token(people *p, const actor *by, const char *owner, token_in in, const char *id)
{
    uint8_t hash[SHA256_BYTES] = {(uint8_t)id[0]};
    if (!in.name.len)
        in.name = S("a program");
    if (!in.until)
        in.until = p->now + 30 * WHEN_DAY;
    return token_add(p->w, by, slice_str(owner), &in, id, hash, &p->why);
}

static grant token_has(people *p, const char *id)
{
    token_row t;
    account owner;
    grant g = {0};
    CHECK_OK(token_find(p->r, &p->a, slice_str(id), &t, &owner, &p->why));
    CHECK_OK(token_grant(&p->a, &t, &owner, &g, &p->why));
    return g;
}

TEST(token_lattice)
{
    people p;
    REQUIRE(people_open(&p));
    const rights read = 1 << RIGHT_READ, import = 1 << RIGHT_IMPORT, users = 1 << RIGHT_USERS;
    CHECK_OK(ADD(&p, "hanako", .role = USER_ANALYST, .clearance = TLP_AMBER));
    CHECK_OK(ADD(&p, "taro", .role = USER_ANALYST, .clearance = TLP_RED));
    account hanako = person(&p, "hanako");
    actor self = as(&p, &hanako);
    token_in in = {.scopes = read | import, .clearance = TLP_AMBER, .network = S("192.0.2.9/24")};
    CHECK_OK(token(&p, &self, "hanako", in, "aaaaaaaaaa"));
    CHECK_ENTRY(&p, "token.add", AUDIT_DONE);
    grant g = token_has(&p, "aaaaaaaaaa");
    CHECK_EQ(g.rights, read | import);
    CHECK_EQ(g.clearance, TLP_AMBER);
    /* the owner has less: so has the token, now */
    const tlp green = TLP_GREEN;
    CHECK_OK(account_change(p.w, &p.root, S("hanako"),
                            &(account_changes){.clearance = &green, .role = &only_reads}, &p.why));
    g = token_has(&p, "aaaaaaaaaa");
    CHECK_EQ(g.rights, read);
    CHECK_EQ(g.clearance, TLP_GREEN);
    CHECK_OK(
        account_change(p.w, &p.root, S("hanako"), &(account_changes){.role = &analyst}, &p.why));
    /* nobody gives what he lacks, or what its owner lacks */
    const struct {
        const actor *by;
        const char *owner;
        token_in in;
        status want;
    } rows[] = {
        {&self, "hanako", {.scopes = users}, ERR_FORBIDDEN},
        {&self, "hanako", {.scopes = read, .clearance = TLP_AMBER}, ERR_FORBIDDEN},
        {&self, "taro", {.scopes = read}, ERR_FORBIDDEN},
        {&p.root, "taro", {.scopes = users}, ERR_FORBIDDEN},
        {&p.root, "taro", {.scopes = read, .organisation = S("acme")}, ERR_NOT_FOUND},
        {&p.root, "none", {.scopes = read}, ERR_NOT_FOUND},
        {&self, "hanako", {.scopes = 0}, ERR_INPUT},
        {&self, "hanako", {.scopes = 1u << RIGHT_COUNT_}, ERR_INPUT},
        {&self, "hanako", {.scopes = read, .network = S("192.0.2.9")}, ERR_INPUT},
        {&self, "hanako", {.scopes = read, .until = p.now}, ERR_INPUT},
        {&self, "hanako", {.scopes = read, .until = p.now + 366 * WHEN_DAY}, ERR_LIMIT},
        {&self, "hanako", {.scopes = read, .until = p.now + 365 * WHEN_DAY}, OK},
    };
    hanako = person(&p, "hanako");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (token(&p, rows[i].by, rows[i].owner, rows[i].in, "bbbbbbbbbb") != rows[i].want)
            TEST_FAIL("row %zu: %s", i, p.why.msg);
    token_list list;
    CHECK_OK(tokens_page(p.r, &p.a, hanako.row, 0, 10, &list, &p.why));
    REQUIRE(list.count == 2);
    CHECK_SLICE(list.at[1].network, S("192.0.2.0/24"));
    CHECK_SLICE(list.at[1].login, S("hanako"));
    CHECK_EQ(list.at[1].used, WHEN_NONE);
    account taro = person(&p, "taro");
    actor other = as(&p, &taro);
    err there = {0}, absent = {0}; /* another's is as if it were not there */
    CHECK_EQ(token_revoke(p.w, &other, S("aaaaaaaaaa"), &there), ERR_NOT_FOUND);
    CHECK_EQ(token_revoke(p.w, &other, S("cccccccccc"), &absent), ERR_NOT_FOUND);
    CHECK(strcmp(there.msg, absent.msg) == 0);
    CHECK_OK(token_touch(p.w, list.at[1].row, p.now + 5, &p.why));
    CHECK_OK(token_revoke(p.w, &self, S("aaaaaaaaaa"), &p.why));
    CHECK_EQ(token_revoke(p.w, &self, S("aaaaaaaaaa"), &p.why), ERR_BUSY);
    CHECK_EQ(token_revoke(p.w, &self, S("cccccccccc"), &p.why), ERR_NOT_FOUND);
    CHECK_OK(tokens_page(p.r, &p.a, 0, list.at[0].row, 10, &list, &p.why));
    REQUIRE(list.count == 1);
    CHECK_EQ(list.at[0].revoked, p.now);
    CHECK_EQ(list.at[0].used, p.now + 5);
    check_chain(&p);
    people_close(&p);
}

TEST(a_token_of_an_organisation)
{
    people p;
    REQUIRE(people_open(&p));
    CHECK_OK(organisation_add(p.w, &p.root, S("acme"), &p.why));
    CHECK_OK(organisation_add(p.w, &p.root, S("umbrella"), &p.why));
    CHECK_OK(ADD(&p, "feed", .role = USER_FEED, .clearance = TLP_AMBER));
    CHECK_OK(ADD(&p, "cust", .role = USER_CUSTOMER, .organisation = S("acme")));
    const rights read = 1 << RIGHT_READ;
    CHECK_OK(token(&p, &p.root, "feed", (token_in){.scopes = read, .organisation = S("acme")},
                   "aaaaaaaaaa"));
    CHECK_SLICE(token_has(&p, "aaaaaaaaaa").organisation, S("acme"));
    CHECK_EQ(token(&p, &p.root, "cust", (token_in){.scopes = read, .organisation = S("umbrella")},
                   "bbbbbbbbbb"),
             ERR_FORBIDDEN);
    CHECK_OK(token(&p, &p.root, "cust", (token_in){.scopes = read}, "bbbbbbbbbb"));
    /* its owner goes to another organisation: nothing is left of the first token */
    const slice umbrella = S("umbrella");
    CHECK_OK(account_change(p.w, &p.root, S("feed"), &(account_changes){.organisation = &umbrella},
                            &p.why));
    CHECK_EQ(token_has(&p, "aaaaaaaaaa").rights, 0);
    people_close(&p);
}

/* A row is read once while nobody commits; what anybody commits counts the next time. */
TEST(a_token_that_was_read_is_as_it_is_now)
{
    enum { MANY = 100 };
    people p;
    REQUIRE(people_open(&p));
    const slice in[] = {S("blue"), S("trust")};
    CHECK_OK(organisation_add(p.w, &p.root, S("acme"), &p.why));
    CHECK_OK(ADD(&p, "hanako", .role = USER_CUSTOMER, .organisation = S("acme"), .audiences = in,
                 .audience_count = 2));
    const rights read = 1 << RIGHT_READ;
    for (int i = 0; i < MANY; i++) {
        char id[TOKEN_ID_TEXT + 1];
        snprintf(id, sizeof id, "aaaaaaaa%02d", i);
        CHECK_OK(token(&p, &p.root, "hanako",
                       (token_in){.scopes = read, .network = S("10.0.0.0/8")}, id));
    }
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < MANY; i++) {
            char id[TOKEN_ID_TEXT + 1];
            token_row t;
            account who;
            snprintf(id, sizeof id, "aaaaaaaa%02d", round == 1 ? 0 : i);
            arena_reset(&p.a); /* nothing of it is of the arena of a call before */
            CHECK_OK(token_find(p.r, &p.a, slice_str(id), &t, &who, &p.why));
            CHECK_SLICE(slice_str(t.id), slice_str(id));
            CHECK_SLICE(t.network, S("10.0.0.0/8"));
            CHECK_SLICE(who.login, S("hanako"));
            CHECK_SLICE(who.has.organisation, S("acme"));
            REQUIRE(who.has.audience_count == 2);
            CHECK_SLICE(who.has.audiences[1], S("trust"));
        }
    token_row t;
    account who;
    CHECK_EQ(token_find(p.r, &p.a, S("bbbbbbbbbb"), &t, &who, &p.why), ERR_NOT_FOUND);
    CHECK_OK(token_find(p.r, &p.a, S("aaaaaaaa07"), &t, &who, &p.why));
    CHECK(!who.disabled && t.revoked == WHEN_NONE);
    CHECK_OK(
        account_change(p.w, &p.root, S("hanako"), &(account_changes){.disabled = &yes}, &p.why));
    CHECK_OK(token_find(p.r, &p.a, S("aaaaaaaa07"), &t, &who, &p.why));
    CHECK(who.disabled);
    CHECK_OK(token_revoke(p.w, &p.root, S("aaaaaaaa07"), &p.why));
    CHECK_OK(token_find(p.r, &p.a, S("aaaaaaaa07"), &t, &who, &p.why));
    CHECK_EQ(t.revoked, p.now);
    people_close(&p);
}

/* --- idempotency keys ------------------------------------------------------------------------- */

TEST(an_answer_is_kept_for_whoever_asked)
{
    people p;
    REQUIRE(people_open(&p));
    replay_key k = {.account = 7, .clearance = TLP_AMBER, .key = S("k-1"), .request = {1}};
    replay_answer first = {201, slice_of("{\0}", 3)}, got = {0};
    CHECK_EQ(replay_get(p.r, &p.a, &k, p.now, &got, &p.why), ERR_NOT_FOUND);
    CHECK_OK(replay_put(p.w, &k, &first, p.now, &p.why));
    CHECK_OK(replay_get(p.r, &p.a, &k, p.now, &got, &p.why));
    CHECK_EQ(got.status, 201);
    CHECK_SLICE(got.body, first.body);
    CHECK_EQ(replay_put(p.w, &k, &first, p.now, &p.why), ERR_BUSY);
    replay_key others[] = {k, k, k, k};
    others[0].account = 8;
    others[1].clearance = TLP_GREEN;
    others[2].organisation = S("acme");
    others[3].key = S("k-2");
    for (size_t i = 0; i < COUNT_OF(others); i++)
        CHECK_EQ(replay_get(p.r, &p.a, &others[i], p.now, &got, &p.why), ERR_NOT_FOUND);
    replay_key changed = k;
    changed.request[0] = 2;
    CHECK_EQ(replay_get(p.r, &p.a, &changed, p.now, &got, &p.why), ERR_INPUT);
    when later = p.now + (when)REPLAY_HOURS * 3600000;
    CHECK_OK(replay_get(p.r, &p.a, &k, later - 1, &got, &p.why));
    CHECK_EQ(replay_get(p.r, &p.a, &k, later, &got, &p.why), ERR_NOT_FOUND);
    CHECK_OK(replay_put(p.w, &changed, &first, later, &p.why)); /* the old one is over */
    static char body[REPLAY_BODY_MAX + 1], key[REPLAY_KEY_MAX + 1];
    memset(key, 'k', sizeof key);
    replay_answer large = {200, slice_of(body, sizeof body)};
    CHECK_EQ(replay_put(p.w, &others[0], &large, p.now, &p.why), ERR_LIMIT);
    large.body.len--;
    CHECK_OK(replay_put(p.w, &others[0], &large, p.now, &p.why));
    others[1].key = slice_of(key, sizeof key);
    CHECK_EQ(replay_get(p.r, &p.a, &others[1], p.now, &got, &p.why), ERR_LIMIT);
    others[1].key = S("a b");
    CHECK_EQ(replay_get(p.r, &p.a, &others[1], p.now, &got, &p.why), ERR_INPUT);
    others[1].key = S("");
    CHECK_EQ(replay_get(p.r, &p.a, &others[1], p.now, &got, &p.why), ERR_INPUT);
    people_close(&p);
}

TEST(an_answer_is_kept_with_the_write_or_not_at_all)
{
    people p;
    REQUIRE(people_open(&p));
    replay_key k = {.account = 7, .key = S("k"), .request = {1}};
    replay_answer got, answer = {201, S("{}")};
    for (int kept = 0; kept < 2; kept++) {
        CHECK_OK(writer_together(p.w, &p.why));
        CHECK_OK(organisation_add(p.w, &p.root, S("acme"), &p.why));
        CHECK_EQ(organisation_add(p.w, &p.root, S("acme"), &p.why),
                 ERR_BUSY); /* taken back alone */
        CHECK_OK(replay_put(p.w, &k, &answer, p.now, &p.why));
        if (kept) {
            CHECK_OK(writer_sync(p.w, &p.why));
        } else { /* the process dies */
            writer_free(p.w);
            CHECK_OK(writer_new(p.t.s, S("tester"), &p.w, &p.why));
        }
        name_list names;
        CHECK_EQ(replay_get(p.r, &p.a, &k, p.now, &got, &p.why), kept ? OK : ERR_NOT_FOUND);
        CHECK_OK(organisations_page(p.r, &p.a, &p.whole, S(""), 10, &names, &p.why));
        CHECK_EQ(names.count, kept);
    }
    check_chain(&p);
    people_close(&p);
}

/* --- memory ----------------------------------------------------------------------------------- */

TEST(every_allocation_may_fail)
{
    people p;
    REQUIRE(people_open(&p));
    const slice in[] = {S("blue"), S("trust")};
    CHECK_OK(organisation_add(p.w, &p.root, S("acme"), &p.why));
    CHECK_OK(ADD(&p, "hanako", .role = USER_CUSTOMER, .organisation = S("acme"), .audiences = in,
                 .audience_count = 2));
    CHECK_OK(token(&p, &p.root, "hanako", (token_in){.scopes = 1, .network = S("10.0.0.0/8")},
                   "aaaaaaaaaa"));
    for (int what = 0; what < 4; what++) {
        bool done = false;
        for (long n = 0; !done; n++) {
            arena a;
            account who = {.row = -1};
            account_list list = {.count = 77};
            token_row t = {.row = -1};
            token_list tokens = {.count = 77};
            status st;
            arena_init(&a, 1 << 20);
            a.fail_after = n;
            if (what == 0)
                st = account_get(p.r, &a, S("hanako"), &who, &p.why);
            else if (what == 1)
                st = accounts_page(p.r, &a, &p.whole, S(""), 10, &list, &p.why);
            else if (what == 2)
                st = token_find(p.r, &a, S("aaaaaaaaaa"), &t, &who, &p.why);
            else
                st = tokens_page(p.r, &a, 0, 0, 10, &tokens, &p.why);
            done = st == OK;
            CHECK(done || (st == ERR_LIMIT && who.row == -1 && list.count == 77 && t.row == -1 &&
                           tokens.count == 77));
            arena_done(&a);
            REQUIRE(n < 1000);
        }
    }
    people_close(&p);
}
