/* cmd_user.c - noroshi user ...: who may come in. */
#include "cmd/accounting.h"

enum { PAGE = 200, JSON_MAX = 1 << 20, NAME_COLUMN = 22, ROLE_COLUMN = 44, MORE_COLUMN = 68 };

/* --- what is said of an account --------------------------------------------------------------- */

typedef struct said {
    user_role role;
    tlp clearance;
    bool role_said, clearance_said;
    slice name, organisation, issuer, subject;
    const slice *audiences;
    size_t audience_count;
    bool all_audiences;
} said;

static status read_said(app *a, said *ret, err *why)
{
    const options *o = a->options;
    slice word = option_text(o, OPT_USER_ROLE), level = option_text(o, OPT_USER_TLP);
    said s = {.role = USER_READER,
              .clearance = TLP_GREEN,
              .role_said = word.len > 0,
              .clearance_said = level.len > 0,
              .name = option_text(o, OPT_USER_NAME),
              .organisation = option_text(o, OPT_USER_OF),
              .issuer = option_text(o, OPT_USER_ISSUER),
              .subject = option_text(o, OPT_USER_SUBJECT)};
    if (word.len && user_role_parse(word, &s.role) != OK) /* options.def lists the same words */
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no such role");
    if (level.len && tlp_parse(level, &s.clearance) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no such level");
    if (option_bool(o, OPT_USER_ADMIN)) {
        s.role = USER_ADMIN;
        s.clearance = s.clearance_said ? s.clearance : TLP_RED;
        s.role_said = true;
    }
    s.audience_count = option_items(o, OPT_USER_AUDIENCE, &s.audiences);
    s.all_audiences = s.audience_count == 1 && slice_eq(s.audiences[0], S("*"));
    s.audience_count = s.all_audiences ? 0 : s.audience_count;
    *ret = s;
    return OK;
}

/* --- create, change --------------------------------------------------------------------------- */

static status create(accounting *x, const said *s, err *why)
{
    app *a = x->a;
    char hash[PASSWORD_HASH_MAX] = "", id[ACCOUNT_ID_TEXT + 1];
    bool none = option_bool(a->options, OPT_USER_NO_PASSWORD) || s->role == USER_FEED;
    status st = none ? OK : accounting_password(x, a->operands[0], hash, why);
    const account_in in = {.login = a->operands[0],
                           .name = s->name,
                           .role = s->role,
                           .clearance = s->clearance,
                           .organisation = s->organisation,
                           .audiences = s->audiences,
                           .audience_count = s->audience_count,
                           .all_audiences = s->all_audiences,
                           .password = slice_str(hash),
                           .issuer = s->issuer,
                           .subject = s->subject};
    if (st == OK)
        st = account_add(x->w, &x->by, &in, id, why);
    if (st != OK)
        return st;
    slice shown = arena_printf(a->memory, "%s", id);
    sink_put(&a->out, msg_user_created(a->operands[0], slice_str(user_role_name(s->role)), shown));
    sink_line(&a->out);
    return sink_flush(&a->out, why);
}

status cmd_user_create(app *a, err *why)
{
    accounting x = {.a = a};
    said s;
    status st = read_said(a, &s, why);
    if (st == OK)
        st = accounting_open(a, true, &x, why);
    if (st == OK)
        st = create(&x, &s, why);
    accounting_close(&x);
    return st;
}

static status done(app *a, message what, err *why)
{
    sink_put(&a->out, what);
    sink_line(&a->out);
    return sink_flush(&a->out, why);
}

/* One change of the account that is named; `what` says that it is done. */
static status change(app *a, const account_changes *c, message what, err *why)
{
    accounting x;
    status st = accounting_open(a, true, &x, why);
    if (st == OK)
        st = account_change(x.w, &x.by, a->operands[0], c, why);
    accounting_close(&x);
    return st == OK ? done(a, what, why) : st;
}

status cmd_user_change(app *a, err *why)
{
    said s;
    status st = read_said(a, &s, why);
    if (st != OK)
        return st;
    const bool audiences = s.audience_count || s.all_audiences;
    const slice nobody = S("");
    const account_changes c = {
        .name = s.name.len ? &s.name : NULL,
        .role = s.role_said ? &s.role : NULL,
        .clearance = s.clearance_said ? &s.clearance : NULL,
        .organisation = option_is_set(a->options, OPT_USER_OF) ? &s.organisation : NULL,
        .audiences = audiences ? (s.audience_count ? s.audiences : &nobody) : NULL,
        .audience_count = s.audience_count,
        .all_audiences = audiences ? &s.all_audiences : NULL,
        .issuer = option_is_set(a->options, OPT_USER_ISSUER) ? &s.issuer : NULL,
        .subject = option_is_set(a->options, OPT_USER_SUBJECT) ? &s.subject : NULL};
    if (!c.name && !c.role && !c.clearance && !c.organisation && !audiences && !c.issuer &&
        !c.subject)
        return app_fail(a, ERR_INPUT, msg_user_nothing(), S(""), why);
    return change(a, &c, msg_user_changed(a->operands[0]), why);
}

status cmd_user_disable(app *a, err *why)
{
    const bool yes = true;
    return change(a, &(account_changes){.disabled = &yes}, msg_user_disabled(a->operands[0]), why);
}

status cmd_user_enable(app *a, err *why)
{
    const bool no = false;
    return change(a, &(account_changes){.disabled = &no}, msg_user_enabled(a->operands[0]), why);
}

status cmd_user_password(app *a, err *why)
{
    accounting x;
    char hash[PASSWORD_HASH_MAX];
    account who;
    status st = accounting_open(a, true, &x, why);
    if (st == OK)
        st = account_get(x.r, a->memory, a->operands[0], &who, why);
    if (st == OK)
        st = accounting_password(&x, who.login, hash, why);
    if (st == OK)
        st = password_put(x.w, &x.by, a->operands[0], slice_str(hash), 0, why);
    accounting_close(&x);
    return st == OK ? done(a, msg_user_password_set(a->operands[0]), why) : st;
}

status cmd_user_logout(app *a, err *why)
{
    accounting x;
    status st = accounting_open(a, true, &x, why);
    if (st == OK)
        st = sessions_revoke(x.w, &x.by, a->operands[0], why);
    accounting_close(&x);
    return st == OK ? done(a, msg_user_logged_out(a->operands[0]), why) : st;
}

status cmd_user_factor_off(app *a, err *why)
{
    accounting x;
    status st = accounting_open(a, true, &x, why);
    if (st == OK)
        st = totp_remove(x.w, &x.by, a->operands[0], why);
    accounting_close(&x);
    return st == OK ? done(a, msg_user_factor_off(a->operands[0]), why) : st;
}

/* --- list, show ------------------------------------------------------------------------------- */

static void put_fields(json_writer *w, const account *u)
{
    char scopes[RIGHTS_TEXT_MAX];
    json_key(w, "schema");
    json_put_text(w, S("noroshi.user/1"));
    accounting_text(w, "id", slice_str(u->id));
    accounting_text(w, "login", u->login);
    accounting_text(w, "name", u->name);
    accounting_text(w, "role", slice_str(user_role_name(u->role)));
    accounting_text(w, "rights", slice_str(rights_text(u->has.rights, scopes)));
    accounting_text(w, "clearance", slice_str(tlp_name(u->has.clearance)));
    accounting_text(w, "organisation", u->has.organisation);
    json_key(w, "all_audiences");
    json_put_bool(w, u->has.all_audiences);
    accounting_list(w, "audiences", u->has.audiences, u->has.audience_count);
    json_key(w, "disabled");
    json_put_bool(w, u->disabled);
    json_key(w, "password");
    json_put_bool(w, u->has_password);
    json_key(w, "second_factor");
    json_put_bool(w, u->second_factor);
    accounting_text(w, "issuer", u->issuer);
    accounting_text(w, "subject", u->subject);
    accounting_when(w, "created", u->created);
    accounting_when(w, "entered", u->entered);
}

/* Everything that belongs to one account; only `user show` fills it in. */
typedef struct belongings {
    name_list teams;
    session_list sessions;
    token_list tokens;
} belongings;

static void put_sessions(json_writer *w, const session_list *list)
{
    json_key(w, "sessions");
    json_open(w, '[');
    for (size_t i = 0; i < list->count; i++) {
        const session_row *s = &list->at[i];
        json_open(w, '{');
        accounting_text(w, "id", slice_str(s->id));
        accounting_text(w, "from", s->from);
        accounting_text(w, "agent", s->agent);
        accounting_when(w, "created", s->created);
        accounting_when(w, "used", s->used);
        accounting_when(w, "until", s->until);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static status put_json(app *a, const account *u, const belongings *b, err *why)
{
    CLEANUP(buf_done) buf text;
    buf_init(&text, JSON_MAX);
    json_writer w = json_writer_on(&text);
    json_open(&w, '{');
    put_fields(&w, u);
    if (b) {
        accounting_list(&w, "teams", b->teams.at, b->teams.count);
        put_sessions(&w, &b->sessions);
        json_key(&w, "tokens");
        json_put_int(&w, (int64_t)b->tokens.count);
    }
    json_close(&w, '}');
    status st = buf_status(&text, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&text));
    return st;
}

static void put_row(app *a, const account *u)
{
    sink *out = &a->out;
    sink_foreign(out, u->login);
    sink_words(out, S(" "));
    sink_to(out, NAME_COLUMN);
    sink_foreign_cut(out, u->name, ROLE_COLUMN - NAME_COLUMN - 1);
    sink_words(out, S(" "));
    sink_to(out, ROLE_COLUMN);
    sink_words(out, slice_str(user_role_name(u->role)));
    sink_words(out, S(" "));
    sink_words(out, slice_str(tlp_label(u->has.clearance)));
    sink_words(out, S(" "));
    sink_to(out, MORE_COLUMN);
    if (u->has.organisation.len)
        sink_foreign(out, u->has.organisation);
    if (u->disabled) {
        sink_words(out, S(" "));
        sink_put(out, msg_user_is_disabled());
    }
    if (u->second_factor) {
        sink_words(out, S(" "));
        sink_put(out, msg_user_has_factor());
    }
    sink_line(out);
}

static status list(accounting *x, err *why)
{
    account_list page = {.more = true};
    slice after = S("");
    size_t shown = 0;
    status st = OK;
    while (st == OK && page.more) {
        st = accounts_page(x->r, x->a->memory, &x->whole, after, PAGE, &page, why);
        for (size_t i = 0; st == OK && i < page.count; i++, shown++) {
            after = page.at[i].login;
            if (x->a->json)
                st = put_json(x->a, &page.at[i], NULL, why);
            else
                put_row(x->a, &page.at[i]);
        }
    }
    if (st == OK && !shown) {
        app_note(x->a, msg_user_none());
        app_exit(x->a, 1);
    }
    return st == OK ? sink_flush(&x->a->out, why) : st;
}

status cmd_user_list(app *a, err *why)
{
    accounting x;
    status st = accounting_open(a, false, &x, why);
    if (st == OK)
        st = list(&x, why);
    accounting_close(&x);
    return st;
}

static void put_belongings(app *a, const account *u, const belongings *b)
{
    sink *out = &a->out;
    char scopes[RIGHTS_TEXT_MAX];
    sink_put(out, msg_user_rights(slice_str(rights_text(u->has.rights, scopes))));
    sink_line(out);
    if (u->has.audience_count) {
        sink_put(out, msg_user_audiences((msg_list){u->has.audiences, u->has.audience_count}));
        sink_line(out);
    }
    if (b->teams.count) {
        sink_put(out, msg_user_teams((msg_list){b->teams.at, b->teams.count}));
        sink_line(out);
    }
    sink_put(out, msg_user_holds((int64_t)b->sessions.count, (int64_t)b->tokens.count));
    sink_line(out);
    if (u->entered != WHEN_NONE) {
        sink_put(out, msg_user_entered(u->entered));
        sink_line(out);
    }
}

static status show(accounting *x, err *why)
{
    app *a = x->a;
    account u;
    belongings b;
    status st = account_get(x->r, a->memory, a->operands[0], &u, why);
    if (st == OK)
        st = teams_of(x->r, a->memory, u.row, &b.teams, why);
    if (st == OK)
        st = sessions_of(x->r, a->memory, u.row, x->by.now, &b.sessions, why);
    if (st == OK)
        st = tokens_page(x->r, a->memory, u.row, 0, ACCOUNT_PAGE_MAX, &b.tokens, why);
    if (st != OK)
        return st;
    if (a->json) {
        st = put_json(a, &u, &b, why);
    } else {
        put_row(a, &u);
        put_belongings(a, &u, &b);
    }
    return st == OK ? sink_flush(&a->out, why) : st;
}

status cmd_user_show(app *a, err *why)
{
    accounting x;
    status st = accounting_open(a, false, &x, why);
    if (st == OK)
        st = show(&x, why);
    accounting_close(&x);
    return st;
}
