/* cmd_export.c - noroshi export --format stix|ndjson [--document sha256:...] [--out FILE] */
#include "cmd/app.h"
#include "know/store.h"
#include "publish/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

status cmd_export(app *a, err *why);

enum { FORMAT_STIX, FORMAT_NDJSON }; /* the option's choices */

typedef struct target {
    app *a;
    int fd; /* -1: standard output */
    char temp[4200];
} target;

static status put(void *ctx, slice bytes, err *why)
{
    target *t = ctx;
    if (t->fd < 0)
        return t->a->out.options.write(t->a->out.options.ctx, bytes, why);
    while (bytes.len) {
        ssize_t n = write(t->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "writing %s", t->temp);
        bytes = slice_from(bytes, (size_t)n);
    }
    return OK;
}

/* A file appears whole or not at all: written beside, synced, renamed. */
static status open_target(target *t, slice path, err *why)
{
    t->fd = -1;
    if (!path.len || slice_eq(path, S("-")))
        return OK;
    if (path.len > sizeof t->temp - 8)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "path of %zu bytes", path.len);
    snprintf(t->temp, sizeof t->temp, "%.*s.part", SLICE_FMT(path));
    t->fd = open(t->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return t->fd < 0 ? err_os(why, errno, "opening %s", t->temp) : OK;
}

static status close_target(target *t, slice path, status st, err *why)
{
    if (t->fd < 0)
        return st;
    if (st == OK && fsync(t->fd) != 0)
        st = err_os(why, errno, "writing %s", t->temp);
    close(t->fd);
    if (st == OK && rename(t->temp, path.ptr) != 0)
        st = err_os(why, errno, "renaming %s", t->temp);
    if (st != OK)
        unlink(t->temp);
    return st;
}

static status run(app *a, lens *l, target *t, export_counts *n, err *why)
{
    uint8_t sha[SHA256_BYTES];
    slice document = option_text(a->options, OPT_EXPORT_DOCUMENT),
          k = option_text(a->options, OPT_EXPORT_KIND);
    export_options o = {.put = put, .ctx = t, .source = option_text(a->options, OPT_EXPORT_SOURCE)};
    if (k.len && (o.kind = kind_parse(k)) == KIND_NONE)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "--kind %.*s is not known", SLICE_FMT(k));
    if (slice_starts(document, S("sha256:")))
        document = slice_from(document, 7);
    if (document.len && !hash_unhex(document, sha, sizeof sha))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "--document is sha256: and 64 hex digits");
    if (document.len)
        return export_document(l, sha, &o, n, why);
    return option_int(a->options, OPT_EXPORT_FORMAT) == FORMAT_STIX ? export_stix(l, &o, n, why)
                                                                    : export_claims(l, &o, n, why);
}

status cmd_export(app *a, err *why)
{
    lens *l;
    target t = {.a = a};
    export_counts n = {0};
    slice path = option_text(a->options, OPT_EXPORT_OUT);
    status st = app_lens(a, &l, why);
    if (st == OK)
        st = open_target(&t, path, why);
    if (st != OK)
        return st;
    st = close_target(&t, path, run(a, l, &t, &n, why), why);
    if (st == OK && n.redacted)
        app_note(a, msg_export_redacted((int64_t)n.redacted));
    if (st == OK && n.withheld)
        app_note(a, msg_export_withheld((int64_t)n.withheld));
    if (st == OK && !n.written)
        app_exit(a, 1);
    return st;
}
