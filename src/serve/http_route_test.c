#include "base/test.h"
#include "serve/http/route.h"

static const http_route table[] = {
    {HTTP_GET, "/", 0, NULL},
    {HTTP_GET, "/a/{x}/c", 0, NULL},
    {HTTP_GET, "/a/b/d", 0, NULL},
    {HTTP_POST, "/a/b/d", 0, NULL},
    {HTTP_GET, "/a/b/{y}", 0, NULL},
    {HTTP_GET, "/files/{rest*}", 0, NULL},
    {HTTP_GET, "/files/index", 0, NULL},
    {HTTP_GET, "/api/v1/observables/{kind}/{value}", 0, NULL},
};

/* "GET /a/b/d x=1", or "" */
static void find(const route_table *t, slice text, buf *out)
{
    CLEANUP(arena_done) arena a;
    http_target target = {0};
    http_pair params[HTTP_PARAMS_MAX];
    size_t n = 0;
    arena_init(&a, 1 << 20);
    buf_clear(out);
    REQUIRE(target_parse(&a, text, &target, NULL) == OK);
    const route_path *p = route_find(&a, t, &target, params, &n);
    if (!p)
        return;
    buf_put(out, slice_str(p->by_method[HTTP_GET]->path));
    for (size_t i = 0; i < n; i++)
        buf_printf(out, " %.*s=%.*s", SLICE_FMT(params[i].name), SLICE_FMT(params[i].value));
}

TEST(paths_find_their_route)
{
    static const struct {
        slice path, want;
    } rows[] = {
        {S_INIT("/"), S_INIT("/")},
        {S_INIT("/a/b/d"), S_INIT("/a/b/d")},
        {S_INIT("/a/b/c"), S_INIT("/a/b/{y} y=c")}, /* written out goes first, from the front */
        {S_INIT("/a/z/c"), S_INIT("/a/{x}/c x=z")},
        {S_INIT("/a/z/d"), S_INIT("")},
        {S_INIT("/a//c"), S_INIT("")},
        {S_INIT("/a/b/d/"), S_INIT("")},
        {S_INIT("/%61/b/d"), S_INIT("/a/b/d")},
        {S_INIT("/A/b/d"), S_INIT("")},
        {S_INIT("/files/index"), S_INIT("/files/index")},
        {S_INIT("/files/x/y%2Fz"), S_INIT("/files/{rest*} rest=x/y/z")},
        {S_INIT("/files/"), S_INIT("/files/{rest*} rest=")},
        {S_INIT("/files"), S_INIT("")},
        {S_INIT("/api/v1/observables/url/http%3A%2F%2Fa%2Fb%3Fc"),
         S_INIT("/api/v1/observables/{kind}/{value} kind=url value=http://a/b?c")},
        {S_INIT("/api/v1/observables/url/http://a"), S_INIT("")},
    };
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf out;
    route_table t;
    arena_init(&a, 1 << 20);
    buf_init(&out, 4096);
    REQUIRE(route_table_make(&a, table, COUNT_OF(table), &t, NULL) == OK);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        find(&t, rows[i].path, &out);
        CHECK_SLICE(buf_slice(&out), rows[i].want);
    }
}

TEST(methods_of_a_path)
{
    CLEANUP(arena_done) arena a;
    route_table t;
    http_target target = {0};
    http_pair params[HTTP_PARAMS_MAX];
    size_t n;
    arena_init(&a, 1 << 20);
    REQUIRE(route_table_make(&a, table, COUNT_OF(table), &t, NULL) == OK);
    CHECK_OK(target_parse(&a, S("/a/b/d"), &target, NULL));
    const route_path *p = route_find(&a, &t, &target, params, &n);
    REQUIRE(p);
    CHECK_SLICE(slice_str(p->allow), S("GET, HEAD, POST, OPTIONS"));
    CHECK(p->by_method[HTTP_POST] == &table[3] && !p->by_method[HTTP_PUT]);
}

TEST(tables_that_are_none)
{
    static const char *const bad[] = {"",
                                      "a",
                                      "/{",
                                      "/{}",
                                      "/{a*}/b",
                                      "/{*}",
                                      "/a%41",
                                      "/{a}x",
                                      "/{1}/{2}/{3}/{4}/{5}/{6}/{7}/{8}/{9}",
                                      "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"};
    CLEANUP(arena_done) arena a;
    route_table t;
    err why;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK_EQ(route_table_make(&a, &(http_route){HTTP_GET, bad[i], 0, NULL}, 1, &t, &why),
                 ERR_INPUT);
    const http_route twice[] = {{HTTP_GET, "/{a}", 0, NULL}, {HTTP_GET, "/{b}", 0, NULL}};
    CHECK_EQ(route_table_make(&a, twice, 2, &t, &why), ERR_INPUT);
    CHECK(strstr(why.msg, "two routes for GET /{b}"));
}
