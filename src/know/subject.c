/* subject.c - see subject.h. */
#include "know/subject.h"
#include "know/claims.h"
#include "know/names.h"
#include "model/observable.h"

status subject_of(lens *l, arena *a, slice text, node_ref *ret, err *why)
{
    observable o;
    bool known = false, is_value = observable_parse(a, text, KIND_NONE, &o, NULL) == OK;
    status st = is_value ? node_known(l, (node_ref){o.kind, o.value}, &known, why) : OK;
    if (st != OK)
        return st;
    if (known) {
        *ret = (node_ref){o.kind, o.value};
        return OK;
    }
    st = name_resolve(l, a, text, ret, why);
    if (st == ERR_NOT_FOUND && is_value) {
        *ret = (node_ref){o.kind, o.value};
        return OK;
    }
    return st;
}
