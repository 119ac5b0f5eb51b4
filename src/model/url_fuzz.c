/* A normalised URL is a fixed point, and its parts put together again are the URL. */
#include "model/url.h"

#include <stdio.h>
#include <stdlib.h>

#define must(yes) ((yes) ? (void)0 : broken(__LINE__))

static void broken(int line)
{
    fprintf(stderr, "the property in line %d does not hold\n", line);
    abort();
}

static void check_parts(slice s)
{
    char out[URL_MAX + 64];
    url u = url_split(s);
    size_t n = 0;
    bool opaque = u.scheme.len && u.host_kind == URL_HOST_NONE && u.path.ptr &&
                  u.path.ptr == u.scheme.ptr + u.scheme.len + 1;
    if (opaque)
        return;
    n += (size_t)snprintf(out + n, sizeof out - n, "%.*s%s", SLICE_FMT(u.scheme),
                          u.scheme.len ? "://" : "");
    n += (size_t)snprintf(out + n, sizeof out - n, "%.*s%s", SLICE_FMT(u.userinfo),
                          u.userinfo.len ? "@" : "");
    n += (size_t)snprintf(out + n, sizeof out - n, u.host_kind == URL_HOST_IP6 ? "[%.*s]" : "%.*s",
                          SLICE_FMT(u.host));
    if (u.port)
        n += (size_t)snprintf(out + n, sizeof out - n, ":%d", u.port);
    n += (size_t)snprintf(out + n, sizeof out - n, "%.*s%s%.*s", SLICE_FMT(u.path),
                          u.has_query ? "?" : "", SLICE_FMT(u.query));
    must(slice_eq(s, slice_of(out, n)));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char one[URL_MAX + 1], two[URL_MAX + 1];
    size_t n, m;
    unsigned changed;
    if (url_normalise(slice_of((const char *)data, size), one, &n, &changed, NULL) != OK)
        return 0;
    slice s = slice_of(one, n);
    for (size_t i = 0; i < n; i++)
        must(one[i] > 0x20 && one[i] < 0x7f);
    must(url_normalise(s, two, &m, &changed, NULL) == OK);
    must(changed == 0 && slice_eq(s, slice_of(two, m)));
    check_parts(s);
    return 0;
}
