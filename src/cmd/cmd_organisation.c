/* cmd_organisation.c - noroshi organisation ..., noroshi team ...: to whom accounts belong. */
#include "cmd/accounting.h"

enum { PAGE = 200, JSON_MAX = 1 << 16 };

static status done(app *a, message what, err *why)
{
    sink_put(&a->out, what);
    sink_line(&a->out);
    return sink_flush(&a->out, why);
}

static status add(app *a, bool team, err *why)
{
    accounting x;
    slice name = a->operands[0];
    status st = accounting_open(a, true, &x, why);
    if (st == OK)
        st = team ? team_add(x.w, &x.by, name, why) : organisation_add(x.w, &x.by, name, why);
    accounting_close(&x);
    return st == OK ? done(a, msg_user_name_added(name), why) : st;
}

status cmd_organisation_add(app *a, err *why)
{
    return add(a, false, why);
}

status cmd_team_add(app *a, err *why)
{
    return add(a, true, why);
}

static status put_member(app *a, bool member, err *why)
{
    accounting x;
    slice team = a->operands[0], who = a->operands[1];
    status st = accounting_open(a, true, &x, why);
    if (st == OK)
        st = team_put(x.w, &x.by, team, who, member, why);
    accounting_close(&x);
    if (st != OK)
        return st;
    return done(a, member ? msg_user_in_team(who, team) : msg_user_out_of_team(who, team), why);
}

status cmd_team_put(app *a, err *why)
{
    return put_member(a, true, why);
}

status cmd_team_take(app *a, err *why)
{
    return put_member(a, false, why);
}

static status put_name(accounting *x, bool team, slice name, err *why)
{
    CLEANUP(buf_done) buf b;
    app *a = x->a;
    name_list members = {0};
    buf_init(&b, JSON_MAX);
    status st = team ? team_members(x->r, a->memory, &x->whole, name, &members, why) : OK;
    if (st != OK)
        return st;
    if (!a->json) {
        sink_foreign(&a->out, name);
        for (size_t i = 0; i < members.count; i++) {
            sink_words(&a->out, i ? S(" ") : S("  "));
            sink_foreign(&a->out, members.at[i]);
        }
        sink_line(&a->out);
        return OK;
    }
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, team ? S("noroshi.team/1") : S("noroshi.organisation/1"));
    accounting_text(&w, "name", name);
    if (team)
        accounting_list(&w, "members", members.at, members.count);
    json_close(&w, '}');
    if ((st = buf_status(&b, why)) == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
}

static status list(app *a, bool team, err *why)
{
    accounting x;
    name_list page = {.more = true};
    slice after = S("");
    bool some = false;
    status st = accounting_open(a, false, &x, why);
    while (st == OK && page.more) {
        st = team ? teams_page(x.r, a->memory, &x.whole, after, PAGE, &page, why)
                  : organisations_page(x.r, a->memory, &x.whole, after, PAGE, &page, why);
        for (size_t i = 0; st == OK && i < page.count; i++) {
            some = true;
            after = page.at[i];
            st = put_name(&x, team, after, why);
        }
    }
    accounting_close(&x);
    if (st == OK && !some)
        app_exit(a, 1);
    return st == OK ? sink_flush(&a->out, why) : st;
}

status cmd_organisation_list(app *a, err *why)
{
    return list(a, false, why);
}

status cmd_team_list(app *a, err *why)
{
    return list(a, true, why);
}
