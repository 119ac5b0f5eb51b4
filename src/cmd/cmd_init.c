/* cmd_init.c - noroshi init [--starter]: makes the data directory, and fills it with what is public
 * knowledge: names, techniques, exploited vulnerabilities. */
#include "cmd/app.h"
#include "cmd/importing.h"
#include "know/store.h"

#include <errno.h>
#include <sys/stat.h>

enum { PATH_MAX_BYTES = 4096 };

status cmd_init(app *a, err *why);

/* Folders above the data directory that are not there, as mkdir -p makes them: the user owns them,
 * so with the umask. The data directory itself is for its owner only, which store_open sees to. */
static status make_above(slice dir, err *why)
{
    char path[PATH_MAX_BYTES];
    if (dir.len >= sizeof path)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a path over %d bytes", PATH_MAX_BYTES - 1);
    memcpy(path, dir.ptr, dir.len);
    while (dir.len > 1 && path[dir.len - 1] == '/')
        dir.len--;
    for (size_t i = 1; i < dir.len; i++) {
        if (path[i] != '/' || path[i - 1] == '/')
            continue;
        path[i] = 0;
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return err_os(why, errno, "making %s", path);
        path[i] = '/';
    }
    return OK;
}

static status make(app *a, slice *ret_dir, err *why)
{
    store_options o;
    status st = app_store_options(a, &o, why);
    if (st != OK)
        return st;
    o.create = true;
    *ret_dir = slice_str(o.dir);
    st = store_open(&o, &a->store, why);
    return st == OK ? OK : err_wrap(why, st, "making %s", o.dir);
}

status cmd_init(app *a, err *why)
{
    slice dir;
    status st = app_data(a, &dir, why);
    if (st == OK)
        st = make_above(dir, why);
    if (st == OK)
        st = make(a, &dir, why);
    if (st != OK)
        return st;
    if (!a->json && !a->quiet) {
        sink_put(&a->out, msg_import_store_ready(dir));
        sink_line(&a->out);
    }
    if (option_bool(a->options, OPT_INIT_STARTER))
        st = importing_starter(a, why);
    return st == OK ? sink_flush(&a->out, why) : st;
}
