/* test.h - unit tests: one program a module, TAP on stdout, what went wrong on stderr.
 *
 *     TEST(parse_refuses_octets_over_255)
 *     {
 *         CHECK_EQ(ip_parse(S("256.1.1.1"), &ip), ERR_INPUT);
 *     }
 *
 * No registration and no main: TEST does both. CHECK goes on after a failure, REQUIRE leaves the
 * test, TEST_SKIP leaves it saying why. Why our own: docs/decisions/0002-test-header.md.
 * Uses: base. Used by: every X_test.c. */
#ifndef NOROSHI_TEST_H
#define NOROSHI_TEST_H

#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
} test_case;

/* The only state of a test program, kept in its one translation unit. */
static test_case *test_first, **test_last = &test_first;
static int test_bad;             /* failures of the running test */
static const char *test_skipped; /* why it could not run */

#define TEST(title)                                                                                \
    static void run_test_##title(void);                                                            \
    __attribute__((constructor)) static void add_test_##title(void)                                \
    {                                                                                              \
        static test_case t = {.name = #title, .run = run_test_##title};                            \
        *test_last = &t;                                                                           \
        test_last = &t.next;                                                                       \
    }                                                                                              \
    static void run_test_##title(void)

#define TEST_FAIL(...)                                                                             \
    (test_bad++, fprintf(stderr, "%s:%d: ", __FILE__, __LINE__), fprintf(stderr, __VA_ARGS__),     \
     (void)fputc('\n', stderr))
#define TEST_SKIP(why)                                                                             \
    do {                                                                                           \
        test_skipped = (why);                                                                      \
        return;                                                                                    \
    } while (0)
#define CHECK(cond) ((cond) ? (void)0 : TEST_FAIL("%s is false", #cond))
#define REQUIRE(cond)                                                                              \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            TEST_FAIL("%s is false", #cond);                                                       \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define CHECK_EQ(got, want)                                                                        \
    do {                                                                                           \
        long long got_ = (long long)(got), want_ = (long long)(want);                              \
        if (got_ != want_)                                                                         \
            TEST_FAIL("%s is %lld, want %lld", #got, got_, want_);                                 \
    } while (0)
#define CHECK_SLICE(got, want)                                                                     \
    do {                                                                                           \
        slice got_ = (got), want_ = (want);                                                        \
        if (!slice_eq(got_, want_))                                                                \
            TEST_FAIL("%s is \"%.*s\", want \"%.*s\"", #got, SLICE_FMT(got_), SLICE_FMT(want_));   \
    } while (0)
#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        status st_ = (call);                                                                       \
        if (st_ != OK)                                                                             \
            TEST_FAIL("%s is %s, want ok", #call, status_name(st_));                               \
    } while (0)

int main(int argc, char **argv); /* whatever it is called by who includes this */
int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : "";
    int n = 0, failed = 0, total = 0;
    for (test_case *t = test_first; t; t = t->next)
        total += strstr(t->name, only) != NULL;
    printf("1..%d\n", total);
    fflush(stdout); /* a crash in the first test must not take the plan with it */
    for (test_case *t = test_first; t; t = t->next) {
        if (!strstr(t->name, only))
            continue;
        test_bad = 0;
        test_skipped = NULL;
        t->run();
        printf("%s %d - %s%s%s\n", test_bad ? "not ok" : "ok", ++n, t->name,
               test_skipped ? " # SKIP " : "", test_skipped ? test_skipped : "");
        fflush(stdout);
        failed += test_bad != 0;
    }
    return failed != 0;
}

#endif
