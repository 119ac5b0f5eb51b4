/* dump.c - see dump.h. */
#include "answer/ask.h"
#include "dump.h"
#include "answer/render.h"
#include "judge/rejudge.h"
#include "know/events.h"
#include "know/feeds.h"
#include "know/heard.h"
#include "know/held.h"
#include "know/indicators.h"
#include "know/names.h"
#include "know/search.h"
#include "know/series.h"
#include "know/sets.h"
#include "publish/claim_json.h"
#include "publish/export.h"
#include "publish/redact.h"

#include <stdio.h>

enum { MEMORY = 64 << 20 };

const view reading_all = {.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};

/* What was given to a reading function that says no is part of what the reader learns. */
static void put_status(buf *out, const char *what, status st, const err *why)
{
    if (st != OK)
        buf_printf(out, "%s: %s: %s\n", what, status_name(st), why->msg);
}

static status keep(void *ctx, slice bytes, err *why)
{
    (void)why;
    buf_put(ctx, bytes);
    return OK;
}

/* --- claims ----------------------------------------------------------------------------------- */

static void put_claim_list(buf *out, const char *what, const claim_list *list)
{
    buf_printf(out, "%s %zu%s\n", what, list->count, list->more ? " more" : "");
    for (size_t i = 0; i < list->count; i++) {
        claim_json(out, &list->at[i]);
        buf_byte(out, '\n');
    }
}

static void put_node(const reading *r, lens *l, node_ref n, buf *out)
{
    CLEANUP(arena_done) arena a;
    claim_list list;
    err why = {0};
    bool known = false;
    uint64_t count = 0;
    arena_init(&a, MEMORY);
    buf_printf(out, "node %.*s\n", SLICE_FMT(n.text));
    status st = claims_of(l, &a, n, PRED_NONE, 1000, &list, &why);
    if (st == OK)
        put_claim_list(out, "of", &list);
    if (st == OK && (st = claims_of(l, &a, n, PRED_VERDICT, 1000, &list, &why)) == OK)
        put_claim_list(out, "verdicts", &list);
    if (st == OK && !r->no_past &&
        (st = claims_of_past(l, &a, n, PRED_NONE, 1000, &list, &why)) == OK)
        put_claim_list(out, "past", &list);
    if (st == OK && !r->no_past &&
        (st = claims_of_past(l, &a, n, PRED_VERDICT, 1000, &list, &why)) == OK)
        put_claim_list(out, "past verdicts", &list);
    if (st == OK && (st = claims_to(l, &a, n, PRED_NONE, 0, 1000, &list, &why)) == OK)
        put_claim_list(out, "to", &list);
    /* the same when there is more than is read */
    for (size_t max = 1; st == OK && max <= 3; max++) {
        if ((st = claims_of(l, &a, n, PRED_NONE, max, &list, &why)) == OK)
            put_claim_list(out, "some of", &list);
        if (st == OK && !r->no_past &&
            (st = claims_of_past(l, &a, n, PRED_NONE, max, &list, &why)) == OK)
            put_claim_list(out, "some past", &list);
        if (st == OK && !r->no_past &&
            (st = claims_of_past(l, &a, n, PRED_INDICATES, max, &list, &why)) == OK)
            put_claim_list(out, "some past of a predicate", &list);
        if (st == OK && (st = claims_to(l, &a, n, PRED_NONE, 0, max, &list, &why)) == OK)
            put_claim_list(out, "some to", &list);
    }
    if (st == OK && (st = claims_to(l, &a, n, PRED_INDICATES, 0, 2, &list, &why)) == OK)
        put_claim_list(out, "indicates", &list);
    if (st == OK && (st = claims_count_to(l, n, PRED_INDICATES, 100, &count, &why)) == OK &&
        (st = node_known(l, n, &known, &why)) == OK)
        buf_printf(out, "known %d, indicated by %d\n", known, (int)count);
    put_status(out, "node", st, &why);
}

static void put_ids(const reading *r, lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    err why;
    arena_init(&a, MEMORY);
    for (size_t i = 0; r->ids && i < r->ids->count; i++) {
        claim c;
        if (claim_get(l, &a, slice_str(r->ids->at[i]), &c, &why) == OK) {
            claim_json(out, &c);
            buf_byte(out, '\n');
        }
    }
}

/* --- objects, documents, exports -------------------------------------------------------------- */

static status put_object(lens *l, arena *a, const object_info *o, buf *out, err *why)
{
    slice bytes;
    redaction how;
    status st = object_bytes(l, a, o, &bytes, why);
    if (st == OK)
        st = redact_object(l, a, bytes, &bytes, &how, why);
    if (st == OK)
        object_json(out, o, how == REDACT_WITHHOLD ? S("null") : bytes);
    buf_byte(out, '\n');
    return st;
}

static void put_objects(lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    object_list list;
    err why = {0};
    arena_init(&a, MEMORY);
    for (size_t i = 0; i < WORLD_ENTITIES; i++) {
        status st = objects_named(l, &a, world_entities[i].text, &list, &why);
        for (size_t k = 0; st == OK && k < list.count; k++)
            st = put_object(l, &a, &list.at[k], out, &why);
        put_status(out, "object", st, &why);
    }
    status st = objects_page(l, &a, 0, 1000, &list, &why);
    for (size_t k = 0; st == OK && k < list.count; k++)
        buf_printf(out, "%.*s of %.*s\n", SLICE_FMT(list.at[k].id), SLICE_FMT(list.at[k].source));
    put_status(out, "objects", st, &why);
}

/* --- daily series and bulk lists -------------------------------------------------------------- */

static void put_series(lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    series_points h;
    err why = {0};
    arena_init(&a, MEMORY);
    for (size_t i = 0; i < WORLD_ENTITIES; i++) {
        if (world_entities[i].kind != KIND_VULNERABILITY)
            continue;
        status st =
            series_history(l, &a, S("epss"), world_entities[i].text, WHEN_NONE, 100, &h, &why);
        for (size_t k = 0; st == OK && k < h.count; k++)
            buf_printf(out, "point %.*s %lld %u %u %.*s %s\n", SLICE_FMT(world_entities[i].text),
                       (long long)h.at[k].day, h.at[k].value, h.at[k].rank,
                       SLICE_FMT(h.at[k].source), tlp_name(h.at[k].marking.tlp));
        put_status(out, "series", st, &why);
    }
}

static void put_set(buf *out, const char *what, const set_info *s)
{
    char at[WHEN_TEXT_MAX];
    buf_printf(out, "%s %.*s of %.*s: %s %s %s %llu %s%s\n", what, SLICE_FMT(s->name),
               SLICE_FMT(s->source), set_verdict_name(s->verdict), set_polarity_name(s->polarity),
               tlp_name(s->marking.tlp), (unsigned long long)s->keys, when_iso(s->recorded, at),
               s->withdrawn ? " withdrawn" : "");
}

static void put_sets(const reading *r, lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    set_list list;
    set_hits h;
    err why = {0};
    arena_init(&a, MEMORY);
    status st = sets_seen(l, &list, &why);
    for (size_t i = 0; st == OK && i < list.count; i++)
        put_set(out, "set", &list.at[i]);
    for (size_t i = 0; st == OK && i < WORLD_VALUES - 2; i++)
        if ((st = sets_find(l, &a, world_values[i], &h, &why)) == OK)
            for (size_t k = 0; k < h.count; k++)
                buf_printf(out, "hit %.*s: %.*s %d %.*s \"%.*s\" %llx\n",
                           SLICE_FMT(world_values[i].text), SLICE_FMT(h.at[k].set->name),
                           h.at[k].how, SLICE_FMT(h.at[k].node.text), SLICE_FMT(h.at[k].label),
                           (unsigned long long)h.at[k].id_lo);
    if (st == OK && !r->no_past && (st = sets_past(l, &a, &list, &why)) == OK)
        for (size_t i = 0; i < list.count; i++)
            put_set(out, "was", &list.at[i]);
    put_status(out, "sets", st, &why);
}

/* --- what watchers look for ------------------------------------------------------------------- */

/* In no order: one sum of them all. */
typedef struct lookout {
    uint64_t count, sum;
} lookout;

static status put_indicator(void *ctx, const indicator_value *v, err *why)
{
    static const uint8_t key[16] = {0};
    lookout *k = ctx;
    (void)why;
    k->count++;
    k->sum += siphash(key, v->node.text) * (uint64_t)v->node.kind;
    return OK;
}

static void put_indicators(lens *l, buf *out)
{
    err why = {0};
    lookout k = {0};
    const indicator_rules all = {.subjects = UINT64_MAX, .objects = UINT64_MAX};
    put_status(out, "indicators", indicators_each(l, &all, put_indicator, &k, &why), &why);
    buf_printf(out, "looks for %llu: %llx\n", (unsigned long long)k.count,
               (unsigned long long)k.sum);
}

/* --- alerts ----------------------------------------------------------------------------------- */

static status put_alert(lens *l, arena *a, const alert_info *x, buf *out, err *why)
{
    alert_info same;
    alert_places places;
    status st = alert_get(l, a, slice_str(x->id), &same, why);
    if (st == OK)
        st = alert_places_of(l, a, &same, &places, why);
    if (st == OK)
        buf_printf(out, "%s %.*s %.*s %lld %llu %s %.*s %zu\n", x->id, SLICE_FMT(x->indicator.text),
                   SLICE_FMT(x->host), (long long)x->first, (unsigned long long)x->hits,
                   tlp_name(x->marking.tlp), SLICE_FMT(x->marking.owner), places.count);
    return st;
}

static void put_alerts(const reading *r, lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    alert_list list;
    err why = {0};
    arena_init(&a, MEMORY);
    status st = OK;
    for (int which = 0; st == OK && which < 3; which++) {
        alert_filter f = {.closed_too = which == 1, .oldest_first = which == 2};
        st = alerts_page(l, &a, &f, 0, ALERT_PAGE_MAX, &list, &why);
        for (size_t i = 0; st == OK && i < list.count; i++)
            st = put_alert(l, &a, &list.at[i], out, &why);
    }
    for (size_t i = 0; st == OK && i < WORLD_VALUES; i++) {
        alert_filter f = {.indicator = world_values[i]};
        st = alerts_page(l, &a, &f, 0, ALERT_PAGE_MAX, &list, &why);
        for (size_t k = 0; st == OK && k < list.count; k++)
            st = put_alert(l, &a, &list.at[k], out, &why);
    }
    for (size_t i = 0; st == OK && r->ids && i < r->ids->alert_count; i++) {
        alert_info x;
        st = alert_get(l, &a, slice_str(r->ids->alerts[i]), &x, &why);
        buf_printf(out, "alert %s %s\n", r->ids->alerts[i], st == OK ? "is there" : "is not");
        st = st == ERR_NOT_FOUND ? OK : st;
    }
    put_status(out, "alerts", st, &why);
}

/* --- feeds ------------------------------------------------------------------------------------ */

/* Also those that are not to be seen are asked for. */
static status put_feed(lens *l, arena *a, size_t number, buf *out, err *why)
{
    char name[32];
    feed_info f;
    feed_runs runs;
    snprintf(name, sizeof name, "feed-%zu", number);
    status st = feed_get(l, a, slice_str(name), &f, why);
    buf_printf(out, "%s %s\n", name, st == OK ? tlp_name(f.d.marking.tlp) : "is not");
    if (st != OK && st != ERR_NOT_FOUND)
        return st;
    if ((st = feed_history(l, a, slice_str(name), 10, &runs, why)) == OK)
        buf_printf(out, "%zu runs\n", runs.count);
    return st;
}

static status put_log(void *ctx, const heard_log *log, err *why)
{
    (void)why;
    buf_printf(ctx, "log %.*s %lld %lld\n", SLICE_FMT(log->name), (long long)log->last,
               (long long)log->longest_ms);
    return OK;
}

static void put_feeds(const reading *r, lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    feed_list list;
    err why = {0};
    arena_init(&a, MEMORY);
    status st = feeds_page(l, &a, S(""), FEED_PAGE_MAX, &list, &why);
    for (size_t i = 0; st == OK && i < list.count; i++)
        buf_printf(out, "feed %.*s %d %.*s\n", SLICE_FMT(list.at[i].d.name),
                   (int)list.at[i].s.records, SLICE_FMT(list.at[i].d.marking.owner));
    for (size_t i = 0; st == OK && i < WORLD_EVENTS; i++)
        st = put_feed(l, &a, i, out, &why);
    if (st == OK && !r->no_logs)
        st = heard_each(l, 0, put_log, out, &why);
    put_status(out, "feeds", st, &why);
}

static void put_documents(const reading *r, lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    document_list list;
    document_info d;
    object_list objects;
    err why = {0};
    export_options o = {.put = keep, .ctx = out};
    export_counts n;
    arena_init(&a, MEMORY);
    status st = documents_page(l, &a, 0, 1000, &list, &why);
    for (size_t i = 0; st == OK && i < list.count; i++) {
        document_json(out, &list.at[i]);
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < r->w->event_count; i++) {
        const world_event *e = &r->w->events[i];
        if (e->what != EVENT_DOCUMENT)
            continue;
        buf_printf(out, "document %zu\n", i);
        st = document_get(l, &a, e->sha256, &d, &why);
        if (st == OK) {
            document_json(out, &d);
            st = objects_of_document(l, &a, d.row, -1, 1000, &objects, &why);
        }
        for (size_t k = 0; st == OK && k < objects.count; k++)
            buf_printf(out, "%.*s, %d bytes\n", SLICE_FMT(objects.at[k].id),
                       (int)objects.at[k].length);
        if (st == OK && world_sees_whole(r->w, i, r->v))
            st = export_document(l, e->sha256, &o, &n, &why);
        put_status(out, "document", st, &why);
    }
}

static void put_exports(lens *l, buf *out)
{
    err why = {0};
    export_options o = {.put = keep, .ctx = out};
    export_counts n = {0};
    status st = export_stix(l, &o, &n, &why);
    buf_printf(out, "%d written, %d redacted, %d withheld\n", (int)n.written, (int)n.redacted,
               (int)n.withheld);
    if (st == OK)
        st = export_claims(l, &o, &n, &why);
    put_status(out, "export", st, &why);
}

/* --- sources ---------------------------------------------------------------------------------- */

typedef struct source_text {
    buf *out;
    bool no_arrivals;
} source_text;

static status put_source(void *ctx, const source_info *s, err *why)
{
    const source_text *t = ctx;
    char newest[WHEN_TEXT_MAX], fresh[WHEN_TEXT_MAX];
    (void)why;
    buf_printf(t->out, "source %.*s %c%d \"%.*s\" < \"%.*s\": %d of %d, %s, %s\n",
               SLICE_FMT(s->name), s->reliability, s->reliability_set, SLICE_FMT(s->licence),
               SLICE_FMT(s->derives_from), (int)s->documents, (int)s->records,
               s->newest == WHEN_NONE ? "" : when_iso(s->newest, newest),
               t->no_arrivals || s->fresh == WHEN_NONE ? "" : when_iso(s->fresh, fresh));
    return OK;
}

static void put_sources(const reading *r, lens *l, buf *out)
{
    static const kind kinds[] = {KIND_IPV4, KIND_DOMAIN, KIND_URL, KIND_SHA256, KIND_CIDR};
    CLEANUP(arena_done) arena a;
    err why = {0};
    uint64_t lists = 0;
    arena_init(&a, MEMORY);
    status st = source_each(l, put_source, &(source_text){out, r->no_arrivals}, &why);
    for (size_t i = 0; st == OK && i < COUNT_OF(kinds); i++) {
        held_list list;
        char newest[WHEN_TEXT_MAX];
        st = held_of(l, &a, kinds[i], &list, &why);
        for (size_t k = 0; st == OK && k < list.count; k++) {
            const held *h = &list.at[k];
            buf_printf(out, "%s %.*s %s %d %d %s\n", kind_name(kinds[i]), SLICE_FMT(h->source),
                       h->listed ? "lists" : "says", (int)h->statements, (int)h->documents,
                       h->newest == WHEN_NONE ? "" : when_iso(h->newest, newest));
        }
    }
    if (st == OK && (st = held_lists(l, &lists, &why)) == OK)
        buf_printf(out, "%d lists\n", (int)lists);
    put_status(out, "sources", st, &why);
}

/* --- names and words -------------------------------------------------------------------------- */

static void put_group(buf *out, const name_group *g)
{
    buf_printf(out, "group %.*s \"%.*s\"%s\n", SLICE_FMT(g->id.text), SLICE_FMT(g->name),
               g->cut ? " cut" : "");
    for (size_t i = 0; i < g->member_count; i++) {
        const name_member *m = &g->members[i];
        buf_printf(out, "  member %.*s%s%s:", SLICE_FMT(m->entity.text),
                   m->revoked ? " revoked" : "", m->more ? " more" : "");
        for (size_t k = 0; k < m->name_count; k++)
            buf_printf(out, " %s \"%.*s\" %.*s;", name_use_word(m->names[k].use),
                       SLICE_FMT(m->names[k].name), SLICE_FMT(m->names[k].source));
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < g->name_count; i++) {
        const name_entry *n = &g->names[i];
        buf_printf(out, "  name %s \"%.*s\" by", name_use_word(n->use), SLICE_FMT(n->name));
        for (size_t k = 0; k < n->source_count; k++)
            buf_printf(out, " %.*s", SLICE_FMT(n->sources[k]));
        for (size_t k = 0; k < n->other_count; k++)
            buf_printf(out, " also %.*s", SLICE_FMT(n->others[k].text));
        buf_byte(out, '\n');
    }
    for (size_t i = 0; i < g->tie_count; i++) {
        const name_tie *t = &g->ties[i];
        buf_printf(out, "  tie %zu-%zu %s %.*s %s %.*s %llx\n", t->a, t->b, name_rule_word(t->rule),
                   SLICE_FMT(t->name), t->predicate ? predicate_name(t->predicate) : "",
                   SLICE_FMT(t->source), (unsigned long long)t->claim_lo);
    }
}

/* What would have to be done so that two are one, or two: what has been decided before counts. */
static void put_plans(lens *l, buf *out)
{
    static const name_decider by = {.source = S_INIT("analyst:zoe")};
    for (size_t n = 0; n < 6; n++) { /* three pairs */
        CLEANUP(arena_done) arena a;
        err why = {0};
        name_change c = {0};
        arena_init(&a, MEMORY);
        slice x = world_entities[n / 2].text, y = world_entities[n / 2 + 1].text;
        status st = (n % 2 ? name_merge : name_split)(l, &a, x, y, &by, &c, &why);
        put_status(out, "plan", st, &why);
        for (size_t i = 0; st == OK && i < c.count; i++)
            buf_printf(out, "  step %d %.*s %.*s %s %.*s %s %lld\n", c.steps[i].what,
                       SLICE_FMT(c.steps[i].source), SLICE_FMT(c.steps[i].subject.text),
                       predicate_name(c.steps[i].predicate), SLICE_FMT(c.steps[i].object.text),
                       tlp_name(c.steps[i].marking.tlp), (long long)c.steps[i].said_us);
    }
}

static void put_names(lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    err why = {0};
    name_group g;
    name_candidates c;
    arena_init(&a, MEMORY);
    for (size_t i = 0; i < WORLD_ENTITIES; i++) {
        status st = name_group_of(l, &a, world_entities[i], &g, &why);
        if (st == OK)
            put_group(out, &g);
        put_status(out, "group", st, &why);
    }
    for (size_t i = 0; i < WORLD_NAMES; i++) {
        status st = name_lookup(l, &a, slice_str(world_names[i]), KIND_NONE, &c, &why);
        buf_printf(out, "%s: %zu%s%s\n", world_names[i], st == OK ? c.count : 0,
                   st == OK && c.more ? " more" : "", st == OK && c.clear ? " clear" : "");
        for (size_t k = 0; st == OK && k < c.count; k++)
            put_group(out, &c.at[k].group);
        put_status(out, "name", st, &why);
    }
}

/* Documents by the words of their path and by how their hash begins, whoever may see them; and row
 * by row. Which row is not printed: hidden ones are counted in it. */
static void put_document_search(const reading *r, lens *l, buf *out)
{
    CLEANUP(arena_done) arena a;
    err why = {0};
    arena_init(&a, MEMORY);
    for (size_t i = 0; i <= r->w->event_count; i++) {
        search_hits h;
        char hex[2 * SHA256_BYTES + 1] = "json";
        if (i < r->w->event_count) {
            if (r->w->events[i].what != EVENT_DOCUMENT)
                continue;
            hash_hex(r->w->events[i].sha256, SHA256_BYTES, hex);
        }
        search_query q = {
            .text = slice_of(hex, i < r->w->event_count ? 9 : 4), .documents = true, .limit = 100};
        status st = search_run(l, &a, &q, &h, &why);
        put_status(out, "search document", st, &why);
        for (size_t k = 0; st == OK && k < h.count; k++)
            buf_printf(out, "  found %.*s %.*s %llu\n", SLICE_FMT(h.at[k].subject.text),
                       SLICE_FMT(h.at[k].excerpt), (unsigned long long)h.at[k].document->records);
    }
    for (int64_t row = 1; row <= (int64_t)r->w->event_count; row++) {
        document_info d;
        char hex[2 * SHA256_BYTES + 1];
        if (document_at(l, &a, row, &d, &why) == OK)
            buf_printf(out, "  row %s %llu\n", hash_hex(d.sha256, SHA256_BYTES, hex),
                       (unsigned long long)d.records);
    }
}

static void put_search(store *s, lens *l, buf *out)
{
    static const char *const words[] = {"mouse",    "g9001",       "cheese",      "number since",
                                        "ti*",      "\"is said\"", "cat",         "198*",
                                        "0123456*", "example",     "example.com", "csv json"};
    CLEANUP(arena_done) arena a;
    err why = {0};
    char recorded[WHEN_TEXT_MAX];
    index_t *ix = NULL;
    status opened = index_open(s, &ix, &why);
    put_status(out, "index", opened, &why);
    arena_init(&a, MEMORY);
    for (size_t i = 0; i < COUNT_OF(words) * 2; i++) {
        search_hits h;
        search_query q = {.text = slice_str(words[i / 2]), .limit = i % 2 ? 2 : 100, .values = ix};
        status st = search_run(l, &a, &q, &h, &why);
        if (st == OK)
            buf_printf(out, "search %s: %zu%s%s %.*s\n", words[i / 2], h.found,
                       h.capped ? " capped" : "", h.more ? " more" : "", SLICE_FMT(h.next));
        for (size_t k = 0; st == OK && k < h.count; k++)
            buf_printf(out, "  %.*s \"%.*s\" %s %.*s %zu \"%.*s\" %llx %s %s\n",
                       SLICE_FMT(h.at[k].thing.text), SLICE_FMT(h.at[k].name),
                       search_part_word(h.at[k].part), SLICE_FMT(h.at[k].source), h.at[k].matches,
                       SLICE_FMT(h.at[k].excerpt), (unsigned long long)h.at[k].claim_lo,
                       tlp_name(h.at[k].marking.tlp), when_iso(h.at[k].recorded, recorded));
        put_status(out, "search", st, &why);
    }
    index_close(ix);
}

/* --- answers ---------------------------------------------------------------------------------- */

static status put_text(const answer *w, language tongue, bool why_too, buf *out, err *why)
{
    sink s;
    sink_init(&s, &(sink_options){
                      .write = keep, .ctx = out, .language = tongue, .columns = SINK_COLUMNS});
    status st = answer_text(w, (text_options){.all = why_too, .why = why_too}, &s, why);
    if (st == OK)
        st = sink_flush(&s, why);
    sink_done(&s);
    return st;
}

static void put_answer(const reading *r, asker *k, slice text, buf *out)
{
    CLEANUP(arena_done) arena a;
    err why = {0};
    const answer *w;
    ask_options o = {.seen_at = WHEN_NONE, .all = true};
    arena_init(&a, ASK_MEMORY_MAX);
    buf_printf(out, "ask %.*s\n", SLICE_FMT(text));
    status st = ask_value(k, &a, text, &o, &w, &why);
    if (st == OK)
        st = answer_json(w, RENDER_ALL, out, &why);
    for (int i = 0; st == OK && !r->no_texts && i < 4; i++)
        st = put_text(w, i / 2 ? LANG_JA : LANG_EN, i % 2, out, &why);
    buf_byte(out, '\n');
    put_status(out, "ask", st, &why);
}

static void put_answers(const reading *r, buf *out)
{
    err why = {0};
    asker *k = NULL;
    status st = asker_new(r->s, &k, &why);
    if (st == OK)
        st = asker_look(k, r->v, &why);
    for (size_t i = 0; st == OK && i < WORLD_VALUES; i++)
        if (world_values[i].kind != KIND_PROPERTY)
            put_answer(r, k, world_values[i].text, out);
    for (size_t i = 0; st == OK && i < WORLD_NAMES; i++)
        put_answer(r, k, slice_str(world_names[i]), out);
    for (size_t i = 0; st == OK && i < WORLD_ENTITIES; i++)
        if (world_entities[i].kind == KIND_VULNERABILITY)
            put_answer(r, k, world_entities[i].text, out);
    if (st == OK)
        put_answer(r, k, S("203.0.113.99"), out);
    put_status(out, "asker", st, &why);
    asker_free(k);
}

/* --- changes ---------------------------------------------------------------------------------- */

static status put_event(void *ctx, const event *e, err *why)
{
    char at[WHEN_TEXT_MAX];
    (void)why;
    buf_printf(ctx, "event %s %.*s\n", when_iso(e->at, at), SLICE_FMT(e->node.text));
    return OK;
}

static status put_change(void *ctx, const verdict_change *c, err *why)
{
    char at[WHEN_TEXT_MAX];
    (void)why;
    buf_printf(ctx, "change %.*s %s: %s %d -> %s %d\n", SLICE_FMT(c->value.text),
               when_iso(c->at, at), verdict_word_name(c->before.word), c->before.score_0_100,
               verdict_word_name(c->after.word), c->after.score_0_100);
    return OK;
}

static void put_changes(const reading *r, lens *l, buf *out)
{
    err why = {0};
    lens *before = NULL;
    index_t *ix = NULL;
    rejudge_counts n;
    view then = *r->v;
    then.known_at = then.now = r->since;
    status st = events_since(l, r->since, put_event, out, &why);
    if (st == OK)
        st = lens_new(r->s, &before, &why);
    if (st == OK)
        st = lens_look(before, &then, &why);
    if (st == OK)
        st = index_open(r->s, &ix, &why);
    rejudge_options o = {before, l, ix, r->since, put_change, out};
    if (st == OK && (st = rejudge(&o, &n, &why)) == OK)
        buf_printf(out, "%d judged, %d changed\n", (int)n.judged, (int)n.changed);
    put_status(out, "changes", st, &why);
    index_close(ix);
    lens_free(before);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void put_stored(const reading *r, lens *l, buf *out)
{
    put_sources(r, l, out);
    if (!r->no_documents)
        put_documents(r, l, out);
    put_exports(l, out);
    put_series(l, out);
    put_sets(r, l, out);
    put_indicators(l, out);
    put_alerts(r, l, out);
    put_feeds(r, l, out);
    put_objects(l, out);
    for (size_t i = 0; i < WORLD_VALUES; i++)
        put_node(r, l, world_values[i], out);
    for (size_t i = 0; i < WORLD_ENTITIES; i++)
        put_node(r, l, world_entities[i], out);
    put_ids(r, l, out);
    if (r->since)
        put_changes(r, l, out);
}

static bool wants(const reading *r, reading_part part)
{
    return r->part == READ_ALL || r->part == part;
}

void read_everything(const reading *r, buf *out)
{
    lens *l = NULL;
    err why = {0};
    status st = lens_new(r->s, &l, &why);
    if (st == OK)
        st = lens_look(l, r->v, &why);
    if (st == OK && wants(r, READ_STORED))
        put_stored(r, l, out);
    if (st == OK && wants(r, READ_NAMES)) {
        put_names(l, out);
        if (!r->no_past)
            put_plans(l, out);
        put_search(r->s, l, out);
        if (!r->no_documents)
            put_document_search(r, l, out);
    }
    if (st == OK && wants(r, READ_ANSWERS) && !r->no_arrivals)
        put_answers(r, out);
    put_status(out, "lens", st, &why);
    put_status(out, "text", buf_status(out, &why), &why);
    lens_free(l);
}

static void note_ids(const claim_list *list, claim_ids *ret)
{
    for (size_t i = 0; i < list->count && ret->count < READING_IDS; i++)
        claim_id_text(&list->at[i], ret->at[ret->count++]);
}

void read_claim_ids(store *s, claim_ids *ret)
{
    CLEANUP(arena_done) arena a;
    lens *l = NULL;
    claim_list list;
    err why;
    arena_init(&a, MEMORY);
    *ret = (claim_ids){.count = 0};
    status st = lens_new(s, &l, &why);
    if (st == OK)
        st = lens_look(l, &reading_all, &why);
    for (size_t i = 0; st == OK && i < WORLD_VALUES + WORLD_ENTITIES; i++) {
        node_ref n = i < WORLD_VALUES ? world_values[i] : world_entities[i - WORLD_VALUES];
        if ((st = claims_of_past(l, &a, n, PRED_NONE, 1000, &list, &why)) == OK)
            note_ids(&list, ret);
    }
    alert_list alerts = {0};
    if (st == OK)
        st =
            alerts_page(l, &a, &(alert_filter){.closed_too = true}, 0, WORLD_EVENTS, &alerts, &why);
    for (size_t i = 0; st == OK && i < alerts.count; i++)
        memcpy(ret->alerts[ret->alert_count++], alerts.at[i].id, sizeof alerts.at[i].id);
    lens_free(l);
}

status read_document(store *s, const view *v, const uint8_t sha256[SHA256_BYTES], buf *out)
{
    lens *l = NULL;
    err why;
    export_options o = {.put = keep, .ctx = out};
    export_counts n;
    status st = lens_new(s, &l, &why);
    if (st == OK)
        st = lens_look(l, v, &why);
    if (st == OK)
        st = export_document(l, sha256, &o, &n, &why);
    lens_free(l);
    return st;
}

status read_objects_raw(store *s, const view *v, bool redacted, buf *out)
{
    CLEANUP(arena_done) arena a;
    lens *l = NULL;
    object_list list;
    slice bytes;
    redaction how;
    err why;
    arena_init(&a, MEMORY);
    status st = lens_new(s, &l, &why);
    if (st == OK)
        st = lens_look(l, v, &why);
    if (st == OK)
        st = objects_page(l, &a, 0, 1000, &list, &why);
    for (size_t i = 0; st == OK && i < list.count; i++) {
        st = object_bytes(l, &a, &list.at[i], &bytes, &why);
        if (st == OK && redacted)
            st = redact_object(l, &a, bytes, &bytes, &how, &why);
        buf_put(out, bytes);
    }
    lens_free(l);
    return st;
}
