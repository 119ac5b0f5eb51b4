/* scan.h - private to model/extract: one piece of text, and what the finders share.
 *
 * Uses: base, observable, refang. A finder looks for one family of things in the plain text of a
 * piece; the finders run one after another, and what one took the next leaves alone. */
#ifndef NOROSHI_EXTRACT_SCAN_H
#define NOROSHI_EXTRACT_SCAN_H

#include "model/extract.h"
#include "model/refang.h"

typedef struct find {
    size_t from, to; /* in the plain text */
    found f;         /* at, length and steps are filled in when it is handed out */
} find;

typedef struct scan {
    arena *a;
    slice whole;   /* all the text, for what stands in front of a piece */
    size_t raw_at; /* where the piece begins in it */
    plain p;
    slice t;        /* p.text */
    uint8_t *taken; /* by byte of t */
    uint64_t *alnum, *digit;
    const extract_options *options;
    bool in_rule;
    find *finds;
    size_t count, room;
    bool failed; /* the budget is spent */
} scan;

typedef void (*finder)(scan *s);
void find_user_agents(scan *s);
void find_urls(scan *s);
void find_emails(scan *s);
void find_colons(scan *s); /* IPv6, MAC, ssdeep, fingerprints of certificates */
void find_dashes(scan *s); /* MAC, JA4 */
void find_ip4(scan *s);
void find_paths(scan *s); /* registry keys, too */
void find_runs(scan *s);  /* hashes and coins */
void find_identifiers(scan *s);
void find_domains(scan *s); /* and URLs without scheme */
void find_filenames(scan *s);

/* Is nothing of [from, to) taken? */
bool scan_free(const scan *s, size_t from, size_t to);
/* Reads t[from, to) as `want`; if it is one (of the kind, or anything for KIND_NONE), it is found
 * and its span taken. */
bool scan_take(scan *s, size_t from, size_t to, kind want);
/* The same in two steps, for finders that look at the observable first. */
bool scan_read(scan *s, size_t from, size_t to, kind want, observable *ret);
void scan_found(scan *s, size_t from, size_t to, const observable *o);
void scan_found_inside(scan *s, size_t from, size_t to, const observable *o);
void scan_found_identifier(scan *s, size_t from, size_t to, kind k, slice value);
/* Taken without a find. */
void scan_block(scan *s, size_t from, size_t to);
/* Was some of it defanged? */
bool scan_defanged(const scan *s, size_t from, size_t to);

/* The byte at i, 0 outside. */
static inline char at(const scan *s, size_t i)
{
    return i < s->t.len ? s->t.ptr[i] : 0;
}
/* The byte in front of i, 0 at the start. */
static inline char before(const scan *s, size_t i)
{
    return i > 0 ? s->t.ptr[i - 1] : 0;
}
/* The character that begins at i or ends in front of it; 0 when there is none. */
uint32_t scan_char_at(const scan *s, size_t i, size_t *ret_end);
uint32_t scan_char_before(const scan *s, size_t i, size_t *ret_start);

/* Where a URL that begins at `from`, its host at `host`, ends: brackets balance, quotes and prose
 * end it, trailing punctuation is not its. */
size_t url_end(const scan *s, size_t from, size_t host);

/* "&lt;" and the like, which HTML that was never decoded has where a value ends. */
bool entity_here(slice rest);

/* An identifier whose first digit is at `digit`: its span and spelling. */
typedef struct identifier {
    size_t from, to;
    kind kind;
    char text[48];
    size_t len;
} identifier;
bool identifier_at(slice t, size_t digit, identifier *ret);
bool ghsa_at(slice t, size_t from, identifier *ret);

/* Rules quoted in the text: see rules.c. */
typedef struct rule_state {
    int kind; /* 0: in no rule */
    unsigned lines;
} rule_state;
/* `at` is the start of a line of `text`: steps over the line to where the next one begins. *ret is
 * true when the line belongs to a rule. */
size_t rule_line(rule_state *r, slice text, size_t at, bool *ret);

#endif
