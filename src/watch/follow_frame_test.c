/* follow_frame_test.c - syslog framing and the names of rotated files. */
#include "watch/follow/own.h"

#include "base/test.h"

static status whole(slice in, size_t step, buf *out, err *why)
{
    framer r = {0};
    char bytes[256], last[FRAME_PROBE];
    status st = OK;
    for (size_t at = 0; at < in.len && st == OK; at += step) {
        slice part = slice_sub(in, at, at + step);
        size_t n;
        memcpy(bytes + FRAME_GAP, part.ptr, part.len);
        st = frame_take(&r, bytes + FRAME_GAP, part.len, bytes, &n, why);
        buf_put(out, slice_of(bytes, n));
    }
    buf_put(out, slice_of(last, frame_end(&r, last)));
    return st;
}

TEST(what_the_first_bytes_decide)
{
    static const struct {
        slice in;
        const char *want; /* NULL: refused */
    } rows[] = {
        {S_INIT(""), ""},
        {S_INIT("<13>a\n"), "<13>a\n"},
        {S_INIT("a\0b\0"), "a\nb\n"},
        {S_INIT("1"), "1"},
        {S_INIT("12 "), "12 "},
        {S_INIT("12 x\n"), "12 x\n"},
        {S_INIT("012 <13>x\n"), "012 <13>x\n"},
        {S_INIT("1234567890 <x\n"), "<x "},
        {S_INIT("12345678901 <x\n"), "12345678901 <x\n"},
        {S_INIT("3 <1>3 <2>"), "<1>\n<2>\n"},
        {S_INIT("3 <1>\n3 <2>"), "<1>\n<2>\n"},
        {S_INIT("4 <1>\n4 <2>\n"), "<1>\n<2>\n"},
        {S_INIT("4 <1>\0006 <2>\n\nx"), "<1>\n<2>  x\n"},
        {S_INIT("10 <1>\n"), "<1> "},
        {S_INIT("3 <1>0 "), NULL},
        {S_INIT("3 <1>x"), NULL},
        {S_INIT("3 <1>2147483647 <"), "<1>\n<"},
        {S_INIT("3 <1>2147483648 <"), NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t step = 1; step <= rows[i].in.len + 1; step++) {
            CLEANUP(buf_done) buf out;
            buf_init(&out, 1024);
            status st = whole(rows[i].in, step, &out, NULL);
            CHECK_EQ(st, rows[i].want ? OK : ERR_INPUT);
            if (rows[i].want)
                CHECK_SLICE(buf_slice(&out), slice_str(rows[i].want));
        }
    }
}

TEST(datagrams)
{
    static const struct {
        slice in, want;
    } rows[] = {
        {S_INIT(""), S_INIT("")},           {S_INIT("\n"), S_INIT("")},
        {S_INIT("\0\n\0"), S_INIT("")},     {S_INIT("a"), S_INIT("a\n")},
        {S_INIT("a\n"), S_INIT("a\n")},     {S_INIT("a\nb\n\n"), S_INIT("a b\n")},
        {S_INIT("a\0b"), S_INIT("a\0b\n")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[16] = {0};
        memcpy(bytes, rows[i].in.ptr, rows[i].in.len);
        CHECK_SLICE(slice_of(bytes, frame_datagram(bytes, rows[i].in.len)), rows[i].want);
    }
}

TEST(names_of_rotated_files)
{
    static const struct {
        slice name, base;
    } rows[] = {
        {S_INIT("app.log"), S_INIT("")},
        {S_INIT("app.log.1"), S_INIT("app.log")},
        {S_INIT("app.log-20261201"), S_INIT("app.log")},
        {S_INIT("app.log.2026-12-01T10:00:00Z"), S_INIT("app.log")},
        {S_INIT("app.log-20261201-1764547200"), S_INIT("app.log")},
        {S_INIT("app.log.2026-12-01.3"), S_INIT("app.log")},
        {S_INIT("app.log.old"), S_INIT("app.log")},
        {S_INIT("syslog.1"), S_INIT("syslog")},
        {S_INIT("app-1.log"), S_INIT("")},
        {S_INIT("app-1.log.2"), S_INIT("app-1.log")},
        {S_INIT("app.log.1.gz"), S_INIT("")},
        {S_INIT("app.log."), S_INIT("")},
        {S_INIT("app.log.x"), S_INIT("")},
        {S_INIT("192.0.2.1"), S_INIT("")},
        {S_INIT("20261201"), S_INIT("")},
        {S_INIT(".1"), S_INIT("")},
        {S_INIT("app12"), S_INIT("")},
        {S_INIT(""), S_INIT("")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_SLICE(name_base(rows[i].name), rows[i].base);
    CHECK(name_compressed(S("a.gz")) && name_compressed(S("a.ZST")) && !name_compressed(S(".gz")) &&
          !name_compressed(S("a.log")));
}

TEST(which_instance_is_older)
{
    static const struct {
        const char *older, *newer;
        int64_t older_ns, newer_ns;
    } rows[] = {
        {"a.log.2", "a.log.1", 5, 1},        {"a.log.10", "a.log.9", 0, 0},
        {"a.log.1", "a.log", 9, 0},          {"a.log-20261130", "a.log-20261201", 9, 0},
        {"a.log-20261201", "a.log.1", 1, 2}, {"a.log.old", "a.log.1", 1, 2},
        {"a.log.3.gz", "a.log.2", 9, 1},     {"a.log.10.gz", "a.log.9.zst", 9, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        entry a = {.name = slice_str(rows[i].older), .mtime_ns = rows[i].older_ns};
        entry b = {.name = slice_str(rows[i].newer), .mtime_ns = rows[i].newer_ns};
        a.plain = name_plain(a.name);
        b.plain = name_plain(b.name);
        a.base = name_base(a.plain);
        b.base = name_base(b.plain);
        CHECK(name_older(&a, &b) < 0);
        CHECK(name_older(&b, &a) > 0);
        CHECK_EQ(name_older(&a, &a), 0);
    }
}
