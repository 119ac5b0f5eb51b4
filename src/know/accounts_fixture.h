/* accounts_fixture.h - tests only: a store with a writer, an `accounts` and actors.
 * Uses: temp_store, accounts. Used by: *_test.c of accounts, audit, auth. */
#ifndef NOROSHI_KNOW_ACCOUNTS_FIXTURE_H
#define NOROSHI_KNOW_ACCOUNTS_FIXTURE_H

#include "know/audit.h"
#include "know/sessions.h"
#include "know/temp_store.h"
#include "know/tokens.h"

typedef struct people {
    temp_store t;
    writer *w;
    accounts *r;
    arena a;
    grant whole;
    actor root; /* the operator: may do everything */
    when now;
    err why;
} people;

static inline bool people_open(people *p)
{
    *p = (people){.now = 1764000000000, .whole = grant_whole()};
    arena_init(&p->a, 16 << 20);
    if (!temp_store_make(&p->t))
        return false;
    CHECK_OK(writer_new(p->t.s, S("tester"), &p->w, &p->why));
    CHECK_OK(accounts_new(p->t.s, &p->r, &p->why));
    p->root = (actor){.who = S("cli:root"), .from = S("cli"), .has = &p->whole, .now = p->now};
    return p->w && p->r;
}

static inline void people_close(people *p)
{
    accounts_free(p->r);
    writer_free(p->w);
    arena_done(&p->a);
    temp_store_done(&p->t);
}

static inline account person(people *p, const char *login)
{
    account who = {0};
    CHECK_OK(account_get(p->r, &p->a, slice_str(login), &who, &p->why));
    return who;
}

/* Adds an account; not OK is the test's to see. */
static inline status add_person(people *p, const actor *by, account_in in)
{
    char id[ACCOUNT_ID_TEXT + 1];
    return account_add(p->w, by, &in, id, &p->why);
}
#define ADD(p, who, ...)                                                                           \
    add_person((p), &(p)->root, (account_in){.login = S_INIT(who), __VA_ARGS__})

/* Somebody who acts with what his account has. */
static inline actor as(people *p, const account *who)
{
    return (actor){.who = slice_str(who->id),
                   .from = S("192.0.2.7"),
                   .has = &who->has,
                   .in_person = true,
                   .now = p->now};
}

/* The newest entry of the audit log. */
static inline audit_row last_entry(people *p)
{
    audit_list list = {0};
    CHECK_OK(audit_page(p->t.s, &p->a, &(audit_filter){{0}}, 0, 1, &list, &p->why));
    return list.count ? list.at[0] : (audit_row){0};
}
#define CHECK_ENTRY(p, act_, outcome_)                                                             \
    do {                                                                                           \
        audit_row e_ = last_entry(p);                                                              \
        CHECK_SLICE(e_.e.act, S(act_));                                                            \
        CHECK_EQ(e_.e.outcome, outcome_);                                                          \
    } while (0)

static inline void check_chain(people *p)
{
    audit_report r;
    CHECK_OK(audit_verify(p->t.s, NULL, 0, &r, &p->why));
    CHECK(!r.broken_by);
}

#endif
