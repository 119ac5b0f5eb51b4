#include "serve/oidc_rule.h"

#include "base/test.h"

TEST(lines_are_read)
{
    oidc_rule r;
    CHECK_OK(oidc_rule_read(S("analyst amber - SOC analysts"), &r, NULL));
    CHECK(r.role == USER_ANALYST && r.clearance == TLP_AMBER && !r.organisation.len);
    CHECK_SLICE(r.group, S("SOC analysts"));
    CHECK_OK(oidc_rule_read(S("  customer   green  acme   *  "), &r, NULL));
    CHECK(r.role == USER_CUSTOMER && r.clearance == TLP_GREEN);
    CHECK_SLICE(r.organisation, S("acme"));
    CHECK_SLICE(r.group, S("*"));
}

TEST(no_line_makes_an_admin_nor_anything_that_is_none)
{
    static const slice bad[] = {
        S_INIT(""),
        S_INIT("analyst"),
        S_INIT("analyst amber"),
        S_INIT("analyst amber -"),
        S_INIT("analyst amber - "),
        S_INIT("admin red - soc"),
        S_INIT("Admin red - soc"),
        S_INIT("boss red - soc"),
        S_INIT("analyst purple - soc"),
        S_INIT("customer green - soc"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        oidc_rule r = {.group = S("?")};
        CHECK_EQ(oidc_rule_read(bad[i], &r, NULL), ERR_INPUT);
        CHECK_SLICE(r.group, S("?"));
    }
}

TEST(a_group_has_a_limit)
{
    char line[32 + OIDC_GROUP_TEXT_MAX] = "reader clear - ";
    size_t n = strlen(line);
    oidc_rule r;
    memset(line + n, 'g', OIDC_GROUP_TEXT_MAX + 1);
    CHECK_OK(oidc_rule_read(slice_of(line, n + OIDC_GROUP_TEXT_MAX), &r, NULL));
    CHECK_EQ(oidc_rule_read(slice_of(line, n + OIDC_GROUP_TEXT_MAX + 1), &r, NULL), ERR_INPUT);
}

static int rule_of(const oidc_rule *rules, size_t count, slice groups)
{
    CLEANUP(arena_done) arena a;
    json *v = NULL;
    arena_init(&a, 1 << 16);
    if (groups.len && json_parse(&a, groups, NULL, &v, NULL) != OK)
        return -2;
    const oidc_rule *r = oidc_rule_for(rules, count, v);
    return r ? (int)(r - rules) : -1;
}

TEST(the_first_line_that_fits_counts)
{
    oidc_rule rules[3];
    CHECK_OK(oidc_rule_read(S("expert red - leads"), &rules[0], NULL));
    CHECK_OK(oidc_rule_read(S("analyst amber - soc"), &rules[1], NULL));
    CHECK_OK(oidc_rule_read(S("reader clear - *"), &rules[2], NULL));
    CHECK_EQ(rule_of(rules, 2, S("[\"x\",\"soc\",\"leads\"]")), 0);
    CHECK_EQ(rule_of(rules, 2, S("[\"soc\"]")), 1);
    CHECK_EQ(rule_of(rules, 2, S("\"soc\"")), 1);
    CHECK_EQ(rule_of(rules, 2, S("\"leads soc\"")), -1);
    CHECK_EQ(rule_of(rules, 2, S("[\"SOC\",\"soc \",7,null,[\"soc\"],{\"soc\":1}]")), -1);
    CHECK_EQ(rule_of(rules, 2, S("{\"soc\":true}")), -1);
    CHECK_EQ(rule_of(rules, 2, S("[]")), -1);
    CHECK_EQ(rule_of(rules, 2, S("")), -1);
    CHECK_EQ(rule_of(rules, 2, S("[\"*\"]")), -1);
    CHECK_EQ(rule_of(rules, 3, S("")), 2);
    CHECK_EQ(rule_of(rules, 0, S("[\"soc\"]")), -1);
}
