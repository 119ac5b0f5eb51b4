/* match_scene.h - a set of indicators, the same for both matchers, and the hits of each. For the
 * tests and the fuzz target.
 * Uses: match, match_slow. Used by: match_test.c, match_fuzz.c. */
#ifndef NOROSHI_WATCH_MATCH_SCENE_H
#define NOROSHI_WATCH_MATCH_SCENE_H

#include "watch/match.h"
#include "watch/match_slow.h"

/* Every kind that is looked for, and pairs that touch each other. */
static const struct {
    kind kind;
    slice value;
} scene_values[] = {
    {KIND_IPV4, S_INIT("198.51.100.7")},
    {KIND_IPV4, S_INIT("203.0.113.255")},
    {KIND_IPV4, S_INIT("1.2.3.4")},
    {KIND_CIDR, S_INIT("192.0.2.0/24")},
    {KIND_CIDR, S_INIT("192.0.2.128/25")},
    {KIND_CIDR, S_INIT("192.0.0.0/16")},
    {KIND_CIDR, S_INIT("198.51.100.4/30")},
    {KIND_CIDR, S_INIT("2001:db8:aa00::/40")},
    {KIND_CIDR, S_INIT("2001:db8:aa00::/48")},
    {KIND_IPV6, S_INIT("2001:db8::1")},
    {KIND_IPV6, S_INIT("2001:db8:1:2:3:4:5:6")},
    {KIND_IPV6, S_INIT("fe80::1:2")},
    {KIND_DOMAIN, S_INIT("evil.example")},
    {KIND_DOMAIN, S_INIT("sub.evil.example")},
    {KIND_DOMAIN, S_INIT("bad-name.co.uk")},
    {KIND_DOMAIN, S_INIT("uk.com")},
    {KIND_DOMAIN, S_INIT("a.b.c.d.e.f.test")},
    {KIND_DOMAIN, S_INIT("xn--mnchen-3ya.de")},
    {KIND_DOMAIN, S_INIT("xn--fsqu00a.xn--0zwm56d")},
    {KIND_DOMAIN, S_INIT("_dmarc.evil.example")},
    {KIND_DOMAIN, S_INIT("nice.example")},
    {KIND_DOMAIN, S_INIT("ice.example")},
    {KIND_DOMAIN, S_INIT("2fevil.example")},
    {KIND_URL, S_INIT("http://evil.example/a/b.php")},
    {KIND_URL, S_INIT("https://host.example:8443/x?y=1&z=2")},
    {KIND_URL, S_INIT("http://203.0.113.9/gate.php")},
    {KIND_URL, S_INIT("http://[2001:db8::5]/v6")},
    {KIND_URL, S_INIT("http://files.example/")},
    {KIND_URL, S_INIT("http://files.example/a%20b,(c)")},
    {KIND_URL, S_INIT("ftp://files.example/pub/x.bin")},
    {KIND_URL, S_INIT("http://xn--mnchen-3ya.de/weg")},
    {KIND_EMAIL, S_INIT("mallory@evil.example")},
    {KIND_EMAIL, S_INIT("tom.x+tag@mail.example")},
    {KIND_EMAIL, S_INIT("om@mail.example")},
    {KIND_MD5, S_INIT("d41d8cd98f00b204e9800998ecf8427f")},
    {KIND_JA3, S_INIT("d41d8cd98f00b204e9800998ecf8427f")},
    {KIND_MD5, S_INIT("bbbbbbbb8f00b204e9800998ecf8427f")},
    {KIND_SHA1, S_INIT("da39a3ee5e6b4b0d3255bfef95601890afd80700")},
    {KIND_SHA256, S_INIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b800")},
    {KIND_SHA512, S_INIT("cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                         "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da00")},
    {KIND_CERT_SERIAL, S_INIT("04e1b7d432f4ab70ead3ce986eea99934912")},
    {KIND_FILENAME, S_INIT("mimikatz.exe")},
    {KIND_FILENAME, S_INIT("notepad.evil.exe")},
    {KIND_FILENAME, S_INIT("invoice 2023 (copy).pdf.exe")},
    {KIND_FILENAME, S_INIT("kworkerds")},
    {KIND_USER_AGENT, S_INIT("Mozilla/4.0 (compatible; BadBot 1.0)")},
    {KIND_USER_AGENT, S_INIT("Mozilla/4.0 (compatible; BadBot 1.0) rest")},
    {KIND_USER_AGENT, S_INIT("sqlmap/1.4")},
    {KIND_USER_AGENT, S_INIT("BadBot")},
    {KIND_FILENAME, S_INIT("song.mp3")},
};
enum { SCENE_COUNT = COUNT_OF(scene_values) };

typedef struct scene {
    slow_indicator slow[SCENE_COUNT];
    match_table *table;
} scene;

static const uint8_t scene_key[MATCH_KEY] = {3, 1, 4, 1, 5, 9, 2, 6};

static inline void scene_done(scene *s)
{
    match_table_free(s->table);
}

static inline bool scene_make(scene *s)
{
    match_builder *b = match_builder_new(scene_key);
    for (size_t i = 0; i < SCENE_COUNT; i++) {
        s->slow[i].kind = scene_values[i].kind;
        s->slow[i].value = scene_values[i].value;
        s->slow[i].id = 1000 + i;
        if (!b ||
            match_builder_add(b, scene_values[i].kind, scene_values[i].value, 1000 + i, NULL) != OK)
            return false;
    }
    slow_prepare(s->slow, SCENE_COUNT);
    return match_builder_done(b, &s->table, NULL) == OK;
}

typedef struct scene_hits {
    match_hit *at;
    size_t count, room;
} scene_hits;

static inline status scene_collect(void *ctx, const match_hit *hits, size_t count, err *why)
{
    scene_hits *h = ctx;
    (void)why;
    if (h->count + count > h->room) {
        h->room = (h->count + count) * 2;
        h->at = realloc(h->at, h->room * sizeof *h->at);
        if (!h->at)
            abort();
    }
    memcpy(h->at + h->count, hits, count * sizeof *hits);
    h->count += count;
    return OK;
}

/* All hits of the fast matcher in the order of the slow one; the text is cut behind `cut` bytes and
 * then every `piece` bytes (0: not). */
static bool scene_match(const match_table *t, slice text, unsigned level, size_t cut, size_t piece,
                        scene_hits *ret)
{
    ret->count = 0;
    matcher *m = matcher_new(&(match_sink){.hits = scene_collect, .ctx = ret});
    if (!m || !matcher_force(m, level)) {
        matcher_free(m);
        return false;
    }
    bool fine = true;
    for (size_t at = 0; at < text.len && fine;) {
        size_t n = at == 0 && cut ? cut : piece ? piece : text.len - at;
        n = n < text.len - at ? n : text.len - at;
        /* a copy of its own, so that a sanitizer sees what is read beyond */
        char *own = malloc(n);
        memcpy(own, text.ptr + at, n);
        fine = match_feed(m, t, slice_of(own, n), NULL) == OK;
        free(own);
        at += n;
    }
    fine = match_end(m, t, NULL) == OK && fine;
    matcher_free(m);
    if (ret->count)
        qsort(ret->at, ret->count, sizeof *ret->at, slow_order);
    return fine;
}

static inline bool scene_same(const match_hit *a, size_t a_count, const match_hit *b,
                              size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (slow_order(&a[i], &b[i]) != 0 || a[i].kind != b[i].kind)
            return false;
    return true;
}

#endif
