/* sets.c - what a view sees of the sets, and what they say of a value: see sets.h. */
#include "know/sets.h"

#include "know/claims.h"
#include "know/store_private.h"
#include "know/tiers.h"
#include "model/ip.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    PROBES_MAX = 320, /* the value, its keys, a network of each length */
    KEYS_MAX = 140,   /* of one value: a name has at most 127 labels */
    SEEN_MEMORY = 8 << 20,
    NODE_PAGE = 1024,
#ifdef NOROSHI_MUTANTS
    FOUND_MAX = 4, /* only tests are built so: they must not depend on it */
#else
    FOUND_MAX = 1 << 20,
#endif
    PATH_ROOM = STORE_PATH_MAX + 64
};

/* Files stay open from look to look; versions are read once a look. */
typedef struct open_file {
    char file[SET_NAME_ROOM];
    tiers *t;
    uint64_t look; /* last look that saw it */
} open_file;

struct sets_cache {
    uint64_t look;
    arena a;
    set_list seen;
    open_file *files;
    size_t file_count, file_room;
};

const char *set_verdict_name(set_verdict v)
{
    static const char *const names[] = {
        [SET_KNOWN_GOOD] = "known-good", [SET_KNOWN_BAD] = "known-bad", [SET_LIST] = "list"};
    assert(v >= SET_KNOWN_GOOD && v <= SET_LIST);
    return names[v];
}

const char *set_polarity_name(set_polarity p)
{
    static const char *const names[] = {"", "benign", "neutral", "suspicious"};
    assert(p <= SET_SUSPICIOUS);
    return names[p];
}

/* --- files ---------------------------------------------------------------------------------- */

void sets_cache_free(struct sets_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->file_count; i++)
        tiers_close(c->files[i].t);
    free(c->files);
    arena_done(&c->a);
    free(c);
}

/* What the last looks did not see any more is closed. */
static void close_unseen(struct sets_cache *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->file_count; i++) {
        if (c->files[i].look == c->look)
            c->files[kept++] = c->files[i];
        else
            tiers_close(c->files[i].t);
    }
    c->file_count = kept;
}

/* A version that lies in fewer tables by now is opened again; if it cannot be, what is open is as
 * good. One that was cut off is opened again, too: what is open says nothing any more. */
static tiers *newest(const lens *l, open_file *f, status *ret)
{
    char folder[PATH_ROOM];
    tiers *t;
    err quiet;
    bool whole = tiers_whole(f->t, NULL) == OK;
    *ret = OK;
    if (whole && !tiers_superseded(f->t))
        return f->t;
    snprintf(folder, sizeof folder, "%s/sets", store_dir(l->s));
    status st = tiers_open(folder, f->file, &t, &quiet);
    if (st == OK) {
        tiers_close(f->t);
        f->t = t;
    } else if (!whole) {
        *ret = st;
        return NULL;
    }
    return f->t;
}

static const char *not_opened(status st)
{
    return st == ERR_NOT_FOUND ? "its file is not there"
                               : "its file is damaged, or of an older layout: load the set again";
}

static status open_file_of(lens *l, struct sets_cache *c, set_info *s, err *why)
{
    char path[PATH_ROOM];
    err quiet;
    status st;
    for (size_t i = 0; i < c->file_count; i++)
        if (strcmp(c->files[i].file, s->file) == 0) {
            c->files[i].look = c->look;
            s->keys_of = newest(l, &c->files[i], &st);
            s->broken = s->keys_of ? NULL : not_opened(st);
            return OK;
        }
    if (!s->file[0]) {
        s->broken = "its keys were purged";
        return OK;
    }
    if (c->file_count == c->file_room) {
        size_t room = c->file_room ? c->file_room * 2 : 16;
        open_file *p = realloc(c->files, room * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        c->files = p;
        c->file_room = room;
    }
    snprintf(path, sizeof path, "%s/sets", store_dir(l->s));
    st = tiers_open(path, s->file, &s->keys_of, &quiet);
    if (st != OK) { /* one lost file must not end every question: it is told as not asked */
        s->broken = not_opened(st);
        return OK;
    }
    open_file *f = &c->files[c->file_count++];
    *f = (open_file){.t = s->keys_of, .look = c->look};
    snprintf(f->file, sizeof f->file, "%s", s->file);
    return OK;
}

/* --- versions ------------------------------------------------------------------------------- */

static int by_content(const void *x, const void *y)
{
    const set_info *a = x, *b = y;
    int c = slice_cmp(a->name, b->name);
    c = c ? c : slice_cmp(a->source, b->source);
    c = c ? c : memcmp(a->sha256, b->sha256, SHA256_BYTES);
    return c ? c : (a->recorded > b->recorded) - (a->recorded < b->recorded);
}

static status read_row(lens *l, db_stmt *q, arena *a, set_info *s, err *why)
{
    int64_t source = db_int(q, 2), vc = db_int(q, 3);
    slice sha = db_text(q, 6), name;
    *s = (set_info){.row = db_int(q, 0),
                    .verdict = (set_verdict)db_int(q, 4),
                    .polarity = (set_polarity)db_int(q, 5),
                    .keys = (uint64_t)db_int(q, 8),
                    .bytes = (uint64_t)db_int(q, 9),
                    .lines = (uint64_t)db_int(q, 10),
                    .recorded = db_int(q, 11) / 1000};
    bool sound = sha.len == SHA256_BYTES && s->verdict >= SET_KNOWN_GOOD &&
                 s->verdict <= SET_LIST && (unsigned)s->polarity <= SET_SUSPICIOUS;
    if (!sound)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "a set's row makes no sense");
    memcpy(s->sha256, sha.ptr, SHA256_BYTES);
    if (!arena_copy(a, db_text(q, 1), &s->name))
        return ARENA_SPENT(a, why);
    name = db_text(q, 7);
    if (name.len < sizeof s->file && name.len)
        memcpy(s->file, name.ptr, name.len);
    s->withdrawn = !db_is_null(q, 12) && sight_has_tx(&l->sight, db_int(q, 12));
    status st = lens_marking(l, vc, &s->marking, why);
    /* another statement, so not before this row was read */
    return st == OK ? lens_source(l, source, &s->source, why) : st;
}

static status read_versions(lens *l, query which, int64_t tx, arena *a, set_list *ret, err *why)
{
    size_t n = 0, cap = 0;
    set_info *list = NULL;
    bool row;
    status st;
    db_stmt *q = db_query(l->d, which);
    db_bind_int(q, 1, tx);
    while ((st = db_step(q, &row, why)) == OK && row) {
        if (n == SETS_MAX) {
            st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d versions of sets", SETS_MAX);
            break;
        }
        if (n == cap) {
            set_info *p = arena_array(a, cap = cap ? cap * 2 : 16, sizeof *p);
            if (!p) {
                st = ARENA_SPENT(a, why);
                break;
            }
            if (n)
                memcpy(p, list, n * sizeof *p);
            list = p;
        }
        if ((st = read_row(l, q, a, &list[n++], why)) != OK)
            break;
    }
    db_reset(q);
    if (st != OK)
        return st;
    if (n)
        qsort(list, n, sizeof *list, by_content);
    *ret = (set_list){list, n};
    return OK;
}

status sets_seen(lens *l, set_list *ret, err *why)
{
    struct sets_cache *c = l->sets;
    set_list list;
    if (!c) {
        if (!(c = calloc(1, sizeof *c)))
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        arena_init(&c->a, SEEN_MEMORY);
        l->sets = c;
    }
    if (c->look == l->look) {
        *ret = c->seen;
        return OK;
    }
    arena_reset(&c->a);
    status st = read_versions(l, Q_SETS_SEEN, 0, &c->a, &list, why);
    c->look = l->look;
    for (size_t i = 0; st == OK && i < list.count; i++)
        st = open_file_of(l, c, (set_info *)(uintptr_t)&list.at[i], why);
    if (st != OK) {
        c->look = 0; /* looks are counted from 1 */
        return st;
    }
    close_unseen(c);
    *ret = c->seen = list;
    return OK;
}

status sets_past(lens *l, arena *a, set_list *ret, err *why)
{
    return read_versions(l, Q_SETS_PAST, 0, a, ret, why);
}

uint64_t set_of_kind(const set_info *s, kind k)
{
    return s->keys_of ? tiers_of_kind(s->keys_of, k) : 0;
}

/* Names of tables that were read and are whole. */
typedef struct checked {
    arena *a;
    char (*names)[SET_NAME_ROOM];
    size_t count, room, before; /* before: those of versions read earlier */
    bool failed;
} checked;

static bool was_read(void *ctx, const char *table)
{
    checked *c = ctx;
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->names[i], table) == 0)
            return true;
    if (c->count == c->room) {
        char(*more)[SET_NAME_ROOM] = arena_array(c->a, c->room * 2 + 64, sizeof *more);
        c->failed |= !more;
        if (!more)
            return false;
        if (c->count)
            memcpy(more, c->names, c->count * sizeof *more);
        c->names = more;
        c->room = c->room * 2 + 64;
    }
    snprintf(c->names[c->count++], sizeof *c->names, "%s", table);
    return false;
}

static status verify(lens *l, const set_info *s, checked *c, err *why)
{
    char folder[PATH_ROOM];
    tiers *t = NULL;
    snprintf(folder, sizeof folder, "%s/sets", store_dir(l->s));
    c->before = c->count;
    status st = tiers_open(folder, s->file, &t, why);
    st = st == OK ? tiers_verify_but(t, was_read, c, why)
                  : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s", not_opened(st));
    if (st != OK)
        c->count = c->before; /* whoever shares the damaged one is told, too */
    tiers_close(t);
    return st;
}

status sets_verify(lens *l, arena *a, const set_list *sets,
                   status (*on_set)(void *ctx, const set_info *s, const err *found, err *why),
                   void *ctx, err *why)
{
    checked c = {.a = a};
    status st = OK;
    for (size_t i = 0; st == OK && i < sets->count; i++) {
        err found = {0};
        if (!sets->at[i].file[0])
            continue;
        status was = verify(l, &sets->at[i], &c, &found);
        if (c.failed)
            return ARENA_SPENT(a, why);
        st = on_set(ctx, &sets->at[i], was == OK ? NULL : &found, why);
    }
    return st;
}

/* --- what is asked -------------------------------------------------------------------------- */

typedef struct probe {
    set_how how;
    key_how key;
    node_ref node;
} probe;

typedef struct probes {
    probe at[PROBES_MAX];
    slots_key keys[PROBES_MAX];
    uint8_t digest[HASH_BYTES_MAX]; /* a hash has one probe: itself */
    size_t count;
} probes;

static void add_probe(probes *p, set_how how, key_how key, node_ref n)
{
    size_t digest = fact_digest_bytes(n.kind);
    slice bytes = n.text;
    if (p->count == PROBES_MAX)
        return;
    if (digest) {
        if (!hash_unhex(n.text, p->digest, digest))
            return;
        bytes = slice_of((const char *)p->digest, digest);
    }
    p->at[p->count] = (probe){how, key, n};
    p->keys[p->count++] = (slots_key){n.kind, bytes};
}

static bool any_prefix(const set_list *sets, unsigned bits)
{
    for (size_t i = 0; i < sets->count; i++)
        if (sets->at[i].keys_of && tiers_has_prefix(sets->at[i].keys_of, bits))
            return true;
    return false;
}

/* Networks around an address or a network, widest first, of the lengths that occur. */
static status add_networks(probes *p, const set_list *sets, arena *a, node_ref value, err *why)
{
    ip addr;
    ip_net own = {.prefix = 128};
    unsigned changed;
    if (value.kind == KIND_CIDR) {
        if (ip_net_parse(value.text, &own, &changed, NULL) != OK || own.prefix == 0)
            return OK;
        addr = own.addr;
        own.prefix--; /* itself is the exact probe */
    } else if ((value.kind != KIND_IPV4 && value.kind != KIND_IPV6) ||
               ip_parse(value.text, &addr, NULL) != OK) {
        return OK;
    }
    for (unsigned bits = ip_is4(&addr) ? 96 : 0; bits <= own.prefix; bits++) {
        char text[IP_NET_TEXT_MAX];
        slice copy;
        if (!any_prefix(sets, bits))
            continue;
        ip_net net = ip_net_of(&addr, (uint8_t)bits);
        if (!arena_copy(a, slice_of(text, ip_net_print(&net, text)), &copy))
            return ARENA_SPENT(a, why);
        add_probe(p, SET_RANGE, KEY_HOST, (node_ref){KIND_CIDR, copy});
    }
    return OK;
}

static status make_probes(const set_list *sets, arena *a, node_ref value, probes *p, err *why)
{
    observable_key keys[KEYS_MAX];
    size_t n = 0;
    p->count = 0;
    add_probe(p, SET_EXACT, KEY_HOST, value);
    if (kind_is_hash(value.kind))
        return OK;
    status st = observable_keys(a, value.kind, value.text, keys, COUNT_OF(keys), &n, why);
    for (size_t i = 0; st == OK && i < n; i++)
        if (!kind_is_hash(keys[i].kind))
            add_probe(p, SET_DERIVED, keys[i].how, (node_ref){keys[i].kind, keys[i].value});
    return st == OK ? add_networks(p, sets, a, value, why) : st;
}

/* Probes that this set answers: a known-good set only speaks of the value itself. */
static size_t probes_for(const set_info *s, const probes *p)
{
    return s->verdict == SET_KNOWN_GOOD && p->count ? 1 : p->count;
}

/* --- hits ----------------------------------------------------------------------------------- */

static when day_start(int32_t day)
{
    return day == SLOTS_DAY_NONE ? WHEN_NONE : (when)day * WHEN_DAY;
}

/* The version and what it says of the key, so that equal statements of equal sets are one. */
static uint64_t statement_hash(lens *l, const set_info *s, const slots_profile *p)
{
    uint8_t digest[SHA256_BYTES];
    uint64_t ret;
    int32_t days[3] = {p->first, p->last, p->until};
    const slice parts[] = {S("set"),
                           s->name,
                           s->source,
                           slice_str(set_verdict_name(s->verdict)),
                           slice_of((const char *)s->sha256, SHA256_BYTES),
                           p->text,
                           slice_of((const char *)days, sizeof days)};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        uint64_t len = parts[i].len;
        hash_update(l->h, slice_of((const char *)&len, sizeof len));
        hash_update(l->h, parts[i]);
    }
    hash_final(l->h, digest);
    memcpy(&ret, digest, sizeof ret);
    return ret;
}

typedef struct finding {
    lens *l;
    arena *a;
    set_hit *at;
    size_t count, room;
} finding;

static status add_hits(finding *f, const set_info *s, const probe *p, slots_found found, err *why)
{
    slots_profile said[SLOTS_LIST_MAX];
    size_t n = tiers_records(s->keys_of, found, said, COUNT_OF(said));
    for (size_t i = 0; i < n && f->count < SET_HITS_MAX; i++) {
        if (f->count == f->room) {
            size_t room = f->room ? f->room * 2 : 8;
            set_hit *more = arena_array(f->a, room, sizeof *more);
            if (!more)
                return ARENA_SPENT(f->a, why);
            if (f->count)
                memcpy(more, f->at, f->count * sizeof *more);
            f->at = more;
            f->room = room;
        }
        set_hit *h = &f->at[f->count++];
        *h = (set_hit){.set = s,
                       .how = p->how,
                       .key = p->key,
                       .node.kind = p->node.kind,
                       .first_seen = day_start(said[i].first),
                       .last_seen = day_start(said[i].last),
                       .valid_until = day_start(said[i].until),
                       .id_hi = node_hash(f->l->h, p->node),
                       .id_lo = statement_hash(f->l, s, &said[i])};
        if (!arena_copy(f->a, p->node.text, &h->node.text) ||
            !arena_copy(f->a, said[i].text, &h->label))
            return ARENA_SPENT(f->a, why);
    }
    return OK;
}

/* Was what was read of these sets what is in them? If not, the next look opens them again. */
static status all_whole(lens *l, const set_list *sets, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < sets->count; i++)
        if (sets->at[i].keys_of)
            st = tiers_whole(sets->at[i].keys_of, why);
    if (st != OK)
        l->settled = l->marked = false;
    return st;
}

static status find_in(lens *l, arena *a, const set_list *sets, node_ref value, set_hits *ret,
                      err *why)
{
    probes p;
    slots_found found[PROBES_MAX];
    finding f = {.l = l, .a = a};
    status st = make_probes(sets, a, value, &p, why);
    for (size_t i = 0; st == OK && i < sets->count; i++) {
        const set_info *s = &sets->at[i];
        if (!s->keys_of)
            continue;
        size_t n = probes_for(s, &p);
        tiers_find(s->keys_of, p.keys, n, found);
        for (size_t k = 0; st == OK && k < n; k++)
            st = found[k].record ? add_hits(&f, s, &p.at[k], found[k], why) : OK;
    }
    if (st == OK)
        st = all_whole(l, sets, why);
    if (st == OK)
        *ret = (set_hits){f.at, f.count};
    return st;
}

status sets_find(lens *l, arena *a, node_ref value, set_hits *ret, err *why)
{
    set_list sets;
    status st = sets_seen(l, &sets, why);
    if (st != OK || sets.count)
        return st == OK ? find_in(l, a, &sets, value, ret, why) : st;
    *ret = (set_hits){0};
    return OK;
}

/* At most SLOTS_BATCH. */
static status find_some(lens *l, arena *a, const set_list *sets, const node_ref *values,
                        size_t count, set_hits *ret, err *why)
{
    uint8_t digests[SLOTS_BATCH][HASH_BYTES_MAX];
    slots_key keys[SLOTS_BATCH];
    slots_found found[SLOTS_BATCH];
    finding f[SLOTS_BATCH];
    status st = OK;
    for (size_t i = 0; i < count; i++) {
        size_t n = fact_digest_bytes(values[i].kind);
        assert(n && "only hashes have one probe");
        if (!hash_unhex(values[i].text, digests[i], n))
            n = 0; /* of no length that a digest has: it is in no set */
        keys[i] = (slots_key){values[i].kind, slice_of((const char *)digests[i], n)};
        f[i] = (finding){.l = l, .a = a};
    }
    for (size_t s = 0; st == OK && s < sets->count; s++) {
        if (!sets->at[s].keys_of)
            continue;
        tiers_find(sets->at[s].keys_of, keys, count, found);
        for (size_t i = 0; st == OK && i < count; i++)
            if (found[i].record)
                st = add_hits(&f[i], &sets->at[s], &(probe){SET_EXACT, KEY_HOST, values[i]},
                              found[i], why);
    }
    for (size_t i = 0; i < count; i++)
        ret[i] = (set_hits){f[i].at, f[i].count};
    return st;
}

status sets_find_hashes(lens *l, arena *a, const node_ref *values, size_t count, set_hits *ret,
                        err *why)
{
    set_list sets;
    status st = sets_seen(l, &sets, why);
    for (size_t at = 0; st == OK && at < count; at += SLOTS_BATCH) {
        size_t n = count - at < SLOTS_BATCH ? count - at : SLOTS_BATCH;
        st = find_some(l, a, &sets, values + at, n, ret + at, why);
    }
    return st == OK ? all_whole(l, &sets, why) : st;
}

/* --- what a version touches ----------------------------------------------------------------- */

/* Kinds of values that these sets may say something about: hashes of the kinds that they have, and
 * everything else when they have anything that is no hash. */
static void kinds_touched(const set_list *sets, bool ret[SLOTS_KINDS])
{
    bool others = false;
    for (unsigned k = 0; k < SLOTS_KINDS; k++)
        ret[k] = false;
    for (size_t i = 0; i < sets->count; i++)
        for (unsigned k = 0; sets->at[i].keys_of && k < SLOTS_KINDS; k++) {
            bool any = tiers_of_kind(sets->at[i].keys_of, (kind)k) != 0;
            ret[k] |= any;
            others |= any && !kind_is_hash((kind)k);
        }
    for (unsigned k = 0; k < SLOTS_KINDS; k++)
        ret[k] |= others && !kind_is_hash((kind)k);
}

static bool touched(const set_list *sets, arena *a, node_ref n, bool *ret, err *why, status *st)
{
    probes p;
    slots_found found[PROBES_MAX];
    *ret = false;
    if ((*st = make_probes(sets, a, n, &p, why)) != OK)
        return false;
    for (size_t i = 0; i < sets->count && !*ret; i++) {
        if (!sets->at[i].keys_of)
            continue;
        size_t count = probes_for(&sets->at[i], &p);
        tiers_find(sets->at[i].keys_of, p.keys, count, found);
        for (size_t k = 0; k < count; k++)
            *ret |= found[k].record != 0;
    }
    return *ret;
}

typedef struct node_page {
    arena a;
    node_ref nodes[NODE_PAGE];
    int64_t ids[NODE_PAGE];
    size_t count;
    int64_t last;
} node_page;

/* Stored values behind p->last; the statement is over before anybody is called. *ret_end: there are
 * no more. */
static status read_page(lens *l, node_page *p, bool *ret_end, err *why)
{
    bool row;
    status st;
    size_t read = 0;
    p->count = 0;
    arena_reset(&p->a);
    db_stmt *q = db_query(l->d, Q_NODES_PAGE);
    db_bind_int(q, 1, p->last);
    db_bind_int(q, 2, NODE_PAGE);
    while ((st = db_step(q, &row, why)) == OK && row) {
        kind k = (kind)db_int(q, 1);
        p->last = db_int(q, 0);
        read++;
        if (!kind_is_observable(k))
            continue;
        p->nodes[p->count].kind = k;
        p->ids[p->count] = p->last;
        if (!arena_copy(&p->a, db_text(q, 2), &p->nodes[p->count++].text)) {
            st = ARENA_SPENT(&p->a, why);
            break;
        }
    }
    db_reset(q);
    *ret_end = read < NODE_PAGE;
    return st;
}

/* Values to be told of, in the order of their hashes: that of the rows would say which was heard of
 * first, by whomever. Of more than fit the smallest hashes are kept, the others are for the next
 * reading of all values. */
typedef struct found {
    int64_t node;
    uint64_t h;
} found;
typedef struct found_list {
    found *at; /* FOUND_MAX */
    size_t count;
    uint64_t from, upto; /* hashes that this reading is about */
} found_list;

static int by_hash(const void *a, const void *b)
{
    const found *x = a, *y = b;
    return x->h < y->h ? -1 : x->h > y->h;
}

static void note_found(found_list *f, int64_t node, uint64_t h)
{
    if (h < f->from || h > f->upto)
        return;
    if (f->count == FOUND_MAX) {
        qsort(f->at, f->count, sizeof *f->at, by_hash);
        f->count /= 2;
        while (f->count > 1 && f->at[f->count - 1].h == f->at[f->count].h)
            f->count--; /* equal ones stay together */
        f->upto = f->at[f->count - 1].h;
        if (h > f->upto)
            return;
    }
    f->at[f->count++] = (found){node, h};
}

static status tell_found(lens *l, found_list *f, arena *a,
                         status (*on_node)(void *ctx, node_ref n, err *why), void *ctx, err *why)
{
    status st = OK;
    if (f->count)
        qsort(f->at, f->count, sizeof *f->at, by_hash);
    for (size_t i = 0; st == OK && i < f->count; i++) {
        bool row;
        node_ref n = {0};
        db_stmt *q = db_query(l->d, Q_NODE_GET);
        db_bind_int(q, 1, f->at[i].node);
        if ((st = db_step(q, &row, why)) != OK || !row)
            continue;
        arena_reset(a);
        n.kind = (kind)db_int(q, 0);
        bool copied = arena_copy(a, db_text(q, 1), &n.text);
        db_reset(q);
        st = copied ? on_node(ctx, n, why) : ARENA_SPENT(a, why);
    }
    return st;
}

/* One reading of all stored values. */
static status scan_nodes(lens *l, const set_list *sets, node_page *p, found_list *f, err *why)
{
    bool end = false, kinds[SLOTS_KINDS];
    status st = OK;
    p->last = 0;
    kinds_touched(sets, kinds);
    while (st == OK && !end) {
        st = read_page(l, p, &end, why);
        for (size_t i = 0; st == OK && i < p->count; i++) {
            bool hit, known = false;
            if (!kinds[p->nodes[i].kind]) /* observables are under SLOTS_KINDS */
                continue;
            arena_mark mark = arena_here(&p->a);
            touched(sets, &p->a, p->nodes[i], &hit, why, &st);
            arena_back(&p->a, mark);
            if (st == OK && hit) /* that a value is stored at all is a secret of who may see it */
                st = node_known(l, p->nodes[i], &known, why);
            if (st == OK && known)
                note_found(f, p->ids[i], node_hash(l->h, p->nodes[i]));
        }
    }
    return st == OK ? all_whole(l, sets, why) : st;
}

static status scan_in_order(lens *l, const set_list *sets, node_page *p,
                            status (*on_node)(void *ctx, node_ref n, err *why), void *ctx, err *why)
{
    found_list f = {.upto = UINT64_MAX};
    bool end = false;
    f.at = malloc(FOUND_MAX * sizeof *f.at);
    status st = f.at ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    while (st == OK && !end) {
        st = scan_nodes(l, sets, p, &f, why);
        if (st == OK)
            st = tell_found(l, &f, &p->a, on_node, ctx, why);
        end = f.upto == UINT64_MAX;
        f.from = f.upto + 1;
        f.upto = UINT64_MAX;
        f.count = 0;
    }
    free(f.at);
    return st;
}

status sets_touched(lens *l, int64_t tx, marking *ret,
                    status (*on_node)(void *ctx, node_ref n, err *why), void *ctx, err *why)
{
    struct sets_cache opened = {.look = 1};
    set_list parts[2], all = {0};
    CLEANUP(arena_done) arena a;
    arena_init(&a, SEEN_MEMORY);
    status st = read_versions(l, Q_SETS_ADDED, tx, &a, &parts[0], why);
    if (st == OK)
        st = read_versions(l, Q_SETS_GONE, tx, &a, &parts[1], why);
    if (st != OK || parts[0].count + parts[1].count == 0)
        return st;
    set_info *list = arena_array(&a, parts[0].count + parts[1].count, sizeof *list);
    node_page *p = calloc(1, sizeof *p);
    if (!list || !p) {
        free(p);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        for (size_t k = 0; st == OK && k < parts[i].count; k++) {
            list[all.count] = parts[i].at[k];
            *ret = all.count ? marking_join(*ret, list[all.count].marking) : list[0].marking;
            st = open_file_of(l, &opened, &list[all.count++], why);
        }
    all.at = list;
    arena_init(&p->a, 64 << 20);
    if (st == OK)
        st = scan_in_order(l, &all, p, on_node, ctx, why);
    arena_done(&p->a);
    free(p);
    for (size_t i = 0; i < opened.file_count; i++)
        tiers_close(opened.files[i].t);
    free(opened.files);
    return st;
}
