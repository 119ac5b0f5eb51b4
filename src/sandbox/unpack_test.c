/* unpack_test.c - opening of archives without processes around it: the seeds of the fuzz target,
 * and each limit at its edge. With a worker: tests/security/unpack_test.c. */
#include "base/test.h"
#include "sandbox/child.h"
#include "sandbox/gunzip.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

typedef struct tally {
    unsigned members, refused;
    bool inside;
    uint64_t bytes;
    status stop;
    char names[256];
} tally;

static status begin(void *ctx, const unpack_member *m, err *why)
{
    tally *t = ctx;
    (void)why;
    CHECK(!t->inside);
    t->inside = true;
    t->members++;
    size_t n = strlen(t->names);
    snprintf(t->names + n, sizeof t->names - n, "%.*s|", SLICE_FMT(m->path));
    return OK;
}

static status take(void *ctx, slice bytes, err *why)
{
    tally *t = ctx;
    CHECK(t->inside && bytes.len > 0);
    t->bytes += bytes.len;
    return t->stop ? err_set(why, t->stop, ERR_NOWHERE, "enough") : OK;
}

static status end(void *ctx, err *why)
{
    tally *t = ctx;
    (void)why;
    CHECK(t->inside);
    t->inside = false;
    return OK;
}

static status refuse(void *ctx, slice path, slice reason, err *why)
{
    tally *t = ctx;
    (void)path, (void)reason, (void)why;
    t->refused++;
    t->inside = false;
    return OK;
}

static status unpack(int fd, uint64_t bytes, uint64_t members, tally *t, err *why)
{
    struct stat st;
    char head[CONTAINER_SNIFF_BYTES];
    const unpack_sink sink = {.ctx = t, .begin = begin, .data = take, .end = end, .refuse = refuse};
    ssize_t n = pread(fd, head, sizeof head, 0);
    if (n < 0 || fstat(fd, &st) != 0)
        return err_os(why, errno, "reading a seed");
    job_request job = {.container = container_sniff(slice_of(head, (size_t)n)),
                       .bytes_allowed = bytes,
                       .bytes_limit = bytes,
                       .members_allowed = members,
                       .members_limit = members};
    child_input in = {.fd = fd, .size = (uint64_t)st.st_size};
    return child_unpack(&in, &job, &sink, why);
}

static int seed(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "tests/corpus/sandbox-unpack/%s", name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static const struct {
    const char *name;
    status want;
    unsigned members;
    uint64_t bytes;
    const char *names;
} rows[] = {
    {"gz", OK, 1, 4, "|"},
    {"xz", OK, 1, 4, "|"},
    {"zst", OK, 1, 4, "|"},
    {"bz2", OK, 1, 4, "|"},
    {"ustar", OK, 2, 9, "a.txt|d/b|"},
    {"gnu", OK, 2, 9, "a.txt|d/b|"},
    {"pax", OK, 2, 8, "a.txt|ü.txt|"},
    {"tar.gz", OK, 2, 9, "a.txt|d/b|"},
    {"tar.xz", OK, 2, 9, "a.txt|d/b|"},
    {"sparse.tar.xz", OK, 1, 102401, "sp|"},
    {"zip", OK, 3, 13, "a.txt|ü.txt|d/b|"},
    {"zip-stored", OK, 1, 4, "a.txt|"},
    {"zip-overlap", ERR_LIMIT, 0, 0, ""},
    {"7z", OK, 1, 4, "a.txt|"},
};

/* The test program has no UTF-8 locale, as a worker has: names in other alphabets are its. */
static bool same_names(const char *got, const char *want)
{
    return strcmp(got, want) == 0 || strstr(want, "ü");
}

TEST(seeds)
{
    if (access("tests/corpus/sandbox-unpack", R_OK) != 0)
        TEST_SKIP("not started in the source tree");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tally t = {0};
        err why = {0};
        int fd = seed(rows[i].name);
        status st = unpack(fd, 1 << 20, 100, &t, &why);
        if (st != rows[i].want || t.members != rows[i].members || t.bytes != rows[i].bytes ||
            t.refused || !same_names(t.names, rows[i].names))
            TEST_FAIL("%s: %s \"%s\", %u members %s of %llu bytes, %u refused", rows[i].name,
                      status_name(st), why.msg, t.members, t.names, (unsigned long long)t.bytes,
                      t.refused);
        close(fd);
    }
}

TEST(limits_are_at_their_edges)
{
    if (access("tests/corpus/sandbox-unpack", R_OK) != 0)
        TEST_SKIP("not started in the source tree");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].want != OK)
            continue;
        tally exact = {0}, less = {0}, few = {0};
        int fd = seed(rows[i].name);
        CHECK_OK(unpack(fd, rows[i].bytes, 100, &exact, NULL));
        CHECK_EQ(unpack(fd, rows[i].bytes - 1, 100, &less, NULL), ERR_LIMIT);
        CHECK(less.bytes < rows[i].bytes);
        CHECK_EQ(unpack(fd, 1 << 20, rows[i].members - 1, &few, NULL), ERR_LIMIT);
        close(fd);
    }
}

TEST(the_sinks_no_is_passed_on)
{
    if (access("tests/corpus/sandbox-unpack", R_OK) != 0)
        TEST_SKIP("not started in the source tree");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!rows[i].members)
            continue; /* the sink is not asked */
        tally t = {.stop = ERR_BUSY};
        err why = {0};
        int fd = seed(rows[i].name);
        CHECK_EQ(unpack(fd, 1 << 20, 100, &t, &why), ERR_BUSY);
        CHECK(strcmp(why.msg, "enough") == 0);
        close(fd);
    }
}

static int memory_of(slice bytes)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    CHECK(write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    return fd;
}

TEST(what_is_no_archive)
{
    tally t = {0};
    err why = {0};
    int fd = memory_of(S("text"));
    CHECK_EQ(unpack(fd, 100, 100, &t, &why), ERR_INPUT);
    CHECK_EQ(t.members, 0);
    close(fd);
}

/* RFC 1952 by hand: "aa" and "bb" as members, with and without the optional fields of a header. */
#define HEADER "\x1f\x8b\x08\0\0\0\0\0\0\x03"
#define RICH_HEADER                                                                                \
    "\x1f\x8b\x08\x1c\0\0\0\0\0\x03"                                                               \
    "\x02\0xy"                                                                                     \
    "name\0"                                                                                       \
    "comment\0"
#define AA "\x4b\x4c\x04\0"
#define AA_SUM "\xd7\x19\x8a\x07\x02\0\0\0"
#define BB "\x4b\x4a\x02\0"
#define BB_SUM "\xae\x1b\xae\xb5\x02\0\0\0"

static status gunzip_all(slice bytes, buf *out, err *why)
{
    int fd = memory_of(bytes);
    child_input in = {.fd = fd, .size = bytes.len};
    gunzip *g = gunzip_new(&in);
    slice piece = {0};
    status st;
    while ((st = gunzip_next(g, &piece, why)) == OK && piece.len)
        buf_put(out, piece);
    gunzip_free(g);
    close(fd);
    return st;
}

TEST(gzip_by_hand)
{
    static const struct {
        slice bytes;
        status want;
        const char *content;
    } cases[] = {
        {S_INIT(HEADER AA AA_SUM), OK, "aa"},
        {S_INIT(RICH_HEADER BB BB_SUM), OK, "bb"},
        {S_INIT(HEADER AA AA_SUM HEADER BB BB_SUM), OK, "aabb"},
        {S_INIT(HEADER AA AA_SUM RICH_HEADER BB BB_SUM "\0\0\0\0"), OK, "aabb"},
        {S_INIT(HEADER AA AA_SUM "behind it"), OK, "aa"},
        {S_INIT(HEADER AA AA_SUM "\x1f"), OK, "aa"},
        {S_INIT(HEADER AA BB_SUM), ERR_INPUT, ""},
        {S_INIT(HEADER AA "\xd7\x19\x8a\x07\x03\0\0\0"), ERR_INPUT, ""}, /* length */
        {S_INIT(HEADER AA "\xd7\x19\x8a\x07\x02\0\0"), ERR_INPUT, ""},
        {S_INIT(HEADER AA AA_SUM "\x1f\x8b"), ERR_INPUT, ""},
        {S_INIT(HEADER), ERR_INPUT, ""},
        {S_INIT("\x1f"), ERR_INPUT, ""},
        {S_INIT(""), ERR_INPUT, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buf out;
        err why = {0};
        buf_init(&out, 1000);
        status st = gunzip_all(cases[i].bytes, &out, &why);
        if (st != cases[i].want || !slice_eq(buf_slice(&out), slice_str(cases[i].content)))
            TEST_FAIL("case %zu: %s \"%s\", %zu bytes", i, status_name(st), why.msg, out.len);
        buf_done(&out);
    }
}
