/* jail_calls_test.c - the list of allowed calls is the list of needed calls: the benign corpus is
 * read under a tracer that writes down every call of every child behind its last filter. What is
 * allowed and was not seen must be in `reserve`, with the reason.
 * The corpus: archives of every kind made here, every file under tests/corpus, each by the formats
 * of the product, and damaged ones. */
#include "archives.h"

#include <ftw.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

JAIL_TESTS_ONLY_IN_RELEASE

/* The product's formats, and lines. */
static const format lines = KIT_LINES;

static const format *kit_named(slice name)
{
    return slice_eq(name, S("lines")) ? &lines : format_named(name);
}

static const format *kit_sniff(slice head, slice path)
{
    return lines_sniff(head, path) ? &lines : format_sniff(head, path);
}

/* --- the corpus, read by the traced process -------------------------------------------------- */

static sandbox *corpus_sandbox; /* nftw has no context */
static unsigned corpus_files;

static status read_one(void *ctx, const walk_document *d, err *why)
{
    kit_facts k = {0};
    fact_sink sink = kit_sink(&k);
    (void)ctx;
    /* Refused documents are welcome: errors have their calls, too. */
    status st = sandbox_read_document(corpus_sandbox, d->fd, &(sandbox_document){.path = d->path},
                                      &sink, NULL, why);
    return st == ERR_INPUT || st == ERR_LIMIT ? OK : st;
}

static bool read_file(int fd, const char *path)
{
    walk_options o = {.directory = "/tmp"};
    err why = {0};
    status st = walk(corpus_sandbox, fd, slice_str(path), &o, read_one, NULL, &why);
    close(fd);
    corpus_files++;
    if (st != OK && st != ERR_INPUT && st != ERR_LIMIT)
        fprintf(stderr, "# %s: %s\n", path, why.msg);
    return st == OK || st == ERR_INPUT || st == ERR_LIMIT;
}

static int read_entry(const char *path, const struct stat *st, int type, struct FTW *f)
{
    (void)st, (void)f;
    if (type != FTW_F)
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && read_file(fd, path) ? 0 : 1;
}

static bool read_archives(void)
{
    static archive_choice *const shapes[] = {
        archive_write_set_format_zip,    archive_write_set_format_pax,
        archive_write_set_format_gnutar, archive_write_set_format_7zip,
        archive_write_set_format_ustar,
    };
    static archive_choice *const filters[] = {
        archive_write_add_filter_gzip, archive_write_add_filter_zstd, archive_write_add_filter_xz,
        archive_write_add_filter_bzip2};
    static char big[1 << 20];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = i % 60 == 59 ? '\n' : "abcdefgh.example-"[i * i % 17];
    memcpy(big, "#lines\n", 7);
    const entry some[] = {{.name = "脅威/狼煙.txt", .data = slice_of(big, sizeof big)},
                          {.name = "s", .data = S("x"), .hole = 100000},
                          {.name = "empty"},
                          {0}};
    bool fine = true;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        int fd = make_archive(shapes[i], NULL, NULL, some);
        fine = read_file(cut_off(fd, 5000), "cut") && read_file(fd, "whole") && fine;
    }
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        int fd = make_stream(filters[i], slice_of(big, sizeof big), 0);
        fine = read_file(cut_off(fd, 5000), "cut") && read_file(fd, "whole") && fine;
        fine = read_file(make_archive(shapes[1], filters[i], NULL, some), "tar") && fine;
    }
    return fine;
}

static int traced(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        return 77;
    raise(SIGSTOP);
    corpus_sandbox = kit_sandbox(NULL);
    bool fine = read_archives() && nftw("tests/corpus", read_entry, 16, FTW_PHYS) == 0;
    fprintf(stderr, "# %u files read\n", corpus_files);
    sandbox_free(corpus_sandbox);
    return fine ? 0 : 1;
}

/* --- the tracer ------------------------------------------------------------------------------ */

enum { TRACEES_MAX = 64, CALLS_MAX = 1024, BEHIND_S2 = 2 };

typedef struct tracee {
    pid_t pid;
    int filters; /* that it has installed or inherited */
    bool installing;
} tracee;

typedef struct tracer {
    tracee all[TRACEES_MAX];
    size_t n;
    bool seen[CALLS_MAX];
    unsigned children, killed;
    int result; /* of the first one */
} tracer;

static tracee *find(tracer *t, pid_t pid)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].pid == pid)
            return &t->all[i];
    if (t->n == TRACEES_MAX)
        return NULL;
    t->all[t->n] = (tracee){.pid = pid, .filters = -1}; /* its parent will say */
    return &t->all[t->n++];
}

static void at_call(tracer *t, tracee *p)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        if (p->filters >= BEHIND_S2 && info.entry.nr < CALLS_MAX)
            t->seen[info.entry.nr] = true;
        p->installing = info.entry.nr == SYS_seccomp;
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && p->installing) {
        p->installing = false;
        p->filters += info.exit.rval == 0;
        t->children += p->filters == BEHIND_S2;
    }
}

static void at_fork(tracer *t, tracee *p)
{
    unsigned long pid = 0;
    int filters = p->filters;
    ptrace(PTRACE_GETEVENTMSG, p->pid, NULL, &pid);
    tracee *child = find(t, (pid_t)pid);
    if (child)
        child->filters = filters;
}

static void gone(tracer *t, tracee *p, int how, pid_t first)
{
    if (p->pid == first)
        t->result = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    t->killed += WIFSIGNALED(how) && WTERMSIG(how) == SIGSYS;
    *p = t->all[--t->n];
}

static void follow(tracer *t, pid_t first)
{
    int how;
    pid_t pid;
    while ((pid = waitpid(-1, &how, __WALL)) > 0 || errno == EINTR) {
        tracee *p = pid > 0 ? find(t, pid) : NULL;
        if (!p)
            continue;
        if (!WIFSTOPPED(how)) {
            gone(t, p, how, first);
            continue;
        }
        int number = WSTOPSIG(how), event = how >> 16;
        if (number == (SIGTRAP | 0x80)) {
            at_call(t, p);
            number = 0;
        } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
                   event == PTRACE_EVENT_CLONE) {
            at_fork(t, p);
            number = 0;
        } else if (event || number == SIGSTOP || number == SIGTRAP) {
            number = 0;
        }
        ptrace(PTRACE_SYSCALL, pid, NULL, (long)number);
    }
}

/* --- the comparison -------------------------------------------------------------------------- */

/* Allowed, though the corpus may do without. */
static const struct {
    int nr;
    const char *reason;
} reserve[] = {
    {SYS_read, "a parser that reads in order"},
    {SYS_readv, "the same, into several places"},
    {SYS_lseek, "the same, back and forth"},
    {SYS_write, "a short answer by a library"},
    {SYS_fstat, "a library that asks for the size of descriptor 3"},
    {SYS_close, "a library that closes what it was given"},
    {SYS_brk, "malloc: the small heap"},
    {SYS_mremap, "realloc of large blocks"},
    {SYS_mprotect, "malloc: a second arena grows by it"},
    {SYS_madvise, "free of large blocks by a second arena, thread stacks"},
    {SYS_futex, "locks of the C library when contended; once-initialisers"},
    {SYS_clock_gettime, "where the kernel offers no vDSO"},
    {SYS_getrandom, "seeds of hash tables"},
    {SYS_rt_sigprocmask, "abort()"},
    {SYS_getpid, "abort()"},
    {SYS_gettid, "abort()"},
    {SYS_tgkill, "abort()"},
    {SYS_rt_sigreturn, "a signal handler of a library, which cannot be installed"},
    {SYS_restart_syscall, "a call that was interrupted by stopping and continuing"},
    {SYS_exit, "the end of a thread"},
    {SYS_newfstatat, "told no"},
    {SYS_openat, "told no"},
    {SYS_clone3, "told no"},
    {SYS_writev, "told no on 2"},
#ifdef SYS_open
    {SYS_open, "told no"},
#endif
};

static bool in_reserve(int nr)
{
    for (size_t i = 0; i < COUNT_OF(reserve); i++)
        if (reserve[i].nr == nr)
            return true;
    return false;
}

TEST(the_benign_corpus_needs_what_is_allowed)
{
    static tracer t;
    fflush(NULL);
    pid_t first = fork();
    if (first == 0)
        _exit(traced());
    int how;
    REQUIRE(first > 0 && waitpid(first, &how, 0) == first);
    if (WIFEXITED(how) && WEXITSTATUS(how) == 77) {
        fprintf(stderr, "# jail_calls was NOT tested: ptrace is not permitted here\n");
        TEST_SKIP("ptrace is not permitted here");
    }
    t = (tracer){.result = -1};
    find(&t, first)->filters = 0;
    long want = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    REQUIRE(WIFSTOPPED(how) && ptrace(PTRACE_SETOPTIONS, first, NULL, want) == 0);
    ptrace(PTRACE_SYSCALL, first, NULL, NULL);
    follow(&t, first);
    CHECK_EQ(t.result, 0);
    CHECK_EQ(t.killed, 0); /* nothing benign dies of the filter */
    CHECK(t.children > 30);

    const jail_rule *rules;
    size_t n = jail_rules(&rules), different = 0;
    for (int nr = 0; nr < CALLS_MAX; nr++) {
        bool listed = false;
        for (size_t i = 0; i < n; i++)
            listed |= rules[i].filters & JAIL_S2 && rules[i].nr == nr;
        different += t.seen[nr];
        if (t.seen[nr] && !listed)
            TEST_FAIL("call %d was made and is not listed", nr);
        if (listed && !t.seen[nr] && !in_reserve(nr))
            TEST_FAIL("call %d is allowed, and nothing benign makes it", nr);
    }
    fprintf(stderr, "# %u children, %zu different calls:", t.children, different);
    for (int nr = 0; nr < CALLS_MAX; nr++)
        if (t.seen[nr])
            fprintf(stderr, " %d", nr);
    fputc('\n', stderr);
}

KIT_AGAIN_AS_ORDINARY_USER
