/* look.c - looking around: search, graph, claims, objects, documents, sources, sets, hashes. */
#include "serve/api/handlers.h"

#include "know/subject.h"
#include "publish/claim_json.h"
#include "publish/error_json.h"
#include "publish/graph_json.h"
#include "publish/hunt_json.h"
#include "publish/redact.h"
#include "publish/search_json.h"
#include "publish/set_json.h"
#include "publish/source_json.h"
#include "model/observable.h"
#include "serve/hash.h"

#include <stdlib.h>

static void highest(call *c, tlp t)
{
    c->highest = t > c->highest ? t : c->highest;
}

/* --- search ----------------------------------------------------------------------------------- */

static status read_query(const call *c, search_query *ret, err *why)
{
    slice word = call_param(c, "kind");
    *ret = (search_query){.text = call_param(c, "q"),
                          .class = kind_parse(word),
                          .documents = slice_eq(word, S("document")),
                          .source = call_param(c, "source"),
                          .since = call_when(c, "since", 0),
                          .until = call_when(c, "until", 0),
                          .seen_since = call_when(c, "seen_since", 0),
                          .limit = (size_t)call_int(c, "limit", CALL_LIST_DEFAULT),
                          .cursor = call_param(c, "cursor")};
    return word.len && ret->class == KIND_NONE && !ret->documents
               ? err_set(why, ERR_INPUT, ERR_NOWHERE, "kind is not known")
               : OK;
}

status api_search(call *c, err *why)
{
    lens *l;
    index_t *ix = NULL;
    search_query q;
    search_hits h;
    status st = read_query(c, &q, why);
    if (st == OK)
        st = call_lens(c, &l, why);
    if (st == OK)
        st = call_index(c, &ix, why);
    q.values = ix;
    if (st == OK)
        st = search_run(l, c->m, &q, &h, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < h.count; i++) {
        call_item(&w);
        search_hit_json(c->out, l, c->m, &h.at[i]);
        highest(c, h.at[i].marking.tlp);
    }
    json_close(&w, ']');
    json_field_count(&w, "found", h.found);
    json_field_bool(&w, "capped", h.capped);
    json_field_text(&w, "next", h.more ? h.next : S(""));
    json_close(&w, '}');
    return OK;
}

/* --- graph ------------------------------------------------------------------------------------ */

static status put_graph(call *c, const graph_view *g)
{
    for (size_t i = 0; i < g->edge_count; i++)
        highest(c, g->edges[i].tlp);
    graph_json(c->out, g);
    return OK;
}

status api_graph(call *c, err *why)
{
    lens *l;
    node_ref start;
    graph_view g;
    graph_limits limits = graph_defaults();
    limits.depth = (unsigned)call_int(c, "depth", limits.depth);
    limits.nodes_max = (size_t)call_int(c, "limit", (int64_t)limits.nodes_max);
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = subject_of(l, c->m, call_param(c, "id"), &start, why);
    if (st == OK)
        st = graph_around(l, c->m, start, &limits, &g, why);
    return st == OK ? put_graph(c, &g) : st;
}

status api_path(call *c, err *why)
{
    lens *l;
    node_ref from, to;
    graph_view g;
    graph_limits limits = graph_defaults();
    limits.nodes_max = (size_t)call_int(c, "limit", (int64_t)limits.nodes_max);
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = subject_of(l, c->m, call_param(c, "from"), &from, why);
    if (st == OK)
        st = subject_of(l, c->m, call_param(c, "to"), &to, why);
    if (st == OK)
        st = graph_between(l, c->m, from, to, &limits, &g, why);
    return st == OK ? put_graph(c, &g) : st;
}

/* --- claims and objects ----------------------------------------------------------------------- */

static void put_claims(call *c, json_writer *w, const claim_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        call_item(w);
        claim_json(c->out, &list->at[i]);
        highest(c, list->at[i].marking.tlp);
    }
}

status api_claims(call *c, err *why)
{
    lens *l;
    node_ref n;
    claim_list of, to;
    size_t most = (size_t)call_int(c, "limit", CALL_LIST_DEFAULT);
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = subject_of(l, c->m, call_param(c, "about"), &n, why);
    if (st == OK)
        st = claims_of_past(l, c->m, n, PRED_NONE, most, &of, why);
    if (st == OK)
        st = claims_to(l, c->m, n, PRED_NONE, 0, most, &to, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    put_claims(c, &w, &of);
    put_claims(c, &w, &to);
    json_close(&w, ']');
    json_field_bool(&w, "more", of.more || to.more);
    json_close(&w, '}');
    return OK;
}

status api_claim(call *c, err *why)
{
    lens *l;
    claim found;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = claim_get(l, c->m, call_param(c, "id"), &found, why);
    if (st != OK)
        return st == ERR_INPUT ? ERR_NOT_FOUND : st;
    highest(c, found.marking.tlp);
    claim_json(c->out, &found);
    return OK;
}

status api_objects(call *c, err *why)
{
    lens *l;
    object_list list;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = objects_named(l, c->m, call_param(c, "id"), &list, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; st == OK && i < list.count; i++) {
        slice bytes;
        redaction how;
        if ((st = object_bytes(l, c->m, &list.at[i], &bytes, why)) != OK ||
            (st = redact_object(l, c->m, bytes, &bytes, &how, why)) != OK)
            return st;
        if (how == REDACT_WITHHOLD)
            continue;
        call_item(&w);
        object_json(c->out, &list.at[i], bytes);
        highest(c, list.at[i].marking.tlp);
    }
    call_list_end(&w, S(""));
    return OK;
}

/* --- documents -------------------------------------------------------------------------------- */

static status find_document(call *c, lens *l, slice text, document_info *ret, err *why)
{
    uint8_t sha[SHA256_BYTES];
    if (slice_starts(text, S("sha256:")))
        text = slice_from(text, 7);
    if (!hash_unhex(text, sha, sizeof sha))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a document is 64 hex digits");
    return document_get(l, c->m, sha, ret, why);
}

status api_documents(call *c, err *why)
{
    lens *l;
    document_list list;
    document_info last = {0};
    char hex[HASH_HEX_MAX] = "";
    slice cursor = call_param(c, "cursor");
    status st = call_lens(c, &l, why);
    if (st == OK && cursor.len)
        st = find_document(c, l, cursor, &last, why);
    if (st == OK)
        st = documents_page(l, c->m, last.row, (size_t)call_int(c, "limit", CALL_LIST_DEFAULT),
                            &list, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < list.count; i++) {
        call_item(&w);
        document_json(c->out, &list.at[i]);
        highest(c, list.at[i].marking.tlp);
    }
    if (list.more && list.count)
        hash_hex(list.at[list.count - 1].sha256, SHA256_BYTES, hex);
    call_list_end(&w, slice_str(hex));
    return OK;
}

status api_document(call *c, err *why)
{
    lens *l;
    document_info d;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = find_document(c, l, call_param(c, "sha256"), &d, why);
    if (st != OK)
        return st;
    highest(c, d.marking.tlp);
    document_json(c->out, &d);
    return OK;
}

/* --- sources, sets ---------------------------------------------------------------------------- */

typedef struct listing {
    call *c;
    json_writer w;
} listing;

static status on_source(void *ctx, const source_info *s, err *why)
{
    listing *x = ctx;
    call_item(&x->w);
    source_json(x->c->out, s);
    return buf_status(x->c->out, why);
}

status api_sources(call *c, err *why)
{
    lens *l;
    status st = call_lens(c, &l, why);
    listing x = {c, call_list_begin(c)};
    if (st == OK)
        st = source_each(l, on_source, &x, why);
    call_list_end(&x.w, S(""));
    return st;
}

status api_sets(call *c, err *why)
{
    lens *l;
    set_list sets;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = sets_seen(l, &sets, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < sets.count; i++) {
        call_item(&w);
        set_json(c->out, &sets.at[i], NULL);
        highest(c, sets.at[i].marking.tlp);
    }
    call_list_end(&w, S(""));
    return OK;
}

typedef struct verifying {
    listing list;
    slice name;
    bool found;
} verifying;

static status on_verified(void *ctx, const set_info *s, const err *found, err *why)
{
    verifying *x = ctx;
    call *c = x->list.c;
    if (x->name.len && !slice_eq(x->name, s->name))
        return OK;
    x->found = true;
    call_item(&x->list.w);
    set_json(c->out, s, found ? found->msg : "whole");
    highest(c, s->marking.tlp);
    return buf_status(c->out, why);
}

/* Withdrawn versions, too: an answer as of an earlier time still asks them. */
status api_verified_sets(call *c, err *why)
{
    lens *l;
    set_list sets;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = sets_past(l, c->m, &sets, why);
    if (st != OK)
        return st;
    verifying x = {{c, call_list_begin(c)}, call_param(c, "name"), false};
    st = sets_verify(l, c->m, &sets, on_verified, &x, why);
    if (st == OK && x.name.len && !x.found)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no set is called so");
    call_list_end(&x.list.w, S(""));
    return st;
}

/* --- hashes ----------------------------------------------------------------------------------- */

static void put_hash(call *c, buf *out, slice asked, const hash_answer *h)
{
    json_writer w = json_writer_on(out);
    tlp marked = TLP_CLEAR;
    hash_put_json(&w, h);
    for (size_t i = 0; i < h->hits.count; i++)
        if (h->hits.at[i].set->marking.tlp > marked)
            marked = h->hits.at[i].set->marking.tlp;
    call_read(c, marked, asked);
}

status api_hash(call *c, err *why)
{
    lens *l;
    hash_answer h;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = hash_ask(l, c->m, call_param(c, "hash"), &h, why);
    if (st == OK)
        put_hash(c, c->out, call_param(c, "hash"), &h);
    return st;
}

enum {
    HASHES_MAX = 100000,
    HASHES_A_SLICE = 1024,
    HASHES_AT_ONCE = 64,        /* looked up together */
    HASH_ANSWER_BYTES = 1 << 20 /* of memory for each */
};

typedef struct hashing {
    call c;
    const json *next;
    arena memory;
} hashing;

/* The next ones, in one look-up; what is no hash is told in its place. */
static status answer_hashes(hashing *x, lens *l, size_t count, buf *out, err *why)
{
    hash_answer h[HASHES_AT_ONCE];
    err no_hash[HASHES_AT_ONCE];
    const json *asked = x->next;
    size_t read = 0, told = 0;
    bool good[HASHES_AT_ONCE];
    status st = OK;
    arena_reset(&x->memory);
    for (size_t i = 0; st == OK && i < count; i++, x->next = x->next->next) {
        no_hash[i] = (err){0};
        st = hash_read(l, &x->memory, x->next->text, &h[read], &no_hash[i]);
        good[i] = st == OK;
        read += good[i];
        if (st != OK && st != ERR_INPUT)
            *why = no_hash[i];
        st = st == ERR_INPUT ? OK : st;
    }
    if (st == OK)
        st = hash_look(l, &x->memory, h, read, why);
    for (size_t i = 0; st == OK && i < count; i++, asked = asked->next) {
        if (good[i])
            put_hash(&x->c, out, asked->text, &h[told++]);
        else
            error_json(out, &no_hash[i], S(""), asked->text);
        buf_byte(out, '\n');
    }
    return st;
}

static http_more fill_hashes(void *ctx, http_request *r, buf *out)
{
    hashing *x = ctx;
    lens *l;
    err why = {0};
    x->c.t = r->thread;
    status st = call_lens(&x->c, &l, &why);
    for (size_t n = 0; st == OK && x->next && n < HASHES_A_SLICE; n += HASHES_AT_ONCE) {
        size_t count = 0;
        for (const json *v = x->next; v && count < HASHES_AT_ONCE; v = v->next)
            count++;
        st = answer_hashes(x, l, count, out, &why);
    }
    if (st == OK)
        st = call_record_read(&x->c, &why);
    call_rest(&x->c);
    x->c.highest = TLP_CLEAR;
    return st != OK ? HTTP_BROKEN : x->next ? HTTP_MORE : HTTP_DONE;
}

static void hashes_done(void *ctx)
{
    hashing *x = ctx;
    arena_done(&x->memory);
    free(x);
}

status api_hashes(call *c, err *why)
{
    const json *list = json_get(c->body, S("hashes"));
    if (!json_is(list, JSON_ARRAY))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "hashes must be there, an array of texts");
    if (list->count > HASHES_MAX)
        return err_set(why, ERR_LIMIT, list->at, "over %d hashes in one request", HASHES_MAX);
    for (const json *v = list->first; v; v = v->next)
        if (!json_is(v, JSON_STRING))
            return err_set(why, ERR_INPUT, v->at, "hashes is an array of texts");
    hashing *x = calloc(1, sizeof *x);
    if (!x)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    *x = (hashing){.c = *c, .next = list->first};
    arena_init(&x->memory, HASHES_AT_ONCE * HASH_ANSWER_BYTES);
    call_lines(c, &(http_producer){fill_hashes, hashes_done, x});
    return OK;
}

/* --- hunt ------------------------------------------------------------------------------------- */

status api_hunt(call *c, err *why)
{
    observable o;
    sightings *s = NULL;
    sightings_found f = {0};
    sightings_coverage covered = {.from = WHEN_NONE, .to = WHEN_NONE};
    status st = observable_parse(c->m, call_param(c, "value"), KIND_NONE, &o, why);
    if (st == OK)
        st = call_sightings(c, &s, why);
    if (st == OK && s)
        st = sightings_covered(s, c->m, &covered, why);
    const sightings_probe p = {o.kind, o.value};
    if (st == OK && s)
        st = sightings_find(s, &p, 1, c->m, &f, why);
    const hunt_held held = {s, &covered};
    if (st == OK)
        hunt_json(c->out, &held, (node_ref){o.kind, o.value}, &f);
    return st;
}
