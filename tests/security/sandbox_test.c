/* sandbox_test.c - documents through a worker, when all is well or plainly wrong: what reaches the
 * codec, what comes back, what it costs. Runs in sanitizer builds too. */
#include "kit.h"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>

/* Hands back what it was given. */
static status echo(const format_input *input, const fact_sink *sink, err *why)
{
    char room[256];
    size_t n = 0;
    status st = sink->head(sink->ctx, &(fact_head){.format = S("echo")}, why);
    if (st != OK || (st = reader_read(input->in, room, sizeof room, &n, why)) != OK ||
        (st = reader_rewind(input->in, why)) != OK ||
        (st = reader_read(input->in, room, sizeof room, &n, why)) != OK)
        return st;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 10);
    slice text = arena_printf(
        &a, "path=%.*s mapping=%.*s record=%u depth=%u records=%llu bytes=%.*s env=%s+%d",
        SLICE_FMT(input->path), SLICE_FMT(input->mapping), input->limits.record_bytes_max,
        input->limits.depth_max, (unsigned long long)input->limits.records_max,
        SLICE_FMT(slice_of(room, n)), environ[0], environ[1] != NULL);
    if ((st = sink->begin(sink->ctx, &(fact_record){.modified = WHEN_NONE}, why)) != OK ||
        (st = sink->claim(sink->ctx,
                          &(fact_claim){.subject = {KIND_DOMAIN, S("x")},
                                        .predicate = PRED_DESCRIBED,
                                        .value = text,
                                        .confidence = -1,
                                        .first_seen = WHEN_NONE,
                                        .last_seen = WHEN_NONE,
                                        .valid_from = WHEN_NONE,
                                        .valid_until = WHEN_NONE},
                          why)) != OK)
        return st;
    return sink->end(sink->ctx, why);
}

/* Things that a library does once in a while, and for which it asks the system the first time. */
static int cmp_int(const void *a, const void *b)
{
    int x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static status first_times(const format_input *input, const fact_sink *sink, err *why)
{
    enum { MANY = 100000 };
    int *some = malloc(MANY * sizeof *some);
    char text[64] = "";
    struct tm broken_down = {.tm_year = 126, .tm_mon = 10, .tm_mday = 22};
    (void)input;
    if (!some)
        return err_set(why, ERR_LIMIT, 0, "memory");
    for (int i = 0; i < MANY; i++)
        some[i] = i * 7919 % MANY;
    qsort(some, MANY, sizeof *some, cmp_int);
    bool sorted = some[1] == 1 && some[MANY - 1] == MANY - 1;
    free(some);
    snprintf(text, sizeof text, "%.3f %ls %zu", (double)timegm(&broken_down), L"\u72fc",
             strlen(text));
    if (!sorted || clock_now(clock_system()) == 0)
        return err_set(why, ERR_INTERNAL, 0, "not sorted");
    return sink->head(sink->ctx, &(fact_head){.format = S("x")}, why);
}

static status fail_input(const format_input *input, const fact_sink *sink, err *why)
{
    (void)input, (void)sink;
    return err_set(why, ERR_INPUT, 7, "no date: \x1b[31m");
}

static status fail_limit(const format_input *input, const fact_sink *sink, err *why)
{
    (void)input, (void)sink;
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "record over %d bytes", 9);
}

static status fail_oddly(const format_input *input, const fact_sink *sink, err *why)
{
    (void)input, (void)sink;
    return err_set(why, ERR_BUSY, ERR_NOWHERE, "odd");
}

static const format formats[] = {
    KIT_LINES,
    {.name = "echo", .read = echo},
    {.name = "first-times", .read = first_times},
    {.name = "fail-input", .read = fail_input},
    {.name = "fail-limit", .read = fail_limit},
    {.name = "fail-oddly", .read = fail_oddly},
};
KIT_FORMATS(formats)

TEST(a_document_is_recognised_and_read)
{
    kit_facts k;
    sandbox_report r;
    err why = {0};
    sandbox *s = kit_sandbox(NULL);
    CHECK_OK(kit_read(s, "", S("#lines\na.example\n\nb.example\nc.example"), &k, &r, &why));
    CHECK_EQ(k.heads, 1);
    CHECK_EQ(k.records, 3);
    CHECK_EQ(k.claims, 3);
    CHECK_EQ(k.ends, 3);
    CHECK(strcmp(k.last, "c.example") == 0);
    CHECK(strcmp(r.format, "lines") == 0);
    CHECK_EQ(r.format_version, 7);
    CHECK_EQ(r.records, 3);
    CHECK_EQ(r.claims, 3);
    CHECK(r.answer_bytes > 100 && r.memory_kib > 0 && r.signal == 0);
    sandbox_free(s);
}

TEST(what_is_asked_for_reaches_the_codec)
{
    kit_facts k = {0};
    err why = {0};
    sandbox *s = kit_sandbox(NULL);
    fact_sink sink = kit_sink(&k);
    int fd = kit_bytes(S("some bytes"));
    lseek(fd, 5, SEEK_SET); /* the child has its own idea of where it reads */
    const sandbox_document d = {.path = S("dir/脅威.csv"),
                                .format = S("echo"),
                                .mapping = S("ip=ipv4"),
                                .limits = {1, 2, 3}};
    for (int i = 0; i < 2; i++) {
        CHECK_OK(sandbox_read_document(s, fd, &d, &sink, NULL, &why));
        CHECK_SLICE(slice_str(k.value), S("path=dir/脅威.csv mapping=ip=ipv4 record=1 depth=2 "
                                          "records=3 bytes=some bytes env=TZ=UTC0+0"));
    }
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 5);
    close(fd);
    sandbox_free(s);
}

TEST(first_times_of_the_c_library_do_not_kill)
{
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    err why = {0};
    CHECK_OK(kit_read(s, "first-times", S("x"), &k, NULL, &why));
    if (k.heads != 1)
        TEST_FAIL("%s", why.msg);
    sandbox_free(s);
}

TEST(a_codecs_error_is_the_documents)
{
    static const struct {
        const char *name;
        slice bytes;
        status want;
        const char *words;
        uint64_t at;
    } rows[] = {
        {"fail-input", S_INIT("x"), ERR_INPUT, "no date: ?[31m", 7},
        {"fail-limit", S_INIT("x"), ERR_LIMIT, "record over 9 bytes", ERR_NOWHERE},
        {"fail-oddly", S_INIT("x"), ERR_INTERNAL, "odd", ERR_NOWHERE},
        {"unheard-of", S_INIT("x"), ERR_INPUT, "no format of that name", 0},
        {"", S_INIT("?"), ERR_INPUT, "not in any format that we know", 0},
        {"", S_INIT(""), ERR_INPUT, "the document is empty", 0},
        {"", S_INIT("\xff\xfe\0\0x\0\0\0"), ERR_INPUT,
         "text in UTF-32, which is not read: convert it to UTF-8", 0},
        {"1234567890123456789012345678901234567890123456789012345678901234567890", S_INIT("x"),
         ERR_INPUT, "no format of that name", ERR_NOWHERE},
    };
    sandbox *s = kit_sandbox(NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        status st = kit_read(s, rows[i].name, rows[i].bytes, NULL, NULL, &why);
        if (st != rows[i].want || strcmp(why.msg, rows[i].words) != 0 || why.at != rows[i].at)
            TEST_FAIL("row %zu: %s \"%s\" at %llu", i, status_name(st), why.msg,
                      (unsigned long long)why.at);
    }
    CHECK_EQ(sandbox_ask_health(s, WORKER_DOC).crashes, 0);
    CHECK_OK(kit_read(s, "lines", S(""), NULL, NULL, NULL));
    sandbox_free(s);
}

TEST(limits_of_a_request_are_at_their_edges)
{
    static char text[SANDBOX_MAPPING_MAX + 1];
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    fact_sink sink = kit_sink(&k);
    int fd = kit_bytes(S("x"));
    memset(text, 'x', sizeof text);
    for (size_t more = 0; more < 2; more++) {
        status want = more ? ERR_LIMIT : OK;
        CHECK_EQ(sandbox_read_document(s, fd,
                                       &(sandbox_document){.format = S("lines"),
                                                           .path = {text, SANDBOX_PATH_MAX + more}},
                                       &sink, NULL, NULL),
                 want);
        CHECK_EQ(sandbox_read_document(
                     s, fd,
                     &(sandbox_document){.format = S("lines"),
                                         .mapping = {text, SANDBOX_MAPPING_MAX + more}},
                     &sink, NULL, NULL),
                 want);
    }
    close(fd);
    sandbox_free(s);
}

static status no_more(void *ctx, const fact_claim *c, err *why)
{
    (void)c;
    return ++((kit_facts *)ctx)->claims == 2 ? err_set(why, ERR_BUSY, 3, "store is full") : OK;
}

TEST(a_sink_that_says_no_ends_the_job_and_harms_nobody)
{
    sandbox *s = kit_sandbox(NULL);
    kit_facts k = {0};
    err why = {0};
    fact_sink sink = kit_sink(&k);
    sink.claim = no_more;
    int fd = kit_bytes(S("#lines\na\nb\nc\n"));
    for (unsigned i = 0; i < 5; i++) {
        k.claims = 0;
        CHECK_EQ(
            sandbox_read_document(s, fd, &(sandbox_document){.path = S("x")}, &sink, NULL, &why),
            ERR_BUSY);
        CHECK(strcmp(why.msg, "store is full") == 0);
    }
    CHECK_EQ(sandbox_ask_health(s, WORKER_DOC).crashes, 0);
    CHECK_EQ(sandbox_ask_health(s, WORKER_DOC).started, 1);
    close(fd);
    sandbox_free(s);
}

TEST(a_large_document_streams)
{
    enum { LINES = 200000 };
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    sandbox_report r;
    err why = {0};
    buf text;
    buf_init(&text, 16 << 20);
    buf_put(&text, S("#lines\n"));
    for (int i = 0; i < LINES; i++)
        buf_printf(&text, "host-%d.example\n", i);
    CHECK_OK(kit_read(s, "", buf_slice(&text), &k, &r, &why));
    CHECK_EQ(k.claims, LINES);
    CHECK(strcmp(k.last, "host-199999.example") == 0);
    buf_done(&text);
    sandbox_free(s);
}

TEST(an_answer_over_its_limit_is_an_error)
{
    const sandbox_limits small = {.answer_bytes = 2000};
    sandbox *s = kit_sandbox(&small);
    err why = {0};
    CHECK_OK(kit_read(s, "", S("#lines\na\n"), NULL, NULL, &why));
    buf text;
    buf_init(&text, 1 << 20);
    buf_put(&text, S("#lines\n"));
    for (int i = 0; i < 50; i++)
        buf_put(&text, S("a.example\n"));
    CHECK_EQ(kit_read(s, "", buf_slice(&text), NULL, NULL, &why), ERR_LIMIT);
    CHECK(strstr(why.msg, "an answer of more bytes than 2000"));
    buf_done(&text);
    sandbox_free(s);
}

TEST(the_jail_can_be_asked_for_in_words)
{
    sandbox *s = kit_sandbox(NULL);
    const char *line = "";
    CHECK_OK(sandbox_check(s, WORKER_ARCHIVE, &line, NULL));
    CHECK(slice_starts(slice_str(line), S("seccomp")));
    fprintf(stderr, "# %s\n", line);
    sandbox_free(s);
    sandbox_free(NULL);
    worker_class c = WORKER_CLASS_COUNT_;
    CHECK_OK(worker_class_parse(S("archive"), &c));
    CHECK_EQ(c, WORKER_ARCHIVE);
    CHECK_EQ(worker_class_parse(S("Archive"), &c), ERR_INPUT);
}

/* --- nobody is left behind ------------------------------------------------------------------- */

static pid_t first_child(void)
{
    char text[64] = "";
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    slice rest = slice_of(text, n < 0 ? 0 : (size_t)n), word;
    uint64_t pid = 0;
    slice_cut(&rest, ' ', &word);
    slice_u64(word, &pid);
    return (pid_t)pid;
}

static status die_here(void *ctx, const fact_head *h, err *why)
{
    pid_t pid = first_child();
    (void)h, (void)why;
    if (write(*(int *)ctx, &pid, sizeof pid) != (ssize_t)sizeof pid)
        return ERR_IO;
    kill(getpid(), SIGKILL);
    return OK;
}

/* A parent that is killed while its worker has a job. */
static int be_killed(void *ctx)
{
    sandbox *s = kit_sandbox(NULL);
    fact_sink sink = {.ctx = ctx, .head = die_here};
    int fd = kit_bytes(S("#lines\na\nb\n"));
    (void)!sandbox_read_document(s, fd, &(sandbox_document){.path = S("x")}, &sink, NULL, NULL);
    return 1;
}

TEST(workers_end_with_their_parent)
{
    int pipes[2];
    pid_t worker = 0;
    REQUIRE(pipe(pipes) == 0);
    CHECK_EQ(kit_in_fork(be_killed, &pipes[1]), 255);
    REQUIRE(read(pipes[0], &worker, sizeof worker) == (ssize_t)sizeof worker);
    close(pipes[0]);
    close(pipes[1]);
    if (worker <= 0)
        TEST_SKIP("/proc does not list children here");
    for (int i = 0; i < 500 && kill(worker, 0) == 0; i++) {
        char path[64], state[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)worker);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? 0 : read(fd, state, sizeof state - 1);
        if (fd >= 0)
            close(fd);
        if (n > 0 && strstr(state, ") Z ")) /* dead; whoever is process 1 here does not reap */
            return;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    CHECK(kill(worker, 0) != 0);
}

TEST(workers_are_replaced_after_many_jobs)
{
    if (!getenv("NOROSHI_TEST_LONG"))
        TEST_SKIP("10,001 jobs: only in check-all");
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    fact_sink sink = kit_sink(&k);
    int fd = kit_bytes(S("#lines\na\n"));
    for (int i = 0; i <= SANDBOX_JOBS_MAX; i++) {
        CHECK_EQ(sandbox_ask_health(s, WORKER_DOC).started, i > 0);
        CHECK_OK(
            sandbox_read_document(s, fd, &(sandbox_document){.path = S("x")}, &sink, NULL, NULL));
    }
    CHECK_EQ(sandbox_ask_health(s, WORKER_DOC).started, 2);
    close(fd);
    sandbox_free(s);
}

KIT_AGAIN_AS_ORDINARY_USER
