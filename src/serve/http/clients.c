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
ip client_ip(const address *a)
{
    ip i = {{0}};
    if (a->at.ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &a->at, sizeof v4);
        i = ip4_make(ntohl(v4.sin_addr.s_addr));
    } else if (a->at.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &a->at, sizeof v6);
        memcpy(i.b, &v6.sin6_addr, sizeof i.b);
    }
    return i;
}

address client_address(const ip *i)
{
    struct sockaddr_storage at = {0};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (ip_is4(i)) {
        v4.sin_addr.s_addr = htonl(ip4_number(i));
        memcpy(&at, &v4, sizeof v4);
        return address_of(&at, sizeof v4);
    }
    memcpy(&v6.sin6_addr, i->b, sizeof i->b);
    memcpy(&at, &v6, sizeof v6);
    return address_of(&at, sizeof v6);
}

void client_network(const address *a, uint8_t key[16])
{
    const ip i = client_ip(a);
    memset(key, 0, 16);
    memcpy(key, i.b, ip_is4(&i) ? 16 : 8);
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
    if (!slot)
        return;
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
