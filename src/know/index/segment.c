/* segment.c - the index's file: see segment.h. */
#include "know/index/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { HEADER_SIZE = 64, WRITE_SIZE = 1 << 18 };

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
    int c = memcmp(n->addr, addr, 16);
    return c ? c : (int)(n->node_prefix & 0xff) - prefix;
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

size_t segment_lower_net(const seg_net *nets, size_t count, const uint8_t addr[16], uint8_t prefix)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (cmp_place(&nets[mid], addr, prefix) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* --- opening -------------------------------------------------------------------------------- */

void segment_close(segment *s)
{
    if (s->map)
        munmap(s->map, s->map_size);
    *s = (segment){0};
}

/* The header as u64: magic, keys, nets, covers, sum of entries, prefixes (two), its own sum. */
enum { HEAD_KEYS = 1, HEAD_NETS, HEAD_COVERS, HEAD_BODY_SUM, HEAD_PREFIXES, HEAD_SUM = 7 };

static uint64_t head_sum(const uint8_t key[16], const uint64_t head[8])
{
    return siphash(key, slice_of((const char *)head, HEAD_SUM * 8));
}

static uint64_t body_sum(const uint8_t key[16], const void *map, size_t size)
{
    return siphash(key, slice_of((const char *)map + HEADER_SIZE, size - HEADER_SIZE));
}

status segment_verify(const segment *s, const uint8_t key[16], err *why)
{
    uint64_t head[8];
    if (!s->map)
        return OK;
    memcpy(head, s->map, sizeof head);
    if (body_sum(key, s->map, s->map_size) != head[HEAD_BODY_SUM])
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the index is damaged");
    return OK;
}

/* Bytes of a node, where the newest is that one. */
static size_t node_size(uint64_t covers)
{
    return covers > UINT32_MAX ? sizeof(uint64_t) : sizeof(uint32_t);
}

/* Where the tables are, by a header that is good; false: it is not. */
static bool lay_out(segment *s, const uint8_t key[16])
{
    uint64_t head[8], room = s->map_size - HEADER_SIZE;
    memcpy(head, s->map, sizeof head);
    if (memcmp(head, "NRINDEX3", 8) != 0 || head_sum(key, head) != head[HEAD_SUM])
        return false;
    size_t node = node_size(head[HEAD_COVERS]), each = sizeof *s->hashes + node;
    if (head[HEAD_KEYS] > room / each || head[HEAD_NETS] > room / sizeof(seg_net) ||
        head[HEAD_KEYS] * each + head[HEAD_NETS] * sizeof(seg_net) != room)
        return false;
    const char *body = (const char *)s->map + HEADER_SIZE;
    s->key_count = head[HEAD_KEYS];
    s->net_count = head[HEAD_NETS];
    s->covers = head[HEAD_COVERS];
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
    segment s = {.map_size = (size_t)info.st_size};
    s.map = mmap(NULL, s.map_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (s.map == MAP_FAILED)
        return err_os(why, errno, "mapping %s", path);
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

/* What goes into the file: an older one, and newer entries. */
typedef struct seg_parts {
    const segment *older;
    const seg_key *keys;
    const seg_net *nets;
    size_t key_count, net_count;
} seg_parts;

static void merge_nets(seg_writer *w, const seg_parts *p)
{
    const seg_net *x = p->older->nets, *y = p->nets;
    size_t xs = p->older->net_count, ys = p->net_count;
    while (xs || ys) {
        bool first = !ys || (xs && seg_net_cmp(x, y) <= 0);
        put(w, first ? x++ : y++, sizeof *x);
        --*(first ? &xs : &ys);
    }
}

/* `size`: of a node's bytes; 0: the hashes. */
static void merge_keys(seg_writer *w, const seg_parts *p, size_t size)
{
    size_t x = 0, y = 0;
    while (x < p->older->key_count || y < p->key_count) {
        seg_key a = {0}, b = {0};
        bool older = x < p->older->key_count, newer = y < p->key_count;
        if (older)
            a = segment_key(p->older, x);
        if (newer)
            b = p->keys[y];
        bool first = !newer || (older && seg_key_cmp(&a, &b) <= 0);
        const seg_key *next = first ? &a : &b;
        ++*(first ? &x : &y);
        if (size)
            put(w, &next->node, size); /* little endian: the lower bytes come first */
        else
            put(w, &next->hash, sizeof next->hash);
    }
}

static status all_covered(const seg_parts *p, uint64_t covers, err *why)
{
    bool good = p->older->covers <= covers;
    for (size_t i = 0; i < p->key_count; i++)
        good = good && p->keys[i].node <= covers;
    return good ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "a node beyond what the index covers");
}

/* The check sum covers what was really written: the file is mapped once more. */
static status seal(seg_writer *w, const char *temp, const uint8_t key[16], uint64_t head[8])
{
    struct stat info;
    int fd = open(temp, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_os(w->why, errno, "opening %s", temp);
    void *map = MAP_FAILED;
    if (fstat(fd, &info) != 0 || info.st_size < HEADER_SIZE ||
        (map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0)) == MAP_FAILED) {
        int os = errno;
        close(fd);
        return err_os(w->why, os, "mapping %s", temp);
    }
    close(fd);
    head[HEAD_BODY_SUM] = body_sum(key, map, (size_t)info.st_size);
    head[HEAD_SUM] = head_sum(key, head);
    munmap(map, (size_t)info.st_size);
    return file_pwrite(&w->out, slice_of((const char *)head, HEADER_SIZE), 0, w->why);
}

status segment_write(const fs *disk, const char *path, const uint8_t key[16], const segment *older,
                     const seg_key *keys, size_t key_count, const seg_net *nets, size_t net_count,
                     uint64_t covers, err *why)
{
    char temp[4200];
    uint64_t head[8] = {0, older->key_count + key_count, older->net_count + net_count, covers};
    seg_writer w = {.out.handle = -1, .why = why};
    seg_parts p = {older, keys, nets, key_count, net_count};
    memcpy(head, "NRINDEX3", 8);
    memcpy(head + HEAD_PREFIXES, older->prefixes, sizeof older->prefixes);
    for (size_t i = 0; i < net_count; i++) {
        uint64_t prefix = nets[i].node_prefix & 0xff;
        if (prefix < 128)
            head[HEAD_PREFIXES + prefix / 64] |= (uint64_t)1 << (prefix % 64);
    }
    snprintf(temp, sizeof temp, "%s.new", path);
    buf_init(&w.pending, WRITE_SIZE + 4096);
    w.st = all_covered(&p, covers, why);
    if (w.st == OK)
        w.st = segment_verify(older, key, why);
    if (w.st == OK)
        w.st = fs_open(disk, temp, FILE_WRITE | FILE_CREATE, &w.out, why);
    if (w.st == OK) {
        put(&w, head, sizeof head);
        merge_keys(&w, &p, 0);
        merge_nets(&w, &p);
        merge_keys(&w, &p, node_size(covers));
        if (w.st == OK)
            w.st = file_write(&w.out, buf_slice(&w.pending), why);
        if (w.st == OK)
            w.st = seal(&w, temp, key, head);
        if (w.st == OK) /* before the rename: a name never stands for less than its bytes */
            w.st = file_sync(&w.out, why);
    }
    bool made = w.out.handle >= 0;
    file_close(&w.out);
    buf_done(&w.pending);
    if (w.st == OK)
        w.st = fs_rename(disk, temp, path, why);
    if (w.st != OK && made) {
        status gone = fs_remove(disk, temp, NULL);
        (void)gone; /* the next writer sweeps */
    }
    return w.st;
}
