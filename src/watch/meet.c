/* meet.c - see meet.h. */
#include "watch/meet.h"

#include <stdlib.h>

enum { JOINED_MAX = 8, PATHS_MAX = 8, CONTACT_VALUES = 16 };

typedef struct meet_state {
    watcher *w;
    const meeting *m;
    log_event event;
    alert_match *match; /* bad ones, WATCH_EVENT_HITS_MAX of room */
    size_t count;
    size_t over;             /* hits that were not judged */
    log_direction direction; /* of the most urgent of which it is known */
    int direction_of;        /* priority of that one; 0: none yet */
} meet_state;

/* --- what stands there ------------------------------------------------------------------------ */

/* Empty where it is not in the record: in an envelope around it, or behind the limit of a line. */
static slice written(const meet_state *x, const match_hit *h)
{
    uint64_t from = h->at - x->m->at;
    if (h->at < x->m->at || from + h->length > x->m->record.len)
        return S("");
    return slice_sub(x->m->record, (size_t)from, (size_t)(from + h->length));
}

static bool is_by_value(const match_hit *h)
{
    return h->id & MEET_BY_VALUE;
}

static slice value_of(const meet_state *x, const match_hit *h)
{
    slice kept = slice_from(x->m->values, (size_t)(h->id & ~MEET_BY_VALUE));
    const uint8_t *p = (const uint8_t *)kept.ptr;
    return slice_sub(kept, 2, 2 + ((size_t)p[0] | (size_t)p[1] << 8));
}

static const log_field *field_of(const meet_state *x, const match_hit *h)
{
    return h->at < x->m->at ? NULL
                            : log_event_hit(&x->event, (size_t)(h->at - x->m->at), written(x, h));
}

/* A value below a bad domain or in a bad network is asked about itself, when it can be read. */
static status seen_value(meet_state *x, const match_hit *h, const known_value **ret, err *why)
{
    observable o;
    err none;
    const log_field *f = field_of(x, h);
    slice text = written(x, h);
    if (h->how != MATCH_PARENT && h->how != MATCH_COVERS)
        return OK;
    if (observable_parse(&x->w->event, text, KIND_NONE, &o, &none) != OK &&
        (!f || observable_parse(&x->w->event, f->value, KIND_NONE, &o, &none) != OK))
        return OK;
    bool fits = h->how == MATCH_COVERS
                    ? o.kind == KIND_IPV4 || o.kind == KIND_IPV6
                    : o.kind == KIND_DOMAIN || o.kind == KIND_URL || o.kind == KIND_EMAIL;
    return fits ? known_node(x->w->known, (node_ref){o.kind, o.value}, ret, why) : OK;
}

/* --- which way -------------------------------------------------------------------------------- */

/* A log may have the same address under several names. */
static bool is_in(const log_field *f, const log_field *of)
{
    return f && of && (f == of || (f->value.len && slice_eq(f->value, of->value)));
}

/* An address that came to us, or that we went to; a server's own log is about who came. */
static log_direction direction_of(const meet_state *x, const match_hit *h)
{
    const log_event *e = &x->event;
    const log_field *f = field_of(x, h);
    if (is_in(f, e->source_ip))
        return LOG_INBOUND;
    if (e->direction == LOG_INBOUND)
        return LOG_INBOUND;
    if (is_in(f, e->destination_ip) || is_in(f, e->url_host) || is_in(f, e->url_path) ||
        is_in(f, e->query))
        return LOG_OUTBOUND;
    return e->direction;
}

/* The machine of ours, which is not what was found. Who is named as the source is that, unless they
 * came to us. */
static slice host_of(const log_event *e, log_direction d, slice found)
{
    const log_field *own = d == LOG_OUTBOUND  ? e->source_ip
                           : d == LOG_INBOUND ? e->destination_ip
                                              : NULL;
    own = own && own->value.len ? own : e->host;
    own = own || d == LOG_INBOUND ? own : e->source_ip;
    return own && !slice_eq(own->value, found) ? slice_sub(own->value, 0, 255) : S("");
}

/* --- judging ---------------------------------------------------------------------------------- */

static status add_match(meet_state *x, const match_hit *h, const known_value *indicator,
                        const answer *bad, err *why)
{
    const log_field *f = field_of(x, h);
    answer *w = arena_new(&x->w->event, answer);
    when now = x->w->o.view->now;
    if (!w)
        return ARENA_SPENT(&x->w->event, why);
    answer_seen(bad, x->event.time == WHEN_NONE ? now : x->event.time, w);
    log_direction way = direction_of(x, h);
    if (way != LOG_DIRECTION_UNKNOWN && (!x->direction_of || (int)w->priority < x->direction_of)) {
        x->direction = way;
        x->direction_of = (int)w->priority;
    }
    x->match[x->count++] = (alert_match){.field = f ? f->name : S(""),
                                         .offset = h->at,
                                         .value = written(x, h),
                                         .indicator = indicator->node,
                                         .how = h->how,
                                         .answer = w};
    return OK;
}

static bool told(const meet_state *x, node_ref n)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->match[i].indicator.kind == n.kind && slice_eq(x->match[i].indicator.text, n.text))
            return true;
    return false;
}

/* What a hit is about; NULL when it cannot be read. */
static status indicator_of(meet_state *x, const match_hit *h, const known_value **ret, err *why)
{
    if (!is_by_value(h))
        return known_id(x->w->known, h->id, ret, why);
    return known_node(x->w->known, (node_ref){h->kind, value_of(x, h)}, ret, why);
}

static status judge_hit(meet_state *x, const match_hit *h, err *why)
{
    const known_value *indicator = NULL, *seen = NULL;
    status st = indicator_of(x, h, &indicator, why);
    if (st != OK || !indicator || !indicator->answer || told(x, indicator->node))
        return st;
    st = seen_value(x, h, &seen, why);
    const answer *bad = seen ? seen->answer : indicator->answer;
    return st == OK && bad ? add_match(x, h, indicator, bad, why) : st;
}

static status judge_url(meet_state *x, const match_hit *h, slice host, slice target, err *why)
{
    match_hit joined[JOINED_MAX];
    size_t n = match_url(x->w->table, host, target, joined, JOINED_MAX);
    status st = OK;
    for (size_t i = 0; st == OK && i < n; i++) {
        joined[i].at = h->at;
        joined[i].length = h->length;
        joined[i].how = MATCH_JOIN;
        st = judge_hit(x, &joined[i], why);
    }
    return st;
}

/* The URL that the event has, whole, with what else the format has apart: port and query. */
static status judge_whole(meet_state *x, const match_hit *h, err *why)
{
    slice url = x->event.url;
    size_t scheme = slice_find(url, S("://"), 0), path;
    slice rest = scheme == SIZE_MAX ? url : slice_from(url, scheme + 3);
    if ((path = slice_find_byte(rest, '/', 0)) == SIZE_MAX)
        return OK;
    return judge_url(x, h, slice_sub(rest, 0, path), slice_from(rest, path), why);
}

/* An address and its port, as a URL has them. */
static slice with_port(meet_state *x, const log_field *f)
{
    const log_field *port = x->event.destination_port;
    if (!port || f != x->event.destination_ip)
        return (slice){NULL, 0};
    bool six = slice_find_byte(f->value, ':', 0) != SIZE_MAX;
    return arena_printf(&x->w->event, six ? "[%.*s]:%.*s" : "%.*s:%.*s", SLICE_FMT(f->value),
                        SLICE_FMT(port->value));
}

/* The host of a URL stands alone: is its path in another field? Where the log does not say which
 * that is, each that begins as a path does may be. */
static status judge_joined(meet_state *x, const match_hit *h, err *why)
{
    const log_event *e = &x->event;
    const log_field *f = field_of(x, h);
    status st = OK;
    size_t tried = 0;
    if (!f)
        return OK;
    if (f == e->url_host)
        st = judge_url(x, h, f->value, e->url_path ? e->url_path->value : S(""), why);
    if (st == OK && f == e->url_host && e->url.len)
        st = judge_whole(x, h, why);
    if (f == e->url_host && e->url_path)
        return st;
    slice host = with_port(x, f);
    for (size_t i = 0; st == OK && i < e->count && tried < PATHS_MAX; i++) {
        if (!slice_starts(e->field[i].value, S("/")))
            continue;
        tried++;
        st = judge_url(x, h, f->value, e->field[i].value, why);
        if (st == OK && host.len)
            st = judge_url(x, h, host, e->field[i].value, why);
    }
    return st;
}

static int by_urgency(const void *a, const void *b)
{
    const alert_match *x = a, *y = b;
    const answer *p = x->answer, *q = y->answer;
    int c = (int)p->priority - (int)q->priority;
    c = c ? c : (x->how != MATCH_EXACT) - (y->how != MATCH_EXACT);
    c = c ? c : q->verdict.score_0_100 - p->verdict.score_0_100;
    c = c ? c : slice_cmp(x->indicator.text, y->indicator.text);
    return c ? c : x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* --- telling ---------------------------------------------------------------------------------- */

/* Everything of the contact by which an exercise may be known. */
static size_t contact_values(const meet_state *x, const alert *a, slice out[CONTACT_VALUES])
{
    const log_event *e = &x->event;
    const answer *w = a->match[0].answer;
    const log_field *fields[] = {e->source_ip, e->destination_ip, e->host,
                                 e->user,      e->url_host,       e->query};
    size_t n = 0;
    out[n++] = a->match[0].indicator.text;
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (fields[i])
            out[n++] = fields[i]->value;
    for (size_t i = 0; i < w->fact_count && n < CONTACT_VALUES; i++)
        if (w->facts[i].watermark.len)
            out[n++] = w->facts[i].watermark;
    return n;
}

/* What very many of ours meet is more likely part of everybody's day than an attack on all of them;
 * what is malicious is not excused by that. Who met it is known of alerts only. */
static status is_common(const meet_state *x, const alert *a, when at, bool *ret, err *why)
{
    watcher *w = x->w;
    uint64_t hosts = 0;
    verdict_word word = a->match[0].answer->verdict.word;
    if (!w->o.writer || word == VERDICT_MALICIOUS)
        return OK;
    status st = alert_hosts(w->o.writer, a->match[0].indicator, w->o.marking,
                            at - MEET_COMMON_DAYS * WHEN_DAY, at, MEET_COMMON_HOSTS, &hosts, why);
    if (st == OK)
        *ret = hosts >= MEET_COMMON_HOSTS;
    return st;
}

/* Sysmon and the like tell of the machine they run on: it is registered by its name, too. */
static const log_field *itself(const log_event *e)
{
    return slice_eq(e->product, S("windows")) && e->category.len ? e->host : NULL;
}

static void find_asset(const site *own, const log_event *e, alert *a)
{
    const log_field *other[] = {itself(e), e->user};
    bool found = site_asset(own, a->host, &a->asset);
    for (size_t i = 0; !found && i < COUNT_OF(other); i++)
        found = other[i] && site_asset(own, other[i]->value, &a->asset);
}

static status weigh(const meet_state *x, alert *a, err *why)
{
    const log_event *e = &x->event;
    const site *own = x->w->o.site;
    const answer *w = a->match[0].answer;
    slice values[CONTACT_VALUES];
    when at = a->time == WHEN_NONE ? x->w->o.view->now : a->time;
    urgency_facts f = {.direction = a->direction, .outcome = e->outcome};
    f.logged_in = e->login;
    if (own) {
        size_t n = contact_values(x, a, values);
        find_asset(own, e, a);
        a->in_exercise = site_exercise(own, values, n, at, &a->exercise);
    }
    f.asset = a->asset.weight;
    f.exercise = a->in_exercise;
    status st = is_common(x, a, at, &f.common, why);
    if (st == OK)
        a->urgency = urgency_of((int)w->priority, &f);
    return st;
}

static status keep(watcher *w, alert *a, bool once, err *why)
{
    when at = a->time == WHEN_NONE ? w->o.view->now : a->time;
    when span = at - ((at % w->o.span_ms) + w->o.span_ms) % w->o.span_ms;
    buf_clear(&w->contact);
    status st = alert_contact_json(a, &w->contact, why);
    const alert_contact c = {.rule = slice_str(a->rule),
                             .indicator = a->match[0].indicator,
                             .host = a->host,
                             .span = span,
                             .at = a->time,
                             .now = w->o.view->now,
                             .priority = a->urgency.priority,
                             .marking = w->o.marking,
                             .event = buf_slice(&w->contact),
                             .place = a->place,
                             .once = once};
    return st == OK ? alert_note(w->o.writer, &c, &a->noted, why) : st;
}

static status tell(meet_state *x, err *why)
{
    watcher *w = x->w;
    slice reason;
    qsort(x->match, x->count, sizeof *x->match, by_urgency);
    alert a = {.rule = "ioc",
               .time = x->event.time,
               .match = x->match,
               .match_count = x->count < ALERT_MATCHES_MAX ? x->count : ALERT_MATCHES_MAX,
               .match_total = x->count + x->over,
               .direction = x->direction,
               .event = &x->event,
               .record = x->m->record,
               .place = {x->m->log, x->m->line, x->m->at, x->event.time},
               .number = x->m->number};
    a.host = host_of(&x->event, a.direction, a.match[0].value);
    when at = a.time == WHEN_NONE ? w->o.view->now : a.time;
    if (w->o.site && site_silenced(w->o.site, a.match[0].indicator.text, a.host, at, &reason)) {
        w->n.silenced++;
        return OK;
    }
    status st = weigh(x, &a, why);
    if (st == OK && w->o.writer)
        st = keep(w, &a, x->m->once, why);
    if (st != OK)
        return st;
    w->n.alerts++;
    w->n.fresh += a.noted.fresh;
    return w->o.on_alert(w->o.ctx, &a, why);
}

typedef struct judged {
    uint64_t id;
    slice text;
} judged;

static bool is_among(const judged *j, size_t count, uint64_t id, slice text)
{
    for (size_t i = count; i--;)
        if (j[i].id == id && slice_eq(j[i].text, text))
            return true;
    return false;
}

/* The same value again is judged once: repeating one does not hide what stands behind. A host
 * without a path may find it in another field the next time. */
static status judge_all(meet_state *x, const match_hit *hits, size_t count, err *why)
{
    judged done[WATCH_EVENT_HITS_MAX];
    size_t n = 0;
    status st = OK;
    for (size_t i = 0; st == OK && i < count; i++) {
        const match_hit *h = &hits[i];
        uint64_t id = is_by_value(h) ? MEET_BY_VALUE : h->id;
        slice text = is_by_value(h) ? value_of(x, h) : written(x, h);
        if (h->how != MATCH_JOIN && is_among(done, n, id, text))
            continue;
        if (n == WATCH_EVENT_HITS_MAX || x->count >= WATCH_EVENT_HITS_MAX) {
            x->over++;
            continue;
        }
        done[n++] = (judged){id, text};
        st = h->how == MATCH_JOIN ? judge_joined(x, h, why) : judge_hit(x, h, why);
    }
    x->w->n.unjudged += x->over;
    return st;
}

status meet(watcher *w, const meeting *m, const match_hit *hits, size_t count, err *why)
{
    meet_state x = {.w = w, .m = m};
    arena_reset(&w->event);
    known_begin(w->known);
    status st = log_read(m->reader, m->record, w->o.view->now, &w->event, &x.event, why);
    if (st == OK &&
        !(x.match = arena_array(&w->event, WATCH_EVENT_HITS_MAX + JOINED_MAX * (2 * PATHS_MAX + 2),
                                sizeof *x.match)))
        st = ARENA_SPENT(&w->event, why);
    if (st != OK)
        return st;
    w->n.matched++;
    st = judge_all(&x, hits, count, why);
    if (st == OK && x.count == 0)
        w->n.harmless++;
    return st == OK && x.count ? tell(&x, why) : st;
}
