/* metrics.c - what a container says of how grave it is: CVSS of any version, SSVC, KEV, ratings in
 * words. A CVSS score is computed from its vector; what the record says is kept if it differs. */
#include "format/cve/cve.h"
#include "format/vulnerability.h"

static status cvss_of(cve_record *r, const json *m, const char *version, err *why)
{
    const json *number = json_get(m, S("baseScore"));
    vuln_cvss v = {.by = r->by,
                   .version = slice_str(version),
                   .vector = cve_text(m, "vectorString"),
                   .said = json_is(number, JSON_NUMBER) ? vuln_tenths(number->text) : -1};
    return vuln_say_cvss(r->e, r->cve, &v, why);
}

/* [{"Exploitation":"Active"},{"Automatable":"Yes"},{"Technical Impact":"Total"}] */
static status ssvc_of(cve_record *r, const json *content, err *why)
{
    detail d = {0};
    size_t left;
    char time[WHEN_TEXT_MAX];
    when at;
    static const char *const keys[][2] = {{"Exploitation", "exploitation"},
                                          {"Automatable", "automatable"},
                                          {"Technical Impact", "technical_impact"}};
    bool seen[COUNT_OF(keys)] = {false};
    detail_text(&d, "name", S("ssvc"));
    for (const json *o = cve_first(content, "options", &left); o; o = cve_next(o, &left))
        for (size_t k = 0; k < COUNT_OF(keys); k++) {
            slice word = cve_text(o, keys[k][0]);
            if (!word.len || seen[k])
                continue;
            seen[k] = true;
            detail_text(&d, keys[k][1], cve_lower(r, word));
        }
    if (d.count == 1)
        return OK;
    detail_text(&d, "role", cve_text(content, "role"));
    detail_text(&d, "version", cve_text(content, "version"));
    if (when_parse(cve_text(content, "timestamp"), &at) == OK)
        detail_text(&d, "time", slice_str(when_iso(at, time)));
    return cve_say(r, PRED_PROPERTY, S(""), &d, why);
}

static status kev_of(cve_record *r, const json *content, err *why)
{
    detail d = {0};
    char day[WHEN_TEXT_MAX];
    fact_claim c = emit_blank();
    if (when_parse(cve_text(content, "dateAdded"), &c.first_seen) != OK)
        return OK;
    detail_text(&d, "date_added", slice_str(when_date(c.first_seen, day)));
    detail_text(&d, "by", r->by);
    detail_text(&d, "reference", cve_text(content, "reference"));
    status st = emit_detail(r->e, &d, &c.detail, why);
    if (st != OK)
        return st;
    c.subject = r->cve;
    c.predicate = PRED_EXPLOITED;
    return emit_claim(r->e, &c, why);
}

/* "Red Hat severity rating": {"value":"Moderate"} */
static status rating_of(cve_record *r, slice type, const json *content, err *why)
{
    static const char *const keys[] = {"value", "text", "other", "rating", "severity"};
    detail d = {0};
    slice word = slice_trim(json_text(content));
    for (size_t i = 0; !word.len && i < COUNT_OF(keys); i++)
        word = cve_text(content, keys[i]);
    if (!word.len)
        return OK;
    detail_text(&d, "name", S("rating"));
    detail_text(&d, "type", type);
    return cve_say(r, PRED_PROPERTY, word, &d, why);
}

static status other_of(cve_record *r, const json *other, err *why)
{
    slice type = cve_text(other, "type");
    const json *content = json_get(other, S("content"));
    if (slice_eq_nocase(type, S("ssvc")))
        return ssvc_of(r, content, why);
    if (slice_eq_nocase(type, S("kev")))
        return kev_of(r, content, why);
    return rating_of(r, type, content, why);
}

status cve_metrics(cve_record *r, err *why)
{
    static const char *const keys[][2] = {
        {"cvssV2_0", "2.0"}, {"cvssV3_0", "3.0"}, {"cvssV3_1", "3.1"}, {"cvssV4_0", "4.0"}};
    size_t left;
    status st = OK;
    for (const json *m = cve_first(r->container, "metrics", &left); st == OK && m;
         m = cve_next(m, &left)) {
        for (size_t k = 0; st == OK && k < COUNT_OF(keys); k++) {
            const json *v = json_get(m, slice_str(keys[k][0]));
            if (json_is(v, JSON_OBJECT))
                st = cvss_of(r, v, keys[k][1], why);
        }
        const json *other = json_get(m, S("other"));
        if (st == OK && json_is(other, JSON_OBJECT))
            st = other_of(r, other, why);
    }
    return st;
}
