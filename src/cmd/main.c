/* main.c - the process: descriptors, terminal, signals. Everything else is cmd/front. */
#include "base/mapping.h"
#include "cmd/front.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>

extern char **environ;

static status write_fd(int fd, slice bytes, const char *name, err *why)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "writing %s", name);
        bytes = slice_from(bytes, (size_t)n);
    }
    return OK;
}

static status to_stdout(void *ctx, slice bytes, err *why)
{
    (void)ctx;
    return write_fd(STDOUT_FILENO, bytes, "standard output", why);
}

static status to_stderr(void *ctx, slice bytes, err *why)
{
    (void)ctx;
    return write_fd(STDERR_FILENO, bytes, "standard error", why);
}

static status from_stdin(void *ctx, char *into, size_t room, size_t *ret, err *why)
{
    (void)ctx;
    ssize_t n;
    do
        n = read(STDIN_FILENO, into, room);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_os(why, errno, "reading standard input");
    *ret = (size_t)n;
    return OK;
}

static status cannot_rewind(void *ctx, err *why)
{
    (void)ctx;
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "standard input can be read only once");
}

/* A missing 0, 1 or 2 would be the number of the next file opened: of the database, perhaps. */
static bool hold_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    if (!hold_descriptors())
        return 2;
    /* A reader that goes away is an error of write(): the store must be closed in order. */
    signal(SIGPIPE, SIG_IGN);
    mapping_guard(); /* a file that is cut off under us is an error, too */
    struct winsize size = {0};
    bool out_tty = isatty(STDOUT_FILENO);
    if (out_tty)
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    size_t count = argc > 1 ? (size_t)argc - 1 : 0;
    slice *words = calloc(count + 1, sizeof *words);
    if (!words)
        return 2;
    for (size_t i = 0; i < count; i++)
        words[i] = slice_str(argv[i + 1]);
    const front_io io = {.environment = (const char *const *)environ,
                         .out = to_stdout,
                         .errors = to_stderr,
                         .in = {.read = from_stdin, .rewind = cannot_rewind},
                         .out_tty = out_tty,
                         .err_tty = isatty(STDERR_FILENO),
                         .columns = size.ws_col,
                         .root = geteuid() == 0,
                         .clock = clock_system(),
                         .random = random_system(),
                         .disk = fs_system()};
    int code = front_run(&io, words, count);
    free(words);
    if (code == FRONT_PIPE_CLOSED) { /* end as other tools do: killed by the signal, silently */
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    return code;
}
