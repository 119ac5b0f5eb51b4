/* unpack_test.c - honest archives of every kind, and damaged ones. */
#include "archives.h"

static const format formats[] = {KIT_LINES};
KIT_FORMATS(formats)

static const struct {
    const char *name;
    archive_choice *filter;
} streams[] = {
    {"gzip", archive_write_add_filter_gzip},
    {"zstd", archive_write_add_filter_zstd},
    {"xz", archive_write_add_filter_xz},
    {"bzip2", archive_write_add_filter_bzip2},
};

static const struct {
    const char *name;
    archive_choice *shape, *filter;
    const char *options;
} shapes[] = {
    {"zip", archive_write_set_format_zip, NULL, NULL},
    {"zip-stored", archive_write_set_format_zip, NULL, "zip:compression=store"},
    {"tar-pax", archive_write_set_format_pax, NULL, NULL},
    {"tar-ustar", archive_write_set_format_ustar, NULL, NULL},
    {"tar-gnu", archive_write_set_format_gnutar, NULL, NULL},
    {"tar-v7", archive_write_set_format_v7tar, NULL, NULL},
    {"7z", archive_write_set_format_7zip, NULL, NULL},
    {"tar.gz", archive_write_set_format_pax, archive_write_add_filter_gzip, NULL},
    {"tar.zst", archive_write_set_format_pax, archive_write_add_filter_zstd, NULL},
    {"tar.xz", archive_write_set_format_pax, archive_write_add_filter_xz, NULL},
    {"tar.bz2", archive_write_set_format_pax, archive_write_add_filter_bzip2, NULL},
};

TEST(a_stream_loses_its_suffix)
{
    sandbox *s = kit_sandbox(NULL);
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        seen k = {0};
        err why = {0};
        CHECK_OK(walk_it(s, make_stream(streams[i].filter, S("#lines\nx\n"), 3), "d/feed.txt", NULL,
                         &k, &why));
        if (why.code || k.documents != 1 || k.size != 12 || k.level != 1 ||
            strcmp(k.head, "#lines\nx\n") != 0 || strcmp(k.path, "d/feed.txt") != 0)
            TEST_FAIL("%s: %llu documents, %s, path %s", streams[i].name,
                      (unsigned long long)k.documents, why.msg, k.path);
        /* Nothing compressed is an empty document. */
        CHECK_OK(walk_it(s, make_stream(streams[i].filter, S(""), 0), "feed", NULL, &k, &why));
        if (k.documents != 1 || k.size != 0)
            TEST_FAIL("%s: empty stream", streams[i].name);
    }
    seen k = {0};
    err why = {0};
    CHECK_OK(walk_it(s, make_stream(archive_write_add_filter_gzip, S("x"), 0), "a/FEED.CSV.GZ",
                     NULL, &k, &why));
    CHECK(strcmp(k.path, "a/FEED.CSV") == 0);
    sandbox_free(s);
}

TEST(members_keep_their_order_names_and_bytes)
{
    sandbox *s = kit_sandbox(NULL);
    static const entry some[] = {{.name = "dir/", .type = AE_IFDIR},
                                 {.name = "dir/a.txt", .data = S_INIT("aaa")},
                                 {.name = "link", .type = AE_IFLNK, .link_to = "dir/a.txt"},
                                 {.name = "empty", .data = S_INIT("")},
                                 {.name = "dir/last.txt", .data = S_INIT("last"), .zeros = 1000000},
                                 {0}};
    const unpack_limits roomy = {.floor_bytes = 8 << 20};
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        seen k = {0};
        err why = {0};
        status st =
            walk_it(s, make_archive(shapes[i].shape, shapes[i].filter, shapes[i].options, some),
                    "x.arc", &roomy, &k, &why);
        if (st != OK || k.documents != 3 || k.bytes != 1000007 || k.level != 1 ||
            (strcmp(shapes[i].name, "7z") != 0 && /* libarchive writes empty ones last there */
             (strcmp(k.path, "x.arc/dir/last.txt") != 0 || strcmp(k.head, "last") != 0)))
            TEST_FAIL("%s: %s, %llu documents of %llu bytes, last %s", shapes[i].name, why.msg,
                      (unsigned long long)k.documents, (unsigned long long)k.bytes, k.path);
    }
    sandbox_free(s);
}

TEST(names_are_labels_in_utf8)
{
    static const struct {
        const char *name, *want;
        bool old_bytes; /* only where a name has no character set */
    } rows[] = {
        {"脅威/狼煙.csv", "a/脅威/狼煙.csv", false},
        {"na\xc3\xafve \xf0\x9f\x94\xa5.txt", "a/na\xc3\xafve \xf0\x9f\x94\xa5.txt", false},
        {"../../etc/passwd", "a/../../etc/passwd", false},
        {"/etc/shadow", "a//etc/shadow", false},
        {"tab\tesc\x1b[31m", "a/tab\tesc\x1b[31m", false},
        {"caf\xe9.txt", "a/caf\xef\xbf\xbd.txt", true}, /* CP1252, and not said so */
    };
    sandbox *s = kit_sandbox(NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t j = 0; j < COUNT_OF(shapes); j++) {
            const entry one[] = {{.name = rows[i].name, .data = S("x")}, {0}};
            seen k = {0};
            err why = {0};
            bool plain = strcmp(shapes[j].name, "tar-ustar") == 0 ||
                         strcmp(shapes[j].name, "tar-gnu") == 0 ||
                         strcmp(shapes[j].name, "tar-v7") == 0;
            if (rows[i].old_bytes && !plain)
                continue;
            status st =
                walk_it(s, make_archive(shapes[j].shape, shapes[j].filter, shapes[j].options, one),
                        "a", NULL, &k, &why);
            if (st != OK || k.documents != 1 || strcmp(k.path, rows[i].want) != 0)
                TEST_FAIL("%s, row %zu: %s, path \"%s\"", shapes[j].name, i, why.msg, k.path);
        }
    }
    sandbox_free(s);
}

/* A zip's names are in the character set of whoever packed it, unless it says UTF-8. */
static void zip_name(sandbox *s, unsigned char byte, bool says_utf8, const char *want)
{
    const entry one[] = {{.name = "caf%.txt", .data = S("x")}, {0}};
    seen k = {0};
    err why = {0};
    int fd = make_archive(archive_write_set_format_zip, NULL, "zip:compression=store", one);
    slice all = all_of(fd);
    char *bytes = (char *)(uintptr_t)all.ptr;
    close(fd);
    for (size_t at = 0; (at = slice_find(all, S("caf%"), at)) != SIZE_MAX; at++)
        bytes[at + 3] = (char)byte;
    size_t directory = slice_find(all, S("PK\x01\x02"), 0);
    bytes[7] = bytes[directory + 9] = says_utf8 ? 8 : 0;
    CHECK_OK(walk_it(s, kit_bytes(all), "a", NULL, &k, &why));
    if (k.documents != 1 || strcmp(k.path, want) != 0)
        TEST_FAIL("\"%s\", want \"%s\"", k.path, want);
    free(bytes);
}

TEST(a_zips_names_may_be_of_any_character_set)
{
    sandbox *s = kit_sandbox(NULL);
    zip_name(s, '-', false, "a/caf-.txt");
    zip_name(s, '-', true, "a/caf-.txt");
    zip_name(s, 0xe9, false, "a/caf\xef\xbf\xbd.txt");
    zip_name(s, 0xe9, true, "a/entry-0"); /* a lie; libarchive gives no name then */
    sandbox_free(s);
}

TEST(a_long_name_keeps_its_end)
{
    char name[WIRE_MEMBER_MAX + 2];
    sandbox *s = kit_sandbox(NULL);
    for (size_t more = 0; more < 2; more++) {
        memset(name, 'n', sizeof name);
        name[0] = 'f';
        name[WIRE_MEMBER_MAX + more] = 0;
        const entry one[] = {{.name = name, .data = S("x")}, {0}};
        seen k = {0};
        err why = {0};
        CHECK_OK(walk_it(s, make_archive(archive_write_set_format_pax, NULL, NULL, one), "a", NULL,
                         &k, &why));
        CHECK_EQ(k.documents, 1);
        /* "a/" does not fit in front of it either. */
        CHECK_EQ(strlen(k.path), SANDBOX_PATH_MAX);
        CHECK_EQ(k.path[0], more ? 'n' : 'f');
    }
    sandbox_free(s);
}

TEST(an_encrypted_member_is_refused)
{
    const entry two[] = {{.name = "secret", .data = S("x")}, {.name = "b", .data = S("y")}, {0}};
    sandbox *s = kit_sandbox(NULL);
    seen k = {0};
    err why = {0};
    /* Flag bit 0 in both headers of the first member says encrypted. */
    int fd = make_archive(archive_write_set_format_zip, NULL, "zip:compression=store", two);
    slice all = all_of(fd);
    char *bytes = (char *)(uintptr_t)all.ptr;
    close(fd);
    size_t directory = slice_find(all, S("PK\x01\x02"), 0);
    REQUIRE(directory != SIZE_MAX);
    bytes[6] |= 1;
    bytes[directory + 8] |= 1;
    status st = walk_it(s, kit_bytes(all), "a.zip", NULL, &k, &why);
    if (st != OK || k.documents != 1 || k.refused != 1 || strcmp(k.reason, "encrypted") != 0)
        TEST_FAIL("%s; %llu documents, refused: %s", why.msg, (unsigned long long)k.documents,
                  k.reason);
    free(bytes);
    sandbox_free(s);
}

TEST(sparse_files_have_their_holes_filled)
{
    sandbox *s = kit_sandbox(NULL);
    const entry one[] = {{.name = "s", .data = S("head"), .hole = 500000}, {0}};
    seen k = {0};
    err why = {0};
    CHECK_OK(walk_it(s, make_archive(archive_write_set_format_pax, NULL, NULL, one), "a", NULL, &k,
                     &why));
    CHECK_EQ(k.size, 500004);
    CHECK(strcmp(k.head, "head") == 0);
    sandbox_free(s);
}

TEST(several_gzip_members_are_one_stream)
{
    sandbox *s = kit_sandbox(NULL);
    int one = make_stream(archive_write_add_filter_gzip, S("first,"), 0);
    int two = make_stream(archive_write_add_filter_gzip, S("second"), 0);
    slice a = all_of(one), b = all_of(two);
    buf both;
    buf_init(&both, 1 << 20);
    buf_put(&both, a);
    buf_put(&both, b);
    seen k = {0};
    err why = {0};
    CHECK_OK(walk_it(s, kit_bytes(buf_slice(&both)), "x.gz", NULL, &k, &why));
    CHECK(strcmp(k.head, "first,second") == 0);
    buf_put(&both, slice_of("\0\0\0\0\0\0\0\0", 8)); /* padding, as of a tape */
    CHECK_OK(walk_it(s, kit_bytes(buf_slice(&both)), "x.gz", NULL, &k, &why));
    CHECK(strcmp(k.head, "first,second") == 0);
    close(one);
    close(two);
    free((char *)(uintptr_t)a.ptr);
    free((char *)(uintptr_t)b.ptr);
    buf_done(&both);
    sandbox_free(s);
}

/* Bytes that do not compress, so that a flipped one is somewhere that matters. */
static slice noise(char *out, size_t n)
{
    uint64_t x = 88172645463325252u;
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        out[i] = (char)x;
    }
    return slice_of(out, n);
}

TEST(cut_off_is_an_input_error_everywhere)
{
    static char bytes[300000];
    sandbox *s = kit_sandbox(NULL);
    const entry one[] = {{.name = "n", .data = noise(bytes, sizeof bytes)}, {0}};
    for (size_t i = 0; i < COUNT_OF(shapes) + COUNT_OF(streams); i++) {
        bool stream = i >= COUNT_OF(shapes);
        const char *name = stream ? streams[i - COUNT_OF(shapes)].name : shapes[i].name;
        int fd = stream ? make_stream(streams[i - COUNT_OF(shapes)].filter, one[0].data, 0)
                        : make_archive(shapes[i].shape, shapes[i].filter, shapes[i].options, one);
        static const unsigned parts[] = {3, 50, 90};
        for (size_t j = 0; j < COUNT_OF(parts); j++) {
            seen k = {0};
            err why = {0};
            struct stat st;
            CHECK(fstat(fd, &st) == 0);
            uint64_t keep = (uint64_t)st.st_size * parts[j] / 100;
            status got = walk_it(s, cut_off(fd, keep), "x", NULL, &k, &why);
            if (got != ERR_INPUT || k.documents)
                TEST_FAIL("%s cut at %u %%: %s \"%s\", %llu documents", name, parts[j],
                          status_name(got), why.msg, (unsigned long long)k.documents);
        }
        close(fd);
    }
    sandbox_free(s);
}

TEST(a_flipped_byte_is_noticed_by_every_check_sum)
{
    static char bytes[300000];
    sandbox *s = kit_sandbox(NULL);
    slice data = noise(bytes, sizeof bytes);
    for (size_t i = 0; i < COUNT_OF(streams) + 2; i++) {
        const entry one[] = {{.name = "n", .data = data}, {0}};
        bool stream = i < COUNT_OF(streams);
        size_t shape = i == COUNT_OF(streams) ? 0 : 1; /* zip, zip stored */
        int fd = stream ? make_stream(streams[i].filter, data, 0)
                        : make_archive(shapes[shape].shape, NULL, shapes[shape].options, one);
        slice all = all_of(fd);
        char *p = (char *)(uintptr_t)all.ptr;
        for (size_t at = all.len / 2; at < all.len / 2 + 3; at++) {
            seen k = {0};
            err why = {0};
            p[at] ^= 0x10;
            status got = walk_it(s, kit_bytes(all), "x", NULL, &k, &why);
            p[at] ^= 0x10;
            /* zstd checks only what its writer asked it to: libarchive's does not, as zstd(1)
             * does. */
            if (k.documents && strcmp(stream ? streams[i].name : "", "zstd") != 0)
                TEST_FAIL("%s: a flipped byte went through (%s)",
                          stream ? streams[i].name : shapes[shape].name, status_name(got));
            if (got == OK && !k.refused && !k.documents)
                TEST_FAIL("%s: a flipped byte made the document vanish",
                          stream ? streams[i].name : shapes[shape].name);
        }
        free(p);
        close(fd);
    }
    sandbox_free(s);
}

TEST(archives_in_archives_are_opened_down_to_the_documents)
{
    sandbox *s = kit_sandbox(NULL);
    const entry inner[] = {{.name = "list.csv", .data = S("192.0.2.1\n")}, {0}};
    int zip = make_archive(archive_write_set_format_zip, NULL, NULL, inner);
    slice zipped = all_of(zip);
    const entry middle[] = {{.name = "in.zip", .data = zipped}, {.name = "z", .data = S("z")}, {0}};
    int tar = make_archive(archive_write_set_format_pax, archive_write_add_filter_xz, NULL, middle);
    seen k = {0};
    err why = {0};
    CHECK_OK(walk_it(s, tar, "feeds.tar.xz", NULL, &k, &why));
    CHECK_EQ(k.documents, 2);
    CHECK(strcmp(k.path, "feeds.tar.xz/z") == 0 && k.level == 1);
    k = (seen){.stop = ERR_BUSY};
    tar = make_archive(archive_write_set_format_pax, archive_write_add_filter_xz, NULL, middle);
    CHECK_EQ(walk_it(s, tar, "feeds.tar.xz", NULL, &k, &why), ERR_BUSY);
    CHECK(strcmp(why.msg, "seen enough") == 0);
    CHECK_EQ(k.documents, 1);
    CHECK(strcmp(k.path, "feeds.tar.xz/in.zip/list.csv") == 0 && k.level == 2);
    CHECK_EQ(sandbox_ask_health(s, WORKER_ARCHIVE).crashes, 0);
    close(zip);
    free((char *)(uintptr_t)zipped.ptr);
    sandbox_free(s);
}

TEST(text_in_utf_16_is_visited_as_utf_8_where_it_stands)
{
    static const char little[] = "\xff\xfe"
                                 "1\0\r\0\n\0\xe5\x65";
    static const char big[] = "\xfe\xff\0"
                              "1\0\r\0\n\x65\xe5";
    const slice texts[] = {slice_of(little, sizeof little - 1), slice_of(big, sizeof big - 1)};
    sandbox *s = kit_sandbox(NULL);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        seen k = {0};
        err why = {0};
        CHECK_OK(walk_it(s, kit_bytes(texts[i]), "d/list.txt", NULL, &k, &why));
        CHECK_EQ(k.documents, 1);
        CHECK_EQ(k.level, 0);
        CHECK(strcmp(k.path, "d/list.txt") == 0);
        CHECK(strcmp(k.head, "1\r\n\xe6\x97\xa5") == 0);
        const entry one[] = {{.name = "a/list.txt", .data = texts[i]}, {0}};
        int zip = make_archive(archive_write_set_format_zip, NULL, NULL, one);
        const unpack_limits shallow = {.levels_max = 1};
        CHECK_OK(walk_it(s, zip, "x.zip", &shallow, &k, &why));
        CHECK_EQ(k.level, 1);
        CHECK(strcmp(k.path, "x.zip/a/list.txt") == 0);
        CHECK(strcmp(k.head, "1\r\n\xe6\x97\xa5") == 0);
    }
    seen k = {0};
    err why = {0};
    const unpack_limits few = {.ratio_max = 1, .floor_bytes = 4};
    CHECK_EQ(walk_it(s, kit_bytes(texts[0]), "list.txt", &few, &k, &why), OK);
    static char cjk[3000];
    memcpy(cjk, "\xff\xfe", 2);
    for (size_t i = 2; i < sizeof cjk; i += 2)
        memcpy(cjk + i, "\xe5\x65", 2);
    slice text = slice_of(cjk, sizeof cjk);
    CHECK_EQ(walk_it(s, kit_bytes(text), "list.txt", &few, &k, &why), ERR_LIMIT);
    CHECK(strcmp(why.msg, "expands to more than 3000 bytes") == 0);
    CHECK_EQ(k.documents, 0);
    sandbox_free(s);
}

TEST(a_damaged_archive_in_an_archive_is_a_member_that_cannot_be_had)
{
    static char bytes[30000];
    sandbox *s = kit_sandbox(NULL);
    int gz = make_stream(archive_write_add_filter_gzip, noise(bytes, sizeof bytes), 0);
    slice whole = all_of(gz);
    const entry some[] = {{.name = "a", .data = S("first")},
                          {.name = "b.gz", .data = slice_sub(whole, 0, whole.len / 2)},
                          {.name = "c", .data = S("last")},
                          {0}};
    seen k = {0};
    err why = {0};
    CHECK_OK(walk_it(s, make_archive(archive_write_set_format_pax, NULL, NULL, some), "x.tar", NULL,
                     &k, &why));
    CHECK_EQ(k.documents, 2);
    CHECK_EQ(k.refused, 1);
    CHECK(strcmp(k.path, "x.tar/c") == 0);
    CHECK(strncmp(k.reason, "gzip: ", 6) == 0);
    CHECK(strstr(k.reason, " (at byte ") != NULL);
    close(gz);
    free((char *)(uintptr_t)whole.ptr);
    sandbox_free(s);
}

TEST(an_archive_that_breaks_off_names_the_member)
{
    static char bytes[30000];
    sandbox *s = kit_sandbox(NULL);
    const entry some[] = {{.name = "in/a", .data = S("first")},
                          {.name = "in/b", .data = noise(bytes, sizeof bytes)},
                          {0}};
    int tar = make_archive(archive_write_set_format_pax, NULL, NULL, some);
    seen k = {0};
    err why = {0};
    CHECK_EQ(walk_it(s, cut_off(tar, 20000), "x.tar", NULL, &k, &why), ERR_INPUT);
    CHECK_EQ(k.documents, 1);
    CHECK(strstr(why.msg, ", in x.tar/in/b") != NULL);
    const unpack_limits few = {.bytes_max = 1000};
    CHECK_EQ(walk_it(s, make_archive(archive_write_set_format_zip, NULL, NULL, some), "x.zip", &few,
                     &k, &why),
             ERR_LIMIT);
    CHECK(strcmp(why.msg, "expands to more than 1000 bytes, in x.zip/in/b") == 0);
    close(tar);
    sandbox_free(s);
}

TEST(what_is_no_archive_is_visited_as_it_is)
{
    sandbox *s = kit_sandbox(NULL);
    seen k = {0};
    err why = {0};
    CHECK_OK(walk_it(s, kit_bytes(S("PK is how this text begins")), "t.txt", NULL, &k, &why));
    CHECK_EQ(k.documents, 1);
    CHECK_EQ(k.level, 0);
    CHECK_OK(walk_it(s, kit_bytes(S("")), "t.txt", NULL, &k, &why));
    CHECK_EQ(k.documents, 1);
    unpack_budget b = unpack_budget_of(NULL, 1);
    int fd = kit_bytes(S("no archive"));
    unpack_sink none = {0};
    CHECK_EQ(sandbox_unpack(s, fd, 1, &b, &none, NULL, &why), ERR_INPUT);
    close(fd);
    sandbox_free(s);
}
