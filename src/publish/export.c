/* export.c - see export.h. */
#include "publish/export.h"
#include "base/hash.h"
#include "publish/claim_json.h"
#include "publish/redact.h"

enum { PAGE = 256, OBJECT_MEMORY = 192 << 20 };

typedef struct exporting {
    lens *l;
    const export_options *o;
    export_counts n;
    hash_state *hash; /* of the objects written: the bundle's id */
    err *why;
} exporting;

static status put(exporting *e, slice bytes)
{
    return e->o->put(e->o->ctx, bytes, e->why);
}

/* --- bundles -------------------------------------------------------------------------------- */

static status put_object(exporting *e, arena *a, const object_info *info)
{
    slice bytes;
    redaction how;
    status st = object_bytes(e->l, a, info, &bytes, e->why);
    if (st == OK)
        st = redact_object(e->l, a, bytes, &bytes, &how, e->why);
    if (st != OK)
        return st;
    e->n.redacted += how == REDACT_PARTS;
    e->n.withheld += how == REDACT_WITHHOLD;
    if (how == REDACT_WITHHOLD)
        return OK;
    hash_update(e->hash, bytes);
    st = put(e, e->n.written++ ? S(",\n") : S("\n"));
    return st == OK ? put(e, bytes) : st;
}

static status begin_bundle(exporting *e)
{
    e->hash = hash_new(HASH_SHA256);
    return e->hash ? put(e, S("{\"type\":\"bundle\",\"objects\":["))
                   : err_set(e->why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

/* The id follows from the content, so that the same export twice is the same bytes. RFC 9562
 * section 5.8: version 8 is for ids made in one's own way. */
static status end_bundle(exporting *e)
{
    uint8_t d[SHA256_BYTES];
    char hex[HASH_HEX_MAX];
    hash_final(e->hash, d);
    e->hash = hash_free(e->hash);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x80);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    hash_hex(d, 16, hex);
    buf b;
    buf_init(&b, 256);
    buf_printf(&b, "\n],\"id\":\"bundle--%.8s-%.4s-%.4s-%.4s-%.12s\"}\n", hex, hex + 8, hex + 12,
               hex + 16, hex + 20);
    status st = put(e, buf_slice(&b));
    buf_done(&b);
    return st;
}

/* Other formats have records with ids, too. */
static bool is_stix(const object_info *o)
{
    return slice_starts(o->spec, S("2."));
}

/* Does `a` stand for its id rather than `b`? */
static bool preferred(const object_info *a, const object_info *b)
{
    int c = slice_cmp(a->spec, b->spec);
    if (c)
        return c > 0;
    if ((c = slice_cmp(a->source, b->source)))
        return c < 0;
    if (a->modified != b->modified)
        return a->modified > b->modified;
    return memcmp(a->content, b->content, sizeof a->content) < 0;
}

/* Of all visible versions of the id, is this row the one to write? */
static status is_chosen(exporting *e, arena *a, const object_info *o, bool *ret)
{
    object_list all;
    status st = objects_named(e->l, a, o->id, &all, e->why);
    if (st != OK)
        return st;
    const object_info *best = NULL;
    for (size_t i = 0; i < all.count; i++) {
        if (!is_stix(&all.at[i]) || (e->o->source.len && !slice_eq(e->o->source, all.at[i].source)))
            continue;
        if (!best || preferred(&all.at[i], best))
            best = &all.at[i];
    }
    *ret = best && best->row == o->row;
    return OK;
}

static status put_page(exporting *e, const object_list *page, bool choose)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, OBJECT_MEMORY);
    status st = OK;
    for (size_t i = 0; st == OK && i < page->count; i++) {
        bool chosen = is_stix(&page->at[i]);
        arena_reset(&a);
        if (chosen && choose)
            st = is_chosen(e, &a, &page->at[i], &chosen);
        if (st == OK && chosen)
            st = put_object(e, &a, &page->at[i]);
    }
    return st;
}

status export_stix(lens *l, const export_options *o, export_counts *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    exporting e = {.l = l, .o = o, .why = why};
    object_list page = {.more = true};
    int64_t cursor = 0;
    arena_init(&a, 16 << 20);
    status st = begin_bundle(&e);
    while (st == OK && page.more) {
        arena_reset(&a);
        if ((st = objects_page(l, &a, cursor, PAGE, &page, why)) != OK || !page.count)
            break;
        cursor = page.at[page.count - 1].row;
        st = put_page(&e, &page, true);
    }
    if (st == OK)
        st = end_bundle(&e);
    hash_free(e.hash);
    if (st == OK)
        *ret = e.n;
    return st;
}

/* --- one document --------------------------------------------------------------------------- */

static status objects_of(exporting *e, const document_info *d)
{
    CLEANUP(arena_done) arena a;
    object_list page = {.more = true};
    int64_t cursor = -1;
    arena_init(&a, 16 << 20);
    status st = begin_bundle(e);
    while (st == OK && page.more) {
        arena_reset(&a);
        st = objects_of_document(e->l, &a, d->row, cursor, PAGE, &page, e->why);
        if (st != OK || !page.count)
            break;
        cursor = (int64_t)page.at[page.count - 1].at;
        st = put_page(e, &page, false);
    }
    return st == OK ? end_bundle(e) : st;
}

status export_document(lens *l, const uint8_t sha256[SHA256_BYTES], const export_options *o,
                       export_counts *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    exporting e = {.l = l, .o = o, .why = why};
    document_info d;
    bool whole;
    arena_init(&a, 1 << 20);
    status st = document_get(l, &a, sha256, &d, why);
    if (st == OK)
        st = document_whole(l, d.row, &whole, why);
    if (st != OK)
        return st;
    if (whole) {
        st = blob_stream(store_blobs(lens_store(l)), sha256, o->put, o->ctx, why);
        e.n.written = d.records;
    } else if (slice_starts(d.format, S("stix"))) {
        st = objects_of(&e, &d);
    } else {
        st = err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                     "a part of the document is above this clearance");
    }
    hash_free(e.hash);
    if (st == OK)
        *ret = e.n;
    return st;
}

/* --- claims --------------------------------------------------------------------------------- */

static bool wanted(const export_options *o, const claim *c)
{
    return (!o->source.len || slice_eq(o->source, c->source)) &&
           (o->kind == KIND_NONE || c->subject.kind == o->kind);
}

static status put_claims(exporting *e, const claim_list *page, buf *line)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < page->count; i++) {
        if (!wanted(e->o, &page->at[i]))
            continue;
        buf_clear(line);
        claim_json(line, &page->at[i]);
        buf_byte(line, '\n');
        st = buf_status(line, e->why);
        if (st == OK)
            st = put(e, buf_slice(line));
        e->n.written++;
    }
    return st;
}

status export_claims(lens *l, const export_options *o, export_counts *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    exporting e = {.l = l, .o = o, .why = why};
    claim_list page = {.more = true};
    int64_t cursor = 0;
    CLEANUP(buf_done) buf line;
    buf_init(&line, 16 << 20);
    arena_init(&a, 512 << 20);
    status st = OK;
    while (st == OK && page.more) {
        arena_reset(&a);
        if ((st = claims_page(l, &a, cursor, PAGE, &page, why)) != OK || !page.count)
            break;
        cursor = page.at[page.count - 1].row;
        st = put_claims(&e, &page, &line);
    }
    if (st == OK)
        *ret = e.n;
    return st;
}
