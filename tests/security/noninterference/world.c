/* world.c - see world.h. */
#include "world.h"
#include "know/search.h"
#include "model/name.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OWNER_A S_INIT("org-a")
#define OWNER_B S_INIT("org-b")

const marking world_markings[WORLD_MARKINGS] = {
    {.tlp = TLP_CLEAR},
    {.tlp = TLP_GREEN},
    {.tlp = TLP_AMBER},
    {.tlp = TLP_AMBER_STRICT},
    {.tlp = TLP_AMBER_STRICT, .audience = S_INIT("x")},
    {.tlp = TLP_RED},
    {.tlp = TLP_RED, .audience = S_INIT("x")},
    {.tlp = TLP_RED, .audience = S_INIT("y")},
    {.tlp = TLP_CLEAR, .owner = OWNER_A},
    {.tlp = TLP_AMBER, .owner = OWNER_A},
    {.tlp = TLP_AMBER_STRICT, .owner = OWNER_A},
    {.tlp = TLP_RED, .owner = OWNER_A, .audience = S_INIT("x")},
    {.tlp = TLP_GREEN, .owner = OWNER_B},
    {.tlp = TLP_AMBER, .owner = OWNER_B},
    {.tlp = TLP_AMBER, .pap = PAP_RED},
};

const node_ref world_values[WORLD_VALUES] = {
    {KIND_IPV4, S_INIT("198.51.100.1")},
    {KIND_IPV4, S_INIT("198.51.100.2")},
    {KIND_IPV4, S_INIT("203.0.113.3")},
    {KIND_IPV4, S_INIT("203.0.113.4")},
    {KIND_CIDR, S_INIT("203.0.113.0/24")},
    {KIND_DOMAIN, S_INIT("example.com")},
    {KIND_DOMAIN, S_INIT("a.example.com")},
    {KIND_DOMAIN, S_INIT("example.org")},
    {KIND_URL, S_INIT("http://a.example.com/x")},
    {KIND_URL, S_INIT("http://203.0.113.3/y")},
    {KIND_EMAIL, S_INIT("eve@example.org")},
    {KIND_MD5, S_INIT("0123456789abcdef0123456789abcdef")},
    {KIND_SHA256, S_INIT("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")},
    {KIND_SHA256, S_INIT("1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")},
    {KIND_PROPERTY, S_INIT("watermark=77")},
    {KIND_PROPERTY, S_INIT("key=99")},
};

#define ID(type, n) S_INIT(type "--00000000-0000-4000-8000-0000000000" n)
const node_ref world_entities[WORLD_ENTITIES] = {
    {KIND_ACTOR, ID("intrusion-set", "01")},
    {KIND_ACTOR, ID("intrusion-set", "02")},
    {KIND_ACTOR, ID("intrusion-set", "03")},
    {KIND_ACTOR, ID("intrusion-set", "04")},
    {KIND_MALWARE, ID("malware", "05")},
    {KIND_MALWARE, ID("malware", "06")},
    {KIND_TOOL, ID("tool", "07")},
    {KIND_INDICATOR, ID("indicator", "08")},
    {KIND_INDICATOR, ID("indicator", "09")},
    {KIND_TECHNIQUE, ID("attack-pattern", "10")},
    {KIND_TECHNIQUE, ID("attack-pattern", "11")},
    {KIND_CAMPAIGN, ID("campaign", "12")},
    {KIND_VULNERABILITY, S_INIT("CVE-2024-11111")},
    {KIND_VULNERABILITY, S_INIT("CVE-2024-22222")},
};
const char *const world_names[WORLD_NAMES] = {"Quiet Mouse", "Grey Mouse", "Loud Cat",  "Tin Bear",
                                              "Paper Wasp",  "G9001",      "Stone Owl", "T9001"};

static const char *const folded_names[WORLD_NAMES] = {
    "quietmouse", "greymouse", "loudcat", "tinbear", "paperwasp", "g9001", "stoneowl", "t9001"};

static const char *const sources[] = {"alpha", "beta", "gamma", "delta", "confidant"};
static const char *const persons[] = {"analyst:eve", "analyst:bob"};

/* --- who sees what ---------------------------------------------------------------------------- */

static bool belongs(const view *v, slice audience)
{
    bool yes = v->all_audiences || !audience.len;
    for (size_t i = 0; i < v->audience_count; i++)
        yes |= slice_eq(v->audiences[i], audience);
    return yes;
}

bool may_see(const view *v, marking m)
{
    bool site = !v->organisation.len, ours = slice_eq(v->organisation, m.owner);
    switch (m.tlp) {
    case TLP_CLEAR:
    case TLP_GREEN:
    case TLP_AMBER: /* the site's own goes to its customers, a customer's own to nobody else */
        return v->clearance >= m.tlp && (site || ours || !m.owner.len);
    case TLP_AMBER_STRICT:
    case TLP_RED: /* for one organisation, and there for named people */
        return v->clearance >= m.tlp && (site || ours) && belongs(v, m.audience);
    case TLP_COUNT_:
    default: return false;
    }
}

marking world_record_marking(const world_event *e, const world_record *r)
{
    return r->r.marked ? marking_join(e->floor, r->r.marking) : e->floor;
}

static marking claim_marking(const world_event *e, const world_record *r, const fact_claim *c)
{
    return c->marked ? marking_join(e->floor, c->marking) : world_record_marking(e, r);
}

bool world_sees_whole(const world *w, size_t event, const view *v)
{
    const world_event *e = &w->events[event];
    bool whole = may_see(v, e->floor);
    for (size_t i = 0; i < e->record_count; i++) {
        whole &= may_see(v, world_record_marking(e, &e->records[i]));
        for (size_t k = 0; k < e->records[i].claim_count; k++)
            whole &= may_see(v, claim_marking(e, &e->records[i], &e->records[i].claims[k].c));
    }
    return whole;
}

bool world_hides_red(const world *w, unsigned number)
{
    char text[32];
    snprintf(text, sizeof text, "granular %u\"", number);
    for (size_t i = 0; i < w->event_count; i++)
        for (size_t k = 0; k < w->events[i].record_count; k++) {
            slice bytes = slice_str(w->events[i].records[k].bytes);
            if (slice_find(bytes, slice_str(text), 0) != SIZE_MAX)
                return slice_find(bytes, S("5e57c739"), 0) != SIZE_MAX;
        }
    return false;
}

/* --- chance ----------------------------------------------------------------------------------- */

static size_t pick(world *w, size_t n)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(w->random >> 33) % n;
}

static bool one_in(world *w, size_t n)
{
    return pick(w, n) == 0;
}

static marking any_marking(world *w)
{
    return one_in(w, 3) ? world_markings[pick(w, 2)] : world_markings[pick(w, WORLD_MARKINGS)];
}

static node_ref any_value(world *w)
{
    return world_values[pick(w, WORLD_VALUES - 2)];
}

static node_ref entity_of(world *w, kind k)
{
    size_t at = pick(w, WORLD_ENTITIES);
    while (k != KIND_NONE && world_entities[at].kind != k)
        at = (at + 1) % WORLD_ENTITIES;
    return world_entities[at];
}

/* --- claims ----------------------------------------------------------------------------------- */

#define SET_VALUE(x, ...) (snprintf((x)->value, sizeof(x)->value, __VA_ARGS__))
#define SET_DETAIL(x, ...) (snprintf((x)->detail, sizeof(x)->detail, __VA_ARGS__))

static void say_name(world *w, world_claim *x, node_ref who)
{
    static const char *const how[] = {"primary", "alias", "alias", "id"};
    size_t n = pick(w, WORLD_NAMES);
    x->c.subject = who;
    x->c.predicate = PRED_NAMED;
    x->c.object = (node_ref){KIND_NAME, slice_str(folded_names[n])};
    SET_VALUE(x, "%s", world_names[n]);
    SET_DETAIL(x, "{\"kind\":\"%s\"}", n == 5 || n == 7 ? "id" : how[pick(w, 3)]);
}

static void say_of_value(world *w, world_claim *x)
{
    static const node_ref none = {0};
    node_ref v = any_value(w);
    x->c.subject = v;
    switch (pick(w, 9)) {
    case 0:
    case 1:
        x->c.predicate = PRED_INDICATES;
        x->c.object = one_in(w, 4) ? none : entity_of(w, one_in(w, 3) ? KIND_ACTOR : KIND_MALWARE);
        SET_DETAIL(x, "{\"port\":%zu,\"role\":\"c2\"}", 80 + pick(w, 3));
        break;
    case 2:
        x->c.predicate = PRED_PATTERN_OF;
        x->c.object = entity_of(w, KIND_INDICATOR);
        break;
    case 3:
        x->c.predicate = PRED_PROPERTY;
        x->c.object = world_values[WORLD_VALUES - 1 - pick(w, 2)];
        break;
    case 4:
        x->c.predicate = PRED_LISTED;
        SET_DETAIL(x, "{\"list\":\"list %zu\",\"polarity\":\"benign\"}", pick(w, 3));
        break;
    case 5:
        x->c.predicate = PRED_HASHES_WITH;
        x->c.subject = world_values[11 + pick(w, 3)];
        x->c.object = world_values[11 + pick(w, 3)];
        break;
    case 6:
        x->c.predicate = PRED_RESOLVES_TO;
        x->c.object = any_value(w);
        break;
    case 7:
        x->c.predicate = PRED_COMMUNICATES_WITH;
        x->c.subject = entity_of(w, KIND_MALWARE);
        x->c.object = v;
        break;
    default:
        x->c.predicate = PRED_RELATED_TO;
        x->c.subject = world_values[WORLD_VALUES - 1 - pick(w, 2)];
        x->c.object = world_values[WORLD_VALUES - 1 - pick(w, 2)];
    }
}

static void say_vulnerability(world *w, world_claim *x)
{
    x->c.subject = entity_of(w, KIND_VULNERABILITY);
    if (one_in(w, 2)) {
        x->c.predicate = PRED_EXPLOITED;
        SET_DETAIL(x, "{\"date_added\":\"2024-0%zu-12\",\"ransomware\":\"Known\"}", 1 + pick(w, 9));
    } else {
        x->c.predicate = PRED_EXPLOITS;
        x->c.object = x->c.subject;
        x->c.subject = entity_of(w, one_in(w, 2) ? KIND_ACTOR : KIND_MALWARE);
    }
}

static void say_tie(world *w, world_claim *x, kind class)
{
    static const predicate ties[] = {PRED_SAME_AS, PRED_NOT_SAME_AS, PRED_REVOKED_BY,
                                     PRED_DUPLICATE_OF, PRED_SAME_AS};
    x->c.subject = entity_of(w, class);
    x->c.object = entity_of(w, class);
    x->c.predicate = ties[pick(w, COUNT_OF(ties))];
}

static void say_of_entity(world *w, world_claim *x, node_ref who)
{
    x->c.subject = who;
    switch (pick(w, 9)) {
    case 0:
        x->c.predicate = PRED_DESCRIBED;
        SET_VALUE(x, "%s is said to be number %zu, a mouse since 200%zu", who.text.ptr, pick(w, 90),
                  pick(w, 9));
        break;
    case 1:
        x->c.predicate = PRED_USES;
        x->c.object = entity_of(w, one_in(w, 2) ? KIND_TECHNIQUE : KIND_MALWARE);
        SET_VALUE(x, "has used cheese %zu", pick(w, 50));
        break;
    case 2:
        x->c.predicate = PRED_ATTRIBUTED_TO;
        x->c.object = entity_of(w, KIND_ACTOR);
        break;
    case 3:
        x->c.predicate = PRED_INDICATES;
        x->c.subject = entity_of(w, KIND_INDICATOR);
        x->c.object = entity_of(w, KIND_MALWARE);
        break;
    case 4:
        x->c.predicate = PRED_ORIGINATES_FROM;
        x->c.object = (node_ref){KIND_COUNTRY, one_in(w, 2) ? S("fr") : S("jp")};
        break;
    case 5:
        x->c.predicate = PRED_DETECTS;
        x->c.object = entity_of(w, KIND_TECHNIQUE);
        break;
    case 6: say_tie(w, x, one_in(w, 3) ? KIND_MALWARE : KIND_ACTOR); break;
    default: say_name(w, x, who);
    }
}

static void finish_claim(world *w, world_claim *x)
{
    x->c.confidence = one_in(w, 3) ? (int)pick(w, 101) : -1;
    x->c.first_seen = x->c.last_seen = x->c.valid_from = x->c.valid_until = WHEN_NONE;
    if (one_in(w, 2)) {
        x->c.first_seen = 1690000000000 + (when)pick(w, 20) * WHEN_DAY;
        x->c.last_seen = x->c.first_seen + (when)pick(w, 100) * WHEN_DAY;
    }
    if (one_in(w, 4)) {
        x->origin.len = (size_t)snprintf(x->origin_text, sizeof x->origin_text,
                                         "https://example.net/report/%zu", pick(w, 4));
        x->origin.ptr = x->origin_text;
        x->c.origins = &x->origin;
        x->c.origin_count = 1;
    }
    x->c.value = slice_str(x->value);
    x->c.detail = slice_str(x->detail);
}

/* A claim may be marked more strictly than its record. */
static void say(world *w, world_claim *x, const world_record *r, node_ref about)
{
    if (about.kind != KIND_NONE || one_in(w, 2))
        say_of_entity(w, x, about.kind != KIND_NONE ? about : entity_of(w, KIND_NONE));
    else if (one_in(w, 6))
        say_vulnerability(w, x);
    else
        say_of_value(w, x);
    if (one_in(w, 5)) {
        x->c.marked = true;
        x->c.marking = marking_join(r->r.marked ? r->r.marking : (marking){0}, any_marking(w));
        if (r->r.marked || !x->c.marking.owner.len)
            x->c.marking.owner = r->r.marking.owner;
    }
    finish_claim(w, x);
}

/* --- documents -------------------------------------------------------------------------------- */

/* An object as STIX has it, with a part that only some may see. */
static void put_object_text(world *w, world_record *r)
{
    static const char *const levels[] = {
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",  /* TLP:RED */
        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"}; /* TLP:GREEN */
    char granular[256] = "";
    if (one_in(w, 2))
        snprintf(granular, sizeof granular,
                 ",\"granular_markings\":[{\"marking_ref\":\"%s\",\"selectors\":[\"notes\"]}],"
                 "\"notes\":\"granular %u\"",
                 levels[pick(w, 2)], w->hidden_number++);
    int type = (int)slice_find(slice_str(r->id), S("--"), 0);
    snprintf(r->bytes, sizeof r->bytes,
             "{\"type\":\"%.*s\",\"spec_version\":\"2.1\",\"id\":\"%s\",\"name\":\"n %zu\"%s}",
             type, r->id, r->id, pick(w, 1000), granular);
}

static void make_record(world *w, const world_event *e, size_t number, world_record *r)
{
    node_ref about = {0};
    *r = (world_record){.number = number, .r = {.modified = WHEN_NONE}};
    if (one_in(w, 4) && e->floor.tlp < TLP_RED) {
        r->r.marked = true; /* a mixed document; owners are the delivery's alone */
        r->r.marking = any_marking(w);
        r->r.marking.owner = (slice){0};
    }
    if (!one_in(w, 3)) {
        about = entity_of(w, KIND_NONE);
        if (about.kind == KIND_VULNERABILITY)
            about = world_entities[pick(w, 4)];
        snprintf(r->id, sizeof r->id, "%.*s", SLICE_FMT(about.text));
        r->r.modified = 1650000000000 + (when)pick(w, 5) * WHEN_DAY;
        r->r.revoked = one_in(w, 6);
        put_object_text(w, r);
    } else {
        snprintf(r->bytes, sizeof r->bytes, "{\"line\":%zu}", pick(w, 100000));
    }
    r->claim_count = 1 + pick(w, WORLD_CLAIMS);
    for (size_t i = 0; i < r->claim_count; i++)
        say(w, &r->claims[i], r, about);
}

static void join_bytes(world_event *e, uint64_t number)
{
    uint8_t digest[SHA256_BYTES];
    hash_state *h = hash_new(HASH_SHA256);
    assert(h);
    buf_init(&e->bytes, 1 << 20);
    buf_printf(&e->bytes, "{\"type\":\"bundle\",\"number\":%llu,\"objects\":[",
               (unsigned long long)number);
    for (size_t i = 0; i < e->record_count; i++) {
        world_record *r = &e->records[i];
        slice text = slice_str(r->bytes);
        if (i)
            buf_byte(&e->bytes, ',');
        snprintf(r->place, sizeof r->place, "/objects/%llu", (unsigned long long)r->number);
        r->r.at = e->bytes.len;
        r->r.length = text.len;
        buf_put(&e->bytes, text);
        hash_update(h, text);
        hash_final(h, digest);
        memcpy(r->r.content, digest, sizeof r->r.content);
        r->r.id = slice_str(r->id);
        r->r.spec = r->id[0] ? S("2.1") : S("");
        r->r.place = slice_str(r->place);
    }
    buf_put(&e->bytes, S("]}"));
    hash_update(h, buf_slice(&e->bytes));
    hash_final(h, e->sha256);
    hash_free(h);
}

/* The record of an earlier document once more, so that marks and lists differ for one content. */
static bool repeat_record(world *w, world_record *r, size_t number)
{
    size_t at = pick(w, w->event_count + 1);
    if (at >= w->event_count || w->events[at].what != EVENT_DOCUMENT)
        return false;
    const world_event *from = &w->events[at];
    *r = from->records[pick(w, from->record_count)];
    for (size_t i = 0; i < r->claim_count; i++) { /* what points into the record moved with it */
        world_claim *x = &r->claims[i];
        x->c.value = slice_str(x->value);
        x->c.detail = slice_str(x->detail);
        x->origin.ptr = x->origin_text;
        x->c.origins = x->c.origin_count ? &x->origin : NULL;
    }
    r->number = number;
    return true;
}

/* One day of scores; the vulnerability may be left out of it. Its marking is the delivery's. */
static void make_series(world *w, world_event *e)
{
    world_record *r = calloc(WORLD_RECORDS, sizeof *r);
    assert(r);
    e->source = sources[pick(w, COUNT_OF(sources))];
    e->floor = any_marking(w);
    e->feed = "epss.csv";
    e->record_count = 1;
    e->records = r;
    r->r.modified = WHEN_NONE;
    snprintf(r->bytes, sizeof r->bytes, "{\"day\":%zu}", pick(w, 100000));
    when day = 1700000000000 / WHEN_DAY * WHEN_DAY + (when)pick(w, 4) * WHEN_DAY;
    for (size_t i = 0; i < 2; i++) {
        char value[40];
        if (one_in(w, 4) && r->claim_count + (i == 0))
            continue;
        snprintf(value, sizeof value, "epss %zu %zu", pick(w, 1000000), pick(w, 1000000));
        world_says(r, world_entities[WORLD_ENTITIES - 2 + i], PRED_MEASURED, (node_ref){0}, value);
        r->claims[r->claim_count - 1].c.valid_from = day;
    }
    join_bytes(e, w->event_count);
}

/* A name that two or three have becomes one of over NAME_USERS_MAX, for those who see it. */
static void make_flood(world *w, world_event *e)
{
    world_record *r = calloc(WORLD_RECORDS, sizeof *r);
    assert(r);
    e->source = sources[COUNT_OF(sources) - 1];
    e->floor = world_markings[5 + pick(w, 3)];
    e->feed = "flood.json";
    e->record_count = 1;
    e->records = r;
    e->flooded = pick(w, 5);
    r->r.modified = WHEN_NONE;
    snprintf(r->bytes, sizeof r->bytes, "{\"flood\":%zu}", pick(w, 100000));
    join_bytes(e, w->event_count);
}

static void make_document(world *w, world_event *e)
{
    static const char *const feeds[] = {"daily.json", "weekly.json", "once.json"};
    e->source = sources[pick(w, COUNT_OF(sources) - 1)];
    e->floor = any_marking(w);
    if (one_in(w, 6)) { /* a source that some readers never hear of */
        e->source = sources[COUNT_OF(sources) - 1];
        e->floor = world_markings[5 + pick(w, 3)];
    }
    e->feed = feeds[pick(w, COUNT_OF(feeds))];
    e->snapshot = one_in(w, 2);
    e->reliability = one_in(w, 5) ? (char)('A' + pick(w, 5)) : 0;
    e->derives_from = one_in(w, 6) ? sources[pick(w, COUNT_OF(sources))] : NULL;
    e->record_count = 1 + pick(w, WORLD_RECORDS);
    e->records = calloc(WORLD_RECORDS, sizeof *e->records);
    assert(e->records);
    for (size_t i = 0; i < e->record_count; i++)
        if (!one_in(w, 3) || !repeat_record(w, &e->records[i], i))
            make_record(w, e, i, &e->records[i]);
    for (size_t i = 0; i < e->record_count; i++) /* owners are the delivery's alone */
        e->records[i].r.marking.owner = (slice){0};
    for (size_t i = 0; i < e->record_count; i++)
        for (size_t k = 0; k < e->records[i].claim_count; k++)
            e->records[i].claims[k].c.marking.owner = (slice){0};
    join_bytes(e, w->event_count);
}

/* --- by hand ---------------------------------------------------------------------------------- */

world_event *world_document(world *w, const char *source, marking floor)
{
    assert(w->event_count < WORLD_EVENTS);
    world_event *e = &w->events[w->event_count++];
    *e = (world_event){.what = EVENT_DOCUMENT, .source = source, .floor = floor, .feed = "a.json"};
    e->records = calloc(WORLD_RECORDS, sizeof *e->records);
    assert(e->records);
    return e;
}

void world_document_end(world *w, world_event *e)
{
    join_bytes(e, (uint64_t)(e - w->events));
}

world_record *world_object(world_event *e, const char *id, when modified, const char *text)
{
    assert(e->record_count < WORLD_RECORDS);
    world_record *r = &e->records[e->record_count];
    *r = (world_record){.number = e->record_count++, .r = {.modified = modified}};
    snprintf(r->id, sizeof r->id, "%s", id);
    snprintf(r->bytes, sizeof r->bytes, "%s", text);
    return r;
}

void world_says(world_record *r, node_ref subject, predicate p, node_ref object, const char *value)
{
    assert(r->claim_count < WORLD_CLAIMS);
    world_claim *x = &r->claims[r->claim_count++];
    x->c = (fact_claim){.subject = subject,
                        .predicate = p,
                        .object = object,
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
    snprintf(x->value, sizeof x->value, "%s", value);
    x->c.value = slice_str(x->value);
}

/* --- the other events ------------------------------------------------------------------------- */

static void make_word(world *w, world_event *e)
{
    static const char *const verdicts[] = {"malicious", "benign", "suspicious"};
    world_claim *x = &e->said;
    e->source = persons[pick(w, COUNT_OF(persons))];
    if (one_in(w, 2)) {
        x->c.subject = any_value(w);
        x->c.predicate = PRED_VERDICT;
        SET_VALUE(x, "%s", verdicts[pick(w, COUNT_OF(verdicts))]);
    } else { /* a merge or a split */
        say_tie(w, x, KIND_ACTOR);
        x->c.predicate = one_in(w, 3) ? PRED_NOT_SAME_AS : PRED_SAME_AS;
    }
    finish_claim(w, x);
    x->c.marked = true;
    x->c.marking = any_marking(w);
}

/* Takes back what somebody said before. */
static void make_retraction(world *w, world_event *e)
{
    for (size_t tries = 0; tries < 20; tries++) {
        const world_event *of = &w->events[pick(w, w->event_count)];
        const world_claim *x = NULL;
        if (of->what == EVENT_PERSON)
            x = &of->said;
        else if (of->what == EVENT_DOCUMENT)
            x = &of->records[pick(w, of->record_count)].claims[0];
        if (!x)
            continue;
        e->source = of->source;
        e->said.c.subject = x->c.subject;
        e->said.c.predicate = x->c.predicate;
        e->object = one_in(w, 2) ? x->c.object : (node_ref){0};
        return;
    }
    make_word(w, e);
    e->what = EVENT_PERSON;
}

/* A version of a set is loaded; or those of an earlier event's set are dropped. */
static void make_list(world *w, world_event *e)
{
    e->what = EVENT_SET;
    e->source = sources[pick(w, COUNT_OF(sources))];
    e->feed = world_sets[pick(w, 2)];
    e->floor = any_marking(w);
    e->again = w->event_count;
    e->bits = (uint32_t)pick(w, 1 << 16);
    size_t of = pick(w, w->event_count + 1);
    if (of == w->event_count || w->events[of].what != EVENT_SET)
        return;
    *e = w->events[of]; /* another version of it, or none */
    e->bits = (uint32_t)pick(w, 1 << 16);
    e->what = one_in(w, 2) ? EVENT_DROP : EVENT_SET;
}

/* In every world: words that are said in secret and taken back, secret decisions there and back
 * (what was taken back stands again), a document that comes again late, and late grades. */
static void make_certain(world_event *e, size_t after)
{
    if (after < 4) {
        e->what = after < 2 ? EVENT_PERSON : EVENT_RETRACT;
        e->source = persons[0];
        e->said.c = (fact_claim){.subject = world_entities[0],
                                 .predicate = after % 2 ? PRED_SAME_AS : PRED_NOT_SAME_AS,
                                 .object = world_entities[1],
                                 .value = S("told in secret"),
                                 .confidence = -1,
                                 .first_seen = WHEN_NONE,
                                 .last_seen = WHEN_NONE,
                                 .valid_from = WHEN_NONE,
                                 .valid_until = WHEN_NONE,
                                 .marking = {.tlp = TLP_RED},
                                 .marked = true};
        e->object = world_entities[1];
    } else if (after < 7) {
        e->what = EVENT_SECRET;
        e->bits = 2; /* the third and the fourth */
    } else if (after < 8) {
        e->what = EVENT_AGAIN; /* of the first document */
    } else {
        e->what = EVENT_SETTING;
        e->source = sources[after % 4];
        e->reliability = 'E';
    }
}

static void make_event(world *w)
{
    world_event *e = &w->events[w->event_count];
    size_t what = w->event_count < 3 ? 0 : pick(w, 28);
    if (w->event_count >= WORLD_EVENTS - 12) {
        *e = (world_event){0};
        make_certain(e, w->event_count++ - (WORLD_EVENTS - 12));
        return;
    }
    *e = (world_event){.what = EVENT_DOCUMENT};
    if (w->event_count == WORLD_EVENTS / 4) {
        e->what = EVENT_FLOOD;
        make_flood(w, e);
    } else if (what >= 26) {
        e->what = EVENT_DECIDE;
        e->bits = (uint32_t)pick(w, 4 * 3 * 2);
    } else if (what >= 24) {
        e->what = EVENT_SERIES;
        make_series(w, e);
    } else if (what >= 20) {
        make_list(w, e);
    } else if (what >= 18) {
        e->what = EVENT_SETTING;
        e->source = sources[pick(w, COUNT_OF(sources) - 1)];
        e->reliability = one_in(w, 2) ? (char)('A' + pick(w, 5)) : 0;
        e->derives_from = one_in(w, 2) ? sources[pick(w, COUNT_OF(sources) - 1)] : NULL;
    } else if (what >= 16) {
        e->what = EVENT_RETRACT;
        make_retraction(w, e);
    } else if (what >= 13) {
        e->what = EVENT_PERSON;
        make_word(w, e);
    } else if (what == 12) {
        e->again = pick(w, w->event_count);
        while (w->events[e->again].what != EVENT_DOCUMENT)
            e->again = (e->again + 1) % w->event_count;
        e->what = EVENT_AGAIN;
    } else {
        make_document(w, e);
    }
    w->event_count++;
}

void world_make(world *w, uint64_t seed)
{
    *w = (world){.seed = seed, .random = seed * 0x9e3779b97f4a7c15u + 1};
    while (w->event_count < WORLD_EVENTS)
        make_event(w);
}

void world_done(world *w)
{
    for (size_t i = 0; i < w->event_count; i++)
        if (w->events[i].records) {
            buf_done(&w->events[i].bytes);
            free(w->events[i].records);
        }
}

/* --- stores ----------------------------------------------------------------------------------- */

int64_t world_instant(size_t event)
{
    return 1700000000000000 + (int64_t)(event + 1) * 3600000000;
}

when world_after(size_t event)
{
    return world_instant(event) / 1000 + 1800000;
}

static int64_t tell_time(void *ctx)
{
    return ((world_store *)ctx)->now_us;
}

static status open_store(world_store *ws, int mutant)
{
    store_options o = {.dir = ws->dir,
                       .server = test_server(&ws->engine, ws->dir),
                       .create = true,
                       .clock = {.now_us = tell_time, .ctx = ws},
                       .random = random_seeded(&ws->seed),
                       .mutant = mutant};
    return store_open(&o, &ws->s, &ws->why);
}

bool world_store_open(world_store *ws)
{
    *ws = (world_store){.now_us = world_instant(0), .seed = 1};
    /* in memory where there is room: thousands of commits would wait for the disk */
    snprintf(ws->dir, sizeof ws->dir, "%s/noroshi-world-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(ws->dir) && open_store(ws, -1) == OK &&
           writer_new(ws->s, S("tester"), &ws->w, &ws->why) == OK;
}

bool world_store_mutant(world_store *ws, int mutant)
{
    ws->w = writer_free(ws->w);
    ws->s = store_close(ws->s);
    return open_store(ws, mutant) == OK;
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
    (void)s;
    (void)type;
    (void)ftw;
    return remove(path);
}

void world_store_close(world_store *ws)
{
    ws->w = writer_free(ws->w);
    ws->s = store_close(ws->s);
    if (ws->dir[0])
        nftw(ws->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- letting things happen -------------------------------------------------------------------- */

static bool seen(const view *v, marking m)
{
    return !v || may_see(v, m);
}

static status put_blob(world_store *ws, const world_event *e)
{
    blob_writer *b;
    uint8_t sha[SHA256_BYTES];
    uint64_t bytes;
    status st = blob_begin(store_blobs(ws->s), &b, &ws->why);
    if (st == OK && (st = blob_put(b, buf_slice(&e->bytes), &ws->why)) != OK) {
        blob_drop(b);
        return st;
    }
    return st == OK ? blob_end(b, sha, &bytes, &ws->why) : st;
}

/* Many that are called so. */
static status put_flood(world_store *ws, const world_event *e)
{
    status st = OK;
    for (unsigned i = 0; st == OK && e->what == EVENT_FLOOD && i <= NAME_USERS_MAX; i++) {
        char key[32];
        snprintf(key, sizeof key, "name:flood %u", i);
        fact_claim c = {.subject = {KIND_ACTOR, slice_str(key)},
                        .predicate = PRED_NAMED,
                        .object = {KIND_NAME, slice_str(folded_names[e->flooded])},
                        .value = slice_str(world_names[e->flooded]),
                        .detail = S("{\"kind\":\"alias\"}"),
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
        st = writer_claim(ws->w, &c, &ws->why);
    }
    return st;
}

static status put_record(world_store *ws, const world_event *e, const world_record *r,
                         const view *v)
{
    bool fresh = false;
    if (!seen(v, world_record_marking(e, r)))
        return OK;
    status st = writer_begin(ws->w, &r->r, &ws->why);
    for (size_t i = 0; st == OK && i < r->claim_count; i++)
        if (seen(v, claim_marking(e, r, &r->claims[i].c)))
            st = writer_claim(ws->w, &r->claims[i].c, &ws->why);
    if (st == OK)
        st = put_flood(ws, e);
    if (st == OK)
        st = writer_end(ws->w, &fresh, &ws->why);
    ws->fresh += fresh;
    return st;
}

static status put_document(world_store *ws, const world_event *e, const char *path, const view *v)
{
    document_result r;
    document_in d = {.sha256 = e->sha256,
                     .bytes = e->bytes.len,
                     .source = slice_str(e->source),
                     .reliability = e->reliability,
                     .derives_from = slice_str(e->derives_from),
                     .marking = e->floor,
                     .parser = 1,
                     .format = S("stix-2.1"),
                     .path = slice_str(path),
                     .feed = slice_str(e->feed),
                     .snapshot = e->snapshot};
    if (!seen(v, e->floor))
        return OK;
    status st = put_blob(ws, e);
    if (st == OK)
        st = writer_document(ws->w, &d, &ws->why);
    for (size_t i = 0; st == OK && i < e->record_count; i++)
        st = put_record(ws, e, &e->records[i], v);
    if (st == OK)
        st = writer_document_end(ws->w, S("stix-2.1"), 0, &r, &ws->why);
    return st == OK ? writer_sync(ws->w, &ws->why) : st;
}

static status arrive_again(world_store *ws, const world_event *e, const view *v)
{
    static const uint32_t parser = 1;
    document_known known;
    known_question asked = {.sha256 = e->sha256,
                            .floor = e->floor,
                            .parsers = &parser,
                            .parser_count = 1,
                            .snapshot = e->snapshot};
    if (!seen(v, e->floor))
        return OK;
    status st = writer_known(ws->w, &asked, &known, &ws->why);
    if (st == ERR_NOT_FOUND)
        return put_document(ws, e, e->feed, v);
    return st == OK ? writer_sync(ws->w, &ws->why) : st;
}

status world_deliver(world_store *ws, const world *w, size_t event, const char *path, bool known)
{
    const world_event *e = &w->events[event];
    return known ? arrive_again(ws, e, NULL) : put_document(ws, e, path, NULL);
}

static status apply(world_store *ws, const world *w, const world_event *e, const view *v)
{
    status st = OK;
    uint64_t count;
    slice from = slice_str(e->derives_from), source = slice_str(e->source);
    switch (e->what) {
    case EVENT_DOCUMENT:
    case EVENT_SERIES:
    case EVENT_FLOOD: return put_document(ws, e, e->feed, v);
    case EVENT_SET:
    case EVENT_DROP: return world_list(ws, e, v);
    case EVENT_DECIDE:
    case EVENT_SECRET: return world_decision(ws, e, v);
    case EVENT_AGAIN: return arrive_again(ws, &w->events[e->again], v);
    case EVENT_PERSON:
        if (seen(v, e->said.c.marking))
            st = writer_curate(ws->w, source, &e->said.c, S("because"), &ws->why);
        return st == ERR_BUSY ? OK : st;
    case EVENT_RETRACT:
        st = writer_retract(ws->w, source, e->said.c.subject, e->said.c.predicate, e->object,
                            S("wrong"), &count, &ws->why);
        return st == ERR_NOT_FOUND ? OK : st;
    case EVENT_SETTING:
    default:
        return writer_source_set(ws->w, source, e->reliability, NULL,
                                 e->derives_from ? &from : NULL, &ws->why);
    }
}

status world_apply(world_store *ws, const world *w, size_t event, const view *seen_by)
{
    ws->now_us = world_instant(event);
    status st = apply(ws, w, &w->events[event], seen_by);
    if (st == OK)
        st = world_meet(ws, event, seen_by);
    if (st == OK)
        st = world_subscribe(ws, event, seen_by);
    return st == OK ? search_catch_up(ws->s, &ws->why) : st;
}
