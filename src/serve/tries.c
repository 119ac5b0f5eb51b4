/* tries.c - see tries.h. */
#include "serve/tries.h"
#include "model/ip.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAYS = 8, SETS = TRIES_SLOTS / WAYS };

typedef struct slot {
    uint64_t key[2];
    uint32_t count; /* 0: free */
    when last, until;
} slot;

struct tries {
    pthread_mutex_t mutex;
    uint8_t key[16];
    slot slots[TRIES_SLOTS];
};

tries *tries_new(random_source random)
{
    tries *t = calloc(1, sizeof *t);
    if (t) {
        random.fill(random.ctx, t->key, sizeof t->key);
        pthread_mutex_init(&t->mutex, NULL);
    }
    return t;
}

tries *tries_free(tries *t)
{
    if (t)
        pthread_mutex_destroy(&t->mutex);
    free(t);
    return NULL;
}

const char *tries_network(slice address, char out[TRIES_NETWORK_TEXT])
{
    ip a;
    if (!ip4_read(address, &a) && !ip6_read(address, &a)) {
        snprintf(out, TRIES_NETWORK_TEXT, "-");
        return out;
    }
    ip_net net = ip_net_of(&a, ip_is4(&a) ? 96 + 24 : 56);
    ip_net_print(&net, out);
    return out;
}

void tries_bucket(const tries *t, slice account, slice place, uint64_t ret[2])
{
    char text[256];
    int n = snprintf(text, sizeof text, "%zu:%.*s:%.*s", account.len,
                     SLICE_FMT(slice_sub(account, 0, 128)), SLICE_FMT(slice_sub(place, 0, 96)));
    assert(n > 0 && (size_t)n < sizeof text);
    siphash128(t->key, slice_of(text, (size_t)n), ret);
}

static bool forgotten(const slot *s, when now)
{
    return !s->count || now - s->last >= WHEN_DAY;
}

/* The bucket's slot; where it has none, the one that is missed least. */
static slot *slot_of(tries *t, const uint64_t bucket[2], when now)
{
    slot *set = &t->slots[bucket[0] % SETS * WAYS], *least = set;
    for (int i = 0; i < WAYS; i++) {
        slot *s = &set[i];
        if (s->count && s->key[0] == bucket[0] && s->key[1] == bucket[1]) {
            if (forgotten(s, now))
                s->count = 0;
            return s;
        }
        if (forgotten(s, now))
            s->count = 0;
        if (s->count < least->count || (s->count == least->count && s->last < least->last))
            least = s;
    }
    *least = (slot){.key = {bucket[0], bucket[1]}, .last = now};
    return least;
}

static when wait_after(uint32_t count)
{
    if (count <= TRIES_FREE)
        return 0;
    uint32_t over = count - TRIES_FREE - 1;
    when s = over < 16 ? (when)1 << over : TRIES_WAIT_MAX_S;
    return (s < TRIES_WAIT_MAX_S ? s : TRIES_WAIT_MAX_S) * 1000;
}

unsigned tries_begin(tries *t, const uint64_t bucket[2], when now)
{
    unsigned wait = 0;
    pthread_mutex_lock(&t->mutex);
    slot *s = slot_of(t, bucket, now);
    if (s->count && s->until > now) {
        wait = (unsigned)((s->until - now + 999) / 1000);
    } else {
        s->count += s->count < UINT32_MAX;
        s->last = now;
        s->until = now + wait_after(s->count + 1); /* what the next one waits for */
    }
    pthread_mutex_unlock(&t->mutex);
    return wait;
}

void tries_right(tries *t, const uint64_t bucket[2])
{
    slot *set = &t->slots[bucket[0] % SETS * WAYS];
    pthread_mutex_lock(&t->mutex);
    for (int i = 0; i < WAYS; i++)
        if (set[i].key[0] == bucket[0] && set[i].key[1] == bucket[1])
            set[i] = (slot){0};
    pthread_mutex_unlock(&t->mutex);
}
