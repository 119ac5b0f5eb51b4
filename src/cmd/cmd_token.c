/* cmd_token.c - noroshi token ...: what programs come in with. */
#include "cmd/accounting.h"

enum { PAGE = 200, JSON_MAX = 1 << 16, LOGIN_COLUMN = 12, NAME_COLUMN = 30, WORD_COLUMN = 54 };

/* --- create ----------------------------------------------------------------------------------- */

static status read_in(const accounting *x, token_in *ret, err *why)
{
    const options *o = x->a->options;
    slice level = option_text(o, OPT_TOKEN_TLP);
    when until = option_time(o, OPT_TOKEN_UNTIL);
    *ret = (token_in){.name = option_text(o, OPT_TOKEN_FOR),
                      .clearance = TLP_GREEN,
                      .organisation = option_text(o, OPT_TOKEN_OF),
                      .network = option_text(o, OPT_TOKEN_NETWORK),
                      .until = until != WHEN_NONE ? until : x->by.now + 90 * WHEN_DAY};
    if (level.len && tlp_parse(level, &ret->clearance) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no such level");
    return rights_parse(option_text(o, OPT_TOKEN_SCOPE), &ret->scopes, why);
}

static void put_field(json_writer *w, const token_row *t)
{
    char scopes[RIGHTS_TEXT_MAX];
    json_key(w, "schema");
    json_put_text(w, S("noroshi.token/1"));
    accounting_text(w, "id", slice_str(t->id));
    accounting_text(w, "login", t->login);
    accounting_text(w, "name", t->name);
    accounting_text(w, "scopes", slice_str(rights_text(t->scopes, scopes)));
    accounting_text(w, "clearance", slice_str(tlp_name(t->clearance)));
    accounting_text(w, "organisation", t->organisation);
    accounting_text(w, "network", t->network);
    accounting_when(w, "created", t->created);
    accounting_when(w, "used", t->used);
    accounting_when(w, "until", t->until);
    accounting_when(w, "revoked", t->revoked);
}

/* secret: the text of a new one; empty. */
static status put_json(app *a, const token_row *t, slice secret, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, JSON_MAX);
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    put_field(&w, t);
    if (secret.len)
        accounting_text(&w, "token", secret);
    json_close(&w, '}');
    status st = buf_status(&b, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
}

static status create(accounting *x, auth *half, err *why)
{
    app *a = x->a;
    token_in in;
    token_row row;
    account owner;
    char text[AUTH_TOKEN_TEXT + 1], id[TOKEN_ID_TEXT + 1];
    status st = read_in(x, &in, why);
    if (st == OK)
        st = auth_token_make(half, x->w, &x->by, a->operands[0], &in, text, id, why);
    if (st == OK)
        st = token_find(x->r, a->memory, slice_str(id), &row, &owner, why);
    if (st != OK)
        return st;
    if (a->json) {
        st = put_json(a, &row, slice_str(text), why);
    } else {
        sink_words(&a->out, slice_str(text));
        sink_line(&a->out);
        app_note(a, msg_token_once(row.until));
    }
    explicit_bzero(text, sizeof text);
    return st == OK ? sink_flush(&a->out, why) : st;
}

status cmd_token_create(app *a, err *why)
{
    accounting x = {.a = a};
    auth *half = NULL;
    if (!option_text(a->options, OPT_TOKEN_FOR).len)
        return app_fail(a, ERR_INPUT, msg_token_for(), S(""), why);
    status st = accounting_open(a, true, &x, why);
    if (st == OK)
        st = accounting_auth(&x, &half, why);
    if (st == OK)
        st = create(&x, half, why);
    auth_free(half);
    accounting_close(&x);
    return st;
}

/* --- list ------------------------------------------------------------------------------------- */

static void put_row(app *a, const token_row *t, when now)
{
    sink *out = &a->out;
    char scopes[RIGHTS_TEXT_MAX];
    sink_words(out, slice_str(t->id));
    sink_to(out, LOGIN_COLUMN);
    sink_foreign_cut(out, t->login, NAME_COLUMN - LOGIN_COLUMN - 1);
    sink_words(out, S(" "));
    sink_to(out, NAME_COLUMN);
    sink_foreign_cut(out, t->name, WORD_COLUMN - NAME_COLUMN - 1);
    sink_words(out, S(" "));
    sink_to(out, WORD_COLUMN);
    sink_put(out, t->revoked != WHEN_NONE ? msg_token_revoked_on(t->revoked)
                  : t->until <= now       ? msg_token_over(t->until)
                                          : msg_token_until(t->until));
    sink_words(out, S("  "));
    sink_words(out, slice_str(rights_text(t->scopes, scopes)));
    sink_words(out, S(" "));
    sink_words(out, slice_str(tlp_label(t->clearance)));
    if (t->network.len) {
        sink_words(out, S(" "));
        sink_words(out, t->network);
    }
    sink_line(out);
}

static status list(accounting *x, int64_t whose, err *why)
{
    app *a = x->a;
    token_list page = {.more = true};
    int64_t before = 0;
    status st = OK;
    while (st == OK && page.more) {
        st = tokens_page(x->r, a->memory, whose, before, PAGE, &page, why);
        for (size_t i = 0; st == OK && i < page.count; i++) {
            before = page.at[i].row;
            if (a->json)
                st = put_json(a, &page.at[i], S(""), why);
            else
                put_row(a, &page.at[i], x->by.now);
        }
    }
    if (st == OK && !before) {
        app_note(a, msg_token_none());
        app_exit(a, 1);
    }
    return st == OK ? sink_flush(&a->out, why) : st;
}

status cmd_token_list(app *a, err *why)
{
    accounting x;
    account who = {0};
    status st = accounting_open(a, false, &x, why);
    if (st == OK && a->operand_count)
        st = account_get(x.r, a->memory, a->operands[0], &who, why);
    if (st == OK)
        st = list(&x, who.row, why);
    accounting_close(&x);
    return st;
}

/* --- revoke ----------------------------------------------------------------------------------- */

status cmd_token_revoke(app *a, err *why)
{
    accounting x;
    status st = accounting_open(a, true, &x, why);
    for (size_t i = 0; st == OK && i < a->operand_count; i++) {
        err cause = {0};
        if (token_revoke(x.w, &x.by, a->operands[i], &cause) == OK) {
            sink_put(&a->out, msg_token_revoked(a->operands[i]));
            sink_line(&a->out);
        } else {
            app_report(a, &cause, a->operands[i]);
        }
    }
    accounting_close(&x);
    return st == OK ? sink_flush(&a->out, why) : st;
}
