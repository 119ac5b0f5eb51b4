/* follow_test.c - files: what can happen to a log, what is told of it, and the limits. */
#include "watch/follow_kit.h"

static void keep(world *w)
{
    buf_clear(&w->kept);
    CHECK_OK(follow_checkpoint(w->f, &w->kept, NULL));
}

static void put(const world *w, const char *name, const char *text)
{
    int fd = open(at(w, name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

/* cp, then cut, as logrotate's copytruncate does. */
static void copy(const world *w, const char *from, const char *to)
{
    char bytes[4096];
    int in = open(at(w, from), O_RDONLY | O_CLOEXEC);
    int out = open(at(w, to), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;)
        CHECK(write(out, bytes, (size_t)n) == n);
    close(in);
    close(out);
}

static void cut(const world *w, const char *name)
{
    CHECK_EQ(truncate(at(w, name), 0), 0);
}

static void move(const world *w, const char *from, const char *to)
{
    char source[256];
    snprintf(source, sizeof source, "%s", at(w, from));
    CHECK_EQ(rename(source, at(w, to)), 0);
}

/* gzip: the file is there compressed, and not otherwise. */
static void zip(const world *w, const char *name)
{
    char bytes[4096], to[256];
    int in = open(at(w, name), O_RDONLY | O_CLOEXEC);
    snprintf(to, sizeof to, "%s.gz", at(w, name));
    gzFile out = gzopen(to, "wb");
    for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;)
        CHECK_EQ(gzwrite(out, bytes, (unsigned)n), n);
    close(in);
    CHECK_EQ(gzclose(out), Z_OK);
    CHECK_EQ(unlink(at(w, name)), 0);
}

/* Everything there is, appended to out as "offset:line:flags:bytes|". */
static void drain(world *w, buf *out)
{
    for (int i = 0; i < 1000; i++) {
        follow_event e;
        err why = {0};
        status st = follow_next(w->f, 0, &e, &why);
        if (st != OK) {
            TEST_FAIL("%s", why.msg);
            return;
        }
        if (e.kind == FOLLOW_IDLE || e.kind == FOLLOW_OVER) {
            buf_printf(out, e.kind == FOLLOW_OVER ? "over" : "");
            return;
        }
        if (e.kind == FOLLOW_TROUBLE) {
            buf_printf(out, "trouble %s|", e.trouble.msg);
            continue;
        }
        buf_printf(out, "%llu:%llu:%s%s%s%s%s%s%s%s%s", (unsigned long long)e.offset,
                   (unsigned long long)e.line, e.flags & FOLLOW_STARTED ? "S" : "",
                   e.flags & FOLLOW_RESUMED ? "R" : "", e.flags & FOLLOW_ROTATED ? "O" : "",
                   e.flags & FOLLOW_TRUNCATED ? "T" : "", e.flags & FOLLOW_ENDED ? "E" : "",
                   e.flags & FOLLOW_CUT ? "C" : "", e.flags & FOLLOW_REST ? "+" : "",
                   e.flags & FOLLOW_LOST ? "L" : "", e.flags ? ":" : "");
        buf_put(out, e.bytes);
        buf_byte(out, '|');
        CHECK_OK(follow_done(w->f, e.stream, e.offset + e.bytes.len, &why));
    }
}

#define WANT(text)                                                                                 \
    do {                                                                                           \
        buf seen_;                                                                                 \
        buf_init(&seen_, 1 << 20);                                                                 \
        drain(&w, &seen_);                                                                         \
        CHECK_SLICE(buf_slice(&seen_), S(text));                                                   \
        buf_done(&seen_);                                                                          \
    } while (0)

TEST(a_file_grows_and_its_last_line_waits)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "one\ntwo\nthr");
    start(&w, "a.log", 0);
    WANT("0:1:S:one\ntwo\n|");
    WANT("");
    put(&w, "a.log", "ee\n");
    WANT("8:3:three\n|");
    world_close(&w);
}

TEST(a_file_that_is_not_there_is_waited_for_and_said_once)
{
    world w;
    REQUIRE(world_open(&w));
    start(&w, "a.log", 0);
    WANT("trouble it is not there yet|");
    WANT("");
    put(&w, "a.log", "one\n");
    WANT("0:1:S:one\n|");
    world_close(&w);
}

TEST(rotation_by_renaming)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    put(&w, "a.log", "2\n");
    move(&w, "a.log", "a.log.1");
    put(&w, "a.log", "4\n");
    put(&w, "a.log.1", "3\n"); /* the writer had the old one open */
    WANT("2:2:2\n3\n|0:1:SO:4\n|");
    move(&w, "a.log.1", "a.log.2"); /* twice between two looks */
    move(&w, "a.log", "a.log.1");
    put(&w, "a.log", "5\n");
    move(&w, "a.log.2", "a.log.3");
    move(&w, "a.log.1", "a.log.2");
    move(&w, "a.log", "a.log.1");
    put(&w, "a.log", "6\n");
    WANT("0:1:SO:5\n|0:1:SO:6\n|");
    WANT("");
    world_close(&w);
}

TEST(rotation_by_copying_and_cutting)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "first\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:first\n|");
    put(&w, "a.log", "second\n");
    copy(&w, "a.log", "a.log.1"); /* seen while it is made */
    WANT("6:2:second\n|");
    put(&w, "a.log", "third\n");
    copy(&w, "a.log", "a.log.1");
    cut(&w, "a.log");
    WANT("13:3:third\n|19:4:E:|");
    put(&w, "a.log", "fourth and longer than all that was before\n");
    WANT("0:1:ST:fourth and longer than all that was before\n|");
    copy(&w, "a.log.1", "a.log.2");
    copy(&w, "a.log", "a.log.1");
    cut(&w, "a.log");
    put(&w, "a.log", "fifth, which is not shorter than the fourth line was\n");
    WANT("43:2:E:|0:1:ST:fifth, which is not shorter than the fourth line was\n|");
    world_close(&w);
}

TEST(a_restart_goes_on_where_it_was)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "head\n1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:head\n1\n|");
    keep(&w);
    put(&w, "a.log", "2\n");
    WANT("7:3:2\n|"); /* not kept */
    move(&w, "a.log", "a.log.1");
    put(&w, "a.log", "3\n");
    start(&w, "a.log", 0);
    WANT("7:3:R:2\n|0:1:SO:3\n|");
    world_close(&w);
}

TEST(what_was_written_while_nobody_looked)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log.1", "before\n"); /* older than the watch: not asked for */
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    keep(&w);
    put(&w, "a.log", "2\n");
    move(&w, "a.log.1", "a.log.2");
    move(&w, "a.log", "a.log.1");
    put(&w, "a.log", "3\n");
    move(&w, "a.log.2", "a.log.3");
    move(&w, "a.log.1", "a.log.2");
    move(&w, "a.log", "a.log.1");
    start(&w, "a.log", 0); /* in the middle of a rotation: there is no a.log */
    WANT("trouble it is not there yet|2:2:R:2\n|0:1:SO:3\n|");
    put(&w, "a.log", "4\n");
    WANT("0:1:SO:4\n|");
    world_close(&w);
}

TEST(a_file_that_was_replaced_by_a_longer_copy_of_itself)
{
    world w;
    char line[80];
    REQUIRE(world_open(&w));
    for (int i = 0; i < 10; i++) {
        snprintf(line, sizeof line, "a line that is mirrored from another machine: %d\n", i);
        put(&w, "a.log", line);
    }
    start(&w, "a.log", 0);
    follow_event e;
    CHECK_OK(follow_next(w.f, 0, &e, NULL));
    CHECK_EQ(e.bytes.len, 480);
    CHECK_OK(follow_done(w.f, e.stream, 480, NULL));
    copy(&w, "a.log", ".a.log.new"); /* rsync */
    put(&w, ".a.log.new", "and one more\n");
    move(&w, ".a.log.new", "a.log");
    WANT("480:11:and one more\n|");
    unlink(at(&w, "a.log"));
    put(&w, "a.log", "another\n");
    WANT("493:12:E:|0:1:SO:another\n|");
    world_close(&w);
}

TEST(a_file_that_is_deleted_is_read_to_its_end)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    int writer = open(at(&w, "a.log"), O_WRONLY | O_APPEND | O_CLOEXEC);
    CHECK_EQ(write(writer, "2\nthree", 7), 7);
    unlink(at(&w, "a.log"));
    WANT("2:2:2\n|4:3:EC:three|");
    close(writer);
    put(&w, "a.log", "4\n");
    WANT("0:1:SO:4\n|");
    world_close(&w);
}

TEST(what_is_cut_with_no_copy_is_said_to_be_lost)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    cut(&w, "a.log");
    put(&w, "a.log", "2\n3\n");
    WANT("2:2:E:|0:1:ST:2\n3\n|");
    put(&w, "a.log", "unread");
    WANT("");
    cut(&w, "a.log");
    WANT("4:3:EL:|");
    CHECK_EQ(follow_count(w.f).lost_bytes, 6);
    world_close(&w);
}

TEST(what_was_compressed_while_nobody_looked)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log.7", "older\n");
    zip(&w, "a.log.7"); /* there at the first look: not read */
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    keep(&w);
    put(&w, "a.log", "2\n");
    move(&w, "a.log.7.gz", "a.log.9.gz");
    move(&w, "a.log", "a.log.3");
    zip(&w, "a.log.3");
    put(&w, "a.log.2", "nobody saw it\n");
    zip(&w, "a.log.2");
    put(&w, "a.log.1", "nor this\n");
    put(&w, "a.log", "4\n");
    start(&w, "a.log", 0);
    WANT("2:2:R:2\n|4:3:E:|0:1:SO:nobody saw it\n|14:2:E:|0:1:SO:nor this\n|0:1:SO:4\n|");
    CHECK_EQ(follow_count(w.f).unpacked, 2);
    CHECK_EQ(follow_count(w.f).lost_sources, 0);
    keep(&w);
    start(&w, "a.log", 0); /* and not again */
    WANT("");
    zip(&w, "a.log.1");
    WANT("9:2:RE:|"); /* the plain one has ended */
    keep(&w);
    start(&w, "a.log", 0);
    WANT("");
    world_close(&w);
}

TEST(what_was_copied_cut_and_compressed_while_nobody_looked)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    keep(&w);
    put(&w, "a.log", "2\n");
    copy(&w, "a.log", "a.log.1");
    cut(&w, "a.log");
    zip(&w, "a.log.1");
    put(&w, "a.log", "3\n");
    start(&w, "a.log", 0);
    WANT("2:2:R:2\n|4:3:E:|0:1:ST:3\n|");
    world_close(&w);
}

TEST(what_cannot_be_unpacked_is_said_to_be_lost)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    keep(&w);
    put(&w, "a.log", "2\n");
    move(&w, "a.log", "a.log.1");
    zip(&w, "a.log.1");
    CHECK_EQ(truncate(at(&w, "a.log.1.gz"), 15), 0);
    put(&w, "a.log", "3\n");
    start(&w, "a.log", 0);
    WANT("2:2:REL:|0:1:SO:3\n|trouble it could not be unpacked: gzip: cut off or damaged|"
         "0:1:SOEL:|");
    world_close(&w);
    REQUIRE(world_open(&w)); /* and where nobody can unpack */
    w.o.unpack = NULL;
    put(&w, "a.log", "1\n2\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n2\n|");
    keep(&w);
    move(&w, "a.log", "a.log.1");
    zip(&w, "a.log.1");
    put(&w, "a.log", "3\n");
    start(&w, "a.log", 0);
    WANT("4:3:REL:|0:1:SO:3\n|");
    world_close(&w);
}

TEST(a_writer_that_does_not_append_leaves_a_hole)
{
    world w;
    REQUIRE(world_open(&w));
    int fd = open(at(&w, "a.log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK_EQ(write(fd, "before\n", 7), 7);
    start(&w, "a.log", 0);
    WANT("0:1:S:before\n|");
    cut(&w, "a.log");
    CHECK_EQ(write(fd, "after\n", 6), 6);
    WANT("7:2:E:|0:1:ST:\0\0\0\0\0\0\0after\n|");
    close(fd);
    world_close(&w);
}

TEST(a_large_hole_is_passed_over)
{
    world w;
    follow_event e;
    REQUIRE(world_open(&w));
    int fd = open(at(&w, "a.log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK_EQ(write(fd, "before\n", 7), 7);
    start(&w, "a.log", 0);
    WANT("0:1:S:before\n|");
    CHECK_EQ(lseek(fd, 1 << 30, SEEK_SET), 1 << 30);
    cut(&w, "a.log");
    CHECK_EQ(write(fd, "after\n", 6), 6);
    for (int i = 0; i < 2; i++) /* the end of the one, the beginning of the other */
        CHECK_OK(follow_next(w.f, 0, &e, NULL));
    CHECK_EQ(e.flags, FOLLOW_STARTED | FOLLOW_TRUNCATED);
    CHECK(e.offset >= (1 << 30) - (1 << 16) && e.bytes.len < 1 << 17);
    CHECK(slice_ends(e.bytes, S("after\n")));
    close(fd);
    world_close(&w);
}

TEST(the_last_line_of_a_rotated_file_is_given_time)
{
    world w;
    REQUIRE(world_open(&w));
    w.o.settle_never = false;
    put(&w, "a.log", "1\nhalf");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    move(&w, "a.log", "a.log.1");
    put(&w, "a.log", "3\n");
    WANT("");
    put(&w, "a.log.1", " and half\nmore");
    w.now_us += 1900000;
    WANT("2:2:half and half\n|");
    w.now_us += 1900000;
    WANT("");
    w.now_us += 200000;
    WANT("16:3:C:more|0:1:SO:3\n|");
    world_close(&w);
}

TEST(an_empty_file_that_is_moved_elsewhere_is_read_there)
{
    world w;
    REQUIRE(world_open(&w));
    CHECK_EQ(mkdir(at(&w, "old"), 0700), 0);
    put(&w, "a.log", "");
    start(&w, "a.log", 0);
    WANT("");
    move(&w, "a.log", "old/a.log");
    put(&w, "old/a.log", "1\n");
    put(&w, "a.log", "2\n");
    WANT("0:1:S:1\n|0:1:SO:2\n|");
    world_close(&w);
}

TEST(more_files_than_can_be_known)
{
    world w;
    char name[32];
    unsigned seen = 0, said = 0;
    REQUIRE(world_open(&w));
    for (int i = 0; i < FOLLOW_FILES_MAX + 1; i++) {
        snprintf(name, sizeof name, "f%05d", i);
        put(&w, name, "x\n");
    }
    start(&w, "", 0);
    follow_event e = {.kind = FOLLOW_DATA};
    while (e.kind != FOLLOW_IDLE) {
        CHECK_OK(follow_next(w.f, 0, &e, NULL));
        seen += e.kind == FOLLOW_DATA;
        said += e.kind == FOLLOW_TROUBLE;
    }
    CHECK_EQ(seen, FOLLOW_FILES_MAX);
    CHECK_EQ(said, 1);
    keep(&w);
    CHECK(w.kept.len < FOLLOW_CHECKPOINT_MAX);
    world_close(&w);
}

TEST(a_whole_directory_and_what_comes_into_it)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "b.log", "1\n");
    put(&w, "b.log.1", "0\n");
    put(&w, "c.log.1.gz", "never read\n");
    CHECK_EQ(mkdir(at(&w, "sub"), 0700), 0);
    CHECK_EQ(symlink("/etc/passwd", at(&w, "link")), 0);
    CHECK_EQ(mkfifo(at(&w, "fifo"), 0600), 0);
    put(&w, "sub/d.log", "2\n");
    start(&w, "", 0);
    WANT("0:1:S:0\n|0:1:S:1\n|");
    put(&w, "e.log", "3\n");
    WANT("0:1:S:3\n|");
    CHECK_EQ(follow_count(w.f).compressed, 1);
    start(&w, "", FOLLOW_RECURSIVE);
    buf got;
    buf_init(&got, 1 << 16);
    drain(&w, &got);
    CHECK(slice_find(buf_slice(&got), S("S:2\n|"), 0) != SIZE_MAX);
    CHECK_EQ(mkdir(at(&w, "sub/deeper"), 0700), 0);
    put(&w, "sub/deeper/f.log", "4\n");
    buf_clear(&got);
    drain(&w, &got);
    CHECK_SLICE(buf_slice(&got), S("0:1:S:4\n|"));
    buf_done(&got);
    world_close(&w);
}

TEST(patterns_in_any_part_of_a_path)
{
    world w;
    REQUIRE(world_open(&w));
    CHECK_EQ(mkdir(at(&w, "one"), 0700), 0);
    put(&w, "one/access.log", "1\n");
    put(&w, "one/error.log", "not wanted\n");
    start(&w, "*/access.log", 0);
    WANT("0:1:S:1\n|");
    CHECK_EQ(mkdir(at(&w, "two"), 0700), 0);
    put(&w, "two/access.log", "2\n");
    WANT("0:1:S:2\n|");
    put(&w, "a[1].log", "brackets\n"); /* a name is a name before it is a pattern */
    w.f = follow_free(w.f);
    start(&w, "a[1].log", 0);
    WANT("0:1:S:brackets\n|");
    world_close(&w);
}

TEST(from_the_end_and_once)
{
    world w;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "old\nhalf");
    start(&w, "a.log", FOLLOW_FROM_END);
    WANT("");
    put(&w, "a.log", " a line\nnew\n");
    WANT("8:0:R+: a line\nnew\n|");
    move(&w, "a.log", "a.log.1");
    put(&w, "a.log", "newer\n");
    WANT("0:1:SO:newer\n|");
    start(&w, "a.log*", FOLLOW_ONCE);
    put(&w, "a.log", "not");
    WANT("0:1:S:old\nhalf a line\nnew\n|20:4:E:|0:1:S:newer\n|6:2:EC:not|over");
    world_close(&w);
}

TEST(the_head_comes_with_what_was_resumed)
{
    world w;
    follow_event e;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "#fields\tts\n1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:#fields\tts\n1\n|");
    keep(&w);
    put(&w, "a.log", "2\n");
    start(&w, "a.log", 0);
    CHECK_OK(follow_next(w.f, 0, &e, NULL));
    CHECK_EQ(e.flags, FOLLOW_RESUMED);
    CHECK_SLICE(e.head, S("#fields\tts\n1\n"));
    CHECK_SLICE(e.bytes, S("2\n"));
    world_close(&w);
}

TEST(a_file_that_may_not_be_read_is_said_once_and_others_go_on)
{
    world w;
    REQUIRE(world_open(&w));
    if (geteuid() == 0 && seteuid(65534) == 0) { /* as root everything may be read */
        CHECK_EQ(seteuid(0), 0);
        CHECK_EQ(chown(w.dir, 65534, 65534), 0);
        CHECK_EQ(seteuid(65534), 0);
    }
    put(&w, "a.log", "secret\n");
    put(&w, "b.log", "1\n");
    CHECK_EQ(chmod(at(&w, "a.log"), 0), 0);
    start(&w, "", 0);
    WANT("0:1:S:1\n|trouble it could not be opened: Permission denied|");
    put(&w, "b.log", "2\n");
    WANT("2:2:2\n|");
    CHECK_EQ(chmod(at(&w, "a.log"), 0600), 0);
    WANT("0:1:S:secret\n|");
    if (getuid() == 0)
        CHECK_EQ(seteuid(0), 0);
    world_close(&w);
}

TEST(done_in_the_middle_of_what_was_delivered)
{
    world w;
    follow_event e;
    REQUIRE(world_open(&w));
    put(&w, "a.log", "1\n2\n3\n");
    start(&w, "a.log", 0);
    CHECK_OK(follow_next(w.f, 0, &e, NULL));
    CHECK_OK(follow_done(w.f, e.stream, 2, NULL));
    CHECK_EQ(follow_done(w.f, e.stream, 1, NULL), ERR_INPUT);
    CHECK_EQ(follow_done(w.f, e.stream, 7, NULL), ERR_INPUT);
    CHECK_EQ(follow_done(w.f, e.stream + 1000, 0, NULL), ERR_NOT_FOUND);
    keep(&w);
    start(&w, "a.log", 0);
    WANT("2:2:R:2\n3\n|");
    world_close(&w);
}

TEST(lines_over_the_limit_are_cut)
{
    world w;
    char line[1026];
    REQUIRE(world_open(&w));
    w.o.line_bytes_max = 512;
    for (size_t n = 510; n <= 514; n++) { /* with its newline 511 to 515 */
        follow_event e;
        memset(line, 'x', n);
        line[n] = '\n';
        line[n + 1] = 0;
        put(&w, "a.log", line);
        w.f = follow_free(w.f);
        start(&w, "a.log", 0);
        CHECK_OK(follow_next(w.f, 0, &e, NULL));
        CHECK_EQ(e.bytes.len, n + 1 > 512 ? 512 : n + 1);
        CHECK_EQ(e.flags, FOLLOW_STARTED | (n + 1 > 512 ? FOLLOW_CUT : 0));
        CHECK_OK(follow_next(w.f, 0, &e, NULL));
        CHECK_EQ(e.kind, n + 1 > 512 ? FOLLOW_DATA : FOLLOW_IDLE);
        CHECK_EQ(e.flags, n + 1 > 512 ? FOLLOW_REST : 0);
        unlink(at(&w, "a.log"));
    }
    world_close(&w);
}

TEST(a_long_line_that_grows_slowly)
{
    world w;
    follow_event e = {0};
    static char part[70000];
    memset(part, 'y', sizeof part - 1);
    REQUIRE(world_open(&w));
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    for (int i = 0; i < 10; i++) {
        put(&w, "a.log", part);
        WANT("");
    }
    put(&w, "a.log", "\n2\n");
    CHECK_OK(follow_next(w.f, 0, &e, NULL));
    CHECK_EQ(e.bytes.len, 10 * (sizeof part - 1) + 3);
    CHECK_EQ(e.line, 2);
    world_close(&w);
}

TEST(more_files_than_may_be_open)
{
    world w;
    enum { FILES = FOLLOW_FILES_OPEN_MAX + 40 };
    REQUIRE(world_open(&w));
    start(&w, "", 0);
    for (int round = 0; round < 3; round++) {
        char name[32], text[32];
        unsigned seen = 0;
        for (int i = 0; i < FILES; i++) {
            snprintf(name, sizeof name, "f%03d", i);
            snprintf(text, sizeof text, "%d of %d\n", round, i);
            put(&w, name, text);
        }
        follow_event e = {.kind = FOLLOW_DATA};
        while (e.kind == FOLLOW_DATA) {
            CHECK_OK(follow_next(w.f, 0, &e, NULL));
            seen += e.kind == FOLLOW_DATA;
            CHECK(!e.bytes.len || e.bytes.ptr[0] == '0' + round);
        }
        CHECK_EQ(seen, FILES);
        CHECK(follow_count(w.f).open <= FOLLOW_FILES_OPEN_MAX);
    }
    keep(&w);
    CHECK(w.kept.len < FILES * 111);
    world_close(&w);
}

TEST(paths_that_cannot_be_followed)
{
    world w;
    static char longest[FOLLOW_PATH_MAX + 1];
    memset(longest, 'a', sizeof longest);
    REQUIRE(world_open(&w));
    start(&w, "", 0);
    CHECK_EQ(follow_add_files(w.f, S(""), 0, NULL), ERR_INPUT);
    CHECK_EQ(follow_add_files(w.f, S("a\0b"), 0, NULL), ERR_INPUT);
    CHECK_EQ(follow_add_files(w.f, S("/var/log/a.log.gz"), 0, NULL), ERR_INPUT);
    CHECK_EQ(follow_add_files(w.f, slice_of(longest, FOLLOW_PATH_MAX + 1), 0, NULL), ERR_LIMIT);
    CHECK_OK(follow_add_files(w.f, slice_of(longest, FOLLOW_PATH_MAX), 0, NULL));
    for (int i = 2; i < FOLLOW_SOURCES_MAX; i++)
        CHECK_OK(follow_add_files(w.f, S("x"), 0, NULL));
    CHECK_EQ(follow_add_files(w.f, S("x"), 0, NULL), ERR_LIMIT);
    world_close(&w);
}

TEST(checkpoints_that_are_none)
{
    world w;
    err why = {0};
    REQUIRE(world_open(&w));
    put(&w, "a.log", "1\n");
    start(&w, "a.log", 0);
    WANT("0:1:S:1\n|");
    keep(&w);
    w.f = follow_free(w.f);
    CHECK_OK(follow_new(&w.o, &w.f, &why));
    for (size_t i = 0; i < w.kept.len; i++) {
        w.kept.ptr[i] ^= 1;
        CHECK_EQ(follow_resume(w.f, buf_slice(&w.kept), &why), ERR_INPUT);
        w.kept.ptr[i] ^= 1;
        CHECK_EQ(follow_resume(w.f, slice_sub(buf_slice(&w.kept), 0, i), NULL), ERR_INPUT);
    }
    w.kept.ptr[7] = '2';
    CHECK_EQ(follow_resume(w.f, buf_slice(&w.kept), &why), ERR_INPUT);
    CHECK_SLICE(slice_str(why.msg), S("a checkpoint of another version"));
    w.kept.ptr[7] = '1';
    CHECK_OK(follow_resume(w.f, buf_slice(&w.kept), &why));
    CHECK_EQ(follow_resume(w.f, buf_slice(&w.kept), &why), ERR_INPUT);
    buf again;
    buf_init(&again, FOLLOW_CHECKPOINT_MAX);
    CHECK_OK(follow_checkpoint(w.f, &again, NULL));
    CHECK_SLICE(buf_slice(&again), buf_slice(&w.kept));
    buf_done(&again);
    world_close(&w);
}

/* One allocation fails; what is there is delivered once all the same. */
static void rotate(const world *w, bool packed)
{
    put(w, "a.log", "2\n");
    move(w, "a.log", packed ? "a.log.2" : "a.log.1");
    put(w, "a.log", "3\n");
    if (!packed) {
        copy(w, "a.log", "a.log.2");
        put(w, "b.log", "4\n");
        return;
    }
    zip(w, "a.log.2");
    move(w, "a.log", "a.log.1"); /* nobody saw it */
    zip(w, "a.log.1");
    put(w, "a.log", "5\n");
}

static void every_allocation(bool packed)
{
    bool spent = true;
    for (long n = 1; n < 300 && spent; n++) {
        world w;
        CLEANUP(buf_done) buf got;
        buf_init(&got, 1 << 16);
        REQUIRE(world_open(&w));
        put(&w, "a.log", "1\n");
        start(&w, "a.log*", 0);
        WANT("0:1:S:1\n|");
        keep(&w);
        w.f = follow_free(w.f);
        rotate(&w, packed);
        w.o.fail_at = n;
        spent = follow_new(&w.o, &w.f, NULL) != OK;
        if (!spent) {
            spent |= follow_resume(w.f, buf_slice(&w.kept), NULL) != OK;
            if (spent)
                CHECK_OK(follow_resume(w.f, buf_slice(&w.kept), NULL));
            for (int twice = 0; twice < 2; twice++)
                if (!twice || spent)
                    spent |= follow_add_files(w.f, slice_str(at(&w, "a.log*")), 0, NULL) != OK;
            for (int i = 0, idle = 0; i < 100 && idle < 3; i++) {
                follow_event e;
                status st = follow_next(w.f, 0, &e, NULL);
                CHECK(st == OK || st == ERR_LIMIT);
                spent |= st != OK;
                idle += st == OK && e.kind == FOLLOW_IDLE;
                if (st == OK && e.kind == FOLLOW_DATA)
                    buf_put(&got, e.bytes);
            }
            CHECK_SLICE(buf_slice(&got), packed ? S("2\n3\n5\n") : S("2\n3\n"));
        }
        world_close(&w);
    }
    CHECK(!spent);
}

TEST(every_allocation_may_fail)
{
    every_allocation(false);
}

TEST(every_allocation_may_fail_when_it_was_compressed)
{
    every_allocation(true);
}
