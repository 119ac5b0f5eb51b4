/* telemetry_unpack_test.c - what a log became, when memory ends: every allocation fails in turn, of
 * who asks and of the worker. What comes back is the log or an error, never a part of it; nothing
 * stays open; and the next job goes well. */
#include "archives.h"
#include "intake/telemetry.h"

#include <dirent.h>

static const format formats[] = {KIT_LINES};
KIT_FORMATS(formats)

#ifdef NOROSHI_SANITIZED /* has an allocator of its own */
JAIL_TESTS_ONLY_IN_RELEASE
#else

enum { BYTES = 300000, STREAMS = 4 };

/* glibc's, behind the functions that fail. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);

static long calls, fail_at; /* 0: none fails */

static bool fails(void)
{
    return ++calls == fail_at;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails() ? NULL : __libc_realloc(p, n);
}

/* --- the worker's ---------------------------------------------------------------------------- */

static void plan_path(char out[64], pid_t parent)
{
    snprintf(out, 64, "/tmp/noroshi-torture.%d", (int)parent);
}

static void read_plan(int argc, char **argv, char **environment)
{
    (void)environment;
    char path[64], text[24] = {0};
    uint64_t n;
    if (argc < 2 || strcmp(argv[1], "worker") != 0)
        return;
    plan_path(path, getppid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (got > 0 && slice_u64(slice_of(text, (size_t)got), &n))
        fail_at = (long)n;
    if (fd >= 0)
        close(fd);
    calls = 0;
}
/* Before the worker of kit.h, which has no files any more. */
__attribute__((section(".preinit_array"), used)) static void (*const plan)(int, char **,
                                                                           char **) = read_plan;

static void write_plan(long n)
{
    char path[64], text[24];
    plan_path(path, getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int len = snprintf(text, sizeof text, "%ld", n);
    CHECK(write(fd, text, (size_t)len) == len);
    close(fd);
}

/* --- asking ---------------------------------------------------------------------------------- */

static char *lines; /* what the log holds */
static int packed[STREAMS];

static archive_choice *const filters[STREAMS] = {
    archive_write_add_filter_gzip, archive_write_add_filter_zstd, archive_write_add_filter_xz,
    archive_write_add_filter_bzip2};

static bool make_logs(void)
{
    lines = malloc(BYTES + 64);
    for (size_t i = 0, n = 0; lines && n < BYTES; i++)
        n += (size_t)snprintf(lines + n, 64, "%zu 198.51.100.%zu GET /x%zu\n", i, i % 250, i * i);
    for (int i = 0; lines && i < STREAMS; i++)
        packed[i] = make_stream(filters[i], slice_of(lines, BYTES), 0);
    return lines != NULL;
}

static int open_files(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static bool whole(int fd)
{
    static char got[BYTES + 1];
    return pread(fd, got, sizeof got, 0) == BYTES && memcmp(got, lines, BYTES) == 0;
}

/* One job; whether it went well. `nth`: of who asks, this allocation fails. */
static bool ask(sandbox *s, int i, long nth)
{
    const telemetry_options o = {.sandbox = s, .directory = "/tmp"};
    err why = {0};
    int fd = -1;
    calls = 0;
    fail_at = nth;
    status st = telemetry_unpack(&o, packed[i], UINT64_MAX, &fd, &why);
    fail_at = 0;
    if (st != OK && (fd != -1 || !why.code || !why.msg[0]))
        TEST_FAIL("stream %d, allocation %ld: an error that says nothing", i, nth);
    if (st == OK && !whole(fd))
        TEST_FAIL("stream %d, allocation %ld: not what was packed", i, nth);
    if (fd >= 0)
        close(fd);
    return st == OK;
}

TEST(an_allocation_of_who_asks_fails)
{
    REQUIRE(make_logs());
    for (int i = 0; i < STREAMS; i++) {
        bool good = false;
        for (long n = 1; n < 1000 && !good; n++) {
            sandbox *s = kit_sandbox(NULL);
            int before = open_files();
            good = ask(s, i, n) && calls < n; /* more than it makes: none failed */
            CHECK(ask(s, i, 0));
            sandbox_free(s);
            CHECK(open_files() <= before);
        }
        CHECK(good);
    }
}

TEST(an_allocation_of_the_worker_fails)
{
    char path[64];
    enum { LAST = 400, WELL = 12 };
    for (int i = 0; i < STREAMS; i++) {
        /* so many in a row go well: there are no more */
        int well = 0;
        long n = 1;
        for (; n < LAST && well < WELL; n++) {
            write_plan(n);
            sandbox *s = kit_sandbox(NULL);
            int before = open_files();
            well = ask(s, i, 0) ? well + 1 : 0;
            write_plan(0);
            sandbox_free(s);
            s = kit_sandbox(NULL);
            if (n % 16 == 0)
                CHECK(ask(s, i, 0));
            sandbox_free(s);
            CHECK(open_files() <= before);
        }
        CHECK(n > WELL + 1); /* some did fail */
        CHECK(n < LAST);
    }
    plan_path(path, getpid());
    CHECK_EQ(unlink(path), 0);
}

#endif
