#include "base/test.h"
#include "serve/notify.h"

#include <sys/socket.h>
#include <sys/un.h>

/* A service manager: a socket at `name`, "@..." for an abstract one. */
static int manager(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t len = strlen(name);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    memcpy(at.sun_path, name, len);
    if (name[0] == '@')
        at.sun_path[0] = 0;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    int bad = bind(fd, (struct sockaddr *)&at, size);
    assert(fd >= 0 && !bad);
    return fd;
}

static slice heard(int fd, char into[2048])
{
    ssize_t n = recv(fd, into, 2048, 0);
    return slice_of(into, n < 0 ? 0 : (size_t)n);
}

static void hear_all(const char *name)
{
    char into[2048], text[NOTIFY_STATUS_MAX + 8];
    const notify n = {slice_str(name)};
    int fd = manager(name);
    CHECK_OK(notify_say(&n, NOTIFY_READY, S("serves\non 127.0.0.1:8790"), 0, NULL));
    CHECK_SLICE(heard(fd, into), S("READY=1\nSTATUS=serves on 127.0.0.1:8790\n"));
    CHECK_OK(notify_say(&n, NOTIFY_RELOADING, S(""), 123456, NULL));
    CHECK_SLICE(heard(fd, into), S("RELOADING=1\nMONOTONIC_USEC=123456\n"));
    CHECK_OK(notify_say(&n, NOTIFY_STOPPING, S(""), 0, NULL));
    CHECK_SLICE(heard(fd, into), S("STOPPING=1\n"));
    CHECK_OK(notify_say(&n, NOTIFY_WATCHDOG, S(""), 0, NULL));
    CHECK_SLICE(heard(fd, into), S("WATCHDOG=1\n"));
    CHECK_OK(notify_say(&n, NOTIFY_STATUS, S("\xe7\x8b\xbc"), 0, NULL));
    CHECK_SLICE(heard(fd, into), S("STATUS=\xe7\x8b\xbc\n"));
    CHECK_OK(notify_say(&n, NOTIFY_STATUS, S(""), 0, NULL)); /* nothing to say */
    CHECK_EQ(heard(fd, into).len, 0);
    memset(text, 'x', sizeof text);
    CHECK_OK(notify_say(&n, NOTIFY_STATUS, slice_of(text, sizeof text), 0, NULL));
    CHECK_EQ(heard(fd, into).len, strlen("STATUS=\n") + NOTIFY_STATUS_MAX);
    memcpy(text + NOTIFY_STATUS_MAX - 1, "\xe7\x8b\xbc", 3); /* not cut in two */
    CHECK_OK(notify_say(&n, NOTIFY_STATUS, slice_of(text, sizeof text), 0, NULL));
    CHECK_EQ(heard(fd, into).len, strlen("STATUS=\n") + NOTIFY_STATUS_MAX - 1);
    close(fd);
}

TEST(what_the_manager_hears)
{
    char where[] = "/tmp/noroshi-notify-XXXXXX", name[64];
    REQUIRE(mkdtemp(where));
    snprintf(name, sizeof name, "%s/socket", where);
    hear_all(name);
    CHECK(unlink(name) == 0 && rmdir(where) == 0);
    snprintf(name, sizeof name, "@noroshi-notify-test-%ld", (long)getpid());
    hear_all(name);
}

TEST(nobody_asked_or_nobody_is_there)
{
    char name[200];
    err why = {0};
    memset(name, 'x', sizeof name);
    name[0] = '/';
    CHECK_OK(notify_say(&(notify){S("")}, NOTIFY_READY, S(""), 0, &why));
    CHECK_EQ(notify_say(&(notify){S("relative")}, NOTIFY_READY, S(""), 0, &why), ERR_INPUT);
    CHECK_EQ(notify_say(&(notify){S("@")}, NOTIFY_READY, S(""), 0, &why), ERR_INPUT);
    CHECK_EQ(notify_say(&(notify){slice_of(name, 107)}, NOTIFY_READY, S(""), 0, &why), ERR_IO);
    CHECK_EQ(notify_say(&(notify){slice_of(name, 108)}, NOTIFY_READY, S(""), 0, &why), ERR_INPUT);
    CHECK_EQ(notify_say(&(notify){S("/nowhere/socket")}, NOTIFY_READY, S(""), 0, &why), ERR_IO);
}

TEST(whose_watchdog_it_is)
{
    int64_t us = 0;
    CHECK(notify_watchdog(S("30000000"), S("77"), 77, &us));
    CHECK_EQ(us, 30000000);
    CHECK(notify_watchdog(S("1"), S(""), 77, &us));
    CHECK(!notify_watchdog(S("30000000"), S("78"), 77, &us));
    CHECK(!notify_watchdog(S("30000000"), S("x"), 77, &us));
    CHECK(!notify_watchdog(S("0"), S(""), 77, &us));
    CHECK(!notify_watchdog(S(""), S(""), 77, &us));
    CHECK(!notify_watchdog(S("-1"), S(""), 77, &us));
    CHECK(!notify_watchdog(S("9223372036854775808"), S(""), 77, &us));
    CHECK_EQ(us, 1);
}
