/* dates.c - dates as people write them: see dates.h. */
#include "format/dates.h"

#include <stdio.h>

enum { DATE_TEXT_MAX = 64, DATE_WORDS_MAX = 8 };

static bool small_number(slice s, int *ret)
{
    uint64_t n;
    if (s.len < 1 || s.len > 4 || !slice_u64(s, &n))
        return false;
    *ret = (int)n;
    return true;
}

static int month_named(slice s)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (s.len < 3)
        return 0;
    for (int m = 0; m < 12; m++)
        if (slice_starts_nocase(s, slice_of(months + 3 * m, 3)))
            return m + 1;
    return 0;
}

/* Cuts at blanks and commas. */
static size_t words(slice s, slice out[DATE_WORDS_MAX])
{
    size_t n = 0, i = 0;
    while (i < s.len && n < DATE_WORDS_MAX) {
        while (i < s.len && (is_space(s.ptr[i]) || s.ptr[i] == ','))
            i++;
        size_t start = i;
        while (i < s.len && !is_space(s.ptr[i]) && s.ptr[i] != ',')
            i++;
        if (i > start)
            out[n++] = slice_sub(s, start, i);
    }
    return n;
}

/* "26/11/2015" or "26.11.15" into its three numbers. */
static bool three(slice s, int n[3], slice *ret_year)
{
    char sep = slice_find_byte(s, '/', 0) != SIZE_MAX   ? '/'
               : slice_find_byte(s, '.', 0) != SIZE_MAX ? '.'
                                                        : '-';
    for (int i = 0; i < 3; i++) {
        slice f;
        if (!slice_cut(&s, sep, &f) || !small_number(f, &n[i]))
            return false;
        if (i < 2 && f.len > 2)
            return false;
        *ret_year = f;
    }
    slice more;
    return !slice_cut(&s, sep, &more) && (ret_year->len == 2 || ret_year->len == 4);
}

static int year_of(slice digits, int n)
{
    return digits.len == 4 ? n : n >= 70 ? 1900 + n : 2000 + n;
}

int date_order_of(slice text)
{
    slice w[DATE_WORDS_MAX], year;
    int n[3];
    if (text.len > DATE_TEXT_MAX || !words(slice_trim(text), w) || !three(w[0], n, &year))
        return 0;
    return n[0] > 12 && n[1] <= 12 ? 1 : n[1] > 12 && n[0] <= 12 ? -1 : 0;
}

/* "3:46 PM" as "15:46". The word behind the time is used up when it is AM or PM. */
static bool half_day(slice time, slice half, char out[16])
{
    slice h = time, rest;
    int hour;
    size_t colon = slice_find_byte(time, ':', 0);
    bool pm = slice_eq_nocase(half, S("PM"));
    if (colon == SIZE_MAX || (!pm && !slice_eq_nocase(half, S("AM"))))
        return false;
    h = slice_sub(time, 0, colon);
    rest = slice_from(time, colon);
    if (!small_number(h, &hour) || hour < 1 || hour > 12 || rest.len > 10)
        return false;
    hour = hour % 12 + (pm ? 12 : 0);
    snprintf(out, 16, "%02d%.*s", hour, SLICE_FMT(rest));
    return true;
}

/* The date and what follows it, put in the form that when_parse reads. */
static bool assemble(int y, int m, int d, const slice *rest, size_t count, when *ret)
{
    char text[DATE_TEXT_MAX + 32], clock[16];
    int n;
    if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    n = snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
    if (count >= 2 && half_day(rest[0], rest[1], clock)) {
        n += snprintf(text + n, sizeof text - (size_t)n, " %s", clock);
        rest += 2;
        count -= 2;
    }
    for (size_t i = 0; i < count; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, " %.*s", SLICE_FMT(rest[i]));
    if ((size_t)n >= sizeof text)
        return false;
    return when_parse(slice_of(text, (size_t)n), ret) == OK;
}

/* "26 Nov 2015 16:17 ...", "Nov 26 2015 ..."; a day of the week in front is passed over. */
static bool with_month_name(const slice *w, size_t n, when *ret)
{
    int d, y, m;
    if (n >= 4 && !is_digit(w[0].ptr[0]) && (month_named(w[1]) || month_named(w[2]))) {
        w++;
        n--;
    }
    if (n < 3 || !small_number(w[2], &y) || w[2].len != 4)
        return false;
    if ((m = month_named(w[0])) != 0)
        return small_number(w[1], &d) && w[1].len <= 2 && assemble(y, m, d, w + 3, n - 3, ret);
    return (m = month_named(w[1])) != 0 && small_number(w[0], &d) && w[0].len <= 2 &&
           assemble(y, m, d, w + 3, n - 3, ret);
}

bool date_read(slice text, date_order order, when *ret)
{
    slice w[DATE_WORDS_MAX], year;
    int n[3];
    text = slice_trim(text);
    if (!text.len || text.len > DATE_TEXT_MAX)
        return false;
    size_t count = words(text, w);
    if (count && three(w[0], n, &year)) {
        int y = year_of(year, n[2]);
        /* dots and dashes are written where the day comes first */
        bool slash = slice_find_byte(w[0], '/', 0) != SIZE_MAX;
        bool day_first = !slash || order == DATE_DAY_FIRST;
        if (n[day_first ? 1 : 0] > 12 && n[day_first ? 0 : 1] <= 12)
            day_first = !day_first;
        return day_first ? assemble(y, n[1], n[0], w + 1, count - 1, ret)
                         : assemble(y, n[0], n[1], w + 1, count - 1, ret);
    }
    return when_parse(text, ret) == OK || with_month_name(w, count, ret);
}
