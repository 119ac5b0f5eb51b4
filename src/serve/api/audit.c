/* audit.c - the audit log: its entries, its head, its proof. All of it is the site's own. */
#include "serve/api/handlers.h"

#include "publish/audit_json.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEADS_MAX = 4096 };

/* --- list ------------------------------------------------------------------------------------- */

static void put_row(json_writer *w, const audit_row *r)
{
    json_open(w, '{');
    json_field_count(w, "seq", r->seq);
    json_field_when(w, "at", r->e.at);
    json_field_text(w, "who", r->e.who);
    json_field_text(w, "from", r->e.from);
    json_field_text(w, "act", r->e.act);
    json_field_text(w, "what", r->e.what);
    json_field_text(w, "detail", r->e.detail);
    json_field_text(w, "outcome", slice_str(audit_outcome_name(r->e.outcome)));
    json_close(w, '}');
}

status api_audit(call *c, err *why)
{
    audit_list list;
    uint64_t before = 0;
    char next[24] = "";
    slice cursor = call_param(c, "cursor");
    const audit_filter f = {
        .who = call_param(c, "who"), .act = call_param(c, "act"), .what = call_param(c, "what")};
    if (cursor.len && !slice_u64(cursor, &before))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "cursor is none of ours");
    status st = call_of_site(c, "the audit log is", why);
    if (st == OK)
        st = audit_log_settle(c->a->o.audit, why);
    if (st == OK)
        st = audit_page(c->a->o.store, c->m, &f, before,
                        (size_t)call_int(c, "limit", CALL_LIST_DEFAULT), &list, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < list.count; i++)
        put_row(&w, &list.at[i]);
    if (list.more && list.count)
        snprintf(next, sizeof next, "%llu", (unsigned long long)list.at[list.count - 1].seq);
    call_list_end(&w, slice_str(next));
    return OK;
}

/* --- head, proof ------------------------------------------------------------------------------ */

/* With the reads that waited taken in. */
static status settled(call *c, err *why)
{
    status st = call_of_site(c, "the audit log is", why);
    return st == OK ? audit_log_settle(c->a->o.audit, why) : st;
}

status api_audit_head(call *c, err *why)
{
    audit_head h;
    status st = settled(c, why);
    if (st == OK)
        st = audit_head_now(c->a->o.store, &h, why);
    if (st == OK)
        audit_head_json(c->out, &h);
    return st;
}

static int by_seq(const void *a, const void *b)
{
    const audit_head *x = a, *y = b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static status read_heads(call *c, audit_head **ret, size_t *ret_count, err *why)
{
    const json *list = json_get(c->body, S("heads"));
    size_t n = 0;
    *ret = NULL;
    *ret_count = 0;
    if (!list)
        return OK;
    if (!json_is(list, JSON_ARRAY))
        return err_set(why, ERR_INPUT, list->at, "heads is an array of texts");
    if (list->count > HEADS_MAX)
        return err_set(why, ERR_LIMIT, list->at, "over %d heads in one request", HEADS_MAX);
    audit_head *at = arena_array(c->m, list->count + 1, sizeof *at);
    if (!at)
        return ARENA_SPENT(c->m, why);
    for (const json *v = list->first; v; v = v->next, n++) {
        if (!json_is(v, JSON_STRING))
            return err_set(why, ERR_INPUT, v->at, "a head is a text");
        status st = audit_head_read(v->text, &at[n], why);
        if (st != OK)
            return st;
    }
    qsort(at, n, sizeof *at, by_seq);
    *ret = at;
    *ret_count = n;
    return OK;
}

status api_audit_verify(call *c, err *why)
{
    audit_head *heads;
    size_t count;
    audit_report r;
    status st = read_heads(c, &heads, &count, why);
    if (st == OK)
        st = settled(c, why);
    if (st == OK)
        st = audit_verify(c->a->o.store, heads, count, &r, why);
    if (st == OK)
        audit_report_json(c->out, &r);
    return st;
}
