/* defang.c - values made harmless for the eyes, and the other keys of a value. */
#include "model/domain.h"
#include "model/observable/reading.h"
#include "model/url.h"

#include "base/text.h"

/* --- defang --------------------------------------------------------------------------------- */

static void put_dots(buf *b, slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '.')
            buf_put(b, S("[.]"));
        else
            buf_byte(b, s.ptr[i]);
}

static void put_url(buf *b, slice value)
{
    url u = url_split(value);
    if (u.scheme.len && !slice_starts(slice_from(value, u.scheme.len), S("://"))) {
        buf_put(b, value); /* "data:..." leads nowhere */
        return;
    }
    if (u.scheme.len) {
        bool web = slice_eq(u.scheme, S("http")) || slice_eq(u.scheme, S("https"));
        bool ftp = slice_eq(u.scheme, S("ftp")) || slice_eq(u.scheme, S("ftps"));
        buf_put(b, web ? S("hxxp") : ftp ? S("fxp") : u.scheme);
        if (slice_ends(u.scheme, S("s")) && (web || ftp))
            buf_byte(b, 's');
        buf_put(b, S("://"));
    }
    /* everything between the scheme and the path is shown with its dots broken; the "@" of a
     * userinfo stays, because "[@]" there would no longer be a URL */
    size_t host = u.host.len ? (size_t)(u.host.ptr - value.ptr) : 0;
    size_t from = u.scheme.len ? u.scheme.len + 3 : 0;
    size_t path = (size_t)(u.path.ptr - value.ptr);
    if (u.host.len) {
        buf_put(b, slice_sub(value, from, host));
        put_dots(b, u.host);
        buf_put(b, slice_sub(value, host + u.host.len, path));
    } else {
        buf_put(b, slice_sub(value, from, path));
    }
    buf_put(b, slice_from(value, path));
}

static void put_email(buf *b, slice value)
{
    size_t at = value.len;
    while (at > 0 && value.ptr[at - 1] != '@')
        at--;
    buf_put(b, slice_sub(value, 0, at ? at - 1 : 0));
    buf_put(b, S("[@]"));
    slice host = slice_from(value, at);
    if (host.len && host.ptr[0] == '[')
        buf_put(b, host);
    else
        put_dots(b, host);
}

status observable_defang(arena *a, kind k, slice value, slice *ret, err *why)
{
    buf b;
    buf_init(&b, (size_t)OBSERVABLE_TEXT_MAX * 4);
    switch ((int)k) {
    case KIND_IPV4:
    case KIND_DOMAIN:
    case KIND_CIDR: put_dots(&b, value); break;
    case KIND_URL: put_url(&b, value); break;
    case KIND_EMAIL: put_email(&b, value); break;
    default: buf_put(&b, value); break;
    }
    bool ok = !b.failed && arena_copy(a, buf_slice(&b), ret);
    buf_done(&b);
    return ok ? OK : ARENA_SPENT(a, why);
}
