/* child.c - a document through its codec: see child.h. */
#include "sandbox/child.h"

#include "format/lines.h"

#include <errno.h>
#include <sys/uio.h>

/* --- descriptors 3 and 4 --------------------------------------------------------------------- */

status child_pread(const child_input *in, void *into, size_t room, uint64_t at, size_t *ret_len,
                   err *why)
{
    if (at >= in->size)
        room = 0;
    else if (room > in->size - at)
        room = (size_t)(in->size - at);
    size_t got = 0;
    while (got < room) {
        ssize_t n = pread(in->fd, (char *)into + got, room - got, (off_t)(at + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "reading the input");
        if (n == 0)
            break;
        got += (size_t)n;
    }
    *ret_len = got;
    return OK;
}

static status read_input(void *ctx, char *into, size_t room, size_t *ret_len, err *why)
{
    child_input *in = ctx;
    status st = child_pread(in, into, room, in->pos, ret_len, why);
    if (st == OK)
        in->pos += *ret_len;
    return st;
}

static status rewind_input(void *ctx, err *why)
{
    (void)why;
    ((child_input *)ctx)->pos = 0;
    return OK;
}

static status seek_input(void *ctx, uint64_t at, err *why)
{
    (void)why;
    ((child_input *)ctx)->pos = at;
    return OK;
}

reader child_reader(child_input *in)
{
    return (reader){.ctx = in, .read = read_input, .rewind = rewind_input, .seek = seek_input};
}

static status put_answer(void *ctx, slice one, slice two, err *why)
{
    (void)ctx;
    while (one.len || two.len) {
        struct iovec parts[2] = {{(void *)(uintptr_t)one.ptr, one.len},
                                 {(void *)(uintptr_t)two.ptr, two.len}};
        ssize_t n = writev(JAIL_ANSWER_FD, parts, 2);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "writing the answer");
        size_t of_one = (size_t)n < one.len ? (size_t)n : one.len;
        one = slice_from(one, of_one);
        two = slice_from(two, (size_t)n - of_one);
    }
    return OK;
}

/* --- the work -------------------------------------------------------------------------------- */

/* Why nobody knows the document that begins so. */
static const char *unknown(slice head)
{
    if (!head.len)
        return "the document is empty";
    if (slice_starts(head, S("\xff\xfe\0\0")) || slice_starts(head, S("\0\0\xfe\xff")))
        return "text in UTF-32, which is not read: convert it to UTF-8";
    return "not in any format that we know";
}

/* The codec that was asked for, else the one that knows the first bytes. */
static status choose(const worker_options *options, slice name, slice path, child_input *input,
                     const format **ret, err *why)
{
    size_t n;
    if (name.len) {
        *ret = options->formats.named(name);
        return *ret ? OK : err_set(why, ERR_INPUT, 0, "no format of that name");
    }
    char *head = malloc(FORMAT_SNIFF_BYTES);
    if (!head)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = child_pread(input, head, FORMAT_SNIFF_BYTES, 0, &n, why);
    if (st == OK) {
        slice first = slice_of(head, n);
        *ret = options->formats.sniff(first, path);
        st = *ret ? OK : err_set(why, ERR_INPUT, 0, "%s", unknown(first));
    }
    free(head);
    return st;
}

static status read_document(const worker_options *options, const job_request *job,
                            child_input *input, wire_writer *w, err *why)
{
    slice name = slice_of(job->text, job->format_len);
    slice path = slice_of(name.ptr + name.len, job->path_len);
    slice mapping = slice_of(path.ptr + path.len, job->mapping_len);
    const format *f = NULL;
    status st = choose(options, name, path, input, &f, why);
    if (st != OK)
        return st;
    assert(f);
    if ((st = wire_put_format(w, slice_str(f->name), f->version, why)) != OK)
        return st;
    reader in = child_reader(input);
    fact_sink sink = wire_facts(w);
    const format_input document = {
        .in = &in, .path = path, .mapping = mapping, .limits = job->limits};
    return lines_read(f, &document, &sink, why);
}

void child_run(const worker_options *options, const job_request *job)
{
    child_input input = {.fd = JAIL_INPUT_FD, .size = job->input_bytes};
    wire_writer w;
    err why = {.at = ERR_NOWHERE};
    if (wire_writer_init(&w, put_answer, NULL, &why) != OK)
        return;
    status st;
    if (options->class == WORKER_ARCHIVE) {
        unpack_sink sink = wire_members(&w);
        st = child_unpack(&input, job, &sink, &why);
    } else {
        st = read_document(options, job, &input, &w, &why);
    }
    /* Another result is a mistake of a codec, and still an answer. */
    if (st != OK && st != ERR_INPUT && st != ERR_LIMIT && st != ERR_IO)
        st = ERR_INTERNAL;
    /* When the parent has gone there is nobody left to tell. */
    (void)(wire_put_end(&w, st, &why, NULL) == OK);
    wire_writer_done(&w);
}
