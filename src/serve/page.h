/* page.h - the page of web/ over HTTP: "/" and what it loads, under ASSET_POLICY. Everybody gets
 * it: nothing in it depends on who asks, and it is what asks for the log-in.
 * Uses: assets, http. Used by: cmd/cmd_serve. */
#ifndef NOROSHI_SERVE_PAGE_H
#define NOROSHI_SERVE_PAGE_H

#include "serve/http.h"

enum { PAGE_ROUTES = 2 };

/* Rows for the server's table, beside those of the API. */
extern const http_route page_routes[PAGE_ROUTES];
/* One of them: the server's `admit` has nothing to ask. */
bool page_is(const http_route *r);

#endif
