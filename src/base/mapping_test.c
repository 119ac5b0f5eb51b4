/* mapping_test.c - files that are cut off, grown and replaced while they are mapped. */
#include "base/mapping.h"
#include "base/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { PAGE = 4096, PAGES = 64 };

typedef struct mapped {
    char path[64];
    int fd;
    mapping *m;
    err why;
} mapped;

static bool make(mapped *x, size_t size)
{
    *x = (mapped){.path = "/tmp/noroshi-test-XXXXXX"};
    x->fd = mkstemp(x->path);
    char *bytes = malloc(size);
    if (x->fd < 0 || !bytes)
        return false;
    memset(bytes, 'x', size);
    bool put = pwrite(x->fd, bytes, size, 0) == (ssize_t)size;
    free(bytes);
    return put && mapping_new(x->fd, size, x->path, &x->m, &x->why) == OK;
}

static void done(mapped *x)
{
    mapping_free(x->m);
    close(x->fd);
    unlink(x->path);
}

static uint64_t sum_of(const mapping *m)
{
    uint64_t sum = 0;
    const volatile unsigned char *p = m->at;
    for (size_t i = 0; i < m->size; i++)
        sum += p[i];
    return sum;
}

/* However little is missing, it is noticed, with a fault or without; and what is left is no part
 * of an answer. */
TEST(a_file_cut_anywhere_is_an_error)
{
    const size_t size = PAGES * PAGE + 100;
    static const long cuts[] = {0, 1, PAGE, PAGE + 1, 7 * PAGE, PAGES * PAGE, -1, -99};
    mapping_guard();
    for (size_t i = 0; i < COUNT_OF(cuts); i++)
        for (int read = 0; read < 2; read++) {
            mapped x;
            REQUIRE(make(&x, size));
            CHECK_OK(mapping_whole(x.m, &x.why));
            CHECK_EQ(sum_of(x.m), size * 'x');
            long cut = cuts[i] < 0 ? (long)size + cuts[i] : cuts[i];
            REQUIRE(ftruncate(x.fd, cut) == 0);
            if (read)
                CHECK(sum_of(x.m) < size * 'x');
            CHECK_EQ(mapping_whole(x.m, &x.why), ERR_IO);
            CHECK(strstr(x.why.msg, x.path) != NULL);
            CHECK_EQ(mapping_whole(x.m, NULL), ERR_IO);
            done(&x);
        }
}

/* What was zeros once is not believed again, though the file is whole by then. */
TEST(a_file_that_grew_again_is_opened_again)
{
    mapped x;
    mapping *again = NULL;
    char bytes[3 * PAGE];
    memset(bytes, 'x', sizeof bytes);
    mapping_guard();
    REQUIRE(make(&x, sizeof bytes));
    REQUIRE(ftruncate(x.fd, 0) == 0);
    CHECK_EQ(sum_of(x.m), 0);
    REQUIRE(pwrite(x.fd, bytes, sizeof bytes, 0) == sizeof bytes);
    CHECK_EQ(mapping_whole(x.m, NULL), ERR_IO);
    CHECK_EQ(sum_of(x.m), 0);
    CHECK_OK(mapping_new(x.fd, sizeof bytes, x.path, &again, &x.why));
    CHECK_OK(mapping_whole(again, &x.why));
    CHECK_EQ(sum_of(again), sizeof bytes * 'x');
    mapping_free(again);
    done(&x);
}

/* One that has another's name by now is whole, and so are all others when one is cut. */
TEST(others_stay_as_they_are)
{
    enum { MANY = 600 }; /* more than a block of marks */
    mapped x, y;
    mapping *many[MANY] = {NULL};
    mapping_guard();
    REQUIRE(make(&x, 2 * PAGE) && make(&y, 2 * PAGE));
    for (size_t i = 0; i < MANY; i++)
        CHECK_OK(mapping_new(i % 3 ? y.fd : x.fd, 2 * PAGE, "one of many", &many[i], &x.why));
    REQUIRE(unlink(y.path) == 0 && ftruncate(x.fd, 0) == 0);
    for (size_t i = 0; i < MANY; i++) {
        CHECK_EQ(sum_of(many[i]), i % 3 ? 2 * PAGE * 'x' : 0);
        CHECK_EQ(mapping_whole(many[i], NULL), i % 3 ? OK : ERR_IO);
        mapping_free(many[i]);
    }
    CHECK_OK(mapping_whole(y.m, NULL));
    done(&x);
    done(&y);
    REQUIRE(make(&x, PAGE)); /* a mark that is used again is clean */
    CHECK_OK(mapping_whole(x.m, NULL));
    done(&x);
}

typedef struct reader {
    mapping *m;
    int fd;
    status st;
    bool wrong;
} reader;

static void *read_all(void *ctx)
{
    reader *r = ctx;
    for (int i = 0; i < 200; i++) {
        mapping *own = NULL;
        uint64_t sum = sum_of(r->m);
        r->st = mapping_whole(r->m, NULL);
        r->wrong |= r->st == OK && sum != r->m->size * 'x';
        if (mapping_new(r->fd, PAGE, "own", &own, NULL) == OK) /* marks come and go meanwhile */
            mapping_free(own);
        if (i == 20 && ftruncate(r->fd, PAGE) != 0)
            r->wrong = true;
    }
    return NULL;
}

TEST(threads_that_read_when_it_is_cut_are_all_told)
{
    enum { THREADS = 4 };
    mapped x;
    pthread_t t[THREADS];
    reader r[THREADS];
    mapping_guard();
    REQUIRE(make(&x, 3 * PAGE));
    for (size_t i = 0; i < THREADS; i++) {
        r[i] = (reader){x.m, x.fd, OK, false};
        REQUIRE(pthread_create(&t[i], NULL, read_all, &r[i]) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(t[i], NULL);
        CHECK_EQ(r[i].st, ERR_IO);
        CHECK(!r[i].wrong);
    }
    done(&x);
}

/* Only what was made here is answered for: anything else ends the process as it always did. */
TEST(a_fault_elsewhere_ends_the_process)
{
    for (int how = 0; how < 3; how++) {
        mapped x;
        REQUIRE(make(&x, PAGE));
        pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            signal(SIGBUS, SIG_DFL); /* not what a sanitizer put there */
            mapping_guard();
            mapping_guard(); /* twice is once */
            if (how == 0) {
                const volatile char *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, x.fd, 0);
                (void)(ftruncate(x.fd, 0) == 0 && p[1]);
            } else if (how == 1) {
                raise(SIGBUS);
            } else { /* and one that was freed is elsewhere */
                void *at = x.m->at;
                mapping_free(x.m);
                const volatile char *p = mmap(at, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, x.fd, 0);
                (void)(ftruncate(x.fd, 0) == 0 && p[1]);
            }
            _exit(0);
        }
        int ended = 0;
        REQUIRE(waitpid(child, &ended, 0) == child);
        CHECK(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGBUS);
        done(&x);
    }
}

TEST(what_cannot_be_mapped_is_told)
{
    mapping *m = NULL;
    err why = {0};
    CHECK_EQ(mapping_new(-1, PAGE, "nowhere", &m, &why), ERR_IO);
    CHECK(m == NULL && strstr(why.msg, "nowhere") != NULL);
    mapping_free(NULL);
}
