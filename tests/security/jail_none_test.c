/* jail_none_test.c - kernels that lack something, played by a filter in front of the worker: the
 * call answers as such a kernel does. Without seccomp nothing is parsed; all else is reported. */
#include "kit.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

JAIL_TESTS_ONLY_IN_RELEASE

static const format formats[] = {KIT_LINES};
KIT_FORMATS(formats)

/* From here on `call` answers `number` in this process and all that it starts. */
static bool take_away(long call, int number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {COUNT_OF(code), code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0;
}

typedef struct lack {
    const char *name;
    long call;
    int number;
    status want;       /* of reading a document */
    const char *words; /* beginning of the refusal, or part of the jail's line */
    status strict;     /* the same, strict */
    bool root_only;
    bool keeps; /* becoming another user takes no capabilities away */
} lack;

static const lack rows[] = {
    {"no seccomp", SYS_seccomp, ENOSYS, ERR_FORBIDDEN, "no jail on this kernel: seccomp",
     ERR_FORBIDDEN, false},
    {"seccomp without filters", SYS_seccomp, EINVAL, ERR_FORBIDDEN,
     "no jail on this kernel: seccomp", ERR_FORBIDDEN, false},
    {"no Landlock", SYS_landlock_create_ruleset, ENOSYS, OK, "seccomp only", ERR_FORBIDDEN, false},
    {"Landlock off at boot", SYS_landlock_create_ruleset, EOPNOTSUPP, OK, "seccomp only",
     ERR_FORBIDDEN, false},
    {"Landlock forbidden", SYS_landlock_create_ruleset, EPERM, OK, "seccomp only", ERR_FORBIDDEN,
     false},
    {"Landlock that refuses", SYS_landlock_restrict_self, E2BIG, ERR_FORBIDDEN, "no jail: Landlock",
     ERR_FORBIDDEN, false},
    {"no namespaces", SYS_unshare, EPERM, OK, "shared namespaces", OK, false},
    {"no other uid", SYS_setresuid, EPERM, OK, "uid 0 (kept)", ERR_FORBIDDEN, true},
    {"uid not mapped", SYS_setresuid, EINVAL, OK, "uid 0 (kept)", ERR_FORBIDDEN, true},
    {"uid change fails otherwise", SYS_setresuid, EAGAIN, ERR_FORBIDDEN,
     "no jail: root not given up", ERR_FORBIDDEN, true},
    {"capabilities stay", SYS_capset, EPERM, ERR_FORBIDDEN, "no jail: capabilities kept",
     ERR_FORBIDDEN, true, true},
    {"no capabilities to give up", SYS_capset, EPERM, OK, "seccomp", OK, true},
    {"no new privileges refused", SYS_prctl, EINVAL, ERR_FORBIDDEN, "no jail on this kernel: prctl",
     ERR_FORBIDDEN, false},
};

static int without(void *ctx)
{
    const lack *l = ctx;
    if (l->keeps && prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) != 0)
        return 106;
    if (!take_away(l->call, l->number))
        return 100;
    for (int strict = 0; strict < 2; strict++) {
        sandbox_options o = sandbox_defaults(clock_system());
        sandbox *s = NULL;
        kit_facts k;
        err why = {0};
        const char *line = "";
        status want = strict ? l->strict : l->want;
        o.strict = strict;
        if (sandbox_new(&o, &s, &why) != OK)
            return 101;
        status st = kit_read(s, "", S("#lines\na.example\n"), &k, NULL, &why);
        if (st == OK && (k.claims != 1 || sandbox_check(s, WORKER_DOC, &line, &why) != OK))
            return 102;
        const char *said = st == OK ? line : why.msg;
        bool words = strict || strstr(said, l->words);
        if (st != want || !words)
            fprintf(stderr, "# %s: %s \"%s\"\n", l->name, status_name(st), said);
        if (st != want)
            return 103;
        if (!words)
            return 104;
        /* An archive is no way around it. */
        if (want == ERR_FORBIDDEN && sandbox_check(s, WORKER_ARCHIVE, &line, &why) != ERR_FORBIDDEN)
            return 105;
        sandbox_free(s);
    }
    return 0;
}

/* Root of a container may have no other uid to become; then "kept" is the normal case here. */
static int become_another(void *ctx)
{
    (void)ctx;
    return setresgid(JAIL_NOBODY, JAIL_NOBODY, JAIL_NOBODY) == 0 &&
                   setresuid(JAIL_NOBODY, JAIL_NOBODY, JAIL_NOBODY) == 0
               ? 0
               : 1;
}

TEST(what_a_kernel_lacks_is_refused_or_reported)
{
    bool root = geteuid() == 0, kept = root && kit_in_fork(become_another, NULL) != 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        lack l = rows[i];
        if (l.root_only && (!root || kept))
            continue;
        if (kept)
            l.strict = ERR_FORBIDDEN;
        int got = kit_in_fork(without, &l);
        if (got == 100)
            TEST_SKIP("this kernel has no seccomp to play others with");
        if (got != 0)
            TEST_FAIL("%s: %d", l.name, got);
    }
}

TEST(a_worker_started_by_hand_says_so)
{
    err why = {0};
    int before = dup(3); /* whatever the test runner left there */
    close(3);
    CHECK_EQ(worker_run(&(worker_options){.class = WORKER_DOC}, &why), ERR_INPUT);
    CHECK(strcmp(why.msg, "a worker is started by noroshi itself") == 0);
    if (before >= 0) {
        dup2(before, 3);
        close(before);
    }
}

TEST(a_worker_that_cannot_be_started_is_an_io_error)
{
    sandbox_options o = sandbox_defaults(clock_system());
    sandbox *s = NULL;
    err why = {0};
    o.program = "/nonexistent/noroshi";
    CHECK_OK(sandbox_new(&o, &s, &why));
    CHECK_EQ(kit_read(s, "lines", S("a\n"), NULL, NULL, &why), ERR_IO);
    sandbox_free(s);
    o.program = "/bin/true"; /* starts, and is no worker */
    CHECK_OK(sandbox_new(&o, &s, &why));
    CHECK_EQ(kit_read(s, "lines", S("a\n"), NULL, NULL, &why), ERR_IO);
    CHECK(strstr(why.msg, "the worker process ended"));
    sandbox_free(s);
}

KIT_AGAIN_AS_ORDINARY_USER
