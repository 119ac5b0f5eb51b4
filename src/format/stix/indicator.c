/* indicator.c - what an indicator's pattern says: see stix.h. */
#include "format/stix/stix.h"

static bool is_stix(const stix *x)
{
    slice type = stix_text(x->object, "pattern_type");
    return type.len ? slice_eq(type, S("stix")) : x->v20;
}

static pattern_version version_of(const stix *x)
{
    slice version = stix_text(x->object, "pattern_version");
    return x->v20 || slice_eq(version, S("2.0")) ? PATTERN_20 : PATTERN_21;
}

status stix_read_pattern(stix *x, err *why)
{
    x->pattern = NULL;
    if (!is_stix(x))
        return OK;
    status st =
        pattern_parse(x->a, stix_text(x->object, "pattern"), version_of(x), &x->pattern, why);
    /* a pattern over a limit is a refused record; memory that is out is not */
    return st == ERR_LIMIT && !stix_spent(x) ? ERR_INPUT : st;
}

/* When it holds: a revoked indicator no longer than until it was revoked. */
static void put_times(const stix *x, fact_claim *c)
{
    c->valid_from = stix_when(x->object, "valid_from");
    c->valid_until = stix_when(x->object, "valid_until");
    if (x->revoked && x->modified != WHEN_NONE &&
        (c->valid_until == WHEN_NONE || c->valid_until > x->modified))
        c->valid_until = x->modified;
    c->origins = x->origins;
    c->origin_count = x->origin_count;
}

static stix_detail qualifiers(stix *x)
{
    stix_detail d = stix_detail_of(x);
    stix_put_types(x, &d);
    stix_put_kill_chain(x, &d);
    if (x->revoked)
        stix_put_true(&d, "revoked");
    return d;
}

/* The pattern itself, when its observables do not say all of it. */
static status say_pattern(stix *x)
{
    fact_claim c = stix_claim(x, PRED_PROPERTY);
    stix_detail d = qualifiers(x);
    slice type = stix_text(x->object, "pattern_type");
    stix_put_text(&d, "pattern_type", type.len ? type : S("stix"));
    stix_put_text(&d, "pattern_version", stix_text(x->object, "pattern_version"));
    status st = stix_detail_end(&d, &c.detail);
    c.value = stix_text(x->object, "pattern");
    put_times(x, &c);
    return st == OK ? stix_say(x, c, S("pattern"), -1) : st;
}

/* Qualifiers of one observable; most share those of the one before. */
typedef struct shared {
    bool made, combined;
    uint16_t port;
    slice detail;
} shared;

static status observable_detail(stix *x, const pattern_observable *o, shared *s)
{
    if (s->made && s->combined == o->combined && s->port == o->port)
        return OK;
    stix_detail d = qualifiers(x);
    if (o->combined)
        stix_put_true(&d, "combined");
    if (o->port)
        stix_put_int(&d, "port", o->port);
    s->made = true;
    s->combined = o->combined;
    s->port = o->port;
    return stix_detail_end(&d, &s->detail);
}

/* Hashes that the pattern gives for one file are hashes of one file. */
static status say_file(stix *x, node_ref first, node_ref other)
{
    fact_claim c = stix_claim(x, PRED_HASHES_WITH);
    if (first.kind == other.kind || !kind_is_hash(first.kind) || !kind_is_hash(other.kind))
        return OK;
    c.subject = first;
    c.object = other;
    return stix_say(x, c, S("pattern"), -1);
}

static status say_observables(stix *x, const pattern_found *found)
{
    shared s = {0};
    node_ref *first = arena_array(x->a, found->count + 1, sizeof *first); /* of each file */
    if (!first)
        return ARENA_SPENT(x->a, x->why);
    for (size_t i = 0; i < found->count; i++) {
        const pattern_observable *o = &found->item[i];
        fact_claim c = stix_claim(x, PRED_PATTERN_OF);
        bool bad;
        char quote[ERR_QUOTE_MAX];
        slice what = slice_str(o->want == KIND_NONE ? "host" : kind_name(o->want));
        status st = stix_observe(x, o->want, o->text, what, &c.subject, &bad);
        if (st == OK && bad)
            st = stix_warn(x, "pattern: \"%s\" is no %.*s", err_quote(o->text, quote),
                           SLICE_FMT(what));
        if (st != OK || (st = observable_detail(x, o, &s)) != OK)
            return st;
        c.object = x->self;
        c.detail = s.detail;
        put_times(x, &c);
        if ((st = stix_say(x, c, S("pattern"), -1)) != OK)
            return st;
        if (!o->file)
            continue;
        if (first[o->file].kind == KIND_NONE)
            first[o->file] = c.subject;
        else if ((st = say_file(x, first[o->file], c.subject)) != OK)
            return st;
    }
    return OK;
}

static status say_oddities(stix *x)
{
    pattern_finding odd[PATTERN_FINDINGS_MAX];
    size_t n = pattern_check(x->pattern, odd);
    if (!n)
        return OK;
    return stix_warn(x, "pattern, at %u: %s%s", odd[0].at, pattern_oddity_text(odd[0].what),
                     n > 1 ? ", and more" : "");
}

status stix_tell_indicator(stix *x)
{
    pattern_found found;
    status st;
    if (!x->pattern)
        return say_pattern(x);
    if ((st = say_oddities(x)) != OK ||
        (st = pattern_observables(x->a, x->pattern, &found, x->why)) != OK ||
        (st = say_observables(x, &found)) != OK)
        return st;
    return found.complete && found.count ? OK : say_pattern(x);
}
