/* cmd_init.c - noroshi init [--starter]: makes the data directory, and fills it with what is public
 * knowledge: names, techniques, exploited vulnerabilities. */
#include "cmd/app.h"
#include "cmd/importing.h"
#include "know/store.h"

status cmd_init(app *a, err *why);

/* Folders above the data directory are the user's: they must be there. */
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
    status st = make(a, &dir, why);
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
