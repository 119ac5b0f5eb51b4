/* times.c - instants as logs write them: see build.h. */
#include "format/dates.h"
#include "format/log/build.h"

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

/* 1..12, or 0 */
static unsigned month_of(slice s)
{
    if (s.len < 3)
        return 0;
    for (unsigned m = 0; m < 12; m++)
        if (to_lower(s.ptr[0]) == months[3 * m] && to_lower(s.ptr[1]) == months[3 * m + 1] &&
            to_lower(s.ptr[2]) == months[3 * m + 2])
            return m + 1;
    return 0;
}

static size_t digits(slice s, size_t from)
{
    size_t n = 0;
    while (from + n < s.len && is_digit(s.ptr[from + n]))
        n++;
    return n;
}

static unsigned number_at(slice s, size_t from, size_t n)
{
    unsigned v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (unsigned)(s.ptr[from + i] - '0');
    return v;
}

/* Does "HH:MM" stand there? */
static bool clock_at(slice s, size_t i)
{
    return digits(s, i) == 2 && i + 4 < s.len && s.ptr[i + 2] == ':' && digits(s, i + 3) == 2;
}

/* --- seconds since the epoch ----------------------------------------------------------------- */

static bool epoch(slice s, when *ret)
{
    size_t n = digits(s, 0), scale = 100;
    uint64_t v;
    if (n < 9 || n > 19 || !slice_u64(slice_sub(s, 0, n), &v))
        return false;
    if (n == s.len) { /* by its size: seconds, milli-, micro-, nanoseconds */
        *ret = (when)(n < 12 ? v * 1000 : n < 15 ? v : n < 18 ? v / 1000 : v / 1000000);
        return true;
    }
    if (s.ptr[n] != '.' || n > 11 || n + 1 + digits(s, n + 1) != s.len)
        return false;
    *ret = (when)v * 1000;
    for (size_t i = n + 1; i < s.len && scale; i++, scale /= 10)
        *ret += (when)((size_t)(s.ptr[i] - '0') * scale);
    return true;
}

/* --- dates with a month's name --------------------------------------------------------------- */

typedef struct named {
    unsigned day, month, year;
    size_t clock; /* where HH:MM begins */
} named;

/* "17/May/2015:10:05:03 +0000", "27-Mar-2015 13:06:56.123" */
static bool day_first(slice s, named *ret)
{
    size_t d = digits(s, 0), i = d + 1;
    if (!d || d > 2 || s.len < i + 12 || (s.ptr[d] != '/' && s.ptr[d] != '-') ||
        s.ptr[i + 3] != s.ptr[d] || digits(s, i + 4) != 4)
        return false;
    *ret = (named){number_at(s, 0, d), month_of(slice_from(s, i)), number_at(s, i + 4, 4), i + 9};
    return ret->month && clock_at(s, i + 9);
}

/* "Mar 27 13:06:56", "Mar  7 2015 13:06:56.123" */
static bool month_first(slice s, named *ret)
{
    size_t i = 3, d;
    *ret = (named){.month = month_of(s)};
    if (!ret->month)
        return false;
    while (i < s.len && i < 6 && s.ptr[i] == ' ')
        i++;
    d = digits(s, i);
    if (i == 3 || !d || d > 2)
        return false;
    ret->day = number_at(s, i, d);
    i += d;
    if (i == s.len || s.ptr[i] != ' ')
        return false;
    i++;
    if (digits(s, i) == 4 && i + 4 < s.len && s.ptr[i + 4] == ' ') {
        ret->year = number_at(s, i, 4);
        i += 5;
    }
    ret->clock = i;
    return clock_at(s, i);
}

/* The same in the digits of ISO 8601, which base/when reads. */
static bool read_named(const named *n, unsigned year, slice clock, when *ret)
{
    char text[64];
    if (clock.len > 40 || year > 9999)
        return false;
    const unsigned part[] = {year / 100, year % 100, n->month, n->day};
    char *p = text;
    for (size_t i = 0; i < COUNT_OF(part); i++) {
        *p++ = (char)('0' + part[i] / 10 % 10);
        *p++ = (char)('0' + part[i] % 10);
        if (i)
            *p++ = i == 3 ? 'T' : '-';
    }
    memcpy(p, clock.ptr, clock.len);
    return when_parse(slice_of(text, (size_t)(p - text) + clock.len), ret) == OK;
}

static bool has_zone(slice clock)
{
    return slice_find_byte(clock, '+', 0) != SIZE_MAX ||
           slice_find_byte(clock, '-', 0) != SIZE_MAX || slice_ends_nocase(clock, S("Z")) ||
           slice_ends_nocase(clock, S("UTC")) || slice_ends_nocase(clock, S("GMT"));
}

static when zone(const log_builder *b, slice clock, when t)
{
    return has_zone(clock) ? t : t - (when)b->reader->options.zone_minutes * 60000;
}

/* No year: the latest that is not more than a day from now. */
static bool guess_year(const log_builder *b, const named *n, slice clock, when *ret)
{
    char text[WHEN_TEXT_MAX];
    if (b->now < WHEN_FIRST || b->now > WHEN_LAST)
        return false;
    when_date(b->now, text);
    unsigned year = number_at(slice_of(text, 4), 0, 4);
    for (unsigned back = 0; back < 9; back++) { /* 29 February is in one of nine at worst */
        when t;
        if (year + 1 < back + 1 || !read_named(n, year + 1 - back, clock, &t))
            continue;
        t = zone(b, clock, t);
        if (t > b->now + WHEN_DAY)
            continue;
        *ret = t;
        return true;
    }
    return false;
}

/* A zone can lead out of the years that base/when knows. */
static bool give(when t, when *ret)
{
    if (t < WHEN_FIRST || t > WHEN_LAST)
        return false;
    *ret = t;
    return true;
}

bool log_time(const log_builder *b, slice text, when *ret)
{
    named n;
    when t;
    slice s = slice_trim(text);
    if (epoch(s, ret))
        return true;
    if (day_first(s, &n) || month_first(s, &n)) {
        slice clock = slice_from(s, n.clock);
        if (!n.year)
            return guess_year(b, &n, clock, ret);
        if (!read_named(&n, n.year, clock, &t))
            return false;
        return give(zone(b, clock, t), ret);
    }
    size_t colon = slice_find_byte(s, ':', 0);
    if (!date_read(s, DATE_MONTH_FIRST, &t))
        return false;
    return give(colon == SIZE_MAX ? t : zone(b, slice_from(s, colon), t), ret);
}

/* --- at the front of a line ------------------------------------------------------------------ */

static size_t clock_end(slice s, size_t i)
{
    while (i < s.len && (is_digit(s.ptr[i]) || s.ptr[i] == ':'))
        i++;
    if (i + 1 < s.len && (s.ptr[i] == '.' || s.ptr[i] == ',') && is_digit(s.ptr[i + 1]))
        i += 1 + digits(s, i + 1);
    return i;
}

static size_t zone_end(slice s, size_t i)
{
    size_t gap = i < s.len && s.ptr[i] == ' ';
    if (i < s.len && s.ptr[i] == 'Z')
        return i + 1;
    if (i + gap < s.len && (s.ptr[i + gap] == '+' || s.ptr[i + gap] == '-')) {
        size_t n = digits(s, i + gap + 1);
        if (n == 4)
            return i + gap + 5;
        if (n == 2 && i + gap + 5 < s.len && s.ptr[i + gap + 3] == ':' &&
            digits(s, i + gap + 4) >= 2)
            return i + gap + 6;
    }
    return i;
}

size_t log_time_front(slice s)
{
    named n;
    size_t i;
    s = slice_sub(s, 0, 64);
    if (digits(s, 0) == 4 && s.len > 15 && (s.ptr[4] == '-' || s.ptr[4] == '/') &&
        s.ptr[7] == s.ptr[4] && (s.ptr[10] == 'T' || s.ptr[10] == ' ') && clock_at(s, 11)) {
        i = clock_end(s, 11);
        return zone_end(s, i);
    }
    if (!day_first(s, &n) && !month_first(s, &n))
        return 0;
    i = clock_end(s, n.clock);
    return n.year ? zone_end(s, i) : i;
}
