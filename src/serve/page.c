/* page.c - files of the program over HTTP: see page.h. */
#include "serve/page.h"

#include "serve/assets.h"
#include "serve/http_reply.h"

static status send_file(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx;
    const asset *f = asset_named(r->path);
    if (!f)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "there is no such file");
    const http_asset a = {
        .type = f->type,
        .plain = f->plain,
        .gzip = f->gz,
        .br = f->br,
        .etag = f->etag,
        .csp = S(ASSET_POLICY),
        .cache_control = f->immutable ? S("public, max-age=31536000, immutable") : S(""),
    };
    http_asset_send(r, w, &a);
    return OK;
}

const http_route page_routes[PAGE_ROUTES] = {
    {.method = HTTP_GET, .path = "/", .handle = send_file},
    {.method = HTTP_GET, .path = "/assets/{name}", .handle = send_file},
};

bool page_is(const http_route *r)
{
    return r->handle == send_file;
}
