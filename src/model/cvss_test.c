/* cvss_test.c - published scores of every version, what is refused and where, and properties over
 * random vectors: what is written reads back, 4.0 agrees with the search through the list of
 * gravest vectors, and no step away from the gravest vector of a MacroVector raises the score. */
#include "model/cvss/parts.h"

#include "base/test.h"

typedef struct published {
    const char *vector;
    int base, temporal, environmental;
} published;

static void check_published(const published *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cvss v;
        err why = {0};
        if (cvss_parse(slice_str(rows[i].vector), &v, &why) != OK) {
            TEST_FAIL("%s: %s", rows[i].vector, why.msg);
            continue;
        }
        cvss_scores s = cvss_score(&v);
        if (s.base != rows[i].base || s.temporal != rows[i].temporal ||
            s.environmental != rows[i].environmental || s.overall != s.environmental)
            TEST_FAIL("%s: %d %d %d, want %d %d %d", rows[i].vector, s.base, s.temporal,
                      s.environmental, rows[i].base, rows[i].temporal, rows[i].environmental);
    }
}

/* The three examples of the guide (section 3.3), and corners. */
TEST(scores_of_version_2)
{
    static const published rows[] = {
        {"AV:N/AC:L/Au:N/C:N/I:N/A:C", 78, 78, 78},
        {"AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", 78, 64, 64},
        {"AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 78, 64, 92},
        {"AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", 100, 83, 90},
        {"AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", 62, 49, 75},
        {"(AV:N/AC:L/Au:N/C:P/I:P/A:P)", 75, 75, 75},
        {"AV:N/AC:L/Au:N/C:N/I:N/A:N", 0, 0, 0},
        {"AV:N/AC:L/Au:N/C:C/I:C/A:C/TD:N", 100, 100, 0},
        /* the equation gives less than nothing */
        {"AV:L/AC:H/Au:M/C:N/I:N/A:P/AR:L", 8, 8, 0},
    };
    check_published(rows, COUNT_OF(rows));
}

/* FIRST's document of examples for 3.0 and 3.1. */
TEST(scores_of_version_3)
{
    static const published rows[] = {
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61, 61, 61},
        {"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64, 64, 64},
        {"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31, 31, 31},
        {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 99, 99, 99},
        {"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 42, 42, 42},
        {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 88, 88, 88},
        {"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 78, 78, 78},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 75, 75, 75},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, 98, 98},
        {"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 68, 68, 68},
        {"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 68, 68, 68},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", 58, 58, 58},
        {"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 93, 93, 93},
        {"CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H", 90, 90, 90},
        {"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 88, 88, 88},
        {"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 46, 46, 46},
        {"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", 74, 74, 74},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", 96, 96, 96},
        {"CVSS:3.1/S:C/A:H/C:H/I:H/UI:N/PR:N/AC:L/AV:N", 100, 100, 100},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", 0, 0, 0},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U", 98, 78, 78},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/RL:X/RC:X", 98, 98, 98},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MC:N/MI:N/MA:N", 98, 98, 0},
        /* where the two versions part: the modified impact of a changed scope */
        {"CVSS:3.0/AV:P/AC:H/PR:L/UI:R/S:C/C:L/I:H/A:H/CR:H/IR:H/AR:H", 68, 68, 69},
        {"CVSS:3.1/AV:P/AC:H/PR:L/UI:R/S:C/C:L/I:H/A:H/CR:H/IR:H/AR:H", 68, 68, 70},
    };
    check_published(rows, COUNT_OF(rows));
}

/* FIRST's document of examples for 4.0; the last is where floats round the wrong way. */
TEST(scores_of_version_4)
{
    static const published rows[] = {
        {"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 73, 73, 73},
        {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 83, 83, 83},
        {"CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 46, 46, 46},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 51, 51, 51},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N", 69, 69, 69},
        {"CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N", 59, 59, 59},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 87, 87, 87},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 100, 100, 100},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 93, 93, 93},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0, 0, 0},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:L/VA:N/SC:H/SI:H/SA:H", 86, 86, 86},
    };
    check_published(rows, COUNT_OF(rows));
}

/* docs/cvss.md names them: the other reading of each would be a tenth lower. */
TEST(the_ambiguous_cases_of_version_4)
{
    static const published rows[] = {
        {"CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:L/SC:H/SI:H/SA:H", 86, 86, 86},
        {"CVSS:4.0/AV:A/AC:H/AT:N/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:L", 72, 72, 72},
        {"CVSS:4.0/AV:A/AC:H/AT:N/PR:H/UI:A/VC:H/VI:H/VA:N/SC:H/SI:L/SA:N", 68, 68, 68},
    };
    check_published(rows, COUNT_OF(rows));
}

TEST(groups_of_version_4)
{
    cvss v;
    CHECK_OK(cvss_parse(S("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:L/SC:N/SI:N/SA:N/E:P/"
                          "MAV:A/MSI:S/S:P/AU:Y/R:I/V:C/RE:H/U:Amber"),
                        &v, NULL));
    CHECK_SLICE(cvss_value(&v, S("U")), S("Amber"));
    CHECK_SLICE(cvss_value(&v, S("MSI")), S("S"));
    CHECK_SLICE(cvss_value(&v, S("E")), S("P"));
    CHECK_SLICE(cvss_value(&v, S("CR")), S(""));
    CHECK_SLICE(cvss_value(&v, S("RL")), S(""));
    CHECK_SLICE(slice_str(cvss_nomenclature(&v)), S("CVSS-BTE"));
    v.value[V4_E] = 0;
    CHECK_SLICE(slice_str(cvss_nomenclature(&v)), S("CVSS-BE"));
    v.value[V4_MAV] = v.value[V4_MSI] = 0;
    CHECK_SLICE(slice_str(cvss_nomenclature(&v)), S("CVSS-B"));
    v.value[V4_E] = 3;
    CHECK_SLICE(slice_str(cvss_nomenclature(&v)), S("CVSS-BT"));
}

TEST(refuses_with_the_place)
{
    static const struct {
        const char *vector, *says;
        uint64_t at;
    } rows[] = {
        {"", "\"\" is no metric: there is no colon", 0},
        {"CVSS:3.1", "\"CVSS:3.1\" begins no vector of CVSS 3.0, 3.1 or 4.0", 0},
        {"CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "\"CVSS:3.2/\" begins no", 0},
        {"cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "\"cvss:3.1/\" begins no", 0},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "base metric A is missing", 40},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", "\"\" is no metric", 45},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/AV:N", "metric AV came twice", 45},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/E:X", "metric E came twice", 49},
        {"CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "metric AV has no value \"X\"", 9},
        {"CVSS:3.1/AV:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "metric AV has no value \"n\"", 9},
        {"CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "metric AV has no value \"\"", 9},
        {"CVSS:3.1/AV:N L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "metric AV has no value \"N L\"", 9},
        {"CVSS:3.1/AV:N/AC:M/PR:N/UI:N/S:U/C:H/I:H/A:H", "metric AC has no value \"M\"", 14},
        {"CVSS:3.1/AV:N/AT:N/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS 3.1 has no metric \"AT\"", 14},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MSI:S", "has no metric \"MSI\"", 45},
        {"AV:N/AC:L/Au:N/C:N/I:N", "base metric A is missing", 22},
        {"AV:N/AC:L/AU:N/C:N/I:N/A:C", "CVSS 2.0 has no metric \"AU\"", 10},
        {"(AV:N/AC:L/Au:N/C:N/I:N/A:C", "CVSS 2.0 has no metric \"(AV\"", 0},
        {"AV:N/AC:L/Au:N/C:N/I:N/A:C/E:X", "metric E has no value \"X\"", 27},
        {"CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
         "metric AV came after AC: the order of CVSS 4.0 is fixed", 14},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N",
         "metric SI has no value \"S\"", 54},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/CR:H/E:A",
         "metric E came after CR", 69},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/U:amber",
         "metric U has no value \"amber\"", 64},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        cvss v = {.version = CVSS_VERSIONS_};
        err why = {0};
        CHECK_EQ(cvss_parse(slice_str(rows[i].vector), &v, &why), ERR_INPUT);
        CHECK(v.version == CVSS_VERSIONS_);
        if (!strstr(why.msg, rows[i].says) || why.at != rows[i].at)
            TEST_FAIL("%s: at %llu \"%s\"", rows[i].vector, (unsigned long long)why.at, why.msg);
    }
}

TEST(limits)
{
    char text[CVSS_INPUT_MAX + 1], out[CVSS_TEXT_MAX];
    cvss v;
    err why = {0};
    CHECK_EQ(cvss_parse((slice){NULL, 0}, &v, &why), ERR_INPUT);
    memset(text, '/', sizeof text);
    CHECK_EQ(cvss_parse(slice_of(text, CVSS_INPUT_MAX), &v, &why), ERR_INPUT);
    CHECK(strstr(why.msg, "no colon") != NULL);
    CHECK_EQ(cvss_parse(slice_of(text, CVSS_INPUT_MAX + 1), &v, &why), ERR_INPUT);
    CHECK(strstr(why.msg, "513 bytes are no vector") != NULL);
    for (v.version = CVSS_2_0; v.version < CVSS_VERSIONS_; v.version++) {
        memset(v.value, 1, sizeof v.value); /* every metric is there: the longest there are */
        CHECK(cvss_print(&v, out) < CVSS_TEXT_MAX - 8);
    }
}

TEST(severities)
{
    static const struct {
        cvss_version version;
        int tenths;
        const char *word;
    } rows[] = {{CVSS_2_0, 0, "low"},     {CVSS_2_0, 39, "low"},      {CVSS_2_0, 40, "medium"},
                {CVSS_2_0, 69, "medium"}, {CVSS_2_0, 70, "high"},     {CVSS_2_0, 100, "high"},
                {CVSS_3_1, 0, "none"},    {CVSS_3_1, 1, "low"},       {CVSS_3_1, 39, "low"},
                {CVSS_3_1, 40, "medium"}, {CVSS_3_1, 69, "medium"},   {CVSS_3_1, 70, "high"},
                {CVSS_3_1, 89, "high"},   {CVSS_4_0, 90, "critical"}, {CVSS_4_0, 100, "critical"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_SLICE(slice_str(cvss_severity_name(cvss_severity(rows[i].version, rows[i].tenths))),
                    slice_str(rows[i].word));
}

/* --- properties ----------------------------------------------------------------------------- */

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static cvss random_vector(cvss_version version, uint64_t *seed)
{
    static const size_t base[] = {V2_E, V3_E, V3_E, V4_E};
    cvss v = {.version = version};
    for (size_t i = 0; i < cvss_metric_count(version); i++)
        if (i < base[version] || next_random(seed) % 3 == 0)
            v.value[i] = (uint8_t)(1 + next_random(seed) % cvss_value_count(version, i));
    return v;
}

enum { ROUNDS = 20000 };

TEST(what_is_written_reads_back)
{
    uint64_t seed = 1;
    for (int i = 0; i < ROUNDS; i++) {
        char text[CVSS_TEXT_MAX];
        cvss v = random_vector((cvss_version)(i % CVSS_VERSIONS_), &seed), again;
        size_t n = cvss_print(&v, text);
        REQUIRE(cvss_parse(slice_of(text, n), &again, NULL) == OK);
        CHECK(memcmp(&v, &again, sizeof v) == 0);
        cvss_scores s = cvss_score(&v);
        CHECK(s.base >= 0 && s.base <= 100 && s.overall >= 0 && s.overall <= 100);
        CHECK(s.temporal <= s.base); /* temporal metrics never raise a score */
    }
}

/* What does not count for the score does not change it. */
TEST(supplemental_metrics_do_not_count)
{
    uint64_t seed = 2;
    for (int i = 0; i < ROUNDS; i++) {
        cvss v = random_vector(CVSS_4_0, &seed), bare = v;
        for (size_t m = V4_S; m < V4_COUNT_; m++)
            bare.value[m] = 0;
        CHECK_EQ(cvss_score(&v).overall, cvss_score(&bare).overall);
    }
}

/* 2.0, 3.0 and 3.1 are monotone in their base metrics: a graver value never lowers the score. */
TEST(graver_is_not_lower)
{
    /* gravest first, by the order of values: N A L P is graver first, N L H graver last */
    static const bool grave_first[] = {true, true, true, true, false, false, false, false};
    uint64_t seed = 3;
    for (int i = 0; i < ROUNDS; i++) {
        cvss v = random_vector(CVSS_3_1, &seed), worse = v;
        size_t m = next_random(&seed) % V3_E;
        if (v.value[m] == (grave_first[m] ? 1 : cvss_value_count(CVSS_3_1, m)) || m == V3_S)
            continue;
        worse.value[m] = (uint8_t)(v.value[m] + (grave_first[m] ? -1 : 1));
        if (cvss_score(&worse).base < cvss_score(&v).base)
            TEST_FAIL("metric %zu", m);
    }
}

/* --- 4.0 by the letter of the specification --------------------------------------------------- */

/* The gravest vectors of each class, as section 8.4 lists them. */
static const char *const top1[3][4] = {
    {"AV:N/PR:N/UI:N"},
    {"AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"},
    {"AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P"},
};
static const char *const top2[2][4] = {{"AC:L/AT:N"}, {"AC:H/AT:N", "AC:L/AT:P"}};
static const char *const top36[5][6] = {
    {"VC:H/VI:H/VA:H/CR:H/IR:H/AR:H"},
    {"VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"},
    {"VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"},
    {"VC:L/VI:H/VA:L/CR:H/IR:M/AR:H", "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M",
     "VC:H/VI:L/VA:H/CR:M/IR:H/AR:M", "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H",
     "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M"},
    {"VC:L/VI:L/VA:L/CR:H/IR:H/AR:H"},
};
static const char *const top4[3][4] = {{"SC:H/SI:S/SA:S"}, {"SC:H/SI:H/SA:H"}, {"SC:L/SI:L/SA:L"}};

static int level(slice metric, slice value)
{
    static const char *const rows[] = {"AV:NALP", "AC:LH",  "AT:NP",  "PR:NLH",  "UI:NPA",
                                       "VC:HLN",  "VI:HLN", "VA:HLN", "SC:SHLN", "SI:SHLN",
                                       "SA:SHLN", "CR:HML", "IR:HML", "AR:HML"};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (slice_starts(slice_str(rows[i]), metric))
            return (int)slice_find_byte(slice_str(rows[i]), value.ptr[0], 3) - 3;
    return -1000;
}

/* The value that counts, as a letter. */
static slice effective(const cvss *v, slice metric)
{
    char name[8];
    snprintf(name, sizeof name, "M%.*s", SLICE_FMT(metric));
    slice own = cvss_value(v, metric), modified = cvss_value(v, slice_str(name));
    if (modified.len)
        return modified;
    return own.len ? own : S("H"); /* CR, IR, AR */
}

/* Steps from the first of the vectors that is nowhere less grave; -1 when there is none. */
static int steps_from(const cvss *v, const char *const *tops)
{
    for (; *tops; tops++) {
        slice rest = slice_str(*tops), one;
        int steps = 0;
        bool under = true;
        while (slice_cut(&rest, '/', &one)) {
            slice metric = slice_sub(one, 0, 2);
            int d = level(metric, effective(v, metric)) - level(metric, slice_from(one, 3));
            under &= d >= 0;
            steps += d;
        }
        if (under)
            return steps;
    }
    return -1;
}

static bool is(const cvss *v, const char *metric, const char *value)
{
    return slice_eq(effective(v, slice_str(metric)), slice_str(value));
}

static void classes_of(const cvss *v, int eq[4])
{
    bool av = is(v, "AV", "N"), pr = is(v, "PR", "N"), ui = is(v, "UI", "N");
    bool c = is(v, "VC", "H"), i = is(v, "VI", "H"), a = is(v, "VA", "H");
    bool eq6 = (is(v, "CR", "H") && c) || (is(v, "IR", "H") && i) || (is(v, "AR", "H") && a);
    eq[0] = av && pr && ui ? 0 : (av || pr || ui) && !is(v, "AV", "P") ? 1 : 2;
    eq[1] = is(v, "AC", "L") && is(v, "AT", "N") ? 0 : 1;
    eq[2] = c && i ? (eq6 ? 0 : 1) : c || i || a ? (eq6 ? 2 : 3) : 4;
    eq[3] = is(v, "SI", "S") || is(v, "SA", "S")                       ? 0
            : is(v, "SC", "H") || is(v, "SI", "H") || is(v, "SA", "H") ? 1
                                                                       : 2;
}

/* The shortcut of score4.c: all gravest vectors of a class have the same sum of levels, and every
 * vector lies under one of them. So the steps are the sum less that of the top, whichever it is. */
TEST(steps_below_the_top_are_sums)
{
    uint64_t seed = 4;
    for (int i = 0; i < ROUNDS; i++) {
        static const char *const metrics[4][7] = {{"AV", "PR", "UI"},
                                                  {"AC", "AT"},
                                                  {"VC", "VI", "VA", "CR", "IR", "AR"},
                                                  {"SC", "SI", "SA"}};
        static const int top[4][5] = {{0, 1, 3}, {0, 1}, {0, 3, 1, 3, 3}, {1, 3, 6}};
        cvss v = random_vector(CVSS_4_0, &seed);
        int eq[4];
        classes_of(&v, eq);
        const char *const *tops[] = {top1[eq[0]], top2[eq[1]], top36[eq[2]], top4[eq[3]]};
        for (int q = 0; q < 4; q++) {
            int sum = 0;
            for (int m = 0; metrics[q][m]; m++)
                sum += level(slice_str(metrics[q][m]), effective(&v, slice_str(metrics[q][m])));
            CHECK_EQ(steps_from(&v, tops[q]), sum - top[q][eq[q]]);
        }
    }
}

/* Inside a MacroVector, a step away from its top never raises the score. */
TEST(monotone_inside_a_macrovector)
{
    uint64_t seed = 5;
    int tried = 0;
    for (int i = 0; i < ROUNDS; i++) {
        cvss v = random_vector(CVSS_4_0, &seed);
        size_t m = next_random(&seed) % V4_E;
        int before[4], after[4];
        v.value[V4_MAV + m] = 0;
        cvss milder = v;
        if (v.value[m] == cvss_value_count(CVSS_4_0, m))
            continue;
        milder.value[m]++;
        classes_of(&v, before);
        classes_of(&milder, after);
        if (memcmp(before, after, sizeof before) != 0)
            continue;
        tried++;
        CHECK(cvss_score(&milder).overall <= cvss_score(&v).overall);
    }
    CHECK(tried > ROUNDS / 10);
}

/* The collection's vectors, recorded from another calculator. */
TEST(vectors_of_the_collection)
{
    static const char *const paths[] = {"../shared/vectors/cvss4.txt",
                                        "../../shared/vectors/cvss4.txt",
                                        "../../../shared/vectors/cvss4.txt"};
    FILE *f = NULL;
    for (size_t i = 0; i < COUNT_OF(paths) && !f; i++)
        f = fopen(paths[i], "r");
    if (!f)
        TEST_SKIP("../shared/vectors is not there");
    char line[512];
    int n = 0;
    while (fgets(line, sizeof line, f)) {
        slice rest = slice_trim(slice_str(line)), vector, whole, tenth;
        uint64_t units = 0, part = 0;
        cvss v;
        err why = {0};
        if (!slice_cut(&rest, ' ', &vector))
            continue;
        slice_cut(&rest, '.', &whole);
        tenth = rest;
        if (!slice_u64(whole, &units) || (tenth.len && !slice_u64(tenth, &part)))
            TEST_FAIL("%s", line);
        if (cvss_parse(vector, &v, &why) != OK)
            TEST_FAIL("%s: %s", line, why.msg);
        else if (cvss_score(&v).overall != (int)(units * 10 + part))
            TEST_FAIL("%d: %s", cvss_score(&v).overall, line);
        n++;
    }
    fclose(f);
    CHECK(n >= 2000);
}
