#include "know/accounts_fixture.h"
#include "serve/auth_private.h"

#define GOOD "correct horse battery"
static const password_cost cheap = {.passes = 1, .memory_kib = 8};

typedef struct desk {
    people p;
    auth *s;
    audit_log *log;
    int64_t clock_us;
    auth_client c;
    err why;
} desk;

static void move_on(desk *d, when ms)
{
    d->clock_us += ms * 1000;
    d->p.now = d->clock_us / 1000;
    d->p.root.now = d->p.now;
}

static bool desk_open(desk *d)
{
    *d = (desk){.c = {.from = S("192.0.2.7"), .agent = S("test")}};
    if (!people_open(&d->p))
        return false;
    d->clock_us = d->p.now * 1000;
    CHECK_OK(audit_log_new(d->p.t.s, &d->log, &d->why));
    auth_options o = {.store = d->p.t.s,
                      .audit = d->log,
                      .clock = clock_fixed(&d->clock_us),
                      .random = random_seeded(&d->p.t.seed),
                      .cost = cheap,
                      .hashes = 1};
    CHECK_OK(auth_new(&o, &d->s, &d->why));
    return d->s != NULL;
}

static void desk_close(desk *d)
{
    auth_free(d->s);
    audit_log_free(d->log);
    people_close(&d->p);
}

static void add(desk *d, const char *login, user_role r, tlp clearance)
{
    char hash[PASSWORD_HASH_MAX];
    CHECK_OK(auth_password(d->s, slice_str(login), S(GOOD), hash, &d->why));
    CHECK_OK(add_person(&d->p, &d->p.root,
                        (account_in){.login = slice_str(login),
                                     .role = r,
                                     .clearance = clearance,
                                     .password = slice_str(hash)}));
}

static auth_said login(desk *d, const char *who, const char *password, auth_proof *proof)
{
    auth_said said = {.word = AUTH_FULL};
    auth_proof other;
    CHECK_OK(auth_login(d->s, d->p.r, &d->c, slice_str(who), slice_str(password),
                        proof ? proof : &other, &said, &d->why));
    return said;
}

static auth_entry enter(desk *d, const char *who)
{
    auth_proof proof = {0};
    auth_entry e = {.word = AUTH_NO};
    auth_word word = login(d, who, GOOD, &proof).word;
    CHECK(word == AUTH_YES || word == AUTH_CODE);
    CHECK_OK(auth_enter(d->s, d->p.w, &d->c, &proof, S(""), &e, &d->why));
    CHECK_EQ(e.word, word);
    return e;
}

static status session(desk *d, const auth_entry *e, identity *ret)
{
    return auth_session(d->s, d->p.r, slice_str(e->session), &d->p.a, ret, &d->why);
}

/* --- passwords -------------------------------------------------------------------------------- */

TEST(rules_of_passwords)
{
    desk d;
    REQUIRE(desk_open(&d));
    static char longest[PASSWORD_BYTES_MAX + 1];
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "ab", 2);
    const struct {
        slice password;
        status want;
    } rows[] = {
        {S("elevenchars"), ERR_INPUT},
        {S("twelve chars"), OK},
        {S("            "), ERR_INPUT},
        {S("aaaaaaaaaaaaaaaa"), ERR_INPUT},
        {S("hanakoHANAKO"), ERR_INPUT},
        {S("hanakohanakohan"), ERR_INPUT},
        {S("hanakohanakohat"), OK},
        {S("NoroshiNoroshi"), ERR_INPUT},
        {S("狼煙が上がる山の上から"), ERR_INPUT}, /* 11 characters */
        {S("狼煙が上がる山の上からだ"), OK},
        {slice_of(longest, sizeof longest), ERR_LIMIT},
        {slice_of(longest, PASSWORD_BYTES_MAX), OK},
        {S(""), ERR_INPUT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char hash[PASSWORD_HASH_MAX];
        status st = auth_password(d.s, S("hanako"), rows[i].password, hash, &d.why);
        if (st != rows[i].want)
            TEST_FAIL("row %zu is %d: %s", i, st, d.why.msg);
    }
    desk_close(&d);
}

TEST(the_same_password_from_another_keyboard)
{
    desk d;
    char hash[PASSWORD_HASH_MAX];
    REQUIRE(desk_open(&d));
    CHECK_OK(auth_password(d.s, S("hanako"), S("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　ｂａｔｔｅｒｙ"), hash,
                           &d.why));
    CHECK(password_right(slice_str(hash), S(GOOD)));
    desk_close(&d);
}

TEST(right_wrong_and_unknown)
{
    desk d;
    auth_proof proof = {0};
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    CHECK_OK(add_person(&d.p, &d.p.root, (account_in){.login = S("none"), .role = USER_READER}));
    CHECK_EQ(login(&d, "hanako", GOOD, &proof).word, AUTH_YES);
    CHECK_SLICE(slice_str(proof.id), slice_str(person(&d.p, "hanako").id));
    CHECK_EQ(login(&d, "Hanako", GOOD, NULL).word, AUTH_YES);
    CHECK_EQ(login(&d, "hanako", "correct horse batter", NULL).word, AUTH_NO);
    CHECK_ENTRY(&d.p, "login", AUDIT_REFUSED);
    audit_row e = last_entry(&d.p);
    CHECK_SLICE(e.e.who, slice_str(person(&d.p, "hanako").id));
    CHECK_SLICE(e.e.from, S("192.0.2.7"));
    CHECK_EQ(login(&d, "nobody", GOOD, NULL).word, AUTH_NO);
    CHECK_SLICE(last_entry(&d.p).e.who, S("")); /* it may have been a password */
    CHECK_EQ(login(&d, GOOD, GOOD, NULL).word, AUTH_NO);
    CHECK_EQ(login(&d, "none", "", NULL).word, AUTH_NO);
    CHECK_EQ(login(&d, "", "", NULL).word, AUTH_NO);
    static char longest[PASSWORD_BYTES_MAX + 2];
    memset(longest, 'x', sizeof longest - 1);
    CHECK_EQ(login(&d, "hanako", longest, NULL).word, AUTH_NO);
    const bool yes = true;
    CHECK_OK(account_change(d.p.w, &d.p.root, S("hanako"), &(account_changes){.disabled = &yes},
                            &d.why));
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_NO);
    check_chain(&d.p);
    desk_close(&d);
}

TEST(no_secret_gets_into_the_log)
{
    desk d;
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ADMIN, TLP_RED);
    enter(&d, "hanako");
    login(&d, GOOD, "second canary here", NULL);
    audit_list list;
    CHECK_OK(audit_page(d.p.t.s, &d.p.a, &(audit_filter){{0}}, 0, 1000, &list, &d.why));
    CHECK(list.count >= 3);
    for (size_t i = 0; i < list.count; i++) {
        const audit_entry *e = &list.at[i].e;
        const slice texts[] = {e->who, e->from, e->act, e->what, e->detail};
        for (size_t k = 0; k < COUNT_OF(texts); k++)
            CHECK(slice_find(texts[k], S(GOOD), 0) == SIZE_MAX &&
                  slice_find(texts[k], S("canary"), 0) == SIZE_MAX &&
                  slice_find(texts[k], S("argon2"), 0) == SIZE_MAX);
    }
    desk_close(&d);
}

TEST(an_old_hash_is_renewed_at_login)
{
    desk d;
    auth_proof proof;
    auth_entry e;
    login_row row;
    char hash[PASSWORD_HASH_MAX];
    REQUIRE(desk_open(&d));
    CHECK_OK(password_hash(S(GOOD), (password_cost){.passes = 2, .memory_kib = 8}, hash, &d.why));
    CHECK_OK(add_person(
        &d.p, &d.p.root,
        (account_in){.login = S("old"), .role = USER_READER, .password = slice_str(hash)}));
    CHECK_EQ(login(&d, "old", GOOD, &proof).word, AUTH_YES);
    CHECK_OK(auth_enter(d.s, d.p.w, &d.c, &proof, S(""), &e, &d.why));
    CHECK_OK(login_get(d.p.r, &d.p.a, S("old"), &row, &d.why));
    CHECK(!slice_eq(row.password, slice_str(hash)) && password_right(row.password, S(GOOD)));
    CHECK(!password_is_old(row.password, cheap));
    desk_close(&d);
}

/* --- guessing --------------------------------------------------------------------------------- */

TEST(lockout_not_me)
{
    desk d;
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    add(&d, "taro", USER_ANALYST, TLP_AMBER);
    d.c.from = S("203.0.113.5");
    auth_entry known = enter(&d, "hanako");
    auth_entry taros = enter(&d, "taro");
    int looked_at = 0;
    for (int i = 0; i < 50; i++) { /* somebody guesses from next door */
        d.c.from = i % 2 ? S("203.0.113.9") : S("203.0.113.10");
        looked_at += login(&d, "hanako", "wrong wrong wrong", NULL).word == AUTH_NO;
    }
    CHECK_EQ(looked_at, TRIES_FREE);
    auth_said said = login(&d, "hanako", GOOD, NULL);
    CHECK(said.word == AUTH_WAIT && said.wait_s >= 1); /* even if it is the right one */
    /* she comes in: from elsewhere, or with her browser, from the very same network */
    d.c.from = S("198.51.100.1");
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_YES);
    d.c.from = S("203.0.113.10");
    d.c.device = slice_str(known.device);
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_YES);
    CHECK_EQ(login(&d, "taro", GOOD, NULL).word, AUTH_YES);
    /* another's device, a forged or an old one are none */
    d.c.device = slice_str(taros.device);
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_WAIT);
    char forged[AUTH_DEVICE_TEXT];
    memcpy(forged, known.device, sizeof forged);
    forged[0] = forged[0] == 'a' ? 'b' : 'a';
    d.c.device = slice_str(forged);
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_WAIT);
    /* a device counts for itself, too */
    d.c.device = slice_str(known.device);
    for (int i = 0; i < TRIES_FREE; i++)
        CHECK_EQ(login(&d, "hanako", "wrong wrong wrong", NULL).word, AUTH_NO);
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_WAIT);
    move_on(&d, 366 * WHEN_DAY);
    for (int i = 0; i < TRIES_FREE; i++)
        login(&d, "hanako", "wrong wrong wrong", NULL);
    d.c.device = S("");
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_WAIT); /* it was the network's bucket */
    desk_close(&d);
}

TEST(unknown_accounts_wait_as_known_ones)
{
    desk d;
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    for (int i = 0; i < TRIES_FREE + 3; i++) {
        auth_said a = login(&d, "hanako", "wrong wrong wrong", NULL);
        auth_said b = login(&d, i % 2 ? "nobody" : "NOBODY", "wrong wrong wrong", NULL);
        CHECK(a.word == b.word && a.wait_s == b.wait_s);
    }
    desk_close(&d);
}

/* While the only place is taken: nobody waits, no try is counted, nothing is recorded. */
TEST(argon_queue_full)
{
    desk d;
    char hash[PASSWORD_HASH_MAX];
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    uint64_t entries = last_entry(&d.p).seq;
    CHECK(auth_slot_take(d.s) && !auth_slot_take(d.s));
    for (int i = 0; i < 2 * TRIES_FREE; i++) {
        auth_said said = login(&d, "hanako", "wrong wrong wrong", NULL);
        CHECK(said.word == AUTH_FULL && said.wait_s == 1);
    }
    CHECK_EQ(auth_password(d.s, S("x"), S(GOOD), hash, &d.why), ERR_BUSY);
    CHECK_EQ(last_entry(&d.p).seq, entries);
    auth_slot_give(d.s);
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_YES);
    desk_close(&d);
}

/* Everybody who hashes at once. */
typedef struct hashing {
    desk *d;
    accounts *r;
    unsigned full, right;
} hashing;

static void *hash_much(void *ctx)
{
    hashing *h = ctx;
    for (int i = 0; i < 40; i++) {
        auth_proof proof;
        auth_said said;
        status st = auth_login(h->d->s, h->r, &h->d->c, S("hanako"), S(GOOD), &proof, &said, NULL);
        h->full += st == OK && said.word == AUTH_FULL;
        h->right += st == OK && said.word == AUTH_YES;
    }
    return NULL;
}

TEST(argon_queue)
{
    enum { THREADS = 6 };
    desk d;
    hashing h[THREADS];
    pthread_t threads[THREADS];
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    unsigned all = 0;
    for (int i = 0; i < THREADS; i++) {
        h[i] = (hashing){.d = &d};
        CHECK_OK(accounts_new(d.p.t.s, &h[i].r, &d.why));
        REQUIRE(pthread_create(&threads[i], NULL, hash_much, &h[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        accounts_free(h[i].r);
        all += h[i].full + h[i].right;
    }
    CHECK_EQ(all, THREADS * 40); /* in, or told to come again; nobody waits, nobody is lost */
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_YES); /* all places are free again */
    desk_close(&d);
}

/* --- sessions --------------------------------------------------------------------------------- */

TEST(a_session_stands_and_ends)
{
    desk d;
    identity who;
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    auth_entry e = enter(&d, "hanako");
    CHECK_ENTRY(&d.p, "login", AUDIT_DONE);
    CHECK_EQ(strlen(e.session), AUTH_SECRET_TEXT);
    CHECK_OK(session(&d, &e, &who));
    CHECK(who.by == IDENTITY_SESSION && !who.stale);
    CHECK_SLICE(who.who.login, S("hanako"));
    CHECK_OK(identity_may(&who, RIGHT_IMPORT, &d.why));
    CHECK_EQ(identity_may(&who, RIGHT_USERS, &d.why), ERR_FORBIDDEN);
    view v;
    identity_view(&who, WHEN_NONE, d.p.now, &v);
    CHECK_EQ(v.clearance, TLP_AMBER);
    CHECK(auth_csrf_right(slice_str(e.session), slice_str(e.csrf)));
    CHECK(!auth_csrf_right(slice_str(e.session), slice_str(e.session)));
    CHECK(!auth_csrf_right(slice_str(e.session), S("")));
    auth_entry other = enter(&d, "hanako");
    CHECK(!auth_csrf_right(slice_str(other.session), slice_str(e.csrf)));
    /* idle */
    for (int i = 0; i < 4; i++) {
        move_on(&d, (SESSION_IDLE_MINUTES - 1) * (when)60000);
        CHECK_OK(session(&d, &e, &who));
        CHECK(who.stale);
        CHECK_OK(auth_touch(d.s, d.p.w, &who, 1, &d.why));
        CHECK_OK(session(&d, &e, &who));
        CHECK(!who.stale);
    }
    CHECK_EQ(session(&d, &other, &who), ERR_FORBIDDEN);
    move_on(&d, SESSION_IDLE_MINUTES * (when)60000);
    CHECK_EQ(session(&d, &e, &who), ERR_FORBIDDEN);
    /* at most so long, however busy */
    e = enter(&d, "hanako");
    for (int i = 0; i < SESSION_HOURS_MAX * 3 - 1; i++) {
        move_on(&d, 20 * 60000);
        REQUIRE(session(&d, &e, &who) == OK);
        CHECK_OK(auth_touch(d.s, d.p.w, &who, 1, &d.why));
    }
    move_on(&d, 20 * 60000);
    CHECK_EQ(session(&d, &e, &who), ERR_FORBIDDEN);
    CHECK_OK(auth_sweep(d.s, d.p.w, &d.why));
    session_list list;
    CHECK_OK(sessions_of(d.p.r, &d.p.a, person(&d.p, "hanako").row, 0, &list, &d.why));
    CHECK_EQ(list.count, 0); /* even for a clock that is behind: they are gone */
    static const char *const wrong[] = {"", "x",
                                        "0000000000000000000000000000000000000000000000000000"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK_EQ(auth_session(d.s, d.p.r, slice_str(wrong[i]), &d.p.a, &who, &d.why),
                 ERR_FORBIDDEN);
    desk_close(&d);
}

TEST(session_fix)
{
    desk d;
    identity who;
    auth_proof proof;
    auth_entry e, next;
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    e = enter(&d, "hanako");
    CHECK_EQ(login(&d, "hanako", GOOD, &proof).word, AUTH_YES);
    CHECK_OK(auth_enter(d.s, d.p.w, &d.c, &proof, slice_str(e.session), &next, &d.why));
    CHECK(strcmp(e.session, next.session) != 0);
    CHECK_EQ(session(&d, &e, &who), ERR_FORBIDDEN); /* the id from before is worth nothing */
    CHECK_OK(session(&d, &next, &who));
    CHECK_OK(auth_renew(d.s, d.p.w, &d.c, &who, &e, &d.why));
    CHECK_EQ(session(&d, &next, &who), ERR_FORBIDDEN);
    CHECK_OK(session(&d, &e, &who));
    move_on(&d, 61 * 1000);
    CHECK_EQ(auth_enter(d.s, d.p.w, &d.c, &proof, S(""), &next, &d.why), ERR_FORBIDDEN);
    CHECK_OK(auth_leave(d.s, d.p.w, &d.c, &who, &d.why));
    CHECK_EQ(session(&d, &e, &who), ERR_FORBIDDEN);
    desk_close(&d);
}

TEST(sessions_are_listed_and_revoked)
{
    desk d;
    identity me;
    session_list list;
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    add(&d, "taro", USER_ANALYST, TLP_AMBER);
    auth_entry e[3] = {enter(&d, "hanako"), enter(&d, "hanako"), enter(&d, "taro")};
    CHECK_OK(session(&d, &e[1], &me));
    actor by;
    identity_actor(&me, &d.c, d.p.now, &by);
    CHECK_OK(sessions_of(d.p.r, &d.p.a, me.who.row, d.p.now, &list, &d.why));
    REQUIRE(list.count == 2);
    CHECK_SLICE(slice_str(list.at[0].id), slice_str(me.id));
    CHECK_SLICE(list.at[1].agent, S("test"));
    CHECK_SLICE(list.at[1].from, S("192.0.2.7"));
    CHECK_OK(session_revoke(d.p.w, &by, S("hanako"), slice_str(list.at[1].id), &d.why));
    CHECK_EQ(session_revoke(d.p.w, &by, S("hanako"), slice_str(list.at[1].id), &d.why),
             ERR_NOT_FOUND);
    CHECK_EQ(session_revoke(d.p.w, &by, S("hanako"), S("x"), &d.why), ERR_NOT_FOUND);
    identity who;
    CHECK_EQ(session(&d, &e[0], &who), ERR_FORBIDDEN);
    CHECK_OK(session(&d, &e[1], &who));
    CHECK_EQ(sessions_revoke(d.p.w, &by, S("taro"), &d.why), ERR_FORBIDDEN);
    CHECK_ENTRY(&d.p, "session.revoke-all", AUDIT_REFUSED);
    CHECK_OK(session(&d, &e[2], &who));
    CHECK_OK(sessions_revoke(d.p.w, &d.p.root, S("taro"), &d.why));
    CHECK_EQ(session(&d, &e[2], &who), ERR_FORBIDDEN);
    desk_close(&d);
}

TEST(a_new_password_ends_other_sessions)
{
    desk d;
    identity me, taro;
    auth_proof proof, others;
    char hash[PASSWORD_HASH_MAX];
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    add(&d, "taro", USER_ANALYST, TLP_AMBER);
    auth_entry mine = enter(&d, "hanako"), elsewhere = enter(&d, "hanako");
    auth_entry taros = enter(&d, "taro");
    CHECK_OK(session(&d, &mine, &me));
    CHECK_OK(session(&d, &taros, &taro));
    CHECK_EQ(login(&d, "hanako", GOOD, &proof).word, AUTH_YES);
    CHECK_EQ(login(&d, "taro", GOOD, &others).word, AUTH_YES);
    CHECK_OK(auth_password(d.s, S("hanako"), S("another one, longer"), hash, &d.why));
    CHECK_EQ(auth_password_change(d.s, d.p.w, &d.c, &me, &others, slice_str(hash), &d.why),
             ERR_FORBIDDEN);
    CHECK_OK(auth_password_change(d.s, d.p.w, &d.c, &me, &proof, slice_str(hash), &d.why));
    CHECK_OK(session(&d, &mine, &me));
    CHECK_EQ(session(&d, &elsewhere, &me), ERR_FORBIDDEN);
    CHECK_EQ(login(&d, "hanako", GOOD, NULL).word, AUTH_NO);
    CHECK_EQ(login(&d, "hanako", "another one, longer", NULL).word, AUTH_YES);
    desk_close(&d);
}

/* --- second factor ---------------------------------------------------------------------------- */

typedef struct factor {
    uint8_t key[TOTP_KEY_BYTES];
    char codes[RECOVERY_CODES][AUTH_CODE_TEXT + 1];
} factor;

/* The code that her telephone shows, `away` steps from now. */
static void code_now(desk *d, const factor *f, int away, char ret[TOTP_DIGITS + 1])
{
    CHECK(totp_code(f->key, d->p.now / TOTP_STEP_MS + away, ret));
}

static bool set_up(desk *d, factor *f)
{
    identity me;
    char uri[TOTP_URI_MAX], code[TOTP_DIGITS + 1];
    login_row row;
    auth_said said = {0};
    auth_entry e = enter(d, "hanako");
    CHECK_OK(session(d, &e, &me));
    CHECK_OK(auth_totp_begin(d->s, d->p.w, &d->c, &me, uri, &d->why));
    CHECK_OK(login_get(d->p.r, &d->p.a, S("hanako"), &row, &d->why));
    memcpy(f->key, row.totp_key, sizeof f->key);
    CHECK_EQ(login(d, "hanako", GOOD, NULL).word, AUTH_YES); /* not asked for yet */
    CHECK_OK(
        auth_totp_confirm(d->s, d->p.r, d->p.w, &d->c, &me, S("000000"), f->codes, &said, &d->why));
    CHECK_EQ(said.word, AUTH_NO);
    code_now(d, f, 0, code);
    CHECK_OK(auth_totp_confirm(d->s, d->p.r, d->p.w, &d->c, &me, slice_str(code), f->codes, &said,
                               &d->why));
    CHECK_EQ(said.word, AUTH_YES);
    CHECK_EQ(auth_totp_begin(d->s, d->p.w, &d->c, &me, uri, &d->why), ERR_BUSY);
    return said.word == AUTH_YES;
}

static auth_word second(desk *d, const auth_entry *challenge, const char *code, auth_entry *ret)
{
    auth_said said = {.word = AUTH_FULL};
    auth_entry other;
    CHECK_OK(auth_second(d->s, d->p.w, &d->c, slice_str(challenge->challenge), slice_str(code),
                         ret ? ret : &other, &said, &d->why));
    return said.word;
}

TEST(a_second_factor_is_asked_for)
{
    desk d;
    factor f;
    identity me;
    char code[TOTP_DIGITS + 1];
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    REQUIRE(set_up(&d, &f));
    auth_entry half = enter(&d, "hanako"), e;
    CHECK_EQ(half.word, AUTH_CODE);
    CHECK_EQ(half.session[0], 0);
    auth_entry as_session = half;
    memcpy(as_session.session, half.challenge, sizeof half.challenge);
    CHECK_EQ(session(&d, &as_session, &me), ERR_FORBIDDEN); /* half a login is none */
    code_now(&d, &f, 0, code);
    CHECK_EQ(second(&d, &half, code, &e), AUTH_NO); /* shown when it was set up */
    move_on(&d, TOTP_STEP_MS);
    code_now(&d, &f, 0, code);
    CHECK_EQ(second(&d, &half, code, &e), AUTH_YES);
    CHECK_OK(session(&d, &e, &me));
    CHECK_ENTRY(&d.p, "login", AUDIT_DONE);
    CHECK_EQ(second(&d, &half, code, &e), AUTH_NO); /* the challenge is used up */
    half = enter(&d, "hanako");
    CHECK_EQ(second(&d, &half, code, &e), AUTH_NO); /* and so is the code */
    move_on(&d, CHALLENGE_MINUTES * 60000);
    code_now(&d, &f, 0, code);
    CHECK_EQ(second(&d, &half, code, &e), AUTH_NO); /* too late */
    auth_entry none = {.challenge = "0000000000000000000000000000000000000000000000000000"};
    CHECK_EQ(second(&d, &none, code, &e), AUTH_NO);
    desk_close(&d);
}

TEST(recovery_codes_are_good_once)
{
    desk d;
    factor f;
    unsigned left;
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    REQUIRE(set_up(&d, &f));
    CHECK_OK(recovery_left(d.p.r, person(&d.p, "hanako").row, &left, &d.why));
    CHECK_EQ(left, RECOVERY_CODES);
    for (int i = 0; i < RECOVERY_CODES; i++) {
        auth_entry half = enter(&d, "hanako");
        for (char *c = f.codes[i]; i % 2 && *c; c++) /* as somebody copies it from paper */
            *c = to_upper(*c);
        CHECK_EQ(second(&d, &half, f.codes[i], NULL), AUTH_YES);
        half = enter(&d, "hanako");
        CHECK_EQ(second(&d, &half, f.codes[i], NULL), AUTH_NO);
    }
    CHECK_OK(recovery_left(d.p.r, person(&d.p, "hanako").row, &left, &d.why));
    CHECK_EQ(left, 0);
    desk_close(&d);
}

TEST(totp_limit)
{
    desk d;
    factor f;
    char code[TOTP_DIGITS + 1];
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    REQUIRE(set_up(&d, &f));
    move_on(&d, TOTP_STEP_MS);
    /* of a challenge */
    auth_entry half = enter(&d, "hanako");
    for (int i = 0; i < CHALLENGE_TRIES_MAX; i++)
        CHECK_EQ(second(&d, &half, "000000", NULL), AUTH_NO);
    code_now(&d, &f, 0, code);
    CHECK_EQ(second(&d, &half, code, NULL), AUTH_NO);
    /* of an account, over challenges, whatever becomes of the network */
    int looked_at = CHALLENGE_TRIES_MAX, waits = 0;
    for (int i = 0; i < 40; i++) {
        half = enter(&d, "hanako");
        auth_word w = second(&d, &half, "000000", NULL);
        looked_at += w == AUTH_NO;
        waits += w == AUTH_WAIT;
    }
    CHECK_EQ(looked_at, TOTP_FREE_TRIES + 1); /* the one that makes it wait is looked at */
    CHECK(waits > 0);
    half = enter(&d, "hanako");
    CHECK_EQ(second(&d, &half, code, NULL), AUTH_WAIT);
    CHECK_EQ(second(&d, &half, f.codes[0], NULL), AUTH_YES); /* nobody guesses these */
    for (unsigned wait_s = 1; wait_s <= TOTP_WAIT_MAX_S; wait_s *= 2) {
        move_on(&d, (when)TOTP_WAIT_MAX_S * 1000);
        half = enter(&d, "hanako");
        CHECK_EQ(second(&d, &half, "000000", NULL), AUTH_NO);
        CHECK_EQ(second(&d, &half, "000000", NULL), AUTH_WAIT);
    }
    move_on(&d, (when)TOTP_WAIT_MAX_S * 1000);
    half = enter(&d, "hanako");
    code_now(&d, &f, 0, code);
    CHECK_EQ(second(&d, &half, code, NULL), AUTH_YES);
    half = enter(&d, "hanako");
    CHECK_EQ(second(&d, &half, "000000", NULL), AUTH_NO); /* counted from the start again */
    CHECK_EQ(second(&d, &half, "000000", NULL), AUTH_NO);
    desk_close(&d);
}

TEST(a_second_factor_is_taken_off_with_the_password)
{
    desk d;
    factor f;
    identity me;
    auth_proof proof, taros;
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    add(&d, "taro", USER_ANALYST, TLP_AMBER);
    REQUIRE(set_up(&d, &f));
    auth_entry half = enter(&d, "hanako"), e;
    CHECK_EQ(second(&d, &half, f.codes[3], &e), AUTH_YES);
    CHECK_OK(session(&d, &e, &me));
    CHECK_EQ(login(&d, "taro", GOOD, &taros).word, AUTH_YES);
    CHECK_EQ(auth_totp_remove(d.s, d.p.w, &d.c, &me, &taros, &d.why), ERR_FORBIDDEN);
    CHECK_EQ(login(&d, "hanako", GOOD, &proof).word, AUTH_CODE);
    CHECK_OK(auth_totp_remove(d.s, d.p.w, &d.c, &me, &proof, &d.why));
    CHECK_ENTRY(&d.p, "factor.off", AUDIT_DONE);
    CHECK_EQ(login(&d, "hanako", GOOD, &proof).word, AUTH_YES);
    unsigned left;
    CHECK_OK(recovery_left(d.p.r, me.who.row, &left, &d.why));
    CHECK_EQ(left, 0);
    /* proved before it was put on again: not good enough any more */
    REQUIRE(set_up(&d, &f));
    CHECK_EQ(auth_enter(d.s, d.p.w, &d.c, &proof, S(""), &e, &d.why), ERR_FORBIDDEN);
    desk_close(&d);
}

/* --- tokens ----------------------------------------------------------------------------------- */

static status use_token(desk *d, const char *text, identity *ret)
{
    return auth_token(d->s, d->p.r, &d->c, slice_str(text), &d->p.a, ret, &d->why);
}

TEST(tokens_stand_and_end)
{
    desk d;
    identity who = {0};
    char text[AUTH_TOKEN_TEXT + 1], id[TOKEN_ID_TEXT + 1];
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    token_in in = {.name = S("siem"),
                   .scopes = 1 << RIGHT_ASK | 1 << RIGHT_READ,
                   .clearance = TLP_GREEN,
                   .network = S("192.0.2.0/28"),
                   .until = d.p.now + 30 * WHEN_DAY};
    CHECK_OK(auth_token_make(d.s, d.p.w, &d.p.root, S("hanako"), &in, text, id, &d.why));
    CHECK_EQ(strlen(text), AUTH_TOKEN_TEXT);
    CHECK(slice_starts(slice_str(text), S("nrs_")) && strstr(text, id));
    CHECK_OK(use_token(&d, text, &who));
    CHECK(who.by == IDENTITY_TOKEN && who.stale);
    CHECK_SLICE(slice_str(who.id), slice_str(id));
    CHECK_EQ(who.has.clearance, TLP_GREEN);
    CHECK_OK(identity_may(&who, RIGHT_ASK, &d.why));
    CHECK_EQ(identity_may(&who, RIGHT_IMPORT, &d.why), ERR_FORBIDDEN);
    CHECK_OK(auth_touch(d.s, d.p.w, &who, 1, &d.why));
    CHECK_OK(use_token(&d, text, &who));
    CHECK(!who.stale);
    char uri[TOTP_URI_MAX];
    CHECK_EQ(auth_totp_begin(d.s, d.p.w, &d.c, &who, uri, &d.why), ERR_FORBIDDEN);
    /* whoever has it cannot stay by it */
    actor by;
    char more[AUTH_TOKEN_TEXT + 1], more_id[TOKEN_ID_TEXT + 1];
    identity_actor(&who, &d.c, d.p.now, &by);
    CHECK_EQ(auth_token_make(d.s, d.p.w, &by, S("hanako"), &in, more, more_id, &d.why),
             ERR_FORBIDDEN);
    CHECK_ENTRY(&d.p, "token.add", AUDIT_REFUSED);
    char from[64];
    snprintf(from, sizeof from, "192.0.2.7 token:%s", id);
    CHECK_SLICE(last_entry(&d.p).e.from, slice_str(from));
    CHECK_EQ(password_put(d.p.w, &by, S("hanako"), S("x"), 0, &d.why), ERR_FORBIDDEN);
    CHECK_EQ(sessions_revoke(d.p.w, &by, S("hanako"), &d.why), ERR_FORBIDDEN);
    CHECK_EQ(totp_remove(d.p.w, &by, S("hanako"), &d.why), ERR_FORBIDDEN);
    /* from elsewhere */
    static const char *const elsewhere[] = {"192.0.2.16", "2001:db8::1", "local", ""};
    for (size_t i = 0; i < COUNT_OF(elsewhere); i++) {
        d.c.from = slice_str(elsewhere[i]);
        CHECK_EQ(use_token(&d, text, &who), ERR_FORBIDDEN);
    }
    d.c.from = S("192.0.2.7");
    /* each letter counts */
    for (size_t i = 0; i < AUTH_TOKEN_TEXT; i++) {
        char was = text[i];
        text[i] = was == 'a' ? 'b' : 'a';
        CHECK_EQ(use_token(&d, text, &who), ERR_FORBIDDEN);
        text[i] = was;
    }
    const bool yes = true, no = false;
    CHECK_OK(account_change(d.p.w, &d.p.root, S("hanako"), &(account_changes){.disabled = &yes},
                            &d.why));
    CHECK_EQ(use_token(&d, text, &who), ERR_FORBIDDEN);
    CHECK_OK(
        account_change(d.p.w, &d.p.root, S("hanako"), &(account_changes){.disabled = &no}, &d.why));
    CHECK_OK(use_token(&d, text, &who));
    move_on(&d, 30 * WHEN_DAY);
    CHECK_EQ(use_token(&d, text, &who), ERR_FORBIDDEN);
    move_on(&d, -WHEN_DAY);
    CHECK_OK(use_token(&d, text, &who));
    desk_close(&d);
}

/* By another connection, as another process would: the next request is refused. */
TEST(token_revoke_1s)
{
    desk d;
    identity who;
    writer *other = NULL;
    char text[AUTH_TOKEN_TEXT + 1], id[TOKEN_ID_TEXT + 1];
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    token_in in = {.name = S("siem"), .scopes = 1 << RIGHT_ASK, .until = d.p.now + WHEN_DAY};
    CHECK_OK(auth_token_make(d.s, d.p.w, &d.p.root, S("hanako"), &in, text, id, &d.why));
    CHECK_OK(use_token(&d, text, &who));
    CHECK_OK(writer_new(d.p.t.s, S("other"), &other, &d.why));
    CHECK_OK(token_revoke(other, &d.p.root, slice_str(id), &d.why));
    CHECK_EQ(use_token(&d, text, &who), ERR_FORBIDDEN);
    writer_free(other);
    desk_close(&d);
}

/* --- first run -------------------------------------------------------------------------------- */

TEST(first_run)
{
    desk d;
    identity who;
    auth_entry e;
    when until;
    char token[AUTH_SECRET_TEXT + 1], old[AUTH_SECRET_TEXT + 1], hash[PASSWORD_HASH_MAX];
    REQUIRE(desk_open(&d));
    d.c = (auth_client){.from = S("127.0.0.1"), .loopback = true};
    CHECK_OK(auth_password(d.s, S("boss"), S(GOOD), hash, &d.why));
    CHECK_OK(auth_first_make(d.s, d.p.w, old, &until, &d.why));
    CHECK_OK(auth_first_make(d.s, d.p.w, token, &until, &d.why));
    CHECK_EQ(until, d.p.now + FIRST_RUN_MINUTES * 60000);
    CHECK_EQ(auth_first_check(d.s, d.p.r, &d.c, slice_str(old), &d.why), ERR_FORBIDDEN);
    CHECK_OK(auth_first_check(d.s, d.p.r, &d.c, slice_str(token), &d.why));
    CHECK_EQ(auth_session(d.s, d.p.r, slice_str(token), &d.p.a, &who, &d.why), ERR_FORBIDDEN);
    move_on(&d, FIRST_RUN_MINUTES * 60000);
    CHECK_EQ(auth_first_use(d.s, d.p.w, &d.c, slice_str(token), S("boss"), S(""), slice_str(hash),
                            &e, &d.why),
             ERR_FORBIDDEN);
    CHECK_OK(auth_first_make(d.s, d.p.w, token, &until, &d.why));
    CHECK_EQ(auth_first_use(d.s, d.p.w, &d.c, slice_str(token), S("no such login"), S(""),
                            slice_str(hash), &e, &d.why),
             ERR_INPUT);
    CHECK_OK(
        auth_first_check(d.s, d.p.r, &d.c, slice_str(token), &d.why)); /* not used up by that */
    CHECK_OK(auth_first_use(d.s, d.p.w, &d.c, slice_str(token), S("boss"), S(""), slice_str(hash),
                            &e, &d.why));
    CHECK_ENTRY(&d.p, "first-run", AUDIT_DONE);
    CHECK_OK(session(&d, &e, &who));
    CHECK_EQ(who.has.rights, RIGHTS_ALL);
    CHECK(who.has.all_audiences && who.has.clearance == TLP_RED);
    CHECK_EQ(auth_first_use(d.s, d.p.w, &d.c, slice_str(token), S("two"), S(""), slice_str(hash),
                            &e, &d.why),
             ERR_BUSY);
    CHECK_EQ(auth_first_make(d.s, d.p.w, token, &until, &d.why), ERR_BUSY);
    CHECK_EQ(login(&d, "boss", GOOD, NULL).word, AUTH_YES);
    check_chain(&d.p);
    desk_close(&d);
}

TEST(first_run_proxy)
{
    desk d;
    auth_entry e;
    when until;
    char token[AUTH_SECRET_TEXT + 1];
    REQUIRE(desk_open(&d));
    CHECK_OK(auth_first_make(d.s, d.p.w, token, &until, &d.why));
    static const struct {
        bool loopback, forwarded;
    } rows[] = {{false, false}, {false, true}, {true, true}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        d.c.loopback = rows[i].loopback;
        d.c.forwarded = rows[i].forwarded;
        CHECK_EQ(auth_first_check(d.s, d.p.r, &d.c, slice_str(token), &d.why), ERR_FORBIDDEN);
        CHECK_EQ(auth_first_use(d.s, d.p.w, &d.c, slice_str(token), S("boss"), S(""), S("x"), &e,
                                &d.why),
                 ERR_FORBIDDEN);
    }
    desk_close(&d);
}

typedef struct racing {
    desk *d;
    const char *token, *hash;
    int no;
    status st;
} racing;

static void *race(void *ctx)
{
    racing *r = ctx;
    writer *w = NULL;
    auth_entry e;
    char name[16];
    auth_client c = {.from = S("127.0.0.1"), .loopback = true};
    snprintf(name, sizeof name, "boss%d", r->no);
    if ((r->st = writer_new(r->d->p.t.s, S("race"), &w, NULL)) == OK)
        r->st = auth_first_use(r->d->s, w, &c, slice_str(r->token), slice_str(name), S(""),
                               slice_str(r->hash), &e, NULL);
    writer_free(w);
    return NULL;
}

static void fill_locked(void *ctx, void *into, size_t n)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    random_source r = random_system();
    (void)ctx;
    pthread_mutex_lock(&mutex);
    r.fill(r.ctx, into, n);
    pthread_mutex_unlock(&mutex);
}

TEST(first_run_race)
{
    enum { CLIENTS = 100, CONNECTIONS = 20 };
    static racing r[CLIENTS];
    pthread_t threads[CLIENTS];
    desk d;
    when until;
    char token[AUTH_SECRET_TEXT + 1], hash[PASSWORD_HASH_MAX];
    int won = 0, busy = 0;
    REQUIRE(desk_open(&d));
    /* a server of PostgreSQL has places for fewer */
    int clients = strcmp(store_engine(d.p.t.s), "sqlite") == 0 ? CLIENTS : CONNECTIONS;
    auth_free(d.s);
    auth_options o = {.store = d.p.t.s,
                      .audit = d.log,
                      .clock = clock_fixed(&d.clock_us),
                      .random = {.fill = fill_locked},
                      .cost = cheap};
    REQUIRE(auth_new(&o, &d.s, &d.why) == OK);
    CHECK_OK(auth_password(d.s, S("boss"), S(GOOD), hash, &d.why));
    CHECK_OK(auth_first_make(d.s, d.p.w, token, &until, &d.why));
    for (int i = 0; i < clients; i++) {
        r[i] = (racing){.d = &d, .token = token, .hash = hash, .no = i};
        REQUIRE(pthread_create(&threads[i], NULL, race, &r[i]) == 0);
    }
    for (int i = 0; i < clients; i++) {
        pthread_join(threads[i], NULL);
        won += r[i].st == OK;
        busy += r[i].st == ERR_BUSY;
    }
    CHECK_EQ(won, 1);
    CHECK_EQ(busy, clients - 1);
    account_list list;
    CHECK_OK(accounts_page(d.p.r, &d.p.a, &d.p.whole, S(""), 10, &list, &d.why));
    CHECK_EQ(list.count, 1);
    check_chain(&d.p);
    desk_close(&d);
}

/* --- memory ----------------------------------------------------------------------------------- */

TEST(every_allocation_may_fail)
{
    desk d;
    char text[AUTH_TOKEN_TEXT + 1], id[TOKEN_ID_TEXT + 1];
    REQUIRE(desk_open(&d));
    add(&d, "hanako", USER_ANALYST, TLP_AMBER);
    auth_entry e = enter(&d, "hanako");
    token_in in = {.name = S("siem"), .scopes = 1 << RIGHT_ASK, .until = d.p.now + WHEN_DAY};
    CHECK_OK(auth_token_make(d.s, d.p.w, &d.p.root, S("hanako"), &in, text, id, &d.why));
    for (int what = 0; what < 2; what++) {
        status st = ERR_LIMIT;
        for (long n = 0; st != OK; n++) {
            arena a;
            identity who = {.row = -1};
            arena_init(&a, 1 << 16);
            a.fail_after = n;
            st = what ? auth_token(d.s, d.p.r, &d.c, slice_str(text), &a, &who, &d.why)
                      : auth_session(d.s, d.p.r, slice_str(e.session), &a, &who, &d.why);
            CHECK(st == OK || (st == ERR_LIMIT && who.row == -1));
            arena_done(&a);
            REQUIRE(n < 100);
        }
    }
    desk_close(&d);
}
