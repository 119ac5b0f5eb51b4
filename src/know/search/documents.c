/* documents.c - finding documents: see documents.h. */
#include "know/search/documents.h"
#include "know/claims.h"

bool documents_between(slice text, uint8_t first[SHA256_BYTES], uint8_t last[SHA256_BYTES])
{
    text = slice_trim(text);
    if (slice_ends(text, S("*")))
        text = slice_sub(text, 0, text.len - 1);
    if (text.len < DOCUMENT_SHA_MIN || text.len > 2 * SHA256_BYTES)
        return false;
    memset(first, 0, SHA256_BYTES);
    memset(last, 0xff, SHA256_BYTES);
    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_value(text.ptr[i]);
        unsigned shift = i % 2 ? 0 : 4;
        if (digit < 0)
            return false;
        first[i / 2] |= (uint8_t)((unsigned)digit << shift);
        last[i / 2] &= (uint8_t) ~((15u - (unsigned)digit) << shift);
    }
    return true;
}

/* What makes a document this one: its bytes, who said so, and under which marking. */
static status name_document(lens *l, arena *a, slice sha, int64_t source, int64_t vc, match *m,
                            err *why)
{
    slice name;
    marking k;
    char hex[2 * SHA256_BYTES + 1];
    uint8_t bytes[SHA256_BYTES] = {0};
    if (sha.len == sizeof bytes)
        memcpy(bytes, sha.ptr, sizeof bytes);
    hash_hex(bytes, sizeof bytes, hex);
    status st = lens_source(l, source, &name, why);
    if (st == OK)
        st = lens_marking(l, vc, &k, why);
    if (st != OK)
        return st;
    m->ref.text = arena_printf(a, "%s %.*s %d %d %.*s %.*s", hex, SLICE_FMT(name), (int)k.tlp,
                               (int)k.pap, SLICE_FMT(k.owner), SLICE_FMT(k.audience));
    return m->ref.text.ptr ? OK : ARENA_SPENT(a, why);
}

static status read_documents(lens *l, arena *a, db_stmt *q, match_list *list, err *why)
{
    bool row;
    status st;
    size_t left = SEARCH_MATCHES_MAX;
    while ((st = db_step(q, &row, why)) == OK && row) {
        if (!left--) {
            list->capped = true;
            break;
        }
        match m = {.claim = db_int(q, 0),
                   .subject = -db_int(q, 0),
                   .recorded_us = db_int(q, 4),
                   .newest_us = db_int(q, 4),
                   .part = SEARCH_DOCUMENT};
        if ((st = name_document(l, a, db_text(q, 1), db_int(q, 2), db_int(q, 3), &m, why)) != OK ||
            (st = match_add(a, list, &m, why)) != OK)
            break;
    }
    db_reset(q);
    return st;
}

static void bind_filter(db_stmt *q, const match_filter *f)
{
    db_bind_int(q, 2, f->source);
    db_bind_int(q, 3, f->from_us);
    db_bind_int(q, 4, f->to_us);
    db_bind_int(q, 5, SEARCH_MATCHES_MAX + 1);
}

status documents_find(lens *l, arena *a, slice text, slice expression, const match_filter *f,
                      match_list *list, err *why)
{
    uint8_t first[SHA256_BYTES], last[SHA256_BYTES];
    db_stmt *q = db_query(l->d, Q_TEXT_DOCUMENTS);
    db_bind_text(q, 1, expression);
    bind_filter(q, f);
    status st = read_documents(l, a, q, list, why);
    if (st != OK || !documents_between(text, first, last))
        return st;
    q = db_query(l->d, Q_DOCUMENTS_BETWEEN);
    db_bind_blob(q, 1, slice_of((const char *)first, sizeof first));
    bind_filter(q, f);
    db_bind_blob(q, 6, slice_of((const char *)last, sizeof last));
    return read_documents(l, a, q, list, why);
}
