/* actions.c - what to do, from rules: a table of situations. Nothing without a reason, at most
 * five, and reversible ones before others. See docs/answers.md for the rules in words. */
#include "answer/ask/job.h"

enum { ACTIONS_MAX = 5, BLOCK_DAYS = 7 };

#define W(word) (1u << VERDICT_##word)
#define BAD (W(MALICIOUS) | W(SUSPICIOUS))
#define ANY_STATE (1u << STATE_CURRENT | OLD)
#define OLD (1u << STATE_STALE | 1u << STATE_EXPIRED | 1u << STATE_WITHDRAWN)
#define NOW (1u << STATE_CURRENT)
#define R(role) (1u << ROLE_##role)
#define NET (1u << CLASS_NETWORK)
#define FILE_ (1u << CLASS_FILE)
#define MAIL (1u << CLASS_MAIL)
#define OTHER (1u << CLASS_OTHER)

typedef enum run_kind { RUN_NOTHING, RUN_HUNT, RUN_FILE, RUN_ASK_NAMES } run_kind;
typedef enum condition_kind {
    COND_NONE,
    COND_INSIDE, /* inside the dates, or that path; on a contact when there are no dates */
    COND_RAN,
    COND_OTHERWISE
} condition_kind;
typedef enum tag_kind {
    TAG_NONE,
    TAG_ROLE,
    TAG_STALE,
    TAG_UNKNOWN_RAN,
    TAG_CONFLICT,
    TAG_LISTED
} tag_kind;

typedef struct action_rule {
    const char *id; /* because.id */
    unsigned classes, words, states;
    unsigned roles;   /* one of them; 0: whatever the role */
    unsigned without; /* none of these roles */
    message_id todo;
    condition_kind condition;
    run_kind run;
    tag_kind tag;
    bool until;  /* a block with an end */
    bool shared; /* others may use the address */
} action_rule;

static const action_rule rules[] = {
    /* networks */
    {"date-first", NET, BAD, OLD, 0, 0, MSG_ask_do_date_first, COND_NONE, RUN_HUNT, TAG_NONE},
    {"hunt", NET | FILE_ | MAIL | OTHER, BAD, NOW, 0, 0, MSG_ask_do_hunt, COND_NONE, RUN_HUNT,
     TAG_NONE},
    {"hunt-file", FILE_, BAD, OLD, 0, 0, MSG_ask_do_hunt, COND_NONE, RUN_HUNT, TAG_NONE},
    {"sinkhole", NET, BAD, ANY_STATE, R(SINKHOLE), 0, MSG_ask_do_infected, COND_NONE, RUN_NOTHING,
     TAG_ROLE},
    {"isolate", NET, BAD, ANY_STATE, R(C2) | R(EXFILTRATION) | R(TOOL), 0, MSG_ask_do_isolate,
     COND_INSIDE, RUN_NOTHING, TAG_ROLE},
    {"reset", NET | MAIL, BAD, ANY_STATE, R(PHISHING), 0, MSG_ask_do_reset, COND_INSIDE,
     RUN_NOTHING, TAG_ROLE},
    {"mailboxes", MAIL, BAD, ANY_STATE, 0, 0, MSG_ask_do_mailboxes, COND_NONE, RUN_NOTHING,
     TAG_NONE},
    {"scanned", NET, BAD, ANY_STATE, R(SCANNER), 0, MSG_ask_do_scanned, COND_NONE, RUN_NOTHING,
     TAG_ROLE},
    {"victim", NET, BAD, ANY_STATE, R(VICTIM), 0, MSG_ask_do_victim, COND_NONE, RUN_NOTHING,
     TAG_ROLE},
    {"process-stale", NET, BAD, OLD, 0, R(SCANNER) | R(SINKHOLE), MSG_ask_do_process,
     COND_OTHERWISE, RUN_NOTHING, TAG_STALE},
    {"process", NET, BAD, NOW, 0, R(SCANNER) | R(SINKHOLE) | R(C2) | R(EXFILTRATION),
     MSG_ask_do_process, COND_INSIDE, RUN_NOTHING, TAG_NONE},
    {"block", NET, W(MALICIOUS), NOW, 0, R(VICTIM) | R(SINKHOLE), MSG_ask_do_block, COND_NONE,
     RUN_NOTHING, TAG_NONE, .until = true, .shared = true},
    {"block-days", NET, BAD, OLD, 0, R(VICTIM), MSG_ask_do_block_days, COND_NONE, RUN_NOTHING,
     TAG_STALE},
    /* files */
    {"isolate-file", FILE_, BAD, ANY_STATE, 0, 0, MSG_ask_do_remove_file, COND_RAN, RUN_NOTHING,
     TAG_NONE},
    {"block-hash", FILE_, W(MALICIOUS), ANY_STATE, 0, 0, MSG_ask_do_block_hash, COND_NONE,
     RUN_NOTHING, TAG_NONE},
    {"other-hashes", FILE_, BAD, ANY_STATE, 0, 0, MSG_ask_do_file, COND_NONE, RUN_FILE, TAG_NONE},
    /* conflicts and lists */
    {"hunt-conflict", NET | FILE_ | MAIL | OTHER, W(CONFLICTING), ANY_STATE, 0, 0, MSG_ask_do_hunt,
     COND_NONE, RUN_HUNT, TAG_NONE},
    {"second-look", NET | FILE_ | MAIL | OTHER, W(CONFLICTING), ANY_STATE, 0, 0,
     MSG_ask_do_second_look, COND_NONE, RUN_NOTHING, TAG_CONFLICT},
    {"no-block", NET | FILE_ | MAIL | OTHER, W(BENIGN), ANY_STATE, 0, 0, MSG_ask_do_dont_block,
     COND_NONE, RUN_NOTHING, TAG_LISTED},
    /* nobody knows */
    {"have-file", FILE_, W(UNKNOWN), ANY_STATE, 0, 0, MSG_ask_do_file, COND_NONE, RUN_FILE,
     TAG_NONE},
    {"more-hashes", FILE_, W(UNKNOWN), ANY_STATE, 0, 0, MSG_ask_do_other_hashes, COND_NONE,
     RUN_ASK_NAMES, TAG_NONE},
    {"edr", FILE_, W(UNKNOWN), ANY_STATE, 0, 0, MSG_ask_do_edr, COND_NONE, RUN_NOTHING, TAG_NONE},
    {"isolate-unknown", FILE_, W(UNKNOWN), ANY_STATE, 0, 0, MSG_ask_do_isolate_unknown, COND_NONE,
     RUN_NOTHING, TAG_UNKNOWN_RAN},
    {"not-hash-alone", FILE_, W(UNKNOWN), ANY_STATE, 0, 0, MSG_ask_do_not_hash_alone, COND_NONE,
     RUN_NOTHING, TAG_NONE},
    {"who-contacts", NET, W(UNKNOWN), ANY_STATE, 0, 0, MSG_ask_do_who_contacts, COND_NONE, RUN_HUNT,
     TAG_NONE},
    {"neighbours", NET | MAIL | OTHER, W(UNKNOWN), ANY_STATE, 0, 0, MSG_ask_do_neighbours,
     COND_NONE, RUN_NOTHING, TAG_NONE},
    {"no-block-unknown", NET | MAIL | OTHER, W(UNKNOWN), ANY_STATE, 0, 0, MSG_ask_do_dont_block,
     COND_NONE, RUN_NOTHING, TAG_NONE},
};

static bool applies(const job *j, const action_rule *r)
{
    if (j->w->question.file && (r->run == RUN_FILE || r->run == RUN_ASK_NAMES))
        return false; /* that is what was done */
    const verdict *v = &j->w->verdict;
    unsigned cls = 1u << class_of(j->w->question.node.kind);
    return (r->classes & cls) && (r->words & 1u << v->word) && (r->states & 1u << v->state) &&
           (!r->roles || (r->roles & v->roles)) && !(r->without & v->roles);
}

/* --- commands ------------------------------------------------------------------------------- */

static bool is_plain(char c)
{
    return is_alnum(c) || strchr("_-./:@%+=,", c) != NULL;
}

/* The value came from outside and the command will be pasted into a shell. */
slice shell_word(job *j, slice value)
{
    bool plain = value.len > 0 && value.ptr[0] != '-';
    size_t quotes = 0;
    for (size_t i = 0; i < value.len; i++) {
        plain &= value.ptr[i] != 0 && is_plain(value.ptr[i]);
        quotes += value.ptr[i] == '\'';
    }
    if (plain)
        return value;
    char *p = job_alloc(j, value.len + 3 * quotes + 2);
    size_t n = 0;
    if (!p)
        return S("''");
    p[n++] = '\'';
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\'') {
            memcpy(p + n, "'\\''", 4);
            n += 4;
        } else {
            p[n++] = value.ptr[i];
        }
    }
    p[n++] = '\'';
    return slice_of(p, n);
}

static slice command(job *j, run_kind what)
{
    slice value = shell_word(j, j->w->question.value);
    switch (what) {
    case RUN_HUNT: return job_text(j, "noroshi hunt %.*s", SLICE_FMT(value));
    case RUN_FILE: return S("noroshi file PATH");
    case RUN_ASK_NAMES: return S("noroshi ask MD5 SHA1 FILENAME");
    case RUN_NOTHING: break;
    }
    return S("");
}

/* --- one action ----------------------------------------------------------------------------- */

static bool dated(const job *j)
{
    return j->w->verdict.from != WHEN_NONE && j->w->verdict.state != STATE_CURRENT;
}

static message condition_words(const job *j, condition_kind what)
{
    if (what == COND_RAN)
        return msg_ask_cond_ran();
    if (what == COND_OTHERWISE)
        return msg_ask_cond_otherwise();
    if (!dated(j))
        return msg_ask_cond_contact();
    for (size_t i = 0; i < j->w->fact_count; i++)
        if (j->w->facts[i].path.len > 1)
            return msg_ask_cond_inside_path(j->w->facts[i].path);
    return msg_ask_cond_inside();
}

static phrase tag_words(job *j, tag_kind what)
{
    switch (what) {
    case TAG_ROLE:
        for (unsigned r = 0; r < ROLE_COUNT_; r++)
            if (j->w->verdict.roles & 1u << r)
                return phrase_one(j, msg_ask_tag_role(slice_str(role_name((role_id)r))));
        return (phrase){0};
    case TAG_STALE: return phrase_one(j, msg_ask_tag_stale());
    case TAG_UNKNOWN_RAN: return phrase_one(j, msg_ask_tag_unknown_ran());
    case TAG_CONFLICT: return phrase_one(j, msg_ask_tag_conflicting());
    case TAG_LISTED: /* a person's word, or a source's, is no list */
        if (j->w->verdict.rule != DECIDED_LISTED && j->w->verdict.rule != DECIDED_KNOWN_GOOD)
            break;
        return phrase_one(j, msg_ask_tag_listed());
    case TAG_NONE: break;
    }
    return (phrase){0};
}

/* A block ends with the evidence, and at the latest after a week without news. */
static when block_until(const job *j)
{
    when until = j->w->as_of + BLOCK_DAYS * WHEN_DAY, holds = j->w->verdict.until;
    return holds != WHEN_NONE && holds < until ? holds : until;
}

static void reason_of(job *j, const action_rule *r, answer_action *to)
{
    to->because_kind = "rule";
    to->because_id = slice_str(r->id);
    if (!r->roles || !j->w->why.count)
        return;
    char id[CLAIM_ID_TEXT + 1];
    to->because_kind = "claim";
    to->because_id = job_text(j, "%s", claim_id_text(j->w->why.at[0].claim, id));
}

static void fill(job *j, const action_rule *r, answer_action *to)
{
    *to = (answer_action){.until = WHEN_NONE, .tag = tag_words(j, r->tag)};
    if (r->condition != COND_NONE)
        to->condition = phrase_one(j, condition_words(j, r->condition));
    if (r->until)
        to->until = block_until(j);
    to->todo = phrase_one(j, r->until ? msg_ask_do_block(to->until) : message_of(r->todo));
    if (r->shared)
        to->impact = phrase_one(j, msg_ask_impact_shared());
    if (r->run != RUN_NOTHING)
        to->run[to->run_count++] = command(j, r->run);
    reason_of(j, r, to);
}

status step_actions(job *j, err *why)
{
    size_t n = 0;
    answer_action *list = job_alloc(j, ACTIONS_MAX * sizeof *list);
    if (!list)
        return job_status(j, why);
    for (size_t i = 0; i < COUNT_OF(rules) && n < ACTIONS_MAX; i++)
        if (applies(j, &rules[i]))
            fill(j, &rules[i], &list[n++]);
    j->w->actions = list;
    j->w->action_count = n;
    return job_status(j, why);
}
