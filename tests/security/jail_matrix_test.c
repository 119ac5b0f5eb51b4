/* jail_matrix_test.c - the table of threat model section 4, made true again at each run: what a
 * taken-over parser may try, without a jail (it works, so the attempt is a real one), behind
 * Landlock alone at every ABI, and in the whole jail. */
#include "kit.h"

#include <arpa/inet.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

JAIL_TESTS_ONLY_IN_RELEASE

/* In the jail nobody tells a child these; any number is killed. */
static struct {
    pid_t victim;     /* another process of the same uid */
    uint16_t port;    /* somebody listens there on TCP and UDP */
    char scratch[64]; /* a path that can be created */
} world = {.victim = 1, .port = 9, .scratch = "/tmp/noroshi-jail-created"};

/* --- attempts: 0 is success, else errno ------------------------------------------------------ */

static int said(long result)
{
    return result < 0 ? errno : 0;
}

static int try_open(void)
{
    return said(openat(AT_FDCWD, "/etc/passwd", O_RDONLY));
}

static int try_create(void)
{
    int e = said(openat(AT_FDCWD, world.scratch, O_CREAT | O_WRONLY, 0600));
    if (e == 0)
        unlink(world.scratch);
    return e;
}

static int try_own_memory(void)
{
    return said(openat(AT_FDCWD, "/proc/self/mem", O_RDWR));
}

static int try_execve(void)
{
    char *const arguments[] = {(char *)(uintptr_t) "true", NULL}, *const none[] = {NULL};
    return said(execve("/bin/true", arguments, none));
}

static struct sockaddr_in there(void)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(world.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static int try_tcp(void)
{
    struct sockaddr_in to = there();
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : said(connect(fd, (struct sockaddr *)&to, sizeof to));
}

static int try_udp(void)
{
    struct sockaddr_in to = there();
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 ? errno : said(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to));
}

static int try_fork(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return said(pid);
}

static int try_write_execute(void)
{
    void *p =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno : 0;
}

static int try_make_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno : said(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int try_io_uring(void)
{
    char parameters[120] = {0};
    return said(syscall(SYS_io_uring_setup, 1, parameters));
}

static int try_unshare(void)
{
    return said(unshare(CLONE_NEWUSER));
}

static int try_ptrace(void)
{
    int e = said(ptrace(PTRACE_SEIZE, world.victim, NULL, NULL));
    if (e == 0)
        ptrace(PTRACE_DETACH, world.victim, NULL, NULL);
    return e;
}

static int try_read_process(void)
{
    char byte;
    struct iovec here = {&byte, 1}, far = {(void *)(uintptr_t)&world, 1};
    return said(process_vm_readv(world.victim, &here, 1, &far, 1, 0));
}

static int try_kill(void)
{
    return said(kill(world.victim, 0));
}

static int try_kill_thread(void)
{
    return said(syscall(SYS_tgkill, world.victim, world.victim, 0));
}

/* Rows that no wall but seccomp has an opinion on; numbers of calls, all arguments 0. */
static long bare_call;

static int try_bare(void)
{
    return said(syscall(bare_call, 0, 0, 0, 0, 0, 0));
}

/* --- the table ------------------------------------------------------------------------------- */

enum { KILLED = -1, WORKS = 0, ANY = -2 };

static const struct {
    const char *name;
    int (*attempt)(void);
    int alone;    /* without any wall: WORKS, or ANY where machines differ */
    int landlock; /* behind Landlock alone, from this errno ... */
    int abi;      /* ... at this ABI; below it works. 0: Landlock never stops it */
    int jailed;   /* KILLED or an errno */
} rows[] = {
    {"open", try_open, WORKS, EACCES, 1, EACCES},
    {"create", try_create, WORKS, EACCES, 1, EACCES},
    {"/proc/self/mem", try_own_memory, WORKS, EACCES, 1, EACCES},
    {"execve", try_execve, WORKS, EACCES, 1, KILLED},
    {"TCP connect", try_tcp, WORKS, EACCES, 4, KILLED},
    {"UDP send", try_udp, WORKS, 0, 0, KILLED},
    {"fork", try_fork, WORKS, 0, 0, KILLED},
    {"memory to write and execute", try_write_execute, WORKS, 0, 0, KILLED},
    {"memory made executable", try_make_executable, WORKS, 0, 0, KILLED},
    {"io_uring", try_io_uring, ANY, 0, 0, KILLED},
    {"unshare", try_unshare, ANY, 0, 0, KILLED},
    {"ptrace", try_ptrace, ANY, EPERM, 1, KILLED},
    {"read a process", try_read_process, ANY, EPERM, 1, KILLED},
    {"kill", try_kill, WORKS, EPERM, 6, KILLED},
    {"kill a thread", try_kill_thread, WORKS, EPERM, 6, KILLED},
};

/* Everything else that somebody might think of. */
static const struct {
    const char *name;
    long number;
    int jailed;
} calls[] = {
    {"clone3", SYS_clone3, ENOSYS},
    {"newfstatat", SYS_newfstatat, EACCES},
    {"openat2", SYS_openat2, KILLED},
    {"open_by_handle_at", SYS_open_by_handle_at, KILLED},
    {"execveat", SYS_execveat, KILLED},
    {"statx", SYS_statx, KILLED},
    {"readlinkat", SYS_readlinkat, KILLED},
    {"unlinkat", SYS_unlinkat, KILLED},
    {"getdents64", SYS_getdents64, KILLED},
    {"memfd_create", SYS_memfd_create, KILLED},
    {"memfd_secret", 447, KILLED},
    {"pidfd_open", SYS_pidfd_open, KILLED},
    {"pidfd_getfd", SYS_pidfd_getfd, KILLED},
    {"pidfd_send_signal", SYS_pidfd_send_signal, KILLED},
    {"socketpair", SYS_socketpair, KILLED},
    {"sendmsg", SYS_sendmsg, KILLED},
    {"recvmsg", SYS_recvmsg, KILLED},
    {"dup", SYS_dup, KILLED},
    {"dup3", SYS_dup3, KILLED},
    {"fcntl", SYS_fcntl, KILLED},
    {"ioctl", SYS_ioctl, KILLED},
    {"pipe2", SYS_pipe2, KILLED},
    {"splice", SYS_splice, KILLED},
    {"sendfile", SYS_sendfile, KILLED},
    {"copy_file_range", SYS_copy_file_range, KILLED},
    {"ftruncate", SYS_ftruncate, KILLED},
    {"pwrite64", SYS_pwrite64, KILLED},
    {"remap_file_pages", SYS_remap_file_pages, KILLED},
    {"pkey_mprotect", SYS_pkey_mprotect, KILLED},
    {"userfaultfd", SYS_userfaultfd, KILLED},
    {"rt_sigaction", SYS_rt_sigaction, KILLED},
    {"sigaltstack", SYS_sigaltstack, KILLED},
    {"setrlimit", SYS_prlimit64, KILLED},
    {"prctl", SYS_prctl, KILLED},
    {"seccomp", SYS_seccomp, KILLED},
    {"bpf", SYS_bpf, KILLED},
    {"perf_event_open", SYS_perf_event_open, KILLED},
    {"keyctl", SYS_keyctl, KILLED},
    {"setns", SYS_setns, KILLED},
    {"mount", SYS_mount, KILLED},
    {"chroot", SYS_chroot, KILLED},
    {"setresuid", SYS_setresuid, KILLED},
    {"capset", SYS_capset, KILLED},
    {"getppid", SYS_getppid, KILLED},
    {"sched_setaffinity", SYS_sched_setaffinity, KILLED},
    {"nanosleep", SYS_clock_nanosleep, KILLED},
    {"ppoll", SYS_ppoll, KILLED},
    {"wait4", SYS_wait4, KILLED},
    {"shmget", SYS_shmget, KILLED},
    {"a call not invented yet", 999, KILLED},
    {"a negative number", -1, KILLED},
#ifdef __x86_64__
    {"getpid of the x32 ABI", 0x40000000 | SYS_getpid, KILLED},
    {"fork", SYS_fork, KILLED},
    {"vfork", SYS_vfork, KILLED},
    {"open", SYS_open, EACCES},
    {"creat", SYS_creat, KILLED},
    {"stat", SYS_stat, KILLED},
    {"arch_prctl", SYS_arch_prctl, KILLED},
    {"modify_ldt", SYS_modify_ldt, KILLED},
#endif
};

/* Descriptors that are not the call's: reading the answer, writing the document, and so on. */
static const struct {
    const char *name;
    long number, fd;
    int jailed;
} descriptors[] = {
    {"read 0", SYS_read, 0, KILLED},
    {"read 4", SYS_read, 4, KILLED},
    {"read 5", SYS_read, 5, KILLED},
    {"write 1", SYS_write, 1, KILLED},
    {"write 2", SYS_write, 2, EBADF},
    {"writev 2", SYS_writev, 2, EBADF},
    {"write 3", SYS_write, 3, KILLED},
    {"write 5", SYS_write, 5, KILLED},
    {"writev 3", SYS_writev, 3, KILLED},
    {"pread 0", SYS_pread64, 0, KILLED},
    {"lseek 4", SYS_lseek, 4, KILLED},
    {"readv 4", SYS_readv, 4, KILLED},
    {"read 2^32+3", SYS_read, (1l << 32) + 3, KILLED},
    {"read -1", SYS_read, -1, KILLED},
};

/* --- the worker's side: the format's mapping says which attempt ------------------------------ */

static long parameter; /* first argument of a call on a descriptor */

static int try_descriptor(void)
{
    return said(syscall(bare_call, parameter, NULL, 0, 0, 0, 0));
}

#ifdef __x86_64__
/* A system call of 32-bit programs: the same filter sees it with another architecture, where 20
 * (writev) is getpid. */
static status read_old_call(const format_input *input, const fact_sink *sink, err *why)
{
    long result;
    (void)input, (void)sink;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "process %ld", result);
}
#endif

static status read_attempt(const format_input *input, const fact_sink *sink, err *why)
{
    slice rest = input->mapping, word;
    uint64_t table = 0, row = 0;
    slice_cut(&rest, ' ', &word);
    if (!slice_u64(word, &table) || !slice_u64(rest, &row))
        return err_set(why, ERR_INPUT, 0, "no such attempt");
    int e = 0;
    if (table == 0) {
        e = rows[row].attempt();
    } else if (table == 1) {
        bare_call = calls[row].number;
        e = try_bare();
    } else {
        bare_call = descriptors[row].number;
        parameter = descriptors[row].fd;
        e = try_descriptor();
    }
    (void)sink;
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "errno %d", e);
}

static const format formats[] = {
    KIT_LINES,
    {.name = "attempt", .read = read_attempt},
#ifdef __x86_64__
    {.name = "old-call", .read = read_old_call},
#endif
};
KIT_FORMATS(formats)

/* --- without a jail, and behind Landlock ----------------------------------------------------- */

static int listener, datagrams;

static bool build_world(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &n) != 0)
        return false;
    world.port = ntohs(at.sin_port);
    bind(datagrams, (struct sockaddr *)&at, sizeof at);
    snprintf(world.scratch, sizeof world.scratch, "/tmp/noroshi-jail-%d", (int)getpid());
    world.victim = fork();
    if (world.victim == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    return world.victim > 0;
}

static void end_world(void)
{
    kill(world.victim, SIGKILL);
    waitpid(world.victim, NULL, 0);
    close(listener);
    close(datagrams);
}

static int run_attempt(void *ctx)
{
    return rows[*(size_t *)ctx].attempt();
}

typedef struct behind {
    size_t row;
    int abi;
} behind;

static int run_behind_landlock(void *ctx)
{
    behind *b = ctx;
    int used;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (jail_landlock_enter(b->abi, &used, NULL) != OK || used != (b->abi < 0 ? 0 : b->abi))
        return 200;
    return rows[b->row].attempt();
}

TEST(attempts_are_real)
{
    REQUIRE(build_world());
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int got = kit_in_fork(run_attempt, &i);
        if (rows[i].alone == WORKS && got != 0)
            TEST_FAIL("%s without a jail: %s", rows[i].name, strerrordesc_np(got));
    }
    end_world();
}

TEST(landlock_alone_at_every_abi)
{
    int has = 0;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    if (version < 1)
        TEST_SKIP("this kernel has no Landlock");
    has = version > JAIL_LANDLOCK_ABI ? JAIL_LANDLOCK_ABI : (int)version;
    REQUIRE(build_world());
    for (int abi = -1; abi <= has; abi++) {
        if (abi == 0)
            continue; /* 0 is "as it comes"; -1 plays the kernel without */
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            behind b = {i, abi};
            int alone = kit_in_fork(run_attempt, &i);
            int got = kit_in_fork(run_behind_landlock, &b);
            bool stopped = rows[i].abi && abi >= rows[i].abi;
            if (stopped ? got != rows[i].landlock : got != alone)
                TEST_FAIL("%s behind Landlock %d: %s", rows[i].name, abi,
                          got ? strerrordesc_np(got) : "works");
        }
    }
    fprintf(stderr, "# Landlock 1 to %d tried\n", has);
    end_world();
}

/* --- in the jail ----------------------------------------------------------------------------- */

static void in_jail(sandbox *s, const char *name, int table, size_t row, int want)
{
    char which[32], text[64];
    kit_facts k = {0};
    err why = {0};
    sandbox_report report;
    fact_sink sink = kit_sink(&k);
    snprintf(which, sizeof which, "%d %zu", table, row);
    int fd = kit_bytes(S("x"));
    status st = sandbox_read_document(
        s, fd, &(sandbox_document){.format = S("attempt"), .mapping = slice_str(which)}, &sink,
        &report, &why);
    close(fd);
    snprintf(text, sizeof text, "errno %d", want);
    if (want == KILLED ? report.signal != SIGSYS : strcmp(why.msg, text) != 0)
        TEST_FAIL("%s in the jail: %s, want %s", name, why.msg, want == KILLED ? "SIGSYS" : text);
    CHECK_EQ(st, ERR_INPUT);
    sandbox_resume(s, WORKER_DOC);
}

TEST(in_the_whole_jail_each_attempt_dies)
{
    sandbox *s = kit_sandbox(NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        in_jail(s, rows[i].name, 0, i, rows[i].jailed);
    for (size_t i = 0; i < COUNT_OF(calls); i++)
        in_jail(s, calls[i].name, 1, i, calls[i].jailed);
    for (size_t i = 0; i < COUNT_OF(descriptors); i++)
        in_jail(s, descriptors[i].name, 2, i, descriptors[i].jailed);
    /* ... and the next document is read as if nothing had been. */
    kit_facts k;
    err why = {0};
    CHECK_OK(kit_read(s, "lines", S("a.example\n"), &k, NULL, &why));
    CHECK_EQ(k.claims, 1);
    sandbox_free(s);
}

#ifdef __x86_64__
TEST(a_call_of_another_architecture_dies)
{
    sandbox *s = kit_sandbox(NULL);
    sandbox_report r;
    err why = {0};
    CHECK_EQ(kit_read(s, "old-call", S("x"), NULL, &r, &why), ERR_INPUT);
    CHECK(r.signal == SIGSYS || r.signal == SIGSEGV); /* the kernel may not have such calls */
    sandbox_free(s);
}
#endif

TEST(the_words_are_those_of_an_answer)
{
    sandbox *s = kit_sandbox(NULL);
    kit_facts k;
    err why = {0};
    fact_sink sink = kit_sink(&k);
    int fd = kit_bytes(S("x"));
    CHECK_EQ(sandbox_read_document(s, fd,
                                   &(sandbox_document){.format = S("attempt"), .mapping = S("0 3")},
                                   &sink, NULL, &why),
             ERR_INPUT);
    CHECK(strcmp(why.msg, "parser gave up: killed by signal 31 (SIGSYS)") == 0);
    close(fd);
    sandbox_free(s);
}

KIT_AGAIN_AS_ORDINARY_USER
