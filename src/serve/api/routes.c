/* routes.c - the table of the API: see route.h. */
#include "serve/api/handlers.h"
#include "know/graph.h"

#define TEXT(n, about_)                                                                            \
    {                                                                                              \
        .name = n, .type = PARAM_TEXT, .about = about_                                             \
    }
#define SECRET_TEXT(n, bytes, about_)                                                              \
    {                                                                                              \
        .name = n, .type = PARAM_TEXT, .most = bytes, .about = about_, .secret = true              \
    }
#define IN_PATH(n, about_)                                                                         \
    {                                                                                              \
        .name = n, .type = PARAM_TEXT, .most = OBSERVABLE_TEXT_MAX, .about = about_,               \
        .in_path = true, .required = true                                                          \
    }
#define INT(n, from, to, about_)                                                                   \
    {                                                                                              \
        .name = n, .type = PARAM_INT, .least = from, .most = to, .about = about_                   \
    }
#define BOOL(n, about_)                                                                            \
    {                                                                                              \
        .name = n, .type = PARAM_BOOL, .about = about_                                             \
    }
#define TIME(n, about_)                                                                            \
    {                                                                                              \
        .name = n, .type = PARAM_WHEN, .about = about_                                             \
    }
#define WORD(n, words_, about_)                                                                    \
    {                                                                                              \
        .name = n, .type = PARAM_WORD, .words = words_, .about = about_                            \
    }
#define NEEDED(n, about_)                                                                          \
    {                                                                                              \
        .name = n, .type = PARAM_TEXT, .about = about_, .required = true                           \
    }
#define NEEDED_TIME(n, about_)                                                                     \
    {                                                                                              \
        .name = n, .type = PARAM_WHEN, .about = about_, .required = true                           \
    }
#define AS_OF TIME("as_of", "what was known at that time")
#define LIMIT INT("limit", 1, CALL_LIST_MAX, "items of a page; 100 when not given")
#define CURSOR TEXT("cursor", "next of the page before")
#define FORM                                                                                       \
    WORD("form", "short full all", "how much of each answer: short, full (lists cut at 50), all")
#define SEEN TIME("seen", "time of the event that the question is about: fixes the priority")
#define PARAMS(...) .params = {__VA_ARGS__}

const route api_table[] = {
#define ROUTE(name_, method_, path_, ...)                                                          \
    {.name = #name_, .method = HTTP_##method_, .path = path_, .run = api_##name_, __VA_ARGS__},
#include "serve/api/routes.def"
#undef ROUTE
};
const size_t api_table_count = COUNT_OF(api_table);
