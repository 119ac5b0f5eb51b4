/* route.h - the table of the API: routes.def as data. Private to serve/api.
 * Uses: call. Used by: api.c, openapi.c and their tests. */
#ifndef NOROSHI_SERVE_API_ROUTE_H
#define NOROSHI_SERVE_API_ROUTE_H

#include "serve/api/call.h"

typedef enum param_type {
    PARAM_NONE, /* end of the list */
    PARAM_TEXT,
    PARAM_INT,
    PARAM_BOOL,
    PARAM_WHEN,
    PARAM_WORD /* one of `words` */
} param_type;

typedef struct param {
    const char *name;
    param_type type;
    const char *about;
    const char *words;              /* PARAM_WORD: "a b c" */
    int64_t least, most;            /* PARAM_INT; PARAM_TEXT: most is bytes, 0: 1024 */
    bool in_path, required, secret; /* secret: never in the audit log */
} param;

enum { ROUTE_PARAMS_MAX = 12 };

enum {
    ROUTE_OPEN = 1,     /* nobody needs to be known */
    ROUTE_OWN = 2,      /* of oneself: whoever is known may */
    ROUTE_CHANGES = 4,  /* has a writer; is recorded in the audit log; takes Idempotency-Key */
    ROUTE_RECORDED = 8, /* what it calls writes the entry of the audit log */
    ROUTE_LEADS = 16,   /* a browser is sent on (302); others add parameters of their own */
    ROUTE_KEYED = 32    /* no single transaction, but takes Idempotency-Key: kept when it is done */
};

struct route {
    const char *name; /* operationId */
    http_method method;
    const char *path;
    unsigned http; /* flags of http_route */
    unsigned flags;
    right_id right;
    const char *tag, *about;
    param params[ROUTE_PARAMS_MAX];
    const char *takes;  /* schema of the JSON body; NULL: none */
    const char *fields; /* its members, "login password code": no others are taken */
    uint64_t body_max;
    const char *gives; /* schema of the answer; NULL: nothing (204) */
    const char *type;  /* media type; NULL: application/json */
    call_handler run;
};

extern const route api_table[];
extern const size_t api_table_count;

/* Checks what was given against the row. ERR_INPUT says which and what it may be. */
status route_check(const route *row, const http_request *r, err *why) NODISCARD;
/* Appends the OpenAPI 3.1 document. */
void openapi_json(buf *out);

#endif
