/* jail_fds_test.c - a child holds 0 to 4 and nothing else: /dev/null three times, its document,
 * its answer; whatever its starter had open, and whatever other jobs run. */
#include "kit.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

JAIL_TESTS_ONLY_IN_RELEASE

enum { FD_TRIED_MAX = 5000 };

/* One letter for each open descriptor: what it is. */
static status read_descriptors(const format_input *input, const fact_sink *sink, err *why)
{
    char text[FD_TRIED_MAX * 8];
    size_t n = 0;
    (void)input;
    for (int fd = 0; fd < FD_TRIED_MAX; fd++) {
        struct stat st;
        if (syscall(SYS_fstat, fd, &st) != 0)
            continue;
        char what = S_ISCHR(st.st_mode)    ? 'c'
                    : S_ISREG(st.st_mode)  ? 'f'
                    : S_ISFIFO(st.st_mode) ? 'p'
                    : S_ISSOCK(st.st_mode) ? 's'
                                           : '?';
        n += (size_t)snprintf(text + n, sizeof text - n, "%d%c ", fd, what);
    }
    status st = sink->head(sink->ctx, &(fact_head){.format = S("descriptors")}, why);
    return st == OK ? sink->refuse(sink->ctx, 0, S(""), slice_of(text, n), why) : st;
}

static const format formats[] = {KIT_LINES, {.name = "descriptors", .read = read_descriptors}};
KIT_FORMATS(formats)

static void check_descriptors(sandbox *s)
{
    kit_facts k;
    err why = {0};
    CHECK_OK(kit_read(s, "descriptors", S("x"), &k, NULL, &why));
    if (strcmp(k.last, "0c 1c 2c 3f 4p ") != 0)
        TEST_FAIL("the child holds %s(%s)", k.last, why.msg);
}

TEST(a_child_holds_five_descriptors)
{
    /* Ours, without close-on-exec, low and high. */
    int leaks[3] = {open("/etc/passwd", O_RDONLY), socket(AF_UNIX, SOCK_STREAM, 0), -1};
    leaks[2] = fcntl(leaks[0], F_DUPFD, 900);
    sandbox *s = kit_sandbox(NULL);
    check_descriptors(s);
    check_descriptors(s);
    sandbox_free(s);
    for (size_t i = 0; i < COUNT_OF(leaks); i++)
        close(leaks[i]);
}

/* While a job runs, another one of the same worker: neither sees the other's document. */
typedef struct outer {
    kit_facts facts; /* first: the kit's functions look for it here */
    sandbox *s;
} outer;

static status other_job(void *ctx, const fact_claim *c, err *why)
{
    outer *o = ctx;
    (void)c, (void)why;
    check_descriptors(o->s);
    return OK;
}

TEST(a_job_inside_a_job_holds_no_more)
{
    outer o = {.s = kit_sandbox(NULL)};
    err why = {0};
    fact_sink sink = kit_sink(&o.facts);
    sink.claim = other_job;
    int fd = kit_bytes(S("#lines\na.example\nb.example\n"));
    CHECK_OK(
        sandbox_read_document(o.s, fd, &(sandbox_document){.path = S("x")}, &sink, NULL, &why));
    CHECK_EQ(o.facts.ends, 2);
    CHECK_EQ(sandbox_ask_health(o.s, WORKER_DOC).started, 1);
    close(fd);
    sandbox_free(o.s);
}

static int without_standard_descriptors(void *ctx)
{
    (void)ctx;
    close(0);
    close(1);
    close(2);
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    err why = {0};
    status st = kit_read(s, "descriptors", S("x"), &k, NULL, &why);
    sandbox_free(s);
    return st != OK ? 1 : strcmp(k.last, "0c 1c 2c 3f 4p ") != 0 ? 2 : 0;
}

TEST(a_starter_without_standard_descriptors)
{
    CHECK_EQ(kit_in_fork(without_standard_descriptors, NULL), 0);
}

TEST(the_document_must_be_read_only)
{
    sandbox *s = kit_sandbox(NULL);
    kit_facts k = {0};
    err why = {0};
    fact_sink sink = kit_sink(&k);
    char path[] = "/tmp/noroshi-fds-XXXXXX";
    int fd = mkstemp(path), pipes[2];
    sandbox_document d = {.format = S("lines")};
    CHECK(write(fd, "a\n", 2) == 2);
    CHECK_EQ(sandbox_read_document(s, fd, &d, &sink, NULL, &why), ERR_INTERNAL);
    CHECK(strcmp(why.msg, "the input is open for writing") == 0);
    close(fd);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK_OK(sandbox_read_document(s, fd, &d, &sink, NULL, &why));
    close(fd);
    unlink(path);
    CHECK(pipe(pipes) == 0);
    CHECK_EQ(sandbox_read_document(s, pipes[0], &d, &sink, NULL, &why), ERR_INTERNAL);
    close(pipes[0]);
    close(pipes[1]);
    CHECK_EQ(sandbox_read_document(s, -1, &d, &sink, NULL, &why), ERR_IO);
    sandbox_free(s);
}

KIT_AGAIN_AS_ORDINARY_USER
