/* tls_test.c - a server and a client on a pair of sockets, and files that are wrong. */
#include "base/tls_kit.h"

#include "base/test.h"

#include <sys/socket.h>

static void place(const char *where, const char *name, char out[512])
{
    snprintf(out, 512, "%s/%s", where, name);
}

static void clear(const char *where)
{
    static const char *const names[] = {"one.pem", "one.key", "two.pem", "two.key", "junk"};
    char path[512];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        place(where, names[i], path);
        unlink(path);
    }
    rmdir(where);
}

static bool prepare(char where[32])
{
    snprintf(where, 32, "/tmp/noroshi-tls-XXXXXX");
    if (!mkdtemp(where))
        return false;
    kit_certificate(where, "one");
    kit_certificate(where, "two");
    return true;
}

/* Sends `what` from a client to a server over TLS. How it ended; *got is what arrived. */
static tls_progress exchange(const char *where, bool want_client, const char *client, slice what,
                             buf *got, err *why)
{
    char certificate[512], key[512];
    tls_server *server = NULL;
    tls *t = NULL;
    kit_client c;
    int fds[2];
    place(where, "one.pem", certificate);
    place(where, "one.key", key);
    const tls_files files = {certificate, key, want_client ? certificate : NULL};
    CHECK_OK(tls_server_new(&files, &server, why));
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_OK(tls_new(server, fds[0], &t, why));
    kit_client_open(&c, fds[1], where, client);
    tls_progress p = TLS_WANT_READ;
    bool sent = false, closed = false;
    for (int i = 0; i < 1000 && p != TLS_CLOSED && p != TLS_BROKEN; i++) {
        char into[7];
        size_t n;
        sent = sent || kit_client_write(&c, what);
        if (sent && !closed && buf_slice(got).len == what.len) {
            kit_client_close(&c, true);
            closed = true;
        }
        if ((p = tls_read(t, into, sizeof into, &n, why)) == TLS_GOT)
            buf_put(got, slice_of(into, n));
    }
    if (!closed)
        kit_client_close(&c, false);
    tls_free(t);
    tls_server_free(server);
    close(fds[0]);
    close(fds[1]);
    return p;
}

TEST(bytes_arrive_and_the_end_is_told)
{
    char where[32];
    err why = {0};
    CLEANUP(buf_done) buf got;
    buf_init(&got, 1 << 16);
    REQUIRE(prepare(where));
    CHECK_EQ(exchange(where, false, NULL, S("over seven bytes of text\n"), &got, &why), TLS_CLOSED);
    CHECK_SLICE(buf_slice(&got), S("over seven bytes of text\n"));
    clear(where);
}

TEST(who_has_no_certificate_of_the_authority_is_refused)
{
    static const struct {
        const char *client;
        bool welcome;
    } rows[] = {{"one", true}, {"two", false}, {NULL, false}};
    char where[32];
    REQUIRE(prepare(where));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        buf got;
        buf_init(&got, 1 << 16);
        tls_progress p = exchange(where, true, rows[i].client, S("line\n"), &got, &why);
        CHECK_EQ(p, rows[i].welcome ? TLS_CLOSED : TLS_BROKEN);
        CHECK_EQ(got.len, rows[i].welcome ? 5 : 0);
        CHECK(rows[i].welcome || slice_starts(slice_str(why.msg), S("no TLS was agreed on: ")));
        buf_done(&got);
    }
    clear(where);
}

TEST(what_speaks_no_tls_is_refused)
{
    char where[32], certificate[512], key[512], into[8];
    int fds[2];
    size_t n;
    tls_server *server = NULL;
    tls *t = NULL;
    err why = {0};
    REQUIRE(prepare(where));
    place(where, "one.pem", certificate);
    place(where, "one.key", key);
    CHECK_OK(tls_server_new(&(tls_files){certificate, key, NULL}, &server, &why));
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_OK(tls_new(server, fds[0], &t, &why));
    CHECK_EQ(tls_read(t, into, sizeof into, &n, &why), TLS_WANT_READ);
    CHECK(!tls_ready(t));
    CHECK_EQ(write(fds[1], "<13>plain syslog\n", 17), 17);
    CHECK_EQ(tls_read(t, into, sizeof into, &n, &why), TLS_BROKEN);
    CHECK_EQ(why.code, ERR_INPUT);
    CHECK_EQ(tls_read(t, into, sizeof into, &n, &why), TLS_CLOSED);
    tls_free(t);
    tls_server_free(server);
    close(fds[0]);
    close(fds[1]);
    clear(where);
}

TEST(who_hangs_up_in_the_handshake_kills_nobody)
{
    char where[32], certificate[512], key[512], into[8];
    int fds[2];
    size_t n;
    tls_server *server = NULL;
    tls *t = NULL;
    kit_client c;
    err why = {0};
    REQUIRE(prepare(where));
    place(where, "one.pem", certificate);
    place(where, "one.key", key);
    CHECK_OK(tls_server_new(&(tls_files){certificate, key, NULL}, &server, &why));
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    CHECK_OK(tls_new(server, fds[0], &t, &why));
    kit_client_open(&c, fds[1], where, NULL);
    CHECK(!kit_client_write(&c, S("hello"))); /* its first flight */
    kit_client_close(&c, false);
    close(fds[1]);
    CHECK_EQ(tls_read(t, into, sizeof into, &n, &why),
             TLS_BROKEN); /* answers, and nobody is there */
    CHECK_EQ(why.code, ERR_IO);
    tls_free(t);
    tls_server_free(server);
    close(fds[0]);
    clear(where);
}

TEST(files_that_are_wrong_are_told)
{
    char where[32], one[512], key[512], two[512], junk[512], gone[512];
    REQUIRE(prepare(where));
    place(where, "one.pem", one);
    place(where, "one.key", key);
    place(where, "two.key", two);
    place(where, "junk", junk);
    place(where, "gone", gone);
    int fd = open(junk, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK_EQ(write(fd, "junk\n", 5), 5);
    close(fd);
    const struct {
        tls_files files;
        status want;
    } rows[] = {
        {{gone, key, NULL}, ERR_NOT_FOUND}, {{one, gone, NULL}, ERR_NOT_FOUND},
        {{one, key, gone}, ERR_NOT_FOUND},  {{junk, key, NULL}, ERR_INPUT},
        {{one, junk, NULL}, ERR_INPUT},     {{one, key, junk}, ERR_INPUT},
        {{one, two, NULL}, ERR_INPUT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        tls_server *s = NULL;
        CHECK_EQ(tls_server_new(&rows[i].files, &s, &why), rows[i].want);
        CHECK(!s && why.msg[0]);
    }
    CHECK_EQ(chmod(key, 0644), 0);
    tls_server *s = NULL;
    CHECK_EQ(tls_server_new(&(tls_files){one, key, NULL}, &s, NULL), ERR_FORBIDDEN);
    clear(where);
}
