#include "base/test.h"
#include "model/country.h"

TEST(names_and_codes_meet)
{
    static const struct {
        slice in;
        const char *want; /* NULL: nobody */
    } rows[] = {
        {S_INIT("Russia"), "ru"},
        {S_INIT("Russian Federation"), "ru"},
        {S_INIT("Iran (Islamic Republic of)"), "ir"},
        {S_INIT("Korea (Democratic People's Republic of)"), "kp"},
        {S_INIT("Korea (Republic of)"), "kr"},
        {S_INIT("Korea"), NULL},
        {S_INIT("People's Republic of China"), "cn"},
        {S_INIT(" the Philippines "), "ph"},
        {S_INIT("T\xc3\xbcrkiye"), "tr"},
        {S_INIT("TURKEY"), "tr"},
        {S_INIT("Viet Nam"), "vn"},
        {S_INIT("U.S."), "us"},
        {S_INIT("US"), "us"},
        {S_INIT("Middle East"), NULL},
        {S_INIT("Unknown"), NULL},
        {S_INIT(""), NULL},
        {S_INIT("(...)"), NULL},
        {S_INIT("a name that is by far longer than that of any country on this planet or another"),
         NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        country_key key = {"zz"};
        bool ok = country_by_name(rows[i].in, &key);
        CHECK_EQ(ok, rows[i].want != NULL);
        CHECK_SLICE(slice_str(key.text), slice_str(rows[i].want ? rows[i].want : "zz"));
    }
}

TEST(codes_are_two_letters_of_a_country)
{
    country_key key = {"zz"};
    CHECK(country_by_code(S("CN"), &key));
    CHECK_SLICE(slice_str(key.text), S("cn"));
    CHECK(country_by_code(S(" jp "), &key));
    CHECK(!country_by_code(S("CHN"), &key) && !country_by_code(S("C"), &key));
    CHECK(!country_by_code(S("QQ"), &key) && !country_by_code(S(""), &key));
    CHECK_SLICE(slice_str(key.text), S("jp"));
    CHECK_SLICE(country_name(S("jp")), S("Japan"));
    CHECK(country_name(S("qq")).ptr == NULL);
}

TEST(every_country_is_found_by_its_own_name)
{
    int n = 0;
    for (char a = 'a'; a <= 'z'; a++)
        for (char b = 'a'; b <= 'z'; b++) {
            char code[3] = {a, b, 0};
            country_key key = {"zz"};
            slice name = country_name(slice_str(code));
            if (!name.ptr)
                continue;
            n++;
            CHECK(country_by_name(name, &key));
            CHECK_SLICE(slice_str(key.text), slice_str(code));
        }
    CHECK_EQ(n, 250); /* 249 of ISO 3166-1, and XK */
}
