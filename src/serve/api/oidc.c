/* oidc.c - login at an OpenID provider: the browser is sent there, and comes back. */
#include "base/message.h"
#include "serve/api/handlers.h"

enum { PAGE_MAX = 8192, LANGUAGE_WORD = 2 };

/* --- what went wrong -------------------------------------------------------------------------- */

static const struct {
    int number;
    message_id text;
} refusals[] = {
    [OIDC_NONE] = {500, MSG_NONE},
    [OIDC_LOST] = {400, MSG_oidc_is_lost},
    [OIDC_DENIED] = {403, MSG_oidc_is_denied},
    [OIDC_PROVIDER] = {502, MSG_oidc_is_provider},
    [OIDC_TOKEN] = {403, MSG_oidc_is_token},
    [OIDC_GROUP] = {403, MSG_oidc_is_group},
    [OIDC_NOBODY] = {403, MSG_oidc_is_nobody},
    [OIDC_TAKEN] = {403, MSG_oidc_is_taken},
    [OIDC_DISABLED] = {403, MSG_oidc_is_disabled},
    [OIDC_SETUP] = {403, MSG_oidc_is_setup},
    [OIDC_BUSY] = {503, MSG_oidc_is_busy},
};
_Static_assert(COUNT_OF(refusals) == OIDC_REFUSAL_COUNT_, "a refusal without a row");

static bool wants_page(const http_request *r)
{
    return slice_find(http_header(r, "Accept"), S("text/html"), 0) != SIZE_MAX;
}

static language language_of(const http_request *r)
{
    slice first = slice_sub(slice_trim(http_header(r, "Accept-Language")), 0, LANGUAGE_WORD);
    return slice_eq_nocase(first, S("ja")) ? LANG_JA : LANG_EN;
}

/* A person came with a browser: a sentence in his language, and the way back. Texts are our own. */
static status put_page(call *c, oidc_refusal refusal, err *why)
{
    slice page;
    CLEANUP(buf_done) buf b;
    language l = language_of(c->r);
    message title = msg_oidc_title(), text = message_of(refusals[refusal].text),
            back = msg_oidc_back();
    buf_init(&b, PAGE_MAX);
    buf_printf(&b,
               "<!doctype html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>Noroshi</title>"
               "<h1>",
               language_name(l));
    message_render(&b, l, &title, NULL);
    buf_put(&b, S("</h1>\n<p>"));
    message_render(&b, l, &text, NULL);
    buf_put(&b, S("</p>\n<p><a href=\"/\">"));
    message_render(&b, l, &back, NULL);
    buf_printf(&b, "</a></p>\n<p><small>%.*s</small></p></html>\n", SLICE_FMT(c->r->id));
    status st = buf_status(&b, why);
    if (st == OK && !arena_copy(c->m, buf_slice(&b), &page))
        st = ARENA_SPENT(c->m, why);
    if (st != OK)
        return st;
    http_status(c->w, refusals[refusal].number);
    http_send(c->w, S("text/html; charset=utf-8"), page);
    return OK;
}

static status put_problem(call *c, oidc_refusal refusal, err *why)
{
    CLEANUP(buf_done) buf b;
    message text = message_of(refusals[refusal].text);
    buf_init(&b, ERR_MESSAGE_MAX);
    message_render(&b, LANG_EN, &text, NULL);
    int number = refusals[refusal].number;
    status st = number == 400 ? ERR_INPUT : number == 503 ? ERR_BUSY : ERR_FORBIDDEN;
    return http_problem(c->w, number,
                        err_set(why, st, ERR_NOWHERE, "%.*s", SLICE_FMT(buf_slice(&b))));
}

/* The log has why, in full; who was refused is told what he can do. */
static status refuse(call *c, oidc_refusal refusal, err *why)
{
    err told = why ? *why : (err){0};
    err_wrap(&told, told.code, "request %.*s from %.*s: %s", SLICE_FMT(c->r->id),
             SLICE_FMT(c->from->client.from), oidc_word(refusal));
    if (c->a->o.trouble)
        c->a->o.trouble(S("oidc"), &told);
    if (refusal == OIDC_BUSY)
        http_reply_header(c->w, "Retry-After", S("5"));
    return wants_page(c->r) ? put_page(c, refusal, why) : put_problem(c, refusal, why);
}

/* --- there ------------------------------------------------------------------------------------ */

/* Before there is an admin nobody comes in but by the first run, from this machine. */
static status check_on(call *c, err *why)
{
    bool ready = false;
    if (!c->a->o.oidc)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "there is no login by OpenID Connect here");
    status st = accounts_ready(c->t->people, &ready, why);
    return st != OK || ready ? st
                             : err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "there is no admin yet");
}

/* The host is one of ours: http.h has seen to it. */
static status own_callback(call *c, slice *ret, err *why)
{
    *ret = arena_printf(c->m, "%s://%.*s/api/v1/oidc/callback", c->r->tls ? "https" : "http",
                        SLICE_FMT(c->r->host));
    return ret->ptr ? OK : ARENA_SPENT(c->m, why);
}

static void lead_to(call *c, slice where)
{
    http_status(c->w, 302);
    http_reply_header(c->w, "Location", where);
}

status api_oidc_start(call *c, err *why)
{
    slice own, there;
    char cookie[AUTH_SECRET_TEXT + 1];
    status st = check_on(c, why);
    if (st == OK)
        st = own_callback(c, &own, why);
    if (st != OK)
        return st;
    st = oidc_begin(c->a->o.oidc, c->m, c->from->client.from, own, cookie, &there, why);
    if (st == ERR_IO || st == ERR_BUSY)
        return refuse(c, st == ERR_BUSY ? OIDC_BUSY : OIDC_PROVIDER, why);
    if (st == OK) {
        call_set_cookie(c, oidc_cookie(c->r), cookie, OIDC_MINUTES * 60, true);
        lead_to(c, there);
    }
    return st;
}

/* --- and back --------------------------------------------------------------------------------- */

static status come_in(call *c, oidc_refusal *refusal, err *why)
{
    oidc_person person;
    auth_entry e;
    identity who;
    writer *w = NULL;
    oidc_answer said = {.cookie = http_cookie(c->r, oidc_cookie(c->r)),
                        .state = call_param(c, "state"),
                        .code = call_param(c, "code"),
                        .issuer = call_param(c, "iss"),
                        .error = call_param(c, "error")};
    status st = own_callback(c, &said.redirect, why);
    if (st == OK)
        st = oidc_finish(c->a->o.oidc, c->m, &said, &person, refusal, why);
    if (st == OK)
        st = call_login_writer(c, &w, why);
    if (st == OK)
        st = oidc_enter(c->a->o.auth, c->t->people, w, &c->from->client, &person,
                        http_cookie(c->r, session_cookie(c->r)), &e, refusal, why);
    writer_free(w);
    return st == OK ? call_let_in(c, &e, &who, why) : st;
}

status api_oidc_callback(call *c, err *why)
{
    oidc_refusal refusal = OIDC_NONE;
    status st = check_on(c, why);
    if (st != OK)
        return st;
    st = come_in(c, &refusal, why);
    if (st == OK) {
        call_set_cookie(c, oidc_cookie(c->r), "", 0, true);
        lead_to(c, S("/"));
        return OK;
    }
    if (refusal == OIDC_NONE)
        return st;
    err other = {0};
    st =
        auth_vouched_refused(c->a->o.auth, &c->from->client, slice_str(oidc_word(refusal)), &other);
    if (st != OK && why)
        *why = other;
    return st == OK ? refuse(c, refusal, why) : st;
}
