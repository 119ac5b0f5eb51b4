/* serving_dns.c - serve --dns: what the public sets say of a hash, over the DNS. See serving.h. */
#include "cmd/serving.h"
#include "know/sets.h"
#include "know/store.h"
#include "serve/dns_server.h"
#include "serve/hash.h"

#include <pthread.h>
#include <stdlib.h>

enum { TEXT_ROOM = 64 << 10, SHOWN_BYTES = 32 };

struct serving_dns {
    app *a;
    lens *l;
    view anyone; /* whoever asks: nobody knows him */
    dns_server *server;
    int stop_fd;
    pthread_t thread;
    bool runs;
};
typedef struct serving_dns service;

/* --- what is said --------------------------------------------------------------------------- */

/* No names: all that anyone may see. */
static bool is_public(const app *a, const set_info *s)
{
    const slice *names;
    size_t count = option_items(a->options, OPT_SERVE_DNS_SET, &names);
    for (size_t i = 0; i < count; i++)
        if (slice_eq(names[i], s->name))
            return true;
    return count == 0;
}

/* The worst first: by UDP the last ones may not fit. */
static int by_verdict(const void *x, const void *y)
{
    const set_hit *a = x, *b = y;
    static const int order[] = {[SET_KNOWN_BAD] = 0, [SET_KNOWN_GOOD] = 1, [SET_LIST] = 2};
    int c = order[a->set->verdict] - order[b->set->verdict];
    c = c ? c : slice_cmp(a->set->name, b->set->name);
    c = c ? c : slice_cmp(a->set->source, b->set->source);
    return c ? c : slice_cmp(a->label, b->label);
}

static status find(void *ctx, arena *a, node_ref hash, dns_texts *ret, err *why)
{
    const service *s = ctx;
    hash_answer h;
    CLEANUP(buf_done) buf b;
    buf_init(&b, TEXT_ROOM);
    status st = hash_ask(s->l, a, hash.text, &h, why);
    if (st != OK)
        return st;
    slice *texts = arena_array(a, h.hits.count + 1, sizeof *texts);
    size_t n = 0;
    if (!texts)
        return ARENA_SPENT(a, why);
    if (h.hits.count)
        qsort(h.hits.at, h.hits.count, sizeof *h.hits.at, by_verdict);
    for (size_t i = 0; i < h.hits.count; i++) {
        if (!is_public(s->a, h.hits.at[i].set))
            continue;
        buf_clear(&b);
        json_writer w = json_writer_on(&b);
        hash_put_hit(&w, &h, &h.hits.at[i]);
        if ((st = buf_status(&b, why)) != OK)
            return st;
        if (!arena_copy(a, buf_slice(&b), &texts[n++]))
            return ARENA_SPENT(a, why);
    }
    *ret = (dns_texts){texts, n};
    return OK;
}

static status look_again(void *ctx, err *why)
{
    service *s = ctx;
    s->anyone.now = clock_now(s->a->clock);
    return lens_look(s->l, &s->anyone, why);
}

/* Of what somebody typed, which may be a secret in the wrong place, no more is repeated. */
static slice shown(slice typed)
{
    return slice_sub(typed, 0, SHOWN_BYTES);
}

/* --- how ------------------------------------------------------------------------------------ */

static status read_zone(app *a, slice *ret, err *why)
{
    slice zone = option_text(a->options, OPT_SERVE_DNS_ZONE), rest, label;
    char *lower = arena_alloc(a->memory, zone.len + 1);
    if (!lower)
        return ARENA_SPENT(a->memory, why);
    if (slice_ends(zone, S(".")))
        zone.len--;
    for (size_t i = 0; i < zone.len; i++)
        lower[i] = to_lower(zone.ptr[i]);
    zone = rest = slice_of(lower, zone.len);
    bool right = zone.len <= 160; /* the hash and "dns" stand in front */
    while (right && zone.len && slice_cut(&rest, '.', &label)) {
        right = label.len >= 1 && label.len <= 63;
        for (size_t i = 0; right && i < label.len; i++)
            right = is_alnum(label.ptr[i]) || label.ptr[i] == '-' || label.ptr[i] == '_';
    }
    if (!right)
        return app_fail(a, ERR_INPUT,
                        msg_serve_zone(shown(option_text(a->options, OPT_SERVE_DNS_ZONE))), S(""),
                        why);
    *ret = zone;
    return OK;
}

static status read_options(app *a, service *s, dns_server_options *ret, err *why)
{
    slice where = option_text(a->options, OPT_SERVE_DNS);
    const slice *names;
    err what = {0};
    *ret = (dns_server_options){
        .zone = {.ttl_s = (uint32_t)option_int(a->options, OPT_SERVE_DNS_TTL),
                 .find = find,
                 .ctx = s},
        .refresh = look_again,
        .ctx = s,
        .replies_per_second = (unsigned)option_int(a->options, OPT_SERVE_DNS_RATE),
        .ticks = a->ticks,
        .random = a->random};
    if (dns_address_read(where, &ret->address, &what) != OK)
        return app_fail(a, ERR_INPUT, msg_serve_address(shown(where)), S(""), why);
    if (!ret->address.loopback && !option_items(a->options, OPT_SERVE_DNS_SET, &names))
        return app_fail(a, ERR_INPUT, msg_serve_public(where), S(""), why);
    return read_zone(a, &ret->zone.zone, why);
}

/* A name that is not there is a slip, and a set that nobody may see would never be answered. */
static status count_public(app *a, const service *s, int64_t *ret_sets, int64_t *ret_values,
                           err *why)
{
    const slice *names;
    set_list sets;
    size_t count = option_items(a->options, OPT_SERVE_DNS_SET, &names);
    status st = sets_seen(s->l, &sets, why);
    *ret_sets = *ret_values = 0;
    for (size_t i = 0; st == OK && i < sets.count; i++) {
        if (!is_public(a, &sets.at[i]))
            continue;
        ++*ret_sets;
        *ret_values += (int64_t)sets.at[i].keys;
    }
    for (size_t i = 0; st == OK && i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < sets.count; k++)
            found |= slice_eq(names[i], sets.at[k].name);
        if (!found)
            st = app_fail(a, ERR_NOT_FOUND, msg_serve_set_unknown(shown(names[i])), S(""), why);
    }
    return st;
}

/* --- beside the rest -------------------------------------------------------------------------- */

static void *run(void *ctx)
{
    service *s = ctx;
    err why = {0};
    status st = dns_server_run(s->server, s->stop_fd, &why);
    if (st != OK)
        serving_trouble(S("dns"), &why);
    return NULL;
}

static status start(app *a, service *s, err *why)
{
    dns_server_options o;
    store *base;
    int64_t sets, values;
    char where[DNS_ADDRESS_ROOM];
    status st = read_options(a, s, &o, why);
    if (st == OK)
        st = app_store(a, &base, why);
    if (st == OK)
        st = lens_new(base, &s->l, why);
    if (st == OK)
        st = look_again(s, why);
    if (st == OK)
        st = count_public(a, s, &sets, &values, why);
    if (st == OK)
        st = dns_server_open(&o, &s->server, why);
    if (st != OK)
        return st;
    app_note(a, msg_serve_dns(slice_str(dns_server_address(s->server, where)), sets, values));
    int bad = pthread_create(&s->thread, NULL, run, s);
    s->runs = bad == 0;
    return bad ? err_os(why, bad, "a thread for the DNS") : OK;
}

status serving_dns_start(app *a, int stop_fd, serving_dns **ret, err *why)
{
    service *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    s->a = a;
    s->anyone = (view){.clearance = TLP_CLEAR, .known_at = WHEN_NONE};
    s->stop_fd = stop_fd;
    status st = start(a, s, why);
    if (st == OK)
        *ret = s;
    else
        serving_dns_end(s);
    return st;
}

serving_dns *serving_dns_end(serving_dns *s)
{
    if (!s)
        return NULL;
    if (s->runs) {
        pthread_join(s->thread, NULL);
        dns_counts n = dns_server_counts(s->server);
        app_note(s->a, msg_serve_ended((int64_t)n.questions, (int64_t)n.answered,
                                       (int64_t)n.limited, (int64_t)n.dropped));
    }
    dns_server_close(s->server);
    lens_free(s->l);
    free(s);
    return NULL;
}
