/* evidence.c - claims read as evidence, and gathered: see evidence.h. */
#include "judge/evidence.h"

#include "judge/patterns.h"
#include "judge/suffixes.h"
#include "know/sets.h"
#include "model/ip.h"
#include "model/observable.h"

/* --- what a claim says: pure ---------------------------------------------------------------- */

static bool text_is(const json *v, const char *word)
{
    return slice_eq_nocase(json_text(v), slice_str(word));
}

/* `list` is a text or an array of texts that has one of the words. */
static bool has_word(const json *list, const char *const *words)
{
    if (!list)
        return false;
    const json *item = json_is(list, JSON_ARRAY) ? list->first : list;
    for (; item; item = json_is(list, JSON_ARRAY) ? item->next : NULL)
        for (size_t w = 0; words[w]; w++)
            if (text_is(item, words[w]))
                return true;
    return false;
}

typedef const char *const word_list[8];

static bool is_true(const json *v)
{
    return v && v->type == JSON_TRUE;
}

static bool by_person(const claim *c)
{
    return !c->has_document && slice_starts(c->source, S("analyst:"));
}

static evidence_rule rule_of_verdict(const claim *c, const json *detail, const json *types)
{
    static const struct {
        const char *word;
        evidence_rule person, other;
    } words[] = {
        {"malicious", EV_PERSON_MALICIOUS, EV_SAYS_BAD},
        {"suspicious", EV_PERSON_SUSPICIOUS, EV_SAYS_SUSPICIOUS},
        {"benign", EV_PERSON_BENIGN, EV_SAYS_BENIGN},
        {"unknown", EV_PERSON_UNKNOWN, EV_CONTEXT},
    };
    (void)detail, (void)types;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq_nocase(c->value, slice_str(words[i].word)))
            return by_person(c) ? words[i].person : words[i].other;
    return EV_CONTEXT;
}

static bool is_threat(kind k)
{
    return k == KIND_MALWARE || k == KIND_TOOL || k == KIND_ACTOR || k == KIND_CAMPAIGN ||
           k == KIND_INFRASTRUCTURE || k == KIND_INCIDENT;
}

static evidence_rule rule_of_indicates(const claim *c, const json *detail, const json *types)
{
    (void)types;
    if (is_true(json_get(detail, S("combined"))))
        return EV_COMBINED;
    return is_threat(c->object.kind) ? EV_NAMES_THREAT : EV_SAYS_BAD;
}

/* STIX 2.1 section 10.4 (indicator-type-ov); 2.0 has the same words as labels. */
static evidence_rule rule_of_pattern(const claim *c, const json *detail, const json *types)
{
    static const struct {
        word_list words;
        evidence_rule rule;
    } rows[] = {
        {{"benign"}, EV_SAYS_BENIGN},
        {{"malicious-activity", "attribution"}, EV_INDICATOR_MALICIOUS},
        {{"compromised"}, EV_INDICATOR_COMPROMISED},
        {{"anomalous-activity"}, EV_INDICATOR_ANOMALOUS},
        {{"anonymization"}, EV_INDICATOR_ANONYMIZER},
    };
    (void)c;
    const json *own = json_get(detail, S("types"));
    if (is_true(json_get(detail, S("combined"))))
        return EV_COMBINED;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (has_word(own ? own : types, rows[i].words))
            return rows[i].rule;
    return EV_INDICATOR_PLAIN;
}

static evidence_rule rule_of_listed(const claim *c, const json *detail, const json *types)
{
    (void)c, (void)types;
    const json *polarity = json_get(detail, S("polarity"));
    return text_is(polarity, "bad")      ? EV_LISTED_BAD
           : text_is(polarity, "benign") ? EV_LISTED_BENIGN
                                         : EV_LISTED_NEUTRAL;
}

/* Somebody saw it, or saw that it is nothing: a false positive speaks against what was said. */
static evidence_rule rule_of_sighted(const claim *c, const json *detail, const json *types)
{
    (void)c, (void)types;
    return text_is(json_get(detail, S("kind")), "false-positive") ? EV_SAYS_BENIGN : EV_CONTEXT;
}

typedef evidence_rule reading(const claim *c, const json *detail, const json *types);
static reading *const readings[PRED_COUNT_] = {
    [PRED_VERDICT] = rule_of_verdict,    [PRED_INDICATES] = rule_of_indicates,
    [PRED_PATTERN_OF] = rule_of_pattern, [PRED_LISTED] = rule_of_listed,
    [PRED_SIGHTED] = rule_of_sighted,
};

/* Relations of a threat to the value that say the value is its. */
static bool contacts(predicate p)
{
    return p == PRED_COMMUNICATES_WITH || p == PRED_DROPS || p == PRED_DOWNLOADS ||
           p == PRED_CONTROLS || p == PRED_CONSISTS_OF || p == PRED_DELIVERS || p == PRED_HOSTS ||
           p == PRED_USES;
}

indicator_rules evidence_wanted(void)
{
    indicator_rules r = {.bad_lists = true};
    r.subjects = UINT64_C(1) << PRED_VERDICT | UINT64_C(1) << PRED_INDICATES |
                 UINT64_C(1) << PRED_PATTERN_OF;
    for (unsigned p = 0; p < PRED_COUNT_; p++)
        if (contacts((predicate)p))
            r.objects |= UINT64_C(1) << p;
    return r;
}

evidence_rule evidence_rule_of(const claim *c, const json *detail, bool pointing, const json *types)
{
    if (pointing)
        return is_threat(c->subject.kind) && contacts(c->predicate) ? EV_CONTACTED : EV_CONTEXT;
    return c->predicate < PRED_COUNT_ && readings[c->predicate]
               ? readings[c->predicate](c, detail, types)
               : EV_CONTEXT;
}

unsigned evidence_roles_of(const claim *c, const json *detail, const json *types)
{
    static const struct {
        word_list words;
        role_id role;
    } rows[] = {
        {{"compromised"}, ROLE_VICTIM},     {{"anonymization"}, ROLE_PROXY},
        {{"command-and-control"}, ROLE_C2}, {{"exfiltration"}, ROLE_EXFILTRATION},
        {{"phishing"}, ROLE_PHISHING},      {{"hosting-malware"}, ROLE_DELIVERY},
    };
    unsigned roles = 0;
    const json *said = json_get(detail, S("role"));
    const json *item = json_is(said, JSON_ARRAY) ? said->first : said;
    for (; item; item = json_is(said, JSON_ARRAY) ? item->next : NULL) {
        role_id r = role_parse(json_text(item));
        roles |= r != ROLE_UNKNOWN ? 1u << r : 0;
    }
    const json *own = json_get(detail, S("types"));
    for (size_t i = 0; c->predicate == PRED_PATTERN_OF && i < COUNT_OF(rows); i++)
        if (has_word(own ? own : types, rows[i].words))
            roles |= 1u << rows[i].role;
    return roles;
}

/* --- gathering ------------------------------------------------------------------------------ */

typedef struct gather {
    lens *l;
    arena *a;
    trust_lookup trust;
    node_ref value;
    evidence_set set;
    size_t cap;
    size_t followed;     /* indicators */
    slice trusted;       /* the source asked about last, as claims of one come in runs */
    source_trust itself; /* and what it was */
} gather;

status trust_from_store(void *ctx, slice source, source_trust *ret, err *why)
{
    trust_store *t = ctx;
    source_info s;
    *ret = (source_trust){.reliability = 'F'};
    status st = source_get(t->l, t->a, source, &s, why);
    if (st == ERR_NOT_FOUND)
        return OK;
    if (st == OK)
        *ret = (source_trust){s.reliability, s.derives_from};
    return st;
}

static status room_for(gather *g, size_t more, err *why)
{
    size_t need = g->set.count + more, cap = g->cap ? g->cap : 4;
    if (need <= g->cap)
        return OK;
    while (cap < need)
        cap *= 2;
    evidence *e = arena_room(g->a, cap, sizeof *e);
    testimony *t = arena_room(g->a, cap, sizeof *t);
    if (!e || !t)
        return ARENA_SPENT(g->a, why);
    if (g->set.count) {
        memcpy(e, g->set.evidence, g->set.count * sizeof *e);
        memcpy(t, g->set.from, g->set.count * sizeof *t);
    }
    g->set.evidence = e;
    g->set.from = t;
    g->cap = cap;
    return OK;
}

static status parse_detail(arena *a, slice text, const json **ret, err *why)
{
    json *v = NULL;
    if (text.len == 0)
        return OK;
    status st = json_parse(a, text, NULL, &v, why);
    if (st == OK)
        *ret = v;
    return st == ERR_LIMIT ? st : OK; /* the store holds JSON; if not, the claim has no detail */
}

static status add_threats(gather *g, testimony *t, const claim_list *said, err *why)
{
    size_t n = 0;
    node_ref *threats = arena_array(g->a, EVIDENCE_THREATS_MAX, sizeof *threats);
    if (!threats)
        return ARENA_SPENT(g->a, why);
    for (size_t i = 0; i < said->count && n < EVIDENCE_THREATS_MAX; i++)
        if (said->at[i].predicate == PRED_INDICATES && said->at[i].object.kind != KIND_NONE)
            threats[n++] = said->at[i].object;
    t->threats = threats;
    t->threat_count = n;
    return OK;
}

/* What the indicator's own claims add: what it indicates, its types, until when it is valid. */
static status follow(gather *g, testimony *t, evidence *e, const json **ret_types, err *why)
{
    claim_list said;
    if (g->followed++ >= EVIDENCE_INDICATOR_MAX)
        return OK;
    status st = claims_of(g->l, g->a, t->claim.object, PRED_NONE, EVIDENCE_PARENT_MAX, &said, why);
    if (st == OK)
        st = add_threats(g, t, &said, why);
    for (size_t i = 0; st == OK && i < said.count; i++) {
        const claim *c = &said.at[i];
        const json *detail = NULL;
        if (c->predicate != PRED_PROPERTY)
            continue;
        st = parse_detail(g->a, c->detail, &detail, why);
        if (text_is(json_get(detail, S("name")), "indicator_types") ||
            text_is(json_get(detail, S("name")), "types"))
            *ret_types = json_get(detail, S("value"));
        if (e->valid_until == WHEN_NONE)
            e->valid_until = c->valid_until;
        if (e->valid_from == WHEN_NONE)
            e->valid_from = c->valid_from;
    }
    return st;
}

static status direct_threat(gather *g, testimony *t, err *why)
{
    node_ref other = t->pointing ? t->claim.subject : t->claim.object;
    if (!is_threat(other.kind))
        return OK;
    node_ref *one = arena_new(g->a, node_ref);
    if (!one)
        return ARENA_SPENT(g->a, why);
    *one = other;
    t->threats = one;
    t->threat_count = 1;
    return OK;
}

/* An indicator that says of what it is the sign is no plain one. */
static evidence_rule sharpen(evidence_rule rule, const testimony *t)
{
    for (size_t i = 0; rule == EV_INDICATOR_PLAIN && i < t->threat_count; i++)
        if (is_threat(t->threats[i].kind))
            return EV_INDICATOR_MALICIOUS;
    return rule;
}

/* A list of names matches what is below them, one of networks what is inside, one of plain texts
 * nothing but the text itself; and each only values of the kinds it is for. A claim that says
 * nothing of this holds however the value came to it. */
static bool list_applies(const json *detail, kind asked, evidence_via via)
{
    static const struct {
        const char *type;
        unsigned via;
    } rows[] = {
        {"string", 1u << VIA_SELF | 1u << VIA_SAME_FILE},
        {"hostname", 1u << VIA_SELF | 1u << VIA_HOST | 1u << VIA_PARENT},
        {"cidr", 1u << VIA_SELF | 1u << VIA_RANGE},
    };
    const json *kinds = json_get(detail, S("kinds"));
    bool of_kind = !json_is(kinds, JSON_ARRAY);
    for (const json *k = of_kind ? NULL : kinds->first; k && !of_kind; k = k->next)
        of_kind = text_is(k, kind_name(asked));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_is(json_get(detail, S("type")), rows[i].type))
            return of_kind && (rows[i].via & 1u << via) != 0;
    return of_kind;
}

static status trust_of(gather *g, slice source, source_trust *ret, err *why)
{
    if (!g->trusted.ptr || !slice_eq(g->trusted, source)) {
        status st = g->trust.of(g->trust.ctx, source, &g->itself, why);
        if (st != OK)
            return st;
        g->trusted = source;
    }
    *ret = g->itself;
    return OK;
}

static status add(gather *g, const claim *c, evidence_via via, bool pointing, err *why)
{
    status st = room_for(g, 1, why);
    if (st != OK)
        return st;
    evidence *e = &g->set.evidence[g->set.count];
    testimony *t = &g->set.from[g->set.count];
    const json *types = NULL;
    source_trust trust;
    *t = (testimony){.claim = *c, .pointing = pointing};
    if ((st = parse_detail(g->a, c->detail, &t->detail, why)) != OK ||
        (st = trust_of(g, c->source, &trust, why)) != OK)
        return st;
    if (c->predicate == PRED_LISTED && !pointing && !list_applies(t->detail, g->value.kind, via))
        return OK;
    *e = (evidence){.via = via,
                    .kind = pointing ? c->object.kind : c->subject.kind,
                    .confidence = c->confidence,
                    .reliability = trust.reliability,
                    .source = c->source,
                    .derives_from = trust.derives_from,
                    .has_document = c->has_document,
                    .origins = c->origins,
                    .origin_count = c->origin_count,
                    .first_seen = c->first_seen,
                    .last_seen = c->last_seen,
                    .valid_from = c->valid_from,
                    .valid_until = c->valid_until,
                    .recorded = c->recorded,
                    .withdrawn = c->withdrawn,
                    .id_hi = c->id_hi,
                    .id_lo = c->id_lo};
    memcpy(e->document, c->document, SHA256_BYTES);
    if (!pointing && c->predicate == PRED_PATTERN_OF) {
        e->record = c->object.text;
        st = follow(g, t, e, &types, why);
    } else {
        st = direct_threat(g, t, why);
    }
    e->rule = sharpen(evidence_rule_of(c, t->detail, pointing, types), t);
    e->roles = evidence_roles_of(c, t->detail, types);
    g->set.count += st == OK;
    return st;
}

static bool have(const gather *g, const claim *c)
{
    for (size_t i = 0; i < g->set.count; i++)
        if (g->set.evidence[i].id_hi == c->id_hi && g->set.evidence[i].id_lo == c->id_lo)
            return true;
    return false;
}

static bool any_bad(const gather *g)
{
    for (size_t i = 0; i < g->set.count; i++)
        if (evidence_stance_of(g->set.evidence[i].rule) == STANCE_BAD)
            return true;
    return false;
}

/* A flood of claims may not hide a person's word, or the list that a value stands on. */
static status never_left_out(gather *g, node_ref value, predicate p, evidence_via via, err *why)
{
    claim_list list;
    status st = claims_of(g->l, g->a, value, p, EVIDENCE_PERSONS_MAX, &list, why);
    for (size_t i = 0; st == OK && i < list.count; i++)
        st = have(g, &list.at[i]) ? OK : add(g, &list.at[i], via, false, why);
    return st;
}

/* What was withdrawn only matters when nothing bad stands. */
static status about_itself(gather *g, node_ref value, err *why)
{
    claim_list list;
    status st = claims_judged(g->l, g->a, value, false, EVIDENCE_CLAIMS_MAX, &list, why);
    if (st == OK)
        st = room_for(g, list.count, why);
    for (size_t i = 0; st == OK && i < list.count; i++)
        st = add(g, &list.at[i], VIA_SELF, false, why);
    g->set.over = st == OK && list.more ? EVIDENCE_CLAIMS_MAX : 0;
    if (st == OK && list.more)
        st = never_left_out(g, value, PRED_VERDICT, VIA_SELF, why);
    if (st == OK && list.more)
        st = never_left_out(g, value, PRED_LISTED, VIA_SELF, why);
    if (st != OK || any_bad(g))
        return st;
    st = claims_judged(g->l, g->a, value, true, EVIDENCE_CLAIMS_MAX, &list, why);
    for (size_t i = 0; st == OK && i < list.count; i++)
        if (list.at[i].withdrawn && !have(g, &list.at[i]))
            st = add(g, &list.at[i], VIA_SELF, false, why);
    return st;
}

static status pointing_at(gather *g, node_ref value, err *why)
{
    claim_list list;
    status st = claims_to(g->l, g->a, value, PRED_NONE, 0, EVIDENCE_POINTING_MAX, &list, why);
    for (size_t i = 0; st == OK && i < list.count; i++)
        st = add(g, &list.at[i], VIA_SELF, true, why);
    if (st == OK && list.more && !g->set.over)
        g->set.over = EVIDENCE_POINTING_MAX;
    return st;
}

/* Of a parent only what speaks about it is of interest. */
static status about_parent(gather *g, node_ref parent, evidence_via via, err *why)
{
    claim_list list;
    status st = claims_of(g->l, g->a, parent, PRED_NONE, EVIDENCE_PARENT_MAX, &list, why);
    for (size_t i = 0; st == OK && i < list.count; i++) {
        predicate p = list.at[i].predicate;
        if (p < PRED_COUNT_ && readings[p])
            st = add(g, &list.at[i], via, false, why);
    }
    return st == OK && list.more ? never_left_out(g, parent, PRED_LISTED, via, why) : st;
}

static const evidence_via via_of_key[] = {
    [KEY_HOST] = VIA_HOST,          [KEY_PARENT] = VIA_PARENT,
    [KEY_REGISTRABLE] = VIA_PARENT, [KEY_NO_QUERY] = VIA_NO_QUERY,
    [KEY_MAIL_DOMAIN] = VIA_HOST,   [KEY_BASENAME] = VIA_HOST,
    [KEY_NO_SCHEME] = VIA_NO_QUERY, [KEY_WITH_SCHEME] = VIA_NO_QUERY,
    [KEY_EMBEDDED] = VIA_HOST,      [KEY_GENERAL] = VIA_NO_QUERY,
};

static status parents(gather *g, node_ref value, err *why)
{
    observable_key keys[EVIDENCE_KEYS_MAX];
    size_t n = 0;
    status st = observable_keys(g->a, value.kind, value.text, keys, COUNT_OF(keys), &n, why);
    for (size_t i = 0; st == OK && i < n; i++)
        st = about_parent(g, (node_ref){keys[i].kind, keys[i].value}, via_of_key[keys[i].how], why);
    return st;
}

static status from_sets(gather *g, node_ref value, evidence_via exact, err *why);

/* The same file under its other hashes, as somebody says. */
static status other_hashes(gather *g, node_ref value, err *why)
{
    size_t n = g->set.count, followed = 0;
    status st = OK;
    for (size_t i = 0; st == OK && i < n && followed < EVIDENCE_HASHES_MAX; i++) {
        const claim *c = &g->set.from[i].claim;
        node_ref other = g->set.from[i].pointing ? c->subject : c->object;
        if (c->predicate != PRED_HASHES_WITH || c->withdrawn || !kind_is_hash(other.kind) ||
            (other.kind == value.kind && slice_eq(other.text, value.text)))
            continue;
        followed++;
        st = about_parent(g, other, VIA_SAME_FILE, why);
        if (st == OK)
            st = from_sets(g, other, VIA_SAME_FILE, why);
    }
    return st;
}

/* Networks that hold the address, widest first: IPv4 from /8, IPv6 from /16 to /64, in the 16-byte
 * form of model/ip. */
static status networks(gather *g, node_ref value, err *why)
{
    ip addr;
    status st = OK;
    if ((value.kind != KIND_IPV4 && value.kind != KIND_IPV6) ||
        ip_parse(value.text, &addr, NULL) != OK)
        return OK;
    unsigned from = value.kind == KIND_IPV4 ? 96 + 8 : 16, to = value.kind == KIND_IPV4 ? 127 : 64;
    for (unsigned p = from; st == OK && p <= to; p++) {
        char text[IP_NET_TEXT_MAX];
        ip_net net = ip_net_of(&addr, (uint8_t)p);
        size_t len = ip_net_print(&net, text);
        st = about_parent(g, (node_ref){KIND_CIDR, slice_of(text, len)}, VIA_RANGE, why);
    }
    return st;
}

/* The same from the index: one call says which of them are stored at all. */
static status indexed(gather *g, index_t *ix, node_ref value, err *why)
{
    index_hits hits;
    status st =
        index_find(ix, &value, 1, INDEX_PARENT | INDEX_COVERS | INDEX_DERIVED, g->a, &hits, why);
    for (size_t i = 0; st == OK && i < hits.count; i++) {
        const index_hit *h = &hits.at[i];
        /* a derived value of the asked kind is a plainer spelling of it */
        evidence_via via = h->how == INDEX_PARENT       ? VIA_PARENT
                           : h->how == INDEX_COVERS     ? VIA_RANGE
                           : h->node.kind == value.kind ? VIA_NO_QUERY
                                                        : VIA_HOST;
        st = about_parent(g, h->node, via, why);
    }
    return st;
}

/* --- sets ------------------------------------------------------------------------------------ */

static evidence_rule rule_of_set(const set_info *s)
{
    if (s->verdict == SET_KNOWN_GOOD)
        return EV_KNOWN_GOOD;
    if (s->verdict == SET_KNOWN_BAD)
        return EV_LISTED_BAD;
    return s->polarity == SET_BENIGN       ? EV_LISTED_BENIGN
           : s->polarity == SET_SUSPICIOUS ? EV_SAYS_SUSPICIOUS
                                           : EV_LISTED_NEUTRAL;
}

/* Qualifiers of a claim that nobody stored: which list, what kind of list, which family. */
static status set_detail(gather *g, const set_hit *h, slice *ret, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 16 << 10);
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    if (h->label.len) {
        json_key(&w, "family");
        json_put_text(&w, h->label);
    }
    json_key(&w, "list");
    json_put_text(&w, h->set->name);
    json_key(&w, "polarity");
    const char *word = set_polarity_name(h->set->polarity);
    json_put_text(&w, slice_str(h->set->verdict == SET_KNOWN_GOOD  ? "good"
                                : h->set->verdict == SET_KNOWN_BAD ? "bad"
                                                                   : word));
    json_close(&w, '}');
    status st = buf_status(&b, why);
    return st != OK ? st : arena_copy(g->a, buf_slice(&b), ret) ? OK : ARENA_SPENT(g->a, why);
}

/* The claim that a set's membership amounts to, made on the spot. */
static status set_claim(gather *g, const set_hit *h, claim *ret, err *why)
{
    const set_info *s = h->set;
    *ret = (claim){.id_hi = h->id_hi,
                   .id_lo = h->id_lo,
                   .subject = h->node,
                   .predicate = PRED_LISTED,
                   .value = h->label,
                   .source = s->source,
                   .has_document = true,
                   .path = s->name,
                   .place = arena_printf(g->a, "set %.*s", SLICE_FMT(s->name)),
                   .confidence = -1,
                   .marking = s->marking,
                   .first_seen = h->first_seen,
                   .last_seen = h->last_seen,
                   .valid_from = WHEN_NONE,
                   .valid_until = h->valid_until,
                   .recorded = s->recorded};
    memcpy(ret->document, s->sha256, SHA256_BYTES);
    if (!ret->place.ptr)
        return ARENA_SPENT(g->a, why);
    return set_detail(g, h, &ret->detail, why);
}

static status from_sets(gather *g, node_ref value, evidence_via exact, err *why)
{
    set_hits hits;
    status st = sets_find(g->l, g->a, value, &hits, why);
    for (size_t i = 0; st == OK && i < hits.count; i++) {
        const set_hit *h = &hits.at[i];
        claim c;
        evidence_via via = h->how == SET_EXACT   ? exact
                           : h->how == SET_RANGE ? VIA_RANGE
                                                 : via_of_key[h->key];
        if ((st = set_claim(g, h, &c, why)) == OK)
            st = add(g, &c, via, false, why);
        if (st == OK)
            g->set.evidence[g->set.count - 1].rule = rule_of_set(h->set);
    }
    return st;
}

/* A range set apart by a standard is nobody's host, so no feed can make it a bad one. Documentation
 * ranges are left to the feeds: nothing answers there, and examples live in them. */
static status reserved(gather *g, node_ref value, err *why)
{
    ip addr;
    ip_net net;
    unsigned changed;
    const ip_special *s = NULL;
    if ((value.kind == KIND_IPV4 || value.kind == KIND_IPV6) &&
        ip_parse(value.text, &addr, NULL) == OK)
        s = ip_special_of(&addr);
    else if (value.kind == KIND_CIDR && ip_net_parse(value.text, &net, &changed, NULL) == OK)
        s = ip_net_special_of(&net);
    if (!s || strcmp(s->name, "documentation") == 0)
        return OK;
    slice text = arena_printf(g->a, "%s (%s)", s->name, s->source);
    if (!text.ptr)
        return ARENA_SPENT(g->a, why);
    claim c = {.subject = value,
               .value = text,
               .source = S("built-in"),
               .confidence = -1,
               .first_seen = WHEN_NONE,
               .last_seen = WHEN_NONE,
               .valid_from = WHEN_NONE,
               .valid_until = WHEN_NONE,
               .recorded = WHEN_NONE};
    status st = add(g, &c, VIA_SELF, false, why);
    if (st == OK)
        g->set.evidence[g->set.count - 1].rule = EV_RESERVED;
    return st;
}

/* Entries of lists that are somewhere in the value. */
static status patterns(gather *g, pattern_memo *known, node_ref value, err *why)
{
    pattern_hits hits;
    status st = patterns_in(g->l, known, g->a, value, &hits, why);
    for (size_t i = 0; st == OK && i < hits.count; i++)
        st = add(g, &hits.at[i], VIA_SELF, false, why);
    return st;
}

/* Lists of hosters and the like that name the public suffix the value is below. */
static status suffixes(gather *g, domain_memo *known, node_ref value, err *why)
{
    claim_list lists;
    status st = suffix_lists(g->l, known, g->a, value, &lists, why);
    for (size_t i = 0; st == OK && i < lists.count; i++)
        st = add(g, &lists.at[i], VIA_PARENT, false, why);
    return st;
}

status evidence_gather(const evidence_from *from, arena *a, node_ref value, evidence_set *ret,
                       err *why)
{
    gather g = {.l = from->l, .a = a, .trust = from->trust, .value = value};
    bool unheard = from->ix && index_lacks(from->ix, value); /* of most values nobody has spoken */
    status st = unheard ? OK : about_itself(&g, value, why);
    if (st == OK && !unheard)
        st = pointing_at(&g, value, why);
    if (st == OK && !unheard)
        st = other_hashes(&g, value, why);
    if (st == OK)
        st = from_sets(&g, value, VIA_SELF, why);
    if (st == OK && from->ix)
        st = indexed(&g, from->ix, value, why);
    if (st == OK && !from->ix)
        st = parents(&g, value, why);
    if (st == OK && !from->ix)
        st = networks(&g, value, why);
    if (st == OK)
        st = suffixes(&g, from->ix ? index_suffixes(from->ix) : NULL, value, why);
    if (st == OK)
        st = patterns(&g, from->patterns, value, why);
    if (st == OK)
        st = reserved(&g, value, why);
    if (st == OK)
        *ret = g.set;
    return st;
}
