/* oidc_rule.c - see oidc_rule.h. */
#include "serve/oidc_rule.h"

/* The next word, blanks before it passed over. */
static slice word_of(slice *rest)
{
    slice word = S("");
    *rest = slice_trim(*rest);
    slice_cut(rest, ' ', &word);
    return word;
}

status oidc_rule_read(slice line, oidc_rule *ret, err *why)
{
    oidc_rule r;
    slice rest = line;
    slice role = word_of(&rest), clearance = word_of(&rest), organisation = word_of(&rest);
    r.group = slice_trim(rest);
    if (!r.group.len || r.group.len > OIDC_GROUP_TEXT_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "write ROLE CLEARANCE ORGANISATION GROUP, as: analyst amber - SOC analysts");
    if (user_role_parse(role, &r.role) != OK || r.role == USER_ADMIN)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "the role is one of expert analyst reader customer feed; an admin is made "
                       "by an admin");
    if (tlp_parse(clearance, &r.clearance) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "the clearance is one of clear green amber amber+strict red");
    r.organisation = slice_eq(organisation, S("-")) ? S("") : organisation;
    if (r.role == USER_CUSTOMER && !r.organisation.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a customer is of an organisation");
    *ret = r;
    return OK;
}

static bool has_group(const json *groups, slice group)
{
    if (json_is(groups, JSON_STRING))
        return slice_eq(json_text(groups), group);
    if (!json_is(groups, JSON_ARRAY))
        return false;
    for (const json *e = groups->first; e; e = e->next)
        if (slice_eq(json_text(e), group))
            return true;
    return false;
}

const oidc_rule *oidc_rule_for(const oidc_rule *rules, size_t count, const json *groups)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(rules[i].group, S("*")) || has_group(groups, rules[i].group))
            return &rules[i];
    return NULL;
}
