/* jail_landlock_caps_test.c - older kernels: what is asked of Landlock at each ABI, and that the
 * worker starts and works with every one of them, and with none. What each ABI stops is in
 * jail_matrix. */
#include "kit.h"

#include <sys/syscall.h>

JAIL_TESTS_ONLY_IN_RELEASE

static const format formats[] = {KIT_LINES};
KIT_FORMATS(formats)

/* From the kernel's Documentation/userspace-api/landlock.rst, "Previous limitations". */
TEST(each_abi_is_asked_for_what_it_knows_and_no_more)
{
    static const struct {
        int abi;
        size_t size;
        uint64_t fs, net, scoped;
    } rows[] = {
        {-1, 0, 0, 0, 0},      {0, 0, 0, 0, 0},       {1, 8, 0x1fff, 0, 0},
        {2, 8, 0x3fff, 0, 0},  {3, 8, 0x7fff, 0, 0},  {4, 16, 0x7fff, 3, 0},
        {5, 16, 0xffff, 3, 0}, {6, 24, 0xffff, 3, 3}, {7, 24, 0xffff, 3, 3},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        jail_landlock got;
        size_t size = jail_landlock_of(rows[i].abi, &got);
        if (size != rows[i].size || got.fs != rows[i].fs || got.net != rows[i].net ||
            got.scoped != rows[i].scoped)
            TEST_FAIL("ABI %d: %zu bytes, fs %llx, net %llx, scoped %llx", rows[i].abi, size,
                      (unsigned long long)got.fs, (unsigned long long)got.net,
                      (unsigned long long)got.scoped);
    }
}

TEST(the_worker_works_with_each_of_them)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    for (int abi = -1; abi <= JAIL_LANDLOCK_ABI; abi++) {
        char argument[16], want[32];
        sandbox_options o = sandbox_defaults(clock_system());
        sandbox *s = NULL;
        kit_facts k;
        err why = {0};
        const char *line = "";
        int used = abi == 0 || abi > version ? (int)(version > 7 ? 7 : version) : abi;
        snprintf(argument, sizeof argument, "--landlock=%d", abi);
        snprintf(want, sizeof want, used > 0 ? "seccomp + landlock %d," : "seccomp only,", used);
        o.argument = argument;
        CHECK_OK(sandbox_new(&o, &s, &why));
        CHECK_OK(kit_read(s, "", S("#lines\na.example\n"), &k, NULL, &why));
        CHECK_OK(sandbox_check(s, WORKER_DOC, &line, &why));
        if (k.claims != 1 || !slice_starts(slice_str(line), slice_str(want)))
            TEST_FAIL("asked for ABI %d: %s (%s)", abi, line, why.msg);
        sandbox_free(s);
    }
}

TEST(strict_means_with_landlock)
{
    sandbox_options o = sandbox_defaults(clock_system());
    sandbox *s = NULL;
    err why = {0};
    o.argument = "--landlock=-1";
    o.strict = true;
    CHECK_OK(sandbox_new(&o, &s, &why));
    CHECK_EQ(kit_read(s, "lines", S("a\n"), NULL, NULL, &why), ERR_FORBIDDEN);
    CHECK(slice_starts(slice_str(why.msg), S("the jail is not as strict as asked: seccomp only")));
    sandbox_free(s);
}

KIT_AGAIN_AS_ORDINARY_USER
