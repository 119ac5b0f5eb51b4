/* retro_values.c - see retro_values.h. */
#include "watch/retro_values.h"

#include "base/hash.h"
#include "know/sightings.h"

#include <stdlib.h>

enum { BATCH = 1024, MEMORY = 64 << 20, ROW_HEAD = 1 + sizeof(uint32_t) };

struct retro_values {
    sightings *seen;
    arena memory; /* of one batch */
    buf kept;     /* of each: kind, length, text */
    uint64_t asked, left;
};

static status open_sightings(const store *s, sightings **ret, err *why)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    slice folder = arena_printf(&a, "%s/sightings", store_dir(s));
    return folder.ptr ? sightings_open(folder.ptr, ret, why) : ARENA_SPENT(&a, why);
}

status retro_values_new(const store *s, retro_values **ret, err *why)
{
    retro_values *v = calloc(1, sizeof *v);
    if (!v)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    arena_init(&v->memory, MEMORY);
    buf_init(&v->kept, RETRO_VALUES_BYTES);
    status st = open_sightings(s, &v->seen, why);
    if (st == OK) {
        *ret = v;
        return OK;
    }
    retro_values_free(v);
    if (st != ERR_NOT_FOUND)
        return st;
    *ret = NULL;
    return OK;
}

retro_values *retro_values_free(retro_values *v)
{
    if (v) {
        sightings_close(v->seen);
        arena_done(&v->memory);
        buf_done(&v->kept);
    }
    free(v);
    return NULL;
}

/* A digest is remembered as it is written. */
static bool text_of(arena *a, const fact_key *key, slice *ret)
{
    char hex[HASH_HEX_MAX];
    if (!fact_digest_bytes(key->kind)) {
        *ret = key->bytes; /* of the caller's, for as long as the batch */
        return true;
    }
    hash_hex((const uint8_t *)key->bytes.ptr, key->bytes.len, hex);
    return arena_copy(a, slice_str(hex), ret);
}

static void keep(retro_values *v, const sightings_probe *p)
{
    const uint32_t len = (uint32_t)p->value.len;
    if (RETRO_VALUES_BYTES - v->kept.len < ROW_HEAD + len) {
        v->left++;
        return;
    }
    buf_byte(&v->kept, (char)p->kind);
    buf_put(&v->kept, slice_of((const char *)&len, sizeof len));
    buf_put(&v->kept, p->value);
}

/* Networks one by one: a wide one asks very many keys. */
static status keep_seen(retro_values *v, const sightings_probe *p, size_t count, err *why)
{
    status st = OK;
    sightings_found *f = arena_array(&v->memory, count + 1, sizeof *f);
    if (!f)
        return ARENA_SPENT(&v->memory, why);
    for (size_t i = 0, n; st == OK && i < count; i += n) {
        for (n = 1; p[i].kind != KIND_CIDR && i + n < count && p[i + n].kind != KIND_CIDR;)
            n++;
        st = sightings_find(v->seen, &p[i], n, &v->memory, &f[i], why);
        for (size_t k = i; st == OK && k < i + n; k++)
            if (f[k].itself.count || (f[k].within.count && f[k].scope == SIGHTINGS_EXACT))
                keep(v, &p[k]);
    }
    return st == OK ? buf_status(&v->kept, why) : st;
}

static status add_batch(retro_values *v, const fact_key *keys, size_t count, err *why)
{
    sightings_probe p[BATCH];
    bool maybe[BATCH];
    size_t n = 0, left = 0;
    arena_reset(&v->memory);
    for (size_t i = 0; i < count; i++) {
        if (!sightings_can_have(keys[i].kind))
            continue;
        p[n].kind = keys[i].kind;
        if (!text_of(&v->memory, &keys[i], &p[n++].value))
            return ARENA_SPENT(&v->memory, why);
    }
    v->asked += n;
    sightings_maybe(v->seen, p, n, maybe);
    for (size_t i = 0; i < n; i++)
        if (maybe[i])
            p[left++] = p[i];
    return left ? keep_seen(v, p, left, why) : OK;
}

status retro_values_add(void *ctx, const fact_key *keys, size_t count, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < count; i += BATCH)
        st = add_batch(ctx, keys + i, count - i < BATCH ? count - i : BATCH, why);
    return st;
}

retro_values_counts retro_values_count(const retro_values *v)
{
    return (retro_values_counts){v->asked, v->left};
}

status retro_values_each(const retro_values *v,
                         status (*on_value)(void *ctx, node_ref value, err *why), void *ctx,
                         err *why)
{
    status st = OK;
    for (size_t at = 0; st == OK && at < v->kept.len;) {
        uint32_t len;
        memcpy(&len, v->kept.ptr + at + 1, sizeof len);
        const node_ref n = {(kind)v->kept.ptr[at], slice_of(v->kept.ptr + at + ROW_HEAD, len)};
        st = on_value(ctx, n, why);
        at += ROW_HEAD + len;
    }
    return st;
}
