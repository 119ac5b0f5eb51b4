/* nets.c - networks that hold an address: see table.h. */
#include "watch/match/table.h"

#include <stdlib.h>

/* --- networks ------------------------------------------------------------------------------- */

static int net_order(const void *a, const void *b)
{
    const match_net *x = a, *y = b;
    int c = memcmp(x->net.addr.b, y->net.addr.b, sizeof x->net.addr.b);
    return c ? c : (int)x->net.prefix - (int)y->net.prefix;
}

static void set_bits(uint64_t *map, uint64_t from, uint64_t count)
{
    for (uint64_t i = from; i < from + count; i++)
        map[i >> 6] |= (uint64_t)1 << (i & 63);
}

static void map_net(match_table *t, const ip_net *n)
{
    uint32_t first = ip4_number(&n->addr), bits = n->prefix < 96 ? 0 : (uint32_t)n->prefix - 96;
    set_bits(t->net_wide, first >> 16, bits < 16 ? (uint64_t)1 << (16 - bits) : 1);
    set_bits(t->net_narrow, first >> 8, bits < 24 ? (uint64_t)1 << (24 - bits) : 1);
}

/* In order a network stands behind those around it: what is open is a path from the outside in. */
static void nest(match_table *t)
{
    uint32_t open = 0; /* number plus one */
    for (uint32_t i = 0; i < t->net_count; i++) {
        while (open && !ip_net_covers(&t->nets[open - 1].net, &t->nets[i].net))
            open = t->nets[open - 1].up;
        t->nets[i].up = open;
        open = i + 1;
    }
}

bool nets_settle(match_table *t)
{
    uint32_t kept = 0;
    if (t->net_count == 0)
        return true;
    qsort(t->nets, t->net_count, sizeof *t->nets, net_order);
    for (uint32_t i = 0; i < t->net_count; i++) {
        if (kept && net_order(&t->nets[kept - 1], &t->nets[i]) == 0)
            continue;
        t->nets[kept++] = t->nets[i];
    }
    t->info.repeated += t->net_count - kept;
    t->info.added -= t->net_count - kept;
    t->info.keys += kept;
    t->net_count = kept;
    nest(t);
    for (uint32_t i = 0; i < kept; i++) {
        if (!ip_is4(&t->nets[i].net.addr) || t->nets[i].net.prefix < 96)
            continue;
        if (!t->net_narrow)
            t->net_narrow = table_zeroed(t, NET_NARROW, sizeof *t->net_narrow);
        if (!t->net_narrow)
            return false;
        t->net4_count++;
        map_net(t, &t->nets[i].net);
    }
    return true;
}

const match_net *net_first(const match_table *t, const ip *a)
{
    uint32_t low = 0, high = t->net_count; /* the last that begins at `a` or before */
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (memcmp(t->nets[mid].net.addr.b, a->b, sizeof a->b) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    uint32_t at = low;
    while (at && !ip_net_has(&t->nets[at - 1].net, a))
        at = t->nets[at - 1].up;
    return at ? &t->nets[at - 1] : NULL;
}
