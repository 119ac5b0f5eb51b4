/* clients.c - how many connections each client has: a table under a random key, so that nobody can
 * make it slow. An IPv6 client is its /64. */
#include "serve/http/server.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { HEADS = 4096 };

struct client_slot {
    client_slot *next;
    uint8_t key[16];
    size_t head;
    uint32_t count;
};

struct client_table {
    pthread_mutex_t lock;
    uint8_t key[16];
    client_slot *heads[HEADS];
};

client_table *clients_new(random_source random)
{
    client_table *t = calloc(1, sizeof *t);
    if (t) {
        pthread_mutex_init(&t->lock, NULL);
        random.fill(random.ctx, t->key, sizeof t->key);
    }
    return t;
}

client_table *clients_free(client_table *t)
{
    if (!t)
        return NULL;
    for (size_t i = 0; i < HEADS; i++)
        for (client_slot *s = t->heads[i], *next; s; s = next) {
            next = s->next;
            free(s);
        }
    pthread_mutex_destroy(&t->lock);
    free(t);
    return NULL;
}

/* IPv4 as it is mapped into IPv6, so that one client is one on both kinds of sockets. */
void client_network(const address *a, uint8_t key[16])
{
    memset(key, 0, 16);
    if (a->at.ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &a->at, sizeof v4);
        key[10] = key[11] = 0xff;
        memcpy(key + 12, &v4.sin_addr, 4);
    } else if (a->at.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &a->at, sizeof v6);
        memcpy(key, &v6.sin6_addr, IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) ? 16 : 8);
    }
}

client_slot *clients_enter(client_table *t, const address *a, uint32_t max)
{
    uint8_t key[16];
    client_network(a, key);
    size_t head = siphash(t->key, slice_of((const char *)key, sizeof key)) % HEADS;
    pthread_mutex_lock(&t->lock);
    client_slot *s = t->heads[head];
    while (s && memcmp(s->key, key, sizeof key) != 0)
        s = s->next;
    if (!s && (s = calloc(1, sizeof *s))) {
        memcpy(s->key, key, sizeof key);
        s->head = head;
        s->next = t->heads[head];
        t->heads[head] = s;
    }
    if (s && s->count >= max)
        s = NULL;
    if (s)
        s->count++;
    pthread_mutex_unlock(&t->lock);
    return s;
}

void clients_leave(client_table *t, client_slot *slot)
{
    pthread_mutex_lock(&t->lock);
    if (!--slot->count) {
        client_slot **at = &t->heads[slot->head];
        while (*at != slot)
            at = &(*at)->next;
        *at = slot->next;
        free(slot);
    }
    pthread_mutex_unlock(&t->lock);
}
