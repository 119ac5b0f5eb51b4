/* list_keys.c - a line of a set's list that does not begin with a hash: see setlist.h. */
#include "format/list/line.h"
#include "format/setlist.h"

#include "base/hash.h"
#include "base/text.h"

/* "/usr/bin/x  hash", the name in front: a path may have blanks in it, and this one has not. */
static void hash_behind_path(slice line, observable *o)
{
    size_t at = line.len;
    while (at > 0 && is_alnum(line.ptr[at - 1]))
        at--;
    slice last = slice_from(line, at);
    kind k = at > 0 && is_space(line.ptr[at - 1]) ? fact_digest_kind(last.len) : KIND_NONE;
    uint8_t digest[HASH_BYTES_MAX];
    if (k != KIND_NONE && hash_unhex(last, digest, last.len / 2))
        *o = (observable){.kind = k, .value = last};
}

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
    if (read.what == LIST_VALUES && read.count == 1 && read.o[0].kind == KIND_PATH)
        hash_behind_path(line, &read.o[0]);
    for (size_t i = 0; st == OK && read.what == LIST_VALUES && i < read.count; i++)
        st = setlist_add(l, &read.o[i], why);
    return st;
}
