/* oidc.h - login by an OpenID provider: the authorization code flow, with PKCE, as its client.
 *
 *     oidc *o; oidc_new(&options, &o, why);                        // one a process
 *     oidc_begin(o, &a, from, redirect, cookie, &location, why);   // the browser goes to location
 *     ...                                                          // and comes back to redirect
 *     oidc_finish(o, &a, &answer, &person, &refusal, why);         // who it is, by the provider
 *     oidc_enter(s, r, w, &client, &person, before, &entry, &refusal, why);   // and here
 *
 * Uses: oidc_token, oidc_rule, base/outbound, auth. Used by: serve/api, cmd.
 * What one login needs is in a table in memory, for OIDC_MINUTES and for one use, found by the
 * cookie of the browser that began it: nobody goes on with a login that another one began. The
 * table is bounded, for each network, too; over it the oldest goes. At most OIDC_ASKING threads
 * wait for the provider at once, so that a slow one holds nobody else up; whoever comes then is
 * told to come again.
 * The description and the keys of the provider are kept for OIDC_KEEP_S; keys are asked for again
 * when a token names one that is not there, at most once in OIDC_KEYS_AGAIN_S.
 * An account belongs to an (issuer, subject): never to a name or an e-mail address that a provider
 * says, or it could hand out anybody's.
 * Sources: as in oidc_token.h, RFC 6749 and RFC 9700 (OAuth 2.0 and its best practice).
 * Threads: an oidc may be shared by all. */
#ifndef NOROSHI_SERVE_OIDC_H
#define NOROSHI_SERVE_OIDC_H

#include "base/outbound.h"
#include "serve/auth.h"
#include "serve/oidc_rule.h"

enum {
    OIDC_MINUTES = 10,
    OIDC_PENDING_MAX = 1024,
    OIDC_NETWORK_MAX = 64, /* pending logins of a network (tries.h) */
    OIDC_ASKING = 2,
    OIDC_KEEP_S = 3600,
    OIDC_KEYS_AGAIN_S = 60,
    OIDC_ASK_MS = 10000, /* one answer of the provider */
    OIDC_CODE_MAX = 4096
};

/* Texts and lists must outlive the oidc. */
typedef struct oidc_options {
    slice issuer, client; /* as they were agreed on with the provider */
    const secret *key;    /* the client's; NULL: a public client */
    slice scope;          /* besides "openid" */
    slice redirect;       /* URL of ours that it leads back to; empty: as the browser reached us */
    slice groups_claim;   /* where the token has the groups */
    const oidc_rule *rules; /* none: accounts keep what they have here */
    size_t rule_count;
    bool create; /* accounts for whom a rule fits and who has none */
    const outbound_exception *exceptions;
    size_t exception_count;
    const char *ca; /* PEM, instead of the system's; NULL */
    clock_source clock, ticks;
    random_source random;
} oidc_options;

typedef struct oidc oidc;
/* ERR_INPUT: the issuer or the redirect is no URL that may be one; create without a rule.
 * ERR_LIMIT: memory. */
status oidc_new(const oidc_options *options, oidc **ret, err *why) NODISCARD;
oidc *oidc_free(oidc *o); /* NULL is fine; nobody is in it any more */

/* Why somebody does not come in, for him and for the audit log. */
#define OIDC_REFUSALS(X)                                                                           \
    X(NONE, "none")                                                                                \
    X(LOST, "state")        /* no login of this browser: too late, used, or another's */           \
    X(DENIED, "denied")     /* the provider, or the person there, said no */                       \
    X(PROVIDER, "provider") /* it did not answer, or not as it must */                             \
    X(TOKEN, "token")       /* what it says of the person cannot be believed */                    \
    X(GROUP, "group")       /* no rule fits */                                                     \
    X(NOBODY, "no-account") /* and none is made */                                                 \
    X(TAKEN, "login-taken") /* an account of that name is another's */                             \
    X(DISABLED, "disabled")                                                                        \
    X(SETUP, "setup") /* a rule names what is not there */                                         \
    X(BUSY, "busy")
#define OIDC_ENUM_(name, word) OIDC_##name,
typedef enum oidc_refusal { OIDC_REFUSALS(OIDC_ENUM_) OIDC_REFUSAL_COUNT_ } oidc_refusal;
#undef OIDC_ENUM_
const char *oidc_word(oidc_refusal r); /* "login-taken" */

/* Where to send the browser, and what it is to keep in a cookie meanwhile. `from` is its address,
 * `redirect` the URL of ours that it comes back to, as it reached us.
 *   ERR_BUSY  others wait for the provider; ERR_IO  it does not answer as it must; ERR_LIMIT */
status oidc_begin(oidc *o, arena *a, slice from, slice redirect,
                  char ret_cookie[AUTH_SECRET_TEXT + 1], slice *ret_location, err *why) NODISCARD;

/* What the browser came back with; what is not there is empty. */
typedef struct oidc_answer {
    slice cookie, state, code, issuer, error;
    slice redirect; /* as it began */
} oidc_answer;

typedef struct oidc_person {
    slice issuer, subject; /* who he is there */
    slice login, name;     /* what an account of his would be called */
    const oidc_rule *rule; /* what his groups come to; NULL: no rule fits, or there are none */
    bool ruled, create;    /* as configured */
} oidc_person;

/* Who is it? In `a`. ERR_FORBIDDEN: *ret_refusal says why for him, *why for the log.
 *   ERR_LIMIT  the budget */
status oidc_finish(oidc *o, arena *a, const oidc_answer *answer, oidc_person *ret,
                   oidc_refusal *ret_refusal, err *why) NODISCARD;

/* Opens a session for the account of this person; makes it, or gives it what the rule says, when
 * that is configured. An account that is an admin keeps what it has, and needs no group. The same
 * errors; the store's. What is changed and the login stand in the audit log; a refusal is the
 * caller's to record (auth_vouched_refused). */
status oidc_enter(auth *s, accounts *r, writer *w, const auth_client *c, const oidc_person *person,
                  slice before, auth_entry *ret, oidc_refusal *ret_refusal, err *why) NODISCARD;

#endif
