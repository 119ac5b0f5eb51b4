/* segment.c - a file of the index: see segment.h. */
#include "know/index/segment.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { HEADER_SIZE = 96, HEADER_WORDS = HEADER_SIZE / 8, WRITE_SIZE = 1 << 18 };

_Static_assert(sizeof(seg_net) == 24, "entries are the file's bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is mapped as it is");

int seg_key_cmp(const void *a, const void *b)
{
    const seg_key *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

static int cmp_place(const seg_net *n, const uint8_t addr[16], uint8_t prefix)
{
    uint64_t a[2], b[2]; /* as memcmp has it, without the call */
    memcpy(a, n->addr, sizeof a);
    memcpy(b, addr, sizeof b);
    if (a[0] == b[0] && a[1] == b[1])
        return (int)(n->node_prefix & 0xff) - prefix;
    size_t i = a[0] == b[0];
    return be64toh(a[i]) < be64toh(b[i]) ? -1 : 1;
}

int seg_net_cmp(const void *a, const void *b)
{
    const seg_net *x = a, *y = b;
    int c = cmp_place(x, y->addr, (uint8_t)(y->node_prefix & 0xff));
    return c ? c : (x->node_prefix > y->node_prefix) - (x->node_prefix < y->node_prefix);
}

seg_key segment_key(const segment *s, size_t i)
{
    return (seg_key){s->hashes[i], s->nodes ? s->nodes[i] : s->wide_nodes[i]};
}

size_t segment_lower(const segment *s, uint64_t hash)
{
    size_t low = 0, high = s->key_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->hashes[mid] < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t seg_keys_lower(const seg_key *keys, size_t count, uint64_t hash)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (keys[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static size_t lower_net(const seg_net *nets, size_t low, size_t high, const uint8_t addr[16],
                        uint8_t prefix)
{
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (cmp_place(&nets[mid], addr, prefix) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t segment_lower_net(const seg_net *nets, size_t count, const uint8_t addr[16], uint8_t prefix)
{
    return lower_net(nets, 0, count, addr, prefix);
}

size_t segment_lower_net_before(const seg_net *nets, size_t high, const uint8_t addr[16],
                                uint8_t prefix)
{
    for (size_t back = 1; back <= high; back *= 4) {
        size_t low = high - back;
        if (cmp_place(&nets[low], addr, prefix) < 0)
            return lower_net(nets, low + 1, high, addr, prefix);
        high = low;
    }
    return lower_net(nets, 0, high, addr, prefix);
}

/* --- the filter ----------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 wide;

/* A hash begins with the value's own bytes: it is spread, in a way that only the store knows. */
static uint64_t spread(const uint8_t key[16], uint64_t hash)
{
    uint64_t secret[2], x;
    memcpy(secret, key, sizeof secret);
    x = (hash ^ secret[0]) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 32) * (secret[1] | 1);
    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}

static size_t blocks_for(uint64_t keys)
{
    return (size_t)(keys * SEG_FILTER_BITS / (SEG_BLOCK_WORDS * 64) + 1);
}

/* Two bits in each word of a block; *ret_block says which one. */
static void filter_bits(const uint8_t key[16], uint64_t hash, size_t blocks, size_t *ret_block,
                        uint64_t ret[SEG_BLOCK_WORDS])
{
    uint64_t x = spread(key, hash);
    *ret_block = (size_t)((wide)x * blocks >> 64);
    for (size_t i = 0; i < SEG_BLOCK_WORDS; i++, x >>= 12)
        ret[i] = (uint64_t)1 << (x & 63) | (uint64_t)1 << (x >> 6 & 63);
}

bool segment_may_have(const segment *s, const uint8_t key[16], uint64_t hash)
{
    size_t block;
    uint64_t bits[SEG_BLOCK_WORDS], missing = 0;
    if (!s->blocks)
        return false;
    filter_bits(key, hash, s->blocks, &block, bits);
    for (size_t i = 0; i < SEG_BLOCK_WORDS; i++)
        missing |= bits[i] & ~s->filter[block * SEG_BLOCK_WORDS + i];
    return missing == 0;
}

/* --- opening -------------------------------------------------------------------------------- */

void segment_close(segment *s)
{
    mapping_free(s->map);
    *s = (segment){0};
}

/* The header as u64. */
enum {
    HEAD_KEYS = 1,
    HEAD_NETS,
    HEAD_FROM,
    HEAD_COVERS,
    HEAD_BODY_SUM,
    HEAD_PREFIXES, /* two */
    HEAD_SUM = HEADER_WORDS - 1
};

static uint64_t head_sum(const uint8_t key[16], const uint64_t head[HEADER_WORDS])
{
    return siphash(key, slice_of((const char *)head, HEAD_SUM * 8));
}

static uint64_t body_sum(const uint8_t key[16], const void *map, size_t size)
{
    return siphash(key, slice_of((const char *)map + HEADER_SIZE, size - HEADER_SIZE));
}

status segment_verify(const segment *s, const uint8_t key[16], err *why)
{
    uint64_t head[HEADER_WORDS];
    if (!s->map)
        return OK;
    memcpy(head, s->map->at, sizeof head);
    if (body_sum(key, s->map->at, s->map->size) != head[HEAD_BODY_SUM])
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the index is damaged");
    return OK;
}

status segment_whole(const segment *s, err *why)
{
    return s->map ? mapping_whole(s->map, why) : OK;
}

/* Bytes of a node, where the newest is that one. */
static size_t node_size(uint64_t covers)
{
    return covers > UINT32_MAX ? sizeof(uint64_t) : sizeof(uint32_t);
}

/* Where the tables are, by a header that is good; false: it is not. */
static bool lay_out(segment *s, const uint8_t key[16])
{
    uint64_t head[HEADER_WORDS], room = s->map->size - HEADER_SIZE;
    memcpy(head, s->map->at, sizeof head);
    if (memcmp(head, "NRINDEX4", 8) != 0 || head_sum(key, head) != head[HEAD_SUM])
        return false;
    size_t node = node_size(head[HEAD_COVERS]), each = sizeof *s->hashes + node;
    if (head[HEAD_KEYS] > room / each || head[HEAD_NETS] > room / sizeof(seg_net) ||
        head[HEAD_FROM] > head[HEAD_COVERS])
        return false;
    size_t filter = blocks_for(head[HEAD_KEYS]) * SEG_BLOCK_WORDS * sizeof *s->filter;
    if (head[HEAD_KEYS] * each + head[HEAD_NETS] * sizeof(seg_net) + filter != room)
        return false;
    const char *body = (const char *)s->map->at + HEADER_SIZE;
    s->key_count = head[HEAD_KEYS];
    s->net_count = head[HEAD_NETS];
    s->from = head[HEAD_FROM];
    s->covers = head[HEAD_COVERS];
    s->blocks = blocks_for(head[HEAD_KEYS]);
    s->filter = (const uint64_t *)(const void *)body;
    body += filter;
    memcpy(s->prefixes, head + HEAD_PREFIXES, sizeof s->prefixes);
    s->hashes = (const uint64_t *)(const void *)body;
    body += s->key_count * sizeof *s->hashes;
    s->nets = (const seg_net *)(const void *)body;
    body += s->net_count * sizeof *s->nets;
    if (node == sizeof *s->nodes)
        s->nodes = (const uint32_t *)(const void *)body;
    else
        s->wide_nodes = (const uint64_t *)(const void *)body;
    return true;
}

status segment_open(const char *path, const uint8_t key[16], segment *ret, err *why)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no index")
                               : err_os(why, errno, "opening %s", path);
    if (fstat(fd, &info) != 0 || info.st_size < HEADER_SIZE) {
        close(fd);
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is cut off", path);
    }
    segment s = {0};
    status st = mapping_new(fd, (size_t)info.st_size, path, &s.map, why);
    close(fd);
    if (st != OK)
        return st;
    if (!lay_out(&s, key)) {
        segment_close(&s);
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is damaged", path);
    }
    *ret = s;
    return OK;
}

/* --- writing -------------------------------------------------------------------------------- */

typedef struct seg_writer {
    file out;
    buf pending;
    status st;
    err *why;
} seg_writer;

static void put(seg_writer *w, const void *bytes, size_t n)
{
    buf_put(&w->pending, slice_of(bytes, n));
    if (w->pending.len >= WRITE_SIZE && w->st == OK) {
        w->st = file_write(&w->out, buf_slice(&w->pending), w->why);
        buf_clear(&w->pending);
    }
}

/* A table that is merged: of a segment, or of what is newer. */
typedef struct seg_cursor {
    const segment *s; /* NULL: */
    const seg_delta *newer;
    size_t at, count;
    seg_key key;
    seg_net net;
} seg_cursor;

/* What goes into the file. */
typedef struct seg_parts {
    const segment *older;
    size_t older_count;
    const seg_delta *newer;
    seg_cursor *cursors; /* older_count + 1 */
} seg_parts;

static void load(seg_cursor *c, bool nets)
{
    if (c->at == c->count)
        return;
    if (nets)
        c->net = c->s ? c->s->nets[c->at] : c->newer->nets[c->at];
    else
        c->key = c->s ? segment_key(c->s, c->at) : c->newer->keys[c->at];
}

static void begin(const seg_parts *p, bool nets)
{
    for (size_t i = 0; i <= p->older_count; i++) {
        const segment *s = i < p->older_count ? &p->older[i] : NULL;
        size_t keys = s ? s->key_count : p->newer->key_count;
        size_t net_count = s ? s->net_count : p->newer->net_count;
        p->cursors[i] = (seg_cursor){.s = s, .newer = p->newer, .count = nets ? net_count : keys};
        load(&p->cursors[i], nets);
    }
}

/* The first of all, whose cursor goes on; NULL: no more. Valid until the next call. */
static const seg_cursor *next(const seg_parts *p, bool nets, seg_cursor *room)
{
    seg_cursor *first = NULL;
    for (size_t i = 0; i <= p->older_count; i++) {
        seg_cursor *c = &p->cursors[i];
        if (c->at < c->count && (!first || (nets ? seg_net_cmp(&c->net, &first->net)
                                                 : seg_key_cmp(&c->key, &first->key)) < 0))
            first = c;
    }
    if (!first)
        return NULL;
    *room = *first;
    first->at++;
    load(first, nets);
    return room;
}

static void merge_nets(seg_writer *w, const seg_parts *p)
{
    seg_cursor room;
    const seg_cursor *c;
    begin(p, true);
    while ((c = next(p, true, &room)))
        put(w, &c->net, sizeof c->net);
}

static void merge_filter(seg_writer *w, const seg_parts *p, const uint8_t key[16], uint64_t keys)
{
    seg_cursor room;
    const seg_cursor *c;
    size_t blocks = blocks_for(keys), block;
    uint64_t bits[SEG_BLOCK_WORDS], *filter = calloc(blocks, sizeof bits);
    if (!filter) {
        w->st = err_set(w->why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        return;
    }
    begin(p, false);
    while ((c = next(p, false, &room))) {
        filter_bits(key, c->key.hash, blocks, &block, bits);
        for (size_t i = 0; i < SEG_BLOCK_WORDS; i++)
            filter[block * SEG_BLOCK_WORDS + i] |= bits[i];
    }
    for (size_t i = 0; i < blocks; i++)
        put(w, filter + i * SEG_BLOCK_WORDS, sizeof bits);
    free(filter);
}

/* `size`: of a node's bytes; 0: the hashes. */
static void merge_keys(seg_writer *w, const seg_parts *p, size_t size)
{
    seg_cursor room;
    const seg_cursor *c;
    begin(p, false);
    while ((c = next(p, false, &room)))
        if (size)
            put(w, &c->key.node, size); /* little endian: the lower bytes come first */
        else
            put(w, &c->key.hash, sizeof c->key.hash);
}

static status all_covered(const seg_parts *p, err *why)
{
    const seg_delta *d = p->newer;
    bool good = d->from <= d->covers;
    for (size_t i = 0; i < p->older_count; i++) {
        uint64_t end = i + 1 < p->older_count ? p->older[i + 1].from : d->from;
        good = good && p->older[i].covers == end;
    }
    for (size_t i = 0; i < d->key_count; i++)
        good = good && d->keys[i].node > d->from && d->keys[i].node <= d->covers;
    return good ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "a node beyond what the index covers");
}

/* The check sum covers what was really written: the file is mapped once more. */
static status seal(seg_writer *w, const char *temp, const uint8_t key[16],
                   uint64_t head[HEADER_WORDS])
{
    struct stat info;
    int fd = open(temp, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_os(w->why, errno, "opening %s", temp);
    mapping *map = NULL;
    status st = fstat(fd, &info) == 0 && info.st_size >= HEADER_SIZE
                    ? mapping_new(fd, (size_t)info.st_size, temp, &map, w->why)
                    : err_set(w->why, ERR_IO, ERR_NOWHERE, "%s is cut off", temp);
    close(fd);
    if (st != OK)
        return st;
    head[HEAD_BODY_SUM] = body_sum(key, map->at, map->size);
    head[HEAD_SUM] = head_sum(key, head);
    st = mapping_whole(map, w->why);
    mapping_free(map);
    return st == OK ? file_pwrite(&w->out, slice_of((const char *)head, HEADER_SIZE), 0, w->why)
                    : st;
}

static void make_head(const seg_parts *p, uint64_t head[HEADER_WORDS])
{
    const seg_delta *d = p->newer;
    memset(head, 0, HEADER_SIZE);
    memcpy(head, "NRINDEX4", 8);
    head[HEAD_KEYS] = d->key_count;
    head[HEAD_NETS] = d->net_count;
    head[HEAD_FROM] = p->older_count ? p->older[0].from : d->from;
    head[HEAD_COVERS] = d->covers;
    for (size_t i = 0; i < p->older_count; i++) {
        head[HEAD_KEYS] += p->older[i].key_count;
        head[HEAD_NETS] += p->older[i].net_count;
        for (size_t k = 0; k < COUNT_OF(p->older[i].prefixes); k++)
            head[HEAD_PREFIXES + k] |= p->older[i].prefixes[k];
    }
    for (size_t i = 0; i < d->net_count; i++) {
        uint64_t prefix = d->nets[i].node_prefix & 0xff;
        if (prefix < 128)
            head[HEAD_PREFIXES + prefix / 64] |= (uint64_t)1 << (prefix % 64);
    }
}

static void write_all(seg_writer *w, const seg_parts *p, const char *temp, const uint8_t key[16])
{
    uint64_t head[HEADER_WORDS];
    make_head(p, head);
    put(w, head, sizeof head);
    merge_filter(w, p, key, head[HEAD_KEYS]);
    merge_keys(w, p, 0);
    merge_nets(w, p);
    merge_keys(w, p, node_size(p->newer->covers));
    if (w->st == OK)
        w->st = file_write(&w->out, buf_slice(&w->pending), w->why);
    for (size_t i = 0; w->st == OK && i < p->older_count; i++)
        w->st = segment_whole(&p->older[i], w->why);
    if (w->st == OK)
        w->st = seal(w, temp, key, head);
    if (w->st == OK) /* before the rename: a name never stands for less than its bytes */
        w->st = file_sync(&w->out, w->why);
}

status segment_write(const fs *disk, const char *path, const char *temp, const uint8_t key[16],
                     const segment *older, size_t older_count, const seg_delta *newer, err *why)
{
    seg_writer w = {.out.handle = -1, .why = why};
    seg_parts p = {older, older_count, newer, calloc(older_count + 1, sizeof *p.cursors)};
    buf_init(&w.pending, WRITE_SIZE + 4096);
    w.st = p.cursors ? all_covered(&p, why) : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (w.st == OK)
        w.st = fs_open(disk, temp, FILE_WRITE | FILE_CREATE, &w.out, why);
    if (w.st == OK)
        write_all(&w, &p, temp, key);
    bool made = w.out.handle >= 0;
    file_close(&w.out);
    buf_done(&w.pending);
    free(p.cursors);
    if (w.st == OK)
        w.st = fs_rename(disk, temp, path, why);
    if (w.st != OK && made) {
        status gone = fs_remove(disk, temp, NULL);
        (void)gone; /* the next writer sweeps */
    }
    return w.st;
}
