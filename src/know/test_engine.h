/* test_engine.h - tests only: which engine the test's stores are in.
 *
 * NOROSHI_TEST_STORE is the address of a PostgreSQL database with a "?" in it; each store gets a
 * schema of its own there, named after its directory. Without it stores are SQLite's.
 * Uses: nothing. Used by: temp_store.h, test_store.h. */
#ifndef NOROSHI_KNOW_TEST_ENGINE_H
#define NOROSHI_KNOW_TEST_ENGINE_H

#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct test_engine {
    char room[512];
} test_engine;

/* The address for a store in `dir`; NULL: SQLite. */
static inline const char *test_server(test_engine *e, const char *dir)
{
    const char *base = getenv("NOROSHI_TEST_STORE");
    if (!base)
        return NULL;
    int n = snprintf(e->room, sizeof e->room, "%s&options=-csearch_path%%3Dt", base);
    for (const char *p = dir; *p && n > 0 && (size_t)n + 3 < sizeof e->room; p++)
        if (is_alnum(*p)) /* in hex: names of schemas are in lower case */
            n +=
                snprintf(e->room + n, sizeof e->room - (size_t)n, is_digit(*p) ? "%c" : "%02x", *p);
    return e->room;
}

#endif
