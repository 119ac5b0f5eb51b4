/* jail_filter_test.c - what the two programs decide, call by call: an interpreter of BPF runs them,
 * and three judges must agree: the rows of filters.h read naively, the program that jail.c built,
 * and, where libseccomp is, the program that it builds from the same rows. */
#include "kit.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

JAIL_TESTS_ONLY_IN_RELEASE

static const format formats[] = {KIT_LINES};
KIT_FORMATS(formats)

#ifdef __x86_64__
#define OUR_ARCH AUDIT_ARCH_X86_64
#else
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

enum { PID = 4711, CALLS = 600 };

/* --- an interpreter of the instructions that seccomp programs have --------------------------- */

static uint32_t jump(const struct sock_filter *c, uint32_t a)
{
    switch (BPF_OP(c->code)) {
    case BPF_JA: return c->k;
    case BPF_JEQ: return a == c->k ? c->jt : c->jf;
    case BPF_JGT: return a > c->k ? c->jt : c->jf;
    case BPF_JGE: return a >= c->k ? c->jt : c->jf;
    case BPF_JSET: return a & c->k ? c->jt : c->jf;
    default: TEST_FAIL("jump %x", c->code); return 0;
    }
}

static uint32_t interpret(const struct sock_filter *code, size_t n, const struct seccomp_data *d)
{
    uint32_t a = 0;
    for (size_t pc = 0; pc < n; pc++) {
        const struct sock_filter *c = &code[pc];
        switch (BPF_CLASS(c->code)) {
        case BPF_LD:
            if (BPF_MODE(c->code) == BPF_ABS && c->k % 4 == 0 && c->k < sizeof *d)
                memcpy(&a, (const char *)d + c->k, sizeof a);
            else
                TEST_FAIL("load %x %u", c->code, c->k);
            break;
        case BPF_ALU:
            if (BPF_OP(c->code) == BPF_AND)
                a &= c->k;
            else
                TEST_FAIL("arithmetic %x", c->code);
            break;
        case BPF_JMP: pc += jump(c, a); break;
        case BPF_RET: return c->k;
        default: TEST_FAIL("instruction %x", c->code); return 0;
        }
    }
    TEST_FAIL("ran off the end");
    return 0;
}

/* --- the naive reading ----------------------------------------------------------------------- */

static bool fits(const jail_rule *r, jail_filter f, const struct seccomp_data *d)
{
    uint64_t arg = d->args[r->arg];
    switch (r->test) {
    case JAIL_ANY: return true;
    case JAIL_EQ: return arg == r->value;
    case JAIL_CLEAR: return !(arg & r->value);
    case JAIL_SELF: return f == JAIL_S1 || arg == PID;
    }
    return false;
}

static uint32_t decide(jail_filter f, const struct seccomp_data *d)
{
    const jail_rule *rules;
    size_t n = jail_rules(&rules);
    if (d->arch != OUR_ARCH || (uint32_t)d->nr >= 0x40000000u)
        return SECCOMP_RET_KILL_PROCESS;
    for (size_t i = 0; i < n; i++)
        if (rules[i].filters & (int)f && rules[i].nr == d->nr && fits(&rules[i], f, d))
            return rules[i].answer;
    return SECCOMP_RET_KILL_PROCESS;
}

/* --- all calls, all interesting arguments ---------------------------------------------------- */

/* Values at the edges of what rules look at. */
static const uint64_t edges[] = {
    0,
    1,
    2,
    3,
    4,
    5,
    PID,
    PID + 1,
    PROT_READ,
    PROT_EXEC,
    PROT_READ | PROT_WRITE,
    PROT_READ | PROT_EXEC,
    0x1200011,
    0x1200010,
    0x1200011u | 0x20000000u,
    (1ull << 32) + 3,
    (1ull << 32) + PROT_EXEC,
    1ull << 32,
    UINT32_MAX,
    UINT64_MAX,
};

typedef struct other_judge {
    struct sock_filter code[4096];
    size_t n;
} other_judge;

static unsigned long long compare_all(jail_filter f, const struct sock_filter *code, size_t n,
                                      const other_judge *other)
{
    static const uint32_t archs[] = {OUR_ARCH, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64 ^ 1, 0};
    unsigned long long compared = 0;
    for (int64_t nr = -2; nr < CALLS; nr++) {
        for (size_t arg = 0; arg < 6; arg++) {
            for (size_t e = 0; e < COUNT_OF(edges) * COUNT_OF(archs) * 2; e++) {
                struct seccomp_data d = {
                    .nr = (int)(e & 1 ? nr | 0x40000000 : nr),
                    .arch = archs[e / 2 % COUNT_OF(archs)],
                };
                d.args[arg] = edges[e / 2 / COUNT_OF(archs)];
                uint32_t want = decide(f, &d), got = interpret(code, n, &d);
                uint32_t third = other ? interpret(other->code, other->n, &d) : want;
                compared++;
                if (got != want || third != want) {
                    TEST_FAIL("S%d call %d arg %zu = %llx arch %x: %x, naive %x, libseccomp %x", f,
                              d.nr, arg, (unsigned long long)d.args[arg], d.arch, got, want, third);
                    return compared;
                }
            }
        }
    }
    return compared;
}

#ifdef HAVE_SECCOMP
static int libseccomp_rule(scmp_filter_ctx ctx, jail_filter f, const jail_rule *r)
{
    uint32_t action = r->answer == SECCOMP_RET_ALLOW ? SCMP_ACT_ALLOW
                                                     : SCMP_ACT_ERRNO(r->answer & SECCOMP_RET_DATA);
    struct scmp_arg_cmp test = {.arg = r->arg, .op = SCMP_CMP_EQ, .datum_a = r->value};
    if (r->test == JAIL_CLEAR)
        test = (struct scmp_arg_cmp){r->arg, SCMP_CMP_MASKED_EQ, r->value, 0};
    if (r->test == JAIL_SELF)
        test.datum_a = PID;
    bool any = r->test == JAIL_ANY || (r->test == JAIL_SELF && f == JAIL_S1);
    return seccomp_rule_add_array(ctx, action, r->nr, any ? 0 : 1, any ? NULL : &test);
}

static bool ask_libseccomp(jail_filter f, other_judge *ret)
{
    const jail_rule *rules;
    size_t n = jail_rules(&rules);
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool fine = ctx && seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
    for (size_t i = 0; fine && i < n; i++)
        if (rules[i].filters & (int)f)
            fine = libseccomp_rule(ctx, f, &rules[i]) == 0;
    int fd = memfd_create("bpf", MFD_CLOEXEC);
    fine = fine && seccomp_export_bpf(ctx, fd) == 0;
    ssize_t got = fine ? pread(fd, ret->code, sizeof ret->code, 0) : -1;
    ret->n = got > 0 ? (size_t)got / sizeof ret->code[0] : 0;
    close(fd);
    seccomp_release(ctx);
    return ret->n > 0;
}
#endif

TEST(three_judges_agree)
{
    static const jail_filter both[] = {JAIL_S1, JAIL_S2};
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        jail_code code[JAIL_CODE_MAX];
        size_t n = jail_filter_build(both[i], PID, code);
        const other_judge *third = NULL;
#ifdef HAVE_SECCOMP
        static other_judge other;
        CHECK(ask_libseccomp(both[i], &other));
        third = &other;
#else
        fprintf(stderr, "# libseccomp is not here: two judges\n");
#endif
        unsigned long long compared =
            compare_all(both[i], (const struct sock_filter *)(const void *)code, n, third);
        fprintf(stderr, "# S%d: %zu instructions, %llu decisions compared\n", both[i], n, compared);
    }
}

/* Said once more, in words that nobody changes by changing the rows. */
TEST(the_lists_are_those_of_the_threat_model)
{
    static const int children[] = {
        SYS_read,          SYS_write,     SYS_readv,           SYS_writev,       SYS_pread64,
        SYS_lseek,         SYS_close,     SYS_fstat,           SYS_brk,          SYS_mmap,
        SYS_mprotect,      SYS_munmap,    SYS_mremap,          SYS_madvise,      SYS_futex,
        SYS_clock_gettime, SYS_getrandom, SYS_rt_sigprocmask,  SYS_rt_sigreturn, SYS_getpid,
        SYS_gettid,        SYS_tgkill,    SYS_restart_syscall, SYS_exit,         SYS_exit_group,
    };
    static const int workers[] = {
        SYS_recvmsg, SYS_sendmsg,         SYS_dup3, SYS_close_range, SYS_wait4,     SYS_pidfd_open,
        SYS_clone,   SYS_set_robust_list, SYS_rseq, SYS_seccomp,     SYS_prlimit64, SYS_prctl,
    };
    const jail_rule *rules;
    size_t n = jail_rules(&rules), allowed = 0, of_workers = 0;
    for (size_t i = 0; i < n; i++) {
        if (rules[i].answer != SECCOMP_RET_ALLOW)
            continue;
        bool child = rules[i].filters & JAIL_S2, found = false;
        allowed += child;
        of_workers += !child;
        for (size_t j = 0; j < (child ? COUNT_OF(children) : COUNT_OF(workers)); j++)
            found |= (child ? children : workers)[j] == rules[i].nr;
        if (!found)
            TEST_FAIL("call %d is allowed", rules[i].nr);
        CHECK(rules[i].filters & JAIL_S1); /* filters stack */
    }
    CHECK_EQ(allowed, COUNT_OF(children));
    CHECK_EQ(of_workers, COUNT_OF(workers));
}
