/* w3c.c - W3C extended logs: IIS, proxies, CDNs: see build.h.
 * Sources: W3C Working Draft "Extended Log File Format" (WD-logfile-960323), Microsoft Learn "W3C
 * logging" (IIS writes blanks in values as "+"), Sigma taxonomy (webserver, proxy). */
#include "format/log/build.h"

static const log_name names[] = {
    LOG_NAME("date", "", DATE),
    LOG_NAME("time", "", CLOCK),
    LOG_NAME("c-ip", "", SRC_IP),
    LOG_NAME("x-forwarded-for", "", NONE),
    LOG_NAME("c-port", "src_port", SRC_PORT),
    LOG_NAME("s-ip", "", DST_IP),
    LOG_NAME("r-ip", "dst_ip", DST_IP),
    LOG_NAME("cs-ip", "dst_ip", DST_IP),
    LOG_NAME("s-port", "", DST_PORT),
    LOG_NAME("r-port", "dst_port", DST_PORT),
    LOG_NAME("cs-username", "", USER),
    LOG_NAME("s-computername", "", HOST),
    LOG_NAME("s-dns", "", HOST),
    LOG_NAME("cs-method", "", METHOD),
    LOG_NAME("cs-uri", "c-uri", URL),
    LOG_NAME("cs-uri-stem", "", URL_PATH),
    LOG_NAME("cs-uri-path", "cs-uri-stem", URL_PATH),
    LOG_NAME("cs-uri-query", "", URL_QUERY),
    LOG_NAME("cs(Host)", "cs-host", URL_HOST),
    LOG_NAME("cs-host", "", URL_HOST),
    LOG_NAME("x-host-header", "cs-host", URL_HOST),
    LOG_NAME("sc-status", "", STATUS),
    LOG_NAME("s-action", "", NONE),
    LOG_NAME("sc-filter-result", "", NONE),
};

/* "2026-11-20 10:00:00": of lines that have a time and no date. */
static void keep_day(log_columns *c, slice text)
{
    slice day = {NULL, 0};
    (void)log_token(&text, &day);
    if (!day.len || day.len >= sizeof c->day)
        return;
    memcpy(c->day, day.ptr, day.len);
    c->day[day.len] = 0;
}

static log_took header(log_builder *b, slice line)
{
    slice name[LOG_COLUMNS_MAX], rest;
    size_t n = 0;
    log_reader *r = b->reader;
    if (slice_starts(line, S("#Software:"))) {
        r->columns.iis = slice_find(line, S("Internet Information Services"), 0) != SIZE_MAX;
        return LOG_HEADER;
    }
    if (slice_starts(line, S("#Date:"))) {
        keep_day(&r->columns, slice_from(line, 6));
        return LOG_HEADER;
    }
    if (slice_starts(line, S("#Version:")) || slice_starts(line, S("#Start-Date:")) ||
        slice_starts(line, S("#End-Date:")) || slice_starts(line, S("#Remark:")))
        return LOG_HEADER;
    if (!slice_starts(line, S("#Fields:")))
        return LOG_NOT;
    rest = slice_from(line, 8);
    while (n < LOG_COLUMNS_MAX && log_token(&rest, &name[n]))
        n++;
    if (!log_columns_set(r, &log_format_w3c, name, n))
        b->failed = true;
    return LOG_HEADER;
}

/* A cell, in quotes or not; one blank or tab stands between two. */
static bool cell(slice *rest, slice *ret)
{
    size_t n = 0;
    if (!rest->ptr)
        return false;
    bool quoted = rest->len && rest->ptr[0] == '"';
    if (quoted) {
        n = slice_find_byte(*rest, '"', 1);
        quoted = n != SIZE_MAX;
        n = quoted ? n + 1 : 0;
    }
    while (n < rest->len && rest->ptr[n] != ' ' && rest->ptr[n] != '\t')
        n++;
    *ret = slice_sub(*rest, quoted, n - quoted);
    *rest = n < rest->len ? slice_from(*rest, n + 1) : (slice){NULL, 0};
    return true;
}

/* IIS: "Mozilla/5.0+(Windows+NT+10.0)" */
static slice with_blanks(log_builder *b, slice s)
{
    char *p = slice_find_byte(s, '+', 0) == SIZE_MAX ? NULL : arena_array(b->a, s.len, 1);
    if (!p)
        return s;
    for (size_t i = 0; i < s.len; i++)
        p[i] = s.ptr[i] == '+' ? ' ' : s.ptr[i];
    return slice_of(p, s.len);
}

static void put_cell(log_builder *b, size_t i, slice written)
{
    const log_columns *c = &b->reader->columns;
    slice name = i < c->count ? c->name[i] : S(""), value = written, sigma = S("");
    if (slice_eq_nocase(name, S("cs(User-Agent)")))
        sigma = S("cs-user-agent");
    else if (slice_eq_nocase(name, S("cs(Referer)")))
        sigma = S("cs-referer");
    else if (slice_eq_nocase(name, S("cs(Cookie)")))
        sigma = S("cs-cookie");
    if (sigma.len && c->iis)
        value = with_blanks(b, value);
    log_put_cell(b, i, sigma, value, written, log_unset(written));
}

static log_took read_w3c(log_builder *b, slice line)
{
    const log_columns *c = &b->reader->columns;
    slice rest = line, one;
    size_t n = 0;
    if (line.len && line.ptr[0] == '#')
        return header(b, line);
    if (c->of != &log_format_w3c || !line.len)
        return LOG_NOT;
    for (; !b->failed && cell(&rest, &one); n++)
        put_cell(b, n, one);
    b->e.cut |= n != c->count ? LOG_CUT_BROKEN : 0;
    return n > 1 || c->count == 1 ? LOG_EVENT : LOG_NOT;
}

static void finish(log_builder *b)
{
    slice action = log_find_value(b, S("s-action"));
    slice filter = log_find_value(b, S("sc-filter-result"));
    bool proxy = action.len || filter.len || log_find(b, S("r-ip")) || log_find(b, S("cs-uri"));
    b->e.category = proxy ? S("proxy") : S("webserver");
    if (b->reader->columns.iis) {
        b->e.product = S("windows");
        b->e.service = S("iis");
    }
    b->e.direction = proxy ? LOG_OUTBOUND : LOG_INBOUND;
    if (slice_find(action, S("DENIED"), 0) != SIZE_MAX || slice_eq(filter, S("DENIED")))
        b->e.outcome = LOG_BLOCKED;
    if (proxy)
        for (size_t i = 0; i < b->count; i++)
            if (slice_eq(b->field[i].sigma, S("cs-user-agent")))
                b->field[i].sigma = S("c-useragent");
}

const log_format log_format_w3c = {.name = "w3c",
                                   .read = read_w3c,
                                   .names = names,
                                   .name_count = COUNT_OF(names),
                                   .finish = finish};
