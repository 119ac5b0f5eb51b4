/* list_keys.c - a line of a set's list that does not begin with a hash: see setlist.h. */
#include "format/list/line.h"
#include "format/setlist.h"

status setlist_other_line(setlist *l, slice line, err *why)
{
    const list_hint none = {0};
    list_line read;
    err quiet = {0};
    arena_reset(l->a);
    status st = list_read_line(l->a, line, &none, &read, &quiet);
    if (st != OK) {
        if (why)
            *why = quiet;
        return st;
    }
    if (read.what == LIST_UNREAD)
        return setlist_refuse(l, quiet.msg[0] ? quiet.msg : "not a value of any kind", why);
    for (size_t i = 0; st == OK && read.what == LIST_VALUES && i < read.count; i++)
        st = setlist_add(l, &read.o[i], why);
    return st;
}
