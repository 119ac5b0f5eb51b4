/* verdict.c - the formula: weights, origins that speak, caps, the word. See verdict.h and
 * docs/verdict.md.
 *
 * A piece of evidence weighs base * way * confidence * reliability * (0.8 when undated), and ages.
 * The strongest piece of each origin speaks; origins add up as chances do, 1 - (1-a)(1-b)..., in
 * exact integers, so that one more origin never lowers the score. Caps come last and are parts. */
#include "judge/verdict.h"

#include "judge/verdict/origins.h"

#include <stdlib.h>

__extension__ typedef unsigned __int128 u128;

enum {
    CAP_LISTED = 49, /* under malicious: no feed alone makes a listed value malicious */
    CAP_SUSPICIOUS = 49,
    CAP_UNKNOWN = 19,       /* under suspicious */
    WEAK_PERMILLE = 700,    /* a listed parent or host halves what is weaker */
    UNDATED_PERMILLE = 800, /* of a value that ages: nobody knows how old it is */
    CONFIDENCE_UNSAID = 75, /* what a source that says nothing is taken to mean */
    PERSON_SUSPICIOUS = 450,
    CONFIRMED_GROUPS = 3,
    CONFIRMED_PERMILLE = 950,
    HIGH_GROUPS = 2,
    HIGH_PERMILLE = 750, /* of two origins */
    HIGH_ALONE_PERMILLE = 850,
    FAIR_PERMILLE = 600,
};

typedef struct rule_row {
    const char *name;
    evidence_stance stance;
    int base_permille; /* from a source of reliability A that is certain, about a fresh value */
    bool fixed;        /* a person's word: neither source nor age discounts it when it is new */
} rule_row;

static const rule_row rules[] = {
    [EV_CONTEXT] = {"context", STANCE_NEUTRAL, 0, false},
    [EV_PERSON_MALICIOUS] = {"person-malicious", STANCE_BAD, 1000, true},
    [EV_PERSON_SUSPICIOUS] = {"person-suspicious", STANCE_BAD, PERSON_SUSPICIOUS, true},
    [EV_PERSON_BENIGN] = {"person-benign", STANCE_BENIGN, 1000, true},
    [EV_PERSON_UNKNOWN] = {"person-unknown", STANCE_NEUTRAL, 0, true},
    [EV_NAMES_THREAT] = {"names-threat", STANCE_BAD, 900, false},
    [EV_SAYS_BAD] = {"says-bad", STANCE_BAD, 800, false},
    [EV_SAYS_SUSPICIOUS] = {"says-suspicious", STANCE_BAD, 450, false},
    [EV_LISTED_BAD] = {"listed-bad", STANCE_BAD, 750, false},
    [EV_CONTACTED] = {"contacted-by-threat", STANCE_BAD, 700, false},
    [EV_INDICATOR_MALICIOUS] = {"indicator-malicious", STANCE_BAD, 850, false},
    [EV_INDICATOR_PLAIN] = {"indicator-plain", STANCE_BAD, 760, false},
    [EV_INDICATOR_COMPROMISED] = {"indicator-compromised", STANCE_BAD, 600, false},
    [EV_INDICATOR_ANOMALOUS] = {"indicator-anomalous", STANCE_BAD, 450, false},
    [EV_INDICATOR_ANONYMIZER] = {"indicator-anonymizer", STANCE_BAD, 350, false},
    [EV_COMBINED] = {"only-combined", STANCE_BAD, 350, false},
    [EV_SAYS_BENIGN] = {"says-benign", STANCE_BENIGN, 600, false},
    [EV_LISTED_BENIGN] = {"listed-benign", STANCE_BENIGN, 800, false},
    [EV_KNOWN_GOOD] = {"known-good", STANCE_BENIGN, 950, false},
    [EV_LISTED_NEUTRAL] = {"listed-neutral", STANCE_NEUTRAL, 0, false},
    [EV_RESERVED] = {"reserved", STANCE_NEUTRAL, 0, false},
};
_Static_assert(COUNT_OF(rules) == EVIDENCE_RULE_COUNT_, "a rule without a row");

static const int via_permille[] = {
    [VIA_SELF] = 1000, [VIA_SAME_FILE] = 950, [VIA_NO_QUERY] = 900,
    [VIA_HOST] = 700,  [VIA_PARENT] = 600,    [VIA_RANGE] = 500,
};
_Static_assert(COUNT_OF(via_permille) == VIA_COUNT_, "a way without a weight");

const char *evidence_rule_name(evidence_rule r)
{
    assert((unsigned)r < EVIDENCE_RULE_COUNT_);
    return rules[r].name;
}

evidence_stance evidence_stance_of(evidence_rule r)
{
    assert((unsigned)r < EVIDENCE_RULE_COUNT_);
    return rules[r].stance;
}

/* --- one piece ------------------------------------------------------------------------------ */

static when later(when a, when b)
{
    return a > b ? a : b; /* WHEN_NONE is the smallest */
}

static when earlier_said(when a, when b)
{
    return a == WHEN_NONE ? b : b == WHEN_NONE ? a : a < b ? a : b;
}

/* The newest date the claim itself gives, but never after it was learnt: a date in the future
 * would keep evidence fresh for ever. */
static when newest_said(const evidence *e)
{
    when t = later(later(e->last_seen, e->first_seen), e->valid_from);
    return e->recorded != WHEN_NONE && t > e->recorded ? e->recorded : t;
}

static int reliability_permille(char grade)
{
    switch (grade) {
    case 'A': return 1000;
    case 'B': return 950;
    case 'C': return 850;
    case 'D': return 600;
    case 'E': return 300;
    default: return 850; /* F: cannot be judged is not the worst */
    }
}

static int weight_of(const evidence *e)
{
    const rule_row *row = &rules[e->rule];
    int64_t w = (int64_t)row->base_permille * via_permille[e->via] / 1000;
    if (row->fixed)
        return (int)w;
    int said = e->confidence < 0 ? CONFIDENCE_UNSAID : e->confidence > 100 ? 100 : e->confidence;
    w = w * (400 + 6 * said) / 1000;
    w = w * reliability_permille(e->reliability) / 1000;
    bool undated = newest_said(e) == WHEN_NONE && e->valid_until == WHEN_NONE;
    if (undated && decay_of(e->kind).lifetime_days != 0)
        w = w * UNDATED_PERMILLE / 1000;
    return (int)w;
}

/* Fills until, state and now_permille of one piece whose weight is known. */
static void age_one(const evidence *e, when now, evidence_judged *j)
{
    decay d = decay_of(e->kind);
    bool bad = rules[e->rule].stance == STANCE_BAD;
    when said = newest_said(e), from = said != WHEN_NONE ? said : e->recorded;
    j->until = WHEN_NONE;
    j->state = STATE_CURRENT;
    j->now_permille = j->weight_permille;
    if (e->valid_until != WHEN_NONE) {
        when ceiling = WHEN_NONE;
        if (d.lifetime_days != 0 && from != WHEN_NONE)
            ceiling = from + VERDICT_VALID_DAYS_MAX * WHEN_DAY;
        j->until = earlier_said(e->valid_until, ceiling);
        if (now >= j->until) {
            j->now_permille = 0;
            j->state = now >= e->valid_until ? STATE_EXPIRED : STATE_STALE;
        }
    } else if (bad && from != WHEN_NONE && d.lifetime_days != 0) {
        j->until = from + decay_stale_age(d);
        j->now_permille = j->weight_permille * decay_permille(d, now - from) / 1000;
        j->state = now > j->until ? STATE_STALE : STATE_CURRENT;
    }
    if (e->withdrawn) {
        j->weight_permille /= 2; /* it was said, and taken back */
        j->now_permille = 0;
        j->state = STATE_WITHDRAWN;
    }
}

/* --- origins that speak --------------------------------------------------------------------- */

typedef struct origin {
    size_t group;  /* as origins_of numbered it */
    size_t speaks; /* evidence with the greatest weight now, then ever, then the smallest id */
    int now, ever; /* the greatest of the group, after halving */
    int now_full;  /* of the one that speaks, before halving */
} origin;

typedef struct scene {
    const evidence *e;
    size_t count;
    when now;
    evidence_judged *judged;
    bool listed;        /* on a benign list itself, or in a known-good set */
    bool parent_listed; /* its host or a parent domain is */
    origin *bad;
    size_t bad_count, good_count;
    int good_permille; /* the strongest entitled benign evidence */
} scene;

static int halved(const scene *s, int permille, int ever)
{
    return s->parent_listed && ever < WEAK_PERMILLE ? permille / 2 : permille;
}

static bool id_before(const evidence *a, const evidence *b)
{
    return a->id_hi != b->id_hi ? a->id_hi < b->id_hi : a->id_lo < b->id_lo;
}

/* Does evidence i speak rather than k? */
static bool speaks_before(const scene *s, size_t i, size_t k)
{
    const evidence_judged *x = &s->judged[i], *y = &s->judged[k];
    int xn = halved(s, x->now_permille, x->weight_permille);
    int yn = halved(s, y->now_permille, y->weight_permille);
    if (xn != yn)
        return xn > yn;
    if (x->weight_permille != y->weight_permille)
        return x->weight_permille > y->weight_permille;
    return id_before(&s->e[i], &s->e[k]);
}

static int origin_order(const void *x, const void *y, void *ctx)
{
    const origin *a = x, *b = y;
    const scene *s = ctx;
    if (a->now != b->now)
        return a->now > b->now ? -1 : 1;
    if (a->ever != b->ever)
        return a->ever > b->ever ? -1 : 1;
    return id_before(&s->e[a->speaks], &s->e[b->speaks]) ? -1 : 1;
}

static bool is_bad(const scene *s, size_t i)
{
    return rules[s->e[i].rule].stance == STANCE_BAD;
}

/* A benign word counts from a person, from a list or set that was loaded as such, and from a
 * source that is at least usually reliable. Expired or withdrawn it does not count. */
static bool entitled(const scene *s, size_t i)
{
    const evidence *e = &s->e[i];
    if (rules[e->rule].stance != STANCE_BENIGN || s->judged[i].state != STATE_CURRENT)
        return false;
    return e->rule != EV_SAYS_BENIGN || e->reliability == 'A' || e->reliability == 'B';
}

static bool about_itself(const evidence *e)
{
    return e->via == VIA_SELF || e->via == VIA_SAME_FILE || e->via == VIA_NO_QUERY;
}

static void see_lists(scene *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const evidence *e = &s->e[i];
        bool list =
            e->rule == EV_LISTED_BENIGN || e->rule == EV_KNOWN_GOOD || e->rule == EV_RESERVED;
        if (!list || s->judged[i].state != STATE_CURRENT)
            continue;
        /* a network on a list is a statement about each address; a domain is none about the
         * hosts and pages that others put under it */
        if (about_itself(e) || e->via == VIA_RANGE)
            s->listed = true;
        else
            s->parent_listed = true;
    }
}

static status gather_bad(scene *s, arena *a, err *why)
{
    size_t groups = 0, *group = arena_array(a, s->count + 1, sizeof *group);
    bool *pick = arena_array(a, s->count + 1, sizeof *pick);
    if (!group || !pick)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < s->count; i++)
        pick[i] = is_bad(s, i);
    status st = origins_of(a, s->e, pick, s->count, group, &groups, why);
    if (st != OK)
        return st;
    if (!(s->bad = arena_array(a, groups + 1, sizeof *s->bad)))
        return ARENA_SPENT(a, why);
    for (size_t g = 0; g < groups; g++)
        s->bad[g] = (origin){.group = g, .speaks = SIZE_MAX};
    for (size_t i = 0; i < s->count; i++) {
        if (!pick[i])
            continue;
        origin *o = &s->bad[group[i]];
        const evidence_judged *j = &s->judged[i];
        int ever = halved(s, j->weight_permille, j->weight_permille);
        o->ever = ever > o->ever ? ever : o->ever;
        if (o->speaks == SIZE_MAX || speaks_before(s, i, o->speaks)) {
            o->speaks = i;
            o->now = halved(s, j->now_permille, j->weight_permille);
            o->now_full = j->now_permille;
        }
    }
    qsort_r(s->bad, groups, sizeof *s->bad, origin_order, s);
    s->bad_count = groups;
    size_t *rank = arena_array(a, groups + 1, sizeof *rank);
    if (!rank)
        return ARENA_SPENT(a, why);
    for (size_t g = 0; g < groups; g++)
        rank[s->bad[g].group] = g;
    for (size_t i = 0; i < s->count; i++)
        s->judged[i].group = pick[i] ? rank[group[i]] : SIZE_MAX;
    return OK;
}

/* Numbers the benign origins behind the bad ones. */
static status gather_good(scene *s, arena *a, err *why)
{
    size_t *group = arena_array(a, s->count + 1, sizeof *group);
    bool *pick = arena_array(a, s->count + 1, sizeof *pick);
    if (!group || !pick)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < s->count; i++) {
        bool here = about_itself(&s->e[i]) || s->e[i].via == VIA_RANGE;
        pick[i] = here && entitled(s, i);
        if (pick[i] && s->judged[i].weight_permille > s->good_permille)
            s->good_permille = s->judged[i].weight_permille;
    }
    status st = origins_of(a, s->e, pick, s->count, group, &s->good_count, why);
    for (size_t i = 0; st == OK && i < s->count; i++)
        if (pick[i])
            s->judged[i].group = s->bad_count + group[i];
    return st;
}

/* --- score and its parts -------------------------------------------------------------------- */

/* scale * (1 - product of (1 - w)) for n weights in permille, rounded half up, without loss: the
 * product of 10 thousands, times 2 * scale, is far under 2^128. */
static int together(const int *permille, size_t n, unsigned scale)
{
    u128 rest = 1, all = 1;
    assert(n <= VERDICT_GROUPS_MAX && scale <= 1000);
    for (size_t i = 0; i < n; i++) {
        rest = rest * (unsigned)(1000 - permille[i]);
        all = all * 1000u;
    }
    return (int)((2 * scale * (all - rest) + all) / (2 * all));
}

static void add_part(verdict *v, const char *rule, int points, size_t of)
{
    assert(v->part_count < VERDICT_PARTS_MAX);
    v->parts[v->part_count++] = (verdict_part){rule, points, of};
    v->score_0_100 += points;
}

static void cap(verdict *v, const char *rule, int most)
{
    if (v->score_0_100 > most)
        add_part(v, rule, most - v->score_0_100, SIZE_MAX);
}

static void add_up(const scene *s, verdict *v)
{
    int full[VERDICT_GROUPS_MAX] = {0}, half[VERDICT_GROUPS_MAX] = {0}, before = 0;
    size_t n = s->bad_count < VERDICT_GROUPS_MAX ? s->bad_count : VERDICT_GROUPS_MAX;
    for (size_t g = 0; g < n; g++) {
        const origin *o = &s->bad[g];
        full[g] = o->now_full;
        half[g] = o->now;
        int sum = together(full, g + 1, 100);
        add_part(v, rules[s->e[o->speaks].rule].name, sum - before, o->speaks);
        s->judged[o->speaks].points = sum - before;
        before = sum;
    }
    int sum = together(half, n, 100);
    if (sum < before)
        add_part(v, "cap-parent-listed", sum - before, SIZE_MAX);
}

static int descending(const void *x, const void *y)
{
    int a = *(const int *)x, b = *(const int *)y;
    return a > b ? -1 : a < b;
}

/* What the evidence was worth when each piece was new. */
static status strength(const scene *s, arena *a, int *ret, err *why)
{
    int *ever = arena_array(a, s->bad_count + 1, sizeof *ever);
    if (!ever)
        return ARENA_SPENT(a, why);
    for (size_t g = 0; g < s->bad_count; g++)
        ever[g] = s->bad[g].ever;
    qsort(ever, s->bad_count, sizeof *ever, descending);
    size_t n = s->bad_count < VERDICT_GROUPS_MAX ? s->bad_count : VERDICT_GROUPS_MAX;
    *ret = together(ever, n, 1000);
    return OK;
}

/* --- the word ------------------------------------------------------------------------------- */

typedef struct persons {
    size_t count, benign; /* persons with a say; of them for benign */
    bool differ;
    evidence_rule rule; /* what they say, when they agree */
} persons;

/* Is there a newer word by the same person? */
static bool overruled(const scene *s, size_t i)
{
    for (size_t k = 0; k < s->count; k++) {
        const evidence *x = &s->e[i], *y = &s->e[k];
        if (k == i || !rules[y->rule].fixed || s->judged[k].state == STATE_WITHDRAWN ||
            !about_itself(y) || !slice_eq(x->source, y->source))
            continue;
        if (y->recorded > x->recorded || (y->recorded == x->recorded && id_before(y, x)))
            return true;
    }
    return false;
}

static persons hear_persons(const scene *s)
{
    persons p = {.rule = EV_CONTEXT};
    for (size_t i = 0; i < s->count; i++) {
        const evidence *e = &s->e[i];
        verdict_state st = s->judged[i].state;
        if (!rules[e->rule].fixed || !about_itself(e) || st == STATE_WITHDRAWN ||
            st == STATE_EXPIRED || overruled(s, i))
            continue;
        p.differ |= p.count > 0 && p.rule != e->rule;
        p.rule = e->rule;
        p.benign += e->rule == EV_PERSON_BENIGN;
        p.count++;
    }
    return p;
}

static void decide_by_persons(const scene *s, const persons *p, verdict *v)
{
    v->rule = DECIDED_PERSON;
    v->confidence = CONFIDENCE_CONFIRMED;
    if (p->differ) {
        v->rule = DECIDED_PERSONS_DIFFER;
        v->word = VERDICT_CONFLICTING;
        v->confidence = CONFIDENCE_LOW;
    } else if (p->rule == EV_PERSON_MALICIOUS) {
        v->word = VERDICT_MALICIOUS;
    } else if (p->rule == EV_PERSON_SUSPICIOUS) {
        v->word = VERDICT_SUSPICIOUS;
        cap(v, "cap-person", CAP_SUSPICIOUS);
    } else if (p->rule == EV_PERSON_UNKNOWN) {
        v->word = VERDICT_UNKNOWN;
        cap(v, "cap-person", CAP_UNKNOWN);
    } else if (s->bad_count >= 2 && p->benign < 2 &&
               v->strength_permille >= VERDICT_MALICIOUS_PERMILLE) {
        v->rule = DECIDED_SECOND_PERSON;
        v->word = VERDICT_CONFLICTING;
        v->confidence = CONFIDENCE_LOW;
    } else {
        v->word = VERDICT_BENIGN;
        cap(v, "cap-person", 0);
    }
}

static confidence_word confidence_bad(const scene *s, int permille)
{
    int best = 0;
    for (size_t g = 0; g < s->bad_count; g++)
        best = s->bad[g].ever > best ? s->bad[g].ever : best;
    if (s->bad_count >= CONFIRMED_GROUPS && permille >= CONFIRMED_PERMILLE)
        return CONFIDENCE_CONFIRMED;
    if ((s->bad_count >= HIGH_GROUPS && permille >= HIGH_PERMILLE) || best >= HIGH_ALONE_PERMILLE)
        return CONFIDENCE_HIGH;
    return permille >= FAIR_PERMILLE ? CONFIDENCE_FAIR : CONFIDENCE_LOW;
}

static bool any_rule(const scene *s, evidence_rule rule)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->e[i].rule == rule && s->judged[i].group != SIZE_MAX)
            return true;
    return false;
}

static void decide_benign(const scene *s, verdict *v)
{
    v->word = VERDICT_BENIGN;
    v->rule = any_rule(s, EV_KNOWN_GOOD)      ? DECIDED_KNOWN_GOOD
              : any_rule(s, EV_LISTED_BENIGN) ? DECIDED_LISTED
                                              : DECIDED_SAID_BENIGN;
    v->confidence = v->rule == DECIDED_KNOWN_GOOD || s->good_count >= 2 ? CONFIDENCE_HIGH
                    : v->rule == DECIDED_LISTED                         ? CONFIDENCE_FAIR
                                                                        : CONFIDENCE_LOW;
}

static void decide_by_evidence(const scene *s, verdict *v)
{
    int bad = v->strength_permille;
    if (bad >= VERDICT_SUSPICIOUS_PERMILLE && s->listed) {
        v->word = VERDICT_CONFLICTING;
        v->rule = DECIDED_LISTED_BUT_BAD;
        v->confidence = CONFIDENCE_LOW;
    } else if (bad >= VERDICT_SUSPICIOUS_PERMILLE && s->good_count > 0) {
        v->word = VERDICT_CONFLICTING;
        v->rule = DECIDED_SAID_BOTH;
        v->confidence = CONFIDENCE_LOW;
    } else if (bad >= VERDICT_MALICIOUS_PERMILLE) {
        v->word = VERDICT_MALICIOUS;
        v->rule = DECIDED_STRONG;
        v->confidence = confidence_bad(s, bad);
    } else if (bad >= VERDICT_SUSPICIOUS_PERMILLE) {
        v->word = VERDICT_SUSPICIOUS;
        v->rule = DECIDED_WEAK;
        v->confidence = CONFIDENCE_LOW;
    } else if (s->good_count > 0) {
        decide_benign(s, v);
    } else {
        v->rule = s->count > 0 ? DECIDED_ONLY_CONTEXT : DECIDED_NOTHING_KNOWN;
    }
    if (s->listed)
        cap(v, "cap-listed", CAP_LISTED);
}

/* --- state and dates ------------------------------------------------------------------------ */

/* The best state of what is behind the word, and until when. Dates come from what is about the
 * value itself, when there is such. */
static void see_state(const scene *s, verdict *v)
{
    bool bad = v->word != VERDICT_BENIGN, self = false, any = false, endless = false;
    v->state = STATE_WITHDRAWN;
    v->from = v->to = v->until = WHEN_NONE;
    for (size_t i = 0; i < s->count; i++)
        self |= s->judged[i].group != SIZE_MAX && is_bad(s, i) == bad && about_itself(&s->e[i]);
    for (size_t i = 0; i < s->count; i++) {
        const evidence *e = &s->e[i];
        const evidence_judged *j = &s->judged[i];
        if (j->group == SIZE_MAX || is_bad(s, i) != bad)
            continue;
        any = true;
        v->state = j->state < v->state ? j->state : v->state;
        endless |= j->state == STATE_CURRENT && j->until == WHEN_NONE;
        if (j->state != STATE_WITHDRAWN)
            v->until = later(v->until, j->until);
        v->roles |= e->roles;
        if (self && !about_itself(e))
            continue;
        v->from = earlier_said(
            v->from, earlier_said(e->first_seen, earlier_said(e->valid_from, e->last_seen)));
        v->to = later(v->to, newest_said(e));
    }
    if (endless)
        v->until = WHEN_NONE;
    if (!any)
        v->state = STATE_CURRENT;
}

static status judge(scene *s, arena *a, verdict *v, err *why)
{
    if (!s->count) { /* most values that are asked about: nothing to number, to add up, to decide */
        see_state(s, v);
        return OK;
    }
    for (size_t i = 0; i < s->count; i++) {
        s->judged[i].group = SIZE_MAX;
        s->judged[i].weight_permille = weight_of(&s->e[i]);
        age_one(&s->e[i], s->now, &s->judged[i]);
    }
    see_lists(s);
    status st = gather_bad(s, a, why);
    st = st == OK ? gather_good(s, a, why) : st;
    st = st == OK ? strength(s, a, &v->strength_permille, why) : st;
    if (st != OK)
        return st;
    add_up(s, v);
    persons p = hear_persons(s);
    if (p.count > 0)
        decide_by_persons(s, &p, v);
    else
        decide_by_evidence(s, v);
    v->independent = v->word == VERDICT_BENIGN ? s->good_count : s->bad_count;
    see_state(s, v);
    return OK;
}

status verdict_of(arena *a, const evidence *e, size_t count, when now, verdict *ret, err *why)
{
    if (count > VERDICT_EVIDENCE_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "%zu pieces of evidence, limit %d", count,
                       VERDICT_EVIDENCE_MAX);
    scene s = {.e = e, .count = count, .now = now};
    if (!(s.judged = arena_array(a, count + 1, sizeof *s.judged)))
        return ARENA_SPENT(a, why);
    verdict v = {.word = VERDICT_UNKNOWN, .rule = DECIDED_NOTHING_KNOWN, .judged = s.judged};
    status st = judge(&s, a, &v, why);
    if (st == OK)
        *ret = v;
    return st;
}

/* --- reading a verdict ---------------------------------------------------------------------- */

static int64_t day_of(when t)
{
    return t >= 0 ? t / WHEN_DAY : -((-t + WHEN_DAY - 1) / WHEN_DAY);
}

int64_t verdict_age_days(const verdict *v, when now)
{
    return v->to == WHEN_NONE ? -1 : day_of(now) - day_of(v->to);
}

contact verdict_contact(const verdict *v, when seen)
{
    if (v->from == WHEN_NONE || v->to == WHEN_NONE)
        return CONTACT_UNDATED;
    if (day_of(seen) < day_of(v->from))
        return CONTACT_BEFORE;
    if (day_of(seen) <= day_of(v->to))
        return CONTACT_INSIDE;
    return v->until == WHEN_NONE || seen <= v->until ? CONTACT_SOON_AFTER : CONTACT_AFTER;
}
