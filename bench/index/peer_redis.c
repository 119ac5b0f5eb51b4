/* peer_redis.c - a server that bench/index/run started: MSET, MGET and GET of 128 keys. */
#include "peers.h"

#include <hiredis/hiredis.h>

static void *open_redis(const run *r)
{
    need(r->address != NULL, "no Redis server");
    redisContext *c = redisConnectUnix(r->address);
    need(c && !c->err, "connecting to Redis");
    return c;
}

static redisReply *ask(redisContext *c, int argc, const char **argv, const size_t *len)
{
    redisReply *r = redisCommandArgv(c, argc, argv, len);
    need(r && r->type != REDIS_REPLY_ERROR, r ? r->str : c->errstr);
    return r;
}

static void insert_redis(void *e, const run *r)
{
    char key[BATCH][KEY];
    const char *argv[1 + 2 * BATCH] = {"MSET"};
    size_t len[1 + 2 * BATCH] = {4};
    for (uint64_t at = 0; at < r->keys; at += BATCH) {
        int n = r->keys - at < BATCH ? (int)(r->keys - at) : BATCH;
        for (int i = 0; i < n; i++) {
            index_next_key(r, at + (uint64_t)i, key[i]);
            argv[1 + 2 * i] = key[i];
            len[1 + 2 * i] = KEY;
            argv[2 + 2 * i] = "1";
            len[2 + 2 * i] = 1;
        }
        freeReplyObject(ask(e, 1 + 2 * n, argv, len));
    }
}

static size_t find_redis(void *e, const char *keys, size_t count)
{
    const char *argv[1 + BATCH] = {count == 1 ? "GET" : "MGET"};
    size_t len[1 + BATCH] = {strlen(argv[0])}, hits = 0;
    for (size_t i = 0; i < count; i++) {
        argv[1 + i] = keys + i * KEY;
        len[1 + i] = KEY;
    }
    redisReply *r = ask(e, 1 + (int)count, argv, len);
    if (r->type == REDIS_REPLY_ARRAY)
        for (size_t i = 0; i < r->elements; i++)
            hits += r->element[i]->type == REDIS_REPLY_STRING;
    else
        hits = r->type == REDIS_REPLY_STRING;
    freeReplyObject(r);
    return hits;
}

static void close_redis(void *e)
{
    redisFree(e);
}

const engine engine_redis = {"redis", BATCH, open_redis, insert_redis, find_redis, close_redis};
