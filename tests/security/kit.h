/* kit.h - for tests that need a worker: the test program is its own worker.
 *
 *     static const format attempts[] = {{.name = "open", .read = try_open}, ...};
 *     KIT_FORMATS(attempts)
 *     TEST(...) { kit k; kit_open(&k, "open", &sink, ...); ... }
 *
 * sandbox_new starts /proc/self/exe, which is this program; a constructor sees "worker" on the
 * command line before main does and runs the worker with the test's formats. Only "lines" is
 * a real one: every line is a record with one claim. Nothing of this is in the product. */
#ifndef NOROSHI_TESTS_KIT_H
#define NOROSHI_TESTS_KIT_H

#include "base/test.h"
#include "sandbox/sandbox.h"
#include "sandbox/spool.h"
#include "sandbox/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>

/* --- the benign format ----------------------------------------------------------------------- */

__attribute__((unused)) static int lines_sniff(slice head, slice path)
{
    (void)path;
    return slice_starts(head, S("#lines\n")) ? 90 : 0;
}

static status lines_record(const fact_sink *sink, slice line, uint64_t at, uint64_t number,
                           err *why)
{
    status st;
    if (line.len > NODE_TEXT_MAX)
        return sink->refuse(sink->ctx, at, S(""), S("line over 8192 bytes"), why);
    if ((st = sink->begin(
             sink->ctx,
             &(fact_record){.at = at, .length = line.len, .line = number, .modified = WHEN_NONE},
             why)) != OK ||
        (st = sink->claim(sink->ctx,
                          &(fact_claim){.subject = {KIND_DOMAIN, line},
                                        .predicate = PRED_INDICATES,
                                        .confidence = 80,
                                        .first_seen = 1000,
                                        .last_seen = WHEN_NONE,
                                        .valid_from = WHEN_NONE,
                                        .valid_until = WHEN_NONE},
                          why)) != OK)
        return st;
    return sink->end(sink->ctx, why);
}

/* One record a line, blank ones left out; lines are at most 64 KiB. */
__attribute__((unused)) static status lines_read(const format_input *input, const fact_sink *sink,
                                                 err *why)
{
    static char room[128 << 10];
    size_t have = 0, n;
    uint64_t at = 0, number = 0;
    status st = sink->head(sink->ctx, &(fact_head){.format = S("lines")}, why);
    while (st == OK) {
        if ((st = reader_read(input->in, room + have, sizeof room - have, &n, why)) != OK)
            return st;
        have += n;
        slice rest = slice_of(room, have);
        size_t end;
        while (st == OK &&
               ((end = slice_find_byte(rest, '\n', 0)) != SIZE_MAX || (n == 0 && rest.len))) {
            slice line = slice_sub(rest, 0, end);
            number++;
            if (line.len && line.ptr[0] != '#')
                st = lines_record(sink, line, at, number, why);
            size_t step = line.len + (end != SIZE_MAX);
            at += step;
            rest = slice_from(rest, step);
        }
        if (rest.len == sizeof room)
            return err_set(why, ERR_LIMIT, at, "line over %zu bytes", sizeof room);
        memmove(room, rest.ptr, rest.len);
        have = rest.len;
        if (n == 0)
            break;
    }
    return st;
}

#define KIT_LINES                                                                                  \
    {                                                                                              \
        .name = "lines", .version = 7, .sniff = lines_sniff, .read = lines_read                    \
    }

/* --- being the worker ------------------------------------------------------------------------ */

static const format *kit_named(slice name);
static const format *kit_sniff(slice head, slice path);

#define KIT_FORMATS(table)                                                                         \
    static const format *kit_named(slice name)                                                     \
    {                                                                                              \
        for (size_t i_ = 0; i_ < COUNT_OF(table); i_++)                                            \
            if (slice_eq(name, slice_str((table)[i_].name)))                                       \
                return &(table)[i_];                                                               \
        return NULL;                                                                               \
    }                                                                                              \
    static const format *kit_sniff(slice head, slice path)                                         \
    {                                                                                              \
        for (size_t i_ = 0; i_ < COUNT_OF(table); i_++)                                            \
            if ((table)[i_].sniff && (table)[i_].sniff(head, path) >= 20)                          \
                return &(table)[i_];                                                               \
        return NULL;                                                                               \
    }

/* glibc gives constructors the arguments of main. "--landlock=N" plays an older kernel. */
__attribute__((constructor(101))) static void kit_maybe_worker(int argc, char **argv)
{
    if (argc < 4 || strcmp(argv[1], "worker") != 0)
        return;
    err why = {0};
    worker_options o = {.formats = {kit_named, kit_sniff}};
    if (worker_class_parse(slice_str(argv[3]), &o.class) != OK)
        _exit(3);
    if (argc > 4 && strncmp(argv[4], "--landlock=", 11) == 0)
        o.landlock_abi_max = argv[4][11] == '-' ? -1 : argv[4][11] - '0';
    (void)!worker_run(&o, &why);
    _exit(4);
}

/* The jail of a sanitizer build answers EPERM instead of killing; there is nothing to test. */
#ifdef NOROSHI_SANITIZED
#define JAIL_TESTS_ONLY_IN_RELEASE                                                                 \
    __attribute__((constructor(102))) static void kit_skip(void)                                   \
    {                                                                                              \
        fputs("jail tests are skipped: a sanitizer build has no jail\n", stderr);                  \
        puts("1..0 # SKIP a sanitizer build has no jail");                                         \
        fflush(stdout);                                                                            \
        _exit(0);                                                                                  \
    }
#else
#define JAIL_TESTS_ONLY_IN_RELEASE /* this is one */
#endif

/* --- being the parent ------------------------------------------------------------------------ */

__attribute__((unused)) static sandbox *kit_sandbox(const sandbox_limits *limits)
{
    sandbox_options o = sandbox_defaults(clock_system());
    sandbox *s = NULL;
    err why = {0};
    if (limits)
        o.limits = *limits;
    if (sandbox_new(&o, &s, &why) != OK)
        TEST_FAIL("sandbox_new: %s", why.msg);
    return s;
}

/* A sealed document of these bytes; close it. */
__attribute__((unused)) static int kit_bytes(slice bytes)
{
    spool p;
    err why = {0};
    spool_init(&p, "/tmp");
    if (spool_write(&p, bytes, &why) != OK || spool_finish(&p, &why) != OK)
        TEST_FAIL("spool: %s", why.msg);
    return p.fd;
}

/* Counts what comes, and keeps the last of it. */
typedef struct kit_facts {
    uint64_t heads, records, claims, ends, refusals, warnings;
    char last[256]; /* text of the last claim's subject, or of the last refusal */
    char value[8192];
} kit_facts;

static status kit_head(void *ctx, const fact_head *h, err *why)
{
    (void)h, (void)why;
    ((kit_facts *)ctx)->heads++;
    return OK;
}

static status kit_begin(void *ctx, const fact_record *r, err *why)
{
    (void)r, (void)why;
    ((kit_facts *)ctx)->records++;
    return OK;
}

static status kit_claim(void *ctx, const fact_claim *c, err *why)
{
    kit_facts *k = ctx;
    (void)why;
    k->claims++;
    snprintf(k->last, sizeof k->last, "%.*s", SLICE_FMT(slice_sub(c->subject.text, 0, 200)));
    snprintf(k->value, sizeof k->value, "%.*s", SLICE_FMT(slice_sub(c->value, 0, 8000)));
    return OK;
}

static status kit_end(void *ctx, err *why)
{
    (void)why;
    ((kit_facts *)ctx)->ends++;
    return OK;
}

static status kit_refuse(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    kit_facts *k = ctx;
    (void)at, (void)place, (void)why;
    k->refusals++;
    snprintf(k->last, sizeof k->last, "%.*s", SLICE_FMT(slice_sub(reason, 0, 200)));
    return OK;
}

static status kit_warn(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    (void)at, (void)place, (void)reason, (void)why;
    ((kit_facts *)ctx)->warnings++;
    return OK;
}

__attribute__((unused)) static fact_sink kit_sink(kit_facts *k)
{
    return (fact_sink){.ctx = k,
                       .head = kit_head,
                       .begin = kit_begin,
                       .claim = kit_claim,
                       .end = kit_end,
                       .refuse = kit_refuse,
                       .warn = kit_warn};
}

/* Reads `bytes` as the format of that name ("": recognised). */
__attribute__((unused)) static status kit_read(sandbox *s, const char *name, slice bytes,
                                               kit_facts *facts, sandbox_report *report, err *why)
{
    kit_facts none;
    fact_sink sink = kit_sink(facts ? facts : &none);
    memset(facts ? facts : &none, 0, sizeof none);
    int fd = kit_bytes(bytes);
    status st = sandbox_read_document(
        s, fd, &(sandbox_document){.path = S("test.txt"), .format = slice_str(name)}, &sink, report,
        why);
    close(fd);
    return st;
}

/* --- being somebody else --------------------------------------------------------------------- */

/* Runs `body` in a forked process; its result is the exit status, 255 when a signal ended it. */
__attribute__((unused)) static int kit_in_fork(int (*body)(void *ctx), void *ctx)
{
    int how;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(body(ctx));
    if (pid < 0 || waitpid(pid, &how, 0) != pid)
        return 254;
    return WIFEXITED(how) ? WEXITSTATUS(how) : 255;
}

enum { KIT_OTHER_UID = 12345, KIT_NO_OTHER_UID = 99 };

__attribute__((unused)) static int kit_become_ordinary(void *ctx)
{
    (void)ctx;
    if (setgroups(0, NULL) != 0 || setresgid(KIT_OTHER_UID, KIT_OTHER_UID, KIT_OTHER_UID) != 0 ||
        setresuid(KIT_OTHER_UID, KIT_OTHER_UID, KIT_OTHER_UID) != 0)
        return KIT_NO_OTHER_UID;
    dup2(2, 1); /* its TAP is not ours */
    execl("/proc/self/exe", "again-as-an-ordinary-user", (char *)NULL);
    return 98;
}

/* A test that runs the whole program again without root. */
#define KIT_AGAIN_AS_ORDINARY_USER                                                                 \
    TEST(all_of_it_again_as_an_ordinary_user)                                                      \
    {                                                                                              \
        if (geteuid() != 0)                                                                        \
            TEST_SKIP("this is an ordinary user");                                                 \
        int result_ = kit_in_fork(kit_become_ordinary, NULL);                                      \
        if (result_ == KIT_NO_OTHER_UID)                                                           \
            TEST_SKIP("root cannot become anybody else here");                                     \
        CHECK_EQ(result_, 0);                                                                      \
    }

#endif
