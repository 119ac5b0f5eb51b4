/* jail_storm_test.c - every second document kills its parser: the others are answered, workers are
 * replaced, and a class that only crashes is stopped until somebody says go on. */
#include "kit.h"

#include <signal.h>
#include <time.h>

JAIL_TESTS_ONLY_IN_RELEASE

static int *volatile nowhere;

static status crash(const format_input *input, const fact_sink *sink, err *why)
{
    (void)input, (void)sink, (void)why;
    *nowhere = 1;
    return OK;
}

static const format formats[] = {KIT_LINES, {.name = "crash", .read = crash}};
KIT_FORMATS(formats)

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

TEST(every_second_job_crashes)
{
    enum { ROUNDS = 100 };
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    err why = {0};
    double worst = 0;
    for (int i = 0; i < ROUNDS; i++) {
        CHECK_EQ(kit_read(s, "crash", S("x"), &k, NULL, &why), ERR_INPUT);
        double before = now_ms();
        CHECK_OK(kit_read(s, "", S("#lines\na.example\nb.example\n"), &k, NULL, &why));
        double took = now_ms() - before;
        worst = took > worst ? took : worst;
        CHECK_EQ(k.claims, 2);
    }
    sandbox_health h = sandbox_ask_health(s, WORKER_DOC);
    CHECK_EQ(h.jobs, 2 * ROUNDS);
    CHECK_EQ(h.crashes, ROUNDS);
    CHECK_EQ(h.crashes_in_a_row, 0);
    CHECK_EQ(h.started, (ROUNDS + SANDBOX_CRASHES_MAX - 1) / SANDBOX_CRASHES_MAX);
    CHECK(!h.stopped);
    CHECK(worst < 1000); /* with a new worker in between, on a busy machine */
    fprintf(stderr, "# slowest good job %.1f ms\n", worst);
    sandbox_free(s);
}

TEST(a_class_that_only_crashes_is_stopped)
{
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    err why = {0};
    for (int i = 0; i < SANDBOX_CRASHES_IN_A_ROW; i++)
        CHECK_EQ(kit_read(s, "crash", S("x"), NULL, NULL, &why), ERR_INPUT);
    CHECK(sandbox_ask_health(s, WORKER_DOC).stopped);
    CHECK_EQ(kit_read(s, "lines", S("a\n"), NULL, NULL, &why), ERR_BUSY);
    CHECK(strcmp(why.msg, "parsing of class doc stopped: 100 jobs crashed in a row") == 0);
    CHECK(!sandbox_ask_health(s, WORKER_ARCHIVE).stopped);
    sandbox_resume(s, WORKER_DOC);
    CHECK_OK(kit_read(s, "lines", S("a\n"), &k, NULL, &why));
    CHECK_EQ(k.claims, 1);
    sandbox_free(s);
}

/* Children of this process: the worker, or with a PID namespace the one that waits for it. */
static pid_t only_child(void)
{
    char text[64] = "";
    int fd = open("/proc/thread-self/children", O_RDONLY);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    uint64_t pid = 0;
    slice_u64(slice_trim(slice_of(text, n < 0 ? 0 : (size_t)n)), &pid);
    return (pid_t)pid;
}

TEST(a_worker_that_was_killed_is_started_again)
{
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    err why = {0};
    CHECK_OK(kit_read(s, "lines", S("a\n"), &k, NULL, &why));
    pid_t pid = only_child();
    if (pid <= 0) {
        sandbox_free(s);
        TEST_SKIP("/proc does not list children here");
    }
    CHECK(kill(pid, SIGKILL) == 0);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    CHECK_OK(kit_read(s, "lines", S("a\n"), &k, NULL, &why));
    CHECK_EQ(sandbox_ask_health(s, WORKER_DOC).started, 2);
    sandbox_free(s);
}

/* The worker dies under a running job: that job is lost, and says so. */
static status kill_worker(void *ctx, const fact_claim *c, err *why)
{
    kit_facts *k = ctx;
    (void)c, (void)why;
    if (k->claims++ == 0) {
        kill(only_child(), SIGKILL);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return OK;
}

TEST(a_worker_killed_under_a_job)
{
    sandbox *s = kit_sandbox(NULL);
    kit_facts k = {0};
    err why = {0};
    fact_sink sink = kit_sink(&k);
    sink.claim = kill_worker;
    buf text;
    buf_init(&text, 64 << 20);
    buf_put(&text, S("#lines\n"));
    while (text.len < 8 << 20) /* more facts than the pipe holds: the child is still at it */
        buf_printf(&text, "%zu.example\n", text.len);
    CHECK_OK(kit_read(s, "lines", S("a\n"), &k, NULL, &why));
    k.claims = 0;
    if (only_child() <= 0) {
        buf_done(&text);
        sandbox_free(s);
        TEST_SKIP("/proc does not list children here");
    }
    int fd = kit_bytes(buf_slice(&text));
    CHECK_EQ(sandbox_read_document(s, fd, &(sandbox_document){.path = S("x")}, &sink, NULL, &why),
             ERR_IO);
    CHECK(strstr(why.msg, "the worker process ended"));
    CHECK_OK(kit_read(s, "lines", S("a\n"), &k, NULL, &why));
    close(fd);
    buf_done(&text);
    sandbox_free(s);
}
