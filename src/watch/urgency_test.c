#include "base/test.h"
#include "watch/urgency.h"

TEST(a_table_of_contacts)
{
    static const struct {
        const char *what;
        int from;
        urgency_facts f;
        int want;
    } rows[] = {
        {"nothing else is known", 1, {0}, 1},
        {"we went there", 2, {.direction = LOG_OUTBOUND, .outcome = LOG_ALLOWED}, 2},
        {"and a proxy stopped it", 1, {.direction = LOG_OUTBOUND, .outcome = LOG_BLOCKED}, 2},
        {"or nobody answered", 2, {.direction = LOG_OUTBOUND, .outcome = LOG_FAILED}, 3},
        {"they came to us", 1, {.direction = LOG_INBOUND, .outcome = LOG_ALLOWED}, 3},
        {"as scanners do", 3, {.direction = LOG_INBOUND}, 3},
        {"and were refused", 2, {.direction = LOG_INBOUND, .outcome = LOG_BLOCKED}, 4},
        {"they tried passwords",
         2,
         {.direction = LOG_INBOUND, .outcome = LOG_FAILED, .logged_in = true},
         4},
        {"and one was right",
         3,
         {.direction = LOG_INBOUND, .outcome = LOG_ALLOWED, .logged_in = true},
         1},
        {"a login of ours elsewhere",
         2,
         {.direction = LOG_OUTBOUND, .outcome = LOG_ALLOWED, .logged_in = true},
         2},
        {"a domain controller", 2, {.asset = ASSET_CRITICAL}, 1},
        {"cannot be more than P1", 1, {.asset = ASSET_CRITICAL}, 1},
        {"a test machine", 2, {.asset = ASSET_LOW}, 3},
        {"cannot be less than P4", 4, {.asset = ASSET_LOW, .outcome = LOG_FAILED}, 4},
        {"an ordinary one", 2, {.asset = ASSET_NORMAL}, 2},
        {"an important one", 2, {.asset = ASSET_HIGH}, 2},
        {"is worth a look sooner", 3, {.asset = ASSET_HIGH}, 2},
        {"what everybody meets", 2, {.common = true}, 3},
        {"on an important machine", 3, {.common = true, .asset = ASSET_HIGH}, 3},
        {"an exercise", 1, {.exercise = true, .asset = ASSET_CRITICAL}, 4},
        {"a refused scan of the crown",
         2,
         {.direction = LOG_INBOUND, .outcome = LOG_BLOCKED, .asset = ASSET_CRITICAL},
         3},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        urgency u = urgency_of(rows[i].from, &rows[i].f);
        if (u.priority != rows[i].want)
            TEST_FAIL("%s: P%d, want P%d", rows[i].what, u.priority, rows[i].want);
    }
}

/* Whatever is said: within P1..P4, and the steps add up. */
TEST(steps_add_up)
{
    for (unsigned n = 0; n < 4 * 3 * 4 * 5 * 8; n++) {
        unsigned k = n;
        int from = (int)(k % 4) + 1;
        urgency_facts f = {0};
        f.direction = (log_direction)((k /= 4) % 3);
        f.outcome = (log_outcome)((k /= 3) % 4);
        f.asset = (asset_weight)((k /= 4) % 5);
        k /= 5;
        f.logged_in = k & 1;
        f.exercise = k & 2;
        f.common = k & 4;
        urgency u = urgency_of(from, &f);
        int sum = 0;
        for (size_t i = 0; i < u.count; i++) {
            sum += u.step[i].by;
            CHECK(i == 0 || (u.step[i].by != 0 && u.step[i].rule > u.step[i - 1].rule));
        }
        CHECK_EQ(sum, u.priority);
        CHECK(u.priority >= 1 && u.priority <= 4);
        CHECK(!f.exercise || u.priority == 4);
        CHECK_EQ(u.step[0].by, from);
    }
}

TEST(names_are_closed_lists)
{
    for (unsigned r = 0; r < URGENCY_RULE_COUNT_; r++)
        CHECK(urgency_rule_name((urgency_rule)r)[0]);
    for (unsigned w = 0; w < ASSET_WEIGHT_COUNT_; w++)
        CHECK(asset_weight_name((asset_weight)w)[0]);
}
