/* index.c - values to nodes: the mapped file, what is newer, and the ways to touch. See index.h. */
#include "know/index.h"
#include "know/index/files.h"
#include "know/store_private.h"
#include "model/ip.h"
#include "model/memo.h"
#include "model/observable.h"
#include "model/url.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

enum {
    DELTA_MIN = 1 << 18,  /* newer nodes kept in memory before they go into a file, */
    DELTA_MAX = 1 << 22,  /* or a quarter of the files', but never more than this: 160 MiB */
    SETTLE_MIN = 1 << 13, /* reading as many newer nodes at each start costs some 10 ms */
    NODE_PAGE = 4096,
    NODE_FEW = 1024,   /* read in a millisecond or two */
    DERIVED_MAX = 140, /* keys of one value: a name has at most 127 labels, */
    DERIVED_FEW = 12,  /* most have but a few */
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
    seg_files files;
    seg_key *keys; /* newer than the files; sorted are the first of them */
    size_t key_count, key_cap, keys_sorted;
    seg_net *nets;
    size_t net_count, net_cap, nets_sorted;
    int64_t last;          /* newest node taken in */
    uint8_t prefixes[129]; /* lengths that occur */
    domain_memo suffixes;
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
    size_t quarter = seg_files_keys(&ix->files) / 4;
    return quarter < DELTA_MIN ? DELTA_MIN : quarter > DELTA_MAX ? DELTA_MAX : quarter;
}

/* What an array is sorted by; its entries are `size` bytes. */
typedef struct sorting {
    size_t size;
    int (*cmp)(const void *a, const void *b);
} sorting;

static size_t first_behind(const sorting *by, const char *list, size_t count, const char *one)
{
    size_t low = 0;
    while (low < count) {
        size_t mid = low + (count - low) / 2;
        if (by->cmp(list + mid * by->size, one) > 0)
            count = mid;
        else
            low = mid + 1;
    }
    return low;
}

/* The first are sorted, the others are put among them: a refresh finds a few, and sorting all that
 * is newer than the files took 20 ms of each of its readers. */
static void sort_in(const sorting *by, void *list, size_t sorted, size_t count)
{
    char *at = list, *newer = NULL;
    const size_t size = by->size;
    size_t left = count - sorted;
    if (!left)
        return;
    qsort(at + sorted * size, left, size, by->cmp);
    if (!sorted || by->cmp(at + (sorted - 1) * size, at + sorted * size) <= 0)
        return;
    if (!(newer = malloc(left * size))) {
        qsort(at, count, size, by->cmp);
        return;
    }
    memcpy(newer, at + sorted * size, left * size);
    while (left) {
        const char *last = newer + (left - 1) * size;
        size_t from = first_behind(by, at, sorted, last);
        memmove(at + (from + left) * size, at + from * size, (sorted - from) * size);
        sorted = from;
        left--;
        memcpy(at + (sorted + left) * size, last, size);
    }
    free(newer);
}

static void sort_delta(index_t *ix)
{
    const sorting keys = {sizeof *ix->keys, seg_key_cmp}, nets = {sizeof *ix->nets, seg_net_cmp};
    sort_in(&keys, ix->keys, ix->keys_sorted, ix->key_count);
    sort_in(&nets, ix->nets, ix->nets_sorted, ix->net_count);
    ix->keys_sorted = ix->key_count;
    ix->nets_sorted = ix->net_count;
}

/* What the files have, and no newer entry yet. */
static void begin_behind(index_t *ix)
{
    ix->key_count = ix->net_count = ix->keys_sorted = ix->nets_sorted = 0;
    ix->last = (int64_t)seg_files_covers(&ix->files);
    for (size_t i = 0; i < ix->files.count; i++)
        for (unsigned n = 0; n < 128; n++)
            ix->prefixes[n] |= ix->files.at[i].prefixes[n / 64] >> (n % 64) & 1;
}

/* Another process, or another thread, may have written since these files were opened: then what
 * they cover need not be read, or is read again. */
static status catch_up(index_t *ix, bool *ret_again, err *why)
{
    seg_files now;
    status st = seg_files_open(ix->path, ix->key, &now, why);
    if (st != OK)
        return st;
    *ret_again = !seg_files_same(&now, &ix->files);
    seg_files_close(*ret_again ? &ix->files : &now);
    if (*ret_again) {
        ix->files = now;
        begin_behind(ix);
    }
    return OK;
}

static status add_to_files(index_t *ix, bool *ret_again, err *why)
{
    sort_delta(ix);
    seg_delta newer = {.keys = ix->keys,
                       .nets = ix->nets,
                       .key_count = ix->key_count,
                       .net_count = ix->net_count,
                       .from = seg_files_covers(&ix->files),
                       .covers = (uint64_t)ix->last};
    status st = seg_files_add(ix->s->options.disk, ix->path, ix->key, &ix->files, &newer, why);
    *ret_again = st == ERR_INPUT; /* the nodes are the truth: what is gone is read again */
    if (st == OK || *ret_again)
        begin_behind(ix);
    return *ret_again ? OK : st;
}

/* Writes what is newer, unless another process is doing the same. *ret_again: the files are others
 * than they were, and every node behind them has to be read once more. */
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
    status st = catch_up(ix, ret_again, why);
    if (st == OK && !*ret_again)
        st = add_to_files(ix, ret_again, why);
    close(fd);
    return st;
}

static status read_page(index_t *ix, db *d, size_t most, size_t *ret_rows, err *why)
{
    bool row;
    status st;
    size_t n = 0;
    db_stmt *q = db_query(d, Q_NODES_PAGE);
    db_bind_int(q, 1, ix->last);
    db_bind_int(q, 2, (int64_t)most);
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
    enum { TRIES = 3 };
    status st = OK;
    for (int i = 0; st == OK && ix->key_count > SETTLE_MIN && i < TRIES; i++) {
        bool again = false;
        st = write_file(ix, &again, why);
        if (st != OK || !again)
            break;
        st = index_refresh(ix, why);
    }
    return st;
}

status index_verify(index_t *ix, err *why)
{
    return seg_files_verify(&ix->files, ix->key, why);
}

/* A file that is not whole any more ends the chain, and what it covered is read from the store. */
static status leave_the_lost(index_t *ix, err *why)
{
    if (seg_files_whole(&ix->files, NULL) == OK)
        return OK;
    status st = seg_files_reopen(ix->path, ix->key, &ix->files, why);
    begin_behind(ix);
    return st;
}

status index_refresh(index_t *ix, err *why)
{
    size_t rows = NODE_PAGE;
    bool again = false;
    db *scan = NULL;
    status st = leave_the_lost(ix, why);
    /* More than one page is many: somebody may have written them to files meanwhile. What is left
     * is read through a connection that maps nothing, so that the whole table does not become
     * resident memory of ours. */
    for (size_t page = 0; st == OK && (rows == NODE_PAGE || again); page++) {
        again = false;
        if (page == 1 && (st = catch_up(ix, &again, why)) != OK)
            break;
        if (page == 1)
            st = store_connect_scan(ix->s, &scan, why);
        if (st == OK)
            st = read_page(ix, scan ? scan : ix->d, NODE_PAGE, &rows, why);
        if (st == OK && ix->key_count >= delta_limit(ix))
            st = write_file(ix, &again, why);
    }
    db_close(scan);
    sort_delta(ix);
    return st;
}

status index_refresh_some(index_t *ix, bool *ret_behind, err *why)
{
    size_t rows = 0;
    bool again = false;
    status st = leave_the_lost(ix, why);
    if (st == OK)
        st = read_page(ix, ix->d, NODE_FEW, &rows, why);
    *ret_behind = st == OK && rows == NODE_FEW;
    if (*ret_behind)
        st = catch_up(ix, &again, why);
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
        st = seg_files_open(ix->path, ix->key, &ix->files, why);
    if (st == OK) {
        begin_behind(ix);
        st = index_refresh(ix, why);
    }
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
        seg_files_close(&ix->files);
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
    *ret_values = seg_keys_lower(ix->keys, ix->key_count, UNDER_FIRST);
    *ret_bytes = 0;
    for (size_t i = 0; i < ix->files.count; i++) {
        *ret_values += segment_lower(&ix->files.at[i], UNDER_FIRST);
        *ret_bytes += ix->files.at[i].map->size;
    }
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

/* How many nodes have the value's hash, up to two, and one of them. A hash under a secret key: the
 * value is there, but once in some ten thousand times it is another one that begins alike; then no
 * claim is about it. Nodes are never removed. Of files that are not whole any more it says two: the
 * store knows. */
static unsigned nodes_like(const index_t *ix, node_ref n, uint64_t *ret_node)
{
    uint64_t hash = value_hash(ix, n.kind, n.text);
    unsigned count = 0;
    size_t at;
    for (size_t i = 0; i < ix->files.count; i++) {
        const segment *s = &ix->files.at[i];
        if (!segment_may_have(s, ix->key, hash))
            continue;
        for (at = segment_lower(s, hash); count < 2 && at < s->key_count && s->hashes[at] == hash;
             at++, count++)
            *ret_node = segment_key(s, at).node;
    }
    at = seg_keys_lower(ix->keys, ix->key_count, hash);
    for (; count < 2 && at < ix->key_count && ix->keys[at].hash == hash; at++, count++)
        *ret_node = ix->keys[at].node;
    return seg_files_whole(&ix->files, NULL) == OK ? count : 2;
}

status index_whole(const index_t *ix, err *why)
{
    return seg_files_whole(&ix->files, why);
}

static bool holds(const index_t *ix, node_ref n)
{
    uint64_t node;
    return nodes_like(ix, n, &node) > 0;
}

domain_memo *index_suffixes(index_t *ix)
{
    return &ix->suffixes;
}

bool index_lacks(const index_t *ix, node_ref value)
{
    return kind_is_observable(value.kind) && !holds(ix, value);
}

void lens_index(lens *l, const index_t *ix)
{
    l->ix = ix;
}

/* Names, lists and the like are few, and asked about with every value. */
static void remember(lens *l, node_ref n, int64_t id)
{
    int64_t *kept = l->node_count < LENS_NODES_MAX ? arena_new(&l->per_look, int64_t) : NULL;
    if (kept && !l->nodes)
        l->nodes = memo_new(&l->per_look);
    if (!kept || !l->nodes)
        return;
    *kept = id;
    l->node_count += memo_put(l->nodes, n, kept);
}

/* What came to the store since is not seen before the next look. */
static bool is_value(const lens *l, node_ref n)
{
    return l->value.look == l->look && l->value.kind == n.kind && l->value.len == n.text.len &&
           memcmp(l->value.text, n.text.ptr, n.text.len) == 0;
}

static void keep_value(lens *l, node_ref n, int64_t id)
{
    if (!n.text.len || n.text.len > LENS_VALUE_MAX)
        return;
    l->value.look = l->look;
    l->value.id = id;
    l->value.kind = n.kind;
    l->value.len = n.text.len;
    memcpy(l->value.text, n.text.ptr, n.text.len);
}

/* The only one that it can be: *ret stays 0 when it is another value. */
static status node_is(int64_t node, db *d, node_ref n, int64_t *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(d, Q_NODE_GET);
    db_bind_int(q, 1, node);
    status st = db_step(q, &row, why);
    if (st == OK && row && (kind)db_int(q, 0) == n.kind && slice_eq(db_text(q, 1), n.text))
        *ret = node;
    db_reset(q);
    return st;
}

static status find_value(lens *l, node_ref n, int64_t *ret, err *why)
{
    if (is_value(l, n)) {
        *ret = l->value.id;
        return OK;
    }
    uint64_t node = 0;
    unsigned like = l->ix ? nodes_like(l->ix, n, &node) : 2;
    status st = like == 0   ? OK
                : like == 1 ? node_is((int64_t)node, l->d, n, ret, why)
                            : node_find(l->d, l->h, n, ret, why);
    if (st == OK)
        keep_value(l, n, *ret);
    return st;
}

status lens_node(lens *l, node_ref n, int64_t *ret, err *why)
{
    *ret = 0;
    if (kind_is_observable(n.kind))
        return find_value(l, n, ret, why);
    const int64_t *known = memo_get(l->nodes, n);
    status st = known ? OK : node_find(l->d, l->h, n, ret, why);
    if (known)
        *ret = *known;
    else if (st == OK)
        remember(l, n, *ret);
    return st;
}

static status add_keys(finding *f, uint32_t probe, const observable_key *keys, size_t count,
                       unsigned how)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < count; i++) {
        node_ref key = {keys[i].kind, keys[i].value};
        index_how way = keys[i].how == KEY_PARENT || keys[i].how == KEY_REGISTRABLE ? INDEX_PARENT
                                                                                    : INDEX_DERIVED;
        if ((how & way) && holds(f->ix, key))
            st = add_hit(f, probe, way, key);
    }
    return st;
}

static status find_many(finding *f, uint32_t probe, node_ref n, unsigned how)
{
    observable_key keys[DERIVED_MAX];
    size_t count = 0;
    status st = observable_keys_by(&f->ix->suffixes, f->a, n.kind, n.text, keys, DERIVED_MAX,
                                   &count, f->why);
    return st == OK ? add_keys(f, probe, keys, count, how) : st;
}

static status find_derived(finding *f, uint32_t probe, node_ref n, unsigned how)
{
    observable_key keys[DERIVED_FEW];
    size_t count = 0;
    if (!(how & (INDEX_PARENT | INDEX_DERIVED)))
        return OK;
    status st = observable_keys_by(&f->ix->suffixes, f->a, n.kind, n.text, keys, DERIVED_FEW,
                                   &count, f->why);
    if (st == OK && count == DERIVED_FEW)
        return find_many(f, probe, n, how);
    return st == OK ? add_keys(f, probe, keys, count, how) : st;
}

/* As it is spelt, and without http:// or https://, as lists often have it. */
static status add_prefix(finding *f, uint32_t probe, slice text, size_t behind_scheme)
{
    const size_t from[] = {0, behind_scheme};
    status st = OK;
    for (size_t i = 0; st == OK && i < (behind_scheme ? 2 : 1); i++) {
        node_ref above = {KIND_URL, slice_from(text, from[i])};
        if (holds(f->ix, above))
            st = add_hit(f, probe, INDEX_PREFIX, above);
    }
    return st;
}

/* The path is cut at each of its slashes, the last INDEX_LEVELS_MAX of them: behind it, before
 * it. */
static status find_prefixes(finding *f, uint32_t probe, node_ref n)
{
    url u = url_split(n.text);
    bool web = slice_eq(u.scheme, S("http")) || slice_eq(u.scheme, S("https"));
    size_t scheme = web ? u.scheme.len + 3 : 0, levels = 0;
    status st = OK;
    if (n.kind != KIND_URL || u.host_kind == URL_HOST_NONE || !u.path.len)
        return OK;
    size_t root = (size_t)(u.path.ptr - n.text.ptr);
    for (size_t end = root + u.path.len; st == OK && end > root && levels < INDEX_LEVELS_MAX;
         end--) {
        if (n.text.ptr[end - 1] != '/')
            continue;
        levels++;
        if (end < root + u.path.len) /* else it is the whole path: itself */
            st = add_prefix(f, probe, slice_sub(n.text, 0, end), scheme);
        if (st == OK && end - 1 > root)
            st = add_prefix(f, probe, slice_sub(n.text, 0, end - 1), scheme);
    }
    return st;
}

static node_ref net_node(const ip_net *n, char text[IP_NET_TEXT_MAX])
{
    if (n->prefix < 128)
        return (node_ref){KIND_CIDR, slice_of(text, ip_net_print(n, text))};
    return (node_ref){ip_is4(&n->addr) ? KIND_IPV4 : KIND_IPV6,
                      slice_of(text, ip_print(&n->addr, text))};
}

/* Where in the files and the newer ones the last network was, or would be. */
typedef struct net_trail {
    struct {
        const seg_net *nets;
        size_t at;
    } part[SEG_FILES_MAX + 1];
    size_t count;
} net_trail;

static void trail_part(net_trail *t, const seg_net *nets, size_t count, const ip_net *from)
{
    size_t at = segment_lower_net(nets, count, from->addr.b, from->prefix);
    if (at) { /* else all that is wider stands behind it: there is none */
        t->part[t->count].nets = nets;
        t->part[t->count++].at = at;
    }
}

static net_trail trail_of(const index_t *ix, const ip_net *from)
{
    net_trail t = {.count = 0};
    trail_part(&t, ix->nets, ix->net_count, from);
    for (size_t i = 0; i < ix->files.count; i++)
        trail_part(&t, ix->files.at[i].nets, ix->files.at[i].net_count, from);
    return t;
}

/* `n` holds what was asked before, so it stands before that, and most often near. */
static bool has_wider(net_trail *t, const ip_net *n)
{
    for (size_t i = 0; i < t->count; i++) {
        const seg_net *nets = t->part[i].nets;
        size_t behind = t->part[i].at;
        size_t at = segment_lower_net_before(nets, behind, n->addr.b, n->prefix);
        t->part[i].at = at;
        if (at < behind && memcmp(nets[at].addr, n->addr.b, 16) == 0 &&
            (nets[at].node_prefix & 0xff) == n->prefix)
            return true;
    }
    return false;
}

/* One look for each prefix length that occurs, narrowest first. */
static status find_covering(finding *f, uint32_t probe, const ip_net *asked)
{
    const index_t *ix = f->ix;
    net_trail trail = trail_of(ix, asked);
    status st = OK;
    for (int prefix = asked->prefix - 1; st == OK && prefix >= 0 && trail.count; prefix--) {
        char text[IP_NET_TEXT_MAX];
        if (!ix->prefixes[prefix])
            continue;
        ip_net wide = ip_net_of(&asked->addr, (uint8_t)prefix);
        if (has_wider(&trail, &wide))
            st = add_hit(f, probe, INDEX_COVERS, net_node(&wide, text));
    }
    return st;
}

/* Networks of the files and the newer ones, from some place on, in one order. */
typedef struct net_walk {
    struct {
        const seg_net *at, *end;
    } part[SEG_FILES_MAX + 1];
    size_t count;
} net_walk;

static void walk_part(net_walk *w, const seg_net *nets, size_t count, const ip_net *from)
{
    size_t at = segment_lower_net(nets, count, from->addr.b, from->prefix);
    if (at < count) {
        w->part[w->count].at = nets + at;
        w->part[w->count++].end = nets + count;
    }
}

static const seg_net *walk_next(net_walk *w)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < w->count; i++)
        if (w->part[i].at < w->part[i].end &&
            (first == SIZE_MAX || seg_net_cmp(w->part[i].at, w->part[first].at) < 0))
            first = i;
    return first == SIZE_MAX ? NULL : w->part[first].at++;
}

static status find_inside(finding *f, uint32_t probe, const ip_net *asked)
{
    const index_t *ix = f->ix;
    net_walk w = {.count = 0};
    const seg_net *one;
    size_t left = INDEX_INSIDE_MAX;
    status st = OK;
    for (size_t i = 0; i < ix->files.count; i++)
        walk_part(&w, ix->files.at[i].nets, ix->files.at[i].net_count, asked);
    walk_part(&w, ix->nets, ix->net_count, asked);
    while (st == OK && (one = walk_next(&w))) {
        char text[IP_NET_TEXT_MAX];
        ip_net n;
        memcpy(n.addr.b, one->addr, 16);
        n.prefix = (uint8_t)(one->node_prefix & 0xff);
        if (!ip_net_has(asked, &n.addr))
            break;
        if (n.prefix <= asked->prefix)
            continue; /* itself */
        if (!left) {
            f->more = true;
            break;
        }
        left--;
        st = add_hit(f, probe, INDEX_INSIDE, net_node(&n, text));
    }
    return st;
}

static status find_nets(finding *f, uint32_t probe, node_ref n, unsigned how)
{
    ip_net net;
    status st = OK;
    if (!(how & (INDEX_COVERS | INDEX_INSIDE)) || !value_net(n.kind, n.text, &net))
        return OK;
    if (how & INDEX_COVERS)
        st = find_covering(f, probe, &net);
    if (st == OK && (how & INDEX_INSIDE) && net.prefix < 128)
        st = find_inside(f, probe, &net);
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
        if (st == OK && (how & INDEX_PREFIX))
            st = find_prefixes(&f, probe, probes[i]);
        if (st == OK)
            st = find_nets(&f, probe, probes[i], how);
    }
    if (st == OK)
        st = index_whole(ix, why);
    if (st == OK)
        *ret = (index_hits){f.hits, f.count, f.more};
    return st;
}

/* --- walking in order ------------------------------------------------------------------------- */

_Static_assert(INDEX_PARTS_MAX == SEG_FILES_MAX + 1, "a part for each file");

static index_walk walk(const index_t *ix, uint64_t first, uint64_t last)
{
    index_walk w = {.ix = ix, .last = last};
    for (size_t i = 0; i < ix->files.count; i++)
        w.at[i] = segment_lower(&ix->files.at[i], first);
    w.at[ix->files.count] = seg_keys_lower(ix->keys, ix->key_count, first);
    return w;
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

/* The entry at which a part of the walk stands: a file, or behind them what is newer. */
static bool stands_at(const index_walk *w, size_t part, seg_key *ret)
{
    const index_t *ix = w->ix;
    bool in_file = part < ix->files.count;
    size_t at = w->at[part];
    if (at >= (in_file ? ix->files.at[part].key_count : ix->key_count))
        return false;
    *ret = in_file ? segment_key(&ix->files.at[part], at) : ix->keys[at];
    return ret->hash <= w->last;
}

bool index_next(index_walk *w, int64_t *ret_node, uint64_t *ret_group)
{
    seg_key first = {0}, one;
    size_t part = SIZE_MAX;
    for (size_t i = 0; i <= w->ix->files.count; i++)
        if (stands_at(w, i, &one) && (part == SIZE_MAX || seg_key_cmp(&one, &first) < 0)) {
            first = one;
            part = i;
        }
    if (part == SIZE_MAX)
        return false;
    w->at[part]++;
    *ret_node = (int64_t)first.node;
    *ret_group = first.hash >> FACE_SHIFT;
    return true;
}
