/* cvss.c - the tables of metrics, reading and writing vectors: see cvss.h. The scores of each
 * version are in cvss/score2.c, score3.c and score4.c. */
#include "model/cvss/parts.h"

typedef enum group { BASE, THREAT, ENVIRONMENT, SUPPLEMENT } group;

typedef struct metric {
    slice name;
    slice values; /* between blanks, the first has number 1 */
    group group;
} metric;

/* clang-format off */
#define M(name, values, group) {S_INIT(name), S_INIT(values), group}
/* clang-format on */

static const metric metrics2[] = {
    M("AV", "N A L", BASE),          M("AC", "L M H", BASE),
    M("Au", "N S M", BASE),          M("C", "N P C", BASE),
    M("I", "N P C", BASE),           M("A", "N P C", BASE),
    M("E", "U POC F H", THREAT),     M("RL", "OF TF W U", THREAT),
    M("RC", "UC UR C", THREAT),      M("CDP", "N L LM MH H", ENVIRONMENT),
    M("TD", "N L M H", ENVIRONMENT), M("CR", "L M H", ENVIRONMENT),
    M("IR", "L M H", ENVIRONMENT),   M("AR", "L M H", ENVIRONMENT),
};
static const metric metrics3[] = {
    M("AV", "N A L P", BASE),
    M("AC", "L H", BASE),
    M("PR", "N L H", BASE),
    M("UI", "N R", BASE),
    M("S", "U C", BASE),
    M("C", "N L H", BASE),
    M("I", "N L H", BASE),
    M("A", "N L H", BASE),
    M("E", "U P F H", THREAT),
    M("RL", "O T W U", THREAT),
    M("RC", "U R C", THREAT),
    M("CR", "L M H", ENVIRONMENT),
    M("IR", "L M H", ENVIRONMENT),
    M("AR", "L M H", ENVIRONMENT),
    M("MAV", "N A L P", ENVIRONMENT),
    M("MAC", "L H", ENVIRONMENT),
    M("MPR", "N L H", ENVIRONMENT),
    M("MUI", "N R", ENVIRONMENT),
    M("MS", "U C", ENVIRONMENT),
    M("MC", "N L H", ENVIRONMENT),
    M("MI", "N L H", ENVIRONMENT),
    M("MA", "N L H", ENVIRONMENT),
};
/* The values of 4.0 in the order of their severity, gravest first, as its levels count. Safety (S)
 * is one more value of two modified metrics and so stands last. */
static const metric metrics4[] = {
    M("AV", "N A L P", BASE),
    M("AC", "L H", BASE),
    M("AT", "N P", BASE),
    M("PR", "N L H", BASE),
    M("UI", "N P A", BASE),
    M("VC", "H L N", BASE),
    M("VI", "H L N", BASE),
    M("VA", "H L N", BASE),
    M("SC", "H L N", BASE),
    M("SI", "H L N", BASE),
    M("SA", "H L N", BASE),
    M("E", "A P U", THREAT),
    M("CR", "H M L", ENVIRONMENT),
    M("IR", "H M L", ENVIRONMENT),
    M("AR", "H M L", ENVIRONMENT),
    M("MAV", "N A L P", ENVIRONMENT),
    M("MAC", "L H", ENVIRONMENT),
    M("MAT", "N P", ENVIRONMENT),
    M("MPR", "N L H", ENVIRONMENT),
    M("MUI", "N P A", ENVIRONMENT),
    M("MVC", "H L N", ENVIRONMENT),
    M("MVI", "H L N", ENVIRONMENT),
    M("MVA", "H L N", ENVIRONMENT),
    M("MSC", "H L N", ENVIRONMENT),
    M("MSI", "H L N S", ENVIRONMENT),
    M("MSA", "H L N S", ENVIRONMENT),
    M("S", "N P", SUPPLEMENT),
    M("AU", "N Y", SUPPLEMENT),
    M("R", "A U I", SUPPLEMENT),
    M("V", "D C", SUPPLEMENT),
    M("RE", "L M H", SUPPLEMENT),
    M("U", "Clear Green Amber Red", SUPPLEMENT),
};
_Static_assert(COUNT_OF(metrics2) == V2_COUNT_, "metrics of version 2");
_Static_assert(COUNT_OF(metrics3) == V3_COUNT_, "metrics of version 3");
_Static_assert(COUNT_OF(metrics4) == V4_COUNT_, "metrics of version 4");
_Static_assert(COUNT_OF(metrics4) <= CVSS_METRICS_MAX, "the vector has room");

static const struct version {
    const char *name;
    slice prefix, undefined;
    const metric *metric;
    size_t count;
    bool ordered;
    int (*score)(const cvss *v, bool threat, bool environment);
} versions[] = {
    [CVSS_2_0] = {"2.0", S_INIT(""), S_INIT("ND"), metrics2, V2_COUNT_, false, cvss2_score},
    [CVSS_3_0] = {"3.0", S_INIT("CVSS:3.0/"), S_INIT("X"), metrics3, V3_COUNT_, false, cvss3_score},
    [CVSS_3_1] = {"3.1", S_INIT("CVSS:3.1/"), S_INIT("X"), metrics3, V3_COUNT_, false, cvss3_score},
    [CVSS_4_0] = {"4.0", S_INIT("CVSS:4.0/"), S_INIT("X"), metrics4, V4_COUNT_, true, cvss4_score},
};
_Static_assert(COUNT_OF(versions) == CVSS_VERSIONS_, "a version without a table");

const char *cvss_version_name(cvss_version v)
{
    return versions[v].name;
}

size_t cvss_metric_count(cvss_version version)
{
    return versions[version].count;
}

uint8_t cvss_value_count(cvss_version version, size_t m)
{
    slice rest = versions[version].metric[m].values, one;
    uint8_t n = 0;
    while (slice_cut(&rest, ' ', &one))
        n++;
    return n;
}

/* --- reading -------------------------------------------------------------------------------- */

/* The number of the value in the metric's list; 0 when it is not there. */
static uint8_t value_number(const metric *m, slice value)
{
    slice rest = m->values, one;
    for (uint8_t n = 1; slice_cut(&rest, ' ', &one); n++)
        if (slice_eq(one, value))
            return n;
    return 0;
}

typedef struct parser {
    const struct version *version;
    cvss v;
    uint32_t seen; /* bit by metric */
    size_t next;   /* where the order has come to */
} parser;

static status take_metric(parser *p, slice field, size_t at, err *why)
{
    char quote[ERR_QUOTE_MAX];
    slice value = field, name;
    size_t i = 0;
    if (slice_find_byte(field, ':', 0) == SIZE_MAX || !slice_cut(&value, ':', &name))
        return err_set(why, ERR_INPUT, at, "\"%s\" is no metric: there is no colon",
                       err_quote(field, quote));
    while (i < p->version->count && !slice_eq(p->version->metric[i].name, name))
        i++;
    if (i == p->version->count)
        return err_set(why, ERR_INPUT, at, "CVSS %s has no metric \"%s\"", p->version->name,
                       err_quote(name, quote));
    const metric *m = &p->version->metric[i];
    if (p->seen & 1u << i)
        return err_set(why, ERR_INPUT, at, "metric %s came twice", m->name.ptr);
    if (p->version->ordered && i < p->next)
        return err_set(why, ERR_INPUT, at, "metric %s came after %s: the order of CVSS %s is fixed",
                       m->name.ptr, p->version->metric[p->next - 1].name.ptr, p->version->name);
    p->v.value[i] = value_number(m, value);
    if (!p->v.value[i] && !(m->group != BASE && slice_eq(value, p->version->undefined)))
        return err_set(why, ERR_INPUT, at, "metric %s has no value \"%s\"", m->name.ptr,
                       err_quote(value, quote));
    p->seen |= 1u << i;
    p->next = i + 1;
    return OK;
}

static status find_version(slice text, cvss_version *ret, err *why)
{
    char quote[ERR_QUOTE_MAX];
    *ret = CVSS_2_0;
    if (!slice_starts_nocase(text, S("CVSS:")))
        return OK;
    for (cvss_version v = CVSS_3_0; v < CVSS_VERSIONS_; v++)
        if (slice_starts(text, versions[v].prefix)) {
            *ret = v;
            return OK;
        }
    return err_set(why, ERR_INPUT, 0, "\"%s\" begins no vector of CVSS 3.0, 3.1 or 4.0",
                   err_quote(slice_sub(text, 0, 9), quote));
}

status cvss_parse(slice text, cvss *ret, err *why)
{
    parser p = {0};
    slice field, rest;
    status st;
    if (!text.len) /* places are counted from its first byte, which may be nowhere */
        text = S("");
    rest = text;
    if (text.len > CVSS_INPUT_MAX)
        return err_set(why, ERR_INPUT, CVSS_INPUT_MAX, "%zu bytes are no vector", text.len);
    if ((st = find_version(text, &p.v.version, why)) != OK)
        return st;
    p.version = &versions[p.v.version];
    rest = slice_from(rest, p.version->prefix.len);
    if (p.v.version == CVSS_2_0 && slice_starts(rest, S("(")) && slice_ends(rest, S(")")))
        rest = slice_sub(rest, 1, rest.len - 1);
    slice whole = rest;
    while (slice_cut(&rest, '/', &field))
        if ((st = take_metric(&p, field, (size_t)(field.ptr - text.ptr), why)) != OK)
            return st;
    for (size_t i = 0; i < p.version->count; i++)
        if (p.version->metric[i].group == BASE && !(p.seen & 1u << i))
            return err_set(why, ERR_INPUT, (size_t)(whole.ptr + whole.len - text.ptr),
                           "base metric %s is missing", p.version->metric[i].name.ptr);
    *ret = p.v;
    return OK;
}

/* --- writing and asking --------------------------------------------------------------------- */

static slice value_text(const metric *m, uint8_t number)
{
    slice rest = m->values, one = S("");
    for (uint8_t n = 0; n < number; n++)
        if (!slice_cut(&rest, ' ', &one))
            return S("");
    return one;
}

static size_t put(char *out, size_t n, slice s)
{
    assert(n + s.len < CVSS_TEXT_MAX);
    memcpy(out + n, s.ptr, s.len);
    return n + s.len;
}

size_t cvss_print(const cvss *v, char out[CVSS_TEXT_MAX])
{
    const struct version *spec = &versions[v->version];
    size_t n = put(out, 0, spec->prefix);
    for (size_t i = 0; i < spec->count; i++) {
        if (!v->value[i])
            continue;
        if (n > spec->prefix.len)
            n = put(out, n, S("/"));
        n = put(out, n, spec->metric[i].name);
        n = put(out, n, S(":"));
        n = put(out, n, value_text(&spec->metric[i], v->value[i]));
    }
    out[n] = 0;
    return n;
}

slice cvss_value(const cvss *v, slice name)
{
    const struct version *spec = &versions[v->version];
    for (size_t i = 0; i < spec->count; i++)
        if (slice_eq(spec->metric[i].name, name))
            return value_text(&spec->metric[i], v->value[i]);
    return S("");
}

static bool has_group(const cvss *v, group g)
{
    const struct version *spec = &versions[v->version];
    for (size_t i = 0; i < spec->count; i++)
        if (spec->metric[i].group == g && v->value[i])
            return true;
    return false;
}

const char *cvss_nomenclature(const cvss *v)
{
    if (has_group(v, ENVIRONMENT))
        return has_group(v, THREAT) ? "CVSS-BTE" : "CVSS-BE";
    return has_group(v, THREAT) ? "CVSS-BT" : "CVSS-B";
}

cvss_scores cvss_score(const cvss *v)
{
    cvss_scores s;
    s.base = versions[v->version].score(v, false, false);
    s.temporal = has_group(v, THREAT) ? versions[v->version].score(v, true, false) : s.base;
    s.environmental =
        has_group(v, ENVIRONMENT) ? versions[v->version].score(v, true, true) : s.temporal;
    s.overall = s.environmental;
    return s;
}

cvss_severity_ cvss_severity(cvss_version version, int tenths)
{
    if (version == CVSS_2_0)
        return tenths >= 70 ? CVSS_HIGH : tenths >= 40 ? CVSS_MEDIUM : CVSS_LOW;
    return tenths >= 90   ? CVSS_CRITICAL
           : tenths >= 70 ? CVSS_HIGH
           : tenths >= 40 ? CVSS_MEDIUM
           : tenths > 0   ? CVSS_LOW
                          : CVSS_NONE;
}

const char *cvss_severity_name(cvss_severity_ s)
{
    static const char *const names[] = {"none", "low", "medium", "high", "critical"};
    return names[s];
}
