/* score4.c - CVSS v4.0 (specification, section 8): MacroVector, its score from the table, and how
 * far the vector lies below the gravest vector of its MacroVector. Whole numbers; the one division
 * is the last step, rounded half up to a tenth.
 *
 * The specification measures the distance to one of several gravest vectors ("the first of which
 * no metric is graver"). All gravest vectors of an equivalence class have the same sum of levels,
 * and there is one for every vector of the class, so the sum of levels is all that is needed;
 * cvss_test.c compares with the search through the list. */
#include "model/cvss/parts.h"

enum { EQ36_COUNT = 5, BELOW = -1 };

/* Scores in tenths by EQ1, EQ2, EQ3 and EQ6 together (00, 01, 10, 11, 21), EQ4, EQ5.
 * Numbers of section 8.3, table of MacroVectors. */
static const uint8_t table[3 * 2 * EQ36_COUNT * 3 * 3] = {
    /* EQ1 0, EQ2 0 */
    100,
    98,
    95,
    100,
    93,
    91,
    93,
    89,
    81,
    99,
    95,
    92,
    96,
    87,
    81,
    90,
    80,
    68,
    98,
    95,
    90,
    93,
    89,
    81,
    88,
    78,
    69,
    95,
    92,
    84,
    92,
    81,
    65,
    80,
    70,
    48,
    92,
    82,
    72,
    79,
    69,
    50,
    69,
    55,
    27,
    /* EQ1 0, EQ2 1 */
    99,
    95,
    92,
    95,
    90,
    84,
    92,
    82,
    72,
    97,
    92,
    85,
    91,
    83,
    71,
    81,
    71,
    53,
    95,
    92,
    85,
    92,
    80,
    70,
    84,
    71,
    50,
    93,
    85,
    73,
    82,
    72,
    59,
    70,
    52,
    30,
    86,
    75,
    52,
    71,
    52,
    29,
    63,
    29,
    17,
    /* EQ1 1, EQ2 0 */
    98,
    94,
    91,
    94,
    86,
    77,
    87,
    74,
    63,
    95,
    87,
    81,
    89,
    74,
    64,
    75,
    63,
    49,
    94,
    88,
    76,
    86,
    74,
    59,
    72,
    57,
    52,
    89,
    77,
    67,
    76,
    58,
    50,
    57,
    52,
    25,
    83,
    70,
    54,
    65,
    58,
    26,
    53,
    21,
    13,
    /* EQ1 1, EQ2 1 */
    95,
    88,
    76,
    90,
    75,
    61,
    77,
    68,
    52,
    90,
    76,
    70,
    77,
    62,
    53,
    66,
    59,
    30,
    89,
    76,
    62,
    74,
    57,
    47,
    61,
    57,
    24,
    78,
    67,
    58,
    59,
    57,
    23,
    52,
    29,
    16,
    71,
    59,
    30,
    58,
    26,
    15,
    23,
    13,
    6,
    /* EQ1 2, EQ2 0 */
    93,
    86,
    75,
    86,
    74,
    56,
    70,
    52,
    40,
    87,
    72,
    58,
    74,
    61,
    34,
    54,
    40,
    22,
    85,
    74,
    62,
    72,
    55,
    46,
    53,
    34,
    19,
    75,
    55,
    51,
    57,
    41,
    19,
    36,
    19,
    8,
    64,
    51,
    20,
    47,
    21,
    11,
    24,
    9,
    4,
    /* EQ1 2, EQ2 1 */
    88,
    73,
    60,
    73,
    59,
    41,
    54,
    45,
    20,
    75,
    53,
    50,
    55,
    40,
    20,
    43,
    22,
    11,
    75,
    58,
    40,
    61,
    48,
    20,
    46,
    17,
    8,
    55,
    45,
    21,
    51,
    18,
    9,
    18,
    7,
    2,
    53,
    24,
    14,
    24,
    12,
    5,
    10,
    3,
    1,
};

typedef struct macro {
    int eq1, eq2, eq36, eq4, eq5;
} macro;

/* BELOW when there is no such class. */
static int table_score(macro m)
{
    if (m.eq1 > 2 || m.eq2 > 1 || m.eq36 < 0 || m.eq36 >= EQ36_COUNT || m.eq4 > 2 || m.eq5 > 2)
        return BELOW;
    return table[(((m.eq1 * 2 + m.eq2) * EQ36_COUNT + m.eq36) * 3 + m.eq4) * 3 + m.eq5];
}

/* --- the vector as levels ------------------------------------------------------------------- */

/* Steps below the gravest value of each metric, after the modified and the assumed values: the
 * subsequent impacts count from Safety, which is above High. */
typedef struct levels {
    int at[V4_AR + 1];
    bool safety;
} levels;

static levels levels_of(const cvss *v, bool threat, bool environment)
{
    levels l = {.safety = false};
    for (int m = V4_AV; m <= V4_SA; m++) {
        int modified = environment ? v->value[V4_MAV + m - V4_AV] : 0;
        bool safe = modified == 4 && m >= V4_SI;
        l.at[m] = safe ? 0 : (modified ? modified : v->value[m]) - 1 + (m >= V4_SC);
        l.safety |= safe;
    }
    /* not defined: attacked, and required */
    l.at[V4_E] = threat && v->value[V4_E] ? v->value[V4_E] - 1 : 0;
    for (int m = V4_CR; m <= V4_AR; m++)
        l.at[m] = environment && v->value[m] ? v->value[m] - 1 : 0;
    return l;
}

static int sum(const levels *l, int from, int to)
{
    int n = 0;
    for (int m = from; m <= to; m++)
        n += l->at[m];
    return n;
}

/* --- equivalence classes (tables 24 to 29) -------------------------------------------------- */

static int eq1_of(const levels *l)
{
    bool av = l->at[V4_AV] == 0, pr = l->at[V4_PR] == 0, ui = l->at[V4_UI] == 0;
    if (av && pr && ui)
        return 0;
    return (av || pr || ui) && l->at[V4_AV] != 3 ? 1 : 2;
}

static int eq36_of(const levels *l)
{
    bool c = l->at[V4_VC] == 0, i = l->at[V4_VI] == 0, a = l->at[V4_VA] == 0;
    bool asked = (c && l->at[V4_CR] == 0) || (i && l->at[V4_IR] == 0) || (a && l->at[V4_AR] == 0);
    if (c && i)
        return asked ? 0 : 1;
    return c || i || a ? asked ? 2 : 3 : 4;
}

static int eq4_of(const levels *l)
{
    if (l->safety)
        return 0;
    return l->at[V4_SC] == 1 || l->at[V4_SI] == 1 || l->at[V4_SA] == 1 ? 1 : 2;
}

static macro macro_of(const levels *l)
{
    return (macro){.eq1 = eq1_of(l),
                   .eq2 = l->at[V4_AC] == 0 && l->at[V4_AT] == 0 ? 0 : 1,
                   .eq36 = eq36_of(l),
                   .eq4 = eq4_of(l),
                   .eq5 = l->at[V4_E]};
}

/* --- the score ------------------------------------------------------------------------------ */

/* The class below 00 is 01 or 10, whichever scores higher; 01 and 10 have 11 below them, 11 has
 * 21. */
static int lower_eq36(macro m)
{
    static const int below[] = {0, 3, 3, 4, BELOW};
    if (m.eq36 == 0) {
        m.eq36 = 1;
        int left = table_score(m);
        m.eq36 = 2;
        int right = table_score(m);
        return left > right ? left : right;
    }
    m.eq36 = below[m.eq36];
    return table_score(m);
}

enum { COMMON = 840 }; /* a multiple of every depth below */

/* What one class takes off, in 840ths of a tenth: of the way to the next class (nothing when there
 * is none) as much as the vector lies below the top of its own, which is `depth` steps deep. */
static int take_off(int score, int lower, int steps, int depth, int *classes)
{
    if (lower == BELOW)
        return 0;
    ++*classes;
    return (score - lower) * steps * (COMMON / depth);
}

int cvss4_score(const cvss *v, bool threat, bool environment)
{
    static const int top1[] = {0, 1, 3}, depth1[] = {1, 4, 5}, top2[] = {0, 1}, depth2[] = {1, 2};
    static const int top36[] = {0, 3, 1, 3, 3}, depth36[] = {7, 6, 8, 8, 10};
    static const int top4[] = {1, 3, 6}, depth4[] = {6, 5, 4};
    levels l = levels_of(v, threat, environment);
    macro m = macro_of(&l);
    if (sum(&l, V4_VC, V4_VA) == 6 && sum(&l, V4_SC, V4_SA) == 9)
        return 0; /* no impact at all */
    int score = table_score(m), classes = 0, off = 0;
    macro next1 = m, next2 = m, next4 = m, next5 = m;
    next1.eq1++, next2.eq2++, next4.eq4++, next5.eq5++;
    off += take_off(score, table_score(next1),
                    l.at[V4_AV] + l.at[V4_PR] + l.at[V4_UI] - top1[m.eq1], depth1[m.eq1], &classes);
    off += take_off(score, table_score(next2), l.at[V4_AC] + l.at[V4_AT] - top2[m.eq2],
                    depth2[m.eq2], &classes);
    off += take_off(score, lower_eq36(m),
                    sum(&l, V4_VC, V4_VA) + sum(&l, V4_CR, V4_AR) - top36[m.eq36], depth36[m.eq36],
                    &classes);
    off += take_off(score, table_score(next4), sum(&l, V4_SC, V4_SA) - top4[m.eq4], depth4[m.eq4],
                    &classes);
    off += take_off(score, table_score(next5), 0, 1, &classes);
    if (classes == 0)
        return score;
    int unit = COMMON * classes;
    int exact = score * unit - off; /* in units of a tenth */
    return exact <= 0 ? 0 : (2 * exact + unit) / (2 * unit);
}
