/* out.c - exports, documents, verdicts that changed, as files. */
#include "serve/api/handlers.h"

#include "judge/rejudge.h"
#include "publish/change_json.h"
#include "publish/export.h"
#include "serve/api/outgoing.h"

/* --- exports ---------------------------------------------------------------------------------- */

static status export_all(call *c, bool stix, outgoing *o, err *why)
{
    lens *l;
    export_counts n;
    slice word = call_param(c, "kind");
    export_options x = {
        .put = outgoing_put, .ctx = o, .source = call_param(c, "source"), .kind = kind_parse(word)};
    if (word.len && x.kind == KIND_NONE)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "kind is not known");
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = stix ? export_stix(l, &x, &n, why) : export_claims(l, &x, &n, why);
    return st == OK ? call_record_export(c, stix ? S("stix") : S("ndjson"), why) : st;
}

status api_export(call *c, err *why)
{
    outgoing o;
    bool stix = !slice_eq(call_param(c, "format"), S("ndjson"));
    status st = outgoing_open(c, &o, why);
    if (st == OK)
        st = export_all(c, stix, &o, why);
    return stix ? outgoing_send(&o, S("application/stix+json;version=2.1"), "export.json", st)
                : outgoing_send(&o, S("application/x-ndjson"), "export.ndjson", st);
}

status api_document_content(call *c, err *why)
{
    lens *l;
    outgoing o;
    export_counts n;
    uint8_t sha[SHA256_BYTES];
    slice text = call_param(c, "sha256");
    if (slice_starts(text, S("sha256:")))
        text = slice_from(text, 7);
    if (!hash_unhex(text, sha, sizeof sha))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a document is 64 hex digits");
    status st = outgoing_open(c, &o, why);
    const export_options x = {.put = outgoing_put, .ctx = &o};
    if (st == OK)
        st = call_lens(c, &l, why);
    if (st == OK)
        st = export_document(l, sha, &x, &n, why);
    if (st == OK)
        st = call_record_export(c, text, why);
    /* nobody may take the bytes for a page of ours */
    http_reply_header(c->w, "Content-Security-Policy", S("sandbox; default-src 'none'"));
    return outgoing_send(&o, S("application/octet-stream"), "document.bin", st);
}

/* --- verdicts that changed -------------------------------------------------------------------- */

static status on_change(void *ctx, const verdict_change *v, err *why)
{
    outgoing *o = ctx;
    change_json(&o->line, v);
    return outgoing_line(o, why);
}

static status compare(call *c, lens *before, outgoing *o, err *why)
{
    lens *after;
    index_t *ix;
    rejudge_counts n;
    when since = call_when(c, "since", WHEN_NONE);
    status st = call_lens(c, &after, why);
    view then = c->from->v;
    then.known_at = then.now = since;
    if (st == OK)
        st = lens_look(before, &then, why);
    if (st == OK)
        st = call_index(c, &ix, why);
    if (st != OK)
        return st;
    const rejudge_options x = {.before = before,
                               .after = after,
                               .ix = ix,
                               .since = since,
                               .on_change = on_change,
                               .ctx = o};
    st = rejudge(&x, &n, why);
    return st == OK ? call_record_read(c, why) : st;
}

status api_changes(call *c, err *why)
{
    outgoing o;
    lens *before = NULL;
    c->highest = c->from->who.has.clearance; /* verdicts do not say what they come of */
    status st = outgoing_open(c, &o, why);
    if (st == OK)
        st = lens_new(c->a->o.store, &before, why);
    if (st == OK)
        st = compare(c, before, &o, why);
    lens_free(before);
    return outgoing_send(&o, S("application/x-ndjson"), "changes.ndjson", st);
}
