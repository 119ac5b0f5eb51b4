/* feed.c - what lies beside the events of a MISP feed: see misp.h.
 * hashes.csv has a line for each attribute: MD5 of the value, uuid of the event. They are no hashes
 * of files, and to read them as such would accuse whoever has a file of these sums. */
#include "format/misp/misp.h"

enum { MD5_DIGITS = 32, LINES_LOOKED_AT = 8 };

static bool is_line(slice line)
{
    uint8_t uuid[16];
    if (line.len && line.ptr[line.len - 1] == '\r')
        line = slice_sub(line, 0, line.len - 1);
    if (line.len != MD5_DIGITS + 1 + MISP_UUID_TEXT || line.ptr[MD5_DIGITS] != ',')
        return false;
    for (size_t i = 0; i < MD5_DIGITS; i++)
        if (hex_value(line.ptr[i]) < 0)
            return false;
    return misp_uuid(slice_from(line, MD5_DIGITS + 1), uuid);
}

bool misp_is_feed_index(slice head, slice path)
{
    static const slice name = S_INIT("hashes.csv");
    size_t n = 0;
    bool dir = path.len > name.len && path.ptr[path.len - name.len - 1] == '/';
    if (!slice_ends(path, name) || (path.len != name.len && !dir))
        return false;
    for (; n < LINES_LOOKED_AT && head.len; n++) {
        size_t end = slice_find_byte(head, '\n', 0);
        if (end == SIZE_MAX && n)
            break; /* cut off where the head ends */
        if (!is_line(slice_sub(head, 0, end)))
            return false;
        head = end == SIZE_MAX ? S("") : slice_from(head, end + 1);
    }
    return n > 0;
}

status misp_tell_feed_index(misp *m, const format_input *input, const fact_sink *sink, err *why)
{
    fact_head head = {.format = S("misp")};
    status st = emit_open(&m->e, input, sink, &head, why);
    return st == OK ? emit_warn(&m->e, 0, S(""), why,
                                "the index of a MISP feed: sums of values, not of files; the "
                                "events are in the files beside it")
                    : st;
}
