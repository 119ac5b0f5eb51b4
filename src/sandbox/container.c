/* container.c - magic bytes: see container.h. */
#include "sandbox/container.h"

#include "base/utf16.h"
#include "format/capture.h"

typedef struct suffix {
    slice wrapped, inner; /* "x.tgz" holds "x.tar" */
} suffix;

enum { SUFFIXES_MAX = 3 };

static const struct {
    const char *name;
    slice magic; /* at offset 0; none: told otherwise */
    bool stream;
    suffix suffixes[SUFFIXES_MAX];
} rows[] = {
    [CONTAINER_NONE] = {"none", S_INIT(""), false, {{S_INIT(""), S_INIT("")}}},
    [CONTAINER_GZIP] = {"gzip",
                        S_INIT("\x1f\x8b\x08"),
                        true,
                        {{S_INIT(".gz"), S_INIT("")}, {S_INIT(".tgz"), S_INIT(".tar")}}},
    [CONTAINER_ZSTD] = {"zstd",
                        S_INIT("\x28\xb5\x2f\xfd"),
                        true,
                        {{S_INIT(".zst"), S_INIT("")}, {S_INIT(".tzst"), S_INIT(".tar")}}},
    [CONTAINER_XZ] = {"xz",
                      S_INIT("\xfd"
                             "7zXZ\0"),
                      true,
                      {{S_INIT(".xz"), S_INIT("")}, {S_INIT(".txz"), S_INIT(".tar")}}},
    [CONTAINER_BZIP2] = {"bzip2",
                         S_INIT("BZh"),
                         true,
                         {{S_INIT(".bz2"), S_INIT("")},
                          {S_INIT(".tbz"), S_INIT(".tar")},
                          {S_INIT(".tbz2"), S_INIT(".tar")}}},
    [CONTAINER_ZIP] = {"zip", S_INIT("PK\x03\x04"), false, {{S_INIT(""), S_INIT("")}}},
    [CONTAINER_TAR] = {"tar", S_INIT(""), false, {{S_INIT(""), S_INIT("")}}},
    [CONTAINER_7Z] = {"7z", S_INIT("7z\xbc\xaf\x27\x1c"), false, {{S_INIT(""), S_INIT("")}}},
    [CONTAINER_CAPTURE] = {"capture", S_INIT(""), false, {{S_INIT(""), S_INIT("")}}},
    [CONTAINER_UTF16] = {"utf-16", S_INIT(""), false, {{S_INIT(""), S_INIT("")}}},
};
_Static_assert(COUNT_OF(rows) == CONTAINER_COUNT_, "a container without a row");

enum { TAR_HEADER = 512, TAR_SUM_AT = 148, TAR_SUM_LEN = 8 };

/* The sum of a header's bytes, its own field counted as blanks; old writers summed signed chars. */
static bool is_tar(slice head)
{
    if (head.len < TAR_HEADER || head.ptr[0] == 0)
        return false;
    unsigned long want = 0;
    bool digits = false;
    for (size_t i = TAR_SUM_AT; i < TAR_SUM_AT + TAR_SUM_LEN; i++) {
        char c = head.ptr[i];
        if (c >= '0' && c <= '7') {
            want = want * 8 + (unsigned long)(c - '0');
            digits = true;
        } else if (c != ' ' && c != 0) {
            return false;
        } else if (digits) {
            break;
        }
    }
    long plain = 0, with_sign = 0;
    for (size_t i = 0; i < TAR_HEADER; i++) {
        bool own = i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_LEN;
        plain += own ? ' ' : (unsigned char)head.ptr[i];
        with_sign += own ? ' ' : (signed char)head.ptr[i];
    }
    return digits && (plain == (long)want || with_sign == (long)want);
}

container container_sniff(slice head)
{
    for (unsigned c = CONTAINER_NONE + 1; c < CONTAINER_COUNT_; c++) {
        slice magic = rows[c].magic;
        if (!magic.len || !slice_starts(head, magic))
            continue;
        /* "BZh" alone is also how a word may begin: a level and a block must follow. */
        if (c != CONTAINER_BZIP2 ||
            (head.len >= 10 && head.ptr[3] >= '1' && head.ptr[3] <= '9' &&
             (slice_starts(slice_from(head, 4), S("1AY&SY")) ||
              slice_starts(slice_from(head, 4), S("\x17\x72\x45\x38\x50\x90")))))
            return (container)c;
    }
    if (slice_starts(head, S("PK\x05\x06"))) /* a zip without members */
        return CONTAINER_ZIP;
    if (capture_is(head))
        return CONTAINER_CAPTURE;
    if (utf16_is(head))
        return CONTAINER_UTF16;
    return is_tar(head) ? CONTAINER_TAR : CONTAINER_NONE;
}

const char *container_name(container c)
{
    assert(c < CONTAINER_COUNT_);
    return rows[c].name;
}

bool container_is_stream(container c)
{
    assert(c < CONTAINER_COUNT_);
    return rows[c].stream;
}

slice container_inner_name(container c, slice path, char *out, size_t out_room)
{
    assert(c < CONTAINER_COUNT_);
    for (size_t i = 0; i < SUFFIXES_MAX; i++) {
        suffix s = rows[c].suffixes[i];
        if (!s.wrapped.len || path.len <= s.wrapped.len || !slice_ends_nocase(path, s.wrapped))
            continue;
        slice stem = slice_sub(path, 0, path.len - s.wrapped.len);
        if (!s.inner.len)
            return stem;
        if (stem.len + s.inner.len > out_room)
            return path;
        memcpy(out, stem.ptr, stem.len);
        memcpy(out + stem.len, s.inner.ptr, s.inner.len);
        return slice_of(out, stem.len + s.inner.len);
    }
    return path;
}
