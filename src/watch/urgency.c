/* urgency.c - see urgency.h. */
#include "watch/urgency.h"

enum { MOST = 1, LEAST = 4 };

const char *asset_weight_name(asset_weight w)
{
    static const char *const names[] = {"unknown", "low", "normal", "high", "critical"};
    return names[w];
}

/* Where the rule wants the priority, which it has brought to `p` so far. */
static int inbound(int p, const urgency_facts *f)
{
    return f->direction == LOG_INBOUND && p < 3 ? 3 : p;
}

static int login(int p, const urgency_facts *f)
{
    return f->direction == LOG_INBOUND && f->logged_in && f->outcome == LOG_ALLOWED ? MOST : p;
}

static int stopped(int p, const urgency_facts *f)
{
    return f->outcome == LOG_BLOCKED || f->outcome == LOG_FAILED ? p + 1 : p;
}

static int asset(int p, const urgency_facts *f)
{
    switch (f->asset) {
    case ASSET_CRITICAL: return p - 1;
    case ASSET_HIGH: return p > 2 ? p - 1 : p;
    case ASSET_LOW: return p + 1;
    case ASSET_NORMAL:
    case ASSET_UNKNOWN:
    case ASSET_WEIGHT_COUNT_: break;
    }
    return p;
}

static int common(int p, const urgency_facts *f)
{
    return f->common ? p + 1 : p;
}

static int exercise(int p, const urgency_facts *f)
{
    return f->exercise ? LEAST : p;
}

static const struct {
    const char *name;
    int (*move)(int p, const urgency_facts *f);
} rules[URGENCY_RULE_COUNT_] = {
    [URGENCY_ANSWER] = {"answer", NULL},         [URGENCY_INBOUND] = {"inbound", inbound},
    [URGENCY_LOGIN] = {"login", login},          [URGENCY_STOPPED] = {"stopped", stopped},
    [URGENCY_ASSET] = {"asset", asset},          [URGENCY_COMMON] = {"common", common},
    [URGENCY_EXERCISE] = {"exercise", exercise},
};

const char *urgency_rule_name(urgency_rule r)
{
    return rules[r].name;
}

urgency urgency_of(int from, const urgency_facts *f)
{
    assert(from >= MOST && from <= LEAST);
    urgency u = {.priority = from, .step = {{URGENCY_ANSWER, from}}, .count = 1};
    for (unsigned r = URGENCY_ANSWER + 1; r < URGENCY_RULE_COUNT_; r++) {
        int p = rules[r].move(u.priority, f);
        p = p < MOST ? MOST : p > LEAST ? LEAST : p;
        if (p == u.priority)
            continue;
        u.step[u.count++] = (urgency_step){(urgency_rule)r, p - u.priority};
        u.priority = p;
    }
    return u;
}
