/* tokens.h - tokens of programs, as rows: whose, what for, how long, from where.
 *
 *     token_find(r, &a, id, &row, why);               // each request
 *     token_revoke(w, &by, id, why);                  // the next request is refused
 *
 * Uses: accounts. Used by: serve/auth, which makes and checks them; the API and cmd list them.
 * Transactions, the audit log, threads and errors are as in accounts.h. */
#ifndef NOROSHI_KNOW_TOKENS_H
#define NOROSHI_KNOW_TOKENS_H

#include "know/accounts.h"

enum { TOKEN_ID_TEXT = 10, TOKEN_DAYS_MAX = 365, TOKEN_USED_MINUTES = 10 };

typedef struct token_row {
    int64_t row;
    char id[TOKEN_ID_TEXT + 1]; /* shown, listed, in the audit log */
    int64_t account;
    slice login; /* whose */
    slice name;  /* what it is for */
    rights scopes;
    tlp clearance;
    slice organisation;        /* narrows a token of the site's own; empty: the owner's */
    slice network;             /* "192.0.2.0/24"; empty: from anywhere */
    when created, used, until; /* used: WHEN_NONE never */
    when revoked;              /* WHEN_NONE: it stands */
    uint8_t hash[SHA256_BYTES];
} token_row;

/* Was the row read lately, and has nobody committed anything since? Then token_find asks no store.
 */
bool token_met(accounts *r, slice id);
/* Also one that is revoked or over; the caller looks. *ret_owner as he is now. ERR_NOT_FOUND. */
status token_find(accounts *r, arena *a, slice id, token_row *ret, account *ret_owner,
                  err *why) NODISCARD;
/* What the token leaves of its owner. */
status token_grant(arena *a, const token_row *t, const account *owner, grant *ret,
                   err *why) NODISCARD;

typedef struct token_list {
    token_row *at;
    size_t count;
    bool more;
} token_list;
/* Newest first, also those that are over: of one account (its row; 0: of all). before: 0, or the
 * row of the last one. At most `max` (<= ACCOUNT_PAGE_MAX). */
status tokens_page(accounts *r, arena *a, int64_t whose, int64_t before, size_t max,
                   token_list *ret, err *why) NODISCARD;

typedef struct token_in {
    slice name; /* what it is for; not empty; ACCOUNT_NAME_MAX */
    rights scopes;
    tlp clearance;
    slice organisation; /* empty: as the owner */
    slice network;      /* "192.0.2.0/24", "2001:db8::/32"; empty: from anywhere */
    when until;         /* at most TOKEN_DAYS_MAX from now */
} token_in;
/* A token of `owner` (login or id): one's own, in person, or with RIGHT_USERS one of another whom
 * one covers: a token that was stolen makes no others.
 * What it gives must be covered by what the actor has, and by what the owner has. */
status token_add(writer *w, const actor *by, slice owner, const token_in *in,
                 const char id[TOKEN_ID_TEXT + 1], const uint8_t hash[SHA256_BYTES],
                 err *why) NODISCARD;
/* Likewise. ERR_BUSY: it is revoked. ERR_NOT_FOUND also of another's, for whoever lacks
 * RIGHT_USERS. */
status token_revoke(writer *w, const actor *by, slice id, err *why) NODISCARD;
/* The time of last use, written every TOKEN_USED_MINUTES; no entry in the audit log. */
status token_touch(writer *w, int64_t row, when now, err *why) NODISCARD;

#endif
