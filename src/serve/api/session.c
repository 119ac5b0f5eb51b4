/* session.c - coming in and going out, one's own password, second factor and sessions. */
#include "serve/api/handlers.h"

#include <stdio.h>

/* --- answers ---------------------------------------------------------------------------------- */

void put_user_fields(json_writer *w, const account *who, const grant *has)
{
    json_field_text(w, "id", slice_str(who->id));
    json_field_text(w, "login", who->login);
    json_field_text(w, "name", who->name);
    json_field_text(w, "role", slice_str(user_role_name(who->role)));
    json_field_text(w, "clearance", slice_str(tlp_name(has->clearance)));
    json_field_text(w, "organisation", has->organisation);
    json_key(w, "audiences");
    json_open(w, '[');
    for (size_t i = 0; i < has->audience_count; i++)
        json_put_text(w, has->audiences[i]);
    json_close(w, ']');
    json_field_bool(w, "all_audiences", has->all_audiences);
    char text[RIGHTS_TEXT_MAX];
    json_field_text(w, "rights", slice_str(rights_text(has->rights, text)));
    json_field_bool(w, "disabled", who->disabled);
    json_field_bool(w, "second_factor", who->second_factor);
    json_field_when(w, "created", who->created);
    json_field_when(w, "entered", who->entered);
}

void put_user(json_writer *w, const account *who, const grant *has)
{
    json_open(w, '{');
    put_user_fields(w, who, has);
    json_close(w, '}');
}

static void put_session(buf *out, const account *who, const grant *has, const char *csrf)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_key(&w, "user");
    put_user(&w, who, has);
    json_field_text(&w, "csrf", slice_str(csrf));
    json_close(&w, '}');
}

/* A problem with members that say what to do next. */
typedef struct refusal {
    int number;
    const char *detail;
    bool first_run; /* no admin yet */
    bool totp;      /* right so far: a code is wanted */
    const char *challenge;
    unsigned wait_s;
} refusal;

static void put_ways_in(const call *c, json_writer *w, bool first_run)
{
    json_field_bool(w, "first_run", first_run);
    json_field_bool(w, "oidc", c->a->o.oidc != NULL);
}

static status refuse(call *c, const refusal *x, err *why)
{
    buf *b = http_body(c->w, S("application/problem+json"));
    json_writer w = json_writer_on(b);
    http_status(c->w, x->number);
    json_open(&w, '{');
    json_field_text(&w, "type", S("about:blank"));
    json_field_text(&w, "title",
                    x->number == 429   ? S("Too Many Requests")
                    : x->number == 503 ? S("Service Unavailable")
                                       : S("Unauthorized"));
    json_field_int(&w, "status", x->number);
    json_field_text(&w, "detail", slice_str(x->detail));
    json_field_text(&w, "code", x->number == 401 ? S("forbidden") : S("busy"));
    json_field_text(&w, "instance", c->r->id);
    if (c->r->method == HTTP_GET)
        put_ways_in(c, &w, x->first_run);
    if (x->totp) {
        json_field_bool(&w, "totp", true);
        json_field_text(&w, "challenge", slice_str(x->challenge));
    }
    json_close(&w, '}');
    if (x->wait_s) {
        slice text = arena_printf(c->m, "%u", x->wait_s);
        http_reply_header(c->w, "Retry-After", text);
    }
    return buf_status(b, why);
}

static status refuse_word(call *c, const auth_said *said, err *why)
{
    const refusal x = said->word == AUTH_WAIT ? (refusal){.number = 429,
                                                          .detail = "too many tries, wait",
                                                          .wait_s = said->wait_s ? said->wait_s : 1}
                      : said->word == AUTH_FULL
                          ? (refusal){.number = 503, .detail = "busy, try again", .wait_s = 1}
                          : (refusal){.number = 401, .detail = "login, password or code is wrong"};
    return refuse(c, &x, why);
}

/* --- cookies ---------------------------------------------------------------------------------- */

void call_set_cookie(call *c, const char *name, const char *value, int64_t seconds, bool lax)
{
    slice text =
        arena_printf(c->m, "%s=%s; Path=/; HttpOnly; SameSite=%s; Max-Age=%lld%s", name, value,
                     lax ? "Lax" : "Strict", (long long)seconds, c->r->tls ? "; Secure" : "");
    http_reply_header(c->w, "Set-Cookie", text);
}

status call_let_in(call *c, const auth_entry *e, identity *ret_who, err *why)
{
    const slice cookie = slice_str(e->session);
    status st = auth_session(c->a->o.auth, c->t->people, cookie, c->m, ret_who, why);
    if (st != OK)
        return st;
    call_set_cookie(c, session_cookie(c->r), e->session, (e->until - call_now(c)) / 1000, false);
    call_set_cookie(c, device_cookie(c->r), e->device, 365 * 86400, false);
    http_log_user(c->w, ret_who->who.login);
    return OK;
}

static status let_in(call *c, const auth_entry *e, err *why)
{
    identity who;
    status st = call_let_in(c, e, &who, why);
    if (st == OK)
        put_session(c->out, &who.who, &who.has, e->csrf);
    return st;
}

/* --- in --------------------------------------------------------------------------------------- */

status api_session(call *c, err *why)
{
    char csrf[AUTH_SECRET_TEXT + 1] = "";
    if (!c->from->known) {
        bool ready;
        status st = accounts_ready(c->t->people, &ready, why);
        const refusal x = {.number = 401, .detail = "nobody is logged in", .first_run = !ready};
        return st == OK ? refuse(c, &x, why) : st;
    }
    if (c->from->cookie.len)
        auth_csrf(c->from->cookie, csrf);
    put_session(c->out, &c->from->who.who, &c->from->who.has, csrf);
    return OK;
}

status call_login_writer(call *c, writer **ret, err *why)
{
    slice who = c->from->known ? c->from->who.who.login : S("login");
    return writer_new(c->a->o.store, who, ret, why);
}

/* The second step, or what it takes. */
static status ask_for_code(call *c, writer *w, const auth_entry *e, slice code, err *why)
{
    auth_entry in;
    auth_said said;
    if (!code.len) {
        const refusal x = {.number = 401,
                           .detail = "a code of the second factor is wanted",
                           .totp = true,
                           .challenge = e->challenge};
        return refuse(c, &x, why);
    }
    status st = auth_second(c->a->o.auth, w, &c->from->client, slice_str(e->challenge), code, &in,
                            &said, why);
    if (st != OK)
        return st;
    return said.word == AUTH_YES ? let_in(c, &in, why) : refuse_word(c, &said, why);
}

static status login_by_password(call *c, writer *w, err *why)
{
    auth *s = c->a->o.auth;
    const auth_client *from = &c->from->client;
    auth_proof proof;
    auth_said said;
    auth_entry e;
    slice login, password;
    status st = call_needs(c, "login", &login, why);
    if (st == OK)
        st = call_needs(c, "password", &password, why);
    if (st == OK)
        st = auth_login(s, c->t->people, from, login, password, &proof, &said, why);
    if (st != OK)
        return st;
    if (said.word != AUTH_YES && said.word != AUTH_CODE)
        return refuse_word(c, &said, why);
    st = auth_enter(s, w, from, &proof, http_cookie(c->r, session_cookie(c->r)), &e, why);
    if (st != OK)
        return st;
    return e.word == AUTH_CODE ? ask_for_code(c, w, &e, call_text(c, "code"), why)
                               : let_in(c, &e, why);
}

status api_login(call *c, err *why)
{
    writer *w = NULL;
    auth_entry e = {0};
    slice challenge = call_text(c, "challenge");
    status st = call_login_writer(c, &w, why);
    if (st == OK && challenge.len > AUTH_SECRET_TEXT)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "challenge is none of ours");
    if (st == OK && challenge.len) {
        memcpy(e.challenge, challenge.ptr, challenge.len);
        st = ask_for_code(c, w, &e, call_text(c, "code"), why);
    } else if (st == OK) {
        st = login_by_password(c, w, why);
    }
    writer_free(w);
    return st;
}

status api_first_run(call *c, err *why)
{
    auth *s = c->a->o.auth;
    const auth_client *from = &c->from->client;
    char hash[PASSWORD_HASH_MAX];
    writer *w = NULL;
    auth_entry e;
    slice token, login, password;
    status st = call_needs(c, "token", &token, why);
    if (st == OK)
        st = call_needs(c, "login", &login, why);
    if (st == OK)
        st = call_needs(c, "password", &password, why);
    if (st == OK)
        st = auth_first_check(s, c->t->people, from, token, why);
    if (st == OK && (st = call_hash(c, login, password, hash, why)) == ERR_BUSY)
        return st;
    if (st == OK)
        st = call_login_writer(c, &w, why);
    if (st == OK)
        st = auth_first_use(s, w, from, token, login, call_text(c, "name"), slice_str(hash), &e,
                            why);
    if (st == OK)
        st = let_in(c, &e, why);
    writer_free(w);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

/* --- out -------------------------------------------------------------------------------------- */

status api_logout(call *c, err *why)
{
    writer *w = NULL;
    if (c->from->who.by != IDENTITY_SESSION)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a token does not log out: revoke it");
    status st = call_login_writer(c, &w, why);
    if (st == OK)
        st = auth_leave(c->a->o.auth, w, &c->from->client, &c->from->who, why);
    writer_free(w);
    if (st == OK)
        call_set_cookie(c, session_cookie(c->r), "", 0, false);
    return st;
}

/* --- one's own -------------------------------------------------------------------------------- */

/* Whoever changes what lets him in shows the password again. */
static status prove(call *c, slice password, auth_proof *ret, bool *ret_known, err *why)
{
    auth_said said;
    *ret_known = false;
    if (c->from->who.by != IDENTITY_SESSION)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "only a session may do this, no token");
    status st = auth_login(c->a->o.auth, c->t->people, &c->from->client, c->from->who.who.login,
                           password, ret, &said, why);
    if (st != OK)
        return st;
    *ret_known = said.word == AUTH_YES || said.word == AUTH_CODE;
    return *ret_known ? OK : refuse_word(c, &said, why);
}

status api_password(call *c, err *why)
{
    auth *s = c->a->o.auth;
    char hash[PASSWORD_HASH_MAX];
    auth_proof proof;
    writer *w = NULL;
    bool known;
    slice old, new;
    status st = call_needs(c, "old", &old, why);
    if (st == OK)
        st = call_needs(c, "new", &new, why);
    if (st == OK)
        st = prove(c, old, &proof, &known, why);
    if (st != OK || !known)
        return st;
    st = call_hash(c, c->from->who.who.login, new, hash, why);
    if (st == OK)
        st = call_login_writer(c, &w, why);
    if (st == OK)
        st = auth_password_change(s, w, &c->from->client, &c->from->who, &proof, slice_str(hash),
                                  why);
    writer_free(w);
    return st;
}

status api_totp_begin(call *c, err *why)
{
    writer *w = NULL;
    char uri[TOTP_URI_MAX];
    status st = call_login_writer(c, &w, why);
    if (st == OK)
        st = auth_totp_begin(c->a->o.auth, w, &c->from->client, &c->from->who, uri, why);
    writer_free(w);
    if (st != OK)
        return st;
    json_writer j = json_writer_on(c->out);
    json_open(&j, '{');
    json_field_text(&j, "uri", slice_str(uri));
    json_close(&j, '}');
    return OK;
}

status api_totp_confirm(call *c, err *why)
{
    writer *w = NULL;
    char codes[RECOVERY_CODES][AUTH_CODE_TEXT + 1];
    auth_said said;
    slice code;
    status st = call_needs(c, "code", &code, why);
    if (st == OK)
        st = call_login_writer(c, &w, why);
    if (st == OK)
        st = auth_totp_confirm(c->a->o.auth, c->t->people, w, &c->from->client, &c->from->who, code,
                               codes, &said, why);
    writer_free(w);
    if (st != OK)
        return st;
    if (said.word != AUTH_YES)
        return refuse_word(c, &said, why);
    json_writer j = json_writer_on(c->out);
    json_open(&j, '{');
    json_key(&j, "recovery_codes");
    json_open(&j, '[');
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        json_put_text(&j, slice_str(codes[i]));
    json_close(&j, ']');
    json_close(&j, '}');
    return OK;
}

status api_totp_remove(call *c, err *why)
{
    auth_proof proof;
    writer *w = NULL;
    bool known;
    slice password;
    status st = call_needs(c, "password", &password, why);
    if (st == OK)
        st = prove(c, password, &proof, &known, why);
    if (st != OK || !known)
        return st;
    st = call_login_writer(c, &w, why);
    if (st == OK)
        st = auth_totp_remove(c->a->o.auth, w, &c->from->client, &c->from->who, &proof, why);
    writer_free(w);
    return st;
}

status api_sessions(call *c, err *why)
{
    session_list list;
    status st = sessions_of(c->t->people, c->m, c->from->who.who.row, call_now(c), &list, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < list.count; i++) {
        const session_row *s = &list.at[i];
        json_open(&w, '{');
        json_field_text(&w, "id", slice_str(s->id));
        json_field_bool(&w, "this",
                        c->from->who.by == IDENTITY_SESSION && s->row == c->from->who.row);
        json_field_text(&w, "from", s->from);
        json_field_text(&w, "agent", s->agent);
        json_field_when(&w, "created", s->created);
        json_field_when(&w, "used", s->used);
        json_field_when(&w, "until", s->until);
        json_close(&w, '}');
    }
    call_list_end(&w, S(""));
    return OK;
}

status api_session_revoke(call *c, err *why)
{
    actor by;
    call_actor(c, &by);
    return session_revoke(c->writer, &by, c->from->who.who.login, call_param(c, "id"), why);
}
