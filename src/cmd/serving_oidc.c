/* serving_oidc.c - login by an OpenID provider, as the configuration has it: see serving.h. */
#include "cmd/serving.h"

#include <stdlib.h>

enum { ALLOW_MAX = 16 };

struct serving_oidc {
    secret *key;
    oidc *oidc;
    oidc_rule rules[OIDC_RULES_MAX];
    outbound_exception allowed[ALLOW_MAX];
};

/* What is wrong, for people; a reason outlives whoever found it. */
static status complain(app *a, slice line, const err *what, err *why)
{
    slice reason;
    if (!arena_copy(a->memory, slice_str(what->msg), &reason))
        return ARENA_SPENT(a->memory, why);
    message m = line.len ? msg_oidc_line(line, reason) : msg_oidc_setting(reason);
    return app_fail(a, ERR_INPUT, m, S(""), why);
}

static status read_rules(app *a, serving_oidc *s, oidc_options *o, err *why)
{
    const slice *lines;
    size_t count = option_items(a->options, OPT_OIDC_GROUP, &lines);
    if (count > OIDC_RULES_MAX)
        return app_fail(a, ERR_INPUT, msg_oidc_too_many(OIDC_RULES_MAX), S(""), why);
    for (size_t i = 0; i < count; i++) {
        err what = {0};
        if (oidc_rule_read(lines[i], &s->rules[i], &what) != OK)
            return complain(a, lines[i], &what, why);
    }
    o->rules = s->rules;
    o->rule_count = count;
    return OK;
}

static status read_allowed(app *a, serving_oidc *s, oidc_options *o, err *why)
{
    const slice *lines;
    size_t count = option_items(a->options, OPT_OIDC_ALLOW, &lines);
    if (count > ALLOW_MAX)
        return app_fail(a, ERR_INPUT, msg_oidc_too_many(ALLOW_MAX), S(""), why);
    for (size_t i = 0; i < count; i++) {
        slice rest = lines[i], network = S("");
        slice_cut(&rest, ' ', &network);
        if (outbound_exception_read(network, slice_trim(rest), &s->allowed[i], NULL) != OK)
            return app_fail(a, ERR_INPUT, msg_oidc_allow(lines[i]), S(""), why);
    }
    o->exceptions = s->allowed;
    o->exception_count = count;
    return OK;
}

static status read_files(app *a, serving_oidc *s, oidc_options *o, err *why)
{
    slice key = option_text(a->options, OPT_OIDC_SECRET), ca = option_text(a->options, OPT_OIDC_CA);
    err what = {0};
    if (key.len && secret_read(key.ptr, &s->key, &what) != OK) /* options end in a NUL */
        return complain(a, S(""), &what, why);
    o->key = s->key;
    o->ca = ca.len ? ca.ptr : NULL;
    return OK;
}

static status open_it(app *a, serving_oidc *s, err *why)
{
    err what = {0};
    oidc_options o = {.issuer = option_text(a->options, OPT_OIDC_ISSUER),
                      .client = option_text(a->options, OPT_OIDC_CLIENT),
                      .scope = option_text(a->options, OPT_OIDC_SCOPE),
                      .redirect = option_text(a->options, OPT_OIDC_REDIRECT),
                      .groups_claim = option_text(a->options, OPT_OIDC_CLAIM),
                      .create = option_bool(a->options, OPT_OIDC_CREATE),
                      .clock = a->clock,
                      .ticks = a->ticks,
                      .random = a->random};
    status st = read_rules(a, s, &o, why);
    if (st == OK)
        st = read_allowed(a, s, &o, why);
    if (st == OK)
        st = read_files(a, s, &o, why);
    if (st == OK && oidc_new(&o, &s->oidc, &what) != OK)
        st = complain(a, S(""), &what, why);
    return st;
}

status serving_oidc_new(app *a, serving_oidc **ret, err *why)
{
    if (!option_text(a->options, OPT_OIDC_ISSUER).len)
        return OK;
    serving_oidc *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = open_it(a, s, why);
    if (st == OK)
        *ret = s;
    else
        serving_oidc_free(s);
    return st;
}

serving_oidc *serving_oidc_free(serving_oidc *s)
{
    if (s) {
        oidc_free(s->oidc);
        secret_free(s->key);
    }
    free(s);
    return NULL;
}

oidc *serving_oidc_of(const serving_oidc *s)
{
    return s ? s->oidc : NULL;
}
