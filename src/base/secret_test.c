#include "base/test.h"
#include "base/secret.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

typedef struct place {
    char dir[64], path[80];
} place;

static bool place_make(place *p)
{
    snprintf(p->dir, sizeof p->dir, "/tmp/noroshi-secret-XXXXXX");
    if (!mkdtemp(p->dir))
        return false;
    snprintf(p->path, sizeof p->path, "%s/key", p->dir);
    return true;
}

static void place_done(place *p)
{
    unlink(p->path);
    rmdir(p->dir);
}

static bool put(const place *p, slice bytes, mode_t mode)
{
    unlink(p->path);
    FILE *f = fopen(p->path, "w");
    if (!f)
        return false;
    fwrite(bytes.ptr, 1, bytes.len, f);
    fclose(f);
    return chmod(p->path, mode) == 0;
}

TEST(files_are_read_when_nobody_else_can)
{
    CLEANUP(place_done) place p = {0};
    REQUIRE(place_make(&p));
    static char big[SECRET_BYTES_MAX + 1];
    memset(big, 'k', sizeof big);
    const struct {
        slice bytes;
        mode_t mode;
        status want;
        size_t len;
    } rows[] = {
        {S("correct horse\n"), 0600, OK, 13},
        {S("correct horse"), 0400, OK, 13},
        {S("a\nb\r\n"), 0600, OK, 3},
        {S("x"), 0640, ERR_FORBIDDEN, 0},
        {S("x"), 0604, ERR_FORBIDDEN, 0},
        {S(""), 0600, ERR_INPUT, 0},
        {S("\n"), 0600, ERR_INPUT, 0},
        {slice_of(big, SECRET_BYTES_MAX), 0600, OK, SECRET_BYTES_MAX},
        {slice_of(big, SECRET_BYTES_MAX + 1), 0600, ERR_LIMIT, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        secret *s = NULL;
        err why = {0};
        REQUIRE(put(&p, rows[i].bytes, rows[i].mode));
        CHECK_EQ(secret_read(p.path, &s, &why), rows[i].want);
        CHECK(!s == (rows[i].want != OK));
        if (s)
            CHECK_EQ(secret_reveal(s).len, rows[i].len);
        secret_free(s);
    }
    secret *s = NULL;
    unlink(p.path);
    CHECK_EQ(secret_read(p.path, &s, NULL), ERR_NOT_FOUND);
    CHECK_EQ(secret_read(p.dir, &s, NULL), ERR_FORBIDDEN);
    CHECK(s == NULL);
    REQUIRE(mkfifo(p.path, 0600) == 0);
    CHECK_EQ(secret_read(p.path, &s, NULL), ERR_FORBIDDEN); /* and does not wait for a writer */
}

TEST(comparison)
{
    secret *s = NULL;
    REQUIRE(secret_keep(S("token"), &s, NULL) == OK);
    CHECK(secret_eq(s, S("token")));
    CHECK(!secret_eq(s, S("tokem")) && !secret_eq(s, S("tok")) && !secret_eq(s, S("tokens")) &&
          !secret_eq(s, S("")));
    s = secret_free(s);
    CHECK(secret_free(NULL) == NULL && s == NULL);
    CHECK_EQ(secret_keep(S(""), &s, NULL), ERR_INPUT);
}

/* The flags of the mapping that `at` lies in: "dd" is left out of dumps, "wf" wiped on fork. */
static bool mapping_has(const void *at, const char *flag)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[512];
    bool inside = false, found = false;
    while (f && fgets(line, sizeof line, f)) {
        char *dash;
        unsigned long from = strtoul(line, &dash, 16);
        if (dash > line && *dash == '-')
            inside = (uintptr_t)at >= from && (uintptr_t)at < strtoul(dash + 1, NULL, 16);
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, flag) != NULL;
    }
    if (f)
        fclose(f);
    return found;
}

TEST(pages_stay_out_of_dumps_and_children)
{
    secret *s = NULL;
    REQUIRE(secret_keep(S("canary-of-the-core"), &s, NULL) == OK);
    CHECK(mapping_has(secret_reveal(s).ptr, " dd"));
    CHECK(!mapping_has(&s, " dd")); /* the check can fail */
    const char *at = secret_reveal(s).ptr;
    pid_t child = fork();
    if (child == 0)
        _exit(at[0] == 0 ? 0 : 1);
    int end = -1;
    REQUIRE(child > 0 && waitpid(child, &end, 0) == child);
    CHECK(WIFEXITED(end) && WEXITSTATUS(end) == 0);
    secret_free(s);
}
