/* handlers.h - what each row of routes.def runs. Private to serve/api.
 * Uses: call. Used by: routes.c and the files that hold them. */
#ifndef NOROSHI_SERVE_API_HANDLERS_H
#define NOROSHI_SERVE_API_HANDLERS_H

#include "serve/api/route.h"

#define ROUTE(name, ...) status api_##name(call *c, err *why) NODISCARD;
#include "serve/api/routes.def"
#undef ROUTE

#endif
