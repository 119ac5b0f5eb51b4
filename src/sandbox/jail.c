/* jail.c - namespaces, uid, Landlock, seccomp, resource limits: see jail.h. */
#include "sandbox/jail.h"
#include "sandbox/filters.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* --- filters --------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#else
#error "the filters are written for x86-64 and aarch64"
#endif

#ifdef NOROSHI_SANITIZED
#define NO_ROW (SECCOMP_RET_ERRNO | EPERM)
#else
#define NO_ROW SECCOMP_RET_KILL_PROCESS
#endif

/* Calls of the x32 ABI are numbered from here; they would come with the same audit number. */
#define X32_CALLS 0x40000000u

_Static_assert(sizeof(jail_code) == sizeof(struct sock_filter), "instructions are the kernel's");

typedef struct program {
    jail_code *code;
    size_t n;
} program;

static void add(program *p, unsigned code, uint32_t k, size_t yes, size_t no)
{
    assert(p->n < JAIL_CODE_MAX && yes < 256 && no < 256);
    p->code[p->n++] = (jail_code){(uint16_t)code, (uint8_t)yes, (uint8_t)no, k};
}

static void load(program *p, size_t offset)
{
    add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* A row: the call's number is in the accumulator, and is again when the row does not fit. */
static void add_rule(program *p, const jail_rule *r, jail_test test, uint64_t value)
{
    size_t low = offsetof(struct seccomp_data, args) + r->arg * sizeof(uint64_t);
    const unsigned equal = BPF_JMP | BPF_JEQ | BPF_K, any = BPF_JMP | BPF_JSET | BPF_K;

    switch (test) {
    case JAIL_ANY:
        add(p, equal, (uint32_t)r->nr, 0, 1);
        add(p, BPF_RET | BPF_K, r->answer, 0, 0);
        return;
    case JAIL_CLEAR:
        add(p, equal, (uint32_t)r->nr, 0, 4);
        load(p, low);
        add(p, any, (uint32_t)value, 1, 0);
        break;
    case JAIL_EQ:
    case JAIL_SELF:
        add(p, equal, (uint32_t)r->nr, 0, 6);
        load(p, low + sizeof(uint32_t)); /* both machines are little endian */
        add(p, equal, (uint32_t)(value >> 32), 0, 3);
        load(p, low);
        add(p, equal, (uint32_t)value, 0, 1);
        break;
    }
    add(p, BPF_RET | BPF_K, r->answer, 0, 0);
    load(p, offsetof(struct seccomp_data, nr));
}

size_t jail_rules(const jail_rule **ret)
{
    *ret = rules;
    return COUNT_OF(rules);
}

size_t jail_filter_build(jail_filter f, uint32_t pid, jail_code out[JAIL_CODE_MAX])
{
    program p = {out, 0};

    load(&p, offsetof(struct seccomp_data, arch));
    add(&p, BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0);
    add(&p, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    load(&p, offsetof(struct seccomp_data, nr));
    add(&p, BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1);
    add(&p, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        const jail_rule *r = &rules[i];
        bool self = r->test == JAIL_SELF;
        if (r->filters & (int)f)
            add_rule(&p, r, self && f == JAIL_S1 ? JAIL_ANY : r->test, self ? pid : r->value);
    }
    add(&p, BPF_RET | BPF_K, NO_ROW, 0, 0);
    return p.n;
}

static status install(jail_filter f, err *why)
{
    jail_code code[JAIL_CODE_MAX];
    size_t n = jail_filter_build(f, (uint32_t)getpid(), code);
    struct sock_fprog prog = {.len = (unsigned short)n,
                              .filter = (struct sock_filter *)(void *)code};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) != 0)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail on this kernel: seccomp: %s",
                       strerrordesc_np(errno));
    return OK;
}

/* --- Landlock -------------------------------------------------------------------------------- */

/* Rights by the ABI that brought them, from the kernel's landlock.rst. */
enum {
    FS_ABI_1 = (1 << 13) - 1, /* execute, write, read, list, remove, make: bits 0-12 */
    FS_ABI_2 = 1 << 13,       /* refer */
    FS_ABI_3 = 1 << 14,       /* truncate */
    NET_ABI_4 = 3,            /* bind and connect TCP */
    FS_ABI_5 = 1 << 15,       /* ioctl on devices */
    SCOPE_ABI_6 = 3           /* abstract unix sockets, signals */
};

size_t jail_landlock_of(int abi, jail_landlock *ret)
{
    *ret = (jail_landlock){
        .fs = (abi >= 1 ? (uint64_t)FS_ABI_1 : 0) | (abi >= 2 ? (uint64_t)FS_ABI_2 : 0) |
              (abi >= 3 ? (uint64_t)FS_ABI_3 : 0) | (abi >= 5 ? (uint64_t)FS_ABI_5 : 0),
        .net = abi >= 4 ? NET_ABI_4 : 0,
        .scoped = abi >= 6 ? SCOPE_ABI_6 : 0,
    };
    return abi < 1 ? 0 : abi < 4 ? 8 : abi < 6 ? 16 : 24;
}

/* The second wall: a kernel without it is no reason to stop, an answer that makes no sense is. */
status jail_landlock_enter(int abi_max, int *ret_abi, err *why)
{
    const int ask_version = 1;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ask_version);
    if (abi > JAIL_LANDLOCK_ABI)
        abi = JAIL_LANDLOCK_ABI;
    if (abi_max && abi > abi_max)
        abi = abi_max;
    jail_landlock rights;
    size_t size = jail_landlock_of((int)abi, &rights);
    if (size == 0) {
        *ret_abi = 0;
        return OK;
    }
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0);
    if (fd < 0)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail: Landlock %ld ruleset: %s", abi,
                       strerrordesc_np(errno));
    long bad = syscall(SYS_landlock_restrict_self, fd, 0);
    int os = errno;
    close(fd);
    if (bad)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail: Landlock %ld: %s", abi,
                       strerrordesc_np(os));
    *ret_abi = (int)abi;
    return OK;
}

/* --- who we are ------------------------------------------------------------------------------ */

/* The worker's own user, from the file itself: the name service would load libraries. */
static void find_user(uid_t *ret_uid, gid_t *ret_gid)
{
    *ret_uid = *ret_gid = JAIL_NOBODY;
    FILE *f = fopen("/etc/passwd", "re");
    if (!f)
        return;
    struct passwd entry, *got;
    char text[4096];
    for (int i = 0; i < 100000 && fgetpwent_r(f, &entry, text, sizeof text, &got) == 0; i++) {
        if (strcmp(got->pw_name, "noroshi-worker") == 0 && got->pw_uid != 0) {
            *ret_uid = got->pw_uid;
            *ret_gid = got->pw_gid;
            break;
        }
    }
    fclose(f);
}

/* Root becomes somebody else. Where the kernel has no other uid to give (a container of one uid,
 * or root without CAP_SETUID), root without any capability goes on, and the report says so. */
static status drop_root(jail_report *report, err *why)
{
    uid_t uid;
    gid_t gid;
    if (geteuid() == 0) {
        find_user(&uid, &gid);
        bool groups = setgroups(0, NULL) == 0;
        if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
            if (errno != EPERM && errno != EINVAL)
                return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail: root not given up: %s",
                               strerrordesc_np(errno));
            report->root_kept = true;
        } else if (!groups) {
            return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail: root's groups not given up");
        }
    }
    report->uid = getuid();
    return OK;
}

static bool has_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {{0}};
    bool any = syscall(SYS_capget, &head, held) != 0;
    for (size_t i = 0; i < COUNT_OF(held); i++)
        any = any || held[i].effective || held[i].permitted || held[i].inheritable;
    return any;
}

/* No capability, whoever we are: a user namespace gives them all. A service whose unit forbids
 * capset (it is one of systemd's @privileged) has none. */
static status drop_capabilities(err *why)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &head, none) != 0 && has_capabilities())
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail: capabilities kept: %s",
                       strerrordesc_np(errno));
    return OK;
}

/* The process that unshared its PID namespace is not in it: its child is. So the child goes on and
 * the old process waits for it, with nothing in its hands, so that our starter sees our end. */
static status enter_pid_namespace(err *why)
{
    pid_t pid = fork();
    if (pid < 0)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail: fork: %s",
                       strerrordesc_np(errno));
    if (pid > 0) {
        /* Where there are no filters the child finds that out as well and reports it: this process
         * must outlive that report, since its own end kills the child. */
        close_range(0, ~0u, 0);
        bool filtered = install(JAIL_S1, why) == OK;
        int how = 0;
        while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
            continue;
        _exit(filtered && WIFEXITED(how) ? WEXITSTATUS(how) : 1);
    }
    return OK;
}

/* --- the two doors --------------------------------------------------------------------------- */

status jail_zygote(const jail_options *options, jail_report *ret, err *why)
{
    const int own = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS;
    jail_report report = {0};
    status st;

    /* As root before the uid is gone, else inside a user namespace; both may be forbidden here. */
    report.no_network = geteuid() == 0 && unshare(own) == 0;
    if ((st = drop_root(&report, why)) != OK)
        return st;
    if (!report.no_network)
        report.no_network = unshare(own | CLONE_NEWUSER) == 0;
    if ((st = drop_capabilities(why)) != OK)
        return st;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail on this kernel: prctl: %s",
                       strerrordesc_np(errno));
    if ((st = jail_landlock_enter(options->landlock_abi_max, &report.landlock_abi, why)) != OK)
        return st;
    if (report.no_network) {
        if ((st = enter_pid_namespace(why)) != OK)
            return st;
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* a change of uid would have cleared it */
    }
    if ((st = install(JAIL_S1, why)) != OK)
        return st;
    *ret = report;
    return OK;
}

status jail_child(const jail_limits *limits, err *why)
{
    const struct {
        __rlimit_resource_t what;
        rlim_t soft, hard;
    } rows[] = {
#ifndef NOROSHI_SANITIZED /* the runtimes reserve terabytes of address space */
        {RLIMIT_AS, limits->memory_bytes, limits->memory_bytes},
#endif
        {RLIMIT_CPU, limits->cpu_s, limits->cpu_s + 1},
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_FSIZE, 0, 0},
        {RLIMIT_NOFILE, 8, 8},
        {RLIMIT_NPROC, 0, 0},
    };
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rlimit old, value = {rows[i].soft, rows[i].hard};
        if (getrlimit(rows[i].what, &old) == 0 && old.rlim_max < value.rlim_max)
            value = (struct rlimit){old.rlim_max < value.rlim_cur ? old.rlim_max : value.rlim_cur,
                                    old.rlim_max};
        if (setrlimit(rows[i].what, &value) != 0)
            return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "no jail: resource limit %d: %s",
                           (int)rows[i].what, strerrordesc_np(errno));
    }
    return install(JAIL_S2, why);
}

const char *jail_line(const jail_report *report, char out[JAIL_LINE_MAX])
{
    char landlock_text[32] = "seccomp only";
    if (report->landlock_abi)
        snprintf(landlock_text, sizeof landlock_text, "seccomp + landlock %d",
                 report->landlock_abi);
    snprintf(out, JAIL_LINE_MAX, "%s, uid %u%s, %s", landlock_text, report->uid,
             report->root_kept ? " (kept)" : "",
             report->no_network ? "own namespaces" : "shared namespaces");
    return out;
}
