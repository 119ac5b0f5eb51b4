/* score2.c - the equations of CVSS v2.0 (guide, section 3.2) in whole numbers. Every weight has at
 * most three decimals, so each product below is exact; the only rounding is the one to a tenth,
 * half up, where the equations have it. */
#include "model/cvss/parts.h"

__extension__ typedef __int128 i128;

static const int access_vector[] = {0, 1000, 646, 395}; /* thousandths */
static const int access_complexity[] = {0, 71, 61, 35}; /* hundredths */
static const int authentication[] = {0, 704, 560, 450}; /* thousandths */
static const int impact[] = {0, 0, 275, 660};           /* thousandths */
static const int exploitability[] = {100, 85, 90, 95, 100};
static const int remediation[] = {100, 87, 90, 95, 100};
static const int report[] = {100, 90, 95, 100};
static const int requirement[] = {100, 50, 100, 151};
static const int collateral[] = {0, 0, 1, 3, 4, 5}; /* tenths */
static const int distribution[] = {100, 0, 25, 75, 100};

static const i128 e5 = 100000, e6 = 1000000, e9 = 1000000000, e15 = 1000000000000000,
                  e17 = 100000000000000000;

/* n / unit, rounded half up to a whole number; what is negative counts as nothing. */
static int round_half_up(i128 n, i128 unit)
{
    return n <= 0 ? 0 : (int)((2 * n + unit) / (2 * unit));
}

/* BaseScore with the impact's requirements; in tenths. */
static int base_of(const cvss *v, bool required)
{
    static const int metric[] = {V2_C, V2_I, V2_A}, asks[] = {V2_CR, V2_IR, V2_AR};
    i128 left = 1; /* of (1-C)(1-I)(1-A), in units of 1e-15 */
    for (size_t i = 0; i < COUNT_OF(metric); i++)
        left *=
            e5 - impact[v->value[metric[i]]] * (required ? requirement[v->value[asks[i]]] : 100);
    i128 hurt = 1041 * (e15 - left); /* 1e-17 */
    if (required && hurt > 10 * e17)
        hurt = 10 * e17;
    i128 use = (i128)20 * access_vector[v->value[V2_AV]] * access_complexity[v->value[V2_AC]] *
               authentication[v->value[V2_AU]]; /* 1e-8 */
    if (hurt == 0)
        return 0;
    i128 sum = 6 * hurt + 4 * use * e9 - 15 * e17; /* 1e-18 */
    return round_half_up(sum * 1176, e17 * 1000);  /* 1e-21 into tenths: 1e-20 */
}

static int temporal_of(const cvss *v, int base)
{
    return round_half_up((i128)base * exploitability[v->value[V2_E]] *
                             remediation[v->value[V2_RL]] * report[v->value[V2_RC]],
                         e6);
}

int cvss2_score(const cvss *v, bool threat, bool environment)
{
    int base = base_of(v, environment);
    int score = threat ? temporal_of(v, base) : base;
    if (!environment)
        return score;
    int with_damage = score * 10 + (100 - score) * collateral[v->value[V2_CDP]]; /* hundredths */
    return round_half_up((i128)with_damage * distribution[v->value[V2_TD]], 1000);
}
