/* when.c - instants: see when.h. */
#include "base/when.h"

#include <stdio.h>

/* Days since 1970-01-01 of a proleptic Gregorian date; H. Hinnant, "chrono-compatible low-level
 * date algorithms" (days_from_civil), http://howardhinnant.github.io/date_algorithms.html */
static int64_t days_of(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_of(int64_t days, int *y, int *m, int *d)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *y = (int)(yoe + era * 400 + (*m <= 2));
}

static int days_in(int y, int m)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return m == 2 && leap ? 29 : days[m - 1];
}

/* Digits off the front, `min`..`max` of them. */
static bool number(slice *s, size_t min, size_t max, int *ret)
{
    size_t n = 0;
    int v = 0;
    while (n < max && n < s->len && is_digit(s->ptr[n]))
        v = v * 10 + (s->ptr[n++] - '0');
    if (n < min)
        return false;
    *s = slice_from(*s, n);
    *ret = v;
    return true;
}

static bool eat(slice *s, char c)
{
    if (!s->len || s->ptr[0] != c)
        return false;
    *s = slice_from(*s, 1);
    return true;
}

/* *whole: the day was there. */
static bool read_date(slice *s, int *y, int *m, int *d, bool *whole)
{
    slice start = *s;
    *m = *d = 1;
    *whole = false;
    if (number(s, 4, 4, y)) {
        char sep = s->len ? s->ptr[0] : 0;
        if (sep != '-' && sep != '/')
            return true;
        eat(s, sep);
        if (!number(s, 1, 2, m))
            return false;
        if (!eat(s, sep))
            return true;
        *whole = true;
        return number(s, 1, 2, d);
    }
    *s = start; /* month first, as US feeds write it */
    *whole = true;
    return number(s, 1, 2, m) && eat(s, '/') && number(s, 1, 2, d) && eat(s, '/') &&
           number(s, 4, 4, y);
}

static bool read_time(slice *s, int *h, int *min, int *sec, int *ms)
{
    if (!number(s, 1, 2, h) || !eat(s, ':') || !number(s, 2, 2, min))
        return false;
    if (!eat(s, ':'))
        return true;
    if (!number(s, 2, 2, sec))
        return false;
    if (s->len && (s->ptr[0] == '.' || s->ptr[0] == ',')) {
        int scale = 100;
        *s = slice_from(*s, 1);
        if (!s->len || !is_digit(s->ptr[0]))
            return false;
        for (; s->len && is_digit(s->ptr[0]); *s = slice_from(*s, 1), scale /= 10)
            *ms += (s->ptr[0] - '0') * scale;
    }
    return true;
}

static bool read_zone(slice *s, int *minutes)
{
    int h, m = 0;
    *s = slice_trim(*s);
    if (!s->len || eat(s, 'Z') || eat(s, 'z'))
        return true;
    if (slice_eq_nocase(*s, S("UTC")) || slice_eq_nocase(*s, S("GMT"))) {
        s->len = 0;
        return true;
    }
    int sign = eat(s, '+') ? 1 : eat(s, '-') ? -1 : 0;
    if (!sign || !number(s, 2, 2, &h))
        return false;
    if (eat(s, ':') ? !number(s, 2, 2, &m) : s->len && !number(s, 2, 2, &m))
        return false;
    *minutes = sign * (h * 60 + m);
    return h < 24 && m < 60;
}

status when_parse(slice text, when *ret)
{
    slice s = slice_trim(text);
    int y, m, d, h = 0, min = 0, sec = 0, ms = 0, zone = 0;
    bool whole;
    uint64_t n;
    if ((s.len == 10 || s.len == 13) && slice_u64(s, &n)) {
        *ret = s.len == 10 ? (when)n * 1000 : (when)n;
        return OK;
    }
    if (!read_date(&s, &y, &m, &d, &whole))
        return ERR_INPUT;
    if (s.len) { /* a time belongs to a day */
        if (!whole)
            return ERR_INPUT;
        if (!eat(&s, 'T') && !eat(&s, 't') && !eat(&s, ' '))
            return ERR_INPUT;
        s = slice_trim(s);
        if (!read_time(&s, &h, &min, &sec, &ms) || !read_zone(&s, &zone))
            return ERR_INPUT;
    }
    if (s.len || y < 1 || m < 1 || m > 12 || d < 1 || d > days_in(y, m) || h > 23 || min > 59 ||
        sec > 60)
        return ERR_INPUT;
    if (sec == 60)
        sec = 59;
    int64_t seconds = ((days_of(y, m, d) * 24 + h) * 60 + min - zone) * 60 + sec;
    when t = seconds * 1000 + ms;
    if (t < WHEN_FIRST || t > WHEN_LAST) /* a zone can lead out of the years it knows */
        return ERR_INPUT;
    *ret = t;
    return OK;
}

static int64_t split(when t, int *y, int *m, int *d)
{
    int64_t day = t / WHEN_DAY, rest = t % WHEN_DAY;
    if (rest < 0) {
        rest += WHEN_DAY;
        day--;
    }
    date_of(day, y, m, d);
    return rest;
}

static char *put_two(char *p, int n)
{
    *p++ = (char)('0' + n / 10);
    *p++ = (char)('0' + n % 10);
    return p;
}

/* "2020-12-15"; returns the place behind it. Without printf, which takes longer than the rest of
 * many an answer's line. */
static char *put_day(char *p, int y, int m, int d)
{
    if (y < 0 || y > 9999)
        p += snprintf(p, WHEN_TEXT_MAX, "%04d", y);
    else
        p = put_two(put_two(p, y / 100), y % 100);
    *p++ = '-';
    p = put_two(p, m);
    *p++ = '-';
    return put_two(p, d);
}

const char *when_iso(when t, char out[WHEN_TEXT_MAX])
{
    int y, m, d;
    int rest = (int)split(t, &y, &m, &d), ms = rest % 1000;
    char *p = put_day(out, y, m, d);
    *p++ = 'T';
    p = put_two(p, rest / 3600000);
    *p++ = ':';
    p = put_two(p, rest / 60000 % 60);
    *p++ = ':';
    p = put_two(p, rest / 1000 % 60);
    if (ms) {
        *p++ = '.';
        *p++ = (char)('0' + ms / 100);
        p = put_two(p, ms % 100);
    }
    *p++ = 'Z';
    *p = 0;
    return out;
}

const char *when_date(when t, char out[WHEN_TEXT_MAX])
{
    int y, m, d;
    split(t, &y, &m, &d);
    *put_day(out, y, m, d) = 0;
    return out;
}

const char *when_minute(when t, int offset_minutes, char out[WHEN_TEXT_MAX])
{
    int y, m, d;
    int rest = (int)split(t + (when)offset_minutes * 60000, &y, &m, &d);
    char *p = put_day(out, y, m, d);
    *p++ = ' ';
    p = put_two(p, rest / 3600000);
    *p++ = ':';
    *put_two(p, rest / 60000 % 60) = 0;
    return out;
}

int64_t when_days(when a, when b)
{
    return (b - a) / WHEN_DAY;
}

static int64_t system_now(void *ctx)
{
    (void)ctx;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t fixed_now(void *ctx)
{
    return *(const int64_t *)ctx;
}

clock_source clock_system(void)
{
    return (clock_source){.now_us = system_now};
}

clock_source clock_fixed(const int64_t *us)
{
    union { /* the context is only read */
        const int64_t *in;
        void *out;
    } ctx = {.in = us};
    return (clock_source){.now_us = fixed_now, .ctx = ctx.out};
}
