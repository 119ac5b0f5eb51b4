/* cmd_worker.c - noroshi worker --class C: the jailed process that sandbox starts, for it alone. */
#include "cmd/app.h"
#include "format/format.h"
#include "sandbox/worker.h"

status cmd_worker(app *a, err *why);

status cmd_worker(app *a, err *why)
{
    worker_options o = {.formats = {format_named, format_sniff}};
    status st = worker_class_parse(option_text(a->options, OPT_WORKER_CLASS), &o.class);
    if (st != OK)
        return err_set(why, st, ERR_NOWHERE, "--class is doc or archive");
    return worker_run(&o, why);
}
