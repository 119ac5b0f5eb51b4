/* bomb_matrix_test.c - small files that want to be large: each ends as error `limit` (a cut-off
 * one as `input`) within 5 seconds, in bounded memory, and the sandbox goes on. */
#include "archives.h"

#include <sys/resource.h>
#include <time.h>

static const format formats[] = {KIT_LINES};
KIT_FORMATS(formats)

enum { SECONDS_MAX = 5, MIB = 1 << 20 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Walks fd (and closes it): how does it end, and how fast? */
static void expect_end(const char *what, int fd, const unpack_limits *limits, status want)
{
    sandbox *s = kit_sandbox(NULL);
    seen k = {0};
    err why = {0};
    double before = now_s();
    status got = walk_it(s, fd, "bomb", limits, &k, &why);
    double took = now_s() - before;
    if (got != want)
        TEST_FAIL("%s: %s \"%s\", want %s", what, status_name(got), why.msg, status_name(want));
    if (took > SECONDS_MAX)
        TEST_FAIL("%s: %.1f s", what, took);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    if (use.ru_maxrss > 512 * 1024)
        TEST_FAIL("%s: our own memory grew to %ld MiB", what, use.ru_maxrss / 1024);
    if (sandbox_ask_health(s, WORKER_ARCHIVE).crashes)
        TEST_FAIL("%s: a worker crashed: %s", what, why.msg);
    sandbox_free(s);
}

TEST(high_ratio)
{
    static const struct {
        const char *what;
        archive_choice *shape, *filter;
    } rows[] = {
        {"gz", archive_write_set_format_raw, archive_write_add_filter_gzip},
        {"zst", archive_write_set_format_raw, archive_write_add_filter_zstd},
        {"xz", archive_write_set_format_raw, archive_write_add_filter_xz},
        {"bz2", archive_write_set_format_raw, archive_write_add_filter_bzip2},
        {"zip", archive_write_set_format_zip, NULL},
        {"7z", archive_write_set_format_7zip, NULL},
        {"tar.gz", archive_write_set_format_pax, archive_write_add_filter_gzip},
        {"tar.xz", archive_write_set_format_pax, archive_write_add_filter_xz},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const entry one[] = {{.name = "zeros", .zeros = 10 * MIB}, {0}};
        expect_end(rows[i].what, make_archive(rows[i].shape, rows[i].filter, NULL, one), NULL,
                   ERR_LIMIT);
    }
}

TEST(just_under_the_ratio_is_no_bomb)
{
    const entry one[] = {{.name = "zeros", .zeros = MIB}, {0}};
    expect_end("1 MiB of zeros", make_archive(archive_write_set_format_zip, NULL, NULL, one), NULL,
               OK);
    const entry more[] = {{.name = "zeros", .zeros = MIB}, {.name = "x", .data = S("x")}, {0}};
    expect_end("one byte more", make_archive(archive_write_set_format_zip, NULL, NULL, more), NULL,
               ERR_LIMIT);
    const unpack_limits l = {.ratio_max = 1, .floor_bytes = 1, .bytes_max = 1};
    expect_end("configured lower", make_archive(archive_write_set_format_zip, NULL, NULL, more), &l,
               ERR_LIMIT);
}

/* `levels` archives around one document. */
static int nested(unsigned levels, archive_choice *shape, archive_choice *filter)
{
    int fd = kit_bytes(S("#lines\nx.example\n"));
    for (unsigned i = 0; i < levels; i++) {
        slice inner = all_of(fd);
        const entry one[] = {{.name = "in", .data = inner}, {0}};
        close(fd);
        fd = make_archive(shape, filter, NULL, one);
        free((char *)(uintptr_t)inner.ptr);
    }
    return fd;
}

TEST(nesting)
{
    static const struct {
        const char *what;
        archive_choice *shape, *filter;
    } rows[] = {
        {"gz", archive_write_set_format_raw, archive_write_add_filter_gzip},
        {"xz", archive_write_set_format_raw, archive_write_add_filter_xz},
        {"zip", archive_write_set_format_zip, NULL},
        {"tar", archive_write_set_format_ustar, NULL},
        {"7z", archive_write_set_format_7zip, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        expect_end(rows[i].what, nested(5, rows[i].shape, rows[i].filter), NULL, OK);
        expect_end(rows[i].what, nested(6, rows[i].shape, rows[i].filter), NULL, ERR_LIMIT);
        expect_end(rows[i].what, nested(12, rows[i].shape, rows[i].filter), NULL, ERR_LIMIT);
    }
    const unpack_limits one = {.levels_max = 1};
    expect_end("one level", nested(1, archive_write_set_format_zip, NULL), &one, OK);
    expect_end("one level", nested(2, archive_write_set_format_zip, NULL), &one, ERR_LIMIT);
}

/* Sixteen equal archives in each, as in the famous 42.zip. */
TEST(sixteen_in_each_of_five)
{
    const entry zeros[] = {{.name = "zeros", .zeros = 64 * MIB}, {0}};
    int fd = make_archive(archive_write_set_format_zip, NULL, NULL, zeros);
    for (unsigned level = 0; level < 4; level++) {
        slice inner = all_of(fd);
        entry all[17] = {{0}};
        char names[16][8];
        close(fd);
        for (unsigned i = 0; i < 16; i++) {
            snprintf(names[i], sizeof names[i], "lib%u", i);
            all[i] = (entry){.name = names[i], .data = inner};
        }
        fd = make_archive(archive_write_set_format_zip, NULL, NULL, all);
        free((char *)(uintptr_t)inner.ptr);
    }
    expect_end("16^4 x 64 MiB", fd, NULL, ERR_LIMIT);
}

static int many_members(archive_choice *shape, archive_choice *filter, size_t n, mode_t type)
{
    entry *all = calloc(n + 1, sizeof *all);
    char(*names)[8] = calloc(n, sizeof *names);
    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "%zu", i);
        all[i] = (entry){.name = names[i], .type = type};
    }
    int fd = make_archive(shape, filter, NULL, all);
    free(names);
    free(all);
    return fd;
}

TEST(many_members_of_nothing)
{
    const unpack_limits hundred = {.members_max = 100};
    expect_end("101 in a zip", many_members(archive_write_set_format_zip, NULL, 101, 0), &hundred,
               ERR_LIMIT);
    expect_end("100 in a zip", many_members(archive_write_set_format_zip, NULL, 100, 0), &hundred,
               OK);
    expect_end(
        "101 folders",
        many_members(archive_write_set_format_ustar, archive_write_add_filter_gzip, 101, AE_IFDIR),
        &hundred, ERR_LIMIT);
}

/* Without the spool of each member: a tar of 100,001 files takes what it takes to make one. */
static status count_begin(void *ctx, const unpack_member *m, err *why)
{
    (void)m, (void)why;
    (*(uint64_t *)ctx)++;
    return OK;
}

static status ignore_data(void *ctx, slice bytes, err *why)
{
    (void)ctx, (void)bytes, (void)why;
    return OK;
}

static status ignore_end(void *ctx, err *why)
{
    (void)ctx, (void)why;
    return OK;
}

static status ignore_refusal(void *ctx, slice path, slice reason, err *why)
{
    (void)ctx, (void)path, (void)reason, (void)why;
    return OK;
}

TEST(a_hundred_thousand_and_one)
{
    sandbox *s = kit_sandbox(NULL);
    uint64_t n = 0;
    err why = {0};
    const unpack_sink sink = {.ctx = &n,
                              .begin = count_begin,
                              .data = ignore_data,
                              .end = ignore_end,
                              .refuse = ignore_refusal};
    int fd = many_members(archive_write_set_format_zip, NULL, 100001, 0);
    struct stat st;
    CHECK(fstat(fd, &st) == 0);
    unpack_budget b = unpack_budget_of(NULL, (uint64_t)st.st_size);
    double before = now_s();
    CHECK_EQ(sandbox_unpack(s, fd, 1, &b, &sink, NULL, &why), ERR_LIMIT);
    CHECK_EQ(n, 100000);
    CHECK(now_s() - before < SECONDS_MAX);
    CHECK(strcmp(why.msg, "more than 100000 members") == 0);
    close(fd);
    sandbox_free(s);
}

/* --- by hand --------------------------------------------------------------------------------- */

static void le(buf *b, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_byte(b, (char)(n >> (8 * i)));
}

enum { LOCAL_BYTES = 30 + 2, QUOTE_BYTES = 5 };

static void local_header(buf *b, unsigned name, uint32_t crc, uint32_t packed, uint32_t size)
{
    buf_put(b, S("PK\x03\x04"));
    le(b, 20, 2), le(b, 0, 2), le(b, 8, 2), le(b, 0, 4); /* version, flags, deflate, time */
    le(b, crc, 4), le(b, packed, 4), le(b, size, 4), le(b, 2, 2), le(b, 0, 2);
    buf_byte(b, (char)('A' + name / 64)), buf_byte(b, (char)('0' + name % 64));
}

static void central_header(buf *b, unsigned name, uint32_t crc, uint32_t packed, uint32_t size,
                           uint32_t at)
{
    buf_put(b, S("PK\x01\x02"));
    le(b, 20, 2), le(b, 20, 2), le(b, 0, 2), le(b, 8, 2), le(b, 0, 4);
    le(b, crc, 4), le(b, packed, 4), le(b, size, 4), le(b, 2, 2), le(b, 0, 2), le(b, 0, 2);
    le(b, 0, 2), le(b, 0, 2), le(b, 0, 4), le(b, at, 4);
    buf_byte(b, (char)('A' + name / 64)), buf_byte(b, (char)('0' + name % 64));
}

/* Members whose data are one another (D. Fifield, "A better zip bomb", 2019): the data of each
 * begins with a stored block that quotes the header of the next, and all end in one kernel. */
static int overlapping(unsigned members, uint32_t kernel_bytes)
{
    buf kernel, files, out;
    uint32_t *crc = calloc(members, sizeof *crc), *size = calloc(members, sizeof *size);
    uint32_t *at = calloc(members, sizeof *at);
    char *zeros = calloc(1, kernel_bytes);
    buf_init(&kernel, 16 << 20);
    buf_init(&files, 64 << 20);
    buf_init(&out, 64 << 20);
    z_stream z = {0};
    deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    z.next_in = (Bytef *)zeros;
    z.avail_in = kernel_bytes;
    z.avail_out = 8 << 20;
    z.next_out = (Bytef *)buf_room(&kernel, z.avail_out);
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    kernel.len = z.total_out;
    deflateEnd(&z);
    /* From the last to the first: each check sum is over the next header and all behind it. */
    for (unsigned i = members; i-- > 0;) {
        bool last = i == members - 1;
        buf data;
        buf_init(&data, 64 << 20);
        if (!last) {
            le(&data, 0, 1), le(&data, LOCAL_BYTES, 2), le(&data, 0xffff ^ LOCAL_BYTES, 2);
        }
        buf_put(&data, buf_slice(last ? &kernel : &files));
        size[i] = last ? kernel_bytes : size[i + 1] + LOCAL_BYTES;
        crc[i] = last ? (uint32_t)crc32(0, (Bytef *)zeros, kernel_bytes)
                      : (uint32_t)crc32_combine(crc32(0, (Bytef *)files.ptr, LOCAL_BYTES),
                                                crc[i + 1], (z_off_t)size[i + 1]);
        buf front;
        buf_init(&front, 1 << 10);
        local_header(&front, i, crc[i], (uint32_t)data.len, size[i]);
        buf_clear(&files);
        buf_put(&files, buf_slice(&front));
        buf_put(&files, buf_slice(&data));
        at[i] = (uint32_t)data.len;
        buf_done(&front);
        buf_done(&data);
    }
    buf_put(&out, buf_slice(&files));
    uint32_t place = 0;
    for (unsigned i = 0; i < members; i++) {
        central_header(&out, i, crc[i], at[i], size[i], place);
        place += LOCAL_BYTES + QUOTE_BYTES;
    }
    uint32_t directory = (uint32_t)(out.len - files.len);
    buf_put(&out, S("PK\x05\x06"));
    le(&out, 0, 4), le(&out, members, 2), le(&out, members, 2);
    le(&out, directory, 4), le(&out, files.len, 4), le(&out, 0, 2);
    CHECK_OK(buf_status(&out, NULL));
    int fd = kit_bytes(buf_slice(&out));
    buf_done(&kernel), buf_done(&files), buf_done(&out);
    free(crc), free(size), free(at), free(zeros);
    return fd;
}

TEST(overlapping_zip_members)
{
    /* It is a correct zip: one member of it is read. Two would be few enough bytes to pass; that
     * they overlap is reason enough. */
    static const struct {
        unsigned members;
        uint32_t kernel_bytes;
        status want;
    } rows[] = {{1, 200000, OK}, {2, 200000, ERR_LIMIT}, {250, 10 * MIB, ERR_LIMIT}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sandbox *s = kit_sandbox(NULL);
        uint64_t n = 0;
        err why = {0};
        const unpack_sink sink = {.ctx = &n,
                                  .begin = count_begin,
                                  .data = ignore_data,
                                  .end = ignore_end,
                                  .refuse = ignore_refusal};
        const unpack_limits roomy = {.floor_bytes = 1 << 30};
        int fd = overlapping(rows[i].members, rows[i].kernel_bytes);
        unpack_budget b = unpack_budget_of(&roomy, 1);
        CHECK_EQ(sandbox_unpack(s, fd, 1, &b, &sink, NULL, &why), rows[i].want);
        CHECK_EQ(n, rows[i].want == OK); /* nothing of it is read */
        CHECK(rows[i].want == OK || strcmp(why.msg, "zip: members overlap") == 0);
        close(fd);
        sandbox_free(s);
    }
}

static void octal(char *at, size_t n, uint64_t value)
{
    at[--n] = 0;
    while (n--) {
        at[n] = (char)('0' + (value & 7));
        value >>= 3;
    }
}

/* A number over 8 GiB: base 256, top bit set. */
static void base256(char *at, size_t n, uint64_t value)
{
    memset(at, 0, n);
    at[0] = (char)0x80;
    for (size_t i = 0; i < 8; i++)
        at[n - 1 - i] = (char)(value >> (8 * i));
}

static void tar_seal(char h[512])
{
    unsigned sum = 0;
    memset(h + 148, ' ', 8);
    for (unsigned i = 0; i < 512; i++)
        sum += (unsigned char)h[i];
    octal(h + 148, 7, sum);
}

static void tar_header(char h[512], char type, uint64_t size)
{
    memset(h, 0, 512);
    memcpy(h, "bomb", 4);
    octal(h + 100, 8, 0644);
    base256(h + 124, 12, size);
    octal(h + 136, 12, 0);
    h[156] = type;
    memcpy(h + 257, "ustar  ", 8); /* GNU */
}

TEST(huge_sizes_in_a_tar)
{
    static const uint64_t sizes[] = {1ull << 33, 1ull << 40, 1ull << 62};
    char tar[2048] = {0};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        tar_header(tar, '0', sizes[i]);
        tar_seal(tar);
        expect_end("declared size", kit_bytes(slice_of(tar, sizeof tar)), NULL, ERR_LIMIT);
        /* An old GNU sparse file: 512 bytes at its end, a hole in front of them. */
        tar_header(tar, 'S', 512);
        base256(tar + 386, 12, sizes[i] - 512);
        octal(tar + 398, 12, 512);
        base256(tar + 483, 12, sizes[i]);
        tar_seal(tar);
        expect_end("sparse size", kit_bytes(slice_of(tar, sizeof tar)), NULL, ERR_LIMIT);
    }
    const entry hole[] = {{.name = "s", .data = S("x"), .hole = 1ull << 40}, {0}};
    expect_end("pax sparse", make_archive(archive_write_set_format_pax, NULL, NULL, hole), NULL,
               ERR_LIMIT);
}

TEST(a_zip_that_declares_four_gigabytes)
{
    const entry one[] = {{.name = "a", .data = S("x")}, {0}};
    int fd = make_archive(archive_write_set_format_zip, NULL, "zip:compression=store", one);
    slice all = all_of(fd);
    char *bytes = (char *)(uintptr_t)all.ptr;
    size_t directory = slice_find(all, S("PK\x01\x02"), 0);
    memset(bytes + 22, 0xfe, 4); /* size: nearly 4 GiB */
    memset(bytes + directory + 24, 0xfe, 4);
    close(fd);
    expect_end("zip size", kit_bytes(all), NULL, ERR_LIMIT);
    free(bytes);
}

TEST(two_hundred_thousand_empty_gzip_members)
{
    int one = make_stream(archive_write_add_filter_gzip, S(""), 0);
    slice a = all_of(one);
    spool p;
    spool_init(&p, "/tmp");
    for (int i = 0; i < 200000; i++)
        if (spool_write(&p, a, NULL) != OK)
            break;
    CHECK_OK(spool_finish(&p, NULL));
    expect_end("200,000 x nothing", p.fd, NULL, OK);
    close(one);
    free((char *)(uintptr_t)a.ptr);
}

TEST(cut_off_bombs_are_input_errors)
{
    static char bytes[200000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * i * 2654435761u >> 13);
    const entry one[] = {{.name = "a", .data = slice_of(bytes, sizeof bytes)}, {0}};
    int fd = make_archive(archive_write_set_format_pax, archive_write_add_filter_gzip, NULL, one);
    struct stat st;
    CHECK(fstat(fd, &st) == 0);
    expect_end("tar.gz less its last byte", cut_off(fd, (uint64_t)st.st_size - 1), NULL, ERR_INPUT);
    expect_end("tar.gz of 600 bytes", cut_off(fd, 600), NULL, ERR_INPUT);
    close(fd);
}
