#include "base/test.h"
#include "format/dates.h"

TEST(dates_as_people_write_them)
{
    static const struct {
        slice in;
        date_order order;
        const char *want; /* NULL: no date */
    } rows[] = {
        {S_INIT("2020/12/15 13:17:41"), DATE_MONTH_FIRST, "2020-12-15T13:17:41Z"},
        {S_INIT("2019-01-07 07:13:47 UTC"), DATE_MONTH_FIRST, "2019-01-07T07:13:47Z"},
        {S_INIT("2021-01-15T08:55:44Z"), DATE_DAY_FIRST, "2021-01-15T08:55:44Z"},
        {S_INIT("5/28/2021"), DATE_MONTH_FIRST, "2021-05-28T00:00:00Z"},
        {S_INIT("10/18/18 07:38"), DATE_MONTH_FIRST, "2018-10-18T07:38:00Z"},
        {S_INIT("26/11/2015 16:17"), DATE_MONTH_FIRST, "2015-11-26T16:17:00Z"},
        {S_INIT("03/04/2015"), DATE_MONTH_FIRST, "2015-03-04T00:00:00Z"},
        {S_INIT("03/04/2015"), DATE_DAY_FIRST, "2015-04-03T00:00:00Z"},
        {S_INIT("03.04.2015"), DATE_MONTH_FIRST, "2015-04-03T00:00:00Z"},
        {S_INIT("1/2/70"), DATE_MONTH_FIRST, "1970-01-02T00:00:00Z"},
        {S_INIT("1/2/69"), DATE_MONTH_FIRST, "2069-01-02T00:00:00Z"},
        {S_INIT("26 Nov 2015"), DATE_MONTH_FIRST, "2015-11-26T00:00:00Z"},
        {S_INIT("26 November, 2015 03:04"), DATE_MONTH_FIRST, "2015-11-26T03:04:00Z"},
        {S_INIT("Nov 26, 2015"), DATE_MONTH_FIRST, "2015-11-26T00:00:00Z"},
        {S_INIT("Thu, 26 Nov 2015 16:17:00 +0900"), DATE_MONTH_FIRST, "2015-11-26T07:17:00Z"},
        {S_INIT("2/10/17 3:46 PM"), DATE_MONTH_FIRST, "2017-02-10T15:46:00Z"},
        {S_INIT("2/10/17 12:05 am"), DATE_MONTH_FIRST, "2017-02-10T00:05:00Z"},
        {S_INIT("2/10/17 13:46 PM"), DATE_MONTH_FIRST, NULL},
        {S_INIT("30/02/2015"), DATE_MONTH_FIRST, NULL},
        {S_INIT("13/13/2015"), DATE_MONTH_FIRST, NULL},
        {S_INIT("1/2/3/2015"), DATE_MONTH_FIRST, NULL},
        {S_INIT("1/2/215"), DATE_MONTH_FIRST, NULL},
        {S_INIT("2015-02-29"), DATE_MONTH_FIRST, NULL},
        {S_INIT("Nov 2015"), DATE_MONTH_FIRST, NULL},
        {S_INIT("yesterday"), DATE_MONTH_FIRST, NULL},
        {S_INIT(""), DATE_MONTH_FIRST, NULL},
        {S_INIT("2015-11-26                                                         x"),
         DATE_MONTH_FIRST, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[WHEN_TEXT_MAX] = "";
        when t = 77;
        bool ok = date_read(rows[i].in, rows[i].order, &t);
        if (ok != (rows[i].want != NULL))
            TEST_FAIL("row %zu \"%.*s\" is %s", i, SLICE_FMT(rows[i].in), ok ? "read" : "not read");
        if (ok && rows[i].want)
            CHECK_SLICE(slice_str(when_iso(t, text)), slice_str(rows[i].want));
        if (!ok)
            CHECK_EQ(t, 77); /* untouched */
    }
}

TEST(a_number_over_twelve_shows_the_order)
{
    CHECK_EQ(date_order_of(S("26/11/2015 16:17")), 1);
    CHECK_EQ(date_order_of(S("5/28/2021")), -1);
    CHECK_EQ(date_order_of(S("03/04/2015")), 0);
    CHECK_EQ(date_order_of(S("2015-11-26")), 0);
    CHECK_EQ(date_order_of(S("13/13/2015")), 0);
    CHECK_EQ(date_order_of(S("")), 0);
}
