/* What others wrote: the cases of the OASIS validator, and the bundles of ../shared/data. */
#include "base/file.h"
#include "base/json.h"
#include "format/test_facts.h"

extern const format format_stix;

/* --- cti-stix-validator --------------------------------------------------------------------- */

/* Cases where we differ, found by what the validator says of them (or, where it says nothing, by
 * the object's id). */
static const struct {
    const char *says;
    const char *reason;
} deviations[] = {
    {"'grade' is a required property", "needs the schema of a private extension"},
    {"is not a valid observable property name",
     "the grammar of patterns takes it; nothing is said"},
    {"Custom Observable Object type 'foo'", "patterns on custom objects are taken"},
    {"Contains a reserved property", "no claim is made from it"},
    {"does not match '^(([0-9]|", "the value is kept as text, with a warning"},
    {"does not match '^s*((([0-9A-Fa-f]", "the same"},
    {"is not a 'email'", "the same, or the address in it is read"},
    {"is not a 'uri'", "the same"},
    {"must be an IANA registered", "the registry is not here; the type is only text"},
    {"extensions: 'x-foobar' does not match", "an extension of any name is kept"},
    {"'payload_bin' must be base64", "the payload is not read"},
    {"'time_date_stamp': '2016-11-31", "times inside extensions are not read"},
    {"'private_key_usage_period_not_before'", "the same"},
    {"contains an invalid language code", "no claim is made from it"},
    {"must be later than or equal to 'created'", "no claim is made from the time of creation"},
    {"does not match the id format", "any UUID is taken: the standard's own examples are no v4"},
    {"If the external reference is a CVE", "what is no CVE id is not taken as one"},
    {"network-traffic--280d1c0d-51d1-5ee8-951f-1fb434a38686",
     "src_ref is one digit short of an id"},
};
static bool used[COUNT_OF(deviations)];

static bool is_deviation(slice text)
{
    for (size_t i = 0; i < COUNT_OF(deviations); i++)
        if (slice_find(text, slice_str(deviations[i].says), 0) != SIZE_MAX)
            return used[i] = true;
    return false;
}

/* The validator's finding is about a MUST of the standard: advice has a number in braces. */
static bool is_must(slice error)
{
    for (size_t i = slice_find_byte(error, '{', 0); i != SIZE_MAX;
         i = slice_find_byte(error, '{', i + 1))
        if (i + 4 < error.len && is_digit(error.ptr[i + 1]) && is_digit(error.ptr[i + 2]) &&
            is_digit(error.ptr[i + 3]) && error.ptr[i + 4] == '}')
            return false;
    return true;
}

/* Stricter than the standard on request, or one version only. */
static bool has_house_rules(const json *options)
{
    static const slice rules[] = {S_INIT("strict_properties"), S_INIT("strict_types"),
                                  S_INIT("interop")};
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (json_get(options, rules[i]))
            return true;
    return slice_eq(json_text(json_get(options, S("version"))), S("2.0"));
}

static void check_case(const json *c, slice text, size_t n)
{
    const json *object = json_get(c, S("object")), *errors = json_get(c, S("errors"));
    slice id = json_text(json_get(object, S("id")));
    facts_text t;
    err why = {0};
    bool must = false, deviates = is_deviation(id);
    for (const json *e = errors ? errors->first : NULL; e; e = e->next)
        if (is_must(e->text)) {
            must = true;
            deviates |= is_deviation(e->text);
        }
    bool want = !must; /* advice is no reason to refuse */
    facts_open(&t);
    status st = facts_read(&t, &format_stix, json_raw(object, text), S("x.json"), &why);
    bool got = st == OK && !t.refused;
    if (got != want && !deviates)
        TEST_FAIL("case %zu: %s, want %s\n%.*s", n, got ? "taken" : "refused",
                  want ? "taken" : "refused", SLICE_FMT(buf_slice(&t.out)));
    facts_close(&t);
}

TEST(cases_of_the_oasis_validator)
{
    CLEANUP(arena_done) arena a;
    slice text;
    json *list;
    size_t n = 0;
    arena_init(&a, 64 << 20);
    if (fs_read_all(fs_system(), &a, "../shared/vectors/stix21_validator.json", 1 << 20, &text,
                    NULL) != OK)
        TEST_SKIP("../shared/vectors/stix21_validator.json is not there");
    REQUIRE(json_parse(&a, text, NULL, &list, NULL) == OK);
    CHECK(list->count > 250);
    for (const json *c = list->first; c; c = c->next, n++)
        if (!has_house_rules(json_get(c, S("options"))))
            check_case(c, text, n);
    for (size_t i = 0; i < COUNT_OF(deviations); i++)
        if (!used[i])
            TEST_FAIL("no case is like \"%s\" any more", deviations[i].says);
}

/* --- real bundles --------------------------------------------------------------------------- */

TEST(bundles_that_people_publish)
{
    static const struct {
        const char *path;
        uint64_t records, refused, warned;
        const char *says;
    } rows[] = {
        {"attack/stix-atlas.json", 538, 0, 82, "modified is not at or after created"},
        {"indicators/amnesty/2021-07-18_nso/pegasus.stix2", 3099, 0, 0, " pattern-of indicator "},
        {"indicators/amnesty/2021-12-16_cytrox/cytrox.stix2", 687, 0, 0, " pattern-of indicator "},
        {"indicators/amnesty/2024-12-16_serbia_novispy/novispy.stix2", 37, 0, 0, "head stix-2.1"},
        {"indicators/unit42-iocs/stix2-reports/report_json/"
         "2025-08-11-rise-in-AI-summary-browser-extensions.json",
         3, 0, 1, "domain gosupersonic.email pattern-of"},
        {"indicators/unit42-iocs/stix2-reports/report_json/IcedID_Malware.json", 885, 6, 1,
         "identity_class is no text"},
        {"stix-examples/oasis/examples/example_json/poisonivy.json", 155, 0, 2, " uses "},
        {"stix-examples/oasis/examples/example_json/apt1.json", 76, 0, 1, " attributed-to "},
        {"stix-examples/oasis/examples/example_json/using-granular-markings.json", 4, 0, 0,
         "Known to be used by The Joker.\" tlp=red"},
        {"stix-examples/oasis/examples/example_json/using-marking-definitions.json", 4, 0, 0,
         "tlp=amber"},
    };
    size_t found = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buf_done) buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(rows[i].path, &doc))
            continue;
        found++;
        facts_open(&t);
        const format *f = format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES), S("x"));
        CHECK(f == &format_stix);
        if (facts_read(&t, &format_stix, buf_slice(&doc), S("x"), &why) != OK)
            TEST_FAIL("%s: %s", rows[i].path, why.msg);
        if (t.records != rows[i].records || t.refused != rows[i].refused ||
            t.warned != rows[i].warned)
            TEST_FAIL("%s: %d records, %d refused, %d warnings", rows[i].path, (int)t.records,
                      (int)t.refused, (int)t.warned);
        if (!facts_say(&t, slice_str(rows[i].says)))
            TEST_FAIL("%s: no \"%s\"", rows[i].path, rows[i].says);
        facts_close(&t);
    }
    if (!found)
        TEST_SKIP("../shared/data is not there");
}
