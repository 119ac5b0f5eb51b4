/* route.h - the table of routes, ready to be asked. Pure.
 * Used by: exchange.c, http.c, its test. */
#ifndef NOROSHI_SERVE_HTTP_ROUTE_H
#define NOROSHI_SERVE_HTTP_ROUTE_H

#include "serve/http/target.h"

typedef struct route_path {
    slice parts[HTTP_SEGMENTS_MAX]; /* written out, or the name of a parameter */
    uint8_t kinds[HTTP_SEGMENTS_MAX];
    size_t part_count;
    const http_route *by_method[HTTP_METHOD_COUNT_];
    char allow[64]; /* "GET, HEAD, OPTIONS" */
} route_path;

typedef struct route_table {
    route_path *paths; /* what is written out goes first */
    size_t count;
} route_table;

/*   ERR_INPUT  a path is no template, or has two routes for one method; ERR_LIMIT  memory */
status route_table_make(arena *a, const http_route *routes, size_t count, route_table *ret,
                        err *why) NODISCARD;

/* NULL: no such path. The parameters' names and decoded values go into params (HTTP_PARAMS_MAX). */
const route_path *route_find(arena *a, const route_table *table, const http_target *t,
                             http_pair *params, size_t *ret_count);

#endif
