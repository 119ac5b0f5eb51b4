#include "base/test.h"
#include "sandbox/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static void check_content(const spool *p, slice want)
{
    char text[4096];
    ssize_t n = pread(p->fd, text, sizeof text, 0);
    CHECK_SLICE(slice_of(text, n < 0 ? 0 : (size_t)n), want);
}

TEST(few_bytes_stay_in_memory_and_are_sealed)
{
    spool p;
    spool_init(&p, "/nonexistent");
    CHECK_EQ(p.fd, -1);
    CHECK_OK(spool_write(&p, S("first,"), NULL));
    CHECK_OK(spool_write(&p, S(""), NULL));
    CHECK_OK(spool_write(&p, S("second"), NULL));
    CHECK_OK(spool_finish(&p, NULL));
    CHECK_EQ(p.size, 12);
    CHECK(!p.on_disk);
    check_content(&p, S("first,second"));
    CHECK(write(p.fd, "x", 1) < 0);
    CHECK(ftruncate(p.fd, 0) < 0);
    CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, p.fd, 0) == MAP_FAILED);
    CHECK_EQ(spool_write(&p, S("third"), NULL), ERR_IO);
    spool_done(&p);
    spool_done(&p);
    CHECK_OK(spool_write(&p, S("again"), NULL));
    CHECK_OK(spool_finish(&p, NULL));
    check_content(&p, S("again"));
    spool_done(&p);
}

TEST(many_bytes_go_to_a_file_without_a_name)
{
    for (size_t first = 0; first <= 10; first++) {
        spool p;
        spool_init(&p, "/tmp");
        p.memory_max = 10;
        CHECK_OK(spool_write(&p, slice_of("0123456789", first), NULL));
        CHECK(!p.on_disk);
        CHECK_OK(spool_write(&p, slice_from(S("0123456789ab"), first), NULL));
        CHECK(p.on_disk);
        CHECK_OK(spool_write(&p, S("cd"), NULL));
        CHECK_OK(spool_finish(&p, NULL));
        CHECK_EQ(p.size, 14);
        check_content(&p, S("0123456789abcd"));
        struct stat st;
        CHECK(fstat(p.fd, &st) == 0 && st.st_nlink == 0 && (st.st_mode & 0777) == 0600);
        CHECK_EQ(fcntl(p.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
        CHECK(write(p.fd, "x", 1) < 0);
        spool_done(&p);
    }
}

TEST(the_limit_of_memory_is_at_its_edge)
{
    spool p;
    spool_init(&p, "/nonexistent");
    p.memory_max = 4;
    CHECK_OK(spool_write(&p, S("1234"), NULL));
    err why = {0};
    CHECK_EQ(spool_write(&p, S("5"), &why), ERR_IO);
    CHECK_EQ(why.os, ENOENT);
    spool_done(&p);
}

TEST(nothing_is_something_too)
{
    spool p;
    spool_init(&p, "/tmp");
    CHECK_OK(spool_finish(&p, NULL));
    CHECK_EQ(p.size, 0);
    check_content(&p, S(""));
    spool_done(&p);
}
