/* Logins under way: whose they are, how long, how many. The talk with providers, right and wrong,
 * is tests/serve/oidc_test.py. */
#include "serve/oidc.h"

#include "base/test.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MEMORY = 8 << 20, ROOM = 4096 };

/* --- a provider that describes itself, once --------------------------------------------------- */

typedef struct provider {
    int fd;
    char issuer[64], port[8];
    pthread_t thread;
} provider;

static void *describe(void *ctx)
{
    provider *p = ctx;
    char text[ROOM], reply[ROOM];
    int c = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC);
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && slice_find(slice_of(text, len), S("\r\n\r\n"), 0) == SIZE_MAX) {
        n = recv(c, text + len, sizeof text - len, 0);
        len += n > 0 ? (size_t)n : 0;
    }
    n = snprintf(
        text, sizeof text,
        "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/a\",\"token_endpoint\":\"%s/t\","
        "\"jwks_uri\":\"%s/k\"}",
        p->issuer, p->issuer, p->issuer, p->issuer);
    n = snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Length: %zd\r\n\r\n%s", n, text);
    n = send(c, reply, (size_t)n, MSG_NOSIGNAL);
    close(c);
    return NULL;
}

typedef struct scene {
    provider p;
    int64_t now_us;
    uint64_t seed;
    outbound_exception here;
    oidc *o;
    arena a;
} scene;

static bool scene_init(scene *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    *s = (scene){.now_us = (int64_t)1800000000 * 1000000};
    arena_init(&s->a, MEMORY);
    s->p.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->p.fd < 0 || bind(s->p.fd, (struct sockaddr *)&at, len) != 0 || listen(s->p.fd, 1) != 0 ||
        getsockname(s->p.fd, (struct sockaddr *)&at, &len) != 0)
        return false;
    snprintf(s->p.port, sizeof s->p.port, "%u", ntohs(at.sin_port));
    snprintf(s->p.issuer, sizeof s->p.issuer, "http://127.0.0.1:%s", s->p.port);
    if (pthread_create(&s->p.thread, NULL, describe, &s->p) != 0 ||
        outbound_exception_read(S("127.0.0.1"), slice_str(s->p.port), &s->here, NULL) != OK)
        return false;
    const oidc_options o = {.issuer = slice_str(s->p.issuer),
                            .client = S("us"),
                            .exceptions = &s->here,
                            .exception_count = 1,
                            .clock = clock_fixed(&s->now_us),
                            .ticks = clock_fixed(&s->now_us),
                            .random = random_seeded(&s->seed)};
    return oidc_new(&o, &s->o, NULL) == OK;
}

static void scene_done(scene *s)
{
    pthread_join(s->p.thread, NULL); /* the first login of each test asked it */
    close(s->p.fd);
    oidc_free(s->o);
    arena_done(&s->a);
}

/* --- logins ----------------------------------------------------------------------------------- */

typedef struct login {
    char cookie[AUTH_SECRET_TEXT + 1];
    slice location, state;
} login;

static bool begin(scene *s, const char *from, login *ret)
{
    if (oidc_begin(s->o, &s->a, slice_str(from), S("http://here/back"), ret->cookie, &ret->location,
                   NULL) != OK)
        return false;
    size_t at = slice_find(ret->location, S("&state="), 0);
    if (at == SIZE_MAX)
        return false;
    ret->state = slice_sub(ret->location, at + 7, at + 7 + AUTH_SECRET_TEXT);
    return true;
}

/* The provider says no: *that* is what is said of a login that is under way. */
static oidc_refusal come_back(scene *s, const char *cookie, slice state)
{
    oidc_person person;
    oidc_refusal refusal = OIDC_NONE;
    const oidc_answer answer = {.cookie = slice_str(cookie),
                                .state = state,
                                .error = S("access_denied"),
                                .redirect = S("http://here/back")};
    CHECK_EQ(oidc_finish(s->o, &s->a, &answer, &person, &refusal, NULL), ERR_FORBIDDEN);
    return refusal;
}

TEST(a_login_is_of_one_browser_and_of_one_use)
{
    CLEANUP(scene_done) scene s;
    login one, two;
    REQUIRE(scene_init(&s));
    REQUIRE(begin(&s, "192.0.2.1", &one) && begin(&s, "192.0.2.1", &two));
    CHECK(!slice_eq(one.state, two.state) && strcmp(one.cookie, two.cookie) != 0);
    CHECK(slice_find(one.location, slice_str(one.cookie), 0) == SIZE_MAX);
    CHECK_EQ(come_back(&s, one.cookie, two.state), OIDC_LOST);
    CHECK_EQ(come_back(&s, two.cookie, one.state), OIDC_LOST);
    CHECK_EQ(come_back(&s, "", one.state), OIDC_LOST);
    CHECK_EQ(come_back(&s, one.cookie, S("")), OIDC_LOST);
    CHECK_EQ(come_back(&s, one.cookie, one.state), OIDC_DENIED); /* others did not use it up */
    CHECK_EQ(come_back(&s, one.cookie, one.state), OIDC_LOST);
    CHECK_EQ(come_back(&s, two.cookie, two.state), OIDC_DENIED);
}

TEST(a_login_ends_after_its_minutes)
{
    CLEANUP(scene_done) scene s;
    login one, two;
    REQUIRE(scene_init(&s));
    REQUIRE(begin(&s, "192.0.2.1", &one) && begin(&s, "192.0.2.1", &two));
    s.now_us += (int64_t)OIDC_MINUTES * 60 * 1000000 - 1000;
    CHECK_EQ(come_back(&s, one.cookie, one.state), OIDC_DENIED);
    s.now_us += 1000;
    CHECK_EQ(come_back(&s, two.cookie, two.state), OIDC_LOST);
}

/* A network that begins and begins pushes out its own. */
TEST(a_network_has_so_many_logins)
{
    CLEANUP(scene_done) scene s;
    login other, first, second, last;
    REQUIRE(scene_init(&s));
    REQUIRE(begin(&s, "198.51.100.1", &other) && begin(&s, "192.0.2.1", &first));
    s.now_us += 1000;
    REQUIRE(begin(&s, "192.0.2.2", &second));
    s.now_us += 1000;
    for (int i = 0; i < OIDC_NETWORK_MAX - 1; i++)
        REQUIRE(begin(&s, "192.0.2.3", &last));
    CHECK_EQ(come_back(&s, first.cookie, first.state), OIDC_LOST);
    CHECK_EQ(come_back(&s, second.cookie, second.state), OIDC_DENIED);
    CHECK_EQ(come_back(&s, last.cookie, last.state), OIDC_DENIED);
    CHECK_EQ(come_back(&s, other.cookie, other.state), OIDC_DENIED);
}

TEST(the_table_is_bounded)
{
    CLEANUP(scene_done) scene s;
    login first, second, last;
    char from[32];
    REQUIRE(scene_init(&s));
    REQUIRE(begin(&s, "198.51.100.1", &first));
    s.now_us += 1000;
    REQUIRE(begin(&s, "198.51.101.1", &second));
    s.now_us += 1000;
    for (unsigned i = 0; i < OIDC_PENDING_MAX - 1; i++) {
        arena_mark here = arena_here(&s.a);
        snprintf(from, sizeof from, "10.%u.%u.1", i / 256, i % 256);
        REQUIRE(begin(&s, from, &last));
        if (i + 2 < OIDC_PENDING_MAX)
            arena_back(&s.a, here);
    }
    CHECK_EQ(come_back(&s, first.cookie, first.state), OIDC_LOST); /* the oldest had to go */
    CHECK_EQ(come_back(&s, second.cookie, second.state), OIDC_DENIED);
    CHECK_EQ(come_back(&s, last.cookie, last.state), OIDC_DENIED);
}

TEST(options_are_checked)
{
    static const oidc_rule rule = {.role = USER_READER, .group = S_INIT("*")};
    const oidc_options good = {.issuer = S("https://idp.example"),
                               .client = S("us"),
                               .create = true,
                               .rules = &rule,
                               .rule_count = 1,
                               .clock = clock_system(),
                               .ticks = clock_system(),
                               .random = random_system()};
    oidc *o = NULL;
    CHECK_OK(oidc_new(&good, &o, NULL));
    o = oidc_free(o);
    oidc_options bad = good;
    bad.issuer = S("http://idp.example");
    CHECK_EQ(oidc_new(&bad, &o, NULL), ERR_INPUT);
    bad = good;
    bad.client = S("");
    CHECK_EQ(oidc_new(&bad, &o, NULL), ERR_INPUT);
    bad = good;
    bad.rule_count = 0;
    CHECK_EQ(oidc_new(&bad, &o, NULL), ERR_INPUT);
    bad = good;
    bad.redirect = S("http://soc.example/api/v1/oidc/callback");
    CHECK_EQ(oidc_new(&bad, &o, NULL), ERR_INPUT);
    CHECK(!o);
}
