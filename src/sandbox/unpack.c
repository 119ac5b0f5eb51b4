/* unpack.c - one level of an archive, opened by libarchive inside the jail: see child.h.
 *
 * Formats and filters are named one by one, and a filter is set, never guessed: libarchive would
 * otherwise peel 25 layers of compression in one go, which is for the parent to count. */
#include "sandbox/child.h"
#include "sandbox/gunzip.h"

#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

enum { BLOCK_MIN = 4 << 10, BLOCK_MAX = 256 << 10, ZEROS_BYTES = 64 << 10 };

static const char zeros[ZEROS_BYTES];

typedef struct opener {
    child_input *in;
    const job_request *job;
    const unpack_sink *sink;
    container outer;
    struct archive *a;
    gunzip *gz;  /* gzip: libarchive reads what it gives */
    char *block; /* else: the input as it is, */
    size_t step; /* so much of it at a time */
    status st;   /* what a callback of libarchive met; OK: nothing */
    err why;
    uint64_t left; /* bytes that may still come out */
    uint64_t members;
    char name[WIRE_MEMBER_MAX * 3]; /* as UTF-8: a bad byte becomes three */
} opener;

/* --- callbacks of libarchive ----------------------------------------------------------------- */

static la_ssize_t give(struct archive *a, void *ctx, const void **ret)
{
    opener *o = ctx;
    slice got = {0};
    if (o->gz) {
        o->st = gunzip_next(o->gz, &got, &o->why);
    } else {
        size_t n = 0;
        o->st = child_pread(o->in, o->block, o->step, o->in->pos, &n, &o->why);
        o->in->pos += n;
        o->step = o->step < BLOCK_MAX ? o->step * 2 : BLOCK_MAX;
        got = slice_of(o->block, n);
    }
    *ret = got.ptr;
    if (o->st == OK)
        return (la_ssize_t)got.len;
    archive_set_error(a, EIO, "%s", "input");
    return ARCHIVE_FATAL;
}

static la_int64_t skip(struct archive *a, void *ctx, la_int64_t request)
{
    opener *o = ctx;
    (void)a;
    if (o->gz || request < 0)
        return 0;
    uint64_t left = o->in->pos < o->in->size ? o->in->size - o->in->pos : 0;
    uint64_t n = (uint64_t)request < left ? (uint64_t)request : left;
    o->in->pos += n;
    return (la_int64_t)n;
}

static la_int64_t seek(struct archive *a, void *ctx, la_int64_t by, int whence)
{
    opener *o = ctx;
    (void)a;
    la_int64_t base = whence == SEEK_CUR   ? (la_int64_t)o->in->pos
                      : whence == SEEK_END ? (la_int64_t)o->in->size
                                           : 0;
    la_int64_t to;
    if (__builtin_add_overflow(base, by, &to) || to < 0)
        return ARCHIVE_FATAL;
    o->in->pos = (uint64_t)to;
    o->step = BLOCK_MIN; /* a zip of small members is a seek and a few bytes each */
    return to;
}

/* --- errors ---------------------------------------------------------------------------------- */

/* What libarchive says, without the line's end that some of its sentences have. */
static slice reason(opener *o)
{
    const char *said = archive_error_string(o->a);
    if (!said || strcmp(said, "Unrecognized archive format") == 0)
        said = "cut off or damaged";
    return slice_trim(slice_str(said));
}

/* libarchive gave up: why, in our words where it was our doing. */
static status broken(opener *o, err *why)
{
    if (o->st != OK) {
        if (why)
            *why = o->why;
        return o->st;
    }
    if (archive_errno(o->a) == ENOMEM)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory limit");
    slice said = reason(o);
    uint64_t at = o->in->pos < o->in->size ? o->in->pos : o->in->size;
    return err_set(why, ERR_INPUT, at, "%s: %.*s", container_name(o->outer), SLICE_FMT(said));
}

static status over_bytes(opener *o, err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "expands to more than %llu bytes",
                   (unsigned long long)o->job->bytes_limit);
}

/* --- members --------------------------------------------------------------------------------- */

/* The name as UTF-8 and as a label: bytes that are no UTF-8 become U+FFFD, a long name keeps its
 * end, where the suffix is, and what has no name gets one. No name is a reason to refuse. */
static slice clean_name(opener *o, struct archive_entry *e, uint64_t index)
{
    const char *given = archive_entry_pathname(e);
    size_t len = given ? strlen(given) : 0, n = 0;
    slice rest = {given, len};
    if (!len) {
        n = (size_t)snprintf(o->name, sizeof o->name, "entry-%llu", (unsigned long long)index);
        return slice_of(o->name, n);
    }
    rest = slice_from(rest, len > WIRE_MEMBER_MAX ? len - WIRE_MEMBER_MAX : 0);
    while (rest.len)
        n += utf8_put(o->name + n, utf8_next(&rest));
    slice clean = {o->name, n};
    while (clean.len > WIRE_MEMBER_MAX ||
           (clean.len && ((unsigned char)clean.ptr[0] & 0xc0) == 0x80))
        clean = slice_from(clean, 1);
    return clean;
}

static status emit(opener *o, slice bytes, err *why)
{
    if (bytes.len > o->left)
        return over_bytes(o, why);
    o->left -= bytes.len;
    return bytes.len ? o->sink->data(o->sink->ctx, bytes, why) : OK;
}

/* A hole of a sparse file. */
static status emit_zeros(opener *o, uint64_t n, err *why)
{
    if (n > o->left)
        return over_bytes(o, why);
    while (n) {
        size_t take = n < ZEROS_BYTES ? (size_t)n : ZEROS_BYTES;
        status st = emit(o, slice_of(zeros, take), why);
        if (st != OK)
            return st;
        n -= take;
    }
    return OK;
}

/* The data of the entry whose header was read, after `begin`. ARCHIVE_FAILED and ARCHIVE_WARN
 * (a wrong check sum, an unknown method) spoil the member, not the archive. */
static status member_data(opener *o, struct archive_entry *e, slice name, err *why)
{
    const void *bytes;
    size_t n;
    la_int64_t offset;
    uint64_t pos = 0;
    status st;
    int r;
    while ((r = archive_read_data_block(o->a, &bytes, &n, &offset)) == ARCHIVE_OK) {
        if (offset < 0 || (uint64_t)offset < pos)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s: a sparse member's parts overlap",
                           container_name(o->outer));
        if ((st = emit_zeros(o, (uint64_t)offset - pos, why)) != OK ||
            (st = emit(o, slice_of(bytes, n), why)) != OK)
            return st;
        pos = (uint64_t)offset + n;
    }
    if (r == ARCHIVE_FATAL || o->st != OK)
        return broken(o, why);
    if (r != ARCHIVE_EOF) {
        return o->sink->refuse(o->sink->ctx, name, reason(o), why);
    }
    if (archive_entry_sparse_count(e) > 0 && archive_entry_size(e) > (la_int64_t)pos &&
        (st = emit_zeros(o, (uint64_t)archive_entry_size(e) - pos, why)) != OK)
        return st;
    return o->sink->end(o->sink->ctx, why);
}

static status member(opener *o, struct archive_entry *e, uint64_t index, err *why)
{
    if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e))
        return OK;
    slice name = S(""); /* of what is in a stream */
    if (archive_format(o->a) != ARCHIVE_FORMAT_RAW)
        name = clean_name(o, e, index);
    if (archive_entry_is_data_encrypted(e))
        return o->sink->refuse(o->sink->ctx, name, S("encrypted"), why);
    unpack_member m = {.path = name, .size = UNPACK_SIZE_UNKNOWN, .index = index};
    if (archive_entry_size_is_set(e) && archive_entry_size(e) >= 0)
        m.size = (uint64_t)archive_entry_size(e);
    status st = o->sink->begin(o->sink->ctx, &m, why); /* so that an error has its name */
    if (st == OK && m.size != UNPACK_SIZE_UNKNOWN && m.size > o->left)
        return over_bytes(o, why);
    return st == OK ? member_data(o, e, name, why) : st;
}

/* A zip's directory was looked at (zip_directory.c), but what stands at its places may say
 * something else. libarchive goes through them in the order of the file; each member's data must
 * begin behind the end of the one before. */
static status check_overlap(const opener *o, uint64_t end, err *why)
{
    la_int64_t at = archive_filter_bytes(o->a, -1);
    if (o->outer == CONTAINER_ZIP && at >= 0 && (uint64_t)at < end)
        return err_set(why, ERR_LIMIT, (uint64_t)at, "zip: members overlap");
    return OK;
}

static status members(opener *o, err *why)
{
    uint64_t end = 0;
    for (uint64_t index = 0;; index++) {
        struct archive_entry *e;
        int r = archive_read_next_header(o->a, &e);
        if (r == ARCHIVE_EOF)
            return OK;
        if (r < ARCHIVE_WARN || o->st != OK)
            return broken(o, why);
        if (index >= o->job->members_allowed)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %llu members",
                           (unsigned long long)o->job->members_limit);
        status st = check_overlap(o, end, why);
        if (st != OK || (st = member(o, e, index, why)) != OK)
            return st;
        o->members++;
        end = (uint64_t)archive_filter_bytes(o->a, -1);
    }
}

/* --- opening --------------------------------------------------------------------------------- */

static const struct {
    int filter;                        /* libarchive's code; 0: none, or ours */
    int (*support)(struct archive *a); /* of a collection */
} openers[] = {
    [CONTAINER_NONE] = {0, NULL},
    [CONTAINER_GZIP] = {0, NULL},
    [CONTAINER_ZSTD] = {ARCHIVE_FILTER_ZSTD, NULL},
    [CONTAINER_XZ] = {ARCHIVE_FILTER_XZ, NULL},
    [CONTAINER_BZIP2] = {ARCHIVE_FILTER_BZIP2, NULL},
    [CONTAINER_ZIP] = {0, archive_read_support_format_zip_seekable},
    [CONTAINER_TAR] = {0, archive_read_support_format_tar},
    [CONTAINER_7Z] = {0, archive_read_support_format_7zip},
    [CONTAINER_CAPTURE] = {0, NULL}, /* child_capture's */
    [CONTAINER_UTF16] = {0, NULL},   /* child_decode's */
};
_Static_assert(COUNT_OF(openers) == CONTAINER_COUNT_, "a container that nobody opens");

/* Starts from the first byte, as `support` enables (NULL: a stream's bytes are one member). */
static status open_as(opener *o, int (*support)(struct archive *), err *why)
{
    archive_read_free(o->a);
    o->a = archive_read_new();
    if (!o->a)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory limit");
    o->in->pos = 0;
    o->step = BLOCK_MIN;
    if (o->gz)
        gunzip_rewind(o->gz);
    int filter = openers[o->outer].filter, bad = 0;
    /* Anything but OK would mean that libarchive wants to start a program for it. */
    if (filter)
        bad |= archive_read_append_filter(o->a, filter);
    bad |= support ? support(o->a) : archive_read_support_format_raw(o->a);
    if (!support)
        bad |= archive_read_support_format_empty(o->a);
    if (bad != ARCHIVE_OK)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "libarchive cannot read %s",
                       container_name(o->outer));
    archive_read_set_seek_callback(o->a, seek);
    archive_read_set_skip_callback(o->a, skip);
    archive_read_set_read_callback(o->a, give);
    archive_read_set_callback_data(o->a, o);
    /* A stream that is damaged at its front is "empty" to libarchive, with an error that nobody
     * is told of. */
    if (archive_read_open1(o->a) != ARCHIVE_OK || archive_errno(o->a) != 0)
        return broken(o, why);
    return OK;
}

/* Is what is in the stream a tar? Its first bytes say. */
static status stream_is_tar(opener *o, bool *ret, err *why)
{
    char head[CONTAINER_SNIFF_BYTES];
    size_t n = 0;
    struct archive_entry *e;
    status st = open_as(o, NULL, why);
    if (st != OK)
        return st;
    int r = archive_read_next_header(o->a, &e);
    while (r >= ARCHIVE_WARN && r != ARCHIVE_EOF && n < sizeof head) {
        la_ssize_t got = archive_read_data(o->a, head + n, sizeof head - n);
        if (got <= 0) {
            r = got == 0 ? ARCHIVE_EOF : ARCHIVE_FATAL;
            break;
        }
        n += (size_t)got;
    }
    if (o->st != OK || r < ARCHIVE_WARN)
        return broken(o, why);
    *ret = container_sniff(slice_of(head, n)) == CONTAINER_TAR;
    return OK;
}

static status open_and_read(opener *o, err *why)
{
    bool tar = false;
    status st;
    if (!container_is_stream(o->outer)) {
        st = o->outer == CONTAINER_ZIP ? child_zip_check(o->in, o->job->members_allowed, why) : OK;
        if (st == OK)
            st = open_as(o, openers[o->outer].support, why);
        return st == OK ? members(o, why) : st;
    }
    if ((st = stream_is_tar(o, &tar, why)) != OK ||
        (st = open_as(o, tar ? archive_read_support_format_tar : NULL, why)) != OK ||
        (st = members(o, why)) != OK || tar || o->members)
        return st;
    /* An empty stream holds an empty document. */
    unpack_member nothing = {.path = S(""), .size = 0};
    st = o->sink->begin(o->sink->ctx, &nothing, why);
    return st == OK ? o->sink->end(o->sink->ctx, why) : st;
}

status child_unpack(child_input *in, const job_request *job, const unpack_sink *sink, err *why)
{
    if (job->container == CONTAINER_CAPTURE)
        return child_capture(in, job, sink, why);
    if (job->container == CONTAINER_UTF16)
        return child_decode(in, job, sink, why);
    opener *o = calloc(1, sizeof *o);
    if (!o)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory limit");
    *o = (opener){.in = in, .job = job, .sink = sink, .left = job->bytes_allowed};
    status st = OK;
    o->outer = job->container < CONTAINER_COUNT_ ? (container)job->container : CONTAINER_NONE;
    if (o->outer == CONTAINER_GZIP)
        o->gz = gunzip_new(in);
    else
        o->block = malloc(BLOCK_MAX);
    if (!o->gz && !o->block)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory limit");
    else if (o->outer == CONTAINER_NONE)
        st = err_set(why, ERR_INPUT, 0, "no archive that we know");
    else
        st = open_and_read(o, why);
    archive_read_free(o->a);
    gunzip_free(o->gz);
    free(o->block);
    free(o);
    return st;
}
