/* hash.c - see hash.h. */
#include "serve/hash.h"

#include "know/store.h"

const char *hash_word_name(hash_word s)
{
    static const char *const names[] = {[HASH_UNKNOWN] = "unknown",
                                        [HASH_LISTED] = "listed",
                                        [HASH_KNOWN_GOOD] = "known-good",
                                        [HASH_KNOWN_BAD] = "known-bad",
                                        [HASH_CONFLICTING] = "conflicting"};
    assert(s <= HASH_CONFLICTING);
    return names[s];
}

static bool is_over(const hash_answer *h, const set_hit *hit)
{
    return hit->valid_until != WHEN_NONE && hit->valid_until < h->now;
}

static hash_word word_of(const hash_answer *h)
{
    bool good = false, bad = false;
    for (size_t i = 0; i < h->hits.count; i++) {
        const set_hit *hit = &h->hits.at[i];
        if (is_over(h, hit))
            continue;
        good |= hit->set->verdict == SET_KNOWN_GOOD;
        bad |= hit->set->verdict == SET_KNOWN_BAD;
    }
    if (!h->hits.count)
        return HASH_UNKNOWN;
    return good && bad ? HASH_CONFLICTING
           : bad       ? HASH_KNOWN_BAD
           : good      ? HASH_KNOWN_GOOD
                       : HASH_LISTED;
}

status hash_read(const lens *l, arena *a, slice text, hash_answer *ret, err *why)
{
    uint8_t digest[HASH_BYTES_MAX];
    char hex[HASH_HEX_MAX];
    hash_answer h = {.hash.kind = fact_digest_kind(text.len), .now = lens_view(l)->now};
    size_t n = fact_digest_bytes(h.hash.kind);
    if (h.hash.kind == KIND_NONE || !hash_unhex(text, digest, n))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "no hash: 32, 40, 56, 64, 96 or 128 hex digits");
    if (!arena_copy(a, slice_str(hash_hex(digest, n, hex)), &h.hash.text))
        return ARENA_SPENT(a, why);
    *ret = h;
    return OK;
}

status hash_look(lens *l, arena *a, hash_answer *h, size_t count, err *why)
{
    enum { AT_ONCE = 64 };
    node_ref values[AT_ONCE];
    set_hits hits[AT_ONCE];
    status st = OK;
    for (size_t at = 0; st == OK && at < count; at += AT_ONCE) {
        size_t n = count - at < AT_ONCE ? count - at : AT_ONCE;
        for (size_t i = 0; i < n; i++)
            values[i] = h[at + i].hash;
        st = sets_find_hashes(l, a, values, n, hits, why);
        for (size_t i = 0; st == OK && i < n; i++) {
            h[at + i].hits = hits[i];
            h[at + i].word = word_of(&h[at + i]);
        }
    }
    return st;
}

status hash_ask(lens *l, arena *a, slice text, hash_answer *ret, err *why)
{
    hash_answer h;
    status st = hash_read(l, a, text, &h, why);
    if (st == OK)
        st = hash_look(l, a, &h, 1, why);
    if (st == OK)
        *ret = h;
    return st;
}

/* --- as JSON -------------------------------------------------------------------------------- */

static void put_text(json_writer *w, const char *key, slice text)
{
    if (text.len) {
        json_key(w, key);
        json_put_text(w, text);
    }
}

static void put_day(json_writer *w, const char *key, when t)
{
    char text[WHEN_TEXT_MAX];
    if (t != WHEN_NONE) /* sets keep days */
        put_text(w, key, slice_sub(slice_str(when_iso(t, text)), 0, sizeof "2026-11-22" - 1));
}

void hash_put_hit(json_writer *w, const hash_answer *h, const set_hit *hit)
{
    json_open(w, '{');
    put_text(w, "verdict", slice_str(set_verdict_name(hit->set->verdict)));
    put_text(w, "polarity", slice_str(set_polarity_name(hit->set->polarity)));
    put_text(w, "set", hit->set->name);
    put_text(w, "source", hit->set->source);
    put_text(w, "label", hit->label);
    put_day(w, "first_seen", hit->first_seen);
    put_day(w, "last_seen", hit->last_seen);
    put_day(w, "valid_until", hit->valid_until);
    if (is_over(h, hit)) {
        json_key(w, "expired");
        json_put_bool(w, true);
    }
    json_close(w, '}');
}

void hash_put_json(json_writer *w, const hash_answer *h)
{
    json_open(w, '{');
    put_text(w, "schema", S("noroshi.hash/1"));
    put_text(w, "kind", slice_str(kind_name(h->hash.kind)));
    put_text(w, "value", h->hash.text);
    put_text(w, "verdict", slice_str(hash_word_name(h->word)));
    json_key(w, "sets");
    json_open(w, '[');
    for (size_t i = 0; i < h->hits.count; i++)
        hash_put_hit(w, h, &h->hits.at[i]);
    json_close(w, ']');
    json_close(w, '}');
}
