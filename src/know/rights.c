/* rights.c - see rights.h. */
#include "know/rights.h"

#include <stdio.h>

#define R(r) ((rights)1 << RIGHT_##r)

enum { READS = R(READ) | R(ASK) | R(REQUEST), FEEDS = R(READ) | R(EXPORT) };
enum { ANALYSES = READS | R(EXPORT) | R(SUBMIT) | R(IMPORT) | R(WATCH) | R(ALERT) };
enum { KNOWS = ANALYSES | R(CURATE) | R(DESK) | R(SAMPLE) | R(FEED) };

static const struct {
    const char *name;
    rights rights;
} roles[] = {
    [USER_ADMIN] = {"admin", RIGHTS_ALL},
    [USER_EXPERT] = {"expert", KNOWS},
    [USER_ANALYST] = {"analyst", ANALYSES},
    [USER_READER] = {"reader", READS},
    [USER_CUSTOMER] = {"customer", READS | R(SUBMIT)},
    [USER_FEED] = {"feed", FEEDS},
};
_Static_assert(COUNT_OF(roles) == USER_ROLE_COUNT_, "a role without a row");

static const char *const right_names[] = {
    [RIGHT_READ] = "read",       [RIGHT_ASK] = "ask",         [RIGHT_EXPORT] = "export",
    [RIGHT_REQUEST] = "request", [RIGHT_SUBMIT] = "submit",   [RIGHT_IMPORT] = "import",
    [RIGHT_WATCH] = "watch",     [RIGHT_ALERT] = "alert",     [RIGHT_CURATE] = "curate",
    [RIGHT_DESK] = "desk",       [RIGHT_SAMPLE] = "sample",   [RIGHT_FEED] = "feed",
    [RIGHT_AUDIT] = "audit",     [RIGHT_OPERATE] = "operate", [RIGHT_USERS] = "users",
};
_Static_assert(COUNT_OF(right_names) == RIGHT_COUNT_, "a right without a name");

const char *user_role_name(user_role r)
{
    return roles[r].name;
}

status user_role_parse(slice text, user_role *ret)
{
    for (unsigned i = 0; i < USER_ROLE_COUNT_; i++)
        if (slice_eq(text, slice_str(roles[i].name))) {
            *ret = (user_role)i;
            return OK;
        }
    return ERR_INPUT;
}

rights user_role_rights(user_role r)
{
    return roles[r].rights;
}

const char *right_name(right_id r)
{
    return right_names[r];
}

static rights right_of(slice word)
{
    if (slice_eq(word, S("admin")))
        return RIGHTS_ALL;
    for (unsigned i = 0; i < RIGHT_COUNT_; i++)
        if (slice_eq(word, slice_str(right_names[i])))
            return (rights)1 << i;
    return 0;
}

status rights_parse(slice text, rights *ret, err *why)
{
    rights set = 0;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != ',' && !is_space(text.ptr[end]))
            end++;
        slice word = slice_sub(text, at, end);
        rights more = right_of(word);
        char room[ERR_QUOTE_MAX];
        if (word.len && !more)
            return err_set(why, ERR_INPUT, at, "no right is called %s", err_quote(word, room));
        set |= more;
        at = end + 1;
    }
    if (!set)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no right is named");
    *ret = set;
    return OK;
}

const char *rights_text(rights set, char out[RIGHTS_TEXT_MAX])
{
    size_t n = 0;
    out[0] = 0;
    if (set == RIGHTS_ALL)
        set = 0, n = (size_t)snprintf(out, RIGHTS_TEXT_MAX, "admin");
    for (unsigned i = 0; i < RIGHT_COUNT_; i++)
        if (rights_have(set, (right_id)i))
            n += (size_t)snprintf(out + n, RIGHTS_TEXT_MAX - n, "%s%s", n ? "," : "",
                                  right_names[i]);
    assert(n < RIGHTS_TEXT_MAX);
    return out;
}

/* --- grants ----------------------------------------------------------------------------------- */

grant grant_whole(void)
{
    return (grant){.rights = RIGHTS_ALL, .clearance = TLP_RED, .all_audiences = true};
}

static bool has_audience(const grant *g, slice name)
{
    for (size_t i = 0; i < g->audience_count; i++)
        if (slice_eq(g->audiences[i], name))
            return true;
    return g->all_audiences;
}

static bool covers_audiences(const grant *wide, const grant *narrow)
{
    if (wide->all_audiences)
        return true;
    for (size_t i = 0; i < narrow->audience_count; i++)
        if (!has_audience(wide, narrow->audiences[i]))
            return false;
    return !narrow->all_audiences;
}

bool grant_covers(const grant *wide, const grant *narrow)
{
    if (!narrow->rights)
        return true;
    return !(narrow->rights & ~wide->rights) && narrow->clearance <= wide->clearance &&
           (!wide->organisation.len || slice_eq(wide->organisation, narrow->organisation)) &&
           covers_audiences(wide, narrow);
}

static status meet_audiences(arena *a, const grant *one, const grant *other, grant *ret, err *why)
{
    const grant *list = one->all_audiences ? other : one, *by = list == one ? other : one;
    slice *names = arena_array(a, list->audience_count, sizeof *names);
    if (!names && list->audience_count)
        return ARENA_SPENT(a, why);
    ret->all_audiences = one->all_audiences && other->all_audiences;
    ret->audience_count = 0;
    for (size_t i = 0; i < list->audience_count && !ret->all_audiences; i++)
        if (has_audience(by, list->audiences[i]))
            names[ret->audience_count++] = list->audiences[i];
    ret->audiences = names;
    return OK;
}

status grant_meet(arena *a, const grant *one, const grant *other, grant *ret, err *why)
{
    grant g = {.rights = one->rights & other->rights,
               .clearance = one->clearance < other->clearance ? one->clearance : other->clearance,
               .organisation = one->organisation.len ? one->organisation : other->organisation};
    if (one->organisation.len && other->organisation.len &&
        !slice_eq(one->organisation, other->organisation))
        g.rights = 0;
    status st = meet_audiences(a, one, other, &g, why);
    if (st == OK)
        *ret = g;
    return st;
}

void grant_view(const grant *g, when known_at, when now, view *ret)
{
    *ret = (view){.clearance = g->clearance,
                  .organisation = g->organisation,
                  .audiences = g->audiences,
                  .audience_count = g->audience_count,
                  .all_audiences = g->all_audiences,
                  .known_at = known_at,
                  .now = now};
}
