/* sightings_cut_test.c - sightings that are cut off while they are mapped: an error until they are
 * whole. */
#include "know/cut_fixture.h"
#include "know/sightings.h"
#include "know/sightings_fixture.h"

#include <fcntl.h>
#include <glob.h>

enum { KEYS = 5000 };

static const char *value_of(int i, char out[32])
{
    snprintf(out, 32, "198.%d.%d.%d", 18 + i / 65536, i / 256 % 256, i % 256);
    return out;
}

static status seen(const sightings *s, const char *value, uint64_t *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    sightings_probe p = {KIND_IPV4, slice_str(value)};
    sightings_found f = {0};
    arena_init(&a, 1 << 20);
    status st = sightings_find(s, &p, 1, &a, &f, why);
    *ret = f.itself.count;
    return st;
}

/* The same bytes as a file of their own. */
static bool copy(const char *from, const char *to)
{
    char bytes[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ssize_t n = 0;
    bool good = in >= 0 && out >= 0;
    while (good && (n = read(in, bytes, sizeof bytes)) > 0)
        good = write(out, bytes, (size_t)n) == n;
    close(in);
    close(out);
    return good && n == 0;
}

TEST(sightings_that_are_cut_off_are_an_error_until_they_are_whole)
{
    mapping_guard();
    for (int cut = 0; cut < CUTS; cut++) {
        CLEANUP(site_done) site t;
        sightings *s = NULL;
        char room[32], name[140], good[140];
        uint64_t n = 0;
        uint32_t id = 0;
        bool changed = false;
        glob_t files;
        struct stat info;
        REQUIRE(site_make(&t, 3) && site_write(&t, 0));
        CHECK_OK(sightings_source_add(t.w, S("a.log"), S("zeek-dns"), &id, &t.why));
        for (int i = 0; i < KEYS; i++)
            CHECK_OK(sightings_add(t.w, KIND_IPV4, slice_str(value_of(i, room)),
                                   site_time(SITE_TODAY, 1), id, (uint64_t)i, &t.why));
        CHECK_OK(sightings_commit(t.w, S("here"), &t.why));
        REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
        CHECK_OK(seen(s, "198.18.0.9", &n, &t.why));
        CHECK_EQ(n, 1);
        snprintf(name, sizeof name, "%s/*.seen", t.folder);
        REQUIRE(glob(name, 0, NULL, &files) == 0 && files.gl_pathc >= 1);
        snprintf(name, sizeof name, "%s", files.gl_pathv[0]);
        globfree(&files);
        snprintf(good, sizeof good, "%s/good", t.dir);
        REQUIRE(copy(name, good) && stat(name, &info) == 0);
        REQUIRE(truncate(name, left_of((uint64_t)info.st_size, cut)) == 0);
        CHECK_EQ(seen(s, "198.18.0.9", &n, &t.why), ERR_IO);
        CHECK(strstr(t.why.msg, name) != NULL);
        CHECK_EQ(sightings_refresh(s, &changed, &t.why), ERR_INPUT);
        CHECK_EQ(seen(s, "198.18.0.9", &n, &t.why), ERR_IO);
        REQUIRE(rename(good, name) == 0);
        CHECK_OK(sightings_refresh(s, &changed, &t.why));
        CHECK(changed);
        CHECK_OK(seen(s, "198.18.0.9", &n, &t.why));
        CHECK_EQ(n, 1);
        sightings_close(s);
    }
}
