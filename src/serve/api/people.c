/* people.c - accounts, organisations, teams, tokens. */
#include "serve/api/handlers.h"

/* --- users ------------------------------------------------------------------------------------ */

/* Whoever is of an organisation does not find another's accounts. */
static status find_account(call *c, account *ret, err *why)
{
    const grant *has = &c->from->who.has;
    status st = account_get(c->t->people, c->m, call_param(c, "login"), ret, why);
    if (st == OK && has->organisation.len && !slice_eq(has->organisation, ret->has.organisation))
        return ERR_NOT_FOUND;
    return st;
}

status api_users(call *c, err *why)
{
    account_list list;
    status st = accounts_page(c->t->people, c->m, &c->from->who.has, call_param(c, "cursor"),
                              (size_t)call_int(c, "limit", CALL_LIST_DEFAULT), &list, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < list.count; i++)
        put_user(&w, &list.at[i], &list.at[i].has);
    call_list_end(&w, list.more && list.count ? list.at[list.count - 1].login : S(""));
    return OK;
}

static void put_sessions(json_writer *w, const session_list *list)
{
    json_key(w, "sessions");
    json_open(w, '[');
    for (size_t i = 0; i < list->count; i++) {
        const session_row *s = &list->at[i];
        json_open(w, '{');
        json_field_text(w, "from", s->from);
        json_field_text(w, "agent", s->agent);
        json_field_when(w, "created", s->created);
        json_field_when(w, "used", s->used);
        json_field_when(w, "until", s->until);
        json_close(w, '}');
    }
    json_close(w, ']');
}

/* With what belongs to it, as `noroshi user show`. */
status api_user(call *c, err *why)
{
    account who;
    name_list teams;
    session_list sessions;
    token_list tokens;
    status st = find_account(c, &who, why);
    if (st == OK)
        st = teams_of(c->t->people, c->m, who.row, &teams, why);
    if (st == OK)
        st = sessions_of(c->t->people, c->m, who.row, call_now(c), &sessions, why);
    if (st == OK)
        st = tokens_page(c->t->people, c->m, who.row, 0, ACCOUNT_PAGE_MAX, &tokens, why);
    if (st != OK)
        return st;
    json_writer w = json_writer_on(c->out);
    json_open(&w, '{');
    put_user_fields(&w, &who, &who.has);
    json_key(&w, "teams");
    json_open(&w, '[');
    for (size_t i = 0; i < teams.count; i++)
        json_put_text(&w, teams.at[i]);
    json_close(&w, ']');
    put_sessions(&w, &sessions);
    json_field_count(&w, "tokens", tokens.count);
    json_close(&w, '}');
    return OK;
}

static status read_role(call *c, user_role *ret, err *why)
{
    slice word = call_text(c, "role");
    return user_role_parse(word, ret) == OK
               ? OK
               : err_set(why, ERR_INPUT, ERR_NOWHERE,
                         "role is admin, expert, analyst, reader, customer or feed");
}

static status read_clearance(call *c, tlp *ret, err *why)
{
    return tlp_parse(call_text(c, "clearance"), ret) == OK
               ? OK
               : err_set(why, ERR_INPUT, ERR_NOWHERE,
                         "clearance is clear, green, amber, amber+strict or red");
}

/* ["*"] is all of them. */
static status read_audiences(call *c, const slice **ret, size_t *ret_count, bool *ret_all, err *why)
{
    const json *list = json_get(c->body, S("audiences"));
    *ret_count = 0;
    *ret_all = false;
    if (!json_is(list, JSON_ARRAY) || list->count > ACCOUNT_AUDIENCES_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "audiences is an array of at most %d names",
                       ACCOUNT_AUDIENCES_MAX);
    slice *at = arena_array(c->m, list->count + 1, sizeof *at);
    if (!at)
        return ARENA_SPENT(c->m, why);
    for (const json *v = list->first; v; v = v->next) {
        if (!json_is(v, JSON_STRING) || !v->text.len)
            return err_set(why, ERR_INPUT, v->at, "an audience is a name");
        *ret_all |= slice_eq(v->text, S("*"));
        at[(*ret_count)++] = v->text;
    }
    *ret_count = *ret_all ? 0 : *ret_count;
    *ret = at;
    return OK;
}

status api_user_add(call *c, err *why)
{
    actor by;
    char hash[PASSWORD_HASH_MAX], id[ACCOUNT_ID_TEXT + 1];
    slice password = call_text(c, "password");
    account_in in = {.name = call_text(c, "name"), .organisation = call_text(c, "organisation")};
    status st = call_needs(c, "login", &in.login, why);
    if (st == OK)
        st = read_role(c, &in.role, why);
    if (st == OK)
        st = read_clearance(c, &in.clearance, why);
    if (st == OK && json_get(c->body, S("audiences")))
        st = read_audiences(c, &in.audiences, &in.audience_count, &in.all_audiences, why);
    if (st == OK && password.len) {
        st = call_hash(c, in.login, password, hash, why);
        in.password = slice_str(hash);
    }
    if (st != OK)
        return st;
    call_actor(c, &by);
    st = account_add(c->writer, &by, &in, id, why);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

/* Who the account is at the provider for logins; empty: nobody any more. */
static status read_identity(const call *c, account_changes *x, slice text[2], err *why)
{
    const json *issuer = json_get(c->body, S("issuer")), *subject = json_get(c->body, S("subject"));
    if (!issuer && !subject)
        return OK;
    if (!json_is(issuer, JSON_STRING) || !json_is(subject, JSON_STRING))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "issuer and subject go together, texts");
    text[0] = issuer->text;
    text[1] = subject->text;
    x->issuer = &text[0];
    x->subject = &text[1];
    return OK;
}

static status read_changes(call *c, account_changes *x, user_role *r, tlp *t, slice text[4],
                           bool flags[2], err *why)
{
    status st = OK;
    const json *disabled = json_get(c->body, S("disabled"));
    *x = (account_changes){0};
    if (json_get(c->body, S("role"))) {
        st = read_role(c, r, why);
        x->role = r;
    }
    if (st == OK && json_get(c->body, S("clearance"))) {
        st = read_clearance(c, t, why);
        x->clearance = t;
    }
    if (json_get(c->body, S("name"))) {
        text[0] = call_text(c, "name");
        x->name = &text[0];
    }
    if (json_get(c->body, S("organisation"))) {
        text[1] = call_text(c, "organisation");
        x->organisation = &text[1];
    }
    if (st == OK && json_get(c->body, S("audiences"))) {
        st = read_audiences(c, &x->audiences, &x->audience_count, &flags[0], why);
        x->all_audiences = &flags[0];
    }
    if (st == OK && disabled) {
        if (!json_is(disabled, JSON_TRUE) && !json_is(disabled, JSON_FALSE))
            return err_set(why, ERR_INPUT, disabled->at, "disabled is true or false");
        flags[1] = json_is(disabled, JSON_TRUE);
        x->disabled = &flags[1];
    }
    return st == OK ? read_identity(c, x, text + 2, why) : st;
}

status api_user_change(call *c, err *why)
{
    actor by;
    account who;
    account_changes x;
    user_role r;
    tlp t;
    slice text[4], password = call_text(c, "password");
    bool flags[2];
    char hash[PASSWORD_HASH_MAX];
    call_actor(c, &by);
    status st = find_account(c, &who, why);
    if (st == OK)
        st = read_changes(c, &x, &r, &t, text, flags, why);
    if (st == OK && password.len)
        st = call_hash(c, who.login, password, hash, why);
    if (st == OK)
        st = account_change(c->writer, &by, who.login, &x, why);
    if (st == OK && password.len)
        st = password_put(c->writer, &by, who.login, slice_str(hash), 0, why);
    return st;
}

status api_user_sessions_revoke(call *c, err *why)
{
    actor by;
    account who;
    call_actor(c, &by);
    status st = find_account(c, &who, why);
    return st == OK ? sessions_revoke(c->writer, &by, who.login, why) : st;
}

status api_user_factor_off(call *c, err *why)
{
    actor by;
    account who;
    call_actor(c, &by);
    status st = find_account(c, &who, why);
    if (st == OK)
        st = totp_remove(c->writer, &by, who.login, why);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

/* --- organisations ---------------------------------------------------------------------------- */

/* The cursor of the next page is the last name. */
static status put_names(call *c, const name_list *list)
{
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < list->count; i++)
        json_put_text(&w, list->at[i]);
    call_list_end(&w, list->more && list->count ? list->at[list->count - 1] : S(""));
    return OK;
}

status api_organisations(call *c, err *why)
{
    name_list list;
    status st = organisations_page(c->t->people, c->m, &c->from->who.has, call_param(c, "cursor"),
                                   (size_t)call_int(c, "limit", CALL_LIST_DEFAULT), &list, why);
    return st == OK ? put_names(c, &list) : st;
}

status api_organisation_add(call *c, err *why)
{
    actor by;
    slice name;
    call_actor(c, &by);
    status st = call_needs(c, "name", &name, why);
    if (st == OK)
        st = organisation_add(c->writer, &by, name, why);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

/* --- teams ------------------------------------------------------------------------------------ */

status api_teams(call *c, err *why)
{
    name_list list;
    status st = teams_page(c->t->people, c->m, &c->from->who.has, call_param(c, "cursor"),
                           (size_t)call_int(c, "limit", CALL_LIST_DEFAULT), &list, why);
    return st == OK ? put_names(c, &list) : st;
}

status api_team(call *c, err *why)
{
    name_list members;
    slice name = call_param(c, "name");
    status st = team_members(c->t->people, c->m, &c->from->who.has, name, &members, why);
    if (st != OK)
        return st;
    json_writer w = json_writer_on(c->out);
    json_open(&w, '{');
    json_field_text(&w, "name", name);
    json_key(&w, "members");
    json_open(&w, '[');
    for (size_t i = 0; i < members.count; i++)
        json_put_text(&w, members.at[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    return OK;
}

status api_team_add(call *c, err *why)
{
    actor by;
    slice name;
    call_actor(c, &by);
    status st = call_needs(c, "name", &name, why);
    if (st == OK)
        st = team_add(c->writer, &by, name, why);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

static status put_member(call *c, bool member, err *why)
{
    actor by;
    account who;
    call_actor(c, &by);
    status st = find_account(c, &who, why);
    if (st == OK)
        st = team_put(c->writer, &by, call_param(c, "name"), who.login, member, why);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

status api_team_put(call *c, err *why)
{
    return put_member(c, true, why);
}

status api_team_take(call *c, err *why)
{
    return put_member(c, false, why);
}

/* --- tokens ----------------------------------------------------------------------------------- */

static void put_token(json_writer *w, const token_row *t)
{
    char scopes[RIGHTS_TEXT_MAX];
    json_open(w, '{');
    json_field_text(w, "id", slice_str(t->id));
    json_field_text(w, "owner", t->login);
    json_field_text(w, "name", t->name);
    json_field_text(w, "scopes", slice_str(rights_text(t->scopes, scopes)));
    json_field_text(w, "clearance", slice_str(tlp_name(t->clearance)));
    json_field_text(w, "organisation", t->organisation);
    json_field_text(w, "network", t->network);
    json_field_when(w, "created", t->created);
    json_field_when(w, "used", t->used);
    json_field_when(w, "until", t->until);
    json_field_when(w, "revoked", t->revoked);
    json_close(w, '}');
}

/* The cursor is the id of a token of the list: others' are not there. */
static status read_cursor(call *c, bool all, int64_t *ret, err *why)
{
    slice cursor = call_param(c, "cursor");
    token_row t = {0};
    account owner;
    *ret = 0;
    if (!cursor.len)
        return OK;
    status st = token_find(c->t->people, c->m, cursor, &t, &owner, why);
    if (st == OK && !all && t.account != c->from->who.who.row)
        return ERR_NOT_FOUND;
    *ret = t.row;
    return st;
}

status api_tokens(call *c, err *why)
{
    token_list list;
    int64_t before;
    bool all = call_bool(c, "all");
    status st = all ? identity_may(&c->from->who, RIGHT_USERS, why) : OK;
    if (st == OK && all)
        st = call_of_site(c, "all tokens are", why);
    if (st == OK)
        st = read_cursor(c, all, &before, why);
    if (st == OK)
        st = tokens_page(c->t->people, c->m, all ? 0 : c->from->who.who.row, before,
                         (size_t)call_int(c, "limit", CALL_LIST_DEFAULT), &list, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < list.count; i++)
        put_token(&w, &list.at[i]);
    call_list_end(&w, list.more && list.count ? slice_str(list.at[list.count - 1].id) : S(""));
    return OK;
}

static status read_token(call *c, token_in *in, err *why)
{
    slice scopes, until = call_text(c, "until"), level = call_text(c, "clearance");
    *in = (token_in){.organisation = call_text(c, "organisation"),
                     .network = call_text(c, "network"),
                     .clearance = c->from->who.has.clearance,
                     .until = call_now(c) + 90 * WHEN_DAY};
    status st = call_needs(c, "name", &in->name, why);
    if (st == OK)
        st = call_needs(c, "scopes", &scopes, why);
    if (st == OK)
        st = rights_parse(scopes, &in->scopes, why);
    if (st == OK && level.len)
        st = read_clearance(c, &in->clearance, why);
    if (st == OK && until.len && when_parse(until, &in->until) != OK)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "until is a time as ISO 8601 writes it");
    return st;
}

/* Outside the table's transactions: its text may not be kept for an idempotency key. */
/* What is kept for an Idempotency-Key has no token in it: it is nowhere but in the first answer. */
static void put_made(buf *out, const char *id, const char *text, when until)
{
    json_writer j = json_writer_on(out);
    json_open(&j, '{');
    json_field_text(&j, "id", slice_str(id));
    json_key(&j, "token");
    if (text)
        json_put_text(&j, slice_str(text));
    else
        json_put_null(&j);
    json_field_when(&j, "until", until);
    json_close(&j, '}');
}

status api_token_make(call *c, err *why)
{
    actor by;
    token_in in;
    char text[AUTH_TOKEN_TEXT + 1], id[TOKEN_ID_TEXT + 1];
    slice owner = call_text(c, "owner");
    CLEANUP(buf_done) buf kept;
    buf_init(&kept, 1 << 10);
    call_actor(c, &by);
    status st = read_token(c, &in, why);
    if (st == OK)
        st = auth_token_make(c->a->o.auth, c->writer, &by,
                             owner.len ? owner : c->from->who.who.login, &in, text, id, why);
    if (st != OK)
        return st;
    put_made(c->out, id, text, in.until);
    put_made(&kept, id, NULL, in.until);
    return arena_copy(c->m, buf_slice(&kept), &c->kept) ? buf_status(&kept, why)
                                                        : ARENA_SPENT(c->m, why);
}

status api_token_revoke(call *c, err *why)
{
    actor by;
    call_actor(c, &by);
    return token_revoke(c->writer, &by, call_param(c, "id"), why);
}
