/* curate.c - what people say over the API: verdicts, names, how far a source is trusted. */
#include "serve/api/handlers.h"

#include "know/curate.h"
#include "model/observable.h"
#include "know/names.h"
#include "watch/settle.h"

/* Nobody marks what he says above what he may see: he would not find it again. */
static status read_tlp(const call *c, tlp *ret, err *why)
{
    slice level = call_text(c, "tlp");
    *ret = TLP_CLEAR;
    if (level.len && tlp_parse(level, ret) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "tlp is clear, green, amber, amber+strict or red");
    return *ret <= c->from->who.has.clearance
               ? OK
               : err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "tlp is above your clearance");
}

static status read_value(call *c, node_ref *ret, err *why)
{
    observable o;
    kind k = kind_parse(call_param(c, "kind"));
    if (!kind_is_observable(k))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no kind of observable");
    status st = observable_parse(c->m, call_param(c, "value"), k, &o, why);
    if (st == OK)
        *ret = (node_ref){o.kind, o.value};
    return st;
}

/* What is bad from now on may have been seen here: that is told when it is in the store. */
static status note_before(call *c, err *why)
{
    c->looks_back = true;
    return settle_newest(c->a->o.store, call_now(c), &c->newest_us, why);
}

status api_verdict_set(call *c, err *why)
{
    slice until = call_text(c, "until");
    curation x = {.source = call_analyst(c),
                  .until = WHEN_NONE,
                  .marking.owner = c->from->who.has.organisation};
    status st = read_value(c, &x.value, why);
    if (st == OK)
        st = call_needs(c, "verdict", &x.word, why);
    if (st == OK)
        st = call_needs(c, "why", &x.reason, why);
    if (st == OK)
        st = read_tlp(c, &x.marking.tlp, why);
    if (st == OK && until.len && when_parse(until, &x.until) != OK)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "until is a time as ISO 8601 writes it");
    if (st == OK)
        st = note_before(c, why);
    if (st == OK)
        st = verdict_say(c->writer, &x, why);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

status api_verdict_unset(call *c, err *why)
{
    curation x = {.source = call_analyst(c), .reason = call_param(c, "why")};
    status st = read_value(c, &x.value, why);
    if (st == OK)
        st = note_before(c, why);
    return st == OK ? verdict_unsay(c->writer, &x, why) : st;
}

static status decide(call *c, bool merge, err *why)
{
    lens *l;
    slice a, b, reason;
    name_change change;
    name_decider by = {.source = call_analyst(c)};
    status st = call_of_site(c, "names are", why); /* a decision withdraws what others said */
    if (st == OK)
        st = call_needs(c, "a", &a, why);
    if (st == OK)
        st = call_needs(c, "b", &b, why);
    if (st == OK)
        st = call_needs(c, "why", &reason, why);
    if (st == OK)
        st = read_tlp(c, &by.floor.tlp, why);
    if (st == OK)
        st = call_lens(c, &l, why);
    if (st == OK)
        st = (merge ? name_merge : name_split)(l, c->m, a, b, &by, &change, why);
    if (st == OK)
        st = name_apply(c->writer, &change, reason, why);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

status api_name_merge(call *c, err *why)
{
    return decide(c, true, why);
}

status api_name_split(call *c, err *why)
{
    return decide(c, false, why);
}

status api_source_set(call *c, err *why)
{
    lens *l;
    source_info known;
    slice name = call_param(c, "name"), grade = call_text(c, "reliability"),
          licence = call_text(c, "licence"), derives = call_text(c, "derives_from");
    if (!grade.len && !licence.len && !derives.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "nothing to change");
    if (grade.len && (grade.len != 1 || grade.ptr[0] < 'A' || grade.ptr[0] > 'F'))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "reliability is a letter from A to F");
    status st = call_of_site(c, "how far a source is trusted is", why);
    if (st == OK)
        st = call_lens(c, &l, why);
    if (st == OK)
        st = source_get(l, c->m, name, &known, why);
    if (st == OK)
        st = writer_source_set(c->writer, name, grade.len ? grade.ptr[0] : 0,
                               licence.len ? &licence : NULL, derives.len ? &derives : NULL, why);
    return st;
}
