/* affected.c - which products and versions a container says are affected. The versions keep the
 * words of the CVE record, so that whoever compares a version can follow its algorithm. */
#include "format/cve/cve.h"
#include "format/vulnerability.h"

enum { PLATFORMS_MAX = 64, CPES_BYTES_MAX = 8 << 10 };

static void put_member(json_writer *w, const char *key, slice text)
{
    if (!text.len)
        return;
    json_key(w, key);
    json_put_text(w, text);
}

static void put_version(json_writer *w, const json *v)
{
    size_t left;
    const json *c = cve_first(v, "changes", &left);
    json_open(w, '{');
    if (c) {
        json_key(w, "changes");
        json_open(w, '[');
        for (; c; c = cve_next(c, &left)) {
            json_open(w, '{');
            put_member(w, "at", cve_text(c, "at"));
            put_member(w, "status", cve_text(c, "status"));
            json_close(w, '}');
        }
        json_close(w, ']');
    }
    put_member(w, "lessThan", cve_text(v, "lessThan"));
    put_member(w, "lessThanOrEqual", cve_text(v, "lessThanOrEqual"));
    put_member(w, "status", cve_text(v, "status"));
    put_member(w, "version", cve_text(v, "version"));
    put_member(w, "versionType", cve_text(v, "versionType"));
    json_close(w, '}');
}

/* As many versions as have room, and how many were left out. */
static status versions(cve_record *r, const json *entry, detail *d, err *why)
{
    size_t left, out = 0;
    slice list;
    const json *v = cve_first(entry, "versions", &left);
    if (!v)
        return OK;
    buf_clear(&r->scratch);
    json_writer w = json_writer_on(&r->scratch);
    json_open(&w, '[');
    for (; v; v = cve_next(v, &left)) {
        json_writer before = w;
        size_t len = r->scratch.len;
        if (len < CVE_VERSIONS_MAX)
            put_version(&w, v);
        if (len >= CVE_VERSIONS_MAX || r->scratch.failed || r->scratch.len > CVE_VERSIONS_MAX) {
            r->scratch.len = len; /* this one is too much: as if it were not there */
            r->scratch.failed = false;
            w = before;
            out++;
        }
    }
    json_close(&w, ']');
    status st = cve_scratch(r, &list, why);
    if (st != OK)
        return st;
    detail_raw(d, "versions", list);
    if (out)
        detail_int(d, "versions_left_out", (int64_t)out);
    return OK;
}

static status texts(cve_record *r, const json *entry, const char *from, const char *key,
                    size_t bytes, detail *d, err *why)
{
    slice list[PLATFORMS_MAX], all;
    size_t left, n = 0, sum = 0;
    for (const json *t = cve_first(entry, from, &left); t && n < PLATFORMS_MAX;
         t = cve_next(t, &left)) {
        slice one = slice_trim(json_text(t));
        if (!one.len || (sum += one.len) > bytes)
            continue;
        list[n++] = one;
    }
    if (!n)
        return OK;
    status st = emit_array(r->e, list, n, &all, why);
    if (st == OK)
        detail_raw(d, key, all);
    return st;
}

static status entry_of(cve_record *r, const json *entry, err *why)
{
    detail d = {0};
    fact_claim c = emit_blank();
    slice vendor = cve_text(entry, "vendor"), product = cve_text(entry, "product");
    slice package = cve_text(entry, "packageName");
    status st =
        vuln_product(r->e, vendor, vuln_says_nothing(product) ? package : product, &c.object, why);
    if (st != OK)
        return st;
    detail_text(&d, "by", r->by);
    detail_text(&d, "vendor", vuln_says_nothing(vendor) ? S("") : vendor);
    detail_text(&d, "product", vuln_says_nothing(product) ? S("") : product);
    detail_text(&d, "package", package);
    detail_text(&d, "collection", cve_text(entry, "collectionURL"));
    detail_text(&d, "repo", cve_text(entry, "repo"));
    detail_text(&d, "default", cve_text(entry, "defaultStatus"));
    if ((st = versions(r, entry, &d, why)) != OK ||
        (st = texts(r, entry, "platforms", "platforms", 2048, &d, why)) != OK ||
        (st = texts(r, entry, "cpes", "cpes", CPES_BYTES_MAX, &d, why)) != OK ||
        (st = emit_detail(r->e, &d, &c.detail, why)) != OK)
        return st;
    if (c.object.kind == KIND_NONE && d.count == 1)
        return OK; /* "n/a" of "n/a" */
    c.subject = r->cve;
    c.predicate = PRED_AFFECTS;
    return emit_claim(r->e, &c, why);
}

status cve_affected(cve_record *r, err *why)
{
    size_t left;
    status st = OK;
    for (const json *v = cve_first(r->container, "affected", &left); st == OK && v;
         v = cve_next(v, &left))
        if (json_is(v, JSON_OBJECT))
            st = entry_of(r, v, why);
    return st;
}
