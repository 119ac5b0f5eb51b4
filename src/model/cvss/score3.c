/* score3.c - the equations of CVSS v3.0 and v3.1 (specification, section 7) in fixed point with 18
 * decimals. Without the fifteenth (v3.1 modified: thirteenth) power every value has at most 15
 * decimals and is exact. The power is cut off after 18 decimals, which no score can notice: of all
 * combinations of values the nearest comes within 2.6e-9 of where a rounding turns. */
#include "model/cvss/parts.h"

__extension__ typedef __int128 i128;

static const i128 one = 1000000000000000000; /* 1.0 */

static const int attack_vector[] = {0, 85, 62, 55, 20}; /* hundredths, all of them */
static const int attack_complexity[] = {0, 77, 44};
static const int privileges[] = {0, 85, 62, 27};
static const int privileges_changed[] = {0, 85, 68, 50};
static const int interaction[] = {0, 85, 62};
static const int impact[] = {0, 0, 22, 56};
static const int maturity[] = {100, 91, 94, 97, 100};
static const int remediation[] = {100, 95, 96, 97, 100};
static const int confidence[] = {100, 92, 96, 100};
static const int requirement[] = {100, 50, 100, 150};

static i128 times(i128 a, i128 b)
{
    return a * b / one;
}

/* Roundup of 3.1: what differs from a tenth in the sixth decimal only is that tenth. Roundup of
 * 3.0: the smallest tenth that is not smaller. In tenths. */
static int round_up(cvss_version version, i128 x)
{
    const i128 tenth = one / 10, step = one / 100000;
    if (version == CVSS_3_1)
        x = (x + step / 2) / step * step;
    return (int)((x + tenth - 1) / tenth);
}

/* The value that counts: the modified one where there is one. */
static int effective(const cvss *v, int metric, bool modified)
{
    int other = v->value[V3_MAV + metric];
    return modified && other ? other : v->value[metric];
}

/* ISS or MISS. */
static i128 impact_base(const cvss *v, bool modified)
{
    i128 left = one;
    for (int i = 0; i < 3; i++) {
        int asks = modified ? requirement[v->value[V3_CR + i]] : 100;
        left = left * (10000 - impact[effective(v, V3_C + i, modified)] * asks) / 10000;
    }
    i128 most = one / 1000 * 915;
    return modified && one - left > most ? most : one - left;
}

static i128 impact_of(const cvss *v, bool modified, bool changed)
{
    i128 iss = impact_base(v, modified);
    if (!changed)
        return iss * 642 / 100;
    if (iss == 0)
        return 0; /* the equation gives less than nothing */
    bool newer = modified && v->version == CVSS_3_1;
    i128 x = (newer ? iss * 9731 / 10000 : iss) - one / 50, power = one;
    for (int i = 0; i < (newer ? 13 : 15); i++)
        power = times(power, x);
    return (iss - one / 1000 * 29) * 752 / 100 - power * 325 / 100;
}

static int whole(const cvss *v, bool modified)
{
    bool changed = effective(v, V3_S, modified) == 2;
    const int *rights = changed ? privileges_changed : privileges;
    i128 hurt = impact_of(v, modified, changed);
    i128 use = one / 10000000000 * 822 * attack_vector[effective(v, V3_AV, modified)] *
               attack_complexity[effective(v, V3_AC, modified)] *
               rights[effective(v, V3_PR, modified)] * interaction[effective(v, V3_UI, modified)];
    if (hurt <= 0)
        return 0;
    i128 sum = changed ? (hurt + use) * 108 / 100 : hurt + use;
    return round_up(v->version, sum > 10 * one ? 10 * one : sum);
}

int cvss3_score(const cvss *v, bool threat, bool environment)
{
    int score = whole(v, environment);
    if (!threat)
        return score;
    return round_up(v->version, one / 10000000 * score * maturity[v->value[V3_E]] *
                                    remediation[v->value[V3_RL]] * confidence[v->value[V3_RC]]);
}
