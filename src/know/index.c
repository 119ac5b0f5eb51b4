/* index.c - values to nodes: the mapped file, what is newer, and the ways to touch. See index.h. */
#include "know/index.h"
#include "know/index/segment.h"
#include "know/store_private.h"
#include "model/ip.h"
#include "model/observable.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

enum {
    DELTA_MIN = 1 << 18,  /* newer nodes kept in memory before they go into the file, */
    DELTA_MAX = 1 << 22,  /* or a quarter of the file's, but never more than this: 160 MiB */
    SETTLE_MIN = 1 << 13, /* reading as many newer nodes at each start costs some 10 ms */
    NODE_PAGE = 4096,
    DERIVED_MAX = 140, /* keys of one value: a name has at most 127 labels */
    FACE_BYTES = 5,    /* of a key's eight that are the value's beginning; the others are a hash */
    FACE_SHIFT = 24
};
static const uint64_t UNDER_FIRST = (uint64_t)0xff << 56;

struct index {
    store *s;
    db *d;
    hash_state *h;
    uint8_t key[16];
    char path[STORE_PATH_MAX + 32];
    segment file;
    seg_key *keys; /* newer than the file, sorted */
    size_t key_count, key_cap;
    seg_net *nets;
    size_t net_count, net_cap;
    int64_t last;          /* newest node taken in */
    uint8_t prefixes[129]; /* lengths that occur */
};

/* --- building ------------------------------------------------------------------------------- */

static uint64_t whole_hash(const index_t *ix, kind k, slice value)
{
    uint8_t room[512];
    if (value.len + 2 <= sizeof room) {
        room[0] = (uint8_t)k;
        room[1] = (uint8_t)(k >> 8);
        memcpy(room + 2, value.ptr, value.len);
        return siphash(ix->key, slice_of((const char *)room, value.len + 2));
    }
    /* long values: the hash of the text, with the kind mixed in by a second pass */
    uint64_t both[2] = {siphash(ix->key, value), k};
    return siphash(ix->key, slice_of((const char *)both, sizeof both));
}

/* Where a value stands among the keys: the first bytes of its face, then a part of its hash. So the
 * values that begin alike stand together, at no cost. */
static uint64_t value_hash(const index_t *ix, kind k, slice value)
{
    slice face = index_face(k, value);
    uint64_t order = 0;
    for (size_t i = 0; i < FACE_BYTES; i++)
        order = order << 8 | (i < face.len ? (unsigned char)face.ptr[i] : 0);
    return order << FACE_SHIFT | (whole_hash(ix, k, value) & (((uint64_t)1 << FACE_SHIFT) - 1));
}

slice index_face(kind k, slice value)
{
    size_t at = k == KIND_URL ? slice_find(value, S("://"), 0) : SIZE_MAX;
    return at == SIZE_MAX ? value : slice_from(value, at + 3);
}

/* The last two labels of a host; empty for an address, or a name of one. */
static slice above(slice host)
{
    size_t at = host.len, dots = 0;
    while (at && (host.ptr[at - 1] != '.' || ++dots < 2))
        at--;
    size_t digits = 0;
    while (digits < host.len && is_digit(host.ptr[host.len - 1 - digits]))
        digits++;
    if (!host.len || digits == host.len || (digits && host.ptr[host.len - 1 - digits] == '.'))
        return S("");
    return dots + (at == 0) >= 2 ? slice_from(host, at) : S("");
}

/* Behind all values, for no text begins with 0xff: the hosts under a name of two labels. */
static uint64_t under_hash(const index_t *ix, slice two_labels)
{
    return UNDER_FIRST | whole_hash(ix, KIND_END_, two_labels) >> 8;
}

/* The network that an address or network value is. */
static bool value_net(kind k, slice value, ip_net *ret)
{
    unsigned changed;
    if (k == KIND_CIDR)
        return ip_net_parse(value, ret, &changed, NULL) == OK;
    ip a;
    if ((k != KIND_IPV4 && k != KIND_IPV6) || ip_parse(value, &a, NULL) != OK)
        return false;
    *ret = ip_net_of(&a, 128);
    return true;
}

static bool grow(void **list, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 4096;
    void *p = realloc(*list, more * size);
    if (!p)
        return false;
    *list = p;
    *cap = more;
    return true;
}

static status add_node(index_t *ix, int64_t id, kind k, slice value, err *why)
{
    ip_net net;
    if (!kind_is_observable(k))
        return OK;
    void *keys = ix->keys, *nets = ix->nets;
    bool room = grow(&keys, ix->key_count, &ix->key_cap, sizeof *ix->keys);
    ix->keys = keys;
    if (room && value_net(k, value, &net)) {
        room = grow(&nets, ix->net_count, &ix->net_cap, sizeof *ix->nets);
        ix->nets = nets;
        if (room) {
            seg_net *n = &ix->nets[ix->net_count++];
            memcpy(n->addr, net.addr.b, 16);
            n->node_prefix = (uint64_t)id << 8 | net.prefix;
            ix->prefixes[net.prefix] = 1;
        }
    }
    if (!room)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    ix->keys[ix->key_count++] = (seg_key){value_hash(ix, k, value), (uint64_t)id};
    slice host = observable_host(k, value), two = above(host);
    if (!two.len || (k == KIND_DOMAIN && two.len == host.len))
        return OK;
    keys = ix->keys;
    room = grow(&keys, ix->key_count, &ix->key_cap, sizeof *ix->keys);
    ix->keys = keys;
    if (!room)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    ix->keys[ix->key_count++] = (seg_key){under_hash(ix, two), (uint64_t)id};
    return OK;
}

static size_t delta_limit(const index_t *ix)
{
    size_t quarter = ix->file.key_count / 4;
    return quarter < DELTA_MIN ? DELTA_MIN : quarter > DELTA_MAX ? DELTA_MAX : quarter;
}

static void sort_delta(index_t *ix)
{
    if (ix->key_count)
        qsort(ix->keys, ix->key_count, sizeof *ix->keys, seg_key_cmp);
    if (ix->net_count)
        qsort(ix->nets, ix->net_count, sizeof *ix->nets, seg_net_cmp);
}

/* Which prefix lengths the file has. */
static void note_prefixes(index_t *ix)
{
    for (unsigned n = 0; n < 128; n++)
        ix->prefixes[n] |= ix->file.prefixes[n / 64] >> (n % 64) & 1;
}

static status open_file(index_t *ix, err *why)
{
    status st = segment_open(ix->path, ix->key, &ix->file, why);
    if (st == ERR_NOT_FOUND || st == ERR_INPUT) {
        ix->file = (segment){0}; /* the nodes themselves are the truth: build it again */
        st = OK;
    }
    if (st == OK) {
        ix->last = (int64_t)ix->file.covers;
        note_prefixes(ix);
    }
    return st;
}

/* Writes file and delta as one new file, unless another process is doing the same. *ret_again: the
 * file was damaged and is gone; every node has to be read once more. */
static status write_file(index_t *ix, bool *ret_again, err *why)
{
    char lock[STORE_PATH_MAX + 40];
    snprintf(lock, sizeof lock, "%s.lock", ix->path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (fd >= 0)
            close(fd);
        return OK;
    }
    sort_delta(ix);
    status st = segment_verify(&ix->file, ix->key, why);
    if (st == ERR_INPUT) { /* the nodes are the truth: begin again from the first */
        segment_close(&ix->file);
        ix->key_count = ix->net_count = 0;
        ix->last = 0;
        *ret_again = true;
        st = fs_remove(ix->s->options.disk, ix->path, why);
        close(fd);
        return st == ERR_NOT_FOUND ? OK : st;
    }
    st = segment_write(ix->s->options.disk, ix->path, ix->key, &ix->file, ix->keys, ix->key_count,
                       ix->nets, ix->net_count, (uint64_t)ix->last, why);
    if (st == OK) {
        segment_close(&ix->file);
        ix->key_count = ix->net_count = 0;
        st = open_file(ix, why);
    }
    close(fd);
    return st;
}

static status read_page(index_t *ix, db *d, size_t *ret_rows, err *why)
{
    bool row;
    status st;
    size_t n = 0;
    db_stmt *q = db_query(d, Q_NODES_PAGE);
    db_bind_int(q, 1, ix->last);
    db_bind_int(q, 2, NODE_PAGE);
    while ((st = db_step(q, &row, why)) == OK && row) {
        ix->last = db_int(q, 0);
        n++;
        if ((st = add_node(ix, ix->last, (kind)db_int(q, 1), db_text(q, 2), why)) != OK)
            break;
    }
    db_reset(q);
    *ret_rows = n;
    return st;
}

status index_settle(index_t *ix, err *why)
{
    bool again = false;
    if (ix->key_count <= SETTLE_MIN)
        return OK;
    status st = write_file(ix, &again, why);
    if (st != OK || !again)
        return st;
    st = index_refresh(ix, why);
    return st == OK && ix->key_count ? write_file(ix, &again, why) : st;
}

status index_verify(index_t *ix, err *why)
{
    return segment_verify(&ix->file, ix->key, why);
}

status index_refresh(index_t *ix, err *why)
{
    size_t rows = NODE_PAGE;
    bool again = false;
    db *scan = NULL;
    status st = OK;
    /* More than one page is many: they are read through a connection that maps nothing, so that
     * the whole table does not become resident memory of ours. */
    for (size_t page = 0; st == OK && (rows == NODE_PAGE || again); page++) {
        again = false;
        if (page == 1)
            st = store_connect_scan(ix->s, &scan, why);
        if (st == OK)
            st = read_page(ix, scan ? scan : ix->d, &rows, why);
        if (st == OK && ix->key_count >= delta_limit(ix))
            st = write_file(ix, &again, why);
    }
    db_close(scan);
    sort_delta(ix);
    return st;
}

status index_open(store *s, index_t **ret, err *why)
{
    index_t *ix = calloc(1, sizeof *ix);
    if (!ix)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    ix->s = s;
    ix->h = hash_new(HASH_SHA256);
    /* of each engine its own: a directory may have a store in both, one the other's past */
    snprintf(ix->path, sizeof ix->path, "%s/index/values%s", s->dir, *s->server ? "-server" : "");
    status st = ix->h ? store_connect(s, false, &ix->d, why)
                      : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK)
        st = store_index_key(ix->d, ix->key, why);
    if (st == OK)
        st = open_file(ix, why);
    if (st == OK)
        st = index_refresh(ix, why);
    if (st != OK) {
        index_close(ix);
        return st;
    }
    *ret = ix;
    return OK;
}

index_t *index_close(index_t *ix)
{
    if (ix) {
        segment_close(&ix->file);
        db_close(ix->d);
        hash_free(ix->h);
        free(ix->keys);
        free(ix->nets);
        free(ix);
    }
    return NULL;
}

void index_size(const index_t *ix, uint64_t *ret_values, uint64_t *ret_bytes)
{
    *ret_values = segment_lower(&ix->file, UNDER_FIRST) +
                  seg_keys_lower(ix->keys, ix->key_count, UNDER_FIRST);
    *ret_bytes = ix->file.map_size;
}

/* --- looking up ----------------------------------------------------------------------------- */

typedef struct finding {
    index_t *ix;
    arena *a;
    err *why;
    index_hit *hits;
    size_t count, cap;
    bool more;
} finding;

static status add_hit(finding *f, uint32_t probe, index_how how, node_ref node)
{
    if (f->count == f->cap) {
        size_t cap = f->cap ? f->cap * 4 : 32;
        index_hit *wider = arena_array(f->a, cap, sizeof *wider);
        if (!wider)
            return ARENA_SPENT(f->a, f->why);
        if (f->count)
            memcpy(wider, f->hits, f->count * sizeof *wider);
        f->hits = wider;
        f->cap = cap;
    }
    if (!arena_copy(f->a, node.text, &node.text))
        return ARENA_SPENT(f->a, f->why);
    f->hits[f->count++] = (index_hit){probe, how, node};
    return OK;
}

/* A hash under a secret key that is there: the value is there, but once in some ten thousand times
 * it is another one that begins alike; then no claim is about it. Nodes are never removed. */
static bool holds(const index_t *ix, node_ref n)
{
    uint64_t hash = value_hash(ix, n.kind, n.text);
    size_t at = segment_lower(&ix->file, hash);
    if (at < ix->file.key_count && ix->file.hashes[at] == hash)
        return true;
    at = seg_keys_lower(ix->keys, ix->key_count, hash);
    return at < ix->key_count && ix->keys[at].hash == hash;
}

static status find_derived(finding *f, uint32_t probe, node_ref n, unsigned how)
{
    observable_key keys[DERIVED_MAX];
    size_t count = 0;
    if (!(how & (INDEX_PARENT | INDEX_DERIVED)))
        return OK;
    status st = observable_keys(f->a, n.kind, n.text, keys, DERIVED_MAX, &count, f->why);
    for (size_t i = 0; st == OK && i < count; i++) {
        node_ref key = {keys[i].kind, keys[i].value};
        index_how way = keys[i].how == KEY_PARENT || keys[i].how == KEY_REGISTRABLE ? INDEX_PARENT
                                                                                    : INDEX_DERIVED;
        if ((how & way) && holds(f->ix, key))
            st = add_hit(f, probe, way, key);
    }
    return st;
}

static bool net_at(const seg_net *nets, size_t count, const ip_net *n)
{
    size_t at = segment_lower_net(nets, count, n->addr.b, n->prefix);
    return at < count && memcmp(nets[at].addr, n->addr.b, 16) == 0 &&
           (nets[at].node_prefix & 0xff) == n->prefix;
}

static node_ref net_node(const ip_net *n, char text[IP_NET_TEXT_MAX])
{
    if (n->prefix < 128)
        return (node_ref){KIND_CIDR, slice_of(text, ip_net_print(n, text))};
    return (node_ref){ip_is4(&n->addr) ? KIND_IPV4 : KIND_IPV6,
                      slice_of(text, ip_print(&n->addr, text))};
}

/* One look for each prefix length that occurs, narrowest first. */
static status find_covering(finding *f, uint32_t probe, const ip_net *asked)
{
    const index_t *ix = f->ix;
    status st = OK;
    for (int prefix = asked->prefix - 1; st == OK && prefix >= 0; prefix--) {
        char text[IP_NET_TEXT_MAX];
        if (!ix->prefixes[prefix])
            continue;
        ip_net wide = ip_net_of(&asked->addr, (uint8_t)prefix);
        if (net_at(ix->file.nets, ix->file.net_count, &wide) ||
            net_at(ix->nets, ix->net_count, &wide))
            st = add_hit(f, probe, INDEX_COVERS, net_node(&wide, text));
    }
    return st;
}

static status find_inside(finding *f, uint32_t probe, const ip_net *asked, const seg_net *nets,
                          size_t count, size_t *left)
{
    status st = OK;
    size_t at = segment_lower_net(nets, count, asked->addr.b, asked->prefix);
    for (; st == OK && at < count; at++) {
        char text[IP_NET_TEXT_MAX];
        ip_net n;
        memcpy(n.addr.b, nets[at].addr, 16);
        n.prefix = (uint8_t)(nets[at].node_prefix & 0xff);
        if (!ip_net_has(asked, &n.addr))
            break;
        if (n.prefix <= asked->prefix)
            continue; /* itself */
        if (!*left) {
            f->more = true;
            break;
        }
        --*left;
        st = add_hit(f, probe, INDEX_INSIDE, net_node(&n, text));
    }
    return st;
}

static status find_nets(finding *f, uint32_t probe, node_ref n, unsigned how)
{
    ip_net net;
    size_t left = INDEX_INSIDE_MAX;
    status st = OK;
    if (!(how & (INDEX_COVERS | INDEX_INSIDE)) || !value_net(n.kind, n.text, &net))
        return OK;
    if (how & INDEX_COVERS)
        st = find_covering(f, probe, &net);
    if (st == OK && (how & INDEX_INSIDE) && net.prefix < 128) {
        st = find_inside(f, probe, &net, f->ix->file.nets, f->ix->file.net_count, &left);
        if (st == OK)
            st = find_inside(f, probe, &net, f->ix->nets, f->ix->net_count, &left);
    }
    return st;
}

status index_find(index_t *ix, const index_probe *probes, size_t count, unsigned how, arena *a,
                  index_hits *ret, err *why)
{
    finding f = {.ix = ix, .a = a, .why = why};
    status st = OK;
    if (count > INDEX_BATCH_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d values in one look-up",
                       INDEX_BATCH_MAX);
    for (size_t i = 0; st == OK && i < count; i++) {
        uint32_t probe = (uint32_t)i;
        if ((how & INDEX_EXACT) && holds(ix, probes[i]))
            st = add_hit(&f, probe, INDEX_EXACT, probes[i]);
        if (st == OK)
            st = find_derived(&f, probe, probes[i], how);
        if (st == OK)
            st = find_nets(&f, probe, probes[i], how);
    }
    if (st == OK)
        *ret = (index_hits){f.hits, f.count, f.more};
    return st;
}

/* --- walking in order ------------------------------------------------------------------------- */

static index_walk walk(const index_t *ix, uint64_t first, uint64_t last)
{
    return (index_walk){
        .ix = ix,
        .last = last,
        .at = {segment_lower(&ix->file, first), seg_keys_lower(ix->keys, ix->key_count, first)}};
}

index_walk index_values(const index_t *ix, slice begins)
{
    uint64_t first = 0, last = 0;
    for (size_t i = 0; i < FACE_BYTES; i++) {
        first = first << 8 | (i < begins.len ? (unsigned char)begins.ptr[i] : 0);
        last = last << 8 | (i < begins.len ? (unsigned char)begins.ptr[i] : 0xff);
    }
    last = last << FACE_SHIFT | (((uint64_t)1 << FACE_SHIFT) - 1);
    return walk(ix, first << FACE_SHIFT, last < UNDER_FIRST ? last : UNDER_FIRST - 1);
}

index_walk index_under(const index_t *ix, slice domain)
{
    slice two = above(domain);
    uint64_t hash = under_hash(ix, two);
    return two.len ? walk(ix, hash, hash) : walk(ix, UINT64_MAX, 0);
}

bool index_next(index_walk *w, int64_t *ret_node, uint64_t *ret_group)
{
    const index_t *ix = w->ix;
    bool in_file = w->at[0] < ix->file.key_count && ix->file.hashes[w->at[0]] <= w->last;
    bool in_memory = w->at[1] < ix->key_count && ix->keys[w->at[1]].hash <= w->last;
    if (!in_file && !in_memory)
        return false;
    seg_key next = in_file ? segment_key(&ix->file, w->at[0]) : ix->keys[w->at[1]];
    if (in_file && in_memory && seg_key_cmp(&ix->keys[w->at[1]], &next) < 0) {
        next = ix->keys[w->at[1]];
        in_file = false;
    }
    w->at[in_file ? 0 : 1]++;
    *ret_node = (int64_t)next.node;
    *ret_group = next.hash >> FACE_SHIFT;
    return true;
}
