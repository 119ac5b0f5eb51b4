/* cmd_import.c - noroshi import PATH...: see cmd/importing.h. */
#include "cmd/importing.h"

status cmd_import(app *a, err *why);

status cmd_import(app *a, err *why)
{
    return importing_paths(a, why);
}
