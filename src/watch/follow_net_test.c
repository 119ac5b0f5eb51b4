/* follow_net_test.c - descriptors and listeners on loopback: framing, limits, slow and silent
 * clients, TLS, and who comes when there is no room. */
#include "base/tls_kit.h"
#include "watch/follow.h"

#include "base/test.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

typedef struct site {
    uint64_t seed;
    int64_t now_us;
    follow *f;
    follow_options o;
    address at;
} site;

static void site_open(site *s)
{
    *s = (site){.seed = 5, .now_us = 1000000000};
    s->o = (follow_options){
        .clock = clock_fixed(&s->now_us), .random = random_seeded(&s->seed), .stop_fd = -1};
}

static void site_start(site *s, const follow_listener *l)
{
    err why = {0};
    CHECK_OK(follow_new(&s->o, &s->f, &why));
    if (l && follow_add_listener(s->f, l, &s->at, &why) != OK)
        TEST_FAIL("%s", why.msg);
}

static int client(const site *s, int type)
{
    int fd = socket(s->at.at.ss_family, type | SOCK_CLOEXEC, 0);
    CHECK_EQ(connect(fd, (const struct sockaddr *)&s->at.at, s->at.len), 0);
    return fd;
}

static void say(int fd, slice text)
{
    CHECK_EQ(send(fd, text.ptr, text.len, MSG_NOSIGNAL), (ssize_t)text.len);
}

/* Everything that comes until nothing does: bytes, "[S]" "[E]" "[C]" "[+]" "[L]" for the flags in
 * front, "!what" for troubles. Ends at `ends` ends of streams, when that is not 0. */
static void hear(site *s, buf *out, unsigned ends)
{
    for (int i = 0, idle = 0; i < 100000; i++) {
        follow_event e;
        err why = {0};
        status st = follow_next(s->f, 20, &e, &why);
        if (st != OK) {
            TEST_FAIL("%s", why.msg);
            return;
        }
        if (e.kind == FOLLOW_IDLE && (!ends || ++idle > 250))
            return;
        if (e.kind == FOLLOW_OVER)
            buf_put(out, S("over"));
        if (e.kind == FOLLOW_OVER)
            return;
        if (e.kind == FOLLOW_TROUBLE)
            buf_printf(out, "!%s", e.trouble.msg);
        if (e.kind != FOLLOW_DATA)
            continue;
        buf_printf(out, "%s%s%s%s%s", e.flags & FOLLOW_STARTED ? "[S]" : "",
                   e.flags & FOLLOW_REST ? "[+]" : "", e.flags & FOLLOW_LOST ? "[L]" : "",
                   e.flags & FOLLOW_CUT ? "[C]" : "", e.flags & FOLLOW_ENDED ? "[E]" : "");
        buf_put(out, e.bytes);
        CHECK_OK(follow_done(s->f, e.stream, e.offset + e.bytes.len, &why));
        if (e.flags & FOLLOW_ENDED && ends && !--ends)
            return;
    }
}

#define HEAR(site, ends, text)                                                                     \
    do {                                                                                           \
        buf seen_;                                                                                 \
        buf_init(&seen_, 64 << 20);                                                                \
        hear(site, &seen_, ends);                                                                  \
        CHECK_SLICE(buf_slice(&seen_), S(text));                                                   \
        buf_done(&seen_);                                                                          \
    } while (0)

TEST(a_descriptor_is_read_to_its_end)
{
    site s;
    int fds[2];
    site_open(&s);
    site_start(&s, NULL);
    CHECK_EQ(pipe2(fds, O_CLOEXEC), 0);
    CHECK_OK(follow_add_descriptor(s.f, fds[0], S("stdin"), NULL));
    CHECK_EQ(write(fds[1], "one\ntw", 6), 6);
    HEAR(&s, 0, "[S]one\n");
    CHECK_EQ(write(fds[1], "o\nrest", 6), 6);
    close(fds[1]);
    HEAR(&s, 0, "two\n[C][E]restover");
    follow_free(s.f);
    close(fds[0]);
}

TEST(a_plain_file_may_be_a_descriptor)
{
    site s;
    site_open(&s);
    site_start(&s, NULL);
    int fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    CHECK_EQ(write(fd, "one\ntwo\n", 8), 8);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_OK(follow_add_descriptor(s.f, fd, S("unpacked"), NULL));
    HEAR(&s, 0, "[S]one\ntwo\n[E]over");
    follow_free(s.f);
    close(fd);
}

TEST(messages_by_tcp_however_they_are_framed_and_cut)
{
    static const struct {
        slice sent;
        const char *want;
    } rows[] = {
        {S_INIT("<13>one\n<13>two\n"), "<13>one\n<13>two\n"},
        {S_INIT("<13>one\0<13>two\0"), "<13>one\n<13>two\n"},
        {S_INIT("7 <13>one7 <13>t\no9 <13>three"), "<13>one\n<13>t o\n<13>three\n"},
        {S_INIT("7 <13>one8 <13>two\n9 <13>three"), "<13>one\n<13>two\n<13>three\n"},
        {S_INIT("{\"a\":1}\n17\n1 x\n"), "{\"a\":1}\n17\n1 x\n"},
        {S_INIT("1764547200 a line that begins with a number\n"),
         "1764547200 a line that begins with a number\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t cut = 0; cut <= rows[i].sent.len; cut++) {
            site s;
            buf flat;
            site_open(&s);
            site_start(&s, &(follow_listener){.transport = FOLLOW_TCP, .address = S("0")});
            buf_init(&flat, 1 << 16);
            int fd = client(&s, SOCK_STREAM);
            say(fd, slice_sub(rows[i].sent, 0, cut));
            follow_event e;
            for (int turn = 0; turn < 3; turn++) {
                CHECK_OK(follow_next(s.f, 0, &e, NULL));
                if (e.kind == FOLLOW_DATA)
                    buf_put(&flat, e.bytes);
            }
            say(fd, slice_from(rows[i].sent, cut));
            close(fd);
            bool end = false;
            for (int turn = 0; turn < 200 && !end; turn++) {
                CHECK_OK(follow_next(s.f, 50, &e, NULL));
                if (e.kind == FOLLOW_DATA)
                    buf_put(&flat, e.bytes);
                end = e.kind == FOLLOW_DATA && e.flags & FOLLOW_ENDED;
            }
            if (!end)
                TEST_FAIL("row %zu cut at %zu does not end", i, cut);
            CHECK_SLICE(buf_slice(&flat), slice_str(rows[i].want));
            buf_done(&flat);
            follow_free(s.f);
        }
    }
}

TEST(a_length_that_is_none_ends_the_connection)
{
    site s;
    site_open(&s);
    site_start(&s, &(follow_listener){.transport = FOLLOW_TCP, .address = S("0")});
    int fd = client(&s, SOCK_STREAM);
    say(fd, S("7 <13>oneno length"));
    HEAR(&s, 0, "[S][E]<13>one\n!no length in front of a message");
    close(fd);
    follow_free(s.f);
}

TEST(long_lines_are_cut_and_none_is_lost)
{
    site s;
    CLEANUP(buf_done) buf sent;
    CLEANUP(buf_done) buf got;
    buf_init(&sent, 1 << 20);
    buf_init(&got, 1 << 20);
    for (int i = 0; i < 3000; i++)
        buf_printf(&sent, "%d,", i);
    buf_printf(&sent, "\nshort\n");
    site_open(&s);
    site_start(
        &s, &(follow_listener){.transport = FOLLOW_TCP, .address = S("0"), .line_bytes_max = 1000});
    int fd = client(&s, SOCK_STREAM);
    say(fd, buf_slice(&sent));
    close(fd);
    bool end = false;
    for (int i = 0; i < 1000 && !end; i++) {
        follow_event e;
        CHECK_OK(follow_next(s.f, 50, &e, NULL));
        if (e.kind != FOLLOW_DATA)
            continue;
        CHECK(e.bytes.len <= 1000);
        CHECK_EQ(e.offset, got.len);
        CHECK_EQ(!!(e.flags & FOLLOW_REST), got.len && got.ptr[got.len - 1] != '\n');
        buf_put(&got, e.bytes);
        end = e.flags & FOLLOW_ENDED;
    }
    CHECK(end);
    CHECK_SLICE(buf_slice(&got), buf_slice(&sent));
    follow_free(s.f);
}

TEST(datagrams_are_lines)
{
    site s;
    site_open(&s);
    site_start(&s, &(follow_listener){.transport = FOLLOW_UDP, .address = S("[::1]:0")});
    int one = client(&s, SOCK_DGRAM), two = client(&s, SOCK_DGRAM);
    say(one, S("<13>one"));
    say(one, S("<13>two\n"));
    say(one, S(""));
    say(one, S("\n"));
    say(two, S("<13>a\nb\0"));
    say(one, S("<13>three"));
    follow_event e;
    char peers[3][ADDRESS_TEXT_MAX] = {{0}};
    static const char *const wants[] = {"<13>one\n<13>two\n", "<13>a b\n", "<13>three\n"};
    for (int i = 0; i < 3; i++) {
        CHECK_OK(follow_next(s.f, 1000, &e, NULL));
        CHECK_EQ(e.kind, FOLLOW_DATA);
        CHECK_SLICE(e.bytes, slice_str(wants[i]));
        CHECK(slice_starts(e.source, S("udp [::1]:")));
        snprintf(peers[i], sizeof peers[i], "%.*s", SLICE_FMT(e.peer));
    }
    CHECK(strcmp(peers[0], peers[1]) != 0 && strcmp(peers[0], peers[2]) == 0);
    close(one);
    close(two);
    follow_free(s.f);
}

TEST(the_longest_datagram_is_cut_like_any_line)
{
    site s;
    static char big[65000];
    memset(big, 'x', sizeof big);
    site_open(&s);
    s.o.line_bytes_max = 40000;
    site_start(&s, &(follow_listener){.transport = FOLLOW_UDP, .address = S("0")});
    int fd = client(&s, SOCK_DGRAM);
    say(fd, slice_of(big, sizeof big));
    follow_event e;
    CHECK_OK(follow_next(s.f, 1000, &e, NULL));
    CHECK_EQ(e.bytes.len, 40000);
    CHECK_EQ(e.flags, FOLLOW_STARTED | FOLLOW_CUT);
    CHECK_OK(follow_next(s.f, 1000, &e, NULL));
    CHECK_EQ(e.bytes.len, sizeof big + 1 - 40000);
    CHECK_EQ(e.flags, FOLLOW_REST);
    close(fd);
    follow_free(s.f);
}

TEST(what_the_kernel_drops_is_counted)
{
    site s;
    char text[1000];
    memset(text, 'y', sizeof text);
    site_open(&s);
    site_start(&s, &(follow_listener){.transport = FOLLOW_UDP, .address = S("0")});
    int fd = client(&s, SOCK_DGRAM);
    const unsigned sent = 60000;
    for (unsigned i = 0; i < sent; i++)
        say(fd, slice_of(text, sizeof text));
    uint64_t lines = 0, lost = 0;
    follow_event e = {.kind = FOLLOW_DATA};
    while (e.kind == FOLLOW_DATA) {
        CHECK_OK(follow_next(s.f, 0, &e, NULL));
        lines += e.bytes.len / (sizeof text + 1);
        lost += e.flags & FOLLOW_LOST ? e.lost : 0;
    }
    CHECK_EQ(lines + lost, sent); /* also those behind which nothing came */
    say(fd, S("last"));
    CHECK_OK(follow_next(s.f, 1000, &e, NULL));
    CHECK_SLICE(e.bytes, S("last\n"));
    CHECK_EQ(e.flags & FOLLOW_LOST, 0);
    CHECK(lost > 0);
    CHECK_EQ(follow_count(s.f).lost_messages, lost);
    close(fd);
    follow_free(s.f);
}

TEST(who_is_silent_goes)
{
    site s;
    site_open(&s);
    site_start(&s,
               &(follow_listener){.transport = FOLLOW_TCP, .address = S("0"), .idle_ms = 60000});
    int silent = client(&s, SOCK_STREAM), half = client(&s, SOCK_STREAM);
    say(half, S("<13>half a mess"));
    HEAR(&s, 0, "");
    s.now_us += 59 * 1000000;
    HEAR(&s, 0, "");
    s.now_us += 2 * 1000000;
    HEAR(&s, 2, "[S][E][S][C][E]<13>half a mess");
    CHECK_EQ(follow_count(s.f).dropped, 2);
    close(silent);
    close(half);
    follow_free(s.f);
}

TEST(a_full_house_drops_the_longest_silent_of_the_busiest_address)
{
    site s;
    site_open(&s);
    site_start(
        &s, &(follow_listener){.transport = FOLLOW_TCP, .address = S("0"), .connections_max = 3});
    int fds[4];
    for (int i = 0; i < 3; i++) {
        fds[i] = client(&s, SOCK_STREAM);
        say(fds[i], S("x\n"));
        HEAR(&s, 0, "[S]x\n");
        s.now_us += 1000;
    }
    say(fds[0], S("y\n")); /* so that the second is silent longest */
    HEAR(&s, 0, "y\n");
    fds[3] = client(&s, SOCK_STREAM);
    HEAR(&s, 1, "[E]");
    char byte;
    CHECK_EQ(recv(fds[1], &byte, 1, 0), 0);
    say(fds[3], S("z\n"));
    HEAR(&s, 0, "[S]z\n");
    CHECK_EQ(follow_count(s.f).dropped, 1);
    CHECK_EQ(follow_count(s.f).connections, 4);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    follow_free(s.f);
}

TEST(stop_ends_the_loop_at_once)
{
    site s;
    int fds[2];
    site_open(&s);
    s.o.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    site_start(&s, NULL);
    CHECK_EQ(pipe2(fds, O_CLOEXEC), 0);
    CHECK_OK(follow_add_descriptor(s.f, fds[0], S("stdin"), NULL));
    CHECK_EQ(write(fds[1], "one\n", 4), 4);
    CHECK_EQ(eventfd_write(s.o.stop_fd, 1), 0);
    follow_event e;
    for (int i = 0; i < 2; i++) {
        CHECK_OK(follow_next(s.f, -1, &e, NULL));
        CHECK_EQ(e.kind, FOLLOW_STOPPED);
    }
    follow_free(s.f);
    close(fds[0]);
    close(fds[1]);
    close(s.o.stop_fd);
}

TEST(senders_wait_for_a_reader_that_does_not_ask)
{
    site s;
    static char text[1 << 16];
    memset(text, '\n', sizeof text);
    site_open(&s);
    site_start(&s, &(follow_listener){.transport = FOLLOW_TCP, .address = S("0")});
    int fd = client(&s, SOCK_STREAM);
    CHECK_EQ(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    size_t sent = 0, got = 0;
    for (ssize_t n; (n = send(fd, text, sizeof text, MSG_NOSIGNAL)) > 0 && sent < 256 << 20;)
        sent += (size_t)n;
    CHECK(sent < 256 << 20); /* the sockets are full */
    follow_event e = {.kind = FOLLOW_DATA};
    while (e.kind == FOLLOW_DATA && got < sent) {
        CHECK_OK(follow_next(s.f, 1000, &e, NULL));
        got += e.bytes.len;
    }
    CHECK_EQ(got, sent);
    close(fd);
    follow_free(s.f);
}

TEST(tls_with_a_client_that_must_show_who_it_is)
{
    char where[] = "/tmp/noroshi-follow-tls-XXXXXX", certificate[64], key[64], path[64];
    site s;
    REQUIRE(mkdtemp(where));
    kit_certificate(where, "one");
    kit_certificate(where, "two");
    snprintf(certificate, sizeof certificate, "%s/one.pem", where);
    snprintf(key, sizeof key, "%s/one.key", where);
    site_open(&s);
    site_start(&s, &(follow_listener){.transport = FOLLOW_TLS,
                                      .address = S("0"),
                                      .certificate = certificate,
                                      .key = key,
                                      .client_ca = certificate});
    for (int stranger = 0; stranger < 2; stranger++) {
        kit_client c;
        CLEANUP(buf_done) buf got;
        buf_init(&got, 1 << 20);
        int fd = client(&s, SOCK_STREAM);
        CHECK_EQ(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
        kit_client_open(&c, fd, where, stranger ? "two" : "one");
        bool sent = false, ended = false;
        for (int i = 0; i < 500 && !ended; i++) {
            follow_event e;
            if (!sent && (sent = kit_client_write(&c, S("7 <13>one9 <13>three"))))
                (void)SSL_shutdown(c.ssl);
            CHECK_OK(follow_next(s.f, 10, &e, NULL));
            if (e.kind == FOLLOW_TROUBLE)
                buf_printf(&got, "!%.17s", e.trouble.msg);
            if (e.kind == FOLLOW_DATA)
                buf_put(&got, e.bytes);
            ended = e.kind == FOLLOW_DATA && e.flags & FOLLOW_ENDED;
        }
        CHECK(ended);
        hear(&s, &got, 0);
        CHECK_SLICE(slice_sub(buf_slice(&got), 0, 18),
                    stranger ? S("!no TLS was agreed") : S("<13>one\n<13>three\n"));
        kit_client_close(&c, false);
        close(fd);
    }
    follow_free(s.f);
    static const char *const names[] = {"one.pem", "one.key", "two.pem", "two.key"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "%s/%s", where, names[i]);
        unlink(path);
    }
    rmdir(where);
}

TEST(who_never_greets_goes)
{
    char where[] = "/tmp/noroshi-follow-tls-XXXXXX", certificate[64], key[64];
    site s;
    REQUIRE(mkdtemp(where));
    kit_certificate(where, "one");
    snprintf(certificate, sizeof certificate, "%s/one.pem", where);
    snprintf(key, sizeof key, "%s/one.key", where);
    site_open(&s);
    site_start(&s, &(follow_listener){.transport = FOLLOW_TLS,
                                      .address = S("0"),
                                      .certificate = certificate,
                                      .key = key});
    int fd = client(&s, SOCK_STREAM);
    HEAR(&s, 0, "");
    s.now_us += 11 * 1000000;
    HEAR(&s, 1, "[S][E]");
    close(fd);
    follow_free(s.f);
    unlink(certificate);
    unlink(key);
    rmdir(where);
}

TEST(listeners_that_cannot_be)
{
    static const struct {
        follow_listener l;
        status want;
    } rows[] = {
        {{.transport = FOLLOW_FILE, .address = S_INIT("0")}, ERR_INPUT},
        {{.transport = FOLLOW_TCP, .address = S_INIT("")}, ERR_INPUT},
        {{.transport = FOLLOW_TCP, .address = S_INIT("localhost:0")}, ERR_INPUT},
        {{.transport = FOLLOW_TCP, .address = S_INIT("65536")}, ERR_INPUT},
        {{.transport = FOLLOW_TCP, .address = S_INIT("192.0.2.1:0")}, ERR_IO},
        {{.transport = FOLLOW_UDP, .address = S_INIT("192.0.2.1:0")}, ERR_IO},
        {{.transport = FOLLOW_TLS, .address = S_INIT("0")}, ERR_INPUT},
        {{.transport = FOLLOW_TLS,
          .address = S_INIT("0"),
          .certificate = "/nowhere/a.pem",
          .key = "/nowhere/a.key"},
         ERR_NOT_FOUND},
    };
    site s;
    site_open(&s);
    site_start(&s, NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        CHECK_EQ(follow_add_listener(s.f, &rows[i].l, NULL, &why), rows[i].want);
        CHECK(why.msg[0]);
    }
    follow_free(s.f);
}

/* True when it did not succeed at once. */
static bool listen_again(site *s, const follow_listener *l)
{
    if (follow_add_listener(s->f, l, &s->at, NULL) == OK)
        return false;
    CHECK_OK(follow_add_listener(s->f, l, &s->at, NULL));
    return true;
}

/* One allocation fails: what was sent arrives all the same. */
TEST(every_allocation_may_fail)
{
    bool spent = true;
    for (long n = 1; n < 100 && spent; n++) {
        site s;
        int fds[2], fd = -1;
        CLEANUP(buf_done) buf got;
        buf_init(&got, 1 << 20);
        site_open(&s);
        s.o.fail_at = n;
        spent = false;
        if (follow_new(&s.o, &s.f, NULL) != OK) {
            spent = true;
            continue;
        }
        CHECK_EQ(pipe2(fds, O_CLOEXEC), 0);
        const follow_listener l = {.transport = FOLLOW_TCP, .address = S("0")};
        const follow_listener u = {.transport = FOLLOW_UDP, .address = S("0")};
        spent |= listen_again(&s, &u);
        int sender = client(&s, SOCK_DGRAM);
        say(sender, S("datagram"));
        if (follow_add_descriptor(s.f, fds[0], S("stdin"), NULL) != OK) {
            spent = true;
            CHECK_OK(follow_add_descriptor(s.f, fds[0], S("stdin"), NULL));
        }
        spent |= listen_again(&s, &l);
        CHECK_EQ(write(fds[1], "one\n", 4), 4);
        close(fds[1]);
        for (int i = 0, idle = 0; i < 200 && idle < 2; i++) {
            follow_event e;
            if (fd < 0 && (fd = client(&s, SOCK_STREAM)) >= 0) {
                say(fd, S("<13>two\n"));
            }
            status st = follow_next(s.f, 10, &e, NULL);
            if (st != OK) {
                CHECK_EQ(st, ERR_LIMIT);
                spent = true;
                close(fd); /* it may not have been taken: again */
                fd = -1;
                continue;
            }
            idle += e.kind == FOLLOW_IDLE;
            if (e.kind == FOLLOW_DATA)
                buf_put(&got, e.bytes);
        }
        CHECK(slice_find(buf_slice(&got), S("one\n"), 0) != SIZE_MAX);
        CHECK(slice_find(buf_slice(&got), S("<13>two\n"), 0) != SIZE_MAX);
        CHECK(slice_find(buf_slice(&got), S("datagram\n"), 0) != SIZE_MAX);
        close(fd);
        close(sender);
        close(fds[0]);
        follow_free(s.f);
    }
    CHECK(!spent);
}
