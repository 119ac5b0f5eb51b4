/* jail_lies_test.c - a parser that was taken over: what it can make its parent believe, and how
 * long it can keep it busy. The evil child writes its own bytes to the answer. */
#include "kit.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

JAIL_TESTS_ONLY_IN_RELEASE

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- the evil side --------------------------------------------------------------------------- */

static void say(const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n) {
        ssize_t k = write(JAIL_ANSWER_FD, p, n);
        if (k <= 0)
            return;
        p += k;
        n -= (size_t)k;
    }
}

static void frame(unsigned type, slice payload)
{
    uint32_t length = (uint32_t)payload.len + 1;
    say(&length, sizeof length);
    say(&(char){(char)type}, 1);
    say(payload.ptr, payload.len);
}

/* Sleeping is a call that a child does not have; waiting for nobody is. */
static void wait_s(time_t seconds)
{
    uint32_t never = 0;
    struct timespec t = {.tv_sec = seconds};
    syscall(SYS_futex, &never, FUTEX_WAIT_PRIVATE, 0, &t, NULL, 0);
}

/* The compiler may not see that these never end, or what they point at. */
static volatile bool for_ever = true;
static int *volatile nowhere;

static status evil(const fact_sink *sink)
{
    (void)sink;
    return OK;
}

#define EVIL(name) static status name(const format_input *input, const fact_sink *sink, err *why)

#define HEAD() frame(3, S("\0\x01x\0\0"))

EVIL(offset_of_another_file)
{
    char record[64] = {0, (char)0xff, (char)0xff, 0x03, 1, 1};
    (void)input, (void)why;
    HEAD();
    frame(4, slice_of(record, 9 + 32));
    return evil(sink);
}

EVIL(unknown_kind)
{
    char record[64] = {0};
    (void)input, (void)why;
    HEAD();
    frame(4, slice_of(record, 7 + 32));
    frame(6, S("\0\x03\x3f\x01x"));
    return evil(sink);
}

EVIL(frame_of_65_mib)
{
    uint32_t length = 65 << 20;
    static char zeros[1 << 16];
    (void)input, (void)why;
    say(&length, sizeof length);
    for (int i = 0; i < 65 * 16; i++)
        say(zeros, sizeof zeros);
    return evil(sink);
}

EVIL(members_of_an_archive)
{
    (void)input, (void)why;
    frame(10, S("\0\0\x05../ab"));
    return evil(sink);
}

EVIL(endless_refusals)
{
    (void)input, (void)why;
    if (sink->head(sink->ctx, &(fact_head){.format = S("x")}, why) != OK)
        return ERR_IO;
    while (for_ever)
        if (sink->refuse(sink->ctx, 0, S(""), S("again"), why) != OK)
            return ERR_IO;
    return OK;
}

EVIL(slow_drip)
{
    (void)input, (void)why, (void)sink;
    uint32_t length = 1 << 20;
    say(&length, sizeof length);
    while (for_ever) {
        say("", 1);
        struct timespec t = {.tv_nsec = 20000000};
        uint32_t never = 0;
        syscall(SYS_futex, &never, FUTEX_WAIT_PRIVATE, 0, &t, NULL, 0);
    }
    return OK;
}

EVIL(silence)
{
    (void)input, (void)why, (void)sink;
    while (for_ever)
        wait_s(1000);
    return OK;
}

EVIL(endless_loop)
{
    (void)input, (void)why, (void)sink;
    while (for_ever)
        continue;
    return OK;
}

EVIL(last_word_and_then_more)
{
    (void)input, (void)why, (void)sink;
    say("\x02\0\0\0\x01\0\x04\0\0\0\x09\0\0\0", 14);
    wait_s(1000);
    return OK;
}

EVIL(last_word_and_silence)
{
    (void)input, (void)why, (void)sink;
    HEAD();
    frame(1, S("\0"));
    wait_s(1000);
    return OK;
}

EVIL(closes_and_stays)
{
    (void)input, (void)why, (void)sink;
    close(JAIL_ANSWER_FD);
    wait_s(1000);
    return OK;
}

EVIL(exits_quietly)
{
    (void)input, (void)why, (void)sink;
    _exit(0);
}

EVIL(crashes)
{
    (void)input, (void)why, (void)sink;
    *nowhere = 1;
    return OK;
}

EVIL(asserts)
{
    (void)input, (void)why, (void)sink;
    assert(input == NULL);
    return OK;
}

static unsigned deep(unsigned n);
static unsigned (*volatile deeper)(unsigned) = deep;

static unsigned deep(unsigned n)
{
    char room[4096];
    memset(room, (int)n, sizeof room);
    return deeper(n + 1) + (unsigned char)room[n & 4095];
}

EVIL(recurses)
{
    (void)input, (void)why, (void)sink;
    return (status)(deep(0) & 1);
}

/* Never looks at what malloc says. */
EVIL(eats_memory)
{
    (void)input, (void)why, (void)sink;
    while (for_ever) {
        char *p = malloc(1 << 20);
        memset(p, 1, 1 << 20);
    }
    return OK;
}

EVIL(speaks_in_control_bytes)
{
    (void)input, (void)why, (void)sink;
    frame(1, S("\x01\0\0\x04\x1b[2J"));
    return OK;
}

EVIL(pretends_no_jail)
{
    (void)input, (void)why, (void)sink;
    _exit(111);
}

static const format formats[] = {
    KIT_LINES,
    {.name = "offset", .read = offset_of_another_file},
    {.name = "kind", .read = unknown_kind},
    {.name = "65MiB", .read = frame_of_65_mib},
    {.name = "members", .read = members_of_an_archive},
    {.name = "endless", .read = endless_refusals},
    {.name = "drip", .read = slow_drip},
    {.name = "silence", .read = silence},
    {.name = "loop", .read = endless_loop},
    {.name = "more", .read = last_word_and_then_more},
    {.name = "linger", .read = last_word_and_silence},
    {.name = "closes", .read = closes_and_stays},
    {.name = "exits", .read = exits_quietly},
    {.name = "crashes", .read = crashes},
    {.name = "asserts", .read = asserts},
    {.name = "recurses", .read = recurses},
    {.name = "memory", .read = eats_memory},
    {.name = "control", .read = speaks_in_control_bytes},
    {.name = "nojail", .read = pretends_no_jail},
};
KIT_FORMATS(formats)

/* --- what the parent says -------------------------------------------------------------------- */

static const struct {
    const char *name;
    status want;
    const char *words;
    double late_s; /* the lie is about time: so much of it may pass */
} rows[] = {
    {"offset", ERR_INPUT,
     "parser gave up: its answer was not valid: it holds an offset outside the document"},
    {"kind", ERR_INPUT, "it holds a kind that there is not"},
    {"65MiB", ERR_INPUT, "a frame of length 68157440"},
    {"members", ERR_INPUT, "a frame of unknown type 10"},
    {"endless", ERR_LIMIT, "its answer was not valid: an answer of more bytes than 1048576"},
    {"drip", ERR_LIMIT, "parser gave up: over 1 s", 4},
    {"silence", ERR_LIMIT, "parser gave up: over 1 s", 4},
    {"loop", ERR_LIMIT, "parser gave up: over 1 s", 4},
    {"more", ERR_INPUT, "a warning where none may come"},
    {"linger", OK, "", 4},
    {"closes", ERR_INPUT, "parser gave up: killed by signal 9 (SIGKILL)"},
    {"exits", ERR_INPUT, "parser gave up: ended with code 0"},
    {"crashes", ERR_INPUT, "parser gave up: killed by signal 11 (SIGSEGV)"},
    {"asserts", ERR_INPUT, "parser gave up: killed by signal 6 (SIGABRT)"},
    {"recurses", ERR_INPUT, "parser gave up: killed by signal 11 (SIGSEGV)"},
    {"memory", ERR_LIMIT, "parser gave up: memory limit of 256 MiB"},
    {"control", ERR_INPUT, "it holds a message not printable"},
    {"nojail", ERR_FORBIDDEN, "could not lock itself up"},
};

enum { LIE_CPU_S = 2 };

/* What waits for a processor is not what waits for a liar: time is measured in what a document that
 * does not lie takes just before and after, and as the processor time of both sides. */
static double cpu_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double honest_s(sandbox *s)
{
    kit_facts k;
    err why = {0};
    double before = now_s();
    CHECK_OK(kit_read(s, "lines", S("a.example\n"), &k, NULL, &why));
    CHECK_EQ(k.claims, 1);
    return now_s() - before;
}

TEST(every_lie_is_an_error_of_its_document)
{
    const sandbox_limits hasty = {
        .memory_bytes = 256 << 20, .cpu_s = LIE_CPU_S, .wait_s = 1, .answer_bytes = 1 << 20};
    sandbox_limits patient = hasty; /* where time is not the lie, a busy machine may take its own */
    patient.wait_s = 30;
    sandbox *one = kit_sandbox(&hasty), *other = kit_sandbox(&patient);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        kit_facts k;
        sandbox_report r = {0};
        err why = {0};
        sandbox *s = rows[i].late_s > 0 ? one : other;
        double honest = honest_s(s);
        double began = now_s(), cpu_began = cpu_now_s();
        status st = kit_read(s, rows[i].name, S("text"), &k, &r, &why);
        double took = now_s() - began, cpu = cpu_now_s() - cpu_began;
        if (st != rows[i].want || !strstr(why.msg, rows[i].words))
            TEST_FAIL("%s: %s \"%s\", want \"%s\"", rows[i].name, status_name(st), why.msg,
                      rows[i].words);
        double after = honest_s(s), usual = honest > after ? honest : after;
        double bound = (rows[i].late_s > 0 ? rows[i].late_s : 2) + 50 * usual;
        if (took > bound)
            TEST_FAIL("%s took %.1f s; a document that does not lie %.3f s", rows[i].name, took,
                      usual);
        if (cpu > 1 || r.cpu_ms > LIE_CPU_S * 1000 + 500)
            TEST_FAIL("%s: %.2f s of the parent's processor, %u ms of the child's", rows[i].name,
                      cpu, r.cpu_ms);
    }
    sandbox_free(one);
    sandbox_free(other);
}

TEST(processor_time_is_counted_by_the_kernel)
{
    const sandbox_limits small = {.cpu_s = 1, .wait_s = 20};
    sandbox *s = kit_sandbox(&small);
    sandbox_report r;
    err why = {0};
    CHECK_EQ(kit_read(s, "loop", S("text"), NULL, &r, &why), ERR_LIMIT);
    CHECK(strcmp(why.msg, "parser gave up: over 1 s CPU") == 0);
    CHECK_EQ(r.signal, 24);
    if (r.cpu_ms < 500 || r.cpu_ms > 2000)
        TEST_FAIL("%u ms", r.cpu_ms);
    sandbox_free(s);
}

/* A sink that takes its time is not the worker's fault. */
static status slow_claim(void *ctx, const fact_claim *c, err *why)
{
    (void)c, (void)why;
    ((kit_facts *)ctx)->claims++;
    nanosleep(&(struct timespec){.tv_nsec = 700000000}, NULL);
    return OK;
}

TEST(time_of_the_sink_is_not_counted)
{
    const sandbox_limits small = {.wait_s = 1};
    sandbox *s = kit_sandbox(&small);
    kit_facts k = {0};
    err why = {0};
    fact_sink sink = kit_sink(&k);
    sink.claim = slow_claim;
    int fd = kit_bytes(S("#lines\na\nb\nc\n"));
    CHECK_OK(sandbox_read_document(s, fd, &(sandbox_document){.path = S("x")}, &sink, NULL, &why));
    CHECK_EQ(k.claims, 3);
    close(fd);
    sandbox_free(s);
}

TEST(when_the_clock_jumps_nobody_is_killed)
{
    int64_t us = 1600000000000000;
    sandbox_options o = sandbox_defaults(clock_fixed(&us));
    sandbox *s = NULL;
    kit_facts k;
    err why = {0};
    o.limits.wait_s = 2;
    CHECK_OK(sandbox_new(&o, &s, &why));
    CHECK_OK(kit_read(s, "lines", S("a\n"), &k, NULL, &why));
    us += 3600ll * 24 * 365 * 1000000;
    CHECK_OK(kit_read(s, "lines", S("a\n"), &k, NULL, &why));
    CHECK_EQ(sandbox_ask_health(s, WORKER_DOC).started, 2); /* it was over an hour old */
    us -= 3600ll * 24 * 365 * 1000000;
    CHECK_OK(kit_read(s, "lines", S("a\n"), &k, NULL, &why));
    CHECK_EQ(kit_read(s, "silence", S("a\n"), &k, NULL, &why), ERR_LIMIT); /* a still clock */
    sandbox_free(s);
}
